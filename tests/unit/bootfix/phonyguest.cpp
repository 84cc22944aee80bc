#include "tests/unit/bootfix/phonyguest.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <filesystem>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace edgelift::test {

namespace {

[[noreturn]] void mistake(const QByteArray &what) { throw std::runtime_error(what.toStdString()); }

FsType fsFrom(const QString &name)
{
    static const QHash<QString, FsType> types{{QStringLiteral("ext4"), FsType::Ext4}, {QStringLiteral("xfs"), FsType::Xfs},
        {QStringLiteral("btrfs"), FsType::Btrfs}, {QStringLiteral("vfat"), FsType::Vfat}, {QStringLiteral("swap"), FsType::Swap},
        {QStringLiteral("crypt"), FsType::Crypt}, {QStringLiteral("ext3"), FsType::Ext3}};
    if (!types.contains(name))
        mistake("no filesystem " + name.toUtf8());
    return types.value(name);
}

QMap<QString, QString> valuesOf(const QList<QByteArray> &words)
{
    QMap<QString, QString> values;
    for (const QByteArray &word : words) {
        const qsizetype equals = word.indexOf('=');
        values.insert(QString::fromUtf8(word.left(equals < 0 ? word.size() : equals)),
            equals < 0 ? QString() : QString::fromUtf8(word.mid(equals + 1)));
    }
    return values;
}

/// 64 bytes that say: an x86-64 program.
QByteArray elfStart()
{
    QByteArray bytes("\x7f"
                     "ELF\x02\x01\x01",
        7);
    bytes.resize(64, '\0');
    bytes[16] = 2;
    bytes[18] = 62;
    return bytes;
}

}

QByteArray initramfsWith(const QStringList &modules)
{
    QByteArray archive;
    const auto entry = [&archive](const QByteArray &name, bool folder) {
        const QByteArray mode = folder ? "000041ED" : "000081A4";
        archive += "07070100000001" + mode
            + "0000000000000000000000010000000000000000000000000000000000000000"
              "00000000"
            + QByteArray::number(name.size() + 1, 16).rightJustified(8, '0') + "00000000" + name + '\0';
        while (archive.size() % 4 != 0)
            archive += '\0';
    };
    entry("lib", true);
    for (const QString &module : modules)
        entry("lib/modules/" + module.toLatin1() + ".ko", false);
    entry("TRAILER!!!", false);
    return archive;
}

QString PhonyGuest::inMemory()
{
    const QString memory = QStringLiteral("/dev/shm");
    return (QFileInfo(memory).isWritable() ? memory : QDir::tempPath()) + QStringLiteral("/edgelift-guest-XXXXXX");
}

QString PhonyGuest::dataFile(const QString &name) { return QStringLiteral(EDGELIFT_SOURCE_DIR "/tests/data/guests/") + name; }

PhonyGuest PhonyGuest::load(const QString &name)
{
    QFile file(dataFile(name + QStringLiteral(".guest")));
    if (!file.open(QIODevice::ReadOnly))
        mistake("no guest " + name.toUtf8());
    return parse(file.readAll());
}

PhonyGuest PhonyGuest::parse(const QByteArray &text)
{
    PhonyGuest guest;
    QDir().mkpath(guest.root());
    QList<QByteArray> head;
    bool inFile = false;
    for (const QByteArray &line : (text.endsWith('\n') ? text.chopped(1) : text).split('\n')) {
        if (line.startsWith("--- ")) {
            head = line.mid(4).split(' ');
            inFile = true;
            guest.write(QString::fromUtf8(head.value(0)), {}, head.value(1, "0644").toUInt(nullptr, 8));
        } else if (inFile) {
            QFile file(guest.path(QString::fromUtf8(head.value(0))));
            if (!file.open(QIODevice::Append))
                mistake(line);
            file.write(line + '\n');
        } else if (!line.isEmpty() && !line.startsWith('#')) {
            guest.directive(line.simplified().split(' '));
        }
    }
    return guest;
}

void PhonyGuest::directive(const QList<QByteArray> &words)
{
    const QByteArray &what = words.constFirst();
    const QString first = QString::fromUtf8(words.value(1));
    if (what == "mode")
        layout.bootMode = first == QLatin1String("uefi") ? BootMode::Uefi : BootMode::Bios;
    else if (what == "tables")
        layout.tablesKept = first == QLatin1String("kept");
    else if (what == "volume")
        addVolume(valuesOf(words.mid(1)));
    else if (what == "kernel")
        addKernel(first, valuesOf(words.mid(2)));
    else if (what == "program")
        write(first, elfStart(), 0755);
    else if (what == "binary")
        write(first, QByteArray("MZ\0", 3) + first.toUtf8(), 0755);
    else if (what == "folder")
        QDir().mkpath(path(first));
    else if (what == "link") {
        QDir().mkpath(QFileInfo(path(first)).path());
        if (::symlink(words.value(2).constData(), QFile::encodeName(path(first)).constData()) != 0)
            mistake(words.join(' '));
    } else if (what == "grubenv") {
        QByteArray block = "# GRUB Environment Block\n" + words.mid(2).join(' ').replace("\\n", "\n") + '\n';
        write(first, block.leftJustified(1024, '#'));
    } else
        mistake("no directive " + what);
}

