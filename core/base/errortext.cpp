#include "core/base/errortext.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

namespace edgelift {

namespace {

struct Entry
{
    ErrorCode code;
    const char *name;
    const char *title;
    const char *message;
    const char *remedy;
};

#define EDGELIFT_TEXT(text) QT_TRANSLATE_NOOP("ErrorText", text)
/// The one table of errors. %1, %2, … are Error::args. The columns are: what happened, to what, and what to do next.
constexpr Entry entries[] = {
    {ErrorCode::Internal, "Internal", EDGELIFT_TEXT("Something went wrong inside Edgelift"),
        EDGELIFT_TEXT("An internal check failed."),
        EDGELIFT_TEXT("Save the diagnostics and report them with the code above.")},
    {ErrorCode::UsageWrong, "UsageWrong", EDGELIFT_TEXT("The command is not complete"),
        EDGELIFT_TEXT("%1"),
        EDGELIFT_TEXT("Run the command with --help to see what it takes.")},
    {ErrorCode::PermissionDenied, "PermissionDenied", EDGELIFT_TEXT("Not permitted"),
        EDGELIFT_TEXT("%1 needs administrator rights."),
        EDGELIFT_TEXT("Run the command again as root, for example with sudo.")},
    {ErrorCode::ToolMissing, "ToolMissing", EDGELIFT_TEXT("A program is missing"),
        EDGELIFT_TEXT("The program %1 was not found."),
        EDGELIFT_TEXT("Install %1 and retry.")},
    {ErrorCode::ToolFailed, "ToolFailed", EDGELIFT_TEXT("A program failed"),
        EDGELIFT_TEXT("%1 ended with an error."),
        EDGELIFT_TEXT("Read the log for what it printed, mend the cause and retry.")},
    {ErrorCode::ToolTimedOut, "ToolTimedOut", EDGELIFT_TEXT("A program did not finish"),
        EDGELIFT_TEXT("%1 took longer than it may."),
        EDGELIFT_TEXT("Check that the machine is not overloaded, then retry.")},
    {ErrorCode::NoSpace, "NoSpace", EDGELIFT_TEXT("There is no space left"),
        EDGELIFT_TEXT("No space is left in %1."),
        EDGELIFT_TEXT("Free some space there, then retry. What was done is kept.")},
    {ErrorCode::FileUnreadable, "FileUnreadable", EDGELIFT_TEXT("A file could not be read"),
        EDGELIFT_TEXT("%1 could not be read."),
        EDGELIFT_TEXT("Check that the file exists and may be read, then retry.")},
    {ErrorCode::FileUnwritable, "FileUnwritable", EDGELIFT_TEXT("A file could not be written"),
        EDGELIFT_TEXT("%1 could not be written."),
        EDGELIFT_TEXT("Check the folder's rights and free space, then retry.")},
    {ErrorCode::JournalUnreadable, "JournalUnreadable", EDGELIFT_TEXT("The migration journal is damaged"),
        EDGELIFT_TEXT("The journal %1 cannot be trusted."),
        EDGELIFT_TEXT("Cancel this migration and start it again; nothing on the source was changed.")},
    {ErrorCode::StateUnreadable, "StateUnreadable", EDGELIFT_TEXT("Saved state is damaged"),
        EDGELIFT_TEXT("%1 cannot be trusted."),
        EDGELIFT_TEXT("Move the file away and start again; nothing on the source was changed.")},
    {ErrorCode::PlanUnreadable, "PlanUnreadable", EDGELIFT_TEXT("The plan file cannot be read"),
        EDGELIFT_TEXT("%1 is not a plan file: %2."),
        EDGELIFT_TEXT("Make a new plan with “edgeliftctl plan new”, or mend the file at that place.")},
    {ErrorCode::PlanUnknownKey, "PlanUnknownKey", EDGELIFT_TEXT("The plan has an unknown setting"),
        EDGELIFT_TEXT("The plan has the unknown key “%1”."),
        EDGELIFT_TEXT("Did you mean “%2”? Correct the key or remove it.")},
    {ErrorCode::PlanVersion, "PlanVersion", EDGELIFT_TEXT("The plan was made by another version"),
        EDGELIFT_TEXT("The plan has version %1; this program reads version %2."),
        EDGELIFT_TEXT("Make a new plan with this program, or use the program that made the plan.")},
    {ErrorCode::PlanValueWrong, "PlanValueWrong", EDGELIFT_TEXT("The plan has an impossible value"),
        EDGELIFT_TEXT("%1 cannot be “%2”. Allowed: %3."),
        EDGELIFT_TEXT("Change the value in the plan and validate it again.")},
    {ErrorCode::PlanRuleBroken, "PlanRuleBroken", EDGELIFT_TEXT("The plan breaks a rule"),
        EDGELIFT_TEXT("%1"),
        EDGELIFT_TEXT("Change the plan as described and validate it again.")},
    {ErrorCode::PlanForOtherSource, "PlanForOtherSource", EDGELIFT_TEXT("The plan belongs to another server"),
        EDGELIFT_TEXT("The plan names %1, which this source does not have."),
        EDGELIFT_TEXT("Make a new plan for this source with “edgeliftctl plan new”.")},
    {ErrorCode::LayoutChangeUnsupported, "LayoutChangeUnsupported", EDGELIFT_TEXT("This change of the disk layout is not available"),
        EDGELIFT_TEXT("%1 would be changed, but volumes are copied block by block as they are."),
        EDGELIFT_TEXT("Leave the volume's size, place and method as “plan new” wrote them.")},
    {ErrorCode::SourceUnreadable, "SourceUnreadable", EDGELIFT_TEXT("A disk of the source could not be read"),
        EDGELIFT_TEXT("Reading %1 failed."),
        EDGELIFT_TEXT("Check the disk's health and the file's rights, then retry. What was already sent is kept.")},
    {ErrorCode::SourceMissing, "SourceMissing", EDGELIFT_TEXT("A disk of the source was not found"),
        EDGELIFT_TEXT("%1 does not exist."),
        EDGELIFT_TEXT("Check the path of the disk, then start again.")},
    {ErrorCode::SourceEmpty, "SourceEmpty", EDGELIFT_TEXT("The disk is empty"),
        EDGELIFT_TEXT("%1 has no content."),
        EDGELIFT_TEXT("Choose the right disk image.")},
    {ErrorCode::SourceChanged, "SourceChanged", EDGELIFT_TEXT("The source changed during the migration"),
        EDGELIFT_TEXT("%1 is no longer what it was when the migration began."),
        EDGELIFT_TEXT("Make sure that nothing writes to the disk image, then start the migration again.")},
    {ErrorCode::SourceBusy, "SourceBusy", EDGELIFT_TEXT("The disk image is in use"),
        EDGELIFT_TEXT("%1 is in use by another program."),
        EDGELIFT_TEXT("Shut the virtual machine down or choose a copy of its disk, then retry.")},
    {ErrorCode::ImageFormatUnsupported, "ImageFormatUnsupported", EDGELIFT_TEXT("The format of the disk image is not supported"),
        EDGELIFT_TEXT("%1 has the format %2. Raw and qcow2 images can be read."),
        EDGELIFT_TEXT("Convert the image with “qemu-img convert -O qcow2” and start again.")},
    {ErrorCode::PartitionTableDamaged, "PartitionTableDamaged", EDGELIFT_TEXT("The partition table is damaged"),
        EDGELIFT_TEXT("The partition table of %1 cannot be used: %2."),
        EDGELIFT_TEXT("Repair the table (for example with “sgdisk --verify” or “sfdisk --verify”), then start again.")},
    {ErrorCode::PartitionTableLoops, "PartitionTableLoops", EDGELIFT_TEXT("The partition table refers to itself"),
        EDGELIFT_TEXT("The extended partitions of %1 form a loop."),
        EDGELIFT_TEXT("Repair the partition table with “sfdisk”, then start again.")},
    {ErrorCode::NotLinux, "NotLinux", EDGELIFT_TEXT("This is not a Linux server"),
        EDGELIFT_TEXT("No Linux system was found on %1."),
        EDGELIFT_TEXT("Only Linux servers can become ENS images. Choose the disk that holds the Linux system.")},
    {ErrorCode::ArchitectureUnsupported, "ArchitectureUnsupported", EDGELIFT_TEXT("The processor architecture is not supported"),
        EDGELIFT_TEXT("The system on %1 is made for %2."),
        EDGELIFT_TEXT("Only x86-64 servers can become ENS images.")},
    {ErrorCode::TooManyDataDisks, "TooManyDataDisks", EDGELIFT_TEXT("Too many data disks"),
        EDGELIFT_TEXT("%1 data disks would be migrated, at most 4 are possible."),
        EDGELIFT_TEXT("Leave out disks: set all volumes of a disk to “migrate”: false in the plan.")},
    {ErrorCode::DataDiskTooLarge, "DataDiskTooLarge", EDGELIFT_TEXT("A data disk is too large"),
        EDGELIFT_TEXT("An ENS image allows at most 500 GiB for a data disk. %1 has %2."),
        EDGELIFT_TEXT("Leave the disk out, or make it smaller.")},
    {ErrorCode::NoRootFilesystem, "NoRootFilesystem", EDGELIFT_TEXT("The root filesystem was not found"),
        EDGELIFT_TEXT("No volume of %1 can be mounted as “/”."),
        EDGELIFT_TEXT("Choose the disk that the server starts from.")},
    {ErrorCode::FilesystemDamaged, "FilesystemDamaged", EDGELIFT_TEXT("A filesystem is damaged"),
        EDGELIFT_TEXT("The filesystem on %1 cannot be read: %2."),
        EDGELIFT_TEXT("Check it with the filesystem's own repair program, then start again.")},
    {ErrorCode::VolumeUnsupported, "VolumeUnsupported", EDGELIFT_TEXT("A volume cannot be migrated"),
        EDGELIFT_TEXT("%1 is of a kind that cannot be migrated: %2."),
        EDGELIFT_TEXT("Leave the volume out, or change it on the source.")},
    {ErrorCode::BootLoaderMissing, "BootLoaderMissing", EDGELIFT_TEXT("No boot loader was found"),
        EDGELIFT_TEXT("%1 has no boot loader that the image could start with."),
        EDGELIFT_TEXT("Install GRUB on the source's system disk, then start again.")},
    {ErrorCode::VirtioMissing, "VirtioMissing", EDGELIFT_TEXT("Drivers for the cloud are missing"),
        EDGELIFT_TEXT("The start files of kernel %1 have no virtio drivers."),
        EDGELIFT_TEXT("Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.")},
    {ErrorCode::LiveSourceUnsupported, "LiveSourceUnsupported", EDGELIFT_TEXT("This machine cannot be migrated while it runs"),
        EDGELIFT_TEXT("A running machine cannot be the source of this migration."),
        EDGELIFT_TEXT("Name the disk images with --source-disk.")},
    {ErrorCode::SourceUnsteady, "SourceUnsteady", EDGELIFT_TEXT("The source does not read the same twice"),
        EDGELIFT_TEXT("%2 blocks of %1 had another content each time they were read."),
        EDGELIFT_TEXT("Make sure that nothing writes to the disk. Then test the source server's memory (RAM) and the disk's health, and "
                      "start again.")},
    {ErrorCode::ReceiverUnreachable, "ReceiverUnreachable", EDGELIFT_TEXT("The transit instance does not answer"),
        EDGELIFT_TEXT("%1 cannot be reached on port %2."),
        EDGELIFT_TEXT("Allow outgoing connections to ports 8080 and 8703, then retry. What was already sent is kept.")},
    {ErrorCode::ReceiverVersion, "ReceiverVersion", EDGELIFT_TEXT("The receiver is of another version"),
        EDGELIFT_TEXT("The receiver speaks protocol %1."),
        EDGELIFT_TEXT("Let the migration create a new transit instance (cancel and start again), or update this program.")},
    {ErrorCode::FrameMalformed, "FrameMalformed", EDGELIFT_TEXT("The data connection was disturbed"),
        EDGELIFT_TEXT("A message on the data connection could not be understood."),
        EDGELIFT_TEXT("Retry. What was already confirmed is kept.")},
    {ErrorCode::PeerNotTrusted, "PeerNotTrusted", EDGELIFT_TEXT("The other side could not prove who it is"),
        EDGELIFT_TEXT("The computer at %1 does not hold the key of this migration."),
        EDGELIFT_TEXT("Check for a proxy that opens encrypted connections, then retry.")},
    {ErrorCode::EpochUnknown, "EpochUnknown", EDGELIFT_TEXT("The receiver holds another state"),
        EDGELIFT_TEXT("The receiver does not know this run of the migration."),
        EDGELIFT_TEXT("Cancel this migration and start it again.")},
    {ErrorCode::DataCorrupted, "DataCorrupted", EDGELIFT_TEXT("Data was damaged on the way"),
        EDGELIFT_TEXT("A block of %1 arrived damaged."),
        EDGELIFT_TEXT(
            "Retry. The block is sent again; nothing damaged was written. If it happens again, test the source server's memory (RAM).")},
    {ErrorCode::TargetDiskMissing, "TargetDiskMissing", EDGELIFT_TEXT("A target disk was not found"),
        EDGELIFT_TEXT("The disk with serial %1 is not attached to the transit instance."),
        EDGELIFT_TEXT("Retry; if it stays away, cancel the migration and start again.")},
    {ErrorCode::TargetDiskTooSmall, "TargetDiskTooSmall", EDGELIFT_TEXT("A target disk is too small"),
        EDGELIFT_TEXT("The target disk %1 has %2, but %3 are needed."),
        EDGELIFT_TEXT("Choose a larger disk in the plan and start again.")},
    {ErrorCode::TargetWriteFailed, "TargetWriteFailed", EDGELIFT_TEXT("Writing the target disk failed"),
        EDGELIFT_TEXT("The target disk %1 could not be written."),
        EDGELIFT_TEXT("Retry. If it fails again, cancel the migration and start again.")},
    {ErrorCode::TargetReadFailed, "TargetReadFailed", EDGELIFT_TEXT("Reading the target disk back failed"),
        EDGELIFT_TEXT("The target disk %1 could not be read back."),
        EDGELIFT_TEXT("Retry. If it fails again, cancel the migration and start again.")},
    {ErrorCode::VerificationFailed, "VerificationFailed", EDGELIFT_TEXT("The copy is not equal to the source"),
        EDGELIFT_TEXT("%1 blocks of the target disk differ from what was sent, after a second copy as well."),
        EDGELIFT_TEXT(
            "Memory (RAM) or disk of the transit instance is faulty. Cancel the migration and start it again: it gets another one.")},
    {ErrorCode::LinkLost, "LinkLost", EDGELIFT_TEXT("The connection to the transit instance was lost"),
        EDGELIFT_TEXT("The connection to %1 was lost."),
        EDGELIFT_TEXT("Check the network, then retry. What was already sent is kept.")},
    {ErrorCode::LinkStalled, "LinkStalled", EDGELIFT_TEXT("No data passes to the transit instance"),
        EDGELIFT_TEXT("No data passed to %1 for %2 seconds."),
        EDGELIFT_TEXT("Check the network, then retry. What was already sent is kept.")},
    {ErrorCode::OutsideRegion, "OutsideRegion", EDGELIFT_TEXT("A write outside the target was refused"),
        EDGELIFT_TEXT("The receiver refused a write outside disk %1."),
        EDGELIFT_TEXT("Save the diagnostics and report them with the code above.")},
    {ErrorCode::TargetTableFailed, "TargetTableFailed", EDGELIFT_TEXT("The partition table of the target could not be written"),
        EDGELIFT_TEXT("The partition table of target disk %1 could not be completed."),
        EDGELIFT_TEXT("Retry. If it fails again, save the diagnostics and report them.")},
    {ErrorCode::TargetDiskBusy, "TargetDiskBusy", EDGELIFT_TEXT("A target disk is in use"),
        EDGELIFT_TEXT("The target disk %1 is in use by the transit instance itself and was not touched."),
        EDGELIFT_TEXT("Retry. If it stays in use, cancel the migration and start again.")},
    {ErrorCode::CloudRefused, "CloudRefused", EDGELIFT_TEXT("The cloud refused a request"),
        EDGELIFT_TEXT("%1 was refused: %2."),
        EDGELIFT_TEXT("Read the cloud's reason, mend it in the console, then retry.")},
    {ErrorCode::CloudThrottled, "CloudThrottled", EDGELIFT_TEXT("The cloud asks to slow down"),
        EDGELIFT_TEXT("Too many %1 requests were made from this account."),
        EDGELIFT_TEXT("Nothing is lost. Wait a minute, then retry.")},
    {ErrorCode::CloudReplyUnreadable, "CloudReplyUnreadable", EDGELIFT_TEXT("The cloud's answer was not understood"),
        EDGELIFT_TEXT("The answer to %1 could not be understood."),
        EDGELIFT_TEXT("Retry. If it happens again, check for a proxy that changes answers.")},
    {ErrorCode::CloudUnreachable, "CloudUnreachable", EDGELIFT_TEXT("The cloud does not answer"),
        EDGELIFT_TEXT("No answer from %1."),
        EDGELIFT_TEXT("Check the network or the proxy, then retry.")},
    {ErrorCode::CredentialsWrong, "CredentialsWrong", EDGELIFT_TEXT("The AccessKey pair was refused"),
        EDGELIFT_TEXT("The cloud refused the AccessKey pair: %1."),
        EDGELIFT_TEXT("Check the AccessKey ID and secret, then start again.")},
    {ErrorCode::CredentialsExpired, "CredentialsExpired", EDGELIFT_TEXT("The temporary credentials expired"),
        EDGELIFT_TEXT("The temporary credentials for %1 are no longer valid."),
        EDGELIFT_TEXT("Retry. New credentials are fetched by themselves.")},
    {ErrorCode::PermissionMissing, "PermissionMissing", EDGELIFT_TEXT("The account lacks a permission"),
        EDGELIFT_TEXT("The account may not call %1: %2."),
        EDGELIFT_TEXT("Grant the permission in the RAM console, then retry.")},
    {ErrorCode::ClockSkew, "ClockSkew", EDGELIFT_TEXT("This computer's clock is wrong"),
        EDGELIFT_TEXT("The clock differs from the cloud's by %1 seconds."),
        EDGELIFT_TEXT("Set the clock (for example with “timedatectl set-ntp true”), then retry.")},
    {ErrorCode::BucketMissing, "BucketMissing", EDGELIFT_TEXT("The bucket does not exist"),
        EDGELIFT_TEXT("There is no bucket “%1”."),
        EDGELIFT_TEXT("Create the bucket in %2, or choose another one in the plan.")},
    {ErrorCode::BucketInOtherRegion, "BucketInOtherRegion", EDGELIFT_TEXT("The bucket is in another region"),
        EDGELIFT_TEXT("Bucket “%1” is in %2, but the temporary image is created in %3."),
        EDGELIFT_TEXT("Choose a bucket in %3.")},
    {ErrorCode::BucketUnsuitable, "BucketUnsuitable", EDGELIFT_TEXT("The bucket cannot be used"),
        EDGELIFT_TEXT("Bucket “%1” cannot hold the temporary image: %2."),
        EDGELIFT_TEXT("Choose a bucket without server-side encryption, of the standard class.")},
    {ErrorCode::ImageNameTaken, "ImageNameTaken", EDGELIFT_TEXT("The image name is in use"),
        EDGELIFT_TEXT("There is already an image named “%1”."),
        EDGELIFT_TEXT("Choose another name prefix in the plan.")},
    {ErrorCode::StockSoldOut, "StockSoldOut", EDGELIFT_TEXT("The instance type is out of stock"),
        EDGELIFT_TEXT("Instance type “%1” is out of stock in %2."),
        EDGELIFT_TEXT("Choose another type, or leave the type empty so that one is chosen.")},
    {ErrorCode::QuotaExceeded, "QuotaExceeded", EDGELIFT_TEXT("A quota of the account is used up"),
        EDGELIFT_TEXT("The quota for %1 is used up: %2."),
        EDGELIFT_TEXT("Delete what is no longer needed or raise the quota, then retry.")},
    {ErrorCode::BalanceTooLow, "BalanceTooLow", EDGELIFT_TEXT("The account's balance is too low"),
        EDGELIFT_TEXT("The account cannot buy the transit instance."),
        EDGELIFT_TEXT("Top up the account, then retry.")},
    {ErrorCode::RoleMissing, "RoleMissing", EDGELIFT_TEXT("A role is missing in the account"),
        EDGELIFT_TEXT("The role %1 does not exist or may not be used."),
        EDGELIFT_TEXT("Grant the role in the ECS console, then retry.")},
    {ErrorCode::ServiceNotActivated, "ServiceNotActivated", EDGELIFT_TEXT("A service is not activated"),
        EDGELIFT_TEXT("%1 is not activated in this account."),
        EDGELIFT_TEXT("Activate it in the console, then retry.")},
    {ErrorCode::RegionUnsupported, "RegionUnsupported", EDGELIFT_TEXT("The region is not supported"),
        EDGELIFT_TEXT("%1 is not possible in %2."),
        EDGELIFT_TEXT("Choose China (Beijing) or Singapore.")},
    {ErrorCode::NetworkMissing, "NetworkMissing", EDGELIFT_TEXT("The network was not found"),
        EDGELIFT_TEXT("%1 does not exist or does not fit."),
        EDGELIFT_TEXT("Choose another VPC and vSwitch in the plan.")},
    {ErrorCode::TransitReleased, "TransitReleased", EDGELIFT_TEXT("The transit instance is gone"),
        EDGELIFT_TEXT("The transit instance %1 was released."),
        EDGELIFT_TEXT("This migration cannot continue. Start it again from the beginning.")},
    {ErrorCode::TransitNotReady, "TransitNotReady", EDGELIFT_TEXT("The transit instance did not get ready"),
        EDGELIFT_TEXT("The transit instance %1 did not start its receiver."),
        EDGELIFT_TEXT("Retry; if it fails again, cancel the migration and start again.")},
    {ErrorCode::SnapshotFailed, "SnapshotFailed", EDGELIFT_TEXT("A snapshot failed"),
        EDGELIFT_TEXT("The snapshot of disk %1 failed."),
        EDGELIFT_TEXT("Retry.")},
    {ErrorCode::ImageFailed, "ImageFailed", EDGELIFT_TEXT("The image could not be made"),
        EDGELIFT_TEXT("Making the ECS image %1 failed: %2."),
        EDGELIFT_TEXT("Retry; if it fails again, read the cloud's reason in the log.")},
    {ErrorCode::ExportFailed, "ExportFailed", EDGELIFT_TEXT("The image could not be exported"),
        EDGELIFT_TEXT("Exporting image %1 failed: %2."),
        EDGELIFT_TEXT("Check the bucket and the role for image export, then retry.")},
    {ErrorCode::ImportFailed, "ImportFailed", EDGELIFT_TEXT("The image could not be imported"),
        EDGELIFT_TEXT("Importing the ENS image %1 failed: %2."),
        EDGELIFT_TEXT("Retry; the exported files are kept in the bucket until then.")},
    {ErrorCode::CloudTimedOut, "CloudTimedOut", EDGELIFT_TEXT("The cloud took too long"),
        EDGELIFT_TEXT("%1 did not finish in time."),
        EDGELIFT_TEXT("Retry; it continues where it stopped.")},
    {ErrorCode::ResourceMissing, "ResourceMissing", EDGELIFT_TEXT("Something in the cloud is gone"),
        EDGELIFT_TEXT("%1 no longer exists."),
        EDGELIFT_TEXT("It was probably deleted by hand. Cancel the migration and start again.")},
    {ErrorCode::BundleMissing, "BundleMissing", EDGELIFT_TEXT("The receiver's bundle is missing"),
        EDGELIFT_TEXT("The file %1 was not found."),
        EDGELIFT_TEXT("Reinstall Edgelift, or build the target “receiver_bundle”.")},
    {ErrorCode::CodeMistyped, "CodeMistyped", EDGELIFT_TEXT("The activation code has a typing error"),
        EDGELIFT_TEXT("The activation code is not complete or has a wrong character: %1."),
        EDGELIFT_TEXT("Copy the whole code again from where it was made.")},
    {ErrorCode::CodeRejected, "CodeRejected", EDGELIFT_TEXT("The activation code was rejected"),
        EDGELIFT_TEXT("The service does not know this activation code."),
        EDGELIFT_TEXT("Check it for missing characters, or generate a new one.")},
    {ErrorCode::CodeExpired, "CodeExpired", EDGELIFT_TEXT("The activation code expired"),
        EDGELIFT_TEXT("The activation code expired on %1."),
        EDGELIFT_TEXT("Generate a new one.")},
    {ErrorCode::CodeUsedUp, "CodeUsedUp", EDGELIFT_TEXT("The activation code is used up"),
        EDGELIFT_TEXT("The activation code has already imported %1 servers, which is its limit."),
        EDGELIFT_TEXT("Generate a new one.")},
    {ErrorCode::CodeDisabled, "CodeDisabled", EDGELIFT_TEXT("The activation code was disabled"),
        EDGELIFT_TEXT("The activation code was switched off by its owner."),
        EDGELIFT_TEXT("Ask for a new one.")},
    {ErrorCode::CodeMissing, "CodeMissing", EDGELIFT_TEXT("No activation code was given"),
        EDGELIFT_TEXT("Neither an activation code nor an AccessKey pair was given."),
        EDGELIFT_TEXT("Give the code with --code-file or on standard input, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.")},
    {ErrorCode::AgentUnreachable, "AgentUnreachable", EDGELIFT_TEXT("The agent does not answer"),
        EDGELIFT_TEXT("No agent answers on %1."),
        EDGELIFT_TEXT("Start it with “systemctl start edgelift-agent”, or run the command as root.")},
    {ErrorCode::AgentVersion, "AgentVersion", EDGELIFT_TEXT("The agent is of another version"),
        EDGELIFT_TEXT("The agent speaks version %1 of its interface, this program version %2."),
        EDGELIFT_TEXT("Install the same version of both.")},
    {ErrorCode::JobRunning, "JobRunning", EDGELIFT_TEXT("A migration is already running"),
        EDGELIFT_TEXT("Migration %1 is still running."),
        EDGELIFT_TEXT("Wait for its end or cancel it first.")},
    {ErrorCode::JobUnknown, "JobUnknown", EDGELIFT_TEXT("The migration was not found"),
        EDGELIFT_TEXT("There is no migration %1."),
        EDGELIFT_TEXT("List the migrations with “edgeliftctl status”.")},
    {ErrorCode::JobStateWrong, "JobStateWrong", EDGELIFT_TEXT("This is not possible now"),
        EDGELIFT_TEXT("Migration %1 is %2."),
        EDGELIFT_TEXT("Look at its state with “edgeliftctl status”.")},
    {ErrorCode::RequestMalformed, "RequestMalformed", EDGELIFT_TEXT("A request was not understood"),
        EDGELIFT_TEXT("%1"),
        EDGELIFT_TEXT("Use the same version of all parts of Edgelift.")},
};
#undef EDGELIFT_TEXT

const Entry *find(ErrorCode code)
{
    const auto *it = std::find_if(std::begin(entries), std::end(entries), [code](const Entry &entry) { return entry.code == code; });
    return it == std::end(entries) ? nullptr : it;
}

QString translated(const char *text, const QStringList &args)
{
    const QString form = QCoreApplication::translate("ErrorText", text);
    QString out;
    for (qsizetype i = 0; i < form.size(); ++i) { // not QString::arg: a fact may contain "%1" itself
        const bool place = form.at(i) == QLatin1Char('%') && i + 1 < form.size() && form.at(i + 1).isDigit();
        if (!place) {
            out += form.at(i);
            continue;
        }
        out += args.value(form.at(++i).digitValue() - 1);
    }
    return out;
}

}

QString displayCode(ErrorCode code) { return QStringLiteral("EL-%1").arg(quint16(code), 4, 10, QLatin1Char('0')); }

QString codeName(ErrorCode code)
{
    const Entry *entry = find(code);
    return entry ? QString::fromLatin1(entry->name) : QString();
}

QList<ErrorCode> allErrorCodes()
{
    QList<ErrorCode> codes;
    for (const Entry &entry : entries)
        codes.append(entry.code);
    return codes;
}

ErrorText describe(const Error &error)
{
    const Entry *entry = find(error.code);
    if (!entry)
        entry = find(ErrorCode::Internal);
    return {translated(entry->title, error.args), translated(entry->message, error.args), translated(entry->remedy, error.args)};
}

QString logLine(const Error &error)
{
    QString line = displayCode(error.code) + QLatin1Char(' ') + codeName(error.code);
    if (!error.args.isEmpty())
        line += QLatin1String(" (") + error.args.join(QLatin1String(", ")) + QLatin1Char(')');
    if (!error.detail.isEmpty())
        line += QLatin1String(": ") + error.detail;
    return line;
}

}
