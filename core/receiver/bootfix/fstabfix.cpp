#include "core/receiver/bootfix/fixes.h"
#include "core/receiver/bootfix/guest.h"
#include "core/receiver/bootfix/textlines.h"

#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

const auto fstabPath = QStringLiteral("/etc/fstab");

/// Filesystems that live on another machine or on the old host. They must not stop the boot when they cannot be had.
bool isElsewhere(const QString &type)
{
    static const QStringList types{QStringLiteral("nfs"), QStringLiteral("nfs4"), QStringLiteral("cifs"), QStringLiteral("smbfs"),
        QStringLiteral("smb3"), QStringLiteral("ncpfs"), QStringLiteral("afs"), QStringLiteral("ceph"), QStringLiteral("glusterfs"),
        QStringLiteral("lustre"), QStringLiteral("beegfs"), QStringLiteral("gpfs"), QStringLiteral("gfs2"), QStringLiteral("ocfs2"),
        QStringLiteral("davfs"), QStringLiteral("efs"), QStringLiteral("9p"), QStringLiteral("virtiofs"), QStringLiteral("vboxsf"),
        QStringLiteral("vmhgfs"), QStringLiteral("prl_fs"), QStringLiteral("iso9660"), QStringLiteral("udf")};
    return types.contains(type) || type.startsWith(QLatin1String("fuse"));
}

bool isDeviceSpec(const QString &spec)
{
    static const QRegularExpression pattern(QStringLiteral("^(?:UUID=|LABEL=|PARTUUID=|PARTLABEL=|/dev/)"));
    return pattern.match(spec).hasMatch();
}

/// A line of fstab taken apart: fields, and what is between them.
struct Line
{
    QList<QByteArray> fields;
    QList<QByteArray> gaps; ///< before each field, and one behind the last
};

std::optional<Line> takeApart(const QByteArray &text)
{
    Line line;
    for (qsizetype at = 0; at <= text.size();) {
        qsizetype end = at;
        const auto blank = [&text](qsizetype i) { return text.at(i) == ' ' || text.at(i) == '\t' || text.at(i) == '\r'; };
        while (end < text.size() && blank(end))
            ++end;
        line.gaps.append(text.mid(at, end - at));
        at = end;
        if (at == text.size() || line.fields.size() == 6) { // libmount reads six; what follows is a comment to it
            line.gaps.last() += text.mid(at);
            break;
        }
        while (end < text.size() && !blank(end))
            ++end;
        line.fields.append(text.mid(at, end - at));
        at = end;
    }
    if (line.fields.size() < 3 || line.fields.constFirst().startsWith('#'))
        return std::nullopt;
    return line;
}

QByteArray putTogether(const Line &line)
{
    QByteArray text;
    for (qsizetype i = 0; i < line.fields.size(); ++i)
        text += line.gaps.at(i) + line.fields.at(i);
    return text + line.gaps.last();
}

/// Subvolumes of a filesystem that was made anew have other numbers: they are named. False: nobody knows the name of one.
bool nameSubvolume(Line &line, const QList<SubvolumeFacts> &known)
{
    QList<QByteArray> options = line.fields.value(3).split(',');
    const auto byNumber = std::find_if(options.begin(), options.end(), [](const QByteArray &option) {
        return option.startsWith("subvolid=") && option != "subvolid=5"; // the top has the same one everywhere
    });
    if (byNumber == options.end())
        return true;
    const bool named = std::any_of(options.begin(), options.end(), [](const QByteArray &option) { return option.startsWith("subvol="); });
    const quint64 number = byNumber->mid(9).toULongLong();
    const auto found = std::find_if(known.begin(), known.end(), [number](const SubvolumeFacts &one) { return one.id == number; });
    if (named)
        options.erase(byNumber);
    else if (found != known.end())
        *byNumber = "subvol=/" + found->path.toUtf8();
    line.fields[3] = options.join(',');
    return named || found != known.end();
}

bool hasOption(const Line &line, const char *name) { return line.fields.value(3).split(',').contains(QByteArray(name)); }

void addNofail(Line &line)
{
    if (hasOption(line, "nofail") || hasOption(line, "noauto"))
        return;
    if (line.fields.size() == 3) {
        line.gaps.insert(3, " ");
        line.fields.append("defaults,nofail");
    } else {
        line.fields[3] += ",nofail";
    }
}

FstabEntry entryOf(const QByteArray &text) { return parseFstab(text).value(0); }

