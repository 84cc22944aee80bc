#include "core/simcloud/imagefiles.h"

#include "core/base/process.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

namespace edgelift {

Error unsuitableImage(const QString &path, const QString &why)
{
    return {ErrorCode::ImageFormatUnsupported, Retry::Never, {path}, path + QStringLiteral(": ") + why};
}

Result<> convertImage(
    const QString &from, const QString &fromFormat, const QString &to, const QString &toFormat, const std::stop_token &stop)
{
    Command command;
    command.program = QStringLiteral("qemu-img");
    command.arguments = {QStringLiteral("convert"), QStringLiteral("-f"), fromFormat, QStringLiteral("-O"), toFormat};
    if (toFormat == QLatin1String("vpc")) // otherwise the size is rounded to a CHS geometry
        command.arguments << QStringLiteral("-o") << QStringLiteral("force_size=on");
    command.arguments << from << to;
    command.timeout = std::chrono::hours(12);
    if (const Result<QByteArray> done = runChecked(command, stop); !done)
        return done.error();
    return ok();
}

Result<Bytes> checkImageFile(const QString &path, const QString &format, Bytes limit)
{
    Command command;
    command.program = QStringLiteral("qemu-img");
    command.arguments = {QStringLiteral("info"), QStringLiteral("--output=json"), QStringLiteral("-f"), format, path};
    const Result<QByteArray> output = runChecked(command);
    if (!output && output.error().code == ErrorCode::ToolMissing)
        return output.error();
    if (!output)
        return unsuitableImage(path, QStringLiteral("is not a %1 image").arg(format));
    const QJsonObject facts = QJsonDocument::fromJson(*output).object();
    const QJsonObject specific = facts.value(QLatin1String("format-specific")).toObject().value(QLatin1String("data")).toObject();
    if (facts.contains(QLatin1String("backing-filename")) || facts.contains(QLatin1String("full-backing-filename"))
        || specific.contains(QLatin1String("data-file")))
        return unsuitableImage(path, QStringLiteral("refers to another file"));
    if (facts.value(QLatin1String("encrypted")).toBool())
        return unsuitableImage(path, QStringLiteral("is encrypted"));
    const auto size = quint64(facts.value(QLatin1String("virtual-size")).toInteger());
    if (size == 0 || size > limit.count)
        return unsuitableImage(path, QStringLiteral("its disk has %1 bytes, allowed are 1 to %2").arg(size).arg(limit.count));
    return Bytes{size};
}

ImageLook lookAt(const QString &path)
{
    QFile file(path);
    const QByteArray start = file.open(QIODevice::ReadOnly) ? file.read(4) : QByteArray();
    if (start.startsWith(QByteArray("\x1f\x8b", 2)))
        return ImageLook::Gzip;
    return start == QByteArray("QFI\xfb", 4) ? ImageLook::Qcow2 : ImageLook::Other;
}

}
