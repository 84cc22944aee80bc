#pragma once
#include "core/stream/maps/blockview.h"

namespace edgelift {

/// A block device read past the page cache, which may be older than what the filesystems on it have written. Thread-safe.
class DirectView final : public BlockView
{
public:
    /// Errors: SourceUnreadable (also where the medium knows no O_DIRECT), PermissionDenied.
    [[nodiscard]] static Result<std::shared_ptr<DirectView>> open(const QString &path);
    DirectView(Fd fd, quint64 size, QString path);
    [[nodiscard]] quint64 size() const override { return m_size; }
    [[nodiscard]] Result<QByteArray> read(quint64 offset, quint64 length) const override;

private:
    Fd m_fd;
    quint64 m_size;
    QString m_path;
};

}
