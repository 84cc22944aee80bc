#pragma once
#include <QByteArray>
#include <QHash>
#include <QList>
#include <QQueue>
#include <QSslCertificate>
#include <QSslKey>
#include <QThread>
#include <QUrl>
#include <condition_variable>
#include <mutex>

class QTcpServer;
class QTcpSocket;

namespace edgelift::test {

/// A real server on 127.0.0.1, on a thread of its own. Each complete request gets the next scripted bytes.
class LoopbackServer final : public QObject
{
public:
    enum class Tls : quint8 { None, SelfSigned, Expired };
    explicit LoopbackServer(Tls tls = Tls::None);
    ~LoopbackServer() override;

    /// Raw bytes for the next request; then the connection is closed or left open.
    void answer(const QByteArray &bytes, bool close = true);
    [[nodiscard]] QUrl url(const QString &pathAndQuery = QStringLiteral("/")) const;
    [[nodiscard]] QList<QByteArray> requests() const; ///< head and body, as received
    void waitForRequest() const; ///< until the first is complete
    [[nodiscard]] QSslCertificate certificate() const { return m_certificate; }

private:
    struct Answer
    {
        QByteArray bytes;
        bool close = true;
    };
    void listen();
    void accepted(QTcpSocket *socket);
    void read(QTcpSocket *socket);
    void reply(QTcpSocket *socket);

    QThread m_thread;
    QTcpServer *m_server = nullptr; // on m_thread
    QHash<QTcpSocket *, QByteArray> m_partial; // on m_thread
    quint16 m_port = 0;
    const Tls m_tls;
    QSslCertificate m_certificate;
    QSslKey m_key;
    mutable std::mutex m_mutex;
    mutable std::condition_variable m_arrived;
    QQueue<Answer> m_answers;
    QList<QByteArray> m_requests;
};

}
