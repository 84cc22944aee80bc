#include "core/layout/defaultplan.h"
#include "core/layout/layoutpicture.h"
#include "samplefacts.h"

#include <QtTest>
#include <algorithm>

using namespace edgelift;
using namespace edgelift::literals;

/// What `plan show` draws.
class TestLayoutPicture : public QObject
{
    Q_OBJECT

    static QString barOf(const QStringList &lines, const QString &title)
    {
        const auto line = std::find_if(lines.begin(), lines.end(), [&title](const QString &one) { return one.startsWith(title); });
        return line == lines.end() || line + 1 == lines.end() ? QString() : *(line + 1);
    }

private Q_SLOTS:
    void piecesAreAsLongAsTheyAreLarge()
    {
        const QStringList lines = layoutBefore(test::twoDisks(), 62);
        const QString bar = barOf(lines, QStringLiteral("data.img: 40.0 GiB, GPT"));
        QCOMPARE(bar.size(), 62);
        QVERIFY2(
            QRegularExpression(QStringLiteral("\\A  \\|/data-+\\|f(ree)? *\\|/srv-+\\|free +\\|\\z")).match(bar).hasMatch(), qPrintable(bar));
        const qsizetype data = bar.indexOf(QLatin1Char('|'), 3) - 3; // 10 of 40 GiB
        QVERIFY2(data >= 12 && data <= 16, qPrintable(bar));
        QVERIFY(lines.contains(QStringLiteral("    /srv  ext4  8.0 GiB, 2.0 GiB used  (data/p2)")));
    }
    void afterSaysWhereEverythingComesFrom()
    {
        const ServerFacts facts = test::twoDisks();
        Plan plan = defaultPlan(facts);
        plan.disks[1].lvm = true;
        plan.disks[1].volumes[0].sizeMiB = 9000;
        plan.disks[1].volumes[0].replication = Plan::Replication::File;
        const Result<QStringList> lines = layoutAfter(plan, facts);
        QVERIFY(bool(lines));
        QVERIFY2(lines->contains(QStringLiteral("    /data  xfs  8.8 GiB, vg1/lv1, file by file, from data/p1")),
            qPrintable(lines->join(u'\n')));
        QVERIFY(lines->contains(QStringLiteral("    /srv  ext4  8.0 GiB, vg1/lv2, block by block, from data/p2")));
        QVERIFY(std::any_of(
            lines->begin(), lines->end(), [](const QString &line) { return line.endsWith(QStringLiteral("sys.img as it is")); }));
    }
    void whatCannotBeMadeIsNotDrawn()
    {
        ServerFacts facts = test::twoDisks();
        Plan plan = defaultPlan(facts);
        plan.disks[1].lvm = true;
        QVERIFY(layoutAfter(plan, facts));
        facts.volumes.last().fs = FsType::MdMember;
        QVERIFY(!layoutAfter(plan, facts));
    }
    void hostileFactsAreDrawnSomehow()
    {
        ServerFacts facts = test::twoDisks();
        facts.disks[1].size = Bytes{};
        facts.volumes[4].size = facts.volumes[4].segments[0].length = Bytes{~0ULL >> 1};
        for (const int width : {0, 1, 5, 200})
            QVERIFY(!layoutBefore(facts, width).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestLayoutPicture)
#include "tst_layoutpicture.moc"
