#pragma once
#include "core/agent/clientvalues.h"

#include <QWidget>

class QGridLayout;

namespace edgelift::wizard {

/// What still exists in the cloud, with its price per day and the sum. Hidden when there is nothing.
class ResourceList final : public QWidget
{
    Q_OBJECT
public:
    explicit ResourceList(QWidget *parent = nullptr);

    void show(const QList<ResourceInfo> &resources); ///< what stays on purpose is said to; touches nothing when they are the same
    void retranslate(); ///< called by the page
    [[nodiscard]] QString text() const; ///< a line each, and the sum

private:
    QGridLayout *m_grid;
    QList<ResourceInfo> m_resources;
};

/// What all that costs together: "CNY 12.50 a day", one for each currency. Empty when nothing has a price. Without what is kept.
[[nodiscard]] QString pricePerDay(const QList<ResourceInfo> &resources);
/// Whether anything is left that nobody meant to keep.
[[nodiscard]] bool isAnythingLeft(const QList<ResourceInfo> &resources);

}
