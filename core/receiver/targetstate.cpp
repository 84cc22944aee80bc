#include "core/receiver/targetstate.h"

#include "core/base/files.h"

#include <QDir>
#include <QFile>
#include <algorithm>

namespace edgelift::receiver {

namespace {

constexpr int formatVersion = 1;

/// Maps cover the whole target, not only the region: `finish` writes at the disk's end.
quint64 extentsOf(const wire::PrepareDisk &disk) { return disk.size.count / wire::extentSize + (disk.size.count % wire::extentSize != 0); }

/// `fresh` is left out: a sender that resumes need not remember it, the first word counts. So is the size: we keep the real one.
bool sameDisk(const wire::PrepareDisk &a, const wire::PrepareDisk &b)
{
    return a.index == b.index && a.serial == b.serial && a.sourceSize == b.sourceSize;
}

bool sameDisks(const wire::PrepareParams &a, const wire::PrepareParams &b)
{
    return std::equal(a.disks.begin(), a.disks.end(), b.disks.begin(), b.disks.end(), sameDisk);
}

}

Error roundPassed(quint64 theirs, quint64 ours)
{
    return {ErrorCode::RoundPassed, Retry::AfterWait, {}, QStringLiteral("round %1, but %2 is under way").arg(theirs).arg(ours)};
}

TargetState::TargetState(QString folder, QString job)
    : m_folder(std::move(folder))
    , m_job(std::move(job))
{
}

QString TargetState::bindingPath() const { return m_folder + QLatin1String("/target.json"); }

QString TargetState::mapPath(quint64 epoch, quint32 index) const
{
    return m_folder + QStringLiteral("/written-%1-%2.map").arg(epoch).arg(index);
}

Result<> TargetState::load()
{
    if (Result<> made = makeFolder(m_folder); !made)
        return made;
    if (!QFile::exists(bindingPath()))
        return ok();
    const Result<QJsonObject> object = readJsonFile(bindingPath());
    if (!object)
        return object.error();
    const auto unreadable = [this](const QString &why) {
        return Error{ErrorCode::StateUnreadable, Retry::AfterUserAction, {bindingPath()}, why};
    };
    if (object->value(QLatin1String("version")).toInt() != formatVersion)
        return unreadable(QStringLiteral("written by another version"));
    if (object->value(QLatin1String("job")).toString() != m_job)
        return unreadable(QStringLiteral("belongs to job %1").arg(object->value(QLatin1String("job")).toString()));
    const Result<wire::PrepareParams> params = wire::prepareParams(object->value(QLatin1String("prepared")).toObject());
    if (!params)
        return unreadable(params.error().detail);
    m_binding = *params;
    const QJsonObject point = object->value(QLatin1String("point")).toObject();
    if (!point.isEmpty()) {
        const Result<wire::CommitParams> kept = wire::commitParams(point);
        if (!kept)
            return unreadable(kept.error().detail);
        m_point = kept->epoch == m_binding->epoch && kept->round == m_binding->round ? kept->round : 0;
    }
    removeMapsExcept(m_binding->epoch);
    return ok();
}

Result<> TargetState::acceptable(const wire::PrepareParams &wanted, bool anythingWritten) const
{
    const auto refuse = [&](const QString &why) { return Error{ErrorCode::EpochUnknown, Retry::Never, {}, why}; };
    if (!m_binding)
        return ok();
    if (wanted.epoch == m_binding->epoch && !sameDisks(wanted, *m_binding))
        return refuse(QStringLiteral("this epoch was begun with other disks"));
    if (wanted.epoch == m_binding->epoch) {
        const bool later = wanted.round > m_binding->round || (wanted.round == 0 && m_binding->round == 0);
        return later ? ok() : Result<>(roundPassed(wanted.round, m_binding->round));
    }
    if (wanted.replace || !anythingWritten)
        return ok();
    return refuse(QStringLiteral("epoch %1 has data here, epoch %2 was asked for").arg(m_binding->epoch).arg(wanted.epoch));
}

Result<> TargetState::createMap(quint64 epoch, wire::PrepareDisk &disk) const
{
    std::unique_ptr<WrittenMap> earlier;
    for (const wire::PrepareDisk &old : m_binding ? m_binding->disks : QList<wire::PrepareDisk>()) {
        if (old.serial != disk.serial)
            continue;
        Result<std::unique_ptr<WrittenMap>> map = openMap(old);
        if (!map)
            return map.error();
        earlier = map.take();
        disk.fresh = disk.fresh && old.fresh;
    }
    const auto made = WrittenMap::create(mapPath(epoch, disk.index), extentsOf(disk), earlier.get());
    return made ? ok() : Result<>(made.error());
}

Result<> TargetState::bind(const wire::PrepareParams &wanted)
{
    if (m_binding && m_binding->epoch == wanted.epoch)
        return bindRound(wanted.round);
    wire::PrepareParams next = wanted;
    next.replace = false;
    for (wire::PrepareDisk &disk : next.disks) {
        if (Result<> made = createMap(next.epoch, disk); !made)
            return made;
    }
    if (Result<> written = write(next, {}); !written)
        return written;
    m_binding = next;
    m_point = 0;
    removeMapsExcept(next.epoch);
    return ok();
}

Result<> TargetState::bindRound(quint64 round)
{
    if (m_binding->round == round)
        return ok();
    wire::PrepareParams next = *m_binding;
    next.round = round;
    if (Result<> written = write(next, {}); !written)
        return written;
    m_binding = next;
    m_point = 0;
    return ok();
}

Result<> TargetState::keepPoint(const wire::CommitParams &point)
{
    if (Result<> written = write(*m_binding, wire::toJson(point)); !written)
        return written;
    m_point = point.round;
    return ok();
}

Result<> TargetState::write(const wire::PrepareParams &binding, const QJsonObject &point) const
{
    QJsonObject content{
        {QStringLiteral("version"), formatVersion}, {QStringLiteral("job"), m_job}, {QStringLiteral("prepared"), wire::toJson(binding)}};
    if (!point.isEmpty())
        content.insert(QStringLiteral("point"), point);
    return writeJsonFile(bindingPath(), content);
}

Result<std::unique_ptr<WrittenMap>> TargetState::openMap(const wire::PrepareDisk &disk) const
{
    return WrittenMap::open(mapPath(m_binding->epoch, disk.index), extentsOf(disk));
}

/// Left by a crash between making maps and binding them, or by an earlier epoch.
void TargetState::removeMapsExcept(quint64 epoch) const
{
    const QString keep = QStringLiteral("written-%1-").arg(epoch);
    QDir folder(m_folder);
    for (const QString &name : folder.entryList({QStringLiteral("written-*.map")}, QDir::Files)) {
        if (!name.startsWith(keep))
            folder.remove(name);
    }
}

}
