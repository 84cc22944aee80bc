#pragma once
#include "tests/gui/stage.h"

namespace edgelift::test {

/// One picture: a page in one of its states.
struct Scene
{
    const char *name; ///< "disks-error": page and state
    std::function<void(Stage &)> play;
    Stage::Prepare before = {};
};
[[nodiscard]] QList<Scene> scenes(); ///< all of them, in the order of the pages

// parts of the above
[[nodiscard]] QList<Scene> setupScenes(); ///< Resume to Prepare
[[nodiscard]] QList<Scene> planScenes(); ///< Settings, Disks and Review
[[nodiscard]] QList<Scene> jobScenes(); ///< Migration and Finish
[[nodiscard]] QList<Scene> largeScenes(); ///< some of the others, with text of twice its size

}
