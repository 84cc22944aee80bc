#include "core/stream/transfer.h"

#include "core/stream/piecedreader.h"
#include "core/stream/transferrun.h"

namespace edgelift {

Transfer::Transfer(TransferSettings settings, QList<TransferDisk> disks, const TransferTuning &tuning, Observer observer)
    : m_settings(std::move(settings))
    , m_disks(std::move(disks))
    , m_tuning(tuning)
    , m_observer(std::move(observer))
{
}

Outcome Transfer::run(const std::stop_token &stop)
{
    const Result<wire::TlsContext> context = wire::TlsContext::make(m_settings.keys, m_settings.peerPin);
    if (!context) {
        Error error = context.error();
        error.args = {m_settings.receiver.host};
        return {Outcome::End::Failed, error};
    }
    CopyJob job(m_settings, m_disks, m_tuning, *context);
    QStringList paths;
    for (const TransferDisk &disk : std::as_const(m_disks))
        paths += pathsOf(disk);
    job.limits.watch(std::make_unique<DeviceLoad>(paths));
    job.limits.start();
    return TransferRun(job, m_observer, stop).execute();
}

}
