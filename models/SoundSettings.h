// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/SoundOutput.h"

#include <QObject>
#include <QStringList>
#include <QtQml/qqmlregistration.h>

#include <array>
#include <memory>

QT_BEGIN_NAMESPACE
class QSettings;
QT_END_NAMESPACE

namespace tocsin {

/// How loud the console's sounds are and where they come out, as the operator set it; kept per user. GUI thread; owned by Annunciator.
/// Emergencies stay audible whatever is set: they can be silenced, for a while, but not turned off.
class SoundSettings : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.sound.settings")
    /// Volumes in percent, 0 to 100.
    Q_PROPERTY(int emergency READ emergency WRITE setEmergency NOTIFY changed FINAL) ///< not below EmergencyFloor
    Q_PROPERTY(int critical READ critical WRITE setCritical NOTIFY changed FINAL)
    Q_PROPERTY(int warning READ warning WRITE setWarning NOTIFY changed FINAL)
    Q_PROPERTY(bool muted READ muted WRITE setMuted NOTIFY changed FINAL) ///< all but emergencies
    Q_PROPERTY(bool speech READ speech WRITE setSpeech NOTIFY changed FINAL)
    Q_PROPERTY(
        bool startTone READ startTone WRITE setStartTone NOTIFY changed FINAL) ///< a test tone when the console starts
    /// "System default (Speakers)", then each device by its name; one that is chosen but gone says so.
    Q_PROPERTY(QStringList devices READ devices NOTIFY changed FINAL)
    Q_PROPERTY(int device READ device WRITE setDevice NOTIFY changed FINAL) ///< row of `devices`
public:
    enum Floor {
        EmergencyFloor = 40, ///< percent; an emergency is never below
        AudibleFloor = 10,   ///< a critical sound below this does not count as heard
    };
    Q_ENUM(Floor)

    explicit SoundSettings(QObject *parent = nullptr);
    ~SoundSettings() override;

    /// Reads what is kept in `file` and keeps changes there from now on. Once; without it nothing is kept.
    void keepIn(const QString &file);
    void setOutput(SoundOutput *output);

    [[nodiscard]] int emergency() const { return m_values.emergency; }
    [[nodiscard]] int critical() const { return m_values.critical; }
    [[nodiscard]] int warning() const { return m_values.warning; }
    [[nodiscard]] bool muted() const { return m_values.muted; }
    [[nodiscard]] bool speech() const { return m_values.speech; }
    [[nodiscard]] bool startTone() const { return m_values.startTone; }
    [[nodiscard]] QStringList devices() const;
    [[nodiscard]] int device() const;
    void setEmergency(int percent);
    void setCritical(int percent);
    void setWarning(int percent);
    void setMuted(bool muted);
    void setSpeech(bool speech);
    void setStartTone(bool startTone);
    void setDevice(int row);

    /// 0 to 1; 0: it does not sound.
    [[nodiscard]] double volumeOf(Sound sound) const;

Q_SIGNALS:
    void changed();

private:
    struct Values
    {
        int emergency = 100;
        int critical = 80;
        int warning = 60;
        bool muted = false;
        bool speech = false;
        bool startTone = true;
        QString device; ///< empty: the system's default
        QString deviceName;
        bool operator==(const Values &) const = default;
    };
    void assign(Values values);

    Values m_values;
    SoundOutput *m_output = nullptr;
    std::unique_ptr<QSettings> m_kept;
};

} // namespace tocsin
