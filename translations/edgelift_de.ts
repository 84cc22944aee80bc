<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name>ActivationCode</name>
    <message>
        <source>“%1” (character %2)</source>
        <extracomment>%1 is one character of an activation code, %2 its place in the code</extracomment>
        <translation>„%1“ (Zeichen %2)</translation>
    </message>
    <message>
        <source>a part is missing</source>
        <translation>ein Teil fehlt</translation>
    </message>
    <message>
        <source>the address in it is not valid</source>
        <translation>die enthaltene Adresse ist ungültig</translation>
    </message>
    <message>
        <source>it is longer than %1 characters</source>
        <translation>er ist länger als %1 Zeichen</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>er ist leer</translation>
    </message>
    <message>
        <source>it does not begin with EL1</source>
        <translation>er beginnt nicht mit EL1</translation>
    </message>
    <message>
        <source>the end is missing</source>
        <translation>das Ende fehlt</translation>
    </message>
    <message>
        <source>the check sum does not match</source>
        <translation>die Prüfsumme stimmt nicht</translation>
    </message>
</context>
<context>
    <name>ConversionNote</name>
    <message>
        <source>The service %2 of the old platform (%1) no longer starts. It is still installed.</source>
        <translation>Der Dienst %2 der alten Plattform (%1) wird nicht mehr gestartet. Er ist weiterhin installiert.</translation>
    </message>
    <message>
        <source>The system is built for %1; instances are x86_64.</source>
        <translation>Das System ist für %1 gebaut; Instanzen sind x86_64.</translation>
    </message>
    <message>
        <source>No boot entry was found. Run the distribution&apos;s boot loader configuration on the source, then migrate again.</source>
        <translation>Es wurde kein Boot-Eintrag gefunden. Führen Sie auf der Quelle die Bootloader-Konfiguration der Distribution aus und migrieren Sie erneut.</translation>
    </message>
    <message>
        <source>The boot loader “%1” cannot be made to start on the target. Install GRUB 2 on the source, then migrate again.</source>
        <translation>Der Bootloader „%1“ lässt sich auf dem Ziel nicht startfähig machen. Installieren Sie GRUB 2 auf der Quelle und migrieren Sie erneut.</translation>
    </message>
    <message>
        <source>The encrypted volume %1 on %2 is not in the image; its line in /etc/crypttab is out of effect.</source>
        <translation>Das verschlüsselte Volume %1 auf %2 ist nicht im Image; seine Zeile in /etc/crypttab ist außer Kraft gesetzt.</translation>
    </message>
    <message>
        <source>The default kernel %1 has neither drivers for virtio disks built in nor an initramfs. Make one on the source, then migrate again.</source>
        <translation>Der Standard-Kernel %1 hat weder eingebaute Treiber für virtio-Disks noch eine initramfs. Erstellen Sie auf der Quelle eine und migrieren Sie erneut.</translation>
    </message>
    <message>
        <source>The default kernel %1 has no drivers for virtio disks. Install a kernel that has them on the source, then migrate again.</source>
        <translation>Der Standard-Kernel %1 hat keine Treiber für virtio-Disks. Installieren Sie auf der Quelle einen Kernel mit solchen Treibern und migrieren Sie erneut.</translation>
    </message>
    <message>
        <source>%1 names %2, which is another disk or none on the new machine. Change it there.</source>
        <translation>%1 nennt %2; das ist auf der neuen Maschine eine andere Disk oder keine. Ändern Sie es dort.</translation>
    </message>
    <message>
        <source>A boot entry in %1 starts from %2, which is not this image&apos;s root filesystem. It was left as it is.</source>
        <translation>Ein Boot-Eintrag in %1 startet von %2; das ist nicht das Root-Dateisystem dieses Images. Er wurde nicht verändert.</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but no EFI system partition with a loader was found.</source>
        <translation>Das Image soll über UEFI starten, aber es wurde keine EFI-Systempartition mit einem Bootloader gefunden.</translation>
    </message>
    <message>
        <source>%1 is not a plain file of usual size. It was left as it is.</source>
        <translation>%1 ist keine einfache Datei von üblicher Größe. Sie wurde nicht verändert.</translation>
    </message>
    <message>
        <source>%1 starts with the system. Make sure that it lets you in at the new address.</source>
        <translation>%1 startet mit dem System. Stellen Sie sicher, dass Sie unter der neuen Adresse Zugang erhalten.</translation>
    </message>
    <message>
        <source>/etc/fstab is not a plain file of usual size. Mend it on the source, then migrate again.</source>
        <translation>/etc/fstab ist keine einfache Datei von üblicher Größe. Beheben Sie dies auf der Quelle und migrieren Sie erneut.</translation>
    </message>
    <message>
        <source>/etc/fstab mounts %1 at %2, which the image does not have. The system would stop while starting.</source>
        <translation>/etc/fstab hängt %1 unter %2 ein, das Image enthält es aber nicht. Das System würde beim Start stehen bleiben.</translation>
    </message>
    <message>
        <source>%1 has no room for the new kernel arguments. Shorten kernelopts there on the source, then migrate again.</source>
        <translation>In %1 ist kein Platz für die neuen Kernel-Argumente. Kürzen Sie dort kernelopts auf der Quelle und migrieren Sie erneut.</translation>
    </message>
    <message>
        <source>The system starts by GRUB Legacy (0.97), which cannot find its root filesystem by UUID and is not supported. Change to GRUB 2 on the source, then migrate again.</source>
        <translation>Das System startet über GRUB Legacy (0.97), das sein Root-Dateisystem nicht per UUID finden kann und nicht unterstützt wird. Wechseln Sie auf der Quelle zu GRUB 2 und migrieren Sie erneut.</translation>
    </message>
    <message>
        <source>The copy has a new machine-id but still the SSH host keys of its original. Make new ones with “ssh-keygen -A” after deleting the old ones.</source>
        <translation>Die Kopie hat eine neue Machine-ID, aber noch die SSH-Hostschlüssel des Originals. Löschen Sie die alten Schlüssel und erstellen Sie mit „ssh-keygen -A“ neue.</translation>
    </message>
    <message>
        <source>Machine-id and SSH host keys were kept: the server moves. Do not run it beside its original.</source>
        <translation>Machine-ID und SSH-Hostschlüssel wurden beibehalten: Der Server zieht um. Betreiben Sie ihn nicht neben dem Original.</translation>
    </message>
    <message>
        <source>A new initramfs for kernel %1 could not be made (%2). The old one was kept; this kernel may not start.</source>
        <translation>Für Kernel %1 konnte keine neue initramfs erstellt werden (%2). Die alte wurde beibehalten; dieser Kernel startet möglicherweise nicht.</translation>
    </message>
    <message>
        <source>The system has no program to make a new initramfs. The old ones start on virtio disks and were kept.</source>
        <translation>Das System hat kein Programm zum Erstellen einer neuen initramfs. Die alten starten auf virtio-Disks und wurden beibehalten.</translation>
    </message>
    <message>
        <source>Kernel %1 has neither drivers for virtio disks built in nor an initramfs; it will not start.</source>
        <translation>Kernel %1 hat weder eingebaute Treiber für virtio-Disks noch eine initramfs; er wird nicht starten.</translation>
    </message>
    <message>
        <source>The initramfs has no drivers for virtio disks, and the system has neither dracut, initramfs-tools nor mkinitrd. Install one of them on the source, then migrate again.</source>
        <translation>Die initramfs enthält keine Treiber für virtio-Disks, und das System hat weder dracut noch initramfs-tools noch mkinitrd. Installieren Sie eines davon auf der Quelle und migrieren Sie erneut.</translation>
    </message>
    <message>
        <source>A new initramfs for the default kernel %1 could not be made (%2). Make one with virtio_blk and virtio_pci on the source, then migrate again.</source>
        <translation>Für den Standard-Kernel %1 konnte keine neue initramfs erstellt werden (%2). Erstellen Sie auf der Quelle eine mit virtio_blk und virtio_pci und migrieren Sie erneut.</translation>
    </message>
    <message>
        <source>A boot entry in %1 names %2, which is not in /boot.</source>
        <translation>Ein Boot-Eintrag in %1 nennt %2; dies ist nicht in /boot vorhanden.</translation>
    </message>
    <message>
        <source>No kernel was found in /boot.</source>
        <translation>In /boot wurde kein Kernel gefunden.</translation>
    </message>
    <message>
        <source>Kernel %1 has no drivers for virtio disks; it will not start. It is not the default.</source>
        <translation>Kernel %1 hat keine Treiber für virtio-Disks; er wird nicht starten. Er ist nicht der Standard-Kernel.</translation>
    </message>
    <message>
        <source>The plan puts volumes on LVM, but the system has no LVM programs. Install lvm2 on the source or choose plain partitions.</source>
        <translation>Der Plan legt Volumes auf LVM, aber das System hat keine LVM-Programme. Installieren Sie lvm2 auf der Quelle oder wählen Sie einfache Partitionen.</translation>
    </message>
    <message>
        <source>%1 (%2) comes from another machine. The system now starts also when it cannot be had.</source>
        <translation>%1 (%2) kommt von einer anderen Maschine. Das System startet nun auch, wenn es nicht erreichbar ist.</translation>
    </message>
    <message>
        <source>%1 (%2) is not in the image; it is no longer mounted.</source>
        <translation>%1 (%2) ist nicht im Image und wird nicht mehr eingehängt.</translation>
    </message>
    <message>
        <source>What %1 (%2) stands for in the image is not known. The system now starts also without it.</source>
        <translation>Wofür %1 (%2) im Image steht, ist nicht bekannt. Das System startet nun auch ohne es.</translation>
    </message>
    <message>
        <source>The name server %1 is set by hand. Check that it answers from the new place.</source>
        <translation>Der Nameserver %1 ist von Hand festgelegt. Prüfen Sie, ob er vom neuen Ort aus antwortet.</translation>
    </message>
    <message>
        <source>Several services manage the network: %1. Keep one of them.</source>
        <translation>Mehrere Dienste verwalten das Netzwerk: %1. Behalten Sie einen davon.</translation>
    </message>
    <message>
        <source>The way out leads over %1, a bond, bridge or VLAN. Its settings were left as they are; the image may not be reachable until you change them or let Edgelift replace them by plain DHCP.</source>
        <translation>Der Weg nach außen führt über %1, ein Bond, eine Bridge oder ein VLAN. Die Einstellungen wurden nicht verändert; das Image ist möglicherweise nicht erreichbar, bis Sie sie ändern oder von Edgelift durch einfaches DHCP ersetzen lassen.</translation>
    </message>
    <message>
        <source>No network settings that Edgelift knows were found. The image may not be reachable.</source>
        <translation>Es wurden keine Netzwerkeinstellungen gefunden, die Edgelift kennt. Das Image ist möglicherweise nicht erreichbar.</translation>
    </message>
    <message>
        <source>The network interface %1 is no longer started by itself: the new machine may not have it.</source>
        <translation>Die Netzwerkschnittstelle %1 wird nicht mehr automatisch gestartet: Die neue Maschine hat sie möglicherweise nicht.</translation>
    </message>
    <message>
        <source>%1 needs a processor of level %2. Choose an instance type that has it.</source>
        <translation>%1 benötigt einen Prozessor der Stufe %2. Wählen Sie einen Instanztyp, der sie bietet.</translation>
    </message>
    <message>
        <source>/etc/resolv.conf leads to %1, but systemd-resolved does not start with the system.</source>
        <translation>/etc/resolv.conf verweist auf %1, aber systemd-resolved startet nicht mit dem System.</translation>
    </message>
    <message>
        <source>No boot entry names the image&apos;s root filesystem.</source>
        <translation>Kein Boot-Eintrag nennt das Root-Dateisystem des Images.</translation>
    </message>
    <message>
        <source>The plan has no volume for the root filesystem.</source>
        <translation>Der Plan hat kein Volume für das Root-Dateisystem.</translation>
    </message>
    <message>
        <source>The routes in %1 belong to the old network and are out of effect.</source>
        <translation>Die Routen in %1 gehören zum alten Netzwerk und sind außer Kraft gesetzt.</translation>
    </message>
    <message>
        <source>SELinux labels are restored when the image starts for the first time. That can take several minutes, and the system restarts once.</source>
        <translation>SELinux-Labels werden beim ersten Start des Images wiederhergestellt. Das kann einige Minuten dauern, und das System startet einmal neu.</translation>
    </message>
    <message>
        <source>No SSH server starts with the system.</source>
        <translation>Kein SSH-Server startet mit dem System.</translation>
    </message>
    <message>
        <source>SSH is restricted by an address in %1: “%2”. Check that it lets you in at the new address.</source>
        <translation>SSH ist in %1 durch eine Adresse eingeschränkt: „%2“. Prüfen Sie, ob Sie unter der neuen Adresse Zugang erhalten.</translation>
    </message>
    <message>
        <source>The swap area %2 is not in the image; it is no longer used.</source>
        <translation>Der Swap-Bereich %2 ist nicht im Image und wird nicht mehr verwendet.</translation>
    </message>
    <message>
        <source>The distribution “%1” is not one Edgelift was made for. What is common to all was done; test the image well.</source>
        <translation>Für die Distribution „%1“ wurde Edgelift nicht entwickelt. Alles, was für alle gilt, wurde ausgeführt; testen Sie das Image gründlich.</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but the EFI system partition has no loader for x86_64.</source>
        <translation>Das Image soll über UEFI starten, aber die EFI-Systempartition enthält keinen Bootloader für x86_64.</translation>
    </message>
    <message>
        <source>The EFI system partition could not be looked into. If it has no EFI\BOOT\BOOTX64.EFI, the image does not start.</source>
        <translation>Der Inhalt der EFI-Systempartition konnte nicht geprüft werden. Enthält sie kein EFI\BOOT\BOOTX64.EFI, startet das Image nicht.</translation>
    </message>
