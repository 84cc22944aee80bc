#include "core/base/errortext.h"

#include "core/base/errortable.h"

#include <QCoreApplication>
#include <algorithm>

namespace edgelift {

namespace {

const ErrorEntry *find(ErrorCode code)
{
    const std::span<const ErrorEntry> table = errorTable();
    const auto it = std::find_if(table.begin(), table.end(), [code](const ErrorEntry &entry) { return entry.code == code; });
    return it == table.end() ? nullptr : &*it;
}

QString translated(const char *text, const QStringList &args)
{
    const QString form = QCoreApplication::translate("ErrorText", text);
    QString out;
    for (qsizetype i = 0; i < form.size(); ++i) { // not QString::arg: a fact may contain "%1" itself
        const bool place = form.at(i) == QLatin1Char('%') && i + 1 < form.size() && form.at(i + 1).isDigit();
        if (!place) {
            out += form.at(i);
            continue;
        }
        out += args.value(form.at(++i).digitValue() - 1);
    }
    return out;
}

}

QString displayCode(ErrorCode code) { return QStringLiteral("EL-%1").arg(quint16(code), 4, 10, QLatin1Char('0')); }

QString codeName(ErrorCode code)
{
    const ErrorEntry *entry = find(code);
    return entry ? QString::fromLatin1(entry->name) : QString();
}

QList<ErrorCode> allErrorCodes()
{
    QList<ErrorCode> codes;
    for (const ErrorEntry &entry : errorTable())
        codes.append(entry.code);
    return codes;
}

ErrorText describe(const Error &error)
{
    const ErrorEntry *entry = find(error.code);
    if (!entry)
        entry = find(ErrorCode::Internal);
    const ErrorCause *cause = causeOf(error);
    return {translated(entry->title, error.args), translated(cause ? cause->message : entry->message, error.args),
        translated(cause ? cause->remedy : entry->remedy, error.args)};
}

QString logLine(const Error &error)
{
    QString line = displayCode(error.code) + QLatin1Char(' ') + codeName(error.code);
    if (!error.args.isEmpty())
        line += QLatin1String(" (") + error.args.join(QLatin1String(", ")) + QLatin1Char(')');
    if (!error.detail.isEmpty())
        line += QLatin1String(": ") + error.detail;
    return line;
}

}
