#include "tests/gui/fakeagent.h"

#include <QJsonArray>

namespace edgelift::test {

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

}

FakeAgent::FakeAgent()
{
    for (const char *method : {"pause", "resume", "retry", "cancel", "clean", "modify"})
        answer(key(method), QJsonObject{{key("job"), key("j-1")}});
    answer(key("resources"), QJsonObject{{key("jobs"), QJsonArray()}});
    answer(key("report"), QJsonObject{{key("reportPath"), m_folder.filePath(key("report.html"))}});
    start();
}

void FakeAgent::start()
{
    ++m_pid;
    m_server = std::make_unique<AgentServer>(
        [this](const rpc::Request &request, const std::shared_ptr<EventOutlet> &outlet) { return handle(request, outlet); });
    if (!m_server->listen(path()))
        qFatal("no socket for the agent of the test");
}

void FakeAgent::stop()
{
    m_server.reset();
    const std::lock_guard lock(m_mutex);
    m_outlets.clear();
    m_told.clear();
}

void FakeAgent::answer(const QString &method, const QJsonObject &reply)
{
    answer(method, [reply](const QJsonObject &) -> Result<QJsonObject> { return reply; });
}

void FakeAgent::answer(const QString &method, const Error &error)
{
    answer(method, [error](const QJsonObject &) -> Result<QJsonObject> { return error; });
}

void FakeAgent::answer(const QString &method, const Answer &answer)
{
    const std::lock_guard lock(m_mutex);
    m_answers[method] = answer;
}

void FakeAgent::setJob(const QJsonObject &job)
{
    const std::lock_guard lock(m_mutex);
    m_job = job;
}

QList<QJsonObject> FakeAgent::calls(const QString &method) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_calls.find(method);
    return found == m_calls.end() ? QList<QJsonObject>() : found->second;
}

int FakeAgent::callCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_callCount;
}

QString FakeAgent::jobId() const { return m_job.value(key("id")).toString(); }

void FakeAgent::tell(QJsonObject event)
{
    const std::lock_guard lock(m_mutex);
    event.insert(key("job"), jobId());
    if (event.value(key("event")) != key("progress"))
        m_told.append({key("event"), event});
    for (const auto &outlet : m_outlets)
        outlet->notify(key("event"), event);
}

void FakeAgent::end(const QString &how)
{
    const std::lock_guard lock(m_mutex);
    const QJsonObject params{{key("job"), jobId()}, {key("end"), how}};
    m_told.append({key("ended"), params});
    for (const auto &outlet : m_outlets)
        outlet->notify(key("ended"), params);
}

Result<QJsonObject> FakeAgent::subscribe(const std::shared_ptr<EventOutlet> &outlet)
{
    for (const auto &[method, params] : m_told)
        outlet->notify(method, params);
    m_outlets.append(outlet);
    return QJsonObject{{key("job"), jobId()}};
}

Result<QJsonObject> FakeAgent::handle(const rpc::Request &request, const std::shared_ptr<EventOutlet> &outlet)
{
    Answer answer;
    {
        const std::lock_guard lock(m_mutex);
        m_calls[request.method].append(request.params);
        ++m_callCount;
        if (request.method == key("version"))
            return QJsonObject{{key("interface"), rpc::interfaceVersion}, {key("product"), key("test")}, {key("pid"), m_pid}};
        if (request.method == key("subscribe"))
            return subscribe(outlet);
        const auto found = m_answers.find(request.method);
        if (found != m_answers.end())
            answer = found->second;
        else if (request.method == key("status"))
            return QJsonObject{{key("jobs"), m_job.isEmpty() ? QJsonArray() : QJsonArray{m_job}}};
    }
    if (answer)
        return answer(request.params);
    return Error{ErrorCode::RequestMalformed, Retry::Never, {request.method}, {}};
}

QJsonObject fakeJob(const QString &state, const QString &phase)
{
    return {{key("id"), key("j-1")}, {key("state"), state}, {key("phase"), phase}, {key("name"), key("web01")},
        {key("sourceName"), key("web01")}, {key("sourceId"), key("s-1")}, {key("region"), key("cn-beijing-1")},
        {key("instanceId"), key("i-transit")}, {key("imageName"), key("web01_20261123")}, {key("created"), key("2026-11-23T09:00:00Z")},
        {key("started"), key("2026-11-23T09:01:00Z")}};
}

QJsonObject fakeProgress(qint64 done, qint64 total, qint64 wire, double speed)
{
    const QJsonValue remaining = speed > 0 ? QJsonValue(qint64(double(total - done) / speed)) : QJsonValue();
    const QJsonArray disks{
        QJsonObject{{key("disk"), key("d0")}, {key("name"), key("/dev/vda")}, {key("bytesDone"), done / 2}, {key("bytesTotal"), total / 2}},
        QJsonObject{{key("disk"), key("d1")}, {key("name"), key("/dev/vdb")}, {key("bytesDone"), done - done / 2},
            {key("bytesTotal"), total - total / 2}}};
    return {{key("event"), key("progress")}, {key("phase"), key("copy")}, {key("bytesDone"), done}, {key("bytesTotal"), total},
        {key("wireBytes"), wire}, {key("speed"), speed}, {key("remainingSeconds"), remaining},
        {key("limits"), QJsonObject{{key("limitMbps"), 100}}}, {key("disks"), disks}};
}

}
