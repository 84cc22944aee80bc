#include "core/layout/factsjson.h"
#include "fuzztarget.h"

#include <QJsonDocument>

using namespace edgelift;
using namespace edgelift::fuzz;

/// What the agent's clients read about a server.
FUZZ_TARGET(facts)
{
    const Result<ServerFacts> facts = serverFactsFromJson(QJsonDocument::fromJson(input.toByteArray()).object());
    if (!facts)
        return;
    const QJsonObject written = toJson(*facts);
    const Result<ServerFacts> again = serverFactsFromJson(written);
    expect(again && toJson(*again) == written, "facts survive being written and read");
}
