#pragma once
#include <QStyledItemDelegate>

namespace edgelift::wizard {

/// Cells of several lines with some room above and below. Needed as well: Qt takes all lines to be as high as the first, so where a line
/// has a second script it would cut the last one.
class RoomyDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        return QStyledItemDelegate::sizeHint(option, index) + QSize(0, option.fontMetrics.height() / 2);
    }
};

}
