#pragma once
#include "core/layout/livefacts.h"

#include <QJsonObject>

namespace edgelift {

class FactsReader;

/// The part "live" of a server's facts.
[[nodiscard]] QJsonObject toJson(const LiveFacts &facts);
[[nodiscard]] LiveFacts readLive(FactsReader in);

}
