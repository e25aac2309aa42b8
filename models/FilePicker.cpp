// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/FilePicker.h"

#include <QSaveFile>

#include <utility>

namespace tocsin {

FilePicker::FilePicker(QObject *parent) : QObject(parent)
{
    m_pool.setMaxThreadCount(1);
}

FilePicker::~FilePicker()
{
    m_pool.waitForDone(); // what was to be saved is
}

void FilePicker::ask(Question question, Chosen chosen)
{
    question.id = ++m_last;
    m_waiting[question.id] = std::move(chosen);
    Q_EMIT asked(question);
}

void FilePicker::answer(quint64 id, const QList<QUrl> &files)
{
    const Chosen chosen = m_waiting.take(id);
    if (chosen && !files.isEmpty())
        chosen(files);
}

void FilePicker::write(const QUrl &file, const QByteArray &bytes, Written written)
{
    if (!file.isLocalFile())
        return written(tr("%1 is not a file on this computer.").arg(file.toDisplayString()));
    m_pool.start([this, path = file.toLocalFile(), bytes, written = std::move(written)] {
        QSaveFile target(path);
        const bool saved = target.open(QIODevice::WriteOnly) && target.write(bytes) == bytes.size() && target.commit();
        const QString problem = saved ? QString() : tr("%1 could not be written: %2").arg(path, target.errorString());
        QMetaObject::invokeMethod(this, [written, problem] { written(problem); }, Qt::QueuedConnection);
    });
}

} // namespace tocsin
