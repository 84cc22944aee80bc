#include "app/wizard/pages/resumepage.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/state/session.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace edgelift::wizard {

ResumePage::ResumePage(Session &session, QWidget *parent)
    : Page(session, parent)
    , m_text(new QLabel(this))
    , m_continue(new QPushButton(this))
    , m_over(new QPushButton(this))
{
    m_text->setObjectName(QStringLiteral("resumeText"));
    m_text->setWordWrap(true);
    m_continue->setObjectName(QStringLiteral("resumeContinue"));
    m_over->setObjectName(QStringLiteral("resumeStartOver"));
    auto *row = new QHBoxLayout;
    row->addWidget(m_continue);
    row->addWidget(m_over);
    row->addStretch();
    auto *column = new QVBoxLayout(this);
    column->addWidget(m_text);
    column->addLayout(row);
    column->addStretch();
    connect(m_continue, &QPushButton::clicked, this, [this] { Q_EMIT resumed(m_page); });
    connect(m_over, &QPushButton::clicked, this, [this] {
        const auto question = [this] {
            return m_session.sourceId().isEmpty()
                ? tr("Discard the saved setup?")
                : tr("Discard the saved setup? The imported source %1 stays registered.").arg(format::ltr(m_session.sourceId()));
        };
        Q_EMIT message({Message::Severity::Warning, question, {},
            {{[] { return tr("&Discard"); }, [this] { Q_EMIT discarded(); }},
                {[] { return tr("&Keep"); }, [this] { Q_EMIT messageGone(); }}}});
    });
    retranslate();
}

void ResumePage::setDraft(const QDateTime &saved, PageId page, const QString &stepName)
{
    m_saved = saved;
    m_page = page;
    m_step = stepName;
    retranslate();
}

QWidget *ResumePage::firstField() const { return m_continue; }

void ResumePage::retranslate()
{
    m_text->setText(
        tr("Continue the setup from %1 at step “%2”? The activation code or AccessKey pair is not saved and has to be entered again.")
            .arg(format::date(m_saved), m_step));
    m_continue->setText(tr("&Continue"));
    m_over->setText(tr("&Start over"));
}

}
