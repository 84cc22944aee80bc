<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja_JP" sourcelanguage="en">
<context>
    <name>ActivationCode</name>
    <message>
        <source>“%1” (character %2)</source>
        <extracomment>%1 is one character of an activation code, %2 its place in the code</extracomment>
        <translation>「%1」（%2 文字目）</translation>
    </message>
    <message>
        <source>a part is missing</source>
        <translation>一部が欠けています</translation>
    </message>
    <message>
        <source>the address in it is not valid</source>
        <translation>含まれるアドレスが無効です</translation>
    </message>
    <message>
        <source>it is longer than %1 characters</source>
        <translation>%1 文字を超えています</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>空です</translation>
    </message>
    <message>
        <source>it does not begin with EL1</source>
        <translation>EL1 で始まっていません</translation>
    </message>
    <message>
        <source>the end is missing</source>
        <translation>末尾が欠けています</translation>
    </message>
    <message>
        <source>the check sum does not match</source>
        <translation>チェックサムが一致しません</translation>
    </message>
</context>
<context>
    <name>ConversionNote</name>
    <message>
        <source>The service %2 of the old platform (%1) no longer starts. It is still installed.</source>
        <translation>旧プラットフォーム（%1）のサービス %2 は起動しなくなりました。インストールされたままです。</translation>
    </message>
    <message>
        <source>The system is built for %1; instances are x86_64.</source>
        <translation>システムは %1 用ですが、インスタンスは x86_64 です。</translation>
    </message>
    <message>
        <source>No boot entry was found. Run the distribution&apos;s boot loader configuration on the source, then migrate again.</source>
        <translation>ブートエントリが見つかりません。移行元でディストリビューションのブートローダー設定を実行してから、移行をやり直してください。</translation>
    </message>
    <message>
        <source>The boot loader “%1” cannot be made to start on the target. Install GRUB 2 on the source, then migrate again.</source>
        <translation>ブートローダー「%1」をターゲットで起動させることはできません。移行元に GRUB 2 をインストールしてから、移行をやり直してください。</translation>
    </message>
    <message>
        <source>The encrypted volume %1 on %2 is not in the image; its line in /etc/crypttab is out of effect.</source>
        <translation>%2 の暗号化ボリューム %1 はイメージに含まれません。/etc/crypttab の該当行は無効にしました。</translation>
    </message>
    <message>
        <source>The default kernel %1 has neither drivers for virtio disks built in nor an initramfs. Make one on the source, then migrate again.</source>
        <translation>デフォルトのカーネル %1 には、組み込みの virtio ディスクドライバーも initramfs もありません。移行元で initramfs を作成してから、移行をやり直してください。</translation>
    </message>
    <message>
        <source>The default kernel %1 has no drivers for virtio disks. Install a kernel that has them on the source, then migrate again.</source>
        <translation>デフォルトのカーネル %1 に virtio ディスクドライバーがありません。移行元にドライバーを含むカーネルをインストールしてから、移行をやり直してください。</translation>
    </message>
    <message>
        <source>%1 names %2, which is another disk or none on the new machine. Change it there.</source>
        <translation>%1 は %2 を参照していますが、新しいマシンでは別のディスクになるか、存在しません。新しいマシンで変更してください。</translation>
    </message>
    <message>
        <source>A boot entry in %1 starts from %2, which is not this image&apos;s root filesystem. It was left as it is.</source>
        <translation>%1 のブートエントリが %2 から起動しますが、これはこのイメージのルートファイルシステムではありません。エントリは変更していません。</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but no EFI system partition with a loader was found.</source>
        <translation>イメージは UEFI で起動しますが、ブートローダーのある EFI システムパーティションが見つかりません。</translation>
    </message>
    <message>
        <source>%1 is not a plain file of usual size. It was left as it is.</source>
        <translation>%1 は通常のサイズの通常ファイルではないため、変更していません。</translation>
    </message>
    <message>
        <source>%1 starts with the system. Make sure that it lets you in at the new address.</source>
        <translation>%1 はシステムとともに起動します。新しいアドレスでのアクセスが許可されることを確認してください。</translation>
    </message>
    <message>
        <source>/etc/fstab is not a plain file of usual size. Mend it on the source, then migrate again.</source>
        <translation>/etc/fstab は通常のサイズの通常ファイルではありません。移行元で修正してから、移行をやり直してください。</translation>
    </message>
    <message>
        <source>/etc/fstab mounts %1 at %2, which the image does not have. The system would stop while starting.</source>
        <translation>/etc/fstab は、イメージにない %1 を %2 にマウントします。システムは起動途中で停止します。</translation>
    </message>
    <message>
        <source>%1 has no room for the new kernel arguments. Shorten kernelopts there on the source, then migrate again.</source>
        <translation>%1 に新しいカーネル引数を追加する余地がありません。移行元でそのファイルの kernelopts を短くしてから、移行をやり直してください。</translation>
    </message>
    <message>
        <source>The system starts by GRUB Legacy (0.97), which cannot find its root filesystem by UUID and is not supported. Change to GRUB 2 on the source, then migrate again.</source>
        <translation>システムは GRUB Legacy (0.97) で起動します。GRUB Legacy は UUID でルートファイルシステムを検索できないため、対応していません。移行元で GRUB 2 に変更してから、移行をやり直してください。</translation>
    </message>
    <message>
        <source>The copy has a new machine-id but still the SSH host keys of its original. Make new ones with “ssh-keygen -A” after deleting the old ones.</source>
        <translation>コピーの machine-id は新しくなりましたが、SSH ホストキーは元のサーバーと同じです。古いキーを削除してから「ssh-keygen -A」で新しいキーを作成してください。</translation>
    </message>
    <message>
        <source>Machine-id and SSH host keys were kept: the server moves. Do not run it beside its original.</source>
        <translation>サーバーの移転であるため、machine-id と SSH ホストキーは保持されました。元のサーバーと同時に実行しないでください。</translation>
    </message>
    <message>
        <source>A new initramfs for kernel %1 could not be made (%2). The old one was kept; this kernel may not start.</source>
        <translation>カーネル %1 の新しい initramfs を作成できませんでした（%2）。古いものを保持しましたが、このカーネルは起動しない可能性があります。</translation>
    </message>
    <message>
        <source>The system has no program to make a new initramfs. The old ones start on virtio disks and were kept.</source>
        <translation>システムに新しい initramfs を作成するプログラムがありません。古い initramfs は virtio ディスクで起動できるため、保持しました。</translation>
    </message>
    <message>
        <source>Kernel %1 has neither drivers for virtio disks built in nor an initramfs; it will not start.</source>
        <translation>カーネル %1 には、組み込みの virtio ディスクドライバーも initramfs もないため、起動しません。</translation>
    </message>
    <message>
        <source>The initramfs has no drivers for virtio disks, and the system has neither dracut, initramfs-tools nor mkinitrd. Install one of them on the source, then migrate again.</source>
        <translation>initramfs に virtio ディスクドライバーがなく、システムには dracut、initramfs-tools、mkinitrd のいずれもありません。移行元にいずれかをインストールしてから、移行をやり直してください。</translation>
    </message>
    <message>
        <source>A new initramfs for the default kernel %1 could not be made (%2). Make one with virtio_blk and virtio_pci on the source, then migrate again.</source>
        <translation>デフォルトのカーネル %1 の新しい initramfs を作成できませんでした（%2）。移行元で virtio_blk と virtio_pci を含む initramfs を作成してから、移行をやり直してください。</translation>
    </message>
    <message>
        <source>A boot entry in %1 names %2, which is not in /boot.</source>
        <translation>%1 のブートエントリが %2 を参照していますが、/boot にありません。</translation>
    </message>
    <message>
        <source>No kernel was found in /boot.</source>
        <translation>/boot にカーネルが見つかりません。</translation>
    </message>
    <message>
        <source>Kernel %1 has no drivers for virtio disks; it will not start. It is not the default.</source>
        <translation>カーネル %1 には virtio ディスクドライバーがないため、起動しません。デフォルトのカーネルではありません。</translation>
    </message>
    <message>
        <source>The plan puts volumes on LVM, but the system has no LVM programs. Install lvm2 on the source or choose plain partitions.</source>
        <translation>プランではボリュームを LVM に配置しますが、システムに LVM のプログラムがありません。移行元に lvm2 をインストールするか、通常のパーティションを選択してください。</translation>
    </message>
    <message>
        <source>%1 (%2) comes from another machine. The system now starts also when it cannot be had.</source>
        <translation>%1（%2）は別のマシンのものです。利用できない場合でもシステムが起動するようにしました。</translation>
    </message>
    <message>
        <source>%1 (%2) is not in the image; it is no longer mounted.</source>
        <translation>%1（%2）はイメージに含まれないため、マウントされなくなりました。</translation>
    </message>
    <message>
        <source>What %1 (%2) stands for in the image is not known. The system now starts also without it.</source>
        <translation>%1（%2）がイメージで何に対応するか不明です。これがなくてもシステムが起動するようにしました。</translation>
    </message>
    <message>
        <source>The name server %1 is set by hand. Check that it answers from the new place.</source>
        <translation>ネームサーバー %1 は手動で設定されています。新しい場所から応答があることを確認してください。</translation>
    </message>
    <message>
        <source>Several services manage the network: %1. Keep one of them.</source>
        <translation>複数のサービスがネットワークを管理しています：%1。いずれか 1 つだけを残してください。</translation>
    </message>
    <message>
        <source>The way out leads over %1, a bond, bridge or VLAN. Its settings were left as they are; the image may not be reachable until you change them or let Edgelift replace them by plain DHCP.</source>
        <translation>外部への通信は %1（ボンド、ブリッジ、または VLAN）を経由します。設定は変更していません。設定を変更するか、Edgelift で通常の DHCP に置き換えるまで、イメージに接続できない可能性があります。</translation>
    </message>
    <message>
        <source>No network settings that Edgelift knows were found. The image may not be reachable.</source>
        <translation>Edgelift が認識できるネットワーク設定が見つかりません。イメージに接続できない可能性があります。</translation>
    </message>
    <message>
        <source>The network interface %1 is no longer started by itself: the new machine may not have it.</source>
        <translation>ネットワークインターフェイス %1 は自動的に起動しなくなりました。新しいマシンに存在しない可能性があるためです。</translation>
    </message>
    <message>
        <source>%1 needs a processor of level %2. Choose an instance type that has it.</source>
        <translation>%1 にはレベル %2 のプロセッサが必要です。対応するインスタンスタイプを選択してください。</translation>
    </message>
    <message>
        <source>/etc/resolv.conf leads to %1, but systemd-resolved does not start with the system.</source>
        <translation>/etc/resolv.conf は %1 を参照していますが、systemd-resolved はシステムとともに起動しません。</translation>
    </message>
    <message>
        <source>No boot entry names the image&apos;s root filesystem.</source>
        <translation>イメージのルートファイルシステムを参照するブートエントリがありません。</translation>
    </message>
    <message>
        <source>The plan has no volume for the root filesystem.</source>
        <translation>プランにルートファイルシステム用のボリュームがありません。</translation>
    </message>
    <message>
        <source>The routes in %1 belong to the old network and are out of effect.</source>
        <translation>%1 のルートは以前のネットワークのものであるため、無効にしました。</translation>
    </message>
    <message>
        <source>SELinux labels are restored when the image starts for the first time. That can take several minutes, and the system restarts once.</source>
        <translation>SELinux のラベルは、イメージの初回起動時に復元されます。数分かかることがあり、システムは 1 回再起動します。</translation>
    </message>
    <message>
        <source>No SSH server starts with the system.</source>
        <translation>システムとともに起動する SSH サーバーがありません。</translation>
    </message>
    <message>
        <source>SSH is restricted by an address in %1: “%2”. Check that it lets you in at the new address.</source>
        <translation>%1 で SSH がアドレスにより制限されています：「%2」。新しいアドレスでのアクセスが許可されることを確認してください。</translation>
    </message>
    <message>
        <source>The swap area %2 is not in the image; it is no longer used.</source>
        <translation>スワップ領域 %2 はイメージに含まれないため、使用されなくなりました。</translation>
    </message>
    <message>
        <source>The distribution “%1” is not one Edgelift was made for. What is common to all was done; test the image well.</source>
        <translation>Edgelift はディストリビューション「%1」を対象としていません。共通の処理のみを行いました。イメージを十分にテストしてください。</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but the EFI system partition has no loader for x86_64.</source>
        <translation>イメージは UEFI で起動しますが、EFI システムパーティションに x86_64 用のブートローダーがありません。</translation>
    </message>
    <message>
        <source>The EFI system partition could not be looked into. If it has no EFI\BOOT\BOOTX64.EFI, the image does not start.</source>
        <translation>EFI システムパーティションの内容を確認できませんでした。EFI\BOOT\BOOTX64.EFI がない場合、イメージは起動しません。</translation>
    </message>
