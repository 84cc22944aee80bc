#pragma once
#include <QProxyStyle>

namespace edgelift::wizard {

/// Fusion with outlines that can be seen: its own are a darker shade of the window, so in a dark window there are none. QPalette::Mid is
/// their colour, at least 3:1 on every ground (ux.md A6). What is marked or clicked grows with the text. No animations (A11): a far display
/// would pay for each step.
class OutlineStyle final : public QProxyStyle
{
    Q_OBJECT
public:
    OutlineStyle();

    void drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter, const QWidget *widget) const override;
    void drawComplexControl(
        ComplexControl control, const QStyleOptionComplex *option, QPainter *painter, const QWidget *widget) const override;
    int pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const override;
    int styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget, QStyleHintReturn *data) const override;
};

}
