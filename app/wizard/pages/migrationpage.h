#pragma once
#include "app/wizard/shell/page.h"
#include "app/wizard/state/jobwatch.h"
#include "app/wizard/widgets/focuspass.h"

class QPushButton;

namespace edgelift::wizard {

class TextLabel;
class AskPanel;
class Disclosure;
class ErrorPanel;
class FactGrid;
class FieldNote;
class LinkLine;
class LiveBox;
class LogView;
class ModifyPanel;
class PhaseStrip;
class ProgressPanel;

/// The migration while it runs, pauses or fails (ux.md 2.10). Shows the JobWatch; repaints only what changed and nothing while hidden.
class MigrationPage final : public Page
{
    Q_OBJECT
public:
    MigrationPage(Session &session, JobWatch &watch, QWidget *parent = nullptr);

    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString subtitle() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] bool hasNext() const override; ///< the job is at its end: what follows is what it left
    [[nodiscard]] bool canGoBack() const override { return false; }
    void enter() override;
    void setLowBandwidth(bool on) override;
    void next() override;
    [[nodiscard]] QWidget *firstField() const override;
    void closeQuestion(); ///< as if it was answered with Keep: the migration goes on
    /// "42 % Synchronizing — web01", for the window's title; empty: no job. changed() tells.
    [[nodiscard]] QString windowTitleState() const;

Q_SIGNALS:
    void startedAgain(); ///< the session has the failed job's settings, and the job is being removed

protected:
    void retranslate() override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void layOut();
    void connectParts();
    void connectButtons();
    void stateChanged();
    void progressed();
    void announce();
    void leaveAtEnd();
    void showAll();
    void showState();
    void showButtons();
    void showHint();
    void showWarnings();
    void showDetails();
    void showLog();
    [[nodiscard]] QString hint() const;
    void askCancel();
    void keep();
    void startAgain();
    void openPanel(QWidget *panel);

    JobWatch &m_watch;
    JobWatch::State m_shownState = JobWatch::State::None;
    bool m_pausedToAsk = false;
    int m_every = 1; ///< s, between what is shown of the numbers
    int m_since = 5; ///< s, since they were shown; the first are shown at once
    QString m_shownTitle;
    PhaseStrip *m_phases;
    ProgressPanel *m_progress;
    ErrorPanel *m_error;
    LiveBox *m_live;
    FieldNote *m_hint;
    LinkLine *m_slowLink; ///< R118
    TextLabel *m_notice; ///< R20
    FieldNote *m_warnings;
    QPushButton *m_pause;
    QPushButton *m_resume;
    QPushButton *m_modify;
    QPushButton *m_cancel;
    FocusPass m_focus; ///< of the button that was pressed
    AskPanel *m_question;
    ModifyPanel *m_change;
    Disclosure *m_detailsFold;
    QWidget *m_detailsBox;
    FactGrid *m_details;
    QPushButton *m_copyDetails;
    Disclosure *m_logFold;
    LogView *m_log;
    QString m_logJob; ///< whose lines are in m_log, and how many of them
    qint64 m_logShown = 0;
    TextLabel *m_lastLine;
};

}
