#pragma once
#include "core/layout/serverfacts.h"
#include "core/guest/guesttree.h"

#include <stop_token>

namespace edgelift {

/// True when the tree is the root of a Linux system: an fstab, a file that names the distribution, and programs.
[[nodiscard]] bool isLinuxRoot(const GuestTree &tree);
/// Everything OsFacts holds, out of a tree with /usr and /boot mounted where the guest has them. `notes` gets what could not be read.
[[nodiscard]] OsFacts inspectOs(const GuestTree &tree, QStringList &notes, const std::stop_token &stop);
/// The kernels below /boot with what their initramfs brings. Part of inspectOs().
[[nodiscard]] QList<KernelFacts> inspectKernels(const GuestTree &tree, QStringList &notes, const std::stop_token &stop);
/// KEY=value files such as os-release and selinux/config: the value without quotes; empty when it is not there.
[[nodiscard]] QString shellValue(const QByteArray &content, const QByteArray &key);
/// "x86_64" and the like by an ELF header; empty when `start` is none.
[[nodiscard]] QString elfArchitecture(const QByteArray &start);

}
