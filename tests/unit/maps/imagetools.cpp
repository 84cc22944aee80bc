#include "tests/unit/maps/imagetools.h"

#include "core/base/fd.h"
#include "core/base/process.h"

#include <QCryptographicHash>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRandomGenerator>
#include <fcntl.h>
#include <stdexcept>
#include <unistd.h>

namespace edgelift::test {

QByteArray shell(const QString &line, int seconds)
{
    const Result<CommandOutput> done = run({QStringLiteral("/bin/sh"), {QStringLiteral("-euc"), line}, {}, std::chrono::seconds(seconds)});
    if (!done)
        throw std::runtime_error(qPrintable(line + QLatin1String(": did not end")));
    if (done->exitCode != 0)
        throw std::runtime_error(qPrintable(line + QLatin1String(": ") + QString::fromLocal8Bit(done->output + done->errors)));
    return done->output;
}

void makeImage(const QString &path, quint64 mebibytes)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) || !file.resize(qint64(mebibytes << 20)))
        throw std::runtime_error("cannot make an image");
}

bool isRoot() { return ::geteuid() == 0; }

Mounted::Mounted(const QString &image, const QString &options, quint64 offset)
{
    shell(QStringLiteral("mount -o loop,offset=%1,%2 '%3' '%4'").arg(offset).arg(options, image, m_folder.path()));
}

Mounted::~Mounted()
{
    try {
        shell(QStringLiteral("umount '%1'").arg(m_folder.path()));
    } catch (const std::exception &problem) {
        qCritical("%s", problem.what());
    }
}

namespace {

void settle(const QString &folder) // this filesystem only: sync() would wait for everybody's disks
{
    const Fd fd(::open(QFile::encodeName(folder).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ::syncfs(fd.get());
}

void writeRandom(const QString &path, qint64 size, QRandomGenerator &random, bool hole)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        throw std::runtime_error("cannot write a file");
    QByteArray content((size + 7) / 8 * 8, Qt::Uninitialized);
    random.fillRange(reinterpret_cast<quint32 *>(content.data()), content.size() / 4);
    content.truncate(size);
    if (hole)
        file.seek(size * 3 + 4096);
    if (file.write(content) != size)
        throw std::runtime_error("cannot write a file");
}

}

void fill(const QString &folder, quint32 seed, int smallFiles, int largeFiles)
{
    QRandomGenerator random(seed);
    QStringList made;
    for (int i = 0; i < smallFiles + largeFiles; ++i) {
        const QString sub = QStringLiteral("%1/d%2").arg(folder).arg(i % 17);
        QDir().mkpath(sub);
        const qint64 size = i < smallFiles ? 1 + random.bounded(20000) : (1 << 20) + random.bounded(4 << 20);
        made.append(QStringLiteral("%1/f%2").arg(sub).arg(i));
        writeRandom(made.last(), size, random, i % 13 == 5);
        if (i % 29 == 3)
            QFile::link(made.last(), made.last() + QStringLiteral(".link"));
    }
    settle(folder); // so that what is deleted had really been allocated
    for (qsizetype i = 0; i < made.size(); ++i) {
        if (i % 2 == 1)
            QFile::remove(made.at(i));
    }
    settle(folder);
}

QMap<QString, QByteArray> manifest(const QString &folder)
{
    QMap<QString, QByteArray> sums;
    QDirIterator it(folder, QDir::Files | QDir::NoSymLinks | QDir::Hidden, QDirIterator::Subdirectories);
    while (it.hasNext()) {
        QFile file(it.next());
        QCryptographicHash hash(QCryptographicHash::Sha256);
        if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file))
            throw std::runtime_error(qPrintable(QStringLiteral("cannot read ") + file.fileName()));
        sums.insert(QDir(folder).relativeFilePath(file.fileName()), hash.result());
    }
    return sums;
}

void scribbleCopy(const QString &image, const QString &copy, const RangeSet &used)
{
    shell(QStringLiteral("cp --sparse=always '%1' '%2'").arg(image, copy));
    QFile file(copy);
    if (!file.open(QIODevice::ReadWrite))
        throw std::runtime_error("cannot open the copy");
    const QByteArray rubbish(1 << 20, char(0xaa));
    const RangeSet unused = used.complement({0, quint64(file.size())});
    for (const ByteRange &range : unused) {
        file.seek(qint64(range.offset));
        for (quint64 left = range.length; left > 0;) {
            const qint64 put = file.write(rubbish.constData(), qint64(std::min<quint64>(left, quint64(rubbish.size()))));
            if (put <= 0)
                throw std::runtime_error("cannot scribble");
            left -= quint64(put);
        }
    }
}

ServerFacts wholeDisk(const QString &image, FsType fs)
{
    const Bytes size{quint64(QFile(image).size())};
    ServerFacts facts;
    DiskFacts disk;
    disk.id = QStringLiteral("disk");
    disk.name = QStringLiteral("disk.img");
    disk.size = size;
    facts.disks.append(disk);
    VolumeFacts volume;
    volume.id = QStringLiteral("disk/whole");
    volume.kind = VolumeFacts::Kind::WholeDisk;
    volume.disk = disk.id;
    volume.segments = {{disk.id, Bytes{0}, size}};
    volume.size = size;
    volume.fs = fs;
    facts.volumes.append(volume);
    return facts;
}

}
