#include "core/cloud/httpexchange.h"
#include "core/cloud/certificatepin.h"
#include "core/cloud/filerange.h"
#include "core/cloud/oneshotbody.h"

#include <QNetworkAccessManager>
#include <QNetworkProxyFactory>
#include <QSslCertificate>
#include <QSslConfiguration>

namespace edgelift {

namespace {

constexpr qint64 largestReply = 64LL << 20;

/// Qt says 4xx and 5xx are errors of the reply; for us they are answers.
bool isStatusError(QNetworkReply::NetworkError error) { return error >= QNetworkReply::ContentAccessDenied; }

/// Why no connection was made, as a word of errorcauses.cpp; empty: Qt does not say.
QString causeOf(QNetworkReply::NetworkError error)
{
    switch (error) {
    case QNetworkReply::ConnectionRefusedError:
        return QStringLiteral("refused");
    case QNetworkReply::RemoteHostClosedError:
        return QStringLiteral("cut");
    case QNetworkReply::HostNotFoundError:
        return QStringLiteral("unknown-name");
    case QNetworkReply::TimeoutError:
    case QNetworkReply::OperationCanceledError: // what Qt's transfer timeout ends with
        return QStringLiteral("no-answer");
    case QNetworkReply::TemporaryNetworkFailureError:
    case QNetworkReply::NetworkSessionFailedError:
    case QNetworkReply::UnknownNetworkError: // the kernel's "network unreachable" and "no route to host"
        return QStringLiteral("no-route");
    case QNetworkReply::ProxyAuthenticationRequiredError:
        return QStringLiteral("proxy-login");
    default:
        return {};
    }
}

/// Whether a proxy stands between. Qt does not always say so in its error: one that is not there is "refused", or "unknown".
bool isBehindProxy(const QNetworkReply &reply)
{
    QNetworkProxyFactory *factory = reply.manager()->proxyFactory();
    const QList<QNetworkProxy> proxies = factory ? factory->queryProxy(QNetworkProxyQuery(reply.url())) : QList<QNetworkProxy>();
    return !proxies.isEmpty() && proxies.first().type() != QNetworkProxy::NoProxy;
}

/// A wrong name or date is named first: an authority that is not known says less about what to do.
QString distrustOf(const QList<QSslError> &errors)
{
    QString out;
    for (const QSslError &error : errors) {
        switch (error.error()) {
        case QSslError::HostNameMismatch:
            return QStringLiteral("wrong-name");
        case QSslError::CertificateExpired:
        case QSslError::CertificateNotYetValid:
            out = QStringLiteral("wrong-time");
            break;
        default:
            if (out.isEmpty())
                out = QStringLiteral("unknown-issuer");
        }
    }
    return out;
}

QStringList withCause(const QString &host, const QString &cause) { return cause.isEmpty() ? QStringList{host} : QStringList{host, cause}; }

}

HttpExchange::HttpExchange(HttpRequest request, Done done, QObject *parent)
    : QObject(parent)
    , m_request(std::move(request))
    , m_done(std::move(done))
{
}

QNetworkRequest HttpExchange::prepared() const
{
    QNetworkRequest out(m_request.url);
    for (const auto &[name, value] : m_request.headers)
        out.setRawHeader(name, value);
    out.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    out.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    out.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    out.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    out.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    out.setTransferTimeout(int(m_request.timeout.count()));
    if (!m_request.certificatePin.isEmpty()) {
        // With no authority to trust, every certificate is an error, and of errors Qt asks before it sends anything. A good one it
        // only announces, while the request is on its way already.
        QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
        tls.setCaCertificates({});
        out.setSslConfiguration(tls);
    }
    return out;
}

QNetworkReply *HttpExchange::sent(QNetworkAccessManager &network)
{
    QNetworkRequest request = prepared();
    if (m_request.method == "GET")
        return network.get(request);
    if (m_request.method == "HEAD")
        return network.head(request); // not sendCustomRequest: that would wait for a body
    if (m_request.method == "DELETE")
        return network.deleteResource(request);
    if (m_file)
        return m_request.method == "PUT" ? network.put(request, m_file) : network.post(request, m_file);
    if (m_request.method == "PUT")
        return network.put(request, m_request.body);
    if (m_request.body.isEmpty())
        return network.post(request, QByteArray());
    request.setAttribute(QNetworkRequest::DoNotBufferUploadDataAttribute, true);
    request.setHeader(QNetworkRequest::ContentLengthHeader, m_request.body.size());
    return network.post(request, new OneShotBody(m_request.body, this));
}

void HttpExchange::start(QNetworkAccessManager &network)
{
    if (!m_request.bodyFile.isEmpty()) {
        m_file = new FileRange(m_request.bodyFile, m_request.bodyOffset, m_request.bodyLength, this);
        if (!m_file->openRange()) {
            m_done(Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {m_request.bodyFile},
                QStringLiteral("cannot be opened or is too short")});
            deleteLater();
            return;
        }
    }
    m_reply = sent(network);
    connect(m_reply, &QNetworkReply::requestSent, this, [this] { m_sent = true; });
    connect(m_reply, &QNetworkReply::uploadProgress, this, [this](qint64 done, qint64) { m_sent = m_sent || done > 0; });
    connect(m_reply, &QNetworkReply::sslErrors, this, [this](const QList<QSslError> &errors) { checkPeer(errors); });
    connect(m_reply, &QNetworkReply::readyRead, this, [this] { limitSize(); });
    connect(m_reply, &QNetworkReply::finished, this, [this] { finish(); });
}

