#pragma once
#include "core/base/result.h"

#include <QJsonArray>
#include <QJsonObject>
#include <stop_token>

namespace edgelift {

class World;

[[nodiscard]] QString ensImageFolder(World &world, const QString &imageId); ///< DIR/ens/images/<imageId>
/// Fetches and unpacks the disks of an image record ("id", "name", "regionId", "format", "sources") into its folder and writes image.json.
/// Built beside and renamed in at the end: the folder is complete or not there. Readable by everybody who reaches it.
/// Returns image.json's "disks". Errors: ResourceMissing (an object is gone), those of imagefiles.h.
[[nodiscard]] Result<QJsonArray> makeEnsImageFolder(World &world, const QJsonObject &image, const std::stop_token &stop);
void removeEnsImageFolder(World &world, const QString &imageId); ///< absent is fine

}
