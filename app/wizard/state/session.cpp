#include "app/wizard/state/session.h"

#include "core/layout/defaultplan.h"
#include "core/layout/factsjson.h"
#include "core/layout/planfile.h"

#include <utility>

namespace edgelift::wizard {

namespace {

constexpr std::chrono::minutes inspectTimeout{10}; // a server with many disks
constexpr std::chrono::minutes cloudTimeout{2};
constexpr std::chrono::minutes fixTimeout{30}; // packages are fetched

QString key(const char *name) { return QString::fromLatin1(name); }

}

Session::Session(AgentLink &link, QObject *parent)
    : QObject(parent)
    , m_link(link)
{
    connect(&link, &AgentLink::openChanged, this, [this](bool open) {
        if (open && std::exchange(m_askWhenOpen, false))
            ask();
    });
}

void Session::setOwnEngine(bool own)
{
    m_ownEngine = own;
    if (!own && std::exchange(m_askWhenOpen, false))
        ask(); // which then says what is wrong
}

void Session::inspect()
{
    if (m_inspection == Asked::Waiting)
        return;
    m_inspection = Asked::Waiting;
    m_checking = Asked::Waiting;
    Q_EMIT inspectionChanged();
    Q_EMIT checksChanged();
    m_askWhenOpen = m_ownEngine && !m_link.isOpen();
    if (!m_askWhenOpen)
        ask();
}

void Session::ask()
{
    m_link.call(
        key("check"), {}, this, [this](const Result<QJsonObject> &reply) { checked(reply); }, inspectTimeout);
    m_link.call(
        key("inspect"), {}, this, [this](const Result<QJsonObject> &reply) { inspected(reply); }, inspectTimeout);
    reachAddresses();
}

void Session::inspected(const Result<QJsonObject> &reply)
{
    const Result<ServerFacts> facts =
        reply ? serverFactsFromJson(reply->value(key("facts")).toObject()) : Result<ServerFacts>(reply.error());
    m_inspection = facts ? Asked::Answered : Asked::Failed;
    if (facts)
        m_facts = *facts;
    else
        m_inspectionError = facts.error();
    if (facts && !m_hasPlan)
        setPlan(freshPlan());
    Q_EMIT inspectionChanged();
}

void Session::checked(const Result<QJsonObject> &reply)
{
    m_checking = reply ? Asked::Answered : Asked::Failed;
    if (reply) {
        m_checks = listOf(*reply, "checks", checkInfo);
        m_prompts = listOf(*reply, "prompts", promptInfo);
    } else {
        m_checkError = reply.error();
    }
    Q_EMIT checksChanged();
}

void Session::reachAddresses()
{
    QJsonObject where = m_credential.place();
    if (m_cloud == Asked::Answered) { // the service has said where the cloud is
        where = m_options.endpoint.isEmpty() ? QJsonObject() : where;
        where.insert(key("endpoint"), m_options.endpoint);
    }
    where.insert(key("transitRegion"), m_plan.image.transitRegion);
    m_reaching = Asked::Waiting;
    Q_EMIT reachChanged();
    m_link.call(
        key("check.cloud"), where, this,
        [this, question = ++m_reachQuestion](const Result<QJsonObject> &reply) {
            if (question == m_reachQuestion)
                reached(reply);
        },
        cloudTimeout);
}

void Session::reached(const Result<QJsonObject> &reply)
{
    m_reaching = reply ? Asked::Answered : Asked::Failed;
    if (reply)
        m_cloudChecks = listOf(*reply, "checks", checkInfo);
    else
        m_reachError = reply.error();
    Q_EMIT reachChanged();
}

Plan Session::freshPlan() const
{
    Plan plan = defaultPlan(m_facts, m_plan.image.region);
    if (m_hasPlan) {
        const QList<Plan::Disk> disks = plan.disks;
        plan = m_plan;
        plan.disks = disks;
    }
    return plan;
}

void Session::setPlan(const Plan &plan)
{
    if (m_hasPlan && plan == m_plan)
        return;
    m_plan = plan;
    m_hasPlan = true;
    ++m_validationQuestion;
    m_validation = Asked::Not;
    Q_EMIT planChanged();
}

QList<Problem> Session::problems() const { return check(m_plan, m_facts); }

void Session::validate()
{
    m_validation = Asked::Waiting;
    Q_EMIT validationChanged();
    m_link.call(
        key("plan.validate"), {{key("plan"), toJson(m_plan)}}, this,
        [this, question = ++m_validationQuestion](const Result<QJsonObject> &reply) {
            if (question == m_validationQuestion)
                validated(reply);
        },
        inspectTimeout);
}

void Session::validated(const Result<QJsonObject> &reply)
{
    const bool refused = reply && reply->value(key("refused")).toBool();
    m_validation = reply && !refused ? Asked::Answered : Asked::Failed;
    if (!reply)
        m_validationError = reply.error();
    else if (refused)
        m_validationError = rpc::errorFromJson(reply->value(key("error")).toObject());
    Q_EMIT validationChanged();
}

void Session::setCredential(const Credential &credential)
{
    const bool same = credential.method == m_credential.method && credential.parameters() == m_credential.parameters();
    m_credential = credential;
    stopReaching();
    m_cloud = Asked::Not;
    if (!same && m_reaching != Asked::Not) { // it was about other addresses
        ++m_reachQuestion;
        m_reaching = Asked::Not;
        Q_EMIT reachChanged();
    }
    if (!same && (m_import != Asked::Not || !m_sourceId.isEmpty())) { // it may be another account's source by now
        ++m_importQuestion;
        m_import = Asked::Not;
        m_sourceId.clear();
        Q_EMIT importChanged();
    }
    Q_EMIT credentialChanged();
    Q_EMIT cloudChanged();
}

void Session::reachCloud()
{
    QJsonObject parameters = m_credential.parameters();
    parameters.insert(key("transitRegion"), m_plan.image.transitRegion);
    m_cloud = Asked::Waiting;
    Q_EMIT cloudChanged();
    m_link.call(
        key("cloud.options"), parameters, this,
        [this, question = ++m_cloudQuestion](const Result<QJsonObject> &reply) {
            if (question == m_cloudQuestion)
                cloudAnswered(reply);
        },
        cloudTimeout);
}

void Session::stopReaching()
{
    ++m_cloudQuestion;
    if (m_cloud != Asked::Waiting)
        return;
    m_cloud = Asked::Not;
    Q_EMIT cloudChanged();
}

void Session::cloudAnswered(const Result<QJsonObject> &reply)
{
    m_cloud = reply ? Asked::Answered : Asked::Failed;
    if (reply)
        m_options = cloudOptionsFromJson(*reply);
    else
        m_cloudError = reply.error();
    Q_EMIT cloudChanged();
    if (reply)
        reachAddresses();
}

void Session::fix(
    const QString &prompt, const QString &choice, QObject *context, std::function<void(const Result<QJsonObject> &)> done) const
{
    m_link.call(key("fix"), {{key("id"), prompt}, {key("choice"), choice}}, context, std::move(done), fixTimeout);
}

void Session::importSource()
{
    if (m_import == Asked::Waiting)
        return;
    m_import = Asked::Waiting;
    Q_EMIT importChanged();
    m_link.call(
        key("import"), m_credential.parameters(), this,
        [this, question = ++m_importQuestion](const Result<QJsonObject> &reply) {
            if (question == m_importQuestion)
                imported(reply);
        },
        inspectTimeout);
}

void Session::imported(const Result<QJsonObject> &reply)
{
    m_import = reply ? Asked::Answered : Asked::Failed;
    if (reply)
        m_sourceId = reply->value(key("sourceId")).toString();
    else
        m_importError = reply.error();
    Q_EMIT importChanged();
}

void Session::setSourceId(const QString &id)
{
    m_sourceId = id;
    Q_EMIT importChanged();
}

void Session::setDecision(const QString &prompt, const QString &answer)
{
    if (m_decisions.value(prompt) == answer)
        return;
    m_decisions.insert(prompt, answer);
    Q_EMIT decisionsChanged();
}

void Session::start()
{
    if (std::exchange(m_starting, true))
        return;
    QJsonObject parameters = m_credential.parameters();
    parameters.insert(key("plan"), toJson(m_plan));
    m_link.call(
        key("migrate"), parameters, this,
        [this](const Result<QJsonObject> &reply) {
            m_starting = false;
            if (!reply)
                Q_EMIT startFailed(reply.error());
            else if (reply->value(key("refused")).toBool())
                Q_EMIT startFailed(rpc::errorFromJson(reply->value(key("error")).toObject()));
            else
                Q_EMIT started(reply->value(key("job")).toString());
        },
        inspectTimeout);
}

}