void HttpExchange::stop()
{
    m_stopped = true;
    if (m_reply)
        m_reply->abort();
}

/// With a pin, the key alone decides: a self-signed certificate with the right key is right, one from an authority with another
/// key is not.
void HttpExchange::checkPeer(const QList<QSslError> &errors)
{
    const bool pinned = !m_request.certificatePin.isEmpty();
    if (pinned && certificatePin(m_reply->sslConfiguration().peerCertificate()) == m_request.certificatePin) {
        m_reply->ignoreSslErrors();
        return;
    }
    m_untrusted = true;
    m_distrust = pinned ? QString() : distrustOf(errors);
    m_reply->abort();
}

void HttpExchange::limitSize()
{
    if (m_reply->bytesAvailable() <= largestReply)
        return;
    m_tooLarge = true;
    m_reply->abort();
}

void HttpExchange::finish()
{
    m_done(outcome());
    m_reply->deleteLater();
    deleteLater();
}

Result<HttpReply> HttpExchange::outcome() const
{
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const bool aborted = m_untrusted || m_tooLarge || m_stopped || (m_file && m_file->failed());
    const bool answered = m_reply->error() == QNetworkReply::NoError || isStatusError(m_reply->error());
    if (aborted || !answered || status == 0)
        return failure();
    HttpReply out{status, m_reply->rawHeaderPairs(), m_reply->readAll()};
    return out;
}

Error HttpExchange::failure() const
{
    const QString host = m_request.url.authority();
    const QString detail = QStringLiteral("%1 %2: %3 (%4)")
                               .arg(QString::fromLatin1(m_request.method), host, m_reply->errorString())
                               .arg(int(m_reply->error()));
    if (m_untrusted || m_reply->error() == QNetworkReply::SslHandshakeFailedError)
        return {ErrorCode::PeerNotTrusted, Retry::AfterUserAction, withCause(host, m_distrust), detail};
    if (m_tooLarge)
        return {ErrorCode::CloudReplyUnreadable, Retry::Never, {host}, QStringLiteral("more than %1 bytes").arg(largestReply)};
    if (m_file && m_file->failed())
        return {
            ErrorCode::FileUnreadable, Retry::AfterUserAction, {m_request.bodyFile}, QStringLiteral("became shorter while it was sent")};
    if (m_stopped)
        return {ErrorCode::CloudTimedOut, Retry::AfterWait, {host}, QStringLiteral("stopped")};
    const bool atProxy = m_reply->error() == QNetworkReply::ProxyAuthenticationRequiredError; // the request went no further
    if (m_sent && !atProxy)
        return {ErrorCode::CloudTimedOut, Retry::AfterWait, {host}, detail};
    const QString cause = !atProxy && isBehindProxy(*m_reply) ? QStringLiteral("proxy") : causeOf(m_reply->error());
    return {ErrorCode::CloudUnreachable, Retry::AfterWait, withCause(host, cause), detail};
}

}
