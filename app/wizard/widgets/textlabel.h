#pragma once
#include <QLabel>

namespace edgelift::wizard {

/// A paragraph of plain text that wraps, also inside of a name of 500 characters, and can be selected. Never wider than its page.
class TextLabel final : public QLabel
{
    Q_OBJECT
public:
    explicit TextLabel(QWidget *parent = nullptr, const char *name = nullptr);

    void say(const QString &text); ///< also to screen readers
    [[nodiscard]] const QString &said() const { return m_said; } ///< without the places where it may break

protected:
    void keyPressEvent(QKeyEvent *event) override; ///< copies what was said
    void changeEvent(QEvent *event) override;

private:
    void align();

    QString m_said;
};

/// Lines may break inside of words that are too long for a line.
[[nodiscard]] QString breakable(const QString &text);

}
