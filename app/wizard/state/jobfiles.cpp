#include "app/wizard/state/jobfiles.h"

#include <QJsonArray>
#include <QSaveFile>
#include <algorithm>

namespace edgelift::wizard::jobfiles {

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

Error unwritable(const QSaveFile &file)
{
    return {ErrorCode::FileUnwritable, Retry::AfterUserAction, {file.fileName()}, file.errorString()};
}

/// One copy of a file that the agent hands out in parts. Lives as long as an answer is awaited.
struct Copy
{
    AgentLink &link;
    QString from;
    std::shared_ptr<QSaveFile> to;
    QPointer<QObject> context;
    Saved done;
};

void readPart(const std::shared_ptr<Copy> &copy);

void took(const std::shared_ptr<Copy> &copy, const Result<QJsonObject> &reply)
{
    if (!reply)
        return copy->done(reply.error());
    const QByteArray part = QByteArray::fromBase64(reply->value(QLatin1String("data")).toString().toLatin1());
    if (copy->to->write(part) != part.size())
        return copy->done(unwritable(*copy->to));
    const qint64 total = reply->value(QLatin1String("bytes")).toInteger();
    if (!part.isEmpty() && copy->to->pos() < total)
        return readPart(copy);
    if (copy->to->pos() != total || total == 0)
        return copy->done(Error{ErrorCode::FileUnreadable, Retry::AfterWait, {copy->from}, key("it ended early")});
    if (!copy->to->commit())
        return copy->done(unwritable(*copy->to));
    copy->done(ok());
}

void readPart(const std::shared_ptr<Copy> &copy)
{
    const QJsonObject params{{key("path"), copy->from}, {key("offset"), copy->to->pos()}};
    copy->link.call(key("diagnostics.read"), params, copy->context, [copy](const Result<QJsonObject> &reply) { took(copy, reply); });
}

}

void listDiagnostics(AgentLink &link, QObject *context, Listed done)
{
    link.call(key("diagnostics.list"), {}, context, [done = std::move(done)](const Result<QJsonObject> &reply) {
        if (!reply)
            return done(reply.error());
        QList<DiagnosticsEntry> entries;
        for (const QJsonValue &value : reply->value(QLatin1String("entries")).toArray()) {
            const QJsonObject entry = value.toObject();
            entries.append({entry.value(QLatin1String("name")).toString(),
                {quint64(std::max<qint64>(entry.value(QLatin1String("bytes")).toInteger(), 0))}});
        }
        done(entries);
    });
}

void saveDiagnostics(AgentLink &link, const QString &path, QObject *context, Saved done)
{
    const auto copy = std::make_shared<Copy>(Copy{link, {}, std::make_shared<QSaveFile>(path), context, std::move(done)});
    if (!copy->to->open(QIODevice::WriteOnly)) // before the agent makes a bundle for nothing
        return copy->done(unwritable(*copy->to));
    link.call(key("diagnostics"), {}, context, [copy](const Result<QJsonObject> &reply) {
        if (!reply)
            return copy->done(reply.error());
        copy->from = reply->value(QLatin1String("path")).toString();
        readPart(copy);
    });
}

void saveReport(AgentLink &link, const QString &job, const QString &path, QObject *context, Saved done)
{
    const QString format = path.endsWith(QLatin1String(".json"), Qt::CaseInsensitive) ? key("json") : key("html");
    const QJsonObject params{{key("job"), job}, {key("format"), format}};
    link.call(key("report.read"), params, context, [path, format, done = std::move(done)](const Result<QJsonObject> &reply) {
        if (!reply)
            return done(reply.error());
        QSaveFile file(path);
        const QByteArray report = reply->value(format).toString().toUtf8();
        if (!file.open(QIODevice::WriteOnly) || file.write(report) != report.size() || !file.commit())
            return done(unwritable(file));
        done(ok());
    });
}

}
