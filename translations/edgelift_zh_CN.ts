<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>ActivationCode</name>
    <message>
        <source>“%1” (character %2)</source>
        <extracomment>%1 is one character of an activation code, %2 its place in the code</extracomment>
        <translation>“%1”（第 %2 个字符）</translation>
    </message>
    <message>
        <source>a part is missing</source>
        <translation>缺少一部分</translation>
    </message>
    <message>
        <source>the address in it is not valid</source>
        <translation>其中的地址无效</translation>
    </message>
    <message>
        <source>it is longer than %1 characters</source>
        <translation>长度超过 %1 个字符</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>内容为空</translation>
    </message>
    <message>
        <source>it does not begin with EL1</source>
        <translation>不是以 EL1 开头</translation>
    </message>
    <message>
        <source>the end is missing</source>
        <translation>缺少末尾部分</translation>
    </message>
    <message>
        <source>the check sum does not match</source>
        <translation>校验和不匹配</translation>
    </message>
</context>
<context>
    <name>ConversionNote</name>
    <message>
        <source>The service %2 of the old platform (%1) no longer starts. It is still installed.</source>
        <translation>原平台（%1）的服务 %2 不再启动，但仍保持安装。</translation>
    </message>
    <message>
        <source>The system is built for %1; instances are x86_64.</source>
        <translation>系统为 %1 架构，而实例为 x86_64 架构。</translation>
    </message>
    <message>
        <source>No boot entry was found. Run the distribution&apos;s boot loader configuration on the source, then migrate again.</source>
        <translation>未找到启动项。请在迁移源上运行该发行版的引导程序配置，然后重新迁移。</translation>
    </message>
    <message>
        <source>The boot loader “%1” cannot be made to start on the target. Install GRUB 2 on the source, then migrate again.</source>
        <translation>无法使引导程序“%1”在目标上启动。请在迁移源上安装 GRUB 2，然后重新迁移。</translation>
    </message>
    <message>
        <source>The encrypted volume %1 on %2 is not in the image; its line in /etc/crypttab is out of effect.</source>
        <translation>%2 上的加密卷 %1 不在镜像中；其在 /etc/crypttab 中的条目已停用。</translation>
    </message>
    <message>
        <source>The default kernel %1 has neither drivers for virtio disks built in nor an initramfs. Make one on the source, then migrate again.</source>
        <translation>默认内核 %1 既未内置 virtio 磁盘驱动，也没有 initramfs。请在迁移源上生成 initramfs，然后重新迁移。</translation>
    </message>
    <message>
        <source>The default kernel %1 has no drivers for virtio disks. Install a kernel that has them on the source, then migrate again.</source>
        <translation>默认内核 %1 没有 virtio 磁盘驱动。请在迁移源上安装包含这些驱动的内核，然后重新迁移。</translation>
    </message>
    <message>
        <source>%1 names %2, which is another disk or none on the new machine. Change it there.</source>
        <translation>%1 引用了 %2，该磁盘在新机器上是另一块磁盘或不存在。请在新机器上修改。</translation>
    </message>
    <message>
        <source>A boot entry in %1 starts from %2, which is not this image&apos;s root filesystem. It was left as it is.</source>
        <translation>%1 中的一个启动项从 %2 启动，该位置不是此镜像的根文件系统。该启动项保持原样。</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but no EFI system partition with a loader was found.</source>
        <translation>镜像将以 UEFI 启动，但未找到包含引导程序的 EFI 系统分区。</translation>
    </message>
    <message>
        <source>%1 is not a plain file of usual size. It was left as it is.</source>
        <translation>%1 不是大小正常的普通文件，已保持原样。</translation>
    </message>
    <message>
        <source>%1 starts with the system. Make sure that it lets you in at the new address.</source>
        <translation>%1 会随系统启动。请确保它允许您通过新地址访问。</translation>
    </message>
    <message>
        <source>/etc/fstab is not a plain file of usual size. Mend it on the source, then migrate again.</source>
        <translation>/etc/fstab 不是大小正常的普通文件。请在迁移源上修正，然后重新迁移。</translation>
    </message>
    <message>
        <source>/etc/fstab mounts %1 at %2, which the image does not have. The system would stop while starting.</source>
        <translation>/etc/fstab 将镜像中没有的 %1 挂载到 %2。系统会在启动过程中停住。</translation>
    </message>
    <message>
        <source>%1 has no room for the new kernel arguments. Shorten kernelopts there on the source, then migrate again.</source>
        <translation>%1 没有空间容纳新的内核参数。请在迁移源上缩短其中的 kernelopts，然后重新迁移。</translation>
    </message>
    <message>
        <source>The system starts by GRUB Legacy (0.97), which cannot find its root filesystem by UUID and is not supported. Change to GRUB 2 on the source, then migrate again.</source>
        <translation>系统由 GRUB Legacy (0.97) 引导，它无法通过 UUID 查找根文件系统，因此不受支持。请在迁移源上改用 GRUB 2，然后重新迁移。</translation>
    </message>
    <message>
        <source>The copy has a new machine-id but still the SSH host keys of its original. Make new ones with “ssh-keygen -A” after deleting the old ones.</source>
        <translation>副本具有新的 machine-id，但仍使用原服务器的 SSH 主机密钥。请删除旧密钥，然后使用“ssh-keygen -A”生成新密钥。</translation>
    </message>
    <message>
        <source>Machine-id and SSH host keys were kept: the server moves. Do not run it beside its original.</source>
        <translation>已保留 machine-id 和 SSH 主机密钥，因为此服务器是整体搬迁。请勿与原服务器同时运行。</translation>
    </message>
    <message>
        <source>A new initramfs for kernel %1 could not be made (%2). The old one was kept; this kernel may not start.</source>
        <translation>无法为内核 %1 生成新的 initramfs（%2）。已保留旧的 initramfs；该内核可能无法启动。</translation>
    </message>
    <message>
        <source>The system has no program to make a new initramfs. The old ones start on virtio disks and were kept.</source>
        <translation>系统没有用于生成新 initramfs 的程序。旧的 initramfs 可从 virtio 磁盘启动，已保留。</translation>
    </message>
    <message>
        <source>Kernel %1 has neither drivers for virtio disks built in nor an initramfs; it will not start.</source>
        <translation>内核 %1 既未内置 virtio 磁盘驱动，也没有 initramfs，将无法启动。</translation>
    </message>
    <message>
        <source>The initramfs has no drivers for virtio disks, and the system has neither dracut, initramfs-tools nor mkinitrd. Install one of them on the source, then migrate again.</source>
        <translation>initramfs 不包含 virtio 磁盘驱动，且系统没有 dracut、initramfs-tools 或 mkinitrd。请在迁移源上安装其中之一，然后重新迁移。</translation>
    </message>
    <message>
        <source>A new initramfs for the default kernel %1 could not be made (%2). Make one with virtio_blk and virtio_pci on the source, then migrate again.</source>
        <translation>无法为默认内核 %1 生成新的 initramfs（%2）。请在迁移源上生成包含 virtio_blk 和 virtio_pci 的 initramfs，然后重新迁移。</translation>
    </message>
    <message>
        <source>A boot entry in %1 names %2, which is not in /boot.</source>
        <translation>%1 中的一个启动项引用了 %2，但 /boot 中没有该文件。</translation>
    </message>
    <message>
        <source>No kernel was found in /boot.</source>
        <translation>在 /boot 中未找到内核。</translation>
    </message>
    <message>
        <source>Kernel %1 has no drivers for virtio disks; it will not start. It is not the default.</source>
        <translation>内核 %1 没有 virtio 磁盘驱动，将无法启动。该内核不是默认内核。</translation>
    </message>
    <message>
        <source>The plan puts volumes on LVM, but the system has no LVM programs. Install lvm2 on the source or choose plain partitions.</source>
        <translation>计划将卷放在 LVM 上，但系统没有 LVM 程序。请在迁移源上安装 lvm2，或选择普通分区。</translation>
    </message>
    <message>
        <source>%1 (%2) comes from another machine. The system now starts also when it cannot be had.</source>
        <translation>%1（%2）来自其他计算机。现在即使无法访问它，系统也能启动。</translation>
    </message>
    <message>
        <source>%1 (%2) is not in the image; it is no longer mounted.</source>
        <translation>%1（%2）不在镜像中，不再挂载。</translation>
    </message>
    <message>
        <source>What %1 (%2) stands for in the image is not known. The system now starts also without it.</source>
        <translation>无法确定 %1（%2）在镜像中对应什么。现在即使没有它，系统也能启动。</translation>
    </message>
    <message>
        <source>The name server %1 is set by hand. Check that it answers from the new place.</source>
        <translation>域名服务器 %1 为手动设置。请检查它在新位置是否有响应。</translation>
    </message>
    <message>
        <source>Several services manage the network: %1. Keep one of them.</source>
        <translation>有多个服务管理网络：%1。请仅保留其中一个。</translation>
    </message>
    <message>
        <source>The way out leads over %1, a bond, bridge or VLAN. Its settings were left as they are; the image may not be reachable until you change them or let Edgelift replace them by plain DHCP.</source>
        <translation>出口网络经由 %1（bond、网桥或 VLAN）。其设置保持原样；在您更改这些设置或让 Edgelift 将其替换为普通 DHCP 之前，镜像可能无法访问。</translation>
    </message>
    <message>
        <source>No network settings that Edgelift knows were found. The image may not be reachable.</source>
        <translation>未找到 Edgelift 可识别的网络设置。镜像可能无法访问。</translation>
    </message>
    <message>
        <source>The network interface %1 is no longer started by itself: the new machine may not have it.</source>
        <translation>网络接口 %1 不再自动启动：新机器可能没有该接口。</translation>
    </message>
    <message>
        <source>%1 needs a processor of level %2. Choose an instance type that has it.</source>
        <translation>%1 需要 %2 级别的处理器。请选择满足要求的实例规格。</translation>
    </message>
    <message>
        <source>/etc/resolv.conf leads to %1, but systemd-resolved does not start with the system.</source>
        <translation>/etc/resolv.conf 指向 %1，但 systemd-resolved 不随系统启动。</translation>
    </message>
    <message>
        <source>No boot entry names the image&apos;s root filesystem.</source>
        <translation>没有启动项引用镜像的根文件系统。</translation>
    </message>
    <message>
        <source>The plan has no volume for the root filesystem.</source>
        <translation>计划中没有用于根文件系统的卷。</translation>
    </message>
    <message>
        <source>The routes in %1 belong to the old network and are out of effect.</source>
        <translation>%1 中的路由属于原网络，已停用。</translation>
    </message>
    <message>
        <source>SELinux labels are restored when the image starts for the first time. That can take several minutes, and the system restarts once.</source>
        <translation>镜像首次启动时将恢复 SELinux 标签。此过程可能需要几分钟，系统会重启一次。</translation>
    </message>
    <message>
        <source>No SSH server starts with the system.</source>
        <translation>没有随系统启动的 SSH 服务器。</translation>
    </message>
    <message>
        <source>SSH is restricted by an address in %1: “%2”. Check that it lets you in at the new address.</source>
        <translation>%1 中按地址限制了 SSH：“%2”。请检查它是否允许您通过新地址访问。</translation>
    </message>
    <message>
        <source>The swap area %2 is not in the image; it is no longer used.</source>
        <translation>交换区 %2 不在镜像中，不再使用。</translation>
    </message>
    <message>
        <source>The distribution “%1” is not one Edgelift was made for. What is common to all was done; test the image well.</source>
        <translation>Edgelift 并非为发行版“%1”设计。已完成各发行版通用的处理；请充分测试镜像。</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but the EFI system partition has no loader for x86_64.</source>
        <translation>镜像将以 UEFI 启动，但 EFI 系统分区没有 x86_64 的引导程序。</translation>
    </message>
    <message>
        <source>The EFI system partition could not be looked into. If it has no EFI\BOOT\BOOTX64.EFI, the image does not start.</source>
        <translation>无法检查 EFI 系统分区的内容。如果其中没有 EFI\BOOT\BOOTX64.EFI，镜像将无法启动。</translation>
    </message>
