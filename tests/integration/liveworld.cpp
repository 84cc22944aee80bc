#include "liveworld.h"

#include <QFile>
#include <cstring>

namespace edgelift::test {

using namespace std::chrono_literals;

namespace {
constexpr quint64 cells = (LiveSource::size + LiveSource::cell - 1) / LiveSource::cell;
constexpr quint64 blocks = (LiveSource::size + LiveSource::block - 1) / LiveSource::block;
constexpr quint64 half = 2048;

bool within(const ByteRange &range, quint64 cellNumber)
{
    return cellNumber * LiveSource::cell >= range.offset && cellNumber * LiveSource::cell < range.end();
}

Error lossError() { return {ErrorCode::TrackingLost, Retry::AfterWait, {QStringLiteral("disk")}, QStringLiteral("an event was lost")}; }

void nap(std::chrono::microseconds time) { std::this_thread::sleep_for(time); }

bool take(std::atomic<int> &count)
{
    for (int now = count; now > 0;) {
        if (count.compare_exchange_weak(now, now - 1))
            return true;
    }
    return false;
}
}

/// A write of the filesystem: waits while it is frozen, and a freeze waits for it.
class LiveSource::Gate
{
public:
    explicit Gate(LiveSource &source)
        : m_source(source)
    {
        std::unique_lock lock(m_source.m_gateMutex);
        m_source.m_gateChanged.wait(lock, [this] { return !m_source.m_frozen; });
        ++m_source.m_inFlight;
    }
    Gate(const Gate &) = delete;
    Gate &operator=(const Gate &) = delete;
    ~Gate()
    {
        const std::lock_guard lock(m_source.m_gateMutex);
        --m_source.m_inFlight;
        m_source.m_gateChanged.notify_all();
    }

private:
    LiveSource &m_source;
};

LiveSource::LiveSource(quint32 seed, WorldFaults &faults)
    : m_faults(faults)
    , m_bytes(qsizetype(size), '\0')
    , m_marks(blocks)
    , m_used(cells)
    , m_untouched(cells)
{
    std::mt19937 random(seed);
    for (quint64 number = 0; number < cells; ++number) {
        put(number * cell, pattern(number, m_value++)); // what is free holds deleted data
        m_used[number] = !within(swap, number) && (number == 0 || within(esp, number) || random() % 10 < 4);
    }
    writeEsp();
    flushMap();
    for (std::atomic<quint32> &mark : m_marks)
        mark = 0;
}

QByteArray LiveSource::pattern(quint64 cellNumber, quint64 value)
{
    QByteArray bytes(qsizetype(std::min(cell, size - cellNumber * cell)), '\0');
    const std::array<quint64, 2> record{cellNumber, value};
    for (qsizetype at = 0; at + 16 <= bytes.size(); at += 16)
        std::memcpy(bytes.data() + at, record.data(), 16);
    return bytes;
}

void LiveSource::put(quint64 offset, const QByteArray &bytes)
{
    for (qsizetype done = 0; done < bytes.size();) {
        const quint64 at = offset + quint64(done);
        const qsizetype part = std::min<qsizetype>(bytes.size() - done, qsizetype(half - at % half));
        const std::lock_guard lock(m_locks[at / half % m_locks.size()]);
        std::memcpy(m_bytes.data() + at, bytes.constData() + done, size_t(part));
        done += part;
    }
    if (within(esp, offset / cell)) // one writer at a time
        m_espStates.insert(espHash(m_bytes));
}

QByteArray LiveSource::espHash(const QByteArray &disk)
{
    return wire::toHex(wire::digestOf({disk.constData() + esp.offset, size_t(esp.length)}));
}

void LiveSource::copyOut(quint64 offset, char *into, size_t length) const
{
    for (size_t done = 0; done < length;) {
        const quint64 at = offset + done;
        const size_t part = std::min<size_t>(length - done, half - at % half);
        const std::lock_guard lock(m_locks[at / half % m_locks.size()]);
        std::memcpy(into + done, m_bytes.constData() + at, part);
        done += part;
    }
}

/// The medium changes half by half, then the write completes, then it is marked.
void LiveSource::rawWrite(quint64 offset, const QByteArray &bytes)
{
    if (m_faults.markAtIssue)
        mark(offset, quint64(bytes.size()));
    const qsizetype first = std::min<qsizetype>(bytes.size(), half);
    if (!within(esp, offset / cell) && QRandomGenerator::global()->bounded(100) < 15) // the device's latency
        nap(std::chrono::microseconds(QRandomGenerator::global()->bounded(m_faults.slow ? 15000 : 3000)));
    put(offset, bytes.first(first));
    if (QRandomGenerator::global()->bounded(100) < 5)
        nap(std::chrono::microseconds(QRandomGenerator::global()->bounded(1500)));
    put(offset + quint64(first), bytes.mid(first));
    if (!m_faults.markAtIssue)
        mark(offset, quint64(bytes.size()));
}

void LiveSource::mark(quint64 offset, quint64 length)
{
    ++m_completed;
    if (m_faults.lost > 0 && take(m_faults.lost)) {
        m_lost = true;
        return;
    }
    if (m_faults.missed > 0 && take(m_faults.missed))
        return;
    for (quint64 number = offset / block; number * block < offset + length; ++number) {
        ++markedBlocks;
        if (!m_faults.buffered) {
            store(number);
            continue;
        }
        const std::lock_guard lock(m_queueMutex);
        m_queue.push_back(number);
    }
}

void LiveSource::store(quint64 blockNumber)
{
    const std::shared_lock storing(m_storing);
    const quint32 era = m_era;
    if (QRandomGenerator::global()->bounded(100) < 10)
        nap(std::chrono::microseconds(QRandomGenerator::global()->bounded(m_faults.slow ? 15000 : 2000)));
    m_marks[blockNumber] = era; // a plain store, no maximum
}

void LiveSource::parse()
{
    const std::lock_guard lock(m_queueMutex);
    for (const quint64 number : m_queue)
        m_marks[number] = m_era.load();
    m_queue.clear();
}

Result<quint32> LiveSource::advanceEra()
{
    m_completedBefore = m_completed.load();
    const quint32 era = ++m_era;
    m_eraWhileFrozen = m_frozen.load();
    if (!m_faults.noGrace)
        const std::unique_lock grace(m_storing);
    if (m_faults.buffered && !m_faults.noDrain)
        parse();
    return era;
}

Result<std::vector<quint32>> LiveSource::marks(int)
{
    if (m_faults.rescan)
        return std::vector<quint32>(blocks, m_completed != m_completedBefore ? m_era.load() : m_era - 1);
    if (m_faults.buffered && !m_faults.noDrain)
        parse();
    std::vector<quint32> copy(m_marks.begin(), m_marks.end());
    if (m_frozen && m_eraWhileFrozen && ++m_marksWhileFrozen == 1) { // the era of the freeze is published, and nothing was read yet
        disturb();
    }
    if (m_thawedEarly)
        nap(4ms); // the writers go on
    return copy;
}

void LiveSource::disturb()
{
    if (take(m_faults.intruders))
        rawWrite(m_newest * cell, pattern(m_newest, m_value++));
    if (take(m_faults.thawsEarly)) {
        const std::lock_guard lock(m_gateMutex);
        m_frozen = false;
        m_thawedEarly = true;
        m_gateChanged.notify_all();
    }
}

Result<> LiveSource::intact() { return m_lost ? Result<>(lossError()) : ok(); }

Result<> LiveSource::restart()
{
    const std::unique_lock grace(m_storing);
    const std::lock_guard lock(m_queueMutex);
    m_queue.clear();
    for (std::atomic<quint32> &mark : m_marks)
        mark = 0;
    m_era = 1;
    m_lost = false;
    return ok();
}

Result<PointFreezer::Rehearsal> LiveSource::rehearse() { return Rehearsal{100us, 10us}; }

Result<> LiveSource::freeze(std::chrono::milliseconds)
{
    if (take(m_faults.freezerFails))
        return Error{ErrorCode::SourceBusy, Retry::AfterWait, {QStringLiteral("/")}, QStringLiteral("the freezer failed")};
    {
        std::unique_lock lock(m_gateMutex);
        m_marksWhileFrozen = 0;
        m_eraWhileFrozen = false;
        m_thawedEarly = false;
        m_frozen = true;
        if (!m_faults.noFreezeWait)
            m_gateChanged.wait(lock, [this] { return m_inFlight == 0; });
    }
    flushMap();
    m_snapshot = content();
    return ok();
}

Result<> LiveSource::thaw()
{
    const std::lock_guard lock(m_gateMutex);
    m_frozen = false;
    m_gateChanged.notify_all();
    if (m_thawedEarly)
        return Error{
            ErrorCode::FreezeDisturbed, Retry::AfterWait, {QStringLiteral("/"), QStringLiteral("1")}, QStringLiteral("thawed early")};
    return ok();
}

void LiveSource::flushMap()
{
    QByteArray map(qsizetype(cell), '\0');
    for (quint64 number = 0; number < cells; ++number)
        map[qsizetype(number)] = m_used[number] ? 1 : 0;
    rawWrite(0, map);
}

bool LiveSource::isData(quint64 cellNumber) const { return cellNumber > 0 && !within(esp, cellNumber) && !within(swap, cellNumber); }

void LiveSource::overwrite(quint64 cellNumber, quint64 value)
{
    const Gate gate(*this);
    rawWrite(cellNumber * cell, pattern(cellNumber, value));
    m_newest = cellNumber;
}

void LiveSource::writeEsp()
{
    const std::lock_guard lock(m_espMutex);
    if (!m_faults.busyEsp && std::chrono::steady_clock::now() < m_espNext)
        return;
    m_espNext = std::chrono::steady_clock::now() + 150ms;
    const quint64 version = m_espVersion + 1;
    for (quint64 at = esp.offset; at < esp.end(); at += cell)
        rawWrite(at, pattern(at / cell, version));
    m_espVersion = version;
}

void LiveSource::act(std::mt19937 &random)
{
    if (m_faults.noDrain && random() % 20 == 0)
        parse(); // by its reader, some time
    // Some are hot for a while: several writers meet there, and then leave it as it is.
    const auto phase = std::chrono::steady_clock::now().time_since_epoch() / 15ms;
    const quint64 number = (random() % 2 == 0 ? quint64(phase) * 7919 + random() % 24 : random()) % cells;
    const quint32 dice = random() % 100;
    if (dice < 8 && m_faults.frozenWhole)
        return;
    if (dice < 4)
        return rawWrite(swap.offset + random() % (swap.length / cell) * cell, pattern(0, m_value++)); // swap does not freeze
    if (dice < 8 && !m_faults.quietEsp)
        return writeEsp();
    if (!isData(number))
        return;
    const Gate gate(*this);
    if (dice < 14)
        return flushMap();
    if (m_used[number] && dice < 24) {
        m_used[number] = false;
        m_untouched[number] = false;
        return;
    }
    if (!m_used[number] && m_faults.untouched && dice < 28) {
        m_used[number] = true; // its old bytes show
        m_untouched[number] = true;
        return;
    }
    m_used[number] = true;
    m_untouched[number] = false;
    if (m_faults.meeting && random() % 3 == 0)
        return twoWritesMeet(number);
    rawWrite(number * cell, pattern(number, m_value++));
    m_newest = number;
}

/// Two writes to one block: the first has loaded the era, the next era begins, the second comes and is marked, the mark of the first
/// lands on top.
void LiveSource::twoWritesMeet(quint64 number)
{
    const std::shared_lock storing(m_storing);
    put(number * cell, pattern(number, m_value++));
    const quint32 era = m_era;
    for (int i = 0; i < 20 && m_era == era; ++i)
        nap(1ms);
    if (m_era != era)
        nap(8ms); // somebody who does not wait for us reads meanwhile
    put(number * cell, pattern(number, m_value++));
    m_marks[number * cell / block] = m_era.load();
    m_marks[number * cell / block] = era;
}

void LiveSource::writeUntouched()
{
    const Gate gate(*this);
    for (quint64 number = 0; number < cells; ++number) {
        if (m_untouched[number])
            rawWrite(number * cell, pattern(number, m_value++));
        m_untouched[number] = false;
    }
}

BlockReader::ReadCall LiveSource::readCall()
{
    return [this](int, void *into, size_t length, off_t offset) -> ssize_t {
        const size_t count = std::min<size_t>(length, size - std::min<quint64>(size, quint64(offset)));
        if (m_frozen && take(m_faults.slowFrozen))
            nap(1s);
        for (size_t done = 0; done < count;) {
            const quint64 at = quint64(offset) + done;
            const size_t part = std::min<size_t>(count - done, cell - at % cell);
            copyOut(at, static_cast<char *>(into) + done, part);
            if (m_faults.busyEsp && within(esp, at / cell))
                nap(100us);
            done += part;
        }
        return ssize_t(count);
    };
}

RangeSet LiveSource::usedIn(const QByteArray &cellZero)
{
    RangeSet used;
    for (quint64 number = 0; number < cells; ++number) {
        if (cellZero.at(qsizetype(number)) != 0)
            used.add(ByteRange{number * cell, std::min(cell, size - number * cell)});
    }
    return used;
}

RangeSet LiveSource::usedNow()
{
    QByteArray map(qsizetype(cell), '\0');
    {
        std::unique_lock lock(m_gateMutex);
        m_frozen = true;
        m_marksWhileFrozen = 1; // no faults here
        m_gateChanged.wait(lock, [this] { return m_inFlight == 0; });
        lock.unlock();
        flushMap();
        copyOut(0, map.data(), cell);
        lock.lock();
        m_frozen = false;
        m_gateChanged.notify_all();
    }
    for (quint64 number = 1; number < cells && m_faults.mapWrites > 0; ++number) {
        if (m_used[number] || !isData(number) || !take(m_faults.mapWrites))
            continue;
        overwrite(number, m_value++);
        m_used[number] = true;
    }
    m_lastUsed = usedIn(map);
    return m_lastUsed;
}

RangeSet LiveSource::usedFrozen()
{
    QByteArray map(qsizetype(cell), '\0');
    copyOut(0, map.data(), cell);
    disturb();
    if (m_thawedEarly)
        nap(20ms); // the writers go on
    return m_faults.staleMaps ? m_lastUsed : usedIn(map);
}

QByteArray LiveSource::content() const
{
    QByteArray bytes(qsizetype(size), '\0');
    copyOut(0, bytes.data(), size);
    return bytes;
}

QString LiveSource::difference(const QByteArray &target) const
{
    for (const ByteRange &range : usedIn(m_snapshot)) {
        for (quint64 at = range.offset; at < range.end(); at += cell) {
            const qsizetype length = qsizetype(std::min(cell, size - at));
            if (!within(esp, at / cell) && target.mid(qsizetype(at), length) != m_snapshot.mid(qsizetype(at), length))
                return QStringLiteral("cell %1 of block %2 differs").arg(at / cell).arg(at / block);
        }
    }
    const std::lock_guard lock(m_espMutex);
    return m_espStates.contains(espHash(target)) ? QString() : QStringLiteral("the ESP never was like this");
}

namespace {

class MemoryMedium final : public receiver::Medium
{
public:
    MemoryMedium(std::shared_ptr<LiveTargets::Shared> shared, LiveTargets &targets)
        : m_shared(std::move(shared))
        , m_targets(targets)
    {
    }
    Bytes size() const override { return {quint64(m_shared->bytes.size())}; }
    QString path() const override { return QStringLiteral("memory"); }
    int write(std::span<const char> data, quint64 offset) override
    {
        while (m_targets.hung)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        const std::lock_guard lock(m_shared->mutex);
        std::memcpy(m_shared->bytes.data() + offset, data.data(), data.size());
        if (m_targets.rots > 0 && take(m_targets.rots))
            m_shared->bytes[qsizetype(offset)] = char(m_shared->bytes.at(qsizetype(offset)) ^ 1);
        return 0;
    }
    int zero(quint64 offset, quint64 length) override
    {
        const std::lock_guard lock(m_shared->mutex);
        std::memset(m_shared->bytes.data() + offset, 0, length);
        return 0;
    }
    int sync() override { return 0; }
    int read(std::span<char> into, quint64 offset) override
    {
        const std::lock_guard lock(m_shared->mutex);
        std::memcpy(into.data(), m_shared->bytes.constData() + offset, into.size());
        return 0;
    }

private:
    std::shared_ptr<LiveTargets::Shared> m_shared;
    LiveTargets &m_targets;
};

}

Result<std::unique_ptr<receiver::Medium>> LiveTargets::open(const QString &serial)
{
    return std::unique_ptr<receiver::Medium>(std::make_unique<MemoryMedium>(m_disks.value(serial), *this));
}

void LiveTargets::add(const QString &serial, const QByteArray &content)
{
    const auto disk = std::make_shared<Shared>();
    disk->bytes = content;
    m_disks.insert(serial, disk);
}

QByteArray LiveTargets::content(const QString &serial) const
{
    const std::shared_ptr<Shared> disk = m_disks.value(serial);
    const std::lock_guard lock(disk->mutex);
    return disk->bytes;
}

LiveWorld::LiveWorld(quint32 seed)
    : source(seed, faults)
    , m_seed(seed)
{
    m_config.job = QStringLiteral("j-live");
    m_config.listen = QStringLiteral("127.0.0.1");
    m_config.keys = m_target;
    m_config.peerPin = *wire::pinOf(m_sender.certificate);
    m_config.stateDir = m_folder.filePath(QStringLiteral("state"));
    m_config.controlPort = 0;
    m_config.dataPort = 0;
    startReceiver();
    QFile file(m_folder.filePath(QStringLiteral("disk"))); // only its size is looked at
    if (!file.open(QIODevice::WriteOnly) || !file.resize(qint64(LiveSource::size)))
        qFatal("no file for the disk");
    m_disks.append({0, QStringLiteral("disk"), file.fileName(), {}, {LiveSource::size}, {}, QStringLiteral("bp0"), {LiveSource::size},
        QStringLiteral("serial0")});
    targets.add(QStringLiteral("serial0"), QByteArray(qsizetype(LiveSource::size), '\0'));
    TransferSettings &transfer = settings.transfer;
    transfer.receiver = {m_config.listen, m_server->controlPort(), m_server->dataPort(), m_config.job};
    transfer.keys = m_sender;
    transfer.peerPin = *wire::pinOf(m_target.certificate);
    transfer.epoch = 7;
    transfer.streams = 2;
    transfer.journalPath = m_folder.filePath(QStringLiteral("journal"));
    transfer.patience = 20s;
    transfer.read = source.readCall();
    settings.areas = {{RangeSet(LiveSource::swap), RangeSet(LiveSource::esp)}};
    settings.usedNow = [this]() -> Result<std::vector<RangeSet>> { return std::vector<RangeSet>{source.usedNow()}; };
    settings.usedFrozen = [this]() -> Result<std::vector<RangeSet>> { return std::vector<RangeSet>{source.usedFrozen()}; };
    settings.usedIn = [this](const std::vector<std::shared_ptr<const BlockView>> &views) -> Result<std::vector<RangeSet>> {
        if (take(faults.lateWrites))
            source.writeUntouched();
        const Result<QByteArray> map = views.front()->read(0, LiveSource::cell);
        if (!map)
            return map.error();
        return std::vector<RangeSet>{LiveSource::usedIn(*map)};
    };
    settings.syncEvery = 1ms;
    settings.sampleEvery = 5ms;
    settings.longestWrite = 500ms;
    settings.quietPause = 30ms;
    live.budgetMs = 60000; // this machine may be busy
    tuning.compression = 0;
    newSender();
}

LiveWorld::~LiveWorld()
{
    stopWriters();
    m_transfer.reset();
    m_server->requestStop();
}

/// Blocks of the tracker lie askew in two of the pieces; the ESP is one of its own, as a partition is.
void LiveWorld::putTogether()
{
    constexpr quint64 mib = wire::extentSize;
    constexpr quint64 leftOut = 6 * mib + 512;
    constexpr quint64 goesOn = 7 * mib - 3 * 512;
    constexpr quint64 askew = 3 * mib + 5 * 512;
    const QString path = m_disks.first().path;
    const auto piece = [&path](quint64 at, quint64 from, quint64 to) { return SourcePiece{at, to - from, path, from}; };
    const QList<QList<SourcePiece>> disks{
        {piece(mib, askew, 5 * mib), piece(4 * mib, LiveSource::esp.offset, LiveSource::esp.end()), piece(5 * mib, 0, mib)},
        {piece(mib, goesOn, LiveSource::size), piece(3 * mib, LiveSource::esp.end(), 2 * mib), piece(4 * mib, 2 * mib, askew),
            piece(6 * mib, 5 * mib, leftOut)}};
    m_disks.clear();
    for (const QList<SourcePiece> &pieces : disks) {
        TransferDisk disk;
        disk.index = quint32(m_disks.size());
        disk.path = QStringLiteral("disk %1").arg(disk.index);
        disk.pieces = pieces;
        disk.size = disk.targetSize = {9 * mib};
        disk.serial = QStringLiteral("serial%1").arg(disk.index);
        disk.identity = QStringLiteral("bp%1").arg(disk.index);
        m_disks.append(disk);
        targets.add(disk.serial, built(disk));
    }
    settings.sources = {{path, {LiveSource::size}}};
    newSender();
}

/// What the receiver's builder has put around the pieces.
QByteArray LiveWorld::built(const TransferDisk &disk)
{
    QByteArray bytes(qsizetype(disk.size.count), 'B');
    for (const SourcePiece &piece : *disk.pieces) {
        const quint64 length = (piece.length + wire::extentSize - 1) / wire::extentSize * wire::extentSize;
        std::memset(bytes.data() + piece.at, 0, length);
    }
    return bytes;
}

/// The source as the targets hold it. What did not go along is as it was.
QByteArray LiveWorld::copied() const
{
    if (!m_disks.first().pieces)
        return targets.content(m_disks.first().serial);
    QByteArray bytes = source.snapshot();
    for (const TransferDisk &disk : m_disks) {
        const QByteArray target = targets.content(disk.serial);
        for (const SourcePiece &piece : *disk.pieces)
            std::memcpy(bytes.data() + piece.offset, target.constData() + piece.at, piece.length);
    }
    return bytes;
}

QString LiveWorld::difference() const
{
    for (const TransferDisk &disk : m_disks) {
        const QByteArray before = disk.pieces ? built(disk) : QByteArray();
        const QByteArray now = targets.content(disk.serial);
        for (qsizetype at = before.indexOf('B'); at >= 0; at = before.indexOf('B', at + 1)) {
            if (now.at(at) != 'B')
                return QStringLiteral("%1 was written at %2, where nothing goes").arg(disk.serial).arg(at);
        }
    }
    return source.difference(copied());
}

void LiveWorld::startReceiver()
{
    m_server = std::make_unique<receiver::ReceiverServer>(m_config, targets);
    if (const Result<> started = m_server->start(); !started)
        qFatal("the receiver does not start: %s", qPrintable(started.error().detail));
    m_config.controlPort = m_server->controlPort();
    m_config.dataPort = m_server->dataPort();
    m_waiter = std::jthread([server = m_server.get()] { static_cast<void>(server->wait()); });
}

void LiveWorld::restartReceiver()
{
    m_server->requestStop();
    m_waiter.join();
    m_server.reset();
    startReceiver();
}

void LiveWorld::newSender()
{
    m_transfer.reset();
    static_cast<void>(source.restart());
    m_transfer = std::make_unique<LiveTransfer>(settings, m_disks, tuning, live, source, source, [this](const TransferProgress &now) {
        progress = now;
        m_idle += now.live && now.live->phase == LiveProgress::Phase::InSync ? 1 : 0; // a tracker that sees nothing makes no rounds
        if (now.live && (now.live->round >= roundsWanted || m_idle > 50))
            live.cutover = true;
        if (observer)
            observer(now);
    });
}

Outcome LiveWorld::run(const std::stop_token &stop)
{
    live.cutover = roundsWanted == 0;
    m_idle = 0;
    return m_transfer->run(stop);
}

void LiveWorld::startWriters()
{
    for (quint32 i = 0; i < 3; ++i) {
        m_writers.emplace_back([this, i](const std::stop_token &stop) {
            std::mt19937 random(m_seed * 3 + i);
            while (!stop.stop_requested()) {
                source.act(random);
                nap(std::chrono::microseconds(random() % 6000));
            }
        });
    }
}

void LiveWorld::writeEspAllTheTime()
{
    m_writers.emplace_back([this](const std::stop_token &stop) {
        while (!stop.stop_requested())
            source.writeEsp();
    });
}

void LiveWorld::stopWriters() { m_writers.clear(); }

}
