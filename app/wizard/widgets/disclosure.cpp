#include "app/wizard/widgets/disclosure.h"

#include "app/wizard/widgets/marks.h"

#include <QAccessibleWidget>
#include <QKeyEvent>
#include <QPainter>
#include <QStyleOptionFocusRect>

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
    setAttribute(Qt::WA_Hover);
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

int Disclosure::gap() const { return fontMetrics().height() / 3; }

QSize Disclosure::sizeHint() const
{
    const int mark = fontMetrics().ascent();
    const int words = fontMetrics().size(Qt::TextShowMnemonic, text()).width();
    return {mark + words + 3 * gap(), fontMetrics().height() + 2 * gap()};
}

/// A heading with an arrow: no frame, because it is nothing that happens, and the arrow where reading begins.
void Disclosure::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QColor colour = palette().color(isEnabled() ? QPalette::Active : QPalette::Disabled, QPalette::WindowText);
    if (isEnabled() && underMouse())
        painter.fillRect(rect(), palette().color(QPalette::Midlight));
    const int extent = fontMetrics().ascent();
    const marks::Mark mark = isOpen() ? marks::Mark::Down : isRightToLeft() ? marks::Mark::Left : marks::Mark::Right;
    const QRect arrow(gap(), (height() - extent) / 2, extent, extent);
    marks::paint(painter, mark, QStyle::visualRect(layoutDirection(), rect(), arrow), colour);
    const QRect words(extent + 2 * gap(), 0, width() - extent - 2 * gap(), height());
    painter.setPen(colour);
    painter.drawText(QStyle::visualRect(layoutDirection(), rect(), words),
        int(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft | Qt::AlignVCenter)) | Qt::TextShowMnemonic, text());
    if (!hasFocus())
        return;
    QStyleOptionFocusRect option;
    option.initFrom(this);
    style()->drawPrimitive(QStyle::PE_FrameFocusRect, &option, &painter, this);
}

}
