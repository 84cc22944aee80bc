#include "core/base/files.h"
#include "core/base/process.h"
#include "core/migrate/userdata.h"

#include <QCryptographicHash>
#include <QDir>
#include <QTemporaryDir>
#include <QtTest>
#include <csignal>
#include <sys/stat.h>

using namespace edgelift;

namespace {

Result<CommandOutput> shell(const QString &option, const QByteArray &script)
{
    Command command;
    command.program = QStringLiteral("sh");
    command.arguments = {option};
    command.input = script;
    command.timeout = std::chrono::seconds(30);
    return run(command);
}

}

/// The script as a transit instance would run it, below a folder of its own.
class UserData : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void scriptIsPlainShellAndSmall();
    void configIsWrittenForItsOwnerOnly();
    void receiverIsFetchedCheckedAndStarted();
    void receiverThatFailsIsStartedAgain();
    void receiverThatIsGoneIsNotStartedAgain();
    void damagedBundleIsNotUnpacked();
    void quotesCannotBreakOut();

private:
    QString makeBundle(const QByteArray &run);
    ReceiverSetup setup(const QString &bundle) const;
    Result<CommandOutput> runScript(const ReceiverSetup &setup);
    std::unique_ptr<QTemporaryDir> m_folder;
    QString root() const { return m_folder->filePath(QStringLiteral("root")); }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(QDir(m_folder->path()).mkpath(QStringLiteral("root")));
    }
};

QString UserData::makeBundle(const QByteArray &run)
{
    const QString folder = m_folder->filePath(QStringLiteral("bundle/edgelift-receiver"));
    Command pack;
    pack.program = QStringLiteral("tar");
    pack.arguments = {QStringLiteral("-czf"), m_folder->filePath(QStringLiteral("b.tar.gz")), QStringLiteral("-C"),
        m_folder->filePath(QStringLiteral("bundle")), QStringLiteral("edgelift-receiver")};
    const bool made =
        QDir().mkpath(folder) && writeFileDurably(folder + QLatin1String("/run"), "#!/bin/sh\n" + run, 0700) && runChecked(pack);
    return made ? m_folder->filePath(QStringLiteral("b.tar.gz")) : QString();
}

ReceiverSetup UserData::setup(const QString &bundle) const
{
    const Result<QByteArray> content = bundle.isEmpty() ? Result<QByteArray>(QByteArray()) : readFile(bundle);
    const QByteArray sum = content ? QCryptographicHash::hash(*content, QCryptographicHash::Sha256).toHex() : QByteArray(64, '0');
    return {QStringLiteral("j-1"), Secret("{\"version\":1,\"privateKey\":\"$(id)`id`\\n'x'\"}"), QUrl::fromLocalFile(bundle), sum, root()};
}

Result<CommandOutput> UserData::runScript(const ReceiverSetup &receiver)
{
    const Result<Secret> script = userDataScript(receiver);
    if (!script)
        return script.error();
    return shell(QStringLiteral("-s"), script->reveal());
}

void UserData::scriptIsPlainShellAndSmall()
{
    const Result<Secret> script = userDataScript(setup({}));
    QVERIFY(script);
    QVERIFY(script->reveal().startsWith("#!/bin/sh\n"));
    QVERIFY(script->reveal().size() < 8 << 10); // far below the limit, so that keys of any kind fit
    QVERIFY(!script->reveal().contains('@'));
    const Result<CommandOutput> checked = shell(QStringLiteral("-n"), script->reveal());
    QVERIFY(checked);
    QCOMPARE(checked->errors, QByteArray());
    QCOMPARE(checked->exitCode, 0);
    ReceiverSetup large = setup({});
    large.config = Secret(QByteArray(40000, 'x'));
    QVERIFY(!userDataScript(large));
}

void UserData::configIsWrittenForItsOwnerOnly()
{
    const ReceiverSetup receiver = setup(makeBundle("exit 0\n"));
    const Result<CommandOutput> ran = runScript(receiver);
    QVERIFY(ran);
    QCOMPARE(ran->exitCode, 0);
    const QString path = root() + QLatin1String("/etc/edgelift/receiver.json");
    QCOMPARE(*readFile(path), receiver.config.reveal() + '\n'); // not a character was expanded
    struct stat status = {};
    QCOMPARE(::stat(qPrintable(path), &status), 0);
    QCOMPARE(status.st_mode & 0777, mode_t(0600));
    QVERIFY(!ran->output.contains("privateKey"));
}

