#include "app/wizard/demo/demofaults.h"

#include "core/base/files.h"

#include <QJsonArray>
#include <QJsonObject>
#include <algorithm>

namespace edgelift::wizard {

namespace {

constexpr int msPerSecond = 1000;

}

DemoFaults::DemoFaults(int linkMbps, QObject *parent)
    : QObject(parent)
    , m_linkMbps(linkMbps)
{
    connect(&m_seconds, &QTimer::timeout, this, &DemoFaults::tick);
}

Result<> DemoFaults::begin(const QString &dataDir)
{
    if (const Result<> made = makeFolder(dataDir); !made)
        return made;
    m_dataDir = dataDir;
    return write();
}

Result<> DemoFaults::setLinkSpeed(int mbps)
{
    m_linkMbps = mbps;
    return write();
}

Result<> DemoFaults::dropNetwork(std::chrono::seconds time)
{
    m_downUntil = QDateTime::currentDateTimeUtc().addSecs(time.count());
    m_seconds.start(msPerSecond);
    return write();
}

int DemoFaults::secondsDown() const
{
    if (!m_downUntil.isValid())
        return 0;
    const qint64 left = QDateTime::currentDateTimeUtc().msecsTo(m_downUntil);
    return int(std::max<qint64>((left + msPerSecond - 1) / msPerSecond, 0));
}

void DemoFaults::tick()
{
    if (secondsDown() > 0) {
        Q_EMIT changed();
        return;
    }
    m_downUntil = {};
    m_seconds.stop();
    if (const Result<> written = write(); !written)
        Q_EMIT failed(written.error());
}

Result<> DemoFaults::setSoldOut(bool soldOut)
{
    m_soldOut = soldOut;
    return write();
}

Result<> DemoFaults::write()
{
    Result<> written = ok();
    if (!m_dataDir.isEmpty()) {
        const QJsonObject link{{QStringLiteral("megabits"), m_linkMbps}, {QStringLiteral("down"), m_downUntil.isValid()}};
        const QJsonArray soldOut = m_soldOut ? QJsonArray{QStringLiteral("*")} : QJsonArray();
        written = writeJsonFile(
            m_dataDir + QLatin1String("/faults.json"), {{QStringLiteral("link"), link}, {QStringLiteral("soldOut"), soldOut}});
    }
    Q_EMIT changed();
    return written;
}

}
