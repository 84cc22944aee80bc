#include "app/wizard/pages/errorpanel.h"

#include "app/wizard/pages/diagnosticsbox.h"
#include "app/wizard/pages/links.h"
#include "app/wizard/pages/resourcelist.h"
#include "app/wizard/shell/clipboard.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/flowlayout.h"
#include "app/wizard/widgets/linkline.h"
#include "app/wizard/widgets/parts.h"
#include "app/wizard/widgets/phasestrip.h"
#include "core/base/errortext.h"

#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

QString orDash(const QString &text) { return text.isEmpty() ? QStringLiteral("–") : text; }

}

ErrorPanel::ErrorPanel(JobWatch &watch, QWidget *parent)
    : QFrame(parent)
    , m_watch(watch)
    , m_title(makeText(this, "errorTitle"))
    , m_why(makeText(this, "errorWhy"))
    , m_remedy(makeText(this, "errorRemedy"))
    , m_again(makeText(this, "errorAgain"))
    , m_keptTitle(makeText(this, "errorKept"))
    , m_kept(new ResourceList(this))
    , m_retry(makeButton(this, "errorRetry"))
    , m_restart(makeButton(this, "startAgain"))
    , m_cleanUp(makeButton(this, "errorCleanUp"))
    , m_copy(makeButton(this, "errorCopy"))
    , m_diagnostics(makeButton(this, "errorDiagnostics"))
    , m_files(new DiagnosticsBox(watch.link(), this))
    , m_evidenceFold(new Disclosure(this))
    , m_evidence(makeText(this, "errorEvidence"))
    , m_link(new LinkLine(this, QStringLiteral("errorLink"), QLatin1String(links::faq)))
{
    setObjectName(QStringLiteral("errorPanel"));
    setFrameShape(QFrame::StyledPanel);
    embolden(*m_title);
    m_evidenceFold->setObjectName(QStringLiteral("errorEvidenceFold"));
    m_evidenceFold->setPart(m_evidence);
    layOut();
    connectParts();
}

void ErrorPanel::layOut()
{
    auto *buttons = new FlowLayout;
    for (QWidget *button : std::initializer_list<QWidget *>{m_retry, m_restart, m_cleanUp, m_copy, m_diagnostics, m_evidenceFold})
        buttons->addWidget(button);
    auto *mark = new PhaseMark(this);
    mark->setState(PhaseMark::State::Failed);
    auto *head = new QHBoxLayout;
    head->addWidget(mark, 0, Qt::AlignTop);
    head->addWidget(m_title, 1);
    auto *column = new QVBoxLayout(this);
    column->addLayout(head);
    for (QWidget *each : std::initializer_list<QWidget *>{m_why, m_remedy, m_again, m_keptTitle, m_kept})
        column->addWidget(each);
    column->addLayout(buttons);
    for (QWidget *each : std::initializer_list<QWidget *>{m_files, m_evidence, m_link})
        column->addWidget(each);
}

void ErrorPanel::connectParts()
{
    connect(m_retry, &QPushButton::clicked, this, &ErrorPanel::retryWished);
    connect(m_restart, &QPushButton::clicked, this, &ErrorPanel::restartWished);
    connect(m_cleanUp, &QPushButton::clicked, this, &ErrorPanel::cleanUpWished);
    connect(m_copy, &QPushButton::clicked, this, [this] { copyText(allText()); });
    connect(m_evidenceFold, &QAbstractButton::toggled, this, [this] { bringIntoView(*m_evidence); });
    connect(m_diagnostics, &QPushButton::clicked, m_files, &DiagnosticsBox::list);
}

void ErrorPanel::refresh()
{
    const edgelift::Error error = m_watch.error().value_or(edgelift::Error{});
    const ErrorText words = describe(error);
    //: %1: what happened, %2: a code such as EL-0212
    m_title->say(tr("The migration stopped: %1 [%2]").arg(words.title, format::ltr(displayCode(error.code))));
    m_why->say(words.message);
    m_remedy->say(words.remedy);
    sayOrHide(*m_again, retryText());
    const QList<ResourceInfo> &left = m_watch.resources();
    m_kept->show(left);
    sayOrHide(
        *m_keptTitle, left.isEmpty() ? QString() : tr("These still exist in the cloud and keep costing until you retry or clean up:"));
    m_evidence->say(evidence());
    const bool gone = error.code == ErrorCode::TransitReleased;
    m_retry->setVisible(!gone);
    m_restart->setVisible(gone);
    m_retry->setEnabled(m_watch.can(JobWatch::Action::Retry));
    m_restart->setEnabled(m_watch.can(JobWatch::Action::Cancel)); // which it begins with
    m_cleanUp->setEnabled(m_watch.can(JobWatch::Action::Cancel));
}

QString ErrorPanel::evidence() const
{
    const edgelift::Error error = m_watch.error().value_or(edgelift::Error{});
    return tr("Code: %1\nPhase: %2\nTime: %3\nDetail: %4")
        .arg(format::ltr(displayCode(error.code) + QLatin1Char(' ') + codeName(error.code)), phaseTitle(m_watch.errorPhase()),
            orDash(format::date(m_watch.errorTime())), orDash(format::ltr(format::shown(error.detail))));
}

/// A retry that ended in an error is no news to look for in the log.
QString ErrorPanel::retryText() const
{
    if (!m_watch.retriedAt().isValid())
        return {};
    const QString time = format::clock(m_watch.retriedAt());
    return m_watch.isSameErrorAgain() ? tr("You retried at %1: it came to the same error again.").arg(time)
                                      : tr("You retried at %1: it came to another error.").arg(time);
}

QString ErrorPanel::allText() const
{
    QStringList parts;
    for (const QLabel *label : {m_title, m_why, m_remedy, m_again, m_evidence, m_keptTitle})
        parts.append(label->accessibleName());
    parts.append(m_kept->text());
    parts.removeAll(QString());
    return parts.join(QLatin1Char('\n'));
}

void ErrorPanel::focusRemedy()
{
    for (QPushButton *button : {m_retry, m_restart, m_cleanUp, m_copy}) {
        if (!button->isHidden() && button->isEnabled()) {
            button->setFocus(Qt::OtherFocusReason);
            return;
        }
    }
}

void ErrorPanel::retranslate()
{
    m_retry->setText(tr("Re&try"));
    m_restart->setText(tr("Start again &with the same settings"));
    m_cleanUp->setText(tr("Cancel job and clean &up…"));
    m_copy->setText(tr("Cop&y"));
    m_copy->setAccessibleName(tr("Copy what is said about this error"));
    m_diagnostics->setText(tr("Save dia&gnostics…"));
    m_evidenceFold->setText(tr("E&vidence"));
    m_link->setTitle(tr("Troubleshoot errors"));
    m_kept->retranslate();
    m_files->retranslate();
    refresh();
}

}
