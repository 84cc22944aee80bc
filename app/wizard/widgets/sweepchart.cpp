#include "app/wizard/widgets/sweepchart.h"

#include "app/wizard/shell/format.h"

#include <QAccessibleWidget>
#include <QEvent>
#include <QPaintEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

namespace edgelift::wizard {

namespace {

constexpr int gap = 8; ///< empty slots in front of the newest sample
constexpr double leastScale = 1 << 20;

class ChartAccessible final : public QAccessibleWidget
{
public:
    explicit ChartAccessible(QWidget *chart)
        : QAccessibleWidget(chart, QAccessible::Graphic)
    {
    }
    QString text(QAccessible::Text kind) const override
    {
        if (kind == QAccessible::Description || kind == QAccessible::Value)
            return static_cast<SweepChart *>(widget())->description();
        return QAccessibleWidget::text(kind);
    }
};

QAccessibleInterface *makeAccessible(const QString &className, QObject *object)
{
    return className == QLatin1String(SweepChart::staticMetaObject.className()) ? new ChartAccessible(qobject_cast<QWidget *>(object))
                                                                                : nullptr;
}

}

SweepChart::SweepChart(QWidget *parent)
    : QWidget(parent)
    , m_samples(capacity)
    , m_scale(leastScale)
{
    static const bool installed = [] {
        QAccessible::installFactory(makeAccessible);
        return true;
    }();
    Q_UNUSED(installed)
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Speed of the last 10 minutes"));
}

QSize SweepChart::sizeHint() const { return {fontMetrics().averageCharWidth() * 60, fontMetrics().height() * 6}; }
QSize SweepChart::minimumSizeHint() const { return {fontMetrics().averageCharWidth() * 20, fontMetrics().height() * 4}; }

QRect SweepChart::plot() const { return rect().adjusted(1, fontMetrics().height() + 4, -1, -1); }
qreal SweepChart::xOf(int slot) const { return plot().left() + qreal(slot) * plot().width() / capacity; }
qreal SweepChart::yOf(double speed) const { return plot().bottom() - std::min(speed / m_scale, 1.0) * (plot().height() - 2); }

bool SweepChart::isBlank(int slot) const { return m_count < capacity ? slot >= m_count : (slot - m_next + capacity) % capacity < gap; }

void SweepChart::add(double disk, double wire)
{
    const auto sane = [](double value) { return std::isfinite(value) ? std::max(value, 0.0) : 0; };
    const int slot = m_next;
    m_samples[slot] = {sane(disk), sane(wire)};
    m_next = (m_next + 1) % capacity;
    m_count = std::min(m_count + 1, capacity);
    const double most = std::max(sane(disk), sane(wire));
    if (most > m_scale) { // the only other reason to repaint all
        while (most > m_scale)
            m_scale *= 2;
        update();
        return;
    }
    const int left = int(xOf(slot)) - 2;
    const int right = int(std::ceil(xOf(std::min(slot + gap + 1, capacity)))) + 2;
    update(QRect(left, plot().top(), right - left, plot().height()));
    if (slot + gap >= capacity)
        update(QRect(0, plot().top(), int(xOf(slot + gap + 1 - capacity)) + 2, plot().height()));
}

void SweepChart::clear()
{
    m_next = m_count = 0;
    m_scale = leastScale;
    update();
}

QString SweepChart::description() const
{
    if (m_count == 0)
        return tr("No speed was measured yet.");
    const Sample &last = m_samples.at((m_next - 1 + capacity) % capacity);
    double most = 0;
    for (int i = 0; i < m_count; ++i)
        most = std::max(most, m_samples.at(i).disk);
    //: Read by screen readers instead of the graph
    return tr("Disk speed now %1, network speed now %2, highest disk speed of the last 10 minutes %3.")
        .arg(format::speed(last.disk), format::speed(last.wire), format::speed(most));
}

void SweepChart::paintHead(QPainter &painter)
{
    const int high = fontMetrics().height();
    const int swatch = high;
    painter.setPen(palette().color(QPalette::Text));
    const QString words[] = {tr("Disk"), tr("Network")};
    int x = 4;
    for (int i = 0; i < 2; ++i) {
        const QRect box(x, 2, swatch, high);
        if (i == 0)
            painter.fillRect(box.adjusted(0, high / 4, 0, -high / 4), palette().color(QPalette::Highlight));
        else
            painter.fillRect(QRect(box.left(), box.center().y() - 1, swatch, 2), palette().color(QPalette::Text));
        x += swatch + 4;
        painter.drawText(QPoint(x, 2 + fontMetrics().ascent()), words[i]);
        x += fontMetrics().horizontalAdvance(words[i]) + high;
    }
    //: The upper edge of a graph of speeds; %1 is a speed
    const QString top = tr("Top: %1").arg(format::speed(m_scale));
    painter.drawText(QPoint(width() - 4 - fontMetrics().horizontalAdvance(top), 2 + fontMetrics().ascent()), top);
}

void SweepChart::paintEvent(QPaintEvent *event)
{
    QPainter painter(this);
    const QRect dirty = event->rect();
    painter.fillRect(dirty, palette().color(QPalette::Base));
    if (dirty.top() < plot().top())
        paintHead(painter);
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    painter.drawLine(dirty.left(), plot().center().y(), dirty.right(), plot().center().y());
    const qreal step = qreal(plot().width()) / capacity;
    const int first = std::clamp(int((dirty.left() - plot().left()) / step) - 2, 0, capacity - 1);
    const int last = std::clamp(int((dirty.right() - plot().left()) / step) + 2, 0, capacity - 1);
    for (int slot = first; slot <= last; ++slot) {
        if (!isBlank(slot))
            painter.fillRect(QRectF(QPointF(xOf(slot), yOf(m_samples.at(slot).disk)), QPointF(xOf(slot + 1), plot().bottom() + 1)),
                palette().color(QPalette::Highlight));
    }
    QPen line(palette().color(QPalette::Text));
    line.setWidth(2);
    painter.setPen(line);
    for (int slot = std::max(first, 1); slot <= last; ++slot) {
        if (!isBlank(slot) && !isBlank(slot - 1))
            painter.drawLine(QPointF(xOf(slot - 1), yOf(m_samples.at(slot - 1).wire)), QPointF(xOf(slot), yOf(m_samples.at(slot).wire)));
    }
}

void SweepChart::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        setAccessibleName(tr("Speed of the last 10 minutes"));
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        update();
}

}
