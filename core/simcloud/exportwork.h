#pragma once
#include <QJsonObject>
#include <QStringList>

namespace edgelift {

class World;

/// "raw", "vhd", "qcow2", "vmdk", "vdi".
[[nodiscard]] QStringList exportFormats();
/// Starts the work of an export task on the pool: packs or converts each disk into the bucket; the task then becomes Finished, or Failed
/// with a reason. A cancelled task's objects are removed again. Ends without a trace when the service stops: begun anew by the next start.
void startExport(World &world, const QJsonObject &task);

}
