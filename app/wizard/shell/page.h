#pragma once
#include "app/wizard/shell/message.h"

#include <QList>
#include <QPointer>
#include <QWidget>

namespace edgelift::wizard {

class Session;

/// In the order a person meets them. Resume stands before Welcome when there is something to go on with; Finish is the end of Migration.
enum class PageId : quint8 { Resume, Welcome, Checks, Connect, Prepare, Settings, Disks, Review, Migration, Finish };

/// Something to do before Next is possible: shown as a link that focuses the field.
struct ToDo
{
    QString text;
    QPointer<QWidget> field; ///< null: nothing to focus
};

/// One step of the wizard. Shows the Session and passes gestures on; decides nothing. The shell puts it into a scroll area, asks it
/// for its title, what is missing and its buttons, and asks again after changed().
class Page : public QWidget
{
    Q_OBJECT
public:
    explicit Page(Session &session, QWidget *parent = nullptr);

    [[nodiscard]] virtual QString title() const = 0; ///< "Disks and mount targets": in the step list as well when stepName() is empty
    [[nodiscard]] virtual QString stepName() const { return title(); } ///< short, for the step list
    [[nodiscard]] virtual QString subtitle() const { return {}; } ///< one sentence below the title; may be empty
    [[nodiscard]] virtual QString help() const { return {}; } ///< what F1 shows: a few paragraphs of plain text

    [[nodiscard]] virtual QList<ToDo> toDo() const { return {}; } ///< empty: Next is enabled
    [[nodiscard]] virtual bool hasNext() const { return true; } ///< false: no Next button at all
    [[nodiscard]] virtual QString nextText() const { return {}; } ///< with mnemonic; empty: "Next"
    [[nodiscard]] virtual bool canGoBack() const { return true; }

    virtual void enter() { } ///< it is shown now; called again whenever it comes back
    virtual void leave() { } ///< another page will be shown
    virtual void setLowBandwidth(bool on) { Q_UNUSED(on) } ///< on: what changes by itself is shown every five seconds at most
    /// Next was chosen, and toDo() is empty. Ends in finished(), now or later, or in message().
    virtual void next() { Q_EMIT finished(); }
    [[nodiscard]] virtual QWidget *firstField() const { return nullptr; } ///< gets the focus on entering; null: the first that takes it

Q_SIGNALS:
    void changed(); ///< title, what is missing, or buttons
    void finished(); ///< go on to the following page
    void jump(edgelift::wizard::PageId to);
    void message(const edgelift::wizard::Message &message); ///< shown above the page until it is closed, replaced or the page left
    void messageGone(); ///< what message() said is no longer true

protected:
    /// Sets every text, accessible name and tool tip of the page. Called by the page's own constructor and after a language change.
    virtual void retranslate() = 0;
    void changeEvent(QEvent *event) override;

    Session &m_session;
};

}
