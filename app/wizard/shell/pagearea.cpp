#include "app/wizard/shell/pagearea.h"

#include "app/wizard/shell/messagebar.h"
#include "app/wizard/shell/page.h"
#include "app/wizard/shell/todolist.h"
#include "app/wizard/widgets/textlabel.h"

#include <QEvent>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

constexpr int linesOfALowWindow = 22; ///< with fewer the page itself would have too little room

QVBoxLayout *makeColumn(QWidget *widget, int spacing)
{
    auto *column = new QVBoxLayout(widget);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(spacing);
    return column;
}

}

PageArea::PageArea(QWidget *parent)
    : QWidget(parent)
    , m_header(new QWidget(this))
    , m_stepLine(new QLabel(m_header))
    , m_title(new TextLabel(m_header, "title"))
    , m_subtitle(new TextLabel(m_header, "subtitle"))
    , m_messages(new MessageBar(this))
    , m_scroll(new QScrollArea(this))
    , m_inside(new QWidget)
    , m_pages(new QWidget(m_inside))
    , m_toDo(new ToDoList(this))
{
    const int gap = fontMetrics().height() / 2;
    m_stepLine->setObjectName(QStringLiteral("stepLine"));
    m_stepLine->setTextFormat(Qt::PlainText);
    m_title->setTextInteractionFlags(Qt::NoTextInteraction);
    m_subtitle->setTextInteractionFlags(Qt::NoTextInteraction);
    QVBoxLayout *header = makeColumn(m_header, gap / 4);
    header->addWidget(m_stepLine);
    header->addWidget(m_title);
    header->addWidget(m_subtitle);
    makeColumn(m_pages, 0);
    m_scroll->setObjectName(QStringLiteral("pageScroll"));
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setWidget(m_inside);
    m_innerColumn = makeColumn(m_inside, gap);
    m_innerColumn->addWidget(m_pages, 1);
    m_outerColumn = makeColumn(this, gap);
    m_outerColumn->addWidget(m_scroll, 1);
    m_inside->installEventFilter(this);
    setTitleFont();
    arrange();
    connect(m_messages, &MessageBar::said, this, [this] {
        if (m_low)
            reveal(m_messages);
    });
    connect(m_toDo, &ToDoList::led, this, &PageArea::reveal);
}

void PageArea::arrange()
{
    QVBoxLayout *to = m_low ? m_innerColumn : m_outerColumn;
    QVBoxLayout *from = m_low ? m_outerColumn : m_innerColumn;
    for (QWidget *part : {m_header, static_cast<QWidget *>(m_messages), static_cast<QWidget *>(m_toDo)})
        from->removeWidget(part);
    to->insertWidget(0, m_header);
    to->insertWidget(1, m_messages);
    to->addWidget(m_toDo);
}

void PageArea::addPage(Page *page)
{
    page->hide();
    if (page->layout())
        page->layout()->setContentsMargins(0, 0, 0, 0); // these are ours
    m_pages->layout()->addWidget(page);
}

void PageArea::show(Page *page)
{
    if (m_shown && m_shown != page)
        m_shown->hide();
    m_shown = page;
    page->show();
    m_scroll->verticalScrollBar()->setValue(0);
}

void PageArea::setHeader(const QString &title, const QString &subtitle)
{
    m_title->say(title);
    m_subtitle->say(subtitle);
    m_subtitle->setVisible(!subtitle.isEmpty());
}

void PageArea::setStepLine(const QString &text)
{
    m_stepLine->setText(text);
    m_stepLine->setVisible(!text.isEmpty());
}

void PageArea::reveal(QWidget *widget)
{
    if (!m_inside->isAncestorOf(widget))
        return;
    m_inside->layout()->activate(); // it may just have appeared
    const int margin = fontMetrics().height();
    m_scroll->ensureWidgetVisible(widget, 0, margin);
}

QList<QWidget *> PageArea::panes() const
{
    QList<QWidget *> out;
    if (m_messages->isVisible())
        out.append(m_messages);
    if (m_shown)
        out.append(m_shown);
    if (m_toDo->isVisible())
        out.append(m_toDo);
    return out;
}

bool PageArea::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::LayoutRequest)
        Q_EMIT relaid();
    return QWidget::eventFilter(watched, event);
}

void PageArea::setTitleFont()
{
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.4);
    large.setBold(true);
    m_title->setFont(large);
}

void PageArea::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        setTitleFont();
}

void PageArea::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    const bool low = height() < fontMetrics().height() * linesOfALowWindow;
    if (std::exchange(m_low, low) != low)
        arrange();
}

}
