#include "core/cloud/filerange.h"

namespace edgelift {

FileRange::FileRange(const QString &path, qint64 offset, qint64 length, QObject *parent)
    : QIODevice(parent)
    , m_file(path)
    , m_offset(offset)
    , m_length(length)
{
}

bool FileRange::openRange()
{
    if (!m_file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) || m_offset < 0 || m_offset > m_file.size())
        return false;
    if (m_length < 0)
        m_length = m_file.size() - m_offset;
    return m_length <= m_file.size() - m_offset && QIODevice::open(QIODevice::ReadOnly | QIODevice::Unbuffered);
}

qint64 FileRange::readData(char *data, qint64 most)
{
    const qint64 left = m_length - pos();
    if (left <= 0)
        return -1;
    const bool placed = m_file.seek(m_offset + pos());
    const qint64 got = placed ? m_file.read(data, qMin(most, left)) : -1;
    if (got > 0)
        return got;
    m_failed = true;
    return -1;
}

}
