<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_TW" sourcelanguage="en">
<context>
    <name>ActivationCode</name>
    <message>
        <source>“%1” (character %2)</source>
        <extracomment>%1 is one character of an activation code, %2 its place in the code</extracomment>
        <translation>「%1」（第 %2 個字元）</translation>
    </message>
    <message>
        <source>a part is missing</source>
        <translation>缺少一部分</translation>
    </message>
    <message>
        <source>the address in it is not valid</source>
        <translation>其中的位址無效</translation>
    </message>
    <message>
        <source>it is longer than %1 characters</source>
        <translation>長度超過 %1 個字元</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>內容空白</translation>
    </message>
    <message>
        <source>it does not begin with EL1</source>
        <translation>不是以 EL1 開頭</translation>
    </message>
    <message>
        <source>the end is missing</source>
        <translation>缺少結尾部分</translation>
    </message>
    <message>
        <source>the check sum does not match</source>
        <translation>總和檢查碼不符</translation>
    </message>
</context>
<context>
    <name>ConversionNote</name>
    <message>
        <source>The service %2 of the old platform (%1) no longer starts. It is still installed.</source>
        <translation>原平台（%1）的服務 %2 不再啟動，但仍保持安裝。</translation>
    </message>
    <message>
        <source>The system is built for %1; instances are x86_64.</source>
        <translation>系統為 %1 架構，而執行個體為 x86_64 架構。</translation>
    </message>
    <message>
        <source>No boot entry was found. Run the distribution&apos;s boot loader configuration on the source, then migrate again.</source>
        <translation>找不到開機項目。請在遷移來源上執行該發行版的開機載入程式設定，然後重新遷移。</translation>
    </message>
    <message>
        <source>The boot loader “%1” cannot be made to start on the target. Install GRUB 2 on the source, then migrate again.</source>
        <translation>無法使開機載入程式「%1」在目標上啟動。請在遷移來源上安裝 GRUB 2，然後重新遷移。</translation>
    </message>
    <message>
        <source>The encrypted volume %1 on %2 is not in the image; its line in /etc/crypttab is out of effect.</source>
        <translation>%2 上的加密磁碟區 %1 不在映像中；其在 /etc/crypttab 中的項目已停用。</translation>
    </message>
    <message>
        <source>The default kernel %1 has neither drivers for virtio disks built in nor an initramfs. Make one on the source, then migrate again.</source>
        <translation>預設核心 %1 既未內建 virtio 磁碟驅動程式，也沒有 initramfs。請在遷移來源上產生 initramfs，然後重新遷移。</translation>
    </message>
    <message>
        <source>The default kernel %1 has no drivers for virtio disks. Install a kernel that has them on the source, then migrate again.</source>
        <translation>預設核心 %1 沒有 virtio 磁碟驅動程式。請在遷移來源上安裝包含這些驅動程式的核心，然後重新遷移。</translation>
    </message>
    <message>
        <source>%1 names %2, which is another disk or none on the new machine. Change it there.</source>
        <translation>%1 參照了 %2，該磁碟在新機器上是另一個磁碟或不存在。請在新機器上修改。</translation>
    </message>
    <message>
        <source>A boot entry in %1 starts from %2, which is not this image&apos;s root filesystem. It was left as it is.</source>
        <translation>%1 中的一個開機項目從 %2 開機，該位置不是此映像的根檔案系統。該開機項目維持原狀。</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but no EFI system partition with a loader was found.</source>
        <translation>映像將以 UEFI 開機，但找不到包含開機載入程式的 EFI 系統分割區。</translation>
    </message>
    <message>
        <source>%1 is not a plain file of usual size. It was left as it is.</source>
        <translation>%1 不是大小正常的一般檔案，已維持原狀。</translation>
    </message>
    <message>
        <source>%1 starts with the system. Make sure that it lets you in at the new address.</source>
        <translation>%1 會隨系統啟動。請確認它允許您透過新位址存取。</translation>
    </message>
    <message>
        <source>/etc/fstab is not a plain file of usual size. Mend it on the source, then migrate again.</source>
        <translation>/etc/fstab 不是大小正常的一般檔案。請在遷移來源上修正，然後重新遷移。</translation>
    </message>
    <message>
        <source>/etc/fstab mounts %1 at %2, which the image does not have. The system would stop while starting.</source>
        <translation>/etc/fstab 將映像中沒有的 %1 掛載至 %2。系統會在開機過程中停住。</translation>
    </message>
    <message>
        <source>%1 has no room for the new kernel arguments. Shorten kernelopts there on the source, then migrate again.</source>
        <translation>%1 沒有空間容納新的核心參數。請在遷移來源上縮短其中的 kernelopts，然後重新遷移。</translation>
    </message>
    <message>
        <source>The system starts by GRUB Legacy (0.97), which cannot find its root filesystem by UUID and is not supported. Change to GRUB 2 on the source, then migrate again.</source>
        <translation>系統由 GRUB Legacy (0.97) 開機，它無法透過 UUID 尋找根檔案系統，因此不受支援。請在遷移來源上改用 GRUB 2，然後重新遷移。</translation>
    </message>
    <message>
        <source>The copy has a new machine-id but still the SSH host keys of its original. Make new ones with “ssh-keygen -A” after deleting the old ones.</source>
        <translation>複本具有新的 machine-id，但仍使用原伺服器的 SSH 主機金鑰。請刪除舊金鑰，然後使用「ssh-keygen -A」產生新金鑰。</translation>
    </message>
    <message>
        <source>Machine-id and SSH host keys were kept: the server moves. Do not run it beside its original.</source>
        <translation>已保留 machine-id 和 SSH 主機金鑰，因為此伺服器是整體搬遷。請勿與原伺服器同時執行。</translation>
    </message>
    <message>
        <source>A new initramfs for kernel %1 could not be made (%2). The old one was kept; this kernel may not start.</source>
        <translation>無法為核心 %1 產生新的 initramfs（%2）。已保留舊的 initramfs；該核心可能無法啟動。</translation>
    </message>
    <message>
        <source>The system has no program to make a new initramfs. The old ones start on virtio disks and were kept.</source>
        <translation>系統沒有用來產生新 initramfs 的程式。舊的 initramfs 可從 virtio 磁碟開機，已保留。</translation>
    </message>
    <message>
        <source>Kernel %1 has neither drivers for virtio disks built in nor an initramfs; it will not start.</source>
        <translation>核心 %1 既未內建 virtio 磁碟驅動程式，也沒有 initramfs，將無法啟動。</translation>
    </message>
    <message>
        <source>The initramfs has no drivers for virtio disks, and the system has neither dracut, initramfs-tools nor mkinitrd. Install one of them on the source, then migrate again.</source>
        <translation>initramfs 不含 virtio 磁碟驅動程式，且系統沒有 dracut、initramfs-tools 或 mkinitrd。請在遷移來源上安裝其中之一，然後重新遷移。</translation>
    </message>
    <message>
        <source>A new initramfs for the default kernel %1 could not be made (%2). Make one with virtio_blk and virtio_pci on the source, then migrate again.</source>
        <translation>無法為預設核心 %1 產生新的 initramfs（%2）。請在遷移來源上產生包含 virtio_blk 和 virtio_pci 的 initramfs，然後重新遷移。</translation>
    </message>
    <message>
        <source>A boot entry in %1 names %2, which is not in /boot.</source>
        <translation>%1 中的一個開機項目參照了 %2，但 /boot 中沒有該檔案。</translation>
    </message>
    <message>
        <source>No kernel was found in /boot.</source>
        <translation>在 /boot 中找不到核心。</translation>
    </message>
    <message>
        <source>Kernel %1 has no drivers for virtio disks; it will not start. It is not the default.</source>
        <translation>核心 %1 沒有 virtio 磁碟驅動程式，將無法啟動。該核心不是預設核心。</translation>
    </message>
    <message>
        <source>The plan puts volumes on LVM, but the system has no LVM programs. Install lvm2 on the source or choose plain partitions.</source>
        <translation>計畫將磁碟區放在 LVM 上，但系統沒有 LVM 程式。請在遷移來源上安裝 lvm2，或選擇一般分割區。</translation>
    </message>
    <message>
        <source>%1 (%2) comes from another machine. The system now starts also when it cannot be had.</source>
        <translation>%1（%2）來自其他電腦。現在即使無法存取它，系統也能啟動。</translation>
    </message>
    <message>
        <source>%1 (%2) is not in the image; it is no longer mounted.</source>
        <translation>%1（%2）不在映像中，不再掛載。</translation>
    </message>
    <message>
        <source>What %1 (%2) stands for in the image is not known. The system now starts also without it.</source>
        <translation>無法確定 %1（%2）在映像中對應什麼。現在即使沒有它，系統也能啟動。</translation>
    </message>
    <message>
        <source>The name server %1 is set by hand. Check that it answers from the new place.</source>
        <translation>名稱伺服器 %1 為手動設定。請檢查它在新位置是否有回應。</translation>
    </message>
    <message>
        <source>Several services manage the network: %1. Keep one of them.</source>
        <translation>有多個服務管理網路：%1。請僅保留其中一個。</translation>
    </message>
    <message>
        <source>The way out leads over %1, a bond, bridge or VLAN. Its settings were left as they are; the image may not be reachable until you change them or let Edgelift replace them by plain DHCP.</source>
        <translation>對外網路經由 %1（bond、橋接器或 VLAN）。其設定維持原狀；在您變更這些設定或讓 Edgelift 將其取代為一般 DHCP 之前，映像可能無法連線。</translation>
    </message>
    <message>
        <source>No network settings that Edgelift knows were found. The image may not be reachable.</source>
        <translation>找不到 Edgelift 可識別的網路設定。映像可能無法連線。</translation>
    </message>
    <message>
        <source>The network interface %1 is no longer started by itself: the new machine may not have it.</source>
        <translation>網路介面 %1 不再自動啟動：新機器可能沒有該介面。</translation>
    </message>
    <message>
        <source>%1 needs a processor of level %2. Choose an instance type that has it.</source>
        <translation>%1 需要 %2 等級的處理器。請選擇符合需求的執行個體規格。</translation>
    </message>
    <message>
        <source>/etc/resolv.conf leads to %1, but systemd-resolved does not start with the system.</source>
        <translation>/etc/resolv.conf 指向 %1，但 systemd-resolved 不隨系統啟動。</translation>
    </message>
    <message>
        <source>No boot entry names the image&apos;s root filesystem.</source>
        <translation>沒有開機項目參照映像的根檔案系統。</translation>
    </message>
    <message>
        <source>The plan has no volume for the root filesystem.</source>
        <translation>計畫中沒有用於根檔案系統的磁碟區。</translation>
    </message>
    <message>
        <source>The routes in %1 belong to the old network and are out of effect.</source>
        <translation>%1 中的路由屬於原網路，已停用。</translation>
    </message>
    <message>
        <source>SELinux labels are restored when the image starts for the first time. That can take several minutes, and the system restarts once.</source>
        <translation>映像首次開機時會還原 SELinux 標籤。此過程可能需要幾分鐘，系統會重新啟動一次。</translation>
    </message>
    <message>
        <source>No SSH server starts with the system.</source>
        <translation>沒有隨系統啟動的 SSH 伺服器。</translation>
    </message>
    <message>
        <source>SSH is restricted by an address in %1: “%2”. Check that it lets you in at the new address.</source>
        <translation>%1 中依位址限制了 SSH：「%2」。請檢查它是否允許您透過新位址存取。</translation>
    </message>
    <message>
        <source>The swap area %2 is not in the image; it is no longer used.</source>
        <translation>置換區 %2 不在映像中，不再使用。</translation>
    </message>
    <message>
        <source>The distribution “%1” is not one Edgelift was made for. What is common to all was done; test the image well.</source>
        <translation>Edgelift 並非為發行版「%1」設計。已完成各發行版通用的處理；請充分測試映像。</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but the EFI system partition has no loader for x86_64.</source>
        <translation>映像將以 UEFI 開機，但 EFI 系統分割區沒有 x86_64 的開機載入程式。</translation>
    </message>
    <message>
        <source>The EFI system partition could not be looked into. If it has no EFI\BOOT\BOOTX64.EFI, the image does not start.</source>
        <translation>無法檢查 EFI 系統分割區的內容。如果其中沒有 EFI\BOOT\BOOTX64.EFI，映像將無法開機。</translation>
    </message>
