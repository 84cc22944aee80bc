#include "app/wizard/widgets/focuspass.h"

namespace edgelift::wizard {

void FocusPass::pass(QWidget *to)
{
    m_next = to;
    m_held = to->window()->focusWidget();
}

void FocusPass::settle(const QWidget *before)
{
    if (!m_next)
        return;
    QWidget *now = m_next->window()->focusWidget();
    if (m_held == before)
        m_held = now; // it went there by itself
    if (!m_next->isVisible() || !m_next->isEnabled())
        return;
    if (now == m_held || !now)
        m_next->setFocus(Qt::OtherFocusReason);
    m_next.clear();
}

}
