#include "fakereceiver.h"

#include "core/wire/greeting.h"

namespace edgelift::test {

using namespace std::chrono_literals;

namespace {
std::span<const char> view(QByteArrayView bytes) { return {bytes.data(), size_t(bytes.size())}; }

Error refusal(ErrorCode code, const QString &why, Retry retry = Retry::Never) { return {code, retry, {}, why}; }
}

FakeReceiver::FakeReceiver(wire::LinkKeys keys, QByteArray peerPin, QString job)
    : m_context(*wire::TlsContext::make(keys, peerPin))
    , m_job(std::move(job))
    , m_control(wire::TlsListener::listen(QStringLiteral("127.0.0.1"), 0).take())
    , m_data(wire::TlsListener::listen(QStringLiteral("127.0.0.1"), 0).take())
{
    m_controlThread = std::jthread([this] { acceptAll(m_control, wire::Port::Control); });
    m_dataThread = std::jthread([this] { acceptAll(m_data, wire::Port::Data); });
}

FakeReceiver::~FakeReceiver()
{
    m_stop.request_stop();
    {
        const std::lock_guard lock(m_mutex);
        m_dropping.request_stop();
    }
    m_controlThread.join();
    m_dataThread.join();
    m_connections.clear();
}

void FakeReceiver::addDisk(const QString &serial, qsizetype size) { m_disks[serial] = QByteArray(size, 0); }

FakeReceiver::Counts FakeReceiver::counts() const
{
    const std::lock_guard lock(m_mutex);
    return m_counts;
}

QByteArray FakeReceiver::disk(const QString &serial) const
{
    const std::lock_guard lock(m_mutex);
    return m_disks.value(serial);
}

void FakeReceiver::setFaults(const FaultPlan &plan)
{
    const std::lock_guard lock(m_mutex);
    m_faults = plan;
    m_dropCounter = 0;
    if (plan.forgetEpoch)
        m_epoch = 0;
}

void FakeReceiver::resetCounts()
{
    const std::lock_guard lock(m_mutex);
    m_counts = {};
}

void FakeReceiver::acceptAll(const wire::TlsListener &listener, wire::Port port)
{
    while (!m_stop.stop_requested()) {
        Result<wire::TlsListener::Connection> raw = listener.accept(1s, m_stop.get_token());
        if (!raw || !raw->socket)
            continue;
        const std::lock_guard lock(m_mutex);
        m_connections.emplace_back([this, fd = raw->socket.release(), port] { serve(Fd(fd), port); });
    }
}

void FakeReceiver::serve(Fd socket, wire::Port port)
{
    std::stop_token dropping;
    {
        const std::lock_guard lock(m_mutex);
        dropping = m_dropping.get_token();
    }
    auto tls = wire::TlsSocket::accept(std::move(socket), QStringLiteral("source"), m_context, 5s, dropping);
    if (!tls)
        return;
    Channel channel(tls.take());
    if (!wire::receiveHello(channel, m_job, port, 5s))
        return;
    quint64 epoch = 0;
    quint32 disks = 0;
    {
        const std::lock_guard lock(m_mutex);
        epoch = m_epoch;
        disks = quint32(m_prepared.size());
    }
    if (!wire::answerHello(channel, {0, epoch, disks}, 5s))
        return;
    port == wire::Port::Control ? serveControl(channel) : serveData(channel);
}

void FakeReceiver::serveControl(Channel &channel)
{
    for (;;) {
        const Result<Channel::Frame> frame = channel.receive(0ms);
        if (!frame)
            return;
        const Result<wire::Request> request = wire::decodeRequest(frame->payload);
        if (!request)
            return wire::refuse(channel, request.error());
        const Result<QJsonObject> result = answer(*request);
        if (!result)
            wire::refuse(channel, result.error(), request->id);
        else if (!channel.send(wire::FrameType::Reply, {wire::encode(wire::Reply{request->id, *result})}, 5s))
            return;
    }
}

Result<QJsonObject> FakeReceiver::answer(const wire::Request &request)
{
    const std::lock_guard lock(m_mutex);
    if (request.method == wire::method::prepare)
        return prepare(request.params);
    if (request.method == wire::method::verify)
        return verify(request.params);
    if (request.method == wire::method::status)
        return wire::toJson(wire::StatusResult{m_epoch, m_epoch != 0, {m_counts.plainBytes}});
    if (request.method == wire::method::finish) {
        const Result<wire::FinishParams> params = wire::finishParams(request.params);
        if (!params)
            return params.error();
        m_counts.finished.insert(params->disk);
        if (params->relocateGpt)
            m_counts.relocated.insert(params->disk);
    }
    return QJsonObject();
}

Result<QJsonObject> FakeReceiver::prepare(const QJsonObject &object)
{
    const Result<wire::PrepareParams> params = wire::prepareParams(object);
    if (!params)
        return params.error();
    ++m_counts.prepares;
    if (m_faults.notReady-- > 0)
        return refusal(ErrorCode::EpochUnknown, QStringLiteral("starting"), Retry::AfterWait);
    if (m_faults.refuseEpoch || (m_epoch != 0 && m_epoch != params->epoch))
        return refusal(ErrorCode::EpochUnknown, QStringLiteral("another epoch"));
    wire::PrepareResult result;
    for (const wire::PrepareDisk &disk : params->disks) {
        if (!m_disks.contains(disk.serial))
            return Error{ErrorCode::TargetDiskMissing, Retry::AfterUserAction, {disk.serial}, {}};
        m_prepared[disk.index] = {disk.serial, disk.sourceSize.count, disk.fresh};
        result.disks.append({disk.index, QStringLiteral("/dev/fake"), {quint64(m_disks[disk.serial].size())}});
    }
    m_epoch = params->epoch;
    return wire::toJson(result);
}

Result<QJsonObject> FakeReceiver::verify(const QJsonObject &object)
{
    const Result<wire::VerifyParams> params = wire::verifyParams(object);
    if (!params)
        return params.error();
    ++m_counts.verifies;
    const Prepared &prepared = m_prepared[params->disk];
    wire::VerifyResult result;
    for (const wire::VerifyExtent &extent : params->extents) {
        const QByteArray bytes = m_disks[prepared.serial].first(qsizetype(prepared.sourceSize)).mid(qsizetype(extent.index << 20), 1 << 20);
        if (!(wire::digestOf(view(bytes)) == extent.digest))
            result.different.append(extent.index);
    }
    return wire::toJson(result);
}

bool FakeReceiver::mustDrop(qint64 bytes)
{
    const std::lock_guard lock(m_mutex);
    m_dropCounter += bytes;
    if (m_faults.dropAfterBytes < 0 || m_dropCounter < m_faults.dropAfterBytes)
        return false;
    m_faults.dropAfterBytes = -1;
    m_dropping.request_stop();
    m_dropping = std::stop_source();
    return true;
}

void FakeReceiver::serveData(Channel &channel)
{
    for (;;) {
        const Result<Channel::Frame> frame = channel.receive(0ms);
        if (!frame || mustDrop(frame->payload.size()))
            return;
        bool silent = false;
        std::chrono::milliseconds delay;
        {
            const std::lock_guard lock(m_mutex);
            silent = m_faults.neverAck;
            delay = m_faults.ackDelay;
        }
        if (frame->type == wire::FrameType::Finish && !silent)
            return channel.socket().finishSending();
        if (frame->type == wire::FrameType::Finish)
            continue;
        if (const Result<> stored = store(*frame); !stored)
            return wire::refuse(channel, stored.error());
        if (silent)
            continue;
        std::this_thread::sleep_for(delay);
        if (!channel.send(wire::FrameType::Ack, {wire::encode(wire::AckMessage{frame->sequence})}, 5s))
            return;
        noteAcknowledged(*frame);
    }
}

Result<> FakeReceiver::store(const Channel::Frame &frame)
{
    const std::lock_guard lock(m_mutex);
    if (frame.type == wire::FrameType::Data)
        return storeData(frame.payload.toByteArray());
    if (frame.type == wire::FrameType::Zero)
        return storeZero(frame.payload);
    return wire::malformed(QStringLiteral("unexpected type"));
}

Result<> FakeReceiver::storeData(QByteArray payload)
{
    if (m_faults.damageFrames > 0) {
        --m_faults.damageFrames;
        payload[payload.size() - 1] = char(payload.back() ^ 1);
    }
    const Result<wire::DataMessage> message = wire::decodeData(payload);
    if (!message)
        return message.error();
    const wire::DataHead &head = message->head;
    if (head.epoch != m_epoch)
        return refusal(ErrorCode::EpochUnknown, QStringLiteral("frame of another epoch"));
    const Prepared prepared = m_prepared.value(head.disk);
    if (head.offset + head.length > prepared.sourceSize)
        return refusal(ErrorCode::OutsideRegion, QStringLiteral("outside"));
    QByteArray plain(qsizetype(head.length), 0);
    wire::Decompressor decompressor;
    if (!head.compressed)
        plain = message->bytes.toByteArray();
    else if (const Result<> done = decompressor.decompress(view(message->bytes), {plain.data(), size_t(plain.size())}); !done)
        return done;
    for (quint32 i = 0; i < head.extents; ++i) {
        const QByteArrayView extent = QByteArrayView(plain).sliced(qsizetype(i) << 20, head.extentLength(i));
        if (!(wire::digestOf(view(extent)) == head.digests[i]))
            return refusal(ErrorCode::DataCorrupted, QStringLiteral("hash"), Retry::AfterWait);
    }
    m_disks[prepared.serial].replace(qsizetype(head.offset), plain.size(), plain);
    ++m_counts.dataFrames;
    m_counts.compressedFrames += head.compressed ? 1 : 0;
    m_counts.plainBytes += head.length;
    for (quint32 i = 0; i < head.extents; ++i)
        rot(head.disk, (head.offset >> 20) + i);
    return ok();
}

/// A medium that damages what it was given.
void FakeReceiver::rot(quint32 disk, quint64 extent)
{
    const bool again = m_faults.rotForEver && m_rotten.contains({disk, extent});
    if (!again && m_faults.rotOnMedium <= 0)
        return;
    m_faults.rotOnMedium -= again ? 0 : 1;
    m_rotten.insert({disk, extent});
    QByteArray &bytes = m_disks[m_prepared[disk].serial];
    const qsizetype at = qsizetype(extent << 20);
    bytes[at] = char(bytes.at(at) ^ 0x40);
}

Result<> FakeReceiver::storeZero(QByteArrayView payload)
{
    const Result<wire::ZeroMessage> message = wire::decodeZero(payload);
    if (!message)
        return message.error();
    const Prepared prepared = m_prepared.value(message->disk);
    if (message->offset + message->length > prepared.sourceSize)
        return refusal(ErrorCode::OutsideRegion, QStringLiteral("outside"));
    m_disks[prepared.serial].replace(qsizetype(message->offset), qsizetype(message->length), QByteArray(qsizetype(message->length), 0));
    ++m_counts.zeroFrames;
    return ok();
}

void FakeReceiver::noteAcknowledged(const Channel::Frame &frame)
{
    if (frame.type != wire::FrameType::Data)
        return;
    const Result<wire::DataMessage> message = wire::decodeData(frame.payload);
    const std::lock_guard lock(m_mutex);
    for (quint32 i = 0; message && i < message->head.extents; ++i) {
        const QPair<quint32, quint64> extent(message->head.disk, (message->head.offset >> 20) + i);
        m_counts.resentAcknowledged += m_acknowledged.contains(extent) ? 1 : 0;
        m_acknowledged.insert(extent);
    }
}

}
