#pragma once
#include "core/base/files.h"
#include "core/base/loopdevice.h"
#include "core/base/process.h"
#include "core/guest/guestmounts.h"
#include "core/layout/targetimagejson.h"
#include "core/stream/files/filecopy.h"
#include "tests/unit/receiver/receiverfixture.h"

#include <QDir>
#include <QTest>

namespace edgelift::test {

using namespace literals;

/// A folder, a real receiver with one disk, and the copy of files between them, with rsync at both ends. Needs root.
class FileCopyWorld
{
protected:
    static constexpr quint64 epoch = 7;
    static QString key(const char *text) { return QString::fromLatin1(text); }
    static TargetImage imageWith(FsType fs, Bytes size)
    {
        TargetVolume volume;
        volume.source = key("disk/p1");
        volume.mountPoint = key("/srv");
        volume.content = TargetContent::Files;
        volume.offset = 1_MiB;
        volume.size = size;
        volume.fs = fs;
        volume.uuid = fs == FsType::Vfat ? key("ABCD-1234") : key("11111111-2222-4333-8444-555555555501");
        volume.partition = 1;
        volume.typeCode = key("0FC63DAF-8483-4772-8E79-3D69D8477DE4");
        TargetDiskLayout disk;
        disk.size = 1_GiB;
        disk.volumes = {volume};
        return {BootMode::Bios, {disk}};
    }
    void makeFolders()
    {
        QVERIFY2(::geteuid() == 0, "run as root: it makes loop devices and mounts");
        m_source = QDir(m_folder.filePath(key("source")));
        m_source.removeRecursively();
        QVERIFY(QDir().mkpath(m_source.path()) && QDir().mkpath(m_folder.filePath(key("mounts"))));
    }

    QTemporaryDir m_folder;
    QDir m_source;
    std::unique_ptr<receiver::test::ReceiverFixture> m_receiver;
    TransferTuning m_tuning;
    QList<TransferDisk> m_disks{1};
    std::unique_ptr<CopyJob> m_job;
    Bytes m_size;
    Bytes m_offset;
    FsType m_fs = FsType::Ext4;

    static QByteArray tool(const char *program, const QStringList &arguments)
    {
        const Result<CommandOutput> output = run({key(program), arguments, {}});
        return output ? output->output + output->errors : QByteArray("cannot run");
    }
    void write(const char *name, const QByteArray &content) const
    {
        QFile file(m_source.filePath(key(name)));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }
    QByteArray at(const char *name) const { return QFile::encodeName(m_source.filePath(key(name))); }

    /// A receiver with one disk, built with one empty filesystem.
    void prepare(FsType fs, Bytes size) { prepare(fs, size, imageWith(fs, size)); }
    void prepare(FsType fs, Bytes size, const TargetImage &image)
    {
        m_offset = 1_MiB;
        m_fs = fs;
        m_size = size;
        m_receiver = std::make_unique<receiver::test::ReceiverFixture>();
        m_receiver->addDisk(key("t0"), (1_GiB).count);
        m_receiver->start();
        const auto control = m_receiver->address(wire::Port::Control);
        TransferSettings settings;
        settings.receiver = {key("127.0.0.1"), control.port, m_receiver->address(wire::Port::Data).port, control.job};
        settings.keys = control.keys;
        settings.peerPin = control.receiverPin;
        settings.epoch = epoch;
        const Result<wire::TlsContext> context = wire::TlsContext::make(settings.keys, settings.peerPin);
        QVERIFY(bool(context));
        m_job = std::make_unique<CopyJob>(settings, m_disks, m_tuning, *context);
        const auto client = ReceiverClient::connect(settings.receiver, *context, {});
        QVERIFY(bool(client));
        QVERIFY((*client)->prepare({epoch, false, {{0, key("t0"), 1_GiB, 1_GiB, true}}}));
        const Result<> built = (*client)->build(epoch, toJson(image));
        QVERIFY2(bool(built), built ? "" : qPrintable(built.error().detail));
    }
    Result<FileCopyEnd> copy(const QStringList &excludes = {}, bool last = true)
    {
        FileCopy files(*m_job, QLatin1String(EDGELIFT_BIN_DIR) + key("/edgelift-tunnel"), [](quint64) {});
        FileVolume volume{0, key("disk/p1"), key("/srv"), m_fs == FsType::Vfat, false, excludes};
        return files.run(volume, m_source.path(), last, {});
    }
    /// What `look` makes of the target's folder.
    QByteArray onTarget(const std::function<QByteArray(const QString &folder)> &look)
    {
        QByteArray out;
        const Result<LoopDevice> device = LoopDevice::attach(m_receiver->diskPath(key("t0")), m_offset, m_size);
        const Result<> done = inPrivateMounts(m_folder.filePath(key("mounts")), [&](GuestMounts &mounts) {
            const Result<QString> folder = mounts.mount(device->path(), m_fs, {}, key("target"));
            out = folder ? look(*folder) : QByteArray("cannot be mounted");
        });
        return done ? out : QByteArray("no mounts");
    }
    QByteArray differences(const QStringList &more = {})
    {
        return onTarget([&](const QString &folder) {
            return tool("rsync",
                QStringList{key("-anc"), key("--delete"), key("-HAXS"), key("--numeric-ids"), key("--itemize-changes"),
                    key("--exclude=/lost+found")}
                    + more + QStringList{m_source.path() + QLatin1Char('/'), folder + QLatin1Char('/')});
        });
    }
};

}

#define COPIED(result)                                                                                                                     \
    QVERIFY2(bool(result), (result) ? "" : qPrintable((result).error().args.join(QLatin1Char(' ')) + (result).error().detail))
