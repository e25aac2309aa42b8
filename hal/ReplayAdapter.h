// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/AdapterConfig.h"
#include "hal/DeviceAdapter.h"
#include "hal/Recording.h"

#include <QElapsedTimer>
#include <QSet>

#include <memory>

class QTimer;

namespace tocsin {

/// Plays a recording (formats: Recording.h) at its own pace times a factor. Its devices are put on the desk as
/// simulated, with the tag "replay": nothing that happens to them is happening now. receivedAt is the moment
/// of playing, sourceTime the recorded one. Ends in Finished, or begins anew.
class ReplayAdapter : public DeviceAdapter
{
    Q_OBJECT
public:
    ReplayAdapter(ReplayConfig config, ReadingSink &sink, DeskPort &desk, QObject *parent = nullptr);
    ~ReplayAdapter() override;

protected:
    void open() override;
    void close() override;

private:
    void play();
    [[nodiscard]] bool fetch();
    void show(const RecordingItem &item);

    const ReplayConfig m_config;
    std::unique_ptr<RecordingReader> m_reader;
    RecordingPace m_pace;
    std::optional<RecordingItem> m_next;
    Duration m_due{0}; ///< of m_next, on m_clock
    QElapsedTimer m_clock;
    QTimer *m_timer = nullptr; ///< child
    QSet<QString> m_announced;
};

} // namespace tocsin
