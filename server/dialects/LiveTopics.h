// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/wire/ServerFrames.h"
#include "server/dialects/NativeFormat.h"
#include "server/dialects/NativeRights.h"
#include "server/net/FanOut.h"

#include <QHash>
#include <QObject>

#include <optional>

namespace tocsin {

/// The topics `presence`, `stats`, `adapters`, `typing` and `notices` of the native protocol. Class B: of each state the latest is kept for
/// those who come later, and a reader that is behind gets the latest alone (of notices: the latest of each alert). Server thread.
class LiveTopics : public QObject
{
    Q_OBJECT
public:
    using Format = native::Format;

    explicit LiveTopics(const DeskMirror &mirror, QObject *parent = nullptr);

    /// Also tells what is known already. The reader's rights to the topic were looked at; those to conversations are looked at here.
    void subscribe(net::Session *session, const native::Reader &reader, Format format, const QString &topic);
    void unsubscribe(net::Session *session, Format format, const QString &topic);
    void forget(net::Session *session);

    void tellStats(const ServerStats &stats);
    void tellAdapters(const QList<AdapterStatus> &adapters);
    /// Those with a session.
    void tellPeople(const QList<wire::OnlinePerson> &people);
    /// Those at a console of this process; they are on shift like the others.
    void setResidents(const QList<OnlinePerson> &people);
    void setLimits(const QList<ChannelBand> &limits); ///< of the rules in force
    /// `from` is not told its own; null: somebody at a console of this process.
    void tellTyping(const TypingNotice &notice, const net::Session *from);
    /// At each console of those whom it names; nothing is kept for those who come later.
    void tellNotice(const DesktopNotice &notice);

Q_SIGNALS:
    void typed(const tocsin::TypingNotice &notice); ///< a session's, for the consoles of this process
    void peopleChanged(const QList<tocsin::OnlinePerson> &people);
    /// Those whom tellNotice() reaches: staff with a console that listens, each once.
    void noticeReadersChanged(const QList<tocsin::OnlinePerson> &people);

private:
    void publish(const QString &topic, const wire::Live::What &what, const QString &key,
                 const net::FanOut::Filter &filter = {});
    void publishPeople();
    void tellNoticeReaders();
    void tell(net::Session *session, Format format, const QString &topic, const wire::Live::What &what);

    const DeskMirror &m_mirror;
    net::FanOut m_fanOut;
    QHash<const net::Session *, native::Reader> m_typingReaders;
    QHash<const net::Session *, native::Reader> m_noticeReaders;
    std::optional<ServerStats> m_stats;
    QList<AdapterStatus> m_adapters;
    QList<OnlinePerson> m_sessions;
    QList<OnlinePerson> m_residents;
    QList<OnlinePerson> m_people; ///< both, each once
    QList<ChannelBand> m_limits;
};

} // namespace tocsin
