#pragma once
#include <QTranslator>

namespace edgelift::test {

/// A language of its own: every text in brackets, and as much longer as a translation may be. Shows what a language change forgot, and
/// what has no room.
class PseudoTranslator final : public QTranslator
{
public:
    explicit PseudoTranslator(double longer = 0)
        : m_longer(longer)
    {
    }
    bool isEmpty() const override { return false; }
    QString translate(const char *, const char *source, const char *, int) const override
    {
        const QString text = QString::fromUtf8(source);
        QString more;
        while (more.size() < qsizetype(double(text.size()) * m_longer))
            more += more.size() % 6 == 5 ? QLatin1Char(' ') : QLatin1Char('o');
        return QLatin1Char('[') + text + (more.isEmpty() ? QString() : QLatin1Char(' ') + more) + QLatin1Char(']');
    }

private:
    const double m_longer; ///< 0.4: a text of ten characters gets four more
};

}
