#include "core/wire/codec.h"

#include <algorithm>
#include <new>
#include <zstd.h>

namespace edgelift::wire {

namespace {
constexpr size_t stopInterval = 256U << 10; // a few milliseconds of the slowest level
}

size_t compressedBound(size_t length) { return ZSTD_compressBound(length); }

Compressor::Compressor()
    : m_context(ZSTD_createCCtx(), ZSTD_freeCCtx)
{
    if (!m_context)
        throw std::bad_alloc();
}

size_t Compressor::compress(std::span<const char> input, std::span<char> out, int level, const std::stop_token &stop)
{
    const int bounded = std::clamp(level, fastestCompression, highestCompression);
    if (bounded == noCompression || input.empty())
        return 0;
    const size_t length = input.size();
    ZSTD_CCtx_reset(m_context.get(), ZSTD_reset_session_only);
    ZSTD_CCtx_setParameter(m_context.get(), ZSTD_c_compressionLevel, bounded);
    ZSTD_CCtx_setPledgedSrcSize(m_context.get(), input.size()); // puts the size into the frame, and fits the tables to it
    ZSTD_outBuffer target{out.data(), out.size(), 0};
    while (!stop.stop_requested()) {
        const std::span<const char> piece = input.first(std::min(input.size(), stopInterval));
        ZSTD_inBuffer source{piece.data(), piece.size(), 0};
        input = input.subspan(piece.size());
        const size_t rest = ZSTD_compressStream2(m_context.get(), &target, &source, input.empty() ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(rest) || source.pos < source.size || (input.empty() && rest > 0))
            return 0; // `out` is too small
        if (input.empty())
            return target.pos < length ? target.pos : 0;
    }
    return 0;
}

Decompressor::Decompressor()
    : m_context(ZSTD_createDCtx(), ZSTD_freeDCtx)
{
    if (!m_context)
        throw std::bad_alloc();
}

Result<> Decompressor::decompress(std::span<const char> input, std::span<char> out)
{
    const auto corrupted = [](const QString &why) {
        return Error{ErrorCode::DataCorrupted, Retry::AfterWait, {}, QStringLiteral("zstd: ") + why};
    };
    // One frame and nothing behind it: ZSTD_decompressDCtx would go on with whatever follows.
    const size_t frame = ZSTD_findFrameCompressedSize(input.data(), input.size());
    if (ZSTD_isError(frame))
        return corrupted(QString::fromLatin1(ZSTD_getErrorName(frame)));
    if (frame != input.size())
        return corrupted(QStringLiteral("bytes behind the frame"));
    const size_t length = ZSTD_decompressDCtx(m_context.get(), out.data(), out.size(), input.data(), input.size());
    if (ZSTD_isError(length))
        return corrupted(QString::fromLatin1(ZSTD_getErrorName(length)));
    if (length != out.size())
        return corrupted(QStringLiteral("%1 bytes instead of %2").arg(length).arg(out.size()));
    return ok();
}

}
