#include "core/base/process.h"
#include "core/layout/convertorder.h"
#include "receiverfixture.h"

#include <QFile>
#include <QJsonArray>
#include <QTest>
#include <unistd.h>

using namespace edgelift;
using namespace edgelift::receiver::test;

/// The control port, method by method.
class TestReceiverControl : public QObject
{
    Q_OBJECT

    std::unique_ptr<ReceiverFixture> m_receiver;
    static QString serial() { return QStringLiteral("bp1abc"); }
    Result<QJsonObject> prepare(TestClient &control, quint64 epoch, bool replace = false) const
    {
        return control.ask(QStringLiteral("prepare"), ReceiverFixture::prepareParams(epoch, serial(), 96 * MiB, 64 * MiB, true, replace));
    }
    void write(const QByteArray &bytes, quint64 offset, quint64 epoch = 7) const;
    static QJsonObject verifyParams(const QList<QPair<quint64, QByteArray>> &extents);

private Q_SLOTS:
    void init();
    void prepareTellsWhatTheDiskIs();
    void prepareMayBeRepeated();
    void aMissingDiskIsNamed();
    void aDiskTooSmallIsNamedWithBothSizes();
    void theSameDiskTwiceIsRefused();
    void anotherEpochNeedsReplaceOnceDataIsThere();
    void statusKnowsWhatIsThere();
    void verifyFindsAFlippedBit();
    void verifyOutsideTheRegionIsRefused();
    void finishMovesTheBackupTable();
    void requestsBeforePrepareAreRefusedPolitely();
    void unknownMethodsAndBadParametersLeaveTheSessionAlive();
    void framesOfAnotherKindEndTheSession();
    void oversizedRequestsEndTheSession();
    void convertNeedsItsEpochAndAnOrder();
    void shutdownAnswersAndEnds();
};

void TestReceiverControl::init()
{
    m_receiver = std::make_unique<ReceiverFixture>();
    m_receiver->addDisk(serial(), 96 * MiB);
    m_receiver->start();
}

void TestReceiverControl::write(const QByteArray &bytes, quint64 offset, quint64 epoch) const
{
    TestClient data = m_receiver->data();
    QVERIFY(data);
    for (quint64 at = 0; at < quint64(bytes.size()); at += 4 * MiB)
        (void)data.put(wire::FrameType::Data, dataPayload(0, epoch, offset + at, bytes.mid(qsizetype(at), 4 * MiB), 1));
    const Result<> acknowledged = data.waitForAck(data.put(wire::FrameType::Finish));
    QVERIFY2(acknowledged, acknowledged ? "" : qPrintable(acknowledged.error().detail));
}

QJsonObject TestReceiverControl::verifyParams(const QList<QPair<quint64, QByteArray>> &extents)
{
    wire::VerifyParams params;
    for (const auto &[index, bytes] : extents)
        params.extents.append({index, wire::digestOf({bytes.constData(), size_t(bytes.size())})});
    return wire::toJson(params);
}

void TestReceiverControl::prepareTellsWhatTheDiskIs()
{
    TestClient control = m_receiver->control();
    QVERIFY(control);
    QCOMPARE(control.welcome().epoch, quint64(0));
    const auto reply = prepare(control, 7);
    QVERIFY(reply);
    const auto result = wire::prepareResult(*reply);
    QVERIFY(result);
    QCOMPARE(result->disks.size(), 1);
    QCOMPARE(result->disks.first().size, Bytes{96 * MiB});
    QCOMPARE(result->disks.first().device, m_receiver->diskPath(serial()));
    control = m_receiver->control();
    QCOMPARE(control.welcome().epoch, quint64(7));
    QCOMPARE(control.welcome().disks, quint32(1));
}

void TestReceiverControl::prepareMayBeRepeated()
{
    TestClient control = m_receiver->control();
    QVERIFY(prepare(control, 7));
    const QByteArray bytes = noise(2 * MiB, 1);
    write(bytes, 4 * MiB);
    QVERIFY(prepare(control, 7));
    QVERIFY(prepare(control, 7));
    QVERIFY(m_receiver->diskContent(serial(), 4 * MiB, 2 * MiB) == bytes);
    QCOMPARE(wire::statusResult(*control.ask(QStringLiteral("status")))->written, Bytes{2 * MiB});
}

void TestReceiverControl::aMissingDiskIsNamed()
{
    TestClient control = m_receiver->control();
    const auto reply =
        control.ask(QStringLiteral("prepare"), ReceiverFixture::prepareParams(7, QStringLiteral("bp1other"), 96 * MiB, 64 * MiB));
    QVERIFY(!reply);
    QCOMPARE(reply.error().code, ErrorCode::TargetDiskMissing);
    QCOMPARE(reply.error().args, QStringList{QStringLiteral("bp1other")});
    QVERIFY(prepare(control, 7)); // nothing was bound by the failure
}

