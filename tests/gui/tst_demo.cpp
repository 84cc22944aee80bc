#include "app/wizard/demo/bootpanel.h"
#include "app/wizard/demo/demobar.h"
#include "app/wizard/demo/demonstration.h"
#include "app/wizard/shell/messagebar.h"
#include "app/wizard/wizard.h"
#include "core/base/files.h"
#include "core/testboot/bootwatch.h"
#include "tests/gui/pagechecks.h"
#include "tests/gui/textchecks.h"

#include <QAction>
#include <QComboBox>
#include <QDesktopServices>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>
#include <QTest>
#include <QTranslator>
#include <QVBoxLayout>

using namespace edgelift;
using namespace edgelift::wizard;
using State = JobWatch::State;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

/// Runs a part of the test and ends it where that failed.
#define PART(part)                                                                                                                         \
    do {                                                                                                                                   \
        part;                                                                                                                              \
        if (QTest::currentTestFailed())                                                                                                    \
            return;                                                                                                                        \
    } while (false)

/// Texts as long as a translation may become.
class LongTexts final : public QTranslator
{
public:
    bool isEmpty() const override { return false; }
    QString translate(const char *context, const char *source, const char *, int) const override
    {
        const bool ours = QByteArray(context) == "edgelift::wizard::DemoBar";
        return ours ? QStringLiteral("[%1%2]").arg(QLatin1String(source), QString(qstrlen(source) * 2 / 5, QLatin1Char('m'))) : QString();
    }
};

/// The whole wizard as `edgelift --demo` opens it, driven by its controls.
struct Demo
{
    Wizard program;
    Demo()
        : program(options())
    {
    }
    static Options options()
    {
        Options out;
        out.demo = true;
        out.binDir = key(EDGELIFT_BIN_DIR);
        out.language = key("en");
        return out;
    }
    template <class T>
    T *find(const char *name)
    {
        for (T *each : program.window().findChildren<T *>(QLatin1String(name))) {
            if (each->isVisible())
                return each;
        }
        return nullptr;
    }
    bool click(const char *name, int ms = 60000)
    {
        const auto possible = [this, name] { return find<QAbstractButton>(name) && find<QAbstractButton>(name)->isEnabled(); };
        if (!QTest::qWaitFor(possible, ms))
            return false;
        QTest::mouseClick(find<QAbstractButton>(name), Qt::LeftButton);
        return true;
    }
    /// An entry of the menu that makes things fail.
    void make(const char *name) { program.window().findChild<QAction *>(QLatin1String(name))->trigger(); }
    /// By the keyboard, as a person chooses it.
    void chooseSpeed(int mbps)
    {
        auto *speed = find<QComboBox>("demoSpeed");
        speed->setFocus();
        QTest::keyClick(speed, Qt::Key_Home);
        while (speed->currentData().toInt() != mbps && speed->currentIndex() + 1 < speed->count())
            QTest::keyClick(speed, Qt::Key_Down);
        QCOMPARE(speed->currentData().toInt(), mbps);
        QCOMPARE(world().faults().linkSpeed(), mbps);
    }
    DemoWorld &world() { return program.demonstration()->world(); }
    QString status() { return find<QLabel>("demoStatus") ? find<QLabel>("demoStatus")->text() : QString(); }
    /// Bits a second the agent puts on the wire, from one report of it to one `ms` later, in 10^6.
    double measure(int ms)
    {
        const JobWatch &job = program.job();
        QSignalSpy told(&program.job(), &JobWatch::progressed);
        told.wait(5000);
        const QDateTime begin = job.progressTime();
        const quint64 before = job.progress().wireBytes.count;
        const bool over = QTest::qWaitFor([&] { return begin.msecsTo(job.progressTime()) >= ms; }, ms + 10000);
        return over ? double(job.progress().wireBytes.count - before) * 8 / 1000 / double(begin.msecsTo(job.progressTime())) : -1;
    }
};

/// Stands in for the desktop's.
class FileManager final : public QObject
{
    Q_OBJECT
public:
    QList<QUrl> opened;
public Q_SLOTS:
    void open(const QUrl &url) { opened.append(url); }
};

QByteArray procFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Processes that have `text` among their words.
QStringList processesWith(const QString &text)
{
    QStringList out;
    for (const QString &pid : QDir(key("/proc")).entryList({key("[0-9]*")}, QDir::Dirs)) {
        const QByteArray words = procFile(QStringLiteral("/proc/%1/cmdline").arg(pid)).replace('\0', ' ');
        if (words.contains(text.toLocal8Bit()))
            out.append(pid + QLatin1Char(' ') + QString::fromLocal8Bit(words));
    }
    return out;
}

