#include "app/wizard/pages/diskstable.h"

#include "app/wizard/widgets/volumedelegate.h"

#include <QDrag>
#include <QEvent>
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

/// In a narrow window columns go whose content the bars, the method or hiddenText() tell as well, until the rest can be read.
void DisksTable::fitColumns()
{
    constexpr int optional[] = {LayoutModel::Used, LayoutModel::Least, LayoutModel::Notes, LayoutModel::Lvm, LayoutModel::Method};
    const int letter = fontMetrics().averageCharWidth();
    int widths[LayoutModel::ColumnCount] = {};
    int all = widths[LayoutModel::Notes] = letter * 22; // it wraps
    for (int column = 0; column < LayoutModel::Notes; ++column) {
        const int wanted = std::max({sizeHintForColumn(column), header()->sectionSizeHint(column), header()->minimumSectionSize()});
        widths[column] = std::min(wanted, letter * (column == LayoutModel::Name ? 34 : 30));
        all += widths[column];
    }
    m_fitted = viewport()->width();
    for (const int column : optional) {
        const bool hide = all > m_fitted;
        setColumnHidden(column, hide);
        all -= hide ? widths[column] : 0;
    }
    if (all > m_fitted) // names give way last
        widths[LayoutModel::Name] = std::max(letter * 12, widths[LayoutModel::Name] - (all - m_fitted));
    for (int column = 0; column < LayoutModel::Notes; ++column)
        setColumnWidth(column, widths[column]);
    scheduleDelayedItemsLayout(); // notes wrap differently now
    updateGeometry();
}

QString DisksTable::hiddenText(const QModelIndex &index) const
{
    QStringList lines;
    if (isColumnHidden(LayoutModel::Used) && index.isValid())
        //: of a disk or mount target; %1 the space in use, %2 the smallest possible size
        lines.append(tr("In use: %1; at least %2.")
                         .arg(index.siblingAtColumn(LayoutModel::Used).data().toString(),
                             index.siblingAtColumn(LayoutModel::Least).data().toString()));
    const QString lvm = index.siblingAtColumn(LayoutModel::Lvm).data().toString();
    if (isColumnHidden(LayoutModel::Lvm) && !lvm.isEmpty())
        //: %1 the name of a volume group or logical volume
        lines.append(tr("LVM: %1.").arg(lvm));
    return lines.join(QLatin1Char(' '));
}

void DisksTable::changeEvent(QEvent *event)
{
    QTreeView::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        QMetaObject::invokeMethod(this, &DisksTable::fitColumns, Qt::QueuedConnection); // the header has the new font by then
}

void DisksTable::resizeEvent(QResizeEvent *event)
{
    QTreeView::resizeEvent(event);
    if (viewport()->width() != m_fitted)
        fitColumns();
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
