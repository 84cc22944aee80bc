#pragma once
#include "core/base/result.h"
#include "core/base/secret.h"

#include <QByteArray>
#include <QString>
#include <QUrl>

namespace edgelift {

/// What the transit instance needs to become the receiver of one job.
struct ReceiverSetup
{
    QString jobId;
    Secret config; ///< receiver.json (with the receiver's private key), one line of JSON
    QUrl bundle; ///< pre-signed: who has it may read that one object until it expires
    QByteArray bundleSha256; ///< lower-case hex
    QString root; ///< every path on the instance is below it; empty: the instance's own root. For tests.
};

/// The instance's user data: a POSIX sh script that needs curl, wget or python3, plus tar, gzip and sha256sum. It tells what it does
/// on the console, retries the download for ten minutes and may be run again. Error: Internal when it is over 32 KiB.
[[nodiscard]] Result<Secret> userDataScript(const ReceiverSetup &setup);

inline constexpr qsizetype userDataLimit = 32 << 10; ///< ECS RunInstances, before base64 (alibaba.md 2.2)

}
