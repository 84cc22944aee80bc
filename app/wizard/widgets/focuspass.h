#pragma once
#include <QPointer>
#include <QWidget>

namespace edgelift::wizard {

/// Hands the focus on when the button that has it is about to go: to the one that takes its place, as soon as that can be used, unless
/// somebody went elsewhere meanwhile. Of one window.
class FocusPass
{
public:
    /// `to` must be in a window. What has the focus now is about to go.
    void pass(QWidget *to);
    /// Called after everything that may have hidden or disabled what had the focus `before`.
    void settle(const QWidget *before);

private:
    QPointer<QWidget> m_next; ///< null: nothing is to be handed on
    QPointer<QWidget> m_held; ///< has the focus until then
};

}