</context>
<context>
    <name>ErrorText</name>
    <message>
        <source>Something went wrong inside Edgelift</source>
        <translation>Edgelift 內部發生錯誤</translation>
    </message>
    <message>
        <source>An internal check failed.</source>
        <translation>內部檢查未通過。</translation>
    </message>
    <message>
        <source>Save the diagnostics and report them with the code above.</source>
        <translation>請儲存診斷資訊，並附上述錯誤碼回報。</translation>
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
        <translation>請加上 --help 執行該命令，以查看所需參數。</translation>
    </message>
    <message>
        <source>Not permitted</source>
        <translation>沒有權限</translation>
    </message>
    <message>
        <source>%1 needs administrator rights.</source>
        <translation>%1 需要系統管理員權限。</translation>
    </message>
    <message>
        <source>Run the command again as root, for example with sudo.</source>
        <translation>請以 root 身分重新執行該命令，例如使用 sudo。</translation>
    </message>
    <message>
        <source>A program is missing</source>
        <translation>缺少程式</translation>
    </message>
    <message>
        <source>The program %1 was not found.</source>
        <translation>找不到程式 %1。</translation>
    </message>
    <message>
        <source>Install %1 and retry.</source>
        <translation>請安裝 %1 後重試。</translation>
    </message>
    <message>
        <source>A program failed</source>
        <translation>程式執行失敗</translation>
    </message>
    <message>
        <source>%1 ended with an error.</source>
        <translation>%1 異常結束。</translation>
    </message>
    <message>
        <source>Read the log for what it printed, mend the cause and retry.</source>
        <translation>請查看日誌中的程式輸出，排除原因後重試。</translation>
    </message>
    <message>
        <source>A program did not finish</source>
        <translation>程式未執行完成</translation>
    </message>
    <message>
        <source>%1 took longer than it may.</source>
        <translation>%1 的執行時間超過上限。</translation>
    </message>
    <message>
        <source>Check that the machine is not overloaded, then retry.</source>
        <translation>請確認機器負載未過高，然後重試。</translation>
    </message>
    <message>
        <source>There is no space left</source>
        <translation>磁碟空間不足</translation>
    </message>
    <message>
        <source>No space is left in %1.</source>
        <translation>%1 中已沒有可用空間。</translation>
    </message>
    <message>
        <source>Free some space there, then retry. What was done is kept.</source>
        <translation>請釋出空間後重試。已完成的內容會保留。</translation>
    </message>
    <message>
        <source>A file could not be read</source>
        <translation>無法讀取檔案</translation>
    </message>
    <message>
        <source>%1 could not be read.</source>
        <translation>無法讀取 %1。</translation>
    </message>
    <message>
        <source>Check that the file exists and may be read, then retry.</source>
        <translation>請確認檔案存在且具有讀取權限，然後重試。</translation>
    </message>
    <message>
        <source>A file could not be written</source>
        <translation>無法寫入檔案</translation>
    </message>
    <message>
        <source>%1 could not be written.</source>
        <translation>無法寫入 %1。</translation>
    </message>
    <message>
        <source>Check the folder&apos;s rights and free space, then retry.</source>
        <translation>請檢查該資料夾的權限和可用空間，然後重試。</translation>
    </message>
    <message>
        <source>The migration journal is damaged</source>
        <translation>遷移日誌已損毀</translation>
    </message>
    <message>
        <source>The journal %1 cannot be trusted.</source>
        <translation>遷移日誌 %1 不可信任。</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again; nothing on the source was changed.</source>
        <translation>請取消本次遷移並重新開始；遷移來源未被變更。</translation>
    </message>
    <message>
        <source>Saved state is damaged</source>
        <translation>儲存的狀態已損毀</translation>
    </message>
    <message>
        <source>%1 cannot be trusted.</source>
        <translation>%1 不可信任。</translation>
    </message>
    <message>
        <source>Move the file away and start again; nothing on the source was changed.</source>
        <translation>請移走該檔案並重新開始；遷移來源未被變更。</translation>
    </message>
    <message>
        <source>The plan file cannot be read</source>
        <translation>無法讀取計畫檔案</translation>
    </message>
    <message>
        <source>%1 is not a plan file: %2.</source>
        <translation>%1 不是計畫檔案：%2。</translation>
    </message>
    <message>
        <source>Make a new plan with “edgeliftctl plan new”, or mend the file at that place.</source>
        <translation>請使用「edgeliftctl plan new」建立新計畫，或修正檔案中的該處內容。</translation>
    </message>
    <message>
        <source>The plan has an unknown setting</source>
        <translation>計畫中有未知設定</translation>
    </message>
    <message>
        <source>The plan has the unknown key “%1”.</source>
        <translation>計畫中有未知的鍵「%1」。</translation>
    </message>
    <message>
        <source>Did you mean “%2”? Correct the key or remove it.</source>
        <translation>是否應為「%2」？請更正或移除該鍵。</translation>
    </message>
    <message>
        <source>The plan was made by another version</source>
        <translation>計畫由其他版本建立</translation>
    </message>
    <message>
        <source>The plan has version %1; this program reads version %2.</source>
        <translation>計畫的版本為 %1，本程式支援的版本為 %2。</translation>
    </message>
    <message>
        <source>Make a new plan with this program, or use the program that made the plan.</source>
        <translation>請使用本程式建立新計畫，或使用建立該計畫的程式。</translation>
    </message>
    <message>
        <source>The plan has an impossible value</source>
        <translation>計畫中有無效的值</translation>
    </message>
    <message>
        <source>%1 cannot be “%2”. Allowed: %3.</source>
        <translation>%1 不能為「%2」。允許的值：%3。</translation>
    </message>
    <message>
        <source>Change the value in the plan and validate it again.</source>
        <translation>請變更計畫中的該值並重新驗證。</translation>
    </message>
    <message>
        <source>The plan breaks a rule</source>
        <translation>計畫不符合規則</translation>
    </message>
    <message>
        <source>Change the plan as described and validate it again.</source>
        <translation>請依說明變更計畫並重新驗證。</translation>
    </message>
    <message>
        <source>The plan belongs to another server</source>
        <translation>計畫屬於其他伺服器</translation>
    </message>
    <message>
        <source>The plan names %1, which this source does not have.</source>
        <translation>計畫中的 %1 不存在於此遷移來源。</translation>
    </message>
    <message>
        <source>Make a new plan for this source with “edgeliftctl plan new”.</source>
        <translation>請使用「edgeliftctl plan new」為此遷移來源建立新計畫。</translation>
    </message>
    <message>
        <source>This change of the disk layout is not available</source>
        <translation>無法這樣變更磁碟配置</translation>
    </message>
    <message>
        <source>A disk of the source could not be read</source>
        <translation>無法讀取遷移來源的磁碟</translation>
    </message>
    <message>
        <source>Reading %1 failed.</source>
        <translation>讀取 %1 失敗。</translation>
    </message>
    <message>
        <source>Check the disk&apos;s health and the file&apos;s rights, then retry. What was already sent is kept.</source>
        <translation>請檢查磁碟健康狀況和檔案權限，然後重試。已傳輸的資料會保留。</translation>
    </message>
    <message>
        <source>A disk of the source was not found</source>
        <translation>找不到遷移來源的磁碟</translation>
    </message>
    <message>
        <source>%1 does not exist.</source>
        <translation>%1 不存在。</translation>
    </message>
    <message>
        <source>Check the path of the disk, then start again.</source>
        <translation>請檢查磁碟路徑，然後重新開始。</translation>
    </message>
    <message>
        <source>The disk is empty</source>
        <translation>磁碟是空的</translation>
    </message>
    <message>
        <source>%1 has no content.</source>
        <translation>%1 沒有內容。</translation>
    </message>
    <message>
        <source>Choose the right disk image.</source>
        <translation>請選擇正確的磁碟映像檔。</translation>
    </message>
    <message>
        <source>The source changed during the migration</source>
        <translation>遷移來源在遷移期間發生變更</translation>
    </message>
    <message>
        <source>%1 is no longer what it was when the migration began.</source>
        <translation>%1 與遷移開始時不一致。</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk image, then start the migration again.</source>
        <translation>請確認沒有程式寫入該磁碟映像檔，然後重新開始遷移。</translation>
    </message>
    <message>
        <source>The disk image is in use</source>
        <translation>磁碟映像檔正在使用中</translation>
    </message>
    <message>
        <source>%1 is in use by another program.</source>
        <translation>%1 正由其他程式使用。</translation>
    </message>
    <message>
        <source>Shut the virtual machine down or choose a copy of its disk, then retry.</source>
        <translation>請將虛擬機器關機或選擇其磁碟的複本，然後重試。</translation>
    </message>
    <message>
        <source>The format of the disk image is not supported</source>
        <translation>不支援該磁碟映像檔格式</translation>
    </message>
    <message>
        <source>%1 has the format %2. Raw and qcow2 images can be read.</source>
        <translation>%1 的格式為 %2。僅支援讀取 raw 和 qcow2 格式。</translation>
    </message>
    <message>
        <source>Convert the image with “qemu-img convert -O qcow2” and start again.</source>
        <translation>請使用「qemu-img convert -O qcow2」轉換該檔案，然後重新開始。</translation>
    </message>
    <message>
        <source>The partition table is damaged</source>
        <translation>分割表已損毀</translation>
    </message>
    <message>
        <source>The partition table of %1 cannot be used: %2.</source>
        <translation>%1 的分割表無法使用：%2。</translation>
    </message>
    <message>
        <source>Repair the table (for example with “sgdisk --verify” or “sfdisk --verify”), then start again.</source>
        <translation>請修復分割表（例如使用「sgdisk --verify」或「sfdisk --verify」），然後重新開始。</translation>
    </message>
    <message>
        <source>The partition table refers to itself</source>
        <translation>分割表循環參照</translation>
    </message>
    <message>
        <source>The extended partitions of %1 form a loop.</source>
        <translation>%1 的延伸分割區形成循環。</translation>
    </message>
    <message>
        <source>Repair the partition table with “sfdisk”, then start again.</source>
        <translation>請使用「sfdisk」修復分割表，然後重新開始。</translation>
    </message>
    <message>
        <source>This is not a Linux server</source>
        <translation>此伺服器不是 Linux 伺服器</translation>
    </message>
    <message>
        <source>No Linux system was found on %1.</source>
        <translation>在 %1 上找不到 Linux 系統。</translation>
    </message>
    <message>
        <source>Only Linux servers can become ENS images. Choose the disk that holds the Linux system.</source>
        <translation>僅 Linux 伺服器可製作成 ENS 映像。請選擇 Linux 系統所在的磁碟。</translation>
    </message>
    <message>
        <source>The processor architecture is not supported</source>
        <translation>不支援此處理器架構</translation>
    </message>
    <message>
        <source>The system on %1 is made for %2.</source>
        <translation>%1 上的系統適用於 %2 架構。</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>僅 x86-64 伺服器可製作成 ENS 映像。</translation>
    </message>
    <message>
        <source>Too many data disks</source>
        <translation>資料磁碟數量過多</translation>
    </message>
    <message>
        <source>%1 data disks would be migrated, at most 4 are possible.</source>
        <translation>預計遷移 %1 個資料磁碟，最多支援 4 個。</translation>
    </message>
    <message>
        <source>Leave out disks: set all volumes of a disk to “migrate”: false in the plan.</source>
        <translation>請排除部分磁碟：在計畫中將該磁碟的所有磁碟區設為 “migrate”: false。</translation>
    </message>
    <message>
        <source>A data disk is too large</source>
        <translation>資料磁碟過大</translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. %1 has %2.</source>
        <translation>ENS 映像的單一資料磁碟最大為 500 GiB。%1 的大小為 %2。</translation>
    </message>
    <message>
        <source>Leave the disk out, or make it smaller.</source>
        <translation>請排除該磁碟或縮小其容量。</translation>
    </message>
    <message>
        <source>The root filesystem was not found</source>
        <translation>找不到根檔案系統</translation>
    </message>
    <message>
        <source>No volume of %1 can be mounted as “/”.</source>
        <translation>%1 中沒有可掛載為「/」的磁碟區。</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>請選擇伺服器的開機磁碟。</translation>
    </message>
    <message>
        <source>A filesystem is damaged</source>
        <translation>檔案系統已損毀</translation>
    </message>
    <message>
        <source>The filesystem on %1 cannot be read: %2.</source>
        <translation>無法讀取 %1 上的檔案系統：%2。</translation>
    </message>
    <message>
        <source>Check it with the filesystem&apos;s own repair program, then start again.</source>
        <translation>請使用該檔案系統本身的修復程式檢查，然後重新開始。</translation>
    </message>
    <message>
        <source>A volume cannot be migrated</source>
        <translation>該磁碟區無法遷移</translation>
    </message>
    <message>
        <source>%1 is of a kind that cannot be migrated: %2.</source>
        <translation>不支援遷移 %1 這種類型的磁碟區：%2。</translation>
    </message>
    <message>
        <source>Leave the volume out, or change it on the source.</source>
        <translation>請排除該磁碟區，或在遷移來源上進行調整。</translation>
    </message>
    <message>
        <source>No boot loader was found</source>
        <translation>找不到開機載入程式</translation>
    </message>
    <message>
        <source>%1 has no boot loader that the image could start with.</source>
        <translation>%1 沒有可用來啟動映像的開機載入程式。</translation>
    </message>
    <message>
        <source>Install GRUB on the source&apos;s system disk, then start again.</source>
        <translation>請在遷移來源的系統磁碟上安裝 GRUB，然後重新開始。</translation>
    </message>
    <message>
        <source>Drivers for the cloud are missing</source>
        <translation>缺少雲端所需的驅動程式</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>核心 %1 的啟動檔案不含 virtio 驅動程式。</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>請重建包含 virtio_blk、virtio_pci 和 virtio_net 的 initramfs，然後重新檢查。</translation>
    </message>
    <message>
        <source>The source does not read the same twice</source>
        <translation>遷移來源的兩次讀取結果不一致</translation>
    </message>
    <message>
        <source>%2 blocks of %1 had another content each time they were read.</source>
        <translation>%1 中有 %2 個區塊每次讀取的內容都不同。</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk. Then test the source server&apos;s memory (RAM) and the disk&apos;s health, and start again.</source>
        <translation>請確認沒有程式寫入該磁碟，然後檢測來源伺服器的記憶體 (RAM) 和磁碟健康狀況，再重新開始。</translation>
    </message>
    <message>
        <source>The transit instance does not answer</source>
        <translation>中轉執行個體沒有回應</translation>
    </message>
    <message>
        <source>%1 cannot be reached on port %2.</source>
        <translation>無法連線至 %1 的連接埠 %2。</translation>
    </message>
    <message>
        <source>Allow outgoing connections to ports 8080 and 8703, then retry. What was already sent is kept.</source>
        <translation>請允許對連接埠 8080 和 8703 的輸出連線，然後重試。已傳輸的資料會保留。</translation>
    </message>
    <message>
        <source>The receiver is of another version</source>
        <translation>接收程式的版本不同</translation>
    </message>
    <message>
        <source>The receiver speaks protocol %1.</source>
        <translation>接收程式使用的通訊協定為 %1。</translation>
    </message>
    <message>
        <source>Let the migration create a new transit instance (cancel and start again), or update this program.</source>
        <translation>請讓遷移工作建立新的中轉執行個體（取消後重新開始），或更新本程式。</translation>
    </message>
    <message>
        <source>The data connection was disturbed</source>
        <translation>資料連線異常</translation>
    </message>
    <message>
        <source>A message on the data connection could not be understood.</source>
        <translation>無法識別資料連線上的一則訊息。</translation>
    </message>
    <message>
        <source>Retry. What was already confirmed is kept.</source>
        <translation>請重試。已確認的資料會保留。</translation>
    </message>
    <message>
        <source>The other side could not prove who it is</source>
        <translation>對方無法證明其身分</translation>
    </message>
    <message>
        <source>The computer at %1 does not hold the key of this migration.</source>
        <translation>位於 %1 的電腦沒有本次遷移的金鑰。</translation>
    </message>
    <message>
        <source>Check for a proxy that opens encrypted connections, then retry.</source>
        <translation>請檢查是否有 Proxy 解密了加密連線，然後重試。</translation>
    </message>
    <message>
        <source>The receiver holds another state</source>
        <translation>接收程式的狀態不一致</translation>
    </message>
    <message>
        <source>The receiver does not know this run of the migration.</source>
        <translation>接收程式無法識別本次遷移。</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again.</source>
        <translation>請取消本次遷移並重新開始。</translation>
    </message>
    <message>
        <source>Data was damaged on the way</source>
        <translation>資料在傳輸途中損毀</translation>
    </message>
    <message>
        <source>A block of %1 arrived damaged.</source>
        <translation>收到的 %1 的一個區塊已損毀。</translation>
    </message>
    <message>
        <source>Retry. The block is sent again; nothing damaged was written. If it happens again, test the source server&apos;s memory (RAM).</source>
        <translation>請重試。該區塊會重新傳送，損毀的資料並未寫入。如再次發生，請檢測來源伺服器的記憶體 (RAM)。</translation>
    </message>
    <message>
        <source>A target disk was not found</source>
        <translation>找不到目標磁碟</translation>
    </message>
    <message>
        <source>The disk with serial %1 is not attached to the transit instance.</source>
        <translation>序號為 %1 的磁碟未連接至中轉執行個體。</translation>
    </message>
    <message>
        <source>Retry; if it stays away, cancel the migration and start again.</source>
        <translation>請重試；如仍找不到，請取消遷移並重新開始。</translation>
    </message>
    <message>
        <source>A target disk is too small</source>
        <translation>目標磁碟過小</translation>
    </message>
    <message>
        <source>The target disk %1 has %2, but %3 are needed.</source>
        <translation>目標磁碟 %1 的大小為 %2，需要 %3。</translation>
    </message>
    <message>
        <source>Choose a larger disk in the plan and start again.</source>
        <translation>請在計畫中選擇較大的磁碟，然後重新開始。</translation>
    </message>
    <message>
        <source>Writing the target disk failed</source>
        <translation>寫入目標磁碟失敗</translation>
    </message>
    <message>
        <source>The target disk %1 could not be written.</source>
        <translation>無法寫入目標磁碟 %1。</translation>
    </message>
    <message>
        <source>Retry. If it fails again, cancel the migration and start again.</source>
        <translation>請重試。如再次失敗，請取消遷移並重新開始。</translation>
    </message>
    <message>
        <source>Reading the target disk back failed</source>
        <translation>回讀目標磁碟失敗</translation>
    </message>
    <message>
        <source>The target disk %1 could not be read back.</source>
        <translation>無法回讀目標磁碟 %1。</translation>
    </message>
    <message>
        <source>The copy is not equal to the source</source>
        <translation>複本與遷移來源不一致</translation>
    </message>
    <message>
        <source>%1 blocks of the target disk differ from what was sent, after a second copy as well.</source>
        <translation>目標磁碟有 %1 個區塊與已傳送的資料不同，再次複製後仍不一致。</translation>
    </message>
    <message>
        <source>Memory (RAM) or disk of the transit instance is faulty. Cancel the migration and start it again: it gets another one.</source>
        <translation>中轉執行個體的記憶體 (RAM) 或磁碟有故障。請取消遷移並重新開始，屆時會使用新的中轉執行個體。</translation>
    </message>
    <message>
        <source>The connection to the transit instance was lost</source>
        <translation>與中轉執行個體的連線已中斷</translation>
    </message>
    <message>
        <source>The connection to %1 was lost.</source>
        <translation>與 %1 的連線已中斷。</translation>
    </message>
    <message>
        <source>Check the network, then retry. What was already sent is kept.</source>
        <translation>請檢查網路，然後重試。已傳輸的資料會保留。</translation>
    </message>
    <message>
        <source>No data passes to the transit instance</source>
        <translation>沒有資料傳輸至中轉執行個體</translation>
    </message>
    <message>
        <source>No data passed to %1 for %2 seconds.</source>
        <translation>已有 %2 秒沒有資料傳輸至 %1。</translation>
    </message>
    <message>
        <source>A write outside the target was refused</source>
        <translation>超出目標範圍的寫入遭到拒絕</translation>
    </message>
    <message>
        <source>The receiver refused a write outside disk %1.</source>
        <translation>接收程式拒絕了超出磁碟 %1 範圍的寫入。</translation>
    </message>
    <message>
        <source>The partition table of the target could not be written</source>
        <translation>無法寫入目標的分割表</translation>
    </message>
    <message>
        <source>The partition table of target disk %1 could not be completed.</source>
        <translation>無法完成目標磁碟 %1 的分割表。</translation>
    </message>
    <message>
        <source>Retry. If it fails again, save the diagnostics and report them.</source>
        <translation>請重試。如再次失敗，請儲存診斷資訊並回報。</translation>
    </message>
    <message>
        <source>A target disk is in use</source>
        <translation>目標磁碟正在使用中</translation>
    </message>
    <message>
        <source>The target disk %1 is in use by the transit instance itself and was not touched.</source>
        <translation>目標磁碟 %1 正由中轉執行個體本身使用，未作任何變更。</translation>
    </message>
    <message>
        <source>Retry. If it stays in use, cancel the migration and start again.</source>
        <translation>請重試。如仍在使用中，請取消遷移並重新開始。</translation>
    </message>
    <message>
        <source>The cloud refused a request</source>
        <translation>雲端拒絕了要求</translation>
    </message>
    <message>
        <source>%1 was refused: %2.</source>
        <translation>%1 遭到拒絕：%2。</translation>
    </message>
    <message>
        <source>Read the cloud&apos;s reason, mend it in the console, then retry.</source>
        <translation>請依雲端傳回的原因在主控台中處理，然後重試。</translation>
    </message>
    <message>
        <source>The cloud asks to slow down</source>
        <translation>雲端要求降低要求頻率</translation>
    </message>
    <message>
        <source>Too many %1 requests were made from this account.</source>
        <translation>此帳號的 %1 要求過多。</translation>
    </message>
    <message>
        <source>Nothing is lost. Wait a minute, then retry.</source>
        <translation>資料沒有遺失。請等待一分鐘後重試。</translation>
    </message>
    <message>
        <source>The cloud&apos;s answer was not understood</source>
        <translation>無法識別雲端的回應</translation>
    </message>
    <message>
        <source>The answer to %1 could not be understood.</source>
        <translation>無法識別 %1 的回應。</translation>
    </message>
    <message>
        <source>Retry. If it happens again, check for a proxy that changes answers.</source>
        <translation>請重試。如再次發生，請檢查是否有 Proxy 修改了回應。</translation>
    </message>
    <message>
        <source>The cloud does not answer</source>
        <translation>雲端沒有回應</translation>
    </message>
    <message>
        <source>No answer from %1.</source>
        <translation>%1 沒有回應。</translation>
    </message>
    <message>
        <source>Check the network or the proxy, then retry.</source>
        <translation>請檢查網路或 Proxy，然後重試。</translation>
    </message>
    <message>
        <source>The AccessKey pair was refused</source>
        <translation>AccessKey 組遭到拒絕</translation>
    </message>
    <message>
        <source>The cloud refused the AccessKey pair: %1.</source>
        <translation>雲端拒絕了此 AccessKey 組：%1。</translation>
    </message>
    <message>
        <source>Check the AccessKey ID and secret, then start again.</source>
        <translation>請檢查 AccessKey ID 和 AccessKey Secret，然後重新開始。</translation>
    </message>
    <message>
        <source>The temporary credentials expired</source>
        <translation>臨時憑證已過期</translation>
    </message>
    <message>
        <source>The temporary credentials for %1 are no longer valid.</source>
        <translation>%1 的臨時憑證已失效。</translation>
    </message>
    <message>
        <source>Retry. New credentials are fetched by themselves.</source>
        <translation>請重試。系統會自動取得新的憑證。</translation>
    </message>
    <message>
        <source>The account lacks a permission</source>
        <translation>帳號缺少權限</translation>
    </message>
    <message>
        <source>The account may not call %1: %2.</source>
        <translation>此帳號無權呼叫 %1：%2。</translation>
    </message>
    <message>
        <source>Grant the permission in the RAM console, then retry.</source>
        <translation>請在 RAM 主控台授予該權限，然後重試。</translation>
    </message>
    <message>
        <source>This computer&apos;s clock is wrong</source>
        <translation>本機時間不正確</translation>
    </message>
    <message>
        <source>The clock differs from the cloud&apos;s by %1 seconds.</source>
        <translation>本機時間與雲端相差 %1 秒。</translation>
    </message>
    <message>
        <source>The bucket does not exist</source>
        <translation>Bucket 不存在</translation>
    </message>
    <message>
        <source>There is no bucket “%1”.</source>
        <translation>沒有名為「%1」的 Bucket。</translation>
    </message>
    <message>
        <source>Create the bucket in %2, or choose another one in the plan.</source>
        <translation>請在 %2 建立該 Bucket，或在計畫中選擇其他 Bucket。</translation>
    </message>
    <message>
        <source>The bucket is in another region</source>
        <translation>Bucket 位於其他地域</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %2, but the temporary image is created in %3.</source>
        <translation>Bucket「%1」位於 %2，但臨時映像在 %3 建立。</translation>
    </message>
    <message>
        <source>Choose a bucket in %3.</source>
        <translation>請選擇位於 %3 的 Bucket。</translation>
    </message>
    <message>
        <source>The bucket cannot be used</source>
        <translation>無法使用該 Bucket</translation>
    </message>
    <message>
        <source>Bucket “%1” cannot hold the temporary image: %2.</source>
        <translation>Bucket「%1」無法存放臨時映像：%2。</translation>
    </message>
    <message>
        <source>Choose a bucket without server-side encryption, of the standard class.</source>
        <translation>請選擇未啟用伺服器端加密、儲存類型為標準的 Bucket。</translation>
    </message>
    <message>
        <source>The image name is in use</source>
        <translation>映像名稱已被使用</translation>
    </message>
    <message>
        <source>There is already an image named “%1”.</source>
        <translation>已有名為「%1」的映像。</translation>
    </message>
    <message>
        <source>Choose another name prefix in the plan.</source>
        <translation>請在計畫中使用其他名稱首碼。</translation>
    </message>
    <message>
        <source>The instance type is out of stock</source>
        <translation>執行個體規格庫存不足</translation>
    </message>
    <message>
        <source>Instance type “%1” is out of stock in %2.</source>
        <translation>執行個體規格「%1」在 %2 庫存不足。</translation>
    </message>
    <message>
        <source>Choose another type, or leave the type empty so that one is chosen.</source>
        <translation>請選擇其他規格，或將規格留空以自動選擇。</translation>
    </message>
    <message>
        <source>A quota of the account is used up</source>
        <translation>帳號配額已用盡</translation>
    </message>
    <message>
        <source>The quota for %1 is used up: %2.</source>
        <translation>%1 的配額已用盡：%2。</translation>
    </message>
    <message>
        <source>Delete what is no longer needed or raise the quota, then retry.</source>
        <translation>請刪除不再需要的資源或提高配額，然後重試。</translation>
    </message>
    <message>
        <source>The account&apos;s balance is too low</source>
        <translation>帳號餘額不足</translation>
    </message>
    <message>
        <source>The account cannot buy the transit instance.</source>
        <translation>此帳號無法購買中轉執行個體。</translation>
    </message>
    <message>
        <source>Top up the account, then retry.</source>
        <translation>請為帳號儲值，然後重試。</translation>
    </message>
    <message>
        <source>A role is missing in the account</source>
        <translation>帳號缺少角色</translation>
    </message>
    <message>
        <source>The role %1 does not exist or may not be used.</source>
        <translation>角色 %1 不存在或無權使用。</translation>
    </message>
    <message>
        <source>Grant the role in the ECS console, then retry.</source>
        <translation>請在 ECS 主控台授權該角色，然後重試。</translation>
    </message>
    <message>
        <source>A service is not activated</source>
        <translation>服務未開通</translation>
    </message>
    <message>
        <source>%1 is not activated in this account.</source>
        <translation>此帳號未開通 %1。</translation>
    </message>
    <message>
        <source>Activate it in the console, then retry.</source>
        <translation>請在主控台開通，然後重試。</translation>
    </message>
    <message>
        <source>The region is not supported</source>
        <translation>不支援該地域</translation>
    </message>
    <message>
        <source>%1 is not possible in %2.</source>
        <translation>%2 不支援 %1。</translation>
    </message>
    <message>
        <source>Choose China (Beijing) or Singapore.</source>
        <translation>請選擇中國（北京）或新加坡。</translation>
    </message>
    <message>
        <source>The network was not found</source>
        <translation>找不到網路</translation>
    </message>
    <message>
        <source>%1 does not exist or does not fit.</source>
        <translation>%1 不存在或不符合需求。</translation>
    </message>
    <message>
        <source>Choose another VPC and vSwitch in the plan.</source>
        <translation>請在計畫中選擇其他 VPC 和 vSwitch。</translation>
    </message>
    <message>
        <source>The transit instance is gone</source>
        <translation>中轉執行個體已不存在</translation>
    </message>
    <message>
        <source>The transit instance %1 was released.</source>
        <translation>中轉執行個體 %1 已被釋放。</translation>
    </message>
    <message>
        <source>This migration cannot continue. Start it again from the beginning.</source>
        <translation>本次遷移無法繼續。請從頭重新開始。</translation>
    </message>
    <message>
        <source>The transit instance did not get ready</source>
        <translation>中轉執行個體未能就緒</translation>
    </message>
    <message>
        <source>The transit instance %1 did not start its receiver.</source>
        <translation>中轉執行個體 %1 未啟動接收程式。</translation>
    </message>
    <message>
        <source>Retry; if it fails again, cancel the migration and start again.</source>
        <translation>請重試；如再次失敗，請取消遷移並重新開始。</translation>
    </message>
    <message>
        <source>A snapshot failed</source>
        <translation>建立快照失敗</translation>
    </message>
    <message>
        <source>The snapshot of disk %1 failed.</source>
        <translation>為磁碟 %1 建立快照失敗。</translation>
    </message>
    <message>
        <source>Retry.</source>
        <translation>請重試。</translation>
    </message>
    <message>
        <source>The image could not be made</source>
        <translation>無法建立映像</translation>
    </message>
    <message>
        <source>Making the ECS image %1 failed: %2.</source>
        <translation>建立 ECS 映像 %1 失敗：%2。</translation>
    </message>
    <message>
        <source>Retry; if it fails again, read the cloud&apos;s reason in the log.</source>
        <translation>請重試；如再次失敗，請查看日誌中雲端傳回的原因。</translation>
    </message>
    <message>
        <source>The image could not be exported</source>
        <translation>無法匯出映像</translation>
    </message>
    <message>
        <source>Exporting image %1 failed: %2.</source>
        <translation>匯出映像 %1 失敗：%2。</translation>
    </message>
    <message>
        <source>Check the bucket and the role for image export, then retry.</source>
        <translation>請檢查 Bucket 和映像匯出角色，然後重試。</translation>
    </message>
    <message>
        <source>The image could not be imported</source>
        <translation>無法匯入映像</translation>
    </message>
    <message>
        <source>Importing the ENS image %1 failed: %2.</source>
        <translation>匯入 ENS 映像 %1 失敗：%2。</translation>
    </message>
    <message>
        <source>Retry; the exported files are kept in the bucket until then.</source>
        <translation>請重試；在此之前，匯出的檔案會保留在 Bucket 中。</translation>
    </message>
    <message>
        <source>The cloud took too long</source>
        <translation>雲端處理逾時</translation>
    </message>
    <message>
        <source>%1 did not finish in time.</source>
        <translation>%1 未在時限內完成。</translation>
    </message>
    <message>
        <source>Retry; it continues where it stopped.</source>
        <translation>請重試；會從中斷處繼續。</translation>
    </message>
    <message>
        <source>Something in the cloud is gone</source>
        <translation>雲端資源已不存在</translation>
    </message>
    <message>
        <source>%1 no longer exists.</source>
        <translation>%1 已不存在。</translation>
    </message>
    <message>
        <source>It was probably deleted by hand. Cancel the migration and start again.</source>
        <translation>該資源可能已被手動刪除。請取消遷移並重新開始。</translation>
    </message>
    <message>
        <source>The receiver&apos;s bundle is missing</source>
        <translation>缺少接收程式套件</translation>
    </message>
    <message>
        <source>The file %1 was not found.</source>
        <translation>找不到檔案 %1。</translation>
    </message>
    <message>
        <source>Reinstall Edgelift, or build the target “receiver_bundle”.</source>
        <translation>請重新安裝 Edgelift，或建置目標「receiver_bundle」。</translation>
    </message>
    <message>
        <source>The activation code has a typing error</source>
        <translation>啟用碼輸入有誤</translation>
    </message>
    <message>
        <source>The activation code is not complete or has a wrong character: %1.</source>
        <translation>啟用碼不完整或包含錯誤字元：%1。</translation>
    </message>
    <message>
        <source>Copy the whole code again from where it was made.</source>
        <translation>請從產生處重新複製完整的啟用碼。</translation>
    </message>
    <message>
        <source>The activation code was rejected</source>
        <translation>啟用碼遭到拒絕</translation>
    </message>
    <message>
        <source>The service does not know this activation code.</source>
        <translation>服務無法識別此啟用碼。</translation>
    </message>
    <message>
        <source>Check it for missing characters, or generate a new one.</source>
        <translation>請檢查是否缺少字元，或產生新的啟用碼。</translation>
    </message>
    <message>
        <source>The activation code expired</source>
        <translation>啟用碼已過期</translation>
    </message>
    <message>
        <source>The activation code expired on %1.</source>
        <translation>啟用碼已於 %1 過期。</translation>
    </message>
    <message>
        <source>Generate a new one.</source>
        <translation>請產生新的啟用碼。</translation>
    </message>
    <message>
        <source>The activation code is used up</source>
        <translation>啟用碼次數已用盡</translation>
    </message>
    <message>
        <source>The activation code has already imported %1 servers, which is its limit.</source>
        <translation>此啟用碼已匯入 %1 部伺服器，達到上限。</translation>
    </message>
    <message>
        <source>The activation code was disabled</source>
        <translation>啟用碼已停用</translation>
    </message>
    <message>
        <source>The activation code was switched off by its owner.</source>
        <translation>此啟用碼已由其擁有者停用。</translation>
    </message>
    <message>
        <source>Ask for a new one.</source>
        <translation>請索取新的啟用碼。</translation>
    </message>
    <message>
        <source>No activation code was given</source>
        <translation>未提供啟用碼</translation>
    </message>
    <message>
        <source>Neither an activation code nor an AccessKey pair was given.</source>
        <translation>未提供啟用碼或 AccessKey 組。</translation>
    </message>
    <message>
        <source>Give the code with --code-file or on standard input, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.</source>
        <translation>請透過 --code-file 或標準輸入提供啟用碼，或設定 ALIBABA_CLOUD_ACCESS_KEY_ID 和 ALIBABA_CLOUD_ACCESS_KEY_SECRET。</translation>
    </message>
    <message>
        <source>The agent does not answer</source>
        <translation>代理程式沒有回應</translation>
    </message>
    <message>
        <source>No agent answers on %1.</source>
        <translation>%1 上沒有代理程式回應。</translation>
    </message>
    <message>
        <source>Start it with “systemctl start edgelift-agent”, or run the command as root.</source>
        <translation>請使用「systemctl start edgelift-agent」啟動，或以 root 身分執行該命令。</translation>
    </message>
    <message>
        <source>The agent is of another version</source>
        <translation>代理程式的版本不同</translation>
    </message>
    <message>
        <source>The agent speaks version %1 of its interface, this program version %2.</source>
        <translation>代理程式的介面版本為 %1，本程式為 %2。</translation>
    </message>
    <message>
        <source>Install the same version of both.</source>
        <translation>請為兩者安裝相同版本。</translation>
    </message>
    <message>
        <source>A migration is already running</source>
        <translation>已有遷移正在執行</translation>
    </message>
    <message>
        <source>Migration %1 is still running.</source>
        <translation>遷移工作 %1 仍在執行。</translation>
    </message>
    <message>
        <source>Wait for its end or cancel it first.</source>
        <translation>請等待其結束或先取消。</translation>
    </message>
    <message>
        <source>The migration was not found</source>
        <translation>找不到遷移工作</translation>
    </message>
    <message>
        <source>There is no migration %1.</source>
        <translation>沒有遷移工作 %1。</translation>
    </message>
    <message>
        <source>List the migrations with “edgeliftctl status”.</source>
        <translation>請使用「edgeliftctl status」列出遷移工作。</translation>
    </message>
    <message>
        <source>This is not possible now</source>
        <translation>目前無法執行此操作</translation>
    </message>
    <message>
        <source>Migration %1 is %2.</source>
        <translation>遷移工作 %1 的狀態：%2。</translation>
    </message>
    <message>
        <source>Look at its state with “edgeliftctl status”.</source>
        <translation>請使用「edgeliftctl status」查看其狀態。</translation>
    </message>
    <message>
        <source>A request was not understood</source>
        <translation>無法識別要求</translation>
    </message>
    <message>
        <source>Use the same version of all parts of Edgelift.</source>
        <translation>請確認 Edgelift 各元件的版本一致。</translation>
    </message>
    <message>
        <source>Undo the changes to the disks, or leave size, place and method of each volume as they were in the new plan.</source>
        <translation>請復原對磁碟的變更，或在新計畫中讓各磁碟區的大小、位置和方式維持不變。</translation>
    </message>
    <message>
        <source>Something wrote to the disks during the final moment</source>
        <translation>最後階段有程式寫入了磁碟</translation>
    </message>
    <message>
        <source>%1 was written to while the filesystems were held still, %2 times in a row.</source>
        <translation>檔案系統凍結期間，%1 連續 %2 次被寫入。</translation>
    </message>
    <message>
        <source>Find the program that writes to the disk directly or that ends the hold (backup and snapshot tools do), stop it, and retry. What was copied is kept.</source>
        <translation>請找出直接寫入磁碟或解除凍結的程式（備份和快照工具會這樣做），將其停止後重試。已複製的內容會保留。</translation>
    </message>
    <message>
        <source>A part of a disk is always being written</source>
        <translation>磁碟的某個部分持續被寫入</translation>
    </message>
    <message>
        <source>An area of %1 that cannot be held still was written to during each of %2 tries to copy it.</source>
        <translation>%1 的一個無法凍結的區域在 %2 次複製嘗試中每次都被寫入。</translation>
    </message>
    <message>
        <source>Stop what writes to it (updates of the boot partition, programs that use a raw partition) for a minute, then retry.</source>
        <translation>請停止寫入該區域的程式（開機分割區的更新、使用原始分割區的程式）一分鐘，然後重試。</translation>
    </message>
    <message>
        <source>Changes on the disks were not seen completely</source>
        <translation>未能完整擷取磁碟上的變更</translation>
    </message>
    <message>
        <source>A change of %1 was missed.</source>
        <translation>遺漏了 %1 的一處變更。</translation>
    </message>
    <message>
        <source>Retry: both sides are compared then, and only what differs is sent.</source>
        <translation>請重試：屆時會比較兩端，僅傳送不同的內容。</translation>
    </message>
    <message>
        <source>The final moment would have been too long</source>
        <translation>最後階段的耗時會過長</translation>
    </message>
    <message>
        <source>The server had written %1 when its filesystems were held still; there is room for %2.</source>
        <translation>檔案系統凍結時，伺服器已寫入 %1；可容納的量為 %2。</translation>
    </message>
    <message>
        <source>Raise the network limit, stop the services that write most, choose a quiet hour, or allow a longer hold; then retry.</source>
        <translation>請提高網路速度限制、停止寫入最多的服務、選擇離峰時段，或允許更長的凍結時間，然後重試。</translation>
    </message>
    <message>
        <source>Changes cannot be tracked this way</source>
        <translation>無法以此方式追蹤變更</translation>
    </message>
    <message>
        <source>The kernel of this server does not allow changes to be tracked with %1.</source>
        <translation>此伺服器的核心不允許使用 %1 追蹤變更。</translation>
    </message>
    <message>
        <source>Nothing needs to be done: another way is used. The log has the kernel&apos;s reason.</source>
        <translation>無須任何操作：將使用其他方式。核心提供的原因請見日誌。</translation>
    </message>
    <message>
        <source>A filesystem could not be stopped</source>
        <translation>無法暫停檔案系統寫入</translation>
    </message>
    <message>
        <source>Writing to %1 could not be stopped for a moment: %2.</source>
        <translation>無法暫停對 %1 的寫入：%2。</translation>
    </message>
    <message>
        <source>Everything goes on as before. Check the disk&apos;s health and the mount, then retry.</source>
        <translation>一切照常執行。請檢查磁碟健康狀況和掛載情況，然後重試。</translation>
    </message>
    <message>
        <source>Writing went on too early</source>
        <translation>寫入恢復過早</translation>
    </message>
    <message>
        <source>The filesystems did not stand still long enough: %1.</source>
        <translation>檔案系統凍結的時間不夠長：%1。</translation>
    </message>
    <message>
        <source>What was read is not used. Retry, at a time when the server is less busy.</source>
        <translation>已讀取的內容不會使用。請在伺服器較閒置時重試。</translation>
    </message>
    <message>
        <source>A program of yours that runs around the stop failed</source>
        <translation>您在凍結前後執行的程式失敗</translation>
    </message>
    <message>
        <source>%1 failed: %2.</source>
        <translation>%1 失敗：%2。</translation>
    </message>
    <message>
        <source>Mend the program in /etc/edgelift/hooks.d, or remove it, then retry.</source>
        <translation>請修正或移除 /etc/edgelift/hooks.d 中的該程式，然後重試。</translation>
    </message>
    <message>
        <source>A device cannot be followed while the server runs</source>
        <translation>伺服器執行期間無法追蹤某個裝置</translation>
    </message>
    <message>
        <source>%1 uses %2. What is written to it while the server runs would be lost.</source>
        <translation>%1 使用 %2。伺服器執行期間寫入其中的內容會遺失。</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>請停用該裝置並重新檢查，或將伺服器關機並遷移其磁碟映像檔。</translation>
    </message>
    <message>
        <source>This part of the copy came too late</source>
        <translation>這部分複本到達過晚</translation>
    </message>
    <message>
        <source>The receiver already takes a later round of the copy.</source>
        <translation>接收程式已在接收後一輪複製。</translation>
    </message>
    <message>
        <source>Retry. Make sure that only one program migrates this server.</source>
        <translation>請重試。請確認只有一個程式在遷移此伺服器。</translation>
    </message>
    <message>
        <source>The copied server would not start in the cloud</source>
        <translation>複製的伺服器在雲端將無法啟動</translation>
    </message>
    <message>
        <source>Do on the source server what is said there, then migrate again. Nothing was changed on it.</source>
        <translation>請在來源伺服器上依上述說明處理，然後重新遷移。來源伺服器未作任何變更。</translation>
    </message>
    <message>
        <source>A target disk could not be set up</source>
        <translation>無法設定目標磁碟</translation>
    </message>
    <message>
        <source>Making %1 on the target disk with %2 failed.</source>
        <translation>使用 %2 在目標磁碟上建立 %1 失敗。</translation>
    </message>
    <message>
        <source>Retry. If it fails again, undo the change of this volume in the plan, or report it with the diagnostics.</source>
        <translation>請重試。如再次失敗，請在計畫中復原對該磁碟區的變更，或附上診斷資訊回報。</translation>
    </message>
    <message>
        <source>The disks cannot be changed as planned because of %1.</source>
        <translation>由於%1，無法依計畫變更磁碟。</translation>
    </message>
    <message>
        <source>A new filesystem is full</source>
        <translation>新的檔案系統已滿</translation>
    </message>
    <message>
        <source>The files of %1 do not fit into the size that the plan gives it.</source>
        <translation>%1 的檔案放不進計畫為其指定的大小。</translation>
    </message>
    <message>
        <source>Files could not be copied</source>
        <translation>無法複製檔案</translation>
    </message>
    <message>
        <source>Copying the files of %1 failed: %2.</source>
        <translation>複製 %1 的檔案失敗：%2。</translation>
    </message>
    <message>
        <source>Mend what is named, then retry. Files that were already copied are kept.</source>
        <translation>請解決所指出的問題，然後重試。已複製的檔案會保留。</translation>
    </message>
    <message>
        <source>The final moment would be too long</source>
        <translation>最後階段的耗時會過長</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks, so the %1 in use would be read while the filesystems are held still: for about %2 seconds. %3 seconds are allowed.</source>
        <translation>核心不允許追蹤磁碟寫入，因此會在檔案系統凍結期間讀取已使用的 %1：約需 %2 秒。允許的時間長度為 %3 秒。</translation>
    </message>
    <message>
        <source>Allow eBPF, perf events or block traces (perf_event_paranoid, lockdown, container settings), or allow a longer final moment (freezeSeconds in the plan, 60 at most), or shut the server down and migrate its disk images.</source>
        <translation>請允許 eBPF、perf events 或區塊追蹤（perf_event_paranoid、lockdown、容器設定），或允許更長的最後階段（計畫中的 freezeSeconds，最大為 60），或將伺服器關機並遷移其磁碟映像檔。</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is made out to another name.</source>
        <translation>%1 出示的憑證是簽發給其他名稱的。</translation>
    </message>
    <message>
        <source>Check the address. If a proxy or firewall opens encrypted connections, let it pass this one untouched. Then retry.</source>
        <translation>請檢查位址。如果有 Proxy 或防火牆解密加密連線，請讓其原樣放行此連線，然後重試。</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is not valid today.</source>
        <translation>%1 出示的憑證目前不在有效期內。</translation>
    </message>
    <message>
        <source>Check the date of this server, then retry. If it is right, the other side needs a new certificate.</source>
        <translation>請檢查此伺服器的日期，然後重試。如果日期正確，則對方需要新的憑證。</translation>
    </message>
    <message>
        <source>The certificate that %1 shows comes from an authority that this server does not know.</source>
        <translation>%1 出示的憑證由此伺服器不信任的憑證授權單位簽發。</translation>
    </message>
    <message>
        <source>If a proxy or firewall opens encrypted connections, let it pass this one untouched, or install its authority on this server. Then retry.</source>
        <translation>如果有 Proxy 或防火牆解密加密連線，請讓其原樣放行此連線，或在此伺服器上安裝其憑證授權單位的憑證，然後重試。</translation>
    </message>
    <message>
        <source>The name service of this server does not know %1.</source>
        <translation>此伺服器的名稱服務無法解析 %1。</translation>
    </message>
    <message>
        <source>Check the address and the name servers in /etc/resolv.conf, then retry.</source>
        <translation>請檢查位址和 /etc/resolv.conf 中的名稱伺服器，然後重試。</translation>
    </message>
    <message>
        <source>%1 refuses connections.</source>
        <translation>%1 拒絕連線。</translation>
    </message>
    <message>
        <source>Check the address and its port, and that no firewall refuses this connection, then retry.</source>
        <translation>請檢查位址及其連接埠，並確認沒有防火牆拒絕此連線，然後重試。</translation>
    </message>
    <message>
        <source>%1 does not answer in time.</source>
        <translation>%1 未在規定時間內回應。</translation>
    </message>
    <message>
        <source>Let the firewall pass connections to this address, or set a proxy, then retry.</source>
        <translation>請在防火牆中放行對此位址的連線，或設定 Proxy，然後重試。</translation>
    </message>
    <message>
        <source>The connection to %1 is cut before an answer comes.</source>
        <translation>對 %1 的連線在收到回應之前遭到中斷。</translation>
    </message>
    <message>
        <source>Let the firewall or proxy that cuts it pass connections to this address, then retry.</source>
        <translation>請在中斷連線的防火牆或 Proxy 中放行對此位址的連線，然後重試。</translation>
    </message>
    <message>
        <source>This server knows no way to %1.</source>
        <translation>此伺服器沒有通往 %1 的路由。</translation>
    </message>
    <message>
        <source>Check its network and its default gateway, then retry.</source>
        <translation>請檢查其網路和預設閘道，然後重試。</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 asks for a login.</source>
        <translation>通往 %1 途中的 Proxy 要求登入。</translation>
    </message>
    <message>
        <source>Set the agent&apos;s http_proxy and https_proxy to http://name:password@proxy:port and start it again, or let the proxy pass this address without a login.</source>
        <translation>請將代理程式的 http_proxy 和 https_proxy 設為 http://name:password@proxy:port 並重新啟動代理程式，或讓 Proxy 無需登入即可放行此位址。</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 makes no connection to it.</source>
        <translation>通往 %1 途中的 Proxy 未能與其建立連線。</translation>
    </message>
    <message>
        <source>Check the proxy in the agent&apos;s http_proxy and https_proxy, and that it passes this address, then retry.</source>
        <translation>請檢查代理程式的 http_proxy 和 https_proxy 中的 Proxy，並確認其放行此位址，然後重試。</translation>
    </message>
    <message>
        <source>What is written to the disks cannot be followed</source>
        <translation>無法追蹤磁碟寫入</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow it: eBPF, perf events and block traces were tried.</source>
        <translation>核心不允許追蹤磁碟寫入：已嘗試 eBPF、perf events 和區塊追蹤。</translation>
    </message>
    <message>
        <source>Allow one of them (perf_event_paranoid, lockdown, container settings), then try again. Otherwise everything in use is compared while writing stops in the final moment, or shut the server down and migrate its disk images.</source>
        <translation>請允許其中一種方式（perf_event_paranoid、lockdown、容器設定），然後重試。否則會在最後階段暫停寫入期間比較全部已使用的內容；也可將伺服器關機並遷移其磁碟映像檔。</translation>
    </message>
    <message>
        <source>Print the plan of this migration with “edgeliftctl plan show --job JOB --json”, give the volume more room in it, and go on with “edgeliftctl retry JOB --plan FILE”. The copy then begins anew.</source>
        <translation>請使用「edgeliftctl plan show --job JOB --json」輸出本次遷移的計畫，在其中為該磁碟區分配更多空間，然後使用「edgeliftctl retry JOB --plan FILE」繼續。複製隨後會從頭開始。</translation>
    </message>
    <message>
        <source>The cloud refuses every request from 15 minutes on. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”, then retry.</source>
        <translation>時間相差達到 15 分鐘時，雲端會拒絕所有要求。請同步時間，例如使用「timedatectl set-ntp true」或「chronyc makestep」，然後重試。</translation>
    </message>
    <message>
        <source>The plan differs in more than the layout</source>
        <translation>計畫中變更的不只是配置</translation>
    </message>
    <message>
        <source>“%2” is not what migration %1 has begun with. It takes another layout of its disks, and nothing else.</source>
        <translation>「%2」與遷移工作 %1 開始時的設定不同。該工作僅接受磁碟配置的變更，不接受其他變更。</translation>
    </message>
    <message>
        <source>Take the plan that “edgeliftctl plan show --job %1 --json” prints and change only sizes and places under “disks”, or cancel the migration and start again.</source>
        <translation>請使用「edgeliftctl plan show --job %1 --json」輸出的計畫，且僅變更「disks」下的大小和位置，或取消遷移並重新開始。</translation>
    </message>
    <message>
        <source>The layout cannot be changed any more</source>
        <translation>配置已無法變更</translation>
    </message>
    <message>
        <source>The copy of migration %1 is complete, and its image is being made.</source>
        <translation>遷移工作 %1 的複製已完成，正在製作其映像。</translation>
    </message>
    <message>
        <source>Go on without another plan, or cancel the migration and start again.</source>
        <translation>請在不使用其他計畫的情況下繼續，或取消遷移並重新開始。</translation>
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
        <translation>不到 1 分鐘</translation>
    </message>
    <message>
        <source>more than 2 days</source>
        <translation>超過 2 天</translation>
    </message>
    <message>
        <source>about %1 min</source>
        <extracomment>Remaining time</extracomment>
        <translation>約 %1 分鐘</translation>
    </message>
    <message>
        <source>about %1 h</source>
        <translation>約 %1 小時</translation>
    </message>
    <message>
        <source>about %1 h %2 min</source>
        <translation>約 %1 小時 %2 分鐘</translation>
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
        <translation>%1 小時 %2 分</translation>
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
        <translation>ENS 映像 %1 已就緒。</translation>
    </message>
    <message>
        <source>The migration engine does not answer. Reconnecting.</source>
        <translation>遷移引擎沒有回應，正在重新連線。</translation>
    </message>
    <message>
        <source>Connected to the migration engine again.</source>
        <translation>已重新連線至遷移引擎。</translation>
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
        <translation>執行中</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暫停</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>錯誤</translation>
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
        <translation>%1：不遷移 %2</translation>
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
        <translation>已設為最大值 %1。</translation>
    </message>
    <message>
        <source>Set to the minimum, %1.</source>
        <translation>已設為最小值 %1。</translation>
    </message>
