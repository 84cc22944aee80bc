#include "app/wizard/shell/mainwindow.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/shell/messagebar.h"
#include "app/wizard/shell/steplist.h"
#include "app/wizard/shell/todolist.h"

#include <QApplication>
#include <QCloseEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QStackedWidget>

namespace edgelift::wizard {

namespace {

constexpr int leastFontPoints = 7;
constexpr int mostFontPoints = 28;

QLabel *makeLabel(QWidget *parent, const char *name)
{
    auto *label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

QPushButton *makeButton(QWidget *parent, const char *name)
{
    auto *button = new QPushButton(parent);
    button->setObjectName(QLatin1String(name));
    button->setAutoDefault(false);
    return button;
}

}

MainWindow::MainWindow(QWidget *parent)
    : QMainWindow(parent)
    , m_steps(new StepList(this))
    , m_stepLine(makeLabel(this, "stepLine"))
    , m_title(makeLabel(this, "title"))
    , m_subtitle(makeLabel(this, "subtitle"))
    , m_messages(new MessageBar(this))
    , m_stack(new QStackedWidget(this))
    , m_toDo(new ToDoList(this))
    , m_status(makeLabel(this, "status"))
    , m_help(makeButton(this, "help"))
    , m_back(makeButton(this, "back"))
    , m_next(makeButton(this, "next"))
    , m_close(makeButton(this, "close"))
{
    auto *content = new QVBoxLayout;
    content->addWidget(makeHeader());
    content->addWidget(m_messages);
    content->addWidget(m_stack, 1);
    content->addWidget(m_toDo);
    auto *middle = new QHBoxLayout;
    middle->addWidget(m_steps);
    middle->addLayout(content, 1);
    auto *centre = new QWidget(this);
    m_column = new QVBoxLayout(centre);
    m_column->addLayout(middle, 1);
    m_column->addWidget(makeButtons());
    setCentralWidget(centre);
    connect(m_steps, &StepList::chosen, this, [this](int step) { go(steps().value(step)); });
    connect(m_help, &QPushButton::clicked, this, [this] {
        if (Page *shown = page(m_current))
            say({Message::Severity::Information, [shown] { return shown->help(); }, {}, {}});
    });
    connect(m_back, &QPushButton::clicked, this, &MainWindow::back);
    connect(m_next, &QPushButton::clicked, this, &MainWindow::next);
    connect(m_close, &QPushButton::clicked, this, &QWidget::close);
    addShortcuts();
    setMinimumSize(640, 400);
    retranslate();
}

MainWindow::~MainWindow()
{
    hide(); // while all is whole: fields tell their last edit when they are hidden
    for (Page *each : std::as_const(m_pages))
        each->disconnect(this);
    m_steps->disconnect(this);
}

QWidget *MainWindow::makeHeader()
{
    auto *header = new QWidget(this);
    auto *column = new QVBoxLayout(header);
    column->setContentsMargins(0, 0, 0, 0);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.4);
    large.setBold(true);
    m_title->setFont(large);
    m_title->setFocusPolicy(Qt::NoFocus);
    column->addWidget(m_stepLine);
    column->addWidget(m_title);
    column->addWidget(m_subtitle);
    return header;
}

QWidget *MainWindow::makeButtons()
{
    auto *bar = new QWidget(this);
    auto *row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_help);
    row->addWidget(m_status, 1);
    row->addWidget(m_back);
    row->addWidget(m_next);
    row->addWidget(m_close);
    m_next->setDefault(true);
    m_status->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return bar;
}

void MainWindow::addShortcuts()
{
    const auto add = [this](const QKeySequence &keys, const std::function<void()> &run) {
        auto *shortcut = new QShortcut(keys, this);
        connect(shortcut, &QShortcut::activated, this, run);
    };
    add(Qt::Key_F1, [this] { m_help->click(); });
    add(Qt::ALT | Qt::Key_Left, [this] { m_back->click(); });
    add(Qt::ALT | Qt::Key_Right, [this] { m_next->click(); });
    add(Qt::Key_F6, [this] { cyclePane(true); });
    add(Qt::SHIFT | Qt::Key_F6, [this] { cyclePane(false); });
    add(Qt::CTRL | Qt::Key_Q, [this] { close(); });
    add(QKeySequence::ZoomIn, [this] { zoom(1); });
    add(QKeySequence::ZoomOut, [this] { zoom(-1); });
    const auto enter = [this] {
        if (m_next->isVisible() && m_next->isEnabled() && !qobject_cast<QPushButton *>(focusWidget()))
            m_next->click();
    };
    add(Qt::CTRL | Qt::Key_Return, enter);
}

