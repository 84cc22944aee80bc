#include "app/wizard/pages/diskrows.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/discard.h"
#include "app/wizard/widgets/elidedlabel.h"
#include "app/wizard/widgets/valuelabel.h"

#include <QGridLayout>
#include <QProgressBar>

namespace edgelift::wizard {

namespace {

constexpr int barSteps = 1000;

double shareOf(const ProgressInfo::Disk &disk) { return disk.total.count == 0 ? 1 : double(disk.done.count) / double(disk.total.count); }

}

DiskRows::DiskRows(QWidget *parent)
    : QWidget(parent)
    , m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setVerticalSpacing(2);
    m_grid->setColumnStretch(1, 1);
    hide();
}

void DiskRows::show(const QList<ProgressInfo::Disk> &disks)
{
    const bool others = m_disks.size() != disks.size();
    m_disks = disks;
    if (disks.size() < m_rows.size()) {
        discardItems(*m_grid);
        m_rows.clear();
    }
    while (m_rows.size() < disks.size())
        addRow();
    if (others)
        reserve();
    for (int i = 0; i < m_rows.size(); ++i)
        fill(i);
}

void DiskRows::addRow()
{
    const int at = int(m_rows.size());
    const QString number = QString::number(at);
    const Row row{new ElidedLabel(this), new QProgressBar(this), new ValueLabel(this, QLatin1String("diskPercent") + number),
        new ValueLabel(this, QLatin1String("diskAmount") + number)};
    row.name->setObjectName(QLatin1String("diskName") + number);
    row.bar->setObjectName(QLatin1String("diskProgress") + number);
    row.bar->setRange(0, barSteps);
    row.bar->setTextVisible(false);
    row.bar->setFixedHeight(fontMetrics().height() * 3 / 4);
    m_grid->addWidget(row.name, at, 0);
    m_grid->addWidget(row.bar, at, 1);
    m_grid->addWidget(row.percent, at, 2);
    m_grid->addWidget(row.amount, at, 3);
    m_rows.append(row);
}

void DiskRows::fill(int index)
{
    const ProgressInfo::Disk &disk = m_disks.at(index);
    const Row &row = m_rows.at(index);
    const QString device = format::ltr(format::shown(disk.name.isEmpty() ? disk.id : disk.name));
    //: %1: the name of a disk such as /dev/vda
    const QString name = index == 0 ? tr("System disk %1").arg(device) : tr("Data disk %1").arg(device);
    const QString percent = format::percent(shareOf(disk));
    row.name->setText(name);
    row.bar->setValue(int(shareOf(disk) * barSteps));
    row.bar->setAccessibleName(tr("Progress of %1").arg(name));
    row.percent->setValue(percent);
    //: Of a disk: amount that is copied, amount in all
    row.amount->setValue(tr("%1 of %2").arg(format::size(disk.done), format::size(disk.total)));
}

/// For the largest numbers there will be.
void DiskRows::reserve()
{
    for (int i = 0; i < m_rows.size(); ++i) {
        const QString whole = format::size(m_disks.at(i).total);
        constexpr Bytes widest{888ULL << 20 | 900ULL << 10}; // "888.9 MiB": as wide as anything
        m_rows.at(i).percent->reserve(format::percent(1));
        m_rows.at(i).amount->reserve(tr("%1 of %2").arg(format::size(widest), whole));
    }
}

void DiskRows::retranslate()
{
    reserve();
    for (int i = 0; i < m_rows.size(); ++i)
        fill(i);
}

}