</context>
<context>
    <name>ErrorText</name>
    <message>
        <source>Something went wrong inside Edgelift</source>
        <translation>In Edgelift ist ein interner Fehler aufgetreten</translation>
    </message>
    <message>
        <source>An internal check failed.</source>
        <translation>Eine interne Prüfung ist fehlgeschlagen.</translation>
    </message>
    <message>
        <source>Save the diagnostics and report them with the code above.</source>
        <translation>Speichern Sie die Diagnosedaten und melden Sie sie mit dem obigen Code.</translation>
    </message>
    <message>
        <source>The command is not complete</source>
        <translation>Der Befehl ist unvollständig</translation>
    </message>
    <message>
        <source>%1</source>
        <translation>%1</translation>
    </message>
    <message>
        <source>Run the command with --help to see what it takes.</source>
        <translation>Rufen Sie den Befehl mit --help auf, um die Optionen zu sehen.</translation>
    </message>
    <message>
        <source>Not permitted</source>
        <translation>Nicht erlaubt</translation>
    </message>
    <message>
        <source>%1 needs administrator rights.</source>
        <translation>%1 benötigt Administratorrechte.</translation>
    </message>
    <message>
        <source>Run the command again as root, for example with sudo.</source>
        <translation>Führen Sie den Befehl erneut als root aus, zum Beispiel mit sudo.</translation>
    </message>
    <message>
        <source>A program is missing</source>
        <translation>Ein Programm fehlt</translation>
    </message>
    <message>
        <source>The program %1 was not found.</source>
        <translation>Das Programm %1 wurde nicht gefunden.</translation>
    </message>
    <message>
        <source>Install %1 and retry.</source>
        <translation>Installieren Sie %1 und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>A program failed</source>
        <translation>Ein Programm ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>%1 ended with an error.</source>
        <translation>%1 wurde mit einem Fehler beendet.</translation>
    </message>
    <message>
        <source>Read the log for what it printed, mend the cause and retry.</source>
        <translation>Lesen Sie die Ausgabe im Protokoll, beheben Sie die Ursache und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>A program did not finish</source>
        <translation>Ein Programm wurde nicht fertig</translation>
    </message>
    <message>
        <source>%1 took longer than it may.</source>
        <translation>%1 hat die zulässige Zeit überschritten.</translation>
    </message>
    <message>
        <source>Check that the machine is not overloaded, then retry.</source>
        <translation>Prüfen Sie, ob die Maschine überlastet ist, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>There is no space left</source>
        <translation>Kein Speicherplatz mehr frei</translation>
    </message>
    <message>
        <source>No space is left in %1.</source>
        <translation>In %1 ist kein Speicherplatz mehr frei.</translation>
    </message>
    <message>
        <source>Free some space there, then retry. What was done is kept.</source>
        <translation>Schaffen Sie dort Platz und versuchen Sie es erneut. Erledigtes bleibt erhalten.</translation>
    </message>
    <message>
        <source>A file could not be read</source>
        <translation>Eine Datei konnte nicht gelesen werden</translation>
    </message>
    <message>
        <source>%1 could not be read.</source>
        <translation>%1 konnte nicht gelesen werden.</translation>
    </message>
    <message>
        <source>Check that the file exists and may be read, then retry.</source>
        <translation>Prüfen Sie, ob die Datei vorhanden und lesbar ist, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>A file could not be written</source>
        <translation>Eine Datei konnte nicht geschrieben werden</translation>
    </message>
    <message>
        <source>%1 could not be written.</source>
        <translation>%1 konnte nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>Check the folder&apos;s rights and free space, then retry.</source>
        <translation>Prüfen Sie Rechte und freien Platz des Ordners und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The migration journal is damaged</source>
        <translation>Das Migrationsjournal ist beschädigt</translation>
    </message>
    <message>
        <source>The journal %1 cannot be trusted.</source>
        <translation>Das Journal %1 ist nicht verlässlich.</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again; nothing on the source was changed.</source>
        <translation>Brechen Sie diese Migration ab und beginnen Sie erneut; an der Quelle wurde nichts geändert.</translation>
    </message>
    <message>
        <source>Saved state is damaged</source>
        <translation>Gespeicherter Zustand beschädigt</translation>
    </message>
    <message>
        <source>%1 cannot be trusted.</source>
        <translation>%1 ist nicht verlässlich.</translation>
    </message>
    <message>
        <source>Move the file away and start again; nothing on the source was changed.</source>
        <translation>Verschieben Sie die Datei und beginnen Sie erneut; an der Quelle wurde nichts geändert.</translation>
    </message>
    <message>
        <source>The plan file cannot be read</source>
        <translation>Die Plandatei kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>%1 is not a plan file: %2.</source>
        <translation>%1 ist keine Plandatei: %2.</translation>
    </message>
    <message>
        <source>Make a new plan with “edgeliftctl plan new”, or mend the file at that place.</source>
        <translation>Erstellen Sie mit „edgeliftctl plan new“ einen neuen Plan oder korrigieren Sie die Datei an dieser Stelle.</translation>
    </message>
    <message>
        <source>The plan has an unknown setting</source>
        <translation>Der Plan enthält eine unbekannte Einstellung</translation>
    </message>
    <message>
        <source>The plan has the unknown key “%1”.</source>
        <translation>Der Plan enthält den unbekannten Schlüssel „%1“.</translation>
    </message>
    <message>
        <source>Did you mean “%2”? Correct the key or remove it.</source>
        <translation>Meinten Sie „%2“? Korrigieren oder entfernen Sie den Schlüssel.</translation>
    </message>
    <message>
        <source>The plan was made by another version</source>
        <translation>Der Plan stammt von einer anderen Version</translation>
    </message>
    <message>
        <source>The plan has version %1; this program reads version %2.</source>
        <translation>Der Plan hat Version %1; dieses Programm liest Version %2.</translation>
    </message>
    <message>
        <source>Make a new plan with this program, or use the program that made the plan.</source>
        <translation>Erstellen Sie mit diesem Programm einen neuen Plan oder nutzen Sie das Programm, von dem er stammt.</translation>
    </message>
    <message>
        <source>The plan has an impossible value</source>
        <translation>Der Plan enthält einen unmöglichen Wert</translation>
    </message>
    <message>
        <source>%1 cannot be “%2”. Allowed: %3.</source>
        <translation>%1 kann nicht „%2“ sein. Zulässig: %3.</translation>
    </message>
    <message>
        <source>Change the value in the plan and validate it again.</source>
        <translation>Ändern Sie den Wert im Plan und prüfen Sie den Plan erneut.</translation>
    </message>
    <message>
        <source>The plan breaks a rule</source>
        <translation>Der Plan verstößt gegen eine Regel</translation>
    </message>
    <message>
        <source>Change the plan as described and validate it again.</source>
        <translation>Ändern Sie den Plan wie beschrieben und prüfen Sie ihn erneut.</translation>
    </message>
    <message>
        <source>The plan belongs to another server</source>
        <translation>Der Plan gehört zu einem anderen Server</translation>
    </message>
    <message>
        <source>The plan names %1, which this source does not have.</source>
        <translation>Der Plan nennt %1, das es auf dieser Quelle nicht gibt.</translation>
    </message>
    <message>
        <source>Make a new plan for this source with “edgeliftctl plan new”.</source>
        <translation>Erstellen Sie mit „edgeliftctl plan new“ einen neuen Plan für diese Quelle.</translation>
    </message>
    <message>
        <source>This change of the disk layout is not available</source>
        <translation>Diese Änderung des Disk-Layouts ist nicht verfügbar</translation>
    </message>
    <message>
        <source>A disk of the source could not be read</source>
        <translation>Eine Disk der Quelle konnte nicht gelesen werden</translation>
    </message>
    <message>
        <source>Reading %1 failed.</source>
        <translation>Fehler beim Lesen von %1.</translation>
    </message>
    <message>
        <source>Check the disk&apos;s health and the file&apos;s rights, then retry. What was already sent is kept.</source>
        <translation>Prüfen Sie den Zustand der Disk und die Dateirechte und versuchen Sie es erneut. Bereits Gesendetes bleibt erhalten.</translation>
    </message>
    <message>
        <source>A disk of the source was not found</source>
        <translation>Eine Disk der Quelle wurde nicht gefunden</translation>
    </message>
    <message>
        <source>%1 does not exist.</source>
        <translation>%1 ist nicht vorhanden.</translation>
    </message>
    <message>
        <source>Check the path of the disk, then start again.</source>
        <translation>Prüfen Sie den Pfad der Disk und beginnen Sie erneut.</translation>
    </message>
    <message>
        <source>The disk is empty</source>
        <translation>Die Disk ist leer</translation>
    </message>
    <message>
        <source>%1 has no content.</source>
        <translation>%1 hat keinen Inhalt.</translation>
    </message>
    <message>
        <source>Choose the right disk image.</source>
        <translation>Wählen Sie das richtige Disk-Image.</translation>
    </message>
    <message>
        <source>The source changed during the migration</source>
        <translation>Die Quelle hat sich während der Migration geändert</translation>
    </message>
    <message>
        <source>%1 is no longer what it was when the migration began.</source>
        <translation>%1 ist nicht mehr in dem Zustand wie zu Beginn der Migration.</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk image, then start the migration again.</source>
        <translation>Stellen Sie sicher, dass nichts auf das Disk-Image schreibt, und starten Sie die Migration erneut.</translation>
    </message>
    <message>
        <source>The disk image is in use</source>
        <translation>Das Disk-Image wird verwendet</translation>
    </message>
    <message>
        <source>%1 is in use by another program.</source>
        <translation>%1 wird von einem anderen Programm verwendet.</translation>
    </message>
    <message>
        <source>Shut the virtual machine down or choose a copy of its disk, then retry.</source>
        <translation>Fahren Sie die virtuelle Maschine herunter oder wählen Sie eine Kopie ihrer Disk und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The format of the disk image is not supported</source>
        <translation>Das Format des Disk-Images wird nicht unterstützt</translation>
    </message>
    <message>
        <source>%1 has the format %2. Raw and qcow2 images can be read.</source>
        <translation>%1 hat das Format %2. Lesbar sind raw- und qcow2-Images.</translation>
    </message>
    <message>
        <source>Convert the image with “qemu-img convert -O qcow2” and start again.</source>
        <translation>Konvertieren Sie das Image mit „qemu-img convert -O qcow2“ und beginnen Sie erneut.</translation>
    </message>
    <message>
        <source>The partition table is damaged</source>
        <translation>Die Partitionstabelle ist beschädigt</translation>
    </message>
    <message>
        <source>The partition table of %1 cannot be used: %2.</source>
        <translation>Die Partitionstabelle von %1 ist nicht verwendbar: %2.</translation>
    </message>
    <message>
        <source>Repair the table (for example with “sgdisk --verify” or “sfdisk --verify”), then start again.</source>
        <translation>Reparieren Sie die Tabelle (etwa mit „sgdisk --verify“ oder „sfdisk --verify“) und beginnen Sie erneut.</translation>
    </message>
    <message>
        <source>The partition table refers to itself</source>
        <translation>Die Partitionstabelle verweist auf sich selbst</translation>
    </message>
    <message>
        <source>The extended partitions of %1 form a loop.</source>
        <translation>Die erweiterten Partitionen von %1 bilden eine Schleife.</translation>
    </message>
    <message>
        <source>Repair the partition table with “sfdisk”, then start again.</source>
        <translation>Reparieren Sie die Partitionstabelle mit „sfdisk“ und beginnen Sie erneut.</translation>
    </message>
    <message>
        <source>This is not a Linux server</source>
        <translation>Dies ist kein Linux-Server</translation>
    </message>
    <message>
        <source>No Linux system was found on %1.</source>
        <translation>Auf %1 wurde kein Linux-System gefunden.</translation>
    </message>
    <message>
        <source>Only Linux servers can become ENS images. Choose the disk that holds the Linux system.</source>
        <translation>Nur Linux-Server können ENS-Images werden. Wählen Sie die Disk mit dem Linux-System.</translation>
    </message>
    <message>
        <source>The processor architecture is not supported</source>
        <translation>Die Prozessorarchitektur wird nicht unterstützt</translation>
    </message>
    <message>
        <source>The system on %1 is made for %2.</source>
        <translation>Das System auf %1 ist für %2 gebaut.</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>Nur x86-64-Server können ENS-Images werden.</translation>
    </message>
    <message>
        <source>Too many data disks</source>
        <translation>Zu viele Datendisks</translation>
    </message>
    <message>
        <source>%1 data disks would be migrated, at most 4 are possible.</source>
        <translation>%1 Datendisks würden migriert, möglich sind höchstens 4.</translation>
    </message>
    <message>
        <source>Leave out disks: set all volumes of a disk to “migrate”: false in the plan.</source>
        <translation>Lassen Sie Disks aus: Setzen Sie im Plan für alle Volumes einer Disk „migrate“: false.</translation>
    </message>
    <message>
        <source>A data disk is too large</source>
        <translation>Eine Datendisk ist zu groß</translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. %1 has %2.</source>
        <translation>Ein ENS-Image erlaubt höchstens 500 GiB je Datendisk. %1 hat %2.</translation>
    </message>
    <message>
        <source>Leave the disk out, or make it smaller.</source>
        <translation>Lassen Sie die Disk aus oder verkleinern Sie sie.</translation>
    </message>
    <message>
        <source>The root filesystem was not found</source>
        <translation>Das Root-Dateisystem wurde nicht gefunden</translation>
    </message>
    <message>
        <source>No volume of %1 can be mounted as “/”.</source>
        <translation>Kein Volume von %1 kann als „/“ eingehängt werden.</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>Wählen Sie die Disk, von der der Server startet.</translation>
    </message>
    <message>
        <source>A filesystem is damaged</source>
        <translation>Ein Dateisystem ist beschädigt</translation>
    </message>
    <message>
        <source>The filesystem on %1 cannot be read: %2.</source>
        <translation>Das Dateisystem auf %1 kann nicht gelesen werden: %2.</translation>
    </message>
    <message>
        <source>Check it with the filesystem&apos;s own repair program, then start again.</source>
        <translation>Prüfen Sie es mit dem Reparaturprogramm des Dateisystems und beginnen Sie erneut.</translation>
    </message>
    <message>
        <source>A volume cannot be migrated</source>
        <translation>Ein Volume kann nicht migriert werden</translation>
    </message>
    <message>
        <source>%1 is of a kind that cannot be migrated: %2.</source>
        <translation>%1 ist von einer Art, die nicht migriert werden kann: %2.</translation>
    </message>
    <message>
        <source>Leave the volume out, or change it on the source.</source>
        <translation>Lassen Sie das Volume aus oder ändern Sie es auf der Quelle.</translation>
    </message>
    <message>
        <source>No boot loader was found</source>
        <translation>Kein Bootloader gefunden</translation>
    </message>
    <message>
        <source>%1 has no boot loader that the image could start with.</source>
        <translation>%1 hat keinen Bootloader, mit dem das Image starten könnte.</translation>
    </message>
    <message>
        <source>Install GRUB on the source&apos;s system disk, then start again.</source>
        <translation>Installieren Sie GRUB auf der Systemdisk der Quelle und beginnen Sie erneut.</translation>
    </message>
    <message>
        <source>Drivers for the cloud are missing</source>
        <translation>Treiber für die Cloud fehlen</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>Die Startdateien von Kernel %1 enthalten keine virtio-Treiber.</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>Erstellen Sie die initramfs mit virtio_blk, virtio_pci und virtio_net neu und prüfen Sie erneut.</translation>
    </message>
    <message>
        <source>The source does not read the same twice</source>
        <translation>Die Quelle liefert beim Lesen wechselnde Daten</translation>
    </message>
    <message>
        <source>%2 blocks of %1 had another content each time they were read.</source>
        <translation>%2 Blöcke von %1 hatten bei jedem Lesen einen anderen Inhalt.</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk. Then test the source server&apos;s memory (RAM) and the disk&apos;s health, and start again.</source>
        <translation>Stellen Sie sicher, dass nichts auf die Disk schreibt. Prüfen Sie dann Arbeitsspeicher (RAM) und Disk des Quellservers und beginnen Sie erneut.</translation>
    </message>
    <message>
        <source>The transit instance does not answer</source>
        <translation>Die Transitinstanz antwortet nicht</translation>
    </message>
    <message>
        <source>%1 cannot be reached on port %2.</source>
        <translation>%1 ist auf Port %2 nicht erreichbar.</translation>
    </message>
    <message>
        <source>Allow outgoing connections to ports 8080 and 8703, then retry. What was already sent is kept.</source>
        <translation>Erlauben Sie ausgehende Verbindungen zu den Ports 8080 und 8703 und versuchen Sie es erneut. Bereits Gesendetes bleibt erhalten.</translation>
    </message>
    <message>
        <source>The receiver is of another version</source>
        <translation>Der Empfänger hat eine andere Version</translation>
    </message>
    <message>
        <source>The receiver speaks protocol %1.</source>
        <translation>Der Empfänger verwendet Protokoll %1.</translation>
    </message>
    <message>
        <source>Let the migration create a new transit instance (cancel and start again), or update this program.</source>
        <translation>Lassen Sie eine neue Transitinstanz erstellen (abbrechen und erneut beginnen) oder aktualisieren Sie dieses Programm.</translation>
    </message>
    <message>
        <source>The data connection was disturbed</source>
        <translation>Die Datenverbindung wurde gestört</translation>
    </message>
    <message>
        <source>A message on the data connection could not be understood.</source>
        <translation>Eine Nachricht auf der Datenverbindung war unverständlich.</translation>
    </message>
    <message>
        <source>Retry. What was already confirmed is kept.</source>
        <translation>Versuchen Sie es erneut. Bereits Bestätigtes bleibt erhalten.</translation>
    </message>
    <message>
        <source>The other side could not prove who it is</source>
        <translation>Die Gegenseite konnte sich nicht ausweisen</translation>
    </message>
    <message>
        <source>The computer at %1 does not hold the key of this migration.</source>
        <translation>Der Computer unter %1 besitzt nicht den Schlüssel dieser Migration.</translation>
    </message>
    <message>
        <source>Check for a proxy that opens encrypted connections, then retry.</source>
        <translation>Prüfen Sie, ob ein Proxy verschlüsselte Verbindungen öffnet, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The receiver holds another state</source>
        <translation>Der Empfänger hat einen anderen Stand</translation>
    </message>
    <message>
        <source>The receiver does not know this run of the migration.</source>
        <translation>Der Empfänger kennt diesen Lauf der Migration nicht.</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again.</source>
        <translation>Brechen Sie diese Migration ab und beginnen Sie erneut.</translation>
    </message>
    <message>
        <source>Data was damaged on the way</source>
        <translation>Daten wurden unterwegs beschädigt</translation>
    </message>
    <message>
        <source>A block of %1 arrived damaged.</source>
        <translation>Ein Block von %1 kam beschädigt an.</translation>
    </message>
    <message>
        <source>Retry. The block is sent again; nothing damaged was written. If it happens again, test the source server&apos;s memory (RAM).</source>
        <translation>Versuchen Sie es erneut. Der Block wird neu gesendet; nichts Beschädigtes wurde geschrieben. Tritt es wieder auf, prüfen Sie den Arbeitsspeicher (RAM) des Quellservers.</translation>
    </message>
    <message>
        <source>A target disk was not found</source>
        <translation>Eine Zieldisk wurde nicht gefunden</translation>
    </message>
    <message>
        <source>The disk with serial %1 is not attached to the transit instance.</source>
        <translation>Die Disk mit der Seriennummer %1 ist nicht an die Transitinstanz angehängt.</translation>
    </message>
    <message>
        <source>Retry; if it stays away, cancel the migration and start again.</source>
        <translation>Versuchen Sie es erneut; fehlt sie weiterhin, brechen Sie ab und beginnen Sie von vorn.</translation>
    </message>
    <message>
        <source>A target disk is too small</source>
        <translation>Eine Zieldisk ist zu klein</translation>
    </message>
    <message>
        <source>The target disk %1 has %2, but %3 are needed.</source>
        <translation>Die Zieldisk %1 hat %2, benötigt werden %3.</translation>
    </message>
    <message>
        <source>Choose a larger disk in the plan and start again.</source>
        <translation>Wählen Sie im Plan eine größere Disk und beginnen Sie erneut.</translation>
    </message>
    <message>
        <source>Writing the target disk failed</source>
        <translation>Fehler beim Schreiben der Zieldisk</translation>
    </message>
    <message>
        <source>The target disk %1 could not be written.</source>
        <translation>Die Zieldisk %1 konnte nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, cancel the migration and start again.</source>
        <translation>Versuchen Sie es erneut. Bei erneutem Fehler brechen Sie ab und beginnen von vorn.</translation>
    </message>
    <message>
        <source>Reading the target disk back failed</source>
        <translation>Fehler beim Rücklesen der Zieldisk</translation>
    </message>
    <message>
        <source>The target disk %1 could not be read back.</source>
        <translation>Die Zieldisk %1 konnte nicht zurückgelesen werden.</translation>
    </message>
    <message>
        <source>The copy is not equal to the source</source>
        <translation>Die Kopie stimmt nicht mit der Quelle überein</translation>
    </message>
    <message>
        <source>%1 blocks of the target disk differ from what was sent, after a second copy as well.</source>
        <translation>%1 Blöcke der Zieldisk weichen vom Gesendeten ab, auch nach einer zweiten Kopie.</translation>
    </message>
    <message>
        <source>Memory (RAM) or disk of the transit instance is faulty. Cancel the migration and start it again: it gets another one.</source>
        <translation>Arbeitsspeicher (RAM) oder Disk der Transitinstanz ist fehlerhaft. Brechen Sie die Migration ab und beginnen Sie erneut: Sie erhält dann eine andere.</translation>
    </message>
    <message>
        <source>The connection to the transit instance was lost</source>
        <translation>Die Verbindung zur Transitinstanz ist abgebrochen</translation>
    </message>
    <message>
        <source>The connection to %1 was lost.</source>
        <translation>Die Verbindung zu %1 ist abgebrochen.</translation>
    </message>
    <message>
        <source>Check the network, then retry. What was already sent is kept.</source>
        <translation>Prüfen Sie das Netzwerk und versuchen Sie es erneut. Bereits Gesendetes bleibt erhalten.</translation>
    </message>
    <message>
        <source>No data passes to the transit instance</source>
        <translation>Es gelangen keine Daten zur Transitinstanz</translation>
    </message>
    <message>
        <source>No data passed to %1 for %2 seconds.</source>
        <translation>Seit %2 Sekunden gelangen keine Daten zu %1.</translation>
    </message>
    <message>
        <source>A write outside the target was refused</source>
        <translation>Ein Schreibzugriff außerhalb des Ziels wurde abgelehnt</translation>
    </message>
    <message>
        <source>The receiver refused a write outside disk %1.</source>
        <translation>Der Empfänger hat einen Schreibzugriff außerhalb von Disk %1 abgelehnt.</translation>
    </message>
    <message>
        <source>The partition table of the target could not be written</source>
        <translation>Die Partitionstabelle des Ziels konnte nicht geschrieben werden</translation>
    </message>
    <message>
        <source>The partition table of target disk %1 could not be completed.</source>
        <translation>Die Partitionstabelle der Zieldisk %1 konnte nicht fertiggestellt werden.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, save the diagnostics and report them.</source>
        <translation>Versuchen Sie es erneut. Bei erneutem Fehler speichern und melden Sie die Diagnosedaten.</translation>
    </message>
    <message>
        <source>A target disk is in use</source>
        <translation>Eine Zieldisk wird verwendet</translation>
    </message>
    <message>
        <source>The target disk %1 is in use by the transit instance itself and was not touched.</source>
        <translation>Die Zieldisk %1 wird von der Transitinstanz selbst verwendet und wurde nicht verändert.</translation>
    </message>
    <message>
        <source>Retry. If it stays in use, cancel the migration and start again.</source>
        <translation>Versuchen Sie es erneut. Bleibt sie belegt, brechen Sie ab und beginnen Sie von vorn.</translation>
    </message>
    <message>
        <source>The cloud refused a request</source>
        <translation>Die Cloud hat eine Anforderung abgelehnt</translation>
    </message>
    <message>
        <source>%1 was refused: %2.</source>
        <translation>%1 wurde abgelehnt: %2.</translation>
    </message>
    <message>
        <source>Read the cloud&apos;s reason, mend it in the console, then retry.</source>
        <translation>Beheben Sie den genannten Grund in der Konsole und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The cloud asks to slow down</source>
        <translation>Die Cloud begrenzt die Anforderungen</translation>
    </message>
    <message>
        <source>Too many %1 requests were made from this account.</source>
        <translation>Aus diesem Konto kamen zu viele %1-Anforderungen.</translation>
    </message>
    <message>
        <source>Nothing is lost. Wait a minute, then retry.</source>
        <translation>Nichts ist verloren. Warten Sie eine Minute und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The cloud&apos;s answer was not understood</source>
        <translation>Die Antwort der Cloud war unverständlich</translation>
    </message>
    <message>
        <source>The answer to %1 could not be understood.</source>
        <translation>Die Antwort auf %1 war unverständlich.</translation>
    </message>
    <message>
        <source>Retry. If it happens again, check for a proxy that changes answers.</source>
        <translation>Versuchen Sie es erneut. Prüfen Sie im Wiederholungsfall, ob ein Proxy Antworten verändert.</translation>
    </message>
    <message>
        <source>The cloud does not answer</source>
        <translation>Die Cloud antwortet nicht</translation>
    </message>
    <message>
        <source>No answer from %1.</source>
        <translation>Keine Antwort von %1.</translation>
    </message>
    <message>
        <source>Check the network or the proxy, then retry.</source>
        <translation>Prüfen Sie das Netzwerk oder den Proxy und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The AccessKey pair was refused</source>
        <translation>Das AccessKey-Paar wurde abgelehnt</translation>
    </message>
    <message>
        <source>The cloud refused the AccessKey pair: %1.</source>
        <translation>Die Cloud hat das AccessKey-Paar abgelehnt: %1.</translation>
    </message>
    <message>
        <source>Check the AccessKey ID and secret, then start again.</source>
        <translation>Prüfen Sie AccessKey-ID und -Secret und beginnen Sie erneut.</translation>
    </message>
    <message>
        <source>The temporary credentials expired</source>
        <translation>Die temporären Anmeldedaten sind abgelaufen</translation>
    </message>
    <message>
        <source>The temporary credentials for %1 are no longer valid.</source>
        <translation>Die temporären Anmeldedaten für %1 sind nicht mehr gültig.</translation>
    </message>
    <message>
        <source>Retry. New credentials are fetched by themselves.</source>
        <translation>Versuchen Sie es erneut. Neue Anmeldedaten werden automatisch abgerufen.</translation>
    </message>
    <message>
        <source>The account lacks a permission</source>
        <translation>Dem Konto fehlt eine Berechtigung</translation>
    </message>
    <message>
        <source>The account may not call %1: %2.</source>
        <translation>Das Konto darf %1 nicht aufrufen: %2.</translation>
    </message>
    <message>
        <source>Grant the permission in the RAM console, then retry.</source>
        <translation>Erteilen Sie die Berechtigung in der RAM-Konsole und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>This computer&apos;s clock is wrong</source>
        <translation>Die Uhr dieses Computers geht falsch</translation>
    </message>
    <message>
        <source>The clock differs from the cloud&apos;s by %1 seconds.</source>
        <translation>Die Uhr weicht um %1 Sekunden von der Uhr der Cloud ab.</translation>
    </message>
    <message>
        <source>The bucket does not exist</source>
        <translation>Der Bucket ist nicht vorhanden</translation>
    </message>
    <message>
        <source>There is no bucket “%1”.</source>
        <translation>Es gibt keinen Bucket „%1“.</translation>
    </message>
    <message>
        <source>Create the bucket in %2, or choose another one in the plan.</source>
        <translation>Erstellen Sie den Bucket in %2 oder wählen Sie im Plan einen anderen.</translation>
    </message>
    <message>
        <source>The bucket is in another region</source>
        <translation>Der Bucket liegt in einer anderen Region</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %2, but the temporary image is created in %3.</source>
        <translation>Bucket „%1“ liegt in %2, das temporäre Image wird aber in %3 erstellt.</translation>
    </message>
    <message>
        <source>Choose a bucket in %3.</source>
        <translation>Wählen Sie einen Bucket in %3.</translation>
    </message>
    <message>
        <source>The bucket cannot be used</source>
        <translation>Der Bucket ist nicht verwendbar</translation>
    </message>
    <message>
        <source>Bucket “%1” cannot hold the temporary image: %2.</source>
        <translation>Bucket „%1“ kann das temporäre Image nicht aufnehmen: %2.</translation>
    </message>
    <message>
        <source>Choose a bucket without server-side encryption, of the standard class.</source>
        <translation>Wählen Sie einen Bucket der Standard-Speicherklasse ohne serverseitige Verschlüsselung.</translation>
    </message>
    <message>
        <source>The image name is in use</source>
        <translation>Der Image-Name ist vergeben</translation>
    </message>
    <message>
        <source>There is already an image named “%1”.</source>
        <translation>Es gibt bereits ein Image namens „%1“.</translation>
    </message>
    <message>
        <source>Choose another name prefix in the plan.</source>
        <translation>Wählen Sie im Plan ein anderes Namenspräfix.</translation>
    </message>
    <message>
        <source>The instance type is out of stock</source>
        <translation>Der Instanztyp ist nicht vorrätig</translation>
    </message>
    <message>
        <source>Instance type “%1” is out of stock in %2.</source>
        <translation>Der Instanztyp „%1“ ist in %2 nicht vorrätig.</translation>
    </message>
    <message>
        <source>Choose another type, or leave the type empty so that one is chosen.</source>
        <translation>Wählen Sie einen anderen Typ oder lassen Sie den Typ leer, damit einer gewählt wird.</translation>
    </message>
    <message>
        <source>A quota of the account is used up</source>
        <translation>Ein Kontingent des Kontos ist ausgeschöpft</translation>
    </message>
    <message>
        <source>The quota for %1 is used up: %2.</source>
        <translation>Das Kontingent für %1 ist ausgeschöpft: %2.</translation>
    </message>
    <message>
        <source>Delete what is no longer needed or raise the quota, then retry.</source>
        <translation>Löschen Sie nicht mehr Benötigtes oder erhöhen Sie das Kontingent und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The account&apos;s balance is too low</source>
        <translation>Das Guthaben des Kontos ist zu niedrig</translation>
    </message>
    <message>
        <source>The account cannot buy the transit instance.</source>
        <translation>Das Konto kann die Transitinstanz nicht kaufen.</translation>
    </message>
    <message>
        <source>Top up the account, then retry.</source>
        <translation>Laden Sie das Konto auf und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>A role is missing in the account</source>
        <translation>Im Konto fehlt eine Rolle</translation>
    </message>
    <message>
        <source>The role %1 does not exist or may not be used.</source>
        <translation>Die Rolle %1 ist nicht vorhanden oder darf nicht verwendet werden.</translation>
    </message>
    <message>
        <source>Grant the role in the ECS console, then retry.</source>
        <translation>Erteilen Sie die Rolle in der ECS-Konsole und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>A service is not activated</source>
        <translation>Ein Dienst ist nicht aktiviert</translation>
    </message>
    <message>
        <source>%1 is not activated in this account.</source>
        <translation>%1 ist in diesem Konto nicht aktiviert.</translation>
    </message>
    <message>
        <source>Activate it in the console, then retry.</source>
        <translation>Aktivieren Sie ihn in der Konsole und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The region is not supported</source>
        <translation>Die Region wird nicht unterstützt</translation>
    </message>
    <message>
        <source>%1 is not possible in %2.</source>
        <translation>%1 ist in %2 nicht möglich.</translation>
    </message>
    <message>
        <source>Choose China (Beijing) or Singapore.</source>
        <translation>Wählen Sie China (Peking) oder Singapur.</translation>
    </message>
    <message>
        <source>The network was not found</source>
        <translation>Das Netzwerk wurde nicht gefunden</translation>
    </message>
    <message>
        <source>%1 does not exist or does not fit.</source>
        <translation>%1 ist nicht vorhanden oder passt nicht.</translation>
    </message>
    <message>
        <source>Choose another VPC and vSwitch in the plan.</source>
        <translation>Wählen Sie im Plan eine andere VPC und einen anderen vSwitch.</translation>
    </message>
    <message>
        <source>The transit instance is gone</source>
        <translation>Die Transitinstanz existiert nicht mehr</translation>
    </message>
    <message>
        <source>The transit instance %1 was released.</source>
        <translation>Die Transitinstanz %1 wurde freigegeben.</translation>
    </message>
    <message>
        <source>This migration cannot continue. Start it again from the beginning.</source>
        <translation>Diese Migration kann nicht fortgesetzt werden. Beginnen Sie von vorn.</translation>
    </message>
    <message>
        <source>The transit instance did not get ready</source>
        <translation>Die Transitinstanz wurde nicht bereit</translation>
    </message>
    <message>
        <source>The transit instance %1 did not start its receiver.</source>
        <translation>Die Transitinstanz %1 hat ihren Empfänger nicht gestartet.</translation>
    </message>
    <message>
        <source>Retry; if it fails again, cancel the migration and start again.</source>
        <translation>Versuchen Sie es erneut; bei erneutem Fehler brechen Sie ab und beginnen von vorn.</translation>
    </message>
    <message>
        <source>A snapshot failed</source>
        <translation>Ein Snapshot ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>The snapshot of disk %1 failed.</source>
        <translation>Der Snapshot der Disk %1 ist fehlgeschlagen.</translation>
    </message>
    <message>
        <source>Retry.</source>
        <translation>Versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The image could not be made</source>
        <translation>Das Image konnte nicht erstellt werden</translation>
    </message>
    <message>
        <source>Making the ECS image %1 failed: %2.</source>
        <translation>Fehler beim Erstellen des ECS-Images %1: %2.</translation>
    </message>
    <message>
        <source>Retry; if it fails again, read the cloud&apos;s reason in the log.</source>
        <translation>Versuchen Sie es erneut; bei erneutem Fehler lesen Sie den Grund der Cloud im Protokoll.</translation>
    </message>
    <message>
        <source>The image could not be exported</source>
        <translation>Das Image konnte nicht exportiert werden</translation>
    </message>
    <message>
        <source>Exporting image %1 failed: %2.</source>
        <translation>Fehler beim Exportieren des Images %1: %2.</translation>
    </message>
    <message>
        <source>Check the bucket and the role for image export, then retry.</source>
        <translation>Prüfen Sie den Bucket und die Rolle für den Image-Export und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The image could not be imported</source>
        <translation>Das Image konnte nicht importiert werden</translation>
    </message>
    <message>
        <source>Importing the ENS image %1 failed: %2.</source>
        <translation>Fehler beim Importieren des ENS-Images %1: %2.</translation>
    </message>
    <message>
        <source>Retry; the exported files are kept in the bucket until then.</source>
        <translation>Versuchen Sie es erneut; bis dahin bleiben die exportierten Dateien im Bucket.</translation>
    </message>
    <message>
        <source>The cloud took too long</source>
        <translation>Die Cloud hat zu lange gebraucht</translation>
    </message>
    <message>
        <source>%1 did not finish in time.</source>
        <translation>%1 wurde nicht rechtzeitig fertig.</translation>
    </message>
    <message>
        <source>Retry; it continues where it stopped.</source>
        <translation>Versuchen Sie es erneut; es geht an derselben Stelle weiter.</translation>
    </message>
    <message>
        <source>Something in the cloud is gone</source>
        <translation>Etwas in der Cloud existiert nicht mehr</translation>
    </message>
    <message>
        <source>%1 no longer exists.</source>
        <translation>%1 existiert nicht mehr.</translation>
    </message>
    <message>
        <source>It was probably deleted by hand. Cancel the migration and start again.</source>
        <translation>Vermutlich wurde es von Hand gelöscht. Brechen Sie die Migration ab und beginnen Sie erneut.</translation>
    </message>
    <message>
        <source>The receiver&apos;s bundle is missing</source>
        <translation>Das Paket des Empfängers fehlt</translation>
    </message>
    <message>
        <source>The file %1 was not found.</source>
        <translation>Die Datei %1 wurde nicht gefunden.</translation>
    </message>
    <message>
        <source>Reinstall Edgelift, or build the target “receiver_bundle”.</source>
        <translation>Installieren Sie Edgelift neu oder bauen Sie das Target „receiver_bundle“.</translation>
    </message>
    <message>
        <source>The activation code has a typing error</source>
        <translation>Der Aktivierungscode enthält einen Tippfehler</translation>
    </message>
    <message>
        <source>The activation code is not complete or has a wrong character: %1.</source>
        <translation>Der Aktivierungscode ist unvollständig oder enthält ein falsches Zeichen: %1.</translation>
    </message>
    <message>
        <source>Copy the whole code again from where it was made.</source>
        <translation>Kopieren Sie den ganzen Code erneut von dort, wo er erstellt wurde.</translation>
    </message>
    <message>
        <source>The activation code was rejected</source>
        <translation>Der Aktivierungscode wurde abgelehnt</translation>
    </message>
    <message>
        <source>The service does not know this activation code.</source>
        <translation>Der Dienst kennt diesen Aktivierungscode nicht.</translation>
    </message>
    <message>
        <source>Check it for missing characters, or generate a new one.</source>
        <translation>Prüfen Sie ihn auf fehlende Zeichen oder generieren Sie einen neuen.</translation>
    </message>
    <message>
        <source>The activation code expired</source>
        <translation>Der Aktivierungscode ist abgelaufen</translation>
    </message>
    <message>
        <source>The activation code expired on %1.</source>
        <translation>Der Aktivierungscode ist am %1 abgelaufen.</translation>
    </message>
    <message>
        <source>Generate a new one.</source>
        <translation>Generieren Sie einen neuen.</translation>
    </message>
    <message>
        <source>The activation code is used up</source>
        <translation>Der Aktivierungscode ist aufgebraucht</translation>
    </message>
    <message>
        <source>The activation code has already imported %1 servers, which is its limit.</source>
        <translation>Mit dem Aktivierungscode wurden bereits %1 Server importiert; das ist sein Limit.</translation>
    </message>
    <message>
        <source>The activation code was disabled</source>
        <translation>Der Aktivierungscode wurde deaktiviert</translation>
    </message>
    <message>
        <source>The activation code was switched off by its owner.</source>
        <translation>Der Aktivierungscode wurde von seinem Besitzer deaktiviert.</translation>
    </message>
    <message>
        <source>Ask for a new one.</source>
        <translation>Bitten Sie um einen neuen.</translation>
    </message>
    <message>
        <source>No activation code was given</source>
        <translation>Kein Aktivierungscode angegeben</translation>
    </message>
    <message>
        <source>Neither an activation code nor an AccessKey pair was given.</source>
        <translation>Es wurde weder ein Aktivierungscode noch ein AccessKey-Paar angegeben.</translation>
    </message>
    <message>
        <source>Give the code with --code-file or on standard input, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.</source>
        <translation>Geben Sie den Code mit --code-file oder über die Standardeingabe an oder setzen Sie ALIBABA_CLOUD_ACCESS_KEY_ID und ALIBABA_CLOUD_ACCESS_KEY_SECRET.</translation>
    </message>
    <message>
        <source>The agent does not answer</source>
        <translation>Der Agent antwortet nicht</translation>
    </message>
    <message>
        <source>No agent answers on %1.</source>
        <translation>Unter %1 antwortet kein Agent.</translation>
    </message>
    <message>
        <source>Start it with “systemctl start edgelift-agent”, or run the command as root.</source>
        <translation>Starten Sie ihn mit „systemctl start edgelift-agent“ oder führen Sie den Befehl als root aus.</translation>
    </message>
    <message>
        <source>The agent is of another version</source>
        <translation>Der Agent hat eine andere Version</translation>
    </message>
    <message>
        <source>The agent speaks version %1 of its interface, this program version %2.</source>
        <translation>Der Agent verwendet Version %1 seiner Schnittstelle, dieses Programm Version %2.</translation>
    </message>
    <message>
        <source>Install the same version of both.</source>
        <translation>Installieren Sie beide in derselben Version.</translation>
    </message>
    <message>
        <source>A migration is already running</source>
        <translation>Es läuft bereits eine Migration</translation>
    </message>
    <message>
        <source>Migration %1 is still running.</source>
        <translation>Migration %1 läuft noch.</translation>
    </message>
    <message>
        <source>Wait for its end or cancel it first.</source>
        <translation>Warten Sie ihr Ende ab oder brechen Sie sie zuerst ab.</translation>
    </message>
    <message>
        <source>The migration was not found</source>
        <translation>Die Migration wurde nicht gefunden</translation>
    </message>
    <message>
        <source>There is no migration %1.</source>
        <translation>Es gibt keine Migration %1.</translation>
    </message>
    <message>
        <source>List the migrations with “edgeliftctl status”.</source>
        <translation>Listen Sie die Migrationen mit „edgeliftctl status“ auf.</translation>
    </message>
    <message>
        <source>This is not possible now</source>
        <translation>Das ist jetzt nicht möglich</translation>
    </message>
    <message>
        <source>Migration %1 is %2.</source>
        <translation>Status der Migration %1: %2.</translation>
    </message>
    <message>
        <source>Look at its state with “edgeliftctl status”.</source>
        <translation>Prüfen Sie ihren Status mit „edgeliftctl status“.</translation>
    </message>
    <message>
        <source>A request was not understood</source>
        <translation>Eine Anforderung war unverständlich</translation>
    </message>
    <message>
        <source>Use the same version of all parts of Edgelift.</source>
        <translation>Verwenden Sie für alle Teile von Edgelift dieselbe Version.</translation>
    </message>
    <message>
        <source>Undo the changes to the disks, or leave size, place and method of each volume as they were in the new plan.</source>
        <translation>Machen Sie die Änderungen an den Disks rückgängig oder belassen Sie Größe, Ort und Methode jedes Volumes wie im neuen Plan.</translation>
    </message>
    <message>
        <source>Something wrote to the disks during the final moment</source>
        <translation>In der Schlussphase wurde auf die Disks geschrieben</translation>
    </message>
    <message>
        <source>%1 was written to while the filesystems were held still, %2 times in a row.</source>
        <translation>Auf %1 wurde geschrieben, während die Dateisysteme angehalten waren, %2-mal in Folge.</translation>
    </message>
    <message>
        <source>Find the program that writes to the disk directly or that ends the hold (backup and snapshot tools do), stop it, and retry. What was copied is kept.</source>
        <translation>Ermitteln Sie das Programm, das direkt auf die Disk schreibt oder das Anhalten aufhebt (wie Backup- und Snapshot-Werkzeuge), stoppen Sie es und versuchen Sie es erneut. Bereits Kopiertes bleibt erhalten.</translation>
    </message>
    <message>
        <source>A part of a disk is always being written</source>
        <translation>Auf einen Teil einer Disk wird ständig geschrieben</translation>
    </message>
    <message>
        <source>An area of %1 that cannot be held still was written to during each of %2 tries to copy it.</source>
        <translation>Auf einen Bereich von %1, der sich nicht anhalten lässt, wurde bei jedem von %2 Kopierversuchen geschrieben.</translation>
    </message>
    <message>
        <source>Stop what writes to it (updates of the boot partition, programs that use a raw partition) for a minute, then retry.</source>
        <translation>Stoppen Sie für eine Minute, was darauf schreibt (Aktualisierungen der Boot-Partition, Programme, die eine Partition direkt verwenden), und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Changes on the disks were not seen completely</source>
        <translation>Änderungen auf den Disks wurden nicht vollständig erfasst</translation>
    </message>
    <message>
        <source>A change of %1 was missed.</source>
        <translation>Eine Änderung von %1 wurde nicht erfasst.</translation>
    </message>
    <message>
        <source>Retry: both sides are compared then, and only what differs is sent.</source>
        <translation>Versuchen Sie es erneut: Dann werden beide Seiten verglichen und nur die Unterschiede gesendet.</translation>
    </message>
    <message>
        <source>The final moment would have been too long</source>
        <translation>Die Schlussphase wäre zu lang gewesen</translation>
    </message>
    <message>
        <source>The server had written %1 when its filesystems were held still; there is room for %2.</source>
        <translation>Der Server hatte %1 geschrieben, als seine Dateisysteme angehalten wurden; Platz ist für %2.</translation>
    </message>
    <message>
        <source>Raise the network limit, stop the services that write most, choose a quiet hour, or allow a longer hold; then retry.</source>
        <translation>Erhöhen Sie das Netzwerklimit, stoppen Sie die Dienste, die am meisten schreiben, wählen Sie eine ruhige Stunde oder erlauben Sie ein längeres Anhalten; versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>Changes cannot be tracked this way</source>
        <translation>Änderungen lassen sich auf diese Weise nicht verfolgen</translation>
    </message>
    <message>
        <source>The kernel of this server does not allow changes to be tracked with %1.</source>
        <translation>Der Kernel dieses Servers erlaubt nicht, Änderungen mit %1 zu verfolgen.</translation>
    </message>
    <message>
        <source>Nothing needs to be done: another way is used. The log has the kernel&apos;s reason.</source>
        <translation>Es ist nichts zu tun: Ein anderer Weg wird verwendet. Das Protokoll enthält den vom Kernel genannten Grund.</translation>
    </message>
    <message>
        <source>A filesystem could not be stopped</source>
        <translation>Ein Dateisystem konnte nicht angehalten werden</translation>
    </message>
    <message>
        <source>Writing to %1 could not be stopped for a moment: %2.</source>
        <translation>Das Schreiben auf %1 konnte nicht kurzzeitig angehalten werden: %2.</translation>
    </message>
    <message>
        <source>Everything goes on as before. Check the disk&apos;s health and the mount, then retry.</source>
        <translation>Alles läuft weiter wie zuvor. Prüfen Sie den Zustand der Disk und den Einhängepunkt und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Writing went on too early</source>
        <translation>Es wurde zu früh weitergeschrieben</translation>
    </message>
    <message>
        <source>The filesystems did not stand still long enough: %1.</source>
        <translation>Die Dateisysteme waren nicht lange genug angehalten: %1.</translation>
    </message>
    <message>
        <source>What was read is not used. Retry, at a time when the server is less busy.</source>
        <translation>Das Gelesene wird nicht verwendet. Versuchen Sie es erneut, wenn der Server weniger ausgelastet ist.</translation>
    </message>
    <message>
        <source>A program of yours that runs around the stop failed</source>
        <translation>Ein eigenes Programm, das vor oder nach dem Anhalten läuft, ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>%1 failed: %2.</source>
        <translation>%1 ist fehlgeschlagen: %2.</translation>
    </message>
    <message>
        <source>Mend the program in /etc/edgelift/hooks.d, or remove it, then retry.</source>
        <translation>Korrigieren Sie das Programm in /etc/edgelift/hooks.d oder entfernen Sie es und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>A device cannot be followed while the server runs</source>
        <translation>Ein Gerät lässt sich bei laufendem Server nicht verfolgen</translation>
    </message>
    <message>
        <source>%1 uses %2. What is written to it while the server runs would be lost.</source>
        <translation>%1 verwendet %2. Was bei laufendem Server darauf geschrieben wird, ginge verloren.</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>Nehmen Sie es außer Betrieb und prüfen Sie erneut, oder fahren Sie den Server herunter und migrieren Sie seine Disk-Images.</translation>
    </message>
    <message>
        <source>This part of the copy came too late</source>
        <translation>Dieser Teil der Kopie kam zu spät</translation>
    </message>
    <message>
        <source>The receiver already takes a later round of the copy.</source>
        <translation>Der Empfänger nimmt bereits einen späteren Durchgang der Kopie entgegen.</translation>
    </message>
    <message>
        <source>Retry. Make sure that only one program migrates this server.</source>
        <translation>Versuchen Sie es erneut. Stellen Sie sicher, dass nur ein Programm diesen Server migriert.</translation>
    </message>
    <message>
        <source>The copied server would not start in the cloud</source>
        <translation>Der kopierte Server würde in der Cloud nicht starten</translation>
    </message>
    <message>
        <source>Do on the source server what is said there, then migrate again. Nothing was changed on it.</source>
        <translation>Führen Sie auf dem Quellserver aus, was dort angegeben ist, und migrieren Sie erneut. An ihm wurde nichts geändert.</translation>
    </message>
    <message>
        <source>A target disk could not be set up</source>
        <translation>Eine Zieldisk konnte nicht eingerichtet werden</translation>
    </message>
    <message>
        <source>Making %1 on the target disk with %2 failed.</source>
        <translation>Fehler beim Erstellen von %1 auf der Zieldisk mit %2.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, undo the change of this volume in the plan, or report it with the diagnostics.</source>
        <translation>Versuchen Sie es erneut. Bei erneutem Fehler machen Sie die Änderung dieses Volumes im Plan rückgängig oder melden Sie den Fehler mit den Diagnosedaten.</translation>
    </message>
    <message>
        <source>The disks cannot be changed as planned because of %1.</source>
        <translation>Die Datenträger können wegen %1 nicht wie geplant geändert werden.</translation>
    </message>
    <message>
        <source>A new filesystem is full</source>
        <translation>Ein neues Dateisystem ist voll</translation>
    </message>
    <message>
        <source>The files of %1 do not fit into the size that the plan gives it.</source>
        <translation>Die Dateien von %1 passen nicht in die Größe, die der Plan vorsieht.</translation>
    </message>
    <message>
        <source>Files could not be copied</source>
        <translation>Dateien konnten nicht kopiert werden</translation>
    </message>
    <message>
        <source>Copying the files of %1 failed: %2.</source>
        <translation>Das Kopieren der Dateien von %1 ist fehlgeschlagen: %2.</translation>
    </message>
    <message>
        <source>Mend what is named, then retry. Files that were already copied are kept.</source>
        <translation>Beheben Sie, was genannt ist, und wiederholen Sie. Bereits kopierte Dateien bleiben erhalten.</translation>
    </message>
    <message>
        <source>The final moment would be too long</source>
        <translation>Die Schlussphase wäre zu lang</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks, so the %1 in use would be read while the filesystems are held still: for about %2 seconds. %3 seconds are allowed.</source>
        <translation>Der Kernel lässt nicht verfolgen, was auf die Disks geschrieben wird; daher würden die belegten %1 gelesen, während die Dateisysteme angehalten sind: etwa %2 Sekunden lang. Erlaubt sind %3 Sekunden.</translation>
    </message>
    <message>
        <source>Allow eBPF, perf events or block traces (perf_event_paranoid, lockdown, container settings), or allow a longer final moment (freezeSeconds in the plan, 60 at most), or shut the server down and migrate its disk images.</source>
        <translation>Erlauben Sie eBPF, perf-Ereignisse oder Block-Traces (perf_event_paranoid, lockdown, Container-Einstellungen), erlauben Sie eine längere Schlussphase (freezeSeconds im Plan, höchstens 60) oder fahren Sie den Server herunter und migrieren Sie seine Disk-Images.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is made out to another name.</source>
        <translation>Das Zertifikat, das %1 vorlegt, ist auf einen anderen Namen ausgestellt.</translation>
    </message>
    <message>
        <source>Check the address. If a proxy or firewall opens encrypted connections, let it pass this one untouched. Then retry.</source>
        <translation>Prüfen Sie die Adresse. Falls ein Proxy oder eine Firewall verschlüsselte Verbindungen öffnet, lassen Sie diese Verbindung dort unverändert durch. Versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is not valid today.</source>
        <translation>Das Zertifikat, das %1 vorlegt, ist heute nicht gültig.</translation>
    </message>
    <message>
        <source>Check the date of this server, then retry. If it is right, the other side needs a new certificate.</source>
        <translation>Prüfen Sie das Datum dieses Servers und versuchen Sie es erneut. Ist es richtig, braucht die Gegenseite ein neues Zertifikat.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows comes from an authority that this server does not know.</source>
        <translation>Das Zertifikat, das %1 vorlegt, stammt von einer Zertifizierungsstelle, die dieser Server nicht kennt.</translation>
    </message>
    <message>
        <source>If a proxy or firewall opens encrypted connections, let it pass this one untouched, or install its authority on this server. Then retry.</source>
        <translation>Falls ein Proxy oder eine Firewall verschlüsselte Verbindungen öffnet, lassen Sie diese Verbindung dort unverändert durch oder installieren Sie die zugehörige Zertifizierungsstelle auf diesem Server. Versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>The name service of this server does not know %1.</source>
        <translation>Der Namensdienst dieses Servers kennt %1 nicht.</translation>
    </message>
    <message>
        <source>Check the address and the name servers in /etc/resolv.conf, then retry.</source>
        <translation>Prüfen Sie die Adresse und die Nameserver in /etc/resolv.conf und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>%1 refuses connections.</source>
        <translation>%1 lehnt Verbindungen ab.</translation>
    </message>
    <message>
        <source>Check the address and its port, and that no firewall refuses this connection, then retry.</source>
        <translation>Prüfen Sie die Adresse und ihren Port sowie, dass keine Firewall diese Verbindung ablehnt, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>%1 does not answer in time.</source>
        <translation>%1 antwortet nicht rechtzeitig.</translation>
    </message>
    <message>
        <source>Let the firewall pass connections to this address, or set a proxy, then retry.</source>
        <translation>Lassen Sie in der Firewall Verbindungen zu dieser Adresse zu oder legen Sie einen Proxy fest und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The connection to %1 is cut before an answer comes.</source>
        <translation>Die Verbindung zu %1 wird getrennt, bevor eine Antwort kommt.</translation>
    </message>
    <message>
        <source>Let the firewall or proxy that cuts it pass connections to this address, then retry.</source>
        <translation>Lassen Sie in der Firewall oder im Proxy, der die Verbindung trennt, Verbindungen zu dieser Adresse zu und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>This server knows no way to %1.</source>
        <translation>Dieser Server kennt keinen Weg zu %1.</translation>
    </message>
    <message>
        <source>Check its network and its default gateway, then retry.</source>
        <translation>Prüfen Sie sein Netzwerk und sein Standardgateway und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 asks for a login.</source>
        <translation>Der Proxy auf dem Weg zu %1 verlangt eine Anmeldung.</translation>
    </message>
    <message>
        <source>Set the agent&apos;s http_proxy and https_proxy to http://name:password@proxy:port and start it again, or let the proxy pass this address without a login.</source>
        <translation>Setzen Sie http_proxy und https_proxy des Agenten auf http://name:password@proxy:port und starten Sie ihn neu, oder lassen Sie diese Adresse im Proxy ohne Anmeldung zu.</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 makes no connection to it.</source>
        <translation>Der Proxy auf dem Weg zu %1 stellt keine Verbindung dorthin her.</translation>
    </message>
    <message>
        <source>Check the proxy in the agent&apos;s http_proxy and https_proxy, and that it passes this address, then retry.</source>
        <translation>Prüfen Sie den Proxy in http_proxy und https_proxy des Agenten und ob er diese Adresse durchlässt, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>What is written to the disks cannot be followed</source>
        <translation>Was auf die Disks geschrieben wird, lässt sich nicht verfolgen</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow it: eBPF, perf events and block traces were tried.</source>
        <translation>Der Kernel lässt es nicht verfolgen: eBPF, perf-Ereignisse und Block-Traces wurden versucht.</translation>
    </message>
    <message>
        <source>Allow one of them (perf_event_paranoid, lockdown, container settings), then try again. Otherwise everything in use is compared while writing stops in the final moment, or shut the server down and migrate its disk images.</source>
        <translation>Erlauben Sie eines davon (perf_event_paranoid, lockdown, Container-Einstellungen) und versuchen Sie es erneut. Andernfalls wird alles Belegte verglichen, während das Schreiben in der Schlussphase angehalten wird; oder fahren Sie den Server herunter und migrieren Sie seine Disk-Images.</translation>
    </message>
    <message>
        <source>Print the plan of this migration with “edgeliftctl plan show --job JOB --json”, give the volume more room in it, and go on with “edgeliftctl retry JOB --plan FILE”. The copy then begins anew.</source>
        <translation>Geben Sie den Plan dieser Migration mit „edgeliftctl plan show --job JOB --json“ aus, geben Sie dem Volume darin mehr Platz und fahren Sie mit „edgeliftctl retry JOB --plan FILE“ fort. Die Kopie beginnt dann von vorn.</translation>
    </message>
    <message>
        <source>The cloud refuses every request from 15 minutes on. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”, then retry.</source>
        <translation>Ab 15 Minuten Abweichung lehnt die Cloud jede Anforderung ab. Synchronisieren Sie die Uhr, zum Beispiel mit „timedatectl set-ntp true“ oder „chronyc makestep“, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The plan differs in more than the layout</source>
        <translation>Der Plan unterscheidet sich in mehr als dem Layout</translation>
    </message>
    <message>
        <source>“%2” is not what migration %1 has begun with. It takes another layout of its disks, and nothing else.</source>
        <translation>„%2“ ist anders als beim Beginn der Migration %1. Sie nimmt ein anderes Layout ihrer Disks an, sonst nichts.</translation>
    </message>
    <message>
        <source>Take the plan that “edgeliftctl plan show --job %1 --json” prints and change only sizes and places under “disks”, or cancel the migration and start again.</source>
        <translation>Nehmen Sie den Plan, den „edgeliftctl plan show --job %1 --json“ ausgibt, und ändern Sie nur Größen und Positionen unter „disks“, oder brechen Sie die Migration ab und beginnen Sie von vorn.</translation>
    </message>
    <message>
        <source>The layout cannot be changed any more</source>
        <translation>Das Layout lässt sich nicht mehr ändern</translation>
    </message>
    <message>
        <source>The copy of migration %1 is complete, and its image is being made.</source>
        <translation>Die Kopie der Migration %1 ist vollständig, und ihr Image wird gerade erstellt.</translation>
    </message>
    <message>
        <source>Go on without another plan, or cancel the migration and start again.</source>
        <translation>Fahren Sie ohne einen anderen Plan fort, oder brechen Sie die Migration ab und beginnen Sie von vorn.</translation>
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
        <translation>Unbegrenzt</translation>
    </message>
    <message>
        <source>%1 %</source>
        <extracomment>A share of a whole; %1 is a number such as 42</extracomment>
        <translation>%1&#xa0;%</translation>
    </message>
    <message>
        <source>less than 1 min</source>
        <translation>weniger als 1 min</translation>
    </message>
    <message>
        <source>more than 2 days</source>
        <translation>mehr als 2 Tage</translation>
    </message>
    <message>
        <source>about %1 min</source>
        <extracomment>Remaining time</extracomment>
        <translation>etwa %1 min</translation>
    </message>
    <message>
        <source>about %1 h</source>
        <translation>etwa %1 h</translation>
    </message>
    <message>
        <source>about %1 h %2 min</source>
        <translation>etwa %1 h %2 min</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <extracomment>%1 is a day, %2 a time of day</extracomment>
        <translation>%1, %2</translation>
    </message>
