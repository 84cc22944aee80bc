#include "core/receiver/writtenmap.h"

#include "core/base/files.h"

#include <QFile>
#include <QtEndian>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <xxhash.h>

namespace edgelift::receiver {

namespace {

// Header, little-endian: 0 magic, 8 version u32, 12 closed in order u32, 16 extents u64, 24 boot id (36 bytes), 64 XXH3-64 of the first 64.
constexpr char magic[8] = {'E', 'D', 'G', 'L', 'W', 'R', 'M', 'P'};
constexpr quint32 formatVersion = 1;
constexpr qsizetype headerSize = 4096;
constexpr qsizetype hashedPart = 64;
constexpr qsizetype bootIdSize = 36;
constexpr quint64 mostExtents = 1ULL << 32; // 4 PiB: a limit for what a damaged header can make us allocate

quint64 wordsFor(quint64 bits) { return (bits + 63) / 64; }
quint64 intentUnits(quint64 extents) { return (extents + WrittenMap::intentUnit - 1) / WrittenMap::intentUnit; }
off_t exactAt(quint64 word) { return off_t(headerSize + qsizetype(word * 8)); }
off_t intentAt(quint64 extents, quint64 word) { return exactAt(wordsFor(extents) + word); }

/// Calls each(word, mask) for the words of a bitmap that hold bits of [first, first + number), until one call fails.
template <class Each>
bool forEachWord(quint64 first, quint64 number, const Each &each)
{
    for (quint64 bit = first; bit < first + number;) {
        const quint64 inWord = std::min(64 - bit % 64, first + number - bit);
        const quint64 mask = (inWord == 64 ? ~0ULL : (1ULL << inWord) - 1) << (bit % 64);
        if (!each(bit / 64, mask))
            return false;
        bit += inWord;
    }
    return true;
}

bool writeWord(int fd, quint64 word, off_t at)
{
    const quint64 bytes = qToLittleEndian(word);
    return ::pwrite(fd, &bytes, sizeof bytes, at) == ssize_t(sizeof bytes);
}

void syncFolderOf(const QString &path)
{
    const int at = int(path.lastIndexOf(QLatin1Char('/')));
    const Fd folder(::open(QFile::encodeName(path.left(at)).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder)
        ::fsync(folder.get());
}

}

QByteArray WrittenMap::thisBoot()
{
    QFile file(QStringLiteral("/proc/sys/kernel/random/boot_id"));
    return file.open(QIODevice::ReadOnly) ? file.readLine().trimmed().left(bootIdSize) : QByteArray();
}

WrittenMap::WrittenMap(QString path, Fd file, quint64 extents)
    : m_path(std::move(path))
    , m_file(std::move(file))
    , m_extents(extents)
    , m_exact(wordsFor(extents))
    , m_intent(wordsFor(intentUnits(extents)))
{
}

WrittenMap::~WrittenMap()
{
    if (!m_sound || ::fdatasync(m_file.get()) != 0 || !writeHeader(true))
        return; // stays "not closed", which is always safe
    ::fdatasync(m_file.get());
}

Result<std::unique_ptr<WrittenMap>> WrittenMap::create(
    const QString &path, quint64 extents, const WrittenMap *earlier, const QByteArray &bootId)
{
    const QByteArray name = QFile::encodeName(path);
    ::unlink(name.constData());
    Fd file(::open(name.constData(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file)
        return errnoError(errno, ErrorCode::FileUnwritable, path);
    // Reserved in full now: a state folder that fills up later must not stop the copy half-way.
    const off_t size = intentAt(extents, wordsFor(intentUnits(extents)));
    if (const int failed = ::posix_fallocate(file.get(), 0, size))
        return errnoError(failed, ErrorCode::FileUnwritable, path);
    std::unique_ptr<WrittenMap> map(new WrittenMap(path, std::move(file), extents));
    map->m_bootId = bootId;
    if (earlier) {
        for (size_t i = 0; i < std::min(map->m_exact.size(), earlier->m_exact.size()); ++i)
            map->m_exact[i] = earlier->m_exact[i].load();
        for (size_t i = 0; i < std::min(map->m_intent.size(), earlier->m_intent.size()); ++i)
            map->m_intent[i] = earlier->m_intent[i];
    }
    map->recount();
    if (Result<> written = map->writeAll(); !written)
        return written.error();
    syncFolderOf(path);
    return map;
}

Result<std::unique_ptr<WrittenMap>> WrittenMap::open(const QString &path, quint64 extents, const QByteArray &bootId)
{
    Fd file(::open(QFile::encodeName(path).constData(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!file)
        return errnoError(errno, ErrorCode::FileUnreadable, path);
    // Memory for it is taken only when the file is as long as such a map.
    struct stat facts
    {
    };
    const bool possible = extents > 0 && extents <= mostExtents && ::fstat(file.get(), &facts) == 0
        && facts.st_size >= intentAt(extents, wordsFor(intentUnits(extents)));
    if (!possible)
        return Error{ErrorCode::StateUnreadable, Retry::Never, {path}, QStringLiteral("not a map of %1 extents").arg(extents)};
    std::unique_ptr<WrittenMap> map(new WrittenMap(path, std::move(file), extents));
    if (Result<> loaded = map->load(bootId); !loaded)
        return loaded.error();
    return map;
}

Error WrittenMap::unreadable(const char *why) const
{
    return {ErrorCode::StateUnreadable, Retry::Never, {m_path}, QString::fromLatin1(why)};
}

Result<> WrittenMap::load(const QByteArray &bootId)
{
    char header[headerSize] = {};
    if (::pread(m_file.get(), header, sizeof header, 0) != ssize_t(sizeof header))
        return unreadable("shorter than its header");
    if (std::memcmp(header, magic, sizeof magic) != 0 || qFromLittleEndian<quint32>(header + 8) != formatVersion)
        return unreadable("not a map of this version");
    if (qFromLittleEndian<quint64>(header + hashedPart) != XXH3_64bits(header, hashedPart))
        return unreadable("damaged header");
    if (qFromLittleEndian<quint64>(header + 16) != m_extents || m_extents > mostExtents)
        return unreadable("made for a disk of another size");
    std::vector<quint64> words(m_exact.size() + m_intent.size());
    const auto bytes = ssize_t(words.size() * sizeof(quint64));
    if (::pread(m_file.get(), words.data(), size_t(bytes), exactAt(0)) != bytes)
        return unreadable("shorter than its bitmap");
    for (size_t i = 0; i < words.size(); ++i) {
        if (i < m_exact.size())
            m_exact[i] = qFromLittleEndian(words[i]);
        else
            m_intent[i - m_exact.size()] = qFromLittleEndian(words[i]);
    }
    const bool closed = qFromLittleEndian<quint32>(header + 12) != 0;
    const bool sameBoot = !bootId.isEmpty() && QByteArray(header + 24, bootIdSize) == bootId.leftJustified(bootIdSize, '\0', true);
    if (!closed && !sameBoot)
        expandIntents(); // the machine died: exact bits may be lost, intents cannot be
    m_bootId = bootId;
    recount();
    return writeAll();
}

void WrittenMap::expandIntents()
{
    for (quint64 word = 0; word < m_exact.size(); ++word) {
        const quint64 unit = word * 64 / intentUnit;
        if ((m_intent[unit / 64] >> (unit % 64)) & 1U)
            m_exact[word] = ~0ULL;
    }
}

void WrittenMap::recount()
{
    if (m_extents % 64 != 0)
        m_exact.back() &= (1ULL << (m_extents % 64)) - 1; // beyond the end there is nothing to count
    quint64 count = 0;
    for (const std::atomic<quint64> &word : m_exact)
        count += quint64(std::popcount(word.load()));
    m_count = count;
}

Result<> WrittenMap::writeHeader(bool closed)
{
    char header[headerSize] = {};
    std::memcpy(header, magic, sizeof magic);
    qToLittleEndian(formatVersion, header + 8);
    qToLittleEndian(quint32(closed ? 1 : 0), header + 12);
    qToLittleEndian(m_extents, header + 16);
    std::memcpy(header + 24, m_bootId.constData(), size_t(std::min(m_bootId.size(), bootIdSize)));
    qToLittleEndian(quint64(XXH3_64bits(header, hashedPart)), header + hashedPart);
    if (::pwrite(m_file.get(), header, sizeof header, 0) != ssize_t(sizeof header))
        return errnoError(errno, ErrorCode::FileUnwritable, m_path);
    return ok();
}

Result<> WrittenMap::writeAll()
{
    std::vector<quint64> words;
    words.reserve(m_exact.size() + m_intent.size());
    for (const std::atomic<quint64> &word : m_exact)
        words.push_back(qToLittleEndian(word.load()));
    for (const quint64 word : m_intent)
        words.push_back(qToLittleEndian(word));
    const auto bytes = ssize_t(words.size() * sizeof(quint64));
    if (::pwrite(m_file.get(), words.data(), size_t(bytes), exactAt(0)) != bytes)
        return errnoError(errno, ErrorCode::FileUnwritable, m_path);
    if (Result<> written = writeHeader(false); !written)
        return written;
    if (::fdatasync(m_file.get()) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, m_path);
    m_sound = true;
    return ok();
}

bool WrittenMap::written(quint64 extent) const
{
    return extent < m_extents && ((m_exact[extent / 64].load(std::memory_order_acquire) >> (extent % 64)) & 1U);
}

Result<> WrittenMap::intend(quint64 firstUnit, quint64 units)
{
    bool changed = false;
    const bool written = forEachWord(firstUnit, units, [&](quint64 word, quint64 mask) {
        if ((m_intent[word] & mask) == mask)
            return true;
        changed = true;
        return writeWord(m_file.get(), m_intent[word] | mask, intentAt(m_extents, word));
    });
    if (!written || (changed && ::fdatasync(m_file.get()) != 0))
        return errnoError(errno, ErrorCode::FileUnwritable, m_path);
    if (changed) { // only now: after a failed sync they must be written again
        forEachWord(firstUnit, units, [&](quint64 word, quint64 mask) {
            m_intent[word] |= mask;
            return true;
        });
    }
    return ok();
}

Result<> WrittenMap::mark(quint64 first, quint64 number)
{
    if (number == 0)
        return ok();
    if (first >= m_extents || number > m_extents - first)
        return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("extent outside the map")};
    const std::lock_guard lock(m_mutex);
    const quint64 firstUnit = first / intentUnit;
    if (Result<> intended = intend(firstUnit, (first + number - 1) / intentUnit - firstUnit + 1); !intended)
        return intended;
    const bool written = forEachWord(first, number, [&](quint64 word, quint64 mask) {
        const quint64 before = m_exact[word].load(std::memory_order_relaxed);
        if ((before & mask) == mask)
            return true;
        if (!writeWord(m_file.get(), before | mask, exactAt(word)))
            return false;
        m_exact[word].store(before | mask, std::memory_order_release);
        m_count += quint64(std::popcount(mask & ~before));
        return true;
    });
    return written ? ok() : Result<>(errnoError(errno, ErrorCode::FileUnwritable, m_path));
}

}
