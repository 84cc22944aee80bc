#pragma once
#include <QByteArray>
#include <QString>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

namespace edgelift::test {

/// Programs that use a filesystem as programs do: small writes here and there, fsync, direct writes that hit the same place
/// several times, truncation, holes, files that come and go. What they write describes itself, sector by sector.
class Workload
{
public:
    Workload(const QString &folder, quint32 seed, int writers);
    Workload(const Workload &) = delete;
    Workload &operator=(const Workload &) = delete;
    ~Workload(); ///< waits for what each is just doing
    quint64 operations() const { return m_operations; }

private:
    struct Writer;
    void work(int number, quint32 seed, const std::stop_token &stop);
    void writeSomewhere(Writer &writer);
    void hammer(Writer &writer);

    QByteArray m_folder;
    quint32 m_seed;
    std::atomic<quint64> m_operations = 0;
    std::vector<std::jthread> m_writers;
};

/// What a sector says of itself: "writer 1, file 3, offset 4096, 17th write", or that it is none of ours.
[[nodiscard]] QString describeSector(const char *bytes);

}