</context>
<context>
    <name>JobLog</name>
    <message>
        <source>%1: %2</source>
        <extracomment>A line of the log: %1 what the migration does now, %2 what it said about it</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Warning: %1</source>
        <translation>Warnung: %1</translation>
    </message>
    <message>
        <source>The ENS image %1 is ready.</source>
        <translation>Das ENS-Image %1 ist fertig.</translation>
    </message>
    <message>
        <source>The migration engine does not answer. Reconnecting.</source>
        <translation>Die Migrations-Engine antwortet nicht. Verbindung wird wiederhergestellt.</translation>
    </message>
    <message>
        <source>Connected to the migration engine again.</source>
        <translation>Wieder mit der Migrations-Engine verbunden.</translation>
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
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Abgeschlossen</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
</context>
<context>
    <name>LayoutLines</name>
    <message>
        <source>%1: %2 is left out</source>
        <extracomment>%1 &quot;Data disk 1&quot;, %2 the disk&apos;s name on the source</extracomment>
        <translation>%1: %2 wird ausgelassen</translation>
    </message>
    <message>
        <source>%1: %2 → %3 (%4)</source>
        <extracomment>%1 &quot;Data disk 1&quot;, %2 the disk&apos;s name on the source, %3 its new size, %4 mount points</extracomment>
        <translation>%1: %2 → %3 (%4)</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
</context>
<context>
    <name>NumberBox</name>
    <message>
        <source>Set to the maximum, %1.</source>
        <translation>Auf das Maximum %1 gesetzt.</translation>
    </message>
    <message>
        <source>Set to the minimum, %1.</source>
        <translation>Auf das Minimum %1 gesetzt.</translation>
    </message>
</context>
<context>
    <name>Phase</name>
    <message>
        <source>Connecting</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>Checking the account</source>
        <translation>Konto prüfen</translation>
    </message>
    <message>
        <source>Making the transit instance</source>
        <translation>Transitinstanz erstellen</translation>
    </message>
    <message>
        <source>Copying the disks</source>
        <translation>Disks kopieren</translation>
    </message>
    <message>
        <source>Finishing the disks</source>
        <translation>Disks fertigstellen</translation>
    </message>
    <message>
        <source>Taking snapshots</source>
        <translation>Snapshots erstellen</translation>
    </message>
    <message>
        <source>Making the ECS image</source>
        <translation>ECS-Image erstellen</translation>
    </message>
    <message>
        <source>Exporting the image to the bucket</source>
        <translation>Image in den Bucket exportieren</translation>
    </message>
    <message>
        <source>Importing the image into ENS</source>
        <translation>Image in ENS importieren</translation>
    </message>
    <message>
        <source>Cleaning up</source>
        <translation>Bereinigen</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
