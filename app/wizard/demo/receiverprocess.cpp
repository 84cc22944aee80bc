#include "app/wizard/demo/receiverprocess.h"

#include <QDir>
#include <QFile>
#include <csignal>

namespace edgelift::wizard {

namespace {

QByteArray procFile(qint64 pid, const char *name)
{
    QFile file(QStringLiteral("/proc/%1/%2").arg(pid).arg(QLatin1String(name)));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray(); // gone meanwhile
}

qint64 parentOf(qint64 pid)
{
    const QByteArray stat = procFile(pid, "stat"); // "pid (name, which may hold anything) state ppid …"
    return stat.mid(stat.lastIndexOf(')') + 2).split(' ').value(1).toLongLong();
}

bool descendsFrom(qint64 pid, qint64 ancestor)
{
    while (pid > 1 && pid != ancestor)
        pid = parentOf(pid);
    return pid == ancestor && ancestor > 1;
}

/// The program itself, not a shell that starts it.
bool runsReceiver(qint64 pid)
{
    const QList<QByteArray> words = procFile(pid, "cmdline").split('\0');
    return !words.first().endsWith("sh") && words.mid(0, 4).join(' ').contains("edgelift-receiver");
}

}

bool killReceivers(qint64 service)
{
    bool killed = false;
    for (const QString &name : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        bool isNumber = false;
        const qint64 pid = name.toLongLong(&isNumber);
        if (isNumber && runsReceiver(pid) && descendsFrom(pid, service))
            killed = ::kill(pid_t(pid), SIGKILL) == 0 || killed;
    }
    return killed;
}

}
