#pragma once
#include "core/base/result.h"
#include "core/layout/serverfacts.h"

#include <QJsonObject>

namespace edgelift {

/// ServerFacts as JSON and back: what `inspect --json` prints and what the agent's clients read. Sizes are whole numbers of bytes.
/// Every fact survives the round trip; a key that is missing is the empty value of its fact.
[[nodiscard]] QJsonObject toJson(const ServerFacts &facts);
/// Trusts nothing: sizes and offsets must be whole numbers from 0 up, names of kinds must be known. Error: RequestMalformed, args: where.
[[nodiscard]] Result<ServerFacts> serverFactsFromJson(const QJsonObject &object);

/// "ext4", "lvm-pv", …: stable names for JSON and for people.
[[nodiscard]] QString fsName(FsType type);
[[nodiscard]] QString tableName(TableType type);
[[nodiscard]] QString bootModeName(BootMode mode);

}
