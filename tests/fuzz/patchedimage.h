#pragma once
#include "core/stream/maps/blockview.h"
#include "fuzztarget.h"

#include <QHash>
#include <QSet>
#include <functional>
#include <memory>

namespace edgelift::fuzz {

/// A disk image as the pages of it that are not zero.
class BaseImage
{
public:
    static constexpr quint64 pageSize = 4096;
    static constexpr quint64 sectorSize = 512;

    BaseImage() = default;
    BaseImage(quint64 size, const QByteArray &start); ///< zeros behind `start`
    /// What `command` (sh; $image is the file, $folder an empty folder) makes of a file of `size` bytes. Ends the process when it fails.
    BaseImage(quint64 size, const char *command);

    quint64 size() const { return m_size; }
    const QHash<quint64, QByteArray> &pages() const { return m_pages; }
    const std::vector<quint64> &sectors() const { return m_sectors; } ///< numbers of those that are not zero

private:
    void add(quint64 page, const QByteArray &bytes);
    quint64 m_size = 0;
    QHash<quint64, QByteArray> m_pages;
    std::vector<quint64> m_sectors;
};

/// A base image with the changes that a fuzzer's input asks for: a few bytes of input reach any place of a large filesystem.
class PatchedImage final : public BlockView
{
public:
    explicit PatchedImage(const BaseImage &base)
        : m_base(base)
        , m_size(base.size())
    {
    }
    quint64 size() const override { return m_size; }
    Result<QByteArray> read(quint64 offset, quint64 length) const override;
    void write(quint64 offset, QByteArrayView bytes); ///< what lies outside is left out

    /// Takes changes from the input until its end. One byte what (modulo 4), then
    ///   0: bytes at a place in the n-th sector that is not zero: u16 n, u16 place, u8 count, bytes
    ///   1: bytes at a place in any sector: u32 sector, u16 place, u8 count, bytes
    ///   2: the n-th sector that is not zero over the m-th: u16 n, u16 m
    ///   3: cut off: u32 sectors left
    void apply(Reader &reader);
    /// Offsets that were written to, a page each.
    QSet<quint64> touchedPages() const;
    /// A file in the scratch folder with this content, sparse.
    QString toFile(const char *name) const;

private:
    const BaseImage &m_base;
    quint64 m_size;
    QHash<quint64, QByteArray> m_changed;
};

}
