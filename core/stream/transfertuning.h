#pragma once
#include "core/layout/limitwindow.h"

#include <QList>
#include <atomic>
#include <mutex>

namespace edgelift {

/// What may change while a transfer runs; read again for every frame. Thread-safe.
struct TransferTuning
{
    std::atomic<int> limitMbps = 0; ///< of wire bytes, all connections together, in 10^6 bits a second; 0: unlimited
    std::atomic<int> compression = 7; ///< 0–10, see wire/codec.h
    std::atomic<bool> checksum = false; ///< read both sides again at the end and compare; looked at when streaming is done
    std::atomic<int> diskMBps = 0; ///< read from the source's disks, all together, in 10^6 bytes a second; 0: unlimited
    std::atomic<int> niceness = 0; ///< 0–19, of the threads that read, pack and send
    std::atomic<bool> backOff = false; ///< see BackOff

    /// The first window that holds the local time replaces limitMbps and diskMBps.
    void setSchedule(const QList<LimitWindow> &schedule)
    {
        const std::lock_guard lock(m_mutex);
        m_schedule = schedule;
    }
    [[nodiscard]] QList<LimitWindow> schedule() const
    {
        const std::lock_guard lock(m_mutex);
        return m_schedule;
    }

private:
    mutable std::mutex m_mutex;
    QList<LimitWindow> m_schedule;
};

/// What is in force now.
struct LimitsInForce
{
    int limitMbps = 0; ///< 0: none
    int diskMBps = 0; ///< 0: none
    int niceness = 0;
    QString window; ///< of the time plan, in words; empty: the plain limits
    qint64 backOff = 0; ///< bytes a second that back-off allows to be read; 0: it is not active
};

}
