#include "core/base/files.h"
#include "core/simcloud/objectstore.h"

#include <QCryptographicHash>
#include <QDirIterator>
#include <QTemporaryDir>
#include <QTest>
#include <unistd.h>

using namespace edgelift;

class ObjectStoreTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        reopen();
        QVERIFY(m_store->putBucket({QStringLiteral("box"), QStringLiteral("cn-beijing"), m_clock.now(), false}));
    }
    void theCheckSumIsTheOneOfTheStandard();
    void anObjectLiesWhereTheDesignSays();
    void everythingSurvivesARestart();
    void hostileKeysNeverLeaveTheBucket_data();
    void hostileKeysNeverLeaveTheBucket();
    void refusedKeys_data();
    void refusedKeys();
    void aKeyBesideAFolderOfItsName();
    void listsAreInByteOrderAndBounded();
    void replacingDoesNotDisturbAReader();
    void removingLeavesNoEmptyFolders();
    void afterAKillFilesAndRecordsAgreeAgain();
    void aSymbolicLinkIsNoObject();
    void damagedRecordsAreRefused();
    void overwritingCanBeForbidden();
    void bucketNamesFollowTheRules_data();
    void bucketNamesFollowTheRules();

private:
    void reopen() { m_store = ObjectStore::open(m_dir->path(), m_clock).take(); }
    Result<ObjectInfo> put(const QString &key, const QByteArray &content, const ObjectAttributes &attributes = {});
    QByteArray read(const QString &key) { return *readFile(m_store->path(QStringLiteral("box"), key)); }
    QStringList filesOutside();
    SystemClock m_clock;
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<ObjectStore> m_store;
};

Result<ObjectInfo> ObjectStoreTest::put(const QString &key, const QByteArray &content, const ObjectAttributes &attributes)
{
    const QString file = *m_store->temporaryFile();
    if (!writeFileDurably(file, content))
        qFatal("cannot write");
    const Result<ObjectInfo> made = m_store->putFile(QStringLiteral("box"), key, file, attributes);
    if (!made)
        QFile::remove(file);
    return made;
}

/// What lies in the data directory and in no place of the store's.
QStringList ObjectStoreTest::filesOutside()
{
    QStringList found;
    QDirIterator files(m_dir->path(), QDir::Files | QDir::Hidden | QDir::System, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = QDir(m_dir->path()).relativeFilePath(files.next());
        if (!path.startsWith(QLatin1String("oss/box/")) && !path.startsWith(QLatin1String("state/oss/")))
            found.append(path);
    }
    return found;
}

void ObjectStoreTest::theCheckSumIsTheOneOfTheStandard()
{
    ContentDigest digest;
    digest.add("123456789");
    QCOMPARE(digest.crc64(), quint64(0x995DC9BBDF1939FA)); // the check value of CRC-64/XZ
    QCOMPARE(digest.md5().toHex(), QByteArray("25f9e794323b453885f5181f1b624d0b"));
    ContentDigest pieces; // however it is cut
    for (const char *piece : {"1", "2345", "", "6789"})
        pieces.add(piece);
    QCOMPARE(pieces.crc64(), digest.crc64());
    QCOMPARE(ContentDigest().crc64(), quint64(0));
}

void ObjectStoreTest::anObjectLiesWhereTheDesignSays()
{
    QVERIFY(put(QStringLiteral("mig/a/disk.raw"), "content"));
    QCOMPARE(*readFile(m_dir->filePath(QStringLiteral("oss/box/mig/a/disk.raw"))), QByteArray("content"));
    const auto info = m_store->head(QStringLiteral("box"), QStringLiteral("mig/a/disk.raw"));
    QCOMPARE(info->size, 7);
    QCOMPARE(info->etag, QString::fromLatin1(QCryptographicHash::hash("content", QCryptographicHash::Md5).toHex().toUpper()));
}

void ObjectStoreTest::everythingSurvivesARestart()
{
    ObjectAttributes attributes;
    attributes.contentType = QStringLiteral("text/plain");
    attributes.headers.insert(QStringLiteral("x-oss-meta-a"), QStringLiteral("1"));
    const auto made = put(QStringLiteral("k"), "content", attributes);
    QVERIFY(made);
    reopen();
    const auto info = m_store->head(QStringLiteral("box"), QStringLiteral("k"));
    QVERIFY(info);
    QCOMPARE(info->etag, made->etag);
    QCOMPARE(info->crc64, made->crc64);
    QCOMPARE(info->contentType, QStringLiteral("text/plain"));
    QCOMPARE(info->headers, attributes.headers);
    QCOMPARE(m_store->bucket(QStringLiteral("box"))->region, QStringLiteral("cn-beijing"));
}

