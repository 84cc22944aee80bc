#include "app/wizard/widgets/factgrid.h"

#include "app/wizard/widgets/parts.h"

#include <QGridLayout>

namespace edgelift::wizard {

FactGrid::FactGrid(QWidget *parent, const QString &name)
    : QWidget(parent)
    , m_grid(new QGridLayout(this))
{
    setObjectName(name);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(fontMetrics().averageCharWidth() * 3);
    m_grid->setVerticalSpacing(2);
    m_grid->setColumnStretch(1, 1);
}

void FactGrid::setNames(const QStringList &names)
{
    while (m_names.size() < names.size()) {
        const int row = int(m_names.size());
        auto *name = new QLabel(this);
        name->setTextFormat(Qt::PlainText);
        auto *value = makeText(this, "");
        value->setObjectName(objectName() + QString::number(row));
        value->setText(QStringLiteral("–"));
        m_grid->addWidget(name, row, 0, Qt::AlignTop);
        m_grid->addWidget(value, row, 1);
        m_names.append(name);
        m_values.append(value);
    }
    for (qsizetype i = 0; i < m_names.size(); ++i) {
        m_names.at(i)->setVisible(i < names.size());
        m_values.at(i)->setVisible(i < names.size());
        m_names.at(i)->setText(names.value(i));
        m_values.at(i)->setAccessibleDescription(names.value(i));
    }
    m_rows = names.size();
}

void FactGrid::setValue(qsizetype row, const QString &value) { m_values.at(row)->say(value.isEmpty() ? QStringLiteral("–") : value); }

QString FactGrid::text() const
{
    QStringList lines;
    for (qsizetype i = 0; i < m_rows; ++i)
        //: One line of a list of facts: name and value
        lines.append(tr("%1: %2").arg(m_names.at(i)->text(), m_values.at(i)->accessibleName()));
    return lines.join(QLatin1Char('\n'));
}

}
