#include "app/wizard/widgets/diskbar.h"

#include "app/wizard/models/layoutmodel.h"

#include <QDrag>
#include <QMimeData>
#include <QMouseEvent>
#include <QPointer>
#include <algorithm>
#include <cmath>

namespace edgelift::wizard {

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

void DiskBar::setTarget(bool target)
{
    if (target != m_target)
        viewport()->update();
    m_target = target;
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
