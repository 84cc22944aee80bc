#include "app/ctl/exitcodes.h"

namespace edgelift::ctl {

int exitCodeFor(const Error &error)
{
    if (error.code == ErrorCode::Internal)
        return exitInternal;
    if (error.code == ErrorCode::UsageWrong || error.code == ErrorCode::RequestMalformed)
        return exitUsage;
    if (error.code == ErrorCode::AgentUnreachable || error.code == ErrorCode::AgentVersion || error.code == ErrorCode::PermissionDenied)
        return exitNoAgent;
    return exitRefused;
}

int exitCodeForEvent(const QJsonObject &event)
{
    if (event.value(QLatin1String("refused")).toBool())
        return exitRefused;
    if (event.value(QLatin1String("name")).toString() == QLatin1String("Internal"))
        return exitInternal;
    return event.value(QLatin1String("retry")).toString() == QLatin1String("never") ? exitFailedForGood : exitFailed;
}

}
