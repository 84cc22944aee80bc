#include "core/simcloud/ossxml.h"

#include <QLocale>

namespace edgelift {

namespace {

/// XML 1.0 cannot hold most control characters, not even escaped; keys and headers come from the network.
QString writable(QString text)
{
    text.removeIf([](QChar c) { return c.unicode() < 0x20 && c != QLatin1Char('\t') && c != QLatin1Char('\n') && c != QLatin1Char('\r'); });
    return text;
}

}

XmlText::XmlText(const QString &root)
    : m_bytes(std::make_unique<QByteArray>())
    , m_writer(m_bytes.get())
{
    m_writer.writeStartDocument();
    m_writer.writeStartElement(root);
}

XmlText &XmlText::add(const char *name, const QString &value)
{
    m_writer.writeTextElement(QLatin1String(name), writable(value));
    return *this;
}

XmlText &XmlText::open(const char *name)
{
    m_writer.writeStartElement(QLatin1String(name));
    return *this;
}

XmlText &XmlText::close()
{
    m_writer.writeEndElement();
    return *this;
}

ServerReply XmlText::reply(int status)
{
    m_writer.writeEndDocument();
    ServerReply reply;
    reply.status = status;
    reply.contentType = "application/xml";
    reply.body = *m_bytes;
    return reply;
}

QString ossTime(const QDateTime &time) { return time.toUTC().toString(QStringLiteral("yyyy-MM-dd'T'HH:mm:ss.zzz'Z'")); }

QByteArray httpTime(const QDateTime &time)
{
    return QLocale::c().toString(time.toUTC(), QStringLiteral("ddd, dd MMM yyyy HH:mm:ss 'GMT'")).toLatin1();
}

}
