// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/SoundOutput.h"

#include <QAudioDevice>
#include <QBuffer>
#include <QMediaDevices>

#include <array>
#include <memory>

QT_BEGIN_NAMESPACE
class QAudioSink;
class QTextToSpeech;
QT_END_NAMESPACE

namespace tocsin {

/// Plays the console's sounds through Qt Multimedia. GUI thread. The chosen device may go at any time: the system's default takes its
/// place until it is back, and a device that takes no sound says so in problem() until the next one does.
class SoundPlayer : public SoundOutput
{
    Q_OBJECT
public:
    explicit SoundPlayer(QObject *parent = nullptr);
    ~SoundPlayer() override;

    [[nodiscard]] QList<Device> devices() const override;
    void useDevice(const QString &id) override;
    [[nodiscard]] Device device() const override;
    [[nodiscard]] QString problem() const override { return m_problem; }
    void play(Sound sound, double volume) override;
    void stop() override;
    [[nodiscard]] bool canSpeak() const override;
    void speak(const QString &text, double volume) override;

private:
    void choose();
    void makeSink();
    void setProblem(const QString &problem);

    QMediaDevices m_media;
    QString m_wanted;
    QAudioDevice m_device; ///< null: there is none
    std::unique_ptr<QAudioSink> m_sink;
    QBuffer m_buffer;
    std::array<QByteArray, soundCount> m_pcm; ///< made when first played
    QString m_problem;
    std::unique_ptr<QTextToSpeech> m_speech;
};

} // namespace tocsin
