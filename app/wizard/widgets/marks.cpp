#include "app/wizard/widgets/marks.h"

#include <QLabel>
#include <QPainter>
#include <QPixmap>
#include <functional>

namespace edgelift::wizard::marks {

namespace {

/// Points of a square of 1 x 1, on the square that is painted.
class Place
{
public:
    explicit Place(const QRectF &square)
        : m_square(square)
    {
    }
    [[nodiscard]] QPointF operator()(double x, double y) const
    {
        return {m_square.left() + m_square.width() * x, m_square.top() + m_square.height() * y};
    }
    [[nodiscard]] QRectF operator()(double x, double y, double width, double height) const
    {
        return {(*this)(x, y), (*this)(x + width, y + height)};
    }

private:
    QRectF m_square;
};

void paintHandle(QPainter &painter, const Place &at)
{
    for (const double y : {0.3, 0.5, 0.7})
        painter.drawLine(at(0.15, y), at(0.85, y));
}

void paintLock(QPainter &painter, const Place &at, const QColor &colour)
{
    painter.drawArc(at(0.28, 0.08, 0.44, 0.6), 0, 180 * 16);
    painter.fillRect(at(0.15, 0.42, 0.7, 0.5), colour);
}

/// The mark stands in the colour of what it is painted on.
void paintSign(QPainter &painter, const Place &at, const QColor &colour, const QPolygonF &ground, const std::function<void()> &sign)
{
    const bool light = qGray(colour.rgb()) > 128;
    painter.setBrush(colour);
    if (ground.isEmpty())
        painter.drawEllipse(at(0.06, 0.06, 0.88, 0.88));
    else
        painter.drawPolygon(ground);
    QPen pen = painter.pen();
    pen.setColor(light ? Qt::black : Qt::white);
    painter.setPen(pen);
    sign();
}

void paintExclamation(QPainter &painter, const Place &at)
{
    painter.drawLine(at(0.5, 0.38), at(0.5, 0.6));
    painter.drawPoint(at(0.5, 0.78));
}

void paintCross(QPainter &painter, const Place &at, double from)
{
    painter.drawLine(at(from, from), at(1 - from, 1 - from));
    painter.drawLine(at(1 - from, from), at(from, 1 - from));
}

void paintStatus(QPainter &painter, Mark mark, const Place &at, const QColor &colour)
{
    const QPolygonF triangle{at(0.5, 0.1), at(0.95, 0.9), at(0.05, 0.9)};
    if (mark == Mark::Done)
        paintSign(painter, at, colour, {}, [&] { painter.drawPolyline(QPolygonF{at(0.28, 0.52), at(0.44, 0.68), at(0.72, 0.34)}); });
    else if (mark == Mark::Error)
        paintSign(painter, at, colour, {}, [&] { paintCross(painter, at, 0.34); });
    else if (mark == Mark::Warning)
        paintSign(painter, at, colour, triangle, [&] { paintExclamation(painter, at); });
    else
        paintSign(painter, at, colour, {}, [&] {
            painter.drawPoint(at(0.5, 0.28));
            painter.drawLine(at(0.5, 0.48), at(0.5, 0.72));
        });
}

}

void paint(QPainter &painter, Mark mark, const QRectF &square, const QColor &colour)
{
    const Place at(square);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, std::max(1.0, square.width() / 9), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    switch (mark) {
    case Mark::Handle:
        paintHandle(painter, at);
        break;
    case Mark::Lock:
        paintLock(painter, at, colour);
        break;
    case Mark::Alert:
        painter.drawPolygon(QPolygonF{at(0.5, 0.08), at(0.96, 0.9), at(0.04, 0.9)});
        paintExclamation(painter, at);
        break;
    case Mark::Down:
        painter.drawPolyline(QPolygonF{at(0.2, 0.38), at(0.5, 0.68), at(0.8, 0.38)});
        break;
    case Mark::Right:
        painter.drawPolyline(QPolygonF{at(0.38, 0.2), at(0.68, 0.5), at(0.38, 0.8)});
        break;
    case Mark::Left:
        painter.drawPolyline(QPolygonF{at(0.62, 0.2), at(0.32, 0.5), at(0.62, 0.8)});
        break;
    case Mark::Now:
        painter.setBrush(colour);
        painter.drawEllipse(at(0.28, 0.28, 0.44, 0.44));
        break;
    case Mark::Close:
        paintCross(painter, at, 0.22);
        break;
    case Mark::Done:
    case Mark::Information:
    case Mark::Warning:
    case Mark::Error:
        paintStatus(painter, mark, at, colour);
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

void show(QLabel &label, Mark mark)
{
    const int extent = label.fontMetrics().height();
    label.setPixmap(icon(mark, extent, label.devicePixelRatioF(), colourOf(mark, label.palette())).pixmap(extent, extent));
}

QColor colourOf(Mark mark, const QPalette &palette)
{
    const bool dark = palette.color(QPalette::Base).lightness() < 128;
    switch (mark) {
    case Mark::Alert:
    case Mark::Error:
        return dark ? QColor(0xff, 0x8a, 0x80) : QColor(0xb0, 0x10, 0x10);
    case Mark::Warning:
        return dark ? QColor(0xff, 0xc4, 0x6b) : QColor(0x8a, 0x52, 0x00);
    case Mark::Done:
        return dark ? QColor(0x7f, 0xd9, 0x9a) : QColor(0x1b, 0x6e, 0x38);
    case Mark::Information:
        return palette.color(QPalette::Link);
    case Mark::Handle:
    case Mark::Lock:
    case Mark::Down:
    case Mark::Right:
    case Mark::Left:
    case Mark::Now:
    case Mark::Close:
        return palette.color(QPalette::Text);
    }
    Q_UNREACHABLE();
}

}