</context>
<context>
    <name>ErrorText</name>
    <message>
        <source>Something went wrong inside Edgelift</source>
        <translation>Edgelift 内部出错</translation>
    </message>
    <message>
        <source>An internal check failed.</source>
        <translation>内部检查未通过。</translation>
    </message>
    <message>
        <source>Save the diagnostics and report them with the code above.</source>
        <translation>请保存诊断信息，并附上述错误码进行反馈。</translation>
    </message>
    <message>
        <source>The command is not complete</source>
        <translation>命令不完整</translation>
    </message>
    <message>
        <source>%1</source>
        <translation>%1</translation>
    </message>
    <message>
        <source>Run the command with --help to see what it takes.</source>
        <translation>请加 --help 运行该命令，查看所需参数。</translation>
    </message>
    <message>
        <source>Not permitted</source>
        <translation>没有权限</translation>
    </message>
    <message>
        <source>%1 needs administrator rights.</source>
        <translation>%1 需要管理员权限。</translation>
    </message>
    <message>
        <source>Run the command again as root, for example with sudo.</source>
        <translation>请以 root 身份重新运行该命令，例如使用 sudo。</translation>
    </message>
    <message>
        <source>A program is missing</source>
        <translation>缺少程序</translation>
    </message>
    <message>
        <source>The program %1 was not found.</source>
        <translation>未找到程序 %1。</translation>
    </message>
    <message>
        <source>Install %1 and retry.</source>
        <translation>请安装 %1 后重试。</translation>
    </message>
    <message>
        <source>A program failed</source>
        <translation>程序执行失败</translation>
    </message>
    <message>
        <source>%1 ended with an error.</source>
        <translation>%1 异常结束。</translation>
    </message>
    <message>
        <source>Read the log for what it printed, mend the cause and retry.</source>
        <translation>请查看日志中的程序输出，排除原因后重试。</translation>
    </message>
    <message>
        <source>A program did not finish</source>
        <translation>程序未执行完毕</translation>
    </message>
    <message>
        <source>%1 took longer than it may.</source>
        <translation>%1 的运行时间超过上限。</translation>
    </message>
    <message>
        <source>Check that the machine is not overloaded, then retry.</source>
        <translation>请确认机器负载不过高，然后重试。</translation>
    </message>
    <message>
        <source>There is no space left</source>
        <translation>磁盘空间不足</translation>
    </message>
    <message>
        <source>No space is left in %1.</source>
        <translation>%1 中已没有可用空间。</translation>
    </message>
    <message>
        <source>Free some space there, then retry. What was done is kept.</source>
        <translation>请释放空间后重试。已完成的内容会保留。</translation>
    </message>
    <message>
        <source>A file could not be read</source>
        <translation>无法读取文件</translation>
    </message>
    <message>
        <source>%1 could not be read.</source>
        <translation>无法读取 %1。</translation>
    </message>
    <message>
        <source>Check that the file exists and may be read, then retry.</source>
        <translation>请确认文件存在且有读取权限，然后重试。</translation>
    </message>
    <message>
        <source>A file could not be written</source>
        <translation>无法写入文件</translation>
    </message>
    <message>
        <source>%1 could not be written.</source>
        <translation>无法写入 %1。</translation>
    </message>
    <message>
        <source>Check the folder&apos;s rights and free space, then retry.</source>
        <translation>请检查该文件夹的权限和可用空间，然后重试。</translation>
    </message>
    <message>
        <source>The migration journal is damaged</source>
        <translation>迁移日志已损坏</translation>
    </message>
    <message>
        <source>The journal %1 cannot be trusted.</source>
        <translation>迁移日志 %1 不可信。</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again; nothing on the source was changed.</source>
        <translation>请取消本次迁移并重新开始；迁移源未被更改。</translation>
    </message>
    <message>
        <source>Saved state is damaged</source>
        <translation>保存的状态已损坏</translation>
    </message>
    <message>
        <source>%1 cannot be trusted.</source>
        <translation>%1 不可信。</translation>
    </message>
    <message>
        <source>Move the file away and start again; nothing on the source was changed.</source>
        <translation>请移走该文件并重新开始；迁移源未被更改。</translation>
    </message>
    <message>
        <source>The plan file cannot be read</source>
        <translation>无法读取计划文件</translation>
    </message>
    <message>
        <source>%1 is not a plan file: %2.</source>
        <translation>%1 不是计划文件：%2。</translation>
    </message>
    <message>
        <source>Make a new plan with “edgeliftctl plan new”, or mend the file at that place.</source>
        <translation>请使用“edgeliftctl plan new”新建计划，或修正文件中的该处内容。</translation>
    </message>
    <message>
        <source>The plan has an unknown setting</source>
        <translation>计划中有未知设置</translation>
    </message>
    <message>
        <source>The plan has the unknown key “%1”.</source>
        <translation>计划中有未知的键“%1”。</translation>
    </message>
    <message>
        <source>Did you mean “%2”? Correct the key or remove it.</source>
        <translation>是否应为“%2”？请更正或删除该键。</translation>
    </message>
    <message>
        <source>The plan was made by another version</source>
        <translation>计划由其他版本创建</translation>
    </message>
    <message>
        <source>The plan has version %1; this program reads version %2.</source>
        <translation>计划的版本为 %1，本程序支持的版本为 %2。</translation>
    </message>
    <message>
        <source>Make a new plan with this program, or use the program that made the plan.</source>
        <translation>请使用本程序新建计划，或使用创建该计划的程序。</translation>
    </message>
    <message>
        <source>The plan has an impossible value</source>
        <translation>计划中有无效的值</translation>
    </message>
    <message>
        <source>%1 cannot be “%2”. Allowed: %3.</source>
        <translation>%1 不能为“%2”。允许的值：%3。</translation>
    </message>
    <message>
        <source>Change the value in the plan and validate it again.</source>
        <translation>请修改计划中的该值并重新校验。</translation>
    </message>
    <message>
        <source>The plan breaks a rule</source>
        <translation>计划不符合规则</translation>
    </message>
    <message>
        <source>Change the plan as described and validate it again.</source>
        <translation>请按说明修改计划并重新校验。</translation>
    </message>
    <message>
        <source>The plan belongs to another server</source>
        <translation>计划属于其他服务器</translation>
    </message>
    <message>
        <source>The plan names %1, which this source does not have.</source>
        <translation>计划中的 %1 在此迁移源上不存在。</translation>
    </message>
    <message>
        <source>Make a new plan for this source with “edgeliftctl plan new”.</source>
        <translation>请使用“edgeliftctl plan new”为此迁移源新建计划。</translation>
    </message>
    <message>
        <source>This change of the disk layout is not available</source>
        <translation>无法这样更改磁盘布局</translation>
    </message>
    <message>
        <source>A disk of the source could not be read</source>
        <translation>无法读取迁移源的磁盘</translation>
    </message>
    <message>
        <source>Reading %1 failed.</source>
        <translation>读取 %1 失败。</translation>
    </message>
    <message>
        <source>Check the disk&apos;s health and the file&apos;s rights, then retry. What was already sent is kept.</source>
        <translation>请检查磁盘健康状况和文件权限，然后重试。已传输的数据会保留。</translation>
    </message>
    <message>
        <source>A disk of the source was not found</source>
        <translation>未找到迁移源的磁盘</translation>
    </message>
    <message>
        <source>%1 does not exist.</source>
        <translation>%1 不存在。</translation>
    </message>
    <message>
        <source>Check the path of the disk, then start again.</source>
        <translation>请检查磁盘路径，然后重新开始。</translation>
    </message>
    <message>
        <source>The disk is empty</source>
        <translation>磁盘为空</translation>
    </message>
    <message>
        <source>%1 has no content.</source>
        <translation>%1 没有内容。</translation>
    </message>
    <message>
        <source>Choose the right disk image.</source>
        <translation>请选择正确的磁盘镜像文件。</translation>
    </message>
    <message>
        <source>The source changed during the migration</source>
        <translation>迁移源在迁移期间发生了变化</translation>
    </message>
    <message>
        <source>%1 is no longer what it was when the migration began.</source>
        <translation>%1 与迁移开始时不一致。</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk image, then start the migration again.</source>
        <translation>请确保没有程序写入该磁盘镜像文件，然后重新开始迁移。</translation>
    </message>
    <message>
        <source>The disk image is in use</source>
        <translation>磁盘镜像文件正在使用中</translation>
    </message>
    <message>
        <source>%1 is in use by another program.</source>
        <translation>%1 正被其他程序使用。</translation>
    </message>
    <message>
        <source>Shut the virtual machine down or choose a copy of its disk, then retry.</source>
        <translation>请关闭虚拟机或选择其磁盘的副本，然后重试。</translation>
    </message>
    <message>
        <source>The format of the disk image is not supported</source>
        <translation>不支持该磁盘镜像文件格式</translation>
    </message>
    <message>
        <source>%1 has the format %2. Raw and qcow2 images can be read.</source>
        <translation>%1 的格式为 %2。仅支持读取 raw 和 qcow2 格式。</translation>
    </message>
    <message>
        <source>Convert the image with “qemu-img convert -O qcow2” and start again.</source>
        <translation>请使用“qemu-img convert -O qcow2”转换该文件，然后重新开始。</translation>
    </message>
    <message>
        <source>The partition table is damaged</source>
        <translation>分区表已损坏</translation>
    </message>
    <message>
        <source>The partition table of %1 cannot be used: %2.</source>
        <translation>%1 的分区表不可用：%2。</translation>
    </message>
    <message>
        <source>Repair the table (for example with “sgdisk --verify” or “sfdisk --verify”), then start again.</source>
        <translation>请修复分区表（例如使用“sgdisk --verify”或“sfdisk --verify”），然后重新开始。</translation>
    </message>
    <message>
        <source>The partition table refers to itself</source>
        <translation>分区表循环引用</translation>
    </message>
    <message>
        <source>The extended partitions of %1 form a loop.</source>
        <translation>%1 的扩展分区形成循环。</translation>
    </message>
    <message>
        <source>Repair the partition table with “sfdisk”, then start again.</source>
        <translation>请使用“sfdisk”修复分区表，然后重新开始。</translation>
    </message>
    <message>
        <source>This is not a Linux server</source>
        <translation>该服务器不是 Linux 服务器</translation>
    </message>
    <message>
        <source>No Linux system was found on %1.</source>
        <translation>在 %1 上未找到 Linux 系统。</translation>
    </message>
    <message>
        <source>Only Linux servers can become ENS images. Choose the disk that holds the Linux system.</source>
        <translation>仅 Linux 服务器可制作为 ENS 镜像。请选择 Linux 系统所在的磁盘。</translation>
    </message>
    <message>
        <source>The processor architecture is not supported</source>
        <translation>不支持该处理器架构</translation>
    </message>
    <message>
        <source>The system on %1 is made for %2.</source>
        <translation>%1 上的系统适用于 %2 架构。</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>仅 x86-64 服务器可制作为 ENS 镜像。</translation>
    </message>
    <message>
        <source>Too many data disks</source>
        <translation>数据盘数量过多</translation>
    </message>
    <message>
        <source>%1 data disks would be migrated, at most 4 are possible.</source>
        <translation>计划迁移 %1 块数据盘，最多支持 4 块。</translation>
    </message>
    <message>
        <source>Leave out disks: set all volumes of a disk to “migrate”: false in the plan.</source>
        <translation>请排除部分磁盘：在计划中将该磁盘的所有卷设为 “migrate”: false。</translation>
    </message>
    <message>
        <source>A data disk is too large</source>
        <translation>数据盘过大</translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. %1 has %2.</source>
        <translation>ENS 镜像的单块数据盘最大为 500 GiB。%1 的大小为 %2。</translation>
    </message>
    <message>
        <source>Leave the disk out, or make it smaller.</source>
        <translation>请排除该磁盘或缩小其容量。</translation>
    </message>
    <message>
        <source>The root filesystem was not found</source>
        <translation>未找到根文件系统</translation>
    </message>
    <message>
        <source>No volume of %1 can be mounted as “/”.</source>
        <translation>%1 中没有可挂载为“/”的卷。</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>请选择服务器的启动磁盘。</translation>
    </message>
    <message>
        <source>A filesystem is damaged</source>
        <translation>文件系统已损坏</translation>
    </message>
    <message>
        <source>The filesystem on %1 cannot be read: %2.</source>
        <translation>无法读取 %1 上的文件系统：%2。</translation>
    </message>
    <message>
        <source>Check it with the filesystem&apos;s own repair program, then start again.</source>
        <translation>请使用该文件系统自带的修复程序检查，然后重新开始。</translation>
    </message>
    <message>
        <source>A volume cannot be migrated</source>
        <translation>该卷无法迁移</translation>
    </message>
    <message>
        <source>%1 is of a kind that cannot be migrated: %2.</source>
        <translation>不支持迁移 %1 这种类型的卷：%2。</translation>
    </message>
    <message>
        <source>Leave the volume out, or change it on the source.</source>
        <translation>请排除该卷，或在迁移源上进行调整。</translation>
    </message>
    <message>
        <source>No boot loader was found</source>
        <translation>未找到引导程序</translation>
    </message>
    <message>
        <source>%1 has no boot loader that the image could start with.</source>
        <translation>%1 没有可用于启动镜像的引导程序。</translation>
    </message>
    <message>
        <source>Install GRUB on the source&apos;s system disk, then start again.</source>
        <translation>请在迁移源的系统盘上安装 GRUB，然后重新开始。</translation>
    </message>
    <message>
        <source>Drivers for the cloud are missing</source>
        <translation>缺少云上运行所需的驱动</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>内核 %1 的启动文件不包含 virtio 驱动。</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>请重建包含 virtio_blk、virtio_pci 和 virtio_net 的 initramfs，然后重新检查。</translation>
    </message>
    <message>
        <source>The source does not read the same twice</source>
        <translation>迁移源的两次读取结果不一致</translation>
    </message>
    <message>
        <source>%2 blocks of %1 had another content each time they were read.</source>
        <translation>%1 中有 %2 个数据块每次读取的内容都不同。</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk. Then test the source server&apos;s memory (RAM) and the disk&apos;s health, and start again.</source>
        <translation>请确保没有程序写入该磁盘，然后检测源服务器的内存 (RAM) 和磁盘健康状况，再重新开始。</translation>
    </message>
    <message>
        <source>The transit instance does not answer</source>
        <translation>中转实例无响应</translation>
    </message>
    <message>
        <source>%1 cannot be reached on port %2.</source>
        <translation>无法连接 %1 的 %2 端口。</translation>
    </message>
    <message>
        <source>Allow outgoing connections to ports 8080 and 8703, then retry. What was already sent is kept.</source>
        <translation>请放行到端口 8080 和 8703 的出方向连接，然后重试。已传输的数据会保留。</translation>
    </message>
    <message>
        <source>The receiver is of another version</source>
        <translation>接收程序的版本不同</translation>
    </message>
    <message>
        <source>The receiver speaks protocol %1.</source>
        <translation>接收程序使用的协议为 %1。</translation>
    </message>
    <message>
        <source>Let the migration create a new transit instance (cancel and start again), or update this program.</source>
        <translation>请让迁移任务新建中转实例（取消后重新开始），或更新本程序。</translation>
    </message>
    <message>
        <source>The data connection was disturbed</source>
        <translation>数据连接异常</translation>
    </message>
    <message>
        <source>A message on the data connection could not be understood.</source>
        <translation>无法识别数据连接上的一条消息。</translation>
    </message>
    <message>
        <source>Retry. What was already confirmed is kept.</source>
        <translation>请重试。已确认的数据会保留。</translation>
    </message>
    <message>
        <source>The other side could not prove who it is</source>
        <translation>对端无法证明其身份</translation>
    </message>
    <message>
        <source>The computer at %1 does not hold the key of this migration.</source>
        <translation>位于 %1 的计算机没有本次迁移的密钥。</translation>
    </message>
    <message>
        <source>Check for a proxy that opens encrypted connections, then retry.</source>
        <translation>请检查是否有代理解密了加密连接，然后重试。</translation>
    </message>
    <message>
        <source>The receiver holds another state</source>
        <translation>接收程序的状态不一致</translation>
    </message>
    <message>
        <source>The receiver does not know this run of the migration.</source>
        <translation>接收程序无法识别本次迁移。</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again.</source>
        <translation>请取消本次迁移并重新开始。</translation>
    </message>
    <message>
        <source>Data was damaged on the way</source>
        <translation>数据在传输途中损坏</translation>
    </message>
    <message>
        <source>A block of %1 arrived damaged.</source>
        <translation>收到的 %1 的一个数据块已损坏。</translation>
    </message>
    <message>
        <source>Retry. The block is sent again; nothing damaged was written. If it happens again, test the source server&apos;s memory (RAM).</source>
        <translation>请重试。该数据块会重新传输，损坏的数据未被写入。如再次出现，请检测源服务器的内存 (RAM)。</translation>
    </message>
    <message>
        <source>A target disk was not found</source>
        <translation>未找到目标磁盘</translation>
    </message>
    <message>
        <source>The disk with serial %1 is not attached to the transit instance.</source>
        <translation>序列号为 %1 的磁盘未挂载到中转实例。</translation>
    </message>
    <message>
        <source>Retry; if it stays away, cancel the migration and start again.</source>
        <translation>请重试；如仍未找到，请取消迁移并重新开始。</translation>
    </message>
    <message>
        <source>A target disk is too small</source>
        <translation>目标磁盘过小</translation>
    </message>
    <message>
        <source>The target disk %1 has %2, but %3 are needed.</source>
        <translation>目标磁盘 %1 的大小为 %2，需要 %3。</translation>
    </message>
    <message>
        <source>Choose a larger disk in the plan and start again.</source>
        <translation>请在计划中选择更大的磁盘，然后重新开始。</translation>
    </message>
    <message>
        <source>Writing the target disk failed</source>
        <translation>写入目标磁盘失败</translation>
    </message>
    <message>
        <source>The target disk %1 could not be written.</source>
        <translation>无法写入目标磁盘 %1。</translation>
    </message>
    <message>
        <source>Retry. If it fails again, cancel the migration and start again.</source>
        <translation>请重试。如再次失败，请取消迁移并重新开始。</translation>
    </message>
    <message>
        <source>Reading the target disk back failed</source>
        <translation>回读目标磁盘失败</translation>
    </message>
    <message>
        <source>The target disk %1 could not be read back.</source>
        <translation>无法回读目标磁盘 %1。</translation>
    </message>
    <message>
        <source>The copy is not equal to the source</source>
        <translation>副本与迁移源不一致</translation>
    </message>
    <message>
        <source>%1 blocks of the target disk differ from what was sent, after a second copy as well.</source>
        <translation>目标磁盘有 %1 个数据块与已传输的数据不同，再次复制后仍不一致。</translation>
    </message>
    <message>
        <source>Memory (RAM) or disk of the transit instance is faulty. Cancel the migration and start it again: it gets another one.</source>
        <translation>中转实例的内存 (RAM) 或磁盘有故障。请取消迁移并重新开始，届时将使用新的中转实例。</translation>
    </message>
    <message>
        <source>The connection to the transit instance was lost</source>
        <translation>与中转实例的连接已断开</translation>
    </message>
    <message>
        <source>The connection to %1 was lost.</source>
        <translation>与 %1 的连接已断开。</translation>
    </message>
    <message>
        <source>Check the network, then retry. What was already sent is kept.</source>
        <translation>请检查网络，然后重试。已传输的数据会保留。</translation>
    </message>
    <message>
        <source>No data passes to the transit instance</source>
        <translation>没有数据传输到中转实例</translation>
    </message>
    <message>
        <source>No data passed to %1 for %2 seconds.</source>
        <translation>已有 %2 秒没有数据传输到 %1。</translation>
    </message>
    <message>
        <source>A write outside the target was refused</source>
        <translation>超出目标范围的写入被拒绝</translation>
    </message>
    <message>
        <source>The receiver refused a write outside disk %1.</source>
        <translation>接收程序拒绝了超出磁盘 %1 范围的写入。</translation>
    </message>
    <message>
        <source>The partition table of the target could not be written</source>
        <translation>无法写入目标分区表</translation>
    </message>
    <message>
        <source>The partition table of target disk %1 could not be completed.</source>
        <translation>无法完成目标磁盘 %1 的分区表。</translation>
    </message>
    <message>
        <source>Retry. If it fails again, save the diagnostics and report them.</source>
        <translation>请重试。如再次失败，请保存诊断信息并反馈。</translation>
    </message>
    <message>
        <source>A target disk is in use</source>
        <translation>目标磁盘正在使用中</translation>
    </message>
    <message>
        <source>The target disk %1 is in use by the transit instance itself and was not touched.</source>
        <translation>目标磁盘 %1 正被中转实例自身使用，未作任何改动。</translation>
    </message>
    <message>
        <source>Retry. If it stays in use, cancel the migration and start again.</source>
        <translation>请重试。如仍在使用中，请取消迁移并重新开始。</translation>
    </message>
    <message>
        <source>The cloud refused a request</source>
        <translation>云端拒绝了请求</translation>
    </message>
    <message>
        <source>%1 was refused: %2.</source>
        <translation>%1 被拒绝：%2。</translation>
    </message>
    <message>
        <source>Read the cloud&apos;s reason, mend it in the console, then retry.</source>
        <translation>请根据云端返回的原因在控制台中处理，然后重试。</translation>
    </message>
    <message>
        <source>The cloud asks to slow down</source>
        <translation>云端要求降低请求频率</translation>
    </message>
    <message>
        <source>Too many %1 requests were made from this account.</source>
        <translation>该账号的 %1 请求过多。</translation>
    </message>
    <message>
        <source>Nothing is lost. Wait a minute, then retry.</source>
        <translation>数据没有丢失。请等待一分钟后重试。</translation>
    </message>
    <message>
        <source>The cloud&apos;s answer was not understood</source>
        <translation>无法识别云端的响应</translation>
    </message>
    <message>
        <source>The answer to %1 could not be understood.</source>
        <translation>无法识别 %1 的响应。</translation>
    </message>
    <message>
        <source>Retry. If it happens again, check for a proxy that changes answers.</source>
        <translation>请重试。如再次出现，请检查是否有代理修改了响应。</translation>
    </message>
    <message>
        <source>The cloud does not answer</source>
        <translation>云端无响应</translation>
    </message>
    <message>
        <source>No answer from %1.</source>
        <translation>%1 无响应。</translation>
    </message>
    <message>
        <source>Check the network or the proxy, then retry.</source>
        <translation>请检查网络或代理，然后重试。</translation>
    </message>
    <message>
        <source>The AccessKey pair was refused</source>
        <translation>AccessKey 对被拒绝</translation>
    </message>
    <message>
        <source>The cloud refused the AccessKey pair: %1.</source>
        <translation>云端拒绝了该 AccessKey 对：%1。</translation>
    </message>
    <message>
        <source>Check the AccessKey ID and secret, then start again.</source>
        <translation>请检查 AccessKey ID 和 AccessKey Secret，然后重新开始。</translation>
    </message>
    <message>
        <source>The temporary credentials expired</source>
        <translation>临时凭证已过期</translation>
    </message>
    <message>
        <source>The temporary credentials for %1 are no longer valid.</source>
        <translation>%1 的临时凭证已失效。</translation>
    </message>
    <message>
        <source>Retry. New credentials are fetched by themselves.</source>
        <translation>请重试。系统会自动获取新的凭证。</translation>
    </message>
    <message>
        <source>The account lacks a permission</source>
        <translation>账号缺少权限</translation>
    </message>
    <message>
        <source>The account may not call %1: %2.</source>
        <translation>该账号无权调用 %1：%2。</translation>
    </message>
    <message>
        <source>Grant the permission in the RAM console, then retry.</source>
        <translation>请在 RAM 控制台授予该权限，然后重试。</translation>
    </message>
    <message>
        <source>This computer&apos;s clock is wrong</source>
        <translation>本机时间不正确</translation>
    </message>
    <message>
        <source>The clock differs from the cloud&apos;s by %1 seconds.</source>
        <translation>本机时间与云端相差 %1 秒。</translation>
    </message>
    <message>
        <source>The bucket does not exist</source>
        <translation>Bucket 不存在</translation>
    </message>
    <message>
        <source>There is no bucket “%1”.</source>
        <translation>不存在 Bucket“%1”。</translation>
    </message>
    <message>
        <source>Create the bucket in %2, or choose another one in the plan.</source>
        <translation>请在 %2 创建该 Bucket，或在计划中选择其他 Bucket。</translation>
    </message>
    <message>
        <source>The bucket is in another region</source>
        <translation>Bucket 位于其他地域</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %2, but the temporary image is created in %3.</source>
        <translation>Bucket“%1”位于 %2，但临时镜像在 %3 创建。</translation>
    </message>
    <message>
        <source>Choose a bucket in %3.</source>
        <translation>请选择位于 %3 的 Bucket。</translation>
    </message>
    <message>
        <source>The bucket cannot be used</source>
        <translation>该 Bucket 不可用</translation>
    </message>
    <message>
        <source>Bucket “%1” cannot hold the temporary image: %2.</source>
        <translation>Bucket“%1”无法存放临时镜像：%2。</translation>
    </message>
    <message>
        <source>Choose a bucket without server-side encryption, of the standard class.</source>
        <translation>请选择未开启服务端加密、存储类型为标准存储的 Bucket。</translation>
    </message>
    <message>
        <source>The image name is in use</source>
        <translation>镜像名称已被使用</translation>
    </message>
    <message>
        <source>There is already an image named “%1”.</source>
        <translation>已存在名为“%1”的镜像。</translation>
    </message>
    <message>
        <source>Choose another name prefix in the plan.</source>
        <translation>请在计划中使用其他名称前缀。</translation>
    </message>
    <message>
        <source>The instance type is out of stock</source>
        <translation>实例规格库存不足</translation>
    </message>
    <message>
        <source>Instance type “%1” is out of stock in %2.</source>
        <translation>实例规格“%1”在 %2 库存不足。</translation>
    </message>
    <message>
        <source>Choose another type, or leave the type empty so that one is chosen.</source>
        <translation>请选择其他规格，或将规格留空以自动选择。</translation>
    </message>
    <message>
        <source>A quota of the account is used up</source>
        <translation>账号配额已用尽</translation>
    </message>
    <message>
        <source>The quota for %1 is used up: %2.</source>
        <translation>%1 的配额已用尽：%2。</translation>
    </message>
    <message>
        <source>Delete what is no longer needed or raise the quota, then retry.</source>
        <translation>请删除不再需要的资源或提升配额，然后重试。</translation>
    </message>
    <message>
        <source>The account&apos;s balance is too low</source>
        <translation>账号余额不足</translation>
    </message>
    <message>
        <source>The account cannot buy the transit instance.</source>
        <translation>该账号无法购买中转实例。</translation>
    </message>
    <message>
        <source>Top up the account, then retry.</source>
        <translation>请为账号充值，然后重试。</translation>
    </message>
    <message>
        <source>A role is missing in the account</source>
        <translation>账号缺少角色</translation>
    </message>
    <message>
        <source>The role %1 does not exist or may not be used.</source>
        <translation>角色 %1 不存在或无权使用。</translation>
    </message>
    <message>
        <source>Grant the role in the ECS console, then retry.</source>
        <translation>请在 ECS 控制台授权该角色，然后重试。</translation>
    </message>
    <message>
        <source>A service is not activated</source>
        <translation>服务未开通</translation>
    </message>
    <message>
        <source>%1 is not activated in this account.</source>
        <translation>该账号未开通 %1。</translation>
    </message>
    <message>
        <source>Activate it in the console, then retry.</source>
        <translation>请在控制台开通，然后重试。</translation>
    </message>
    <message>
        <source>The region is not supported</source>
        <translation>不支持该地域</translation>
    </message>
    <message>
        <source>%1 is not possible in %2.</source>
        <translation>%2 不支持 %1。</translation>
    </message>
    <message>
        <source>Choose China (Beijing) or Singapore.</source>
        <translation>请选择华北2（北京）或新加坡。</translation>
    </message>
    <message>
        <source>The network was not found</source>
        <translation>未找到网络</translation>
    </message>
    <message>
        <source>%1 does not exist or does not fit.</source>
        <translation>%1 不存在或不符合要求。</translation>
    </message>
    <message>
        <source>Choose another VPC and vSwitch in the plan.</source>
        <translation>请在计划中选择其他 VPC 和 vSwitch。</translation>
    </message>
    <message>
        <source>The transit instance is gone</source>
        <translation>中转实例已不存在</translation>
    </message>
    <message>
        <source>The transit instance %1 was released.</source>
        <translation>中转实例 %1 已被释放。</translation>
    </message>
    <message>
        <source>This migration cannot continue. Start it again from the beginning.</source>
        <translation>本次迁移无法继续。请从头重新开始。</translation>
    </message>
    <message>
        <source>The transit instance did not get ready</source>
        <translation>中转实例未能就绪</translation>
    </message>
    <message>
        <source>The transit instance %1 did not start its receiver.</source>
        <translation>中转实例 %1 未启动接收程序。</translation>
    </message>
    <message>
        <source>Retry; if it fails again, cancel the migration and start again.</source>
        <translation>请重试；如再次失败，请取消迁移并重新开始。</translation>
    </message>
    <message>
        <source>A snapshot failed</source>
        <translation>创建快照失败</translation>
    </message>
    <message>
        <source>The snapshot of disk %1 failed.</source>
        <translation>为磁盘 %1 创建快照失败。</translation>
    </message>
    <message>
        <source>Retry.</source>
        <translation>请重试。</translation>
    </message>
    <message>
        <source>The image could not be made</source>
        <translation>无法创建镜像</translation>
    </message>
    <message>
        <source>Making the ECS image %1 failed: %2.</source>
        <translation>创建 ECS 镜像 %1 失败：%2。</translation>
    </message>
    <message>
        <source>Retry; if it fails again, read the cloud&apos;s reason in the log.</source>
        <translation>请重试；如再次失败，请查看日志中云端返回的原因。</translation>
    </message>
    <message>
        <source>The image could not be exported</source>
        <translation>无法导出镜像</translation>
    </message>
    <message>
        <source>Exporting image %1 failed: %2.</source>
        <translation>导出镜像 %1 失败：%2。</translation>
    </message>
    <message>
        <source>Check the bucket and the role for image export, then retry.</source>
        <translation>请检查 Bucket 和镜像导出角色，然后重试。</translation>
    </message>
    <message>
        <source>The image could not be imported</source>
        <translation>无法导入镜像</translation>
    </message>
    <message>
        <source>Importing the ENS image %1 failed: %2.</source>
        <translation>导入 ENS 镜像 %1 失败：%2。</translation>
    </message>
    <message>
        <source>Retry; the exported files are kept in the bucket until then.</source>
        <translation>请重试；在此之前，导出的文件会保留在 Bucket 中。</translation>
    </message>
    <message>
        <source>The cloud took too long</source>
        <translation>云端处理超时</translation>
    </message>
    <message>
        <source>%1 did not finish in time.</source>
        <translation>%1 未在规定时间内完成。</translation>
    </message>
    <message>
        <source>Retry; it continues where it stopped.</source>
        <translation>请重试；将从中断处继续。</translation>
    </message>
    <message>
        <source>Something in the cloud is gone</source>
        <translation>云端资源已不存在</translation>
    </message>
    <message>
        <source>%1 no longer exists.</source>
        <translation>%1 已不存在。</translation>
    </message>
    <message>
        <source>It was probably deleted by hand. Cancel the migration and start again.</source>
        <translation>该资源可能已被手动删除。请取消迁移并重新开始。</translation>
    </message>
    <message>
        <source>The receiver&apos;s bundle is missing</source>
        <translation>缺少接收程序包</translation>
    </message>
    <message>
        <source>The file %1 was not found.</source>
        <translation>未找到文件 %1。</translation>
    </message>
    <message>
        <source>Reinstall Edgelift, or build the target “receiver_bundle”.</source>
        <translation>请重新安装 Edgelift，或构建目标“receiver_bundle”。</translation>
    </message>
    <message>
        <source>The activation code has a typing error</source>
        <translation>激活码输入有误</translation>
    </message>
    <message>
        <source>The activation code is not complete or has a wrong character: %1.</source>
        <translation>激活码不完整或包含错误字符：%1。</translation>
    </message>
    <message>
        <source>Copy the whole code again from where it was made.</source>
        <translation>请从生成处重新复制完整的激活码。</translation>
    </message>
    <message>
        <source>The activation code was rejected</source>
        <translation>激活码被拒绝</translation>
    </message>
    <message>
        <source>The service does not know this activation code.</source>
        <translation>服务无法识别该激活码。</translation>
    </message>
    <message>
        <source>Check it for missing characters, or generate a new one.</source>
        <translation>请检查是否缺少字符，或重新生成激活码。</translation>
    </message>
    <message>
        <source>The activation code expired</source>
        <translation>激活码已过期</translation>
    </message>
    <message>
        <source>The activation code expired on %1.</source>
        <translation>激活码已于 %1 过期。</translation>
    </message>
    <message>
        <source>Generate a new one.</source>
        <translation>请重新生成激活码。</translation>
    </message>
    <message>
        <source>The activation code is used up</source>
        <translation>激活码次数已用尽</translation>
    </message>
    <message>
        <source>The activation code has already imported %1 servers, which is its limit.</source>
        <translation>该激活码已导入 %1 台服务器，达到上限。</translation>
    </message>
    <message>
        <source>The activation code was disabled</source>
        <translation>激活码已被禁用</translation>
    </message>
    <message>
        <source>The activation code was switched off by its owner.</source>
        <translation>该激活码已被其所有者禁用。</translation>
    </message>
    <message>
        <source>Ask for a new one.</source>
        <translation>请索取新的激活码。</translation>
    </message>
    <message>
        <source>No activation code was given</source>
        <translation>未提供激活码</translation>
    </message>
    <message>
        <source>Neither an activation code nor an AccessKey pair was given.</source>
        <translation>未提供激活码或 AccessKey 对。</translation>
    </message>
    <message>
        <source>Give the code with --code-file or on standard input, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.</source>
        <translation>请通过 --code-file 或标准输入提供激活码，或设置 ALIBABA_CLOUD_ACCESS_KEY_ID 和 ALIBABA_CLOUD_ACCESS_KEY_SECRET。</translation>
    </message>
    <message>
        <source>The agent does not answer</source>
        <translation>代理服务无响应</translation>
    </message>
    <message>
        <source>No agent answers on %1.</source>
        <translation>%1 上没有代理服务响应。</translation>
    </message>
    <message>
        <source>Start it with “systemctl start edgelift-agent”, or run the command as root.</source>
        <translation>请使用“systemctl start edgelift-agent”启动，或以 root 身份运行该命令。</translation>
    </message>
    <message>
        <source>The agent is of another version</source>
        <translation>代理服务的版本不同</translation>
    </message>
    <message>
        <source>The agent speaks version %1 of its interface, this program version %2.</source>
        <translation>代理服务的接口版本为 %1，本程序为 %2。</translation>
    </message>
    <message>
        <source>Install the same version of both.</source>
        <translation>请为两者安装相同版本。</translation>
    </message>
    <message>
        <source>A migration is already running</source>
        <translation>已有迁移正在运行</translation>
    </message>
    <message>
        <source>Migration %1 is still running.</source>
        <translation>迁移任务 %1 仍在运行。</translation>
    </message>
    <message>
        <source>Wait for its end or cancel it first.</source>
        <translation>请等待其结束或先取消。</translation>
    </message>
    <message>
        <source>The migration was not found</source>
        <translation>未找到迁移任务</translation>
    </message>
    <message>
        <source>There is no migration %1.</source>
        <translation>不存在迁移任务 %1。</translation>
    </message>
    <message>
        <source>List the migrations with “edgeliftctl status”.</source>
        <translation>请使用“edgeliftctl status”列出迁移任务。</translation>
    </message>
    <message>
        <source>This is not possible now</source>
        <translation>当前无法执行此操作</translation>
    </message>
    <message>
        <source>Migration %1 is %2.</source>
        <translation>迁移任务 %1 的状态：%2。</translation>
    </message>
    <message>
        <source>Look at its state with “edgeliftctl status”.</source>
        <translation>请使用“edgeliftctl status”查看其状态。</translation>
    </message>
    <message>
        <source>A request was not understood</source>
        <translation>无法识别请求</translation>
    </message>
    <message>
        <source>Use the same version of all parts of Edgelift.</source>
        <translation>请确保 Edgelift 各组件的版本一致。</translation>
    </message>
    <message>
        <source>Undo the changes to the disks, or leave size, place and method of each volume as they were in the new plan.</source>
        <translation>请撤销对磁盘的更改，或在新计划中保持各卷的大小、位置和方式不变。</translation>
    </message>
    <message>
        <source>Something wrote to the disks during the final moment</source>
        <translation>最后阶段有程序写入了磁盘</translation>
    </message>
    <message>
        <source>%1 was written to while the filesystems were held still, %2 times in a row.</source>
        <translation>文件系统冻结期间，%1 连续 %2 次被写入。</translation>
    </message>
    <message>
        <source>Find the program that writes to the disk directly or that ends the hold (backup and snapshot tools do), stop it, and retry. What was copied is kept.</source>
        <translation>请找出直接写入磁盘或解除冻结的程序（备份和快照工具会这样做），将其停止后重试。已复制的内容会保留。</translation>
    </message>
    <message>
        <source>A part of a disk is always being written</source>
        <translation>磁盘的某个部分持续被写入</translation>
    </message>
    <message>
        <source>An area of %1 that cannot be held still was written to during each of %2 tries to copy it.</source>
        <translation>%1 的一个无法冻结的区域在 %2 次复制尝试中每次都被写入。</translation>
    </message>
    <message>
        <source>Stop what writes to it (updates of the boot partition, programs that use a raw partition) for a minute, then retry.</source>
        <translation>请停止写入该区域的程序（启动分区的更新、使用裸分区的程序）一分钟，然后重试。</translation>
    </message>
    <message>
        <source>Changes on the disks were not seen completely</source>
        <translation>未能完整捕获磁盘上的更改</translation>
    </message>
    <message>
        <source>A change of %1 was missed.</source>
        <translation>遗漏了 %1 的一处更改。</translation>
    </message>
    <message>
        <source>Retry: both sides are compared then, and only what differs is sent.</source>
        <translation>请重试：届时会比较两端，仅发送不同的内容。</translation>
    </message>
    <message>
        <source>The final moment would have been too long</source>
        <translation>最后阶段的耗时会过长</translation>
    </message>
    <message>
        <source>The server had written %1 when its filesystems were held still; there is room for %2.</source>
        <translation>文件系统冻结时，服务器已写入 %1；可容纳的量为 %2。</translation>
    </message>
    <message>
        <source>Raise the network limit, stop the services that write most, choose a quiet hour, or allow a longer hold; then retry.</source>
        <translation>请提高网络限速、停止写入最多的服务、选择空闲时段，或允许更长的冻结时间，然后重试。</translation>
    </message>
    <message>
        <source>Changes cannot be tracked this way</source>
        <translation>无法以此方式跟踪更改</translation>
    </message>
    <message>
        <source>The kernel of this server does not allow changes to be tracked with %1.</source>
        <translation>此服务器的内核不允许使用 %1 跟踪更改。</translation>
    </message>
    <message>
        <source>Nothing needs to be done: another way is used. The log has the kernel&apos;s reason.</source>
        <translation>无需任何操作：将使用其他方式。内核给出的原因见日志。</translation>
    </message>
    <message>
        <source>A filesystem could not be stopped</source>
        <translation>无法暂停文件系统写入</translation>
    </message>
    <message>
        <source>Writing to %1 could not be stopped for a moment: %2.</source>
        <translation>无法暂停对 %1 的写入：%2。</translation>
    </message>
    <message>
        <source>Everything goes on as before. Check the disk&apos;s health and the mount, then retry.</source>
        <translation>一切照常运行。请检查磁盘健康状况和挂载情况，然后重试。</translation>
    </message>
    <message>
        <source>Writing went on too early</source>
        <translation>写入恢复过早</translation>
    </message>
    <message>
        <source>The filesystems did not stand still long enough: %1.</source>
        <translation>文件系统冻结的时间不够长：%1。</translation>
    </message>
    <message>
        <source>What was read is not used. Retry, at a time when the server is less busy.</source>
        <translation>已读取的内容不会使用。请在服务器较空闲时重试。</translation>
    </message>
    <message>
        <source>A program of yours that runs around the stop failed</source>
        <translation>您在冻结前后运行的程序失败</translation>
    </message>
    <message>
        <source>%1 failed: %2.</source>
        <translation>%1 失败：%2。</translation>
    </message>
    <message>
        <source>Mend the program in /etc/edgelift/hooks.d, or remove it, then retry.</source>
        <translation>请修正或移除 /etc/edgelift/hooks.d 中的该程序，然后重试。</translation>
    </message>
    <message>
        <source>A device cannot be followed while the server runs</source>
        <translation>服务器运行期间无法跟踪某个设备</translation>
    </message>
    <message>
        <source>%1 uses %2. What is written to it while the server runs would be lost.</source>
        <translation>%1 使用 %2。服务器运行期间写入其中的内容会丢失。</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>请停用该设备并重新检查，或关闭服务器并迁移其磁盘镜像文件。</translation>
    </message>
    <message>
        <source>This part of the copy came too late</source>
        <translation>这部分副本到达过晚</translation>
    </message>
    <message>
        <source>The receiver already takes a later round of the copy.</source>
        <translation>接收程序已在接收后一轮复制。</translation>
    </message>
    <message>
        <source>Retry. Make sure that only one program migrates this server.</source>
        <translation>请重试。请确保只有一个程序在迁移此服务器。</translation>
    </message>
    <message>
        <source>The copied server would not start in the cloud</source>
        <translation>复制的服务器在云上将无法启动</translation>
    </message>
    <message>
        <source>Do on the source server what is said there, then migrate again. Nothing was changed on it.</source>
        <translation>请在源服务器上按上述说明处理，然后重新迁移。源服务器未作任何改动。</translation>
    </message>
    <message>
        <source>A target disk could not be set up</source>
        <translation>无法设置目标磁盘</translation>
    </message>
    <message>
        <source>Making %1 on the target disk with %2 failed.</source>
        <translation>使用 %2 在目标磁盘上创建 %1 失败。</translation>
    </message>
    <message>
        <source>Retry. If it fails again, undo the change of this volume in the plan, or report it with the diagnostics.</source>
        <translation>请重试。如再次失败，请在计划中撤销对该卷的更改，或附诊断信息进行反馈。</translation>
    </message>
    <message>
        <source>The disks cannot be changed as planned because of %1.</source>
        <translation>由于%1，无法按计划更改磁盘。</translation>
    </message>
    <message>
        <source>A new filesystem is full</source>
        <translation>新文件系统已满</translation>
    </message>
    <message>
        <source>The files of %1 do not fit into the size that the plan gives it.</source>
        <translation>%1 的文件放不进计划为其分配的大小。</translation>
    </message>
    <message>
        <source>Files could not be copied</source>
        <translation>无法复制文件</translation>
    </message>
    <message>
        <source>Copying the files of %1 failed: %2.</source>
        <translation>复制 %1 的文件失败：%2。</translation>
    </message>
    <message>
        <source>Mend what is named, then retry. Files that were already copied are kept.</source>
        <translation>请解决所指出的问题，然后重试。已复制的文件会保留。</translation>
    </message>
    <message>
        <source>The final moment would be too long</source>
        <translation>最后阶段的耗时会过长</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks, so the %1 in use would be read while the filesystems are held still: for about %2 seconds. %3 seconds are allowed.</source>
        <translation>内核不允许跟踪磁盘写入，因此会在文件系统冻结期间读取已使用的 %1：约需 %2 秒。允许的时长为 %3 秒。</translation>
    </message>
    <message>
        <source>Allow eBPF, perf events or block traces (perf_event_paranoid, lockdown, container settings), or allow a longer final moment (freezeSeconds in the plan, 60 at most), or shut the server down and migrate its disk images.</source>
        <translation>请允许 eBPF、perf events 或块跟踪（perf_event_paranoid、lockdown、容器设置），或允许更长的最后阶段（计划中的 freezeSeconds，最大为 60），或关闭服务器并迁移其磁盘镜像文件。</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is made out to another name.</source>
        <translation>%1 出示的证书是签发给其他名称的。</translation>
    </message>
    <message>
        <source>Check the address. If a proxy or firewall opens encrypted connections, let it pass this one untouched. Then retry.</source>
        <translation>请检查地址。如果有代理或防火墙解密加密连接，请让其原样放行此连接，然后重试。</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is not valid today.</source>
        <translation>%1 出示的证书当前不在有效期内。</translation>
    </message>
    <message>
        <source>Check the date of this server, then retry. If it is right, the other side needs a new certificate.</source>
        <translation>请检查此服务器的日期，然后重试。如果日期正确，则对端需要新的证书。</translation>
    </message>
    <message>
        <source>The certificate that %1 shows comes from an authority that this server does not know.</source>
        <translation>%1 出示的证书由此服务器不信任的证书颁发机构签发。</translation>
    </message>
    <message>
        <source>If a proxy or firewall opens encrypted connections, let it pass this one untouched, or install its authority on this server. Then retry.</source>
        <translation>如果有代理或防火墙解密加密连接，请让其原样放行此连接，或在此服务器上安装其证书颁发机构的证书，然后重试。</translation>
    </message>
    <message>
        <source>The name service of this server does not know %1.</source>
        <translation>此服务器的域名服务无法解析 %1。</translation>
    </message>
    <message>
        <source>Check the address and the name servers in /etc/resolv.conf, then retry.</source>
        <translation>请检查地址和 /etc/resolv.conf 中的域名服务器，然后重试。</translation>
    </message>
    <message>
        <source>%1 refuses connections.</source>
        <translation>%1 拒绝连接。</translation>
    </message>
    <message>
        <source>Check the address and its port, and that no firewall refuses this connection, then retry.</source>
        <translation>请检查地址及其端口，并确认没有防火墙拒绝此连接，然后重试。</translation>
    </message>
    <message>
        <source>%1 does not answer in time.</source>
        <translation>%1 未在规定时间内响应。</translation>
    </message>
    <message>
        <source>Let the firewall pass connections to this address, or set a proxy, then retry.</source>
        <translation>请在防火墙中放行到此地址的连接，或设置代理，然后重试。</translation>
    </message>
    <message>
        <source>The connection to %1 is cut before an answer comes.</source>
        <translation>到 %1 的连接在收到响应之前被中断。</translation>
    </message>
    <message>
        <source>Let the firewall or proxy that cuts it pass connections to this address, then retry.</source>
        <translation>请在中断连接的防火墙或代理中放行到此地址的连接，然后重试。</translation>
    </message>
    <message>
        <source>This server knows no way to %1.</source>
        <translation>此服务器没有到 %1 的路由。</translation>
    </message>
    <message>
        <source>Check its network and its default gateway, then retry.</source>
        <translation>请检查其网络和默认网关，然后重试。</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 asks for a login.</source>
        <translation>到 %1 途中的代理要求登录。</translation>
    </message>
    <message>
        <source>Set the agent&apos;s http_proxy and https_proxy to http://name:password@proxy:port and start it again, or let the proxy pass this address without a login.</source>
        <translation>请将代理服务 (agent) 的 http_proxy 和 https_proxy 设为 http://name:password@proxy:port 并重新启动该服务，或让网络代理无需登录即可放行此地址。</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 makes no connection to it.</source>
        <translation>到 %1 途中的代理未能与其建立连接。</translation>
    </message>
    <message>
        <source>Check the proxy in the agent&apos;s http_proxy and https_proxy, and that it passes this address, then retry.</source>
        <translation>请检查代理服务 (agent) 的 http_proxy 和 https_proxy 中的网络代理，并确认其放行此地址，然后重试。</translation>
    </message>
    <message>
        <source>What is written to the disks cannot be followed</source>
        <translation>无法跟踪磁盘写入</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow it: eBPF, perf events and block traces were tried.</source>
        <translation>内核不允许跟踪磁盘写入：已尝试 eBPF、perf events 和块跟踪。</translation>
    </message>
    <message>
        <source>Allow one of them (perf_event_paranoid, lockdown, container settings), then try again. Otherwise everything in use is compared while writing stops in the final moment, or shut the server down and migrate its disk images.</source>
        <translation>请允许其中一种方式（perf_event_paranoid、lockdown、容器设置），然后重试。否则会在最后阶段暂停写入期间比较全部已使用的内容；也可关闭服务器并迁移其磁盘镜像文件。</translation>
    </message>
    <message>
        <source>Print the plan of this migration with “edgeliftctl plan show --job JOB --json”, give the volume more room in it, and go on with “edgeliftctl retry JOB --plan FILE”. The copy then begins anew.</source>
        <translation>请使用“edgeliftctl plan show --job JOB --json”输出本次迁移的计划，在其中为该卷分配更多空间，然后使用“edgeliftctl retry JOB --plan FILE”继续。复制随后会从头开始。</translation>
    </message>
    <message>
        <source>The cloud refuses every request from 15 minutes on. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”, then retry.</source>
        <translation>时间相差达到 15 分钟时，云端会拒绝所有请求。请同步时间，例如使用“timedatectl set-ntp true”或“chronyc makestep”，然后重试。</translation>
    </message>
    <message>
        <source>The plan differs in more than the layout</source>
        <translation>计划中更改的不只是布局</translation>
    </message>
    <message>
        <source>“%2” is not what migration %1 has begun with. It takes another layout of its disks, and nothing else.</source>
        <translation>“%2”与迁移任务 %1 开始时的设置不同。该任务仅接受磁盘布局的更改，不接受其他更改。</translation>
    </message>
    <message>
        <source>Take the plan that “edgeliftctl plan show --job %1 --json” prints and change only sizes and places under “disks”, or cancel the migration and start again.</source>
        <translation>请使用“edgeliftctl plan show --job %1 --json”输出的计划，且仅更改“disks”下的大小和位置，或取消迁移并重新开始。</translation>
    </message>
    <message>
        <source>The layout cannot be changed any more</source>
        <translation>布局已无法更改</translation>
    </message>
    <message>
        <source>The copy of migration %1 is complete, and its image is being made.</source>
        <translation>迁移任务 %1 的复制已完成，正在制作其镜像。</translation>
    </message>
    <message>
        <source>Go on without another plan, or cancel the migration and start again.</source>
        <translation>请在不使用其他计划的情况下继续，或取消迁移并重新开始。</translation>
    </message>
