#pragma once
#include "app/wizard/shell/page.h"
#include "core/layout/planrules.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace edgelift::wizard {

class Disclosure;
class FormField;
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
    void makeBasic();
    void store(); ///< fields to plan
    void showPlan(); ///< plan to fields
    void note();
    void fillRegions();
    void fillCloud(); ///< buckets and networks
    [[nodiscard]] QList<Problem> problems() const;

    QComboBox *m_region;
    QLineEdit *m_prefix;
    QComboBox *m_transitRegion;
    QComboBox *m_bucket;
    QPushButton *m_refresh;
    QRadioButton *m_public;
    QRadioButton *m_vpcOnly;
    QLabel *m_advice;
    QComboBox *m_vpc;
    QComboBox *m_vSwitch;
    Disclosure *m_more;
    SettingsAdvanced *m_advanced;
    PlanFileBar *m_files;
    FormField *m_regionField = nullptr;
    FormField *m_prefixField = nullptr;
    FormField *m_transitField = nullptr;
    FormField *m_bucketField = nullptr;
    FormField *m_vpcField = nullptr;
    FormField *m_vSwitchField = nullptr;
    bool m_filling = false;
};

}
