#include "app/wizard/shell/messagebar.h"

#include "app/wizard/shell/clipboard.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/discard.h"
#include "core/base/errortext.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

namespace edgelift::wizard {

namespace {

QStyle::StandardPixmap symbolOf(Message::Severity severity)
{
    switch (severity) {
    case Message::Severity::Information:
        return QStyle::SP_MessageBoxInformation;
    case Message::Severity::Warning:
        return QStyle::SP_MessageBoxWarning;
    case Message::Severity::Error:
        return QStyle::SP_MessageBoxCritical;
    }
    Q_UNREACHABLE();
}

QLabel *makeLabel(QWidget *parent, const char *name)
{
    auto *label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

}

MessageBar::MessageBar(QWidget *parent)
    : QFrame(parent)
    , m_symbol(new QLabel(this))
    , m_text(makeLabel(this, "messageText"))
    , m_detail(makeLabel(this, "messageDetail"))
    , m_actions(new QHBoxLayout)
    , m_copy(new QToolButton(this))
    , m_close(new QToolButton(this))
{
    setObjectName(QStringLiteral("messageBar"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
    m_copy->setObjectName(QStringLiteral("messageCopy"));
    m_close->setObjectName(QStringLiteral("messageClose"));
    m_close->setIcon(style()->standardIcon(QStyle::SP_TitleBarCloseButton));
    m_close->setAutoRaise(true);
    m_copy->setAutoRaise(true);
    auto *words = new QVBoxLayout;
    words->addWidget(m_text);
    words->addWidget(m_detail);
    words->addLayout(m_actions);
    auto *row = new QHBoxLayout(this);
    row->addWidget(m_symbol, 0, Qt::AlignTop);
    row->addLayout(words, 1);
    row->addWidget(m_copy, 0, Qt::AlignTop);
    row->addWidget(m_close, 0, Qt::AlignTop);
    connect(m_close, &QToolButton::clicked, this, &MessageBar::clear);
    connect(m_copy, &QToolButton::clicked, this, [this] { copyText(text() + QLatin1Char('\n') + m_detail->text()); });
    hide();
}

void MessageBar::say(const Message &message)
{
    m_message = message;
    const int extent = style()->pixelMetric(QStyle::PM_SmallIconSize);
    m_symbol->setPixmap(style()->standardIcon(symbolOf(message.severity)).pixmap(extent, extent));
    rebuildActions();
    retranslate();
    show();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void MessageBar::clear()
{
    hide();
    m_message = {};
    rebuildActions();
}

QString MessageBar::text() const { return isHidden() ? QString() : m_text->text(); }

void MessageBar::rebuildActions()
{
    discardItems(*m_actions);
    for (qsizetype i = 0; i < m_message.actions.size(); ++i) {
        auto *button = new QPushButton(this);
        button->setObjectName(QStringLiteral("messageAction%1").arg(i));
        connect(button, &QPushButton::clicked, this, m_message.actions.at(i).run);
        m_actions->addWidget(button);
    }
    m_actions->addStretch();
}

void MessageBar::retranslate()
{
    m_copy->setText(tr("Copy"));
    m_copy->setAccessibleName(tr("Copy this message"));
    m_close->setAccessibleName(tr("Close this message"));
    m_close->setToolTip(m_close->accessibleName());
    if (m_message.error) {
        const ErrorText words = describe(*m_message.error);
        //: An error: what happened, to what, and what to do
        m_text->setText(tr("%1: %2 %3").arg(words.title, words.message, words.remedy));
        const QString code = format::ltr(QLatin1Char('[') + displayCode(m_message.error->code) + QLatin1Char(']'));
        m_detail->setText(m_message.error->detail.isEmpty() ? code : code + QLatin1Char(' ') + format::ltr(m_message.error->detail));
    } else {
        m_text->setText(m_message.text ? m_message.text() : QString());
        m_detail->clear();
    }
    m_detail->setVisible(!m_detail->text().isEmpty());
    setAccessibleName(m_text->text());
    m_text->setAccessibleName(m_text->text());
    for (int i = 0; i + 1 < m_actions->count(); ++i)
        qobject_cast<QPushButton *>(m_actions->itemAt(i)->widget())->setText(m_message.actions.at(i).text());
}

void MessageBar::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

}
