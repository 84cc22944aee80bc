#include "fakedisks.h"

#include <chrono>

namespace edgelift::receiver::test {

namespace {

class FaultyMedium final : public Medium
{
public:
    FaultyMedium(std::unique_ptr<Medium> real, Faults &faults)
        : m_real(std::move(real))
        , m_faults(faults)
    {
    }
    Bytes size() const override { return m_real->size(); }
    QString path() const override { return m_real->path(); }
    int write(std::span<const char> data, quint64 offset) override
    {
        const int number = m_faults.onWrite(offset, data.size());
        return number ? number : m_real->write(data, offset);
    }
    int zero(quint64 offset, quint64 length) override
    {
        const int number = m_faults.onZero(offset, length);
        return number ? number : m_real->zero(offset, length);
    }
    int sync() override
    {
        const int number = m_faults.onSync();
        return number ? number : m_real->sync();
    }
    int read(std::span<char> into, quint64 offset) override { return m_real->read(into, offset); }

private:
    std::unique_ptr<Medium> m_real;
    Faults &m_faults;
};

}

Result<std::unique_ptr<Medium>> FakeDisks::open(const QString &serial)
{
    Result<std::unique_ptr<Medium>> real = m_real.open(serial);
    if (!real)
        return real;
    return std::unique_ptr<Medium>(std::make_unique<FaultyMedium>(real.take(), faults));
}

void Faults::failWrites(int number)
{
    const std::lock_guard lock(m_mutex);
    m_writeError = number;
}

void Faults::failSyncs(int number)
{
    const std::lock_guard lock(m_mutex);
    m_syncError = number;
}

void Faults::holdSyncs()
{
    const std::lock_guard lock(m_mutex);
    m_held = true;
}

void Faults::releaseSyncs()
{
    const std::lock_guard lock(m_mutex);
    m_held = false;
    m_changed.notify_all();
}

bool Faults::waitForSync()
{
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, std::chrono::seconds(5), [this] { return m_begun > 0; });
}

int Faults::syncs() const
{
    const std::lock_guard lock(m_mutex);
    return m_syncs;
}

QList<Faults::Write> Faults::writes() const
{
    const std::lock_guard lock(m_mutex);
    return m_writes;
}

QList<Faults::Write> Faults::zeros() const
{
    const std::lock_guard lock(m_mutex);
    return m_zeros;
}

int Faults::onWrite(quint64 offset, quint64 length)
{
    const std::lock_guard lock(m_mutex);
    if (m_writeError == 0)
        m_writes.append({offset, length});
    return m_writeError;
}

int Faults::onZero(quint64 offset, quint64 length)
{
    const std::lock_guard lock(m_mutex);
    m_zeros.append({offset, length});
    return 0;
}

int Faults::onSync()
{
    std::unique_lock lock(m_mutex);
    ++m_begun;
    m_changed.notify_all();
    m_changed.wait(lock, [this] { return !m_held; });
    ++m_syncs;
    return m_syncError;
}

}
