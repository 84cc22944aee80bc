#include "core/receiver/bootfix/bootconversion.h"

#include <QJsonArray>

namespace edgelift::bootfix {

namespace {

QString levelName(NoteLevel level)
{
    switch (level) {
    case NoteLevel::Information:
        return QStringLiteral("information");
    case NoteLevel::Warning:
        return QStringLiteral("warning");
    case NoteLevel::Blocker:
        return QStringLiteral("blocker");
    }
    Q_UNREACHABLE();
}

QJsonArray notesToJson(const QList<ConversionNote> &notes)
{
    QJsonArray array;
    for (const ConversionNote &note : notes) {
        array.append(QJsonObject{{QStringLiteral("id"), nameOf(note.id)}, {QStringLiteral("level"), levelName(levelOf(note.id))},
            {QStringLiteral("args"), QJsonArray::fromStringList(note.args)}, {QStringLiteral("text"), describe(note)}});
    }
    return array;
}

QJsonObject fixToJson(const FixReport &fix)
{
    QJsonArray changes;
    for (const FileChange &change : fix.changes) {
        changes.append(QJsonObject{{QStringLiteral("path"), change.path}, {QStringLiteral("removed"), change.removed},
            {QStringLiteral("diff"), QString::fromUtf8(change.diff)}});
    }
    return {{QStringLiteral("id"), fix.id}, {QStringLiteral("applies"), fix.applies},
        {QStringLiteral("found"), QJsonArray::fromStringList(fix.found)}, {QStringLiteral("changes"), changes},
        {QStringLiteral("notes"), notesToJson(fix.notes)}};
}

}

QJsonObject toJson(const ConversionResult &result)
{
    QJsonArray fixes;
    for (const FixReport &fix : result.fixes)
        fixes.append(fixToJson(fix));
    QJsonArray images;
    for (const BuiltInitramfs &image : result.images) {
        images.append(QJsonObject{{QStringLiteral("kernel"), image.kernel}, {QStringLiteral("path"), image.path},
            {QStringLiteral("command"), QJsonArray::fromStringList(image.command)}, {QStringLiteral("replaced"), image.replaced},
            {QStringLiteral("problem"), image.problem}});
    }
    return {{QStringLiteral("system"), result.system}, {QStringLiteral("family"), familyName(result.family)},
        {QStringLiteral("needed"), result.needed}, {QStringLiteral("applied"), result.applied},
        {QStringLiteral("rolledBack"), result.rolledBack}, {QStringLiteral("fixes"), fixes}, {QStringLiteral("initramfs"), images},
        {QStringLiteral("blockers"), notesToJson(result.notes(NoteLevel::Blocker))},
        {QStringLiteral("warnings"), notesToJson(result.notes(NoteLevel::Warning))}};
}

}
