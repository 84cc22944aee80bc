#include "app/wizard/pages/cleanupbox.h"

#include "app/wizard/pages/links.h"
#include "app/wizard/pages/resourcelist.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/askpanel.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/flowlayout.h"
#include "app/wizard/widgets/linkline.h"
#include "app/wizard/widgets/parts.h"
#include "core/base/errortext.h"

#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

using State = JobWatch::State;

}

CleanUpBox::CleanUpBox(JobWatch &watch, QWidget *parent)
    : QWidget(parent)
    , m_watch(watch)
    , m_title(makeText(this, "cleanUpTitle"))
    , m_text(makeText(this, "finishCleanUp"))
    , m_problem(makeText(this, "cleanUpProblem"))
    , m_list(new ResourceList(this))
    , m_clean(makeButton(this, "releaseNow"))
    , m_question(new AskPanel(this, QStringLiteral("clean")))
    , m_handFold(new Disclosure(this))
    , m_hand(new QWidget(this))
    , m_handText(makeText(m_hand, "byHandText"))
    , m_handLink(new LinkLine(m_hand, QStringLiteral("byHandLink"), QLatin1String(links::ecsConsole)))
{
    m_handFold->setObjectName(QStringLiteral("byHandFold"));
    layOut();
    connect(m_clean, &QPushButton::clicked, m_question, &AskPanel::open);
    connect(m_handFold, &QAbstractButton::toggled, this, [this] { bringIntoView(*m_hand); });
    connect(m_question, &AskPanel::confirmed, &m_watch, &JobWatch::clean);
    connect(m_question, &AskPanel::kept, this, [this] { m_clean->setFocus(Qt::OtherFocusReason); });
}

void CleanUpBox::layOut()
{
    embolden(*m_title);
    auto *hand = new QVBoxLayout(m_hand);
    hand->setContentsMargins(0, 0, 0, 0);
    hand->addWidget(m_handText);
    hand->addWidget(m_handLink);
    m_handFold->setPart(m_hand);
    auto *buttons = new FlowLayout;
    buttons->addWidget(m_clean);
    buttons->addWidget(m_handFold);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    for (QWidget *each : std::initializer_list<QWidget *>{m_title, m_problem, m_text, m_list})
        column->addWidget(each);
    column->addLayout(buttons);
    column->addWidget(m_question);
    column->addWidget(m_hand);
}

QString CleanUpBox::text() const
{
    if (m_watch.lastState() == State::Cancelling)
        return tr("What the migration made in the cloud is being removed. You may close this window: it goes on.");
    if (isAnythingLeft(m_watch.resources()))
        return tr("These still exist in the cloud and keep costing until they are removed:");
    return tr("Everything temporary was released: the transit instance, the temporary images and snapshots.");
}

QString CleanUpBox::problem() const
{
    if (!m_watch.isCancelFailed() || !m_watch.error())
        return {};
    const ErrorText words = describe(*m_watch.error());
    //: Why a clean-up failed: %1 to what it happened, %2 what to do, %3 a code such as EL-0212
    return tr("The last clean-up was not complete: %1 %2 [%3]")
        .arg(words.message, words.remedy, format::ltr(displayCode(m_watch.error()->code)));
}

void CleanUpBox::refresh()
{
    const bool left = isAnythingLeft(m_watch.resources()) && m_watch.lastState() != State::Cancelling;
    const bool job = m_watch.lastState() == State::Error && !m_watch.isCancelFailed();
    m_text->say(text());
    sayOrHide(*m_problem, problem());
    m_list->show(m_watch.lastState() == State::Cancelling ? QList<ResourceInfo>() : m_watch.resources());
    const bool can = left && m_watch.lastState() != State::Completed; // the agent keeps a finished job as it is
    m_clean->setVisible(can);
    m_clean->setEnabled(!m_watch.isBusy() && !m_watch.isStale());
    m_question->setConfirmable(m_clean->isEnabled());
    if (!can)
        m_question->hide();
    m_handFold->setVisible(left);
    m_hand->setVisible(left && m_handFold->isOpen());
    m_question->setTexts(job ? tr("Clean up? The job is deleted, the transit instance is released and the copied data is lost.")
                             : tr("Clean up? Everything listed here but what is kept on purpose is removed from the cloud."),
        tr("&Keep"), tr("Clean u&p now"));
}

QWidget *CleanUpBox::firstField() const { return m_clean->isVisibleTo(this) && m_clean->isEnabled() ? m_clean : nullptr; }

void CleanUpBox::retranslate()
{
    m_title->say(tr("Clean-up"));
    m_clean->setText(tr("Clean &up…"));
    m_handFold->setText(tr("How to do it by han&d"));
    m_handText->say(
        tr("Sign in to the console, choose the region, and remove what is listed here from top to bottom: release the instance, delete "
           "images, snapshots, disks and the network, and the objects in the bucket. Look for it by its id."));
    m_handLink->setTitle(tr("ECS console"));
    m_list->retranslate();
    refresh();
}

}
