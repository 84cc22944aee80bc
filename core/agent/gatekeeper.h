#pragma once
#include "core/agent/peer.h"
#include "core/base/result.h"

#include <QSet>
#include <QString>
#include <memory>
#include <mutex>
#include <stop_token>

namespace edgelift {

/// Decides who may talk to the agent. Whoever may can read every disk of the machine and send it away, as root can.
/// judge() is quick; permits() may wait for a person. Both may be called from any thread, several at once.
class Gatekeeper
{
public:
    struct Rules
    {
        std::optional<gid_t> group; ///< its members may, without being asked
        /// The program pkcheck of polkit: everybody else may when it says so. Empty: nobody else may.
        QString polkit;
    };
    enum class Verdict : quint8 { Admitted, Refused, MustAsk };
    static constexpr char action[] = "io.github.edgelift.manage"; ///< as in resources/io.github.edgelift.policy

    Gatekeeper() = default; ///< only root and the user the agent runs as
    explicit Gatekeeper(Rules rules)
        : m_rules(std::move(rules))
    {
    }

    [[nodiscard]] const Rules &rules() const { return m_rules; }
    /// Gives a private socket the mode and the group of the rules: who would be refused cannot even connect. Error: FileUnwritable.
    [[nodiscard]] Result<> openSocket(const QString &path) const;
    [[nodiscard]] Verdict judge(const Peer &peer) const;
    /// Asks polkit about one whose verdict is MustAsk; with `interactive` polkit may ask a person for a password, which may take
    /// minutes. A process that got a yes keeps it until it ends: the next connection must not ask again.
    [[nodiscard]] bool permits(const Peer &peer, bool interactive, const std::stop_token &stop) const;

private:
    struct State
    {
        std::mutex mutex;
        QSet<QString> permitted; ///< subjects as polkit names them
    };
    Rules m_rules;
    std::shared_ptr<State> m_state = std::make_shared<State>();
};

}
