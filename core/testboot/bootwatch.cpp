#include "core/testboot/bootwatch.h"

#include <QRegularExpression>

namespace edgelift::testboot {

namespace {

constexpr qsizetype longestLine = 4096;

struct Sign
{
    BootStage stage;
    const char *pattern;
};

constexpr Sign signs[] = {
    {BootStage::Loader, "GNU GRUB|GRUB loading|Welcome to GRUB|Booting `|Loading Linux|Loading initial ramdisk|^grub>"},
    {BootStage::Kernel, "Linux version \\d|^\\[ *\\d+\\.\\d{6}\\] |Run /init as init process|Loading, please wait"},
    // Of the first program on the root filesystem, or about it.
    {BootStage::Root, "Welcome to (?!GRUB|.*(?:dracut|nitramfs)).*!|Multi-User System|INIT: version|EXT4-fs .*re-mounted"},
    {BootStage::Login, "^\\S+ login: *$"},
};

constexpr char troubles[] =
    "Kernel panic|not syncing|Unable to mount root|Gave up waiting for (?:root|suspend)|ALERT! .*does not exist|"
    "dracut-initqueue.*timeout|Entering emergency mode|You are in emergency mode|Give root password for maintenance|"
    "^error: (?!no suitable video mode)|No bootable device|Timed out waiting for device|Dependency failed "
    "for /";

constexpr char prompts[] = "^\\(initramfs\\)|^grub rescue>"; // they end no line

QList<std::pair<BootStage, QRegularExpression>> compiled()
{
    QList<std::pair<BootStage, QRegularExpression>> list;
    for (const Sign &sign : signs)
        list.append({sign.stage, QRegularExpression(QString::fromLatin1(sign.pattern))});
    return list;
}

}

QString stageName(BootStage stage)
{
    switch (stage) {
    case BootStage::Nothing:
        return QStringLiteral("nothing");
    case BootStage::Loader:
        return QStringLiteral("loader");
    case BootStage::Kernel:
        return QStringLiteral("kernel");
    case BootStage::Root:
        return QStringLiteral("root");
    case BootStage::Login:
        return QStringLiteral("login");
    case BootStage::Network:
        return QStringLiteral("network");
    }
    Q_UNREACHABLE();
}

QString printable(const QByteArray &consoleLine)
{
    static const QRegularExpression escape(QStringLiteral("\\x1b(\\[[0-9;?=]*[A-Za-z]|[()][A-Za-z0-9]|.)"));
    QString out = QString::fromUtf8(consoleLine);
    out.remove(escape);
    out.removeIf([](QChar each) { return !each.isPrint() && each != QLatin1Char('\t'); });
    return out;
}

bool isMachinesFault(const QString &trouble)
{
    // The kernel's check_timer() saw too few ticks, since the emulation got no processor meanwhile.
    return trouble.contains(QLatin1String("IO-APIC + timer doesn't work"));
}

void ConsoleWatch::take(const QByteArray &bytes)
{
    m_rest += bytes;
    for (qsizetype end = m_rest.indexOf('\n'); end >= 0; end = m_rest.indexOf('\n')) {
        line(printable(m_rest.left(end)), true);
        m_rest.remove(0, end + 1);
    }
    line(printable(m_rest), false);
    if (m_rest.size() > longestLine)
        m_rest = m_rest.right(longestLine / 2);
}

void ConsoleWatch::line(const QString &text, bool complete)
{
    static const QRegularExpression trouble(QString::fromLatin1(troubles));
    static const QRegularExpression prompt(QString::fromLatin1(prompts));
    static const QList<std::pair<BootStage, QRegularExpression>> known = compiled();
    if (text.isEmpty())
        return;
    const BootStage before = m_stage;
    for (const auto &[stage, pattern] : known) {
        if (stage > m_stage && pattern.match(text).hasMatch())
            m_stage = stage;
    }
    if (before < BootStage::Kernel && m_stage >= BootStage::Kernel)
        m_trouble.clear(); // what the boot loader complained of did not stop it
    if (m_trouble.isEmpty() && (prompt.match(text).hasMatch() || (complete && trouble.match(text).hasMatch())))
        m_trouble = text.trimmed();
}

}
