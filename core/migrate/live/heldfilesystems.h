#pragma once
#include "core/source/tracking/freezer.h"
#include "core/stream/pointfreezer.h"

#include <QStringList>
#include <functional>
#include <memory>
#include <stop_token>

namespace edgelift {

/// A freezer of core/source as the rounds of core/stream want it. One thread.
class HeldFilesystems final : public PointFreezer
{
public:
    /// A freezer with this deadline.
    using Make = std::function<Result<std::unique_ptr<Freezer>>(std::chrono::milliseconds deadline)>;
    HeldFilesystems(Make make, QStringList mountPoints, std::stop_token stop)
        : m_make(std::move(make))
        , m_mountPoints(std::move(mountPoints))
        , m_stop(std::move(stop))
    {
    }
    [[nodiscard]] Result<Rehearsal> rehearse() override;
    void flush() override;
    [[nodiscard]] Result<> freeze(std::chrono::milliseconds deadline) override;
    [[nodiscard]] Result<> thaw() override;

    /// Of the last freeze that was thawed well.
    [[nodiscard]] const FreezeReport &report() const { return m_report; }

private:
    const Make m_make;
    const QStringList m_mountPoints;
    const std::stop_token m_stop;
    std::unique_ptr<Freezer> m_freezer; ///< there between freeze() and thaw()
    FreezeReport m_report;
};

}
