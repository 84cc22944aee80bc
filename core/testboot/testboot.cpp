#include "core/testboot/testboot.h"

#include "core/base/fd.h"
#include "core/base/files.h"

#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <arpa/inet.h>
#include <csignal>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>

namespace edgelift::testboot {

namespace {

using namespace std::chrono_literals;

constexpr int roundMs = 250;
constexpr qint64 knockMs = 2000;
constexpr qint64 graceMs = 15000; ///< after a line of trouble: some starts go on
constexpr qint64 settleMs = 120000; ///< after one of login and network, for the other
constexpr qint64 mostCapture = 16 << 20;
constexpr qint64 mostConsole = 8 << 20;
constexpr quint16 guestPort = 22;
constexpr int attemptsMost = 3; ///< when it was the machine's fault, which shows in its first seconds

sockaddr_in loopback(quint16 port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// One that is free now.
quint16 freePort()
{
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    if (!socket || ::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), length) != 0
        || ::getsockname(socket.get(), reinterpret_cast<sockaddr *>(&address), &length) != 0)
        return 0;
    return ntohs(address.sin_port);
}

/// The machine, and what is seen of it.
class Machine
{
public:
    Machine(const BootImage &image, const TestBootSetting &setting)
        : m_image(image)
        , m_setting(setting)
        , m_capture(setting.folder + QStringLiteral("/network.pcap"))
        , m_console(setting.folder + QStringLiteral("/console.log"))
        , m_port(freePort())
    {
    }
    ~Machine()
    {
        m_qemu.kill();
        m_qemu.waitForFinished(10000);
        QFile::remove(m_capture);
    }
    Machine(const Machine &) = delete;
    Machine &operator=(const Machine &) = delete;

    Result<> start()
    {
        const Result<QString> program = findQemu();
        if (!program)
            return program.error();
        MachineSetting machine{m_setting.bootMode,
            QStringLiteral("user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:%1-:%2").arg(m_port).arg(guestPort), m_capture};
        const Result<QStringList> arguments = qemuArguments(m_image, machine);
        if (!arguments)
            return arguments.error();
        if (!m_console.open(QIODevice::WriteOnly | QIODevice::Truncate))
            return Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {m_console.fileName()}, m_console.errorString()};
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("TMPDIR"), m_setting.folder); // the snapshots
        m_qemu.setProcessEnvironment(environment);
        m_qemu.setStandardInputFile(QProcess::nullDevice());
        m_qemu.setChildProcessModifier([] { (void)::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); });
        m_qemu.start(*program, *arguments);
        if (!m_qemu.waitForStarted())
            return Error{ErrorCode::ToolFailed, Retry::AfterUserAction, {*program}, m_qemu.errorString()};
        m_time.start();
        return ok();
    }
    /// One look; false when there is nothing more to see.
    bool watch()
    {
        m_qemu.waitForReadyRead(roundMs);
        const QByteArray bytes = m_qemu.readAllStandardOutput();
        m_watch.take(bytes);
        if (m_console.size() < mostConsole)
            m_console.write(bytes);
        m_console.flush();
        if (m_time.elapsed() - m_knocked > knockMs)
            lookAtNetwork();
        return m_qemu.state() == QProcess::Running && !isOver();
    }
    TestBootResult result()
    {
        TestBootResult out;
        out.login = m_watch.stage() >= BootStage::Login;
        out.reached = m_signs.answered ? BootStage::Network : m_watch.stage();
        out.address = m_signs.address;
        out.answered = m_signs.answered;
        out.trouble = m_watch.trouble();
        if (m_qemu.state() != QProcess::Running && m_watch.stage() == BootStage::Nothing)
            out.trouble = QString::fromLocal8Bit(m_qemu.readAllStandardError().right(500)).trimmed();
        out.seconds = m_time.elapsed() / 1000;
        out.console = m_console.fileName();
        return out;
    }

private:
    bool isOver()
    {
        const qint64 now = m_time.elapsed();
        const bool login = m_watch.stage() >= BootStage::Login;
        if (login && m_signs.answered)
            return true;
        mark(m_troubleAt, !m_watch.trouble().isEmpty() && !login, now);
        mark(m_halfAt, login || m_signs.answered, now);
        return now > std::chrono::milliseconds(m_setting.limit).count() || (m_troubleAt >= 0 && now - m_troubleAt > graceMs)
            || (m_halfAt >= 0 && now - m_halfAt > settleMs);
    }
    static void mark(qint64 &since, bool holds, qint64 now) { since = holds ? (since < 0 ? now : since) : -1; }
    void lookAtNetwork()
    {
        m_knocked = m_time.elapsed();
        const Result<QByteArray> capture = readFile(m_capture, mostCapture);
        if (capture)
            m_signs = networkSigns(*capture, QLatin1String(macAddress));
        // Knocks: what the machine says to that is in the capture the next time.
        const sockaddr_in address = loopback(m_port);
        m_knock = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (m_knock)
            (void)::connect(m_knock.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address);
    }

    const BootImage &m_image;
    const TestBootSetting &m_setting;
    const QString m_capture;
    QFile m_console;
    const quint16 m_port;
    QProcess m_qemu;
    QElapsedTimer m_time;
    qint64 m_knocked = 0;
    qint64 m_troubleAt = -1;
    qint64 m_halfAt = -1;
    Fd m_knock;
    ConsoleWatch m_watch;
    NetworkSigns m_signs;
};

}

QJsonObject toJson(const TestBootResult &result)
{
    return {{QStringLiteral("reached"), stageName(result.reached)}, {QStringLiteral("login"), result.login},
        {QStringLiteral("address"), result.address}, {QStringLiteral("answered"), result.answered},
        {QStringLiteral("works"), result.works()}, {QStringLiteral("trouble"), result.trouble}, {QStringLiteral("seconds"), result.seconds},
        {QStringLiteral("console"), result.console}};
}

Result<TestBootResult> testBoot(const BootImage &image, const TestBootSetting &setting, const std::stop_token &stop)
{
    for (int attempt = 1;; ++attempt) {
        Machine machine(image, setting);
        if (const Result<> started = machine.start(); !started)
            return started.error();
        while (machine.watch()) {
            if (stop.stop_requested())
                return Error{ErrorCode::ToolFailed, Retry::AfterWait, {QStringLiteral("qemu-system-x86_64")}, QStringLiteral("stopped")};
        }
        TestBootResult result = machine.result();
        if (attempt == attemptsMost || !isMachinesFault(result.trouble))
            return result;
    }
}

}
