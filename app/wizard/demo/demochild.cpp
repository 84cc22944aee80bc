#include "app/wizard/demo/demochild.h"

#include <QElapsedTimer>
#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

namespace edgelift::wizard {

namespace {

constexpr qsizetype keptErrors = 4000;
constexpr int killedMs = 5000;

}

DemoChild::DemoChild(QObject *parent)
    : QObject(parent)
{
    m_process.setChildProcessModifier([parent = ::getpid()] {
        ::setpgid(0, 0);
        ::signal(SIGPIPE, SIG_DFL);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent)
            ::_exit(1); // we died before the line above
    });
    connect(&m_process, &QProcess::readyReadStandardOutput, this, &DemoChild::readLines);
    connect(&m_process, &QProcess::readyReadStandardError, this,
        [this] { m_errors = (m_errors + m_process.readAllStandardError()).right(keptErrors); });
    connect(&m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        readLines();
        Q_EMIT ended(status == QProcess::NormalExit && code == 0);
    });
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            Q_EMIT ended(false);
    });
}

DemoChild::~DemoChild()
{
    m_process.disconnect(this);
    const auto group = pid_t(m_process.processId());
    if (group <= 0)
        return;
    m_process.closeReadChannel(QProcess::StandardOutput); // what nobody reads must not keep it
    m_process.closeReadChannel(QProcess::StandardError);
    m_process.closeWriteChannel();
    ::kill(-group, SIGTERM);
    if (!m_process.waitForFinished(m_patienceMs)) {
        ::kill(-group, SIGKILL);
        m_process.waitForFinished(killedMs);
    }
}

void DemoChild::start(const QString &program, const QStringList &arguments, const QProcessEnvironment &environment)
{
    m_process.setProcessEnvironment(environment);
    m_process.start(program, arguments);
}

void DemoChild::write(const QByteArray &line)
{
    if (isRunning())
        m_process.write(line);
}

QString DemoChild::complaints() const { return QString::fromUtf8(m_errors).trimmed(); }

void DemoChild::readLines()
{
    while (m_process.canReadLine())
        Q_EMIT line(m_process.readLine().trimmed());
}

QProcessEnvironment plainEnvironment()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove(QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_ID"));
    environment.remove(QStringLiteral("ALIBABA_CLOUD_ACCESS_KEY_SECRET"));
    const QString path = QStringLiteral("PATH"); // who became root by su may have no sbin in it
    environment.insert(path, environment.value(path) + QLatin1String(":/usr/sbin:/sbin"));
    return environment;
}

}
