#pragma once
#include "app/wizard/shell/page.h"
#include "app/wizard/state/jobwatch.h"

class QGridLayout;
class QLabel;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;

namespace edgelift::wizard {

class CancelPanel;
class Disclosure;
class ErrorPanel;
class ModifyPanel;
class PhaseStrip;
class SweepChart;

/// The migration while it runs, pauses or fails (ux.md 2.10). Shows the JobWatch; repaints only what changed and nothing while hidden.
class MigrationPage final : public Page
{
    Q_OBJECT
public:
    MigrationPage(Session &session, JobWatch &watch, QWidget *parent = nullptr);

    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString subtitle() const override;
    [[nodiscard]] QList<ToDo> toDo() const override;
    [[nodiscard]] bool hasNext() const override;
    [[nodiscard]] bool canGoBack() const override { return false; }
    void enter() override;
    /// "42 % Synchronizing", for the window's title; empty: no job. changed() tells.
    [[nodiscard]] QString windowTitleState() const;

protected:
    void retranslate() override;
    void showEvent(QShowEvent *event) override;

private:
    struct DiskRow
    {
        QLabel *name;
        QProgressBar *bar;
        QLabel *amount;
    };
    void layOut();
    QWidget *makeNumbers();
    void connectParts();
    void stateChanged();
    void progressed();
    void showState();
    void showNumbers();
    void showDisks();
    void showWarnings();
    void showDetails();
    void showLog();
    QString stateText() const;
    QString hint() const;
    void askCancel();
    void keep();

    JobWatch &m_watch;
    JobWatch::State m_shownState = JobWatch::State::None;
    bool m_pausedToAsk = false;
    bool m_modifiedLater = false;
    QString m_shownTitle;
    PhaseStrip *m_phases;
    QLabel *m_state;
    QProgressBar *m_bar;
    QLabel *m_amount;
    QLabel *m_remaining;
    QLabel *m_numbers;
    QLabel *m_more;
    SweepChart *m_chart;
    ErrorPanel *m_error;
    QWidget *m_diskBox;
    QGridLayout *m_diskGrid;
    QList<DiskRow> m_disks;
    QLabel *m_hint;
    QLabel *m_notice; ///< R20
    QLabel *m_warnings;
    QPushButton *m_pause;
    QPushButton *m_modify;
    QPushButton *m_cancel;
    CancelPanel *m_question;
    ModifyPanel *m_change;
    Disclosure *m_detailsFold;
    QWidget *m_detailsBox;
    QLabel *m_details;
    QPushButton *m_copyDetails;
    Disclosure *m_logFold;
    QPlainTextEdit *m_log;
    QLabel *m_lastLine;
};

}
