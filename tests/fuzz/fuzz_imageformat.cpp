#include "core/source/imageformat.h"
#include "fuzztarget.h"

using namespace edgelift;
using namespace edgelift::fuzz;

/// The start of a disk image; its last 512 bytes are those of the input.
FUZZ_TARGET(imageformat)
{
    const QByteArray start = input.toByteArray();
    (void)imageFormatName(start, start.right(512));
    const Result<Qcow2Header> header = parseQcow2(start);
    expect(!header || header->size.count <= 1ULL << 62, "a disk has a possible size");
}