void TestReceiverControl::aDiskTooSmallIsNamedWithBothSizes()
{
    TestClient control = m_receiver->control();
    const auto reply = control.ask(QStringLiteral("prepare"), ReceiverFixture::prepareParams(7, serial(), 97 * MiB, 64 * MiB));
    QVERIFY(!reply);
    QCOMPARE(reply.error().code, ErrorCode::TargetDiskTooSmall);
    QCOMPARE(reply.error().args, (QStringList{serial(), QStringLiteral("96.00 MiB"), QStringLiteral("97.00 MiB")}));
}

void TestReceiverControl::theSameDiskTwiceIsRefused()
{
    TestClient control = m_receiver->control();
    const wire::PrepareDisk disk{0, serial(), Bytes{96 * MiB}, Bytes{64 * MiB}, true};
    wire::PrepareDisk again = disk;
    again.index = 1;
    const auto reply = control.ask(QStringLiteral("prepare"), wire::toJson(wire::PrepareParams{7, false, {disk, again}}));
    QVERIFY(!reply);
    QCOMPARE(reply.error().code, ErrorCode::TargetDiskBusy);
}

void TestReceiverControl::anotherEpochNeedsReplaceOnceDataIsThere()
{
    TestClient control = m_receiver->control();
    QVERIFY(prepare(control, 7));
    QVERIFY(prepare(control, 8)); // nothing was written under 7
    write(noise(MiB, 1), 0, 8);
    QCOMPARE(prepare(control, 9).error().code, ErrorCode::EpochUnknown);
    QVERIFY(m_receiver->data()); // the refusal changed nothing
    QVERIFY(prepare(control, 9, true));
    QCOMPARE(m_receiver->data().welcome().epoch, quint64(9));
}

void TestReceiverControl::statusKnowsWhatIsThere()
{
    TestClient control = m_receiver->control();
    auto status = wire::statusResult(*control.ask(QStringLiteral("status")));
    QVERIFY(status);
    QVERIFY(!status->prepared);
    QCOMPARE(status->epoch, quint64(0));
    QVERIFY(prepare(control, 7));
    write(noise(3 * MiB, 1), 0);
    status = wire::statusResult(*control.ask(QStringLiteral("status")));
    QVERIFY(status->prepared);
    QCOMPARE(status->epoch, quint64(7));
    QCOMPARE(status->written, Bytes{3 * MiB});
}

void TestReceiverControl::verifyFindsAFlippedBit()
{
    TestClient control = m_receiver->control();
    QVERIFY(prepare(control, 7));
    const QByteArray bytes = noise(8 * MiB, 1);
    write(bytes, 0);
    QList<QPair<quint64, QByteArray>> extents{{63, QByteArray(MiB, '\0')}}; // never written
    for (quint64 i = 0; i < 8; ++i)
        extents.append({i, bytes.mid(qsizetype(i * MiB), MiB)});
    auto result = control.ask(QStringLiteral("verify"), verifyParams(extents));
    QVERIFY(result);
    QCOMPARE(wire::verifyResult(*result)->different, QList<quint64>());

    QFile file(m_receiver->diskPath(serial()));
    QVERIFY(file.open(QIODevice::ReadWrite | QIODevice::Unbuffered) && file.seek(5 * MiB + 12345));
    QVERIFY(file.putChar(char(bytes.at(5 * MiB + 12345) ^ 0x10)));
    QVERIFY(file.seek(2 * MiB) && file.putChar(char(bytes.at(2 * MiB) ^ 0x01)));
    file.close();
    result = control.ask(QStringLiteral("verify"), verifyParams(extents));
    QVERIFY(result);
    QCOMPARE(wire::verifyResult(*result)->different, (QList<quint64>{2, 5}));
}

void TestReceiverControl::verifyOutsideTheRegionIsRefused()
{
    TestClient control = m_receiver->control();
    QVERIFY(prepare(control, 7));
    const auto result = control.ask(QStringLiteral("verify"), verifyParams({{64, QByteArray(MiB, '\0')}}));
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::OutsideRegion);
}

