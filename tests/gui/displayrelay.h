#pragma once
#include <QLocalSocket>
#include <QTcpServer>
#include <QTcpSocket>

namespace edgelift::test {

/// A display that counts what goes over it: an X client that connects to display() reaches the X server of DISPLAY as over a network.
/// Must be used from a thread with an event loop.
class DisplayRelay final : public QObject
{
    Q_OBJECT
public:
    DisplayRelay();

    [[nodiscard]] QString display() const; ///< "127.0.0.1:201"; empty: no port was free
    [[nodiscard]] qint64 bytes() const { return m_bytes; } ///< both directions, so far

private:
    void accept();

    QTcpServer m_server;
    QString m_socket; ///< of the real X server
    qint64 m_bytes = 0;
};

}
