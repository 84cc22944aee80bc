#include "app/wizard/pages/modifypanel.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/fieldnote.h"
#include "app/wizard/widgets/flowlayout.h"
#include "app/wizard/widgets/numberbox.h"
#include "app/wizard/widgets/parts.h"
#include "core/layout/planrules.h"

#include <QAccessible>
#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>

namespace edgelift::wizard {

ModifyPanel::ModifyPanel(JobWatch &watch, QWidget *parent)
    : QFrame(parent)
    , m_watch(watch)
    , m_limitLabel(new QLabel(this))
    , m_limit(new NumberBox(this))
    , m_compressionLabel(new QLabel(this))
    , m_compression(new NumberBox(this))
    , m_freezeLabel(new QLabel(this))
    , m_freeze(new NumberBox(this))
    , m_checksum(new QCheckBox(this))
    , m_apply(makeButton(this, "modifyApply"))
    , m_close(makeButton(this, "modifyClose"))
    , m_note(new FieldNote(nullptr, this))
    , m_window(new FieldNote(nullptr, this))
    , m_result(makeText(this, "modifyResult"))
{
    setObjectName(QStringLiteral("modifyPanel"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
    m_limit->setObjectName(QStringLiteral("modifyLimit"));
    m_limit->setRange(0, limits::limitMbpsMost);
    m_compression->setObjectName(QStringLiteral("modifyCompression"));
    m_compression->setRange(0, limits::compressionMost);
    m_freeze->setObjectName(QStringLiteral("modifyFreeze"));
    m_freeze->setRange(1, limits::freezeSecondsMost);
    m_checksum->setObjectName(QStringLiteral("modifyChecksum"));
    m_window->setObjectName(QStringLiteral("modifyWindow"));
    layOut();
    connect(m_close, &QPushButton::clicked, this, &ModifyPanel::close);
    connect(m_apply, &QPushButton::clicked, this, &ModifyPanel::apply);
    connect(&m_watch, &JobWatch::modified, this, &ModifyPanel::applied);
    retranslate();
    hide();
}

void ModifyPanel::layOut()
{
    auto *fields = new FlowLayout; // side by side where there is room
    for (const auto &[label, box] : {std::pair(m_limitLabel, m_limit), {m_compressionLabel, m_compression}, {m_freezeLabel, m_freeze}}) {
        auto *holder = new QWidget(this);
        auto *row = new QHBoxLayout(holder);
        row->setContentsMargins(0, 0, 0, 0);
        row->addWidget(label);
        row->addWidget(box);
        box->setFixedWidth(fontMetrics().averageCharWidth() * 16);
        label->setBuddy(box);
        fields->addWidget(holder);
        connect(box, &NumberBox::clamped, this, [this, box = box](int to) {
            QMetaObject::invokeMethod( // after valueChanged()
                this, [this, box, to] { m_note->say(FieldNote::Kind::Warning, clampedText(*box, to)); }, Qt::QueuedConnection);
        });
        connect(box, &QSpinBox::valueChanged, this, [this] {
            m_note->clear();
            refresh();
        });
    }
    fields->addWidget(m_checksum);
    connect(m_checksum, &QCheckBox::toggled, this, &ModifyPanel::refresh);
    auto *row = new FlowLayout;
    row->addWidget(m_apply);
    row->addWidget(m_close);
    auto *column = new QVBoxLayout(this);
    column->addLayout(fields);
    column->addWidget(m_note);
    column->addWidget(m_window);
    column->addLayout(row);
    column->addWidget(m_result);
}

void ModifyPanel::open()
{
    m_watch.askPlan(this, [this](const edgelift::Result<Plan> &plan) {
        if (!plan)
            return Q_EMIT failed(plan.error());
        fill(plan->transfer);
        show();
        m_limit->setFocus(Qt::OtherFocusReason);
        m_limit->selectAll();
        bringIntoView(*this);
        Q_EMIT opened();
    });
}

void ModifyPanel::fill(const Plan::Transfer &transfer)
{
    m_transfer = transfer;
    m_limit->setValue(transfer.limitMbps);
    m_compression->setValue(transfer.compression);
    m_freeze->setValue(transfer.freezeSeconds);
    m_checksum->setChecked(transfer.checksum);
    m_said = Said::Nothing;
    refresh();
}

/// Only what was changed is sent: the rest may have been changed by somebody else meanwhile.
JobWatch::Change ModifyPanel::change() const
{
    JobWatch::Change out;
    if (m_limit->value() != m_transfer.limitMbps)
        out.limitMbps = m_limit->value();
    if (m_compression->value() != m_transfer.compression)
        out.compression = m_compression->value();
    if (m_checksum->isChecked() != m_transfer.checksum)
        out.checksum = m_checksum->isChecked();
    if (m_freeze->value() != m_transfer.freezeSeconds)
        out.freezeSeconds = m_freeze->value();
    return out;
}

void ModifyPanel::apply()
{
    m_asked = change();
    if (window()->focusWidget() == m_apply)
        m_limit->setFocus(Qt::OtherFocusReason); // there will be nothing to apply
    m_watch.modify(m_asked);
}

void ModifyPanel::applied(bool later)
{
    m_said = later ? Said::Later : m_asked.limitMbps ? Said::NewLimit : Said::Applied;
    m_transfer.limitMbps = m_asked.limitMbps.value_or(m_transfer.limitMbps);
    m_transfer.compression = m_asked.compression.value_or(m_transfer.compression);
    m_transfer.checksum = m_asked.checksum.value_or(m_transfer.checksum);
    m_transfer.freezeSeconds = m_asked.freezeSeconds.value_or(m_transfer.freezeSeconds);
    refresh();
    QAccessibleEvent alert(m_result, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void ModifyPanel::refresh()
{
    const bool differs = !change().isEmpty();
    if (differs)
        m_said = Said::Nothing;
    m_apply->setEnabled(differs && m_watch.can(JobWatch::Action::Modify));
    m_freeze->parentWidget()->setVisible(m_watch.job().live); // others have no final moment
    const ProgressInfo::Limits &now = m_watch.progress().limits;
    m_window->say(FieldNote::Kind::Hint,
        now.window.isEmpty() ? QString()
                             //: %1: a part of the week such as "mon, fri 22:00–06:00", %2: a speed limit
                             : tr("The time plan is in force now (%1): %2. The limit above counts outside of it.")
                                   .arg(format::shown(now.window), format::limit(now.limitMbps)));
    sayOrHide(*m_result, resultText());
}

QString ModifyPanel::resultText() const
{
    switch (m_said) {
    case Said::Nothing:
        return {};
    case Said::Applied:
        return tr("Applied.");
    case Said::NewLimit:
        return tr("Applied. The new limit takes effect within %1 s.").arg(format::number(10));
    case Said::Later:
        return tr("Applied. It takes effect when the migration goes on.");
    }
    Q_UNREACHABLE();
}

void ModifyPanel::close()
{
    hide();
    Q_EMIT closed();
}

void ModifyPanel::keyPressEvent(QKeyEvent *event)
{
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (event->key() == Qt::Key_Escape)
        close();
    else if (enter && window()->focusWidget() != m_close)
        m_apply->click();
    else
        QFrame::keyPressEvent(event);
}

void ModifyPanel::retranslate()
{
    m_limitLabel->setText(tr("&Speed limit (Mbit/s):"));
    m_limit->setSpecialValueText(tr("Unlimited"));
    m_compressionLabel->setText(tr("Compress&ion:"));
    m_compression->setSpecialValueText(tr("Off"));
    m_freezeLabel->setText(tr("Lon&gest hold (s):"));
    m_freeze->setToolTip(tr("How many seconds this server may be kept from writing while the final point is taken."));
    m_freeze->setAccessibleDescription(m_freeze->toolTip());
    m_checksum->setText(tr("Veri&fy the copied data by checksum"));
    m_apply->setText(tr("&Apply"));
    m_close->setText(tr("Clos&e"));
    refresh();
}

}
