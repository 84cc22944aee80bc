#pragma once
#include "app/wizard/shell/page.h"
#include "app/wizard/state/credential.h"

class QCheckBox;
class QLineEdit;
class QRadioButton;

namespace edgelift::wizard {

class Disclosure;
class FormField;

/// An activation code or an AccessKey pair, and where it is asked. Says beside each field what is wrong with it. Keeps secrets in its
/// fields only, and empties them when it goes.
class CredentialForm final : public QWidget
{
    Q_OBJECT
public:
    explicit CredentialForm(QWidget *parent = nullptr);
    ~CredentialForm() override;

    void show(const Credential &credential);
    [[nodiscard]] Credential credential() const; ///< as it stands in the fields
    /// Why this cannot be tested; empty: it can.
    [[nodiscard]] QString problem() const;
    void judge(); ///< problems are shown from now on, not only after editing ended
    void note(); ///< what is wrong is marked
    void noteFailure(const Error &error); ///< of the test, beside the field it is about
    [[nodiscard]] QList<ToDo> toDo() const;
    [[nodiscard]] QWidget *firstField() const; ///< the one to begin with, or the one that is wrong
    void hideSecrets();
    void retranslate();

Q_SIGNALS:
    void edited();
    void noted(); ///< toDo() is another one, although nothing was edited
    void submitted(); ///< Enter

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void layOut();
    void codeEdited();
    void choose();
    [[nodiscard]] bool usesCode() const;
    [[nodiscard]] bool isAddressWrong() const;

    QRadioButton *m_useCode;
    QRadioButton *m_useKey;
    QLineEdit *m_code;
    QLineEdit *m_keyId;
    QLineEdit *m_secret;
    QLineEdit *m_endpoint;
    QCheckBox *m_showCode;
    QCheckBox *m_showSecret;
    Disclosure *m_private;
    FormField *m_codeField = nullptr;
    FormField *m_keyIdField = nullptr;
    FormField *m_secretField = nullptr;
    FormField *m_endpointField = nullptr;
    bool m_judged = false;
};

}
