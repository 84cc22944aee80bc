#include "app/ctl/credentials.h"

#include "core/base/files.h"

#include <QFile>
#include <unistd.h>

namespace edgelift::ctl {

namespace {

constexpr qint64 codeLimit = 64 << 10; ///< bytes: a code, or the whole command it was pasted with

Result<QByteArray> standardInput()
{
    QFile input;
    if (!input.open(STDIN_FILENO, QIODevice::ReadOnly))
        return Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {QStringLiteral("standard input")}, input.errorString()};
    QByteArray all;
    while (all.size() <= codeLimit) {
        const QByteArray more = input.read(codeLimit);
        if (more.isEmpty())
            return all;
        all += more;
    }
    return Error{
        ErrorCode::FileUnreadable, Retry::AfterUserAction, {QStringLiteral("standard input")}, QStringLiteral("too long for a code")};
}

}

std::optional<Credentials> environmentKeys()
{
    Credentials keys;
    keys.accessKeyId = qEnvironmentVariable("ALIBABA_CLOUD_ACCESS_KEY_ID");
    keys.accessKeySecret = Secret(qgetenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET"));
    keys.securityToken = qEnvironmentVariable("ALIBABA_CLOUD_SECURITY_TOKEN");
    if (keys.accessKeyId.isEmpty() || keys.accessKeySecret.isEmpty())
        return std::nullopt;
    return keys;
}

Result<QJsonObject> authorizationParams(const Arguments &arguments)
{
    QJsonObject params{{QStringLiteral("endpoint"), arguments.value("endpoint")}};
    const std::optional<Credentials> keys = environmentKeys();
    const QString file = arguments.value("code-file");
    if (!arguments.has("code-file") && keys) {
        params.insert(QStringLiteral("accessKey"),
            QJsonObject{{QStringLiteral("id"), keys->accessKeyId},
                {QStringLiteral("secret"), QString::fromUtf8(keys->accessKeySecret.reveal())},
                {QStringLiteral("securityToken"), keys->securityToken}});
        return params;
    }
    Result<QByteArray> code = QByteArray();
    if (arguments.has("code-file"))
        code = file == QLatin1String("-") ? standardInput() : readFile(file, codeLimit);
    else if (::isatty(STDIN_FILENO) == 0)
        code = standardInput();
    if (!code)
        return code.error();
    const QString text = QString::fromUtf8(*code).trimmed();
    if (text.isEmpty())
        return Error{ErrorCode::CodeMissing, Retry::AfterUserAction, {}, {}};
    params.insert(QStringLiteral("code"), text);
    return params;
}

}