</context>
<context>
    <name>Format</name>
    <message>
        <source>%1 B</source>
        <translation>%1 B</translation>
    </message>
    <message>
        <source>%1 KiB</source>
        <translation>%1 KiB</translation>
    </message>
    <message>
        <source>%1 MiB</source>
        <translation>%1 MiB</translation>
    </message>
    <message>
        <source>%1 GiB</source>
        <translation>%1 GiB</translation>
    </message>
    <message>
        <source>%1 TiB</source>
        <translation>%1 TiB</translation>
    </message>
    <message>
        <source>%1 B/s</source>
        <translation>%1 B/s</translation>
    </message>
    <message>
        <source>%1 KiB/s</source>
        <translation>%1 KiB/s</translation>
    </message>
    <message>
        <source>%1 MiB/s</source>
        <translation>%1 MiB/s</translation>
    </message>
    <message>
        <source>%1 GiB/s</source>
        <translation>%1 GiB/s</translation>
    </message>
    <message>
        <source>%1 TiB/s</source>
        <translation>%1 TiB/s</translation>
    </message>
    <message>
        <source>%1 Mbit/s</source>
        <translation>%1 Mbit/s</translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>%1 %</source>
        <extracomment>A share of a whole; %1 is a number such as 42</extracomment>
        <translation>%1%</translation>
    </message>
    <message>
        <source>less than 1 min</source>
        <translation>不到 1 分钟</translation>
    </message>
    <message>
        <source>more than 2 days</source>
        <translation>2 天以上</translation>
    </message>
    <message>
        <source>about %1 min</source>
        <extracomment>Remaining time</extracomment>
        <translation>约 %1 分钟</translation>
    </message>
    <message>
        <source>about %1 h</source>
        <translation>约 %1 小时</translation>
    </message>
    <message>
        <source>about %1 h %2 min</source>
        <translation>约 %1 小时 %2 分钟</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 分 %2 秒</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 小时 %2 分</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <extracomment>%1 is a day, %2 a time of day</extracomment>
        <translation>%1 %2</translation>
    </message>
</context>
<context>
    <name>JobLog</name>
    <message>
        <source>%1: %2</source>
        <extracomment>A line of the log: %1 what the migration does now, %2 what it said about it</extracomment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Warning: %1</source>
        <translation>警告：%1</translation>
    </message>
    <message>
        <source>The ENS image %1 is ready.</source>
        <translation>ENS 镜像 %1 已就绪。</translation>
    </message>
    <message>
        <source>The migration engine does not answer. Reconnecting.</source>
        <translation>迁移引擎无响应，正在重新连接。</translation>
    </message>
    <message>
        <source>Connected to the migration engine again.</source>
        <translation>已重新连接到迁移引擎。</translation>
    </message>
    <message>
        <source>%1  %2</source>
        <extracomment>A line of the log: %1 time of day, %2 what happened</extracomment>
        <translation>%1  %2</translation>
    </message>
</context>
<context>
    <name>JobState</name>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>出错</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
</context>
<context>
    <name>LayoutLines</name>
    <message>
        <source>%1: %2 is left out</source>
        <extracomment>%1 &quot;Data disk 1&quot;, %2 the disk&apos;s name on the source</extracomment>
        <translation>%1：不迁移 %2</translation>
    </message>
    <message>
        <source>%1: %2 → %3 (%4)</source>
        <extracomment>%1 &quot;Data disk 1&quot;, %2 the disk&apos;s name on the source, %3 its new size, %4 mount points</extracomment>
        <translation>%1：%2 → %3（%4）</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
</context>
<context>
    <name>NumberBox</name>
    <message>
        <source>Set to the maximum, %1.</source>
        <translation>已设为最大值 %1。</translation>
    </message>
    <message>
        <source>Set to the minimum, %1.</source>
        <translation>已设为最小值 %1。</translation>
    </message>
