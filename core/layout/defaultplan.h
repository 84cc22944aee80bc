#pragma once
#include "core/layout/planrules.h"

namespace edgelift {

/// The plan for a server as it stands: every disk with its mount targets, block replication, sizes of the source (R93; rounded up
/// to whole GiB, the system disk at least 20 and at most 2048 GiB), and what its administrator excludes (LiveFacts::excludes). Valid as it
/// is, unless the server itself breaks a limit. `region` is where the image is kept and made; its transit bucket is the one a fresh
/// simulated cloud has there.
[[nodiscard]] Plan defaultPlan(const ServerFacts &facts, const QString &region = QStringLiteral("cn-beijing"));

/// `text` made legal by S1: illegal characters become "-", a letter goes in front when there is none. Never empty.
[[nodiscard]] QString legalName(const QString &text);

/// May this volume be chosen in a plan? Filesystems are; swap, LVM physical volumes, md members, encrypted and unknown regions
/// travel with the disk they are on.
[[nodiscard]] bool isMountTarget(const VolumeFacts &volume);

}
