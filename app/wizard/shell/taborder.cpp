#include "app/wizard/shell/taborder.h"

#include <QAbstractButton>
#include <algorithm>

namespace edgelift::wizard {

namespace {

struct Stop
{
    QWidget *widget;
    QRect place; ///< on the pane
};

/// Of exclusive buttons the chosen one; arrows lead to the others.
bool standsBack(const QWidget &widget)
{
    const auto *button = qobject_cast<const QAbstractButton *>(&widget);
    if (!button || !button->autoExclusive() || button->isChecked() || !widget.parentWidget())
        return false;
    const QList<QAbstractButton *> all = widget.parentWidget()->findChildren<QAbstractButton *>(QString(), Qt::FindDirectChildrenOnly);
    return std::any_of(all.begin(), all.end(), [](const QAbstractButton *each) { return each->autoExclusive() && each->isChecked(); });
}

bool takesTab(const QWidget &widget, const QWidget &pane)
{
    return !standsBack(widget) && (widget.focusPolicy() & Qt::TabFocus) && !widget.focusProxy() && widget.isEnabled()
        && widget.isVisibleTo(&pane) && widget.window() == pane.window();
}

}

QList<QWidget *> tabOrder(const QWidget &pane)
{
    QList<Stop> stops;
    if (takesTab(pane, pane))
        stops.append({const_cast<QWidget *>(&pane), pane.rect()});
    for (QWidget *widget : pane.findChildren<QWidget *>()) {
        if (takesTab(*widget, pane))
            stops.append({widget, {widget->mapTo(&pane, QPoint()), widget->size()}});
    }
    std::stable_sort(stops.begin(), stops.end(), [](const Stop &a, const Stop &b) { return a.place.top() < b.place.top(); });
    const bool mirrored = pane.isRightToLeft();
    const auto reads = [mirrored](const Stop &a, const Stop &b) {
        return mirrored ? a.place.right() > b.place.right() : a.place.left() < b.place.left();
    };
    QList<QWidget *> out;
    for (auto line = stops.begin(); line != stops.end();) {
        // a line: what begins above the middle of its first
        const int middle = line->place.top() + std::min(line->place.height(), pane.fontMetrics().height() * 2) / 2;
        const auto end = std::find_if(line, stops.end(), [middle](const Stop &stop) { return stop.place.top() > middle; });
        std::stable_sort(line, end, reads);
        for (; line != end; ++line)
            out.append(line->widget);
    }
    return out;
}

}
