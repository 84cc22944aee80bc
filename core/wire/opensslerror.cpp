#include "core/wire/opensslerror.h"

#include <array>
#include <openssl/err.h>

namespace edgelift::wire {

QString takeOpensslError()
{
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (code == 0)
        return QStringLiteral("unknown");
    std::array<char, 256> text{};
    ERR_error_string_n(code, text.data(), text.size());
    return QString::fromLatin1(text.data());
}

}
