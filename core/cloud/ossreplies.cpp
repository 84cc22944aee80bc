#include "core/cloud/ossreplies.h"

#include <QXmlStreamReader>
#include <QXmlStreamWriter>

namespace edgelift::oss {

namespace {

/// Reads the elements below the current one into a tree-less map: names to texts, of direct children only.
QHash<QString, QString> children(QXmlStreamReader &xml)
{
    QHash<QString, QString> out;
    while (xml.readNextStartElement()) {
        const QString name = xml.name().toString();
        out.insert(name, xml.readElementText(QXmlStreamReader::IncludeChildElements));
    }
    return out;
}

QString unquoted(QString etag) { return etag.remove(QLatin1Char('"')); }

QString withoutPrefix(const QString &location) // "oss-cn-beijing"
{
    return location.startsWith(QLatin1String("oss-")) ? location.mid(4) : location;
}

Bucket bucketOf(const QHash<QString, QString> &fields)
{
    Bucket out;
    out.name = fields.value(QStringLiteral("Name"));
    out.region = fields.value(QStringLiteral("Region"), withoutPrefix(fields.value(QStringLiteral("Location"))));
    out.storageClass = fields.value(QStringLiteral("StorageClass"));
    const QString encryption = fields.value(QStringLiteral("ServerSideEncryptionRule")).simplified();
    out.encrypted = !encryption.isEmpty() && encryption != QLatin1String("None"); // SSEAlgorithm and a key id, run together
    return out;
}

}

std::optional<ObjectPage> readObjects(const QByteArray &xml)
{
    QXmlStreamReader reader(xml);
    if (!reader.readNextStartElement() || reader.name() != QLatin1String("ListBucketResult"))
        return std::nullopt;
    ObjectPage out;
    while (reader.readNextStartElement()) {
        if (reader.name() == QLatin1String("Contents")) {
            const QHash<QString, QString> fields = children(reader);
            out.objects.append({fields.value(QStringLiteral("Key")), Bytes{fields.value(QStringLiteral("Size")).toULongLong()},
                unquoted(fields.value(QStringLiteral("ETag"))),
                QDateTime::fromString(fields.value(QStringLiteral("LastModified")), Qt::ISODateWithMs).toUTC()});
        } else if (reader.name() == QLatin1String("NextContinuationToken")) {
            out.next = reader.readElementText();
        } else {
            reader.skipCurrentElement();
        }
    }
    return reader.hasError() ? std::nullopt : std::optional(out);
}

std::optional<BucketPage> readBuckets(const QByteArray &xml)
{
    QXmlStreamReader reader(xml);
    if (!reader.readNextStartElement() || reader.name() != QLatin1String("ListAllMyBucketsResult"))
        return std::nullopt;
    BucketPage out;
    while (reader.readNextStartElement()) {
        if (reader.name() == QLatin1String("NextMarker")) {
            out.next = reader.readElementText();
        } else if (reader.name() == QLatin1String("Buckets")) {
            while (reader.readNextStartElement())
                out.buckets.append(bucketOf(children(reader)));
        } else {
            reader.skipCurrentElement();
        }
    }
    return reader.hasError() ? std::nullopt : std::optional(out);
}

std::optional<Bucket> readBucketInfo(const QByteArray &xml)
{
    QXmlStreamReader reader(xml);
    if (!reader.readNextStartElement() || reader.name() != QLatin1String("BucketInfo"))
        return std::nullopt;
    while (reader.readNextStartElement()) {
        if (reader.name() != QLatin1String("Bucket")) {
            reader.skipCurrentElement();
            continue;
        }
        const Bucket out = bucketOf(children(reader));
        return reader.hasError() || out.name.isEmpty() ? std::nullopt : std::optional(out);
    }
    return std::nullopt;
}

QString readUploadId(const QByteArray &xml)
{
    QXmlStreamReader reader(xml);
    if (!reader.readNextStartElement() || reader.name() != QLatin1String("InitiateMultipartUploadResult"))
        return {};
    const QString id = children(reader).value(QStringLiteral("UploadId"));
    return reader.hasError() ? QString() : id;
}

QByteArray partList(const QList<QByteArray> &etags)
{
    QByteArray out;
    QXmlStreamWriter writer(&out);
    writer.writeStartElement(QStringLiteral("CompleteMultipartUpload"));
    for (qsizetype i = 0; i < etags.size(); ++i) {
        writer.writeStartElement(QStringLiteral("Part"));
        writer.writeTextElement(QStringLiteral("PartNumber"), QString::number(i + 1));
        writer.writeTextElement(QStringLiteral("ETag"), QString::fromLatin1(etags.at(i)));
        writer.writeEndElement();
    }
    writer.writeEndElement();
    return out;
}

}
