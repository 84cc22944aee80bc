#include "core/migrate/bundle.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>

namespace edgelift {

Result<Bundle> findBundle(const QStringList &paths)
{
    for (const QString &path : paths) {
        if (!QFileInfo(path).isFile())
            continue;
        QFile file(path);
        QCryptographicHash hash(QCryptographicHash::Sha256);
        if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file))
            return Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {path}, file.errorString()};
        return Bundle{path, hash.result().toHex()};
    }
    return Error{
        ErrorCode::BundleMissing, Retry::AfterUserAction, {paths.value(0)}, QStringLiteral("looked in ") + paths.join(QLatin1String(", "))};
}

}
