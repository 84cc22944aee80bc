#pragma once
#include "app/wizard/shell/language.h"
#include "app/wizard/shell/mainwindow.h"
#include "app/wizard/shell/preferences.h"
#include "app/wizard/startup.h"
#include "app/wizard/state/jobwatch.h"
#include "app/wizard/state/session.h"

#include <QTimer>

namespace edgelift::wizard {

class Demonstration;

/// The program: session, job and window put together. What happens between pages is here; what happens on one is not.
class Wizard final : public QObject
{
    Q_OBJECT
public:
    explicit Wizard(const Options &options, QObject *parent = nullptr);
    ~Wizard() override;

    /// The window appears; everything else comes by itself.
    void start();
    [[nodiscard]] MainWindow &window() { return m_window; }
    [[nodiscard]] Session &session() { return m_session; }
    [[nodiscard]] JobWatch &job() { return m_job; }
    [[nodiscard]] Language &language() { return m_language; }
    [[nodiscard]] Demonstration *demonstration() { return m_demo.get(); } ///< null: this is none

private:
    void addPages();
    void connectParts();
    void engineChanged();
    void startEngine();
    void begin();
    void offerDraft();
    void resume(PageId page);
    void jobChanged();
    void startAgain();
    [[nodiscard]] QString closingText() const; ///< what becomes of the migration; empty: nothing to say
    void saveSoon();
    void save();
    void showStatus();
    void closing();

    const Options m_options;
    const QString m_draftPath;
    Language m_language;
    Preferences m_preferences; ///< sets the language before there are texts
    AgentLink m_link;
    Session m_session;
    JobWatch m_job;
    std::unique_ptr<Demonstration> m_demo; ///< null: this is no demonstration; ends after the window
    MainWindow m_window;
    QTimer m_saving;
    bool m_begun = false; ///< what to show first is decided
    std::optional<ErrorCode> m_engineSaid; ///< why there is no agent, as it stands on the message bar
};

/// "settings" for PageId::Settings: stable, for the draft and the command line.
[[nodiscard]] QString pageName(PageId page);
[[nodiscard]] std::optional<PageId> pageFromName(const QString &name);

}