/// Where the demonstration with this process id lives: its keeper knows. Empty: not yet.
QString folderOf(qint64 program)
{
    for (const QByteArray &child : procFile(QStringLiteral("/proc/%1/task/%1/children").arg(program)).simplified().split(' ')) {
        for (const QByteArray &variable : procFile(QStringLiteral("/proc/%1/environ").arg(QLatin1String(child))).split('\0')) {
            if (variable.startsWith("DEMO_FOLDER="))
                return QString::fromLocal8Bit(variable.mid(12));
        }
    }
    return {};
}

}

class TestDemo final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theBannerFitsAndIsNamed_data()
    {
        QTest::addColumn<QString>("language");
        for (const LanguageInfo &each : languages())
            QTest::newRow(qPrintable(each.code)) << each.code;
        QTest::newRow("long") << key("long");
    }
    void theBannerFitsAndIsNamed()
    {
        QFETCH(QString, language);
        Language chosen;
        DemoWorld world({});
        MainWindow window;
        auto *bar = new DemoBar(world);
        window.addBar(bar);
        window.resize(1000, 560);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        LongTexts texts;
        if (language == key("long"))
            QCoreApplication::installTranslator(&texts);
        chosen.set(language);
        window.findChild<QAction *>(key("demoKill"))->trigger(); // the longest thing it says
        QTRY_VERIFY2(test::cutTexts(*bar).isEmpty(), qPrintable(test::cutTexts(*bar).join(QLatin1Char('\n'))));
        QCOMPARE(test::namelessControls(*bar), QStringList());
        QTRY_VERIFY(bar->height() < window.height() / 8);
        window.resize(window.minimumSize());
        QTRY_COMPARE(window.width(), window.minimumWidth());
        QTRY_VERIFY2(test::cutTexts(*bar).isEmpty(), qPrintable(test::cutTexts(*bar).join(QLatin1Char('\n'))));
        window.resize(1000, 560);
        QTRY_COMPARE(bar->width() > window.minimumWidth(), true);
        const auto left = [&](const char *name) { return bar->findChild<QWidget *>(QLatin1String(name))->x(); };
        QCOMPARE(left("demoBanner") > left("demoSpeed"), language == key("ar"));
        chosen.set(key("en"));
    }
    void theBannerIsAPaneForTheKeyboard_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("panes");
        QTest::newRow("banner, steps, page, buttons") << 1000 << 4;
        QTest::newRow("a narrow window has no steps") << 640 << 3;
    }
    void theBannerIsAPaneForTheKeyboard()
    {
        QFETCH(int, width);
        QFETCH(int, panes);
        Demo demo; // not started
        MainWindow &window = demo.program.window();
        window.resize(width, 560);
        window.go(PageId::Welcome);
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QSet<QWidget *> visited;
        for (int i = 0; i < panes; ++i) {
            QTest::keyClick(&window, Qt::Key_F6);
            visited.insert(window.focusWidget());
        }
        QCOMPARE(visited.size(), panes);
        QVERIFY(visited.contains(demo.find<QComboBox>("demoSpeed")));
    }
    void whatIsMissingIsSaidAtOnce()
    {
        DemoWorld::Options options;
        options.binDir = key("/nonexistent");
        DemoWorld world(options);
        QSignalSpy failed(&world, &DemoWorld::failed);
        world.start();
        QCOMPARE(failed.size(), 1);
        QCOMPARE(failed.first().first().value<Error>().code, ErrorCode::ToolMissing);
        QCOMPARE(world.folder(), QString());
    }
    void consoleLinesAreReadable()
    {
        QCOMPARE(testboot::printable("\x1b[2J\x1b[01;01Hhello\x1b[0m world\r\n"), key("hello world"));
        QCOMPARE(testboot::printable("a\tb\x07"), key("a\tb"));
    }

    void aMachineThatCannotStartSaysWhy()
    {
        QTemporaryDir folder;
        const QJsonObject disk{{key("path"), key("gone.qcow2")}, {key("format"), key("qcow2")}};
        QVERIFY(writeJsonFile(folder.filePath(key("image.json")), {{key("disks"), QJsonArray{disk}}}));
        DemoMachine machine;
        QScrollArea area;
        area.setWidgetResizable(true);
        auto *page = new QWidget;
        auto *column = new QVBoxLayout(page);
        auto *above = new QLabel(key("1\n2\n3\n4\n5\n6\n7\n8\n9"));
        column->addWidget(above);
        auto *panel = new BootPanel(machine);
        column->addWidget(panel);
        column->addStretch();
        area.setWidget(page);
        area.resize(400, 300);
        area.show();
        QVERIFY(QTest::qWaitForWindowExposed(&area));
        panel->setImage(folder.filePath(key("image.json")));
        QTest::mouseClick(panel->findChild<QPushButton *>(key("bootHere")), Qt::LeftButton);
        auto *console = panel->findChild<QPlainTextEdit *>(key("console"));
        QTRY_VERIFY(console->visibleRegion().boundingRect().height() >= console->viewport()->height()); // scrolled to
        QTRY_VERIFY_WITH_TIMEOUT(!machine.isRunning(), 20000);
        QVERIFY2(console->toPlainText().contains(key("gone.qcow2")), qPrintable(console->toPlainText()));
        QVERIFY(panel->findChild<QLabel *>(key("bootState"))->text().contains(key("did not say")));
        QCOMPARE(panel->findChild<QPushButton *>(key("bootHere"))->text(), key("Boot it &here"));
    }
    void anImageThatIsGoneIsSaid()
    {
        DemoMachine machine;
        BootPanel panel(machine);
        panel.setImage(key("/nonexistent/image.json"));
        panel.show();
        QTest::mouseClick(panel.findChild<QPushButton *>(key("bootHere")), Qt::LeftButton);
        QVERIFY(panel.findChild<QLabel *>(key("bootState"))->text().contains(key("/nonexistent")));
        QVERIFY(!machine.isRunning());
    }

    void fromTheFirstWindowToABootedImage()
    {
        QString folder;
        {
            Demo demo;
            demo.program.start();
            QVERIFY(QTest::qWaitForWindowExposed(&demo.program.window()));
            QCOMPARE(demo.world().step(), DemoWorld::Step::SampleServer); // the window waits for nothing
            demo.program.window().activateWindow(); // no window manager gives the focus
            QVERIFY(QTest::qWaitForWindowActive(&demo.program.window()));
            folder = demo.world().folder();
            PART(becomesReady(demo));
            PART(toReview(demo));
            PART(sellOut(demo));
            PART(changeSpeed(demo));
            PART(dropNetwork(demo));
            PART(killReceiver(demo));
            PART(finish(demo));
            PART(boot(demo));
        }
        QCOMPARE(processesWith(folder), QStringList());
        QVERIFY(!QFileInfo::exists(folder));
    }

    void nothingIsLeftOfAProgramThatIsKilled()
    {
        QProcess program;
        program.start(key(EDGELIFT_BIN_DIR "/edgelift"), {key("--demo")});
        QTRY_VERIFY_WITH_TIMEOUT(!folderOf(program.processId()).isEmpty(), 10000);
        const QString folder = folderOf(program.processId());
        QVERIFY(folder.startsWith(key("/var/tmp/edgelift-demo-")));
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder + key("/agent.sock")), 60000);
        program.kill();
        QVERIFY(program.waitForFinished(5000));
        QTRY_VERIFY_WITH_TIMEOUT(!QFileInfo::exists(folder), 30000);
        QTRY_COMPARE(processesWith(folder), QStringList()); // the one that removed it may still be there
    }

