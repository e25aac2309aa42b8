// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/StopSignals.h"

#include <QtGlobal>

#ifdef Q_OS_WIN
#include <windows.h>

#include <QMetaObject>
#else
#include <QSocketNotifier>

#include <csignal>
#include <fcntl.h>
#include <unistd.h>
#endif

namespace tocsin {

#ifdef Q_OS_WIN

namespace {
StopSignals *g_receiver = nullptr;

BOOL WINAPI onConsoleEvent(DWORD)
{
    if (g_receiver == nullptr)
        return FALSE;
    QMetaObject::invokeMethod(g_receiver, &StopSignals::stopRequested, Qt::QueuedConnection);
    return TRUE;
}
} // namespace

StopSignals::StopSignals(QObject *parent) : QObject(parent)
{
    g_receiver = this;
    SetConsoleCtrlHandler(onConsoleEvent, TRUE);
}

StopSignals::~StopSignals()
{
    SetConsoleCtrlHandler(onConsoleEvent, FALSE);
    g_receiver = nullptr;
}

#else

namespace {
// The self-pipe: a signal handler may do little more than write to a descriptor.
int g_pipe[2] = {-1, -1};

void onSignal(int number)
{
    const char byte = 1;
    if (write(g_pipe[1], &byte, 1) != 1)
        _exit(1);
    // The next one is taken as impatience.
    std::signal(number, SIG_DFL);
}
} // namespace

StopSignals::StopSignals(QObject *parent) : QObject(parent)
{
    if (pipe(g_pipe) != 0)
        qFatal("No pipe for signals");
    for (const int end : g_pipe) {
        fcntl(end, F_SETFD, FD_CLOEXEC);
        fcntl(end, F_SETFL, O_NONBLOCK);
    }
    auto *notifier = new QSocketNotifier(g_pipe[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this] {
        char byte = 0;
        while (read(g_pipe[0], &byte, 1) == 1) {
        }
        Q_EMIT stopRequested();
    });
    std::signal(SIGTERM, onSignal);
    std::signal(SIGINT, onSignal);
    std::signal(SIGPIPE, SIG_IGN);
}

StopSignals::~StopSignals()
{
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    close(g_pipe[0]);
    close(g_pipe[1]);
}

#endif

} // namespace tocsin
