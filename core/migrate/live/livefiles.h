#pragma once
#include "core/migrate/filecopies.h"
#include "core/stream/ratemeter.h"

#include <mutex>

namespace edgelift {

/// The volumes of a server that runs which are copied by files: all of them once, and what changed since as near to the point as can be.
/// Their files are of the time between the beginning and the end of the last pass, and not of one instant. One thread.
class LiveFiles
{
public:
    using Observer = std::function<void(const TransferProgress &)>;
    /// Everything outlives this. `observer`: any thread, at most ten times a second.
    LiveFiles(const TransferSettings &settings, const CopyOrder &order, const TransferTuning &tuning, wire::TlsContext context,
        Observer observer);

    /// LiveSettings::besides. First pass: the files of every volume, once. Near the freeze: those that changed, again (three times at most)
    /// while that was much. A pass after which another one follows may miss files that change too fast for it. Errors: those of FileCopies.
    [[nodiscard]] Result<> copy(LiveMoment moment, const std::stop_token &stop);
    /// After the point: nothing is copied any more. Tells CopyOrder::Live::filesCopied about each. Errors: its, those of FileCopies.
    [[nodiscard]] Result<> conclude(const std::stop_token &stop);

    /// Progress of the blocks with what belongs to the files. One that ends the copy counts them as done.
    [[nodiscard]] TransferProgress with(TransferProgress blocks);

private:
    [[nodiscard]] bool areAllThere() const;
    [[nodiscard]] Result<> firstPass(const std::stop_token &stop);
    [[nodiscard]] Result<quint64> pass(bool isLast, const std::stop_token &stop);
    void begin(bool isFirst);
    void show(const FileOrder &file, quint64 bytes);

    const CopyOrder &m_order;
    const TransferTuning &m_tuning;
    const Observer m_observer;
    FileCopies m_copies;
    QList<FilePass> m_passes; ///< by volume; the last that was complete
    std::mutex m_mutex; ///< of what follows
    TransferProgress m_blocks; ///< the newest
    TransferProgress m_pass; ///< of this pass, without the volume that is being copied
    quint64 m_carried = 0; ///< by all passes but for that volume
    bool m_isFirst = true;
    RateMeter m_meter;
    std::chrono::steady_clock::time_point m_shown;
};

}
