#include "app/wizard/pages/targetrow.h"

#include "app/wizard/models/segmentmodel.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/diskbar.h"
#include "app/wizard/widgets/elidedlabel.h"
#include "core/layout/layoutroom.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>
#include <algorithm>

namespace edgelift::wizard {

namespace {

constexpr int spinMostGiB = 99999; ///< more than any disk may have, so that a wrong size can be typed and the answer is a sentence

QLabel *makeLabel(QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    return label;
}

}

TargetRow::TargetRow(LayoutModel &layout, int disk, QWidget *parent)
    : QObject(parent)
    , m_layout(layout)
    , m_disk(disk)
    , m_title(new ElidedLabel(parent))
    , m_size(new QSpinBox(parent))
    , m_least(makeLabel(parent))
    , m_bar(new DiskBar(parent))
    , m_free(makeLabel(parent))
    , m_lvm(new QCheckBox(parent))
    , m_segments(new SegmentModel(layout, disk, m_bar))
{
    m_size->setObjectName(QStringLiteral("diskSize%1").arg(disk));
    m_size->setRange(0, spinMostGiB);
    m_size->setKeyboardTracking(false); // one step of the history for a number, not for each digit
    m_bar->setObjectName(QStringLiteral("diskBar%1").arg(disk));
    m_bar->setContextMenuPolicy(Qt::CustomContextMenu);
    m_bar->setModel(m_segments);
    m_lvm->setObjectName(QStringLiteral("diskLvm%1").arg(disk));
    connectControls();
    connectBar();
}

void TargetRow::connectControls()
{
    const QString id = m_layout.plan().disks.at(m_disk).source;
    connect(m_size, &QSpinBox::valueChanged, this, [this, id](int size) {
        const QSignalBlocker quiet(m_size);
        m_layout.edit(ResizeDisk{id, size});
        fill();
    });
    connect(m_lvm, &QCheckBox::clicked, this, [this, id](bool on) {
        m_layout.edit(SetLvm{id, on});
        fill(); // refused: as it was
    });
}

void TargetRow::connectBar()
{
    const auto select = [this](const QModelIndex &index) {
        if (!m_selecting && index.isValid())
            Q_EMIT currentChanged(m_segments->toLayout(index));
    };
    connect(m_bar->selectionModel(), &QItemSelectionModel::currentChanged, this, select);
    connect(m_bar, &QAbstractItemView::pressed, this, select); // the current one of a bar may be that of no other view
    connect(m_bar, &DiskBar::dragEnded, this, &TargetRow::dragEnded);
    connect(m_bar, &DiskBar::resized, this, [this](const QString &volume, qint64 size) { m_layout.edit(ResizeVolume{volume, size}); });
    connect(m_bar, &QWidget::customContextMenuRequested, this,
        [this](const QPoint &point) { Q_EMIT menuWanted(m_bar->viewport()->mapToGlobal(point)); });
}

void TargetRow::place(QGridLayout &grid, int line, bool narrow) const
{
    grid.addWidget(m_title, line, 0);
    grid.addWidget(m_size, line, 1);
    grid.addWidget(m_least, line, 2);
    grid.addWidget(m_free, line, narrow ? 3 : 4);
    grid.addWidget(m_lvm, line, narrow ? 4 : 5);
    if (narrow)
        grid.addWidget(m_bar, line + 1, 0, 1, -1);
    else
        grid.addWidget(m_bar, line, 3);
}

QList<QWidget *> TargetRow::controls() const { return {m_size, m_bar, m_lvm}; }

void TargetRow::setCurrent(const QModelIndex &index)
{
    m_selecting = true;
    const QModelIndex segment = m_segments->fromLayout(index.siblingAtColumn(0));
    if (segment.isValid())
        m_bar->selectionModel()->setCurrentIndex(segment, QItemSelectionModel::ClearAndSelect);
    else
        m_bar->selectionModel()->clear();
    m_bar->viewport()->update();
    m_selecting = false;
}

void TargetRow::fill()
{
    if (m_disk >= m_layout.plan().disks.size())
        return;
    const Plan &plan = m_layout.plan();
    const Plan::Disk &target = plan.disks.at(m_disk);
    const DiskRoom room = roomOn(target, m_layout.facts());
    const bool leftOut = std::none_of(target.volumes.begin(), target.volumes.end(), [](const Plan::Volume &one) { return one.migrate; });
    const QModelIndex index = m_layout.diskIndex(m_disk);
    fillSize();
    m_title->setText(index.data().toString());
    //: %1 a size: on a disk
    m_free->setText(leftOut ? tr("not migrated") : tr("%1 free").arg(format::size(room.free)));
    m_bar->setAccessibleName(index.data(Qt::AccessibleTextRole).toString());
    const QString group = volumeGroupName(plan, m_disk);
    //: %1 the name of a volume group such as vg1
    m_lvm->setText(group.isEmpty() ? tr("LVM") : tr("LVM %1").arg(format::ltr(group)));
    //: %1 a disk, for screen readers
    m_lvm->setAccessibleName(tr("LVM on %1").arg(diskTitle(m_disk)));
    m_lvm->setChecked(target.lvm);
    m_lvm->setEnabled(plan.modifyDisks);
}

void TargetRow::fillSize()
{
    const QSignalBlocker quiet(m_size);
    const Plan &plan = m_layout.plan();
    const Plan::Disk &target = plan.disks.at(m_disk);
    m_size->setValue(int(std::min<qint64>(target.sizeGiB, spinMostGiB)));
    m_size->setEnabled(plan.modifyDisks);
    //: the unit behind a number that is typed
    m_size->setSuffix(tr(" GiB"));
    //: %1 a disk, for screen readers
    m_size->setAccessibleName(tr("Size of %1 in GiB").arg(diskTitle(m_disk)));
    m_size->setAccessibleDescription(
        tr("%1 to %2 are possible.").arg(format::sizeGiB(leastGiB(target, m_layout.facts())), format::sizeGiB(mostGiB(target))));
    //: %1 the smallest possible size
    m_least->setText(tr("min. %1").arg(format::sizeGiB(leastGiB(target, m_layout.facts()))));
}

}
