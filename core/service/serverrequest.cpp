#include "core/service/serverrequest.h"

#include <algorithm>

namespace edgelift {

namespace {

const QString *valueOf(const ServerPairs &pairs, QLatin1String name)
{
    const auto found = std::find_if(pairs.begin(), pairs.end(), [name](const auto &pair) { return pair.first == name; });
    return found == pairs.end() ? nullptr : &found->second;
}

}

QString ServerRequest::header(QLatin1String name) const
{
    const QString *value = valueOf(headers, name);
    return value ? *value : QString();
}

bool ServerRequest::hasQuery(QLatin1String name) const { return valueOf(query, name) != nullptr; }

QString ServerRequest::queryValue(QLatin1String name) const
{
    const QString *value = valueOf(query, name);
    return value ? *value : QString();
}

std::optional<QByteArray> ServerRequest::body(qint64 limit) const
{
    if (contentLength.value_or(0) > limit)
        return std::nullopt;
    QByteArray bytes;
    const bool whole = readBody([&](QByteArrayView piece) {
        if (bytes.size() + piece.size() > limit)
            return false;
        bytes.append(piece.data(), piece.size());
        return true;
    });
    if (!whole)
        return std::nullopt;
    return bytes;
}

}
