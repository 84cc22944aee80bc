#pragma once
#include "app/wizard/shell/page.h"

class QComboBox;
class QLabel;

namespace edgelift::wizard {

class Disclosure;
class Language;
class PointList;

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
        Disclosure *heading;
        PointList *points;
    };
    Card makeCard(const char *name);
    static void fill(const Card &card, const QString &title, const QStringList &points);
    void fillCards();
    void chooseLanguage();

    Language &m_language;
    QLabel *m_languageLabel;
    QComboBox *m_languages;
    QLabel *m_fontNote;
    PointList *m_steps;
    Card m_limits;
    Card m_costs;
    Card m_impacts;
    Card m_words;
};

}
