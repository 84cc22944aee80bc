// Plays every scene in one language and looks for texts that do not fit; with a folder it keeps a picture of each.
//
// usage: screenshots LANGUAGE [FOLDER [SCENE]]     exit 1: some text is cut
#include "app/wizard/shell/theme.h"
#include "tests/gui/pagechecks.h"
#include "tests/gui/scenes.h"

#include <QApplication>
#include <QDir>
#include <cstdio>

using namespace edgelift;

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() < 2)
        return 2;
    wizard::applyTheme(
        wizard::themeFromName(qEnvironmentVariable("EDGELIFT_THEME", QStringLiteral("light"))).value_or(wizard::Theme::Light));
    int cut = 0;
    for (const test::Scene &scene : test::scenes()) {
        if (arguments.size() > 3 && arguments.at(3) != QLatin1String(scene.name))
            continue;
        test::Stage stage(arguments.at(1));
        scene.play(stage);
        stage.settle();
        for (const QString &text : test::cutTexts(stage.window())) {
            std::printf("%s %s: %s\n", qUtf8Printable(arguments.at(1)), scene.name, qUtf8Printable(text));
            ++cut;
        }
        if (arguments.size() > 2)
            stage.window().grab().save(
                QDir(arguments.at(2)).filePath(QStringLiteral("%1-%2.png").arg(QLatin1String(scene.name), arguments.at(1))));
    }
    return cut > 0 ? 1 : 0;
}
