<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es_ES" sourcelanguage="en">
<context>
    <name>ActivationCode</name>
    <message>
        <source>“%1” (character %2)</source>
        <extracomment>%1 is one character of an activation code, %2 its place in the code</extracomment>
        <translation>“%1” (carácter %2)</translation>
    </message>
    <message>
        <source>a part is missing</source>
        <translation>falta una parte</translation>
    </message>
    <message>
        <source>the address in it is not valid</source>
        <translation>la dirección que contiene no es válida</translation>
    </message>
    <message>
        <source>it is longer than %1 characters</source>
        <translation>supera los %1 caracteres</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>está vacío</translation>
    </message>
    <message>
        <source>it does not begin with EL1</source>
        <translation>no empieza por EL1</translation>
    </message>
    <message>
        <source>the end is missing</source>
        <translation>falta el final</translation>
    </message>
    <message>
        <source>the check sum does not match</source>
        <translation>la suma de comprobación no coincide</translation>
    </message>
</context>
<context>
    <name>ConversionNote</name>
    <message>
        <source>The service %2 of the old platform (%1) no longer starts. It is still installed.</source>
        <translation>El servicio %2 de la plataforma anterior (%1) ya no se inicia. Sigue instalado.</translation>
    </message>
    <message>
        <source>The system is built for %1; instances are x86_64.</source>
        <translation>El sistema está compilado para %1; las instancias son x86_64.</translation>
    </message>
    <message>
        <source>No boot entry was found. Run the distribution&apos;s boot loader configuration on the source, then migrate again.</source>
        <translation>No se encontró ninguna entrada de arranque. Ejecute en el origen la configuración del cargador de arranque de la distribución y migre de nuevo.</translation>
    </message>
    <message>
        <source>The boot loader “%1” cannot be made to start on the target. Install GRUB 2 on the source, then migrate again.</source>
        <translation>No se puede hacer que el cargador de arranque “%1” arranque en el destino. Instale GRUB 2 en el origen y migre de nuevo.</translation>
    </message>
    <message>
        <source>The encrypted volume %1 on %2 is not in the image; its line in /etc/crypttab is out of effect.</source>
        <translation>El volumen cifrado %1 en %2 no está en la imagen; su línea en /etc/crypttab queda sin efecto.</translation>
    </message>
    <message>
        <source>The default kernel %1 has neither drivers for virtio disks built in nor an initramfs. Make one on the source, then migrate again.</source>
        <translation>El kernel predeterminado %1 no tiene controladores integrados para discos virtio ni initramfs. Cree uno en el origen y migre de nuevo.</translation>
    </message>
    <message>
        <source>The default kernel %1 has no drivers for virtio disks. Install a kernel that has them on the source, then migrate again.</source>
        <translation>El kernel predeterminado %1 no tiene controladores para discos virtio. Instale en el origen un kernel que los tenga y migre de nuevo.</translation>
    </message>
    <message>
        <source>%1 names %2, which is another disk or none on the new machine. Change it there.</source>
        <translation>%1 indica %2, que en la nueva máquina es otro disco o ninguno. Cámbielo allí.</translation>
    </message>
    <message>
        <source>A boot entry in %1 starts from %2, which is not this image&apos;s root filesystem. It was left as it is.</source>
        <translation>Una entrada de arranque en %1 arranca desde %2, que no es el sistema de archivos raíz de esta imagen. Se ha dejado como estaba.</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but no EFI system partition with a loader was found.</source>
        <translation>La imagen debe arrancar por UEFI, pero no se encontró ninguna partición del sistema EFI con un cargador.</translation>
    </message>
    <message>
        <source>%1 is not a plain file of usual size. It was left as it is.</source>
        <translation>%1 no es un archivo normal de tamaño habitual. Se ha dejado como estaba.</translation>
    </message>
    <message>
        <source>%1 starts with the system. Make sure that it lets you in at the new address.</source>
        <translation>%1 se inicia con el sistema. Asegúrese de que le permita entrar en la nueva dirección.</translation>
    </message>
    <message>
        <source>/etc/fstab is not a plain file of usual size. Mend it on the source, then migrate again.</source>
        <translation>/etc/fstab no es un archivo normal de tamaño habitual. Corríjalo en el origen y migre de nuevo.</translation>
    </message>
    <message>
        <source>/etc/fstab mounts %1 at %2, which the image does not have. The system would stop while starting.</source>
        <translation>/etc/fstab monta %1 en %2, pero la imagen no lo contiene. El sistema se detendría al arrancar.</translation>
    </message>
    <message>
        <source>%1 has no room for the new kernel arguments. Shorten kernelopts there on the source, then migrate again.</source>
        <translation>%1 no tiene espacio para los nuevos argumentos del kernel. Acorte kernelopts allí en el origen y migre de nuevo.</translation>
    </message>
    <message>
        <source>The system starts by GRUB Legacy (0.97), which cannot find its root filesystem by UUID and is not supported. Change to GRUB 2 on the source, then migrate again.</source>
        <translation>El sistema arranca con GRUB Legacy (0.97), que no puede encontrar su sistema de archivos raíz por UUID y no es compatible. Cambie a GRUB 2 en el origen y migre de nuevo.</translation>
    </message>
    <message>
        <source>The copy has a new machine-id but still the SSH host keys of its original. Make new ones with “ssh-keygen -A” after deleting the old ones.</source>
        <translation>La copia tiene un machine-id nuevo, pero aún las claves de host SSH de su original. Elimine las antiguas y cree otras nuevas con “ssh-keygen -A”.</translation>
    </message>
    <message>
        <source>Machine-id and SSH host keys were kept: the server moves. Do not run it beside its original.</source>
        <translation>Se conservaron el machine-id y las claves de host SSH: el servidor se traslada. No lo ejecute junto a su original.</translation>
    </message>
    <message>
        <source>A new initramfs for kernel %1 could not be made (%2). The old one was kept; this kernel may not start.</source>
        <translation>No se pudo crear un initramfs nuevo para el kernel %1 (%2). Se conservó el anterior; es posible que este kernel no arranque.</translation>
    </message>
    <message>
        <source>The system has no program to make a new initramfs. The old ones start on virtio disks and were kept.</source>
        <translation>El sistema no tiene ningún programa para crear un initramfs nuevo. Los anteriores arrancan en discos virtio y se conservaron.</translation>
    </message>
    <message>
        <source>Kernel %1 has neither drivers for virtio disks built in nor an initramfs; it will not start.</source>
        <translation>El kernel %1 no tiene controladores integrados para discos virtio ni initramfs; no arrancará.</translation>
    </message>
    <message>
        <source>The initramfs has no drivers for virtio disks, and the system has neither dracut, initramfs-tools nor mkinitrd. Install one of them on the source, then migrate again.</source>
        <translation>El initramfs no tiene controladores para discos virtio y el sistema no tiene dracut, initramfs-tools ni mkinitrd. Instale uno de ellos en el origen y migre de nuevo.</translation>
    </message>
    <message>
        <source>A new initramfs for the default kernel %1 could not be made (%2). Make one with virtio_blk and virtio_pci on the source, then migrate again.</source>
        <translation>No se pudo crear un initramfs nuevo para el kernel predeterminado %1 (%2). Cree uno con virtio_blk y virtio_pci en el origen y migre de nuevo.</translation>
    </message>
    <message>
        <source>A boot entry in %1 names %2, which is not in /boot.</source>
        <translation>Una entrada de arranque en %1 indica %2, que no está en /boot.</translation>
    </message>
    <message>
        <source>No kernel was found in /boot.</source>
        <translation>No se encontró ningún kernel en /boot.</translation>
    </message>
    <message>
        <source>Kernel %1 has no drivers for virtio disks; it will not start. It is not the default.</source>
        <translation>El kernel %1 no tiene controladores para discos virtio; no arrancará. No es el predeterminado.</translation>
    </message>
    <message>
        <source>The plan puts volumes on LVM, but the system has no LVM programs. Install lvm2 on the source or choose plain partitions.</source>
        <translation>El plan coloca volúmenes en LVM, pero el sistema no tiene programas de LVM. Instale lvm2 en el origen o elija particiones simples.</translation>
    </message>
    <message>
        <source>%1 (%2) comes from another machine. The system now starts also when it cannot be had.</source>
        <translation>%1 (%2) procede de otra máquina. Ahora el sistema arranca también cuando no está disponible.</translation>
    </message>
    <message>
        <source>%1 (%2) is not in the image; it is no longer mounted.</source>
        <translation>%1 (%2) no está en la imagen; ya no se monta.</translation>
    </message>
    <message>
        <source>What %1 (%2) stands for in the image is not known. The system now starts also without it.</source>
        <translation>No se sabe a qué corresponde %1 (%2) en la imagen. Ahora el sistema arranca también sin él.</translation>
    </message>
    <message>
        <source>The name server %1 is set by hand. Check that it answers from the new place.</source>
        <translation>El servidor de nombres %1 está configurado manualmente. Compruebe que responda desde la nueva ubicación.</translation>
    </message>
    <message>
        <source>Several services manage the network: %1. Keep one of them.</source>
        <translation>Varios servicios gestionan la red: %1. Conserve uno de ellos.</translation>
    </message>
    <message>
        <source>The way out leads over %1, a bond, bridge or VLAN. Its settings were left as they are; the image may not be reachable until you change them or let Edgelift replace them by plain DHCP.</source>
        <translation>La salida pasa por %1, un bond, un puente o una VLAN. Su configuración se ha dejado como estaba; es posible que no se pueda acceder a la imagen hasta que la cambie o deje que Edgelift la sustituya por DHCP simple.</translation>
    </message>
    <message>
        <source>No network settings that Edgelift knows were found. The image may not be reachable.</source>
        <translation>No se encontró ninguna configuración de red que Edgelift conozca. Es posible que no se pueda acceder a la imagen.</translation>
    </message>
    <message>
        <source>The network interface %1 is no longer started by itself: the new machine may not have it.</source>
        <translation>La interfaz de red %1 ya no se inicia automáticamente: es posible que la nueva máquina no la tenga.</translation>
    </message>
    <message>
        <source>%1 needs a processor of level %2. Choose an instance type that has it.</source>
        <translation>%1 necesita un procesador de nivel %2. Elija un tipo de instancia que lo tenga.</translation>
    </message>
    <message>
        <source>/etc/resolv.conf leads to %1, but systemd-resolved does not start with the system.</source>
        <translation>/etc/resolv.conf conduce a %1, pero systemd-resolved no se inicia con el sistema.</translation>
    </message>
    <message>
        <source>No boot entry names the image&apos;s root filesystem.</source>
        <translation>Ninguna entrada de arranque indica el sistema de archivos raíz de la imagen.</translation>
    </message>
    <message>
        <source>The plan has no volume for the root filesystem.</source>
        <translation>El plan no tiene ningún volumen para el sistema de archivos raíz.</translation>
    </message>
    <message>
        <source>The routes in %1 belong to the old network and are out of effect.</source>
        <translation>Las rutas en %1 pertenecen a la red anterior y quedan sin efecto.</translation>
    </message>
    <message>
        <source>SELinux labels are restored when the image starts for the first time. That can take several minutes, and the system restarts once.</source>
        <translation>Las etiquetas de SELinux se restauran cuando la imagen arranca por primera vez. Puede tardar varios minutos y el sistema se reinicia una vez.</translation>
    </message>
    <message>
        <source>No SSH server starts with the system.</source>
        <translation>Ningún servidor SSH se inicia con el sistema.</translation>
    </message>
    <message>
        <source>SSH is restricted by an address in %1: “%2”. Check that it lets you in at the new address.</source>
        <translation>SSH está restringido por una dirección en %1: “%2”. Compruebe que le permita entrar en la nueva dirección.</translation>
    </message>
    <message>
        <source>The swap area %2 is not in the image; it is no longer used.</source>
        <translation>El área de intercambio %2 no está en la imagen; ya no se usa.</translation>
    </message>
    <message>
        <source>The distribution “%1” is not one Edgelift was made for. What is common to all was done; test the image well.</source>
        <translation>La distribución “%1” no es una de aquellas para las que se creó Edgelift. Se ha hecho lo que es común a todas; pruebe bien la imagen.</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but the EFI system partition has no loader for x86_64.</source>
        <translation>La imagen debe arrancar por UEFI, pero la partición del sistema EFI no tiene ningún cargador para x86_64.</translation>
    </message>
    <message>
        <source>The EFI system partition could not be looked into. If it has no EFI\BOOT\BOOTX64.EFI, the image does not start.</source>
        <translation>No se pudo examinar el contenido de la partición del sistema EFI. Si no tiene EFI\BOOT\BOOTX64.EFI, la imagen no arranca.</translation>
    </message>