class FstabEdit
{
public:
    explicit FstabEdit(Guest &guest)
        : m_guest(guest)
    {
    }
    void line(QByteArray &text)
    {
        std::optional<Line> line = takeApart(text);
        if (!line)
            return;
        const FstabEntry entry = entryOf(text);
        if (isElsewhere(entry.type) || hasOption(*line, "_netdev"))
            mayFail(*line, entry, NoteId::MountElsewhere);
        else if (isDeviceSpec(entry.spec))
            device(*line, entry);
        else if (isBelowLeftOut(entry.spec)) // a bind mount or swap file of what the image does not have
            mayFail(*line, entry, NoteId::MountUnknown);
        if (m_leftOut)
            text = commented(text);
        else if (const QByteArray after = putTogether(*line); after != text)
            text = after;
        m_leftOut = false;
    }

private:
    void mayFail(Line &line, const FstabEntry &entry, NoteId why)
    {
        const QByteArray before = putTogether(line);
        addNofail(line);
        if (putTogether(line) != before)
            m_guest.note(why, {entry.mountPoint, entry.spec});
    }
    bool isBelowLeftOut(const QString &path) const
    {
        const QList<ConvertedVolume> &volumes = m_guest.layout().volumes;
        return std::any_of(volumes.begin(), volumes.end(), [&path](const ConvertedVolume &volume) {
            const QString &point = volume.source.mountPoint;
            return !volume.migrated && !point.isEmpty() && (path == point || path.startsWith(point + QLatin1Char('/')));
        });
    }
    const ConvertedVolume *volumeOf(const FstabEntry &entry) const
    {
        if (const ConvertedVolume *found = m_guest.layout().resolve(entry.spec))
            return found;
        // A name of the old machine that nobody can resolve here: the mount point tells, if the source knew it.
        for (const ConvertedVolume &volume : m_guest.layout().volumes) {
            if (isMachineName(entry.spec) && !volume.source.mountPoint.isEmpty() && volume.source.mountPoint == entry.mountPoint)
                return &volume;
        }
        return nullptr;
    }
    void device(Line &line, const FstabEntry &entry)
    {
        const ConvertedVolume *volume = volumeOf(entry);
        if (!volume) {
            mayFail(line, entry, NoteId::MountUnknown);
            return;
        }
        if (!volume->migrated) {
            m_guest.found(fstabPath + QStringLiteral(": %1 is left out").arg(entry.spec));
            m_guest.note(entry.type == QLatin1String("swap") ? NoteId::SwapLeftOut : NoteId::MountLeftOut, {entry.mountPoint, entry.spec});
            m_leftOut = true;
            return;
        }
        if (!m_guest.layout().tablesKept && volume->source.fs == FsType::Btrfs && !nameSubvolume(line, volume->source.subvolumes))
            mayFail(line, entry, NoteId::MountUnknown);
        const QString spec = m_guest.layout().specFor(*volume, entry.spec);
        if (spec == entry.spec)
            return;
        if (spec.isEmpty()) {
            mayFail(line, entry, NoteId::MountUnknown);
            return;
        }
        m_guest.found(fstabPath + QStringLiteral(": ") + entry.spec);
        line.fields[0] = spec.toUtf8();
    }

    Guest &m_guest;
    bool m_leftOut = false;
};

/// Nothing the boot waits for may be missing in the image.
void verify(Guest &guest, const QByteArray &content)
{
    for (const FstabEntry &entry : parseFstab(content)) {
        const QStringList options = entry.options.split(QLatin1Char(','));
        const bool optional = options.contains(QStringLiteral("nofail")) || options.contains(QStringLiteral("noauto"));
        if (optional || !isDeviceSpec(entry.spec))
            continue;
        const bool there = std::any_of(guest.layout().volumes.begin(), guest.layout().volumes.end(), [&](const ConvertedVolume &volume) {
            const ConvertedVolume *byOldName = guest.layout().resolve(entry.spec);
            const bool same = volume.migrated && entry.spec.compare(QStringLiteral("UUID=") + volume.uuid, Qt::CaseInsensitive) == 0;
            return same || (byOldName == &volume && volume.migrated && guest.layout().specFor(volume, entry.spec) == entry.spec);
        });
        if (!there)
            guest.note(NoteId::FstabWrong, {entry.spec, entry.mountPoint});
    }
}

}

bool fstabApplies(Guest &guest) { return guest.exists(fstabPath); }

void fixFstab(Guest &guest)
{
    const std::optional<QByteArray> content = guest.read(fstabPath);
    if (!content) {
        guest.note(NoteId::FstabUnreadable);
        return;
    }
    FstabEdit edit(guest);
    const QByteArray after = editLines(*content, [&edit](QByteArray &line) {
        edit.line(line);
        return LineEdit::Keep;
    });
    guest.write(fstabPath, after);
    verify(guest, after);
}

}
