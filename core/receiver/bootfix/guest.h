#pragma once
#include "core/guest/osinspect.h"
#include "core/receiver/bootfix/editjournal.h"
#include "core/receiver/bootfix/fix.h"
#include "core/receiver/bootfix/targetlayout.h"

#include <QSet>
#include <map>
#include <optional>

namespace edgelift::bootfix {

enum class Family : quint8 { Unknown, Debian, RedHat, Suse, Amazon, AlibabaCloud };

/// What the caller may choose.
struct ConversionOptions
{
    bool flattenNetwork = false; ///< a bond, bridge or VLAN on the only way out is replaced by plain DHCP; otherwise it is left and told
    bool newIdentity = false; ///< a copy, not a move: machine-id is made anew (host keys are for the administrator to renew)
    qint64 buildSeconds = 600; ///< one initramfs may take
};

/// A guest as it will be: the files on the disk, under the edits staged so far. Fixes see and change nothing else. Paths may go through
/// links; edits are of what the links lead to.
class Guest
{
public:
    Guest(const GuestRoot &root, const TargetLayout &layout, const ConversionOptions &options);

    const GuestRoot &root() const { return m_root; }
    const TargetLayout &layout() const { return m_layout; }
    const ConversionOptions &options() const { return m_options; }
    const OsFacts &os() const { return m_os; }
    Family family() const { return m_family; }
    int major() const { return m_major; } ///< of the distribution's version; 0 when it has none

    /// A text file; none when it is missing, not a regular file, or larger than any file of its kind (which is noted).
    std::optional<QByteArray> read(const QString &path);
    std::optional<QByteArray> readBinary(const QString &path, qint64 limit);
    bool isFile(const QString &path) const;
    bool exists(const QString &path) const; ///< a dangling link counts
    QStringList files(const QString &folder, const QString &suffix = {}) const; ///< full paths of what ends so, sorted; nothing hidden
    QStringList names(const QString &folder) const { return m_root.tree().list(folder); }

    /// True when that changes something.
    bool write(const QString &path, const QByteArray &content, unsigned mode = 0644);
    void remove(const QString &path); ///< a link is removed itself, not what it leads to
    void dropImmutable(const QString &path);

    void found(const QString &evidence);
    void note(NoteId id, const QStringList &args = {});

    // What fixes tell later ones.
    bool pinNicNames = false; ///< the network's files name eth0: the kernel must, too
    bool networkKnown = false; ///< files for the first NIC were found; what they need was done, or told
    bool needsLvmInInitramfs = false; ///< the source had none
    QSet<QString> rebuildReasons; ///< every initramfs must be made anew because of these

    void begin(const Fix &fix);
    QList<FixReport> &reports() { return m_reports; }
    QList<FileEdit> edits() const;

private:
    struct Staged
    {
        FileEdit edit;
        QByteArray original;
        bool existed = false;
    };
    FixReport &report() { return m_reports.last(); }
    const Staged *staged(const QString &path, bool keepLast = false) const;
    Staged &stage(const QString &canonical);
    void record(const QString &path, const QByteArray &before, const QByteArray &after, bool removed);
    void findFamily();

    const GuestRoot &m_root;
    const TargetLayout &m_layout;
    ConversionOptions m_options;
    OsFacts m_os;
    Family m_family = Family::Unknown;
    int m_major = 0;
    std::map<QString, Staged> m_staged; ///< by canonical path
    QList<FixReport> m_reports;
    QSet<QString> m_skipped; ///< already noted
};

[[nodiscard]] QString familyName(Family family); ///< "debian": for reports

}