</context>
<context>
    <name>ErrorText</name>
    <message>
        <source>Something went wrong inside Edgelift</source>
        <translation>Se ha producido un error interno en Edgelift</translation>
    </message>
    <message>
        <source>An internal check failed.</source>
        <translation>Ha fallado una comprobación interna.</translation>
    </message>
    <message>
        <source>Save the diagnostics and report them with the code above.</source>
        <translation>Guarde los diagnósticos y notifíquelos con el código de arriba.</translation>
    </message>
    <message>
        <source>The command is not complete</source>
        <translation>El comando está incompleto</translation>
    </message>
    <message>
        <source>%1</source>
        <translation>%1</translation>
    </message>
    <message>
        <source>Run the command with --help to see what it takes.</source>
        <translation>Ejecute el comando con --help para ver qué admite.</translation>
    </message>
    <message>
        <source>Not permitted</source>
        <translation>Operación no permitida</translation>
    </message>
    <message>
        <source>%1 needs administrator rights.</source>
        <translation>%1 requiere derechos de administrador.</translation>
    </message>
    <message>
        <source>Run the command again as root, for example with sudo.</source>
        <translation>Ejecute de nuevo el comando como root, por ejemplo con sudo.</translation>
    </message>
    <message>
        <source>A program is missing</source>
        <translation>Falta un programa</translation>
    </message>
    <message>
        <source>The program %1 was not found.</source>
        <translation>No se encontró el programa %1.</translation>
    </message>
    <message>
        <source>Install %1 and retry.</source>
        <translation>Instale %1 y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>A program failed</source>
        <translation>Un programa ha fallado</translation>
    </message>
    <message>
        <source>%1 ended with an error.</source>
        <translation>%1 terminó con un error.</translation>
    </message>
    <message>
        <source>Read the log for what it printed, mend the cause and retry.</source>
        <translation>Lea su salida en el registro, corrija la causa y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>A program did not finish</source>
        <translation>Un programa no terminó</translation>
    </message>
    <message>
        <source>%1 took longer than it may.</source>
        <translation>%1 superó el tiempo permitido.</translation>
    </message>
    <message>
        <source>Check that the machine is not overloaded, then retry.</source>
        <translation>Compruebe que la máquina no esté sobrecargada y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>There is no space left</source>
        <translation>No queda espacio</translation>
    </message>
    <message>
        <source>No space is left in %1.</source>
        <translation>No queda espacio en %1.</translation>
    </message>
    <message>
        <source>Free some space there, then retry. What was done is kept.</source>
        <translation>Libere espacio allí y vuelva a intentarlo. Lo ya hecho se conserva.</translation>
    </message>
    <message>
        <source>A file could not be read</source>
        <translation>No se pudo leer un archivo</translation>
    </message>
    <message>
        <source>%1 could not be read.</source>
        <translation>No se pudo leer %1.</translation>
    </message>
    <message>
        <source>Check that the file exists and may be read, then retry.</source>
        <translation>Compruebe que el archivo existe y se puede leer, y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>A file could not be written</source>
        <translation>No se pudo escribir un archivo</translation>
    </message>
    <message>
        <source>%1 could not be written.</source>
        <translation>No se pudo escribir %1.</translation>
    </message>
    <message>
        <source>Check the folder&apos;s rights and free space, then retry.</source>
        <translation>Compruebe los permisos y el espacio libre de la carpeta y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The migration journal is damaged</source>
        <translation>El diario de migración está dañado</translation>
    </message>
    <message>
        <source>The journal %1 cannot be trusted.</source>
        <translation>El diario %1 no es fiable.</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again; nothing on the source was changed.</source>
        <translation>Cancele esta migración e iníciela de nuevo; no se cambió nada en el origen.</translation>
    </message>
    <message>
        <source>Saved state is damaged</source>
        <translation>El estado guardado está dañado</translation>
    </message>
    <message>
        <source>%1 cannot be trusted.</source>
        <translation>%1 no es fiable.</translation>
    </message>
    <message>
        <source>Move the file away and start again; nothing on the source was changed.</source>
        <translation>Mueva el archivo a otro lugar y empiece de nuevo; no se cambió nada en el origen.</translation>
    </message>
    <message>
        <source>The plan file cannot be read</source>
        <translation>No se puede leer el archivo de plan</translation>
    </message>
    <message>
        <source>%1 is not a plan file: %2.</source>
        <translation>%1 no es un archivo de plan: %2.</translation>
    </message>
    <message>
        <source>Make a new plan with “edgeliftctl plan new”, or mend the file at that place.</source>
        <translation>Cree un plan nuevo con “edgeliftctl plan new” o corrija el archivo en ese punto.</translation>
    </message>
    <message>
        <source>The plan has an unknown setting</source>
        <translation>El plan tiene un ajuste desconocido</translation>
    </message>
    <message>
        <source>The plan has the unknown key “%1”.</source>
        <translation>El plan tiene la clave desconocida “%1”.</translation>
    </message>
    <message>
        <source>Did you mean “%2”? Correct the key or remove it.</source>
        <translation>¿Quiso decir “%2”? Corrija la clave o quítela.</translation>
    </message>
    <message>
        <source>The plan was made by another version</source>
        <translation>El plan es de otra versión</translation>
    </message>
    <message>
        <source>The plan has version %1; this program reads version %2.</source>
        <translation>El plan tiene la versión %1; este programa lee la versión %2.</translation>
    </message>
    <message>
        <source>Make a new plan with this program, or use the program that made the plan.</source>
        <translation>Cree un plan nuevo con este programa o use el programa que creó el plan.</translation>
    </message>
    <message>
        <source>The plan has an impossible value</source>
        <translation>El plan tiene un valor imposible</translation>
    </message>
    <message>
        <source>%1 cannot be “%2”. Allowed: %3.</source>
        <translation>%1 no puede ser “%2”. Permitido: %3.</translation>
    </message>
    <message>
        <source>Change the value in the plan and validate it again.</source>
        <translation>Cambie el valor en el plan y valídelo de nuevo.</translation>
    </message>
    <message>
        <source>The plan breaks a rule</source>
        <translation>El plan incumple una regla</translation>
    </message>
    <message>
        <source>Change the plan as described and validate it again.</source>
        <translation>Cambie el plan según lo indicado y valídelo de nuevo.</translation>
    </message>
    <message>
        <source>The plan belongs to another server</source>
        <translation>El plan pertenece a otro servidor</translation>
    </message>
    <message>
        <source>The plan names %1, which this source does not have.</source>
        <translation>El plan menciona %1, que no existe en este origen.</translation>
    </message>
    <message>
        <source>Make a new plan for this source with “edgeliftctl plan new”.</source>
        <translation>Cree un plan nuevo para este origen con “edgeliftctl plan new”.</translation>
    </message>
    <message>
        <source>This change of the disk layout is not available</source>
        <translation>Este cambio de la distribución de discos no está disponible</translation>
    </message>
    <message>
        <source>A disk of the source could not be read</source>
        <translation>No se pudo leer un disco del origen</translation>
    </message>
    <message>
        <source>Reading %1 failed.</source>
        <translation>Error al leer %1.</translation>
    </message>
    <message>
        <source>Check the disk&apos;s health and the file&apos;s rights, then retry. What was already sent is kept.</source>
        <translation>Compruebe el estado del disco y los permisos del archivo y vuelva a intentarlo. Lo ya enviado se conserva.</translation>
    </message>
    <message>
        <source>A disk of the source was not found</source>
        <translation>No se encontró un disco del origen</translation>
    </message>
    <message>
        <source>%1 does not exist.</source>
        <translation>%1 no existe.</translation>
    </message>
    <message>
        <source>Check the path of the disk, then start again.</source>
        <translation>Compruebe la ruta del disco y empiece de nuevo.</translation>
    </message>
    <message>
        <source>The disk is empty</source>
        <translation>El disco está vacío</translation>
    </message>
    <message>
        <source>%1 has no content.</source>
        <translation>%1 no tiene contenido.</translation>
    </message>
    <message>
        <source>Choose the right disk image.</source>
        <translation>Elija la imagen de disco correcta.</translation>
    </message>
    <message>
        <source>The source changed during the migration</source>
        <translation>El origen cambió durante la migración</translation>
    </message>
    <message>
        <source>%1 is no longer what it was when the migration began.</source>
        <translation>%1 ya no está como al comenzar la migración.</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk image, then start the migration again.</source>
        <translation>Asegúrese de que nada escriba en la imagen de disco e inicie de nuevo la migración.</translation>
    </message>
    <message>
        <source>The disk image is in use</source>
        <translation>La imagen de disco está en uso</translation>
    </message>
    <message>
        <source>%1 is in use by another program.</source>
        <translation>Otro programa está usando %1.</translation>
    </message>
    <message>
        <source>Shut the virtual machine down or choose a copy of its disk, then retry.</source>
        <translation>Apague la máquina virtual o elija una copia de su disco y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The format of the disk image is not supported</source>
        <translation>El formato de la imagen de disco no es compatible</translation>
    </message>
    <message>
        <source>%1 has the format %2. Raw and qcow2 images can be read.</source>
        <translation>%1 tiene el formato %2. Se pueden leer imágenes raw y qcow2.</translation>
    </message>
    <message>
        <source>Convert the image with “qemu-img convert -O qcow2” and start again.</source>
        <translation>Convierta la imagen con “qemu-img convert -O qcow2” y empiece de nuevo.</translation>
    </message>
    <message>
        <source>The partition table is damaged</source>
        <translation>La tabla de particiones está dañada</translation>
    </message>
    <message>
        <source>The partition table of %1 cannot be used: %2.</source>
        <translation>La tabla de particiones de %1 no se puede usar: %2.</translation>
    </message>
    <message>
        <source>Repair the table (for example with “sgdisk --verify” or “sfdisk --verify”), then start again.</source>
        <translation>Repare la tabla (por ejemplo con “sgdisk --verify” o “sfdisk --verify”) y empiece de nuevo.</translation>
    </message>
    <message>
        <source>The partition table refers to itself</source>
        <translation>La tabla de particiones se refiere a sí misma</translation>
    </message>
    <message>
        <source>The extended partitions of %1 form a loop.</source>
        <translation>Las particiones extendidas de %1 forman un bucle.</translation>
    </message>
    <message>
        <source>Repair the partition table with “sfdisk”, then start again.</source>
        <translation>Repare la tabla de particiones con “sfdisk” y empiece de nuevo.</translation>
    </message>
    <message>
        <source>This is not a Linux server</source>
        <translation>Este no es un servidor Linux</translation>
    </message>
    <message>
        <source>No Linux system was found on %1.</source>
        <translation>No se encontró ningún sistema Linux en %1.</translation>
    </message>
    <message>
        <source>Only Linux servers can become ENS images. Choose the disk that holds the Linux system.</source>
        <translation>Solo los servidores Linux pueden convertirse en imágenes de ENS. Elija el disco que contiene el sistema Linux.</translation>
    </message>
    <message>
        <source>The processor architecture is not supported</source>
        <translation>La arquitectura del procesador no es compatible</translation>
    </message>
    <message>
        <source>The system on %1 is made for %2.</source>
        <translation>El sistema de %1 está hecho para %2.</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>Solo los servidores x86-64 pueden convertirse en imágenes de ENS.</translation>
    </message>
    <message>
        <source>Too many data disks</source>
        <translation>Demasiados discos de datos</translation>
    </message>
    <message>
        <source>%1 data disks would be migrated, at most 4 are possible.</source>
        <translation>Se migrarían %1 discos de datos; como máximo pueden ser 4.</translation>
    </message>
    <message>
        <source>Leave out disks: set all volumes of a disk to “migrate”: false in the plan.</source>
        <translation>Excluya discos: ponga “migrate”: false en todos los volúmenes de un disco del plan.</translation>
    </message>
    <message>
        <source>A data disk is too large</source>
        <translation>Un disco de datos es demasiado grande</translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. %1 has %2.</source>
        <translation>Una imagen de ENS admite como máximo 500 GiB por disco de datos. %1 tiene %2.</translation>
    </message>
    <message>
        <source>Leave the disk out, or make it smaller.</source>
        <translation>Excluya el disco o redúzcalo.</translation>
    </message>
    <message>
        <source>The root filesystem was not found</source>
        <translation>No se encontró el sistema de archivos raíz</translation>
    </message>
    <message>
        <source>No volume of %1 can be mounted as “/”.</source>
        <translation>Ningún volumen de %1 se puede montar como “/”.</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>Elija el disco desde el que arranca el servidor.</translation>
    </message>
    <message>
        <source>A filesystem is damaged</source>
        <translation>Sistema de archivos dañado</translation>
    </message>
    <message>
        <source>The filesystem on %1 cannot be read: %2.</source>
        <translation>No se puede leer el sistema de archivos de %1: %2.</translation>
    </message>
    <message>
        <source>Check it with the filesystem&apos;s own repair program, then start again.</source>
        <translation>Compruébelo con su propio programa de reparación y empiece de nuevo.</translation>
    </message>
    <message>
        <source>A volume cannot be migrated</source>
        <translation>No se puede migrar un volumen</translation>
    </message>
    <message>
        <source>%1 is of a kind that cannot be migrated: %2.</source>
        <translation>%1 es de un tipo que no se puede migrar: %2.</translation>
    </message>
    <message>
        <source>Leave the volume out, or change it on the source.</source>
        <translation>Excluya el volumen o cámbielo en el origen.</translation>
    </message>
    <message>
        <source>No boot loader was found</source>
        <translation>No hay cargador de arranque</translation>
    </message>
    <message>
        <source>%1 has no boot loader that the image could start with.</source>
        <translation>%1 no tiene un cargador con el que la imagen pueda arrancar.</translation>
    </message>
    <message>
        <source>Install GRUB on the source&apos;s system disk, then start again.</source>
        <translation>Instale GRUB en el disco del sistema del origen y empiece de nuevo.</translation>
    </message>
    <message>
        <source>Drivers for the cloud are missing</source>
        <translation>Faltan controladores para la nube</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>Los archivos de arranque del kernel %1 no tienen controladores virtio.</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>Regenere el initramfs con virtio_blk, virtio_pci y virtio_net y compruebe de nuevo.</translation>
    </message>
    <message>
        <source>The source does not read the same twice</source>
        <translation>El origen da lecturas distintas</translation>
    </message>
    <message>
        <source>%2 blocks of %1 had another content each time they were read.</source>
        <translation>%2 bloques de %1 tenían otro contenido en cada lectura.</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk. Then test the source server&apos;s memory (RAM) and the disk&apos;s health, and start again.</source>
        <translation>Asegúrese de que nada escriba en el disco. Después pruebe la memoria (RAM) y el estado del disco del servidor de origen y empiece de nuevo.</translation>
    </message>
    <message>
        <source>The transit instance does not answer</source>
        <translation>La instancia de tránsito no responde</translation>
    </message>
    <message>
        <source>%1 cannot be reached on port %2.</source>
        <translation>No se puede acceder a %1 en el puerto %2.</translation>
    </message>
    <message>
        <source>Allow outgoing connections to ports 8080 and 8703, then retry. What was already sent is kept.</source>
        <translation>Permita las conexiones salientes a los puertos 8080 y 8703 y vuelva a intentarlo. Lo ya enviado se conserva.</translation>
    </message>
    <message>
        <source>The receiver is of another version</source>
        <translation>El receptor es de otra versión</translation>
    </message>
    <message>
        <source>The receiver speaks protocol %1.</source>
        <translation>El receptor usa el protocolo %1.</translation>
    </message>
    <message>
        <source>Let the migration create a new transit instance (cancel and start again), or update this program.</source>
        <translation>Deje que la migración cree una nueva instancia de tránsito (cancele y empiece de nuevo) o actualice este programa.</translation>
    </message>
    <message>
        <source>The data connection was disturbed</source>
        <translation>La conexión de datos sufrió una interferencia</translation>
    </message>
    <message>
        <source>A message on the data connection could not be understood.</source>
        <translation>No se entendió un mensaje de la conexión de datos.</translation>
    </message>
    <message>
        <source>Retry. What was already confirmed is kept.</source>
        <translation>Vuelva a intentarlo. Lo ya confirmado se conserva.</translation>
    </message>
    <message>
        <source>The other side could not prove who it is</source>
        <translation>El otro extremo no pudo demostrar su identidad</translation>
    </message>
    <message>
        <source>The computer at %1 does not hold the key of this migration.</source>
        <translation>El equipo en %1 no tiene la clave de esta migración.</translation>
    </message>
    <message>
        <source>Check for a proxy that opens encrypted connections, then retry.</source>
        <translation>Compruebe si un proxy abre las conexiones cifradas y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The receiver holds another state</source>
        <translation>El receptor tiene otro estado</translation>
    </message>
    <message>
        <source>The receiver does not know this run of the migration.</source>
        <translation>El receptor no conoce esta ejecución de la migración.</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again.</source>
        <translation>Cancele esta migración e iníciela de nuevo.</translation>
    </message>
    <message>
        <source>Data was damaged on the way</source>
        <translation>Se dañaron datos en el camino</translation>
    </message>
    <message>
        <source>A block of %1 arrived damaged.</source>
        <translation>Un bloque de %1 llegó dañado.</translation>
    </message>
    <message>
        <source>Retry. The block is sent again; nothing damaged was written. If it happens again, test the source server&apos;s memory (RAM).</source>
        <translation>Vuelva a intentarlo. El bloque se envía de nuevo; no se escribió nada dañado. Si se repite, pruebe la memoria (RAM) del servidor de origen.</translation>
    </message>
    <message>
        <source>A target disk was not found</source>
        <translation>No se encontró un disco de destino</translation>
    </message>
    <message>
        <source>The disk with serial %1 is not attached to the transit instance.</source>
        <translation>El disco con número de serie %1 no está asociado a la instancia de tránsito.</translation>
    </message>
    <message>
        <source>Retry; if it stays away, cancel the migration and start again.</source>
        <translation>Vuelva a intentarlo; si sigue sin aparecer, cancele la migración y empiece de nuevo.</translation>
    </message>
    <message>
        <source>A target disk is too small</source>
        <translation>Un disco de destino es demasiado pequeño</translation>
    </message>
    <message>
        <source>The target disk %1 has %2, but %3 are needed.</source>
        <translation>El disco de destino %1 tiene %2, pero se necesitan %3.</translation>
    </message>
    <message>
        <source>Choose a larger disk in the plan and start again.</source>
        <translation>Elija un disco más grande en el plan y empiece de nuevo.</translation>
    </message>
    <message>
        <source>Writing the target disk failed</source>
        <translation>Error al escribir el disco de destino</translation>
    </message>
    <message>
        <source>The target disk %1 could not be written.</source>
        <translation>No se pudo escribir el disco de destino %1.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, cancel the migration and start again.</source>
        <translation>Vuelva a intentarlo. Si falla otra vez, cancele la migración y empiece de nuevo.</translation>
    </message>
    <message>
        <source>Reading the target disk back failed</source>
        <translation>Error al releer el disco de destino</translation>
    </message>
    <message>
        <source>The target disk %1 could not be read back.</source>
        <translation>No se pudo releer el disco de destino %1.</translation>
    </message>
    <message>
        <source>The copy is not equal to the source</source>
        <translation>La copia no es igual al origen</translation>
    </message>
    <message>
        <source>%1 blocks of the target disk differ from what was sent, after a second copy as well.</source>
        <translation>%1 bloques del disco de destino difieren de lo enviado, incluso tras una segunda copia.</translation>
    </message>
    <message>
        <source>Memory (RAM) or disk of the transit instance is faulty. Cancel the migration and start it again: it gets another one.</source>
        <translation>La memoria (RAM) o el disco de la instancia de tránsito es defectuoso. Cancele la migración e iníciela de nuevo: obtendrá otra.</translation>
    </message>
    <message>
        <source>The connection to the transit instance was lost</source>
        <translation>Se perdió la conexión con la instancia de tránsito</translation>
    </message>
    <message>
        <source>The connection to %1 was lost.</source>
        <translation>Se perdió la conexión con %1.</translation>
    </message>
    <message>
        <source>Check the network, then retry. What was already sent is kept.</source>
        <translation>Compruebe la red y vuelva a intentarlo. Lo ya enviado se conserva.</translation>
    </message>
    <message>
        <source>No data passes to the transit instance</source>
        <translation>No llegan datos a la instancia de tránsito</translation>
    </message>
    <message>
        <source>No data passed to %1 for %2 seconds.</source>
        <translation>No pasaron datos a %1 durante %2 segundos.</translation>
    </message>
    <message>
        <source>A write outside the target was refused</source>
        <translation>Se rechazó una escritura fuera del destino</translation>
    </message>
    <message>
        <source>The receiver refused a write outside disk %1.</source>
        <translation>El receptor rechazó una escritura fuera del disco %1.</translation>
    </message>
    <message>
        <source>The partition table of the target could not be written</source>
        <translation>No se pudo escribir la tabla de particiones del destino</translation>
    </message>
    <message>
        <source>The partition table of target disk %1 could not be completed.</source>
        <translation>No se pudo completar la tabla de particiones del disco de destino %1.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, save the diagnostics and report them.</source>
        <translation>Vuelva a intentarlo. Si falla otra vez, guarde los diagnósticos y notifíquelos.</translation>
    </message>
    <message>
        <source>A target disk is in use</source>
        <translation>Un disco de destino está en uso</translation>
    </message>
    <message>
        <source>The target disk %1 is in use by the transit instance itself and was not touched.</source>
        <translation>La propia instancia de tránsito usa el disco de destino %1, que no se ha tocado.</translation>
    </message>
    <message>
        <source>Retry. If it stays in use, cancel the migration and start again.</source>
        <translation>Vuelva a intentarlo. Si sigue en uso, cancele la migración y empiece de nuevo.</translation>
    </message>
    <message>
        <source>The cloud refused a request</source>
        <translation>La nube rechazó una solicitud</translation>
    </message>
    <message>
        <source>%1 was refused: %2.</source>
        <translation>Se rechazó %1: %2.</translation>
    </message>
    <message>
        <source>Read the cloud&apos;s reason, mend it in the console, then retry.</source>
        <translation>Lea el motivo de la nube, corríjalo en la consola y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The cloud asks to slow down</source>
        <translation>La nube pide ir más despacio</translation>
    </message>
    <message>
        <source>Too many %1 requests were made from this account.</source>
        <translation>Se hicieron demasiadas solicitudes %1 desde esta cuenta.</translation>
    </message>
    <message>
        <source>Nothing is lost. Wait a minute, then retry.</source>
        <translation>No se ha perdido nada. Espere un minuto y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The cloud&apos;s answer was not understood</source>
        <translation>No se entendió la respuesta de la nube</translation>
    </message>
    <message>
        <source>The answer to %1 could not be understood.</source>
        <translation>No se entendió la respuesta a %1.</translation>
    </message>
    <message>
        <source>Retry. If it happens again, check for a proxy that changes answers.</source>
        <translation>Vuelva a intentarlo. Si se repite, compruebe si un proxy modifica las respuestas.</translation>
    </message>
    <message>
        <source>The cloud does not answer</source>
        <translation>La nube no responde</translation>
    </message>
    <message>
        <source>No answer from %1.</source>
        <translation>Sin respuesta de %1.</translation>
    </message>
    <message>
        <source>Check the network or the proxy, then retry.</source>
        <translation>Compruebe la red o el proxy y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The AccessKey pair was refused</source>
        <translation>Se rechazó el par de AccessKey</translation>
    </message>
    <message>
        <source>The cloud refused the AccessKey pair: %1.</source>
        <translation>La nube rechazó el par de AccessKey: %1.</translation>
    </message>
    <message>
        <source>Check the AccessKey ID and secret, then start again.</source>
        <translation>Compruebe el ID y el secreto de AccessKey y empiece de nuevo.</translation>
    </message>
    <message>
        <source>The temporary credentials expired</source>
        <translation>Las credenciales temporales caducaron</translation>
    </message>
    <message>
        <source>The temporary credentials for %1 are no longer valid.</source>
        <translation>Las credenciales temporales de %1 ya no son válidas.</translation>
    </message>
    <message>
        <source>Retry. New credentials are fetched by themselves.</source>
        <translation>Vuelva a intentarlo. Se obtienen nuevas credenciales automáticamente.</translation>
    </message>
    <message>
        <source>The account lacks a permission</source>
        <translation>A la cuenta le falta un permiso</translation>
    </message>
    <message>
        <source>The account may not call %1: %2.</source>
        <translation>La cuenta no puede llamar a %1: %2.</translation>
    </message>
    <message>
        <source>Grant the permission in the RAM console, then retry.</source>
        <translation>Conceda el permiso en la consola de RAM y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>This computer&apos;s clock is wrong</source>
        <translation>El reloj de este equipo es incorrecto</translation>
    </message>
    <message>
        <source>The clock differs from the cloud&apos;s by %1 seconds.</source>
        <translation>El reloj difiere del de la nube en %1 segundos.</translation>
    </message>
    <message>
        <source>The bucket does not exist</source>
        <translation>El bucket no existe</translation>
    </message>
    <message>
        <source>There is no bucket “%1”.</source>
        <translation>No existe ningún bucket “%1”.</translation>
    </message>
    <message>
        <source>Create the bucket in %2, or choose another one in the plan.</source>
        <translation>Cree el bucket en %2 o elija otro en el plan.</translation>
    </message>
    <message>
        <source>The bucket is in another region</source>
        <translation>El bucket está en otra región</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %2, but the temporary image is created in %3.</source>
        <translation>El bucket “%1” está en %2, pero la imagen temporal se crea en %3.</translation>
    </message>
    <message>
        <source>Choose a bucket in %3.</source>
        <translation>Elija un bucket en %3.</translation>
    </message>
    <message>
        <source>The bucket cannot be used</source>
        <translation>El bucket no se puede usar</translation>
    </message>
    <message>
        <source>Bucket “%1” cannot hold the temporary image: %2.</source>
        <translation>El bucket “%1” no puede alojar la imagen temporal: %2.</translation>
    </message>
    <message>
        <source>Choose a bucket without server-side encryption, of the standard class.</source>
        <translation>Elija un bucket de clase estándar sin cifrado en el servidor.</translation>
    </message>
    <message>
        <source>The image name is in use</source>
        <translation>El nombre de la imagen ya está en uso</translation>
    </message>
    <message>
        <source>There is already an image named “%1”.</source>
        <translation>Ya existe una imagen llamada “%1”.</translation>
    </message>
    <message>
        <source>Choose another name prefix in the plan.</source>
        <translation>Elija otro prefijo de nombre en el plan.</translation>
    </message>
    <message>
        <source>The instance type is out of stock</source>
        <translation>El tipo de instancia está agotado</translation>
    </message>
    <message>
        <source>Instance type “%1” is out of stock in %2.</source>
        <translation>El tipo de instancia “%1” está agotado en %2.</translation>
    </message>
    <message>
        <source>Choose another type, or leave the type empty so that one is chosen.</source>
        <translation>Elija otro tipo o deje el tipo vacío para que se elija uno.</translation>
    </message>
    <message>
        <source>A quota of the account is used up</source>
        <translation>Se agotó una cuota de la cuenta</translation>
    </message>
    <message>
        <source>The quota for %1 is used up: %2.</source>
        <translation>Se agotó la cuota de %1: %2.</translation>
    </message>
    <message>
        <source>Delete what is no longer needed or raise the quota, then retry.</source>
        <translation>Elimine lo que ya no necesite o aumente la cuota y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The account&apos;s balance is too low</source>
        <translation>El saldo de la cuenta es insuficiente</translation>
    </message>
    <message>
        <source>The account cannot buy the transit instance.</source>
        <translation>La cuenta no puede comprar la instancia de tránsito.</translation>
    </message>
    <message>
        <source>Top up the account, then retry.</source>
        <translation>Recargue la cuenta y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>A role is missing in the account</source>
        <translation>Falta un rol en la cuenta</translation>
    </message>
    <message>
        <source>The role %1 does not exist or may not be used.</source>
        <translation>El rol %1 no existe o no se puede usar.</translation>
    </message>
    <message>
        <source>Grant the role in the ECS console, then retry.</source>
        <translation>Conceda el rol en la consola de ECS y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>A service is not activated</source>
        <translation>Un servicio no está activado</translation>
    </message>
    <message>
        <source>%1 is not activated in this account.</source>
        <translation>%1 no está activado en esta cuenta.</translation>
    </message>
    <message>
        <source>Activate it in the console, then retry.</source>
        <translation>Actívelo en la consola y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The region is not supported</source>
        <translation>La región no es compatible</translation>
    </message>
    <message>
        <source>%1 is not possible in %2.</source>
        <translation>%1 no es posible en %2.</translation>
    </message>
    <message>
        <source>Choose China (Beijing) or Singapore.</source>
        <translation>Elija China (Beijing) o Singapur.</translation>
    </message>
    <message>
        <source>The network was not found</source>
        <translation>No se encontró la red</translation>
    </message>
    <message>
        <source>%1 does not exist or does not fit.</source>
        <translation>%1 no existe o no es adecuado.</translation>
    </message>
    <message>
        <source>Choose another VPC and vSwitch in the plan.</source>
        <translation>Elija otra VPC y otro vSwitch en el plan.</translation>
    </message>
    <message>
        <source>The transit instance is gone</source>
        <translation>La instancia de tránsito ya no existe</translation>
    </message>
    <message>
        <source>The transit instance %1 was released.</source>
        <translation>Se liberó la instancia de tránsito %1.</translation>
    </message>
    <message>
        <source>This migration cannot continue. Start it again from the beginning.</source>
        <translation>Esta migración no puede continuar. Iníciela de nuevo desde el principio.</translation>
    </message>
    <message>
        <source>The transit instance did not get ready</source>
        <translation>La instancia de tránsito no llegó a estar lista</translation>
    </message>
    <message>
        <source>The transit instance %1 did not start its receiver.</source>
        <translation>La instancia de tránsito %1 no inició su receptor.</translation>
    </message>
    <message>
        <source>Retry; if it fails again, cancel the migration and start again.</source>
        <translation>Vuelva a intentarlo; si falla otra vez, cancele la migración y empiece de nuevo.</translation>
    </message>
    <message>
        <source>A snapshot failed</source>
        <translation>Una instantánea falló</translation>
    </message>
    <message>
        <source>The snapshot of disk %1 failed.</source>
        <translation>La instantánea del disco %1 falló.</translation>
    </message>
    <message>
        <source>Retry.</source>
        <translation>Vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The image could not be made</source>
        <translation>No se pudo crear la imagen</translation>
    </message>
    <message>
        <source>Making the ECS image %1 failed: %2.</source>
        <translation>Error al crear la imagen de ECS %1: %2.</translation>
    </message>
    <message>
        <source>Retry; if it fails again, read the cloud&apos;s reason in the log.</source>
        <translation>Vuelva a intentarlo; si falla otra vez, lea el motivo de la nube en el registro.</translation>
    </message>
    <message>
        <source>The image could not be exported</source>
        <translation>No se pudo exportar la imagen</translation>
    </message>
    <message>
        <source>Exporting image %1 failed: %2.</source>
        <translation>Error al exportar la imagen %1: %2.</translation>
    </message>
    <message>
        <source>Check the bucket and the role for image export, then retry.</source>
        <translation>Compruebe el bucket y el rol de exportación de imágenes y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The image could not be imported</source>
        <translation>No se pudo importar la imagen</translation>
    </message>
    <message>
        <source>Importing the ENS image %1 failed: %2.</source>
        <translation>Error al importar la imagen de ENS %1: %2.</translation>
    </message>
    <message>
        <source>Retry; the exported files are kept in the bucket until then.</source>
        <translation>Vuelva a intentarlo; los archivos exportados se conservan en el bucket hasta entonces.</translation>
    </message>
    <message>
        <source>The cloud took too long</source>
        <translation>La nube tardó demasiado</translation>
    </message>
    <message>
        <source>%1 did not finish in time.</source>
        <translation>%1 no terminó a tiempo.</translation>
    </message>
    <message>
        <source>Retry; it continues where it stopped.</source>
        <translation>Vuelva a intentarlo; continúa donde se detuvo.</translation>
    </message>
    <message>
        <source>Something in the cloud is gone</source>
        <translation>Algo en la nube ya no existe</translation>
    </message>
    <message>
        <source>%1 no longer exists.</source>
        <translation>%1 ya no existe.</translation>
    </message>
    <message>
        <source>It was probably deleted by hand. Cancel the migration and start again.</source>
        <translation>Probablemente se eliminó a mano. Cancele la migración y empiece de nuevo.</translation>
    </message>
    <message>
        <source>The receiver&apos;s bundle is missing</source>
        <translation>Falta el paquete del receptor</translation>
    </message>
    <message>
        <source>The file %1 was not found.</source>
        <translation>No se encontró el archivo %1.</translation>
    </message>
    <message>
        <source>Reinstall Edgelift, or build the target “receiver_bundle”.</source>
        <translation>Reinstale Edgelift o compile el destino “receiver_bundle”.</translation>
    </message>
    <message>
        <source>The activation code has a typing error</source>
        <translation>El código de activación tiene una errata</translation>
    </message>
    <message>
        <source>The activation code is not complete or has a wrong character: %1.</source>
        <translation>El código de activación está incompleto o tiene un carácter incorrecto: %1.</translation>
    </message>
    <message>
        <source>Copy the whole code again from where it was made.</source>
        <translation>Copie de nuevo el código completo desde donde se creó.</translation>
    </message>
    <message>
        <source>The activation code was rejected</source>
        <translation>Se rechazó el código de activación</translation>
    </message>
    <message>
        <source>The service does not know this activation code.</source>
        <translation>El servicio no conoce este código de activación.</translation>
    </message>
    <message>
        <source>Check it for missing characters, or generate a new one.</source>
        <translation>Compruebe que no falten caracteres o genere uno nuevo.</translation>
    </message>
    <message>
        <source>The activation code expired</source>
        <translation>El código de activación caducó</translation>
    </message>
    <message>
        <source>The activation code expired on %1.</source>
        <translation>El código de activación caducó el %1.</translation>
    </message>
    <message>
        <source>Generate a new one.</source>
        <translation>Genere uno nuevo.</translation>
    </message>
    <message>
        <source>The activation code is used up</source>
        <translation>El código de activación está agotado</translation>
    </message>
    <message>
        <source>The activation code has already imported %1 servers, which is its limit.</source>
        <translation>El código de activación ya importó %1 servidores, que es su límite.</translation>
    </message>
    <message>
        <source>The activation code was disabled</source>
        <translation>Se desactivó el código de activación</translation>
    </message>
    <message>
        <source>The activation code was switched off by its owner.</source>
        <translation>El propietario desactivó el código de activación.</translation>
    </message>
    <message>
        <source>Ask for a new one.</source>
        <translation>Solicite uno nuevo.</translation>
    </message>
    <message>
        <source>No activation code was given</source>
        <translation>No se indicó ningún código de activación</translation>
    </message>
    <message>
        <source>Neither an activation code nor an AccessKey pair was given.</source>
        <translation>No se indicó ni un código de activación ni un par de AccessKey.</translation>
    </message>
    <message>
        <source>Give the code with --code-file or on standard input, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.</source>
        <translation>Indique el código con --code-file o por la entrada estándar, o defina ALIBABA_CLOUD_ACCESS_KEY_ID y ALIBABA_CLOUD_ACCESS_KEY_SECRET.</translation>
    </message>
    <message>
        <source>The agent does not answer</source>
        <translation>El agente no responde</translation>
    </message>
    <message>
        <source>No agent answers on %1.</source>
        <translation>Ningún agente responde en %1.</translation>
    </message>
    <message>
        <source>Start it with “systemctl start edgelift-agent”, or run the command as root.</source>
        <translation>Inícielo con “systemctl start edgelift-agent” o ejecute el comando como root.</translation>
    </message>
    <message>
        <source>The agent is of another version</source>
        <translation>El agente es de otra versión</translation>
    </message>
    <message>
        <source>The agent speaks version %1 of its interface, this program version %2.</source>
        <translation>El agente usa la versión %1 de su interfaz; este programa, la versión %2.</translation>
    </message>
    <message>
        <source>Install the same version of both.</source>
        <translation>Instale la misma versión de ambos.</translation>
    </message>
    <message>
        <source>A migration is already running</source>
        <translation>Ya hay una migración en curso</translation>
    </message>
    <message>
        <source>Migration %1 is still running.</source>
        <translation>La migración %1 sigue en curso.</translation>
    </message>
    <message>
        <source>Wait for its end or cancel it first.</source>
        <translation>Espere a que termine o cancélela primero.</translation>
    </message>
    <message>
        <source>The migration was not found</source>
        <translation>No se encontró la migración</translation>
    </message>
    <message>
        <source>There is no migration %1.</source>
        <translation>No existe ninguna migración %1.</translation>
    </message>
    <message>
        <source>List the migrations with “edgeliftctl status”.</source>
        <translation>Liste las migraciones con “edgeliftctl status”.</translation>
    </message>
    <message>
        <source>This is not possible now</source>
        <translation>Esto no es posible ahora</translation>
    </message>
    <message>
        <source>Migration %1 is %2.</source>
        <translation>Estado de la migración %1: %2.</translation>
    </message>
    <message>
        <source>Look at its state with “edgeliftctl status”.</source>
        <translation>Consulte su estado con “edgeliftctl status”.</translation>
    </message>
    <message>
        <source>A request was not understood</source>
        <translation>No se entendió una solicitud</translation>
    </message>
    <message>
        <source>Use the same version of all parts of Edgelift.</source>
        <translation>Use la misma versión de todas las partes de Edgelift.</translation>
    </message>
    <message>
        <source>Undo the changes to the disks, or leave size, place and method of each volume as they were in the new plan.</source>
        <translation>Deshaga los cambios en los discos o deje el tamaño, el lugar y el método de cada volumen como en el plan nuevo.</translation>
    </message>
    <message>
        <source>Something wrote to the disks during the final moment</source>
        <translation>Algo escribió en los discos durante el momento final</translation>
    </message>
    <message>
        <source>%1 was written to while the filesystems were held still, %2 times in a row.</source>
        <translation>Se escribió en %1 mientras los sistemas de archivos estaban congelados, %2 veces seguidas.</translation>
    </message>
    <message>
        <source>Find the program that writes to the disk directly or that ends the hold (backup and snapshot tools do), stop it, and retry. What was copied is kept.</source>
        <translation>Busque el programa que escribe directamente en el disco o que pone fin a la congelación (como hacen las herramientas de copia de seguridad y de instantáneas), deténgalo y vuelva a intentarlo. Lo ya copiado se conserva.</translation>
    </message>
    <message>
        <source>A part of a disk is always being written</source>
        <translation>Una parte de un disco se escribe continuamente</translation>
    </message>
    <message>
        <source>An area of %1 that cannot be held still was written to during each of %2 tries to copy it.</source>
        <translation>Se escribió en un área de %1 que no se puede congelar durante cada uno de los %2 intentos de copiarla.</translation>
    </message>
    <message>
        <source>Stop what writes to it (updates of the boot partition, programs that use a raw partition) for a minute, then retry.</source>
        <translation>Detenga durante un minuto lo que escribe en ella (actualizaciones de la partición de arranque, programas que usan una partición sin formato) y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>Changes on the disks were not seen completely</source>
        <translation>Los cambios en los discos no se detectaron por completo</translation>
    </message>
    <message>
        <source>A change of %1 was missed.</source>
        <translation>No se detectó un cambio de %1.</translation>
    </message>
    <message>
        <source>Retry: both sides are compared then, and only what differs is sent.</source>
        <translation>Vuelva a intentarlo: entonces se comparan ambos lados y solo se envían las diferencias.</translation>
    </message>
    <message>
        <source>The final moment would have been too long</source>
        <translation>El momento final habría sido demasiado largo</translation>
    </message>
    <message>
        <source>The server had written %1 when its filesystems were held still; there is room for %2.</source>
        <translation>El servidor había escrito %1 cuando se congelaron sus sistemas de archivos; hay espacio para %2.</translation>
    </message>
    <message>
        <source>Raise the network limit, stop the services that write most, choose a quiet hour, or allow a longer hold; then retry.</source>
        <translation>Aumente el límite de red, detenga los servicios que más escriben, elija una hora tranquila o permita una congelación más larga y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>Changes cannot be tracked this way</source>
        <translation>Los cambios no se pueden seguir de esta forma</translation>
    </message>
    <message>
        <source>The kernel of this server does not allow changes to be tracked with %1.</source>
        <translation>El kernel de este servidor no permite seguir los cambios con %1.</translation>
    </message>
    <message>
        <source>Nothing needs to be done: another way is used. The log has the kernel&apos;s reason.</source>
        <translation>No hay que hacer nada: se usa otro método. El motivo del kernel está en el registro.</translation>
    </message>
    <message>
        <source>A filesystem could not be stopped</source>
        <translation>No se pudo congelar un sistema de archivos</translation>
    </message>
    <message>
        <source>Writing to %1 could not be stopped for a moment: %2.</source>
        <translation>No se pudo detener por un momento la escritura en %1: %2.</translation>
    </message>
    <message>
        <source>Everything goes on as before. Check the disk&apos;s health and the mount, then retry.</source>
        <translation>Todo sigue como antes. Compruebe el estado del disco y el montaje y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>Writing went on too early</source>
        <translation>La escritura se reanudó demasiado pronto</translation>
    </message>
    <message>
        <source>The filesystems did not stand still long enough: %1.</source>
        <translation>Los sistemas de archivos no permanecieron congelados el tiempo suficiente: %1.</translation>
    </message>
    <message>
        <source>What was read is not used. Retry, at a time when the server is less busy.</source>
        <translation>Lo leído no se usa. Vuelva a intentarlo en un momento en que el servidor esté menos ocupado.</translation>
    </message>
    <message>
        <source>A program of yours that runs around the stop failed</source>
        <translation>Falló un programa suyo que se ejecuta en torno a la parada</translation>
    </message>
    <message>
        <source>%1 failed: %2.</source>
        <translation>%1 falló: %2.</translation>
    </message>
    <message>
        <source>Mend the program in /etc/edgelift/hooks.d, or remove it, then retry.</source>
        <translation>Corrija el programa en /etc/edgelift/hooks.d o quítelo, y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>A device cannot be followed while the server runs</source>
        <translation>No se puede seguir un dispositivo mientras el servidor funciona</translation>
    </message>
    <message>
        <source>%1 uses %2. What is written to it while the server runs would be lost.</source>
        <translation>%1 usa %2. Lo que se escriba en él mientras el servidor funciona se perdería.</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>Deje de usarlo y compruebe de nuevo, o apague el servidor y migre sus imágenes de disco.</translation>
    </message>
    <message>
        <source>This part of the copy came too late</source>
        <translation>Esta parte de la copia llegó demasiado tarde</translation>
    </message>
    <message>
        <source>The receiver already takes a later round of the copy.</source>
        <translation>El receptor ya recibe una ronda posterior de la copia.</translation>
    </message>
    <message>
        <source>Retry. Make sure that only one program migrates this server.</source>
        <translation>Vuelva a intentarlo. Asegúrese de que un solo programa migre este servidor.</translation>
    </message>
    <message>
        <source>The copied server would not start in the cloud</source>
        <translation>El servidor copiado no arrancaría en la nube</translation>
    </message>
    <message>
        <source>Do on the source server what is said there, then migrate again. Nothing was changed on it.</source>
        <translation>Haga en el servidor de origen lo que allí se indica y migre de nuevo. No se cambió nada en él.</translation>
    </message>
    <message>
        <source>A target disk could not be set up</source>
        <translation>No se pudo preparar un disco de destino</translation>
    </message>
    <message>
        <source>Making %1 on the target disk with %2 failed.</source>
        <translation>Error al crear %1 en el disco de destino con %2.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, undo the change of this volume in the plan, or report it with the diagnostics.</source>
        <translation>Vuelva a intentarlo. Si falla otra vez, deshaga el cambio de este volumen en el plan o notifique el error con los diagnósticos.</translation>
    </message>
    <message>
        <source>The disks cannot be changed as planned because of %1.</source>
        <translation>Los discos no se pueden cambiar como está previsto debido a %1.</translation>
    </message>
    <message>
        <source>A new filesystem is full</source>
        <translation>Un sistema de archivos nuevo está lleno</translation>
    </message>
    <message>
        <source>The files of %1 do not fit into the size that the plan gives it.</source>
        <translation>Los archivos de %1 no caben en el tamaño que le asigna el plan.</translation>
    </message>
    <message>
        <source>Files could not be copied</source>
        <translation>No se pudieron copiar archivos</translation>
    </message>
    <message>
        <source>Copying the files of %1 failed: %2.</source>
        <translation>Error al copiar los archivos de %1: %2.</translation>
    </message>
    <message>
        <source>Mend what is named, then retry. Files that were already copied are kept.</source>
        <translation>Corrija lo que se indica y vuelva a intentarlo. Los archivos ya copiados se conservan.</translation>
    </message>
    <message>
        <source>The final moment would be too long</source>
        <translation>El momento final sería demasiado largo</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks, so the %1 in use would be read while the filesystems are held still: for about %2 seconds. %3 seconds are allowed.</source>
        <translation>El kernel no permite seguir lo que se escribe en los discos, así que los %1 en uso se leerían mientras los sistemas de archivos están congelados: durante unos %2 segundos. Se permiten %3 segundos.</translation>
    </message>
    <message>
        <source>Allow eBPF, perf events or block traces (perf_event_paranoid, lockdown, container settings), or allow a longer final moment (freezeSeconds in the plan, 60 at most), or shut the server down and migrate its disk images.</source>
        <translation>Permita eBPF, los eventos perf o las trazas de bloques (perf_event_paranoid, lockdown, configuración del contenedor), permita un momento final más largo (freezeSeconds en el plan, 60 como máximo) o apague el servidor y migre sus imágenes de disco.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is made out to another name.</source>
        <translation>El certificado que presenta %1 está emitido a otro nombre.</translation>
    </message>
    <message>
        <source>Check the address. If a proxy or firewall opens encrypted connections, let it pass this one untouched. Then retry.</source>
        <translation>Compruebe la dirección. Si un proxy o un firewall abre las conexiones cifradas, haga que deje pasar esta intacta. Después, vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is not valid today.</source>
        <translation>El certificado que presenta %1 no es válido hoy.</translation>
    </message>
    <message>
        <source>Check the date of this server, then retry. If it is right, the other side needs a new certificate.</source>
        <translation>Compruebe la fecha de este servidor y vuelva a intentarlo. Si es correcta, el otro lado necesita un certificado nuevo.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows comes from an authority that this server does not know.</source>
        <translation>El certificado que presenta %1 procede de una autoridad que este servidor no conoce.</translation>
    </message>
    <message>
        <source>If a proxy or firewall opens encrypted connections, let it pass this one untouched, or install its authority on this server. Then retry.</source>
        <translation>Si un proxy o un firewall abre las conexiones cifradas, haga que deje pasar esta intacta o instale su autoridad en este servidor. Después, vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The name service of this server does not know %1.</source>
        <translation>El servicio de nombres de este servidor no conoce %1.</translation>
    </message>
    <message>
        <source>Check the address and the name servers in /etc/resolv.conf, then retry.</source>
        <translation>Compruebe la dirección y los servidores de nombres en /etc/resolv.conf y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>%1 refuses connections.</source>
        <translation>%1 rechaza las conexiones.</translation>
    </message>
    <message>
        <source>Check the address and its port, and that no firewall refuses this connection, then retry.</source>
        <translation>Compruebe la dirección y su puerto, y que ningún firewall rechace esta conexión, y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>%1 does not answer in time.</source>
        <translation>%1 no responde a tiempo.</translation>
    </message>
    <message>
        <source>Let the firewall pass connections to this address, or set a proxy, then retry.</source>
        <translation>Permita en el firewall las conexiones a esta dirección o configure un proxy y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The connection to %1 is cut before an answer comes.</source>
        <translation>La conexión con %1 se corta antes de que llegue una respuesta.</translation>
    </message>
    <message>
        <source>Let the firewall or proxy that cuts it pass connections to this address, then retry.</source>
        <translation>Permita las conexiones a esta dirección en el firewall o proxy que las corta y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>This server knows no way to %1.</source>
        <translation>Este servidor no conoce ningún camino hacia %1.</translation>
    </message>
    <message>
        <source>Check its network and its default gateway, then retry.</source>
        <translation>Compruebe su red y su puerta de enlace predeterminada y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 asks for a login.</source>
        <translation>El proxy en el camino hacia %1 pide un inicio de sesión.</translation>
    </message>
    <message>
        <source>Set the agent&apos;s http_proxy and https_proxy to http://name:password@proxy:port and start it again, or let the proxy pass this address without a login.</source>
        <translation>Establezca http_proxy y https_proxy del agente en http://name:password@proxy:port y vuelva a iniciarlo, o permita en el proxy esta dirección sin inicio de sesión.</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 makes no connection to it.</source>
        <translation>El proxy en el camino hacia %1 no establece conexión con esa dirección.</translation>
    </message>
    <message>
        <source>Check the proxy in the agent&apos;s http_proxy and https_proxy, and that it passes this address, then retry.</source>
        <translation>Compruebe el proxy en http_proxy y https_proxy del agente, y que deje pasar esta dirección, y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>What is written to the disks cannot be followed</source>
        <translation>No se puede seguir lo que se escribe en los discos</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow it: eBPF, perf events and block traces were tried.</source>
        <translation>El kernel no permite seguirlo: se probaron eBPF, los eventos perf y las trazas de bloques.</translation>
    </message>
    <message>
        <source>Allow one of them (perf_event_paranoid, lockdown, container settings), then try again. Otherwise everything in use is compared while writing stops in the final moment, or shut the server down and migrate its disk images.</source>
        <translation>Permita uno de ellos (perf_event_paranoid, lockdown, configuración del contenedor) y vuelva a intentarlo. De lo contrario, se compara todo lo que está en uso mientras la escritura se detiene en el momento final; o apague el servidor y migre sus imágenes de disco.</translation>
    </message>
    <message>
        <source>Print the plan of this migration with “edgeliftctl plan show --job JOB --json”, give the volume more room in it, and go on with “edgeliftctl retry JOB --plan FILE”. The copy then begins anew.</source>
        <translation>Muestre el plan de esta migración con “edgeliftctl plan show --job JOB --json”, dé en él más espacio al volumen y continúe con “edgeliftctl retry JOB --plan FILE”. La copia comienza entonces desde cero.</translation>
    </message>
    <message>
        <source>The cloud refuses every request from 15 minutes on. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”, then retry.</source>
        <translation>A partir de 15 minutos de diferencia, la nube rechaza todas las solicitudes. Sincronice el reloj, por ejemplo con “timedatectl set-ntp true” o “chronyc makestep”, y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The plan differs in more than the layout</source>
        <translation>El plan difiere en algo más que la distribución</translation>
    </message>
    <message>
        <source>“%2” is not what migration %1 has begun with. It takes another layout of its disks, and nothing else.</source>
        <translation>“%2” difiere de lo que había al comenzar la migración %1. Esta admite otra distribución de sus discos y nada más.</translation>
    </message>
    <message>
        <source>Take the plan that “edgeliftctl plan show --job %1 --json” prints and change only sizes and places under “disks”, or cancel the migration and start again.</source>
        <translation>Tome el plan que muestra “edgeliftctl plan show --job %1 --json” y cambie solo tamaños y ubicaciones en “disks”, o cancele la migración y empiece de nuevo.</translation>
    </message>
    <message>
        <source>The layout cannot be changed any more</source>
        <translation>La distribución ya no se puede cambiar</translation>
    </message>
    <message>
        <source>The copy of migration %1 is complete, and its image is being made.</source>
        <translation>La copia de la migración %1 está completa y su imagen se está creando.</translation>
    </message>
    <message>
        <source>Go on without another plan, or cancel the migration and start again.</source>
        <translation>Continúe sin otro plan, o cancele la migración y empiece de nuevo.</translation>
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
        <translation>Sin límite</translation>
    </message>
    <message>
        <source>%1 %</source>
        <extracomment>A share of a whole; %1 is a number such as 42</extracomment>
        <translation>%1&#xa0;%</translation>
    </message>
    <message>
        <source>less than 1 min</source>
        <translation>menos de 1 min</translation>
    </message>
    <message>
        <source>more than 2 days</source>
        <translation>más de 2 días</translation>
    </message>
    <message>
        <source>about %1 min</source>
        <extracomment>Remaining time</extracomment>
        <translation>unos %1 min</translation>
    </message>
    <message>
        <source>about %1 h</source>
        <translation>unas %1 h</translation>
    </message>
    <message>
        <source>about %1 h %2 min</source>
        <translation>unas %1 h %2 min</translation>
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
        <translation>Advertencia: %1</translation>
    </message>
    <message>
        <source>The ENS image %1 is ready.</source>
        <translation>La imagen de ENS %1 está lista.</translation>
    </message>
    <message>
        <source>The migration engine does not answer. Reconnecting.</source>
        <translation>El motor de migración no responde. Reconectando.</translation>
    </message>
    <message>
        <source>Connected to the migration engine again.</source>
        <translation>Conectado de nuevo al motor de migración.</translation>
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
        <translation>En espera</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>En ejecución</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>En pausa</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Error</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Completada</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Cancelada</translation>
    </message>
