#include "app/wizard/shell/buttonrow.h"
#include "app/wizard/shell/mainwindow.h"
#include "app/wizard/shell/messagebar.h"
#include "app/wizard/shell/mnemonics.h"
#include "app/wizard/shell/pagearea.h"
#include "app/wizard/shell/steplist.h"
#include "app/wizard/shell/taborder.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QCheckBox>
#include <QKeyEvent>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QTimer>

/// What the window does with keys, and how its parts follow its size.
namespace edgelift::wizard {

namespace {

constexpr int narrowBelow = 110; ///< characters: no room for the list of steps

/// Enter means something else to these.
bool takesEnter(QWidget *widget)
{
    const auto *button = qobject_cast<QAbstractButton *>(widget);
    const bool marks = qobject_cast<QCheckBox *>(widget) || qobject_cast<QRadioButton *>(widget);
    return (button && !marks) || qobject_cast<QAbstractItemView *>(widget) || qobject_cast<QPlainTextEdit *>(widget);
}

}

QList<QWidget *> MainWindow::panes() const
{
    QList<QWidget *> out = m_bars + QList<QWidget *>{m_steps};
    out.removeIf([](const QWidget *pane) { return !pane->isVisible(); });
    return out + m_area->panes() + QList<QWidget *>{m_buttons};
}

bool MainWindow::focusNextPrevChild(bool next)
{
    QList<QWidget *> stops;
    for (const QWidget *pane : panes())
        stops += tabOrder(*pane);
    if (stops.isEmpty())
        return false;
    QWidget *from = focusWidget();
    while (from && !stops.contains(from))
        from = from->parentWidget();
    const qsizetype at = from ? stops.indexOf(from) + (next ? 1 : -1) : next ? 0 : stops.size() - 1;
    QWidget *to = stops.at((at + stops.size()) % stops.size());
    to->setFocus(next ? Qt::TabFocusReason : Qt::BacktabFocusReason);
    m_area->reveal(to);
    return true;
}

void MainWindow::cyclePane(bool forward)
{
    const QList<QWidget *> all = panes();
    qsizetype at = -1;
    for (qsizetype i = 0; i < all.size(); ++i) {
        if (focusWidget() && (all.at(i) == focusWidget() || all.at(i)->isAncestorOf(focusWidget())))
            at = i;
    }
    for (qsizetype i = 1; i <= all.size(); ++i) { // a pane may have nothing that takes the focus
        QWidget *pane = all.at((at + (forward ? i : all.size() * 2 - i)) % all.size());
        QList<QWidget *> stops = tabOrder(*pane);
        Page *shown = page(m_current);
        if (pane == shown && shown->firstField() && stops.contains(shown->firstField()))
            stops.prepend(shown->firstField());
        if (pane == m_buttons && m_buttons->next().isVisible() && m_buttons->next().isEnabled())
            stops.prepend(&m_buttons->next());
        if (stops.isEmpty())
            continue;
        stops.first()->setFocus(Qt::ShortcutFocusReason);
        m_area->reveal(stops.first());
        return;
    }
}

void MainWindow::keyPressEvent(QKeyEvent *event)
{
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && (event->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier) {
        if (auto *button = qobject_cast<QAbstractButton *>(focusWidget()); button && takesEnter(button))
            button->click();
        else if (!takesEnter(focusWidget()) && m_buttons->next().isVisible())
            m_buttons->next().click();
    } else if (event->key() == Qt::Key_Escape && m_area->messages().isVisible()) {
        focusMessage();
    } else {
        QMainWindow::keyPressEvent(event);
    }
}

/// Esc loses nothing: it leads to what was said, and from there away from it.
void MainWindow::focusMessage()
{
    MessageBar &messages = m_area->messages();
    if (focusWidget() && messages.isAncestorOf(focusWidget())) {
        messages.clear();
        Q_EMIT messages.closed();
        return;
    }
    messages.firstControl()->setFocus(Qt::ShortcutFocusReason);
    m_area->reveal(messages.firstControl());
}

/// When something appeared, went or got another text, letters are given again: that is what layouts are told.
bool MainWindow::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::LayoutRequest)
        giveLettersSoon();
    return QMainWindow::eventFilter(watched, event);
}

void MainWindow::giveLettersSoon()
{
    if (std::exchange(m_lettersWait, true))
        return;
    QTimer::singleShot(0, this, [this] {
        m_lettersWait = false;
        assignMnemonics(*this, m_buttons->buttons());
    });
}

void MainWindow::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        refresh();
    if (event->type() == QEvent::FontChange)
        setNarrow();
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    Q_EMIT closing();
    QMainWindow::closeEvent(event);
}

void MainWindow::resizeEvent(QResizeEvent *event)
{
    QMainWindow::resizeEvent(event);
    setNarrow();
}

void MainWindow::setNarrow()
{
    m_narrow = width() < fontMetrics().averageCharWidth() * narrowBelow;
    m_steps->setVisible(!m_narrow);
    m_buttons->setNarrow(m_narrow);
    refreshSteps();
}

}
