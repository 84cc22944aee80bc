#include "app/wizard/widgets/diskbar.h"

#include "app/wizard/models/layoutmodel.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/marks.h"

#include <QDrag>
#include <QMimeData>
#include <QMouseEvent>
#include <QPainter>
#include <QPointer>
#include <algorithm>
#include <cmath>

namespace edgelift::wizard {

namespace {

/// Two parts of the ground, one of the colour: space in use.
QColor mixed(const QColor &ground, const QColor &colour)
{
    const auto part = [](int a, int b) { return (2 * a + b) / 3; };
    return {part(ground.red(), colour.red()), part(ground.green(), colour.green()), part(ground.blue(), colour.blue())};
}

}

DiskBar::DiskBar(QWidget *parent)
    : QListView(parent)
{
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setEditTriggers(NoEditTriggers);
    setDragDropMode(DragDrop);
    setDefaultDropAction(Qt::MoveAction);
    setDropIndicatorShown(false); // painted here
    viewport()->setMouseTracking(true);
}

void DiskBar::setModel(QAbstractItemModel *model)
{
    QListView::setModel(model);
    if (model) // one segment's change moves all others, and the rest is nobody's row
        connect(model, &QAbstractItemModel::headerDataChanged, viewport(), qOverload<>(&QWidget::update));
}

QSize DiskBar::sizeHint() const { return {fontMetrics().averageCharWidth() * 40, fontMetrics().height() * 7 / 4}; }
QSize DiskBar::minimumSizeHint() const { return {fontMetrics().averageCharWidth() * 12, sizeHint().height()}; }

quint64 DiskBar::number(int role) const { return model() ? model()->headerData(0, Qt::Horizontal, role).toULongLong() : 0; }

/// Proportional, but no segment is narrower than a readable width as long as there is room for that.
QList<DiskBar::Part> DiskBar::parts() const
{
    QList<Part> parts;
    quint64 total = number(LayoutModel::FreeRole);
    for (int row = 0; model() && row < model()->rowCount(rootIndex()); ++row) {
        const quint64 bytes = model()->index(row, 0, rootIndex()).data(LayoutModel::BytesRole).toULongLong();
        if (bytes > 0)
            parts.append({row, bytes, 0, 0});
        total += bytes;
    }
    if (parts.isEmpty())
        return parts;
    const int width = viewport()->width();
    const int least = std::min<int>(fontMetrics().averageCharWidth() * 4, width / int(parts.size() + 1));
    const double shared = std::max(0, width - least * int(parts.size()));
    int left = 0;
    for (Part &part : parts) {
        part.left = left;
        part.width = least + int(shared * double(part.bytes) / double(std::max<quint64>(total, 1)));
        left += part.width;
    }
    return parts;
}

QRect DiskBar::mirrored(int left, int width) const
{
    return QStyle::visualRect(layoutDirection(), viewport()->rect(), {left, 0, width, viewport()->height()});
}

QRect DiskBar::visualRect(const QModelIndex &index) const
{
    if (index.parent() != rootIndex())
        return {};
    for (const Part &part : parts()) {
        if (part.row == index.row())
            return mirrored(part.left, part.width);
    }
    return {};
}

QModelIndex DiskBar::indexAt(const QPoint &point) const
{
    for (const Part &part : parts()) {
        if (mirrored(part.left, part.width).contains(point))
            return model()->index(part.row, 0, rootIndex());
    }
    return {};
}

QModelIndex DiskBar::boundaryAt(const QPoint &point) const
{
    const int reach = std::max(3, fontMetrics().averageCharWidth() / 2);
    for (const Part &part : parts()) {
        const QRect rect = mirrored(part.left, part.width);
        const int edge = isRightToLeft() ? rect.left() : rect.right();
        if (std::abs(point.x() - edge) <= reach)
            return model()->index(part.row, 0, rootIndex());
    }
    return {};
}

int DiskBar::gap(const QPoint &point) const
{
    for (const Part &part : parts()) {
        const int middle = mirrored(part.left, part.width).center().x();
        if (isRightToLeft() ? point.x() > middle : point.x() < middle)
            return part.row;
    }
    return model() ? model()->rowCount(rootIndex()) : 0;
}

double DiskBar::bytesPerPixel() const
{
    const quint64 size = std::max<quint64>(number(LayoutModel::BytesRole), 1);
    return double(size) / std::max(1, viewport()->width());
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

void DiskBar::setTarget(bool target)
{
    if (target != m_target)
        viewport()->update();
    m_target = target;
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
    const int step = fontMetrics().averageCharWidth() / 2;
    const QRect inner = rect.adjusted(step, 2, -step, -2);
    const int sign = std::min(fontMetrics().ascent(), inner.width());
    const QString label = fontMetrics().elidedText(index.data().toString(), Qt::ElideMiddle, inner.width() - sign - step);
    const int width = std::min(inner.width(), sign + step + fontMetrics().horizontalAdvance(label));
    const QRect words = QStyle::alignedRect(layoutDirection(), Qt::AlignLeft | Qt::AlignVCenter, {width, fontMetrics().height()}, inner);
    painter.fillRect(words, palette().base()); // text is read on a plain ground, not on a pattern
    const QRect mark = QStyle::alignedRect(layoutDirection(), Qt::AlignLeft | Qt::AlignVCenter, {sign, sign}, words);
    marks::paint(painter, index.data(LayoutModel::FixedRole).toBool() ? marks::Mark::Lock : marks::Mark::Handle, mark, text);
    painter.setPen(text);
    painter.drawText(words, int(QStyle::visualAlignment(layoutDirection(), Qt::AlignVCenter | Qt::AlignRight)), label);
    painter.restore();
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

void DiskBar::mousePressEvent(QMouseEvent *event)
{
    const QModelIndex boundary = event->button() == Qt::LeftButton ? boundaryAt(event->position().toPoint()) : QModelIndex();
    if (boundary.flags() & Qt::ItemIsDragEnabled) {
        m_resized = boundary;
        m_grip = event->position().toPoint();
        return;
    }
    QListView::mousePressEvent(event);
}

void DiskBar::mouseMoveEvent(QMouseEvent *event)
{
    if (m_resized.isValid())
        return;
    const bool edge = boundaryAt(event->position().toPoint()).flags() & Qt::ItemIsDragEnabled;
    viewport()->setCursor(edge ? Qt::SplitHCursor : Qt::ArrowCursor);
    QListView::mouseMoveEvent(event);
}

void DiskBar::mouseReleaseEvent(QMouseEvent *event)
{
    if (!m_resized.isValid()) {
        QListView::mouseReleaseEvent(event);
        return;
    }
    const QModelIndex index = m_resized;
    m_resized = QPersistentModelIndex();
    const int pixels = (event->position().toPoint().x() - m_grip.x()) * (isRightToLeft() ? -1 : 1);
    const qint64 step = event->modifiers() & Qt::ShiftModifier ? 4 : 1024;
    const double wanted = double(index.data(LayoutModel::BytesRole).toULongLong()) + pixels * bytesPerPixel();
    if (pixels != 0)
        Q_EMIT resized(
            index.data(LayoutModel::IdRole).toString(), std::max<qint64>(step, std::llround(wanted / 1048576 / double(step)) * step));
}

void DiskBar::startDrag(Qt::DropActions actions)
{
    const QModelIndex index = currentIndex().siblingAtColumn(0);
    if (index.parent() != rootIndex() || !(index.flags() & Qt::ItemIsDragEnabled))
        return;
    auto *drag = new QDrag(this);
    drag->setMimeData(model()->mimeData({index}));
    drag->setPixmap(viewport()->grab(visualRect(index)));
    const QPointer<DiskBar> self(this); // a rescan meanwhile makes other bars
    drag->exec(actions, Qt::MoveAction);
    if (self)
        Q_EMIT dragEnded();
}

void DiskBar::dragEnterEvent(QDragEnterEvent *event)
{
    if (model() && event->mimeData()->hasFormat(model()->mimeTypes().value(0)))
        event->accept(); // so that the moves come, and with them the answer
}

void DiskBar::dragMoveEvent(QDragMoveEvent *event)
{
    m_insertion = gap(event->position().toPoint());
    event->setDropAction(Qt::MoveAction);
    event->setAccepted(model()->canDropMimeData(event->mimeData(), Qt::MoveAction, m_insertion, 0, rootIndex()));
    viewport()->update();
}

void DiskBar::dragLeaveEvent(QDragLeaveEvent *)
{
    m_insertion = -1;
    viewport()->update();
}

void DiskBar::dropEvent(QDropEvent *event)
{
    m_insertion = -1;
    event->setDropAction(Qt::MoveAction);
    event->setAccepted(model()->dropMimeData(event->mimeData(), Qt::MoveAction, gap(event->position().toPoint()), 0, rootIndex()));
    viewport()->update();
}

void DiskBar::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)
        QListView::keyPressEvent(event);
    else
        event->ignore(); // the page's keys; Up and Down belong to the table
}

QModelIndex DiskBar::moveCursor(CursorAction action, Qt::KeyboardModifiers)
{
    const QList<Part> all = parts();
    if (all.isEmpty())
        return {};
    const auto at = std::find_if(all.begin(), all.end(), [this](const Part &part) { return part.row == currentIndex().row(); });
    const bool here = currentIndex().parent() == rootIndex() && at != all.end();
    const bool forward = (action == MoveRight) != isRightToLeft();
    const qsizetype wanted = here ? (at - all.begin()) + (forward ? 1 : -1) : 0;
    return model()->index(all.at(std::clamp<qsizetype>(wanted, 0, all.size() - 1)).row, 0, rootIndex());
}

void DiskBar::setSelection(const QRect &rect, QItemSelectionModel::SelectionFlags flags)
{
    const QModelIndex index = indexAt(rect.center());
    if (index.isValid())
        selectionModel()->select(index, flags | QItemSelectionModel::Rows);
}

}
