#include "tests/gui/walkworld.h"

#include <QDir>
#include <QTest>

using namespace edgelift;

/// The wizard is walked by what a screen reader sees of it, in a process of its own.
class TestAssistive final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void fromWelcomeToAFinishedImage()
    {
        test::WalkWorld world;
        const QString trouble = world.begin();
        QVERIFY2(trouble.isEmpty(), qPrintable(trouble));
        QFile code(world.simulation.path(QStringLiteral("typed-code")));
        QVERIFY(code.open(QIODevice::WriteOnly) && code.write(world.code.toUtf8()) > 0 && code.flush());
        QProcess walk;
        walk.setProcessChannelMode(QProcess::ForwardedChannels);
        walk.start(QStringLiteral("dbus-run-session"),
            {QStringLiteral("--"), QStringLiteral(EDGELIFT_SOURCE_DIR "/tests/gui/assistive-walk.sh"),
                QStringLiteral(EDGELIFT_BIN_DIR "/edgelift"), world.socket(), world.simulation.endpoint(), code.fileName()});
        QVERIFY(walk.waitForStarted());
        QVERIFY(walk.waitForFinished(500000));
        QVERIFY2(walk.exitStatus() == QProcess::NormalExit && walk.exitCode() == 0, "what it said stands above");
        const QDir images(world.simulation.dataDir() + QStringLiteral("/ens/images"));
        QCOMPARE(images.entryList(QDir::Dirs | QDir::NoDotAndDotDot).size(), 1);
        QCOMPARE(world.simulation.leftovers(), QStringList());
    }
};

QTEST_MAIN(TestAssistive)
#include "tst_assistive.moc"
