#include "core/receiver/bootfix/textlines.h"

namespace edgelift::bootfix {

QByteArray editLines(const QByteArray &content, const std::function<LineEdit(QByteArray &)> &edit)
{
    QByteArray out;
    for (qsizetype at = 0; at < content.size();) {
        const qsizetype end = content.indexOf('\n', at);
        const qsizetype stop = end < 0 ? content.size() : end;
        QByteArray line = content.mid(at, stop - at);
        if (edit(line) == LineEdit::Keep)
            out += line + (end < 0 ? QByteArray() : QByteArray("\n"));
        at = stop + 1;
    }
    return out;
}

QByteArray commented(const QByteArray &line) { return "# edgelift: " + line; }

}
