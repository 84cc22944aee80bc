#include "receiverfixture.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>
#include <csignal>

using namespace edgelift;
using namespace edgelift::receiver::test;

/// edgelift-receiver as a process: options, exit codes, signals, log.
class TestReceiverProgram : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    wire::LinkKeys m_receiver;
    wire::LinkKeys m_sender;
    QString writeConfig(QFileDevice::Permissions mode = QFileDevice::ReadOwner | QFileDevice::WriteOwner) const;
    static void begin(QProcess &process, const QStringList &arguments);
    /// Starts it and waits until it listens; the control port's number.
    quint16 beginListening(QProcess &process) const;
    Address address(quint16 port) const { return {port, m_sender, *wire::pinOf(m_receiver.certificate), QStringLiteral("j-program")}; }

private Q_SLOTS:
    void initTestCase();
    void wrongUsageIsTwo_data();
    void wrongUsageIsTwo();
    void aRefusedConfigurationIsThree();
    void endsOrderlyOnSigterm();
    void endsWithZeroAfterShutdown();
};

void TestReceiverProgram::initTestCase()
{
    m_receiver = wire::makeLinkKeys(QStringLiteral("receiver")).take();
    m_sender = wire::makeLinkKeys(QStringLiteral("sender")).take();
    QVERIFY(QDir(m_folder.path()).mkdir(QStringLiteral("disks")));
}

QString TestReceiverProgram::writeConfig(QFileDevice::Permissions mode) const
{
    const QJsonObject object{{QStringLiteral("version"), 1}, {QStringLiteral("job"), QStringLiteral("j-program")},
        {QStringLiteral("listen"), QStringLiteral("127.0.0.1")}, {QStringLiteral("controlPort"), 0}, {QStringLiteral("dataPort"), 0},
        {QStringLiteral("certificate"), QString::fromLatin1(m_receiver.certificate)},
        {QStringLiteral("privateKey"), QString::fromLatin1(m_receiver.privateKey.reveal())},
        {QStringLiteral("peerPin"), QString::fromLatin1(*wire::pinOf(m_sender.certificate))},
        {QStringLiteral("stateDir"), m_folder.filePath(QStringLiteral("state"))},
        {QStringLiteral("deviceDir"), m_folder.filePath(QStringLiteral("disks"))}};
    QFile file(m_folder.filePath(QStringLiteral("receiver.json")));
    const bool written = file.open(QIODevice::WriteOnly) && file.write(QJsonDocument(object).toJson()) > 0 && file.setPermissions(mode);
    Q_ASSERT(written);
    Q_UNUSED(written);
    return file.fileName();
}

void TestReceiverProgram::begin(QProcess &process, const QStringList &arguments)
{
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral(EDGELIFT_BIN_DIR "/edgelift-receiver"), arguments);
    QVERIFY2(process.waitForStarted(), qPrintable(process.errorString()));
}

quint16 TestReceiverProgram::beginListening(QProcess &process) const
{
    begin(process, {QStringLiteral("--config"), writeConfig()});
    QByteArray output;
    while (!output.contains('\n') && process.waitForReadyRead(10000))
        output += process.readAll();
    const auto match =
        QRegularExpression(QStringLiteral("listening on 127\\.0\\.0\\.1, ports (\\d+) and")).match(QString::fromUtf8(output));
    return match.captured(1).toUShort();
}

void TestReceiverProgram::wrongUsageIsTwo_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("nothing") << QStringList();
    QTest::newRow("unknown option") << QStringList{QStringLiteral("--port"), QStringLiteral("1")};
    QTest::newRow("no value") << QStringList{QStringLiteral("--config")};
    QTest::newRow("more than it takes") << QStringList{QStringLiteral("--config"), QStringLiteral("a"), QStringLiteral("b")};
}

void TestReceiverProgram::wrongUsageIsTwo()
{
    QFETCH(const QStringList, arguments);
    QProcess process;
    begin(process, arguments);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 2);
    QVERIFY(process.readAll().contains("EL-0002"));
}

void TestReceiverProgram::aRefusedConfigurationIsThree()
{
    QProcess missing;
    begin(missing, {QStringLiteral("--config"), QStringLiteral("/nonexistent/receiver.json")});
    QVERIFY(missing.waitForFinished());
    QCOMPARE(missing.exitCode(), 3);
    QProcess open;
    begin(open, {QStringLiteral("--config"), writeConfig(QFileDevice::ReadOwner | QFileDevice::ReadOther)});
    QVERIFY(open.waitForFinished());
    QCOMPARE(open.exitCode(), 3);
    QVERIFY(open.readAll().contains("EL-0003"));
}

void TestReceiverProgram::endsOrderlyOnSigterm()
{
    QProcess process;
    const quint16 port = beginListening(process);
    QVERIFY(port != 0);
    TestClient control(address(port), wire::Port::Control);
    QVERIFY(control);
    QCOMPARE(::kill(pid_t(process.processId()), SIGTERM), 0);
    QVERIFY(process.waitForFinished(10000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
    QFile logFile(m_folder.filePath(QStringLiteral("state/receiver.log")));
    QVERIFY(logFile.open(QIODevice::ReadOnly));
    const QByteArray text = logFile.readAll();
    QVERIFY(text.contains("control session begins"));
    QVERIFY(text.contains("\"message\":\"ended\""));
    QVERIFY(!text.contains("PRIVATE KEY"));
    QCOMPARE(logFile.permissions() & (QFileDevice::ReadGroup | QFileDevice::ReadOther), QFileDevice::Permissions());
}

void TestReceiverProgram::endsWithZeroAfterShutdown()
{
    QProcess process;
    const quint16 port = beginListening(process);
    QVERIFY(port != 0);
    TestClient control(address(port), wire::Port::Control);
    QVERIFY(control);
    QVERIFY(control.ask(QStringLiteral("shutdown")));
    QVERIFY(process.waitForFinished(10000));
    QCOMPARE(process.exitCode(), 0);
}

QTEST_GUILESS_MAIN(TestReceiverProgram)
#include "tst_receiverprogram.moc"
