#include "tests/unit/tracking/workload.h"

#include "core/base/fd.h"

#include <QFile>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace edgelift::test {

namespace {

using namespace std::chrono_literals;

constexpr int filesPerWriter = 6;
constexpr quint64 fileSize = 2 << 20;
constexpr quint64 hammerSlot = 64 << 10;
constexpr quint64 hammerSlots = 48;

struct Sector
{
    char magic[8];
    quint64 writer, file, offset, sequence;
    char fill[464];
    quint64 sum;
};
static_assert(sizeof(Sector) == 512);

quint64 sumOf(const Sector &sector)
{
    quint64 sum = 0xcbf29ce484222325ULL;
    const char *bytes = reinterpret_cast<const char *>(&sector);
    for (size_t i = 0; i < offsetof(Sector, sum); i += sizeof sum) {
        quint64 word = 0;
        std::memcpy(&word, bytes + i, sizeof word);
        sum = (sum ^ word) * 0x100000001b3ULL;
    }
    return sum;
}

}

struct Workload::Writer
{
    quint64 number = 0;
    std::mt19937 random;
    Fd files[filesPerWriter];
    Fd hammered;
    quint64 sequence = 0;
    std::unique_ptr<char, decltype(&std::free)> memory{static_cast<char *>(std::aligned_alloc(4096, 128 << 10)), &std::free};

    quint32 below(quint32 bound) { return quint32(random() % bound); }
    /// Sectors that say where they belong and which write they are of.
    void fill(quint64 file, quint64 offset, quint64 length)
    {
        ++sequence;
        for (quint64 at = 0; at < length; at += sizeof(Sector)) {
            Sector sector{{'E', 'D', 'G', 'L', 'S', 'E', 'C', 'T'}, number, file, offset + at, sequence, {}, 0};
            std::memset(sector.fill, int(sequence & 0xff), sizeof sector.fill);
            sector.sum = sumOf(sector);
            std::memcpy(memory.get() + at, &sector, sizeof sector);
        }
    }
};

QString describeSector(const char *bytes)
{
    Sector sector;
    std::memcpy(&sector, bytes, sizeof sector);
    if (std::memcmp(sector.magic, "EDGLSECT", 8) != 0)
        return QStringLiteral("none of ours");
    return QStringLiteral("writer %1, file %2, offset %3, write %4%5")
        .arg(sector.writer)
        .arg(sector.file)
        .arg(sector.offset)
        .arg(sector.sequence)
        .arg(sector.sum == sumOf(sector) ? QString() : QStringLiteral(" (torn)"));
}

Workload::Workload(const QString &folder, quint32 seed, int writers)
    : m_folder(QFile::encodeName(folder))
    , m_seed(seed)
{
    const Fd hammered(::open((m_folder + "/hammered").constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    (void)!::posix_fallocate(hammered.get(), 0, off_t(hammerSlot * hammerSlots));
    for (int i = 0; i < writers; ++i)
        m_writers.emplace_back([this, i](const std::stop_token &stop) { work(i, m_seed * 31 + quint32(i), stop); });
}

Workload::~Workload()
{
    for (std::jthread &writer : m_writers)
        writer.request_stop();
}

void Workload::writeSomewhere(Writer &writer)
{
    const quint32 file = writer.below(filesPerWriter);
    const quint64 length = 512ULL * (1 + writer.below(64)), offset = 512ULL * writer.below(quint32((fileSize - length) / 512));
    writer.fill(file, offset, length);
    (void)!::pwrite(writer.files[file].get(), writer.memory.get(), length, off_t(offset));
}

/// All writers at once, past the cache, at the same small place, and at another one a moment later.
void Workload::hammer(Writer &writer)
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch() / 15ms;
    const quint64 slot = quint64(now) * 7 % hammerSlots;
    for (quint32 i = 0, times = 2 + writer.below(4); i < times; ++i) {
        const quint64 offset = slot * hammerSlot + 4096ULL * writer.below(4) + (hammerSlot / 4) * (writer.number % 4);
        writer.fill(100, offset, 4096);
        (void)!::pwrite(writer.hammered.get(), writer.memory.get(), 4096, off_t(offset));
    }
}

void Workload::work(int number, quint32 seed, const std::stop_token &stop)
{
    Writer writer;
    writer.number = quint64(number);
    writer.random.seed(seed);
    const auto name = [&](int file) { return m_folder + "/w" + QByteArray::number(number) + "-" + QByteArray::number(file); };
    const auto open = [&](int file) { writer.files[file].reset(::open(name(file).constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)); };
    for (int file = 0; file < filesPerWriter; ++file)
        open(file);
    writer.hammered.reset(::open((m_folder + "/hammered").constData(), O_RDWR | O_DIRECT | O_CLOEXEC));
    for (; !stop.stop_requested(); ++m_operations) {
        const int file = int(writer.below(filesPerWriter));
        const int descriptor = writer.files[file].get();
        const quint32 what = writer.below(100);
        if (what < 45) {
            writeSomewhere(writer);
        } else if (what < 65) {
            hammer(writer);
        } else if (what < 75) {
            ::fsync(descriptor);
        } else if (what < 78) {
            (void)!::ftruncate(descriptor, off_t(writer.below(fileSize)));
        } else if (what < 82) {
            ::fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, off_t(4096 * writer.below(256)), 65536);
        } else if (what < 84) {
            ::unlink(name(file).constData());
            open(file);
        } else {
            std::this_thread::sleep_for(std::chrono::microseconds(writer.below(4000)));
        }
    }
}

}
