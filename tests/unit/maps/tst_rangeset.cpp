#include "core/stream/maps/rangeset.h"

#include <QRandomGenerator>
#include <QTest>
#include <bitset>

using namespace edgelift;

/// Every operation is compared with the same on a plain array of bits.
class RangeSetTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void touchingRangesBecomeOne()
    {
        RangeSet set({10, 5});
        set.add({15, 5});
        set.add({0, 10});
        QCOMPARE(set.count(), size_t(1));
        QCOMPARE(*set.begin(), (ByteRange{0, 20}));
        set.add({30, 0});
        QCOMPARE(set.total(), 20ULL);
    }
    void agreesWithBits();
    void unsortedListsAreMerged()
    {
        const RangeSet set = RangeSet::fromUnsorted({{50, 10}, {0, 10}, {5, 10}, {0, 3}, {60, 0}});
        QCOMPARE(set.total(), 25ULL);
        QCOMPARE(set.count(), size_t(2));
    }
    void coversAndOverlapsKnowTheEdges()
    {
        const RangeSet set({10, 10});
        QVERIFY(set.covers({10, 10}));
        QVERIFY(!set.covers({10, 11}));
        QVERIFY(!set.covers({9, 2}));
        QVERIFY(set.overlaps({0, 11}));
        QVERIFY(!set.overlaps({0, 10}));
        QVERIFY(!set.overlaps({20, 10}));
        QVERIFY(!set.overlaps({15, 0}));
        QVERIFY(set.contains(19));
        QVERIFY(!set.contains(20));
    }

private:
    using Bits = std::bitset<256>;
    static Bits bits(const RangeSet &set)
    {
        Bits all;
        quint64 before = 0;
        bool first = true;
        for (const ByteRange &range : set) {
            Q_ASSERT(range.length > 0);
            if (!first && range.offset <= before)
                return {}; // not sorted, or not merged: never equal to the model in these tests
            for (quint64 i = range.offset; i < range.end(); ++i)
                all.set(i);
            before = range.end();
            first = false;
        }
        return all;
    }
};

void RangeSetTest::agreesWithBits()
{
    QRandomGenerator random(42);
    for (int round = 0; round < 2000; ++round) {
        RangeSet sets[2];
        Bits models[2];
        for (int i = 0; i < 24; ++i) {
            const quint64 from = random.bounded(240U);
            const quint64 length = random.bounded(16U);
            const int which = i % 2;
            const bool remove = random.bounded(3) == 0;
            remove ? sets[which].subtract({from, length}) : sets[which].add({from, length});
            for (quint64 bit = from; bit < from + length; ++bit)
                models[which].set(bit, !remove);
        }
        QVERIFY(bits(sets[0]) == models[0]);
        QCOMPARE(sets[0].total(), quint64(models[0].count()));
        QVERIFY(bits(sets[0].intersected(sets[1])) == (models[0] & models[1]));
        QVERIFY(bits(sets[0].complement({0, 256})) == ~models[0]);
        RangeSet joined = sets[0];
        joined.add(sets[1]);
        QVERIFY(bits(joined) == (models[0] | models[1]));
        joined.subtract(sets[1]);
        QVERIFY(bits(joined) == (models[0] & ~models[1]));
    }
}

QTEST_GUILESS_MAIN(RangeSetTest)
#include "tst_rangeset.moc"
