#pragma once
#include "app/wizard/shell/page.h"
#include "core/layout/planrules.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace edgelift::wizard {

class ChoiceBox;
class Disclosure;
class Form;
class FormField;
class NetworkForm;
class PlanFileBar;
class SettingsAdvanced;

/// Where the image goes and how the data travels (ux.md 2.7, R61–R90). Every change goes into the session's plan at once.
class SettingsPage final : public Page
{
    Q_OBJECT
public:
    explicit SettingsPage(Session &session, QWidget *parent = nullptr);

    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString stepName() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QList<ToDo> toDo() const override;
    void enter() override;

protected:
    void retranslate() override;

private:
    void layOut();
    void makeBasic(Form *form);
    void store(); ///< fields to plan
    void showPlan(); ///< plan to fields
    void note();
    void fillRegions();
    void fillBuckets();
    [[nodiscard]] FormField *fieldOf(const Problem &problem) const; ///< null: it is not about one of these
    [[nodiscard]] QWidget *wrongField() const; ///< the first that is marked; null: none
    [[nodiscard]] QList<Problem> problems() const;

    QComboBox *m_region;
    QLineEdit *m_prefix;
    QComboBox *m_transitRegion;
    ChoiceBox *m_bucket;
    QPushButton *m_refresh;
    QLabel *m_networkLabel;
    NetworkForm *m_network;
    Disclosure *m_more;
    SettingsAdvanced *m_advanced;
    PlanFileBar *m_files;
    FormField *m_regionField = nullptr;
    FormField *m_prefixField = nullptr;
    FormField *m_transitField = nullptr;
    FormField *m_bucketField = nullptr;
    bool m_filling = false;
};

}
