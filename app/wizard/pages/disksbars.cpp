#include "app/wizard/pages/disksbars.h"

#include "app/wizard/models/segmentmodel.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/diskbar.h"
#include "app/wizard/widgets/elidedlabel.h"
#include "core/layout/defaultplan.h"
#include "core/layout/layoutchange.h"
#include "core/layout/layoutroom.h"

#include <QCheckBox>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>

namespace edgelift::wizard {

namespace {

constexpr int spinMostGiB = 99999; ///< more than any disk may have, so that a wrong size can be typed and the answer is a sentence

QLabel *makeCaption(QWidget *parent)
{
    auto *label = new QLabel(parent);
    QFont bold = label->font();
    bold.setBold(true);
    label->setFont(bold);
    return label;
}

QLabel *makeLabel(QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    return label;
}

}

DisksBars::DisksBars(LayoutModel &layout, QWidget *parent)
    : QWidget(parent)
    , m_layout(layout)
    , m_sourceCaption(makeCaption(this))
    , m_targetCaption(makeCaption(this))
{
    setObjectName(QStringLiteral("disksBars"));
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setSizePolicy(policy);
}

void DisksBars::refresh()
{
    QStringList disks;
    for (const Plan::Disk &disk : m_layout.plan().disks)
        disks.append(disk.source);
    if (m_source.facts() != m_layout.facts())
        showSource();
    if (disks != m_disks || m_sourceRows.size() != m_source.rowCount() || !m_rows) {
        m_disks = disks;
        rebuild();
    }
    for (int disk = 0; disk < int(m_sourceRows.size()); ++disk)
        fillSource(disk);
    for (int disk = 0; disk < int(m_targetRows.size()); ++disk)
        fillTarget(disk);
}

void DisksBars::showSource()
{
    Plan plan = defaultPlan(m_layout.facts());
    for (Plan::Disk &disk : plan.disks) {
        const DiskFacts *facts = m_layout.facts().disk(disk.source);
        disk.sizeGiB = facts ? planGiB(facts->size) : disk.sizeGiB;
        for (Plan::Volume &volume : disk.volumes)
            volume.migrate = true;
    }
    m_source.setPlan(plan, m_layout.facts());
}

void DisksBars::rebuild()
{
    if (m_rows)
        m_rows->deleteLater(); // a bar may be in the middle of a drag
    if (m_rows)
        m_rows->hide();
    delete layout();
    m_rows = new QWidget(this);
    m_sourceRows.clear();
    m_targetRows.clear();
    for (int disk = 0; disk < m_source.rowCount(); ++disk)
        m_sourceRows.append(makeSourceRow(disk));
    for (int disk = 0; disk < m_layout.rowCount(); ++disk)
        m_targetRows.append(makeTargetRow(disk));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_rows);
    m_rows->show();
    arrange();
    Q_EMIT rebuilt();
}

DisksBars::SourceRow DisksBars::makeSourceRow(int disk)
{
    const SourceRow row{new ElidedLabel(m_rows), makeLabel(m_rows), new DiskBar(m_rows), makeLabel(m_rows)};
    row.bar->setObjectName(QStringLiteral("sourceBar%1").arg(disk));
    row.bar->setFocusPolicy(Qt::NoFocus);
    row.bar->setDragDropMode(QAbstractItemView::NoDragDrop);
    row.bar->setSelectionMode(QAbstractItemView::NoSelection);
    row.bar->setModel(new SegmentModel(m_source, disk, row.bar));
    return row;
}

