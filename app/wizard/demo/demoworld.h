#pragma once
#include "app/wizard/demo/demofaults.h"
#include "app/wizard/demo/demomachine.h"

#include <QStringList>
#include <QTemporaryDir>
#include <functional>
#include <memory>

class QJsonObject;

namespace edgelift::wizard {

class DemoChild;

/// All that a demonstration needs, made for it and gone with it: a sample server of three disks, a private simulated cloud behind a link
/// of adjustable speed, an agent whose source is that server, an activation code; misfortune on demand, and a machine to boot the
/// finished image. Needs root. Never blocks but in the destructor, which ends all that was started (a running migration is stopped
/// first). What it started and made is gone soon after this program died, too, even by SIGKILL. GUI thread only.
class DemoWorld final : public QObject
{
    Q_OBJECT
public:
    struct Options
    {
        QString folder; ///< empty: a new one below /var/tmp, removed at the end
        QString binDir; ///< where edgelift-service and the others are; empty: beside this program
        int fillerMiB = 200; ///< data that does not compress, on /data: what a limited link is busy with
        int linkMbps = 100; ///< of the link to begin with
    };
    enum class Step : quint8 { SampleServer, Cloud, Agent, Code, Ready };

    explicit DemoWorld(Options options, QObject *parent = nullptr);
    ~DemoWorld() override;

    void start(); ///< once; answers with ready() or failed()
    [[nodiscard]] Step step() const { return m_step; }
    [[nodiscard]] static QString describe(Step step); ///< what is being done, in the language set now
    [[nodiscard]] QString folder() const { return m_folder; } ///< empty before start()
    [[nodiscard]] QStringList sourceDisks() const;
    [[nodiscard]] QString expectedLine() const; ///< what the sample server says on its console when it boots with all its data

    [[nodiscard]] DemoFaults &faults() { return m_faults; }
    /// SIGKILL to the receiver in the transit instance, which then starts anew. False: none runs.
    bool killReceiver();
    [[nodiscard]] DemoMachine &machine() { return m_machine; }

Q_SIGNALS:
    void stepChanged(edgelift::wizard::DemoWorld::Step step);
    void ready(const QString &socket, const QString &code, const QString &endpoint);
    void failed(const edgelift::Error &error); ///< also later, when a program of the demonstration ended by itself

private:
    void setStep(Step step);
    void fail(const Error &error);
    [[nodiscard]] QString path(const char *name) const { return m_folder + QLatin1Char('/') + QLatin1String(name); }
    [[nodiscard]] QString program(const char *name) const;
    /// Starts a program of ours; `said` gets each line of JSON it prints.
    std::unique_ptr<DemoChild> launch(const char *name, const QStringList &arguments, const std::function<void(const QJsonObject &)> &said);
    [[nodiscard]] Result<> makeOwnFolder();
    void buildServer();
    void startCloud();
    void startAgent();
    void makeCode();

    const Options m_options;
    std::unique_ptr<QTemporaryDir> m_ownFolder;
    QString m_folder;
    Step m_step = Step::SampleServer;
    bool m_failed = false;
    QString m_endpoint;
    std::unique_ptr<DemoChild> m_keeper; ///< removes the folder when we are gone; null: the folder is not ours
    std::unique_ptr<DemoChild> m_builder;
    std::unique_ptr<DemoChild> m_cloud;
    std::unique_ptr<DemoChild> m_agent;
    std::unique_ptr<DemoChild> m_ctl;
    DemoFaults m_faults;
    DemoMachine m_machine;
};

}
