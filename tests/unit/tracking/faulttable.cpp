#include "tests/unit/tracking/faulttable.h"

#include <cstdio>

namespace edgelift::test {

namespace {

QString line(const QString &fault, const QString &promised, const QString &happened)
{
    return QStringLiteral("%1 | %2 | %3").arg(fault, -46).arg(promised, -40).arg(happened);
}

}

void FaultTable::add(const QString &fault, const QString &promised, const QString &happened)
{
    m_rows.append(line(fault, promised, happened));
}

void FaultTable::print() const
{
    std::printf("\n%s\n%s\n", qUtf8Printable(m_title),
        qUtf8Printable(line(QStringLiteral("fault"), QStringLiteral("promised"), QStringLiteral("happened"))));
    for (const QString &row : m_rows)
        std::printf("%s\n", qUtf8Printable(row));
    std::fflush(stdout);
}

}
