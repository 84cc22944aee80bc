#include "app/agent/quitsignals.h"

#include <QSocketNotifier>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace edgelift {

namespace {

int pipeEnds[2] = {-1, -1}; // a signal handler can reach nothing else

void onSignal(int signal)
{
    const int saved = errno;
    const auto byte = char(signal);
    [[maybe_unused]] const ssize_t put = ::write(pipeEnds[1], &byte, 1);
    errno = saved;
}

void handle(void (*handler)(int))
{
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        ::sigaction(signal, &action, nullptr);
}

}

QuitSignals::QuitSignals(QObject *parent)
    : QObject(parent)
{
    if (::pipe2(pipeEnds, O_CLOEXEC | O_NONBLOCK) != 0)
        qFatal("no pipe for signals");
    auto *notifier = new QSocketNotifier(pipeEnds[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this] {
        char signal = 0;
        while (::read(pipeEnds[0], &signal, 1) == 1)
            Q_EMIT asked(signal);
    });
    handle(onSignal);
}

QuitSignals::~QuitSignals()
{
    handle(SIG_DFL);
    ::close(std::exchange(pipeEnds[1], -1));
    ::close(std::exchange(pipeEnds[0], -1));
}

}
