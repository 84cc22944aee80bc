#pragma once
#include <QByteArray>
#include <QList>
#include <QString>
#include <functional>

namespace edgelift::bootfix {

enum class LineEdit : quint8 { Keep, Drop };

/// `content` with each line given to `edit`, which may change or drop it. Newlines stay as they are, also a missing last one.
[[nodiscard]] QByteArray editLines(const QByteArray &content, const std::function<LineEdit(QByteArray &line)> &edit);
[[nodiscard]] QByteArray commented(const QByteArray &line); ///< "# edgelift: <line>": out of effect, and seen to be ours

}
