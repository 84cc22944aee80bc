#include "app/wizard/pages/connectpage.h"
#include "app/wizard/pages/planfilebar.h"
#include "app/wizard/pages/preparepage.h"
#include "app/wizard/pages/settingsadvanced.h"
#include "app/wizard/pages/settingspage.h"
#include "app/wizard/state/session.h"
#include "core/base/files.h"
#include "core/layout/planfile.h"
#include "tests/gui/pagechecks.h"

#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QtTest>

using namespace edgelift;
using namespace edgelift::wizard;

namespace {

const QString code = QStringLiteral("EL1-2NM78-X3G78-QJYC9-J6WQ3-0BHG5-RRKME-1G70R-08RBM-5MRG8-RSGCH-JG1X1-FBNG0");

template <class T>
T *find(QWidget &page, const char *name)
{
    return page.findChild<T *>(QLatin1String(name));
}

}

class TestFormPages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aCodeInACommandIsFound()
    {
        AgentLink link;
        Session session(link);
        ConnectPage page(session);
        page.resize(780, 430);
        page.show();
        QCOMPARE(test::namelessControls(page), QStringList());
        auto *edit = find<QLineEdit>(page, "activationCode");
        QTest::keyClicks(edit, QStringLiteral("sudo x --code ") + code);
        QCOMPARE(edit->text(), code);
        QCOMPARE(QString::fromUtf8(session.credential().code.reveal()), code);
        QVERIFY(page.toDo().isEmpty());
        QTest::keyClick(edit, Qt::Key_Backspace);
        QTest::keyClicks(edit, QStringLiteral("U"));
        QVERIFY(!page.toDo().isEmpty());
        QVERIFY(edit->accessibleDescription().contains(QStringLiteral("“U” (character 63)")));
        page.grab().save(qEnvironmentVariable("EDGELIFT_SHOTS", QStringLiteral("/nonexistent")) + QStringLiteral("/connect.png"));
    }

    void settingsSayWhatIsWrong()
    {
        AgentLink link;
        Session session(link);
        session.setPlan(Plan());
        SettingsPage page(session);
        page.resize(780, 1000);
        page.show();
        find<QAbstractButton>(page, "moreConfigurations")->click();
        QCOMPARE(test::namelessControls(page), QStringList());
        auto *prefix = find<QLineEdit>(page, "namePrefix");
        prefix->clear();
        QTest::keyClicks(prefix, QString(500, QLatin1Char('a')));
        QCOMPARE(session.plan().image.namePrefix.size(), 500); // refused by the rule, never cut
        QVERIFY(prefix->accessibleDescription().contains(QStringLiteral("[E-SET-02]")));
        QVERIFY2(page.minimumSizeHint().width() <= 780, qPrintable(QString::number(page.minimumSizeHint().width())));
        QVERIFY(!page.toDo().isEmpty());
        auto *limit = find<QSpinBox>(page, "speedLimit");
        limit->selectAll();
        QTest::keyClicks(limit, QStringLiteral("9999999"));
        QCOMPARE(session.plan().transfer.limitMbps, 100000);
        QTRY_VERIFY(limit->accessibleDescription().startsWith(QStringLiteral("Set to the maximum, 100,000.")));
        QVERIFY(find<QAbstractButton>(page, "moreConfigurations")->text().contains(QLatin1Char('1')));
        QEvent language(QEvent::LanguageChange);
        QApplication::sendEvent(&page, &language);
        QCOMPARE(session.plan().transfer.limitMbps, 100000);
        page.grab().save(qEnvironmentVariable("EDGELIFT_SHOTS", QStringLiteral("/nonexistent")) + QStringLiteral("/settings.png"));
    }

    void theFinalMomentIsOfferedWhereThereIsOne()
    {
        SettingsAdvanced form;
        form.resize(780, 1000);
        Plan plan;
        form.showPlan(plan, {}, false);
        form.show();
        auto *freeze = find<QSpinBox>(form, "freezeSeconds");
        QVERIFY(!freeze->isVisible()); // nothing runs
        QSignalSpy edited(&form, &SettingsAdvanced::edited);
        form.showPlan(plan, {}, true);
        QVERIFY(freeze->isVisible());
        QCOMPARE(freeze->value(), Plan::Transfer().freezeSeconds);
        QCOMPARE(edited.count(), 0);
        QVERIFY(!freeze->accessibleDescription().isEmpty());
        QCOMPARE(test::namelessControls(form), QStringList());
        for (const auto &[typed, taken] : {std::pair("90", 60), {"0", 1}, {"15", 15}}) {
            freeze->setFocus();
            freeze->selectAll();
            QTest::keyClicks(freeze, QLatin1String(typed));
            QTest::keyClick(freeze, Qt::Key_Return);
            form.apply(plan);
            QCOMPARE(plan.transfer.freezeSeconds, taken);
        }
        QVERIFY(edited.count() > 0);
        QCOMPARE(SettingsAdvanced::changedValues(plan), 1);
    }

    void plansAreSavedAndOpened()
    {
        QTemporaryDir folder;
        AgentLink link;
        Session session(link);
        Plan plan;
        plan.job.name = QStringLiteral("nightly");
        session.setPlan(plan);
        PlanFileBar bar(session);
        const QString path = folder.filePath(QStringLiteral("plan.json"));
        bar.saveFile(path);
        QCOMPARE(*readPlan(*readFile(path)), plan);
        QVERIFY(writeFileDurably(path, R"({"version": 1, "disks": [], "colour": 1, "transfer": {"compression": 11}})"));
        QSignalSpy said(&bar, &PlanFileBar::message);
        bar.openFile(path);
        QCOMPARE(said.size(), 1);
        QVERIFY(bar.problemText().contains(QStringLiteral("colour")) && bar.problemText().contains(QStringLiteral("compression")));
        QVERIFY(writeFileDurably(path, R"({"version": 99})"));
        bar.openFile(path);
        QVERIFY2(bar.problemText().contains(QStringLiteral("version 99")), qPrintable(bar.problemText()));
        QCOMPARE(session.plan(), plan);
    }

    void relativePathsAreNotLeftOut()
    {
        AgentLink link;
        Session session(link);
        session.setPlan(Plan());
        PreparePage page(session);
        page.resize(780, 430);
        page.show();
        find<QAbstractButton>(page, "excludes")->click();
        QCOMPARE(test::namelessControls(page), QStringList());
        auto *path = find<QLineEdit>(page, "excludePath");
        QTest::keyClicks(path, QStringLiteral("tmp\r"));
        QVERIFY(path->accessibleDescription().contains(QStringLiteral("[E-PRE-04]")));
        path->clear();
        QTest::keyClicks(path, QStringLiteral("/tmp\r"));
        QCOMPARE(session.plan().excludes, QStringList{QStringLiteral("/tmp")});
        page.grab().save(qEnvironmentVariable("EDGELIFT_SHOTS", QStringLiteral("/nonexistent")) + QStringLiteral("/prepare.png"));
    }
};

QTEST_MAIN(TestFormPages)
#include "tst_formpages.moc"
