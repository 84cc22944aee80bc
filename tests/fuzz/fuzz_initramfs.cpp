#include "core/base/fd.h"
#include "core/guest/initramfs.h"
#include "fuzztarget.h"

#include <sys/mman.h>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::fuzz;

FUZZ_TARGET(initramfs)
{
    const Fd file(::memfd_create("initramfs", MFD_CLOEXEC));
    expect(::write(file.get(), input.data(), size_t(input.size())) == ssize_t(input.size()), "memory can be written");
    const Result<QSet<QString>> modules = initramfsModules(file.get(), QStringLiteral("initrd.img"), {});
    for (const QString &module : modules ? *modules : QSet<QString>())
        expect(!module.isEmpty() && !module.contains(QLatin1Char('/')) && !module.contains(QLatin1Char('-')), "a module is a bare name");
}