void ObjectStoreTest::hostileKeysNeverLeaveTheBucket_data()
{
    QTest::addColumn<QString>("key");
    for (const char *key : {"..", ".", "../x", "../../etc/passwd", "a/../../x", "a/./b", "a//b", "a/", "..\\x", ".objects/x", "a/..",
             "%2e%2e/x", "~root/x", "line\nfeed", "quote'\"<&>"})
        QTest::newRow(key) << QString::fromLatin1(key);
    QTest::newRow("a long name") << QString(300, QLatin1Char('x'));
    QTest::newRow("as long as may be") << QString(1023, QLatin1Char('y'));
    QTest::newRow("another script") << QString::fromUtf8("机器/diskо.raw");
}

void ObjectStoreTest::hostileKeysNeverLeaveTheBucket()
{
    QFETCH(QString, key);
    const auto made = put(key, "content");
    QVERIFY2(made, "a key that OSS takes");
    QCOMPARE(filesOutside(), QStringList());
    QCOMPARE(read(key), QByteArray("content"));
    QCOMPARE(m_store->list(QStringLiteral("box")).size(), 1);
    reopen();
    QCOMPARE(m_store->list(QStringLiteral("box")).value(0).key, key);
    QCOMPARE(read(key), QByteArray("content"));
    QVERIFY(m_store->remove(QStringLiteral("box"), key));
    QVERIFY(m_store->list(QStringLiteral("box")).isEmpty());
}

void ObjectStoreTest::refusedKeys_data()
{
    QTest::addColumn<QString>("key");
    QTest::newRow("empty") << QString();
    QTest::newRow("absolute") << QStringLiteral("/etc/passwd");
    QTest::newRow("backslash") << QStringLiteral("\\x");
    QTest::newRow("NUL") << QString(QStringLiteral("a") + QChar(u'\0') + QStringLiteral("b"));
    QTest::newRow("too long") << QString(1024, QLatin1Char('x'));
    QTest::newRow("too long in UTF-8") << QString(400, QChar(0x673A));
    QTest::newRow("no UTF-8") << QString::fromUtf8("a\xFF");
}

void ObjectStoreTest::refusedKeys()
{
    QFETCH(QString, key);
    const auto made = put(key, "content");
    QVERIFY(!made);
    QCOMPARE(made.error().code, ErrorCode::RequestMalformed);
    QCOMPARE(filesOutside(), QStringList());
}

void ObjectStoreTest::aKeyBesideAFolderOfItsName()
{
    QVERIFY(put(QStringLiteral("a/b"), "below"));
    QVERIFY(put(QStringLiteral("a"), "beside"));
    QVERIFY(put(QStringLiteral("x"), "file"));
    QVERIFY(put(QStringLiteral("x/y/z"), "deep"));
    reopen();
    QCOMPARE(read(QStringLiteral("a")), QByteArray("beside"));
    QCOMPARE(read(QStringLiteral("a/b")), QByteArray("below"));
    QCOMPARE(read(QStringLiteral("x")), QByteArray("file"));
    QCOMPARE(read(QStringLiteral("x/y/z")), QByteArray("deep"));
    QCOMPARE(m_store->list(QStringLiteral("box")).size(), 4);
}

void ObjectStoreTest::listsAreInByteOrderAndBounded()
{
    for (const char *key : {"b", "a/2", "a/10", "a/1", "a", "B", "a0"})
        QVERIFY(put(QLatin1String(key), key));
    const auto keys = [this](const char *prefix, const char *after, int limit) {
        QStringList found;
        const auto list = m_store->list(QStringLiteral("box"), QLatin1String(prefix), QLatin1String(after), limit);
        for (const ObjectInfo &info : list)
            found.append(info.key);
        return found.join(QLatin1Char(' '));
    };
    QCOMPARE(keys("", "", 100), QStringLiteral("B a a/1 a/10 a/2 a0 b"));
    QCOMPARE(keys("a/", "", 100), QStringLiteral("a/1 a/10 a/2"));
    QCOMPARE(keys("a/", "a/1", 1), QStringLiteral("a/10"));
    QCOMPARE(keys("a/", "B", 100), QStringLiteral("a/1 a/10 a/2"));
    QCOMPARE(keys("a/", "b", 100), QString());
    QVERIFY(m_store->list(QStringLiteral("none")).isEmpty());
}

void ObjectStoreTest::replacingDoesNotDisturbAReader()
{
    QVERIFY(put(QStringLiteral("k"), "old content"));
    const auto opened = m_store->openObject(QStringLiteral("box"), QStringLiteral("k"));
    QVERIFY(opened);
    QVERIFY(put(QStringLiteral("k"), "new"));
    QByteArray bytes(20, '\0');
    QCOMPARE(::pread(opened->file->get(), bytes.data(), 20, 0), opened->info.size);
    QVERIFY(bytes.startsWith("old content"));
    QVERIFY(m_store->remove(QStringLiteral("box"), QStringLiteral("k")));
    QVERIFY(!m_store->openObject(QStringLiteral("box"), QStringLiteral("k")));
}