</context>
<context>
    <name>LayoutLines</name>
    <message>
        <source>%1: %2 is left out</source>
        <extracomment>%1 &quot;Data disk 1&quot;, %2 the disk&apos;s name on the source</extracomment>
        <translation>%1: %2 se excluye</translation>
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
        <translation>Se fijó en el máximo, %1.</translation>
    </message>
    <message>
        <source>Set to the minimum, %1.</source>
        <translation>Se fijó en el mínimo, %1.</translation>
    </message>
</context>
<context>
    <name>Phase</name>
    <message>
        <source>Connecting</source>
        <translation>Conexión</translation>
    </message>
    <message>
        <source>Checking the account</source>
        <translation>Comprobación de la cuenta</translation>
    </message>
    <message>
        <source>Making the transit instance</source>
        <translation>Creación de la instancia de tránsito</translation>
    </message>
    <message>
        <source>Copying the disks</source>
        <translation>Copia de los discos</translation>
    </message>
    <message>
        <source>Finishing the disks</source>
        <translation>Finalización de los discos</translation>
    </message>
    <message>
        <source>Taking snapshots</source>
        <translation>Creación de instantáneas</translation>
    </message>
    <message>
        <source>Making the ECS image</source>
        <translation>Creación de la imagen de ECS</translation>
    </message>
    <message>
        <source>Exporting the image to the bucket</source>
        <translation>Exportación de la imagen al bucket</translation>
    </message>
    <message>
        <source>Importing the image into ENS</source>
        <translation>Importación de la imagen en ENS</translation>
    </message>
    <message>
        <source>Cleaning up</source>
        <translation>Limpieza</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Listo</translation>
    </message>
</context>
<context>
    <name>PhaseStrip</name>
    <message>
        <source>Preparing</source>
        <translation>Preparación</translation>
    </message>
    <message>
        <source>Transit instance</source>
        <translation>Instancia de tránsito</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>Sincronización</translation>
    </message>
    <message>
        <source>ECS image</source>
        <translation>Imagen de ECS</translation>
    </message>
    <message>
        <source>Upload to OSS</source>
        <translation>Carga en OSS</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>imagen de ENS</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>Limpieza</translation>
    </message>
