// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console/SoundPlayer.h"

#include <QAudio>
#include <QAudioSink>
#include <QLoggingCategory>
#include <QTextToSpeech>

#include <algorithm>

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(lcSound, "tocsin.sound", QtInfoMsg)

QAudioFormat formatOfBank()
{
    QAudioFormat format;
    format.setSampleRate(SoundBank::rate);
    format.setChannelCount(1);
    format.setSampleFormat(QAudioFormat::Int16);
    return format;
}

SoundOutput::Device named(const QAudioDevice &device)
{
    return device.isNull() ? SoundOutput::Device()
                           : SoundOutput::Device{QString::fromUtf8(device.id()), device.description()};
}

/// As the ear takes it: half of it sounds half as loud.
double gainOf(double volume)
{
    return QAudio::convertVolume(std::clamp(volume, 0.0, 1.0), QAudio::LogarithmicVolumeScale,
                                 QAudio::LinearVolumeScale);
}
} // namespace

SoundPlayer::SoundPlayer(QObject *parent) : SoundOutput(parent)
{
    connect(&m_media, &QMediaDevices::audioOutputsChanged, this, &SoundPlayer::choose);
    choose();
    if (!QTextToSpeech::availableEngines().isEmpty()) {
        m_speech = std::make_unique<QTextToSpeech>();
        connect(m_speech.get(), &QTextToSpeech::stateChanged, this, &SoundOutput::changed);
    }
}

SoundPlayer::~SoundPlayer() = default;

QList<SoundOutput::Device> SoundPlayer::devices() const
{
    QList<Device> all;
    for (const QAudioDevice &device : QMediaDevices::audioOutputs())
        all.append(named(device));
    return all;
}

SoundOutput::Device SoundPlayer::device() const
{
    return named(m_device);
}

void SoundPlayer::useDevice(const QString &id)
{
    m_wanted = id;
    choose();
}

void SoundPlayer::choose()
{
    const QList<QAudioDevice> there = QMediaDevices::audioOutputs();
    const auto wanted = std::find_if(there.cbegin(), there.cend(), [this](const QAudioDevice &one) {
        return !m_wanted.isEmpty() && QString::fromUtf8(one.id()) == m_wanted;
    });
    const QAudioDevice next = wanted != there.cend() ? *wanted : QMediaDevices::defaultAudioOutput();
    if (next != m_device) {
        m_device = next;
        m_sink.reset();
        m_problem.clear(); // of the one before
        if (next.isNull())
            qCWarning(lcSound, "There is no output device: alerts make no sound here");
        else
            qCInfo(lcSound).noquote() << "Alerts sound on" << next.description();
    }
    Q_EMIT changed();
}

void SoundPlayer::makeSink()
{
    m_sink = std::make_unique<QAudioSink>(m_device, formatOfBank());
    connect(m_sink.get(), &QAudioSink::stateChanged, this, [this](QAudio::State state) {
        const bool failed = state == QAudio::StoppedState && m_sink->error() != QAudio::NoError &&
                            m_sink->error() != QAudio::UnderrunError;
        if (failed)
            setProblem(tr("the output device does not take sound"));
        else if (state == QAudio::ActiveState)
            setProblem({});
    });
}

void SoundPlayer::setProblem(const QString &problem)
{
    if (m_problem == problem)
        return;
    m_problem = problem;
    if (!problem.isEmpty())
        qCWarning(lcSound).noquote() << "Alerts make no sound here:" << problem;
    Q_EMIT changed();
}

void SoundPlayer::play(Sound sound, double volume)
{
    if (m_device.isNull())
        return;
    if (!m_sink)
        makeSink();
    QByteArray &pcm = m_pcm.at(static_cast<std::size_t>(sound));
    if (pcm.isEmpty())
        pcm = SoundBank::pcmOf(sound);
    m_sink->stop();
    m_buffer.close();
    m_buffer.setData(pcm);
    m_buffer.open(QIODevice::ReadOnly);
    m_sink->setVolume(gainOf(volume));
    m_sink->start(&m_buffer);
    if (m_sink->error() != QAudio::NoError && m_sink->error() != QAudio::UnderrunError)
        setProblem(tr("the output device does not take sound"));
}

void SoundPlayer::stop()
{
    if (m_sink)
        m_sink->stop();
    if (m_speech)
        m_speech->stop();
}

bool SoundPlayer::canSpeak() const
{
    return m_speech && m_speech->state() != QTextToSpeech::Error && !m_device.isNull();
}

void SoundPlayer::speak(const QString &text, double volume)
{
    if (!canSpeak())
        return;
    m_speech->setVolume(gainOf(volume));
    m_speech->say(text);
}

} // namespace tocsin
