// Plays every scene in one language and says what is wrong with how it looks: texts that do not fit, widgets on one another, sideways
// scrolling, letters that stand for two things, controls without a name. With a folder it keeps a picture of each. The size of the window
// is that of the screen; QT_SCALE_FACTOR and EDGELIFT_THEME count.
//
// usage: screenshots LANGUAGE [--pictures FOLDER] [SCENE…]     exit 1: something is wrong; a scene may end in “*”; the language “pseudo” is
//        English with all texts 40 % longer, chosen when the window is there already
#include "app/wizard/shell/theme.h"
#include "tests/gui/pagechecks.h"
#include "tests/gui/pseudotranslator.h"
#include "tests/gui/scenes.h"
#include "tests/gui/textchecks.h"

#include <QApplication>
#include <QDir>
#include <QScreen>
#include <cstdio>

using namespace edgelift;

namespace {

constexpr QSize largestMinimum{780, 430}; // a window must fit onto small screens (ux.md D1)

QStringList findings(test::Stage &stage)
{
    const QWidget &window = stage.window();
    QStringList out = test::cutTexts(window) + test::misplaced(window) + test::sidewaysScrolling(window) + test::doubleMnemonics(window);
    for (const QString &control : test::namelessControls(window))
        out.append(QStringLiteral("nameless: ") + control);
    const QSize least = window.minimumSizeHint().expandedTo(window.minimumSize());
    const QSize room = window.screen()->availableSize().boundedTo(largestMinimum);
    if (least.width() > room.width() || least.height() > room.height())
        out.append(QStringLiteral("the window needs %1x%2").arg(least.width()).arg(least.height()));
    return out;
}

bool isWanted(const QString &scene, const QString &language, const QStringList &wanted)
{
    const bool enlarged = qApp->devicePixelRatio() > 1 || language == QLatin1String("pseudo"); // larger again would be four times the size
    if (enlarged && scene.startsWith(QLatin1String("large-")))
        return false;
    const auto fits = [&scene](const QString &each) {
        return each.endsWith(QLatin1Char('*')) ? scene.startsWith(each.chopped(1)) : scene == each;
    };
    return wanted.isEmpty() || std::any_of(wanted.begin(), wanted.end(), fits);
}

}

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    QApplication::setCursorFlashTime(0);
    QStringList arguments = QCoreApplication::arguments().sliced(1);
    const QString language = arguments.isEmpty() ? QString() : arguments.takeFirst();
    QString folder;
    if (arguments.value(0) == QLatin1String("--pictures")) {
        folder = arguments.value(1);
        arguments = arguments.mid(2);
    }
    if (language.isEmpty())
        return 2;
    wizard::applyTheme(
        wizard::themeFromName(qEnvironmentVariable("EDGELIFT_THEME", QStringLiteral("light"))).value_or(wizard::Theme::Light));
    int bad = 0;
    for (const test::Scene &scene : test::scenes()) {
        if (!isWanted(QLatin1String(scene.name), language, arguments))
            continue;
        test::PseudoTranslator pseudo(0.4);
        qSetMessagePattern(QLatin1String(scene.name) + QStringLiteral(": %{message}"));
        test::Stage stage(language, scene.before);
        if (language == QLatin1String("pseudo"))
            QCoreApplication::installTranslator(&pseudo);
        scene.play(stage);
        stage.settle();
        for (const QString &finding : findings(stage)) {
            std::printf("%s %s: %s\n", qUtf8Printable(language), scene.name, qUtf8Printable(finding));
            ++bad;
        }
        if (!folder.isEmpty())
            stage.window().grab().save(QDir(folder).filePath(QStringLiteral("%1-%2.png").arg(QLatin1String(scene.name), language)));
        std::fflush(stdout);
    }
    return bad > 0 ? 1 : 0;
}
