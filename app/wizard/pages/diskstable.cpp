#include "app/wizard/pages/diskstable.h"

#include "app/wizard/widgets/volumedelegate.h"

#include <QDrag>
#include <QHeaderView>
#include <QMimeData>
#include <QScrollBar>
#include <algorithm>

namespace edgelift::wizard {

DisksTable::DisksTable(LayoutModel &layout, QWidget *parent)
    : QTreeView(parent)
{
    setObjectName(QStringLiteral("disksTable"));
    setModel(&layout);
    auto *delegate = new VolumeDelegate(this);
    setItemDelegate(delegate);
    connect(delegate, &VolumeDelegate::notASize, this, &DisksTable::notASize);
    setItemsExpandable(false);
    setRootIsDecorated(false);
    setIndentation(fontMetrics().averageCharWidth() * 2);
    setAllColumnsShowFocus(true);
    setUniformRowHeights(true);
    setSelectionMode(SingleSelection);
    setEditTriggers(DoubleClicked | AnyKeyPressed);
    setDragDropMode(DragDrop);
    setDefaultDropAction(Qt::MoveAction);
    setDragDropOverwriteMode(false);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setTabKeyNavigation(false);
    header()->setSectionsMovable(false);
    header()->setStretchLastSection(true);
    connect(&layout, &QAbstractItemModel::modelReset, this, &DisksTable::openRows);
    connect(&layout, &QAbstractItemModel::rowsMoved, this, &DisksTable::openRows);
    connect(this, &QAbstractItemView::clicked, this, [this](const QModelIndex &index) {
        const bool list = index.column() == LayoutModel::Destination || index.column() == LayoutModel::Method;
        if (list && (index.flags() & Qt::ItemIsEditable))
            edit(index);
    });
}

void DisksTable::openRows()
{
    expandAll();
    fitColumns();
}

void DisksTable::fitColumns()
{
    const int letter = fontMetrics().averageCharWidth();
    for (int column = 0; column < LayoutModel::Notes; ++column) {
        resizeColumnToContents(column);
        setColumnWidth(column, std::min(columnWidth(column), letter * (column == LayoutModel::Name ? 26 : 30)));
    }
    updateGeometry();
}

void DisksTable::editSize(QKeyEvent *first)
{
    const QModelIndex index = currentIndex().siblingAtColumn(LayoutModel::Size);
    if (!index.isValid() || !(index.flags() & Qt::ItemIsEditable))
        return;
    setCurrentIndex(index);
    if (first)
        edit(index, AnyKeyPressed, first);
    else
        edit(index);
}

void DisksTable::startDrag(Qt::DropActions actions)
{
    const QModelIndex index = currentIndex().siblingAtColumn(LayoutModel::Name);
    if (!(index.flags() & Qt::ItemIsDragEnabled))
        return;
    auto *drag = new QDrag(this);
    drag->setMimeData(model()->mimeData({index}));
    drag->setPixmap(viewport()->grab(visualRect(index)));
    drag->exec(actions, Qt::MoveAction);
    setState(NoState);
    Q_EMIT dragEnded();
}

QSize DisksTable::sizeHint() const
{
    int rows = model()->rowCount();
    for (int disk = 0; disk < model()->rowCount(); ++disk)
        rows += model()->rowCount(model()->index(disk, 0));
    const int row = std::max(sizeHintForRow(0), fontMetrics().height());
    const int frame = header()->sizeHint().height() + 2 * frameWidth() + horizontalScrollBar()->sizeHint().height();
    return {QTreeView::sizeHint().width(), std::clamp(rows, 6, 14) * row + frame};
}

QSize DisksTable::minimumSizeHint() const
{
    const int row = std::max(sizeHintForRow(0), fontMetrics().height());
    return {fontMetrics().averageCharWidth() * 30, row * 6 + header()->sizeHint().height() + 2 * frameWidth()};
}

}
