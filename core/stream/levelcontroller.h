#pragma once
#include <QtGlobal>
#include <atomic>
#include <chrono>
#include <mutex>

namespace edgelift {

/// Chooses how hard to compress: as hard as the ceiling allows while the link is what everybody waits for, less when the processor
/// is, nothing at all when compressing costs more time than it saves. Fed with what packers and links did; one step a decision. Thread-safe.
class LevelController
{
public:
    /// Where a packer's time went with one frame.
    struct Packing
    {
        std::chrono::nanoseconds working{};
        std::chrono::nanoseconds waitingForInput{}; ///< the disk is slower than we are
        std::chrono::nanoseconds waitingForOutput{}; ///< the links are
    };
    /// Where a link's time went with one frame.
    struct Sending
    {
        std::chrono::nanoseconds starving{}; ///< nothing there to send
        std::chrono::nanoseconds sending{};
    };
    /// `ceiling`: 0–10 as in wire/codec.h, read again for every frame; outlives this. At 0 the level is always 0.
    explicit LevelController(const std::atomic<int> &ceiling)
        : m_ceiling(ceiling)
        , m_rung(firstRung)
    {
    }
    /// For the next frame, as wire::Compressor takes it.
    [[nodiscard]] int level() const;
    void packed(const Packing &spent);
    void sent(const Sending &spent);

private:
    [[nodiscard]] int highestRung() const;
    void decide();

    static constexpr int firstRung = 5; // level 3: near the best that costs little
    static constexpr int leastPatience = 2;

    const std::atomic<int> &m_ceiling;
    std::atomic<int> m_rung; // on the ladder of levels; may be above the ceiling for a moment
    std::mutex m_mutex;
    Packing m_packing; // since the last decision, all packers together
    Sending m_sending; // all links together
    int m_patience = 0; // decisions to let pass before going up again
    int m_nextPatience = leastPatience;
    bool m_justRaised = false;
};

}
