#include "app/wizard/widgets/fieldnote.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>

namespace edgelift::wizard {

namespace {

/// A name of 500 characters must not widen the page: lines may break inside it.
QString breakable(const QString &text)
{
    constexpr int longestWord = 40;
    QString out;
    int run = 0;
    for (const QChar c : text) {
        run = c.isSpace() ? 0 : run + 1;
        if (run > longestWord && !c.isLowSurrogate()) {
            out += QChar(0x200b);
            run = 1;
        }
        out += c;
    }
    return out;
}

}

FieldNote::FieldNote(QWidget *field, QWidget *parent)
    : QWidget(parent)
    , m_field(field)
    , m_symbol(new QLabel(this))
    , m_text(new QLabel(this))
{
    m_text->setObjectName(QStringLiteral("noteText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_symbol, 0, Qt::AlignTop);
    row->addWidget(m_text, 1);
    hide();
}

QString FieldNote::text() const { return m_said; }

void FieldNote::say(Kind kind, const QString &text)
{
    if (kind == m_kind && text == m_said)
        return;
    m_kind = kind;
    m_said = text;
    m_text->setText(breakable(text));
    m_symbol->setVisible(kind != Kind::Hint);
    const int extent = style()->pixelMetric(QStyle::PM_SmallIconSize);
    const auto symbol = kind == Kind::Error ? QStyle::SP_MessageBoxCritical : QStyle::SP_MessageBoxWarning;
    m_symbol->setPixmap(style()->standardIcon(symbol).pixmap(extent, extent));
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

}
