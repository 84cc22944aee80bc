#include "core/receiver/files/rsyncarguments.h"

#include <QTest>

using namespace edgelift;

/// What an authenticated sender may have run here: the one rsync that takes files, and nothing that names a file of this machine.
class TestRsyncArguments : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void takesWhatRsyncAsksFor_data()
    {
        QTest::addColumn<QString>("words");
        QTest::newRow("rsync 3.2") << "rsync --server -logDtpHAXrSe.iLsfxCIvu --delete --numeric-ids --partial . /";
        QTest::newRow("rsync 3.1") << "rsync --server -vlogDtpHAXrSe.iLsfxC --delete-during --numeric-ids . /";
        QTest::newRow("to the nanosecond") << "rsync --server -logDtpHAXrSe.iLsfxCIvu --delete --numeric-ids --partial -@-1 . /";
        QTest::newRow("vfat") << "rsync --server -tre.iLsfxCIvu --delete --partial --modify-window=2 . /";
    }
    void takesWhatRsyncAsksFor()
    {
        QFETCH(QString, words);
        const Result<QStringList> arguments = files::serverArguments(words.split(QLatin1Char(' ')), QStringLiteral("/m/1"));
        QVERIFY2(bool(arguments), arguments ? "" : qPrintable(arguments.error().args.value(0)));
        QCOMPARE(arguments->first(), QStringLiteral("--server"));
        QCOMPARE(arguments->last(), QStringLiteral("/m/1/"));
        QVERIFY(!arguments->contains(QStringLiteral("/")));
    }
    void refusesEverythingElse_data()
    {
        QTest::addColumn<QString>("words");
        QTest::newRow("another program") << "sh --server -c . /";
        QTest::newRow("reading") << "rsync --server --sender -logDtpr . /";
        QTest::newRow("a daemon") << "rsync --daemon --config=/tmp/x . /";
        QTest::newRow("a log file") << "rsync --server -r --log-file=/etc/passwd . /";
        QTest::newRow("a folder elsewhere") << "rsync --server -r --temp-dir=/etc . /";
        QTest::newRow("a backup elsewhere") << "rsync --server -r --backup-dir=/etc . /";
        QTest::newRow("a partial folder elsewhere") << "rsync --server -r --partial-dir=/etc . /";
        QTest::newRow("a comparison") << "rsync --server -r --compare-dest=/etc . /";
        QTest::newRow("links to a folder") << "rsync --server -r --link-dest=/etc . /";
        QTest::newRow("a file list") << "rsync --server -r --files-from=/etc/shadow . /";
        QTest::newRow("a shell") << "rsync --server -r --rsh=sh . /";
        QTest::newRow("an option's value as a word") << "rsync --server -r --log-file /etc/passwd . /";
        QTest::newRow("more than one place") << "rsync --server -r . /a /b";
        QTest::newRow("no place") << "rsync --server -r";
        QTest::newRow("nothing") << "";
    }
    void refusesEverythingElse()
    {
        QFETCH(QString, words);
        const Result<QStringList> arguments = files::serverArguments(words.split(QLatin1Char(' ')), QStringLiteral("/m/1"));
        QVERIFY(!arguments);
        QCOMPARE(arguments.error().code, ErrorCode::RequestMalformed);
    }
};

QTEST_GUILESS_MAIN(TestRsyncArguments)
#include "tst_rsyncarguments.moc"
