#include "tests/unit/cloud/loopbackserver.h"

#include <QSslConfiguration>
#include <QSslServer>
#include <QTcpSocket>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace edgelift::test {

namespace {

QByteArray textOf(BIO *bio)
{
    char *data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return QByteArray(data, int(length));
}

/// A fresh P-256 key and a certificate it signed itself.
void makeCertificate(long validSeconds, QSslCertificate &certificate, QSslKey &key)
{
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), &X509_free);
    X509_set_version(x509.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), validSeconds);
    X509_set_pubkey(x509.get(), pair.get());
    X509_NAME *name = X509_get_subject_name(x509.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char *>("test"), -1, -1, 0);
    X509_set_issuer_name(x509.get(), name);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> address(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"), &X509_EXTENSION_free);
    X509_add_ext(x509.get(), address.get(), -1);
    X509_sign(x509.get(), pair.get(), EVP_sha256());
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> keyText(BIO_new(BIO_s_mem()), &BIO_free_all);
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> certificateText(BIO_new(BIO_s_mem()), &BIO_free_all);
    PEM_write_bio_PrivateKey(keyText.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
    PEM_write_bio_X509(certificateText.get(), x509.get());
    certificate = QSslCertificate(textOf(certificateText.get()));
    key = QSslKey(textOf(keyText.get()), QSsl::Ec);
    if (certificate.isNull() || key.isNull())
        qFatal("no test certificate");
}

/// A request is complete when its head is and as many bytes follow as Content-Length says.
bool isComplete(const QByteArray &bytes)
{
    const qsizetype end = bytes.indexOf("\r\n\r\n");
    if (end < 0)
        return false;
    const qsizetype at = bytes.left(end).toLower().indexOf("\r\ncontent-length:");
    const qint64 length = at < 0 ? 0 : bytes.mid(at + 17, bytes.indexOf('\r', at + 2) - at - 17).trimmed().toLongLong();
    return bytes.size() >= end + 4 + length;
}

}

LoopbackServer::LoopbackServer(Tls tls)
    : m_tls(tls)
{
    if (m_tls != Tls::None)
        makeCertificate(m_tls == Tls::Expired ? -60 : 3600, m_certificate, m_key);
    moveToThread(&m_thread);
    m_thread.start();
    QMetaObject::invokeMethod(
        this, [this] { listen(); }, Qt::BlockingQueuedConnection);
}

LoopbackServer::~LoopbackServer()
{
    QMetaObject::invokeMethod(
        this, [this] { delete m_server; }, Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

void LoopbackServer::listen()
{
    if (m_tls != Tls::None) {
        auto *server = new QSslServer;
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        configuration.setLocalCertificate(m_certificate);
        configuration.setPrivateKey(m_key);
        configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
        server->setSslConfiguration(configuration);
        m_server = server;
    } else {
        m_server = new QTcpServer;
    }
    if (!m_server->listen(QHostAddress::LocalHost))
        qFatal("cannot listen on loopback");
    m_port = m_server->serverPort();
    connect(m_server, &QTcpServer::pendingConnectionAvailable, this, [this] {
        while (QTcpSocket *socket = m_server->nextPendingConnection())
            accepted(socket);
    });
}

void LoopbackServer::accepted(QTcpSocket *socket)
{
    connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
    connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
        m_partial.remove(socket);
        socket->deleteLater();
    });
    if (socket->bytesAvailable() > 0)
        read(socket);
}

void LoopbackServer::read(QTcpSocket *socket)
{
    QByteArray &bytes = m_partial[socket];
    bytes += socket->readAll();
    if (isComplete(bytes))
        reply(socket);
}

void LoopbackServer::reply(QTcpSocket *socket)
{
    Answer answer;
    {
        const std::lock_guard lock(m_mutex);
        m_requests.append(m_partial.take(socket));
        if (!m_answers.isEmpty())
            answer = m_answers.size() > 1 ? m_answers.dequeue() : m_answers.head(); // the last one stays
    }
    m_arrived.notify_all();
    socket->write(answer.bytes);
    if (answer.close)
        socket->disconnectFromHost();
}

void LoopbackServer::answer(const QByteArray &bytes, bool close)
{
    const std::lock_guard lock(m_mutex);
    m_answers.enqueue({bytes, close});
}

QUrl LoopbackServer::url(const QString &pathAndQuery) const
{
    const QString scheme = m_tls != Tls::None ? QStringLiteral("https") : QStringLiteral("http");
    return QUrl(QStringLiteral("%1://127.0.0.1:%2%3").arg(scheme).arg(m_port).arg(pathAndQuery), QUrl::StrictMode);
}

QList<QByteArray> LoopbackServer::requests() const
{
    const std::lock_guard lock(m_mutex);
    return m_requests;
}

void LoopbackServer::waitForRequest() const
{
    std::unique_lock lock(m_mutex);
    m_arrived.wait(lock, [this] { return !m_requests.isEmpty(); });
}

}
