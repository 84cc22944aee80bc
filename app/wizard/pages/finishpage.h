#pragma once
#include "app/wizard/shell/page.h"
#include "app/wizard/state/jobwatch.h"

#include <functional>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace edgelift::wizard {

/// The end of a migration (ux.md 2.11): the image and what to do with it, or what is left after a cancel; the clean-up, the report.
class FinishPage final : public Page
{
    Q_OBJECT
public:
    /// Boots the image in the folder `imagePath` on this machine.
    using Boot = std::function<void(const QString &imagePath)>;

    /// Without `boot` there is no button for it: only a demonstration has one.
    FinishPage(Session &session, JobWatch &watch, Boot boot = {}, QWidget *parent = nullptr);

    [[nodiscard]] QString title() const override;
    [[nodiscard]] bool hasNext() const override { return false; }
    [[nodiscard]] bool canGoBack() const override { return false; }
    void enter() override;

    void appendConsole(const QString &line); ///< of the image that boots here

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

    JobWatch &m_watch;
    Boot m_boot;
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
    QPushButton *m_bootHere;
    QPlainTextEdit *m_console;
};

}
