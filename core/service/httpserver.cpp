#include "core/service/httpserver.h"

#include "core/base/log.h"

#include <QDateTime>
#include <QFile>
#include <QLocale>
#include <httplib.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace edgelift {

namespace {

constexpr int threads = 64; // each keeps one connection
constexpr int backlog = 256;
constexpr time_t keepAliveSeconds = 2; // an idle connection holds a thread, and stop() waits for it
constexpr time_t peerTimeoutSeconds = 60;
constexpr size_t largestBody = size_t(5) << 30; // OSS: 5 GiB in one request
constexpr size_t pieceSize = 256 << 10;

/// The library's listening socket is protected; a queue of 5 waiting connections is too short for parallel uploads.
template <class Base>
class WideServer final : public Base
{
public:
    using Base::Base;
    void widen() { ::listen(this->svr_sock_, backlog); }
};

QString decoded(const QByteArray &text) { return QString::fromUtf8(QByteArray::fromPercentEncoding(text)); }

ServerPairs parsedQuery(const QByteArray &text)
{
    ServerPairs pairs;
    const QList<QByteArray> parts = text.split('&');
    for (QByteArray part : parts) {
        if (part.isEmpty())
            continue;
        part.replace('+', ' ');
        const qsizetype equals = part.indexOf('=');
        pairs.append({decoded(equals < 0 ? part : part.first(equals)), equals < 0 ? QString() : decoded(part.sliced(equals + 1))});
    }
    return pairs;
}

ServerRequest exchangeOf(const httplib::Request &request, bool secure)
{
    ServerRequest exchange;
    exchange.method = QByteArray::fromStdString(request.method);
    const QByteArray target = QByteArray::fromStdString(request.target);
    const qsizetype mark = target.indexOf('?');
    exchange.path = decoded(mark < 0 ? target : target.first(mark));
    if (mark >= 0)
        exchange.query = parsedQuery(target.sliced(mark + 1));
    for (const auto &[name, value] : request.headers) {
        // The library adds these two of its own, from the connection.
        if (name != "REMOTE_ADDR" && name != "REMOTE_PORT" && name != "LOCAL_ADDR" && name != "LOCAL_PORT")
            exchange.headers.append({QString::fromUtf8(name.c_str()).toLower(), QString::fromUtf8(value.c_str())});
    }
    exchange.remoteAddress = QString::fromStdString(request.remote_addr);
    exchange.secure = secure;
    exchange.chunked = exchange.header(QLatin1String("transfer-encoding")).toLower().contains(QLatin1String("chunked"));
    bool number = false;
    const qint64 length = exchange.header(QLatin1String("content-length")).toLongLong(&number);
    if (number && length >= 0 && !exchange.chunked)
        exchange.contentLength = length;
    return exchange;
}

/// Bodies go out through a provider without a length, under a Content-Length of ours: the library would else apply the request's Range
/// to whatever we send, error texts included.
void provide(httplib::Response &response, const ServerReply &reply, size_t total)
{
    response.set_content_provider(reply.contentType.toStdString(), [reply, total](size_t offset, httplib::DataSink &sink) {
        const size_t want = std::min(pieceSize, total - offset);
        if (reply.file) {
            QByteArray piece(qsizetype(want), Qt::Uninitialized);
            const ssize_t got = ::pread(reply.file->get(), piece.data(), want, off_t(reply.offset) + off_t(offset));
            if (got <= 0)
                return false; // the connection breaks: better than a short body that looks whole
            sink.write(piece.constData(), size_t(got));
            offset += size_t(got);
        } else {
            sink.write(reply.body.constData() + offset, want);
            offset += want;
        }
        if (offset >= total)
            sink.done();
        return true;
    });
}

/// RFC 9110 5.6.7
QByteArray httpDate(const QDateTime &now)
{
    return QLocale::c().toString(now, QStringLiteral("ddd, dd MMM yyyy HH:mm:ss 'GMT'")).toLatin1();
}

void answer(httplib::Response &response, const ServerReply &reply, bool head)
{
    response.status = reply.status;
    response.set_header("Date", httpDate(reply.date.isValid() ? reply.date : QDateTime::currentDateTimeUtc()).toStdString());
    for (const auto &[name, value] : reply.headers)
        response.set_header(name.toStdString(), value.toStdString());
    const size_t total = size_t(reply.file ? reply.length : reply.body.size());
    if (reply.status != 204)
        response.set_header("Content-Length", std::to_string(total));
    if (total > 0 && !head)
        provide(response, reply, total);
    else if (reply.status != 204)
        response.set_header("Content-Type", reply.contentType.toStdString());
}

ServerReply internalError(const QString &why)
{
    log::error("http", QStringLiteral("a handler failed"), {{QStringLiteral("why"), why}});
    ServerReply reply;
    reply.status = 500;
    reply.body = R"({"Code":"InternalError","Message":"The request processing has failed due to some unknown error."})";
    return reply;
}

ServerReply guarded(const ServerHandler &handler, const ServerRequest &exchange)
{
    try {
        return handler(exchange);
    } catch (const std::exception &problem) {
        return internalError(QString::fromLocal8Bit(problem.what()));
    }
}

}

