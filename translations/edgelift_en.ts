<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en">
<context>
    <name>ActivationCode</name>
    <message>
        <source>“%1” (character %2)</source>
        <extracomment>%1 is one character of an activation code, %2 its place in the code</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a part is missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the address in it is not valid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it is longer than %1 characters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it does not begin with EL1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the end is missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the check sum does not match</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ConversionNote</name>
    <message>
        <source>The service %2 of the old platform (%1) no longer starts. It is still installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system is built for %1; instances are x86_64.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No boot entry was found. Run the distribution&apos;s boot loader configuration on the source, then migrate again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The boot loader “%1” cannot be made to start on the target. Install GRUB 2 on the source, then migrate again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The encrypted volume %1 on %2 is not in the image; its line in /etc/crypttab is out of effect.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The default kernel %1 has neither drivers for virtio disks built in nor an initramfs. Make one on the source, then migrate again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The default kernel %1 has no drivers for virtio disks. Install a kernel that has them on the source, then migrate again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 names %2, which is another disk or none on the new machine. Change it there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A boot entry in %1 starts from %2, which is not this image&apos;s root filesystem. It was left as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but no EFI system partition with a loader was found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is not a plain file of usual size. It was left as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 starts with the system. Make sure that it lets you in at the new address.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>/etc/fstab is not a plain file of usual size. Mend it on the source, then migrate again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>/etc/fstab mounts %1 at %2, which the image does not have. The system would stop while starting.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 has no room for the new kernel arguments. Shorten kernelopts there on the source, then migrate again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system starts by GRUB Legacy (0.97), which cannot find its root filesystem by UUID and is not supported. Change to GRUB 2 on the source, then migrate again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copy has a new machine-id but still the SSH host keys of its original. Make new ones with “ssh-keygen -A” after deleting the old ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Machine-id and SSH host keys were kept: the server moves. Do not run it beside its original.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new initramfs for kernel %1 could not be made (%2). The old one was kept; this kernel may not start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system has no program to make a new initramfs. The old ones start on virtio disks and were kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kernel %1 has neither drivers for virtio disks built in nor an initramfs; it will not start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The initramfs has no drivers for virtio disks, and the system has neither dracut, initramfs-tools nor mkinitrd. Install one of them on the source, then migrate again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new initramfs for the default kernel %1 could not be made (%2). Make one with virtio_blk and virtio_pci on the source, then migrate again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A boot entry in %1 names %2, which is not in /boot.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No kernel was found in /boot.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kernel %1 has no drivers for virtio disks; it will not start. It is not the default.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan puts volumes on LVM, but the system has no LVM programs. Install lvm2 on the source or choose plain partitions.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (%2) comes from another machine. The system now starts also when it cannot be had.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (%2) is not in the image; it is no longer mounted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What %1 (%2) stands for in the image is not known. The system now starts also without it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The name server %1 is set by hand. Check that it answers from the new place.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Several services manage the network: %1. Keep one of them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The way out leads over %1, a bond, bridge or VLAN. Its settings were left as they are; the image may not be reachable until you change them or let Edgelift replace them by plain DHCP.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No network settings that Edgelift knows were found. The image may not be reachable.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network interface %1 is no longer started by itself: the new machine may not have it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 needs a processor of level %2. Choose an instance type that has it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>/etc/resolv.conf leads to %1, but systemd-resolved does not start with the system.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No boot entry names the image&apos;s root filesystem.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan has no volume for the root filesystem.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The routes in %1 belong to the old network and are out of effect.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SELinux labels are restored when the image starts for the first time. That can take several minutes, and the system restarts once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No SSH server starts with the system.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SSH is restricted by an address in %1: “%2”. Check that it lets you in at the new address.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The swap area %2 is not in the image; it is no longer used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The distribution “%1” is not one Edgelift was made for. What is common to all was done; test the image well.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but the EFI system partition has no loader for x86_64.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The EFI system partition could not be looked into. If it has no EFI\BOOT\BOOTX64.EFI, the image does not start.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ErrorText</name>
    <message>
        <source>Something went wrong inside Edgelift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An internal check failed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the diagnostics and report them with the code above.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The command is not complete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the command with --help to see what it takes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not permitted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 needs administrator rights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the command again as root, for example with sudo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A program is missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program %1 was not found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install %1 and retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A program failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 ended with an error.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read the log for what it printed, mend the cause and retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A program did not finish</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 took longer than it may.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that the machine is not overloaded, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no space left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No space is left in %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free some space there, then retry. What was done is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A file could not be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 could not be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that the file exists and may be read, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A file could not be written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 could not be written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the folder&apos;s rights and free space, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The migration journal is damaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The journal %1 cannot be trusted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel this migration and start it again; nothing on the source was changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved state is damaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be trusted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the file away and start again; nothing on the source was changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan file cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is not a plan file: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make a new plan with “edgeliftctl plan new”, or mend the file at that place.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan has an unknown setting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan has the unknown key “%1”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Did you mean “%2”? Correct the key or remove it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan was made by another version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan has version %1; this program reads version %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make a new plan with this program, or use the program that made the plan.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan has an impossible value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be “%2”. Allowed: %3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the value in the plan and validate it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan breaks a rule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the plan as described and validate it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan belongs to another server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan names %1, which this source does not have.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make a new plan for this source with “edgeliftctl plan new”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This change of the disk layout is not available</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A disk of the source could not be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading %1 failed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the disk&apos;s health and the file&apos;s rights, then retry. What was already sent is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A disk of the source was not found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 does not exist.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the path of the disk, then start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk is empty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 has no content.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the right disk image.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The source changed during the migration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is no longer what it was when the migration began.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk image, then start the migration again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk image is in use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is in use by another program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shut the virtual machine down or choose a copy of its disk, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The format of the disk image is not supported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 has the format %2. Raw and qcow2 images can be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Convert the image with “qemu-img convert -O qcow2” and start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The partition table is damaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The partition table of %1 cannot be used: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repair the table (for example with “sgdisk --verify” or “sfdisk --verify”), then start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The partition table refers to itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The extended partitions of %1 form a loop.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repair the partition table with “sfdisk”, then start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is not a Linux server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No Linux system was found on %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only Linux servers can become ENS images. Choose the disk that holds the Linux system.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The processor architecture is not supported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system on %1 is made for %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Too many data disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 data disks would be migrated, at most 4 are possible.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave out disks: set all volumes of a disk to “migrate”: false in the plan.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A data disk is too large</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. %1 has %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave the disk out, or make it smaller.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The root filesystem was not found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No volume of %1 can be mounted as “/”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A filesystem is damaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The filesystem on %1 cannot be read: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check it with the filesystem&apos;s own repair program, then start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A volume cannot be migrated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is of a kind that cannot be migrated: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave the volume out, or change it on the source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No boot loader was found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 has no boot loader that the image could start with.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install GRUB on the source&apos;s system disk, then start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drivers for the cloud are missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The source does not read the same twice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%2 blocks of %1 had another content each time they were read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk. Then test the source server&apos;s memory (RAM) and the disk&apos;s health, and start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The transit instance does not answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be reached on port %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Allow outgoing connections to ports 8080 and 8703, then retry. What was already sent is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The receiver is of another version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The receiver speaks protocol %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the migration create a new transit instance (cancel and start again), or update this program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The data connection was disturbed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A message on the data connection could not be understood.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry. What was already confirmed is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The other side could not prove who it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The computer at %1 does not hold the key of this migration.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check for a proxy that opens encrypted connections, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The receiver holds another state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The receiver does not know this run of the migration.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel this migration and start it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data was damaged on the way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A block of %1 arrived damaged.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry. The block is sent again; nothing damaged was written. If it happens again, test the source server&apos;s memory (RAM).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A target disk was not found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk with serial %1 is not attached to the transit instance.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry; if it stays away, cancel the migration and start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A target disk is too small</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The target disk %1 has %2, but %3 are needed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a larger disk in the plan and start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing the target disk failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The target disk %1 could not be written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry. If it fails again, cancel the migration and start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the target disk back failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The target disk %1 could not be read back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copy is not equal to the source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 blocks of the target disk differ from what was sent, after a second copy as well.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory (RAM) or disk of the transit instance is faulty. Cancel the migration and start it again: it gets another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection to the transit instance was lost</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection to %1 was lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the network, then retry. What was already sent is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No data passes to the transit instance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No data passed to %1 for %2 seconds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A write outside the target was refused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The receiver refused a write outside disk %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The partition table of the target could not be written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The partition table of target disk %1 could not be completed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry. If it fails again, save the diagnostics and report them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A target disk is in use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The target disk %1 is in use by the transit instance itself and was not touched.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry. If it stays in use, cancel the migration and start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cloud refused a request</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 was refused: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read the cloud&apos;s reason, mend it in the console, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cloud asks to slow down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Too many %1 requests were made from this account.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is lost. Wait a minute, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cloud&apos;s answer was not understood</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The answer to %1 could not be understood.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry. If it happens again, check for a proxy that changes answers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cloud does not answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No answer from %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the network or the proxy, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The AccessKey pair was refused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cloud refused the AccessKey pair: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the AccessKey ID and secret, then start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The temporary credentials expired</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The temporary credentials for %1 are no longer valid.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry. New credentials are fetched by themselves.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The account lacks a permission</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The account may not call %1: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Grant the permission in the RAM console, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This computer&apos;s clock is wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The clock differs from the cloud&apos;s by %1 seconds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The bucket does not exist</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no bucket “%1”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Create the bucket in %2, or choose another one in the plan.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The bucket is in another region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bucket “%1” is in %2, but the temporary image is created in %3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a bucket in %3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The bucket cannot be used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bucket “%1” cannot hold the temporary image: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a bucket without server-side encryption, of the standard class.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image name is in use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is already an image named “%1”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another name prefix in the plan.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The instance type is out of stock</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Instance type “%1” is out of stock in %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another type, or leave the type empty so that one is chosen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A quota of the account is used up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The quota for %1 is used up: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete what is no longer needed or raise the quota, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The account&apos;s balance is too low</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The account cannot buy the transit instance.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top up the account, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A role is missing in the account</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The role %1 does not exist or may not be used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Grant the role in the ECS console, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A service is not activated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is not activated in this account.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Activate it in the console, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The region is not supported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is not possible in %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose China (Beijing) or Singapore.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network was not found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 does not exist or does not fit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another VPC and vSwitch in the plan.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The transit instance is gone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The transit instance %1 was released.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This migration cannot continue. Start it again from the beginning.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The transit instance did not get ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The transit instance %1 did not start its receiver.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry; if it fails again, cancel the migration and start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A snapshot failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The snapshot of disk %1 failed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image could not be made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Making the ECS image %1 failed: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry; if it fails again, read the cloud&apos;s reason in the log.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image could not be exported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exporting image %1 failed: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the bucket and the role for image export, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image could not be imported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Importing the ENS image %1 failed: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry; the exported files are kept in the bucket until then.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cloud took too long</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 did not finish in time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry; it continues where it stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something in the cloud is gone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 no longer exists.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was probably deleted by hand. Cancel the migration and start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The receiver&apos;s bundle is missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file %1 was not found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reinstall Edgelift, or build the target “receiver_bundle”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The activation code has a typing error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The activation code is not complete or has a wrong character: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the whole code again from where it was made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The activation code was rejected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service does not know this activation code.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check it for missing characters, or generate a new one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The activation code expired</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The activation code expired on %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Generate a new one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The activation code is used up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The activation code has already imported %1 servers, which is its limit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The activation code was disabled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The activation code was switched off by its owner.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask for a new one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No activation code was given</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Neither an activation code nor an AccessKey pair was given.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give the code with --code-file or on standard input, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The agent does not answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No agent answers on %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start it with “systemctl start edgelift-agent”, or run the command as root.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The agent is of another version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The agent speaks version %1 of its interface, this program version %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install the same version of both.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A migration is already running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Migration %1 is still running.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait for its end or cancel it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The migration was not found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no migration %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>List the migrations with “edgeliftctl status”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is not possible now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Migration %1 is %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at its state with “edgeliftctl status”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A request was not understood</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use the same version of all parts of Edgelift.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo the changes to the disks, or leave size, place and method of each volume as they were in the new plan.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something wrote to the disks during the final moment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 was written to while the filesystems were held still, %2 times in a row.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find the program that writes to the disk directly or that ends the hold (backup and snapshot tools do), stop it, and retry. What was copied is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A part of a disk is always being written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An area of %1 that cannot be held still was written to during each of %2 tries to copy it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop what writes to it (updates of the boot partition, programs that use a raw partition) for a minute, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changes on the disks were not seen completely</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A change of %1 was missed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry: both sides are compared then, and only what differs is sent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The final moment would have been too long</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server had written %1 when its filesystems were held still; there is room for %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Raise the network limit, stop the services that write most, choose a quiet hour, or allow a longer hold; then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changes cannot be tracked this way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kernel of this server does not allow changes to be tracked with %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing needs to be done: another way is used. The log has the kernel&apos;s reason.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A filesystem could not be stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing to %1 could not be stopped for a moment: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything goes on as before. Check the disk&apos;s health and the mount, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing went on too early</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The filesystems did not stand still long enough: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was read is not used. Retry, at a time when the server is less busy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A program of yours that runs around the stop failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 failed: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mend the program in /etc/edgelift/hooks.d, or remove it, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A device cannot be followed while the server runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 uses %2. What is written to it while the server runs would be lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This part of the copy came too late</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The receiver already takes a later round of the copy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry. Make sure that only one program migrates this server.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copied server would not start in the cloud</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do on the source server what is said there, then migrate again. Nothing was changed on it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A target disk could not be set up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Making %1 on the target disk with %2 failed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry. If it fails again, undo the change of this volume in the plan, or report it with the diagnostics.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disks cannot be changed as planned because of %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new filesystem is full</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The files of %1 do not fit into the size that the plan gives it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files could not be copied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copying the files of %1 failed: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mend what is named, then retry. Files that were already copied are kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The final moment would be too long</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks, so the %1 in use would be read while the filesystems are held still: for about %2 seconds. %3 seconds are allowed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Allow eBPF, perf events or block traces (perf_event_paranoid, lockdown, container settings), or allow a longer final moment (freezeSeconds in the plan, 60 at most), or shut the server down and migrate its disk images.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The certificate that %1 shows is made out to another name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the address. If a proxy or firewall opens encrypted connections, let it pass this one untouched. Then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The certificate that %1 shows is not valid today.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the date of this server, then retry. If it is right, the other side needs a new certificate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The certificate that %1 shows comes from an authority that this server does not know.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If a proxy or firewall opens encrypted connections, let it pass this one untouched, or install its authority on this server. Then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The name service of this server does not know %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the address and the name servers in /etc/resolv.conf, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 refuses connections.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the address and its port, and that no firewall refuses this connection, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 does not answer in time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the firewall pass connections to this address, or set a proxy, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection to %1 is cut before an answer comes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the firewall or proxy that cuts it pass connections to this address, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This server knows no way to %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check its network and its default gateway, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The proxy on the way to %1 asks for a login.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set the agent&apos;s http_proxy and https_proxy to http://name:password@proxy:port and start it again, or let the proxy pass this address without a login.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The proxy on the way to %1 makes no connection to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the proxy in the agent&apos;s http_proxy and https_proxy, and that it passes this address, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is written to the disks cannot be followed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kernel lets nobody follow it: eBPF, perf events and block traces were tried.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Allow one of them (perf_event_paranoid, lockdown, container settings), then try again. Otherwise everything in use is compared while writing stops in the final moment, or shut the server down and migrate its disk images.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Print the plan of this migration with “edgeliftctl plan show --job JOB --json”, give the volume more room in it, and go on with “edgeliftctl retry JOB --plan FILE”. The copy then begins anew.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cloud refuses every request from 15 minutes on. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan differs in more than the layout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%2” is not what migration %1 has begun with. It takes another layout of its disks, and nothing else.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the plan that “edgeliftctl plan show --job %1 --json” prints and change only sizes and places under “disks”, or cancel the migration and start again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The layout cannot be changed any more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copy of migration %1 is complete, and its image is being made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on without another plan, or cancel the migration and start again.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Format</name>
    <message>
        <source>%1 B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 KiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 MiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 GiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 TiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 B/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 KiB/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 MiB/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 GiB/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 TiB/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 Mbit/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %</source>
        <extracomment>A share of a whole; %1 is a number such as 42</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>less than 1 min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>more than 2 days</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about %1 min</source>
        <extracomment>Remaining time</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about %1 h</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about %1 h %2 min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, %2</source>
        <extracomment>%1 is a day, %2 a time of day</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>JobLog</name>
    <message>
        <source>%1: %2</source>
        <extracomment>A line of the log: %1 what the migration does now, %2 what it said about it</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warning: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The ENS image %1 is ready.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The migration engine does not answer. Reconnecting.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connected to the migration engine again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1  %2</source>
        <extracomment>A line of the log: %1 time of day, %2 what happened</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>JobState</name>
    <message>
        <source>Waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Completed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LayoutLines</name>
    <message>
        <source>%1: %2 is left out</source>
        <extracomment>%1 &quot;Data disk 1&quot;, %2 the disk&apos;s name on the source</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2 → %3 (%4)</source>
        <extracomment>%1 &quot;Data disk 1&quot;, %2 the disk&apos;s name on the source, %3 its new size, %4 mount points</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, </source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NumberBox</name>
    <message>
        <source>Set to the maximum, %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set to the minimum, %1.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Phase</name>
    <message>
        <source>Connecting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checking the account</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Making the transit instance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copying the disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finishing the disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taking snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Making the ECS image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exporting the image to the bucket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Importing the image into ENS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cleaning up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PhaseStrip</name>
    <message>
        <source>Preparing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transit instance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ECS image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Upload to OSS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PlanRules</name>
    <message>
        <source>System disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <extracomment>%1 the number of a data disk</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not migrated.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied block by block: same size and structure as on the source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied file by file because its size changes from %1 to %2.</source>
        <extracomment>%1, %2 sizes</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied file by file, as chosen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does not fit: %1 missing</source>
        <extracomment>while a mount target is dragged over a disk; %1 a size</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move here: %1 fits, %2 free</source>
        <extracomment>while a mount target is dragged over a disk; %1 its size, %2 what is free on the disk afterwards</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 moved to %2.</source>
        <extracomment>%1 a mount target, %2 a disk such as “Data disk 2”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 changed from %2 to %3.</source>
        <extracomment>%1 a mount target or disk, %2 and %3 sizes</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is copied file by file.</source>
        <extracomment>%1 a mount target</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is migrated.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LVM is switched off on %1.</source>
        <extracomment>%1 a disk such as “Data disk 2”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose where to keep the ENS image: cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The name must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”. “%1” does not.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a bucket. It holds the temporary image.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a VPC and a vSwitch. Private transfer needs both.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter a compression ratio from 0 to 10.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>A job can have at most 20 tags. Remove %n tag(s).</source>
        <translation>
            <numerusform>A job can have at most 20 tags. Remove %n tag.</numerusform>
            <numerusform>A job can have at most 20 tags. Remove %n tags.</numerusform>
        </translation>
    </message>
    <message>
        <source>A tag key must have 1 to 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”. “%1” does not fit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The licence type “Alibaba Cloud” covers only Windows Server. For %1 choose BYOL if you have a licence.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter a speed limit from 0 to 100,000 Mbit/s; 0 means unlimited.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The description must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The value of tag “%1” must have at most 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” cannot be the name of a bucket: those have 3 to 63 lower-case letters, digits and “-”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The temporary image can be made in cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter a disk-read limit from 0 to 100,000 MB/s; 0 means unlimited.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter a niceness from 0 to 19; 19 gives way to everything else.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The time plan can have 32 windows, each with days, two different times and limits in their range. “%1” does not fit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paths must start with “/”. “%1” does not.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exclusions are ignored for partitions copied block by block. Switch block replication off for %1 to use them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system disk must have 20 to 2,048 GiB.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A data disk must have 1 to 32,768 GiB.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system disk needs more than %2, the space in use. Enter at least %4.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data disk %1 needs more than %2, the space in use. Enter at least %4.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The partitions on %1 need %2, but the disk has %3. Reduce a partition, enlarge the disk or move a mount target.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n data disk(s) would be migrated, at most 4 are possible. Clear “Migrate” for the others or move their mount targets.</source>
        <translation>
            <numerusform>%n data disk would be migrated, at most 4 are possible. Clear “Migrate” for the others or move their mount targets.</numerusform>
            <numerusform>%n data disks would be migrated, at most 4 are possible. Clear “Migrate” for the others or move their mount targets.</numerusform>
        </translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. Data disk %1 has %3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be moved. Boot and system partitions stay on the system disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 needs more than %2, the space in use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server has %2 in use. An image may have at most 1 TiB after compression.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LVM cannot be used: the system disk has no boot partition.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LVM will have no effect: Debian with kernel %1 and XFS.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data disk %1 has no mount target to migrate and is left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The size of %1 cannot be changed while it is copied block by block. Switch to file copy first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The first disk of a plan, and only that one, must be the system disk of this server: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 stands in the plan more than once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be left out. Boot and system partitions are always migrated.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This server has no disk or volume %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data disk %1 has %3. The cloud may round it up to 20 GiB.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The source disk has %3. The size was set to %2, the nearest possible value.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bucket “%1” is in %5, but the temporary image is created in %6. Choose a bucket in %6.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>vSwitch “%1” does not belong to VPC “%5”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two tags have the key “%1”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LVM cannot be used for disk %1: this server has no LVM programs. Install the package lvm2 on it, or leave LVM off.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Prompt</name>
    <message>
        <source>Install the snapshot driver?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install rsync?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disable SELinux?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rsync is not installed, and no package manager was found that could install it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to do: labels are copied with the files, so SELinux can stay as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SELinux is in use. Labels are copied with the files, so it can stay as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave it enabled (recommended)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Permissive until the next start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disable it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needed for block replication.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files are copied instead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is installed with the package manager of this server.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Volumes that are copied file by file cannot be migrated.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing changes. What the migration changes on the image is relabelled there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SELinux only logs until this server is started again; “setenforce 1” restores it at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SELinux is off from the next start on and only logs until then. The original of /etc/selinux/config is kept beside it as config.edgelift-orig; put it back and start the server again to restore SELinux.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The snapshot driver was tested on every disk.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Readiness</name>
    <message>
        <source>Operating system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Found %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No root filesystem of a Linux system was found on %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Processor architecture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system is made for %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Neither /bin/sh nor another program tells what the system is made for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make sure that the server is an x86-64 system.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Boot loader</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No boot loader was found on %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install GRUB on the system disk, then check again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server starts with %1, not with GRUB 2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is copied as it is. Test the image before you rely on it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Firmware</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server starts by %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drivers for the cloud</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kernel %1 has virtio drivers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The start files of the older kernel %1 have no virtio drivers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove this kernel or rebuild its initramfs, so that it is not started by mistake.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Network driver for the cloud</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kernel %1 has no virtio_net driver.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install the kernel&apos;s complete modules, or the image will have no network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No kernel was found below /boot.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make sure that the server&apos;s kernel has virtio drivers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mount table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every entry of /etc/fstab names a volume by something that stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2. Such names differ from machine to machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write UUID=… instead (blkid prints it).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2, which is on none of the disks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add the missing disk, or give the entry the option “nofail”; otherwise the image stops while starting.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number of disks within the limits: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are %1 data disks, an ENS image has at most %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave disks out in the plan.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data disk %1 has %2, an ENS image allows 500 GiB for each.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave the disk out in the plan, or make it smaller.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SELinux</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SELinux is %1. Labels are copied with the files, so it can stay as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave it enabled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cloud-init</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cloud-init is installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cloud-init is not installed. The instance keeps the server&apos;s passwords, keys and network settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snapshot driver</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rsync</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device that cannot be followed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 uses %2, a multipath device. What is written to it cannot be followed while the server runs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 uses %2, which the kernel drives as an NVMe multipath disk. What is written to it cannot be followed while the server runs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If the disk has one path only, start the server with the kernel option nvme_core.multipath=N and check again; otherwise shut it down and migrate its disk images.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 uses a disk that is there several times: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave one path to the disk, then check again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 uses %2, a DRBD device. What is written to it cannot be followed while the server runs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unmount it, stop DRBD and check again, or shut the server down and migrate its disk images.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 uses %2, which other servers may write to as well.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unmount it on this server, then check again. What servers share stays where it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 uses %2, persistent memory. What is written to it cannot be followed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move its files to a disk and unmount it, then check again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 uses %2 with DAX: programs write to it past everything that could follow them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mount it without the option “dax”, then check again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 uses %2, a disk in memory. Nothing of it would reach the image.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 uses %2, a kind of device that is not known here. What is written to it cannot be followed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System volume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 lies on %2. The image could not start from that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move it to a partition or to a linear logical volume, then check again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Storage in layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 lies on %2. It is copied as it lies on the disks, with all of them or none.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Volume that cannot be held still</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (%2) is copied in a moment when nothing writes to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Avoid changes there during the final step.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not on this server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These are not on disks of this server and are not migrated: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make sure that the instance can reach what it needs of them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk that cannot be understood</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be used: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repair it, or leave the disk out in the plan.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Identity of a disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk %1 has neither a serial number nor an id. It is recognized by its slot.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave it in its slot until the migration is finished.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 are free.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only %1 are free. What changes last is kept in memory in the final step.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop programs that are not needed during the migration.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You are asked before it is installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was tested on every disk: what is written while the server runs is noticed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They are added to the copy; the server itself is not changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clock</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It agrees with the cloud&apos;s clock.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was not compared with the cloud&apos;s clock, because no answer told the time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All of these answer: %1.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Account</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Created</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Source server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Source id</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Operating system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Boot mode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What happened when</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Phase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Started</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sent over the network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every block checked by its hash on arrival</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Target read back and compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>unknown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resources made in the account</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing temporary is left.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Some resources are kept for a retry and cost money until they are removed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Id</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Removed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Price per day</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How to create an instance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Migration report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 ms</source>
        <extracomment>%1 is a number of milliseconds</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>eBPF: a mark for each block in the kernel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>perf: a ring of events in the kernel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a known write was marked exactly where it went</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a known write was seen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no place for a known write; the kernel&apos;s count of sectors agrees</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changes were followed by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trackers that could not be used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tracker tested on %1</source>
        <extracomment>%1 is a disk</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lost events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Even one missed write would have been noticed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What proves the copy of the running server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rounds while the server worked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Final moment: writing stood still for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read meanwhile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Final moments, with those that were repeated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unchanged blocks read again before it, all equal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blocks read back from the target&apos;s disks, all equal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Signed off by both ends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>round %1, check sum %2</source>
        <extracomment>%1 is a number, %2 a check sum</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problems of the administrator&apos;s hooks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filesystem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time to stop it, rehearsed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time to let it go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not proved: that each program had stored all it knew (hooks before the final moment can see to that), and that no storage driver writes without telling the kernel&apos;s request layer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copy was changed so that it starts, and can be reached, in the cloud. Each original lies beside the new file as *.edgelift-orig.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing had to be changed: the server starts in the cloud as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copy would not start in the cloud. Nothing was changed in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copy was not changed, because its filesystems could not be looked into.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made ready for the cloud</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made anew: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GRUB was put into the boot sector.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moved aside: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changed: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test boot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image was started in a virtual machine. It shows a login prompt and answers on its network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image was started in a virtual machine and did not come up completely.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reached</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Login prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address by DHCP</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answers on the network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trouble</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Console log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was copied block by block is as it was at one moment, in which nothing was written: as after a power cut. Programs find everything there that was stored for good by then.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files that were copied while the server worked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each file is as it was at some time during the last pass over its volume, and not all files are of one moment. A program that was writing then may find its files out of step with each other: stop such programs before the final point, or copy their volume block by block.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Volume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last pass began</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Passes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files changed before the last pass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vanished during it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ResourceKind</name>
    <message>
        <source>image export task</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>temporary ECS image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>transit instance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>disk of the transit instance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>security group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>vSwitch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>VPC</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>object in the bucket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Said</name>
    <message>
        <source>%1 %2 [%3]</source>
        <extracomment>an error: %1 what happened, %2 what to do, %3 its code</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Warning</name>
    <message>
        <source>The connection to the transit instance is interrupted. The copy goes on by itself when it is back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The address of this server is not known, so ports 8080 and 8703 of the transit instance are open to every address. Only this migration&apos;s key is accepted there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not removed: %1 %2. %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the source had another content when read again and were sent again. Test the source server&apos;s memory (RAM) and disk.</source>
        <translation>
            <numerusform>%n block of the source had another content when read again and was sent again. Test the source server&apos;s memory (RAM) and disk.</numerusform>
            <numerusform>%n blocks of the source had another content when read again and were sent again. Test the source server&apos;s memory (RAM) and disk.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the target differed from what was sent and were sent again.</source>
        <translation>
            <numerusform>%n block of the target differed from what was sent and was sent again.</numerusform>
            <numerusform>%n blocks of the target differed from what was sent and were sent again.</numerusform>
        </translation>
    </message>
    <message>
        <source>The server changes %1 MB/s, and %2 MB/s can be sent: the copy does not catch up. Raise the limits, wait for a quiet hour, stop the services that write most, or allow a longer final moment.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The agent ended in the final moment of the copy, while writing to %1 was stopped. Writing goes on since the agent was started again; look whether the programs that write there noticed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because no root filesystem of Linux was found. Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because the transit instance could not mount %1 (%2). Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks. The copy compares everything instead, and in its final moment writing stops for about %1 seconds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The clock of this server differs from the cloud&apos;s by %1 seconds. At 15 minutes the cloud refuses every request. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The target disks have another layout now: transit instance %1 is removed with its disks, another one is made, and the copy begins anew.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::BootPanel</name>
    <message>
        <source>The image works: the server in it has booted, and all its files are as they were.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine is off. The image works: all files in it were as they were.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image boots in a virtual machine on this server. The image is not changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine is off. It did not say what the server says when it has booted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop the &amp;machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Boot it &amp;here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Console of the image that boots here</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ButtonRow</name>
    <message>
        <source>&amp;Next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Options</source>
        <extracomment>Opens a menu: language, size of text, low-bandwidth mode</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Options</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>F10</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksModel</name>
    <message>
        <source>Cloud account</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not looked at yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is tested on the Connect page.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The account answers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What was found, and what to do</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>OK</source>
        <extracomment>Result of a check</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was found, and what to do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Solution</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They are being asked…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksPage</name>
    <message>
        <source>wait until the checks are done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>let the server be read: choose Check again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n OK</source>
        <translation>
            <numerusform>%n OK</numerusform>
            <numerusform>%n OK</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s)</source>
        <translation>
            <numerusform>%n warning</numerusform>
            <numerusform>%n warnings</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n problem</numerusform>
            <numerusform>%n problems</numerusform>
        </translation>
    </message>
    <message>
        <source>Check &amp;again (F5)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checks of this server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Is this server ready?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only a problem stops the migration; warnings are for you to weigh.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fix…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fix: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each row says what was looked at, what was found and what to do about it. Problems must be solved before the migration can start; solve them on the server, then choose Check again. Where Edgelift can do it for you, the row has a Fix button: you are told what it does before anything changes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>wait until the problem is solved</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CleanUpBox</name>
    <message>
        <source>What the migration made in the cloud is being removed. You may close this window: it goes on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until they are removed:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything temporary was released: the transit instance, the temporary images and snapshots.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The last clean-up was not complete: %1 %2 [%3]</source>
        <extracomment>Why a clean-up failed: %1 to what it happened, %2 what to do, %3 a code such as EL-0212</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clean up? The job is deleted, the transit instance is released and the copied data is lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clean up? Everything listed here but what is kept on purpose is removed from the cloud.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clean u&amp;p now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clean &amp;up…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How to do it by han&amp;d</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sign in to the console, choose the region, and remove what is listed here from top to bottom: release the instance, delete images, snapshots, disks and the network, and the objects in the bucket. Look for it by its id.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ECS console</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CodeMaker</name>
    <message>
        <source>Generating…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Name of the code:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Optional</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Servers it can import (1 to %1):</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Days it is valid (1 to %1):</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Generate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose AccessKey pair above and enter the pair and, under Private network, the address of the service.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The new activation code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the activation code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Use it here</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ConnectPage</name>
    <message>
        <source>Connect this server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter the activation code or an AccessKey pair.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An activation code is made in the SMC console and lets this server register itself without an AccessKey. It may be pasted with spaces, line breaks or the complete command around it.

