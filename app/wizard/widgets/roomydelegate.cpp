#include "app/wizard/widgets/roomydelegate.h"

#include <QTextLayout>
#include <algorithm>

namespace edgelift::wizard {

QSize RoomyDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QSize size = QStyledItemDelegate::sizeHint(option, index);
    QTextLayout layout(index.data().toString(), option.font);
    const int width = std::max(option.rect.width() - option.fontMetrics.averageCharWidth(), 1); // the style has margins there
    int lines = 0;
    qreal highest = 0;
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        highest = std::max(highest, line.height());
        ++lines;
    }
    layout.endLayout();
    return {size.width(), std::max(size.height(), int(lines * highest)) + option.fontMetrics.height() / 2};
}

}
