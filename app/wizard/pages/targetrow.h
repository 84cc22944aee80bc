#pragma once
#include "app/wizard/models/layoutmodel.h"

#include <QObject>

class QCheckBox;
class QGridLayout;
class QLabel;
class QSpinBox;

namespace edgelift::wizard {

class DiskBar;
class ElidedLabel;
class SegmentModel;

/// One disk of the image: its size, the smallest possible, the bar, what is free, LVM. A row of a grid; in a narrow window two.
class TargetRow final : public QObject
{
    Q_OBJECT
public:
    /// `disk`: its place in the plan. The layout must outlive this; the widgets belong to `parent`.
    TargetRow(LayoutModel &layout, int disk, QWidget *parent);

    void place(QGridLayout &grid, int line, bool narrow) const;
    void fill(); ///< from the plan
    void setCurrent(const QModelIndex &index); ///< of the layout; none of this disk: nothing is selected here
    [[nodiscard]] DiskBar *bar() const { return m_bar; }
    [[nodiscard]] QList<QWidget *> controls() const; ///< in the order of reading

Q_SIGNALS:
    void currentChanged(const QModelIndex &index); ///< of the layout, column 0; by the user
    void dragEnded();
    void menuWanted(const QPoint &globalPosition);

private:
    void connectControls();
    void connectBar();
    void fillSize();

    LayoutModel &m_layout;
    const int m_disk;
    ElidedLabel *m_title;
    QSpinBox *m_size;
    QLabel *m_least;
    DiskBar *m_bar;
    QLabel *m_free;
    QCheckBox *m_lvm;
    SegmentModel *m_segments;
    bool m_selecting = false;
};

}
