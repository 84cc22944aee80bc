#include "app/wizard/demo/demobar.h"

#include "app/wizard/demo/demoworld.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/flowlayout.h"
#include "core/base/errortext.h"

#include <QAccessible>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QResizeEvent>

namespace edgelift::wizard {

namespace {

// The same in every theme: a sign, with dark text that has at least 10:1 on both stripes.
constexpr QRgb stripe = 0xffffcf40;
constexpr QRgb ground = 0xffffe28a;
constexpr QRgb ink = 0xff1a1d21;
constexpr int speeds[] = {2, 10, 50, 100, 500, 1000, 0}; // Mbit/s; 0: unlimited
constexpr int outages[] = {10, 60}; // s

QLabel *makeLabel(QWidget *parent, const char *name)
{
    auto *label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    QPalette palette = label->palette();
    palette.setColor(QPalette::WindowText, QColor::fromRgb(ink));
    label->setPalette(palette);
    return label;
}

}

DemoBar::DemoBar(DemoWorld &world, QWidget *parent)
    : QWidget(parent)
    , m_world(world)
    , m_banner(makeLabel(this, "demoBanner"))
    , m_speedLabel(makeLabel(this, "demoSpeedLabel"))
    , m_speed(new QComboBox(this))
    , m_fail(new QPushButton(this))
    , m_status(makeLabel(this, "demoStatus"))
{
    setObjectName(QStringLiteral("demoBar"));
    m_speed->setObjectName(QStringLiteral("demoSpeed"));
    m_fail->setObjectName(QStringLiteral("demoFail"));
    m_fail->setAutoDefault(false);
    m_fail->setEnabled(false);
    setFocusProxy(m_speed);
    for (const int each : speeds)
        m_speed->addItem({}, each);
    m_speed->setCurrentIndex(m_speed->findData(world.faults().linkSpeed()));
    makeMenu();
    layOut();
    connect(m_speed, &QComboBox::activated, this, &DemoBar::chooseSpeed);
    connect(&world.faults(), &DemoFaults::changed, this, &DemoBar::refresh);
    connect(&world.faults(), &DemoFaults::failed, this, qOverload<const Error &>(&DemoBar::say));
    retranslate();
}

void DemoBar::layOut()
{
    QFont bold = font();
    bold.setBold(true);
    m_banner->setFont(bold);
    m_speedLabel->setBuddy(m_speed);
    m_speed->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    const int wide = fontMetrics().averageCharWidth();
    auto *speed = new QHBoxLayout;
    speed->setSpacing(wide);
    speed->addWidget(m_speedLabel);
    speed->addWidget(m_speed);
    auto *flow = new FlowLayout(this);
    flow->setSpacing(wide * 2);
    flow->setContentsMargins(wide, wide / 2, wide, wide / 2);
    flow->addWidget(m_banner);
    flow->addItem(speed);
    flow->addWidget(m_fail);
    flow->addWidget(m_status);
}

void DemoBar::makeMenu()
{
    auto *menu = new QMenu(m_fail);
    menu->setObjectName(QStringLiteral("demoFailMenu"));
    for (const int seconds : outages) {
        QAction *action = menu->addAction(QString(), this, [this, seconds] { drop(seconds); });
        action->setObjectName(QStringLiteral("demoDrop%1").arg(seconds));
        m_drops.append({action, seconds});
    }
    m_kill = menu->addAction(QString(), this, &DemoBar::kill);
    m_kill->setObjectName(QStringLiteral("demoKill"));
    m_stock = menu->addAction(QString(), this, &DemoBar::sellOrRestock);
    m_stock->setObjectName(QStringLiteral("demoStock"));
    m_fail->setMenu(menu);
}

void DemoBar::setReady(bool ready) { m_fail->setEnabled(ready); }

void DemoBar::chooseSpeed(int index)
{
    if (const Result<> set = m_world.faults().setLinkSpeed(m_speed->itemData(index).toInt()); !set)
        say(set.error());
}

void DemoBar::drop(int seconds)
{
    if (const Result<> dropped = m_world.faults().dropNetwork(std::chrono::seconds(seconds)); !dropped)
        say(dropped.error());
}

void DemoBar::kill()
{
    if (m_world.killReceiver())
        say([] { return tr("The receiver was killed. It starts again by itself."); });
    else
        say([] { return tr("No receiver runs now. It runs while data is transferred."); });
}

void DemoBar::sellOrRestock()
{
    const bool soldOut = !m_world.faults().isSoldOut();
    if (const Result<> set = m_world.faults().setSoldOut(soldOut); !set)
        say(set.error());
    else if (soldOut)
        say([] { return tr("Every instance type is sold out."); });
    else
        say([] { return tr("Instance types are in stock again."); });
}

void DemoBar::say(const std::function<QString()> &text)
{
    m_said = text;
    refresh();
    QAccessibleEvent alert(m_status, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void DemoBar::say(const Error &error)
{
    say([error] {
        const ErrorText text = describe(error);
        //: An error: %1 what happened, %2 what to do
        return tr("%1 %2").arg(text.message, text.remedy);
    });
}

void DemoBar::refresh()
{
    const int down = m_world.faults().secondsDown();
    if (std::exchange(m_wasDown, down > 0) && down == 0)
        return say([] { return tr("The network is back."); });
    QString text = m_said ? m_said() : QString();
    if (down > 0)
        text = tr("The network is down for %n s more.", nullptr, down);
    m_stock->setText(m_world.faults().isSoldOut() ? tr("Restock the instance types") : tr("Sell out the instance types"));
    if (m_status->text() != text || m_status->isHidden() != text.isEmpty()) {
        m_status->setText(text);
        m_status->setVisible(!text.isEmpty());
        wrapTexts();
    }
}

void DemoBar::wrapTexts()
{
    const QMargins margins = layout()->contentsMargins();
    const int room = width() - margins.left() - margins.right();
    for (QLabel *label : {m_banner, m_status}) {
        label->setMinimumSize(0, 0);
        label->setMaximumSize(QWIDGETSIZE_MAX, QWIDGETSIZE_MAX);
        label->setWordWrap(false);
        if (label->sizeHint().width() <= room)
            continue;
        label->setWordWrap(true);
        label->setFixedSize(room, label->heightForWidth(room));
    }
}

void DemoBar::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        wrapTexts();
}

void DemoBar::retranslate()
{
    m_banner->setText(tr("Demonstration – no data leaves this server"));
    setAccessibleName(m_banner->text());
    m_speedLabel->setText(tr("Link speed:"));
    m_speed->setAccessibleName(tr("Speed of the simulated link"));
    for (int i = 0; i < m_speed->count(); ++i)
        m_speed->setItemText(i, format::limit(m_speed->itemData(i).toInt()));
    m_fail->setText(tr("Make it fail"));
    m_fail->setMinimumWidth(0);
    m_fail->setMinimumWidth(m_fail->sizeHint().width() + fontMetrics().averageCharWidth() * 2); // Fusion forgets the room for the arrow
    for (const auto &[action, seconds] : m_drops)
        action->setText(tr("Drop the network for %n s", nullptr, seconds));
    m_kill->setText(tr("Kill the receiver"));
    refresh();
    wrapTexts();
}

void DemoBar::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::FontChange)
        retranslate();
}

void DemoBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), QColor::fromRgb(ground));
    painter.setRenderHint(QPainter::Antialiasing);
    const int wide = fontMetrics().height();
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor::fromRgb(stripe));
    for (int left = -height(); left < width(); left += 2 * wide)
        painter.drawPolygon(QPolygon{{left, height()}, {left + wide, height()}, {left + wide + height(), 0}, {left + height(), 0}});
}

}
