#include "app/wizard/pages/reviewpage.h"

#include "app/wizard/pages/layoutlines.h"
#include "app/wizard/shell/clipboard.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/shell/said.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/discard.h"
#include "app/wizard/widgets/linkbutton.h"
#include "app/wizard/widgets/marks.h"
#include "app/wizard/widgets/textlabel.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>

namespace edgelift::wizard {

namespace {

constexpr qsizetype longestName = 60; ///< of what stands in a list of names

}

ReviewPage::ReviewPage(Session &session, QWidget *parent)
    : Page(session, parent)
    , m_table(new QWidget(this))
    , m_costs(new TextLabel(this, "costs"))
    , m_notice(new TextLabel(this, "notice"))
    , m_costsMark(new QLabel(this))
    , m_noticeMark(new QLabel(this))
    , m_gotIt(new QPushButton(this))
    , m_copyCommand(new QPushButton(this))
{
    layOut();
    connect(m_gotIt, &QPushButton::toggled, this, [this](bool on) {
        m_confirmed = on;
        showMarks();
        Q_EMIT changed();
    });
    connect(m_copyCommand, &QPushButton::clicked, this, [this] { copyText(command()); });
    connect(&m_session, &Session::planChanged, this, [this] {
        m_gotIt->setChecked(false); // it was about another plan
        if (isVisible())
            enter();
    });
    connect(&m_session, &Session::validationChanged, this, &Page::changed);
    connect(&m_session, &Session::startFailed, this, [this](const Error &error) {
        Q_EMIT message(errorMessage(error));
        Q_EMIT changed();
    });
    retranslate();
}

void ReviewPage::layOut()
{
    m_lines = new QGridLayout(m_table);
    m_lines->setContentsMargins(0, 0, 0, 0);
    m_lines->setColumnStretch(1, 1);
    m_lines->setHorizontalSpacing(fontMetrics().averageCharWidth() * 2);
    m_lines->setVerticalSpacing(fontMetrics().height() / 4);
    m_gotIt->setObjectName(QStringLiteral("gotIt"));
    m_gotIt->setCheckable(true);
    m_copyCommand->setObjectName(QStringLiteral("copyCommand"));
    auto *column = new QVBoxLayout(this);
    column->setSpacing(fontMetrics().height() / 2);
    column->addWidget(m_table);
    column->addWidget(m_copyCommand, 0, Qt::AlignLeading);
    column->addWidget(makeCard(m_costsMark, m_costs, nullptr));
    column->addWidget(makeCard(m_noticeMark, m_notice, m_gotIt));
    column->addStretch();
}

QFrame *ReviewPage::makeCard(QLabel *mark, TextLabel *text, QWidget *below)
{
    auto *card = new QFrame(this);
    card->setFrameShape(QFrame::StyledPanel);
    auto *grid = new QGridLayout(card);
    grid->setColumnStretch(1, 1);
    grid->addWidget(mark, 0, 0, Qt::AlignTop);
    grid->addWidget(text, 0, 1);
    if (below)
        grid->addWidget(below, 1, 1, Qt::AlignLeading);
    return card;
}

void ReviewPage::showMarks()
{
    marks::show(*m_costsMark, marks::Mark::Information);
    marks::show(*m_noticeMark, m_confirmed ? marks::Mark::Done : marks::Mark::Warning);
}

void ReviewPage::changeEvent(QEvent *event)
{
    Page::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        showMarks();
}

void ReviewPage::enter()
{
    rebuild();
    if (m_session.validation() == Session::Asked::Not || m_session.validation() == Session::Asked::Failed)
        m_session.validate();
}

QWidget *ReviewPage::firstField() const { return m_gotIt; }

void ReviewPage::next()
{
    m_session.start(); // the shell goes on when it has started
    Q_EMIT changed();
}

QList<ToDo> ReviewPage::toDo() const
{
    QList<ToDo> out;
    if (m_session.isStarting())
        return {{tr("wait until the migration has started"), nullptr}};
    if (!m_session.credential().isComplete())
        out.append({tr("enter the activation code or an AccessKey pair again on the Connect page"),
            m_table->findChild<QWidget *>(QStringLiteral("change1"))});
    for (const Problem &problem : m_session.problems()) {
        if (problem.severity == Problem::Severity::Blocker)
            out.append(toDoOf(problem));
    }
    if (out.isEmpty() && m_session.validation() == Session::Asked::Waiting)
        out.append({tr("wait until the plan is checked"), nullptr});
    if (out.isEmpty() && m_session.validation() == Session::Asked::Failed) {
        const ErrorText words = said::of(m_session.validationError());
        //: What is wrong, and what to do
        out.append({tr("%1 %2").arg(words.message, words.remedy), nullptr});
    }
    if (!m_confirmed)
        out.append({tr("read the notice and choose “Got It”"), m_gotIt});
    return out;
}

/// Leads to the button that leads to the page where it can be solved.
ToDo ReviewPage::toDoOf(const Problem &problem) const
{
    const bool settings = problem.disk.isEmpty() && problem.volume.isEmpty() && !ruleId(problem.rule).contains(QLatin1String("-DSK-"));
    const QList<Line> all = lines();
    for (qsizetype row = 0; row < all.size(); ++row) {
        if (all.at(row).page == (settings ? PageId::Settings : PageId::Disks))
            return {said::of(problem), m_table->findChild<QWidget *>(QStringLiteral("change%1").arg(row))};
    }
    return {said::of(problem), nullptr};
}

QList<ReviewPage::Line> ReviewPage::lines() const
{
    const Plan &plan = m_session.plan();
    const bool code = m_session.credential().method == Credential::Method::Code;
    QString transfer = tr("Speed limit: %1; compression: %2; checksum verification: %3")
                           .arg(format::limit(plan.transfer.limitMbps), format::number(plan.transfer.compression),
                               plan.transfer.checksum ? tr("on") : tr("off"));
    return {
        {tr("Server"), format::ltr(format::shortened(m_session.facts().sourceName, longestName)), PageId::Checks},
        {tr("Account"), code ? tr("by activation code") : tr("by AccessKey pair"), PageId::Connect},
        {tr("Image"), tr("%1… in %2").arg(format::ltr(plan.image.namePrefix), format::ltr(plan.image.region)), PageId::Settings},
        {tr("On the way"), tr("bucket %1 in %2").arg(format::ltr(plan.image.bucket), format::ltr(plan.image.transitRegion)),
            PageId::Settings},
        {tr("Network"),
            plan.network.type == Plan::Network::Type::Public
                ? tr("Public network")
                : tr("VPC %1, vSwitch %2").arg(format::ltr(plan.network.vpcId), format::ltr(plan.network.vSwitchId)),
            PageId::Settings},
        {tr("Transfer"), transfer, PageId::Settings},
        {tr("Disks"), layoutLines(plan, m_session.facts()).join(QLatin1Char('\n')), PageId::Disks},
    };
}

void ReviewPage::addLine(int row, const Line &line)
{
    auto *name = new QLabel(line.name, m_table);
    QFont bold = name->font();
    bold.setBold(true);
    name->setFont(bold);
    auto *value = new TextLabel(m_table, "reviewValue");
    value->say(line.value);
    auto *change = new LinkButton(m_table);
    change->setText(tr("Change"));
    change->setObjectName(QStringLiteral("change%1").arg(row));
    change->setAccessibleName(tr("Change: %1").arg(line.name));
    connect(change, &QPushButton::clicked, this, [this, page = line.page] { Q_EMIT jump(page); });
    const int pad = (change->sizeHint().height() - fontMetrics().height()) / 2; // the texts of a row stand on one line
    for (QLabel *label : {name, static_cast<QLabel *>(value)})
        label->setContentsMargins(0, pad, 0, pad);
    m_lines->addWidget(name, row, 0, Qt::AlignTop);
    m_lines->addWidget(value, row, 1, Qt::AlignTop);
    m_lines->addWidget(change, row, 2, Qt::AlignTop);
}

void ReviewPage::rebuild()
{
    discardItems(*m_lines);
    int row = 0;
    for (const Line &line : lines())
        addLine(row++, line);
}

QString ReviewPage::command() const
{
    const QString command = QStringLiteral("edgeliftctl migrate --plan plan.json");
    const bool code = m_session.credential().method == Credential::Method::Code;
    return code ? command + QStringLiteral(" --code-file code.txt") : command; // the pair comes from the environment
}

QString ReviewPage::help() const
{
    return tr("Choose Change beside a line to go back to its page; nothing is lost. Save the plan on the Settings page to use it with "
              "edgeliftctl.");
}

void ReviewPage::retranslate()
{
    m_costs->say(
        tr("Costs: the transit instance, its disks and snapshots, and the bucket's storage and traffic are charged by the cloud while the "
           "migration runs; everything temporary is removed at the end. After an error they are kept for a retry and keep costing until "
           "you retry or cancel."));
    m_notice->say(tr(
        "Do not stop, start, restart or release the transit instance %1 and do not change its billing method during the migration. Leave "
        "the temporary image and the temporary objects in the bucket alone. The hardware changes: check licences after the migration.")
                      .arg(format::ltr(QStringLiteral("No_Delete_SMC_Transition_Instance"))));
    m_gotIt->setText(tr("&Got It"));
    m_gotIt->setAccessibleDescription(m_notice->said());
    m_copyCommand->setText(tr("Co&py command"));
    m_copyCommand->setAccessibleDescription(tr("The same migration as a command for edgeliftctl"));
    showMarks();
    rebuild();
}

}