</context>
<context>
    <name>ErrorText</name>
    <message>
        <source>Something went wrong inside Edgelift</source>
        <translation>Edgelift の内部でエラーが発生しました</translation>
    </message>
    <message>
        <source>An internal check failed.</source>
        <translation>内部チェックに失敗しました。</translation>
    </message>
    <message>
        <source>Save the diagnostics and report them with the code above.</source>
        <translation>診断情報を保存し、上記のコードを添えて報告してください。</translation>
    </message>
    <message>
        <source>The command is not complete</source>
        <translation>コマンドが不完全です</translation>
    </message>
    <message>
        <source>%1</source>
        <translation>%1</translation>
    </message>
    <message>
        <source>Run the command with --help to see what it takes.</source>
        <translation>--help を付けて実行し、必要な引数を確認してください。</translation>
    </message>
    <message>
        <source>Not permitted</source>
        <translation>権限がありません</translation>
    </message>
    <message>
        <source>%1 needs administrator rights.</source>
        <translation>%1 には管理者権限が必要です。</translation>
    </message>
    <message>
        <source>Run the command again as root, for example with sudo.</source>
        <translation>sudo などを使用し、root としてコマンドを再実行してください。</translation>
    </message>
    <message>
        <source>A program is missing</source>
        <translation>プログラムがありません</translation>
    </message>
    <message>
        <source>The program %1 was not found.</source>
        <translation>プログラム %1 が見つかりません。</translation>
    </message>
    <message>
        <source>Install %1 and retry.</source>
        <translation>%1 をインストールしてから再試行してください。</translation>
    </message>
    <message>
        <source>A program failed</source>
        <translation>プログラムが失敗しました</translation>
    </message>
    <message>
        <source>%1 ended with an error.</source>
        <translation>%1 がエラーで終了しました。</translation>
    </message>
    <message>
        <source>Read the log for what it printed, mend the cause and retry.</source>
        <translation>ログで出力を確認し、原因を取り除いてから再試行してください。</translation>
    </message>
    <message>
        <source>A program did not finish</source>
        <translation>プログラムが完了しませんでした</translation>
    </message>
    <message>
        <source>%1 took longer than it may.</source>
        <translation>%1 が制限時間を超えました。</translation>
    </message>
    <message>
        <source>Check that the machine is not overloaded, then retry.</source>
        <translation>マシンが過負荷でないことを確認してから再試行してください。</translation>
    </message>
    <message>
        <source>There is no space left</source>
        <translation>空き容量がありません</translation>
    </message>
    <message>
        <source>No space is left in %1.</source>
        <translation>%1 に空き容量がありません。</translation>
    </message>
    <message>
        <source>Free some space there, then retry. What was done is kept.</source>
        <translation>空き容量を確保してから再試行してください。完了済みの処理は保持されます。</translation>
    </message>
    <message>
        <source>A file could not be read</source>
        <translation>ファイルを読み取れませんでした</translation>
    </message>
    <message>
        <source>%1 could not be read.</source>
        <translation>%1 を読み取れませんでした。</translation>
    </message>
    <message>
        <source>Check that the file exists and may be read, then retry.</source>
        <translation>ファイルの有無と読み取り権限を確認してから再試行してください。</translation>
    </message>
    <message>
        <source>A file could not be written</source>
        <translation>ファイルに書き込めませんでした</translation>
    </message>
    <message>
        <source>%1 could not be written.</source>
        <translation>%1 に書き込めませんでした。</translation>
    </message>
    <message>
        <source>Check the folder&apos;s rights and free space, then retry.</source>
        <translation>フォルダーの権限と空き容量を確認してから再試行してください。</translation>
    </message>
    <message>
        <source>The migration journal is damaged</source>
        <translation>移行ジャーナルが破損しています</translation>
    </message>
    <message>
        <source>The journal %1 cannot be trusted.</source>
        <translation>ジャーナル %1 は信頼できません。</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again; nothing on the source was changed.</source>
        <translation>この移行をキャンセルしてやり直してください。移行元は変更されていません。</translation>
    </message>
    <message>
        <source>Saved state is damaged</source>
        <translation>保存された状態が破損しています</translation>
    </message>
    <message>
        <source>%1 cannot be trusted.</source>
        <translation>%1 は信頼できません。</translation>
    </message>
    <message>
        <source>Move the file away and start again; nothing on the source was changed.</source>
        <translation>ファイルを別の場所に移してやり直してください。移行元は変更されていません。</translation>
    </message>
    <message>
        <source>The plan file cannot be read</source>
        <translation>プランファイルを読み取れません</translation>
    </message>
    <message>
        <source>%1 is not a plan file: %2.</source>
        <translation>%1 はプランファイルではありません：%2。</translation>
    </message>
    <message>
        <source>Make a new plan with “edgeliftctl plan new”, or mend the file at that place.</source>
        <translation>「edgeliftctl plan new」で新しいプランを作成するか、該当箇所を修正してください。</translation>
    </message>
    <message>
        <source>The plan has an unknown setting</source>
        <translation>プランに不明な設定があります</translation>
    </message>
    <message>
        <source>The plan has the unknown key “%1”.</source>
        <translation>プランに不明なキー「%1」があります。</translation>
    </message>
    <message>
        <source>Did you mean “%2”? Correct the key or remove it.</source>
        <translation>「%2」の誤りではありませんか。キーを修正または削除してください。</translation>
    </message>
    <message>
        <source>The plan was made by another version</source>
        <translation>プランは別のバージョンで作成されました</translation>
    </message>
    <message>
        <source>The plan has version %1; this program reads version %2.</source>
        <translation>プランのバージョンは %1 ですが、このプログラムの対応バージョンは %2 です。</translation>
    </message>
    <message>
        <source>Make a new plan with this program, or use the program that made the plan.</source>
        <translation>このプログラムで新しいプランを作成するか、プランを作成したプログラムを使用してください。</translation>
    </message>
    <message>
        <source>The plan has an impossible value</source>
        <translation>プランに無効な値があります</translation>
    </message>
    <message>
        <source>%1 cannot be “%2”. Allowed: %3.</source>
        <translation>%1 に「%2」は指定できません。指定可能な値：%3。</translation>
    </message>
    <message>
        <source>Change the value in the plan and validate it again.</source>
        <translation>プランの値を変更し、再検証してください。</translation>
    </message>
    <message>
        <source>The plan breaks a rule</source>
        <translation>プランがルールに違反しています</translation>
    </message>
    <message>
        <source>Change the plan as described and validate it again.</source>
        <translation>説明に従ってプランを変更し、再検証してください。</translation>
    </message>
    <message>
        <source>The plan belongs to another server</source>
        <translation>プランは別のサーバーのものです</translation>
    </message>
    <message>
        <source>The plan names %1, which this source does not have.</source>
        <translation>プランにある %1 が、この移行元にありません。</translation>
    </message>
    <message>
        <source>Make a new plan for this source with “edgeliftctl plan new”.</source>
        <translation>「edgeliftctl plan new」でこの移行元の新しいプランを作成してください。</translation>
    </message>
    <message>
        <source>This change of the disk layout is not available</source>
        <translation>このディスク構成の変更はできません</translation>
    </message>
    <message>
        <source>A disk of the source could not be read</source>
        <translation>移行元のディスクを読み取れませんでした</translation>
    </message>
    <message>
        <source>Reading %1 failed.</source>
        <translation>%1 の読み取りに失敗しました。</translation>
    </message>
    <message>
        <source>Check the disk&apos;s health and the file&apos;s rights, then retry. What was already sent is kept.</source>
        <translation>ディスクの状態とファイルの権限を確認してから再試行してください。送信済みのデータは保持されます。</translation>
    </message>
    <message>
        <source>A disk of the source was not found</source>
        <translation>移行元のディスクが見つかりません</translation>
    </message>
    <message>
        <source>%1 does not exist.</source>
        <translation>%1 は存在しません。</translation>
    </message>
    <message>
        <source>Check the path of the disk, then start again.</source>
        <translation>ディスクのパスを確認してやり直してください。</translation>
    </message>
    <message>
        <source>The disk is empty</source>
        <translation>ディスクが空です</translation>
    </message>
    <message>
        <source>%1 has no content.</source>
        <translation>%1 に内容がありません。</translation>
    </message>
    <message>
        <source>Choose the right disk image.</source>
        <translation>正しいディスクイメージを選択してください。</translation>
    </message>
    <message>
        <source>The source changed during the migration</source>
        <translation>移行中に移行元が変更されました</translation>
    </message>
    <message>
        <source>%1 is no longer what it was when the migration began.</source>
        <translation>%1 が移行開始時の内容と異なります。</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk image, then start the migration again.</source>
        <translation>ディスクイメージへの書き込みがないことを確認し、移行をやり直してください。</translation>
    </message>
    <message>
        <source>The disk image is in use</source>
        <translation>ディスクイメージは使用中です</translation>
    </message>
    <message>
        <source>%1 is in use by another program.</source>
        <translation>%1 は別のプログラムが使用中です。</translation>
    </message>
    <message>
        <source>Shut the virtual machine down or choose a copy of its disk, then retry.</source>
        <translation>仮想マシンをシャットダウンするか、ディスクのコピーを選択してから再試行してください。</translation>
    </message>
    <message>
        <source>The format of the disk image is not supported</source>
        <translation>ディスクイメージの形式に対応していません</translation>
    </message>
    <message>
        <source>%1 has the format %2. Raw and qcow2 images can be read.</source>
        <translation>%1 の形式は %2 です。読み取り可能な形式は raw と qcow2 です。</translation>
    </message>
    <message>
        <source>Convert the image with “qemu-img convert -O qcow2” and start again.</source>
        <translation>「qemu-img convert -O qcow2」でイメージを変換してやり直してください。</translation>
    </message>
    <message>
        <source>The partition table is damaged</source>
        <translation>パーティションテーブルが破損しています</translation>
    </message>
    <message>
        <source>The partition table of %1 cannot be used: %2.</source>
        <translation>%1 のパーティションテーブルを使用できません：%2。</translation>
    </message>
    <message>
        <source>Repair the table (for example with “sgdisk --verify” or “sfdisk --verify”), then start again.</source>
        <translation>テーブルを修復し（「sgdisk --verify」や「sfdisk --verify」など）、やり直してください。</translation>
    </message>
    <message>
        <source>The partition table refers to itself</source>
        <translation>パーティションテーブルが自身を参照しています</translation>
    </message>
    <message>
        <source>The extended partitions of %1 form a loop.</source>
        <translation>%1 の拡張パーティションがループしています。</translation>
    </message>
    <message>
        <source>Repair the partition table with “sfdisk”, then start again.</source>
        <translation>「sfdisk」でパーティションテーブルを修復し、やり直してください。</translation>
    </message>
    <message>
        <source>This is not a Linux server</source>
        <translation>Linux サーバーではありません</translation>
    </message>
    <message>
        <source>No Linux system was found on %1.</source>
        <translation>%1 に Linux システムが見つかりません。</translation>
    </message>
    <message>
        <source>Only Linux servers can become ENS images. Choose the disk that holds the Linux system.</source>
        <translation>ENS イメージにできるのは Linux サーバーのみです。Linux システムのあるディスクを選択してください。</translation>
    </message>
    <message>
        <source>The processor architecture is not supported</source>
        <translation>対応していないプロセッサアーキテクチャです</translation>
    </message>
    <message>
        <source>The system on %1 is made for %2.</source>
        <translation>%1 のシステムは %2 用です。</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>ENS イメージにできるのは x86-64 サーバーのみです。</translation>
    </message>
    <message>
        <source>Too many data disks</source>
        <translation>データディスクが多すぎます</translation>
    </message>
    <message>
        <source>%1 data disks would be migrated, at most 4 are possible.</source>
        <translation>移行対象のデータディスクは %1 台ですが、上限は 4 台です。</translation>
    </message>
    <message>
        <source>Leave out disks: set all volumes of a disk to “migrate”: false in the plan.</source>
        <translation>ディスクを除外してください。プランで、そのディスクの全ボリュームを “migrate”: false に設定します。</translation>
    </message>
    <message>
        <source>A data disk is too large</source>
        <translation>データディスクが大きすぎます</translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. %1 has %2.</source>
        <translation>ENS イメージのデータディスクは最大 500 GiB です。%1 は %2 あります。</translation>
    </message>
    <message>
        <source>Leave the disk out, or make it smaller.</source>
        <translation>ディスクを除外するか、小さくしてください。</translation>
    </message>
    <message>
        <source>The root filesystem was not found</source>
        <translation>ルートファイルシステムが見つかりません</translation>
    </message>
    <message>
        <source>No volume of %1 can be mounted as “/”.</source>
        <translation>%1 に「/」としてマウントできるボリュームがありません。</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>サーバーの起動ディスクを選択してください。</translation>
    </message>
    <message>
        <source>A filesystem is damaged</source>
        <translation>ファイルシステムが破損しています</translation>
    </message>
    <message>
        <source>The filesystem on %1 cannot be read: %2.</source>
        <translation>%1 のファイルシステムを読み取れません：%2。</translation>
    </message>
    <message>
        <source>Check it with the filesystem&apos;s own repair program, then start again.</source>
        <translation>ファイルシステムの修復プログラムで検査し、やり直してください。</translation>
    </message>
    <message>
        <source>A volume cannot be migrated</source>
        <translation>ボリュームを移行できません</translation>
    </message>
    <message>
        <source>%1 is of a kind that cannot be migrated: %2.</source>
        <translation>%1 は移行できない種類です：%2。</translation>
    </message>
    <message>
        <source>Leave the volume out, or change it on the source.</source>
        <translation>ボリュームを除外するか、移行元で変更してください。</translation>
    </message>
    <message>
        <source>No boot loader was found</source>
        <translation>ブートローダーが見つかりません</translation>
    </message>
    <message>
        <source>%1 has no boot loader that the image could start with.</source>
        <translation>%1 に、イメージを起動できるブートローダーがありません。</translation>
    </message>
    <message>
        <source>Install GRUB on the source&apos;s system disk, then start again.</source>
        <translation>移行元のシステムディスクに GRUB をインストールし、やり直してください。</translation>
    </message>
    <message>
        <source>Drivers for the cloud are missing</source>
        <translation>クラウド用のドライバーがありません</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>カーネル %1 の起動ファイルに virtio ドライバーがありません。</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>virtio_blk、virtio_pci、virtio_net を含めて initramfs を再構築し、再チェックしてください。</translation>
    </message>
    <message>
        <source>The source does not read the same twice</source>
        <translation>移行元の読み取り結果が一致しません</translation>
    </message>
    <message>
        <source>%2 blocks of %1 had another content each time they were read.</source>
        <translation>%1 の %2 個のブロックで、読み取るたびに内容が異なりました。</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk. Then test the source server&apos;s memory (RAM) and the disk&apos;s health, and start again.</source>
        <translation>ディスクへの書き込みがないことを確認してください。次に、移行元サーバーのメモリ (RAM) とディスクの状態を検査し、やり直してください。</translation>
    </message>
    <message>
        <source>The transit instance does not answer</source>
        <translation>中継インスタンスが応答しません</translation>
    </message>
    <message>
        <source>%1 cannot be reached on port %2.</source>
        <translation>%1 のポート %2 に接続できません。</translation>
    </message>
    <message>
        <source>Allow outgoing connections to ports 8080 and 8703, then retry. What was already sent is kept.</source>
        <translation>ポート 8080 と 8703 への送信接続を許可してから再試行してください。送信済みのデータは保持されます。</translation>
    </message>
    <message>
        <source>The receiver is of another version</source>
        <translation>レシーバーのバージョンが異なります</translation>
    </message>
    <message>
        <source>The receiver speaks protocol %1.</source>
        <translation>レシーバーのプロトコルは %1 です。</translation>
    </message>
    <message>
        <source>Let the migration create a new transit instance (cancel and start again), or update this program.</source>
        <translation>移行をキャンセルしてやり直し、新しい中継インスタンスを作成するか、このプログラムを更新してください。</translation>
    </message>
    <message>
        <source>The data connection was disturbed</source>
        <translation>データ接続に異常が発生しました</translation>
    </message>
    <message>
        <source>A message on the data connection could not be understood.</source>
        <translation>データ接続のメッセージを解釈できませんでした。</translation>
    </message>
    <message>
        <source>Retry. What was already confirmed is kept.</source>
        <translation>再試行してください。確認済みのデータは保持されます。</translation>
    </message>
    <message>
        <source>The other side could not prove who it is</source>
        <translation>接続先の身元を確認できませんでした</translation>
    </message>
    <message>
        <source>The computer at %1 does not hold the key of this migration.</source>
        <translation>%1 のコンピューターは、この移行のキーを持っていません。</translation>
    </message>
    <message>
        <source>Check for a proxy that opens encrypted connections, then retry.</source>
        <translation>暗号化接続を復号するプロキシがないか確認してから再試行してください。</translation>
    </message>
    <message>
        <source>The receiver holds another state</source>
        <translation>レシーバーの状態が異なります</translation>
    </message>
    <message>
        <source>The receiver does not know this run of the migration.</source>
        <translation>レシーバーはこの移行の実行を認識していません。</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again.</source>
        <translation>この移行をキャンセルしてやり直してください。</translation>
    </message>
    <message>
        <source>Data was damaged on the way</source>
        <translation>データが転送中に破損しました</translation>
    </message>
    <message>
        <source>A block of %1 arrived damaged.</source>
        <translation>%1 のブロックが破損した状態で届きました。</translation>
    </message>
    <message>
        <source>Retry. The block is sent again; nothing damaged was written. If it happens again, test the source server&apos;s memory (RAM).</source>
        <translation>再試行してください。ブロックは再送され、破損したデータは書き込まれていません。再発する場合は、移行元サーバーのメモリ (RAM) を検査してください。</translation>
    </message>
    <message>
        <source>A target disk was not found</source>
        <translation>ターゲットディスクが見つかりません</translation>
    </message>
    <message>
        <source>The disk with serial %1 is not attached to the transit instance.</source>
        <translation>シリアル番号 %1 のディスクが中継インスタンスにアタッチされていません。</translation>
    </message>
    <message>
        <source>Retry; if it stays away, cancel the migration and start again.</source>
        <translation>再試行してください。解決しない場合は、移行をキャンセルしてやり直してください。</translation>
    </message>
    <message>
        <source>A target disk is too small</source>
        <translation>ターゲットディスクが小さすぎます</translation>
    </message>
    <message>
        <source>The target disk %1 has %2, but %3 are needed.</source>
        <translation>ターゲットディスク %1 は %2 ですが、%3 必要です。</translation>
    </message>
    <message>
        <source>Choose a larger disk in the plan and start again.</source>
        <translation>プランでより大きいディスクを選択し、やり直してください。</translation>
    </message>
    <message>
        <source>Writing the target disk failed</source>
        <translation>ターゲットディスクへの書き込みに失敗しました</translation>
    </message>
    <message>
        <source>The target disk %1 could not be written.</source>
        <translation>ターゲットディスク %1 に書き込めませんでした。</translation>
    </message>
    <message>
        <source>Retry. If it fails again, cancel the migration and start again.</source>
        <translation>再試行してください。再度失敗する場合は、移行をキャンセルしてやり直してください。</translation>
    </message>
    <message>
        <source>Reading the target disk back failed</source>
        <translation>ターゲットディスクの読み戻しに失敗しました</translation>
    </message>
    <message>
        <source>The target disk %1 could not be read back.</source>
        <translation>ターゲットディスク %1 を読み戻せませんでした。</translation>
    </message>
    <message>
        <source>The copy is not equal to the source</source>
        <translation>コピーが移行元と一致しません</translation>
    </message>
    <message>
        <source>%1 blocks of the target disk differ from what was sent, after a second copy as well.</source>
        <translation>再コピー後も、ターゲットディスクの %1 個のブロックが送信内容と異なります。</translation>
    </message>
    <message>
        <source>Memory (RAM) or disk of the transit instance is faulty. Cancel the migration and start it again: it gets another one.</source>
        <translation>中継インスタンスのメモリ (RAM) またはディスクに障害があります。移行をキャンセルしてやり直すと、別の中継インスタンスが使用されます。</translation>
    </message>
    <message>
        <source>The connection to the transit instance was lost</source>
        <translation>中継インスタンスとの接続が切断されました</translation>
    </message>
    <message>
        <source>The connection to %1 was lost.</source>
        <translation>%1 との接続が切断されました。</translation>
    </message>
    <message>
        <source>Check the network, then retry. What was already sent is kept.</source>
        <translation>ネットワークを確認してから再試行してください。送信済みのデータは保持されます。</translation>
    </message>
    <message>
        <source>No data passes to the transit instance</source>
        <translation>中継インスタンスにデータが転送されていません</translation>
    </message>
    <message>
        <source>No data passed to %1 for %2 seconds.</source>
        <translation>%2 秒間、%1 にデータが転送されていません。</translation>
    </message>
    <message>
        <source>A write outside the target was refused</source>
        <translation>ターゲット範囲外への書き込みを拒否しました</translation>
    </message>
    <message>
        <source>The receiver refused a write outside disk %1.</source>
        <translation>レシーバーがディスク %1 の範囲外への書き込みを拒否しました。</translation>
    </message>
    <message>
        <source>The partition table of the target could not be written</source>
        <translation>ターゲットのパーティションテーブルに書き込めませんでした</translation>
    </message>
    <message>
        <source>The partition table of target disk %1 could not be completed.</source>
        <translation>ターゲットディスク %1 のパーティションテーブルを完成できませんでした。</translation>
    </message>
    <message>
        <source>Retry. If it fails again, save the diagnostics and report them.</source>
        <translation>再試行してください。再度失敗する場合は、診断情報を保存して報告してください。</translation>
    </message>
    <message>
        <source>A target disk is in use</source>
        <translation>ターゲットディスクは使用中です</translation>
    </message>
    <message>
        <source>The target disk %1 is in use by the transit instance itself and was not touched.</source>
        <translation>ターゲットディスク %1 は中継インスタンス自身が使用中のため、変更していません。</translation>
    </message>
    <message>
        <source>Retry. If it stays in use, cancel the migration and start again.</source>
        <translation>再試行してください。使用中のままの場合は、移行をキャンセルしてやり直してください。</translation>
    </message>
    <message>
        <source>The cloud refused a request</source>
        <translation>クラウドがリクエストを拒否しました</translation>
    </message>
    <message>
        <source>%1 was refused: %2.</source>
        <translation>%1 が拒否されました：%2。</translation>
    </message>
    <message>
        <source>Read the cloud&apos;s reason, mend it in the console, then retry.</source>
        <translation>クラウドが示す理由を確認し、コンソールで対処してから再試行してください。</translation>
    </message>
    <message>
        <source>The cloud asks to slow down</source>
        <translation>クラウドがリクエストを制限しています</translation>
    </message>
    <message>
        <source>Too many %1 requests were made from this account.</source>
        <translation>このアカウントからの %1 リクエストが多すぎます。</translation>
    </message>
    <message>
        <source>Nothing is lost. Wait a minute, then retry.</source>
        <translation>データは失われていません。1 分待ってから再試行してください。</translation>
    </message>
    <message>
        <source>The cloud&apos;s answer was not understood</source>
        <translation>クラウドの応答を解釈できませんでした</translation>
    </message>
    <message>
        <source>The answer to %1 could not be understood.</source>
        <translation>%1 の応答を解釈できませんでした。</translation>
    </message>
    <message>
        <source>Retry. If it happens again, check for a proxy that changes answers.</source>
        <translation>再試行してください。再発する場合は、応答を変更するプロキシがないか確認してください。</translation>
    </message>
    <message>
        <source>The cloud does not answer</source>
        <translation>クラウドが応答しません</translation>
    </message>
    <message>
        <source>No answer from %1.</source>
        <translation>%1 からの応答がありません。</translation>
    </message>
    <message>
        <source>Check the network or the proxy, then retry.</source>
        <translation>ネットワークまたはプロキシを確認してから再試行してください。</translation>
    </message>
    <message>
        <source>The AccessKey pair was refused</source>
        <translation>AccessKey ペアが拒否されました</translation>
    </message>
    <message>
        <source>The cloud refused the AccessKey pair: %1.</source>
        <translation>クラウドが AccessKey ペアを拒否しました：%1。</translation>
    </message>
    <message>
        <source>Check the AccessKey ID and secret, then start again.</source>
        <translation>AccessKey ID と AccessKey Secret を確認し、やり直してください。</translation>
    </message>
    <message>
        <source>The temporary credentials expired</source>
        <translation>一時認証情報の有効期限が切れました</translation>
    </message>
    <message>
        <source>The temporary credentials for %1 are no longer valid.</source>
        <translation>%1 の一時認証情報は無効になりました。</translation>
    </message>
    <message>
        <source>Retry. New credentials are fetched by themselves.</source>
        <translation>再試行してください。新しい認証情報は自動的に取得されます。</translation>
    </message>
    <message>
        <source>The account lacks a permission</source>
        <translation>アカウントに権限がありません</translation>
    </message>
    <message>
        <source>The account may not call %1: %2.</source>
        <translation>アカウントに %1 を呼び出す権限がありません：%2。</translation>
    </message>
    <message>
        <source>Grant the permission in the RAM console, then retry.</source>
        <translation>RAM コンソールで権限を付与してから再試行してください。</translation>
    </message>
    <message>
        <source>This computer&apos;s clock is wrong</source>
        <translation>このコンピューターの時刻が正しくありません</translation>
    </message>
    <message>
        <source>The clock differs from the cloud&apos;s by %1 seconds.</source>
        <translation>時刻がクラウドと %1 秒ずれています。</translation>
    </message>
    <message>
        <source>The bucket does not exist</source>
        <translation>バケットが存在しません</translation>
    </message>
    <message>
        <source>There is no bucket “%1”.</source>
        <translation>バケット「%1」はありません。</translation>
    </message>
    <message>
        <source>Create the bucket in %2, or choose another one in the plan.</source>
        <translation>%2 にバケットを作成するか、プランで別のバケットを選択してください。</translation>
    </message>
    <message>
        <source>The bucket is in another region</source>
        <translation>バケットは別のリージョンにあります</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %2, but the temporary image is created in %3.</source>
        <translation>バケット「%1」は %2 にありますが、一時イメージは %3 で作成されます。</translation>
    </message>
    <message>
        <source>Choose a bucket in %3.</source>
        <translation>%3 のバケットを選択してください。</translation>
    </message>
    <message>
        <source>The bucket cannot be used</source>
        <translation>バケットを使用できません</translation>
    </message>
    <message>
        <source>Bucket “%1” cannot hold the temporary image: %2.</source>
        <translation>バケット「%1」に一時イメージを保存できません：%2。</translation>
    </message>
    <message>
        <source>Choose a bucket without server-side encryption, of the standard class.</source>
        <translation>サーバー側暗号化が無効で、ストレージクラスが標準のバケットを選択してください。</translation>
    </message>
    <message>
        <source>The image name is in use</source>
        <translation>イメージ名は使用済みです</translation>
    </message>
    <message>
        <source>There is already an image named “%1”.</source>
        <translation>「%1」という名前のイメージは既に存在します。</translation>
    </message>
    <message>
        <source>Choose another name prefix in the plan.</source>
        <translation>プランで別の名前プレフィックスを指定してください。</translation>
    </message>
    <message>
        <source>The instance type is out of stock</source>
        <translation>インスタンスタイプの在庫がありません</translation>
    </message>
    <message>
        <source>Instance type “%1” is out of stock in %2.</source>
        <translation>%2 ではインスタンスタイプ「%1」の在庫がありません。</translation>
    </message>
    <message>
        <source>Choose another type, or leave the type empty so that one is chosen.</source>
        <translation>別のタイプを選択するか、空欄のままにして自動選択してください。</translation>
    </message>
    <message>
        <source>A quota of the account is used up</source>
        <translation>アカウントのクォータを使い切りました</translation>
    </message>
    <message>
        <source>The quota for %1 is used up: %2.</source>
        <translation>%1 のクォータを使い切りました：%2。</translation>
    </message>
    <message>
        <source>Delete what is no longer needed or raise the quota, then retry.</source>
        <translation>不要なものを削除するか、クォータを引き上げてから再試行してください。</translation>
    </message>
    <message>
        <source>The account&apos;s balance is too low</source>
        <translation>アカウントの残高が不足しています</translation>
    </message>
    <message>
        <source>The account cannot buy the transit instance.</source>
        <translation>このアカウントでは中継インスタンスを購入できません。</translation>
    </message>
    <message>
        <source>Top up the account, then retry.</source>
        <translation>アカウントにチャージしてから再試行してください。</translation>
    </message>
    <message>
        <source>A role is missing in the account</source>
        <translation>アカウントにロールがありません</translation>
    </message>
    <message>
        <source>The role %1 does not exist or may not be used.</source>
        <translation>ロール %1 が存在しないか、使用が許可されていません。</translation>
    </message>
    <message>
        <source>Grant the role in the ECS console, then retry.</source>
        <translation>ECS コンソールでロールを付与してから再試行してください。</translation>
    </message>
    <message>
        <source>A service is not activated</source>
        <translation>サービスが有効化されていません</translation>
    </message>
    <message>
        <source>%1 is not activated in this account.</source>
        <translation>このアカウントでは %1 が有効化されていません。</translation>
    </message>
    <message>
        <source>Activate it in the console, then retry.</source>
        <translation>コンソールで有効化してから再試行してください。</translation>
    </message>
    <message>
        <source>The region is not supported</source>
        <translation>リージョンに対応していません</translation>
    </message>
    <message>
        <source>%1 is not possible in %2.</source>
        <translation>%2 では %1 を実行できません。</translation>
    </message>
    <message>
        <source>Choose China (Beijing) or Singapore.</source>
        <translation>中国（北京）またはシンガポールを選択してください。</translation>
    </message>
    <message>
        <source>The network was not found</source>
        <translation>ネットワークが見つかりません</translation>
    </message>
    <message>
        <source>%1 does not exist or does not fit.</source>
        <translation>%1 が存在しないか、条件に合いません。</translation>
    </message>
    <message>
        <source>Choose another VPC and vSwitch in the plan.</source>
        <translation>プランで別の VPC と vSwitch を選択してください。</translation>
    </message>
    <message>
        <source>The transit instance is gone</source>
        <translation>中継インスタンスがなくなりました</translation>
    </message>
    <message>
        <source>The transit instance %1 was released.</source>
        <translation>中継インスタンス %1 はリリースされました。</translation>
    </message>
    <message>
        <source>This migration cannot continue. Start it again from the beginning.</source>
        <translation>この移行は続行できません。最初からやり直してください。</translation>
    </message>
    <message>
        <source>The transit instance did not get ready</source>
        <translation>中継インスタンスの準備が完了しませんでした</translation>
    </message>
    <message>
        <source>The transit instance %1 did not start its receiver.</source>
        <translation>中継インスタンス %1 でレシーバーが起動しませんでした。</translation>
    </message>
    <message>
        <source>Retry; if it fails again, cancel the migration and start again.</source>
        <translation>再試行してください。再度失敗する場合は、移行をキャンセルしてやり直してください。</translation>
    </message>
    <message>
        <source>A snapshot failed</source>
        <translation>スナップショットに失敗しました</translation>
    </message>
    <message>
        <source>The snapshot of disk %1 failed.</source>
        <translation>ディスク %1 のスナップショットに失敗しました。</translation>
    </message>
    <message>
        <source>Retry.</source>
        <translation>再試行してください。</translation>
    </message>
    <message>
        <source>The image could not be made</source>
        <translation>イメージを作成できませんでした</translation>
    </message>
    <message>
        <source>Making the ECS image %1 failed: %2.</source>
        <translation>ECS イメージ %1 の作成に失敗しました：%2。</translation>
    </message>
    <message>
        <source>Retry; if it fails again, read the cloud&apos;s reason in the log.</source>
        <translation>再試行してください。再度失敗する場合は、ログでクラウドが示す理由を確認してください。</translation>
    </message>
    <message>
        <source>The image could not be exported</source>
        <translation>イメージをエクスポートできませんでした</translation>
    </message>
    <message>
        <source>Exporting image %1 failed: %2.</source>
        <translation>イメージ %1 のエクスポートに失敗しました：%2。</translation>
    </message>
    <message>
        <source>Check the bucket and the role for image export, then retry.</source>
        <translation>バケットとイメージエクスポート用のロールを確認してから再試行してください。</translation>
    </message>
    <message>
        <source>The image could not be imported</source>
        <translation>イメージをインポートできませんでした</translation>
    </message>
    <message>
        <source>Importing the ENS image %1 failed: %2.</source>
        <translation>ENS イメージ %1 のインポートに失敗しました：%2。</translation>
    </message>
    <message>
        <source>Retry; the exported files are kept in the bucket until then.</source>
        <translation>再試行してください。エクスポート済みのファイルはそれまでバケットに保持されます。</translation>
    </message>
    <message>
        <source>The cloud took too long</source>
        <translation>クラウドの処理がタイムアウトしました</translation>
    </message>
    <message>
        <source>%1 did not finish in time.</source>
        <translation>%1 が時間内に完了しませんでした。</translation>
    </message>
    <message>
        <source>Retry; it continues where it stopped.</source>
        <translation>再試行してください。中断したところから続行します。</translation>
    </message>
    <message>
        <source>Something in the cloud is gone</source>
        <translation>クラウドのリソースがなくなりました</translation>
    </message>
    <message>
        <source>%1 no longer exists.</source>
        <translation>%1 はもう存在しません。</translation>
    </message>
    <message>
        <source>It was probably deleted by hand. Cancel the migration and start again.</source>
        <translation>手動で削除された可能性があります。移行をキャンセルしてやり直してください。</translation>
    </message>
    <message>
        <source>The receiver&apos;s bundle is missing</source>
        <translation>レシーバーのバンドルがありません</translation>
    </message>
    <message>
        <source>The file %1 was not found.</source>
        <translation>ファイル %1 が見つかりません。</translation>
    </message>
    <message>
        <source>Reinstall Edgelift, or build the target “receiver_bundle”.</source>
        <translation>Edgelift を再インストールするか、ターゲット「receiver_bundle」をビルドしてください。</translation>
    </message>
    <message>
        <source>The activation code has a typing error</source>
        <translation>アクティベーションコードに入力ミスがあります</translation>
    </message>
    <message>
        <source>The activation code is not complete or has a wrong character: %1.</source>
        <translation>アクティベーションコードが不完全か、誤った文字が含まれています：%1。</translation>
    </message>
    <message>
        <source>Copy the whole code again from where it was made.</source>
        <translation>発行元からコード全体をコピーし直してください。</translation>
    </message>
    <message>
        <source>The activation code was rejected</source>
        <translation>アクティベーションコードが拒否されました</translation>
    </message>
    <message>
        <source>The service does not know this activation code.</source>
        <translation>サービスはこのアクティベーションコードを認識していません。</translation>
    </message>
    <message>
        <source>Check it for missing characters, or generate a new one.</source>
        <translation>文字の抜けがないか確認するか、新しいコードを生成してください。</translation>
    </message>
    <message>
        <source>The activation code expired</source>
        <translation>アクティベーションコードの期限が切れました</translation>
    </message>
    <message>
        <source>The activation code expired on %1.</source>
        <translation>アクティベーションコードの有効期限は %1 に切れました。</translation>
    </message>
    <message>
        <source>Generate a new one.</source>
        <translation>新しいコードを生成してください。</translation>
    </message>
    <message>
        <source>The activation code is used up</source>
        <translation>アクティベーションコードが上限に達しました</translation>
    </message>
    <message>
        <source>The activation code has already imported %1 servers, which is its limit.</source>
        <translation>このアクティベーションコードは、上限である %1 台のサーバーをインポート済みです。</translation>
    </message>
    <message>
        <source>The activation code was disabled</source>
        <translation>アクティベーションコードは無効化されました</translation>
    </message>
    <message>
        <source>The activation code was switched off by its owner.</source>
        <translation>アクティベーションコードは所有者によって無効にされました。</translation>
    </message>
    <message>
        <source>Ask for a new one.</source>
        <translation>新しいコードを依頼してください。</translation>
    </message>
    <message>
        <source>No activation code was given</source>
        <translation>アクティベーションコードが指定されていません</translation>
    </message>
    <message>
        <source>Neither an activation code nor an AccessKey pair was given.</source>
        <translation>アクティベーションコードも AccessKey ペアも指定されていません。</translation>
    </message>
    <message>
        <source>Give the code with --code-file or on standard input, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.</source>
        <translation>--code-file または標準入力でコードを指定するか、ALIBABA_CLOUD_ACCESS_KEY_ID と ALIBABA_CLOUD_ACCESS_KEY_SECRET を設定してください。</translation>
    </message>
    <message>
        <source>The agent does not answer</source>
        <translation>エージェントが応答しません</translation>
    </message>
    <message>
        <source>No agent answers on %1.</source>
        <translation>%1 で応答するエージェントがありません。</translation>
    </message>
    <message>
        <source>Start it with “systemctl start edgelift-agent”, or run the command as root.</source>
        <translation>「systemctl start edgelift-agent」で起動するか、root としてコマンドを実行してください。</translation>
    </message>
    <message>
        <source>The agent is of another version</source>
        <translation>エージェントのバージョンが異なります</translation>
    </message>
    <message>
        <source>The agent speaks version %1 of its interface, this program version %2.</source>
        <translation>インターフェイスのバージョンは、エージェントが %1、このプログラムが %2 です。</translation>
    </message>
    <message>
        <source>Install the same version of both.</source>
        <translation>両方に同じバージョンをインストールしてください。</translation>
    </message>
    <message>
        <source>A migration is already running</source>
        <translation>移行が既に実行中です</translation>
    </message>
    <message>
        <source>Migration %1 is still running.</source>
        <translation>移行 %1 はまだ実行中です。</translation>
    </message>
    <message>
        <source>Wait for its end or cancel it first.</source>
        <translation>終了を待つか、先にキャンセルしてください。</translation>
    </message>
    <message>
        <source>The migration was not found</source>
        <translation>移行が見つかりません</translation>
    </message>
    <message>
        <source>There is no migration %1.</source>
        <translation>移行 %1 はありません。</translation>
    </message>
    <message>
        <source>List the migrations with “edgeliftctl status”.</source>
        <translation>「edgeliftctl status」で移行の一覧を表示してください。</translation>
    </message>
    <message>
        <source>This is not possible now</source>
        <translation>この操作は現在実行できません</translation>
    </message>
    <message>
        <source>Migration %1 is %2.</source>
        <translation>移行 %1 の状態：%2。</translation>
    </message>
    <message>
        <source>Look at its state with “edgeliftctl status”.</source>
        <translation>「edgeliftctl status」で状態を確認してください。</translation>
    </message>
    <message>
        <source>A request was not understood</source>
        <translation>リクエストを解釈できませんでした</translation>
    </message>
    <message>
        <source>Use the same version of all parts of Edgelift.</source>
        <translation>Edgelift の全コンポーネントを同じバージョンにしてください。</translation>
    </message>
    <message>
        <source>Undo the changes to the disks, or leave size, place and method of each volume as they were in the new plan.</source>
        <translation>ディスクへの変更を元に戻すか、新しいプランで各ボリュームのサイズ、場所、方式を以前のままにしてください。</translation>
    </message>
    <message>
        <source>Something wrote to the disks during the final moment</source>
        <translation>最終段階でディスクへの書き込みがありました</translation>
    </message>
    <message>
        <source>%1 was written to while the filesystems were held still, %2 times in a row.</source>
        <translation>ファイルシステムの静止中に、%1 への書き込みが %2 回連続で発生しました。</translation>
    </message>
    <message>
        <source>Find the program that writes to the disk directly or that ends the hold (backup and snapshot tools do), stop it, and retry. What was copied is kept.</source>
        <translation>ディスクに直接書き込む、または静止を解除するプログラム（バックアップツールやスナップショットツールなど）を特定して停止し、再試行してください。コピー済みの内容は保持されます。</translation>
    </message>
    <message>
        <source>A part of a disk is always being written</source>
        <translation>ディスクの一部に常に書き込みがあります</translation>
    </message>
    <message>
        <source>An area of %1 that cannot be held still was written to during each of %2 tries to copy it.</source>
        <translation>%1 の静止できない領域が、%2 回のコピー試行のたびに書き込まれました。</translation>
    </message>
    <message>
        <source>Stop what writes to it (updates of the boot partition, programs that use a raw partition) for a minute, then retry.</source>
        <translation>その領域への書き込み（ブートパーティションの更新、raw パーティションを使用するプログラム）を 1 分間停止してから再試行してください。</translation>
    </message>
    <message>
        <source>Changes on the disks were not seen completely</source>
        <translation>ディスクの変更を完全に検出できませんでした</translation>
    </message>
    <message>
        <source>A change of %1 was missed.</source>
        <translation>%1 の変更を 1 件検出できませんでした。</translation>
    </message>
    <message>
        <source>Retry: both sides are compared then, and only what differs is sent.</source>
        <translation>再試行してください。両側を比較し、異なる部分のみを送信します。</translation>
    </message>
    <message>
        <source>The final moment would have been too long</source>
        <translation>最終段階が長くなりすぎます</translation>
    </message>
    <message>
        <source>The server had written %1 when its filesystems were held still; there is room for %2.</source>
        <translation>ファイルシステムの静止時点で、サーバーは %1 を書き込んでいました。許容量は %2 です。</translation>
    </message>
    <message>
        <source>Raise the network limit, stop the services that write most, choose a quiet hour, or allow a longer hold; then retry.</source>
        <translation>ネットワークの制限を引き上げるか、書き込みの多いサービスを停止するか、負荷の低い時間帯を選ぶか、静止時間を長くしてから再試行してください。</translation>
    </message>
    <message>
        <source>Changes cannot be tracked this way</source>
        <translation>この方法では変更を追跡できません</translation>
    </message>
    <message>
        <source>The kernel of this server does not allow changes to be tracked with %1.</source>
        <translation>このサーバーのカーネルは、%1 による変更の追跡を許可していません。</translation>
    </message>
    <message>
        <source>Nothing needs to be done: another way is used. The log has the kernel&apos;s reason.</source>
        <translation>操作は不要です。別の方法を使用します。カーネルが示す理由はログにあります。</translation>
    </message>
    <message>
        <source>A filesystem could not be stopped</source>
        <translation>ファイルシステムを静止できませんでした</translation>
    </message>
    <message>
        <source>Writing to %1 could not be stopped for a moment: %2.</source>
        <translation>%1 への書き込みを一時的に停止できませんでした：%2。</translation>
    </message>
    <message>
        <source>Everything goes on as before. Check the disk&apos;s health and the mount, then retry.</source>
        <translation>すべて通常どおり動作しています。ディスクの状態とマウントを確認してから再試行してください。</translation>
    </message>
    <message>
        <source>Writing went on too early</source>
        <translation>書き込みの再開が早すぎました</translation>
    </message>
    <message>
        <source>The filesystems did not stand still long enough: %1.</source>
        <translation>ファイルシステムの静止時間が不足しました：%1。</translation>
    </message>
    <message>
        <source>What was read is not used. Retry, at a time when the server is less busy.</source>
        <translation>読み取った内容は使用されません。サーバーの負荷が低いときに再試行してください。</translation>
    </message>
    <message>
        <source>A program of yours that runs around the stop failed</source>
        <translation>静止の前後に実行されるプログラムが失敗しました</translation>
    </message>
    <message>
        <source>%1 failed: %2.</source>
        <translation>%1 が失敗しました：%2。</translation>
    </message>
    <message>
        <source>Mend the program in /etc/edgelift/hooks.d, or remove it, then retry.</source>
        <translation>/etc/edgelift/hooks.d のプログラムを修正または削除してから再試行してください。</translation>
    </message>
    <message>
        <source>A device cannot be followed while the server runs</source>
        <translation>サーバーの稼働中に追跡できないデバイスがあります</translation>
    </message>
    <message>
        <source>%1 uses %2. What is written to it while the server runs would be lost.</source>
        <translation>%1 は %2 を使用しています。サーバーの稼働中に書き込まれた内容は失われます。</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>使用を停止して再チェックするか、サーバーをシャットダウンしてそのディスクイメージを移行してください。</translation>
    </message>
    <message>
        <source>This part of the copy came too late</source>
        <translation>コピーのこの部分は到着が遅すぎました</translation>
    </message>
    <message>
        <source>The receiver already takes a later round of the copy.</source>
        <translation>レシーバーは既にコピーの次の回を受信しています。</translation>
    </message>
    <message>
        <source>Retry. Make sure that only one program migrates this server.</source>
        <translation>再試行してください。このサーバーを移行するプログラムが 1 つだけであることを確認してください。</translation>
    </message>
    <message>
        <source>The copied server would not start in the cloud</source>
        <translation>コピーしたサーバーはクラウドで起動しません</translation>
    </message>
    <message>
        <source>Do on the source server what is said there, then migrate again. Nothing was changed on it.</source>
        <translation>上記の説明に従って移行元サーバーで対処してから、移行をやり直してください。移行元サーバーは変更されていません。</translation>
    </message>
    <message>
        <source>A target disk could not be set up</source>
        <translation>ターゲットディスクを設定できませんでした</translation>
    </message>
    <message>
        <source>Making %1 on the target disk with %2 failed.</source>
        <translation>%2 によるターゲットディスク上の %1 の作成に失敗しました。</translation>
    </message>
    <message>
        <source>Retry. If it fails again, undo the change of this volume in the plan, or report it with the diagnostics.</source>
        <translation>再試行してください。再度失敗する場合は、プランでこのボリュームの変更を元に戻すか、診断情報を添えて報告してください。</translation>
    </message>
    <message>
        <source>The disks cannot be changed as planned because of %1.</source>
        <translation>%1 のため、ディスクを計画どおりに変更できません。</translation>
    </message>
    <message>
        <source>A new filesystem is full</source>
        <translation>新しいファイルシステムに空きがありません</translation>
    </message>
    <message>
        <source>The files of %1 do not fit into the size that the plan gives it.</source>
        <translation>%1 のファイルは、計画で指定されたサイズに収まりません。</translation>
    </message>
    <message>
        <source>Files could not be copied</source>
        <translation>ファイルをコピーできませんでした</translation>
    </message>
    <message>
        <source>Copying the files of %1 failed: %2.</source>
        <translation>%1 のファイルのコピーに失敗しました: %2。</translation>
    </message>
    <message>
        <source>Mend what is named, then retry. Files that were already copied are kept.</source>
        <translation>示された問題を解決してから再試行してください。コピー済みのファイルは保持されます。</translation>
    </message>
    <message>
        <source>The final moment would be too long</source>
        <translation>最終段階が長くなりすぎます</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks, so the %1 in use would be read while the filesystems are held still: for about %2 seconds. %3 seconds are allowed.</source>
        <translation>カーネルがディスクへの書き込みの追跡を許可していないため、使用中の %1 をファイルシステムの静止中に読み取ることになります。これには約 %2 秒かかります。許容時間は %3 秒です。</translation>
    </message>
    <message>
        <source>Allow eBPF, perf events or block traces (perf_event_paranoid, lockdown, container settings), or allow a longer final moment (freezeSeconds in the plan, 60 at most), or shut the server down and migrate its disk images.</source>
        <translation>eBPF、perf events、ブロックトレースのいずれか（perf_event_paranoid、lockdown、コンテナの設定）を許可するか、最終段階を長くするか（プランの freezeSeconds、最大 60）、サーバーをシャットダウンしてそのディスクイメージを移行してください。</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is made out to another name.</source>
        <translation>%1 が提示した証明書は、別の名前に対して発行されたものです。</translation>
    </message>
    <message>
        <source>Check the address. If a proxy or firewall opens encrypted connections, let it pass this one untouched. Then retry.</source>
        <translation>アドレスを確認してください。プロキシまたはファイアウォールが暗号化接続を復号している場合は、この接続をそのまま通過させてから再試行してください。</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is not valid today.</source>
        <translation>%1 が提示した証明書は、現在有効期間内ではありません。</translation>
    </message>
    <message>
        <source>Check the date of this server, then retry. If it is right, the other side needs a new certificate.</source>
        <translation>このサーバーの日付を確認してから再試行してください。日付が正しい場合は、接続先に新しい証明書が必要です。</translation>
    </message>
    <message>
        <source>The certificate that %1 shows comes from an authority that this server does not know.</source>
        <translation>%1 が提示した証明書は、このサーバーが認識していない認証局によって発行されています。</translation>
    </message>
    <message>
        <source>If a proxy or firewall opens encrypted connections, let it pass this one untouched, or install its authority on this server. Then retry.</source>
        <translation>プロキシまたはファイアウォールが暗号化接続を復号している場合は、この接続をそのまま通過させるか、その認証局の証明書をこのサーバーにインストールしてから再試行してください。</translation>
    </message>
    <message>
        <source>The name service of this server does not know %1.</source>
        <translation>このサーバーのネームサービスで %1 を解決できません。</translation>
    </message>
    <message>
        <source>Check the address and the name servers in /etc/resolv.conf, then retry.</source>
        <translation>アドレスと /etc/resolv.conf のネームサーバーを確認してから再試行してください。</translation>
    </message>
    <message>
        <source>%1 refuses connections.</source>
        <translation>%1 が接続を拒否しています。</translation>
    </message>
    <message>
        <source>Check the address and its port, and that no firewall refuses this connection, then retry.</source>
        <translation>アドレスとポート、およびこの接続を拒否しているファイアウォールがないことを確認してから再試行してください。</translation>
    </message>
    <message>
        <source>%1 does not answer in time.</source>
        <translation>%1 が時間内に応答しません。</translation>
    </message>
    <message>
        <source>Let the firewall pass connections to this address, or set a proxy, then retry.</source>
        <translation>ファイアウォールでこのアドレスへの接続を許可するか、プロキシを設定してから再試行してください。</translation>
    </message>
    <message>
        <source>The connection to %1 is cut before an answer comes.</source>
        <translation>%1 への接続が、応答を受信する前に切断されます。</translation>
    </message>
    <message>
        <source>Let the firewall or proxy that cuts it pass connections to this address, then retry.</source>
        <translation>接続を切断しているファイアウォールまたはプロキシで、このアドレスへの接続を許可してから再試行してください。</translation>
    </message>
    <message>
        <source>This server knows no way to %1.</source>
        <translation>このサーバーには %1 への経路がありません。</translation>
    </message>
    <message>
        <source>Check its network and its default gateway, then retry.</source>
        <translation>ネットワークとデフォルトゲートウェイを確認してから再試行してください。</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 asks for a login.</source>
        <translation>%1 への経路上のプロキシがログインを要求しています。</translation>
    </message>
    <message>
        <source>Set the agent&apos;s http_proxy and https_proxy to http://name:password@proxy:port and start it again, or let the proxy pass this address without a login.</source>
        <translation>エージェントの http_proxy と https_proxy を http://name:password@proxy:port に設定してエージェントを再起動するか、プロキシでこのアドレスをログインなしで通過させてください。</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 makes no connection to it.</source>
        <translation>%1 への経路上のプロキシが、接続を確立しません。</translation>
    </message>
    <message>
        <source>Check the proxy in the agent&apos;s http_proxy and https_proxy, and that it passes this address, then retry.</source>
        <translation>エージェントの http_proxy と https_proxy に設定されたプロキシ、およびそのプロキシがこのアドレスを通過させることを確認してから再試行してください。</translation>
    </message>
    <message>
        <source>What is written to the disks cannot be followed</source>
        <translation>ディスクへの書き込みを追跡できません</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow it: eBPF, perf events and block traces were tried.</source>
        <translation>カーネルがディスクへの書き込みの追跡を許可していません。eBPF、perf events、ブロックトレースを試しました。</translation>
    </message>
    <message>
        <source>Allow one of them (perf_event_paranoid, lockdown, container settings), then try again. Otherwise everything in use is compared while writing stops in the final moment, or shut the server down and migrate its disk images.</source>
        <translation>いずれかを許可してから（perf_event_paranoid、lockdown、コンテナの設定）再試行してください。許可しない場合は、最終段階で書き込みを停止している間に使用中のすべての内容を比較します。または、サーバーをシャットダウンしてそのディスクイメージを移行してください。</translation>
    </message>
    <message>
        <source>Print the plan of this migration with “edgeliftctl plan show --job JOB --json”, give the volume more room in it, and go on with “edgeliftctl retry JOB --plan FILE”. The copy then begins anew.</source>
        <translation>「edgeliftctl plan show --job JOB --json」でこの移行のプランを出力し、そのプランでボリュームのサイズを増やしてから、「edgeliftctl retry JOB --plan FILE」で続行してください。その後、コピーは最初からやり直されます。</translation>
    </message>
    <message>
        <source>The cloud refuses every request from 15 minutes on. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”, then retry.</source>
        <translation>時刻のずれが 15 分以上になると、クラウドはすべてのリクエストを拒否します。「timedatectl set-ntp true」や「chronyc makestep」などで時刻を同期してから再試行してください。</translation>
    </message>
    <message>
        <source>The plan differs in more than the layout</source>
        <translation>プランに構成以外の相違があります</translation>
    </message>
    <message>
        <source>“%2” is not what migration %1 has begun with. It takes another layout of its disks, and nothing else.</source>
        <translation>「%2」が移行 %1 の開始時と異なります。変更できるのはディスクの構成のみです。</translation>
    </message>
    <message>
        <source>Take the plan that “edgeliftctl plan show --job %1 --json” prints and change only sizes and places under “disks”, or cancel the migration and start again.</source>
        <translation>「edgeliftctl plan show --job %1 --json」で出力されるプランを使用し、「disks」のサイズと配置のみを変更するか、移行をキャンセルしてやり直してください。</translation>
    </message>
    <message>
        <source>The layout cannot be changed any more</source>
        <translation>構成はこれ以上変更できません</translation>
    </message>
    <message>
        <source>The copy of migration %1 is complete, and its image is being made.</source>
        <translation>移行 %1 のコピーは完了しており、イメージを作成しています。</translation>
    </message>
    <message>
        <source>Go on without another plan, or cancel the migration and start again.</source>
        <translation>別のプランを指定せずに続行するか、移行をキャンセルしてやり直してください。</translation>
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
        <translation>無制限</translation>
    </message>
    <message>
        <source>%1 %</source>
        <extracomment>A share of a whole; %1 is a number such as 42</extracomment>
        <translation>%1%</translation>
    </message>
    <message>
        <source>less than 1 min</source>
        <translation>1 分未満</translation>
    </message>
    <message>
        <source>more than 2 days</source>
        <translation>2 日以上</translation>
    </message>
    <message>
        <source>about %1 min</source>
        <extracomment>Remaining time</extracomment>
        <translation>約 %1 分</translation>
    </message>
    <message>
        <source>about %1 h</source>
        <translation>約 %1 時間</translation>
    </message>
    <message>
        <source>about %1 h %2 min</source>
        <translation>約 %1 時間 %2 分</translation>
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
        <translation>%1 時間 %2 分</translation>
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
        <translation>ENS イメージ %1 の準備ができました。</translation>
    </message>
    <message>
        <source>The migration engine does not answer. Reconnecting.</source>
        <translation>移行エンジンが応答しません。再接続しています。</translation>
    </message>
    <message>
        <source>Connected to the migration engine again.</source>
        <translation>移行エンジンに再接続しました。</translation>
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
        <translation>待機中</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>実行中</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>一時停止</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>エラー</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>完了</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>キャンセル済み</translation>
    </message>