</context>
<context>
    <name>PhaseStrip</name>
    <message>
        <source>Preparing</source>
        <translation>Vorbereitung</translation>
    </message>
    <message>
        <source>Transit instance</source>
        <translation>Transitinstanz</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>Synchronisierung</translation>
    </message>
    <message>
        <source>ECS image</source>
        <translation>ECS-Image</translation>
    </message>
    <message>
        <source>Upload to OSS</source>
        <translation>Upload zu OSS</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>ENS-Image</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>Bereinigung</translation>
    </message>
</context>
<context>
    <name>PlanRules</name>
    <message>
        <source>System disk</source>
        <translation>Systemdisk</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <extracomment>%1 the number of a data disk</extracomment>
        <translation>Datendisk %1</translation>
    </message>
    <message>
        <source>Not migrated.</source>
        <translation>Wird nicht migriert.</translation>
    </message>
    <message>
        <source>Copied block by block: same size and structure as on the source.</source>
        <translation>Wird Block für Block kopiert: gleiche Größe und Struktur wie auf der Quelle.</translation>
    </message>
    <message>
        <source>Copied file by file because its size changes from %1 to %2.</source>
        <extracomment>%1, %2 sizes</extracomment>
        <translation>Wird Datei für Datei kopiert, weil sich die Größe von %1 auf %2 ändert.</translation>
    </message>
    <message>
        <source>Copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>Wird Datei für Datei kopiert, weil die Größe kein Vielfaches von 4 MiB ist und LVM aktiv ist.</translation>
    </message>
    <message>
        <source>Copied file by file, as chosen.</source>
        <translation>Wird wie gewählt Datei für Datei kopiert.</translation>
    </message>
    <message>
        <source>Does not fit: %1 missing</source>
        <extracomment>while a mount target is dragged over a disk; %1 a size</extracomment>
        <translation>Passt nicht: %1 fehlen</translation>
    </message>
    <message>
        <source>Move here: %1 fits, %2 free</source>
        <extracomment>while a mount target is dragged over a disk; %1 its size, %2 what is free on the disk afterwards</extracomment>
        <translation>Hierher: %1 passt, dann %2 frei</translation>
    </message>
    <message>
        <source>%1 moved to %2.</source>
        <extracomment>%1 a mount target, %2 a disk such as “Data disk 2”</extracomment>
        <translation>%1 nach %2 verschoben.</translation>
    </message>
    <message>
        <source>%1 changed from %2 to %3.</source>
        <extracomment>%1 a mount target or disk, %2 and %3 sizes</extracomment>
        <translation>%1 von %2 auf %3 geändert.</translation>
    </message>
    <message>
        <source>%1 is copied file by file.</source>
        <extracomment>%1 a mount target</extracomment>
        <translation>%1 wird Datei für Datei kopiert.</translation>
    </message>
    <message>
        <source>%1 is migrated.</source>
        <translation>%1 wird migriert.</translation>
    </message>
    <message>
        <source>LVM is switched off on %1.</source>
        <extracomment>%1 a disk such as “Data disk 2”</extracomment>
        <translation>LVM ist für %1 ausgeschaltet.</translation>
    </message>
    <message>
        <source>Choose where to keep the ENS image: cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>Wählen Sie den Ort des ENS-Images: cn-beijing oder ap-southeast-1. „%1“ ist nicht möglich.</translation>
    </message>
    <message>
        <source>The name must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”. “%1” does not.</source>
        <translation>Der Name muss 2 bis 128 Zeichen haben, mit einem Buchstaben beginnen und darf nur Buchstaben, Ziffern, „:“, „_“ und „-“ enthalten. „%1“ passt nicht.</translation>
    </message>
    <message>
        <source>Choose a bucket. It holds the temporary image.</source>
        <translation>Wählen Sie einen Bucket. Er nimmt das temporäre Image auf.</translation>
    </message>
    <message>
        <source>Choose a VPC and a vSwitch. Private transfer needs both.</source>
        <translation>Wählen Sie VPC und vSwitch. Die private Übertragung braucht beide.</translation>
    </message>
    <message>
        <source>Enter a compression ratio from 0 to 10.</source>
        <translation>Geben Sie eine Komprimierungsrate von 0 bis 10 ein.</translation>
    </message>
    <message numerus="yes">
        <source>A job can have at most 20 tags. Remove %n tag(s).</source>
        <translation>
            <numerusform>Ein Auftrag kann höchstens 20 Tags haben. Entfernen Sie %n Tag.</numerusform>
            <numerusform>Ein Auftrag kann höchstens 20 Tags haben. Entfernen Sie %n Tags.</numerusform>
        </translation>
    </message>
    <message>
        <source>A tag key must have 1 to 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”. “%1” does not fit.</source>
        <translation>Ein Tag-Schlüssel muss 1 bis 128 Zeichen haben und darf nicht mit „aliyun“, „acs:“, „http://“ oder „https://“ beginnen. „%1“ passt nicht.</translation>
    </message>
    <message>
        <source>The licence type “Alibaba Cloud” covers only Windows Server. For %1 choose BYOL if you have a licence.</source>
        <translation>Der Lizenztyp „Alibaba Cloud“ gilt nur für Windows Server. Wählen Sie für %1 BYOL, wenn Sie eine Lizenz haben.</translation>
    </message>
    <message>
        <source>Enter a speed limit from 0 to 100,000 Mbit/s; 0 means unlimited.</source>
        <translation>Geben Sie ein Geschwindigkeitslimit von 0 bis 100.000 Mbit/s ein; 0 bedeutet unbegrenzt.</translation>
    </message>
    <message>
        <source>The description must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”.</source>
        <translation>Die Beschreibung muss 2 bis 128 Zeichen haben, mit einem Buchstaben beginnen und darf nur Buchstaben, Ziffern, „:“, „_“ und „-“ enthalten.</translation>
    </message>
    <message>
        <source>The value of tag “%1” must have at most 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”.</source>
        <translation>Der Wert des Tags „%1“ darf höchstens 128 Zeichen haben und nicht mit „aliyun“, „acs:“, „http://“ oder „https://“ beginnen.</translation>
    </message>
    <message>
        <source>“%1” cannot be the name of a bucket: those have 3 to 63 lower-case letters, digits and “-”.</source>
        <translation>„%1“ ist kein möglicher Bucket-Name: 3 bis 63 Kleinbuchstaben, Ziffern und „-“.</translation>
    </message>
    <message>
        <source>The temporary image can be made in cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>Das temporäre Image kann in cn-beijing oder ap-southeast-1 erstellt werden. „%1“ ist nicht möglich.</translation>
    </message>
    <message>
        <source>Enter a disk-read limit from 0 to 100,000 MB/s; 0 means unlimited.</source>
        <translation>Geben Sie ein Leselimit für Disks von 0 bis 100.000 MB/s ein; 0 bedeutet unbegrenzt.</translation>
    </message>
    <message>
        <source>Enter a niceness from 0 to 19; 19 gives way to everything else.</source>
        <translation>Geben Sie einen nice-Wert von 0 bis 19 ein; 19 lässt allem anderen Vorrang.</translation>
    </message>
    <message>
        <source>The time plan can have 32 windows, each with days, two different times and limits in their range. “%1” does not fit.</source>
        <translation>Der Zeitplan kann 32 Fenster haben, jedes mit Tagen, zwei verschiedenen Uhrzeiten und gültigen Limits. „%1“ passt nicht.</translation>
    </message>
    <message>
        <source>Paths must start with “/”. “%1” does not.</source>
        <translation>Pfade müssen mit „/“ beginnen. „%1“ tut das nicht.</translation>
    </message>
    <message>
        <source>Exclusions are ignored for partitions copied block by block. Switch block replication off for %1 to use them.</source>
        <translation>Ausschlüsse gelten nicht für Partitionen, die Block für Block kopiert werden. Schalten Sie dazu die Blockreplikation für %1 aus.</translation>
    </message>
    <message>
        <source>The system disk must have 20 to 2,048 GiB.</source>
        <translation>Die Systemdisk muss 20 bis 2.048 GiB haben.</translation>
    </message>
    <message>
        <source>A data disk must have 1 to 32,768 GiB.</source>
        <translation>Eine Datendisk muss 1 bis 32.768 GiB haben.</translation>
    </message>
    <message>
        <source>The system disk needs more than %2, the space in use. Enter at least %4.</source>
        <translation>Die Systemdisk braucht mehr als die belegten %2. Geben Sie mindestens %4 ein.</translation>
    </message>
    <message>
        <source>Data disk %1 needs more than %2, the space in use. Enter at least %4.</source>
        <translation>Datendisk %1 braucht mehr als die belegten %2. Geben Sie mindestens %4 ein.</translation>
    </message>
    <message>
        <source>The partitions on %1 need %2, but the disk has %3. Reduce a partition, enlarge the disk or move a mount target.</source>
        <translation>Die Partitionen auf %1 brauchen %2, die Disk hat aber %3. Verkleinern Sie eine Partition, vergrößern Sie die Disk oder verschieben Sie einen Einhängepunkt.</translation>
    </message>
    <message numerus="yes">
        <source>%n data disk(s) would be migrated, at most 4 are possible. Clear “Migrate” for the others or move their mount targets.</source>
        <translation>
            <numerusform>%n Datendisk würde migriert, höchstens 4 sind möglich. Schalten Sie „Migrieren“ bei den übrigen aus oder verschieben Sie deren Einhängepunkte.</numerusform>
            <numerusform>%n Datendisks würden migriert, höchstens 4 sind möglich. Schalten Sie „Migrieren“ bei den übrigen aus oder verschieben Sie deren Einhängepunkte.</numerusform>
        </translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. Data disk %1 has %3.</source>
        <translation>Ein ENS-Image erlaubt höchstens 500 GiB je Datendisk. Datendisk %1 hat %3.</translation>
    </message>
    <message>
        <source>%1 cannot be moved. Boot and system partitions stay on the system disk.</source>
        <translation>%1 kann nicht verschoben werden. Boot- und Systempartitionen bleiben auf der Systemdisk.</translation>
    </message>
    <message>
        <source>%1 needs more than %2, the space in use.</source>
        <translation>%1 braucht mehr als die belegten %2.</translation>
    </message>
    <message>
        <source>The server has %2 in use. An image may have at most 1 TiB after compression.</source>
        <translation>Auf dem Server sind %2 belegt. Ein Image darf nach der Komprimierung höchstens 1 TiB haben.</translation>
    </message>
    <message>
        <source>LVM cannot be used: the system disk has no boot partition.</source>
        <translation>LVM ist nicht möglich: Die Systemdisk hat keine Bootpartition.</translation>
    </message>
    <message>
        <source>LVM will have no effect: Debian with kernel %1 and XFS.</source>
        <translation>LVM bleibt wirkungslos: Debian mit Kernel %1 und XFS.</translation>
    </message>
    <message>
        <source>%1 is copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>%1 wird Datei für Datei kopiert, weil die Größe kein Vielfaches von 4 MiB ist und LVM aktiv ist.</translation>
    </message>
    <message>
        <source>Data disk %1 has no mount target to migrate and is left out.</source>
        <translation>Datendisk %1 hat keinen zu migrierenden Einhängepunkt und wird ausgelassen.</translation>
    </message>
    <message>
        <source>The size of %1 cannot be changed while it is copied block by block. Switch to file copy first.</source>
        <translation>Die Größe von %1 kann bei blockweisem Kopieren nicht geändert werden. Wechseln Sie zuerst zum dateiweisen Kopieren.</translation>
    </message>
    <message>
        <source>The first disk of a plan, and only that one, must be the system disk of this server: %1.</source>
        <translation>Die erste Disk eines Plans, und nur sie, muss die Systemdisk dieses Servers sein: %1.</translation>
    </message>
    <message>
        <source>%1 stands in the plan more than once.</source>
        <translation>%1 kommt im Plan mehrfach vor.</translation>
    </message>
    <message>
        <source>%1 cannot be left out. Boot and system partitions are always migrated.</source>
        <translation>%1 kann nicht ausgelassen werden. Boot- und Systempartitionen werden immer migriert.</translation>
    </message>
    <message>
        <source>This server has no disk or volume %1.</source>
        <translation>Dieser Server hat keine Disk und kein Volume %1.</translation>
    </message>
    <message>
        <source>Data disk %1 has %3. The cloud may round it up to 20 GiB.</source>
        <translation>Datendisk %1 hat %3. Die Cloud rundet sie eventuell auf 20 GiB auf.</translation>
    </message>
    <message>
        <source>The source disk has %3. The size was set to %2, the nearest possible value.</source>
        <translation>Die Quelldisk hat %3. Die Größe wurde auf den nächstmöglichen Wert %2 gesetzt.</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %5, but the temporary image is created in %6. Choose a bucket in %6.</source>
        <translation>Bucket „%1“ liegt in %5, das temporäre Image wird aber in %6 erstellt. Wählen Sie einen Bucket in %6.</translation>
    </message>
    <message>
        <source>vSwitch “%1” does not belong to VPC “%5”.</source>
        <translation>vSwitch „%1“ gehört nicht zur VPC „%5“.</translation>
    </message>
    <message>
        <source>Two tags have the key “%1”.</source>
        <translation>Zwei Tags haben den Schlüssel „%1“.</translation>
    </message>
    <message>
        <source>LVM cannot be used for disk %1: this server has no LVM programs. Install the package lvm2 on it, or leave LVM off.</source>
        <translation>LVM ist für Disk %1 nicht möglich: Dieser Server hat keine LVM-Programme. Installieren Sie darauf das Paket lvm2 oder lassen Sie LVM ausgeschaltet.</translation>
    </message>
</context>
<context>
    <name>Prompt</name>
    <message>
        <source>Install the snapshot driver?</source>
        <translation>Snapshot-Treiber installieren?</translation>
    </message>
    <message>
        <source>Install rsync?</source>
        <translation>rsync installieren?</translation>
    </message>
    <message>
        <source>Disable SELinux?</source>
        <translation>SELinux deaktivieren?</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>Nicht nötig: Die Disks werden nicht verwendet.</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>Ein laufender Server braucht ihn für die Blockreplikation.</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>Nicht nötig: Volumes werden Block für Block kopiert.</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>rsync kopiert Volumes Datei für Datei und ist nicht installiert.</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync ist installiert.</translation>
    </message>
    <message>
        <source>rsync is not installed, and no package manager was found that could install it.</source>
        <translation>rsync ist nicht installiert, und es wurde kein Paketmanager gefunden, der es installieren könnte.</translation>
    </message>
    <message>
        <source>Nothing to do: labels are copied with the files, so SELinux can stay as it is.</source>
        <translation>Nichts zu tun: Labels werden mit den Dateien kopiert, SELinux kann bleiben, wie es ist.</translation>
    </message>
    <message>
        <source>SELinux is in use. Labels are copied with the files, so it can stay as it is.</source>
        <translation>SELinux wird verwendet. Labels werden mit den Dateien kopiert, es kann daher bleiben, wie es ist.</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>SELinux wird nicht verwendet.</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>Ja</translation>
    </message>
    <message>
        <source>No</source>
        <translation>Nein</translation>
    </message>
    <message>
        <source>Leave it enabled (recommended)</source>
        <translation>Aktiviert lassen (empfohlen)</translation>
    </message>
    <message>
        <source>Permissive until the next start</source>
        <translation>Permissiv bis zum nächsten Start</translation>
    </message>
    <message>
        <source>Disable it</source>
        <translation>Deaktivieren</translation>
    </message>
    <message>
        <source>Needed for block replication.</source>
        <translation>Für die Blockreplikation nötig.</translation>
    </message>
    <message>
        <source>Files are copied instead.</source>
        <translation>Stattdessen werden Dateien kopiert.</translation>
    </message>
    <message>
        <source>It is installed with the package manager of this server.</source>
        <translation>Es wird mit dem Paketmanager dieses Servers installiert.</translation>
    </message>
    <message>
        <source>Volumes that are copied file by file cannot be migrated.</source>
        <translation>Volumes, die Datei für Datei kopiert werden, können nicht migriert werden.</translation>
    </message>
    <message>
        <source>Nothing changes. What the migration changes on the image is relabelled there.</source>
        <translation>Es ändert sich nichts. Was die Migration am Image ändert, wird dort neu gelabelt.</translation>
    </message>
    <message>
        <source>SELinux only logs until this server is started again; “setenforce 1” restores it at once.</source>
        <translation>SELinux protokolliert nur, bis dieser Server neu startet; „setenforce 1“ stellt es sofort wieder her.</translation>
    </message>
    <message>
        <source>SELinux is off from the next start on and only logs until then. The original of /etc/selinux/config is kept beside it as config.edgelift-orig; put it back and start the server again to restore SELinux.</source>
        <translation>SELinux ist ab dem nächsten Start aus und protokolliert bis dahin nur. Das Original von /etc/selinux/config bleibt daneben als config.edgelift-orig; stellen Sie es zurück und starten Sie den Server neu, um SELinux wiederherzustellen.</translation>
    </message>
    <message>
        <source>The snapshot driver was tested on every disk.</source>
        <translation>Der Snapshot-Treiber wurde auf jeder Disk geprüft.</translation>
    </message>
