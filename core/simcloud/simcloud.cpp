#include "core/simcloud/simcloud.h"

#include "core/simcloud/ecs.h"
#include "core/simcloud/ens.h"
#include "core/simcloud/ensimagefolder.h"
#include "core/simcloud/objectstore.h"
#include "core/simcloud/oss.h"
#include "core/simcloud/ram.h"
#include "core/simcloud/sts.h"
#include "core/simcloud/vpc.h"
#include "core/simcloud/world.h"

#include <QFile>

namespace edgelift {

struct SimCloud::Parts
{
    Parts(StateStore &stateStore, AccessKeyStore &keyStore, const Clock &clock, const WorldSettings &settings,
        std::unique_ptr<ObjectStore> store)
        : state(stateStore)
        , keys(keyStore)
        , objects(std::move(store))
        , storage(settings.dataDir, *objects, keyStore, clock)
        , world(stateStore, *objects, clock, settings)
        , issuer(keyStore)
    {
    }
    StateStore &state;
    AccessKeyStore &keys;
    std::unique_ptr<ObjectStore> objects;
    ObjectStorage storage;
    World world;
    SimulatedIssuer issuer;
};

namespace {

/// Once in a data directory's life, so that a bucket somebody deletes stays deleted.
Result<> makeTransitBuckets(StateStore &state, ObjectStore &objects, const Clock &clock)
{
    const QString made = QStringLiteral("made");
    const QString marker = QStringLiteral("transitBuckets");
    if (state.contains(made, marker))
        return ok();
    const QDateTime now = clock.now().toUTC();
    for (const Bucket &bucket : {Bucket{QStringLiteral("edgelift-transit"), QStringLiteral("cn-beijing"), now, false},
             Bucket{QStringLiteral("edgelift-transit-sg"), QStringLiteral("ap-southeast-1"), now, false}}) {
        if (Result<> put = objects.putBucket(bucket); !put)
            return put;
    }
    state.put(made, marker, {{QStringLiteral("at"), now.toString(Qt::ISODate)}});
    return ok();
}

}

SimCloud::SimCloud(std::unique_ptr<Parts> parts)
    : m_parts(std::move(parts))
{
}

SimCloud::~SimCloud() { stop(); }

Result<std::unique_ptr<SimCloud>> SimCloud::open(StateStore &state, AccessKeyStore &keys, const Clock &clock, const WorldSettings &settings)
{
    Result<std::unique_ptr<ObjectStore>> objects = ObjectStore::open(settings.dataDir, clock);
    if (!objects)
        return objects.error();
    makeServiceRoles(state, clock);
    if (const Result<> made = makeTransitBuckets(state, **objects, clock); !made)
        return made.error();
    return std::unique_ptr<SimCloud>(new SimCloud(std::make_unique<Parts>(state, keys, clock, settings, objects.take())));
}

void SimCloud::registerActions(ActionRegistry &registry)
{
    registerSts(registry, m_parts->keys, m_parts->state);
    registerRam(registry, m_parts->state);
    registerEcs(registry, m_parts->world);
    registerVpc(registry, m_parts->world);
    registerEns(registry, m_parts->world);
}

ServerHandler SimCloud::objectStorage()
{
    return [this](const ServerRequest &request) { return m_parts->storage.answer(request); };
}

QString SimCloud::imageFile(const QString &imageId)
{
    const QString path = ensImageFolder(m_parts->world, imageId) + QLatin1String("/image.json");
    return m_parts->state.contains(QStringLiteral("ensimages"), imageId) && QFile::exists(path) ? path : QString();
}

CredentialIssuer &SimCloud::issuer() { return m_parts->issuer; }

void SimCloud::start() { m_parts->world.start(); }

void SimCloud::stop() { m_parts->world.stop(); }

}
