#include "app/wizard/widgets/askpanel.h"

#include "app/wizard/widgets/flowlayout.h"
#include "app/wizard/widgets/parts.h"

#include <QAccessible>
#include <QKeyEvent>
#include <QVBoxLayout>

namespace edgelift::wizard {

AskPanel::AskPanel(QWidget *parent, const QString &name)
    : QFrame(parent)
    , m_question(makeText(this, ""))
    , m_keep(makeButton(this, ""))
    , m_confirm(makeButton(this, ""))
{
    setObjectName(name);
    m_question->setObjectName(name + QLatin1String("Question"));
    m_keep->setObjectName(name + QLatin1String("Keep"));
    m_confirm->setObjectName(name + QLatin1String("Confirm"));
    m_keep->setAutoDefault(true); // Enter presses the one that has the focus
    m_confirm->setAutoDefault(true);
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
    auto *column = new QVBoxLayout(this);
    column->addWidget(m_question);
    auto *row = new FlowLayout;
    row->addWidget(m_keep);
    row->addWidget(m_confirm);
    column->addLayout(row);
    connect(m_keep, &QPushButton::clicked, this, &AskPanel::keep);
    connect(m_confirm, &QPushButton::clicked, this, [this] {
        hide();
        Q_EMIT confirmed();
    });
    hide();
}

void AskPanel::setTexts(const QString &question, const QString &keep, const QString &confirm)
{
    m_question->say(question);
    m_keep->setText(keep);
    m_confirm->setText(confirm);
    setAccessibleName(question);
    m_keep->setAccessibleDescription(question); // what has the focus is what is read
}

void AskPanel::open()
{
    show();
    m_keep->setFocus(Qt::OtherFocusReason);
    bringIntoView(*this);
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void AskPanel::setConfirmable(bool confirmable) { m_confirm->setEnabled(confirmable); }

void AskPanel::keep()
{
    hide();
    Q_EMIT kept();
}

void AskPanel::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape)
        keep();
    else
        QFrame::keyPressEvent(event);
}

}