void UserData::receiverIsFetchedCheckedAndStarted()
{
    const QString mark = root() + QLatin1String("/started");
    const ReceiverSetup receiver = setup(makeBundle("echo \"$1 $2 ${EDGELIFT_LISTEN_ADDRESS-none}\" > " + mark.toUtf8() + "\nexit 0\n"));
    qputenv("EDGELIFT_LISTEN_ADDRESS", "127.88.1.2");
    const Result<CommandOutput> ran = runScript(receiver);
    QVERIFY(ran);
    QVERIFY2(ran->exitCode == 0, ran->errors.constData());
    QVERIFY(ran->output.contains("receiver unpacked"));
    QVERIFY(ran->output.contains("receiver started"));
    QTRY_VERIFY(QFile::exists(mark));
    QTRY_VERIFY(readFile(mark)->startsWith("--config " + root().toUtf8() + "/etc/edgelift/receiver.json"));
    const QByteArray before = *readFile(root() + QLatin1String("/opt/edgelift/.sha256"));
    QCOMPARE(before, receiver.bundleSha256);
    QFile::remove(m_folder->filePath(QStringLiteral("b.tar.gz")));
    const Result<CommandOutput> again = runScript(receiver); // nothing to fetch a second time
    QVERIFY(again);
    QCOMPARE(again->exitCode, 0);
    qunsetenv("EDGELIFT_LISTEN_ADDRESS");
}

void UserData::receiverThatFailsIsStartedAgain()
{
    const QString count = root() + QLatin1String("/count");
    const ReceiverSetup receiver =
        setup(makeBundle("echo x >> " + count.toUtf8() + "\n[ $(wc -l < " + count.toUtf8() + ") -ge 2 ] && exit 0\nexit 3\n"));
    const Result<CommandOutput> ran = runScript(receiver);
    QVERIFY(ran);
    QTRY_COMPARE_WITH_TIMEOUT(readFile(count) ? readFile(count)->size() : 0, qsizetype(4), 10000);
    QTest::qWait(1500);
    QCOMPARE(readFile(count)->size(), qsizetype(4)); // exit status 0 is the end
}

void UserData::receiverThatIsGoneIsNotStartedAgain()
{
    const QString pid = root() + QLatin1String("/pid");
    const ReceiverSetup receiver = setup(makeBundle("echo $PPID > " + pid.toUtf8() + "\nrm \"$0\"\nexit 3\n"));
    const Result<CommandOutput> ran = runScript(receiver);
    QVERIFY(ran);
    QTRY_VERIFY(readFile(pid) && readFile(pid)->trimmed().toInt() > 1);
    const QString loop = QStringLiteral("/proc/%1").arg(readFile(pid)->trimmed().toInt());
    const bool ended = QTest::qWaitFor([&loop] { return !QFile::exists(loop); }, 10000);
    if (!ended)
        ::kill(readFile(pid)->trimmed().toInt(), SIGKILL);
    QVERIFY(ended);
}

void UserData::damagedBundleIsNotUnpacked()
{
    ReceiverSetup receiver = setup(makeBundle("exit 0\n"));
    receiver.bundleSha256 = QByteArray(64, 'a');
    Result<Secret> script = userDataScript(receiver);
    QVERIFY(script);
    const QByteArray quick = QByteArray(script->reveal()).replace("-ge 40", "-ge 2");
    const Result<CommandOutput> ran = shell(QStringLiteral("-s"), "EDGELIFT_RETRY_SECONDS=0\n" + quick);
    QVERIFY(ran);
    QCOMPARE(ran->exitCode, 1);
    QVERIFY(ran->output.contains("arrived damaged"));
    QVERIFY(ran->output.contains("try 2"));
    QVERIFY(!QFile::exists(root() + QLatin1String("/opt/edgelift/edgelift-receiver/run")));
}

void UserData::quotesCannotBreakOut()
{
    ReceiverSetup receiver = setup({});
    receiver.config = Secret("{}\nEDGELIFT_END_OF_CONFIG\ntouch /tmp/x");
    QVERIFY(!userDataScript(receiver));
    receiver = setup({});
    receiver.bundle = QUrl(QStringLiteral("http://h/';id;'"));
    const Result<Secret> script = userDataScript(receiver);
    QVERIFY(!script || !script->reveal().contains("';id;'"));
}

QTEST_GUILESS_MAIN(UserData)
#include "tst_userdata.moc"