An AccessKey pair belongs to a user of your account; create one in the RAM console.

Neither is saved: after the program was closed, enter it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connected as %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Contacting %1…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Generate a &amp;code</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CredentialForm</name>
    <message>
        <source>Enter an address that begins with http:// or https://.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter both the AccessKey ID and the AccessKey secret. [E-CON-05]</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter the activation code from the SMC console. [E-CON-01]</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service rejected the activation code. Check it for missing characters, or generate a new one. [E-CON-02]</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The activation code expired on %1. Generate a new one. [E-CON-03]</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>The activation code has already imported %n server(s), which is its limit. Generate a new one. [E-CON-04]</source>
        <translation>
            <numerusform>The activation code has already imported %n server, which is its limit. Generate a new one. [E-CON-04]</numerusform>
            <numerusform>The activation code has already imported %n servers, which is its limit. Generate a new one. [E-CON-04]</numerusform>
        </translation>
    </message>
    <message>
        <source>The AccessKey pair was refused: %1. Check the pair and its permissions. [E-CON-06]</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>enter the activation code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>enter the AccessKey ID and the AccessKey secret</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>complete the activation code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Acti&amp;vation code (recommended)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Access&amp;Key pair</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Activation &amp;code:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>AccessKey &amp;ID:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>AccessKey &amp;secret:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Endpoint:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the activation code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the AccessKey secret</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Private network</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DecisionCard</name>
    <message>
        <source>%1 – %2</source>
        <extracomment>A question that need not be asked: %1 the question, %2 why</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Command: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DemoBar</name>
    <message>
        <source>The receiver was killed. It starts again by itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No receiver runs now. It runs while data is transferred.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every instance type is sold out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Instance types are in stock again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>An error: %1 what happened, %2 what to do</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network is back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>The network is down for %n s more.</source>
        <translation>
            <numerusform>The network is down for %n s more.</numerusform>
            <numerusform>The network is down for %n s more.</numerusform>
        </translation>
    </message>
    <message>
        <source>Restock the instance types</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sell out the instance types</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Demonstration – no data leaves this server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Link speed:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed of the simulated link</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make it fail</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Drop the network for %n s</source>
        <translation>
            <numerusform>Drop the network for %n s</numerusform>
            <numerusform>Drop the network for %n s</numerusform>
        </translation>
    </message>
    <message>
        <source>Kill the receiver</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DemoWorld</name>
    <message>
        <source>Building the sample server…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting a simulated cloud…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting the agent…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Creating an activation code…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The demonstration is ready. The activation code is in its field already.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiagnosticsBox</name>
    <message>
        <source>%1 %2 [%3]</source>
        <extracomment>What went wrong: %1 to what it happened, %2 what to do, %3 a code such as EL-0212</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save diagnostics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ZIP archives (*.zip)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 the name of a file, %2 its size</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These files will be saved, without secrets:
