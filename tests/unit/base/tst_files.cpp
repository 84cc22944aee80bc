#include "core/base/files.h"

#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QtTest>
#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

using namespace edgelift;

namespace {

unsigned modeOf(const QString &path)
{
    struct stat info = {};
    return ::stat(QFile::encodeName(path).constData(), &info) == 0 ? info.st_mode & 07777U : 0;
}

}

class TestFiles : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void writesAndReadsBack();
    void setsTheModeWhateverTheUmask();
    void replacesTheWholeFileOrNothing();
    void survivesWhatACrashLeft();
    void followsNoLinkPlacedByOthers();
    void readsNoMoreThanTheLimit();
    void tellsDamagedJsonFromMissingFiles();
    void makesFoldersWithTheirParents();
    void turnsErrnoIntoCodes();

private:
    QString at(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    QTemporaryDir m_folder;
};

void TestFiles::writesAndReadsBack()
{
    const QByteArray content("a\0b\n", 4);
    QVERIFY(writeFileDurably(at("file"), content));
    QCOMPARE(*readFile(at("file")), content);
    const QJsonObject object{{QStringLiteral("n"), 7}};
    QVERIFY(writeJsonFile(at("json"), object));
    QCOMPARE(*readJsonFile(at("json")), object);
}

void TestFiles::setsTheModeWhateverTheUmask()
{
    const mode_t before = ::umask(0);
    const Result<> open = writeFileDurably(at("private"), "x");
    ::umask(0777);
    const Result<> shut = writeFileDurably(at("public"), "x", 0644);
    ::umask(before);
    QVERIFY(open && shut);
    QCOMPARE(modeOf(at("private")), 0600U);
    QCOMPARE(modeOf(at("public")), 0644U);
}

void TestFiles::replacesTheWholeFileOrNothing()
{
    QVERIFY(writeFileDurably(at("old"), "old"));
    QVERIFY(QDir().mkdir(at("old.new"))); // the temporary file cannot be made
    const Result<> failed = writeFileDurably(at("old"), "new");
    QVERIFY(!failed);
    QCOMPARE(failed.error().code, ErrorCode::FileUnwritable);
    QCOMPARE(*readFile(at("old")), QByteArray("old"));
    QVERIFY(QDir().rmdir(at("old.new")));
    QVERIFY(writeFileDurably(at("old"), "new"));
    QCOMPARE(*readFile(at("old")), QByteArray("new"));
    QVERIFY(!QFileInfo::exists(at("old.new")));
}

void TestFiles::survivesWhatACrashLeft()
{
    QFile torn(at("state.new")); // half of a write that never reached its rename
    QVERIFY(torn.open(QIODevice::WriteOnly));
    torn.write("{\"half\":");
    torn.close();
    QVERIFY(writeFileDurably(at("state"), "{}"));
    QCOMPARE(*readFile(at("state")), QByteArray("{}"));
}

void TestFiles::followsNoLinkPlacedByOthers()
{
    QVERIFY(writeFileDurably(at("victim"), "untouched"));
    QVERIFY(QFile::link(at("victim"), at("target.new")));
    QVERIFY(writeFileDurably(at("target"), "mine"));
    QCOMPARE(*readFile(at("victim")), QByteArray("untouched"));
    QCOMPARE(*readFile(at("target")), QByteArray("mine"));
}

void TestFiles::readsNoMoreThanTheLimit()
{
    QVERIFY(writeFileDurably(at("ten"), QByteArray(10, 'x')));
    QVERIFY(readFile(at("ten"), 10));
    const Result<QByteArray> over = readFile(at("ten"), 9);
    QVERIFY(!over);
    QCOMPARE(over.error().code, ErrorCode::FileUnreadable);
    QVERIFY(!readFile(QStringLiteral("/dev/zero"), 1000)); // endless
}

void TestFiles::tellsDamagedJsonFromMissingFiles()
{
    QCOMPARE(readJsonFile(at("nowhere")).error().code, ErrorCode::FileUnreadable);
    for (const char *damaged : {"", "{\"a\":", "[1]"}) {
        QVERIFY(writeFileDurably(at("damaged"), damaged));
        QCOMPARE(readJsonFile(at("damaged")).error().code, ErrorCode::StateUnreadable);
        QCOMPARE(readJsonFile(at("damaged")).error().args, QStringList{at("damaged")});
    }
}

void TestFiles::makesFoldersWithTheirParents()
{
    QVERIFY(makeFolder(at("a/b/c")));
    QCOMPARE(modeOf(at("a/b")), 0700U);
    QCOMPARE(modeOf(at("a/b/c")), 0700U);
    QVERIFY(makeFolder(at("a/b/c"))); // again
    QVERIFY(writeFileDurably(at("a/file"), "x"));
    QVERIFY(!makeFolder(at("a/file/d")));
}

void TestFiles::turnsErrnoIntoCodes()
{
    const auto code = [](int number) { return errnoError(number, ErrorCode::SourceUnreadable, QStringLiteral("/p")).code; };
    QCOMPARE(code(ENOSPC), ErrorCode::NoSpace);
    QCOMPARE(code(EDQUOT), ErrorCode::NoSpace);
    QCOMPARE(code(EPERM), ErrorCode::PermissionDenied);
    QCOMPARE(code(EACCES), ErrorCode::PermissionDenied);
    QCOMPARE(code(EIO), ErrorCode::SourceUnreadable);
    QVERIFY(!errnoError(EIO, ErrorCode::Internal, QStringLiteral("/p")).detail.isEmpty());
}

QTEST_APPLESS_MAIN(TestFiles)
#include "tst_files.moc"