</context>
<context>
    <name>LayoutLines</name>
    <message>
        <source>%1: %2 is left out</source>
        <extracomment>%1 &quot;Data disk 1&quot;, %2 the disk&apos;s name on the source</extracomment>
        <translation>%1：%2 は除外</translation>
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
        <translation>最大値の %1 に設定しました。</translation>
    </message>
    <message>
        <source>Set to the minimum, %1.</source>
        <translation>最小値の %1 に設定しました。</translation>
    </message>
</context>
<context>
    <name>Phase</name>
    <message>
        <source>Connecting</source>
        <translation>接続中</translation>
    </message>
    <message>
        <source>Checking the account</source>
        <translation>アカウントの確認</translation>
    </message>
    <message>
        <source>Making the transit instance</source>
        <translation>中継インスタンスの作成</translation>
    </message>
    <message>
        <source>Copying the disks</source>
        <translation>ディスクのコピー</translation>
    </message>
    <message>
        <source>Finishing the disks</source>
        <translation>ディスクの仕上げ</translation>
    </message>
    <message>
        <source>Taking snapshots</source>
        <translation>スナップショットの作成</translation>
    </message>
    <message>
        <source>Making the ECS image</source>
        <translation>ECS イメージの作成</translation>
    </message>
    <message>
        <source>Exporting the image to the bucket</source>
        <translation>イメージをバケットにエクスポート</translation>
    </message>
    <message>
        <source>Importing the image into ENS</source>
        <translation>イメージを ENS にインポート</translation>
    </message>
    <message>
        <source>Cleaning up</source>
        <translation>クリーンアップ</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完了</translation>
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
        <translation>中継インスタンス</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>同期中</translation>
    </message>
    <message>
        <source>ECS image</source>
        <translation>ECS イメージ</translation>
    </message>
    <message>
        <source>Upload to OSS</source>
        <translation>OSS にアップロード</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>ENS イメージ</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>クリーンアップ</translation>
    </message>
