#include "core/wire/messages.h"

#include "core/base/errortext.h"
#include "core/wire/strictreader.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtEndian>

namespace edgelift::wire {

namespace {

constexpr qsizetype maxArgs = 8;
constexpr qsizetype maxText = 4096; // characters of one string that comes from the other end

QByteArray bytes(const QJsonObject &object) { return QJsonDocument(object).toJson(QJsonDocument::Compact); }

Result<QJsonObject> parse(QByteArrayView payload)
{
    if (payload.size() > qsizetype(maxJsonPayload))
        return malformed(QStringLiteral("JSON of %1 bytes is over the limit").arg(payload.size()));
    QJsonParseError problem{};
    const QJsonDocument document = QJsonDocument::fromJson(payload.toByteArray(), &problem);
    if (!document.isObject())
        return malformed(QStringLiteral("not a JSON object: ") + problem.errorString());
    return document.object();
}

QLatin1String name(Port port)
{
    switch (port) {
    case Port::Control:
        return QLatin1String("control");
    case Port::Data:
        return QLatin1String("data");
    case Port::Files:
        return QLatin1String("files");
    }
    return {};
}

bool isKnown(int code)
{
    const QList<ErrorCode> codes = allErrorCodes();
    return std::any_of(codes.begin(), codes.end(), [code](ErrorCode known) { return int(known) == code; });
}

}

QByteArray encode(const Hello &message)
{
    return bytes({{QStringLiteral("oldest"), message.versions.oldest}, {QStringLiteral("newest"), message.versions.newest},
        {QStringLiteral("job"), message.job}, {QStringLiteral("port"), name(message.port)}});
}

QByteArray encode(const Welcome &message)
{
    QJsonObject object{{QStringLiteral("version"), message.version}, {QStringLiteral("epoch"), QString::number(message.epoch)},
        {QStringLiteral("disks"), qint64(message.disks)}};
    if (message.version >= liveVersion) {
        object.insert(QStringLiteral("round"), qint64(message.round));
        object.insert(QStringLiteral("instance"), QString::number(message.instance));
    }
    return bytes(object);
}

QByteArray encode(const Failure &message)
{
    QJsonObject object{{QStringLiteral("code"), int(message.error.code)}, {QStringLiteral("retry"), int(message.error.retry)},
        {QStringLiteral("args"), QJsonArray::fromStringList(message.error.args.mid(0, maxArgs))},
        {QStringLiteral("detail"), message.error.detail.left(maxText)}};
    if (message.request != 0)
        object.insert(QStringLiteral("id"), qint64(message.request));
    return bytes(object);
}

QByteArray encode(const Request &message)
{
    return bytes({{QStringLiteral("id"), qint64(message.id)}, {QStringLiteral("method"), message.method},
        {QStringLiteral("params"), message.params}});
}

QByteArray encode(const Reply &message)
{
    return bytes({{QStringLiteral("id"), qint64(message.id)}, {QStringLiteral("result"), message.result}});
}

Result<Hello> decodeHello(QByteArrayView payload)
{
    const Result<QJsonObject> object = parse(payload);
    if (!object)
        return object.error();
    StrictReader reader(*object);
    Hello hello;
    hello.versions.oldest = quint16(reader.number("oldest", 1, 0xffff));
    hello.versions.newest = quint16(reader.number("newest", hello.versions.oldest, 0xffff));
    hello.job = reader.text("job", 1, 64);
    const QString port = reader.text("port", 1, 16);
    hello.port = port == name(Port::Data) ? Port::Data : port == name(Port::Files) ? Port::Files : Port::Control;
    reader.expect(port == name(hello.port), "port");
    return reader.finish(hello);
}

Result<Welcome> decodeWelcome(QByteArrayView payload)
{
    const Result<QJsonObject> object = parse(payload);
    if (!object)
        return object.error();
    StrictReader reader(*object);
    Welcome welcome;
    welcome.version = quint16(reader.number("version", 1, 0xffff));
    welcome.epoch = reader.decimal("epoch");
    welcome.disks = quint32(reader.number("disks", 0, maxDisks));
    if (welcome.version >= liveVersion) {
        welcome.round = quint64(reader.number("round", 0, maxRound));
        welcome.instance = reader.decimal("instance");
    }
    return reader.finish(welcome);
}

Result<Failure> decodeFailure(QByteArrayView payload)
{
    const Result<QJsonObject> object = parse(payload);
    if (!object)
        return object.error();
    StrictReader reader(*object);
    Failure failure;
    const int code = int(reader.number("code", 1, 0xffff));
    failure.error.retry = Retry(reader.number("retry", 0, int(Retry::AfterUserAction)));
    failure.error.detail = reader.text("detail", 0, maxText);
    failure.error.args = reader.texts("args", maxArgs, maxText);
    if (object->contains(QLatin1String("id")))
        failure.request = quint64(reader.number("id", 1, StrictReader::maxNumber));
    failure.error.code = isKnown(code) ? ErrorCode(code) : ErrorCode::Internal;
    if (!isKnown(code))
        failure.error.detail.prepend(QStringLiteral("code %1 of a newer receiver: ").arg(code));
    return reader.finish(failure);
}

Result<Request> decodeRequest(QByteArrayView payload)
{
    const Result<QJsonObject> object = parse(payload);
    if (!object)
        return object.error();
    StrictReader reader(*object);
    Request request;
    request.id = quint64(reader.number("id", 1, StrictReader::maxNumber));
    request.method = reader.text("method", 1, 64);
    request.params = reader.object("params");
    return reader.finish(request);
}

Result<Reply> decodeReply(QByteArrayView payload)
{
    const Result<QJsonObject> object = parse(payload);
    if (!object)
        return object.error();
    StrictReader reader(*object);
    Reply reply;
    reply.id = quint64(reader.number("id", 1, StrictReader::maxNumber));
    reply.result = reader.object("result");
    return reader.finish(reply);
}

}