%1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save these files…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskBar</name>
    <message>
        <source>Drop mount targets here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>+%1 too much</source>
        <extracomment>on a disk that is too small; %1 a size</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskRows</name>
    <message>
        <source>System disk %1</source>
        <extracomment>%1: the name of a disk such as /dev/vda</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of a disk: amount that is copied, amount in all</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksBars</name>
    <message>
        <source>%1 used</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Source disk %1, %2</source>
        <extracomment>%1 a disk of the server, %2 its size, for screen readers</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Source</source>
        <extracomment>heading: the disks of the server</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Destination</source>
        <extracomment>heading: the disks of the image</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksButtons</name>
    <message numerus="yes">
        <source>%n problem(s) to solve</source>
        <translation>
            <numerusform>%n problem to solve</numerusform>
            <numerusform>%n problems to solve</numerusform>
        </translation>
    </message>
    <message>
        <source>Fits: yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Automatic layout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ad&amp;just</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Red&amp;o</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset to au&amp;tomatic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Fix automatically</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Rescan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ctrl+Z</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ctrl+Shift+Z</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>F5</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksPage</name>
    <message>
        <source>“%1” is not a size. Enter a number, alone for GiB or with a unit, such as 20 or 512 MiB.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 picked up. Use Up and Down to choose a disk, Enter to drop, Esc to cancel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No disks found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading disks…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>let Edgelift read the disks of this server</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>solve %n problem(s) of the layout</source>
        <translation>
            <numerusform>solve %n problem of the layout</numerusform>
            <numerusform>solve %n problems of the layout</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 a disk, %2 whether what is picked up could be dropped there
