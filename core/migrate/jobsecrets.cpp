#include "core/migrate/jobsecrets.h"

#include "core/base/files.h"
#include "core/base/log.h"

#include <QJsonDocument>

namespace edgelift {

namespace {

QString text(const Secret &secret) { return QString::fromUtf8(secret.reveal()); }

Secret secretOf(const QJsonObject &object, const char *key) { return Secret(object.value(QLatin1String(key)).toString().toUtf8()); }

QJsonObject codeToJson(const ActivationCode &code)
{
    return {{QStringLiteral("service"), code.service.toString()},
        {QStringLiteral("certificatePin"), QString::fromLatin1(code.certificatePin.toHex())}, {QStringLiteral("tokenId"), code.tokenId},
        {QStringLiteral("tokenCode"), text(code.tokenCode)}};
}

ActivationCode codeFromJson(const QJsonObject &object)
{
    return {QUrl(object.value(QLatin1String("service")).toString()),
        QByteArray::fromHex(object.value(QLatin1String("certificatePin")).toString().toLatin1()),
        object.value(QLatin1String("tokenId")).toString(), secretOf(object, "tokenCode")};
}

QJsonObject keysToJson(const Credentials &keys)
{
    return {{QStringLiteral("accessKeyId"), keys.accessKeyId}, {QStringLiteral("accessKeySecret"), text(keys.accessKeySecret)},
        {QStringLiteral("securityToken"), keys.securityToken},
        {QStringLiteral("expires"), keys.expires.isValid() ? keys.expires.toUTC().toString(Qt::ISODate) : QString()}};
}

Credentials keysFromJson(const QJsonObject &object)
{
    return {object.value(QLatin1String("accessKeyId")).toString(), secretOf(object, "accessKeySecret"),
        object.value(QLatin1String("securityToken")).toString(),
        QDateTime::fromString(object.value(QLatin1String("expires")).toString(), Qt::ISODate)};
}

}

Result<> writeSecrets(const QString &path, const JobSecrets &secrets)
{
    const Authorization &authorization = secrets.authorization;
    QJsonObject object{{QStringLiteral("endpoint"), authorization.endpoint.toString()},
        {QStringLiteral("sessionToken"), text(secrets.sessionToken)}, {QStringLiteral("ownerCertificate"), text(secrets.ownerCertificate)},
        {QStringLiteral("ownerPrivateKey"), text(secrets.ownerPrivateKey)},
        {QStringLiteral("receiverCertificate"), text(secrets.receiverCertificate)},
        {QStringLiteral("receiverPrivateKey"), text(secrets.receiverPrivateKey)}};
    if (authorization.code)
        object.insert(QStringLiteral("code"), codeToJson(*authorization.code));
    if (authorization.keys)
        object.insert(QStringLiteral("keys"), keysToJson(*authorization.keys));
    return writeJsonFile(path, object, privateFile);
}

Result<JobSecrets> readSecrets(const QString &path)
{
    const Result<QJsonObject> file = readJsonFile(path);
    if (!file)
        return file.error();
    JobSecrets secrets;
    secrets.authorization.endpoint = QUrl(file->value(QLatin1String("endpoint")).toString());
    if (file->contains(QLatin1String("code")))
        secrets.authorization.code = codeFromJson(file->value(QLatin1String("code")).toObject());
    if (file->contains(QLatin1String("keys")))
        secrets.authorization.keys = keysFromJson(file->value(QLatin1String("keys")).toObject());
    secrets.sessionToken = secretOf(*file, "sessionToken");
    secrets.ownerCertificate = secretOf(*file, "ownerCertificate");
    secrets.ownerPrivateKey = secretOf(*file, "ownerPrivateKey");
    secrets.receiverCertificate = secretOf(*file, "receiverCertificate");
    secrets.receiverPrivateKey = secretOf(*file, "receiverPrivateKey");
    return secrets;
}

void hideInLog(const JobSecrets &secrets)
{
    if (secrets.authorization.code)
        log::hide(secrets.authorization.code->tokenCode);
    if (secrets.authorization.keys)
        log::hide(secrets.authorization.keys->accessKeySecret);
    log::hide(secrets.sessionToken);
    log::hide(secrets.ownerPrivateKey);
    log::hide(secrets.receiverPrivateKey);
}

}
