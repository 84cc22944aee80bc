#include "core/cloud/paging.h"
#include "core/cloud/replyfields.h"

namespace edgelift {

namespace {

constexpr int mostPages = 1000;

}

Result<QList<QJsonObject>> collect(const RpcClient &client, const RpcCall &call, Paging paging, ListPath path, const std::stop_token &stop)
{
    const bool byToken = paging.kind == Paging::Kind::Token;
    QList<QJsonObject> out;
    QString token;
    for (int page = 1; page <= mostPages; ++page) {
        RpcCall one = call;
        one.parameters.number(byToken ? QStringLiteral("MaxResults") : QStringLiteral("PageSize"), paging.size);
        if (byToken)
            one.parameters.text(QStringLiteral("NextToken"), token);
        else
            one.parameters.number(QStringLiteral("PageNumber"), page);
        const Result<QJsonObject> reply = client.call(one, stop);
        if (!reply)
            return reply.error();
        const QList<QJsonObject> some = fields::objects(*reply, path.outer, path.inner);
        out += some;
        const QString next = fields::text(*reply, "NextToken");
        const bool more = byToken ? !next.isEmpty() && next != token : out.size() < fields::number(*reply, "TotalCount");
        if (!more || some.isEmpty())
            break;
        token = next;
    }
    return out;
}

}
