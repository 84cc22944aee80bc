#include "app/wizard/shell/language.h"

#include <QFontDatabase>
#include <QFontMetrics>
#include <QGuiApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>
#include <algorithm>

namespace edgelift::wizard {

const QList<LanguageInfo> &languages()
{
    static const QList<LanguageInfo> all{
        {QStringLiteral("en"), QStringLiteral("English"), QStringLiteral("Eg")},
        {QStringLiteral("zh_CN"), QStringLiteral("简体中文"), QStringLiteral("迁移实例")},
        {QStringLiteral("zh_TW"), QStringLiteral("繁體中文"), QStringLiteral("遷移實例")},
        {QStringLiteral("ja"), QStringLiteral("日本語"), QStringLiteral("移行あア")},
        {QStringLiteral("de"), QStringLiteral("Deutsch"), QStringLiteral("äß")},
        {QStringLiteral("fr"), QStringLiteral("Français"), QStringLiteral("éç")},
        {QStringLiteral("es"), QStringLiteral("Español"), QStringLiteral("ñ¿")},
        {QStringLiteral("pt_BR"), QStringLiteral("Português (Brasil)"), QStringLiteral("ãç")},
        {QStringLiteral("ru"), QStringLiteral("Русский"), QStringLiteral("Жю")},
        {QStringLiteral("ar"), QStringLiteral("العربية"), QStringLiteral("نقل")},
    };
    return all;
}

QString knownLanguage(const QString &name)
{
    const QString plain = name.section(QLatin1Char('.'), 0, 0).section(QLatin1Char('@'), 0, 0).replace(QLatin1Char('-'), QLatin1Char('_'));
    if (plain.isEmpty())
        return {};
    const QString language = plain.section(QLatin1Char('_'), 0, 0).toLower();
    if (language == QLatin1String("zh")) {
        const bool traditional = plain.contains(QLatin1String("TW"), Qt::CaseInsensitive)
            || plain.contains(QLatin1String("HK"), Qt::CaseInsensitive) || plain.contains(QLatin1String("Hant"), Qt::CaseInsensitive)
            || plain.contains(QLatin1String("MO"), Qt::CaseSensitive);
        return traditional ? QStringLiteral("zh_TW") : QStringLiteral("zh_CN");
    }
    for (const LanguageInfo &each : languages()) {
        if (each.code.section(QLatin1Char('_'), 0, 0) == language)
            return each.code;
    }
    return {};
}

QString chooseLanguage(const QString &wanted, const QString &saved)
{
    QStringList names{wanted, saved};
    names += qEnvironmentVariable("LANGUAGE").split(QLatin1Char(':'));
    for (const char *variable : {"LC_ALL", "LC_MESSAGES", "LANG"})
        names.append(qEnvironmentVariable(variable));
    for (const QString &name : names) {
        const QString known = knownLanguage(name);
        if (!known.isEmpty())
            return known;
    }
    return QStringLiteral("en");
}

bool isReadable(const LanguageInfo &language)
{
    const QFont font = QGuiApplication::font();
    const QFontMetrics metrics(font);
    const bool direct = std::all_of(language.sample.begin(), language.sample.end(), [&](QChar each) { return metrics.inFont(each); });
    if (direct)
        return true;
    const auto system = [&] {
        if (language.code == QLatin1String("zh_CN"))
            return QFontDatabase::SimplifiedChinese;
        if (language.code == QLatin1String("zh_TW"))
            return QFontDatabase::TraditionalChinese;
        if (language.code == QLatin1String("ja"))
            return QFontDatabase::Japanese;
        if (language.code == QLatin1String("ar"))
            return QFontDatabase::Arabic;
        return language.code == QLatin1String("ru") ? QFontDatabase::Cyrillic : QFontDatabase::Latin;
    }();
    return !QFontDatabase::families(system).isEmpty();
}

void useOwnFontWithoutOthers()
{
    if (QFontMetrics(QGuiApplication::font()).inFont(QLatin1Char('A'))) // families() names some even when there are none
        return;
    const int font = QFontDatabase::addApplicationFont(QStringLiteral(":/fonts/NotoSans-Regular.ttf"));
    const QStringList names = QFontDatabase::applicationFontFamilies(font);
    if (!names.isEmpty())
        QGuiApplication::setFont(QFont(names.first()));
}

Language::Language(QObject *parent)
    : QObject(parent)
{
}

Language::~Language() = default;

void Language::set(const QString &code)
{
    const QString known = knownLanguage(code);
    if (known.isEmpty() || known == m_code)
        return;
    m_code = known;
    QLocale locale(known);
    locale.setNumberOptions(QLocale::DefaultNumberOptions);
    QLocale::setDefault(locale);
    auto ownOfQt = std::make_unique<QTranslator>();
    if (ownOfQt->load(QLocale(known), QStringLiteral("qtbase"), QStringLiteral("_"), QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(ownOfQt.get());
    auto texts = std::make_unique<QTranslator>();
    if (texts->load(QStringLiteral(":/i18n/edgelift_%1.qm").arg(known)))
        QCoreApplication::installTranslator(texts.get());
    m_ownOfQt = std::move(ownOfQt); // the former ones take themselves out
    m_texts = std::move(texts);
    QGuiApplication::setLayoutDirection(locale.textDirection());
    Q_EMIT changed(known);
}

}
