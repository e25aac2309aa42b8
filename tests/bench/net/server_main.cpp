// SPDX-License-Identifier: GPL-3.0-or-later
// The subject of the transport benchmarks: tocsin_net with the dispatcher and the thread of the real program. Every
// message that comes on /pub goes to all that opened /sub; /echo answers. The peers speak the same three paths.
#include "server/net/FanOut.h"
#include "server/net/Server.h"
#include "server/net/ServerThread.h"

#include <QCoreApplication>
#include <QThread>

#include <cstdio>

namespace {

using namespace tocsin;
using namespace tocsin::net;

class BenchDialect final : public Dialect
{
public:
    [[nodiscard]] QString name() const override { return QStringLiteral("bench"); }
    [[nodiscard]] bool claimsUpgrade(const QString &) const override { return true; }
    [[nodiscard]] bool claimsHttp(const QByteArray &, const QString &) const override { return false; }
    [[nodiscard]] Verdict authorizeUpgrade(const HttpRequest &, const std::optional<Principal> &) const override
    {
        return Verdict::allow();
    }
    void opened(Session *session) override
    {
        if (session->path() == QLatin1String("/sub")) {
            m_fanOut.subscribe(session, m_topic);
        } else if (session->path() == QLatin1String("/pub")) {
            QObject::connect(session, &Session::textReceived, session,
                             [this](const QByteArray &text) { m_fanOut.publish(m_topic, Frame::text(text)); });
        } else {
            QObject::connect(session, &Session::textReceived, session,
                             [session](const QByteArray &text) { session->sendText(text); });
        }
    }
    void http(const HttpRequest &, const std::optional<Principal> &, const Respond &) override {}

private:
    const QString m_topic = QStringLiteral("all");
    FanOut m_fanOut;
};

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    ServerSettings settings;
    settings.listen = QStringList{QStringLiteral("127.0.0.1:0")};
    settings.posture = Posture::Open;
    settings.limits.connectionsPerAddress = settings.limits.connections;
    QThread thread;
    setServerEventDispatcher(thread);
    auto *const server = new Server(settings, nullptr);
    server->addDialect(std::make_unique<BenchDialect>());
    server->moveToThread(&thread);
    QObject::connect(&thread, &QThread::finished, server, &QObject::deleteLater);
    thread.start();
    Server::StartResult started;
    QMetaObject::invokeMethod(server, [&started, server] { started = server->start(); }, Qt::BlockingQueuedConnection);
    if (!started.error.isEmpty()) {
        std::fprintf(stderr, "%s\n", qPrintable(started.error));
        return 2;
    }
    std::printf("listening %s\n", qPrintable(started.listening.first()));
    std::fflush(stdout);
    return QCoreApplication::exec();
}
