#pragma once

namespace edgelift::test {

/// A mount table of this process's own, with an empty /run: what trackers keep there is not this machine's. False: not allowed.
[[nodiscard]] bool ownRun();

/// Whether the kernel gives its traces to anybody: not when it is locked down (kernel_lockdown(7)), as with Secure Boot. Tests of the
/// backend "blktrace" have other rows then; package/trackers runs them where it works.
[[nodiscard]] bool givesTraces();

}
