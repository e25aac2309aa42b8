// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/PictureCache.h"

#include <QQuickAsyncImageProvider>

namespace tocsin {

/// "image://pictures/ID": the chat's pictures for Image, no larger than its sourceSize. Owned by the QML engine, which asks on a thread of its own;
/// only the id, the size and the finished image cross to the cache on the GUI thread. The cache outlives the engine.
class PictureProvider : public QQuickAsyncImageProvider
{
public:
    explicit PictureProvider(PictureCache &cache) : m_cache(cache) {}

    [[nodiscard]] static QString name() { return QStringLiteral("pictures"); }
    /// What follows a "?" in `id` only makes Image ask again.
    QQuickImageResponse *requestImageResponse(const QString &id, const QSize &requestedSize) override;

private:
    PictureCache &m_cache;
};

} // namespace tocsin
