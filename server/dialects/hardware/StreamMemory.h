// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "server/dialects/hardware/HardwareReader.h"

#include <QHash>

namespace tocsin::hardware {

/// The streams of clients that have lately gone, for those who come back. Of the same person and client id, the last connection to go is
/// remembered. Bounded: `most` clients, the longest gone go first; each for `keep`. Plain value; time is an argument.
class StreamMemory
{
public:
    static constexpr qsizetype most = 1000;
    static constexpr auto keep = std::chrono::minutes(5);
    struct Remembered
    {
        QString streamId;
        StreamSpec spec;
    };

    void put(const Principal &who, const QString &client, const QList<Remembered> &streams, TimePoint now);
    /// Once: then it is forgotten.
    [[nodiscard]] QList<Remembered> take(const Principal &who, const QString &client, TimePoint now);
    [[nodiscard]] qsizetype size() const { return m_gone.size(); }

private:
    struct Gone
    {
        TimePoint at;
        QList<Remembered> streams;
    };
    static QString keyOf(const Principal &who, const QString &client);
    QHash<QString, Gone> m_gone;
};

} // namespace tocsin::hardware
