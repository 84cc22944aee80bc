#include "core/receiver/bootfix/bootconversion.h"
#include "tests/unit/bootfix/phonyguest.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QTest>

using namespace edgelift;
using namespace edgelift::bootfix;
using namespace edgelift::test;

namespace {

/// The report as text, for the eye and for comparing with the stored one.
QByteArray textOf(const ConversionResult &result)
{
    QByteArray text = "system: " + result.system.toUtf8() + " (" + familyName(result.family).toUtf8() + "), "
        + (result.applied ? "applied" : "not applied") + '\n';
    for (const FixReport &fix : result.fixes) {
        if (fix.found.isEmpty() && fix.changes.isEmpty() && fix.notes.isEmpty())
            continue;
        text += "\n== " + fix.id.toUtf8() + '\n';
        for (const QString &found : fix.found)
            text += "found: " + found.toUtf8() + '\n';
        for (const ConversionNote &note : fix.notes)
            text += "note: " + nameOf(note.id).toUtf8() + " [" + note.args.join(QStringLiteral(", ")).toUtf8() + "]\n";
        for (const FileChange &change : fix.changes)
            text += (change.removed ? "removed: " : "changed: ") + change.path.toUtf8() + '\n' + change.diff;
    }
    for (const BuiltInitramfs &image : result.images)
        text += "\nrun: " + image.command.join(QLatin1Char(' ')).toUtf8() + "\n  " + (image.replaced ? "replaced " : "kept ")
            + image.path.toUtf8() + (image.problem.isEmpty() ? QByteArray() : ": " + image.problem.toUtf8()) + '\n';
    return text;
}

struct Killed
{
};

}

class BootConversionTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void eachFamilyBecomesWhatIsStored_data() { guests(); }
    void eachFamilyBecomesWhatIsStored();
    void secondRunFindsNothingToDo_data() { guests(); }
    void secondRunFindsNothingToDo();
    void killedAnywhereItIsAllOrNone_data() { guests(); }
    void killedAnywhereItIsAllOrNone();
    void failingToolLeavesTheGuestAsItWas_data();
    void failingToolLeavesTheGuestAsItWas();
    void blockersLeaveTheGuestAsItWas_data();
    void blockersLeaveTheGuestAsItWas();
    void stackedNetworksAreReplacedOnlyWhenAsked();
    void aCopyGetsItsOwnIdentity();
    void theJsonHasEveryFixAndNote();

private:
    static void guests();
    Result<ConversionResult> convert(const PhonyGuest &guest, ConversionOptions options = {})
    {
        return BootConversion(m_runner, options).run(guest.root(), guest.layout, guest.journal());
    }
    FakeRunner m_runner;
};

void BootConversionTest::guests()
{
    QTest::addColumn<QString>("name");
    for (const QString &file : QDir(PhonyGuest::dataFile({})).entryList({QStringLiteral("*.guest")})) {
        const QString name = file.chopped(6);
        QTest::newRow(qPrintable(name)) << name;
    }
}

void BootConversionTest::eachFamilyBecomesWhatIsStored()
{
    QFETCH(QString, name);
    const PhonyGuest guest = PhonyGuest::load(name);
    const Result<ConversionResult> result = convert(guest);
    QVERIFY2(result, result ? "" : qPrintable(result.error().detail));
    QFile stored(PhonyGuest::dataFile(name + QStringLiteral(".golden")));
    const QByteArray text = textOf(*result);
    if (qEnvironmentVariableIsSet("EDGELIFT_WRITE_GOLDEN")) { // then look at the difference in git before it is believed
        QVERIFY(stored.open(QIODevice::WriteOnly));
        stored.write(text);
        return;
    }
    QVERIFY(stored.open(QIODevice::ReadOnly));
    const QByteArray expected = stored.readAll();
    if (text != expected)
        qWarning("%s", text.constData());
    QVERIFY(text == expected);
    QVERIFY(!QFile::exists(guest.journal()));
}

void BootConversionTest::secondRunFindsNothingToDo()
{
    QFETCH(QString, name);
    const PhonyGuest guest = PhonyGuest::load(name);
    QVERIFY(convert(guest));
    const QMap<QString, QByteArray> once = guest.snapshot();
    m_runner.commands.clear();
    const Result<ConversionResult> again = convert(guest);
    QVERIFY(again);
    for (const FixReport &fix : again->fixes)
        QVERIFY2(fix.changes.isEmpty(), qPrintable(fix.id + QLatin1Char(' ') + QString::fromUtf8(fix.changes.value(0).diff)));
    QCOMPARE(m_runner.commands, QList<QStringList>());
    QCOMPARE(guest.snapshot(), once);
}

