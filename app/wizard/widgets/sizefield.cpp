#include "app/wizard/widgets/sizefield.h"

#include "app/wizard/shell/format.h"

#include <cmath>

namespace edgelift::wizard {

namespace {

bool belongsToNumber(QChar character)
{
    return character.isNumber() || character.isPunct() || character.category() == QChar::Other_Format || character == QLatin1Char('+')
        || character == QLatin1Char('-');
}

/// What stands behind the number of a formatted size: the unit in the language set now.
QString unitOf(const QString &size)
{
    qsizetype at = 0;
    while (at < size.size() && (belongsToNumber(size.at(at)) || size.at(at).isSpace()))
        ++at;
    return size.mid(at).trimmed();
}

std::optional<double> factorOf(const QString &unit)
{
    const QString small = unit.toCaseFolded();
    const auto is = [&](quint64 bytes) { return small == unitOf(format::size(Bytes{bytes})).toCaseFolded(); };
    const auto starts = [&](const char *a, const char *b, const char *c) {
        return small == QLatin1String(a) || small == QLatin1String(b) || small == QLatin1String(c);
    };
    if (small.isEmpty() || starts("g", "gib", "gb") || is(1ULL << 30))
        return 1024;
    if (starts("m", "mib", "mb") || is(1ULL << 20))
        return 1;
    if (starts("t", "tib", "tb") || is(1ULL << 40))
        return 1048576;
    return std::nullopt;
}

}

SizeField::SizeField(QWidget *parent)
    : QLineEdit(parent)
{
    setMaxLength(40);
}

void SizeField::setSizeMiB(qint64 size)
{
    const QString unit = unitOf(format::size(Bytes{1ULL << 20}));
    setText(size % 1024 == 0 ? format::sizeGiB(size / 1024) : QStringLiteral("%1 %2").arg(format::number(size), unit));
}

std::optional<qint64> SizeField::parse(const QString &text)
{
    const QString whole = text.trimmed();
    qsizetype at = 0;
    while (at < whole.size()
        && (belongsToNumber(whole.at(at)) || (whole.at(at).isSpace() && at + 1 < whole.size() && whole.at(at + 1).isNumber())))
        ++at;
    const QString digits = whole.left(at).trimmed();
    bool ok = false;
    double number = QLocale().toDouble(digits, &ok);
    if (!ok)
        number = QLocale::c().toDouble(digits, &ok);
    const std::optional<double> factor = factorOf(whole.mid(at).trimmed());
    if (!ok || !factor || !(number >= 0) || number * *factor > double(1LL << 43))
        return std::nullopt;
    return qint64(std::llround(number * *factor));
}

}
