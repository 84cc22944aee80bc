#pragma once
#include "app/wizard/shell/message.h"

#include <QFrame>

class QLabel;
class QPushButton;
class QToolButton;

namespace edgelift::wizard {

class TextLabel;

/// The place above a page where it says what happened: in the layout, never over something, until closed. Announced to screen readers.
class MessageBar final : public QFrame
{
    Q_OBJECT
public:
    explicit MessageBar(QWidget *parent = nullptr);

    void say(const Message &message); ///< replaces what was there
    void clear();
    void copy() const; ///< with the evidence; nothing while hidden
    [[nodiscard]] QString text() const; ///< as it is shown; empty when hidden
    [[nodiscard]] QWidget *firstControl() const; ///< for the focus: what can be done about it, else Close

Q_SIGNALS:
    void said(); ///< something is to be read
    void closed(); ///< by the user

protected:
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void layOut();
    void retranslate();
    void rebuildActions();
    void showSymbols();
    [[nodiscard]] QString evidence() const;

    Message m_message;
    QLabel *m_symbol;
    TextLabel *m_title; ///< of an error
    TextLabel *m_text;
    TextLabel *m_detail; ///< the error's code and technical detail
    QWidget *m_actions;
    QList<QPushButton *> m_buttons;
    QToolButton *m_copy;
    QToolButton *m_close;
};

}
