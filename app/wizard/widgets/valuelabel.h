#pragma once
#include <QLabel>

namespace edgelift::wizard {

/// One line with a number that changes while one looks at it. Stands at the trailing edge of a place of a fixed size that grows when it
/// must but never shrinks: nothing around it moves, and another number lays out nothing anew.
class ValueLabel final : public QLabel
{
    Q_OBJECT
public:
    ValueLabel(QWidget *parent, const QString &name);

    void setValue(const QString &text, const QString &accessibleName = {}); ///< the name is the text when empty
    /// Forgets how wide it was, and makes room for `widest`: the longest text that is to be expected in the language set now.
    void reserve(const QString &widest);

protected:
    void changeEvent(QEvent *event) override;

private:
    void takePlace(int atLeast);

    QString m_widest;
};

}
