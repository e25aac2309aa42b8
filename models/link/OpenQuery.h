// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace tocsin {

/// A question of a RemoteLink that the server has not answered.
struct OpenQuery
{
    enum class Asked { History, Alerts, AlertEvents, AlertLog, Contacts };
    quint64 id = 0; ///< as its asker knows it
    Asked what = Asked::History;
};

} // namespace tocsin
