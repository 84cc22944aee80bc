<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr_FR" sourcelanguage="en">
<context>
    <name>ActivationCode</name>
    <message>
        <source>“%1” (character %2)</source>
        <extracomment>%1 is one character of an activation code, %2 its place in the code</extracomment>
        <translation>«&#xa0;%1&#xa0;» (caractère %2)</translation>
    </message>
    <message>
        <source>a part is missing</source>
        <translation>une partie manque</translation>
    </message>
    <message>
        <source>the address in it is not valid</source>
        <translation>l’adresse qu’il contient n’est pas valide</translation>
    </message>
    <message>
        <source>it is longer than %1 characters</source>
        <translation>il dépasse %1 caractères</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>il est vide</translation>
    </message>
    <message>
        <source>it does not begin with EL1</source>
        <translation>il ne commence pas par EL1</translation>
    </message>
    <message>
        <source>the end is missing</source>
        <translation>la fin manque</translation>
    </message>
    <message>
        <source>the check sum does not match</source>
        <translation>la somme de contrôle ne correspond pas</translation>
    </message>
</context>
<context>
    <name>ConversionNote</name>
    <message>
        <source>The service %2 of the old platform (%1) no longer starts. It is still installed.</source>
        <translation>Le service %2 de l’ancienne plateforme (%1) ne démarre plus. Il reste installé.</translation>
    </message>
    <message>
        <source>The system is built for %1; instances are x86_64.</source>
        <translation>Le système est conçu pour %1&#x202f;; les instances sont en x86_64.</translation>
    </message>
    <message>
        <source>No boot entry was found. Run the distribution&apos;s boot loader configuration on the source, then migrate again.</source>
        <translation>Aucune entrée d’amorçage trouvée. Exécutez sur la source la configuration du chargeur d’amorçage de la distribution, puis migrez à nouveau.</translation>
    </message>
    <message>
        <source>The boot loader “%1” cannot be made to start on the target. Install GRUB 2 on the source, then migrate again.</source>
        <translation>Le chargeur d’amorçage «&#xa0;%1&#xa0;» ne peut pas être rendu démarrable sur la cible. Installez GRUB 2 sur la source, puis migrez à nouveau.</translation>
    </message>
    <message>
        <source>The encrypted volume %1 on %2 is not in the image; its line in /etc/crypttab is out of effect.</source>
        <translation>Le volume chiffré %1 sur %2 n’est pas dans l’image&#x202f;; sa ligne dans /etc/crypttab est neutralisée.</translation>
    </message>
    <message>
        <source>The default kernel %1 has neither drivers for virtio disks built in nor an initramfs. Make one on the source, then migrate again.</source>
        <translation>Le noyau par défaut %1 n’a ni pilotes intégrés pour les disques virtio ni initramfs. Créez-en un sur la source, puis migrez à nouveau.</translation>
    </message>
    <message>
        <source>The default kernel %1 has no drivers for virtio disks. Install a kernel that has them on the source, then migrate again.</source>
        <translation>Le noyau par défaut %1 n’a pas de pilotes pour les disques virtio. Installez sur la source un noyau qui en possède, puis migrez à nouveau.</translation>
    </message>
    <message>
        <source>%1 names %2, which is another disk or none on the new machine. Change it there.</source>
        <translation>%1 désigne %2, qui est un autre disque ou aucun sur la nouvelle machine. Corrigez-le à cet endroit.</translation>
    </message>
    <message>
        <source>A boot entry in %1 starts from %2, which is not this image&apos;s root filesystem. It was left as it is.</source>
        <translation>Une entrée d’amorçage dans %1 démarre depuis %2, qui n’est pas le système de fichiers racine de cette image. Elle a été laissée telle quelle.</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but no EFI system partition with a loader was found.</source>
        <translation>L’image doit démarrer par UEFI, mais aucune partition système EFI avec un chargeur n’a été trouvée.</translation>
    </message>
    <message>
        <source>%1 is not a plain file of usual size. It was left as it is.</source>
        <translation>%1 n’est pas un fichier ordinaire de taille habituelle. Il a été laissé tel quel.</translation>
    </message>
    <message>
        <source>%1 starts with the system. Make sure that it lets you in at the new address.</source>
        <translation>%1 démarre avec le système. Assurez-vous qu’il vous laisse entrer à la nouvelle adresse.</translation>
    </message>
    <message>
        <source>/etc/fstab is not a plain file of usual size. Mend it on the source, then migrate again.</source>
        <translation>/etc/fstab n’est pas un fichier ordinaire de taille habituelle. Corrigez-le sur la source, puis migrez à nouveau.</translation>
    </message>
    <message>
        <source>/etc/fstab mounts %1 at %2, which the image does not have. The system would stop while starting.</source>
        <translation>/etc/fstab monte %1 sur %2, mais l’image ne le contient pas. Le système se bloquerait au démarrage.</translation>
    </message>
    <message>
        <source>%1 has no room for the new kernel arguments. Shorten kernelopts there on the source, then migrate again.</source>
        <translation>%1 n’a pas de place pour les nouveaux arguments du noyau. Raccourcissez-y kernelopts sur la source, puis migrez à nouveau.</translation>
    </message>
    <message>
        <source>The system starts by GRUB Legacy (0.97), which cannot find its root filesystem by UUID and is not supported. Change to GRUB 2 on the source, then migrate again.</source>
        <translation>Le système démarre par GRUB Legacy (0.97), qui ne peut pas trouver son système de fichiers racine par UUID et n’est pas pris en charge. Passez à GRUB 2 sur la source, puis migrez à nouveau.</translation>
    </message>
    <message>
        <source>The copy has a new machine-id but still the SSH host keys of its original. Make new ones with “ssh-keygen -A” after deleting the old ones.</source>
        <translation>La copie a un nouveau machine-id, mais encore les clés d’hôte SSH de l’original. Supprimez les anciennes clés, puis créez-en de nouvelles avec «&#xa0;ssh-keygen -A&#xa0;».</translation>
    </message>
    <message>
        <source>Machine-id and SSH host keys were kept: the server moves. Do not run it beside its original.</source>
        <translation>Le machine-id et les clés d’hôte SSH ont été conservés&#xa0;: le serveur déménage. Ne l’exécutez pas à côté de l’original.</translation>
    </message>
    <message>
        <source>A new initramfs for kernel %1 could not be made (%2). The old one was kept; this kernel may not start.</source>
        <translation>Impossible de créer un nouvel initramfs pour le noyau %1 (%2). L’ancien a été conservé&#x202f;; ce noyau pourrait ne pas démarrer.</translation>
    </message>
    <message>
        <source>The system has no program to make a new initramfs. The old ones start on virtio disks and were kept.</source>
        <translation>Le système n’a pas de programme pour créer un nouvel initramfs. Les anciens démarrent sur des disques virtio et ont été conservés.</translation>
    </message>
    <message>
        <source>Kernel %1 has neither drivers for virtio disks built in nor an initramfs; it will not start.</source>
        <translation>Le noyau %1 n’a ni pilotes intégrés pour les disques virtio ni initramfs&#x202f;; il ne démarrera pas.</translation>
    </message>
    <message>
        <source>The initramfs has no drivers for virtio disks, and the system has neither dracut, initramfs-tools nor mkinitrd. Install one of them on the source, then migrate again.</source>
        <translation>L’initramfs n’a pas de pilotes pour les disques virtio et le système n’a ni dracut, ni initramfs-tools, ni mkinitrd. Installez l’un d’eux sur la source, puis migrez à nouveau.</translation>
    </message>
    <message>
        <source>A new initramfs for the default kernel %1 could not be made (%2). Make one with virtio_blk and virtio_pci on the source, then migrate again.</source>
        <translation>Impossible de créer un nouvel initramfs pour le noyau par défaut %1 (%2). Créez-en un avec virtio_blk et virtio_pci sur la source, puis migrez à nouveau.</translation>
    </message>
    <message>
        <source>A boot entry in %1 names %2, which is not in /boot.</source>
        <translation>Une entrée d’amorçage dans %1 désigne %2, absent de /boot.</translation>
    </message>
    <message>
        <source>No kernel was found in /boot.</source>
        <translation>Aucun noyau trouvé dans /boot.</translation>
    </message>
    <message>
        <source>Kernel %1 has no drivers for virtio disks; it will not start. It is not the default.</source>
        <translation>Le noyau %1 n’a pas de pilotes pour les disques virtio&#x202f;; il ne démarrera pas. Ce n’est pas le noyau par défaut.</translation>
    </message>
    <message>
        <source>The plan puts volumes on LVM, but the system has no LVM programs. Install lvm2 on the source or choose plain partitions.</source>
        <translation>Le plan place des volumes sur LVM, mais le système n’a pas de programmes LVM. Installez lvm2 sur la source ou choisissez des partitions simples.</translation>
    </message>
    <message>
        <source>%1 (%2) comes from another machine. The system now starts also when it cannot be had.</source>
        <translation>%1 (%2) vient d’une autre machine. Le système démarre désormais même s’il n’est pas disponible.</translation>
    </message>
    <message>
        <source>%1 (%2) is not in the image; it is no longer mounted.</source>
        <translation>%1 (%2) n’est pas dans l’image&#x202f;; il n’est plus monté.</translation>
    </message>
    <message>
        <source>What %1 (%2) stands for in the image is not known. The system now starts also without it.</source>
        <translation>On ne sait pas à quoi correspond %1 (%2) dans l’image. Le système démarre désormais même sans lui.</translation>
    </message>
    <message>
        <source>The name server %1 is set by hand. Check that it answers from the new place.</source>
        <translation>Le serveur de noms %1 est défini manuellement. Vérifiez qu’il répond depuis le nouvel emplacement.</translation>
    </message>
    <message>
        <source>Several services manage the network: %1. Keep one of them.</source>
        <translation>Plusieurs services gèrent le réseau&#xa0;: %1. N’en gardez qu’un.</translation>
    </message>
    <message>
        <source>The way out leads over %1, a bond, bridge or VLAN. Its settings were left as they are; the image may not be reachable until you change them or let Edgelift replace them by plain DHCP.</source>
        <translation>L’accès vers l’extérieur passe par %1, une agrégation de liens, un pont ou un VLAN. Ses paramètres ont été laissés tels quels&#x202f;; l’image risque d’être injoignable tant que vous ne les modifiez pas ou ne laissez pas Edgelift les remplacer par un simple DHCP.</translation>
    </message>
    <message>
        <source>No network settings that Edgelift knows were found. The image may not be reachable.</source>
        <translation>Aucun paramètre réseau connu d’Edgelift n’a été trouvé. L’image risque d’être injoignable.</translation>
    </message>
    <message>
        <source>The network interface %1 is no longer started by itself: the new machine may not have it.</source>
        <translation>L’interface réseau %1 n’est plus démarrée automatiquement&#xa0;: la nouvelle machine ne l’a peut-être pas.</translation>
    </message>
    <message>
        <source>%1 needs a processor of level %2. Choose an instance type that has it.</source>
        <translation>%1 nécessite un processeur de niveau %2. Choisissez un type d’instance qui en dispose.</translation>
    </message>
    <message>
        <source>/etc/resolv.conf leads to %1, but systemd-resolved does not start with the system.</source>
        <translation>/etc/resolv.conf mène à %1, mais systemd-resolved ne démarre pas avec le système.</translation>
    </message>
    <message>
        <source>No boot entry names the image&apos;s root filesystem.</source>
        <translation>Aucune entrée d’amorçage ne désigne le système de fichiers racine de l’image.</translation>
    </message>
    <message>
        <source>The plan has no volume for the root filesystem.</source>
        <translation>Le plan n’a pas de volume pour le système de fichiers racine.</translation>
    </message>
    <message>
        <source>The routes in %1 belong to the old network and are out of effect.</source>
        <translation>Les routes dans %1 appartiennent à l’ancien réseau et sont neutralisées.</translation>
    </message>
    <message>
        <source>SELinux labels are restored when the image starts for the first time. That can take several minutes, and the system restarts once.</source>
        <translation>Les étiquettes SELinux sont restaurées au premier démarrage de l’image. Cela peut prendre plusieurs minutes et le système redémarre une fois.</translation>
    </message>
    <message>
        <source>No SSH server starts with the system.</source>
        <translation>Aucun serveur SSH ne démarre avec le système.</translation>
    </message>
    <message>
        <source>SSH is restricted by an address in %1: “%2”. Check that it lets you in at the new address.</source>
        <translation>SSH est restreint par une adresse dans %1&#xa0;: «&#xa0;%2&#xa0;». Vérifiez qu’il vous laisse entrer à la nouvelle adresse.</translation>
    </message>
    <message>
        <source>The swap area %2 is not in the image; it is no longer used.</source>
        <translation>La zone d’échange %2 n’est pas dans l’image&#x202f;; elle n’est plus utilisée.</translation>
    </message>
    <message>
        <source>The distribution “%1” is not one Edgelift was made for. What is common to all was done; test the image well.</source>
        <translation>La distribution «&#xa0;%1&#xa0;» n’est pas de celles pour lesquelles Edgelift a été conçu. Ce qui est commun à toutes a été fait&#x202f;; testez bien l’image.</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but the EFI system partition has no loader for x86_64.</source>
        <translation>L’image doit démarrer par UEFI, mais la partition système EFI n’a pas de chargeur pour x86_64.</translation>
    </message>
    <message>
        <source>The EFI system partition could not be looked into. If it has no EFI\BOOT\BOOTX64.EFI, the image does not start.</source>
        <translation>Le contenu de la partition système EFI n’a pas pu être examiné. Si elle ne contient pas EFI\BOOT\BOOTX64.EFI, l’image ne démarre pas.</translation>
    </message>
