#include "core/base/errortable.h"
#include "core/base/errortext.h"
#include "core/base/files.h"

#include <QRegularExpression>
#include <QSet>
#include <QtTest>

using namespace edgelift;

namespace {

Error bare(ErrorCode code) { return {code, Retry::Never, {}, {}}; }

QMap<int, QString> enumerators() // as error.h has them
{
    const QString header = QString::fromUtf8(*readFile(QStringLiteral(EDGELIFT_SOURCE_DIR "/core/base/error.h")));
    const QString body = header.section(QStringLiteral("enum class ErrorCode"), 1).section(QLatin1Char('}'), 0, 0);
    static const QRegularExpression line(QStringLiteral("^    (\\w+) = (\\d+),"), QRegularExpression::MultilineOption);
    QMap<int, QString> out;
    int count = 0;
    for (auto it = line.globalMatch(body); it.hasNext(); ++count) {
        const QRegularExpressionMatch match = it.next();
        out.insert(match.captured(2).toInt(), match.captured(1));
    }
    return count == out.size() ? out : QMap<int, QString>(); // a number used twice
}

}

class TestErrorText : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theTableHasEveryCodeOnce();
    void everyCodeHasThreeWholeTexts();
    void aKnownCauseHasWordsOfItsOwn();
    void factsAreFilledInAsTheyAre();
    void aNumberOutsideTheTableIsAnInternalError();
    void theLogLineHasCodeFactsAndDetail();
};

void TestErrorText::theTableHasEveryCodeOnce()
{
    const QMap<int, QString> expected = enumerators();
    QVERIFY(expected.size() > 80);
    QMap<int, QString> table;
    for (const ErrorCode code : allErrorCodes()) {
        QVERIFY2(table.isEmpty() || table.lastKey() < int(code), qPrintable(codeName(code))); // ascending, so unique
        table.insert(int(code), codeName(code));
    }
    QCOMPARE(table, expected);
}

void TestErrorText::everyCodeHasThreeWholeTexts()
{
    const QStringList facts{QStringLiteral("fact"), QStringLiteral("fact"), QStringLiteral("fact"), QStringLiteral("fact")};
    for (const ErrorCode code : allErrorCodes()) {
        const ErrorText text = describe(Error{code, Retry::Never, facts, {}});
        for (const QString &part : {text.title, text.message, text.remedy}) {
            QVERIFY2(part.size() > 3, qPrintable(codeName(code)));
            QVERIFY2(!part.contains(QLatin1Char('%')), qPrintable(part)); // no placeholder beyond the facts
        }
        QVERIFY2(!text.title.endsWith(QLatin1Char('.')), qPrintable(text.title));
        QVERIFY2(text.remedy.endsWith(QLatin1Char('.')), qPrintable(text.remedy));
    }
}

void TestErrorText::aKnownCauseHasWordsOfItsOwn()
{
    QSet<QString> said;
    for (const ErrorCause &cause : errorCauses()) {
        const Error known{cause.code, Retry::Never, {QStringLiteral("host:1"), QLatin1String(cause.word)}, {}};
        const Error unknown{cause.code, Retry::Never, {QStringLiteral("host:1"), QStringLiteral("something")}, {}};
        QCOMPARE(causeOf(known), &cause);
        QVERIFY(!causeOf(unknown));
        const ErrorText text = describe(known);
        QCOMPARE(text.title, describe(unknown).title);
        QVERIFY2(text.message.contains(QStringLiteral("host:1")) && text.message != describe(unknown).message, qPrintable(text.message));
        QVERIFY2(text.remedy.endsWith(QLatin1Char('.')) && text.remedy != describe(unknown).remedy, qPrintable(text.remedy));
        QVERIFY2(!said.contains(text.message) && !said.contains(text.remedy), cause.word);
        said << text.message << text.remedy;
    }
    QVERIFY(said.size() >= 20);
}

void TestErrorText::factsAreFilledInAsTheyAre()
{
    const ErrorText text =
        describe(Error{ErrorCode::BucketInOtherRegion, Retry::Never, {QStringLiteral("%2"), QStringLiteral("a"), QStringLiteral("b")}, {}});
    QVERIFY2(text.message.contains(QStringLiteral("“%2” is in a")), qPrintable(text.message));
    QVERIFY(describe(bare(ErrorCode::BucketInOtherRegion)).message.contains(QStringLiteral("Bucket “” is in"))); // missing facts
}

void TestErrorText::aNumberOutsideTheTableIsAnInternalError()
{
    QCOMPARE(describe(bare(ErrorCode(9999))).title, describe(bare(ErrorCode::Internal)).title);
    QVERIFY(codeName(ErrorCode(9999)).isEmpty());
}

void TestErrorText::theLogLineHasCodeFactsAndDetail()
{
    QCOMPARE(displayCode(ErrorCode::Internal), QStringLiteral("EL-0001"));
    const Error error{
        ErrorCode::SourceUnreadable, Retry::Never, {QStringLiteral("disk.img"), QStringLiteral("7")}, QStringLiteral("read failed")};
    QCOMPARE(logLine(error), QStringLiteral("EL-0101 SourceUnreadable (disk.img, 7): read failed"));
    QCOMPARE(logLine(bare(ErrorCode::Internal)), QStringLiteral("EL-0001 Internal"));
}

QTEST_APPLESS_MAIN(TestErrorText)
#include "tst_errortext.moc"
