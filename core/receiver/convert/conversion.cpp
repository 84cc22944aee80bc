#include "core/receiver/convert/conversion.h"

#include "core/base/errortext.h"
#include "core/base/fd.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/receiver/bootfix/bootconversion.h"
#include "core/receiver/convert/grubinstall.h"
#include "core/receiver/convert/guestassembly.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace edgelift::convert {

namespace {

using bootfix::BootConversion;
using bootfix::ConversionResult;
using Outcome = Conversion::Outcome;

constexpr qsizetype mostDiff = 512 << 10; // of all diffs together: the reply is one message

QString nameOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Converted:
        return QStringLiteral("converted");
    case Outcome::Unchanged:
        return QStringLiteral("unchanged");
    case Outcome::Blocked:
        return QStringLiteral("blocked");
    case Outcome::Skipped:
        return QStringLiteral("skipped");
    }
    Q_UNREACHABLE();
}

/// The report with diffs as long as there is room for them.
QJsonObject bounded(QJsonObject report)
{
    qsizetype room = mostDiff;
    QJsonArray fixes = report.value(QLatin1String("fixes")).toArray();
    for (auto fix : fixes) {
        QJsonObject object = fix.toObject();
        QJsonArray changes = object.value(QLatin1String("changes")).toArray();
        for (auto change : changes) {
            QJsonObject one = change.toObject();
            room -= one.value(QLatin1String("diff")).toString().size();
            if (room < 0)
                one.insert(QStringLiteral("diff"), QString());
            change = one;
        }
        object.insert(QStringLiteral("changes"), changes);
        fix = object;
    }
    report.insert(QStringLiteral("fixes"), fixes);
    return report;
}

QJsonObject toJson(const InstalledGrub &grub)
{
    return {{QStringLiteral("tool"), grub.tool}, {QStringLiteral("prefix"), grub.prefix}, {QStringLiteral("uuid"), grub.uuid},
        {QStringLiteral("firstSector"), qint64(grub.core.first)}, {QStringLiteral("sectors"), int(grub.core.count) + 1}};
}

Result<> sync(const QStringList &disks)
{
    for (const QString &path : disks) {
        if (path.isEmpty()) // an index nobody uses
            continue;
        const Fd disk(::open(QFile::encodeName(path).constData(), O_RDWR | O_CLOEXEC));
        if (!disk || ::fsync(disk.get()) != 0)
            return Error{ErrorCode::TargetWriteFailed, Retry::AfterUserAction, {path}, QString::fromLocal8Bit(std::strerror(errno))};
    }
    return ok();
}

