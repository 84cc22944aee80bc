#pragma once
#include "core/base/result.h"
#include "core/layout/targetimage.h"

#include <QJsonObject>

namespace edgelift {

/// TargetImage as JSON and back: the parameters of `build`. Sizes are whole numbers of bytes.
[[nodiscard]] QJsonObject toJson(const TargetImage &image);
/// Trusts nothing: everything lies within its disk, aligned, in order and apart; numbers, names and UUIDs have their form, so that they
/// may be arguments of tools. Error: RequestMalformed, args: where.
[[nodiscard]] Result<TargetImage> targetImageFromJson(const QJsonObject &object);

}
