#include "app/wizard/models/segmentmodel.h"

namespace edgelift::wizard {

SegmentModel::SegmentModel(LayoutModel &layout, int disk, QObject *parent)
    : QAbstractListModel(parent)
    , m_layout(layout)
    , m_disk(disk)
{
    connect(&layout, &QAbstractItemModel::rowsMoved, this, &SegmentModel::refresh);
    connect(&layout, &QAbstractItemModel::modelReset, this, &SegmentModel::refresh);
    connect(&layout, &QAbstractItemModel::dataChanged, this, [this] {
        if (m_rows > 0)
            Q_EMIT dataChanged(index(0), index(m_rows - 1));
        Q_EMIT headerDataChanged(Qt::Horizontal, 0, 0); // the free part of an empty disk is painted, too
    });
    refresh();
}

void SegmentModel::refresh()
{
    beginResetModel();
    m_rows = m_layout.rowCount(m_layout.diskIndex(m_disk));
    endResetModel();
}

QModelIndex SegmentModel::toLayout(const QModelIndex &index) const
{
    return index.isValid() ? m_layout.index(index.row(), 0, m_layout.diskIndex(m_disk)) : QModelIndex();
}

QModelIndex SegmentModel::fromLayout(const QModelIndex &index) const
{
    return index.isValid() && index.parent() == m_layout.diskIndex(m_disk) ? this->index(index.row()) : QModelIndex();
}

int SegmentModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : m_rows; }

QVariant SegmentModel::data(const QModelIndex &index, int role) const { return toLayout(index).data(role); }

QVariant SegmentModel::headerData(int, Qt::Orientation, int role) const { return m_layout.diskIndex(m_disk).data(role); }

Qt::ItemFlags SegmentModel::flags(const QModelIndex &index) const
{
    return index.isValid() ? m_layout.flags(toLayout(index)) | Qt::ItemNeverHasChildren
                           : m_layout.flags(m_layout.diskIndex(m_disk)) & Qt::ItemIsDropEnabled;
}

QMimeData *SegmentModel::mimeData(const QModelIndexList &indexes) const
{
    QModelIndexList mapped;
    for (const QModelIndex &index : indexes)
        mapped.append(toLayout(index));
    return m_layout.mimeData(mapped);
}

bool SegmentModel::canDropMimeData(const QMimeData *data, Qt::DropAction action, int row, int column, const QModelIndex &) const
{
    return m_layout.canDropMimeData(data, action, row, column, m_layout.diskIndex(m_disk));
}

bool SegmentModel::dropMimeData(const QMimeData *data, Qt::DropAction action, int row, int column, const QModelIndex &)
{
    return m_layout.dropMimeData(data, action, row, column, m_layout.diskIndex(m_disk));
}

}
