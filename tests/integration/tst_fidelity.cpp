#include "tests/integration/filecopyworld.h"

#include "core/guest/fileflags.h"

#include <QMap>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

using namespace edgelift;
using namespace edgelift::literals;

namespace {

/// A property that a file can have: how to give it to one, and how it reads.
struct Property
{
    const char *name;
    const char *told; ///< null: it is kept; else words of the report's note that say that it is not
    std::function<bool(const QByteArray &path)> give;
    std::function<QByteArray(const QByteArray &path)> look;
};

bool touch(const QByteArray &path)
{
    const Fd file(::open(path.constData(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    return file && ::write(file.get(), "content", 7) == 7;
}

struct statx factsOf(const QByteArray &path)
{
    struct statx facts = {};
    ::statx(AT_FDCWD, path.constData(), AT_SYMLINK_NOFOLLOW, STATX_ALL, &facts);
    return facts;
}

QByteArray timeOf(const statx_timestamp &time) { return QByteArray::number(qint64(time.tv_sec)) + '.' + QByteArray::number(time.tv_nsec); }

QByteArray modeOf(const QByteArray &path) { return QByteArray::number(factsOf(path).stx_mode, 8); }

bool chattr(const char *how, const QByteArray &path)
{
    return touch(path) && runChecked({QStringLiteral("chattr"), {QLatin1String(how), QFile::decodeName(path)}, {}});
}

QByteArray attributesOf(const QByteArray &path)
{
    const FileFlags flags = fileFlags(QFile::decodeName(path));
    return QByteArray::number(flags.protectedFiles) + ' ' + QByteArray::number(flags.tunedFiles);
}

Property attribute(const char *name, const char *attribute, const QByteArray &value)
{
    return {name, nullptr,
        [=](const QByteArray &path) {
            return touch(path) && ::setxattr(path.constData(), attribute, value.constData(), size_t(value.size()), 0) == 0;
        },
        [=](const QByteArray &path) {
            QByteArray found(256, '\0');
            const ssize_t got = ::lgetxattr(path.constData(), attribute, found.data(), size_t(found.size()));
            return found.left(std::max<ssize_t>(got, 0));
        }};
}

bool makeSocket(const QByteArray &path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const Fd folder(::open(path.left(path.lastIndexOf('/')).constData(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    std::snprintf(
        address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder.get(), path.mid(path.lastIndexOf('/') + 1).constData());
    return ::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
}

bool makeSparse(const QByteArray &path)
{
    const Fd file(::open(path.constData(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    return file && ::ftruncate(file.get(), 200 << 20) == 0 && ::pwrite(file.get(), "end", 3, 100 << 20) == 3;
}

const QByteArray someAcl = QByteArray::fromHex("02000000010006000000000002000400d2040000040004000000000010000400000000002000040000000000");
const QByteArray someCapability = QByteArray::fromHex("0100000200200000000000000000000000000000");
const char *const timesWords = "access times and times of creation";

QList<Property> properties()
{
    const auto node = [](mode_t mode, dev_t device) {
        return [=](const QByteArray &path) { return ::mknod(path.constData(), mode, device) == 0; };
    };
    const auto device = [](const QByteArray &path) {
        return modeOf(path) + ' ' + QByteArray::number(factsOf(path).stx_rdev_major) + ':'
            + QByteArray::number(factsOf(path).stx_rdev_minor);
    };
    const timespec old[2] = {{1000000000, 5}, {1234567890, 123456789}};
    return {
        {"owner and group", nullptr, [](const QByteArray &p) { return touch(p) && ::chown(p.constData(), 4321, 1234) == 0; },
            [](const QByteArray &p) { return QByteArray::number(factsOf(p).stx_uid) + ':' + QByteArray::number(factsOf(p).stx_gid); }},
        {"mode with set-uid and sticky", nullptr, [](const QByteArray &p) { return touch(p) && ::chmod(p.constData(), 07711) == 0; },
            modeOf},
        {"time of change, nanoseconds", nullptr,
            [old](const QByteArray &p) { return touch(p) && ::utimensat(AT_FDCWD, p.constData(), old, 0) == 0; },
            [](const QByteArray &p) { return timeOf(factsOf(p).stx_mtime); }},
        {"time of access", timesWords, [old](const QByteArray &p) { return touch(p) && ::utimensat(AT_FDCWD, p.constData(), old, 0) == 0; },
            [](const QByteArray &p) { return timeOf(factsOf(p).stx_atime); }},
        {"time of creation", timesWords, touch, [](const QByteArray &p) { return timeOf(factsOf(p).stx_btime); }},
        attribute("ACL", "system.posix_acl_access", someAcl),
        attribute("user attribute", "user.note", "kept"),
        attribute("trusted attribute", "trusted.note", "kept"),
        attribute("SELinux label", "security.selinux", QByteArray("system_u:object_r:etc_t:s0\0", 27)),
        attribute("capability", "security.capability", someCapability),
        {"hard links", nullptr, [](const QByteArray &p) { return touch(p) && ::link(p.constData(), (p + "+").constData()) == 0; },
            [](const QByteArray &p) { return factsOf(p).stx_ino == factsOf(p + "+").stx_ino ? QByteArray("one") : QByteArray("two"); }},
        {"link to nowhere", nullptr, [](const QByteArray &p) { return ::symlink("../no where", p.constData()) == 0; },
            [](const QByteArray &p) { return QFile::symLinkTarget(QFile::decodeName(p)).toUtf8().right(8) + modeOf(p); }},
        {"holes", nullptr, makeSparse,
            [](const QByteArray &p) { return factsOf(p).stx_blocks < 16384 ? QByteArray("holes") : QByteArray("none"); }},
        {"character device", nullptr, node(S_IFCHR | 0600, makedev(1, 3)), device},
        {"block device", nullptr, node(S_IFBLK | 0600, makedev(7, 300)), device},
        {"FIFO", nullptr, node(S_IFIFO | 0640, 0), modeOf},
        {"socket", nullptr, makeSocket, [](const QByteArray &p) { return QByteArray::number(factsOf(p).stx_mode & S_IFMT, 8); }},
        {"immutable", "immutable or append-only", [](const QByteArray &p) { return chattr("+i", p); }, attributesOf},
        {"append-only", "immutable or append-only", [](const QByteArray &p) { return chattr("+a", p); }, attributesOf},
        {"no dump", "lost attributes", [](const QByteArray &p) { return chattr("+d", p); }, attributesOf},
    };
}

}

/// What of a file arrives when it is copied as a file: a table, and nothing is lost that the report does not say.
class TestFidelity : public QObject, test::FileCopyWorld
{
    Q_OBJECT
private Q_SLOTS:
    void init() { makeFolders(); }
    void cleanup()
    {
        m_job.reset();
        m_receiver.reset();
    }
    void cleanupTestCase()
    {
        std::printf("%-32s %-10s %-10s %-10s\n", "copied as files", "ext4", "xfs", "btrfs");
        for (const Property &property : properties()) {
            const QStringList row = m_table.value(QLatin1String(property.name));
            std::printf("%-32s %-10s %-10s %-10s %s\n", property.name, qPrintable(row.value(0)), qPrintable(row.value(1)),
                qPrintable(row.value(2)), property.told ? "in the report" : "");
        }
        std::printf("%-32s %-10s %-10s %-10s\n", "names of any bytes", qPrintable(m_names.value(0)), qPrintable(m_names.value(1)),
            qPrintable(m_names.value(2)));
    }
    void whatIsNotKeptIsTold_data()
    {
        QTest::addColumn<int>("fs");
        QTest::newRow("ext4") << int(FsType::Ext4);
        QTest::newRow("xfs") << int(FsType::Xfs);
        QTest::newRow("btrfs") << int(FsType::Btrfs);
    }
    /// The source is of the same kind: what a filesystem cannot keep at all is not ours to lose.
    void whatIsNotKeptIsTold()
    {
        QFETCH(int, fs);
        const QByteArray image = QFile::encodeName(m_folder.filePath(key("source.img")));
        QVERIFY(QFile::remove(QFile::decodeName(image)) || !QFile::exists(QFile::decodeName(image)));
        const QString name = fs == int(FsType::Ext4) ? key("ext4") : fs == int(FsType::Xfs) ? key("xfs") : key("btrfs");
        QVERIFY(runChecked({key("truncate"), {key("-s"), key("400M"), QFile::decodeName(image)}, {}}));
        QVERIFY(runChecked({key("mkfs.") + name, {QFile::decodeName(image)}, {}}));
        QVERIFY(runChecked({key("mount"), {key("-o"), key("loop"), QFile::decodeName(image), m_source.path()}, {}}));
        const auto unmount = qScopeGuard([this] { (void)runChecked({key("umount"), {m_source.path()}, {}}); });
        copyAndCompare(fs);
    }

private:
    QMap<QString, QStringList> m_table;
    QStringList m_names;

    void copyAndCompare(int fs)
    {
        QMap<QString, QByteArray> before;
        const QList<Property> all = properties();
        for (qsizetype i = 0; i < all.size(); ++i) {
            const QByteArray path = QFile::encodeName(m_source.path()) + "/p" + QByteArray::number(i);
            QVERIFY2(all[i].give(path), all[i].name);
            before.insert(QLatin1String(all[i].name), all[i].look(path));
        }
        const QByteArray anyBytes = QFile::encodeName(m_source.path()) + "/\x01 \"\\\n\xff\xfe*?'$(x)";
        QVERIFY(touch(anyBytes));
        const QString note = notKept(fileFlags(m_source.path()));
        prepare(FsType(fs), 400_MiB);
        COPIED(copy());
        QStringList problems;
        (void)onTarget([&](const QString &folder) {
            for (qsizetype i = 0; i < all.size(); ++i) {
                const QByteArray found = all[i].look(QFile::encodeName(folder) + "/p" + QByteArray::number(i));
                const bool kept = found == before.value(QLatin1String(all[i].name));
                m_table[QLatin1String(all[i].name)].append(kept ? key("kept") : key("not kept"));
                if (kept != (all[i].told == nullptr))
                    problems.append(QLatin1String(all[i].name) + key(": ") + QString::fromLatin1(found.toPercentEncoding()));
                if (!kept && all[i].told && !note.contains(QLatin1String(all[i].told)))
                    problems.append(QLatin1String(all[i].name) + key(" is not told"));
            }
            const bool named = factsOf(QFile::encodeName(folder) + anyBytes.mid(anyBytes.indexOf("/\x01"))).stx_size == 7;
            m_names.append(named ? key("kept") : key("not kept"));
            if (!named)
                problems.append(key("names of any bytes"));
            return QByteArray();
        });
        for (const char *file : {"p17", "p18"}) // or nobody could remove them
            (void)runChecked({key("chattr"), {key("-ia"), m_source.filePath(key(file))}, {}});
        QVERIFY2(problems.isEmpty(), qPrintable(problems.join(key(", "))));
    }
};

QTEST_GUILESS_MAIN(TestFidelity)
#include "tst_fidelity.moc"
