#include "core/receiver/bootfix/editjournal.h"
#include "tests/unit/bootfix/phonyguest.h"

#include <QFile>
#include <QTest>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::bootfix;
using namespace edgelift::test;

namespace {

struct Killed
{
};

FileEdit writing(const char *path, const QByteArray &content, unsigned mode = 0644)
{
    return {FileEdit::Kind::Write, QString::fromLatin1(path), content, mode, false};
}

FileEdit removing(const char *path) { return {FileEdit::Kind::Remove, QString::fromLatin1(path), {}, 0644, false}; }

}

class EditJournalTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void originalsStayBesideAndHiddenWhereEveryNameIsRead();
    void ownerModeAndAttributesStay();
    void anEarlierOriginalIsNotReplaced();
    void immutableFilesAreChangedAndImmutableAgain();
    void killedAtAnyPointItIsAllOrNone_data();
    void killedAtAnyPointItIsAllOrNone();
    void anErrorInTheMiddleIsTakenBack();
    void journalOfAnotherTargetIsRefused();
    void damagedJournalIsRefused();

private:
    static PhonyGuest guest();
    static QList<FileEdit> edits();
    static Result<> apply(const GuestRoot &root, const PhonyGuest &guest, const QList<FileEdit> &edits)
    {
        EditJournal journal(root, guest.journal(), QStringLiteral("t"));
        if (const Result<> applied = journal.apply(edits); !applied)
            return applied;
        return journal.commit();
    }
};

PhonyGuest EditJournalTest::guest()
{
    return PhonyGuest::parse("link /etc/mtab /proc/mounts\n"
                             "--- /etc/fstab 0640\nold\n"
                             "--- /etc/network/interfaces.d/eth0\nold\n"
                             "--- /etc/hosts\nold\n"
                             "--- /etc/gone\nold\n");
}

QList<FileEdit> EditJournalTest::edits()
{
    return {writing("/etc/fstab", "new\n"), writing("/etc/network/interfaces.d/eth0", "new\n"), removing("/etc/gone"),
        removing("/etc/mtab"), writing("/etc/a/b/c.conf", "made\n", 0600), removing("/etc/never-there")};
}

void EditJournalTest::originalsStayBesideAndHiddenWhereEveryNameIsRead()
{
    const PhonyGuest guest = EditJournalTest::guest();
    const Result<GuestRoot> root = GuestRoot::open(guest.root());
    QVERIFY(root && apply(*root, guest, edits()));
    QCOMPARE(guest.read(QStringLiteral("/etc/fstab")), QByteArray("new\n"));
    QCOMPARE(guest.read(QStringLiteral("/etc/fstab.edgelift-orig")), QByteArray("old\n"));
    QCOMPARE(guest.read(QStringLiteral("/etc/network/interfaces.d/.eth0.edgelift-orig")), QByteArray("old\n"));
    QVERIFY(!guest.exists(QStringLiteral("/etc/network/interfaces.d/eth0.edgelift-orig")));
    QVERIFY(!guest.exists(QStringLiteral("/etc/gone")) && !guest.exists(QStringLiteral("/etc/mtab")));
    QVERIFY(guest.exists(QStringLiteral("/etc/mtab.edgelift-orig")));
    QCOMPARE(guest.read(QStringLiteral("/etc/a/b/c.conf")), QByteArray("made\n"));
    struct stat facts
    {
    };
    QCOMPARE(::stat(QFile::encodeName(guest.path(QStringLiteral("/etc/a/b/c.conf"))).constData(), &facts), 0);
    QCOMPARE(facts.st_mode & 07777, 0600U);
    for (const QString &name : guest.snapshot().keys())
        QVERIFY2(!name.contains(QLatin1String("edgelift-new")) && !name.contains(QLatin1String("edgelift-prev")), qPrintable(name));
    QVERIFY(!QFile::exists(guest.journal()));
}

