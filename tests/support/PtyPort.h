// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace tocsin::fake {

/// A pseudo-terminal: write() is what the device sends, path() is what the adapter opens. Closing it is unplugging.
class PtyPort
{
public:
    PtyPort() : m_master(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC))
    {
        if (m_master >= 0 && ::grantpt(m_master) == 0 && ::unlockpt(m_master) == 0) {
            char name[128];
            if (::ptsname_r(m_master, name, sizeof name) == 0)
                m_path = QString::fromLocal8Bit(name);
        }
    }
    ~PtyPort() { unplug(); }
    PtyPort(const PtyPort &) = delete;
    PtyPort &operator=(const PtyPort &) = delete;

    [[nodiscard]] bool isOpen() const { return m_master >= 0 && !m_path.isEmpty(); }
    [[nodiscard]] const QString &path() const { return m_path; }
    /// False when not everything fitted.
    [[nodiscard]] bool write(const QByteArray &bytes) const
    {
        return ::write(m_master, bytes.constData(), std::size_t(bytes.size())) == bytes.size();
    }
    void unplug()
    {
        if (m_master >= 0)
            ::close(m_master);
        m_master = -1;
    }

private:
    int m_master;
    QString m_path;
};

} // namespace tocsin::fake
