#pragma once
#include "core/layout/serverfacts.h"

#include <QStringList>

namespace edgelift {

/// One of the seed's questions (ux.md R54–R57) as data: whether it must be asked, what is true now, what may be answered. The
/// texts are made by the functions below, in the language set now.
struct Prompt
{
    QString id; ///< "snapshot-driver", "rsync", "selinux"
    bool needed = false;
    QString state; ///< "not-needed", "missing", "installed"; of SELinux also "enforcing", "permissive", "disabled"
    QString reason; ///< see promptReason()
    QStringList choices; ///< "yes", "no"; of SELinux "leave", "permissive", "disable"
    QString recommended; ///< one of them
    QString command; ///< what the strongest choice runs, for people; empty: nothing to run
    bool operator==(const Prompt &) const = default;
};

/// The three questions where the source's disks are images: read-only, so none needs an answer.
[[nodiscard]] QList<Prompt> promptsOfImages(const ServerFacts &facts);

[[nodiscard]] QStringList promptIds();
[[nodiscard]] QStringList promptChoices(const QString &prompt); ///< empty: there is no such prompt
[[nodiscard]] QString promptTitle(const QString &prompt); ///< "Install rsync?"; the id itself for an unknown one
[[nodiscard]] QString promptReason(const QString &prompt, const QString &reason); ///< why it is asked or need not be
[[nodiscard]] QString promptChoice(const QString &choice); ///< "Yes"
[[nodiscard]] QString promptConsequence(const QString &prompt, const QString &choice); ///< what follows from the answer

}
