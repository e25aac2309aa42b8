// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/PictureProvider.h"

#include <QQuickTextureFactory>

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

namespace tocsin {

namespace {

constexpr int widest = 4096; ///< points; a larger texture may not exist

class PictureResponse;

/// Where a response can be found, as long as it is there: the engine deletes it when it likes.
struct Address
{
    std::mutex mutex;
    PictureResponse *response = nullptr;
};

/// Lives on the engine's thread.
class PictureResponse : public QQuickImageResponse
{
public:
    PictureResponse() { m_address->response = this; }
    ~PictureResponse() override
    {
        const std::scoped_lock lock(m_address->mutex);
        m_address->response = nullptr;
    }
    PictureResponse(const PictureResponse &) = delete;
    PictureResponse &operator=(const PictureResponse &) = delete;

    [[nodiscard]] std::shared_ptr<Address> address() const { return m_address; }
    [[nodiscard]] QQuickTextureFactory *textureFactory() const override
    {
        return QQuickTextureFactory::textureFactoryForImage(m_image);
    }
    [[nodiscard]] QString errorString() const override { return m_problem; }
    /// Nobody looks at it any more; the engine waits for finished() nevertheless before it frees the response.
    void cancel() override
    {
        QMetaObject::invokeMethod(this, [this] { finish({}, {}); }, Qt::QueuedConnection);
    }

    /// Any thread.
    static void deliver(const std::shared_ptr<Address> &address, const QImage &image, const QString &problem)
    {
        const std::scoped_lock lock(address->mutex);
        PictureResponse *response = address->response;
        if (response != nullptr)
            QMetaObject::invokeMethod(
                response, [response, image, problem] { response->finish(image, problem); }, Qt::QueuedConnection);
    }

private:
    void finish(const QImage &image, const QString &problem)
    {
        if (std::exchange(m_finished, true))
            return;
        m_image = image;
        m_problem = problem;
        Q_EMIT finished();
    }

    std::shared_ptr<Address> m_address = std::make_shared<Address>();
    QImage m_image;
    QString m_problem;
    bool m_finished = false;
};

} // namespace

QQuickImageResponse *PictureProvider::requestImageResponse(const QString &id, const QSize &requestedSize)
{
    auto *response = new PictureResponse;
    const auto side = [](int wanted) { return wanted > 0 ? std::min(wanted, widest) : widest; };
    const QSize box(side(requestedSize.width()), side(requestedSize.height()));
    PictureCache &cache = m_cache;
    const QString picture = id.section(QLatin1Char('?'), 0, 0);
    QMetaObject::invokeMethod(
        &cache,
        [&cache, picture, box, address = response->address()] {
            cache.show(picture, box, [address](const QImage &image, const QString &problem) {
                PictureResponse::deliver(address, image, problem);
            });
        },
        Qt::QueuedConnection);
    return response;
}

} // namespace tocsin
