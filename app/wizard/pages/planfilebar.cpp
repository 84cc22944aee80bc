#include "app/wizard/pages/planfilebar.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/state/session.h"
#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/layout/planfile.h"

#include <QFileDialog>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

constexpr unsigned readableFile = 0644; // a plan holds no secret
constexpr qint64 longestFile = 2 << 20;

}

PlanFileBar::PlanFileBar(Session &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_open(new QPushButton(this))
    , m_save(new QPushButton(this))
    , m_list(new QPlainTextEdit(this))
{
    m_open->setObjectName(QStringLiteral("openPlan"));
    m_save->setObjectName(QStringLiteral("savePlan"));
    m_list->setObjectName(QStringLiteral("planProblems"));
    m_list->setReadOnly(true);
    m_list->setTabChangesFocus(true);
    m_list->setFixedHeight(fontMetrics().lineSpacing() * 7);
    m_list->hide();
    auto *row = new QHBoxLayout;
    row->addWidget(m_open);
    row->addWidget(m_save);
    row->addStretch();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(row);
    column->addWidget(m_list);
    const auto ask = [this](QFileDialog::AcceptMode mode, void (PlanFileBar::*use)(const QString &)) {
        auto *dialog = new QFileDialog(this, {}, {}, tr("Plan files (*.json);;All files (*)"));
        dialog->setObjectName(QStringLiteral("planDialog"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setAcceptMode(mode);
        dialog->setFileMode(mode == QFileDialog::AcceptOpen ? QFileDialog::ExistingFile : QFileDialog::AnyFile);
        dialog->setDefaultSuffix(QStringLiteral("json"));
        connect(dialog, &QFileDialog::fileSelected, this, use);
        dialog->open();
    };
    connect(m_open, &QPushButton::clicked, this, [ask] { ask(QFileDialog::AcceptOpen, &PlanFileBar::openFile); });
    connect(m_save, &QPushButton::clicked, this, [ask] { ask(QFileDialog::AcceptSave, &PlanFileBar::saveFile); });
    retranslate();
}

QString PlanFileBar::problemText() const { return m_list->toPlainText(); }

void PlanFileBar::saveFile(const QString &path)
{
    if (const Result<> saved = writeFileDurably(path, writePlan(m_session.plan()), readableFile); !saved)
        return Q_EMIT message(errorMessage(saved.error()));
    const auto text = [path] { return tr("The plan was saved as %1.").arg(format::ltr(format::shown(path))); };
    Q_EMIT message({Message::Severity::Information, text, {}, {}});
}

void PlanFileBar::openFile(const QString &path)
{
    QList<Error> problems;
    const Result<QByteArray> text = readFile(path, longestFile);
    const Result<Plan> plan = text ? readPlan(*text, &problems) : Result<Plan>(text.error());
    if (!plan) {
        listProblems(problems);
        return Q_EMIT message(errorMessage(plan.error()));
    }
    for (const Problem &problem : checkDisks(*plan, m_session.facts())) {
        if (problem.rule != Rule::SourceUnknown && problem.rule != Rule::SystemDiskWrong)
            continue;
        listProblems({});
        const auto settingsOnly = [this, given = *plan] {
            Plan mine = given;
            mine.disks = m_session.plan().disks;
            mine.modifyDisks = m_session.plan().modifyDisks;
            m_session.setPlan(mine);
        };
        const Error other{ErrorCode::PlanForOtherSource, Retry::AfterUserAction, {problem.name}, {}};
        return Q_EMIT message(errorMessage(other, {{[] { return tr("Use its &settings, keep these disks"); }, settingsOnly}}));
    }
    listProblems({});
    m_session.setPlan(*plan);
    const auto said = [path] { return tr("The plan %1 was opened.").arg(format::ltr(format::shown(path))); };
    Q_EMIT message({Message::Severity::Information, said, {}, {}});
}

void PlanFileBar::listProblems(const QList<Error> &problems)
{
    m_problems = problems;
    retranslate();
}

void PlanFileBar::retranslate()
{
    m_open->setText(tr("&Open plan…"));
    m_save->setText(tr("&Save plan…"));
    m_list->setAccessibleName(tr("Problems of the plan file"));
    QStringList lines;
    for (const Error &error : m_problems) {
        const ErrorText words = describe(error);
        //: One problem of a file: %1 what is wrong, %2 what to do, %3 a code such as EL-0052
        lines.append(tr("%1 %2 [%3]").arg(format::shown(words.message), format::shown(words.remedy), displayCode(error.code)));
    }
    m_list->setPlainText(lines.join(QLatin1Char('\n')));
    m_list->setVisible(!lines.isEmpty());
}

}
