#include "app/wizard/shell/optionsmenu.h"

#include "app/wizard/shell/language.h"

#include <QActionGroup>
#include <QApplication>
#include <QEvent>
#include <algorithm>

namespace edgelift::wizard {

namespace {

constexpr int leastPoints = 7;
constexpr int mostPoints = 28;

}

OptionsMenu::OptionsMenu(QWidget *parent)
    : QMenu(parent)
    , m_usualPoints(QApplication::font().pointSize())
    , m_languages(addMenu(QString()))
    , m_languageGroup(new QActionGroup(this))
{
    setObjectName(QStringLiteral("optionsMenu"));
    for (const LanguageInfo &each : languages()) {
        QAction *action = m_languages->addAction(each.name);
        action->setData(each.code);
        action->setCheckable(true);
        m_languageGroup->addAction(action);
    }
    connect(m_languageGroup, &QActionGroup::triggered, this,
        [this](const QAction *action) { Q_EMIT languageChosen(action->data().toString()); });
    addSeparator();
    m_larger = addAction(QString(), this, [this] { zoom(1); });
    m_smaller = addAction(QString(), this, [this] { zoom(-1); });
    m_usual = addAction(QString(), this, [this] { zoom(0); });
    addSeparator();
    m_lowBandwidth = addAction(QString());
    m_lowBandwidth->setObjectName(QStringLiteral("lowBandwidth"));
    m_lowBandwidth->setCheckable(true);
    connect(m_lowBandwidth, &QAction::triggered, this, &OptionsMenu::lowBandwidthChosen);
    retranslate();
}

void OptionsMenu::showLanguage(const QString &code)
{
    for (QAction *action : m_languageGroup->actions())
        action->setChecked(action->data().toString() == code);
}

void OptionsMenu::showLowBandwidth(bool on) { m_lowBandwidth->setChecked(on); }

void OptionsMenu::zoom(int step)
{
    const int points = step == 0 ? m_usualPoints : QApplication::font().pointSize() + step;
    setPoints(points);
    Q_EMIT zoomed(QApplication::font().pointSize());
}

void OptionsMenu::setPoints(int points)
{
    QFont font = QApplication::font();
    font.setPointSize(std::clamp(points, leastPoints, mostPoints));
    QApplication::setFont(font);
}

void OptionsMenu::retranslate()
{
    m_languages->setTitle(tr("&Language"));
    // written out: the keys belong to the window, and are shown without being taken twice
    m_larger->setText(tr("Lar&ger text") + QStringLiteral("\tCtrl++"));
    m_smaller->setText(tr("&Smaller text") + QStringLiteral("\tCtrl+-"));
    m_usual->setText(tr("&Usual text size") + QStringLiteral("\tCtrl+0"));
    m_lowBandwidth->setText(tr("Low-&bandwidth mode"));
}

void OptionsMenu::changeEvent(QEvent *event)
{
    QMenu::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

}
