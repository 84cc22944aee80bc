#pragma once
#include "core/receiver/build/targetbuilder.h"
#include "core/layout/convertorder.h"
#include "core/receiver/target.h"

#include <condition_variable>
#include <list>
#include <mutex>
#include <stop_token>

namespace edgelift::receiver {

/// Keeps the one Target of this process and changes it safely: `prepare` first ends every connection that still writes to the
/// old one, so nothing an earlier connection had in its buffers reaches a disk after the sender began anew. Thread-safe;
/// prepare() is called by one thread at a time (there is one control session).
class TargetKeeper
{
public:
    static constexpr int mostWriters = 16;

    /// One connection's right to write. The target stays open for as long as any writer lives.
    class Writer
    {
    public:
        Writer(TargetKeeper &keeper, std::shared_ptr<Target> target, std::stop_source end);
        Writer(const Writer &) = delete;
        Writer &operator=(const Writer &) = delete;
        ~Writer();
        [[nodiscard]] Target &target() const { return *m_target; }
        void end() { m_end.request_stop(); }

    private:
        TargetKeeper &m_keeper;
        std::shared_ptr<Target> m_target;
        std::stop_source m_end;
    };

    /// `disks` must outlive this.
    TargetKeeper(QString stateDir, QString job, TargetDisks &disks, FlushLimits limits = {});

    /// Reads the saved state and opens its disks again. Disks that cannot be opened now are no error: `prepare` will say so.
    /// Errors: those of TargetState::load.
    [[nodiscard]] Result<> start();
    /// Errors: EpochUnknown, TargetDiskMissing, TargetDiskBusy, TargetDiskTooSmall, TargetWriteFailed, NoSpace, FileUnwritable,
    /// StateUnreadable. After an error other than EpochUnknown no target is open.
    [[nodiscard]] Result<wire::PrepareResult> prepare(wire::PrepareParams params);
    [[nodiscard]] wire::StatusResult status() const;
    /// What is bound, open or not. Zeros: nothing.
    struct Binding
    {
        quint64 epoch = 0;
        quint64 round = 0;
    };
    [[nodiscard]] Binding binding() const;
    /// Our half of a point's sign-off: everything is durable, and what was read back since the last write is what the sender
    /// says. Kept until the next prepare. Errors: EpochUnknown, RoundPassed, VerificationFailed (args: how many blocks; the manifests
    /// differ, or something was written meanwhile), TargetWriteFailed, NoSpace, FileUnwritable.
    [[nodiscard]] Result<> commit(const wire::CommitParams &params);
    /// Makes the copied server start on an instance (convert::Converter), after ending all writers, and gives the result of `convert`. Like
    /// prepare() it is called by one thread at a time. Errors: EpochUnknown, TargetWriteFailed, those of prepare() about disks that have to be
    /// opened again, and those of convert::Converter.
    [[nodiscard]] Result<QJsonObject> convert(const ConvertOrder &order, const std::stop_token &stop);
    [[nodiscard]] quint32 diskCount() const; ///< open ones
    /// What makes the disks of a changed layout, and remembers it. The control session's business.
    [[nodiscard]] build::TargetBuilder &builder() { return m_builder; }
    /// Null: not prepared. Not to be kept: while somebody holds it, prepare() cannot open the disks again.
    [[nodiscard]] std::shared_ptr<Target> target() const;
    /// For a data connection, which must go away soon after `end` was asked to stop. Errors: EpochUnknown (not prepared), RequestMalformed
    /// (too many connections).
    [[nodiscard]] Result<std::unique_ptr<Writer>> writer(std::stop_source end);
    [[nodiscard]] Result<> flush() const; ///< what is open; ok when nothing is

private:
    [[nodiscard]] Result<QJsonObject> convertOpen(const ConvertOrder &order, const std::stop_token &stop) const;
    [[nodiscard]] Result<> reopen(const wire::PrepareParams &params);
    void endWriters(); ///< and lets no new ones in until m_changing is cleared
    void close();

    const QString m_folder;
    TargetDisks &m_disks;
    const FlushLimits m_limits;
    mutable std::mutex m_mutex;
    std::condition_variable m_writerGone;
    TargetState m_state;
    build::TargetBuilder m_builder;
    std::shared_ptr<Target> m_target;
    std::list<Writer *> m_writers;
    bool m_changing = false; ///< no new writers
};

}
