// SPDX-License-Identifier: GPL-3.0-or-later
// Echoes text and binary on any path; the subject of conformance runs and of sieges. Ends on SIGTERM as the real program
// does: everybody is told 1001 first.
#include "app/StopSignals.h"
#include "server/net/Server.h"
#include "server/net/ServerThread.h"

#include <QCoreApplication>
#include <QTemporaryDir>
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

/// The number behind `name`, taken out of the arguments; `otherwise` when it is not there.
int takeNumber(QStringList &arguments, const QString &name, int otherwise)
{
    const qsizetype at = arguments.indexOf(name);
    if (at < 0 || at + 1 >= arguments.size())
        return otherwise;
    const int number = arguments.takeAt(at + 1).toInt();
    arguments.removeAt(at);
    return number;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    QStringList arguments = QCoreApplication::arguments();
    const bool tls = arguments.removeAll(QStringLiteral("--tls")) > 0;
    const int perAddress = takeNumber(arguments, QStringLiteral("--per-address"), Limits().connections);
    if (arguments.size() != 3 || arguments.at(1) != QLatin1String("--listen")) {
        std::fputs("usage: tocsin_echo --listen ADDR:PORT [--tls] [--per-address COUNT]\n", stderr);
        return 2;
    }
    ServerSettings settings;
    settings.listen = QStringList{(tls ? QStringLiteral("https://") : QString()) + arguments.at(2)};
    settings.limits.message = 10'485'760;
    const QTemporaryDir directory;
    if (tls)
        settings.tls = ownTlsIdentity(directory.path(), namesOfThisHost({}), systemNow());
    if (!settings.tls.error.isEmpty()) {
        std::fprintf(stderr, "%s\n", qPrintable(settings.tls.error));
        return 2;
    }
    settings.posture = Posture::Open;
    settings.limits.connectionsPerAddress = perAddress;
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
        std::printf("listening %s\n", qPrintable(address));
    std::fflush(stdout);
    const StopSignals signalled;
    QObject::connect(&signalled, &StopSignals::stopRequested, server, &Server::stop);
    QObject::connect(server, &Server::stopped, &app, &QCoreApplication::quit);
    const int code = QCoreApplication::exec();
    thread.quit();
    thread.wait();
    return code;
}
