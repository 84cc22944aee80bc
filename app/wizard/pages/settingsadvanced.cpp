#include "app/wizard/pages/settingsadvanced.h"

#include "app/wizard/pages/tagsform.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/shell/said.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/formfield.h"
#include "app/wizard/widgets/lineinput.h"
#include "app/wizard/widgets/numberbox.h"
#include "app/wizard/widgets/textlabel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QSlider>
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

const QStringList tlsValues{QStringLiteral("auto"), QStringLiteral("on"), QStringLiteral("off")};
const QStringList licenceValues{QStringLiteral("AlibabaCloud"), QStringLiteral("BYOL")};

}

SettingsAdvanced::SettingsAdvanced(QWidget *parent)
    : QWidget(parent)
    , m_name(make<QLineEdit>(this, "jobName"))
    , m_description(make<QLineEdit>(this, "jobDescription"))
    , m_modifyDisks(make<QCheckBox>(this, "modifyDisks"))
    , m_limit(make<NumberBox>(this, "speedLimit"))
    , m_slider(make<QSlider>(this, "compressionSlider"))
    , m_compression(make<NumberBox>(this, "compression"))
    , m_checksum(make<QCheckBox>(this, "checksum"))
    , m_waits(make<QCheckBox>(this, "manualCutover"))
    , m_freeze(make<NumberBox>(this, "freezeSeconds"))
    , m_tls(make<QComboBox>(this, "tls"))
    , m_licence(make<QComboBox>(this, "licence"))
    , m_instanceType(make<QComboBox>(this, "instanceType"))
    , m_diagnostics(make<QCheckBox>(this, "diagnostics"))
    , m_whatIsSent(make<Disclosure>(this, "whatIsSent"))
    , m_sent(new TextLabel(this, "sent"))
    , m_tags(new TagsForm(this))
    , m_ownLimits(new TextLabel(this, "ownLimits"))
{
    m_limit->setRange(0, limits::limitMbpsMost);
    m_compression->setRange(0, limits::compressionMost);
    m_freeze->setRange(1, limits::freezeSecondsMost);
    m_slider->setRange(0, limits::compressionMost);
    m_slider->setOrientation(Qt::Horizontal);
    m_slider->setPageStep(1);
    m_instanceType->setEditable(true);
    m_instanceType->setInsertPolicy(QComboBox::NoInsert);
    makeForm();
    connectFields();
    retranslate();
}

void SettingsAdvanced::makeForm()
{
    auto *form = new Form(this);
    m_nameField = new FormField(form, m_name);
    m_descriptionField = new FormField(form, m_description);
    m_modifyField = new FormField(form, m_modifyDisks);
    m_limitField = new FormField(form, m_limit);
    m_compressionField = new FormField(form, m_slider, m_compression);
    m_checksumField = new FormField(form, m_checksum);
    m_waitsField = new FormField(form, m_waits);
    m_freezeField = new FormField(form, m_freeze);
    m_tlsField = new FormField(form, m_tls);
    m_licenceField = new FormField(form, m_licence);
    m_tagsField = new FormField(form, m_tags);
    m_instanceField = new FormField(form, m_instanceType);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(form);
    column->addWidget(m_diagnostics);
    column->addWidget(m_whatIsSent, 0, Qt::AlignLeading);
    column->addWidget(m_sent);
    column->addWidget(m_ownLimits);
    m_whatIsSent->setPart(m_sent);
}

void SettingsAdvanced::connectFields()
{
    for (QLineEdit *edit : {m_name, m_description, m_instanceType->lineEdit()})
        onInput(edit, this, &SettingsAdvanced::edited);
    for (QComboBox *combo : {m_tls, m_licence, m_instanceType})
        connect(combo, &QComboBox::activated, this, &SettingsAdvanced::edited);
    for (QCheckBox *check : {m_modifyDisks, m_checksum, m_waits, m_diagnostics})
        connect(check, &QCheckBox::clicked, this, &SettingsAdvanced::edited);
    connect(m_slider, &QSlider::valueChanged, m_compression, &NumberBox::setValue);
    connect(m_compression, &NumberBox::valueChanged, m_slider, &QSlider::setValue);
    connect(m_compression, &NumberBox::valueChanged, this, &SettingsAdvanced::edited);
    for (NumberBox *box : {m_limit, m_freeze})
        connect(box, &NumberBox::valueChanged, this, &SettingsAdvanced::edited);
    for (const auto &[box, field] : {std::pair(m_limit, m_limitField), {m_compression, m_compressionField}, {m_freeze, m_freezeField}}) {
        connect(
            box, &NumberBox::clamped, this,
            [box = box, field = field](int to) { field->note().say(FieldNote::Kind::Warning, clampedText(*box, to)); },
            Qt::QueuedConnection);
        connect(box, &NumberBox::editingFinished, this, [field = field] { field->note().clear(); });
    }
    connect(m_freeze, &NumberBox::editingFinished, this, &SettingsAdvanced::sayFreezeHint); // in place of what was cleared
    connect(m_tags, &TagsForm::edited, this, &SettingsAdvanced::edited);
}

