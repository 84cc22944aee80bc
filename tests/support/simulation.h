#pragma once
#include "tests/support/networkpair.h"

#include <QJsonObject>
#include <QList>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>
#include <functional>
#include <memory>
#include <optional>

namespace edgelift::test {

/// What an edgeliftctl command did.
struct CtlResult
{
    int exitCode = -1; ///< -1: did not end in time, or crashed
    QByteArray output;
    QByteArray errors;
    QList<QJsonObject> events; ///< the JSON lines of `output`

    /// The last event of that kind ("finished", "error", "phase", …); empty when there was none.
    [[nodiscard]] QJsonObject last(const QString &event) const;
    [[nodiscard]] QString describe() const; ///< exit code and the end of both streams, for a failing test's message
};

/// A whole simulated world for one test: a folder, edgelift-service --simulated-cloud, and edgeliftctl against it, as a person would use
/// them. Everything it started ends with it. Use from one thread.
class Simulation
{
public:
    Simulation();
    /// The service in the network's cloud, edgeliftctl and agents at its source.
    explicit Simulation(const NetworkPair &network);
    ~Simulation();
    Simulation(const Simulation &) = delete;
    Simulation &operator=(const Simulation &) = delete;

    /// Starts the service (again). False when it did not get ready within 20 s; then its output is in serviceOutput().
    [[nodiscard]] bool startService(const QStringList &moreArguments = {});
    void stopService(); ///< SIGTERM, waits
    void killService(); ///< SIGKILL
    [[nodiscard]] qint64 servicePid() const { return m_service ? m_service->processId() : 0; }
    [[nodiscard]] QString serviceOutput() const { return m_serviceOutput; }

    [[nodiscard]] QString path(const QString &name) const { return m_folder.filePath(name); }
    [[nodiscard]] QString dataDir() const { return path(QStringLiteral("cloud")); }
    [[nodiscard]] QString stateDir() const { return path(QStringLiteral("state")); }
    [[nodiscard]] QString endpoint() const { return m_endpoint; }

    /// Runs edgeliftctl with --endpoint, --state-dir and the root AccessKey in the environment. `whileRunning` is called about ten times a
    /// second with the events seen until now.
    CtlResult ctl(const QStringList &arguments, const QMap<QString, QString> &environment = {}, int timeoutSeconds = 240,
        const std::function<void(QProcess &, const QList<QJsonObject> &)> &whileRunning = {});
    /// The program of this build with what it needs to run at the source, not started.
    void prepare(QProcess &process, const char *program, const QStringList &arguments) const;
    /// What every edgeliftctl command here begins with: where service, state and agent are.
    [[nodiscard]] QStringList ctlOptions() const;
    /// Makes an activation code and writes it to a file, whose path it returns. Empty when that failed.
    QString makeCode(int quota = 2, int days = 1);
    /// `plan new` for these disks, changed by `edit`, written to a file, whose path it returns. Empty when that failed.
    QString makePlan(const QStringList &disks, const std::function<void(QJsonObject &)> &edit = {});
    /// migrate --json with that plan and a fresh code.
    CtlResult migrate(const QStringList &disks, const QString &plan, const QStringList &more = {},
        const std::function<void(QProcess &, const QList<QJsonObject> &)> &whileRunning = {});

    /// What the migration left in the cloud besides buckets and ENS images: ids of instances, disks, snapshots, images, networks, objects.
    [[nodiscard]] QStringList leftovers() const;

private:
    void prepareIn(QProcess &process, const QString &space, const char *program, const QStringList &arguments) const;

    QTemporaryDir m_folder;
    const NetworkPair *m_network = nullptr;
    std::unique_ptr<QProcess> m_service;
    QString m_serviceOutput;
    QString m_endpoint;
    int m_files = 0;
};

/// Arguments --source-disk X for each disk.
[[nodiscard]] QStringList sourceDisks(const QStringList &disks);
/// Runs a program to its end; its standard output, or nothing when it failed (then a warning is printed).
[[nodiscard]] std::optional<QByteArray> runTool(const QString &program, const QStringList &arguments, int timeoutSeconds = 300);
/// tests/support/<script>
[[nodiscard]] QString supportScript(const QString &name);
/// SHA-256 over a file's size and its pieces that are not all zeros, with their places: the same for the same content, and quick for a
/// sparse disk. Empty: unreadable.
[[nodiscard]] QByteArray fileHash(const QString &path);

}