</context>
<context>
    <name>Phase</name>
    <message>
        <source>Connecting</source>
        <translation>正在连接</translation>
    </message>
    <message>
        <source>Checking the account</source>
        <translation>检查账号</translation>
    </message>
    <message>
        <source>Making the transit instance</source>
        <translation>创建中转实例</translation>
    </message>
    <message>
        <source>Copying the disks</source>
        <translation>复制磁盘</translation>
    </message>
    <message>
        <source>Finishing the disks</source>
        <translation>完成磁盘处理</translation>
    </message>
    <message>
        <source>Taking snapshots</source>
        <translation>创建快照</translation>
    </message>
    <message>
        <source>Making the ECS image</source>
        <translation>创建 ECS 镜像</translation>
    </message>
    <message>
        <source>Exporting the image to the bucket</source>
        <translation>将镜像导出到 Bucket</translation>
    </message>
    <message>
        <source>Importing the image into ENS</source>
        <translation>将镜像导入 ENS</translation>
    </message>
    <message>
        <source>Cleaning up</source>
        <translation>清理中</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>PhaseStrip</name>
    <message>
        <source>Preparing</source>
        <translation>准备中</translation>
    </message>
    <message>
        <source>Transit instance</source>
        <translation>中转实例</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>同步中</translation>
    </message>
    <message>
        <source>ECS image</source>
        <translation>ECS 镜像</translation>
    </message>
    <message>
        <source>Upload to OSS</source>
        <translation>上传到 OSS</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>ENS 镜像</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>清理</translation>
    </message>
</context>
<context>
    <name>PlanRules</name>
    <message>
        <source>System disk</source>
        <translation>系统盘</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <extracomment>%1 the number of a data disk</extracomment>
        <translation>数据盘 %1</translation>
    </message>
    <message>
        <source>Not migrated.</source>
        <translation>不迁移。</translation>
    </message>
    <message>
        <source>Copied block by block: same size and structure as on the source.</source>
        <translation>逐块复制：大小和结构与迁移源相同。</translation>
    </message>
    <message>
        <source>Copied file by file because its size changes from %1 to %2.</source>
        <extracomment>%1, %2 sizes</extracomment>
        <translation>大小由 %1 改为 %2，因此按文件复制。</translation>
    </message>
    <message>
        <source>Copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>已启用 LVM 且大小不是 4 MiB 的整数倍，因此按文件复制。</translation>
    </message>
    <message>
        <source>Copied file by file, as chosen.</source>
        <translation>按所选方式逐文件复制。</translation>
    </message>
    <message>
        <source>Does not fit: %1 missing</source>
        <extracomment>while a mount target is dragged over a disk; %1 a size</extracomment>
        <translation>空间不足：还差 %1</translation>
    </message>
    <message>
        <source>Move here: %1 fits, %2 free</source>
        <extracomment>while a mount target is dragged over a disk; %1 its size, %2 what is free on the disk afterwards</extracomment>
        <translation>移到此处：%1 可放入，剩余 %2</translation>
    </message>
    <message>
        <source>%1 moved to %2.</source>
        <extracomment>%1 a mount target, %2 a disk such as “Data disk 2”</extracomment>
        <translation>%1 已移至%2。</translation>
    </message>
    <message>
        <source>%1 changed from %2 to %3.</source>
        <extracomment>%1 a mount target or disk, %2 and %3 sizes</extracomment>
        <translation>%1 已由 %2 改为 %3。</translation>
    </message>
    <message>
        <source>%1 is copied file by file.</source>
        <extracomment>%1 a mount target</extracomment>
        <translation>%1 按文件复制。</translation>
    </message>
    <message>
        <source>%1 is migrated.</source>
        <translation>%1 将被迁移。</translation>
    </message>
    <message>
        <source>LVM is switched off on %1.</source>
        <extracomment>%1 a disk such as “Data disk 2”</extracomment>
        <translation>%1 已关闭 LVM。</translation>
    </message>
    <message>
        <source>Choose where to keep the ENS image: cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>请选择 ENS 镜像的存放地域：cn-beijing 或 ap-southeast-1。不支持“%1”。</translation>
    </message>
    <message>
        <source>The name must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”. “%1” does not.</source>
        <translation>名称须为 2～128 个字符，以字母开头，且仅包含字母、数字、“:”、“_”和“-”。“%1”不符合要求。</translation>
    </message>
    <message>
        <source>Choose a bucket. It holds the temporary image.</source>
        <translation>请选择用于存放临时镜像的 Bucket。</translation>
    </message>
    <message>
        <source>Choose a VPC and a vSwitch. Private transfer needs both.</source>
        <translation>请选择 VPC 和 vSwitch。内网传输需要两者。</translation>
    </message>
    <message>
        <source>Enter a compression ratio from 0 to 10.</source>
        <translation>请输入 0～10 的传输压缩率。</translation>
    </message>
    <message numerus="yes">
        <source>A job can have at most 20 tags. Remove %n tag(s).</source>
        <translation>
            <numerusform>一个任务最多可以有 20 个标签。请移除 %n 个标签。</numerusform>
        </translation>
    </message>
    <message>
        <source>A tag key must have 1 to 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”. “%1” does not fit.</source>
        <translation>标签键须为 1～128 个字符，且不能以“aliyun”、“acs:”、“http://”或“https://”开头。“%1”不符合要求。</translation>
    </message>
    <message>
        <source>The licence type “Alibaba Cloud” covers only Windows Server. For %1 choose BYOL if you have a licence.</source>
        <translation>“阿里云”许可证类型仅适用于 Windows Server。对于 %1，如已有许可证，请选择自带许可 (BYOL)。</translation>
    </message>
    <message>
        <source>Enter a speed limit from 0 to 100,000 Mbit/s; 0 means unlimited.</source>
        <translation>请输入 0～100,000 Mbit/s 的限速值；0 表示不限。</translation>
    </message>
    <message>
        <source>The description must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”.</source>
        <translation>描述须为 2～128 个字符，以字母开头，且仅包含字母、数字、“:”、“_”和“-”。</translation>
    </message>
    <message>
        <source>The value of tag “%1” must have at most 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”.</source>
        <translation>标签“%1”的值最多为 128 个字符，且不能以“aliyun”、“acs:”、“http://”或“https://”开头。</translation>
    </message>
    <message>
        <source>“%1” cannot be the name of a bucket: those have 3 to 63 lower-case letters, digits and “-”.</source>
        <translation>“%1”不能作为 Bucket 名称：名称须为 3～63 个小写字母、数字和“-”。</translation>
    </message>
    <message>
        <source>The temporary image can be made in cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>临时镜像只能在 cn-beijing 或 ap-southeast-1 创建。不支持“%1”。</translation>
    </message>
    <message>
        <source>Enter a disk-read limit from 0 to 100,000 MB/s; 0 means unlimited.</source>
        <translation>请输入 0～100,000 MB/s 的磁盘读取限速值；0 表示不限。</translation>
    </message>
    <message>
        <source>Enter a niceness from 0 to 19; 19 gives way to everything else.</source>
        <translation>请输入 0～19 的 nice 值；19 表示优先级最低，让出资源给其他进程。</translation>
    </message>
    <message>
        <source>The time plan can have 32 windows, each with days, two different times and limits in their range. “%1” does not fit.</source>
        <translation>时间计划最多可有 32 个时段，每个时段须包含日期、两个不同的时间以及有效范围内的限速值。“%1”不符合要求。</translation>
    </message>
    <message>
        <source>Paths must start with “/”. “%1” does not.</source>
        <translation>路径必须以“/”开头。“%1”不符合要求。</translation>
    </message>
    <message>
        <source>Exclusions are ignored for partitions copied block by block. Switch block replication off for %1 to use them.</source>
        <translation>逐块复制的分区会忽略排除项。如需使用排除项，请关闭 %1 的块复制。</translation>
    </message>
    <message>
        <source>The system disk must have 20 to 2,048 GiB.</source>
        <translation>系统盘大小须为 20～2,048 GiB。</translation>
    </message>
    <message>
        <source>A data disk must have 1 to 32,768 GiB.</source>
        <translation>数据盘大小须为 1～32,768 GiB。</translation>
    </message>
    <message>
        <source>The system disk needs more than %2, the space in use. Enter at least %4.</source>
        <translation>系统盘必须大于已用空间 %2。请至少输入 %4。</translation>
    </message>
    <message>
        <source>Data disk %1 needs more than %2, the space in use. Enter at least %4.</source>
        <translation>数据盘 %1 必须大于已用空间 %2。请至少输入 %4。</translation>
    </message>
    <message>
        <source>The partitions on %1 need %2, but the disk has %3. Reduce a partition, enlarge the disk or move a mount target.</source>
        <translation>%1 上的分区需要 %2，但磁盘只有 %3。请缩小分区、扩容磁盘或移走挂载点。</translation>
    </message>
    <message numerus="yes">
        <source>%n data disk(s) would be migrated, at most 4 are possible. Clear “Migrate” for the others or move their mount targets.</source>
        <translation>
            <numerusform>将迁移 %n 个数据盘，最多只能有 4 个。请对其余数据盘清除“迁移”，或移动其挂载点。</numerusform>
        </translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. Data disk %1 has %3.</source>
        <translation>ENS 镜像的单块数据盘最大为 500 GiB。数据盘 %1 的大小为 %3。</translation>
    </message>
    <message>
        <source>%1 cannot be moved. Boot and system partitions stay on the system disk.</source>
        <translation>%1 不能移动。引导分区和系统分区须保留在系统盘上。</translation>
    </message>
    <message>
        <source>%1 needs more than %2, the space in use.</source>
        <translation>%1 必须大于已用空间 %2。</translation>
    </message>
    <message>
        <source>The server has %2 in use. An image may have at most 1 TiB after compression.</source>
        <translation>服务器已用空间为 %2。镜像压缩后最大为 1 TiB。</translation>
    </message>
    <message>
        <source>LVM cannot be used: the system disk has no boot partition.</source>
        <translation>无法使用 LVM：系统盘没有引导分区。</translation>
    </message>
    <message>
        <source>LVM will have no effect: Debian with kernel %1 and XFS.</source>
        <translation>LVM 不会生效：Debian 使用内核 %1 和 XFS。</translation>
    </message>
    <message>
        <source>%1 is copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>已启用 LVM 且 %1 的大小不是 4 MiB 的整数倍，因此按文件复制。</translation>
    </message>
    <message>
        <source>Data disk %1 has no mount target to migrate and is left out.</source>
        <translation>数据盘 %1 没有要迁移的挂载点，不会迁移。</translation>
    </message>
    <message>
        <source>The size of %1 cannot be changed while it is copied block by block. Switch to file copy first.</source>
        <translation>%1 逐块复制时不能更改大小。请先切换为按文件复制。</translation>
    </message>
    <message>
        <source>The first disk of a plan, and only that one, must be the system disk of this server: %1.</source>
        <translation>计划中有且仅有第一块磁盘须为此服务器的系统盘：%1。</translation>
    </message>
    <message>
        <source>%1 stands in the plan more than once.</source>
        <translation>%1 在计划中重复出现。</translation>
    </message>
    <message>
        <source>%1 cannot be left out. Boot and system partitions are always migrated.</source>
        <translation>不能排除 %1。引导分区和系统分区必须迁移。</translation>
    </message>
    <message>
        <source>This server has no disk or volume %1.</source>
        <translation>此服务器没有磁盘或卷 %1。</translation>
    </message>
    <message>
        <source>Data disk %1 has %3. The cloud may round it up to 20 GiB.</source>
        <translation>数据盘 %1 的大小为 %3，云端可能会将其调整为 20 GiB。</translation>
    </message>
    <message>
        <source>The source disk has %3. The size was set to %2, the nearest possible value.</source>
        <translation>源磁盘的大小为 %3。已设为最接近的可用值 %2。</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %5, but the temporary image is created in %6. Choose a bucket in %6.</source>
        <translation>Bucket“%1”位于 %5，但临时镜像在 %6 创建。请选择位于 %6 的 Bucket。</translation>
    </message>
    <message>
        <source>vSwitch “%1” does not belong to VPC “%5”.</source>
        <translation>vSwitch“%1”不属于 VPC“%5”。</translation>
    </message>
    <message>
        <source>Two tags have the key “%1”.</source>
        <translation>有两个标签的键为“%1”。</translation>
    </message>
    <message>
        <source>LVM cannot be used for disk %1: this server has no LVM programs. Install the package lvm2 on it, or leave LVM off.</source>
        <translation>磁盘 %1 无法使用 LVM：此服务器没有 LVM 程序。请在此服务器上安装软件包 lvm2，或不启用 LVM。</translation>
    </message>
</context>
<context>
    <name>Prompt</name>
    <message>
        <source>Install the snapshot driver?</source>
        <translation>是否安装快照驱动？</translation>
    </message>
    <message>
        <source>Install rsync?</source>
        <translation>是否安装 rsync？</translation>
    </message>
    <message>
        <source>Disable SELinux?</source>
        <translation>是否关闭 SELinux？</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>无需安装：磁盘未在使用中。</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>运行中的服务器需要快照驱动才能进行块复制。</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>无需安装：卷采用逐块复制。</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>按文件复制卷需要 rsync，但尚未安装。</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync 已安装。</translation>
    </message>
    <message>
        <source>rsync is not installed, and no package manager was found that could install it.</source>
        <translation>未安装 rsync，且未找到可用于安装的软件包管理器。</translation>
    </message>
    <message>
        <source>Nothing to do: labels are copied with the files, so SELinux can stay as it is.</source>
        <translation>无需操作：标签会随文件一起复制，SELinux 可保持原状。</translation>
    </message>
    <message>
        <source>SELinux is in use. Labels are copied with the files, so it can stay as it is.</source>
        <translation>SELinux 正在使用。标签会随文件一起复制，可保持原状。</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>未使用 SELinux。</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Leave it enabled (recommended)</source>
        <translation>保持启用（推荐）</translation>
    </message>
    <message>
        <source>Permissive until the next start</source>
        <translation>下次启动前设为 Permissive</translation>
    </message>
    <message>
        <source>Disable it</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Needed for block replication.</source>
        <translation>块复制需要此驱动。</translation>
    </message>
    <message>
        <source>Files are copied instead.</source>
        <translation>将改为按文件复制。</translation>
    </message>
    <message>
        <source>It is installed with the package manager of this server.</source>
        <translation>将使用此服务器的软件包管理器安装。</translation>
    </message>
    <message>
        <source>Volumes that are copied file by file cannot be migrated.</source>
        <translation>采用按文件复制的卷将无法迁移。</translation>
    </message>
    <message>
        <source>Nothing changes. What the migration changes on the image is relabelled there.</source>
        <translation>无任何更改。迁移在镜像中改动的内容会在镜像内重新打标签。</translation>
    </message>
    <message>
        <source>SELinux only logs until this server is started again; “setenforce 1” restores it at once.</source>
        <translation>此服务器下次启动前，SELinux 仅记录日志；执行“setenforce 1”可立即恢复。</translation>
    </message>
    <message>
        <source>SELinux is off from the next start on and only logs until then. The original of /etc/selinux/config is kept beside it as config.edgelift-orig; put it back and start the server again to restore SELinux.</source>
        <translation>SELinux 从下次启动起关闭，在此之前仅记录日志。原 /etc/selinux/config 会在同目录下保留为 config.edgelift-orig；如需恢复 SELinux，请还原该文件并重新启动服务器。</translation>
    </message>
    <message>
        <source>The snapshot driver was tested on every disk.</source>
        <translation>快照驱动已在每块磁盘上通过测试。</translation>
    </message>
