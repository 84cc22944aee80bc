#pragma once
#include "core/base/bytes.h"
#include "core/base/fd.h"
#include "core/base/result.h"

#include <QString>
#include <atomic>
#include <memory>
#include <span>

namespace edgelift::receiver {

/// What a target disk is to those who write it: bytes that can be written, made durable and read back. Calls block and may come
/// from any thread at once. Each returns 0 or an errno, because only the caller knows what the failure means.
class Medium
{
public:
    /// Buffers of this alignment (and lengths and offsets that are multiples of it) take the fast path.
    static constexpr size_t alignment = 4096;

    virtual ~Medium() = default;
    [[nodiscard]] virtual Bytes size() const = 0;
    [[nodiscard]] virtual QString path() const = 0; ///< for libfdisk and the log
    [[nodiscard]] virtual int write(std::span<const char> data, quint64 offset) = 0;
    /// Afterwards the range reads as zeros; space is given back where the disk can do that.
    [[nodiscard]] virtual int zero(quint64 offset, quint64 length) = 0;
    /// Everything written before the call is on stable storage afterwards.
    [[nodiscard]] virtual int sync() = 0;
    /// Reads what the disk holds, not what a cache holds. EIO when the disk ends too early.
    [[nodiscard]] virtual int read(std::span<char> into, quint64 offset) = 0;
};

/// A block device, or a regular file in its place. Bypasses the page cache where the kernel allows it (O_DIRECT); unaligned
/// tails go through a second, cached descriptor. Held exclusively: nobody can mount the disk and no second receiver can open it.
class DiskMedium final : public Medium
{
public:
    /// Errors (args: the serial): TargetDiskBusy when the kernel uses the disk (mounted, swap, LVM, RAID) or another program holds
    /// it, TargetDiskMissing, TargetWriteFailed.
    [[nodiscard]] static Result<std::unique_ptr<Medium>> open(const QString &path, const QString &serial);

    Bytes size() const override { return m_size; }
    QString path() const override { return m_path; }
    int write(std::span<const char> data, quint64 offset) override;
    int zero(quint64 offset, quint64 length) override;
    int sync() override;
    int read(std::span<char> into, quint64 offset) override;

private:
    DiskMedium() = default;
    int readCached(std::span<char> into, quint64 offset);

    QString m_path;
    Bytes m_size;
    Fd m_cached; ///< holds the claim
    Fd m_direct; ///< none when O_DIRECT is refused
    std::atomic<bool> m_useDirect{false};
};

}