void PhonyGuest::addVolume(const QMap<QString, QString> &values)
{
    bootfix::ConvertedVolume volume;
    VolumeFacts &source = volume.source;
    const int disk = values.value(QStringLiteral("disk"), QStringLiteral("0")).toInt();
    source.disk = QStringLiteral("d%1").arg(disk);
    while (layout.sourceDisks.size() <= disk)
        layout.sourceDisks.append(QStringLiteral("d%1").arg(layout.sourceDisks.size()));
    source.number = values.value(QStringLiteral("part")).toInt();
    source.id = QStringLiteral("%1/p%2").arg(source.disk).arg(source.number);
    if (const QString logical = values.value(QStringLiteral("lv")); !logical.isEmpty()) {
        source.kind = VolumeFacts::Kind::LogicalVolume;
        source.id = logical;
        volume.logicalVolume = logical;
    }
    source.fs = fsFrom(values.value(QStringLiteral("fs")));
    source.uuid = values.value(QStringLiteral("uuid"));
    source.label = values.value(QStringLiteral("label"));
    source.mountPoint = values.value(QStringLiteral("mount")).replace(QLatin1String("\\040"), QLatin1String(" "));
    source.system = source.mountPoint == QLatin1String("/");
    volume.names = {values.value(QStringLiteral("partuuid")), values.value(QStringLiteral("partlabel"))};
    volume.migrated = !values.contains(QStringLiteral("dropped"));
    volume.uuid = values.value(QStringLiteral("newuuid"), source.uuid);
    volume.label = source.label;
    volume.partUuid = values.value(QStringLiteral("newpartuuid"));
    volume.partition = source.number;
    volume.logicalVolume = values.value(QStringLiteral("newlv"), volume.logicalVolume);
    if (values.contains(QStringLiteral("plain")))
        volume.logicalVolume.clear();
    layout.volumes.append(volume);
}

void PhonyGuest::addKernel(const QString &version, const QMap<QString, QString> &values)
{
    const auto list = [&values](const char *key) { return values.value(QLatin1String(key)).split(QLatin1Char(','), Qt::SkipEmptyParts); };
    write(QStringLiteral("/boot/vmlinuz-") + version, "kernel");
    if (values.contains(QStringLiteral("initramfs")))
        write(values.value(QStringLiteral("initramfs")), initramfsWith(list("has")), 0600);
    QByteArray dep;
    for (const QString &module : list("modules"))
        dep += "kernel/drivers/" + module.toLatin1() + ".ko:\n";
    QByteArray builtIn;
    for (const QString &module : list("builtin"))
        builtIn += "kernel/drivers/" + module.toLatin1() + ".ko\n";
    write(QStringLiteral("/lib/modules/%1/modules.dep").arg(version), dep);
    write(QStringLiteral("/lib/modules/%1/modules.builtin").arg(version), builtIn);
}

QByteArray PhonyGuest::read(const QString &inGuest) const
{
    QFile file(path(inGuest));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(not there)");
}

void PhonyGuest::write(const QString &inGuest, const QByteArray &content, unsigned mode) const
{
    QDir().mkpath(QFileInfo(path(inGuest)).path());
    QFile file(path(inGuest));
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) || file.write(content) != content.size())
        mistake("cannot write " + inGuest.toUtf8());
    file.close();
    ::chmod(QFile::encodeName(path(inGuest)).constData(), mode);
}

bool PhonyGuest::exists(const QString &inGuest) const
{
    const QFileInfo info(path(inGuest));
    return info.exists() || info.isSymLink();
}

QMap<QString, QByteArray> PhonyGuest::snapshot(bool withKept) const
{
    QMap<QString, QByteArray> all;
    QDirIterator it(root(), QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot, QDirIterator::Subdirectories);
    while (it.hasNext()) {
        const QFileInfo info(it.next());
        const QString name = info.filePath().mid(root().size());
        if (!withKept && name.endsWith(QLatin1String(".edgelift-orig")))
            continue;
        QByteArray content = "other";
        if (info.isSymLink())
            content = "-> " + QByteArray::fromStdString(std::filesystem::read_symlink(info.filePath().toStdString()).string());
        else if (info.isFile())
            content = QByteArray::number(int(info.permissions()), 16) + ' ' + read(name);
        else if (info.isDir())
            content = "folder";
        all.insert(name, content);
    }
    return all;
}

Result<bootfix::GuestOutput> FakeRunner::run(const QString &root, const bootfix::GuestCommand &command, const std::stop_token &)
{
    commands.append(command.arguments);
    bootfix::GuestOutput out;
    const QString program = QFileInfo(command.arguments.constFirst()).fileName();
    if (program == QLatin1String("setfiles"))
        return out;
    if (mode == Mode::Fails)
        return Error{ErrorCode::ToolTimedOut, Retry::AfterUserAction, {program}, QStringLiteral("no end after 600000 ms")};
    QStringList modules{QStringLiteral("ext4")};
    QString output;
    if (program == QLatin1String("dracut")) {
        modules += command.arguments.value(command.arguments.indexOf(QStringLiteral("--add-drivers")) + 1).split(QLatin1Char(' '));
        output = command.arguments.value(command.arguments.size() - 2);
    } else {
        output = command.arguments.value(
            command.arguments.indexOf(program == QLatin1String("mkinitrd") ? QStringLiteral("-i") : QStringLiteral("-o")) + 1);
        QFile list(root + QStringLiteral("/etc/initramfs-tools/modules"));
        if (list.open(QIODevice::ReadOnly))
            modules += QString::fromUtf8(list.readAll()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        else
            modules += command.arguments.constLast().split(QLatin1Char(' '));
    }
    if (mode == Mode::LacksDrivers)
        modules = QStringList{QStringLiteral("ext4")};
    if (mode == Mode::MakesNothing)
        return out;
    const QByteArray image = initramfsWith(modules);
    QFile file(root + output);
    if (!file.open(QIODevice::WriteOnly) || file.write(mode == Mode::HalfWritten ? image.left(image.size() / 2) : image) < 0)
        out.exitCode = 1;
    return out;
}

}
