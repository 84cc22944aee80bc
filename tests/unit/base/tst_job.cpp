#include "core/base/job.h"

#include <QSignalSpy>
#include <QtTest>
#include <atomic>
#include <stdexcept>
#include <thread>

using namespace edgelift;
using namespace std::chrono_literals;

namespace {

/// Receives on its own thread, as a page does.
struct Listener : QObject
{
    explicit Listener(Job &job)
    {
        connect(&job, &Job::progressed, this, [this](const Progress &progress) { seen.append(progress); });
        connect(&job, &Job::finished, this, [this](const Outcome &outcome) {
            thread = QThread::currentThread();
            ends.append(outcome);
        });
    }
    QList<Progress> seen;
    QList<Outcome> ends;
    QThread *thread = nullptr;
};

}

class TestJob : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void finishesOnceOnTheReceiversThread();
    void reportsSeldomAndTheEndAlways();
    void stopsWhenAsked();
    void anExceptionIsAnInternalError();
    void destructionStopsAndWaits();
};

void TestJob::finishesOnceOnTheReceiversThread()
{
    std::atomic<std::thread::id> worker;
    Job job([&worker](const JobControl &) {
        worker = std::this_thread::get_id();
        return Outcome{};
    });
    Listener listener(job);
    job.start();
    QTRY_COMPARE(listener.ends.size(), 1);
    QCOMPARE(listener.thread, QThread::currentThread());
    QVERIFY(worker.load() != std::this_thread::get_id());
    QCOMPARE(listener.ends[0].end, Outcome::End::Finished);
}

void TestJob::reportsSeldomAndTheEndAlways()
{
    Job job([](const JobControl &control) {
        for (quint64 i = 0; i <= 10000; ++i)
            control.report({Bytes{i}, Bytes{10000}});
        return Outcome{};
    });
    Listener listener(job);
    job.start();
    QTRY_COMPARE(listener.ends.size(), 1);
    QVERIFY2(listener.seen.size() < 100, qPrintable(QString::number(listener.seen.size())));
    QCOMPARE(listener.seen.last().done.count, 10000ULL);
}

void TestJob::stopsWhenAsked()
{
    Job job([](const JobControl &control) {
        while (!control.stopRequested())
            std::this_thread::sleep_for(1ms);
        return Outcome{Outcome::End::Stopped, {}};
    });
    Listener listener(job);
    job.start();
    job.requestStop();
    QTRY_COMPARE(listener.ends.size(), 1);
    QCOMPARE(listener.ends[0].end, Outcome::End::Stopped);
    QVERIFY(!listener.ends[0].error);
}

void TestJob::anExceptionIsAnInternalError()
{
    Job job([](const JobControl &) -> Outcome { throw std::runtime_error("broken"); });
    Listener listener(job);
    job.start();
    QTRY_COMPARE(listener.ends.size(), 1);
    QCOMPARE(listener.ends[0].end, Outcome::End::Failed);
    QCOMPARE(listener.ends[0].error->code, ErrorCode::Internal);
    QCOMPARE(listener.ends[0].error->detail, QStringLiteral("broken"));
}

void TestJob::destructionStopsAndWaits()
{
    std::atomic<bool> started = false;
    std::atomic<bool> ended = false;
    {
        Job job([&](const JobControl &control) {
            started = true;
            while (!control.stopRequested())
                std::this_thread::sleep_for(1ms);
            ended = true;
            return Outcome{Outcome::End::Stopped, {}};
        });
        job.start();
        QTRY_VERIFY(started);
    }
    QVERIFY(ended);
}

QTEST_GUILESS_MAIN(TestJob)
#include "tst_job.moc"
