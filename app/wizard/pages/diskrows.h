#pragma once
#include "core/agent/clientvalues.h"

#include <QWidget>

class QGridLayout;
class QProgressBar;

namespace edgelift::wizard {

class ElidedLabel;
class ValueLabel;

/// How far the copy of each disk is: name, bar, per cent, amount. Hidden without disks.
class DiskRows final : public QWidget
{
    Q_OBJECT
public:
    explicit DiskRows(QWidget *parent = nullptr);

    void show(const QList<ProgressInfo::Disk> &disks); ///< touches only what changed
    void retranslate(); ///< called by the page

private:
    struct Row
    {
        ElidedLabel *name;
        QProgressBar *bar;
        ValueLabel *percent;
        ValueLabel *amount;
    };
    void addRow();
    void fill(int row);
    void reserve();

    QGridLayout *m_grid;
    QList<Row> m_rows;
    QList<ProgressInfo::Disk> m_disks;
};

}
