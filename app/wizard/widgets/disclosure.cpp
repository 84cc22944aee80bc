#include "app/wizard/widgets/disclosure.h"

#include <QAccessibleWidget>
#include <QKeyEvent>

namespace edgelift::wizard {

namespace {

/// Qt's own interface of a tool button knows "checked", but not "expanded".
class AccessibleDisclosure final : public QAccessibleWidget
{
public:
    explicit AccessibleDisclosure(Disclosure *button)
        : QAccessibleWidget(button, QAccessible::Button)
    {
    }
    QAccessible::State state() const override
    {
        QAccessible::State state = QAccessibleWidget::state();
        const bool open = button()->isOpen();
        state.expandable = true;
        state.expanded = open;
        state.collapsed = !open;
        return state;
    }
    QString text(QAccessible::Text kind) const override
    {
        const QString set = QAccessibleWidget::text(kind);
        return kind == QAccessible::Name && set.isEmpty() ? button()->text().remove(QLatin1Char('&')) : set;
    }
    QStringList actionNames() const override { return {pressAction(), setFocusAction()}; }
    void doAction(const QString &name) override
    {
        if (name == pressAction())
            button()->click();
        else
            QAccessibleWidget::doAction(name);
    }

private:
    Disclosure *button() const { return static_cast<Disclosure *>(object()); }
};

QAccessibleInterface *accessibleOf(const QString &, QObject *object)
{
    auto *button = qobject_cast<Disclosure *>(object);
    return button ? new AccessibleDisclosure(button) : nullptr;
}

}

Disclosure::Disclosure(QWidget *parent)
    : QToolButton(parent)
{
    static const bool installed = (QAccessible::installFactory(accessibleOf), true);
    Q_UNUSED(installed)
    setCheckable(true);
    setAutoRaise(true);
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setFocusPolicy(Qt::StrongFocus);
    connect(this, &QToolButton::toggled, this, &Disclosure::showPart);
    showPart(false);
}

void Disclosure::setPart(QWidget *part)
{
    m_part = part;
    part->setVisible(isOpen());
}

void Disclosure::showPart(bool open)
{
    setArrowType(open ? Qt::DownArrow : layoutDirection() == Qt::RightToLeft ? Qt::LeftArrow : Qt::RightArrow);
    if (m_part)
        m_part->setVisible(open);
    QAccessible::State changed;
    changed.expanded = changed.collapsed = true;
    QAccessibleStateChangeEvent event(this, changed);
    QAccessible::updateAccessibility(&event);
}

void Disclosure::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        click();
    else
        QToolButton::keyPressEvent(event);
}

void Disclosure::changeEvent(QEvent *event)
{
    QToolButton::changeEvent(event);
    if (event->type() == QEvent::LayoutDirectionChange)
        showPart(isOpen());
}

}
