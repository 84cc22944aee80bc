#pragma once
#include "core/receiver/receiverserver.h"
#include "core/stream/live/livetransfer.h"

#include <QRandomGenerator>
#include <QSet>
#include <QTemporaryDir>
#include <random>
#include <shared_mutex>
#include <thread>

namespace edgelift::test {

/// What is wrong with the world around a live copy: faults that it must survive, and rules of the tracker or freezer that are left out.
struct WorldFaults
{
    bool buffered = false; ///< marks are events that are parsed later (perf, blktrace), not stored at once (eBPF)
    bool markAtIssue = false;
    bool noGrace = false;
    bool noDrain = false;
    bool noFreezeWait = false;
    bool slow = false; ///< writes and marks may take long
    bool meeting = false; ///< writes to one block meet, with an era between their marks
    std::atomic<int> lost = 0; ///< so many marks are missed, and the tracker knows
    std::atomic<int> missed = 0; ///< so many marks are missed, and nobody knows
    std::atomic<int> intruders = 0; ///< so many freezes see a raw write to a dirty block
    std::atomic<int> freezerFails = 0;
    std::atomic<int> thawsEarly = 0; ///< so many freezes end by themselves, and writers go on
    std::atomic<int> slowFrozen = 0; ///< so many reads during freezes take long
    std::atomic<int> lateWrites = 0; ///< so often what was allocated and not written is written just before it is read
    std::atomic<int> mapWrites = 0; ///< so often a block is allocated and written just after allocation was looked at
    bool rescan = false; ///< nobody sees writes; they are only counted
    bool staleMaps = false; ///< what is in use while frozen is taken from before
    bool frozenWhole = false; ///< nobody writes to swap, nor to the ESP
    bool untouched = false; ///< blocks are allocated without being written now and then
    bool quietEsp = false; ///< nothing writes to the area that does not freeze
    bool busyEsp = false; ///< somebody writes to it all the time, not only now and then
};

/// A disk in memory with a filesystem of its own (a map of used blocks in block 0, flushed late), an area that no freeze reaches, and
/// swap; a tracker whose marks are exact; a freezer. Reads and writes tear at 2 KiB. Thread-safe.
class LiveSource final : public ChangeSource, public PointFreezer
{
public:
    static constexpr quint64 cell = 4096; ///< block of the filesystem
    static constexpr quint32 block = 64U << 10; ///< of the tracker
    static constexpr quint64 size = (8U << 20) + 3 * cell + 512;
    static constexpr ByteRange esp{1U << 20, 2 * block};
    static constexpr ByteRange swap{2U << 20, 4 * block};

    LiveSource(quint32 seed, WorldFaults &faults);

    // ChangeSource
    quint32 blockBytes() const override { return block; }
    bool seesWrites() const override { return !m_faults.rescan; }
    Result<quint32> advanceEra() override;
    Result<std::vector<quint32>> marks(int disk) override;
    Result<> intact() override;
    Result<> restart() override;
    // PointFreezer
    void flush() override { } // its writes go to the medium at once
    Result<Rehearsal> rehearse() override;
    Result<> freeze(std::chrono::milliseconds deadline) override;
    Result<> thaw() override;

    /// One random act of the server.
    void act(std::mt19937 &random);
    void overwrite(quint64 cellNumber, quint64 value); ///< through the filesystem
    [[nodiscard]] BlockReader::ReadCall readCall();
    [[nodiscard]] RangeSet usedNow(); ///< flushes first, as a short freeze does
    [[nodiscard]] RangeSet usedFrozen(); ///< what happens behind a freeze's back happens here
    [[nodiscard]] static RangeSet usedIn(const QByteArray &cellZero);
    void writeEsp(); ///< once, if it may be
    void writeUntouched(); ///< the fault lateWrites
    /// Empty when `target` has what the disk had when it was frozen last, wherever that was in use, and the ESP as it was at
    /// some moment.
    [[nodiscard]] QString difference(const QByteArray &target) const;
    [[nodiscard]] QByteArray content() const;
    [[nodiscard]] const QByteArray &snapshot() const { return m_snapshot; } ///< what it was when it was frozen last
    [[nodiscard]] bool frozen() const { return m_frozen; }
    [[nodiscard]] bool isData(quint64 cellNumber) const; ///< of the filesystem, not of its map or another area
    [[nodiscard]] bool isUsed(quint64 cellNumber) const { return m_used[cellNumber]; }
    std::atomic<quint64> markedBlocks = 0;

private:
    class Gate;
    void put(quint64 offset, const QByteArray &bytes);
    void disturb();
    [[nodiscard]] static QByteArray espHash(const QByteArray &disk);
    void copyOut(quint64 offset, char *into, size_t length) const;
    void rawWrite(quint64 offset, const QByteArray &bytes);
    void mark(quint64 offset, quint64 length);
    void store(quint64 blockNumber);
    void parse();
    void flushMap();
    void twoWritesMeet(quint64 number);
    [[nodiscard]] static QByteArray pattern(quint64 cellNumber, quint64 value);

