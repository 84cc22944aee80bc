#include "core/simcloud/handlers.h"

#include "core/base/ids.h"
#include "core/service/statestore.h"
#include "core/simcloud/ecscatalog.h"
#include "core/simcloud/faults.h"

#include <QCryptographicHash>
#include <QRegularExpression>
#include <algorithm>

namespace edgelift {

namespace {

const QString tokens = QStringLiteral("clienttokens");
constexpr qint64 tokenLifeMs = 24LL * 3600 * 1000;

QString fingerprint(const ActionCall &call)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (auto it = call.parameters.begin(); it != call.parameters.end(); ++it) {
        if (it.key() == QLatin1String("ClientToken"))
            continue;
        hash.addData((it.key() + QLatin1Char('\n')).toUtf8());
        hash.addData((QString::number(it.value().size()) + QLatin1Char('\n') + it.value()).toUtf8());
    }
    return QString::fromLatin1(hash.result().toHex());
}

void forgetOldTokens(World &world)
{
    const qint64 oldest = world.now().toMSecsSinceEpoch() - tokenLifeMs;
    for (const QString &id : world.state().ids(tokens)) {
        if (world.state().get(tokens, id).value(QLatin1String("at")).toInteger() < oldest)
            world.state().remove(tokens, id);
    }
}

ActionReply once(World &world, const ActionCall &call, SimHandler handler)
{
    const QString token = call.parameters.value(QStringLiteral("ClientToken"));
    if (token.isEmpty())
        return handler(world, call);
    if (token.size() > 64)
        return badRequest(QStringLiteral("InvalidClientToken.Malformed"), QStringLiteral("ClientToken has more than 64 characters."));
    const QString id = QStringLiteral("%1/%2/%3").arg(call.product, call.action, token);
    forgetOldTokens(world);
    if (const QJsonObject first = world.state().get(tokens, id); !first.isEmpty()) {
        if (text(first, "fingerprint") != fingerprint(call))
            return badRequest(QStringLiteral("IdempotentParameterMismatch"),
                QStringLiteral("The request uses the same client token as a previous, but non-identical request."));
        return reply(first.value(QLatin1String("body")).toObject());
    }
    ActionReply answer = handler(world, call);
    if (answer.status == 200) {
        world.state().put(tokens, id,
            {{QStringLiteral("fingerprint"), fingerprint(call)}, {QStringLiteral("body"), answer.body},
                {QStringLiteral("at"), world.now().toMSecsSinceEpoch()}});
    }
    return answer;
}

}

void addHandlers(ActionRegistry &registry, World &world, const QString &product, std::initializer_list<SimAction> actions)
{
    for (const SimAction &action : actions) {
        registry.add(product, QLatin1String(action.name), [&world, handler = action.handler](const ActionCall &call) {
            const std::lock_guard lock(world.state().mutex());
            if (!call.region.isEmpty() && !isRegion(call.region))
                return notFound(QStringLiteral("InvalidRegionId.NotFound"), QStringLiteral("The specified RegionId does not exist."));
            if (const std::optional<ActionReply> fault = plannedRefusal(world.settings().dataDir, call.action))
                return *fault;
            return once(world, call, handler);
        });
    }
}

ActionReply reply(QJsonObject body) { return {200, std::move(body)}; }
ActionReply badRequest(const QString &code, const QString &message) { return ActionReply::refuse(400, code, message); }
ActionReply forbidden(const QString &code, const QString &message) { return ActionReply::refuse(403, code, message); }
ActionReply notFound(const QString &code, const QString &message) { return ActionReply::refuse(404, code, message); }

ActionReply missingParameter(const QString &name)
{
    return badRequest(QStringLiteral("MissingParameter"),
        QStringLiteral("The input parameter \"%1\" that is mandatory for processing this request is not supplied.").arg(name));
}

ActionReply dryRunPassed()
{
    return badRequest(QStringLiteral("DryRunOperation"), QStringLiteral("Request validation has been passed with DryRun flag set."));
}

QString cloudTime(const QDateTime &time) { return time.toUTC().toString(QStringLiteral("yyyy-MM-ddTHH:mm:ssZ")); }
QString cloudTime(qint64 msecs) { return cloudTime(QDateTime::fromMSecsSinceEpoch(msecs)); }
QString newId(const QString &prefix) { return randomId(prefix + QStringLiteral("2ze"), 17); }

bool validName(const QString &name, int least)
{
    static const QRegularExpression form(QStringLiteral(R"(\A\p{L}[\p{L}\p{N}:_.\-]*\z)"));
    static const QRegularExpression reserved(QStringLiteral(R"(\A(https?://|aliyun|acs:))"), QRegularExpression::CaseInsensitiveOption);
    return name.size() >= least && name.size() <= 128 && form.match(name).hasMatch() && !reserved.match(name).hasMatch();
}

