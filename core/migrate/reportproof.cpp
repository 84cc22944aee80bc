#include "core/migrate/reportpage.h"

#include <QLocale>

namespace edgelift::reportparts {

namespace {

QString milliseconds(const QJsonValue &microseconds)
{
    //: %1 is a number of milliseconds
    return Report::tr("%1 ms").arg(QLocale().toString(microseconds.toDouble() / 1000, 'f', 1));
}

/// The words of LiveCopy's evidence; what this version does not know is shown as it is.
QString inWords(const QString &value)
{
    if (value == QLatin1String("ebpf"))
        return Report::tr("eBPF: a mark for each block in the kernel");
    if (value == QLatin1String("perf"))
        return Report::tr("perf: a ring of events in the kernel");
    if (value == QLatin1String("own writes marked exactly"))
        return Report::tr("a known write was marked exactly where it went");
    if (value == QLatin1String("own writes seen"))
        return Report::tr("a known write was seen");
    if (value == QLatin1String("statistics only"))
        return Report::tr("no place for a known write; the kernel's count of sectors agrees");
    return value;
}

QString listed(const QJsonValue &items)
{
    QStringList texts;
    for (const QJsonValue &item : items.toArray())
        texts.append(item.toString());
    return texts.isEmpty() ? Report::tr("none") : texts.join(QStringLiteral("; "));
}

void addTracker(ReportPage &page, const QJsonObject &point)
{
    page.row({Report::tr("Changes were followed by"), inWords(point.value(QLatin1String("backend")).toString())});
    page.row({Report::tr("Trackers that could not be used"), listed(point.value(QLatin1String("refused")))});
    for (const QJsonValue &value : point.value(QLatin1String("selfTest")).toArray()) {
        const QJsonObject test = value.toObject();
        //: %1 is a disk
        page.row({Report::tr("Tracker tested on %1").arg(test.value(QLatin1String("disk")).toString()),
            inWords(test.value(QLatin1String("proof")).toString())});
    }
    page.row({Report::tr("Lost events"), listed(point.value(QLatin1String("losses")))});
    page.row({Report::tr("Even one missed write would have been noticed"), shown(point.value(QLatin1String("everyMissWouldShow")))});
}

QString wordsOfOutcome(const QString &outcome)
{
    if (outcome == QLatin1String("converted"))
        return Report::tr(
            "The copy was changed so that it starts, and can be reached, in the cloud. Each original lies beside the new file as "
            "*.edgelift-orig.");
    if (outcome == QLatin1String("unchanged"))
        return Report::tr("Nothing had to be changed: the server starts in the cloud as it is.");
    if (outcome == QLatin1String("blocked"))
        return Report::tr("The copy would not start in the cloud. Nothing was changed in it.");
    return Report::tr("The copy was not changed, because its filesystems could not be looked into.");
}

}

QString size(const QJsonValue &bytes) { return QLocale().formattedDataSize(bytes.toInteger(), 2, QLocale::DataSizeIecFormat); }

QString shown(const QJsonValue &value)
{
    if (value.isDouble())
        return QLocale().toString(value.toDouble(), 'f', value.toDouble() == value.toInteger() ? 0 : 2);
    return value.isBool() ? (value.toBool() ? Report::tr("yes") : Report::tr("no")) : value.toString();
}

/// A graded proof, not a green tick: what was measured, and what cannot be known.
void addLiveCopy(ReportPage &page, const QJsonObject &copy)
{
    const QJsonObject point = copy.value(QLatin1String("livePoint")).toObject();
    if (point.isEmpty())
        return;
    page.heading(Report::tr("What proves the copy of the running server"));
    page.paragraph(Report::tr("What was copied block by block is as it was at one moment, in which nothing was written: as after a power "
                              "cut. Programs find everything there that was stored for good by then."));
    page.beginTable();
    addTracker(page, point);
    page.row({Report::tr("Rounds while the server worked"), shown(point.value(QLatin1String("rounds")))});
    page.row({Report::tr("Final moment: writing stood still for"), milliseconds(point.value(QLatin1String("frozenMicroseconds")))});
    page.row({Report::tr("Read meanwhile"), size(point.value(QLatin1String("frozenBytes")))});
    page.row({Report::tr("Final moments, with those that were repeated"), shown(point.value(QLatin1String("freezes")))});
    page.row({Report::tr("Unchanged blocks read again before it, all equal"), shown(point.value(QLatin1String("blocksAudited")))});
    page.row({Report::tr("Blocks read back from the target's disks, all equal"), shown(point.value(QLatin1String("blocksReadBack")))});
    //: %1 is a number, %2 a check sum
    const QString signedOff = Report::tr("round %1, check sum %2");
    page.row({Report::tr("Signed off by both ends"),
        signedOff.arg(shown(point.value(QLatin1String("round"))), point.value(QLatin1String("manifest")).toString())});
    const QString hooks = point.value(QLatin1String("hookProblem")).toString();
    page.row({Report::tr("Problems of the administrator's hooks"), hooks.isEmpty() ? Report::tr("none") : hooks});
    page.endTable();
    page.beginTable({Report::tr("Filesystem"), Report::tr("Time to stop it, rehearsed"), Report::tr("Time to let it go on")});
    for (const QJsonValue &value : copy.value(QLatin1String("tracking")).toObject().value(QLatin1String("filesystems")).toArray()) {
        const QJsonObject one = value.toObject();
        page.row({one.value(QLatin1String("mountPoint")).toString(), milliseconds(one.value(QLatin1String("freezeMicroseconds"))),
            milliseconds(one.value(QLatin1String("thawMicroseconds")))});
    }
    page.endTable();
    page.paragraph(
        Report::tr("Not proved: that each program had stored all it knew (hooks before the final moment can see to that), and that "
                   "no storage driver writes without telling the kernel's request layer."));
}

void addLiveFiles(ReportPage &page, const QJsonObject &copy)
{
    const QJsonArray volumes = copy.value(QLatin1String("liveFiles")).toArray();
    if (volumes.isEmpty())
        return;
    page.heading(Report::tr("Files that were copied while the server worked"));
    page.paragraph(
        Report::tr("Each file is as it was at some time during the last pass over its volume, and not all files are of one moment. "
                   "A program that was writing then may find its files out of step with each other: stop such programs before the "
                   "final point, or copy their volume block by block."));
    page.beginTable({Report::tr("Volume"), Report::tr("Last pass began"), Report::tr("It ended"), Report::tr("Passes"),
        Report::tr("Files changed before the last pass"), Report::tr("Vanished during it")});
    for (const QJsonValue &value : volumes) {
        const QJsonObject one = value.toObject();
        page.row({shown(one.value(QLatin1String("volume"))), shown(one.value(QLatin1String("begin"))),
            shown(one.value(QLatin1String("end"))), shown(one.value(QLatin1String("passes"))),
            shown(one.value(QLatin1String("changedFiles"))), shown(one.value(QLatin1String("vanishedFiles")))});
    }
    page.endTable();
}

void addConversion(ReportPage &page, const QJsonObject &report)
{
    const QJsonObject conversion = report.value(QLatin1String("conversion")).toObject();
    if (conversion.isEmpty())
        return;
    page.heading(Report::tr("Made ready for the cloud"));
    page.paragraph(wordsOfOutcome(conversion.value(QLatin1String("outcome")).toString()));
    const QJsonObject details = conversion.value(QLatin1String("report")).toObject();
    for (const QJsonValue &value : details.value(QLatin1String("initramfs")).toArray()) {
        if (value.toObject().value(QLatin1String("replaced")).toBool())
            page.paragraph(Report::tr("Made anew: %1").arg(shown(value.toObject().value(QLatin1String("path")))));
    }
    if (const QJsonObject loader = details.value(QLatin1String("loader")).toObject(); !loader.isEmpty())
        page.paragraph(Report::tr("GRUB was put into the boot sector."));
    for (const QJsonValue &fix : details.value(QLatin1String("fixes")).toArray()) {
        for (const QJsonValue &value : fix.toObject().value(QLatin1String("changes")).toArray()) {
            const QJsonObject change = value.toObject();
            const QString path = shown(change.value(QLatin1String("path")));
            const bool removed = change.value(QLatin1String("removed")).toBool();
            page.paragraph(removed ? Report::tr("Moved aside: %1").arg(path) : Report::tr("Changed: %1").arg(path));
            if (!removed)
                page.pre(shown(change.value(QLatin1String("diff"))));
        }
    }
}

/// How far the image came in the test boot.
void addBootCheck(ReportPage &page, const QJsonObject &report)
{
    const QJsonObject boot = report.value(QLatin1String("bootCheck")).toObject();
    if (boot.isEmpty())
        return;
    const bool works = boot.value(QLatin1String("works")).toBool();
    page.heading(Report::tr("Test boot"));
    page.paragraph(works ? Report::tr("The image was started in a virtual machine. It shows a login prompt and answers on its network.")
                         : Report::tr("The image was started in a virtual machine and did not come up completely."),
        works ? "good" : "bad");
    page.beginTable();
    page.row({Report::tr("Reached"), shown(boot.value(QLatin1String("reached")))});
    page.row({Report::tr("Login prompt"), shown(boot.value(QLatin1String("login")))});
    page.row({Report::tr("Address by DHCP"), shown(boot.value(QLatin1String("address")))});
    page.row({Report::tr("Answers on the network"), shown(boot.value(QLatin1String("answered")))});
    page.row({Report::tr("Trouble"), shown(boot.value(QLatin1String("trouble")))});
    page.row({Report::tr("Seconds"), shown(boot.value(QLatin1String("seconds")))});
    page.row({Report::tr("Console log"), shown(boot.value(QLatin1String("console")))});
    page.endTable();
}

}
