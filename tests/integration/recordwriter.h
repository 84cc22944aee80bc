#pragma once
#include "core/base/fd.h"

#include <QDir>
#include <QFile>
#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

/// What a server does while it is migrated.
namespace edgelift::test {

/// What a database does: records that say what they are, each durable before the next one begins.
class RecordWriter
{
public:
    static constexpr int recordSize = 512;
    explicit RecordWriter(const QString &path)
        : m_fd(::open(QFile::encodeName(path).constData(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600))
        , m_thread([this](const std::stop_token &stop) { write(stop); })
    {
    }
    ~RecordWriter() { finish(); }
    [[nodiscard]] quint64 acknowledged() const { return m_acknowledged; } ///< records that are durable
    [[nodiscard]] std::chrono::milliseconds longest() const { return std::chrono::milliseconds(m_longestMs); } ///< that one write took
    void finish()
    {
        m_thread.request_stop();
        if (m_thread.joinable())
            m_thread.join();
    }
    static QByteArray record(quint64 number)
    {
        QByteArray out = QByteArray::number(number).rightJustified(16, '0');
        while (out.size() < recordSize)
            out += QByteArray::number(qHash(number, size_t(out.size())));
        return out.left(recordSize);
    }

    /// How many records the file begins with, whole and in order.
    static quint64 wholeIn(QFile &file)
    {
        quint64 whole = 0;
        while (file.read(recordSize) == record(whole))
            ++whole;
        return whole;
    }

private:
    void write(const std::stop_token &stop)
    {
        while (!stop.stop_requested()) {
            const auto begin = std::chrono::steady_clock::now();
            const QByteArray bytes = record(m_acknowledged);
            if (::pwrite(m_fd.get(), bytes.constData(), size_t(bytes.size()), off_t(m_acknowledged * recordSize)) != recordSize
                || ::fdatasync(m_fd.get()) != 0)
                return;
            ++m_acknowledged;
            const auto took = std::chrono::steady_clock::now() - begin;
            m_longestMs = std::max<qint64>(m_longestMs, std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }
    const Fd m_fd;
    std::atomic<quint64> m_acknowledged = 0;
    std::atomic<qint64> m_longestMs = 0;
    std::jthread m_thread; ///< the last: it uses the others
};

/// Files that come, change and go.
class Churner
{
public:
    explicit Churner(const QString &folder)
        : m_thread([folder](const std::stop_token &stop) {
            QDir().mkpath(folder);
            for (int i = 0; !stop.stop_requested(); ++i) {
                QFile file(folder + QStringLiteral("/f%1").arg(i % 40));
                if (i % 3 == 2)
                    file.remove();
                else if (file.open(QIODevice::WriteOnly))
                    file.write(QByteArray(1000 + (i * 7919) % 60000, char('a' + i % 26)));
                file.close();
                std::this_thread::sleep_for(std::chrono::milliseconds(3));
            }
        })
    {
    }
    void finish()
    {
        m_thread.request_stop();
        m_thread.join();
    }

private:
    std::jthread m_thread;
};

}
