#pragma once
#include "core/agent/jobmanager.h"

#include <thread>

namespace edgelift {

// Private to jobmanager.cpp, jobcontrol.cpp, jobboot.cpp and jobqueries.cpp.

inline bool isAtItsEnd(JobState state) { return state == JobState::Finished || state == JobState::Cancelled; }

struct JobManager::Slot
{
    std::shared_ptr<EngineJob> job;
    std::shared_ptr<const Source> source; ///< the job refers to it; none when it is only cleaned up
    QString id;
    std::stop_source stopRun;
    std::stop_source stopCancel;
    bool cancel = false; ///< asked while it ran
    bool active = true;
    bool hasImage = false; ///< it has finished, and its image lies on this machine
    std::jthread thread; ///< last: it ends before what it uses; its own stop ends the test boot
};

struct JobManager::History
{
    QList<QPair<QString, QJsonObject>> told; ///< of one run, without progress: a few dozen
    QJsonObject progress; ///< the last one
    QList<std::weak_ptr<EventOutlet>> outlets;
};

}