</context>
<context>
    <name>Readiness</name>
    <message>
        <source>Operating system</source>
        <translation>Betriebssystem</translation>
    </message>
    <message>
        <source>Found %1.</source>
        <translation>%1 gefunden.</translation>
    </message>
    <message>
        <source>No root filesystem of a Linux system was found on %1.</source>
        <translation>Auf %1 wurde kein Root-Dateisystem eines Linux-Systems gefunden.</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>Wählen Sie die Disk, von der der Server startet.</translation>
    </message>
    <message>
        <source>Processor architecture</source>
        <translation>Prozessorarchitektur</translation>
    </message>
    <message>
        <source>The system is made for %1.</source>
        <translation>Das System ist für %1 gebaut.</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>Nur x86-64-Server können ENS-Images werden.</translation>
    </message>
    <message>
        <source>Neither /bin/sh nor another program tells what the system is made for.</source>
        <translation>Weder /bin/sh noch ein anderes Programm zeigt, wofür das System gebaut ist.</translation>
    </message>
    <message>
        <source>Make sure that the server is an x86-64 system.</source>
        <translation>Stellen Sie sicher, dass der Server ein x86-64-System ist.</translation>
    </message>
    <message>
        <source>Boot loader</source>
        <translation>Bootloader</translation>
    </message>
    <message>
        <source>No boot loader was found on %1.</source>
        <translation>Auf %1 wurde kein Bootloader gefunden.</translation>
    </message>
    <message>
        <source>Install GRUB on the system disk, then check again.</source>
        <translation>Installieren Sie GRUB auf der Systemdisk und prüfen Sie erneut.</translation>
    </message>
    <message>
        <source>The server starts with %1, not with GRUB 2.</source>
        <translation>Der Server startet mit %1, nicht mit GRUB 2.</translation>
    </message>
    <message>
        <source>It is copied as it is. Test the image before you rely on it.</source>
        <translation>Er wird unverändert kopiert. Testen Sie das Image, bevor Sie sich darauf verlassen.</translation>
    </message>
    <message>
        <source>Firmware</source>
        <translation>Firmware</translation>
    </message>
    <message>
        <source>The server starts by %1.</source>
        <translation>Der Server startet über %1.</translation>
    </message>
    <message>
        <source>Drivers for the cloud</source>
        <translation>Treiber für die Cloud</translation>
    </message>
    <message>
        <source>Kernel %1 has virtio drivers.</source>
        <translation>Kernel %1 hat virtio-Treiber.</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>Die Startdateien von Kernel %1 enthalten keine virtio-Treiber.</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>Erstellen Sie die initramfs mit virtio_blk, virtio_pci und virtio_net neu und prüfen Sie erneut.</translation>
    </message>
    <message>
        <source>The start files of the older kernel %1 have no virtio drivers.</source>
        <translation>Die Startdateien des älteren Kernels %1 enthalten keine virtio-Treiber.</translation>
    </message>
    <message>
        <source>Remove this kernel or rebuild its initramfs, so that it is not started by mistake.</source>
        <translation>Entfernen Sie diesen Kernel oder erstellen Sie seine initramfs neu, damit er nicht versehentlich gestartet wird.</translation>
    </message>
    <message>
        <source>Network driver for the cloud</source>
        <translation>Netzwerktreiber für die Cloud</translation>
    </message>
    <message>
        <source>Kernel %1 has no virtio_net driver.</source>
        <translation>Kernel %1 hat keinen virtio_net-Treiber.</translation>
    </message>
    <message>
        <source>Install the kernel&apos;s complete modules, or the image will have no network.</source>
        <translation>Installieren Sie die vollständigen Module des Kernels, sonst hat das Image kein Netzwerk.</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>Kernel</translation>
    </message>
    <message>
        <source>No kernel was found below /boot.</source>
        <translation>Unter /boot wurde kein Kernel gefunden.</translation>
    </message>
    <message>
        <source>Make sure that the server&apos;s kernel has virtio drivers.</source>
        <translation>Stellen Sie sicher, dass der Kernel des Servers virtio-Treiber hat.</translation>
    </message>
    <message>
        <source>Mount table</source>
        <translation>Mount-Tabelle</translation>
    </message>
    <message>
        <source>Every entry of /etc/fstab names a volume by something that stays.</source>
        <translation>Jeder Eintrag in /etc/fstab benennt sein Volume dauerhaft gültig.</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2. Such names differ from machine to machine.</source>
        <translation>/etc/fstab nennt %1 für %2. Solche Namen unterscheiden sich je nach Maschine.</translation>
    </message>
    <message>
        <source>Write UUID=… instead (blkid prints it).</source>
        <translation>Schreiben Sie stattdessen UUID=… (blkid zeigt sie an).</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2, which is on none of the disks.</source>
        <translation>/etc/fstab nennt %1 für %2; es liegt auf keiner der Disks.</translation>
    </message>
    <message>
        <source>Add the missing disk, or give the entry the option “nofail”; otherwise the image stops while starting.</source>
        <translation>Fügen Sie die fehlende Disk hinzu oder geben Sie dem Eintrag die Option „nofail“; sonst bleibt das Image beim Start stehen.</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Disks</translation>
    </message>
    <message>
        <source>Number of disks within the limits: %1.</source>
        <translation>Anzahl der Disks innerhalb der Grenzen: %1.</translation>
    </message>
    <message>
        <source>There are %1 data disks, an ENS image has at most %2.</source>
        <translation>%1 Datendisks vorhanden, ein ENS-Image hat höchstens %2.</translation>
    </message>
    <message>
        <source>Leave disks out in the plan.</source>
        <translation>Lassen Sie im Plan Disks aus.</translation>
    </message>
    <message>
        <source>Data disk %1 has %2, an ENS image allows 500 GiB for each.</source>
        <translation>Datendisk %1 hat %2, ein ENS-Image erlaubt je 500 GiB.</translation>
    </message>
    <message>
        <source>Leave the disk out in the plan, or make it smaller.</source>
        <translation>Lassen Sie die Disk im Plan aus oder verkleinern Sie sie.</translation>
    </message>
    <message>
        <source>SELinux</source>
        <translation>SELinux</translation>
    </message>
    <message>
        <source>SELinux is %1. Labels are copied with the files, so it can stay as it is.</source>
        <translation>SELinux-Modus: %1. Labels werden mit den Dateien kopiert, SELinux kann daher bleiben, wie es ist.</translation>
    </message>
    <message>
        <source>Leave it enabled.</source>
        <translation>Lassen Sie SELinux aktiviert.</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>SELinux wird nicht verwendet.</translation>
    </message>
    <message>
        <source>cloud-init</source>
        <translation>cloud-init</translation>
    </message>
    <message>
        <source>cloud-init is installed.</source>
        <translation>cloud-init ist installiert.</translation>
    </message>
    <message>
        <source>cloud-init is not installed. The instance keeps the server&apos;s passwords, keys and network settings.</source>
        <translation>cloud-init ist nicht installiert. Die Instanz behält Passwörter, Schlüssel und Netzwerkeinstellungen des Servers.</translation>
    </message>
    <message>
        <source>Snapshot driver</source>
        <translation>Snapshot-Treiber</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>Nicht nötig: Die Disks werden nicht verwendet.</translation>
    </message>
    <message>
        <source>rsync</source>
        <translation>rsync</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>Nicht nötig: Volumes werden Block für Block kopiert.</translation>
    </message>
    <message>
        <source>Device that cannot be followed</source>
        <translation>Nicht verfolgbares Gerät</translation>
    </message>
    <message>
        <source>%1 uses %2, a multipath device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 verwendet %2, ein Multipath-Gerät. Was darauf geschrieben wird, lässt sich bei laufendem Server nicht verfolgen.</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>Nehmen Sie es außer Betrieb und prüfen Sie erneut, oder fahren Sie den Server herunter und migrieren Sie seine Disk-Images.</translation>
    </message>
    <message>
        <source>%1 uses %2, which the kernel drives as an NVMe multipath disk. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 verwendet %2, das der Kernel als NVMe-Multipath-Disk betreibt. Was darauf geschrieben wird, lässt sich bei laufendem Server nicht verfolgen.</translation>
    </message>
    <message>
        <source>If the disk has one path only, start the server with the kernel option nvme_core.multipath=N and check again; otherwise shut it down and migrate its disk images.</source>
        <translation>Hat die Disk nur einen Pfad, starten Sie den Server mit der Kernel-Option nvme_core.multipath=N und prüfen Sie erneut; andernfalls fahren Sie ihn herunter und migrieren Sie seine Disk-Images.</translation>
    </message>
    <message>
        <source>%1 uses a disk that is there several times: %2.</source>
        <translation>%1 verwendet eine Disk, die mehrfach vorhanden ist: %2.</translation>
    </message>
    <message>
        <source>Leave one path to the disk, then check again.</source>
        <translation>Lassen Sie nur einen Pfad zur Disk bestehen und prüfen Sie erneut.</translation>
    </message>
    <message>
        <source>%1 uses %2, a DRBD device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 verwendet %2, ein DRBD-Gerät. Was darauf geschrieben wird, lässt sich bei laufendem Server nicht verfolgen.</translation>
    </message>
    <message>
        <source>Unmount it, stop DRBD and check again, or shut the server down and migrate its disk images.</source>
        <translation>Hängen Sie es aus, stoppen Sie DRBD und prüfen Sie erneut, oder fahren Sie den Server herunter und migrieren Sie seine Disk-Images.</translation>
    </message>
    <message>
        <source>%1 uses %2, which other servers may write to as well.</source>
        <translation>%1 verwendet %2, auf das auch andere Server schreiben können.</translation>
    </message>
    <message>
        <source>Unmount it on this server, then check again. What servers share stays where it is.</source>
        <translation>Hängen Sie es auf diesem Server aus und prüfen Sie erneut. Was Server gemeinsam nutzen, bleibt an seinem Ort.</translation>
    </message>
    <message>
        <source>%1 uses %2, persistent memory. What is written to it cannot be followed.</source>
        <translation>%1 verwendet %2, persistenten Speicher. Was darauf geschrieben wird, lässt sich nicht verfolgen.</translation>
    </message>
    <message>
        <source>Move its files to a disk and unmount it, then check again.</source>
        <translation>Verschieben Sie die Dateien auf eine Disk, hängen Sie es aus und prüfen Sie erneut.</translation>
    </message>
    <message>
        <source>%1 uses %2 with DAX: programs write to it past everything that could follow them.</source>
        <translation>%1 verwendet %2 mit DAX: Programme schreiben darauf an allem vorbei, was sie verfolgen könnte.</translation>
    </message>
    <message>
        <source>Mount it without the option “dax”, then check again.</source>
        <translation>Hängen Sie es ohne die Option „dax“ ein und prüfen Sie erneut.</translation>
    </message>
    <message>
        <source>%1 uses %2, a disk in memory. Nothing of it would reach the image.</source>
        <translation>%1 verwendet %2, eine Disk im Arbeitsspeicher. Nichts davon würde in das Image gelangen.</translation>
    </message>
    <message>
        <source>%1 uses %2, a kind of device that is not known here. What is written to it cannot be followed.</source>
        <translation>%1 verwendet %2, eine hier unbekannte Art von Gerät. Was darauf geschrieben wird, lässt sich nicht verfolgen.</translation>
    </message>
    <message>
        <source>System volume</source>
        <translation>Systemvolume</translation>
    </message>
    <message>
        <source>%1 lies on %2. The image could not start from that.</source>
        <translation>%1 liegt auf %2. Das Image könnte davon nicht starten.</translation>
    </message>
    <message>
        <source>Move it to a partition or to a linear logical volume, then check again.</source>
        <translation>Verschieben Sie es auf eine Partition oder ein lineares logisches Volume und prüfen Sie erneut.</translation>
    </message>
    <message>
        <source>Storage in layers</source>
        <translation>Speicher in Schichten</translation>
    </message>
    <message>
        <source>%1 lies on %2. It is copied as it lies on the disks, with all of them or none.</source>
        <translation>%1 liegt auf %2. Es wird so kopiert, wie es auf den Disks liegt, mit allen Disks oder mit keiner.</translation>
    </message>
    <message>
        <source>Volume that cannot be held still</source>
        <translation>Nicht anhaltbares Volume</translation>
    </message>
    <message>
        <source>%1 (%2) is copied in a moment when nothing writes to it.</source>
        <translation>%1 (%2) wird in einem Moment kopiert, in dem nichts darauf schreibt.</translation>
    </message>
    <message>
        <source>Avoid changes there during the final step.</source>
        <translation>Vermeiden Sie dort Änderungen während der Schlussphase.</translation>
    </message>
    <message>
        <source>Not on this server</source>
        <translation>Nicht auf diesem Server</translation>
    </message>
    <message>
        <source>These are not on disks of this server and are not migrated: %1.</source>
        <translation>Folgendes liegt nicht auf Disks dieses Servers und wird nicht migriert: %1.</translation>
    </message>
    <message>
        <source>Make sure that the instance can reach what it needs of them.</source>
        <translation>Stellen Sie sicher, dass die Instanz erreichen kann, was sie davon benötigt.</translation>
    </message>
    <message>
        <source>Disk that cannot be understood</source>
        <translation>Nicht lesbare Disk-Struktur</translation>
    </message>
    <message>
        <source>%1 cannot be used: %2</source>
        <translation>%1 ist nicht verwendbar: %2</translation>
    </message>
    <message>
        <source>Repair it, or leave the disk out in the plan.</source>
        <translation>Reparieren Sie sie oder lassen Sie die Disk im Plan aus.</translation>
    </message>
    <message>
        <source>Identity of a disk</source>
        <translation>Identität einer Disk</translation>
    </message>
    <message>
        <source>Disk %1 has neither a serial number nor an id. It is recognized by its slot.</source>
        <translation>Disk %1 hat weder Seriennummer noch ID. Sie wird an ihrem Steckplatz erkannt.</translation>
    </message>
    <message>
        <source>Leave it in its slot until the migration is finished.</source>
        <translation>Lassen Sie sie in ihrem Steckplatz, bis die Migration abgeschlossen ist.</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Arbeitsspeicher</translation>
    </message>
    <message>
        <source>%1 are free.</source>
        <translation>%1 sind frei.</translation>
    </message>
    <message>
        <source>Only %1 are free. What changes last is kept in memory in the final step.</source>
        <translation>Nur %1 sind frei. Was sich zuletzt ändert, wird in der Schlussphase im Arbeitsspeicher gehalten.</translation>
    </message>
    <message>
        <source>Stop programs that are not needed during the migration.</source>
        <translation>Stoppen Sie Programme, die während der Migration nicht benötigt werden.</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>Ein laufender Server braucht ihn für die Blockreplikation.</translation>
    </message>
    <message>
        <source>You are asked before it is installed.</source>
        <translation>Vor der Installation werden Sie gefragt.</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync ist installiert.</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>rsync kopiert Volumes Datei für Datei und ist nicht installiert.</translation>
    </message>
    <message>
        <source>It was tested on every disk: what is written while the server runs is noticed.</source>
        <translation>Er wurde auf jeder Disk geprüft: Was bei laufendem Server geschrieben wird, wird bemerkt.</translation>
    </message>
    <message>
        <source>They are added to the copy; the server itself is not changed.</source>
        <translation>Sie werden der Kopie hinzugefügt; der Server selbst wird nicht verändert.</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Uhr</translation>
    </message>
    <message>
        <source>It agrees with the cloud&apos;s clock.</source>
        <translation>Sie stimmt mit der Uhr der Cloud überein.</translation>
    </message>
    <message>
        <source>It was not compared with the cloud&apos;s clock, because no answer told the time.</source>
        <translation>Sie wurde nicht mit der Uhr der Cloud verglichen, weil keine Antwort die Uhrzeit enthielt.</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>Adressen der Cloud</translation>
    </message>
    <message>
        <source>All of these answer: %1.</source>
        <translation>Alle diese antworten: %1.</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>no</source>
        <translation>nein</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>Das ENS-Image ist fertig.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>ENS-Image</translation>
    </message>
    <message>
        <source>Image name</source>
        <translation>Image-Name</translation>
    </message>
    <message>
        <source>Image region</source>
        <translation>Image-Region</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Konto</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>Erstellt</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Source server</source>
        <translation>Quellserver</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Source id</source>
        <translation>Quell-ID</translation>
    </message>
    <message>
        <source>Operating system</source>
        <translation>Betriebssystem</translation>
    </message>
    <message>
        <source>Boot mode</source>
        <translation>Bootmodus</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Disk</translation>
    </message>
    <message>
        <source>What happened when</source>
        <translation>Zeitlicher Ablauf</translation>
    </message>
    <message>
        <source>Phase</source>
        <translation>Phase</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Begonnen</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>Sekunden</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Sent over the network</source>
        <translation>Über das Netzwerk gesendet</translation>
    </message>
    <message>
        <source>Every block checked by its hash on arrival</source>
        <translation>Jeder Block bei Ankunft per Hash geprüft</translation>
    </message>
    <message>
        <source>Target read back and compared</source>
        <translation>Ziel zurückgelesen und verglichen</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>Resources made in the account</source>
        <translation>Im Konto erstellte Ressourcen</translation>
    </message>
    <message>
        <source>Nothing temporary is left.</source>
        <translation>Nichts Temporäres ist übrig.</translation>
    </message>
    <message>
        <source>Some resources are kept for a retry and cost money until they are removed.</source>
        <translation>Einige Ressourcen werden für einen neuen Versuch behalten und kosten Geld, bis sie entfernt werden.</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>ID</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>Erstellt</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>Entfernt</translation>
    </message>
    <message>
        <source>Price per day</source>
        <translation>Preis pro Tag</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>behalten</translation>
    </message>
    <message>
        <source>How to create an instance</source>
        <translation>So erstellen Sie eine Instanz</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Warnungen</translation>
    </message>
    <message>
        <source>Migration report</source>
        <translation>Migrationsbericht</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <extracomment>%1 is a number of milliseconds</extracomment>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>eBPF: a mark for each block in the kernel</source>
        <translation>eBPF: eine Markierung für jeden Block im Kernel</translation>
    </message>
    <message>
        <source>perf: a ring of events in the kernel</source>
        <translation>perf: ein Ereignisring im Kernel</translation>
    </message>
    <message>
        <source>a known write was marked exactly where it went</source>
        <translation>ein bekannter Schreibvorgang wurde genau an seiner Stelle markiert</translation>
    </message>
    <message>
        <source>a known write was seen</source>
        <translation>ein bekannter Schreibvorgang wurde gesehen</translation>
    </message>
    <message>
        <source>no place for a known write; the kernel&apos;s count of sectors agrees</source>
        <translation>kein Platz für einen bekannten Schreibvorgang; die Sektorzählung des Kernels stimmt überein</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>Changes were followed by</source>
        <translation>Änderungen wurden verfolgt mit</translation>
    </message>
    <message>
        <source>Trackers that could not be used</source>
        <translation>Nicht nutzbare Verfahren zur Verfolgung</translation>
    </message>
    <message>
        <source>Tracker tested on %1</source>
        <extracomment>%1 is a disk</extracomment>
        <translation>Verfolgung geprüft auf %1</translation>
    </message>
    <message>
        <source>Lost events</source>
        <translation>Verlorene Ereignisse</translation>
    </message>
    <message>
        <source>Even one missed write would have been noticed</source>
        <translation>Auch ein einziger verpasster Schreibvorgang wäre bemerkt worden</translation>
    </message>
    <message>
        <source>What proves the copy of the running server</source>
        <translation>Was die Kopie des laufenden Servers belegt</translation>
    </message>
    <message>
        <source>Rounds while the server worked</source>
        <translation>Durchgänge bei laufendem Server</translation>
    </message>
    <message>
        <source>Final moment: writing stood still for</source>
        <translation>Schlussphase: Schreiben angehalten für</translation>
    </message>
    <message>
        <source>Read meanwhile</source>
        <translation>Währenddessen gelesen</translation>
    </message>
    <message>
        <source>Final moments, with those that were repeated</source>
        <translation>Schlussphasen, einschließlich wiederholter</translation>
    </message>
    <message>
        <source>Unchanged blocks read again before it, all equal</source>
        <translation>Davor erneut gelesene unveränderte Blöcke, alle gleich</translation>
    </message>
    <message>
        <source>Blocks read back from the target&apos;s disks, all equal</source>
        <translation>Von den Zieldisks zurückgelesene Blöcke, alle gleich</translation>
    </message>
    <message>
        <source>Signed off by both ends</source>
        <translation>Von beiden Seiten bestätigt</translation>
    </message>
    <message>
        <source>round %1, check sum %2</source>
        <extracomment>%1 is a number, %2 a check sum</extracomment>
        <translation>Durchgang %1, Prüfsumme %2</translation>
    </message>
    <message>
        <source>Problems of the administrator&apos;s hooks</source>
        <translation>Probleme der Hooks des Administrators</translation>
    </message>
    <message>
        <source>Filesystem</source>
        <translation>Dateisystem</translation>
    </message>
    <message>
        <source>Time to stop it, rehearsed</source>
        <translation>Zeit zum Anhalten, geprobt</translation>
    </message>
    <message>
        <source>Time to let it go on</source>
        <translation>Zeit zum Fortsetzen</translation>
    </message>
    <message>
        <source>Not proved: that each program had stored all it knew (hooks before the final moment can see to that), and that no storage driver writes without telling the kernel&apos;s request layer.</source>
        <translation>Nicht belegt: dass jedes Programm alles gespeichert hatte, was es wusste (dafür können Hooks vor der Schlussphase sorgen), und dass kein Speichertreiber schreibt, ohne es der Anforderungsschicht des Kernels mitzuteilen.</translation>
    </message>
    <message>
        <source>The copy was changed so that it starts, and can be reached, in the cloud. Each original lies beside the new file as *.edgelift-orig.</source>
        <translation>Die Kopie wurde so geändert, dass sie in der Cloud startet und erreichbar ist. Jedes Original liegt als *.edgelift-orig neben der neuen Datei.</translation>
    </message>
    <message>
        <source>Nothing had to be changed: the server starts in the cloud as it is.</source>
        <translation>Es musste nichts geändert werden: Der Server startet unverändert in der Cloud.</translation>
    </message>
    <message>
        <source>The copy would not start in the cloud. Nothing was changed in it.</source>
        <translation>Die Kopie würde in der Cloud nicht starten. An ihr wurde nichts geändert.</translation>
    </message>
    <message>
        <source>The copy was not changed, because its filesystems could not be looked into.</source>
        <translation>Die Kopie wurde nicht geändert, da der Inhalt ihrer Dateisysteme nicht geprüft werden konnte.</translation>
    </message>
    <message>
        <source>Made ready for the cloud</source>
        <translation>Vorbereitung für die Cloud</translation>
    </message>
    <message>
        <source>Made anew: %1</source>
        <translation>Neu erstellt: %1</translation>
    </message>
    <message>
        <source>GRUB was put into the boot sector.</source>
        <translation>GRUB wurde in den Bootsektor geschrieben.</translation>
    </message>
    <message>
        <source>Moved aside: %1</source>
        <translation>Beiseitegelegt: %1</translation>
    </message>
    <message>
        <source>Changed: %1</source>
        <translation>Geändert: %1</translation>
    </message>
    <message>
        <source>Test boot</source>
        <translation>Teststart</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine. It shows a login prompt and answers on its network.</source>
        <translation>Das Image wurde in einer virtuellen Maschine gestartet. Es zeigt eine Anmeldeaufforderung und antwortet in seinem Netzwerk.</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine and did not come up completely.</source>
        <translation>Das Image wurde in einer virtuellen Maschine gestartet und ist nicht vollständig hochgefahren.</translation>
    </message>
    <message>
        <source>Reached</source>
        <translation>Erreicht</translation>
    </message>
    <message>
        <source>Login prompt</source>
        <translation>Anmeldeaufforderung</translation>
    </message>
    <message>
        <source>Address by DHCP</source>
        <translation>Adresse über DHCP</translation>
    </message>
    <message>
        <source>Answers on the network</source>
        <translation>Antwortet im Netzwerk</translation>
    </message>
    <message>
        <source>Trouble</source>
        <translation>Störung</translation>
    </message>
    <message>
        <source>Console log</source>
        <translation>Konsolenprotokoll</translation>
    </message>
    <message>
        <source>What was copied block by block is as it was at one moment, in which nothing was written: as after a power cut. Programs find everything there that was stored for good by then.</source>
        <translation>Was Block für Block kopiert wurde, ist so, wie es in einem einzigen Moment war, in dem nichts geschrieben wurde: wie nach einem Stromausfall. Programme finden darin alles, was bis dahin dauerhaft gespeichert war.</translation>
    </message>
    <message>
        <source>Files that were copied while the server worked</source>
        <translation>Dateien, die bei laufendem Server kopiert wurden</translation>
    </message>
    <message>
        <source>Each file is as it was at some time during the last pass over its volume, and not all files are of one moment. A program that was writing then may find its files out of step with each other: stop such programs before the final point, or copy their volume block by block.</source>
        <translation>Jede Datei ist so, wie sie zu irgendeinem Zeitpunkt während des letzten Durchgangs über ihr Volume war, und nicht alle Dateien stammen aus demselben Moment. Bei einem Programm, das währenddessen schrieb, passen die Dateien möglicherweise nicht zueinander: Stoppen Sie solche Programme vor dem Endstand oder kopieren Sie ihr Volume Block für Block.</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Volume</translation>
    </message>
    <message>
        <source>Last pass began</source>
        <translation>Letzter Durchgang begonnen</translation>
    </message>
    <message>
        <source>It ended</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Passes</source>
        <translation>Durchgänge</translation>
    </message>
    <message>
        <source>Files changed before the last pass</source>
        <translation>Vor dem letzten Durchgang geänderte Dateien</translation>
    </message>
    <message>
        <source>Vanished during it</source>
        <translation>Währenddessen verschwunden</translation>
    </message>
