#include "app/wizard/shell/clipboard.h"

#include <QClipboard>
#include <QGuiApplication>

namespace edgelift::wizard {

void copyText(const QString &text)
{
    QClipboard *clipboard = QGuiApplication::clipboard();
    clipboard->setText(text);
    if (clipboard->supportsSelection())
        clipboard->setText(text, QClipboard::Selection);
}

}
