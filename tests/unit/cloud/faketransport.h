#pragma once
#include "core/base/clock.h"
#include "core/cloud/httptransport.h"
#include "core/cloud/signedsender.h"

#include <QQueue>
#include <functional>
#include <mutex>

namespace edgelift::test {

/// Time that passes only when somebody sleeps.
class FakeClock final : public Clock
{
public:
    QDateTime now() const override { return m_now; }
    bool sleep(std::chrono::milliseconds time, const std::stop_token &stop) const override;
    void advance(qint64 seconds) { m_now = m_now.addSecs(seconds); }

    mutable QList<std::chrono::milliseconds> sleeps;
    std::function<void()> onSleep; ///< for stopping in the middle

private:
    mutable QDateTime m_now = QDateTime(QDate(2025, 6, 1), QTime(8, 30), Qt::UTC);
};

/// The network as a script: each request gets the next answer or fault; without a script, `otherwise` answers. Records requests.
class FakeTransport final : public HttpTransport
{
public:
    Result<HttpReply> send(const HttpRequest &request, const std::stop_token &stop) override;

    FakeTransport &answer(int status, const QByteArray &body = "{}", const HttpHeaders &headers = {});
    FakeTransport &refuse(int status, const char *code, const char *message = "no"); ///< as RPC products refuse
    FakeTransport &refuseXml(int status, const char *code, const char *more = ""); ///< as OSS refuses
    FakeTransport &fail(ErrorCode code); ///< no answer at all

    QList<HttpRequest> requests;
    std::function<HttpReply(const HttpRequest &)> otherwise; ///< when the script is at its end
    std::function<void()> onSend;

private:
    QQueue<Result<HttpReply>> m_script;
};

/// Value of a header of a request; empty when there is none.
[[nodiscard]] QByteArray headerOf(const HttpRequest &request, const char *name);
/// Parameters of an RPC request, from query or form body, decoded.
[[nodiscard]] QList<QPair<QString, QString>> parametersOf(const HttpRequest &request);
[[nodiscard]] QString parameterOf(const HttpRequest &request, const char *name);

/// Credentials that can expire: each refresh gives "id-2", "id-3", …
class FakeCredentials final : public CredentialSource
{
public:
    explicit FakeCredentials(QString securityToken = {})
        : m_securityToken(std::move(securityToken))
    {
    }
    Result<Credentials> credentials(const std::stop_token &) override;
    bool refresh(const QString &accessKeyId) override;

    int refreshes = 0;
    bool renewable = true;

private:
    const QString m_securityToken;
};

}
