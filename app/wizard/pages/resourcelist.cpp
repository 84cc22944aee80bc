#include "app/wizard/pages/resourcelist.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/discard.h"
#include "app/wizard/widgets/parts.h"

#include <QGridLayout>
#include <algorithm>

namespace edgelift::wizard {

namespace {

QString nameOf(const ResourceInfo &resource)
{
    const QString id = format::ltr(format::shown(resource.id.isEmpty() ? resource.name : resource.id));
    //: Something in the cloud: %1 what it is, %2 its id, %3 a region
    return resource.region.isEmpty() ? ResourceList::tr("%1 %2").arg(resource.kindText(), id)
                                     : ResourceList::tr("%1 %2 in %3").arg(resource.kindText(), id, format::ltr(resource.region));
}

QString priceOf(const ResourceInfo &resource)
{
    if (resource.kept)
        return ResourceList::tr("kept on purpose");
    if (!resource.pricePerDay)
        return ResourceList::tr("price not known");
    if (*resource.pricePerDay <= 0)
        return ResourceList::tr("free");
    //: %1 a currency such as CNY, %2 an amount
    return ResourceList::tr("%1 %2 a day").arg(format::shown(resource.currency), format::decimal(*resource.pricePerDay, 2));
}

/// Some prices nobody knows: the sum is the least it can be.
bool isPartOnly(const QList<ResourceInfo> &resources)
{
    return std::any_of(resources.begin(), resources.end(), [](const ResourceInfo &each) { return !each.kept && !each.pricePerDay; });
}

QString sumOf(const QList<ResourceInfo> &resources)
{
    const QString sum = pricePerDay(resources);
    if (sum.isEmpty())
        return {};
    //: A sum of prices; %1 is such as "CNY 12.50 a day"
    return isPartOnly(resources) ? ResourceList::tr("Together at least %1").arg(sum) : ResourceList::tr("Together %1").arg(sum);
}

}

QString pricePerDay(const QList<ResourceInfo> &resources)
{
    QMap<QString, double> sums;
    for (const ResourceInfo &each : resources) {
        if (!each.kept && each.pricePerDay && *each.pricePerDay > 0)
            sums[each.currency] += *each.pricePerDay;
    }
    QStringList out;
    for (auto it = sums.begin(); it != sums.end(); ++it)
        out.append(ResourceList::tr("%1 %2 a day").arg(format::shown(it.key()), format::decimal(it.value(), 2)));
    return out.join(QStringLiteral(" + "));
}

bool isAnythingLeft(const QList<ResourceInfo> &resources)
{
    return std::any_of(resources.begin(), resources.end(), [](const ResourceInfo &each) { return !each.kept; });
}

ResourceList::ResourceList(QWidget *parent)
    : QWidget(parent)
    , m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setVerticalSpacing(2);
    m_grid->setHorizontalSpacing(fontMetrics().averageCharWidth() * 3);
    m_grid->setColumnStretch(0, 1);
    hide();
}

void ResourceList::show(const QList<ResourceInfo> &resources)
{
    setVisible(!resources.isEmpty());
    if (resources == m_resources)
        return;
    m_resources = resources;
    retranslate();
}

void ResourceList::retranslate()
{
    discardItems(*m_grid);
    int row = 0;
    const auto add = [this, &row](const QString &name, const QString &price) {
        auto *what = makeText(this, "");
        auto *costs = makeText(this, "");
        what->setObjectName(QStringLiteral("resource%1").arg(row));
        costs->setObjectName(QStringLiteral("price%1").arg(row));
        costs->setWordWrap(false);
        what->say(name);
        costs->say(price);
        if (name.isEmpty())
            embolden(*costs);
        m_grid->addWidget(what, row, 0);
        m_grid->addWidget(costs, row, 1, Qt::AlignTrailing | Qt::AlignTop);
        what->setVisible(!name.isEmpty());
        ++row;
    };
    for (const ResourceInfo &resource : std::as_const(m_resources))
        add(nameOf(resource), priceOf(resource));
    if (m_resources.size() > 1 && !sumOf(m_resources).isEmpty())
        add({}, sumOf(m_resources));
}

QString ResourceList::text() const
{
    QStringList lines;
    for (const ResourceInfo &resource : m_resources)
        //: %1 something in the cloud, %2 its price
        lines.append(tr("%1: %2").arg(nameOf(resource), priceOf(resource)));
    if (const QString sum = sumOf(m_resources); !sum.isEmpty())
        lines.append(sum);
    return lines.join(QLatin1Char('\n'));
}

}
