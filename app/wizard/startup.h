#pragma once
#include "app/wizard/shell/theme.h"

#include <QString>
#include <QStringList>
#include <optional>

namespace edgelift::wizard {

/// design.md section 3: exit codes that the wizard uses before there is a window.
inline constexpr int exitUsage = 2;
inline constexpr int exitNoDisplay = 8; ///< ux.md K6

/// The command line.
struct Options
{
    QString socket = QStringLiteral("/run/edgelift/agent.sock");
    QString service; ///< URL of the cloud or service; empty: what the code says
    QString language;
    Theme theme = Theme::System;
    bool demo = false;
    QString binDir; ///< where the other programs are; empty: beside this one
    QString stateDir; ///< where the draft lies; empty: the default
    bool help = false;
    bool version = false;
    QString problem; ///< what cannot be understood; empty: nothing
};
[[nodiscard]] Options readOptions(const QStringList &arguments);
[[nodiscard]] QString usage();

/// Is there something to draw on? Qt itself would abort() (ux.md section 0.8). Looks at the environment and -platform.
[[nodiscard]] bool hasDisplay(const QStringList &arguments);
/// What to say then: the three ways forward.
[[nodiscard]] QString noDisplayText();

/// Where the draft lies: /var/lib/edgelift/wizard for root, else below $XDG_STATE_HOME.
[[nodiscard]] QString draftPath(const Options &options);

}