</context>
<context>
    <name>PlanRules</name>
    <message>
        <source>System disk</source>
        <translation>システムディスク</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <extracomment>%1 the number of a data disk</extracomment>
        <translation>データディスク %1</translation>
    </message>
    <message>
        <source>Not migrated.</source>
        <translation>移行しません。</translation>
    </message>
    <message>
        <source>Copied block by block: same size and structure as on the source.</source>
        <translation>ブロック単位でコピー：サイズと構造は移行元と同じです。</translation>
    </message>
    <message>
        <source>Copied file by file because its size changes from %1 to %2.</source>
        <extracomment>%1, %2 sizes</extracomment>
        <translation>サイズが %1 から %2 に変わるため、ファイル単位でコピーします。</translation>
    </message>
    <message>
        <source>Copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>LVM が有効でサイズが 4 MiB の倍数でないため、ファイル単位でコピーします。</translation>
    </message>
    <message>
        <source>Copied file by file, as chosen.</source>
        <translation>選択に従い、ファイル単位でコピーします。</translation>
    </message>
    <message>
        <source>Does not fit: %1 missing</source>
        <extracomment>while a mount target is dragged over a disk; %1 a size</extracomment>
        <translation>収まりません：%1 不足</translation>
    </message>
    <message>
        <source>Move here: %1 fits, %2 free</source>
        <extracomment>while a mount target is dragged over a disk; %1 its size, %2 what is free on the disk afterwards</extracomment>
        <translation>ここに移動：%1 が収まり、空き %2</translation>
    </message>
    <message>
        <source>%1 moved to %2.</source>
        <extracomment>%1 a mount target, %2 a disk such as “Data disk 2”</extracomment>
        <translation>%1 を%2に移動しました。</translation>
    </message>
    <message>
        <source>%1 changed from %2 to %3.</source>
        <extracomment>%1 a mount target or disk, %2 and %3 sizes</extracomment>
        <translation>%1 を %2 から %3 に変更しました。</translation>
    </message>
    <message>
        <source>%1 is copied file by file.</source>
        <extracomment>%1 a mount target</extracomment>
        <translation>%1 をファイル単位でコピーします。</translation>
    </message>
    <message>
        <source>%1 is migrated.</source>
        <translation>%1 を移行します。</translation>
    </message>
    <message>
        <source>LVM is switched off on %1.</source>
        <extracomment>%1 a disk such as “Data disk 2”</extracomment>
        <translation>%1の LVM を無効にしました。</translation>
    </message>
    <message>
        <source>Choose where to keep the ENS image: cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>ENS イメージの保存先として cn-beijing または ap-southeast-1 を選択してください。「%1」は使用できません。</translation>
    </message>
    <message>
        <source>The name must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”. “%1” does not.</source>
        <translation>名前は 2～128 文字で、英字で始まり、英字、数字、「:」、「_」、「-」のみ使用できます。「%1」は条件に合いません。</translation>
    </message>
    <message>
        <source>Choose a bucket. It holds the temporary image.</source>
        <translation>一時イメージを保存するバケットを選択してください。</translation>
    </message>
    <message>
        <source>Choose a VPC and a vSwitch. Private transfer needs both.</source>
        <translation>VPC と vSwitch を選択してください。プライベート転送には両方必要です。</translation>
    </message>
    <message>
        <source>Enter a compression ratio from 0 to 10.</source>
        <translation>圧縮率を 0～10 で入力してください。</translation>
    </message>
    <message numerus="yes">
        <source>A job can have at most 20 tags. Remove %n tag(s).</source>
        <translation>
            <numerusform>ジョブに付けられるタグは 20 個までです。タグを %n 個削除してください。</numerusform>
        </translation>
    </message>
    <message>
        <source>A tag key must have 1 to 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”. “%1” does not fit.</source>
        <translation>タグキーは 1～128 文字で、「aliyun」、「acs:」、「http://」、「https://」で始めることはできません。「%1」は条件に合いません。</translation>
    </message>
    <message>
        <source>The licence type “Alibaba Cloud” covers only Windows Server. For %1 choose BYOL if you have a licence.</source>
        <translation>ライセンスタイプ「Alibaba Cloud」の対象は Windows Server のみです。ライセンスをお持ちの場合、%1 には BYOL を選択してください。</translation>
    </message>
    <message>
        <source>Enter a speed limit from 0 to 100,000 Mbit/s; 0 means unlimited.</source>
        <translation>速度制限を 0～100,000 Mbit/s で入力してください（0 は無制限）。</translation>
    </message>
    <message>
        <source>The description must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”.</source>
        <translation>説明は 2～128 文字で、英字で始まり、英字、数字、「:」、「_」、「-」のみ使用できます。</translation>
    </message>
    <message>
        <source>The value of tag “%1” must have at most 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”.</source>
        <translation>タグ「%1」の値は最大 128 文字で、「aliyun」、「acs:」、「http://」、「https://」で始めることはできません。</translation>
    </message>
    <message>
        <source>“%1” cannot be the name of a bucket: those have 3 to 63 lower-case letters, digits and “-”.</source>
        <translation>「%1」はバケット名に使用できません。バケット名は 3～63 文字の英小文字、数字、「-」です。</translation>
    </message>
    <message>
        <source>The temporary image can be made in cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>一時イメージは cn-beijing または ap-southeast-1 で作成できます。「%1」は使用できません。</translation>
    </message>
    <message>
        <source>Enter a disk-read limit from 0 to 100,000 MB/s; 0 means unlimited.</source>
        <translation>ディスク読み取り制限を 0～100,000 MB/s で入力してください（0 は無制限）。</translation>
    </message>
    <message>
        <source>Enter a niceness from 0 to 19; 19 gives way to everything else.</source>
        <translation>nice 値を 0～19 で入力してください。19 は他のすべての処理を優先します。</translation>
    </message>
    <message>
        <source>The time plan can have 32 windows, each with days, two different times and limits in their range. “%1” does not fit.</source>
        <translation>スケジュールには最大 32 個の時間帯を設定でき、それぞれ曜日、異なる 2 つの時刻、範囲内の制限値が必要です。「%1」は条件に合いません。</translation>
    </message>
    <message>
        <source>Paths must start with “/”. “%1” does not.</source>
        <translation>パスは「/」で始める必要があります。「%1」は条件に合いません。</translation>
    </message>
    <message>
        <source>Exclusions are ignored for partitions copied block by block. Switch block replication off for %1 to use them.</source>
        <translation>ブロック単位でコピーするパーティションでは除外が無視されます。使用するには、%1 のブロックレプリケーションを無効にしてください。</translation>
    </message>
    <message>
        <source>The system disk must have 20 to 2,048 GiB.</source>
        <translation>システムディスクは 20～2,048 GiB にしてください。</translation>
    </message>
    <message>
        <source>A data disk must have 1 to 32,768 GiB.</source>
        <translation>データディスクは 1～32,768 GiB にしてください。</translation>
    </message>
    <message>
        <source>The system disk needs more than %2, the space in use. Enter at least %4.</source>
        <translation>システムディスクには使用量 %2 を超えるサイズが必要です。%4 以上を入力してください。</translation>
    </message>
    <message>
        <source>Data disk %1 needs more than %2, the space in use. Enter at least %4.</source>
        <translation>データディスク %1 には使用量 %2 を超えるサイズが必要です。%4 以上を入力してください。</translation>
    </message>
    <message>
        <source>The partitions on %1 need %2, but the disk has %3. Reduce a partition, enlarge the disk or move a mount target.</source>
        <translation>%1のパーティションには %2 必要ですが、ディスクは %3 です。パーティションを縮小するか、ディスクを拡張するか、マウントポイントを移動してください。</translation>
    </message>
    <message numerus="yes">
        <source>%n data disk(s) would be migrated, at most 4 are possible. Clear “Migrate” for the others or move their mount targets.</source>
        <translation>
            <numerusform>%n 個のデータディスクが移行対象ですが、上限は 4 個です。それ以外の「移行」をオフにするか、マウントポイントを移動してください。</numerusform>
        </translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. Data disk %1 has %3.</source>
        <translation>ENS イメージのデータディスクは最大 500 GiB です。データディスク %1 は %3 あります。</translation>
    </message>
    <message>
        <source>%1 cannot be moved. Boot and system partitions stay on the system disk.</source>
        <translation>%1 は移動できません。ブートパーティションとシステムパーティションはシステムディスクに残ります。</translation>
    </message>
    <message>
        <source>%1 needs more than %2, the space in use.</source>
        <translation>%1 には使用量 %2 を超えるサイズが必要です。</translation>
    </message>
    <message>
        <source>The server has %2 in use. An image may have at most 1 TiB after compression.</source>
        <translation>サーバーの使用量は %2 です。圧縮後のイメージは最大 1 TiB です。</translation>
    </message>
    <message>
        <source>LVM cannot be used: the system disk has no boot partition.</source>
        <translation>LVM を使用できません：システムディスクにブートパーティションがありません。</translation>
    </message>
    <message>
        <source>LVM will have no effect: Debian with kernel %1 and XFS.</source>
        <translation>LVM は有効になりません：カーネル %1 の Debian と XFS の組み合わせです。</translation>
    </message>
    <message>
        <source>%1 is copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>LVM が有効でサイズが 4 MiB の倍数でないため、%1 をファイル単位でコピーします。</translation>
    </message>
    <message>
        <source>Data disk %1 has no mount target to migrate and is left out.</source>
        <translation>データディスク %1 には移行するマウントポイントがないため、除外します。</translation>
    </message>
    <message>
        <source>The size of %1 cannot be changed while it is copied block by block. Switch to file copy first.</source>
        <translation>ブロック単位でコピーする %1 のサイズは変更できません。先にファイル単位に切り替えてください。</translation>
    </message>
    <message>
        <source>The first disk of a plan, and only that one, must be the system disk of this server: %1.</source>
        <translation>プランの最初のディスクのみを、このサーバーのシステムディスクにしてください：%1。</translation>
    </message>
    <message>
        <source>%1 stands in the plan more than once.</source>
        <translation>%1 がプランに複数あります。</translation>
    </message>
    <message>
        <source>%1 cannot be left out. Boot and system partitions are always migrated.</source>
        <translation>%1 は除外できません。ブートパーティションとシステムパーティションは常に移行されます。</translation>
    </message>
    <message>
        <source>This server has no disk or volume %1.</source>
        <translation>このサーバーにディスクまたはボリューム %1 はありません。</translation>
    </message>
    <message>
        <source>Data disk %1 has %3. The cloud may round it up to 20 GiB.</source>
        <translation>データディスク %1 は %3 です。クラウドで 20 GiB に切り上げられる場合があります。</translation>
    </message>
    <message>
        <source>The source disk has %3. The size was set to %2, the nearest possible value.</source>
        <translation>移行元のディスクは %3 です。最も近い有効な値 %2 に設定しました。</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %5, but the temporary image is created in %6. Choose a bucket in %6.</source>
        <translation>バケット「%1」は %5 にありますが、一時イメージは %6 で作成されます。%6 のバケットを選択してください。</translation>
    </message>
    <message>
        <source>vSwitch “%1” does not belong to VPC “%5”.</source>
        <translation>vSwitch「%1」は VPC「%5」に属していません。</translation>
    </message>
    <message>
        <source>Two tags have the key “%1”.</source>
        <translation>2 つのタグのキーが「%1」です。</translation>
    </message>
    <message>
        <source>LVM cannot be used for disk %1: this server has no LVM programs. Install the package lvm2 on it, or leave LVM off.</source>
        <translation>ディスク %1 には LVM を使用できません。このサーバーに LVM のプログラムがありません。サーバーにパッケージ lvm2 をインストールするか、LVM を無効のままにしてください。</translation>
    </message>
</context>
<context>
    <name>Prompt</name>
    <message>
        <source>Install the snapshot driver?</source>
        <translation>スナップショットドライバーをインストールしますか？</translation>
    </message>
    <message>
        <source>Install rsync?</source>
        <translation>rsync をインストールしますか？</translation>
    </message>
    <message>
        <source>Disable SELinux?</source>
        <translation>SELinux を無効にしますか？</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>不要：ディスクは使用されていません。</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>稼働中のサーバーのブロックレプリケーションに必要です。</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>不要：ボリュームはブロック単位でコピーされます。</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>ボリュームのファイル単位のコピーに使用する rsync がインストールされていません。</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync はインストール済みです。</translation>
    </message>
    <message>
        <source>rsync is not installed, and no package manager was found that could install it.</source>
        <translation>rsync がインストールされておらず、インストールに使用できるパッケージマネージャーも見つかりません。</translation>
    </message>
    <message>
        <source>Nothing to do: labels are copied with the files, so SELinux can stay as it is.</source>
        <translation>対応は不要：ラベルはファイルとともにコピーされるため、SELinux はそのままで構いません。</translation>
    </message>
    <message>
        <source>SELinux is in use. Labels are copied with the files, so it can stay as it is.</source>
        <translation>SELinux が使用されています。ラベルはファイルとともにコピーされるため、そのままで構いません。</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>SELinux は使用されていません。</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>はい</translation>
    </message>
    <message>
        <source>No</source>
        <translation>いいえ</translation>
    </message>
    <message>
        <source>Leave it enabled (recommended)</source>
        <translation>有効のままにする（推奨）</translation>
    </message>
    <message>
        <source>Permissive until the next start</source>
        <translation>次回起動まで Permissive にする</translation>
    </message>
    <message>
        <source>Disable it</source>
        <translation>無効にする</translation>
    </message>
    <message>
        <source>Needed for block replication.</source>
        <translation>ブロックレプリケーションに必要です。</translation>
    </message>
    <message>
        <source>Files are copied instead.</source>
        <translation>代わりにファイルをコピーします。</translation>
    </message>
    <message>
        <source>It is installed with the package manager of this server.</source>
        <translation>このサーバーのパッケージマネージャーでインストールします。</translation>
    </message>
    <message>
        <source>Volumes that are copied file by file cannot be migrated.</source>
        <translation>ファイル単位でコピーするボリュームは移行できません。</translation>
    </message>
    <message>
        <source>Nothing changes. What the migration changes on the image is relabelled there.</source>
        <translation>何も変更されません。移行によりイメージ上で変更される部分は、イメージ内で再ラベル付けされます。</translation>
    </message>
    <message>
        <source>SELinux only logs until this server is started again; “setenforce 1” restores it at once.</source>
        <translation>このサーバーの次回起動まで、SELinux はログ記録のみを行います。「setenforce 1」ですぐに元に戻せます。</translation>
    </message>
    <message>
        <source>SELinux is off from the next start on and only logs until then. The original of /etc/selinux/config is kept beside it as config.edgelift-orig; put it back and start the server again to restore SELinux.</source>
        <translation>SELinux は次回起動時から無効になり、それまではログ記録のみを行います。元の /etc/selinux/config は同じ場所に config.edgelift-orig として保存されます。SELinux を元に戻すには、このファイルを復元してサーバーを再起動してください。</translation>
    </message>
    <message>
        <source>The snapshot driver was tested on every disk.</source>
        <translation>スナップショットドライバーはすべてのディスクでテスト済みです。</translation>
    </message>
