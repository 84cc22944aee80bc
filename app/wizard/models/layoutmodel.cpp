#include "app/wizard/models/layoutmodel.h"

#include "core/layout/layoutroom.h"

#include <QMimeData>
#include <algorithm>
#include <cmath>

namespace edgelift::wizard {

namespace {

const QString volumeMime = QStringLiteral("application/x-edgelift-volume");

}

LayoutModel::LayoutModel(QObject *parent)
    : QAbstractItemModel(parent)
{
}

quintptr LayoutModel::keyOf(const QString &name)
{
    const auto it = m_keys.constFind(name);
    return it == m_keys.constEnd() ? *m_keys.insert(name, quintptr(m_keys.size() + 1)) : *it;
}

/// Keys are the same for the same disk and volume in every plan; a volume that stands in it twice has a key for each.
QList<LayoutModel::Node> LayoutModel::nodesOf(const Plan &plan)
{
    QList<Node> nodes;
    QHash<QString, int> seen;
    m_places.clear();
    const auto key = [&](const QString &kind, const QString &id) {
        const QString name = kind + id;
        return keyOf(name + QLatin1Char('#') + QString::number(seen[name]++));
    };
    for (qsizetype disk = 0; disk < plan.disks.size(); ++disk) {
        Node node{key(QStringLiteral("d:"), plan.disks.at(disk).source), {}};
        m_places.insert(node.key, {disk, -1});
        for (qsizetype i = 0; i < plan.disks.at(disk).volumes.size(); ++i) {
            node.volumes.append(key(QStringLiteral("v:"), plan.disks.at(disk).volumes.at(i).source));
            m_places.insert(node.volumes.last(), {disk, i});
        }
        nodes.append(node);
    }
    return nodes;
}

void LayoutModel::setPlan(const Plan &plan, const ServerFacts &facts)
{
    if (facts != m_facts) {
        m_history.clear();
        m_facts = facts;
    }
    show(plan);
}

void LayoutModel::show(const Plan &plan)
{
    m_plan = plan;
    m_problems = checkDisks(plan, m_facts);
    const QList<Node> wanted = nodesOf(plan);
    const auto everything = [](const QList<Node> &nodes) {
        QList<quintptr> keys;
        for (const Node &node : nodes)
            keys += node.volumes;
        std::sort(keys.begin(), keys.end());
        for (const Node &node : nodes) // disks keep their order, or it is another server
            keys.append(node.key);
        return keys;
    };
    if (everything(wanted) == everything(m_nodes)) {
        moveRows(wanted);
        tellAll();
        return;
    }
    beginResetModel();
    m_nodes = wanted;
    endResetModel();
}

void LayoutModel::moveRows(const QList<Node> &wanted)
{
    for (qsizetype disk = 0; disk < wanted.size(); ++disk) {
        for (qsizetype row = 0; row < wanted.at(disk).volumes.size(); ++row) {
            const quintptr key = wanted.at(disk).volumes.at(row);
            qsizetype from = 0; // what does not belong to an earlier disk still stands behind the rest of it
            while (from < m_nodes.size() && !m_nodes.at(from).volumes.contains(key))
                ++from;
            const qsizetype at = m_nodes.at(from).volumes.indexOf(key);
            if (from == disk && at == row)
                continue;
            beginMoveRows(index(int(from), 0), int(at), int(at), index(int(disk), 0), int(row));
            m_nodes[disk].volumes.insert(row, m_nodes[from].volumes.takeAt(at));
            endMoveRows();
        }
    }
}

void LayoutModel::tellAll()
{
    const int disks = int(m_nodes.size());
    for (int disk = 0; disk < disks; ++disk) {
        const QModelIndex top = index(disk, 0);
        if (const int rows = rowCount(top))
            Q_EMIT dataChanged(index(0, 0, top), index(rows - 1, ColumnCount - 1, top));
    }
    if (disks > 0)
        Q_EMIT dataChanged(index(0, 0), index(disks - 1, ColumnCount - 1));
}

bool LayoutModel::edit(const LayoutEdit &edit)
{
    const LayoutOutcome outcome = apply(m_plan, m_facts, edit);
    if (outcome.refused) {
        Q_EMIT refused(*outcome.refused);
        return false;
    }
    if (outcome.plan == m_plan)
        return true;
    m_history.done(m_plan);
    show(outcome.plan);
    Q_EMIT planChanged();
    return true;
}

void LayoutModel::undo()
{
    if (!m_history.canUndo())
        return;
    show(m_history.undo(m_plan));
    Q_EMIT planChanged();
}

void LayoutModel::redo()
{
    if (!m_history.canRedo())
        return;
    show(m_history.redo(m_plan));
    Q_EMIT planChanged();
}

QList<ArrangeStep> LayoutModel::fix()
{
    const Arrangement arrangement = arrange(m_plan, m_facts);
    if (!arrangement.steps.isEmpty()) {
        m_history.done(m_plan);
        show(arrangement.plan);
        Q_EMIT planChanged();
    }
    return arrangement.steps;
}

bool LayoutModel::moveTo(const QString &volume, const QString &disk, qsizetype position)
{
    const MoveVolume move{volume, disk, position};
    const DropVerdict verdict = mayDrop(m_plan, m_facts, move);
    if (verdict.allowed)
        return edit(move);
    Q_EMIT dropJudged(verdict);
    return false;
}

QModelIndex LayoutModel::diskIndex(qsizetype disk, Column column) const { return index(int(disk), column); }

QModelIndex LayoutModel::volumeIndex(const QString &volume, Column column) const
{
    const VolumePlace place = findVolume(m_plan, volume);
    return place.disk < 0 ? QModelIndex() : index(int(place.volume), column, index(int(place.disk), 0));
}

void LayoutModel::retranslate()
{
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
    tellAll();
}

QModelIndex LayoutModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, parent.isValid() ? m_nodes.at(parent.row()).volumes.at(row) : m_nodes.at(row).key);
}

