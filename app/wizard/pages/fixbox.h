#pragma once
#include "core/agent/clientvalues.h"
#include "core/base/result.h"

#include <QWidget>

namespace edgelift::wizard {

class AskPanel;
class Session;
class WaitLine;

/// Mends what a check found: says what would be done, does it when that is wanted, and shows that it is being done.
class FixBox final : public QWidget
{
    Q_OBJECT
public:
    explicit FixBox(Session &session, QWidget *parent = nullptr);

    void ask(const QString &prompt); ///< one of Session::prompts(); does nothing while isBusy()
    void carryOut(); ///< what was asked last, without asking
    [[nodiscard]] bool isBusy() const { return m_busy; }
    void retranslate();

Q_SIGNALS:
    void kept(); ///< nothing is to be done
    void started(); ///< isBusy() from now on
    void done(); ///< no longer; the checks may say something else now
    void failed(const edgelift::Error &error); ///< no longer either

private:
    void ended(const Result<QJsonObject> &reply);

    Session &m_session;
    PromptInfo m_prompt; ///< asked about last
    bool m_busy = false;
    AskPanel *m_question;
    WaitLine *m_wait;
};

}
