#include "core/migrate/userdata.h"
#include "core/receiver/receiverconfig.h"
#include "fuzztarget.h"

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

/// Between the marks of the here-document, as sh would read it.
QByteArray configIn(const QByteArray &script)
{
    const QByteArray begin = "<<'EDGELIFT_END_OF_CONFIG'\n";
    const qsizetype from = script.indexOf(begin) + begin.size();
    return script.mid(from, script.indexOf("\nEDGELIFT_END_OF_CONFIG\n", from) - from);
}

qsizetype quotes(QByteArrayView text) { return text.count('\''); }

}

/// receiver.json, then (after lines with %) the address of the bundle: read as the receiver does, and packed into user data.
FUZZ_TARGET(receiverconfig)
{
    Reader reader(input);
    const QByteArray config = reader.takeText().toByteArray();
    const auto read = receiver::readConfig(scratchFile("receiver.json", config));
    if (read) {
        expect(!read->job.isEmpty() && read->peerPin.size() == 64, "a configuration names its job and its peer");
        expect(read->stateDir.startsWith(QLatin1Char('/')) && read->deviceDir.startsWith(QLatin1Char('/')), "paths are absolute");
    }
    ReceiverSetup setup{QStringLiteral("j-1"), Secret(config), {}, QByteArray(64, 'a'), {}};
    const Result<Secret> bare = userDataScript({QStringLiteral("j-1"), Secret("{}"), {}, QByteArray(64, 'a'), {}});
    setup.bundle = QUrl::fromEncoded(reader.takeText().toByteArray());
    const Result<Secret> script = userDataScript(setup);
    if (!script)
        return;
    const QByteArray text = script->reveal();
    const QByteArray carried = configIn(text);
    expect(text.size() <= userDataLimit && carried == config.trimmed(), "user data carries exactly the configuration");
    expect(quotes(text) - quotes(carried) == quotes(bare->reveal()), "nothing ends a quotation of the script");
}
