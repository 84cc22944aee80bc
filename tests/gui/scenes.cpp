#include "tests/gui/scenes.h"

#include <algorithm>

namespace edgelift::test {

QList<Scene> largeScenes()
{
    static constexpr std::pair<const char *, const char *> names[] = {{"welcome-open", "large-welcome"},
        {"checks-problems", "large-checks"}, {"connect-error", "large-connect"}, {"prepare-questions", "large-prepare"},
        {"settings-more", "large-settings"}, {"disks-error", "large-disks"}, {"review-problems", "large-review"},
        {"migration-running", "large-migration"}};
    const QList<Scene> all = setupScenes() + planScenes() + jobScenes();
    QList<Scene> out;
    for (const auto &[name, large] : names) {
        const auto scene = std::find_if(
            all.begin(), all.end(), [name = name](const Scene &each) { return QLatin1String(each.name) == QLatin1String(name); });
        if (scene == all.end())
            qFatal("no scene %s", name);
        out.append({large,
            [play = scene->play](Stage &stage) {
                play(stage);
                stage.enlargeText();
            },
            scene->before});
    }
    return out;
}

QList<Scene> scenes() { return setupScenes() + planScenes() + jobScenes() + largeScenes(); }

}