----------
%1 a mount target or disk, %2 what is to be said about it</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag a mount target by its handle to another disk, or press Ctrl+X on it. F2 changes a size, Space clears Migrate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is left needs your decision: see the list below the table.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Show the layout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mount targets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The automatic layout makes the disks of the image like those of this server. Choose “Adjust” to change sizes, to move mount targets to other disks, to leave some out or to use LVM.

With the keyboard: Ctrl+X picks up a mount target, Up and Down choose a disk, Enter drops it, Esc cancels. Alt+1 to Alt+5 move it to a disk at once, Alt+Up and Alt+Down change the order. F2 changes a size, Space sets or clears Migrate, L sets or clears LVM on the row of a disk. Shift+F10 opens a menu with all of this. Ctrl+Z undoes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disks and mount targets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose what the disks of the image look like and what is migrated to them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose Adjust to change this layout.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksTable</name>
    <message>
        <source>In use: %1; at least %2.</source>
        <extracomment>of a disk or mount target; %1 the space in use, %2 the smallest possible size</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LVM: %1.</source>
        <extracomment>%1 the name of a volume group or logical volume</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ErrorPanel</name>
    <message>
        <source>The migration stopped: %1 [%2]</source>
        <extracomment>%1: what happened, %2: a code such as EL-0212</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>E&amp;vidence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Code: %1
