#include "core/receiver/bootfix/fixes.h"
#include "core/receiver/bootfix/networktext.h"

#include <QRegularExpression>

namespace edgelift::bootfix {

namespace {

const auto interfacesPath = QStringLiteral("/etc/network/interfaces");

struct Stanza
{
    QString name, family, method;
    bool gateway = false;
    bool stacked = false; ///< made of other interfaces
    bool empty = false; ///< a bridge without ports
};

QStringList wordsOf(const QByteArray &line) { return QString::fromUtf8(line).simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts); }

bool startsStanza(const QString &word)
{
    static const QRegularExpression pattern(
        QStringLiteral("^(?:iface|auto|allow-\\S+|mapping|source|source-directory|rename|no-auto-down|no-scripts|template)$"));
    return pattern.match(word).hasMatch();
}

QStringList interfaceFiles(const Guest &guest)
{
    return QStringList{interfacesPath} + guest.files(QStringLiteral("/etc/network/interfaces.d"));
}

void readStanzas(const QByteArray &content, QList<Stanza> &stanzas)
{
    static const QRegularExpression made(QStringLiteral("^(?:bridge[_-]ports|bond[_-]slaves|slaves|vlan[_-]raw[_-]device)$"));
    static const QRegularExpression virtualName(QStringLiteral("^(?:br|bond|vlan|tun|tap|dummy|wg)\\w*$|\\."));
    bool inside = false;
    for (const QByteArray &line : content.split('\n')) {
        const QStringList words = wordsOf(line);
        if (words.isEmpty() || words.constFirst().startsWith(QLatin1Char('#')))
            continue;
        if (startsStanza(words.constFirst())) {
            inside = words.constFirst() == QLatin1String("iface") && words.size() >= 4;
            if (inside)
                stanzas.append({words.at(1), words.at(2), words.at(3), false, virtualName.match(words.at(1)).hasMatch(), false});
        } else if (inside) {
            stanzas.last().gateway = stanzas.last().gateway || words.constFirst() == QLatin1String("gateway");
            stanzas.last().stacked = stanzas.last().stacked || made.match(words.constFirst()).hasMatch();
            stanzas.last().empty = stanzas.last().empty || words.mid(1) == QStringList{QStringLiteral("none")};
        }
    }
}

/// The way out: with a gateway, else by DHCP, else the first that has an address.
const Stanza *primaryOf(const QList<Stanza> &stanzas)
{
    const auto rank = [](const Stanza &stanza) {
        if (stanza.name == QLatin1String("lo") || stanza.family != QLatin1String("inet"))
            return 0;
        return stanza.gateway ? 3 : stanza.method == QLatin1String("dhcp") ? 2 : stanza.method == QLatin1String("static") ? 1 : 0;
    };
    const Stanza *best = nullptr;
    for (const Stanza &stanza : stanzas) {
        if (rank(stanza) > (best ? rank(*best) : 0))
            best = &stanza;
    }
    return best;
}

class Rewriter
{
public:
    Rewriter(const QString &primary, bool flatten, const QList<Stanza> &stanzas)
        : m_primary(primary)
        , m_flatten(flatten)
        , m_stanzas(stanzas)
    {
    }
    QByteArray run(const QByteArray &content)
    {
        m_now = Inside::Other;
        return editLines(content, [this](QByteArray &line) { return edit(line); });
    }
    QStringList others() const { return m_others; }

private:
    enum class Inside : quint8 { Other, BecomesDhcp, StaysDhcp, GoesOut };

