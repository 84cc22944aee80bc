#pragma once
#include <QByteArray>
#include <QString>
#include <optional>

namespace edgelift::testboot {

/// How far a machine came. Each one includes those before it, seen or not: a quiet boot says nothing until the login prompt.
enum class BootStage : quint8 { Nothing, Loader, Kernel, Root, Login, Network };
[[nodiscard]] QString stageName(BootStage stage); ///< "loader": stable

/// A console line as a text box can show it: without escape sequences and control characters.
[[nodiscard]] QString printable(const QByteArray &consoleLine);

/// True for a line of trouble that the emulated machine makes when the real one is very busy: it says nothing about what is booted.
[[nodiscard]] bool isMachinesFault(const QString &trouble);

/// Reads a serial console and knows how far the machine is. A value; never fails on what it reads.
class ConsoleWatch
{
public:
    /// Any piece of the console's bytes, in order.
    void take(const QByteArray &bytes);
    BootStage stage() const { return m_stage; }
    /// The first line that says that the start has failed ("Kernel panic …"); empty while none did. What the boot loader said counts only
    /// as long as no kernel runs.
    const QString &trouble() const { return m_trouble; }

private:
    void line(const QString &text, bool complete);
    QByteArray m_rest; ///< of a line that is not complete
    BootStage m_stage = BootStage::Nothing;
    QString m_trouble;
};

/// What the machine's own packets tell, out of a capture file (pcap) that may still grow.
struct NetworkSigns
{
    QString address; ///< the machine got by DHCP; empty: none yet
    bool answered = false; ///< somebody asked it for a TCP connection and it answered, if only by refusing
};
/// `capture`: the file's bytes; what is damaged or cut off is left out. `mac` as "52:54:00:…".
[[nodiscard]] NetworkSigns networkSigns(const QByteArray &capture, const QString &mac);

}
