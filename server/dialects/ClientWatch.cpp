// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/ClientWatch.h"

#include "models/wire/ServerFrames.h"
#include "server/dialects/FrameText.h"
#include "server/net/FrameCodec.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin {

namespace {
const QString clientsTopic = QStringLiteral("connections");
const QString framesTopic = QStringLiteral("frames");
constexpr qsizetype clientsPerPart = 250;
constexpr std::size_t mostWaiting = 64; ///< frames of one viewer, beyond a whole list
constexpr int mostRendered = 400;       ///< frames, per tick: more are counted, not shown
constexpr qsizetype longestReason = 100;

net::Frame frameOf(const ClientsUpdate &update, native::Format format)
{
    return native::frameOf(wire::toJson(wire::Live{clientsTopic, update}), format);
}

/// Rates from what was seen before. When it was last heard is worked out from two clocks: what differs by less than
/// they do is the same.
void complete(ClientInfo &now, const ClientInfo &before, double seconds)
{
    constexpr auto sameMoment = std::chrono::milliseconds(50);
    if (seconds > 0) {
        now.in.perSecond = double(now.in.messages - before.in.messages) / seconds;
        now.out.perSecond = double(now.out.messages - before.out.messages) / seconds;
    }
    if (now.lastHeard - before.lastHeard < sameMoment && before.lastHeard - now.lastHeard < sameMoment)
        now.lastHeard = before.lastHeard;
}

QString describe(const TapFilter &filter)
{
    QStringList parts;
    if (!filter.client.isEmpty())
        parts.append(QStringLiteral("connection ") + filter.client);
    if (!filter.dialect.isEmpty())
        parts.append(QStringLiteral("dialect ") + filter.dialect);
    if (!filter.user.isEmpty())
        parts.append(QStringLiteral("user ") + filter.user);
    return parts.isEmpty() ? QStringLiteral("every connection") : parts.join(QStringLiteral(", "));
}
} // namespace

ClientWatch::ClientWatch(net::ClientRegistry &clients, DeskPort &desk, std::function<TimePoint()> clock,
                         QObject *parent)
    : QObject(parent)
    , m_clients(clients)
    , m_desk(desk)
    , m_clock(std::move(clock))
{
    constexpr int second = 1000;
    m_timer.setInterval(second / slices);
    connect(&m_timer, &QTimer::timeout, this, &ClientWatch::tick);
    connect(&clients, &net::ClientRegistry::gone, this, [this](const ClosedClient &client) {
        if (!isWatched())
            return;
        if (m_listed.remove(client.id) > 0)
            m_new.gone.append(client.id);
        m_new.closed.append(client);
        if (m_new.closed.size() > ClientsUpdate::mostClosed)
            m_new.closed.removeFirst();
    });
}

// --- who watches

void ClientWatch::start()
{
    if (!m_timer.isActive())
        m_timer.start();
}

void ClientWatch::stopIfIdle()
{
    if (!isWatched()) {
        m_listed.clear();
        m_new = {};
    }
    if (!isWatched() && m_taps.empty())
        m_timer.stop();
}

void ClientWatch::subscribe(net::Session *session, Format format)
{
    unsubscribe(session);
    if (!isWatched())
        look(0, 1);
    m_viewers.push_back({session, format, true, {}});
    connect(session, &net::Session::drained, this, [this, session] {
        for (Viewer &viewer : m_viewers) {
            if (viewer.session == session)
                pump(viewer);
        }
    });
    queueAll(m_viewers.back());
    pump(m_viewers.back());
    start();
}

void ClientWatch::unsubscribe(net::Session *session)
{
    if (std::erase_if(m_viewers, [session](const Viewer &viewer) { return viewer.session == session; }) == 0)
        return;
    session->disconnect(this);
    stopIfIdle();
}

void ClientWatch::forget(net::Session *session)
{
    unsubscribe(session);
    endTap(session);
}

void ClientWatch::watchHere(bool watches)
{
    if (watches && !isWatched())
        look(0, 1);
    m_here = watches;
    if (!watches)
        return stopIfIdle();
    Q_EMIT clientsChanged(all());
    start();
}

// --- what they are told

