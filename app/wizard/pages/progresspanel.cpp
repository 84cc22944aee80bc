#include "app/wizard/pages/progresspanel.h"

#include "app/wizard/pages/diskrows.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/factgrid.h"
#include "app/wizard/widgets/parts.h"
#include "app/wizard/widgets/sweepchart.h"
#include "app/wizard/widgets/valuelabel.h"

#include <QAccessible>
#include <QGridLayout>
#include <QProgressBar>

namespace edgelift::wizard {

namespace {

using State = JobWatch::State;
constexpr int barSteps = 1000;
constexpr double widestSpeed = 888.8 * (1 << 20); ///< "888.8 MiB/s": as wide as any
constexpr Bytes widestSize{888ULL << 20 | 900ULL << 10};

QString dash() { return QStringLiteral("–"); }

bool isCopying(State state) { return state == State::Synchronizing || state == State::Paused; }

}

ProgressPanel::ProgressPanel(JobWatch &watch, QWidget *parent)
    : QWidget(parent)
    , m_watch(watch)
    , m_state(makeText(this, "jobState"))
    , m_percent(new ValueLabel(this, QStringLiteral("jobPercent")))
    , m_amount(new ValueLabel(this, QStringLiteral("jobAmount")))
    , m_remaining(new ValueLabel(this, QStringLiteral("jobRemaining")))
    , m_bar(new QProgressBar(this))
    , m_speeds(new QWidget(this))
    , m_chart(new SweepChart(m_speeds))
    , m_disks(new DiskRows(this))
    , m_times(new FactGrid(this, QStringLiteral("phaseTime")))
{
    m_chart->setObjectName(QStringLiteral("speedChart"));
    m_bar->setObjectName(QStringLiteral("jobProgress"));
    m_bar->setRange(0, barSteps);
    m_bar->setTextVisible(false);
    embolden(*m_state);
    embolden(*m_percent);
    auto *speeds = new QHBoxLayout(m_speeds);
    speeds->setContentsMargins(0, 0, 0, 0);
    speeds->addWidget(m_chart, 1);
    speeds->addWidget(makeNumbers());
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(makeHead());
    column->addWidget(m_bar);
    column->addWidget(m_speeds, 1);
    column->addWidget(m_disks);
    column->addWidget(m_times);
    column->addStretch();
    retranslate();
}

QWidget *ProgressPanel::makeHead()
{
    auto *box = new QWidget(this);
    auto *row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(fontMetrics().averageCharWidth() * 3);
    row->addWidget(m_state, 1);
    for (ValueLabel *value : {m_percent, m_amount, m_remaining})
        row->addWidget(value);
    return box;
}

QWidget *ProgressPanel::makeNumbers()
{
    auto *box = new QWidget(m_speeds);
    auto *grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setVerticalSpacing(0);
    grid->setHorizontalSpacing(fontMetrics().averageCharWidth() * 2);
    for (int i = 0; i < NumberCount; ++i) {
        m_names.at(size_t(i)) = new QLabel(box);
        m_names.at(size_t(i))->setTextFormat(Qt::PlainText);
        m_values.at(size_t(i)) = new ValueLabel(box, QStringLiteral("number%1").arg(i));
        grid->addWidget(m_names.at(size_t(i)), i, 0);
        grid->addWidget(m_values.at(size_t(i)), i, 1, Qt::AlignTrailing);
    }
    grid->setRowStretch(NumberCount, 1);
    return box;
}

QString ProgressPanel::stateText() const
{
    switch (m_watch.state()) {
    case State::None:
        return tr("No migration");
    case State::Preparing:
        return m_watch.phase() == QLatin1String("transit") ? tr("Creating the transit instance…") : tr("Preparing");
    case State::Synchronizing:
        return tr("Synchronizing");
    case State::Paused:
        return tr("Paused");
    case State::Processing:
        return phaseTitle(m_watch.phase());
    case State::Error:
        return tr("Error");
    case State::Completed:
        return tr("Completed");
    case State::Cancelling:
        return tr("Cleaning up…");
    case State::Cancelled:
        return tr("Cancelled");
    case State::Offline:
        return tr("Reconnecting to the migration engine… (%1 s)").arg(format::number(m_watch.offlineSeconds()));
    }
    Q_UNREACHABLE();
}

void ProgressPanel::sample()
{
    const bool known = m_chart->sampleCount() > 0 || m_watch.wireSpeed() > 0; // the first event gives no speed of the network
    if (known && m_watch.state() == State::Synchronizing)
        m_chart->add(m_watch.diskSpeed(), m_watch.wireSpeed());
}

void ProgressPanel::setEvery(int seconds) { m_chart->setBatch(seconds); }

void ProgressPanel::refresh()
{
    const State last = m_watch.lastState();
    m_state->say(stateText());
    showHead();
    const bool speeds = last == State::Synchronizing || (last == State::Paused && m_chart->sampleCount() > 0);
    m_speeds->setVisible(speeds);
    if (speeds)
        showNumbers();
    m_times->setVisible(!speeds && last != State::Error);
    if (!speeds)
        showTimes();
    m_disks->show(m_watch.progress().disks);
    m_disks->setVisible(!m_watch.progress().disks.isEmpty() && (isCopying(last) || (last == State::Error && m_watch.share())));
    for (QWidget *each : std::initializer_list<QWidget *>{m_percent, m_amount, m_remaining, m_bar, m_speeds, m_disks})
        each->setEnabled(!m_watch.isStale());
    announce();
}

void ProgressPanel::showHead()
{
    const State last = m_watch.lastState();
    const ProgressInfo &progress = m_watch.progress();
    const std::optional<double> share = m_watch.share();
    const QString percent = share ? format::percent(*share, 1) : QString();
    m_bar->setVisible(share.has_value());
    m_bar->setValue(int(share.value_or(0) * barSteps));
    if (m_bar->accessibleDescription() != percent)
        m_bar->setAccessibleDescription(percent);
    m_percent->setVisible(share.has_value());
    m_percent->setValue(percent);
    const bool bytes = share && !progress.percent && progress.bytesTotal.count > 0;
    m_amount->setVisible(bytes);
    //: Of all disks: amount that is copied, amount in all
    m_amount->setValue(bytes ? tr("%1 of %2").arg(format::size(progress.bytesDone), format::size(progress.bytesTotal)) : QString());
    const auto remaining = m_watch.remainingSeconds();
    m_remaining->setVisible(last == State::Synchronizing);
    m_remaining->setValue(
        remaining ? tr("%1 left").arg(format::remaining(remaining)) : tr("Remaining time: %1").arg(format::remaining({})));
}

void ProgressPanel::showNumbers()
{
    const ProgressInfo &progress = m_watch.progress();
    const quint64 done = progress.bytesDone.count;
    const quint64 wire = progress.wireBytes.count;
    const auto elapsed = m_watch.elapsedSeconds();
    const QString texts[NumberCount] = {format::speed(m_watch.diskSpeed()), format::speed(m_watch.wireSpeed()),
        format::limit(progress.limits.limitMbps), format::speed(m_watch.averageSpeed()), format::size(progress.wireBytes),
        format::size({done > wire ? done - wire : 0}), elapsed ? format::duration(*elapsed) : dash(),
        format::number(m_watch.linkInterruptions())};
    for (size_t i = 0; i < NumberCount; ++i)
        //: For screen readers: %1 the name of a number, %2 the number
        m_values.at(i)->setValue(texts[i], tr("%1: %2").arg(m_names.at(i)->text(), texts[i]));
}

void ProgressPanel::showTimes()
{
    const QList<JobInfo::PhaseTime> &phases = m_watch.job().phases;
    const bool runs = m_watch.job().state == QLatin1String("Running");
    QStringList names;
    for (const JobInfo::PhaseTime &phase : phases)
        names.append(phaseTitle(phase.phase));
    m_times->setNames(names);
    for (qsizetype i = 0; i < phases.size(); ++i) {
        const JobInfo::PhaseTime &phase = phases.at(i);
        if (phase.ended.isValid())
            m_times->setValue(i, format::duration(phase.started.secsTo(phase.ended)));
        else if (runs && i + 1 == phases.size())
            //: A phase that is not over: %1 is how long it has been running
            m_times->setValue(i, tr("%1 so far").arg(format::duration(phase.started.secsTo(QDateTime::currentDateTimeUtc()))));
        else
            m_times->setValue(i, {});
    }
}

/// Every tenth is told to screen readers, not every number.
void ProgressPanel::announce()
{
    const auto share = m_watch.share();
    const int tenth = share ? int(*share * 10) : -1;
    const int before = std::exchange(m_announced, tenth);
    if (tenth <= before || before < 0 || !isVisible())
        return;
    QAccessibleEvent alert(m_percent, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void ProgressPanel::retranslate()
{
    m_bar->setAccessibleName(tr("Progress"));
    const QString names[NumberCount] = {tr("Speed before compression"), tr("Network"), tr("Limit"), tr("Average"), tr("Sent"),
        tr("Saved by compression"), tr("Elapsed"), tr("Interruptions")};
    for (size_t i = 0; i < NumberCount; ++i)
        m_names.at(i)->setText(names[i]);
    m_names.at(Speed)->setToolTip(tr("Data of the disks per second. Higher than the network's speed when compression helps."));
    const QString widest[NumberCount] = {format::speed(widestSpeed), format::speed(widestSpeed), format::limit(0),
        format::speed(widestSpeed), format::size(widestSize), format::size(widestSize), format::duration(100 * 3600 - 1), {}};
    for (size_t i = 0; i < NumberCount; ++i)
        m_values.at(i)->reserve(widest[i]);
    m_percent->reserve(format::percent(1, 1));
    m_amount->reserve(tr("%1 of %2").arg(format::size(widestSize), format::size(widestSize)));
    constexpr qint64 longest = 23 * 3600 + 59 * 60;
    m_remaining->reserve(tr("%1 left").arg(format::remaining(longest)));
    m_disks->retranslate();
    refresh();
}

}
