#include "core/receiver/convert/volumewindow.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::convert;

namespace {

constexpr quint64 mib = 1 << 20;

QByteArray noise(qsizetype size, unsigned seed)
{
    QByteArray bytes(size, Qt::Uninitialized);
    for (char &byte : bytes) {
        seed = seed * 1103515245U + 12345U;
        byte = char(seed >> 16);
    }
    return bytes;
}

QByteArray content(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void put(const QString &path, qint64 offset, const QByteArray &bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.seek(offset));
    QCOMPARE(file.write(bytes), bytes.size());
    QVERIFY(file.flush() && ::fsync(file.handle()) == 0); // what unmounting does
}

}

/// Volumes of one piece and of several, as devices.
class TestVolumeWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_disks = {m_folder->filePath(QStringLiteral("a")), m_folder->filePath(QStringLiteral("b"))};
        for (const QString &disk : m_disks) {
            QFile file(disk);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(noise(8 * mib, unsigned(disk.size() + disk.back().unicode())));
        }
        QVERIFY(QDir().mkpath(scratch()));
    }

    void onePieceIsTheDiskItself()
    {
        const VolumePlace place{QStringLiteral("v"), {{QStringLiteral("1"), Bytes{2 * mib}, Bytes{3 * mib}}}, 1, {}, {}, {}, {}};
        QByteArray expected = content(m_disks.at(1));
        Result<VolumeWindow> window = VolumeWindow::open(m_disks, place, scratch());
        QVERIFY(window);
        QCOMPARE(content(window->device()), expected.mid(2 * mib, 3 * mib));
        put(window->device(), mib, QByteArray(4096, 'x'));
        QVERIFY(window->close());
        expected.replace(3 * mib, 4096, QByteArray(4096, 'x'));
        QVERIFY(content(m_disks.at(1)) == expected);
        QVERIFY(QDir(scratch()).isEmpty());
    }

    void severalPiecesAreOneDevice()
    {
        QByteArray a = content(m_disks.at(0));
        QByteArray b = content(m_disks.at(1));
        Result<VolumeWindow> window = VolumeWindow::open(m_disks, pieces(), scratch());
        QVERIFY(window);
        QVERIFY(content(window->device()) == b.mid(4 * mib, 2 * mib) + a.mid(mib, 3 * mib));
        put(window->device(), 2 * mib - 2048, QByteArray(4096, 'x')); // over the seam
        QVERIFY(content(m_disks.at(0)) == a && content(m_disks.at(1)) == b); // not yet
        QVERIFY(window->close());
        b.replace(6 * mib - 2048, 2048, QByteArray(2048, 'x'));
        a.replace(mib, 2048, QByteArray(2048, 'x'));
        QVERIFY(content(m_disks.at(0)) == a && content(m_disks.at(1)) == b);
        QVERIFY(QDir(scratch()).isEmpty());
    }

    void aKillWhileItGoesBackIsMadeGood()
    {
        QByteArray a = content(m_disks.at(0));
        QByteArray b = content(m_disks.at(1));
        {
            Result<VolumeWindow> window = VolumeWindow::open(m_disks, pieces(), scratch());
            QVERIFY(window);
            put(window->device(), 0, QByteArray(4096, 'y')); // the process ends here: no close()
        }
        QVERIFY(VolumeWindow::recover(m_disks, pieces(), scratch()));
        QVERIFY(content(m_disks.at(0)) == a && content(m_disks.at(1)) == b); // as if it had never been
        QVERIFY(QDir(scratch()).isEmpty());

        // The copy was complete; of what goes back only the first half arrived.
        Result<VolumeWindow> window = VolumeWindow::open(m_disks, pieces(), scratch());
        QVERIFY(window);
        const QString copy = QDir(scratch()).entryInfoList(QDir::Files).constFirst().filePath();
        put(window->device(), 0, QByteArray(4096, 'y'));
        put(window->device(), 3 * mib, QByteArray(4096, 'y'));
        QVERIFY(QFile::copy(copy, copy + QStringLiteral(".ready")));
        put(m_disks.at(1), 4 * mib, QByteArray(4096, 'y'));
        QVERIFY(VolumeWindow::recover(m_disks, pieces(), scratch()));
        b.replace(4 * mib, 4096, QByteArray(4096, 'y'));
        a.replace(2 * mib, 4096, QByteArray(4096, 'y'));
        QVERIFY(content(m_disks.at(0)) == a && content(m_disks.at(1)) == b);
    }

    void placesOutsideAreRefused_data()
    {
        QTest::addColumn<QString>("disk");
        QTest::addColumn<qulonglong>("offset");
        QTest::addColumn<qulonglong>("length");
        QTest::newRow("no such disk") << QStringLiteral("2") << 0ULL << 4096ULL;
        QTest::newRow("no number") << QStringLiteral("x") << 0ULL << 4096ULL;
        QTest::newRow("negative") << QStringLiteral("-1") << 0ULL << 4096ULL;
        QTest::newRow("beyond the end") << QStringLiteral("0") << qulonglong(8 * mib) << 4096ULL;
        QTest::newRow("too long") << QStringLiteral("0") << qulonglong(mib) << qulonglong(8 * mib);
        QTest::newRow("overflow") << QStringLiteral("0") << 4096ULL << ~0ULL;
        QTest::newRow("empty") << QStringLiteral("0") << 4096ULL << 0ULL;
        QTest::newRow("not aligned") << QStringLiteral("0") << 100ULL << 4096ULL;
    }
    void placesOutsideAreRefused()
    {
        QFETCH(QString, disk);
        QFETCH(qulonglong, offset);
        QFETCH(qulonglong, length);
        const VolumePlace place{QStringLiteral("v"), {{disk, Bytes{offset}, Bytes{length}}}, 1, {}, {}, {}, {}};
        const Result<VolumeWindow> window = VolumeWindow::open(m_disks, place, scratch());
        QVERIFY(!window);
        QCOMPARE(window.error().code, ErrorCode::VolumeUnsupported);
        QVERIFY(!VolumeWindow::open(m_disks, {QStringLiteral("v"), {}, 1, {}, {}, {}, {}}, scratch()));
    }

private:
    QString scratch() const { return m_folder->filePath(QStringLiteral("scratch")); }
    static VolumePlace pieces()
    {
        return {QStringLiteral("vg/v"),
            {{QStringLiteral("1"), Bytes{4 * mib}, Bytes{2 * mib}}, {QStringLiteral("0"), Bytes{mib}, Bytes{3 * mib}}}, 0, {}, {}, {}, {}};
    }
    std::unique_ptr<QTemporaryDir> m_folder;
    QStringList m_disks;
};

QTEST_GUILESS_MAIN(TestVolumeWindow)
#include "tst_volumewindow.moc"
