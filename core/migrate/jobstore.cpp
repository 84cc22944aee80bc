#include "core/migrate/jobstore.h"

#include "core/base/files.h"
#include "core/layout/planfile.h"

#include <QDir>
#include <QFileInfo>
#include <algorithm>
#include <cerrno>
#include <fcntl.h>

namespace edgelift {

namespace {

QString jobsFolder(const QString &stateDir) { return stateDir + QLatin1String("/jobs"); }
QString recordFile() { return QStringLiteral("job.json"); }
QString planFileName() { return QStringLiteral("plan.json"); }
QString secretsFile() { return QStringLiteral("secrets.json"); }

/// An id becomes a folder name: nothing from outside may walk out of the jobs folder.
bool isJobId(const QString &id)
{
    return id.startsWith(QLatin1String("j-")) && id.size() <= 64
        && std::all_of(id.begin(), id.end(), [](QChar c) { return c.unicode() < 128 && (c.isLetterOrNumber() || c == QLatin1Char('-')); });
}

struct flock wholeFile()
{
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

Result<Fd> openLock(const QString &folder)
{
    const QString path = folder + QLatin1String("/lock");
    Fd fd(::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_CLOEXEC, privateFile));
    if (!fd)
        return errnoError(errno, ErrorCode::FileUnwritable, path);
    return fd;
}

/// Asks without taking the lock, so that looking never disturbs a job that is about to start.
bool isHeld(const QString &folder)
{
    const Result<Fd> fd = openLock(folder);
    struct flock lock = wholeFile();
    return fd && ::fcntl(fd->get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

Result<JobRecord> readRecord(const QString &folder)
{
    const QString path = folder + QLatin1Char('/') + recordFile();
    const Result<QJsonObject> file = readJsonFile(path);
    if (!file)
        return file.error();
    return jobRecordFromJson(*file, path);
}

Result<Plan> readPlanOf(const QString &folder)
{
    const Result<QByteArray> text = readFile(folder + QLatin1Char('/') + planFileName());
    return text ? readPlan(*text) : Result<Plan>(text.error());
}

}

Result<std::unique_ptr<JobStore>> JobStore::create(
    const QString &stateDir, const JobRecord &record, const Plan &plan, const JobSecrets &secrets)
{
    std::unique_ptr<JobStore> store(new JobStore(jobsFolder(stateDir) + QLatin1Char('/') + record.id));
    Result<> written = makeFolder(store->m_folder);
    if (written)
        written = writeFileDurably(store->path(planFileName()), writePlan(plan));
    if (written)
        written = store->setSecrets(secrets);
    if (written)
        written = store->store(record); // last: a folder without it is no job
    if (!written) {
        QDir(store->m_folder).removeRecursively(); // it may hold secrets
        return written.error();
    }
    store->m_plan = plan;
    store->m_transfer = plan.transfer;
    return store;
}

Result<std::unique_ptr<JobStore>> JobStore::open(const QString &stateDir, const QString &jobId)
{
    const QString folder = jobsFolder(stateDir) + QLatin1Char('/') + jobId;
    if (!isJobId(jobId) || !QFileInfo::exists(folder + QLatin1Char('/') + recordFile()))
        return Error{ErrorCode::JobUnknown, Retry::Never, {jobId}, {}};
    std::unique_ptr<JobStore> store(new JobStore(folder));
    Result<JobRecord> record = readRecord(folder);
    if (!record)
        return record.error();
    Result<Plan> plan = readPlanOf(folder);
    if (!plan)
        return plan.error();
    Result<JobSecrets> secrets = readSecrets(store->path(secretsFile()));
    if (!secrets)
        return secrets.error();
    hideInLog(*secrets);
    store->m_record = record.take();
    store->m_plan = plan.take();
    store->m_transfer = store->m_plan.transfer;
    store->m_secrets = secrets.take();
    return store;
}

QStringList JobStore::ids(const QString &stateDir)
{
    QStringList out;
    for (const QString &name : QDir(jobsFolder(stateDir)).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        if (isJobId(name) && QFileInfo::exists(jobsFolder(stateDir) + QLatin1Char('/') + name + QLatin1Char('/') + recordFile()))
            out.append(name);
    }
    return out;
}

Result<JobRecord> JobStore::peek(const QString &stateDir, const QString &jobId)
{
    const QString folder = jobsFolder(stateDir) + QLatin1Char('/') + jobId;
    if (!isJobId(jobId) || !QFileInfo::exists(folder + QLatin1Char('/') + recordFile()))
        return Error{ErrorCode::JobUnknown, Retry::Never, {jobId}, {}};
    Result<JobRecord> record = readRecord(folder);
    if (record && record->state == JobState::Running && !isHeld(folder)) { // its process died
        record->state = JobState::Stopped;
        record->interrupted = true;
    }
    return record;
}

Plan JobStore::peekPlan(const QString &stateDir, const QString &jobId)
{
    const Result<Plan> plan = isJobId(jobId) ? readPlanOf(jobsFolder(stateDir) + QLatin1Char('/') + jobId) : Plan();
    return plan ? *plan : Plan();
}

Result<> JobStore::lock()
{
    Result<Fd> fd = openLock(m_folder);
    if (!fd)
        return fd.error();
    const struct flock lock = wholeFile(); // of the open file description: also keeps two objects of one process apart
    if (::fcntl(fd->get(), F_OFD_SETLK, &lock) != 0)
        return Error{ErrorCode::JobRunning, Retry::AfterWait, {record().id}, QStringLiteral("held by another process or object")};
    Result<JobRecord> current = readRecord(m_folder);
    if (!current)
        return current.error();
    const std::lock_guard guard(m_mutex); // also keeps setTransfer() from writing between the reading and what comes of it
    Result<Plan> plan = readPlanOf(m_folder);
    if (!plan)
        return plan.error();
    m_record = current.take();
    m_plan = plan.take();
    m_transfer = m_plan.transfer;
    m_lock = fd.take();
    return ok();
}

JobRecord JobStore::record() const
{
    const std::lock_guard guard(m_mutex);
    return m_record;
}

Result<> JobStore::store(JobRecord next)
{
    const Result<> written = writeJsonFile(path(recordFile()), toJson(next), privateFile);
    if (written)
        m_record = std::move(next);
    return written;
}

Plan JobStore::currentPlan() const
{
    const std::lock_guard guard(m_mutex);
    Plan plan = m_plan;
    plan.transfer = m_transfer;
    return plan;
}

Result<> JobStore::setTransfer(const Plan::Transfer &transfer)
{
    const std::lock_guard guard(m_mutex); // one writer at a time
    Plan plan = m_plan;
    plan.transfer = transfer;
    const Result<> written = writeFileDurably(path(planFileName()), writePlan(plan));
    if (written)
        m_transfer = transfer;
    return written;
}

Result<> JobStore::setPlan(const Plan &plan)
{
    const std::lock_guard guard(m_mutex);
    const Result<> written = writeFileDurably(path(planFileName()), writePlan(plan));
    if (written) {
        m_plan = plan;
        m_transfer = plan.transfer;
    }
    return written;
}

Result<> JobStore::setSecrets(const JobSecrets &secrets)
{
    hideInLog(secrets);
    const Result<> written = writeSecrets(path(secretsFile()), secrets);
    if (written)
        m_secrets = secrets;
    return written;
}

}
