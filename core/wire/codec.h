#pragma once
#include "core/base/result.h"

#include <memory>
#include <span>
#include <stop_token>

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace edgelift::wire {

/// Compression as the plan names it: 0 sends bytes as they are, 1 to 10 are the zstd levels of the same number. Below 0 are zstd's fast
/// levels, which no plan names.
inline constexpr int fastestCompression = -10;
inline constexpr int noCompression = 0;
inline constexpr int highestCompression = 10;

/// The most bytes compress() needs in `out` for `length` bytes of input.
[[nodiscard]] size_t compressedBound(size_t length);

/// Compresses one block at a time into one zstd frame with its content size, keeping its context between calls (several MiB).
/// One thread at a time.
class Compressor
{
public:
    Compressor();
    /// Compresses all of `input` into the beginning of `out`; the length used there, or 0 when `level` is 0 or the result would
    /// not be smaller than the input: then send the input itself. `level` outside -10–10 counts as the nearest. Also 0 soon after stop
    /// was asked: high levels take their time.
    [[nodiscard]] size_t compress(std::span<const char> input, std::span<char> out, int level, const std::stop_token &stop = {});

private:
    std::unique_ptr<ZSTD_CCtx_s, size_t (*)(ZSTD_CCtx_s *)> m_context;
};

/// One thread at a time. Never writes outside `out`, whatever the input says, and needs no more memory than `out` plus a context.
class Decompressor
{
public:
    Decompressor();
    /// Fills `out` exactly from exactly one zstd frame. Error: DataCorrupted (damaged, shorter, longer, trailing bytes).
    [[nodiscard]] Result<> decompress(std::span<const char> input, std::span<char> out);

private:
    std::unique_ptr<ZSTD_DCtx_s, size_t (*)(ZSTD_DCtx_s *)> m_context;
};

}
