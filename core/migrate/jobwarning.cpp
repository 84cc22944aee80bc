#include "core/migrate/jobwarning.h"

#include "core/base/errortext.h"

#include <QCoreApplication>
#include <algorithm>
#include <iterator>

namespace edgelift {

namespace {

struct Row
{
    const char *id;
    const char *text;
};

constexpr char notRemovedId[] = "not-removed";
constexpr char planId[] = "plan";
constexpr char conversionId[] = "conversion";

/// %1, %2 are JobWarning::args; %n is the first of them as a number.
constexpr Row rows[] = {
    {"link-interrupted",
        QT_TRANSLATE_NOOP("Warning", "The connection to the transit instance is interrupted. The copy goes on by itself when it is back.")},
    {"ports-open-to-all",
        QT_TRANSLATE_NOOP("Warning",
            "The address of this server is not known, so ports 8080 and 8703 of the transit instance are open to every "
            "address. Only this migration's key is accepted there.")},
    {"source-reread",
        QT_TRANSLATE_N_NOOP("Warning",
            "%n block(s) of the source had another content when read again and were sent again. Test the source server's "
            "memory (RAM) and disk.")},
    {"target-repaired", QT_TRANSLATE_N_NOOP("Warning", "%n block(s) of the target differed from what was sent and were sent again.")},
    {"does-not-converge",
        QT_TRANSLATE_NOOP("Warning",
            "The server changes %1 MB/s, and %2 MB/s can be sent: the copy does not catch up. Raise the limits, wait for a quiet hour, "
            "stop the services that write most, or allow a longer final moment.")},
    {"compared-while-frozen",
        QT_TRANSLATE_NOOP("Warning",
            "The kernel lets nobody follow what is written to the disks. The copy compares everything instead, and in its final moment "
            "writing stops for about %1 seconds.")},
    {"clock-off",
        QT_TRANSLATE_NOOP("Warning",
            "The clock of this server differs from the cloud's by %1 seconds. At 15 minutes the cloud refuses every request. Synchronize "
            "the "
            "clock, for example with “timedatectl set-ntp true” or “chronyc makestep”.")},
    {"thawed-at-start",
        QT_TRANSLATE_NOOP("Warning",
            "The agent ended in the final moment of the copy, while writing to %1 was stopped. Writing goes on since the agent was "
            "started again; look whether the programs that write there noticed.")},
    {"not-converted-no-root",
        QT_TRANSLATE_NOOP("Warning",
            "The copy was not adapted to the cloud, because no root filesystem of Linux was found. Make sure that the server has virtio "
            "drivers and gets its address by DHCP.")},
    {"not-converted-mount",
        QT_TRANSLATE_NOOP("Warning",
            "The copy was not adapted to the cloud, because the transit instance could not mount %1 (%2). Make sure that the server has "
            "virtio drivers and gets its address by DHCP.")},
    {"layout-changed",
        QT_TRANSLATE_NOOP("Warning",
            "The target disks have another layout now: transit instance %1 is removed with its disks, another one is made, and the copy "
            "begins anew.")},
    {notRemovedId, QT_TRANSLATE_NOOP("Warning", "Not removed: %1 %2. %3")},
};

QString filled(const QString &form, const QStringList &args)
{
    QString out;
    for (qsizetype i = 0; i < form.size(); ++i) { // not QString::arg: a fact may contain "%1" itself
        const bool place = form.at(i) == QLatin1Char('%') && i + 1 < form.size() && form.at(i + 1).isDigit();
        if (place)
            out += args.value(form.at(++i).digitValue() - 1);
        else
            out += form.at(i);
    }
    return out;
}

/// args: kind, id, number of the error, its args.
QStringList wordsOfNotRemoved(const QStringList &args)
{
    const ErrorCode code = ErrorCode(args.value(2).toUShort());
    const std::optional<ResourceKind> kind = kindFromName(args.value(0));
    return {kind ? describe(*kind) : args.value(0), args.value(1), describe(Error{code, Retry::Never, args.mid(3), {}}).message};
}

/// args: rule, name, need and have (bytes), count.
QString wordsOfPlanProblem(const QStringList &args)
{
    const std::optional<Rule> rule = ruleFromId(args.value(0));
    if (!rule)
        return {};
    Problem problem;
    problem.rule = *rule;
    problem.name = args.value(1);
    problem.need = {args.value(2).toULongLong()};
    problem.have = {args.value(3).toULongLong()};
    problem.count = args.value(4).toInt();
    return describe(problem);
}

}

namespace warnings {

JobWarning linkInterrupted() { return {QStringLiteral("link-interrupted"), {}}; }
JobWarning portsOpenToAll() { return {QStringLiteral("ports-open-to-all"), {}}; }
JobWarning sourceReread(quint64 blocks) { return {QStringLiteral("source-reread"), {QString::number(blocks)}}; }
JobWarning targetRepaired(quint64 blocks) { return {QStringLiteral("target-repaired"), {QString::number(blocks)}}; }

JobWarning doesNotConverge(double writeRate, double linkRate)
{
    return {QStringLiteral("does-not-converge"), {QString::number(writeRate / 1e6, 'f', 1), QString::number(linkRate / 1e6, 'f', 1)}};
}

JobWarning comparedWhileFrozen(std::chrono::milliseconds hold)
{
    return {QStringLiteral("compared-while-frozen"), {QString::number(std::chrono::ceil<std::chrono::seconds>(hold).count())}};
}

JobWarning clockOff(std::chrono::seconds skew) { return {QStringLiteral("clock-off"), {QString::number(skew.count())}}; }

JobWarning thawedAtStart(const QStringList &mountPoints)
{
    return {QStringLiteral("thawed-at-start"), {mountPoints.join(QStringLiteral(", "))}};
}

JobWarning layoutChanged(const QString &instanceId) { return {QStringLiteral("layout-changed"), {instanceId}}; }

JobWarning notRemoved(const LedgerEntry &entry, const Error &error)
{
    return {QLatin1String(notRemovedId), QStringList{kindName(entry.kind), entry.id, QString::number(int(error.code))} + error.args};
}

JobWarning conversion(const ConversionNote &note) { return {QLatin1String(conversionId), QStringList{nameOf(note.id)} + note.args}; }

JobWarning notConverted(const QString &reason, const QStringList &args)
{
    const bool mount = reason == QLatin1String("mount");
    return {mount ? QStringLiteral("not-converted-mount") : QStringLiteral("not-converted-no-root"), mount ? args : QStringList()};
}

JobWarning planProblem(const Problem &problem)
{
    return {QLatin1String(planId),
        {ruleId(problem.rule), problem.name, QString::number(problem.need.count), QString::number(problem.have.count),
            QString::number(problem.count)}};
}

}

QString describe(const JobWarning &warning)
{
    if (warning.id == QLatin1String(planId))
        return wordsOfPlanProblem(warning.args);
    if (warning.id == QLatin1String(conversionId)) {
        const std::optional<NoteId> note = noteFromName(warning.args.value(0));
        return note ? describe(ConversionNote{*note, warning.args.mid(1)}) : QString();
    }
    const auto *row =
        std::find_if(std::begin(rows), std::end(rows), [&warning](const Row &one) { return warning.id == QLatin1String(one.id); });
    if (row == std::end(rows))
        return {};
    const QStringList words = warning.id == QLatin1String(notRemovedId) ? wordsOfNotRemoved(warning.args) : warning.args;
    const int count = QByteArrayView(row->text).contains("%n") ? warning.args.value(0).toInt() : -1; // only those texts have forms
    return filled(QCoreApplication::translate("Warning", row->text, nullptr, count), words);
}

}
