#pragma once
#include "app/wizard/wizard.h"
#include "tests/gui/fakeagent.h"

#include <functional>
#include <memory>

namespace edgelift::test {

/// The wizard in front of an agent that says what a scene needs.
class Stage
{
public:
    explicit Stage(const QString &language);

    [[nodiscard]] wizard::Wizard &program() { return *m_program; }
    [[nodiscard]] wizard::MainWindow &window() { return m_program->window(); }
    [[nodiscard]] FakeAgent &agent() { return m_agent; }
    /// Everything a page needs to be filled: the server, the account, an imported source.
    void fill();
    void settle(); ///< until nothing happens any more
    template <class T>
    [[nodiscard]] T *find(const char *name)
    {
        for (T *each : window().findChildren<T *>(QLatin1String(name))) {
            if (each->isVisible())
                return each;
        }
        return nullptr;
    }
    void click(const char *name);
    void type(const char *name, const QString &text);

private:
    FakeAgent m_agent;
    QTemporaryDir m_state;
    std::unique_ptr<wizard::Wizard> m_program;
};

/// One picture: a page in one of its states.
struct Scene
{
    const char *name; ///< "disks-error": page and state
    std::function<void(Stage &)> play;
};
[[nodiscard]] const QList<Scene> &scenes();

}
