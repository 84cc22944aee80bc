#include "fuzztarget.h"

#include <QDir>
#include <QFile>
#include <QTest>
#include <memory>

using namespace edgelift::fuzz;
Q_DECLARE_METATYPE(edgelift::fuzz::Run)

/// Feeds every fuzz target what was found once, and what its seeds are cut to: what a fuzzer found must stay mended.
class TestFuzzCorpus : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyTargetHasACorpus_data();
    void everyTargetHasACorpus();
    void everyCorpusHasATarget();

private:
    QDir m_corpus{QStringLiteral(EDGELIFT_SOURCE_DIR "/tests/fuzz/corpus")};
    /// A heap block of exactly that size, so that a sanitizer sees a byte read beyond it.
    static void run(Run target, const QByteArray &input)
    {
        const std::unique_ptr<char[]> exact(new char[size_t(input.size())]);
        std::copy(input.begin(), input.end(), exact.get());
        target(QByteArrayView(exact.get(), input.size()));
    }
};

void TestFuzzCorpus::everyTargetHasACorpus_data()
{
    QTest::addColumn<Run>("target");
    for (const Target &target : targets())
        QTest::newRow(target.name) << target.run;
}

void TestFuzzCorpus::everyTargetHasACorpus()
{
    QFETCH(const Run, target);
    const QDir folder(m_corpus.filePath(QLatin1String(QTest::currentDataTag())));
    const QStringList names = folder.entryList(QDir::Files, QDir::Name);
    QVERIFY2(!names.isEmpty(), "no seeds");
    run(target, {});
    for (const QString &name : names) {
        QFile file(folder.filePath(name));
        QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.fileName()));
        const QByteArray input = file.readAll();
        qInfo("%s", qPrintable(name)); // a crash says after which name
        for (const qsizetype length : {input.size(), input.size() - 1, input.size() / 2})
            run(target, input.left(length));
    }
}

void TestFuzzCorpus::everyCorpusHasATarget()
{
    QStringList known;
    for (const Target &target : targets())
        known.append(QLatin1String(target.name));
    known.sort();
    QCOMPARE(m_corpus.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name), known);
}

QTEST_GUILESS_MAIN(TestFuzzCorpus)
#include "tst_fuzzcorpus.moc"
