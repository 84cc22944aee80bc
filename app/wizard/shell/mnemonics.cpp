#include "app/wizard/shell/mnemonics.h"

#include <QAbstractButton>
#include <QLabel>
#include <QMap>
#include <QSet>

namespace edgelift::wizard {

namespace {

constexpr const char *proposed = "edgelift.mnemonic.proposed"; ///< the text as the page set it
constexpr const char *assigned = "edgelift.mnemonic.assigned"; ///< what was made of it

QString textOf(const QWidget *widget)
{
    if (const auto *button = qobject_cast<const QAbstractButton *>(widget))
        return button->text();
    const auto *label = qobject_cast<const QLabel *>(widget);
    return label && label->buddy() ? label->text() : QString();
}

void setTextOf(QWidget *widget, const QString &text)
{
    if (auto *button = qobject_cast<QAbstractButton *>(widget))
        button->setText(text);
    else if (auto *label = qobject_cast<QLabel *>(widget))
        label->setText(text);
}

/// As the page set it, not as it was left here the last time.
QString wishOf(QWidget *widget)
{
    const QString text = textOf(widget);
    if (text == widget->property(assigned).toString())
        return widget->property(proposed).toString();
    widget->setProperty(proposed, text);
    return text;
}

/// Where the letter stands that “&” marks; -1: nowhere. "&&" is an ampersand.
qsizetype markedAt(const QString &text)
{
    for (qsizetype i = 0; i + 1 < text.size(); ++i) {
        if (text.at(i) != QLatin1Char('&'))
            continue;
        if (text.at(i + 1) != QLatin1Char('&'))
            return i + 1;
        ++i;
    }
    return -1;
}

bool canBePressed(QChar letter)
{
    return letter.isLetter() && (letter.script() == QChar::Script_Latin || letter.script() == QChar::Script_Cyrillic);
}

/// “(&N)”: behind a text without letters for keys.
bool isBehind(const QString &text, qsizetype letter)
{
    return letter >= 2 && text.at(letter - 2) == QLatin1Char('(') && letter + 1 < text.size() && text.at(letter + 1) == QLatin1Char(')');
}

/// Letters at the beginning of words first.
QList<qsizetype> candidates(const QString &text)
{
    QList<qsizetype> initials;
    QList<qsizetype> others;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (canBePressed(text.at(i)))
            (i == 0 || !text.at(i - 1).isLetterOrNumber() ? initials : others).append(i);
    }
    return initials + others;
}

QString withLetter(const QString &wish, QSet<QChar> &taken)
{
    const qsizetype marked = markedAt(wish);
    const auto take = [&taken](QChar letter) {
        const bool isFree = !taken.contains(letter.toLower());
        taken.insert(letter.toLower());
        return isFree;
    };
    if (marked < 0 || take(wish.at(marked)))
        return wish;
    QString plain = wish;
    if (isBehind(wish, marked)) {
        for (char letter = 'A'; letter <= 'Z'; ++letter) {
            if (take(QLatin1Char(letter)))
                return plain.replace(marked, 1, QLatin1Char(letter));
        }
    }
    plain.remove(marked - 1, 1);
    for (const qsizetype at : candidates(plain)) {
        if (take(plain.at(at)))
            return plain.insert(at, QLatin1Char('&'));
    }
    return plain;
}

}

void assignMnemonics(QWidget &root, const QList<QWidget *> &first)
{
    QList<QWidget *> carriers = first;
    for (QWidget *widget : root.findChildren<QWidget *>()) {
        if (!first.contains(widget))
            carriers.append(widget);
    }
    carriers.removeIf(
        [&root](QWidget *widget) { return widget->window() != root.window() || !widget->isVisibleTo(&root) || textOf(widget).isEmpty(); });
    QMap<QWidget *, QString> texts;
    QSet<QChar> taken;
    // What gets its wish first, so that it does not lose it to one that has to take another letter.
    QList<QWidget *> disappointed;
    for (QWidget *widget : carriers) {
        const QString wish = wishOf(widget);
        const qsizetype marked = markedAt(wish);
        if (marked >= 0 && taken.contains(wish.at(marked).toLower()))
            disappointed.append(widget);
        else
            texts.insert(widget, withLetter(wish, taken));
    }
    for (QWidget *widget : disappointed)
        texts.insert(widget, withLetter(wishOf(widget), taken));
    for (auto it = texts.constBegin(); it != texts.constEnd(); ++it) {
        it.key()->setProperty(assigned, it.value());
        if (textOf(it.key()) != it.value())
            setTextOf(it.key(), it.value());
    }
}

}
