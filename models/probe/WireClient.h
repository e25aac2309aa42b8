// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/probe/ProbeTarget.h"

#include <QObject>
#include <QStringList>

#include <memory>

QT_BEGIN_NAMESPACE
class QSslError;
class QWebSocket;
QT_END_NAMESPACE

namespace tocsin::probe {

/// One WebSocket to any server: opens, says, hears, closes. One thread. It understands nothing of what is said, but answers
/// Engine.IO's pings where that is spoken. Each open() ends in opened() or refused(), and each opened() in closed().
class WireClient : public QObject
{
    Q_OBJECT
public:
    explicit WireClient(QObject *parent = nullptr);
    ~WireClient() override;

    void setTarget(const ProbeTarget &target) { m_target = target; }
    /// Gives up what is open.
    void open(const QUrl &url, const QStringList &subprotocols = {}, bool engineIo = false);
    [[nodiscard]] bool isOpen() const { return m_open; }
    [[nodiscard]] QString subprotocol() const;
    void sayText(const QString &text);
    void sayBinary(const QByteArray &bytes);
    void close();
    void abort(); ///< nothing more is told

    static constexpr qsizetype largestMessage = 16'777'216;

Q_SIGNALS:
    void opened();
    void refused(int httpStatus, const QString &why); ///< status 0: it never came to an answer
    void textHeard(const QString &text);
    void binaryHeard(const QByteArray &bytes);
    void closed(int code, const QString &reason);

private:
    [[nodiscard]] bool certificateIsRight(bool vouchedFor) const;
    void judge(const QList<QSslError> &errors);
    void nowOpen();
    void lost();
    void ended();
    void hear(const QString &text);
    void drop();

    ProbeTarget m_target;
    std::unique_ptr<QWebSocket> m_socket;
    QString m_trouble;
    bool m_open = false;
    bool m_engineIo = false;
};

} // namespace tocsin::probe
