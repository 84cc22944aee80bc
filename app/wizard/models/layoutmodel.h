#pragma once
#include "app/wizard/models/layouthistory.h"
#include "core/layout/arrange.h"
#include "core/layout/layoutedit.h"

#include <QAbstractItemModel>
#include <QHash>

namespace edgelift::wizard {

/// The target disks, and below each its mount targets: for the table and, one disk at a time, for the bars. Every rule is in core/layout;
/// an edit that is refused changes nothing and is told by refused(). Rows move, so selections follow a mount target to its new disk.
class LayoutModel final : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column : quint8 { Name, Migrate, Destination, Size, Used, Least, Method, Lvm, Notes, ColumnCount };
    enum Role : int {
        IdRole = Qt::UserRole, ///< DiskFacts::id or VolumeFacts::id
        BytesRole, ///< quint64: size of the disk, or what the volume takes on it (0: not migrated)
        UsedRole, ///< quint64: by the filesystem
        FreeRole, ///< quint64, disks
        OverRole, ///< quint64, disks: too much by this
        FixedRole, ///< bool: cannot be moved
        BlockedRole, ///< bool: a blocker is about this row
        DetailRole, ///< QString: all there is to say about this row, in sentences; may be empty
    };

    explicit LayoutModel(QObject *parent = nullptr);

    /// Shows another plan or server. The history stays unless the disks are others.
    void setPlan(const Plan &plan, const ServerFacts &facts);
    [[nodiscard]] const Plan &plan() const { return m_plan; }
    [[nodiscard]] const ServerFacts &facts() const { return m_facts; }
    [[nodiscard]] const QList<Problem> &problems() const { return m_problems; }
    [[nodiscard]] const LayoutHistory &history() const { return m_history; }

    bool edit(const LayoutEdit &edit); ///< false: refused
    void undo();
    void redo();
    QList<ArrangeStep> fix(); ///< what arrange() did; one step of the history
    /// Like a drop, by keyboard or menu: to the end of another disk. Refused when mayDrop() says no.
    bool moveTo(const QString &volume, const QString &disk, qsizetype position);

    [[nodiscard]] QModelIndex diskIndex(qsizetype disk, Column column = Name) const;
    [[nodiscard]] QModelIndex volumeIndex(const QString &volume, Column column = Name) const;
    [[nodiscard]] static bool isDisk(const QModelIndex &index) { return index.isValid() && !index.parent().isValid(); }
    void retranslate();

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
    QStringList mimeTypes() const override;
    QMimeData *mimeData(const QModelIndexList &indexes) const override;
    bool canDropMimeData(const QMimeData *data, Qt::DropAction action, int row, int column, const QModelIndex &parent) const override;
    bool dropMimeData(const QMimeData *data, Qt::DropAction action, int row, int column, const QModelIndex &parent) override;

Q_SIGNALS:
    void planChanged(); ///< by an edit, undo, redo or fix
    void refused(const edgelift::Problem &problem);
    void dropJudged(const edgelift::DropVerdict &verdict) const; ///< while something is dragged over a view

private:
    struct Node
    {
        quintptr key = 0; ///< of the disk
        QList<quintptr> volumes;
    };
    [[nodiscard]] QList<Node> nodesOf(const Plan &plan);
    quintptr keyOf(const QString &name);
    void show(const Plan &plan);
    void moveRows(const QList<Node> &wanted);
    void tellAll();
    [[nodiscard]] VolumePlace placeOf(const QModelIndex &index) const; ///< volume -1: a disk row
    [[nodiscard]] std::optional<MoveVolume> moveOf(const QMimeData *data, int row, const QModelIndex &parent) const;
    [[nodiscard]] QVariant diskText(qsizetype disk, int column) const;
    [[nodiscard]] QVariant volumeText(VolumePlace place, int column) const;
    [[nodiscard]] QVariant barData(VolumePlace place, int role) const;
    [[nodiscard]] QVariant editData(VolumePlace place, int column) const;
    [[nodiscard]] QVariant checkState(VolumePlace place, int column) const;
    [[nodiscard]] QString accessibleText(VolumePlace place, int column) const;
    [[nodiscard]] QString notes(VolumePlace place) const; ///< a few words: why this method, or the codes of what is wrong
    [[nodiscard]] QString detail(VolumePlace place) const;
    [[nodiscard]] QString wholeName(VolumePlace place) const;
    [[nodiscard]] QList<Problem> problemsOf(VolumePlace place) const;

    Plan m_plan;
    ServerFacts m_facts;
    QList<Problem> m_problems;
    LayoutHistory m_history;
    QList<Node> m_nodes; ///< as the views know them; while rows are moved, one step behind the plan
    QHash<QString, quintptr> m_keys;
    QHash<quintptr, VolumePlace> m_places; ///< in the plan
};

}