void EditJournalTest::ownerModeAndAttributesStay()
{
    const PhonyGuest guest = EditJournalTest::guest();
    const QByteArray path = QFile::encodeName(guest.path(QStringLiteral("/etc/fstab")));
    const bool owned = ::chown(path.constData(), 12, 34) == 0;
    QCOMPARE(::chmod(path.constData(), 04751), 0);
    const bool labelled = ::setxattr(path.constData(), "security.selinux", "system_u:object_r:etc_t:s0", 27, 0) == 0;
    const Result<GuestRoot> root = GuestRoot::open(guest.root());
    QVERIFY(root && apply(*root, guest, {writing("/etc/fstab", "new\n")}));
    struct stat facts
    {
    };
    QCOMPARE(::stat(path.constData(), &facts), 0);
    QCOMPARE(facts.st_mode & 07777, 04751U);
    if (owned)
        QCOMPARE(std::pair(facts.st_uid, facts.st_gid), std::pair(uid_t(12), gid_t(34)));
    char label[64] = {};
    if (labelled) {
        QCOMPARE(::getxattr(path.constData(), "security.selinux", label, sizeof label), 27);
        QCOMPARE(QByteArray(label), QByteArray("system_u:object_r:etc_t:s0"));
    }
}

void EditJournalTest::anEarlierOriginalIsNotReplaced()
{
    const PhonyGuest guest = EditJournalTest::guest();
    const Result<GuestRoot> root = GuestRoot::open(guest.root());
    QVERIFY(root && apply(*root, guest, {writing("/etc/fstab", "second\n")}) && apply(*root, guest, {writing("/etc/fstab", "third\n")}));
    QCOMPARE(guest.read(QStringLiteral("/etc/fstab")), QByteArray("third\n"));
    QCOMPARE(guest.read(QStringLiteral("/etc/fstab.edgelift-orig")), QByteArray("old\n"));
    QVERIFY(!guest.exists(QStringLiteral("/etc/.fstab.edgelift-prev")));
    EditJournal journal(*root, guest.journal(), QStringLiteral("t"));
    QVERIFY(journal.apply({writing("/etc/fstab", "fourth\n")}) && journal.rollBack());
    QCOMPARE(guest.read(QStringLiteral("/etc/fstab")), QByteArray("third\n")); // not the first
}

void EditJournalTest::immutableFilesAreChangedAndImmutableAgain()
{
    const PhonyGuest guest = EditJournalTest::guest();
    const Result<GuestRoot> root = GuestRoot::open(guest.root());
    const QString fstab = QStringLiteral("/etc/fstab");
    const QString hosts = QStringLiteral("/etc/hosts");
    if (::geteuid() != 0)
        QSKIP("needs root");
    QVERIFY(root->setImmutable(fstab, true) && root->setImmutable(hosts, true));
    FileEdit free = writing("/etc/hosts", "old\n");
    free.dropImmutable = true;
    EditJournal journal(*root, guest.journal(), QStringLiteral("t"));
    QVERIFY(journal.apply({writing("/etc/fstab", "new\n"), free}));
    QVERIFY(root->look(fstab).immutable && !root->look(hosts).immutable);
    QVERIFY(journal.rollBack());
    QVERIFY(root->look(fstab).immutable && root->look(hosts).immutable);
    QCOMPARE(guest.read(fstab), QByteArray("old\n"));
    QVERIFY(apply(*root, guest, {writing("/etc/fstab", "new\n"), free}));
    QVERIFY(root->look(fstab).immutable && !root->look(hosts).immutable);
    QVERIFY(root->setImmutable(fstab, false)); // so that the folder can go
}

void EditJournalTest::killedAtAnyPointItIsAllOrNone_data()
{
    QTest::addColumn<bool>("again"); // the originals of an earlier conversion are there
    QTest::addColumn<bool>("rollsBack"); // stopped while taking everything back
    for (int i = 0; i < 4; ++i)
        QTest::addRow("%s%s", i & 1 ? "second conversion" : "first conversion", i & 2 ? ", taking back" : "") << bool(i & 1) << bool(i & 2);
}

