#include "tests/unit/tracking/copier.h"

#include "core/base/errortext.h"
#include "core/source/tracking/epochguard.h"
#include "tests/unit/tracking/workload.h"

#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace edgelift::test {

namespace {

constexpr quint64 chunk = 1 << 20;

/// A disk as bytes in aligned memory.
class Image
{
public:
    explicit Image(quint64 size)
        : m_size(size)
        , m_bytes(static_cast<char *>(std::aligned_alloc(4096, (size + 4095) / 4096 * 4096)), &std::free)
    {
        std::memset(m_bytes.get(), 0xAA, size);
    }
    char *at(quint64 offset) { return m_bytes.get() + offset; }
    void read(int device, quint64 from, quint64 to)
    {
        to = std::min(to, m_size);
        for (quint64 at = from; at < to; at += chunk) {
            const size_t length = std::min(chunk, to - at);
            if (::pread(device, m_bytes.get() + at, length, off_t(at)) != ssize_t(length))
                throw std::runtime_error("reading the disk failed");
        }
    }

private:
    quint64 m_size;
    std::unique_ptr<char, decltype(&std::free)> m_bytes;
};

class Copy
{
public:
    Copy(const LoopDisk &disk, Freezer &freezer, const CopyRules &rules, quint32 seed)
        : m_disk(disk)
        , m_facts(disk.tracked())
        , m_freezer(freezer)
        , m_rules(rules)
        , m_random(seed)
        , m_target(m_facts.size.count)
        , m_reference(m_facts.size.count)
        , m_direct(::open(m_facts.path.toUtf8().constData(), O_RDONLY | O_DIRECT | O_CLOEXEC))
        , m_cached(::open(m_facts.path.toUtf8().constData(), O_RDONLY | O_CLOEXEC))
    {
    }
    CopyOutcome run();

private:
    [[nodiscard]] bool failed(const Error &error, bool isVoid);
    [[nodiscard]] bool epoch();
    [[nodiscard]] bool round(bool last);
    [[nodiscard]] bool finalRound(bool &refused);
    void copyDirty(const std::vector<quint32> &marks, quint32 era);
    void compare();

    const LoopDisk &m_disk;
    TrackedDisk m_facts;
    Freezer &m_freezer;
    const CopyRules &m_rules;
    std::mt19937 m_random;
    Image m_target, m_reference;
    Fd m_direct, m_cached;
    std::unique_ptr<ChangeTracker> m_tracker;
    quint64 m_block = 0;
    std::vector<quint32> m_copied; ///< C
    CopyOutcome m_outcome;
};

bool Copy::failed(const Error &error, bool isVoid)
{
    m_outcome.why = logLine(error);
    m_outcome.voidEpochs += isVoid ? 1 : 0;
    return false;
}

/// C is set before the block is read.
void Copy::copyDirty(const std::vector<quint32> &marks, quint32 era)
{
    const int device = m_rules.readsDisk ? m_direct.get() : m_cached.get();
    for (size_t first = 0; first < marks.size();) {
        size_t end = first;
        while (end < marks.size() && (m_copied[end] == 0 || marks[end] >= m_copied[end]) && (end - first) * m_block < chunk)
            m_copied[end++] = era;
        if (end > first)
            m_target.read(device, first * m_block, end * m_block);
        first = std::max(end, first + 1);
    }
}

bool Copy::round(bool last)
{
    const Result<quint32> era = m_tracker->advanceEra();
    if (!era)
        return failed(era.error(), true);
    const Result<std::vector<quint32>> marks = m_tracker->marks(0);
    if (!marks)
        return failed(marks.error(), true);
    copyDirty(*marks, *era);
    ++m_outcome.rounds;
    if (!last)
        return true;
    const Result<std::vector<quint32>> after = m_tracker->marks(0);
    const Result<> intact = m_tracker->intact();
    if (!after || !intact)
        return failed(after ? intact.error() : after.error(), true);
    if (m_rules.freezes && std::any_of(after->begin(), after->end(), [&era](quint32 mark) { return mark >= *era; }))
        ++m_outcome.refusedPoints;
    return true;
}

/// False: the epoch is void.
bool Copy::finalRound(bool &refused)
{
    const int refusedBefore = m_outcome.refusedPoints;
    if (m_rules.freezes) {
        if (const Result<> frozen = m_freezer.freeze({}); !frozen) {
            refused = true;
            (void)failed(frozen.error(), false);
            return true;
        }
    }
    if (!m_rules.freezes)
        m_rules.stopPrograms();
    const bool well = round(true);
    if (!m_rules.freezes)
        m_rules.settle();
    m_reference.read(m_direct.get(), 0, m_facts.size.count);
    if (m_rules.freezes) {
        if (const Result<FreezeReport> report = m_freezer.thaw(); !report) {
            (void)failed(report.error(), false);
            refused = true;
            return true;
        }
    }
    refused = m_outcome.refusedPoints != refusedBefore;
    return well;
}

/// Tracker, everything, rounds, point. False: void, or refused too often.
bool Copy::epoch()
{
    m_tracker.reset();
    if (m_rules.beginsQuietly)
        m_rules.stopPrograms();
    Result<std::unique_ptr<ChangeTracker>> tracker = m_rules.start(m_facts);
    if (!tracker)
        return failed(tracker.error(), false);
    m_tracker = tracker.take();
    if (!m_tracker->audited())
        return failed(trackingLost(m_facts.path, QStringLiteral("the disk was too busy at the start")), true);
    if (m_rules.beginsQuietly)
        m_rules.startPrograms();
    m_block = m_tracker->epoch().blockSize.count;
    m_copied.assign((m_facts.size.count + m_block - 1) / m_block, 0);
    copyDirty(std::vector<quint32>(m_copied.size(), 0), m_tracker->era());
    for (unsigned rounds = m_rules.leastRounds + m_random() % 12; rounds > 0; --rounds) {
        if (!round(false))
            return false;
        std::this_thread::sleep_for(std::chrono::microseconds(m_random() % 12000));
    }
    for (int attempt = 0; attempt < 5; ++attempt) {
        bool refused = false;
        if (!finalRound(refused))
            return false;
        if (!refused)
            return true;
    }
    return false;
}

void Copy::compare()
{
    for (quint64 at = 0; at < m_facts.size.count; at += m_block) {
        const quint64 length = std::min(m_block, m_facts.size.count - at);
        if (std::memcmp(m_target.at(at), m_reference.at(at), length) == 0)
            continue;
        if (++m_outcome.differentBlocks > 1)
            continue;
        quint64 sector = at;
        while (std::memcmp(m_target.at(sector), m_reference.at(sector), 512) == 0)
            sector += 512;
        m_outcome.firstDifference = QStringLiteral("byte %1: source %2; target %3")
                                        .arg(sector)
                                        .arg(describeSector(m_reference.at(sector)), describeSector(m_target.at(sector)));
    }
}

CopyOutcome Copy::run()
{
    for (int attempt = 0; attempt < 12 && !m_outcome.finished; ++attempt)
        m_outcome.finished = epoch();
    if (m_outcome.finished)
        compare();
    return m_outcome;
}

}

CopyOutcome copyLive(const LoopDisk &disk, Freezer &freezer, const CopyRules &rules, quint32 seed)
{
    return Copy(disk, freezer, rules, seed).run();
}

}
