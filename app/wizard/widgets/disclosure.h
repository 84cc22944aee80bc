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

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void showPart(bool open);

    QPointer<QWidget> m_part;
};

}
