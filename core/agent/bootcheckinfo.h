#pragma once
#include "core/base/error.h"

#include <QJsonObject>
#include <optional>

namespace edgelift {

/// The last "bootCheck" event of a job, for clients: how far its image came in the test boot.
struct BootCheckInfo
{
    bool running = false;
    bool ended = false; ///< what follows counts
    bool works = false; ///< a login prompt was seen, and the machine answered on its network
    QString reached; ///< "nothing", "loader", "kernel", "root", "login", "network"
    QString address; ///< by DHCP; empty: none
    qint64 seconds = 0;
    std::optional<Error> error; ///< why there was none
};
[[nodiscard]] BootCheckInfo bootCheckInfo(const QJsonObject &event);

}