</context>
<context>
    <name>Phase</name>
    <message>
        <source>Connecting</source>
        <translation>正在連線</translation>
    </message>
    <message>
        <source>Checking the account</source>
        <translation>檢查帳號</translation>
    </message>
    <message>
        <source>Making the transit instance</source>
        <translation>建立中轉執行個體</translation>
    </message>
    <message>
        <source>Copying the disks</source>
        <translation>複製磁碟</translation>
    </message>
    <message>
        <source>Finishing the disks</source>
        <translation>完成磁碟處理</translation>
    </message>
    <message>
        <source>Taking snapshots</source>
        <translation>建立快照</translation>
    </message>
    <message>
        <source>Making the ECS image</source>
        <translation>建立 ECS 映像</translation>
    </message>
    <message>
        <source>Exporting the image to the bucket</source>
        <translation>將映像匯出至 Bucket</translation>
    </message>
    <message>
        <source>Importing the image into ENS</source>
        <translation>將映像匯入 ENS</translation>
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
        <translation>準備中</translation>
    </message>
    <message>
        <source>Transit instance</source>
        <translation>中轉執行個體</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>同步中</translation>
    </message>
    <message>
        <source>ECS image</source>
        <translation>ECS 映像</translation>
    </message>
    <message>
        <source>Upload to OSS</source>
        <translation>上傳至 OSS</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>ENS 映像</translation>
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
        <translation>系統磁碟</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <extracomment>%1 the number of a data disk</extracomment>
        <translation>資料磁碟 %1</translation>
    </message>
    <message>
        <source>Not migrated.</source>
        <translation>不遷移。</translation>
    </message>
    <message>
        <source>Copied block by block: same size and structure as on the source.</source>
        <translation>逐區塊複製：大小和結構與遷移來源相同。</translation>
    </message>
    <message>
        <source>Copied file by file because its size changes from %1 to %2.</source>
        <extracomment>%1, %2 sizes</extracomment>
        <translation>大小由 %1 變更為 %2，因此逐檔複製。</translation>
    </message>
    <message>
        <source>Copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>已啟用 LVM 且大小不是 4 MiB 的倍數，因此逐檔複製。</translation>
    </message>
    <message>
        <source>Copied file by file, as chosen.</source>
        <translation>依選擇逐檔複製。</translation>
    </message>
    <message>
        <source>Does not fit: %1 missing</source>
        <extracomment>while a mount target is dragged over a disk; %1 a size</extracomment>
        <translation>空間不足：還差 %1</translation>
    </message>
    <message>
        <source>Move here: %1 fits, %2 free</source>
        <extracomment>while a mount target is dragged over a disk; %1 its size, %2 what is free on the disk afterwards</extracomment>
        <translation>移至此處：%1 可放入，剩餘 %2</translation>
    </message>
    <message>
        <source>%1 moved to %2.</source>
        <extracomment>%1 a mount target, %2 a disk such as “Data disk 2”</extracomment>
        <translation>%1 已移至%2。</translation>
    </message>
    <message>
        <source>%1 changed from %2 to %3.</source>
        <extracomment>%1 a mount target or disk, %2 and %3 sizes</extracomment>
        <translation>%1 已由 %2 變更為 %3。</translation>
    </message>
    <message>
        <source>%1 is copied file by file.</source>
        <extracomment>%1 a mount target</extracomment>
        <translation>%1 逐檔複製。</translation>
    </message>
    <message>
        <source>%1 is migrated.</source>
        <translation>%1 將會遷移。</translation>
    </message>
    <message>
        <source>LVM is switched off on %1.</source>
        <extracomment>%1 a disk such as “Data disk 2”</extracomment>
        <translation>%1 已關閉 LVM。</translation>
    </message>
    <message>
        <source>Choose where to keep the ENS image: cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>請選擇 ENS 映像的存放地域：cn-beijing 或 ap-southeast-1。不支援「%1」。</translation>
    </message>
    <message>
        <source>The name must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”. “%1” does not.</source>
        <translation>名稱須為 2～128 個字元，以字母開頭，且僅包含字母、數字、「:」、「_」和「-」。「%1」不符合規定。</translation>
    </message>
    <message>
        <source>Choose a bucket. It holds the temporary image.</source>
        <translation>請選擇用來存放臨時映像的 Bucket。</translation>
    </message>
    <message>
        <source>Choose a VPC and a vSwitch. Private transfer needs both.</source>
        <translation>請選擇 VPC 和 vSwitch。內網傳輸需要兩者。</translation>
    </message>
    <message>
        <source>Enter a compression ratio from 0 to 10.</source>
        <translation>請輸入 0～10 的壓縮率。</translation>
    </message>
    <message numerus="yes">
        <source>A job can have at most 20 tags. Remove %n tag(s).</source>
        <translation>
            <numerusform>一個任務最多可以有 20 個標籤。請移除 %n 個標籤。</numerusform>
        </translation>
    </message>
    <message>
        <source>A tag key must have 1 to 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”. “%1” does not fit.</source>
        <translation>標籤鍵須為 1～128 個字元，且不能以「aliyun」、「acs:」、「http://」或「https://」開頭。「%1」不符合規定。</translation>
    </message>
    <message>
        <source>The licence type “Alibaba Cloud” covers only Windows Server. For %1 choose BYOL if you have a licence.</source>
        <translation>「阿里雲」授權類型僅適用於 Windows Server。對於 %1，如已有授權，請選擇自備授權 (BYOL)。</translation>
    </message>
    <message>
        <source>Enter a speed limit from 0 to 100,000 Mbit/s; 0 means unlimited.</source>
        <translation>請輸入 0～100,000 Mbit/s 的速度限制；0 表示不限。</translation>
    </message>
    <message>
        <source>The description must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”.</source>
        <translation>說明須為 2～128 個字元，以字母開頭，且僅包含字母、數字、「:」、「_」和「-」。</translation>
    </message>
    <message>
        <source>The value of tag “%1” must have at most 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”.</source>
        <translation>標籤「%1」的值最多為 128 個字元，且不能以「aliyun」、「acs:」、「http://」或「https://」開頭。</translation>
    </message>
    <message>
        <source>“%1” cannot be the name of a bucket: those have 3 to 63 lower-case letters, digits and “-”.</source>
        <translation>「%1」不能作為 Bucket 名稱：名稱須為 3～63 個小寫字母、數字和「-」。</translation>
    </message>
    <message>
        <source>The temporary image can be made in cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>臨時映像只能在 cn-beijing 或 ap-southeast-1 建立。不支援「%1」。</translation>
    </message>
    <message>
        <source>Enter a disk-read limit from 0 to 100,000 MB/s; 0 means unlimited.</source>
        <translation>請輸入 0～100,000 MB/s 的磁碟讀取限制；0 表示不限。</translation>
    </message>
    <message>
        <source>Enter a niceness from 0 to 19; 19 gives way to everything else.</source>
        <translation>請輸入 0～19 的 nice 值；19 表示優先順序最低，讓出資源給其他處理程序。</translation>
    </message>
    <message>
        <source>The time plan can have 32 windows, each with days, two different times and limits in their range. “%1” does not fit.</source>
        <translation>時間計畫最多可有 32 個時段，每個時段須包含日期、兩個不同的時間以及有效範圍內的限制值。「%1」不符合規定。</translation>
    </message>
    <message>
        <source>Paths must start with “/”. “%1” does not.</source>
        <translation>路徑必須以「/」開頭。「%1」不符合規定。</translation>
    </message>
    <message>
        <source>Exclusions are ignored for partitions copied block by block. Switch block replication off for %1 to use them.</source>
        <translation>逐區塊複製的分割區會忽略排除項目。如需使用排除項目，請關閉 %1 的區塊複製。</translation>
    </message>
    <message>
        <source>The system disk must have 20 to 2,048 GiB.</source>
        <translation>系統磁碟大小須為 20～2,048 GiB。</translation>
    </message>
    <message>
        <source>A data disk must have 1 to 32,768 GiB.</source>
        <translation>資料磁碟大小須為 1～32,768 GiB。</translation>
    </message>
    <message>
        <source>The system disk needs more than %2, the space in use. Enter at least %4.</source>
        <translation>系統磁碟必須大於已用空間 %2。請至少輸入 %4。</translation>
    </message>
    <message>
        <source>Data disk %1 needs more than %2, the space in use. Enter at least %4.</source>
        <translation>資料磁碟 %1 必須大於已用空間 %2。請至少輸入 %4。</translation>
    </message>
    <message>
        <source>The partitions on %1 need %2, but the disk has %3. Reduce a partition, enlarge the disk or move a mount target.</source>
        <translation>%1 上的分割區需要 %2，但磁碟只有 %3。請縮小分割區、擴充磁碟或移走掛載點。</translation>
    </message>
    <message numerus="yes">
        <source>%n data disk(s) would be migrated, at most 4 are possible. Clear “Migrate” for the others or move their mount targets.</source>
        <translation>
            <numerusform>將遷移 %n 個資料磁碟，最多只能有 4 個。請對其餘資料磁碟清除「遷移」，或移動其掛載點。</numerusform>
        </translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. Data disk %1 has %3.</source>
        <translation>ENS 映像的單一資料磁碟最大為 500 GiB。資料磁碟 %1 的大小為 %3。</translation>
    </message>
    <message>
        <source>%1 cannot be moved. Boot and system partitions stay on the system disk.</source>
        <translation>%1 無法移動。開機分割區和系統分割區須保留在系統磁碟上。</translation>
    </message>
    <message>
        <source>%1 needs more than %2, the space in use.</source>
        <translation>%1 必須大於已用空間 %2。</translation>
    </message>
    <message>
        <source>The server has %2 in use. An image may have at most 1 TiB after compression.</source>
        <translation>伺服器已用空間為 %2。映像壓縮後最大為 1 TiB。</translation>
    </message>
    <message>
        <source>LVM cannot be used: the system disk has no boot partition.</source>
        <translation>無法使用 LVM：系統磁碟沒有開機分割區。</translation>
    </message>
    <message>
        <source>LVM will have no effect: Debian with kernel %1 and XFS.</source>
        <translation>LVM 不會生效：Debian 使用核心 %1 和 XFS。</translation>
    </message>
    <message>
        <source>%1 is copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>已啟用 LVM 且 %1 的大小不是 4 MiB 的倍數，因此逐檔複製。</translation>
    </message>
    <message>
        <source>Data disk %1 has no mount target to migrate and is left out.</source>
        <translation>資料磁碟 %1 沒有要遷移的掛載點，不會遷移。</translation>
    </message>
    <message>
        <source>The size of %1 cannot be changed while it is copied block by block. Switch to file copy first.</source>
        <translation>%1 逐區塊複製時無法變更大小。請先切換為逐檔複製。</translation>
    </message>
    <message>
        <source>The first disk of a plan, and only that one, must be the system disk of this server: %1.</source>
        <translation>計畫中有且僅有第一個磁碟須為此伺服器的系統磁碟：%1。</translation>
    </message>
    <message>
        <source>%1 stands in the plan more than once.</source>
        <translation>%1 在計畫中重複出現。</translation>
    </message>
    <message>
        <source>%1 cannot be left out. Boot and system partitions are always migrated.</source>
        <translation>無法排除 %1。開機分割區和系統分割區一律遷移。</translation>
    </message>
    <message>
        <source>This server has no disk or volume %1.</source>
        <translation>此伺服器沒有磁碟或磁碟區 %1。</translation>
    </message>
    <message>
        <source>Data disk %1 has %3. The cloud may round it up to 20 GiB.</source>
        <translation>資料磁碟 %1 的大小為 %3，雲端可能會將其調整為 20 GiB。</translation>
    </message>
    <message>
        <source>The source disk has %3. The size was set to %2, the nearest possible value.</source>
        <translation>來源磁碟的大小為 %3。已設為最接近的可用值 %2。</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %5, but the temporary image is created in %6. Choose a bucket in %6.</source>
        <translation>Bucket「%1」位於 %5，但臨時映像在 %6 建立。請選擇位於 %6 的 Bucket。</translation>
    </message>
    <message>
        <source>vSwitch “%1” does not belong to VPC “%5”.</source>
        <translation>vSwitch「%1」不屬於 VPC「%5」。</translation>
    </message>
    <message>
        <source>Two tags have the key “%1”.</source>
        <translation>有兩個標籤的鍵為「%1」。</translation>
    </message>
    <message>
        <source>LVM cannot be used for disk %1: this server has no LVM programs. Install the package lvm2 on it, or leave LVM off.</source>
        <translation>磁碟 %1 無法使用 LVM：此伺服器沒有 LVM 程式。請在此伺服器上安裝套件 lvm2，或不啟用 LVM。</translation>
    </message>