void MainWindow::addPage(PageId id, Page *page)
{
    auto *area = new QScrollArea(m_stack);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setFocusPolicy(Qt::NoFocus);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    area->setWidget(page);
    m_stack->addWidget(area);
    m_pages.insert(id, page);
    m_areas.insert(id, area);
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
    connect(page, &Page::messageGone, m_messages, &MessageBar::clear);
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
    m_messages->clear();
    m_current = id;
    m_visited.insert(id);
    m_stack->setCurrentWidget(m_areas.value(id));
    to->enter();
    refresh();
    if (QWidget *first = to->firstField())
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

void MainWindow::say(const Message &message) { m_messages->say(message); }

void MainWindow::setStatus(const QString &text) { m_status->setText(text); }

void MainWindow::setProgressTitle(const QString &text)
{
    if (std::exchange(m_progressTitle, text) != text)
        refreshSteps();
}

void MainWindow::clearMessage() { m_messages->clear(); }

void MainWindow::addBar(QWidget *bar)
{
    m_column->insertWidget(0, bar);
    m_bars.append(bar);
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
    m_stepLine->setText(at < 0 ? QString() : tr("Step %1 of %2").arg(format::number(at + 1), format::number(order.size())));
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
    m_title->setText(shown->title());
    m_subtitle->setText(shown->subtitle());
    m_subtitle->setVisible(!shown->subtitle().isEmpty());
    const QList<ToDo> missing = shown->toDo();
    m_toDo->show(missing);
    m_help->setVisible(!shown->help().isEmpty());
    const std::optional<PageId> before = neighbour(-1);
    m_back->setEnabled(shown->canGoBack() && before && !(m_locked && *before < PageId::Migration));
    m_next->setVisible(shown->hasNext());
    m_next->setEnabled(missing.isEmpty());
    m_next->setText(shown->nextText().isEmpty() ? tr("&Next") : shown->nextText());
}

void MainWindow::retranslate()
{
    m_help->setText(tr("&Help"));
    m_back->setText(tr("&Back"));
    m_close->setText(tr("&Close"));
    m_status->setAccessibleName(tr("Server and region"));
    refresh();
}

void MainWindow::zoom(int step)
{
    QFont font = QApplication::font();
    const int points = std::clamp(font.pointSize() + step, leastFontPoints, mostFontPoints);
    font.setPointSize(points);
    QApplication::setFont(font);
    QFont large = font;
    large.setPointSizeF(points * 1.4);
    large.setBold(true);
    m_title->setFont(large);
    refresh();
}

void MainWindow::cyclePane(bool forward)
{
    QList<QWidget *> panes = m_bars + QList<QWidget *>{m_steps, m_areas.value(m_current), m_next->isEnabled() ? m_next : m_close};
    panes.removeIf([](const QWidget *pane) { return !pane || !pane->isVisible(); }); // a narrow window has no list of steps
    if (panes.isEmpty())
        return;
    qsizetype at = 0;
    for (qsizetype i = 0; i < panes.size(); ++i) {
        if (panes.at(i) && focusWidget() && (panes.at(i) == focusWidget() || panes.at(i)->isAncestorOf(focusWidget())))
            at = i;
    }
    QWidget *to = panes.at((at + (forward ? 1 : panes.size() - 1)) % panes.size());
    if (auto *area = qobject_cast<QScrollArea *>(to)) {
        Page *shown = page(m_current);
        to = shown->firstField() ? shown->firstField() : area->widget()->nextInFocusChain();
    }
    to->setFocus(Qt::ShortcutFocusReason);
}

void MainWindow::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    Q_EMIT closing();
    QMainWindow::closeEvent(event);
}

void MainWindow::resizeEvent(QResizeEvent *event)
{
    QMainWindow::resizeEvent(event);
    const bool narrow = width() < fontMetrics().averageCharWidth() * 110;
    m_steps->setVisible(!narrow);
    m_stepLine->setVisible(narrow);
}

}
