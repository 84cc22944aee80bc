#include "core/migrate/report.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QLocale>

namespace edgelift {

namespace {

constexpr char style[] =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}"
    "h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #d0d7de}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}"
    "tr+tr td,tr+tr th{border-top:1px solid #eaeef2}code,pre{font:13px/1.5 ui-monospace,monospace}"
    "pre{background:#f6f8fa;padding:.75rem;white-space:pre-wrap}.bad{color:#b00020}.good{color:#116329}"
    "@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}pre{background:#161b22}"
    ".bad{color:#ff8a8a}.good{color:#7ee787}}";

struct Report
{
    Q_DECLARE_TR_FUNCTIONS(Report)
};

QString size(const QJsonValue &bytes) { return QLocale().formattedDataSize(bytes.toInteger(), 2, QLocale::DataSizeIecFormat); }

QString shown(const QJsonValue &value)
{
    if (value.isDouble())
        return QLocale().toString(value.toDouble(), 'f', value.toDouble() == value.toInteger() ? 0 : 2);
    return value.isBool() ? (value.toBool() ? Report::tr("yes") : Report::tr("no")) : value.toString();
}

/// Collects HTML; whatever goes in as text is escaped here and nowhere else.
class Page
{
public:
    void heading(const QString &text) { m_html += QLatin1String("<h2>") + text.toHtmlEscaped() + QLatin1String("</h2>\n"); }
    void paragraph(const QString &text, const char *kind = "")
    {
        m_html +=
            QLatin1String("<p class=\"") + QLatin1String(kind) + QLatin1String("\">") + text.toHtmlEscaped() + QLatin1String("</p>\n");
    }
    void pre(const QString &text) { m_html += QLatin1String("<pre>") + text.toHtmlEscaped() + QLatin1String("</pre>\n"); }
    void list(const QJsonArray &items)
    {
        m_html += QLatin1String("<ul>");
        for (const QJsonValue &item : items)
            m_html += QLatin1String("<li>") + item.toString().toHtmlEscaped() + QLatin1String("</li>");
        m_html += QLatin1String("</ul>\n");
    }
    void beginTable(const QStringList &headings = {})
    {
        m_html += QLatin1String("<table>\n");
        if (!headings.isEmpty())
            cells(headings, "th");
    }
    void row(const QStringList &texts) { cells(texts, "td"); }
    void endTable() { m_html += QLatin1String("</table>\n"); }
    [[nodiscard]] const QString &html() const { return m_html; }

private:
    void cells(const QStringList &texts, const char *tag)
    {
        const QLatin1String name(tag);
        m_html += QLatin1String("<tr>");
        for (const QString &text : texts)
            m_html += QLatin1Char('<') + name + QLatin1Char('>') + text.toHtmlEscaped() + QLatin1String("</") + name + QLatin1Char('>');
        m_html += QLatin1String("</tr>\n");
    }

