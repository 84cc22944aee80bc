#include "app/wizard/pages/connectpage.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/formfield.h"
#include "core/agent/codecheck.h"
#include "core/base/errortext.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
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

ConnectPage::ConnectPage(Session &session, QWidget *parent)
    : Page(session, parent)
    , m_useCode(makeButton<QRadioButton>(this, "useCode"))
    , m_useKey(makeButton<QRadioButton>(this, "useAccessKey"))
    , m_code(makeEdit(this, "activationCode", QLineEdit::Password))
    , m_keyId(makeEdit(this, "accessKeyId"))
    , m_secret(makeEdit(this, "accessKeySecret", QLineEdit::Password))
    , m_endpoint(makeEdit(this, "endpoint"))
    , m_showCode(makeButton<QCheckBox>(this, "showCode"))
    , m_showSecret(makeButton<QCheckBox>(this, "showSecret"))
    , m_private(makeButton<Disclosure>(this, "privateNetwork"))
    , m_test(makeButton<QPushButton>(this, "testConnection"))
    , m_wait(new WaitLine(this))
    , m_result(new FieldNote(m_test, this))
{
    makeForms();
    connect(m_useCode, &QRadioButton::toggled, this, &ConnectPage::store);
    connect(m_code, &QLineEdit::textEdited, this, &ConnectPage::codeEdited);
    for (QLineEdit *edit : {m_keyId, m_secret, m_endpoint})
        connect(edit, &QLineEdit::textEdited, this, &ConnectPage::store);
    for (QLineEdit *edit : {m_code, m_keyId, m_secret, m_endpoint}) {
        connect(edit, &QLineEdit::editingFinished, this, [this, edit] {
            m_judged = m_judged || !edit->text().isEmpty();
            refresh();
        });
        connect(edit, &QLineEdit::returnPressed, this, &ConnectPage::enterPressed);
    }
    connect(m_showCode, &QCheckBox::toggled, this, [this](bool shown) { showSecretOf(m_code, shown); });
    connect(m_showSecret, &QCheckBox::toggled, this, [this](bool shown) { showSecretOf(m_secret, shown); });
    connect(m_test, &QPushButton::clicked, this, &ConnectPage::test);
    connect(m_wait, &WaitLine::stopped, &m_session, &Session::stopReaching);
    connect(&m_session, &Session::cloudChanged, this, &ConnectPage::cloudChanged);
    retranslate();
    fill();
}

ConnectPage::~ConnectPage()
{
    for (QLineEdit *edit : {m_code, m_secret})
        edit->setText({}); // with its undo history
}

void ConnectPage::makeForms()
{
    auto *form = makeForm();
    m_codeField = new FormField(form, m_code, m_showCode);
    m_keyIdField = new FormField(form, m_keyId);
    m_secretField = new FormField(form, m_secret, m_showSecret);
    auto *part = new QWidget(this);
    auto *partForm = makeForm(part);
    m_endpointField = new FormField(partForm, m_endpoint);
    m_private->setPart(part);
    auto *test = new QHBoxLayout;
    test->addWidget(m_test);
    test->addWidget(m_wait, 1);
    test->addStretch();
    auto *column = new QVBoxLayout(this);
    column->addWidget(m_useCode);
    column->addWidget(m_useKey);
    column->addLayout(form);
    column->addWidget(m_private, 0, Qt::AlignLeading);
    column->addWidget(part);
    column->addLayout(test);
    column->addWidget(m_result);
    column->addStretch();
}

QString ConnectPage::title() const { return tr("Connect this server"); }
QString ConnectPage::stepName() const { return tr("Connect"); }
QString ConnectPage::subtitle() const { return tr("Enter the activation code or an AccessKey pair."); }

QString ConnectPage::help() const
{
    return tr("An activation code is made in the SMC console and lets this server register itself without an AccessKey. It may be pasted "
              "with spaces, line breaks or the complete command around it.\n\n"
              "An AccessKey pair belongs to a user of your account; create one in the RAM console.\n\n"
              "Neither is saved: after the program was closed, enter it again.");
}

QList<ToDo> ConnectPage::toDo() const
{
    if (m_useCode->isChecked() && m_code->text().trimmed().isEmpty())
        return {{tr("enter the activation code"), m_code}};
    if (m_useKey->isChecked() && (m_keyId->text().isEmpty() || m_secret->text().isEmpty()))
        return {{tr("enter the AccessKey ID and the AccessKey secret"), m_keyId->text().isEmpty() ? m_keyId : m_secret}};
    if (!inputProblem().isEmpty())
        return {{tr("correct what is marked"), !m_endpointField->note().text().isEmpty() ? m_endpoint : m_code}};
    return {};
}

QWidget *ConnectPage::firstField() const { return m_useCode->isChecked() ? m_code : m_keyId; }

void ConnectPage::enter()
{
    fill();
    cloudChanged();
}

void ConnectPage::leave()
{
    m_goOn = false;
    m_showCode->setChecked(false);
    m_showSecret->setChecked(false);
}

void ConnectPage::fill()
{
    const Credential &credential = m_session.credential();
    const bool code = credential.method == Credential::Method::Code;
    for (QRadioButton *button : {m_useCode, m_useKey}) {
        const QSignalBlocker quiet(button);
        button->setChecked((button == m_useCode) == code);
    }
    m_code->setText(QString::fromUtf8(credential.code.reveal()));
    m_keyId->setText(credential.keyId);
    m_secret->setText(QString::fromUtf8(credential.keySecret.reveal()));
    m_endpoint->setText(credential.endpoint);
    if (!credential.endpoint.isEmpty())
        m_private->setOpen(true);
    refresh();
}

