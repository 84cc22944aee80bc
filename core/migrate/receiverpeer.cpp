#include "core/migrate/receiverpeer.h"

#include <QJsonDocument>

namespace edgelift {

Result<Secret> receiverConfig(const JobStore &store)
{
    const JobSecrets &secrets = store.secrets();
    const Result<QByteArray> ourPin = wire::pinOf(secrets.ownerCertificate.reveal());
    if (!ourPin)
        return ourPin.error();
    const ReceiverAddress ports;
    const QJsonObject config{{QStringLiteral("version"), 1}, {QStringLiteral("job"), store.record().id},
        {QStringLiteral("listen"), QStringLiteral("0.0.0.0")}, {QStringLiteral("controlPort"), int(ports.controlPort)},
        {QStringLiteral("dataPort"), int(ports.dataPort)},
        {QStringLiteral("certificate"), QString::fromUtf8(secrets.receiverCertificate.reveal())},
        {QStringLiteral("privateKey"), QString::fromUtf8(secrets.receiverPrivateKey.reveal())},
        {QStringLiteral("peerPin"), QString::fromLatin1(*ourPin)},
        {QStringLiteral("stateDir"), QStringLiteral("/var/lib/edgelift-receiver")},
        {QStringLiteral("deviceDir"), QStringLiteral("/dev/disk/by-id")}};
    return Secret(QJsonDocument(config).toJson(QJsonDocument::Compact));
}

Result<ReceiverPeer> receiverPeer(const StepContext &context)
{
    const JobSecrets &secrets = context.store().secrets();
    Result<QByteArray> pin = wire::pinOf(secrets.receiverCertificate.reveal());
    if (!pin)
        return pin.error();
    ReceiverPeer peer;
    peer.address.host = context.text("transitAddress");
    peer.address.job = context.jobId();
    peer.keys = {secrets.ownerCertificate.reveal(), secrets.ownerPrivateKey};
    peer.pin = pin.take();
    return peer;
}

}
