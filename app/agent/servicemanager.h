#pragma once
#include <QByteArray>

namespace edgelift {

/// Tells systemd how we are (sd_notify(3): "READY=1", "STOPPING=1"), when it started us with Type=notify; otherwise does nothing.
void tellServiceManager(const QByteArray &state);

}