/// Stopped before the n-th change: the next process either finds everything as it was, or finishes. Every n for one guest, a sample for the
/// others; tst_editjournal has all kinds of changes.
void BootConversionTest::killedAnywhereItIsAllOrNone()
{
    QFETCH(QString, name);
    const PhonyGuest whole = PhonyGuest::load(name);
    QVERIFY(convert(whole));
    const QMap<QString, QByteArray> all = whole.snapshot();
    const QMap<QString, QByteArray> none = PhonyGuest::load(name).snapshot();
    int afterCommit = 0;
    bool killed = true;
    const int stride = name == QLatin1String("centos7") ? 1 : 23;
    for (int stop = 0; killed; stop += stride) {
        const PhonyGuest guest = PhonyGuest::load(name);
        BootConversion conversion(m_runner);
        int step = 0;
        conversion.setObserver([&step, stop](const char *, const QString &) {
            if (step++ == stop)
                throw Killed();
        });
        killed = false;
        try {
            QVERIFY(conversion.run(guest.root(), guest.layout, guest.journal()));
        } catch (const Killed &) {
            killed = true;
        }
        const Result<GuestRoot> root = GuestRoot::open(guest.root());
        const Result<EditJournal::Recovery> recovered =
            EditJournal::recover(*root, guest.journal(), guest.layout.root() ? guest.layout.root()->uuid : QString());
        QVERIFY(recovered);
        const QMap<QString, QByteArray> now = guest.snapshot();
        QVERIFY2(now == all || now == none, qPrintable(QStringLiteral("stopped before change %1").arg(stop)));
        afterCommit += now == all;
        QVERIFY(stop < 2000); // it does end
    }
    QVERIFY(afterCommit >= 1);
}

void BootConversionTest::failingToolLeavesTheGuestAsItWas_data()
{
    QTest::addColumn<int>("mode");
    QTest::newRow("hangs") << int(FakeRunner::Mode::Fails);
    QTest::newRow("makes nothing") << int(FakeRunner::Mode::MakesNothing);
    QTest::newRow("lacks the drivers") << int(FakeRunner::Mode::LacksDrivers);
    QTest::newRow("half an image") << int(FakeRunner::Mode::HalfWritten);
}

void BootConversionTest::failingToolLeavesTheGuestAsItWas()
{
    QFETCH(int, mode);
    const PhonyGuest guest = PhonyGuest::load(QStringLiteral("debian12"));
    const QMap<QString, QByteArray> before = guest.snapshot();
    FakeRunner runner;
    runner.mode = FakeRunner::Mode(mode);
    const Result<ConversionResult> result = BootConversion(runner).run(guest.root(), guest.layout, guest.journal());
    QVERIFY(result);
    QVERIFY(!result->applied);
    QCOMPARE(result->notes(NoteLevel::Blocker).value(0).id, NoteId::DefaultInitramfsFailed);
    QCOMPARE(guest.snapshot(), before);
    QVERIFY(!QFile::exists(guest.journal()));
}

void BootConversionTest::blockersLeaveTheGuestAsItWas_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("content"); // null: removed
    QTest::addColumn<int>("expected");
    const auto row = [](const char *name, const char *path, const QByteArray &content, NoteId note) {
        QTest::newRow(name) << QString::fromLatin1(path) << content << int(note);
    };
    row("no initramfs tool", "/usr/sbin/mkinitramfs", {}, NoteId::InitramfsToolMissing);
    row("no kernel", "/boot/vmlinuz-6.1.0-18-amd64", {}, NoteId::KernelMissing);
    row("a kernel without virtio", "/lib/modules/6.1.0-18-amd64/modules.dep", "kernel/drivers/ata_piix.ko:\n",
        NoteId::DefaultKernelWithoutVirtio);
    row("no initramfs at all", "/boot/initrd.img-6.1.0-18-amd64", {}, NoteId::DefaultInitramfsMissing);
    row("another architecture", "/bin/sh",
        QByteArray("\x7f"
                   "ELF\x02\x01\x01")
                .leftJustified(18, '\0')
            + QByteArray("\xb7\0", 2),
        NoteId::ArchitectureUnfit);
    row("an fstab that mounts what is not there", "/etc/fstab",
        "UUID=11111111-0000-4000-8000-00000000000f / ext4 defaults 0 1\n/dev/sda1 /nowhere ext4 noauto 0 0\n",
        NoteId::SystemUnknown); // nofail is added instead: no blocker
    row("an fstab of two megabytes", "/etc/fstab", QByteArray(2 << 20, '#'), NoteId::FstabUnreadable);
    row("no entry with our root", "/boot/grub/grub.cfg", "linux /vmlinuz root=UUID=99999999-9999-4999-8999-999999999999 ro\n",
        NoteId::RootNotFoundByEntries);
    row("no entry at all", "/boot/grub/grub.cfg", "# nothing\n", NoteId::BootEntriesMissing);
}

