#pragma once
#include "core/layout/plan.h"

#include <QList>

namespace edgelift::wizard {

/// The layouts a person went through, for undo and redo. Only the disks of a plan: settings made meanwhile stay.
class LayoutHistory
{
public:
    void clear();
    void done(const Plan &before); ///< a step away from `before`; what could be redone is forgotten
    [[nodiscard]] bool canUndo() const { return !m_past.isEmpty(); }
    [[nodiscard]] bool canRedo() const { return !m_future.isEmpty(); }
    [[nodiscard]] Plan undo(const Plan &now); ///< `now` itself when there is nothing
    [[nodiscard]] Plan redo(const Plan &now);

private:
    struct Layout
    {
        QList<Plan::Disk> disks;
        bool modify = false;
    };
    static Plan exchange(const Plan &now, QList<Layout> &from, QList<Layout> &to);

    QList<Layout> m_past;
    QList<Layout> m_future;
};

}