Phase: %2
Time: %3
Detail: %4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Re&amp;try</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save dia&amp;gnostics…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel job and clean &amp;up…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until you retry or clean up:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You retried at %1: it came to the same error again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You retried at %1: it came to another error.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start again &amp;with the same settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy what is said about this error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Troubleshoot errors</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ExcludesForm</name>
    <message>
        <source>Path to &amp;leave out:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paths that are left out</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FactGrid</name>
    <message>
        <source>%1: %2</source>
        <extracomment>One line of a list of facts: name and value</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FinishPage</name>
    <message>
        <source>Finish</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finish and clean-up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not everything was released</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The migration was cancelled. There is no image.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of the image: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show in &amp;file manager</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save report…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plan files (*.json)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <extracomment>%1 is the path of a file</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No file manager could be opened. The image is in the folder %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image ID</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Or by this command, with your own values for TYPE, REGION and MBIT:</source>
        <extracomment>The capitals are in the command and stay as they are</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1. Open the ENS console and create an instance from this image.
2. Check application licences: the hardware changed.
3. Compare the new instance with this server before switching over.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ENS console</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy co&amp;mmand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save these settin&amp;gs…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To migrate another server with the same settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image is in your account; an ENS instance is created from it in the ENS console or with the command shown here. What the migration made on the way is removed; if something is left, it is listed with what it costs and can be cleaned up here. The report says what was done, when and with which settings; it holds no passwords and no keys.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reports (*.html *.json)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test boot: the image is being started in a virtual machine on this server…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There was no test boot: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test boot passed: after %1 the image had shown its login prompt and answered on its network as %2.</source>
        <extracomment>%1 a time such as “24 s”, %2 an IP address</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the boot loader</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the kernel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the root file system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the login prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test boot: in %1 the image showed nothing on its console.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test boot: in %1 the image did not come up. The last that was seen: %2. The report has what its console said.</source>
        <extracomment>%1 a time such as “24 s”, %2 such as “the kernel”</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FixBox</name>
    <message>
        <source>Working: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Command: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Not now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Yes, do it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutGestures</name>
    <message>
        <source>Change &amp;size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;LVM</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Migrate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mo&amp;ve to</source>
        <extracomment>a menu of disks</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutModel</name>
    <message>
        <source>Mount target</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Migrate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Destination</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Min.</source>
        <extracomment>the smallest possible size</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transfer method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LVM</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 “System disk” or “Data disk 2”, %2 its name on the source such as vdb</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Block by block</source>
        <extracomment>how a volume is copied</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File by file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, %2, %3 free</source>
        <extracomment>%1 a disk, %2 its size, %3 what is free on it, for screen readers</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, %2, not migrated</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, %2, cannot be moved</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, %2, can be moved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot be moved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>migrated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not migrated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See below: %1</source>
        <extracomment>beside a disk or mount target; %1 codes of problems that are listed below the table</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not migrated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Same size and structure</source>
        <extracomment>why a volume is copied block by block</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its size changes</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LVM, and no multiple of 4 MiB</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As chosen</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server works meanwhile, so its files are not all of one moment.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutProblems</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>And %n more.</numerusform>
            <numerusform>And %n more.</numerusform>
        </translation>
    </message>
    <message>
        <source>Must be solved</source>
        <extracomment>severity of a problem, for screen readers</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problems of the layout</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LinkLine</name>
    <message>
        <source>%1: %2</source>
        <extracomment>%1: what a web page is about, %2: its address</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open: %1</source>
        <extracomment>For screen readers: %1 is what a web page is about</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy address: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LiveBox</name>
    <message>
        <source>The server goes on working. What it writes during this first pass is copied afterwards.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was copied before is compared with the server, so that only differences are sent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Round %1: copying what the server wrote since. It writes %2, and %3 are being copied.</source>
        <extracomment>%1 a number, %2 and %3 speeds</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copy follows the server: %1 are not copied yet. The final point would hold the server&apos;s disks for about %2 ms.</source>
        <extracomment>%1 a size, %2 milliseconds</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The final point is being taken. The server&apos;s disks stand still for a moment.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The final point is taken, and the server works as before. The last changes are being copied.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copy is being read back and compared.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copy is complete and was compared.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Take the final point now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Holds the server&apos;s disks for a moment; what is written later is not in the image.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is copied file by file is being copied for the first time. What changes meanwhile is copied again later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The final point is near. Files that changed since they were copied are being copied again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files are copied. Those that change from now on are copied again when the final point is taken.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MainWindow</name>
    <message>
        <source>Edgelift — %1</source>
        <extracomment>Title of the window: program — step or progress</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step %1 of %2 — %3</source>
        <extracomment>In a narrow window instead of the list of steps: %3 is the name of the step</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MessageBar</name>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy this message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>An error: what happened, and what to do</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MigrationPage</name>
    <message>
        <source>%1 %2</source>
        <extracomment>In the window&apos;s title: per cent and state</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Migration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You may close this window: the migration goes on, and starting Edgelift again shows it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The numbers are of %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No data for %1 s. Check the network of this server, or choose Pause and go on later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No data for %1 s. Waiting for the network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The transfer is slow. To speed it up, raise the bandwidth of this server and of the destination for a while.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Job ID</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Job name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Job status</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Creation time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Job progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Target region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remaining time (s)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Modify…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When this window is closed the demonstration ends, and its migration with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You may close this window: the clean-up goes on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The speed counts the data of the disks before it is compressed, so it can be higher than the speed of the network. The remaining time is shown once the speed is steady.

