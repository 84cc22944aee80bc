#include "app/wizard/pages/preparepage.h"

#include "app/wizard/pages/excludesform.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/shell/said.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/decisioncard.h"
#include "app/wizard/widgets/discard.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/fieldnote.h"

#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

const QString snapshotDriver = QStringLiteral("snapshot-driver");
const QString rsync = QStringLiteral("rsync");

QString key(const char *name) { return QString::fromLatin1(name); }

/// A sentence for the middle of another one.
QString withoutStop(QString sentence)
{
    while (sentence.endsWith(QLatin1Char('.')) || sentence.endsWith(QChar(0x3002))) // the ideographic one
        sentence.chop(1);
    return sentence;
}

}

PreparePage::PreparePage(Session &session, QWidget *parent)
    : Page(session, parent)
    , m_cardColumn(new QVBoxLayout)
    , m_excludesHeading(new Disclosure(this))
    , m_excludes(new ExcludesForm(session, this))
    , m_wait(new WaitLine(this))
    , m_driver(new FieldNote(nullptr, this))
    , m_result(new FieldNote(nullptr, this))
    , m_online(new FieldNote(nullptr, this))
{
    layOut();
    connect(&m_session, &Session::importChanged, this, &PreparePage::importChanged);
    retranslate();
}

void PreparePage::layOut()
{
    m_result->setObjectName(QStringLiteral("importResult"));
    m_excludesHeading->setObjectName(QStringLiteral("excludes"));
    m_excludesHeading->setPart(m_excludes);
    auto *column = new QVBoxLayout(this);
    column->addLayout(m_cardColumn);
    column->addWidget(m_excludesHeading, 0, Qt::AlignLeading);
    column->addWidget(m_excludes);
    for (QWidget *line : {static_cast<QWidget *>(m_driver), static_cast<QWidget *>(m_wait), static_cast<QWidget *>(m_result),
             static_cast<QWidget *>(m_online)})
        column->addWidget(line);
    column->addStretch();
}

QString PreparePage::title() const { return tr("Prepare and import"); }
QString PreparePage::stepName() const { return tr("Prepare"); }
QString PreparePage::subtitle() const { return tr("Decide what may be changed on this server, then register it as a migration source."); }

QString PreparePage::help() const
{
    return tr("Nothing is changed on this server before you choose “Prepare and import”.\n\n"
              "The import registers this server with the service that made the activation code. With an AccessKey pair there is nothing to "
              "register.");
}

QList<ToDo> PreparePage::toDo() const
{
    if (m_busy)
        return {{tr("wait until the import is finished"), nullptr}};
    if (!m_asked)
        return {{tr("wait for the questions to this server"), nullptr}};
    for (const DecisionCard *card : m_cards) {
        if (card->prompt().needed && card->answer().isEmpty())
            return {{tr("answer: %1").arg(card->prompt().title()), const_cast<DecisionCard *>(card)}};
    }
    return {};
}

bool PreparePage::isImported() const { return m_session.import() == Session::Asked::Answered && !m_session.sourceId().isEmpty(); }
QString PreparePage::nextText() const { return isImported() ? QString() : tr("&Prepare and import"); }

void PreparePage::enter()
{
    if (!m_busy)
        ask();
    refresh();
}

void PreparePage::ask()
{
    m_session.link().call(key("check"), {}, this, [this](const Result<QJsonObject> &reply) {
        if (!reply) {
            Q_EMIT message(errorMessage(reply.error(), {{[] { return tr("&Retry"); }, [this] { ask(); }}}));
            return;
        }
        m_asked = true;
        setPrompts(listOf(*reply, "prompts", promptInfo));
    });
}

void PreparePage::setPrompts(const QList<PromptInfo> &prompts)
{
    if (prompts != m_prompts) {
        m_prompts = prompts;
        m_cards.clear();
        discardItems(*m_cardColumn);
        for (const PromptInfo &prompt : prompts) {
            auto *card = new DecisionCard(prompt, m_session.decisions().value(prompt.id), this);
            connect(card, &DecisionCard::answered, this, [this, id = prompt.id](const QString &answer) {
                m_session.setDecision(id, answer);
                Q_EMIT changed();
            });
            m_cards.append(card);
            m_cardColumn->addWidget(card);
        }
    }
    Q_EMIT changed();
}

void PreparePage::next()
{
    if (isImported()) {
        Q_EMIT finished();
        return;
    }
    Q_EMIT messageGone();
    m_busy = true;
    m_driverError.reset();
    applyAnswers();
}

void PreparePage::applyAnswers()
{
    for (const DecisionCard *card : m_cards) {
        const QString answer = card->answer();
        const QString mark = card->prompt().id + QLatin1Char('=') + answer;
        if (!card->prompt().needed || m_applied.contains(mark))
            continue;
        m_session.setDecision(card->prompt().id, answer);
        m_step = card->prompt().id;
        m_applied.append(mark);
        m_wait->end();
        m_wait->begin([this] { return tr("Preparing this server…"); }, false);
        refresh();
        m_session.fix(m_step, answer, this, [this, prompt = card->prompt()](const Result<QJsonObject> &reply) { applied(prompt, reply); });
        return;
    }
    m_step.clear();
    m_wait->end();
    m_session.importSource();
}

void PreparePage::applied(const PromptInfo &prompt, const Result<QJsonObject> &reply)
{
    if (reply)
        return applyAnswers();
    m_applied.removeLast();
    if (prompt.id != snapshotDriver)
        return fail(reply.error());
    m_driverError = reply.error(); // R55: goes on without block replication
    Plan plan = m_session.plan();
    for (Plan::Disk &disk : plan.disks) {
        for (Plan::Volume &volume : disk.volumes)
            volume.replication = Plan::Replication::File;
    }
    m_session.setPlan(plan);
    m_applied.append(prompt.id + QLatin1String("=yes"));
    applyAnswers();
}

void PreparePage::importChanged()
{
    const Session::Asked asked = m_session.import();
    if (asked == Session::Asked::Waiting) {
        m_busy = true;
        m_wait->begin([this] { return tr("Importing this server…"); }, false);
    } else {
        m_wait->end();
        m_busy = false;
        if (asked == Session::Asked::Failed && isVisible())
            return fail(m_session.importError());
    }
    refresh();
}

void PreparePage::fail(const Error &error)
{
    m_busy = false;
    m_wait->end();
    refresh();
    Q_EMIT message(errorMessage(error, {{[] { return tr("&Retry"); }, [this] { next(); }}}));
}

void PreparePage::refresh()
{
    for (DecisionCard *card : m_cards)
        card->setEnabled(!m_busy);
    m_driver->say(FieldNote::Kind::Warning,
        m_driverError
            ? tr("The snapshot driver could not be installed: %1. Block replication is switched off for this migration. [W-PRE-01]")
                  .arg(withoutStop(said::of(*m_driverError).message))
            : QString());
    //: %1 is an id such as s-bp1abc; the words are those of the service
    const QString success = tr("Import Source Server [%1] Successfully!").arg(format::ltr(m_session.sourceId()));
    m_result->say(FieldNote::Kind::Done, isImported() ? success : QString());
    m_online->say(FieldNote::Kind::Done, isImported() ? tr("Migration source online") : QString());
    Q_EMIT changed();
}

void PreparePage::retranslate()
{
    for (DecisionCard *card : m_cards)
        card->retranslate();
    m_excludesHeading->setText(tr("&Exclude files and folders"));
    m_excludes->retranslate();
    m_wait->retranslate();
    refresh();
}

}