QModelIndex LayoutModel::parent(const QModelIndex &index) const
{
    if (!index.isValid())
        return {};
    for (qsizetype disk = 0; disk < m_nodes.size(); ++disk) {
        if (m_nodes.at(disk).volumes.contains(index.internalId()))
            return createIndex(int(disk), 0, m_nodes.at(disk).key);
    }
    return {};
}

int LayoutModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return int(m_nodes.size());
    return isDisk(parent) && parent.column() == 0 ? int(m_nodes.at(parent.row()).volumes.size()) : 0;
}

int LayoutModel::columnCount(const QModelIndex &) const { return ColumnCount; }

VolumePlace LayoutModel::placeOf(const QModelIndex &index) const { return m_places.value(index.internalId()); }

bool LayoutModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    const VolumePlace place = placeOf(index);
    if (place.disk < 0 || (role != Qt::EditRole && role != Qt::CheckStateRole))
        return false;
    const Plan::Disk &disk = m_plan.disks.at(place.disk);
    const bool on = value.toInt() == Qt::Checked;
    if (place.volume < 0) {
        if (index.column() == Size && role == Qt::EditRole)
            return edit(ResizeDisk{disk.source, qint64(std::llround(value.toDouble()))});
        return index.column() == Lvm && role == Qt::CheckStateRole && edit(SetLvm{disk.source, on});
    }
    const QString volume = disk.volumes.at(place.volume).source;
    if (index.column() == Migrate && role == Qt::CheckStateRole)
        return edit(SetMigrate{volume, on});
    if (role != Qt::EditRole)
        return false;
    if (index.column() == Size)
        return edit(ResizeVolume{volume, value.toLongLong()});
    if (index.column() == Method)
        return edit(SetReplication{volume, Plan::Replication(value.toInt())});
    const int target = value.toInt();
    if (index.column() != Destination || target < 0 || target >= m_plan.disks.size())
        return false;
    return target == place.disk || moveTo(volume, m_plan.disks.at(target).source, m_plan.disks.at(target).volumes.size());
}

Qt::ItemFlags LayoutModel::flags(const QModelIndex &index) const
{
    const VolumePlace place = placeOf(index);
    if (place.disk < 0)
        return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (!m_plan.modifyDisks) // R74: shown, and used as it is
        return flags;
    flags |= Qt::ItemIsDropEnabled;
    if (place.volume < 0) {
        flags |= index.column() == Size ? Qt::ItemIsEditable : Qt::NoItemFlags;
        return flags | (index.column() == Lvm ? Qt::ItemIsUserCheckable : Qt::NoItemFlags);
    }
    const bool fixed = isFixed(m_plan.disks.at(place.disk).volumes.at(place.volume), m_facts);
    if (index.column() == Size || index.column() == Method || (index.column() == Destination && !fixed))
        flags |= Qt::ItemIsEditable;
    if (index.column() == Migrate)
        flags |= Qt::ItemIsUserCheckable;
    return flags | Qt::ItemIsDragEnabled; // what is fixed can be picked up, too: the answer says why it cannot be put down
}

QStringList LayoutModel::mimeTypes() const { return {volumeMime}; }

QMimeData *LayoutModel::mimeData(const QModelIndexList &indexes) const
{
    auto *data = new QMimeData;
    if (!indexes.isEmpty() && !isDisk(indexes.first()))
        data->setData(volumeMime, indexes.first().data(IdRole).toString().toUtf8());
    return data;
}

std::optional<MoveVolume> LayoutModel::moveOf(const QMimeData *data, int row, const QModelIndex &parent) const
{
    if (!data || !data->hasFormat(volumeMime) || !parent.isValid() || !m_plan.modifyDisks)
        return {};
    const VolumePlace onto = placeOf(parent); // on a mount target: before it
    const QString volume = QString::fromUtf8(data->data(volumeMime));
    qsizetype position = onto.volume >= 0 ? onto.volume : row >= 0 ? row : m_plan.disks.at(onto.disk).volumes.size();
    const VolumePlace from = findVolume(m_plan, volume);
    if (from.disk == onto.disk && position > from.volume)
        --position; // positions are counted without the volume itself
    return MoveVolume{volume, m_plan.disks.at(onto.disk).source, position};
}

bool LayoutModel::canDropMimeData(const QMimeData *data, Qt::DropAction action, int row, int, const QModelIndex &parent) const
{
    const std::optional<MoveVolume> move = moveOf(data, row, parent);
    if (!move || action != Qt::MoveAction)
        return false;
    const DropVerdict verdict = mayDrop(m_plan, m_facts, *move);
    Q_EMIT dropJudged(verdict);
    return verdict.allowed;
}

bool LayoutModel::dropMimeData(const QMimeData *data, Qt::DropAction action, int row, int column, const QModelIndex &parent)
{
    return canDropMimeData(data, action, row, column, parent) && edit(*moveOf(data, row, parent));
}

}
