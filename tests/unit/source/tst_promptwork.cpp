#include "core/base/files.h"
#include "core/source/promptwork.h"

#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QtTest>
#include <sys/stat.h>

using namespace edgelift;

namespace {

QString text(const char *literal) { return QString::fromLatin1(literal); }

/// A machine in a folder: what it runs is written down, and does what the test says.
struct Machine
{
    QTemporaryDir folder;
    QStringList ran;
    std::function<Result<>(const std::stop_token &)> testTracking;
    std::function<bool(const QString &line)> does = [](const QString &) { return true; }; ///< false: it fails

    void put(const char *path, const QByteArray &content, unsigned mode = 0644)
    {
        const QString file = folder.path() + text(path);
        QDir().mkpath(QFileInfo(file).path());
        if (!writeFileDurably(file, content, mode))
            qFatal("cannot write");
    }
    QByteArray at(const char *path) const
    {
        const Result<QByteArray> content = readFile(folder.path() + text(path));
        return content ? *content : QByteArray("(none)");
    }
    Result<PromptResult> answer(const char *prompt, const char *choice)
    {
        const auto run = [this](const Command &command, const std::stop_token &) -> Result<QByteArray> {
            ran.append((QStringList(command.program) + command.arguments).join(QLatin1Char(' ')));
            if (does(ran.last()))
                return QByteArray();
            return Error{ErrorCode::ToolFailed, Retry::AfterUserAction, {command.program}, {}};
        };
        const WorkPlace place{folder.path(), run, testTracking};
        return carryOut(text(prompt), text(choice), place, {});
    }
    QList<Prompt> prompts(const char *seLinux) const
    {
        ServerFacts facts;
        facts.os.selinux = text(seLinux);
        return promptsOfMachine(facts, {folder.path(), {}});
    }
    /// setenforce does what it should.
    void softens()
    {
        does = [this](const QString &) {
            put("/sys/fs/selinux/enforce", "0");
            return true;
        };
    }
};

const char config[] = "# policy\nSELINUX=enforcing\n# SELINUX= can be\nSELINUXTYPE=targeted\n";

}

class TestPromptWork : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsAskedFollowsFromTheMachine();
    void rsyncIsInstalledWithWhatIsThere_data();
    void rsyncIsInstalledWithWhatIsThere();
    void oldListsAreRefreshedOnce();
    void aFailedInstallationIsSaid();
    void withoutAPackageManagerNothingIsTried();
    void nothingIsDoneTwice();
    void permissiveUntilTheNextStart();
    void disableKeepsTheOriginal();
    void disableOfASettingThatIsNotThere();
    void aFailureLeavesTheFileAsItWas();
    void anUnwritableFolderChangesNothing();
    void theDriverIsNotThereYet();
    void otherAnswersAreRefused();
};

void TestPromptWork::whatIsAskedFollowsFromTheMachine()
{
    Machine machine;
    machine.put("/sys/fs/selinux/enforce", "1");
    QList<Prompt> prompts = machine.prompts("enforcing");
    QCOMPARE(prompts.size(), 3);
    QCOMPARE(prompts.at(0).id, text("snapshot-driver"));
    QVERIFY(prompts.at(0).needed);
    QCOMPARE(prompts.at(0).recommended, text("yes"));
    QVERIFY(prompts.at(1).needed);
    QCOMPARE(prompts.at(1).reason, text("no-package-manager"));
    QCOMPARE(prompts.at(1).recommended, text("no"));
    QVERIFY(prompts.at(2).needed);
    QCOMPARE(prompts.at(2).state, text("enforcing"));
    QCOMPARE(prompts.at(2).recommended, text("leave"));
    machine.put("/usr/bin/dnf", "", 0755);
    QCOMPARE(machine.prompts("enforcing").at(1).command, text("dnf -y install rsync"));
    QCOMPARE(machine.prompts("enforcing").at(1).recommended, text("yes"));
    machine.put("/usr/bin/rsync", "", 0755);
    machine.put("/sys/fs/selinux/enforce", "0");
    prompts = machine.prompts("permissive");
    QVERIFY(!prompts.at(1).needed);
    QCOMPARE(prompts.at(1).state, text("installed"));
    QVERIFY(!prompts.at(2).needed);
    QCOMPARE(prompts.at(2).state, text("permissive"));
    prompts = machine.prompts("");
    QCOMPARE(prompts.at(2).state, text("disabled"));
    QCOMPARE(prompts.at(2).reason, text("off"));
    for (const Prompt &prompt : std::as_const(prompts))
        QVERIFY2(!promptReason(prompt.id, prompt.reason).isEmpty() && prompt.choices.contains(prompt.recommended), qPrintable(prompt.id));
}

