#include "core/cloud/reach.h"

#include <QLocale>
#include <QStringList>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace edgelift {

namespace {

std::optional<QDateTime> timeTold(const HttpReply &reply)
{
    QDateTime time = QLocale::c().toDateTime(QString::fromLatin1(reply.header("Date")), QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"));
    time.setTimeSpec(Qt::UTC);
    return time.isValid() ? std::optional(time) : std::nullopt;
}

/// A Date has whole seconds, so it stands for the second that it begins.
qint64 skewOf(const QDateTime &told, const QDateTime &asked, const QDateTime &answered)
{
    if (told > answered)
        return -answered.secsTo(told);
    return told.addSecs(1) < asked ? told.secsTo(asked) : 0;
}

/// A host that takes the connection and then says nothing is as little use as one that does not take it.
Error unreachable(const Error &error, const QString &host)
{
    if (error.code != ErrorCode::CloudTimedOut)
        return error;
    return {ErrorCode::CloudUnreachable, Retry::AfterWait, {host, QStringLiteral("no-answer")}, error.detail};
}

Reached ask(
    HttpTransport &transport, const Clock &clock, const Address &address, std::chrono::milliseconds patience, const std::stop_token &stop)
{
    HttpRequest request;
    request.url = address.url.adjusted(QUrl::RemoveUserInfo | QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveFragment);
    request.url.setPath(QStringLiteral("/"));
    request.certificatePin = address.certificatePin;
    request.timeout = patience;
    const QString host = request.url.authority();
    const QDateTime asked = clock.now();
    const Result<HttpReply> reply = transport.send(request, stop);
    if (!reply)
        return {host, unreachable(reply.error(), host), std::nullopt};
    const std::optional<QDateTime> told = timeTold(*reply);
    return {host, std::nullopt, told ? std::optional(skewOf(*told, asked, clock.now())) : std::nullopt};
}

QList<Address> withoutDoubles(const QList<Address> &addresses)
{
    QStringList seen;
    QList<Address> out;
    for (const Address &address : addresses) {
        const QString place = address.url.scheme() + address.url.authority();
        if (seen.contains(place))
            continue;
        seen.append(place);
        out.append(address);
    }
    return out;
}

}

QList<Reached> reach(HttpTransport &transport, const Clock &clock, const QList<Address> &addresses, std::chrono::milliseconds patience,
    const std::stop_token &stop)
{
    const QList<Address> asked = withoutDoubles(addresses);
    std::vector<Reached> out(size_t(asked.size()));
    std::mutex mutex;
    std::condition_variable_any answered;
    size_t waiting = out.size();
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < out.size(); ++i)
        threads.emplace_back([&, i](const std::stop_token &end) {
            Reached reached = ask(transport, clock, asked.at(qsizetype(i)), patience, end);
            const std::lock_guard lock(mutex);
            out[i] = std::move(reached);
            --waiting;
            answered.notify_all();
        });
    {
        std::unique_lock lock(mutex);
        answered.wait_for(lock, stop, patience, [&waiting] { return waiting == 0; });
    }
    threads.clear(); // asks those that are left to stop, and waits for them
    return {out.begin(), out.end()};
}

}
