#pragma once
#include "app/wizard/models/layoutmodel.h"

#include <QPointer>
#include <QWidget>

class QGridLayout;
class QLabel;

namespace edgelift::wizard {

class DiskBar;
class ElidedLabel;
class TargetRow;

/// The disks as bars: those of the server above, those of the image below, each of these with its size, its free space and LVM. In a
/// narrow window a bar stands below its controls.
class DisksBars final : public QWidget
{
    Q_OBJECT
public:
    /// The layout must outlive this.
    explicit DisksBars(LayoutModel &layout, QWidget *parent = nullptr);

    void refresh(); ///< after every change of the plan or the server
    void retranslate();
    void setCurrent(const QModelIndex &index); ///< of the layout; its segment is selected, all others are not
    void setTarget(int disk); ///< the disk where what is picked up would go; -1: none
    [[nodiscard]] QList<DiskBar *> bars() const; ///< of the image, in plan order

Q_SIGNALS:
    void currentChanged(const QModelIndex &index); ///< of the layout, column 0
    void menuWanted(const QPoint &globalPosition);
    void dragEnded();
    void rebuilt(); ///< bars() are others

protected:
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    struct SourceRow
    {
        ElidedLabel *title;
        QLabel *size;
        DiskBar *bar;
        QLabel *used;
    };
    void showSource();
    void rebuild();
    SourceRow makeSourceRow(int disk);
    TargetRow *makeTargetRow(int disk);
    void arrange();
    void arrangeSource(QGridLayout *grid) const;
    void arrangeTarget(QGridLayout *grid) const;
    [[nodiscard]] bool isNarrow() const;
    void fillSource(int disk);

    LayoutModel &m_layout;
    LayoutModel m_source; ///< the server as it is
    QLabel *m_sourceCaption;
    QLabel *m_targetCaption;
    QWidget *m_rows = nullptr; ///< parent of all rows
    QList<SourceRow> m_sourceRows;
    QList<TargetRow *> m_targetRows; ///< owned by m_rows
    QStringList m_disks; ///< the rows are about these
    bool m_narrow = false;
};

}
