#pragma once
#include "core/migrate/filecopies.h"
#include "core/stream/ratemeter.h"

#include <mutex>

namespace edgelift {

/// The copies by files of one order, after its blocks: the disks are prepared and built then, and nothing writes to the source. One thread.
class FileRun
{
public:
    using Observer = std::function<void(const TransferProgress &)>;
    /// Everything outlives this. `blocks`: how the copy of blocks ended, with what filesTotal() says in its totals.
    FileRun(const TransferSettings &settings, const CopyOrder &order, const TransferTuning &tuning, const TransferProgress &blocks,
        Observer observer);
    /// Volume by volume, each tried again while its error is of the kind that waiting mends. Errors: those of FileCopy and
    /// CopyOrder::Files::done.
    [[nodiscard]] Outcome run(const std::stop_token &stop);

    /// Adds the volumes of `order` to what is shown: all to the totals, those that are done to the rest.
    static void addFiles(const CopyOrder &order, TransferProgress &progress);

private:
    [[nodiscard]] Result<> copyAll(FileCopies &copies, const std::stop_token &stop);
    void show(const FileCopies &copies, const FileOrder *file, quint64 bytes);

    const TransferSettings &m_settings;
    const CopyOrder &m_order;
    const TransferTuning &m_tuning;
    TransferProgress m_progress; // with all volumes that are complete
    Observer m_observer;
    std::mutex m_mutex; // of what show() uses
    RateMeter m_meter;
    std::chrono::steady_clock::time_point m_shown;
};

}