void TestReceiverControl::finishMovesTheBackupTable()
{
    const QString source = m_receiver->diskPath(QStringLiteral("source")); // 64 MiB with a GPT
    m_receiver->addDisk(QStringLiteral("source"), 64 * MiB);
    QVERIFY(runChecked({QStringLiteral("sfdisk"), {QStringLiteral("--quiet"), source}, "label: gpt\nsize=32MiB, name=root\n"}));
    TestClient control = m_receiver->control();
    QVERIFY(prepare(control, 7));
    write(m_receiver->diskContent(QStringLiteral("source"), 0, 64 * MiB), 0);
    const QJsonObject finish = wire::toJson(wire::FinishParams{0, true});
    const auto finished = control.ask(QStringLiteral("finish"), finish);
    QVERIFY2(finished, finished ? "" : qPrintable(finished.error().detail));
    QVERIFY(control.ask(QStringLiteral("finish"), finish));
    const auto verdict = runChecked({QStringLiteral("sgdisk"), {QStringLiteral("--verify"), m_receiver->diskPath(serial())}, {}});
    QVERIFY(verdict);
    QVERIFY2(verdict->contains("No problems found"), verdict->constData());
}

void TestReceiverControl::requestsBeforePrepareAreRefusedPolitely()
{
    TestClient control = m_receiver->control();
    QCOMPARE(control.ask(QStringLiteral("finish"), wire::toJson(wire::FinishParams{0, true})).error().code, ErrorCode::EpochUnknown);
    QCOMPARE(control.ask(QStringLiteral("verify"), verifyParams({{0, {}}})).error().code, ErrorCode::EpochUnknown);
    QVERIFY(control.ask(QStringLiteral("status")));
}

void TestReceiverControl::unknownMethodsAndBadParametersLeaveTheSessionAlive()
{
    TestClient control = m_receiver->control();
    QCOMPARE(control.ask(QStringLiteral("format")).error().code, ErrorCode::RequestMalformed);
    QCOMPARE(control.ask(QStringLiteral("prepare"), {}).error().code, ErrorCode::FrameMalformed);
    QVERIFY(prepare(control, 7));
    QCOMPARE(
        control.ask(QStringLiteral("verify"), {{QStringLiteral("disk"), QStringLiteral("zero")}}).error().code, ErrorCode::FrameMalformed);
    QVERIFY(control.ask(QStringLiteral("status")));
}

void TestReceiverControl::framesOfAnotherKindEndTheSession()
{
    TestClient control = m_receiver->control();
    (void)control.put(wire::FrameType::Data, dataPayload(0, 7, 0, noise(MiB, 1)));
    QCOMPARE(control.failure(), ErrorCode::FrameMalformed);
    QCOMPARE(control.failure(), ErrorCode::LinkLost);
}

void TestReceiverControl::oversizedRequestsEndTheSession()
{
    TestClient control = m_receiver->control();
    (void)control.put(wire::FrameType::Request, QByteArray(wire::maxJsonPayload + 1, ' '));
    QCOMPARE(control.failure(), ErrorCode::FrameMalformed);
    QVERIFY(m_receiver->control().ask(QStringLiteral("status")));
}

void TestReceiverControl::convertNeedsItsEpochAndAnOrder()
{
    const QString method = QStringLiteral("convert");
    TestClient control = m_receiver->control();
    ConvertOrder order;
    order.epoch = 7;
    QCOMPARE(control.ask(method, toJson(order)).error().code, ErrorCode::EpochUnknown); // nothing is bound
    QVERIFY(prepare(control, 7));
    QCOMPARE(control.ask(method, {}).error().code, ErrorCode::FrameMalformed);
    order.epoch = 8;
    QCOMPARE(control.ask(method, toJson(order)).error().code, ErrorCode::EpochUnknown);
    order.epoch = 7;
    if (::geteuid() != 0)
        return; // what follows makes mounts
    const QByteArray bytes = noise(MiB, 1);
    write(bytes, 0);
    const Result<QJsonObject> done = control.ask(method, toJson(order));
    QVERIFY2(done, done ? "" : qPrintable(done.error().detail));
    QCOMPARE(done->value(QLatin1String("outcome")).toString(), QStringLiteral("skipped"));
    QCOMPARE(done->value(QLatin1String("reason")).toString(), QStringLiteral("no-root"));
    QVERIFY(m_receiver->diskContent(serial(), 0, MiB) == bytes);
    // Somebody else may have written anywhere: a later zero must be one.
    QCOMPARE(wire::statusResult(*control.ask(QStringLiteral("status")))->written, Bytes{64 * MiB});
}

void TestReceiverControl::shutdownAnswersAndEnds()
{
    TestClient control = m_receiver->control();
    QVERIFY(prepare(control, 7));
    QVERIFY(control.ask(QStringLiteral("shutdown")));
    QTRY_VERIFY(m_receiver->ended());
    QVERIFY(!m_receiver->control());
}

QTEST_GUILESS_MAIN(TestReceiverControl)
#include "tst_receivercontrol.moc"