Pause keeps everything that was copied, and the transit instance, which keeps costing. Cancel removes both.

After an error nothing is lost: what was copied is kept, and Retry goes on from there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 — %2</source>
        <extracomment>In the window&apos;s title: how far the migration is, and the server&apos;s name</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused.</source>
        <extracomment>%1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This server&apos;s own disk accesses are slow, so the migration reads at most %1 for now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel this migration? The job is deleted, the transit instance is released and the copied data is lost. What was used until now is still charged.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keep migrating</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel migrati&amp;on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Estimate migration time and test transfer speed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel &amp;job…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy all details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transit instance ID</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance, nor change its billing method, during migration; it is released automatically afterwards.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Default resource group</source>
        <extracomment>The transit instance&apos;s resource group: the account&apos;s own, because no other is asked for</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resource group</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ModifyPanel</name>
    <message>
        <source>Unlimited</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The time plan is in force now (%1): %2. The limit above counts outside of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Applied.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Applied. The new limit takes effect within %1 s.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Applied. It takes effect when the migration goes on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Speed limit (Mbit/s):</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compress&amp;ion:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Veri&amp;fy the copied data by checksum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clos&amp;e</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lon&amp;gest hold (s):</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many seconds this server may be kept from writing while the final point is taken.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::NetworkForm</name>
    <message>
        <source>%1 – %2</source>
        <extracomment>An id and the name beside it</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No VPC in %1. Create one in the VPC console, then refresh.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Optional: without it, a network is made for this migration and removed after it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Public network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;VPC: this server is connected to it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>VPC is recommended where it can be reached directly, by VPN gateway, Express Connect circuit or Smart Access Gateway: it is faster and steadier.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>VP&amp;C:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>v&amp;Switch:</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::OptionsMenu</name>
    <message>
        <source>&amp;Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lar&amp;ger text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Usual text size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Low-&amp;bandwidth mode</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PhaseStrip</name>
    <message>
        <source>%1: done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: to come</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PlanFileBar</name>
    <message>
        <source>Plan files (*.json);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan was saved as %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use its &amp;settings, keep these disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan %1 was opened.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open plan…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save plan…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problems of the plan file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2 [%3]</source>
        <extracomment>One problem of a file: %1 what is wrong, %2 what to do, %3 a code such as EL-0052</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PreparePage</name>
    <message>
        <source>Prepare and import</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prepare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decide what may be changed on this server, then register it as a migration source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is changed on this server before you choose “Prepare and import”.

