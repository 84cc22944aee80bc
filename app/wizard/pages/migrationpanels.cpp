#include "app/wizard/pages/migrationpanels.h"

#include "app/wizard/shell/clipboard.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/flowlayout.h"
#include "app/wizard/widgets/numberbox.h"
#include "core/base/errortext.h"
#include "core/layout/planrules.h"

#include <QCheckBox>
#include <QDir>
#include <QFileDialog>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

const char *const troubleshootAddress = "https://www.alibabacloud.com/help/en/smc/";

QLabel *makeLabel(QWidget *parent, const char *name)
{
    auto *label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

QPushButton *makeButton(QWidget *parent, const char *name)
{
    auto *button = new QPushButton(parent);
    button->setObjectName(QLatin1String(name));
    return button;
}

}

QString resourceLine(const ResourceInfo &resource)
{
    const QString name = format::ltr(format::shown(resource.id.isEmpty() ? resource.name : resource.id));
    if (!resource.pricePerDay)
        return ErrorPanel::tr("%1 %2: price not known").arg(resource.kindText(), name);
    if (*resource.pricePerDay <= 0)
        return ErrorPanel::tr("%1 %2: free").arg(resource.kindText(), name);
    //: A cloud resource: kind, id, currency such as CNY, amount
    return ErrorPanel::tr("%1 %2: %3 %4 a day")
        .arg(resource.kindText(), name, format::shown(resource.currency), format::decimal(*resource.pricePerDay, 2));
}

CancelPanel::CancelPanel(QWidget *parent)
    : QFrame(parent)
    , m_question(makeLabel(this, "cancelQuestion"))
    , m_keep(makeButton(this, "keepMigrating"))
    , m_cancel(makeButton(this, "confirmCancel"))
{
    setObjectName(QStringLiteral("cancelPanel"));
    setFrameShape(QFrame::StyledPanel);
    auto *column = new QVBoxLayout(this);
    column->addWidget(m_question);
    auto *row = new FlowLayout;
    row->addWidget(m_keep);
    row->addWidget(m_cancel);
    column->addLayout(row);
    connect(m_keep, &QPushButton::clicked, this, &CancelPanel::kept);
    connect(m_cancel, &QPushButton::clicked, this, &CancelPanel::confirmed);
    retranslate();
    hide();
}

void CancelPanel::open()
{
    show();
    m_keep->setFocus(Qt::OtherFocusReason);
}

void CancelPanel::retranslate()
{
    m_question->setText(tr("Cancel this migration? The job is deleted, the intermediate instance is released and the copied data is lost. "
                           "What was used until now is still charged."));
    m_question->setAccessibleName(m_question->text());
    m_keep->setText(tr("&Keep migrating"));
    m_cancel->setText(tr("Cancel migrati&on"));
}

void CancelPanel::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape)
        Q_EMIT kept();
    else
        QFrame::keyPressEvent(event);
}

ModifyPanel::ModifyPanel(QWidget *parent)
    : QFrame(parent)
    , m_limitLabel(new QLabel(this))
    , m_limit(new NumberBox(this))
    , m_compressionLabel(new QLabel(this))
    , m_compression(new NumberBox(this))
    , m_checksum(new QCheckBox(this))
    , m_apply(makeButton(this, "modifyApply"))
    , m_close(makeButton(this, "modifyClose"))
    , m_result(makeLabel(this, "modifyResult"))
{
    setObjectName(QStringLiteral("modifyPanel"));
    setFrameShape(QFrame::StyledPanel);
    m_limit->setObjectName(QStringLiteral("modifyLimit"));
    m_limit->setRange(0, limits::limitMbpsMost);
    m_compression->setObjectName(QStringLiteral("modifyCompression"));
    m_compression->setRange(0, limits::compressionMost);
    m_checksum->setObjectName(QStringLiteral("modifyChecksum"));
    m_limitLabel->setBuddy(m_limit);
    m_compressionLabel->setBuddy(m_compression);
    auto *grid = new QGridLayout(this);
    grid->addWidget(m_limitLabel, 0, 0);
    grid->addWidget(m_limit, 0, 1);
    grid->addWidget(m_compressionLabel, 1, 0);
    grid->addWidget(m_compression, 1, 1);
    grid->addWidget(m_checksum, 2, 0, 1, 3);
    auto *row = new FlowLayout;
    row->addWidget(m_apply);
    row->addWidget(m_close);
    grid->addLayout(row, 3, 0, 1, 3);
    grid->addWidget(m_result, 4, 0, 1, 3);
    grid->setColumnStretch(2, 1);
    connect(m_close, &QPushButton::clicked, this, &QWidget::hide);
    connect(m_apply, &QPushButton::clicked, this, [this] {
        Q_EMIT applied({m_limit->value(), m_compression->value(), m_checksum->isChecked()}); // what is seen is what counts
    });
    retranslate();
    hide();
}

