#include "core/agent/bootcheckinfo.h"

#include "core/agent/clientvalues.h"

#include <algorithm>

namespace edgelift {

BootCheckInfo bootCheckInfo(const QJsonObject &event)
{
    BootCheckInfo out;
    out.running = event.value(QLatin1String("running")).toBool();
    if (const QJsonValue error = event.value(QLatin1String("error")); error.isObject())
        out.error = errorInfo(error.toObject());
    const QJsonValue result = event.value(QLatin1String("bootCheck"));
    if (!result.isObject())
        return out;
    const QJsonObject boot = result.toObject();
    out.ended = true;
    out.works = boot.value(QLatin1String("works")).toBool();
    out.reached = boot.value(QLatin1String("reached")).toString();
    out.address = boot.value(QLatin1String("address")).toString();
    out.seconds = std::max<qint64>(boot.value(QLatin1String("seconds")).toInteger(), 0);
    return out;
}

}
