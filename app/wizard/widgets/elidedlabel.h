#pragma once
#include <QWidget>

namespace edgelift::wizard {

/// One line of plain text that gives way in its middle when there is no room. The whole text is its accessible name.
class ElidedLabel final : public QWidget
{
    Q_OBJECT
public:
    explicit ElidedLabel(QWidget *parent = nullptr);

    void setText(const QString &text);
    [[nodiscard]] const QString &text() const { return m_text; }
    QSize sizeHint() const override; ///< at most 24 characters wide
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_text;
};

}
