#pragma once
#include "app/wizard/shell/message.h"

#include <QMap>
#include <QWidget>

class QLabel;
class QScrollArea;
class QVBoxLayout;

namespace edgelift::wizard {

class MessageBar;
class Page;
class TextLabel;
class ToDoList;

/// What stands beside the steps: title, message, the page and what is missing. The page scrolls, never sideways; in a low window all of it
/// scrolls together, so that nothing is out of reach.
class PageArea final : public QWidget
{
    Q_OBJECT
public:
    explicit PageArea(QWidget *parent = nullptr);

    void addPage(Page *page); ///< hidden; owned from now on
    void show(Page *page); ///< from its top
    void setHeader(const QString &title, const QString &subtitle); ///< an empty one takes no room
    void setStepLine(const QString &text); ///< above the title, where there is no list of steps; empty: none
    [[nodiscard]] MessageBar &messages() const { return *m_messages; }
    [[nodiscard]] ToDoList &toDo() const { return *m_toDo; }
    void reveal(QWidget *widget); ///< scrolls to it
    /// Panes for F6 and Tab, as they are read.
    [[nodiscard]] QList<QWidget *> panes() const;

Q_SIGNALS:
    void relaid(); ///< something inside appeared, went or changed its size

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void arrange();
    void setTitleFont();

    QWidget *m_header;
    QLabel *m_stepLine;
    TextLabel *m_title;
    TextLabel *m_subtitle;
    MessageBar *m_messages;
    QScrollArea *m_scroll;
    QWidget *m_inside; ///< what scrolls
    QWidget *m_pages;
    ToDoList *m_toDo;
    QVBoxLayout *m_outerColumn;
    QVBoxLayout *m_innerColumn;
    Page *m_shown = nullptr;
    bool m_low = false; ///< all scrolls together
};

}
