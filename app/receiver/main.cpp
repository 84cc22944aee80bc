#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/receiver/receiverserver.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <csignal>
#include <cstdio>

using namespace edgelift;

namespace {

// design.md section 3
constexpr int exitDone = 0;
constexpr int exitUsage = 2;
constexpr int exitRefused = 3; ///< before anything was touched
constexpr int exitFailed = 4;

int complain(const Error &error, int exitCode)
{
    log::error("receiver", logLine(error));
    const ErrorText text = describe(error);
    std::fprintf(stderr, "edgelift-receiver: %s: %s %s\n%s\n", qUtf8Printable(displayCode(error.code)), qUtf8Printable(text.message),
        qUtf8Printable(text.remedy), qUtf8Printable(error.detail));
    return exitCode;
}

/// Signals that end the program, kept from every thread: the one that waits for them asks the server to stop.
sigset_t endingSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    return signals;
}

/// Waits for an ending signal until `stop`; wakes now and then to look at it.
void stopOnSignal(const std::stop_token &stop, receiver::ReceiverServer &server)
{
    const sigset_t signals = endingSignals();
    const timespec round{0, 200'000'000};
    while (!stop.stop_requested()) {
        if (::sigtimedwait(&signals, nullptr, &round) > 0)
            server.requestStop();
    }
}

int receive(const receiver::ReceiverConfig &config)
{
    receiver::AttachedDisks disks(config.deviceDir);
    receiver::ReceiverServer server(config, disks);
    if (const Result<> started = server.start(); !started)
        return complain(started.error(), exitRefused);
    std::fprintf(stderr, "edgelift-receiver: listening on %s, ports %u and %u\n", qPrintable(config.listen), server.controlPort(),
        server.dataPort());
    const std::jthread watcher([&server](const std::stop_token &stop) { stopOnSignal(stop, server); });
    if (const Result<> ended = server.wait(); !ended)
        return complain(ended.error(), exitFailed);
    std::fprintf(stderr, "edgelift-receiver: ended\n");
    return exitDone;
}

int receiveAsIn(const QString &configPath)
{
    const Result<receiver::ReceiverConfig> config = receiver::readConfig(configPath);
    if (!config)
        return complain(config.error(), exitRefused);
    log::hide(config->keys.privateKey);
    const QString logFile = config->stateDir + QLatin1String("/receiver.log");
    if (const Result<> made = makeFolder(config->stateDir); !made)
        return complain(made.error(), exitRefused);
    if (!log::openFile(logFile))
        return complain({ErrorCode::FileUnwritable, Retry::AfterUserAction, {logFile}, {}}, exitRefused);
    return receive(*config);
}

int usage(const QString &problem) { return complain({ErrorCode::UsageWrong, Retry::AfterUserAction, {problem}, {}}, exitUsage); }

}

int main(int argc, char **argv)
{
    const sigset_t signals = endingSignals();
    ::sigprocmask(SIG_BLOCK, &signals, nullptr); // before any thread begins
    std::signal(SIGPIPE, SIG_IGN); // a peer that left is an error of a call, not of the program
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("edgelift-receiver"));
    QCoreApplication::setApplicationVersion(QStringLiteral(EDGELIFT_VERSION));
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Writes the disks of a migrated server on its transit instance."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption configOption(
        QStringLiteral("config"), QStringLiteral("The job's configuration (mode 0600)."), QStringLiteral("file"));
    parser.addOption(configOption);
    if (!parser.parse(QCoreApplication::arguments()))
        return usage(parser.errorText());
    if (parser.isSet(QStringLiteral("help")))
        parser.showHelp();
    if (parser.isSet(QStringLiteral("version")))
        parser.showVersion();
    if (!parser.isSet(configOption) || !parser.positionalArguments().isEmpty())
        return usage(QStringLiteral("--config FILE is needed, and nothing else."));
    return receiveAsIn(parser.value(configOption));
}
