#include "app/wizard/pages/settingspage.h"

#include "app/wizard/pages/planfilebar.h"
#include "app/wizard/pages/settingsadvanced.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/formfield.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>
#include <algorithm>

namespace edgelift::wizard {

namespace {

template <class T>
T *make(QWidget *parent, const char *name)
{
    auto *widget = new T(parent);
    widget->setObjectName(QLatin1String(name));
    return widget;
}

QComboBox *makeChoice(QWidget *parent, const char *name)
{
    auto *combo = make<QComboBox>(parent, name);
    combo->setEditable(true);
    combo->setInsertPolicy(QComboBox::NoInsert);
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    return combo;
}

/// The id of what is chosen, or what was typed.
QString valueOf(const QComboBox *combo)
{
    const int index = combo->findText(combo->currentText());
    return index >= 0 && combo->itemData(index).isValid() ? combo->itemData(index).toString() : combo->currentText().trimmed();
}

void showValue(QComboBox *combo, const QString &value)
{
    if (valueOf(combo) == value)
        return;
    const int index = combo->findData(value);
    combo->setCurrentIndex(index);
    if (index < 0 && combo->isEditable())
        combo->setEditText(value);
}

CloudFacts factsOf(const CloudOptions &options)
{
    CloudFacts out;
    for (const CloudOptions::Bucket &bucket : options.buckets)
        out.bucketRegions.insert(bucket.name, bucket.region);
    for (const CloudOptions::VSwitch &vSwitch : options.vSwitches)
        out.vSwitchVpcs.insert(vSwitch.id, vSwitch.vpcId);
    return out;
}

}

SettingsPage::SettingsPage(Session &session, QWidget *parent)
    : Page(session, parent)
    , m_region(make<QComboBox>(this, "region"))
    , m_prefix(make<QLineEdit>(this, "namePrefix"))
    , m_transitRegion(make<QComboBox>(this, "transitRegion"))
    , m_bucket(makeChoice(this, "bucket"))
    , m_refresh(make<QPushButton>(this, "refresh"))
    , m_public(make<QRadioButton>(this, "networkPublic"))
    , m_vpcOnly(make<QRadioButton>(this, "networkVpc"))
    , m_advice(make<QLabel>(this, "networkAdvice"))
    , m_vpc(makeChoice(this, "vpc"))
    , m_vSwitch(makeChoice(this, "vSwitch"))
    , m_more(make<Disclosure>(this, "moreConfigurations"))
    , m_advanced(make<SettingsAdvanced>(this, "advanced"))
    , m_files(new PlanFileBar(session, this))
{
    makeBasic();
    for (QComboBox *combo : {m_region, m_transitRegion, m_bucket, m_vpc, m_vSwitch})
        connect(combo, &QComboBox::activated, this, &SettingsPage::store);
    for (QLineEdit *edit : {m_prefix, m_bucket->lineEdit(), m_vpc->lineEdit(), m_vSwitch->lineEdit()})
        connect(edit, &QLineEdit::textEdited, this, &SettingsPage::store);
    connect(m_public, &QRadioButton::toggled, this, &SettingsPage::store);
    connect(m_refresh, &QPushButton::clicked, &m_session, &Session::reachCloud);
    connect(m_advanced, &SettingsAdvanced::edited, this, &SettingsPage::store);
    connect(m_files, &PlanFileBar::message, this, &Page::message);
    connect(&m_session, &Session::planChanged, this, &SettingsPage::showPlan);
    connect(&m_session, &Session::cloudChanged, this, &SettingsPage::showPlan);
    retranslate();
}

void SettingsPage::makeBasic()
{
    auto *form = makeForm();
    m_regionField = new FormField(form, m_region);
    m_prefixField = new FormField(form, m_prefix);
    m_transitField = new FormField(form, m_transitRegion);
    m_bucketField = new FormField(form, m_bucket, m_refresh);
    auto *network = new FormField(form, m_public);
    network->setObjectName(QStringLiteral("network"));
    form->addRow(m_vpcOnly);
    form->addRow(m_advice);
    m_vpcField = new FormField(form, m_vpc);
    m_vSwitchField = new FormField(form, m_vSwitch);
    m_advice->setTextFormat(Qt::PlainText);
    m_advice->setWordWrap(true);
    auto *column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addWidget(m_more, 0, Qt::AlignLeading);
    column->addWidget(m_advanced);
    column->addWidget(m_files);
    column->addStretch();
    m_more->setPart(m_advanced);
}

QString SettingsPage::title() const { return tr("Settings"); }
QString SettingsPage::stepName() const { return tr("Settings"); }

QString SettingsPage::help() const
{
    return tr("The ENS image is kept in the image storage region. Before that a temporary image is made in the transit region and lies in "
              "the transit bucket, which must be in the same region.\n\n"
              "“Save plan” writes all of this to a file that edgeliftctl uses as well.");
}

QList<Problem> SettingsPage::problems() const
{
    return checkSettings(m_session.plan(), m_session.facts()) + checkCloud(m_session.plan(), factsOf(m_session.options()));
}

QList<ToDo> SettingsPage::toDo() const
{
    if (m_session.plan().image.bucket.isEmpty())
        return {{tr("choose a bucket"), m_bucket}};
    if (hasBlocker(problems()) || hasBlocker(m_advanced->tagProblems()))
        return {{tr("correct what is marked"), nullptr}};
    return {};
}

void SettingsPage::enter() { showPlan(); }

void SettingsPage::store()
{
    if (m_filling)
        return;
    Plan plan = m_session.plan();
    const bool modified = plan.modifyDisks;
    const bool together = plan.image.region == plan.image.transitRegion;
    const QString region = m_region->currentData().toString();
    const QString transit = m_transitRegion->currentData().toString();
    plan.image.transitRegion = together && region != plan.image.region && transit == plan.image.transitRegion ? region : transit; // C5
    plan.image.region = region;
    plan.image.namePrefix = m_prefix->text();
    plan.image.bucket = valueOf(m_bucket);
    plan.network.type = m_public->isChecked() ? Plan::Network::Type::Public : Plan::Network::Type::Vpc;
    plan.network.vpcId = valueOf(m_vpc);
    plan.network.vSwitchId = valueOf(m_vSwitch);
    m_advanced->apply(plan);
    if (modified && !plan.modifyDisks)
        plan.disks = m_session.freshPlan().disks; // R74: the automatic layout
    const bool elsewhere = plan.image.transitRegion != m_session.plan().image.transitRegion;
    m_session.setPlan(plan);
    if (elsewhere && m_session.cloud() == Session::Asked::Answered)
        m_session.reachCloud(); // the networks of that region
    showPlan();
}

void SettingsPage::fillRegions()
{
    for (QComboBox *combo : {m_region, m_transitRegion}) {
        const QString value = combo->currentData().toString();
        combo->clear();
        combo->addItem(tr("China (Beijing)"), QStringLiteral("cn-beijing"));
        combo->addItem(tr("Singapore"), QStringLiteral("ap-southeast-1"));
        combo->setCurrentIndex(combo->findData(value));
    }
}

void SettingsPage::fillCloud()
{
    const CloudOptions &options = m_session.options();
    const Plan &plan = m_session.plan();
    const auto refill = [](QComboBox *combo, const QList<std::pair<QString, QString>> &items) {
        QList<std::pair<QString, QString>> now;
        for (int i = 0; i < combo->count(); ++i)
            now.append({combo->itemText(i), combo->itemData(i).toString()});
        if (now == items)
            return;
        const QString value = valueOf(combo);
        combo->clear();
        for (const auto &[text, id] : items)
            combo->addItem(text, id);
        combo->setCurrentIndex(-1);
        showValue(combo, value);
    };
    QList<std::pair<QString, QString>> buckets;
    QList<std::pair<QString, QString>> vpcs;
    QList<std::pair<QString, QString>> vSwitches;
    const auto named = [](const QString &id, const QString &name) {
        //: An id and the name beside it
        return std::pair(name.isEmpty() ? id : tr("%1 – %2").arg(id, format::shown(name)), id);
    };
    for (const CloudOptions::Bucket &bucket : options.buckets) {
        if (bucket.region == plan.image.transitRegion)
            buckets.append({bucket.name, bucket.name});
    }
    for (const CloudOptions::Vpc &vpc : options.vpcs)
        vpcs.append(named(vpc.id, vpc.name));
    for (const CloudOptions::VSwitch &vSwitch : options.vSwitches) {
        if (plan.network.vpcId.isEmpty() || vSwitch.vpcId == plan.network.vpcId)
            vSwitches.append(named(vSwitch.id, vSwitch.name));
    }
    refill(m_bucket, buckets);
    refill(m_vpc, vpcs);
    refill(m_vSwitch, vSwitches);
}

void SettingsPage::showPlan()
{
    if (std::exchange(m_filling, true))
        return;
    const Plan &plan = m_session.plan();
    m_region->setCurrentIndex(m_region->findData(plan.image.region));
    m_transitRegion->setCurrentIndex(m_transitRegion->findData(plan.image.transitRegion));
    if (m_prefix->text() != plan.image.namePrefix)
        m_prefix->setText(plan.image.namePrefix);
    fillCloud();
    showValue(m_bucket, plan.image.bucket);
    showValue(m_vpc, plan.network.vpcId);
    showValue(m_vSwitch, plan.network.vSwitchId);
    m_public->setChecked(plan.network.type == Plan::Network::Type::Public);
    m_vpcOnly->setChecked(plan.network.type == Plan::Network::Type::Vpc);
    m_advanced->showPlan(plan, m_session.options().instanceTypes);
    const int changedValues = SettingsAdvanced::changedValues(plan);
    m_more->setText(changedValues == 0 ? tr("&More configurations") : tr("&More configurations (%n changed)", nullptr, changedValues));
    m_filling = false;
    note();
    Q_EMIT changed();
}

void SettingsPage::note()
{
    const Plan &plan = m_session.plan();
    for (FormField *field : {m_regionField, m_transitField, m_bucketField, m_vpcField, m_vSwitchField})
        field->note().clear();
    const bool known = m_session.cloud() == Session::Asked::Answered;
    if (m_session.cloud() == Session::Asked::Waiting)
        m_bucketField->note().say(FieldNote::Kind::Hint, tr("Loading…"));
    else if (known && m_bucket->count() == 0)
        m_bucketField->note().say(
            FieldNote::Kind::Hint, tr("No bucket in %1. Create one in the OSS console, then refresh.").arg(m_transitRegion->currentText()));
    if (known && m_vpc->count() == 0)
        m_vpcField->note().say(
            FieldNote::Kind::Hint, tr("No VPC in %1. Create one in the VPC console, then refresh.").arg(m_transitRegion->currentText()));
    m_prefixField->note().say(FieldNote::Kind::Hint,
        //: %1 is the prefix with a time stamp behind it
        tr("The image is named %1.").arg(format::ltr(format::shown(plan.image.namePrefix) + QStringLiteral("-YYYYMMDDhhmmss"))));
    const QList<Problem> all = problems();
    for (const Problem &problem : all) {
        const bool prefix = problem.rule == Rule::NameIllegal && problem.name == plan.image.namePrefix;
        FormField *field = prefix                            ? m_prefixField
            : problem.rule == Rule::RegionUnsupported        ? m_regionField
            : problem.rule == Rule::TransitRegionUnsupported ? m_transitField
            : problem.rule == Rule::BucketMissing || problem.rule == Rule::BucketNameIllegal || problem.rule == Rule::BucketElsewhere
            ? m_bucketField
            : problem.rule == Rule::NetworkIncomplete || problem.rule == Rule::VSwitchElsewhere ? m_vSwitchField
                                                                                                : nullptr;
        if (field)
            field->note().say(FieldNote::Kind::Error, format::shown(describe(problem)));
    }
    m_advanced->note(all, plan);
}

void SettingsPage::retranslate()
{
    m_filling = true;
    fillRegions();
    m_filling = false;
    m_regionField->setLabel(tr("&Image storage region:"));
    m_prefixField->setLabel(tr("Image &name prefix:"));
    m_transitField->setLabel(tr("&Transit region:"));
    m_bucketField->setLabel(tr("Transit &bucket:"));
    m_refresh->setText(tr("&Refresh"));
    m_refresh->setAccessibleName(tr("Refresh buckets and networks"));
    static_cast<FormField *>(findChild<QWidget *>(QStringLiteral("network")))->setLabel(tr("Network type:"));
    m_public->setText(tr("&Public Network"));
    m_public->setAccessibleName(tr("Public Network"));
    m_vpcOnly->setText(tr("&VPC: this server is connected to it already"));
    m_advice->setText(tr("VPC is recommended where it can be reached directly, by VPN gateway, Express Connect circuit or Smart Access "
                         "Gateway: it is faster and steadier."));
    m_vpcField->setLabel(tr("VP&C:"));
    m_vSwitchField->setLabel(tr("v&Switch:"));
    m_advanced->retranslate();
    m_files->retranslate();
    showPlan();
}

}
