#include "app/ctl/arguments.h"
#include "app/ctl/exitcodes.h"

#include <QSet>
#include <QtTest>

using namespace edgelift;
using namespace edgelift::ctl;

class TestCtlArguments : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void understandsCommandLines_data();
    void understandsCommandLines();
    void refusesWhatItDoesNotUnderstand_data();
    void refusesWhatItDoesNotUnderstand();
    void globalOptionsStandAnywhere();
    void numbersHaveTheirRange();
    void everyCommandHasItsHelp();
    void everyErrorHasItsExitCode();
};

void TestCtlArguments::understandsCommandLines_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("positional");
    QTest::newRow("one word") << "inspect"
                              << "inspect"
                              << "";
    QTest::newRow("two words") << "plan new"
                               << "plan new"
                               << "";
    QTest::newRow("argument") << "plan validate p.json"
                              << "plan validate"
                              << "p.json";
    QTest::newRow("argument before the option") << "plan validate p.json --json"
                                                << "plan validate"
                                                << "p.json";
    QTest::newRow("value looks like a command") << "--state-dir migrate status"
                                                << "status"
                                                << "";
    QTest::newRow("value with equals") << "--state-dir=/a=b status j-1"
                                       << "status"
                                       << "j-1";
    QTest::newRow("argument after --") << "plan show -- --odd"
                                       << "plan show"
                                       << "--odd";
    QTest::newRow("code") << "code create --quota 2 --days 1"
                          << "code create"
                          << "";
    QTest::newRow("stdin") << "migrate --plan p --code-file -"
                           << "migrate"
                           << "";
    QTest::newRow("help alone") << "--help"
                                << ""
                                << "";
    QTest::newRow("version alone") << "--version"
                                   << ""
                                   << "";
    QTest::newRow("help of a command without what it needs") << "code disable --help"
                                                             << "code disable"
                                                             << "";
    QTest::newRow("help of a group") << "plan --help"
                                     << "plan"
                                     << "";
}

void TestCtlArguments::understandsCommandLines()
{
    QFETCH(QString, line);
    const Result<Arguments> arguments = parseArguments(line.split(QLatin1Char(' ')));
    QVERIFY2(arguments, arguments ? "" : qPrintable(arguments.error().args.value(0)));
    QTEST(arguments->command, "command");
    QTEST(arguments->positional, "positional");
}

void TestCtlArguments::refusesWhatItDoesNotUnderstand_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("said");
    QTest::newRow("nothing") << ""
                             << "Say what to do";
    QTest::newRow("only options") << "--json"
                                  << "Say what to do";
    QTest::newRow("near a command") << "migrat --plan x"
                                    << "“edgeliftctl migrate”";
    QTest::newRow("near two words") << "plan validat x"
                                    << "“edgeliftctl plan validate”";
    QTest::newRow("half of two words") << "code"
                                       << "“code” is not complete";
    QTest::newRow("near an option") << "migrate --pln x"
                                    << "“--plan”";
    QTest::newRow("option of another command") << "inspect --quota 3"
                                               << "no option “--quota”";
    QTest::newRow("single dash") << "inspect -json"
                                 << "no option “-json”";
    QTest::newRow("value missing") << "migrate --plan"
                                   << "needs a value";
    QTest::newRow("value for a switch") << "inspect --json=yes"
                                        << "takes no value";
    QTest::newRow("twice") << "--socket a inspect --socket b"
                           << "twice";
    QTest::newRow("a word too many") << "plan show a b"
                                     << "“b” is one word too many";
    QTest::newRow("a word where none is taken") << "inspect disk.img"
                                                << "“disk.img” is one word too many";
    QTest::newRow("needed word missing") << "plan validate"
                                         << "needs plan.json";
}

void TestCtlArguments::refusesWhatItDoesNotUnderstand()
{
    QFETCH(QString, line);
    QFETCH(QString, said);
    const Result<Arguments> arguments = parseArguments(line.split(QLatin1Char(' '), Qt::SkipEmptyParts));
    QVERIFY(!arguments);
    QCOMPARE(arguments.error().code, ErrorCode::UsageWrong);
    QVERIFY2(arguments.error().args.value(0).contains(said), qPrintable(arguments.error().args.value(0)));
    QCOMPARE(exitCodeFor(arguments.error()), 2);
}

