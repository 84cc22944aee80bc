#include "core/base/process.h"

#include <QElapsedTimer>
#include <QtTest>
#include <thread>

using namespace edgelift;
using namespace std::chrono_literals;

namespace {

Command shell(const char *script) { return {QStringLiteral("sh"), {QStringLiteral("-c"), QString::fromUtf8(script)}, {}, 60s, 16 << 20}; }

}

class TestProcess : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void givesBothOutputsAndTheExitCode();
    void givesStandardInputAndClosesIt();
    void argumentsAreNotShellWords();
    void aMissingProgramIsNamed();
    void runCheckedTellsWhyItFailed();
    void aSignalIsAFailure();
    void endsWhatTakesTooLong();
    void killsWhatIgnoresTermination();
    void endsWhenStopped();
    void keepsNoMoreOutputThanTheLimit();
    void theLanguageIsFixed();
};

void TestProcess::givesBothOutputsAndTheExitCode()
{
    const Result<CommandOutput> done = run(shell("echo out; echo err >&2; exit 3"));
    QVERIFY(done);
    QCOMPARE(done->output, QByteArray("out\n"));
    QCOMPARE(done->errors, QByteArray("err\n"));
    QCOMPARE(done->exitCode, 3);
}

void TestProcess::givesStandardInputAndClosesIt()
{
    Command command{QStringLiteral("cat"), {}, QByteArray(300000, 'x'), 60s, 16 << 20};
    QCOMPARE(run(command)->output, command.input);
    command.input.clear();
    QVERIFY(run(command)->output.isEmpty());
}

void TestProcess::argumentsAreNotShellWords()
{
    const Command command{QStringLiteral("printf"), {QStringLiteral("%s"), QStringLiteral("$(id) `id`; \"x\"")}, {}, 60s, 1000};
    QCOMPARE(run(command)->output, QByteArray("$(id) `id`; \"x\""));
}

void TestProcess::aMissingProgramIsNamed()
{
    for (const char *name : {"edgelift-no-such-tool", "/no/such/tool"}) {
        const Result<CommandOutput> done = run({QString::fromLatin1(name), {}, {}, 60s, 1000});
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::ToolMissing);
        QCOMPARE(done.error().args, QStringList{QString::fromLatin1(name)});
    }
}

void TestProcess::runCheckedTellsWhyItFailed()
{
    QCOMPARE(*runChecked(shell("echo fine")), QByteArray("fine\n"));
    const Result<QByteArray> failed = runChecked(shell("echo no such disk >&2; exit 2"));
    QVERIFY(!failed);
    QCOMPARE(failed.error().code, ErrorCode::ToolFailed);
    QCOMPARE(failed.error().detail, QStringLiteral("exit code 2: no such disk"));
}

void TestProcess::aSignalIsAFailure()
{
    const Result<CommandOutput> done = run(shell("kill -9 $$"));
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::ToolFailed);
}

void TestProcess::endsWhatTakesTooLong()
{
    QElapsedTimer time;
    time.start();
    const Result<CommandOutput> done = run({QStringLiteral("sleep"), {QStringLiteral("60")}, {}, 200ms, 1000});
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::ToolTimedOut);
    QVERIFY(time.elapsed() < 20000);
}

void TestProcess::killsWhatIgnoresTermination()
{
    Command stubborn = shell("trap '' TERM; exec sleep 60");
    stubborn.timeout = 200ms;
    QElapsedTimer time;
    time.start();
    QCOMPARE(run(stubborn).error().code, ErrorCode::ToolTimedOut);
    QVERIFY(time.elapsed() < 20000);
}

void TestProcess::endsWhenStopped()
{
    std::stop_source stop;
    std::jthread stopper([&stop] {
        std::this_thread::sleep_for(100ms);
        stop.request_stop();
    });
    QElapsedTimer time;
    time.start();
    const Result<CommandOutput> done = run({QStringLiteral("sleep"), {QStringLiteral("60")}, {}, 60s, 1000}, stop.get_token());
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::ToolFailed);
    QCOMPARE(done.error().detail, QStringLiteral("stopped"));
    QVERIFY(time.elapsed() < 20000);
}

void TestProcess::keepsNoMoreOutputThanTheLimit()
{
    Command command = shell("head -c 1000000 /dev/zero; echo end >&2");
    command.outputLimit = 1000;
    const Result<CommandOutput> done = run(command);
    QCOMPARE(done->output.size(), 1000);
    QCOMPARE(done->errors, QByteArray("end\n"));
}

void TestProcess::theLanguageIsFixed() { QCOMPARE(*runChecked(shell("printf %s \"$LC_ALL\"")), QByteArray("C")); }

QTEST_GUILESS_MAIN(TestProcess)
#include "tst_process.moc"
