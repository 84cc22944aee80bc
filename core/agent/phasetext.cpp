#include "core/agent/clientvalues.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

namespace edgelift {

namespace {

struct Row
{
    const char *name;
    const char *title;
};

/// Phases in their order, as core/migrate names them.
constexpr std::array phases{
    Row{"connect", QT_TRANSLATE_NOOP("Phase", "Connecting")},
    Row{"check", QT_TRANSLATE_NOOP("Phase", "Checking the account")},
    Row{"transit", QT_TRANSLATE_NOOP("Phase", "Making the transit instance")},
    Row{"copy", QT_TRANSLATE_NOOP("Phase", "Copying the disks")},
    Row{"finalize", QT_TRANSLATE_NOOP("Phase", "Finishing the disks")},
    Row{"snapshot", QT_TRANSLATE_NOOP("Phase", "Taking snapshots")},
    Row{"image", QT_TRANSLATE_NOOP("Phase", "Making the ECS image")},
    Row{"export", QT_TRANSLATE_NOOP("Phase", "Exporting the image to the bucket")},
    Row{"import", QT_TRANSLATE_NOOP("Phase", "Importing the image into ENS")},
    Row{"cleanup", QT_TRANSLATE_NOOP("Phase", "Cleaning up")},
    Row{"done", QT_TRANSLATE_NOOP("Phase", "Done")},
};

/// States of a job in the service's own words (ux.md R124, S9).
constexpr std::array states{
    Row{"Ready", QT_TRANSLATE_NOOP("JobState", "Waiting")},
    Row{"Running", QT_TRANSLATE_NOOP("JobState", "Running")},
    Row{"Stopped", QT_TRANSLATE_NOOP("JobState", "Paused")},
    Row{"InError", QT_TRANSLATE_NOOP("JobState", "Error")},
    Row{"Finished", QT_TRANSLATE_NOOP("JobState", "Completed")},
    Row{"Cancelled", QT_TRANSLATE_NOOP("JobState", "Cancelled")},
};

template <size_t n>
QString title(const std::array<Row, n> &rows, const char *context, const QString &name)
{
    const auto found = std::find_if(rows.begin(), rows.end(), [&name](const Row &row) { return name == QLatin1String(row.name); });
    return found == rows.end() ? name : QCoreApplication::translate(context, found->title);
}

}

QString phaseTitle(const QString &phase) { return title(phases, "Phase", phase); }
QString stateTitle(const QString &state) { return title(states, "JobState", state); }

QStringList phaseNames()
{
    QStringList out;
    for (const Row &row : phases)
        out.append(QLatin1String(row.name));
    return out;
}

}
