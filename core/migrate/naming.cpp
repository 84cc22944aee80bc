#include "core/migrate/naming.h"

#include "core/layout/defaultplan.h"

#include <QCryptographicHash>
#include <QHash>

namespace edgelift::naming {

namespace {

constexpr qsizetype imageNameMost = 128;

QString timeStamp(const QDateTime &time) { return time.toUTC().toString(QStringLiteral("yyyyMMddHHmmss")); }

}

QString imageName(const QString &prefix, const QDateTime &created)
{
    const QString stamp = QLatin1Char('-') + timeStamp(created);
    const QString legal = legalName(prefix.isEmpty() ? QStringLiteral("edgelift") : prefix);
    return legal.left(imageNameMost - stamp.size()) + stamp;
}

QMap<QString, QString> jobTags(const QString &jobId) { return {{QLatin1String(jobTag), jobId}}; }

QMap<QString, QString> tags(const Plan &plan, const QString &jobId)
{
    QMap<QString, QString> out = plan.job.tags;
    out.insert(jobTags(jobId));
    return out;
}

QString resourceName(const QString &jobId, const QString &part) { return QLatin1String("edgelift-") + jobId + QLatin1Char('-') + part; }

QString exportPrefix(const QString &jobId)
{
    QString out = QStringLiteral("edgelift");
    for (const QChar c : jobId) {
        if (c.isLetterOrNumber() && out.size() < 30)
            out += c;
    }
    return out;
}

QString bundleKey(const QByteArray &sha256Hex)
{
    return QLatin1String("edgelift/receiver-") + QLatin1String(sha256Hex) + QLatin1String(".tar.gz");
}

QString machineId(const ServerFacts &facts)
{
    QStringList ids;
    for (const DiskFacts &disk : facts.disks)
        ids.append(disk.id);
    ids.sort(); // the order images are named in does not make another server
    const QByteArray text = facts.os.hostName.toUtf8() + '\n' + ids.join(QLatin1Char('\n')).toUtf8();
    return QString::fromLatin1(QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex().left(32));
}

QString sourceId(const QString &machineId) { return QLatin1String("s-") + machineId.left(20); }

QString ecsPlatform(const OsFacts &os)
{
    static const QHash<QString, QString> known{{QStringLiteral("debian"), QStringLiteral("Debian")},
        {QStringLiteral("ubuntu"), QStringLiteral("Ubuntu")}, {QStringLiteral("centos"), QStringLiteral("CentOS")},
        {QStringLiteral("rhel"), QStringLiteral("RedHat")}, {QStringLiteral("almalinux"), QStringLiteral("AlmaLinux")},
        {QStringLiteral("rocky"), QStringLiteral("Rocky Linux")}, {QStringLiteral("fedora"), QStringLiteral("Fedora")},
        {QStringLiteral("sles"), QStringLiteral("SUSE")}, {QStringLiteral("opensuse-leap"), QStringLiteral("OpenSUSE")},
        {QStringLiteral("opensuse-tumbleweed"), QStringLiteral("OpenSUSE")}, {QStringLiteral("opensuse"), QStringLiteral("OpenSUSE")},
        {QStringLiteral("alinux"), QStringLiteral("Aliyun")}, {QStringLiteral("anolis"), QStringLiteral("Anolis")},
        {QStringLiteral("gentoo"), QStringLiteral("Gentoo")}, {QStringLiteral("kylin"), QStringLiteral("Kylin")},
        {QStringLiteral("uos"), QStringLiteral("UOS")}};
    return known.value(os.id, QStringLiteral("Others Linux"));
}

QString ensPlatform(const OsFacts &os)
{
    static const QHash<QString, QString> known{{QStringLiteral("debian"), QStringLiteral("debian")},
        {QStringLiteral("ubuntu"), QStringLiteral("ubuntu")}, {QStringLiteral("centos"), QStringLiteral("centos")},
        {QStringLiteral("rhel"), QStringLiteral("rhel")}, {QStringLiteral("almalinux"), QStringLiteral("centos")},
        {QStringLiteral("rocky"), QStringLiteral("centos")}, {QStringLiteral("fedora"), QStringLiteral("centos")},
        {QStringLiteral("anolis"), QStringLiteral("centos")}, {QStringLiteral("alinux"), QStringLiteral("alios")}};
    return known.value(os.id, QStringLiteral("ubuntu"));
}

}