void ClientWatch::tick()
{
    m_rendered = 0;
    if (isWatched()) {
        m_slice = (m_slice + 1) % slices;
        look(m_slice, slices);
        publish();
    }
    for (Tap &tap : m_taps)
        report(tap);
}

void ClientWatch::look(quint64 slice, quint64 of)
{
    const TimePoint now = m_clock();
    for (ClientInfo &info : m_clients.clients(slice, of)) {
        const auto known = m_listed.find(info.id);
        if (known == m_listed.end()) {
            if (m_listed.size() >= ClientsUpdate::mostClients)
                continue;
            m_listed.insert(info.id, {info, now});
            m_new.clients.append(info);
            continue;
        }
        complete(info, known->info, secondsBetween(known->at, now));
        if (info != known->info)
            m_new.clients.append(info);
        *known = {info, now};
    }
}

ClientsUpdate ClientWatch::all() const
{
    ClientsUpdate update;
    update.full = true;
    update.total = m_clients.count();
    for (const Listed &listed : m_listed)
        update.clients.append(listed.info);
    const std::deque<ClosedClient> &closed = m_clients.closed();
    update.closed = QList<ClosedClient>(closed.cbegin(), closed.cend());
    return update;
}

void ClientWatch::publish()
{
    ClientsUpdate update = std::exchange(m_new, {});
    update.total = m_clients.count();
    const bool quiet = update.clients.isEmpty() && update.gone.isEmpty() && update.closed.isEmpty();
    if (m_here && !quiet)
        Q_EMIT clientsChanged(update);
    std::array<net::Frame, 2> frames;
    for (Viewer &viewer : m_viewers) {
        viewer.needsAll =
            viewer.needsAll || viewer.waiting.size() > mostWaiting + ClientsUpdate::mostClients / clientsPerPart;
        if (viewer.needsAll && !viewer.session->isBehind()) {
            queueAll(viewer);
        } else if (!viewer.needsAll && !quiet) {
            net::Frame &frame = frames.at(std::size_t(viewer.format));
            if (frame.isEmpty())
                frame = frameOf(update, viewer.format);
            viewer.waiting.push_back(frame);
        }
        pump(viewer);
    }
}

void ClientWatch::queueAll(Viewer &viewer)
{
    const ClientsUpdate whole = all();
    viewer.waiting.clear();
    viewer.needsAll = false;
    ClientsUpdate part = whole;
    for (qsizetype at = 0; at == 0 || at < whole.clients.size(); at += clientsPerPart) {
        part.clients = whole.clients.mid(at, clientsPerPart);
        viewer.waiting.push_back(frameOf(part, viewer.format));
        part.full = false;
        part.closed.clear();
    }
}

void ClientWatch::pump(Viewer &viewer)
{
    while (!viewer.waiting.empty() && viewer.session->isOpen() && !viewer.session->isBehind()) {
        viewer.session->send(viewer.waiting.front());
        viewer.waiting.pop_front();
    }
}

// --- what they may do

void ClientWatch::note(const Actor &by, const AuditRecord &record, const Answer &answer)
{
    m_desk.submit(Request{{}, by, NoteAudit{record}}, m_replies.expect<Outcome>(answer));
}

void ClientWatch::disconnectClient(const Actor &by, const QString &client, const QString &reason, const Answer &answer)
{
    const auto notThere = [answer, client] {
        answer(Outcome::refused(QStringLiteral("not_found"), QStringLiteral("There is no connection %1.").arg(client)));
    };
    const auto info = m_clients.client(client);
    if (!info)
        return notThere();
    const QString why = reason.simplified().left(longestReason);
    const QString who = info->userId.isEmpty() ? QStringLiteral("nobody") : info->userId;
    const QString detail = QStringLiteral("%1 of %2, dialect %3. %4").arg(client, who, info->dialect, why).trimmed();
    note(by, {QStringLiteral("disconnect"), client, detail, true, info->address},
         [this, answer, notThere, client, why](const Outcome &outcome) {
             if (!outcome.ok)
                 return answer(outcome);
             const QString said = why.isEmpty() ? QStringLiteral("Disconnected by an operator") : why;
             if (!m_clients.close(client, net::CloseCode::Disconnected, said))
                 return notThere();
             answer(Outcome::done(client));
         });
}

