#pragma once
#include <QComboBox>

namespace edgelift::wizard {

/// A list to choose an id from, or to type one that is not in it. What is shown may be more than the id ("vpc-1 – production").
class ChoiceBox final : public QComboBox
{
    Q_OBJECT
public:
    explicit ChoiceBox(QWidget *parent = nullptr, const char *name = nullptr);

    [[nodiscard]] QString value() const; ///< the id of what is chosen, or what was typed
    void setValue(const QString &value);
    void setItems(const QList<std::pair<QString, QString>> &items); ///< text and id; the value stays

Q_SIGNALS:
    void edited(); ///< by the user
};

}