void ObjectStoreTest::removingLeavesNoEmptyFolders()
{
    QVERIFY(put(QStringLiteral("a/b/c"), "1"));
    QVERIFY(put(QStringLiteral("a/d"), "2"));
    QVERIFY(m_store->remove(QStringLiteral("box"), QStringLiteral("a/b/c")));
    QVERIFY(!QFile::exists(m_dir->filePath(QStringLiteral("oss/box/a/b"))));
    QVERIFY(QFile::exists(m_dir->filePath(QStringLiteral("oss/box/a/d"))));
    QVERIFY(m_store->remove(QStringLiteral("box"), QStringLiteral("a/b/c"))); // again is no error
}

void ObjectStoreTest::afterAKillFilesAndRecordsAgreeAgain()
{
    QVERIFY(put(QStringLiteral("replaced"), "old"));
    QVERIFY(put(QStringLiteral("deleted"), "x"));
    // A kill between the file and its record leaves these three behind.
    QVERIFY(writeFileDurably(m_dir->filePath(QStringLiteral("oss/box/replaced")), "newer"));
    QVERIFY(QFile::remove(m_dir->filePath(QStringLiteral("oss/box/deleted"))));
    QVERIFY(writeFileDurably(m_dir->filePath(QStringLiteral("oss/box/arrived")), "fresh"));
    QVERIFY(put(QStringLiteral("a//b"), "kept")); // makes the folder of hashed names
    const QString nobodys = m_dir->filePath(QStringLiteral("oss/box/.objects/0123"));
    QVERIFY(writeFileDurably(nobodys, "x"));
    const QString left = *m_store->temporaryFile();
    reopen();
    QCOMPARE(m_store->head(QStringLiteral("box"), QStringLiteral("replaced"))->etag,
        QString::fromLatin1(QCryptographicHash::hash("newer", QCryptographicHash::Md5).toHex().toUpper()));
    QVERIFY(!m_store->head(QStringLiteral("box"), QStringLiteral("deleted")));
    QCOMPARE(m_store->head(QStringLiteral("box"), QStringLiteral("arrived"))->size, 5);
    QCOMPARE(read(QStringLiteral("a//b")), QByteArray("kept"));
    QVERIFY(!QFile::exists(nobodys));
    QVERIFY(!QFile::exists(left));
}

void ObjectStoreTest::aSymbolicLinkIsNoObject()
{
    QVERIFY(QFile::link(QStringLiteral("/etc/hostname"), m_dir->filePath(QStringLiteral("oss/box/link"))));
    QVERIFY(put(QStringLiteral("k"), "x"));
    QVERIFY(QFile::remove(m_dir->filePath(QStringLiteral("oss/box/k"))));
    QVERIFY(QFile::link(QStringLiteral("/etc/hostname"), m_dir->filePath(QStringLiteral("oss/box/k"))));
    QVERIFY(!m_store->openObject(QStringLiteral("box"), QStringLiteral("k")));
    reopen();
    QVERIFY(m_store->list(QStringLiteral("box")).isEmpty());
}

void ObjectStoreTest::damagedRecordsAreRefused()
{
    QVERIFY(put(QStringLiteral("k"), "x"));
    const QDir records(m_dir->filePath(QStringLiteral("state/oss/box")));
    const QString record = records.filePath(records.entryList(QDir::Files).first());
    const QByteArray good = *readFile(record);
    for (const QByteArray &bad :
        {QByteArray("{"), QByteArray("{}"), QByteArray(good).replace("\"file\": \"k\"", "\"file\": \"../../k\"")}) {
        QVERIFY(writeFileDurably(record, bad));
        const auto opened = ObjectStore::open(m_dir->path(), m_clock);
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::StateUnreadable);
    }
}

void ObjectStoreTest::overwritingCanBeForbidden()
{
    ObjectAttributes once;
    once.forbidOverwrite = true;
    QVERIFY(put(QStringLiteral("k"), "first", once));
    const auto second = put(QStringLiteral("k"), "second", once);
    QCOMPARE(second.error().code, ErrorCode::JobStateWrong);
    QCOMPARE(read(QStringLiteral("k")), QByteArray("first"));
}

void ObjectStoreTest::bucketNamesFollowTheRules_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("fine");
    const auto row = [](const QString &name, bool fine) { QTest::addRow("%s", qPrintable(name.left(20))) << name << fine; };
    row(QStringLiteral("abc"), true);
    row(QStringLiteral("a-1"), true);
    row(QString(63, QLatin1Char('a')), true);
    row(QString(64, QLatin1Char('b')), false);
    row(QStringLiteral("ab"), false);
    row(QStringLiteral("-ab"), false);
    row(QStringLiteral("ab-"), false);
    row(QStringLiteral("Abc"), false);
    row(QStringLiteral("a.b"), false);
    row(QStringLiteral("../x"), false);
}

void ObjectStoreTest::bucketNamesFollowTheRules()
{
    QFETCH(QString, name);
    QFETCH(bool, fine);
    QCOMPARE(bool(m_store->putBucket({name, QStringLiteral("cn-beijing"), m_clock.now(), false})), fine);
}

QTEST_GUILESS_MAIN(ObjectStoreTest)
#include "tst_objectstore.moc"
