#include "app/wizard/widgets/marks.h"

#include <QPainter>
#include <QPixmap>

namespace edgelift::wizard::marks {

namespace {

void paintHandle(QPainter &painter, const QRectF &square)
{
    for (const double height : {0.3, 0.5, 0.7}) {
        const double y = square.top() + square.height() * height;
        painter.drawLine(QPointF(square.left() + square.width() * 0.15, y), QPointF(square.right() - square.width() * 0.15, y));
    }
}

void paintLock(QPainter &painter, const QRectF &square, const QColor &colour)
{
    const double width = square.width();
    painter.drawArc(QRectF(square.left() + width * 0.28, square.top() + width * 0.08, width * 0.44, width * 0.6), 0, 180 * 16);
    painter.fillRect(QRectF(square.left() + width * 0.15, square.top() + width * 0.42, width * 0.7, width * 0.5), colour);
}

void paintAlert(QPainter &painter, const QRectF &square)
{
    const double width = square.width();
    const QPointF top(square.center().x(), square.top() + width * 0.08);
    painter.drawPolygon(
        QPolygonF{top, square.topLeft() + QPointF(width * 0.96, width * 0.9), square.topLeft() + QPointF(width * 0.04, width * 0.9)});
    painter.drawLine(QPointF(top.x(), square.top() + width * 0.38), QPointF(top.x(), square.top() + width * 0.6));
    painter.drawPoint(QPointF(top.x(), square.top() + width * 0.76));
}

}

void paint(QPainter &painter, Mark mark, const QRectF &square, const QColor &colour)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, std::max(1.0, square.width() / 9), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    switch (mark) {
    case Mark::Handle:
        paintHandle(painter, square);
        break;
    case Mark::Lock:
        paintLock(painter, square, colour);
        break;
    case Mark::Alert:
        paintAlert(painter, square);
        break;
    case Mark::Down:
        painter.drawPolyline(QPolygonF{square.topLeft() + QPointF(square.width() * 0.2, square.height() * 0.38),
            square.topLeft() + QPointF(square.width() * 0.5, square.height() * 0.68),
            square.topLeft() + QPointF(square.width() * 0.8, square.height() * 0.38)});
        break;
    }
    painter.restore();
}

QIcon icon(Mark mark, int extent, qreal pixelRatio, const QColor &colour)
{
    QPixmap pixmap(QSize(extent, extent) * pixelRatio);
    pixmap.setDevicePixelRatio(pixelRatio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paint(painter, mark, QRectF(0, 0, extent, extent), colour);
    painter.end();
    QIcon out(pixmap);
    out.addPixmap(pixmap, QIcon::Selected); // the style would tint it
    return out;
}

QColor alertColour(const QPalette &palette)
{
    return palette.color(QPalette::Base).lightness() < 128 ? QColor(0xff, 0x8a, 0x80) : QColor(0xb0, 0x10, 0x10);
}

}
