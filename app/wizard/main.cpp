#include "app/wizard/shell/language.h"
#include "app/wizard/wizard.h"

#include <QApplication>
#include <cstdio>

using namespace edgelift::wizard;

namespace {

QStringList argumentList(int argc, char **argv)
{
    QStringList out;
    for (int i = 0; i < argc; ++i)
        out.append(QString::fromLocal8Bit(argv[i]));
    return out;
}

}

int main(int argc, char **argv)
{
    const QStringList arguments = argumentList(argc, argv);
    const Options options = readOptions(arguments);
    if (!options.problem.isEmpty()) {
        std::fprintf(stderr, "edgelift: %s\n%s", qUtf8Printable(options.problem), qUtf8Printable(usage()));
        return exitUsage;
    }
    if (options.help || options.version) {
        std::fputs(options.help ? qUtf8Printable(usage()) : "edgelift " EDGELIFT_VERSION "\n", stdout);
        return 0;
    }
    if (!hasDisplay(arguments)) {
        std::fputs(qUtf8Printable(noDisplayText()), stderr);
        return exitNoDisplay;
    }
    spareFarDisplay();
    QApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("edgelift"));
    QCoreApplication::setApplicationVersion(QStringLiteral(EDGELIFT_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("io.github.edgelift.Edgelift"));
    QApplication::setCursorFlashTime(0); // a blinking cursor is traffic over a remote display
    useOwnFontWithoutOthers();
    applyTheme(options.theme);
    Wizard wizard(options);
    wizard.start();
    return QApplication::exec();
}
