#pragma once
#include <QPushButton>

namespace edgelift::wizard {

/// A button that looks like a link: it leads somewhere and changes nothing.
class LinkButton final : public QPushButton
{
    Q_OBJECT
public:
    explicit LinkButton(QWidget *parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;
};

}