</context>
<context>
    <name>Prompt</name>
    <message>
        <source>Install the snapshot driver?</source>
        <translation>是否安裝快照驅動程式？</translation>
    </message>
    <message>
        <source>Install rsync?</source>
        <translation>是否安裝 rsync？</translation>
    </message>
    <message>
        <source>Disable SELinux?</source>
        <translation>是否停用 SELinux？</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>不需要：磁碟未在使用中。</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>執行中的伺服器需要快照驅動程式才能進行區塊複製。</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>不需要：磁碟區採逐區塊複製。</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>逐檔複製磁碟區需要 rsync，但尚未安裝。</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync 已安裝。</translation>
    </message>
    <message>
        <source>rsync is not installed, and no package manager was found that could install it.</source>
        <translation>未安裝 rsync，且找不到可用來安裝的套件管理員。</translation>
    </message>
    <message>
        <source>Nothing to do: labels are copied with the files, so SELinux can stay as it is.</source>
        <translation>無須處理：標籤會隨檔案一起複製，SELinux 可維持原狀。</translation>
    </message>
    <message>
        <source>SELinux is in use. Labels are copied with the files, so it can stay as it is.</source>
        <translation>SELinux 正在使用中。標籤會隨檔案一起複製，可維持原狀。</translation>
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
        <translation>保持啟用（建議）</translation>
    </message>
    <message>
        <source>Permissive until the next start</source>
        <translation>下次開機前設為 Permissive</translation>
    </message>
    <message>
        <source>Disable it</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Needed for block replication.</source>
        <translation>區塊複製需要此驅動程式。</translation>
    </message>
    <message>
        <source>Files are copied instead.</source>
        <translation>將改為逐檔複製。</translation>
    </message>
    <message>
        <source>It is installed with the package manager of this server.</source>
        <translation>將使用此伺服器的套件管理員安裝。</translation>
    </message>
    <message>
        <source>Volumes that are copied file by file cannot be migrated.</source>
        <translation>採逐檔複製的磁碟區將無法遷移。</translation>
    </message>
    <message>
        <source>Nothing changes. What the migration changes on the image is relabelled there.</source>
        <translation>沒有任何變更。遷移在映像中變動的內容會在映像內重新標記。</translation>
    </message>
    <message>
        <source>SELinux only logs until this server is started again; “setenforce 1” restores it at once.</source>
        <translation>此伺服器下次開機前，SELinux 僅記錄日誌；執行「setenforce 1」可立即恢復。</translation>
    </message>
    <message>
        <source>SELinux is off from the next start on and only logs until then. The original of /etc/selinux/config is kept beside it as config.edgelift-orig; put it back and start the server again to restore SELinux.</source>
        <translation>SELinux 從下次開機起停用，在此之前僅記錄日誌。原 /etc/selinux/config 會在同目錄下保留為 config.edgelift-orig；如需恢復 SELinux，請還原該檔案並重新啟動伺服器。</translation>
    </message>
    <message>
        <source>The snapshot driver was tested on every disk.</source>
        <translation>快照驅動程式已在每個磁碟上通過測試。</translation>
    </message>
