#pragma once
#include "app/wizard/shell/page.h"

#include <QMainWindow>
#include <QMap>
#include <QSet>

class QLabel;
class QPushButton;
class QScrollArea;
class QStackedWidget;
class QVBoxLayout;

namespace edgelift::wizard {

class MessageBar;
class StepList;
class ToDoList;

/// The frame around the pages: steps at the side, title, messages, what is missing, Back and Next. Knows the order of the pages and
/// nothing of what is on them. The window never resizes itself.
class MainWindow final : public QMainWindow
{
    Q_OBJECT
public:
    explicit MainWindow(QWidget *parent = nullptr);
    ~MainWindow() override;

    /// In the order of PageId. Owned by the window. Resume and Finish are no steps of the list.
    void addPage(PageId id, Page *page);
    [[nodiscard]] Page *page(PageId id) const { return m_pages.value(id); }
    void go(PageId id);
    [[nodiscard]] PageId current() const { return m_current; }
    /// Pages up to this one can be jumped to, such as those of a saved setup.
    void markVisited(PageId id) { m_visited.insert(id); }
    /// From now on the pages before Migration cannot be gone back to: it runs. False lifts that.
    void lockSetup(bool locked);
    void say(const Message &message);
    void setStatus(const QString &text); ///< bottom left: server, source, region
    void setProgressTitle(const QString &text); ///< "42 % Synchronizing": goes into the window's title; empty: the page's
    void clearMessage();
    void addBar(QWidget *bar); ///< above everything, from one side to the other; owned by the window; a pane of its own for F6

Q_SIGNALS:
    void entered(edgelift::wizard::PageId id);
    void closing(); ///< the user closes the window; it closes after that

protected:
    void changeEvent(QEvent *event) override;
    void closeEvent(QCloseEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    QWidget *makeHeader();
    QWidget *makeButtons();
    void addShortcuts();
    QList<PageId> steps() const; ///< those in the list at the side
    void refresh();
    void refreshSteps();
    void retranslate();
    void back();
    void next();
    void zoom(int step);
    void cyclePane(bool forward);
    std::optional<PageId> neighbour(int distance) const;

    QMap<PageId, Page *> m_pages;
    QMap<PageId, QScrollArea *> m_areas;
    QSet<PageId> m_visited;
    PageId m_current = PageId::Welcome;
    bool m_locked = false;
    QString m_progressTitle;
    QVBoxLayout *m_column;
    QList<QWidget *> m_bars;
    StepList *m_steps;
    QLabel *m_stepLine; ///< instead of the list in a narrow window
    QLabel *m_title;
    QLabel *m_subtitle;
    MessageBar *m_messages;
    QStackedWidget *m_stack;
    ToDoList *m_toDo;
    QLabel *m_status;
    QPushButton *m_help;
    QPushButton *m_back;
    QPushButton *m_next;
    QPushButton *m_close;
};

}
