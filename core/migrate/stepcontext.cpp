#include "core/migrate/stepcontext.h"

#include "core/base/log.h"
#include "core/migrate/finder.h"
#include "core/migrate/naming.h"

#include <algorithm>

namespace edgelift {

namespace {

using namespace std::chrono_literals;

constexpr auto firstPause = 500ms;
constexpr auto longestPause = 10s;
constexpr auto patience = 10min; ///< with a cloud that cannot be reached while something there goes on by itself

/// True when nothing was learnt about what is waited for: the question itself failed, the next one may not.
bool isUnanswered(const Error &error)
{
    switch (error.code) {
    case ErrorCode::CloudTimedOut:
    case ErrorCode::CloudUnreachable:
    case ErrorCode::CloudReplyUnreadable:
    case ErrorCode::CloudThrottled:
    case ErrorCode::CredentialsExpired:
        return true;
    default:
        return error.code == ErrorCode::CloudRefused && error.retry == Retry::AfterWait;
    }
}

/// True when the cloud has certainly not done what it was asked for.
bool isRefusal(const Error &error)
{
    switch (error.code) {
    case ErrorCode::CloudTimedOut:
    case ErrorCode::CloudUnreachable: // the last of several attempts; an earlier one may have arrived
    case ErrorCode::CloudReplyUnreadable:
    case ErrorCode::CloudThrottled:
        return false;
    default:
        return error.retry != Retry::AfterWait || error.code == ErrorCode::StockSoldOut;
    }
}

}

Tags StepContext::tags() const { return naming::tags(plan(), m_jobId); }

QJsonValue StepContext::value(const char *name) const { return store().record().values.value(QLatin1String(name)); }

Result<> StepContext::set(const QJsonObject &values)
{
    return store().update([&values](JobRecord &record) {
        for (auto it = values.begin(); it != values.end(); ++it)
            record.values.insert(it.key(), it.value());
    });
}

void StepContext::warn(const JobWarning &warning)
{
    const QString message = describe(warning);
    log::warning("migrate", message, {{QStringLiteral("job"), m_jobId}});
    const Result<> stored = store().update([&message](JobRecord &record) {
        if (!record.warnings.contains(message))
            record.warnings.append(message);
    });
    if (!stored)
        log::warning("migrate", QStringLiteral("a warning could not be kept for the report"));
    events().warning(warning);
}

Result<> StepContext::poll(const QString &what, std::chrono::seconds limit, const std::function<Result<bool>()> &isDone)
{
    const QDateTime end = clock().now().addSecs(limit.count());
    QDateTime lastAnswer = clock().now();
    std::chrono::milliseconds pause = firstPause;
    for (;;) {
        const Result<bool> done = isDone();
        if (done && *done)
            return ok();
        const QDateTime now = clock().now();
        if (done)
            lastAnswer = now;
        else if (!isUnanswered(done.error()) || lastAnswer.addSecs(std::chrono::seconds(patience).count()) < now)
            return done.error();
        if (now >= end)
            return Error{ErrorCode::CloudTimedOut, Retry::AfterWait, {what}, {}};
        if (!clock().sleep(pause, stop()))
            return Error{ErrorCode::CloudTimedOut, Retry::AfterWait, {what}, QStringLiteral("stopped")};
        pause = std::min<std::chrono::milliseconds>(pause * 3 / 2, longestPause);
    }
}

LedgerEntry StepContext::wanted(ResourceKind kind, const QString &key, const QString &name) const
{
    LedgerEntry entry;
    entry.kind = kind;
    entry.key = key;
    entry.name = name;
    entry.region = region();
    entry.created = clock().now();
    if (kind == ResourceKind::Vpc || kind == ResourceKind::VSwitch || kind == ResourceKind::SecurityGroup)
        entry.pricePerDay = 0; // not billed
    return entry;
}

Result<QString> StepContext::obtain(const LedgerEntry &wanted, const std::function<Result<QString>(const QString &clientToken)> &create)
{
    const bool isRepeated = ledger().find(wanted.key).has_value();
    const Result<LedgerEntry> entry = ledger().intend(wanted);
    if (!entry)
        return entry.error();
    if (!entry->id.isEmpty())
        return entry->id;
    if (isRepeated) {
        const Result<QString> found = findByName(cloud(), *entry, m_jobId, stop());
        if (!found)
            return found.error();
        if (!found->isEmpty()) {
            const Result<> confirmed = ledger().confirm(wanted.key, *found);
            return confirmed ? *found : Result<QString>(confirmed.error());
        }
    }
    Result<QString> made = create(entry->clientToken);
    if (!made) {
        if (isRefusal(made.error()))
            (void)ledger().withdraw(wanted.key); // else clean-up looks for something that is not there: harmless
        return made;
    }
    const Result<> confirmed = ledger().confirm(wanted.key, *made);
    return confirmed ? made : Result<QString>(confirmed.error());
}

}
