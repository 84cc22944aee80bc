#include "app/wizard/pages/resumepage.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/textlabel.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

namespace edgelift::wizard {

ResumePage::ResumePage(Session &session, QWidget *parent)
    : Page(session, parent)
    , m_text(new TextLabel(this, "resumeText"))
    , m_secrets(new TextLabel(this, "resumeSecrets"))
    , m_continue(new QPushButton(this))
    , m_over(new QPushButton(this))
{
    m_continue->setObjectName(QStringLiteral("resumeContinue"));
    m_over->setObjectName(QStringLiteral("resumeStartOver"));
    auto *row = new QHBoxLayout;
    row->addWidget(m_continue);
    row->addWidget(m_over);
    row->addStretch();
    auto *column = new QVBoxLayout(this);
    column->addWidget(m_text);
    column->addWidget(m_secrets);
    column->addLayout(row);
    column->addStretch();
    connect(m_continue, &QPushButton::clicked, this, [this] { Q_EMIT resumed(m_saved.page); });
    connect(m_over, &QPushButton::clicked, this, [this] {
        const auto question = [this] {
            return m_saved.sourceId.isEmpty()
                ? tr("Discard the saved setup?")
                : tr("Discard the saved setup? The imported source %1 stays registered.").arg(format::ltr(m_saved.sourceId));
        };
        Q_EMIT message({Message::Severity::Warning, question, {},
            {{[] { return tr("&Discard"); }, [this] { Q_EMIT discarded(); }},
                {[] { return tr("&Keep"); }, [this] { Q_EMIT messageGone(); }}}});
    });
    retranslate();
}

void ResumePage::setDraft(const Saved &saved)
{
    m_saved = saved;
    retranslate();
}

QString ResumePage::help() const
{
    return tr("Everything you chose was saved but the activation code and the AccessKey pair. Continue leads back to the step you were on; "
              "Start over forgets the choices and begins anew. Neither changes anything on this server or in the cloud.");
}

QWidget *ResumePage::firstField() const { return m_continue; }

void ResumePage::retranslate()
{
    //: %1 a date and time, %2 the name of a step such as “Settings”
    m_text->say(tr("Continue the setup from %1 at step “%2”?").arg(format::date(m_saved.time), m_saved.step ? m_saved.step() : QString()));
    m_secrets->say(tr("The activation code or AccessKey pair was not saved and has to be entered again."));
    m_continue->setText(tr("&Continue"));
    m_over->setText(tr("&Start over"));
}

}
