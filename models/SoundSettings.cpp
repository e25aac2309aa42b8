// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/SoundSettings.h"

#include <QSettings>

#include <algorithm>

namespace tocsin {

SoundSettings::SoundSettings(QObject *parent) : QObject(parent)
{
}

SoundSettings::~SoundSettings() = default;

void SoundSettings::keepIn(const QString &file)
{
    auto kept = std::make_unique<QSettings>(file, QSettings::IniFormat);
    Values values;
    const auto read = [&kept](const char *key, auto &into) {
        const QVariant value = kept->value(QLatin1String(key));
        if (value.isValid())
            into = value.value<std::decay_t<decltype(into)>>();
    };
    read("sound/emergency", values.emergency);
    read("sound/critical", values.critical);
    read("sound/warning", values.warning);
    read("sound/muted", values.muted);
    read("sound/speech", values.speech);
    read("sound/startTone", values.startTone);
    read("sound/device", values.device);
    read("sound/deviceName", values.deviceName);
    assign(values);
    m_kept = std::move(kept);
}

void SoundSettings::setOutput(SoundOutput *output)
{
    m_output = output;
    connect(output, &SoundOutput::changed, this, &SoundSettings::changed);
    output->useDevice(m_values.device);
    Q_EMIT changed();
}

void SoundSettings::assign(Values values)
{
    values.emergency = std::clamp(values.emergency, int(EmergencyFloor), 100);
    values.critical = std::clamp(values.critical, 0, 100);
    values.warning = std::clamp(values.warning, 0, 100);
    if (values == m_values)
        return;
    const bool otherDevice = values.device != m_values.device;
    m_values = values;
    if (m_kept) {
        m_kept->setValue(QStringLiteral("sound/emergency"), values.emergency);
        m_kept->setValue(QStringLiteral("sound/critical"), values.critical);
        m_kept->setValue(QStringLiteral("sound/warning"), values.warning);
        m_kept->setValue(QStringLiteral("sound/muted"), values.muted);
        m_kept->setValue(QStringLiteral("sound/speech"), values.speech);
        m_kept->setValue(QStringLiteral("sound/startTone"), values.startTone);
        m_kept->setValue(QStringLiteral("sound/device"), values.device);
        m_kept->setValue(QStringLiteral("sound/deviceName"), values.deviceName);
    }
    if (otherDevice && m_output != nullptr)
        m_output->useDevice(values.device);
    Q_EMIT changed();
}

void SoundSettings::setEmergency(int percent)
{
    Values values = m_values;
    values.emergency = percent;
    assign(values);
}

void SoundSettings::setCritical(int percent)
{
    Values values = m_values;
    values.critical = percent;
    assign(values);
}

void SoundSettings::setWarning(int percent)
{
    Values values = m_values;
    values.warning = percent;
    assign(values);
}

void SoundSettings::setMuted(bool muted)
{
    Values values = m_values;
    values.muted = muted;
    assign(values);
}

void SoundSettings::setSpeech(bool speech)
{
    Values values = m_values;
    values.speech = speech;
    assign(values);
}

void SoundSettings::setStartTone(bool startTone)
{
    Values values = m_values;
    values.startTone = startTone;
    assign(values);
}

QStringList SoundSettings::devices() const
{
    const QList<SoundOutput::Device> there = m_output != nullptr ? m_output->devices() : QList<SoundOutput::Device>();
    QStringList names{tr("System default")};
    for (const SoundOutput::Device &device : there)
        names.append(device.name);
    if (device() == names.size()) // chosen, but gone
        names.append(tr("%1 (not connected)").arg(m_values.deviceName));
    return names;
}

int SoundSettings::device() const
{
    if (m_values.device.isEmpty())
        return 0;
    const QList<SoundOutput::Device> there = m_output != nullptr ? m_output->devices() : QList<SoundOutput::Device>();
    const auto chosen = std::find_if(there.cbegin(), there.cend(),
                                     [this](const SoundOutput::Device &one) { return one.id == m_values.device; });
    return 1 + static_cast<int>(chosen - there.cbegin());
}

void SoundSettings::setDevice(int row)
{
    const QList<SoundOutput::Device> there = m_output != nullptr ? m_output->devices() : QList<SoundOutput::Device>();
    if (row < 0 || row > there.size())
        return;
    Values values = m_values;
    values.device = row == 0 ? QString() : there[row - 1].id;
    values.deviceName = row == 0 ? QString() : there[row - 1].name;
    assign(values);
}

double SoundSettings::volumeOf(Sound sound) const
{
    switch (sound) {
    case Sound::None:
        return 0;
    case Sound::Emergency:
    case Sound::ContactLost:
    case Sound::NobodyHears: // muted as it may be: that is what it is about
        return m_values.emergency / 100.0;
    case Sound::Critical:
        return m_values.muted ? 0 : m_values.critical / 100.0;
    case Sound::TestTone:
        return std::max(m_values.critical, int(AudibleFloor)) / 100.0;
    case Sound::Warning:
    case Sound::Returned:
        break;
    }
    return m_values.muted ? 0 : m_values.warning / 100.0;
}

} // namespace tocsin