</context>
<context>
    <name>PlanRules</name>
    <message>
        <source>System disk</source>
        <translation>Disco del sistema</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <extracomment>%1 the number of a data disk</extracomment>
        <translation>Disco de datos %1</translation>
    </message>
    <message>
        <source>Not migrated.</source>
        <translation>No se migra.</translation>
    </message>
    <message>
        <source>Copied block by block: same size and structure as on the source.</source>
        <translation>Se copia bloque a bloque: mismo tamaño y estructura que en el origen.</translation>
    </message>
    <message>
        <source>Copied file by file because its size changes from %1 to %2.</source>
        <extracomment>%1, %2 sizes</extracomment>
        <translation>Se copia archivo por archivo porque su tamaño cambia de %1 a %2.</translation>
    </message>
    <message>
        <source>Copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>Se copia archivo por archivo porque su tamaño no es múltiplo de 4 MiB y LVM está activado.</translation>
    </message>
    <message>
        <source>Copied file by file, as chosen.</source>
        <translation>Se copia archivo por archivo, según lo elegido.</translation>
    </message>
    <message>
        <source>Does not fit: %1 missing</source>
        <extracomment>while a mount target is dragged over a disk; %1 a size</extracomment>
        <translation>No cabe: faltan %1</translation>
    </message>
    <message>
        <source>Move here: %1 fits, %2 free</source>
        <extracomment>while a mount target is dragged over a disk; %1 its size, %2 what is free on the disk afterwards</extracomment>
        <translation>Mover aquí: %1 cabe, %2 libres</translation>
    </message>
    <message>
        <source>%1 moved to %2.</source>
        <extracomment>%1 a mount target, %2 a disk such as “Data disk 2”</extracomment>
        <translation>%1 se movió a %2.</translation>
    </message>
    <message>
        <source>%1 changed from %2 to %3.</source>
        <extracomment>%1 a mount target or disk, %2 and %3 sizes</extracomment>
        <translation>%1 cambió de %2 a %3.</translation>
    </message>
    <message>
        <source>%1 is copied file by file.</source>
        <extracomment>%1 a mount target</extracomment>
        <translation>%1 se copia archivo por archivo.</translation>
    </message>
    <message>
        <source>%1 is migrated.</source>
        <translation>%1 se migra.</translation>
    </message>
    <message>
        <source>LVM is switched off on %1.</source>
        <extracomment>%1 a disk such as “Data disk 2”</extracomment>
        <translation>LVM está desactivado en %1.</translation>
    </message>
    <message>
        <source>Choose where to keep the ENS image: cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>Elija dónde guardar la imagen de ENS: cn-beijing o ap-southeast-1. “%1” no es posible.</translation>
    </message>
    <message>
        <source>The name must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”. “%1” does not.</source>
        <translation>El nombre debe tener de 2 a 128 caracteres, empezar por una letra y contener solo letras, dígitos, “:”, “_” y “-”. “%1” no cumple.</translation>
    </message>
    <message>
        <source>Choose a bucket. It holds the temporary image.</source>
        <translation>Elija un bucket. Alojará la imagen temporal.</translation>
    </message>
    <message>
        <source>Choose a VPC and a vSwitch. Private transfer needs both.</source>
        <translation>Elija una VPC y un vSwitch. La transferencia privada necesita ambos.</translation>
    </message>
    <message>
        <source>Enter a compression ratio from 0 to 10.</source>
        <translation>Introduzca una tasa de compresión de 0 a 10.</translation>
    </message>
    <message numerus="yes">
        <source>A job can have at most 20 tags. Remove %n tag(s).</source>
        <translation>
            <numerusform>Un trabajo puede tener como máximo 20 etiquetas. Quite %n etiqueta.</numerusform>
            <numerusform>Un trabajo puede tener como máximo 20 etiquetas. Quite %n etiquetas.</numerusform>
        </translation>
    </message>
    <message>
        <source>A tag key must have 1 to 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”. “%1” does not fit.</source>
        <translation>Una clave de etiqueta debe tener de 1 a 128 caracteres y no empezar por “aliyun”, “acs:”, “http://” ni “https://”. “%1” no es válida.</translation>
    </message>
    <message>
        <source>The licence type “Alibaba Cloud” covers only Windows Server. For %1 choose BYOL if you have a licence.</source>
        <translation>El tipo de licencia “Alibaba Cloud” solo cubre Windows Server. Para %1 elija BYOL si tiene una licencia.</translation>
    </message>
    <message>
        <source>Enter a speed limit from 0 to 100,000 Mbit/s; 0 means unlimited.</source>
        <translation>Introduzca un límite de velocidad de 0 a 100.000 Mbit/s; 0 significa sin límite.</translation>
    </message>
    <message>
        <source>The description must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”.</source>
        <translation>La descripción debe tener de 2 a 128 caracteres, empezar por una letra y contener solo letras, dígitos, “:”, “_” y “-”.</translation>
    </message>
    <message>
        <source>The value of tag “%1” must have at most 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”.</source>
        <translation>El valor de la etiqueta “%1” debe tener como máximo 128 caracteres y no empezar por “aliyun”, “acs:”, “http://” ni “https://”.</translation>
    </message>
    <message>
        <source>“%1” cannot be the name of a bucket: those have 3 to 63 lower-case letters, digits and “-”.</source>
        <translation>“%1” no puede ser el nombre de un bucket: debe tener de 3 a 63 letras minúsculas, dígitos y “-”.</translation>
    </message>
    <message>
        <source>The temporary image can be made in cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>La imagen temporal se puede crear en cn-beijing o ap-southeast-1. “%1” no es posible.</translation>
    </message>
    <message>
        <source>Enter a disk-read limit from 0 to 100,000 MB/s; 0 means unlimited.</source>
        <translation>Introduzca un límite de lectura de disco de 0 a 100.000 MB/s; 0 significa sin límite.</translation>
    </message>
    <message>
        <source>Enter a niceness from 0 to 19; 19 gives way to everything else.</source>
        <translation>Introduzca un valor nice de 0 a 19; 19 cede el paso a todo lo demás.</translation>
    </message>
    <message>
        <source>The time plan can have 32 windows, each with days, two different times and limits in their range. “%1” does not fit.</source>
        <translation>El horario puede tener 32 franjas, cada una con días, dos horas distintas y límites válidos. “%1” no es válida.</translation>
    </message>
    <message>
        <source>Paths must start with “/”. “%1” does not.</source>
        <translation>Las rutas deben empezar por “/”. “%1” no lo hace.</translation>
    </message>
    <message>
        <source>Exclusions are ignored for partitions copied block by block. Switch block replication off for %1 to use them.</source>
        <translation>Las exclusiones se ignoran en particiones copiadas bloque a bloque. Desactive la replicación por bloques de %1 para usarlas.</translation>
    </message>
    <message>
        <source>The system disk must have 20 to 2,048 GiB.</source>
        <translation>El disco del sistema debe tener de 20 a 2.048 GiB.</translation>
    </message>
    <message>
        <source>A data disk must have 1 to 32,768 GiB.</source>
        <translation>Un disco de datos debe tener de 1 a 32.768 GiB.</translation>
    </message>
    <message>
        <source>The system disk needs more than %2, the space in use. Enter at least %4.</source>
        <translation>El disco del sistema necesita más de %2, el espacio en uso. Introduzca al menos %4.</translation>
    </message>
    <message>
        <source>Data disk %1 needs more than %2, the space in use. Enter at least %4.</source>
        <translation>El disco de datos %1 necesita más de %2, el espacio en uso. Introduzca al menos %4.</translation>
    </message>
    <message>
        <source>The partitions on %1 need %2, but the disk has %3. Reduce a partition, enlarge the disk or move a mount target.</source>
        <translation>Las particiones de %1 necesitan %2, pero el disco tiene %3. Reduzca una partición, amplíe el disco o mueva un punto de montaje.</translation>
    </message>
    <message numerus="yes">
        <source>%n data disk(s) would be migrated, at most 4 are possible. Clear “Migrate” for the others or move their mount targets.</source>
        <translation>
            <numerusform>Se migraría %n disco de datos; como máximo son posibles 4. Desmarque «Migrar» en los demás o mueva sus puntos de montaje.</numerusform>
            <numerusform>Se migrarían %n discos de datos; como máximo son posibles 4. Desmarque «Migrar» en los demás o mueva sus puntos de montaje.</numerusform>
        </translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. Data disk %1 has %3.</source>
        <translation>Una imagen de ENS admite como máximo 500 GiB por disco de datos. El disco de datos %1 tiene %3.</translation>
    </message>
    <message>
        <source>%1 cannot be moved. Boot and system partitions stay on the system disk.</source>
        <translation>%1 no se puede mover. Las particiones de arranque y del sistema se quedan en el disco del sistema.</translation>
    </message>
    <message>
        <source>%1 needs more than %2, the space in use.</source>
        <translation>%1 necesita más de %2, el espacio en uso.</translation>
    </message>
    <message>
        <source>The server has %2 in use. An image may have at most 1 TiB after compression.</source>
        <translation>El servidor usa %2. Una imagen puede tener como máximo 1 TiB tras la compresión.</translation>
    </message>
    <message>
        <source>LVM cannot be used: the system disk has no boot partition.</source>
        <translation>No se puede usar LVM: el disco del sistema no tiene partición de arranque.</translation>
    </message>
    <message>
        <source>LVM will have no effect: Debian with kernel %1 and XFS.</source>
        <translation>LVM no tendrá efecto: Debian con kernel %1 y XFS.</translation>
    </message>
    <message>
        <source>%1 is copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>%1 se copia archivo por archivo porque su tamaño no es múltiplo de 4 MiB y LVM está activado.</translation>
    </message>
    <message>
        <source>Data disk %1 has no mount target to migrate and is left out.</source>
        <translation>El disco de datos %1 no tiene puntos de montaje que migrar y se excluye.</translation>
    </message>
    <message>
        <source>The size of %1 cannot be changed while it is copied block by block. Switch to file copy first.</source>
        <translation>El tamaño de %1 no se puede cambiar mientras se copie bloque a bloque. Cambie antes a la copia por archivos.</translation>
    </message>
    <message>
        <source>The first disk of a plan, and only that one, must be the system disk of this server: %1.</source>
        <translation>El primer disco de un plan, y solo ese, debe ser el disco del sistema de este servidor: %1.</translation>
    </message>
    <message>
        <source>%1 stands in the plan more than once.</source>
        <translation>%1 aparece más de una vez en el plan.</translation>
    </message>
    <message>
        <source>%1 cannot be left out. Boot and system partitions are always migrated.</source>
        <translation>%1 no se puede excluir. Las particiones de arranque y del sistema se migran siempre.</translation>
    </message>
    <message>
        <source>This server has no disk or volume %1.</source>
        <translation>Este servidor no tiene ningún disco ni volumen %1.</translation>
    </message>
    <message>
        <source>Data disk %1 has %3. The cloud may round it up to 20 GiB.</source>
        <translation>El disco de datos %1 tiene %3. La nube puede redondearlo a 20 GiB.</translation>
    </message>
    <message>
        <source>The source disk has %3. The size was set to %2, the nearest possible value.</source>
        <translation>El disco de origen tiene %3. El tamaño se fijó en %2, el valor posible más cercano.</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %5, but the temporary image is created in %6. Choose a bucket in %6.</source>
        <translation>El bucket “%1” está en %5, pero la imagen temporal se crea en %6. Elija un bucket en %6.</translation>
    </message>
    <message>
        <source>vSwitch “%1” does not belong to VPC “%5”.</source>
        <translation>El vSwitch “%1” no pertenece a la VPC “%5”.</translation>
    </message>
    <message>
        <source>Two tags have the key “%1”.</source>
        <translation>Dos etiquetas tienen la clave “%1”.</translation>
    </message>
    <message>
        <source>LVM cannot be used for disk %1: this server has no LVM programs. Install the package lvm2 on it, or leave LVM off.</source>
        <translation>No se puede usar LVM para el disco %1: este servidor no tiene programas de LVM. Instale en él el paquete lvm2 o deje LVM desactivado.</translation>
    </message>
</context>
<context>
    <name>Prompt</name>
    <message>
        <source>Install the snapshot driver?</source>
        <translation>¿Instalar el controlador de instantáneas?</translation>
    </message>
    <message>
        <source>Install rsync?</source>
        <translation>¿Instalar rsync?</translation>
    </message>
    <message>
        <source>Disable SELinux?</source>
        <translation>¿Desactivar SELinux?</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>No hace falta: los discos no están en uso.</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>Un servidor en marcha lo necesita para la replicación por bloques.</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>No hace falta: los volúmenes se copian bloque a bloque.</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>rsync copia los volúmenes archivo por archivo y no está instalado.</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync está instalado.</translation>
    </message>
    <message>
        <source>rsync is not installed, and no package manager was found that could install it.</source>
        <translation>rsync no está instalado y no se encontró ningún gestor de paquetes que pueda instalarlo.</translation>
    </message>
    <message>
        <source>Nothing to do: labels are copied with the files, so SELinux can stay as it is.</source>
        <translation>Nada que hacer: las etiquetas se copian con los archivos, así que SELinux puede quedarse como está.</translation>
    </message>
    <message>
        <source>SELinux is in use. Labels are copied with the files, so it can stay as it is.</source>
        <translation>SELinux está en uso. Las etiquetas se copian con los archivos, así que puede quedarse como está.</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>SELinux no está en uso.</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>Sí</translation>
    </message>
    <message>
        <source>No</source>
        <translation>No</translation>
    </message>
    <message>
        <source>Leave it enabled (recommended)</source>
        <translation>Dejarlo activado (recomendado)</translation>
    </message>
    <message>
        <source>Permissive until the next start</source>
        <translation>Permisivo hasta el próximo arranque</translation>
    </message>
    <message>
        <source>Disable it</source>
        <translation>Desactivarlo</translation>
    </message>
    <message>
        <source>Needed for block replication.</source>
        <translation>Necesario para la replicación por bloques.</translation>
    </message>
    <message>
        <source>Files are copied instead.</source>
        <translation>En su lugar se copian archivos.</translation>
    </message>
    <message>
        <source>It is installed with the package manager of this server.</source>
        <translation>Se instala con el gestor de paquetes de este servidor.</translation>
    </message>
    <message>
        <source>Volumes that are copied file by file cannot be migrated.</source>
        <translation>Los volúmenes que se copian archivo por archivo no se pueden migrar.</translation>
    </message>
    <message>
        <source>Nothing changes. What the migration changes on the image is relabelled there.</source>
        <translation>No cambia nada. Lo que la migración cambia en la imagen se reetiqueta allí.</translation>
    </message>
    <message>
        <source>SELinux only logs until this server is started again; “setenforce 1” restores it at once.</source>
        <translation>SELinux solo registra hasta que se reinicie este servidor; “setenforce 1” lo restablece al instante.</translation>
    </message>
    <message>
        <source>SELinux is off from the next start on and only logs until then. The original of /etc/selinux/config is kept beside it as config.edgelift-orig; put it back and start the server again to restore SELinux.</source>
        <translation>SELinux queda desactivado desde el próximo arranque y hasta entonces solo registra. El original de /etc/selinux/config se conserva al lado como config.edgelift-orig; repóngalo y reinicie el servidor para restablecer SELinux.</translation>
    </message>
    <message>
        <source>The snapshot driver was tested on every disk.</source>
        <translation>El controlador de instantáneas se probó en cada disco.</translation>
    </message>
