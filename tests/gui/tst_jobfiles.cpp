#include "app/wizard/state/jobfiles.h"
#include "tests/gui/fakeagent.h"
#include "tests/gui/liveagent.h"

#include <QTest>
#include <quazip/quazip.h>

using namespace edgelift;
using namespace edgelift::wizard;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

}

/// What the window saves, from the agent's own methods over a socket to a file.
class TestJobFiles final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_agent = std::make_unique<test::LiveAgent>(test::FakeSource::readyServer());
        m_link = std::make_unique<AgentLink>();
        m_link->open(m_agent->path());
        QTRY_VERIFY(m_link->isOpen());
        m_agent->engine.state.reports = m_agent->folder.path() + QLatin1Char('/');
        m_agent->engine.state.jobs.insert(key("j-1"), {});
        m_result.reset();
    }
    void aReportIsSaved();
    void whatCannotBeWrittenIsSaid();
    void diagnosticsAreListedThenSaved();
    void aLargeBundleComesInParts();
    void anAgentThatGoesAwayLeavesNoFile();
    void aFileThatEndsEarlyIsNoFile();

private:
    QString target(const char *name) const { return m_saved.filePath(key(name)); }
    jobfiles::Saved taken()
    {
        return [this](const Result<> &result) { m_result = result; };
    }
    QTemporaryDir m_saved;
    std::unique_ptr<test::LiveAgent> m_agent;
    std::unique_ptr<AgentLink> m_link;
    std::optional<Result<>> m_result;
};

void TestJobFiles::aReportIsSaved()
{
    const QString path = target("report.html");
    jobfiles::saveReport(*m_link, key("j-1"), path, this, taken());
    QTRY_VERIFY(m_result);
    QCOMPARE(m_result->error().code, ErrorCode::FileUnreadable); // there is none yet
    QVERIFY(!QFileInfo::exists(path));
    m_result.reset();
    const QByteArray html = QByteArray("<p>\xc3\xa4\xe4\xb8\xad</p>").repeated(50000);
    QVERIFY(writeFileDurably(m_agent->folder.filePath(key("j-1")), html));
    jobfiles::saveReport(*m_link, key("j-1"), path, this, taken());
    QTRY_VERIFY(m_result);
    QVERIFY(*m_result);
    QCOMPARE(*readFile(path), html);
    m_result.reset();
    m_agent->engine.state.jobs.insert(key("j-9.html"), {}); // whose report has a name such as the real one's
    QVERIFY(writeFileDurably(m_agent->folder.filePath(key("j-9.json")), "{}"));
    jobfiles::saveReport(*m_link, key("j-9.html"), target("report.JSON"), this, taken());
    QTRY_VERIFY(m_result);
    QVERIFY(*m_result);
    QCOMPARE(*readFile(target("report.JSON")), QByteArray("{}"));
    m_result.reset();
    jobfiles::saveReport(*m_link, key("j-2"), path, this, taken());
    QTRY_VERIFY(m_result);
    QCOMPARE(m_result->error().code, ErrorCode::JobUnknown);
    QCOMPARE(*readFile(path), html); // what was there stays
}

void TestJobFiles::whatCannotBeWrittenIsSaid()
{
    QVERIFY(writeFileDurably(m_agent->folder.filePath(key("j-1")), "<p>"));
    for (const bool report : {true, false}) {
        m_result.reset();
        const QString path = m_agent->folder.filePath(key("no such folder/file"));
        if (report)
            jobfiles::saveReport(*m_link, key("j-1"), path, this, taken());
        else
            jobfiles::saveDiagnostics(*m_link, path, this, taken());
        QTRY_VERIFY(m_result);
        QCOMPARE(m_result->error().code, ErrorCode::FileUnwritable);
        QCOMPARE(m_result->error().args, QStringList{path});
    }
}

void TestJobFiles::diagnosticsAreListedThenSaved()
{
    std::optional<Result<QList<DiagnosticsEntry>>> listed;
    jobfiles::listDiagnostics(*m_link, this, [&listed](const Result<QList<DiagnosticsEntry>> &result) { listed = result; });
    QTRY_VERIFY(listed);
    QVERIFY(*listed);
    QStringList names;
    for (const DiagnosticsEntry &entry : **listed)
        names.append(entry.name);
    QVERIFY(names.contains(key("system.json")));
    const QString path = target("bundle.zip");
    jobfiles::saveDiagnostics(*m_link, path, this, taken());
    QTRY_VERIFY(m_result);
    QVERIFY(*m_result);
    QuaZip zip(path);
    QVERIFY(zip.open(QuaZip::mdUnzip));
    QStringList held = zip.getFileNameList();
    held.sort();
    names.sort();
    QCOMPARE(held, names); // nothing that was not told before
}

void TestJobFiles::aLargeBundleComesInParts()
{
    QByteArray noise(5 << 20, Qt::Uninitialized); // several messages, whatever zip makes of it
    std::generate(noise.begin(), noise.end(), [seed = 1U]() mutable { return char((seed = seed * 1664525U + 1013904223U) >> 24); });
    const QString job = m_agent->folder.filePath(key("jobs/j-1"));
    QVERIFY(QDir().mkpath(job));
    QVERIFY(writeFileDurably(job + QLatin1String("/report.html"), noise));
    const QString path = target("bundle.zip");
    jobfiles::saveDiagnostics(*m_link, path, this, taken());
    QTRY_VERIFY_WITH_TIMEOUT(m_result, 20000);
    QVERIFY(*m_result);
    QVERIFY2(QFileInfo(path).size() > 3 << 20, qPrintable(QString::number(QFileInfo(path).size())));
    QuaZip zip(path);
    QVERIFY(zip.open(QuaZip::mdUnzip)); // its directory is at the end
}

void TestJobFiles::anAgentThatGoesAwayLeavesNoFile()
{
    const QString path = target("lost.zip");
    jobfiles::saveDiagnostics(*m_link, path, this, taken());
    m_agent.reset();
    QTRY_VERIFY(m_result);
    QCOMPARE(m_result->error().code, ErrorCode::AgentUnreachable);
    QVERIFY(!QFileInfo::exists(path));
}

void TestJobFiles::aFileThatEndsEarlyIsNoFile()
{
    test::FakeAgent agent;
    agent.answer(key("diagnostics"), QJsonObject{{key("path"), key("/x.zip")}});
    agent.answer(key("diagnostics.read"), [](const QJsonObject &params) -> Result<QJsonObject> {
        const bool first = params.value(key("offset")).toInteger() == 0;
        return QJsonObject{{key("data"), first ? key("YWJj") : QString()}, {key("bytes"), 10}}; // "abc" of ten bytes
    });
    agent.start();
    AgentLink link;
    link.open(agent.path());
    QTRY_VERIFY(link.isOpen());
    const QString path = target("short.zip");
    jobfiles::saveDiagnostics(link, path, this, taken());
    QTRY_VERIFY(m_result);
    QCOMPARE(m_result->error().code, ErrorCode::FileUnreadable);
    QVERIFY(!QFileInfo::exists(path));
}

QTEST_MAIN(TestJobFiles)
#include "tst_jobfiles.moc"
