// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/DeskLink.h"
#include "models/FilePicker.h"
#include "models/FrameListModel.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// Frames of other connections, live. GUI thread; owned by ConnectionDesk. It runs only while somebody has switched it on; the
/// server notes that in its audit and shows no tokens.
class FrameInspector : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.connections")
    Q_PROPERTY(tocsin::FrameListModel *frames READ frames CONSTANT FINAL)
    Q_PROPERTY(bool running READ running NOTIFY runningChanged FINAL)
    Q_PROPERTY(QString runningText READ runningText NOTIFY runningTextChanged FINAL) ///< what is inspected, and skipped
public:
    FrameInspector(DeskLink &link, FilePicker &files, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] FrameListModel *frames() { return &m_frames; }
    [[nodiscard]] bool running() const { return m_running; }
    [[nodiscard]] QString runningText() const;

    /// One connection alone.
    Q_INVOKABLE void inspect(const QString &clientId);
    /// "dialect:1 user:ben crash": connections, and a text that must occur. Empty: everything.
    Q_INVOKABLE void inspectWhere(const QString &words);
    Q_INVOKABLE void stop();
    /// Asks where to, and writes what is shown.
    Q_INVOKABLE void save();

Q_SIGNALS:
    void runningChanged();
    void runningTextChanged();
    void said(const QString &text);
    void refused(const QString &text);

private:
    void ask(const TapFilter &filter, const QString &subject);
    void takeReply(const QString &requestId, const Outcome &outcome);
    void take(const FrameReport &report);
    void setRunning(bool running);

    DeskLink &m_link;
    FilePicker &m_files;
    ModelClock m_clock;
    FrameListModel m_frames;
    QString m_asked; ///< the request under way
    QString m_subject;
    qint64 m_skipped = 0;
    bool m_running = false;
};

} // namespace tocsin
