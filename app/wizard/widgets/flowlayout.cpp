#include "app/wizard/widgets/flowlayout.h"

#include <QStyle>
#include <QWidget>
#include <algorithm>

namespace edgelift::wizard {

FlowLayout::~FlowLayout() { qDeleteAll(m_items); }

void FlowLayout::setGeometry(const QRect &rect)
{
    QLayout::setGeometry(rect);
    place(rect, true);
}

QSize FlowLayout::minimumSize() const
{
    QSize size;
    for (const QLayoutItem *item : m_items)
        size = size.expandedTo(item->minimumSize());
    const QMargins margins = contentsMargins();
    return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom());
}

int FlowLayout::place(const QRect &rect, bool move) const
{
    const QRect inner = rect.marginsRemoved(contentsMargins());
    const int gap = std::max(spacing(), 0);
    const Qt::LayoutDirection direction = parentWidget() ? parentWidget()->layoutDirection() : Qt::LeftToRight;
    int left = inner.left();
    int top = inner.top();
    qsizetype first = 0; // of this line
    int height = 0;
    const auto finishLine = [&](qsizetype end) {
        for (qsizetype i = first; move && i < end; ++i) { // what is lower than the line stands in its middle
            QRect place = m_items.at(i)->geometry();
            place.moveTop(top + (height - place.height()) / 2);
            m_items.at(i)->setGeometry(place);
        }
        first = end;
    };
    for (qsizetype i = 0; i < m_items.size(); ++i) {
        if (m_items.at(i)->isEmpty())
            continue;
        const QSize size = m_items.at(i)->sizeHint().boundedTo({std::max(inner.width(), 1), 1 << 20});
        if (left > inner.left() && left + size.width() > inner.right() + 1) {
            finishLine(i);
            top += height + gap;
            left = inner.left();
            height = 0;
        }
        if (move)
            m_items.at(i)->setGeometry(QStyle::visualRect(direction, inner, {QPoint(left, top), size}));
        left += size.width() + gap;
        height = std::max(height, size.height());
    }
    finishLine(m_items.size());
    return top + height - rect.top() + contentsMargins().bottom();
}

}
