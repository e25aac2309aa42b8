// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/SoundBank.h"

#include <QList>
#include <QObject>
#include <QString>

namespace tocsin {

/// Where the console's sounds come out: app/console/SoundPlayer, or a test's. GUI thread; outlives the console.
class SoundOutput : public QObject
{
    Q_OBJECT
public:
    struct Device
    {
        QString id;
        QString name; ///< as the system calls it
        bool operator==(const Device &) const = default;
    };

    using QObject::QObject;

    [[nodiscard]] virtual QList<Device> devices() const = 0;
    /// Empty: the system's default. One that is not there (any more): the default takes its place until it is.
    virtual void useDevice(const QString &id) = 0;
    /// What sounds come out of now; an empty id: of nothing.
    [[nodiscard]] virtual Device device() const = 0;
    /// A sentence while the device does not take sound; empty: it does.
    [[nodiscard]] virtual QString problem() const = 0;
    /// Instead of what sounds now. `volume`: 0 to 1, as the operator set it.
    virtual void play(Sound sound, double volume) = 0;
    virtual void stop() = 0;
    [[nodiscard]] virtual bool canSpeak() const { return false; }
    virtual void speak(const QString & /*text*/, double /*volume*/) {}

Q_SIGNALS:
    /// devices(), device() or problem() are others.
    void changed();
};

} // namespace tocsin
