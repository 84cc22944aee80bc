#pragma once
#include <QString>
#include <QStringList>

namespace edgelift::test {

/// Rows of the fault lists of peers.md 5c, each added by a test that made the fault happen, after its checks: what was promised, and what
/// did happen. A test that fails adds no row.
class FaultTable
{
public:
    explicit FaultTable(QString title)
        : m_title(std::move(title))
    {
    }
    void add(const QString &fault, const QString &promised, const QString &happened);
    void print() const; ///< to standard output

private:
    const QString m_title;
    QStringList m_rows;
};

}
