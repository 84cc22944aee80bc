#include "app/wizard/models/layouthistory.h"

namespace edgelift::wizard {

void LayoutHistory::clear()
{
    m_past.clear();
    m_future.clear();
}

void LayoutHistory::done(const Plan &before)
{
    m_past.append({before.disks, before.modifyDisks});
    m_future.clear();
}

Plan LayoutHistory::undo(const Plan &now) { return exchange(now, m_past, m_future); }
Plan LayoutHistory::redo(const Plan &now) { return exchange(now, m_future, m_past); }

Plan LayoutHistory::exchange(const Plan &now, QList<Layout> &from, QList<Layout> &to)
{
    if (from.isEmpty())
        return now;
    to.append({now.disks, now.modifyDisks});
    const Layout layout = from.takeLast();
    Plan plan = now;
    plan.disks = layout.disks;
    plan.modifyDisks = layout.modify;
    return plan;
}

}
