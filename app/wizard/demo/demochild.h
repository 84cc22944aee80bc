#pragma once
#include "core/base/result.h"

#include <QProcess>
#include <QProcessEnvironment>

namespace edgelift::wizard {

/// A program started for the demonstration. It has a process group of its own and ends when we die, however we die, and with this object.
/// Never waits but in the destructor. Use from the thread that runs the event loop: the child dies with the thread that started it.
class DemoChild final : public QObject
{
    Q_OBJECT
public:
    explicit DemoChild(QObject *parent = nullptr);
    ~DemoChild() override; ///< SIGTERM to the group, some seconds of patience, SIGKILL

    void start(const QString &program, const QStringList &arguments, const QProcessEnvironment &environment);
    void write(const QByteArray &line); ///< to its standard input; nothing happens when it does not run
    void setPatience(int ms) { m_patienceMs = ms; }
    [[nodiscard]] bool isRunning() const { return m_process.state() != QProcess::NotRunning; }
    [[nodiscard]] qint64 pid() const { return m_process.processId(); } ///< 0: does not run
    [[nodiscard]] QString complaints() const; ///< the end of its standard error

Q_SIGNALS:
    void line(const QByteArray &text); ///< one whole line of its standard output, without the line end
    void ended(bool well); ///< `well`: exit code 0; also when it could not be started

private:
    void readLines();

    QProcess m_process;
    QByteArray m_errors;
    int m_patienceMs = 20000;
};

/// The environment without AccessKeys, which children get only where they need them, and with root's tools in its PATH.
[[nodiscard]] QProcessEnvironment plainEnvironment();

}
