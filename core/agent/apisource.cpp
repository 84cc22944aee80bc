#include "core/agent/agentapi.h"
#include "core/agent/apijson.h"
#include "core/agent/params.h"
#include "core/layout/factsjson.h"

#include <algorithm>

namespace edgelift {

// The methods that look at the source, and those that mend what was found.

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

/// False where “yes” would lead to nothing: rsync on a machine without a package manager.
bool isMendable(const QList<Prompt> &prompts, const QString &fix)
{
    return std::any_of(prompts.begin(), prompts.end(),
        [&fix](const Prompt &prompt) { return prompt.id == fix && prompt.needed && prompt.recommended == QLatin1String("yes"); });
}

}

Result<QJsonObject> AgentApi::inspect(Params &params, const Outlet &)
{
    if (const auto problem = params.problem())
        return *problem;
    const Result<std::shared_ptr<const Source>> source = m_source.look(m_stop.get_token());
    if (!source)
        return source.error();
    QJsonArray notes;
    for (const SourceNote &note : (*source)->notes())
        notes.append(QJsonObject{{key("subject"), note.subject}, {key("text"), note.text}});
    return QJsonObject{{key("facts"), toJson((*source)->facts())}, {key("notes"), notes}};
}

Result<QJsonObject> AgentApi::check(Params &params, const Outlet &)
{
    if (const auto problem = params.problem())
        return *problem;
    const Result<std::shared_ptr<const Source>> source = m_source.look(m_stop.get_token());
    if (!source)
        return source.error();
    const ServerFacts &facts = (*source)->facts();
    const QList<Prompt> prompts = facts.live ? promptsOfMachine(facts, m_setting.place, trackedDisks()) : promptsOfImages(facts);
    QList<Check> checks = readinessChecks(facts, trackedDisks());
    for (Check &each : checks) {
        if (!isMendable(prompts, each.fix))
            each.fix.clear();
    }
    QJsonObject out = apijson::checksReply(checks);
    out.insert(key("prompts"), apijson::array(prompts));
    return out;
}

Result<QJsonObject> AgentApi::fix(Params &params, const Outlet &)
{
    const QString id = params.object().string(key("id"));
    QString choice = params.object().string(key("choice"));
    if (const auto problem = params.problem())
        return *problem;
    const auto malformed = [](const QString &what) { return Error{ErrorCode::RequestMalformed, Retry::AfterUserAction, {what}, {}}; };
    if (!promptIds().contains(id))
        return malformed(QStringLiteral("“%1” cannot be mended for you").arg(id));
    if (!m_source.disks().isEmpty())
        return malformed(QStringLiteral("the source's disks are images, so nothing is to be done for “%1”").arg(id));
    if (choice.isEmpty() && promptChoices(id).contains(key("yes"))) // SELinux is never changed without a word
        choice = key("yes");
    WorkPlace place = m_setting.place;
    place.testTracking = [this](const std::stop_token &stop) { return testTracking(stop); };
    const Result<PromptResult> done = carryOut(id, choice, place, m_stop.get_token());
    if (!done)
        return done.error();
    return QJsonObject{{key("id"), id}, {key("choice"), choice}, {key("state"), done->state}, {key("changed"), done->changed}};
}

Result<> AgentApi::testTracking(const std::stop_token &stop)
{
    const Result<std::shared_ptr<const Source>> source = m_source.get(stop);
    if (!source)
        return source.error();
    QStringList disks;
    const Result<> tested = m_engine.testTracking(**source, stop);
    for (const DiskFacts &disk : (*source)->facts().disks)
        disks.append(disk.id);
    const std::lock_guard lock(m_trackedMutex);
    m_trackedDisks = tested ? disks : QStringList();
    return tested;
}

QStringList AgentApi::trackedDisks()
{
    const std::lock_guard lock(m_trackedMutex);
    return m_trackedDisks;
}

}
