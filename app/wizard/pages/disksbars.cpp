#include "app/wizard/pages/disksbars.h"

#include "app/wizard/models/segmentmodel.h"
#include "app/wizard/pages/targetrow.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/diskbar.h"
#include "app/wizard/widgets/elidedlabel.h"
#include "core/layout/defaultplan.h"
#include "core/layout/layoutchange.h"
#include "core/layout/layoutroom.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>

namespace edgelift::wizard {

namespace {

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
    for (TargetRow *row : std::as_const(m_targetRows))
        row->fill();
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

TargetRow *DisksBars::makeTargetRow(int disk)
{
    auto *row = new TargetRow(m_layout, disk, m_rows);
    connect(row, &TargetRow::currentChanged, this, &DisksBars::currentChanged);
    connect(row, &TargetRow::dragEnded, this, &DisksBars::dragEnded);
    connect(row, &TargetRow::menuWanted, this, &DisksBars::menuWanted);
    return row;
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
    for (const TargetRow *row : std::as_const(m_targetRows)) {
        for (QWidget *control : row->controls()) {
            if (last)
                setTabOrder(last, control);
            last = control;
        }
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
    for (const TargetRow *row : m_targetRows)
        row->place(*grid, grid->rowCount(), m_narrow);
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
    for (TargetRow *row : std::as_const(m_targetRows))
        row->setCurrent(index);
}

void DisksBars::setTarget(int disk)
{
    for (int i = 0; i < int(m_targetRows.size()); ++i)
        m_targetRows.at(i)->bar()->setTarget(i == disk);
}

QList<DiskBar *> DisksBars::bars() const
{
    QList<DiskBar *> out;
    for (const TargetRow *row : m_targetRows)
        out.append(row->bar());
    return out;
}

}
