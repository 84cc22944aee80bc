#include "app/wizard/pages/networkform.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/shell/said.h"
#include "app/wizard/widgets/choicebox.h"
#include "app/wizard/widgets/formfield.h"
#include "app/wizard/widgets/textlabel.h"

#include <QRadioButton>
#include <QVBoxLayout>

namespace edgelift::wizard {

NetworkForm::NetworkForm(QWidget *parent)
    : QWidget(parent)
    , m_public(new QRadioButton(this))
    , m_vpcOnly(new QRadioButton(this))
    , m_advice(new TextLabel(this, "networkAdvice"))
    , m_vpc(new ChoiceBox(this, "vpc"))
    , m_vSwitch(new ChoiceBox(this, "vSwitch"))
{
    m_public->setObjectName(QStringLiteral("networkPublic"));
    m_vpcOnly->setObjectName(QStringLiteral("networkVpc"));
    auto *form = new Form(this);
    m_vpcField = new FormField(form, m_vpc);
    m_vSwitchField = new FormField(form, m_vSwitch);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_public);
    column->addWidget(m_vpcOnly);
    column->addWidget(m_advice);
    column->addWidget(form);
    connect(m_public, &QRadioButton::toggled, this, &NetworkForm::edited);
    for (ChoiceBox *box : {m_vpc, m_vSwitch})
        connect(box, &ChoiceBox::edited, this, &NetworkForm::edited);
}

void NetworkForm::show(const Plan::Network &network, const CloudOptions &options, const QString &region, bool known)
{
    QList<std::pair<QString, QString>> vpcs;
    QList<std::pair<QString, QString>> vSwitches;
    const auto named = [](const QString &id, const QString &name) {
        //: An id and the name beside it
        return std::pair(name.isEmpty() ? id : tr("%1 – %2").arg(id, format::name(name)), id);
    };
    for (const CloudOptions::Vpc &vpc : options.vpcs)
        vpcs.append(named(vpc.id, vpc.name));
    for (const CloudOptions::VSwitch &vSwitch : options.vSwitches) {
        if (network.vpcId.isEmpty() || vSwitch.vpcId == network.vpcId)
            vSwitches.append(named(vSwitch.id, vSwitch.name));
    }
    m_vpc->setItems(vpcs);
    m_vSwitch->setItems(vSwitches);
    m_vpc->setValue(network.vpcId);
    m_vSwitch->setValue(network.vSwitchId);
    m_public->setChecked(network.type == Plan::Network::Type::Public);
    m_vpcOnly->setChecked(network.type == Plan::Network::Type::Vpc);
    sayHints(region, known);
}

void NetworkForm::sayHints(const QString &region, bool known)
{
    m_vSwitchField->note().clear();
    const bool needed = m_vpcOnly->isChecked();
    const bool chosen = !m_vpc->value().isEmpty() || !m_vSwitch->value().isEmpty();
    QString hint;
    if (needed && known && m_vpc->count() == 0)
        hint = tr("No VPC in %1. Create one in the VPC console, then refresh.").arg(region);
    else if (!needed && !chosen)
        hint = tr("Optional: without it, a network is made for this migration and removed after it.");
    m_vpcField->note().say(FieldNote::Kind::Hint, hint);
}

void NetworkForm::apply(Plan::Network &network) const
{
    network.type = m_public->isChecked() ? Plan::Network::Type::Public : Plan::Network::Type::Vpc;
    network.vpcId = m_vpc->value();
    network.vSwitchId = m_vSwitch->value();
}

void NetworkForm::note(const QList<Problem> &problems)
{
    for (const Problem &problem : problems) {
        if (problem.rule == Rule::NetworkIncomplete || problem.rule == Rule::VSwitchElsewhere)
            m_vSwitchField->note().say(FieldNote::Kind::Error, said::of(problem));
    }
}

QWidget *NetworkForm::firstField() const { return m_vpc->value().isEmpty() ? m_vpc : m_vSwitch; }

QWidget *NetworkForm::firstChoice() const { return m_public; }

void NetworkForm::setName(const QString &name)
{
    m_name = name;
    retranslate();
}

void NetworkForm::retranslate()
{
    m_public->setText(tr("&Public network"));
    m_vpcOnly->setText(tr("&VPC: this server is connected to it"));
    for (QRadioButton *button : {m_public, m_vpcOnly})
        button->setAccessibleDescription(m_name);
    m_advice->say(tr("VPC is recommended where it can be reached directly, by VPN gateway, Express Connect circuit or Smart Access "
                     "Gateway: it is faster and steadier."));
    m_vpcField->setLabel(tr("VP&C:"));
    m_vSwitchField->setLabel(tr("v&Switch:"));
}

}
