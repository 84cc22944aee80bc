#include "app/wizard/wizard.h"

#include "app/wizard/demo/bootpanel.h"
#include "app/wizard/demo/demonstration.h"
#include "app/wizard/pages/checkspage.h"
#include "app/wizard/pages/connectpage.h"
#include "app/wizard/pages/diskspage.h"
#include "app/wizard/pages/finishpage.h"
#include "app/wizard/pages/migrationpage.h"
#include "app/wizard/pages/preparepage.h"
#include "app/wizard/pages/resumepage.h"
#include "app/wizard/pages/reviewpage.h"
#include "app/wizard/pages/settingspage.h"
#include "app/wizard/pages/welcomepage.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/state/draft.h"

#include <QApplication>
#include <QFile>
#include <QProcess>
#include <unistd.h>

namespace edgelift::wizard {

namespace {

constexpr std::chrono::milliseconds saveAfter{500};

constexpr std::pair<PageId, const char *> pageNames[] = {{PageId::Resume, "resume"}, {PageId::Welcome, "welcome"},
    {PageId::Checks, "checks"}, {PageId::Connect, "connect"}, {PageId::Prepare, "prepare"}, {PageId::Settings, "settings"},
    {PageId::Disks, "disks"}, {PageId::Review, "review"}, {PageId::Migration, "migration"}, {PageId::Finish, "finish"}};

}

QString pageName(PageId page)
{
    for (const auto &[id, name] : pageNames) {
        if (id == page)
            return QLatin1String(name);
    }
    return {};
}

std::optional<PageId> pageFromName(const QString &name)
{
    for (const auto &[id, known] : pageNames) {
        if (name == QLatin1String(known))
            return id;
    }
    return std::nullopt;
}

Wizard::Wizard(const Options &options, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_draftPath(draftPath(options))
    , m_preferences(options.demo ? QString() : preferencesPath(options.stateDir), options.language, m_language)
    , m_session(m_link)
    , m_job(m_link)
{
    m_saving.setSingleShot(true);
    m_saving.setInterval(saveAfter);
    if (options.demo)
        m_demo = std::make_unique<Demonstration>(m_window, m_session, options.binDir);
    Credential credential = m_session.credential();
    credential.endpoint = options.service;
    m_session.setCredential(credential);
    m_preferences.attach(m_window);
    addPages();
    connectParts();
}

Wizard::~Wizard()
{
    m_preferences.rememberSize(m_window);
    m_window.hide(); // while all is whole: fields tell their last edit when they are hidden, and it is saved
    if (m_saving.isActive())
        save();
    m_window.disconnect(this); // what follows is nobody's news any more
    m_session.disconnect(this);
    m_job.disconnect(this);
    m_link.disconnect();
    m_link.close();
}

void Wizard::addPages()
{
    m_window.addPage(PageId::Resume, new ResumePage(m_session));
    m_window.addPage(PageId::Welcome, new WelcomePage(m_session, m_language));
    m_window.addPage(PageId::Checks, new ChecksPage(m_session));
    m_window.addPage(PageId::Connect, new ConnectPage(m_session));
    m_window.addPage(PageId::Prepare, new PreparePage(m_session));
    m_window.addPage(PageId::Settings, new SettingsPage(m_session));
    m_window.addPage(PageId::Disks, new DisksPage(m_session));
    m_window.addPage(PageId::Review, new ReviewPage(m_session));
    m_window.addPage(PageId::Migration, new MigrationPage(m_session, m_job));
    m_window.addPage(PageId::Finish, new FinishPage(m_session, m_job, m_demo ? m_demo->makeBootPanel() : nullptr));
}

void Wizard::connectParts()
{
    connect(&m_link, &AgentLink::openChanged, this, &Wizard::engineChanged);
    connect(&m_link, &AgentLink::troubleChanged, this, &Wizard::engineChanged);
    connect(&m_session, &Session::started, this, [this](const QString &job) {
        m_job.follow(job);
        m_window.lockSetup(true);
        m_window.go(PageId::Migration);
    });
    connect(&m_job, &JobWatch::stateChanged, this, &Wizard::jobChanged);
    connect(&m_job, &JobWatch::attached, this, [this](bool found) {
        const bool unfinished = found && (m_job.job().isResumable() || m_job.job().state == QLatin1String("Running"));
        if (unfinished && !m_begun) {
            m_begun = true;
            m_session.inspect();
            m_window.lockSetup(true);
            m_window.go(PageId::Migration);
        } else {
            offerDraft();
        }
    });
    for (const auto signal : {&Session::planChanged, &Session::credentialChanged, &Session::importChanged, &Session::decisionsChanged})
        connect(&m_session, signal, this, &Wizard::saveSoon);
    connect(&m_session, &Session::importChanged, this, &Wizard::showStatus);
    connect(&m_session, &Session::inspectionChanged, this, &Wizard::showStatus);
    connect(&m_session, &Session::planChanged, this, &Wizard::showStatus);
    connect(&m_language, &Language::changed, this, &Wizard::showStatus);
    connect(&m_window, &MainWindow::entered, this, &Wizard::saveSoon);
    connect(&m_saving, &QTimer::timeout, this, &Wizard::save);
    auto *resumePage = qobject_cast<ResumePage *>(m_window.page(PageId::Resume));
    connect(resumePage, &ResumePage::resumed, this, &Wizard::resume);
    connect(resumePage, &ResumePage::discarded, this, [this] {
        QFile::remove(m_draftPath);
        m_session.setSourceId({});
        m_window.go(PageId::Welcome);
    });
    auto *migration = qobject_cast<MigrationPage *>(m_window.page(PageId::Migration));
    connect(migration, &Page::changed, this, [this, migration] { m_window.setProgressTitle(migration->windowTitleState()); });
    connect(migration, &MigrationPage::startedAgain, this, &Wizard::startAgain);
    connect(&m_window, &MainWindow::closing, migration, &MigrationPage::closeQuestion);
    connect(&m_window, &MainWindow::closing, this, &Wizard::closing);
}

void Wizard::start()
{
    m_preferences.restoreSize(m_window);
    m_window.go(PageId::Welcome);
    m_window.show();
    if (m_demo)
        m_demo->start();
    else
        m_link.open(m_options.socket);
}

void Wizard::engineChanged()
{
    if (m_link.isOpen()) {
        if (std::exchange(m_engineSaid, std::nullopt))
            m_window.clearMessage();
        begin();
        return;
    }
    if (std::exchange(m_engineSaid, m_link.trouble().code) == m_link.trouble().code)
        return;
    Message message = errorMessage(m_link.trouble());
    if (::geteuid() == 0 && !m_demo && m_link.trouble().code == ErrorCode::AgentUnreachable)
        message.actions.append({[] { return tr("&Start the engine"); }, [this] { startEngine(); }});
    if (m_link.trouble().code == ErrorCode::PermissionDenied)
        message.actions.append({[] { return tr("&Ask for permission"); }, [this] { m_link.authorize(); }});
    m_window.say(message);
}

void Wizard::startEngine()
{
    const QString folder = m_options.binDir.isEmpty() ? QCoreApplication::applicationDirPath() : m_options.binDir;
    const QString program = folder + QLatin1String("/edgelift-agent");
    QProcess agent;
    agent.setProgram(program);
    agent.setArguments({QStringLiteral("--socket"), m_options.socket});
    agent.setStandardOutputFile(QProcess::nullDevice());
    agent.setStandardErrorFile(QProcess::nullDevice());
    if (!agent.startDetached()) // it outlives this window: a migration must
        m_window.say(errorMessage({ErrorCode::ToolMissing, Retry::AfterUserAction, {program}, {}}));
}

void Wizard::begin()
{
    if (m_begun)
        return;
    m_job.attach();
}

void Wizard::offerDraft()
{
    if (std::exchange(m_begun, true))
        return;
    m_session.inspect();
    if (m_demo || m_window.current() != PageId::Welcome)
        return;
    const std::optional<Draft> draft = loadDraft(m_draftPath);
    const std::optional<PageId> page = draft ? pageFromName(draft->page) : std::nullopt;
    if (!page || *page <= PageId::Welcome || *page >= PageId::Migration)
        return;
    auto *resumePage = qobject_cast<ResumePage *>(m_window.page(PageId::Resume));
    resumePage->setDraft({draft->saved, *page, [this, page] { return m_window.page(*page)->stepName(); }, draft->sourceId});
    m_window.go(PageId::Resume);
}

void Wizard::resume(PageId page)
{
    const std::optional<Draft> draft = loadDraft(m_draftPath);
    if (!draft)
        return;
    Credential credential = m_session.credential();
    credential.method = draft->method;
    if (credential.endpoint.isEmpty())
        credential.endpoint = draft->endpoint;
    m_session.setCredential(credential);
    m_session.setSourceId(draft->sourceId);
    for (auto each = draft->decisions.begin(); each != draft->decisions.end(); ++each)
        m_session.setDecision(each.key(), each.value());
    if (draft->plan)
        m_session.setPlan(*draft->plan);
    for (const auto &[id, name] : pageNames) {
        if (id != PageId::Resume && id <= page)
            m_window.markVisited(id);
    }
    m_window.go(page);
}

void Wizard::saveSoon() { m_saving.start(); }

void Wizard::save()
{
    const PageId page = m_window.current();
    if (m_demo || page == PageId::Resume || page >= PageId::Migration)
        return;
    Draft draft;
    draft.page = pageName(page);
    if (m_session.hasPlan())
        draft.plan = m_session.plan();
    draft.method = m_session.credential().method;
    draft.endpoint = m_session.credential().endpoint;
    draft.sourceId = m_session.sourceId();
    draft.decisions = m_session.decisions();
    draft.saved = QDateTime::currentDateTimeUtc();
    if (const Result<> saved = saveDraft(m_draftPath, draft); !saved)
        m_window.say(errorMessage(saved.error()));
}

void Wizard::showStatus()
{
    QStringList parts;
    if (!m_session.facts().sourceName.isEmpty())
        parts.append(format::ltr(format::shown(m_session.facts().sourceName)));
    if (!m_session.sourceId().isEmpty())
        parts.append(format::ltr(m_session.sourceId()));
    if (m_session.hasPlan())
        parts.append(format::ltr(m_session.plan().image.region));
    m_window.setStatus(parts.join(QStringLiteral(" · ")));
}

}
