#pragma once
#include "tests/support/simulation.h"

namespace edgelift::test {

/// What is done to a server's disks on the way.
enum class LayoutChange : quint8 {
    AsIs, ///< block by block
    Shrunk, ///< the root smaller, file by file
    ToLvm, ///< into a new volume group
    HomeMoved, ///< /home to the second disk
    Excludes, ///< the root file by file, without some folders
};

/// One cell of the boot matrix: a full Debian server, and what becomes of its disks.
struct BootCell
{
    QString suite; ///< bullseye, bookworm, trixie
    QString layout; ///< of debian-server.sh
    LayoutChange change = LayoutChange::AsIs;
};
/// "bookworm uefi, shrunk by files"
[[nodiscard]] QString cellName(const BootCell &cell);

/// How a cell ended.
struct CellEnd
{
    enum class Kind : quint8 {
        Starts, ///< same files, login prompt, network, everything in fstab mounted
        Refused, ///< before anything moved, as the rules want it for this cell
        Failed,
    };
    Kind kind = Kind::Failed;
    QString text; ///< of Refused: the rule's; of Failed: what is wrong
};
/// Builds the server, migrates it with the changed plan, compares source and image by other tools but for what the report lists, and boots
/// the image by `report --boot-check`. Needs root.
[[nodiscard]] CellEnd runCell(const BootCell &cell);

}
