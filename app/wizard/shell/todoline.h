#pragma once
#include <QLabel>

namespace edgelift::wizard {

/// One thing to do: a sentence that wraps and, when there is a field to go to, is a link. One stop for Tab, and Enter follows the link
/// there; a QLabel would stop twice, the first time for nothing.
class ToDoLine final : public QLabel
{
    Q_OBJECT
public:
    ToDoLine(const QString &text, bool isLink, QWidget *parent = nullptr);

protected:
    void focusInEvent(QFocusEvent *event) override;
    bool focusNextPrevChild(bool next) override { return QWidget::focusNextPrevChild(next); }
};

}
