#include "core/source/promptwork.h"

#include "core/base/files.h"
#include "core/source/readiness.h"

#include <QFileInfo>
#include <QRegularExpression>
#include <sys/stat.h>

namespace edgelift {

namespace {

struct PackageManager
{
    const char *program;
    QStringList install; ///< never asks
    QStringList refresh; ///< for a second attempt; empty: it does so itself
};

const QList<PackageManager> &packageManagers()
{
    static const QList<PackageManager> list{
        {"apt-get", {QStringLiteral("-y"), QStringLiteral("install"), QStringLiteral("rsync")}, {QStringLiteral("update")}},
        {"dnf", {QStringLiteral("-y"), QStringLiteral("install"), QStringLiteral("rsync")}, {}},
        {"yum", {QStringLiteral("-y"), QStringLiteral("install"), QStringLiteral("rsync")}, {}},
        {"zypper", {QStringLiteral("--non-interactive"), QStringLiteral("install"), QStringLiteral("rsync")}, {}},
        {"apk", {QStringLiteral("add"), QStringLiteral("rsync")}, {QStringLiteral("update")}},
        {"pacman", {QStringLiteral("-S"), QStringLiteral("--noconfirm"), QStringLiteral("rsync")}, {}},
    };
    return list;
}

/// Its path on the machine; empty when it is not there.
QString programOf(const WorkPlace &place, const char *name)
{
    for (const char *folder : {"/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/", "/usr/local/bin/"}) {
        const QString path = QLatin1String(folder) + QLatin1String(name);
        const QFileInfo about(place.root + path);
        if (about.isFile() && about.isExecutable())
            return path;
    }
    return {};
}

Result<> runIn(const WorkPlace &place, const QString &program, const QStringList &arguments, const std::stop_token &stop)
{
    Command command;
    command.program = program;
    command.arguments = arguments;
    command.timeout = std::chrono::minutes(10); // a slow mirror
    const Result<QByteArray> output = place.run(command, stop);
    return output ? ok() : Result<>(output.error());
}

QString rsyncState(const WorkPlace &place)
{
    return programOf(place, "rsync").isEmpty() ? QStringLiteral("missing") : QStringLiteral("installed");
}

Result<PromptResult> installRsync(const WorkPlace &place, const std::stop_token &stop)
{
    for (const PackageManager &manager : packageManagers()) {
        const QString program = programOf(place, manager.program);
        if (program.isEmpty())
            continue;
        Result<> installed = runIn(place, program, manager.install, stop);
        if (!installed && !manager.refresh.isEmpty() && !stop.stop_requested()) { // its lists may be old, or missing
            installed = runIn(place, program, manager.refresh, stop);
            if (installed)
                installed = runIn(place, program, manager.install, stop);
        }
        if (!installed)
            return installed.error();
        if (rsyncState(place) != QLatin1String("installed"))
            return Error{ErrorCode::ToolFailed, Retry::AfterUserAction, {program}, QStringLiteral("it ended well, but rsync is not there")};
        return PromptResult{rsyncState(place), true};
    }
    return Error{ErrorCode::ToolMissing, Retry::AfterUserAction, {QStringLiteral("rsync")}, QStringLiteral("no package manager was found")};
}

/// "apt-get -y install rsync"; empty when there is no package manager.
QString installCommand(const WorkPlace &place)
{
    for (const PackageManager &manager : packageManagers()) {
        if (!programOf(place, manager.program).isEmpty())
            return QLatin1String(manager.program) + QLatin1Char(' ') + manager.install.join(QLatin1Char(' '));
    }
    return {};
}

QString seLinuxState(const WorkPlace &place)
{
    const Result<QByteArray> enforce = readFile(place.root + QLatin1String("/sys/fs/selinux/enforce"), 64);
    if (!enforce)
        return QStringLiteral("disabled");
    return enforce->trimmed() == "1" ? QStringLiteral("enforcing") : QStringLiteral("permissive");
}

Result<bool> makePermissive(const WorkPlace &place, const std::stop_token &stop)
{
    if (seLinuxState(place) != QLatin1String("enforcing"))
        return false;
    if (const Result<> done = runIn(place, QStringLiteral("setenforce"), {QStringLiteral("0")}, stop); !done)
        return done.error();
    return true;
}

/// The file with SELINUX=disabled, everything else as it was.
QByteArray withoutSeLinux(const QByteArray &config)
{
    static const QRegularExpression setting(QStringLiteral("^[ \\t]*SELINUX[ \\t]*=[^\n]*$"), QRegularExpression::MultilineOption);
    QString text = QString::fromLatin1(config); // byte by byte, whatever its encoding
    if (text.contains(setting))
        return text.replace(setting, QStringLiteral("SELINUX=disabled")).toLatin1();
    return config + (config.isEmpty() || config.endsWith('\n') ? "" : "\n") + "SELINUX=disabled\n";
}

Result<PromptResult> disableSeLinux(const WorkPlace &place, const std::stop_token &stop)
{
    const QString named = place.root + QLatin1String("/etc/selinux/config");
    if (!QFileInfo::exists(named) && seLinuxState(place) == QLatin1String("disabled"))
        return PromptResult{seLinuxState(place), false};
    const Result<QByteArray> before = readFile(named, 1 << 20);
    if (!before)
        return before.error();
    const QString path = QFileInfo(named).canonicalFilePath(); // a link stays one
    struct stat about
    {
    };
    const unsigned mode = ::stat(QFile::encodeName(path).constData(), &about) == 0 ? about.st_mode & 07777 : 0644;
    const QByteArray after = withoutSeLinux(*before);
    const bool edited = after != *before;
    const QString original = path + QLatin1String(".edgelift-orig");
    Result<> written = ok();
    if (edited && !QFileInfo::exists(original)) // of several changes the first is the one to go back to
        written = writeFileDurably(original, *before, mode);
    if (edited && written)
        written = writeFileDurably(path, after, mode);
    if (!written)
        return written.error();
    const Result<bool> softened = makePermissive(place, stop);
    if (!softened) {
        if (edited && writeFileDurably(path, *before, mode))
            QFile::remove(original);
        return softened.error();
    }
    return PromptResult{seLinuxState(place), edited || *softened};
}

}

Result<PromptResult> carryOut(const QString &prompt, const QString &choice, const WorkPlace &place, const std::stop_token &stop)
{
    const auto is = [&](const char *one, const char *answer) { return prompt == QLatin1String(one) && choice == QLatin1String(answer); };
    if (!promptChoices(prompt).contains(choice))
        return Error{ErrorCode::RequestMalformed, Retry::AfterUserAction,
            {QStringLiteral("“%1” of “%2” is none of: %3").arg(choice, prompt, promptChoices(prompt).join(QLatin1String(", ")))}, {}};
    if (is("snapshot-driver", "yes")) {
        const Result<> followed =
            place.testTracking ? place.testTracking(stop) : Error{ErrorCode::LiveSourceUnsupported, Retry::AfterUserAction, {}, {}};
        return followed ? PromptResult{QStringLiteral("installed"), false} : Result<PromptResult>(followed.error());
    }
    if (is("rsync", "yes") && rsyncState(place) != QLatin1String("installed"))
        return installRsync(place, stop);
    if (is("selinux", "disable"))
        return disableSeLinux(place, stop);
    bool changed = false;
    if (is("selinux", "permissive")) {
        const Result<bool> softened = makePermissive(place, stop);
        if (!softened)
            return softened.error();
        changed = *softened;
    }
    if (prompt == QLatin1String("selinux"))
        return PromptResult{seLinuxState(place), changed};
    return PromptResult{prompt == QLatin1String("rsync") ? rsyncState(place) : QStringLiteral("missing"), changed};
}

QList<Prompt> promptsOfMachine(const ServerFacts &facts, const WorkPlace &place, const QStringList &trackedDisks)
{
    const auto text = [](const char *words) { return QString::fromLatin1(words); };
    const QString driver = text("snapshot-driver");
    const QString rsync = text("rsync");
    const QString seLinux = text("selinux");
    const QString installer = installCommand(place);
    const QString rsyncIs = rsyncState(place);
    const QString seLinuxIs = facts.os.selinux.isEmpty() ? text("disabled") : seLinuxState(place);
    const bool hasRsync = rsyncIs == QLatin1String("installed");
    const bool enforces = seLinuxIs == QLatin1String("enforcing");
    const QString why = hasRsync ? text("installed") : installer.isEmpty() ? text("no-package-manager") : text("missing");
    const QString driverIs = isTracked(facts, trackedDisks) ? text("installed") : text("missing");
    return {{driver, driverIs == QLatin1String("missing"), driverIs, driverIs, promptChoices(driver), text("yes"), {}},
        {rsync, !hasRsync, rsyncIs, why, promptChoices(rsync), installer.isEmpty() ? text("no") : text("yes"),
            hasRsync ? QString() : installer},
        {seLinux, enforces, seLinuxIs, seLinuxIs == QLatin1String("disabled") ? text("off") : text("in-use"), promptChoices(seLinux),
            text("leave"), enforces ? text("setenforce 0") : QString()}};
}

}