</context>
<context>
    <name>Readiness</name>
    <message>
        <source>Operating system</source>
        <translation>Sistema operativo</translation>
    </message>
    <message>
        <source>Found %1.</source>
        <translation>Se encontró %1.</translation>
    </message>
    <message>
        <source>No root filesystem of a Linux system was found on %1.</source>
        <translation>No se encontró el sistema de archivos raíz de un sistema Linux en %1.</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>Elija el disco desde el que arranca el servidor.</translation>
    </message>
    <message>
        <source>Processor architecture</source>
        <translation>Arquitectura del procesador</translation>
    </message>
    <message>
        <source>The system is made for %1.</source>
        <translation>El sistema está hecho para %1.</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>Solo los servidores x86-64 pueden convertirse en imágenes de ENS.</translation>
    </message>
    <message>
        <source>Neither /bin/sh nor another program tells what the system is made for.</source>
        <translation>Ni /bin/sh ni otro programa indica para qué está hecho el sistema.</translation>
    </message>
    <message>
        <source>Make sure that the server is an x86-64 system.</source>
        <translation>Asegúrese de que el servidor sea un sistema x86-64.</translation>
    </message>
    <message>
        <source>Boot loader</source>
        <translation>Cargador de arranque</translation>
    </message>
    <message>
        <source>No boot loader was found on %1.</source>
        <translation>No hay cargador de arranque en %1.</translation>
    </message>
    <message>
        <source>Install GRUB on the system disk, then check again.</source>
        <translation>Instale GRUB en el disco del sistema y compruebe de nuevo.</translation>
    </message>
    <message>
        <source>The server starts with %1, not with GRUB 2.</source>
        <translation>El servidor arranca con %1, no con GRUB 2.</translation>
    </message>
    <message>
        <source>It is copied as it is. Test the image before you rely on it.</source>
        <translation>Se copia tal como está. Pruebe la imagen antes de confiar en ella.</translation>
    </message>
    <message>
        <source>Firmware</source>
        <translation>Firmware</translation>
    </message>
    <message>
        <source>The server starts by %1.</source>
        <translation>El servidor arranca por %1.</translation>
    </message>
    <message>
        <source>Drivers for the cloud</source>
        <translation>Controladores para la nube</translation>
    </message>
    <message>
        <source>Kernel %1 has virtio drivers.</source>
        <translation>El kernel %1 tiene controladores virtio.</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>Los archivos de arranque del kernel %1 no tienen controladores virtio.</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>Regenere el initramfs con virtio_blk, virtio_pci y virtio_net y compruebe de nuevo.</translation>
    </message>
    <message>
        <source>The start files of the older kernel %1 have no virtio drivers.</source>
        <translation>Los archivos de arranque del kernel anterior %1 no tienen controladores virtio.</translation>
    </message>
    <message>
        <source>Remove this kernel or rebuild its initramfs, so that it is not started by mistake.</source>
        <translation>Elimine este kernel o regenere su initramfs para que no se arranque por error.</translation>
    </message>
    <message>
        <source>Network driver for the cloud</source>
        <translation>Controlador de red para la nube</translation>
    </message>
    <message>
        <source>Kernel %1 has no virtio_net driver.</source>
        <translation>El kernel %1 no tiene controlador virtio_net.</translation>
    </message>
    <message>
        <source>Install the kernel&apos;s complete modules, or the image will have no network.</source>
        <translation>Instale los módulos completos del kernel o la imagen no tendrá red.</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>Kernel</translation>
    </message>
    <message>
        <source>No kernel was found below /boot.</source>
        <translation>No se encontró ningún kernel en /boot.</translation>
    </message>
    <message>
        <source>Make sure that the server&apos;s kernel has virtio drivers.</source>
        <translation>Asegúrese de que el kernel del servidor tenga controladores virtio.</translation>
    </message>
    <message>
        <source>Mount table</source>
        <translation>Tabla de montaje</translation>
    </message>
    <message>
        <source>Every entry of /etc/fstab names a volume by something that stays.</source>
        <translation>Cada entrada de /etc/fstab nombra su volumen de forma estable.</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2. Such names differ from machine to machine.</source>
        <translation>/etc/fstab indica %1 para %2. Esos nombres varían entre máquinas.</translation>
    </message>
    <message>
        <source>Write UUID=… instead (blkid prints it).</source>
        <translation>Escriba UUID=… en su lugar (blkid lo muestra).</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2, which is on none of the disks.</source>
        <translation>/etc/fstab indica %1 para %2, que no está en ninguno de los discos.</translation>
    </message>
    <message>
        <source>Add the missing disk, or give the entry the option “nofail”; otherwise the image stops while starting.</source>
        <translation>Añada el disco que falta o dé a la entrada la opción “nofail”; si no, la imagen se detiene al arrancar.</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Discos</translation>
    </message>
    <message>
        <source>Number of disks within the limits: %1.</source>
        <translation>Número de discos dentro de los límites: %1.</translation>
    </message>
    <message>
        <source>There are %1 data disks, an ENS image has at most %2.</source>
        <translation>Hay %1 discos de datos; una imagen de ENS tiene como máximo %2.</translation>
    </message>
    <message>
        <source>Leave disks out in the plan.</source>
        <translation>Excluya discos en el plan.</translation>
    </message>
    <message>
        <source>Data disk %1 has %2, an ENS image allows 500 GiB for each.</source>
        <translation>El disco de datos %1 tiene %2; una imagen de ENS admite 500 GiB para cada uno.</translation>
    </message>
    <message>
        <source>Leave the disk out in the plan, or make it smaller.</source>
        <translation>Excluya el disco en el plan o redúzcalo.</translation>
    </message>
    <message>
        <source>SELinux</source>
        <translation>SELinux</translation>
    </message>
    <message>
        <source>SELinux is %1. Labels are copied with the files, so it can stay as it is.</source>
        <translation>Modo de SELinux: %1. Las etiquetas se copian con los archivos, así que puede quedarse como está.</translation>
    </message>
    <message>
        <source>Leave it enabled.</source>
        <translation>Déjelo activado.</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>SELinux no está en uso.</translation>
    </message>
    <message>
        <source>cloud-init</source>
        <translation>cloud-init</translation>
    </message>
    <message>
        <source>cloud-init is installed.</source>
        <translation>cloud-init está instalado.</translation>
    </message>
    <message>
        <source>cloud-init is not installed. The instance keeps the server&apos;s passwords, keys and network settings.</source>
        <translation>cloud-init no está instalado. La instancia conserva las contraseñas, las claves y la configuración de red del servidor.</translation>
    </message>
    <message>
        <source>Snapshot driver</source>
        <translation>Controlador de instantáneas</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>No hace falta: los discos no están en uso.</translation>
    </message>
    <message>
        <source>rsync</source>
        <translation>rsync</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>No hace falta: los volúmenes se copian bloque a bloque.</translation>
    </message>
    <message>
        <source>Device that cannot be followed</source>
        <translation>Dispositivo que no se puede seguir</translation>
    </message>
    <message>
        <source>%1 uses %2, a multipath device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 usa %2, un dispositivo multipath. Lo que se escribe en él no se puede seguir mientras el servidor funciona.</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>Deje de usarlo y compruebe de nuevo, o apague el servidor y migre sus imágenes de disco.</translation>
    </message>
    <message>
        <source>%1 uses %2, which the kernel drives as an NVMe multipath disk. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 usa %2, que el kernel gestiona como disco NVMe multipath. Lo que se escribe en él no se puede seguir mientras el servidor funciona.</translation>
    </message>
    <message>
        <source>If the disk has one path only, start the server with the kernel option nvme_core.multipath=N and check again; otherwise shut it down and migrate its disk images.</source>
        <translation>Si el disco tiene una sola ruta, arranque el servidor con la opción de kernel nvme_core.multipath=N y compruebe de nuevo; si no, apáguelo y migre sus imágenes de disco.</translation>
    </message>
    <message>
        <source>%1 uses a disk that is there several times: %2.</source>
        <translation>%1 usa un disco que aparece varias veces: %2.</translation>
    </message>
    <message>
        <source>Leave one path to the disk, then check again.</source>
        <translation>Deje una sola ruta al disco y compruebe de nuevo.</translation>
    </message>
    <message>
        <source>%1 uses %2, a DRBD device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 usa %2, un dispositivo DRBD. Lo que se escribe en él no se puede seguir mientras el servidor funciona.</translation>
    </message>
    <message>
        <source>Unmount it, stop DRBD and check again, or shut the server down and migrate its disk images.</source>
        <translation>Desmóntelo, detenga DRBD y compruebe de nuevo, o apague el servidor y migre sus imágenes de disco.</translation>
    </message>
    <message>
        <source>%1 uses %2, which other servers may write to as well.</source>
        <translation>%1 usa %2, en el que también pueden escribir otros servidores.</translation>
    </message>
    <message>
        <source>Unmount it on this server, then check again. What servers share stays where it is.</source>
        <translation>Desmóntelo en este servidor y compruebe de nuevo. Lo que comparten los servidores se queda donde está.</translation>
    </message>
    <message>
        <source>%1 uses %2, persistent memory. What is written to it cannot be followed.</source>
        <translation>%1 usa %2, memoria persistente. Lo que se escribe en ella no se puede seguir.</translation>
    </message>
    <message>
        <source>Move its files to a disk and unmount it, then check again.</source>
        <translation>Mueva sus archivos a un disco, desmóntela y compruebe de nuevo.</translation>
    </message>
    <message>
        <source>%1 uses %2 with DAX: programs write to it past everything that could follow them.</source>
        <translation>%1 usa %2 con DAX: los programas escriben en él al margen de todo lo que podría seguirlos.</translation>
    </message>
    <message>
        <source>Mount it without the option “dax”, then check again.</source>
        <translation>Móntelo sin la opción “dax” y compruebe de nuevo.</translation>
    </message>
    <message>
        <source>%1 uses %2, a disk in memory. Nothing of it would reach the image.</source>
        <translation>%1 usa %2, un disco en memoria. Nada de su contenido llegaría a la imagen.</translation>
    </message>
    <message>
        <source>%1 uses %2, a kind of device that is not known here. What is written to it cannot be followed.</source>
        <translation>%1 usa %2, un tipo de dispositivo desconocido aquí. Lo que se escribe en él no se puede seguir.</translation>
    </message>
    <message>
        <source>System volume</source>
        <translation>Volumen del sistema</translation>
    </message>
    <message>
        <source>%1 lies on %2. The image could not start from that.</source>
        <translation>%1 está en %2. La imagen no podría arrancar desde ahí.</translation>
    </message>
    <message>
        <source>Move it to a partition or to a linear logical volume, then check again.</source>
        <translation>Muévalo a una partición o a un volumen lógico lineal y compruebe de nuevo.</translation>
    </message>
    <message>
        <source>Storage in layers</source>
        <translation>Almacenamiento en capas</translation>
    </message>
    <message>
        <source>%1 lies on %2. It is copied as it lies on the disks, with all of them or none.</source>
        <translation>%1 está en %2. Se copia tal como está en los discos, con todos ellos o con ninguno.</translation>
    </message>
    <message>
        <source>Volume that cannot be held still</source>
        <translation>Volumen que no se puede congelar</translation>
    </message>
    <message>
        <source>%1 (%2) is copied in a moment when nothing writes to it.</source>
        <translation>%1 (%2) se copia en un momento en que nada escribe en él.</translation>
    </message>
    <message>
        <source>Avoid changes there during the final step.</source>
        <translation>Evite hacer cambios allí durante el paso final.</translation>
    </message>
    <message>
        <source>Not on this server</source>
        <translation>Fuera de este servidor</translation>
    </message>
    <message>
        <source>These are not on disks of this server and are not migrated: %1.</source>
        <translation>Lo siguiente no está en discos de este servidor y no se migra: %1.</translation>
    </message>
    <message>
        <source>Make sure that the instance can reach what it needs of them.</source>
        <translation>Asegúrese de que la instancia pueda acceder a lo que necesite de ello.</translation>
    </message>
    <message>
        <source>Disk that cannot be understood</source>
        <translation>Disco que no se puede interpretar</translation>
    </message>
    <message>
        <source>%1 cannot be used: %2</source>
        <translation>%1 no se puede usar: %2</translation>
    </message>
    <message>
        <source>Repair it, or leave the disk out in the plan.</source>
        <translation>Repárelo o excluya el disco en el plan.</translation>
    </message>
    <message>
        <source>Identity of a disk</source>
        <translation>Identidad de un disco</translation>
    </message>
    <message>
        <source>Disk %1 has neither a serial number nor an id. It is recognized by its slot.</source>
        <translation>El disco %1 no tiene número de serie ni ID. Se reconoce por su ranura.</translation>
    </message>
    <message>
        <source>Leave it in its slot until the migration is finished.</source>
        <translation>Déjelo en su ranura hasta que termine la migración.</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Memoria</translation>
    </message>
    <message>
        <source>%1 are free.</source>
        <translation>%1 libres.</translation>
    </message>
    <message>
        <source>Only %1 are free. What changes last is kept in memory in the final step.</source>
        <translation>Solo %1 libres. Los últimos cambios se guardan en memoria en el paso final.</translation>
    </message>
    <message>
        <source>Stop programs that are not needed during the migration.</source>
        <translation>Detenga los programas que no se necesiten durante la migración.</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>Un servidor en marcha lo necesita para la replicación por bloques.</translation>
    </message>
    <message>
        <source>You are asked before it is installed.</source>
        <translation>Se le preguntará antes de instalarlo.</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync está instalado.</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>rsync copia los volúmenes archivo por archivo y no está instalado.</translation>
    </message>
    <message>
        <source>It was tested on every disk: what is written while the server runs is noticed.</source>
        <translation>Se probó en cada disco: se detecta lo que se escribe mientras el servidor funciona.</translation>
    </message>
    <message>
        <source>They are added to the copy; the server itself is not changed.</source>
        <translation>Se añaden a la copia; el servidor en sí no se modifica.</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Reloj</translation>
    </message>
    <message>
        <source>It agrees with the cloud&apos;s clock.</source>
        <translation>Coincide con el reloj de la nube.</translation>
    </message>
    <message>
        <source>It was not compared with the cloud&apos;s clock, because no answer told the time.</source>
        <translation>No se comparó con el reloj de la nube porque ninguna respuesta indicaba la hora.</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>Direcciones de la nube</translation>
    </message>
    <message>
        <source>All of these answer: %1.</source>
        <translation>Todas estas responden: %1.</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>yes</source>
        <translation>sí</translation>
    </message>
    <message>
        <source>no</source>
        <translation>no</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>La imagen de ENS está lista.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Estado</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>Imagen de ENS</translation>
    </message>
    <message>
        <source>Image name</source>
        <translation>Nombre de la imagen</translation>
    </message>
    <message>
        <source>Image region</source>
        <translation>Región de la imagen</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Cuenta</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>Creación</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Fin</translation>
    </message>
    <message>
        <source>Source server</source>
        <translation>Servidor de origen</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nombre</translation>
    </message>
    <message>
        <source>Source id</source>
        <translation>ID del origen</translation>
    </message>
    <message>
        <source>Operating system</source>
        <translation>Sistema operativo</translation>
    </message>
    <message>
        <source>Boot mode</source>
        <translation>Modo de arranque</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Disco</translation>
    </message>
    <message>
        <source>What happened when</source>
        <translation>Cronología</translation>
    </message>
    <message>
        <source>Phase</source>
        <translation>Fase</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Inicio</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>Segundos</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Datos</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copiado</translation>
    </message>
    <message>
        <source>Sent over the network</source>
        <translation>Enviado por la red</translation>
    </message>
    <message>
        <source>Every block checked by its hash on arrival</source>
        <translation>Hash de cada bloque comprobado al llegar</translation>
    </message>
    <message>
        <source>Target read back and compared</source>
        <translation>Destino releído y comparado</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>desconocido</translation>
    </message>
    <message>
        <source>Resources made in the account</source>
        <translation>Recursos creados en la cuenta</translation>
    </message>
    <message>
        <source>Nothing temporary is left.</source>
        <translation>No queda nada temporal.</translation>
    </message>
    <message>
        <source>Some resources are kept for a retry and cost money until they are removed.</source>
        <translation>Algunos recursos se conservan para un reintento y cuestan dinero hasta que se eliminen.</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Tipo</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>ID</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Región</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>Creado</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>Eliminado</translation>
    </message>
    <message>
        <source>Price per day</source>
        <translation>Precio por día</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>conservado</translation>
    </message>
    <message>
        <source>How to create an instance</source>
        <translation>Cómo crear una instancia</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Advertencias</translation>
    </message>
    <message>
        <source>Migration report</source>
        <translation>Informe de migración</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <extracomment>%1 is a number of milliseconds</extracomment>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>eBPF: a mark for each block in the kernel</source>
        <translation>eBPF: una marca para cada bloque en el kernel</translation>
    </message>
    <message>
        <source>perf: a ring of events in the kernel</source>
        <translation>perf: un anillo de eventos en el kernel</translation>
    </message>
    <message>
        <source>a known write was marked exactly where it went</source>
        <translation>una escritura conocida se marcó exactamente en su lugar</translation>
    </message>
    <message>
        <source>a known write was seen</source>
        <translation>se detectó una escritura conocida</translation>
    </message>
    <message>
        <source>no place for a known write; the kernel&apos;s count of sectors agrees</source>
        <translation>sin lugar para una escritura conocida; el recuento de sectores del kernel coincide</translation>
    </message>
    <message>
        <source>none</source>
        <translation>ninguno</translation>
    </message>
    <message>
        <source>Changes were followed by</source>
        <translation>Cambios seguidos mediante</translation>
    </message>
    <message>
        <source>Trackers that could not be used</source>
        <translation>Métodos de seguimiento que no se pudieron usar</translation>
    </message>
    <message>
        <source>Tracker tested on %1</source>
        <extracomment>%1 is a disk</extracomment>
        <translation>Seguimiento probado en %1</translation>
    </message>
    <message>
        <source>Lost events</source>
        <translation>Eventos perdidos</translation>
    </message>
    <message>
        <source>Even one missed write would have been noticed</source>
        <translation>Se habría detectado incluso una sola escritura omitida</translation>
    </message>
    <message>
        <source>What proves the copy of the running server</source>
        <translation>Qué demuestra la copia del servidor en marcha</translation>
    </message>
    <message>
        <source>Rounds while the server worked</source>
        <translation>Rondas mientras el servidor funcionaba</translation>
    </message>
    <message>
        <source>Final moment: writing stood still for</source>
        <translation>Momento final: la escritura se detuvo durante</translation>
    </message>
    <message>
        <source>Read meanwhile</source>
        <translation>Leído mientras tanto</translation>
    </message>
    <message>
        <source>Final moments, with those that were repeated</source>
        <translation>Momentos finales, incluidos los repetidos</translation>
    </message>
    <message>
        <source>Unchanged blocks read again before it, all equal</source>
        <translation>Bloques sin cambios releídos antes, todos iguales</translation>
    </message>
    <message>
        <source>Blocks read back from the target&apos;s disks, all equal</source>
        <translation>Bloques releídos de los discos de destino, todos iguales</translation>
    </message>
    <message>
        <source>Signed off by both ends</source>
        <translation>Confirmado por ambos lados</translation>
    </message>
    <message>
        <source>round %1, check sum %2</source>
        <extracomment>%1 is a number, %2 a check sum</extracomment>
        <translation>ronda %1, suma de comprobación %2</translation>
    </message>
    <message>
        <source>Problems of the administrator&apos;s hooks</source>
        <translation>Problemas de los hooks del administrador</translation>
    </message>
    <message>
        <source>Filesystem</source>
        <translation>Sistema de archivos</translation>
    </message>
    <message>
        <source>Time to stop it, rehearsed</source>
        <translation>Tiempo para congelarlo, ensayado</translation>
    </message>
    <message>
        <source>Time to let it go on</source>
        <translation>Tiempo para reanudarlo</translation>
    </message>
    <message>
        <source>Not proved: that each program had stored all it knew (hooks before the final moment can see to that), and that no storage driver writes without telling the kernel&apos;s request layer.</source>
        <translation>No demostrado: que cada programa hubiera guardado todo lo que sabía (los hooks previos al momento final pueden encargarse de ello) y que ningún controlador de almacenamiento escriba sin informar a la capa de solicitudes del kernel.</translation>
    </message>
    <message>
        <source>The copy was changed so that it starts, and can be reached, in the cloud. Each original lies beside the new file as *.edgelift-orig.</source>
        <translation>La copia se modificó para que arranque en la nube y se pueda acceder a ella. Cada original está junto al archivo nuevo como *.edgelift-orig.</translation>
    </message>
    <message>
        <source>Nothing had to be changed: the server starts in the cloud as it is.</source>
        <translation>No hubo que cambiar nada: el servidor arranca en la nube tal como está.</translation>
    </message>
    <message>
        <source>The copy would not start in the cloud. Nothing was changed in it.</source>
        <translation>La copia no arrancaría en la nube. No se cambió nada en ella.</translation>
    </message>
    <message>
        <source>The copy was not changed, because its filesystems could not be looked into.</source>
        <translation>La copia no se modificó, porque no se pudo examinar el contenido de sus sistemas de archivos.</translation>
    </message>
    <message>
        <source>Made ready for the cloud</source>
        <translation>Preparación para la nube</translation>
    </message>
    <message>
        <source>Made anew: %1</source>
        <translation>Creado de nuevo: %1</translation>
    </message>
    <message>
        <source>GRUB was put into the boot sector.</source>
        <translation>Se escribió GRUB en el sector de arranque.</translation>
    </message>
    <message>
        <source>Moved aside: %1</source>
        <translation>Apartado: %1</translation>
    </message>
    <message>
        <source>Changed: %1</source>
        <translation>Modificado: %1</translation>
    </message>
    <message>
        <source>Test boot</source>
        <translation>Arranque de prueba</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine. It shows a login prompt and answers on its network.</source>
        <translation>La imagen se arrancó en una máquina virtual. Muestra una solicitud de inicio de sesión y responde en su red.</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine and did not come up completely.</source>
        <translation>La imagen se arrancó en una máquina virtual, pero no llegó a arrancar por completo.</translation>
    </message>
    <message>
        <source>Reached</source>
        <translation>Etapa alcanzada</translation>
    </message>
    <message>
        <source>Login prompt</source>
        <translation>Solicitud de inicio de sesión</translation>
    </message>
    <message>
        <source>Address by DHCP</source>
        <translation>Dirección por DHCP</translation>
    </message>
    <message>
        <source>Answers on the network</source>
        <translation>Responde en la red</translation>
    </message>
    <message>
        <source>Trouble</source>
        <translation>Problema</translation>
    </message>
    <message>
        <source>Console log</source>
        <translation>Registro de la consola</translation>
    </message>
    <message>
        <source>What was copied block by block is as it was at one moment, in which nothing was written: as after a power cut. Programs find everything there that was stored for good by then.</source>
        <translation>Lo que se copió bloque a bloque está como estaba en un único momento en el que no se escribía nada: como tras un corte de corriente. Los programas encuentran allí todo lo que hasta entonces se había guardado de forma permanente.</translation>
    </message>
    <message>
        <source>Files that were copied while the server worked</source>
        <translation>Archivos copiados mientras el servidor funcionaba</translation>
    </message>
    <message>
        <source>Each file is as it was at some time during the last pass over its volume, and not all files are of one moment. A program that was writing then may find its files out of step with each other: stop such programs before the final point, or copy their volume block by block.</source>
        <translation>Cada archivo está como estaba en algún momento de la última pasada por su volumen, y no todos los archivos son del mismo momento. Un programa que estuviera escribiendo entonces puede encontrar sus archivos incoherentes entre sí: detenga esos programas antes del estado final o copie su volumen bloque a bloque.</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Volumen</translation>
    </message>
    <message>
        <source>Last pass began</source>
        <translation>Inicio de la última pasada</translation>
    </message>
    <message>
        <source>It ended</source>
        <translation>Fin</translation>
    </message>
    <message>
        <source>Passes</source>
        <translation>Pasadas</translation>
    </message>
    <message>
        <source>Files changed before the last pass</source>
        <translation>Archivos modificados antes de la última pasada</translation>
    </message>
    <message>
        <source>Vanished during it</source>
        <translation>Desaparecidos durante ella</translation>
    </message>
</context>
<context>
    <name>ResourceKind</name>
    <message>
        <source>image export task</source>
        <translation>tarea de exportación de imagen</translation>
    </message>
    <message>
        <source>temporary ECS image</source>
        <translation>imagen temporal de ECS</translation>
    </message>
    <message>
        <source>snapshot</source>
        <translation>instantánea</translation>
    </message>
    <message>
        <source>transit instance</source>
        <translation>instancia de tránsito</translation>
    </message>
    <message>
        <source>disk of the transit instance</source>
        <translation>disco de la instancia de tránsito</translation>
    </message>
    <message>
        <source>security group</source>
        <translation>grupo de seguridad</translation>
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
        <translation>objeto en el bucket</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>imagen de ENS</translation>
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
        <translation>La conexión con la instancia de tránsito está interrumpida. La copia continuará por sí sola cuando vuelva.</translation>
    </message>
    <message>
        <source>The address of this server is not known, so ports 8080 and 8703 of the transit instance are open to every address. Only this migration&apos;s key is accepted there.</source>
        <translation>No se conoce la dirección de este servidor, por lo que los puertos 8080 y 8703 de la instancia de tránsito están abiertos a cualquier dirección. Allí solo se acepta la clave de esta migración.</translation>
    </message>
    <message>
        <source>Not removed: %1 %2. %3</source>
        <translation>No eliminado: %1 %2. %3</translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the source had another content when read again and were sent again. Test the source server&apos;s memory (RAM) and disk.</source>
        <translation>
            <numerusform>%n bloque del origen tenía otro contenido al volver a leerlo y se envió de nuevo. Compruebe la memoria (RAM) y el disco del servidor de origen.</numerusform>
            <numerusform>%n bloques del origen tenían otro contenido al volver a leerlos y se enviaron de nuevo. Compruebe la memoria (RAM) y el disco del servidor de origen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the target differed from what was sent and were sent again.</source>
        <translation>
            <numerusform>%n bloque del destino difería de lo enviado y se envió de nuevo.</numerusform>
            <numerusform>%n bloques del destino diferían de lo enviado y se enviaron de nuevo.</numerusform>
        </translation>
    </message>
    <message>
        <source>The server changes %1 MB/s, and %2 MB/s can be sent: the copy does not catch up. Raise the limits, wait for a quiet hour, stop the services that write most, or allow a longer final moment.</source>
        <translation>El servidor modifica %1 MB/s y se pueden enviar %2 MB/s: la copia no alcanza los cambios. Aumente los límites, espere a una hora tranquila, detenga los servicios que más escriben o permita un momento final más largo.</translation>
    </message>
    <message>
        <source>The agent ended in the final moment of the copy, while writing to %1 was stopped. Writing goes on since the agent was started again; look whether the programs that write there noticed.</source>
        <translation>El agente terminó en el momento final de la copia, mientras la escritura en %1 estaba detenida. La escritura continúa desde que el agente se inició de nuevo; compruebe si los programas que escriben allí se vieron afectados.</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because no root filesystem of Linux was found. Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>La copia no se adaptó a la nube, porque no se encontró ningún sistema de archivos raíz de Linux. Asegúrese de que el servidor tenga controladores virtio y obtenga su dirección por DHCP.</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because the transit instance could not mount %1 (%2). Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>La copia no se adaptó a la nube, porque la instancia de tránsito no pudo montar %1 (%2). Asegúrese de que el servidor tenga controladores virtio y obtenga su dirección por DHCP.</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks. The copy compares everything instead, and in its final moment writing stops for about %1 seconds.</source>
        <translation>El kernel no permite seguir lo que se escribe en los discos. La copia lo compara todo en su lugar y, en su momento final, la escritura se detiene durante unos %1 segundos.</translation>
    </message>
    <message>
        <source>The clock of this server differs from the cloud&apos;s by %1 seconds. At 15 minutes the cloud refuses every request. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”.</source>
        <translation>El reloj de este servidor difiere del de la nube en %1 segundos. Al llegar a 15 minutos, la nube rechaza todas las solicitudes. Sincronice el reloj, por ejemplo con “timedatectl set-ntp true” o “chronyc makestep”.</translation>
    </message>
    <message>
        <source>The target disks have another layout now: transit instance %1 is removed with its disks, another one is made, and the copy begins anew.</source>
        <translation>Los discos de destino tienen ahora otra distribución: la instancia de tránsito %1 se elimina con sus discos, se crea otra y la copia comienza desde cero.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::BootPanel</name>
    <message>
        <source>The image works: the server in it has booted, and all its files are as they were.</source>
        <translation>La imagen funciona: el servidor que contiene ha arrancado y todos sus archivos estaban intactos.</translation>
    </message>
    <message>
        <source>The machine is off. The image works: all files in it were as they were.</source>
        <translation>La máquina está apagada. La imagen funciona: todos sus archivos estaban intactos.</translation>
    </message>
    <message>
        <source>The image boots in a virtual machine on this server. The image is not changed.</source>
        <translation>La imagen arranca en una máquina virtual de este servidor. La imagen no se modifica.</translation>
    </message>
    <message>
        <source>The machine is off. It did not say what the server says when it has booted.</source>
        <translation>La máquina está apagada. No mostró lo que el servidor muestra cuando ha arrancado.</translation>
    </message>
    <message>
        <source>Stop the &amp;machine</source>
        <translation>&amp;Detener la máquina</translation>
    </message>
    <message>
        <source>Boot it &amp;here</source>
        <translation>Arrancar aq&amp;uí</translation>
    </message>
    <message>
        <source>Console of the image that boots here</source>
        <translation>Consola de la imagen que arranca aquí</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ButtonRow</name>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Siguiente</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Ayuda</translation>
    </message>
    <message>
        <source>&amp;Options</source>
        <extracomment>Opens a menu: language, size of text, low-bandwidth mode</extracomment>
        <translation>&amp;Opciones</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>Opciones</translation>
    </message>
    <message>
        <source>F10</source>
        <translation>F10</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>A&amp;trás</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Cerrar</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksModel</name>
    <message>
        <source>Cloud account</source>
        <translation>Cuenta de la nube</translation>
    </message>
    <message>
        <source>Not looked at yet.</source>
        <translation>Aún sin examinar.</translation>
    </message>
    <message>
        <source>It is tested on the Connect page.</source>
        <translation>Se prueba en la página “Conexión”.</translation>
    </message>
    <message>
        <source>The account answers.</source>
        <translation>La cuenta responde.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What was found, and what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>OK</source>
        <extracomment>Result of a check</extracomment>
        <translation>Correcto</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Nota</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Advertencia</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problema</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Resultado</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Comprobación</translation>
    </message>
    <message>
        <source>What was found, and what to do</source>
        <translation>Qué se encontró y qué hacer</translation>
    </message>
    <message>
        <source>Solution</source>
        <translation>Solución</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>Direcciones de la nube</translation>
    </message>
    <message>
        <source>They are being asked…</source>
        <translation>Se están consultando…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksPage</name>
    <message>
        <source>wait until the checks are done</source>
        <translation>esperar el fin de las comprobaciones</translation>
    </message>
    <message>
        <source>let the server be read: choose Check again</source>
        <translation>hacer que se lea el servidor: elegir “Comprobar de nuevo”</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Comprobando…</translation>
    </message>
    <message numerus="yes">
        <source>%n OK</source>
        <translation>
            <numerusform>%n correcta</numerusform>
            <numerusform>%n correctas</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s)</source>
        <translation>
            <numerusform>%n advertencia</numerusform>
            <numerusform>%n advertencias</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n problema</numerusform>
            <numerusform>%n problemas</numerusform>
        </translation>
    </message>
    <message>
        <source>Check &amp;again (F5)</source>
        <translation>Comprobar de &amp;nuevo (F5)</translation>
    </message>
    <message>
        <source>Checks of this server</source>
        <translation>Comprobaciones de este servidor</translation>
    </message>
    <message>
        <source>Is this server ready?</source>
        <translation>¿Está listo este servidor?</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>Comprobaciones</translation>
    </message>
    <message>
        <source>Only a problem stops the migration; warnings are for you to weigh.</source>
        <translation>Solo un problema impide la migración; las advertencias quedan a su criterio.</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>Rei&amp;ntentar</translation>
    </message>
    <message>
        <source>Fix…</source>
        <translation>Corregir…</translation>
    </message>
    <message>
        <source>Fix: %1</source>
        <translation>Corregir: %1</translation>
    </message>
    <message>
        <source>Each row says what was looked at, what was found and what to do about it. Problems must be solved before the migration can start; solve them on the server, then choose Check again. Where Edgelift can do it for you, the row has a Fix button: you are told what it does before anything changes.</source>
        <translation>Cada fila indica qué se examinó, qué se encontró y qué hacer al respecto. Los problemas deben resolverse antes de iniciar la migración; resuélvalos en el servidor y elija “Comprobar de nuevo”. Cuando Edgelift puede hacerlo por usted, la fila tiene un botón “Corregir”: se le indica qué hace antes de que cambie nada.</translation>
    </message>
    <message>
        <source>wait until the problem is solved</source>
        <translation>esperar a que se resuelva el problema</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CleanUpBox</name>
    <message>
        <source>What the migration made in the cloud is being removed. You may close this window: it goes on.</source>
        <translation>Se está eliminando lo que la migración creó en la nube. Puede cerrar esta ventana: la limpieza continúa.</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until they are removed:</source>
        <translation>Estos elementos aún existen en la nube y siguen costando hasta que se eliminen:</translation>
    </message>
    <message>
        <source>Everything temporary was released: the transit instance, the temporary images and snapshots.</source>
        <translation>Se liberó todo lo temporal: la instancia de tránsito, las imágenes y las instantáneas temporales.</translation>
    </message>
    <message>
        <source>The last clean-up was not complete: %1 %2 [%3]</source>
        <extracomment>Why a clean-up failed: %1 to what it happened, %2 what to do, %3 a code such as EL-0212</extracomment>
        <translation>La última limpieza no se completó: %1 %2 [%3]</translation>
    </message>
    <message>
        <source>Clean up? The job is deleted, the transit instance is released and the copied data is lost.</source>
        <translation>¿Limpiar? Se elimina el trabajo, se libera la instancia de tránsito y se pierden los datos copiados.</translation>
    </message>
    <message>
        <source>Clean up? Everything listed here but what is kept on purpose is removed from the cloud.</source>
        <translation>¿Limpiar? Todo lo que se muestra aquí, salvo lo que se conserva a propósito, se elimina de la nube.</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>Conser&amp;var</translation>
    </message>
    <message>
        <source>Clean u&amp;p now</source>
        <translation>&amp;Limpiar ahora</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>Limpieza</translation>
    </message>
    <message>
        <source>Clean &amp;up…</source>
        <translation>Lim&amp;piar…</translation>
    </message>
    <message>
        <source>How to do it by han&amp;d</source>
        <translation>Cómo &amp;hacerlo a mano</translation>
    </message>
    <message>
        <source>Sign in to the console, choose the region, and remove what is listed here from top to bottom: release the instance, delete images, snapshots, disks and the network, and the objects in the bucket. Look for it by its id.</source>
        <translation>Inicie sesión en la consola, elija la región y elimine lo que se muestra aquí de arriba abajo: libere la instancia y elimine las imágenes, las instantáneas, los discos y la red, así como los objetos del bucket. Busque cada elemento por su ID.</translation>
    </message>
    <message>
        <source>ECS console</source>
        <translation>Consola de ECS</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CodeMaker</name>
    <message>
        <source>Generating…</source>
        <translation>Generando…</translation>
    </message>
    <message>
        <source>&amp;Name of the code:</source>
        <translation>Nombre de&amp;l código:</translation>
    </message>
    <message>
        <source>Optional</source>
        <translation>Opcional</translation>
    </message>
    <message>
        <source>Servers it can import (1 to %1):</source>
        <translation>Servidores que puede importar (1 a %1):</translation>
    </message>
    <message>
        <source>Days it is valid (1 to %1):</source>
        <translation>Días de validez (1 a %1):</translation>
    </message>
    <message>
        <source>&amp;Generate</source>
        <translation>&amp;Generar</translation>
    </message>
    <message>
        <source>Choose AccessKey pair above and enter the pair and, under Private network, the address of the service.</source>
        <translation>Elija “Par de AccessKey” arriba e introduzca el par y, en “Red privada”, la dirección del servicio.</translation>
    </message>
    <message>
        <source>The new activation code</source>
        <translation>El nuevo código de activación</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>C&amp;opiar</translation>
    </message>
    <message>
        <source>Copy the activation code</source>
        <translation>Copiar el código de activación</translation>
    </message>
    <message>
        <source>&amp;Use it here</source>
        <translation>Usar a&amp;quí</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ConnectPage</name>
    <message>
        <source>Connect this server</source>
        <translation>Conectar este servidor</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>Conexión</translation>
    </message>
    <message>
        <source>Enter the activation code or an AccessKey pair.</source>
        <translation>Introduzca el código de activación o un par de AccessKey.</translation>
    </message>
    <message>
        <source>An activation code is made in the SMC console and lets this server register itself without an AccessKey. It may be pasted with spaces, line breaks or the complete command around it.

