#include "tests/gui/displayrelay.h"

namespace edgelift::test {

namespace {

constexpr quint16 firstPort = 6000; ///< of display 0 (X(7), "DISPLAY NAMES")
constexpr quint16 displays[] = {201, 299};

template <class From, class To>
void pass(From *from, To *to, qint64 &count)
{
    const QByteArray data = from->readAll();
    count += data.size();
    to->write(data);
}

}

DisplayRelay::DisplayRelay()
    : m_socket(
        QStringLiteral("/tmp/.X11-unix/X") + qEnvironmentVariable("DISPLAY").section(QLatin1Char(':'), 1).section(QLatin1Char('.'), 0, 0))
{
    for (quint16 number = displays[0]; number <= displays[1]; ++number) {
        if (m_server.listen(QHostAddress::LocalHost, firstPort + number))
            break;
    }
    connect(&m_server, &QTcpServer::newConnection, this, &DisplayRelay::accept);
}

QString DisplayRelay::display() const
{
    return m_server.isListening() ? QStringLiteral("127.0.0.1:%1").arg(m_server.serverPort() - firstPort) : QString();
}

void DisplayRelay::accept()
{
    while (QTcpSocket *client = m_server.nextPendingConnection()) {
        auto *server = new QLocalSocket(client);
        connect(client, &QTcpSocket::readyRead, server, [this, client, server] { pass(client, server, m_bytes); });
        connect(server, &QLocalSocket::readyRead, client, [this, client, server] { pass(server, client, m_bytes); });
        connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
        connect(server, &QLocalSocket::disconnected, client, &QTcpSocket::disconnectFromHost);
        server->connectToServer(m_socket);
    }
}

}
