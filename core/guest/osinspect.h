#pragma once
#include "core/guest/guesttree.h"
#include "core/layout/serverfacts.h"

#include <QSet>
#include <stop_token>

namespace edgelift {

/// True when the tree is the root of a Linux system: an fstab, a file that names the distribution, and programs.
[[nodiscard]] bool isLinuxRoot(const GuestTree &tree);
/// Everything OsFacts holds, out of a tree with /usr and /boot mounted where the guest has them. `notes` gets what could not be read.
[[nodiscard]] OsFacts inspectOs(const GuestTree &tree, QStringList &notes, const std::stop_token &stop);
/// The kernels below /boot with what their initramfs brings. Part of inspectOs().
[[nodiscard]] QList<KernelFacts> inspectKernels(const GuestTree &tree, QStringList &notes, const std::stop_token &stop);
/// Modules that are part of the kernel: by modules.builtin, and what its configuration says of virtio. Bare names as in initramfsModules().
[[nodiscard]] QSet<QString> builtInModules(const GuestTree &tree, const QString &version);
/// Modules that the kernel can load, by modules.dep.
[[nodiscard]] QSet<QString> loadableModules(const GuestTree &tree, const QString &version);
/// KEY=value files such as os-release and selinux/config: the value without quotes; empty when it is not there.
[[nodiscard]] QString shellValue(const QByteArray &content, const QByteArray &key);
/// "x86_64" and the like by an ELF header; empty when `start` is none.
[[nodiscard]] QString elfArchitecture(const QByteArray &start);

}