void ModifyPanel::open(int limitMbps, int compression, bool checksum)
{
    m_limit->setValue(limitMbps);
    m_compression->setValue(compression);
    m_checksum->setChecked(checksum);
    say({});
    show();
    m_limit->setFocus(Qt::OtherFocusReason);
}

void ModifyPanel::retranslate()
{
    m_limitLabel->setText(tr("Speed &limit (Mbit/s):"));
    m_limit->setSpecialValueText(tr("Unlimited"));
    m_compressionLabel->setText(tr("Co&mpression:"));
    m_compression->setSpecialValueText(tr("Off"));
    m_checksum->setText(tr("&Verify the copied data by checksum"));
    m_apply->setText(tr("&Apply"));
    m_close->setText(tr("Cl&ose"));
}

void ModifyPanel::say(const QString &result)
{
    m_result->setText(result);
    m_result->setAccessibleName(result);
    m_result->setVisible(!result.isEmpty());
}

ErrorPanel::ErrorPanel(JobWatch &watch, QWidget *parent)
    : QFrame(parent)
    , m_watch(watch)
    , m_title(makeLabel(this, "errorTitle"))
    , m_why(makeLabel(this, "errorWhy"))
    , m_remedy(makeLabel(this, "errorRemedy"))
    , m_link(makeLabel(this, "errorLink"))
    , m_evidenceFold(new Disclosure(this))
    , m_evidence(makeLabel(this, "errorEvidence"))
    , m_kept(makeLabel(this, "errorKept"))
    , m_diagnosticsText(makeLabel(this, "diagnosticsText"))
    , m_retry(makeButton(this, "errorRetry"))
    , m_copy(makeButton(this, "errorCopy"))
    , m_diagnostics(makeButton(this, "errorDiagnostics"))
    , m_save(makeButton(this, "diagnosticsSave"))
    , m_cleanUp(makeButton(this, "errorCleanUp"))
{
    setObjectName(QStringLiteral("errorPanel"));
    setFrameShape(QFrame::StyledPanel);
    QFont bold = font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_evidenceFold->setObjectName(QStringLiteral("errorEvidenceFold"));
    m_evidenceFold->setPart(m_evidence);
    auto *buttons = new FlowLayout;
    for (QPushButton *button : {m_retry, m_copy, m_diagnostics, m_cleanUp})
        buttons->addWidget(button);
    auto *column = new QVBoxLayout(this);
    for (QWidget *each : {m_title, m_why, m_remedy, m_kept})
        column->addWidget(each);
    column->addLayout(buttons);
    column->addWidget(m_diagnosticsText);
    column->addWidget(m_save, 0, Qt::AlignLeading);
    column->addWidget(m_evidenceFold, 0, Qt::AlignLeading);
    column->addWidget(m_evidence);
    column->addWidget(m_link);
    m_diagnosticsText->hide();
    m_save->hide();
    connect(m_retry, &QPushButton::clicked, this, &ErrorPanel::retryWished);
    connect(m_cleanUp, &QPushButton::clicked, this, &ErrorPanel::cleanUpWished);
    connect(m_copy, &QPushButton::clicked, this, [this] { copyText(allText()); });
    connect(m_diagnostics, &QPushButton::clicked, this, &ErrorPanel::listDiagnostics);
    connect(m_save, &QPushButton::clicked, this, &ErrorPanel::saveDiagnostics);
    refresh();
}

