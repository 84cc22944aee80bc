#include "core/receiver/targetstate.h"
#include "fuzztarget.h"

#include <QDir>

using namespace edgelift;
using namespace edgelift::fuzz;
using receiver::TargetState;

/// The receiver's state folder: target.json, then (after a line with %) the map of each of its disks.
FUZZ_TARGET(targetstate)
{
    Reader reader(input);
    QDir folder(scratchFolder());
    for (const QString &name : folder.entryList({QStringLiteral("*.map")}, QDir::Files))
        folder.remove(name);
    scratchFile("target.json", reader.takeText());
    TargetState state(folder.path(), QStringLiteral("j-1"));
    if (!state.load() || !state.binding())
        return;
    const wire::PrepareParams bound = *state.binding();
    expect(bound.epoch != 0 && !bound.disks.isEmpty(), "a binding has an epoch and disks");
    for (const wire::PrepareDisk &disk : bound.disks) {
        expect(disk.sourceSize <= disk.size && !disk.serial.contains(QLatin1Char('/')), "disks are inside their targets and named safely");
        const QByteArray name = "written-" + QByteArray::number(bound.epoch) + '-' + QByteArray::number(disk.index) + ".map";
        scratchFile(name.constData(), reader.rest());
        if (const auto map = state.openMap(disk))
            expect((*map)->extents() == disk.size.count / wire::extentSize + (disk.size.count % wire::extentSize != 0),
                "a map is of its disk");
    }
    expect(bool(state.acceptable(bound, true)), "resuming is always allowed");
    wire::PrepareParams other = bound;
    other.epoch = bound.epoch == 1 ? 2 : 1;
    other.replace = false;
    expect(!state.acceptable(other, true), "data of another epoch is never given up unasked");
}
