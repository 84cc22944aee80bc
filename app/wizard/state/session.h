#pragma once
#include "app/wizard/state/cloudoptions.h"
#include "app/wizard/state/credential.h"
#include "core/agent/agentlink.h"
#include "core/agent/clientvalues.h"
#include "core/layout/planrules.h"

#include <QMap>
#include <QObject>
#include <functional>
#include <optional>

namespace edgelift::wizard {

/// What the wizard works on until the migration starts: the server, the plan, who pays, and what the account offers. Every page reads it
/// and changes it here; the shell saves it. Talks to the agent; nothing here blocks. JobWatch takes over when a job runs.
class Session final : public QObject
{
    Q_OBJECT
public:
    /// How a question to the agent stands.
    enum class Asked : quint8 { Not, Waiting, Answered, Failed };

    /// The link must outlive this.
    explicit Session(AgentLink &link, QObject *parent = nullptr);

    [[nodiscard]] AgentLink &link() const { return m_link; }
    /// True: the engine was started for this window only; it comes some time after it, and inspect() waits for it, and ends with it, and
    /// so does its migration. False, as in the beginning: it is there or it is not.
    void setOwnEngine(bool own);
    [[nodiscard]] bool hasOwnEngine() const { return m_ownEngine; }

    // the server
    /// Looks at the server's disks (again), then makes the plan when there is none yet.
    void inspect();
    [[nodiscard]] Asked inspection() const { return m_inspection; }
    [[nodiscard]] const Error &inspectionError() const { return m_inspectionError; } ///< while Failed
    [[nodiscard]] const ServerFacts &facts() const { return m_facts; } ///< empty until Answered

    /// What was looked at before a migration, and the questions that follow from it. Asked again by inspect().
    [[nodiscard]] Asked checking() const { return m_checking; }
    [[nodiscard]] const Error &checkError() const { return m_checkError; } ///< while Failed
    [[nodiscard]] const QList<CheckInfo> &checks() const { return m_checks; }
    [[nodiscard]] const QList<PromptInfo> &prompts() const { return m_prompts; }

    /// Whether the cloud's addresses answer, and the clock against theirs: asked beside the others, because it may take seconds, and again
    /// when an account has answered.
    void reachAddresses();
    [[nodiscard]] Asked reaching() const { return m_reaching; } ///< Not again when the credential was changed
    [[nodiscard]] const Error &reachError() const { return m_reachError; } ///< while Failed: they could not be asked
    [[nodiscard]] const QList<CheckInfo> &cloudChecks() const { return m_cloudChecks; }

    /// Has the agent carry out an answer to one of prompts(); minutes may pass. What the checks say is not asked again here. `done` is
    /// called on this thread, as long as `context` lives.
    void fix(const QString &prompt, const QString &choice, QObject *context, std::function<void(const Result<QJsonObject> &)> done) const;

    // the plan
    [[nodiscard]] const Plan &plan() const { return m_plan; }
    void setPlan(const Plan &plan); ///< planChanged() when it is another one
    [[nodiscard]] bool hasPlan() const { return m_hasPlan; }
    /// What the rules say about plan and server.
    [[nodiscard]] QList<Problem> problems() const;
    /// The plan for this server as it stands, in the settings' regions.
    [[nodiscard]] Plan freshPlan() const;
    /// Asks the agent whether it would carry out this plan: validationChanged().
    void validate();
    [[nodiscard]] Asked validation() const { return m_validation; }
    [[nodiscard]] const Error &validationError() const { return m_validationError; } ///< while Failed: why not

    // who pays
    [[nodiscard]] const Credential &credential() const { return m_credential; }
    /// Another one: what the last one could reach, and what it was imported with, are forgotten.
    void setCredential(const Credential &credential);
    /// Asks the cloud what the account offers: the test of the connection, and the lists of the settings.
    void reachCloud();
    void stopReaching(); ///< the answer, if one still comes, is ignored
    [[nodiscard]] Asked cloud() const { return m_cloud; }
    [[nodiscard]] const Error &cloudError() const { return m_cloudError; } ///< while Failed
    [[nodiscard]] const CloudOptions &options() const { return m_options; }

    // import and start
    void importSource(); ///< registers this server with the service of the code
    [[nodiscard]] Asked import() const { return m_import; } ///< Not again when the credential was changed
    [[nodiscard]] const Error &importError() const { return m_importError; }
    [[nodiscard]] const QString &sourceId() const { return m_sourceId; } ///< "s-…"; empty: not imported
    void setSourceId(const QString &id); ///< of a saved setup

    /// Answers to the questions of the Prepare page by prompt ("snapshot-driver", "rsync", "selinux"): "yes", "no", "leave", …
    [[nodiscard]] const QMap<QString, QString> &decisions() const { return m_decisions; }
    void setDecision(const QString &prompt, const QString &answer);

    /// Begins the migration: started() or startFailed().
    void start();
    [[nodiscard]] bool isStarting() const { return m_starting; }

Q_SIGNALS:
    void inspectionChanged();
    void checksChanged();
    void reachChanged();
    void planChanged();
    void validationChanged();
    void credentialChanged();
    void cloudChanged();
    void importChanged();
    void decisionsChanged();
    void started(const QString &job);
    void startFailed(const edgelift::Error &error);

private:
    void ask();
    void inspected(const Result<QJsonObject> &reply);
    void checked(const Result<QJsonObject> &reply);
    void reached(const Result<QJsonObject> &reply);
    void validated(const Result<QJsonObject> &reply);
    void cloudAnswered(const Result<QJsonObject> &reply);
    void imported(const Result<QJsonObject> &reply);

    AgentLink &m_link;
    bool m_ownEngine = false;
    bool m_askWhenOpen = false;
    Asked m_inspection = Asked::Not;
    Error m_inspectionError;
    ServerFacts m_facts;
    Asked m_checking = Asked::Not;
    Error m_checkError;
    QList<CheckInfo> m_checks;
    QList<PromptInfo> m_prompts;
    Asked m_reaching = Asked::Not;
    int m_reachQuestion = 0; ///< only the answer to the last one counts
    Error m_reachError;
    QList<CheckInfo> m_cloudChecks;
    Plan m_plan;
    Asked m_validation = Asked::Not;
    Error m_validationError;
    int m_validationQuestion = 0;
    bool m_hasPlan = false;
    Credential m_credential;
    Asked m_cloud = Asked::Not;
    Error m_cloudError;
    CloudOptions m_options;
    int m_cloudQuestion = 0; ///< only the answer to the last one counts
    Asked m_import = Asked::Not;
    int m_importQuestion = 0; ///< only the answer to the last one counts
    Error m_importError;
    QString m_sourceId;
    QMap<QString, QString> m_decisions;
    bool m_starting = false;
};

}
