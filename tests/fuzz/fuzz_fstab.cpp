#include "core/guest/fstab.h"
#include "fuzztarget.h"

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

VolumeFacts volume(const char *id, VolumeFacts::Kind kind, const char *uuid, int number)
{
    VolumeFacts made;
    made.id = QLatin1String(id);
    made.kind = kind;
    made.disk = QStringLiteral("d0");
    made.uuid = QLatin1String(uuid);
    made.label = QStringLiteral("a b");
    made.number = number;
    return made;
}

}

FUZZ_TARGET(fstab)
{
    static const QList<VolumeFacts> volumes{volume("d0/p1", VolumeFacts::Kind::Partition, "1234-ABCD", 1),
        volume("vg-0/root", VolumeFacts::Kind::LogicalVolume, "u-2", 0), volume("d0/whole", VolumeFacts::Kind::WholeDisk, "", 0)};
    static const VolumeNamesById names{{QStringLiteral("d0/p1"), {QStringLiteral("p-1"), QStringLiteral("root part")}}};
    const QList<FstabEntry> entries = parseFstab(input.toByteArray());
    expect(entries.size() <= 1000, "the number of entries is bounded");
    for (const FstabEntry &entry : entries) {
        const VolumeFacts *found = resolveSpec(entry.spec, volumes, names, {QStringLiteral("d0"), QStringLiteral("d1")});
        expect(!found || (found >= volumes.data() && found < volumes.data() + volumes.size()), "a volume that was found is one of those");
        (void)isKernelDeviceName(entry.spec);
        (void)subvolumeOption(entry.options);
    }
}
