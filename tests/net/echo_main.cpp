// SPDX-License-Identifier: GPL-3.0-or-later
// Echoes text and binary on any path; the subject of WebSocket conformance runs.
#include "server/net/Server.h"
#include "server/net/ServerThread.h"

#include <QCoreApplication>
#include <QThread>

#include <cstdio>

namespace {

using namespace tocsin;
using namespace tocsin::net;

class EchoDialect final : public Dialect
{
public:
    [[nodiscard]] QString name() const override { return QStringLiteral("echo"); }
    [[nodiscard]] bool claimsUpgrade(const QString &) const override { return true; }
    [[nodiscard]] bool claimsHttp(const QByteArray &method, const QString &) const override { return method == "GET"; }
    [[nodiscard]] Verdict authorizeUpgrade(const HttpRequest &, const std::optional<Principal> &) const override
    {
        return Verdict::allow();
    }
    void opened(Session *session) override
    {
        QObject::connect(session, &Session::textReceived, session,
                         [session](const QByteArray &text) { session->send(Frame::text(text)); });
        QObject::connect(session, &Session::binaryReceived, session,
                         [session](const QByteArray &payload) { session->send(Frame::binary(payload)); });
    }
    void http(const HttpRequest &, const std::optional<Principal> &, const Respond &respond) override
    {
        HttpResponse response;
        response.contentType = "text/plain; charset=utf-8";
        response.body = "echo\n";
        respond(response);
    }
};

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 3 || arguments.at(1) != QLatin1String("--listen")) {
        std::fputs("usage: tocsin_echo --listen ADDR:PORT\n", stderr);
        return 2;
    }
    ServerSettings settings;
    settings.listen = QStringList{arguments.at(2)};
    settings.posture = Posture::Open;
    settings.limits.connectionsPerAddress = settings.limits.connections;
    QThread thread; // as in the real program, with the dispatcher of the real program
    setServerEventDispatcher(thread);
    auto *const server = new Server(settings, nullptr);
    server->addDialect(std::make_unique<EchoDialect>());
    server->moveToThread(&thread);
    QObject::connect(&thread, &QThread::finished, server, &QObject::deleteLater);
    thread.start();
    Server::StartResult started;
    QMetaObject::invokeMethod(server, [&started, server] { started = server->start(); }, Qt::BlockingQueuedConnection);
    if (!started.error.isEmpty()) {
        std::fprintf(stderr, "%s\n", qPrintable(started.error));
        thread.quit();
        thread.wait();
        return 2;
    }
    for (const QString &address : started.listening)
        std::printf("listening http://%s\n", qPrintable(address));
    std::fflush(stdout);
    return QCoreApplication::exec();
}
