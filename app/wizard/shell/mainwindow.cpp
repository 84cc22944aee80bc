#include "app/wizard/shell/mainwindow.h"

#include "app/wizard/shell/buttonrow.h"
#include "app/wizard/shell/calmwheel.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/shell/messagebar.h"
#include "app/wizard/shell/optionsmenu.h"
#include "app/wizard/shell/pagearea.h"
#include "app/wizard/shell/steplist.h"
#include "app/wizard/shell/taborder.h"
#include "app/wizard/shell/todolist.h"

#include <QCloseEvent>
#include <QHBoxLayout>
#include <QPushButton>
#include <QShortcut>
#include <QToolButton>

namespace edgelift::wizard {

namespace {

constexpr QSize leastSize{480, 280}; ///< 1024x600 with everything at twice its size

}

MainWindow::MainWindow(QWidget *parent)
    : QMainWindow(parent)
    , m_steps(new StepList(this))
    , m_area(new PageArea(this))
    , m_buttons(new ButtonRow(this))
    , m_options(new OptionsMenu(this))
{
    const int gap = fontMetrics().height() / 2;
    auto *middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_steps);
    auto *padded = new QVBoxLayout;
    padded->setContentsMargins(2 * gap, gap, gap, 0);
    padded->addWidget(m_area);
    middle->addLayout(padded, 1);
    auto *centre = new QWidget(this);
    m_column = new QVBoxLayout(centre);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(0);
    m_column->addLayout(middle, 1);
    m_column->addWidget(m_buttons);
    setCentralWidget(centre);
    setMinimumSize(leastSize);
    new CalmWheel(this);
    connectParts();
    addShortcuts();
    refresh();
}

MainWindow::~MainWindow()
{
    hide(); // while all is whole: fields tell their last edit when they are hidden
    for (Page *each : std::as_const(m_pages))
        each->disconnect(this);
    m_steps->disconnect(this);
}

void MainWindow::connectParts()
{
    m_buttons->options().setMenu(m_options);
    connect(m_steps, &StepList::chosen, this, [this](int step) { go(steps().value(step)); });
    connect(&m_buttons->help(), &QPushButton::clicked, this, &MainWindow::help);
    connect(&m_buttons->back(), &QPushButton::clicked, this, &MainWindow::back);
    connect(&m_buttons->next(), &QPushButton::clicked, this, &MainWindow::next);
    connect(&m_buttons->close(), &QPushButton::clicked, this, &QWidget::close);
    connect(&m_area->messages(), &MessageBar::closed, this, [this] {
        if (const QList<QWidget *> stops = tabOrder(*page(m_current)); !stops.isEmpty())
            stops.first()->setFocus(Qt::OtherFocusReason);
    });
    connect(m_area, &PageArea::relaid, this, &MainWindow::giveLettersSoon);
    for (QWidget *each : {centralWidget(), static_cast<QWidget *>(m_area), static_cast<QWidget *>(m_buttons)})
        each->installEventFilter(this);
}

void MainWindow::addShortcuts()
{
    const auto add = [this](const QKeySequence &keys, const std::function<void()> &run) {
        auto *shortcut = new QShortcut(keys, this);
        connect(shortcut, &QShortcut::activated, this, run);
    };
    add(Qt::Key_F1, [this] { help(); });
    add(Qt::Key_F10, [this] { m_buttons->options().click(); });
    add(Qt::ALT | Qt::Key_Left, [this] { m_buttons->back().click(); });
    add(Qt::ALT | Qt::Key_Right, [this] { m_buttons->next().click(); });
    add(Qt::Key_F6, [this] { cyclePane(true); });
    add(Qt::SHIFT | Qt::Key_F6, [this] { cyclePane(false); });
    add(Qt::CTRL | Qt::Key_Q, [this] { close(); });
    add(QKeySequence::ZoomIn, [this] { m_options->zoom(1); });
    add(Qt::CTRL | Qt::Key_Equal, [this] { m_options->zoom(1); }); // plus without Shift
    add(QKeySequence::ZoomOut, [this] { m_options->zoom(-1); });
    add(Qt::CTRL | Qt::Key_0, [this] { m_options->zoom(0); });
    add(Qt::CTRL | Qt::SHIFT | Qt::Key_C, [this] { m_area->messages().copy(); });
    add(Qt::CTRL | Qt::Key_Return, [this] { m_buttons->next().click(); });
}

