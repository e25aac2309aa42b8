// SPDX-License-Identifier: GPL-3.0-or-later
// Telemetry history: samples inserted per second and the time of a day's query. Prints JSON.
// Usage: bench_history [DEVICES [CHANNELS [SECONDS]]]      (default 200 10 60: 1 Hz each, plus one device with a whole day)

#include "server/store/TelemetryHistory.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSemaphore>
#include <QTemporaryDir>
#include <QThread>

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
const TimePoint start{1'700'000'000s};

QList<Reading> oneSecond(int devices, const QStringList &channels, int second, bool rounded)
{
    QList<Reading> readings;
    readings.reserve(devices);
    for (int d = 0; d < devices; ++d) {
        Reading r;
        r.deviceId = QStringLiteral("vehicle-%1").arg(d);
        r.source = QStringLiteral("bench");
        r.receivedAt = start + second * 1s + d * 1us;
        r.position = Position{47 + second * 1e-5, 8.5 + second * 1e-5, {}, {}, {}, {}};
        for (int c = 0; c < channels.size(); ++c) {
            const double value = 50 + 40 * std::sin(second * 0.01 + d + c);
            r.samples.append({channels.at(c), rounded ? std::round(value * 10) / 10 : value});
        }
        readings.append(r);
    }
    return readings;
}

double medianMs(QList<double> times)
{
    std::sort(times.begin(), times.end());
    return times.at(times.size() / 2);
}
} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const int devices = arguments.value(1, QStringLiteral("200")).toInt();
    const int channelCount = arguments.value(2, QStringLiteral("10")).toInt();
    const int seconds = arguments.value(3, QStringLiteral("60")).toInt();
    QStringList channels;
    for (int c = 0; c < channelCount; ++c)
        channels.append(QStringLiteral("engine.channel_%1").arg(c));

    QJsonArray inserts;
    for (const bool rounded : {true, false}) {
        QTemporaryDir dir;
        TelemetryHistory::Options options;
        options.path = dir.filePath(QStringLiteral("history.db"));
        options.retention = std::chrono::hours(1'000'000);
        TelemetryHistory history(options);
        QThread thread;
        history.moveToThread(&thread);
        thread.start();
        QString error;
        QMetaObject::invokeMethod(&history, [&] { error = history.start(); }, Qt::BlockingQueuedConnection);
        if (!error.isEmpty()) {
            std::fprintf(stderr, "%s\n", qPrintable(error));
            return 1;
        }
        // Made before the clock runs; as fast as the store takes them without dropping.
        std::vector<QList<Reading>> load;
        load.reserve(size_t(seconds));
        for (int s = 0; s < seconds; ++s)
            load.push_back(oneSecond(devices, channels, s, rounded));
        QElapsedTimer clock;
        clock.start();
        qint64 sent = 0;
        for (const QList<Reading> &second : load) {
            history.record(second);
            sent += second.size();
            while (sent - history.recorded() - history.dropped() > 20'000)
                QThread::usleep(100);
        }
        QMetaObject::invokeMethod(&history, [&] { history.stop(); }, Qt::BlockingQueuedConnection);
        const double elapsed = double(clock.nsecsElapsed()) / 1e9;
        thread.quit();
        thread.wait();
        const double samples = double(history.recorded()) * channelCount;
        inserts.append(QJsonObject{
            {QStringLiteral("values"), rounded ? QStringLiteral("one decimal") : QStringLiteral("full doubles")},
            {QStringLiteral("devices"), devices},
            {QStringLiteral("channels"), channelCount},
            {QStringLiteral("readings"), history.recorded()},
            {QStringLiteral("dropped"), history.dropped()},
            {QStringLiteral("samples_per_second"), std::round(samples / elapsed)},
            {QStringLiteral("readings_per_second"), std::round(double(history.recorded()) / elapsed)},
            {QStringLiteral("file_bytes_per_sample"), double(QFileInfo(options.path).size()) / samples}});
    }

    // A day of one device at 1 Hz, written in the half seconds in which it comes, so the layout is that of real life.
    QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("history.db"));
    {
        HistoryFile file;
        if (!file.open(path).error.isEmpty())
            return 1;
        for (int s = 0; s < 86'400; ++s) {
            if (!file.write({oneSecond(1, channels, s, true)}))
                return 1;
            while (file.wantsSorting(start + s * 1s) && file.sortSome() == HistoryFile::Step::More) {
            }
        }
    }
    TelemetryHistory::Options options;
    options.path = path;
    options.retention = std::chrono::hours(1'000'000);
    TelemetryHistory history(options);
    QThread thread;
    history.moveToThread(&thread);
    thread.start();
    QMetaObject::invokeMethod(&history, [&] { (void)history.start(); }, Qt::BlockingQueuedConnection);
    QList<double> day;
    QList<double> latest;
    qsizetype points = 0;
    for (int round = 0; round < 21; ++round) {
        QSemaphore done;
        QElapsedTimer clock;
        clock.start();
        history.history({QStringLiteral("vehicle-0"), {channels.first()}, start, start + 24h, 1000},
                        [&](const HistoryResult &result) {
                            points = result.series.isEmpty() ? 0 : result.series.first().points.size();
                            done.release();
                        });
        done.acquire();
        day.append(double(clock.nsecsElapsed()) / 1e6);
        clock.restart();
        history.readings({QStringLiteral("vehicle-0"), {}, {}, 100}, [&](const ReadingsResult &) { done.release(); });
        done.acquire();
        latest.append(double(clock.nsecsElapsed()) / 1e6);
    }
    QMetaObject::invokeMethod(&history, [&] { history.stop(); }, Qt::BlockingQueuedConnection);
    thread.quit();
    thread.wait();
    const QJsonObject report{{QStringLiteral("insert"), inserts},
                             {QStringLiteral("day_of_one_channel"),
                              QJsonObject{{QStringLiteral("samples"), 86'400},
                                          {QStringLiteral("points"), points},
                                          {QStringLiteral("first_ms"), day.first()},
                                          {QStringLiteral("median_ms"), medianMs(day)},
                                          {QStringLiteral("max_ms"), *std::max_element(day.cbegin(), day.cend())}}},
                             {QStringLiteral("newest_100_readings_median_ms"), medianMs(latest)},
                             {QStringLiteral("day_file_bytes"), QFileInfo(path).size()}};
    std::printf("%s", QJsonDocument(report).toJson().constData());
    return points > 0 ? 0 : 1;
}