The import registers this server with the service that made the activation code. With an AccessKey pair there is nothing to register.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>wait until the import is finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>wait for the questions to this server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>answer: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Prepare and import</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preparing this server…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Importing this server…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The snapshot driver could not be installed: %1. Block replication is switched off for this migration. [W-PRE-01]</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import Source Server [%1] Successfully!</source>
        <extracomment>%1 is an id such as s-bp1abc; the words are those of the service</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Migration source online</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Exclude files and folders</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ProgressPanel</name>
    <message>
        <source>No migration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Creating the transit instance…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Completed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reconnecting to the migration engine… (%1 s)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of all disks: amount that is copied, amount in all</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remaining time: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>For screen readers: %1 the name of a number, %2 the number</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 so far</source>
        <extracomment>A phase that is not over: %1 is how long it has been running</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed before compression</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Average</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved by compression</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Elapsed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Interruptions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data of the disks per second. Higher than the network&apos;s speed when compression helps.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ResourceList</name>
    <message>
        <source>%1 %2</source>
        <extracomment>Something in the cloud: %1 what it is, %2 its id, %3 a region</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2 in %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>kept on purpose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>price not known</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2 a day</source>
        <extracomment>%1 a currency such as CNY, %2 an amount</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Together at least %1</source>
        <extracomment>A sum of prices; %1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Together %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 something in the cloud, %2 its price</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ResumePage</name>
    <message>
        <source>Discard the saved setup?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Discard the saved setup? The imported source %1 stays registered.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Start over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Welcome back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything you chose was saved but the activation code and the AccessKey pair. Continue leads back to the step you were on; Start over forgets the choices and begins anew. Neither changes anything on this server or in the cloud.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Continue the setup from %1 at step “%2”?</source>
        <extracomment>%1 a date and time, %2 the name of a step such as “Settings”</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The activation code or AccessKey pair was not saved and has to be entered again.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ReviewPage</name>
    <message>
        <source>wait until the migration has started</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>enter the activation code or an AccessKey pair again on the Connect page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>wait until the plan is checked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What is wrong, and what to do</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>read the notice and choose “Got It”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed limit: %1; compression: %2; checksum verification: %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Account</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by activation code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by AccessKey pair</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1… in %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On the way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bucket %1 in %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Public network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>VPC %1, vSwitch %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose Change beside a line to go back to its page; nothing is lost. Save the plan on the Settings page to use it with edgeliftctl.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Costs: the transit instance, its disks and snapshots, and the bucket&apos;s storage and traffic are charged by the cloud while the migration runs; everything temporary is removed at the end. After an error they are kept for a retry and keep costing until you retry or cancel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 and do not change its billing method during the migration. Leave the temporary image and the temporary objects in the bucket alone. The hardware changes: check licences after the migration.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Got It</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Co&amp;py command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same migration as a command for edgeliftctl</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Review and start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Review</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting creates a paid transit instance in your account.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Start migration</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsAdvanced</name>
    <message>
        <source>Reading from this server&apos;s disks: at most %1 MB/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Niceness: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does not stand back when this server&apos;s own disk accesses slow down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 days and times, %2 a speed such as 100 Mbit/s</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set by the plan file:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Auto</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Job name:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Description:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed &amp;limit (Mbit/s):</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Com&amp;pression ratio (0 = none):</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compression ratio as a number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SSL-&amp;encrypted transmission:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence t&amp;ype:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ta&amp;gs:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Intermediate instance type:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If the type you choose is out of stock, the job cannot be created. Leave it empty to have one chosen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Report diagnostic logs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;What is sent?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The log of this migration: phases, speeds, error codes, names of disks and cloud resources. No file contents, no file names, no codes, keys or passwords.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Modify disk partition</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose disks, sizes and order yourself on the next page.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Verify check sums</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More certain, but slower.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait for me before the &amp;final point</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copy follows the server until you say so on the Migration page. Otherwise the final point is taken as soon as it is short.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How long programs here may be kept from writing while the final point is taken. A server that writes much may need more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest &amp;hold (s):</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The ENS image is kept in the image storage region. Before that a temporary image is made in the transit region and lies in the transit bucket, which must be in the same region.

