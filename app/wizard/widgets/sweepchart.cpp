#include "app/wizard/widgets/sweepchart.h"

#include "app/wizard/shell/format.h"

#include <QAccessibleWidget>
#include <QEvent>
#include <QPaintEvent>
#include <QPainter>
#include <QStyle>
#include <algorithm>
#include <cmath>

namespace edgelift::wizard {

namespace {

constexpr int gap = 8; ///< empty slots in front of the newest sample
constexpr double leastScale = 1 << 20;

/// The ground of the disks' speed: the line of the network stands out from it in light and dark.
QColor areaColour(const QPalette &palette)
{
    const QColor strong = palette.color(QPalette::Highlight);
    const QColor ground = palette.color(QPalette::Base);
    const auto between = [](int a, int b) { return (a * 2 + b * 3) / 5; };
    return {between(strong.red(), ground.red()), between(strong.green(), ground.green()), between(strong.blue(), ground.blue())};
}

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
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    setMaximumHeight(fontMetrics().height() * 24);
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
    const int left = int(xOf(slot)) - 2;
    const int right = int(std::ceil(xOf(std::min(slot + gap + 1, capacity)))) + 2;
    m_dirty += QRect(left, plot().top(), right - left, plot().height());
    if (slot + gap >= capacity)
        m_dirty += QRect(0, plot().top(), int(xOf(slot + gap + 1 - capacity)) + 2, plot().height());
    if (most > m_scale) { // the only other reason to repaint all
        while (most > m_scale)
            m_scale *= 2;
        m_dirty = rect();
    }
    if (++m_unpainted >= m_batch)
        paintDirty();
}

void SweepChart::paintDirty()
{
    update(m_dirty);
    m_dirty = QRegion();
    m_unpainted = 0;
}

void SweepChart::setBatch(int samples)
{
    m_batch = samples;
    paintDirty();
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

/// The legend stands where reading begins, the scale at the other end.
void SweepChart::paintHead(QPainter &painter)
{
    const int high = fontMetrics().height();
    const int swatch = high;
    const auto place = [this, high](
                           int left, int width) { return QStyle::visualRect(layoutDirection(), rect(), QRect(left, 2, width, high)); };
    const auto write = [this, &painter, &place](int left, const QString &text) {
        const int width = fontMetrics().horizontalAdvance(text) + 2;
        painter.drawText(place(left, width), int(Qt::AlignCenter | Qt::TextDontClip), text);
        return width;
    };
    painter.setPen(palette().color(QPalette::Text));
    int left = 4;
    const QRect area = place(left, swatch).adjusted(0, high / 4, 0, -high / 4);
    painter.fillRect(area, areaColour(palette()));
    painter.fillRect(QRect(area.topLeft(), QSize(swatch, 2)), palette().color(QPalette::Highlight));
    left += swatch + 4;
    left += write(left, tr("Disk")) + high;
    const QRect line = place(left, swatch);
    painter.fillRect(QRect(line.left(), line.center().y(), swatch, 2), palette().color(QPalette::Text));
    left += swatch + 4;
    write(left, tr("Network"));
    //: The upper edge of a graph of speeds; %1 is a speed
    const QString top = tr("Top: %1").arg(format::speed(m_scale));
    write(width() - 4 - fontMetrics().horizontalAdvance(top) - 2, top);
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
                areaColour(palette()));
    }
    for (const auto &[speed, colour] : {std::pair(&Sample::disk, QPalette::Highlight), {&Sample::wire, QPalette::Text}}) {
        painter.setPen(QPen(palette().color(colour), 2));
        for (int slot = std::max(first, 1); slot <= last; ++slot) {
            if (!isBlank(slot) && !isBlank(slot - 1))
                painter.drawLine(
                    QPointF(xOf(slot - 1), yOf(m_samples.at(slot - 1).*speed)), QPointF(xOf(slot), yOf(m_samples.at(slot).*speed)));
        }
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
