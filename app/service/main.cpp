#include "app/service/service.h"
#include "core/base/errortext.h"
#include "core/base/log.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QJsonDocument>
#include <QSocketNotifier>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

using namespace edgelift;

namespace {

// design.md section 3
constexpr int exitDone = 0;
constexpr int exitInternal = 1;
constexpr int exitUsage = 2;
constexpr int exitRefused = 3;

int complain(const Error &error)
{
    const ErrorText text = describe(error);
    log::error("service", logLine(error));
    std::fprintf(stderr, "edgelift-service: %s: %s %s\n%s\n", qUtf8Printable(displayCode(error.code)), qUtf8Printable(text.message),
        qUtf8Printable(text.remedy), qUtf8Printable(error.detail));
    return error.code == ErrorCode::UsageWrong ? exitUsage : error.code == ErrorCode::Internal ? exitInternal : exitRefused;
}

int signalPipe[2] = {-1, -1};

/// Not blocked signals and a waiting thread: the mask would be inherited by the simulated instances.
void noteSignal(int)
{
    const char byte = 0;
    [[maybe_unused]] const ssize_t put = ::write(signalPipe[1], &byte, 1);
}

/// SIGTERM and SIGINT end the event loop.
std::unique_ptr<QSocketNotifier> quitOnSignal(QCoreApplication &application)
{
    if (::pipe2(signalPipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return nullptr;
    auto notifier = std::make_unique<QSocketNotifier>(signalPipe[0], QSocketNotifier::Read);
    QObject::connect(notifier.get(), &QSocketNotifier::activated, &application, &QCoreApplication::quit);
    std::signal(SIGTERM, noteSignal);
    std::signal(SIGINT, noteSignal);
    return notifier;
}

/// "ADDR:PORT", "[::1]:PORT". False when it is neither.
bool readAddress(const QString &text, HttpServer::Settings &http)
{
    const qsizetype colon = text.lastIndexOf(QLatin1Char(':'));
    bool number = false;
    const uint port = text.mid(colon + 1).toUInt(&number);
    http.address = text.left(std::max<qsizetype>(colon, 0)).remove(QLatin1Char('[')).remove(QLatin1Char(']'));
    http.port = quint16(port);
    return colon > 0 && number && port <= 65535 && !http.address.isEmpty();
}

struct Options
{
    QCommandLineOption dataDir{
        QStringLiteral("data-dir"), QStringLiteral("Where state, log and simulated disks lie."), QStringLiteral("dir")};
    QCommandLineOption listen{
        QStringLiteral("listen"), QStringLiteral("Address and port; port 0 takes a free one."), QStringLiteral("addr:port")};
    QCommandLineOption simulated{QStringLiteral("simulated-cloud"), QStringLiteral("Be the cloud too: ECS, VPC, OSS, ENS, STS and RAM.")};
    QCommandLineOption timeScale{QStringLiteral("time-scale"), QStringLiteral("Factor on the simulated cloud's delays."),
        QStringLiteral("factor"), QStringLiteral("1")};
    QCommandLineOption clockOffset{QStringLiteral("clock-offset"), QStringLiteral("Let the service's clock run that far ahead."),
        QStringLiteral("seconds"), QStringLiteral("0")};
    QCommandLineOption certificate{QStringLiteral("tls-certificate"), QStringLiteral("PEM file: serve https."), QStringLiteral("file")};
    QCommandLineOption key{QStringLiteral("tls-key"), QStringLiteral("PEM file of its key."), QStringLiteral("file")};
};

/// What is wrong with the command line; empty: nothing.
QString readSettings(const QCommandLineParser &parser, const Options &options, Service::Settings &settings)
{
    if (!parser.positionalArguments().isEmpty())
        return QStringLiteral("Not understood: %1").arg(parser.positionalArguments().first());
    if (parser.value(options.dataDir).isEmpty() || !readAddress(parser.value(options.listen), settings.http))
        return QStringLiteral("--data-dir DIR and --listen ADDR:PORT are needed.");
    bool number = false;
    settings.timeScale = parser.value(options.timeScale).toDouble(&number);
    if (!number || settings.timeScale < 0 || settings.timeScale > 1000)
        return QStringLiteral("--time-scale takes a number from 0 to 1000.");
    settings.clockAhead = std::chrono::seconds(parser.value(options.clockOffset).toInt(&number));
    if (!number)
        return QStringLiteral("--clock-offset takes a number of seconds.");
    if (parser.isSet(options.certificate) != parser.isSet(options.key))
        return QStringLiteral("--tls-certificate and --tls-key belong together.");
    settings.http.certificateFile = parser.value(options.certificate);
    settings.http.keyFile = parser.value(options.key);
    settings.dataDir = QDir(parser.value(options.dataDir)).absolutePath();
    settings.simulatedCloud = parser.isSet(options.simulated);
    return {};
}

int runService(QCoreApplication &application, Service::Settings settings)
{
    const std::unique_ptr<QSocketNotifier> notifier = quitOnSignal(application);
    if (!settings.simulatedCloud) {
        const Result<CloudAccount> account = cloudAccount(settings.dataDir);
        if (!account)
            return complain(account.error());
        settings.account = *account;
    }
    const Result<std::unique_ptr<Service>> service = Service::start(settings);
    if (!service)
        return complain(service.error());
    const QJsonObject ready{{QStringLiteral("ready"), true}, {QStringLiteral("endpoint"), (*service)->endpoint().toString()}};
    std::printf("%s\n", QJsonDocument(ready).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
    log::info("service", QStringLiteral("ready"), ready);
    QCoreApplication::exec();
    log::info("service", QStringLiteral("stopping"));
    return exitDone;
}

}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("edgelift-service"));
    QCoreApplication::setApplicationVersion(QStringLiteral(EDGELIFT_VERSION));
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Activation codes, imported servers and credentials for migrations; with a simulated cloud for trying out."));
    parser.addHelpOption();
    parser.addVersionOption();
    const Options options;
    parser.addOptions(
        {options.dataDir, options.listen, options.simulated, options.timeScale, options.clockOffset, options.certificate, options.key});
    const auto usage = [](const QString &problem) { return complain({ErrorCode::UsageWrong, Retry::AfterUserAction, {problem}, {}}); };
    if (!parser.parse(QCoreApplication::arguments()))
        return usage(parser.errorText());
    if (parser.isSet(QStringLiteral("help")))
        parser.showHelp();
    if (parser.isSet(QStringLiteral("version")))
        parser.showVersion();
    Service::Settings settings;
    if (const QString problem = readSettings(parser, options, settings); !problem.isEmpty())
        return usage(problem);
    return runService(application, std::move(settings));
}
