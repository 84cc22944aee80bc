#pragma once
#include <QStyledItemDelegate>

namespace edgelift::wizard {

/// Cells of several lines with some room above and below, and as high as Qt wants them: it takes all lines to be as high as the highest,
/// and where one has a second script it would leave out the last otherwise.
class RoomyDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

}
