#pragma once
#include "core/guest/conversionnote.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

namespace edgelift::bootfix {

class Guest;

/// What one fix did to one file.
struct FileChange
{
    QString path;
    QByteArray diff; ///< unified
    bool removed = false; ///< the original is kept beside
};

/// What one fix found and did: a part of the report.
struct FixReport
{
    QString id;
    bool applies = false; ///< false: the guest has nothing this fix is about
    QStringList found; ///< evidence, such as "/etc/fstab: /dev/sda1"
    QList<FileChange> changes;
    QList<ConversionNote> notes;
};

/// One thing that must be right in a guest. A fix reads and stages edits through the Guest; it changes nothing itself, so a guest is either
/// fixed as a whole or not at all. Running it on what it made finds nothing to do.
struct Fix
{
    const char *id; ///< stable: it stands in reports
    bool (*applies)(Guest &guest);
    void (*run)(Guest &guest);
};

/// All of them, in the order they run: later ones see what earlier ones staged.
[[nodiscard]] const QList<Fix> &allFixes();

}
