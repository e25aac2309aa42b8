// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace tocsin {

/// Turns SIGTERM and SIGINT (on Windows: console close and Ctrl+C) into a Qt signal on this object's thread.
/// One at a time in a process. A second signal while stopping ends the process at once.
class StopSignals : public QObject
{
    Q_OBJECT
public:
    explicit StopSignals(QObject *parent = nullptr);
    ~StopSignals() override;

Q_SIGNALS:
    void stopRequested();
};

} // namespace tocsin