void ErrorPanel::refresh()
{
    const edgelift::Error error = m_watch.error().value_or(edgelift::Error{});
    const ErrorText words = describe(error);
    //: %1: what happened, %2: a code such as EL-0212
    m_title->setText(tr("The migration stopped: %1 [%2]").arg(words.title, format::ltr(displayCode(error.code))));
    m_why->setText(words.message);
    m_remedy->setText(words.remedy);
    m_evidenceFold->setText(tr("E&vidence"));
    m_evidence->setText(tr("Code: %1\nPhase: %2\nTime: %3\nDetail: %4")
                            .arg(format::ltr(displayCode(error.code) + QLatin1Char(' ') + codeName(error.code)),
                                phaseTitle(m_watch.errorPhase()), format::clock(m_watch.errorTime()),
                                error.detail.isEmpty() ? QStringLiteral("–") : format::ltr(format::shown(error.detail))));
    m_link->setText(tr("Troubleshoot errors: %1").arg(format::ltr(QLatin1String(troubleshootAddress))));
    m_retry->setText(tr("Re&try"));
    m_copy->setText(tr("Cop&y"));
    m_diagnostics->setText(tr("Save dia&gnostics…"));
    m_save->setText(tr("Save t&hese files…"));
    m_cleanUp->setText(tr("Cancel job and clean &up…"));
    m_retry->setEnabled(m_watch.can(JobWatch::Action::Retry));
    m_cleanUp->setEnabled(m_watch.can(JobWatch::Action::Cancel));
    showResources();
    for (QLabel *label : {m_title, m_why, m_remedy, m_evidence, m_link, m_kept, m_diagnosticsText})
        label->setAccessibleName(label->text());
}

void ErrorPanel::showResources()
{
    QStringList lines;
    for (const ResourceInfo &resource : m_watch.resources())
        lines.append(resourceLine(resource));
    m_kept->setVisible(!lines.isEmpty());
    m_kept->setText(tr("Still there and costing until you clean up:\n%1").arg(lines.join(QLatin1Char('\n'))));
}

QString ErrorPanel::allText() const
{
    QStringList parts;
    for (const QLabel *label : {m_title, m_why, m_remedy, m_evidence})
        parts.append(label->text());
    if (!m_watch.resources().isEmpty())
        parts.append(m_kept->text());
    return parts.join(QLatin1Char('\n'));
}

void ErrorPanel::listDiagnostics()
{
    m_watch.listDiagnostics(this, [this](const Result<QList<JobWatch::DiagnosticsEntry>> &list) {
        m_diagnosticsText->show();
        m_save->setVisible(bool(list));
        if (!list) {
            m_diagnosticsText->setText(describe(list.error()).message);
            return refresh();
        }
        QStringList lines;
        for (const JobWatch::DiagnosticsEntry &entry : *list)
            lines.append(tr("%1 (%2)").arg(format::ltr(format::shown(entry.name)), format::size(entry.bytes)));
        m_diagnosticsText->setText(tr("These files will be saved, without secrets:\n%1").arg(lines.join(QLatin1Char('\n'))));
        refresh();
        m_save->setFocus(Qt::OtherFocusReason);
    });
}

void ErrorPanel::saveDiagnostics()
{
    const QString proposed = QDir::home().filePath(QStringLiteral("edgelift-diagnostics.zip"));
    const QString path = QFileDialog::getSaveFileName(this, tr("Save diagnostics"), proposed, tr("ZIP archives (*.zip)"));
    if (path.isEmpty())
        return;
    m_watch.saveDiagnostics(path, this, [this, path](const Result<> &result) {
        m_diagnosticsText->setText(result ? tr("Saved as %1.").arg(format::ltr(format::shown(path))) : describe(result.error()).message);
        m_diagnosticsText->setAccessibleName(m_diagnosticsText->text());
        m_save->setVisible(!result);
    });
}

}
