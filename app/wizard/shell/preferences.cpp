#include "app/wizard/shell/preferences.h"

#include "app/wizard/shell/language.h"
#include "app/wizard/shell/mainwindow.h"
#include "app/wizard/shell/optionsmenu.h"

#include <QDir>
#include <QScreen>
#include <QSettings>

namespace edgelift::wizard {

namespace {

constexpr QSize usual{1000, 560}; // fits 1024x600 with a title bar and a panel
constexpr const char *languageKey = "language";
constexpr const char *pointsKey = "textPoints";
constexpr const char *lowBandwidthKey = "lowBandwidth";
constexpr const char *sizeKey = "windowSize";

}

Preferences::Preferences(const QString &path, const QString &wanted, Language &language)
    : m_language(language)
{
    if (!path.isEmpty())
        m_file = std::make_unique<QSettings>(path, QSettings::IniFormat);
    m_language.set(chooseLanguage(wanted, kept(languageKey).toString()));
    m_lowBandwidth.set(kept(lowBandwidthKey).isValid() ? kept(lowBandwidthKey).toBool() : isDisplayFarAway());
    connect(&m_language, &Language::changed, this, [this](const QString &code) { remember(languageKey, code); });
}

Preferences::~Preferences() = default;

void Preferences::attach(MainWindow &window)
{
    OptionsMenu *options = &window.options();
    if (const int points = kept(pointsKey).toInt(); points > 0)
        options->setPoints(points);
    options->showLanguage(m_language.code());
    options->showLowBandwidth(m_lowBandwidth.isOn());
    window.setLowBandwidth(m_lowBandwidth.isOn());
    connect(options, &OptionsMenu::languageChosen, &m_language, &Language::set);
    connect(options, &OptionsMenu::zoomed, this, [this](int points) { remember(pointsKey, points); });
    connect(options, &OptionsMenu::lowBandwidthChosen, this, [this](bool on) {
        m_lowBandwidth.set(on);
        remember(lowBandwidthKey, on);
    });
    connect(&m_language, &Language::changed, options, &OptionsMenu::showLanguage);
    connect(&m_lowBandwidth, &LowBandwidth::changed, options, &OptionsMenu::showLowBandwidth);
    connect(&m_lowBandwidth, &LowBandwidth::changed, &window, &MainWindow::setLowBandwidth);
}

QVariant Preferences::kept(const char *name) const { return m_file ? m_file->value(QLatin1String(name)) : QVariant(); }

void Preferences::remember(const char *name, const QVariant &value)
{
    if (m_file)
        m_file->setValue(QLatin1String(name), value);
}

void Preferences::restoreSize(MainWindow &window) const
{
    const QSize size = kept(sizeKey).toSize();
    window.resize((size.isEmpty() ? usual : size).boundedTo(window.screen()->availableSize()));
}

void Preferences::rememberSize(const MainWindow &window)
{
    if (!window.isMaximized() && !window.isFullScreen())
        remember(sizeKey, window.size());
}

QString preferencesPath(const QString &stateDir)
{
    if (!stateDir.isEmpty())
        return QDir(stateDir).filePath(QStringLiteral("ui.ini"));
    const QString config = qEnvironmentVariable("XDG_CONFIG_HOME", QDir::homePath() + QStringLiteral("/.config"));
    return config + QStringLiteral("/edgelift/ui.ini");
}

}