std::optional<ActionReply> tagProblem(const CallParameters &parameters)
{
    static const QRegularExpression reserved(QStringLiteral(R"(\A(aliyun|acs:)|https?://)"));
    const QJsonObject tags = parameters.tags();
    if (tags.size() > 20)
        return forbidden(QStringLiteral("NumberExceed.Tags"), QStringLiteral("The maximum number of tags is exceeded."));
    for (auto it = tags.begin(); it != tags.end(); ++it) {
        if (it.key().isEmpty() || it.key().size() > 128 || reserved.match(it.key()).hasMatch())
            return badRequest(QStringLiteral("InvalidTagKey.Malformed"), QStringLiteral("The specified Tag.n.Key is not valid."));
        const QString value = it.value().toString();
        if (value.size() > 128 || value.contains(QLatin1String("http://")) || value.contains(QLatin1String("https://")))
            return badRequest(QStringLiteral("InvalidTagValue.Malformed"), QStringLiteral("The specified Tag.n.Value is not valid."));
    }
    return std::nullopt;
}

QJsonObject tagSet(const QJsonObject &tags, const QString &key, const QString &value)
{
    QJsonArray out;
    for (auto it = tags.begin(); it != tags.end(); ++it)
        out += QJsonObject{{key, it.key()}, {value, it.value()}};
    return {{QStringLiteral("Tag"), out}};
}

bool hasTags(const QJsonObject &record, const QJsonObject &wanted)
{
    const QJsonObject tags = record.value(QLatin1String("tags")).toObject();
    for (auto it = wanted.begin(); it != wanted.end(); ++it) {
        if (!tags.contains(it.key()) || (!it.value().toString().isEmpty() && tags.value(it.key()) != it.value()))
            return false;
    }
    return true;
}

bool matches(const QString &pattern, const QString &text)
{
    if (pattern.isEmpty())
        return true;
    const QString expression = QRegularExpression::escape(pattern).replace(QLatin1String("\\*"), QLatin1String(".*"));
    return QRegularExpression(QRegularExpression::anchoredPattern(expression)).match(text).hasMatch();
}

QJsonObject page(const CallParameters &parameters, const QJsonArray &items, const QString &outer, const QString &inner, int defaultSize)
{
    const bool byToken = parameters.has(QStringLiteral("MaxResults")) || parameters.has(QStringLiteral("NextToken"));
    const auto number = std::max<qint64>(1, parameters.integer(QStringLiteral("PageNumber"), 1));
    const auto size =
        std::clamp<qint64>(parameters.integer(byToken ? QStringLiteral("MaxResults") : QStringLiteral("PageSize"), defaultSize), 1, 500);
    // The cloud's token is opaque; ours says where to go on.
    const qint64 first =
        byToken ? QByteArray::fromBase64(parameters.text(QStringLiteral("NextToken")).toLatin1()).toLongLong() : (number - 1) * size;
    QJsonArray cut;
    for (qint64 n = std::max<qint64>(0, first); n < items.size() && n < first + size; ++n)
        cut += items.at(n);
    QJsonObject out{{outer, QJsonObject{{inner, cut}}}, {QStringLiteral("TotalCount"), items.size()}};
    if (!byToken) {
        out.insert(QStringLiteral("PageNumber"), number);
        out.insert(QStringLiteral("PageSize"), size);
    }
    const bool more = byToken && first + size < items.size();
    out.insert(QStringLiteral("NextToken"), more ? QString::fromLatin1(QByteArray::number(first + size).toBase64()) : QString());
    return out;
}

QList<QJsonObject> records(World &world, const QString &collection)
{
    QList<QJsonObject> out = world.state().all(collection);
    for (QJsonObject &one : out)
        one = world.settle(one);
    const auto place = [](const QJsonObject &one) { // what one call makes has one time: an instance's disks are told by their device
        return std::pair(one.value(QLatin1String("createdAt")).toInteger(), one.value(QLatin1String("device")).toString());
    };
    std::stable_sort(out.begin(), out.end(), [&place](const QJsonObject &a, const QJsonObject &b) { return place(a) < place(b); });
    return out;
}

QJsonObject record(World &world, const QString &collection, const QString &id) { return world.settle(world.state().get(collection, id)); }

QJsonObject upcoming(World &world, const char *status, double seconds)
{
    return {{QStringLiteral("status"), QLatin1String(status)}, {QStringLiteral("at"), world.due(seconds)}};
}

void setStatus(QJsonObject &record, const char *status)
{
    record.insert(QStringLiteral("status"), QLatin1String(status));
    record.remove(QStringLiteral("next"));
}

void store(World &world, const QString &collection, const QJsonObject &record)
{
    world.state().put(collection, text(record, "id"), record);
}

}
