#pragma once
#include <QIcon>
#include <QPalette>

class QPainter;
class QRectF;

/// Small signs that are drawn instead of written, so that no font has to know them. Each has a word beside it or as accessible name.
namespace edgelift::wizard::marks {

enum class Mark : quint8 {
    Handle, ///< can be dragged
    Lock, ///< stays where it is
    Alert, ///< something is wrong here
    Down, ///< opens a list
};

void paint(QPainter &painter, Mark mark, const QRectF &square, const QColor &colour);
[[nodiscard]] QIcon icon(Mark mark, int extent, qreal pixelRatio, const QColor &colour);
/// Of what is wrong: readable on the ground of text in this palette, at least 4.5:1.
[[nodiscard]] QColor alertColour(const QPalette &palette);

}
