#include "core/agent/gatekeeper.h"

#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/base/process.h"

#include <QFile>
#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace edgelift {

namespace {

constexpr std::chrono::seconds answerTime{10};
constexpr std::chrono::minutes passwordTime{5};
constexpr int remembered = 1024; ///< processes; then the oldest knowledge goes, and who is still there is asked for again

/// pkcheck's way to name a process so that it cannot be mistaken for a later one, nor for one of another user.
QString subjectOf(const Peer &peer) { return QStringLiteral("%1,%2,%3").arg(peer.process).arg(peer.started).arg(peer.user); }

}

Result<> Gatekeeper::openSocket(const QString &path) const
{
    const QByteArray name = QFile::encodeName(path);
    mode_t mode = m_rules.group ? 0660 : 0600;
    if (!m_rules.polkit.isEmpty())
        mode = 0666; // who is let in is decided at the door
    if ((m_rules.group && ::chown(name.constData(), uid_t(-1), *m_rules.group) != 0) || ::chmod(name.constData(), mode) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, path);
    return ok();
}

Gatekeeper::Verdict Gatekeeper::judge(const Peer &peer) const
{
    if (peer.user == 0 || peer.user == ::geteuid() || (m_rules.group && peer.isMemberOf(*m_rules.group)))
        return Verdict::Admitted;
    return m_rules.polkit.isEmpty() || peer.started == 0 ? Verdict::Refused : Verdict::MustAsk;
}

bool Gatekeeper::permits(const Peer &peer, bool interactive, const std::stop_token &stop) const
{
    const QString subject = subjectOf(peer);
    {
        const std::lock_guard lock(m_state->mutex);
        if (m_state->permitted.contains(subject))
            return true;
    }
    Command pkcheck;
    pkcheck.program = m_rules.polkit;
    pkcheck.arguments = {QStringLiteral("--action-id"), QLatin1String(action), QStringLiteral("--process"), subject};
    if (interactive)
        pkcheck.arguments.append(QStringLiteral("--allow-user-interaction"));
    pkcheck.timeout = interactive ? std::chrono::milliseconds(passwordTime) : answerTime;
    const Result<CommandOutput> answer = run(pkcheck, stop);
    if (!answer)
        log::warning("agent", QStringLiteral("polkit could not be asked: ") + logLine(answer.error()));
    if (!answer || answer->exitCode != 0) // 1 no, 2 a password would do, 3 the dialog was closed
        return false;
    log::info("agent", QStringLiteral("polkit permits"), {{QStringLiteral("subject"), subject}});
    const std::lock_guard lock(m_state->mutex);
    if (m_state->permitted.size() >= remembered)
        m_state->permitted.clear();
    m_state->permitted.insert(subject);
    return true;
}

}
