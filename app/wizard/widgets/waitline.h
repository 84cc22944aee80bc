#pragma once
#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>
#include <functional>

class QLabel;
class QPushButton;

namespace edgelift::wizard {

/// "Contacting …" with the seconds that passed, after three of them, and Stop. Hidden unless something is waited for.
class WaitLine final : public QWidget
{
    Q_OBJECT
public:
    explicit WaitLine(QWidget *parent = nullptr);

    void begin(const std::function<QString()> &text, bool stoppable = true); ///< does nothing while it runs
    void end();
    void retranslate(); ///< called by the page

Q_SIGNALS:
    void stopped();

private:
    std::function<QString()> m_words;
    QLabel *m_text;
    QLabel *m_seconds;
    QPushButton *m_stop;
    QElapsedTimer m_since;
    QTimer m_second;
};

}