</context>
<context>
    <name>ResourceKind</name>
    <message>
        <source>image export task</source>
        <translation>Image-Exportaufgabe</translation>
    </message>
    <message>
        <source>temporary ECS image</source>
        <translation>temporäres ECS-Image</translation>
    </message>
    <message>
        <source>snapshot</source>
        <translation>Snapshot</translation>
    </message>
    <message>
        <source>transit instance</source>
        <translation>Transitinstanz</translation>
    </message>
    <message>
        <source>disk of the transit instance</source>
        <translation>Disk der Transitinstanz</translation>
    </message>
    <message>
        <source>security group</source>
        <translation>Sicherheitsgruppe</translation>
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
        <translation>Objekt im Bucket</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>ENS-Image</translation>
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
        <translation>Die Verbindung zur Transitinstanz ist unterbrochen. Das Kopieren wird automatisch fortgesetzt, sobald sie wieder besteht.</translation>
    </message>
    <message>
        <source>The address of this server is not known, so ports 8080 and 8703 of the transit instance are open to every address. Only this migration&apos;s key is accepted there.</source>
        <translation>Die Adresse dieses Servers ist nicht bekannt, daher sind die Ports 8080 und 8703 der Transitinstanz für alle Adressen offen. Nur der Schlüssel dieser Migration wird dort akzeptiert.</translation>
    </message>
    <message>
        <source>Not removed: %1 %2. %3</source>
        <translation>Nicht entfernt: %1 %2. %3</translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the source had another content when read again and were sent again. Test the source server&apos;s memory (RAM) and disk.</source>
        <translation>
            <numerusform>%n Block der Quelle hatte beim erneuten Lesen einen anderen Inhalt und wurde noch einmal gesendet. Prüfen Sie Arbeitsspeicher (RAM) und Disk des Quellservers.</numerusform>
            <numerusform>%n Blöcke der Quelle hatten beim erneuten Lesen einen anderen Inhalt und wurden noch einmal gesendet. Prüfen Sie Arbeitsspeicher (RAM) und Disk des Quellservers.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the target differed from what was sent and were sent again.</source>
        <translation>
            <numerusform>%n Block des Ziels wich vom Gesendeten ab und wurde noch einmal gesendet.</numerusform>
            <numerusform>%n Blöcke des Ziels wichen vom Gesendeten ab und wurden noch einmal gesendet.</numerusform>
        </translation>
    </message>
    <message>
        <source>The server changes %1 MB/s, and %2 MB/s can be sent: the copy does not catch up. Raise the limits, wait for a quiet hour, stop the services that write most, or allow a longer final moment.</source>
        <translation>Der Server ändert %1 MB/s, gesendet werden können %2 MB/s: Die Kopie holt nicht auf. Erhöhen Sie die Limits, warten Sie auf eine ruhige Stunde, stoppen Sie die Dienste, die am meisten schreiben, oder erlauben Sie eine längere Schlussphase.</translation>
    </message>
    <message>
        <source>The agent ended in the final moment of the copy, while writing to %1 was stopped. Writing goes on since the agent was started again; look whether the programs that write there noticed.</source>
        <translation>Der Agent endete in der Schlussphase der Kopie, während das Schreiben auf %1 angehalten war. Seit dem neuen Start des Agenten geht das Schreiben weiter; prüfen Sie, ob die Programme, die dort schreiben, etwas bemerkt haben.</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because no root filesystem of Linux was found. Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>Die Kopie wurde nicht an die Cloud angepasst, da kein Root-Dateisystem von Linux gefunden wurde. Stellen Sie sicher, dass der Server virtio-Treiber hat und seine Adresse über DHCP bezieht.</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because the transit instance could not mount %1 (%2). Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>Die Kopie wurde nicht an die Cloud angepasst, da die Transitinstanz %1 nicht einhängen konnte (%2). Stellen Sie sicher, dass der Server virtio-Treiber hat und seine Adresse über DHCP bezieht.</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks. The copy compares everything instead, and in its final moment writing stops for about %1 seconds.</source>
        <translation>Der Kernel lässt nicht verfolgen, was auf die Disks geschrieben wird. Die Kopie vergleicht stattdessen alles, und in ihrer Schlussphase wird das Schreiben etwa %1 Sekunden lang angehalten.</translation>
    </message>
    <message>
        <source>The clock of this server differs from the cloud&apos;s by %1 seconds. At 15 minutes the cloud refuses every request. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”.</source>
        <translation>Die Uhr dieses Servers weicht um %1 Sekunden von der Uhr der Cloud ab. Bei 15 Minuten lehnt die Cloud jede Anforderung ab. Synchronisieren Sie die Uhr, zum Beispiel mit „timedatectl set-ntp true“ oder „chronyc makestep“.</translation>
    </message>
    <message>
        <source>The target disks have another layout now: transit instance %1 is removed with its disks, another one is made, and the copy begins anew.</source>
        <translation>Die Zieldisks haben jetzt ein anderes Layout: Die Transitinstanz %1 wird mit ihren Disks entfernt, eine andere wird erstellt, und die Kopie beginnt von vorn.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::BootPanel</name>
    <message>
        <source>The image works: the server in it has booted, and all its files are as they were.</source>
        <translation>Das Image funktioniert: Der Server darin ist gestartet, und alle seine Dateien sind unverändert.</translation>
    </message>
    <message>
        <source>The machine is off. The image works: all files in it were as they were.</source>
        <translation>Die Maschine ist aus. Das Image funktioniert: Alle Dateien darin waren unverändert.</translation>
    </message>
    <message>
        <source>The image boots in a virtual machine on this server. The image is not changed.</source>
        <translation>Das Image startet in einer virtuellen Maschine auf diesem Server. Das Image wird nicht verändert.</translation>
    </message>
    <message>
        <source>The machine is off. It did not say what the server says when it has booted.</source>
        <translation>Die Maschine ist aus. Sie hat nicht gemeldet, was der Server nach dem Start meldet.</translation>
    </message>
    <message>
        <source>Stop the &amp;machine</source>
        <translation>Maschine sto&amp;ppen</translation>
    </message>
    <message>
        <source>Boot it &amp;here</source>
        <translation>Hier s&amp;tarten</translation>
    </message>
    <message>
        <source>Console of the image that boots here</source>
        <translation>Konsole des hier startenden Images</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ButtonRow</name>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Options</source>
        <extracomment>Opens a menu: language, size of text, low-bandwidth mode</extracomment>
        <translation>&amp;Optionen</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>Optionen</translation>
    </message>
    <message>
        <source>F10</source>
        <translation>F10</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>S&amp;chließen</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksModel</name>
    <message>
        <source>Cloud account</source>
        <translation>Cloud-Konto</translation>
    </message>
    <message>
        <source>Not looked at yet.</source>
        <translation>Noch nicht geprüft.</translation>
    </message>
    <message>
        <source>It is tested on the Connect page.</source>
        <translation>Es wird auf der Seite „Verbinden“ geprüft.</translation>
    </message>
    <message>
        <source>The account answers.</source>
        <translation>Das Konto antwortet.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What was found, and what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>OK</source>
        <extracomment>Result of a check</extracomment>
        <translation>OK</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>What was found, and what to do</source>
        <translation>Befund und Abhilfe</translation>
    </message>
    <message>
        <source>Solution</source>
        <translation>Lösung</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>Adressen der Cloud</translation>
    </message>
    <message>
        <source>They are being asked…</source>
        <translation>Sie werden abgefragt…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksPage</name>
    <message>
        <source>wait until the checks are done</source>
        <translation>das Ende der Prüfungen abwarten</translation>
    </message>
    <message>
        <source>let the server be read: choose Check again</source>
        <translation>den Server einlesen lassen: „Erneut prüfen“ wählen</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Prüfung läuft…</translation>
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
            <numerusform>%n Warnung</numerusform>
            <numerusform>%n Warnungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n Problem</numerusform>
            <numerusform>%n Probleme</numerusform>
        </translation>
    </message>
    <message>
        <source>Check &amp;again (F5)</source>
        <translation>E&amp;rneut prüfen (F5)</translation>
    </message>
    <message>
        <source>Checks of this server</source>
        <translation>Prüfungen dieses Servers</translation>
    </message>
    <message>
        <source>Is this server ready?</source>
        <translation>Ist dieser Server bereit?</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>Prüfungen</translation>
    </message>
    <message>
        <source>Only a problem stops the migration; warnings are for you to weigh.</source>
        <translation>Nur ein Problem verhindert die Migration; Warnungen wägen Sie selbst ab.</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>E&amp;rneut versuchen</translation>
    </message>
    <message>
        <source>Fix…</source>
        <translation>Beheben…</translation>
    </message>
    <message>
        <source>Fix: %1</source>
        <translation>Beheben: %1</translation>
    </message>
    <message>
        <source>Each row says what was looked at, what was found and what to do about it. Problems must be solved before the migration can start; solve them on the server, then choose Check again. Where Edgelift can do it for you, the row has a Fix button: you are told what it does before anything changes.</source>
        <translation>Jede Zeile zeigt, was geprüft und gefunden wurde und was zu tun ist. Probleme müssen vor dem Start der Migration gelöst sein; lösen Sie sie auf dem Server und wählen Sie dann „Erneut prüfen“. Wo Edgelift das für Sie tun kann, hat die Zeile eine Schaltfläche „Beheben“: Sie erfahren, was sie tut, bevor sich etwas ändert.</translation>
    </message>
    <message>
        <source>wait until the problem is solved</source>
        <translation>die Lösung des Problems abwarten</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CleanUpBox</name>
    <message>
        <source>What the migration made in the cloud is being removed. You may close this window: it goes on.</source>
        <translation>Was die Migration in der Cloud erstellt hat, wird entfernt. Sie können dieses Fenster schließen: Der Vorgang läuft weiter.</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until they are removed:</source>
        <translation>Folgendes ist noch in der Cloud vorhanden und kostet weiter, bis es entfernt wird:</translation>
    </message>
    <message>
        <source>Everything temporary was released: the transit instance, the temporary images and snapshots.</source>
        <translation>Alles Temporäre wurde freigegeben: die Transitinstanz, die temporären Images und Snapshots.</translation>
    </message>
    <message>
        <source>The last clean-up was not complete: %1 %2 [%3]</source>
        <extracomment>Why a clean-up failed: %1 to what it happened, %2 what to do, %3 a code such as EL-0212</extracomment>
        <translation>Die letzte Bereinigung war nicht vollständig: %1 %2 [%3]</translation>
    </message>
    <message>
        <source>Clean up? The job is deleted, the transit instance is released and the copied data is lost.</source>
        <translation>Bereinigen? Der Auftrag wird gelöscht, die Transitinstanz freigegeben, und die kopierten Daten gehen verloren.</translation>
    </message>
    <message>
        <source>Clean up? Everything listed here but what is kept on purpose is removed from the cloud.</source>
        <translation>Bereinigen? Alles hier Aufgeführte wird aus der Cloud entfernt, außer dem, was absichtlich behalten wird.</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>&amp;Behalten</translation>
    </message>
    <message>
        <source>Clean u&amp;p now</source>
        <translation>&amp;Jetzt bereinigen</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>Bereinigung</translation>
    </message>
    <message>
        <source>Clean &amp;up…</source>
        <translation>Bere&amp;inigen…</translation>
    </message>
    <message>
        <source>How to do it by han&amp;d</source>
        <translation>So geht es &amp;von Hand</translation>
    </message>
    <message>
        <source>Sign in to the console, choose the region, and remove what is listed here from top to bottom: release the instance, delete images, snapshots, disks and the network, and the objects in the bucket. Look for it by its id.</source>
        <translation>Melden Sie sich an der Konsole an, wählen Sie die Region und entfernen Sie das hier Aufgeführte von oben nach unten: Geben Sie die Instanz frei und löschen Sie Images, Snapshots, Disks und das Netzwerk sowie die Objekte im Bucket. Suchen Sie jeweils anhand der ID.</translation>
    </message>
    <message>
        <source>ECS console</source>
        <translation>ECS-Konsole</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CodeMaker</name>
    <message>
        <source>Generating…</source>
        <translation>Wird generiert…</translation>
    </message>
    <message>
        <source>&amp;Name of the code:</source>
        <translation>Na&amp;me des Codes:</translation>
    </message>
    <message>
        <source>Optional</source>
        <translation>Optional</translation>
    </message>
    <message>
        <source>Servers it can import (1 to %1):</source>
        <translation>Anzahl der importierbaren Server (1 bis %1):</translation>
    </message>
    <message>
        <source>Days it is valid (1 to %1):</source>
        <translation>Gültigkeit in Tagen (1 bis %1):</translation>
    </message>
    <message>
        <source>&amp;Generate</source>
        <translation>&amp;Jetzt generieren</translation>
    </message>
    <message>
        <source>Choose AccessKey pair above and enter the pair and, under Private network, the address of the service.</source>
        <translation>Wählen Sie oben „AccessKey-Paar“ und geben Sie das Paar sowie unter „Privates Netzwerk“ die Adresse des Dienstes ein.</translation>
    </message>
    <message>
        <source>The new activation code</source>
        <translation>Der neue Aktivierungscode</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>Copy the activation code</source>
        <translation>Aktivierungscode kopieren</translation>
    </message>
    <message>
        <source>&amp;Use it here</source>
        <translation>Hier n&amp;utzen</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ConnectPage</name>
    <message>
        <source>Connect this server</source>
        <translation>Diesen Server verbinden</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>Enter the activation code or an AccessKey pair.</source>
        <translation>Geben Sie den Aktivierungscode oder ein AccessKey-Paar ein.</translation>
    </message>
    <message>
        <source>An activation code is made in the SMC console and lets this server register itself without an AccessKey. It may be pasted with spaces, line breaks or the complete command around it.

An AccessKey pair belongs to a user of your account; create one in the RAM console.

Neither is saved: after the program was closed, enter it again.</source>
        <translation>Ein Aktivierungscode wird in der SMC-Konsole erstellt; damit registriert sich dieser Server ohne AccessKey. Er kann mit Leerzeichen, Zeilenumbrüchen oder dem vollständigen Befehl eingefügt werden.

Ein AccessKey-Paar gehört zu einem Benutzer Ihres Kontos; erstellen Sie es in der RAM-Konsole.

Beides wird nicht gespeichert: Geben Sie es nach dem Schließen des Programms erneut ein.</translation>
    </message>
    <message>
        <source>Connected as %1.</source>
        <translation>Verbunden als %1.</translation>
    </message>
    <message>
        <source>Contacting %1…</source>
        <translation>Verbindung zu %1…</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>E&amp;rneut versuchen</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>Verbindung &amp;testen</translation>
    </message>
    <message>
        <source>Generate a &amp;code</source>
        <translation>Co&amp;de generieren</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CredentialForm</name>
    <message>
        <source>Enter an address that begins with http:// or https://.</source>
        <translation>Geben Sie eine Adresse ein, die mit http:// oder https:// beginnt.</translation>
    </message>
    <message>
        <source>Enter both the AccessKey ID and the AccessKey secret. [E-CON-05]</source>
        <translation>Geben Sie AccessKey-ID und AccessKey-Secret ein. [E-CON-05]</translation>
    </message>
    <message>
        <source>Enter the activation code from the SMC console. [E-CON-01]</source>
        <translation>Geben Sie den Aktivierungscode aus der SMC-Konsole ein. [E-CON-01]</translation>
    </message>
    <message>
        <source>The service rejected the activation code. Check it for missing characters, or generate a new one. [E-CON-02]</source>
        <translation>Der Dienst hat den Aktivierungscode abgelehnt. Prüfen Sie ihn auf fehlende Zeichen oder generieren Sie einen neuen. [E-CON-02]</translation>
    </message>
    <message>
        <source>The activation code expired on %1. Generate a new one. [E-CON-03]</source>
        <translation>Der Aktivierungscode ist am %1 abgelaufen. Generieren Sie einen neuen. [E-CON-03]</translation>
    </message>
    <message numerus="yes">
        <source>The activation code has already imported %n server(s), which is its limit. Generate a new one. [E-CON-04]</source>
        <translation>
            <numerusform>Mit dem Aktivierungscode wurde bereits %n Server importiert; das ist sein Limit. Generieren Sie einen neuen. [E-CON-04]</numerusform>
            <numerusform>Mit dem Aktivierungscode wurden bereits %n Server importiert; das ist sein Limit. Generieren Sie einen neuen. [E-CON-04]</numerusform>
        </translation>
    </message>
    <message>
        <source>The AccessKey pair was refused: %1. Check the pair and its permissions. [E-CON-06]</source>
        <translation>Das AccessKey-Paar wurde abgelehnt: %1. Prüfen Sie das Paar und seine Berechtigungen. [E-CON-06]</translation>
    </message>
    <message>
        <source>enter the activation code</source>
        <translation>den Aktivierungscode eingeben</translation>
    </message>
    <message>
        <source>enter the AccessKey ID and the AccessKey secret</source>
        <translation>AccessKey-ID und AccessKey-Secret eingeben</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>das Markierte korrigieren</translation>
    </message>
    <message>
        <source>complete the activation code</source>
        <translation>den Aktivierungscode vervollständigen</translation>
    </message>
    <message>
        <source>Acti&amp;vation code (recommended)</source>
        <translation>Akti&amp;vierungscode (empfohlen)</translation>
    </message>
    <message>
        <source>Access&amp;Key pair</source>
        <translation>AccessKey-&amp;Paar</translation>
    </message>
    <message>
        <source>Activation &amp;code:</source>
        <translation>&amp;Aktivierungscode:</translation>
    </message>
    <message>
        <source>AccessKey &amp;ID:</source>
        <translation>AccessKey-&amp;ID:</translation>
    </message>
    <message>
        <source>AccessKey &amp;secret:</source>
        <translation>AccessKey-&amp;Secret:</translation>
    </message>
    <message>
        <source>&amp;Endpoint:</source>
        <translation>&amp;Endpunkt:</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>Anzei&amp;gen</translation>
    </message>
    <message>
        <source>Show the activation code</source>
        <translation>Aktivierungscode anzeigen</translation>
    </message>
    <message>
        <source>Show the AccessKey secret</source>
        <translation>AccessKey-Secret anzeigen</translation>
    </message>
    <message>
        <source>&amp;Private network</source>
        <translation>Privates &amp;Netzwerk</translation>
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
        <translation>Befehl: %1</translation>
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
        <translation>Der Empfänger wurde beendet. Er startet automatisch neu.</translation>
    </message>
    <message>
        <source>No receiver runs now. It runs while data is transferred.</source>
        <translation>Derzeit läuft kein Empfänger. Er läuft, während Daten übertragen werden.</translation>
    </message>
    <message>
        <source>Every instance type is sold out.</source>
        <translation>Alle Instanztypen sind ausverkauft.</translation>
    </message>
    <message>
        <source>Instance types are in stock again.</source>
        <translation>Instanztypen sind wieder vorrätig.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>An error: %1 what happened, %2 what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>The network is back.</source>
        <translation>Das Netzwerk ist wieder da.</translation>
    </message>
    <message numerus="yes">
        <source>The network is down for %n s more.</source>
        <translation>
            <numerusform>Das Netzwerk ist noch %n s unterbrochen.</numerusform>
            <numerusform>Das Netzwerk ist noch %n s unterbrochen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Restock the instance types</source>
        <translation>Instanztypen wieder auffüllen</translation>
    </message>
    <message>
        <source>Sell out the instance types</source>
        <translation>Instanztypen ausverkaufen</translation>
    </message>
    <message>
        <source>Demonstration – no data leaves this server</source>
        <translation>Demonstration – keine Daten verlassen diesen Server</translation>
    </message>
    <message>
        <source>Link speed:</source>
        <translation>Verbindungsgeschwindigkeit:</translation>
    </message>
    <message>
        <source>Speed of the simulated link</source>
        <translation>Geschwindigkeit der simulierten Verbindung</translation>
    </message>
    <message>
        <source>Make it fail</source>
        <translation>Fehler auslösen</translation>
    </message>
    <message numerus="yes">
        <source>Drop the network for %n s</source>
        <translation>
            <numerusform>Netzwerk für %n s unterbrechen</numerusform>
            <numerusform>Netzwerk für %n s unterbrechen</numerusform>
        </translation>
    </message>
    <message>
        <source>Kill the receiver</source>
        <translation>Empfänger beenden</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DemoWorld</name>
    <message>
        <source>Building the sample server…</source>
        <translation>Beispielserver wird erstellt…</translation>
    </message>
    <message>
        <source>Starting a simulated cloud…</source>
        <translation>Simulierte Cloud wird gestartet…</translation>
    </message>
    <message>
        <source>Starting the agent…</source>
        <translation>Agent wird gestartet…</translation>
    </message>
    <message>
        <source>Creating an activation code…</source>
        <translation>Aktivierungscode wird erstellt…</translation>
    </message>
    <message>
        <source>The demonstration is ready. The activation code is in its field already.</source>
        <translation>Die Demonstration ist bereit. Der Aktivierungscode steht bereits in seinem Feld.</translation>
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
        <translation>Diagnosedaten speichern</translation>
    </message>
    <message>
        <source>ZIP archives (*.zip)</source>
        <translation>ZIP-Archive (*.zip)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>Gespeichert als %1.</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 the name of a file, %2 its size</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>These files will be saved, without secrets:
%1</source>
        <translation>Diese Dateien werden ohne Geheimnisse gespeichert:
%1</translation>
    </message>
    <message>
        <source>Save these files…</source>
        <translation>Diese Dateien speichern…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskBar</name>
    <message>
        <source>Drop mount targets here</source>
        <translation>Einhängepunkte hier ablegen</translation>
    </message>
    <message>
        <source>+%1 too much</source>
        <extracomment>on a disk that is too small; %1 a size</extracomment>
        <translation>+%1 zu viel</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskRows</name>
    <message>
        <source>System disk %1</source>
        <extracomment>%1: the name of a disk such as /dev/vda</extracomment>
        <translation>Systemdisk %1</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <translation>Datendisk %1</translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation>Fortschritt von %1</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of a disk: amount that is copied, amount in all</extracomment>
        <translation>%1 von %2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksBars</name>
    <message>
        <source>%1 used</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation>%1 belegt</translation>
    </message>
    <message>
        <source>Source disk %1, %2</source>
        <extracomment>%1 a disk of the server, %2 its size, for screen readers</extracomment>
        <translation>Quelldisk %1, %2</translation>
    </message>
    <message>
        <source>Source</source>
        <extracomment>heading: the disks of the server</extracomment>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>Destination</source>
        <extracomment>heading: the disks of the image</extracomment>
        <translation>Ziel</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksButtons</name>
    <message numerus="yes">
        <source>%n problem(s) to solve</source>
        <translation>
            <numerusform>%n Problem zu lösen</numerusform>
            <numerusform>%n Probleme zu lösen</numerusform>
        </translation>
    </message>
    <message>
        <source>Fits: yes</source>
        <translation>Passt: ja</translation>
    </message>
    <message>
        <source>&amp;Automatic layout</source>
        <translation>&amp;Automatisches Layout</translation>
    </message>
    <message>
        <source>Ad&amp;just</source>
        <translation>A&amp;npassen</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>Red&amp;o</source>
        <translation>Wiederh&amp;olen</translation>
    </message>
    <message>
        <source>Reset to au&amp;tomatic</source>
        <translation>Au&amp;f automatisch zurücksetzen</translation>
    </message>
    <message>
        <source>&amp;Fix automatically</source>
        <translation>Automatisch &amp;beheben</translation>
    </message>
    <message>
        <source>&amp;Rescan</source>
        <translation>Neu &amp;einlesen</translation>
    </message>
    <message>
        <source>Ctrl+Z</source>
        <translation>Strg+Z</translation>
    </message>
    <message>
        <source>Ctrl+Shift+Z</source>
        <translation>Strg+Umschalt+Z</translation>
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
        <translation>„%1“ ist keine Größe. Geben Sie eine Zahl ein, allein für GiB oder mit Einheit, etwa 20 oder 512 MiB.</translation>
    </message>
    <message>
        <source>%1 picked up. Use Up and Down to choose a disk, Enter to drop, Esc to cancel.</source>
        <translation>%1 aufgenommen. Disk mit Auf/Ab wählen, Eingabe legt ab, Esc bricht ab.</translation>
    </message>
    <message>
        <source>No disks found.</source>
        <translation>Keine Disks gefunden.</translation>
    </message>
    <message>
        <source>Reading disks…</source>
        <translation>Disks werden gelesen…</translation>
    </message>
    <message>
        <source>let Edgelift read the disks of this server</source>
        <translation>Edgelift die Disks dieses Servers lesen lassen</translation>
    </message>
    <message numerus="yes">
        <source>solve %n problem(s) of the layout</source>
        <translation>
            <numerusform>%n Problem des Layouts lösen</numerusform>
            <numerusform>%n Probleme des Layouts lösen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 a disk, %2 whether what is picked up could be dropped there
----------
%1 a mount target or disk, %2 what is to be said about it</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Drag a mount target by its handle to another disk, or press Ctrl+X on it. F2 changes a size, Space clears Migrate.</source>
        <translation>Ziehen Sie einen Einhängepunkt am Griff auf eine andere Disk oder drücken Sie darauf Strg+X. F2 ändert die Größe, die Leertaste wählt „Migrieren“ ab.</translation>
    </message>
    <message>
        <source>What is left needs your decision: see the list below the table.</source>
        <translation>Der Rest erfordert Ihre Entscheidung: siehe Liste unter der Tabelle.</translation>
    </message>
    <message>
        <source>&amp;Show the layout</source>
        <translation>&amp;Layout anzeigen</translation>
    </message>
    <message>
        <source>Mount targets</source>
        <translation>Einhängepunkte</translation>
    </message>
    <message>
        <source>The automatic layout makes the disks of the image like those of this server. Choose “Adjust” to change sizes, to move mount targets to other disks, to leave some out or to use LVM.

With the keyboard: Ctrl+X picks up a mount target, Up and Down choose a disk, Enter drops it, Esc cancels. Alt+1 to Alt+5 move it to a disk at once, Alt+Up and Alt+Down change the order. F2 changes a size, Space sets or clears Migrate, L sets or clears LVM on the row of a disk. Shift+F10 opens a menu with all of this. Ctrl+Z undoes.</source>
        <translation>Das automatische Layout macht die Disks des Images wie die dieses Servers. Wählen Sie „Anpassen“, um Größen zu ändern, Einhängepunkte auf andere Disks zu verschieben, einige auszulassen oder LVM zu verwenden.

Mit der Tastatur: Strg+X nimmt einen Einhängepunkt auf, Auf und Ab wählen eine Disk, Eingabe legt ihn ab, Esc bricht ab. Alt+1 bis Alt+5 verschieben ihn sofort auf eine Disk, Alt+Auf und Alt+Ab ändern die Reihenfolge. F2 ändert eine Größe, die Leertaste schaltet „Migrieren“ um, L schaltet in der Zeile einer Disk LVM um. Umschalt+F10 öffnet ein Menü mit all dem. Strg+Z macht rückgängig.</translation>
    </message>
    <message>
        <source>Disks and mount targets</source>
        <translation>Disks und Einhängepunkte</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Disks</translation>
    </message>
    <message>
        <source>Choose what the disks of the image look like and what is migrated to them.</source>
        <translation>Wählen Sie, wie die Disks des Images aussehen und was auf sie migriert wird.</translation>
    </message>
    <message>
        <source>Choose Adjust to change this layout.</source>
        <translation>Wählen Sie „Anpassen“, um dieses Layout zu ändern.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksTable</name>
    <message>
        <source>In use: %1; at least %2.</source>
        <extracomment>of a disk or mount target; %1 the space in use, %2 the smallest possible size</extracomment>
        <translation>Belegt: %1; mindestens %2.</translation>
    </message>
    <message>
        <source>LVM: %1.</source>
        <extracomment>%1 the name of a volume group or logical volume</extracomment>
        <translation>LVM: %1.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ErrorPanel</name>
    <message>
        <source>The migration stopped: %1 [%2]</source>
        <extracomment>%1: what happened, %2: a code such as EL-0212</extracomment>
        <translation>Die Migration ist stehen geblieben: %1 [%2]</translation>
    </message>
    <message>
        <source>E&amp;vidence</source>
        <translation>&amp;Fehlerdaten</translation>
    </message>
    <message>
        <source>Code: %1
Phase: %2
Time: %3
Detail: %4</source>
        <translation>Code: %1
Phase: %2
Zeit: %3
Detail: %4</translation>
    </message>
    <message>
        <source>Re&amp;try</source>
        <translation>&amp;Erneut versuchen</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>Kopie&amp;ren</translation>
    </message>
    <message>
        <source>Save dia&amp;gnostics…</source>
        <translation>Diagn&amp;osedaten speichern…</translation>
    </message>
    <message>
        <source>Cancel job and clean &amp;up…</source>
        <translation>Abbrechen &amp;und bereinigen…</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until you retry or clean up:</source>
        <translation>Folgendes ist noch in der Cloud vorhanden und kostet weiter, bis Sie es erneut versuchen oder bereinigen:</translation>
    </message>
    <message>
        <source>You retried at %1: it came to the same error again.</source>
        <translation>Sie haben es um %1 erneut versucht: Derselbe Fehler ist wieder aufgetreten.</translation>
    </message>
    <message>
        <source>You retried at %1: it came to another error.</source>
        <translation>Sie haben es um %1 erneut versucht: Ein anderer Fehler ist aufgetreten.</translation>
    </message>
    <message>
        <source>Start again &amp;with the same settings</source>
        <translation>&amp;Mit denselben Einstellungen neu beginnen</translation>
    </message>
    <message>
        <source>Copy what is said about this error</source>
        <translation>Angaben zu diesem Fehler kopieren</translation>
    </message>
    <message>
        <source>Troubleshoot errors</source>
        <translation>Fehlerbehebung</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ExcludesForm</name>
    <message>
        <source>Path to &amp;leave out:</source>
        <translation>Auszu&amp;lassender Pfad:</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>Hinz&amp;ufügen</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Entfernen</translation>
    </message>
    <message>
        <source>Paths that are left out</source>
        <translation>Ausgelassene Pfade</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FactGrid</name>
    <message>
        <source>%1: %2</source>
        <extracomment>One line of a list of facts: name and value</extracomment>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FinishPage</name>
    <message>
        <source>Finish</source>
        <translation>Abschluss</translation>
    </message>
    <message>
        <source>Finish and clean-up</source>
        <translation>Abschluss und Bereinigung</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>Das ENS-Image ist fertig.</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>Bereinigung läuft…</translation>
    </message>
    <message>
        <source>Not everything was released</source>
        <translation>Nicht alles wurde freigegeben</translation>
    </message>
    <message>
        <source>The migration was cancelled. There is no image.</source>
        <translation>Die Migration wurde abgebrochen. Es gibt kein Image.</translation>
    </message>
    <message>
        <source>Folder of the image: %1</source>
        <translation>Ordner des Images: %1</translation>
    </message>
    <message>
        <source>Save report</source>
        <translation>Bericht speichern</translation>
    </message>
    <message>
        <source>Show in &amp;file manager</source>
        <translation>Im Datei&amp;manager anzeigen</translation>
    </message>
    <message>
        <source>&amp;Save report…</source>
        <translation>Bericht &amp;speichern…</translation>
    </message>
    <message>
        <source>Save settings</source>
        <translation>Einstellungen speichern</translation>
    </message>
    <message>
        <source>Plan files (*.json)</source>
        <translation>Plandateien (*.json)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <extracomment>%1 is the path of a file</extracomment>
        <translation>Gespeichert als %1.</translation>
    </message>
    <message>
        <source>No file manager could be opened. The image is in the folder %1.</source>
        <translation>Es konnte kein Dateimanager geöffnet werden. Das Image liegt im Ordner %1.</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Image</translation>
    </message>
    <message>
        <source>Image ID</source>
        <translation>Image-ID</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Gesendet</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Next steps</source>
        <translation>Nächste Schritte</translation>
    </message>
    <message>
        <source>Or by this command, with your own values for TYPE, REGION and MBIT:</source>
        <extracomment>The capitals are in the command and stay as they are</extracomment>
        <translation>Oder mit diesem Befehl, mit eigenen Werten für TYPE, REGION und MBIT:</translation>
    </message>
    <message>
        <source>1. Open the ENS console and create an instance from this image.
