#pragma once
#include "core/base/result.h"
#include "core/service/serverrequest.h"

#include <QUrl>
#include <chrono>
#include <memory>
#include <thread>

namespace edgelift {

/// An HTTP/1.1 server (cpp-httplib inside), plain or TLS 1.2 and later. One handler answers everything, on up to 64 threads at once.
class HttpServer
{
public:
    struct Settings
    {
        QString address = QStringLiteral("127.0.0.1"); ///< IPv4, IPv6 or a host name of this machine
        quint16 port = 0; ///< 0: any free one
        QString certificateFile; ///< PEM; with keyFile: https
        QString keyFile;
        std::chrono::seconds clockAhead{0}; ///< the Date of answers runs that far ahead of this machine's clock
    };

    /// Listens, but answers nobody before serve(). Errors: UsageWrong (the address or port cannot be had, or the certificate and key
    /// cannot be used; args: what).
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> bind(const Settings &settings);
    ~HttpServer(); ///< stops

    /// "http://127.0.0.1:41234"; the loopback address when bound to every address.
    [[nodiscard]] QUrl endpoint() const { return m_endpoint; }
    /// Returns at once, when requests are being taken. Once. An exception out of `handler` is answered with 500 InternalError.
    void serve(ServerHandler handler);
    /// Takes no more requests and waits for those being answered. Idempotent.
    void stop();

private:
    class Library; // keeps the HTTP library's header out of this one
    explicit HttpServer(std::unique_ptr<Library> library);

    std::unique_ptr<Library> m_library;
    QUrl m_endpoint;
    std::thread m_thread;
};

}
