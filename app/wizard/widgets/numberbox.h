#pragma once
#include <QSpinBox>

namespace edgelift::wizard {

/// A spin box that takes what is typed or pasted beyond its range as the nearest end of it and says so, instead of ignoring keys.
/// Reads numbers with groups, and in the digits of the language as well as in Latin ones.
class NumberBox final : public QSpinBox
{
    Q_OBJECT
public:
    explicit NumberBox(QWidget *parent = nullptr);

Q_SIGNALS:
    void clamped(int to) const; ///< minimum() or maximum()

protected:
    QValidator::State validate(QString &input, int &position) const override;
    int valueFromText(const QString &text) const override;
    void wheelEvent(QWheelEvent *event) override; ///< a wheel that scrolls the page must not change a number on its way
};

/// "Set to the maximum, 1,000."
[[nodiscard]] QString clampedText(const QSpinBox &box, int to);

}
