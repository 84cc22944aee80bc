#include "core/base/ids.h"

#include <cerrno>
#include <sys/random.h>

namespace edgelift {

QByteArray randomBytes(int bytes)
{
    QByteArray out(bytes, Qt::Uninitialized);
    for (qsizetype have = 0; have < out.size();) {
        const ssize_t got = getrandom(out.data() + have, size_t(out.size() - have), 0);
        if (got > 0)
            have += got;
        else if (errno != EINTR)
            qFatal("getrandom failed");
    }
    return out;
}

QString randomId(const QString &prefix, int digits)
{
    static constexpr char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789"; // 32 characters: no l, o, 0, 1
    QString out = prefix;
    for (const char byte : randomBytes(digits))
        out += QLatin1Char(alphabet[quint8(byte) & 31U]);
    return out;
}

}
