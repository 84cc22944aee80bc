#include "core/base/errortable.h"

#include <QCoreApplication>
#include <algorithm>
#include <iterator>

namespace edgelift {

namespace {

constexpr ErrorCause causes[] = {
    {ErrorCode::PeerNotTrusted, "wrong-name", QT_TRANSLATE_NOOP("ErrorText", "The certificate that %1 shows is made out to another name."),
        QT_TRANSLATE_NOOP("ErrorText",
            "Check the address. If a proxy or firewall opens encrypted connections, let it pass this one untouched. Then retry.")},
    {ErrorCode::PeerNotTrusted, "wrong-time", QT_TRANSLATE_NOOP("ErrorText", "The certificate that %1 shows is not valid today."),
        QT_TRANSLATE_NOOP(
            "ErrorText", "Check the date of this server, then retry. If it is right, the other side needs a new certificate.")},
    {ErrorCode::PeerNotTrusted, "unknown-issuer",
        QT_TRANSLATE_NOOP("ErrorText", "The certificate that %1 shows comes from an authority that this server does not know."),
        QT_TRANSLATE_NOOP("ErrorText",
            "If a proxy or firewall opens encrypted connections, let it pass this one untouched, or install its authority on this server. "
            "Then retry.")},
    {ErrorCode::CloudUnreachable, "unknown-name", QT_TRANSLATE_NOOP("ErrorText", "The name service of this server does not know %1."),
        QT_TRANSLATE_NOOP("ErrorText", "Check the address and the name servers in /etc/resolv.conf, then retry.")},
    {ErrorCode::CloudUnreachable, "refused", QT_TRANSLATE_NOOP("ErrorText", "%1 refuses connections."),
        QT_TRANSLATE_NOOP("ErrorText", "Check the address and its port, and that no firewall refuses this connection, then retry.")},
    {ErrorCode::CloudUnreachable, "no-answer", QT_TRANSLATE_NOOP("ErrorText", "%1 does not answer in time."),
        QT_TRANSLATE_NOOP("ErrorText", "Let the firewall pass connections to this address, or set a proxy, then retry.")},
    {ErrorCode::CloudUnreachable, "cut", QT_TRANSLATE_NOOP("ErrorText", "The connection to %1 is cut before an answer comes."),
        QT_TRANSLATE_NOOP("ErrorText", "Let the firewall or proxy that cuts it pass connections to this address, then retry.")},
    {ErrorCode::CloudUnreachable, "no-route", QT_TRANSLATE_NOOP("ErrorText", "This server knows no way to %1."),
        QT_TRANSLATE_NOOP("ErrorText", "Check its network and its default gateway, then retry.")},
    {ErrorCode::CloudUnreachable, "proxy-login", QT_TRANSLATE_NOOP("ErrorText", "The proxy on the way to %1 asks for a login."),
        QT_TRANSLATE_NOOP("ErrorText",
            "Set the agent's http_proxy and https_proxy to http://name:password@proxy:port and start it again, or let the proxy pass this "
            "address without a login.")},
    {ErrorCode::CloudUnreachable, "proxy", QT_TRANSLATE_NOOP("ErrorText", "The proxy on the way to %1 makes no connection to it."),
        QT_TRANSLATE_NOOP(
            "ErrorText", "Check the proxy in the agent's http_proxy and https_proxy, and that it passes this address, then retry.")},
};

}

std::span<const ErrorCause> errorCauses() { return causes; }

const ErrorCause *causeOf(const Error &error)
{
    const QString word = error.args.value(1);
    const auto *cause = std::find_if(std::begin(causes), std::end(causes),
        [&](const ErrorCause &each) { return each.code == error.code && word == QLatin1String(each.word); });
    return cause == std::end(causes) ? nullptr : cause;
}

}
