#include "core/wire/negotiation.h"

#include <algorithm>

namespace edgelift::wire {

Result<quint16> negotiate(VersionRange ours, VersionRange theirs)
{
    const quint16 newest = std::min(ours.newest, theirs.newest);
    if (newest < std::max(ours.oldest, theirs.oldest)) {
        const QString range =
            theirs.oldest == theirs.newest ? QString::number(theirs.oldest) : QStringLiteral("%1-%2").arg(theirs.oldest).arg(theirs.newest);
        return Error{ErrorCode::ReceiverVersion, Retry::AfterUserAction, {range}, QStringLiteral("no common protocol version")};
    }
    return newest;
}

}
