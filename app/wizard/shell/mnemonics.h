#pragma once
#include <QList>

class QWidget;

/// Letters that are pressed with Alt. Which ones collide depends on the language and on what is visible just now, so translators only
/// propose them.
namespace edgelift::wizard {

/// Gives every visible button and every label of a field in `root` a letter of its own: the one its text proposes (“&Next”) where it is
/// free, else another of its letters; “(&N)” for scripts without Latin or Cyrillic letters. Those in `first` choose before all others;
/// then the order of the widgets counts. What gets none has none. Does nothing to what is right already.
void assignMnemonics(QWidget &root, const QList<QWidget *> &first = {});

}
