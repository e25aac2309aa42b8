// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Streams.h"
#include "server/store/LogStore.h"
#include "tests/support/Events.h"

#include <QHash>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <future>
#include <memory>

namespace tocsin::test {

/// Collects answers in the order in which they came.
struct Answers
{
    QList<CommitResult> list;
    Store::Done take()
    {
        return [this](const CommitResult &result) { list.append(result); };
    }
    [[nodiscard]] int stored() const
    {
        return int(std::count_if(list.cbegin(), list.cend(), [](const CommitResult &r) { return r.ok; }));
    }
};

inline void append(LogStore &store, const QList<Event> &events, Store::Done done)
{
    store.append({events, {}}, std::move(done));
}

inline RememberedRequest requestOf(const QString &sender, const QString &id, TimePoint at, qint64 seq = 0)
{
    return {sender, id, QByteArray(32, 'h'), Outcome::done(QStringLiteral("a1"), false), seq, at};
}

/// Asks and waits for the answer, whichever thread brings it.
template<class Result, class Ask>
Result answer(Ask ask)
{
    const auto promise = std::make_shared<std::promise<Result>>();
    std::future<Result> result = promise->get_future();
    ask(std::function<void(const Result &)>([promise](const Result &r) { promise->set_value(r); }));
    if (result.wait_for(std::chrono::seconds(30)) == std::future_status::ready)
        return result.get();
    Result none;
    none.error = QStringLiteral("no answer");
    return none;
}

/// Each test has a directory of its own.
class LogCase : public QObject
{
    Q_OBJECT
protected:
    std::unique_ptr<QTemporaryDir> m_dir;
    [[nodiscard]] QString path() const { return m_dir->filePath(QStringLiteral("desk.db")); }
    [[nodiscard]] LogStore::Options options() const
    {
        LogStore::Options options;
        options.path = path();
        options.groupEvents = 128;
        options.groupTime = std::chrono::hours(1); // never by time: the tests count transactions
        return options;
    }
    static void settle(const Answers &answers, int count) { QTRY_COMPARE(answers.list.size(), count); }

protected Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
    }
};

} // namespace tocsin::test
