#include "app/wizard/widgets/choicebox.h"

#include "app/wizard/widgets/lineinput.h"

namespace edgelift::wizard {

ChoiceBox::ChoiceBox(QWidget *parent, const char *name)
    : QComboBox(parent)
{
    setObjectName(QLatin1String(name));
    setEditable(true);
    setInsertPolicy(QComboBox::NoInsert);
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setMinimumContentsLength(8);
    connect(this, &QComboBox::activated, this, &ChoiceBox::edited);
    onInput(lineEdit(), this, &ChoiceBox::edited);
}

QString ChoiceBox::value() const
{
    const int index = findText(currentText());
    return index >= 0 && itemData(index).isValid() ? itemData(index).toString() : currentText().trimmed();
}

void ChoiceBox::setValue(const QString &wanted)
{
    if (value() == wanted)
        return;
    const QSignalBlocker quiet(lineEdit());
    const int index = findData(wanted);
    setCurrentIndex(index);
    if (index < 0)
        setEditText(wanted);
    lineEdit()->setCursorPosition(0); // a long name is read from its beginning
}

void ChoiceBox::setItems(const QList<std::pair<QString, QString>> &items)
{
    QList<std::pair<QString, QString>> now;
    for (int i = 0; i < count(); ++i)
        now.append({itemText(i), itemData(i).toString()});
    if (now == items)
        return;
    const QString kept = value();
    const QSignalBlocker quiet(lineEdit());
    clear();
    for (const auto &[text, id] : items)
        addItem(text, id);
    setCurrentIndex(-1);
    setValue(kept);
}

}
