#pragma once
#include "core/base/bytes.h"

#include <QList>
#include <QtGlobal>

namespace edgelift::wizard {

/// Speeds from counters. Times are milliseconds of a clock that only grows. Not thread-safe.
class SpeedMeter
{
public:
    void restart(); ///< another run: nothing is known
    /// `speed` is the agent's own, of `done`.
    void add(qint64 now, Bytes done, Bytes wire, double speed);

    [[nodiscard]] double diskSpeed() const { return m_speed; }
    [[nodiscard]] double wireSpeed() const; ///< over the last seconds
    [[nodiscard]] double average() const; ///< since restart(), by `done`
    [[nodiscard]] qint64 stillSince() const { return m_still; } ///< when the last byte moved; -1: nothing known
    [[nodiscard]] qint64 slowSince() const { return m_slow; } ///< since when below slowSpeed; -1: it is not

    static constexpr double slowSpeed = 1 << 20; ///< bytes a second

private:
    struct Sample
    {
        qint64 time = 0;
        Bytes wire;
    };
    QList<Sample> m_samples; ///< of the last ten seconds
    qint64 m_start = -1;
    Bytes m_startDone;
    qint64 m_last = -1;
    Bytes m_done;
    Bytes m_wire;
    double m_speed = 0;
    qint64 m_still = -1;
    qint64 m_slow = -1;
};

}