An AccessKey pair belongs to a user of your account; create one in the RAM console.

Neither is saved: after the program was closed, enter it again.</source>
        <translation>El código de activación se crea en la consola de SMC y permite que este servidor se registre sin AccessKey. Se puede pegar con espacios, saltos de línea o el comando completo alrededor.

Un par de AccessKey pertenece a un usuario de su cuenta; créelo en la consola de RAM.

No se guarda ninguno de los dos: tras cerrar el programa, introdúzcalo de nuevo.</translation>
    </message>
    <message>
        <source>Connected as %1.</source>
        <translation>Conectado como %1.</translation>
    </message>
    <message>
        <source>Contacting %1…</source>
        <translation>Contactando con %1…</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>Rei&amp;ntentar</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>Pro&amp;bar conexión</translation>
    </message>
    <message>
        <source>Generate a &amp;code</source>
        <translation>Generar &amp;un código</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CredentialForm</name>
    <message>
        <source>Enter an address that begins with http:// or https://.</source>
        <translation>Introduzca una dirección que empiece por http:// o https://.</translation>
    </message>
    <message>
        <source>Enter both the AccessKey ID and the AccessKey secret. [E-CON-05]</source>
        <translation>Introduzca el ID y el secreto de AccessKey. [E-CON-05]</translation>
    </message>
    <message>
        <source>Enter the activation code from the SMC console. [E-CON-01]</source>
        <translation>Introduzca el código de activación de la consola de SMC. [E-CON-01]</translation>
    </message>
    <message>
        <source>The service rejected the activation code. Check it for missing characters, or generate a new one. [E-CON-02]</source>
        <translation>El servicio rechazó el código de activación. Compruebe que no falten caracteres o genere uno nuevo. [E-CON-02]</translation>
    </message>
    <message>
        <source>The activation code expired on %1. Generate a new one. [E-CON-03]</source>
        <translation>El código de activación caducó el %1. Genere uno nuevo. [E-CON-03]</translation>
    </message>
    <message numerus="yes">
        <source>The activation code has already imported %n server(s), which is its limit. Generate a new one. [E-CON-04]</source>
        <translation>
            <numerusform>El código de activación ya importó %n servidor, que es su límite. Genere uno nuevo. [E-CON-04]</numerusform>
            <numerusform>El código de activación ya importó %n servidores, que es su límite. Genere uno nuevo. [E-CON-04]</numerusform>
        </translation>
    </message>
    <message>
        <source>The AccessKey pair was refused: %1. Check the pair and its permissions. [E-CON-06]</source>
        <translation>Se rechazó el par de AccessKey: %1. Compruebe el par y sus permisos. [E-CON-06]</translation>
    </message>
    <message>
        <source>enter the activation code</source>
        <translation>introducir el código de activación</translation>
    </message>
    <message>
        <source>enter the AccessKey ID and the AccessKey secret</source>
        <translation>introducir el ID y el secreto de AccessKey</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>corregir lo marcado</translation>
    </message>
    <message>
        <source>complete the activation code</source>
        <translation>completar el código de activación</translation>
    </message>
    <message>
        <source>Acti&amp;vation code (recommended)</source>
        <translation>Código de acti&amp;vación (recomendado)</translation>
    </message>
    <message>
        <source>Access&amp;Key pair</source>
        <translation>Par de Access&amp;Key</translation>
    </message>
    <message>
        <source>Activation &amp;code:</source>
        <translation>Có&amp;digo de activación:</translation>
    </message>
    <message>
        <source>AccessKey &amp;ID:</source>
        <translation>&amp;ID de AccessKey:</translation>
    </message>
    <message>
        <source>AccessKey &amp;secret:</source>
        <translation>Secr&amp;eto de AccessKey:</translation>
    </message>
    <message>
        <source>&amp;Endpoint:</source>
        <translation>&amp;Punto de conexión:</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>&amp;Mostrar</translation>
    </message>
    <message>
        <source>Show the activation code</source>
        <translation>Mostrar el código de activación</translation>
    </message>
    <message>
        <source>Show the AccessKey secret</source>
        <translation>Mostrar el secreto de AccessKey</translation>
    </message>
    <message>
        <source>&amp;Private network</source>
        <translation>&amp;Red privada</translation>
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
        <translation>Comando: %1</translation>
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
        <translation>Se forzó el cierre del receptor. Se reinicia automáticamente.</translation>
    </message>
    <message>
        <source>No receiver runs now. It runs while data is transferred.</source>
        <translation>Ahora no hay ningún receptor en marcha. Funciona mientras se transfieren datos.</translation>
    </message>
    <message>
        <source>Every instance type is sold out.</source>
        <translation>Todos los tipos de instancia están agotados.</translation>
    </message>
    <message>
        <source>Instance types are in stock again.</source>
        <translation>Vuelve a haber tipos de instancia disponibles.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>An error: %1 what happened, %2 what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>The network is back.</source>
        <translation>La red ha vuelto.</translation>
    </message>
    <message numerus="yes">
        <source>The network is down for %n s more.</source>
        <translation>
            <numerusform>La red estará caída %n s más.</numerusform>
            <numerusform>La red estará caída %n s más.</numerusform>
        </translation>
    </message>
    <message>
        <source>Restock the instance types</source>
        <translation>Reponer los tipos de instancia</translation>
    </message>
    <message>
        <source>Sell out the instance types</source>
        <translation>Agotar los tipos de instancia</translation>
    </message>
    <message>
        <source>Demonstration – no data leaves this server</source>
        <translation>Demostración – ningún dato sale de este servidor</translation>
    </message>
    <message>
        <source>Link speed:</source>
        <translation>Velocidad del enlace:</translation>
    </message>
    <message>
        <source>Speed of the simulated link</source>
        <translation>Velocidad del enlace simulado</translation>
    </message>
    <message>
        <source>Make it fail</source>
        <translation>Provocar un fallo</translation>
    </message>
    <message numerus="yes">
        <source>Drop the network for %n s</source>
        <translation>
            <numerusform>Cortar la red durante %n s</numerusform>
            <numerusform>Cortar la red durante %n s</numerusform>
        </translation>
    </message>
    <message>
        <source>Kill the receiver</source>
        <translation>Forzar el cierre del receptor</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DemoWorld</name>
    <message>
        <source>Building the sample server…</source>
        <translation>Creando el servidor de ejemplo…</translation>
    </message>
    <message>
        <source>Starting a simulated cloud…</source>
        <translation>Iniciando una nube simulada…</translation>
    </message>
    <message>
        <source>Starting the agent…</source>
        <translation>Iniciando el agente…</translation>
    </message>
    <message>
        <source>Creating an activation code…</source>
        <translation>Creando un código de activación…</translation>
    </message>
    <message>
        <source>The demonstration is ready. The activation code is in its field already.</source>
        <translation>La demostración está lista. El código de activación ya está en su campo.</translation>
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
        <translation>Guardar diagnósticos</translation>
    </message>
    <message>
        <source>ZIP archives (*.zip)</source>
        <translation>Archivos ZIP (*.zip)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>Guardado como %1.</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 the name of a file, %2 its size</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>These files will be saved, without secrets:
%1</source>
        <translation>Se guardarán estos archivos, sin secretos:
%1</translation>
    </message>
    <message>
        <source>Save these files…</source>
        <translation>Guardar estos archivos…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskBar</name>
    <message>
        <source>Drop mount targets here</source>
        <translation>Suelte aquí los puntos de montaje</translation>
    </message>
    <message>
        <source>+%1 too much</source>
        <extracomment>on a disk that is too small; %1 a size</extracomment>
        <translation>+%1 de más</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskRows</name>
    <message>
        <source>System disk %1</source>
        <extracomment>%1: the name of a disk such as /dev/vda</extracomment>
        <translation>Disco del sistema %1</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <translation>Disco de datos %1</translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation>Progreso de %1</translation>
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
        <translation>%1 en uso</translation>
    </message>
    <message>
        <source>Source disk %1, %2</source>
        <extracomment>%1 a disk of the server, %2 its size, for screen readers</extracomment>
        <translation>Disco de origen %1, %2</translation>
    </message>
    <message>
        <source>Source</source>
        <extracomment>heading: the disks of the server</extracomment>
        <translation>Origen</translation>
    </message>
    <message>
        <source>Destination</source>
        <extracomment>heading: the disks of the image</extracomment>
        <translation>Destino</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksButtons</name>
    <message numerus="yes">
        <source>%n problem(s) to solve</source>
        <translation>
            <numerusform>%n problema por resolver</numerusform>
            <numerusform>%n problemas por resolver</numerusform>
        </translation>
    </message>
    <message>
        <source>Fits: yes</source>
        <translation>Cabe: sí</translation>
    </message>
    <message>
        <source>&amp;Automatic layout</source>
        <translation>Distribución a&amp;utomática</translation>
    </message>
    <message>
        <source>Ad&amp;just</source>
        <translation>A&amp;justar</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Deshacer</translation>
    </message>
    <message>
        <source>Red&amp;o</source>
        <translation>&amp;Rehacer</translation>
    </message>
    <message>
        <source>Reset to au&amp;tomatic</source>
        <translation>Resta&amp;blecer automática</translation>
    </message>
    <message>
        <source>&amp;Fix automatically</source>
        <translation>C&amp;orregir automáticamente</translation>
    </message>
    <message>
        <source>&amp;Rescan</source>
        <translation>&amp;Leer de nuevo</translation>
    </message>
    <message>
        <source>Ctrl+Z</source>
        <translation>Ctrl+Z</translation>
    </message>
    <message>
        <source>Ctrl+Shift+Z</source>
        <translation>Ctrl+Mayús+Z</translation>
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
        <translation>“%1” no es un tamaño. Introduzca un número, solo para GiB o con unidad, como 20 o 512 MiB.</translation>
    </message>
    <message>
        <source>%1 picked up. Use Up and Down to choose a disk, Enter to drop, Esc to cancel.</source>
        <translation>%1 tomado. Arriba y Abajo eligen un disco, Intro suelta, Esc cancela.</translation>
    </message>
    <message>
        <source>No disks found.</source>
        <translation>No se encontraron discos.</translation>
    </message>
    <message>
        <source>Reading disks…</source>
        <translation>Leyendo discos…</translation>
    </message>
    <message>
        <source>let Edgelift read the disks of this server</source>
        <translation>dejar que Edgelift lea los discos de este servidor</translation>
    </message>
    <message numerus="yes">
        <source>solve %n problem(s) of the layout</source>
        <translation>
            <numerusform>resolver %n problema de la distribución</numerusform>
            <numerusform>resolver %n problemas de la distribución</numerusform>
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
        <translation>Arrastre un punto de montaje por su asa a otro disco o pulse Ctrl+X sobre él. F2 cambia un tamaño, Espacio desmarca “Migrar”.</translation>
    </message>
    <message>
        <source>What is left needs your decision: see the list below the table.</source>
        <translation>El resto requiere su decisión: vea la lista bajo la tabla.</translation>
    </message>
    <message>
        <source>&amp;Show the layout</source>
        <translation>&amp;Mostrar la distribución</translation>
    </message>
    <message>
        <source>Mount targets</source>
        <translation>Puntos de montaje</translation>
    </message>
    <message>
        <source>The automatic layout makes the disks of the image like those of this server. Choose “Adjust” to change sizes, to move mount targets to other disks, to leave some out or to use LVM.

With the keyboard: Ctrl+X picks up a mount target, Up and Down choose a disk, Enter drops it, Esc cancels. Alt+1 to Alt+5 move it to a disk at once, Alt+Up and Alt+Down change the order. F2 changes a size, Space sets or clears Migrate, L sets or clears LVM on the row of a disk. Shift+F10 opens a menu with all of this. Ctrl+Z undoes.</source>
        <translation>La distribución automática hace los discos de la imagen como los de este servidor. Elija “Ajustar” para cambiar tamaños, mover puntos de montaje a otros discos, excluir algunos o usar LVM.

Con el teclado: Ctrl+X toma un punto de montaje, Arriba y Abajo eligen un disco, Intro lo suelta, Esc cancela. Alt+1 a Alt+5 lo mueven de inmediato a un disco, Alt+Arriba y Alt+Abajo cambian el orden. F2 cambia un tamaño, Espacio marca o desmarca “Migrar”, L activa o desactiva LVM en la fila de un disco. Mayús+F10 abre un menú con todo ello. Ctrl+Z deshace.</translation>
    </message>
    <message>
        <source>Disks and mount targets</source>
        <translation>Discos y puntos de montaje</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Discos</translation>
    </message>
    <message>
        <source>Choose what the disks of the image look like and what is migrated to them.</source>
        <translation>Elija cómo serán los discos de la imagen y qué se migra a ellos.</translation>
    </message>
    <message>
        <source>Choose Adjust to change this layout.</source>
        <translation>Elija “Ajustar” para cambiar esta distribución.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksTable</name>
    <message>
        <source>In use: %1; at least %2.</source>
        <extracomment>of a disk or mount target; %1 the space in use, %2 the smallest possible size</extracomment>
        <translation>En uso: %1; al menos %2.</translation>
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
        <translation>La migración se detuvo: %1 [%2]</translation>
    </message>
    <message>
        <source>E&amp;vidence</source>
        <translation>Datos del &amp;error</translation>
    </message>
    <message>
        <source>Code: %1
Phase: %2
Time: %3
Detail: %4</source>
        <translation>Código: %1
Fase: %2
Hora: %3
Detalle: %4</translation>
    </message>
    <message>
        <source>Re&amp;try</source>
        <translation>Rei&amp;ntentar</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>Cop&amp;iar</translation>
    </message>
    <message>
        <source>Save dia&amp;gnostics…</source>
        <translation>G&amp;uardar diagnósticos…</translation>
    </message>
    <message>
        <source>Cancel job and clean &amp;up…</source>
        <translation>Cancelar y li&amp;mpiar…</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until you retry or clean up:</source>
        <translation>Estos elementos aún existen en la nube y siguen costando hasta que reintente o limpie:</translation>
    </message>
    <message>
        <source>You retried at %1: it came to the same error again.</source>
        <translation>Reintentó a las %1: se produjo el mismo error.</translation>
    </message>
    <message>
        <source>You retried at %1: it came to another error.</source>
        <translation>Reintentó a las %1: se produjo otro error.</translation>
    </message>
    <message>
        <source>Start again &amp;with the same settings</source>
        <translation>Empe&amp;zar de nuevo con la misma configuración</translation>
    </message>
    <message>
        <source>Copy what is said about this error</source>
        <translation>Copiar la información sobre este error</translation>
    </message>
    <message>
        <source>Troubleshoot errors</source>
        <translation>Solucionar errores</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ExcludesForm</name>
    <message>
        <source>Path to &amp;leave out:</source>
        <translation>&amp;Ruta que se excluye:</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>Añadi&amp;r</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Quitar</translation>
    </message>
    <message>
        <source>Paths that are left out</source>
        <translation>Rutas excluidas</translation>
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
        <translation>Fin</translation>
    </message>
    <message>
        <source>Finish and clean-up</source>
        <translation>Fin y limpieza</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>La imagen de ENS está lista.</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>Limpiando…</translation>
    </message>
    <message>
        <source>Not everything was released</source>
        <translation>No se liberó todo</translation>
    </message>
    <message>
        <source>The migration was cancelled. There is no image.</source>
        <translation>Se canceló la migración. No hay imagen.</translation>
    </message>
    <message>
        <source>Folder of the image: %1</source>
        <translation>Carpeta de la imagen: %1</translation>
    </message>
    <message>
        <source>Save report</source>
        <translation>Guardar informe</translation>
    </message>
    <message>
        <source>Show in &amp;file manager</source>
        <translation>Mostrar en el &amp;gestor de archivos</translation>
    </message>
    <message>
        <source>&amp;Save report…</source>
        <translation>Guardar in&amp;forme…</translation>
    </message>
    <message>
        <source>Save settings</source>
        <translation>Guardar configuración</translation>
    </message>
    <message>
        <source>Plan files (*.json)</source>
        <translation>Archivos de plan (*.json)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <extracomment>%1 is the path of a file</extracomment>
        <translation>Guardado como %1.</translation>
    </message>
    <message>
        <source>No file manager could be opened. The image is in the folder %1.</source>
        <translation>No se pudo abrir ningún gestor de archivos. La imagen está en la carpeta %1.</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Imagen</translation>
    </message>
    <message>
        <source>Image ID</source>
        <translation>ID de imagen</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Región</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copiado</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Enviado</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Duración</translation>
    </message>
    <message>
        <source>Next steps</source>
        <translation>Pasos siguientes</translation>
    </message>
    <message>
        <source>Or by this command, with your own values for TYPE, REGION and MBIT:</source>
        <extracomment>The capitals are in the command and stay as they are</extracomment>
        <translation>O con este comando, con sus propios valores para TYPE, REGION y MBIT:</translation>
    </message>
    <message>
        <source>1. Open the ENS console and create an instance from this image.