</context>
<context>
    <name>Readiness</name>
    <message>
        <source>Operating system</source>
        <translation>オペレーティングシステム</translation>
    </message>
    <message>
        <source>Found %1.</source>
        <translation>%1 を検出しました。</translation>
    </message>
    <message>
        <source>No root filesystem of a Linux system was found on %1.</source>
        <translation>%1 に Linux システムのルートファイルシステムが見つかりません。</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>サーバーの起動ディスクを選択してください。</translation>
    </message>
    <message>
        <source>Processor architecture</source>
        <translation>プロセッサアーキテクチャ</translation>
    </message>
    <message>
        <source>The system is made for %1.</source>
        <translation>システムは %1 用です。</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>ENS イメージにできるのは x86-64 サーバーのみです。</translation>
    </message>
    <message>
        <source>Neither /bin/sh nor another program tells what the system is made for.</source>
        <translation>/bin/sh や他のプログラムから、システムのアーキテクチャを判別できません。</translation>
    </message>
    <message>
        <source>Make sure that the server is an x86-64 system.</source>
        <translation>サーバーが x86-64 システムであることを確認してください。</translation>
    </message>
    <message>
        <source>Boot loader</source>
        <translation>ブートローダー</translation>
    </message>
    <message>
        <source>No boot loader was found on %1.</source>
        <translation>%1 にブートローダーが見つかりません。</translation>
    </message>
    <message>
        <source>Install GRUB on the system disk, then check again.</source>
        <translation>システムディスクに GRUB をインストールし、再チェックしてください。</translation>
    </message>
    <message>
        <source>The server starts with %1, not with GRUB 2.</source>
        <translation>サーバーは GRUB 2 ではなく %1 で起動します。</translation>
    </message>
    <message>
        <source>It is copied as it is. Test the image before you rely on it.</source>
        <translation>そのままコピーされます。本番で使用する前にイメージをテストしてください。</translation>
    </message>
    <message>
        <source>Firmware</source>
        <translation>ファームウェア</translation>
    </message>
    <message>
        <source>The server starts by %1.</source>
        <translation>サーバーは %1 で起動します。</translation>
    </message>
    <message>
        <source>Drivers for the cloud</source>
        <translation>クラウド用ドライバー</translation>
    </message>
    <message>
        <source>Kernel %1 has virtio drivers.</source>
        <translation>カーネル %1 に virtio ドライバーがあります。</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>カーネル %1 の起動ファイルに virtio ドライバーがありません。</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>virtio_blk、virtio_pci、virtio_net を含めて initramfs を再構築し、再チェックしてください。</translation>
    </message>
    <message>
        <source>The start files of the older kernel %1 have no virtio drivers.</source>
        <translation>古いカーネル %1 の起動ファイルに virtio ドライバーがありません。</translation>
    </message>
    <message>
        <source>Remove this kernel or rebuild its initramfs, so that it is not started by mistake.</source>
        <translation>誤って起動しないよう、このカーネルを削除するか、initramfs を再構築してください。</translation>
    </message>
    <message>
        <source>Network driver for the cloud</source>
        <translation>クラウド用ネットワークドライバー</translation>
    </message>
    <message>
        <source>Kernel %1 has no virtio_net driver.</source>
        <translation>カーネル %1 に virtio_net ドライバーがありません。</translation>
    </message>
    <message>
        <source>Install the kernel&apos;s complete modules, or the image will have no network.</source>
        <translation>カーネルの全モジュールをインストールしてください。しない場合、イメージでネットワークを使用できません。</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>カーネル</translation>
    </message>
    <message>
        <source>No kernel was found below /boot.</source>
        <translation>/boot 以下にカーネルが見つかりません。</translation>
    </message>
    <message>
        <source>Make sure that the server&apos;s kernel has virtio drivers.</source>
        <translation>サーバーのカーネルに virtio ドライバーがあることを確認してください。</translation>
    </message>
    <message>
        <source>Mount table</source>
        <translation>マウントテーブル</translation>
    </message>
    <message>
        <source>Every entry of /etc/fstab names a volume by something that stays.</source>
        <translation>/etc/fstab の全エントリが、変わらない名前でボリュームを指定しています。</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2. Such names differ from machine to machine.</source>
        <translation>/etc/fstab では %2 を %1 で指定しています。この名前はマシンごとに異なります。</translation>
    </message>
    <message>
        <source>Write UUID=… instead (blkid prints it).</source>
        <translation>代わりに UUID=… を記述してください（blkid で確認できます）。</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2, which is on none of the disks.</source>
        <translation>/etc/fstab で %2 に指定された %1 は、どのディスクにもありません。</translation>
    </message>
    <message>
        <source>Add the missing disk, or give the entry the option “nofail”; otherwise the image stops while starting.</source>
        <translation>不足しているディスクを追加するか、エントリに「nofail」オプションを付けてください。付けない場合、イメージの起動が停止します。</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>ディスク</translation>
    </message>
    <message>
        <source>Number of disks within the limits: %1.</source>
        <translation>ディスク数は上限内です：%1。</translation>
    </message>
    <message>
        <source>There are %1 data disks, an ENS image has at most %2.</source>
        <translation>データディスクが %1 台あります。ENS イメージの上限は %2 台です。</translation>
    </message>
    <message>
        <source>Leave disks out in the plan.</source>
        <translation>プランでディスクを除外してください。</translation>
    </message>
    <message>
        <source>Data disk %1 has %2, an ENS image allows 500 GiB for each.</source>
        <translation>データディスク %1 は %2 です。ENS イメージでは 1 台あたり最大 500 GiB です。</translation>
    </message>
    <message>
        <source>Leave the disk out in the plan, or make it smaller.</source>
        <translation>プランでディスクを除外するか、小さくしてください。</translation>
    </message>
    <message>
        <source>SELinux</source>
        <translation>SELinux</translation>
    </message>
    <message>
        <source>SELinux is %1. Labels are copied with the files, so it can stay as it is.</source>
        <translation>SELinux は %1 です。ラベルはファイルとともにコピーされるため、そのままで構いません。</translation>
    </message>
    <message>
        <source>Leave it enabled.</source>
        <translation>有効のままにしてください。</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>SELinux は使用されていません。</translation>
    </message>
    <message>
        <source>cloud-init</source>
        <translation>cloud-init</translation>
    </message>
    <message>
        <source>cloud-init is installed.</source>
        <translation>cloud-init はインストール済みです。</translation>
    </message>
    <message>
        <source>cloud-init is not installed. The instance keeps the server&apos;s passwords, keys and network settings.</source>
        <translation>cloud-init はインストールされていません。インスタンスはサーバーのパスワード、キー、ネットワーク設定を引き継ぎます。</translation>
    </message>
    <message>
        <source>Snapshot driver</source>
        <translation>スナップショットドライバー</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>不要：ディスクは使用されていません。</translation>
    </message>
    <message>
        <source>rsync</source>
        <translation>rsync</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>不要：ボリュームはブロック単位でコピーされます。</translation>
    </message>
    <message>
        <source>Device that cannot be followed</source>
        <translation>追跡できないデバイス</translation>
    </message>
    <message>
        <source>%1 uses %2, a multipath device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 はマルチパスデバイス %2 を使用しています。サーバーの稼働中は書き込みを追跡できません。</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>使用を停止して再チェックするか、サーバーをシャットダウンしてそのディスクイメージを移行してください。</translation>
    </message>
    <message>
        <source>%1 uses %2, which the kernel drives as an NVMe multipath disk. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 は、カーネルが NVMe マルチパスディスクとして扱う %2 を使用しています。サーバーの稼働中は書き込みを追跡できません。</translation>
    </message>
    <message>
        <source>If the disk has one path only, start the server with the kernel option nvme_core.multipath=N and check again; otherwise shut it down and migrate its disk images.</source>
        <translation>ディスクのパスが 1 つのみの場合は、カーネルオプション nvme_core.multipath=N でサーバーを起動して再チェックしてください。それ以外の場合は、サーバーをシャットダウンしてそのディスクイメージを移行してください。</translation>
    </message>
    <message>
        <source>%1 uses a disk that is there several times: %2.</source>
        <translation>%1 が使用するディスクは複数認識されています：%2。</translation>
    </message>
    <message>
        <source>Leave one path to the disk, then check again.</source>
        <translation>ディスクへのパスを 1 つだけ残してから、再チェックしてください。</translation>
    </message>
    <message>
        <source>%1 uses %2, a DRBD device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 は DRBD デバイス %2 を使用しています。サーバーの稼働中は書き込みを追跡できません。</translation>
    </message>
    <message>
        <source>Unmount it, stop DRBD and check again, or shut the server down and migrate its disk images.</source>
        <translation>アンマウントし、DRBD を停止して再チェックするか、サーバーをシャットダウンしてそのディスクイメージを移行してください。</translation>
    </message>
    <message>
        <source>%1 uses %2, which other servers may write to as well.</source>
        <translation>%1 は、他のサーバーも書き込む可能性のある %2 を使用しています。</translation>
    </message>
    <message>
        <source>Unmount it on this server, then check again. What servers share stays where it is.</source>
        <translation>このサーバーでアンマウントしてから、再チェックしてください。サーバー間で共有される内容は元の場所に残ります。</translation>
    </message>
    <message>
        <source>%1 uses %2, persistent memory. What is written to it cannot be followed.</source>
        <translation>%1 は永続メモリ %2 を使用しています。書き込みを追跡できません。</translation>
    </message>
    <message>
        <source>Move its files to a disk and unmount it, then check again.</source>
        <translation>ファイルをディスクに移動してアンマウントしてから、再チェックしてください。</translation>
    </message>
    <message>
        <source>%1 uses %2 with DAX: programs write to it past everything that could follow them.</source>
        <translation>%1 は %2 を DAX で使用しています。プログラムは追跡手段を一切経由せずに書き込みます。</translation>
    </message>
    <message>
        <source>Mount it without the option “dax”, then check again.</source>
        <translation>オプション「dax」なしでマウントしてから、再チェックしてください。</translation>
    </message>
    <message>
        <source>%1 uses %2, a disk in memory. Nothing of it would reach the image.</source>
        <translation>%1 はメモリ上のディスク %2 を使用しています。その内容はイメージに含まれません。</translation>
    </message>
    <message>
        <source>%1 uses %2, a kind of device that is not known here. What is written to it cannot be followed.</source>
        <translation>%1 は未知の種類のデバイス %2 を使用しています。書き込みを追跡できません。</translation>
    </message>
    <message>
        <source>System volume</source>
        <translation>システムボリューム</translation>
    </message>
    <message>
        <source>%1 lies on %2. The image could not start from that.</source>
        <translation>%1 は %2 上にあります。イメージはそこから起動できません。</translation>
    </message>
    <message>
        <source>Move it to a partition or to a linear logical volume, then check again.</source>
        <translation>パーティションまたはリニア論理ボリュームに移動してから、再チェックしてください。</translation>
    </message>
    <message>
        <source>Storage in layers</source>
        <translation>階層化されたストレージ</translation>
    </message>
    <message>
        <source>%1 lies on %2. It is copied as it lies on the disks, with all of them or none.</source>
        <translation>%1 は %2 上にあります。ディスク上の構成のままコピーするため、該当するディスクはすべて移行するか、すべて除外するかのいずれかです。</translation>
    </message>
    <message>
        <source>Volume that cannot be held still</source>
        <translation>静止できないボリューム</translation>
    </message>
    <message>
        <source>%1 (%2) is copied in a moment when nothing writes to it.</source>
        <translation>%1（%2）は、書き込みがない間にコピーされます。</translation>
    </message>
    <message>
        <source>Avoid changes there during the final step.</source>
        <translation>最終段階では、そこでの変更を避けてください。</translation>
    </message>
    <message>
        <source>Not on this server</source>
        <translation>このサーバー外のデータ</translation>
    </message>
    <message>
        <source>These are not on disks of this server and are not migrated: %1.</source>
        <translation>次のものはこのサーバーのディスク上にないため、移行されません：%1。</translation>
    </message>
    <message>
        <source>Make sure that the instance can reach what it needs of them.</source>
        <translation>そのうち必要なものにインスタンスからアクセスできることを確認してください。</translation>
    </message>
    <message>
        <source>Disk that cannot be understood</source>
        <translation>認識できないディスク</translation>
    </message>
    <message>
        <source>%1 cannot be used: %2</source>
        <translation>%1 は使用できません：%2</translation>
    </message>
    <message>
        <source>Repair it, or leave the disk out in the plan.</source>
        <translation>修復するか、プランでそのディスクを除外してください。</translation>
    </message>
    <message>
        <source>Identity of a disk</source>
        <translation>ディスクの識別</translation>
    </message>
    <message>
        <source>Disk %1 has neither a serial number nor an id. It is recognized by its slot.</source>
        <translation>ディスク %1 にはシリアル番号も ID もありません。スロットで識別されます。</translation>
    </message>
    <message>
        <source>Leave it in its slot until the migration is finished.</source>
        <translation>移行が完了するまで、スロットから移動しないでください。</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>メモリ</translation>
    </message>
    <message>
        <source>%1 are free.</source>
        <translation>空きは %1 です。</translation>
    </message>
    <message>
        <source>Only %1 are free. What changes last is kept in memory in the final step.</source>
        <translation>空きは %1 のみです。最終段階では、最後の変更をメモリに保持します。</translation>
    </message>
    <message>
        <source>Stop programs that are not needed during the migration.</source>
        <translation>移行中に不要なプログラムを停止してください。</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>稼働中のサーバーのブロックレプリケーションに必要です。</translation>
    </message>
    <message>
        <source>You are asked before it is installed.</source>
        <translation>インストールの前に確認を求めます。</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync はインストール済みです。</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>ボリュームのファイル単位のコピーに使用する rsync がインストールされていません。</translation>
    </message>
    <message>
        <source>It was tested on every disk: what is written while the server runs is noticed.</source>
        <translation>すべてのディスクでテスト済みです。サーバーの稼働中の書き込みは検知されます。</translation>
    </message>
    <message>
        <source>They are added to the copy; the server itself is not changed.</source>
        <translation>ドライバーはコピーに追加されます。サーバー自体は変更されません。</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>時刻</translation>
    </message>
    <message>
        <source>It agrees with the cloud&apos;s clock.</source>
        <translation>クラウドの時刻と一致しています。</translation>
    </message>
    <message>
        <source>It was not compared with the cloud&apos;s clock, because no answer told the time.</source>
        <translation>時刻を含む応答がなかったため、クラウドの時刻と比較していません。</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>クラウドのアドレス</translation>
    </message>
    <message>
        <source>All of these answer: %1.</source>
        <translation>次のすべてが応答します：%1。</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>yes</source>
        <translation>はい</translation>
    </message>
    <message>
        <source>no</source>
        <translation>いいえ</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>ENS イメージの準備ができました。</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状態</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>ENS イメージ</translation>
    </message>
    <message>
        <source>Image name</source>
        <translation>イメージ名</translation>
    </message>
    <message>
        <source>Image region</source>
        <translation>イメージのリージョン</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>アカウント</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>作成日時</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>終了日時</translation>
    </message>
    <message>
        <source>Source server</source>
        <translation>移行元サーバー</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名前</translation>
    </message>
    <message>
        <source>Source id</source>
        <translation>移行元 ID</translation>
    </message>
    <message>
        <source>Operating system</source>
        <translation>オペレーティングシステム</translation>
    </message>
    <message>
        <source>Boot mode</source>
        <translation>ブートモード</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>ディスク</translation>
    </message>
    <message>
        <source>What happened when</source>
        <translation>処理の経過</translation>
    </message>
    <message>
        <source>Phase</source>
        <translation>フェーズ</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>開始日時</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>秒数</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>データ</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>コピー済み</translation>
    </message>
    <message>
        <source>Sent over the network</source>
        <translation>ネットワーク送信量</translation>
    </message>
    <message>
        <source>Every block checked by its hash on arrival</source>
        <translation>全ブロックを受信時にハッシュで検証</translation>
    </message>
    <message>
        <source>Target read back and compared</source>
        <translation>ターゲットを読み戻して比較</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>不明</translation>
    </message>
    <message>
        <source>Resources made in the account</source>
        <translation>アカウントに作成されたリソース</translation>
    </message>
    <message>
        <source>Nothing temporary is left.</source>
        <translation>一時リソースは残っていません。</translation>
    </message>
    <message>
        <source>Some resources are kept for a retry and cost money until they are removed.</source>
        <translation>一部のリソースは再試行用に保持され、削除されるまで料金が発生します。</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>種類</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>ID</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>リージョン</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>作成日時</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>削除日時</translation>
    </message>
    <message>
        <source>Price per day</source>
        <translation>1 日あたりの料金</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>保持</translation>
    </message>
    <message>
        <source>How to create an instance</source>
        <translation>インスタンスの作成方法</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>Migration report</source>
        <translation>移行レポート</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <extracomment>%1 is a number of milliseconds</extracomment>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>eBPF: a mark for each block in the kernel</source>
        <translation>eBPF：カーネル内で各ブロックにマーク</translation>
    </message>
    <message>
        <source>perf: a ring of events in the kernel</source>
        <translation>perf：カーネル内のイベントリングバッファー</translation>
    </message>
    <message>
        <source>a known write was marked exactly where it went</source>
        <translation>既知の書き込みが正確な位置にマークされました</translation>
    </message>
    <message>
        <source>a known write was seen</source>
        <translation>既知の書き込みが検知されました</translation>
    </message>
    <message>
        <source>no place for a known write; the kernel&apos;s count of sectors agrees</source>
        <translation>既知の書き込みを行う場所なし。カーネルのセクター数とは一致</translation>
    </message>
    <message>
        <source>none</source>
        <translation>なし</translation>
    </message>
    <message>
        <source>Changes were followed by</source>
        <translation>変更の追跡方法</translation>
    </message>
    <message>
        <source>Trackers that could not be used</source>
        <translation>使用できなかった追跡方法</translation>
    </message>
    <message>
        <source>Tracker tested on %1</source>
        <extracomment>%1 is a disk</extracomment>
        <translation>%1 での追跡テスト</translation>
    </message>
    <message>
        <source>Lost events</source>
        <translation>失われたイベント</translation>
    </message>
    <message>
        <source>Even one missed write would have been noticed</source>
        <translation>書き込みを 1 件でも見逃せば検知可能</translation>
    </message>
    <message>
        <source>What proves the copy of the running server</source>
        <translation>稼働中サーバーのコピーの裏付け</translation>
    </message>
    <message>
        <source>Rounds while the server worked</source>
        <translation>サーバー稼働中のコピー回数</translation>
    </message>
    <message>
        <source>Final moment: writing stood still for</source>
        <translation>最終段階：書き込みの停止時間</translation>
    </message>
    <message>
        <source>Read meanwhile</source>
        <translation>その間の読み取り量</translation>
    </message>
    <message>
        <source>Final moments, with those that were repeated</source>
        <translation>最終段階の回数（やり直しを含む）</translation>
    </message>
    <message>
        <source>Unchanged blocks read again before it, all equal</source>
        <translation>事前に再読み取りした未変更ブロック（すべて一致）</translation>
    </message>
    <message>
        <source>Blocks read back from the target&apos;s disks, all equal</source>
        <translation>ターゲットディスクから読み戻したブロック（すべて一致）</translation>
    </message>
    <message>
        <source>Signed off by both ends</source>
        <translation>両側で確認済み</translation>
    </message>
    <message>
        <source>round %1, check sum %2</source>
        <extracomment>%1 is a number, %2 a check sum</extracomment>
        <translation>第 %1 回、チェックサム %2</translation>
    </message>
    <message>
        <source>Problems of the administrator&apos;s hooks</source>
        <translation>管理者のフックの問題</translation>
    </message>
    <message>
        <source>Filesystem</source>
        <translation>ファイルシステム</translation>
    </message>
    <message>
        <source>Time to stop it, rehearsed</source>
        <translation>静止にかかる時間（リハーサル）</translation>
    </message>
    <message>
        <source>Time to let it go on</source>
        <translation>再開にかかる時間</translation>
    </message>
    <message>
        <source>Not proved: that each program had stored all it knew (hooks before the final moment can see to that), and that no storage driver writes without telling the kernel&apos;s request layer.</source>
        <translation>証明されていないこと：各プログラムが把握しているすべてのデータを保存していたこと（最終段階前のフックで保証できます）、および、カーネルの要求レイヤーに通知せずに書き込むストレージドライバーがないこと。</translation>
    </message>
    <message>
        <source>The copy was changed so that it starts, and can be reached, in the cloud. Each original lies beside the new file as *.edgelift-orig.</source>
        <translation>クラウドで起動して接続できるように、コピーを変更しました。元のファイルはそれぞれ、*.edgelift-orig として新しいファイルと同じ場所にあります。</translation>
    </message>
    <message>
        <source>Nothing had to be changed: the server starts in the cloud as it is.</source>
        <translation>変更は必要ありませんでした。サーバーはそのままクラウドで起動します。</translation>
    </message>
    <message>
        <source>The copy would not start in the cloud. Nothing was changed in it.</source>
        <translation>コピーはクラウドで起動しません。コピーは変更していません。</translation>
    </message>
    <message>
        <source>The copy was not changed, because its filesystems could not be looked into.</source>
        <translation>ファイルシステムの内容を確認できなかったため、コピーは変更していません。</translation>
    </message>
    <message>
        <source>Made ready for the cloud</source>
        <translation>クラウド向けの準備</translation>
    </message>
    <message>
        <source>Made anew: %1</source>
        <translation>再作成：%1</translation>
    </message>
    <message>
        <source>GRUB was put into the boot sector.</source>
        <translation>ブートセクターに GRUB を書き込みました。</translation>
    </message>
    <message>
        <source>Moved aside: %1</source>
        <translation>退避：%1</translation>
    </message>
    <message>
        <source>Changed: %1</source>
        <translation>変更：%1</translation>
    </message>
    <message>
        <source>Test boot</source>
        <translation>テスト起動</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine. It shows a login prompt and answers on its network.</source>
        <translation>イメージを仮想マシンで起動しました。ログインプロンプトが表示され、ネットワークで応答します。</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine and did not come up completely.</source>
        <translation>イメージを仮想マシンで起動しましたが、完全には起動しませんでした。</translation>
    </message>
    <message>
        <source>Reached</source>
        <translation>到達段階</translation>
    </message>
    <message>
        <source>Login prompt</source>
        <translation>ログインプロンプト</translation>
    </message>
    <message>
        <source>Address by DHCP</source>
        <translation>DHCP によるアドレス</translation>
    </message>
    <message>
        <source>Answers on the network</source>
        <translation>ネットワークでの応答</translation>
    </message>
    <message>
        <source>Trouble</source>
        <translation>問題</translation>
    </message>
    <message>
        <source>Console log</source>
        <translation>コンソールログ</translation>
    </message>
    <message>
        <source>What was copied block by block is as it was at one moment, in which nothing was written: as after a power cut. Programs find everything there that was stored for good by then.</source>
        <translation>ブロック単位でコピーされたものは、何も書き込まれていないある時点の状態です。停電後と同様に、その時点までに永続的に保存されたものはすべて、プログラムから参照できます。</translation>
    </message>
    <message>
        <source>Files that were copied while the server worked</source>
        <translation>サーバーの稼働中にコピーされたファイル</translation>
    </message>
    <message>
        <source>Each file is as it was at some time during the last pass over its volume, and not all files are of one moment. A program that was writing then may find its files out of step with each other: stop such programs before the final point, or copy their volume block by block.</source>
        <translation>各ファイルは、そのボリュームの最後のコピー処理中のいずれかの時点の状態であり、すべてのファイルが同じ時点のものではありません。その間に書き込みを行っていたプログラムでは、ファイル間に不整合が生じている可能性があります。そのようなプログラムを最終時点の確定前に停止するか、そのボリュームをブロック単位でコピーしてください。</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>ボリューム</translation>
    </message>
    <message>
        <source>Last pass began</source>
        <translation>最後のコピー処理の開始</translation>
    </message>
    <message>
        <source>It ended</source>
        <translation>終了</translation>
    </message>
    <message>
        <source>Passes</source>
        <translation>コピー処理の回数</translation>
    </message>
    <message>
        <source>Files changed before the last pass</source>
        <translation>最後のコピー処理の前に変更されたファイル</translation>
    </message>
    <message>
        <source>Vanished during it</source>
        <translation>最後のコピー処理中に消失</translation>
    </message>
