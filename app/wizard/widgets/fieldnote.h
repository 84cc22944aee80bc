#pragma once
#include <QPointer>
#include <QWidget>

class QLabel;

namespace edgelift::wizard {

class TextLabel;

/// The message beside a field: what is wrong with it and what is allowed, by symbol and words. Hidden while there is nothing to say.
/// The field's accessible description says the same.
class FieldNote final : public QWidget
{
    Q_OBJECT
public:
    enum class Kind : quint8 { Hint, Done, Warning, Error };

    explicit FieldNote(QWidget *field = nullptr, QWidget *parent = nullptr);

    void say(Kind kind, const QString &text); ///< empty text: as clear()
    void clear() { say(Kind::Hint, {}); }
    [[nodiscard]] QString text() const;
    [[nodiscard]] Kind kind() const { return m_kind; }

protected:
    void changeEvent(QEvent *event) override;

private:
    void showSymbol();

    QPointer<QWidget> m_field;
    Kind m_kind = Kind::Hint;
    QLabel *m_symbol;
    TextLabel *m_text;
};

}
