#pragma once
#include <QPointer>
#include <QToolButton>

namespace edgelift::wizard {

/// A button that shows and hides a part of a page: Space, Enter or a click. The part stays where the page put it. Screen readers hear
/// "collapsed" and "expanded".
class Disclosure final : public QToolButton
{
    Q_OBJECT
public:
    explicit Disclosure(QWidget *parent = nullptr);

    void setPart(QWidget *part); ///< hidden at once unless open; not owned
    [[nodiscard]] bool isOpen() const { return isChecked(); }
    void setOpen(bool open) { setChecked(open); }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void showPart(bool open);
    [[nodiscard]] int gap() const; ///< between arrow and text

    QPointer<QWidget> m_part;
};

}
