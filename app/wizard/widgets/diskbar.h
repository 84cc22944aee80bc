#pragma once
#include <QListView>
#include <QPersistentModelIndex>

namespace edgelift::wizard {

/// One disk (a SegmentModel) as a proportional bar: its mount targets as segments, what is free behind them. A list view, so that screen
/// readers find the segments. Shows; every answer comes from the model.
class DiskBar final : public QListView
{
    Q_OBJECT
public:
    explicit DiskBar(QWidget *parent = nullptr);

    void setModel(QAbstractItemModel *model) override;
    QRect visualRect(const QModelIndex &index) const override;
    QModelIndex indexAt(const QPoint &point) const override;
    void scrollTo(const QModelIndex &, ScrollHint) override { } ///< all of it is always visible
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    /// The boundary behind this segment as it is dragged; nothing: not at one. For tests and cursors.
    [[nodiscard]] QModelIndex boundaryAt(const QPoint &point) const;
    void setTarget(bool target); ///< what is picked up would be put down here: a thick frame

Q_SIGNALS:
    void resized(const QString &volume, qint64 sizeMiB); ///< a boundary was dragged; snapped to 1 GiB, with Shift to 4 MiB
    void dragEnded(); ///< a segment of this bar was dropped somewhere, or not

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void startDrag(Qt::DropActions actions) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dragMoveEvent(QDragMoveEvent *event) override;
    void dragLeaveEvent(QDragLeaveEvent *event) override;
    void dropEvent(QDropEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    void setSelection(const QRect &rect, QItemSelectionModel::SelectionFlags flags) override;
    int horizontalOffset() const override { return 0; }
    int verticalOffset() const override { return 0; }

private:
    struct Part
    {
        int row = 0;
        quint64 bytes = 0;
        int left = 0; ///< in the order of reading; mirrored when painted
        int width = 0;
    };
    [[nodiscard]] QList<Part> parts() const;
    [[nodiscard]] quint64 number(int role) const; ///< of the disk
    [[nodiscard]] QRect mirrored(int left, int width) const;
    [[nodiscard]] int gap(const QPoint &point) const; ///< the row before which something dropped here would stand
    [[nodiscard]] double bytesPerPixel() const;
    void paintSegment(QPainter &painter, const QRect &rect, const QModelIndex &index) const;
    void paintLabel(QPainter &painter, const QRect &rect, const QModelIndex &index) const;
    void paintRest(QPainter &painter, int left) const;

    bool m_target = false;
    int m_insertion = -1; ///< the row before which the dragged one would stand; -1: nothing is dragged here
    QPersistentModelIndex m_resized;
    QPoint m_grip; ///< where the boundary was taken
};

}
