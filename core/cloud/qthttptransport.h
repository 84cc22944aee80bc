#pragma once
#include "core/cloud/httptransport.h"

#include <memory>

namespace edgelift {

/// HTTP and HTTPS by QNetworkAccessManager, which lives on a thread of its own so that callers may block anywhere. Proxies are
/// those of the environment (http_proxy, https_proxy, no_proxy). Needs a QCoreApplication. The destructor waits for requests in
/// flight; stop them first.
class QtHttpTransport final : public HttpTransport
{
public:
    QtHttpTransport();
    ~QtHttpTransport() override;
    QtHttpTransport(const QtHttpTransport &) = delete;
    QtHttpTransport &operator=(const QtHttpTransport &) = delete;

    Result<HttpReply> send(const HttpRequest &request, const std::stop_token &stop) override;

private:
    class Network;
    std::unique_ptr<Network> m_network;
};

}
