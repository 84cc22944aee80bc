#include "core/base/log.h"

#include "core/base/fd.h"

#include <QDateTime>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QSet>
#include <fcntl.h>
#include <mutex>

namespace edgelift::log {

namespace {

struct State
{
    std::mutex mutex;
    Fd file;
    Level lowest = Level::Info;
    QSet<QString> hidden;
};

State &state() // the one global of the program: every thread logs
{
    static State instance;
    return instance;
}

const char *name(Level level)
{
    switch (level) {
    case Level::Debug:
        return "debug";
    case Level::Info:
        return "info";
    case Level::Warning:
        return "warning";
    case Level::Error:
        return "error";
    }
    Q_UNREACHABLE();
}

QString redactedLocked(QString text)
{
    for (const QString &value : state().hidden)
        text.replace(value, QStringLiteral("***"));
    // Signatures and tokens in URLs and headers are secrets for as long as they are valid, whoever made them.
    static const QRegularExpression signatures(
        QStringLiteral("((?:Signature|x-oss-signature|security-token|SecurityToken|AccessKeySecret)=)[^&\\s\"]+"),
        QRegularExpression::CaseInsensitiveOption);
    return text.replace(signatures, QStringLiteral("\\1***"));
}

}

bool openFile(const QString &path)
{
    Fd fd(::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    const std::lock_guard lock(state().mutex);
    if (!fd)
        return false;
    state().file = std::move(fd);
    return true;
}

void setLevel(Level lowest)
{
    const std::lock_guard lock(state().mutex);
    state().lowest = lowest;
}

void hide(const Secret &secret)
{
    if (secret.reveal().size() < 6)
        return;
    const QString plain = QString::fromUtf8(secret.reveal());
    const QByteArray quoted = QJsonDocument(QJsonArray{plain}).toJson(QJsonDocument::Compact); // ["…"]: as a log line spells it
    const std::lock_guard lock(state().mutex);
    state().hidden.insert(plain);
    state().hidden.insert(QString::fromUtf8(quoted.mid(2, quoted.size() - 4)));
}

QString redacted(QString text)
{
    const std::lock_guard lock(state().mutex);
    return redactedLocked(std::move(text));
}

void write(Level level, const char *area, const QString &message, const QJsonObject &facts)
{
    const std::lock_guard lock(state().mutex);
    if (level < state().lowest)
        return;
    QJsonObject line{{QStringLiteral("time"), QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs)},
        {QStringLiteral("level"), QString::fromLatin1(name(level))}, {QStringLiteral("area"), QString::fromLatin1(area)},
        {QStringLiteral("message"), message}};
    for (auto it = facts.begin(); it != facts.end(); ++it)
        line.insert(it.key(), it.value());
    const QByteArray bytes = redactedLocked(QString::fromUtf8(QJsonDocument(line).toJson(QJsonDocument::Compact))).toUtf8() + '\n';
    const int fd = state().file ? state().file.get() : STDERR_FILENO;
    [[maybe_unused]] const ssize_t put = ::write(fd, bytes.constData(), size_t(bytes.size())); // a full log disk stops nobody
}

}
