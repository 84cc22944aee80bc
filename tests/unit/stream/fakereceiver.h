#pragma once
#include "core/stream/receiverclient.h"
#include "core/wire/codec.h"
#include "core/wire/tlslistener.h"

#include <QHash>
#include <QMap>
#include <QSet>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace edgelift::test {

/// What goes wrong at the receiver. Changed by the test between runs, or before the first.
struct FaultPlan
{
    qint64 dropAfterBytes = -1; ///< cut every connection once after so many payload bytes of data; then normal
    bool neverAck = false;
    std::chrono::milliseconds ackDelay{0};
    int damageFrames = 0; ///< flip a byte of so many Data payloads as they arrive
    int rotOnMedium = 0; ///< flip a byte of so many extents after they were stored and acknowledged
    bool rotForEver = false; ///< …and again each time they are rewritten
    bool refuseEpoch = false;
    int notReady = 0; ///< refuse so many prepares with the advice to try again
    bool forgetEpoch = false; ///< as after a new instance: nothing is bound any more
};

/// A receiver with real sockets on 127.0.0.1 and disks in memory. Acknowledges every frame at once unless told otherwise.
class FakeReceiver
{
public:
    FakeReceiver(wire::LinkKeys keys, QByteArray peerPin, QString job);
    ~FakeReceiver();

    quint16 controlPort() const { return m_control.port(); }
    quint16 dataPort() const { return m_data.port(); }
    void addDisk(const QString &serial, qsizetype size);

    struct Counts
    {
        int dataFrames = 0;
        int zeroFrames = 0;
        int compressedFrames = 0;
        int resentAcknowledged = 0; ///< extents that came again after their acknowledgement had left
        int prepares = 0;
        int verifies = 0;
        QSet<quint32> finished;
        QSet<quint32> relocated;
        quint64 plainBytes = 0;
    };
    Counts counts() const;
    QByteArray disk(const QString &serial) const;
    void setFaults(const FaultPlan &plan);
    void resetCounts();

private:
    using Channel = wire::FrameChannel;
    struct Prepared
    {
        QString serial;
        quint64 sourceSize = 0;
        bool fresh = true;
    };
    void acceptAll(const wire::TlsListener &listener, wire::Port port);
    void serve(Fd socket, wire::Port port);
    void serveControl(Channel &channel);
    void serveData(Channel &channel);
    Result<QJsonObject> answer(const wire::Request &request);
    Result<QJsonObject> prepare(const QJsonObject &params);
    Result<QJsonObject> verify(const QJsonObject &params);
    Result<> store(const Channel::Frame &frame);
    Result<> storeData(QByteArray payload);
    Result<> storeZero(QByteArrayView payload);
    void noteAcknowledged(const Channel::Frame &frame);
    void rot(quint32 disk, quint64 extent);
    bool mustDrop(qint64 bytes);

    wire::TlsContext m_context;
    QString m_job;
    wire::TlsListener m_control;
    wire::TlsListener m_data;
    mutable std::mutex m_mutex;
    FaultPlan m_faults;
    Counts m_counts;
    QMap<QString, QByteArray> m_disks;
    QHash<quint32, Prepared> m_prepared;
    QSet<QPair<quint32, quint64>> m_acknowledged;
    QSet<QPair<quint32, quint64>> m_rotten;
    quint64 m_epoch = 0;
    qint64 m_dropCounter = 0;
    std::stop_source m_dropping; // cuts the connections of now
    std::stop_source m_stop;
    std::vector<std::jthread> m_connections;
    std::jthread m_controlThread;
    std::jthread m_dataThread;
};

}
