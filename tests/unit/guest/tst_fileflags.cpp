#include "core/base/process.h"
#include "core/guest/fileflags.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

using namespace edgelift;

/// Files that may not be changed, which rsync cannot say.
class TestFileFlags : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    static bool chattr(const QString &how, const QString &path) { return bool(runChecked({QStringLiteral("chattr"), {how, path}, {}})); }
    QString make(const QString &name)
    {
        QFile file(m_folder.filePath(name));
        return file.open(QIODevice::WriteOnly) ? file.fileName() : QString();
    }

private Q_SLOTS:
    void findsThemAndFollowsNothing()
    {
        QVERIFY2(::geteuid() == 0, "run as root: it sets flags");
        QVERIFY(QDir(m_folder.path()).mkpath(QStringLiteral("deep/er")));
        const QString plain = make(QStringLiteral("plain"));
        const QString fixed = make(QStringLiteral("deep/fixed"));
        const QString log = make(QStringLiteral("deep/er/log"));
        QCOMPARE(
            ::symlink(QFile::encodeName(fixed).constData(), QFile::encodeName(m_folder.filePath(QStringLiteral("link"))).constData()), 0);
        QCOMPARE(::mkfifo(QFile::encodeName(m_folder.filePath(QStringLiteral("fifo"))).constData(), 0600), 0); // opening it must not wait
        QCOMPARE(fileFlags(m_folder.path()).protectedFiles, 0ULL);
        QVERIFY(chattr(QStringLiteral("+i"), fixed) && chattr(QStringLiteral("+a"), log) && chattr(QStringLiteral("+d"), plain));
        const FileFlags flags = fileFlags(m_folder.path());
        QVERIFY(chattr(QStringLiteral("-i"), fixed) && chattr(QStringLiteral("-a"), log));
        QCOMPARE(flags.protectedFiles, 2ULL);
        QCOMPARE(QSet<QString>(flags.protectedExamples.begin(), flags.protectedExamples.end()),
            (QSet<QString>{QStringLiteral("/deep/fixed"), QStringLiteral("/deep/er/log")}));
        QCOMPARE(flags.tunedFiles, 1ULL);
        QCOMPARE(flags.tunedExamples, QStringList{QStringLiteral("/plain")});
        QVERIFY(notKept(flags).contains(QLatin1String("2 immutable")) && notKept(flags).contains(QLatin1String("(/plain)")));
        QVERIFY(!notKept({}).contains(QLatin1String("files")));
        QCOMPARE(fileFlags(plain).protectedFiles, 0ULL);
        QCOMPARE(fileFlags(QStringLiteral("/nonexistent")).protectedFiles, 0ULL);
    }
};

QTEST_GUILESS_MAIN(TestFileFlags)
#include "tst_fileflags.moc"
