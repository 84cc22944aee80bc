#include "patchedimage.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace edgelift::fuzz {

namespace {
constexpr int mostChanges = 200;
constexpr quint64 page = BaseImage::pageSize;
constexpr quint64 sector = BaseImage::sectorSize;

bool isZero(QByteArrayView bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}
}

BaseImage::BaseImage(quint64 size, const QByteArray &start)
    : m_size(size)
{
    for (quint64 at = 0; at < quint64(start.size()); at += page)
        add(at / page, start.mid(qsizetype(at), page).leftJustified(page, '\0'));
}

BaseImage::BaseImage(quint64 size, const char *command)
    : m_size(size)
{
    const QTemporaryDir work;
    const QTemporaryDir folder;
    QFile image(work.filePath(QStringLiteral("image")));
    const bool made = image.open(QIODevice::ReadWrite | QIODevice::Unbuffered) && image.resize(qint64(size));
    QProcess tool;
    tool.setProcessChannelMode(QProcess::MergedChannels);
    tool.start(QStringLiteral("/bin/sh"),
        {QStringLiteral("-ec"), QStringLiteral("image=$1 folder=$2; PATH=$PATH:/usr/sbin:/sbin; ") + QLatin1String(command),
            QStringLiteral("sh"), image.fileName(), folder.path()});
    if (!made || !tool.waitForFinished(60000) || tool.exitCode() != 0)
        qFatal("%s: %s", command, tool.readAll().constData());
    for (quint64 at = 0; at < size; at += page) {
        const QByteArray bytes = image.seek(qint64(at)) ? image.read(page) : QByteArray();
        if (!isZero(bytes))
            add(at / page, bytes.leftJustified(page, '\0'));
    }
}

void BaseImage::add(quint64 number, const QByteArray &bytes)
{
    m_pages.insert(number, bytes);
    for (quint64 in = 0; in < page; in += sector) {
        if (!isZero(QByteArrayView(bytes).sliced(qsizetype(in), sector)))
            m_sectors.push_back((number * page + in) / sector);
    }
}

Result<QByteArray> PatchedImage::read(quint64 offset, quint64 length) const
{
    if (offset > m_size || length > m_size - offset)
        return Error{ErrorCode::SourceUnreadable, Retry::Never, {}, QStringLiteral("outside of the image")};
    QByteArray bytes(qsizetype(length), '\0');
    for (quint64 at = offset; at < offset + length;) {
        const quint64 in = at % page;
        const quint64 count = std::min(page - in, offset + length - at);
        const auto changed = m_changed.constFind(at / page);
        const auto original = m_base.pages().constFind(at / page);
        if (changed != m_changed.constEnd())
            std::memcpy(bytes.data() + (at - offset), changed->constData() + in, count);
        else if (original != m_base.pages().constEnd())
            std::memcpy(bytes.data() + (at - offset), original->constData() + in, count);
        at += count;
    }
    return bytes;
}

void PatchedImage::write(quint64 offset, QByteArrayView bytes)
{
    if (offset >= m_size)
        return;
    bytes = bytes.first(qsizetype(std::min(quint64(bytes.size()), m_size - offset)));
    while (!bytes.isEmpty()) {
        const quint64 in = offset % page;
        const auto count = std::min(qsizetype(page - in), bytes.size());
        auto found = m_changed.find(offset / page);
        if (found == m_changed.end())
            found = m_changed.insert(offset / page, m_base.pages().value(offset / page, QByteArray(page, '\0')));
        std::memcpy(found->data() + in, bytes.data(), size_t(count));
        offset += quint64(count);
        bytes = bytes.sliced(count);
    }
}

void PatchedImage::apply(Reader &reader)
{
    const std::vector<quint64> &sectors = m_base.sectors();
    const auto nth = [&sectors](quint16 n) { return sectors.empty() ? 0 : sectors[n % sectors.size()] * sector; };
    for (int i = 0; i < mostChanges && !reader.atEnd(); ++i) {
        const int what = reader.number<quint8>() % 4;
        if (what == 3) {
            m_size = std::min(m_base.size(), reader.number<quint32>() * sector);
            continue;
        }
        quint64 at = what == 1 ? reader.number<quint32>() * sector : nth(reader.number<quint16>());
        if (what == 2) {
            const Result<QByteArray> bytes = read(at, sector);
            at = nth(reader.number<quint16>());
            if (bytes)
                write(at, *bytes);
            continue;
        }
        at += reader.number<quint16>() % sector;
        write(at, reader.take(reader.number<quint8>()));
    }
}

QSet<quint64> PatchedImage::touchedPages() const
{
    QSet<quint64> touched;
    for (auto it = m_changed.keyBegin(); it != m_changed.keyEnd(); ++it)
        touched.insert(*it * page);
    return touched;
}

QString PatchedImage::toFile(const char *name) const
{
    QString path = scratchFile(name, {});
    const int fd = ::open(QFile::encodeName(path).constData(), O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && ::ftruncate(fd, off_t(m_size)) == 0;
    QSet<quint64> numbers(m_base.pages().keyBegin(), m_base.pages().keyEnd());
    numbers.unite(QSet<quint64>(m_changed.keyBegin(), m_changed.keyEnd()));
    for (const quint64 number : std::as_const(numbers)) {
        const quint64 at = number * page;
        const quint64 count = at < m_size ? std::min(page, m_size - at) : 0;
        const QByteArray bytes = m_changed.value(number, m_base.pages().value(number));
        good = good && (count == 0 || ::pwrite(fd, bytes.constData(), count, off_t(at)) == ssize_t(count));
    }
    if (!good || ::close(fd) != 0)
        qFatal("cannot write %s", qPrintable(path));
    return path;
}

}
