#include "core/receiver/receiverconfig.h"

#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/base/strictjson.h"
#include "core/wire/address.h"

#include <QFile>
#include <QJsonDocument>
#include <sys/stat.h>

namespace edgelift::receiver {

namespace {

constexpr qint64 largestConfig = 256 << 10;

Result<> readableByOwnerOnly(const QString &path)
{
    struct stat facts
    {
    };
    if (::stat(QFile::encodeName(path).constData(), &facts) != 0)
        return errnoError(errno, ErrorCode::FileUnreadable, path);
    if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return Error{ErrorCode::PermissionDenied, Retry::AfterUserAction, {path},
            QStringLiteral("the file holds a private key, but its mode lets others at it; use mode 0600")};
    return ok();
}

void require(bool good, const QString &problem, QStringList &problems)
{
    if (!good)
        problems.append(problem);
}

ReceiverConfig fields(StrictObject &object)
{
    ReceiverConfig config;
    for (const char *key : {"version", "job", "listen", "certificate", "privateKey", "peerPin", "stateDir", "deviceDir"})
        object.require(QLatin1String(key));
    object.integer(QStringLiteral("version"), 1, 1, 1);
    config.job = object.string(QStringLiteral("job"));
    config.listen = object.string(QStringLiteral("listen"));
    config.controlPort = quint16(object.integer(QStringLiteral("controlPort"), config.controlPort, 0, 65535));
    config.dataPort = quint16(object.integer(QStringLiteral("dataPort"), config.dataPort, 0, 65535));
    config.keys.certificate = object.string(QStringLiteral("certificate")).toLatin1();
    config.keys.privateKey = Secret(object.string(QStringLiteral("privateKey")).toLatin1());
    config.peerPin = object.string(QStringLiteral("peerPin")).toLatin1().toLower();
    config.stateDir = object.string(QStringLiteral("stateDir"));
    config.deviceDir = object.string(QStringLiteral("deviceDir"));
    object.finish();
    return config;
}

void checkValues(const ReceiverConfig &config, QStringList &problems)
{
    require(!config.job.isEmpty(), QStringLiteral("job is empty"), problems);
    require(wire::SocketAddress::parse(config.listen, config.controlPort).has_value(),
        QStringLiteral("listen is no IP address: %1").arg(config.listen), problems);
    require(config.controlPort == 0 || config.controlPort != config.dataPort, QStringLiteral("both ports are the same"), problems);
    require(config.keys.certificate.contains("BEGIN CERTIFICATE"), QStringLiteral("certificate is not PEM"), problems);
    require(config.keys.privateKey.reveal().contains("PRIVATE KEY"), QStringLiteral("privateKey is not PEM"), problems);
    require(config.peerPin.size() == 64 && QByteArray::fromHex(config.peerPin).size() == 32,
        QStringLiteral("peerPin is not 64 hexadecimal digits"), problems);
    require(config.stateDir.startsWith(QLatin1Char('/')), QStringLiteral("stateDir is no absolute path"), problems);
    require(config.deviceDir.startsWith(QLatin1Char('/')), QStringLiteral("deviceDir is no absolute path"), problems);
}

}

Result<ReceiverConfig> readConfig(const QString &path)
{
    if (const Result<> safe = readableByOwnerOnly(path); !safe)
        return safe.error();
    const Result<QByteArray> content = readFile(path, largestConfig);
    if (!content)
        return content.error();
    QJsonParseError parse{};
    const QJsonDocument document = QJsonDocument::fromJson(*content, &parse);
    if (!document.isObject())
        return Error{ErrorCode::StateUnreadable, Retry::AfterUserAction, {path}, parse.errorString()};

    QList<Error> wrong;
    StrictObject object(document.object(), {}, wrong);
    ReceiverConfig config = fields(object);
    if (const QString address = qEnvironmentVariable("EDGELIFT_LISTEN_ADDRESS"); !address.isEmpty())
        config.listen = address; // the instance's host knows better which address is its own
    QStringList problems;
    for (const Error &error : wrong)
        problems.append(logLine(error));
    if (problems.isEmpty())
        checkValues(config, problems);
    if (!problems.isEmpty())
        return Error{ErrorCode::StateUnreadable, Retry::AfterUserAction, {path}, problems.join(QLatin1String("; "))};
    return config;
}

}
