// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include <chrono>

// What a test client can play: of each dialect the places to connect to, a message of each kind and a simulation. Plain values and functions, any
// thread.

namespace tocsin::probe {

struct MessageTemplate
{
    QString name; ///< the message's type
    QString text; ///< with {now}, {ms}, {n}, {id}, {token}, {x} and {y} to be filled in
};

struct DialectEntry
{
    int number = 0;
    QString name;
    QStringList paths; ///< with {id} where one belongs; the first is the usual one
    QStringList subprotocols;
    bool engineIo = false;
    QStringList first; ///< templates, sent as soon as it is open
    QList<MessageTemplate> messages;
    QString simulation;         ///< what the simulation is, a few words
    QStringList simulatedFirst; ///< sent once
    QString simulated;          ///< sent again and again
    std::chrono::milliseconds every{1'000};
    QString simulatedPath; ///< where it must be connected for this
};

[[nodiscard]] const QList<DialectEntry> &catalog();

/// What is filled into a template.
struct Filling
{
    QString id;
    QString token;
    qint64 nowMs = 0;
    int n = 0; ///< how many were sent before; {x} and {y} drive round a block with it
};
[[nodiscard]] QString filled(QString text, const Filling &filling);

} // namespace tocsin::probe