DisksBars::TargetRow DisksBars::makeTargetRow(int disk)
{
    TargetRow row{new ElidedLabel(m_rows), new QSpinBox(m_rows), makeLabel(m_rows), new DiskBar(m_rows), makeLabel(m_rows),
        new QCheckBox(m_rows), nullptr};
    row.segments = new SegmentModel(m_layout, disk, row.bar);
    row.size->setObjectName(QStringLiteral("diskSize%1").arg(disk));
    row.size->setRange(0, spinMostGiB);
    row.size->setKeyboardTracking(false); // one step of the history for a number, not for each digit
    row.bar->setObjectName(QStringLiteral("diskBar%1").arg(disk));
    row.bar->setContextMenuPolicy(Qt::CustomContextMenu);
    row.bar->setModel(row.segments);
    row.lvm->setObjectName(QStringLiteral("diskLvm%1").arg(disk));
    const QString id = m_layout.plan().disks.at(disk).source;
    connect(row.size, &QSpinBox::valueChanged, this, [this, id, spin = row.size, disk](int size) {
        const QSignalBlocker quiet(spin);
        m_layout.edit(ResizeDisk{id, size});
        fillTarget(disk);
    });
    connect(row.lvm, &QCheckBox::clicked, this, [this, id, disk](bool on) {
        m_layout.edit(SetLvm{id, on});
        fillTarget(disk); // refused: as it was
    });
    connectBar(row);
    return row;
}

void DisksBars::connectBar(const TargetRow &row)
{
    DiskBar *bar = row.bar;
    const auto select = [this, bar, segments = row.segments](const QModelIndex &index) {
        if (!m_selecting && index.isValid())
            Q_EMIT currentChanged(segments->toLayout(index));
    };
    connect(bar->selectionModel(), &QItemSelectionModel::currentChanged, this, select);
    connect(bar, &QAbstractItemView::pressed, this, select); // the current one of a bar may be that of no other view
    connect(bar, &DiskBar::dragEnded, this, &DisksBars::dragEnded);
    connect(bar, &DiskBar::resized, this, [this](const QString &volume, qint64 size) { m_layout.edit(ResizeVolume{volume, size}); });
    connect(bar, &QWidget::customContextMenuRequested, this,
        [this, bar](const QPoint &point) { Q_EMIT menuWanted(bar->viewport()->mapToGlobal(point)); });
}

bool DisksBars::isNarrow() const { return width() < fontMetrics().averageCharWidth() * 100; }

void DisksBars::arrange()
{
    if (!m_rows)
        return;
    m_narrow = isNarrow();
    delete m_rows->layout();
    auto *grid = new QGridLayout(m_rows);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setVerticalSpacing(std::max(2, fontMetrics().height() / 6));
    grid->setColumnStretch(m_narrow ? 0 : 3, 1);
    m_sourceCaption->setParent(m_rows);
    m_targetCaption->setParent(m_rows);
    m_sourceCaption->show();
    m_targetCaption->show();
    grid->addWidget(m_sourceCaption, 0, 0, 1, -1);
    arrangeSource(grid);
    grid->addWidget(m_targetCaption, grid->rowCount(), 0, 1, -1);
    arrangeTarget(grid);
    QWidget *last = nullptr; // from left to right, disk by disk, wherever the bars stand
    for (const TargetRow &row : m_targetRows) {
        if (last)
            setTabOrder(last, row.size);
        setTabOrder(row.size, row.bar);
        setTabOrder(row.bar, row.lvm);
        last = row.lvm;
    }
}

void DisksBars::arrangeSource(QGridLayout *grid) const
{
    for (const SourceRow &row : m_sourceRows) {
        const int line = grid->rowCount();
        grid->addWidget(row.title, line, 0);
        grid->addWidget(row.size, line, 1);
        grid->addWidget(row.used, line, m_narrow ? 2 : 4, 1, 2);
        if (m_narrow)
            grid->addWidget(row.bar, line + 1, 0, 1, -1);
        else
            grid->addWidget(row.bar, line, 3);
    }
}

void DisksBars::arrangeTarget(QGridLayout *grid) const
{
    for (const TargetRow &row : m_targetRows) {
        const int line = grid->rowCount();
        grid->addWidget(row.title, line, 0);
        grid->addWidget(row.size, line, 1);
        grid->addWidget(row.least, line, 2);
        grid->addWidget(row.free, line, m_narrow ? 3 : 4);
        grid->addWidget(row.lvm, line, m_narrow ? 4 : 5);
        if (m_narrow)
            grid->addWidget(row.bar, line + 1, 0, 1, -1);
        else
            grid->addWidget(row.bar, line, 3);
    }
}

void DisksBars::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    if (isNarrow() != m_narrow)
        arrange();
}

