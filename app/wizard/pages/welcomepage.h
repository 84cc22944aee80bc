#pragma once
#include "app/wizard/shell/page.h"

class QComboBox;
class QLabel;
class QToolButton;

namespace edgelift::wizard {

class Language;

/// What happens, the limits, the costs and the consequences (ux.md 2.3), and the language of the program.
class WelcomePage final : public Page
{
    Q_OBJECT
public:
    WelcomePage(Session &session, Language &language, QWidget *parent = nullptr);

    QString title() const override { return tr("Move this server into an ENS image"); }
    QString stepName() const override { return tr("Welcome"); }
    QString subtitle() const override;
    QString help() const override;
    bool canGoBack() const override { return false; }
    QWidget *firstField() const override;

protected:
    void retranslate() override;

private:
    struct Card
    {
        QToolButton *button;
        QLabel *text;
    };
    Card makeCard(const char *name);
    static void fill(const Card &card, const QString &title, const QStringList &lines);
    void chooseLanguage();

    Language &m_language;
    QLabel *m_languageLabel;
    QComboBox *m_languages;
    QLabel *m_fontNote;
    QLabel *m_steps;
    Card m_limits;
    Card m_costs;
    Card m_impacts;
    Card m_words;
};

}
