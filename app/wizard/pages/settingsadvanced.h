#pragma once
#include "app/wizard/models/tagsmodel.h"
#include "core/layout/plan.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSlider;
class QTableView;

namespace edgelift::wizard {

class Disclosure;
class FieldNote;
class FormField;
class NumberBox;

/// "More configurations" (R70–R89): a view of a plan that tells what was changed in it.
class SettingsAdvanced final : public QWidget
{
    Q_OBJECT
public:
    explicit SettingsAdvanced(QWidget *parent = nullptr);

    void showPlan(const Plan &plan, const QStringList &instanceTypes);
    void apply(Plan &plan) const; ///< what stands in the fields
    void note(const QList<Problem> &problems, const Plan &plan);
    [[nodiscard]] QList<Problem> tagProblems() const { return m_tags.problems(); }
    [[nodiscard]] static int changedValues(const Plan &plan); ///< how many differ from a plan nobody touched
    void retranslate();

Q_SIGNALS:
    void edited();

private:
    void makeForm();
    QWidget *makeTags();
    void fillChoices();
    void sayOwnLimits();

    Plan m_plan;
    TagsModel m_tags;
    QLineEdit *m_name;
    QLineEdit *m_description;
    QCheckBox *m_modifyDisks;
    NumberBox *m_limit;
    QSlider *m_slider;
    NumberBox *m_compression;
    QCheckBox *m_checksum;
    QComboBox *m_tls;
    QComboBox *m_licence;
    QComboBox *m_instanceType;
    QCheckBox *m_diagnostics;
    Disclosure *m_whatIsSent;
    QLabel *m_sent;
    QTableView *m_table;
    QPushButton *m_addTag;
    QPushButton *m_removeTag;
    QLabel *m_ownLimits;
    FormField *m_nameField = nullptr;
    FormField *m_descriptionField = nullptr;
    FormField *m_limitField = nullptr;
    FormField *m_compressionField = nullptr;
    FormField *m_tlsField = nullptr;
    FormField *m_licenceField = nullptr;
    FormField *m_tagsField = nullptr;
    FormField *m_instanceField = nullptr;
};

}
