#pragma once
#include "app/wizard/shell/page.h"
#include "app/wizard/state/jobwatch.h"

class QLabel;
class QPushButton;

namespace edgelift::wizard {

class BootPanel;

/// The end of a migration (ux.md 2.11): the image and what to do with it, or what is left after a cancel; the clean-up, the report.
class FinishPage final : public Page
{
    Q_OBJECT
public:
    /// `boot`: what boots an image of this machine, then owned by the page; only a demonstration has it.
    FinishPage(Session &session, JobWatch &watch, BootPanel *boot = nullptr, QWidget *parent = nullptr);

    [[nodiscard]] QString title() const override;
    [[nodiscard]] bool hasNext() const override { return false; }
    [[nodiscard]] bool canGoBack() const override { return false; }
    void enter() override;

protected:
    void retranslate() override;

private:
    void layOut();
    void connectParts();
    void showState();
    void showCleanUp();
    QString imageText() const;
    QString command() const;
    void saveReport();
    void showFolder();

    JobWatch &m_watch;
    BootPanel *m_boot; ///< null: images cannot be booted here
    QLabel *m_headline;
    QLabel *m_image;
    QLabel *m_steps;
    QLabel *m_link;
    QLabel *m_command;
    QPushButton *m_copyLink;
    QPushButton *m_copyCommand;
    QLabel *m_cleanUp;
    QPushButton *m_release;
    QLabel *m_folder;
    QPushButton *m_showFolder;
    QPushButton *m_report;
};

}
