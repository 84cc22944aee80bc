#include "app/wizard/shell/messagebar.h"

#include "app/wizard/shell/clipboard.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/shell/said.h"
#include "app/wizard/widgets/discard.h"
#include "app/wizard/widgets/flowlayout.h"
#include "app/wizard/widgets/marks.h"
#include "app/wizard/widgets/textlabel.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

namespace edgelift::wizard {

namespace {

marks::Mark markOf(Message::Severity severity)
{
    switch (severity) {
    case Message::Severity::Information:
        return marks::Mark::Information;
    case Message::Severity::Warning:
        return marks::Mark::Warning;
    case Message::Severity::Error:
        return marks::Mark::Error;
    }
    Q_UNREACHABLE();
}

QToolButton *makeTool(QWidget *parent, const char *name)
{
    auto *button = new QToolButton(parent);
    button->setObjectName(QLatin1String(name));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

}

MessageBar::MessageBar(QWidget *parent)
    : QFrame(parent)
    , m_symbol(new QLabel(this))
    , m_title(new TextLabel(this, "messageTitle"))
    , m_text(new TextLabel(this, "messageText"))
    , m_detail(new TextLabel(this, "messageDetail"))
    , m_actions(new QWidget(this))
    , m_copy(makeTool(this, "messageCopy"))
    , m_close(makeTool(this, "messageClose"))
{
    setObjectName(QStringLiteral("messageBar"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
    QFont bold = font();
    bold.setBold(true);
    m_title->setFont(bold);
    for (TextLabel *label : {m_title, m_text, m_detail})
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    layOut();
    connect(m_close, &QToolButton::clicked, this, [this] {
        clear();
        Q_EMIT closed();
    });
    connect(m_copy, &QToolButton::clicked, this, &MessageBar::copy);
    hide();
}

void MessageBar::layOut()
{
    const int gap = fontMetrics().height() / 2;
    auto *flow = new FlowLayout(m_actions);
    flow->setContentsMargins(0, gap / 2, 0, 0);
    flow->setSpacing(gap);
    auto *words = new QVBoxLayout;
    words->setSpacing(gap / 4);
    for (QWidget *part : {static_cast<QWidget *>(m_title), static_cast<QWidget *>(m_text), static_cast<QWidget *>(m_detail), m_actions})
        words->addWidget(part);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(gap, gap / 2, gap / 2, gap / 2);
    row->setSpacing(gap);
    row->addWidget(m_symbol, 0, Qt::AlignTop);
    row->addLayout(words, 1);
    row->addWidget(m_copy, 0, Qt::AlignTop);
    row->addWidget(m_close, 0, Qt::AlignTop);
}

void MessageBar::say(const Message &message)
{
    m_message = message;
    showSymbols();
    rebuildActions();
    retranslate();
    show();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
    Q_EMIT said();
}

void MessageBar::clear()
{
    hide();
    m_message = {};
    rebuildActions();
}

void MessageBar::copy() const
{
    if (!isHidden())
        copyText((text() + QLatin1Char('\n') + evidence()).trimmed());
}

QString MessageBar::text() const
{
    if (isHidden())
        return {};
    return m_message.error ? m_title->said() + QLatin1Char('\n') + m_text->said() : m_text->said();
}

QWidget *MessageBar::firstControl() const { return m_buttons.isEmpty() ? static_cast<QWidget *>(m_close) : m_buttons.first(); }

void MessageBar::rebuildActions()
{
    m_buttons.clear();
    discardItems(*m_actions->layout());
    for (qsizetype i = 0; i < m_message.actions.size(); ++i) {
        auto *button = new QPushButton(m_actions);
        button->setObjectName(QStringLiteral("messageAction%1").arg(i));
        connect(button, &QPushButton::clicked, this, m_message.actions.at(i).run);
        m_actions->layout()->addWidget(button);
        m_buttons.append(button);
    }
    m_actions->setVisible(!m_buttons.isEmpty());
}

QString MessageBar::evidence() const
{
    if (!m_message.error)
        return {};
    const QString code = QLatin1Char('[') + displayCode(m_message.error->code) + QLatin1Char(']');
    QString detail = m_message.error->detail;
    for (const QChar mark : {QChar(0x200e), QChar(0x200f)}) // Qt's own texts have them
        detail.remove(mark);
    return detail.isEmpty() ? code : code + QLatin1Char(' ') + format::shown(detail);
}

void MessageBar::retranslate()
{
    m_copy->setText(tr("Copy"));
    m_copy->setAccessibleName(tr("Copy this message"));
    m_close->setAccessibleName(tr("Close this message"));
    m_close->setToolTip(m_close->accessibleName());
    if (m_message.error) {
        const ErrorText words = said::of(*m_message.error);
        m_title->say(words.title);
        //: An error: what happened, and what to do
        m_text->say(tr("%1 %2").arg(words.message, words.remedy));
    } else {
        m_text->say(m_message.text ? m_message.text() : QString());
    }
    m_detail->say(format::ltr(evidence()));
    m_title->setVisible(m_message.error.has_value());
    m_detail->setVisible(m_message.error.has_value());
    setAccessibleName(m_message.error ? m_title->said() + QLatin1Char(' ') + m_text->said() : m_text->said());
    for (qsizetype i = 0; i < m_buttons.size(); ++i)
        m_buttons.at(i)->setText(m_message.actions.at(i).text());
}

void MessageBar::showSymbols()
{
    marks::show(*m_symbol, markOf(m_message.severity));
    const int extent = fontMetrics().height();
    m_close->setIcon(marks::icon(marks::Mark::Close, extent, devicePixelRatioF(), palette().color(QPalette::Text)));
}

/// A stripe in the colour of how serious it is, where reading begins.
void MessageBar::paintEvent(QPaintEvent *event)
{
    QFrame::paintEvent(event);
    QPainter painter(this);
    const QRect stripe(0, 0, std::max(3, fontMetrics().height() / 4), height());
    painter.fillRect(QStyle::visualRect(layoutDirection(), rect(), stripe), marks::colourOf(markOf(m_message.severity), palette()));
}

void MessageBar::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        showSymbols();
}

}