2. Check application licences: the hardware changed.
3. Compare the new instance with this server before switching over.</source>
        <translation>1. Abra la consola de ENS y cree una instancia a partir de esta imagen.
2. Compruebe las licencias de las aplicaciones: el hardware ha cambiado.
3. Compare la nueva instancia con este servidor antes de hacer el cambio.</translation>
    </message>
    <message>
        <source>ENS console</source>
        <translation>Consola de ENS</translation>
    </message>
    <message>
        <source>Copy co&amp;mmand</source>
        <translation>Copiar co&amp;mando</translation>
    </message>
    <message>
        <source>Save these settin&amp;gs…</source>
        <translation>Gua&amp;rdar esta configuración…</translation>
    </message>
    <message>
        <source>To migrate another server with the same settings</source>
        <translation>Para migrar otro servidor con la misma configuración</translation>
    </message>
    <message>
        <source>The image is in your account; an ENS instance is created from it in the ENS console or with the command shown here. What the migration made on the way is removed; if something is left, it is listed with what it costs and can be cleaned up here. The report says what was done, when and with which settings; it holds no passwords and no keys.</source>
        <translation>La imagen está en su cuenta; a partir de ella se crea una instancia de ENS en la consola de ENS o con el comando que se muestra aquí. Lo que la migración creó por el camino se elimina; si queda algo, se muestra aquí con su coste y puede limpiarse aquí. El informe indica qué se hizo, cuándo y con qué configuración; no contiene contraseñas ni claves.</translation>
    </message>
    <message>
        <source>Reports (*.html *.json)</source>
        <translation>Informes (*.html *.json)</translation>
    </message>
    <message>
        <source>Test boot: the image is being started in a virtual machine on this server…</source>
        <translation>Arranque de prueba: la imagen se está arrancando en una máquina virtual de este servidor…</translation>
    </message>
    <message>
        <source>There was no test boot: %1</source>
        <translation>No hubo arranque de prueba: %1</translation>
    </message>
    <message>
        <source>Test boot passed: after %1 the image had shown its login prompt and answered on its network as %2.</source>
        <extracomment>%1 a time such as “24 s”, %2 an IP address</extracomment>
        <translation>Arranque de prueba superado: tras %1, la imagen había mostrado su solicitud de inicio de sesión y respondido en su red como %2.</translation>
    </message>
    <message>
        <source>the boot loader</source>
        <translation>el cargador de arranque</translation>
    </message>
    <message>
        <source>the kernel</source>
        <translation>el kernel</translation>
    </message>
    <message>
        <source>the root file system</source>
        <translation>el sistema de archivos raíz</translation>
    </message>
    <message>
        <source>the login prompt</source>
        <translation>la solicitud de inicio de sesión</translation>
    </message>
    <message>
        <source>the network</source>
        <translation>la red</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image showed nothing on its console.</source>
        <translation>Arranque de prueba: en %1, la imagen no mostró nada en su consola.</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image did not come up. The last that was seen: %2. The report has what its console said.</source>
        <extracomment>%1 a time such as “24 s”, %2 such as “the kernel”</extracomment>
        <translation>Arranque de prueba: en %1, la imagen no llegó a arrancar. Lo último que se vio: %2. El informe contiene lo que mostró su consola.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FixBox</name>
    <message>
        <source>Working: %1</source>
        <translation>En curso: %1</translation>
    </message>
    <message>
        <source>Command: %1</source>
        <translation>Comando: %1</translation>
    </message>
    <message>
        <source>&amp;Not now</source>
        <translation>Aho&amp;ra no</translation>
    </message>
    <message>
        <source>&amp;Yes, do it</source>
        <translation>Sí, &amp;hacerlo</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutGestures</name>
    <message>
        <source>Change &amp;size</source>
        <translation>Cambiar &amp;tamaño</translation>
    </message>
    <message>
        <source>&amp;LVM</source>
        <translation>&amp;LVM</translation>
    </message>
    <message>
        <source>&amp;Migrate</source>
        <translation>&amp;Migrar</translation>
    </message>
    <message>
        <source>Mo&amp;ve to</source>
        <extracomment>a menu of disks</extracomment>
        <translation>Mo&amp;ver a</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>&amp;Subir</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>&amp;Bajar</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutModel</name>
    <message>
        <source>Mount target</source>
        <translation>Punto de montaje</translation>
    </message>
    <message>
        <source>Migrate</source>
        <translation>Migrar</translation>
    </message>
    <message>
        <source>Destination</source>
        <translation>Destino</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Tamaño</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>Usado</translation>
    </message>
    <message>
        <source>Min.</source>
        <extracomment>the smallest possible size</extracomment>
        <translation>Mín.</translation>
    </message>
    <message>
        <source>Transfer method</source>
        <translation>Método de transferencia</translation>
    </message>
    <message>
        <source>LVM</source>
        <translation>LVM</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notas</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 “System disk” or “Data disk 2”, %2 its name on the source such as vdb</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Block by block</source>
        <extracomment>how a volume is copied</extracomment>
        <translation>Bloque a bloque</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>Archivo por archivo</translation>
    </message>
    <message>
        <source>%1, %2, %3 free</source>
        <extracomment>%1 a disk, %2 its size, %3 what is free on it, for screen readers</extracomment>
        <translation>%1, %2, %3 libres</translation>
    </message>
    <message>
        <source>%1, %2, not migrated</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1, %2, no se migra</translation>
    </message>
    <message>
        <source>%1, %2, cannot be moved</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1, %2, no se puede mover</translation>
    </message>
    <message>
        <source>%1, %2, can be moved</source>
        <translation>%1, %2, se puede mover</translation>
    </message>
    <message>
        <source>Cannot be moved.</source>
        <translation>No se puede mover.</translation>
    </message>
    <message>
        <source>migrated</source>
        <translation>se migra</translation>
    </message>
    <message>
        <source>not migrated</source>
        <translation>no se migra</translation>
    </message>
    <message>
        <source>See below: %1</source>
        <extracomment>beside a disk or mount target; %1 codes of problems that are listed below the table</extracomment>
        <translation>Véase abajo: %1</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>Not migrated</source>
        <translation>No se migra</translation>
    </message>
    <message>
        <source>Same size and structure</source>
        <extracomment>why a volume is copied block by block</extracomment>
        <translation>Mismo tamaño y estructura</translation>
    </message>
    <message>
        <source>Its size changes</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>Cambia su tamaño</translation>
    </message>
    <message>
        <source>LVM, and no multiple of 4 MiB</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>LVM, y no es múltiplo de 4 MiB</translation>
    </message>
    <message>
        <source>As chosen</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>Según lo elegido</translation>
    </message>
    <message>
        <source>The server works meanwhile, so its files are not all of one moment.</source>
        <translation>El servidor funciona mientras tanto, así que sus archivos no son todos del mismo momento.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutProblems</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>Y %n más.</numerusform>
            <numerusform>Y %n más.</numerusform>
        </translation>
    </message>
    <message>
        <source>Must be solved</source>
        <extracomment>severity of a problem, for screen readers</extracomment>
        <translation>Debe resolverse</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Nota</translation>
    </message>
    <message>
        <source>Problems of the layout</source>
        <translation>Problemas de la distribución</translation>
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
        <translation>Abrir</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>Copiar dirección</translation>
    </message>
    <message>
        <source>Open: %1</source>
        <extracomment>For screen readers: %1 is what a web page is about</extracomment>
        <translation>Abrir: %1</translation>
    </message>
    <message>
        <source>Copy address: %1</source>
        <translation>Copiar dirección: %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LiveBox</name>
    <message>
        <source>The server goes on working. What it writes during this first pass is copied afterwards.</source>
        <translation>El servidor sigue funcionando. Lo que escribe durante esta primera pasada se copia después.</translation>
    </message>
    <message>
        <source>What was copied before is compared with the server, so that only differences are sent.</source>
        <translation>Lo que se copió antes se compara con el servidor para enviar solo las diferencias.</translation>
    </message>
    <message>
        <source>Round %1: copying what the server wrote since. It writes %2, and %3 are being copied.</source>
        <extracomment>%1 a number, %2 and %3 speeds</extracomment>
        <translation>Ronda %1: copiando lo que el servidor ha escrito desde entonces. Escribe %2 y se copian %3.</translation>
    </message>
    <message>
        <source>The copy follows the server: %1 are not copied yet. The final point would hold the server&apos;s disks for about %2 ms.</source>
        <extracomment>%1 a size, %2 milliseconds</extracomment>
        <translation>La copia sigue al servidor: aún quedan %1 por copiar. El estado final detendría los discos del servidor durante unos %2 ms.</translation>
    </message>
    <message>
        <source>The final point is being taken. The server&apos;s disks stand still for a moment.</source>
        <translation>Se está capturando el estado final. Los discos del servidor se detienen un momento.</translation>
    </message>
    <message>
        <source>The final point is taken, and the server works as before. The last changes are being copied.</source>
        <translation>El estado final está capturado y el servidor funciona como antes. Se están copiando los últimos cambios.</translation>
    </message>
    <message>
        <source>The copy is being read back and compared.</source>
        <translation>La copia se está releyendo y comparando.</translation>
    </message>
    <message>
        <source>The copy is complete and was compared.</source>
        <translation>La copia está completa y se comparó.</translation>
    </message>
    <message>
        <source>&amp;Take the final point now</source>
        <translation>Capturar el estado &amp;final ahora</translation>
    </message>
    <message>
        <source>Holds the server&apos;s disks for a moment; what is written later is not in the image.</source>
        <translation>Detiene los discos del servidor un momento; lo que se escriba después no estará en la imagen.</translation>
    </message>
    <message>
        <source>What is copied file by file is being copied for the first time. What changes meanwhile is copied again later.</source>
        <translation>Lo que se copia archivo por archivo se está copiando por primera vez. Lo que cambie mientras tanto se copia de nuevo más tarde.</translation>
    </message>
    <message>
        <source>The final point is near. Files that changed since they were copied are being copied again.</source>
        <translation>El estado final está próximo. Los archivos que han cambiado desde que se copiaron se están copiando de nuevo.</translation>
    </message>
    <message>
        <source>All files are copied. Those that change from now on are copied again when the final point is taken.</source>
        <translation>Todos los archivos están copiados. Los que cambien a partir de ahora se copian de nuevo cuando se capture el estado final.</translation>
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
        <translation>Paso %1 de %2 — %3</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MessageBar</name>
    <message>
        <source>Copy</source>
        <translation>Copiar</translation>
    </message>
    <message>
        <source>Copy this message</source>
        <translation>Copiar este mensaje</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Cerrar este mensaje</translation>
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
        <translation>Migración</translation>
    </message>
    <message>
        <source>You may close this window: the migration goes on, and starting Edgelift again shows it.</source>
        <translation>Puede cerrar esta ventana: la migración continúa y, al abrir Edgelift de nuevo, se muestra.</translation>
    </message>
    <message>
        <source>The numbers are of %1.</source>
        <translation>Las cifras son de %1.</translation>
    </message>
    <message>
        <source>No data for %1 s. Check the network of this server, or choose Pause and go on later.</source>
        <translation>Sin datos desde hace %1 s. Compruebe la red de este servidor o elija “Pausar” y continúe más tarde.</translation>
    </message>
    <message>
        <source>No data for %1 s. Waiting for the network.</source>
        <translation>Sin datos desde hace %1 s. Esperando la red.</translation>
    </message>
    <message>
        <source>The transfer is slow. To speed it up, raise the bandwidth of this server and of the destination for a while.</source>
        <translation>La transferencia es lenta. Para acelerarla, aumente por un tiempo el ancho de banda de este servidor y del destino.</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>&amp;Reanudar</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Pausar</translation>
    </message>
    <message>
        <source>Job ID</source>
        <translation>ID del trabajo</translation>
    </message>
    <message>
        <source>Job name</source>
        <translation>Nombre del trabajo</translation>
    </message>
    <message>
        <source>Job status</source>
        <translation>Estado del trabajo</translation>
    </message>
    <message>
        <source>Creation time</source>
        <translation>Hora de creación</translation>
    </message>
    <message>
        <source>Start time</source>
        <translation>Hora de inicio</translation>
    </message>
    <message>
        <source>End time</source>
        <translation>Hora de fin</translation>
    </message>
    <message>
        <source>Job progress</source>
        <translation>Progreso del trabajo</translation>
    </message>
    <message>
        <source>Target region</source>
        <translation>Región de destino</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Etiquetas</translation>
    </message>
    <message>
        <source>Remaining time (s)</source>
        <translation>Tiempo restante (s)</translation>
    </message>
    <message>
        <source>&amp;Modify…</source>
        <translation>&amp;Modificar…</translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation>&amp;Detalles</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Registro</translation>
    </message>
    <message>
        <source>When this window is closed the demonstration ends, and its migration with it.</source>
        <translation>Al cerrar esta ventana termina la demostración y, con ella, su migración.</translation>
    </message>
    <message>
        <source>You may close this window: the clean-up goes on.</source>
        <translation>Puede cerrar esta ventana: la limpieza continúa.</translation>
    </message>
    <message>
        <source>The speed counts the data of the disks before it is compressed, so it can be higher than the speed of the network. The remaining time is shown once the speed is steady.

Pause keeps everything that was copied, and the transit instance, which keeps costing. Cancel removes both.

After an error nothing is lost: what was copied is kept, and Retry goes on from there.</source>
        <translation>La velocidad cuenta los datos de los discos antes de comprimirlos, por lo que puede ser superior a la de la red. El tiempo restante se muestra cuando la velocidad es estable.

“Pausar” conserva todo lo copiado y la instancia de tránsito, que sigue costando. “Cancelar trabajo” elimina ambos.

Tras un error no se pierde nada: lo copiado se conserva y “Reintentar” continúa desde ahí.</translation>
    </message>
    <message>
        <source>%1 — %2</source>
        <extracomment>In the window&apos;s title: how far the migration is, and the server&apos;s name</extracomment>
        <translation>%1 — %2</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused.</source>
        <extracomment>%1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>La instancia de tránsito sigue costando mientras la migración está en pausa.</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused: %1.</source>
        <translation>La instancia de tránsito sigue costando mientras la migración está en pausa: %1.</translation>
    </message>
    <message>
        <source>This server&apos;s own disk accesses are slow, so the migration reads at most %1 for now.</source>
        <translation>Los accesos a disco propios de este servidor son lentos, así que por ahora la migración lee %1 como máximo.</translation>
    </message>
    <message>
        <source>Cancel this migration? The job is deleted, the transit instance is released and the copied data is lost. What was used until now is still charged.</source>
        <translation>¿Cancelar esta migración? Se elimina el trabajo, se libera la instancia de tránsito y se pierden los datos copiados. Lo usado hasta ahora se cobra igualmente.</translation>
    </message>
    <message>
        <source>&amp;Keep migrating</source>
        <translation>Seguir migra&amp;ndo</translation>
    </message>
    <message>
        <source>Cancel migrati&amp;on</source>
        <translation>Cance&amp;lar migración</translation>
    </message>
    <message>
        <source>Estimate migration time and test transfer speed</source>
        <translation>Estimar el tiempo de migración y probar la velocidad de transferencia</translation>
    </message>
    <message>
        <source>Cancel &amp;job…</source>
        <translation>Cancelar tra&amp;bajo…</translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation>Re&amp;gistro</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>Copiar todo</translation>
    </message>
    <message>
        <source>Copy all details</source>
        <translation>Copiar todos los detalles</translation>
    </message>
    <message>
        <source>Transit instance ID</source>
        <translation>ID de la instancia de tránsito</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance, nor change its billing method, during migration; it is released automatically afterwards.</source>
        <translation>Durante la migración, no detenga, inicie, reinicie ni libere la instancia de tránsito, ni cambie su método de facturación; después se libera automáticamente.</translation>
    </message>
    <message>
        <source>Default resource group</source>
        <extracomment>The transit instance&apos;s resource group: the account&apos;s own, because no other is asked for</extracomment>
        <translation>Grupo de recursos predeterminado</translation>
    </message>
    <message>
        <source>Resource group</source>
        <translation>Grupo de recursos</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ModifyPanel</name>
    <message>
        <source>Unlimited</source>
        <translation>Sin límite</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Desactivada</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>Apl&amp;icar</translation>
    </message>
    <message>
        <source>The time plan is in force now (%1): %2. The limit above counts outside of it.</source>
        <translation>El horario está ahora en vigor (%1): %2. El límite de arriba se aplica fuera de él.</translation>
    </message>
    <message>
        <source>Applied.</source>
        <translation>Aplicado.</translation>
    </message>
    <message>
        <source>Applied. The new limit takes effect within %1 s.</source>
        <translation>Aplicado. El nuevo límite tendrá efecto en %1 s.</translation>
    </message>
    <message>
        <source>Applied. It takes effect when the migration goes on.</source>
        <translation>Aplicado. Tendrá efecto cuando continúe la migración.</translation>
    </message>
    <message>
        <source>&amp;Speed limit (Mbit/s):</source>
        <translation>&amp;Límite de velocidad (Mbit/s):</translation>
    </message>
    <message>
        <source>Compress&amp;ion:</source>
        <translation>Compresió&amp;n:</translation>
    </message>
    <message>
        <source>Veri&amp;fy the copied data by checksum</source>
        <translation>&amp;Verificar los datos copiados con suma de comprobación</translation>
    </message>
    <message>
        <source>Clos&amp;e</source>
        <translation>C&amp;errar</translation>
    </message>
    <message>
        <source>Lon&amp;gest hold (s):</source>
        <translation>Congelación má&amp;xima (s):</translation>
    </message>
    <message>
        <source>How many seconds this server may be kept from writing while the final point is taken.</source>
        <translation>Cuántos segundos se puede impedir que este servidor escriba mientras se captura el estado final.</translation>
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
        <translation>No hay ninguna VPC en %1. Cree una en la consola de VPC y actualice.</translation>
    </message>
    <message>
        <source>Optional: without it, a network is made for this migration and removed after it.</source>
        <translation>Opcional: si no se indica, se crea una red para esta migración y se elimina después.</translation>
    </message>
    <message>
        <source>&amp;Public network</source>
        <translation>&amp;Red pública</translation>
    </message>
    <message>
        <source>&amp;VPC: this server is connected to it</source>
        <translation>&amp;VPC: este servidor está conectado a ella</translation>
    </message>
    <message>
        <source>VPC is recommended where it can be reached directly, by VPN gateway, Express Connect circuit or Smart Access Gateway: it is faster and steadier.</source>
        <translation>Se recomienda VPC si es accesible directamente, por VPN Gateway, circuito Express Connect o Smart Access Gateway: es más rápido y estable.</translation>
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
        <translation>&amp;Idioma</translation>
    </message>
    <message>
        <source>Lar&amp;ger text</source>
        <translation>Texto más &amp;grande</translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation>Texto más &amp;pequeño</translation>
    </message>
    <message>
        <source>&amp;Usual text size</source>
        <translation>Tamaño de texto &amp;normal</translation>
    </message>
    <message>
        <source>Low-&amp;bandwidth mode</source>
        <translation>Modo de &amp;bajo ancho de banda</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PhaseStrip</name>
    <message>
        <source>%1: done</source>
        <translation>%1: hecho</translation>
    </message>
    <message>
        <source>%1: failed</source>
        <translation>%1: error</translation>
    </message>
    <message>
        <source>%1: now</source>
        <translation>%1: ahora</translation>
    </message>
    <message>
        <source>%1: to come</source>
        <translation>%1: pendiente</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PlanFileBar</name>
    <message>
        <source>Plan files (*.json);;All files (*)</source>
        <translation>Archivos de plan (*.json);;Todos los archivos (*)</translation>
    </message>
    <message>
        <source>The plan was saved as %1.</source>
        <translation>El plan se guardó como %1.</translation>
    </message>
    <message>
        <source>Use its &amp;settings, keep these disks</source>
        <translation>Usar su con&amp;figuración, conservar estos discos</translation>
    </message>
    <message>
        <source>The plan %1 was opened.</source>
        <translation>Se abrió el plan %1.</translation>
    </message>
    <message>
        <source>&amp;Open plan…</source>
        <translation>Abri&amp;r plan…</translation>
    </message>
    <message>
        <source>&amp;Save plan…</source>
        <translation>&amp;Guardar plan…</translation>
    </message>
    <message>
        <source>Problems of the plan file</source>
        <translation>Problemas del archivo de plan</translation>
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
        <translation>Preparar e importar</translation>
    </message>
    <message>
        <source>Prepare</source>
        <translation>Preparación</translation>
    </message>
    <message>
        <source>Decide what may be changed on this server, then register it as a migration source.</source>
        <translation>Decida qué puede cambiarse en este servidor y regístrelo como origen de migración.</translation>
    </message>
    <message>
        <source>Nothing is changed on this server before you choose “Prepare and import”.

The import registers this server with the service that made the activation code. With an AccessKey pair there is nothing to register.</source>
        <translation>No se cambia nada en este servidor antes de que elija “Preparar e importar”.

