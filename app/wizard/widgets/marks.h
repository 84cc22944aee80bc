#pragma once
#include <QIcon>
#include <QPalette>

class QLabel;
class QPainter;
class QRectF;

/// Small signs that are drawn instead of written, so that no font has to know them. Each has a word beside it or as accessible name.
namespace edgelift::wizard::marks {

enum class Mark : quint8 {
    Handle, ///< can be dragged
    Lock, ///< stays where it is
    Alert, ///< something is wrong here
    Down, ///< opens a list, or is open
    Right, ///< can be opened; where it is read from right to left, paint Left
    Left,
    Done,
    Now, ///< this is where we are
    Information,
    Warning,
    Error,
    Close,
};

void paint(QPainter &painter, Mark mark, const QRectF &square, const QColor &colour);
[[nodiscard]] QIcon icon(Mark mark, int extent, qreal pixelRatio, const QColor &colour);
/// In its colour, as high as the text of the label.
void show(QLabel &label, Mark mark);
/// Readable on the grounds of this palette, at least 4.5:1: red, amber, green and blue of what is wrong, doubtful, done and worth
/// knowing; of all others the text's.
[[nodiscard]] QColor colourOf(Mark mark, const QPalette &palette);
[[nodiscard]] inline QColor alertColour(const QPalette &palette) { return colourOf(Mark::Alert, palette); }

}
