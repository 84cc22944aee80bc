#pragma once
#include "app/wizard/state/session.h"

#include <QAbstractTableModel>

namespace edgelift::wizard {

/// What was looked at before a migration, one row each: the server's own checks, whether the cloud's addresses answer, and whether the
/// account does. Follows the session and the language.
class ChecksModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column : quint8 { State, What, Finding, Action, ColumnCount };
    enum Role : int {
        SeverityRole = Qt::UserRole, ///< int of Check::Severity
        FixRole, ///< the prompt whose “yes” mends it; empty: only a person can
    };

    explicit ChecksModel(const Session &session, QObject *parent = nullptr);

    [[nodiscard]] int count(Check::Severity severity) const;
    /// The first blocker's words; empty: nothing stands in the way.
    [[nodiscard]] QString blocker() const;
    [[nodiscard]] bool hasFixes() const; ///< something of it can be mended from here
    void retranslate();

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : ColumnCount; }
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Row
    {
        Check::Severity severity = Check::Severity::Ok;
        QString what;
        QString finding;
        QString remedy;
        QString fix;
        bool operator==(const Row &) const = default;
    };
    void rebuild();
    void update(); ///< the rows that are the same stay: what stands in them keeps the focus
    [[nodiscard]] QList<Row> rows() const;
    [[nodiscard]] QList<Row> addressRows() const;
    [[nodiscard]] Row cloudRow() const;
    [[nodiscard]] static Row rowOf(const CheckInfo &check);
    [[nodiscard]] static QString severityWord(Check::Severity severity);

    const Session &m_session;
    QList<Row> m_rows;
};

}
