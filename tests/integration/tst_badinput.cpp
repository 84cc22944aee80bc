#include "tests/support/simulation.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTest>

using namespace edgelift;
using test::CtlResult;
using test::Simulation;

namespace {

constexpr qint64 mib = 1 << 20;
constexpr qint64 gib = 1 << 30;

QString text(const QJsonObject &object, const char *key) { return object.value(QLatin1String(key)).toString(); }

/// Changes one value of a section of the plan.
std::function<void(QJsonObject &)> with(const char *section, const char *key, const QJsonValue &value)
{
    return [=](QJsonObject &plan) {
        QJsonObject object = plan.value(QLatin1String(section)).toObject();
        object.insert(QLatin1String(key), value);
        plan.insert(QLatin1String(section), object);
    };
}

bool writeAt(const QString &path, qint64 offset, const QByteArray &bytes)
{
    QFile file(path);
    return file.open(QIODevice::ReadWrite) && file.seek(offset) && file.write(bytes) == bytes.size();
}

}

/// Everything people get wrong. Each must end with a clear code, before anything costs money, with the source untouched.
class TestBadInput : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(test::runTool(test::supportScript(QStringLiteral("mini-server.sh")), {m_server.path()}));
        m_system = m_server.filePath(QStringLiteral("system.img"));
        m_data = m_server.filePath(QStringLiteral("data.img"));
        QVERIFY2(m_simulation.startService(), qPrintable(m_simulation.serviceOutput()));
        m_plan = m_simulation.makePlan({m_system, m_data});
        QVERIFY(!m_plan.isEmpty());
    }
    void init() { m_before = test::fileHash(m_system); }
    void cleanup()
    {
        QCOMPARE(test::fileHash(m_system), m_before);
        QCOMPARE(m_simulation.leftovers().join(QLatin1Char(' ')), QString());
    }

    void aBadDiskIsRefusedWithItsReason_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("code");
        for (const auto &[name, code] : {std::pair("missing", "SourceMissing"), {"zero-length", "SourceEmpty"},
                 {"vmdk", "ImageFormatUnsupported"}, {"truncated", "PartitionTableDamaged"}, {"loop", "PartitionTableLoops"},
                 {"windows", "NotLinux"}, {"empty-filesystem", "NoRootFilesystem"}, {"arm", "ArchitectureUnsupported"}})
            QTest::newRow(name) << QString::fromLatin1(name) << QString::fromLatin1(code);
    }
    void aBadDiskIsRefusedWithItsReason()
    {
        QFETCH(QString, name);
        QFETCH(QString, code);
        const QString disk = m_simulation.path(name);
        QVERIFY(makeBadDisk(name, disk));
        refusedBeforeAnythingMoved(m_simulation.migrate({disk}, m_plan), code);
        QFile::remove(disk);
    }

    void tooManyOrTooLargeDataDisks_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<qint64>("size");
        QTest::addColumn<QString>("fact");
        QTest::newRow("five data disks") << 5 << 100 * mib << "E-DSK-06";
        QTest::newRow("501 GiB") << 1 << 501 * gib << "E-DSK-07";
    }
    void tooManyOrTooLargeDataDisks()
    {
        QFETCH(int, count);
        QFETCH(qint64, size);
        QFETCH(QString, fact);
        QStringList disks{m_system};
        for (int i = 0; i < count; ++i) {
            disks.append(m_simulation.path(QStringLiteral("extra-%1.img").arg(i)));
            QFile disk(disks.last());
            QVERIFY(disk.open(QIODevice::WriteOnly) && disk.resize(size));
            QVERIFY(test::runTool(QStringLiteral("mkfs.ext4"), {QStringLiteral("-qF"), disks.last()}));
        }
        const QString plan = m_simulation.makePlan(disks);
        const CtlResult result = m_simulation.migrate(disks, plan);
        QCOMPARE(result.exitCode, 3);
        QVERIFY2(result.output.contains(fact.toUtf8()), qPrintable(result.describe()));
        for (const QString &disk : disks.mid(1))
            QFile::remove(disk);
    }

    void anImageThatChangesIsNeverCalledDone()
    {
        const QString copy = m_simulation.path(QStringLiteral("growing.img"));
        QVERIFY(QFile::copy(m_system, copy));
        bool changed = false;
        const CtlResult result = m_simulation.migrate({copy}, m_simulation.makePlan({copy}, with("transfer", "limitMbps", 100)), {},
            [&](QProcess &, const QList<QJsonObject> &events) {
                for (const QJsonObject &event : events) {
                    if (event.value(QLatin1String("bytesDone")).toDouble() > 1e6 && !std::exchange(changed, true))
                        QVERIFY(QFile::resize(copy, QFileInfo(copy).size() + mib));
                }
            });
        QVERIFY2(result.exitCode == 4 || result.exitCode == 5, qPrintable(result.describe()));
        QCOMPARE(text(result.last(QStringLiteral("error")), "name"), QStringLiteral("SourceChanged"));
        QVERIFY(result.last(QStringLiteral("finished")).isEmpty());
        const CtlResult cancelled = m_simulation.ctl(test::sourceDisks({copy}) + QStringList{QStringLiteral("cancel")});
        QVERIFY2(cancelled.exitCode == 0, qPrintable(cancelled.describe()));
    }

    void aBadPlanIsRefused_data()
    {
        QTest::addColumn<QString>("section");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QJsonValue>("value");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("fact");
        const auto row = [](const char *name, const char *section, const char *key, const QJsonValue &value, const char *code,
                             const char *fact) {
            QTest::newRow(name) << QString::fromLatin1(section) << QString::fromLatin1(key) << value << QString::fromLatin1(code)
                                << QString::fromLatin1(fact);
        };
        row("unknown key, the nearest named", "transfer", "compresion", 5, "PlanUnknownKey", "compression");
        row("compression out of range", "transfer", "compression", 11, "PlanValueWrong", "compression");
        row("bucket missing", "image", "bucket", QStringLiteral("no-such-bucket"), "BucketMissing", "no-such-bucket");
        row("bucket in another region", "image", "bucket", QStringLiteral("edgelift-transit-sg"), "BucketInOtherRegion", "ap-southeast-1");
        row("instance type out of stock", "job", "instanceType", QStringLiteral("ecs.c7.large"), "StockSoldOut", "ecs.c7.large");
    }
    void aBadPlanIsRefused()
    {
        QFETCH(QString, section);
        QFETCH(QString, key);
        QFETCH(QJsonValue, value);
        QFETCH(QString, code);
        QFETCH(QString, fact);
        QVERIFY(sellOut(QStringLiteral("ecs.c7.large")));
        const QString plan =
            m_simulation.makePlan({m_system, m_data}, with(section.toLatin1().constData(), key.toLatin1().constData(), value));
        const CtlResult result = m_simulation.migrate({m_system, m_data}, plan);
        refusedBeforeAnythingMoved(result, code);
        QVERIFY2(result.output.contains(fact.toUtf8()), qPrintable(result.describe()));
    }

    void aBadCodeIsRefused_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("code");
        QTest::newRow("mistyped") << "mistyped"
                                  << "CodeMistyped";
        QTest::newRow("unknown to the service") << "unknown"
                                                << "CodeRejected";
        QTest::newRow("disabled") << "disabled"
                                  << "CodeDisabled";
        QTest::newRow("used up") << "used-up"
                                 << "CodeUsedUp";
        QTest::newRow("empty") << "empty"
                               << "CodeMissing";
    }
    void aBadCodeIsRefused()
    {
        QFETCH(QString, kind);
        QFETCH(QString, code);
        const QString file = badCode(kind);
        QVERIFY(!file.isEmpty());
        refusedBeforeAnythingMoved(
            m_simulation.ctl(test::sourceDisks({m_system, m_data})
                    + QStringList{QStringLiteral("migrate"), QStringLiteral("--plan"), m_plan, QStringLiteral("--code-file"), file,
                        QStringLiteral("--json")},
                {{QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_ID"), {}}, {QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_SECRET"), {}}}),
            code);
    }

    void aWrongAccessKeyIsRefused()
    {
        refusedBeforeAnythingMoved(
            m_simulation.ctl(test::sourceDisks({m_system, m_data})
                    + QStringList{QStringLiteral("migrate"), QStringLiteral("--plan"), m_plan, QStringLiteral("--json")},
                {{QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_SECRET"), QStringLiteral("wrongwrongwrongwrongwrongwrong")}}),
            QStringLiteral("CredentialsWrong"));
    }

    void anExpiredCodeAndASkewedClockAreNamed()
    {
        const QString file = m_simulation.makeCode(2, 1);
        m_simulation.stopService();
        QVERIFY(m_simulation.startService({QStringLiteral("--clock-offset"), QStringLiteral("172800")})); // two days later
        const QStringList migrate{QStringLiteral("migrate"), QStringLiteral("--plan"), m_plan, QStringLiteral("--json")};
        refusedBeforeAnythingMoved(
            m_simulation.ctl(test::sourceDisks({m_system, m_data}) + migrate + QStringList{QStringLiteral("--code-file"), file}),
            QStringLiteral("CodeExpired"));
        refusedBeforeAnythingMoved(
            m_simulation.ctl(test::sourceDisks({m_system, m_data}) + migrate), QStringLiteral("ClockSkew")); // with the AccessKey
        m_simulation.stopService();
        QVERIFY(m_simulation.startService());
    }

private:
    static void refusedBeforeAnythingMoved(const CtlResult &result, const QString &code)
    {
        QVERIFY2(result.exitCode == 3, qPrintable(result.describe()));
        const QJsonObject error = result.last(QStringLiteral("error"));
        QVERIFY2(text(error, "name") == code, qPrintable(result.describe()));
        QVERIFY(!text(error, "message").isEmpty());
        QVERIFY(!text(error, "remedy").isEmpty());
        QVERIFY(text(error, "code").startsWith(QLatin1String("EL-")));
    }

    bool makeBadDisk(const QString &name, const QString &path) const
    {
        QFile file(path);
        if (name == QLatin1String("missing"))
            return true;
        if (name == QLatin1String("vmdk"))
            return test::runTool(QStringLiteral("qemu-img"),
                {QStringLiteral("create"), QStringLiteral("-qf"), QStringLiteral("vmdk"), path, QStringLiteral("64M")})
                .has_value();
        if (name == QLatin1String("truncated"))
            return QFile::copy(m_system, path) && QFile::resize(path, 300 * mib);
        if (name == QLatin1String("arm"))
            return test::runTool(test::supportScript(QStringLiteral("make-arm.sh")), {m_system, path}).has_value();
        if (!file.open(QIODevice::WriteOnly) || !file.resize(name == QLatin1String("zero-length") ? 0 : 64 * mib))
            return false;
        file.close();
        if (name == QLatin1String("windows"))
            return makeWindows(path);
        if (name == QLatin1String("empty-filesystem"))
            return test::runTool(QStringLiteral("mkfs.ext4"), {QStringLiteral("-qF"), path}).has_value();
        return name == QLatin1String("zero-length") || makeLoop(path);
    }

    static QByteArray tableEntry(quint8 type, quint32 start, quint32 size)
    {
        QByteArray bytes(16, '\0');
        bytes[4] = char(type);
        qToLittleEndian(start, bytes.data() + 8);
        qToLittleEndian(size, bytes.data() + 12);
        return bytes;
    }
    static QByteArray bootRecord(const QByteArray &entries)
    {
        return QByteArray(446, '\0') + entries.leftJustified(64, '\0') + QByteArray("\x55\xaa", 2);
    }
    /// An extended partition whose first EBR names itself as the next.
    static bool makeLoop(const QString &path)
    {
        return writeAt(path, 0, bootRecord(tableEntry(0x05, 2048, 100000)))
            && writeAt(path, 2048 * 512, bootRecord(tableEntry(0x83, 2048, 4096) + tableEntry(0x05, 0, 100000)));
    }
    /// One partition that begins as an NTFS volume does.
    static bool makeWindows(const QString &path)
    {
        return writeAt(path, 0, bootRecord(tableEntry(0x07, 2048, 100000)))
            && writeAt(path, 2048 * 512, QByteArray("\xeb\x52\x90NTFS    ").leftJustified(510, '\0') + QByteArray("\x55\xaa", 2));
    }

    bool sellOut(const QString &type) const
    {
        QFile faults(m_simulation.dataDir() + QLatin1String("/faults.json"));
        return faults.open(QIODevice::WriteOnly) && faults.write("{\"soldOut\": [\"" + type.toLatin1() + "\"]}") > 0;
    }

    QString badCode(const QString &kind)
    {
        const QString path = m_simulation.makeCode(1);
        QFile file(path);
        if (path.isEmpty() || !file.open(QIODevice::ReadWrite))
            return {};
        QByteArray code = file.readAll().trimmed();
        if (kind == QLatin1String("mistyped"))
            code[code.size() / 2] = code.at(code.size() / 2) == 'A' ? 'B' : 'A';
        if (kind == QLatin1String("empty"))
            code.clear();
        if (kind == QLatin1String("unknown")) {
            const CtlResult list = m_simulation.ctl({QStringLiteral("code"), QStringLiteral("list"), QStringLiteral("--json")});
            if (list.exitCode != 0 || m_simulation.ctl({QStringLiteral("code"), QStringLiteral("delete"), newestToken(list)}).exitCode != 0)
                return {};
        }
        if (kind == QLatin1String("disabled")) {
            const CtlResult list = m_simulation.ctl({QStringLiteral("code"), QStringLiteral("list"), QStringLiteral("--json")});
            if (m_simulation.ctl({QStringLiteral("code"), QStringLiteral("disable"), newestToken(list)}).exitCode != 0)
                return {};
        }
        if (kind == QLatin1String("used-up")) {
            const QString other = m_simulation.path(QStringLiteral("other-server"));
            if (!test::runTool(test::supportScript(QStringLiteral("mini-server.sh")), {other}))
                return {};
            const CtlResult used = m_simulation.ctl(test::sourceDisks({other + QLatin1String("/system.img")})
                + QStringList{QStringLiteral("import"), QStringLiteral("--code-file"), path});
            if (used.exitCode != 0) {
                qWarning("%s", qPrintable(used.describe()));
                return {};
            }
        }
        file.resize(0);
        file.seek(0);
        file.write(code);
        return path;
    }

    static QString newestToken(const CtlResult &list)
    {
        QString newest;
        QString when;
        for (const QJsonObject &line : list.events) {
            for (const auto &value : line.value(QLatin1String("codes")).toArray()) {
                const QJsonObject code = value.toObject();
                if (text(code, "created") >= when) {
                    when = text(code, "created");
                    newest = text(code, "id");
                }
            }
        }
        return newest;
    }

    QTemporaryDir m_server;
    Simulation m_simulation;
    QString m_system;
    QString m_data;
    QString m_plan;
    QByteArray m_before;
};

QTEST_GUILESS_MAIN(TestBadInput)
#include "tst_badinput.moc"
