#pragma once
#include "app/wizard/pages/finishpage.h"
#include "app/wizard/pages/migrationpage.h"
#include "app/wizard/shell/mainwindow.h"
#include "app/wizard/state/session.h"
#include "tests/gui/fakeagent.h"

namespace edgelift::test {

/// The pages of a job in their window, in front of an agent that does what the test says and with a clock that stands still.
class JobStage
{
public:
    JobStage(); ///< the window is shown; no job yet
    ~JobStage();

    /// The agent's one job, followed and shown. `more`: fields of the job besides those of fakeJob().
    [[nodiscard]] bool show(const QString &state, const QString &phase, const QJsonObject &more = {});
    /// The job is in another state now, and the run ended so ("stopped", "failed" …).
    void end(const QString &how, const QString &state, const QString &phase, const QJsonObject &more = {});
    /// A progress event, and the second it is shown in.
    [[nodiscard]] bool progress(qint64 done, qint64 total, qint64 wire, double speed);
    [[nodiscard]] bool tellProgress(const QJsonObject &event);
    void pass(qint64 seconds); ///< time goes by, and the watch looks at its clock
    [[nodiscard]] bool called(const char *method, int times = 1); ///< waits for it
    void keepResources(const QJsonArray &resources); ///< what the agent says the job left

    template <class T>
    [[nodiscard]] T *find(const char *name)
    {
        for (T *each : window.findChildren<T *>(QLatin1String(name))) {
            if (each->isVisible())
                return each;
        }
        return nullptr;
    }
    [[nodiscard]] QString text(const char *name); ///< of a visible label; empty: there is none
    [[nodiscard]] bool isOffered(const char *name); ///< a button that can be pressed
    [[nodiscard]] bool click(const char *name); ///< by the mouse, in view
    /// Enters it into the file dialog that opens, and chooses Save: what was proposed there.
    QString typePath(const QString &path);

    FakeAgent agent;
    AgentLink link;
    wizard::Session session{link};
    wizard::JobWatch watch{link};
    wizard::MainWindow window;
    wizard::MigrationPage *migration;
    wizard::FinishPage *finish;
    qint64 now = 0; ///< ms
};

/// One line of "resources".
[[nodiscard]] QJsonObject fakeResource(const char *kind, const char *id, const QJsonValue &pricePerDay, bool kept = false);
/// An "error" event.
[[nodiscard]] QJsonObject fakeError(const Error &error, const QString &phase);

}
