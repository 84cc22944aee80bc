#include "app/wizard/widgets/formfield.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

namespace edgelift::wizard {

FormField::FormField(Form *form, QWidget *control, QWidget *beside)
    : m_label(new QLabel(form))
    , m_control(control)
    , m_note(new FieldNote(control))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    auto *row = new QHBoxLayout;
    row->addWidget(control, 1);
    if (beside)
        row->addWidget(beside);
    column->addLayout(row);
    column->addWidget(m_note);
    m_label->setBuddy(control);
    m_label->setTextFormat(Qt::PlainText);
    m_label->hide(); // until there is one
    form->addRow(m_label, this, control);
}

void FormField::setLabel(const QString &text)
{
    m_label->setText(text);
    m_label->setVisible(!isHidden());
    const QString name = QString(text).remove(QLatin1Char('&'));
    m_control->setAccessibleName(name);
    if (auto *combo = qobject_cast<QComboBox *>(m_control); combo && combo->isEditable())
        combo->lineEdit()->setAccessibleName(name); // it is what takes the focus
}

void FormField::setShown(bool shown)
{
    m_label->setVisible(shown && !m_label->text().isEmpty());
    setVisible(shown);
}

}
