#include "core/credential/requestsigning.h"
#include "core/credential/hashing.h"

#include <QMap>
#include <algorithm>

namespace edgelift::signing {

namespace {

bool isUnreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
}

/// Header names that differ only in case are one header: their values sorted and joined, as the cloud's SDKs do.
QMap<QString, QStringList> merged(const Pairs &headers)
{
    QMap<QString, QStringList> out;
    for (const auto &[name, value] : headers)
        out[name.toLower()].append(value.trimmed());
    for (QStringList &values : out)
        values.sort();
    return out;
}

}

QByteArray percentEncoded(const QString &text, bool keepSlash)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    QByteArray out;
    for (const char c : text.toUtf8()) {
        if (isUnreserved(c) || (keepSlash && c == '/')) {
            out += c;
            continue;
        }
        out += '%';
        out += digits[quint8(c) >> 4];
        out += digits[quint8(c) & 15];
    }
    return out;
}

QByteArray canonicalQuery(const Pairs &query, bool keepEmptyEquals)
{
    QList<QPair<QByteArray, QByteArray>> encoded;
    for (const auto &[name, value] : query)
        encoded.append({percentEncoded(name), percentEncoded(value)});
    std::sort(encoded.begin(), encoded.end()); // encoded text is ASCII: bytes order as code units do
    QByteArray out;
    for (const auto &[name, value] : encoded) {
        if (!out.isEmpty())
            out += '&';
        out += name;
        if (keepEmptyEquals || !value.isEmpty())
            out += '=' + value;
    }
    return out;
}

QStringList acsSignedHeaders(const Pairs &headers)
{
    QStringList out;
    for (const auto &[name, value] : headers) {
        const QString lower = name.toLower();
        const bool isSigned =
            lower == QLatin1String("host") || lower == QLatin1String("content-type") || lower.startsWith(QLatin1String("x-acs-"));
        if (isSigned && !out.contains(lower))
            out.append(lower);
    }
    out.sort();
    return out;
}

QByteArray acsCanonicalRequest(const AcsRequest &request, const QStringList &signedHeaders)
{
    const QMap<QString, QStringList> headers = merged(request.headers);
    QByteArray block;
    for (const QString &name : signedHeaders)
        block += name.toUtf8() + ':' + headers.value(name).join(QLatin1Char(',')).toUtf8() + '\n';
    return request.method + '\n' + percentEncoded(request.path, true) + '\n' + canonicalQuery(request.query) + '\n' + block + '\n'
        + signedHeaders.join(QLatin1Char(';')).toUtf8() + '\n' + request.payloadSha256;
}

QByteArray acsStringToSign(const QByteArray &canonicalRequest)
{
    return QByteArrayLiteral("ACS3-HMAC-SHA256\n") + hashing::sha256Hex(canonicalRequest);
}

QByteArray acsSignature(const AcsRequest &request, const QStringList &signedHeaders, const Secret &accessKeySecret)
{
    const QByteArray text = acsStringToSign(acsCanonicalRequest(request, signedHeaders));
    return hashing::hmacSha256(accessKeySecret.reveal(), text).toHex();
}

QByteArray acsAuthorization(const AcsRequest &request, const Credentials &credentials)
{
    const QStringList names = acsSignedHeaders(request.headers);
    return "ACS3-HMAC-SHA256 Credential=" + credentials.accessKeyId.toUtf8() + ",SignedHeaders=" + names.join(QLatin1Char(';')).toUtf8()
        + ",Signature=" + acsSignature(request, names, credentials.accessKeySecret);
}

QByteArray rpcStringToSign(const QByteArray &method, const Pairs &parameters)
{
    Pairs others = parameters;
    others.removeIf([](const QPair<QString, QString> &pair) { return pair.first == QLatin1String("Signature"); });
    return method + "&%2F&" + percentEncoded(QString::fromLatin1(canonicalQuery(others)));
}

QByteArray rpcSignature(const QByteArray &method, const Pairs &parameters, const Secret &accessKeySecret)
{
    return hashing::hmacSha1(accessKeySecret.reveal() + '&', rpcStringToSign(method, parameters)).toBase64();
}

}
