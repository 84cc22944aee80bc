#pragma once
#include "app/wizard/shell/page.h"
#include "app/wizard/widgets/waitline.h"

class QCheckBox;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace edgelift::wizard {

class Disclosure;
class FieldNote;
class FormField;

/// Who pays: an activation code or an AccessKey pair, and the test of the connection (ux.md 2.5). Secrets stay in the session's memory
/// and leave the fields with the page.
class ConnectPage final : public Page
{
    Q_OBJECT
public:
    explicit ConnectPage(Session &session, QWidget *parent = nullptr);
    ~ConnectPage() override;

    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString stepName() const override;
    [[nodiscard]] QString subtitle() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QList<ToDo> toDo() const override;
    void enter() override;
    void leave() override;
    void next() override;
    [[nodiscard]] QWidget *firstField() const override;

protected:
    void retranslate() override;

private:
    void makeForms();
    void codeEdited();
    void store(); ///< fields to session
    void fill(); ///< session to fields
    void test();
    void enterPressed();
    void cloudChanged();
    void refresh(); ///< notes, and what is shown
    void noteFailure(const Error &error);
    [[nodiscard]] QString inputProblem() const; ///< why this cannot be tested; empty: it can
    [[nodiscard]] QString host() const;

    QRadioButton *m_useCode;
    QRadioButton *m_useKey;
    QLineEdit *m_code;
    QLineEdit *m_keyId;
    QLineEdit *m_secret;
    QLineEdit *m_endpoint;
    QCheckBox *m_showCode;
    QCheckBox *m_showSecret;
    Disclosure *m_private;
    QPushButton *m_test;
    WaitLine *m_wait;
    FieldNote *m_result;
    FormField *m_codeField = nullptr;
    FormField *m_keyIdField = nullptr;
    FormField *m_secretField = nullptr;
    FormField *m_endpointField = nullptr;
    bool m_judged = false; ///< editing ended once: problems are shown from now on
    bool m_goOn = false; ///< Next was chosen and waits for the test
};

}