2. Check application licences: the hardware changed.
3. Compare the new instance with this server before switching over.</source>
        <translation>1. Öffnen Sie die ENS-Konsole und erstellen Sie eine Instanz aus diesem Image.
2. Prüfen Sie Anwendungslizenzen: Die Hardware hat sich geändert.
3. Vergleichen Sie vor dem Umschalten die neue Instanz mit diesem Server.</translation>
    </message>
    <message>
        <source>ENS console</source>
        <translation>ENS-Konsole</translation>
    </message>
    <message>
        <source>Copy co&amp;mmand</source>
        <translation>Befehl &amp;kopieren</translation>
    </message>
    <message>
        <source>Save these settin&amp;gs…</source>
        <translation>Diese &amp;Einstellungen speichern…</translation>
    </message>
    <message>
        <source>To migrate another server with the same settings</source>
        <translation>So migrieren Sie einen weiteren Server mit denselben Einstellungen</translation>
    </message>
    <message>
        <source>The image is in your account; an ENS instance is created from it in the ENS console or with the command shown here. What the migration made on the way is removed; if something is left, it is listed with what it costs and can be cleaned up here. The report says what was done, when and with which settings; it holds no passwords and no keys.</source>
        <translation>Das Image liegt in Ihrem Konto; daraus wird in der ENS-Konsole oder mit dem hier gezeigten Befehl eine ENS-Instanz erstellt. Was die Migration unterwegs angelegt hat, ist entfernt; bleibt etwas übrig, steht es hier mit seinen Kosten und kann hier bereinigt werden. Der Bericht sagt, was wann und mit welchen Einstellungen getan wurde; er enthält weder Passwörter noch Schlüssel.</translation>
    </message>
    <message>
        <source>Reports (*.html *.json)</source>
        <translation>Berichte (*.html *.json)</translation>
    </message>
    <message>
        <source>Test boot: the image is being started in a virtual machine on this server…</source>
        <translation>Teststart: Das Image wird in einer virtuellen Maschine auf diesem Server gestartet…</translation>
    </message>
    <message>
        <source>There was no test boot: %1</source>
        <translation>Es gab keinen Teststart: %1</translation>
    </message>
    <message>
        <source>Test boot passed: after %1 the image had shown its login prompt and answered on its network as %2.</source>
        <extracomment>%1 a time such as “24 s”, %2 an IP address</extracomment>
        <translation>Teststart bestanden: Nach %1 hatte das Image seine Anmeldeaufforderung gezeigt und in seinem Netzwerk als %2 geantwortet.</translation>
    </message>
    <message>
        <source>the boot loader</source>
        <translation>der Bootloader</translation>
    </message>
    <message>
        <source>the kernel</source>
        <translation>der Kernel</translation>
    </message>
    <message>
        <source>the root file system</source>
        <translation>das Root-Dateisystem</translation>
    </message>
    <message>
        <source>the login prompt</source>
        <translation>die Anmeldeaufforderung</translation>
    </message>
    <message>
        <source>the network</source>
        <translation>das Netzwerk</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image showed nothing on its console.</source>
        <translation>Teststart: In %1 zeigte das Image nichts auf seiner Konsole.</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image did not come up. The last that was seen: %2. The report has what its console said.</source>
        <extracomment>%1 a time such as “24 s”, %2 such as “the kernel”</extracomment>
        <translation>Teststart: In %1 ist das Image nicht hochgefahren. Zuletzt gesehen: %2. Der Bericht enthält die Ausgabe seiner Konsole.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FixBox</name>
    <message>
        <source>Working: %1</source>
        <translation>In Arbeit: %1</translation>
    </message>
    <message>
        <source>Command: %1</source>
        <translation>Befehl: %1</translation>
    </message>
    <message>
        <source>&amp;Not now</source>
        <translation>&amp;Nicht jetzt</translation>
    </message>
    <message>
        <source>&amp;Yes, do it</source>
        <translation>&amp;Ja, ausführen</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutGestures</name>
    <message>
        <source>Change &amp;size</source>
        <translation>&amp;Größe ändern</translation>
    </message>
    <message>
        <source>&amp;LVM</source>
        <translation>&amp;LVM</translation>
    </message>
    <message>
        <source>&amp;Migrate</source>
        <translation>&amp;Migrieren</translation>
    </message>
    <message>
        <source>Mo&amp;ve to</source>
        <extracomment>a menu of disks</extracomment>
        <translation>&amp;Verschieben nach</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>Nach &amp;oben</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>Nach &amp;unten</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutModel</name>
    <message>
        <source>Mount target</source>
        <translation>Einhängepunkt</translation>
    </message>
    <message>
        <source>Migrate</source>
        <translation>Migrieren</translation>
    </message>
    <message>
        <source>Destination</source>
        <translation>Zielort</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>Belegt</translation>
    </message>
    <message>
        <source>Min.</source>
        <extracomment>the smallest possible size</extracomment>
        <translation>Min.</translation>
    </message>
    <message>
        <source>Transfer method</source>
        <translation>Übertragungsart</translation>
    </message>
    <message>
        <source>LVM</source>
        <translation>LVM</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Hinweise</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 “System disk” or “Data disk 2”, %2 its name on the source such as vdb</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Block by block</source>
        <extracomment>how a volume is copied</extracomment>
        <translation>Block für Block</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>Datei für Datei</translation>
    </message>
    <message>
        <source>%1, %2, %3 free</source>
        <extracomment>%1 a disk, %2 its size, %3 what is free on it, for screen readers</extracomment>
        <translation>%1, %2, %3 frei</translation>
    </message>
    <message>
        <source>%1, %2, not migrated</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1, %2, wird nicht migriert</translation>
    </message>
    <message>
        <source>%1, %2, cannot be moved</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1, %2, nicht verschiebbar</translation>
    </message>
    <message>
        <source>%1, %2, can be moved</source>
        <translation>%1, %2, verschiebbar</translation>
    </message>
    <message>
        <source>Cannot be moved.</source>
        <translation>Nicht verschiebbar.</translation>
    </message>
    <message>
        <source>migrated</source>
        <translation>wird migriert</translation>
    </message>
    <message>
        <source>not migrated</source>
        <translation>wird nicht migriert</translation>
    </message>
    <message>
        <source>See below: %1</source>
        <extracomment>beside a disk or mount target; %1 codes of problems that are listed below the table</extracomment>
        <translation>Siehe unten: %1</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>Not migrated</source>
        <translation>Nicht migriert</translation>
    </message>
    <message>
        <source>Same size and structure</source>
        <extracomment>why a volume is copied block by block</extracomment>
        <translation>Gleiche Größe und Struktur</translation>
    </message>
    <message>
        <source>Its size changes</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>Die Größe ändert sich</translation>
    </message>
    <message>
        <source>LVM, and no multiple of 4 MiB</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>LVM und kein Vielfaches von 4 MiB</translation>
    </message>
    <message>
        <source>As chosen</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>Wie gewählt</translation>
    </message>
    <message>
        <source>The server works meanwhile, so its files are not all of one moment.</source>
        <translation>Der Server arbeitet währenddessen weiter, daher stammen seine Dateien nicht alle aus demselben Moment.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutProblems</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>Und %n weiteres.</numerusform>
            <numerusform>Und %n weitere.</numerusform>
        </translation>
    </message>
    <message>
        <source>Must be solved</source>
        <extracomment>severity of a problem, for screen readers</extracomment>
        <translation>Muss gelöst werden</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Problems of the layout</source>
        <translation>Probleme des Layouts</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LinkLine</name>
    <message>
        <source>%1: %2</source>
        <extracomment>%1: what a web page is about, %2: its address</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>Adresse kopieren</translation>
    </message>
    <message>
        <source>Open: %1</source>
        <extracomment>For screen readers: %1 is what a web page is about</extracomment>
        <translation>Öffnen: %1</translation>
    </message>
    <message>
        <source>Copy address: %1</source>
        <translation>Adresse kopieren: %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LiveBox</name>
    <message>
        <source>The server goes on working. What it writes during this first pass is copied afterwards.</source>
        <translation>Der Server arbeitet weiter. Was er während dieses ersten Durchgangs schreibt, wird danach kopiert.</translation>
    </message>
    <message>
        <source>What was copied before is compared with the server, so that only differences are sent.</source>
        <translation>Was zuvor kopiert wurde, wird mit dem Server verglichen, damit nur Unterschiede gesendet werden.</translation>
    </message>
    <message>
        <source>Round %1: copying what the server wrote since. It writes %2, and %3 are being copied.</source>
        <extracomment>%1 a number, %2 and %3 speeds</extracomment>
        <translation>Durchgang %1: Kopiert wird, was der Server seither geschrieben hat. Er schreibt %2, und %3 werden kopiert.</translation>
    </message>
    <message>
        <source>The copy follows the server: %1 are not copied yet. The final point would hold the server&apos;s disks for about %2 ms.</source>
        <extracomment>%1 a size, %2 milliseconds</extracomment>
        <translation>Die Kopie folgt dem Server: %1 sind noch nicht kopiert. Für den Endstand würden die Disks des Servers etwa %2 ms angehalten.</translation>
    </message>
    <message>
        <source>The final point is being taken. The server&apos;s disks stand still for a moment.</source>
        <translation>Der Endstand wird erfasst. Die Disks des Servers stehen einen Moment still.</translation>
    </message>
    <message>
        <source>The final point is taken, and the server works as before. The last changes are being copied.</source>
        <translation>Der Endstand ist erfasst, und der Server arbeitet wie zuvor. Die letzten Änderungen werden kopiert.</translation>
    </message>
    <message>
        <source>The copy is being read back and compared.</source>
        <translation>Die Kopie wird zurückgelesen und verglichen.</translation>
    </message>
    <message>
        <source>The copy is complete and was compared.</source>
        <translation>Die Kopie ist vollständig und wurde verglichen.</translation>
    </message>
    <message>
        <source>&amp;Take the final point now</source>
        <translation>&amp;Jetzt den Endstand erfassen</translation>
    </message>
    <message>
        <source>Holds the server&apos;s disks for a moment; what is written later is not in the image.</source>
        <translation>Hält die Disks des Servers einen Moment an; was später geschrieben wird, ist nicht im Image.</translation>
    </message>
    <message>
        <source>What is copied file by file is being copied for the first time. What changes meanwhile is copied again later.</source>
        <translation>Was Datei für Datei kopiert wird, wird gerade zum ersten Mal kopiert. Was sich währenddessen ändert, wird später erneut kopiert.</translation>
    </message>
    <message>
        <source>The final point is near. Files that changed since they were copied are being copied again.</source>
        <translation>Der Endstand steht bevor. Dateien, die sich seit dem Kopieren geändert haben, werden erneut kopiert.</translation>
    </message>
    <message>
        <source>All files are copied. Those that change from now on are copied again when the final point is taken.</source>
        <translation>Alle Dateien sind kopiert. Was sich ab jetzt ändert, wird beim Erfassen des Endstands erneut kopiert.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MainWindow</name>
    <message>
        <source>Edgelift — %1</source>
        <extracomment>Title of the window: program — step or progress</extracomment>
        <translation>Edgelift – %1</translation>
    </message>
    <message>
        <source>Step %1 of %2 — %3</source>
        <extracomment>In a narrow window instead of the list of steps: %3 is the name of the step</extracomment>
        <translation>Schritt %1 von %2 – %3</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MessageBar</name>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy this message</source>
        <translation>Diese Meldung kopieren</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>An error: what happened, and what to do</extracomment>
        <translation>%1 %2</translation>
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
        <translation>Migration</translation>
    </message>
    <message>
        <source>You may close this window: the migration goes on, and starting Edgelift again shows it.</source>
        <translation>Sie können dieses Fenster schließen: Die Migration läuft weiter, und ein neuer Start von Edgelift zeigt sie an.</translation>
    </message>
    <message>
        <source>The numbers are of %1.</source>
        <translation>Stand der Zahlen: %1.</translation>
    </message>
    <message>
        <source>No data for %1 s. Check the network of this server, or choose Pause and go on later.</source>
        <translation>Seit %1 s keine Daten. Prüfen Sie das Netzwerk dieses Servers oder wählen Sie „Anhalten“ und fahren Sie später fort.</translation>
    </message>
    <message>
        <source>No data for %1 s. Waiting for the network.</source>
        <translation>Seit %1 s keine Daten. Warten auf das Netzwerk.</translation>
    </message>
    <message>
        <source>The transfer is slow. To speed it up, raise the bandwidth of this server and of the destination for a while.</source>
        <translation>Die Übertragung ist langsam. Erhöhen Sie vorübergehend die Bandbreite dieses Servers und des Ziels.</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>Fort&amp;setzen</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Anhalten</translation>
    </message>
    <message>
        <source>Job ID</source>
        <translation>Auftrags-ID</translation>
    </message>
    <message>
        <source>Job name</source>
        <translation>Auftragsname</translation>
    </message>
    <message>
        <source>Job status</source>
        <translation>Auftragsstatus</translation>
    </message>
    <message>
        <source>Creation time</source>
        <translation>Erstellungszeit</translation>
    </message>
    <message>
        <source>Start time</source>
        <translation>Startzeit</translation>
    </message>
    <message>
        <source>End time</source>
        <translation>Endzeit</translation>
    </message>
    <message>
        <source>Job progress</source>
        <translation>Auftragsfortschritt</translation>
    </message>
    <message>
        <source>Target region</source>
        <translation>Zielregion</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Tags</translation>
    </message>
    <message>
        <source>Remaining time (s)</source>
        <translation>Restzeit (s)</translation>
    </message>
    <message>
        <source>&amp;Modify…</source>
        <translation>Ä&amp;ndern…</translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation>&amp;Details</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>When this window is closed the demonstration ends, and its migration with it.</source>
        <translation>Wenn dieses Fenster geschlossen wird, endet die Demonstration und mit ihr die Migration.</translation>
    </message>
    <message>
        <source>You may close this window: the clean-up goes on.</source>
        <translation>Sie können dieses Fenster schließen: Die Bereinigung läuft weiter.</translation>
    </message>
    <message>
        <source>The speed counts the data of the disks before it is compressed, so it can be higher than the speed of the network. The remaining time is shown once the speed is steady.

Pause keeps everything that was copied, and the transit instance, which keeps costing. Cancel removes both.

After an error nothing is lost: what was copied is kept, and Retry goes on from there.</source>
        <translation>Die Geschwindigkeit zählt die Daten der Disks vor der Komprimierung und kann daher höher sein als die Geschwindigkeit des Netzwerks. Die Restzeit wird angezeigt, sobald die Geschwindigkeit gleichmäßig ist.

„Anhalten“ behält alles bereits Kopierte und die Transitinstanz, die weiter kostet. „Auftrag abbrechen“ entfernt beides.

