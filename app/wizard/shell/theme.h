#pragma once
#include <QPalette>
#include <QString>
#include <optional>

namespace edgelift::wizard {

enum class Theme : quint8 { System, Light, Dark, HighContrast };

[[nodiscard]] std::optional<Theme> themeFromName(const QString &name); ///< "system", "light", "dark", "high-contrast"
/// Colours of a theme; System must be resolved before.
[[nodiscard]] QPalette themePalette(Theme theme);
/// What the desktop prefers, as its portal says (org.freedesktop.appearance); Light when nobody says.
[[nodiscard]] Theme desktopTheme();
/// Style and colours for the whole program: Fusion, which looks the same on every display and draws little.
void applyTheme(Theme theme);

}
