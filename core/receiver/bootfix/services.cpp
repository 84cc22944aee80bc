#include "core/receiver/bootfix/services.h"

#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

QString fullName(const QString &unit) { return unit.contains(QLatin1Char('.')) ? unit : unit + QStringLiteral(".service"); }

bool hasOldStartLink(const Guest &guest, const QString &unit)
{
    for (const char *folder : {"/etc/rc3.d", "/etc/rc2.d", "/etc/rc.d/rc3.d", "/etc/init.d/rc3.d"}) {
        for (const QString &name : guest.names(QLatin1String(folder))) {
            static const QRegularExpression start(QStringLiteral("^S\\d\\d(.+)$"));
            if (start.match(name).captured(1) == unit)
                return true;
        }
    }
    return false;
}

}

QStringList startLinks(const Guest &guest, const QString &unit)
{
    QStringList links;
    const auto folder = QStringLiteral("/etc/systemd/system");
    for (const QString &name : guest.names(folder)) {
        if (!name.endsWith(QLatin1String(".wants")) && !name.endsWith(QLatin1String(".requires")))
            continue;
        const QString link = folder + QLatin1Char('/') + name + QLatin1Char('/') + unit;
        if (guest.exists(link))
            links.append(link);
    }
    return links;
}

bool isEnabled(const Guest &guest, const QStringList &units)
{
    return std::any_of(units.begin(), units.end(),
        [&guest](const QString &unit) { return !startLinks(guest, fullName(unit)).isEmpty() || hasOldStartLink(guest, unit); });
}

}
