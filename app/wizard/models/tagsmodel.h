#pragma once
#include "core/layout/planrules.h"

#include <QAbstractTableModel>

namespace edgelift::wizard {

/// The tags of a job while they are edited: a row each, where a key may be empty or stand twice until it is corrected.
class TagsModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : int(m_tags.size()); }
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : 2; }
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex &index) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;

    void setTags(const QMap<QString, QString> &tags); ///< nothing happens when they are the same
    [[nodiscard]] QMap<QString, QString> tags() const; ///< of a key that stands twice, the first
    [[nodiscard]] QList<Problem> problems() const { return checkTags(m_tags); }
    [[nodiscard]] bool isFull() const { return m_tags.size() >= limits::tagsMost; }
    int add(); ///< an empty one; its row
    void remove(int row);
    void retranslate() { Q_EMIT headerDataChanged(Qt::Horizontal, 0, 1); }

Q_SIGNALS:
    void edited();

private:
    QList<std::pair<QString, QString>> m_tags;
};

}
