#include "app/ctl/commands.h"

#include "core/base/log.h"

#include <QCoreApplication>
#include <csignal>
#include <sys/stat.h>

int main(int argc, char **argv)
{
    ::umask(077);
    ::signal(SIGPIPE, SIG_IGN); // “| head” may stop reading; that must not end a migration
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("edgeliftctl"));
    edgelift::log::setLevel(edgelift::log::Level::Error); // standard error is for people here
    return edgelift::ctl::runCtl(QCoreApplication::arguments().mid(1));
}
