#include "app/wizard/demo/bootpanel.h"

#include "app/wizard/demo/demomachine.h"
#include "core/base/errortext.h"

#include <QAccessible>
#include <QEvent>
#include <QFontDatabase>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QTimer>
#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

constexpr int consoleLines = 2000;
constexpr int shownLines = 8;

}

BootPanel::BootPanel(DemoMachine &machine, QWidget *parent)
    : QWidget(parent)
    , m_machine(machine)
    , m_button(new QPushButton(this))
    , m_state(new QLabel(this))
    , m_console(new QPlainTextEdit(this))
{
    m_button->setObjectName(QStringLiteral("bootHere"));
    m_button->setAutoDefault(false);
    m_state->setObjectName(QStringLiteral("bootState"));
    m_state->setTextFormat(Qt::PlainText);
    m_state->setWordWrap(true);
    m_console->setObjectName(QStringLiteral("console"));
    m_console->setReadOnly(true);
    m_console->setTabChangesFocus(true);
    m_console->setMaximumBlockCount(consoleLines);
    m_console->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_console->setLayoutDirection(Qt::LeftToRight); // what computers say, in every language
    m_console->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_console->setMinimumHeight(m_console->fontMetrics().lineSpacing() * shownLines);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_button, 0, Qt::AlignLeading);
    column->addWidget(m_state);
    column->addWidget(m_console);
    connect(m_button, &QPushButton::clicked, this, &BootPanel::startOrStop);
    connect(&machine, &DemoMachine::line, m_console, &QPlainTextEdit::appendPlainText);
    connect(&machine, &DemoMachine::changed, this, &BootPanel::refresh);
    retranslate();
}

void BootPanel::setImage(const QString &path) { m_image = path; }

void BootPanel::startOrStop()
{
    if (m_machine.isRunning())
        return m_machine.stop();
    m_console->clear();
    const Result<> begun = m_machine.start(m_image);
    m_problem = begun ? QString() : describe(begun.error()).message;
    m_started = true;
    refresh();
    m_reveal = true;
}

/// The console appeared below all else on the page: whoever started the machine is to see it.
void BootPanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    if (m_console->isVisible() && std::exchange(m_reveal, false))
        QTimer::singleShot(0, this, &BootPanel::showConsole); // when the page has its new size, too
}

void BootPanel::showConsole()
{
    for (QWidget *each = parentWidget(); each; each = each->parentWidget()) {
        auto *area = qobject_cast<QScrollArea *>(each);
        if (!area || !area->widget())
            continue;
        for (const QPoint corner : {QPoint(), m_console->geometry().bottomLeft()}) // in a low window the console counts
            area->ensureVisible(mapTo(area->widget(), corner).x(), mapTo(area->widget(), corner).y(), 0, 0);
    }
}

QString BootPanel::state() const
{
    if (!m_problem.isEmpty())
        return m_problem;
    if (!m_started)
        return {};
    if (m_machine.isProved())
        return m_machine.isRunning() ? tr("The image works: the server in it has booted, and all its files are as they were.")
                                     : tr("The machine is off. The image works: all files in it were as they were.");
    return m_machine.isRunning() ? tr("The image boots in a virtual machine on this server. The image is not changed.")
                                 : tr("The machine is off. It did not say what the server says when it has booted.");
}

void BootPanel::refresh()
{
    m_button->setText(m_machine.isRunning() ? tr("Stop the &machine") : tr("Boot it &here"));
    m_console->setVisible(m_started && m_problem.isEmpty());
    const QString text = state();
    if (m_state->text() == text && m_state->isHidden() == text.isEmpty())
        return;
    m_state->setText(text);
    m_state->setAccessibleName(text);
    m_state->setVisible(!text.isEmpty());
    QAccessibleEvent alert(m_state, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void BootPanel::retranslate()
{
    m_console->setAccessibleName(tr("Console of the image that boots here"));
    refresh();
}

void BootPanel::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

}
