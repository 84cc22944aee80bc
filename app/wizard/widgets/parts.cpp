#include "app/wizard/widgets/parts.h"

#include <QPointer>
#include <QScrollArea>
#include <QScrollBar>
#include <QTimer>
#include <algorithm>

namespace edgelift::wizard {

TextLabel *makeText(QWidget *parent, const char *name)
{
    auto *label = new TextLabel(parent, name);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

QPushButton *makeButton(QWidget *parent, const char *name)
{
    auto *button = new QPushButton(parent);
    button->setObjectName(QLatin1String(name));
    button->setAutoDefault(false);
    return button;
}

void sayOrHide(TextLabel &label, const QString &text)
{
    label.say(text);
    label.setVisible(!text.isEmpty());
}

void embolden(QWidget &widget, bool bold)
{
    QFont font = widget.font();
    font.setBold(bold);
    widget.setFont(font);
}

void bringIntoView(QWidget &widget)
{
    const QPointer<QWidget> guarded(&widget);
    const auto scroll = [guarded] { // not ensureWidgetVisible(): of a text it shows the cursor only
        QWidget *up = guarded->parentWidget();
        while (up && !qobject_cast<QScrollArea *>(up))
            up = up->parentWidget();
        if (!up || !guarded->isVisible())
            return;
        const auto *area = static_cast<QScrollArea *>(up);
        constexpr int margin = 8;
        const int top = guarded->mapTo(area->widget(), QPoint()).y() - margin;
        const int bottom = top + guarded->height() + 2 * margin;
        QScrollBar *bar = area->verticalScrollBar();
        if (top < bar->value() || bottom > bar->value() + area->viewport()->height())
            bar->setValue(std::min(top, bottom - area->viewport()->height()));
    };
    // After the layout's turn, and that of the scroll area, which follows it.
    QTimer::singleShot(0, &widget, [guarded, scroll] { QTimer::singleShot(0, guarded, scroll); });
}

}
