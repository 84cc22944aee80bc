#include "core/agent/params.h"

#include "core/base/errortext.h"
#include "core/base/log.h"
#include "core/layout/planrules.h"

namespace edgelift {

std::optional<int> Params::optionalInteger(const QString &key, int least, int most)
{
    const int value = int(m_object.integer(key, least, least, most));
    return m_params.contains(key) ? std::optional(value) : std::nullopt;
}

std::optional<bool> Params::optionalBoolean(const QString &key)
{
    const bool value = m_object.boolean(key, false);
    return m_params.contains(key) ? std::optional(value) : std::nullopt;
}

std::optional<QList<LimitWindow>> Params::optionalSchedule(const QString &key)
{
    const QList<QJsonObject> windows = m_object.objects(key);
    if (windows.size() > limits::scheduleMost)
        m_problems.append({ErrorCode::PlanValueWrong, Retry::AfterUserAction,
            {key, QStringLiteral("%1 windows").arg(windows.size()), QStringLiteral("0 to %1").arg(limits::scheduleMost)}, {}});
    const QList<LimitWindow> schedule =
        readSchedule(windows.first(std::min<qsizetype>(windows.size(), limits::scheduleMost)), key, m_problems);
    return m_params.contains(key) ? std::optional(schedule) : std::nullopt;
}

Result<Authorization> Params::authorization()
{
    Result<Authorization> out = optionalAuthorization();
    if (out && !out->code && !out->keys)
        return Error{ErrorCode::CodeMissing, Retry::AfterUserAction, {}, {}};
    return out;
}

Result<Authorization> Params::optionalAuthorization()
{
    Authorization out;
    const Secret code(m_object.string(QStringLiteral("code")).trimmed().toUtf8());
    log::hide(code);
    StrictObject keys(m_object.object(QStringLiteral("accessKey")), QStringLiteral("accessKey"), m_problems);
    Credentials pair;
    pair.accessKeyId = keys.string(QStringLiteral("id"));
    pair.accessKeySecret = Secret(keys.string(QStringLiteral("secret")).toUtf8());
    pair.securityToken = keys.string(QStringLiteral("securityToken"));
    keys.finish();
    log::hide(pair.accessKeySecret);
    log::hide(Secret(pair.securityToken.toUtf8()));
    out.endpoint = QUrl(m_object.string(QStringLiteral("endpoint")), QUrl::StrictMode);
    const bool isAddress = out.endpoint.isEmpty()
        || (out.endpoint.isValid() && !out.endpoint.host().isEmpty()
            && (out.endpoint.scheme() == QLatin1String("http") || out.endpoint.scheme() == QLatin1String("https")));
    if (!isAddress)
        return Error{
            ErrorCode::RequestMalformed, Retry::AfterUserAction, {QStringLiteral("“endpoint” must be an http or https address")}, {}};
    if (!code.isEmpty()) {
        Result<ActivationCode> decoded = decodeActivationCode(code.reveal());
        if (!decoded)
            return decoded.error();
        log::hide(decoded->tokenCode);
        out.code = decoded.take();
    } else if (!pair.accessKeyId.isEmpty() && !pair.accessKeySecret.isEmpty()) {
        out.keys = pair;
    }
    return out;
}

std::optional<Error> Params::problem()
{
    m_object.finish();
    if (m_problems.isEmpty())
        return std::nullopt;
    const ErrorText words = describe(m_problems.first());
    return Error{ErrorCode::RequestMalformed, Retry::Never, {words.message + QLatin1Char(' ') + words.remedy}, {}};
}

}
