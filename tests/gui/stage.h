#pragma once
#include "app/wizard/wizard.h"
#include "tests/gui/fakeagent.h"

#include <QFont>
#include <functional>
#include <future>
#include <memory>

namespace edgelift::test {

/// The wizard in front of an agent that says what a scene needs.
class Stage
{
public:
    /// What is there before the program starts.
    struct Before
    {
        FakeAgent &agent;
        QString &stateDir; ///< may be another one
    };
    using Prepare = std::function<void(const Before &)>;

    /// `language`: see wizard::languages().
    explicit Stage(const QString &language, const Prepare &prepare = {});
    ~Stage();

    [[nodiscard]] wizard::Wizard &program() { return *m_program; }
    [[nodiscard]] wizard::MainWindow &window() { return m_program->window(); }
    [[nodiscard]] wizard::Session &session() { return m_program->session(); }
    [[nodiscard]] FakeAgent &agent() { return m_agent; }

    /// Everything a page needs to be filled: the account, an imported source.
    void fill();
    /// Another server: the agent and the wizard know it from now on.
    void serve(const ServerFacts &facts);
    void go(wizard::PageId page);
    void never(const QString &method); ///< is answered only when this ends
    void enlargeText(); ///< to twice its size, by keys; as long as this lives
    void settle(); ///< until nothing happens any more, here and in the agent; at most five seconds
    void waitFor(const std::function<bool()> &come); ///< at most a minute, then the program ends
    void waitForWidget(const char *name)
    {
        waitFor([this, name] { return find<QWidget>(name) != nullptr; });
    }
    void scrollDown(); ///< to the end of the page
    void click(const char *name);
    void press(const char *name, int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier);
    /// Replaces what is in the field, as a person does, and leaves it.
    void type(const char *name, const QString &text);
    /// The visible widget of this name; null: there is none.
    template <class T>
    [[nodiscard]] T *find(const char *name)
    {
        for (T *each : window().findChildren<T *>(QLatin1String(name))) {
            if (each->isVisible())
                return each;
        }
        return nullptr;
    }

private:
    const QFont m_font;
    std::promise<void> m_end;
    std::shared_future<void> m_ended;
    FakeAgent m_agent;
    QTemporaryDir m_state;
    std::unique_ptr<wizard::Wizard> m_program;
};

/// An activation code that is typed right.
[[nodiscard]] wizard::Credential sampleCode();

}
