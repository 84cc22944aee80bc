#pragma once
#include "core/base/fd.h"
#include "core/source/tracking/changetracker.h"
#include "core/source/tracking/marksprogram.h"

#include <array>
#include <memory>
#include <vector>

struct bpf_link;
struct bpf_object;

namespace edgelift {

/// marks.bpf.c loaded and attached, and its maps as values. Not thread-safe. Everything in the kernel goes when it is destroyed.
class MarksObject
{
public:
    /// Loads `program` (empty: the one built in) with room for the epoch's disks, publishes era 1 and attaches: with the kernel's types if
    /// `typed` and the kernel takes it so, else for older kernels. Error: TrackerUnavailable.
    [[nodiscard]] static Result<std::unique_ptr<MarksObject>> load(const QByteArray &program, const Epoch &epoch, bool typed);
    MarksObject(const MarksObject &) = delete;
    MarksObject &operator=(const MarksObject &) = delete;
    ~MarksObject();

    bool typed() const { return m_typed; } ///< which of the two programs it is
    /// Makes `era` the one to mark with; returns when no program that may have seen another is running. 0 or errno.
    [[nodiscard]] int publish(quint32 era);
    /// What the program noted about disk `disk`, or errno in the error's detail. Error: TrackingLost.
    [[nodiscard]] Result<marks_disk> disk(int disk) const;
    /// The marks of all blocks of a disk. Error: TrackingLost.
    [[nodiscard]] Result<std::vector<quint32>> marks(int disk) const;
    /// How often each copy was skipped because it was running already; 0 where the kernel never skips (before 5.12). Error: TrackingLost.
    [[nodiscard]] Result<std::array<quint64, MARKS_COPIES>> skipped() const;

private:
    [[nodiscard]] static Result<std::unique_ptr<MarksObject>> loadOne(const QByteArray &program, const Epoch &epoch, bool typed);
    MarksObject(const Epoch &epoch, bool typed);
    [[nodiscard]] Result<> open(const QByteArray &program);
    [[nodiscard]] Result<> describeDisks();
    [[nodiscard]] Result<> attach();
    [[nodiscard]] quint64 key(int disk) const;
    [[nodiscard]] quint32 chunksOf(int disk) const;

    const Epoch m_epoch;
    const bool m_typed;
    bpf_object *m_object = nullptr;
    std::array<bpf_link *, MARKS_COPIES> m_links{};
    std::array<int, MARKS_COPIES> m_programs{}; ///< belong to m_object
    int m_marks = -1, m_disks = -1, m_eras = -1; ///< belong to m_object
    std::array<Fd, 2> m_holders; ///< of the era, used in turn
    size_t m_nextHolder = 0;
};

}
