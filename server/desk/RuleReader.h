// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/desk/JsonLines.h"
#include "server/desk/RulesFile.h"

#include <QJsonArray>
#include <QJsonObject>

#include <optional>

namespace tocsin {

/// Reads the rules of a file (RulesFile.h) one by one and collects what is wrong with them. Part of RulesFile alone.
class RuleReader
{
public:
    explicit RuleReader(const QByteArray &text) : m_lines(text) {}

    [[nodiscard]] RulesResult read(const QJsonObject &file);
    /// `alone`: a rule that is tried without the others; whom it names is not looked for.
    void setAlone(bool alone) { m_alone = alone; }

private:
    void fail(const QString &key, const QString &reason);
    void onlyKeys(const QJsonObject &object, const QString &prefix, const QStringList &known);
    QString textOf(const QJsonObject &object, const QString &key, const QString &prefix = {}, bool required = false);
    std::optional<double> numberOf(const QJsonObject &object, const QString &key, const QString &prefix = {});
    QStringList textsOf(const QJsonObject &object, const QString &key, const QString &prefix = {});
    std::optional<Duration> secondsOf(const QJsonObject &object, const QString &key, double least, double most,
                                      const QString &prefix = {});
    bool boolOf(const QJsonObject &object, const QString &key, bool otherwise);
    QJsonObject objectOf(const QJsonObject &object, const QString &key, const QStringList &known);
    std::optional<Comparison> comparisonOf(const QJsonObject &object, const QString &prefix);
    std::optional<AlertLevel> levelOf(const QJsonObject &object, const QString &prefix);
    bool limitsOf(const QJsonObject &object, const QString &prefix, Comparison comparison, double &limit,
                  double &upper);
    std::optional<AlertTest> testOf(const QJsonObject &object, const QString &prefix);
    std::optional<AlertBand> bandOf(const QJsonObject &object, const QString &prefix, Comparison comparison);

    AlertRule rule(const QJsonObject &object);
    void readMatch(const QJsonObject &object, AlertRule &rule);
    void readBands(const QJsonObject &object, AlertRule &rule);
    void readClear(const QJsonObject &object, AlertRule &rule);
    void checkOrder(const AlertRule &rule);
    void readWords(const QJsonObject &object, AlertRule &rule);
    void readDelays(const QJsonObject &object, AlertRule &rule);
    void readUnless(const QJsonObject &object, AlertRule &rule);
    void readMeasure(const QJsonObject &object, AlertRule &rule);
    void readCount(const QJsonObject &object, AlertRule &rule);
    void readCare(const QJsonObject &object, AlertRule &rule);
    void readLadder(const QJsonObject &object, AlertRule &rule);
    void readSchedule(const QJsonObject &object, AlertRule &rule);
    std::optional<AlertSchedule::Span> spanOf(const QJsonObject &object, const QString &prefix);
    void checkFamily();

    JsonLines m_lines;
    RulesResult m_result;
    bool m_alone = false;
    int m_index = -1;
    QString m_id;
};

} // namespace tocsin
