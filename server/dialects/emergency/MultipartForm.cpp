// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/MultipartForm.h"

#include <algorithm>

namespace tocsin {

namespace {

constexpr qsizetype mostParts = 32;
constexpr qsizetype longestBoundary = 70;
constexpr qsizetype longestHead = 4096;

/// A parameter of a header's value: name=token or name="quoted". Empty: not there.
QByteArray parameterOf(const QByteArray &header, const QByteArray &name)
{
    qsizetype at = 0;
    while ((at = header.indexOf(';', at)) >= 0) {
        ++at;
        while (at < header.size() && header.at(at) == ' ')
            ++at;
        if (header.mid(at, name.size()).toLower() != name || header.mid(at + name.size(), 1) != "=")
            continue;
        const QByteArray rest = header.mid(at + name.size() + 1);
        if (rest.startsWith('"'))
            return rest.mid(1, std::max<qsizetype>(rest.indexOf('"', 1) - 1, 0));
        return rest.left(rest.indexOf(';') < 0 ? rest.size() : rest.indexOf(';')).trimmed();
    }
    return {};
}

std::optional<FormPart> partOf(const QByteArray &text)
{
    const qsizetype end = text.indexOf("\r\n\r\n");
    if (end < 0 || end > longestHead)
        return std::nullopt;
    FormPart part;
    part.content = text.mid(end + 4);
    const QByteArrayList lines = text.left(end).split('\n');
    for (const QByteArray &line : lines) {
        if (!line.toLower().startsWith("content-disposition:"))
            continue;
        part.name = parameterOf(line.trimmed(), "name");
        part.fileName = parameterOf(line.trimmed(), "filename");
    }
    return part;
}

} // namespace

bool isMultipartForm(const QByteArray &contentType)
{
    return contentType.split(';').first().trimmed().toLower() == "multipart/form-data";
}

std::optional<QList<FormPart>> readMultipartForm(const QByteArray &contentType, const QByteArray &body)
{
    const QByteArray boundary = parameterOf(contentType, "boundary");
    if (!isMultipartForm(contentType) || boundary.isEmpty() || boundary.size() > longestBoundary)
        return std::nullopt;
    const QByteArray line = "--" + boundary;
    const QByteArray between = "\r\n" + line;
    qsizetype at = 0;
    if (!body.startsWith(line)) {
        at = body.indexOf(between); // what comes before it is nobody's
        if (at < 0)
            return std::nullopt;
        at += 2;
    }
    QList<FormPart> parts;
    for (at += line.size(); body.mid(at, 2) != "--";) {
        if (body.mid(at, 2) != "\r\n" || parts.size() >= mostParts)
            return std::nullopt;
        at += 2;
        const qsizetype end = body.indexOf(between, at);
        const auto part = end < 0 ? std::nullopt : partOf(body.mid(at, end - at));
        if (!part)
            return std::nullopt;
        parts.append(*part);
        at = end + between.size();
    }
    return parts;
}

} // namespace tocsin