class HttpServer::Library
{
public:
    Library(std::unique_ptr<httplib::Server> server, std::function<void()> widen, bool secure)
        : m_server(std::move(server))
        , m_widen(std::move(widen))
        , m_secure(secure)
    {
        m_server->new_task_queue = [] { return new httplib::ThreadPool(threads); };
        m_server->set_keep_alive_timeout(keepAliveSeconds);
        m_server->set_keep_alive_max_count(10000);
        m_server->set_read_timeout(peerTimeoutSeconds);
        m_server->set_write_timeout(peerTimeoutSeconds);
        m_server->set_payload_max_length(largestBody);
        m_server->set_tcp_nodelay(true);
        m_server->set_socket_options([](int socket) { // the default shares the port with whoever asks for it
            const int yes = 1;
            ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        });
    }

    int bind(const Settings &settings)
    {
        const std::string host = settings.address.toStdString();
        int port = settings.port;
        if (port == 0)
            port = m_server->bind_to_any_port(host);
        else if (!m_server->bind_to_port(host, port))
            port = -1;
        if (port > 0)
            m_widen();
        return port;
    }

    void route(ServerHandler handler)
    {
        m_server->set_pre_routing_handler([](const httplib::Request &request, httplib::Response &) {
            // Routing is ours. The library would match the path with a recursive regular expression and cut bodies by Range; both
            // start from these two members of its own, non-constant request.
            auto &own = const_cast<httplib::Request &>(request);
            own.path.assign(1, '/'); // not = "/": GCC 12 warns of an overflow that cannot be
            own.ranges.clear();
            return httplib::Server::HandlerResponse::Unhandled;
        });
        const auto bodiless = [this, handler](const httplib::Request &request, httplib::Response &response) {
            ServerRequest exchange = exchangeOf(request, m_secure);
            exchange.readBody = [](const auto &) { return true; };
            answer(response, guarded(handler, exchange), request.method == "HEAD");
        };
        const auto bodied = [this, handler](const httplib::Request &request, httplib::Response &response,
                                const httplib::ContentReader &reader) { withBody(handler, request, response, reader); };
        m_server->Get("/", bodiless).Options("/", bodiless);
        m_server->Post("/", bodied).Put("/", bodied).Patch("/", bodied).Delete("/", bodied);
    }

    httplib::Server &server() { return *m_server; }
    bool secure() const { return m_secure; }

private:
    void withBody(const ServerHandler &handler, const httplib::Request &request, httplib::Response &response,
        const httplib::ContentReader &reader) const
    {
        ServerRequest exchange = exchangeOf(request, m_secure);
        // Without a length there is no body; the library would wait for the end of the connection.
        bool unread = exchange.chunked || exchange.contentLength.value_or(0) > 0;
        exchange.readBody = [&](const std::function<bool(QByteArrayView)> &take) {
            if (!std::exchange(unread, false))
                return true;
            bool wanted = true; // after the handler refused, the rest is read all the same: the next request follows it
            const bool whole = reader([&](const char *data, size_t size) {
                wanted = wanted && take(QByteArrayView(data, qsizetype(size)));
                return true;
            });
            return whole && wanted;
        };
        const ServerReply reply = guarded(handler, exchange);
        exchange.readBody([](QByteArrayView) { return true; });
        answer(response, reply, false);
    }

    std::unique_ptr<httplib::Server> m_server;
    std::function<void()> m_widen;
    bool m_secure;
};

HttpServer::HttpServer(std::unique_ptr<Library> library)
    : m_library(std::move(library))
{
}

HttpServer::~HttpServer() { stop(); }

Result<std::unique_ptr<HttpServer>> HttpServer::bind(const Settings &settings)
{
    const bool secure = !settings.certificateFile.isEmpty();
    std::unique_ptr<Library> library;
    if (secure) {
        auto server = std::make_unique<WideServer<httplib::SSLServer>>(
            QFile::encodeName(settings.certificateFile).constData(), QFile::encodeName(settings.keyFile).constData());
        if (!server->is_valid())
            return Error{
                ErrorCode::UsageWrong, Retry::AfterUserAction, {settings.certificateFile}, QStringLiteral("certificate or key unusable")};
        SSL_CTX_set_min_proto_version(server->ssl_context(), TLS1_2_VERSION);
        auto *wide = server.get();
        library = std::make_unique<Library>(
            std::move(server), [wide] { wide->widen(); }, true);
    } else {
        auto server = std::make_unique<WideServer<httplib::Server>>();
        auto *wide = server.get();
        library = std::make_unique<Library>(
            std::move(server), [wide] { wide->widen(); }, false);
    }
    const int port = library->bind(settings);
    if (port <= 0) {
        const QString where = QStringLiteral("%1:%2").arg(settings.address).arg(settings.port);
        return Error{ErrorCode::UsageWrong, Retry::AfterUserAction, {where}, QStringLiteral("cannot listen there")};
    }
    std::unique_ptr<HttpServer> made(new HttpServer(std::move(library)));
    made->m_endpoint.setScheme(secure ? QStringLiteral("https") : QStringLiteral("http"));
    const bool everywhere = settings.address == QLatin1String("0.0.0.0") || settings.address == QLatin1String("::");
    made->m_endpoint.setHost(everywhere ? QStringLiteral("127.0.0.1") : settings.address);
    made->m_endpoint.setPort(port);
    return made;
}

void HttpServer::serve(ServerHandler handler)
{
    m_library->route(std::move(handler));
    m_thread = std::thread([this] { m_library->server().listen_after_bind(); });
    while (!m_library->server().is_running())
        std::this_thread::yield();
}

void HttpServer::stop()
{
    if (!m_thread.joinable())
        return;
    m_library->server().stop();
    m_thread.join();
}

}
