#pragma once
#include <QString>

namespace edgelift::test {

/// The network between a source and a cloud: two namespaces of their own, joined by a veth pair. The source is 10.77.0.2, the cloud
/// 10.77.0.1; 127.88.0.0/16, where simulated instances and the service listen, is the cloud's and reached through it. Needs root; gone
/// with this object, and what still runs in it then has no network any more. Use from one thread.
class NetworkPair
{
public:
    NetworkPair();
    ~NetworkPair();
    NetworkPair(const NetworkPair &) = delete;
    NetworkPair &operator=(const NetworkPair &) = delete;
    [[nodiscard]] bool isValid() const { return m_valid; }

    [[nodiscard]] QString source() const { return m_name + QLatin1Char('a'); } ///< name of the namespace
    [[nodiscard]] QString cloud() const { return m_name + QLatin1Char('b'); }
    bool cut(); ///< pulls the cable: nothing passes, nobody is told
    bool mend();
    /// What the cloud says to the source vanishes, what the source says still arrives: half-open.
    bool swallowAnswers(bool on);
    /// The source gets another address (10.77.0.x); the old one is gone at once.
    bool moveSourceTo(const QString &address);
    /// Bytes the source put on the wire, headers and repetitions included.
    [[nodiscard]] quint64 sentBySource() const;
    /// Processes in the cloud's namespace whose first words name `program`; shells do not count.
    [[nodiscard]] QList<pid_t> inCloud(const QByteArray &program) const;

private:
    const QString m_name;
    QString m_sourceAddress;
    bool m_valid = false;
};

}
