#pragma once
#include "app/wizard/state/cloudoptions.h"
#include "core/layout/planrules.h"

#include <QWidget>

class QRadioButton;

namespace edgelift::wizard {

class ChoiceBox;
class FormField;
class TextLabel;

/// How the data travels to the cloud (R66–R69): the public network or a VPC.
class NetworkForm final : public QWidget
{
    Q_OBJECT
public:
    explicit NetworkForm(QWidget *parent = nullptr);

    /// `region`: of the transit instance, for people. `known`: the options are those of the account.
    void show(const Plan::Network &network, const CloudOptions &options, const QString &region, bool known);
    void apply(Plan::Network &network) const;
    void note(const QList<Problem> &problems);
    [[nodiscard]] QWidget *firstField() const; ///< of what is missing
    [[nodiscard]] QWidget *firstChoice() const;
    void setName(const QString &name); ///< what is chosen here, for screen readers
    void retranslate();

Q_SIGNALS:
    void edited();

private:
    void sayHints(const QString &region, bool known);

    QRadioButton *m_public;
    QRadioButton *m_vpcOnly;
    TextLabel *m_advice;
    ChoiceBox *m_vpc;
    ChoiceBox *m_vSwitch;
    FormField *m_vpcField = nullptr;
    FormField *m_vSwitchField = nullptr;
    QString m_name;
};

}
