#pragma once
#include "app/wizard/shell/message.h"

#include <QFrame>

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace edgelift::wizard {

/// The place above a page where it says what happened: in the layout, never over something, until closed. Announced to screen readers.
class MessageBar final : public QFrame
{
    Q_OBJECT
public:
    explicit MessageBar(QWidget *parent = nullptr);

    void say(const Message &message); ///< replaces what was there
    void clear();
    [[nodiscard]] QString text() const; ///< as it is shown; empty when hidden

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();
    void rebuildActions();

    Message m_message;
    QLabel *m_symbol;
    QLabel *m_text;
    QLabel *m_detail; ///< the error's code and technical detail
    QHBoxLayout *m_actions;
    QToolButton *m_copy;
    QToolButton *m_close;
};

}
