#include "app/wizard/widgets/numberbox.h"

#include "app/wizard/shell/format.h"

#include <QCoreApplication>
#include <QWheelEvent>
#include <algorithm>
#include <optional>

namespace edgelift::wizard {

namespace {

/// A whole number of any length; too long ones are the largest there is. Nothing for what is none.
std::optional<qint64> parsed(const QString &text)
{
    QString digits;
    for (const QChar character : text) {
        if (character.isDigit())
            digits += QString::number(character.digitValue());
        else if (digits.isEmpty() && (character == QLatin1Char('-') || character == QChar(0x2212)))
            digits = QStringLiteral("-");
        else if (!character.isSpace() && !QStringLiteral(",.'’٬").contains(character))
            return std::nullopt;
    }
    if (digits.isEmpty() || digits == QLatin1String("-"))
        return std::nullopt;
    bool fits = false;
    const qint64 value = digits.toLongLong(&fits);
    if (fits)
        return value;
    return digits.startsWith(QLatin1Char('-')) ? std::numeric_limits<qint64>::min() : std::numeric_limits<qint64>::max();
}

}

NumberBox::NumberBox(QWidget *parent)
    : QSpinBox(parent)
{
    setCorrectionMode(QAbstractSpinBox::CorrectToNearestValue);
    setFocusPolicy(Qt::StrongFocus); // not by the wheel
}

QValidator::State NumberBox::validate(QString &input, int &position) const
{
    if (input == specialValueText() && !input.isEmpty())
        return QValidator::Acceptable;
    if (input.trimmed().isEmpty())
        return QValidator::Intermediate;
    const std::optional<qint64> value = parsed(input);
    if (!value)
        return QValidator::Invalid;
    if (*value >= minimum() && *value <= maximum())
        return QValidator::Acceptable;
    const bool mayGrow = *value >= 0 && *value < minimum(); // more digits may follow
    if (mayGrow)
        return QValidator::Intermediate;
    const int end = *value > maximum() ? maximum() : minimum();
    input = textFromValue(end);
    position = int(input.size());
    Q_EMIT clamped(end);
    return QValidator::Acceptable;
}

int NumberBox::valueFromText(const QString &text) const
{
    const qint64 value = parsed(text).value_or(minimum());
    return int(std::clamp<qint64>(value, minimum(), maximum()));
}

void NumberBox::wheelEvent(QWheelEvent *event)
{
    if (hasFocus())
        QSpinBox::wheelEvent(event);
    else
        event->ignore();
}

QString clampedText(const QSpinBox &box, int to)
{
    const QString form = to == box.maximum() ? QCoreApplication::translate("NumberBox", "Set to the maximum, %1.")
                                             : QCoreApplication::translate("NumberBox", "Set to the minimum, %1.");
    return form.arg(format::number(to));
}

}
