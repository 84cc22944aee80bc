#pragma once
#include "app/wizard/shell/page.h"

#include <QMainWindow>
#include <QMap>
#include <QSet>

class QVBoxLayout;

namespace edgelift::wizard {

class ButtonRow;
class OptionsMenu;
class PageArea;
class StepList;

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
    void setLowBandwidth(bool on); ///< for all pages, also those that come
    [[nodiscard]] OptionsMenu &options() const { return *m_options; }

Q_SIGNALS:
    void entered(edgelift::wizard::PageId id);
    void closing(); ///< the user closes the window; it closes after that

protected:
    void changeEvent(QEvent *event) override;
    void closeEvent(QCloseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    bool focusNextPrevChild(bool next) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void connectParts();
    void addShortcuts();
    [[nodiscard]] QList<PageId> steps() const; ///< those in the list at the side
    void refresh();
    void refreshSteps();
    void setNarrow();
    void back();
    void next();
    void help();
    void focusMessage();
    void giveLettersSoon();
    void cyclePane(bool forward);
    [[nodiscard]] QList<QWidget *> panes() const; ///< bars, steps, message, page, what is missing, buttons: those that are visible
    [[nodiscard]] std::optional<PageId> neighbour(int distance) const;

    QMap<PageId, Page *> m_pages;
    QSet<PageId> m_visited;
    PageId m_current = PageId::Welcome;
    bool m_locked = false;
    bool m_lowBandwidth = false;
    bool m_narrow = false;
    bool m_lettersWait = false; ///< mnemonics will be given in a moment
    QString m_progressTitle;
    QVBoxLayout *m_column;
    QList<QWidget *> m_bars;
    StepList *m_steps;
    PageArea *m_area;
    ButtonRow *m_buttons;
    OptionsMenu *m_options;
};

}
