#include "app/wizard/pages/diagnosticsbox.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/parts.h"
#include "app/wizard/widgets/savedialog.h"
#include "core/base/errortext.h"

#include <QAccessible>
#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

QString problemText(const Error &error)
{
    const ErrorText words = describe(error);
    //: What went wrong: %1 to what it happened, %2 what to do, %3 a code such as EL-0212
    return DiagnosticsBox::tr("%1 %2 [%3]").arg(words.message, words.remedy, format::ltr(displayCode(error.code)));
}

}

DiagnosticsBox::DiagnosticsBox(AgentLink &link, QWidget *parent)
    : QWidget(parent)
    , m_link(link)
    , m_text(makeText(this, "diagnosticsText"))
    , m_save(makeButton(this, "diagnosticsSave"))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_text);
    column->addWidget(m_save, 0, Qt::AlignLeading);
    connect(m_save, &QPushButton::clicked, this, &DiagnosticsBox::ask);
    hide();
}

void DiagnosticsBox::list()
{
    m_listed.reset();
    m_saved.reset();
    jobfiles::listDiagnostics(m_link, this, [this](const Result<QList<DiagnosticsEntry>> &list) {
        m_listed = list;
        show(true);
        if (list)
            m_save->setFocus(Qt::OtherFocusReason);
        bringIntoView(*this);
    });
}

void DiagnosticsBox::ask()
{
    const QString stamp = QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmm"));
    const SaveQuestion question{
        tr("Save diagnostics"), QStringLiteral("edgelift-diagnostics-%1.zip").arg(stamp), tr("ZIP archives (*.zip)")};
    askWhereToSave(this, question, [this](const QString &path) { saveAs(path); });
}

void DiagnosticsBox::saveAs(const QString &path)
{
    m_path = path;
    m_save->setEnabled(false);
    jobfiles::saveDiagnostics(m_link, path, this, [this](const Result<> &result) {
        m_saved = result;
        m_save->setEnabled(true);
        show(true);
    });
}

QString DiagnosticsBox::text() const
{
    if (m_saved)
        return *m_saved ? tr("Saved as %1.").arg(format::ltr(format::shown(m_path))) : problemText(m_saved->error());
    if (!m_listed)
        return {};
    if (!*m_listed)
        return problemText(m_listed->error());
    QStringList lines;
    for (const DiagnosticsEntry &entry : **m_listed)
        //: %1 the name of a file, %2 its size
        lines.append(tr("%1 (%2)").arg(format::ltr(format::shown(entry.name)), format::size(entry.bytes)));
    return tr("These files will be saved, without secrets:\n%1").arg(lines.join(QLatin1Char('\n')));
}

void DiagnosticsBox::show(bool announced)
{
    m_text->say(text());
    m_save->setText(tr("Save these files…"));
    m_save->setVisible(m_listed && *m_listed && !(m_saved && *m_saved));
    setVisible(!m_text->accessibleName().isEmpty());
    if (!announced)
        return;
    QAccessibleEvent alert(m_text, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void DiagnosticsBox::retranslate() { show(false); }

}