void TestPromptWork::rsyncIsInstalledWithWhatIsThere_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("line");
    QTest::newRow("Debian") << text("/usr/bin/apt-get") << text("/usr/bin/apt-get -y install rsync");
    QTest::newRow("Fedora") << text("/usr/bin/dnf") << text("/usr/bin/dnf -y install rsync");
    QTest::newRow("CentOS") << text("/bin/yum") << text("/bin/yum -y install rsync");
    QTest::newRow("SUSE") << text("/usr/bin/zypper") << text("/usr/bin/zypper --non-interactive install rsync");
    QTest::newRow("Alpine") << text("/sbin/apk") << text("/sbin/apk add rsync");
    QTest::newRow("Arch") << text("/usr/bin/pacman") << text("/usr/bin/pacman -S --noconfirm rsync");
}

void TestPromptWork::rsyncIsInstalledWithWhatIsThere()
{
    QFETCH(QString, program);
    QFETCH(QString, line);
    Machine machine;
    machine.put(program.toLatin1().constData(), "", 0755);
    machine.does = [&](const QString &) {
        machine.put("/usr/bin/rsync", "", 0755);
        return true;
    };
    const Result<PromptResult> done = machine.answer("rsync", "yes");
    QVERIFY(done);
    QVERIFY(done->changed);
    QCOMPARE(done->state, text("installed"));
    QCOMPARE(machine.ran, QStringList{line});
}

void TestPromptWork::oldListsAreRefreshedOnce()
{
    Machine machine;
    machine.put("/usr/bin/apt-get", "", 0755);
    machine.does = [&](const QString &line) {
        if (line.endsWith(text("update")))
            return true;
        if (machine.ran.size() == 3)
            machine.put("/usr/bin/rsync", "", 0755);
        return machine.ran.size() == 3;
    };
    QVERIFY(machine.answer("rsync", "yes"));
    QCOMPARE(machine.ran.size(), 3);
    QCOMPARE(machine.ran.value(1), text("/usr/bin/apt-get update"));
}

void TestPromptWork::aFailedInstallationIsSaid()
{
    Machine machine;
    machine.put("/usr/bin/dnf", "", 0755);
    machine.does = [](const QString &) { return false; };
    QCOMPARE(machine.answer("rsync", "yes").error().code, ErrorCode::ToolFailed);
    machine.does = [](const QString &) { return true; }; // it says so, but nothing is there
    const Result<PromptResult> done = machine.answer("rsync", "yes");
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::ToolFailed);
    QCOMPARE(done.error().args, QStringList{text("/usr/bin/dnf")});
}

void TestPromptWork::withoutAPackageManagerNothingIsTried()
{
    Machine machine;
    machine.put("/usr/bin/dnf", "not a program", 0644);
    QCOMPARE(machine.answer("rsync", "yes").error().code, ErrorCode::ToolMissing);
    QVERIFY(machine.ran.isEmpty());
}

void TestPromptWork::nothingIsDoneTwice()
{
    Machine machine;
    machine.put("/usr/bin/apt-get", "", 0755);
    QCOMPARE(machine.answer("rsync", "no")->state, text("missing"));
    machine.put("/usr/bin/rsync", "", 0755);
    const Result<PromptResult> done = machine.answer("rsync", "yes");
    QVERIFY(!done->changed);
    QCOMPARE(done->state, text("installed"));
    for (const char *choice : {"leave", "permissive", "disable"}) { // a machine without SELinux
        QCOMPARE(machine.answer("selinux", choice)->state, text("disabled"));
        QVERIFY(!machine.answer("selinux", choice)->changed);
    }
    QVERIFY(machine.ran.isEmpty());
}

void TestPromptWork::permissiveUntilTheNextStart()
{
    Machine machine;
    machine.put("/sys/fs/selinux/enforce", "1");
    machine.put("/etc/selinux/config", config);
    QVERIFY(!machine.answer("selinux", "leave")->changed);
    QVERIFY(machine.ran.isEmpty());
    machine.softens();
    const Result<PromptResult> done = machine.answer("selinux", "permissive");
    QVERIFY(done->changed);
    QCOMPARE(done->state, text("permissive"));
    QCOMPARE(machine.ran, QStringList{text("setenforce 0")});
    QCOMPARE(machine.at("/etc/selinux/config"), QByteArray(config));
    QVERIFY(!machine.answer("selinux", "permissive")->changed);
}

