#include "app/wizard/startup.h"

#include <QCommandLineParser>
#include <QDir>
#include <unistd.h>

namespace edgelift::wizard {

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

}

Options readOptions(const QStringList &arguments)
{
    QCommandLineParser parser;
    const QCommandLineOption socket(key("socket"), key("The agent's socket."), key("path"));
    const QCommandLineOption service(key("service"), key("Address of the service or cloud."), key("url"));
    const QCommandLineOption language(key("language"), key("Language of the window."), key("xx"));
    const QCommandLineOption theme(key("theme"), key("system, light, dark or high-contrast."), key("name"));
    const QCommandLineOption demo(key("demo"), key("A demonstration."));
    const QCommandLineOption stateDir(key("state-dir"), key("Where the setup is saved."), key("dir"));
    const QCommandLineOption platform(key("platform"), key("Of Qt."), key("name"));
    const QCommandLineOption help(QStringList{key("h"), key("help")});
    const QCommandLineOption version(QStringList{key("v"), key("version")});
    parser.addOptions({socket, service, language, theme, demo, stateDir, platform, help, version});
    QStringList longForm = arguments;
    for (QString &each : longForm) { // Qt's own option has one dash
        if (each == key("-platform"))
            each = key("--platform");
    }
    Options out;
    if (!parser.parse(longForm))
        out.problem = parser.errorText();
    else if (!parser.positionalArguments().isEmpty())
        out.problem = QStringLiteral("Not understood: %1").arg(parser.positionalArguments().first());
    if (parser.isSet(socket))
        out.socket = parser.value(socket);
    out.service = parser.value(service);
    out.language = parser.value(language);
    out.demo = parser.isSet(demo);
    out.stateDir = parser.value(stateDir);
    out.help = parser.isSet(help);
    out.version = parser.isSet(version);
    const std::optional<Theme> named = themeFromName(parser.isSet(theme) ? parser.value(theme) : key("system"));
    if (!named)
        out.problem = QStringLiteral("There is no theme “%1”: choose system, light, dark or high-contrast.").arg(parser.value(theme));
    out.theme = named.value_or(Theme::System);
    return out;
}

QString usage()
{
    return QStringLiteral("usage: edgelift [--socket PATH] [--service URL] [--language xx] [--theme system|light|dark|high-contrast]\n"
                          "                [--state-dir DIR] [--demo]\n"
                          "\n"
                          "Moves this server into an Alibaba Cloud ENS image, step by step. --demo shows it with a sample server and a\n"
                          "simulated cloud; nothing of this server is touched then. Without a window: edgeliftctl --help\n");
}

bool hasDisplay(const QStringList &arguments)
{
    if (arguments.contains(key("-platform")) || arguments.contains(key("--platform")) || qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        return qEnvironmentVariable("QT_QPA_PLATFORM") != key("xcb") || qEnvironmentVariableIsSet("DISPLAY");
    return !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
}

QString noDisplayText()
{
    QString out = QStringLiteral("edgelift: there is no display to open a window on. Three ways forward:\n"
                                 "  1. Connect with “ssh -X” and start edgelift again: the window opens on your own computer.\n"
                                 "  2. Use the command line: edgeliftctl --help\n"
                                 "  3. On the server's console: edgelift -platform linuxfb\n");
    if (qEnvironmentVariableIsSet("SUDO_USER"))
        out += QStringLiteral("With sudo the display is lost on the way: XAUTHORITY=$HOME/.Xauthority sudo -E edgelift\n");
    return out;
}

QString draftPath(const Options &options)
{
    if (!options.stateDir.isEmpty())
        return QDir(options.stateDir).filePath(key("settings.json"));
    if (::geteuid() == 0)
        return key("/var/lib/edgelift/wizard/settings.json");
    const QString state = qEnvironmentVariable("XDG_STATE_HOME", QDir::homePath() + key("/.local/state"));
    return state + key("/edgelift/settings.json");
}

}
