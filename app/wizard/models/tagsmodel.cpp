#include "app/wizard/models/tagsmodel.h"

#include "app/wizard/shell/format.h"

namespace edgelift::wizard {

QVariant TagsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || (role != Qt::DisplayRole && role != Qt::EditRole))
        return {};
    const auto &[key, value] = m_tags.at(index.row());
    const QString &text = index.column() == 0 ? key : value;
    return role == Qt::EditRole ? text : format::shown(text);
}

QVariant TagsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole)
        return {};
    if (orientation == Qt::Vertical)
        return section + 1;
    return section == 0 ? tr("Key") : tr("Value");
}

Qt::ItemFlags TagsModel::flags(const QModelIndex &index) const
{
    return QAbstractTableModel::flags(index) | (index.isValid() ? Qt::ItemIsEditable : Qt::NoItemFlags);
}

bool TagsModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::EditRole || !checkIndex(index, CheckIndexOption::IndexIsValid))
        return false;
    auto &tag = m_tags[index.row()];
    (index.column() == 0 ? tag.first : tag.second) = value.toString();
    Q_EMIT dataChanged(index, index);
    Q_EMIT edited();
    return true;
}

void TagsModel::setTags(const QMap<QString, QString> &given)
{
    if (given == tags())
        return;
    beginResetModel();
    m_tags.clear();
    for (auto it = given.begin(); it != given.end(); ++it)
        m_tags.append({it.key(), it.value()});
    endResetModel();
}

QMap<QString, QString> TagsModel::tags() const
{
    QMap<QString, QString> out;
    for (const auto &[key, value] : m_tags) {
        if (!out.contains(key))
            out.insert(key, value);
    }
    return out;
}

int TagsModel::add()
{
    const int row = int(m_tags.size());
    beginInsertRows({}, row, row);
    m_tags.append(std::pair<QString, QString>());
    endInsertRows();
    Q_EMIT edited();
    return row;
}

void TagsModel::remove(int row)
{
    if (row < 0 || row >= m_tags.size())
        return;
    beginRemoveRows({}, row, row);
    m_tags.removeAt(row);
    endRemoveRows();
    Q_EMIT edited();
}

}
