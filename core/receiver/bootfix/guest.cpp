#include "core/receiver/bootfix/guest.h"

#include "core/receiver/bootfix/unifieddiff.h"

namespace edgelift::bootfix {

namespace {

constexpr qint64 mostText = 1 << 20; // grub.cfg of a server with many kernels has 100 KiB

/// A GRUB environment block without the '#' that fill it up: nobody wants to see them in a difference.
QByteArray withoutFilling(const QByteArray &block)
{
    qsizetype end = block.size();
    while (end > 0 && block.at(end - 1) == '#')
        --end;
    return block.left(end);
}

bool isOurs(const QString &name) { return name.startsWith(QLatin1Char('.')) || name.endsWith(QLatin1String(".edgelift-orig")); }

}

Guest::Guest(const GuestRoot &root, const TargetLayout &layout, const ConversionOptions &options)
    : m_root(root)
    , m_layout(layout)
    , m_options(options)
{
    QStringList notes;
    m_os = inspectOs(root.tree(), notes, {});
    findFamily();
}

void Guest::findFamily()
{
    QByteArray release = m_root.tree().read(QStringLiteral("/etc/os-release"), 65536);
    if (release.isEmpty())
        release = m_root.tree().read(QStringLiteral("/usr/lib/os-release"), 65536);
    const QStringList like = shellValue(release, "ID_LIKE").split(QLatin1Char(' '), Qt::SkipEmptyParts) + QStringList{m_os.id};
    const auto any = [&like](const QStringList &names) {
        return std::any_of(like.begin(), like.end(), [&names](const QString &name) { return names.contains(name); });
    };
    if (m_os.id == QLatin1String("alinux") || m_os.id == QLatin1String("alios"))
        m_family = Family::AlibabaCloud;
    else if (m_os.id == QLatin1String("amzn"))
        m_family = Family::Amazon;
    else if (any({QStringLiteral("debian"), QStringLiteral("ubuntu")}))
        m_family = Family::Debian;
    else if (any({QStringLiteral("suse"), QStringLiteral("opensuse"), QStringLiteral("sles"), QStringLiteral("sled")}))
        m_family = Family::Suse;
    else if (any({QStringLiteral("rhel"), QStringLiteral("centos"), QStringLiteral("fedora"), QStringLiteral("rocky"),
                 QStringLiteral("almalinux"), QStringLiteral("ol")}))
        m_family = Family::RedHat;
    m_major = m_os.versionId.section(QLatin1Char('.'), 0, 0).toInt();
}

QString familyName(Family family)
{
    switch (family) {
    case Family::Unknown:
        return QStringLiteral("unknown");
    case Family::Debian:
        return QStringLiteral("debian");
    case Family::RedHat:
        return QStringLiteral("redhat");
    case Family::Suse:
        return QStringLiteral("suse");
    case Family::Amazon:
        return QStringLiteral("amazon");
    case Family::AlibabaCloud:
        return QStringLiteral("alibaba-cloud-linux");
    }
    Q_UNREACHABLE();
}

const Guest::Staged *Guest::staged(const QString &path, bool keepLast) const
{
    const auto found = m_staged.find(m_root.tree().canonical(path, keepLast));
    return found == m_staged.end() ? nullptr : &found->second;
}

std::optional<QByteArray> Guest::readBinary(const QString &path, qint64 limit)
{
    if (const Staged *edited = staged(path))
        return edited->edit.kind == FileEdit::Kind::Remove ? std::nullopt : std::optional(edited->edit.content);
    const QString canonical = m_root.tree().canonical(path);
    const GuestEntry entry = canonical.isEmpty() ? GuestEntry() : m_root.look(canonical);
    if (entry.kind == GuestEntry::Kind::Missing)
        return std::nullopt;
    const QByteArray content = m_root.tree().read(canonical, limit);
    if (entry.kind == GuestEntry::Kind::File && content.size() == entry.size)
        return content;
    if (!m_skipped.contains(canonical))
        note(NoteId::FileSkipped, {path});
    m_skipped.insert(canonical);
    return std::nullopt;
}

std::optional<QByteArray> Guest::read(const QString &path) { return readBinary(path, mostText); }

bool Guest::isFile(const QString &path) const
{
    const Staged *edited = staged(path);
    return edited ? edited->edit.kind == FileEdit::Kind::Write : m_root.tree().isFile(path);
}

bool Guest::exists(const QString &path) const
{
    const Staged *edited = staged(path, true);
    return edited ? edited->edit.kind == FileEdit::Kind::Write : m_root.tree().exists(path);
}

QStringList Guest::files(const QString &folder, const QString &suffix) const
{
    QStringList paths;
    const QString canonical = m_root.tree().canonical(folder);
    QStringList found = canonical.isEmpty() ? QStringList() : m_root.tree().list(canonical);
    for (const auto &[path, edited] : m_staged) {
        if (edited.edit.kind == FileEdit::Kind::Write && folderName(path) == canonical && !found.contains(leafName(path)))
            found.append(leafName(path));
    }
    found.sort();
    for (const QString &name : std::as_const(found)) {
        const QString path = folder + QLatin1Char('/') + name;
        if (!isOurs(name) && name.endsWith(suffix) && exists(path))
            paths.append(path);
    }
    return paths;
}

Guest::Staged &Guest::stage(const QString &canonical)
{
    if (const auto known = m_staged.find(canonical); known != m_staged.end())
        return known->second;
    Staged made;
    made.edit.path = canonical;
    const GuestEntry entry = m_root.look(canonical);
    made.existed = entry.kind != GuestEntry::Kind::Missing;
    made.edit.mode = entry.mode;
    made.original = m_root.tree().read(canonical, 16 << 20);
    return m_staged.emplace(canonical, made).first->second;
}

bool Guest::write(const QString &path, const QByteArray &content, unsigned mode)
{
    const QString canonical = m_root.tree().canonical(path);
    const GuestEntry::Kind kind = canonical.isEmpty() ? GuestEntry::Kind::Other : m_root.look(canonical).kind;
    if (kind != GuestEntry::Kind::File && kind != GuestEntry::Kind::Missing) {
        note(NoteId::FileSkipped, {path});
        return false;
    }
    const std::optional<QByteArray> before = readBinary(canonical, 16 << 20);
    if (before && *before == content)
        return false;
    Staged &edited = stage(canonical);
    if (!edited.existed)
        edited.edit.mode = mode;
    edited.edit.kind = FileEdit::Kind::Write;
    edited.edit.content = content;
    record(canonical, before.value_or(QByteArray()), content.isNull() ? QByteArray("") : content, false);
    return true;
}

void Guest::remove(const QString &path)
{
    const QString canonical = m_root.tree().canonical(path, true);
    const GuestEntry::Kind kind = canonical.isEmpty() ? GuestEntry::Kind::Missing : m_root.look(canonical).kind;
    if ((kind != GuestEntry::Kind::File && kind != GuestEntry::Kind::Link) || !exists(canonical))
        return;
    const QByteArray before = kind == GuestEntry::Kind::File ? readBinary(canonical, 16 << 20).value_or(QByteArray()) : QByteArray();
    stage(canonical).edit.kind = FileEdit::Kind::Remove;
    record(canonical, before, {}, true);
}

void Guest::dropImmutable(const QString &path)
{
    const QString canonical = m_root.tree().canonical(path);
    const std::optional<QByteArray> content = readBinary(canonical, 16 << 20);
    if (!content || !m_root.look(canonical).immutable)
        return;
    Staged &edited = stage(canonical);
    edited.edit.content = *content;
    edited.edit.dropImmutable = true;
    record(canonical, *content, *content, false);
}

void Guest::record(const QString &path, const QByteArray &before, const QByteArray &after, bool removed)
{
    const bool environment = leafName(path) == QLatin1String("grubenv");
    report().changes.append({path,
        environment ? unifiedDiff(path.toUtf8(), withoutFilling(before), withoutFilling(after)) : unifiedDiff(path.toUtf8(), before, after),
        removed});
}

void Guest::found(const QString &evidence)
{
    if (!report().found.contains(evidence))
        report().found.append(evidence);
}

void Guest::note(NoteId id, const QStringList &args)
{
    const ConversionNote made{id, args};
    if (!report().notes.contains(made))
        report().notes.append(made);
}

void Guest::begin(const Fix &fix)
{
    FixReport made;
    made.id = QString::fromLatin1(fix.id);
    m_reports.append(made);
}

QList<FileEdit> Guest::edits() const
{
    QList<FileEdit> edits;
    for (const auto &[path, edited] : m_staged) {
        const bool removes = edited.edit.kind == FileEdit::Kind::Remove;
        const bool same = removes ? !edited.existed : edited.existed && edited.edit.content == edited.original;
        if (!same || edited.edit.dropImmutable)
            edits.append(edited.edit);
    }
    return edits;
}

}
