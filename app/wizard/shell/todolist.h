#pragma once
#include "app/wizard/shell/page.h"

class QLabel;
class QVBoxLayout;

namespace edgelift::wizard {

/// "To continue you need to: …": why Next is disabled, each line a link to its field. Hidden when there is nothing.
class ToDoList final : public QWidget
{
    Q_OBJECT
public:
    explicit ToDoList(QWidget *parent = nullptr);
    void show(const QList<ToDo> &list);

Q_SIGNALS:
    void led(QWidget *field); ///< the focus is there now

protected:
    void changeEvent(QEvent *event) override;

private:
    static constexpr int most = 3; ///< lines; the rest is only counted
    void addLine(const ToDo &each);
    void retranslate();

    QLabel *m_title;
    QLabel *m_more;
    QVBoxLayout *m_lines;
    QList<ToDo> m_shown;
    int m_left = 0;
};

}
