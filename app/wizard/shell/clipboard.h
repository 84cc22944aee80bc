#pragma once
#include <QString>

namespace edgelift::wizard {

/// To the clipboard and, under X, to the selection that the middle mouse button pastes (ux.md D7).
void copyText(const QString &text);

}
