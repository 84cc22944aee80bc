#pragma once
#include "app/wizard/models/layoutmodel.h"

#include <QTreeView>

namespace edgelift::wizard {

/// The disks of the image and their mount targets as a table: everything can be done here without a mouse.
class DisksTable final : public QTreeView
{
    Q_OBJECT
public:
    /// The layout must outlive this.
    explicit DisksTable(LayoutModel &layout, QWidget *parent = nullptr);

    void editSize(QKeyEvent *first = nullptr); ///< of the current row; `first` is the key that began it
    void fitColumns(); ///< after texts changed
    [[nodiscard]] QString hiddenText(const QModelIndex &index) const; ///< what this row says in columns there is no room for; may be empty
    QSize sizeHint() const override; ///< all rows, at least 6 and at most 14
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void notASize(const QString &text);
    void dragEnded();

protected:
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void startDrag(Qt::DropActions actions) override;

private:
    void openRows();
    int m_fitted = -1; ///< width the columns were fitted to
};

}
