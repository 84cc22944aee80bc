#include "app/wizard/shell/said.h"

#include "app/wizard/shell/format.h"
#include "core/base/errortable.h"

#include <QCoreApplication>

namespace edgelift::wizard::said {

namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Said)
};

QStringList harmless(QStringList names)
{
    for (QString &each : names)
        each = format::name(each);
    return names;
}

Error harmless(const Error &error)
{
    Error out = error;
    out.args = harmless(error.args);
    if (causeOf(error))
        out.args[1] = error.args.at(1); // no name, and compared
    return out;
}

}

ErrorText of(const Error &error) { return describe(harmless(error)); }

CheckText of(CheckInfo check)
{
    check.args = harmless(check.args);
    if (check.error)
        check.error = harmless(*check.error);
    return check.text();
}

QString of(Problem problem)
{
    for (QString *each : {&problem.name, &problem.second, &problem.third})
        *each = format::name(*each);
    return describe(problem);
}

QString of(DropVerdict verdict)
{
    if (verdict.missing.count == 0 && verdict.reason)
        return of(*verdict.reason);
    return describe(verdict);
}

QString of(ArrangeStep step)
{
    step.name = format::name(step.name);
    return describe(step);
}

QString paragraph(const Error &error)
{
    const ErrorText text = of(error);
    //: an error: %1 what happened, %2 what to do, %3 its code
    return Words::tr("%1 %2 [%3]").arg(text.message, text.remedy, displayCode(error.code));
}

}
