#pragma once
#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace edgelift::wizard {

class DemoMachine;

/// "Boot it here" at the end of a demonstration: a button that starts and stops the machine, what its console says, and whether the
/// server in the image is the one that was migrated.
class BootPanel final : public QWidget
{
    Q_OBJECT
public:
    /// The machine outlives this.
    explicit BootPanel(DemoMachine &machine, QWidget *parent = nullptr);

    void setImage(const QString &path); ///< of the image.json

protected:
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void startOrStop();
    void showConsole();
    void refresh();
    void retranslate();
    [[nodiscard]] QString state() const;

    DemoMachine &m_machine;
    QString m_image;
    bool m_started = false; ///< once
    bool m_reveal = false; ///< the console is to be scrolled to
    QString m_problem; ///< why it could not be started
    QPushButton *m_button;
    QLabel *m_state;
    QPlainTextEdit *m_console;
};

}
