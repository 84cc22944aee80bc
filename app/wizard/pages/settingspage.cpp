#include "app/wizard/pages/settingspage.h"

#include "app/wizard/pages/networkform.h"
#include "app/wizard/pages/planfilebar.h"
#include "app/wizard/pages/settingsadvanced.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/shell/said.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/choicebox.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/formfield.h"
#include "app/wizard/widgets/lineinput.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
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
    , m_bucket(new ChoiceBox(this, "bucket"))
    , m_refresh(make<QPushButton>(this, "refresh"))
    , m_networkLabel(new QLabel(this))
    , m_network(make<NetworkForm>(this, "network"))
    , m_more(make<Disclosure>(this, "moreConfigurations"))
    , m_advanced(make<SettingsAdvanced>(this, "advanced"))
    , m_files(new PlanFileBar(session, this))
{
    layOut();
    for (QComboBox *combo : {m_region, m_transitRegion})
        connect(combo, &QComboBox::activated, this, &SettingsPage::store);
    onInput(m_prefix, this, &SettingsPage::store);
    connect(m_bucket, &ChoiceBox::edited, this, &SettingsPage::store);
    connect(m_network, &NetworkForm::edited, this, &SettingsPage::store);
    connect(m_refresh, &QPushButton::clicked, &m_session, &Session::reachCloud);
    connect(m_advanced, &SettingsAdvanced::edited, this, &SettingsPage::store);
    connect(m_files, &PlanFileBar::message, this, &Page::message);
    connect(&m_session, &Session::planChanged, this, &SettingsPage::showPlan);
    connect(&m_session, &Session::cloudChanged, this, &SettingsPage::showPlan);
    retranslate();
}

void SettingsPage::layOut()
{
    auto *form = new Form(this);
    makeBasic(form);
    auto *column = new QVBoxLayout(this);
    column->addWidget(form);
    column->addWidget(m_more, 0, Qt::AlignLeading);
    column->addWidget(m_advanced);
    column->addWidget(m_files);
    column->addStretch();
    m_more->setPart(m_advanced);
}

void SettingsPage::makeBasic(Form *form)
{
    m_regionField = new FormField(form, m_region);
    m_prefixField = new FormField(form, m_prefix);
    m_transitField = new FormField(form, m_transitRegion);
    m_bucketField = new FormField(form, m_bucket, m_refresh);
    form->addRow(m_networkLabel, m_network, m_network->firstChoice());
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
        return {{tr("correct what is marked"), wrongField()}};
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
    plan.image.bucket = m_bucket->value();
    m_network->apply(plan.network);
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

void SettingsPage::fillBuckets()
{
    QList<std::pair<QString, QString>> buckets;
    for (const CloudOptions::Bucket &bucket : m_session.options().buckets) {
        if (bucket.region == m_session.plan().image.transitRegion)
            buckets.append({bucket.name, bucket.name});
    }
    m_bucket->setItems(buckets);
}

void SettingsPage::showPlan()
{
    if (std::exchange(m_filling, true))
        return;
    const Plan &plan = m_session.plan();
    m_region->setCurrentIndex(m_region->findData(plan.image.region));
    m_transitRegion->setCurrentIndex(m_transitRegion->findData(plan.image.transitRegion));
    if (m_prefix->text() != plan.image.namePrefix)
        showText(m_prefix, plan.image.namePrefix);
    fillBuckets();
    m_bucket->setValue(plan.image.bucket);
    m_network->show(plan.network, m_session.options(), m_transitRegion->currentText(), m_session.cloud() == Session::Asked::Answered);
    m_advanced->showPlan(plan, m_session.options().instanceTypes, m_session.facts().live.has_value());
    const int changedValues = SettingsAdvanced::changedValues(plan);
    m_more->setText(changedValues == 0 ? tr("&More configurations") : tr("&More configurations (%n changed)", nullptr, changedValues));
    m_filling = false;
    note();
    Q_EMIT changed();
}

FormField *SettingsPage::fieldOf(const Problem &problem) const
{
    const auto isOneOf = [&problem](std::initializer_list<Rule> rules) {
        return std::find(rules.begin(), rules.end(), problem.rule) != rules.end();
    };
    if (isOneOf({Rule::NameIllegal}) && problem.name == m_session.plan().image.namePrefix)
        return m_prefixField;
    if (isOneOf({Rule::RegionUnsupported}))
        return m_regionField;
    if (isOneOf({Rule::TransitRegionUnsupported}))
        return m_transitField;
    return isOneOf({Rule::BucketMissing, Rule::BucketNameIllegal, Rule::BucketElsewhere}) ? m_bucketField : nullptr;
}

QWidget *SettingsPage::wrongField() const
{
    for (const auto &[field, control] : {std::pair<FormField *, QWidget *>(m_regionField, m_region), {m_prefixField, m_prefix},
             {m_transitField, m_transitRegion}, {m_bucketField, m_bucket}}) {
        if (field->note().kind() == FieldNote::Kind::Error)
            return control;
    }
    const QList<Problem> all = problems();
    const bool network = std::any_of(all.begin(), all.end(),
        [](const Problem &problem) { return problem.rule == Rule::NetworkIncomplete || problem.rule == Rule::VSwitchElsewhere; });
    return network ? m_network->firstField() : m_more;
}

void SettingsPage::note()
{
    const Plan &plan = m_session.plan();
    for (FormField *field : {m_regionField, m_transitField, m_bucketField})
        field->note().clear();
    if (m_session.cloud() == Session::Asked::Waiting)
        m_bucketField->note().say(FieldNote::Kind::Hint, tr("Loading…"));
    else if (m_session.cloud() == Session::Asked::Answered && m_bucket->count() == 0)
        m_bucketField->note().say(
            FieldNote::Kind::Hint, tr("No bucket in %1. Create one in the OSS console, then refresh.").arg(m_transitRegion->currentText()));
    m_prefixField->note().say(FieldNote::Kind::Hint,
        //: %1 is the prefix with a time stamp behind it
        tr("The image is named %1.").arg(format::ltr(format::shown(plan.image.namePrefix) + QStringLiteral("-YYYYMMDDhhmmss"))));
    const QList<Problem> all = problems();
    for (const Problem &problem : all) {
        if (FormField *field = fieldOf(problem))
            field->note().say(FieldNote::Kind::Error, said::of(problem));
    }
    m_network->note(all);
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
    m_networkLabel->setText(tr("Network type:"));
    m_network->retranslate();
    m_network->setName(m_networkLabel->text());
    m_advanced->retranslate();
    m_files->retranslate();
    showPlan();
}

}
