#pragma once
#include "app/wizard/shell/page.h"
#include "app/wizard/state/jobwatch.h"

class QPushButton;

namespace edgelift::wizard {

class TextLabel;
class BootPanel;
class CleanUpBox;
class FactGrid;
class LinkLine;
class PhaseMark;

/// The end of a migration (ux.md 2.11): the image and what to do with it, or what is left after a cancel or an error; the clean-up, the
/// report.
class FinishPage final : public Page
{
    Q_OBJECT
public:
    /// `boot`: the part that boots the image on this machine, which only a demonstration has; owned from now on.
    FinishPage(Session &session, JobWatch &watch, BootPanel *boot = nullptr, QWidget *parent = nullptr);

    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QString stepName() const override;
    [[nodiscard]] QString subtitle() const override;
    [[nodiscard]] bool hasNext() const override { return false; }
    [[nodiscard]] bool canGoBack() const override { return false; }
    void enter() override;
    [[nodiscard]] QWidget *firstField() const override;

    void saveReportAs(const QString &path);
    void saveSettingsAs(const QString &path); ///< the job's plan, as a plan file

protected:
    void retranslate() override;

private:
    void layOut();
    void connectParts();
    void showState();
    void showImage();
    void showHeadline();
    [[nodiscard]] QString imageId() const;
    [[nodiscard]] QString folder() const; ///< of the image, when it is on this machine
    [[nodiscard]] QString command() const;
    [[nodiscard]] QString bootText() const;
    void showFolder();
    void told(const Result<> &saved, const QString &path);

    JobWatch &m_watch;
    BootPanel *m_boot; ///< null: none
    PhaseMark *m_mark;
    TextLabel *m_headline;
    FactGrid *m_image;
    TextLabel *m_bootCheck;
    QWidget *m_next; ///< what to do with the image
    TextLabel *m_stepsTitle;
    TextLabel *m_steps;
    LinkLine *m_link;
    TextLabel *m_commandTitle;
    TextLabel *m_command;
    QPushButton *m_copyCommand;
    CleanUpBox *m_cleanUp;
    TextLabel *m_folder;
    QPushButton *m_showFolder;
    QPushButton *m_report;
    QPushButton *m_settings;
};

}
