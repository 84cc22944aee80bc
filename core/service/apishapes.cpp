#include "core/service/apishapes.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStringList>
#include <cmath>
#include <limits>

static void initShapesResource() { Q_INIT_RESOURCE(apishapes); } // a static library's resource: outside of any namespace

namespace edgelift {

namespace {

using Problem = std::optional<ParameterProblem>;

ParameterProblem invalid(const QString &name, const QString &why)
{
    return {QLatin1String("InvalidParameter.") + name, QStringLiteral("The specified parameter \"%1\" is not valid: %2.").arg(name, why)};
}

ParameterProblem missing(const QString &name)
{
    return {QLatin1String("MissingParameter.") + name,
        QStringLiteral("The input parameter \"%1\" that is mandatory for processing this request is not supplied.").arg(name)};
}

/// Numbers stand in the shapes as text or as numbers.
std::optional<double> limitOf(const QJsonObject &shape, const char *key)
{
    const QJsonValue value = shape.value(QLatin1String(key));
    bool number = false;
    const double limit = value.isDouble() ? value.toDouble() : value.toString().toDouble(&number);
    return value.isDouble() || number ? std::optional(limit) : std::nullopt;
}

Problem checkRange(const QString &name, double value, const QJsonObject &shape)
{
    if (const auto least = limitOf(shape, "minimum"); least && value < *least)
        return invalid(name, QStringLiteral("less than %1").arg(*least));
    if (const auto most = limitOf(shape, "maximum"); most && value > *most)
        return invalid(name, QStringLiteral("greater than %1").arg(*most));
    return std::nullopt;
}

Problem checkInteger(const QString &name, const QString &text, const QJsonObject &shape)
{
    bool number = false;
    const qint64 value = text.toLongLong(&number);
    if (!number)
        return invalid(name, QStringLiteral("not an integer"));
    const bool wide = shape.value(QLatin1String("format")).toString() == QLatin1String("int64");
    if (!wide && (value > std::numeric_limits<qint32>::max() || value < std::numeric_limits<qint32>::min()))
        return invalid(name, QStringLiteral("out of range"));
    return checkRange(name, double(value), shape);
}

Problem checkNumber(const QString &name, const QString &text, const QJsonObject &shape)
{
    bool number = false;
    const double value = text.toDouble(&number);
    return number && std::isfinite(value) ? checkRange(name, value, shape) : invalid(name, QStringLiteral("not a number"));
}

Problem checkString(const QString &name, const QString &text, const QJsonObject &shape)
{
    const QJsonArray allowed = shape.value(QLatin1String("enum")).toArray();
    if (!allowed.isEmpty() && !allowed.contains(text))
        return invalid(name, QStringLiteral("not one of the permitted values"));
    if (const auto most = limitOf(shape, "maxLength"); most && double(text.size()) > *most)
        return invalid(name, QStringLiteral("longer than %1 characters").arg(*most));
    return std::nullopt;
}

Problem checkScalar(const QString &name, const QString &text, const QJsonObject &shape)
{
    const QString type = shape.value(QLatin1String("type")).toString();
    if (type == QLatin1String("integer"))
        return checkInteger(name, text, shape);
    if (type == QLatin1String("number"))
        return checkNumber(name, text, shape);
    if (type == QLatin1String("boolean")) {
        const QString lower = text.toLower();
        const bool fine = lower == QLatin1String("true") || lower == QLatin1String("false");
        return fine ? Problem() : invalid(name, QStringLiteral("neither true nor false"));
    }
    return checkString(name, text, shape);
}

/// A value inside a JSON text: the same rules, on JSON types. Text is taken for a number or a boolean as the cloud does.
Problem checkJson(const QString &name, const QJsonValue &value, const QJsonObject &shape)
{
    const QString type = shape.value(QLatin1String("type")).toString();
    if (type == QLatin1String("array")) {
        if (!value.isArray())
            return invalid(name, QStringLiteral("not a JSON array"));
        const QJsonArray items = value.toArray();
        if (const auto most = limitOf(shape, "maxItems"); most && double(items.size()) > *most)
            return invalid(name, QStringLiteral("more than %1 items").arg(*most));
        for (const QJsonValue &item : items) {
            if (const Problem problem = checkJson(name, item, shape.value(QLatin1String("items")).toObject()))
                return problem;
        }
        return std::nullopt;
    }
    if (type == QLatin1String("object")) {
        if (!value.isObject())
            return invalid(name, QStringLiteral("not a JSON object"));
        const QJsonObject properties = shape.value(QLatin1String("properties")).toObject();
        const QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it) {
            const QString inner = name + QLatin1Char('.') + it.key();
            if (!properties.isEmpty() && !properties.contains(it.key()))
                return invalid(inner, QStringLiteral("unknown"));
            if (const Problem problem = checkJson(inner, it.value(), properties.value(it.key()).toObject()))
                return problem;
        }
        return std::nullopt;
    }
    if (value.isArray() || value.isObject() || value.isNull())
        return invalid(name, QStringLiteral("not a simple value"));
    return checkScalar(name, value.toVariant().toString(), shape);
}

/// "Part.2.Size" below a list or object; `name` is the whole name, for messages.
Problem checkNested(const QString &name, const QStringList &path, const QString &text, const QJsonObject &shape)
{
    const QString type = shape.value(QLatin1String("type")).toString();
    if (type == QLatin1String("array")) {
        bool number = false;
        const int index = path.value(0).toInt(&number);
        const int most = int(limitOf(shape, "maxItems").value_or(1000));
        if (!number || index < 1 || index > most)
            return invalid(name, QStringLiteral("items are numbered from 1 to %1").arg(most));
        return checkNested(name, path.mid(1), text, shape.value(QLatin1String("items")).toObject());
    }
    if (type == QLatin1String("object")) {
        const QJsonObject properties = shape.value(QLatin1String("properties")).toObject();
        const QJsonValue property = properties.value(path.value(0));
        if (!property.isObject())
            return invalid(name, QStringLiteral("unknown"));
        return checkNested(name, path.mid(1), text, property.toObject());
    }
    return path.isEmpty() ? checkScalar(name, text, shape) : invalid(name, QStringLiteral("unknown"));
}

Problem checkJsonText(const QString &name, const QString &text, const QJsonObject &shape)
{
    const QJsonDocument document = QJsonDocument::fromJson(text.toUtf8());
    if (document.isNull())
        return invalid(name, QStringLiteral("not JSON"));
    return checkJson(name, document.isArray() ? QJsonValue(document.array()) : QJsonValue(document.object()), shape);
}

Problem checkCommaList(const QString &name, const QString &text, const QJsonObject &shape)
{
    const QStringList items = text.split(QLatin1Char(','));
    if (const auto most = limitOf(shape, "maxItems"); most && double(items.size()) > *most)
        return invalid(name, QStringLiteral("more than %1 items").arg(*most));
    for (const QString &item : items) {
        if (const Problem problem = checkScalar(name, item.trimmed(), shape.value(QLatin1String("items")).toObject()))
            return problem;
    }
    return std::nullopt;
}

/// True when `shape` is the one that describes the wire name; several may share a first word ("SystemDisk.Size" and "SystemDisk").
bool describes(const QJsonObject &shape, const QString &wireName)
{
    const QString name = shape.value(QLatin1String("name")).toString();
    const QString style = shape.value(QLatin1String("style")).toString();
    const bool nested = style == QLatin1String("repeatList") || style == QLatin1String("flat");
    return nested ? wireName.startsWith(name + QLatin1Char('.')) : wireName == name;
}

Problem checkOne(const QString &wireName, const QString &text, const QJsonArray &shapes)
{
    Problem last = invalid(wireName, QStringLiteral("unknown"));
    for (const QJsonValue &value : shapes) {
        const QJsonObject shape = value.toObject();
        if (!describes(shape, wireName))
            continue;
        const QString name = shape.value(QLatin1String("name")).toString();
        const QString style = shape.value(QLatin1String("style")).toString();
        if (style == QLatin1String("json"))
            return checkJsonText(wireName, text, shape);
        if (style == QLatin1String("simple"))
            return checkCommaList(wireName, text, shape);
        if (wireName == name)
            return checkScalar(wireName, text, shape);
        last = checkNested(wireName, wireName.mid(name.size() + 1).split(QLatin1Char('.')), text, shape);
        if (!last)
            return last;
    }
    return last;
}

bool given(const QJsonObject &shape, const QMap<QString, QString> &parameters)
{
    for (auto it = parameters.begin(); it != parameters.end(); ++it) {
        if (describes(shape, it.key()) && !it.value().isEmpty())
            return true;
    }
    return false;
}

}