void EditJournalTest::killedAtAnyPointItIsAllOrNone()
{
    QFETCH(bool, again);
    QFETCH(bool, rollsBack);
    int seenAll = 0;
    int seenNone = 0;
    bool killed = true;
    for (int stop = 0; killed; ++stop) {
        const PhonyGuest guest = EditJournalTest::guest();
        Result<GuestRoot> root = GuestRoot::open(guest.root());
        if (again)
            QVERIFY(apply(*root, guest, {writing("/etc/fstab", "first\n"), writing("/etc/gone", "first\n")}));
        const QMap<QString, QByteArray> none = guest.snapshot();
        int step = 0;
        root->setObserver([&step, stop](const char *, const QString &) {
            if (step++ == stop)
                throw Killed();
        });
        killed = false;
        try {
            EditJournal journal(*root, guest.journal(), QStringLiteral("t"));
            QVERIFY(journal.apply(edits()));
            QVERIFY(rollsBack ? journal.rollBack() : journal.commit());
        } catch (const Killed &) {
            killed = true;
        }
        root->setObserver({});
        QVERIFY(EditJournal::recover(*root, guest.journal(), QStringLiteral("t")));
        const bool isNone = guest.snapshot() == none;
        const bool isAll = guest.read(QStringLiteral("/etc/fstab")) == "new\n" && !guest.exists(QStringLiteral("/etc/gone"))
            && guest.read(QStringLiteral("/etc/a/b/c.conf")) == "made\n" && !guest.exists(QStringLiteral("/etc/mtab"));
        QVERIFY2(isNone || (isAll && !rollsBack), qPrintable(QStringLiteral("stopped before change %1").arg(stop)));
        QVERIFY(!QFile::exists(guest.journal()));
        seenAll += isAll;
        seenNone += isNone;
    }
    QVERIFY(seenNone > 5 && (seenAll > 1) == !rollsBack);
}

void EditJournalTest::anErrorInTheMiddleIsTakenBack()
{
    const PhonyGuest guest = EditJournalTest::guest();
    QVERIFY(QFile::exists(guest.path(QStringLiteral("/etc/hosts"))));
    const QMap<QString, QByteArray> before = guest.snapshot();
    const Result<GuestRoot> root = GuestRoot::open(guest.root());
    EditJournal journal(*root, guest.journal(), QStringLiteral("t"));
    // A file stands where a folder is needed.
    const Result<> applied = journal.apply({writing("/etc/fstab", "new\n"), writing("/etc/hosts/x", "impossible\n")});
    QVERIFY(!applied);
    QCOMPARE(applied.error().code, ErrorCode::FileUnwritable);
    QVERIFY(journal.rollBack());
    QCOMPARE(guest.snapshot(), before);
}

void EditJournalTest::journalOfAnotherTargetIsRefused()
{
    const PhonyGuest guest = EditJournalTest::guest();
    const Result<GuestRoot> root = GuestRoot::open(guest.root());
    EditJournal journal(*root, guest.journal(), QStringLiteral("t"));
    QVERIFY(journal.apply(edits()));
    const Result<EditJournal::Recovery> recovered = EditJournal::recover(*root, guest.journal(), QStringLiteral("other"));
    QVERIFY(!recovered);
    QCOMPARE(recovered.error().code, ErrorCode::JournalUnreadable);
    QCOMPARE(guest.read(QStringLiteral("/etc/fstab")), QByteArray("new\n"));
}

void EditJournalTest::damagedJournalIsRefused()
{
    const PhonyGuest guest = EditJournalTest::guest();
    const Result<GuestRoot> root = GuestRoot::open(guest.root());
    for (const char *content : {"", "{", "[]", "{\"version\":2,\"target\":\"t\",\"entries\":[]}", "{\"version\":1,\"target\":\"t\"}",
             "{\"version\":1,\"target\":\"t\",\"entries\":[{\"path\":\"x\",\"kept\":\"/y\"}]}"}) {
        QFile file(guest.journal());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        const Result<EditJournal::Recovery> recovered = EditJournal::recover(*root, guest.journal(), QStringLiteral("t"));
        QVERIFY2(!recovered && recovered.error().code == ErrorCode::JournalUnreadable, content);
    }
}

QTEST_GUILESS_MAIN(EditJournalTest)
#include "tst_editjournal.moc"
