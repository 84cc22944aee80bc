#pragma once
#include "core/receiver/bootfix/guest.h"

namespace edgelift::bootfix {

/// True when one of the units starts with the system: linked into a target's .wants, or by the old start links. ".service" may be left out.
[[nodiscard]] bool isEnabled(const Guest &guest, const QStringList &units);
/// The links that start `unit` (a full name), in /etc.
[[nodiscard]] QStringList startLinks(const Guest &guest, const QString &unit);

}
