#pragma once
#include <QStringList>
#include <QWidget>

class QGridLayout;
class QLabel;

namespace edgelift::wizard {

class TextLabel;

/// Names and values in two columns: "Job ID   j-1". Values can be selected and wrap; what is empty is a dash.
class FactGrid final : public QWidget
{
    Q_OBJECT
public:
    /// `name`: of the grid; its values are `name`0, `name`1, … for tests.
    FactGrid(QWidget *parent, const QString &name);

    void setNames(const QStringList &names); ///< one row each
    void setValue(qsizetype row, const QString &value);
    [[nodiscard]] QString text() const; ///< all of it, a line a row

private:
    QGridLayout *m_grid;
    QList<QLabel *> m_names;
    QList<TextLabel *> m_values;
    qsizetype m_rows = 0; ///< that are shown
};

}