</context>
<context>
    <name>Readiness</name>
    <message>
        <source>Operating system</source>
        <translation>操作系统</translation>
    </message>
    <message>
        <source>Found %1.</source>
        <translation>检测到 %1。</translation>
    </message>
    <message>
        <source>No root filesystem of a Linux system was found on %1.</source>
        <translation>在 %1 上未找到 Linux 系统的根文件系统。</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>请选择服务器的启动磁盘。</translation>
    </message>
    <message>
        <source>Processor architecture</source>
        <translation>处理器架构</translation>
    </message>
    <message>
        <source>The system is made for %1.</source>
        <translation>系统适用于 %1 架构。</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>仅 x86-64 服务器可制作为 ENS 镜像。</translation>
    </message>
    <message>
        <source>Neither /bin/sh nor another program tells what the system is made for.</source>
        <translation>无法通过 /bin/sh 或其他程序判断系统架构。</translation>
    </message>
    <message>
        <source>Make sure that the server is an x86-64 system.</source>
        <translation>请确认该服务器为 x86-64 系统。</translation>
    </message>
    <message>
        <source>Boot loader</source>
        <translation>引导程序</translation>
    </message>
    <message>
        <source>No boot loader was found on %1.</source>
        <translation>在 %1 上未找到引导程序。</translation>
    </message>
    <message>
        <source>Install GRUB on the system disk, then check again.</source>
        <translation>请在系统盘上安装 GRUB，然后重新检查。</translation>
    </message>
    <message>
        <source>The server starts with %1, not with GRUB 2.</source>
        <translation>服务器使用 %1 启动，而非 GRUB 2。</translation>
    </message>
    <message>
        <source>It is copied as it is. Test the image before you rely on it.</source>
        <translation>将按原样复制。正式使用前请先测试镜像。</translation>
    </message>
    <message>
        <source>Firmware</source>
        <translation>固件</translation>
    </message>
    <message>
        <source>The server starts by %1.</source>
        <translation>服务器以 %1 方式启动。</translation>
    </message>
    <message>
        <source>Drivers for the cloud</source>
        <translation>云上驱动</translation>
    </message>
    <message>
        <source>Kernel %1 has virtio drivers.</source>
        <translation>内核 %1 包含 virtio 驱动。</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>内核 %1 的启动文件不包含 virtio 驱动。</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>请重建包含 virtio_blk、virtio_pci 和 virtio_net 的 initramfs，然后重新检查。</translation>
    </message>
    <message>
        <source>The start files of the older kernel %1 have no virtio drivers.</source>
        <translation>旧内核 %1 的启动文件不包含 virtio 驱动。</translation>
    </message>
    <message>
        <source>Remove this kernel or rebuild its initramfs, so that it is not started by mistake.</source>
        <translation>请移除该内核或重建其 initramfs，以免误用该内核启动。</translation>
    </message>
    <message>
        <source>Network driver for the cloud</source>
        <translation>云上网络驱动</translation>
    </message>
    <message>
        <source>Kernel %1 has no virtio_net driver.</source>
        <translation>内核 %1 没有 virtio_net 驱动。</translation>
    </message>
    <message>
        <source>Install the kernel&apos;s complete modules, or the image will have no network.</source>
        <translation>请安装该内核的完整模块，否则镜像将没有网络。</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>内核</translation>
    </message>
    <message>
        <source>No kernel was found below /boot.</source>
        <translation>在 /boot 下未找到内核。</translation>
    </message>
    <message>
        <source>Make sure that the server&apos;s kernel has virtio drivers.</source>
        <translation>请确认服务器的内核包含 virtio 驱动。</translation>
    </message>
    <message>
        <source>Mount table</source>
        <translation>挂载表</translation>
    </message>
    <message>
        <source>Every entry of /etc/fstab names a volume by something that stays.</source>
        <translation>/etc/fstab 中的每个条目均使用固定标识指定卷。</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2. Such names differ from machine to machine.</source>
        <translation>/etc/fstab 使用 %1 指定 %2。此类名称因机器而异。</translation>
    </message>
    <message>
        <source>Write UUID=… instead (blkid prints it).</source>
        <translation>请改用 UUID=…（可用 blkid 查询）。</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2, which is on none of the disks.</source>
        <translation>/etc/fstab 使用 %1 指定 %2，但所有磁盘上均不存在。</translation>
    </message>
    <message>
        <source>Add the missing disk, or give the entry the option “nofail”; otherwise the image stops while starting.</source>
        <translation>请添加缺少的磁盘，或为该条目加上“nofail”选项；否则镜像启动时会中断。</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Number of disks within the limits: %1.</source>
        <translation>磁盘数量未超过上限：%1。</translation>
    </message>
    <message>
        <source>There are %1 data disks, an ENS image has at most %2.</source>
        <translation>共有 %1 块数据盘，ENS 镜像最多支持 %2 块。</translation>
    </message>
    <message>
        <source>Leave disks out in the plan.</source>
        <translation>请在计划中排除部分磁盘。</translation>
    </message>
    <message>
        <source>Data disk %1 has %2, an ENS image allows 500 GiB for each.</source>
        <translation>数据盘 %1 的大小为 %2，ENS 镜像的单块数据盘最大为 500 GiB。</translation>
    </message>
    <message>
        <source>Leave the disk out in the plan, or make it smaller.</source>
        <translation>请在计划中排除该磁盘或缩小其容量。</translation>
    </message>
    <message>
        <source>SELinux</source>
        <translation>SELinux</translation>
    </message>
    <message>
        <source>SELinux is %1. Labels are copied with the files, so it can stay as it is.</source>
        <translation>SELinux 状态：%1。标签会随文件一起复制，可保持原状。</translation>
    </message>
    <message>
        <source>Leave it enabled.</source>
        <translation>请保持启用。</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>未使用 SELinux。</translation>
    </message>
    <message>
        <source>cloud-init</source>
        <translation>cloud-init</translation>
    </message>
    <message>
        <source>cloud-init is installed.</source>
        <translation>已安装 cloud-init。</translation>
    </message>
    <message>
        <source>cloud-init is not installed. The instance keeps the server&apos;s passwords, keys and network settings.</source>
        <translation>未安装 cloud-init。实例将沿用服务器的密码、密钥和网络设置。</translation>
    </message>
    <message>
        <source>Snapshot driver</source>
        <translation>快照驱动</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>无需安装：磁盘未在使用中。</translation>
    </message>
    <message>
        <source>rsync</source>
        <translation>rsync</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>无需安装：卷采用逐块复制。</translation>
    </message>
    <message>
        <source>Device that cannot be followed</source>
        <translation>无法跟踪的设备</translation>
    </message>
    <message>
        <source>%1 uses %2, a multipath device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 使用多路径设备 %2。服务器运行期间无法跟踪写入其中的内容。</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>请停用该设备并重新检查，或关闭服务器并迁移其磁盘镜像文件。</translation>
    </message>
    <message>
        <source>%1 uses %2, which the kernel drives as an NVMe multipath disk. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 使用 %2，内核将其作为 NVMe 多路径磁盘驱动。服务器运行期间无法跟踪写入其中的内容。</translation>
    </message>
    <message>
        <source>If the disk has one path only, start the server with the kernel option nvme_core.multipath=N and check again; otherwise shut it down and migrate its disk images.</source>
        <translation>如果该磁盘只有一条路径，请使用内核选项 nvme_core.multipath=N 启动服务器并重新检查；否则请关闭服务器并迁移其磁盘镜像文件。</translation>
    </message>
    <message>
        <source>%1 uses a disk that is there several times: %2.</source>
        <translation>%1 使用的磁盘重复出现：%2。</translation>
    </message>
    <message>
        <source>Leave one path to the disk, then check again.</source>
        <translation>请只保留一条到该磁盘的路径，然后重新检查。</translation>
    </message>
    <message>
        <source>%1 uses %2, a DRBD device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 使用 DRBD 设备 %2。服务器运行期间无法跟踪写入其中的内容。</translation>
    </message>
    <message>
        <source>Unmount it, stop DRBD and check again, or shut the server down and migrate its disk images.</source>
        <translation>请卸载该设备、停止 DRBD 并重新检查，或关闭服务器并迁移其磁盘镜像文件。</translation>
    </message>
    <message>
        <source>%1 uses %2, which other servers may write to as well.</source>
        <translation>%1 使用 %2，其他服务器也可能写入该设备。</translation>
    </message>
    <message>
        <source>Unmount it on this server, then check again. What servers share stays where it is.</source>
        <translation>请在此服务器上卸载该设备，然后重新检查。服务器间共享的内容保留在原处。</translation>
    </message>
    <message>
        <source>%1 uses %2, persistent memory. What is written to it cannot be followed.</source>
        <translation>%1 使用持久内存 %2。无法跟踪写入其中的内容。</translation>
    </message>
    <message>
        <source>Move its files to a disk and unmount it, then check again.</source>
        <translation>请将其中的文件移到磁盘并将其卸载，然后重新检查。</translation>
    </message>
    <message>
        <source>%1 uses %2 with DAX: programs write to it past everything that could follow them.</source>
        <translation>%1 以 DAX 方式使用 %2：程序会绕过所有跟踪机制直接写入。</translation>
    </message>
    <message>
        <source>Mount it without the option “dax”, then check again.</source>
        <translation>请在不使用“dax”选项的情况下挂载，然后重新检查。</translation>
    </message>
    <message>
        <source>%1 uses %2, a disk in memory. Nothing of it would reach the image.</source>
        <translation>%1 使用内存磁盘 %2。其内容不会进入镜像。</translation>
    </message>
    <message>
        <source>%1 uses %2, a kind of device that is not known here. What is written to it cannot be followed.</source>
        <translation>%1 使用 %2，这是无法识别的设备类型。无法跟踪写入其中的内容。</translation>
    </message>
    <message>
        <source>System volume</source>
        <translation>系统卷</translation>
    </message>
    <message>
        <source>%1 lies on %2. The image could not start from that.</source>
        <translation>%1 位于 %2 上。镜像无法从其启动。</translation>
    </message>
    <message>
        <source>Move it to a partition or to a linear logical volume, then check again.</source>
        <translation>请将其移到分区或线性逻辑卷，然后重新检查。</translation>
    </message>
    <message>
        <source>Storage in layers</source>
        <translation>分层存储</translation>
    </message>
    <message>
        <source>%1 lies on %2. It is copied as it lies on the disks, with all of them or none.</source>
        <translation>%1 位于 %2 上。将按其在磁盘上的原样复制，相关磁盘须全部迁移或全部不迁移。</translation>
    </message>
    <message>
        <source>Volume that cannot be held still</source>
        <translation>无法冻结的卷</translation>
    </message>
    <message>
        <source>%1 (%2) is copied in a moment when nothing writes to it.</source>
        <translation>%1（%2）会在没有写入时复制。</translation>
    </message>
    <message>
        <source>Avoid changes there during the final step.</source>
        <translation>请避免在最后阶段更改其中的内容。</translation>
    </message>
    <message>
        <source>Not on this server</source>
        <translation>不在此服务器上</translation>
    </message>
    <message>
        <source>These are not on disks of this server and are not migrated: %1.</source>
        <translation>以下内容不在此服务器的磁盘上，不会迁移：%1。</translation>
    </message>
    <message>
        <source>Make sure that the instance can reach what it needs of them.</source>
        <translation>请确保实例可以访问其中所需的内容。</translation>
    </message>
    <message>
        <source>Disk that cannot be understood</source>
        <translation>无法识别的磁盘</translation>
    </message>
    <message>
        <source>%1 cannot be used: %2</source>
        <translation>无法使用 %1：%2</translation>
    </message>
    <message>
        <source>Repair it, or leave the disk out in the plan.</source>
        <translation>请修复该磁盘，或在计划中排除该磁盘。</translation>
    </message>
    <message>
        <source>Identity of a disk</source>
        <translation>磁盘标识</translation>
    </message>
    <message>
        <source>Disk %1 has neither a serial number nor an id. It is recognized by its slot.</source>
        <translation>磁盘 %1 既没有序列号也没有 ID，通过其插槽识别。</translation>
    </message>
    <message>
        <source>Leave it in its slot until the migration is finished.</source>
        <translation>迁移完成前，请勿将其移出插槽。</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>%1 are free.</source>
        <translation>可用 %1。</translation>
    </message>
    <message>
        <source>Only %1 are free. What changes last is kept in memory in the final step.</source>
        <translation>仅可用 %1。最后阶段会将最后的更改保存在内存中。</translation>
    </message>
    <message>
        <source>Stop programs that are not needed during the migration.</source>
        <translation>请停止迁移期间不需要的程序。</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>运行中的服务器需要快照驱动才能进行块复制。</translation>
    </message>
    <message>
        <source>You are asked before it is installed.</source>
        <translation>安装前会征求您的同意。</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync 已安装。</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>按文件复制卷需要 rsync，但尚未安装。</translation>
    </message>
    <message>
        <source>It was tested on every disk: what is written while the server runs is noticed.</source>
        <translation>已在每块磁盘上通过测试：服务器运行期间的写入会被发现。</translation>
    </message>
    <message>
        <source>They are added to the copy; the server itself is not changed.</source>
        <translation>驱动会添加到副本中，服务器本身不会更改。</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>系统时间</translation>
    </message>
    <message>
        <source>It agrees with the cloud&apos;s clock.</source>
        <translation>与云端时间一致。</translation>
    </message>
    <message>
        <source>It was not compared with the cloud&apos;s clock, because no answer told the time.</source>
        <translation>未与云端时间比较，因为没有任何响应提供时间。</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>云端地址</translation>
    </message>
    <message>
        <source>All of these answer: %1.</source>
        <translation>以下地址均有响应：%1。</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>ENS 镜像已就绪。</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>ENS 镜像</translation>
    </message>
    <message>
        <source>Image name</source>
        <translation>镜像名称</translation>
    </message>
    <message>
        <source>Image region</source>
        <translation>镜像地域</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>账号</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>创建时间</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>结束时间</translation>
    </message>
    <message>
        <source>Source server</source>
        <translation>源服务器</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Source id</source>
        <translation>迁移源 ID</translation>
    </message>
    <message>
        <source>Operating system</source>
        <translation>操作系统</translation>
    </message>
    <message>
        <source>Boot mode</source>
        <translation>启动模式</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>What happened when</source>
        <translation>过程记录</translation>
    </message>
    <message>
        <source>Phase</source>
        <translation>阶段</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>开始时间</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>耗时（秒）</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Sent over the network</source>
        <translation>网络传输量</translation>
    </message>
    <message>
        <source>Every block checked by its hash on arrival</source>
        <translation>接收时逐块校验哈希</translation>
    </message>
    <message>
        <source>Target read back and compared</source>
        <translation>回读目标并比对</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>Resources made in the account</source>
        <translation>在账号中创建的资源</translation>
    </message>
    <message>
        <source>Nothing temporary is left.</source>
        <translation>没有残留的临时资源。</translation>
    </message>
    <message>
        <source>Some resources are kept for a retry and cost money until they are removed.</source>
        <translation>部分资源保留供重试使用，清除前会持续计费。</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>ID</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>地域</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>创建时间</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>清除时间</translation>
    </message>
    <message>
        <source>Price per day</source>
        <translation>每日价格</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>How to create an instance</source>
        <translation>如何创建实例</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>Migration report</source>
        <translation>迁移报告</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <extracomment>%1 is a number of milliseconds</extracomment>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>eBPF: a mark for each block in the kernel</source>
        <translation>eBPF：在内核中标记每个数据块</translation>
    </message>
    <message>
        <source>perf: a ring of events in the kernel</source>
        <translation>perf：内核中的事件环形缓冲区</translation>
    </message>
    <message>
        <source>a known write was marked exactly where it went</source>
        <translation>一次已知写入已准确标记在其写入位置</translation>
    </message>
    <message>
        <source>a known write was seen</source>
        <translation>已观察到一次已知写入</translation>
    </message>
    <message>
        <source>no place for a known write; the kernel&apos;s count of sectors agrees</source>
        <translation>没有可供已知写入的位置；与内核的扇区计数一致</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Changes were followed by</source>
        <translation>更改跟踪方式</translation>
    </message>
    <message>
        <source>Trackers that could not be used</source>
        <translation>无法使用的跟踪方式</translation>
    </message>
    <message>
        <source>Tracker tested on %1</source>
        <extracomment>%1 is a disk</extracomment>
        <translation>已在 %1 上测试跟踪</translation>
    </message>
    <message>
        <source>Lost events</source>
        <translation>丢失的事件</translation>
    </message>
    <message>
        <source>Even one missed write would have been noticed</source>
        <translation>即使只遗漏一次写入也会被发现</translation>
    </message>
    <message>
        <source>What proves the copy of the running server</source>
        <translation>运行中服务器的复制有何依据</translation>
    </message>
    <message>
        <source>Rounds while the server worked</source>
        <translation>服务器运行期间的复制轮数</translation>
    </message>
    <message>
        <source>Final moment: writing stood still for</source>
        <translation>最后阶段：暂停写入的时长</translation>
    </message>
    <message>
        <source>Read meanwhile</source>
        <translation>期间读取</translation>
    </message>
    <message>
        <source>Final moments, with those that were repeated</source>
        <translation>最后阶段次数（含重复的次数）</translation>
    </message>
    <message>
        <source>Unchanged blocks read again before it, all equal</source>
        <translation>此前重新读取的未更改数据块，全部一致</translation>
    </message>
    <message>
        <source>Blocks read back from the target&apos;s disks, all equal</source>
        <translation>从目标磁盘回读的数据块，全部一致</translation>
    </message>
    <message>
        <source>Signed off by both ends</source>
        <translation>两端均已确认</translation>
    </message>
    <message>
        <source>round %1, check sum %2</source>
        <extracomment>%1 is a number, %2 a check sum</extracomment>
        <translation>第 %1 轮，校验和 %2</translation>
    </message>
    <message>
        <source>Problems of the administrator&apos;s hooks</source>
        <translation>管理员钩子程序的问题</translation>
    </message>
    <message>
        <source>Filesystem</source>
        <translation>文件系统</translation>
    </message>
    <message>
        <source>Time to stop it, rehearsed</source>
        <translation>冻结耗时（演练）</translation>
    </message>
    <message>
        <source>Time to let it go on</source>
        <translation>恢复耗时</translation>
    </message>
    <message>
        <source>Not proved: that each program had stored all it knew (hooks before the final moment can see to that), and that no storage driver writes without telling the kernel&apos;s request layer.</source>
        <translation>未能证明：每个程序都已保存其掌握的全部数据（可由最后阶段之前运行的钩子程序保证），以及没有任何存储驱动绕过内核的请求层进行写入。</translation>
    </message>
    <message>
        <source>The copy was changed so that it starts, and can be reached, in the cloud. Each original lies beside the new file as *.edgelift-orig.</source>
        <translation>副本已经过修改，可在云上启动并可访问。各原始文件以 *.edgelift-orig 为名保留在新文件旁。</translation>
    </message>
    <message>
        <source>Nothing had to be changed: the server starts in the cloud as it is.</source>
        <translation>无需任何修改：服务器可按原样在云上启动。</translation>
    </message>
    <message>
        <source>The copy would not start in the cloud. Nothing was changed in it.</source>
        <translation>副本在云上将无法启动。未对副本作任何修改。</translation>
    </message>
    <message>
        <source>The copy was not changed, because its filesystems could not be looked into.</source>
        <translation>未修改副本，因为无法检查其文件系统的内容。</translation>
    </message>
    <message>
        <source>Made ready for the cloud</source>
        <translation>云上运行准备</translation>
    </message>
    <message>
        <source>Made anew: %1</source>
        <translation>已重新生成：%1</translation>
    </message>
    <message>
        <source>GRUB was put into the boot sector.</source>
        <translation>已将 GRUB 写入引导扇区。</translation>
    </message>
    <message>
        <source>Moved aside: %1</source>
        <translation>已移开：%1</translation>
    </message>
    <message>
        <source>Changed: %1</source>
        <translation>已修改：%1</translation>
    </message>
    <message>
        <source>Test boot</source>
        <translation>启动测试</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine. It shows a login prompt and answers on its network.</source>
        <translation>已在虚拟机中启动镜像。镜像显示登录提示符，并能在其网络上响应。</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine and did not come up completely.</source>
        <translation>已在虚拟机中启动镜像，但镜像未能完全启动。</translation>
    </message>
    <message>
        <source>Reached</source>
        <translation>到达阶段</translation>
    </message>
    <message>
        <source>Login prompt</source>
        <translation>登录提示符</translation>
    </message>
    <message>
        <source>Address by DHCP</source>
        <translation>通过 DHCP 获取的地址</translation>
    </message>
    <message>
        <source>Answers on the network</source>
        <translation>网络响应</translation>
    </message>
    <message>
        <source>Trouble</source>
        <translation>故障</translation>
    </message>
    <message>
        <source>Console log</source>
        <translation>控制台日志</translation>
    </message>
    <message>
        <source>What was copied block by block is as it was at one moment, in which nothing was written: as after a power cut. Programs find everything there that was stored for good by then.</source>
        <translation>逐块复制的内容为某一时刻的状态，该时刻没有任何写入：如同断电之后。程序可从中找到截至该时刻已持久保存的全部数据。</translation>
    </message>
    <message>
        <source>Files that were copied while the server worked</source>
        <translation>服务器运行期间复制的文件</translation>
    </message>
    <message>
        <source>Each file is as it was at some time during the last pass over its volume, and not all files are of one moment. A program that was writing then may find its files out of step with each other: stop such programs before the final point, or copy their volume block by block.</source>
        <translation>每个文件均为对其所在卷进行最后一轮复制期间某一时刻的状态，并非所有文件都处于同一时刻。当时正在写入的程序可能会发现其文件彼此不一致：请在确定最终时间点前停止此类程序，或逐块复制其所在的卷。</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>卷</translation>
    </message>
    <message>
        <source>Last pass began</source>
        <translation>最后一轮开始时间</translation>
    </message>
    <message>
        <source>It ended</source>
        <translation>结束时间</translation>
    </message>
    <message>
        <source>Passes</source>
        <translation>轮次数</translation>
    </message>
    <message>
        <source>Files changed before the last pass</source>
        <translation>最后一轮之前更改的文件数</translation>
    </message>
    <message>
        <source>Vanished during it</source>
        <translation>最后一轮期间消失的文件数</translation>
    </message>
</context>
<context>
    <name>ResourceKind</name>
    <message>
        <source>image export task</source>
        <translation>镜像导出任务</translation>
    </message>
    <message>
        <source>temporary ECS image</source>
        <translation>临时 ECS 镜像</translation>
    </message>
    <message>
        <source>snapshot</source>
        <translation>快照</translation>
    </message>
    <message>
        <source>transit instance</source>
        <translation>中转实例</translation>
    </message>
    <message>
        <source>disk of the transit instance</source>
        <translation>中转实例的磁盘</translation>
    </message>
    <message>
        <source>security group</source>
        <translation>安全组</translation>
    </message>
    <message>
        <source>vSwitch</source>
        <translation>vSwitch</translation>
    </message>
    <message>
        <source>VPC</source>
        <translation>VPC</translation>
    </message>
    <message>
        <source>object in the bucket</source>
        <translation>Bucket 中的对象</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>ENS 镜像</translation>
    </message>
</context>
<context>
    <name>Said</name>
    <message>
        <source>%1 %2 [%3]</source>
        <extracomment>an error: %1 what happened, %2 what to do, %3 its code</extracomment>
        <translation>%1 %2 [%3]</translation>
    </message>