    WorldFaults &m_faults;
    mutable std::array<std::mutex, 64> m_locks; // of 2 KiB stripes, in turn
    QByteArray m_bytes;
    QByteArray m_snapshot;

    std::atomic<quint32> m_era = 1;
    std::shared_mutex m_storing; // shared from the load of the era to the store of the mark
    std::vector<std::atomic<quint32>> m_marks;
    std::mutex m_queueMutex;
    std::vector<quint64> m_queue; // events not parsed yet
    std::atomic<bool> m_lost = false;
    std::atomic<quint64> m_completed = 0; // writes
    std::atomic<quint64> m_completedBefore = 0; // the era

    std::mutex m_gateMutex;
    std::condition_variable m_gateChanged;
    std::atomic<bool> m_frozen = false;
    std::atomic<bool> m_thawedEarly = false;
    int m_inFlight = 0;
    std::vector<std::atomic<bool>> m_used; // the truth, by cell
    std::vector<std::atomic<bool>> m_untouched; // allocated, not written since
    std::atomic<quint64> m_value = 1;
    std::atomic<quint64> m_newest = 0; // cell written last
    mutable std::mutex m_espMutex;
    quint64 m_espVersion = 0;
    std::chrono::steady_clock::time_point m_espNext; // when it may be written again
    QSet<QByteArray> m_espStates; // hashes of what it was at any moment
    RangeSet m_lastUsed; // by usedNow()
    bool m_eraWhileFrozen = false;
    int m_marksWhileFrozen = 0;
};

/// Target disks in memory that outlive the receiver.
class LiveTargets final : public receiver::TargetDisks
{
public:
    Result<std::unique_ptr<receiver::Medium>> open(const QString &serial) override;
    void add(const QString &serial, const QByteArray &content);
    [[nodiscard]] QByteArray content(const QString &serial) const;
    std::atomic<int> rots = 0; ///< so many writes are damaged on the medium
    std::atomic<bool> hung = false; ///< as long as it is true, no write ends

    struct Shared
    {
        mutable std::mutex mutex;
        QByteArray bytes;
    };

private:
    QHash<QString, std::shared_ptr<Shared>> m_disks;
};

/// All of it: source, writers, sender, receiver, target.
class LiveWorld
{
public:
    explicit LiveWorld(quint32 seed);
    ~LiveWorld();

    /// Instead of one disk as it is: two that are put together from pieces of it, in another order, at other places, not all of it, and
    /// not where the tracker's blocks begin. Before the first run.
    void putTogether();
    void startWriters();
    void writeEspAllTheTime();
    void stopWriters();
    void restartReceiver();
    /// A sender, as after its process started; tracking begins anew with it.
    void newSender();
    Outcome run(const std::stop_token &stop = {});
    [[nodiscard]] const std::optional<LivePoint> &point() const { return m_transfer->point(); }
    [[nodiscard]] QByteArray copied() const;
    [[nodiscard]] QString difference() const;

    WorldFaults faults;
    LiveSource source;
    LiveTargets targets;
    LiveSettings settings;
    TransferTuning tuning;
    LiveTuning live;
    int roundsWanted = 3; ///< before the cutover is asked for
    std::function<void(const TransferProgress &)> observer;
    TransferProgress progress;

private:
    void startReceiver();
    [[nodiscard]] static QByteArray built(const TransferDisk &disk);
    receiver::ReceiverConfig m_config;
    QTemporaryDir m_folder;
    wire::LinkKeys m_sender = *wire::makeLinkKeys(QStringLiteral("source"));
    wire::LinkKeys m_target = *wire::makeLinkKeys(QStringLiteral("receiver"));
    QList<TransferDisk> m_disks;
    std::unique_ptr<LiveTransfer> m_transfer;
    std::unique_ptr<receiver::ReceiverServer> m_server;
    std::jthread m_waiter;
    quint32 m_seed;
    int m_idle = 0; // reports since the run began that said "in sync"
    std::vector<std::jthread> m_writers;
};

}
