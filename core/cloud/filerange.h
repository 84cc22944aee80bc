#pragma once
#include <QFile>
#include <QIODevice>

namespace edgelift {

/// Part of a file as a device of its own, for streaming uploads: nothing is read before it is sent.
class FileRange final : public QIODevice
{
public:
    /// `length` -1: to the end of the file.
    FileRange(const QString &path, qint64 offset, qint64 length, QObject *parent = nullptr);
    /// False when the file cannot be read or is shorter than the range.
    [[nodiscard]] bool openRange();
    [[nodiscard]] qint64 size() const override { return m_length; }
    [[nodiscard]] bool isSequential() const override { return false; }
    /// The file became shorter or unreadable while it was sent.
    [[nodiscard]] bool failed() const { return m_failed; }

protected:
    qint64 readData(char *data, qint64 most) override;
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    QFile m_file;
    const qint64 m_offset;
    qint64 m_length;
    bool m_failed = false;
};

}
