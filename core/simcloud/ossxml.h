#pragma once
#include "core/service/serverrequest.h"

#include <QDateTime>
#include <QXmlStreamWriter>
#include <memory>

namespace edgelift {

/// Writes the XML bodies of OSS. Not thread-safe; used once.
class XmlText
{
public:
    explicit XmlText(const QString &root);
    XmlText &add(const char *name, const QString &value);
    XmlText &open(const char *name);
    XmlText &close();
    [[nodiscard]] ServerReply reply(int status = 200); ///< ends the document

private:
    std::unique_ptr<QByteArray> m_bytes;
    QXmlStreamWriter m_writer;
};

[[nodiscard]] QString ossTime(const QDateTime &time); ///< "2025-06-01T08:30:00.000Z"
[[nodiscard]] QByteArray httpTime(const QDateTime &time); ///< "Sun, 01 Jun 2025 08:30:00 GMT"

}
