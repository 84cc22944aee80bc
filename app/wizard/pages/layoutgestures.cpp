#include "app/wizard/pages/layoutgestures.h"

#include "app/wizard/pages/diskstable.h"

#include <QKeyEvent>
#include <QMenu>
#include <algorithm>

namespace edgelift::wizard {

LayoutGestures::LayoutGestures(LayoutModel &layout, DisksTable &table, QObject *parent)
    : QObject(parent)
    , m_layout(layout)
    , m_table(table)
{
    watch(&table);
    connect(&layout, &LayoutModel::planChanged, this, &LayoutGestures::cancel);
    connect(&layout, &QAbstractItemModel::modelReset, this, &LayoutGestures::cancel);
}

void LayoutGestures::watch(QObject *view) { view->installEventFilter(this); }

QModelIndex LayoutGestures::current() const { return m_table.currentIndex().siblingAtColumn(LayoutModel::Name); }

QString LayoutGestures::volume() const
{
    return LayoutModel::isDisk(current()) ? QString() : current().data(LayoutModel::IdRole).toString();
}

bool LayoutGestures::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride && !m_carried.isEmpty()) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Escape || key == Qt::Key_Return || key == Qt::Key_Enter) { // ours before the window's
            event->accept();
            return true;
        }
    }
    if (event->type() == QEvent::KeyPress && key(*static_cast<QKeyEvent *>(event)))
        return true;
    return QObject::eventFilter(watched, event);
}

bool LayoutGestures::key(const QKeyEvent &event)
{
    if (!m_carried.isEmpty() && keyWhileCarrying(event))
        return true;
    const Qt::KeyboardModifiers modifiers = event.modifiers() & ~Qt::KeypadModifier;
    if (modifiers == Qt::AltModifier)
        return keyWithAlt(event);
    if (event.matches(QKeySequence::Cut)) {
        pickUp();
        return true;
    }
    if (modifiers != Qt::NoModifier || !current().isValid())
        return false;
    if (event.key() == Qt::Key_F2) {
        m_table.editSize();
        return true;
    }
    if (event.key() == Qt::Key_Space) {
        toggle(volume().isEmpty() ? LayoutModel::Lvm : LayoutModel::Migrate);
        return true;
    }
    if (event.key() == Qt::Key_L && volume().isEmpty()) {
        toggle(LayoutModel::Lvm);
        return true;
    }
    if (event.text().size() == 1 && event.text().at(0).isDigit()) {
        QKeyEvent first(QEvent::KeyPress, event.key(), event.modifiers(), event.text());
        m_table.editSize(&first);
        return true;
    }
    return false;
}

bool LayoutGestures::keyWhileCarrying(const QKeyEvent &event)
{
    const int last = m_layout.rowCount() - 1;
    switch (event.key()) {
    case Qt::Key_Up:
        aim(std::max(0, m_target - 1));
        return true;
    case Qt::Key_Down:
        aim(std::min(last, m_target + 1));
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        drop();
        return true;
    case Qt::Key_Escape:
        cancel();
        return true;
    default:
        return false;
    }
}

bool LayoutGestures::keyWithAlt(const QKeyEvent &event)
{
    if (event.key() >= Qt::Key_1 && event.key() <= Qt::Key_5) {
        moveToDisk(event.key() - Qt::Key_1);
        return true;
    }
    if (event.key() == Qt::Key_Up || event.key() == Qt::Key_Down) {
        moveBy(event.key() == Qt::Key_Up ? -1 : 1);
        return true;
    }
    return false;
}

void LayoutGestures::pickUp()
{
    if (volume().isEmpty() || !(current().flags() & Qt::ItemIsDragEnabled))
        return;
    m_carried = volume();
    Q_EMIT pickedUp(current().data().toString());
    aim(current().parent().row());
}

void LayoutGestures::aim(int disk)
{
    m_target = disk;
    Q_EMIT targetChanged(disk);
    const Plan::Disk &target = m_layout.plan().disks.at(disk);
    if (findVolume(m_layout.plan(), m_carried).disk != disk)
        Q_EMIT m_layout.dropJudged(mayDrop(m_layout.plan(), m_layout.facts(), {m_carried, target.source, target.volumes.size()}));
}