    QString m_html;
};

void addResult(Page &page, const QJsonObject &report)
{
    const QJsonObject image = report.value(QLatin1String("image")).toObject();
    const QJsonObject error = report.value(QLatin1String("error")).toObject();
    if (!error.isEmpty()) {
        page.paragraph(
            error.value(QLatin1String("code")).toString() + QLatin1String(": ") + error.value(QLatin1String("title")).toString(), "bad");
        page.paragraph(error.value(QLatin1String("message")).toString());
        page.paragraph(error.value(QLatin1String("remedy")).toString());
    }
    if (!image.value(QLatin1String("id")).toString().isEmpty())
        page.paragraph(Report::tr("The ENS image is ready."), "good");
    page.beginTable();
    page.row({Report::tr("State"), shown(report.value(QLatin1String("state")))});
    page.row({Report::tr("ENS image"), shown(image.value(QLatin1String("id")))});
    page.row({Report::tr("Image name"), shown(image.value(QLatin1String("name")))});
    page.row({Report::tr("Image region"), shown(image.value(QLatin1String("region")))});
    page.row({Report::tr("Account"), shown(report.value(QLatin1String("account")))});
    page.row({Report::tr("Created"), shown(report.value(QLatin1String("created")))});
    page.row({Report::tr("Ended"), shown(report.value(QLatin1String("ended")))});
    page.endTable();
}

void addSource(Page &page, const QJsonObject &report)
{
    const QJsonObject source = report.value(QLatin1String("source")).toObject();
    const QJsonObject facts = source.value(QLatin1String("facts")).toObject();
    const QJsonObject os = facts.value(QLatin1String("os")).toObject();
    page.heading(Report::tr("Source server"));
    page.beginTable();
    page.row({Report::tr("Name"), shown(source.value(QLatin1String("name")))});
    page.row({Report::tr("Source id"), shown(source.value(QLatin1String("sourceId")))});
    page.row({Report::tr("Operating system"), shown(os.value(QLatin1String("prettyName")))});
    page.row({Report::tr("Boot mode"), shown(facts.value(QLatin1String("bootMode")))});
    for (const QJsonValue &value : facts.value(QLatin1String("disks")).toArray()) {
        const QJsonObject disk = value.toObject();
        page.row({Report::tr("Disk"),
            disk.value(QLatin1String("name")).toString() + QLatin1String(" · ") + disk.value(QLatin1String("id")).toString()});
    }
    page.endTable();
}

void addPhases(Page &page, const QJsonObject &report)
{
    page.heading(Report::tr("What happened when"));
    page.beginTable({Report::tr("Phase"), Report::tr("Started"), Report::tr("Ended"), Report::tr("Seconds")});
    for (const QJsonValue &value : report.value(QLatin1String("phases")).toArray()) {
        const QJsonObject phase = value.toObject();
        page.row({shown(phase.value(QLatin1String("phase"))), shown(phase.value(QLatin1String("started"))),
            shown(phase.value(QLatin1String("ended"))), shown(phase.value(QLatin1String("seconds")))});
    }
    page.endTable();
    const QJsonObject copy = report.value(QLatin1String("copy")).toObject();
    page.heading(Report::tr("Data"));
    page.beginTable();
    page.row({Report::tr("Copied"),
        size(copy.value(QLatin1String("bytesDone"))) + QLatin1String(" / ") + size(copy.value(QLatin1String("bytesTotal")))});
    page.row({Report::tr("Sent over the network"), size(copy.value(QLatin1String("wireBytes")))});
    page.row({Report::tr("Every block checked by its hash on arrival"), shown(copy.value(QLatin1String("everyBlockHashed")))});
    page.row({Report::tr("Target read back and compared"), shown(copy.value(QLatin1String("readBackAndCompared")))});
    page.endTable();
    page.list(copy.value(QLatin1String("notes")).toArray());
}

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

void addTracker(Page &page, const QJsonObject &point)
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

/// A graded proof, not a green tick: what was measured, and what cannot be known.
void addLiveCopy(Page &page, const QJsonObject &copy)
{
    const QJsonObject point = copy.value(QLatin1String("livePoint")).toObject();
    if (point.isEmpty())
        return;
    page.heading(Report::tr("What proves the copy of the running server"));
    page.paragraph(Report::tr("The disks are as they were at one moment, in which nothing was written: as after a power cut. Programs find "
                              "everything there that was stored for good by then."));
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

/// What boot conversion did, file by file.
void addConversion(Page &page, const QJsonObject &report)
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
void addBootCheck(Page &page, const QJsonObject &report)
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

QString price(const QJsonObject &entry)
{
    const QJsonValue perDay = entry.value(QLatin1String("pricePerDay"));
    if (!perDay.isDouble())
        return Report::tr("unknown");
    return shown(perDay) + QLatin1Char(' ') + entry.value(QLatin1String("currency")).toString();
}

void addResources(Page &page, const QJsonObject &report)
{
    const QJsonObject resources = report.value(QLatin1String("resources")).toObject();
    const bool clean = resources.value(QLatin1String("remaining")).toArray().isEmpty();
    page.heading(Report::tr("Resources made in the account"));
    page.paragraph(clean ? Report::tr("Nothing temporary is left.")
                         : Report::tr("Some resources are kept for a retry and cost money until they are removed."),
        clean ? "good" : "bad");
    page.beginTable({Report::tr("Kind"), Report::tr("Id"), Report::tr("Name"), Report::tr("Region"), Report::tr("Made"),
        Report::tr("Removed"), Report::tr("Price per day")});
    for (const QJsonValue &value : resources.value(QLatin1String("made")).toArray()) {
        const QJsonObject entry = value.toObject();
        const std::optional<ResourceKind> kind = kindFromName(entry.value(QLatin1String("kind")).toString());
        const QString removed =
            entry.value(QLatin1String("kept")).toBool() ? Report::tr("kept") : shown(entry.value(QLatin1String("removed")));
        page.row({kind ? describe(*kind) : QString(), shown(entry.value(QLatin1String("id"))), shown(entry.value(QLatin1String("name"))),
            shown(entry.value(QLatin1String("region"))), shown(entry.value(QLatin1String("created"))), removed, price(entry)});
    }
    page.endTable();
}

}

QByteArray reportHtml(const QJsonObject &report)
{
    Page page;
    addResult(page, report);
    const QJsonObject next = report.value(QLatin1String("next")).toObject();
    if (!next.isEmpty()) {
        page.heading(Report::tr("How to create an instance"));
        page.paragraph(shown(next.value(QLatin1String("console"))));
        page.pre(shown(next.value(QLatin1String("command"))));
    }
    addSource(page, report);
    addPhases(page, report);
    addLiveCopy(page, report.value(QLatin1String("copy")).toObject());
    addConversion(page, report);
    addBootCheck(page, report);
    addResources(page, report);
    const QJsonArray warnings = report.value(QLatin1String("warnings")).toArray();
    if (!warnings.isEmpty()) {
        page.heading(Report::tr("Warnings"));
        page.list(warnings);
    }
    const QString title = Report::tr("Migration report") + QLatin1Char(' ') + report.value(QLatin1String("jobId")).toString();
    const QString html =
        QLatin1String("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
                      "<title>")
        + title.toHtmlEscaped() + QLatin1String("</title><style>") + QLatin1String(style) + QLatin1String("</style></head><body><h1>")
        + title.toHtmlEscaped() + QLatin1String("</h1>\n") + page.html() + QLatin1String("</body></html>\n");
    return html.toUtf8();
}

}
