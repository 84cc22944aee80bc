#pragma once
#include "app/wizard/state/jobwatch.h"
#include "tests/gui/fakeagent.h"

#include <QtTest>

namespace edgelift::test {

/// A JobWatch in front of an agent that does what the test says, with a clock that stands still. One of each for every test function.
class WatchTest : public QObject
{
    Q_OBJECT
protected:
    static constexpr int soon = 30000; ///< ms, on a busy machine

    void followJob(const QString &state, const QString &phase)
    {
        m_agent->setJob(fakeJob(state, phase));
        m_watch->follow(QStringLiteral("j-1"));
        QTRY_COMPARE_WITH_TIMEOUT(m_watch->job().state, state, soon);
        QTRY_COMPARE_WITH_TIMEOUT(m_agent->calls(QStringLiteral("subscribe")).size(), 1, soon);
    }

    std::unique_ptr<FakeAgent> m_agent;
    std::unique_ptr<AgentLink> m_link;
    std::unique_ptr<wizard::JobWatch> m_watch;
    qint64 m_now = 0; ///< ms

private Q_SLOTS:
    void init()
    {
        m_agent = std::make_unique<FakeAgent>();
        m_link = std::make_unique<AgentLink>();
        m_watch = std::make_unique<wizard::JobWatch>(*m_link);
        m_now = 0;
        m_watch->setClock([this] { return m_now; });
        m_link->open(m_agent->path());
        QTRY_VERIFY_WITH_TIMEOUT(m_link->isOpen(), soon);
    }
    void cleanup()
    {
        m_watch.reset();
        m_link.reset();
        m_agent.reset();
    }
};

}
