#include "app/wizard/models/checksmodel.h"

#include "app/wizard/shell/said.h"
#include "app/wizard/widgets/marks.h"

#include <QApplication>
#include <QFontMetrics>
#include <algorithm>

namespace edgelift::wizard {

using Severity = Check::Severity;

ChecksModel::ChecksModel(const Session &session, QObject *parent)
    : QAbstractTableModel(parent)
    , m_session(session)
{
    connect(&session, &Session::checksChanged, this, &ChecksModel::rebuild);
    connect(&session, &Session::reachChanged, this, &ChecksModel::update);
    connect(&session, &Session::cloudChanged, this, &ChecksModel::update);
    rebuild();
}

void ChecksModel::rebuild()
{
    beginResetModel();
    m_rows = rows();
    endResetModel();
}

void ChecksModel::update()
{
    const QList<Row> wanted = rows();
    for (int i = int(m_rows.size()) - 1; i >= 0; --i) {
        if (wanted.contains(m_rows.at(i)))
            continue;
        beginRemoveRows({}, i, i);
        m_rows.removeAt(i);
        endRemoveRows();
    }
    for (int i = 0; i < wanted.size(); ++i) {
        if (i < m_rows.size() && m_rows.at(i) == wanted.at(i))
            continue;
        beginInsertRows({}, i, i);
        m_rows.insert(i, wanted.at(i));
        endInsertRows();
    }
    if (m_rows != wanted) // there were doubles
        rebuild();
}

QList<ChecksModel::Row> ChecksModel::rows() const
{
    QList<Row> out;
    if (m_session.checking() == Session::Asked::Answered) {
        for (const CheckInfo &check : m_session.checks())
            out.append(rowOf(check));
        out.append(addressRows());
        out.append(cloudRow());
        std::stable_sort(out.begin(), out.end(), [](const Row &a, const Row &b) { return a.severity > b.severity; }); // worst first
    } else if (m_session.checking() == Session::Asked::Failed) {
        const ErrorText words = said::of(m_session.checkError());
        out.append({Severity::Blocker, words.title, words.message, words.remedy, {}});
    }
    return out;
}

ChecksModel::Row ChecksModel::rowOf(const CheckInfo &check)
{
    const CheckText words = said::of(check);
    return {check.severity, words.title, words.evidence, words.remedy, check.fix};
}

QList<ChecksModel::Row> ChecksModel::addressRows() const
{
    QList<Row> out;
    switch (m_session.reaching()) {
    case Session::Asked::Not:
        break;
    case Session::Asked::Waiting:
        out.append({Severity::Info, tr("Addresses of the cloud"), tr("They are being asked…"), {}, {}});
        break;
    case Session::Asked::Answered:
        for (const CheckInfo &check : m_session.cloudChecks())
            out.append(rowOf(check));
        break;
    case Session::Asked::Failed: {
        const ErrorText words = said::of(m_session.reachError());
        out.append({Severity::Warning, tr("Addresses of the cloud"), words.message, words.remedy, {}});
    }
    }
    return out;
}

ChecksModel::Row ChecksModel::cloudRow() const
{
    switch (m_session.cloud()) {
    case Session::Asked::Not:
    case Session::Asked::Waiting:
        return {Severity::Info, tr("Cloud account"), tr("Not looked at yet."), tr("It is tested on the Connect page."), {}};
    case Session::Asked::Answered:
        return {Severity::Ok, tr("Cloud account"), tr("The account answers."), {}, {}};
    case Session::Asked::Failed: {
        const ErrorText words = said::of(m_session.cloudError());
        return {Severity::Warning, tr("Cloud account"), words.message, words.remedy, {}};
    }
    }
    Q_UNREACHABLE();
}

int ChecksModel::count(Severity severity) const
{
    return int(std::count_if(m_rows.begin(), m_rows.end(), [severity](const Row &row) { return row.severity == severity; }));
}

QString ChecksModel::blocker() const
{
    const auto row = std::find_if(m_rows.begin(), m_rows.end(), [](const Row &each) { return each.severity == Severity::Blocker; });
    //: What was found, and what to do
    return row == m_rows.end() ? QString() : tr("%1 %2").arg(row->finding, row->remedy);
}

bool ChecksModel::hasFixes() const
{
    return std::any_of(m_rows.begin(), m_rows.end(), [](const Row &row) { return !row.fix.isEmpty(); });
}

void ChecksModel::retranslate()
{
    rebuild();
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
}

int ChecksModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }

QString ChecksModel::severityWord(Severity severity)
{
    switch (severity) {
    case Severity::Ok:
        //: Result of a check
        return tr("OK");
    case Severity::Info:
        return tr("Note");
    case Severity::Warning:
        return tr("Warning");
    case Severity::Blocker:
        return tr("Problem");
    }
    Q_UNREACHABLE();
}

QVariant ChecksModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows.at(index.row());
    if (role == SeverityRole)
        return int(row.severity);
    if (role == FixRole)
        return row.fix;
    if (role == Qt::DecorationRole && index.column() == State) {
        static constexpr marks::Mark signs[] = {marks::Mark::Done, marks::Mark::Information, marks::Mark::Warning, marks::Mark::Error};
        const marks::Mark sign = signs[int(row.severity)];
        return marks::icon(
            sign, QFontMetrics(QApplication::font()).height(), qApp->devicePixelRatio(), marks::colourOf(sign, QApplication::palette()));
    }
    if (role != Qt::DisplayRole && role != Qt::AccessibleTextRole)
        return {};
    switch (Column(index.column())) {
    case State:
        return severityWord(row.severity);
    case What:
        return row.what;
    case Finding:
        return row.remedy.isEmpty() ? row.finding : tr("%1 %2").arg(row.finding, row.remedy);
    case Action: // a button stands there
    case ColumnCount:
        break;
    }
    return {};
}

QVariant ChecksModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignLeading | Qt::AlignVCenter);
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (Column(section)) {
    case State:
        return tr("Result");
    case What:
        return tr("Check");
    case Finding:
        return tr("What was found, and what to do");
    case Action:
        return tr("Solution");
    case ColumnCount:
        break;
    }
    return {};
}

}