ApiShapes::ApiShapes(QJsonObject shapes)
    : m_shapes(std::move(shapes))
{
}

Result<ApiShapes> ApiShapes::builtIn()
{
    initShapesResource();
    QFile file(QStringLiteral(":/edgelift/api-shapes.json"));
    const QJsonDocument document = file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()) : QJsonDocument();
    if (!document.isObject())
        return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("api-shapes.json is not in the program")};
    return ApiShapes(document.object());
}

QString ApiShapes::productOf(const QString &version) const
{
    for (auto it = m_shapes.begin(); it != m_shapes.end(); ++it) {
        if (it.value().toObject().value(QLatin1String("version")).toString() == version)
            return it.key();
    }
    return {};
}

QJsonObject ApiShapes::action(const QString &product, const QString &action) const
{
    const QJsonObject actions = m_shapes.value(product).toObject().value(QLatin1String("actions")).toObject();
    return actions.value(action).toObject();
}

bool ApiShapes::knows(const QString &product, const QString &name) const { return !action(product, name).isEmpty(); }

bool ApiShapes::takesMethod(const QString &product, const QString &name, const QByteArray &method) const
{
    return action(product, name).value(QLatin1String("methods")).toArray().contains(QString::fromLatin1(method).toLower());
}

std::optional<ParameterProblem> ApiShapes::check(
    const QString &product, const QString &name, const QMap<QString, QString> &parameters) const
{
    const QJsonArray shapes = action(product, name).value(QLatin1String("parameters")).toArray();
    for (const QJsonValue &value : shapes) {
        const QJsonObject shape = value.toObject();
        if (shape.value(QLatin1String("required")).toBool() && !given(shape, parameters))
            return missing(shape.value(QLatin1String("name")).toString());
    }
    for (auto it = parameters.begin(); it != parameters.end(); ++it) {
        const bool common = it.key() == QLatin1String("RegionId");
        if (it.value().isEmpty() || common)
            continue; // an empty value is none
        if (const Problem problem = checkOne(it.key(), it.value(), shapes))
            return problem;
    }
    return std::nullopt;
}

}