“Save plan” writes all of this to a file that edgeliftctl uses as well.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>choose a bucket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>China (Beijing)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Singapore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;More configurations</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>&amp;More configurations (%n changed)</source>
        <translation>
            <numerusform>&amp;More configurations (%n changed)</numerusform>
            <numerusform>&amp;More configurations (%n changed)</numerusform>
        </translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No bucket in %1. Create one in the OSS console, then refresh.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image is named %1.</source>
        <extracomment>%1 is the prefix with a time stamp behind it</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Image storage region:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image &amp;name prefix:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Transit region:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transit &amp;bucket:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Refresh buckets and networks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Network type:</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::StepList</name>
    <message>
        <source>Steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, current step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, visited</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>A step of the wizard: %1 its number, %2 its name</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SweepChart</name>
    <message>
        <source>Speed of the last 10 minutes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No speed was measured yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk speed now %1, network speed now %2, highest disk speed of the last 10 minutes %3.</source>
        <extracomment>Read by screen readers instead of the graph</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top: %1</source>
        <extracomment>The upper edge of a graph of speeds; %1 is a speed</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsForm</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>And %n more.</numerusform>
            <numerusform>And %n more.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a tag</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remo&amp;ve</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove this tag</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsModel</name>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TargetRow</name>
    <message>
        <source>not migrated</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LVM</source>
        <extracomment>%1 the name of a volume group such as vg1</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LVM %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LVM on %1</source>
        <extracomment>%1 a disk, for screen readers</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> GiB</source>
        <extracomment>the unit behind a number that is typed</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size of %1 in GiB</source>
        <extracomment>%1 a disk, for screen readers</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 to %2 are possible.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>min. %1</source>
        <extracomment>%1 the smallest possible size</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ToDoList</name>
    <message>
        <source>To continue you need to:</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <extracomment>Below a list of things to do</extracomment>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::VolumeDelegate</name>
    <message>
        <source>%1 of %2</source>
        <extracomment>%1 a column such as “Size”, %2 the row&apos;s name, for screen readers</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Block by block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File by file</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WaitLine</name>
    <message>
        <source>S&amp;top</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WelcomePage</name>
    <message>
        <source>Edgelift copies the disks of a Linux server into the cloud and makes an image for Edge Node Service (ENS) of them. Nothing is changed or charged before you choose Start migration on the Review page.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1. You choose what is migrated and where to.
2. Edgelift makes a temporary transit instance, copies the disks to it, makes an ECS image, exports it to an OSS bucket and imports it into ENS. Then it removes everything temporary.
3. You create the ENS instance from the finished image.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Limits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only Linux servers with x86 processors: physical servers, virtual machines, and servers of other clouds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At most %1 data disks, each at most %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ENS images are imported in China (Beijing) and Singapore only.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image may have at most %1 after compression, system disk and data disks together.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ECS, OSS and ENS must be activated in the account, and ECS must be allowed to write to OSS.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Costs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edgelift is free. What is used on the way is charged by the cloud: one pay-as-you-go transit instance with its disks and snapshots.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The temporary image in the OSS bucket costs storage, requests and outbound traffic.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Importing the ENS image and creating an ENS instance are charged by ENS.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After an error the transit instance is kept so that you can retry, and keeps costing until you retry or cancel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Consequences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 during the migration.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave the temporary ECS image and the temporary objects in the bucket alone; they are removed at the end.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The hardware changes: licences bound to it may become invalid. Check them after the migration.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ENS, Edge Node Service: servers in data centers near their users.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>OSS, Object Storage Service: holds files in buckets.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transit instance: a temporary ECS instance that receives the disks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Activation code: lets this server register itself without an AccessKey pair.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move this server into an ENS image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server keeps running meanwhile. Nothing on it is changed before you agree to it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::Wizard</name>
    <message>
        <source>&amp;Start the engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Migration %1 continues in the background. Start “edgelift” again to watch it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Ask for permission</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The settings of the last migration are here again, and what is left of it is being removed. Start when you are ready.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Migration %1 waits, and what it made in the cloud keeps costing. Start “edgelift” again to go on or to clean up.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
