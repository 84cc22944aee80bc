#include "app/ctl/commands.h"
#include "app/ctl/exitcodes.h"

#include <QHash>

namespace edgelift::ctl {

namespace {

using Run = int (*)(const Arguments &, Console &);

Run runOf(const QString &command)
{
    static const QHash<QString, Run> table{{QStringLiteral("inspect"), inspectSource}, {QStringLiteral("check"), checkSource},
        {QStringLiteral("import"), importSource}, {QStringLiteral("plan new"), newPlan}, {QStringLiteral("plan validate"), validatePlan},
        {QStringLiteral("plan show"), showPlan}, {QStringLiteral("code create"), createCode}, {QStringLiteral("code list"), listCodes},
        {QStringLiteral("code disable"), disableCode}, {QStringLiteral("code delete"), deleteCode}, {QStringLiteral("migrate"), migrate},
        {QStringLiteral("resume"), resumeJob}, {QStringLiteral("retry"), resumeJob}, {QStringLiteral("cancel"), cancelJob},
        {QStringLiteral("pause"), pauseJob}, {QStringLiteral("modify"), modifyJob}, {QStringLiteral("cutover"), cutOverJob}, {QStringLiteral("status"), showStatus},
        {QStringLiteral("report"), showReport}, {QStringLiteral("diagnostics"), saveDiagnostics}, {QStringLiteral("abort"), abortAgent},
        {QStringLiteral("cloud list"), listCloud}, {QStringLiteral("cloud clean"), cleanCloud}};
    return table.value(command);
}

}

int runCtl(const QStringList &words)
{
    const Result<Arguments> arguments = parseArguments(words);
    if (!arguments) {
        Console console(words.contains(QLatin1String("--json")));
        return console.error(arguments.error());
    }
    Console console(arguments->has("json"));
    if (arguments->help)
        console.raw(helpText(arguments->command).toUtf8());
    else if (arguments->version)
        console.line(QStringLiteral("edgeliftctl " EDGELIFT_VERSION));
    else
        return runOf(arguments->command)(*arguments, console);
    return exitDone;
}

}
