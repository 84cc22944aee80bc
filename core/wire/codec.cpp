#include "core/wire/codec.h"

#include <algorithm>
#include <new>
#include <zstd.h>

namespace edgelift::wire {

size_t compressedBound(size_t length) { return ZSTD_compressBound(length); }

Compressor::Compressor()
    : m_context(ZSTD_createCCtx(), ZSTD_freeCCtx)
{
    if (!m_context)
        throw std::bad_alloc();
}

size_t Compressor::compress(std::span<const char> input, std::span<char> out, int level)
{
    const int bounded = std::clamp(level, noCompression, highestCompression);
    if (bounded == noCompression || input.empty())
        return 0;
    const size_t used = ZSTD_compressCCtx(m_context.get(), out.data(), out.size(), input.data(), input.size(), bounded);
    return ZSTD_isError(used) || used >= input.size() ? 0 : used;
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
