#include "app/wizard/widgets/form.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <algorithm>

namespace edgelift::wizard {

Form::Form(QWidget *parent)
    : QWidget(parent)
    , m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(fontMetrics().averageCharWidth() * 2);
    m_grid->setVerticalSpacing(fontMetrics().height() / 3);
    m_grid->setColumnStretch(1, 1);
}

void Form::addRow(QLabel *label, QWidget *field, QWidget *lead)
{
    m_rows.append({label, field, lead});
    arrange();
}

void Form::addRow(QWidget *whole)
{
    m_rows.append({nullptr, whole, whole});
    arrange();
}

bool Form::isNarrow() const
{
    int labels = 0;
    for (const Row &row : m_rows)
        labels = std::max(labels, row.label && row.label->isVisibleTo(this) ? row.label->sizeHint().width() : 0);
    return labels > width() * 2 / 5;
}

void Form::arrange()
{
    while (m_grid->count() > 0)
        delete m_grid->takeAt(0);
    for (qsizetype i = 0; i < m_rows.size(); ++i) {
        const Row &row = m_rows.at(i);
        const int line = int(i) * 2;
        if (row.label)
            row.label->setMinimumHeight(m_narrow ? 0 : std::min(row.lead->sizeHint().height(), fontMetrics().height() * 2));
        const bool above = m_narrow && row.label && !row.label->text().isEmpty();
        if (above)
            m_grid->addWidget(row.label, line, 0, 1, 2);
        else if (row.label && !m_narrow)
            m_grid->addWidget(row.label, line + 1, 0, Qt::AlignTop);
        m_grid->addWidget(row.field, line + 1, m_narrow ? 0 : 1, 1, m_narrow ? 2 : 1);
    }
}

bool Form::event(QEvent *event)
{
    const bool relaid = event->type() == QEvent::LayoutRequest || event->type() == QEvent::FontChange;
    if (relaid && (std::exchange(m_narrow, isNarrow()) != m_narrow || event->type() == QEvent::FontChange))
        arrange(); // longer texts in another language or size
    return QWidget::event(event);
}

void Form::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    if (std::exchange(m_narrow, isNarrow()) != m_narrow)
        arrange();
}

}
