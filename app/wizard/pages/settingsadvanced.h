#pragma once
#include "core/layout/planrules.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QLineEdit;
class QSlider;

namespace edgelift::wizard {

class Disclosure;
class FieldNote;
class FormField;
class NumberBox;
class TagsForm;
class TextLabel;

/// "More configurations" (R70–R89): a view of a plan that tells what was changed in it.
class SettingsAdvanced final : public QWidget
{
    Q_OBJECT
public:
    explicit SettingsAdvanced(QWidget *parent = nullptr);

    /// `live`: the source runs, so there is a final point to wait for.
    void showPlan(const Plan &plan, const QStringList &instanceTypes, bool live);
    void apply(Plan &plan) const; ///< what stands in the fields
    void note(const QList<Problem> &problems, const Plan &plan);
    [[nodiscard]] QList<Problem> tagProblems() const;
    [[nodiscard]] static int changedValues(const Plan &plan); ///< how many differ from a plan nobody touched
    void retranslate();

Q_SIGNALS:
    void edited();

private:
    void makeForm();
    void connectFields();
    void fillChoices();
    void sayOwnLimits();
    void sayFreezeHint();

    Plan m_plan;
    QLineEdit *m_name;
    QLineEdit *m_description;
    QCheckBox *m_modifyDisks;
    NumberBox *m_limit;
    QSlider *m_slider;
    NumberBox *m_compression;
    QCheckBox *m_checksum;
    QCheckBox *m_waits; ///< for a person, before the final point
    NumberBox *m_freeze; ///< seconds
    QComboBox *m_tls;
    QComboBox *m_licence;
    QComboBox *m_instanceType;
    QCheckBox *m_diagnostics;
    Disclosure *m_whatIsSent;
    TextLabel *m_sent;
    TagsForm *m_tags;
    TextLabel *m_ownLimits;
    FormField *m_nameField = nullptr;
    FormField *m_descriptionField = nullptr;
    FormField *m_modifyField = nullptr;
    FormField *m_checksumField = nullptr;
    FormField *m_waitsField = nullptr;
    FormField *m_freezeField = nullptr;
    FormField *m_limitField = nullptr;
    FormField *m_compressionField = nullptr;
    FormField *m_tlsField = nullptr;
    FormField *m_licenceField = nullptr;
    FormField *m_tagsField = nullptr;
    FormField *m_instanceField = nullptr;
};

}
