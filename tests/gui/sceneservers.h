#pragma once
#include "core/layout/serverfacts.h"

/// The servers of the scenes.
namespace edgelift::test {

[[nodiscard]] ServerFacts sampleServer(); ///< nothing about it is unusual
[[nodiscard]] ServerFacts manyMounts(); ///< 60 mount points on three disks
[[nodiscard]] ServerFacts hostileServer(); ///< names of 500 characters, with tabs, line breaks, quotes, emoji and marks of direction
[[nodiscard]] ServerFacts unreadyServer(); ///< with warnings and problems of every kind

}
