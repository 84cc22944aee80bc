#include "app/ctl/privateagent.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

namespace edgelift::ctl {

namespace {

constexpr int startMs = 30000; ///< a busy machine may take its time
constexpr int endMs = 120000; ///< a job being stopped tells the cloud and writes its report

QStringList argumentsOf(const PrivateAgent::Options &options, const QString &socket)
{
    QStringList out{QStringLiteral("--private"), QStringLiteral("--socket"), socket};
    if (!options.stateDir.isEmpty())
        out += {QStringLiteral("--state-dir"), options.stateDir};
    for (const QString &disk : options.sourceDisks)
        out += {QStringLiteral("--source-disk"), disk};
    return out;
}

}

Result<std::unique_ptr<PrivateAgent>> PrivateAgent::start(const Options &options)
{
    const QString program = QCoreApplication::applicationDirPath() + QLatin1String("/edgelift-agent");
    if (!QFileInfo(program).isExecutable())
        return Error{ErrorCode::ToolMissing, Retry::AfterUserAction, {program}, {}};
    std::unique_ptr<PrivateAgent> agent(new PrivateAgent);
    agent->m_socket = options.socket.isEmpty() ? agent->m_folder.emplace().filePath(QStringLiteral("agent.sock")) : options.socket;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove(QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_ID")); // goes through the socket, to the job that needs it
    environment.remove(QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_SECRET"));
    QProcess &process = agent->m_process;
    process.setProcessEnvironment(environment);
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.setChildProcessModifier([parent = ::getpid()] {
        ::setpgid(0, 0);
        ::signal(SIGPIPE, SIG_DFL); // we ignore it; the tools the agent runs count on it
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent)
            ::_exit(1); // we died before the line above
    });
    process.start(program, argumentsOf(options, agent->m_socket));
    if (const Result<> ready = agent->waitUntilReady(); !ready)
        return ready.error();
    return agent;
}

Result<> PrivateAgent::waitUntilReady()
{
    QElapsedTimer time;
    time.start();
    while (time.elapsed() < startMs && m_process.state() != QProcess::NotRunning) {
        if (!m_process.canReadLine()) {
            m_process.waitForReadyRead(100);
            continue;
        }
        if (QJsonDocument::fromJson(m_process.readLine()).object().value(QLatin1String("ready")).toBool())
            return ok();
    }
    return Error{ErrorCode::AgentUnreachable, Retry::AfterUserAction, {m_socket},
        m_process.state() == QProcess::NotRunning ? QStringLiteral("it ended at once") : QStringLiteral("it did not get ready")};
}

PrivateAgent::~PrivateAgent()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(endMs)) {
        m_process.kill();
        m_process.waitForFinished(5000);
    }
}

}
