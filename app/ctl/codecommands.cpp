#include "app/ctl/commands.h"
#include "app/ctl/credentials.h"
#include "app/ctl/exitcodes.h"
#include "core/cloud/qthttptransport.h"
#include "core/cloud/smcapi.h"
#include "core/credential/activationcode.h"

#include <QJsonArray>

namespace edgelift::ctl {

namespace {

const QString key(const char *name) { return QString::fromLatin1(name); }

/// The account that owns activation codes, reached with the AccessKey of the environment.
class Account
{
public:
    Account(const QUrl &endpoint, const QByteArray &pin, const Credentials &keys)
        : m_credentials(keys)
        , m_client({m_transport, m_credentials, m_clock, {}}, Endpoints(endpoint, pin))
        , m_smc(m_client)
    {
    }
    [[nodiscard]] const SmcApi &smc() const { return m_smc; }

private:
    SystemClock m_clock;
    QtHttpTransport m_transport;
    StaticCredentials m_credentials;
    RpcClient m_client;
    SmcApi m_smc;
};

struct Access
{
    QUrl endpoint;
    QByteArray pin;
    Credentials keys;
};

Result<Access> accessOf(const Arguments &arguments)
{
    const auto usage = [](const QString &what) { return Error{ErrorCode::UsageWrong, Retry::AfterUserAction, {what}, {}}; };
    const QUrl endpoint(arguments.value("endpoint"), QUrl::StrictMode);
    const bool web = endpoint.scheme() == QLatin1String("http") || endpoint.scheme() == QLatin1String("https");
    if (arguments.has("endpoint") && (!endpoint.isValid() || endpoint.host().isEmpty() || !web))
        return usage(QStringLiteral("“--endpoint” takes an http or https address, not “%1”.").arg(arguments.value("endpoint")));
    const QByteArray pin = QByteArray::fromHex(arguments.value("pin").toLatin1());
    if (arguments.has("pin") && pin.size() != 32)
        return usage(QStringLiteral("“--pin” takes 64 hexadecimal digits."));
    const std::optional<Credentials> keys = environmentKeys();
    if (!keys)
        return usage(QStringLiteral("Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET."));
    return Access{endpoint, pin, *keys};
}

QJsonObject tokenJson(const smc::AccessToken &token)
{
    return {{key("id"), token.id}, {key("name"), token.name}, {key("status"), token.status}, {key("quota"), token.quota},
        {key("used"), token.used}, {key("days"), token.days}, {key("created"), token.created.toUTC().toString(Qt::ISODate)}};
}

/// Does one thing to one code.
int act(const Arguments &arguments, Console &console, const char *done,
    Result<> (SmcApi::*call)(const QString &, const std::stop_token &) const)
{
    const Result<Access> access = accessOf(arguments);
    if (!access)
        return console.error(access.error());
    const Account account(access->endpoint, access->pin, access->keys);
    const Result<> result = (account.smc().*call)(arguments.positional, {});
    if (!result)
        return console.error(result.error());
    if (console.isJson())
        console.json({{key("id"), arguments.positional}, {key("done"), key(done)}});
    else
        console.line(QStringLiteral("Activation code %1 is %2.").arg(arguments.positional, key(done)));
    return exitDone;
}

}

int createCode(const Arguments &arguments, Console &console)
{
    const Result<Access> access = accessOf(arguments);
    if (!access)
        return console.error(access.error());
    if (!arguments.has("endpoint")) // a code leads to a service of ours; Alibaba Cloud's own knows no such thing
        return console.error({ErrorCode::UsageWrong, Retry::AfterUserAction,
            {QStringLiteral("“code create” needs --endpoint: the service's address.")}, {}});
    const Account account(access->endpoint, access->pin, access->keys);
    smc::NewAccessToken wanted; // its quota and days are those of the seeds, sent even when they are the default (S3)
    wanted.name = arguments.has("name")
        ? arguments.value("name")
        : QStringLiteral("edgelift-") + QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss"));
    wanted.quota = arguments.number("quota").value_or(wanted.quota);
    wanted.days = arguments.number("days").value_or(wanted.days);
    const Result<smc::AccessTokenSecret> token = account.smc().createAccessToken(wanted, {});
    if (!token)
        return console.error(token.error());
    console.raw(encode(ActivationCode{access->endpoint, access->pin, token->id, token->code}).reveal() + '\n');
    return exitDone;
}

int listCodes(const Arguments &arguments, Console &console)
{
    const Result<Access> access = accessOf(arguments);
    if (!access)
        return console.error(access.error());
    const Account account(access->endpoint, access->pin, access->keys);
    const Result<QList<smc::AccessToken>> tokens = account.smc().listAccessTokens({}, {});
    if (!tokens)
        return console.error(tokens.error());
    QJsonArray list;
    for (const smc::AccessToken &token : *tokens) {
        list.append(tokenJson(token));
        if (!console.isJson())
            console.line(QStringLiteral("%1  %2  %3 of %4 used  %5 days from %6  %7")
                             .arg(token.id, token.status.leftJustified(11))
                             .arg(token.used)
                             .arg(token.quota)
                             .arg(token.days)
                             .arg(token.created.toUTC().toString(Qt::ISODate), token.name));
    }
    if (console.isJson())
        console.json({{key("codes"), list}});
    else if (list.isEmpty())
        console.line(QStringLiteral("There are no activation codes."));
    return exitDone;
}

int disableCode(const Arguments &arguments, Console &console) { return act(arguments, console, "disabled", &SmcApi::disableAccessToken); }
int deleteCode(const Arguments &arguments, Console &console) { return act(arguments, console, "deleted", &SmcApi::deleteAccessToken); }

}
