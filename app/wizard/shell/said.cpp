#include "app/wizard/shell/said.h"

#include "app/wizard/shell/format.h"

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

}

ErrorText of(const Error &error)
{
    Error named = error;
    named.args = harmless(named.args);
    return describe(named);
}

CheckText of(CheckInfo check)
{
    check.args = harmless(check.args);
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
