#include "core/receiver/targetdisks.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

namespace edgelift::receiver {

namespace {

/// Serials come from the network and become part of a path.
bool plausible(const QString &serial)
{
    static const QRegularExpression form(QStringLiteral("\\A(?!\\.)[A-Za-z0-9._-]{1,64}\\z"));
    return form.match(serial).hasMatch();
}

QString shownSerial(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromLatin1(file.read(128)).trimmed() : QString();
}

}

AttachedDisks::AttachedDisks(QString deviceDir, QString sysBlock)
    : m_deviceDir(std::move(deviceDir))
    , m_sysBlock(std::move(sysBlock))
{
}

QString AttachedDisks::find(const QString &serial) const
{
    const QFileInfo byName(m_deviceDir + QLatin1String("/virtio-") + serial);
    if (byName.exists())
        return byName.canonicalFilePath();
    const QStringList names = QDir(m_sysBlock).entryList(QDir::AllEntries | QDir::NoDotAndDotDot);
    for (const QString &name : names) {
        const QString folder = m_sysBlock + QLatin1Char('/') + name;
        if (shownSerial(folder + QLatin1String("/serial")) == serial || shownSerial(folder + QLatin1String("/device/serial")) == serial)
            return QLatin1String("/dev/") + name;
    }
    return {};
}

Result<std::unique_ptr<Medium>> AttachedDisks::open(const QString &serial)
{
    const QString path = plausible(serial) ? find(serial) : QString();
    if (path.isEmpty())
        return Error{ErrorCode::TargetDiskMissing, Retry::AfterWait, {serial},
            QStringLiteral("no virtio-<serial> in %1 and no such serial in %2").arg(m_deviceDir, m_sysBlock)};
    return DiskMedium::open(path, serial);
}

}
