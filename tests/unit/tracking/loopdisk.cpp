#include "tests/unit/tracking/loopdisk.h"

#include <QFile>
#include <atomic>
#include <cstring>
#include <fcntl.h>
#include <linux/loop.h>
#include <memory>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace edgelift::test {

namespace {

void must(bool well, const char *what)
{
    if (!well)
        throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

/// mkfs.btrfs takes two disks in files of one name for the same disk.
QByteArray uniqueName()
{
    static std::atomic<int> number = 0;
    return "disk-" + QByteArray::number(::getpid()) + '-' + QByteArray::number(++number);
}

using Aligned = std::unique_ptr<char, decltype(&std::free)>;

Aligned alignedCopy(const QByteArray &bytes)
{
    Aligned memory(static_cast<char *>(std::aligned_alloc(4096, size_t(bytes.size() + 4095) / 4096 * 4096)), &std::free);
    std::memcpy(memory.get(), bytes.constData(), size_t(bytes.size()));
    return memory;
}

Fd open(const QString &path, int flags)
{
    Fd file(::open(path.toUtf8().constData(), flags | O_CLOEXEC));
    must(bool(file), "open");
    return file;
}

}

LoopDisk::LoopDisk(quint64 bytes)
    : m_file(::memfd_create(uniqueName().constData(), MFD_CLOEXEC))
{
    must(::ftruncate(m_file.get(), off_t(bytes)) == 0, "ftruncate");
    attach(false);
}

LoopDisk::LoopDisk(Fd file, bool direct)
    : m_file(std::move(file))
{
    attach(direct);
}

void LoopDisk::attach(bool direct)
{
    const Fd control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
    must(bool(control), "/dev/loop-control");
    loop_config config{};
    config.fd = quint32(m_file.get());
    config.info.lo_flags = quint32(LO_FLAGS_AUTOCLEAR) | (direct ? quint32(LO_FLAGS_DIRECT_IO) : 0U);
    for (int attempt = 0; attempt < 64; ++attempt) { // others take free devices as well
        m_path = QStringLiteral("/dev/loop%1").arg(::ioctl(control.get(), LOOP_CTL_GET_FREE));
        m_device = Fd(::open(m_path.toUtf8().constData(), O_RDWR | O_CLOEXEC));
        if (m_device && ::ioctl(m_device.get(), LOOP_CONFIGURE, &config) == 0)
            return;
    }
    must(false, "LOOP_CONFIGURE");
}

TrackedDisk LoopDisk::tracked() const
{
    const Result<TrackedDisk> disk = trackedDisk(m_path);
    must(bool(disk), "trackedDisk");
    return *disk;
}

void LoopDisk::write(quint64 offset, const QByteArray &bytes, int flags) const
{
    const Fd device = open(m_path, O_RDWR | O_DIRECT | flags);
    const Aligned memory = alignedCopy(bytes);
    must(::pwrite(device.get(), memory.get(), size_t(bytes.size()), off_t(offset)) == bytes.size(), "pwrite");
}

void LoopDisk::writeBuffered(quint64 offset, const QByteArray &bytes) const
{
    const Fd device = open(m_path, O_RDWR);
    must(::pwrite(device.get(), bytes.constData(), size_t(bytes.size()), off_t(offset)) == bytes.size(), "pwrite");
    must(::fsync(device.get()) == 0, "fsync");
}

void LoopDisk::read(quint64 offset, quint64 length) const
{
    const Fd device = open(m_path, O_RDONLY | O_DIRECT);
    const Aligned memory = alignedCopy(QByteArray(qsizetype(length), '\0'));
    must(::pread(device.get(), memory.get(), length, off_t(offset)) == ssize_t(length), "pread");
}

void LoopDisk::control(unsigned long request, quint64 offset, quint64 length) const
{
    const Fd device = open(m_path, O_RDWR);
    quint64 range[] = {offset, length};
    must(::ioctl(device.get(), request, range) == 0, "ioctl");
}

void LoopDisk::setSize(quint64 bytes)
{
    must(::ftruncate(m_file.get(), off_t(bytes)) == 0, "ftruncate");
    must(::ioctl(m_device.get(), LOOP_SET_CAPACITY, 0) == 0, "LOOP_SET_CAPACITY");
}

}
