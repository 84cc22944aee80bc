#include "app/ctl/planreading.h"

#include "app/ctl/exitcodes.h"
#include "core/agent/jsonrpc.h"
#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/layout/planfile.h"

namespace edgelift::ctl {

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

QJsonObject problemJson(const Error &error)
{
    const ErrorText words = describe(error);
    return {{key("id"), displayCode(error.code)}, {key("severity"), key("blocker")}, {key("name"), codeName(error.code)},
        {key("message"), words.message + QLatin1Char(' ') + words.remedy}};
}

}

void showProblems(const QJsonArray &problems, Console &console)
{
    for (const QJsonValue &value : problems) {
        const QJsonObject problem = value.toObject();
        const QString severity = problem.value(QLatin1String("severity")).toString();
        const QString label = severity == QLatin1String("blocker") ? QStringLiteral("Problem: ")
            : severity == QLatin1String("warning")                 ? QStringLiteral("Warning: ")
                                                                   : QStringLiteral("Note: ");
        console.note(label + problem.value(QLatin1String("message")).toString());
    }
}

int showRefusal(const QJsonObject &refusal, Console &console)
{
    const Error error = rpc::errorFromJson(refusal.value(QLatin1String("error")).toObject());
    const QJsonArray problems = refusal.value(QLatin1String("problems")).toArray();
    if (!console.isJson())
        showProblems(problems, console);
    return console.error(error, {{key("refused"), true}, {key("problems"), problems}});
}

Result<Plan> readPlanFile(const QString &path, Console &console)
{
    const Result<QByteArray> content = readFile(path, 2 << 20);
    QList<Error> problems;
    Result<Plan> plan = content ? readPlan(*content, &problems) : Result<Plan>(content.error());
    if (plan)
        return plan;
    if (plan.error().code == ErrorCode::PlanUnreadable) // the reader knows only the text
        plan = Error{ErrorCode::PlanUnreadable, plan.error().retry, {path, plan.error().args.value(1)}, plan.error().detail};
    QJsonArray list;
    for (const Error &problem : problems)
        list.append(problemJson(problem));
    if (!console.isJson() && list.size() > 1)
        showProblems(list, console);
    console.error(plan.error(), {{key("refused"), true}, {key("problems"), list}});
    return plan;
}

}
