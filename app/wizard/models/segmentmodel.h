#pragma once
#include "app/wizard/models/layoutmodel.h"

#include <QAbstractListModel>

namespace edgelift::wizard {

/// The mount targets of one target disk as a list of their own: assistive technology reads a list view from the root of its model and
/// with all its columns, so a bar cannot show a part of the LayoutModel. What is true of the disk is its header's data.
class SegmentModel final : public QAbstractListModel
{
    Q_OBJECT
public:
    /// The layout must outlive this.
    SegmentModel(LayoutModel &layout, int disk, QObject *parent = nullptr);

    [[nodiscard]] QModelIndex toLayout(const QModelIndex &index) const;
    [[nodiscard]] QModelIndex fromLayout(const QModelIndex &index) const; ///< invalid: on another disk

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
    QStringList mimeTypes() const override { return m_layout.mimeTypes(); }
    QMimeData *mimeData(const QModelIndexList &indexes) const override;
    bool canDropMimeData(const QMimeData *data, Qt::DropAction action, int row, int column, const QModelIndex &parent) const override;
    bool dropMimeData(const QMimeData *data, Qt::DropAction action, int row, int column, const QModelIndex &parent) override;

private:
    void refresh();

    LayoutModel &m_layout;
    int m_disk;
    int m_rows = 0; ///< as the view knows them
};

}
