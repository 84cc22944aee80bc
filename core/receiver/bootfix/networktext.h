#pragma once
#include "core/receiver/bootfix/guest.h"
#include "core/receiver/bootfix/textlines.h"

namespace edgelift::bootfix {

/// The first NIC's name in the image where files bind to a name; the kernel is told to use it (see Guest::pinNicNames).
[[nodiscard]] QString firstNic();
/// Names that several NICs of one machine have in common whatever rule names them: eth0, ens3, enp0s3.
[[nodiscard]] QString anyNic();

/// An MTU that the network of an instance does not carry: what is larger than 1500 is lost on the way.
[[nodiscard]] bool isJumbo(const QString &mtu);

/// A line of a file in sections: [section] and key=value.
struct IniLine
{
    QString section; ///< of the line, lower case
    QString key; ///< lower case; empty for anything but key=value
    QString value;
};
/// Like editLines(), told where it is.
[[nodiscard]] QByteArray editIni(const QByteArray &content, const std::function<LineEdit(const IniLine &, QByteArray &line)> &edit);
/// The first value of `key` in `section`, both lower case; empty when there is none.
[[nodiscard]] QString iniValue(const QByteArray &content, const QString &section, const QString &key);
/// `content` with key=value as the first line of the section, which is added when it is missing.
[[nodiscard]] QByteArray withIniValue(const QByteArray &content, const QByteArray &section, const QByteArray &key, const QByteArray &value);

}
