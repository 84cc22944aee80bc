#include "app/wizard/widgets/phasestrip.h"

#include "app/wizard/widgets/flowlayout.h"
#include "app/wizard/widgets/marks.h"
#include "app/wizard/widgets/parts.h"
#include "core/agent/clientvalues.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QPainter>
#include <array>

namespace edgelift::wizard {

namespace {

/// Several phases of the engine are one part for people. `first`: the phase it begins with.
struct Part
{
    const char *first;
    const char *title;
};
constexpr std::array parts{
    Part{"connect", QT_TRANSLATE_NOOP("PhaseStrip", "Preparing")},
    Part{"transit", QT_TRANSLATE_NOOP("PhaseStrip", "Transit instance")},
    Part{"copy", QT_TRANSLATE_NOOP("PhaseStrip", "Synchronizing")},
    Part{"snapshot", QT_TRANSLATE_NOOP("PhaseStrip", "ECS image")},
    Part{"export", QT_TRANSLATE_NOOP("PhaseStrip", "Upload to OSS")},
    Part{"import", QT_TRANSLATE_NOOP("PhaseStrip", "ENS image")},
    Part{"cleanup", QT_TRANSLATE_NOOP("PhaseStrip", "Clean-up")},
};

/// The part that holds this phase; −1: none.
int partOf(const QString &phase)
{
    const QStringList phases = phaseNames();
    const qsizetype at = phases.indexOf(phase);
    int out = -1;
    for (size_t i = 0; i < parts.size() && at >= phases.indexOf(QLatin1String(parts[i].first)); ++i)
        out = int(i);
    return out;
}

}

PhaseStrip::PhaseStrip(QWidget *parent)
    : QWidget(parent)
{
    auto *flow = new FlowLayout(this);
    flow->setContentsMargins(0, 0, 0, 0);
    flow->setSpacing(fontMetrics().averageCharWidth() * 2);
    for (const Part &part : parts) {
        auto *box = new QWidget(this);
        auto *row = new QHBoxLayout(box);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(fontMetrics().averageCharWidth() / 2 + 1);
        Item item{new PhaseMark(box), new QLabel(box)};
        item.title->setObjectName(QLatin1String("phase_") + QLatin1String(part.first));
        item.title->setTextFormat(Qt::PlainText);
        row->addWidget(item.mark);
        row->addWidget(item.title);
        flow->addWidget(box);
        m_items.append(item);
    }
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    retranslate();
}

void PhaseStrip::show(const QString &current, bool failed, bool finished)
{
    if (current == m_current && failed == m_failed && finished == m_finished)
        return;
    m_current = current;
    m_failed = failed;
    m_finished = finished;
    retranslate();
}

void PhaseStrip::retranslate()
{
    const int at = m_finished ? int(m_items.size()) : partOf(m_current);
    for (int i = 0; i < m_items.size(); ++i) {
        const Item &item = m_items.at(i);
        const QString title = QCoreApplication::translate("PhaseStrip", parts[size_t(i)].title);
        embolden(*item.title, i == at);
        item.title->setForegroundRole(i <= at ? QPalette::WindowText : QPalette::PlaceholderText);
        item.title->setText(title);
        if (i < at) {
            item.mark->setState(PhaseMark::State::Done);
            item.title->setAccessibleName(tr("%1: done").arg(title));
        } else if (i == at) {
            item.mark->setState(m_failed ? PhaseMark::State::Failed : PhaseMark::State::Running);
            item.title->setAccessibleName(m_failed ? tr("%1: failed").arg(title) : tr("%1: now").arg(title));
        } else {
            item.mark->setState(PhaseMark::State::ToCome);
            item.title->setAccessibleName(tr("%1: to come").arg(title));
        }
        item.mark->setAccessibleName(item.title->accessibleName());
    }
}

PhaseMark::PhaseMark(QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void PhaseMark::setState(State state)
{
    if (std::exchange(m_state, state) != state)
        update();
}

QSize PhaseMark::sizeHint() const
{
    const int extent = fontMetrics().height() * 4 / 5;
    return {extent, extent};
}

void PhaseMark::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double extent = std::min(width(), height());
    const QRectF circle = QRectF((width() - extent) / 2, (height() - extent) / 2, extent, extent).adjusted(1, 1, -1, -1);
    const double stroke = std::max(1.0, extent / 8);
    const QColor strong = palette().color(QPalette::Active, QPalette::Highlight);
    const QColor colour = m_state == State::Failed ? marks::alertColour(palette())
        : m_state == State::ToCome                 ? palette().color(QPalette::Mid)
                                                   : strong;
    painter.setPen(QPen(colour, stroke));
    painter.setBrush(m_state == State::Done || m_state == State::Failed ? QBrush(colour) : Qt::NoBrush);
    painter.drawEllipse(circle);
    const auto at = [&circle](double x, double y) { return circle.topLeft() + QPointF(circle.width() * x, circle.height() * y); };
    painter.setPen(QPen(palette().color(QPalette::HighlightedText), stroke * 1.2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    switch (m_state) {
    case State::Done:
        painter.drawPolyline(QPolygonF{at(0.25, 0.55), at(0.43, 0.73), at(0.75, 0.32)});
        break;
    case State::Failed:
        painter.drawLine(at(0.32, 0.32), at(0.68, 0.68));
        painter.drawLine(at(0.32, 0.68), at(0.68, 0.32));
        break;
    case State::Running:
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        painter.drawEllipse(circle.center(), circle.width() / 4, circle.height() / 4);
        break;
    case State::ToCome:
        break;
    }
}

}
