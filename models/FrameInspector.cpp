// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/FrameInspector.h"

#include "models/Format.h"

#include <utility>

namespace tocsin {

namespace {
/// The server's name of a dialect: its number will do.
QString dialectNamed(const QString &word)
{
    if (word == QLatin1String("0"))
        return QStringLiteral("native");
    return word.size() == 1 ? QStringLiteral("dialect") + word : word;
}
} // namespace

FrameInspector::FrameInspector(DeskLink &link, FilePicker &files, ModelClock clock, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_files(files)
    , m_clock(std::move(clock))
    , m_frames(m_clock)
{
    connect(&link, &DeskLink::replied, this, &FrameInspector::takeReply);
    connect(&link, &DeskLink::framesSeen, this, &FrameInspector::take);
    connect(&link, &DeskLink::stateChanged, this, [this](DeskLink::State state) {
        if (state != DeskLink::State::Open)
            setRunning(false); // another connection knows nothing of it
    });
}

QString FrameInspector::runningText() const
{
    const QString text = tr("Inspecting %1; the audit says so").arg(m_subject);
    return m_skipped == 0 ? text
                          : tr("%1 · %2 more were too many to show").arg(text, format::number(double(m_skipped), 0));
}

void FrameInspector::inspect(const QString &clientId)
{
    ask({clientId, {}, {}, {}}, clientId);
}

void FrameInspector::inspectWhere(const QString &words)
{
    TapFilter filter;
    QStringList text;
    QStringList subject;
    const QStringList parts = words.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    for (const QString &part : parts) {
        const QString value = part.section(QLatin1Char(':'), 1);
        if (part.startsWith(QLatin1String("dialect:")))
            filter.dialect = dialectNamed(value);
        else if (part.startsWith(QLatin1String("user:")))
            filter.user = value;
        else
            text.append(part);
        subject.append(part);
    }
    filter.text = text.join(QLatin1Char(' '));
    ask(filter, subject.isEmpty() ? tr("every connection") : subject.join(QLatin1Char(' ')));
}

void FrameInspector::ask(const TapFilter &filter, const QString &subject)
{
    m_subject = subject;
    m_asked = m_link.orderConnections(InspectFrames{filter});
}

void FrameInspector::stop()
{
    m_asked.clear();
    if (!m_running)
        return;
    (void)m_link.orderConnections(InspectFrames{});
    setRunning(false);
}

void FrameInspector::takeReply(const QString &requestId, const Outcome &outcome)
{
    if (m_asked.isEmpty() || requestId != m_asked)
        return;
    m_asked.clear();
    if (!outcome.ok) {
        Q_EMIT refused(tr("The frames cannot be inspected: %1").arg(outcome.message));
        return;
    }
    m_skipped = 0;
    setRunning(true);
    Q_EMIT runningTextChanged();
}

void FrameInspector::take(const FrameReport &report)
{
    if (!m_running)
        return;
    QList<FrameLine> lines;
    for (const TappedFrame &frame : report.frames)
        lines.append(
            {frame.out ? FrameLine::Way::Out : FrameLine::Way::In, frame.at, frame.client, frame.size, frame.text});
    m_frames.append(lines);
    if (report.skipped == 0)
        return;
    m_skipped += report.skipped;
    Q_EMIT runningTextChanged();
}

void FrameInspector::setRunning(bool running)
{
    if (running == m_running)
        return;
    m_running = running;
    Q_EMIT runningChanged();
}

void FrameInspector::save()
{
    FilePicker::Question question;
    question.save = true;
    question.title = tr("Save the frames");
    question.suggested = QStringLiteral("frames.log");
    question.filters = {tr("Logs (*.log *.txt)")};
    m_files.ask(question, [this](const QList<QUrl> &files) {
        const QUrl &file = files.constFirst();
        m_files.write(file, m_frames.allText().toUtf8(), [this, file](const QString &problem) {
            if (problem.isEmpty())
                Q_EMIT said(tr("Saved as %1.").arg(file.toLocalFile()));
            else
                Q_EMIT refused(problem);
        });
    });
}

} // namespace tocsin
