#include "app/wizard/pages/fixbox.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/askpanel.h"
#include "app/wizard/widgets/waitline.h"

#include <QVBoxLayout>
#include <algorithm>

namespace edgelift::wizard {

FixBox::FixBox(Session &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_question(new AskPanel(this, QStringLiteral("fix")))
    , m_wait(new WaitLine(this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_question);
    column->addWidget(m_wait);
    connect(m_question, &AskPanel::kept, this, &FixBox::kept);
    connect(m_question, &AskPanel::confirmed, this, &FixBox::carryOut);
}

void FixBox::ask(const QString &prompt)
{
    const QList<PromptInfo> &all = m_session.prompts();
    const auto found = std::find_if(all.begin(), all.end(), [&prompt](const PromptInfo &each) { return each.id == prompt; });
    if (m_busy || found == all.end())
        return;
    m_prompt = *found;
    retranslate();
    m_question->open();
}

void FixBox::carryOut()
{
    m_busy = true;
    m_wait->begin([this] { return tr("Working: %1").arg(m_prompt.title()); }, false);
    Q_EMIT started();
    m_session.fix(m_prompt.id, QStringLiteral("yes"), this, [this](const Result<QJsonObject> &reply) { ended(reply); });
}

void FixBox::ended(const Result<QJsonObject> &reply)
{
    m_busy = false;
    m_wait->end();
    if (reply)
        Q_EMIT done();
    else
        Q_EMIT failed(reply.error());
}

void FixBox::retranslate()
{
    QStringList sentences{m_prompt.title(), m_prompt.reasonText(), m_prompt.consequenceText(QStringLiteral("yes"))};
    if (!m_prompt.command.isEmpty())
        sentences.append(tr("Command: %1").arg(format::ltr(m_prompt.command)));
    m_question->setTexts(sentences.join(QLatin1Char('\n')), tr("&Not now"), tr("&Yes, do it"));
    m_wait->retranslate();
}

}
