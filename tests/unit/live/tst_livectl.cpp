#include "core/base/files.h"
#include "core/base/process.h"
#include "core/layout/factsjson.h"
#include "core/layout/planfile.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <unistd.h>

using namespace edgelift;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }
QString program(const char *name) { return QStringLiteral(EDGELIFT_BIN_DIR "/") + QLatin1String(name); }

QStringList idsOf(const QJsonArray &list)
{
    QStringList ids;
    for (const QJsonValue &entry : list)
        ids.append(entry.toObject().value(key("id")).toString());
    return ids;
}

}

/// The programs as they are installed, on this very machine, whatever it is.
class LiveCtlTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(::geteuid() == 0, "run as root: it looks at this machine");
        m_agent.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_agent.start(program("edgelift-agent"), {key("--socket"), at("agent.sock"), key("--state-dir"), at("state")});
        QVERIFY(m_agent.waitForReadyRead(30000));
        QVERIFY(m_agent.readLine().contains("\"ready\":true"));
    }
    void cleanupTestCase()
    {
        m_agent.terminate();
        QVERIFY(m_agent.waitForFinished(30000));
        QVERIFY(!readFile(key("/proc/self/mountinfo"), 16 << 20)->contains(m_folder.path().toUtf8()));
    }
    void thisMachineIsInspected();
    void thisMachineIsChecked();
    void aPlanIsMadeAndCompared();
    void theSnapshotDriverIsTested();
    void withoutRightsTheAnswerIsClear();

private:
    QString at(const char *name) const { return m_folder.filePath(QLatin1String(name)); }
    /// edgeliftctl's exit code and what it printed, on the agent of this test.
    std::pair<int, QJsonObject> ctl(const QStringList &arguments)
    {
        Command command;
        command.program = program("edgeliftctl");
        command.arguments = arguments + QStringList{key("--json"), key("--socket"), at("agent.sock")};
        const Result<CommandOutput> done = run(command);
        return done ? std::pair(done->exitCode, QJsonDocument::fromJson(done->output).object()) : std::pair(-1, QJsonObject());
    }
    QTemporaryDir m_folder;
    QProcess m_agent;
};

void LiveCtlTest::thisMachineIsInspected()
{
    const auto [code, reply] = ctl({key("inspect")});
    QCOMPARE(code, 0);
    const Result<ServerFacts> facts = serverFactsFromJson(reply.value(key("facts")).toObject());
    QVERIFY(facts);
    QVERIFY(facts->live);
    QCOMPARE(facts->live->bootId.toUtf8(), readFile(key("/proc/sys/kernel/random/boot_id"), 4096)->trimmed());
    QVERIFY(!facts->disks.isEmpty());
    QVERIFY(!facts->os.hostName.isEmpty());
    for (const DiskFacts &disk : facts->disks) {
        QVERIFY2(QFile::exists(key("/sys/class/block/") + disk.name), qPrintable(disk.name));
        QVERIFY(!disk.id.contains(disk.name)); // never a kernel name
    }
}

void LiveCtlTest::thisMachineIsChecked()
{
    const auto [code, reply] = ctl({key("check"), key("--endpoint"), key("http://127.0.0.1:9")}); // where nobody listens
    QCOMPARE(code, reply.value(key("blocked")).toBool() ? 3 : 0); // a container has no boot loader
    const QStringList ids = idsOf(reply.value(key("checks")).toArray());
    QVERIFY(ids.contains(key("readiness.memory")));
    QVERIFY(ids.contains(key("readiness.clock-unknown")));
    const QJsonObject address = reply.value(key("checks")).toArray().last().toObject();
    QCOMPARE(address.value(key("id")).toString(), key("readiness.address"));
    QCOMPARE(address.value(key("severity")).toString(), key("warning"));
    QVERIFY2(address.value(key("evidence")).toString().contains(key("127.0.0.1:9 refuses")),
        qPrintable(address.value(key("evidence")).toString()));
    const QJsonArray prompts = reply.value(key("prompts")).toArray();
    QCOMPARE(idsOf(prompts), (QStringList{key("snapshot-driver"), key("rsync"), key("selinux")}));
    QVERIFY(prompts.at(0).toObject().value(key("needed")).toBool());
}

void LiveCtlTest::aPlanIsMadeAndCompared()
{
    const auto [code, made] = ctl({key("plan"), key("new")});
    QCOMPARE(code, 0);
    const Result<Plan> plan = planFromJson(made);
    QVERIFY(plan);
    QVERIFY(!plan->disks.isEmpty());
    QVERIFY(writeFileDurably(at("plan.json"), writePlan(*plan)));
    const auto [refused, reply] = ctl({key("plan"), key("validate"), at("plan.json")});
    QVERIFY(reply.value(key("error")).toObject().value(key("name")).toString() != key("LiveSourceUnsupported"));
    QVERIFY(refused == 0 || refused == 3); // a container has no boot loader
}

void LiveCtlTest::theSnapshotDriverIsTested()
{
    const auto [code, event] = ctl({key("check"), key("--fix"), key("snapshot-driver")});
    const auto facts = serverFactsFromJson(ctl({key("inspect")}).second.value(key("facts")).toObject());
    QVERIFY(facts);
    bool readable = true; // a sandbox may keep its disks from everybody
    for (const DiskFacts &disk : facts->disks)
        readable = readable && QFile(key("/dev/") + disk.name).open(QIODevice::ReadOnly);
    QVERIFY2((code == 0) == readable, qPrintable(event.value(key("message")).toString() + event.value(key("detail")).toString()));
    QCOMPARE(event.value(readable ? key("state") : key("name")).toString(), readable ? key("installed") : key("PermissionDenied"));
    QCOMPARE(ctl({key("check"), key("--fix"), key("snapshot-driver"), key("--choice"), key("no")}).first, 0);
    QCOMPARE(ctl({key("check"), key("--fix"), key("selinux"), key("--choice"), key("leave")}).first, 0);
}

/// A private agent of somebody who is not root. The programs are copied to where everybody may run them.
void LiveCtlTest::withoutRightsTheAnswerIsClear()
{
    QVERIFY(QFile::setPermissions(m_folder.path(), QFileDevice::Permissions(0x7755)));
    for (const char *name : {"edgeliftctl", "edgelift-agent"})
        QVERIFY(QFile::copy(program(name), at(name)));
    QVERIFY(QDir(m_folder.path()).mkdir(key("home")));
    QCOMPARE(::chown(QFile::encodeName(at("home")).constData(), 65534, 65534), 0);
    Command command;
    command.program = key("setpriv");
    command.arguments = {key("--reuid=65534"), key("--regid=65534"), key("--clear-groups"), key("env"), key("HOME=") + at("home"),
        key("TMPDIR=/tmp"), at("edgeliftctl"), key("inspect"), key("--json"), key("--socket"), at("home/agent.sock"), key("--state-dir"),
        at("home/state")};
    const Result<CommandOutput> done = run(command);
    QVERIFY(done);
    QVERIFY2(done->exitCode == 7, done->output + done->errors);
    const QJsonObject event = QJsonDocument::fromJson(done->output).object();
    QCOMPARE(event.value(key("name")).toString(), key("PermissionDenied"));
    QVERIFY(event.value(key("remedy")).toString().contains(key("root")));
}

QTEST_GUILESS_MAIN(LiveCtlTest)
#include "tst_livectl.moc"
