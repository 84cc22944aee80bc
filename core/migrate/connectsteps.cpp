#include "core/migrate/naming.h"
#include "core/migrate/steps.h"

#include <QJsonArray>

namespace edgelift {

namespace {

/// From the job's folder, not from the source: clean-up works when the source is gone.
SourceDescription sourceDescription(const StepContext &context)
{
    SourceDescription source;
    source.name = context.store().record().sourceName;
    source.machineId = context.text("machineId");
    source.hostName = context.text("hostName");
    source.platform = context.text("platform");
    source.architecture = context.text("architecture");
    source.systemDiskGiB = context.value("systemDiskGiB").toInteger();
    for (const QJsonValue &size : context.value("dataDisksGiB").toArray())
        source.dataDisksGiB.append(size.toInteger());
    return source;
}

Result<> remember(StepContext &context, const SessionFacts &facts)
{
    JobSecrets secrets = context.store().secrets();
    if (secrets.sessionToken.reveal() != facts.sessionToken.reveal()) {
        secrets.sessionToken = facts.sessionToken;
        if (const Result<> stored = context.store().setSecrets(secrets); !stored)
            return stored;
    }
    const QString sourceId = facts.sourceId.isEmpty() ? naming::sourceId(context.text("machineId")) : facts.sourceId;
    return context.store().update([&](JobRecord &record) {
        record.sourceId = sourceId;
        record.observedAddress = facts.observedAddress;
        record.endpoint = facts.endpoint.toString();
    });
}

}

Result<> openSession(StepContext &context)
{
    const JobRecord record = context.store().record();
    const JobSecrets &secrets = context.store().secrets();
    const SessionFacts known{record.sourceId, secrets.sessionToken, record.observedAddress, QUrl(record.endpoint)};
    Result<std::unique_ptr<CloudSession>> session = CloudSession::open(
        context.surroundings(), secrets.authorization, sourceDescription(context), known, context.region(), context.stop());
    if (!session)
        return session.error();
    if (const Result<> kept = remember(context, (*session)->facts()); !kept)
        return kept;
    context.setCloud(session.take());
    return ok();
}

Result<> identifyAccount(StepContext &context)
{
    const Result<sts::Identity> identity = context.cloud().sts().getCallerIdentity(context.stop());
    if (!identity)
        return identity.error();
    const QString known = context.text("accountId");
    if (!known.isEmpty() && known != identity->accountId)
        return Error{ErrorCode::CredentialsWrong, Retry::AfterUserAction, {QStringLiteral("they belong to another account than before")},
            QStringLiteral("was %1, is %2").arg(known, identity->accountId)};
    if (const Result<> set = context.setText("accountId", identity->accountId); !set)
        return set;
    // The words of the vendor's client: people and scripts wait for them.
    context.events().phase(
        Phase::Connect, QStringLiteral("Import Source Server [%1] Successfully!").arg(context.store().record().sourceId));
    return ok();
}

}
