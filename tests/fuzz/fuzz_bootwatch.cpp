#include "core/testboot/bootwatch.h"
#include "fuzztarget.h"

using namespace edgelift;
using namespace edgelift::fuzz;

/// What a machine under test says: on its console, and on its network.
FUZZ_TARGET(bootwatch)
{
    const QByteArray bytes = input.toByteArray();
    testboot::ConsoleWatch watch;
    for (qsizetype at = 0; at < bytes.size(); at += 1000)
        watch.take(bytes.mid(at, 1000));
    const testboot::NetworkSigns signs = testboot::networkSigns(bytes, QStringLiteral("52:54:00:ed:6e:01"));
    expect(signs.address.isEmpty() || signs.address.count(QLatin1Char('.')) == 3, "an address has four numbers");
}
