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

protected:
    void changeEvent(QEvent *event) override;

private:
    static constexpr int most = 4; ///< lines; the rest is only counted
    void retranslate();

    QLabel *m_title;
    QLabel *m_more;
    QVBoxLayout *m_lines;
    QStringList m_shown;
    int m_left = 0;
};

}
