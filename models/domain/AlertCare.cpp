// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertCare.h"

#include "models/domain/EnumNames.h"

#include <QMessageAuthenticationCode>
#include <QRandomGenerator>

#include <array>

namespace tocsin {

namespace {
constexpr std::pair<IncidentStage, QLatin1String> stageNames[] = {
    {IncidentStage::Received, QLatin1String("received")},     {IncidentStage::Contacting, QLatin1String("contacting")},
    {IncidentStage::Dispatched, QLatin1String("dispatched")}, {IncidentStage::OnScene, QLatin1String("on_scene")},
    {IncidentStage::Monitoring, QLatin1String("monitoring")}, {IncidentStage::Closed, QLatin1String("closed")},
};
constexpr std::pair<Disposition, QLatin1String> dispositionNames[] = {
    {Disposition::None, QLatin1String("")},
    {Disposition::Assisted, QLatin1String("assisted")},
    {Disposition::HandedToAgency, QLatin1String("handed_to_agency")},
    {Disposition::FalseAlarm, QLatin1String("false_alarm")},
    {Disposition::Test, QLatin1String("test")},
    {Disposition::Duplicate, QLatin1String("duplicate")},
    {Disposition::UnableToContact, QLatin1String("unable_to_contact")},
    {Disposition::CanceledConfirmed, QLatin1String("canceled_confirmed")},
};

constexpr int pinRounds = 1000;
constexpr qsizetype saltBytes = 16;

/// The first (and only) block of PBKDF2, RFC 8018 5.2.
QByteArray stretched(const QByteArray &salt, const QString &pin)
{
    QMessageAuthenticationCode code(QCryptographicHash::Sha256, pin.toUtf8());
    code.addData(salt + QByteArray("\0\0\0\1", 4));
    QByteArray block = code.result();
    QByteArray result = block;
    for (int round = 1; round < pinRounds; ++round) {
        code.reset();
        code.addData(block);
        block = code.result();
        for (qsizetype i = 0; i < result.size(); ++i)
            result[i] = static_cast<char>(result[i] ^ block[i]);
    }
    return result;
}
} // namespace

QString toString(IncidentStage stage)
{
    return names::nameOf(stageNames, stage);
}
std::optional<IncidentStage> incidentStageFromString(QStringView text)
{
    return names::valueOf(stageNames, text);
}
QString toString(Disposition disposition)
{
    return names::nameOf(dispositionNames, disposition);
}
std::optional<Disposition> dispositionFromString(QStringView text)
{
    return names::valueOf(dispositionNames, text);
}

QByteArray keptPin(const QString &pin)
{
    std::array<quint32, saltBytes / sizeof(quint32)> random{};
    QRandomGenerator::system()->fillRange(random.data(), random.size());
    const QByteArray salt(reinterpret_cast<const char *>(random.data()), saltBytes);
    return salt.toHex() + '$' + stretched(salt, pin).toHex();
}

bool isPin(const QByteArray &kept, const QString &pin)
{
    const qsizetype border = kept.indexOf('$');
    if (border < 0)
        return false;
    const QByteArray expected = QByteArray::fromHex(kept.mid(border + 1));
    const QByteArray given = stretched(QByteArray::fromHex(kept.left(border)), pin);
    if (given.size() != expected.size())
        return false;
    unsigned difference = 0;
    for (qsizetype i = 0; i < given.size(); ++i)
        difference |= static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(expected[i]);
    return difference == 0;
}

} // namespace tocsin
