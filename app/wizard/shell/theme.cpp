#include "app/wizard/shell/theme.h"

#include "app/wizard/shell/outlinestyle.h"

#include <QApplication>
#include <QProcess>

namespace edgelift::wizard {

namespace {

struct Colours
{
    QRgb window, text, base, alternate, button, highlight, highlighted, link, faint, middle;
};

constexpr Colours light{
    0xfff4f5f7, 0xff1a1d21, 0xffffffff, 0xffe9ecf1, 0xffe6e9ee, 0xff1f5fbf, 0xffffffff, 0xff1a4fa0, 0xff646a72, 0xff7c828b};
constexpr Colours dark{
    0xff202327, 0xffeceff3, 0xff17191c, 0xff2b2f35, 0xff32373e, 0xff4d8fe6, 0xff0b0d10, 0xff8ab8f5, 0xff98a0aa, 0xff7d858f};
constexpr Colours contrast{
    0xff000000, 0xffffffff, 0xff000000, 0xff1a1a1a, 0xff1a1a1a, 0xffffff00, 0xff000000, 0xffffff00, 0xffc8c8c8, 0xffffffff};

QPalette paletteOf(const Colours &colours)
{
    QPalette out;
    out.setColor(QPalette::Window, QColor::fromRgb(colours.window));
    out.setColor(QPalette::Base, QColor::fromRgb(colours.base));
    out.setColor(QPalette::AlternateBase, QColor::fromRgb(colours.alternate));
    out.setColor(QPalette::Button, QColor::fromRgb(colours.button));
    out.setColor(QPalette::ToolTipBase, QColor::fromRgb(colours.alternate));
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText})
        out.setColor(role, QColor::fromRgb(colours.text));
    out.setColor(QPalette::PlaceholderText, QColor::fromRgb(colours.faint));
    out.setColor(QPalette::BrightText, Qt::white);
    out.setColor(QPalette::Highlight, QColor::fromRgb(colours.highlight));
    out.setColor(QPalette::HighlightedText, QColor::fromRgb(colours.highlighted));
    out.setColor(QPalette::Link, QColor::fromRgb(colours.link));
    out.setColor(QPalette::LinkVisited, QColor::fromRgb(colours.link));
    const QColor button = QColor::fromRgb(colours.button);
    out.setColor(QPalette::Light, button.lighter(130));
    out.setColor(QPalette::Midlight, button.lighter(115));
    out.setColor(QPalette::Mid, QColor::fromRgb(colours.middle));
    out.setColor(QPalette::Dark, QColor::fromRgb(colours.middle).darker(130));
    out.setColor(QPalette::Shadow, Qt::black);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        out.setColor(QPalette::Disabled, role, QColor::fromRgb(colours.faint));
    out.setColor(QPalette::Disabled, QPalette::Highlight, QColor::fromRgb(colours.middle));
    return out;
}

}

std::optional<Theme> themeFromName(const QString &name)
{
    if (name == QLatin1String("system"))
        return Theme::System;
    if (name == QLatin1String("light"))
        return Theme::Light;
    if (name == QLatin1String("dark"))
        return Theme::Dark;
    if (name == QLatin1String("high-contrast"))
        return Theme::HighContrast;
    return std::nullopt;
}

QPalette themePalette(Theme theme)
{
    switch (theme) {
    case Theme::System:
    case Theme::Light:
        return paletteOf(light);
    case Theme::Dark:
        return paletteOf(dark);
    case Theme::HighContrast:
        return paletteOf(contrast);
    }
    Q_UNREACHABLE();
}

Theme desktopTheme()
{
    const bool hasBus = qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS");
    if (!hasBus)
        return Theme::Light;
    QProcess ask; // one question at the start: no reason to link D-Bus
    ask.start(QStringLiteral("gdbus"),
        {QStringLiteral("call"), QStringLiteral("--session"), QStringLiteral("--timeout"), QStringLiteral("1"), QStringLiteral("--dest"),
            QStringLiteral("org.freedesktop.portal.Desktop"), QStringLiteral("--object-path"),
            QStringLiteral("/org/freedesktop/portal/desktop"), QStringLiteral("--method"),
            QStringLiteral("org.freedesktop.portal.Settings.Read"), QStringLiteral("org.freedesktop.appearance"),
            QStringLiteral("color-scheme")});
    if (!ask.waitForFinished(500)) {
        ask.kill();
        ask.waitForFinished(500);
        return Theme::Light;
    }
    return ask.readAllStandardOutput().contains("uint32 1") ? Theme::Dark : Theme::Light;
}

void applyTheme(Theme theme)
{
    QApplication::setStyle(new OutlineStyle);
    QApplication::setPalette(themePalette(theme == Theme::System ? desktopTheme() : theme));
}

}
