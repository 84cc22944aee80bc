#include "app/wizard/pages/preparepage.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/decisioncard.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/formfield.h"
#include "core/base/errortext.h"

#include <QFormLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

namespace edgelift::wizard {

namespace {

constexpr std::chrono::minutes fixTimeout{30}; // packages are fetched and built
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

/// What the rules say about the excludes of a plan.
std::optional<Problem> excludeProblem(const Session &session, const QStringList &excludes, Rule rule)
{
    Plan plan = session.plan();
    plan.excludes = excludes;
    const QList<Problem> problems = checkSettings(plan, session.facts());
    const auto found = std::find_if(problems.begin(), problems.end(), [rule](const Problem &each) { return each.rule == rule; });
    return found == problems.end() ? std::nullopt : std::optional(*found);
}

}

PreparePage::PreparePage(Session &session, QWidget *parent)
    : Page(session, parent)
    , m_cardColumn(new QVBoxLayout)
    , m_excludes(new Disclosure(this))
    , m_path(new QLineEdit(this))
    , m_paths(new QListWidget(this))
    , m_add(new QPushButton(this))
    , m_remove(new QPushButton(this))
    , m_ignored(new FieldNote(m_paths, this))
    , m_wait(new WaitLine(this))
    , m_driver(new FieldNote(nullptr, this))
    , m_result(new QLabel(this))
{
    m_result->setObjectName(QStringLiteral("importResult"));
    m_result->setTextFormat(Qt::PlainText);
    m_result->setWordWrap(true);
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *column = new QVBoxLayout(this);
    column->addLayout(m_cardColumn);
    column->addWidget(m_excludes, 0, Qt::AlignLeading);
    makeExcludes();
    column->addWidget(m_driver);
    column->addWidget(m_wait);
    column->addWidget(m_result);
    column->addStretch();
    connect(&m_session, &Session::importChanged, this, &PreparePage::importChanged);
    connect(&m_session, &Session::planChanged, this, &PreparePage::refresh);
    retranslate();
}

void PreparePage::makeExcludes()
{
    auto *part = new QWidget(this);
    auto *column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, 0, 0);
    auto *form = makeForm();
    m_path->setLayoutDirection(Qt::LeftToRight);
    m_pathField = new FormField(form, m_path, m_add);
    auto *row = new QHBoxLayout;
    row->addWidget(m_paths, 1);
    row->addWidget(m_remove, 0, Qt::AlignTop);
    column->addLayout(form);
    column->addLayout(row);
    column->addWidget(m_ignored);
    m_excludes->setObjectName(QStringLiteral("excludes"));
    m_path->setObjectName(QStringLiteral("excludePath"));
    m_paths->setObjectName(QStringLiteral("excludeList"));
    m_add->setObjectName(QStringLiteral("excludeAdd"));
    m_remove->setObjectName(QStringLiteral("excludeRemove"));
    m_paths->setMaximumHeight(m_paths->fontMetrics().lineSpacing() * 6);
    m_paths->setTextElideMode(Qt::ElideMiddle);
    m_paths->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    static_cast<QVBoxLayout *>(layout())->addWidget(part);
    m_excludes->setPart(part);
    connect(m_add, &QPushButton::clicked, this, &PreparePage::addExclude);
    connect(m_path, &QLineEdit::returnPressed, this, &PreparePage::addExclude);
    connect(m_path, &QLineEdit::textEdited, this, [this] { m_pathField->note().clear(); });
    connect(m_remove, &QPushButton::clicked, this, &PreparePage::removeExclude);
    connect(m_paths, &QListWidget::currentRowChanged, this, [this](int index) { m_remove->setEnabled(index >= 0); });
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
    m_session.link().call(
        key("check"), {}, this,
        [this](const Result<QJsonObject> &reply) {
            if (!reply) {
                Q_EMIT message(errorMessage(reply.error(), {{[] { return tr("&Retry"); }, [this] { ask(); }}}));
                return;
            }
            m_asked = true;
            setPrompts(listOf(*reply, "prompts", promptInfo));
        },
        fixTimeout);
}

void PreparePage::setPrompts(const QList<PromptInfo> &prompts)
{
    if (prompts != m_prompts) {
        m_prompts = prompts;
        qDeleteAll(std::exchange(m_cards, {}));
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
        m_session.link().call(
            key("fix"), {{key("id"), m_step}, {key("choice"), answer}}, this,
            [this, prompt = card->prompt()](const Result<QJsonObject> &reply) { applied(prompt, reply); }, fixTimeout);
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

void PreparePage::addExclude()
{
    const QString path = m_path->text();
    if (path.isEmpty())
        return;
    if (const auto problem = excludeProblem(m_session, {path}, Rule::ExcludeNotAbsolute)) {
        m_pathField->note().say(FieldNote::Kind::Error, describe(*problem));
        return;
    }
    Plan plan = m_session.plan();
    if (!plan.excludes.contains(path))
        plan.excludes.append(path);
    m_path->clear();
    m_session.setPlan(plan);
    refresh();
}

void PreparePage::removeExclude()
{
    Plan plan = m_session.plan();
    const int row = m_paths->currentRow();
    if (row < 0 || row >= plan.excludes.size())
        return;
    plan.excludes.removeAt(row);
    m_session.setPlan(plan);
    refresh();
}

void PreparePage::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Delete && m_paths->hasFocus())
        removeExclude();
    else
        Page::keyPressEvent(event);
}

void PreparePage::refresh()
{
    const QStringList &excludes = m_session.plan().excludes;
    QStringList lines;
    for (const QString &path : excludes)
        lines.append(format::shown(path));
    QStringList shown;
    for (int i = 0; i < m_paths->count(); ++i)
        shown.append(m_paths->item(i)->text());
    if (lines != shown) {
        m_paths->clear();
        m_paths->addItems(lines);
    }
    m_remove->setEnabled(m_paths->currentRow() >= 0);
    const auto ignored = excludeProblem(m_session, excludes, Rule::ExcludesIgnored);
    m_ignored->say(FieldNote::Kind::Warning, ignored ? describe(*ignored) : QString());
    for (DecisionCard *card : m_cards)
        card->setEnabled(!m_busy);
    m_driver->say(FieldNote::Kind::Warning,
        m_driverError
            ? tr("The snapshot driver could not be installed: %1. Block replication is switched off for this migration. [W-PRE-01]")
                  .arg(withoutStop(describe(*m_driverError).message))
            : QString());
    //: %1 is an id such as s-bp1abc; the words are those of the service
    const QString success = tr("Import Source Server [%1] Successfully!").arg(format::ltr(m_session.sourceId()));
    m_result->setText(isImported() ? success + QLatin1Char('\n') + tr("Migration source online") : QString());
    m_result->setVisible(isImported());
    Q_EMIT changed();
}

void PreparePage::retranslate()
{
    for (DecisionCard *card : m_cards)
        card->retranslate();
    m_excludes->setText(tr("&Exclude files and folders"));
    m_pathField->setLabel(tr("Path to &leave out:"));
    m_add->setText(tr("&Add"));
    m_remove->setText(tr("&Remove"));
    m_paths->setAccessibleName(tr("Paths that are left out"));
    m_wait->retranslate();
    refresh();
}

}
