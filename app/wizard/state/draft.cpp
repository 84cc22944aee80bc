#include "app/wizard/state/draft.h"

#include "core/base/files.h"
#include "core/layout/planfile.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>

namespace edgelift::wizard {

namespace {

constexpr int version = 1;
constexpr qint64 largest = 4 << 20;
QString key(const char *name) { return QString::fromLatin1(name); }

}

std::optional<Draft> loadDraft(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly) || file.size() > largest)
        return std::nullopt;
    const QJsonObject json = QJsonDocument::fromJson(file.readAll()).object();
    if (json.value(key("version")).toInt() != version)
        return std::nullopt;
    Draft out;
    out.page = json.value(key("page")).toString();
    if (Result<Plan> plan = planFromJson(json.value(key("plan")).toObject()); plan)
        out.plan = plan.take();
    out.method = json.value(key("method")).toString() == key("accessKey") ? Credential::Method::AccessKey : Credential::Method::Code;
    out.endpoint = json.value(key("endpoint")).toString();
    out.sourceId = json.value(key("sourceId")).toString();
    const QJsonObject decisions = json.value(key("decisions")).toObject();
    for (auto each = decisions.begin(); each != decisions.end(); ++each)
        out.decisions.insert(each.key(), each.value().toString());
    out.saved = QDateTime::fromString(json.value(key("saved")).toString(), Qt::ISODate);
    return out;
}

Result<> saveDraft(const QString &path, const Draft &draft)
{
    QJsonObject decisions;
    for (auto each = draft.decisions.begin(); each != draft.decisions.end(); ++each)
        decisions.insert(each.key(), each.value());
    QJsonObject json{{key("version"), version}, {key("page"), draft.page},
        {key("method"), draft.method == Credential::Method::AccessKey ? key("accessKey") : key("code")}, {key("endpoint"), draft.endpoint},
        {key("sourceId"), draft.sourceId}, {key("decisions"), decisions}, {key("saved"), draft.saved.toUTC().toString(Qt::ISODate)}};
    if (draft.plan)
        json.insert(key("plan"), toJson(*draft.plan));
    if (const Result<> made = makeFolder(QFileInfo(path).path()); !made)
        return made;
    return writeFileDurably(path, QJsonDocument(json).toJson());
}

}
