#include "app/wizard/shell/buttonrow.h"

#include "app/wizard/shell/page.h"
#include "app/wizard/widgets/elidedlabel.h"
#include "app/wizard/widgets/marks.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPushButton>
#include <QToolButton>

namespace edgelift::wizard {

namespace {

QPushButton *makeButton(QWidget *parent, const char *name)
{
    auto *button = new QPushButton(parent);
    button->setObjectName(QLatin1String(name));
    button->setAutoDefault(false);
    return button;
}

}

ButtonRow::ButtonRow(QWidget *parent)
    : QFrame(parent)
    , m_help(makeButton(this, "help"))
    , m_options(new QToolButton(this))
    , m_status(new ElidedLabel(this))
    , m_back(makeButton(this, "back"))
    , m_next(makeButton(this, "next"))
    , m_close(makeButton(this, "close"))
{
    m_status->setObjectName(QStringLiteral("status"));
    m_options->setObjectName(QStringLiteral("options"));
    m_options->setPopupMode(QToolButton::InstantPopup);
    m_options->setFocusPolicy(Qt::StrongFocus);
    m_options->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred); // as high as the buttons beside it
    m_next->setDefault(true);
    showSymbol();
    auto *row = new QHBoxLayout(this);
    const int gap = fontMetrics().height() / 2;
    row->setContentsMargins(gap, gap, gap, gap);
    row->setSpacing(gap);
    row->addWidget(m_help);
    row->addWidget(m_options);
    row->addWidget(m_status, 1);
    row->addStretch(); // where the status is hidden
    row->addWidget(m_back);
    row->addWidget(m_next);
    row->addWidget(m_close);
    retranslate();
}

void ButtonRow::showPage(const Page &page, bool canGoBack)
{
    m_help->setVisible(!page.help().isEmpty());
    m_back->setEnabled(canGoBack);
    m_next->setVisible(page.hasNext());
    m_next->setEnabled(page.toDo().isEmpty());
    m_nextText = page.nextText();
    m_next->setText(m_nextText.isEmpty() ? tr("&Next") : m_nextText);
}

void ButtonRow::setStatus(const QString &text) { m_status->setText(text); }

void ButtonRow::setNarrow(bool narrow)
{
    m_status->setVisible(!narrow);
    m_options->setToolButtonStyle(narrow ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextOnly);
}

QList<QWidget *> ButtonRow::buttons() const { return {m_next, m_back, m_close, m_help, m_options}; }

void ButtonRow::retranslate()
{
    m_help->setText(tr("&Help"));
    //: Opens a menu: language, size of text, low-bandwidth mode
    m_options->setText(tr("&Options"));
    m_options->setAccessibleName(tr("Options"));
    m_options->setToolTip(tr("F10"));
    m_back->setText(tr("&Back"));
    m_next->setText(m_nextText.isEmpty() ? tr("&Next") : m_nextText);
    m_close->setText(tr("&Close"));
}

void ButtonRow::showSymbol()
{
    const int extent = fontMetrics().ascent();
    m_options->setIcon(marks::icon(marks::Mark::Handle, extent, devicePixelRatioF(), palette().color(QPalette::ButtonText)));
}

void ButtonRow::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        showSymbol();
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

}
