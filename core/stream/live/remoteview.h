#pragma once
#include "core/stream/maps/blockview.h"
#include "core/stream/receiverclient.h"

#include <QHash>
#include <functional>

namespace edgelift {

/// A target's medium, read through the control connection: what a filesystem on it says of itself can be looked at here, where it
/// is understood. Keeps what it read. One thread.
class RemoteView final : public BlockView
{
public:
    /// `size`: of the source's part of the target. `client` outlives this.
    RemoteView(ReceiverClient &client, quint32 disk, Bytes size)
        : m_client(client)
        , m_disk(disk)
        , m_size(size.count)
    {
    }
    [[nodiscard]] quint64 size() const override { return m_size; }
    /// Errors: SourceUnreadable (not inside), those of ReceiverClient.
    [[nodiscard]] Result<QByteArray> read(quint64 offset, quint64 length) const override;
    /// What a read failed with, if one did: map readers take a volume that cannot be read as used, and do not say why.
    [[nodiscard]] const std::optional<Error> &failure() const { return m_failure; }

private:
    [[nodiscard]] Result<QByteArray> line(quint64 number) const;

    ReceiverClient &m_client;
    quint32 m_disk;
    quint64 m_size;
    mutable QHash<quint64, QByteArray> m_lines;
    mutable std::optional<Error> m_failure;
};

}