</context>
<context>
    <name>Readiness</name>
    <message>
        <source>Operating system</source>
        <translation>作業系統</translation>
    </message>
    <message>
        <source>Found %1.</source>
        <translation>偵測到 %1。</translation>
    </message>
    <message>
        <source>No root filesystem of a Linux system was found on %1.</source>
        <translation>在 %1 上找不到 Linux 系統的根檔案系統。</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>請選擇伺服器的開機磁碟。</translation>
    </message>
    <message>
        <source>Processor architecture</source>
        <translation>處理器架構</translation>
    </message>
    <message>
        <source>The system is made for %1.</source>
        <translation>系統適用於 %1 架構。</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>僅 x86-64 伺服器可製作成 ENS 映像。</translation>
    </message>
    <message>
        <source>Neither /bin/sh nor another program tells what the system is made for.</source>
        <translation>無法透過 /bin/sh 或其他程式判斷系統架構。</translation>
    </message>
    <message>
        <source>Make sure that the server is an x86-64 system.</source>
        <translation>請確認此伺服器為 x86-64 系統。</translation>
    </message>
    <message>
        <source>Boot loader</source>
        <translation>開機載入程式</translation>
    </message>
    <message>
        <source>No boot loader was found on %1.</source>
        <translation>在 %1 上找不到開機載入程式。</translation>
    </message>
    <message>
        <source>Install GRUB on the system disk, then check again.</source>
        <translation>請在系統磁碟上安裝 GRUB，然後重新檢查。</translation>
    </message>
    <message>
        <source>The server starts with %1, not with GRUB 2.</source>
        <translation>伺服器使用 %1 開機，而非 GRUB 2。</translation>
    </message>
    <message>
        <source>It is copied as it is. Test the image before you rely on it.</source>
        <translation>將依原樣複製。正式使用前請先測試映像。</translation>
    </message>
    <message>
        <source>Firmware</source>
        <translation>韌體</translation>
    </message>
    <message>
        <source>The server starts by %1.</source>
        <translation>伺服器以 %1 方式開機。</translation>
    </message>
    <message>
        <source>Drivers for the cloud</source>
        <translation>雲端驅動程式</translation>
    </message>
    <message>
        <source>Kernel %1 has virtio drivers.</source>
        <translation>核心 %1 包含 virtio 驅動程式。</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>核心 %1 的啟動檔案不含 virtio 驅動程式。</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>請重建包含 virtio_blk、virtio_pci 和 virtio_net 的 initramfs，然後重新檢查。</translation>
    </message>
    <message>
        <source>The start files of the older kernel %1 have no virtio drivers.</source>
        <translation>舊核心 %1 的啟動檔案不含 virtio 驅動程式。</translation>
    </message>
    <message>
        <source>Remove this kernel or rebuild its initramfs, so that it is not started by mistake.</source>
        <translation>請移除該核心或重建其 initramfs，以免誤用該核心開機。</translation>
    </message>
    <message>
        <source>Network driver for the cloud</source>
        <translation>雲端網路驅動程式</translation>
    </message>
    <message>
        <source>Kernel %1 has no virtio_net driver.</source>
        <translation>核心 %1 沒有 virtio_net 驅動程式。</translation>
    </message>
    <message>
        <source>Install the kernel&apos;s complete modules, or the image will have no network.</source>
        <translation>請安裝該核心的完整模組，否則映像將沒有網路。</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>核心</translation>
    </message>
    <message>
        <source>No kernel was found below /boot.</source>
        <translation>在 /boot 下找不到核心。</translation>
    </message>
    <message>
        <source>Make sure that the server&apos;s kernel has virtio drivers.</source>
        <translation>請確認伺服器的核心包含 virtio 驅動程式。</translation>
    </message>
    <message>
        <source>Mount table</source>
        <translation>掛載表</translation>
    </message>
    <message>
        <source>Every entry of /etc/fstab names a volume by something that stays.</source>
        <translation>/etc/fstab 中的每個項目均使用固定識別指定磁碟區。</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2. Such names differ from machine to machine.</source>
        <translation>/etc/fstab 使用 %1 指定 %2。此類名稱因機器而異。</translation>
    </message>
    <message>
        <source>Write UUID=… instead (blkid prints it).</source>
        <translation>請改用 UUID=…（可用 blkid 查詢）。</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2, which is on none of the disks.</source>
        <translation>/etc/fstab 使用 %1 指定 %2，但所有磁碟上均不存在。</translation>
    </message>
    <message>
        <source>Add the missing disk, or give the entry the option “nofail”; otherwise the image stops while starting.</source>
        <translation>請新增缺少的磁碟，或為該項目加上「nofail」選項；否則映像開機時會中斷。</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>磁碟</translation>
    </message>
    <message>
        <source>Number of disks within the limits: %1.</source>
        <translation>磁碟數量未超過上限：%1。</translation>
    </message>
    <message>
        <source>There are %1 data disks, an ENS image has at most %2.</source>
        <translation>共有 %1 個資料磁碟，ENS 映像最多支援 %2 個。</translation>
    </message>
    <message>
        <source>Leave disks out in the plan.</source>
        <translation>請在計畫中排除部分磁碟。</translation>
    </message>
    <message>
        <source>Data disk %1 has %2, an ENS image allows 500 GiB for each.</source>
        <translation>資料磁碟 %1 的大小為 %2，ENS 映像的單一資料磁碟最大為 500 GiB。</translation>
    </message>
    <message>
        <source>Leave the disk out in the plan, or make it smaller.</source>
        <translation>請在計畫中排除該磁碟或縮小其容量。</translation>
    </message>
    <message>
        <source>SELinux</source>
        <translation>SELinux</translation>
    </message>
    <message>
        <source>SELinux is %1. Labels are copied with the files, so it can stay as it is.</source>
        <translation>SELinux 狀態：%1。標籤會隨檔案一起複製，可維持原狀。</translation>
    </message>
    <message>
        <source>Leave it enabled.</source>
        <translation>請保持啟用。</translation>
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
        <translation>已安裝 cloud-init。</translation>
    </message>
    <message>
        <source>cloud-init is not installed. The instance keeps the server&apos;s passwords, keys and network settings.</source>
        <translation>未安裝 cloud-init。執行個體會沿用伺服器的密碼、金鑰和網路設定。</translation>
    </message>
    <message>
        <source>Snapshot driver</source>
        <translation>快照驅動程式</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>不需要：磁碟未在使用中。</translation>
    </message>
    <message>
        <source>rsync</source>
        <translation>rsync</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>不需要：磁碟區採逐區塊複製。</translation>
    </message>
    <message>
        <source>Device that cannot be followed</source>
        <translation>無法追蹤的裝置</translation>
    </message>
    <message>
        <source>%1 uses %2, a multipath device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 使用多重路徑裝置 %2。伺服器執行期間無法追蹤寫入其中的內容。</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>請停用該裝置並重新檢查，或將伺服器關機並遷移其磁碟映像檔。</translation>
    </message>
    <message>
        <source>%1 uses %2, which the kernel drives as an NVMe multipath disk. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 使用 %2，核心將其作為 NVMe 多重路徑磁碟驅動。伺服器執行期間無法追蹤寫入其中的內容。</translation>
    </message>
    <message>
        <source>If the disk has one path only, start the server with the kernel option nvme_core.multipath=N and check again; otherwise shut it down and migrate its disk images.</source>
        <translation>如果該磁碟只有一條路徑，請使用核心選項 nvme_core.multipath=N 啟動伺服器並重新檢查；否則請將伺服器關機並遷移其磁碟映像檔。</translation>
    </message>
    <message>
        <source>%1 uses a disk that is there several times: %2.</source>
        <translation>%1 使用的磁碟重複出現：%2。</translation>
    </message>
    <message>
        <source>Leave one path to the disk, then check again.</source>
        <translation>請只保留一條到該磁碟的路徑，然後重新檢查。</translation>
    </message>
    <message>
        <source>%1 uses %2, a DRBD device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 使用 DRBD 裝置 %2。伺服器執行期間無法追蹤寫入其中的內容。</translation>
    </message>
    <message>
        <source>Unmount it, stop DRBD and check again, or shut the server down and migrate its disk images.</source>
        <translation>請卸載該裝置、停止 DRBD 並重新檢查，或將伺服器關機並遷移其磁碟映像檔。</translation>
    </message>
    <message>
        <source>%1 uses %2, which other servers may write to as well.</source>
        <translation>%1 使用 %2，其他伺服器也可能寫入該裝置。</translation>
    </message>
    <message>
        <source>Unmount it on this server, then check again. What servers share stays where it is.</source>
        <translation>請在此伺服器上卸載該裝置，然後重新檢查。伺服器間共用的內容保留在原處。</translation>
    </message>
    <message>
        <source>%1 uses %2, persistent memory. What is written to it cannot be followed.</source>
        <translation>%1 使用持續性記憶體 %2。無法追蹤寫入其中的內容。</translation>
    </message>
    <message>
        <source>Move its files to a disk and unmount it, then check again.</source>
        <translation>請將其中的檔案移至磁碟並將其卸載，然後重新檢查。</translation>
    </message>
    <message>
        <source>%1 uses %2 with DAX: programs write to it past everything that could follow them.</source>
        <translation>%1 以 DAX 方式使用 %2：程式會繞過所有追蹤機制直接寫入。</translation>
    </message>
    <message>
        <source>Mount it without the option “dax”, then check again.</source>
        <translation>請在不使用「dax」選項的情況下掛載，然後重新檢查。</translation>
    </message>
    <message>
        <source>%1 uses %2, a disk in memory. Nothing of it would reach the image.</source>
        <translation>%1 使用記憶體磁碟 %2。其內容不會進入映像。</translation>
    </message>
    <message>
        <source>%1 uses %2, a kind of device that is not known here. What is written to it cannot be followed.</source>
        <translation>%1 使用 %2，這是無法識別的裝置類型。無法追蹤寫入其中的內容。</translation>
    </message>
    <message>
        <source>System volume</source>
        <translation>系統磁碟區</translation>
    </message>
    <message>
        <source>%1 lies on %2. The image could not start from that.</source>
        <translation>%1 位於 %2 上。映像無法從其開機。</translation>
    </message>
    <message>
        <source>Move it to a partition or to a linear logical volume, then check again.</source>
        <translation>請將其移至分割區或線性邏輯磁碟區，然後重新檢查。</translation>
    </message>
    <message>
        <source>Storage in layers</source>
        <translation>分層儲存</translation>
    </message>
    <message>
        <source>%1 lies on %2. It is copied as it lies on the disks, with all of them or none.</source>
        <translation>%1 位於 %2 上。將依其在磁碟上的原樣複製，相關磁碟須全部遷移或全部不遷移。</translation>
    </message>
    <message>
        <source>Volume that cannot be held still</source>
        <translation>無法凍結的磁碟區</translation>
    </message>
    <message>
        <source>%1 (%2) is copied in a moment when nothing writes to it.</source>
        <translation>%1（%2）會在沒有寫入時複製。</translation>
    </message>
    <message>
        <source>Avoid changes there during the final step.</source>
        <translation>請避免在最後階段變更其中的內容。</translation>
    </message>
    <message>
        <source>Not on this server</source>
        <translation>不在此伺服器上</translation>
    </message>
    <message>
        <source>These are not on disks of this server and are not migrated: %1.</source>
        <translation>以下內容不在此伺服器的磁碟上，不會遷移：%1。</translation>
    </message>
    <message>
        <source>Make sure that the instance can reach what it needs of them.</source>
        <translation>請確認執行個體可以存取其中所需的內容。</translation>
    </message>
    <message>
        <source>Disk that cannot be understood</source>
        <translation>無法識別的磁碟</translation>
    </message>
    <message>
        <source>%1 cannot be used: %2</source>
        <translation>無法使用 %1：%2</translation>
    </message>
    <message>
        <source>Repair it, or leave the disk out in the plan.</source>
        <translation>請修復該磁碟，或在計畫中排除該磁碟。</translation>
    </message>
    <message>
        <source>Identity of a disk</source>
        <translation>磁碟識別</translation>
    </message>
    <message>
        <source>Disk %1 has neither a serial number nor an id. It is recognized by its slot.</source>
        <translation>磁碟 %1 既沒有序號也沒有 ID，透過其插槽識別。</translation>
    </message>
    <message>
        <source>Leave it in its slot until the migration is finished.</source>
        <translation>遷移完成前，請勿將其移出插槽。</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>記憶體</translation>
    </message>
    <message>
        <source>%1 are free.</source>
        <translation>可用 %1。</translation>
    </message>
    <message>
        <source>Only %1 are free. What changes last is kept in memory in the final step.</source>
        <translation>僅可用 %1。最後階段會將最後的變更保存在記憶體中。</translation>
    </message>
    <message>
        <source>Stop programs that are not needed during the migration.</source>
        <translation>請停止遷移期間不需要的程式。</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>執行中的伺服器需要快照驅動程式才能進行區塊複製。</translation>
    </message>
    <message>
        <source>You are asked before it is installed.</source>
        <translation>安裝前會徵求您的同意。</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync 已安裝。</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>逐檔複製磁碟區需要 rsync，但尚未安裝。</translation>
    </message>
    <message>
        <source>It was tested on every disk: what is written while the server runs is noticed.</source>
        <translation>已在每個磁碟上通過測試：伺服器執行期間的寫入會被發現。</translation>
    </message>
    <message>
        <source>They are added to the copy; the server itself is not changed.</source>
        <translation>驅動程式會加入複本中，伺服器本身不會變更。</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>系統時間</translation>
    </message>
    <message>
        <source>It agrees with the cloud&apos;s clock.</source>
        <translation>與雲端時間一致。</translation>
    </message>
    <message>
        <source>It was not compared with the cloud&apos;s clock, because no answer told the time.</source>
        <translation>未與雲端時間比較，因為沒有任何回應提供時間。</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>雲端位址</translation>
    </message>
    <message>
        <source>All of these answer: %1.</source>
        <translation>以下位址均有回應：%1。</translation>
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
        <translation>ENS 映像已就緒。</translation>
    </message>
    <message>
        <source>State</source>
        <translation>狀態</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>ENS 映像</translation>
    </message>
    <message>
        <source>Image name</source>
        <translation>映像名稱</translation>
    </message>
    <message>
        <source>Image region</source>
        <translation>映像地域</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>帳號</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>建立時間</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>結束時間</translation>
    </message>
    <message>
        <source>Source server</source>
        <translation>來源伺服器</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名稱</translation>
    </message>
    <message>
        <source>Source id</source>
        <translation>遷移來源 ID</translation>
    </message>
    <message>
        <source>Operating system</source>
        <translation>作業系統</translation>
    </message>
    <message>
        <source>Boot mode</source>
        <translation>開機模式</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>磁碟</translation>
    </message>
    <message>
        <source>What happened when</source>
        <translation>過程記錄</translation>
    </message>
    <message>
        <source>Phase</source>
        <translation>階段</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>開始時間</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>耗時（秒）</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>資料</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已複製</translation>
    </message>
    <message>
        <source>Sent over the network</source>
        <translation>網路傳輸量</translation>
    </message>
    <message>
        <source>Every block checked by its hash on arrival</source>
        <translation>接收時逐區塊驗證雜湊</translation>
    </message>
    <message>
        <source>Target read back and compared</source>
        <translation>回讀目標並比對</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>Resources made in the account</source>
        <translation>在帳號中建立的資源</translation>
    </message>
    <message>
        <source>Nothing temporary is left.</source>
        <translation>沒有殘留的臨時資源。</translation>
    </message>
    <message>
        <source>Some resources are kept for a retry and cost money until they are removed.</source>
        <translation>部分資源保留供重試使用，移除前會持續計費。</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>類型</translation>
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
        <translation>建立時間</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>移除時間</translation>
    </message>
    <message>
        <source>Price per day</source>
        <translation>每日價格</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>How to create an instance</source>
        <translation>如何建立執行個體</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>Migration report</source>
        <translation>遷移報告</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <extracomment>%1 is a number of milliseconds</extracomment>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>eBPF: a mark for each block in the kernel</source>
        <translation>eBPF：在核心中標記每個區塊</translation>
    </message>
    <message>
        <source>perf: a ring of events in the kernel</source>
        <translation>perf：核心中的事件環形緩衝區</translation>
    </message>
    <message>
        <source>a known write was marked exactly where it went</source>
        <translation>一次已知寫入已準確標記在其寫入位置</translation>
    </message>
    <message>
        <source>a known write was seen</source>
        <translation>已觀察到一次已知寫入</translation>
    </message>
    <message>
        <source>no place for a known write; the kernel&apos;s count of sectors agrees</source>
        <translation>沒有可供已知寫入的位置；與核心的磁區計數一致</translation>
    </message>
    <message>
        <source>none</source>
        <translation>無</translation>
    </message>
    <message>
        <source>Changes were followed by</source>
        <translation>變更追蹤方式</translation>
    </message>
    <message>
        <source>Trackers that could not be used</source>
        <translation>無法使用的追蹤方式</translation>
    </message>
    <message>
        <source>Tracker tested on %1</source>
        <extracomment>%1 is a disk</extracomment>
        <translation>已在 %1 上測試追蹤</translation>
    </message>
    <message>
        <source>Lost events</source>
        <translation>遺失的事件</translation>
    </message>
    <message>
        <source>Even one missed write would have been noticed</source>
        <translation>即使只遺漏一次寫入也會被發現</translation>
    </message>
    <message>
        <source>What proves the copy of the running server</source>
        <translation>執行中伺服器的複製有何依據</translation>
    </message>
    <message>
        <source>Rounds while the server worked</source>
        <translation>伺服器執行期間的複製輪數</translation>
    </message>
    <message>
        <source>Final moment: writing stood still for</source>
        <translation>最後階段：暫停寫入的時間長度</translation>
    </message>
    <message>
        <source>Read meanwhile</source>
        <translation>期間讀取</translation>
    </message>
    <message>
        <source>Final moments, with those that were repeated</source>
        <translation>最後階段次數（含重複的次數）</translation>
    </message>
    <message>
        <source>Unchanged blocks read again before it, all equal</source>
        <translation>此前重新讀取的未變更區塊，全部一致</translation>
    </message>
    <message>
        <source>Blocks read back from the target&apos;s disks, all equal</source>
        <translation>從目標磁碟回讀的區塊，全部一致</translation>
    </message>
    <message>
        <source>Signed off by both ends</source>
        <translation>兩端皆已確認</translation>
    </message>
    <message>
        <source>round %1, check sum %2</source>
        <extracomment>%1 is a number, %2 a check sum</extracomment>
        <translation>第 %1 輪，總和檢查碼 %2</translation>
    </message>
    <message>
        <source>Problems of the administrator&apos;s hooks</source>
        <translation>系統管理員 Hook 程式的問題</translation>
    </message>
    <message>
        <source>Filesystem</source>
        <translation>檔案系統</translation>
    </message>
    <message>
        <source>Time to stop it, rehearsed</source>
        <translation>凍結耗時（演練）</translation>
    </message>
    <message>
        <source>Time to let it go on</source>
        <translation>恢復耗時</translation>
    </message>
    <message>
        <source>Not proved: that each program had stored all it knew (hooks before the final moment can see to that), and that no storage driver writes without telling the kernel&apos;s request layer.</source>
        <translation>未能證明：每個程式都已儲存其掌握的全部資料（可由最後階段之前執行的 Hook 程式保證），以及沒有任何儲存驅動程式繞過核心的要求層進行寫入。</translation>
    </message>
    <message>
        <source>The copy was changed so that it starts, and can be reached, in the cloud. Each original lies beside the new file as *.edgelift-orig.</source>
        <translation>複本已經過修改，可在雲端啟動並可連線。各原始檔案以 *.edgelift-orig 為名保留在新檔案旁。</translation>
    </message>
    <message>
        <source>Nothing had to be changed: the server starts in the cloud as it is.</source>
        <translation>無須任何修改：伺服器可依原狀在雲端啟動。</translation>
    </message>
    <message>
        <source>The copy would not start in the cloud. Nothing was changed in it.</source>
        <translation>複本在雲端將無法啟動。未對複本作任何修改。</translation>
    </message>
    <message>
        <source>The copy was not changed, because its filesystems could not be looked into.</source>
        <translation>未修改複本，因為無法檢查其檔案系統的內容。</translation>
    </message>
    <message>
        <source>Made ready for the cloud</source>
        <translation>雲端執行準備</translation>
    </message>
    <message>
        <source>Made anew: %1</source>
        <translation>已重新產生：%1</translation>
    </message>
    <message>
        <source>GRUB was put into the boot sector.</source>
        <translation>已將 GRUB 寫入開機磁區。</translation>
    </message>
    <message>
        <source>Moved aside: %1</source>
        <translation>已移開：%1</translation>
    </message>
    <message>
        <source>Changed: %1</source>
        <translation>已修改：%1</translation>
    </message>
    <message>
        <source>Test boot</source>
        <translation>開機測試</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine. It shows a login prompt and answers on its network.</source>
        <translation>已在虛擬機器中啟動映像。映像顯示登入提示，並能在其網路上回應。</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine and did not come up completely.</source>
        <translation>已在虛擬機器中啟動映像，但映像未能完全啟動。</translation>
    </message>
    <message>
        <source>Reached</source>
        <translation>到達階段</translation>
    </message>
    <message>
        <source>Login prompt</source>
        <translation>登入提示</translation>
    </message>
    <message>
        <source>Address by DHCP</source>
        <translation>透過 DHCP 取得的位址</translation>
    </message>
    <message>
        <source>Answers on the network</source>
        <translation>網路回應</translation>
    </message>
    <message>
        <source>Trouble</source>
        <translation>故障</translation>
    </message>
    <message>
        <source>Console log</source>
        <translation>主控台日誌</translation>
    </message>
    <message>
        <source>What was copied block by block is as it was at one moment, in which nothing was written: as after a power cut. Programs find everything there that was stored for good by then.</source>
        <translation>逐區塊複製的內容為某一時刻的狀態，該時刻沒有任何寫入：如同斷電之後。程式可從中找到截至該時刻已永久儲存的全部資料。</translation>
    </message>
    <message>
        <source>Files that were copied while the server worked</source>
        <translation>伺服器執行期間複製的檔案</translation>
    </message>
    <message>
        <source>Each file is as it was at some time during the last pass over its volume, and not all files are of one moment. A program that was writing then may find its files out of step with each other: stop such programs before the final point, or copy their volume block by block.</source>
        <translation>每個檔案均為對其所在磁碟區進行最後一輪複製期間某一時刻的狀態，並非所有檔案都處於同一時刻。當時正在寫入的程式可能會發現其檔案彼此不一致：請在確定最終時間點前停止此類程式，或逐區塊複製其所在的磁碟區。</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>磁碟區</translation>
    </message>
    <message>
        <source>Last pass began</source>
        <translation>最後一輪開始時間</translation>
    </message>
    <message>
        <source>It ended</source>
        <translation>結束時間</translation>
    </message>
    <message>
        <source>Passes</source>
        <translation>輪次數</translation>
    </message>
    <message>
        <source>Files changed before the last pass</source>
        <translation>最後一輪之前變更的檔案數</translation>
    </message>
    <message>
        <source>Vanished during it</source>
        <translation>最後一輪期間消失的檔案數</translation>
    </message>
