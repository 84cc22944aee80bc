#pragma once
#include "app/wizard/shell/page.h"

class QPushButton;

namespace edgelift::wizard {

class CodeMaker;
class CredentialForm;
class Disclosure;
class FieldNote;
class WaitLine;

/// Who pays: an activation code or an AccessKey pair, and the test of the connection (ux.md 2.5). Secrets stay in the session's memory
/// and leave the fields with the page.
class ConnectPage final : public Page
{
    Q_OBJECT
public:
    explicit ConnectPage(Session &session, QWidget *parent = nullptr);

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
    void layOut();
    void store(); ///< fields to session
    void test();
    void submit();
    void cloudChanged();
    void refresh(); ///< notes, and what is shown
    void makeCode(const QJsonObject &parameters);
    void useCode(const QString &code);
    [[nodiscard]] QString host() const;

    CredentialForm *m_form;
    Disclosure *m_generate;
    CodeMaker *m_maker;
    QPushButton *m_test;
    WaitLine *m_wait;
    FieldNote *m_result;
    bool m_goOn = false; ///< Next was chosen and waits for the test
};

}
