#include "app/wizard/widgets/pointlist.h"

#include "app/wizard/widgets/discard.h"
#include "app/wizard/widgets/textlabel.h"

#include <QGridLayout>

namespace edgelift::wizard {

PointList::PointList(QWidget *parent)
    : QWidget(parent)
    , m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setVerticalSpacing(fontMetrics().height() / 6);
    m_grid->setHorizontalSpacing(fontMetrics().averageCharWidth());
    m_grid->setColumnStretch(1, 1);
}

void PointList::setPoints(const QStringList &texts, const QString &mark)
{
    QList<std::pair<QString, QString>> points;
    for (const QString &text : texts)
        points.append({mark, text});
    show(points);
}

void PointList::setNumbered(const QString &lines)
{
    QList<std::pair<QString, QString>> points;
    for (const QString &line : lines.split(QLatin1Char('\n')))
        points.append({line.section(QLatin1Char(' '), 0, 0), line.section(QLatin1Char(' '), 1)});
    show(points);
}

void PointList::show(const QList<std::pair<QString, QString>> &points)
{
    QStringList texts;
    for (const auto &[mark, text] : points)
        texts.append(text);
    if (texts == m_points)
        return;
    m_points = texts;
    discardItems(*m_grid);
    for (const auto &[mark, text] : points) {
        const int row = int(m_grid->count()) / 2;
        auto *sign = new QLabel(mark, this);
        sign->setTextFormat(Qt::PlainText);
        auto *words = new TextLabel(this);
        words->say(text);
        m_grid->addWidget(sign, row, 0, Qt::AlignTop | Qt::AlignTrailing);
        m_grid->addWidget(words, row, 1);
    }
}

}