</context>
<context>
    <name>ErrorText</name>
    <message>
        <source>Something went wrong inside Edgelift</source>
        <translation>Une erreur interne s’est produite dans Edgelift</translation>
    </message>
    <message>
        <source>An internal check failed.</source>
        <translation>Un contrôle interne a échoué.</translation>
    </message>
    <message>
        <source>Save the diagnostics and report them with the code above.</source>
        <translation>Enregistrez les diagnostics et signalez-les avec le code ci-dessus.</translation>
    </message>
    <message>
        <source>The command is not complete</source>
        <translation>La commande est incomplète</translation>
    </message>
    <message>
        <source>%1</source>
        <translation>%1</translation>
    </message>
    <message>
        <source>Run the command with --help to see what it takes.</source>
        <translation>Exécutez la commande avec --help pour voir ce qu’elle accepte.</translation>
    </message>
    <message>
        <source>Not permitted</source>
        <translation>Opération non autorisée</translation>
    </message>
    <message>
        <source>%1 needs administrator rights.</source>
        <translation>%1 nécessite des droits d’administrateur.</translation>
    </message>
    <message>
        <source>Run the command again as root, for example with sudo.</source>
        <translation>Relancez la commande en tant que root, par exemple avec sudo.</translation>
    </message>
    <message>
        <source>A program is missing</source>
        <translation>Un programme est manquant</translation>
    </message>
    <message>
        <source>The program %1 was not found.</source>
        <translation>Le programme %1 est introuvable.</translation>
    </message>
    <message>
        <source>Install %1 and retry.</source>
        <translation>Installez %1, puis réessayez.</translation>
    </message>
    <message>
        <source>A program failed</source>
        <translation>Un programme a échoué</translation>
    </message>
    <message>
        <source>%1 ended with an error.</source>
        <translation>%1 s’est terminé avec une erreur.</translation>
    </message>
    <message>
        <source>Read the log for what it printed, mend the cause and retry.</source>
        <translation>Consultez sa sortie dans le journal, corrigez la cause, puis réessayez.</translation>
    </message>
    <message>
        <source>A program did not finish</source>
        <translation>Un programme ne s’est pas terminé</translation>
    </message>
    <message>
        <source>%1 took longer than it may.</source>
        <translation>%1 a dépassé le temps autorisé.</translation>
    </message>
    <message>
        <source>Check that the machine is not overloaded, then retry.</source>
        <translation>Vérifiez que la machine n’est pas surchargée, puis réessayez.</translation>
    </message>
    <message>
        <source>There is no space left</source>
        <translation>Espace insuffisant</translation>
    </message>
    <message>
        <source>No space is left in %1.</source>
        <translation>Il ne reste plus d’espace dans %1.</translation>
    </message>
    <message>
        <source>Free some space there, then retry. What was done is kept.</source>
        <translation>Libérez-y de l’espace, puis réessayez. Le travail effectué est conservé.</translation>
    </message>
    <message>
        <source>A file could not be read</source>
        <translation>Un fichier n’a pas pu être lu</translation>
    </message>
    <message>
        <source>%1 could not be read.</source>
        <translation>Impossible de lire %1.</translation>
    </message>
    <message>
        <source>Check that the file exists and may be read, then retry.</source>
        <translation>Vérifiez que le fichier existe et qu’il est lisible, puis réessayez.</translation>
    </message>
    <message>
        <source>A file could not be written</source>
        <translation>Un fichier n’a pas pu être écrit</translation>
    </message>
    <message>
        <source>%1 could not be written.</source>
        <translation>Impossible d’écrire %1.</translation>
    </message>
    <message>
        <source>Check the folder&apos;s rights and free space, then retry.</source>
        <translation>Vérifiez les droits et l’espace libre du dossier, puis réessayez.</translation>
    </message>
    <message>
        <source>The migration journal is damaged</source>
        <translation>Le journal de migration est endommagé</translation>
    </message>
    <message>
        <source>The journal %1 cannot be trusted.</source>
        <translation>Le journal %1 n’est pas fiable.</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again; nothing on the source was changed.</source>
        <translation>Annulez cette migration et recommencez&#x202f;; rien n’a été modifié sur la source.</translation>
    </message>
    <message>
        <source>Saved state is damaged</source>
        <translation>Un état enregistré est endommagé</translation>
    </message>
    <message>
        <source>%1 cannot be trusted.</source>
        <translation>%1 n’est pas fiable.</translation>
    </message>
    <message>
        <source>Move the file away and start again; nothing on the source was changed.</source>
        <translation>Déplacez le fichier ailleurs et recommencez&#x202f;; rien n’a été modifié sur la source.</translation>
    </message>
    <message>
        <source>The plan file cannot be read</source>
        <translation>Le fichier de plan est illisible</translation>
    </message>
    <message>
        <source>%1 is not a plan file: %2.</source>
        <translation>%1 n’est pas un fichier de plan&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Make a new plan with “edgeliftctl plan new”, or mend the file at that place.</source>
        <translation>Créez un nouveau plan avec «&#xa0;edgeliftctl plan new&#xa0;» ou corrigez le fichier à cet endroit.</translation>
    </message>
    <message>
        <source>The plan has an unknown setting</source>
        <translation>Le plan contient un paramètre inconnu</translation>
    </message>
    <message>
        <source>The plan has the unknown key “%1”.</source>
        <translation>Le plan contient la clé inconnue «&#xa0;%1&#xa0;».</translation>
    </message>
    <message>
        <source>Did you mean “%2”? Correct the key or remove it.</source>
        <translation>Vouliez-vous dire «&#xa0;%2&#xa0;»&#x202f;? Corrigez ou supprimez la clé.</translation>
    </message>
    <message>
        <source>The plan was made by another version</source>
        <translation>Le plan provient d’une autre version</translation>
    </message>
    <message>
        <source>The plan has version %1; this program reads version %2.</source>
        <translation>Le plan est en version %1&#x202f;; ce programme lit la version %2.</translation>
    </message>
    <message>
        <source>Make a new plan with this program, or use the program that made the plan.</source>
        <translation>Créez un nouveau plan avec ce programme ou utilisez celui qui a créé le plan.</translation>
    </message>
    <message>
        <source>The plan has an impossible value</source>
        <translation>Le plan contient une valeur impossible</translation>
    </message>
    <message>
        <source>%1 cannot be “%2”. Allowed: %3.</source>
        <translation>%1 ne peut pas être «&#xa0;%2&#xa0;». Valeurs admises&#xa0;: %3.</translation>
    </message>
    <message>
        <source>Change the value in the plan and validate it again.</source>
        <translation>Modifiez la valeur dans le plan, puis validez-le à nouveau.</translation>
    </message>
    <message>
        <source>The plan breaks a rule</source>
        <translation>Le plan enfreint une règle</translation>
    </message>
    <message>
        <source>Change the plan as described and validate it again.</source>
        <translation>Modifiez le plan comme indiqué, puis validez-le à nouveau.</translation>
    </message>
    <message>
        <source>The plan belongs to another server</source>
        <translation>Le plan appartient à un autre serveur</translation>
    </message>
    <message>
        <source>The plan names %1, which this source does not have.</source>
        <translation>Le plan mentionne %1, absent de cette source.</translation>
    </message>
    <message>
        <source>Make a new plan for this source with “edgeliftctl plan new”.</source>
        <translation>Créez un nouveau plan pour cette source avec «&#xa0;edgeliftctl plan new&#xa0;».</translation>
    </message>
    <message>
        <source>This change of the disk layout is not available</source>
        <translation>Cette modification des disques n’est pas disponible</translation>
    </message>
    <message>
        <source>A disk of the source could not be read</source>
        <translation>Un disque de la source n’a pas pu être lu</translation>
    </message>
    <message>
        <source>Reading %1 failed.</source>
        <translation>Échec de la lecture de %1.</translation>
    </message>
    <message>
        <source>Check the disk&apos;s health and the file&apos;s rights, then retry. What was already sent is kept.</source>
        <translation>Vérifiez l’état du disque et les droits du fichier, puis réessayez. Les données déjà envoyées sont conservées.</translation>
    </message>
    <message>
        <source>A disk of the source was not found</source>
        <translation>Un disque de la source est introuvable</translation>
    </message>
    <message>
        <source>%1 does not exist.</source>
        <translation>%1 n’existe pas.</translation>
    </message>
    <message>
        <source>Check the path of the disk, then start again.</source>
        <translation>Vérifiez le chemin du disque, puis recommencez.</translation>
    </message>
    <message>
        <source>The disk is empty</source>
        <translation>Le disque est vide</translation>
    </message>
    <message>
        <source>%1 has no content.</source>
        <translation>%1 n’a pas de contenu.</translation>
    </message>
    <message>
        <source>Choose the right disk image.</source>
        <translation>Choisissez la bonne image disque.</translation>
    </message>
    <message>
        <source>The source changed during the migration</source>
        <translation>La source a changé pendant la migration</translation>
    </message>
    <message>
        <source>%1 is no longer what it was when the migration began.</source>
        <translation>%1 n’est plus dans l’état du début de la migration.</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk image, then start the migration again.</source>
        <translation>Assurez-vous que rien n’écrit sur l’image disque, puis relancez la migration.</translation>
    </message>
    <message>
        <source>The disk image is in use</source>
        <translation>L’image disque est utilisée</translation>
    </message>
    <message>
        <source>%1 is in use by another program.</source>
        <translation>%1 est utilisé par un autre programme.</translation>
    </message>
    <message>
        <source>Shut the virtual machine down or choose a copy of its disk, then retry.</source>
        <translation>Arrêtez la machine virtuelle ou choisissez une copie de son disque, puis réessayez.</translation>
    </message>
    <message>
        <source>The format of the disk image is not supported</source>
        <translation>Le format de l’image disque n’est pas pris en charge</translation>
    </message>
    <message>
        <source>%1 has the format %2. Raw and qcow2 images can be read.</source>
        <translation>%1 est au format %2. Les images raw et qcow2 sont lisibles.</translation>
    </message>
    <message>
        <source>Convert the image with “qemu-img convert -O qcow2” and start again.</source>
        <translation>Convertissez l’image avec «&#xa0;qemu-img convert -O qcow2&#xa0;», puis recommencez.</translation>
    </message>
    <message>
        <source>The partition table is damaged</source>
        <translation>La table de partitions est endommagée</translation>
    </message>
    <message>
        <source>The partition table of %1 cannot be used: %2.</source>
        <translation>La table de partitions de %1 est inutilisable&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Repair the table (for example with “sgdisk --verify” or “sfdisk --verify”), then start again.</source>
        <translation>Réparez la table (par exemple avec «&#xa0;sgdisk --verify&#xa0;» ou «&#xa0;sfdisk --verify&#xa0;»), puis recommencez.</translation>
    </message>
    <message>
        <source>The partition table refers to itself</source>
        <translation>La table de partitions renvoie à elle-même</translation>
    </message>
    <message>
        <source>The extended partitions of %1 form a loop.</source>
        <translation>Les partitions étendues de %1 forment une boucle.</translation>
    </message>
    <message>
        <source>Repair the partition table with “sfdisk”, then start again.</source>
        <translation>Réparez la table de partitions avec «&#xa0;sfdisk&#xa0;», puis recommencez.</translation>
    </message>
    <message>
        <source>This is not a Linux server</source>
        <translation>Ce n’est pas un serveur Linux</translation>
    </message>
    <message>
        <source>No Linux system was found on %1.</source>
        <translation>Aucun système Linux trouvé sur %1.</translation>
    </message>
    <message>
        <source>Only Linux servers can become ENS images. Choose the disk that holds the Linux system.</source>
        <translation>Seuls les serveurs Linux peuvent devenir des images ENS. Choisissez le disque qui contient le système Linux.</translation>
    </message>
    <message>
        <source>The processor architecture is not supported</source>
        <translation>L’architecture du processeur n’est pas prise en charge</translation>
    </message>
    <message>
        <source>The system on %1 is made for %2.</source>
        <translation>Le système sur %1 est conçu pour %2.</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>Seuls les serveurs x86-64 peuvent devenir des images ENS.</translation>
    </message>
    <message>
        <source>Too many data disks</source>
        <translation>Trop de disques de données</translation>
    </message>
    <message>
        <source>%1 data disks would be migrated, at most 4 are possible.</source>
        <translation>%1 disques de données seraient migrés, 4 au maximum sont possibles.</translation>
    </message>
    <message>
        <source>Leave out disks: set all volumes of a disk to “migrate”: false in the plan.</source>
        <translation>Excluez des disques&#xa0;: définissez «&#xa0;migrate&#xa0;»: false pour tous les volumes d’un disque dans le plan.</translation>
    </message>
    <message>
        <source>A data disk is too large</source>
        <translation>Un disque de données est trop grand</translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. %1 has %2.</source>
        <translation>Une image ENS admet au plus 500 GiB par disque de données. %1 fait %2.</translation>
    </message>
    <message>
        <source>Leave the disk out, or make it smaller.</source>
        <translation>Excluez le disque ou réduisez-le.</translation>
    </message>
    <message>
        <source>The root filesystem was not found</source>
        <translation>Le système de fichiers racine est introuvable</translation>
    </message>
    <message>
        <source>No volume of %1 can be mounted as “/”.</source>
        <translation>Aucun volume de %1 ne peut être monté sur «&#xa0;/&#xa0;».</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>Choisissez le disque sur lequel le serveur démarre.</translation>
    </message>
    <message>
        <source>A filesystem is damaged</source>
        <translation>Un système de fichiers est endommagé</translation>
    </message>
    <message>
        <source>The filesystem on %1 cannot be read: %2.</source>
        <translation>Le système de fichiers sur %1 est illisible&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Check it with the filesystem&apos;s own repair program, then start again.</source>
        <translation>Vérifiez-le avec son propre programme de réparation, puis recommencez.</translation>
    </message>
    <message>
        <source>A volume cannot be migrated</source>
        <translation>Un volume ne peut pas être migré</translation>
    </message>
    <message>
        <source>%1 is of a kind that cannot be migrated: %2.</source>
        <translation>%1 est d’un type qui ne peut pas être migré&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Leave the volume out, or change it on the source.</source>
        <translation>Excluez le volume ou modifiez-le sur la source.</translation>
    </message>
    <message>
        <source>No boot loader was found</source>
        <translation>Aucun chargeur d’amorçage trouvé</translation>
    </message>
    <message>
        <source>%1 has no boot loader that the image could start with.</source>
        <translation>%1 n’a pas de chargeur d’amorçage permettant de démarrer l’image.</translation>
    </message>
    <message>
        <source>Install GRUB on the source&apos;s system disk, then start again.</source>
        <translation>Installez GRUB sur le disque système de la source, puis recommencez.</translation>
    </message>
    <message>
        <source>Drivers for the cloud are missing</source>
        <translation>Des pilotes pour le cloud sont manquants</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>Les fichiers de démarrage du noyau %1 n’ont pas de pilotes virtio.</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>Reconstruisez l’initramfs avec virtio_blk, virtio_pci et virtio_net, puis vérifiez à nouveau.</translation>
    </message>
    <message>
        <source>The source does not read the same twice</source>
        <translation>La source donne des lectures différentes</translation>
    </message>
    <message>
        <source>%2 blocks of %1 had another content each time they were read.</source>
        <translation>%2 blocs de %1 avaient un contenu différent à chaque lecture.</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk. Then test the source server&apos;s memory (RAM) and the disk&apos;s health, and start again.</source>
        <translation>Assurez-vous que rien n’écrit sur le disque. Testez ensuite la mémoire (RAM) et l’état du disque du serveur source, puis recommencez.</translation>
    </message>
    <message>
        <source>The transit instance does not answer</source>
        <translation>L’instance de transit ne répond pas</translation>
    </message>
    <message>
        <source>%1 cannot be reached on port %2.</source>
        <translation>%1 n’est pas joignable sur le port %2.</translation>
    </message>
    <message>
        <source>Allow outgoing connections to ports 8080 and 8703, then retry. What was already sent is kept.</source>
        <translation>Autorisez les connexions sortantes vers les ports 8080 et 8703, puis réessayez. Les données déjà envoyées sont conservées.</translation>
    </message>
    <message>
        <source>The receiver is of another version</source>
        <translation>Le récepteur est d’une autre version</translation>
    </message>
    <message>
        <source>The receiver speaks protocol %1.</source>
        <translation>Le récepteur utilise le protocole %1.</translation>
    </message>
    <message>
        <source>Let the migration create a new transit instance (cancel and start again), or update this program.</source>
        <translation>Laissez la migration créer une nouvelle instance de transit (annulez et recommencez) ou mettez ce programme à jour.</translation>
    </message>
    <message>
        <source>The data connection was disturbed</source>
        <translation>La connexion de données a été perturbée</translation>
    </message>
    <message>
        <source>A message on the data connection could not be understood.</source>
        <translation>Un message de la connexion de données n’a pas été compris.</translation>
    </message>
    <message>
        <source>Retry. What was already confirmed is kept.</source>
        <translation>Réessayez. Ce qui est déjà confirmé est conservé.</translation>
    </message>
    <message>
        <source>The other side could not prove who it is</source>
        <translation>L’autre partie n’a pas pu prouver son identité</translation>
    </message>
    <message>
        <source>The computer at %1 does not hold the key of this migration.</source>
        <translation>L’ordinateur à l’adresse %1 ne détient pas la clé de cette migration.</translation>
    </message>
    <message>
        <source>Check for a proxy that opens encrypted connections, then retry.</source>
        <translation>Vérifiez si un proxy ouvre les connexions chiffrées, puis réessayez.</translation>
    </message>
    <message>
        <source>The receiver holds another state</source>
        <translation>Le récepteur est dans un autre état</translation>
    </message>
    <message>
        <source>The receiver does not know this run of the migration.</source>
        <translation>Le récepteur ne connaît pas cette exécution de la migration.</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again.</source>
        <translation>Annulez cette migration et recommencez.</translation>
    </message>
    <message>
        <source>Data was damaged on the way</source>
        <translation>Des données ont été endommagées en route</translation>
    </message>
    <message>
        <source>A block of %1 arrived damaged.</source>
        <translation>Un bloc de %1 est arrivé endommagé.</translation>
    </message>
    <message>
        <source>Retry. The block is sent again; nothing damaged was written. If it happens again, test the source server&apos;s memory (RAM).</source>
        <translation>Réessayez. Le bloc est renvoyé&#x202f;; rien d’endommagé n’a été écrit. Si cela se reproduit, testez la mémoire (RAM) du serveur source.</translation>
    </message>
    <message>
        <source>A target disk was not found</source>
        <translation>Un disque cible est introuvable</translation>
    </message>
    <message>
        <source>The disk with serial %1 is not attached to the transit instance.</source>
        <translation>Le disque de numéro de série %1 n’est pas attaché à l’instance de transit.</translation>
    </message>
    <message>
        <source>Retry; if it stays away, cancel the migration and start again.</source>
        <translation>Réessayez&#x202f;; s’il reste absent, annulez la migration et recommencez.</translation>
    </message>
    <message>
        <source>A target disk is too small</source>
        <translation>Un disque cible est trop petit</translation>
    </message>
    <message>
        <source>The target disk %1 has %2, but %3 are needed.</source>
        <translation>Le disque cible %1 fait %2, mais il faut %3.</translation>
    </message>
    <message>
        <source>Choose a larger disk in the plan and start again.</source>
        <translation>Choisissez un disque plus grand dans le plan, puis recommencez.</translation>
    </message>
    <message>
        <source>Writing the target disk failed</source>
        <translation>Échec de l’écriture du disque cible</translation>
    </message>
    <message>
        <source>The target disk %1 could not be written.</source>
        <translation>Impossible d’écrire sur le disque cible %1.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, cancel the migration and start again.</source>
        <translation>Réessayez. En cas de nouvel échec, annulez la migration et recommencez.</translation>
    </message>
    <message>
        <source>Reading the target disk back failed</source>
        <translation>Échec de la relecture du disque cible</translation>
    </message>
    <message>
        <source>The target disk %1 could not be read back.</source>
        <translation>Impossible de relire le disque cible %1.</translation>
    </message>
    <message>
        <source>The copy is not equal to the source</source>
        <translation>La copie n’est pas identique à la source</translation>
    </message>
    <message>
        <source>%1 blocks of the target disk differ from what was sent, after a second copy as well.</source>
        <translation>%1 blocs du disque cible diffèrent des données envoyées, même après une seconde copie.</translation>
    </message>
    <message>
        <source>Memory (RAM) or disk of the transit instance is faulty. Cancel the migration and start it again: it gets another one.</source>
        <translation>La mémoire (RAM) ou le disque de l’instance de transit est défectueux. Annulez la migration et recommencez&#xa0;: elle en obtiendra une autre.</translation>
    </message>
    <message>
        <source>The connection to the transit instance was lost</source>
        <translation>La connexion à l’instance de transit est perdue</translation>
    </message>
    <message>
        <source>The connection to %1 was lost.</source>
        <translation>La connexion à %1 est perdue.</translation>
    </message>
    <message>
        <source>Check the network, then retry. What was already sent is kept.</source>
        <translation>Vérifiez le réseau, puis réessayez. Les données déjà envoyées sont conservées.</translation>
    </message>
    <message>
        <source>No data passes to the transit instance</source>
        <translation>Aucune donnée ne parvient à l’instance de transit</translation>
    </message>
    <message>
        <source>No data passed to %1 for %2 seconds.</source>
        <translation>Aucune donnée transmise à %1 pendant %2 secondes.</translation>
    </message>
    <message>
        <source>A write outside the target was refused</source>
        <translation>Une écriture hors de la cible a été refusée</translation>
    </message>
    <message>
        <source>The receiver refused a write outside disk %1.</source>
        <translation>Le récepteur a refusé une écriture hors du disque %1.</translation>
    </message>
    <message>
        <source>The partition table of the target could not be written</source>
        <translation>La table de partitions de la cible n’a pas pu être écrite</translation>
    </message>
    <message>
        <source>The partition table of target disk %1 could not be completed.</source>
        <translation>La table de partitions du disque cible %1 n’a pas pu être achevée.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, save the diagnostics and report them.</source>
        <translation>Réessayez. En cas de nouvel échec, enregistrez les diagnostics et signalez-les.</translation>
    </message>
    <message>
        <source>A target disk is in use</source>
        <translation>Un disque cible est utilisé</translation>
    </message>
    <message>
        <source>The target disk %1 is in use by the transit instance itself and was not touched.</source>
        <translation>Le disque cible %1 est utilisé par l’instance de transit elle-même et n’a pas été touché.</translation>
    </message>
    <message>
        <source>Retry. If it stays in use, cancel the migration and start again.</source>
        <translation>Réessayez. S’il reste utilisé, annulez la migration et recommencez.</translation>
    </message>
    <message>
        <source>The cloud refused a request</source>
        <translation>Le cloud a refusé une requête</translation>
    </message>
    <message>
        <source>%1 was refused: %2.</source>
        <translation>%1 a été refusé&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Read the cloud&apos;s reason, mend it in the console, then retry.</source>
        <translation>Lisez le motif du cloud, corrigez-le dans la console, puis réessayez.</translation>
    </message>
    <message>
        <source>The cloud asks to slow down</source>
        <translation>Le cloud demande de ralentir</translation>
    </message>
    <message>
        <source>Too many %1 requests were made from this account.</source>
        <translation>Trop de requêtes %1 ont été faites depuis ce compte.</translation>
    </message>
    <message>
        <source>Nothing is lost. Wait a minute, then retry.</source>
        <translation>Rien n’est perdu. Attendez une minute, puis réessayez.</translation>
    </message>
    <message>
        <source>The cloud&apos;s answer was not understood</source>
        <translation>La réponse du cloud n’a pas été comprise</translation>
    </message>
    <message>
        <source>The answer to %1 could not be understood.</source>
        <translation>La réponse à %1 n’a pas été comprise.</translation>
    </message>
    <message>
        <source>Retry. If it happens again, check for a proxy that changes answers.</source>
        <translation>Réessayez. Si cela se reproduit, vérifiez si un proxy modifie les réponses.</translation>
    </message>
    <message>
        <source>The cloud does not answer</source>
        <translation>Le cloud ne répond pas</translation>
    </message>
    <message>
        <source>No answer from %1.</source>
        <translation>Aucune réponse de %1.</translation>
    </message>
    <message>
        <source>Check the network or the proxy, then retry.</source>
        <translation>Vérifiez le réseau ou le proxy, puis réessayez.</translation>
    </message>
    <message>
        <source>The AccessKey pair was refused</source>
        <translation>La paire AccessKey a été refusée</translation>
    </message>
    <message>
        <source>The cloud refused the AccessKey pair: %1.</source>
        <translation>Le cloud a refusé la paire AccessKey&#xa0;: %1.</translation>
    </message>
    <message>
        <source>Check the AccessKey ID and secret, then start again.</source>
        <translation>Vérifiez l’ID et le secret AccessKey, puis recommencez.</translation>
    </message>
    <message>
        <source>The temporary credentials expired</source>
        <translation>Les identifiants temporaires ont expiré</translation>
    </message>
    <message>
        <source>The temporary credentials for %1 are no longer valid.</source>
        <translation>Les identifiants temporaires pour %1 ne sont plus valides.</translation>
    </message>
    <message>
        <source>Retry. New credentials are fetched by themselves.</source>
        <translation>Réessayez. De nouveaux identifiants sont obtenus automatiquement.</translation>
    </message>
    <message>
        <source>The account lacks a permission</source>
        <translation>Il manque une autorisation au compte</translation>
    </message>
    <message>
        <source>The account may not call %1: %2.</source>
        <translation>Le compte ne peut pas appeler %1&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Grant the permission in the RAM console, then retry.</source>
        <translation>Accordez l’autorisation dans la console RAM, puis réessayez.</translation>
    </message>
    <message>
        <source>This computer&apos;s clock is wrong</source>
        <translation>L’horloge de cet ordinateur est incorrecte</translation>
    </message>
    <message>
        <source>The clock differs from the cloud&apos;s by %1 seconds.</source>
        <translation>L’horloge diffère de celle du cloud de %1 secondes.</translation>
    </message>
    <message>
        <source>The bucket does not exist</source>
        <translation>Le bucket n’existe pas</translation>
    </message>
    <message>
        <source>There is no bucket “%1”.</source>
        <translation>Il n’existe pas de bucket «&#xa0;%1&#xa0;».</translation>
    </message>
    <message>
        <source>Create the bucket in %2, or choose another one in the plan.</source>
        <translation>Créez le bucket dans %2 ou choisissez-en un autre dans le plan.</translation>
    </message>
    <message>
        <source>The bucket is in another region</source>
        <translation>Le bucket est dans une autre région</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %2, but the temporary image is created in %3.</source>
        <translation>Le bucket «&#xa0;%1&#xa0;» est dans %2, mais l’image temporaire est créée dans %3.</translation>
    </message>
    <message>
        <source>Choose a bucket in %3.</source>
        <translation>Choisissez un bucket dans %3.</translation>
    </message>
    <message>
        <source>The bucket cannot be used</source>
        <translation>Le bucket est inutilisable</translation>
    </message>
    <message>
        <source>Bucket “%1” cannot hold the temporary image: %2.</source>
        <translation>Le bucket «&#xa0;%1&#xa0;» ne peut pas contenir l’image temporaire&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Choose a bucket without server-side encryption, of the standard class.</source>
        <translation>Choisissez un bucket de classe standard, sans chiffrement côté serveur.</translation>
    </message>
    <message>
        <source>The image name is in use</source>
        <translation>Le nom de l’image est déjà utilisé</translation>
    </message>
    <message>
        <source>There is already an image named “%1”.</source>
        <translation>Il existe déjà une image nommée «&#xa0;%1&#xa0;».</translation>
    </message>
    <message>
        <source>Choose another name prefix in the plan.</source>
        <translation>Choisissez un autre préfixe de nom dans le plan.</translation>
    </message>
    <message>
        <source>The instance type is out of stock</source>
        <translation>Le type d’instance est en rupture de stock</translation>
    </message>
    <message>
        <source>Instance type “%1” is out of stock in %2.</source>
        <translation>Le type d’instance «&#xa0;%1&#xa0;» est en rupture de stock dans %2.</translation>
    </message>
    <message>
        <source>Choose another type, or leave the type empty so that one is chosen.</source>
        <translation>Choisissez un autre type ou laissez-le vide pour un choix automatique.</translation>
    </message>
    <message>
        <source>A quota of the account is used up</source>
        <translation>Un quota du compte est épuisé</translation>
    </message>
    <message>
        <source>The quota for %1 is used up: %2.</source>
        <translation>Le quota pour %1 est épuisé&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Delete what is no longer needed or raise the quota, then retry.</source>
        <translation>Supprimez ce qui n’est plus utile ou augmentez le quota, puis réessayez.</translation>
    </message>
    <message>
        <source>The account&apos;s balance is too low</source>
        <translation>Le solde du compte est insuffisant</translation>
    </message>
    <message>
        <source>The account cannot buy the transit instance.</source>
        <translation>Le compte ne peut pas acheter l’instance de transit.</translation>
    </message>
    <message>
        <source>Top up the account, then retry.</source>
        <translation>Rechargez le compte, puis réessayez.</translation>
    </message>
    <message>
        <source>A role is missing in the account</source>
        <translation>Un rôle manque dans le compte</translation>
    </message>
    <message>
        <source>The role %1 does not exist or may not be used.</source>
        <translation>Le rôle %1 n’existe pas ou ne peut pas être utilisé.</translation>
    </message>
    <message>
        <source>Grant the role in the ECS console, then retry.</source>
        <translation>Accordez le rôle dans la console ECS, puis réessayez.</translation>
    </message>
    <message>
        <source>A service is not activated</source>
        <translation>Un service n’est pas activé</translation>
    </message>
    <message>
        <source>%1 is not activated in this account.</source>
        <translation>%1 n’est pas activé dans ce compte.</translation>
    </message>
    <message>
        <source>Activate it in the console, then retry.</source>
        <translation>Activez-le dans la console, puis réessayez.</translation>
    </message>
    <message>
        <source>The region is not supported</source>
        <translation>La région n’est pas prise en charge</translation>
    </message>
    <message>
        <source>%1 is not possible in %2.</source>
        <translation>%1 n’est pas possible dans %2.</translation>
    </message>
    <message>
        <source>Choose China (Beijing) or Singapore.</source>
        <translation>Choisissez Chine (Beijing) ou Singapour.</translation>
    </message>
    <message>
        <source>The network was not found</source>
        <translation>Le réseau est introuvable</translation>
    </message>
    <message>
        <source>%1 does not exist or does not fit.</source>
        <translation>%1 n’existe pas ou ne convient pas.</translation>
    </message>
    <message>
        <source>Choose another VPC and vSwitch in the plan.</source>
        <translation>Choisissez un autre VPC et un autre vSwitch dans le plan.</translation>
    </message>
    <message>
        <source>The transit instance is gone</source>
        <translation>L’instance de transit n’existe plus</translation>
    </message>
    <message>
        <source>The transit instance %1 was released.</source>
        <translation>L’instance de transit %1 a été libérée.</translation>
    </message>
    <message>
        <source>This migration cannot continue. Start it again from the beginning.</source>
        <translation>Cette migration ne peut pas continuer. Recommencez depuis le début.</translation>
    </message>
    <message>
        <source>The transit instance did not get ready</source>
        <translation>L’instance de transit n’est pas devenue prête</translation>
    </message>
    <message>
        <source>The transit instance %1 did not start its receiver.</source>
        <translation>L’instance de transit %1 n’a pas démarré son récepteur.</translation>
    </message>
    <message>
        <source>Retry; if it fails again, cancel the migration and start again.</source>
        <translation>Réessayez&#x202f;; en cas de nouvel échec, annulez la migration et recommencez.</translation>
    </message>
    <message>
        <source>A snapshot failed</source>
        <translation>Un instantané a échoué</translation>
    </message>
    <message>
        <source>The snapshot of disk %1 failed.</source>
        <translation>L’instantané du disque %1 a échoué.</translation>
    </message>
    <message>
        <source>Retry.</source>
        <translation>Réessayez.</translation>
    </message>
    <message>
        <source>The image could not be made</source>
        <translation>L’image n’a pas pu être créée</translation>
    </message>
    <message>
        <source>Making the ECS image %1 failed: %2.</source>
        <translation>Échec de la création de l’image ECS %1&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Retry; if it fails again, read the cloud&apos;s reason in the log.</source>
        <translation>Réessayez&#x202f;; en cas de nouvel échec, lisez le motif du cloud dans le journal.</translation>
    </message>
    <message>
        <source>The image could not be exported</source>
        <translation>L’image n’a pas pu être exportée</translation>
    </message>
    <message>
        <source>Exporting image %1 failed: %2.</source>
        <translation>Échec de l’exportation de l’image %1&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Check the bucket and the role for image export, then retry.</source>
        <translation>Vérifiez le bucket et le rôle d’exportation d’image, puis réessayez.</translation>
    </message>
    <message>
        <source>The image could not be imported</source>
        <translation>L’image n’a pas pu être importée</translation>
    </message>
    <message>
        <source>Importing the ENS image %1 failed: %2.</source>
        <translation>Échec de l’importation de l’image ENS %1&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Retry; the exported files are kept in the bucket until then.</source>
        <translation>Réessayez&#x202f;; les fichiers exportés restent dans le bucket d’ici là.</translation>
    </message>
    <message>
        <source>The cloud took too long</source>
        <translation>Le cloud a mis trop de temps</translation>
    </message>
    <message>
        <source>%1 did not finish in time.</source>
        <translation>%1 ne s’est pas terminé à temps.</translation>
    </message>
    <message>
        <source>Retry; it continues where it stopped.</source>
        <translation>Réessayez&#x202f;; la migration reprend où elle s’est arrêtée.</translation>
    </message>
    <message>
        <source>Something in the cloud is gone</source>
        <translation>Un élément du cloud a disparu</translation>
    </message>
    <message>
        <source>%1 no longer exists.</source>
        <translation>%1 n’existe plus.</translation>
    </message>
    <message>
        <source>It was probably deleted by hand. Cancel the migration and start again.</source>
        <translation>Il a sans doute été supprimé à la main. Annulez la migration et recommencez.</translation>
    </message>
    <message>
        <source>The receiver&apos;s bundle is missing</source>
        <translation>Le paquet du récepteur est manquant</translation>
    </message>
    <message>
        <source>The file %1 was not found.</source>
        <translation>Le fichier %1 est introuvable.</translation>
    </message>
    <message>
        <source>Reinstall Edgelift, or build the target “receiver_bundle”.</source>
        <translation>Réinstallez Edgelift ou compilez la cible «&#xa0;receiver_bundle&#xa0;».</translation>
    </message>
    <message>
        <source>The activation code has a typing error</source>
        <translation>Le code d’activation contient une faute de frappe</translation>
    </message>
    <message>
        <source>The activation code is not complete or has a wrong character: %1.</source>
        <translation>Le code d’activation est incomplet ou contient un caractère erroné&#xa0;: %1.</translation>
    </message>
    <message>
        <source>Copy the whole code again from where it was made.</source>
        <translation>Recopiez le code entier depuis l’endroit où il a été créé.</translation>
    </message>
    <message>
        <source>The activation code was rejected</source>
        <translation>Le code d’activation a été rejeté</translation>
    </message>
    <message>
        <source>The service does not know this activation code.</source>
        <translation>Le service ne connaît pas ce code d’activation.</translation>
    </message>
    <message>
        <source>Check it for missing characters, or generate a new one.</source>
        <translation>Vérifiez qu’il ne manque aucun caractère ou générez-en un nouveau.</translation>
    </message>
    <message>
        <source>The activation code expired</source>
        <translation>Le code d’activation a expiré</translation>
    </message>
    <message>
        <source>The activation code expired on %1.</source>
        <translation>Le code d’activation a expiré le %1.</translation>
    </message>
    <message>
        <source>Generate a new one.</source>
        <translation>Générez-en un nouveau.</translation>
    </message>
    <message>
        <source>The activation code is used up</source>
        <translation>Le code d’activation est épuisé</translation>
    </message>
    <message>
        <source>The activation code has already imported %1 servers, which is its limit.</source>
        <translation>Le code d’activation a déjà importé %1 serveurs, sa limite.</translation>
    </message>
    <message>
        <source>The activation code was disabled</source>
        <translation>Le code d’activation a été désactivé</translation>
    </message>
    <message>
        <source>The activation code was switched off by its owner.</source>
        <translation>Le code d’activation a été désactivé par son propriétaire.</translation>
    </message>
    <message>
        <source>Ask for a new one.</source>
        <translation>Demandez-en un nouveau.</translation>
    </message>
    <message>
        <source>No activation code was given</source>
        <translation>Aucun code d’activation fourni</translation>
    </message>
    <message>
        <source>Neither an activation code nor an AccessKey pair was given.</source>
        <translation>Ni code d’activation ni paire AccessKey n’ont été fournis.</translation>
    </message>
    <message>
        <source>Give the code with --code-file or on standard input, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.</source>
        <translation>Donnez le code avec --code-file ou sur l’entrée standard, ou définissez ALIBABA_CLOUD_ACCESS_KEY_ID et ALIBABA_CLOUD_ACCESS_KEY_SECRET.</translation>
    </message>
    <message>
        <source>The agent does not answer</source>
        <translation>L’agent ne répond pas</translation>
    </message>
    <message>
        <source>No agent answers on %1.</source>
        <translation>Aucun agent ne répond sur %1.</translation>
    </message>
    <message>
        <source>Start it with “systemctl start edgelift-agent”, or run the command as root.</source>
        <translation>Démarrez-le avec «&#xa0;systemctl start edgelift-agent&#xa0;» ou exécutez la commande en tant que root.</translation>
    </message>
    <message>
        <source>The agent is of another version</source>
        <translation>L’agent est d’une autre version</translation>
    </message>
    <message>
        <source>The agent speaks version %1 of its interface, this program version %2.</source>
        <translation>L’agent utilise la version %1 de son interface, ce programme la version %2.</translation>
    </message>
    <message>
        <source>Install the same version of both.</source>
        <translation>Installez la même version des deux.</translation>
    </message>
    <message>
        <source>A migration is already running</source>
        <translation>Une migration est déjà en cours</translation>
    </message>
    <message>
        <source>Migration %1 is still running.</source>
        <translation>La migration %1 est encore en cours.</translation>
    </message>
    <message>
        <source>Wait for its end or cancel it first.</source>
        <translation>Attendez sa fin ou annulez-la d’abord.</translation>
    </message>
    <message>
        <source>The migration was not found</source>
        <translation>La migration est introuvable</translation>
    </message>
    <message>
        <source>There is no migration %1.</source>
        <translation>Il n’existe pas de migration %1.</translation>
    </message>
    <message>
        <source>List the migrations with “edgeliftctl status”.</source>
        <translation>Listez les migrations avec «&#xa0;edgeliftctl status&#xa0;».</translation>
    </message>
    <message>
        <source>This is not possible now</source>
        <translation>C’est impossible pour le moment</translation>
    </message>
    <message>
        <source>Migration %1 is %2.</source>
        <translation>État de la migration %1&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Look at its state with “edgeliftctl status”.</source>
        <translation>Consultez son état avec «&#xa0;edgeliftctl status&#xa0;».</translation>
    </message>
    <message>
        <source>A request was not understood</source>
        <translation>Une requête n’a pas été comprise</translation>
    </message>
    <message>
        <source>Use the same version of all parts of Edgelift.</source>
        <translation>Utilisez la même version de tous les composants d’Edgelift.</translation>
    </message>
    <message>
        <source>Undo the changes to the disks, or leave size, place and method of each volume as they were in the new plan.</source>
        <translation>Annulez les modifications des disques ou laissez la taille, l’emplacement et la méthode de chaque volume comme dans le nouveau plan.</translation>
    </message>
    <message>
        <source>Something wrote to the disks during the final moment</source>
        <translation>Des données ont été écrites sur les disques pendant la phase finale</translation>
    </message>
    <message>
        <source>%1 was written to while the filesystems were held still, %2 times in a row.</source>
        <translation>Des données ont été écrites sur %1 pendant que les systèmes de fichiers étaient figés, %2 fois de suite.</translation>
    </message>
    <message>
        <source>Find the program that writes to the disk directly or that ends the hold (backup and snapshot tools do), stop it, and retry. What was copied is kept.</source>
        <translation>Trouvez le programme qui écrit directement sur le disque ou qui met fin au gel (comme les outils de sauvegarde et d’instantanés), arrêtez-le, puis réessayez. Les données copiées sont conservées.</translation>
    </message>
    <message>
        <source>A part of a disk is always being written</source>
        <translation>Une partie d’un disque est écrite en permanence</translation>
    </message>
    <message>
        <source>An area of %1 that cannot be held still was written to during each of %2 tries to copy it.</source>
        <translation>Une zone de %1 qui ne peut pas être figée a été écrite pendant chacune des %2 tentatives de copie.</translation>
    </message>
    <message>
        <source>Stop what writes to it (updates of the boot partition, programs that use a raw partition) for a minute, then retry.</source>
        <translation>Arrêtez pendant une minute ce qui y écrit (mises à jour de la partition d’amorçage, programmes utilisant une partition brute), puis réessayez.</translation>
    </message>
    <message>
        <source>Changes on the disks were not seen completely</source>
        <translation>Les modifications des disques n’ont pas été entièrement détectées</translation>
    </message>
    <message>
        <source>A change of %1 was missed.</source>
        <translation>Une modification de %1 n’a pas été détectée.</translation>
    </message>
    <message>
        <source>Retry: both sides are compared then, and only what differs is sent.</source>
        <translation>Réessayez&#xa0;: les deux côtés sont alors comparés et seules les différences sont envoyées.</translation>
    </message>
    <message>
        <source>The final moment would have been too long</source>
        <translation>La phase finale aurait été trop longue</translation>
    </message>
    <message>
        <source>The server had written %1 when its filesystems were held still; there is room for %2.</source>
        <translation>Le serveur avait écrit %1 lorsque ses systèmes de fichiers ont été figés&#x202f;; il y a de la place pour %2.</translation>
    </message>
    <message>
        <source>Raise the network limit, stop the services that write most, choose a quiet hour, or allow a longer hold; then retry.</source>
        <translation>Augmentez la limite réseau, arrêtez les services qui écrivent le plus, choisissez une heure calme ou autorisez un gel plus long, puis réessayez.</translation>
    </message>
    <message>
        <source>Changes cannot be tracked this way</source>
        <translation>Les modifications ne peuvent pas être suivies de cette façon</translation>
    </message>
    <message>
        <source>The kernel of this server does not allow changes to be tracked with %1.</source>
        <translation>Le noyau de ce serveur ne permet pas de suivre les modifications avec %1.</translation>
    </message>
    <message>
        <source>Nothing needs to be done: another way is used. The log has the kernel&apos;s reason.</source>
        <translation>Il n’y a rien à faire&#xa0;: un autre moyen est utilisé. Le journal indique le motif donné par le noyau.</translation>
    </message>
    <message>
        <source>A filesystem could not be stopped</source>
        <translation>Un système de fichiers n’a pas pu être figé</translation>
    </message>
    <message>
        <source>Writing to %1 could not be stopped for a moment: %2.</source>
        <translation>L’écriture sur %1 n’a pas pu être suspendue un instant&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Everything goes on as before. Check the disk&apos;s health and the mount, then retry.</source>
        <translation>Tout continue comme avant. Vérifiez l’état du disque et le montage, puis réessayez.</translation>
    </message>
    <message>
        <source>Writing went on too early</source>
        <translation>Les écritures ont repris trop tôt</translation>
    </message>
    <message>
        <source>The filesystems did not stand still long enough: %1.</source>
        <translation>Les systèmes de fichiers ne sont pas restés figés assez longtemps&#xa0;: %1.</translation>
    </message>
    <message>
        <source>What was read is not used. Retry, at a time when the server is less busy.</source>
        <translation>Les données lues ne sont pas utilisées. Réessayez à un moment où le serveur est moins chargé.</translation>
    </message>
    <message>
        <source>A program of yours that runs around the stop failed</source>
        <translation>Un de vos programmes exécutés autour de l’arrêt a échoué</translation>
    </message>
    <message>
        <source>%1 failed: %2.</source>
        <translation>%1 a échoué&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Mend the program in /etc/edgelift/hooks.d, or remove it, then retry.</source>
        <translation>Corrigez le programme dans /etc/edgelift/hooks.d ou supprimez-le, puis réessayez.</translation>
    </message>
    <message>
        <source>A device cannot be followed while the server runs</source>
        <translation>Un périphérique ne peut pas être suivi tant que le serveur est en marche</translation>
    </message>
    <message>
        <source>%1 uses %2. What is written to it while the server runs would be lost.</source>
        <translation>%1 utilise %2. Ce qui y est écrit tant que le serveur est en marche serait perdu.</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>Mettez-le hors service et vérifiez à nouveau, ou arrêtez le serveur et migrez ses images disque.</translation>
    </message>
    <message>
        <source>This part of the copy came too late</source>
        <translation>Cette partie de la copie est arrivée trop tard</translation>
    </message>
    <message>
        <source>The receiver already takes a later round of the copy.</source>
        <translation>Le récepteur traite déjà une passe ultérieure de la copie.</translation>
    </message>
    <message>
        <source>Retry. Make sure that only one program migrates this server.</source>
        <translation>Réessayez. Assurez-vous qu’un seul programme migre ce serveur.</translation>
    </message>
    <message>
        <source>The copied server would not start in the cloud</source>
        <translation>Le serveur copié ne démarrerait pas dans le cloud</translation>
    </message>
    <message>
        <source>Do on the source server what is said there, then migrate again. Nothing was changed on it.</source>
        <translation>Faites sur le serveur source ce qui y est indiqué, puis migrez à nouveau. Rien n’y a été modifié.</translation>
    </message>
    <message>
        <source>A target disk could not be set up</source>
        <translation>Un disque cible n’a pas pu être préparé</translation>
    </message>
    <message>
        <source>Making %1 on the target disk with %2 failed.</source>
        <translation>Échec de la création de %1 sur le disque cible avec %2.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, undo the change of this volume in the plan, or report it with the diagnostics.</source>
        <translation>Réessayez. En cas de nouvel échec, annulez la modification de ce volume dans le plan ou signalez l’erreur avec les diagnostics.</translation>
    </message>
    <message>
        <source>The disks cannot be changed as planned because of %1.</source>
        <translation>Les disques ne peuvent pas être modifiés comme prévu à cause de %1.</translation>
    </message>
    <message>
        <source>A new filesystem is full</source>
        <translation>Un nouveau système de fichiers est plein</translation>
    </message>
    <message>
        <source>The files of %1 do not fit into the size that the plan gives it.</source>
        <translation>Les fichiers de %1 ne tiennent pas dans la taille que le plan lui donne.</translation>
    </message>
    <message>
        <source>Files could not be copied</source>
        <translation>Des fichiers n’ont pas pu être copiés</translation>
    </message>
    <message>
        <source>Copying the files of %1 failed: %2.</source>
        <translation>La copie des fichiers de %1 a échoué : %2.</translation>
    </message>
    <message>
        <source>Mend what is named, then retry. Files that were already copied are kept.</source>
        <translation>Corrigez ce qui est indiqué, puis réessayez. Les fichiers déjà copiés sont conservés.</translation>
    </message>
    <message>
        <source>The final moment would be too long</source>
        <translation>La phase finale serait trop longue</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks, so the %1 in use would be read while the filesystems are held still: for about %2 seconds. %3 seconds are allowed.</source>
        <translation>Le noyau ne permet pas de suivre ce qui est écrit sur les disques&#x202f;; les %1 utilisés seraient donc lus pendant que les systèmes de fichiers sont figés&#xa0;: environ %2 secondes. %3 secondes sont autorisées.</translation>
    </message>
    <message>
        <source>Allow eBPF, perf events or block traces (perf_event_paranoid, lockdown, container settings), or allow a longer final moment (freezeSeconds in the plan, 60 at most), or shut the server down and migrate its disk images.</source>
        <translation>Autorisez eBPF, les événements perf ou les traces de blocs (perf_event_paranoid, lockdown, paramètres de conteneur), autorisez une phase finale plus longue (freezeSeconds dans le plan, 60 au maximum) ou arrêtez le serveur et migrez ses images disque.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is made out to another name.</source>
        <translation>Le certificat présenté par %1 est établi à un autre nom.</translation>
    </message>
    <message>
        <source>Check the address. If a proxy or firewall opens encrypted connections, let it pass this one untouched. Then retry.</source>
        <translation>Vérifiez l’adresse. Si un proxy ou un pare-feu ouvre les connexions chiffrées, faites-lui laisser passer celle-ci intacte. Puis réessayez.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is not valid today.</source>
        <translation>Le certificat présenté par %1 n’est pas valide aujourd’hui.</translation>
    </message>
    <message>
        <source>Check the date of this server, then retry. If it is right, the other side needs a new certificate.</source>
        <translation>Vérifiez la date de ce serveur, puis réessayez. Si elle est correcte, l’autre côté a besoin d’un nouveau certificat.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows comes from an authority that this server does not know.</source>
        <translation>Le certificat présenté par %1 provient d’une autorité que ce serveur ne connaît pas.</translation>
    </message>
    <message>
        <source>If a proxy or firewall opens encrypted connections, let it pass this one untouched, or install its authority on this server. Then retry.</source>
        <translation>Si un proxy ou un pare-feu ouvre les connexions chiffrées, faites-lui laisser passer celle-ci intacte ou installez son autorité sur ce serveur. Puis réessayez.</translation>
    </message>
    <message>
        <source>The name service of this server does not know %1.</source>
        <translation>Le service de noms de ce serveur ne connaît pas %1.</translation>
    </message>
    <message>
        <source>Check the address and the name servers in /etc/resolv.conf, then retry.</source>
        <translation>Vérifiez l’adresse et les serveurs de noms dans /etc/resolv.conf, puis réessayez.</translation>
    </message>
    <message>
        <source>%1 refuses connections.</source>
        <translation>%1 refuse les connexions.</translation>
    </message>
    <message>
        <source>Check the address and its port, and that no firewall refuses this connection, then retry.</source>
        <translation>Vérifiez l’adresse et son port, ainsi que l’absence de pare-feu refusant cette connexion, puis réessayez.</translation>
    </message>
    <message>
        <source>%1 does not answer in time.</source>
        <translation>%1 ne répond pas à temps.</translation>
    </message>
    <message>
        <source>Let the firewall pass connections to this address, or set a proxy, then retry.</source>
        <translation>Autorisez dans le pare-feu les connexions vers cette adresse ou définissez un proxy, puis réessayez.</translation>
    </message>
    <message>
        <source>The connection to %1 is cut before an answer comes.</source>
        <translation>La connexion à %1 est coupée avant l’arrivée d’une réponse.</translation>
    </message>
    <message>
        <source>Let the firewall or proxy that cuts it pass connections to this address, then retry.</source>
        <translation>Autorisez les connexions vers cette adresse dans le pare-feu ou le proxy qui les coupe, puis réessayez.</translation>
    </message>
    <message>
        <source>This server knows no way to %1.</source>
        <translation>Ce serveur ne connaît aucun chemin vers %1.</translation>
    </message>
    <message>
        <source>Check its network and its default gateway, then retry.</source>
        <translation>Vérifiez son réseau et sa passerelle par défaut, puis réessayez.</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 asks for a login.</source>
        <translation>Le proxy sur le chemin vers %1 demande une authentification.</translation>
    </message>
    <message>
        <source>Set the agent&apos;s http_proxy and https_proxy to http://name:password@proxy:port and start it again, or let the proxy pass this address without a login.</source>
        <translation>Définissez http_proxy et https_proxy de l’agent sur http://name:password@proxy:port et redémarrez-le, ou autorisez cette adresse sans authentification dans le proxy.</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 makes no connection to it.</source>
        <translation>Le proxy sur le chemin vers %1 n’établit pas de connexion avec cette adresse.</translation>
    </message>
    <message>
        <source>Check the proxy in the agent&apos;s http_proxy and https_proxy, and that it passes this address, then retry.</source>
        <translation>Vérifiez le proxy dans http_proxy et https_proxy de l’agent et qu’il laisse passer cette adresse, puis réessayez.</translation>
    </message>
    <message>
        <source>What is written to the disks cannot be followed</source>
        <translation>Ce qui est écrit sur les disques ne peut pas être suivi</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow it: eBPF, perf events and block traces were tried.</source>
        <translation>Le noyau ne permet pas de le suivre&#xa0;: eBPF, les événements perf et les traces de blocs ont été essayés.</translation>
    </message>
    <message>
        <source>Allow one of them (perf_event_paranoid, lockdown, container settings), then try again. Otherwise everything in use is compared while writing stops in the final moment, or shut the server down and migrate its disk images.</source>
        <translation>Autorisez l’un d’eux (perf_event_paranoid, lockdown, paramètres de conteneur), puis réessayez. Sinon, tout ce qui est utilisé est comparé pendant que l’écriture est suspendue dans la phase finale&#x202f;; ou arrêtez le serveur et migrez ses images disque.</translation>
    </message>
    <message>
        <source>Print the plan of this migration with “edgeliftctl plan show --job JOB --json”, give the volume more room in it, and go on with “edgeliftctl retry JOB --plan FILE”. The copy then begins anew.</source>
        <translation>Affichez le plan de cette migration avec «&#xa0;edgeliftctl plan show --job JOB --json&#xa0;», donnez-y plus de place au volume et continuez avec «&#xa0;edgeliftctl retry JOB --plan FILE&#xa0;». La copie repart alors de zéro.</translation>
    </message>
    <message>
        <source>The cloud refuses every request from 15 minutes on. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”, then retry.</source>
        <translation>À partir de 15 minutes d’écart, le cloud refuse toutes les requêtes. Synchronisez l’horloge, par exemple avec «&#xa0;timedatectl set-ntp true&#xa0;» ou «&#xa0;chronyc makestep&#xa0;», puis réessayez.</translation>
    </message>
    <message>
        <source>The plan differs in more than the layout</source>
        <translation>Le plan ne diffère pas seulement par la disposition</translation>
    </message>
    <message>
        <source>“%2” is not what migration %1 has begun with. It takes another layout of its disks, and nothing else.</source>
        <translation>«&#xa0;%2&#xa0;» diffère de ce qui valait au début de la migration %1. Elle accepte une autre disposition de ses disques, et rien d’autre.</translation>
    </message>
    <message>
        <source>Take the plan that “edgeliftctl plan show --job %1 --json” prints and change only sizes and places under “disks”, or cancel the migration and start again.</source>
        <translation>Prenez le plan affiché par «&#xa0;edgeliftctl plan show --job %1 --json&#xa0;» et ne modifiez que les tailles et les emplacements sous «&#xa0;disks&#xa0;», ou annulez la migration et recommencez.</translation>
    </message>
    <message>
        <source>The layout cannot be changed any more</source>
        <translation>La disposition ne peut plus être modifiée</translation>
    </message>
    <message>
        <source>The copy of migration %1 is complete, and its image is being made.</source>
        <translation>La copie de la migration %1 est terminée et son image est en cours de création.</translation>
    </message>
    <message>
        <source>Go on without another plan, or cancel the migration and start again.</source>
        <translation>Continuez sans autre plan, ou annulez la migration et recommencez.</translation>
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
        <translation>Illimité</translation>
    </message>
    <message>
        <source>%1 %</source>
        <extracomment>A share of a whole; %1 is a number such as 42</extracomment>
        <translation>%1&#xa0;%</translation>
    </message>
    <message>
        <source>less than 1 min</source>
        <translation>moins de 1 min</translation>
    </message>
    <message>
        <source>more than 2 days</source>
        <translation>plus de 2 jours</translation>
    </message>
    <message>
        <source>about %1 min</source>
        <extracomment>Remaining time</extracomment>
        <translation>environ %1 min</translation>
    </message>
    <message>
        <source>about %1 h</source>
        <translation>environ %1 h</translation>
    </message>
    <message>
        <source>about %1 h %2 min</source>
        <translation>environ %1 h %2 min</translation>
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
        <translation>%1&#xa0;: %2</translation>
    </message>
    <message>
        <source>Warning: %1</source>
        <translation>Avertissement&#xa0;: %1</translation>
    </message>
    <message>
        <source>The ENS image %1 is ready.</source>
        <translation>L’image ENS %1 est prête.</translation>
    </message>
    <message>
        <source>The migration engine does not answer. Reconnecting.</source>
        <translation>Le moteur de migration ne répond pas. Reconnexion en cours.</translation>
    </message>
    <message>
        <source>Connected to the migration engine again.</source>
        <translation>De nouveau connecté au moteur de migration.</translation>
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
        <translation>En attente</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>En cours</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>En pause</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Erreur</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Terminée</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Annulée</translation>
    </message>
</context>
<context>
    <name>LayoutLines</name>
    <message>
        <source>%1: %2 is left out</source>
        <extracomment>%1 &quot;Data disk 1&quot;, %2 the disk&apos;s name on the source</extracomment>
        <translation>%1&#xa0;: %2 est exclu</translation>
    </message>
    <message>
        <source>%1: %2 → %3 (%4)</source>
        <extracomment>%1 &quot;Data disk 1&quot;, %2 the disk&apos;s name on the source, %3 its new size, %4 mount points</extracomment>
        <translation>%1&#xa0;: %2 → %3 (%4)</translation>
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
        <translation>Fixé au maximum, %1.</translation>
    </message>
    <message>
        <source>Set to the minimum, %1.</source>
        <translation>Fixé au minimum, %1.</translation>
    </message>
</context>
<context>
    <name>Phase</name>
    <message>
        <source>Connecting</source>
        <translation>Connexion</translation>
    </message>
    <message>
        <source>Checking the account</source>
        <translation>Vérification du compte</translation>
    </message>
    <message>
        <source>Making the transit instance</source>
        <translation>Création de l’instance de transit</translation>
    </message>
    <message>
        <source>Copying the disks</source>
        <translation>Copie des disques</translation>
    </message>
    <message>
        <source>Finishing the disks</source>
        <translation>Finalisation des disques</translation>
    </message>
    <message>
        <source>Taking snapshots</source>
        <translation>Création des instantanés</translation>
    </message>
    <message>
        <source>Making the ECS image</source>
        <translation>Création de l’image ECS</translation>
    </message>
    <message>
        <source>Exporting the image to the bucket</source>
        <translation>Exportation de l’image vers le bucket</translation>
    </message>
    <message>
        <source>Importing the image into ENS</source>
        <translation>Importation de l’image dans ENS</translation>
    </message>
    <message>
        <source>Cleaning up</source>
        <translation>Nettoyage</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Terminé</translation>
    </message>
</context>
<context>
    <name>PhaseStrip</name>
    <message>
        <source>Preparing</source>
        <translation>Préparation</translation>
    </message>
    <message>
        <source>Transit instance</source>
        <translation>Instance de transit</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>Synchronisation</translation>
    </message>
    <message>
        <source>ECS image</source>
        <translation>Image ECS</translation>
    </message>
    <message>
        <source>Upload to OSS</source>
        <translation>Envoi vers OSS</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>image ENS</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>Nettoyage</translation>
    </message>
</context>
<context>
    <name>PlanRules</name>
    <message>
        <source>System disk</source>
        <translation>Disque système</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <extracomment>%1 the number of a data disk</extracomment>
        <translation>Disque de données %1</translation>
    </message>
    <message>
        <source>Not migrated.</source>
        <translation>Non migré.</translation>
    </message>
    <message>
        <source>Copied block by block: same size and structure as on the source.</source>
        <translation>Copié bloc par bloc&#xa0;: même taille et même structure que sur la source.</translation>
    </message>
    <message>
        <source>Copied file by file because its size changes from %1 to %2.</source>
        <extracomment>%1, %2 sizes</extracomment>
        <translation>Copié fichier par fichier, car sa taille passe de %1 à %2.</translation>
    </message>
    <message>
        <source>Copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>Copié fichier par fichier, car sa taille n’est pas un multiple de 4 MiB alors que LVM est activé.</translation>
    </message>
    <message>
        <source>Copied file by file, as chosen.</source>
        <translation>Copié fichier par fichier, selon votre choix.</translation>
    </message>
    <message>
        <source>Does not fit: %1 missing</source>
        <extracomment>while a mount target is dragged over a disk; %1 a size</extracomment>
        <translation>Trop grand&#xa0;: il manque %1</translation>
    </message>
    <message>
        <source>Move here: %1 fits, %2 free</source>
        <extracomment>while a mount target is dragged over a disk; %1 its size, %2 what is free on the disk afterwards</extracomment>
        <translation>Déplacer ici&#xa0;: %1 tient, %2 libres</translation>
    </message>
    <message>
        <source>%1 moved to %2.</source>
        <extracomment>%1 a mount target, %2 a disk such as “Data disk 2”</extracomment>
        <translation>%1 déplacé vers %2.</translation>
    </message>
    <message>
        <source>%1 changed from %2 to %3.</source>
        <extracomment>%1 a mount target or disk, %2 and %3 sizes</extracomment>
        <translation>%1 modifié de %2 à %3.</translation>
    </message>
    <message>
        <source>%1 is copied file by file.</source>
        <extracomment>%1 a mount target</extracomment>
        <translation>%1 est copié fichier par fichier.</translation>
    </message>
    <message>
        <source>%1 is migrated.</source>
        <translation>%1 est migré.</translation>
    </message>
    <message>
        <source>LVM is switched off on %1.</source>
        <extracomment>%1 a disk such as “Data disk 2”</extracomment>
        <translation>LVM est désactivé sur %1.</translation>
    </message>
    <message>
        <source>Choose where to keep the ENS image: cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>Choisissez où conserver l’image ENS&#xa0;: cn-beijing ou ap-southeast-1. «&#xa0;%1&#xa0;» n’est pas possible.</translation>
    </message>
    <message>
        <source>The name must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”. “%1” does not.</source>
        <translation>Le nom doit compter 2 à 128 caractères, commencer par une lettre et ne contenir que lettres, chiffres, «&#xa0;:&#xa0;», «&#xa0;_&#xa0;» et «&#xa0;-&#xa0;». «&#xa0;%1&#xa0;» ne convient pas.</translation>
    </message>
    <message>
        <source>Choose a bucket. It holds the temporary image.</source>
        <translation>Choisissez un bucket. Il contiendra l’image temporaire.</translation>
    </message>
    <message>
        <source>Choose a VPC and a vSwitch. Private transfer needs both.</source>
        <translation>Choisissez un VPC et un vSwitch. Le transfert privé requiert les deux.</translation>
    </message>
    <message>
        <source>Enter a compression ratio from 0 to 10.</source>
        <translation>Saisissez un taux de compression de 0 à 10.</translation>
    </message>
    <message numerus="yes">
        <source>A job can have at most 20 tags. Remove %n tag(s).</source>
        <translation>
            <numerusform>Une tâche peut avoir au plus 20 balises. Retirez %n balise.</numerusform>
            <numerusform>Une tâche peut avoir au plus 20 balises. Retirez %n balises.</numerusform>
        </translation>
    </message>
    <message>
        <source>A tag key must have 1 to 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”. “%1” does not fit.</source>
        <translation>Une clé de balise doit compter 1 à 128 caractères et ne pas commencer par «&#xa0;aliyun&#xa0;», «&#xa0;acs:&#xa0;», «&#xa0;http://&#xa0;» ou «&#xa0;https://&#xa0;». «&#xa0;%1&#xa0;» ne convient pas.</translation>
    </message>
    <message>
        <source>The licence type “Alibaba Cloud” covers only Windows Server. For %1 choose BYOL if you have a licence.</source>
        <translation>Le type de licence «&#xa0;Alibaba Cloud&#xa0;» ne couvre que Windows Server. Pour %1, choisissez BYOL si vous avez une licence.</translation>
    </message>
    <message>
        <source>Enter a speed limit from 0 to 100,000 Mbit/s; 0 means unlimited.</source>
        <translation>Saisissez une limite de débit de 0 à 100&#x202f;000 Mbit/s&#x202f;; 0 signifie illimité.</translation>
    </message>
    <message>
        <source>The description must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”.</source>
        <translation>La description doit compter 2 à 128 caractères, commencer par une lettre et ne contenir que lettres, chiffres, «&#xa0;:&#xa0;», «&#xa0;_&#xa0;» et «&#xa0;-&#xa0;».</translation>
    </message>
    <message>
        <source>The value of tag “%1” must have at most 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”.</source>
        <translation>La valeur de la balise «&#xa0;%1&#xa0;» doit compter au plus 128 caractères et ne pas commencer par «&#xa0;aliyun&#xa0;», «&#xa0;acs:&#xa0;», «&#xa0;http://&#xa0;» ou «&#xa0;https://&#xa0;».</translation>
    </message>
    <message>
        <source>“%1” cannot be the name of a bucket: those have 3 to 63 lower-case letters, digits and “-”.</source>
        <translation>«&#xa0;%1&#xa0;» ne peut pas être un nom de bucket&#xa0;: il faut 3 à 63 lettres minuscules, chiffres et «&#xa0;-&#xa0;».</translation>
    </message>
    <message>
        <source>The temporary image can be made in cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>L’image temporaire peut être créée dans cn-beijing ou ap-southeast-1. «&#xa0;%1&#xa0;» n’est pas possible.</translation>
    </message>
    <message>
        <source>Enter a disk-read limit from 0 to 100,000 MB/s; 0 means unlimited.</source>
        <translation>Saisissez une limite de lecture disque de 0 à 100&#x202f;000 MB/s&#x202f;; 0 signifie illimité.</translation>
    </message>
    <message>
        <source>Enter a niceness from 0 to 19; 19 gives way to everything else.</source>
        <translation>Saisissez une valeur nice de 0 à 19&#x202f;; 19 cède la priorité à tout le reste.</translation>
    </message>
    <message>
        <source>The time plan can have 32 windows, each with days, two different times and limits in their range. “%1” does not fit.</source>
        <translation>Le calendrier peut avoir 32 plages, chacune avec des jours, deux heures différentes et des limites valides. «&#xa0;%1&#xa0;» ne convient pas.</translation>
    </message>
    <message>
        <source>Paths must start with “/”. “%1” does not.</source>
        <translation>Les chemins doivent commencer par «&#xa0;/&#xa0;», contrairement à «&#xa0;%1&#xa0;».</translation>
    </message>
    <message>
        <source>Exclusions are ignored for partitions copied block by block. Switch block replication off for %1 to use them.</source>
        <translation>Les exclusions sont ignorées pour les partitions copiées bloc par bloc. Désactivez la réplication par blocs de %1 pour les utiliser.</translation>
    </message>
    <message>
        <source>The system disk must have 20 to 2,048 GiB.</source>
        <translation>Le disque système doit faire de 20 à 2&#x202f;048 GiB.</translation>
    </message>
    <message>
        <source>A data disk must have 1 to 32,768 GiB.</source>
        <translation>Un disque de données doit faire de 1 à 32&#x202f;768 GiB.</translation>
    </message>
    <message>
        <source>The system disk needs more than %2, the space in use. Enter at least %4.</source>
        <translation>Le disque système doit dépasser %2, l’espace utilisé. Saisissez au moins %4.</translation>
    </message>
    <message>
        <source>Data disk %1 needs more than %2, the space in use. Enter at least %4.</source>
        <translation>Le disque de données %1 doit dépasser %2, l’espace utilisé. Saisissez au moins %4.</translation>
    </message>
    <message>
        <source>The partitions on %1 need %2, but the disk has %3. Reduce a partition, enlarge the disk or move a mount target.</source>
        <translation>Les partitions sur %1 nécessitent %2, mais le disque fait %3. Réduisez une partition, agrandissez le disque ou déplacez un point de montage.</translation>
    </message>
    <message numerus="yes">
        <source>%n data disk(s) would be migrated, at most 4 are possible. Clear “Migrate” for the others or move their mount targets.</source>
        <translation>
            <numerusform>%n disque de données serait migré, 4 au plus sont possibles. Décochez « Migrer » pour les autres ou déplacez leurs points de montage.</numerusform>
            <numerusform>%n disques de données seraient migrés, 4 au plus sont possibles. Décochez « Migrer » pour les autres ou déplacez leurs points de montage.</numerusform>
        </translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. Data disk %1 has %3.</source>
        <translation>Une image ENS admet au plus 500 GiB par disque de données. Le disque de données %1 fait %3.</translation>
    </message>
    <message>
        <source>%1 cannot be moved. Boot and system partitions stay on the system disk.</source>
        <translation>%1 ne peut pas être déplacé. Les partitions d’amorçage et système restent sur le disque système.</translation>
    </message>
    <message>
        <source>%1 needs more than %2, the space in use.</source>
        <translation>%1 doit dépasser %2, l’espace utilisé.</translation>
    </message>
    <message>
        <source>The server has %2 in use. An image may have at most 1 TiB after compression.</source>
        <translation>Le serveur utilise %2. Une image peut faire au plus 1 TiB après compression.</translation>
    </message>
    <message>
        <source>LVM cannot be used: the system disk has no boot partition.</source>
        <translation>LVM n’est pas utilisable&#xa0;: le disque système n’a pas de partition d’amorçage.</translation>
    </message>
    <message>
        <source>LVM will have no effect: Debian with kernel %1 and XFS.</source>
        <translation>LVM sera sans effet&#xa0;: Debian avec le noyau %1 et XFS.</translation>
    </message>
    <message>
        <source>%1 is copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>%1 est copié fichier par fichier, car sa taille n’est pas un multiple de 4 MiB alors que LVM est activé.</translation>
    </message>
    <message>
        <source>Data disk %1 has no mount target to migrate and is left out.</source>
        <translation>Le disque de données %1 n’a aucun point de montage à migrer et est exclu.</translation>
    </message>
    <message>
        <source>The size of %1 cannot be changed while it is copied block by block. Switch to file copy first.</source>
        <translation>La taille de %1 ne peut pas changer tant qu’il est copié bloc par bloc. Passez d’abord à la copie par fichiers.</translation>
    </message>
    <message>
        <source>The first disk of a plan, and only that one, must be the system disk of this server: %1.</source>
        <translation>Le premier disque d’un plan, et lui seul, doit être le disque système de ce serveur&#xa0;: %1.</translation>
    </message>
    <message>
        <source>%1 stands in the plan more than once.</source>
        <translation>%1 figure plusieurs fois dans le plan.</translation>
    </message>
    <message>
        <source>%1 cannot be left out. Boot and system partitions are always migrated.</source>
        <translation>%1 ne peut pas être exclu. Les partitions d’amorçage et système sont toujours migrées.</translation>
    </message>
    <message>
        <source>This server has no disk or volume %1.</source>
        <translation>Ce serveur n’a pas de disque ni de volume %1.</translation>
    </message>
    <message>
        <source>Data disk %1 has %3. The cloud may round it up to 20 GiB.</source>
        <translation>Le disque de données %1 fait %3. Le cloud peut l’arrondir à 20 GiB.</translation>
    </message>
    <message>
        <source>The source disk has %3. The size was set to %2, the nearest possible value.</source>
        <translation>Le disque source fait %3. La taille a été fixée à %2, la valeur possible la plus proche.</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %5, but the temporary image is created in %6. Choose a bucket in %6.</source>
        <translation>Le bucket «&#xa0;%1&#xa0;» est dans %5, mais l’image temporaire est créée dans %6. Choisissez un bucket dans %6.</translation>
    </message>
    <message>
        <source>vSwitch “%1” does not belong to VPC “%5”.</source>
        <translation>Le vSwitch «&#xa0;%1&#xa0;» n’appartient pas au VPC «&#xa0;%5&#xa0;».</translation>
    </message>
    <message>
        <source>Two tags have the key “%1”.</source>
        <translation>Deux balises ont la clé «&#xa0;%1&#xa0;».</translation>
    </message>
    <message>
        <source>LVM cannot be used for disk %1: this server has no LVM programs. Install the package lvm2 on it, or leave LVM off.</source>
        <translation>LVM n’est pas utilisable pour le disque %1&#xa0;: ce serveur n’a pas de programmes LVM. Installez-y le paquet lvm2 ou laissez LVM désactivé.</translation>
    </message>
</context>
<context>
    <name>Prompt</name>
    <message>
        <source>Install the snapshot driver?</source>
        <translation>Installer le pilote d’instantanés&#x202f;?</translation>
    </message>
    <message>
        <source>Install rsync?</source>
        <translation>Installer rsync&#x202f;?</translation>
    </message>
    <message>
        <source>Disable SELinux?</source>
        <translation>Désactiver SELinux&#x202f;?</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>Inutile&#xa0;: les disques ne sont pas utilisés.</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>Un serveur en marche en a besoin pour la réplication par blocs.</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>Inutile&#xa0;: les volumes sont copiés bloc par bloc.</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>rsync copie les volumes fichier par fichier et n’est pas installé.</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync est installé.</translation>
    </message>
    <message>
        <source>rsync is not installed, and no package manager was found that could install it.</source>
        <translation>rsync n’est pas installé et aucun gestionnaire de paquets pouvant l’installer n’a été trouvé.</translation>
    </message>
    <message>
        <source>Nothing to do: labels are copied with the files, so SELinux can stay as it is.</source>
        <translation>Rien à faire&#xa0;: les étiquettes sont copiées avec les fichiers, SELinux peut rester tel quel.</translation>
    </message>
    <message>
        <source>SELinux is in use. Labels are copied with the files, so it can stay as it is.</source>
        <translation>SELinux est utilisé. Les étiquettes sont copiées avec les fichiers, il peut donc rester tel quel.</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>SELinux n’est pas utilisé.</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>Oui</translation>
    </message>
    <message>
        <source>No</source>
        <translation>Non</translation>
    </message>
    <message>
        <source>Leave it enabled (recommended)</source>
        <translation>Le laisser activé (recommandé)</translation>
    </message>
    <message>
        <source>Permissive until the next start</source>
        <translation>Permissif jusqu’au prochain démarrage</translation>
    </message>
    <message>
        <source>Disable it</source>
        <translation>Le désactiver</translation>
    </message>
    <message>
        <source>Needed for block replication.</source>
        <translation>Requis pour la réplication par blocs.</translation>
    </message>
    <message>
        <source>Files are copied instead.</source>
        <translation>Les fichiers sont copiés à la place.</translation>
    </message>
    <message>
        <source>It is installed with the package manager of this server.</source>
        <translation>Il est installé avec le gestionnaire de paquets de ce serveur.</translation>
    </message>
    <message>
        <source>Volumes that are copied file by file cannot be migrated.</source>
        <translation>Les volumes copiés fichier par fichier ne peuvent pas être migrés.</translation>
    </message>
    <message>
        <source>Nothing changes. What the migration changes on the image is relabelled there.</source>
        <translation>Rien ne change. Ce que la migration modifie dans l’image y est réétiqueté.</translation>
    </message>
    <message>
        <source>SELinux only logs until this server is started again; “setenforce 1” restores it at once.</source>
        <translation>SELinux ne fait que journaliser jusqu’au redémarrage de ce serveur&#x202f;; «&#xa0;setenforce 1&#xa0;» le rétablit aussitôt.</translation>
    </message>
    <message>
        <source>SELinux is off from the next start on and only logs until then. The original of /etc/selinux/config is kept beside it as config.edgelift-orig; put it back and start the server again to restore SELinux.</source>
        <translation>SELinux est désactivé dès le prochain démarrage et ne fait que journaliser d’ici là. L’original de /etc/selinux/config est conservé à côté sous le nom config.edgelift-orig&#x202f;; remettez-le en place et redémarrez le serveur pour rétablir SELinux.</translation>
    </message>
    <message>
        <source>The snapshot driver was tested on every disk.</source>
        <translation>Le pilote d’instantanés a été testé sur chaque disque.</translation>
    </message>
</context>
<context>
    <name>Readiness</name>
    <message>
        <source>Operating system</source>
        <translation>Système d’exploitation</translation>
    </message>
    <message>
        <source>Found %1.</source>
        <translation>%1 détecté.</translation>
    </message>
    <message>
        <source>No root filesystem of a Linux system was found on %1.</source>
        <translation>Aucun système de fichiers racine d’un système Linux trouvé sur %1.</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>Choisissez le disque sur lequel le serveur démarre.</translation>
    </message>
    <message>
        <source>Processor architecture</source>
        <translation>Architecture du processeur</translation>
    </message>
    <message>
        <source>The system is made for %1.</source>
        <translation>Le système est conçu pour %1.</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>Seuls les serveurs x86-64 peuvent devenir des images ENS.</translation>
    </message>
    <message>
        <source>Neither /bin/sh nor another program tells what the system is made for.</source>
        <translation>Ni /bin/sh ni un autre programme n’indique pour quoi le système est conçu.</translation>
    </message>
    <message>
        <source>Make sure that the server is an x86-64 system.</source>
        <translation>Assurez-vous que le serveur est un système x86-64.</translation>
    </message>
    <message>
        <source>Boot loader</source>
        <translation>Chargeur d’amorçage</translation>
    </message>
    <message>
        <source>No boot loader was found on %1.</source>
        <translation>Aucun chargeur d’amorçage trouvé sur %1.</translation>
    </message>
    <message>
        <source>Install GRUB on the system disk, then check again.</source>
        <translation>Installez GRUB sur le disque système, puis vérifiez à nouveau.</translation>
    </message>
    <message>
        <source>The server starts with %1, not with GRUB 2.</source>
        <translation>Le serveur démarre avec %1, pas avec GRUB 2.</translation>
    </message>
    <message>
        <source>It is copied as it is. Test the image before you rely on it.</source>
        <translation>Il est copié tel quel. Testez l’image avant de vous y fier.</translation>
    </message>
    <message>
        <source>Firmware</source>
        <translation>Micrologiciel</translation>
    </message>
    <message>
        <source>The server starts by %1.</source>
        <translation>Le serveur démarre par %1.</translation>
    </message>
    <message>
        <source>Drivers for the cloud</source>
        <translation>Pilotes pour le cloud</translation>
    </message>
    <message>
        <source>Kernel %1 has virtio drivers.</source>
        <translation>Le noyau %1 a des pilotes virtio.</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>Les fichiers de démarrage du noyau %1 n’ont pas de pilotes virtio.</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>Reconstruisez l’initramfs avec virtio_blk, virtio_pci et virtio_net, puis vérifiez à nouveau.</translation>
    </message>
    <message>
        <source>The start files of the older kernel %1 have no virtio drivers.</source>
        <translation>Les fichiers de démarrage de l’ancien noyau %1 n’ont pas de pilotes virtio.</translation>
    </message>
    <message>
        <source>Remove this kernel or rebuild its initramfs, so that it is not started by mistake.</source>
        <translation>Supprimez ce noyau ou reconstruisez son initramfs pour qu’il ne soit pas démarré par erreur.</translation>
    </message>
    <message>
        <source>Network driver for the cloud</source>
        <translation>Pilote réseau pour le cloud</translation>
    </message>
    <message>
        <source>Kernel %1 has no virtio_net driver.</source>
        <translation>Le noyau %1 n’a pas de pilote virtio_net.</translation>
    </message>
    <message>
        <source>Install the kernel&apos;s complete modules, or the image will have no network.</source>
        <translation>Installez tous les modules du noyau, sinon l’image n’aura pas de réseau.</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>Noyau</translation>
    </message>
    <message>
        <source>No kernel was found below /boot.</source>
        <translation>Aucun noyau trouvé sous /boot.</translation>
    </message>
    <message>
        <source>Make sure that the server&apos;s kernel has virtio drivers.</source>
        <translation>Assurez-vous que le noyau du serveur a des pilotes virtio.</translation>
    </message>
    <message>
        <source>Mount table</source>
        <translation>Table de montage</translation>
    </message>
    <message>
        <source>Every entry of /etc/fstab names a volume by something that stays.</source>
        <translation>Chaque entrée de /etc/fstab désigne son volume de façon stable.</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2. Such names differ from machine to machine.</source>
        <translation>/etc/fstab désigne %1 pour %2. Ces noms varient d’une machine à l’autre.</translation>
    </message>
    <message>
        <source>Write UUID=… instead (blkid prints it).</source>
        <translation>Écrivez plutôt UUID=… (blkid l’affiche).</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2, which is on none of the disks.</source>
        <translation>/etc/fstab désigne %1 pour %2, absent de tous les disques.</translation>
    </message>
    <message>
        <source>Add the missing disk, or give the entry the option “nofail”; otherwise the image stops while starting.</source>
        <translation>Ajoutez le disque manquant ou donnez à l’entrée l’option «&#xa0;nofail&#xa0;»&#x202f;; sinon l’image se bloque au démarrage.</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Disques</translation>
    </message>
    <message>
        <source>Number of disks within the limits: %1.</source>
        <translation>Nombre de disques dans les limites&#xa0;: %1.</translation>
    </message>
    <message>
        <source>There are %1 data disks, an ENS image has at most %2.</source>
        <translation>Il y a %1 disques de données, une image ENS en a au plus %2.</translation>
    </message>
    <message>
        <source>Leave disks out in the plan.</source>
        <translation>Excluez des disques dans le plan.</translation>
    </message>
    <message>
        <source>Data disk %1 has %2, an ENS image allows 500 GiB for each.</source>
        <translation>Le disque de données %1 fait %2, une image ENS admet 500 GiB pour chacun.</translation>
    </message>
    <message>
        <source>Leave the disk out in the plan, or make it smaller.</source>
        <translation>Excluez le disque dans le plan ou réduisez-le.</translation>
    </message>
    <message>
        <source>SELinux</source>
        <translation>SELinux</translation>
    </message>
    <message>
        <source>SELinux is %1. Labels are copied with the files, so it can stay as it is.</source>
        <translation>Mode SELinux&#xa0;: %1. Les étiquettes sont copiées avec les fichiers, il peut donc rester tel quel.</translation>
    </message>
    <message>
        <source>Leave it enabled.</source>
        <translation>Laissez-le activé.</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>SELinux n’est pas utilisé.</translation>
    </message>
    <message>
        <source>cloud-init</source>
        <translation>cloud-init</translation>
    </message>
    <message>
        <source>cloud-init is installed.</source>
        <translation>cloud-init est installé.</translation>
    </message>
    <message>
        <source>cloud-init is not installed. The instance keeps the server&apos;s passwords, keys and network settings.</source>
        <translation>cloud-init n’est pas installé. L’instance garde les mots de passe, les clés et les paramètres réseau du serveur.</translation>
    </message>
    <message>
        <source>Snapshot driver</source>
        <translation>Pilote d’instantanés</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>Inutile&#xa0;: les disques ne sont pas utilisés.</translation>
    </message>
    <message>
        <source>rsync</source>
        <translation>rsync</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>Inutile&#xa0;: les volumes sont copiés bloc par bloc.</translation>
    </message>
    <message>
        <source>Device that cannot be followed</source>
        <translation>Périphérique impossible à suivre</translation>
    </message>
    <message>
        <source>%1 uses %2, a multipath device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 utilise %2, un périphérique multipath. Ce qui y est écrit ne peut pas être suivi tant que le serveur est en marche.</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>Mettez-le hors service et vérifiez à nouveau, ou arrêtez le serveur et migrez ses images disque.</translation>
    </message>
    <message>
        <source>%1 uses %2, which the kernel drives as an NVMe multipath disk. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 utilise %2, que le noyau gère comme un disque NVMe multipath. Ce qui y est écrit ne peut pas être suivi tant que le serveur est en marche.</translation>
    </message>
    <message>
        <source>If the disk has one path only, start the server with the kernel option nvme_core.multipath=N and check again; otherwise shut it down and migrate its disk images.</source>
        <translation>Si le disque n’a qu’un chemin, démarrez le serveur avec l’option de noyau nvme_core.multipath=N et vérifiez à nouveau&#x202f;; sinon, arrêtez-le et migrez ses images disque.</translation>
    </message>
    <message>
        <source>%1 uses a disk that is there several times: %2.</source>
        <translation>%1 utilise un disque présent plusieurs fois&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Leave one path to the disk, then check again.</source>
        <translation>Ne laissez qu’un chemin vers le disque, puis vérifiez à nouveau.</translation>
    </message>
    <message>
        <source>%1 uses %2, a DRBD device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 utilise %2, un périphérique DRBD. Ce qui y est écrit ne peut pas être suivi tant que le serveur est en marche.</translation>
    </message>
    <message>
        <source>Unmount it, stop DRBD and check again, or shut the server down and migrate its disk images.</source>
        <translation>Démontez-le, arrêtez DRBD et vérifiez à nouveau, ou arrêtez le serveur et migrez ses images disque.</translation>
    </message>
    <message>
        <source>%1 uses %2, which other servers may write to as well.</source>
        <translation>%1 utilise %2, sur lequel d’autres serveurs peuvent aussi écrire.</translation>
    </message>
    <message>
        <source>Unmount it on this server, then check again. What servers share stays where it is.</source>
        <translation>Démontez-le sur ce serveur, puis vérifiez à nouveau. Ce que des serveurs partagent reste où il est.</translation>
    </message>
    <message>
        <source>%1 uses %2, persistent memory. What is written to it cannot be followed.</source>
        <translation>%1 utilise %2, une mémoire persistante. Ce qui y est écrit ne peut pas être suivi.</translation>
    </message>
    <message>
        <source>Move its files to a disk and unmount it, then check again.</source>
        <translation>Déplacez ses fichiers vers un disque et démontez-la, puis vérifiez à nouveau.</translation>
    </message>
    <message>
        <source>%1 uses %2 with DAX: programs write to it past everything that could follow them.</source>
        <translation>%1 utilise %2 avec DAX&#xa0;: les programmes y écrivent en contournant tout ce qui pourrait les suivre.</translation>
    </message>
    <message>
        <source>Mount it without the option “dax”, then check again.</source>
        <translation>Montez-le sans l’option «&#xa0;dax&#xa0;», puis vérifiez à nouveau.</translation>
    </message>
    <message>
        <source>%1 uses %2, a disk in memory. Nothing of it would reach the image.</source>
        <translation>%1 utilise %2, un disque en mémoire. Rien de son contenu ne parviendrait à l’image.</translation>
    </message>
    <message>
        <source>%1 uses %2, a kind of device that is not known here. What is written to it cannot be followed.</source>
        <translation>%1 utilise %2, un type de périphérique inconnu ici. Ce qui y est écrit ne peut pas être suivi.</translation>
    </message>
    <message>
        <source>System volume</source>
        <translation>Volume système</translation>
    </message>
    <message>
        <source>%1 lies on %2. The image could not start from that.</source>
        <translation>%1 se trouve sur %2. L’image ne pourrait pas démarrer depuis celui-ci.</translation>
    </message>
    <message>
        <source>Move it to a partition or to a linear logical volume, then check again.</source>
        <translation>Déplacez-le vers une partition ou un volume logique linéaire, puis vérifiez à nouveau.</translation>
    </message>
    <message>
        <source>Storage in layers</source>
        <translation>Stockage en couches</translation>
    </message>
    <message>
        <source>%1 lies on %2. It is copied as it lies on the disks, with all of them or none.</source>
        <translation>%1 se trouve sur %2. Il est copié tel qu’il est sur les disques, avec tous ou aucun.</translation>
    </message>
    <message>
        <source>Volume that cannot be held still</source>
        <translation>Volume impossible à figer</translation>
    </message>
    <message>
        <source>%1 (%2) is copied in a moment when nothing writes to it.</source>
        <translation>%1 (%2) est copié à un moment où rien n’y écrit.</translation>
    </message>
    <message>
        <source>Avoid changes there during the final step.</source>
        <translation>Évitez d’y faire des modifications pendant la phase finale.</translation>
    </message>
    <message>
        <source>Not on this server</source>
        <translation>Hors de ce serveur</translation>
    </message>
    <message>
        <source>These are not on disks of this server and are not migrated: %1.</source>
        <translation>Les éléments suivants ne sont pas sur des disques de ce serveur et ne sont pas migrés&#xa0;: %1.</translation>
    </message>
    <message>
        <source>Make sure that the instance can reach what it needs of them.</source>
        <translation>Assurez-vous que l’instance peut accéder à ce dont elle a besoin parmi eux.</translation>
    </message>
    <message>
        <source>Disk that cannot be understood</source>
        <translation>Disque impossible à interpréter</translation>
    </message>
    <message>
        <source>%1 cannot be used: %2</source>
        <translation>%1 est inutilisable&#xa0;: %2</translation>
    </message>
    <message>
        <source>Repair it, or leave the disk out in the plan.</source>
        <translation>Réparez-le ou excluez le disque dans le plan.</translation>
    </message>
    <message>
        <source>Identity of a disk</source>
        <translation>Identité d’un disque</translation>
    </message>
    <message>
        <source>Disk %1 has neither a serial number nor an id. It is recognized by its slot.</source>
        <translation>Le disque %1 n’a ni numéro de série ni identifiant. Il est reconnu à son emplacement.</translation>
    </message>
    <message>
        <source>Leave it in its slot until the migration is finished.</source>
        <translation>Laissez-le à son emplacement jusqu’à la fin de la migration.</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Mémoire</translation>
    </message>
    <message>
        <source>%1 are free.</source>
        <translation>%1 libres.</translation>
    </message>
    <message>
        <source>Only %1 are free. What changes last is kept in memory in the final step.</source>
        <translation>Seulement %1 libres. Les dernières modifications sont gardées en mémoire pendant la phase finale.</translation>
    </message>
    <message>
        <source>Stop programs that are not needed during the migration.</source>
        <translation>Arrêtez les programmes inutiles pendant la migration.</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>Un serveur en marche en a besoin pour la réplication par blocs.</translation>
    </message>
    <message>
        <source>You are asked before it is installed.</source>
        <translation>Votre accord est demandé avant son installation.</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync est installé.</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>rsync copie les volumes fichier par fichier et n’est pas installé.</translation>
    </message>
    <message>
        <source>It was tested on every disk: what is written while the server runs is noticed.</source>
        <translation>Il a été testé sur chaque disque&#xa0;: ce qui est écrit pendant que le serveur fonctionne est détecté.</translation>
    </message>
    <message>
        <source>They are added to the copy; the server itself is not changed.</source>
        <translation>Ils sont ajoutés à la copie&#x202f;; le serveur lui-même n’est pas modifié.</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Horloge</translation>
    </message>
    <message>
        <source>It agrees with the cloud&apos;s clock.</source>
        <translation>Elle concorde avec l’horloge du cloud.</translation>
    </message>
    <message>
        <source>It was not compared with the cloud&apos;s clock, because no answer told the time.</source>
        <translation>Elle n’a pas été comparée à l’horloge du cloud, car aucune réponse n’indiquait l’heure.</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>Adresses du cloud</translation>
    </message>
    <message>
        <source>All of these answer: %1.</source>
        <translation>Toutes celles-ci répondent&#xa0;: %1.</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>yes</source>
        <translation>oui</translation>
    </message>
    <message>
        <source>no</source>
        <translation>non</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>L’image ENS est prête.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>État</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>Image ENS</translation>
    </message>
    <message>
        <source>Image name</source>
        <translation>Nom de l’image</translation>
    </message>
    <message>
        <source>Image region</source>
        <translation>Région de l’image</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Compte</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>Création</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Fin</translation>
    </message>
    <message>
        <source>Source server</source>
        <translation>Serveur source</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nom</translation>
    </message>
    <message>
        <source>Source id</source>
        <translation>ID de la source</translation>
    </message>
    <message>
        <source>Operating system</source>
        <translation>Système d’exploitation</translation>
    </message>
    <message>
        <source>Boot mode</source>
        <translation>Mode d’amorçage</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Disque</translation>
    </message>
    <message>
        <source>What happened when</source>
        <translation>Chronologie</translation>
    </message>
    <message>
        <source>Phase</source>
        <translation>Phase</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Début</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>Secondes</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Données</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copié</translation>
    </message>
    <message>
        <source>Sent over the network</source>
        <translation>Envoyé par le réseau</translation>
    </message>
    <message>
        <source>Every block checked by its hash on arrival</source>
        <translation>Hachage de chaque bloc vérifié à l’arrivée</translation>
    </message>
    <message>
        <source>Target read back and compared</source>
        <translation>Cible relue et comparée</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>inconnu</translation>
    </message>
    <message>
        <source>Resources made in the account</source>
        <translation>Ressources créées dans le compte</translation>
    </message>
    <message>
        <source>Nothing temporary is left.</source>
        <translation>Il ne reste rien de temporaire.</translation>
    </message>
    <message>
        <source>Some resources are kept for a retry and cost money until they are removed.</source>
        <translation>Certaines ressources sont gardées pour un nouvel essai et facturées jusqu’à leur suppression.</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Type</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>ID</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Région</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>Créé</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>Supprimé</translation>
    </message>
    <message>
        <source>Price per day</source>
        <translation>Prix par jour</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>conservé</translation>
    </message>
    <message>
        <source>How to create an instance</source>
        <translation>Comment créer une instance</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Avertissements</translation>
    </message>
    <message>
        <source>Migration report</source>
        <translation>Rapport de migration</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <extracomment>%1 is a number of milliseconds</extracomment>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>eBPF: a mark for each block in the kernel</source>
        <translation>eBPF&#xa0;: une marque pour chaque bloc dans le noyau</translation>
    </message>
    <message>
        <source>perf: a ring of events in the kernel</source>
        <translation>perf&#xa0;: un anneau d’événements dans le noyau</translation>
    </message>
    <message>
        <source>a known write was marked exactly where it went</source>
        <translation>une écriture connue a été marquée exactement à son emplacement</translation>
    </message>
    <message>
        <source>a known write was seen</source>
        <translation>une écriture connue a été vue</translation>
    </message>
    <message>
        <source>no place for a known write; the kernel&apos;s count of sectors agrees</source>
        <translation>pas de place pour une écriture connue&#x202f;; le nombre de secteurs du noyau concorde</translation>
    </message>
    <message>
        <source>none</source>
        <translation>aucun</translation>
    </message>
    <message>
        <source>Changes were followed by</source>
        <translation>Modifications suivies par</translation>
    </message>
    <message>
        <source>Trackers that could not be used</source>
        <translation>Moyens de suivi inutilisables</translation>
    </message>
    <message>
        <source>Tracker tested on %1</source>
        <extracomment>%1 is a disk</extracomment>
        <translation>Suivi testé sur %1</translation>
    </message>
    <message>
        <source>Lost events</source>
        <translation>Événements perdus</translation>
    </message>
    <message>
        <source>Even one missed write would have been noticed</source>
        <translation>Une seule écriture manquée aurait été remarquée</translation>
    </message>
    <message>
        <source>What proves the copy of the running server</source>
        <translation>Ce qui prouve la copie du serveur en marche</translation>
    </message>
    <message>
        <source>Rounds while the server worked</source>
        <translation>Passes pendant que le serveur fonctionnait</translation>
    </message>
    <message>
        <source>Final moment: writing stood still for</source>
        <translation>Phase finale&#xa0;: durée de suspension des écritures</translation>
    </message>
    <message>
        <source>Read meanwhile</source>
        <translation>Lu pendant ce temps</translation>
    </message>
    <message>
        <source>Final moments, with those that were repeated</source>
        <translation>Phases finales, y compris celles répétées</translation>
    </message>
    <message>
        <source>Unchanged blocks read again before it, all equal</source>
        <translation>Blocs inchangés relus auparavant, tous identiques</translation>
    </message>
    <message>
        <source>Blocks read back from the target&apos;s disks, all equal</source>
        <translation>Blocs relus sur les disques cibles, tous identiques</translation>
    </message>
    <message>
        <source>Signed off by both ends</source>
        <translation>Validé par les deux côtés</translation>
    </message>
    <message>
        <source>round %1, check sum %2</source>
        <extracomment>%1 is a number, %2 a check sum</extracomment>
        <translation>passe %1, somme de contrôle %2</translation>
    </message>
    <message>
        <source>Problems of the administrator&apos;s hooks</source>
        <translation>Problèmes des hooks de l’administrateur</translation>
    </message>
    <message>
        <source>Filesystem</source>
        <translation>Système de fichiers</translation>
    </message>
    <message>
        <source>Time to stop it, rehearsed</source>
        <translation>Temps pour le figer (répétition)</translation>
    </message>
    <message>
        <source>Time to let it go on</source>
        <translation>Temps pour le libérer</translation>
    </message>
    <message>
        <source>Not proved: that each program had stored all it knew (hooks before the final moment can see to that), and that no storage driver writes without telling the kernel&apos;s request layer.</source>
        <translation>Non prouvé&#xa0;: que chaque programme avait enregistré tout ce qu’il savait (des hooks avant la phase finale peuvent y veiller), et qu’aucun pilote de stockage n’écrit sans en informer la couche de requêtes du noyau.</translation>
    </message>
    <message>
        <source>The copy was changed so that it starts, and can be reached, in the cloud. Each original lies beside the new file as *.edgelift-orig.</source>
        <translation>La copie a été modifiée pour démarrer et être joignable dans le cloud. Chaque original se trouve à côté du nouveau fichier sous le nom *.edgelift-orig.</translation>
    </message>
    <message>
        <source>Nothing had to be changed: the server starts in the cloud as it is.</source>
        <translation>Aucune modification n’a été nécessaire&#xa0;: le serveur démarre tel quel dans le cloud.</translation>
    </message>
    <message>
        <source>The copy would not start in the cloud. Nothing was changed in it.</source>
        <translation>La copie ne démarrerait pas dans le cloud. Rien n’y a été modifié.</translation>
    </message>
    <message>
        <source>The copy was not changed, because its filesystems could not be looked into.</source>
        <translation>La copie n’a pas été modifiée, car le contenu de ses systèmes de fichiers n’a pas pu être examiné.</translation>
    </message>
    <message>
        <source>Made ready for the cloud</source>
        <translation>Préparation pour le cloud</translation>
    </message>
    <message>
        <source>Made anew: %1</source>
        <translation>Recréé&#xa0;: %1</translation>
    </message>
    <message>
        <source>GRUB was put into the boot sector.</source>
        <translation>GRUB a été écrit dans le secteur d’amorçage.</translation>
    </message>
    <message>
        <source>Moved aside: %1</source>
        <translation>Mis de côté&#xa0;: %1</translation>
    </message>
    <message>
        <source>Changed: %1</source>
        <translation>Modifié&#xa0;: %1</translation>
    </message>
    <message>
        <source>Test boot</source>
        <translation>Démarrage d’essai</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine. It shows a login prompt and answers on its network.</source>
        <translation>L’image a été démarrée dans une machine virtuelle. Elle affiche une invite de connexion et répond sur son réseau.</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine and did not come up completely.</source>
        <translation>L’image a été démarrée dans une machine virtuelle, mais le démarrage n’a pas abouti complètement.</translation>
    </message>
    <message>
        <source>Reached</source>
        <translation>Étape atteinte</translation>
    </message>
    <message>
        <source>Login prompt</source>
        <translation>Invite de connexion</translation>
    </message>
    <message>
        <source>Address by DHCP</source>
        <translation>Adresse par DHCP</translation>
    </message>
    <message>
        <source>Answers on the network</source>
        <translation>Répond sur le réseau</translation>
    </message>
    <message>
        <source>Trouble</source>
        <translation>Problème</translation>
    </message>
    <message>
        <source>Console log</source>
        <translation>Journal de la console</translation>
    </message>
    <message>
        <source>What was copied block by block is as it was at one moment, in which nothing was written: as after a power cut. Programs find everything there that was stored for good by then.</source>
        <translation>Ce qui a été copié bloc par bloc est tel qu’il était à un instant où rien n’était écrit&#xa0;: comme après une coupure de courant. Les programmes y trouvent tout ce qui était alors enregistré durablement.</translation>
    </message>
    <message>
        <source>Files that were copied while the server worked</source>
        <translation>Fichiers copiés pendant que le serveur fonctionnait</translation>
    </message>
    <message>
        <source>Each file is as it was at some time during the last pass over its volume, and not all files are of one moment. A program that was writing then may find its files out of step with each other: stop such programs before the final point, or copy their volume block by block.</source>
        <translation>Chaque fichier est tel qu’il était à un moment de la dernière passe sur son volume, et tous les fichiers ne datent pas du même instant. Un programme qui écrivait alors peut trouver ses fichiers incohérents entre eux&#xa0;: arrêtez de tels programmes avant l’état final ou copiez leur volume bloc par bloc.</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Volume</translation>
    </message>
    <message>
        <source>Last pass began</source>
        <translation>Début de la dernière passe</translation>
    </message>
    <message>
        <source>It ended</source>
        <translation>Fin</translation>
    </message>
    <message>
        <source>Passes</source>
        <translation>Passes</translation>
    </message>
    <message>
        <source>Files changed before the last pass</source>
        <translation>Fichiers modifiés avant la dernière passe</translation>
    </message>
    <message>
        <source>Vanished during it</source>
        <translation>Disparus pendant celle-ci</translation>
    </message>
</context>
<context>
    <name>ResourceKind</name>
    <message>
        <source>image export task</source>
        <translation>tâche d’exportation d’image</translation>
    </message>
    <message>
        <source>temporary ECS image</source>
        <translation>image ECS temporaire</translation>
    </message>
    <message>
        <source>snapshot</source>
        <translation>instantané</translation>
    </message>
    <message>
        <source>transit instance</source>
        <translation>instance de transit</translation>
    </message>
    <message>
        <source>disk of the transit instance</source>
        <translation>disque de l’instance de transit</translation>
    </message>
    <message>
        <source>security group</source>
        <translation>groupe de sécurité</translation>
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
        <translation>objet dans le bucket</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>image ENS</translation>
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
        <translation>La connexion à l’instance de transit est interrompue. La copie reprendra d’elle-même à son retour.</translation>
    </message>
    <message>
        <source>The address of this server is not known, so ports 8080 and 8703 of the transit instance are open to every address. Only this migration&apos;s key is accepted there.</source>
        <translation>L’adresse de ce serveur est inconnue&#x202f;; les ports 8080 et 8703 de l’instance de transit sont donc ouverts à toutes les adresses. Seule la clé de cette migration y est acceptée.</translation>
    </message>
    <message>
        <source>Not removed: %1 %2. %3</source>
        <translation>Non supprimé&#xa0;: %1 %2. %3</translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the source had another content when read again and were sent again. Test the source server&apos;s memory (RAM) and disk.</source>
        <translation>
            <numerusform>%n bloc de la source avait un autre contenu à la relecture et a été renvoyé. Testez la mémoire (RAM) et le disque du serveur source.</numerusform>
            <numerusform>%n blocs de la source avaient un autre contenu à la relecture et ont été renvoyés. Testez la mémoire (RAM) et le disque du serveur source.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the target differed from what was sent and were sent again.</source>
        <translation>
            <numerusform>%n bloc de la cible différait de ce qui avait été envoyé et a été renvoyé.</numerusform>
            <numerusform>%n blocs de la cible différaient de ce qui avait été envoyé et ont été renvoyés.</numerusform>
        </translation>
    </message>
    <message>
        <source>The server changes %1 MB/s, and %2 MB/s can be sent: the copy does not catch up. Raise the limits, wait for a quiet hour, stop the services that write most, or allow a longer final moment.</source>
        <translation>Le serveur modifie %1 MB/s et %2 MB/s peuvent être envoyés&#xa0;: la copie ne rattrape pas son retard. Augmentez les limites, attendez une heure calme, arrêtez les services qui écrivent le plus ou autorisez une phase finale plus longue.</translation>
    </message>
    <message>
        <source>The agent ended in the final moment of the copy, while writing to %1 was stopped. Writing goes on since the agent was started again; look whether the programs that write there noticed.</source>
        <translation>L’agent s’est arrêté pendant la phase finale de la copie, alors que l’écriture sur %1 était suspendue. L’écriture se poursuit depuis le redémarrage de l’agent&#x202f;; vérifiez si les programmes qui y écrivent ont été affectés.</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because no root filesystem of Linux was found. Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>La copie n’a pas été adaptée au cloud, car aucun système de fichiers racine Linux n’a été trouvé. Assurez-vous que le serveur a des pilotes virtio et obtient son adresse par DHCP.</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because the transit instance could not mount %1 (%2). Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>La copie n’a pas été adaptée au cloud, car l’instance de transit n’a pas pu monter %1 (%2). Assurez-vous que le serveur a des pilotes virtio et obtient son adresse par DHCP.</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks. The copy compares everything instead, and in its final moment writing stops for about %1 seconds.</source>
        <translation>Le noyau ne permet pas de suivre ce qui est écrit sur les disques. La copie compare tout à la place et, pendant sa phase finale, l’écriture est suspendue pendant environ %1 secondes.</translation>
    </message>
    <message>
        <source>The clock of this server differs from the cloud&apos;s by %1 seconds. At 15 minutes the cloud refuses every request. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”.</source>
        <translation>L’horloge de ce serveur diffère de celle du cloud de %1 secondes. À 15 minutes, le cloud refuse toutes les requêtes. Synchronisez l’horloge, par exemple avec «&#xa0;timedatectl set-ntp true&#xa0;» ou «&#xa0;chronyc makestep&#xa0;».</translation>
    </message>
    <message>
        <source>The target disks have another layout now: transit instance %1 is removed with its disks, another one is made, and the copy begins anew.</source>
        <translation>Les disques cibles ont maintenant une autre disposition&#xa0;: l’instance de transit %1 est supprimée avec ses disques, une autre est créée et la copie repart de zéro.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::BootPanel</name>
    <message>
        <source>The image works: the server in it has booted, and all its files are as they were.</source>
        <translation>L’image fonctionne&#xa0;: le serveur qu’elle contient a démarré et tous ses fichiers étaient intacts.</translation>
    </message>
    <message>
        <source>The machine is off. The image works: all files in it were as they were.</source>
        <translation>La machine est éteinte. L’image fonctionne&#xa0;: tous ses fichiers étaient intacts.</translation>
    </message>
    <message>
        <source>The image boots in a virtual machine on this server. The image is not changed.</source>
        <translation>L’image démarre dans une machine virtuelle sur ce serveur. L’image n’est pas modifiée.</translation>
    </message>
    <message>
        <source>The machine is off. It did not say what the server says when it has booted.</source>
        <translation>La machine est éteinte. Elle n’a pas affiché ce que le serveur affiche une fois démarré.</translation>
    </message>
    <message>
        <source>Stop the &amp;machine</source>
        <translation>Arrê&amp;ter la machine</translation>
    </message>
    <message>
        <source>Boot it &amp;here</source>
        <translation>Démarrer &amp;ici</translation>
    </message>
    <message>
        <source>Console of the image that boots here</source>
        <translation>Console de l’image qui démarre ici</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ButtonRow</name>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Suivant</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Aide</translation>
    </message>
    <message>
        <source>&amp;Options</source>
        <extracomment>Opens a menu: language, size of text, low-bandwidth mode</extracomment>
        <translation>&amp;Options</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>Options</translation>
    </message>
    <message>
        <source>F10</source>
        <translation>F10</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Précédent</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Fermer</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksModel</name>
    <message>
        <source>Cloud account</source>
        <translation>Compte cloud</translation>
    </message>
    <message>
        <source>Not looked at yet.</source>
        <translation>Pas encore examiné.</translation>
    </message>
    <message>
        <source>It is tested on the Connect page.</source>
        <translation>Il est testé sur la page «&#xa0;Connexion&#xa0;».</translation>
    </message>
    <message>
        <source>The account answers.</source>
        <translation>Le compte répond.</translation>
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
        <translation>Remarque</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Avertissement</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problème</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Résultat</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Contrôle</translation>
    </message>
    <message>
        <source>What was found, and what to do</source>
        <translation>Constat et mesure à prendre</translation>
    </message>
    <message>
        <source>Solution</source>
        <translation>Solution</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>Adresses du cloud</translation>
    </message>
    <message>
        <source>They are being asked…</source>
        <translation>Interrogation en cours…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksPage</name>
    <message>
        <source>wait until the checks are done</source>
        <translation>attendre la fin des contrôles</translation>
    </message>
    <message>
        <source>let the server be read: choose Check again</source>
        <translation>faire lire le serveur&#xa0;: choisir «&#xa0;Vérifier à nouveau&#xa0;»</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Vérification…</translation>
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
            <numerusform>%n avertissement</numerusform>
            <numerusform>%n avertissements</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n problème</numerusform>
            <numerusform>%n problèmes</numerusform>
        </translation>
    </message>
    <message>
        <source>Check &amp;again (F5)</source>
        <translation>Vérifier à &amp;nouveau (F5)</translation>
    </message>
    <message>
        <source>Checks of this server</source>
        <translation>Contrôles de ce serveur</translation>
    </message>
    <message>
        <source>Is this server ready?</source>
        <translation>Ce serveur est-il prêt&#x202f;?</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>Contrôles</translation>
    </message>
    <message>
        <source>Only a problem stops the migration; warnings are for you to weigh.</source>
        <translation>Seul un problème bloque la migration&#x202f;; à vous d’apprécier les avertissements.</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>Réessa&amp;yer</translation>
    </message>
    <message>
        <source>Fix…</source>
        <translation>Corriger…</translation>
    </message>
    <message>
        <source>Fix: %1</source>
        <translation>Corriger&#xa0;: %1</translation>
    </message>
    <message>
        <source>Each row says what was looked at, what was found and what to do about it. Problems must be solved before the migration can start; solve them on the server, then choose Check again. Where Edgelift can do it for you, the row has a Fix button: you are told what it does before anything changes.</source>
        <translation>Chaque ligne indique ce qui a été examiné, ce qui a été trouvé et que faire. Les problèmes doivent être résolus avant le début de la migration&#x202f;; résolvez-les sur le serveur, puis choisissez «&#xa0;Vérifier à nouveau&#xa0;». Lorsqu’Edgelift peut le faire pour vous, la ligne comporte un bouton «&#xa0;Corriger&#xa0;»&#xa0;: ce qu’il fait vous est indiqué avant toute modification.</translation>
    </message>
    <message>
        <source>wait until the problem is solved</source>
        <translation>attendre que le problème soit résolu</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CleanUpBox</name>
    <message>
        <source>What the migration made in the cloud is being removed. You may close this window: it goes on.</source>
        <translation>Ce que la migration a créé dans le cloud est en cours de suppression. Vous pouvez fermer cette fenêtre&#xa0;: l’opération continue.</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until they are removed:</source>
        <translation>Ces éléments existent encore dans le cloud et continuent de coûter jusqu’à leur suppression&#xa0;:</translation>
    </message>
    <message>
        <source>Everything temporary was released: the transit instance, the temporary images and snapshots.</source>
        <translation>Tout ce qui était temporaire a été libéré&#xa0;: l’instance de transit, les images et les instantanés temporaires.</translation>
    </message>
    <message>
        <source>The last clean-up was not complete: %1 %2 [%3]</source>
        <extracomment>Why a clean-up failed: %1 to what it happened, %2 what to do, %3 a code such as EL-0212</extracomment>
        <translation>Le dernier nettoyage n’était pas complet&#xa0;: %1 %2 [%3]</translation>
    </message>
    <message>
        <source>Clean up? The job is deleted, the transit instance is released and the copied data is lost.</source>
        <translation>Nettoyer&#x202f;? La tâche est supprimée, l’instance de transit est libérée et les données copiées sont perdues.</translation>
    </message>
    <message>
        <source>Clean up? Everything listed here but what is kept on purpose is removed from the cloud.</source>
        <translation>Nettoyer&#x202f;? Tout ce qui est répertorié ici est supprimé du cloud, sauf ce qui est conservé volontairement.</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>Conser&amp;ver</translation>
    </message>
    <message>
        <source>Clean u&amp;p now</source>
        <translation>&amp;Lancer le nettoyage</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>Nettoyage</translation>
    </message>
    <message>
        <source>Clean &amp;up…</source>
        <translation>&amp;Nettoyer…</translation>
    </message>
    <message>
        <source>How to do it by han&amp;d</source>
        <translation>Comment procé&amp;der manuellement</translation>
    </message>
    <message>
        <source>Sign in to the console, choose the region, and remove what is listed here from top to bottom: release the instance, delete images, snapshots, disks and the network, and the objects in the bucket. Look for it by its id.</source>
        <translation>Connectez-vous à la console, choisissez la région et supprimez ce qui est répertorié ici, de haut en bas&#xa0;: libérez l’instance, supprimez les images, les instantanés, les disques et le réseau, ainsi que les objets du bucket. Recherchez chaque élément par son ID.</translation>
    </message>
    <message>
        <source>ECS console</source>
        <translation>Console ECS</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CodeMaker</name>
    <message>
        <source>Generating…</source>
        <translation>Génération…</translation>
    </message>
    <message>
        <source>&amp;Name of the code:</source>
        <translation>&amp;Nom du code&#xa0;:</translation>
    </message>
    <message>
        <source>Optional</source>
        <translation>Facultatif</translation>
    </message>
    <message>
        <source>Servers it can import (1 to %1):</source>
        <translation>Serveurs qu’il peut importer (1 à %1)&#xa0;:</translation>
    </message>
    <message>
        <source>Days it is valid (1 to %1):</source>
        <translation>Jours de validité (1 à %1)&#xa0;:</translation>
    </message>
    <message>
        <source>&amp;Generate</source>
        <translation>&amp;Générer</translation>
    </message>
    <message>
        <source>Choose AccessKey pair above and enter the pair and, under Private network, the address of the service.</source>
        <translation>Choisissez «&#xa0;Paire AccessKey&#xa0;» ci-dessus et saisissez la paire ainsi que, sous «&#xa0;Réseau privé&#xa0;», l’adresse du service.</translation>
    </message>
    <message>
        <source>The new activation code</source>
        <translation>Le nouveau code d’activation</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>Copier le co&amp;de</translation>
    </message>
    <message>
        <source>Copy the activation code</source>
        <translation>Copier le code d’activation</translation>
    </message>
    <message>
        <source>&amp;Use it here</source>
        <translation>Uti&amp;liser ici</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ConnectPage</name>
    <message>
        <source>Connect this server</source>
        <translation>Connecter ce serveur</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>Connexion</translation>
    </message>
    <message>
        <source>Enter the activation code or an AccessKey pair.</source>
        <translation>Saisissez le code d’activation ou une paire AccessKey.</translation>
    </message>
    <message>
        <source>An activation code is made in the SMC console and lets this server register itself without an AccessKey. It may be pasted with spaces, line breaks or the complete command around it.

An AccessKey pair belongs to a user of your account; create one in the RAM console.

Neither is saved: after the program was closed, enter it again.</source>
        <translation>Un code d’activation se crée dans la console SMC et permet à ce serveur de s’inscrire sans AccessKey. Il peut être collé avec des espaces, des sauts de ligne ou la commande complète autour.

Une paire AccessKey appartient à un utilisateur de votre compte&#x202f;; créez-en une dans la console RAM.

Ni l’un ni l’autre n’est enregistré&#xa0;: après la fermeture du programme, saisissez-le à nouveau.</translation>
    </message>
    <message>
        <source>Connected as %1.</source>
        <translation>Connecté en tant que %1.</translation>
    </message>
    <message>
        <source>Contacting %1…</source>
        <translation>Connexion à %1…</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>Réessa&amp;yer</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>&amp;Tester la connexion</translation>
    </message>
    <message>
        <source>Generate a &amp;code</source>
        <translation>Générer &amp;un code</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CredentialForm</name>
    <message>
        <source>Enter an address that begins with http:// or https://.</source>
        <translation>Saisissez une adresse commençant par http:// ou https://.</translation>
    </message>
    <message>
        <source>Enter both the AccessKey ID and the AccessKey secret. [E-CON-05]</source>
        <translation>Saisissez l’ID et le secret AccessKey. [E-CON-05]</translation>
    </message>
    <message>
        <source>Enter the activation code from the SMC console. [E-CON-01]</source>
        <translation>Saisissez le code d’activation de la console SMC. [E-CON-01]</translation>
    </message>
    <message>
        <source>The service rejected the activation code. Check it for missing characters, or generate a new one. [E-CON-02]</source>
        <translation>Le service a rejeté le code d’activation. Vérifiez qu’il ne manque aucun caractère ou générez-en un nouveau. [E-CON-02]</translation>
    </message>
    <message>
        <source>The activation code expired on %1. Generate a new one. [E-CON-03]</source>
        <translation>Le code d’activation a expiré le %1. Générez-en un nouveau. [E-CON-03]</translation>
    </message>
    <message numerus="yes">
        <source>The activation code has already imported %n server(s), which is its limit. Generate a new one. [E-CON-04]</source>
        <translation>
            <numerusform>Le code d’activation a déjà importé %n serveur, sa limite. Générez-en un nouveau. [E-CON-04]</numerusform>
            <numerusform>Le code d’activation a déjà importé %n serveurs, sa limite. Générez-en un nouveau. [E-CON-04]</numerusform>
        </translation>
    </message>
    <message>
        <source>The AccessKey pair was refused: %1. Check the pair and its permissions. [E-CON-06]</source>
        <translation>La paire AccessKey a été refusée&#xa0;: %1. Vérifiez la paire et ses autorisations. [E-CON-06]</translation>
    </message>
    <message>
        <source>enter the activation code</source>
        <translation>saisir le code d’activation</translation>
    </message>
    <message>
        <source>enter the AccessKey ID and the AccessKey secret</source>
        <translation>saisir l’ID et le secret AccessKey</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>corriger ce qui est signalé</translation>
    </message>
    <message>
        <source>complete the activation code</source>
        <translation>compléter le code d’activation</translation>
    </message>
    <message>
        <source>Acti&amp;vation code (recommended)</source>
        <translation>Code d’acti&amp;vation (recommandé)</translation>
    </message>
    <message>
        <source>Access&amp;Key pair</source>
        <translation>Paire Access&amp;Key</translation>
    </message>
    <message>
        <source>Activation &amp;code:</source>
        <translation>&amp;Code d’activation&#xa0;:</translation>
    </message>
    <message>
        <source>AccessKey &amp;ID:</source>
        <translation>&amp;ID AccessKey&#xa0;:</translation>
    </message>
    <message>
        <source>AccessKey &amp;secret:</source>
        <translation>Secr&amp;et AccessKey&#xa0;:</translation>
    </message>
    <message>
        <source>&amp;Endpoint:</source>
        <translation>P&amp;oint de terminaison&#xa0;:</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>Affic&amp;her</translation>
    </message>
    <message>
        <source>Show the activation code</source>
        <translation>Afficher le code d’activation</translation>
    </message>
    <message>
        <source>Show the AccessKey secret</source>
        <translation>Afficher le secret AccessKey</translation>
    </message>
    <message>
        <source>&amp;Private network</source>
        <translation>&amp;Réseau privé</translation>
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
        <translation>Commande&#xa0;: %1</translation>
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
        <translation>Le récepteur a été tué. Il redémarre automatiquement.</translation>
    </message>
    <message>
        <source>No receiver runs now. It runs while data is transferred.</source>
        <translation>Aucun récepteur n’est en marche. Il fonctionne pendant le transfert des données.</translation>
    </message>
    <message>
        <source>Every instance type is sold out.</source>
        <translation>Tous les types d’instance sont épuisés.</translation>
    </message>
    <message>
        <source>Instance types are in stock again.</source>
        <translation>Des types d’instance sont de nouveau en stock.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>An error: %1 what happened, %2 what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>The network is back.</source>
        <translation>Le réseau est rétabli.</translation>
    </message>
    <message numerus="yes">
        <source>The network is down for %n s more.</source>
        <translation>
            <numerusform>Le réseau est coupé pour encore %n s.</numerusform>
            <numerusform>Le réseau est coupé pour encore %n s.</numerusform>
        </translation>
    </message>
    <message>
        <source>Restock the instance types</source>
        <translation>Réapprovisionner les types d’instance</translation>
    </message>
    <message>
        <source>Sell out the instance types</source>
        <translation>Épuiser les types d’instance</translation>
    </message>
    <message>
        <source>Demonstration – no data leaves this server</source>
        <translation>Démonstration – aucune donnée ne quitte ce serveur</translation>
    </message>
    <message>
        <source>Link speed:</source>
        <translation>Débit du lien&#xa0;:</translation>
    </message>
    <message>
        <source>Speed of the simulated link</source>
        <translation>Débit du lien simulé</translation>
    </message>
    <message>
        <source>Make it fail</source>
        <translation>Provoquer une panne</translation>
    </message>
    <message numerus="yes">
        <source>Drop the network for %n s</source>
        <translation>
            <numerusform>Couper le réseau pendant %n s</numerusform>
            <numerusform>Couper le réseau pendant %n s</numerusform>
        </translation>
    </message>
    <message>
        <source>Kill the receiver</source>
        <translation>Tuer le récepteur</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DemoWorld</name>
    <message>
        <source>Building the sample server…</source>
        <translation>Création du serveur d’exemple…</translation>
    </message>
    <message>
        <source>Starting a simulated cloud…</source>
        <translation>Démarrage d’un cloud simulé…</translation>
    </message>
    <message>
        <source>Starting the agent…</source>
        <translation>Démarrage de l’agent…</translation>
    </message>
    <message>
        <source>Creating an activation code…</source>
        <translation>Création d’un code d’activation…</translation>
    </message>
    <message>
        <source>The demonstration is ready. The activation code is in its field already.</source>
        <translation>La démonstration est prête. Le code d’activation est déjà dans son champ.</translation>
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
        <translation>Enregistrer les diagnostics</translation>
    </message>
    <message>
        <source>ZIP archives (*.zip)</source>
        <translation>Archives ZIP (*.zip)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>Enregistré sous %1.</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 the name of a file, %2 its size</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>These files will be saved, without secrets:
%1</source>
        <translation>Ces fichiers seront enregistrés, sans secrets&#xa0;:
%1</translation>
    </message>
    <message>
        <source>Save these files…</source>
        <translation>Enregistrer ces fichiers…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskBar</name>
    <message>
        <source>Drop mount targets here</source>
        <translation>Déposer ici les points de montage</translation>
    </message>
    <message>
        <source>+%1 too much</source>
        <extracomment>on a disk that is too small; %1 a size</extracomment>
        <translation>+%1 en trop</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskRows</name>
    <message>
        <source>System disk %1</source>
        <extracomment>%1: the name of a disk such as /dev/vda</extracomment>
        <translation>Disque système %1</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <translation>Disque de données %1</translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation>Progression de %1</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of a disk: amount that is copied, amount in all</extracomment>
        <translation>%1 de %2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksBars</name>
    <message>
        <source>%1 used</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation>%1 utilisés</translation>
    </message>
    <message>
        <source>Source disk %1, %2</source>
        <extracomment>%1 a disk of the server, %2 its size, for screen readers</extracomment>
        <translation>Disque source %1, %2</translation>
    </message>
    <message>
        <source>Source</source>
        <extracomment>heading: the disks of the server</extracomment>
        <translation>Source</translation>
    </message>
    <message>
        <source>Destination</source>
        <extracomment>heading: the disks of the image</extracomment>
        <translation>Destination</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksButtons</name>
    <message numerus="yes">
        <source>%n problem(s) to solve</source>
        <translation>
            <numerusform>%n problème à résoudre</numerusform>
            <numerusform>%n problèmes à résoudre</numerusform>
        </translation>
    </message>
    <message>
        <source>Fits: yes</source>
        <translation>Tient&#xa0;: oui</translation>
    </message>
    <message>
        <source>&amp;Automatic layout</source>
        <translation>Disposition a&amp;utomatique</translation>
    </message>
    <message>
        <source>Ad&amp;just</source>
        <translation>A&amp;juster</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>A&amp;nnuler</translation>
    </message>
    <message>
        <source>Red&amp;o</source>
        <translation>&amp;Rétablir</translation>
    </message>
    <message>
        <source>Reset to au&amp;tomatic</source>
        <translation>Réinitialiser en au&amp;tomatique</translation>
    </message>
    <message>
        <source>&amp;Fix automatically</source>
        <translation>C&amp;orriger automatiquement</translation>
    </message>
    <message>
        <source>&amp;Rescan</source>
        <translation>Ana&amp;lyser à nouveau</translation>
    </message>
    <message>
        <source>Ctrl+Z</source>
        <translation>Ctrl+Z</translation>
    </message>
    <message>
        <source>Ctrl+Shift+Z</source>
        <translation>Ctrl+Maj+Z</translation>
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
        <translation>«&#xa0;%1&#xa0;» n’est pas une taille. Saisissez un nombre, seul pour des GiB ou avec une unité, comme 20 ou 512 MiB.</translation>
    </message>
    <message>
        <source>%1 picked up. Use Up and Down to choose a disk, Enter to drop, Esc to cancel.</source>
        <translation>%1 saisi. Haut et Bas pour choisir un disque, Entrée pour déposer, Échap pour annuler.</translation>
    </message>
    <message>
        <source>No disks found.</source>
        <translation>Aucun disque trouvé.</translation>
    </message>
    <message>
        <source>Reading disks…</source>
        <translation>Lecture des disques…</translation>
    </message>
    <message>
        <source>let Edgelift read the disks of this server</source>
        <translation>laisser Edgelift lire les disques de ce serveur</translation>
    </message>
    <message numerus="yes">
        <source>solve %n problem(s) of the layout</source>
        <translation>
            <numerusform>résoudre %n problème de disposition</numerusform>
            <numerusform>résoudre %n problèmes de disposition</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 a disk, %2 whether what is picked up could be dropped there
----------
%1 a mount target or disk, %2 what is to be said about it</extracomment>
        <translation>%1&#xa0;: %2</translation>
    </message>
    <message>
        <source>Drag a mount target by its handle to another disk, or press Ctrl+X on it. F2 changes a size, Space clears Migrate.</source>
        <translation>Faites glisser un point de montage par sa poignée vers un autre disque ou appuyez dessus sur Ctrl+X. F2 modifie une taille, Espace décoche «&#xa0;Migrer&#xa0;».</translation>
    </message>
    <message>
        <source>What is left needs your decision: see the list below the table.</source>
        <translation>Le reste demande votre décision&#xa0;: voir la liste sous le tableau.</translation>
    </message>
    <message>
        <source>&amp;Show the layout</source>
        <translation>Affic&amp;her la disposition</translation>
    </message>
    <message>
        <source>Mount targets</source>
        <translation>Points de montage</translation>
    </message>
    <message>
        <source>The automatic layout makes the disks of the image like those of this server. Choose “Adjust” to change sizes, to move mount targets to other disks, to leave some out or to use LVM.

With the keyboard: Ctrl+X picks up a mount target, Up and Down choose a disk, Enter drops it, Esc cancels. Alt+1 to Alt+5 move it to a disk at once, Alt+Up and Alt+Down change the order. F2 changes a size, Space sets or clears Migrate, L sets or clears LVM on the row of a disk. Shift+F10 opens a menu with all of this. Ctrl+Z undoes.</source>
        <translation>La disposition automatique rend les disques de l’image semblables à ceux de ce serveur. Choisissez «&#xa0;Ajuster&#xa0;» pour changer des tailles, déplacer des points de montage vers d’autres disques, en exclure ou utiliser LVM.

Au clavier&#xa0;: Ctrl+X saisit un point de montage, Haut et Bas choisissent un disque, Entrée le dépose, Échap annule. Alt+1 à Alt+5 le déplacent aussitôt vers un disque, Alt+Haut et Alt+Bas changent l’ordre. F2 modifie une taille, Espace coche ou décoche «&#xa0;Migrer&#xa0;», L active ou désactive LVM sur la ligne d’un disque. Maj+F10 ouvre un menu regroupant tout cela. Ctrl+Z annule.</translation>
    </message>
    <message>
        <source>Disks and mount targets</source>
        <translation>Disques et points de montage</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Disques</translation>
    </message>
    <message>
        <source>Choose what the disks of the image look like and what is migrated to them.</source>
        <translation>Choisissez l’aspect des disques de l’image et ce qui y est migré.</translation>
    </message>
    <message>
        <source>Choose Adjust to change this layout.</source>
        <translation>Choisissez «&#xa0;Ajuster&#xa0;» pour modifier cette disposition.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksTable</name>
    <message>
        <source>In use: %1; at least %2.</source>
        <extracomment>of a disk or mount target; %1 the space in use, %2 the smallest possible size</extracomment>
        <translation>Utilisé&#xa0;: %1&#x202f;; au moins %2.</translation>
    </message>
    <message>
        <source>LVM: %1.</source>
        <extracomment>%1 the name of a volume group or logical volume</extracomment>
        <translation>LVM&#xa0;: %1.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ErrorPanel</name>
    <message>
        <source>The migration stopped: %1 [%2]</source>
        <extracomment>%1: what happened, %2: a code such as EL-0212</extracomment>
        <translation>La migration s’est arrêtée&#xa0;: %1 [%2]</translation>
    </message>
    <message>
        <source>E&amp;vidence</source>
        <translation>Données d’err&amp;eur</translation>
    </message>
    <message>
        <source>Code: %1
Phase: %2
Time: %3
Detail: %4</source>
        <translation>Code&#xa0;: %1
Phase&#xa0;: %2
Heure&#xa0;: %3
Détail&#xa0;: %4</translation>
    </message>
    <message>
        <source>Re&amp;try</source>
        <translation>Réessa&amp;yer</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>Cop&amp;ier</translation>
    </message>
    <message>
        <source>Save dia&amp;gnostics…</source>
        <translation>Enregistrer les diagnosti&amp;cs…</translation>
    </message>
    <message>
        <source>Cancel job and clean &amp;up…</source>
        <translation>Annuler et &amp;nettoyer…</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until you retry or clean up:</source>
        <translation>Ces éléments existent encore dans le cloud et continuent de coûter jusqu’à ce que vous réessayiez ou nettoyiez&#xa0;:</translation>
    </message>
    <message>
        <source>You retried at %1: it came to the same error again.</source>
        <translation>Vous avez réessayé à %1&#xa0;: la même erreur s’est reproduite.</translation>
    </message>
    <message>
        <source>You retried at %1: it came to another error.</source>
        <translation>Vous avez réessayé à %1&#xa0;: une autre erreur s’est produite.</translation>
    </message>
    <message>
        <source>Start again &amp;with the same settings</source>
        <translation>Recommencer avec les mêmes paramè&amp;tres</translation>
    </message>
    <message>
        <source>Copy what is said about this error</source>
        <translation>Copier les informations sur cette erreur</translation>
    </message>
    <message>
        <source>Troubleshoot errors</source>
        <translation>Résoudre les erreurs</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ExcludesForm</name>
    <message>
        <source>Path to &amp;leave out:</source>
        <translation>C&amp;hemin à exclure&#xa0;:</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>A&amp;jouter</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>Supprime&amp;r</translation>
    </message>
    <message>
        <source>Paths that are left out</source>
        <translation>Chemins exclus</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FactGrid</name>
    <message>
        <source>%1: %2</source>
        <extracomment>One line of a list of facts: name and value</extracomment>
        <translation>%1&#xa0;: %2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FinishPage</name>
    <message>
        <source>Finish</source>
        <translation>Fin</translation>
    </message>
    <message>
        <source>Finish and clean-up</source>
        <translation>Fin et nettoyage</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>L’image ENS est prête.</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>Nettoyage…</translation>
    </message>
    <message>
        <source>Not everything was released</source>
        <translation>Tout n’a pas été libéré</translation>
    </message>
    <message>
        <source>The migration was cancelled. There is no image.</source>
        <translation>La migration a été annulée. Il n’y a pas d’image.</translation>
    </message>
    <message>
        <source>Folder of the image: %1</source>
        <translation>Dossier de l’image&#xa0;: %1</translation>
    </message>
    <message>
        <source>Save report</source>
        <translation>Enregistrer le rapport</translation>
    </message>
    <message>
        <source>Show in &amp;file manager</source>
        <translation>Afficher dans le &amp;gestionnaire de fichiers</translation>
    </message>
    <message>
        <source>&amp;Save report…</source>
        <translation>Enregistrer le &amp;rapport…</translation>
    </message>
    <message>
        <source>Save settings</source>
        <translation>Enregistrer les paramètres</translation>
    </message>
    <message>
        <source>Plan files (*.json)</source>
        <translation>Fichiers de plan (*.json)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <extracomment>%1 is the path of a file</extracomment>
        <translation>Enregistré sous %1.</translation>
    </message>
    <message>
        <source>No file manager could be opened. The image is in the folder %1.</source>
        <translation>Aucun gestionnaire de fichiers n’a pu être ouvert. L’image est dans le dossier %1.</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Image</translation>
    </message>
    <message>
        <source>Image ID</source>
        <translation>ID de l’image</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Région</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copié</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Envoyé</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Durée</translation>
    </message>
    <message>
        <source>Next steps</source>
        <translation>Étapes suivantes</translation>
    </message>
    <message>
        <source>Or by this command, with your own values for TYPE, REGION and MBIT:</source>
        <extracomment>The capitals are in the command and stay as they are</extracomment>
        <translation>Ou par cette commande, avec vos propres valeurs pour TYPE, REGION et MBIT&#xa0;:</translation>
    </message>
    <message>
        <source>1. Open the ENS console and create an instance from this image.
2. Check application licences: the hardware changed.
3. Compare the new instance with this server before switching over.</source>
        <translation>1. Ouvrez la console ENS et créez une instance à partir de cette image.
2. Vérifiez les licences des applications&#xa0;: le matériel a changé.
3. Comparez la nouvelle instance à ce serveur avant de basculer.</translation>
    </message>
    <message>
        <source>ENS console</source>
        <translation>Console ENS</translation>
    </message>
    <message>
        <source>Copy co&amp;mmand</source>
        <translation>Copier la co&amp;mmande</translation>
    </message>
    <message>
        <source>Save these settin&amp;gs…</source>
        <translation>&amp;Enregistrer ces paramètres…</translation>
    </message>
    <message>
        <source>To migrate another server with the same settings</source>
        <translation>Pour migrer un autre serveur avec les mêmes paramètres</translation>
    </message>
    <message>
        <source>The image is in your account; an ENS instance is created from it in the ENS console or with the command shown here. What the migration made on the way is removed; if something is left, it is listed with what it costs and can be cleaned up here. The report says what was done, when and with which settings; it holds no passwords and no keys.</source>
        <translation>L’image est dans votre compte ; une instance ENS est créée à partir d’elle dans la console ENS ou avec la commande affichée ici. Ce que la migration a créé en chemin est supprimé ; s’il reste quelque chose, cela est indiqué ici avec son coût et peut être nettoyé ici. Le rapport indique ce qui a été fait, quand et avec quels paramètres ; il ne contient ni mots de passe ni clés.</translation>
    </message>
    <message>
        <source>Reports (*.html *.json)</source>
        <translation>Rapports (*.html *.json)</translation>
    </message>
    <message>
        <source>Test boot: the image is being started in a virtual machine on this server…</source>
        <translation>Démarrage d’essai&#xa0;: l’image est en cours de démarrage dans une machine virtuelle sur ce serveur…</translation>
    </message>
    <message>
        <source>There was no test boot: %1</source>
        <translation>Il n’y a pas eu de démarrage d’essai&#xa0;: %1</translation>
    </message>
    <message>
        <source>Test boot passed: after %1 the image had shown its login prompt and answered on its network as %2.</source>
        <extracomment>%1 a time such as “24 s”, %2 an IP address</extracomment>
        <translation>Démarrage d’essai réussi&#xa0;: après %1, l’image avait affiché son invite de connexion et répondu sur son réseau en tant que %2.</translation>
    </message>
    <message>
        <source>the boot loader</source>
        <translation>le chargeur d’amorçage</translation>
    </message>
    <message>
        <source>the kernel</source>
        <translation>le noyau</translation>
    </message>
    <message>
        <source>the root file system</source>
        <translation>le système de fichiers racine</translation>
    </message>
    <message>
        <source>the login prompt</source>
        <translation>l’invite de connexion</translation>
    </message>
    <message>
        <source>the network</source>
        <translation>le réseau</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image showed nothing on its console.</source>
        <translation>Démarrage d’essai&#xa0;: en %1, l’image n’a rien affiché sur sa console.</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image did not come up. The last that was seen: %2. The report has what its console said.</source>
        <extracomment>%1 a time such as “24 s”, %2 such as “the kernel”</extracomment>
        <translation>Démarrage d’essai&#xa0;: en %1, l’image n’a pas démarré complètement. Dernière étape observée&#xa0;: %2. Le rapport contient ce que sa console a affiché.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FixBox</name>
    <message>
        <source>Working: %1</source>
        <translation>En cours&#xa0;: %1</translation>
    </message>
    <message>
        <source>Command: %1</source>
        <translation>Commande&#xa0;: %1</translation>
    </message>
    <message>
        <source>&amp;Not now</source>
        <translation>Pas &amp;maintenant</translation>
    </message>
    <message>
        <source>&amp;Yes, do it</source>
        <translation>Oui, &amp;exécuter</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutGestures</name>
    <message>
        <source>Change &amp;size</source>
        <translation>Modifier la &amp;taille</translation>
    </message>
    <message>
        <source>&amp;LVM</source>
        <translation>&amp;LVM</translation>
    </message>
    <message>
        <source>&amp;Migrate</source>
        <translation>&amp;Migrer</translation>
    </message>
    <message>
        <source>Mo&amp;ve to</source>
        <extracomment>a menu of disks</extracomment>
        <translation>&amp;Déplacer vers</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>Vers le &amp;haut</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>Vers le &amp;bas</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutModel</name>
    <message>
        <source>Mount target</source>
        <translation>Point de montage</translation>
    </message>
    <message>
        <source>Migrate</source>
        <translation>Migrer</translation>
    </message>
    <message>
        <source>Destination</source>
        <translation>Destination</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Taille</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>Utilisé</translation>
    </message>
    <message>
        <source>Min.</source>
        <extracomment>the smallest possible size</extracomment>
        <translation>Min.</translation>
    </message>
    <message>
        <source>Transfer method</source>
        <translation>Méthode de transfert</translation>
    </message>
    <message>
        <source>LVM</source>
        <translation>LVM</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Remarques</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 “System disk” or “Data disk 2”, %2 its name on the source such as vdb</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Block by block</source>
        <extracomment>how a volume is copied</extracomment>
        <translation>Bloc par bloc</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>Fichier par fichier</translation>
    </message>
    <message>
        <source>%1, %2, %3 free</source>
        <extracomment>%1 a disk, %2 its size, %3 what is free on it, for screen readers</extracomment>
        <translation>%1, %2, %3 libres</translation>
    </message>
    <message>
        <source>%1, %2, not migrated</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1, %2, non migré</translation>
    </message>
    <message>
        <source>%1, %2, cannot be moved</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1, %2, non déplaçable</translation>
    </message>
    <message>
        <source>%1, %2, can be moved</source>
        <translation>%1, %2, déplaçable</translation>
    </message>
    <message>
        <source>Cannot be moved.</source>
        <translation>Ne peut pas être déplacé.</translation>
    </message>
    <message>
        <source>migrated</source>
        <translation>migré</translation>
    </message>
    <message>
        <source>not migrated</source>
        <translation>non migré</translation>
    </message>
    <message>
        <source>See below: %1</source>
        <extracomment>beside a disk or mount target; %1 codes of problems that are listed below the table</extracomment>
        <translation>Voir ci-dessous&#xa0;: %1</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>Not migrated</source>
        <translation>Non migré</translation>
    </message>
    <message>
        <source>Same size and structure</source>
        <extracomment>why a volume is copied block by block</extracomment>
        <translation>Même taille et même structure</translation>
    </message>
    <message>
        <source>Its size changes</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>Sa taille change</translation>
    </message>
    <message>
        <source>LVM, and no multiple of 4 MiB</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>LVM, et pas un multiple de 4 MiB</translation>
    </message>
    <message>
        <source>As chosen</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>Selon votre choix</translation>
    </message>
    <message>
        <source>The server works meanwhile, so its files are not all of one moment.</source>
        <translation>Le serveur fonctionne pendant ce temps, ses fichiers ne datent donc pas tous du même instant.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutProblems</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>Et %n autre.</numerusform>
            <numerusform>Et %n autres.</numerusform>
        </translation>
    </message>
    <message>
        <source>Must be solved</source>
        <extracomment>severity of a problem, for screen readers</extracomment>
        <translation>À résoudre</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Remarque</translation>
    </message>
    <message>
        <source>Problems of the layout</source>
        <translation>Problèmes de disposition</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LinkLine</name>
    <message>
        <source>%1: %2</source>
        <extracomment>%1: what a web page is about, %2: its address</extracomment>
        <translation>%1&#xa0;: %2</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Ouvrir</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>Copier l’adresse</translation>
    </message>
    <message>
        <source>Open: %1</source>
        <extracomment>For screen readers: %1 is what a web page is about</extracomment>
        <translation>Ouvrir&#xa0;: %1</translation>
    </message>
    <message>
        <source>Copy address: %1</source>
        <translation>Copier l’adresse&#xa0;: %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LiveBox</name>
    <message>
        <source>The server goes on working. What it writes during this first pass is copied afterwards.</source>
        <translation>Le serveur continue de fonctionner. Ce qu’il écrit pendant cette première passe est copié ensuite.</translation>
    </message>
    <message>
        <source>What was copied before is compared with the server, so that only differences are sent.</source>
        <translation>Ce qui a déjà été copié est comparé au serveur afin de n’envoyer que les différences.</translation>
    </message>
    <message>
        <source>Round %1: copying what the server wrote since. It writes %2, and %3 are being copied.</source>
        <extracomment>%1 a number, %2 and %3 speeds</extracomment>
        <translation>Passe %1&#xa0;: copie de ce que le serveur a écrit depuis. Il écrit %2, et %3 sont copiés.</translation>
    </message>
    <message>
        <source>The copy follows the server: %1 are not copied yet. The final point would hold the server&apos;s disks for about %2 ms.</source>
        <extracomment>%1 a size, %2 milliseconds</extracomment>
        <translation>La copie suit le serveur&#xa0;: %1 ne sont pas encore copiés. La capture de l’état final suspendrait les disques du serveur pendant environ %2 ms.</translation>
    </message>
    <message>
        <source>The final point is being taken. The server&apos;s disks stand still for a moment.</source>
        <translation>L’état final est en cours de capture. Les disques du serveur sont suspendus un instant.</translation>
    </message>
    <message>
        <source>The final point is taken, and the server works as before. The last changes are being copied.</source>
        <translation>L’état final est capturé et le serveur fonctionne comme avant. Les dernières modifications sont en cours de copie.</translation>
    </message>
    <message>
        <source>The copy is being read back and compared.</source>
        <translation>La copie est en cours de relecture et de comparaison.</translation>
    </message>
    <message>
        <source>The copy is complete and was compared.</source>
        <translation>La copie est complète et a été comparée.</translation>
    </message>
    <message>
        <source>&amp;Take the final point now</source>
        <translation>&amp;Capturer l’état final maintenant</translation>
    </message>
    <message>
        <source>Holds the server&apos;s disks for a moment; what is written later is not in the image.</source>
        <translation>Suspend un instant les disques du serveur&#x202f;; ce qui est écrit ensuite n’est pas dans l’image.</translation>
    </message>
    <message>
        <source>What is copied file by file is being copied for the first time. What changes meanwhile is copied again later.</source>
        <translation>Ce qui est copié fichier par fichier est en cours de première copie. Ce qui change pendant ce temps est copié à nouveau plus tard.</translation>
    </message>
    <message>
        <source>The final point is near. Files that changed since they were copied are being copied again.</source>
        <translation>L’état final est proche. Les fichiers modifiés depuis leur copie sont en cours de nouvelle copie.</translation>
    </message>
    <message>
        <source>All files are copied. Those that change from now on are copied again when the final point is taken.</source>
        <translation>Tous les fichiers sont copiés. Ceux qui changent à partir de maintenant sont copiés à nouveau lors de la capture de l’état final.</translation>
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
        <translation>Étape %1 sur %2 – %3</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MessageBar</name>
    <message>
        <source>Copy</source>
        <translation>Copier</translation>
    </message>
    <message>
        <source>Copy this message</source>
        <translation>Copier ce message</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Fermer ce message</translation>
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
        <translation>Vous pouvez fermer cette fenêtre&#xa0;: la migration continue et s’affiche au prochain démarrage d’Edgelift.</translation>
    </message>
    <message>
        <source>The numbers are of %1.</source>
        <translation>Chiffres datant de %1.</translation>
    </message>
    <message>
        <source>No data for %1 s. Check the network of this server, or choose Pause and go on later.</source>
        <translation>Aucune donnée depuis %1 s. Vérifiez le réseau de ce serveur ou choisissez «&#xa0;Pause&#xa0;» et reprenez plus tard.</translation>
    </message>
    <message>
        <source>No data for %1 s. Waiting for the network.</source>
        <translation>Aucune donnée depuis %1 s. En attente du réseau.</translation>
    </message>
    <message>
        <source>The transfer is slow. To speed it up, raise the bandwidth of this server and of the destination for a while.</source>
        <translation>Le transfert est lent. Pour l’accélérer, augmentez temporairement la bande passante de ce serveur et de la destination.</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>&amp;Reprendre</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>Pa&amp;use</translation>
    </message>
    <message>
        <source>Job ID</source>
        <translation>ID de la tâche</translation>
    </message>
    <message>
        <source>Job name</source>
        <translation>Nom de la tâche</translation>
    </message>
    <message>
        <source>Job status</source>
        <translation>État de la tâche</translation>
    </message>
    <message>
        <source>Creation time</source>
        <translation>Heure de création</translation>
    </message>
    <message>
        <source>Start time</source>
        <translation>Heure de début</translation>
    </message>
    <message>
        <source>End time</source>
        <translation>Heure de fin</translation>
    </message>
    <message>
        <source>Job progress</source>
        <translation>Progression de la tâche</translation>
    </message>
    <message>
        <source>Target region</source>
        <translation>Région cible</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Balises</translation>
    </message>
    <message>
        <source>Remaining time (s)</source>
        <translation>Temps restant (s)</translation>
    </message>
    <message>
        <source>&amp;Modify…</source>
        <translation>&amp;Modifier…</translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation>&amp;Détails</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Journal</translation>
    </message>
    <message>
        <source>When this window is closed the demonstration ends, and its migration with it.</source>
        <translation>À la fermeture de cette fenêtre, la démonstration se termine, et sa migration avec elle.</translation>
    </message>
    <message>
        <source>You may close this window: the clean-up goes on.</source>
        <translation>Vous pouvez fermer cette fenêtre&#xa0;: le nettoyage continue.</translation>
    </message>
    <message>
        <source>The speed counts the data of the disks before it is compressed, so it can be higher than the speed of the network. The remaining time is shown once the speed is steady.

Pause keeps everything that was copied, and the transit instance, which keeps costing. Cancel removes both.

After an error nothing is lost: what was copied is kept, and Retry goes on from there.</source>
        <translation>Le débit compte les données des disques avant leur compression&#x202f;; il peut donc dépasser le débit du réseau. Le temps restant s’affiche dès que le débit est stable.

«&#xa0;Pause&#xa0;» conserve tout ce qui a été copié, ainsi que l’instance de transit, qui continue de coûter. «&#xa0;Annuler la tâche&#xa0;» supprime les deux.

Après une erreur, rien n’est perdu&#xa0;: les données copiées sont conservées et «&#xa0;Réessayer&#xa0;» reprend à partir de là.</translation>
    </message>
    <message>
        <source>%1 — %2</source>
        <extracomment>In the window&apos;s title: how far the migration is, and the server&apos;s name</extracomment>
        <translation>%1 – %2</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused.</source>
        <extracomment>%1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>L’instance de transit continue de coûter pendant que la migration est en pause.</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused: %1.</source>
        <translation>L’instance de transit continue de coûter pendant que la migration est en pause&#xa0;: %1.</translation>
    </message>
    <message>
        <source>This server&apos;s own disk accesses are slow, so the migration reads at most %1 for now.</source>
        <translation>Les accès disque propres à ce serveur sont lents&#x202f;; la migration lit donc pour l’instant %1 au plus.</translation>
    </message>
    <message>
        <source>Cancel this migration? The job is deleted, the transit instance is released and the copied data is lost. What was used until now is still charged.</source>
        <translation>Annuler cette migration&#x202f;? La tâche est supprimée, l’instance de transit est libérée et les données copiées sont perdues. Ce qui a été utilisé jusqu’ici reste facturé.</translation>
    </message>
    <message>
        <source>&amp;Keep migrating</source>
        <translation>Co&amp;ntinuer la migration</translation>
    </message>
    <message>
        <source>Cancel migrati&amp;on</source>
        <translation>Annuler la mi&amp;gration</translation>
    </message>
    <message>
        <source>Estimate migration time and test transfer speed</source>
        <translation>Estimer la durée de migration et tester le débit de transfert</translation>
    </message>
    <message>
        <source>Cancel &amp;job…</source>
        <translation>Annuler la tâc&amp;he…</translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation>&amp;Journal</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>Tout copier</translation>
    </message>
    <message>
        <source>Copy all details</source>
        <translation>Copier tous les détails</translation>
    </message>
    <message>
        <source>Transit instance ID</source>
        <translation>ID de l’instance de transit</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance, nor change its billing method, during migration; it is released automatically afterwards.</source>
        <translation>Pendant la migration, n’arrêtez pas, ne démarrez pas, ne redémarrez pas et ne libérez pas l’instance de transit et ne changez pas son mode de facturation&#x202f;; elle est ensuite libérée automatiquement.</translation>
    </message>
    <message>
        <source>Default resource group</source>
        <extracomment>The transit instance&apos;s resource group: the account&apos;s own, because no other is asked for</extracomment>
        <translation>Groupe de ressources par défaut</translation>
    </message>
    <message>
        <source>Resource group</source>
        <translation>Groupe de ressources</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ModifyPanel</name>
    <message>
        <source>Unlimited</source>
        <translation>Illimité</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Désactivée</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>Appli&amp;quer</translation>
    </message>
    <message>
        <source>The time plan is in force now (%1): %2. The limit above counts outside of it.</source>
        <translation>Le calendrier est actuellement en vigueur (%1)&#xa0;: %2. La limite ci-dessus s’applique en dehors de celui-ci.</translation>
    </message>
    <message>
        <source>Applied.</source>
        <translation>Appliqué.</translation>
    </message>
    <message>
        <source>Applied. The new limit takes effect within %1 s.</source>
        <translation>Appliqué. La nouvelle limite prend effet sous %1 s.</translation>
    </message>
    <message>
        <source>Applied. It takes effect when the migration goes on.</source>
        <translation>Appliqué. Prend effet à la reprise de la migration.</translation>
    </message>
    <message>
        <source>&amp;Speed limit (Mbit/s):</source>
        <translation>&amp;Limite de débit (Mbit/s)&#xa0;:</translation>
    </message>
    <message>
        <source>Compress&amp;ion:</source>
        <translation>Compress&amp;ion&#xa0;:</translation>
    </message>
    <message>
        <source>Veri&amp;fy the copied data by checksum</source>
        <translation>&amp;Vérifier les données copiées par somme de contrôle</translation>
    </message>
    <message>
        <source>Clos&amp;e</source>
        <translation>F&amp;ermer</translation>
    </message>
    <message>
        <source>Lon&amp;gest hold (s):</source>
        <translation>Gel ma&amp;ximal (s)&#xa0;:</translation>
    </message>
    <message>
        <source>How many seconds this server may be kept from writing while the final point is taken.</source>
        <translation>Nombre de secondes pendant lesquelles ce serveur peut être empêché d’écrire lors de la capture de l’état final.</translation>
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
        <translation>Aucun VPC dans %1. Créez-en un dans la console VPC, puis actualisez.</translation>
    </message>
    <message>
        <source>Optional: without it, a network is made for this migration and removed after it.</source>
        <translation>Facultatif&#xa0;: à défaut, un réseau est créé pour cette migration et supprimé ensuite.</translation>
    </message>
    <message>
        <source>&amp;Public network</source>
        <translation>&amp;Réseau public</translation>
    </message>
    <message>
        <source>&amp;VPC: this server is connected to it</source>
        <translation>VPC&#xa0;: ce serveur y est rattac&amp;hé</translation>
    </message>
    <message>
        <source>VPC is recommended where it can be reached directly, by VPN gateway, Express Connect circuit or Smart Access Gateway: it is faster and steadier.</source>
        <translation>Le VPC est recommandé s’il est joignable directement, par VPN Gateway, circuit Express Connect ou Smart Access Gateway&#xa0;: plus rapide et plus stable.</translation>
    </message>
    <message>
        <source>VP&amp;C:</source>
        <translation>VP&amp;C&#xa0;:</translation>
    </message>
    <message>
        <source>v&amp;Switch:</source>
        <translation>vS&amp;witch&#xa0;:</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::OptionsMenu</name>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Langue</translation>
    </message>
    <message>
        <source>Lar&amp;ger text</source>
        <translation>Texte plus &amp;grand</translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation>Texte plus &amp;petit</translation>
    </message>
    <message>
        <source>&amp;Usual text size</source>
        <translation>Taille de texte &amp;normale</translation>
    </message>
    <message>
        <source>Low-&amp;bandwidth mode</source>
        <translation>Mode faible &amp;bande passante</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PhaseStrip</name>
    <message>
        <source>%1: done</source>
        <translation>%1&#xa0;: terminé</translation>
    </message>
    <message>
        <source>%1: failed</source>
        <translation>%1&#xa0;: échec</translation>
    </message>
    <message>
        <source>%1: now</source>
        <translation>%1&#xa0;: en cours</translation>
    </message>
    <message>
        <source>%1: to come</source>
        <translation>%1&#xa0;: à venir</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PlanFileBar</name>
    <message>
        <source>Plan files (*.json);;All files (*)</source>
        <translation>Fichiers de plan (*.json);;Tous les fichiers (*)</translation>
    </message>
    <message>
        <source>The plan was saved as %1.</source>
        <translation>Le plan a été enregistré sous %1.</translation>
    </message>
    <message>
        <source>Use its &amp;settings, keep these disks</source>
        <translation>Utiliser ses para&amp;mètres, garder ces disques</translation>
    </message>
    <message>
        <source>The plan %1 was opened.</source>
        <translation>Le plan %1 a été ouvert.</translation>
    </message>
    <message>
        <source>&amp;Open plan…</source>
        <translation>&amp;Ouvrir un plan…</translation>
    </message>
    <message>
        <source>&amp;Save plan…</source>
        <translation>&amp;Enregistrer le plan…</translation>
    </message>
    <message>
        <source>Problems of the plan file</source>
        <translation>Problèmes du fichier de plan</translation>
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
        <translation>Préparer et importer</translation>
    </message>
    <message>
        <source>Prepare</source>
        <translation>Préparation</translation>
    </message>
    <message>
        <source>Decide what may be changed on this server, then register it as a migration source.</source>
        <translation>Décidez ce qui peut être modifié sur ce serveur, puis inscrivez-le comme source de migration.</translation>
    </message>
    <message>
        <source>Nothing is changed on this server before you choose “Prepare and import”.

The import registers this server with the service that made the activation code. With an AccessKey pair there is nothing to register.</source>
        <translation>Rien n’est modifié sur ce serveur avant que vous ne choisissiez «&#xa0;Préparer et importer&#xa0;».

L’importation inscrit ce serveur auprès du service qui a créé le code d’activation. Avec une paire AccessKey, il n’y a rien à inscrire.</translation>
    </message>
    <message>
        <source>wait until the import is finished</source>
        <translation>attendre la fin de l’importation</translation>
    </message>
    <message>
        <source>wait for the questions to this server</source>
        <translation>attendre les questions sur ce serveur</translation>
    </message>
    <message>
        <source>answer: %1</source>
        <translation>répondre&#xa0;: %1</translation>
    </message>
    <message>
        <source>&amp;Prepare and import</source>
        <translation>Préparer et &amp;importer</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>Réessa&amp;yer</translation>
    </message>
    <message>
        <source>Preparing this server…</source>
        <translation>Préparation de ce serveur…</translation>
    </message>
    <message>
        <source>Importing this server…</source>
        <translation>Importation de ce serveur…</translation>
    </message>
    <message>
        <source>The snapshot driver could not be installed: %1. Block replication is switched off for this migration. [W-PRE-01]</source>
        <translation>Le pilote d’instantanés n’a pas pu être installé&#xa0;: %1. La réplication par blocs est désactivée pour cette migration. [W-PRE-01]</translation>
    </message>
    <message>
        <source>Import Source Server [%1] Successfully!</source>
        <extracomment>%1 is an id such as s-bp1abc; the words are those of the service</extracomment>
        <translation>Serveur source [%1] importé avec succès.</translation>
    </message>
    <message>
        <source>Migration source online</source>
        <translation>Source de migration en ligne</translation>
    </message>
    <message>
        <source>&amp;Exclude files and folders</source>
        <translation>&amp;Exclure des fichiers et dossiers</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ProgressPanel</name>
    <message>
        <source>No migration</source>
        <translation>Aucune migration</translation>
    </message>
    <message>
        <source>Creating the transit instance…</source>
        <translation>Création de l’instance de transit…</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>Préparation</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>Synchronisation</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>En pause</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Erreur</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Terminée</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>Nettoyage…</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Annulée</translation>
    </message>
    <message>
        <source>Reconnecting to the migration engine… (%1 s)</source>
        <translation>Reconnexion au moteur de migration… (%1 s)</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of all disks: amount that is copied, amount in all</extracomment>
        <translation>%1 de %2</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>encore %1</translation>
    </message>
    <message>
        <source>Remaining time: %1</source>
        <translation>Temps restant&#xa0;: %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>For screen readers: %1 the name of a number, %2 the number</extracomment>
        <translation>%1&#xa0;: %2</translation>
    </message>
    <message>
        <source>%1 so far</source>
        <extracomment>A phase that is not over: %1 is how long it has been running</extracomment>
        <translation>%1 jusqu’ici</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Progression</translation>
    </message>
    <message>
        <source>Speed before compression</source>
        <translation>Débit avant compression</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Réseau</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Limite</translation>
    </message>
    <message>
        <source>Average</source>
        <translation>Moyenne</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Envoyé</translation>
    </message>
    <message>
        <source>Saved by compression</source>
        <translation>Économisé par compression</translation>
    </message>
    <message>
        <source>Elapsed</source>
        <translation>Temps écoulé</translation>
    </message>
    <message>
        <source>Interruptions</source>
        <translation>Interruptions</translation>
    </message>
    <message>
        <source>Data of the disks per second. Higher than the network&apos;s speed when compression helps.</source>
        <translation>Données des disques par seconde. Supérieur au débit du réseau quand la compression est efficace.</translation>
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
        <translation>%1 %2 dans %3</translation>
    </message>
    <message>
        <source>kept on purpose</source>
        <translation>conservé volontairement</translation>
    </message>
    <message>
        <source>price not known</source>
        <translation>prix inconnu</translation>
    </message>
    <message>
        <source>free</source>
        <translation>gratuit</translation>
    </message>
    <message>
        <source>%1 %2 a day</source>
        <extracomment>%1 a currency such as CNY, %2 an amount</extracomment>
        <translation>%2 %1 par jour</translation>
    </message>
    <message>
        <source>Together at least %1</source>
        <extracomment>A sum of prices; %1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>Au moins %1 au total</translation>
    </message>
    <message>
        <source>Together %1</source>
        <translation>%1 au total</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 something in the cloud, %2 its price</extracomment>
        <translation>%1&#xa0;: %2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ResumePage</name>
    <message>
        <source>Discard the saved setup?</source>
        <translation>Supprimer la configuration enregistrée&#x202f;?</translation>
    </message>
    <message>
        <source>Discard the saved setup? The imported source %1 stays registered.</source>
        <translation>Supprimer la configuration enregistrée&#x202f;? La source importée %1 reste inscrite.</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>Suppri&amp;mer</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>Conser&amp;ver</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>&amp;Continuer</translation>
    </message>
    <message>
        <source>&amp;Start over</source>
        <translation>&amp;Recommencer</translation>
    </message>
    <message>
        <source>Welcome back</source>
        <translation>Bon retour</translation>
    </message>
    <message>
        <source>Everything you chose was saved but the activation code and the AccessKey pair. Continue leads back to the step you were on; Start over forgets the choices and begins anew. Neither changes anything on this server or in the cloud.</source>
        <translation>Tout ce que vous avez choisi a été enregistré, sauf le code d’activation et la paire AccessKey. «&#xa0;Continuer&#xa0;» ramène à l’étape où vous étiez&#x202f;; «&#xa0;Recommencer&#xa0;» oublie les choix et repart de zéro. Ni l’un ni l’autre ne modifie quoi que ce soit sur ce serveur ou dans le cloud.</translation>
    </message>
    <message>
        <source>Continue the setup from %1 at step “%2”?</source>
        <extracomment>%1 a date and time, %2 the name of a step such as “Settings”</extracomment>
        <translation>Reprendre la configuration du %1 à l’étape «&#xa0;%2&#xa0;»&#x202f;?</translation>
    </message>
    <message>
        <source>The activation code or AccessKey pair was not saved and has to be entered again.</source>
        <translation>Le code d’activation ou la paire AccessKey n’a pas été enregistré et doit être saisi à nouveau.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ReviewPage</name>
    <message>
        <source>wait until the migration has started</source>
        <translation>attendre que la migration ait démarré</translation>
    </message>
    <message>
        <source>enter the activation code or an AccessKey pair again on the Connect page</source>
        <translation>saisir à nouveau le code d’activation ou une paire AccessKey sur la page «&#xa0;Connexion&#xa0;»</translation>
    </message>
    <message>
        <source>wait until the plan is checked</source>
        <translation>attendre la vérification du plan</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What is wrong, and what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>read the notice and choose “Got It”</source>
        <translation>lire l’avis et choisir «&#xa0;J’ai compris&#xa0;»</translation>
    </message>
    <message>
        <source>Speed limit: %1; compression: %2; checksum verification: %3</source>
        <translation>Limite de débit&#xa0;: %1&#x202f;; compression&#xa0;: %2&#x202f;; contrôle des sommes&#xa0;: %3</translation>
    </message>
    <message>
        <source>on</source>
        <translation>activé</translation>
    </message>
    <message>
        <source>off</source>
        <translation>désactivé</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Serveur</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Compte</translation>
    </message>
    <message>
        <source>by activation code</source>
        <translation>par code d’activation</translation>
    </message>
    <message>
        <source>by AccessKey pair</source>
        <translation>par paire AccessKey</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Image</translation>
    </message>
    <message>
        <source>%1… in %2</source>
        <translation>%1… dans %2</translation>
    </message>
    <message>
        <source>On the way</source>
        <translation>Stockage temporaire</translation>
    </message>
    <message>
        <source>bucket %1 in %2</source>
        <translation>bucket %1 dans %2</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Réseau</translation>
    </message>
    <message>
        <source>Public network</source>
        <translation>Réseau public</translation>
    </message>
    <message>
        <source>VPC %1, vSwitch %2</source>
        <translation>VPC %1, vSwitch %2</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>Transfert</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Disques</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Modifier</translation>
    </message>
    <message>
        <source>Change: %1</source>
        <translation>Modifier&#xa0;: %1</translation>
    </message>
    <message>
        <source>Choose Change beside a line to go back to its page; nothing is lost. Save the plan on the Settings page to use it with edgeliftctl.</source>
        <translation>Choisissez «&#xa0;Modifier&#xa0;» à côté d’une ligne pour revenir à sa page&#x202f;; rien n’est perdu. Enregistrez le plan sur la page «&#xa0;Paramètres&#xa0;» pour l’utiliser avec edgeliftctl.</translation>
    </message>
    <message>
        <source>Costs: the transit instance, its disks and snapshots, and the bucket&apos;s storage and traffic are charged by the cloud while the migration runs; everything temporary is removed at the end. After an error they are kept for a retry and keep costing until you retry or cancel.</source>
        <translation>Coûts&#xa0;: l’instance de transit, ses disques et ses instantanés, ainsi que le stockage et le trafic du bucket sont facturés par le cloud pendant la migration&#x202f;; tout ce qui est temporaire est supprimé à la fin. Après une erreur, tout est conservé pour un nouvel essai et continue de coûter jusqu’à ce que vous réessayiez ou annuliez.</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 and do not change its billing method during the migration. Leave the temporary image and the temporary objects in the bucket alone. The hardware changes: check licences after the migration.</source>
        <translation>Pendant la migration, n’arrêtez pas, ne démarrez pas, ne redémarrez pas et ne libérez pas l’instance de transit %1 et ne changez pas son mode de facturation. Ne touchez pas à l’image temporaire ni aux objets temporaires du bucket. Le matériel change&#xa0;: vérifiez les licences après la migration.</translation>
    </message>
    <message>
        <source>&amp;Got It</source>
        <translation>&amp;J’ai compris</translation>
    </message>
    <message>
        <source>Co&amp;py command</source>
        <translation>Copier la co&amp;mmande</translation>
    </message>
    <message>
        <source>The same migration as a command for edgeliftctl</source>
        <translation>La même migration sous forme de commande pour edgeliftctl</translation>
    </message>
    <message>
        <source>Review and start</source>
        <translation>Récapitulatif et démarrage</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Récapitulatif</translation>
    </message>
    <message>
        <source>Starting creates a paid transit instance in your account.</source>
        <translation>Le démarrage crée une instance de transit payante dans votre compte.</translation>
    </message>
    <message>
        <source>&amp;Start migration</source>
        <translation>&amp;Démarrer la migration</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsAdvanced</name>
    <message>
        <source>Reading from this server&apos;s disks: at most %1 MB/s</source>
        <translation>Lecture des disques de ce serveur&#xa0;: %1 MB/s au plus</translation>
    </message>
    <message>
        <source>Niceness: %1</source>
        <translation>Valeur nice&#xa0;: %1</translation>
    </message>
    <message>
        <source>Does not stand back when this server&apos;s own disk accesses slow down</source>
        <translation>Ne s’efface pas quand les accès disque propres à ce serveur ralentissent</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 days and times, %2 a speed such as 100 Mbit/s</extracomment>
        <translation>%1&#xa0;: %2</translation>
    </message>
    <message>
        <source>Set by the plan file:</source>
        <translation>Défini par le fichier de plan&#xa0;:</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>Auto</translation>
    </message>
    <message>
        <source>On</source>
        <translation>Activé</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Désactivé</translation>
    </message>
    <message>
        <source>&amp;Job name:</source>
        <translation>No&amp;m de la tâche&#xa0;:</translation>
    </message>
    <message>
        <source>&amp;Description:</source>
        <translation>&amp;Description&#xa0;:</translation>
    </message>
    <message>
        <source>Speed &amp;limit (Mbit/s):</source>
        <translation>&amp;Limite de débit (Mbit/s)&#xa0;:</translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation>Illimité</translation>
    </message>
    <message>
        <source>Com&amp;pression ratio (0 = none):</source>
        <translation>Taux de &amp;compression (0 = aucune)&#xa0;:</translation>
    </message>
    <message>
        <source>Compression ratio as a number</source>
        <translation>Taux de compression en chiffres</translation>
    </message>
    <message>
        <source>SSL-&amp;encrypted transmission:</source>
        <translation>Transmissi&amp;on chiffrée SSL&#xa0;:</translation>
    </message>
    <message>
        <source>Licence t&amp;ype:</source>
        <translation>T&amp;ype de licence&#xa0;:</translation>
    </message>
    <message>
        <source>Ta&amp;gs:</source>
        <translation>&amp;Balises&#xa0;:</translation>
    </message>
    <message>
        <source>&amp;Intermediate instance type:</source>
        <translation>Type d’&amp;instance de transit&#xa0;:</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatique</translation>
    </message>
    <message>
        <source>If the type you choose is out of stock, the job cannot be created. Leave it empty to have one chosen.</source>
        <translation>Si le type choisi est en rupture de stock, la tâche ne peut pas être créée. Laissez vide pour un choix automatique.</translation>
    </message>
    <message>
        <source>&amp;Report diagnostic logs</source>
        <translation>Envoyer les journaux de dia&amp;gnostic</translation>
    </message>
    <message>
        <source>&amp;What is sent?</source>
        <translation>&amp;Qu’est-ce qui est envoyé&#x202f;?</translation>
    </message>
    <message>
        <source>The log of this migration: phases, speeds, error codes, names of disks and cloud resources. No file contents, no file names, no codes, keys or passwords.</source>
        <translation>Le journal de cette migration&#xa0;: phases, débits, codes d’erreur, noms de disques et de ressources cloud. Aucun contenu ni nom de fichier, aucun code, clé ou mot de passe.</translation>
    </message>
    <message>
        <source>&amp;Modify disk partition</source>
        <translation>Modifier le partitio&amp;nnement des disques</translation>
    </message>
    <message>
        <source>Choose disks, sizes and order yourself on the next page.</source>
        <translation>Choisissez vous-même les disques, les tailles et l’ordre à la page suivante.</translation>
    </message>
    <message>
        <source>&amp;Verify check sums</source>
        <translation>&amp;Vérifier les sommes de contrôle</translation>
    </message>
    <message>
        <source>More certain, but slower.</source>
        <translation>Plus sûr, mais plus lent.</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Balises</translation>
    </message>
    <message>
        <source>Wait for me before the &amp;final point</source>
        <translation>M’attend&amp;re avant l’état final</translation>
    </message>
    <message>
        <source>The copy follows the server until you say so on the Migration page. Otherwise the final point is taken as soon as it is short.</source>
        <translation>La copie suit le serveur jusqu’à votre accord sur la page «&#xa0;Migration&#xa0;». Sinon, l’état final est capturé dès que la suspension est assez courte.</translation>
    </message>
    <message>
        <source>How long programs here may be kept from writing while the final point is taken. A server that writes much may need more.</source>
        <translation>Durée pendant laquelle les programmes peuvent ici être empêchés d’écrire lors de la capture de l’état final. Un serveur qui écrit beaucoup peut avoir besoin de plus.</translation>
    </message>
    <message>
        <source>Longest &amp;hold (s):</source>
        <translation>G&amp;el maximal (s)&#xa0;:</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>Paramètres</translation>
    </message>
    <message>
        <source>The ENS image is kept in the image storage region. Before that a temporary image is made in the transit region and lies in the transit bucket, which must be in the same region.

“Save plan” writes all of this to a file that edgeliftctl uses as well.</source>
        <translation>L’image ENS est conservée dans la région de stockage des images. Auparavant, une image temporaire est créée dans la région de transit et placée dans le bucket de transit, qui doit être dans la même région.

«&#xa0;Enregistrer le plan&#xa0;» écrit tout cela dans un fichier utilisable aussi par edgeliftctl.</translation>
    </message>
    <message>
        <source>choose a bucket</source>
        <translation>choisir un bucket</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>corriger ce qui est signalé</translation>
    </message>
    <message>
        <source>China (Beijing)</source>
        <translation>Chine (Beijing)</translation>
    </message>
    <message>
        <source>Singapore</source>
        <translation>Singapour</translation>
    </message>
    <message>
        <source>&amp;More configurations</source>
        <translation>Autres para&amp;mètres</translation>
    </message>
    <message numerus="yes">
        <source>&amp;More configurations (%n changed)</source>
        <translation>
            <numerusform>Autres para&amp;mètres (%n modifié)</numerusform>
            <numerusform>Autres para&amp;mètres (%n modifiés)</numerusform>
        </translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Chargement…</translation>
    </message>
    <message>
        <source>No bucket in %1. Create one in the OSS console, then refresh.</source>
        <translation>Aucun bucket dans %1. Créez-en un dans la console OSS, puis actualisez.</translation>
    </message>
    <message>
        <source>The image is named %1.</source>
        <extracomment>%1 is the prefix with a time stamp behind it</extracomment>
        <translation>L’image se nommera %1.</translation>
    </message>
    <message>
        <source>&amp;Image storage region:</source>
        <translation>Région de stoc&amp;kage de l’image&#xa0;:</translation>
    </message>
    <message>
        <source>Image &amp;name prefix:</source>
        <translation>Préfi&amp;xe du nom de l’image&#xa0;:</translation>
    </message>
    <message>
        <source>&amp;Transit region:</source>
        <translation>Région de &amp;transit&#xa0;:</translation>
    </message>
    <message>
        <source>Transit &amp;bucket:</source>
        <translation>&amp;Bucket de transit&#xa0;:</translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation>Act&amp;ualiser</translation>
    </message>
    <message>
        <source>Refresh buckets and networks</source>
        <translation>Actualiser les buckets et les réseaux</translation>
    </message>
    <message>
        <source>Network type:</source>
        <translation>Type de réseau&#xa0;:</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::StepList</name>
    <message>
        <source>Steps</source>
        <translation>Étapes</translation>
    </message>
    <message>
        <source>%1, current step</source>
        <translation>%1, étape actuelle</translation>
    </message>
    <message>
        <source>%1, visited</source>
        <translation>%1, visitée</translation>
    </message>
    <message>
        <source>%1, later</source>
        <translation>%1, à venir</translation>
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
        <translation>Débit des 10 dernières minutes</translation>
    </message>
    <message>
        <source>No speed was measured yet.</source>
        <translation>Aucun débit mesuré pour l’instant.</translation>
    </message>
    <message>
        <source>Disk speed now %1, network speed now %2, highest disk speed of the last 10 minutes %3.</source>
        <extracomment>Read by screen readers instead of the graph</extracomment>
        <translation>Débit disque actuel %1, débit réseau actuel %2, débit disque maximal des 10 dernières minutes %3.</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Disque</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Réseau</translation>
    </message>
    <message>
        <source>Top: %1</source>
        <extracomment>The upper edge of a graph of speeds; %1 is a speed</extracomment>
        <translation>Max.&#xa0;: %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsForm</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>Et %n autre.</numerusform>
            <numerusform>Et %n autres.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>A&amp;jouter</translation>
    </message>
    <message>
        <source>Add a tag</source>
        <translation>Ajouter une balise</translation>
    </message>
    <message>
        <source>Remo&amp;ve</source>
        <translation>S&amp;upprimer</translation>
    </message>
    <message>
        <source>Remove this tag</source>
        <translation>Supprimer cette balise</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsModel</name>
    <message>
        <source>Key</source>
        <translation>Clé</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Valeur</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TargetRow</name>
    <message>
        <source>not migrated</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation>non migré</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>%1 libres</translation>
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
        <translation>LVM sur %1</translation>
    </message>
    <message>
        <source> GiB</source>
        <extracomment>the unit behind a number that is typed</extracomment>
        <translation> GiB</translation>
    </message>
    <message>
        <source>Size of %1 in GiB</source>
        <extracomment>%1 a disk, for screen readers</extracomment>
        <translation>Taille de %1 en GiB</translation>
    </message>
    <message>
        <source>%1 to %2 are possible.</source>
        <translation>De %1 à %2 possibles.</translation>
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
        <translation>Pour continuer, vous devez&#xa0;:</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <extracomment>Below a list of things to do</extracomment>
        <translation>
            <numerusform>et %n autre</numerusform>
            <numerusform>et %n autres</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::VolumeDelegate</name>
    <message>
        <source>%1 of %2</source>
        <extracomment>%1 a column such as “Size”, %2 the row&apos;s name, for screen readers</extracomment>
        <translation>%1 de %2</translation>
    </message>
    <message>
        <source>Block by block</source>
        <translation>Bloc par bloc</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>Fichier par fichier</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WaitLine</name>
    <message>
        <source>S&amp;top</source>
        <translation>Arrê&amp;ter</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WelcomePage</name>
    <message>
        <source>Edgelift copies the disks of a Linux server into the cloud and makes an image for Edge Node Service (ENS) of them. Nothing is changed or charged before you choose Start migration on the Review page.</source>
        <translation>Edgelift copie les disques d’un serveur Linux dans le cloud et en fait une image pour Edge Node Service (ENS). Rien n’est modifié ni facturé avant que vous ne choisissiez «&#xa0;Démarrer la migration&#xa0;» sur la page «&#xa0;Récapitulatif&#xa0;».</translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation>&amp;Langue&#xa0;:</translation>
    </message>
    <message>
        <source>1. You choose what is migrated and where to.
2. Edgelift makes a temporary transit instance, copies the disks to it, makes an ECS image, exports it to an OSS bucket and imports it into ENS. Then it removes everything temporary.
3. You create the ENS instance from the finished image.</source>
        <translation>1. Vous choisissez quoi migrer et vers où.
2. Edgelift crée une instance de transit temporaire, y copie les disques, crée une image ECS, l’exporte vers un bucket OSS et l’importe dans ENS. Il supprime ensuite tout ce qui est temporaire.
3. Vous créez l’instance ENS à partir de l’image finie.</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Limites</translation>
    </message>
    <message>
        <source>Only Linux servers with x86 processors: physical servers, virtual machines, and servers of other clouds.</source>
        <translation>Uniquement des serveurs Linux à processeur x86&#xa0;: serveurs physiques, machines virtuelles et serveurs d’autres clouds.</translation>
    </message>
    <message>
        <source>At most %1 data disks, each at most %2.</source>
        <translation>Au plus %1 disques de données, de %2 au maximum chacun.</translation>
    </message>
    <message>
        <source>ENS images are imported in China (Beijing) and Singapore only.</source>
        <translation>Les images ENS ne sont importées qu’en Chine (Beijing) et à Singapour.</translation>
    </message>
    <message>
        <source>The image may have at most %1 after compression, system disk and data disks together.</source>
        <translation>L’image peut faire au plus %1 après compression, disque système et disques de données compris.</translation>
    </message>
    <message>
        <source>ECS, OSS and ENS must be activated in the account, and ECS must be allowed to write to OSS.</source>
        <translation>ECS, OSS et ENS doivent être activés dans le compte et ECS doit pouvoir écrire dans OSS.</translation>
    </message>
    <message>
        <source>Costs</source>
        <translation>Coûts</translation>
    </message>
    <message>
        <source>Edgelift is free. What is used on the way is charged by the cloud: one pay-as-you-go transit instance with its disks and snapshots.</source>
        <translation>Edgelift est gratuit. Ce qui est utilisé en chemin est facturé par le cloud&#xa0;: une instance de transit à l’usage avec ses disques et ses instantanés.</translation>
    </message>
    <message>
        <source>The temporary image in the OSS bucket costs storage, requests and outbound traffic.</source>
        <translation>L’image temporaire dans le bucket OSS coûte du stockage, des requêtes et du trafic sortant.</translation>
    </message>
    <message>
        <source>Importing the ENS image and creating an ENS instance are charged by ENS.</source>
        <translation>L’importation de l’image ENS et la création d’une instance ENS sont facturées par ENS.</translation>
    </message>
    <message>
        <source>After an error the transit instance is kept so that you can retry, and keeps costing until you retry or cancel.</source>
        <translation>Après une erreur, l’instance de transit est conservée pour un nouvel essai et continue de coûter jusqu’à ce que vous réessayiez ou annuliez.</translation>
    </message>
    <message>
        <source>Consequences</source>
        <translation>Conséquences</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 during the migration.</source>
        <translation>N’arrêtez pas, ne démarrez pas, ne redémarrez pas et ne libérez pas l’instance de transit %1 pendant la migration.</translation>
    </message>
    <message>
        <source>Leave the temporary ECS image and the temporary objects in the bucket alone; they are removed at the end.</source>
        <translation>Ne touchez pas à l’image ECS temporaire ni aux objets temporaires du bucket&#x202f;; ils sont supprimés à la fin.</translation>
    </message>
    <message>
        <source>The hardware changes: licences bound to it may become invalid. Check them after the migration.</source>
        <translation>Le matériel change&#xa0;: les licences qui y sont liées peuvent devenir invalides. Vérifiez-les après la migration.</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Glossaire</translation>
    </message>
    <message>
        <source>ENS, Edge Node Service: servers in data centers near their users.</source>
        <translation>ENS, Edge Node Service&#xa0;: des serveurs dans des centres de données proches de leurs utilisateurs.</translation>
    </message>
    <message>
        <source>OSS, Object Storage Service: holds files in buckets.</source>
        <translation>OSS, Object Storage Service&#xa0;: stocke des fichiers dans des buckets.</translation>
    </message>
    <message>
        <source>Transit instance: a temporary ECS instance that receives the disks.</source>
        <translation>Instance de transit&#xa0;: une instance ECS temporaire qui reçoit les disques.</translation>
    </message>
    <message>
        <source>Activation code: lets this server register itself without an AccessKey pair.</source>
        <translation>Code d’activation&#xa0;: permet à ce serveur de s’inscrire sans paire AccessKey.</translation>
    </message>
    <message>
        <source>Move this server into an ENS image</source>
        <translation>Migrer ce serveur vers une image ENS</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Bienvenue</translation>
    </message>
    <message>
        <source>The server keeps running meanwhile. Nothing on it is changed before you agree to it.</source>
        <translation>Le serveur continue de fonctionner pendant ce temps. Rien n’y est modifié sans votre accord.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::Wizard</name>
    <message>
        <source>&amp;Start the engine</source>
        <translation>&amp;Démarrer le moteur</translation>
    </message>
    <message>
        <source>Migration %1 continues in the background. Start “edgelift” again to watch it.</source>
        <translation>La migration %1 continue en arrière-plan. Relancez «&#xa0;edgelift&#xa0;» pour la suivre.</translation>
    </message>
    <message>
        <source>&amp;Ask for permission</source>
        <translation>&amp;Demander l’autorisation</translation>
    </message>
    <message>
        <source>The settings of the last migration are here again, and what is left of it is being removed. Start when you are ready.</source>
        <translation>Les paramètres de la dernière migration sont de nouveau là et ce qui en reste est en cours de suppression. Démarrez quand vous êtes prêt.</translation>
    </message>
    <message>
        <source>Migration %1 waits, and what it made in the cloud keeps costing. Start “edgelift” again to go on or to clean up.</source>
        <translation>La migration %1 attend et ce qu’elle a créé dans le cloud continue de coûter. Relancez «&#xa0;edgelift&#xa0;» pour continuer ou nettoyer.</translation>
    </message>
</context>
</TS>
