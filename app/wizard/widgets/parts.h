#pragma once
#include <QLabel>
#include <QPushButton>

namespace edgelift::wizard {

/// The plain pieces of a page, made alike everywhere.

/// A text that wraps and can be selected. `name` is what tests reach for.
[[nodiscard]] QLabel *makeText(QWidget *parent, const char *name);
[[nodiscard]] QPushButton *makeButton(QWidget *parent, const char *name);

/// Shows `text` and names the label after it; a word without end may break. Touches nothing when it is shown already.
void put(QLabel &label, const QString &text);
/// The same, and hides what is empty.
void putOrHide(QLabel &label, const QString &text);
/// The label's font in bold, or not.
void embolden(QWidget &widget, bool bold = true);
/// Scrolls the page so that this can be seen, as soon as it has its place.
void bringIntoView(QWidget &widget);

}
