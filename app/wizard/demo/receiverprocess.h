#pragma once
#include <QtGlobal>

namespace edgelift::wizard {

/// SIGKILL to every receiver that runs in a simulated instance of the service with this process id. False: there was none.
bool killReceivers(qint64 service);

}
