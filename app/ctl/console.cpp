#include "app/ctl/console.h"

#include "app/ctl/exitcodes.h"
#include "app/ctl/words.h"
#include "core/agent/jsonrpc.h"
#include "core/base/errortext.h"

#include <QJsonDocument>
#include <chrono>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace edgelift::ctl {

namespace {

constexpr qint64 drawEveryMs = 100;
constexpr qint64 sayEveryMs = 5000; ///< where nobody watches a bar: a log, a pipe

qint64 now() { return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Names come from the disks of a stranger's server: no control character of theirs may reach the terminal.
QByteArray printable(QString text)
{
    for (QChar &c : text) {
        if (c.category() == QChar::Other_Control && c != QLatin1Char('\n'))
            c = QLatin1Char('?');
    }
    return text.toUtf8();
}

void put(FILE *stream, const QByteArray &bytes)
{
    std::fwrite(bytes.constData(), 1, size_t(bytes.size()), stream);
    std::fflush(stream);
}

}

Console::Console(bool json)
    : m_json(json)
    , m_terminal(!json && ::isatty(STDOUT_FILENO) == 1)
{
}

int Console::width() const
{
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col - 1 : 79;
}

void Console::endBar()
{
    if (std::exchange(m_barShown, false))
        put(stdout, "\n");
}

void Console::raw(const QByteArray &bytes) { put(stdout, bytes); }
void Console::json(const QJsonObject &object) { put(stdout, QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n'); }

void Console::line(const QString &text)
{
    endBar();
    put(stdout, printable(text) + '\n');
}

void Console::note(const QString &text)
{
    endBar();
    put(stderr, printable(text) + '\n');
}

void Console::progress(const QJsonObject &event)
{
    const qint64 time = now();
    const bool copying = event.contains(QLatin1String("bytesTotal")) && !event.contains(QLatin1String("percent"));
    const bool complete = copying && event.value(QLatin1String("bytesDone")) == event.value(QLatin1String("bytesTotal"));
    const bool justCompleted = complete && !std::exchange(m_complete, complete); // always shown, and once
    m_complete = complete;
    if (!justCompleted && time - m_lastProgress < (m_terminal ? drawEveryMs : sayEveryMs))
        return;
    m_lastProgress = time;
    const QString text = progressLine(event, width());
    if (text.isEmpty())
        return;
    if (!m_terminal) {
        line(text);
        return;
    }
    put(stdout, '\r' + printable(text) + "\x1b[K"); // clears what the line before had more
    m_barShown = true;
}

int Console::error(const Error &error, const QJsonObject &more)
{
    if (m_json) {
        QJsonObject fields = rpc::toJson(error);
        fields.insert(QStringLiteral("event"), QStringLiteral("error"));
        fields.insert(QStringLiteral("code"), displayCode(error.code)); // as the events of a job have it
        for (auto it = more.begin(); it != more.end(); ++it)
            fields.insert(it.key(), it.value());
        json(fields);
        return exitCodeFor(error);
    }
    const ErrorText text = describe(error);
    note(QStringLiteral("%1: %2 %3").arg(displayCode(error.code), text.message, text.remedy));
    if (!error.detail.isEmpty())
        note(QStringLiteral("  (%1)").arg(error.detail));
    return exitCodeFor(error);
}

}