void ConnectPage::codeEdited()
{
    const QString typed = m_code->text();
    const QString code = normalizedCode(typed);
    const bool pasted = code != typed && (checkCode(code) || code.size() + 3 < typed.size()); // not while it is typed
    if (pasted)
        m_code->setText(code);
    m_judged = m_judged || pasted || bool(checkCode(code));
    store();
}

void ConnectPage::store()
{
    Credential credential;
    credential.method = m_useCode->isChecked() ? Credential::Method::Code : Credential::Method::AccessKey;
    credential.code = Secret(normalizedCode(m_code->text()).toUtf8());
    credential.keyId = m_keyId->text().trimmed();
    credential.keySecret = Secret(m_secret->text().trimmed().toUtf8());
    credential.endpoint = m_endpoint->text().trimmed();
    m_goOn = false;
    m_session.setCredential(credential);
    Q_EMIT messageGone();
    refresh();
}

QString ConnectPage::inputProblem() const
{
    if (!m_session.credential().endpoint.isEmpty() && !isAddress(m_session.credential().endpoint))
        return tr("Enter an address that begins with http:// or https://.");
    if (m_useKey->isChecked())
        return m_keyId->text().isEmpty() || m_secret->text().isEmpty()
            ? tr("Enter both the AccessKey ID and the AccessKey secret. [E-CON-05]")
            : QString();
    if (m_code->text().trimmed().isEmpty())
        return tr("Enter the activation code from the SMC console. [E-CON-01]");
    const Result<QUrl> checked = checkCode(m_code->text());
    return checked ? QString() : describe(checked.error()).message;
}

void ConnectPage::refresh()
{
    const bool code = m_useCode->isChecked();
    m_codeField->setShown(code);
    m_keyIdField->setShown(!code);
    m_secretField->setShown(!code);
    for (FormField *field : {m_codeField, m_keyIdField, m_secretField, m_endpointField})
        field->note().clear();
    const QString problem = m_judged ? inputProblem() : QString();
    const bool addressWrong = !m_session.credential().endpoint.isEmpty() && !isAddress(m_session.credential().endpoint);
    FormField *field = addressWrong ? m_endpointField : code ? m_codeField : m_secretField;
    field->note().say(FieldNote::Kind::Error, problem);
    if (m_session.cloud() == Session::Asked::Failed && problem.isEmpty())
        noteFailure(m_session.cloudError());
    if (m_session.cloud() == Session::Asked::Answered)
        m_result->say(FieldNote::Kind::Hint, tr("Connected as %1.").arg(format::ltr(format::shown(m_session.options().account))));
    else
        m_result->clear();
    Q_EMIT changed();
}

void ConnectPage::noteFailure(const Error &error)
{
    const QString fact = error.args.value(0);
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
                fact.toInt()));
    else if (error.code == ErrorCode::CodeDisabled || error.code == ErrorCode::CodeMistyped)
        code.say(wrong, describe(error).message);
    else if (error.code == ErrorCode::CredentialsWrong)
        key.say(wrong, tr("The AccessKey pair was refused: %1. Check the pair and its permissions. [E-CON-06]").arg(fact));
}

QString ConnectPage::host() const
{
    const Credential &credential = m_session.credential();
    const Result<QUrl> service = checkCode(QString::fromUtf8(credential.code.reveal()));
    if (credential.method == Credential::Method::Code && service)
        return service->host();
    return credential.endpoint.isEmpty() ? QStringLiteral("Alibaba Cloud") : QUrl(credential.endpoint).host();
}

void ConnectPage::test()
{
    m_judged = true;
    refresh();
    if (!inputProblem().isEmpty()) {
        firstField()->setFocus();
        return;
    }
    if (m_session.cloud() == Session::Asked::Waiting)
        return;
    Q_EMIT messageGone();
    m_session.reachCloud();
}

void ConnectPage::enterPressed()
{
    if (m_session.cloud() == Session::Asked::Answered)
        Q_EMIT finished();
    else
        test();
}

void ConnectPage::next()
{
    if (m_session.cloud() == Session::Asked::Answered) {
        Q_EMIT finished();
        return;
    }
    m_goOn = true;
    test();
}

void ConnectPage::cloudChanged()
{
    const Session::Asked asked = m_session.cloud();
    if (asked == Session::Asked::Waiting)
        m_wait->begin([this] { return tr("Contacting %1…").arg(format::ltr(format::shown(host()))); });
    else
        m_wait->end();
    m_test->setEnabled(asked != Session::Asked::Waiting);
    refresh();
    if (asked == Session::Asked::Waiting || !isVisible())
        return;
    const bool goOn = std::exchange(m_goOn, false);
    if (asked == Session::Asked::Failed)
        Q_EMIT message(errorMessage(m_session.cloudError(), {{[] { return tr("&Retry"); }, [this] { test(); }}}));
    else if (asked == Session::Asked::Answered && goOn)
        Q_EMIT finished();
}

void ConnectPage::retranslate()
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
    m_test->setText(tr("&Test connection"));
    m_wait->retranslate();
    refresh();
}

}
