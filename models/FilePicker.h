// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QThreadPool>
#include <QUrl>

#include <functional>

namespace tocsin {

/// Asks the operator for files: models ask, app shows the dialog and answers. Writes them on a thread of its own. GUI thread; owned by Console.
class FilePicker : public QObject
{
    Q_OBJECT
public:
    struct Question
    {
        quint64 id = 0;
        bool save = false; ///< one that is to be written; else any number that are there
        QString title;
        QString suggested;   ///< a name, when saving
        QStringList filters; ///< "Pictures (*.png *.jpg)"
    };
    using Chosen = std::function<void(const QList<QUrl> &)>;

    using Written = std::function<void(const QString &problem)>;

    explicit FilePicker(QObject *parent = nullptr);
    ~FilePicker() override;

    /// `chosen` is called once with at least one file, or never.
    void ask(Question question, Chosen chosen);
    /// None: the operator thought better of it.
    void answer(quint64 id, const QList<QUrl> &files);
    /// All of it or nothing; `written` is called once with a sentence when it failed, else with none.
    void write(const QUrl &file, const QByteArray &bytes, Written written);

Q_SIGNALS:
    void asked(const tocsin::FilePicker::Question &question);

private:
    QHash<quint64, Chosen> m_waiting;
    quint64 m_last = 0;
    QThreadPool m_pool;
};

} // namespace tocsin
