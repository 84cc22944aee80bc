#include "core/migrate/report.h"
#include "core/migrate/reportpage.h"

#include <QLocale>

namespace edgelift {

using namespace reportparts;

namespace {

constexpr char style[] =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}"
    "h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #d0d7de}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}"
    "tr+tr td,tr+tr th{border-top:1px solid #eaeef2}code,pre{font:13px/1.5 ui-monospace,monospace}"
    "pre{background:#f6f8fa;padding:.75rem;white-space:pre-wrap}.bad{color:#b00020}.good{color:#116329}"
    "@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}pre{background:#161b22}"
    ".bad{color:#ff8a8a}.good{color:#7ee787}}";

void addResult(ReportPage &page, const QJsonObject &report)
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

void addSource(ReportPage &page, const QJsonObject &report)
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

void addPhases(ReportPage &page, const QJsonObject &report)
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

QString price(const QJsonObject &entry)
{
    const QJsonValue perDay = entry.value(QLatin1String("pricePerDay"));
    if (!perDay.isDouble())
        return Report::tr("unknown");
    return shown(perDay) + QLatin1Char(' ') + entry.value(QLatin1String("currency")).toString();
}

void addResources(ReportPage &page, const QJsonObject &report)
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
    ReportPage page;
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
    addLiveFiles(page, report.value(QLatin1String("copy")).toObject());
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
