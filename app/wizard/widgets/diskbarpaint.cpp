#include "app/wizard/models/layoutmodel.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/diskbar.h"
#include "app/wizard/widgets/marks.h"

#include <QPainter>
#include <algorithm>

/// How a disk bar looks.
namespace edgelift::wizard {

namespace {

/// Two parts of the ground, one of the colour: space in use.
QColor mixed(const QColor &ground, const QColor &colour)
{
    const auto part = [](int a, int b) { return (2 * a + b) / 3; };
    return {part(ground.red(), colour.red()), part(ground.green(), colour.green()), part(ground.blue(), colour.blue())};
}

}

void DiskBar::paintEvent(QPaintEvent *)
{
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), palette().base());
    int left = 0;
    int mark = -1;
    for (const Part &part : parts()) {
        if (m_insertion >= 0 && mark < 0 && part.row >= m_insertion)
            mark = part.left;
        paintSegment(painter, mirrored(part.left, part.width), model()->index(part.row, 0, rootIndex()));
        left = part.left + part.width;
    }
    paintRest(painter, left);
    if (m_insertion >= 0) // a line where what is dragged would stand
        painter.fillRect(mirrored(mark < 0 ? left : mark, std::max(2, fontMetrics().lineWidth() * 3)), palette().text());
    if (m_target) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 4));
        painter.drawRect(viewport()->rect().adjusted(1, 1, -2, -2));
    }
}

/// Used space is solid, the rest of the segment hatched: without colours it reads the same.
void DiskBar::paintSegment(QPainter &painter, const QRect &rect, const QModelIndex &index) const
{
    const quint64 bytes = std::max<quint64>(index.data(LayoutModel::BytesRole).toULongLong(), 1);
    const quint64 used = std::min(bytes, index.data(LayoutModel::UsedRole).toULongLong());
    const bool selected = selectionModel() && selectionModel()->isRowSelected(index.row(), rootIndex());
    const QColor text = palette().color(QPalette::Text);
    painter.save();
    painter.setClipRect(rect);
    painter.fillRect(rect, QBrush(palette().color(QPalette::Mid), Qt::BDiagPattern));
    const int solid = int(double(rect.width()) * double(used) / double(bytes));
    painter.fillRect(QStyle::visualRect(layoutDirection(), rect, {rect.left(), rect.top(), solid, rect.height()}),
        mixed(palette().color(QPalette::Base), palette().color(QPalette::Highlight)));
    painter.setPen(QPen(selected ? palette().color(QPalette::Highlight) : text, selected ? 3 : 1));
    painter.drawRect(rect.adjusted(0, 0, -1, -1));
    paintLabel(painter, rect, index);
    painter.restore();
}

/// Handle or lock where it can be moved, and the name; nothing where there is no room for more than a part of a sign.
void DiskBar::paintLabel(QPainter &painter, const QRect &rect, const QModelIndex &index) const
{
    const int step = fontMetrics().averageCharWidth() / 2;
    const QRect inner = rect.adjusted(step, 2, -step, -2);
    const int sign = dragEnabled() ? fontMetrics().ascent() + step : 0;
    if (inner.width() < std::max(sign, fontMetrics().averageCharWidth() * 2))
        return;
    const QString label = fontMetrics().elidedText(index.data().toString(), Qt::ElideMiddle, inner.width() - sign);
    const int width = std::min(inner.width(), sign + fontMetrics().horizontalAdvance(label));
    const QRect words = QStyle::alignedRect(layoutDirection(), Qt::AlignLeft | Qt::AlignVCenter, {width, fontMetrics().height()}, inner);
    painter.fillRect(words, palette().base()); // text is read on a plain ground, not on a pattern
    const QSize square(fontMetrics().ascent(), fontMetrics().ascent());
    const QRect mark = QStyle::alignedRect(layoutDirection(), Qt::AlignLeft | Qt::AlignVCenter, square, words);
    if (sign > 0)
        marks::paint(painter, index.data(LayoutModel::FixedRole).toBool() ? marks::Mark::Lock : marks::Mark::Handle, mark,
            palette().color(QPalette::Text));
    painter.setPen(palette().color(QPalette::Text));
    painter.drawText(words, int(QStyle::visualAlignment(layoutDirection(), Qt::AlignVCenter | Qt::AlignRight)), label);
}

void DiskBar::paintRest(QPainter &painter, int left) const
{
    const quint64 over = number(LayoutModel::OverRole);
    const QRect rest = mirrored(left, std::max(0, viewport()->width() - left));
    painter.setPen(palette().color(QPalette::Text));
    QString label = rest.width() > 0 && parts().isEmpty() ? tr("Drop mount targets here") : QString();
    QRect place = rest;
    if (over > 0) {
        //: on a disk that is too small; %1 a size
        label = tr("+%1 too much").arg(format::size(Bytes{over}));
        const int width = std::min(viewport()->width() / 2, fontMetrics().horizontalAdvance(label) + fontMetrics().averageCharWidth() * 2);
        place = mirrored(viewport()->width() - width, width);
        painter.fillRect(place, palette().base());
        painter.fillRect(place, QBrush(marks::alertColour(palette()), Qt::DiagCrossPattern));
        painter.fillRect(fontMetrics().boundingRect(place, Qt::AlignCenter, label), palette().base());
    }
    painter.drawText(place, Qt::AlignCenter, label);
}

}