QList<Problem> SettingsAdvanced::tagProblems() const { return m_tags->problems(); }

void SettingsAdvanced::showPlan(const Plan &plan, const QStringList &instanceTypes, bool live)
{
    m_plan = plan;
    const QSignalBlocker quietLimit(m_limit);
    const QSignalBlocker quietCompression(m_compression);
    const QSignalBlocker quietSlider(m_slider);
    const QSignalBlocker quietFreeze(m_freeze);
    showText(m_name, plan.job.name);
    showText(m_description, plan.job.description);
    m_modifyDisks->setChecked(plan.modifyDisks);
    m_limit->setValue(plan.transfer.limitMbps);
    m_compression->setValue(plan.transfer.compression);
    m_slider->setValue(plan.transfer.compression);
    m_checksum->setChecked(plan.transfer.checksum);
    m_waits->setChecked(plan.cutover == Plan::Cutover::Manual);
    m_waitsField->setShown(live);
    m_freeze->setValue(plan.transfer.freezeSeconds);
    m_freezeField->setShown(live);
    m_tls->setCurrentIndex(int(tlsValues.indexOf(plan.transfer.tls)));
    m_licence->setCurrentIndex(int(licenceValues.indexOf(plan.job.licenseType)));
    m_diagnostics->setChecked(plan.job.reportDiagnostics);
    if (m_instanceType->count() != instanceTypes.size()) {
        m_instanceType->clear();
        m_instanceType->addItems(instanceTypes);
    }
    if (m_instanceType->currentText() != plan.job.instanceType)
        m_instanceType->setEditText(plan.job.instanceType);
    m_tags->show(plan.job.tags);
    sayOwnLimits();
}

void SettingsAdvanced::apply(Plan &plan) const
{
    plan.job.name = m_name->text();
    plan.job.description = m_description->text();
    plan.modifyDisks = m_modifyDisks->isChecked();
    plan.transfer.limitMbps = m_limit->value();
    plan.transfer.compression = m_compression->value();
    plan.transfer.checksum = m_checksum->isChecked();
    plan.transfer.freezeSeconds = m_freeze->value();
    plan.cutover = m_waits->isChecked() ? Plan::Cutover::Manual : Plan::Cutover::Automatic;
    plan.transfer.tls = tlsValues.value(m_tls->currentIndex(), plan.transfer.tls);
    plan.job.licenseType = licenceValues.value(m_licence->currentIndex(), plan.job.licenseType);
    plan.job.instanceType = m_instanceType->currentText().trimmed();
    plan.job.reportDiagnostics = m_diagnostics->isChecked();
    plan.job.tags = m_tags->tags();
}

void SettingsAdvanced::note(const QList<Problem> &problems, const Plan &plan)
{
    for (FormField *field : {m_nameField, m_descriptionField, m_licenceField})
        field->note().clear();
    for (const Problem &problem : problems) {
        const QString text = said::of(problem);
        if (problem.rule == Rule::NameIllegal && problem.name == plan.job.name)
            m_nameField->note().say(FieldNote::Kind::Error, text);
        else if (problem.rule == Rule::DescriptionIllegal)
            m_descriptionField->note().say(FieldNote::Kind::Error, text);
        else if (problem.rule == Rule::LicenceMismatch)
            m_licenceField->note().say(FieldNote::Kind::Warning, text);
    }
    m_tagsField->note().say(FieldNote::Kind::Error, m_tags->problemText());
}

