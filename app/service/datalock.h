#pragma once
#include "core/base/fd.h"
#include "core/base/result.h"

namespace edgelift {

/// Holds a data directory for one process; the kernel lets go of it when the process ends, however it ends.
class DataLock
{
public:
    /// Makes the folder (mode 0700). Errors: UsageWrong (another process has it), FileUnwritable.
    [[nodiscard]] static Result<DataLock> take(const QString &dataDir);

private:
    explicit DataLock(Fd file)
        : m_file(std::move(file))
    {
    }
    Fd m_file;
};

}
