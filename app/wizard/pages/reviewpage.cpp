#include "app/wizard/pages/reviewpage.h"

#include "app/wizard/shell/clipboard.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/discard.h"
#include "core/base/errortext.h"
#include "core/layout/layoutroom.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

QLabel *makeLabel(QWidget *parent, const char *name)
{
    auto *label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

}

ReviewPage::ReviewPage(Session &session, QWidget *parent)
    : Page(session, parent)
    , m_table(new QWidget(this))
    , m_costs(makeLabel(this, "costs"))
    , m_notice(makeLabel(this, "notice"))
    , m_gotIt(new QPushButton(this))
    , m_copyCommand(new QPushButton(this))
{
    m_lines = new QGridLayout(m_table);
    m_lines->setContentsMargins(0, 0, 0, 0);
    m_lines->setColumnStretch(1, 1);
    m_gotIt->setObjectName(QStringLiteral("gotIt"));
    m_gotIt->setCheckable(true);
    m_copyCommand->setObjectName(QStringLiteral("copyCommand"));
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_gotIt);
    buttons->addStretch();
    buttons->addWidget(m_copyCommand);
    auto *column = new QVBoxLayout(this);
    column->addWidget(m_table);
    column->addWidget(m_costs);
    column->addWidget(m_notice);
    column->addLayout(buttons);
    column->addStretch();
    connect(m_gotIt, &QPushButton::toggled, this, [this](bool on) {
        m_confirmed = on;
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

void ReviewPage::enter()
{
    rebuild();
    if (m_session.validation() == Session::Asked::Not || m_session.validation() == Session::Asked::Failed)
        m_session.validate();
}

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
        out.append({tr("enter the activation code or an AccessKey pair again on the Connect page"), nullptr});
    for (const Problem &problem : m_session.problems()) {
        if (problem.severity == Problem::Severity::Blocker)
            out.append({describe(problem), nullptr});
    }
    if (out.isEmpty() && m_session.validation() == Session::Asked::Waiting)
        out.append({tr("wait until the plan is checked"), nullptr});
    if (out.isEmpty() && m_session.validation() == Session::Asked::Failed) {
        const ErrorText words = describe(m_session.validationError());
        //: What is wrong, and what to do
        out.append({tr("%1 %2").arg(words.message, words.remedy), nullptr});
    }
    if (!m_confirmed)
        out.append({tr("read the notice and choose “Got It”"), m_gotIt});
    return out;
}

QStringList ReviewPage::diskLines() const
{
    QStringList out;
    const Plan &plan = m_session.plan();
    for (qsizetype i = 0; i < plan.disks.size(); ++i) {
        const Plan::Disk &disk = plan.disks.at(i);
        QStringList mounts;
        for (const Plan::Volume &volume : disk.volumes) {
            if (volume.migrate)
                mounts.append(format::ltr(format::shown(volume.mount.isEmpty() ? volume.source : volume.mount)));
        }
        const DiskFacts *facts = m_session.facts().disk(disk.source);
        const QString name = format::ltr(format::shown(facts ? facts->name : disk.source));
        if (mounts.isEmpty() && i > 0)
            //: %1 "Data disk 1", %2 the disk's name on the source
            out.append(tr("%1: %2 is left out").arg(diskTitle(i), name));
        else
            //: %1 "Data disk 1", %2 the disk's name on the source, %3 its new size, %4 mount points
            out.append(tr("%1: %2 → %3 (%4)").arg(diskTitle(i), name, format::sizeGiB(disk.sizeGiB), mounts.join(tr(", "))));
    }
    return out;
}

QList<ReviewPage::Line> ReviewPage::lines() const
{
    const Plan &plan = m_session.plan();
    const bool code = m_session.credential().method == Credential::Method::Code;
    QString transfer = tr("Speed limit: %1; compression: %2; checksum verification: %3")
                           .arg(format::limit(plan.transfer.limitMbps), format::number(plan.transfer.compression),
                               plan.transfer.checksum ? tr("on") : tr("off"));
    return {
        {tr("Server"), format::shown(m_session.facts().sourceName), PageId::Checks},
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
        {tr("Disks"), diskLines().join(QLatin1Char('\n')), PageId::Disks},
    };
}

void ReviewPage::addLine(int row, const Line &line)
{
    auto *name = new QLabel(line.name, m_table);
    QFont bold = name->font();
    bold.setBold(true);
    name->setFont(bold);
    auto *value = makeLabel(m_table, "reviewValue");
    value->setText(line.value);
    auto *change = new QPushButton(tr("Change"), m_table);
    change->setObjectName(QStringLiteral("change%1").arg(row));
    change->setFlat(true);
    change->setAccessibleName(tr("Change: %1").arg(line.name));
    connect(change, &QPushButton::clicked, this, [this, page = line.page] { Q_EMIT jump(page); });
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

QString ReviewPage::command() const { return QStringLiteral("edgeliftctl migrate --plan plan.json --code-file code.txt"); }

QString ReviewPage::help() const
{
    return tr("Choose Change beside a line to go back to its page; nothing is lost. Save the plan on the Settings page to use it with "
              "edgeliftctl.");
}

void ReviewPage::retranslate()
{
    m_costs->setText(
        tr("Costs: the transit instance, its disks and snapshots, and the bucket's storage and traffic are charged by the cloud while the "
           "migration runs; everything temporary is removed at the end. After an error they are kept for a retry and keep costing until "
           "you retry or cancel."));
    m_notice->setText(tr(
        "Do not stop, start, restart or release the transit instance %1 and do not change its billing method during the migration. Leave "
        "the temporary image and the temporary objects in the bucket alone. The hardware changes: check licences after the migration.")
                          .arg(format::ltr(QStringLiteral("No_Delete_SMC_Transition_Instance"))));
    m_gotIt->setText(tr("&Got It"));
    m_gotIt->setAccessibleDescription(m_notice->text());
    m_copyCommand->setText(tr("Co&py command"));
    m_copyCommand->setAccessibleDescription(tr("The same migration as a command for edgeliftctl"));
    rebuild();
}

}
