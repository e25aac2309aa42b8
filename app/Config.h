// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Settings.h"

#include <QHash>
#include <QProcessEnvironment>
#include <QVariant>

#include <optional>

namespace tocsin {

/// One setting: its place in the file, the flag and environment variable that override it.
struct ConfigKey
{
    enum class Kind { Text, List, Flag, Integer, Real };
    QString name; ///< "server.listen"
    Kind kind = Kind::Text;
    QVariant defaultValue;
    QString flag;      ///< "listen"; empty: file and environment only
    QString valueName; ///< for --help: "ADDR:PORT"
    QString help;
    double minimum = 0;
    double maximum = 1e9;

    [[nodiscard]] QString variable() const; ///< "TOCSIN_SERVER_LISTEN"
};

/// Where the value in force came from.
struct ConfigValue
{
    QVariant value;
    QString origin; ///< "default", "file PATH line 3", "environment TOCSIN_…", "flag --listen"
};

/// The configuration: a TOML file, TOCSIN_… variables and flags; flag > environment > file > default.
/// Checked whole: errors() lists every unknown key (with its line) and every value of a wrong type or range.
/// Any thread; no I/O but reading the file named.
class Config
{
public:
    [[nodiscard]] static const QList<ConfigKey> &keys();

    Config();
    /// Reads a file. `required` false: a missing file is no error.
    void readFile(const QString &path, bool required);
    /// Reads the same from text; `path` is for the messages.
    void readText(const QByteArray &toml, const QString &path);
    void readEnvironment(const QProcessEnvironment &environment);
    /// The variables of the IoT hub that dialect 2 takes the place of (PORT, FRONTEND_URL, …). They give way to whatever was set; a sentence
    /// for each that is there, saying what became of it.
    [[nodiscard]] QStringList readOldNames(const QProcessEnvironment &environment);
    /// A flag as given; repeated flags of a list add up.
    void setFlag(const QString &flag, const QStringList &values);
    /// Something else decided (the demo); it gives way to whatever was set.
    void setFallback(const QString &name, const QVariant &value, const QString &origin);

    [[nodiscard]] const QStringList &errors() const { return m_errors; }
    [[nodiscard]] Settings settings() const;
    [[nodiscard]] const ConfigValue &value(const QString &name) const;
    /// As a TOML file that could be read back, each line with its origin as a comment.
    [[nodiscard]] QString print() const;

private:
    void take(const ConfigKey &key, const QVariant &value, const QString &origin);
    [[nodiscard]] static std::optional<QVariant> parse(const ConfigKey &key, const QString &text);

    QHash<QString, ConfigValue> m_values;
    QStringList m_errors;
};

} // namespace tocsin