void BootConversionTest::blockersLeaveTheGuestAsItWas()
{
    QFETCH(QString, path);
    QFETCH(QByteArray, content);
    QFETCH(int, expected);
    const PhonyGuest guest = PhonyGuest::load(QStringLiteral("debian12"));
    if (content.isNull())
        QFile::remove(guest.path(path));
    else
        guest.write(path, content);
    const QMap<QString, QByteArray> before = guest.snapshot();
    const Result<ConversionResult> result = convert(guest);
    QVERIFY(result);
    const QList<ConversionNote> blockers = result->notes(NoteLevel::Blocker);
    if (NoteId(expected) == NoteId::SystemUnknown) {
        QVERIFY(result->applied);
        return;
    }
    QVERIFY(!result->applied);
    const bool told =
        std::any_of(blockers.begin(), blockers.end(), [expected](const ConversionNote &note) { return int(note.id) == expected; });
    QVERIFY2(told, textOf(*result).constData());
    QCOMPARE(guest.snapshot(), before);
}

void BootConversionTest::stackedNetworksAreReplacedOnlyWhenAsked()
{
    const QByteArray bridge =
        "auto lo br0\niface lo inet loopback\niface ens192 inet manual\niface br0 inet static\n  address 10.0.0.5/24\n"
        "  gateway 10.0.0.1\n  bridge_ports ens192\n";
    for (const bool flatten : {false, true}) {
        const PhonyGuest guest = PhonyGuest::load(QStringLiteral("debian12"));
        guest.write(QStringLiteral("/etc/network/interfaces"), bridge);
        ConversionOptions options;
        options.flattenNetwork = flatten;
        const Result<ConversionResult> result = convert(guest, options);
        QVERIFY(result && result->applied);
        const QByteArray after = guest.read(QStringLiteral("/etc/network/interfaces"));
        QCOMPARE(after == bridge, !flatten);
        QCOMPARE(after.contains("\nauto eth0\niface eth0 inet dhcp\n"), flatten);
        QCOMPARE(result->notes(NoteLevel::Warning).contains({NoteId::NetworkStacked, {QStringLiteral("br0")}}), !flatten);
    }
}

void BootConversionTest::aCopyGetsItsOwnIdentity()
{
    const PhonyGuest guest = PhonyGuest::load(QStringLiteral("debian12"));
    guest.write(QStringLiteral("/etc/machine-id"), "0123456789abcdef0123456789abcdef\n");
    ConversionOptions options;
    options.newIdentity = true;
    QVERIFY(convert(guest, options));
    QCOMPARE(guest.read(QStringLiteral("/etc/machine-id")), QByteArray());
    QCOMPARE(guest.read(QStringLiteral("/etc/machine-id.edgelift-orig")), QByteArray("0123456789abcdef0123456789abcdef\n"));
}

void BootConversionTest::theJsonHasEveryFixAndNote()
{
    const PhonyGuest guest = PhonyGuest::load(QStringLiteral("debian12"));
    const Result<ConversionResult> result = convert(guest);
    QVERIFY(result);
    const QJsonObject json = toJson(*result);
    QCOMPARE(json[QLatin1String("family")].toString(), QStringLiteral("debian"));
    QVERIFY(json[QLatin1String("applied")].toBool());
    QCOMPARE(json[QLatin1String("fixes")].toArray().size(), allFixes().size() + 3);
    QVERIFY(!json[QLatin1String("warnings")].toArray().isEmpty());
    for (const NoteId id : allNotes()) {
        QVERIFY(!describe({id, {QStringLiteral("%1"), QStringLiteral("b")}}).isEmpty());
        QCOMPARE(noteFromName(nameOf(id)), std::optional(id));
    }
    QCOMPARE(allNotes().size(), int(NoteId::UefiLoaderMissing) + 1);
}

QTEST_GUILESS_MAIN(BootConversionTest)
#include "tst_bootconversion.moc"
