#include "app/wizard/shell/theme.h"
#include "app/wizard/widgets/marks.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QTest>
#include <cmath>
#include <functional>
#include <memory>

using namespace edgelift::wizard;

namespace {

double luminance(const QColor &colour)
{
    const auto linear = [](double part) { return part <= 0.03928 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

/// WCAG 2: 1 to 21.
double contrast(const QColor &a, const QColor &b)
{
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

/// The strongest contrast to the window at the left edge of the control, in the middle of its height.
double edgeContrast(QWidget &control)
{
    const QImage picture = control.grab().toImage();
    const QColor ground = control.palette().color(QPalette::Window);
    double best = 0;
    for (int x = 0; x < std::min(picture.width() / 2, 8); ++x) // from outside inwards: the outline comes first
        best = std::max(best, contrast(picture.pixelColor(x, picture.height() / 2), ground));
    return best;
}

constexpr double ofText = 4.5; // WCAG 1.4.3
constexpr double ofGraphics = 3; // 1.4.11
constexpr QPalette::ColorRole grounds[] = {QPalette::Window, QPalette::Base, QPalette::AlternateBase, QPalette::Button};

}

/// Every theme can be read, and its controls can be seen (ux.md A6).
class TestTheme final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void textIsReadable_data() { themes(); }
    void textIsReadable();
    void signsAreReadable_data() { themes(); }
    void signsAreReadable();
    void controlsHaveOutlines_data() { themes(); }
    void controlsHaveOutlines();

private:
    static void themes();
    static void require(const QColor &front, const QColor &back, double least, const char *what);
};

void TestTheme::themes()
{
    QTest::addColumn<Theme>("theme");
    QTest::newRow("light") << Theme::Light;
    QTest::newRow("dark") << Theme::Dark;
    QTest::newRow("high contrast") << Theme::HighContrast;
}

void TestTheme::require(const QColor &front, const QColor &back, double least, const char *what)
{
    const double has = contrast(front, back);
    QVERIFY2(has >= least,
        qPrintable(QStringLiteral("%1: %2 on %3 has %4").arg(QLatin1String(what), front.name(), back.name()).arg(has, 0, 'f', 2)));
}

void TestTheme::textIsReadable()
{
    QFETCH(Theme, theme);
    const QPalette palette = themePalette(theme);
    for (const QPalette::ColorRole ground : grounds) {
        require(palette.color(QPalette::Text), palette.color(ground), ofText, "text");
        require(palette.color(QPalette::Link), palette.color(ground), ofText, "link");
        require(palette.color(QPalette::Disabled, QPalette::Text), palette.color(ground), ofGraphics, "disabled text");
        require(palette.color(QPalette::Mid), palette.color(ground), ofGraphics, "outline");
    }
    require(palette.color(QPalette::PlaceholderText), palette.color(QPalette::Base), ofText, "placeholder");
    require(palette.color(QPalette::HighlightedText), palette.color(QPalette::Highlight), ofText, "selection");
    require(palette.color(QPalette::Highlight), palette.color(QPalette::Window), ofGraphics, "focus");
}

void TestTheme::signsAreReadable()
{
    QFETCH(Theme, theme);
    const QPalette palette = themePalette(theme);
    for (const marks::Mark mark :
        {marks::Mark::Alert, marks::Mark::Done, marks::Mark::Information, marks::Mark::Warning, marks::Mark::Error}) {
        for (const QPalette::ColorRole ground : grounds)
            require(marks::colourOf(mark, palette), palette.color(ground), ofText, "sign");
    }
}

void TestTheme::controlsHaveOutlines()
{
    QFETCH(Theme, theme);
    const QPalette before = QApplication::palette();
    applyTheme(theme);
    const std::unique_ptr<QWidget> controls[] = {std::make_unique<QCheckBox>(), std::make_unique<QRadioButton>(),
        std::make_unique<QLineEdit>(), std::make_unique<QComboBox>(), std::make_unique<QSpinBox>(),
        std::make_unique<QPushButton>(QStringLiteral("x"))};
    for (const auto &control : controls) {
        control->resize(control->sizeHint());
        QVERIFY2(edgeContrast(*control) >= ofGraphics - 0.2, // antialiased
            qPrintable(QStringLiteral("%1 %2").arg(QLatin1String(control->metaObject()->className())).arg(edgeContrast(*control))));
    }
    QApplication::setPalette(before);
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