void LayoutGestures::drop()
{
    const Plan::Disk &target = m_layout.plan().disks.at(m_target);
    if (findVolume(m_layout.plan(), m_carried).disk == m_target)
        cancel(); // it is there already
    else
        m_layout.moveTo(m_carried, target.source, target.volumes.size()); // refused: it stays picked up for another disk
}

void LayoutGestures::cancel()
{
    if (m_carried.isEmpty())
        return;
    m_carried.clear();
    m_target = -1;
    Q_EMIT targetChanged(-1);
}

void LayoutGestures::moveToDisk(int disk)
{
    if (!m_layout.plan().modifyDisks || volume().isEmpty() || disk >= m_layout.rowCount() || current().parent().row() == disk)
        return;
    const Plan::Disk &target = m_layout.plan().disks.at(disk);
    m_layout.moveTo(volume(), target.source, target.volumes.size());
}

void LayoutGestures::moveBy(int rows)
{
    const VolumePlace place = findVolume(m_layout.plan(), volume());
    if (!m_layout.plan().modifyDisks || place.disk < 0)
        return;
    const Plan::Disk &disk = m_layout.plan().disks.at(place.disk);
    const qsizetype position = place.volume + rows;
    if (position >= 0 && position < disk.volumes.size())
        m_layout.moveTo(volume(), disk.source, position);
}

void LayoutGestures::toggle(LayoutModel::Column column)
{
    const QModelIndex index = current().siblingAtColumn(column);
    if (index.flags() & Qt::ItemIsUserCheckable)
        m_layout.setData(index, index.data(Qt::CheckStateRole).toInt() == Qt::Checked ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
}

void LayoutGestures::showMenu(const QPoint &globalPosition)
{
    if (!current().isValid() || !m_layout.plan().modifyDisks)
        return;
    auto *menu = new QMenu(&m_table);
    menu->setObjectName(QStringLiteral("layoutMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (!volume().isEmpty())
        fillVolumeMenu(*menu);
    QAction *size = menu->addAction(tr("Change &size"), this, [this] {
        m_table.setFocus();
        m_table.editSize();
    });
    size->setShortcut(Qt::Key_F2);
    const LayoutModel::Column column = volume().isEmpty() ? LayoutModel::Lvm : LayoutModel::Migrate;
    QAction *check = menu->addAction(volume().isEmpty() ? tr("&LVM") : tr("&Migrate"), this, [this, column] { toggle(column); });
    check->setCheckable(true);
    check->setChecked(current().siblingAtColumn(column).data(Qt::CheckStateRole).toInt() == Qt::Checked);
    menu->popup(globalPosition);
}

void LayoutGestures::fillVolumeMenu(QMenu &menu)
{
    //: a menu of disks
    QMenu *disks = menu.addMenu(tr("Mo&ve to"));
    disks->setObjectName(QStringLiteral("moveToMenu"));
    disks->setEnabled(!current().data(LayoutModel::FixedRole).toBool());
    for (int disk = 0; disk < m_layout.rowCount(); ++disk) {
        QString name = m_layout.diskIndex(disk).data().toString();
        name.replace(QLatin1Char('&'), QLatin1String("&&"));
        QAction *action = disks->addAction(name, this, [this, disk] { moveToDisk(disk); });
        action->setEnabled(disk != current().parent().row());
        if (disk < 5)
            action->setShortcut(QKeySequence(Qt::ALT | Qt::Key(Qt::Key_1 + disk)));
    }
    const auto order = [&](const QString &text, int rows, Qt::Key key) {
        QAction *action = menu.addAction(text, this, [this, rows] { moveBy(rows); });
        action->setShortcut(QKeySequence(Qt::ALT | key));
    };
    order(tr("Move &up"), -1, Qt::Key_Up);
    order(tr("Move &down"), 1, Qt::Key_Down);
}

}
