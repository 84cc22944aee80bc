#include "receiverfixture.h"

#include <QDir>
#include <QFile>
#include <sys/stat.h>

namespace edgelift::receiver::test {

namespace {

wire::LinkKeys newKeys(const char *name)
{
    Result<wire::LinkKeys> keys = wire::makeLinkKeys(QString::fromLatin1(name));
    Q_ASSERT(keys);
    return keys.take();
}

}

ReceiverFixture::ReceiverFixture(FlushLimits limits)
    : m_senderKeys(newKeys("sender"))
    , m_limits(limits)
    , m_disks(m_folder.filePath(QStringLiteral("disks")))
{
    QDir(m_folder.path()).mkdir(QStringLiteral("disks"));
    m_config.job = QStringLiteral("j-test");
    m_config.listen = QStringLiteral("127.0.0.1");
    m_config.controlPort = 0;
    m_config.dataPort = 0;
    m_config.keys = newKeys("receiver");
    m_config.peerPin = *wire::pinOf(m_senderKeys.certificate);
    m_config.stateDir = m_folder.filePath(QStringLiteral("state"));
    m_config.deviceDir = m_folder.filePath(QStringLiteral("disks"));
}

ReceiverFixture::~ReceiverFixture()
{
    m_disks.faults.releaseSyncs();
    stop();
}

QString ReceiverFixture::diskPath(const QString &serial) const { return m_config.deviceDir + QLatin1String("/virtio-") + serial; }

void ReceiverFixture::addDisk(const QString &serial, quint64 bytes)
{
    QFile file(diskPath(serial));
    const bool made = file.open(QIODevice::WriteOnly) && file.resize(qint64(bytes));
    Q_ASSERT(made);
    Q_UNUSED(made);
}

QByteArray ReceiverFixture::diskContent(const QString &serial, quint64 offset, quint64 length) const
{
    QFile file(diskPath(serial));
    return file.open(QIODevice::ReadOnly) && file.seek(qint64(offset)) ? file.read(qint64(length)) : QByteArray();
}

quint64 ReceiverFixture::allocatedBytes(const QString &serial) const
{
    struct stat facts
    {
    };
    ::stat(QFile::encodeName(diskPath(serial)).constData(), &facts);
    return quint64(facts.st_blocks) * 512;
}

void ReceiverFixture::start()
{
    m_ended = false;
    m_server = std::make_unique<ReceiverServer>(m_config, m_disks, m_limits);
    const Result<> started = m_server->start();
    Q_ASSERT(started);
    Q_UNUSED(started);
    m_waiter = std::thread([this] {
        (void)m_server->wait();
        m_ended = true;
    });
}

void ReceiverFixture::stop()
{
    if (!m_server)
        return;
    m_server->requestStop();
    m_waiter.join();
    m_server.reset();
}

Address ReceiverFixture::address(wire::Port port) const
{
    const quint16 number = port == wire::Port::Control ? m_server->controlPort() : m_server->dataPort();
    return {number, m_senderKeys, *wire::pinOf(m_config.keys.certificate), m_config.job};
}

Address ReceiverFixture::strangersAddress(wire::Port port) const
{
    Address stranger = address(port);
    stranger.keys = newKeys("stranger");
    return stranger;
}

QJsonObject ReceiverFixture::prepareParams(quint64 epoch, const QString &serial, quint64 size, quint64 sourceSize, bool fresh, bool replace)
{
    return wire::toJson(wire::PrepareParams{epoch, replace, {{0, serial, Bytes{size}, Bytes{sourceSize}, fresh}}});
}

QByteArray noise(quint64 length, quint32 seed)
{
    QByteArray bytes(qsizetype(length), '\0');
    quint64 state = 0x9e3779b97f4a7c15ULL * (seed + 1);
    for (qsizetype i = 0; i < bytes.size(); i += 2) { // every second byte is 0: compressible, but not to nothing
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes[i] = char(state | 1);
    }
    return bytes;
}

}