void TestPromptWork::disableKeepsTheOriginal()
{
    Machine machine;
    machine.put("/sys/fs/selinux/enforce", "1");
    machine.put("/etc/selinux/real", config, 0640);
    QVERIFY(QFile::link(text("real"), machine.folder.path() + text("/etc/selinux/config")));
    machine.softens();
    const Result<PromptResult> done = machine.answer("selinux", "disable");
    QVERIFY(done);
    QVERIFY(done->changed);
    QCOMPARE(machine.at("/etc/selinux/config"), QByteArray("# policy\nSELINUX=disabled\n# SELINUX= can be\nSELINUXTYPE=targeted\n"));
    QVERIFY(QFileInfo(machine.folder.path() + text("/etc/selinux/config")).isSymLink());
    QCOMPARE(machine.at("/etc/selinux/real.edgelift-orig"), QByteArray(config));
    struct stat about
    {
    };
    QCOMPARE(::stat(QFile::encodeName(machine.folder.path() + text("/etc/selinux/real")).constData(), &about), 0);
    QCOMPARE(about.st_mode & 07777, 0640U);
    machine.put("/etc/selinux/real", "SELINUX=permissive\n");
    QVERIFY(machine.answer("selinux", "disable")->changed);
    QCOMPARE(machine.at("/etc/selinux/real.edgelift-orig"), QByteArray(config)); // the first one
    QVERIFY(!machine.answer("selinux", "disable")->changed);
}

void TestPromptWork::disableOfASettingThatIsNotThere()
{
    Machine machine;
    machine.put("/etc/selinux/config", "SELINUXTYPE=targeted");
    QVERIFY(machine.answer("selinux", "disable")->changed); // off now, but who knows after the next start
    QCOMPARE(machine.at("/etc/selinux/config"), QByteArray("SELINUXTYPE=targeted\nSELINUX=disabled\n"));
    QVERIFY(machine.ran.isEmpty());
}

void TestPromptWork::aFailureLeavesTheFileAsItWas()
{
    Machine machine;
    machine.put("/sys/fs/selinux/enforce", "1");
    machine.put("/etc/selinux/config", config);
    machine.does = [](const QString &) { return false; };
    QCOMPARE(machine.answer("selinux", "disable").error().code, ErrorCode::ToolFailed);
    QCOMPARE(machine.at("/etc/selinux/config"), QByteArray(config));
    QCOMPARE(machine.at("/etc/selinux/config.edgelift-orig"), QByteArray("(none)"));
}

void TestPromptWork::anUnwritableFolderChangesNothing()
{
    Machine machine;
    machine.put("/sys/fs/selinux/enforce", "1");
    machine.put("/etc/selinux/config", config);
    machine.put("/etc/selinux/config.edgelift-orig.new/in the way", "");
    QVERIFY(!machine.answer("selinux", "disable"));
    QCOMPARE(machine.at("/etc/selinux/config"), QByteArray(config));
    QVERIFY(machine.ran.isEmpty());
    QFile::remove(machine.folder.path() + text("/etc/selinux/config"));
    QCOMPARE(machine.answer("selinux", "disable").error().code, ErrorCode::FileUnreadable); // enforcing, and nothing to edit
}

void TestPromptWork::theDriverIsNotThereYet()
{
    Machine machine;
    QCOMPARE(machine.answer("snapshot-driver", "yes").error().code, ErrorCode::LiveSourceUnsupported);
    machine.testTracking = [](const std::stop_token &) { return ok(); };
    QCOMPARE(machine.answer("snapshot-driver", "yes")->state, text("installed"));
    QVERIFY(!machine.answer("snapshot-driver", "no")->changed);
}

void TestPromptWork::otherAnswersAreRefused()
{
    Machine machine;
    machine.put("/usr/bin/apt-get", "", 0755);
    for (const auto &[prompt, choice] : {std::pair("rsync", "disable"), std::pair("selinux", "yes"), std::pair("selinux", ""),
             std::pair("kernel", "yes"), std::pair("", "")})
        QCOMPARE(machine.answer(prompt, choice).error().code, ErrorCode::RequestMalformed);
    QVERIFY(machine.ran.isEmpty());
}

QTEST_APPLESS_MAIN(TestPromptWork)
#include "tst_promptwork.moc"
