#pragma once
#include "app/wizard/widgets/textlabel.h"

#include <QPushButton>

namespace edgelift::wizard {

/// The plain pieces of a page, made alike everywhere.

/// A text that can be selected by keys as well. `name` is what tests reach for.
[[nodiscard]] TextLabel *makeText(QWidget *parent, const char *name);
[[nodiscard]] QPushButton *makeButton(QWidget *parent, const char *name);

/// Says it, and hides what is empty.
void sayOrHide(TextLabel &label, const QString &text);
/// The label's font in bold, or not.
void embolden(QWidget &widget, bool bold = true);
/// Scrolls the page so that this can be seen, as soon as it has its place.
void bringIntoView(QWidget &widget);

}