La importación registra este servidor en el servicio que creó el código de activación. Con un par de AccessKey no hay nada que registrar.</translation>
    </message>
    <message>
        <source>wait until the import is finished</source>
        <translation>esperar a que termine la importación</translation>
    </message>
    <message>
        <source>wait for the questions to this server</source>
        <translation>esperar las preguntas sobre este servidor</translation>
    </message>
    <message>
        <source>answer: %1</source>
        <translation>responder: %1</translation>
    </message>
    <message>
        <source>&amp;Prepare and import</source>
        <translation>&amp;Preparar e importar</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>Rei&amp;ntentar</translation>
    </message>
    <message>
        <source>Preparing this server…</source>
        <translation>Preparando este servidor…</translation>
    </message>
    <message>
        <source>Importing this server…</source>
        <translation>Importando este servidor…</translation>
    </message>
    <message>
        <source>The snapshot driver could not be installed: %1. Block replication is switched off for this migration. [W-PRE-01]</source>
        <translation>No se pudo instalar el controlador de instantáneas: %1. La replicación por bloques se desactiva para esta migración. [W-PRE-01]</translation>
    </message>
    <message>
        <source>Import Source Server [%1] Successfully!</source>
        <extracomment>%1 is an id such as s-bp1abc; the words are those of the service</extracomment>
        <translation>Servidor de origen [%1] importado correctamente.</translation>
    </message>
    <message>
        <source>Migration source online</source>
        <translation>Origen de migración en línea</translation>
    </message>
    <message>
        <source>&amp;Exclude files and folders</source>
        <translation>E&amp;xcluir archivos y carpetas</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ProgressPanel</name>
    <message>
        <source>No migration</source>
        <translation>Sin migración</translation>
    </message>
    <message>
        <source>Creating the transit instance…</source>
        <translation>Creando la instancia de tránsito…</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>Preparación</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>Sincronización</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>En pausa</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Error</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Completada</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>Limpiando…</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Cancelada</translation>
    </message>
    <message>
        <source>Reconnecting to the migration engine… (%1 s)</source>
        <translation>Reconectando al motor de migración… (%1 s)</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of all disks: amount that is copied, amount in all</extracomment>
        <translation>%1 de %2</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>quedan %1</translation>
    </message>
    <message>
        <source>Remaining time: %1</source>
        <translation>Tiempo restante: %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>For screen readers: %1 the name of a number, %2 the number</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 so far</source>
        <extracomment>A phase that is not over: %1 is how long it has been running</extracomment>
        <translation>%1 hasta ahora</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Progreso</translation>
    </message>
    <message>
        <source>Speed before compression</source>
        <translation>Velocidad antes de la compresión</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Red</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Límite</translation>
    </message>
    <message>
        <source>Average</source>
        <translation>Media</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Enviado</translation>
    </message>
    <message>
        <source>Saved by compression</source>
        <translation>Ahorrado por compresión</translation>
    </message>
    <message>
        <source>Elapsed</source>
        <translation>Tiempo transcurrido</translation>
    </message>
    <message>
        <source>Interruptions</source>
        <translation>Interrupciones</translation>
    </message>
    <message>
        <source>Data of the disks per second. Higher than the network&apos;s speed when compression helps.</source>
        <translation>Datos de los discos por segundo. Superior a la velocidad de la red cuando la compresión ayuda.</translation>
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
        <translation>%1 %2 en %3</translation>
    </message>
    <message>
        <source>kept on purpose</source>
        <translation>se conserva a propósito</translation>
    </message>
    <message>
        <source>price not known</source>
        <translation>precio desconocido</translation>
    </message>
    <message>
        <source>free</source>
        <translation>gratis</translation>
    </message>
    <message>
        <source>%1 %2 a day</source>
        <extracomment>%1 a currency such as CNY, %2 an amount</extracomment>
        <translation>%2 %1 al día</translation>
    </message>
    <message>
        <source>Together at least %1</source>
        <extracomment>A sum of prices; %1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>En total, al menos %1</translation>
    </message>
    <message>
        <source>Together %1</source>
        <translation>En total, %1</translation>
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
        <translation>¿Descartar la configuración guardada?</translation>
    </message>
    <message>
        <source>Discard the saved setup? The imported source %1 stays registered.</source>
        <translation>¿Descartar la configuración guardada? El origen importado %1 sigue registrado.</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Descartar</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>Conser&amp;var</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>C&amp;ontinuar</translation>
    </message>
    <message>
        <source>&amp;Start over</source>
        <translation>&amp;Empezar de nuevo</translation>
    </message>
    <message>
        <source>Welcome back</source>
        <translation>Hola de nuevo</translation>
    </message>
    <message>
        <source>Everything you chose was saved but the activation code and the AccessKey pair. Continue leads back to the step you were on; Start over forgets the choices and begins anew. Neither changes anything on this server or in the cloud.</source>
        <translation>Se guardó todo lo que eligió, salvo el código de activación y el par de AccessKey. “Continuar” lleva de vuelta al paso en el que estaba; “Empezar de nuevo” olvida las elecciones y comienza desde cero. Ninguno de los dos cambia nada en este servidor ni en la nube.</translation>
    </message>
    <message>
        <source>Continue the setup from %1 at step “%2”?</source>
        <extracomment>%1 a date and time, %2 the name of a step such as “Settings”</extracomment>
        <translation>¿Continuar la configuración del %1 en el paso “%2”?</translation>
    </message>
    <message>
        <source>The activation code or AccessKey pair was not saved and has to be entered again.</source>
        <translation>El código de activación o el par de AccessKey no se guardó y debe introducirse de nuevo.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ReviewPage</name>
    <message>
        <source>wait until the migration has started</source>
        <translation>esperar a que se inicie la migración</translation>
    </message>
    <message>
        <source>enter the activation code or an AccessKey pair again on the Connect page</source>
        <translation>introducir de nuevo el código de activación o un par de AccessKey en la página “Conexión”</translation>
    </message>
    <message>
        <source>wait until the plan is checked</source>
        <translation>esperar a que se compruebe el plan</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What is wrong, and what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>read the notice and choose “Got It”</source>
        <translation>leer el aviso y elegir “Entendido”</translation>
    </message>
    <message>
        <source>Speed limit: %1; compression: %2; checksum verification: %3</source>
        <translation>Límite de velocidad: %1; compresión: %2; verificación de suma: %3</translation>
    </message>
    <message>
        <source>on</source>
        <translation>activada</translation>
    </message>
    <message>
        <source>off</source>
        <translation>desactivada</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Servidor</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Cuenta</translation>
    </message>
    <message>
        <source>by activation code</source>
        <translation>con código de activación</translation>
    </message>
    <message>
        <source>by AccessKey pair</source>
        <translation>con par de AccessKey</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Imagen</translation>
    </message>
    <message>
        <source>%1… in %2</source>
        <translation>%1… en %2</translation>
    </message>
    <message>
        <source>On the way</source>
        <translation>Almacenamiento temporal</translation>
    </message>
    <message>
        <source>bucket %1 in %2</source>
        <translation>bucket %1 en %2</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Red</translation>
    </message>
    <message>
        <source>Public network</source>
        <translation>Red pública</translation>
    </message>
    <message>
        <source>VPC %1, vSwitch %2</source>
        <translation>VPC %1, vSwitch %2</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>Transferencia</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Discos</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Cambiar</translation>
    </message>
    <message>
        <source>Change: %1</source>
        <translation>Cambiar: %1</translation>
    </message>
    <message>
        <source>Choose Change beside a line to go back to its page; nothing is lost. Save the plan on the Settings page to use it with edgeliftctl.</source>
        <translation>Elija “Cambiar” junto a una línea para volver a su página; no se pierde nada. Guarde el plan en la página “Configuración” para usarlo con edgeliftctl.</translation>
    </message>
    <message>
        <source>Costs: the transit instance, its disks and snapshots, and the bucket&apos;s storage and traffic are charged by the cloud while the migration runs; everything temporary is removed at the end. After an error they are kept for a retry and keep costing until you retry or cancel.</source>
        <translation>Costes: la nube cobra la instancia de tránsito, sus discos e instantáneas, y el almacenamiento y el tráfico del bucket mientras dura la migración; todo lo temporal se elimina al final. Tras un error se conservan para un reintento y siguen costando hasta que reintente o cancele.</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 and do not change its billing method during the migration. Leave the temporary image and the temporary objects in the bucket alone. The hardware changes: check licences after the migration.</source>
        <translation>No detenga, inicie, reinicie ni libere la instancia de tránsito %1 ni cambie su método de facturación durante la migración. No toque la imagen temporal ni los objetos temporales del bucket. El hardware cambia: compruebe las licencias después de la migración.</translation>
    </message>
    <message>
        <source>&amp;Got It</source>
        <translation>Enten&amp;dido</translation>
    </message>
    <message>
        <source>Co&amp;py command</source>
        <translation>Co&amp;piar comando</translation>
    </message>
    <message>
        <source>The same migration as a command for edgeliftctl</source>
        <translation>La misma migración como comando para edgeliftctl</translation>
    </message>
    <message>
        <source>Review and start</source>
        <translation>Resumen e inicio</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Resumen</translation>
    </message>
    <message>
        <source>Starting creates a paid transit instance in your account.</source>
        <translation>Al iniciar se crea en su cuenta una instancia de tránsito de pago.</translation>
    </message>
    <message>
        <source>&amp;Start migration</source>
        <translation>&amp;Iniciar migración</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsAdvanced</name>
    <message>
        <source>Reading from this server&apos;s disks: at most %1 MB/s</source>
        <translation>Lectura de los discos de este servidor: %1 MB/s como máximo</translation>
    </message>
    <message>
        <source>Niceness: %1</source>
        <translation>Valor nice: %1</translation>
    </message>
    <message>
        <source>Does not stand back when this server&apos;s own disk accesses slow down</source>
        <translation>No cede cuando los accesos a disco propios de este servidor se ralentizan</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 days and times, %2 a speed such as 100 Mbit/s</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Set by the plan file:</source>
        <translation>Definido por el archivo de plan:</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>Auto</translation>
    </message>
    <message>
        <source>On</source>
        <translation>Activado</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Desactivado</translation>
    </message>
    <message>
        <source>&amp;Job name:</source>
        <translation>Nombre del traba&amp;jo:</translation>
    </message>
    <message>
        <source>&amp;Description:</source>
        <translation>&amp;Descripción:</translation>
    </message>
    <message>
        <source>Speed &amp;limit (Mbit/s):</source>
        <translation>&amp;Límite de velocidad (Mbit/s):</translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation>Sin límite</translation>
    </message>
    <message>
        <source>Com&amp;pression ratio (0 = none):</source>
        <translation>Tasa de com&amp;presión (0 = ninguna):</translation>
    </message>
    <message>
        <source>Compression ratio as a number</source>
        <translation>Tasa de compresión en número</translation>
    </message>
    <message>
        <source>SSL-&amp;encrypted transmission:</source>
        <translation>Transmisión &amp;cifrada con SSL:</translation>
    </message>
    <message>
        <source>Licence t&amp;ype:</source>
        <translation>T&amp;ipo de licencia:</translation>
    </message>
    <message>
        <source>Ta&amp;gs:</source>
        <translation>&amp;Etiquetas:</translation>
    </message>
    <message>
        <source>&amp;Intermediate instance type:</source>
        <translation>Tip&amp;o de instancia de tránsito:</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automático</translation>
    </message>
    <message>
        <source>If the type you choose is out of stock, the job cannot be created. Leave it empty to have one chosen.</source>
        <translation>Si el tipo elegido está agotado, no se puede crear el trabajo. Déjelo vacío para que se elija uno.</translation>
    </message>
    <message>
        <source>&amp;Report diagnostic logs</source>
        <translation>Enviar re&amp;gistros de diagnóstico</translation>
    </message>
    <message>
        <source>&amp;What is sent?</source>
        <translation>¿Qué &amp;se envía?</translation>
    </message>
    <message>
        <source>The log of this migration: phases, speeds, error codes, names of disks and cloud resources. No file contents, no file names, no codes, keys or passwords.</source>
        <translation>El registro de esta migración: fases, velocidades, códigos de error, nombres de discos y de recursos de la nube. Sin contenidos ni nombres de archivos, códigos, claves o contraseñas.</translation>
    </message>
    <message>
        <source>&amp;Modify disk partition</source>
        <translation>&amp;Modificar las particiones de los discos</translation>
    </message>
    <message>
        <source>Choose disks, sizes and order yourself on the next page.</source>
        <translation>Elija usted mismo los discos, los tamaños y el orden en la página siguiente.</translation>
    </message>
    <message>
        <source>&amp;Verify check sums</source>
        <translation>&amp;Verificar sumas de comprobación</translation>
    </message>
    <message>
        <source>More certain, but slower.</source>
        <translation>Más seguro, pero más lento.</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Etiquetas</translation>
    </message>
    <message>
        <source>Wait for me before the &amp;final point</source>
        <translation>Esperar a que &amp;yo confirme el estado final</translation>
    </message>
    <message>
        <source>The copy follows the server until you say so on the Migration page. Otherwise the final point is taken as soon as it is short.</source>
        <translation>La copia sigue al servidor hasta que usted lo indique en la página “Migración”. De lo contrario, el estado final se captura en cuanto la pausa sea breve.</translation>
    </message>
    <message>
        <source>How long programs here may be kept from writing while the final point is taken. A server that writes much may need more.</source>
        <translation>Cuánto tiempo se puede impedir aquí que los programas escriban mientras se captura el estado final. Un servidor que escribe mucho puede necesitar más.</translation>
    </message>
    <message>
        <source>Longest &amp;hold (s):</source>
        <translation>Congelación má&amp;xima (s):</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>Configuración</translation>
    </message>
    <message>
        <source>The ENS image is kept in the image storage region. Before that a temporary image is made in the transit region and lies in the transit bucket, which must be in the same region.

“Save plan” writes all of this to a file that edgeliftctl uses as well.</source>
        <translation>La imagen de ENS se guarda en la región de almacenamiento de imágenes. Antes se crea una imagen temporal en la región de tránsito y se deja en el bucket de tránsito, que debe estar en la misma región.

“Guardar plan” escribe todo esto en un archivo que también usa edgeliftctl.</translation>
    </message>
    <message>
        <source>choose a bucket</source>
        <translation>elegir un bucket</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>corregir lo marcado</translation>
    </message>
    <message>
        <source>China (Beijing)</source>
        <translation>China (Beijing)</translation>
    </message>
    <message>
        <source>Singapore</source>
        <translation>Singapur</translation>
    </message>
    <message>
        <source>&amp;More configurations</source>
        <translation>Más con&amp;figuraciones</translation>
    </message>
    <message numerus="yes">
        <source>&amp;More configurations (%n changed)</source>
        <translation>
            <numerusform>Más con&amp;figuraciones (%n cambiada)</numerusform>
            <numerusform>Más con&amp;figuraciones (%n cambiadas)</numerusform>
        </translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Cargando…</translation>
    </message>
    <message>
        <source>No bucket in %1. Create one in the OSS console, then refresh.</source>
        <translation>No hay ningún bucket en %1. Cree uno en la consola de OSS y actualice.</translation>
    </message>
    <message>
        <source>The image is named %1.</source>
        <extracomment>%1 is the prefix with a time stamp behind it</extracomment>
        <translation>La imagen se llamará %1.</translation>
    </message>
    <message>
        <source>&amp;Image storage region:</source>
        <translation>Región de al&amp;macenamiento de imágenes:</translation>
    </message>
    <message>
        <source>Image &amp;name prefix:</source>
        <translation>Prefijo del &amp;nombre de imagen:</translation>
    </message>
    <message>
        <source>&amp;Transit region:</source>
        <translation>Región de trán&amp;sito:</translation>
    </message>
    <message>
        <source>Transit &amp;bucket:</source>
        <translation>&amp;Bucket de tránsito:</translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation>Act&amp;ualizar</translation>
    </message>
    <message>
        <source>Refresh buckets and networks</source>
        <translation>Actualizar buckets y redes</translation>
    </message>
    <message>
        <source>Network type:</source>
        <translation>Tipo de red:</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::StepList</name>
    <message>
        <source>Steps</source>
        <translation>Pasos</translation>
    </message>
    <message>
        <source>%1, current step</source>
        <translation>%1, paso actual</translation>
    </message>
    <message>
        <source>%1, visited</source>
        <translation>%1, visitado</translation>
    </message>
    <message>
        <source>%1, later</source>
        <translation>%1, más adelante</translation>
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
        <translation>Velocidad de los últimos 10 minutos</translation>
    </message>
    <message>
        <source>No speed was measured yet.</source>
        <translation>Aún no se ha medido ninguna velocidad.</translation>
    </message>
    <message>
        <source>Disk speed now %1, network speed now %2, highest disk speed of the last 10 minutes %3.</source>
        <extracomment>Read by screen readers instead of the graph</extracomment>
        <translation>Velocidad de disco actual %1, velocidad de red actual %2, velocidad máxima de disco de los últimos 10 minutos %3.</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Disco</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Red</translation>
    </message>
    <message>
        <source>Top: %1</source>
        <extracomment>The upper edge of a graph of speeds; %1 is a speed</extracomment>
        <translation>Máx.: %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsForm</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>Y %n más.</numerusform>
            <numerusform>Y %n más.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>Añadi&amp;r</translation>
    </message>
    <message>
        <source>Add a tag</source>
        <translation>Añadir una etiqueta</translation>
    </message>
    <message>
        <source>Remo&amp;ve</source>
        <translation>&amp;Quitar</translation>
    </message>
    <message>
        <source>Remove this tag</source>
        <translation>Quitar esta etiqueta</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsModel</name>
    <message>
        <source>Key</source>
        <translation>Clave</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Valor</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TargetRow</name>
    <message>
        <source>not migrated</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation>no se migra</translation>
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
        <translation>LVM en %1</translation>
    </message>
    <message>
        <source> GiB</source>
        <extracomment>the unit behind a number that is typed</extracomment>
        <translation> GiB</translation>
    </message>
    <message>
        <source>Size of %1 in GiB</source>
        <extracomment>%1 a disk, for screen readers</extracomment>
        <translation>Tamaño de %1 en GiB</translation>
    </message>
    <message>
        <source>%1 to %2 are possible.</source>
        <translation>Posible de %1 a %2.</translation>
    </message>
    <message>
        <source>min. %1</source>
        <extracomment>%1 the smallest possible size</extracomment>
        <translation>mín. %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ToDoList</name>
    <message>
        <source>To continue you need to:</source>
        <translation>Para continuar debe:</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <extracomment>Below a list of things to do</extracomment>
        <translation>
            <numerusform>y %n más</numerusform>
            <numerusform>y %n más</numerusform>
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
        <translation>Bloque a bloque</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>Archivo por archivo</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WaitLine</name>
    <message>
        <source>S&amp;top</source>
        <translation>De&amp;tener</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WelcomePage</name>
    <message>
        <source>Edgelift copies the disks of a Linux server into the cloud and makes an image for Edge Node Service (ENS) of them. Nothing is changed or charged before you choose Start migration on the Review page.</source>
        <translation>Edgelift copia los discos de un servidor Linux a la nube y crea con ellos una imagen para Edge Node Service (ENS). No se cambia ni se cobra nada antes de que elija “Iniciar migración” en la página “Resumen”.</translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation>&amp;Idioma:</translation>
    </message>
    <message>
        <source>1. You choose what is migrated and where to.
2. Edgelift makes a temporary transit instance, copies the disks to it, makes an ECS image, exports it to an OSS bucket and imports it into ENS. Then it removes everything temporary.
3. You create the ENS instance from the finished image.</source>
        <translation>1. Usted elige qué se migra y adónde.
2. Edgelift crea una instancia de tránsito temporal, copia en ella los discos, crea una imagen de ECS, la exporta a un bucket de OSS y la importa en ENS. Después elimina todo lo temporal.
3. Usted crea la instancia de ENS a partir de la imagen terminada.</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Límites</translation>
    </message>
    <message>
        <source>Only Linux servers with x86 processors: physical servers, virtual machines, and servers of other clouds.</source>
        <translation>Solo servidores Linux con procesadores x86: servidores físicos, máquinas virtuales y servidores de otras nubes.</translation>
    </message>
    <message>
        <source>At most %1 data disks, each at most %2.</source>
        <translation>Como máximo %1 discos de datos, cada uno de hasta %2.</translation>
    </message>
    <message>
        <source>ENS images are imported in China (Beijing) and Singapore only.</source>
        <translation>Las imágenes de ENS solo se importan en China (Beijing) y Singapur.</translation>
    </message>
    <message>
        <source>The image may have at most %1 after compression, system disk and data disks together.</source>
        <translation>La imagen puede tener como máximo %1 tras la compresión, sumando el disco del sistema y los de datos.</translation>
    </message>
    <message>
        <source>ECS, OSS and ENS must be activated in the account, and ECS must be allowed to write to OSS.</source>
        <translation>ECS, OSS y ENS deben estar activados en la cuenta, y ECS debe poder escribir en OSS.</translation>
    </message>
    <message>
        <source>Costs</source>
        <translation>Costes</translation>
    </message>
    <message>
        <source>Edgelift is free. What is used on the way is charged by the cloud: one pay-as-you-go transit instance with its disks and snapshots.</source>
        <translation>Edgelift es gratuito. Lo que se usa en el camino lo cobra la nube: una instancia de tránsito de pago por uso con sus discos e instantáneas.</translation>
    </message>
    <message>
        <source>The temporary image in the OSS bucket costs storage, requests and outbound traffic.</source>
        <translation>La imagen temporal en el bucket de OSS cuesta almacenamiento, solicitudes y tráfico saliente.</translation>
    </message>
    <message>
        <source>Importing the ENS image and creating an ENS instance are charged by ENS.</source>
        <translation>ENS cobra la importación de la imagen de ENS y la creación de una instancia de ENS.</translation>
    </message>
    <message>
        <source>After an error the transit instance is kept so that you can retry, and keeps costing until you retry or cancel.</source>
        <translation>Tras un error, la instancia de tránsito se conserva para que pueda reintentar y sigue costando hasta que reintente o cancele.</translation>
    </message>
    <message>
        <source>Consequences</source>
        <translation>Consecuencias</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 during the migration.</source>
        <translation>No detenga, inicie, reinicie ni libere la instancia de tránsito %1 durante la migración.</translation>
    </message>
    <message>
        <source>Leave the temporary ECS image and the temporary objects in the bucket alone; they are removed at the end.</source>
        <translation>No toque la imagen temporal de ECS ni los objetos temporales del bucket; se eliminan al final.</translation>
    </message>
    <message>
        <source>The hardware changes: licences bound to it may become invalid. Check them after the migration.</source>
        <translation>El hardware cambia: las licencias vinculadas a él pueden dejar de ser válidas. Compruébelas después de la migración.</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Términos</translation>
    </message>
    <message>
        <source>ENS, Edge Node Service: servers in data centers near their users.</source>
        <translation>ENS, Edge Node Service: servidores en centros de datos cercanos a sus usuarios.</translation>
    </message>
    <message>
        <source>OSS, Object Storage Service: holds files in buckets.</source>
        <translation>OSS, Object Storage Service: guarda archivos en buckets.</translation>
    </message>
    <message>
        <source>Transit instance: a temporary ECS instance that receives the disks.</source>
        <translation>Instancia de tránsito: una instancia temporal de ECS que recibe los discos.</translation>
    </message>
    <message>
        <source>Activation code: lets this server register itself without an AccessKey pair.</source>
        <translation>Código de activación: permite que este servidor se registre sin par de AccessKey.</translation>
    </message>
    <message>
        <source>Move this server into an ENS image</source>
        <translation>Convertir este servidor en una imagen de ENS</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Bienvenida</translation>
    </message>
    <message>
        <source>The server keeps running meanwhile. Nothing on it is changed before you agree to it.</source>
        <translation>El servidor sigue funcionando mientras tanto. No se cambia nada en él sin su consentimiento previo.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::Wizard</name>
    <message>
        <source>&amp;Start the engine</source>
        <translation>&amp;Iniciar el motor</translation>
    </message>
    <message>
        <source>Migration %1 continues in the background. Start “edgelift” again to watch it.</source>
        <translation>La migración %1 continúa en segundo plano. Inicie “edgelift” de nuevo para verla.</translation>
    </message>
    <message>
        <source>&amp;Ask for permission</source>
        <translation>Solicitar &amp;permiso</translation>
    </message>
    <message>
        <source>The settings of the last migration are here again, and what is left of it is being removed. Start when you are ready.</source>
        <translation>La configuración de la última migración vuelve a estar aquí y se está eliminando lo que queda de ella. Inicie cuando esté listo.</translation>
    </message>
    <message>
        <source>Migration %1 waits, and what it made in the cloud keeps costing. Start “edgelift” again to go on or to clean up.</source>
        <translation>La migración %1 está en espera y lo que creó en la nube sigue costando. Inicie “edgelift” de nuevo para continuar o limpiar.</translation>
    </message>
</context>
</TS>
