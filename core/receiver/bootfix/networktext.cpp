#include "core/receiver/bootfix/networktext.h"

namespace edgelift::bootfix {

QString firstNic() { return QStringLiteral("eth0"); }

QString anyNic() { return QStringLiteral("e*"); }

bool isJumbo(const QString &mtu) { return mtu.toInt() > 1500; }

QByteArray editIni(const QByteArray &content, const std::function<LineEdit(const IniLine &, QByteArray &)> &edit)
{
    QString section;
    return editLines(content, [&section, &edit](QByteArray &line) {
        const QByteArray text = line.trimmed();
        if (text.startsWith('[') && text.endsWith(']'))
            section = QString::fromUtf8(text.mid(1).chopped(1)).toLower();
        const qsizetype equals = text.indexOf('=');
        const bool plain = equals > 0 && !text.startsWith('#') && !text.startsWith(';') && !text.startsWith('[');
        const QString key = plain ? QString::fromUtf8(text.left(equals)).trimmed().toLower() : QString();
        return edit({section, key, plain ? QString::fromUtf8(text.mid(equals + 1)).trimmed() : QString()}, line);
    });
}

QString iniValue(const QByteArray &content, const QString &section, const QString &key)
{
    QString value;
    (void)editIni(content, [&](const IniLine &at, QByteArray &) {
        if (value.isEmpty() && at.section == section && at.key == key)
            value = at.value;
        return LineEdit::Keep;
    });
    return value;
}

QByteArray withIniValue(const QByteArray &content, const QByteArray &section, const QByteArray &key, const QByteArray &value)
{
    const QByteArray head = '[' + section + ']';
    bool placed = false;
    const QByteArray after = editLines(content, [&](QByteArray &line) {
        if (!placed && line.trimmed().toLower() == head.toLower()) {
            line += '\n' + key + '=' + value;
            placed = true;
        }
        return LineEdit::Keep;
    });
    return placed ? after : after + (after.isEmpty() || after.endsWith("\n\n") ? "" : "\n") + head + '\n' + key + '=' + value + '\n';
}

}
