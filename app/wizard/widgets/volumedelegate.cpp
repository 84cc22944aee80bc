#include "app/wizard/widgets/volumedelegate.h"

#include "app/wizard/models/layoutmodel.h"
#include "app/wizard/widgets/marks.h"
#include "app/wizard/widgets/sizefield.h"

#include <QComboBox>
#include <QPainter>
#include <QTimer>
#include <QTreeView>

namespace edgelift::wizard {

namespace {

bool isList(const QModelIndex &index)
{
    return (index.column() == LayoutModel::Destination || index.column() == LayoutModel::Method) && (index.flags() & Qt::ItemIsEditable);
}

marks::Mark markOf(const QModelIndex &index)
{
    if (index.data(LayoutModel::BlockedRole).toBool())
        return marks::Mark::Alert;
    return index.data(LayoutModel::FixedRole).toBool() ? marks::Mark::Lock : marks::Mark::Handle;
}

}

QWidget *VolumeDelegate::createEditor(QWidget *parent, const QStyleOptionViewItem &, const QModelIndex &index) const
{
    QString name = index.model()->headerData(index.column(), Qt::Horizontal).toString();
    //: %1 a column such as “Size”, %2 the row's name, for screen readers
    name = tr("%1 of %2").arg(name, index.siblingAtColumn(LayoutModel::Name).data().toString());
    if (index.column() == LayoutModel::Size) {
        auto *field = new SizeField(parent);
        field->setObjectName(QStringLiteral("sizeEditor"));
        field->setAccessibleName(name);
        return field;
    }
    auto *box = new QComboBox(parent);
    box->setObjectName(QStringLiteral("listEditor"));
    box->setAccessibleName(name);
    if (index.column() == LayoutModel::Destination) {
        for (int disk = 0; disk < index.model()->rowCount(); ++disk)
            box->addItem(index.model()->index(disk, 0).data().toString(), disk);
    } else {
        box->addItem(tr("Block by block"), int(Plan::Replication::Block));
        box->addItem(tr("File by file"), int(Plan::Replication::File));
    }
    auto *self = const_cast<VolumeDelegate *>(this); // Qt declares createEditor() const, and its signals not
    connect(box, &QComboBox::activated, self, [self, box] {
        Q_EMIT self->commitData(box);
        Q_EMIT self->closeEditor(box);
    });
    QTimer::singleShot(0, box, &QComboBox::showPopup);
    return box;
}

void VolumeDelegate::setEditorData(QWidget *editor, const QModelIndex &index) const
{
    const qint64 value = index.data(Qt::EditRole).toLongLong();
    if (auto *box = qobject_cast<QComboBox *>(editor)) {
        box->setCurrentIndex(box->findData(int(value)));
    } else if (auto *field = qobject_cast<SizeField *>(editor); field && !field->isModified()) {
        field->setSizeMiB(LayoutModel::isDisk(index) ? value * 1024 : value);
        field->selectAll();
    }
}

void VolumeDelegate::setModelData(QWidget *editor, QAbstractItemModel *model, const QModelIndex &index) const
{
    if (const auto *box = qobject_cast<QComboBox *>(editor)) {
        if (box->currentData() != index.data(Qt::EditRole))
            model->setData(index, box->currentData());
        return;
    }
    const auto *field = qobject_cast<SizeField *>(editor);
    if (!field || !field->isModified())
        return;
    const std::optional<qint64> size = field->sizeMiB();
    if (!size) {
        Q_EMIT notASize(field->text());
        return;
    }
    model->setData(index, LayoutModel::isDisk(index) ? (*size + 1023) / 1024 : *size);
}

void VolumeDelegate::initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    const bool disk = LayoutModel::isDisk(index);
    const bool selected = option->state & QStyle::State_Selected;
    const bool blocked = index.data(LayoutModel::BlockedRole).toBool();
    option->font.setBold(disk && index.column() == LayoutModel::Name);
    if (disk)
        option->backgroundBrush = option->palette.alternateBase();
    option->textElideMode = Qt::ElideMiddle;
    if (index.column() == LayoutModel::Notes)
        option->features |= QStyleOptionViewItem::WrapText;
    const QColor colour = selected ? option->palette.color(QPalette::HighlightedText)
        : blocked                  ? marks::alertColour(option->palette)
                                   : option->palette.color(QPalette::Text);
    if (blocked && !selected && (index.column() == LayoutModel::Name || index.column() == LayoutModel::Notes))
        option->palette.setColor(QPalette::Text, colour);
    if (index.column() != LayoutModel::Name || (disk && !blocked))
        return;
    const int extent = option->fontMetrics.ascent();
    const qreal ratio = option->widget ? option->widget->devicePixelRatioF() : 1;
    option->features |= QStyleOptionViewItem::HasDecoration;
    option->decorationSize = {extent, extent};
    option->icon = marks::icon(markOf(index), extent, ratio, colour);
}

void VolumeDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QStyledItemDelegate::paint(painter, option, index);
    if (!isList(index))
        return;
    const int extent = option.fontMetrics.ascent() * 3 / 4; // at the end of the cell: this is a list to choose from
    const QRect place(option.rect.right() - extent - extent / 2, option.rect.center().y() - extent / 2, extent, extent);
    const bool selected = option.state & QStyle::State_Selected;
    marks::paint(*painter, marks::Mark::Down, QStyle::visualRect(option.direction, option.rect, place),
        option.palette.color(selected ? QPalette::HighlightedText : QPalette::Text));
}

QSize VolumeDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QStyleOptionViewItem wide = option;
    if (const auto *view = qobject_cast<const QTreeView *>(option.widget); view && index.column() == LayoutModel::Notes)
        wide.rect = {0, 0, view->columnWidth(index.column()), view->height()}; // QTreeView does not say in which it wraps
    QSize size = QStyledItemDelegate::sizeHint(wide, index);
    if (isList(index))
        size.rwidth() += option.fontMetrics.ascent() * 3 / 2;
    return {size.width(), std::max(size.height(), option.fontMetrics.height() * 3 / 2)};
}

}