Nach einem Fehler ist nichts verloren: Bereits Kopiertes bleibt erhalten, und „Erneut versuchen“ setzt dort fort.</translation>
    </message>
    <message>
        <source>%1 — %2</source>
        <extracomment>In the window&apos;s title: how far the migration is, and the server&apos;s name</extracomment>
        <translation>%1 – %2</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused.</source>
        <extracomment>%1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>Die Transitinstanz kostet weiter, während die Migration angehalten ist.</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused: %1.</source>
        <translation>Die Transitinstanz kostet weiter, während die Migration angehalten ist: %1.</translation>
    </message>
    <message>
        <source>This server&apos;s own disk accesses are slow, so the migration reads at most %1 for now.</source>
        <translation>Die eigenen Disk-Zugriffe dieses Servers sind langsam, daher liest die Migration vorerst höchstens %1.</translation>
    </message>
    <message>
        <source>Cancel this migration? The job is deleted, the transit instance is released and the copied data is lost. What was used until now is still charged.</source>
        <translation>Diese Migration abbrechen? Der Auftrag wird gelöscht, die Transitinstanz freigegeben, und die kopierten Daten gehen verloren. Was bis jetzt genutzt wurde, wird trotzdem berechnet.</translation>
    </message>
    <message>
        <source>&amp;Keep migrating</source>
        <translation>Weiter mi&amp;grieren</translation>
    </message>
    <message>
        <source>Cancel migrati&amp;on</source>
        <translation>Migra&amp;tion abbrechen</translation>
    </message>
    <message>
        <source>Estimate migration time and test transfer speed</source>
        <translation>Migrationsdauer abschätzen und Übertragungsgeschwindigkeit testen</translation>
    </message>
    <message>
        <source>Cancel &amp;job…</source>
        <translation>Auftrag a&amp;bbrechen…</translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation>&amp;Protokoll</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>Alles kopieren</translation>
    </message>
    <message>
        <source>Copy all details</source>
        <translation>Alle Details kopieren</translation>
    </message>
    <message>
        <source>Transit instance ID</source>
        <translation>ID der Transitinstanz</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance, nor change its billing method, during migration; it is released automatically afterwards.</source>
        <translation>Während der Migration die Transitinstanz nicht anhalten, starten, neu starten oder freigeben und ihre Abrechnungsmethode nicht ändern; sie wird danach automatisch freigegeben.</translation>
    </message>
    <message>
        <source>Default resource group</source>
        <extracomment>The transit instance&apos;s resource group: the account&apos;s own, because no other is asked for</extracomment>
        <translation>Standard-Ressourcengruppe</translation>
    </message>
    <message>
        <source>Resource group</source>
        <translation>Ressourcengruppe</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ModifyPanel</name>
    <message>
        <source>Unlimited</source>
        <translation>Unbegrenzt</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>&amp;Übernehmen</translation>
    </message>
    <message>
        <source>The time plan is in force now (%1): %2. The limit above counts outside of it.</source>
        <translation>Derzeit gilt der Zeitplan (%1): %2. Das Limit oben gilt außerhalb davon.</translation>
    </message>
    <message>
        <source>Applied.</source>
        <translation>Übernommen.</translation>
    </message>
    <message>
        <source>Applied. The new limit takes effect within %1 s.</source>
        <translation>Übernommen. Das neue Limit wirkt innerhalb von %1 s.</translation>
    </message>
    <message>
        <source>Applied. It takes effect when the migration goes on.</source>
        <translation>Übernommen. Wirksam, sobald die Migration weiterläuft.</translation>
    </message>
    <message>
        <source>&amp;Speed limit (Mbit/s):</source>
        <translation>Geschwindigkeits&amp;limit (Mbit/s):</translation>
    </message>
    <message>
        <source>Compress&amp;ion:</source>
        <translation>&amp;Komprimierung:</translation>
    </message>
    <message>
        <source>Veri&amp;fy the copied data by checksum</source>
        <translation>Kopierte Daten per Prüfsumme &amp;verifizieren</translation>
    </message>
    <message>
        <source>Clos&amp;e</source>
        <translation>Schl&amp;ießen</translation>
    </message>
    <message>
        <source>Lon&amp;gest hold (s):</source>
        <translation>Läng&amp;stes Anhalten (s):</translation>
    </message>
    <message>
        <source>How many seconds this server may be kept from writing while the final point is taken.</source>
        <translation>Wie viele Sekunden dieser Server am Schreiben gehindert werden darf, während der Endstand erfasst wird.</translation>
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
        <translation>Keine VPC in %1. Erstellen Sie eine in der VPC-Konsole und aktualisieren Sie.</translation>
    </message>
    <message>
        <source>Optional: without it, a network is made for this migration and removed after it.</source>
        <translation>Optional: Ohne Angabe wird ein Netzwerk für diese Migration erstellt und danach entfernt.</translation>
    </message>
    <message>
        <source>&amp;Public network</source>
        <translation>Ö&amp;ffentliches Netzwerk</translation>
    </message>
    <message>
        <source>&amp;VPC: this server is connected to it</source>
        <translation>V&amp;PC: Dieser Server ist mit ihr verbunden</translation>
    </message>
    <message>
        <source>VPC is recommended where it can be reached directly, by VPN gateway, Express Connect circuit or Smart Access Gateway: it is faster and steadier.</source>
        <translation>VPC ist zu empfehlen, wenn sie direkt, per VPN-Gateway, Express Connect oder Smart Access Gateway erreichbar ist: schneller und stabiler.</translation>
    </message>
    <message>
        <source>VP&amp;C:</source>
        <translation>VP&amp;C:</translation>
    </message>
    <message>
        <source>v&amp;Switch:</source>
        <translation>vS&amp;witch:</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::OptionsMenu</name>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Sprache</translation>
    </message>
    <message>
        <source>Lar&amp;ger text</source>
        <translation>&amp;Größerer Text</translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation>&amp;Kleinerer Text</translation>
    </message>
    <message>
        <source>&amp;Usual text size</source>
        <translation>&amp;Normale Textgröße</translation>
    </message>
    <message>
        <source>Low-&amp;bandwidth mode</source>
        <translation>Modus für geringe &amp;Bandbreite</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PhaseStrip</name>
    <message>
        <source>%1: done</source>
        <translation>%1: fertig</translation>
    </message>
    <message>
        <source>%1: failed</source>
        <translation>%1: fehlgeschlagen</translation>
    </message>
    <message>
        <source>%1: now</source>
        <translation>%1: läuft</translation>
    </message>
    <message>
        <source>%1: to come</source>
        <translation>%1: folgt</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PlanFileBar</name>
    <message>
        <source>Plan files (*.json);;All files (*)</source>
        <translation>Plandateien (*.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>The plan was saved as %1.</source>
        <translation>Der Plan wurde als %1 gespeichert.</translation>
    </message>
    <message>
        <source>Use its &amp;settings, keep these disks</source>
        <translation>Nur &amp;Einstellungen übernehmen, Disks behalten</translation>
    </message>
    <message>
        <source>The plan %1 was opened.</source>
        <translation>Der Plan %1 wurde geöffnet.</translation>
    </message>
    <message>
        <source>&amp;Open plan…</source>
        <translation>Plan &amp;öffnen…</translation>
    </message>
    <message>
        <source>&amp;Save plan…</source>
        <translation>Plan speic&amp;hern…</translation>
    </message>
    <message>
        <source>Problems of the plan file</source>
        <translation>Probleme der Plandatei</translation>
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
        <translation>Vorbereiten und importieren</translation>
    </message>
    <message>
        <source>Prepare</source>
        <translation>Vorbereiten</translation>
    </message>
    <message>
        <source>Decide what may be changed on this server, then register it as a migration source.</source>
        <translation>Entscheiden Sie, was an diesem Server geändert werden darf, und registrieren Sie ihn dann als Migrationsquelle.</translation>
    </message>
    <message>
        <source>Nothing is changed on this server before you choose “Prepare and import”.

The import registers this server with the service that made the activation code. With an AccessKey pair there is nothing to register.</source>
        <translation>An diesem Server wird nichts geändert, bevor Sie „Vorbereiten und importieren“ wählen.

Der Import registriert diesen Server bei dem Dienst, der den Aktivierungscode erstellt hat. Mit einem AccessKey-Paar gibt es nichts zu registrieren.</translation>
    </message>
    <message>
        <source>wait until the import is finished</source>
        <translation>warten, bis der Import abgeschlossen ist</translation>
    </message>
    <message>
        <source>wait for the questions to this server</source>
        <translation>auf die Fragen zu diesem Server warten</translation>
    </message>
    <message>
        <source>answer: %1</source>
        <translation>beantworten: %1</translation>
    </message>
    <message>
        <source>&amp;Prepare and import</source>
        <translation>Vor&amp;bereiten und importieren</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>E&amp;rneut versuchen</translation>
    </message>
    <message>
        <source>Preparing this server…</source>
        <translation>Server wird vorbereitet…</translation>
    </message>
    <message>
        <source>Importing this server…</source>
        <translation>Server wird importiert…</translation>
    </message>
    <message>
        <source>The snapshot driver could not be installed: %1. Block replication is switched off for this migration. [W-PRE-01]</source>
        <translation>Der Snapshot-Treiber konnte nicht installiert werden: %1. Die Blockreplikation ist für diese Migration ausgeschaltet. [W-PRE-01]</translation>
    </message>
    <message>
        <source>Import Source Server [%1] Successfully!</source>
        <extracomment>%1 is an id such as s-bp1abc; the words are those of the service</extracomment>
        <translation>Quellserver [%1] erfolgreich importiert.</translation>
    </message>
    <message>
        <source>Migration source online</source>
        <translation>Migrationsquelle online</translation>
    </message>
    <message>
        <source>&amp;Exclude files and folders</source>
        <translation>Dateien und Ordner a&amp;usschließen</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ProgressPanel</name>
    <message>
        <source>No migration</source>
        <translation>Keine Migration</translation>
    </message>
    <message>
        <source>Creating the transit instance…</source>
        <translation>Transitinstanz wird erstellt…</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>Vorbereitung</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>Synchronisiert</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Abgeschlossen</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>Bereinigung läuft…</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Reconnecting to the migration engine… (%1 s)</source>
        <translation>Verbindet sich neu mit der Engine… (%1 s)</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of all disks: amount that is copied, amount in all</extracomment>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>Remaining time: %1</source>
        <translation>Restzeit: %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>For screen readers: %1 the name of a number, %2 the number</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 so far</source>
        <extracomment>A phase that is not over: %1 is how long it has been running</extracomment>
        <translation>%1 bisher</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Speed before compression</source>
        <translation>Tempo vor Komprimierung</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netzwerk</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Limit</translation>
    </message>
    <message>
        <source>Average</source>
        <translation>Durchschnitt</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Gesendet</translation>
    </message>
    <message>
        <source>Saved by compression</source>
        <translation>Durch Komprimierung gespart</translation>
    </message>
    <message>
        <source>Elapsed</source>
        <translation>Verstrichen</translation>
    </message>
    <message>
        <source>Interruptions</source>
        <translation>Unterbrechungen</translation>
    </message>
    <message>
        <source>Data of the disks per second. Higher than the network&apos;s speed when compression helps.</source>
        <translation>Daten der Disks pro Sekunde. Höher als die Geschwindigkeit des Netzwerks, wenn die Komprimierung hilft.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ResourceList</name>
    <message>
        <source>%1 %2</source>
        <extracomment>Something in the cloud: %1 what it is, %2 its id, %3 a region</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>%1 %2 in %3</source>
        <translation>%1 %2 in %3</translation>
    </message>
    <message>
        <source>kept on purpose</source>
        <translation>absichtlich behalten</translation>
    </message>
    <message>
        <source>price not known</source>
        <translation>Preis nicht bekannt</translation>
    </message>
    <message>
        <source>free</source>
        <translation>kostenlos</translation>
    </message>
    <message>
        <source>%1 %2 a day</source>
        <extracomment>%1 a currency such as CNY, %2 an amount</extracomment>
        <translation>%2 %1 pro Tag</translation>
    </message>
    <message>
        <source>Together at least %1</source>
        <extracomment>A sum of prices; %1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>Zusammen mindestens %1</translation>
    </message>
    <message>
        <source>Together %1</source>
        <translation>Zusammen %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 something in the cloud, %2 its price</extracomment>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ResumePage</name>
    <message>
        <source>Discard the saved setup?</source>
        <translation>Gespeicherte Einrichtung verwerfen?</translation>
    </message>
    <message>
        <source>Discard the saved setup? The imported source %1 stays registered.</source>
        <translation>Gespeicherte Einrichtung verwerfen? Die importierte Quelle %1 bleibt registriert.</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Verwerfen</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>&amp;Behalten</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>&amp;Fortsetzen</translation>
    </message>
    <message>
        <source>&amp;Start over</source>
        <translation>&amp;Neu beginnen</translation>
    </message>
    <message>
        <source>Welcome back</source>
        <translation>Willkommen zurück</translation>
    </message>
    <message>
        <source>Everything you chose was saved but the activation code and the AccessKey pair. Continue leads back to the step you were on; Start over forgets the choices and begins anew. Neither changes anything on this server or in the cloud.</source>
        <translation>Alles, was Sie gewählt haben, wurde gespeichert, außer dem Aktivierungscode und dem AccessKey-Paar. „Fortsetzen“ führt zurück zu dem Schritt, bei dem Sie waren; „Neu beginnen“ verwirft die Auswahl und beginnt von vorn. Beides ändert nichts auf diesem Server oder in der Cloud.</translation>
    </message>
    <message>
        <source>Continue the setup from %1 at step “%2”?</source>
        <extracomment>%1 a date and time, %2 the name of a step such as “Settings”</extracomment>
        <translation>Einrichtung vom %1 bei Schritt „%2“ fortsetzen?</translation>
    </message>
    <message>
        <source>The activation code or AccessKey pair was not saved and has to be entered again.</source>
        <translation>Der Aktivierungscode oder das AccessKey-Paar wurde nicht gespeichert und muss erneut eingegeben werden.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ReviewPage</name>
    <message>
        <source>wait until the migration has started</source>
        <translation>warten, bis die Migration gestartet ist</translation>
    </message>
    <message>
        <source>enter the activation code or an AccessKey pair again on the Connect page</source>
        <translation>auf der Seite „Verbinden“ den Aktivierungscode oder ein AccessKey-Paar erneut eingeben</translation>
    </message>
    <message>
        <source>wait until the plan is checked</source>
        <translation>warten, bis der Plan geprüft ist</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What is wrong, and what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>read the notice and choose “Got It”</source>
        <translation>den Hinweis lesen und „Verstanden“ wählen</translation>
    </message>
    <message>
        <source>Speed limit: %1; compression: %2; checksum verification: %3</source>
        <translation>Geschwindigkeitslimit: %1; Komprimierung: %2; Prüfsummenkontrolle: %3</translation>
    </message>
    <message>
        <source>on</source>
        <translation>ein</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Konto</translation>
    </message>
    <message>
        <source>by activation code</source>
        <translation>über Aktivierungscode</translation>
    </message>
    <message>
        <source>by AccessKey pair</source>
        <translation>über AccessKey-Paar</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Image</translation>
    </message>
    <message>
        <source>%1… in %2</source>
        <translation>%1… in %2</translation>
    </message>
    <message>
        <source>On the way</source>
        <translation>Zwischenspeicher</translation>
    </message>
    <message>
        <source>bucket %1 in %2</source>
        <translation>Bucket %1 in %2</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netzwerk</translation>
    </message>
    <message>
        <source>Public network</source>
        <translation>Öffentliches Netzwerk</translation>
    </message>
    <message>
        <source>VPC %1, vSwitch %2</source>
        <translation>VPC %1, vSwitch %2</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>Übertragung</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Disks</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Ändern</translation>
    </message>
    <message>
        <source>Change: %1</source>
        <translation>Ändern: %1</translation>
    </message>
    <message>
        <source>Choose Change beside a line to go back to its page; nothing is lost. Save the plan on the Settings page to use it with edgeliftctl.</source>
        <translation>Wählen Sie neben einer Zeile „Ändern“, um zu ihrer Seite zurückzukehren; nichts geht verloren. Speichern Sie den Plan auf der Seite „Einstellungen“, um ihn mit edgeliftctl zu verwenden.</translation>
    </message>
    <message>
        <source>Costs: the transit instance, its disks and snapshots, and the bucket&apos;s storage and traffic are charged by the cloud while the migration runs; everything temporary is removed at the end. After an error they are kept for a retry and keep costing until you retry or cancel.</source>
        <translation>Kosten: Während der Migration berechnet die Cloud die Transitinstanz mit ihren Disks und Snapshots sowie Speicher und Datenverkehr des Buckets; alles Temporäre wird am Ende entfernt. Nach einem Fehler bleibt es für einen neuen Versuch erhalten und kostet weiter, bis Sie es erneut versuchen oder abbrechen.</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 and do not change its billing method during the migration. Leave the temporary image and the temporary objects in the bucket alone. The hardware changes: check licences after the migration.</source>
        <translation>Während der Migration die Transitinstanz %1 nicht anhalten, starten, neu starten oder freigeben und ihre Abrechnungsmethode nicht ändern. Das temporäre Image und die temporären Objekte im Bucket nicht anrühren. Die Hardware ändert sich: Prüfen Sie nach der Migration die Lizenzen.</translation>
    </message>
    <message>
        <source>&amp;Got It</source>
        <translation>&amp;Verstanden</translation>
    </message>
    <message>
        <source>Co&amp;py command</source>
        <translation>Befehl &amp;kopieren</translation>
    </message>
    <message>
        <source>The same migration as a command for edgeliftctl</source>
        <translation>Dieselbe Migration als Befehl für edgeliftctl</translation>
    </message>
    <message>
        <source>Review and start</source>
        <translation>Zusammenfassung und Start</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Zusammenfassung</translation>
    </message>
    <message>
        <source>Starting creates a paid transit instance in your account.</source>
        <translation>Mit dem Start wird eine kostenpflichtige Transitinstanz in Ihrem Konto erstellt.</translation>
    </message>
    <message>
        <source>&amp;Start migration</source>
        <translation>Migration &amp;starten</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsAdvanced</name>
    <message>
        <source>Reading from this server&apos;s disks: at most %1 MB/s</source>
        <translation>Lesen von den Disks dieses Servers: höchstens %1 MB/s</translation>
    </message>
    <message>
        <source>Niceness: %1</source>
        <translation>nice-Wert: %1</translation>
    </message>
    <message>
        <source>Does not stand back when this server&apos;s own disk accesses slow down</source>
        <translation>Nimmt keine Rücksicht, wenn die eigenen Disk-Zugriffe dieses Servers langsamer werden</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 days and times, %2 a speed such as 100 Mbit/s</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Set by the plan file:</source>
        <translation>Durch die Plandatei festgelegt:</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>Auto</translation>
    </message>
    <message>
        <source>On</source>
        <translation>Ein</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>&amp;Job name:</source>
        <translation>Auftragsna&amp;me:</translation>
    </message>
    <message>
        <source>&amp;Description:</source>
        <translation>&amp;Beschreibung:</translation>
    </message>
    <message>
        <source>Speed &amp;limit (Mbit/s):</source>
        <translation>Geschwindigkeits&amp;limit (Mbit/s):</translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation>Unbegrenzt</translation>
    </message>
    <message>
        <source>Com&amp;pression ratio (0 = none):</source>
        <translation>K&amp;omprimierungsrate (0 = keine):</translation>
    </message>
    <message>
        <source>Compression ratio as a number</source>
        <translation>Komprimierungsrate als Zahl</translation>
    </message>
    <message>
        <source>SSL-&amp;encrypted transmission:</source>
        <translation>SSL-&amp;verschlüsselte Übertragung:</translation>
    </message>
    <message>
        <source>Licence t&amp;ype:</source>
        <translation>Lizenzt&amp;yp:</translation>
    </message>
    <message>
        <source>Ta&amp;gs:</source>
        <translation>Ta&amp;gs:</translation>
    </message>
    <message>
        <source>&amp;Intermediate instance type:</source>
        <translation>Typ der T&amp;ransitinstanz:</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>If the type you choose is out of stock, the job cannot be created. Leave it empty to have one chosen.</source>
        <translation>Ist der gewählte Typ nicht vorrätig, kann der Auftrag nicht erstellt werden. Leer lassen, damit einer gewählt wird.</translation>
    </message>
    <message>
        <source>&amp;Report diagnostic logs</source>
        <translation>Diagnoseprotokolle se&amp;nden</translation>
    </message>
    <message>
        <source>&amp;What is sent?</source>
        <translation>&amp;Was wird gesendet?</translation>
    </message>
    <message>
        <source>The log of this migration: phases, speeds, error codes, names of disks and cloud resources. No file contents, no file names, no codes, keys or passwords.</source>
        <translation>Das Protokoll dieser Migration: Phasen, Geschwindigkeiten, Fehlercodes, Namen von Disks und Cloud-Ressourcen. Keine Dateiinhalte, Dateinamen, Codes, Schlüssel oder Passwörter.</translation>
    </message>
    <message>
        <source>&amp;Modify disk partition</source>
        <translation>&amp;Disk-Partitionierung ändern</translation>
    </message>
    <message>
        <source>Choose disks, sizes and order yourself on the next page.</source>
        <translation>Disks, Größen und Reihenfolge auf der nächsten Seite selbst wählen.</translation>
    </message>
    <message>
        <source>&amp;Verify check sums</source>
        <translation>Prüfs&amp;ummen prüfen</translation>
    </message>
    <message>
        <source>More certain, but slower.</source>
        <translation>Sicherer, aber langsamer.</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Tags</translation>
    </message>
    <message>
        <source>Wait for me before the &amp;final point</source>
        <translation>Vor dem Endstand au&amp;f mich warten</translation>
    </message>
    <message>
        <source>The copy follows the server until you say so on the Migration page. Otherwise the final point is taken as soon as it is short.</source>
        <translation>Die Kopie folgt dem Server, bis Sie auf der Seite „Migration“ zustimmen. Andernfalls wird der Endstand erfasst, sobald das Anhalten kurz genug ist.</translation>
    </message>
    <message>
        <source>How long programs here may be kept from writing while the final point is taken. A server that writes much may need more.</source>
        <translation>Wie lange Programme hier am Schreiben gehindert werden dürfen, während der Endstand erfasst wird. Ein Server, der viel schreibt, braucht eventuell mehr.</translation>
    </message>
    <message>
        <source>Longest &amp;hold (s):</source>
        <translation>L&amp;ängstes Anhalten (s):</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>The ENS image is kept in the image storage region. Before that a temporary image is made in the transit region and lies in the transit bucket, which must be in the same region.

“Save plan” writes all of this to a file that edgeliftctl uses as well.</source>
        <translation>Das ENS-Image liegt in der Image-Speicherregion. Zuvor wird in der Transitregion ein temporäres Image erstellt; es liegt im Transit-Bucket, der in derselben Region sein muss.

„Plan speichern“ schreibt all dies in eine Datei, die auch edgeliftctl verwendet.</translation>
    </message>
    <message>
        <source>choose a bucket</source>
        <translation>einen Bucket wählen</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>das Markierte korrigieren</translation>
    </message>
    <message>
        <source>China (Beijing)</source>
        <translation>China (Peking)</translation>
    </message>
    <message>
        <source>Singapore</source>
        <translation>Singapur</translation>
    </message>
    <message>
        <source>&amp;More configurations</source>
        <translation>Weitere E&amp;instellungen</translation>
    </message>
    <message numerus="yes">
        <source>&amp;More configurations (%n changed)</source>
        <translation>
            <numerusform>Weitere E&amp;instellungen (%n geändert)</numerusform>
            <numerusform>Weitere E&amp;instellungen (%n geändert)</numerusform>
        </translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Wird geladen…</translation>
    </message>
    <message>
        <source>No bucket in %1. Create one in the OSS console, then refresh.</source>
        <translation>Kein Bucket in %1. Erstellen Sie einen in der OSS-Konsole und aktualisieren Sie.</translation>
    </message>
    <message>
        <source>The image is named %1.</source>
        <extracomment>%1 is the prefix with a time stamp behind it</extracomment>
        <translation>Das Image erhält den Namen %1.</translation>
    </message>
    <message>
        <source>&amp;Image storage region:</source>
        <translation>Image-&amp;Speicherregion:</translation>
    </message>
    <message>
        <source>Image &amp;name prefix:</source>
        <translation>Präfi&amp;x des Image-Namens:</translation>
    </message>
    <message>
        <source>&amp;Transit region:</source>
        <translation>Tr&amp;ansitregion:</translation>
    </message>
    <message>
        <source>Transit &amp;bucket:</source>
        <translation>&amp;Transit-Bucket:</translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation>A&amp;ktualisieren</translation>
    </message>
    <message>
        <source>Refresh buckets and networks</source>
        <translation>Buckets und Netzwerke aktualisieren</translation>
    </message>
    <message>
        <source>Network type:</source>
        <translation>Netzwerktyp:</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::StepList</name>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>%1, current step</source>
        <translation>%1, aktueller Schritt</translation>
    </message>
    <message>
        <source>%1, visited</source>
        <translation>%1, besucht</translation>
    </message>
    <message>
        <source>%1, later</source>
        <translation>%1, folgt später</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>A step of the wizard: %1 its number, %2 its name</extracomment>
        <translation>%1 %2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SweepChart</name>
    <message>
        <source>Speed of the last 10 minutes</source>
        <translation>Geschwindigkeit der letzten 10 Minuten</translation>
    </message>
    <message>
        <source>No speed was measured yet.</source>
        <translation>Noch keine Geschwindigkeit gemessen.</translation>
    </message>
    <message>
        <source>Disk speed now %1, network speed now %2, highest disk speed of the last 10 minutes %3.</source>
        <extracomment>Read by screen readers instead of the graph</extracomment>
        <translation>Disk-Geschwindigkeit jetzt %1, Netzwerk jetzt %2, höchste Disk-Geschwindigkeit der letzten 10 Minuten %3.</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Disk</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netzwerk</translation>
    </message>
    <message>
        <source>Top: %1</source>
        <extracomment>The upper edge of a graph of speeds; %1 is a speed</extracomment>
        <translation>Max.: %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsForm</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>Und %n weiteres.</numerusform>
            <numerusform>Und %n weitere.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>Hinz&amp;ufügen</translation>
    </message>
    <message>
        <source>Add a tag</source>
        <translation>Tag hinzufügen</translation>
    </message>
    <message>
        <source>Remo&amp;ve</source>
        <translation>&amp;Entfernen</translation>
    </message>
    <message>
        <source>Remove this tag</source>
        <translation>Diesen Tag entfernen</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsModel</name>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TargetRow</name>
    <message>
        <source>not migrated</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation>wird nicht migriert</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>%1 frei</translation>
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
        <translation>LVM auf %1</translation>
    </message>
    <message>
        <source> GiB</source>
        <extracomment>the unit behind a number that is typed</extracomment>
        <translation> GiB</translation>
    </message>
    <message>
        <source>Size of %1 in GiB</source>
        <extracomment>%1 a disk, for screen readers</extracomment>
        <translation>Größe von %1 in GiB</translation>
    </message>
    <message>
        <source>%1 to %2 are possible.</source>
        <translation>Möglich sind %1 bis %2.</translation>
    </message>
    <message>
        <source>min. %1</source>
        <extracomment>%1 the smallest possible size</extracomment>
        <translation>min. %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ToDoList</name>
    <message>
        <source>To continue you need to:</source>
        <translation>Um fortzufahren, müssen Sie noch:</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <extracomment>Below a list of things to do</extracomment>
        <translation>
            <numerusform>und %n weiterer Punkt</numerusform>
            <numerusform>und %n weitere Punkte</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::VolumeDelegate</name>
    <message>
        <source>%1 of %2</source>
        <extracomment>%1 a column such as “Size”, %2 the row&apos;s name, for screen readers</extracomment>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Block by block</source>
        <translation>Block für Block</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>Datei für Datei</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WaitLine</name>
    <message>
        <source>S&amp;top</source>
        <translation>S&amp;topp</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WelcomePage</name>
    <message>
        <source>Edgelift copies the disks of a Linux server into the cloud and makes an image for Edge Node Service (ENS) of them. Nothing is changed or charged before you choose Start migration on the Review page.</source>
        <translation>Edgelift kopiert die Disks eines Linux-Servers in die Cloud und erstellt daraus ein Image für Edge Node Service (ENS). Nichts wird geändert oder berechnet, bevor Sie auf der Seite „Zusammenfassung“ die Migration starten.</translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation>S&amp;prache:</translation>
    </message>
    <message>
        <source>1. You choose what is migrated and where to.
2. Edgelift makes a temporary transit instance, copies the disks to it, makes an ECS image, exports it to an OSS bucket and imports it into ENS. Then it removes everything temporary.
3. You create the ENS instance from the finished image.</source>
        <translation>1. Sie wählen, was wohin migriert wird.
2. Edgelift erstellt eine temporäre Transitinstanz, kopiert die Disks dorthin, erstellt ein ECS-Image, exportiert es in einen OSS-Bucket und importiert es in ENS. Danach wird alles Temporäre entfernt.
3. Sie erstellen die ENS-Instanz aus dem fertigen Image.</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Grenzen</translation>
    </message>
    <message>
        <source>Only Linux servers with x86 processors: physical servers, virtual machines, and servers of other clouds.</source>
        <translation>Nur Linux-Server mit x86-Prozessoren: physische Server, virtuelle Maschinen und Server anderer Clouds.</translation>
    </message>
    <message>
        <source>At most %1 data disks, each at most %2.</source>
        <translation>Höchstens %1 Datendisks mit jeweils höchstens %2.</translation>
    </message>
    <message>
        <source>ENS images are imported in China (Beijing) and Singapore only.</source>
        <translation>ENS-Images werden nur in China (Peking) und Singapur importiert.</translation>
    </message>
    <message>
        <source>The image may have at most %1 after compression, system disk and data disks together.</source>
        <translation>Das Image darf nach der Komprimierung höchstens %1 haben, Systemdisk und Datendisks zusammen.</translation>
    </message>
    <message>
        <source>ECS, OSS and ENS must be activated in the account, and ECS must be allowed to write to OSS.</source>
        <translation>ECS, OSS und ENS müssen im Konto aktiviert sein, und ECS muss in OSS schreiben dürfen.</translation>
    </message>
    <message>
        <source>Costs</source>
        <translation>Kosten</translation>
    </message>
    <message>
        <source>Edgelift is free. What is used on the way is charged by the cloud: one pay-as-you-go transit instance with its disks and snapshots.</source>
        <translation>Edgelift ist kostenlos. Was unterwegs genutzt wird, berechnet die Cloud: eine nutzungsbasiert abgerechnete Transitinstanz mit ihren Disks und Snapshots.</translation>
    </message>
    <message>
        <source>The temporary image in the OSS bucket costs storage, requests and outbound traffic.</source>
        <translation>Das temporäre Image im OSS-Bucket kostet Speicher, Anforderungen und ausgehenden Datenverkehr.</translation>
    </message>
    <message>
        <source>Importing the ENS image and creating an ENS instance are charged by ENS.</source>
        <translation>Das Importieren des ENS-Images und das Erstellen einer ENS-Instanz werden von ENS berechnet.</translation>
    </message>
    <message>
        <source>After an error the transit instance is kept so that you can retry, and keeps costing until you retry or cancel.</source>
        <translation>Nach einem Fehler bleibt die Transitinstanz für einen neuen Versuch erhalten und kostet weiter, bis Sie es erneut versuchen oder abbrechen.</translation>
    </message>
    <message>
        <source>Consequences</source>
        <translation>Folgen</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 during the migration.</source>
        <translation>Die Transitinstanz %1 während der Migration nicht anhalten, starten, neu starten oder freigeben.</translation>
    </message>
    <message>
        <source>Leave the temporary ECS image and the temporary objects in the bucket alone; they are removed at the end.</source>
        <translation>Das temporäre ECS-Image und die temporären Objekte im Bucket nicht anrühren; sie werden am Ende entfernt.</translation>
    </message>
    <message>
        <source>The hardware changes: licences bound to it may become invalid. Check them after the migration.</source>
        <translation>Die Hardware ändert sich: Daran gebundene Lizenzen können ungültig werden. Prüfen Sie sie nach der Migration.</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Begriffe</translation>
    </message>
    <message>
        <source>ENS, Edge Node Service: servers in data centers near their users.</source>
        <translation>ENS, Edge Node Service: Server in Rechenzentren nahe bei ihren Benutzern.</translation>
    </message>
    <message>
        <source>OSS, Object Storage Service: holds files in buckets.</source>
        <translation>OSS, Object Storage Service: speichert Dateien in Buckets.</translation>
    </message>
    <message>
        <source>Transit instance: a temporary ECS instance that receives the disks.</source>
        <translation>Transitinstanz: eine temporäre ECS-Instanz, die die Disks empfängt.</translation>
    </message>
    <message>
        <source>Activation code: lets this server register itself without an AccessKey pair.</source>
        <translation>Aktivierungscode: Damit registriert sich dieser Server ohne AccessKey-Paar.</translation>
    </message>
    <message>
        <source>Move this server into an ENS image</source>
        <translation>Diesen Server in ein ENS-Image überführen</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Willkommen</translation>
    </message>
    <message>
        <source>The server keeps running meanwhile. Nothing on it is changed before you agree to it.</source>
        <translation>Der Server läuft währenddessen weiter. Nichts auf ihm wird ohne Ihre Zustimmung geändert.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::Wizard</name>
    <message>
        <source>&amp;Start the engine</source>
        <translation>Engine &amp;starten</translation>
    </message>
    <message>
        <source>Migration %1 continues in the background. Start “edgelift” again to watch it.</source>
        <translation>Migration %1 läuft im Hintergrund weiter. Starten Sie „edgelift“ erneut, um sie zu verfolgen.</translation>
    </message>
    <message>
        <source>&amp;Ask for permission</source>
        <translation>&amp;Berechtigung anfordern</translation>
    </message>
    <message>
        <source>The settings of the last migration are here again, and what is left of it is being removed. Start when you are ready.</source>
        <translation>Die Einstellungen der letzten Migration sind wieder da, und was von ihr übrig ist, wird entfernt. Starten Sie, wenn Sie bereit sind.</translation>
    </message>
    <message>
        <source>Migration %1 waits, and what it made in the cloud keeps costing. Start “edgelift” again to go on or to clean up.</source>
        <translation>Migration %1 wartet, und was sie in der Cloud erstellt hat, kostet weiter. Starten Sie „edgelift“ erneut, um fortzufahren oder zu bereinigen.</translation>
    </message>
</context>
</TS>
