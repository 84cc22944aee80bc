#include "app/wizard/widgets/fieldnote.h"

#include "app/wizard/widgets/marks.h"
#include "app/wizard/widgets/textlabel.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>

namespace edgelift::wizard {

FieldNote::FieldNote(QWidget *field, QWidget *parent)
    : QWidget(parent)
    , m_field(field)
    , m_symbol(new QLabel(this))
    , m_text(new TextLabel(this, "noteText"))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_symbol, 0, Qt::AlignTop);
    row->addWidget(m_text, 1);
    hide();
}

QString FieldNote::text() const { return m_text->said(); }

void FieldNote::say(Kind kind, const QString &text)
{
    if (kind == m_kind && text == m_text->said())
        return;
    m_kind = kind;
    m_text->say(text);
    showSymbol();
    setVisible(!text.isEmpty());
    updateGeometry();
    if (!m_field)
        return;
    m_field->setAccessibleDescription(text);
    if (kind == Kind::Error && !text.isEmpty()) {
        QAccessibleEvent alert(m_text, QAccessible::Alert);
        QAccessible::updateAccessibility(&alert);
    }
}

void FieldNote::showSymbol()
{
    m_symbol->setVisible(m_kind != Kind::Hint);
    if (m_kind != Kind::Hint)
        marks::show(*m_symbol,
            m_kind == Kind::Error      ? marks::Mark::Error
                : m_kind == Kind::Done ? marks::Mark::Done
                                       : marks::Mark::Warning);
}

void FieldNote::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        showSymbol();
}

}
