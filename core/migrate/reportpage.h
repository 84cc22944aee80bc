#pragma once
#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>

/// The pieces that the HTML report is made of.
namespace edgelift::reportparts {

/// The translations' context of all texts of the report.
struct Report
{
    Q_DECLARE_TR_FUNCTIONS(Report)
};

[[nodiscard]] QString size(const QJsonValue &bytes); ///< "26.4 GiB"
[[nodiscard]] QString shown(const QJsonValue &value); ///< a number, yes or no, or a text as it is

/// Collects HTML; whatever goes in as text is escaped here and nowhere else.
class ReportPage
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

/// What proves the copy of a running server; nothing for another. `copy` is that of the report.
void addLiveCopy(ReportPage &page, const QJsonObject &copy);
/// Of when the files are that were copied from volumes in use; nothing when there were none. `copy` is that of the report.
void addLiveFiles(ReportPage &page, const QJsonObject &copy);
/// What boot conversion did, file by file; nothing when there was none.
void addConversion(ReportPage &page, const QJsonObject &report);
/// How far a test boot came; nothing when there was none.
void addBootCheck(ReportPage &page, const QJsonObject &report);

}