void DisksBars::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange && isNarrow() != m_narrow)
        arrange();
}

void DisksBars::fillSource(int disk)
{
    const SourceRow &row = m_sourceRows.at(disk);
    const Plan::Disk &plan = m_source.plan().disks.at(disk);
    const DiskFacts *facts = m_source.facts().disk(plan.source);
    const QString name = format::ltr(format::shown(facts ? facts->name : plan.source));
    const QString size = format::size(facts ? facts->size : Bytes{});
    row.title->setText(name);
    row.size->setText(size);
    //: %1 a size: on a disk
    row.used->setText(tr("%1 used").arg(format::size(roomOn(plan, m_source.facts()).used)));
    //: %1 a disk of the server, %2 its size, for screen readers
    row.bar->setAccessibleName(tr("Source disk %1, %2").arg(name, size));
    row.bar->viewport()->update();
}

void DisksBars::fillTarget(int disk)
{
    if (disk >= m_targetRows.size() || disk >= m_layout.plan().disks.size())
        return;
    const TargetRow &row = m_targetRows.at(disk);
    const Plan &plan = m_layout.plan();
    const Plan::Disk &target = plan.disks.at(disk);
    const DiskRoom room = roomOn(target, m_layout.facts());
    const bool leftOut = std::none_of(target.volumes.begin(), target.volumes.end(), [](const Plan::Volume &one) { return one.migrate; });
    const QSignalBlocker quietSize(row.size);
    const QModelIndex index = m_layout.diskIndex(disk);
    row.title->setText(index.data().toString());
    row.size->setValue(int(std::min<qint64>(target.sizeGiB, spinMostGiB)));
    row.size->setEnabled(plan.modifyDisks);
    //: the unit behind a number that is typed
    row.size->setSuffix(tr(" GiB"));
    //: %1 a disk, for screen readers
    row.size->setAccessibleName(tr("Size of %1 in GiB").arg(diskTitle(disk)));
    row.size->setAccessibleDescription(
        tr("%1 to %2 are possible.").arg(format::sizeGiB(leastGiB(target, m_layout.facts())), format::sizeGiB(mostGiB(target))));
    //: %1 the smallest possible size
    row.least->setText(tr("min. %1").arg(format::sizeGiB(leastGiB(target, m_layout.facts()))));
    //: %1 a size: on a disk
    row.free->setText(leftOut ? tr("not migrated") : tr("%1 free").arg(format::size(room.free)));
    row.bar->setAccessibleName(index.data(Qt::AccessibleTextRole).toString());
    const QString group = volumeGroupName(plan, disk);
    //: %1 the name of a volume group such as vg1
    row.lvm->setText(group.isEmpty() ? tr("LVM") : tr("LVM %1").arg(format::ltr(group)));
    //: %1 a disk, for screen readers
    row.lvm->setAccessibleName(tr("LVM on %1").arg(diskTitle(disk)));
    row.lvm->setChecked(target.lvm);
    row.lvm->setEnabled(plan.modifyDisks);
}

void DisksBars::retranslate()
{
    //: heading: the disks of the server
    m_sourceCaption->setText(tr("Source"));
    //: heading: the disks of the image
    m_targetCaption->setText(tr("Destination"));
    m_source.retranslate();
    refresh();
}

void DisksBars::setCurrent(const QModelIndex &index)
{
    m_selecting = true;
    for (const TargetRow &row : m_targetRows) {
        const QModelIndex segment = row.segments->fromLayout(index.siblingAtColumn(0));
        if (segment.isValid())
            row.bar->selectionModel()->setCurrentIndex(segment, QItemSelectionModel::ClearAndSelect);
        else
            row.bar->selectionModel()->clear();
        row.bar->viewport()->update();
    }
    m_selecting = false;
}

void DisksBars::setTarget(int disk)
{
    for (int i = 0; i < int(m_targetRows.size()); ++i)
        m_targetRows.at(i).bar->setTarget(i == disk);
}

QList<DiskBar *> DisksBars::bars() const
{
    QList<DiskBar *> out;
    for (const TargetRow &row : m_targetRows)
        out.append(row.bar);
    return out;
}

}