</context>
<context>
    <name>ResourceKind</name>
    <message>
        <source>image export task</source>
        <translation>イメージエクスポートタスク</translation>
    </message>
    <message>
        <source>temporary ECS image</source>
        <translation>一時 ECS イメージ</translation>
    </message>
    <message>
        <source>snapshot</source>
        <translation>スナップショット</translation>
    </message>
    <message>
        <source>transit instance</source>
        <translation>中継インスタンス</translation>
    </message>
    <message>
        <source>disk of the transit instance</source>
        <translation>中継インスタンスのディスク</translation>
    </message>
    <message>
        <source>security group</source>
        <translation>セキュリティグループ</translation>
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
        <translation>バケット内のオブジェクト</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>ENS イメージ</translation>
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
        <translation>中継インスタンスとの接続が中断されています。回復すると、コピーは自動的に続行されます。</translation>
    </message>
    <message>
        <source>The address of this server is not known, so ports 8080 and 8703 of the transit instance are open to every address. Only this migration&apos;s key is accepted there.</source>
        <translation>このサーバーのアドレスが不明なため、中継インスタンスのポート 8080 と 8703 は全アドレスに開放されています。受け付けるのはこの移行のキーのみです。</translation>
    </message>
    <message>
        <source>Not removed: %1 %2. %3</source>
        <translation>未削除：%1 %2。%3</translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the source had another content when read again and were sent again. Test the source server&apos;s memory (RAM) and disk.</source>
        <translation>
            <numerusform>移行元の %n 個のブロックは、再読み取り時に内容が異なっていたため、再送信しました。移行元サーバーのメモリ（RAM）とディスクを検査してください。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the target differed from what was sent and were sent again.</source>
        <translation>
            <numerusform>移行先の %n 個のブロックが送信内容と異なっていたため、再送信しました。</numerusform>
        </translation>
    </message>
    <message>
        <source>The server changes %1 MB/s, and %2 MB/s can be sent: the copy does not catch up. Raise the limits, wait for a quiet hour, stop the services that write most, or allow a longer final moment.</source>
        <translation>サーバーの変更は %1 MB/s、送信可能な速度は %2 MB/s で、コピーが追いつきません。制限を引き上げるか、負荷の低い時間帯を待つか、書き込みの多いサービスを停止するか、最終段階を長くしてください。</translation>
    </message>
    <message>
        <source>The agent ended in the final moment of the copy, while writing to %1 was stopped. Writing goes on since the agent was started again; look whether the programs that write there noticed.</source>
        <translation>コピーの最終段階で、%1 への書き込みを停止している間にエージェントが終了しました。エージェントの再起動後、書き込みは再開されています。そこに書き込むプログラムに影響がなかったか確認してください。</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because no root filesystem of Linux was found. Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>Linux のルートファイルシステムが見つからないため、コピーをクラウド向けに調整していません。サーバーに virtio ドライバーがあり、DHCP でアドレスを取得することを確認してください。</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because the transit instance could not mount %1 (%2). Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>中継インスタンスが %1 をマウントできなかったため（%2）、コピーをクラウド向けに調整していません。サーバーに virtio ドライバーがあり、DHCP でアドレスを取得することを確認してください。</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks. The copy compares everything instead, and in its final moment writing stops for about %1 seconds.</source>
        <translation>カーネルがディスクへの書き込みの追跡を許可していません。代わりにすべての内容を比較してコピーし、最終段階で書き込みが約 %1 秒停止します。</translation>
    </message>
    <message>
        <source>The clock of this server differs from the cloud&apos;s by %1 seconds. At 15 minutes the cloud refuses every request. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”.</source>
        <translation>このサーバーの時刻がクラウドと %1 秒ずれています。ずれが 15 分になると、クラウドはすべてのリクエストを拒否します。「timedatectl set-ntp true」や「chronyc makestep」などで時刻を同期してください。</translation>
    </message>
    <message>
        <source>The target disks have another layout now: transit instance %1 is removed with its disks, another one is made, and the copy begins anew.</source>
        <translation>ターゲットディスクの構成が変更されました。中継インスタンス %1 をディスクとともに削除して別の中継インスタンスを作成し、コピーを最初からやり直します。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::BootPanel</name>
    <message>
        <source>The image works: the server in it has booted, and all its files are as they were.</source>
        <translation>イメージは正常です。イメージ内のサーバーが起動し、すべてのファイルは元のままです。</translation>
    </message>
    <message>
        <source>The machine is off. The image works: all files in it were as they were.</source>
        <translation>マシンは停止しています。イメージは正常です。イメージ内のすべてのファイルは元のままでした。</translation>
    </message>
    <message>
        <source>The image boots in a virtual machine on this server. The image is not changed.</source>
        <translation>イメージはこのサーバー上の仮想マシンで起動しています。イメージは変更されません。</translation>
    </message>
    <message>
        <source>The machine is off. It did not say what the server says when it has booted.</source>
        <translation>マシンは停止しています。サーバーの起動完了を示すメッセージはありませんでした。</translation>
    </message>
    <message>
        <source>Stop the &amp;machine</source>
        <translation>マシンを停止(&amp;M)</translation>
    </message>
    <message>
        <source>Boot it &amp;here</source>
        <translation>ここで起動(&amp;H)</translation>
    </message>
    <message>
        <source>Console of the image that boots here</source>
        <translation>ここで起動するイメージのコンソール</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ButtonRow</name>
    <message>
        <source>&amp;Next</source>
        <translation>次へ(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>ヘルプ(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Options</source>
        <extracomment>Opens a menu: language, size of text, low-bandwidth mode</extracomment>
        <translation>オプション(&amp;O)</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>オプション</translation>
    </message>
    <message>
        <source>F10</source>
        <translation>F10</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>戻る(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksModel</name>
    <message>
        <source>Cloud account</source>
        <translation>クラウドアカウント</translation>
    </message>
    <message>
        <source>Not looked at yet.</source>
        <translation>未確認です。</translation>
    </message>
    <message>
        <source>It is tested on the Connect page.</source>
        <translation>「接続」ページでテストします。</translation>
    </message>
    <message>
        <source>The account answers.</source>
        <translation>アカウントは応答しています。</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What was found, and what to do</extracomment>
        <translation>%1%2</translation>
    </message>
    <message>
        <source>OK</source>
        <extracomment>Result of a check</extracomment>
        <translation>OK</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>情報</translation>
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
        <translation>チェック項目</translation>
    </message>
    <message>
        <source>What was found, and what to do</source>
        <translation>確認結果と対処方法</translation>
    </message>
    <message>
        <source>Solution</source>
        <translation>解決方法</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>クラウドのアドレス</translation>
    </message>
    <message>
        <source>They are being asked…</source>
        <translation>応答を確認しています…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksPage</name>
    <message>
        <source>wait until the checks are done</source>
        <translation>チェックの完了を待つ</translation>
    </message>
    <message>
        <source>let the server be read: choose Check again</source>
        <translation>「再チェック」をクリックしてサーバー情報を読み取る</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>チェック中…</translation>
    </message>
    <message numerus="yes">
        <source>%n OK</source>
        <translation>
            <numerusform>OK %n 件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s)</source>
        <translation>
            <numerusform>警告 %n 件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>問題 %n 件</numerusform>
        </translation>
    </message>
    <message>
        <source>Check &amp;again (F5)</source>
        <translation>再チェック(&amp;A) (F5)</translation>
    </message>
    <message>
        <source>Checks of this server</source>
        <translation>このサーバーのチェック</translation>
    </message>
    <message>
        <source>Is this server ready?</source>
        <translation>このサーバーは準備できていますか？</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>チェック</translation>
    </message>
    <message>
        <source>Only a problem stops the migration; warnings are for you to weigh.</source>
        <translation>移行を止めるのは「問題」のみです。「警告」への対応はご判断ください。</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>再試行(&amp;R)</translation>
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
        <translation>各行に、確認した項目、結果、対処方法が表示されます。問題を解決するまで移行は開始できません。サーバーで解決し、「再チェック」をクリックしてください。Edgelift が代わりに対処できる場合は、その行に「修正」ボタンが表示されます。変更の前に、実行内容が示されます。</translation>
    </message>
    <message>
        <source>wait until the problem is solved</source>
        <translation>問題の解決を待つ</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CleanUpBox</name>
    <message>
        <source>What the migration made in the cloud is being removed. You may close this window: it goes on.</source>
        <translation>移行がクラウドに作成したリソースを削除しています。このウィンドウを閉じてもクリーンアップは続きます。</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until they are removed:</source>
        <translation>次のリソースはクラウドに残っており、削除されるまで料金が発生します：</translation>
    </message>
    <message>
        <source>Everything temporary was released: the transit instance, the temporary images and snapshots.</source>
        <translation>一時リソースはすべてリリースされました：中継インスタンス、一時イメージ、スナップショット。</translation>
    </message>
    <message>
        <source>The last clean-up was not complete: %1 %2 [%3]</source>
        <extracomment>Why a clean-up failed: %1 to what it happened, %2 what to do, %3 a code such as EL-0212</extracomment>
        <translation>前回のクリーンアップは完了していません：%1 %2 [%3]</translation>
    </message>
    <message>
        <source>Clean up? The job is deleted, the transit instance is released and the copied data is lost.</source>
        <translation>クリーンアップしますか。ジョブは削除され、中継インスタンスはリリースされ、コピー済みのデータは失われます。</translation>
    </message>
    <message>
        <source>Clean up? Everything listed here but what is kept on purpose is removed from the cloud.</source>
        <translation>クリーンアップしますか。意図的に保持されているものを除き、ここに表示されているものはすべてクラウドから削除されます。</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>保持(&amp;K)</translation>
    </message>
    <message>
        <source>Clean u&amp;p now</source>
        <translation>今すぐクリーンアップ(&amp;P)</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>クリーンアップ</translation>
    </message>
    <message>
        <source>Clean &amp;up…</source>
        <translation>クリーンアップ(&amp;U)…</translation>
    </message>
    <message>
        <source>How to do it by han&amp;d</source>
        <translation>手動で行う方法(&amp;D)</translation>
    </message>
    <message>
        <source>Sign in to the console, choose the region, and remove what is listed here from top to bottom: release the instance, delete images, snapshots, disks and the network, and the objects in the bucket. Look for it by its id.</source>
        <translation>コンソールにログインしてリージョンを選択し、ここに表示されているものを上から順に削除します。インスタンスをリリースし、イメージ、スナップショット、ディスク、ネットワーク、バケット内のオブジェクトを削除してください。ID で検索できます。</translation>
    </message>
    <message>
        <source>ECS console</source>
        <translation>ECS コンソール</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CodeMaker</name>
    <message>
        <source>Generating…</source>
        <translation>生成しています…</translation>
    </message>
    <message>
        <source>&amp;Name of the code:</source>
        <translation>コードの名前(&amp;N)：</translation>
    </message>
    <message>
        <source>Optional</source>
        <translation>任意</translation>
    </message>
    <message>
        <source>Servers it can import (1 to %1):</source>
        <translation>インポートできるサーバー数（1～%1）：</translation>
    </message>
    <message>
        <source>Days it is valid (1 to %1):</source>
        <translation>有効日数（1～%1）：</translation>
    </message>
    <message>
        <source>&amp;Generate</source>
        <translation>生成(&amp;G)</translation>
    </message>
    <message>
        <source>Choose AccessKey pair above and enter the pair and, under Private network, the address of the service.</source>
        <translation>上で「AccessKey ペア」を選択してペアを入力し、「プライベートネットワーク」でサービスのアドレスを入力してください。</translation>
    </message>
    <message>
        <source>The new activation code</source>
        <translation>新しいアクティベーションコード</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>コピー(&amp;C)</translation>
    </message>
    <message>
        <source>Copy the activation code</source>
        <translation>アクティベーションコードをコピー</translation>
    </message>
    <message>
        <source>&amp;Use it here</source>
        <translation>ここで使用(&amp;U)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ConnectPage</name>
    <message>
        <source>Connect this server</source>
        <translation>このサーバーを接続</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>接続</translation>
    </message>
    <message>
        <source>Enter the activation code or an AccessKey pair.</source>
        <translation>アクティベーションコードまたは AccessKey ペアを入力してください。</translation>
    </message>
    <message>
        <source>An activation code is made in the SMC console and lets this server register itself without an AccessKey. It may be pasted with spaces, line breaks or the complete command around it.

An AccessKey pair belongs to a user of your account; create one in the RAM console.

Neither is saved: after the program was closed, enter it again.</source>
        <translation>アクティベーションコードは SMC コンソールで生成します。これにより、このサーバーは AccessKey なしで登録できます。空白、改行、コマンド全体が含まれていても、そのまま貼り付けられます。

AccessKey ペアはアカウントのユーザーに属します。RAM コンソールで作成してください。

どちらも保存されません。プログラムを終了した場合は、再度入力してください。</translation>
    </message>
    <message>
        <source>Connected as %1.</source>
        <translation>%1 として接続しました。</translation>
    </message>
    <message>
        <source>Contacting %1…</source>
        <translation>%1 に接続しています…</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>再試行(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>接続をテスト(&amp;T)</translation>
    </message>
    <message>
        <source>Generate a &amp;code</source>
        <translation>コードを生成(&amp;C)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CredentialForm</name>
    <message>
        <source>Enter an address that begins with http:// or https://.</source>
        <translation>http:// または https:// で始まるアドレスを入力してください。</translation>
    </message>
    <message>
        <source>Enter both the AccessKey ID and the AccessKey secret. [E-CON-05]</source>
        <translation>AccessKey ID と AccessKey Secret の両方を入力してください。[E-CON-05]</translation>
    </message>
    <message>
        <source>Enter the activation code from the SMC console. [E-CON-01]</source>
        <translation>SMC コンソールのアクティベーションコードを入力してください。[E-CON-01]</translation>
    </message>
    <message>
        <source>The service rejected the activation code. Check it for missing characters, or generate a new one. [E-CON-02]</source>
        <translation>アクティベーションコードがサービスに拒否されました。文字の欠落がないか確認するか、新しいコードを生成してください。[E-CON-02]</translation>
    </message>
    <message>
        <source>The activation code expired on %1. Generate a new one. [E-CON-03]</source>
        <translation>アクティベーションコードは %1 に期限切れになりました。新しいコードを生成してください。[E-CON-03]</translation>
    </message>
    <message numerus="yes">
        <source>The activation code has already imported %n server(s), which is its limit. Generate a new one. [E-CON-04]</source>
        <translation>
            <numerusform>このアクティベーションコードは、上限である %n 台のサーバーをインポート済みです。新しいコードを生成してください。[E-CON-04]</numerusform>
        </translation>
    </message>
    <message>
        <source>The AccessKey pair was refused: %1. Check the pair and its permissions. [E-CON-06]</source>
        <translation>AccessKey ペアが拒否されました：%1。ペアとその権限を確認してください。[E-CON-06]</translation>
    </message>
    <message>
        <source>enter the activation code</source>
        <translation>アクティベーションコードを入力してください</translation>
    </message>
    <message>
        <source>enter the AccessKey ID and the AccessKey secret</source>
        <translation>AccessKey ID と AccessKey Secret を入力してください</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>示された箇所を修正してください</translation>
    </message>
    <message>
        <source>complete the activation code</source>
        <translation>アクティベーションコードを最後まで入力してください</translation>
    </message>
    <message>
        <source>Acti&amp;vation code (recommended)</source>
        <translation>アクティベーションコード（推奨）(&amp;V)</translation>
    </message>
    <message>
        <source>Access&amp;Key pair</source>
        <translation>AccessKey ペア(&amp;K)</translation>
    </message>
    <message>
        <source>Activation &amp;code:</source>
        <translation>アクティベーションコード(&amp;C)：</translation>
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
        <translation>エンドポイント(&amp;E)：</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>表示(&amp;W)</translation>
    </message>
    <message>
        <source>Show the activation code</source>
        <translation>アクティベーションコードを表示</translation>
    </message>
    <message>
        <source>Show the AccessKey secret</source>
        <translation>AccessKey Secret を表示</translation>
    </message>
    <message>
        <source>&amp;Private network</source>
        <translation>プライベートネットワーク(&amp;P)</translation>
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
        <translation>コマンド：%1</translation>
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
        <translation>レシーバーを強制終了しました。自動的に再起動します。</translation>
    </message>
    <message>
        <source>No receiver runs now. It runs while data is transferred.</source>
        <translation>現在、レシーバーは実行されていません。データの転送中に実行されます。</translation>
    </message>
    <message>
        <source>Every instance type is sold out.</source>
        <translation>すべてのインスタンスタイプが在庫切れです。</translation>
    </message>
    <message>
        <source>Instance types are in stock again.</source>
        <translation>インスタンスタイプの在庫が回復しました。</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>An error: %1 what happened, %2 what to do</extracomment>
        <translation>%1%2</translation>
    </message>
    <message>
        <source>The network is back.</source>
        <translation>ネットワークが回復しました。</translation>
    </message>
    <message numerus="yes">
        <source>The network is down for %n s more.</source>
        <translation>
            <numerusform>ネットワークはあと %n 秒間停止します。</numerusform>
        </translation>
    </message>
    <message>
        <source>Restock the instance types</source>
        <translation>インスタンスタイプの在庫を補充</translation>
    </message>
    <message>
        <source>Sell out the instance types</source>
        <translation>インスタンスタイプを在庫切れにする</translation>
    </message>
    <message>
        <source>Demonstration – no data leaves this server</source>
        <translation>デモ – データはこのサーバーの外に送信されません</translation>
    </message>
    <message>
        <source>Link speed:</source>
        <translation>リンク速度：</translation>
    </message>
    <message>
        <source>Speed of the simulated link</source>
        <translation>シミュレートするリンクの速度</translation>
    </message>
    <message>
        <source>Make it fail</source>
        <translation>障害を発生させる</translation>
    </message>
    <message numerus="yes">
        <source>Drop the network for %n s</source>
        <translation>
            <numerusform>ネットワークを %n 秒間切断</numerusform>
        </translation>
    </message>
    <message>
        <source>Kill the receiver</source>
        <translation>レシーバーを強制終了</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DemoWorld</name>
    <message>
        <source>Building the sample server…</source>
        <translation>サンプルサーバーを構築しています…</translation>
    </message>
    <message>
        <source>Starting a simulated cloud…</source>
        <translation>模擬クラウドを起動しています…</translation>
    </message>
    <message>
        <source>Starting the agent…</source>
        <translation>エージェントを起動しています…</translation>
    </message>
    <message>
        <source>Creating an activation code…</source>
        <translation>アクティベーションコードを生成しています…</translation>
    </message>
    <message>
        <source>The demonstration is ready. The activation code is in its field already.</source>
        <translation>デモの準備ができました。アクティベーションコードは入力済みです。</translation>
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
        <translation>診断情報を保存</translation>
    </message>
    <message>
        <source>ZIP archives (*.zip)</source>
        <translation>ZIP アーカイブ (*.zip)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>%1 として保存しました。</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 the name of a file, %2 its size</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>These files will be saved, without secrets:
%1</source>
        <translation>次のファイルを保存します（機密情報は含まれません）：
%1</translation>
    </message>
    <message>
        <source>Save these files…</source>
        <translation>これらのファイルを保存…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskBar</name>
    <message>
        <source>Drop mount targets here</source>
        <translation>マウントポイントをここにドロップ</translation>
    </message>
    <message>
        <source>+%1 too much</source>
        <extracomment>on a disk that is too small; %1 a size</extracomment>
        <translation>%1 超過</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskRows</name>
    <message>
        <source>System disk %1</source>
        <extracomment>%1: the name of a disk such as /dev/vda</extracomment>
        <translation>システムディスク %1</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <translation>データディスク %1</translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation>%1 の進捗</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of a disk: amount that is copied, amount in all</extracomment>
        <translation>%2 の%1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksBars</name>
    <message>
        <source>%1 used</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation>使用 %1</translation>
    </message>
    <message>
        <source>Source disk %1, %2</source>
        <extracomment>%1 a disk of the server, %2 its size, for screen readers</extracomment>
        <translation>移行元ディスク %1、%2</translation>
    </message>
    <message>
        <source>Source</source>
        <extracomment>heading: the disks of the server</extracomment>
        <translation>移行元</translation>
    </message>
    <message>
        <source>Destination</source>
        <extracomment>heading: the disks of the image</extracomment>
        <translation>移行先</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksButtons</name>
    <message numerus="yes">
        <source>%n problem(s) to solve</source>
        <translation>
            <numerusform>解決が必要な問題：%n 件</numerusform>
        </translation>
    </message>
    <message>
        <source>Fits: yes</source>
        <translation>配置：可能</translation>
    </message>
    <message>
        <source>&amp;Automatic layout</source>
        <translation>自動構成(&amp;A)</translation>
    </message>
    <message>
        <source>Ad&amp;just</source>
        <translation>調整(&amp;J)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>元に戻す(&amp;U)</translation>
    </message>
    <message>
        <source>Red&amp;o</source>
        <translation>やり直し(&amp;O)</translation>
    </message>
    <message>
        <source>Reset to au&amp;tomatic</source>
        <translation>自動に戻す(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Fix automatically</source>
        <translation>自動修正(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Rescan</source>
        <translation>再スキャン(&amp;R)</translation>
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
        <translation>「%1」はサイズとして無効です。数値のみ（GiB 単位）、または 20 や 512 MiB のように単位付きで入力してください。</translation>
    </message>
    <message>
        <source>%1 picked up. Use Up and Down to choose a disk, Enter to drop, Esc to cancel.</source>
        <translation>%1 を選びました。上下キーでディスクを選択し、Enter で配置、Esc でキャンセルします。</translation>
    </message>
    <message>
        <source>No disks found.</source>
        <translation>ディスクが見つかりません。</translation>
    </message>
    <message>
        <source>Reading disks…</source>
        <translation>ディスクを読み取っています…</translation>
    </message>
    <message>
        <source>let Edgelift read the disks of this server</source>
        <translation>Edgelift にこのサーバーのディスクの読み取りを許可してください</translation>
    </message>
    <message numerus="yes">
        <source>solve %n problem(s) of the layout</source>
        <translation>
            <numerusform>構成の問題を %n 件解決してください</numerusform>
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
        <translation>マウントポイントのハンドルを別のディスクにドラッグするか、Ctrl+X を押します。F2 でサイズを変更し、Space で「移行」をオフにします。</translation>
    </message>
    <message>
        <source>What is left needs your decision: see the list below the table.</source>
        <translation>残りは判断が必要です。表の下の一覧を確認してください。</translation>
    </message>
    <message>
        <source>&amp;Show the layout</source>
        <translation>構成を表示(&amp;S)</translation>
    </message>
    <message>
        <source>Mount targets</source>
        <translation>マウントポイント</translation>
    </message>
    <message>
        <source>The automatic layout makes the disks of the image like those of this server. Choose “Adjust” to change sizes, to move mount targets to other disks, to leave some out or to use LVM.

With the keyboard: Ctrl+X picks up a mount target, Up and Down choose a disk, Enter drops it, Esc cancels. Alt+1 to Alt+5 move it to a disk at once, Alt+Up and Alt+Down change the order. F2 changes a size, Space sets or clears Migrate, L sets or clears LVM on the row of a disk. Shift+F10 opens a menu with all of this. Ctrl+Z undoes.</source>
        <translation>自動構成では、イメージのディスクがこのサーバーと同様の構成になります。サイズの変更、マウントポイントの別のディスクへの移動や除外、LVM の使用を行うには、「調整」を選択してください。

キーボード操作：Ctrl+X でマウントポイントを選び、上下キーでディスクを選択し、Enter で配置、Esc でキャンセルします。Alt+1～Alt+5 で直接そのディスクに移動し、Alt+上/下キーで順序を変更します。F2 でサイズを変更し、Space で「移行」のオン/オフ、ディスクの行で L を押すと LVM のオン/オフを切り替えます。Shift+F10 でこれらすべてのメニューを開きます。Ctrl+Z で元に戻します。</translation>
    </message>
    <message>
        <source>Disks and mount targets</source>
        <translation>ディスクとマウントポイント</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>ディスク</translation>
    </message>
    <message>
        <source>Choose what the disks of the image look like and what is migrated to them.</source>
        <translation>イメージのディスク構成と移行する内容を選択してください。</translation>
    </message>
    <message>
        <source>Choose Adjust to change this layout.</source>
        <translation>この構成を変更するには「調整」を選択してください。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksTable</name>
    <message>
        <source>In use: %1; at least %2.</source>
        <extracomment>of a disk or mount target; %1 the space in use, %2 the smallest possible size</extracomment>
        <translation>使用中：%1、最小 %2。</translation>
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
        <translation>移行が停止しました：%1 [%2]</translation>
    </message>
    <message>
        <source>E&amp;vidence</source>
        <translation>根拠(&amp;V)</translation>
    </message>
    <message>
        <source>Code: %1
Phase: %2
Time: %3
Detail: %4</source>
        <translation>コード：%1
フェーズ：%2
時刻：%3
詳細：%4</translation>
    </message>
    <message>
        <source>Re&amp;try</source>
        <translation>再試行(&amp;T)</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>コピー(&amp;Y)</translation>
    </message>
    <message>
        <source>Save dia&amp;gnostics…</source>
        <translation>診断情報を保存(&amp;G)…</translation>
    </message>
    <message>
        <source>Cancel job and clean &amp;up…</source>
        <translation>ジョブをキャンセルしてクリーンアップ(&amp;U)…</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until you retry or clean up:</source>
        <translation>次のリソースはクラウドに残っており、再試行またはクリーンアップするまで料金が発生します：</translation>
    </message>
    <message>
        <source>You retried at %1: it came to the same error again.</source>
        <translation>%1 に再試行しましたが、同じエラーが再発しました。</translation>
    </message>
    <message>
        <source>You retried at %1: it came to another error.</source>
        <translation>%1 に再試行しましたが、別のエラーが発生しました。</translation>
    </message>
    <message>
        <source>Start again &amp;with the same settings</source>
        <translation>同じ設定でやり直す(&amp;W)</translation>
    </message>
    <message>
        <source>Copy what is said about this error</source>
        <translation>このエラーの説明をコピー</translation>
    </message>
    <message>
        <source>Troubleshoot errors</source>
        <translation>エラーのトラブルシューティング</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ExcludesForm</name>
    <message>
        <source>Path to &amp;leave out:</source>
        <translation>除外するパス(&amp;L)：</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>追加(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>削除(&amp;R)</translation>
    </message>
    <message>
        <source>Paths that are left out</source>
        <translation>除外されるパス</translation>
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
        <translation>完了</translation>
    </message>
    <message>
        <source>Finish and clean-up</source>
        <translation>完了とクリーンアップ</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>ENS イメージの準備ができました。</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>クリーンアップしています…</translation>
    </message>
    <message>
        <source>Not everything was released</source>
        <translation>リリースされていないリソースがあります</translation>
    </message>
    <message>
        <source>The migration was cancelled. There is no image.</source>
        <translation>移行はキャンセルされました。イメージはありません。</translation>
    </message>
    <message>
        <source>Folder of the image: %1</source>
        <translation>イメージのフォルダー：%1</translation>
    </message>
    <message>
        <source>Save report</source>
        <translation>レポートを保存</translation>
    </message>
    <message>
        <source>Show in &amp;file manager</source>
        <translation>ファイルマネージャーで表示(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Save report…</source>
        <translation>レポートを保存(&amp;S)…</translation>
    </message>
    <message>
        <source>Save settings</source>
        <translation>設定を保存</translation>
    </message>
    <message>
        <source>Plan files (*.json)</source>
        <translation>プランファイル (*.json)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <extracomment>%1 is the path of a file</extracomment>
        <translation>%1 として保存しました。</translation>
    </message>
    <message>
        <source>No file manager could be opened. The image is in the folder %1.</source>
        <translation>ファイルマネージャーを開けませんでした。イメージはフォルダー %1 にあります。</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>イメージ</translation>
    </message>
    <message>
        <source>Image ID</source>
        <translation>イメージ ID</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>リージョン</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>コピー済み</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>送信済み</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>所要時間</translation>
    </message>
    <message>
        <source>Next steps</source>
        <translation>次のステップ</translation>
    </message>
    <message>
        <source>Or by this command, with your own values for TYPE, REGION and MBIT:</source>
        <extracomment>The capitals are in the command and stay as they are</extracomment>
        <translation>または、TYPE、REGION、MBIT を実際の値に置き換えて次のコマンドを使用します：</translation>
    </message>
    <message>
        <source>1. Open the ENS console and create an instance from this image.
2. Check application licences: the hardware changed.
3. Compare the new instance with this server before switching over.</source>
        <translation>1. ENS コンソールを開き、このイメージからインスタンスを作成します。
2. ハードウェアが変わったため、アプリケーションのライセンスを確認します。
3. 切り替える前に、新しいインスタンスをこのサーバーと比較します。</translation>
    </message>
    <message>
        <source>ENS console</source>
        <translation>ENS コンソール</translation>
    </message>
    <message>
        <source>Copy co&amp;mmand</source>
        <translation>コマンドをコピー(&amp;M)</translation>
    </message>
    <message>
        <source>Save these settin&amp;gs…</source>
        <translation>これらの設定を保存(&amp;G)…</translation>
    </message>
    <message>
        <source>To migrate another server with the same settings</source>
        <translation>同じ設定で別のサーバーを移行するには</translation>
    </message>
    <message>
        <source>The image is in your account; an ENS instance is created from it in the ENS console or with the command shown here. What the migration made on the way is removed; if something is left, it is listed with what it costs and can be cleaned up here. The report says what was done, when and with which settings; it holds no passwords and no keys.</source>
        <translation>イメージはお客様のアカウントにあります。ENS コンソールまたはここに表示されたコマンドで、このイメージから ENS インスタンスを作成します。移行の途中で作成されたものは削除されています。残っているものがあれば、その費用とともにここに一覧表示され、ここでクリーンアップできます。レポートには、いつ、どの設定で何が行われたかが記載され、パスワードやキーは含まれません。</translation>
    </message>
    <message>
        <source>Reports (*.html *.json)</source>
        <translation>レポート (*.html *.json)</translation>
    </message>
    <message>
        <source>Test boot: the image is being started in a virtual machine on this server…</source>
        <translation>テスト起動：イメージをこのサーバー上の仮想マシンで起動しています…</translation>
    </message>
    <message>
        <source>There was no test boot: %1</source>
        <translation>テスト起動は行われませんでした：%1</translation>
    </message>
    <message>
        <source>Test boot passed: after %1 the image had shown its login prompt and answered on its network as %2.</source>
        <extracomment>%1 a time such as “24 s”, %2 an IP address</extracomment>
        <translation>テスト起動に成功しました。%1 の時点で、イメージはログインプロンプトを表示し、ネットワークで %2 として応答していました。</translation>
    </message>
    <message>
        <source>the boot loader</source>
        <translation>ブートローダー</translation>
    </message>
    <message>
        <source>the kernel</source>
        <translation>カーネル</translation>
    </message>
    <message>
        <source>the root file system</source>
        <translation>ルートファイルシステム</translation>
    </message>
    <message>
        <source>the login prompt</source>
        <translation>ログインプロンプト</translation>
    </message>
    <message>
        <source>the network</source>
        <translation>ネットワーク</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image showed nothing on its console.</source>
        <translation>テスト起動：%1 の間、イメージのコンソールには何も表示されませんでした。</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image did not come up. The last that was seen: %2. The report has what its console said.</source>
        <extracomment>%1 a time such as “24 s”, %2 such as “the kernel”</extracomment>
        <translation>テスト起動：%1 の間に、イメージの起動が完了しませんでした。最後に確認された段階：%2。コンソールの出力はレポートに記載されています。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FixBox</name>
    <message>
        <source>Working: %1</source>
        <translation>処理中：%1</translation>
    </message>
    <message>
        <source>Command: %1</source>
        <translation>コマンド：%1</translation>
    </message>
    <message>
        <source>&amp;Not now</source>
        <translation>今はしない(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Yes, do it</source>
        <translation>はい、実行(&amp;Y)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutGestures</name>
    <message>
        <source>Change &amp;size</source>
        <translation>サイズを変更(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;LVM</source>
        <translation>LVM(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Migrate</source>
        <translation>移行(&amp;M)</translation>
    </message>
    <message>
        <source>Mo&amp;ve to</source>
        <extracomment>a menu of disks</extracomment>
        <translation>移動先(&amp;V)</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>上へ移動(&amp;U)</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>下へ移動(&amp;D)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutModel</name>
    <message>
        <source>Mount target</source>
        <translation>マウントポイント</translation>
    </message>
    <message>
        <source>Migrate</source>
        <translation>移行</translation>
    </message>
    <message>
        <source>Destination</source>
        <translation>移行先</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>サイズ</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>使用量</translation>
    </message>
    <message>
        <source>Min.</source>
        <extracomment>the smallest possible size</extracomment>
        <translation>最小</translation>
    </message>
    <message>
        <source>Transfer method</source>
        <translation>転送方式</translation>
    </message>
    <message>
        <source>LVM</source>
        <translation>LVM</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>備考</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 “System disk” or “Data disk 2”, %2 its name on the source such as vdb</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Block by block</source>
        <extracomment>how a volume is copied</extracomment>
        <translation>ブロック単位</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>ファイル単位</translation>
    </message>
    <message>
        <source>%1, %2, %3 free</source>
        <extracomment>%1 a disk, %2 its size, %3 what is free on it, for screen readers</extracomment>
        <translation>%1、%2、空き %3</translation>
    </message>
    <message>
        <source>%1, %2, not migrated</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1、%2、移行しない</translation>
    </message>
    <message>
        <source>%1, %2, cannot be moved</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1、%2、移動不可</translation>
    </message>
    <message>
        <source>%1, %2, can be moved</source>
        <translation>%1、%2、移動可能</translation>
    </message>
    <message>
        <source>Cannot be moved.</source>
        <translation>移動できません。</translation>
    </message>
    <message>
        <source>migrated</source>
        <translation>移行対象</translation>
    </message>
    <message>
        <source>not migrated</source>
        <translation>移行対象外</translation>
    </message>
    <message>
        <source>See below: %1</source>
        <extracomment>beside a disk or mount target; %1 codes of problems that are listed below the table</extracomment>
        <translation>下記を参照：%1</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Not migrated</source>
        <translation>移行しない</translation>
    </message>
    <message>
        <source>Same size and structure</source>
        <extracomment>why a volume is copied block by block</extracomment>
        <translation>サイズと構造が同じ</translation>
    </message>
    <message>
        <source>Its size changes</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>サイズが変わる</translation>
    </message>
    <message>
        <source>LVM, and no multiple of 4 MiB</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>LVM であり、4 MiB の倍数ではない</translation>
    </message>
    <message>
        <source>As chosen</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>選択のとおり</translation>
    </message>
    <message>
        <source>The server works meanwhile, so its files are not all of one moment.</source>
        <translation>コピー中もサーバーは稼働しているため、すべてのファイルが同じ時点のものになるわけではありません。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutProblems</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>ほか %n 件。</numerusform>
        </translation>
    </message>
    <message>
        <source>Must be solved</source>
        <extracomment>severity of a problem, for screen readers</extracomment>
        <translation>要解決</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>注意</translation>
    </message>
    <message>
        <source>Problems of the layout</source>
        <translation>構成の問題</translation>
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
        <translation>開く</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>アドレスをコピー</translation>
    </message>
    <message>
        <source>Open: %1</source>
        <extracomment>For screen readers: %1 is what a web page is about</extracomment>
        <translation>開く：%1</translation>
    </message>
    <message>
        <source>Copy address: %1</source>
        <translation>アドレスをコピー：%1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LiveBox</name>
    <message>
        <source>The server goes on working. What it writes during this first pass is copied afterwards.</source>
        <translation>サーバーは稼働を続けます。この最初のコピー中に書き込まれた内容は、後でコピーされます。</translation>
    </message>
    <message>
        <source>What was copied before is compared with the server, so that only differences are sent.</source>
        <translation>差分のみを送信するため、以前にコピーした内容をサーバーと比較しています。</translation>
    </message>
    <message>
        <source>Round %1: copying what the server wrote since. It writes %2, and %3 are being copied.</source>
        <extracomment>%1 a number, %2 and %3 speeds</extracomment>
        <translation>第 %1 回：前回以降にサーバーが書き込んだ内容をコピーしています。書き込み速度は %2、コピー速度は %3 です。</translation>
    </message>
    <message>
        <source>The copy follows the server: %1 are not copied yet. The final point would hold the server&apos;s disks for about %2 ms.</source>
        <extracomment>%1 a size, %2 milliseconds</extracomment>
        <translation>コピーはサーバーに追従しています。未コピーは %1 です。最終時点の確定時に、サーバーのディスクは約 %2 ミリ秒停止します。</translation>
    </message>
    <message>
        <source>The final point is being taken. The server&apos;s disks stand still for a moment.</source>
        <translation>最終時点を確定しています。サーバーのディスクは一時的に停止します。</translation>
    </message>
    <message>
        <source>The final point is taken, and the server works as before. The last changes are being copied.</source>
        <translation>最終時点が確定し、サーバーは通常どおり動作しています。最後の変更をコピーしています。</translation>
    </message>
    <message>
        <source>The copy is being read back and compared.</source>
        <translation>コピーを読み戻して比較しています。</translation>
    </message>
    <message>
        <source>The copy is complete and was compared.</source>
        <translation>コピーは完了し、比較も済みました。</translation>
    </message>
    <message>
        <source>&amp;Take the final point now</source>
        <translation>今すぐ最終時点を確定(&amp;T)</translation>
    </message>
    <message>
        <source>Holds the server&apos;s disks for a moment; what is written later is not in the image.</source>
        <translation>サーバーのディスクを一時的に停止します。それ以降に書き込まれた内容はイメージに含まれません。</translation>
    </message>
    <message>
        <source>What is copied file by file is being copied for the first time. What changes meanwhile is copied again later.</source>
        <translation>ファイル単位でコピーする内容を初めてコピーしています。その間に変更された内容は、後で再度コピーされます。</translation>
    </message>
    <message>
        <source>The final point is near. Files that changed since they were copied are being copied again.</source>
        <translation>まもなく最終時点が確定されます。コピー後に変更されたファイルを再度コピーしています。</translation>
    </message>
    <message>
        <source>All files are copied. Those that change from now on are copied again when the final point is taken.</source>
        <translation>すべてのファイルのコピーが完了しました。これ以降に変更されたファイルは、最終時点の確定時に再度コピーされます。</translation>
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
        <translation>ステップ %1/%2 — %3</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MessageBar</name>
    <message>
        <source>Copy</source>
        <translation>コピー</translation>
    </message>
    <message>
        <source>Copy this message</source>
        <translation>このメッセージをコピー</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>このメッセージを閉じる</translation>
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
        <translation>移行</translation>
    </message>
    <message>
        <source>You may close this window: the migration goes on, and starting Edgelift again shows it.</source>
        <translation>このウィンドウを閉じても移行は続きます。Edgelift を再度起動すると表示されます。</translation>
    </message>
    <message>
        <source>The numbers are of %1.</source>
        <translation>%1 時点の数値です。</translation>
    </message>
    <message>
        <source>No data for %1 s. Check the network of this server, or choose Pause and go on later.</source>
        <translation>%1 秒間データがありません。このサーバーのネットワークを確認するか、「一時停止」を選択して後で続行してください。</translation>
    </message>
    <message>
        <source>No data for %1 s. Waiting for the network.</source>
        <translation>%1 秒間データがありません。ネットワークを待っています。</translation>
    </message>
    <message>
        <source>The transfer is slow. To speed it up, raise the bandwidth of this server and of the destination for a while.</source>
        <translation>転送速度が低下しています。速くするには、このサーバーと移行先の帯域幅を一時的に増やしてください。</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>再開(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>一時停止(&amp;P)</translation>
    </message>
    <message>
        <source>Job ID</source>
        <translation>ジョブ ID</translation>
    </message>
    <message>
        <source>Job name</source>
        <translation>ジョブ名</translation>
    </message>
    <message>
        <source>Job status</source>
        <translation>ジョブステータス</translation>
    </message>
    <message>
        <source>Creation time</source>
        <translation>作成日時</translation>
    </message>
    <message>
        <source>Start time</source>
        <translation>開始日時</translation>
    </message>
    <message>
        <source>End time</source>
        <translation>終了日時</translation>
    </message>
    <message>
        <source>Job progress</source>
        <translation>ジョブの進捗</translation>
    </message>
    <message>
        <source>Target region</source>
        <translation>ターゲットリージョン</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>タグ</translation>
    </message>
    <message>
        <source>Remaining time (s)</source>
        <translation>残り時間（秒）</translation>
    </message>
    <message>
        <source>&amp;Modify…</source>
        <translation>変更(&amp;M)…</translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation>詳細(&amp;D)</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>ログ</translation>
    </message>
    <message>
        <source>When this window is closed the demonstration ends, and its migration with it.</source>
        <translation>このウィンドウを閉じると、デモとその移行は終了します。</translation>
    </message>
    <message>
        <source>You may close this window: the clean-up goes on.</source>
        <translation>このウィンドウを閉じてもクリーンアップは続きます。</translation>
    </message>
    <message>
        <source>The speed counts the data of the disks before it is compressed, so it can be higher than the speed of the network. The remaining time is shown once the speed is steady.

Pause keeps everything that was copied, and the transit instance, which keeps costing. Cancel removes both.

After an error nothing is lost: what was copied is kept, and Retry goes on from there.</source>
        <translation>速度は圧縮前のディスクデータで計算されるため、ネットワークの速度を上回ることがあります。残り時間は、速度が安定すると表示されます。

一時停止では、コピー済みの内容と中継インスタンスがすべて保持され、中継インスタンスの料金は発生し続けます。キャンセルすると、どちらも削除されます。

エラーが発生しても何も失われません。コピー済みの内容は保持され、再試行するとそこから続行します。</translation>
    </message>
    <message>
        <source>%1 — %2</source>
        <extracomment>In the window&apos;s title: how far the migration is, and the server&apos;s name</extracomment>
        <translation>%1 — %2</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused.</source>
        <extracomment>%1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>移行の一時停止中も、中継インスタンスの料金は発生し続けます。</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused: %1.</source>
        <translation>移行の一時停止中も、中継インスタンスの料金は発生し続けます：%1。</translation>
    </message>
    <message>
        <source>This server&apos;s own disk accesses are slow, so the migration reads at most %1 for now.</source>
        <translation>このサーバー自体のディスクアクセスが遅いため、移行の読み取りは現在最大 %1 に抑えられています。</translation>
    </message>
    <message>
        <source>Cancel this migration? The job is deleted, the transit instance is released and the copied data is lost. What was used until now is still charged.</source>
        <translation>この移行をキャンセルしますか。ジョブは削除され、中継インスタンスはリリースされ、コピー済みのデータは失われます。これまでの使用分には料金が発生します。</translation>
    </message>
    <message>
        <source>&amp;Keep migrating</source>
        <translation>移行を続ける(&amp;K)</translation>
    </message>
    <message>
        <source>Cancel migrati&amp;on</source>
        <translation>移行をキャンセル(&amp;O)</translation>
    </message>
    <message>
        <source>Estimate migration time and test transfer speed</source>
        <translation>移行時間の見積もりと転送速度のテスト</translation>
    </message>
    <message>
        <source>Cancel &amp;job…</source>
        <translation>ジョブをキャンセル(&amp;J)…</translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation>ログ(&amp;L)</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>すべてコピー</translation>
    </message>
    <message>
        <source>Copy all details</source>
        <translation>詳細をすべてコピー</translation>
    </message>
    <message>
        <source>Transit instance ID</source>
        <translation>中継インスタンス ID</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance, nor change its billing method, during migration; it is released automatically afterwards.</source>
        <translation>移行中は、中継インスタンスを停止、起動、再起動、リリースしたり、課金方法を変更したりしないでください。移行後に自動的にリリースされます。</translation>
    </message>
    <message>
        <source>Default resource group</source>
        <extracomment>The transit instance&apos;s resource group: the account&apos;s own, because no other is asked for</extracomment>
        <translation>デフォルトリソースグループ</translation>
    </message>
    <message>
        <source>Resource group</source>
        <translation>リソースグループ</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ModifyPanel</name>
    <message>
        <source>Unlimited</source>
        <translation>無制限</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>オフ</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>適用(&amp;A)</translation>
    </message>
    <message>
        <source>The time plan is in force now (%1): %2. The limit above counts outside of it.</source>
        <translation>現在、時間プランが有効です（%1）：%2。上の制限は、それ以外の時間に適用されます。</translation>
    </message>
    <message>
        <source>Applied.</source>
        <translation>適用しました。</translation>
    </message>
    <message>
        <source>Applied. The new limit takes effect within %1 s.</source>
        <translation>適用しました。新しい制限は %1 秒以内に有効になります。</translation>
    </message>
    <message>
        <source>Applied. It takes effect when the migration goes on.</source>
        <translation>適用しました。移行の再開時に有効になります。</translation>
    </message>
    <message>
        <source>&amp;Speed limit (Mbit/s):</source>
        <translation>速度制限（Mbit/s）(&amp;S)：</translation>
    </message>
    <message>
        <source>Compress&amp;ion:</source>
        <translation>圧縮(&amp;I)：</translation>
    </message>
    <message>
        <source>Veri&amp;fy the copied data by checksum</source>
        <translation>コピーしたデータをチェックサムで検証(&amp;F)</translation>
    </message>
    <message>
        <source>Clos&amp;e</source>
        <translation>閉じる(&amp;E)</translation>
    </message>
    <message>
        <source>Lon&amp;gest hold (s):</source>
        <translation>最長静止時間（秒）(&amp;G)：</translation>
    </message>
    <message>
        <source>How many seconds this server may be kept from writing while the final point is taken.</source>
        <translation>最終時点の確定中に、このサーバーの書き込みを停止してよい秒数です。</translation>
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
        <translation>%1 に VPC がありません。VPC コンソールで作成してから更新してください。</translation>
    </message>
    <message>
        <source>Optional: without it, a network is made for this migration and removed after it.</source>
        <translation>任意：指定しない場合、この移行用のネットワークを作成し、移行後に削除します。</translation>
    </message>
    <message>
        <source>&amp;Public network</source>
        <translation>パブリックネットワーク(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;VPC: this server is connected to it</source>
        <translation>VPC：このサーバーは接続済み(&amp;V)</translation>
    </message>
    <message>
        <source>VPC is recommended where it can be reached directly, by VPN gateway, Express Connect circuit or Smart Access Gateway: it is faster and steadier.</source>
        <translation>直接、または VPN Gateway、Express Connect 回線、Smart Access Gateway 経由で VPC にアクセスできる場合は、より高速で安定した VPC を推奨します。</translation>
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
        <translation>言語(&amp;L)</translation>
    </message>
    <message>
        <source>Lar&amp;ger text</source>
        <translation>文字を大きく(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation>文字を小さく(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Usual text size</source>
        <translation>標準の文字サイズ(&amp;U)</translation>
    </message>
    <message>
        <source>Low-&amp;bandwidth mode</source>
        <translation>低帯域幅モード(&amp;B)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PhaseStrip</name>
    <message>
        <source>%1: done</source>
        <translation>%1：完了</translation>
    </message>
    <message>
        <source>%1: failed</source>
        <translation>%1：失敗</translation>
    </message>
    <message>
        <source>%1: now</source>
        <translation>%1：実行中</translation>
    </message>
    <message>
        <source>%1: to come</source>
        <translation>%1：未実行</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PlanFileBar</name>
    <message>
        <source>Plan files (*.json);;All files (*)</source>
        <translation>プランファイル (*.json);;すべてのファイル (*)</translation>
    </message>
    <message>
        <source>The plan was saved as %1.</source>
        <translation>プランを %1 として保存しました。</translation>
    </message>
    <message>
        <source>Use its &amp;settings, keep these disks</source>
        <translation>その設定を使い、現在のディスクを維持(&amp;S)</translation>
    </message>
    <message>
        <source>The plan %1 was opened.</source>
        <translation>プラン %1 を開きました。</translation>
    </message>
    <message>
        <source>&amp;Open plan…</source>
        <translation>プランを開く(&amp;O)…</translation>
    </message>
    <message>
        <source>&amp;Save plan…</source>
        <translation>プランを保存(&amp;S)…</translation>
    </message>
    <message>
        <source>Problems of the plan file</source>
        <translation>プランファイルの問題</translation>
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
        <translation>準備とインポート</translation>
    </message>
    <message>
        <source>Prepare</source>
        <translation>準備</translation>
    </message>
    <message>
        <source>Decide what may be changed on this server, then register it as a migration source.</source>
        <translation>このサーバーで許可する変更を決めてから、移行元として登録します。</translation>
    </message>
    <message>
        <source>Nothing is changed on this server before you choose “Prepare and import”.

The import registers this server with the service that made the activation code. With an AccessKey pair there is nothing to register.</source>
        <translation>「準備とインポート」を選択するまで、このサーバーは変更されません。

インポートでは、アクティベーションコードを生成したサービスにこのサーバーを登録します。AccessKey ペアの場合、登録は不要です。</translation>
    </message>
    <message>
        <source>wait until the import is finished</source>
        <translation>インポートが完了するまでお待ちください</translation>
    </message>
    <message>
        <source>wait for the questions to this server</source>
        <translation>このサーバーの確認が終わるまでお待ちください</translation>
    </message>
    <message>
        <source>answer: %1</source>
        <translation>回答してください：%1</translation>
    </message>
    <message>
        <source>&amp;Prepare and import</source>
        <translation>準備とインポート(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>再試行(&amp;R)</translation>
    </message>
    <message>
        <source>Preparing this server…</source>
        <translation>このサーバーを準備しています…</translation>
    </message>
    <message>
        <source>Importing this server…</source>
        <translation>このサーバーをインポートしています…</translation>
    </message>
    <message>
        <source>The snapshot driver could not be installed: %1. Block replication is switched off for this migration. [W-PRE-01]</source>
        <translation>スナップショットドライバーをインストールできませんでした：%1。この移行ではブロックレプリケーションを無効にします。[W-PRE-01]</translation>
    </message>
    <message>
        <source>Import Source Server [%1] Successfully!</source>
        <extracomment>%1 is an id such as s-bp1abc; the words are those of the service</extracomment>
        <translation>移行元 [%1] をインポートしました</translation>
    </message>
    <message>
        <source>Migration source online</source>
        <translation>移行元はオンラインです</translation>
    </message>
    <message>
        <source>&amp;Exclude files and folders</source>
        <translation>ファイルとフォルダーを除外(&amp;E)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ProgressPanel</name>
    <message>
        <source>No migration</source>
        <translation>移行なし</translation>
    </message>
    <message>
        <source>Creating the transit instance…</source>
        <translation>中継インスタンスを作成しています…</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>準備中</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>同期中</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>一時停止</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>エラー</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>完了</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>クリーンアップしています…</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>キャンセル済み</translation>
    </message>
    <message>
        <source>Reconnecting to the migration engine… (%1 s)</source>
        <translation>移行エンジンに再接続しています…（%1 秒）</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of all disks: amount that is copied, amount in all</extracomment>
        <translation>%2 の%1</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>残り %1</translation>
    </message>
    <message>
        <source>Remaining time: %1</source>
        <translation>残り時間：%1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>For screen readers: %1 the name of a number, %2 the number</extracomment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>%1 so far</source>
        <extracomment>A phase that is not over: %1 is how long it has been running</extracomment>
        <translation>経過時間 %1</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>進捗</translation>
    </message>
    <message>
        <source>Speed before compression</source>
        <translation>圧縮前の速度</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>ネットワーク</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>制限</translation>
    </message>
    <message>
        <source>Average</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>送信済み</translation>
    </message>
    <message>
        <source>Saved by compression</source>
        <translation>圧縮による削減</translation>
    </message>
    <message>
        <source>Elapsed</source>
        <translation>経過時間</translation>
    </message>
    <message>
        <source>Interruptions</source>
        <translation>中断回数</translation>
    </message>
    <message>
        <source>Data of the disks per second. Higher than the network&apos;s speed when compression helps.</source>
        <translation>1 秒あたりのディスクデータ量です。圧縮の効果がある場合は、ネットワークの速度を上回ります。</translation>
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
        <translation>意図的に保持</translation>
    </message>
    <message>
        <source>price not known</source>
        <translation>価格不明</translation>
    </message>
    <message>
        <source>free</source>
        <translation>無料</translation>
    </message>
    <message>
        <source>%1 %2 a day</source>
        <extracomment>%1 a currency such as CNY, %2 an amount</extracomment>
        <translation>1 日あたり %1 %2</translation>
    </message>
    <message>
        <source>Together at least %1</source>
        <extracomment>A sum of prices; %1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>合計：少なくとも %1</translation>
    </message>
    <message>
        <source>Together %1</source>
        <translation>合計：%1</translation>
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
        <translation>保存した設定を破棄しますか？</translation>
    </message>
    <message>
        <source>Discard the saved setup? The imported source %1 stays registered.</source>
        <translation>保存した設定を破棄しますか？インポート済みの移行元 %1 は登録されたままです。</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>破棄(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>保持(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>続行(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Start over</source>
        <translation>最初から(&amp;S)</translation>
    </message>
    <message>
        <source>Welcome back</source>
        <translation>おかえりなさい</translation>
    </message>
    <message>
        <source>Everything you chose was saved but the activation code and the AccessKey pair. Continue leads back to the step you were on; Start over forgets the choices and begins anew. Neither changes anything on this server or in the cloud.</source>
        <translation>アクティベーションコードと AccessKey ペアを除き、選択した内容はすべて保存されています。「続行」は前回のステップに戻ります。「最初から」は選択を破棄して新たに開始します。いずれも、このサーバーやクラウドには何も変更を加えません。</translation>
    </message>
    <message>
        <source>Continue the setup from %1 at step “%2”?</source>
        <extracomment>%1 a date and time, %2 the name of a step such as “Settings”</extracomment>
        <translation>%1 の設定を、ステップ「%2」から続行しますか。</translation>
    </message>
    <message>
        <source>The activation code or AccessKey pair was not saved and has to be entered again.</source>
        <translation>アクティベーションコードまたは AccessKey ペアは保存されていないため、再入力が必要です。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ReviewPage</name>
    <message>
        <source>wait until the migration has started</source>
        <translation>移行が開始されるまで待つ</translation>
    </message>
    <message>
        <source>enter the activation code or an AccessKey pair again on the Connect page</source>
        <translation>「接続」ページでアクティベーションコードまたは AccessKey ペアを再入力する</translation>
    </message>
    <message>
        <source>wait until the plan is checked</source>
        <translation>プランのチェック完了を待つ</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What is wrong, and what to do</extracomment>
        <translation>%1%2</translation>
    </message>
    <message>
        <source>read the notice and choose “Got It”</source>
        <translation>注意事項を読み、「了解」をクリックする</translation>
    </message>
    <message>
        <source>Speed limit: %1; compression: %2; checksum verification: %3</source>
        <translation>速度制限：%1、圧縮：%2、チェックサム検証：%3</translation>
    </message>
    <message>
        <source>on</source>
        <translation>オン</translation>
    </message>
    <message>
        <source>off</source>
        <translation>オフ</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>サーバー</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>アカウント</translation>
    </message>
    <message>
        <source>by activation code</source>
        <translation>アクティベーションコードを使用</translation>
    </message>
    <message>
        <source>by AccessKey pair</source>
        <translation>AccessKey ペアを使用</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>イメージ</translation>
    </message>
    <message>
        <source>%1… in %2</source>
        <translation>%1…（%2）</translation>
    </message>
    <message>
        <source>On the way</source>
        <translation>中継</translation>
    </message>
    <message>
        <source>bucket %1 in %2</source>
        <translation>バケット %1（%2）</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>ネットワーク</translation>
    </message>
    <message>
        <source>Public network</source>
        <translation>パブリックネットワーク</translation>
    </message>
    <message>
        <source>VPC %1, vSwitch %2</source>
        <translation>VPC %1、vSwitch %2</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>転送</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>ディスク</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>変更</translation>
    </message>
    <message>
        <source>Change: %1</source>
        <translation>変更：%1</translation>
    </message>
    <message>
        <source>Choose Change beside a line to go back to its page; nothing is lost. Save the plan on the Settings page to use it with edgeliftctl.</source>
        <translation>各行の「変更」をクリックすると該当ページに戻れます。入力内容は失われません。edgeliftctl で使用する場合は、「設定」ページでプランを保存してください。</translation>
    </message>
    <message>
        <source>Costs: the transit instance, its disks and snapshots, and the bucket&apos;s storage and traffic are charged by the cloud while the migration runs; everything temporary is removed at the end. After an error they are kept for a retry and keep costing until you retry or cancel.</source>
        <translation>料金：移行中は、中継インスタンスとそのディスクやスナップショット、バケットのストレージとトラフィックに対してクラウドの料金が発生します。一時リソースは最後にすべて削除されます。エラー後は再試行用に保持され、再試行またはキャンセルするまで料金が発生します。</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 and do not change its billing method during the migration. Leave the temporary image and the temporary objects in the bucket alone. The hardware changes: check licences after the migration.</source>
        <translation>移行中は、中継インスタンス %1 を停止、起動、再起動、リリースしたり、課金方法を変更したりしないでください。一時イメージとバケット内の一時オブジェクトも変更しないでください。ハードウェアが変わるため、移行後にライセンスを確認してください。</translation>
    </message>
    <message>
        <source>&amp;Got It</source>
        <translation>了解(&amp;G)</translation>
    </message>
    <message>
        <source>Co&amp;py command</source>
        <translation>コマンドをコピー(&amp;P)</translation>
    </message>
    <message>
        <source>The same migration as a command for edgeliftctl</source>
        <translation>同じ移行を行う edgeliftctl コマンド</translation>
    </message>
    <message>
        <source>Review and start</source>
        <translation>確認と開始</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>確認</translation>
    </message>
    <message>
        <source>Starting creates a paid transit instance in your account.</source>
        <translation>開始すると、アカウントに有料の中継インスタンスが作成されます。</translation>
    </message>
    <message>
        <source>&amp;Start migration</source>
        <translation>移行を開始(&amp;S)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsAdvanced</name>
    <message>
        <source>Reading from this server&apos;s disks: at most %1 MB/s</source>
        <translation>このサーバーのディスクの読み取り：最大 %1 MB/s</translation>
    </message>
    <message>
        <source>Niceness: %1</source>
        <translation>nice 値：%1</translation>
    </message>
    <message>
        <source>Does not stand back when this server&apos;s own disk accesses slow down</source>
        <translation>このサーバー自体のディスクアクセスが遅くなっても速度を下げません</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 days and times, %2 a speed such as 100 Mbit/s</extracomment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Set by the plan file:</source>
        <translation>プランファイルによる設定：</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>自動</translation>
    </message>
    <message>
        <source>On</source>
        <translation>オン</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>オフ</translation>
    </message>
    <message>
        <source>&amp;Job name:</source>
        <translation>ジョブ名(&amp;J)：</translation>
    </message>
    <message>
        <source>&amp;Description:</source>
        <translation>説明(&amp;D)：</translation>
    </message>
    <message>
        <source>Speed &amp;limit (Mbit/s):</source>
        <translation>速度制限（Mbit/s）(&amp;L)：</translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation>無制限</translation>
    </message>
    <message>
        <source>Com&amp;pression ratio (0 = none):</source>
        <translation>転送圧縮率（0 = なし）(&amp;P)：</translation>
    </message>
    <message>
        <source>Compression ratio as a number</source>
        <translation>転送圧縮率の数値</translation>
    </message>
    <message>
        <source>SSL-&amp;encrypted transmission:</source>
        <translation>SSL 暗号化転送(&amp;E)：</translation>
    </message>
    <message>
        <source>Licence t&amp;ype:</source>
        <translation>ライセンスタイプ(&amp;Y)：</translation>
    </message>
    <message>
        <source>Ta&amp;gs:</source>
        <translation>タグ(&amp;G)：</translation>
    </message>
    <message>
        <source>&amp;Intermediate instance type:</source>
        <translation>中継インスタンスタイプ(&amp;I)：</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自動</translation>
    </message>
    <message>
        <source>If the type you choose is out of stock, the job cannot be created. Leave it empty to have one chosen.</source>
        <translation>選択したタイプの在庫がない場合、ジョブを作成できません。空欄にすると自動的に選択されます。</translation>
    </message>
    <message>
        <source>&amp;Report diagnostic logs</source>
        <translation>診断ログを報告(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;What is sent?</source>
        <translation>送信される内容(&amp;W)</translation>
    </message>
    <message>
        <source>The log of this migration: phases, speeds, error codes, names of disks and cloud resources. No file contents, no file names, no codes, keys or passwords.</source>
        <translation>この移行のログ：フェーズ、速度、エラーコード、ディスクとクラウドリソースの名前。ファイルの内容、ファイル名、アクティベーションコード、キー、パスワードは含まれません。</translation>
    </message>
    <message>
        <source>&amp;Modify disk partition</source>
        <translation>ディスクパーティションを変更(&amp;M)</translation>
    </message>
    <message>
        <source>Choose disks, sizes and order yourself on the next page.</source>
        <translation>次のページでディスク、サイズ、順序を自分で選択します。</translation>
    </message>
    <message>
        <source>&amp;Verify check sums</source>
        <translation>チェックサムを検証(&amp;V)</translation>
    </message>
    <message>
        <source>More certain, but slower.</source>
        <translation>より確実ですが、時間がかかります。</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>タグ</translation>
    </message>
    <message>
        <source>Wait for me before the &amp;final point</source>
        <translation>最終時点の確定前に指示を待つ(&amp;F)</translation>
    </message>
    <message>
        <source>The copy follows the server until you say so on the Migration page. Otherwise the final point is taken as soon as it is short.</source>
        <translation>「移行」ページで指示するまで、コピーはサーバーに追従します。オフの場合は、停止時間が短くなり次第、最終時点が確定されます。</translation>
    </message>
    <message>
        <source>How long programs here may be kept from writing while the final point is taken. A server that writes much may need more.</source>
        <translation>最終時点の確定中に、このサーバーのプログラムの書き込みを停止してよい時間です。書き込みの多いサーバーでは、より長い時間が必要になることがあります。</translation>
    </message>
    <message>
        <source>Longest &amp;hold (s):</source>
        <translation>最長静止時間（秒）(&amp;H)：</translation>
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
        <translation>ENS イメージはイメージ保存リージョンに保管されます。その前に、一時イメージが中継リージョンで作成され、中継バケットに置かれます。このバケットは同じリージョンにある必要があります。

「プランを保存」を選択すると、これらすべてがファイルに書き込まれ、edgeliftctl でも使用できます。</translation>
    </message>
    <message>
        <source>choose a bucket</source>
        <translation>バケットを選択してください</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>示された箇所を修正してください</translation>
    </message>
    <message>
        <source>China (Beijing)</source>
        <translation>中国 (北京)</translation>
    </message>
    <message>
        <source>Singapore</source>
        <translation>シンガポール</translation>
    </message>
    <message>
        <source>&amp;More configurations</source>
        <translation>その他の設定(&amp;M)</translation>
    </message>
    <message numerus="yes">
        <source>&amp;More configurations (%n changed)</source>
        <translation>
            <numerusform>その他の設定（%n 件変更）(&amp;M)</numerusform>
        </translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>読み込み中…</translation>
    </message>
    <message>
        <source>No bucket in %1. Create one in the OSS console, then refresh.</source>
        <translation>%1 にバケットがありません。OSS コンソールで作成してから更新してください。</translation>
    </message>
    <message>
        <source>The image is named %1.</source>
        <extracomment>%1 is the prefix with a time stamp behind it</extracomment>
        <translation>イメージ名は %1 になります。</translation>
    </message>
    <message>
        <source>&amp;Image storage region:</source>
        <translation>イメージ保存リージョン(&amp;I)：</translation>
    </message>
    <message>
        <source>Image &amp;name prefix:</source>
        <translation>イメージ名のプレフィックス(&amp;N)：</translation>
    </message>
    <message>
        <source>&amp;Transit region:</source>
        <translation>中継リージョン(&amp;T)：</translation>
    </message>
    <message>
        <source>Transit &amp;bucket:</source>
        <translation>中継バケット(&amp;B)：</translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation>更新(&amp;R)</translation>
    </message>
    <message>
        <source>Refresh buckets and networks</source>
        <translation>バケットとネットワークを更新</translation>
    </message>
    <message>
        <source>Network type:</source>
        <translation>ネットワークタイプ：</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::StepList</name>
    <message>
        <source>Steps</source>
        <translation>ステップ</translation>
    </message>
    <message>
        <source>%1, current step</source>
        <translation>%1、現在のステップ</translation>
    </message>
    <message>
        <source>%1, visited</source>
        <translation>%1、表示済み</translation>
    </message>
    <message>
        <source>%1, later</source>
        <translation>%1、未表示</translation>
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
        <translation>直近 10 分間の速度</translation>
    </message>
    <message>
        <source>No speed was measured yet.</source>
        <translation>速度はまだ測定されていません。</translation>
    </message>
    <message>
        <source>Disk speed now %1, network speed now %2, highest disk speed of the last 10 minutes %3.</source>
        <extracomment>Read by screen readers instead of the graph</extracomment>
        <translation>現在のディスク速度 %1、現在のネットワーク速度 %2、直近 10 分間の最高ディスク速度 %3。</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>ディスク</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>ネットワーク</translation>
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
            <numerusform>ほか %n 件。</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>追加(&amp;A)</translation>
    </message>
    <message>
        <source>Add a tag</source>
        <translation>タグを追加</translation>
    </message>
    <message>
        <source>Remo&amp;ve</source>
        <translation>削除(&amp;V)</translation>
    </message>
    <message>
        <source>Remove this tag</source>
        <translation>このタグを削除</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsModel</name>
    <message>
        <source>Key</source>
        <translation>キー</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>値</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TargetRow</name>
    <message>
        <source>not migrated</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation>移行対象外</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>空き %1</translation>
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
        <translation>%1 の LVM</translation>
    </message>
    <message>
        <source> GiB</source>
        <extracomment>the unit behind a number that is typed</extracomment>
        <translation> GiB</translation>
    </message>
    <message>
        <source>Size of %1 in GiB</source>
        <extracomment>%1 a disk, for screen readers</extracomment>
        <translation>%1 のサイズ（GiB）</translation>
    </message>
    <message>
        <source>%1 to %2 are possible.</source>
        <translation>%1～%2 の範囲で指定できます。</translation>
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
        <translation>続行するには次の操作が必要です：</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <extracomment>Below a list of things to do</extracomment>
        <translation>
            <numerusform>他 %n 件</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::VolumeDelegate</name>
    <message>
        <source>%1 of %2</source>
        <extracomment>%1 a column such as “Size”, %2 the row&apos;s name, for screen readers</extracomment>
        <translation>%2 の%1</translation>
    </message>
    <message>
        <source>Block by block</source>
        <translation>ブロック単位</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>ファイル単位</translation>
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
        <translation>Edgelift は Linux サーバーのディスクをクラウドにコピーし、Edge Node Service (ENS) 用のイメージを作成します。「確認」ページで「移行を開始」をクリックするまで、変更や料金は発生しません。</translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation>言語(&amp;L)：</translation>
    </message>
    <message>
        <source>1. You choose what is migrated and where to.
2. Edgelift makes a temporary transit instance, copies the disks to it, makes an ECS image, exports it to an OSS bucket and imports it into ENS. Then it removes everything temporary.
3. You create the ENS instance from the finished image.</source>
        <translation>1. 移行する対象と移行先を選択します。
2. Edgelift が一時的な中継インスタンスを作成してディスクをコピーし、ECS イメージを作成して OSS バケットにエクスポートし、ENS にインポートします。その後、一時リソースをすべて削除します。
3. 完成したイメージから ENS インスタンスを作成します。</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>制限</translation>
    </message>
    <message>
        <source>Only Linux servers with x86 processors: physical servers, virtual machines, and servers of other clouds.</source>
        <translation>x86 プロセッサの Linux サーバーのみ対象です（物理サーバー、仮想マシン、他のクラウドのサーバー）。</translation>
    </message>
    <message>
        <source>At most %1 data disks, each at most %2.</source>
        <translation>データディスクは最大 %1 台、1 台あたり最大 %2 です。</translation>
    </message>
    <message>
        <source>ENS images are imported in China (Beijing) and Singapore only.</source>
        <translation>ENS イメージのインポートは、中国（北京）とシンガポールのみ可能です。</translation>
    </message>
    <message>
        <source>The image may have at most %1 after compression, system disk and data disks together.</source>
        <translation>圧縮後のイメージは、システムディスクとデータディスクを合わせて最大 %1 です。</translation>
    </message>
    <message>
        <source>ECS, OSS and ENS must be activated in the account, and ECS must be allowed to write to OSS.</source>
        <translation>アカウントで ECS、OSS、ENS を有効化し、ECS に OSS への書き込みを許可する必要があります。</translation>
    </message>
    <message>
        <source>Costs</source>
        <translation>料金</translation>
    </message>
    <message>
        <source>Edgelift is free. What is used on the way is charged by the cloud: one pay-as-you-go transit instance with its disks and snapshots.</source>
        <translation>Edgelift は無料です。移行中に使用する従量課金の中継インスタンス 1 台と、そのディスクおよびスナップショットにはクラウドの料金が発生します。</translation>
    </message>
    <message>
        <source>The temporary image in the OSS bucket costs storage, requests and outbound traffic.</source>
        <translation>OSS バケットの一時イメージには、ストレージ、リクエスト、アウトバウンドトラフィックの料金が発生します。</translation>
    </message>
    <message>
        <source>Importing the ENS image and creating an ENS instance are charged by ENS.</source>
        <translation>ENS イメージのインポートと ENS インスタンスの作成には、ENS の料金が発生します。</translation>
    </message>
    <message>
        <source>After an error the transit instance is kept so that you can retry, and keeps costing until you retry or cancel.</source>
        <translation>エラー後は再試行用に中継インスタンスが保持され、再試行またはキャンセルするまで料金が発生します。</translation>
    </message>
    <message>
        <source>Consequences</source>
        <translation>影響</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 during the migration.</source>
        <translation>移行中は、中継インスタンス %1 を停止、起動、再起動、リリースしないでください。</translation>
    </message>
    <message>
        <source>Leave the temporary ECS image and the temporary objects in the bucket alone; they are removed at the end.</source>
        <translation>一時 ECS イメージとバケット内の一時オブジェクトは変更しないでください。最後に削除されます。</translation>
    </message>
    <message>
        <source>The hardware changes: licences bound to it may become invalid. Check them after the migration.</source>
        <translation>ハードウェアが変わるため、ハードウェアに紐づくライセンスは無効になる場合があります。移行後に確認してください。</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>用語</translation>
    </message>
    <message>
        <source>ENS, Edge Node Service: servers in data centers near their users.</source>
        <translation>ENS (Edge Node Service)：ユーザーの近くのデータセンターにあるサーバー。</translation>
    </message>
    <message>
        <source>OSS, Object Storage Service: holds files in buckets.</source>
        <translation>OSS (Object Storage Service)：ファイルをバケットに保存します。</translation>
    </message>
    <message>
        <source>Transit instance: a temporary ECS instance that receives the disks.</source>
        <translation>中継インスタンス：ディスクを受信する一時的な ECS インスタンス。</translation>
    </message>
    <message>
        <source>Activation code: lets this server register itself without an AccessKey pair.</source>
        <translation>アクティベーションコード：AccessKey ペアなしでこのサーバーを登録できます。</translation>
    </message>
    <message>
        <source>Move this server into an ENS image</source>
        <translation>このサーバーを ENS イメージに移行</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>ようこそ</translation>
    </message>
    <message>
        <source>The server keeps running meanwhile. Nothing on it is changed before you agree to it.</source>
        <translation>移行中もサーバーは稼働し続けます。同意するまで、サーバー上のものは何も変更されません。</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::Wizard</name>
    <message>
        <source>&amp;Start the engine</source>
        <translation>エンジンを起動(&amp;S)</translation>
    </message>
    <message>
        <source>Migration %1 continues in the background. Start “edgelift” again to watch it.</source>
        <translation>移行 %1 はバックグラウンドで続きます。「edgelift」を再度起動すると確認できます。</translation>
    </message>
    <message>
        <source>&amp;Ask for permission</source>
        <translation>許可を求める(&amp;A)</translation>
    </message>
    <message>
        <source>The settings of the last migration are here again, and what is left of it is being removed. Start when you are ready.</source>
        <translation>前回の移行の設定が復元され、残っているリソースを削除しています。準備ができたら開始してください。</translation>
    </message>
    <message>
        <source>Migration %1 waits, and what it made in the cloud keeps costing. Start “edgelift” again to go on or to clean up.</source>
        <translation>移行 %1 は待機中で、クラウドに作成したリソースの料金は発生し続けます。続行またはクリーンアップするには、「edgelift」を再度起動してください。</translation>
    </message>
</context>
</TS>