void TestCtlArguments::globalOptionsStandAnywhere()
{
    const Result<Arguments> arguments =
        parseArguments(QStringLiteral("--source-disk a --endpoint http://x plan --json new --source-disk b").split(QLatin1Char(' ')));
    QVERIFY(!arguments); // not between the words of a command
    const Result<Arguments> good =
        parseArguments(QStringLiteral("--source-disk a --endpoint http://x plan new --json --source-disk b").split(QLatin1Char(' ')));
    QVERIFY(good);
    QCOMPARE(good->all("source-disk"), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
    QCOMPARE(good->value("endpoint"), QStringLiteral("http://x"));
    QVERIFY(good->has("json"));
    QVERIFY(!good->has("socket"));
}

void TestCtlArguments::numbersHaveTheirRange()
{
    const auto quota = [](const char *value) {
        return parseArguments({QStringLiteral("code"), QStringLiteral("create"), QStringLiteral("--quota"), QString::fromLatin1(value)});
    };
    QCOMPARE(quota("1")->number("quota"), std::optional(1)); // R35
    QCOMPARE(quota("1000")->number("quota"), std::optional(1000));
    QCOMPARE(quota("1000")->number("days"), std::nullopt);
    for (const char *wrong : {"0", "1001", "-1", "1.5", "two", "", "99999999999999"})
        QVERIFY2(!quota(wrong), wrong);
    for (const char *days : {"0", "91"}) // R36
        QVERIFY(!parseArguments({QStringLiteral("code"), QStringLiteral("create"), QStringLiteral("--days=") + QString::fromLatin1(days)}));
}

void TestCtlArguments::everyCommandHasItsHelp()
{
    QSet<QString> names;
    for (const CommandSpec &command : commands()) {
        const QString name = QString::fromLatin1(command.name);
        QVERIFY(!names.contains(name));
        names.insert(name);
        const QString help = helpText(name);
        QVERIFY2(help.contains(QLatin1String("usage: edgeliftctl ") + name), qPrintable(help));
        for (const OptionSpec &option : command.options)
            QVERIFY2(help.contains(QLatin1String("--") + QLatin1String(option.name)), option.name);
        QVERIFY(helpText({}).contains(QString::fromUtf8(command.summary)));
        for (const QString &line : (help + helpText({})).split(QLatin1Char('\n')))
            QVERIFY2(line.size() <= 140, qPrintable(line));
    }
    for (const char *expected :
        {"inspect", "check", "plan new", "plan validate", "plan show", "code create", "code list", "code disable", "import", "migrate",
            "status", "pause", "resume", "modify", "cutover", "retry", "cancel", "report", "diagnostics", "abort", "cloud list", "cloud clean"})
        QVERIFY2(names.contains(QLatin1String(expected)), expected); // design.md section 3
}

void TestCtlArguments::everyErrorHasItsExitCode()
{
    const auto code = [](ErrorCode error) { return exitCodeFor({error, Retry::Never, {}, {}}); };
    QCOMPARE(code(ErrorCode::Internal), 1);
    QCOMPARE(code(ErrorCode::UsageWrong), 2);
    QCOMPARE(code(ErrorCode::SourceEmpty), 3);
    QCOMPARE(code(ErrorCode::PlanUnknownKey), 3);
    QCOMPARE(code(ErrorCode::CodeMissing), 3);
    QCOMPARE(code(ErrorCode::AgentUnreachable), 7);
    QCOMPARE(code(ErrorCode::PermissionDenied), 7);
    const auto event = [](bool refused, const char *retry, const char *name) {
        return exitCodeForEvent({{QStringLiteral("refused"), refused}, {QStringLiteral("retry"), QLatin1String(retry)},
            {QStringLiteral("name"), QLatin1String(name)}});
    };
    QCOMPARE(event(true, "never", "BucketMissing"), 3);
    QCOMPARE(event(false, "afterWait", "LinkLost"), 4);
    QCOMPARE(event(false, "afterUserAction", "NoSpace"), 4);
    QCOMPARE(event(false, "never", "TransitReleased"), 5);
    QCOMPARE(event(false, "never", "Internal"), 1);
}

QTEST_APPLESS_MAIN(TestCtlArguments)
#include "tst_ctlarguments.moc"