    LineEdit edit(QByteArray &line)
    {
        const QStringList words = wordsOf(line);
        if (words.isEmpty() || words.constFirst().startsWith(QLatin1Char('#')))
            return LineEdit::Keep;
        if (words.constFirst() == QLatin1String("iface") && words.size() >= 4)
            header(words, line);
        else if (words.constFirst() == QLatin1String("auto") || words.constFirst().startsWith(QLatin1String("allow-")))
            return start(words, line);
        else if (startsStanza(words.constFirst()))
            m_now = Inside::Other;
        else
            option(words, line);
        return LineEdit::Keep;
    }
    void header(const QStringList &words, QByteArray &line)
    {
        const bool ours = words.at(1) == m_primary && !m_flatten;
        const bool alias = words.at(1).startsWith(m_primary + QLatin1Char(':'));
        const bool loop = words.at(1) == QLatin1String("lo");
        m_now = Inside::Other;
        if (ours && words.at(2) == QLatin1String("inet")) {
            mainHeader(words, line);
        } else if (ours && (words.at(3) == QLatin1String("auto") || words.at(3) == QLatin1String("dhcp"))) {
            if (words.at(1) != firstNic())
                line = "iface " + firstNic().toLatin1() + " inet6 " + words.at(3).toLatin1();
        } else if (ours || alias || (m_flatten && !loop)) {
            m_now = Inside::GoesOut;
            line = commented(line);
        }
    }
    /// The first stanza of the NIC that leads out; another one is a second address of it.
    void mainHeader(const QStringList &words, QByteArray &line)
    {
        const bool dhcp = words.at(3) == QLatin1String("dhcp");
        m_now = m_done ? Inside::GoesOut : dhcp ? Inside::StaysDhcp : Inside::BecomesDhcp;
        if (m_done)
            line = commented(line);
        else if (!dhcp || words.at(1) != firstNic())
            line = "iface " + firstNic().toLatin1() + " inet dhcp";
        m_done = true;
    }
    void option(const QStringList &words, QByteArray &line) const
    {
        const QString &word = words.constFirst();
        const bool mtu = word == QLatin1String("mtu");
        const bool jumbo = mtu && isJumbo(words.value(1));
        const bool out = m_now == Inside::GoesOut || (m_now == Inside::BecomesDhcp && (!mtu || jumbo))
            || (m_now == Inside::StaysDhcp && (jumbo || word == QLatin1String("hwaddress")));
        if (out)
            line = commented(line);
    }
    bool mayStart(const QString &name) const
    {
        return name == QLatin1String("lo") || std::any_of(m_stanzas.begin(), m_stanzas.end(), [&name](const Stanza &stanza) {
            return stanza.name == name && stanza.stacked && stanza.empty;
        });
    }
    LineEdit start(const QStringList &words, QByteArray &line)
    {
        m_now = Inside::Other;
        QStringList kept{words.constFirst()};
        for (const QString &name : words.mid(1)) {
            if (name == m_primary && !m_flatten)
                kept.append(firstNic());
            else if (mayStart(name))
                kept.append(name);
            else if (!name.startsWith(m_primary + QLatin1Char(':')))
                m_others.append(name);
        }
        if (kept != words)
            line = kept.size() > 1 ? kept.join(QLatin1Char(' ')).toUtf8() : commented(line);
        return LineEdit::Keep;
    }

    QString m_primary;
    bool m_flatten;
    const QList<Stanza> &m_stanzas;
    Inside m_now = Inside::Other;
    bool m_done = false;
    QStringList m_others; ///< no longer started
};

}

bool ifupdownApplies(Guest &guest) { return guest.isFile(interfacesPath); }

void fixIfupdown(Guest &guest)
{
    QList<Stanza> stanzas;
    for (const QString &path : interfaceFiles(guest))
        readStanzas(guest.read(path).value_or(QByteArray()), stanzas);
    const Stanza *primary = primaryOf(stanzas);
    if (!primary)
        return;
    guest.found(QStringLiteral("%1: %2 %3").arg(interfacesPath, primary->name, primary->method));
    const bool flatten = primary->stacked;
    guest.networkKnown = true;
    if (flatten && !guest.options().flattenNetwork) {
        guest.note(NoteId::NetworkStacked, {primary->name});
        guest.pinNicNames =
            std::any_of(stanzas.begin(), stanzas.end(), [](const Stanza &stanza) { return stanza.name == firstNic(); }); // then it stays so
        return;
    }
    Rewriter rewriter(primary->name, flatten, stanzas);
    for (const QString &path : interfaceFiles(guest)) {
        const std::optional<QByteArray> content = guest.read(path);
        QByteArray after = rewriter.run(content.value_or(QByteArray()));
        if (flatten && path == interfacesPath)
            after += "\nauto " + firstNic().toLatin1() + "\niface " + firstNic().toLatin1() + " inet dhcp\n";
        if (content)
            guest.write(path, after);
    }
    for (const QString &other : rewriter.others())
        guest.note(NoteId::OtherNic, {other});
    guest.pinNicNames = true;
}

}
