#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/stream/blockreader.h"
#include "core/stream/extentplan.h"
#include "core/stream/maps/usedmap.h"
#include "core/stream/transfer.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonObject>
#include <cstdio>
#include <cstring>

using namespace edgelift;

namespace {

int fail(const Error &error)
{
    std::fprintf(stderr, "benchcopy: %s\n", qPrintable(logLine(error)));
    return 1;
}

/// The receiver's configuration and the sender's key, as a migration would make them.
Result<> makeKeys(const QString &folder, const QString &address)
{
    Result<wire::LinkKeys> ours = wire::makeLinkKeys(QStringLiteral("bench sender"));
    Result<wire::LinkKeys> theirs = wire::makeLinkKeys(QStringLiteral("bench receiver"));
    if (!ours || !theirs)
        return Error{};
    const Result<QByteArray> ourPin = wire::pinOf(ours->certificate);
    const Result<QByteArray> theirPin = wire::pinOf(theirs->certificate);
    if (!ourPin || !theirPin)
        return Error{};
    const QJsonObject receiver{{QStringLiteral("version"), 1}, {QStringLiteral("job"), QStringLiteral("j-bench")},
        {QStringLiteral("listen"), address}, {QStringLiteral("controlPort"), 8080}, {QStringLiteral("dataPort"), 8703},
        {QStringLiteral("certificate"), QString::fromLatin1(theirs->certificate)},
        {QStringLiteral("privateKey"), QString::fromLatin1(theirs->privateKey.reveal())},
        {QStringLiteral("peerPin"), QString::fromLatin1(*ourPin)}, {QStringLiteral("stateDir"), folder + QLatin1String("/receiver")},
        {QStringLiteral("deviceDir"), folder + QLatin1String("/devices")}};
    const QJsonObject sender{{QStringLiteral("host"), address}, {QStringLiteral("certificate"), QString::fromLatin1(ours->certificate)},
        {QStringLiteral("privateKey"), QString::fromLatin1(ours->privateKey.reveal())},
        {QStringLiteral("peerPin"), QString::fromLatin1(*theirPin)}};
    if (const Result<> written = writeJsonFile(folder + QLatin1String("/receiver.json"), receiver); !written)
        return written;
    return writeJsonFile(folder + QLatin1String("/sender.json"), sender);
}

/// A disk without a partition table, one ext4 filesystem on all of it.
ServerFacts wholeDisk(const QString &path)
{
    const Bytes size{quint64(QFileInfo(path).size())};
    ServerFacts facts;
    DiskFacts disk;
    disk.id = QStringLiteral("bench");
    disk.size = size;
    facts.disks.append(disk);
    VolumeFacts volume;
    volume.id = QStringLiteral("bench/whole");
    volume.kind = VolumeFacts::Kind::WholeDisk;
    volume.disk = disk.id;
    volume.segments.append({disk.id, Bytes{0}, size});
    volume.size = size;
    volume.fs = FsType::Ext4;
    facts.volumes.append(volume);
    return facts;
}

/// What send() would send before compression: the extents with a used byte, free bytes zeroed, all-zero extents left out.
int dump(const QString &path)
{
    const ServerFacts facts = wholeDisk(path);
    const Bytes size = facts.disks.first().size;
    Result<UsedMaps> used = usedRanges(facts, {{QStringLiteral("bench"), path}}, {});
    if (!used)
        return fail(used.error());
    const auto reader = BlockReader::open(path, size);
    if (!reader)
        return fail(reader.error());
    const ExtentPlan plan(size, used->disks.take(QStringLiteral("bench")));
    BufferPool pool(1, wire::extentSize);
    const BufferRef buffer = pool.acquire({});
    for (const ByteRange &range : plan.wanted()) {
        for (quint64 extent = range.offset; extent < range.end(); ++extent) {
            const quint64 begin = extent * wire::extentSize;
            const quint64 length = plan.bytesOf(extent, 1).count;
            if (const Result<> read = (*reader)->read(begin, length, *buffer); !read)
                return fail(read.error());
            for (const ByteRange &hole : plan.freeWithin(ByteRange{begin, length}))
                std::memset(buffer->data + (hole.offset - begin), 0, hole.length);
            if (!wire::isAllZero({buffer->data, length}))
                std::fwrite(buffer->data, 1, length, stdout);
        }
    }
    return std::fflush(stdout) == 0 ? 0 : 1;
}

int send(const QString &folder, const QString &path, int level, int streams)
{
    const Result<QJsonObject> config = readJsonFile(folder + QLatin1String("/sender.json"));
    if (!config)
        return fail(config.error());
    const ServerFacts facts = wholeDisk(path);
    Result<UsedMaps> used = usedRanges(facts, {{QStringLiteral("bench"), path}}, {});
    if (!used)
        return fail(used.error());
    const auto text = [&config](const char *key) { return config->value(QLatin1String(key)).toString(); };
    TransferSettings settings;
    settings.receiver = {text("host"), 8080, 8703, QStringLiteral("j-bench")};
    settings.keys = {text("certificate").toLatin1(), Secret(text("privateKey").toLatin1())};
    settings.peerPin = text("peerPin").toLatin1();
    settings.epoch = 1;
    settings.streams = streams;
    settings.journalPath = folder + QLatin1String("/journal");
    TransferTuning tuning;
    tuning.compression = level;
    TransferDisk disk;
    disk.id = QStringLiteral("bench");
    disk.path = path;
    disk.size = disk.targetSize = facts.disks.first().size;
    disk.used = used->disks.take(QStringLiteral("bench"));
    disk.identity = QStringLiteral("bench");
    disk.serial = QStringLiteral("bench");
    quint64 wire = 0;
    Transfer transfer(settings, {disk}, tuning, [&wire](const TransferProgress &progress) { wire = progress.wire.count; });
    const Outcome outcome = transfer.run({});
    std::fprintf(stderr, "PAYLOAD %llu\n", static_cast<unsigned long long>(wire));
    return outcome.end == Outcome::End::Finished ? 0 : fail(outcome.error.value_or(Error{}));
}

}

/// One disk through the data path, with nothing of the cloud around it: for tests/bench/peers.sh.
int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addPositionalArgument(QStringLiteral("command"), QStringLiteral("keys FOLDER ADDRESS | send FOLDER DISK | dump DISK"));
    parser.addOption({QStringLiteral("level"), QStringLiteral("compression ceiling, 0 to 10"), QStringLiteral("level"), QStringLiteral("7")});
    parser.addOption({QStringLiteral("streams"), QStringLiteral("data connections"), QStringLiteral("n"), QStringLiteral("4")});
    parser.addHelpOption();
    parser.process(app);
    const QStringList words = parser.positionalArguments();
    if (words.size() == 2 && words.first() == QLatin1String("dump"))
        return dump(words.at(1));
    if (words.size() != 3)
        parser.showHelp(2);
    if (words.first() == QLatin1String("keys")) {
        const Result<> made = makeKeys(words.at(1), words.at(2));
        return made ? 0 : fail(made.error());
    }
    return send(words.at(1), words.at(2), parser.value(QStringLiteral("level")).toInt(), parser.value(QStringLiteral("streams")).toInt());
}
