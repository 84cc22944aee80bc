#pragma once
#include "core/source/tracking/changetracker.h"

#include <QByteArray>
#include <memory>

namespace edgelift {

struct EbpfOptions
{
    Bytes blockSize = defaultTrackingBlock;
    QByteArray program; ///< marks.bpf.c, compiled; empty: the one in this binary. Tests give one that is slower
    bool typed = true; ///< false: the program for kernels before 5.5 also on a later one. For tests
};

/// The backend "ebpf": an array in the kernel, filled by a program at the end of every request. Nothing can overflow. Needs BTF and
/// permission to load programs (Linux 5.4 or a backport, faster since 5.5; not under lockdown=confidentiality). Costs 4 bytes of kernel
/// memory per block. Errors: TrackerUnavailable (with the kernel's reason in `detail`), SourceMissing, SourceChanged, RequestMalformed.
[[nodiscard]] Result<std::unique_ptr<ChangeTracker>> startEbpfTracker(const QList<TrackedDisk> &disks, const EbpfOptions &options = {});

}
