#pragma once
#include "app/wizard/widgets/fieldnote.h"
#include "app/wizard/widgets/form.h"

namespace edgelift::wizard {

/// One row of a form: label, control, and the note below the control.
class FormField final : public QWidget
{
    Q_OBJECT
public:
    /// Adds itself to `form`. `beside`: a button or toggle that belongs to the control.
    FormField(Form *form, QWidget *control, QWidget *beside = nullptr);

    void setLabel(const QString &text); ///< with mnemonic; names the control as well
    [[nodiscard]] FieldNote &note() { return *m_note; }
    void setShown(bool shown); ///< with its label

private:
    QLabel *m_label;
    QWidget *m_control;
    FieldNote *m_note;
};

}
