#include "core/cloud/qthttptransport.h"
#include "core/cloud/httpexchange.h"

#include <QHash>
#include <QNetworkAccessManager>
#include <QNetworkProxyFactory>
#include <QPointer>
#include <QThread>
#include <condition_variable>
#include <mutex>

namespace edgelift {

namespace {

/// Proxies of the environment, but never for this machine itself.
class EnvironmentProxies final : public QNetworkProxyFactory
{
public:
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery &query) override
    {
        const QString host = query.peerHostName();
        if (host == QLatin1String("localhost") || QHostAddress(host).isLoopback())
            return {QNetworkProxy::NoProxy};
        return systemProxyForQuery(query);
    }
};

/// Where the network thread leaves the outcome for the caller that waits.
struct Mailbox
{
    std::mutex mutex;
    std::condition_variable_any filled;
    std::optional<Result<HttpReply>> outcome;

    void fill(Result<HttpReply> result)
    {
        {
            const std::lock_guard lock(mutex);
            outcome.emplace(std::move(result));
        }
        filled.notify_all();
    }
};

}

/// The object on the network thread. Access managers are apart by pin: a connection that was checked against one key, or against
/// authorities, is never used for a request that asks for another.
class QtHttpTransport::Network final : public QObject
{
public:
    Network()
    {
        moveToThread(&m_thread);
        m_thread.setObjectName(QStringLiteral("network"));
        m_thread.start();
    }
    ~Network() override
    {
        QMetaObject::invokeMethod(
            this, [this] { close(); }, Qt::BlockingQueuedConnection);
        m_thread.quit();
        m_thread.wait();
    }

    /// On any thread.
    void begin(const HttpRequest &request, const std::shared_ptr<Mailbox> &mailbox)
    {
        QMetaObject::invokeMethod(this, [this, request, mailbox] {
            auto *exchange = new HttpExchange(
                request,
                [this, mailbox](Result<HttpReply> result) {
                    m_running.remove(mailbox.get());
                    mailbox->fill(std::move(result));
                },
                this);
            m_running.insert(mailbox.get(), exchange);
            exchange->start(manager(request.certificatePin));
        });
    }
    void stop(const std::shared_ptr<Mailbox> &mailbox)
    {
        QMetaObject::invokeMethod(this, [this, mailbox] {
            if (const QPointer<HttpExchange> exchange = m_running.value(mailbox.get()))
                exchange->stop();
        });
    }

private:
    QNetworkAccessManager &manager(const QByteArray &pin)
    {
        QNetworkAccessManager *&found = m_managers[pin];
        if (!found) {
            found = new QNetworkAccessManager(this);
            found->setProxyFactory(new EnvironmentProxies); // owned by the manager
        }
        return *found;
    }
    void close()
    {
        const QList<QPointer<HttpExchange>> running = m_running.values();
        for (const QPointer<HttpExchange> &exchange : running)
            if (exchange)
                exchange->stop();
        qDeleteAll(m_managers); // here, on their own thread
        m_managers.clear();
    }

    QThread m_thread;
    QHash<QByteArray, QNetworkAccessManager *> m_managers;
    QHash<Mailbox *, QPointer<HttpExchange>> m_running;
};

QtHttpTransport::QtHttpTransport()
    : m_network(std::make_unique<Network>())
{
}

QtHttpTransport::~QtHttpTransport() = default;

Result<HttpReply> QtHttpTransport::send(const HttpRequest &request, const std::stop_token &stop)
{
    const auto mailbox = std::make_shared<Mailbox>();
    m_network->begin(request, mailbox);
    std::unique_lock lock(mailbox->mutex);
    const auto filled = [&mailbox] { return mailbox->outcome.has_value(); };
    if (!mailbox->filled.wait(lock, stop, filled)) {
        m_network->stop(mailbox);
        mailbox->filled.wait(lock, filled); // soon: the network thread answers a stop at once
    }
    return *std::move(mailbox->outcome);
}

}