</context>
<context>
    <name>ResourceKind</name>
    <message>
        <source>image export task</source>
        <translation>映像匯出工作</translation>
    </message>
    <message>
        <source>temporary ECS image</source>
        <translation>臨時 ECS 映像</translation>
    </message>
    <message>
        <source>snapshot</source>
        <translation>快照</translation>
    </message>
    <message>
        <source>transit instance</source>
        <translation>中轉執行個體</translation>
    </message>
    <message>
        <source>disk of the transit instance</source>
        <translation>中轉執行個體的磁碟</translation>
    </message>
    <message>
        <source>security group</source>
        <translation>安全性群組</translation>
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
        <translation>Bucket 中的物件</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>ENS 映像</translation>
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
        <translation>與中轉執行個體的連線已中斷。連線恢復後會自動繼續複製。</translation>
    </message>
    <message>
        <source>The address of this server is not known, so ports 8080 and 8703 of the transit instance are open to every address. Only this migration&apos;s key is accepted there.</source>
        <translation>無法得知此伺服器的位址，因此中轉執行個體的連接埠 8080 和 8703 對所有位址開放，但僅接受本次遷移的金鑰。</translation>
    </message>
    <message>
        <source>Not removed: %1 %2. %3</source>
        <translation>未移除：%1 %2。%3</translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the source had another content when read again and were sent again. Test the source server&apos;s memory (RAM) and disk.</source>
        <translation>
            <numerusform>再次讀取時，遷移來源有 %n 個資料區塊的內容不同，已重新傳送。請檢測來源伺服器的記憶體（RAM）和磁碟。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the target differed from what was sent and were sent again.</source>
        <translation>
            <numerusform>目標中有 %n 個資料區塊與已傳送的內容不同，已重新傳送。</numerusform>
        </translation>
    </message>
    <message>
        <source>The server changes %1 MB/s, and %2 MB/s can be sent: the copy does not catch up. Raise the limits, wait for a quiet hour, stop the services that write most, or allow a longer final moment.</source>
        <translation>伺服器的變更速度為 %1 MB/s，而傳送速度為 %2 MB/s：複製無法跟上。請提高速度限制、等待離峰時段、停止寫入最多的服務，或允許更長的最後階段。</translation>
    </message>
    <message>
        <source>The agent ended in the final moment of the copy, while writing to %1 was stopped. Writing goes on since the agent was started again; look whether the programs that write there noticed.</source>
        <translation>代理程式在複製的最後階段結束執行，當時對 %1 的寫入已暫停。代理程式再次啟動後，寫入已恢復；請檢查在該處寫入的程式是否受到影響。</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because no root filesystem of Linux was found. Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>未對複本進行雲端調適，因為找不到 Linux 的根檔案系統。請確認伺服器包含 virtio 驅動程式，並透過 DHCP 取得位址。</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because the transit instance could not mount %1 (%2). Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>未對複本進行雲端調適，因為中轉執行個體無法掛載 %1（%2）。請確認伺服器包含 virtio 驅動程式，並透過 DHCP 取得位址。</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks. The copy compares everything instead, and in its final moment writing stops for about %1 seconds.</source>
        <translation>核心不允許追蹤磁碟寫入。複製會改為比較全部內容，在最後階段寫入會暫停約 %1 秒。</translation>
    </message>
    <message>
        <source>The clock of this server differs from the cloud&apos;s by %1 seconds. At 15 minutes the cloud refuses every request. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”.</source>
        <translation>此伺服器的時間與雲端相差 %1 秒。相差達到 15 分鐘時，雲端會拒絕所有要求。請同步時間，例如使用「timedatectl set-ntp true」或「chronyc makestep」。</translation>
    </message>
    <message>
        <source>The target disks have another layout now: transit instance %1 is removed with its disks, another one is made, and the copy begins anew.</source>
        <translation>目標磁碟的配置已變更：將移除中轉執行個體 %1 及其磁碟，建立另一個中轉執行個體，複製會從頭開始。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::BootPanel</name>
    <message>
        <source>The image works: the server in it has booted, and all its files are as they were.</source>
        <translation>映像可用：其中的伺服器已開機，所有檔案均維持原狀。</translation>
    </message>
    <message>
        <source>The machine is off. The image works: all files in it were as they were.</source>
        <translation>機器已關閉。映像可用：其中的所有檔案均維持原狀。</translation>
    </message>
    <message>
        <source>The image boots in a virtual machine on this server. The image is not changed.</source>
        <translation>映像正在此伺服器上的虛擬機器中開機。映像不會被變更。</translation>
    </message>
    <message>
        <source>The machine is off. It did not say what the server says when it has booted.</source>
        <translation>機器已關閉。未收到伺服器開機完成後應有的訊息。</translation>
    </message>
    <message>
        <source>Stop the &amp;machine</source>
        <translation>停止機器(&amp;M)</translation>
    </message>
    <message>
        <source>Boot it &amp;here</source>
        <translation>在此啟動(&amp;H)</translation>
    </message>
    <message>
        <source>Console of the image that boots here</source>
        <translation>在此啟動之映像的主控台</translation>
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
        <translation>說明(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Options</source>
        <extracomment>Opens a menu: language, size of text, low-bandwidth mode</extracomment>
        <translation>選項(&amp;O)</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>選項</translation>
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
        <translation>關閉(&amp;C)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksModel</name>
    <message>
        <source>Cloud account</source>
        <translation>雲端帳號</translation>
    </message>
    <message>
        <source>Not looked at yet.</source>
        <translation>尚未檢查。</translation>
    </message>
    <message>
        <source>It is tested on the Connect page.</source>
        <translation>將在「連線」頁面測試。</translation>
    </message>
    <message>
        <source>The account answers.</source>
        <translation>帳號連線正常。</translation>
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
        <translation>問題</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>結果</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>檢查項目</translation>
    </message>
    <message>
        <source>What was found, and what to do</source>
        <translation>檢查結果與處理建議</translation>
    </message>
    <message>
        <source>Solution</source>
        <translation>解決方法</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>雲端位址</translation>
    </message>
    <message>
        <source>They are being asked…</source>
        <translation>正在檢查是否有回應…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksPage</name>
    <message>
        <source>wait until the checks are done</source>
        <translation>等待檢查完成</translation>
    </message>
    <message>
        <source>let the server be read: choose Check again</source>
        <translation>讀取伺服器資訊：按一下「重新檢查」</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>正在檢查…</translation>
    </message>
    <message numerus="yes">
        <source>%n OK</source>
        <translation>
            <numerusform>%n 項正常</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s)</source>
        <translation>
            <numerusform>%n 項警告</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n 項問題</numerusform>
        </translation>
    </message>
    <message>
        <source>Check &amp;again (F5)</source>
        <translation>重新檢查(&amp;A) (F5)</translation>
    </message>
    <message>
        <source>Checks of this server</source>
        <translation>此伺服器的檢查結果</translation>
    </message>
    <message>
        <source>Is this server ready?</source>
        <translation>此伺服器是否已就緒？</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>檢查</translation>
    </message>
    <message>
        <source>Only a problem stops the migration; warnings are for you to weigh.</source>
        <translation>只有「問題」會阻止遷移；「警告」請自行斟酌。</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>重試(&amp;R)</translation>
    </message>
    <message>
        <source>Fix…</source>
        <translation>修正…</translation>
    </message>
    <message>
        <source>Fix: %1</source>
        <translation>修正：%1</translation>
    </message>
    <message>
        <source>Each row says what was looked at, what was found and what to do about it. Problems must be solved before the migration can start; solve them on the server, then choose Check again. Where Edgelift can do it for you, the row has a Fix button: you are told what it does before anything changes.</source>
        <translation>每列顯示檢查項目、檢查結果和處理建議。必須先解決所有問題才能開始遷移；請在伺服器上處理，然後按一下「重新檢查」。如果 Edgelift 可以代為處理，該列會顯示「修正」按鈕：變更之前會先說明將執行的操作。</translation>
    </message>
    <message>
        <source>wait until the problem is solved</source>
        <translation>等待問題解決</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CleanUpBox</name>
    <message>
        <source>What the migration made in the cloud is being removed. You may close this window: it goes on.</source>
        <translation>正在移除遷移在雲端建立的資源。您可以關閉此視窗：清理會繼續進行。</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until they are removed:</source>
        <translation>以下資源仍存在於雲端，移除前會持續計費：</translation>
    </message>
    <message>
        <source>Everything temporary was released: the transit instance, the temporary images and snapshots.</source>
        <translation>所有臨時資源均已釋放：中轉執行個體、臨時映像和快照。</translation>
    </message>
    <message>
        <source>The last clean-up was not complete: %1 %2 [%3]</source>
        <extracomment>Why a clean-up failed: %1 to what it happened, %2 what to do, %3 a code such as EL-0212</extracomment>
        <translation>上次清理未完成：%1 %2 [%3]</translation>
    </message>
    <message>
        <source>Clean up? The job is deleted, the transit instance is released and the copied data is lost.</source>
        <translation>是否清理？工作將被刪除，中轉執行個體將被釋放，已複製的資料將遺失。</translation>
    </message>
    <message>
        <source>Clean up? Everything listed here but what is kept on purpose is removed from the cloud.</source>
        <translation>是否清理？除有意保留的資源外，此處列出的所有資源都將從雲端移除。</translation>
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
        <translation>手動清理方法(&amp;D)</translation>
    </message>
    <message>
        <source>Sign in to the console, choose the region, and remove what is listed here from top to bottom: release the instance, delete images, snapshots, disks and the network, and the objects in the bucket. Look for it by its id.</source>
        <translation>請登入主控台，選擇地域，然後從上到下移除此處列出的資源：釋放執行個體，刪除映像、快照、磁碟和網路，以及 Bucket 中的物件。請依 ID 尋找。</translation>
    </message>
    <message>
        <source>ECS console</source>
        <translation>ECS 主控台</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CodeMaker</name>
    <message>
        <source>Generating…</source>
        <translation>正在產生…</translation>
    </message>
    <message>
        <source>&amp;Name of the code:</source>
        <translation>啟用碼名稱(&amp;N)：</translation>
    </message>
    <message>
        <source>Optional</source>
        <translation>選填</translation>
    </message>
    <message>
        <source>Servers it can import (1 to %1):</source>
        <translation>可匯入的伺服器數量（1～%1）：</translation>
    </message>
    <message>
        <source>Days it is valid (1 to %1):</source>
        <translation>有效天數（1～%1）：</translation>
    </message>
    <message>
        <source>&amp;Generate</source>
        <translation>產生(&amp;G)</translation>
    </message>
    <message>
        <source>Choose AccessKey pair above and enter the pair and, under Private network, the address of the service.</source>
        <translation>請在上方選擇「AccessKey」並輸入 AccessKey 組，然後在「內網」下輸入服務的位址。</translation>
    </message>
    <message>
        <source>The new activation code</source>
        <translation>新的啟用碼</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>複製(&amp;C)</translation>
    </message>
    <message>
        <source>Copy the activation code</source>
        <translation>複製啟用碼</translation>
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
        <translation>連線此伺服器</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>連線</translation>
    </message>
    <message>
        <source>Enter the activation code or an AccessKey pair.</source>
        <translation>請輸入啟用碼或 AccessKey。</translation>
    </message>
    <message>
        <source>An activation code is made in the SMC console and lets this server register itself without an AccessKey. It may be pasted with spaces, line breaks or the complete command around it.

An AccessKey pair belongs to a user of your account; create one in the RAM console.

Neither is saved: after the program was closed, enter it again.</source>
        <translation>啟用碼在 SMC 主控台產生，此伺服器不需 AccessKey 即可憑啟用碼自行註冊。貼上時可包含空格、換行或整條命令。

AccessKey 屬於您帳號下的使用者，請在 RAM 主控台建立。