int SettingsAdvanced::changedValues(const Plan &plan)
{
    const Plan fresh;
    const bool changed[] = {plan.job.name != fresh.job.name, plan.job.description != fresh.job.description,
        plan.modifyDisks != fresh.modifyDisks, plan.transfer.limitMbps != fresh.transfer.limitMbps,
        plan.transfer.compression != fresh.transfer.compression, plan.transfer.checksum != fresh.transfer.checksum,
        plan.transfer.tls != fresh.transfer.tls, plan.job.licenseType != fresh.job.licenseType, plan.job.tags != fresh.job.tags,
        plan.cutover != fresh.cutover, plan.job.instanceType != fresh.job.instanceType,
        plan.job.reportDiagnostics != fresh.job.reportDiagnostics, plan.transfer.diskMBps != fresh.transfer.diskMBps,
        plan.transfer.niceness != fresh.transfer.niceness, plan.transfer.backOff != fresh.transfer.backOff,
        plan.transfer.schedule != fresh.transfer.schedule, plan.transfer.freezeSeconds != fresh.transfer.freezeSeconds};
    return int(std::count(std::begin(changed), std::end(changed), true));
}

void SettingsAdvanced::sayOwnLimits()
{
    QStringList lines;
    if (m_plan.transfer.diskMBps > 0)
        lines.append(tr("Reading from this server's disks: at most %1 MB/s").arg(format::number(m_plan.transfer.diskMBps)));
    if (m_plan.transfer.niceness > 0)
        lines.append(tr("Niceness: %1").arg(format::number(m_plan.transfer.niceness)));
    if (!m_plan.transfer.backOff)
        lines.append(tr("Does not stand back when this server's own disk accesses slow down"));
    for (const LimitWindow &window : m_plan.transfer.schedule) {
        //: %1 days and times, %2 a speed such as 100 Mbit/s
        lines.append(tr("%1: %2").arg(format::ltr(describe(window)), format::limit(window.limitMbps)));
    }
    if (!lines.isEmpty())
        lines.prepend(tr("Set by the plan file:"));
    m_ownLimits->say(lines.join(QLatin1Char('\n')));
    m_ownLimits->setVisible(!lines.isEmpty());
}

void SettingsAdvanced::sayFreezeHint()
{
    m_freezeField->note().say(FieldNote::Kind::Hint,
        tr("How long programs here may be kept from writing while the final point is taken. A server that writes much may need more."));
}

void SettingsAdvanced::fillChoices()
{
    const auto fill = [](QComboBox *combo, const QStringList &texts) {
        const int index = combo->currentIndex();
        combo->clear();
        combo->addItems(texts);
        combo->setCurrentIndex(index);
    };
    fill(m_tls, {tr("Auto"), tr("On"), tr("Off")});
    fill(m_licence, {QStringLiteral("Alibaba Cloud"), QStringLiteral("BYOL")});
}

void SettingsAdvanced::retranslate()
{
    fillChoices();
    m_nameField->setLabel(tr("&Job name:"));
    m_descriptionField->setLabel(tr("&Description:"));
    m_modifyDisks->setText(tr("&Modify disk partition"));
    m_modifyField->note().say(FieldNote::Kind::Hint, tr("Choose disks, sizes and order yourself on the next page."));
    m_limitField->setLabel(tr("Speed &limit (Mbit/s):"));
    m_limit->setSpecialValueText(tr("Unlimited"));
    m_compressionField->setLabel(tr("Com&pression ratio (0 = none):"));
    m_compression->setAccessibleName(tr("Compression ratio as a number"));
    m_checksum->setText(tr("&Verify check sums"));
    m_checksumField->note().say(FieldNote::Kind::Hint, tr("More certain, but slower."));
    m_waits->setText(tr("Wait for me before the &final point"));
    m_waitsField->note().say(FieldNote::Kind::Hint,
        tr("The copy follows the server until you say so on the Migration page. Otherwise the final point is taken as soon as it is "
           "short."));
    m_freezeField->setLabel(tr("Longest &hold (s):"));
    sayFreezeHint();
    m_tlsField->setLabel(tr("SSL-&encrypted transmission:"));
    m_licenceField->setLabel(tr("Licence t&ype:"));
    m_tagsField->setLabel(tr("Ta&gs:"));
    m_tags->table()->setAccessibleName(tr("Tags"));
    m_instanceField->setLabel(tr("&Intermediate instance type:"));
    m_instanceType->lineEdit()->setPlaceholderText(tr("Automatic"));
    m_instanceField->note().say(
        FieldNote::Kind::Hint, tr("If the type you choose is out of stock, the job cannot be created. Leave it empty to have one chosen."));
    m_diagnostics->setText(tr("&Report diagnostic logs"));
    m_whatIsSent->setText(tr("&What is sent?"));
    m_sent->say(tr("The log of this migration: phases, speeds, error codes, names of disks and cloud resources. No file contents, no "
                   "file names, no codes, keys or passwords."));
    m_tags->retranslate();
    sayOwnLimits();
}

}