</context>
<context>
    <name>Warning</name>
    <message>
        <source>The connection to the transit instance is interrupted. The copy goes on by itself when it is back.</source>
        <translation>与中转实例的连接已中断。连接恢复后将自动继续复制。</translation>
    </message>
    <message>
        <source>The address of this server is not known, so ports 8080 and 8703 of the transit instance are open to every address. Only this migration&apos;s key is accepted there.</source>
        <translation>无法获知此服务器的地址，因此中转实例的端口 8080 和 8703 对所有地址开放，但仅接受本次迁移的密钥。</translation>
    </message>
    <message>
        <source>Not removed: %1 %2. %3</source>
        <translation>未清除：%1 %2。%3</translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the source had another content when read again and were sent again. Test the source server&apos;s memory (RAM) and disk.</source>
        <translation>
            <numerusform>再次读取时，迁移源有 %n 个数据块的内容不同，已重新发送。请检测源服务器的内存（RAM）和磁盘。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the target differed from what was sent and were sent again.</source>
        <translation>
            <numerusform>目标中有 %n 个数据块与已发送的内容不同，已重新发送。</numerusform>
        </translation>
    </message>
    <message>
        <source>The server changes %1 MB/s, and %2 MB/s can be sent: the copy does not catch up. Raise the limits, wait for a quiet hour, stop the services that write most, or allow a longer final moment.</source>
        <translation>服务器的更改速度为 %1 MB/s，而发送速度为 %2 MB/s：复制无法跟上。请提高限速、等待空闲时段、停止写入最多的服务，或允许更长的最后阶段。</translation>
    </message>
    <message>
        <source>The agent ended in the final moment of the copy, while writing to %1 was stopped. Writing goes on since the agent was started again; look whether the programs that write there noticed.</source>
        <translation>代理服务在复制的最后阶段结束运行，当时对 %1 的写入已暂停。代理服务再次启动后，写入已恢复；请检查在该处写入的程序是否受到影响。</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because no root filesystem of Linux was found. Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>未对副本进行上云适配，因为未找到 Linux 的根文件系统。请确认服务器包含 virtio 驱动，并通过 DHCP 获取地址。</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because the transit instance could not mount %1 (%2). Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>未对副本进行上云适配，因为中转实例无法挂载 %1（%2）。请确认服务器包含 virtio 驱动，并通过 DHCP 获取地址。</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks. The copy compares everything instead, and in its final moment writing stops for about %1 seconds.</source>
        <translation>内核不允许跟踪磁盘写入。复制会改为比较全部内容，在最后阶段写入会暂停约 %1 秒。</translation>
    </message>
    <message>
        <source>The clock of this server differs from the cloud&apos;s by %1 seconds. At 15 minutes the cloud refuses every request. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”.</source>
        <translation>此服务器的时间与云端相差 %1 秒。相差达到 15 分钟时，云端会拒绝所有请求。请同步时间，例如使用“timedatectl set-ntp true”或“chronyc makestep”。</translation>
    </message>
    <message>
        <source>The target disks have another layout now: transit instance %1 is removed with its disks, another one is made, and the copy begins anew.</source>
        <translation>目标磁盘的布局已更改：将清除中转实例 %1 及其磁盘，新建另一个中转实例，复制会从头开始。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::BootPanel</name>
    <message>
        <source>The image works: the server in it has booted, and all its files are as they were.</source>
        <translation>镜像可用：其中的服务器已启动，所有文件均保持原样。</translation>
    </message>
    <message>
        <source>The machine is off. The image works: all files in it were as they were.</source>
        <translation>机器已关闭。镜像可用：其中的所有文件均保持原样。</translation>
    </message>
    <message>
        <source>The image boots in a virtual machine on this server. The image is not changed.</source>
        <translation>镜像正在此服务器上的虚拟机中启动。镜像不会被更改。</translation>
    </message>
    <message>
        <source>The machine is off. It did not say what the server says when it has booted.</source>
        <translation>机器已关闭。未收到服务器启动完成后应有的消息。</translation>
    </message>
    <message>
        <source>Stop the &amp;machine</source>
        <translation>停止机器(&amp;M)</translation>
    </message>
    <message>
        <source>Boot it &amp;here</source>
        <translation>在此启动(&amp;H)</translation>
    </message>
    <message>
        <source>Console of the image that boots here</source>
        <translation>在此启动的镜像的控制台</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ButtonRow</name>
    <message>
        <source>&amp;Next</source>
        <translation>下一步(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Options</source>
        <extracomment>Opens a menu: language, size of text, low-bandwidth mode</extracomment>
        <translation>选项(&amp;O)</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>选项</translation>
    </message>
    <message>
        <source>F10</source>
        <translation>F10</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>上一步(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>关闭(&amp;C)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksModel</name>
    <message>
        <source>Cloud account</source>
        <translation>云账号</translation>
    </message>
    <message>
        <source>Not looked at yet.</source>
        <translation>尚未检查。</translation>
    </message>
    <message>
        <source>It is tested on the Connect page.</source>
        <translation>将在“连接”页面检测。</translation>
    </message>
    <message>
        <source>The account answers.</source>
        <translation>账号连接正常。</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What was found, and what to do</extracomment>
        <translation>%1%2</translation>
    </message>
    <message>
        <source>OK</source>
        <extracomment>Result of a check</extracomment>
        <translation>正常</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>检查项</translation>
    </message>
    <message>
        <source>What was found, and what to do</source>
        <translation>检查结果与处理建议</translation>
    </message>
    <message>
        <source>Solution</source>
        <translation>解决方法</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>云端地址</translation>
    </message>
    <message>
        <source>They are being asked…</source>
        <translation>正在检查是否有响应…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksPage</name>
    <message>
        <source>wait until the checks are done</source>
        <translation>等待检查完成</translation>
    </message>
    <message>
        <source>let the server be read: choose Check again</source>
        <translation>读取服务器信息：单击“重新检查”</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>正在检查…</translation>
    </message>
    <message numerus="yes">
        <source>%n OK</source>
        <translation>
            <numerusform>%n 项正常</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s)</source>
        <translation>
            <numerusform>%n 项警告</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n 项问题</numerusform>
        </translation>
    </message>
    <message>
        <source>Check &amp;again (F5)</source>
        <translation>重新检查(&amp;A) (F5)</translation>
    </message>
    <message>
        <source>Checks of this server</source>
        <translation>此服务器的检查结果</translation>
    </message>
    <message>
        <source>Is this server ready?</source>
        <translation>此服务器是否已就绪？</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Only a problem stops the migration; warnings are for you to weigh.</source>
        <translation>只有“问题”会阻止迁移；“警告”请自行权衡。</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>重试(&amp;R)</translation>
    </message>
    <message>
        <source>Fix…</source>
        <translation>修复…</translation>
    </message>
    <message>
        <source>Fix: %1</source>
        <translation>修复：%1</translation>
    </message>
    <message>
        <source>Each row says what was looked at, what was found and what to do about it. Problems must be solved before the migration can start; solve them on the server, then choose Check again. Where Edgelift can do it for you, the row has a Fix button: you are told what it does before anything changes.</source>
        <translation>每行列出检查项、检查结果和处理建议。必须先解决所有问题才能开始迁移；请在服务器上处理，然后单击“重新检查”。如果 Edgelift 可以代为处理，该行会显示“修复”按钮：更改之前会先说明将执行的操作。</translation>
    </message>
    <message>
        <source>wait until the problem is solved</source>
        <translation>等待问题解决</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CleanUpBox</name>
    <message>
        <source>What the migration made in the cloud is being removed. You may close this window: it goes on.</source>
        <translation>正在移除迁移在云端创建的资源。您可以关闭此窗口：清理会继续进行。</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until they are removed:</source>
        <translation>以下资源仍存在于云端，移除前会持续计费：</translation>
    </message>
    <message>
        <source>Everything temporary was released: the transit instance, the temporary images and snapshots.</source>
        <translation>所有临时资源均已释放：中转实例、临时镜像和快照。</translation>
    </message>
    <message>
        <source>The last clean-up was not complete: %1 %2 [%3]</source>
        <extracomment>Why a clean-up failed: %1 to what it happened, %2 what to do, %3 a code such as EL-0212</extracomment>
        <translation>上次清理未完成：%1 %2 [%3]</translation>
    </message>
    <message>
        <source>Clean up? The job is deleted, the transit instance is released and the copied data is lost.</source>
        <translation>是否清理？任务将被删除，中转实例将被释放，已复制的数据将丢失。</translation>
    </message>
    <message>
        <source>Clean up? Everything listed here but what is kept on purpose is removed from the cloud.</source>
        <translation>是否清理？除有意保留的资源外，此处列出的所有资源都将从云端移除。</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>保留(&amp;K)</translation>
    </message>
    <message>
        <source>Clean u&amp;p now</source>
        <translation>立即清理(&amp;P)</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>清理</translation>
    </message>
    <message>
        <source>Clean &amp;up…</source>
        <translation>清理(&amp;U)…</translation>
    </message>
    <message>
        <source>How to do it by han&amp;d</source>
        <translation>手动清理方法(&amp;D)</translation>
    </message>
    <message>
        <source>Sign in to the console, choose the region, and remove what is listed here from top to bottom: release the instance, delete images, snapshots, disks and the network, and the objects in the bucket. Look for it by its id.</source>
        <translation>请登录控制台，选择地域，然后从上到下移除此处列出的资源：释放实例，删除镜像、快照、磁盘和网络，以及 Bucket 中的对象。请按 ID 查找。</translation>
    </message>
    <message>
        <source>ECS console</source>
        <translation>ECS 控制台</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CodeMaker</name>
    <message>
        <source>Generating…</source>
        <translation>正在生成…</translation>
    </message>
    <message>
        <source>&amp;Name of the code:</source>
        <translation>激活码名称(&amp;N)：</translation>
    </message>
    <message>
        <source>Optional</source>
        <translation>可选</translation>
    </message>
    <message>
        <source>Servers it can import (1 to %1):</source>
        <translation>可导入的服务器数量（1～%1）：</translation>
    </message>
    <message>
        <source>Days it is valid (1 to %1):</source>
        <translation>有效天数（1～%1）：</translation>
    </message>
    <message>
        <source>&amp;Generate</source>
        <translation>生成(&amp;G)</translation>
    </message>
    <message>
        <source>Choose AccessKey pair above and enter the pair and, under Private network, the address of the service.</source>
        <translation>请在上方选择“AccessKey”并输入 AccessKey 对，然后在“内网”下输入服务的地址。</translation>
    </message>
    <message>
        <source>The new activation code</source>
        <translation>新的激活码</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>复制(&amp;C)</translation>
    </message>
    <message>
        <source>Copy the activation code</source>
        <translation>复制激活码</translation>
    </message>
    <message>
        <source>&amp;Use it here</source>
        <translation>在此使用(&amp;U)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ConnectPage</name>
    <message>
        <source>Connect this server</source>
        <translation>连接此服务器</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Enter the activation code or an AccessKey pair.</source>
        <translation>请输入激活码或 AccessKey。</translation>
    </message>
    <message>
        <source>An activation code is made in the SMC console and lets this server register itself without an AccessKey. It may be pasted with spaces, line breaks or the complete command around it.

An AccessKey pair belongs to a user of your account; create one in the RAM console.

Neither is saved: after the program was closed, enter it again.</source>
        <translation>激活码在 SMC 控制台生成，此服务器无需 AccessKey 即可凭激活码自行注册。粘贴时可包含空格、换行或整条命令。

AccessKey 属于您账号下的用户，请在 RAM 控制台创建。

两者均不会保存：程序关闭后需重新输入。</translation>
    </message>
    <message>
        <source>Connected as %1.</source>
        <translation>已以 %1 的身份连接。</translation>
    </message>
    <message>
        <source>Contacting %1…</source>
        <translation>正在连接 %1…</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>重试(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>测试连接(&amp;T)</translation>
    </message>
    <message>
        <source>Generate a &amp;code</source>
        <translation>生成激活码(&amp;C)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CredentialForm</name>
    <message>
        <source>Enter an address that begins with http:// or https://.</source>
        <translation>请输入以 http:// 或 https:// 开头的地址。</translation>
    </message>
    <message>
        <source>Enter both the AccessKey ID and the AccessKey secret. [E-CON-05]</source>
        <translation>请同时输入 AccessKey ID 和 AccessKey Secret。[E-CON-05]</translation>
    </message>
    <message>
        <source>Enter the activation code from the SMC console. [E-CON-01]</source>
        <translation>请输入 SMC 控制台中的激活码。[E-CON-01]</translation>
    </message>
    <message>
        <source>The service rejected the activation code. Check it for missing characters, or generate a new one. [E-CON-02]</source>
        <translation>服务拒绝了该激活码。请检查是否缺少字符，或重新生成激活码。[E-CON-02]</translation>
    </message>
    <message>
        <source>The activation code expired on %1. Generate a new one. [E-CON-03]</source>
        <translation>该激活码已于 %1 过期。请重新生成激活码。[E-CON-03]</translation>
    </message>
    <message numerus="yes">
        <source>The activation code has already imported %n server(s), which is its limit. Generate a new one. [E-CON-04]</source>
        <translation>
            <numerusform>该激活码已导入 %n 台服务器，达到上限。请重新生成激活码。[E-CON-04]</numerusform>
        </translation>
    </message>
    <message>
        <source>The AccessKey pair was refused: %1. Check the pair and its permissions. [E-CON-06]</source>
        <translation>AccessKey 被拒绝：%1。请检查 AccessKey 及其权限。[E-CON-06]</translation>
    </message>
    <message>
        <source>enter the activation code</source>
        <translation>请输入激活码</translation>
    </message>
    <message>
        <source>enter the AccessKey ID and the AccessKey secret</source>
        <translation>请输入 AccessKey ID 和 AccessKey Secret</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>请更正已标出的内容</translation>
    </message>
    <message>
        <source>complete the activation code</source>
        <translation>请输入完整的激活码</translation>
    </message>
    <message>
        <source>Acti&amp;vation code (recommended)</source>
        <translation>激活码（推荐）(&amp;V)</translation>
    </message>
    <message>
        <source>Access&amp;Key pair</source>
        <translation>AccessKey(&amp;K)</translation>
    </message>
    <message>
        <source>Activation &amp;code:</source>
        <translation>激活码(&amp;C)：</translation>
    </message>
    <message>
        <source>AccessKey &amp;ID:</source>
        <translation>AccessKey ID(&amp;I)：</translation>
    </message>
    <message>
        <source>AccessKey &amp;secret:</source>
        <translation>AccessKey Secret(&amp;S)：</translation>
    </message>
    <message>
        <source>&amp;Endpoint:</source>
        <translation>接入点(&amp;E)：</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>显示(&amp;W)</translation>
    </message>
    <message>
        <source>Show the activation code</source>
        <translation>显示激活码</translation>
    </message>
    <message>
        <source>Show the AccessKey secret</source>
        <translation>显示 AccessKey Secret</translation>
    </message>
    <message>
        <source>&amp;Private network</source>
        <translation>内网(&amp;P)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DecisionCard</name>
    <message>
        <source>%1 – %2</source>
        <extracomment>A question that need not be asked: %1 the question, %2 why</extracomment>
        <translation>%1 – %2</translation>
    </message>
    <message>
        <source>Command: %1</source>
        <translation>命令：%1</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DemoBar</name>
    <message>
        <source>The receiver was killed. It starts again by itself.</source>
        <translation>接收程序已被终止，将自动重新启动。</translation>
    </message>
    <message>
        <source>No receiver runs now. It runs while data is transferred.</source>
        <translation>当前没有运行中的接收程序。接收程序在传输数据时运行。</translation>
    </message>
    <message>
        <source>Every instance type is sold out.</source>
        <translation>所有实例规格均已售罄。</translation>
    </message>
    <message>
        <source>Instance types are in stock again.</source>
        <translation>实例规格已恢复库存。</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>An error: %1 what happened, %2 what to do</extracomment>
        <translation>%1%2</translation>
    </message>
    <message>
        <source>The network is back.</source>
        <translation>网络已恢复。</translation>
    </message>
    <message numerus="yes">
        <source>The network is down for %n s more.</source>
        <translation>
            <numerusform>网络将继续中断 %n 秒。</numerusform>
        </translation>
    </message>
    <message>
        <source>Restock the instance types</source>
        <translation>恢复实例规格库存</translation>
    </message>
    <message>
        <source>Sell out the instance types</source>
        <translation>使实例规格售罄</translation>
    </message>
    <message>
        <source>Demonstration – no data leaves this server</source>
        <translation>演示 – 数据不会离开此服务器</translation>
    </message>
    <message>
        <source>Link speed:</source>
        <translation>链路速度：</translation>
    </message>
    <message>
        <source>Speed of the simulated link</source>
        <translation>模拟链路的速度</translation>
    </message>
    <message>
        <source>Make it fail</source>
        <translation>模拟故障</translation>
    </message>
    <message numerus="yes">
        <source>Drop the network for %n s</source>
        <translation>
            <numerusform>断开网络 %n 秒</numerusform>
        </translation>
    </message>
    <message>
        <source>Kill the receiver</source>
        <translation>终止接收程序</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DemoWorld</name>
    <message>
        <source>Building the sample server…</source>
        <translation>正在构建示例服务器…</translation>
    </message>
    <message>
        <source>Starting a simulated cloud…</source>
        <translation>正在启动模拟云环境…</translation>
    </message>
    <message>
        <source>Starting the agent…</source>
        <translation>正在启动代理程序…</translation>
    </message>
    <message>
        <source>Creating an activation code…</source>
        <translation>正在生成激活码…</translation>
    </message>
    <message>
        <source>The demonstration is ready. The activation code is in its field already.</source>
        <translation>演示已就绪。激活码已填入输入框。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiagnosticsBox</name>
    <message>
        <source>%1 %2 [%3]</source>
        <extracomment>What went wrong: %1 to what it happened, %2 what to do, %3 a code such as EL-0212</extracomment>
        <translation>%1 %2 [%3]</translation>
    </message>
    <message>
        <source>Save diagnostics</source>
        <translation>保存诊断信息</translation>
    </message>
    <message>
        <source>ZIP archives (*.zip)</source>
        <translation>ZIP 压缩文件 (*.zip)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>已保存为 %1。</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 the name of a file, %2 its size</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>These files will be saved, without secrets:
%1</source>
        <translation>将保存以下文件，其中不含机密信息：
%1</translation>
    </message>
    <message>
        <source>Save these files…</source>
        <translation>保存这些文件…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskBar</name>
    <message>
        <source>Drop mount targets here</source>
        <translation>将挂载点拖放到此处</translation>
    </message>
    <message>
        <source>+%1 too much</source>
        <extracomment>on a disk that is too small; %1 a size</extracomment>
        <translation>超出 %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskRows</name>
    <message>
        <source>System disk %1</source>
        <extracomment>%1: the name of a disk such as /dev/vda</extracomment>
        <translation>系统盘 %1</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <translation>数据盘 %1</translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation>%1 的进度</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of a disk: amount that is copied, amount in all</extracomment>
        <translation>%2 的%1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksBars</name>
    <message>
        <source>%1 used</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation>已用 %1</translation>
    </message>
    <message>
        <source>Source disk %1, %2</source>
        <extracomment>%1 a disk of the server, %2 its size, for screen readers</extracomment>
        <translation>源磁盘 %1，%2</translation>
    </message>
    <message>
        <source>Source</source>
        <extracomment>heading: the disks of the server</extracomment>
        <translation>迁移源</translation>
    </message>
    <message>
        <source>Destination</source>
        <extracomment>heading: the disks of the image</extracomment>
        <translation>目标</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksButtons</name>
    <message numerus="yes">
        <source>%n problem(s) to solve</source>
        <translation>
            <numerusform>有 %n 个问题待解决</numerusform>
        </translation>
    </message>
    <message>
        <source>Fits: yes</source>
        <translation>容纳：是</translation>
    </message>
    <message>
        <source>&amp;Automatic layout</source>
        <translation>自动布局(&amp;A)</translation>
    </message>
    <message>
        <source>Ad&amp;just</source>
        <translation>调整(&amp;J)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>Red&amp;o</source>
        <translation>重做(&amp;O)</translation>
    </message>
    <message>
        <source>Reset to au&amp;tomatic</source>
        <translation>恢复为自动(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Fix automatically</source>
        <translation>自动修复(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Rescan</source>
        <translation>重新扫描(&amp;R)</translation>
    </message>
    <message>
        <source>Ctrl+Z</source>
        <translation>Ctrl+Z</translation>
    </message>
    <message>
        <source>Ctrl+Shift+Z</source>
        <translation>Ctrl+Shift+Z</translation>
    </message>
    <message>
        <source>F5</source>
        <translation>F5</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksPage</name>
    <message>
        <source>“%1” is not a size. Enter a number, alone for GiB or with a unit, such as 20 or 512 MiB.</source>
        <translation>“%1”不是有效的大小。请输入数字（默认单位为 GiB），也可带单位，例如 20 或 512 MiB。</translation>
    </message>
    <message>
        <source>%1 picked up. Use Up and Down to choose a disk, Enter to drop, Esc to cancel.</source>
        <translation>已拾取 %1。请用上下方向键选择磁盘，按 Enter 放下，按 Esc 取消。</translation>
    </message>
    <message>
        <source>No disks found.</source>
        <translation>未找到磁盘。</translation>
    </message>
    <message>
        <source>Reading disks…</source>
        <translation>正在读取磁盘…</translation>
    </message>
    <message>
        <source>let Edgelift read the disks of this server</source>
        <translation>请允许 Edgelift 读取此服务器的磁盘</translation>
    </message>
    <message numerus="yes">
        <source>solve %n problem(s) of the layout</source>
        <translation>
            <numerusform>请解决布局中的 %n 个问题</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 a disk, %2 whether what is picked up could be dropped there
----------
%1 a mount target or disk, %2 what is to be said about it</extracomment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Drag a mount target by its handle to another disk, or press Ctrl+X on it. F2 changes a size, Space clears Migrate.</source>
        <translation>拖动挂载点的手柄可将其移到其他磁盘，也可在挂载点上按 Ctrl+X。按 F2 更改大小，按空格键取消勾选“迁移”。</translation>
    </message>
    <message>
        <source>What is left needs your decision: see the list below the table.</source>
        <translation>其余问题需由您决定：请查看表格下方的列表。</translation>
    </message>
    <message>
        <source>&amp;Show the layout</source>
        <translation>显示布局(&amp;S)</translation>
    </message>
    <message>
        <source>Mount targets</source>
        <translation>挂载点</translation>
    </message>
    <message>
        <source>The automatic layout makes the disks of the image like those of this server. Choose “Adjust” to change sizes, to move mount targets to other disks, to leave some out or to use LVM.

With the keyboard: Ctrl+X picks up a mount target, Up and Down choose a disk, Enter drops it, Esc cancels. Alt+1 to Alt+5 move it to a disk at once, Alt+Up and Alt+Down change the order. F2 changes a size, Space sets or clears Migrate, L sets or clears LVM on the row of a disk. Shift+F10 opens a menu with all of this. Ctrl+Z undoes.</source>
        <translation>自动布局会使镜像的磁盘与此服务器的磁盘相近。如需更改大小、将挂载点移到其他磁盘、排除部分挂载点或使用 LVM，请选择“调整”。

键盘操作：按 Ctrl+X 拾取挂载点，用上下方向键选择磁盘，按 Enter 放下，按 Esc 取消。Alt+1 至 Alt+5 直接移到对应磁盘，Alt+上/下方向键更改顺序。F2 更改大小，空格键勾选或取消“迁移”，在磁盘行上按 L 启用或停用 LVM。Shift+F10 打开包含以上操作的菜单。Ctrl+Z 撤销。</translation>
    </message>
    <message>
        <source>Disks and mount targets</source>
        <translation>磁盘和挂载点</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Choose what the disks of the image look like and what is migrated to them.</source>
        <translation>请选择镜像的磁盘布局以及要迁移的内容。</translation>
    </message>
    <message>
        <source>Choose Adjust to change this layout.</source>
        <translation>选择“调整”可更改此布局。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksTable</name>
    <message>
        <source>In use: %1; at least %2.</source>
        <extracomment>of a disk or mount target; %1 the space in use, %2 the smallest possible size</extracomment>
        <translation>已用：%1；至少 %2。</translation>
    </message>
    <message>
        <source>LVM: %1.</source>
        <extracomment>%1 the name of a volume group or logical volume</extracomment>
        <translation>LVM：%1。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ErrorPanel</name>
    <message>
        <source>The migration stopped: %1 [%2]</source>
        <extracomment>%1: what happened, %2: a code such as EL-0212</extracomment>
        <translation>迁移已停止：%1 [%2]</translation>
    </message>
    <message>
        <source>E&amp;vidence</source>
        <translation>证据(&amp;V)</translation>
    </message>
    <message>
        <source>Code: %1
Phase: %2
Time: %3
Detail: %4</source>
        <translation>代码：%1
阶段：%2
时间：%3
详情：%4</translation>
    </message>
    <message>
        <source>Re&amp;try</source>
        <translation>重试(&amp;T)</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>复制(&amp;Y)</translation>
    </message>
    <message>
        <source>Save dia&amp;gnostics…</source>
        <translation>保存诊断信息(&amp;G)…</translation>
    </message>
    <message>
        <source>Cancel job and clean &amp;up…</source>
        <translation>取消任务并清理(&amp;U)…</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until you retry or clean up:</source>
        <translation>以下资源仍存在于云端，在您重试或清理之前会持续计费：</translation>
    </message>
    <message>
        <source>You retried at %1: it came to the same error again.</source>
        <translation>您已于 %1 重试：再次出现相同的错误。</translation>
    </message>
    <message>
        <source>You retried at %1: it came to another error.</source>
        <translation>您已于 %1 重试：出现了其他错误。</translation>
    </message>
    <message>
        <source>Start again &amp;with the same settings</source>
        <translation>使用相同设置重新开始(&amp;W)</translation>
    </message>
    <message>
        <source>Copy what is said about this error</source>
        <translation>复制此错误的说明</translation>
    </message>
    <message>
        <source>Troubleshoot errors</source>
        <translation>错误排查</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ExcludesForm</name>
    <message>
        <source>Path to &amp;leave out:</source>
        <translation>要排除的路径(&amp;L)：</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>添加(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>移除(&amp;R)</translation>
    </message>
    <message>
        <source>Paths that are left out</source>
        <translation>已排除的路径</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FactGrid</name>
    <message>
        <source>%1: %2</source>
        <extracomment>One line of a list of facts: name and value</extracomment>
        <translation>%1：%2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FinishPage</name>
    <message>
        <source>Finish</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Finish and clean-up</source>
        <translation>完成与清理</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>ENS 镜像已就绪。</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>正在清理…</translation>
    </message>
    <message>
        <source>Not everything was released</source>
        <translation>部分资源未释放</translation>
    </message>
    <message>
        <source>The migration was cancelled. There is no image.</source>
        <translation>迁移已取消，未生成镜像。</translation>
    </message>
    <message>
        <source>Folder of the image: %1</source>
        <translation>镜像所在文件夹：%1</translation>
    </message>
    <message>
        <source>Save report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>Show in &amp;file manager</source>
        <translation>在文件管理器中显示(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Save report…</source>
        <translation>保存报告(&amp;S)…</translation>
    </message>
    <message>
        <source>Save settings</source>
        <translation>保存设置</translation>
    </message>
    <message>
        <source>Plan files (*.json)</source>
        <translation>计划文件 (*.json)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <extracomment>%1 is the path of a file</extracomment>
        <translation>已保存为 %1。</translation>
    </message>
    <message>
        <source>No file manager could be opened. The image is in the folder %1.</source>
        <translation>无法打开文件管理器。镜像位于文件夹 %1。</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>Image ID</source>
        <translation>镜像 ID</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>地域</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>已发送</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>耗时</translation>
    </message>
    <message>
        <source>Next steps</source>
        <translation>后续步骤</translation>
    </message>
    <message>
        <source>Or by this command, with your own values for TYPE, REGION and MBIT:</source>
        <extracomment>The capitals are in the command and stay as they are</extracomment>
        <translation>或使用以下命令，并将 TYPE、REGION 和 MBIT 替换为您的值：</translation>
    </message>
    <message>
        <source>1. Open the ENS console and create an instance from this image.
2. Check application licences: the hardware changed.
3. Compare the new instance with this server before switching over.</source>
        <translation>1. 打开 ENS 控制台，使用此镜像创建实例。
2. 检查应用程序许可证：硬件已更改。
3. 切换前，请将新实例与此服务器进行比较。</translation>
    </message>
    <message>
        <source>ENS console</source>
        <translation>ENS 控制台</translation>
    </message>
    <message>
        <source>Copy co&amp;mmand</source>
        <translation>复制命令(&amp;M)</translation>
    </message>
    <message>
        <source>Save these settin&amp;gs…</source>
        <translation>保存这些设置(&amp;G)…</translation>
    </message>
    <message>
        <source>To migrate another server with the same settings</source>
        <translation>使用相同设置迁移其他服务器</translation>
    </message>
    <message>
        <source>The image is in your account; an ENS instance is created from it in the ENS console or with the command shown here. What the migration made on the way is removed; if something is left, it is listed with what it costs and can be cleaned up here. The report says what was done, when and with which settings; it holds no passwords and no keys.</source>
        <translation>镜像已在您的账号中；请在 ENS 控制台中或使用此处显示的命令用它创建 ENS 实例。迁移过程中创建的资源已删除；如果有剩余，会连同其费用在此列出，并可在此清理。报告说明了何时、以何种设置做了什么；其中不含密码和密钥。</translation>
    </message>
    <message>
        <source>Reports (*.html *.json)</source>
        <translation>报告 (*.html *.json)</translation>
    </message>
    <message>
        <source>Test boot: the image is being started in a virtual machine on this server…</source>
        <translation>启动测试：正在此服务器上的虚拟机中启动镜像…</translation>
    </message>
    <message>
        <source>There was no test boot: %1</source>
        <translation>未进行启动测试：%1</translation>
    </message>
    <message>
        <source>Test boot passed: after %1 the image had shown its login prompt and answered on its network as %2.</source>
        <extracomment>%1 a time such as “24 s”, %2 an IP address</extracomment>
        <translation>启动测试已通过：%1 后，镜像已显示登录提示符，并在其网络上以 %2 响应。</translation>
    </message>
    <message>
        <source>the boot loader</source>
        <translation>引导程序</translation>
    </message>
    <message>
        <source>the kernel</source>
        <translation>内核</translation>
    </message>
    <message>
        <source>the root file system</source>
        <translation>根文件系统</translation>
    </message>
    <message>
        <source>the login prompt</source>
        <translation>登录提示符</translation>
    </message>
    <message>
        <source>the network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image showed nothing on its console.</source>
        <translation>启动测试：在 %1 内，镜像的控制台没有任何输出。</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image did not come up. The last that was seen: %2. The report has what its console said.</source>
        <extracomment>%1 a time such as “24 s”, %2 such as “the kernel”</extracomment>
        <translation>启动测试：在 %1 内，镜像未能启动完成。最后观察到的阶段：%2。报告中包含其控制台的输出。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FixBox</name>
    <message>
        <source>Working: %1</source>
        <translation>正在处理：%1</translation>
    </message>
    <message>
        <source>Command: %1</source>
        <translation>命令：%1</translation>
    </message>
    <message>
        <source>&amp;Not now</source>
        <translation>暂不(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Yes, do it</source>
        <translation>是，执行(&amp;Y)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutGestures</name>
    <message>
        <source>Change &amp;size</source>
        <translation>更改大小(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;LVM</source>
        <translation>LVM(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Migrate</source>
        <translation>迁移(&amp;M)</translation>
    </message>
    <message>
        <source>Mo&amp;ve to</source>
        <extracomment>a menu of disks</extracomment>
        <translation>移动到(&amp;V)</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>上移(&amp;U)</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>下移(&amp;D)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutModel</name>
    <message>
        <source>Mount target</source>
        <translation>挂载点</translation>
    </message>
    <message>
        <source>Migrate</source>
        <translation>迁移</translation>
    </message>
    <message>
        <source>Destination</source>
        <translation>目标位置</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>已用</translation>
    </message>
    <message>
        <source>Min.</source>
        <extracomment>the smallest possible size</extracomment>
        <translation>最小</translation>
    </message>
    <message>
        <source>Transfer method</source>
        <translation>传输方式</translation>
    </message>
    <message>
        <source>LVM</source>
        <translation>LVM</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 “System disk” or “Data disk 2”, %2 its name on the source such as vdb</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Block by block</source>
        <extracomment>how a volume is copied</extracomment>
        <translation>逐块复制</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>按文件复制</translation>
    </message>
    <message>
        <source>%1, %2, %3 free</source>
        <extracomment>%1 a disk, %2 its size, %3 what is free on it, for screen readers</extracomment>
        <translation>%1，%2，剩余 %3</translation>
    </message>
    <message>
        <source>%1, %2, not migrated</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1，%2，不迁移</translation>
    </message>
    <message>
        <source>%1, %2, cannot be moved</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1，%2，不能移动</translation>
    </message>
    <message>
        <source>%1, %2, can be moved</source>
        <translation>%1，%2，可移动</translation>
    </message>
    <message>
        <source>Cannot be moved.</source>
        <translation>不能移动。</translation>
    </message>
    <message>
        <source>migrated</source>
        <translation>迁移</translation>
    </message>
    <message>
        <source>not migrated</source>
        <translation>不迁移</translation>
    </message>
    <message>
        <source>See below: %1</source>
        <extracomment>beside a disk or mount target; %1 codes of problems that are listed below the table</extracomment>
        <translation>见下方：%1</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Not migrated</source>
        <translation>不迁移</translation>
    </message>
    <message>
        <source>Same size and structure</source>
        <extracomment>why a volume is copied block by block</extracomment>
        <translation>大小和结构相同</translation>
    </message>
    <message>
        <source>Its size changes</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>大小发生变化</translation>
    </message>
    <message>
        <source>LVM, and no multiple of 4 MiB</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>LVM，且不是 4 MiB 的整数倍</translation>
    </message>
    <message>
        <source>As chosen</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>按您的选择</translation>
    </message>
    <message>
        <source>The server works meanwhile, so its files are not all of one moment.</source>
        <translation>复制期间服务器照常运行，因此各文件并非都处于同一时刻。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutProblems</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>还有 %n 个。</numerusform>
        </translation>
    </message>
    <message>
        <source>Must be solved</source>
        <extracomment>severity of a problem, for screen readers</extracomment>
        <translation>必须解决</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Problems of the layout</source>
        <translation>布局问题</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LinkLine</name>
    <message>
        <source>%1: %2</source>
        <extracomment>%1: what a web page is about, %2: its address</extracomment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>Open: %1</source>
        <extracomment>For screen readers: %1 is what a web page is about</extracomment>
        <translation>打开：%1</translation>
    </message>
    <message>
        <source>Copy address: %1</source>
        <translation>复制地址：%1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LiveBox</name>
    <message>
        <source>The server goes on working. What it writes during this first pass is copied afterwards.</source>
        <translation>服务器照常运行。首轮复制期间写入的内容将在之后复制。</translation>
    </message>
    <message>
        <source>What was copied before is compared with the server, so that only differences are sent.</source>
        <translation>正在将之前复制的内容与服务器进行比较，以便仅发送不同的内容。</translation>
    </message>
    <message>
        <source>Round %1: copying what the server wrote since. It writes %2, and %3 are being copied.</source>
        <extracomment>%1 a number, %2 and %3 speeds</extracomment>
        <translation>第 %1 轮：正在复制服务器此后写入的内容。写入速度为 %2，复制速度为 %3。</translation>
    </message>
    <message>
        <source>The copy follows the server: %1 are not copied yet. The final point would hold the server&apos;s disks for about %2 ms.</source>
        <extracomment>%1 a size, %2 milliseconds</extracomment>
        <translation>复制正在跟随服务器：尚有 %1 未复制。确定最终时间点时，服务器磁盘将暂停约 %2 毫秒。</translation>
    </message>
    <message>
        <source>The final point is being taken. The server&apos;s disks stand still for a moment.</source>
        <translation>正在确定最终时间点。服务器磁盘会短暂暂停。</translation>
    </message>
    <message>
        <source>The final point is taken, and the server works as before. The last changes are being copied.</source>
        <translation>最终时间点已确定，服务器恢复照常运行。正在复制最后的更改。</translation>
    </message>
    <message>
        <source>The copy is being read back and compared.</source>
        <translation>正在回读副本并进行比对。</translation>
    </message>
    <message>
        <source>The copy is complete and was compared.</source>
        <translation>复制已完成并通过比对。</translation>
    </message>
    <message>
        <source>&amp;Take the final point now</source>
        <translation>立即确定最终时间点(&amp;T)</translation>
    </message>
    <message>
        <source>Holds the server&apos;s disks for a moment; what is written later is not in the image.</source>
        <translation>服务器磁盘会短暂暂停；此后写入的内容不会包含在镜像中。</translation>
    </message>
    <message>
        <source>What is copied file by file is being copied for the first time. What changes meanwhile is copied again later.</source>
        <translation>正在首次复制按文件复制的内容。期间更改的内容会在之后再次复制。</translation>
    </message>
    <message>
        <source>The final point is near. Files that changed since they were copied are being copied again.</source>
        <translation>即将确定最终时间点。正在再次复制自上次复制后更改的文件。</translation>
    </message>
    <message>
        <source>All files are copied. Those that change from now on are copied again when the final point is taken.</source>
        <translation>所有文件均已复制。此后更改的文件会在确定最终时间点时再次复制。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MainWindow</name>
    <message>
        <source>Edgelift — %1</source>
        <extracomment>Title of the window: program — step or progress</extracomment>
        <translation>Edgelift - %1</translation>
    </message>
    <message>
        <source>Step %1 of %2 — %3</source>
        <extracomment>In a narrow window instead of the list of steps: %3 is the name of the step</extracomment>
        <translation>第 %1 步，共 %2 步 — %3</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MessageBar</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy this message</source>
        <translation>复制此消息</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>An error: what happened, and what to do</extracomment>
        <translation>%1%2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MigrationPage</name>
    <message>
        <source>%1 %2</source>
        <extracomment>In the window&apos;s title: per cent and state</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>Migration</source>
        <translation>迁移</translation>
    </message>
    <message>
        <source>You may close this window: the migration goes on, and starting Edgelift again shows it.</source>
        <translation>您可以关闭此窗口：迁移会继续进行，再次启动 Edgelift 即可查看。</translation>
    </message>
    <message>
        <source>The numbers are of %1.</source>
        <translation>数据截至 %1。</translation>
    </message>
    <message>
        <source>No data for %1 s. Check the network of this server, or choose Pause and go on later.</source>
        <translation>已有 %1 秒没有数据传输。请检查此服务器的网络，或选择“暂停”，稍后继续。</translation>
    </message>
    <message>
        <source>No data for %1 s. Waiting for the network.</source>
        <translation>已有 %1 秒没有数据传输，正在等待网络恢复。</translation>
    </message>
    <message>
        <source>The transfer is slow. To speed it up, raise the bandwidth of this server and of the destination for a while.</source>
        <translation>传输速度较慢。如需加速，请临时提高此服务器和目标端的带宽。</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>继续(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>暂停(&amp;P)</translation>
    </message>
    <message>
        <source>Job ID</source>
        <translation>任务 ID</translation>
    </message>
    <message>
        <source>Job name</source>
        <translation>任务名称</translation>
    </message>
    <message>
        <source>Job status</source>
        <translation>任务状态</translation>
    </message>
    <message>
        <source>Creation time</source>
        <translation>创建时间</translation>
    </message>
    <message>
        <source>Start time</source>
        <translation>开始时间</translation>
    </message>
    <message>
        <source>End time</source>
        <translation>结束时间</translation>
    </message>
    <message>
        <source>Job progress</source>
        <translation>任务进度</translation>
    </message>
    <message>
        <source>Target region</source>
        <translation>目标地域</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Remaining time (s)</source>
        <translation>剩余时间（秒）</translation>
    </message>
    <message>
        <source>&amp;Modify…</source>
        <translation>修改(&amp;M)…</translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation>详情(&amp;D)</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>When this window is closed the demonstration ends, and its migration with it.</source>
        <translation>关闭此窗口后，演示及其迁移将结束。</translation>
    </message>
    <message>
        <source>You may close this window: the clean-up goes on.</source>
        <translation>您可以关闭此窗口：清理会继续进行。</translation>
    </message>
    <message>
        <source>The speed counts the data of the disks before it is compressed, so it can be higher than the speed of the network. The remaining time is shown once the speed is steady.

Pause keeps everything that was copied, and the transit instance, which keeps costing. Cancel removes both.

After an error nothing is lost: what was copied is kept, and Retry goes on from there.</source>
        <translation>速度按压缩前的磁盘数据计算，因此可能高于网络速度。速度稳定后会显示剩余时间。

暂停会保留所有已复制的内容和中转实例，中转实例会持续计费。取消会将两者都移除。

出错后不会丢失任何内容：已复制的内容会保留，重试将从中断处继续。</translation>
    </message>
    <message>
        <source>%1 — %2</source>
        <extracomment>In the window&apos;s title: how far the migration is, and the server&apos;s name</extracomment>
        <translation>%1 — %2</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused.</source>
        <extracomment>%1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>迁移暂停期间，中转实例会持续计费。</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused: %1.</source>
        <translation>迁移暂停期间，中转实例会持续计费：%1。</translation>
    </message>
    <message>
        <source>This server&apos;s own disk accesses are slow, so the migration reads at most %1 for now.</source>
        <translation>此服务器自身的磁盘访问较慢，因此迁移目前的读取速度最高为 %1。</translation>
    </message>
    <message>
        <source>Cancel this migration? The job is deleted, the transit instance is released and the copied data is lost. What was used until now is still charged.</source>
        <translation>是否取消本次迁移？任务将被删除，中转实例将被释放，已复制的数据将丢失。到目前为止已使用的资源仍会计费。</translation>
    </message>
    <message>
        <source>&amp;Keep migrating</source>
        <translation>继续迁移(&amp;K)</translation>
    </message>
    <message>
        <source>Cancel migrati&amp;on</source>
        <translation>取消迁移(&amp;O)</translation>
    </message>
    <message>
        <source>Estimate migration time and test transfer speed</source>
        <translation>估算迁移时间和测试传输速度</translation>
    </message>
    <message>
        <source>Cancel &amp;job…</source>
        <translation>取消任务(&amp;J)…</translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation>日志(&amp;L)</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>全部复制</translation>
    </message>
    <message>
        <source>Copy all details</source>
        <translation>复制所有详情</translation>
    </message>
    <message>
        <source>Transit instance ID</source>
        <translation>中转实例 ID</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance, nor change its billing method, during migration; it is released automatically afterwards.</source>
        <translation>迁移期间，请勿停止、启动、重启或释放中转实例，也不要更改其计费方式；迁移结束后会自动释放该实例。</translation>
    </message>
    <message>
        <source>Default resource group</source>
        <extracomment>The transit instance&apos;s resource group: the account&apos;s own, because no other is asked for</extracomment>
        <translation>默认资源组</translation>
    </message>
    <message>
        <source>Resource group</source>
        <translation>资源组</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ModifyPanel</name>
    <message>
        <source>Unlimited</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>应用(&amp;A)</translation>
    </message>
    <message>
        <source>The time plan is in force now (%1): %2. The limit above counts outside of it.</source>
        <translation>时间计划当前生效（%1）：%2。上方的限速适用于该时段之外。</translation>
    </message>
    <message>
        <source>Applied.</source>
        <translation>已应用。</translation>
    </message>
    <message>
        <source>Applied. The new limit takes effect within %1 s.</source>
        <translation>已应用，新的限速将在 %1 秒内生效。</translation>
    </message>
    <message>
        <source>Applied. It takes effect when the migration goes on.</source>
        <translation>已应用，将在迁移继续后生效。</translation>
    </message>
    <message>
        <source>&amp;Speed limit (Mbit/s):</source>
        <translation>限速（Mbit/s）(&amp;S)：</translation>
    </message>
    <message>
        <source>Compress&amp;ion:</source>
        <translation>压缩(&amp;I)：</translation>
    </message>
    <message>
        <source>Veri&amp;fy the copied data by checksum</source>
        <translation>通过校验和验证已复制的数据(&amp;F)</translation>
    </message>
    <message>
        <source>Clos&amp;e</source>
        <translation>关闭(&amp;E)</translation>
    </message>
    <message>
        <source>Lon&amp;gest hold (s):</source>
        <translation>最长冻结时间（秒）(&amp;G)：</translation>
    </message>
    <message>
        <source>How many seconds this server may be kept from writing while the final point is taken.</source>
        <translation>确定最终时间点时，最多可暂停此服务器写入多少秒。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::NetworkForm</name>
    <message>
        <source>%1 – %2</source>
        <extracomment>An id and the name beside it</extracomment>
        <translation>%1 – %2</translation>
    </message>
    <message>
        <source>No VPC in %1. Create one in the VPC console, then refresh.</source>
        <translation>%1 没有 VPC。请在 VPC 控制台创建，然后刷新。</translation>
    </message>
    <message>
        <source>Optional: without it, a network is made for this migration and removed after it.</source>
        <translation>可选：如不填写，将为本次迁移创建网络，并在迁移后移除。</translation>
    </message>
    <message>
        <source>&amp;Public network</source>
        <translation>公网(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;VPC: this server is connected to it</source>
        <translation>VPC：此服务器已接入(&amp;V)</translation>
    </message>
    <message>
        <source>VPC is recommended where it can be reached directly, by VPN gateway, Express Connect circuit or Smart Access Gateway: it is faster and steadier.</source>
        <translation>如果可直接或通过 VPN 网关、高速通道、智能接入网关访问 VPC，建议使用 VPC：更快、更稳定。</translation>
    </message>
    <message>
        <source>VP&amp;C:</source>
        <translation>VPC(&amp;C)：</translation>
    </message>
    <message>
        <source>v&amp;Switch:</source>
        <translation>vSwitch(&amp;S)：</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::OptionsMenu</name>
    <message>
        <source>&amp;Language</source>
        <translation>语言(&amp;L)</translation>
    </message>
    <message>
        <source>Lar&amp;ger text</source>
        <translation>放大文字(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation>缩小文字(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Usual text size</source>
        <translation>默认文字大小(&amp;U)</translation>
    </message>
    <message>
        <source>Low-&amp;bandwidth mode</source>
        <translation>低带宽模式(&amp;B)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PhaseStrip</name>
    <message>
        <source>%1: done</source>
        <translation>%1：已完成</translation>
    </message>
    <message>
        <source>%1: failed</source>
        <translation>%1：失败</translation>
    </message>
    <message>
        <source>%1: now</source>
        <translation>%1：进行中</translation>
    </message>
    <message>
        <source>%1: to come</source>
        <translation>%1：未开始</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PlanFileBar</name>
    <message>
        <source>Plan files (*.json);;All files (*)</source>
        <translation>计划文件 (*.json);;所有文件 (*)</translation>
    </message>
    <message>
        <source>The plan was saved as %1.</source>
        <translation>计划已保存为 %1。</translation>
    </message>
    <message>
        <source>Use its &amp;settings, keep these disks</source>
        <translation>使用其设置并保留当前磁盘(&amp;S)</translation>
    </message>
    <message>
        <source>The plan %1 was opened.</source>
        <translation>已打开计划 %1。</translation>
    </message>
    <message>
        <source>&amp;Open plan…</source>
        <translation>打开计划(&amp;O)…</translation>
    </message>
    <message>
        <source>&amp;Save plan…</source>
        <translation>保存计划(&amp;S)…</translation>
    </message>
    <message>
        <source>Problems of the plan file</source>
        <translation>计划文件的问题</translation>
    </message>
    <message>
        <source>%1 %2 [%3]</source>
        <extracomment>One problem of a file: %1 what is wrong, %2 what to do, %3 a code such as EL-0052</extracomment>
        <translation>%1 %2 [%3]</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PreparePage</name>
    <message>
        <source>Prepare and import</source>
        <translation>准备并导入</translation>
    </message>
    <message>
        <source>Prepare</source>
        <translation>准备</translation>
    </message>
    <message>
        <source>Decide what may be changed on this server, then register it as a migration source.</source>
        <translation>请确定此服务器上允许的更改，然后将其注册为迁移源。</translation>
    </message>
    <message>
        <source>Nothing is changed on this server before you choose “Prepare and import”.

The import registers this server with the service that made the activation code. With an AccessKey pair there is nothing to register.</source>
        <translation>在您选择“准备并导入”之前，不会更改此服务器上的任何内容。

导入会将此服务器注册到生成激活码的服务。使用 AccessKey 时无需注册。</translation>
    </message>
    <message>
        <source>wait until the import is finished</source>
        <translation>请等待导入完成</translation>
    </message>
    <message>
        <source>wait for the questions to this server</source>
        <translation>请等待对此服务器的检测</translation>
    </message>
    <message>
        <source>answer: %1</source>
        <translation>请回答：%1</translation>
    </message>
    <message>
        <source>&amp;Prepare and import</source>
        <translation>准备并导入(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>重试(&amp;R)</translation>
    </message>
    <message>
        <source>Preparing this server…</source>
        <translation>正在准备此服务器…</translation>
    </message>
    <message>
        <source>Importing this server…</source>
        <translation>正在导入此服务器…</translation>
    </message>
    <message>
        <source>The snapshot driver could not be installed: %1. Block replication is switched off for this migration. [W-PRE-01]</source>
        <translation>无法安装快照驱动：%1。本次迁移已关闭块复制。[W-PRE-01]</translation>
    </message>
    <message>
        <source>Import Source Server [%1] Successfully!</source>
        <extracomment>%1 is an id such as s-bp1abc; the words are those of the service</extracomment>
        <translation>已成功导入迁移源 [%1]</translation>
    </message>
    <message>
        <source>Migration source online</source>
        <translation>迁移源在线</translation>
    </message>
    <message>
        <source>&amp;Exclude files and folders</source>
        <translation>排除文件和文件夹(&amp;E)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ProgressPanel</name>
    <message>
        <source>No migration</source>
        <translation>没有迁移任务</translation>
    </message>
    <message>
        <source>Creating the transit instance…</source>
        <translation>正在创建中转实例…</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>准备中</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>同步中</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>出错</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>正在清理…</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Reconnecting to the migration engine… (%1 s)</source>
        <translation>正在重新连接迁移引擎…（%1 秒）</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of all disks: amount that is copied, amount in all</extracomment>
        <translation>%2 的%1</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>剩余 %1</translation>
    </message>
    <message>
        <source>Remaining time: %1</source>
        <translation>剩余时间：%1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>For screen readers: %1 the name of a number, %2 the number</extracomment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>%1 so far</source>
        <extracomment>A phase that is not over: %1 is how long it has been running</extracomment>
        <translation>已用时 %1</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Speed before compression</source>
        <translation>压缩前速度</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>限速</translation>
    </message>
    <message>
        <source>Average</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>已发送</translation>
    </message>
    <message>
        <source>Saved by compression</source>
        <translation>压缩节省</translation>
    </message>
    <message>
        <source>Elapsed</source>
        <translation>已用时间</translation>
    </message>
    <message>
        <source>Interruptions</source>
        <translation>中断次数</translation>
    </message>
    <message>
        <source>Data of the disks per second. Higher than the network&apos;s speed when compression helps.</source>
        <translation>每秒处理的磁盘数据量。压缩有效时会高于网络速度。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ResourceList</name>
    <message>
        <source>%1 %2</source>
        <extracomment>Something in the cloud: %1 what it is, %2 its id, %3 a region</extracomment>
        <translation>%1%2</translation>
    </message>
    <message>
        <source>%1 %2 in %3</source>
        <translation>%1 %2（%3）</translation>
    </message>
    <message>
        <source>kept on purpose</source>
        <translation>有意保留</translation>
    </message>
    <message>
        <source>price not known</source>
        <translation>价格未知</translation>
    </message>
    <message>
        <source>free</source>
        <translation>免费</translation>
    </message>
    <message>
        <source>%1 %2 a day</source>
        <extracomment>%1 a currency such as CNY, %2 an amount</extracomment>
        <translation>每天 %1 %2</translation>
    </message>
    <message>
        <source>Together at least %1</source>
        <extracomment>A sum of prices; %1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>合计至少 %1</translation>
    </message>
    <message>
        <source>Together %1</source>
        <translation>合计 %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 something in the cloud, %2 its price</extracomment>
        <translation>%1：%2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ResumePage</name>
    <message>
        <source>Discard the saved setup?</source>
        <translation>是否放弃已保存的配置？</translation>
    </message>
    <message>
        <source>Discard the saved setup? The imported source %1 stays registered.</source>
        <translation>是否放弃已保存的配置？已导入的迁移源 %1 将保持注册状态。</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>放弃(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>保留(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>继续(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Start over</source>
        <translation>重新开始(&amp;S)</translation>
    </message>
    <message>
        <source>Welcome back</source>
        <translation>欢迎回来</translation>
    </message>
    <message>
        <source>Everything you chose was saved but the activation code and the AccessKey pair. Continue leads back to the step you were on; Start over forgets the choices and begins anew. Neither changes anything on this server or in the cloud.</source>
        <translation>除激活码和 AccessKey 对外，您的所有选择均已保存。“继续”会返回您之前所在的步骤；“重新开始”会清除这些选择并从头开始。两者都不会更改此服务器或云端的任何内容。</translation>
    </message>
    <message>
        <source>Continue the setup from %1 at step “%2”?</source>
        <extracomment>%1 a date and time, %2 the name of a step such as “Settings”</extracomment>
        <translation>是否从步骤“%2”继续 %1 的设置？</translation>
    </message>
    <message>
        <source>The activation code or AccessKey pair was not saved and has to be entered again.</source>
        <translation>激活码或 AccessKey 对未保存，需要重新输入。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ReviewPage</name>
    <message>
        <source>wait until the migration has started</source>
        <translation>等待迁移启动</translation>
    </message>
    <message>
        <source>enter the activation code or an AccessKey pair again on the Connect page</source>
        <translation>在“连接”页面重新输入激活码或 AccessKey 对</translation>
    </message>
    <message>
        <source>wait until the plan is checked</source>
        <translation>等待计划检查完成</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What is wrong, and what to do</extracomment>
        <translation>%1%2</translation>
    </message>
    <message>
        <source>read the notice and choose “Got It”</source>
        <translation>阅读注意事项并单击“我知道了”</translation>
    </message>
    <message>
        <source>Speed limit: %1; compression: %2; checksum verification: %3</source>
        <translation>限速：%1；压缩：%2；校验和验证：%3</translation>
    </message>
    <message>
        <source>on</source>
        <translation>开启</translation>
    </message>
    <message>
        <source>off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>账号</translation>
    </message>
    <message>
        <source>by activation code</source>
        <translation>通过激活码</translation>
    </message>
    <message>
        <source>by AccessKey pair</source>
        <translation>通过 AccessKey 对</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>%1… in %2</source>
        <translation>%1…（%2）</translation>
    </message>
    <message>
        <source>On the way</source>
        <translation>中转</translation>
    </message>
    <message>
        <source>bucket %1 in %2</source>
        <translation>Bucket %1（%2）</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Public network</source>
        <translation>公网</translation>
    </message>
    <message>
        <source>VPC %1, vSwitch %2</source>
        <translation>VPC %1，vSwitch %2</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>传输</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>修改</translation>
    </message>
    <message>
        <source>Change: %1</source>
        <translation>修改：%1</translation>
    </message>
    <message>
        <source>Choose Change beside a line to go back to its page; nothing is lost. Save the plan on the Settings page to use it with edgeliftctl.</source>
        <translation>单击某一行旁的“修改”可返回对应页面，已填写的内容不会丢失。如需配合 edgeliftctl 使用计划，请在“设置”页面保存计划。</translation>
    </message>
    <message>
        <source>Costs: the transit instance, its disks and snapshots, and the bucket&apos;s storage and traffic are charged by the cloud while the migration runs; everything temporary is removed at the end. After an error they are kept for a retry and keep costing until you retry or cancel.</source>
        <translation>费用：迁移期间，云端会对中转实例及其磁盘和快照，以及 Bucket 的存储和流量计费；迁移结束时会清除所有临时资源。出错后临时资源会保留供重试，在您重试或取消之前持续计费。</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 and do not change its billing method during the migration. Leave the temporary image and the temporary objects in the bucket alone. The hardware changes: check licences after the migration.</source>
        <translation>迁移期间，请勿停止、启动、重启或释放中转实例 %1，也不要更改其计费方式。请勿改动临时镜像和 Bucket 中的临时对象。硬件会发生变化，迁移后请检查许可证。</translation>
    </message>
    <message>
        <source>&amp;Got It</source>
        <translation>我知道了(&amp;G)</translation>
    </message>
    <message>
        <source>Co&amp;py command</source>
        <translation>复制命令(&amp;P)</translation>
    </message>
    <message>
        <source>The same migration as a command for edgeliftctl</source>
        <translation>用 edgeliftctl 命令执行相同的迁移</translation>
    </message>
    <message>
        <source>Review and start</source>
        <translation>确认并启动</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>确认</translation>
    </message>
    <message>
        <source>Starting creates a paid transit instance in your account.</source>
        <translation>启动后将在您的账号中创建付费的中转实例。</translation>
    </message>
    <message>
        <source>&amp;Start migration</source>
        <translation>开始迁移(&amp;S)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsAdvanced</name>
    <message>
        <source>Reading from this server&apos;s disks: at most %1 MB/s</source>
        <translation>读取此服务器的磁盘：最高 %1 MB/s</translation>
    </message>
    <message>
        <source>Niceness: %1</source>
        <translation>Nice 值：%1</translation>
    </message>
    <message>
        <source>Does not stand back when this server&apos;s own disk accesses slow down</source>
        <translation>此服务器自身的磁盘访问变慢时不降速</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 days and times, %2 a speed such as 100 Mbit/s</extracomment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Set by the plan file:</source>
        <translation>由计划文件设置：</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>On</source>
        <translation>开启</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>&amp;Job name:</source>
        <translation>任务名称(&amp;J)：</translation>
    </message>
    <message>
        <source>&amp;Description:</source>
        <translation>描述(&amp;D)：</translation>
    </message>
    <message>
        <source>Speed &amp;limit (Mbit/s):</source>
        <translation>限速（Mbit/s）(&amp;L)：</translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>Com&amp;pression ratio (0 = none):</source>
        <translation>传输压缩率（0 表示不压缩）(&amp;P)：</translation>
    </message>
    <message>
        <source>Compression ratio as a number</source>
        <translation>传输压缩率数值</translation>
    </message>
    <message>
        <source>SSL-&amp;encrypted transmission:</source>
        <translation>SSL 加密传输(&amp;E)：</translation>
    </message>
    <message>
        <source>Licence t&amp;ype:</source>
        <translation>许可类型(&amp;Y)：</translation>
    </message>
    <message>
        <source>Ta&amp;gs:</source>
        <translation>标签(&amp;G)：</translation>
    </message>
    <message>
        <source>&amp;Intermediate instance type:</source>
        <translation>中转实例规格(&amp;I)：</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>If the type you choose is out of stock, the job cannot be created. Leave it empty to have one chosen.</source>
        <translation>如果所选规格库存不足，将无法创建任务。留空则自动选择。</translation>
    </message>
    <message>
        <source>&amp;Report diagnostic logs</source>
        <translation>上报诊断日志(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;What is sent?</source>
        <translation>会发送哪些内容？(&amp;W)</translation>
    </message>
    <message>
        <source>The log of this migration: phases, speeds, error codes, names of disks and cloud resources. No file contents, no file names, no codes, keys or passwords.</source>
        <translation>本次迁移的日志：阶段、速度、错误代码、磁盘和云资源的名称。不含文件内容、文件名、激活码、密钥或密码。</translation>
    </message>
    <message>
        <source>&amp;Modify disk partition</source>
        <translation>修改磁盘分区(&amp;M)</translation>
    </message>
    <message>
        <source>Choose disks, sizes and order yourself on the next page.</source>
        <translation>在下一页自行选择磁盘、大小和顺序。</translation>
    </message>
    <message>
        <source>&amp;Verify check sums</source>
        <translation>验证校验和(&amp;V)</translation>
    </message>
    <message>
        <source>More certain, but slower.</source>
        <translation>更可靠，但速度较慢。</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Wait for me before the &amp;final point</source>
        <translation>确定最终时间点前等待我确认(&amp;F)</translation>
    </message>
    <message>
        <source>The copy follows the server until you say so on the Migration page. Otherwise the final point is taken as soon as it is short.</source>
        <translation>在您于“迁移”页面确认之前，复制会一直跟随服务器。否则，一旦所需暂停时间足够短，就会确定最终时间点。</translation>
    </message>
    <message>
        <source>How long programs here may be kept from writing while the final point is taken. A server that writes much may need more.</source>
        <translation>确定最终时间点时，最多可暂停此处程序写入多长时间。写入量大的服务器可能需要更长时间。</translation>
    </message>
    <message>
        <source>Longest &amp;hold (s):</source>
        <translation>最长冻结时间（秒）(&amp;H)：</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>The ENS image is kept in the image storage region. Before that a temporary image is made in the transit region and lies in the transit bucket, which must be in the same region.

“Save plan” writes all of this to a file that edgeliftctl uses as well.</source>
        <translation>ENS 镜像保存在镜像存储地域。此前会先在中转地域创建临时镜像，并存放在中转 Bucket 中，该 Bucket 必须位于同一地域。

“保存计划”会将以上内容全部写入文件，edgeliftctl 也可使用该文件。</translation>
    </message>
    <message>
        <source>choose a bucket</source>
        <translation>请选择 Bucket</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>请更正已标出的内容</translation>
    </message>
    <message>
        <source>China (Beijing)</source>
        <translation>华北2（北京）</translation>
    </message>
    <message>
        <source>Singapore</source>
        <translation>新加坡</translation>
    </message>
    <message>
        <source>&amp;More configurations</source>
        <translation>更多配置(&amp;M)</translation>
    </message>
    <message numerus="yes">
        <source>&amp;More configurations (%n changed)</source>
        <translation>
            <numerusform>更多配置（已更改 %n 项）(&amp;M)</numerusform>
        </translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>加载中…</translation>
    </message>
    <message>
        <source>No bucket in %1. Create one in the OSS console, then refresh.</source>
        <translation>%1 没有 Bucket。请在 OSS 控制台创建，然后刷新。</translation>
    </message>
    <message>
        <source>The image is named %1.</source>
        <extracomment>%1 is the prefix with a time stamp behind it</extracomment>
        <translation>镜像将命名为 %1。</translation>
    </message>
    <message>
        <source>&amp;Image storage region:</source>
        <translation>镜像存储地域(&amp;I)：</translation>
    </message>
    <message>
        <source>Image &amp;name prefix:</source>
        <translation>镜像名称前缀(&amp;N)：</translation>
    </message>
    <message>
        <source>&amp;Transit region:</source>
        <translation>中转地域(&amp;T)：</translation>
    </message>
    <message>
        <source>Transit &amp;bucket:</source>
        <translation>中转 Bucket(&amp;B)：</translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation>刷新(&amp;R)</translation>
    </message>
    <message>
        <source>Refresh buckets and networks</source>
        <translation>刷新 Bucket 和网络</translation>
    </message>
    <message>
        <source>Network type:</source>
        <translation>网络类型：</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::StepList</name>
    <message>
        <source>Steps</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>%1, current step</source>
        <translation>%1，当前步骤</translation>
    </message>
    <message>
        <source>%1, visited</source>
        <translation>%1，已访问</translation>
    </message>
    <message>
        <source>%1, later</source>
        <translation>%1，未开始</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>A step of the wizard: %1 its number, %2 its name</extracomment>
        <translation>%1%2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SweepChart</name>
    <message>
        <source>Speed of the last 10 minutes</source>
        <translation>最近 10 分钟的速度</translation>
    </message>
    <message>
        <source>No speed was measured yet.</source>
        <translation>尚未测得速度。</translation>
    </message>
    <message>
        <source>Disk speed now %1, network speed now %2, highest disk speed of the last 10 minutes %3.</source>
        <extracomment>Read by screen readers instead of the graph</extracomment>
        <translation>当前磁盘速度 %1，当前网络速度 %2，最近 10 分钟最高磁盘速度 %3。</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Top: %1</source>
        <extracomment>The upper edge of a graph of speeds; %1 is a speed</extracomment>
        <translation>上限：%1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsForm</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>还有 %n 个。</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>添加(&amp;A)</translation>
    </message>
    <message>
        <source>Add a tag</source>
        <translation>添加标签</translation>
    </message>
    <message>
        <source>Remo&amp;ve</source>
        <translation>移除(&amp;V)</translation>
    </message>
    <message>
        <source>Remove this tag</source>
        <translation>移除此标签</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsModel</name>
    <message>
        <source>Key</source>
        <translation>键</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TargetRow</name>
    <message>
        <source>not migrated</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation>不迁移</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>可用 %1</translation>
    </message>
    <message>
        <source>LVM</source>
        <extracomment>%1 the name of a volume group such as vg1</extracomment>
        <translation>LVM</translation>
    </message>
    <message>
        <source>LVM %1</source>
        <translation>LVM %1</translation>
    </message>
    <message>
        <source>LVM on %1</source>
        <extracomment>%1 a disk, for screen readers</extracomment>
        <translation>%1 上的 LVM</translation>
    </message>
    <message>
        <source> GiB</source>
        <extracomment>the unit behind a number that is typed</extracomment>
        <translation> GiB</translation>
    </message>
    <message>
        <source>Size of %1 in GiB</source>
        <extracomment>%1 a disk, for screen readers</extracomment>
        <translation>%1 的大小（GiB）</translation>
    </message>
    <message>
        <source>%1 to %2 are possible.</source>
        <translation>可设为 %1 至 %2。</translation>
    </message>
    <message>
        <source>min. %1</source>
        <extracomment>%1 the smallest possible size</extracomment>
        <translation>最小 %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ToDoList</name>
    <message>
        <source>To continue you need to:</source>
        <translation>继续之前，请先：</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <extracomment>Below a list of things to do</extracomment>
        <translation>
            <numerusform>以及其他 %n 项</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::VolumeDelegate</name>
    <message>
        <source>%1 of %2</source>
        <extracomment>%1 a column such as “Size”, %2 the row&apos;s name, for screen readers</extracomment>
        <translation>%2 的%1</translation>
    </message>
    <message>
        <source>Block by block</source>
        <translation>逐块复制</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>逐文件复制</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WaitLine</name>
    <message>
        <source>S&amp;top</source>
        <translation>停止(&amp;T)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WelcomePage</name>
    <message>
        <source>Edgelift copies the disks of a Linux server into the cloud and makes an image for Edge Node Service (ENS) of them. Nothing is changed or charged before you choose Start migration on the Review page.</source>
        <translation>Edgelift 将 Linux 服务器的磁盘复制到云端，并制作成边缘节点服务 (ENS) 镜像。在“确认”页面单击“开始迁移”之前，不会进行任何更改或产生费用。</translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation>语言(&amp;L)：</translation>
    </message>
    <message>
        <source>1. You choose what is migrated and where to.
2. Edgelift makes a temporary transit instance, copies the disks to it, makes an ECS image, exports it to an OSS bucket and imports it into ENS. Then it removes everything temporary.
3. You create the ENS instance from the finished image.</source>
        <translation>1. 您选择迁移内容和目标位置。
2. Edgelift 创建临时中转实例，将磁盘复制到该实例，制作 ECS 镜像，导出到 OSS 存储空间 (Bucket) 并导入 ENS，最后清除所有临时资源。
3. 您使用制作完成的镜像创建 ENS 实例。</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>限制</translation>
    </message>
    <message>
        <source>Only Linux servers with x86 processors: physical servers, virtual machines, and servers of other clouds.</source>
        <translation>仅支持 x86 处理器的 Linux 服务器：物理服务器、虚拟机和其他云平台的服务器。</translation>
    </message>
    <message>
        <source>At most %1 data disks, each at most %2.</source>
        <translation>最多 %1 块数据盘，每块最大 %2。</translation>
    </message>
    <message>
        <source>ENS images are imported in China (Beijing) and Singapore only.</source>
        <translation>仅支持在华北2（北京）和新加坡导入 ENS 镜像。</translation>
    </message>
    <message>
        <source>The image may have at most %1 after compression, system disk and data disks together.</source>
        <translation>压缩后的镜像最大为 %1，包含系统盘和数据盘。</translation>
    </message>
    <message>
        <source>ECS, OSS and ENS must be activated in the account, and ECS must be allowed to write to OSS.</source>
        <translation>账号须已开通 ECS、OSS 和 ENS，并已授权 ECS 写入 OSS。</translation>
    </message>
    <message>
        <source>Costs</source>
        <translation>费用</translation>
    </message>
    <message>
        <source>Edgelift is free. What is used on the way is charged by the cloud: one pay-as-you-go transit instance with its disks and snapshots.</source>
        <translation>Edgelift 免费。迁移过程中使用的云资源由云端计费：一台按量付费的中转实例及其磁盘和快照。</translation>
    </message>
    <message>
        <source>The temporary image in the OSS bucket costs storage, requests and outbound traffic.</source>
        <translation>OSS Bucket 中的临时镜像会产生存储、请求和外网流出流量费用。</translation>
    </message>
    <message>
        <source>Importing the ENS image and creating an ENS instance are charged by ENS.</source>
        <translation>导入 ENS 镜像和创建 ENS 实例由 ENS 计费。</translation>
    </message>
    <message>
        <source>After an error the transit instance is kept so that you can retry, and keeps costing until you retry or cancel.</source>
        <translation>出错后会保留中转实例供您重试，在您重试或取消之前持续计费。</translation>
    </message>
    <message>
        <source>Consequences</source>
        <translation>影响</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 during the migration.</source>
        <translation>迁移期间，请勿停止、启动、重启或释放中转实例 %1。</translation>
    </message>
    <message>
        <source>Leave the temporary ECS image and the temporary objects in the bucket alone; they are removed at the end.</source>
        <translation>请勿改动临时 ECS 镜像和 Bucket 中的临时对象，迁移结束时会自动清除。</translation>
    </message>
    <message>
        <source>The hardware changes: licences bound to it may become invalid. Check them after the migration.</source>
        <translation>硬件会发生变化，与硬件绑定的许可证可能失效。迁移后请检查。</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>术语</translation>
    </message>
    <message>
        <source>ENS, Edge Node Service: servers in data centers near their users.</source>
        <translation>ENS（边缘节点服务）：位于用户附近数据中心的服务器。</translation>
    </message>
    <message>
        <source>OSS, Object Storage Service: holds files in buckets.</source>
        <translation>OSS（对象存储）：将文件存放在存储空间 (Bucket) 中。</translation>
    </message>
    <message>
        <source>Transit instance: a temporary ECS instance that receives the disks.</source>
        <translation>中转实例：用于接收磁盘数据的临时 ECS 实例。</translation>
    </message>
    <message>
        <source>Activation code: lets this server register itself without an AccessKey pair.</source>
        <translation>激活码：无需 AccessKey 对即可注册此服务器。</translation>
    </message>
    <message>
        <source>Move this server into an ENS image</source>
        <translation>将此服务器迁移为 ENS 镜像</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>欢迎</translation>
    </message>
    <message>
        <source>The server keeps running meanwhile. Nothing on it is changed before you agree to it.</source>
        <translation>迁移期间服务器会持续运行。在您同意之前，不会更改服务器上的任何内容。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::Wizard</name>
    <message>
        <source>&amp;Start the engine</source>
        <translation>启动引擎(&amp;S)</translation>
    </message>
    <message>
        <source>Migration %1 continues in the background. Start “edgelift” again to watch it.</source>
        <translation>迁移 %1 将在后台继续。再次启动“edgelift”即可查看。</translation>
    </message>
    <message>
        <source>&amp;Ask for permission</source>
        <translation>请求授权(&amp;A)</translation>
    </message>
    <message>
        <source>The settings of the last migration are here again, and what is left of it is being removed. Start when you are ready.</source>
        <translation>已恢复上次迁移的设置，正在移除其残留的资源。准备就绪后即可开始。</translation>
    </message>
    <message>
        <source>Migration %1 waits, and what it made in the cloud keeps costing. Start “edgelift” again to go on or to clean up.</source>
        <translation>迁移 %1 正在等待，其在云端创建的资源会持续计费。请再次启动“edgelift”以继续或清理。</translation>
    </message>
</context>
</TS>
