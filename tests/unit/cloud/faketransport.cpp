#include "tests/unit/cloud/faketransport.h"

#include <QUrlQuery>

namespace edgelift::test {

bool FakeClock::sleep(std::chrono::milliseconds time, const std::stop_token &stop) const
{
    sleeps.append(time);
    m_now = m_now.addMSecs(time.count());
    if (onSleep)
        onSleep();
    return !stop.stop_requested();
}

Result<HttpReply> FakeTransport::send(const HttpRequest &request, const std::stop_token &)
{
    requests.append(request);
    if (onSend)
        onSend();
    if (!m_script.isEmpty())
        return m_script.dequeue();
    if (otherwise)
        return otherwise(request);
    return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("the script is at its end")};
}

FakeTransport &FakeTransport::answer(int status, const QByteArray &body, const HttpHeaders &headers)
{
    m_script.enqueue(HttpReply{status, headers, body});
    return *this;
}

FakeTransport &FakeTransport::refuse(int status, const char *code, const char *message)
{
    return answer(status, QByteArray(R"({"RequestId":"RID-1","HostId":"h","Code":")") + code + R"(","Message":")" + message + R"("})");
}

FakeTransport &FakeTransport::refuseXml(int status, const char *code, const char *more)
{
    return answer(status,
        QByteArray("<?xml version=\"1.0\"?><Error><Code>") + code + "</Code><Message>no</Message><RequestId>RID-2</RequestId>" + more
            + "</Error>");
}

FakeTransport &FakeTransport::fail(ErrorCode code)
{
    m_script.enqueue(Error{code, Retry::AfterWait, {}, QStringLiteral("scripted fault")});
    return *this;
}

QByteArray headerOf(const HttpRequest &request, const char *name) { return HttpReply{0, request.headers, {}}.header(name); }

QList<QPair<QString, QString>> parametersOf(const HttpRequest &request)
{
    const QString text = request.body.isEmpty() ? request.url.query(QUrl::FullyEncoded) : QString::fromUtf8(request.body);
    QList<QPair<QString, QString>> out;
    for (const QString &part : text.split(QLatin1Char('&'), Qt::SkipEmptyParts)) {
        const auto decoded = [&part](int index) {
            return QString::fromUtf8(QByteArray::fromPercentEncoding(part.section(QLatin1Char('='), index, index).toLatin1()));
        };
        out.append({decoded(0), decoded(1)});
    }
    return out;
}

QString parameterOf(const HttpRequest &request, const char *name)
{
    for (const auto &[key, value] : parametersOf(request))
        if (key == QLatin1String(name))
            return value;
    return {};
}

Result<Credentials> FakeCredentials::credentials(const std::stop_token &)
{
    return Credentials{QStringLiteral("id-%1").arg(refreshes + 1), Secret("secret-of-the-tests"), m_securityToken, {}};
}

bool FakeCredentials::refresh(const QString &accessKeyId)
{
    if (!renewable || accessKeyId != QStringLiteral("id-%1").arg(refreshes + 1))
        return false;
    ++refreshes;
    return true;
}

}
