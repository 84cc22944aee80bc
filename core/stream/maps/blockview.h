#pragma once
#include "core/base/fd.h"
#include "core/base/result.h"

#include <QByteArray>
#include <QList>
#include <memory>

namespace edgelift {

/// Bytes that can be read at an offset: a disk, a region of one, or a volume that is put together from several regions.
/// The map readers know nothing else, so tests and fuzzers give them bytes in memory.
class BlockView
{
public:
    BlockView() = default;
    BlockView(const BlockView &) = delete;
    BlockView &operator=(const BlockView &) = delete;
    virtual ~BlockView() = default;
    [[nodiscard]] virtual quint64 size() const = 0;
    /// Exactly `length` bytes. Errors: SourceUnreadable (also when the range is not inside the view).
    [[nodiscard]] virtual Result<QByteArray> read(quint64 offset, quint64 length) const = 0;
};

/// One file or block device as a whole. Thread-safe.
class FileView final : public BlockView
{
public:
    /// Errors: SourceUnreadable, PermissionDenied.
    [[nodiscard]] static Result<std::shared_ptr<FileView>> open(const QString &path);
    FileView(Fd fd, quint64 size, QString path);
    [[nodiscard]] quint64 size() const override { return m_size; }
    [[nodiscard]] Result<QByteArray> read(quint64 offset, quint64 length) const override;

private:
    Fd m_fd;
    quint64 m_size;
    QString m_path;
};

/// Pieces of other views, one after the other.
class SegmentedView final : public BlockView
{
public:
    struct Piece
    {
        std::shared_ptr<const BlockView> view;
        quint64 offset = 0; ///< in `view`
        quint64 length = 0;
    };
    explicit SegmentedView(QList<Piece> pieces);
    [[nodiscard]] quint64 size() const override { return m_size; }
    [[nodiscard]] Result<QByteArray> read(quint64 offset, quint64 length) const override;

private:
    QList<Piece> m_pieces;
    quint64 m_size = 0;
};

}