void ClientWatch::tap(net::Session *viewer, Format format, const Actor &by, const std::optional<TapFilter> &filter,
                      const Answer &answer)
{
    if (!filter) {
        endTap(viewer);
        return answer(Outcome::done({}));
    }
    const auto own = std::find_if(m_taps.cbegin(), m_taps.cend(), [&](const Tap &tap) { return tap.viewer == viewer; });
    if (own == m_taps.cend() && m_taps.size() >= mostTaps)
        return answer(Outcome::refused(QStringLiteral("overloaded"),
                                       QStringLiteral("At most %1 people inspect frames at a time.").arg(mostTaps)));
    const QPointer<net::Session> session(viewer);
    note(by, {QStringLiteral("inspect_frames"), filter->client, describe(*filter), true, {}},
         [this, session, here = viewer == nullptr, format, filter = *filter, answer](const Outcome &outcome) {
             if (!here && (session == nullptr || !session->isOpen()))
                 return;
             if (outcome.ok)
                 beginTap(session, format, filter);
             answer(outcome);
         });
}

void ClientWatch::carryOut(const Actor &by, const ClientOrder &order, const Answer &answer)
{
    if (const auto *client = std::get_if<DisconnectClient>(&order))
        disconnectClient(by, client->client, client->reason, answer);
    else
        tap(nullptr, Format::Json, by, std::get<InspectFrames>(order).filter, answer);
}

// --- frames

void ClientWatch::beginTap(net::Session *viewer, Format format, const TapFilter &filter)
{
    std::erase_if(m_taps, [viewer](const Tap &tap) { return tap.viewer == viewer; });
    m_taps.push_back({viewer, format, filter, {}, {}});
    m_clients.observe(this);
    start();
}

void ClientWatch::endTap(const net::Session *viewer)
{
    if (std::erase_if(m_taps, [viewer](const Tap &tap) { return tap.viewer == viewer; }) == 0)
        return;
    m_clients.observe(m_taps.empty() ? nullptr : this);
    stopIfIdle();
}

bool ClientWatch::wants(const ClientInfo &client)
{
    const bool inspects = std::any_of(m_taps.cbegin(), m_taps.cend(), [&client](const Tap &tap) {
        return tap.viewer != nullptr && tap.viewer->id() == client.id;
    });
    bool wanted = false;
    for (Tap &tap : m_taps) {
        const TapFilter &filter = tap.filter;
        const bool passes = !inspects && (filter.client.isEmpty() || filter.client == client.id) &&
                            (filter.dialect.isEmpty() || filter.dialect == client.dialect) &&
                            (filter.user.isEmpty() || filter.user == client.userId);
        if (passes)
            tap.clients.insert(client.id);
        else
            tap.clients.remove(client.id);
        wanted = wanted || passes;
    }
    return wanted;
}

void ClientWatch::saw(const net::Session &session, bool out, bool binary, QByteArrayView payload)
{
    std::optional<TappedFrame> frame;
    for (Tap &tap : m_taps) {
        if (!tap.clients.contains(session.id()))
            continue;
        if (!frame && m_rendered < mostRendered) {
            ++m_rendered;
            frame = TappedFrame{session.id(), m_clock(),      out,
                                binary,       payload.size(), shownText(payload, binary, TappedFrame::mostText)};
        }
        if (!frame || tap.report.frames.size() >= framesPerReport)
            ++tap.report.skipped;
        else if (frame->text.contains(tap.filter.text, Qt::CaseInsensitive))
            tap.report.frames.append(*frame);
    }
}

void ClientWatch::report(Tap &tap)
{
    if (tap.report.frames.isEmpty() && tap.report.skipped == 0)
        return;
    if (tap.viewer != nullptr && tap.viewer->isBehind()) {
        tap.report.skipped += tap.report.frames.size();
        tap.report.frames.clear();
        return;
    }
    const FrameReport report = std::exchange(tap.report, {});
    if (tap.viewer == nullptr)
        Q_EMIT framesSeen(report);
    else
        tap.viewer->send(native::frameOf(wire::toJson(wire::Live{framesTopic, report}), tap.format));
}

} // namespace tocsin
