#include "app/wizard/shell/outlinestyle.h"

#include <QApplication>
#include <QPainter>
#include <QStyleFactory>
#include <QStyleOption>
#include <algorithm>

namespace edgelift::wizard {

namespace {

constexpr double corner = 2; // as Fusion rounds

/// Focus and default buttons keep Fusion's own frame, which is in the highlight's colour.
bool isMarked(const QStyleOption &option)
{
    const auto *button = qstyleoption_cast<const QStyleOptionButton *>(&option);
    return option.state.testFlag(QStyle::State_HasFocus) || (button && button->features.testFlag(QStyleOptionButton::DefaultButton));
}

void outline(const QStyleOption &option, QPainter &painter, bool round = false)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const auto group = option.state.testFlag(QStyle::State_Enabled) ? QPalette::Active : QPalette::Disabled;
    painter.setPen(QPen(option.palette.color(group, QPalette::Mid), 1));
    painter.setBrush(Qt::NoBrush);
    const QRectF rect = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5);
    if (round)
        painter.drawEllipse(rect);
    else
        painter.drawRoundedRect(rect, corner, corner);
    painter.restore();
}

}

OutlineStyle::OutlineStyle()
    : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion")))
{
}

void OutlineStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter, const QWidget *widget) const
{
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    const bool indicator =
        element == PE_IndicatorCheckBox || element == PE_IndicatorItemViewItemCheck || element == PE_IndicatorRadioButton;
    const bool frame =
        element == PE_FrameLineEdit || element == PE_Frame || element == PE_PanelButtonCommand || element == PE_PanelButtonTool;
    const bool flat = element == PE_PanelButtonTool && option->state.testFlag(State_AutoRaise) && !option->state.testFlag(State_MouseOver);
    if (indicator || (frame && !flat && !isMarked(*option)))
        outline(*option, *painter, element == PE_IndicatorRadioButton);
}

void OutlineStyle::drawComplexControl(
    ComplexControl control, const QStyleOptionComplex *option, QPainter *painter, const QWidget *widget) const
{
    QProxyStyle::drawComplexControl(control, option, painter, widget);
    if ((control == CC_ComboBox || control == CC_SpinBox) && !isMarked(*option))
        outline(*option, *painter);
}

int OutlineStyle::pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const
{
    const int usual = QProxyStyle::pixelMetric(metric, option, widget);
    const auto text = [widget] { return widget ? widget->fontMetrics().height() : QFontMetrics(QApplication::font()).height(); };
    switch (metric) {
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight:
    case PM_ButtonIconSize:
    case PM_SmallIconSize:
        return std::max(usual, text() * 4 / 5);
    default: // of nearly a hundred
        return usual;
    }
}

int OutlineStyle::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget, QStyleHintReturn *data) const
{
    if (hint == SH_Widget_Animation_Duration || hint == SH_Widget_Animate)
        return 0;
    return QProxyStyle::styleHint(hint, option, widget, data);
}

}