void MainWindow::addPage(PageId id, Page *page)
{
    m_area->addPage(page);
    m_pages.insert(id, page);
    page->installEventFilter(this);
    page->setLowBandwidth(m_lowBandwidth);
    connect(page, &Page::changed, this, [this, id] {
        if (id == m_current)
            refresh();
        else
            refreshSteps();
    });
    connect(page, &Page::finished, this, [this, id] {
        const std::optional<PageId> following = neighbour(1);
        if (id == m_current && following)
            go(*following);
    });
    connect(page, &Page::jump, this, &MainWindow::go);
    connect(page, &Page::message, this, &MainWindow::say);
    connect(page, &Page::messageGone, &m_area->messages(), &MessageBar::clear);
}

QList<PageId> MainWindow::steps() const
{
    QList<PageId> out = m_pages.keys();
    out.removeOne(PageId::Resume);
    if (m_current != PageId::Finish)
        out.removeOne(PageId::Finish);
    return out;
}

std::optional<PageId> MainWindow::neighbour(int distance) const
{
    const QList<PageId> order = m_pages.keys();
    const qsizetype at = order.indexOf(m_current) + distance;
    if (at < 0 || at >= order.size() || order.at(at) == PageId::Resume)
        return std::nullopt;
    return order.at(at);
}

void MainWindow::go(PageId id)
{
    Page *to = page(id);
    if (!to || (m_locked && id < PageId::Migration))
        return;
    if (QWidget *field = focusWidget(); field && isActiveWindow())
        field->clearFocus(); // it tells its last edit before its page goes
    if (Page *from = page(m_current); from && from != to)
        from->leave();
    m_area->messages().clear();
    m_current = id;
    m_visited.insert(id);
    m_area->show(to);
    to->enter();
    refresh();
    const QList<QWidget *> stops = tabOrder(*to);
    if (QWidget *first = to->firstField() ? to->firstField() : stops.value(0))
        first->setFocus(Qt::OtherFocusReason);
    Q_EMIT entered(id);
}

void MainWindow::lockSetup(bool locked)
{
    m_locked = locked;
    refresh();
}

void MainWindow::back()
{
    if (const std::optional<PageId> before = neighbour(-1))
        go(*before);
}

void MainWindow::next()
{
    if (Page *shown = page(m_current); shown && shown->toDo().isEmpty())
        shown->next();
}

void MainWindow::help()
{
    if (Page *shown = page(m_current); shown && !shown->help().isEmpty())
        say({Message::Severity::Information, [shown] { return shown->help(); }, {}, {}});
}

void MainWindow::say(const Message &message) { m_area->messages().say(message); }

void MainWindow::setStatus(const QString &text) { m_buttons->setStatus(text); }

void MainWindow::setProgressTitle(const QString &text)
{
    if (std::exchange(m_progressTitle, text) != text)
        refreshSteps();
}

void MainWindow::clearMessage() { m_area->messages().clear(); }

void MainWindow::addBar(QWidget *bar)
{
    m_column->insertWidget(0, bar);
    m_bars.append(bar);
}

void MainWindow::setLowBandwidth(bool on)
{
    m_lowBandwidth = on;
    for (Page *each : std::as_const(m_pages))
        each->setLowBandwidth(on);
}

void MainWindow::refreshSteps()
{
    const QList<PageId> order = steps();
    QStringList names;
    for (const PageId id : order)
        names.append(m_pages.value(id)->stepName());
    int done = 0;
    while (done < order.size() && m_visited.contains(order.at(done)) && !(m_locked && order.at(done) < PageId::Migration))
        ++done;
    const int at = int(order.indexOf(m_current));
    m_steps->setSteps(names, at, done);
    //: In a narrow window instead of the list of steps: %3 is the name of the step
    const auto line = [&] { return tr("Step %1 of %2 — %3").arg(format::number(at + 1), format::number(order.size()), names.at(at)); };
    m_area->setStepLine(m_narrow && at >= 0 ? line() : QString());
    const Page *shown = page(m_current);
    //: Title of the window: program — step or progress
    setWindowTitle(
        m_progressTitle.isEmpty() ? tr("Edgelift — %1").arg(shown ? shown->title() : QString()) : tr("Edgelift — %1").arg(m_progressTitle));
}

void MainWindow::refresh()
{
    const Page *shown = page(m_current);
    if (!shown)
        return;
    refreshSteps();
    m_area->setHeader(shown->title(), shown->subtitle());
    m_area->toDo().show(shown->toDo());
    const std::optional<PageId> before = neighbour(-1);
    m_buttons->showPage(*shown, shown->canGoBack() && before && !(m_locked && *before < PageId::Migration));
}

}
