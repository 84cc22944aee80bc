#include "core/agent/codecheck.h"

#include "core/credential/activationcode.h"

#include <QRegularExpression>

namespace edgelift {

namespace {

constexpr qsizetype longestText = 4000; ///< longer commands hold no code of ours
constexpr int group = 5;

/// Word processors and chats make other dashes, spaces and full-width letters of it.
QString plain(const QString &text)
{
    QString out;
    for (const QChar c : text.normalized(QString::NormalizationForm_KC)) {
        if (c.category() == QChar::Punctuation_Dash || c == QChar(0x2212))
            out += QLatin1Char('-');
        else if (c.isSpace() || c.category() == QChar::Other_Control)
            out += QLatin1Char(' ');
        else if (c.category() != QChar::Other_Format)
            out += c;
    }
    return out.trimmed();
}

QString printed(const QString &code)
{
    static const QRegularExpression ignored(QStringLiteral("[- ]"));
    const QString digits = QString(code).remove(ignored).toUpper();
    QString out = digits.left(3);
    for (qsizetype i = 3; i < digits.size(); i += group)
        out += QLatin1Char('-') + digits.mid(i, group);
    return out;
}

bool isCode(const QString &text) { return bool(decodeActivationCode(text.toUtf8())); }

}

QString normalizedCode(const QString &text)
{
    if (text.size() > longestText)
        return text;
    static const QRegularExpression start(
        QStringLiteral("(?<![A-Z0-9])E[L1I][1IL](?=[- ]|[0-9A-Z])"), QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression wordEnd(QStringLiteral("[ \"'`;|&<>()\\\\]+|$"));
    const QString all = plain(text);
    for (auto begins = start.globalMatch(all); begins.hasNext();) {
        const qsizetype from = begins.next().capturedStart();
        // It may be cut into words; what follows it in a command is cut off again.
        QString code;
        qsizetype at = from;
        while (at < all.size()) {
            const QRegularExpressionMatch end = wordEnd.match(all, at);
            code += all.mid(at, end.capturedStart() - at);
            if (isCode(code))
                return printed(code);
            at = std::max(end.capturedEnd(), at + 1);
        }
    }
    const QRegularExpressionMatch first = start.match(all);
    if (!first.hasMatch() || first.capturedStart() == 0)
        return all;
    const qsizetype from = first.capturedStart(); // a damaged code inside a command: to the end of its word
    return all.mid(from, wordEnd.match(all, from).capturedStart() - from);
}

Result<QUrl> checkCode(const QString &text)
{
    const Result<ActivationCode> code = decodeActivationCode(normalizedCode(text).toUtf8());
    if (!code)
        return code.error();
    return code->service;
}

}
