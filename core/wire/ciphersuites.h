#pragma once
#include <QByteArray>

namespace edgelift::wire {

/// How fast this machine seals with one thread; bytes a second.
struct SealingSpeed
{
    double aes128Gcm = 0;
    double chacha20 = 0;
};
/// Measured with a little data, some milliseconds even where a processor has no instructions for it. Once a process is enough.
[[nodiscard]] SealingSpeed measureSealing();
/// The suites of TLS 1.3, the fastest first, as OpenSSL wants them. Sealing is a good part of the work on the hot path: AES-128-GCM wins
/// where the processor has instructions for it (and 256 bits cost a third more), ChaCha20 where it has none or they are emulated. The end
/// that connects decides, which is the source: the other one has a current processor.
[[nodiscard]] QByteArray cipherSuites(const SealingSpeed &speed);

}
