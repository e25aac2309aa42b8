// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/Scenario.h"

#include <QByteArray>

namespace tocsin::fake {

/// A small town: a square of four streets with a diagonal, 1 km wide, one vehicle and one phone; `more` holds
/// further members ("timeline":[…]).
[[nodiscard]] inline QByteArray smallTown(const QByteArray &more = {})
{
    QByteArray json = R"({"city":{"name":"Testham","center":[10,20],"streets":[
        {"name":"South","class":"minor","points":[[10,20],[10,20.009]]},
        {"name":"East","class":"major","points":[[10,20.009],[10.009,20.009]]},
        {"name":"North","class":"minor","points":[[10.009,20.009],[10.009,20]]},
        {"name":"West","class":"minor","points":[[10.009,20],[10,20]]},
        {"name":"Cross","class":"minor","points":[[10,20],[10.009,20.009]]}]},
      "vehicles":[{"id":"van","name":"Van"}],
      "phones":[{"id":"ann","name":"Ann A.","mode":"walk","replies":["yes","no"],"panic_replies":["help"]}])";
    if (!more.isEmpty())
        json += ',' + more;
    return json + '}';
}

} // namespace tocsin::fake
