// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TestClientModel.h"

#include <utility>

namespace tocsin {

static_assert(int(probe::TestClient::Way::Note) == 2);

TestClientModel::TestClientModel(ModelClock clock, QObject *parent)
    : QObject(parent)
    , m_clock(std::move(clock))
    , m_frames(m_clock)
    , m_client([now = m_clock.now] { return toEpochMillis(now()); })
{
    connect(&m_client, &probe::TestClient::stateChanged, this, &TestClientModel::stateChanged);
    connect(&m_client, &probe::TestClient::simulatingChanged, this, &TestClientModel::simulatingChanged);
    connect(&m_client, &probe::TestClient::logged, this, [this](probe::TestClient::Way way, const QString &text) {
        log(way == probe::TestClient::Way::Out  ? FrameLine::Way::Out
            : way == probe::TestClient::Way::In ? FrameLine::Way::In
                                                : FrameLine::Way::Note,
            text);
    });
}

void TestClientModel::log(FrameLine::Way way, const QString &text)
{
    constexpr qsizetype most = 65'536;
    m_frames.append({FrameLine{way, m_clock.now(), {}, text.toUtf8().size(), text.left(most)}});
}

QStringList TestClientModel::dialects()
{
    QStringList names;
    for (const probe::DialectEntry &entry : probe::catalog())
        names.append(QStringLiteral("%1 %2").arg(entry.number).arg(entry.name));
    return names;
}

void TestClientModel::setDialect(int dialect)
{
    if (dialect == m_dialect || dialect < 0 || dialect >= probe::catalog().size())
        return;
    m_dialect = dialect;
    Q_EMIT dialectChanged();
}

QStringList TestClientModel::paths() const
{
    return probe::catalog().at(m_dialect).paths;
}

QStringList TestClientModel::messages() const
{
    QStringList names;
    for (const probe::MessageTemplate &message : probe::catalog().at(m_dialect).messages)
        names.append(message.name);
    return names;
}

QString TestClientModel::simulation() const
{
    return probe::catalog().at(m_dialect).simulation;
}

QString TestClientModel::templateAt(int message) const
{
    return probe::catalog().at(m_dialect).messages.value(message).text;
}

void TestClientModel::setAddress(const QString &address)
{
    if (address == m_address)
        return;
    m_address = address;
    Q_EMIT addressChanged();
}

QString TestClientModel::stateText() const
{
    switch (m_client.state()) {
    case probe::TestClient::State::Connecting:
        return tr("connecting");
    case probe::TestClient::State::Open:
        return tr("open");
    case probe::TestClient::State::Closed:
        break;
    }
    return tr("not connected");
}

void TestClientModel::open(const QString &path, const QString &id, const QString &token, bool insecure)
{
    QString error;
    probe::ProbeTarget target;
    target.base = probe::ProbeTarget::parseBase(m_address, &error);
    target.token = token.trimmed();
    target.insecure = insecure;
    if (error.isEmpty())
        m_client.open(target, m_dialect, path, id);
    else
        log(FrameLine::Way::Note, error);
}

bool TestClientModel::send(const QString &text)
{
    if (m_client.send(text))
        return true;
    log(FrameLine::Way::Note, tr("Connect first"));
    return false;
}

} // namespace tocsin
