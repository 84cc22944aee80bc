#include "app/wizard/widgets/phasestrip.h"

#include "app/wizard/widgets/flowlayout.h"
#include "core/agent/clientvalues.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>

namespace edgelift::wizard {

PhaseStrip::PhaseStrip(QWidget *parent)
    : QWidget(parent)
{
    auto *flow = new FlowLayout(this);
    flow->setContentsMargins(0, 0, 0, 0);
    const QStringList phases = phaseNames();
    for (const QString &phase : phases) {
        if (phase == QLatin1String("done"))
            continue;
        auto *box = new QWidget(this);
        auto *row = new QHBoxLayout(box);
        row->setContentsMargins(0, 0, 0, 0);
        Item item{phase, new QLabel(box), new QLabel(box)};
        item.title->setObjectName(QLatin1String("phase_") + phase);
        item.title->setTextFormat(Qt::PlainText);
        row->addWidget(item.symbol);
        row->addWidget(item.title);
        flow->addWidget(box);
        m_items.append(item);
    }
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    retranslate();
}

void PhaseStrip::show(const QString &current, bool failed, bool finished)
{
    if (current == m_current && failed == m_failed && finished == m_finished)
        return;
    m_current = current;
    m_failed = failed;
    m_finished = finished;
    retranslate();
}

void PhaseStrip::retranslate()
{
    const qsizetype at = phaseNames().indexOf(m_current);
    const int extent = style()->pixelMetric(QStyle::PM_SmallIconSize);
    for (qsizetype i = 0; i < m_items.size(); ++i) {
        const Item &item = m_items.at(i);
        const QString title = phaseTitle(item.phase);
        const bool current = i == at && !m_finished;
        QFont bold = font();
        bold.setBold(current);
        item.title->setFont(bold);
        item.title->setText(title);
        std::optional<QStyle::StandardPixmap> symbol;
        if (m_finished || i < at) {
            symbol = QStyle::SP_DialogApplyButton;
            item.title->setAccessibleName(tr("%1: done").arg(title));
        } else if (current) {
            symbol = m_failed ? QStyle::SP_MessageBoxCritical : QStyle::SP_MediaPlay;
            item.title->setAccessibleName(m_failed ? tr("%1: failed").arg(title) : tr("%1: now").arg(title));
        } else {
            item.title->setAccessibleName(tr("%1: to come").arg(title));
        }
        item.symbol->setVisible(symbol.has_value());
        item.symbol->setAccessibleName(item.title->accessibleName());
        if (symbol)
            item.symbol->setPixmap(style()->standardIcon(*symbol).pixmap(extent, extent));
    }
}

}