private:
    static void becomesReady(Demo &demo)
    {
        auto *messages = demo.find<MessageBar>("messageBar");
        QVERIFY(messages);
        QCOMPARE(messages->text(), DemoWorld::describe(DemoWorld::Step::SampleServer));
        QVERIFY(!demo.find<QPushButton>("demoFail")->isEnabled());
        QVERIFY(demo.click("next")); // while it is built
        QCOMPARE(messages->text(), DemoWorld::describe(demo.world().step()));
        QCOMPARE(demo.program.session().inspection(), Session::Asked::Waiting); // not: the agent does not answer
        QSignalSpy ready(&demo.world(), &DemoWorld::ready);
        QVERIFY(ready.wait(120000));
        QVERIFY(demo.find<QPushButton>("demoFail")->isEnabled());
        QCOMPARE(demo.world().sourceDisks().size(), 3);
        QVERIFY(demo.world().expectedLine().startsWith(key("This is sample-")));
    }
    static void toReview(Demo &demo)
    {
        const MainWindow &window = demo.program.window();
        QCOMPARE(window.current(), PageId::Checks);
        QVERIFY(demo.click("next"));
        QCOMPARE(window.current(), PageId::Connect);
        QVERIFY(demo.find<QLineEdit>("activationCode")->text().size() > 40);
        QVERIFY(demo.click("next"));
        QTRY_COMPARE_WITH_TIMEOUT(window.current(), PageId::Prepare, 30000);
        QVERIFY(demo.click("next"));
        QTRY_VERIFY_WITH_TIMEOUT(demo.program.session().sourceId().startsWith(key("s-")), 30000);
        for (const PageId page : {PageId::Settings, PageId::Disks, PageId::Review}) {
            if (window.current() != page)
                QVERIFY(demo.click("next"));
            QTRY_COMPARE_WITH_TIMEOUT(window.current(), page, 30000);
        }
    }
    static void sellOut(Demo &demo)
    {
        demo.make("demoStock");
        QVERIFY(demo.world().faults().isSoldOut());
        QVERIFY(!demo.status().isEmpty());
        QVERIFY(demo.click("gotIt"));
        QVERIFY(demo.click("next"));
        const JobWatch &job = demo.program.job();
        QTRY_COMPARE_WITH_TIMEOUT(job.state(), State::Error, 60000);
        QCOMPARE(job.error()->code, ErrorCode::StockSoldOut);
        demo.make("demoStock");
        QVERIFY(!demo.world().faults().isSoldOut());
        demo.chooseSpeed(10);
        QVERIFY(demo.click("errorRetry"));
        QTRY_VERIFY_WITH_TIMEOUT(job.progress().bytesDone.count > 0, 90000);
    }
    static void changeSpeed(Demo &demo)
    {
        const double slow = demo.measure(3000);
        QVERIFY2(slow > 5 && slow < 15, qPrintable(QString::number(slow)));
        demo.chooseSpeed(100);
        QTest::qWait(1000); // that is how long it may take
        const double fast = demo.measure(3000);
        QVERIFY2(fast > 60 && fast < 140, qPrintable(QString::number(fast)));
    }
    static void dropNetwork(Demo &demo)
    {
        QVERIFY(demo.world().faults().dropNetwork(std::chrono::seconds(4)));
        QVERIFY(demo.status().contains(QLatin1Char('4')));
        QTest::qWait(1000);
        const JobWatch &job = demo.program.job();
        const quint64 before = job.progress().bytesDone.count;
        QTest::qWait(2000);
        QCOMPARE(job.progress().bytesDone.count, before);
        QCOMPARE(job.state(), State::Synchronizing);
        QTRY_COMPARE_WITH_TIMEOUT(demo.world().faults().secondsDown(), 0, 5000);
        QTRY_VERIFY_WITH_TIMEOUT(job.progress().bytesDone.count > before, 30000); // by itself
        QVERIFY(job.linkInterruptions() > 0);
    }
    static void killReceiver(Demo &demo)
    {
        const JobWatch &job = demo.program.job();
        const quint64 before = job.progress().bytesDone.count;
        QVERIFY(before < job.progress().bytesTotal.count);
        demo.make("demoKill");
        QVERIFY2(demo.status().contains(key("starts again")), qPrintable(demo.status()));
        QTRY_VERIFY_WITH_TIMEOUT(job.progress().bytesDone.count > before, 30000);
        QCOMPARE(job.state(), State::Synchronizing);
    }
    static void finish(Demo &demo)
    {
        demo.chooseSpeed(0);
        QTRY_COMPARE_WITH_TIMEOUT(demo.program.job().state(), State::Completed, 120000);
        QTRY_COMPARE(demo.program.window().current(), PageId::Finish);
        QCOMPARE(test::namelessControls(demo.program.window()), QStringList());
        const QFileInfo image(demo.program.job().finished().imagePath);
        QVERIFY(image.isFile());
        FileManager manager;
        QDesktopServices::setUrlHandler(key("file"), &manager, "open");
        QVERIFY(demo.click("showFolder"));
        QDesktopServices::unsetUrlHandler(key("file"));
        QCOMPARE(manager.opened, QList<QUrl>{QUrl::fromLocalFile(image.absolutePath())});
    }
    static void boot(Demo &demo)
    {
        QVERIFY(demo.click("bootHere"));
        QVERIFY(demo.world().machine().isRunning());
        QTRY_VERIFY_WITH_TIMEOUT(demo.world().machine().isProved(), 90000);
        auto *console = demo.find<QPlainTextEdit>("console");
        QVERIFY(console);
        QVERIFY(!console->visibleRegion().isEmpty());
        QVERIFY(console->toPlainText().contains(demo.world().expectedLine()));
        QVERIFY(demo.find<QLabel>("bootState")->text().contains(key("works")));
        QVERIFY(demo.click("bootHere")); // stops it
        QVERIFY(!demo.world().machine().isRunning());
    }
};

QTEST_MAIN(TestDemo)
#include "tst_demo.moc"