兩者皆不會儲存：程式關閉後需重新輸入。</translation>
    </message>
    <message>
        <source>Connected as %1.</source>
        <translation>已以 %1 的身分連線。</translation>
    </message>
    <message>
        <source>Contacting %1…</source>
        <translation>正在連線至 %1…</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>重試(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>測試連線(&amp;T)</translation>
    </message>
    <message>
        <source>Generate a &amp;code</source>
        <translation>產生啟用碼(&amp;C)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CredentialForm</name>
    <message>
        <source>Enter an address that begins with http:// or https://.</source>
        <translation>請輸入以 http:// 或 https:// 開頭的位址。</translation>
    </message>
    <message>
        <source>Enter both the AccessKey ID and the AccessKey secret. [E-CON-05]</source>
        <translation>請同時輸入 AccessKey ID 和 AccessKey Secret。[E-CON-05]</translation>
    </message>
    <message>
        <source>Enter the activation code from the SMC console. [E-CON-01]</source>
        <translation>請輸入 SMC 主控台中的啟用碼。[E-CON-01]</translation>
    </message>
    <message>
        <source>The service rejected the activation code. Check it for missing characters, or generate a new one. [E-CON-02]</source>
        <translation>服務拒絕了該啟用碼。請檢查是否缺少字元，或重新產生啟用碼。[E-CON-02]</translation>
    </message>
    <message>
        <source>The activation code expired on %1. Generate a new one. [E-CON-03]</source>
        <translation>該啟用碼已於 %1 到期。請重新產生啟用碼。[E-CON-03]</translation>
    </message>
    <message numerus="yes">
        <source>The activation code has already imported %n server(s), which is its limit. Generate a new one. [E-CON-04]</source>
        <translation>
            <numerusform>該啟用碼已匯入 %n 部伺服器，達到上限。請重新產生啟用碼。[E-CON-04]</numerusform>
        </translation>
    </message>
    <message>
        <source>The AccessKey pair was refused: %1. Check the pair and its permissions. [E-CON-06]</source>
        <translation>AccessKey 遭拒絕：%1。請檢查 AccessKey 及其權限。[E-CON-06]</translation>
    </message>
    <message>
        <source>enter the activation code</source>
        <translation>請輸入啟用碼</translation>
    </message>
    <message>
        <source>enter the AccessKey ID and the AccessKey secret</source>
        <translation>請輸入 AccessKey ID 和 AccessKey Secret</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>請更正已標示的內容</translation>
    </message>
    <message>
        <source>complete the activation code</source>
        <translation>請輸入完整的啟用碼</translation>
    </message>
    <message>
        <source>Acti&amp;vation code (recommended)</source>
        <translation>啟用碼（建議）(&amp;V)</translation>
    </message>
    <message>
        <source>Access&amp;Key pair</source>
        <translation>AccessKey(&amp;K)</translation>
    </message>
    <message>
        <source>Activation &amp;code:</source>
        <translation>啟用碼(&amp;C)：</translation>
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
        <translation>端點(&amp;E)：</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>顯示(&amp;W)</translation>
    </message>
    <message>
        <source>Show the activation code</source>
        <translation>顯示啟用碼</translation>
    </message>
    <message>
        <source>Show the AccessKey secret</source>
        <translation>顯示 AccessKey Secret</translation>
    </message>
    <message>
        <source>&amp;Private network</source>
        <translation>內網(&amp;P)</translation>
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
        <translation>接收程式已被終止，將自動重新啟動。</translation>
    </message>
    <message>
        <source>No receiver runs now. It runs while data is transferred.</source>
        <translation>目前沒有執行中的接收程式。接收程式在傳輸資料時執行。</translation>
    </message>
    <message>
        <source>Every instance type is sold out.</source>
        <translation>所有執行個體規格均已售罄。</translation>
    </message>
    <message>
        <source>Instance types are in stock again.</source>
        <translation>執行個體規格已恢復庫存。</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>An error: %1 what happened, %2 what to do</extracomment>
        <translation>%1%2</translation>
    </message>
    <message>
        <source>The network is back.</source>
        <translation>網路已恢復。</translation>
    </message>
    <message numerus="yes">
        <source>The network is down for %n s more.</source>
        <translation>
            <numerusform>網路將繼續中斷 %n 秒。</numerusform>
        </translation>
    </message>
    <message>
        <source>Restock the instance types</source>
        <translation>恢復執行個體規格庫存</translation>
    </message>
    <message>
        <source>Sell out the instance types</source>
        <translation>使執行個體規格售罄</translation>
    </message>
    <message>
        <source>Demonstration – no data leaves this server</source>
        <translation>示範 – 資料不會離開此伺服器</translation>
    </message>
    <message>
        <source>Link speed:</source>
        <translation>連結速度：</translation>
    </message>
    <message>
        <source>Speed of the simulated link</source>
        <translation>模擬連結的速度</translation>
    </message>
    <message>
        <source>Make it fail</source>
        <translation>模擬故障</translation>
    </message>
    <message numerus="yes">
        <source>Drop the network for %n s</source>
        <translation>
            <numerusform>中斷網路 %n 秒</numerusform>
        </translation>
    </message>
    <message>
        <source>Kill the receiver</source>
        <translation>終止接收程式</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DemoWorld</name>
    <message>
        <source>Building the sample server…</source>
        <translation>正在建置範例伺服器…</translation>
    </message>
    <message>
        <source>Starting a simulated cloud…</source>
        <translation>正在啟動模擬雲端…</translation>
    </message>
    <message>
        <source>Starting the agent…</source>
        <translation>正在啟動代理程式…</translation>
    </message>
    <message>
        <source>Creating an activation code…</source>
        <translation>正在產生啟用碼…</translation>
    </message>
    <message>
        <source>The demonstration is ready. The activation code is in its field already.</source>
        <translation>示範已就緒。啟用碼已填入輸入欄位。</translation>
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
        <translation>儲存診斷資訊</translation>
    </message>
    <message>
        <source>ZIP archives (*.zip)</source>
        <translation>ZIP 壓縮檔 (*.zip)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>已儲存為 %1。</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 the name of a file, %2 its size</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>These files will be saved, without secrets:
%1</source>
        <translation>將儲存以下檔案，其中不含機密資訊：
%1</translation>
    </message>
    <message>
        <source>Save these files…</source>
        <translation>儲存這些檔案…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskBar</name>
    <message>
        <source>Drop mount targets here</source>
        <translation>將掛載點拖放到此處</translation>
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
        <translation>系統磁碟 %1</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <translation>資料磁碟 %1</translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation>%1 的進度</translation>
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
        <translation>來源磁碟 %1，%2</translation>
    </message>
    <message>
        <source>Source</source>
        <extracomment>heading: the disks of the server</extracomment>
        <translation>遷移來源</translation>
    </message>
    <message>
        <source>Destination</source>
        <extracomment>heading: the disks of the image</extracomment>
        <translation>目標</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksButtons</name>
    <message numerus="yes">
        <source>%n problem(s) to solve</source>
        <translation>
            <numerusform>有 %n 個問題待解決</numerusform>
        </translation>
    </message>
    <message>
        <source>Fits: yes</source>
        <translation>可容納：是</translation>
    </message>
    <message>
        <source>&amp;Automatic layout</source>
        <translation>自動配置(&amp;A)</translation>
    </message>
    <message>
        <source>Ad&amp;just</source>
        <translation>調整(&amp;J)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>復原(&amp;U)</translation>
    </message>
    <message>
        <source>Red&amp;o</source>
        <translation>重做(&amp;O)</translation>
    </message>
    <message>
        <source>Reset to au&amp;tomatic</source>
        <translation>還原為自動(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Fix automatically</source>
        <translation>自動修正(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Rescan</source>
        <translation>重新掃描(&amp;R)</translation>
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
        <translation>「%1」不是有效的大小。請輸入數字（預設單位為 GiB），也可加上單位，例如 20 或 512 MiB。</translation>
    </message>
    <message>
        <source>%1 picked up. Use Up and Down to choose a disk, Enter to drop, Esc to cancel.</source>
        <translation>已拾取 %1。請用向上鍵和向下鍵選擇磁碟，按 Enter 放下，按 Esc 取消。</translation>
    </message>
    <message>
        <source>No disks found.</source>
        <translation>找不到磁碟。</translation>
    </message>
    <message>
        <source>Reading disks…</source>
        <translation>正在讀取磁碟…</translation>
    </message>
    <message>
        <source>let Edgelift read the disks of this server</source>
        <translation>請允許 Edgelift 讀取此伺服器的磁碟</translation>
    </message>
    <message numerus="yes">
        <source>solve %n problem(s) of the layout</source>
        <translation>
            <numerusform>請解決配置中的 %n 個問題</numerusform>
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
        <translation>拖曳掛載點的控點可將其移到其他磁碟，也可在掛載點上按 Ctrl+X。按 F2 變更大小，按空白鍵取消勾選「遷移」。</translation>
    </message>
    <message>
        <source>What is left needs your decision: see the list below the table.</source>
        <translation>其餘問題需由您決定：請查看表格下方的清單。</translation>
    </message>
    <message>
        <source>&amp;Show the layout</source>
        <translation>顯示配置(&amp;S)</translation>
    </message>
    <message>
        <source>Mount targets</source>
        <translation>掛載點</translation>
    </message>
    <message>
        <source>The automatic layout makes the disks of the image like those of this server. Choose “Adjust” to change sizes, to move mount targets to other disks, to leave some out or to use LVM.

With the keyboard: Ctrl+X picks up a mount target, Up and Down choose a disk, Enter drops it, Esc cancels. Alt+1 to Alt+5 move it to a disk at once, Alt+Up and Alt+Down change the order. F2 changes a size, Space sets or clears Migrate, L sets or clears LVM on the row of a disk. Shift+F10 opens a menu with all of this. Ctrl+Z undoes.</source>
        <translation>自動配置會使映像的磁碟與此伺服器的磁碟相近。如需變更大小、將掛載點移到其他磁碟、排除部分掛載點或使用 LVM，請選擇「調整」。

鍵盤操作：按 Ctrl+X 拾取掛載點，用向上鍵和向下鍵選擇磁碟，按 Enter 放下，按 Esc 取消。Alt+1 至 Alt+5 直接移到對應磁碟，Alt+向上鍵/向下鍵變更順序。F2 變更大小，空白鍵勾選或取消「遷移」，在磁碟列上按 L 啟用或停用 LVM。Shift+F10 開啟包含以上操作的選單。Ctrl+Z 復原。</translation>
    </message>
    <message>
        <source>Disks and mount targets</source>
        <translation>磁碟和掛載點</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>磁碟</translation>
    </message>
    <message>
        <source>Choose what the disks of the image look like and what is migrated to them.</source>
        <translation>請選擇映像的磁碟配置以及要遷移的內容。</translation>
    </message>
    <message>
        <source>Choose Adjust to change this layout.</source>
        <translation>選擇「調整」可變更此配置。</translation>
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
        <translation>遷移已停止：%1 [%2]</translation>
    </message>
    <message>
        <source>E&amp;vidence</source>
        <translation>證據(&amp;V)</translation>
    </message>
    <message>
        <source>Code: %1
Phase: %2
Time: %3
Detail: %4</source>
        <translation>代碼：%1
階段：%2
時間：%3
詳細資料：%4</translation>
    </message>
    <message>
        <source>Re&amp;try</source>
        <translation>重試(&amp;T)</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>複製(&amp;Y)</translation>
    </message>
    <message>
        <source>Save dia&amp;gnostics…</source>
        <translation>儲存診斷資訊(&amp;G)…</translation>
    </message>
    <message>
        <source>Cancel job and clean &amp;up…</source>
        <translation>取消工作並清理(&amp;U)…</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until you retry or clean up:</source>
        <translation>以下資源仍存在於雲端，在您重試或清理之前會持續計費：</translation>
    </message>
    <message>
        <source>You retried at %1: it came to the same error again.</source>
        <translation>您已於 %1 重試：再次發生相同的錯誤。</translation>
    </message>
    <message>
        <source>You retried at %1: it came to another error.</source>
        <translation>您已於 %1 重試：發生了其他錯誤。</translation>
    </message>
    <message>
        <source>Start again &amp;with the same settings</source>
        <translation>使用相同設定重新開始(&amp;W)</translation>
    </message>
    <message>
        <source>Copy what is said about this error</source>
        <translation>複製此錯誤的說明</translation>
    </message>
    <message>
        <source>Troubleshoot errors</source>
        <translation>錯誤疑難排解</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ExcludesForm</name>
    <message>
        <source>Path to &amp;leave out:</source>
        <translation>要排除的路徑(&amp;L)：</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>新增(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>移除(&amp;R)</translation>
    </message>
    <message>
        <source>Paths that are left out</source>
        <translation>已排除的路徑</translation>
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
        <translation>完成與清理</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>ENS 映像已就緒。</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>正在清理…</translation>
    </message>
    <message>
        <source>Not everything was released</source>
        <translation>部分資源未釋放</translation>
    </message>
    <message>
        <source>The migration was cancelled. There is no image.</source>
        <translation>遷移已取消，未產生映像。</translation>
    </message>
    <message>
        <source>Folder of the image: %1</source>
        <translation>映像所在資料夾：%1</translation>
    </message>
    <message>
        <source>Save report</source>
        <translation>儲存報告</translation>
    </message>
    <message>
        <source>Show in &amp;file manager</source>
        <translation>在檔案管理員中顯示(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Save report…</source>
        <translation>儲存報告(&amp;S)…</translation>
    </message>
    <message>
        <source>Save settings</source>
        <translation>儲存設定</translation>
    </message>
    <message>
        <source>Plan files (*.json)</source>
        <translation>計畫檔案 (*.json)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <extracomment>%1 is the path of a file</extracomment>
        <translation>已儲存為 %1。</translation>
    </message>
    <message>
        <source>No file manager could be opened. The image is in the folder %1.</source>
        <translation>無法開啟檔案管理員。映像位於資料夾 %1。</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>映像</translation>
    </message>
    <message>
        <source>Image ID</source>
        <translation>映像 ID</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>地域</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已複製</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>已傳送</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>耗時</translation>
    </message>
    <message>
        <source>Next steps</source>
        <translation>後續步驟</translation>
    </message>
    <message>
        <source>Or by this command, with your own values for TYPE, REGION and MBIT:</source>
        <extracomment>The capitals are in the command and stay as they are</extracomment>
        <translation>或使用以下命令，並將 TYPE、REGION 和 MBIT 替換為您的值：</translation>
    </message>
    <message>
        <source>1. Open the ENS console and create an instance from this image.
2. Check application licences: the hardware changed.
3. Compare the new instance with this server before switching over.</source>
        <translation>1. 開啟 ENS 主控台，使用此映像建立執行個體。
2. 檢查應用程式授權：硬體已變更。
3. 切換前，請將新執行個體與此伺服器進行比較。</translation>
    </message>
    <message>
        <source>ENS console</source>
        <translation>ENS 主控台</translation>
    </message>
    <message>
        <source>Copy co&amp;mmand</source>
        <translation>複製命令(&amp;M)</translation>
    </message>
    <message>
        <source>Save these settin&amp;gs…</source>
        <translation>儲存這些設定(&amp;G)…</translation>
    </message>
    <message>
        <source>To migrate another server with the same settings</source>
        <translation>使用相同設定遷移其他伺服器</translation>
    </message>
    <message>
        <source>The image is in your account; an ENS instance is created from it in the ENS console or with the command shown here. What the migration made on the way is removed; if something is left, it is listed with what it costs and can be cleaned up here. The report says what was done, when and with which settings; it holds no passwords and no keys.</source>
        <translation>映像檔已在您的帳號中；請在 ENS 主控台中或使用此處顯示的命令以它建立 ENS 執行個體。遷移過程中建立的資源已移除；如果有剩餘，會連同其費用在此列出，並可在此清理。報告說明了何時、以何種設定做了什麼；其中不含密碼和金鑰。</translation>
    </message>
    <message>
        <source>Reports (*.html *.json)</source>
        <translation>報告 (*.html *.json)</translation>
    </message>
    <message>
        <source>Test boot: the image is being started in a virtual machine on this server…</source>
        <translation>開機測試：正在此伺服器上的虛擬機器中啟動映像…</translation>
    </message>
    <message>
        <source>There was no test boot: %1</source>
        <translation>未進行開機測試：%1</translation>
    </message>
    <message>
        <source>Test boot passed: after %1 the image had shown its login prompt and answered on its network as %2.</source>
        <extracomment>%1 a time such as “24 s”, %2 an IP address</extracomment>
        <translation>開機測試已通過：%1 後，映像已顯示登入提示，並在其網路上以 %2 回應。</translation>
    </message>
    <message>
        <source>the boot loader</source>
        <translation>開機載入程式</translation>
    </message>
    <message>
        <source>the kernel</source>
        <translation>核心</translation>
    </message>
    <message>
        <source>the root file system</source>
        <translation>根檔案系統</translation>
    </message>
    <message>
        <source>the login prompt</source>
        <translation>登入提示</translation>
    </message>
    <message>
        <source>the network</source>
        <translation>網路</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image showed nothing on its console.</source>
        <translation>開機測試：在 %1 內，映像的主控台沒有任何輸出。</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image did not come up. The last that was seen: %2. The report has what its console said.</source>
        <extracomment>%1 a time such as “24 s”, %2 such as “the kernel”</extracomment>
        <translation>開機測試：在 %1 內，映像未能完成啟動。最後觀察到的階段：%2。報告中包含其主控台的輸出。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FixBox</name>
    <message>
        <source>Working: %1</source>
        <translation>正在處理：%1</translation>
    </message>
    <message>
        <source>Command: %1</source>
        <translation>命令：%1</translation>
    </message>
    <message>
        <source>&amp;Not now</source>
        <translation>暫不(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Yes, do it</source>
        <translation>是，執行(&amp;Y)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutGestures</name>
    <message>
        <source>Change &amp;size</source>
        <translation>變更大小(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;LVM</source>
        <translation>LVM(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Migrate</source>
        <translation>遷移(&amp;M)</translation>
    </message>
    <message>
        <source>Mo&amp;ve to</source>
        <extracomment>a menu of disks</extracomment>
        <translation>移動到(&amp;V)</translation>
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
        <translation>掛載點</translation>
    </message>
    <message>
        <source>Migrate</source>
        <translation>遷移</translation>
    </message>
    <message>
        <source>Destination</source>
        <translation>目的地</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>已使用</translation>
    </message>
    <message>
        <source>Min.</source>
        <extracomment>the smallest possible size</extracomment>
        <translation>最小</translation>
    </message>
    <message>
        <source>Transfer method</source>
        <translation>傳輸方式</translation>
    </message>
    <message>
        <source>LVM</source>
        <translation>LVM</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>備註</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 “System disk” or “Data disk 2”, %2 its name on the source such as vdb</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Block by block</source>
        <extracomment>how a volume is copied</extracomment>
        <translation>逐區塊複製</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>逐檔複製</translation>
    </message>
    <message>
        <source>%1, %2, %3 free</source>
        <extracomment>%1 a disk, %2 its size, %3 what is free on it, for screen readers</extracomment>
        <translation>%1，%2，剩餘 %3</translation>
    </message>
    <message>
        <source>%1, %2, not migrated</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1，%2，不遷移</translation>
    </message>
    <message>
        <source>%1, %2, cannot be moved</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1，%2，無法移動</translation>
    </message>
    <message>
        <source>%1, %2, can be moved</source>
        <translation>%1，%2，可移動</translation>
    </message>
    <message>
        <source>Cannot be moved.</source>
        <translation>無法移動。</translation>
    </message>
    <message>
        <source>migrated</source>
        <translation>遷移</translation>
    </message>
    <message>
        <source>not migrated</source>
        <translation>不遷移</translation>
    </message>
    <message>
        <source>See below: %1</source>
        <extracomment>beside a disk or mount target; %1 codes of problems that are listed below the table</extracomment>
        <translation>請見下方：%1</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Not migrated</source>
        <translation>不遷移</translation>
    </message>
    <message>
        <source>Same size and structure</source>
        <extracomment>why a volume is copied block by block</extracomment>
        <translation>大小和結構相同</translation>
    </message>
    <message>
        <source>Its size changes</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>大小發生變化</translation>
    </message>
    <message>
        <source>LVM, and no multiple of 4 MiB</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>LVM，且不是 4 MiB 的整數倍</translation>
    </message>
    <message>
        <source>As chosen</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>依您的選擇</translation>
    </message>
    <message>
        <source>The server works meanwhile, so its files are not all of one moment.</source>
        <translation>複製期間伺服器照常執行，因此各檔案並非都處於同一時刻。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutProblems</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>還有 %n 個。</numerusform>
        </translation>
    </message>
    <message>
        <source>Must be solved</source>
        <extracomment>severity of a problem, for screen readers</extracomment>
        <translation>必須解決</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Problems of the layout</source>
        <translation>配置問題</translation>
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
        <translation>開啟</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>複製位址</translation>
    </message>
    <message>
        <source>Open: %1</source>
        <extracomment>For screen readers: %1 is what a web page is about</extracomment>
        <translation>開啟：%1</translation>
    </message>
    <message>
        <source>Copy address: %1</source>
        <translation>複製位址：%1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LiveBox</name>
    <message>
        <source>The server goes on working. What it writes during this first pass is copied afterwards.</source>
        <translation>伺服器照常執行。首輪複製期間寫入的內容將在之後複製。</translation>
    </message>
    <message>
        <source>What was copied before is compared with the server, so that only differences are sent.</source>
        <translation>正在將之前複製的內容與伺服器進行比較，以便僅傳送不同的內容。</translation>
    </message>
    <message>
        <source>Round %1: copying what the server wrote since. It writes %2, and %3 are being copied.</source>
        <extracomment>%1 a number, %2 and %3 speeds</extracomment>
        <translation>第 %1 輪：正在複製伺服器此後寫入的內容。寫入速度為 %2，複製速度為 %3。</translation>
    </message>
    <message>
        <source>The copy follows the server: %1 are not copied yet. The final point would hold the server&apos;s disks for about %2 ms.</source>
        <extracomment>%1 a size, %2 milliseconds</extracomment>
        <translation>複製正在跟隨伺服器：尚有 %1 未複製。確定最終時間點時，伺服器磁碟將暫停約 %2 毫秒。</translation>
    </message>
    <message>
        <source>The final point is being taken. The server&apos;s disks stand still for a moment.</source>
        <translation>正在確定最終時間點。伺服器磁碟會短暫暫停。</translation>
    </message>
    <message>
        <source>The final point is taken, and the server works as before. The last changes are being copied.</source>
        <translation>最終時間點已確定，伺服器恢復照常執行。正在複製最後的變更。</translation>
    </message>
    <message>
        <source>The copy is being read back and compared.</source>
        <translation>正在回讀複本並進行比對。</translation>
    </message>
    <message>
        <source>The copy is complete and was compared.</source>
        <translation>複製已完成並通過比對。</translation>
    </message>
    <message>
        <source>&amp;Take the final point now</source>
        <translation>立即確定最終時間點(&amp;T)</translation>
    </message>
    <message>
        <source>Holds the server&apos;s disks for a moment; what is written later is not in the image.</source>
        <translation>伺服器磁碟會短暫暫停；此後寫入的內容不會包含在映像中。</translation>
    </message>
    <message>
        <source>What is copied file by file is being copied for the first time. What changes meanwhile is copied again later.</source>
        <translation>正在首次複製採逐檔複製的內容。期間變更的內容會在之後再次複製。</translation>
    </message>
    <message>
        <source>The final point is near. Files that changed since they were copied are being copied again.</source>
        <translation>即將確定最終時間點。正在再次複製自上次複製後變更的檔案。</translation>
    </message>
    <message>
        <source>All files are copied. Those that change from now on are copied again when the final point is taken.</source>
        <translation>所有檔案均已複製。此後變更的檔案會在確定最終時間點時再次複製。</translation>
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
        <translation>複製</translation>
    </message>
    <message>
        <source>Copy this message</source>
        <translation>複製此訊息</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>關閉此訊息</translation>
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
        <translation>遷移</translation>
    </message>
    <message>
        <source>You may close this window: the migration goes on, and starting Edgelift again shows it.</source>
        <translation>您可以關閉此視窗：遷移會繼續進行，再次啟動 Edgelift 即可查看。</translation>
    </message>
    <message>
        <source>The numbers are of %1.</source>
        <translation>資料截至 %1。</translation>
    </message>
    <message>
        <source>No data for %1 s. Check the network of this server, or choose Pause and go on later.</source>
        <translation>已有 %1 秒沒有資料傳輸。請檢查此伺服器的網路，或選擇「暫停」，稍後繼續。</translation>
    </message>
    <message>
        <source>No data for %1 s. Waiting for the network.</source>
        <translation>已有 %1 秒沒有資料傳輸，正在等待網路恢復。</translation>
    </message>
    <message>
        <source>The transfer is slow. To speed it up, raise the bandwidth of this server and of the destination for a while.</source>
        <translation>傳輸速度較慢。如需加速，請暫時提高此伺服器和目標端的頻寬。</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>繼續(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>暫停(&amp;P)</translation>
    </message>
    <message>
        <source>Job ID</source>
        <translation>工作 ID</translation>
    </message>
    <message>
        <source>Job name</source>
        <translation>工作名稱</translation>
    </message>
    <message>
        <source>Job status</source>
        <translation>工作狀態</translation>
    </message>
    <message>
        <source>Creation time</source>
        <translation>建立時間</translation>
    </message>
    <message>
        <source>Start time</source>
        <translation>開始時間</translation>
    </message>
    <message>
        <source>End time</source>
        <translation>結束時間</translation>
    </message>
    <message>
        <source>Job progress</source>
        <translation>工作進度</translation>
    </message>
    <message>
        <source>Target region</source>
        <translation>目標地域</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>標籤</translation>
    </message>
    <message>
        <source>Remaining time (s)</source>
        <translation>剩餘時間（秒）</translation>
    </message>
    <message>
        <source>&amp;Modify…</source>
        <translation>修改(&amp;M)…</translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation>詳細資料(&amp;D)</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日誌</translation>
    </message>
    <message>
        <source>When this window is closed the demonstration ends, and its migration with it.</source>
        <translation>關閉此視窗後，示範及其遷移將結束。</translation>
    </message>
    <message>
        <source>You may close this window: the clean-up goes on.</source>
        <translation>您可以關閉此視窗：清理會繼續進行。</translation>
    </message>
    <message>
        <source>The speed counts the data of the disks before it is compressed, so it can be higher than the speed of the network. The remaining time is shown once the speed is steady.

Pause keeps everything that was copied, and the transit instance, which keeps costing. Cancel removes both.

After an error nothing is lost: what was copied is kept, and Retry goes on from there.</source>
        <translation>速度依壓縮前的磁碟資料計算，因此可能高於網路速度。速度穩定後會顯示剩餘時間。

暫停會保留所有已複製的內容和中轉執行個體，中轉執行個體會持續計費。取消會將兩者都移除。

發生錯誤後不會遺失任何內容：已複製的內容會保留，重試會從中斷處繼續。</translation>
    </message>
    <message>
        <source>%1 — %2</source>
        <extracomment>In the window&apos;s title: how far the migration is, and the server&apos;s name</extracomment>
        <translation>%1 — %2</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused.</source>
        <extracomment>%1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>遷移暫停期間，中轉執行個體會持續計費。</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused: %1.</source>
        <translation>遷移暫停期間，中轉執行個體會持續計費：%1。</translation>
    </message>
    <message>
        <source>This server&apos;s own disk accesses are slow, so the migration reads at most %1 for now.</source>
        <translation>此伺服器本身的磁碟存取較慢，因此遷移目前的讀取速度最高為 %1。</translation>
    </message>
    <message>
        <source>Cancel this migration? The job is deleted, the transit instance is released and the copied data is lost. What was used until now is still charged.</source>
        <translation>是否取消本次遷移？工作將被刪除，中轉執行個體將被釋放，已複製的資料將遺失。到目前為止已使用的資源仍會計費。</translation>
    </message>
    <message>
        <source>&amp;Keep migrating</source>
        <translation>繼續遷移(&amp;K)</translation>
    </message>
    <message>
        <source>Cancel migrati&amp;on</source>
        <translation>取消遷移(&amp;O)</translation>
    </message>
    <message>
        <source>Estimate migration time and test transfer speed</source>
        <translation>估算遷移時間和測試傳輸速度</translation>
    </message>
    <message>
        <source>Cancel &amp;job…</source>
        <translation>取消工作(&amp;J)…</translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation>日誌(&amp;L)</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>全部複製</translation>
    </message>
    <message>
        <source>Copy all details</source>
        <translation>複製所有詳細資料</translation>
    </message>
    <message>
        <source>Transit instance ID</source>
        <translation>中轉執行個體 ID</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance, nor change its billing method, during migration; it is released automatically afterwards.</source>
        <translation>遷移期間，請勿停止、啟動、重新啟動或釋放中轉執行個體，也不要變更其計費方式；遷移結束後會自動釋放該執行個體。</translation>
    </message>
    <message>
        <source>Default resource group</source>
        <extracomment>The transit instance&apos;s resource group: the account&apos;s own, because no other is asked for</extracomment>
        <translation>預設資源群組</translation>
    </message>
    <message>
        <source>Resource group</source>
        <translation>資源群組</translation>
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
        <translation>關閉</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>套用(&amp;A)</translation>
    </message>
    <message>
        <source>The time plan is in force now (%1): %2. The limit above counts outside of it.</source>
        <translation>時間計畫目前生效（%1）：%2。上方的速度限制適用於該時段之外。</translation>
    </message>
    <message>
        <source>Applied.</source>
        <translation>已套用。</translation>
    </message>
    <message>
        <source>Applied. The new limit takes effect within %1 s.</source>
        <translation>已套用，新的速度限制將在 %1 秒內生效。</translation>
    </message>
    <message>
        <source>Applied. It takes effect when the migration goes on.</source>
        <translation>已套用，將在遷移繼續後生效。</translation>
    </message>
    <message>
        <source>&amp;Speed limit (Mbit/s):</source>
        <translation>速度限制（Mbit/s）(&amp;S)：</translation>
    </message>
    <message>
        <source>Compress&amp;ion:</source>
        <translation>壓縮(&amp;I)：</translation>
    </message>
    <message>
        <source>Veri&amp;fy the copied data by checksum</source>
        <translation>透過總和檢查碼驗證已複製的資料(&amp;F)</translation>
    </message>
    <message>
        <source>Clos&amp;e</source>
        <translation>關閉(&amp;E)</translation>
    </message>
    <message>
        <source>Lon&amp;gest hold (s):</source>
        <translation>最長凍結時間（秒）(&amp;G)：</translation>
    </message>
    <message>
        <source>How many seconds this server may be kept from writing while the final point is taken.</source>
        <translation>確定最終時間點時，最多可暫停此伺服器寫入多少秒。</translation>
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
        <translation>%1 沒有 VPC。請在 VPC 主控台建立，然後重新整理。</translation>
    </message>
    <message>
        <source>Optional: without it, a network is made for this migration and removed after it.</source>
        <translation>選填：如不填寫，將為本次遷移建立網路，並在遷移後移除。</translation>
    </message>
    <message>
        <source>&amp;Public network</source>
        <translation>公網(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;VPC: this server is connected to it</source>
        <translation>VPC：此伺服器已接入(&amp;V)</translation>
    </message>
    <message>
        <source>VPC is recommended where it can be reached directly, by VPN gateway, Express Connect circuit or Smart Access Gateway: it is faster and steadier.</source>
        <translation>如果可直接或透過 VPN 閘道、高速通道、智慧存取閘道存取 VPC，建議使用 VPC：更快、更穩定。</translation>
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
        <translation>語言(&amp;L)</translation>
    </message>
    <message>
        <source>Lar&amp;ger text</source>
        <translation>放大文字(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation>縮小文字(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Usual text size</source>
        <translation>預設文字大小(&amp;U)</translation>
    </message>
    <message>
        <source>Low-&amp;bandwidth mode</source>
        <translation>低頻寬模式(&amp;B)</translation>
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
        <translation>%1：失敗</translation>
    </message>
    <message>
        <source>%1: now</source>
        <translation>%1：進行中</translation>
    </message>
    <message>
        <source>%1: to come</source>
        <translation>%1：未開始</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PlanFileBar</name>
    <message>
        <source>Plan files (*.json);;All files (*)</source>
        <translation>計畫檔案 (*.json);;所有檔案 (*)</translation>
    </message>
    <message>
        <source>The plan was saved as %1.</source>
        <translation>計畫已儲存為 %1。</translation>
    </message>
    <message>
        <source>Use its &amp;settings, keep these disks</source>
        <translation>使用其設定並保留目前磁碟(&amp;S)</translation>
    </message>
    <message>
        <source>The plan %1 was opened.</source>
        <translation>已開啟計畫 %1。</translation>
    </message>
    <message>
        <source>&amp;Open plan…</source>
        <translation>開啟計畫(&amp;O)…</translation>
    </message>
    <message>
        <source>&amp;Save plan…</source>
        <translation>儲存計畫(&amp;S)…</translation>
    </message>
    <message>
        <source>Problems of the plan file</source>
        <translation>計畫檔案的問題</translation>
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
        <translation>準備並匯入</translation>
    </message>
    <message>
        <source>Prepare</source>
        <translation>準備</translation>
    </message>
    <message>
        <source>Decide what may be changed on this server, then register it as a migration source.</source>
        <translation>請決定此伺服器上允許的變更，然後將其註冊為遷移來源。</translation>
    </message>
    <message>
        <source>Nothing is changed on this server before you choose “Prepare and import”.

The import registers this server with the service that made the activation code. With an AccessKey pair there is nothing to register.</source>
        <translation>在您選擇「準備並匯入」之前，不會變更此伺服器上的任何內容。

匯入會將此伺服器註冊到產生啟用碼的服務。使用 AccessKey 時不需註冊。</translation>
    </message>
    <message>
        <source>wait until the import is finished</source>
        <translation>請等待匯入完成</translation>
    </message>
    <message>
        <source>wait for the questions to this server</source>
        <translation>請等待對此伺服器的檢測</translation>
    </message>
    <message>
        <source>answer: %1</source>
        <translation>請回答：%1</translation>
    </message>
    <message>
        <source>&amp;Prepare and import</source>
        <translation>準備並匯入(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>重試(&amp;R)</translation>
    </message>
    <message>
        <source>Preparing this server…</source>
        <translation>正在準備此伺服器…</translation>
    </message>
    <message>
        <source>Importing this server…</source>
        <translation>正在匯入此伺服器…</translation>
    </message>
    <message>
        <source>The snapshot driver could not be installed: %1. Block replication is switched off for this migration. [W-PRE-01]</source>
        <translation>無法安裝快照驅動程式：%1。此次遷移已關閉區塊複製。[W-PRE-01]</translation>
    </message>
    <message>
        <source>Import Source Server [%1] Successfully!</source>
        <extracomment>%1 is an id such as s-bp1abc; the words are those of the service</extracomment>
        <translation>已成功匯入遷移來源 [%1]</translation>
    </message>
    <message>
        <source>Migration source online</source>
        <translation>遷移來源在線上</translation>
    </message>
    <message>
        <source>&amp;Exclude files and folders</source>
        <translation>排除檔案和資料夾(&amp;E)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ProgressPanel</name>
    <message>
        <source>No migration</source>
        <translation>沒有遷移工作</translation>
    </message>
    <message>
        <source>Creating the transit instance…</source>
        <translation>正在建立中轉執行個體…</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>準備中</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>同步中</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暫停</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>發生錯誤</translation>
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
        <translation>正在重新連線至遷移引擎…（%1 秒）</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of all disks: amount that is copied, amount in all</extracomment>
        <translation>%2 的%1</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>剩餘 %1</translation>
    </message>
    <message>
        <source>Remaining time: %1</source>
        <translation>剩餘時間：%1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>For screen readers: %1 the name of a number, %2 the number</extracomment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>%1 so far</source>
        <extracomment>A phase that is not over: %1 is how long it has been running</extracomment>
        <translation>已耗時 %1</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>進度</translation>
    </message>
    <message>
        <source>Speed before compression</source>
        <translation>壓縮前速度</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>網路</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>速度限制</translation>
    </message>
    <message>
        <source>Average</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>已傳送</translation>
    </message>
    <message>
        <source>Saved by compression</source>
        <translation>壓縮節省</translation>
    </message>
    <message>
        <source>Elapsed</source>
        <translation>已用時間</translation>
    </message>
    <message>
        <source>Interruptions</source>
        <translation>中斷次數</translation>
    </message>
    <message>
        <source>Data of the disks per second. Higher than the network&apos;s speed when compression helps.</source>
        <translation>每秒處理的磁碟資料量。壓縮有效時會高於網路速度。</translation>
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
        <translation>價格未知</translation>
    </message>
    <message>
        <source>free</source>
        <translation>免費</translation>
    </message>
    <message>
        <source>%1 %2 a day</source>
        <extracomment>%1 a currency such as CNY, %2 an amount</extracomment>
        <translation>每天 %1 %2</translation>
    </message>
    <message>
        <source>Together at least %1</source>
        <extracomment>A sum of prices; %1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>合計至少 %1</translation>
    </message>
    <message>
        <source>Together %1</source>
        <translation>合計 %1</translation>
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
        <translation>是否捨棄已儲存的設定？</translation>
    </message>
    <message>
        <source>Discard the saved setup? The imported source %1 stays registered.</source>
        <translation>是否捨棄已儲存的設定？已匯入的遷移來源 %1 會保持註冊狀態。</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>捨棄(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>保留(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>繼續(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Start over</source>
        <translation>重新開始(&amp;S)</translation>
    </message>
    <message>
        <source>Welcome back</source>
        <translation>歡迎回來</translation>
    </message>
    <message>
        <source>Everything you chose was saved but the activation code and the AccessKey pair. Continue leads back to the step you were on; Start over forgets the choices and begins anew. Neither changes anything on this server or in the cloud.</source>
        <translation>除啟用碼和 AccessKey 組外，您的所有選擇均已儲存。「繼續」會返回您先前所在的步驟；「重新開始」會清除這些選擇並從頭開始。兩者都不會變更此伺服器或雲端的任何內容。</translation>
    </message>
    <message>
        <source>Continue the setup from %1 at step “%2”?</source>
        <extracomment>%1 a date and time, %2 the name of a step such as “Settings”</extracomment>
        <translation>是否從步驟「%2」繼續 %1 的設定？</translation>
    </message>
    <message>
        <source>The activation code or AccessKey pair was not saved and has to be entered again.</source>
        <translation>啟用碼或 AccessKey 組未儲存，需要重新輸入。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ReviewPage</name>
    <message>
        <source>wait until the migration has started</source>
        <translation>等待遷移啟動</translation>
    </message>
    <message>
        <source>enter the activation code or an AccessKey pair again on the Connect page</source>
        <translation>在「連線」頁面重新輸入啟用碼或 AccessKey 組</translation>
    </message>
    <message>
        <source>wait until the plan is checked</source>
        <translation>等待計畫檢查完成</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What is wrong, and what to do</extracomment>
        <translation>%1%2</translation>
    </message>
    <message>
        <source>read the notice and choose “Got It”</source>
        <translation>閱讀注意事項並按一下「我知道了」</translation>
    </message>
    <message>
        <source>Speed limit: %1; compression: %2; checksum verification: %3</source>
        <translation>速度限制：%1；壓縮：%2；總和檢查碼驗證：%3</translation>
    </message>
    <message>
        <source>on</source>
        <translation>開啟</translation>
    </message>
    <message>
        <source>off</source>
        <translation>關閉</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>伺服器</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>帳號</translation>
    </message>
    <message>
        <source>by activation code</source>
        <translation>透過啟用碼</translation>
    </message>
    <message>
        <source>by AccessKey pair</source>
        <translation>透過 AccessKey 組</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>映像</translation>
    </message>
    <message>
        <source>%1… in %2</source>
        <translation>%1…（%2）</translation>
    </message>
    <message>
        <source>On the way</source>
        <translation>中轉</translation>
    </message>
    <message>
        <source>bucket %1 in %2</source>
        <translation>Bucket %1（%2）</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>網路</translation>
    </message>
    <message>
        <source>Public network</source>
        <translation>公網</translation>
    </message>
    <message>
        <source>VPC %1, vSwitch %2</source>
        <translation>VPC %1，vSwitch %2</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>傳輸</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>磁碟</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>變更</translation>
    </message>
    <message>
        <source>Change: %1</source>
        <translation>變更：%1</translation>
    </message>
    <message>
        <source>Choose Change beside a line to go back to its page; nothing is lost. Save the plan on the Settings page to use it with edgeliftctl.</source>
        <translation>按一下某一列旁的「變更」可返回對應頁面，已填寫的內容不會遺失。如需搭配 edgeliftctl 使用計畫，請在「設定」頁面儲存計畫。</translation>
    </message>
    <message>
        <source>Costs: the transit instance, its disks and snapshots, and the bucket&apos;s storage and traffic are charged by the cloud while the migration runs; everything temporary is removed at the end. After an error they are kept for a retry and keep costing until you retry or cancel.</source>
        <translation>費用：遷移期間，雲端會對中轉執行個體及其磁碟和快照，以及 Bucket 的儲存和流量計費；遷移結束時會移除所有臨時資源。發生錯誤後臨時資源會保留供重試，在您重試或取消之前持續計費。</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 and do not change its billing method during the migration. Leave the temporary image and the temporary objects in the bucket alone. The hardware changes: check licences after the migration.</source>
        <translation>遷移期間，請勿停止、啟動、重新啟動或釋放中轉執行個體 %1，也不要變更其計費方式。請勿變動臨時映像和 Bucket 中的臨時物件。硬體會改變，遷移後請檢查授權。</translation>
    </message>
    <message>
        <source>&amp;Got It</source>
        <translation>我知道了(&amp;G)</translation>
    </message>
    <message>
        <source>Co&amp;py command</source>
        <translation>複製命令(&amp;P)</translation>
    </message>
    <message>
        <source>The same migration as a command for edgeliftctl</source>
        <translation>以 edgeliftctl 命令執行相同的遷移</translation>
    </message>
    <message>
        <source>Review and start</source>
        <translation>確認並啟動</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>確認</translation>
    </message>
    <message>
        <source>Starting creates a paid transit instance in your account.</source>
        <translation>啟動後會在您的帳號中建立付費的中轉執行個體。</translation>
    </message>
    <message>
        <source>&amp;Start migration</source>
        <translation>開始遷移(&amp;S)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsAdvanced</name>
    <message>
        <source>Reading from this server&apos;s disks: at most %1 MB/s</source>
        <translation>讀取此伺服器的磁碟：最高 %1 MB/s</translation>
    </message>
    <message>
        <source>Niceness: %1</source>
        <translation>Nice 值：%1</translation>
    </message>
    <message>
        <source>Does not stand back when this server&apos;s own disk accesses slow down</source>
        <translation>此伺服器本身的磁碟存取變慢時不降速</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 days and times, %2 a speed such as 100 Mbit/s</extracomment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Set by the plan file:</source>
        <translation>由計畫檔案設定：</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>自動</translation>
    </message>
    <message>
        <source>On</source>
        <translation>開啟</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>關閉</translation>
    </message>
    <message>
        <source>&amp;Job name:</source>
        <translation>工作名稱(&amp;J)：</translation>
    </message>
    <message>
        <source>&amp;Description:</source>
        <translation>描述(&amp;D)：</translation>
    </message>
    <message>
        <source>Speed &amp;limit (Mbit/s):</source>
        <translation>速度限制（Mbit/s）(&amp;L)：</translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>Com&amp;pression ratio (0 = none):</source>
        <translation>傳輸壓縮率（0 表示不壓縮）(&amp;P)：</translation>
    </message>
    <message>
        <source>Compression ratio as a number</source>
        <translation>傳輸壓縮率數值</translation>
    </message>
    <message>
        <source>SSL-&amp;encrypted transmission:</source>
        <translation>SSL 加密傳輸(&amp;E)：</translation>
    </message>
    <message>
        <source>Licence t&amp;ype:</source>
        <translation>授權類型(&amp;Y)：</translation>
    </message>
    <message>
        <source>Ta&amp;gs:</source>
        <translation>標籤(&amp;G)：</translation>
    </message>
    <message>
        <source>&amp;Intermediate instance type:</source>
        <translation>中轉執行個體規格(&amp;I)：</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自動</translation>
    </message>
    <message>
        <source>If the type you choose is out of stock, the job cannot be created. Leave it empty to have one chosen.</source>
        <translation>如果所選規格庫存不足，將無法建立工作。留空則自動選擇。</translation>
    </message>
    <message>
        <source>&amp;Report diagnostic logs</source>
        <translation>回報診斷日誌(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;What is sent?</source>
        <translation>會傳送哪些內容？(&amp;W)</translation>
    </message>
    <message>
        <source>The log of this migration: phases, speeds, error codes, names of disks and cloud resources. No file contents, no file names, no codes, keys or passwords.</source>
        <translation>此次遷移的日誌：階段、速度、錯誤代碼、磁碟和雲端資源的名稱。不含檔案內容、檔案名稱、啟用碼、金鑰或密碼。</translation>
    </message>
    <message>
        <source>&amp;Modify disk partition</source>
        <translation>修改磁碟分割區(&amp;M)</translation>
    </message>
    <message>
        <source>Choose disks, sizes and order yourself on the next page.</source>
        <translation>在下一頁自行選擇磁碟、大小和順序。</translation>
    </message>
    <message>
        <source>&amp;Verify check sums</source>
        <translation>驗證總和檢查碼(&amp;V)</translation>
    </message>
    <message>
        <source>More certain, but slower.</source>
        <translation>更可靠，但速度較慢。</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>標籤</translation>
    </message>
    <message>
        <source>Wait for me before the &amp;final point</source>
        <translation>確定最終時間點前等待我確認(&amp;F)</translation>
    </message>
    <message>
        <source>The copy follows the server until you say so on the Migration page. Otherwise the final point is taken as soon as it is short.</source>
        <translation>在您於「遷移」頁面確認之前，複製會一直跟隨伺服器。否則，一旦所需暫停時間足夠短，就會確定最終時間點。</translation>
    </message>
    <message>
        <source>How long programs here may be kept from writing while the final point is taken. A server that writes much may need more.</source>
        <translation>確定最終時間點時，最多可暫停此處程式寫入多長時間。寫入量大的伺服器可能需要更長時間。</translation>
    </message>
    <message>
        <source>Longest &amp;hold (s):</source>
        <translation>最長凍結時間（秒）(&amp;H)：</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>設定</translation>
    </message>
    <message>
        <source>The ENS image is kept in the image storage region. Before that a temporary image is made in the transit region and lies in the transit bucket, which must be in the same region.

“Save plan” writes all of this to a file that edgeliftctl uses as well.</source>
        <translation>ENS 映像儲存在映像儲存地域。在此之前會先在中轉地域建立臨時映像，並存放在中轉 Bucket 中，該 Bucket 必須位於同一地域。

「儲存計畫」會將以上內容全部寫入檔案，edgeliftctl 也可使用該檔案。</translation>
    </message>
    <message>
        <source>choose a bucket</source>
        <translation>請選擇 Bucket</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>請更正已標示的內容</translation>
    </message>
    <message>
        <source>China (Beijing)</source>
        <translation>華北2（北京）</translation>
    </message>
    <message>
        <source>Singapore</source>
        <translation>新加坡</translation>
    </message>
    <message>
        <source>&amp;More configurations</source>
        <translation>更多設定(&amp;M)</translation>
    </message>
    <message numerus="yes">
        <source>&amp;More configurations (%n changed)</source>
        <translation>
            <numerusform>更多設定（已變更 %n 項）(&amp;M)</numerusform>
        </translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>載入中…</translation>
    </message>
    <message>
        <source>No bucket in %1. Create one in the OSS console, then refresh.</source>
        <translation>%1 沒有 Bucket。請在 OSS 主控台建立，然後重新整理。</translation>
    </message>
    <message>
        <source>The image is named %1.</source>
        <extracomment>%1 is the prefix with a time stamp behind it</extracomment>
        <translation>映像將命名為 %1。</translation>
    </message>
    <message>
        <source>&amp;Image storage region:</source>
        <translation>映像儲存地域(&amp;I)：</translation>
    </message>
    <message>
        <source>Image &amp;name prefix:</source>
        <translation>映像名稱前綴(&amp;N)：</translation>
    </message>
    <message>
        <source>&amp;Transit region:</source>
        <translation>中轉地域(&amp;T)：</translation>
    </message>
    <message>
        <source>Transit &amp;bucket:</source>
        <translation>中轉 Bucket(&amp;B)：</translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation>重新整理(&amp;R)</translation>
    </message>
    <message>
        <source>Refresh buckets and networks</source>
        <translation>重新整理 Bucket 和網路</translation>
    </message>
    <message>
        <source>Network type:</source>
        <translation>網路類型：</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::StepList</name>
    <message>
        <source>Steps</source>
        <translation>步驟</translation>
    </message>
    <message>
        <source>%1, current step</source>
        <translation>%1，目前步驟</translation>
    </message>
    <message>
        <source>%1, visited</source>
        <translation>%1，已造訪</translation>
    </message>
    <message>
        <source>%1, later</source>
        <translation>%1，尚未進行</translation>
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
        <translation>最近 10 分鐘的速度</translation>
    </message>
    <message>
        <source>No speed was measured yet.</source>
        <translation>尚未測得速度。</translation>
    </message>
    <message>
        <source>Disk speed now %1, network speed now %2, highest disk speed of the last 10 minutes %3.</source>
        <extracomment>Read by screen readers instead of the graph</extracomment>
        <translation>目前磁碟速度 %1，目前網路速度 %2，最近 10 分鐘最高磁碟速度 %3。</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>磁碟</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>網路</translation>
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
            <numerusform>還有 %n 個。</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>新增(&amp;A)</translation>
    </message>
    <message>
        <source>Add a tag</source>
        <translation>新增標籤</translation>
    </message>
    <message>
        <source>Remo&amp;ve</source>
        <translation>移除(&amp;V)</translation>
    </message>
    <message>
        <source>Remove this tag</source>
        <translation>移除此標籤</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsModel</name>
    <message>
        <source>Key</source>
        <translation>鍵</translation>
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
        <translation>不遷移</translation>
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
        <translation>可設為 %1 至 %2。</translation>
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
        <translation>繼續之前，請先：</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <extracomment>Below a list of things to do</extracomment>
        <translation>
            <numerusform>以及其他 %n 項</numerusform>
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
        <translation>逐區塊複製</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>逐檔案複製</translation>
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
        <translation>Edgelift 將 Linux 伺服器的磁碟複製到雲端，並製作成邊緣節點服務 (ENS) 映像。在「確認」頁面按一下「開始遷移」之前，不會進行任何變更或產生費用。</translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation>語言(&amp;L)：</translation>
    </message>
    <message>
        <source>1. You choose what is migrated and where to.
2. Edgelift makes a temporary transit instance, copies the disks to it, makes an ECS image, exports it to an OSS bucket and imports it into ENS. Then it removes everything temporary.
3. You create the ENS instance from the finished image.</source>
        <translation>1. 您選擇遷移內容和目的地。
2. Edgelift 建立臨時的中轉執行個體，將磁碟複製到該執行個體，製作 ECS 映像，匯出至 OSS 儲存空間 (Bucket) 並匯入 ENS，最後移除所有臨時資源。
3. 您使用製作完成的映像建立 ENS 執行個體。</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>限制</translation>
    </message>
    <message>
        <source>Only Linux servers with x86 processors: physical servers, virtual machines, and servers of other clouds.</source>
        <translation>僅支援 x86 處理器的 Linux 伺服器：實體伺服器、虛擬機器和其他雲端的伺服器。</translation>
    </message>
    <message>
        <source>At most %1 data disks, each at most %2.</source>
        <translation>最多 %1 個資料磁碟，每個最大 %2。</translation>
    </message>
    <message>
        <source>ENS images are imported in China (Beijing) and Singapore only.</source>
        <translation>僅支援在中國（北京）和新加坡匯入 ENS 映像。</translation>
    </message>
    <message>
        <source>The image may have at most %1 after compression, system disk and data disks together.</source>
        <translation>壓縮後的映像最大為 %1，包含系統磁碟和資料磁碟。</translation>
    </message>
    <message>
        <source>ECS, OSS and ENS must be activated in the account, and ECS must be allowed to write to OSS.</source>
        <translation>帳號須已開通 ECS、OSS 和 ENS，並已授權 ECS 寫入 OSS。</translation>
    </message>
    <message>
        <source>Costs</source>
        <translation>費用</translation>
    </message>
    <message>
        <source>Edgelift is free. What is used on the way is charged by the cloud: one pay-as-you-go transit instance with its disks and snapshots.</source>
        <translation>Edgelift 免費。遷移過程中使用的雲端資源由雲端計費：一個隨用隨付的中轉執行個體及其磁碟和快照。</translation>
    </message>
    <message>
        <source>The temporary image in the OSS bucket costs storage, requests and outbound traffic.</source>
        <translation>OSS Bucket 中的臨時映像會產生儲存、要求和輸出流量費用。</translation>
    </message>
    <message>
        <source>Importing the ENS image and creating an ENS instance are charged by ENS.</source>
        <translation>匯入 ENS 映像和建立 ENS 執行個體由 ENS 計費。</translation>
    </message>
    <message>
        <source>After an error the transit instance is kept so that you can retry, and keeps costing until you retry or cancel.</source>
        <translation>發生錯誤後會保留中轉執行個體供您重試，在您重試或取消之前持續計費。</translation>
    </message>
    <message>
        <source>Consequences</source>
        <translation>影響</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 during the migration.</source>
        <translation>遷移期間，請勿停止、啟動、重新啟動或釋放中轉執行個體 %1。</translation>
    </message>
    <message>
        <source>Leave the temporary ECS image and the temporary objects in the bucket alone; they are removed at the end.</source>
        <translation>請勿變動臨時 ECS 映像和 Bucket 中的臨時物件，遷移結束時會自動移除。</translation>
    </message>
    <message>
        <source>The hardware changes: licences bound to it may become invalid. Check them after the migration.</source>
        <translation>硬體會改變，與硬體綁定的授權可能失效。遷移後請檢查。</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>詞彙</translation>
    </message>
    <message>
        <source>ENS, Edge Node Service: servers in data centers near their users.</source>
        <translation>ENS（邊緣節點服務）：位於使用者附近資料中心的伺服器。</translation>
    </message>
    <message>
        <source>OSS, Object Storage Service: holds files in buckets.</source>
        <translation>OSS（物件儲存）：將檔案存放在儲存空間 (Bucket) 中。</translation>
    </message>
    <message>
        <source>Transit instance: a temporary ECS instance that receives the disks.</source>
        <translation>中轉執行個體：用來接收磁碟資料的臨時 ECS 執行個體。</translation>
    </message>
    <message>
        <source>Activation code: lets this server register itself without an AccessKey pair.</source>
        <translation>啟用碼：無須 AccessKey 組即可註冊此伺服器。</translation>
    </message>
    <message>
        <source>Move this server into an ENS image</source>
        <translation>將此伺服器遷移為 ENS 映像</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>歡迎</translation>
    </message>
    <message>
        <source>The server keeps running meanwhile. Nothing on it is changed before you agree to it.</source>
        <translation>遷移期間伺服器會持續執行。在您同意之前，不會變更伺服器上的任何內容。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::Wizard</name>
    <message>
        <source>&amp;Start the engine</source>
        <translation>啟動引擎(&amp;S)</translation>
    </message>
    <message>
        <source>Migration %1 continues in the background. Start “edgelift” again to watch it.</source>
        <translation>遷移 %1 將在背景繼續。再次啟動「edgelift」即可查看。</translation>
    </message>
    <message>
        <source>&amp;Ask for permission</source>
        <translation>要求授權(&amp;A)</translation>
    </message>
    <message>
        <source>The settings of the last migration are here again, and what is left of it is being removed. Start when you are ready.</source>
        <translation>已恢復上次遷移的設定，正在移除其殘留的資源。準備就緒後即可開始。</translation>
    </message>
    <message>
        <source>Migration %1 waits, and what it made in the cloud keeps costing. Start “edgelift” again to go on or to clean up.</source>
        <translation>遷移 %1 正在等待，其在雲端建立的資源會持續計費。請再次啟動「edgelift」以繼續或清理。</translation>
    </message>
</context>
</TS>
