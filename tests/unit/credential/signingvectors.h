#pragma once
#include "core/credential/requestsigning.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

namespace edgelift::test {

/// tests/data/signing-vectors.json: published vectors of the vendor and some captured from its SDKs.
inline QList<QJsonObject> signingVectors()
{
    QFile file(QStringLiteral(EDGELIFT_SOURCE_DIR "/tests/data/signing-vectors.json"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("signing-vectors.json cannot be read");
    QList<QJsonObject> out;
    for (const QJsonValue &vector : QJsonDocument::fromJson(file.readAll()).object().value(QLatin1String("vectors")).toArray())
        out.append(vector.toObject());
    return out;
}

/// An object {"a": "b"} or, for names that differ in case only, a list [["A", "b"], ["a", "c"]].
inline signing::Pairs pairs(const QJsonValue &value)
{
    signing::Pairs out;
    const QJsonObject object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it)
        out.append({it.key(), it.value().toString()});
    for (const QJsonValue &pair : value.toArray())
        out.append({pair.toArray().at(0).toString(), pair.toArray().at(1).toString()});
    return out;
}

inline QString text(const QJsonObject &vector, const char *key) { return vector.value(QLatin1String(key)).toString(); }

inline Credentials credentialsOf(const QJsonObject &vector)
{
    return {text(vector, "accessKeyId"), Secret(text(vector, "accessKeySecret").toUtf8()), text(vector, "securityToken"), {}};
}

inline signing::AcsRequest acsRequest(const QJsonObject &vector)
{
    // The quirk of one published vector: JavaScript wrote the word "undefined" as method and left the path empty.
    return {text(vector, "method").toUtf8(), text(vector, "uri"), pairs(vector.value(QLatin1String("query"))),
        pairs(vector.value(QLatin1String("headers"))), text(vector, "payloadSha256").toUtf8()};
}

inline QStringList additionalHeaders(const QJsonObject &vector)
{
    QStringList out;
    for (const QJsonValue &name : vector.value(QLatin1String("additionalHeaders")).toArray())
        out.append(name.toString());
    return out;
}

/// The published V1 vectors give the canonical resource ("/bucket/key?a=b&c") instead of its parts.
inline signing::OssRequest ossRequest(const QJsonObject &vector)
{
    signing::OssRequest out{text(vector, "method").toUtf8(), text(vector, "bucket"), text(vector, "object"),
        pairs(vector.value(QLatin1String("query"))), pairs(vector.value(QLatin1String("headers")))};
    if (vector.contains(QLatin1String("ossHeaders"))) {
        const QString resource = text(vector, "canonicalizedResource");
        out.bucket = resource.section(QLatin1Char('/'), 1, 1);
        out.key = resource.section(QLatin1Char('?'), 0, 0).section(QLatin1Char('/'), 2);
        for (const QString &part : resource.section(QLatin1Char('?'), 1).split(QLatin1Char('&'), Qt::SkipEmptyParts))
            out.query.append({part.section(QLatin1Char('='), 0, 0), part.section(QLatin1Char('='), 1)});
        out.headers = pairs(vector.value(QLatin1String("ossHeaders")));
        out.headers.append({QStringLiteral("Content-MD5"), text(vector, "contentMd5")});
        out.headers.append({QStringLiteral("Content-Type"), text(vector, "contentType")});
        out.headers.append({QStringLiteral("Date"), text(vector, "date")});
    } else if (text(vector, "scheme").startsWith(QLatin1String("OSS-V1"))) {
        const QString query = QUrl(text(vector, "url")).query(QUrl::FullyDecoded);
        for (const QString &part : query.split(QLatin1Char('&'), Qt::SkipEmptyParts))
            out.query.append({part.section(QLatin1Char('='), 0, 0), part.section(QLatin1Char('='), 1)});
    }
    return out;
}

inline qint64 expiresOf(const QJsonObject &vector)
{
    const QString epoch = text(vector, "expiresEpoch");
    return (epoch.isEmpty() ? text(vector, "expires") : epoch).toLongLong();
}

}
