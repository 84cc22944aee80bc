#pragma once
#include <QObject>
#include <QStringList>
#include <memory>

class QTranslator;

namespace edgelift::wizard {

/// One of the languages there are texts for.
struct LanguageInfo
{
    QString code; ///< "zh_CN"
    QString name; ///< in the language itself
    QString sample; ///< a few of its characters, to ask fonts for
};
[[nodiscard]] const QList<LanguageInfo> &languages();

/// The language to begin with: `wanted` (--language), else `saved`, else LANGUAGE, LC_ALL, LC_MESSAGES, LANG in this order (I4). A
/// language without texts counts as none; "en" when nothing is left. The locale need not exist on this machine.
[[nodiscard]] QString chooseLanguage(const QString &wanted, const QString &saved);
/// The entry of languages() for a name such as "pt-BR", "de_AT.UTF-8" or "zh_HK"; empty: none.
[[nodiscard]] QString knownLanguage(const QString &name);

/// Can some font of this display show the language?
[[nodiscard]] bool isReadable(const LanguageInfo &language);

/// On a machine without fonts: the one that is compiled in (Latin, Cyrillic, Greek). Before the first window.
void useOwnFontWithoutOthers();

/// The language of the whole program: texts, numbers and direction. One per program, on the window's thread.
class Language final : public QObject
{
    Q_OBJECT
public:
    explicit Language(QObject *parent = nullptr);
    ~Language() override;
    /// At once, in every window. An unknown code is ignored.
    void set(const QString &code);
    [[nodiscard]] const QString &code() const { return m_code; }

Q_SIGNALS:
    void changed(const QString &code);

private:
    QString m_code;
    std::unique_ptr<QTranslator> m_texts;
    std::unique_ptr<QTranslator> m_ownOfQt;
};

}
