#pragma once
#include "app/wizard/models/layoutmodel.h"

#include <QObject>

class QKeyEvent;
class QMenu;

namespace edgelift::wizard {

class DisksTable;

/// What the mouse can do with mount targets, by keys and by menu, in the table and in every bar (ux.md 2.8). What it is done to is the
/// table's current row.
class LayoutGestures final : public QObject
{
    Q_OBJECT
public:
    /// Both must outlive this.
    LayoutGestures(LayoutModel &layout, DisksTable &table, QObject *parent = nullptr);

    void watch(QObject *view); ///< its keys are taken from now on
    void showMenu(const QPoint &globalPosition);
    void cancel(); ///< what is picked up stays where it is
    [[nodiscard]] const QString &carried() const { return m_carried; } ///< VolumeFacts::id of what is picked up; empty: nothing
    [[nodiscard]] int target() const { return m_target; } ///< the disk it would go to; -1: nothing is picked up

    bool eventFilter(QObject *watched, QEvent *event) override;

Q_SIGNALS:
    void pickedUp(const QString &name);
    void targetChanged(int disk); ///< -1: nothing is picked up any more

private:
    [[nodiscard]] QModelIndex current() const;
    [[nodiscard]] QString volume() const; ///< of the current row; empty on a disk
    bool key(const QKeyEvent &event);
    bool keyWhileCarrying(const QKeyEvent &event);
    bool keyWithAlt(const QKeyEvent &event);
    void pickUp();
    void aim(int disk);
    void drop();
    void moveToDisk(int disk);
    void moveBy(int rows);
    void toggle(LayoutModel::Column column);
    void fillVolumeMenu(QMenu &menu);

    LayoutModel &m_layout;
    DisksTable &m_table;
    QString m_carried;
    int m_target = -1;
};

}
