#include "app/wizard/pages/connectpage.h"

#include "app/wizard/pages/codemaker.h"
#include "app/wizard/pages/credentialform.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/fieldnote.h"
#include "app/wizard/widgets/waitline.h"
#include "core/agent/codecheck.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QUrl>

namespace edgelift::wizard {

namespace {

constexpr std::chrono::minutes codeTimeout{1};

}

ConnectPage::ConnectPage(Session &session, QWidget *parent)
    : Page(session, parent)
    , m_form(new CredentialForm(this))
    , m_generate(new Disclosure(this))
    , m_maker(new CodeMaker(this))
    , m_test(new QPushButton(this))
    , m_wait(new WaitLine(this))
    , m_result(new FieldNote(m_test, this))
{
    layOut();
    connect(m_form, &CredentialForm::edited, this, &ConnectPage::store);
    connect(m_form, &CredentialForm::noted, this, &Page::changed);
    connect(m_form, &CredentialForm::submitted, this, &ConnectPage::submit);
    connect(m_test, &QPushButton::clicked, this, &ConnectPage::test);
    connect(m_maker, &CodeMaker::wanted, this, &ConnectPage::makeCode);
    connect(m_maker, &CodeMaker::used, this, &ConnectPage::useCode);
    connect(m_wait, &WaitLine::stopped, &m_session, &Session::stopReaching);
    connect(&m_session, &Session::cloudChanged, this, &ConnectPage::cloudChanged);
    m_form->show(m_session.credential());
    retranslate();
}

void ConnectPage::layOut()
{
    m_test->setObjectName(QStringLiteral("testConnection"));
    m_generate->setObjectName(QStringLiteral("generateCode"));
    m_generate->setPart(m_maker);
    auto *test = new QHBoxLayout;
    test->addWidget(m_test);
    test->addWidget(m_wait, 1);
    test->addStretch();
    auto *column = new QVBoxLayout(this);
    column->addWidget(m_form);
    column->addLayout(test);
    column->addWidget(m_result);
    column->addWidget(m_generate, 0, Qt::AlignLeading);
    column->addWidget(m_maker);
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

QList<ToDo> ConnectPage::toDo() const { return m_form->toDo(); }
QWidget *ConnectPage::firstField() const { return m_form->firstField(); }

void ConnectPage::enter()
{
    m_form->show(m_session.credential());
    cloudChanged();
}

void ConnectPage::leave()
{
    m_goOn = false;
    m_form->hideSecrets();
}

void ConnectPage::store()
{
    m_goOn = false;
    m_session.setCredential(m_form->credential());
    Q_EMIT messageGone();
    refresh();
}

void ConnectPage::refresh()
{
    m_form->note();
    if (m_session.cloud() == Session::Asked::Failed && m_form->problem().isEmpty())
        m_form->noteFailure(m_session.cloudError());
    if (m_session.cloud() == Session::Asked::Answered)
        m_result->say(FieldNote::Kind::Done, tr("Connected as %1.").arg(format::name(m_session.options().account)));
    else
        m_result->clear();
    const Credential &credential = m_session.credential();
    m_maker->setPossible(credential.method == Credential::Method::AccessKey && credential.isComplete() && !credential.endpoint.isEmpty());
    Q_EMIT changed();
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
    m_form->judge();
    if (!m_form->problem().isEmpty()) {
        m_form->firstField()->setFocus();
        Q_EMIT changed();
        return;
    }
    if (m_session.cloud() == Session::Asked::Waiting)
        return;
    Q_EMIT messageGone();
    m_session.reachCloud();
}

/// Enter tests first, then goes on.
void ConnectPage::submit()
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
        m_wait->begin([this] { return tr("Contacting %1…").arg(format::name(host())); });
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

void ConnectPage::makeCode(const QJsonObject &parameters)
{
    QJsonObject all = m_session.credential().parameters();
    for (auto it = parameters.begin(); it != parameters.end(); ++it)
        all.insert(it.key(), it.value());
    m_session.link().call(
        QStringLiteral("code.create"), all, this,
        [this](const Result<QJsonObject> &reply) {
            if (reply)
                m_maker->show(reply->value(QLatin1String("code")).toString());
            else
                m_maker->fail(reply.error());
        },
        codeTimeout);
}

void ConnectPage::useCode(const QString &code)
{
    Credential credential;
    credential.code = Secret(code.toUtf8());
    m_session.setCredential(credential);
    m_form->show(credential);
    refresh();
    m_form->firstField()->setFocus();
}

void ConnectPage::retranslate()
{
    m_form->retranslate();
    m_generate->setText(tr("Generate a &code"));
    m_maker->retranslate();
    m_test->setText(tr("&Test connection"));
    m_wait->retranslate();
    refresh();
}

}
