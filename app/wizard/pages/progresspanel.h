#pragma once
#include "app/wizard/state/jobwatch.h"

#include <QWidget>
#include <array>

class QLabel;
class QProgressBar;

namespace edgelift::wizard {

class TextLabel;
class DiskRows;
class FactGrid;
class SweepChart;
class ValueLabel;

/// The numbers of a migration: how far, how fast, how long; in all and for each disk. Everything that changes has a place of its own,
/// so that nothing moves, and is repainted only when it changes.
class ProgressPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit ProgressPanel(JobWatch &watch, QWidget *parent = nullptr);

    void sample(); ///< the speeds of now go into the graph
    void setEvery(int seconds); ///< how often the graph is painted
    void refresh();
    void retranslate(); ///< called by the page
    [[nodiscard]] QString stateText() const; ///< "Synchronizing": short, for titles as well

private:
    enum Number : quint8 { Speed, Network, Limit, Average, Sent, Saved, Elapsed, Interruptions, NumberCount };
    QWidget *makeHead();
    QWidget *makeNumbers();
    void showHead();
    void showNumbers();
    void showTimes();
    void announce();

    JobWatch &m_watch;
    TextLabel *m_state;
    ValueLabel *m_percent;
    ValueLabel *m_amount;
    ValueLabel *m_remaining;
    QProgressBar *m_bar;
    QWidget *m_speeds;
    SweepChart *m_chart;
    std::array<QLabel *, NumberCount> m_names{};
    std::array<ValueLabel *, NumberCount> m_values{};
    DiskRows *m_disks;
    FactGrid *m_times; ///< how long each phase took, while there is no speed to show
    int m_announced = -1; ///< tenths that were told to screen readers
};

}
