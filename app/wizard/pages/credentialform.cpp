#include "app/wizard/pages/credentialform.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/shell/said.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/formfield.h"
#include "app/wizard/widgets/lineinput.h"
#include "core/agent/codecheck.h"

#include <QCheckBox>
#include <QKeyEvent>
#include <QLineEdit>
#include <QRadioButton>
#include <QSignalBlocker>
#include <QUrl>
#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

QLineEdit *makeEdit(QWidget *parent, const char *name, QLineEdit::EchoMode echo = QLineEdit::Normal)
{
    auto *edit = new QLineEdit(parent);
    edit->setObjectName(QLatin1String(name));
    edit->setEchoMode(echo);
    edit->setLayoutDirection(Qt::LeftToRight); // codes, ids and addresses in every language
    if (echo != QLineEdit::Normal)
        edit->setInputMethodHints(Qt::ImhSensitiveData | Qt::ImhNoPredictiveText | Qt::ImhNoAutoUppercase);
    return edit;
}

template <class Button>
Button *makeButton(QWidget *parent, const char *name)
{
    auto *button = new Button(parent);
    button->setObjectName(QLatin1String(name));
    return button;
}

void showSecretOf(QLineEdit *edit, bool shown) { edit->setEchoMode(shown ? QLineEdit::Normal : QLineEdit::Password); }

bool isAddress(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    return url.isValid() && !url.host().isEmpty() && (url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https"));
}

}

CredentialForm::CredentialForm(QWidget *parent)
    : QWidget(parent)
    , m_useCode(makeButton<QRadioButton>(this, "useCode"))
    , m_useKey(makeButton<QRadioButton>(this, "useAccessKey"))
    , m_code(makeEdit(this, "activationCode", QLineEdit::Password))
    , m_keyId(makeEdit(this, "accessKeyId"))
    , m_secret(makeEdit(this, "accessKeySecret", QLineEdit::Password))
    , m_endpoint(makeEdit(this, "endpoint"))
    , m_showCode(makeButton<QCheckBox>(this, "showCode"))
    , m_showSecret(makeButton<QCheckBox>(this, "showSecret"))
    , m_private(makeButton<Disclosure>(this, "privateNetwork"))
{
    layOut();
    m_useCode->setChecked(true);
    choose();
    connect(m_useCode, &QRadioButton::toggled, this, [this] {
        choose();
        Q_EMIT edited();
    });
    onInput(m_code, this, &CredentialForm::codeEdited);
    for (QLineEdit *edit : {m_keyId, m_secret, m_endpoint})
        onInput(edit, this, &CredentialForm::edited);
    for (QLineEdit *edit : {m_code, m_keyId, m_secret, m_endpoint})
        connect(edit, &QLineEdit::editingFinished, this, [this, edit] {
            if (edit->text().isEmpty())
                return;
            judge();
            Q_EMIT noted();
        });
    connect(m_showCode, &QCheckBox::toggled, this, [this](bool shown) { showSecretOf(m_code, shown); });
    connect(m_showSecret, &QCheckBox::toggled, this, [this](bool shown) { showSecretOf(m_secret, shown); });
}

CredentialForm::~CredentialForm()
{
    for (QLineEdit *edit : {m_code, m_secret})
        showText(edit, {}); // with its undo history
}

void CredentialForm::layOut()
{
    auto *form = new Form(this);
    m_codeField = new FormField(form, m_code, m_showCode);
    m_keyIdField = new FormField(form, m_keyId);
    m_secretField = new FormField(form, m_secret, m_showSecret);
    auto *part = new Form(this);
    m_endpointField = new FormField(part, m_endpoint);
    m_private->setPart(part);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_useCode);
    column->addWidget(m_useKey);
    column->addWidget(form);
    column->addWidget(m_private, 0, Qt::AlignLeading);
    column->addWidget(part);
}

bool CredentialForm::usesCode() const { return m_useCode->isChecked(); }
bool CredentialForm::isAddressWrong() const { return !m_endpoint->text().trimmed().isEmpty() && !isAddress(m_endpoint->text().trimmed()); }

void CredentialForm::choose()
{
    m_codeField->setShown(usesCode());
    m_keyIdField->setShown(!usesCode());
    m_secretField->setShown(!usesCode());
}

void CredentialForm::show(const Credential &credential)
{
    for (QRadioButton *button : {m_useCode, m_useKey}) {
        const QSignalBlocker quiet(button);
        button->setChecked((button == m_useCode) == (credential.method == Credential::Method::Code));
    }
    showText(m_code, QString::fromUtf8(credential.code.reveal()));
    showText(m_keyId, credential.keyId);
    showText(m_secret, QString::fromUtf8(credential.keySecret.reveal()));
    showText(m_endpoint, credential.endpoint);
    if (!credential.endpoint.isEmpty())
        m_private->setOpen(true);
    m_judged = m_judged || credential.isComplete(); // it was entered before
    choose();
    note();
}

