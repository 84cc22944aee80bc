#pragma once
#include "app/wizard/shell/lowbandwidth.h"

#include <memory>

class QSettings;
class QVariant;

namespace edgelift::wizard {

class Language;
class MainWindow;

/// What concerns the program and not the migration: language, size of text, low-bandwidth mode, and the window's size. Chosen in the
/// Options menu, remembered in an .ini file for the next start; a file that cannot be written costs only that.
class Preferences final : public QObject
{
    Q_OBJECT
public:
    /// The language must outlive this; it is set before there is a window. `path`: of the file; empty: nothing is remembered. `wanted`: the
    /// language of the command line; may be empty.
    Preferences(const QString &path, const QString &wanted, Language &language);
    ~Preferences() override;

    void attach(MainWindow &window); ///< once, as long as the window lives

    [[nodiscard]] LowBandwidth &lowBandwidth() { return m_lowBandwidth; }
    void restoreSize(MainWindow &window) const; ///< as it was, as far as the screen has room
    void rememberSize(const MainWindow &window);

private:
    void remember(const char *name, const QVariant &value);
    [[nodiscard]] QVariant kept(const char *name) const;

    Language &m_language;
    LowBandwidth m_lowBandwidth;
    std::unique_ptr<QSettings> m_file; ///< null: nothing is remembered
};

/// $XDG_CONFIG_HOME/edgelift/ui.ini, or ui.ini in `stateDir` when that is given.
[[nodiscard]] QString preferencesPath(const QString &stateDir);

}
