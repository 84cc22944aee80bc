#pragma once
#include <QLineEdit>
#include <QSignalBlocker>

namespace edgelift::wizard {

/// Calls `run` when a person changed the text, with the keyboard or through what helps them: QLineEdit::textEdited() does not tell of
/// screen readers and voice control, which set the text as a program does. In return the program's own texts come by showText() only.
template <class Receiver, class Function>
void onInput(QLineEdit *edit, Receiver *receiver, Function run)
{
    QObject::connect(edit, &QLineEdit::textChanged, receiver, run);
}

/// Puts the program's text there; onInput() hears nothing of it. The cursor stays where the text is the same.
inline void showText(QLineEdit *edit, const QString &text)
{
    if (edit->text() == text)
        return;
    const QSignalBlocker quiet(edit);
    edit->setText(text);
}

}
