#pragma once
#include "core/cloud/rpcclient.h"

namespace edgelift {

/// How a call gives long lists. The cloud has two ways.
struct Paging
{
    enum class Kind : quint8 {
        Token, ///< NextToken and MaxResults
        Number, ///< PageNumber and PageSize, with TotalCount in the reply
    } kind{};
    int size = 50;
};

/// Where a reply holds its list: {"Disks": {"Disk": […]}}.
struct ListPath
{
    const char *outer;
    const char *inner;
};

/// Every page of a list. Ends also for a cloud that repeats pages for ever.
[[nodiscard]] Result<QList<QJsonObject>> collect(
    const RpcClient &client, const RpcCall &call, Paging paging, ListPath path, const std::stop_token &stop);

/// The same, each object read by `read`.
template <class Value>
[[nodiscard]] Result<QList<Value>> collectAs(const RpcClient &client, const RpcCall &call, Paging paging, ListPath path,
    Value (*read)(const QJsonObject &), const std::stop_token &stop)
{
    const Result<QList<QJsonObject>> objects = collect(client, call, paging, path, stop);
    if (!objects)
        return objects.error();
    QList<Value> out;
    for (const QJsonObject &object : *objects)
        out.append(read(object));
    return out;
}

}