Credential CredentialForm::credential() const
{
    Credential out;
    out.method = usesCode() ? Credential::Method::Code : Credential::Method::AccessKey;
    out.code = Secret(normalizedCode(m_code->text()).toUtf8());
    out.keyId = m_keyId->text().trimmed();
    out.keySecret = Secret(m_secret->text().trimmed().toUtf8());
    out.endpoint = m_endpoint->text().trimmed();
    return out;
}

void CredentialForm::codeEdited()
{
    const QString typed = m_code->text();
    const QString code = normalizedCode(typed);
    const bool pasted = code != typed && (checkCode(code) || code.size() + 3 < typed.size()); // not while it is typed
    if (pasted)
        showText(m_code, code);
    m_judged = m_judged || pasted || bool(checkCode(code));
    Q_EMIT edited();
}

QString CredentialForm::problem() const
{
    if (isAddressWrong())
        return tr("Enter an address that begins with http:// or https://.");
    if (!usesCode())
        return m_keyId->text().isEmpty() || m_secret->text().isEmpty()
            ? tr("Enter both the AccessKey ID and the AccessKey secret. [E-CON-05]")
            : QString();
    if (m_code->text().trimmed().isEmpty())
        return tr("Enter the activation code from the SMC console. [E-CON-01]");
    const Result<QUrl> checked = checkCode(m_code->text());
    return checked ? QString() : said::of(checked.error()).message;
}

void CredentialForm::judge()
{
    m_judged = true;
    note();
}

void CredentialForm::note()
{
    for (FormField *field : {m_codeField, m_keyIdField, m_secretField, m_endpointField})
        field->note().clear();
    FormField *field = isAddressWrong() ? m_endpointField : usesCode() ? m_codeField : m_secretField;
    if (m_judged)
        field->note().say(FieldNote::Kind::Error, problem());
}

void CredentialForm::noteFailure(const Error &error)
{
    const QString fact = format::name(error.args.value(0));
    FieldNote &key = m_secretField->note();
    FieldNote &code = m_codeField->note();
    constexpr auto wrong = FieldNote::Kind::Error;
    if (error.code == ErrorCode::CodeRejected)
        code.say(wrong, tr("The service rejected the activation code. Check it for missing characters, or generate a new one. [E-CON-02]"));
    else if (error.code == ErrorCode::CodeExpired)
        code.say(wrong, tr("The activation code expired on %1. Generate a new one. [E-CON-03]").arg(fact));
    else if (error.code == ErrorCode::CodeUsedUp)
        code.say(wrong,
            tr("The activation code has already imported %n server(s), which is its limit. Generate a new one. [E-CON-04]", nullptr,
                error.args.value(0).toInt()));
    else if (error.code == ErrorCode::CodeDisabled || error.code == ErrorCode::CodeMistyped)
        code.say(wrong, said::of(error).message);
    else if (error.code == ErrorCode::CredentialsWrong)
        key.say(wrong, tr("The AccessKey pair was refused: %1. Check the pair and its permissions. [E-CON-06]").arg(fact));
}

QList<ToDo> CredentialForm::toDo() const
{
    if (usesCode() && m_code->text().trimmed().isEmpty())
        return {{tr("enter the activation code"), m_code}};
    if (!usesCode() && (m_keyId->text().isEmpty() || m_secret->text().isEmpty()))
        return {{tr("enter the AccessKey ID and the AccessKey secret"), firstField()}};
    if (problem().isEmpty())
        return {};
    return {{m_judged ? tr("correct what is marked") : tr("complete the activation code"), firstField()}};
}

QWidget *CredentialForm::firstField() const
{
    if (isAddressWrong())
        return m_endpoint;
    return usesCode() ? m_code : m_keyId->text().isEmpty() ? m_keyId : m_secret;
}

void CredentialForm::hideSecrets()
{
    m_showCode->setChecked(false);
    m_showSecret->setChecked(false);
}

void CredentialForm::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        Q_EMIT submitted(); // here, and no further: the window would choose Next
    else
        QWidget::keyPressEvent(event);
}

void CredentialForm::retranslate()
{
    m_useCode->setText(tr("Acti&vation code (recommended)"));
    m_useKey->setText(tr("Access&Key pair"));
    m_codeField->setLabel(tr("Activation &code:"));
    m_keyIdField->setLabel(tr("AccessKey &ID:"));
    m_secretField->setLabel(tr("AccessKey &secret:"));
    m_endpointField->setLabel(tr("&Endpoint:"));
    m_endpoint->setPlaceholderText(QStringLiteral("https://"));
    m_showCode->setText(tr("Sho&w"));
    m_showCode->setAccessibleName(tr("Show the activation code"));
    m_showSecret->setText(tr("Sho&w"));
    m_showSecret->setAccessibleName(tr("Show the AccessKey secret"));
    m_private->setText(tr("&Private network"));
    note();
}

}