/// One conversion, in the thread's own mounts.
class Work
{
public:
    struct Parts
    {
        const ConvertOrder &order;
        QStringList disks;
        QString folder;
        bootfix::GuestRunner &runner;
        std::stop_token stop;
    };
    Work(Parts parts, GuestMounts &mounts)
        : m_parts(std::move(parts))
        , m_layout(layoutOf(m_parts.order))
        , m_guest(mounts, {m_parts.order, m_layout, m_parts.disks, m_parts.folder})
        , m_boot(m_parts.runner)
    {
    }
    Result<Conversion> run()
    {
        Result<Conversion> done = inMounts();
        const Result<> unmounted = m_guest.unmount();
        if (!unmounted)
            return unmounted.error();
        if (const Result<> closed = m_guest.close(); !closed)
            return closed.error();
        return done;
    }

private:
    Result<Conversion> inMounts()
    {
        if (!m_layout.root())
            return Conversion{Outcome::Skipped, QStringLiteral("no-root"), {}, {}};
        if (!QFile::exists(journal())) { // else an earlier run was cut off: what it did is taken back first
            Result<std::optional<Conversion>> looked = look();
            if (!looked)
                return looked.error();
            if (*looked)
                return **looked;
        }
        if (const Result<> mounted = m_guest.mount(GuestAccess::Writable); !mounted)
            return skipped(mounted.error());
        return change();
    }
    QString journal() const { return m_parts.folder + QStringLiteral("/journal"); }
    static Result<Conversion> skipped(const Error &error)
    {
        log::warning("convert", logLine(error));
        QStringList args{error.args.value(0), error.args.value(1)};
        if (args.at(1).isEmpty())
            args[1] = error.detail;
        return Conversion{Outcome::Skipped, QStringLiteral("mount"), args, {}};
    }
    bool needsGrub(const ConversionResult &result) const
    {
        const bool grub = m_layout.bootMode == BootMode::Bios && !m_parts.disks.isEmpty() && result.notes(NoteLevel::Blocker).isEmpty();
        return grub && !startsByGrub(m_parts.disks.constFirst()); // a disk that was built anew has no boot code
    }
    /// Read-only: a server that needs nothing is not touched. Nothing: it needs something.
    Result<std::optional<Conversion>> look()
    {
        if (const Result<> mounted = m_guest.mount(GuestAccess::ReadOnly); !mounted) {
            const Result<Conversion> why = skipped(mounted.error());
            return std::optional<Conversion>(*why);
        }
        m_layout.espHidden = m_guest.isEspHidden();
        const Result<ConversionResult> seen = m_boot.look(m_guest.root(), m_layout);
        if (!seen)
            return seen.error();
        if (!seen->notes(NoteLevel::Blocker).isEmpty())
            return std::optional<Conversion>({Outcome::Blocked, {}, {}, bounded(bootfix::toJson(*seen))});
        if (!seen->needed && !needsGrub(*seen))
            return std::optional<Conversion>({Outcome::Unchanged, {}, {}, bounded(bootfix::toJson(*seen))});
        if (const Result<> unmounted = m_guest.unmount(); !unmounted)
            return unmounted.error();
        return std::optional<Conversion>();
    }
    Result<Conversion> change()
    {
        m_layout.espHidden = m_guest.isEspHidden();
        const Result<ConversionResult> result = m_boot.run(m_guest.root(), m_layout, journal(), m_parts.stop);
        if (!result)
            return result.error();
        Conversion conversion{Outcome::Converted, {}, {}, bounded(bootfix::toJson(*result))};
        if (!result->applied) {
            conversion.outcome = Outcome::Blocked;
            return conversion;
        }
        if (!needsGrub(*result))
            return conversion;
        GrubInstall install(m_parts.runner, {m_guest.root(), m_layout, m_guest.rootSubvolume(), m_parts.folder});
        const Result<InstalledGrub> grub = install.run(m_parts.disks.constFirst(), m_parts.stop);
        if (!grub)
            return grub.error();
        conversion.report.insert(QStringLiteral("loader"), toJson(*grub));
        return conversion;
    }

    const Parts m_parts;
    bootfix::TargetLayout m_layout;
    GuestAssembly m_guest;
    BootConversion m_boot;
};

}

QJsonObject toJson(const Conversion &conversion)
{
    QJsonObject object{{QStringLiteral("outcome"), nameOf(conversion.outcome)}};
    if (!conversion.reason.isEmpty()) {
        object.insert(QStringLiteral("reason"), conversion.reason);
        object.insert(QStringLiteral("args"), QJsonArray::fromStringList(conversion.args));
    }
    if (!conversion.report.isEmpty())
        object.insert(QStringLiteral("report"), conversion.report);
    return object;
}

Result<Conversion> Converter::convert(const ConvertOrder &order, const QStringList &disks, const std::stop_token &stop)
{
    const QString mounts = m_folder + QStringLiteral("/guest");
    if (const Result<> made = makeFolder(mounts); !made)
        return made.error();
    Result<Conversion> outcome = Error{};
    const Result<> separate = inPrivateMounts(mounts, [&](GuestMounts &guest) {
        outcome = Work({order, disks, m_folder, m_runner, stop}, guest).run();
    });
    if (!separate)
        return separate.error();
    if (const Result<> synced = sync(disks); outcome && !synced)
        return synced.error();
    if (outcome)
        log::info("convert", QStringLiteral("conversion"), {{QStringLiteral("outcome"), nameOf(outcome->outcome)}});
    return outcome;
}

}
