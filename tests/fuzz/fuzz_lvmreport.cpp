#include "core/source/lvmreport.h"
#include "fuzztarget.h"

using namespace edgelift;
using namespace edgelift::fuzz;

/// Two reports of lvm2, with a line with % between them.
FUZZ_TARGET(lvmreport)
{
    Reader reader(input);
    const QByteArray physical = reader.takeText().toByteArray();
    const Result<LvmReport> report = parseLvmReport(physical, reader.takeText().toByteArray());
    if (!report)
        return;
    for (const LvmReport::Logical &logical : report->logical) {
        quint64 length = 0;
        for (const LvmReport::Segment &segment : logical.segments) {
            expect(segment.device.startsWith(QLatin1String("/dev/")) && segment.length.count > 0, "a segment lies somewhere");
            expect(length + segment.length.count > length, "segments do not wrap around");
            length += segment.length.count;
        }
        expect(logical.segments.isEmpty() || length == logical.size.count, "segments are the whole volume or none");
        expect(!logical.plain || !logical.segments.isEmpty() || logical.size.count == 0, "a plain volume has segments");
    }
}
