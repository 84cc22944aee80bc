<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru_RU" sourcelanguage="en">
<context>
    <name>ActivationCode</name>
    <message>
        <source>“%1” (character %2)</source>
        <extracomment>%1 is one character of an activation code, %2 its place in the code</extracomment>
        <translation>«%1» (символ %2)</translation>
    </message>
    <message>
        <source>a part is missing</source>
        <translation>не хватает части</translation>
    </message>
    <message>
        <source>the address in it is not valid</source>
        <translation>недопустимый адрес внутри кода</translation>
    </message>
    <message>
        <source>it is longer than %1 characters</source>
        <translation>длиннее %1 символов</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>код пуст</translation>
    </message>
    <message>
        <source>it does not begin with EL1</source>
        <translation>не начинается с EL1</translation>
    </message>
    <message>
        <source>the end is missing</source>
        <translation>не хватает конца</translation>
    </message>
    <message>
        <source>the check sum does not match</source>
        <translation>контрольная сумма не совпадает</translation>
    </message>
</context>
<context>
    <name>ConversionNote</name>
    <message>
        <source>The service %2 of the old platform (%1) no longer starts. It is still installed.</source>
        <translation>Служба %2 прежней платформы (%1) больше не запускается. Она по-прежнему установлена.</translation>
    </message>
    <message>
        <source>The system is built for %1; instances are x86_64.</source>
        <translation>Система собрана для %1; экземпляры работают на x86_64.</translation>
    </message>
    <message>
        <source>No boot entry was found. Run the distribution&apos;s boot loader configuration on the source, then migrate again.</source>
        <translation>Не найдено ни одной загрузочной записи. Выполните на источнике настройку загрузчика средствами дистрибутива и повторите миграцию.</translation>
    </message>
    <message>
        <source>The boot loader “%1” cannot be made to start on the target. Install GRUB 2 on the source, then migrate again.</source>
        <translation>Загрузчик «%1» невозможно запустить на целевой машине. Установите на источнике GRUB 2 и повторите миграцию.</translation>
    </message>
    <message>
        <source>The encrypted volume %1 on %2 is not in the image; its line in /etc/crypttab is out of effect.</source>
        <translation>Зашифрованного тома %1 на %2 нет в образе; его строка в /etc/crypttab не действует.</translation>
    </message>
    <message>
        <source>The default kernel %1 has neither drivers for virtio disks built in nor an initramfs. Make one on the source, then migrate again.</source>
        <translation>У ядра по умолчанию %1 нет ни встроенных драйверов дисков virtio, ни initramfs. Создайте initramfs на источнике и повторите миграцию.</translation>
    </message>
    <message>
        <source>The default kernel %1 has no drivers for virtio disks. Install a kernel that has them on the source, then migrate again.</source>
        <translation>У ядра по умолчанию %1 нет драйверов дисков virtio. Установите на источнике ядро с такими драйверами и повторите миграцию.</translation>
    </message>
    <message>
        <source>%1 names %2, which is another disk or none on the new machine. Change it there.</source>
        <translation>В %1 указан %2: на новой машине это другой диск или его нет. Измените это там.</translation>
    </message>
    <message>
        <source>A boot entry in %1 starts from %2, which is not this image&apos;s root filesystem. It was left as it is.</source>
        <translation>Загрузочная запись в %1 запускает систему с %2, а это не корневая файловая система этого образа. Запись оставлена без изменений.</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but no EFI system partition with a loader was found.</source>
        <translation>Образ должен загружаться через UEFI, но системный раздел EFI с загрузчиком не найден.</translation>
    </message>
    <message>
        <source>%1 is not a plain file of usual size. It was left as it is.</source>
        <translation>%1 — не простой файл обычного размера. Он оставлен без изменений.</translation>
    </message>
    <message>
        <source>%1 starts with the system. Make sure that it lets you in at the new address.</source>
        <translation>%1 запускается вместе с системой. Убедитесь, что доступ возможен и с новым адресом.</translation>
    </message>
    <message>
        <source>/etc/fstab is not a plain file of usual size. Mend it on the source, then migrate again.</source>
        <translation>/etc/fstab — не простой файл обычного размера. Исправьте это на источнике и повторите миграцию.</translation>
    </message>
    <message>
        <source>/etc/fstab mounts %1 at %2, which the image does not have. The system would stop while starting.</source>
        <translation>/etc/fstab монтирует %1 в %2, но в образе этого нет. Загрузка системы остановилась бы.</translation>
    </message>
    <message>
        <source>%1 has no room for the new kernel arguments. Shorten kernelopts there on the source, then migrate again.</source>
        <translation>В %1 нет места для новых параметров ядра. Сократите там kernelopts на источнике и повторите миграцию.</translation>
    </message>
    <message>
        <source>The system starts by GRUB Legacy (0.97), which cannot find its root filesystem by UUID and is not supported. Change to GRUB 2 on the source, then migrate again.</source>
        <translation>Система загружается через GRUB Legacy (0.97), который не находит корневую файловую систему по UUID и не поддерживается. Перейдите на GRUB 2 на источнике и повторите миграцию.</translation>
    </message>
    <message>
        <source>The copy has a new machine-id but still the SSH host keys of its original. Make new ones with “ssh-keygen -A” after deleting the old ones.</source>
        <translation>У копии новый machine-id, но ключи хоста SSH прежние, от оригинала. Удалите старые ключи и создайте новые командой «ssh-keygen -A».</translation>
    </message>
    <message>
        <source>Machine-id and SSH host keys were kept: the server moves. Do not run it beside its original.</source>
        <translation>Machine-id и ключи хоста SSH сохранены: сервер переезжает. Не запускайте его одновременно с оригиналом.</translation>
    </message>
    <message>
        <source>A new initramfs for kernel %1 could not be made (%2). The old one was kept; this kernel may not start.</source>
        <translation>Не удалось создать новую initramfs для ядра %1 (%2). Прежняя сохранена; это ядро может не запуститься.</translation>
    </message>
    <message>
        <source>The system has no program to make a new initramfs. The old ones start on virtio disks and were kept.</source>
        <translation>В системе нет программы для создания новой initramfs. Прежние запускаются на дисках virtio и сохранены.</translation>
    </message>
    <message>
        <source>Kernel %1 has neither drivers for virtio disks built in nor an initramfs; it will not start.</source>
        <translation>У ядра %1 нет ни встроенных драйверов дисков virtio, ни initramfs; оно не запустится.</translation>
    </message>
    <message>
        <source>The initramfs has no drivers for virtio disks, and the system has neither dracut, initramfs-tools nor mkinitrd. Install one of them on the source, then migrate again.</source>
        <translation>В initramfs нет драйверов дисков virtio, а в системе нет ни dracut, ни initramfs-tools, ни mkinitrd. Установите одно из этих средств на источнике и повторите миграцию.</translation>
    </message>
    <message>
        <source>A new initramfs for the default kernel %1 could not be made (%2). Make one with virtio_blk and virtio_pci on the source, then migrate again.</source>
        <translation>Не удалось создать новую initramfs для ядра по умолчанию %1 (%2). Создайте её с virtio_blk и virtio_pci на источнике и повторите миграцию.</translation>
    </message>
    <message>
        <source>A boot entry in %1 names %2, which is not in /boot.</source>
        <translation>В загрузочной записи в %1 указан %2, которого нет в /boot.</translation>
    </message>
    <message>
        <source>No kernel was found in /boot.</source>
        <translation>В /boot не найдено ядро.</translation>
    </message>
    <message>
        <source>Kernel %1 has no drivers for virtio disks; it will not start. It is not the default.</source>
        <translation>У ядра %1 нет драйверов дисков virtio; оно не запустится. Это не ядро по умолчанию.</translation>
    </message>
    <message>
        <source>The plan puts volumes on LVM, but the system has no LVM programs. Install lvm2 on the source or choose plain partitions.</source>
        <translation>По плану тома размещаются на LVM, но в системе нет программ LVM. Установите на источнике lvm2 или выберите обычные разделы.</translation>
    </message>
    <message>
        <source>%1 (%2) comes from another machine. The system now starts also when it cannot be had.</source>
        <translation>%1 (%2) находится на другом компьютере. Теперь система запускается и тогда, когда этот ресурс недоступен.</translation>
    </message>
    <message>
        <source>%1 (%2) is not in the image; it is no longer mounted.</source>
        <translation>%1 (%2) нет в образе; этот ресурс больше не монтируется.</translation>
    </message>
    <message>
        <source>What %1 (%2) stands for in the image is not known. The system now starts also without it.</source>
        <translation>Неизвестно, чему в образе соответствует %1 (%2). Теперь система запускается и без этого ресурса.</translation>
    </message>
    <message>
        <source>The name server %1 is set by hand. Check that it answers from the new place.</source>
        <translation>Сервер имён %1 задан вручную. Проверьте, что он отвечает с нового места.</translation>
    </message>
    <message>
        <source>Several services manage the network: %1. Keep one of them.</source>
        <translation>Сетью управляют несколько служб: %1. Оставьте одну из них.</translation>
    </message>
    <message>
        <source>The way out leads over %1, a bond, bridge or VLAN. Its settings were left as they are; the image may not be reachable until you change them or let Edgelift replace them by plain DHCP.</source>
        <translation>Путь наружу ведёт через %1 — агрегированный канал (bond), мост или VLAN. Его настройки оставлены без изменений; образ может быть недоступен по сети, пока вы не измените их или не разрешите Edgelift заменить их обычным DHCP.</translation>
    </message>
    <message>
        <source>No network settings that Edgelift knows were found. The image may not be reachable.</source>
        <translation>Не найдено сетевых настроек, известных Edgelift. Образ может быть недоступен по сети.</translation>
    </message>
    <message>
        <source>The network interface %1 is no longer started by itself: the new machine may not have it.</source>
        <translation>Сетевой интерфейс %1 больше не включается автоматически: на новой машине его может не быть.</translation>
    </message>
    <message>
        <source>%1 needs a processor of level %2. Choose an instance type that has it.</source>
        <translation>Для %1 нужен процессор уровня %2. Выберите тип экземпляра с таким процессором.</translation>
    </message>
    <message>
        <source>/etc/resolv.conf leads to %1, but systemd-resolved does not start with the system.</source>
        <translation>/etc/resolv.conf ведёт к %1, но systemd-resolved не запускается вместе с системой.</translation>
    </message>
    <message>
        <source>No boot entry names the image&apos;s root filesystem.</source>
        <translation>Ни в одной загрузочной записи не указана корневая файловая система образа.</translation>
    </message>
    <message>
        <source>The plan has no volume for the root filesystem.</source>
        <translation>В плане нет тома для корневой файловой системы.</translation>
    </message>
    <message>
        <source>The routes in %1 belong to the old network and are out of effect.</source>
        <translation>Маршруты в %1 относятся к прежней сети и не действуют.</translation>
    </message>
    <message>
        <source>SELinux labels are restored when the image starts for the first time. That can take several minutes, and the system restarts once.</source>
        <translation>Метки SELinux восстанавливаются при первом запуске образа. Это может занять несколько минут, и система один раз перезапускается.</translation>
    </message>
    <message>
        <source>No SSH server starts with the system.</source>
        <translation>Вместе с системой не запускается ни один сервер SSH.</translation>
    </message>
    <message>
        <source>SSH is restricted by an address in %1: “%2”. Check that it lets you in at the new address.</source>
        <translation>SSH ограничен адресом в %1: «%2». Проверьте, что доступ возможен и с новым адресом.</translation>
    </message>
    <message>
        <source>The swap area %2 is not in the image; it is no longer used.</source>
        <translation>Области подкачки %2 нет в образе; она больше не используется.</translation>
    </message>
    <message>
        <source>The distribution “%1” is not one Edgelift was made for. What is common to all was done; test the image well.</source>
        <translation>Edgelift не рассчитан на дистрибутив «%1». Выполнено то, что одинаково для всех; тщательно проверьте образ.</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but the EFI system partition has no loader for x86_64.</source>
        <translation>Образ должен загружаться через UEFI, но в системном разделе EFI нет загрузчика для x86_64.</translation>
    </message>
    <message>
        <source>The EFI system partition could not be looked into. If it has no EFI\BOOT\BOOTX64.EFI, the image does not start.</source>
        <translation>Не удалось проверить содержимое системного раздела EFI. Если в нём нет EFI\BOOT\BOOTX64.EFI, образ не загрузится.</translation>
    </message>
</context>
<context>
    <name>ErrorText</name>
    <message>
        <source>Something went wrong inside Edgelift</source>
        <translation>Внутренняя ошибка Edgelift</translation>
    </message>
    <message>
        <source>An internal check failed.</source>
        <translation>Внутренняя проверка не пройдена.</translation>
    </message>
    <message>
        <source>Save the diagnostics and report them with the code above.</source>
        <translation>Сохраните диагностику и сообщите о проблеме, указав код выше.</translation>
    </message>
    <message>
        <source>The command is not complete</source>
        <translation>Команда неполная</translation>
    </message>
    <message>
        <source>%1</source>
        <translation>%1</translation>
    </message>
    <message>
        <source>Run the command with --help to see what it takes.</source>
        <translation>Запустите команду с --help, чтобы узнать её параметры.</translation>
    </message>
    <message>
        <source>Not permitted</source>
        <translation>Недостаточно прав</translation>
    </message>
    <message>
        <source>%1 needs administrator rights.</source>
        <translation>Для %1 нужны права администратора.</translation>
    </message>
    <message>
        <source>Run the command again as root, for example with sudo.</source>
        <translation>Запустите команду снова от имени root, например через sudo.</translation>
    </message>
    <message>
        <source>A program is missing</source>
        <translation>Программа отсутствует</translation>
    </message>
    <message>
        <source>The program %1 was not found.</source>
        <translation>Программа %1 не найдена.</translation>
    </message>
    <message>
        <source>Install %1 and retry.</source>
        <translation>Установите %1 и повторите попытку.</translation>
    </message>
    <message>
        <source>A program failed</source>
        <translation>Сбой программы</translation>
    </message>
    <message>
        <source>%1 ended with an error.</source>
        <translation>Программа %1 завершилась с ошибкой.</translation>
    </message>
    <message>
        <source>Read the log for what it printed, mend the cause and retry.</source>
        <translation>Прочитайте её вывод в журнале, устраните причину и повторите попытку.</translation>
    </message>
    <message>
        <source>A program did not finish</source>
        <translation>Программа не завершилась</translation>
    </message>
    <message>
        <source>%1 took longer than it may.</source>
        <translation>Превышено время ожидания %1.</translation>
    </message>
    <message>
        <source>Check that the machine is not overloaded, then retry.</source>
        <translation>Убедитесь, что компьютер не перегружен, и повторите попытку.</translation>
    </message>
    <message>
        <source>There is no space left</source>
        <translation>Нет свободного места</translation>
    </message>
    <message>
        <source>No space is left in %1.</source>
        <translation>В %1 не осталось свободного места.</translation>
    </message>
    <message>
        <source>Free some space there, then retry. What was done is kept.</source>
        <translation>Освободите там место и повторите попытку. Сделанное сохранено.</translation>
    </message>
    <message>
        <source>A file could not be read</source>
        <translation>Не удалось прочитать файл</translation>
    </message>
    <message>
        <source>%1 could not be read.</source>
        <translation>Не удалось прочитать %1.</translation>
    </message>
    <message>
        <source>Check that the file exists and may be read, then retry.</source>
        <translation>Проверьте, что файл существует и доступен для чтения, и повторите попытку.</translation>
    </message>
    <message>
        <source>A file could not be written</source>
        <translation>Не удалось записать файл</translation>
    </message>
    <message>
        <source>%1 could not be written.</source>
        <translation>Не удалось записать %1.</translation>
    </message>
    <message>
        <source>Check the folder&apos;s rights and free space, then retry.</source>
        <translation>Проверьте права на папку и свободное место и повторите попытку.</translation>
    </message>
    <message>
        <source>The migration journal is damaged</source>
        <translation>Журнал миграции повреждён</translation>
    </message>
    <message>
        <source>The journal %1 cannot be trusted.</source>
        <translation>Журналу %1 нельзя доверять.</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again; nothing on the source was changed.</source>
        <translation>Отмените эту миграцию и начните её заново; источник не изменён.</translation>
    </message>
    <message>
        <source>Saved state is damaged</source>
        <translation>Сохранённое состояние повреждено</translation>
    </message>
    <message>
        <source>%1 cannot be trusted.</source>
        <translation>Данным %1 нельзя доверять.</translation>
    </message>
    <message>
        <source>Move the file away and start again; nothing on the source was changed.</source>
        <translation>Уберите файл и начните заново; источник не изменён.</translation>
    </message>
    <message>
        <source>The plan file cannot be read</source>
        <translation>Не удалось прочитать файл плана</translation>
    </message>
    <message>
        <source>%1 is not a plan file: %2.</source>
        <translation>%1 не является файлом плана: %2.</translation>
    </message>
    <message>
        <source>Make a new plan with “edgeliftctl plan new”, or mend the file at that place.</source>
        <translation>Создайте новый план командой «edgeliftctl plan new» или исправьте файл в указанном месте.</translation>
    </message>
    <message>
        <source>The plan has an unknown setting</source>
        <translation>Неизвестный параметр в плане</translation>
    </message>
    <message>
        <source>The plan has the unknown key “%1”.</source>
        <translation>В плане неизвестный ключ «%1».</translation>
    </message>
    <message>
        <source>Did you mean “%2”? Correct the key or remove it.</source>
        <translation>Возможно, имелось в виду «%2»? Исправьте ключ или удалите его.</translation>
    </message>
    <message>
        <source>The plan was made by another version</source>
        <translation>План создан другой версией</translation>
    </message>
    <message>
        <source>The plan has version %1; this program reads version %2.</source>
        <translation>Версия плана — %1; эта программа читает версию %2.</translation>
    </message>
    <message>
        <source>Make a new plan with this program, or use the program that made the plan.</source>
        <translation>Создайте новый план этой программой или используйте ту, в которой он создан.</translation>
    </message>
    <message>
        <source>The plan has an impossible value</source>
        <translation>Недопустимое значение в плане</translation>
    </message>
    <message>
        <source>%1 cannot be “%2”. Allowed: %3.</source>
        <translation>Для %1 недопустимо значение «%2». Допустимо: %3.</translation>
    </message>
    <message>
        <source>Change the value in the plan and validate it again.</source>
        <translation>Измените значение в плане и проверьте его снова.</translation>
    </message>
    <message>
        <source>The plan breaks a rule</source>
        <translation>План нарушает правило</translation>
    </message>
    <message>
        <source>Change the plan as described and validate it again.</source>
        <translation>Измените план, как описано, и проверьте его снова.</translation>
    </message>
    <message>
        <source>The plan belongs to another server</source>
        <translation>План относится к другому серверу</translation>
    </message>
    <message>
        <source>The plan names %1, which this source does not have.</source>
        <translation>В плане указан объект %1, которого нет на этом источнике.</translation>
    </message>
    <message>
        <source>Make a new plan for this source with “edgeliftctl plan new”.</source>
        <translation>Создайте новый план для этого источника командой «edgeliftctl plan new».</translation>
    </message>
    <message>
        <source>This change of the disk layout is not available</source>
        <translation>Такое изменение разметки дисков недоступно</translation>
    </message>
    <message>
        <source>A disk of the source could not be read</source>
        <translation>Не удалось прочитать диск источника</translation>
    </message>
    <message>
        <source>Reading %1 failed.</source>
        <translation>Ошибка чтения %1.</translation>
    </message>
    <message>
        <source>Check the disk&apos;s health and the file&apos;s rights, then retry. What was already sent is kept.</source>
        <translation>Проверьте исправность диска и права на файл и повторите попытку. Переданное сохранено.</translation>
    </message>
    <message>
        <source>A disk of the source was not found</source>
        <translation>Диск источника не найден</translation>
    </message>
    <message>
        <source>%1 does not exist.</source>
        <translation>%1 не существует.</translation>
    </message>
    <message>
        <source>Check the path of the disk, then start again.</source>
        <translation>Проверьте путь к диску и начните заново.</translation>
    </message>
    <message>
        <source>The disk is empty</source>
        <translation>Диск пуст</translation>
    </message>
    <message>
        <source>%1 has no content.</source>
        <translation>На %1 нет данных.</translation>
    </message>
    <message>
        <source>Choose the right disk image.</source>
        <translation>Выберите правильный образ диска.</translation>
    </message>
    <message>
        <source>The source changed during the migration</source>
        <translation>Источник изменился во время миграции</translation>
    </message>
    <message>
        <source>%1 is no longer what it was when the migration began.</source>
        <translation>Содержимое %1 изменилось с начала миграции.</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk image, then start the migration again.</source>
        <translation>Убедитесь, что запись в образ диска не ведётся, и начните миграцию заново.</translation>
    </message>
    <message>
        <source>The disk image is in use</source>
        <translation>Образ диска занят</translation>
    </message>
    <message>
        <source>%1 is in use by another program.</source>
        <translation>%1 используется другой программой.</translation>
    </message>
    <message>
        <source>Shut the virtual machine down or choose a copy of its disk, then retry.</source>
        <translation>Выключите виртуальную машину или выберите копию её диска и повторите попытку.</translation>
    </message>
    <message>
        <source>The format of the disk image is not supported</source>
        <translation>Формат образа диска не поддерживается</translation>
    </message>
    <message>
        <source>%1 has the format %2. Raw and qcow2 images can be read.</source>
        <translation>Формат %1 — %2. Поддерживаются образы raw и qcow2.</translation>
    </message>
    <message>
        <source>Convert the image with “qemu-img convert -O qcow2” and start again.</source>
        <translation>Преобразуйте образ командой «qemu-img convert -O qcow2» и начните заново.</translation>
    </message>
    <message>
        <source>The partition table is damaged</source>
        <translation>Таблица разделов повреждена</translation>
    </message>
    <message>
        <source>The partition table of %1 cannot be used: %2.</source>
        <translation>Таблицу разделов %1 нельзя использовать: %2.</translation>
    </message>
    <message>
        <source>Repair the table (for example with “sgdisk --verify” or “sfdisk --verify”), then start again.</source>
        <translation>Исправьте таблицу (например, с помощью «sgdisk --verify» или «sfdisk --verify») и начните заново.</translation>
    </message>
    <message>
        <source>The partition table refers to itself</source>
        <translation>Таблица разделов ссылается сама на себя</translation>
    </message>
    <message>
        <source>The extended partitions of %1 form a loop.</source>
        <translation>Расширенные разделы %1 образуют цикл.</translation>
    </message>
    <message>
        <source>Repair the partition table with “sfdisk”, then start again.</source>
        <translation>Исправьте таблицу разделов с помощью «sfdisk» и начните заново.</translation>
    </message>
    <message>
        <source>This is not a Linux server</source>
        <translation>Это не сервер Linux</translation>
    </message>
    <message>
        <source>No Linux system was found on %1.</source>
        <translation>На %1 не найдена система Linux.</translation>
    </message>
    <message>
        <source>Only Linux servers can become ENS images. Choose the disk that holds the Linux system.</source>
        <translation>Образом ENS может стать только сервер Linux. Выберите диск с системой Linux.</translation>
    </message>
    <message>
        <source>The processor architecture is not supported</source>
        <translation>Архитектура процессора не поддерживается</translation>
    </message>
    <message>
        <source>The system on %1 is made for %2.</source>
        <translation>Система на %1 предназначена для %2.</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>Образом ENS может стать только сервер x86-64.</translation>
    </message>
    <message>
        <source>Too many data disks</source>
        <translation>Слишком много дисков данных</translation>
    </message>
    <message>
        <source>%1 data disks would be migrated, at most 4 are possible.</source>
        <translation>К миграции выбрано дисков данных: %1; максимум — 4.</translation>
    </message>
    <message>
        <source>Leave out disks: set all volumes of a disk to “migrate”: false in the plan.</source>
        <translation>Исключите лишние диски: задайте &quot;migrate&quot;: false для всех томов диска в плане.</translation>
    </message>
    <message>
        <source>A data disk is too large</source>
        <translation>Диск данных слишком велик</translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. %1 has %2.</source>
        <translation>В образе ENS размер диска данных — не более 500 ГиБ. Размер %1 — %2.</translation>
    </message>
    <message>
        <source>Leave the disk out, or make it smaller.</source>
        <translation>Исключите диск или уменьшите его.</translation>
    </message>
    <message>
        <source>The root filesystem was not found</source>
        <translation>Корневая файловая система не найдена</translation>
    </message>
    <message>
        <source>No volume of %1 can be mounted as “/”.</source>
        <translation>Ни один том %1 нельзя смонтировать как «/».</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>Выберите диск, с которого загружается сервер.</translation>
    </message>
    <message>
        <source>A filesystem is damaged</source>
        <translation>Файловая система повреждена</translation>
    </message>
    <message>
        <source>The filesystem on %1 cannot be read: %2.</source>
        <translation>Не удалось прочитать файловую систему на %1: %2.</translation>
    </message>
    <message>
        <source>Check it with the filesystem&apos;s own repair program, then start again.</source>
        <translation>Проверьте её штатной программой восстановления и начните заново.</translation>
    </message>
    <message>
        <source>A volume cannot be migrated</source>
        <translation>Миграция тома невозможна</translation>
    </message>
    <message>
        <source>%1 is of a kind that cannot be migrated: %2.</source>
        <translation>Тип тома %1 не поддерживает миграцию: %2.</translation>
    </message>
    <message>
        <source>Leave the volume out, or change it on the source.</source>
        <translation>Исключите том или измените его на источнике.</translation>
    </message>
    <message>
        <source>No boot loader was found</source>
        <translation>Загрузчик не найден</translation>
    </message>
    <message>
        <source>%1 has no boot loader that the image could start with.</source>
        <translation>На %1 нет загрузчика, с которым образ мог бы запуститься.</translation>
    </message>
    <message>
        <source>Install GRUB on the source&apos;s system disk, then start again.</source>
        <translation>Установите GRUB на системный диск источника и начните заново.</translation>
    </message>
    <message>
        <source>Drivers for the cloud are missing</source>
        <translation>Отсутствуют драйверы для облака</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>В загрузочных файлах ядра %1 нет драйверов virtio.</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>Пересоберите initramfs с virtio_blk, virtio_pci и virtio_net и повторите проверку.</translation>
    </message>
    <message>
        <source>The source does not read the same twice</source>
        <translation>Повторное чтение источника даёт другие данные</translation>
    </message>
    <message>
        <source>%2 blocks of %1 had another content each time they were read.</source>
        <translation>На %1 содержимое блоков (%2) менялось при каждом чтении.</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk. Then test the source server&apos;s memory (RAM) and the disk&apos;s health, and start again.</source>
        <translation>Убедитесь, что запись на диск не ведётся. Затем проверьте память (RAM) исходного сервера и исправность диска и начните заново.</translation>
    </message>
    <message>
        <source>The transit instance does not answer</source>
        <translation>Транзитный экземпляр не отвечает</translation>
    </message>
    <message>
        <source>%1 cannot be reached on port %2.</source>
        <translation>Узел %1 недоступен через порт %2.</translation>
    </message>
    <message>
        <source>Allow outgoing connections to ports 8080 and 8703, then retry. What was already sent is kept.</source>
        <translation>Разрешите исходящие подключения к портам 8080 и 8703 и повторите попытку. Переданное сохранено.</translation>
    </message>
    <message>
        <source>The receiver is of another version</source>
        <translation>Приёмник другой версии</translation>
    </message>
    <message>
        <source>The receiver speaks protocol %1.</source>
        <translation>Приёмник использует протокол %1.</translation>
    </message>
    <message>
        <source>Let the migration create a new transit instance (cancel and start again), or update this program.</source>
        <translation>Дайте миграции создать новый транзитный экземпляр (отмените её и начните заново) или обновите эту программу.</translation>
    </message>
    <message>
        <source>The data connection was disturbed</source>
        <translation>Сбой в канале данных</translation>
    </message>
    <message>
        <source>A message on the data connection could not be understood.</source>
        <translation>Не удалось разобрать сообщение в канале данных.</translation>
    </message>
    <message>
        <source>Retry. What was already confirmed is kept.</source>
        <translation>Повторите попытку. Подтверждённые данные сохранены.</translation>
    </message>
    <message>
        <source>The other side could not prove who it is</source>
        <translation>Другая сторона не подтвердила свою подлинность</translation>
    </message>
    <message>
        <source>The computer at %1 does not hold the key of this migration.</source>
        <translation>У компьютера %1 нет ключа этой миграции.</translation>
    </message>
    <message>
        <source>Check for a proxy that opens encrypted connections, then retry.</source>
        <translation>Проверьте, нет ли прокси, вскрывающего зашифрованные соединения, и повторите попытку.</translation>
    </message>
    <message>
        <source>The receiver holds another state</source>
        <translation>Состояние приёмника не совпадает</translation>
    </message>
    <message>
        <source>The receiver does not know this run of the migration.</source>
        <translation>Приёмнику неизвестен этот запуск миграции.</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again.</source>
        <translation>Отмените эту миграцию и начните её заново.</translation>
    </message>
    <message>
        <source>Data was damaged on the way</source>
        <translation>Данные повреждены при передаче</translation>
    </message>
    <message>
        <source>A block of %1 arrived damaged.</source>
        <translation>Получен повреждённый блок %1.</translation>
    </message>
    <message>
        <source>Retry. The block is sent again; nothing damaged was written. If it happens again, test the source server&apos;s memory (RAM).</source>
        <translation>Повторите попытку. Блок будет передан снова; повреждённые данные не записаны. Если ошибка повторится, проверьте память (RAM) исходного сервера.</translation>
    </message>
    <message>
        <source>A target disk was not found</source>
        <translation>Целевой диск не найден</translation>
    </message>
    <message>
        <source>The disk with serial %1 is not attached to the transit instance.</source>
        <translation>Диск с серийным номером %1 не подключён к транзитному экземпляру.</translation>
    </message>
    <message>
        <source>Retry; if it stays away, cancel the migration and start again.</source>
        <translation>Повторите попытку; если диск не появится, отмените миграцию и начните заново.</translation>
    </message>
    <message>
        <source>A target disk is too small</source>
        <translation>Целевой диск слишком мал</translation>
    </message>
    <message>
        <source>The target disk %1 has %2, but %3 are needed.</source>
        <translation>Размер целевого диска %1 — %2, требуется %3.</translation>
    </message>
    <message>
        <source>Choose a larger disk in the plan and start again.</source>
        <translation>Выберите в плане диск большего размера и начните заново.</translation>
    </message>
    <message>
        <source>Writing the target disk failed</source>
        <translation>Ошибка записи на целевой диск</translation>
    </message>
    <message>
        <source>The target disk %1 could not be written.</source>
        <translation>Не удалось записать на целевой диск %1.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, cancel the migration and start again.</source>
        <translation>Повторите попытку. При повторной ошибке отмените миграцию и начните заново.</translation>
    </message>
    <message>
        <source>Reading the target disk back failed</source>
        <translation>Ошибка контрольного чтения целевого диска</translation>
    </message>
    <message>
        <source>The target disk %1 could not be read back.</source>
        <translation>Не удалось выполнить контрольное чтение целевого диска %1.</translation>
    </message>
    <message>
        <source>The copy is not equal to the source</source>
        <translation>Копия не совпадает с источником</translation>
    </message>
    <message>
        <source>%1 blocks of the target disk differ from what was sent, after a second copy as well.</source>
        <translation>Даже после повторного копирования часть блоков целевого диска (%1) отличается от переданных.</translation>
    </message>
    <message>
        <source>Memory (RAM) or disk of the transit instance is faulty. Cancel the migration and start it again: it gets another one.</source>
        <translation>Неисправна память (RAM) или диск транзитного экземпляра. Отмените миграцию и начните заново: будет создан другой экземпляр.</translation>
    </message>
    <message>
        <source>The connection to the transit instance was lost</source>
        <translation>Потеряна связь с транзитным экземпляром</translation>
    </message>
    <message>
        <source>The connection to %1 was lost.</source>
        <translation>Потеряна связь с %1.</translation>
    </message>
    <message>
        <source>Check the network, then retry. What was already sent is kept.</source>
        <translation>Проверьте сеть и повторите попытку. Переданное сохранено.</translation>
    </message>
    <message>
        <source>No data passes to the transit instance</source>
        <translation>Данные не доходят до транзитного экземпляра</translation>
    </message>
    <message>
        <source>No data passed to %1 for %2 seconds.</source>
        <translation>Передача данных на %1 остановилась %2 с назад.</translation>
    </message>
    <message>
        <source>A write outside the target was refused</source>
        <translation>Запись за пределами цели отклонена</translation>
    </message>
    <message>
        <source>The receiver refused a write outside disk %1.</source>
        <translation>Приёмник отклонил запись за пределами диска %1.</translation>
    </message>
    <message>
        <source>The partition table of the target could not be written</source>
        <translation>Не удалось записать таблицу разделов цели</translation>
    </message>
    <message>
        <source>The partition table of target disk %1 could not be completed.</source>
        <translation>Не удалось завершить таблицу разделов целевого диска %1.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, save the diagnostics and report them.</source>
        <translation>Повторите попытку. При повторной ошибке сохраните диагностику и сообщите о ней.</translation>
    </message>
    <message>
        <source>A target disk is in use</source>
        <translation>Целевой диск занят</translation>
    </message>
    <message>
        <source>The target disk %1 is in use by the transit instance itself and was not touched.</source>
        <translation>Целевой диск %1 используется самим транзитным экземпляром и не изменялся.</translation>
    </message>
    <message>
        <source>Retry. If it stays in use, cancel the migration and start again.</source>
        <translation>Повторите попытку. Если диск останется занят, отмените миграцию и начните заново.</translation>
    </message>
    <message>
        <source>The cloud refused a request</source>
        <translation>Облако отклонило запрос</translation>
    </message>
    <message>
        <source>%1 was refused: %2.</source>
        <translation>Запрос %1 отклонён: %2.</translation>
    </message>
    <message>
        <source>Read the cloud&apos;s reason, mend it in the console, then retry.</source>
        <translation>Прочитайте указанную облаком причину, устраните её в консоли и повторите попытку.</translation>
    </message>
    <message>
        <source>The cloud asks to slow down</source>
        <translation>Облако ограничило частоту запросов</translation>
    </message>
    <message>
        <source>Too many %1 requests were made from this account.</source>
        <translation>Слишком много запросов %1 от этой учётной записи.</translation>
    </message>
    <message>
        <source>Nothing is lost. Wait a minute, then retry.</source>
        <translation>Ничего не потеряно. Подождите минуту и повторите попытку.</translation>
    </message>
    <message>
        <source>The cloud&apos;s answer was not understood</source>
        <translation>Ответ облака не распознан</translation>
    </message>
    <message>
        <source>The answer to %1 could not be understood.</source>
        <translation>Не удалось разобрать ответ на %1.</translation>
    </message>
    <message>
        <source>Retry. If it happens again, check for a proxy that changes answers.</source>
        <translation>Повторите попытку. Если ошибка повторится, проверьте, нет ли прокси, изменяющего ответы.</translation>
    </message>
    <message>
        <source>The cloud does not answer</source>
        <translation>Облако не отвечает</translation>
    </message>
    <message>
        <source>No answer from %1.</source>
        <translation>Нет ответа от %1.</translation>
    </message>
    <message>
        <source>Check the network or the proxy, then retry.</source>
        <translation>Проверьте сеть или прокси и повторите попытку.</translation>
    </message>
    <message>
        <source>The AccessKey pair was refused</source>
        <translation>Пара AccessKey отклонена</translation>
    </message>
    <message>
        <source>The cloud refused the AccessKey pair: %1.</source>
        <translation>Облако отклонило пару AccessKey: %1.</translation>
    </message>
    <message>
        <source>Check the AccessKey ID and secret, then start again.</source>
        <translation>Проверьте AccessKey ID и секрет и начните заново.</translation>
    </message>
    <message>
        <source>The temporary credentials expired</source>
        <translation>Срок действия временных учётных данных истёк</translation>
    </message>
    <message>
        <source>The temporary credentials for %1 are no longer valid.</source>
        <translation>Временные учётные данные для %1 больше не действуют.</translation>
    </message>
    <message>
        <source>Retry. New credentials are fetched by themselves.</source>
        <translation>Повторите попытку. Новые учётные данные будут получены автоматически.</translation>
    </message>
    <message>
        <source>The account lacks a permission</source>
        <translation>Учётной записи не хватает разрешения</translation>
    </message>
    <message>
        <source>The account may not call %1: %2.</source>
        <translation>Учётной записи запрещён вызов %1: %2.</translation>
    </message>
    <message>
        <source>Grant the permission in the RAM console, then retry.</source>
        <translation>Предоставьте разрешение в консоли RAM и повторите попытку.</translation>
    </message>
    <message>
        <source>This computer&apos;s clock is wrong</source>
        <translation>Неверное время на этом компьютере</translation>
    </message>
    <message>
        <source>The clock differs from the cloud&apos;s by %1 seconds.</source>
        <translation>Часы расходятся с часами облака на %1 с.</translation>
    </message>
    <message>
        <source>The bucket does not exist</source>
        <translation>Бакет не существует</translation>
    </message>
    <message>
        <source>There is no bucket “%1”.</source>
        <translation>Бакета «%1» нет.</translation>
    </message>
    <message>
        <source>Create the bucket in %2, or choose another one in the plan.</source>
        <translation>Создайте бакет в %2 или выберите в плане другой.</translation>
    </message>
    <message>
        <source>The bucket is in another region</source>
        <translation>Бакет находится в другом регионе</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %2, but the temporary image is created in %3.</source>
        <translation>Бакет «%1» находится в %2, а временный образ создаётся в %3.</translation>
    </message>
    <message>
        <source>Choose a bucket in %3.</source>
        <translation>Выберите бакет в %3.</translation>
    </message>
    <message>
        <source>The bucket cannot be used</source>
        <translation>Бакет нельзя использовать</translation>
    </message>
    <message>
        <source>Bucket “%1” cannot hold the temporary image: %2.</source>
        <translation>Бакет «%1» не подходит для временного образа: %2.</translation>
    </message>
    <message>
        <source>Choose a bucket without server-side encryption, of the standard class.</source>
        <translation>Выберите бакет стандартного класса без шифрования на стороне сервера.</translation>
    </message>
    <message>
        <source>The image name is in use</source>
        <translation>Имя образа занято</translation>
    </message>
    <message>
        <source>There is already an image named “%1”.</source>
        <translation>Образ с именем «%1» уже есть.</translation>
    </message>
    <message>
        <source>Choose another name prefix in the plan.</source>
        <translation>Выберите в плане другой префикс имени.</translation>
    </message>
    <message>
        <source>The instance type is out of stock</source>
        <translation>Тип экземпляра недоступен</translation>
    </message>
    <message>
        <source>Instance type “%1” is out of stock in %2.</source>
        <translation>Тип экземпляра «%1» закончился в %2.</translation>
    </message>
    <message>
        <source>Choose another type, or leave the type empty so that one is chosen.</source>
        <translation>Выберите другой тип или оставьте поле пустым, чтобы тип был выбран автоматически.</translation>
    </message>
    <message>
        <source>A quota of the account is used up</source>
        <translation>Квота учётной записи исчерпана</translation>
    </message>
    <message>
        <source>The quota for %1 is used up: %2.</source>
        <translation>Исчерпана квота %1: %2.</translation>
    </message>
    <message>
        <source>Delete what is no longer needed or raise the quota, then retry.</source>
        <translation>Удалите ненужное или увеличьте квоту и повторите попытку.</translation>
    </message>
    <message>
        <source>The account&apos;s balance is too low</source>
        <translation>Недостаточно средств на счёте</translation>
    </message>
    <message>
        <source>The account cannot buy the transit instance.</source>
        <translation>Средств учётной записи не хватает на транзитный экземпляр.</translation>
    </message>
    <message>
        <source>Top up the account, then retry.</source>
        <translation>Пополните счёт и повторите попытку.</translation>
    </message>
    <message>
        <source>A role is missing in the account</source>
        <translation>В учётной записи нет нужной роли</translation>
    </message>
    <message>
        <source>The role %1 does not exist or may not be used.</source>
        <translation>Роль %1 не существует или её нельзя использовать.</translation>
    </message>
    <message>
        <source>Grant the role in the ECS console, then retry.</source>
        <translation>Предоставьте роль в консоли ECS и повторите попытку.</translation>
    </message>
    <message>
        <source>A service is not activated</source>
        <translation>Служба не активирована</translation>
    </message>
    <message>
        <source>%1 is not activated in this account.</source>
        <translation>Служба %1 не активирована в этой учётной записи.</translation>
    </message>
    <message>
        <source>Activate it in the console, then retry.</source>
        <translation>Активируйте её в консоли и повторите попытку.</translation>
    </message>
    <message>
        <source>The region is not supported</source>
        <translation>Регион не поддерживается</translation>
    </message>
    <message>
        <source>%1 is not possible in %2.</source>
        <translation>%1: недоступно в %2.</translation>
    </message>
    <message>
        <source>Choose China (Beijing) or Singapore.</source>
        <translation>Выберите Китай (Пекин) или Сингапур.</translation>
    </message>
    <message>
        <source>The network was not found</source>
        <translation>Сеть не найдена</translation>
    </message>
    <message>
        <source>%1 does not exist or does not fit.</source>
        <translation>%1 не существует или не подходит.</translation>
    </message>
    <message>
        <source>Choose another VPC and vSwitch in the plan.</source>
        <translation>Выберите в плане другие VPC и vSwitch.</translation>
    </message>
    <message>
        <source>The transit instance is gone</source>
        <translation>Транзитный экземпляр исчез</translation>
    </message>
    <message>
        <source>The transit instance %1 was released.</source>
        <translation>Транзитный экземпляр %1 освобождён.</translation>
    </message>
    <message>
        <source>This migration cannot continue. Start it again from the beginning.</source>
        <translation>Эту миграцию нельзя продолжить. Начните её с начала.</translation>
    </message>
    <message>
        <source>The transit instance did not get ready</source>
        <translation>Транзитный экземпляр не готов к работе</translation>
    </message>
    <message>
        <source>The transit instance %1 did not start its receiver.</source>
        <translation>Транзитный экземпляр %1 не запустил приёмник.</translation>
    </message>
    <message>
        <source>Retry; if it fails again, cancel the migration and start again.</source>
        <translation>Повторите попытку; при повторной ошибке отмените миграцию и начните заново.</translation>
    </message>
    <message>
        <source>A snapshot failed</source>
        <translation>Не удалось создать снимок</translation>
    </message>
    <message>
        <source>The snapshot of disk %1 failed.</source>
        <translation>Не удалось создать снимок диска %1.</translation>
    </message>
    <message>
        <source>Retry.</source>
        <translation>Повторите попытку.</translation>
    </message>
    <message>
        <source>The image could not be made</source>
        <translation>Не удалось создать образ</translation>
    </message>
    <message>
        <source>Making the ECS image %1 failed: %2.</source>
        <translation>Ошибка создания образа ECS %1: %2.</translation>
    </message>
    <message>
        <source>Retry; if it fails again, read the cloud&apos;s reason in the log.</source>
        <translation>Повторите попытку; при повторной ошибке найдите в журнале причину, указанную облаком.</translation>
    </message>
    <message>
        <source>The image could not be exported</source>
        <translation>Не удалось экспортировать образ</translation>
    </message>
    <message>
        <source>Exporting image %1 failed: %2.</source>
        <translation>Ошибка экспорта образа %1: %2.</translation>
    </message>
    <message>
        <source>Check the bucket and the role for image export, then retry.</source>
        <translation>Проверьте бакет и роль для экспорта образов и повторите попытку.</translation>
    </message>
    <message>
        <source>The image could not be imported</source>
        <translation>Не удалось импортировать образ</translation>
    </message>
    <message>
        <source>Importing the ENS image %1 failed: %2.</source>
        <translation>Ошибка импорта образа ENS %1: %2.</translation>
    </message>
    <message>
        <source>Retry; the exported files are kept in the bucket until then.</source>
        <translation>Повторите попытку; до этого экспортированные файлы хранятся в бакете.</translation>
    </message>
    <message>
        <source>The cloud took too long</source>
        <translation>Превышено время ожидания облака</translation>
    </message>
    <message>
        <source>%1 did not finish in time.</source>
        <translation>Операция %1 не завершилась вовремя.</translation>
    </message>
    <message>
        <source>Retry; it continues where it stopped.</source>
        <translation>Повторите попытку; работа продолжится с места остановки.</translation>
    </message>
    <message>
        <source>Something in the cloud is gone</source>
        <translation>Ресурс в облаке исчез</translation>
    </message>
    <message>
        <source>%1 no longer exists.</source>
        <translation>%1 больше не существует.</translation>
    </message>
    <message>
        <source>It was probably deleted by hand. Cancel the migration and start again.</source>
        <translation>Вероятно, ресурс удалён вручную. Отмените миграцию и начните заново.</translation>
    </message>
    <message>
        <source>The receiver&apos;s bundle is missing</source>
        <translation>Отсутствует пакет приёмника</translation>
    </message>
    <message>
        <source>The file %1 was not found.</source>
        <translation>Файл %1 не найден.</translation>
    </message>
    <message>
        <source>Reinstall Edgelift, or build the target “receiver_bundle”.</source>
        <translation>Переустановите Edgelift или соберите цель «receiver_bundle».</translation>
    </message>
    <message>
        <source>The activation code has a typing error</source>
        <translation>Опечатка в коде активации</translation>
    </message>
    <message>
        <source>The activation code is not complete or has a wrong character: %1.</source>
        <translation>Код активации неполон или содержит неверный символ: %1.</translation>
    </message>
    <message>
        <source>Copy the whole code again from where it was made.</source>
        <translation>Скопируйте код целиком ещё раз там, где он был создан.</translation>
    </message>
    <message>
        <source>The activation code was rejected</source>
        <translation>Код активации отклонён</translation>
    </message>
    <message>
        <source>The service does not know this activation code.</source>
        <translation>Служба не знает этого кода активации.</translation>
    </message>
    <message>
        <source>Check it for missing characters, or generate a new one.</source>
        <translation>Проверьте, все ли символы на месте, или создайте новый код.</translation>
    </message>
    <message>
        <source>The activation code expired</source>
        <translation>Срок действия кода активации истёк</translation>
    </message>
    <message>
        <source>The activation code expired on %1.</source>
        <translation>Срок действия кода активации истёк %1.</translation>
    </message>
    <message>
        <source>Generate a new one.</source>
        <translation>Создайте новый код.</translation>
    </message>
    <message>
        <source>The activation code is used up</source>
        <translation>Код активации исчерпан</translation>
    </message>
    <message>
        <source>The activation code has already imported %1 servers, which is its limit.</source>
        <translation>С этим кодом активации уже импортировано серверов: %1. Лимит достигнут.</translation>
    </message>
    <message>
        <source>The activation code was disabled</source>
        <translation>Код активации отключён</translation>
    </message>
    <message>
        <source>The activation code was switched off by its owner.</source>
        <translation>Владелец отключил код активации.</translation>
    </message>
    <message>
        <source>Ask for a new one.</source>
        <translation>Запросите новый код.</translation>
    </message>
    <message>
        <source>No activation code was given</source>
        <translation>Код активации не указан</translation>
    </message>
    <message>
        <source>Neither an activation code nor an AccessKey pair was given.</source>
        <translation>Не указаны ни код активации, ни пара AccessKey.</translation>
    </message>
    <message>
        <source>Give the code with --code-file or on standard input, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.</source>
        <translation>Передайте код через --code-file или стандартный ввод либо задайте ALIBABA_CLOUD_ACCESS_KEY_ID и ALIBABA_CLOUD_ACCESS_KEY_SECRET.</translation>
    </message>
    <message>
        <source>The agent does not answer</source>
        <translation>Агент не отвечает</translation>
    </message>
    <message>
        <source>No agent answers on %1.</source>
        <translation>Агент на %1 не отвечает.</translation>
    </message>
    <message>
        <source>Start it with “systemctl start edgelift-agent”, or run the command as root.</source>
        <translation>Запустите его командой «systemctl start edgelift-agent» или выполните команду от имени root.</translation>
    </message>
    <message>
        <source>The agent is of another version</source>
        <translation>Агент другой версии</translation>
    </message>
    <message>
        <source>The agent speaks version %1 of its interface, this program version %2.</source>
        <translation>Версия интерфейса агента — %1, этой программы — %2.</translation>
    </message>
    <message>
        <source>Install the same version of both.</source>
        <translation>Установите обе программы одной версии.</translation>
    </message>
    <message>
        <source>A migration is already running</source>
        <translation>Миграция уже выполняется</translation>
    </message>
    <message>
        <source>Migration %1 is still running.</source>
        <translation>Миграция %1 ещё выполняется.</translation>
    </message>
    <message>
        <source>Wait for its end or cancel it first.</source>
        <translation>Дождитесь её завершения или сначала отмените её.</translation>
    </message>
    <message>
        <source>The migration was not found</source>
        <translation>Миграция не найдена</translation>
    </message>
    <message>
        <source>There is no migration %1.</source>
        <translation>Миграции %1 нет.</translation>
    </message>
    <message>
        <source>List the migrations with “edgeliftctl status”.</source>
        <translation>Выведите список миграций командой «edgeliftctl status».</translation>
    </message>
    <message>
        <source>This is not possible now</source>
        <translation>Сейчас это невозможно</translation>
    </message>
    <message>
        <source>Migration %1 is %2.</source>
        <translation>Состояние миграции %1: %2.</translation>
    </message>
    <message>
        <source>Look at its state with “edgeliftctl status”.</source>
        <translation>Проверьте её состояние командой «edgeliftctl status».</translation>
    </message>
    <message>
        <source>A request was not understood</source>
        <translation>Запрос не распознан</translation>
    </message>
    <message>
        <source>Use the same version of all parts of Edgelift.</source>
        <translation>Используйте одну версию всех компонентов Edgelift.</translation>
    </message>
    <message>
        <source>Undo the changes to the disks, or leave size, place and method of each volume as they were in the new plan.</source>
        <translation>Отмените изменения дисков или оставьте размер, место и способ копирования каждого тома как в новом плане.</translation>
    </message>
    <message>
        <source>Something wrote to the disks during the final moment</source>
        <translation>В завершающий момент на диски велась запись</translation>
    </message>
    <message>
        <source>%1 was written to while the filesystems were held still, %2 times in a row.</source>
        <translation>На %1 велась запись, пока файловые системы были заморожены, %2 раз подряд.</translation>
    </message>
    <message>
        <source>Find the program that writes to the disk directly or that ends the hold (backup and snapshot tools do), stop it, and retry. What was copied is kept.</source>
        <translation>Найдите программу, которая пишет прямо на диск или снимает заморозку (так делают средства резервного копирования и создания снимков), остановите её и повторите попытку. Скопированное сохранено.</translation>
    </message>
    <message>
        <source>A part of a disk is always being written</source>
        <translation>На часть диска постоянно ведётся запись</translation>
    </message>
    <message>
        <source>An area of %1 that cannot be held still was written to during each of %2 tries to copy it.</source>
        <translation>В область %1, которую нельзя заморозить, велась запись при каждой из попыток её скопировать (%2).</translation>
    </message>
    <message>
        <source>Stop what writes to it (updates of the boot partition, programs that use a raw partition) for a minute, then retry.</source>
        <translation>На минуту остановите то, что туда пишет (обновления загрузочного раздела, программы, использующие раздел напрямую), и повторите попытку.</translation>
    </message>
    <message>
        <source>Changes on the disks were not seen completely</source>
        <translation>Изменения на дисках отслежены не полностью</translation>
    </message>
    <message>
        <source>A change of %1 was missed.</source>
        <translation>Изменение %1 было пропущено.</translation>
    </message>
    <message>
        <source>Retry: both sides are compared then, and only what differs is sent.</source>
        <translation>Повторите попытку: обе стороны будут сравнены, и передано будет только различающееся.</translation>
    </message>
    <message>
        <source>The final moment would have been too long</source>
        <translation>Завершающий момент был бы слишком долгим</translation>
    </message>
    <message>
        <source>The server had written %1 when its filesystems were held still; there is room for %2.</source>
        <translation>К моменту заморозки файловых систем сервер записал %1; есть место для %2.</translation>
    </message>
    <message>
        <source>Raise the network limit, stop the services that write most, choose a quiet hour, or allow a longer hold; then retry.</source>
        <translation>Увеличьте ограничение сети, остановите службы, которые пишут больше всего, выберите спокойное время или разрешите более долгую заморозку; затем повторите попытку.</translation>
    </message>
    <message>
        <source>Changes cannot be tracked this way</source>
        <translation>Таким способом изменения не отследить</translation>
    </message>
    <message>
        <source>The kernel of this server does not allow changes to be tracked with %1.</source>
        <translation>Ядро этого сервера не позволяет отслеживать изменения с помощью %1.</translation>
    </message>
    <message>
        <source>Nothing needs to be done: another way is used. The log has the kernel&apos;s reason.</source>
        <translation>Ничего делать не нужно: используется другой способ. Причина, указанная ядром, есть в журнале.</translation>
    </message>
    <message>
        <source>A filesystem could not be stopped</source>
        <translation>Не удалось заморозить файловую систему</translation>
    </message>
    <message>
        <source>Writing to %1 could not be stopped for a moment: %2.</source>
        <translation>Не удалось на время приостановить запись на %1: %2.</translation>
    </message>
    <message>
        <source>Everything goes on as before. Check the disk&apos;s health and the mount, then retry.</source>
        <translation>Всё работает как прежде. Проверьте исправность диска и монтирование и повторите попытку.</translation>
    </message>
    <message>
        <source>Writing went on too early</source>
        <translation>Запись возобновилась слишком рано</translation>
    </message>
    <message>
        <source>The filesystems did not stand still long enough: %1.</source>
        <translation>Файловые системы были заморожены недостаточно долго: %1.</translation>
    </message>
    <message>
        <source>What was read is not used. Retry, at a time when the server is less busy.</source>
        <translation>Прочитанное не используется. Повторите попытку, когда сервер будет менее загружен.</translation>
    </message>
    <message>
        <source>A program of yours that runs around the stop failed</source>
        <translation>Ошибка вашей программы, запускаемой до и после заморозки</translation>
    </message>
    <message>
        <source>%1 failed: %2.</source>
        <translation>Ошибка %1: %2.</translation>
    </message>
    <message>
        <source>Mend the program in /etc/edgelift/hooks.d, or remove it, then retry.</source>
        <translation>Исправьте программу в /etc/edgelift/hooks.d или удалите её и повторите попытку.</translation>
    </message>
    <message>
        <source>A device cannot be followed while the server runs</source>
        <translation>Устройство нельзя отслеживать, пока сервер работает</translation>
    </message>
    <message>
        <source>%1 uses %2. What is written to it while the server runs would be lost.</source>
        <translation>%1 использует %2. Всё, что записывается туда во время работы сервера, было бы потеряно.</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>Выведите устройство из использования и повторите проверку или выключите сервер и выполните миграцию образов его дисков.</translation>
    </message>
    <message>
        <source>This part of the copy came too late</source>
        <translation>Эта часть копии пришла слишком поздно</translation>
    </message>
    <message>
        <source>The receiver already takes a later round of the copy.</source>
        <translation>Приёмник уже принимает следующий проход копирования.</translation>
    </message>
    <message>
        <source>Retry. Make sure that only one program migrates this server.</source>
        <translation>Повторите попытку. Убедитесь, что миграцию этого сервера выполняет только одна программа.</translation>
    </message>
    <message>
        <source>The copied server would not start in the cloud</source>
        <translation>Скопированный сервер не запустился бы в облаке</translation>
    </message>
    <message>
        <source>Do on the source server what is said there, then migrate again. Nothing was changed on it.</source>
        <translation>Выполните на исходном сервере то, что там указано, и повторите миграцию. На нём ничего не изменено.</translation>
    </message>
    <message>
        <source>A target disk could not be set up</source>
        <translation>Не удалось подготовить целевой диск</translation>
    </message>
    <message>
        <source>Making %1 on the target disk with %2 failed.</source>
        <translation>Не удалось создать %1 на целевом диске с помощью %2.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, undo the change of this volume in the plan, or report it with the diagnostics.</source>
        <translation>Повторите попытку. При повторной ошибке отмените изменение этого тома в плане или сообщите об ошибке, приложив диагностику.</translation>
    </message>
    <message>
        <source>The disks cannot be changed as planned because of %1.</source>
        <translation>Диски нельзя изменить по плану из-за следующего: %1.</translation>
    </message>
    <message>
        <source>A new filesystem is full</source>
        <translation>Новая файловая система заполнена</translation>
    </message>
    <message>
        <source>The files of %1 do not fit into the size that the plan gives it.</source>
        <translation>Файлы %1 не помещаются в размер, заданный планом.</translation>
    </message>
    <message>
        <source>Files could not be copied</source>
        <translation>Не удалось скопировать файлы</translation>
    </message>
    <message>
        <source>Copying the files of %1 failed: %2.</source>
        <translation>Не удалось скопировать файлы %1: %2.</translation>
    </message>
    <message>
        <source>Mend what is named, then retry. Files that were already copied are kept.</source>
        <translation>Устраните указанное и повторите. Уже скопированные файлы сохраняются.</translation>
    </message>
    <message>
        <source>The final moment would be too long</source>
        <translation>Завершающий момент был бы слишком долгим</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks, so the %1 in use would be read while the filesystems are held still: for about %2 seconds. %3 seconds are allowed.</source>
        <translation>Ядро никому не позволяет отслеживать запись на диски, поэтому занятые %1 пришлось бы читать, пока файловые системы заморожены: примерно %2 с. Допускается %3 с.</translation>
    </message>
    <message>
        <source>Allow eBPF, perf events or block traces (perf_event_paranoid, lockdown, container settings), or allow a longer final moment (freezeSeconds in the plan, 60 at most), or shut the server down and migrate its disk images.</source>
        <translation>Разрешите eBPF, события perf или трассировку блочных устройств (perf_event_paranoid, lockdown, настройки контейнера), разрешите более долгий завершающий момент (freezeSeconds в плане, не более 60) или выключите сервер и выполните миграцию образов его дисков.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is made out to another name.</source>
        <translation>Сертификат, который предъявляет %1, выдан на другое имя.</translation>
    </message>
    <message>
        <source>Check the address. If a proxy or firewall opens encrypted connections, let it pass this one untouched. Then retry.</source>
        <translation>Проверьте адрес. Если прокси или межсетевой экран вскрывает зашифрованные соединения, настройте его так, чтобы это соединение проходило без изменений. Затем повторите попытку.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is not valid today.</source>
        <translation>Сертификат, который предъявляет %1, сегодня недействителен.</translation>
    </message>
    <message>
        <source>Check the date of this server, then retry. If it is right, the other side needs a new certificate.</source>
        <translation>Проверьте дату на этом сервере и повторите попытку. Если она верна, другой стороне нужен новый сертификат.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows comes from an authority that this server does not know.</source>
        <translation>Сертификат, который предъявляет %1, выдан центром сертификации, неизвестным этому серверу.</translation>
    </message>
    <message>
        <source>If a proxy or firewall opens encrypted connections, let it pass this one untouched, or install its authority on this server. Then retry.</source>
        <translation>Если прокси или межсетевой экран вскрывает зашифрованные соединения, настройте его так, чтобы это соединение проходило без изменений, или установите его центр сертификации на этом сервере. Затем повторите попытку.</translation>
    </message>
    <message>
        <source>The name service of this server does not know %1.</source>
        <translation>Службе имён этого сервера неизвестно имя %1.</translation>
    </message>
    <message>
        <source>Check the address and the name servers in /etc/resolv.conf, then retry.</source>
        <translation>Проверьте адрес и серверы имён в /etc/resolv.conf и повторите попытку.</translation>
    </message>
    <message>
        <source>%1 refuses connections.</source>
        <translation>%1 отклоняет соединения.</translation>
    </message>
    <message>
        <source>Check the address and its port, and that no firewall refuses this connection, then retry.</source>
        <translation>Проверьте адрес и порт, а также что межсетевой экран не отклоняет это соединение, и повторите попытку.</translation>
    </message>
    <message>
        <source>%1 does not answer in time.</source>
        <translation>%1 не отвечает вовремя.</translation>
    </message>
    <message>
        <source>Let the firewall pass connections to this address, or set a proxy, then retry.</source>
        <translation>Разрешите в межсетевом экране соединения с этим адресом или задайте прокси и повторите попытку.</translation>
    </message>
    <message>
        <source>The connection to %1 is cut before an answer comes.</source>
        <translation>Соединение с %1 обрывается до получения ответа.</translation>
    </message>
    <message>
        <source>Let the firewall or proxy that cuts it pass connections to this address, then retry.</source>
        <translation>Разрешите соединения с этим адресом в межсетевом экране или прокси, который их обрывает, и повторите попытку.</translation>
    </message>
    <message>
        <source>This server knows no way to %1.</source>
        <translation>Этому серверу неизвестен маршрут до %1.</translation>
    </message>
    <message>
        <source>Check its network and its default gateway, then retry.</source>
        <translation>Проверьте его сеть и шлюз по умолчанию и повторите попытку.</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 asks for a login.</source>
        <translation>Прокси на пути к %1 требует входа.</translation>
    </message>
    <message>
        <source>Set the agent&apos;s http_proxy and https_proxy to http://name:password@proxy:port and start it again, or let the proxy pass this address without a login.</source>
        <translation>Задайте для http_proxy и https_proxy агента значение http://name:password@proxy:port и запустите агент снова или разрешите в прокси доступ к этому адресу без входа.</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 makes no connection to it.</source>
        <translation>Прокси на пути к %1 не устанавливает с ним соединение.</translation>
    </message>
    <message>
        <source>Check the proxy in the agent&apos;s http_proxy and https_proxy, and that it passes this address, then retry.</source>
        <translation>Проверьте прокси в http_proxy и https_proxy агента и то, что он пропускает этот адрес, и повторите попытку.</translation>
    </message>
    <message>
        <source>What is written to the disks cannot be followed</source>
        <translation>Запись на диски невозможно отслеживать</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow it: eBPF, perf events and block traces were tried.</source>
        <translation>Ядро никому не позволяет её отслеживать: опробованы eBPF, события perf и трассировка блочных устройств.</translation>
    </message>
    <message>
        <source>Allow one of them (perf_event_paranoid, lockdown, container settings), then try again. Otherwise everything in use is compared while writing stops in the final moment, or shut the server down and migrate its disk images.</source>
        <translation>Разрешите одно из этих средств (perf_event_paranoid, lockdown, настройки контейнера) и повторите попытку. Иначе всё занятое сравнивается, пока запись остановлена в завершающий момент; или выключите сервер и выполните миграцию образов его дисков.</translation>
    </message>
    <message>
        <source>Print the plan of this migration with “edgeliftctl plan show --job JOB --json”, give the volume more room in it, and go on with “edgeliftctl retry JOB --plan FILE”. The copy then begins anew.</source>
        <translation>Выведите план этой миграции командой «edgeliftctl plan show --job JOB --json», отведите в нём тому больше места и продолжите командой «edgeliftctl retry JOB --plan FILE». Копирование начнётся заново.</translation>
    </message>
    <message>
        <source>The cloud refuses every request from 15 minutes on. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”, then retry.</source>
        <translation>При расхождении от 15 минут облако отклоняет все запросы. Синхронизируйте часы, например командой «timedatectl set-ntp true» или «chronyc makestep», и повторите попытку.</translation>
    </message>
    <message>
        <source>The plan differs in more than the layout</source>
        <translation>План отличается не только разметкой</translation>
    </message>
    <message>
        <source>“%2” is not what migration %1 has begun with. It takes another layout of its disks, and nothing else.</source>
        <translation>«%2» отличается от того, что было в начале миграции %1. Она допускает другую разметку своих дисков, и ничего больше.</translation>
    </message>
    <message>
        <source>Take the plan that “edgeliftctl plan show --job %1 --json” prints and change only sizes and places under “disks”, or cancel the migration and start again.</source>
        <translation>Возьмите план, который выводит «edgeliftctl plan show --job %1 --json», и измените только размеры и расположение в «disks» или отмените миграцию и начните заново.</translation>
    </message>
    <message>
        <source>The layout cannot be changed any more</source>
        <translation>Разметку уже нельзя изменить</translation>
    </message>
    <message>
        <source>The copy of migration %1 is complete, and its image is being made.</source>
        <translation>Копирование миграции %1 завершено, создаётся её образ.</translation>
    </message>
    <message>
        <source>Go on without another plan, or cancel the migration and start again.</source>
        <translation>Продолжите без другого плана или отмените миграцию и начните заново.</translation>
    </message>
</context>
<context>
    <name>Format</name>
    <message>
        <source>%1 B</source>
        <translation>%1 Б</translation>
    </message>
    <message>
        <source>%1 KiB</source>
        <translation>%1 КиБ</translation>
    </message>
    <message>
        <source>%1 MiB</source>
        <translation>%1 МиБ</translation>
    </message>
    <message>
        <source>%1 GiB</source>
        <translation>%1 ГиБ</translation>
    </message>
    <message>
        <source>%1 TiB</source>
        <translation>%1 ТиБ</translation>
    </message>
    <message>
        <source>%1 B/s</source>
        <translation>%1 Б/с</translation>
    </message>
    <message>
        <source>%1 KiB/s</source>
        <translation>%1 КиБ/с</translation>
    </message>
    <message>
        <source>%1 MiB/s</source>
        <translation>%1 МиБ/с</translation>
    </message>
    <message>
        <source>%1 GiB/s</source>
        <translation>%1 ГиБ/с</translation>
    </message>
    <message>
        <source>%1 TiB/s</source>
        <translation>%1 ТиБ/с</translation>
    </message>
    <message>
        <source>%1 Mbit/s</source>
        <translation>%1 Мбит/с</translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation>Без ограничений</translation>
    </message>
    <message>
        <source>%1 %</source>
        <extracomment>A share of a whole; %1 is a number such as 42</extracomment>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>less than 1 min</source>
        <translation>меньше 1 мин</translation>
    </message>
    <message>
        <source>more than 2 days</source>
        <translation>больше 2 дней</translation>
    </message>
    <message>
        <source>about %1 min</source>
        <extracomment>Remaining time</extracomment>
        <translation>около %1 мин</translation>
    </message>
    <message>
        <source>about %1 h</source>
        <translation>около %1 ч</translation>
    </message>
    <message>
        <source>about %1 h %2 min</source>
        <translation>около %1 ч %2 мин</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 с</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 мин %2 с</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 ч %2 мин</translation>
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
        <translation>Предупреждение: %1</translation>
    </message>
    <message>
        <source>The ENS image %1 is ready.</source>
        <translation>Образ ENS %1 готов.</translation>
    </message>
    <message>
        <source>The migration engine does not answer. Reconnecting.</source>
        <translation>Механизм миграции не отвечает. Повторное подключение.</translation>
    </message>
    <message>
        <source>Connected to the migration engine again.</source>
        <translation>Связь с механизмом миграции восстановлена.</translation>
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
        <translation>Ожидание</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Выполняется</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Приостановлено</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Ошибка</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Завершено</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Отменено</translation>
    </message>
</context>
<context>
    <name>LayoutLines</name>
    <message>
        <source>%1: %2 is left out</source>
        <extracomment>%1 &quot;Data disk 1&quot;, %2 the disk&apos;s name on the source</extracomment>
        <translation>%1: %2 исключён</translation>
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
        <translation>Установлен максимум: %1.</translation>
    </message>
    <message>
        <source>Set to the minimum, %1.</source>
        <translation>Установлен минимум: %1.</translation>
    </message>
</context>
<context>
    <name>Phase</name>
    <message>
        <source>Connecting</source>
        <translation>Подключение</translation>
    </message>
    <message>
        <source>Checking the account</source>
        <translation>Проверка учётной записи</translation>
    </message>
    <message>
        <source>Making the transit instance</source>
        <translation>Создание транзитного экземпляра</translation>
    </message>
    <message>
        <source>Copying the disks</source>
        <translation>Копирование дисков</translation>
    </message>
    <message>
        <source>Finishing the disks</source>
        <translation>Завершение дисков</translation>
    </message>
    <message>
        <source>Taking snapshots</source>
        <translation>Создание снимков</translation>
    </message>
    <message>
        <source>Making the ECS image</source>
        <translation>Создание образа ECS</translation>
    </message>
    <message>
        <source>Exporting the image to the bucket</source>
        <translation>Экспорт образа в бакет</translation>
    </message>
    <message>
        <source>Importing the image into ENS</source>
        <translation>Импорт образа в ENS</translation>
    </message>
    <message>
        <source>Cleaning up</source>
        <translation>Очистка</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Готово</translation>
    </message>
</context>
<context>
    <name>PhaseStrip</name>
    <message>
        <source>Preparing</source>
        <translation>Подготовка</translation>
    </message>
    <message>
        <source>Transit instance</source>
        <translation>Транзитный экземпляр</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>Синхронизация</translation>
    </message>
    <message>
        <source>ECS image</source>
        <translation>Образ ECS</translation>
    </message>
    <message>
        <source>Upload to OSS</source>
        <translation>Загрузка в OSS</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>образ ENS</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>Очистка</translation>
    </message>
</context>
<context>
    <name>PlanRules</name>
    <message>
        <source>System disk</source>
        <translation>Системный диск</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <extracomment>%1 the number of a data disk</extracomment>
        <translation>Диск данных %1</translation>
    </message>
    <message>
        <source>Not migrated.</source>
        <translation>Не переносится.</translation>
    </message>
    <message>
        <source>Copied block by block: same size and structure as on the source.</source>
        <translation>Копируется поблочно: размер и структура как на источнике.</translation>
    </message>
    <message>
        <source>Copied file by file because its size changes from %1 to %2.</source>
        <extracomment>%1, %2 sizes</extracomment>
        <translation>Копируется по файлам: размер меняется с %1 на %2.</translation>
    </message>
    <message>
        <source>Copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>Копируется по файлам: размер не кратен 4 МиБ при включённом LVM.</translation>
    </message>
    <message>
        <source>Copied file by file, as chosen.</source>
        <translation>Копируется по файлам, как выбрано.</translation>
    </message>
    <message>
        <source>Does not fit: %1 missing</source>
        <extracomment>while a mount target is dragged over a disk; %1 a size</extracomment>
        <translation>Не помещается: не хватает %1</translation>
    </message>
    <message>
        <source>Move here: %1 fits, %2 free</source>
        <extracomment>while a mount target is dragged over a disk; %1 its size, %2 what is free on the disk afterwards</extracomment>
        <translation>Переместить сюда: %1 помещается, свободно %2</translation>
    </message>
    <message>
        <source>%1 moved to %2.</source>
        <extracomment>%1 a mount target, %2 a disk such as “Data disk 2”</extracomment>
        <translation>%1: перемещено на %2.</translation>
    </message>
    <message>
        <source>%1 changed from %2 to %3.</source>
        <extracomment>%1 a mount target or disk, %2 and %3 sizes</extracomment>
        <translation>%1: изменено с %2 на %3.</translation>
    </message>
    <message>
        <source>%1 is copied file by file.</source>
        <extracomment>%1 a mount target</extracomment>
        <translation>%1: копируется по файлам.</translation>
    </message>
    <message>
        <source>%1 is migrated.</source>
        <translation>%1: переносится.</translation>
    </message>
    <message>
        <source>LVM is switched off on %1.</source>
        <extracomment>%1 a disk such as “Data disk 2”</extracomment>
        <translation>%1: LVM отключён.</translation>
    </message>
    <message>
        <source>Choose where to keep the ENS image: cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>Выберите, где хранить образ ENS: cn-beijing или ap-southeast-1. Вариант «%1» недоступен.</translation>
    </message>
    <message>
        <source>The name must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”. “%1” does not.</source>
        <translation>Имя должно иметь длину от 2 до 128 символов, начинаться с буквы и содержать только буквы, цифры, «:», «_» и «-». Имя «%1» не подходит.</translation>
    </message>
    <message>
        <source>Choose a bucket. It holds the temporary image.</source>
        <translation>Выберите бакет для временного образа.</translation>
    </message>
    <message>
        <source>Choose a VPC and a vSwitch. Private transfer needs both.</source>
        <translation>Выберите VPC и vSwitch: для передачи по частной сети нужны оба.</translation>
    </message>
    <message>
        <source>Enter a compression ratio from 0 to 10.</source>
        <translation>Введите степень сжатия от 0 до 10.</translation>
    </message>
    <message numerus="yes">
        <source>A job can have at most 20 tags. Remove %n tag(s).</source>
        <translation>
            <numerusform>У задания может быть не более 20 тегов. Удалите %n тег.</numerusform>
            <numerusform>У задания может быть не более 20 тегов. Удалите %n тега.</numerusform>
            <numerusform>У задания может быть не более 20 тегов. Удалите %n тегов.</numerusform>
        </translation>
    </message>
    <message>
        <source>A tag key must have 1 to 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”. “%1” does not fit.</source>
        <translation>Ключ тега должен иметь длину от 1 до 128 символов и не начинаться с «aliyun», «acs:», «http://» или «https://». Ключ «%1» не подходит.</translation>
    </message>
    <message>
        <source>The licence type “Alibaba Cloud” covers only Windows Server. For %1 choose BYOL if you have a licence.</source>
        <translation>Тип лицензии «Alibaba Cloud» охватывает только Windows Server. Для %1 выберите BYOL, если у вас есть лицензия.</translation>
    </message>
    <message>
        <source>Enter a speed limit from 0 to 100,000 Mbit/s; 0 means unlimited.</source>
        <translation>Введите ограничение скорости от 0 до 100 000 Мбит/с; 0 — без ограничений.</translation>
    </message>
    <message>
        <source>The description must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”.</source>
        <translation>Описание должно иметь длину от 2 до 128 символов, начинаться с буквы и содержать только буквы, цифры, «:», «_» и «-».</translation>
    </message>
    <message>
        <source>The value of tag “%1” must have at most 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”.</source>
        <translation>Значение тега «%1» должно быть не длиннее 128 символов и не начинаться с «aliyun», «acs:», «http://» или «https://».</translation>
    </message>
    <message>
        <source>“%1” cannot be the name of a bucket: those have 3 to 63 lower-case letters, digits and “-”.</source>
        <translation>«%1» не может быть именем бакета: допустимы от 3 до 63 строчных латинских букв, цифр и «-».</translation>
    </message>
    <message>
        <source>The temporary image can be made in cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>Временный образ можно создать в cn-beijing или ap-southeast-1. Вариант «%1» недоступен.</translation>
    </message>
    <message>
        <source>Enter a disk-read limit from 0 to 100,000 MB/s; 0 means unlimited.</source>
        <translation>Введите ограничение чтения с диска от 0 до 100 000 МБ/с; 0 — без ограничений.</translation>
    </message>
    <message>
        <source>Enter a niceness from 0 to 19; 19 gives way to everything else.</source>
        <translation>Введите значение nice от 0 до 19; при 19 приоритет самый низкий.</translation>
    </message>
    <message>
        <source>The time plan can have 32 windows, each with days, two different times and limits in their range. “%1” does not fit.</source>
        <translation>В расписании может быть не более 32 интервалов; у каждого — дни, два разных времени и допустимые ограничения. Интервал «%1» не подходит.</translation>
    </message>
    <message>
        <source>Paths must start with “/”. “%1” does not.</source>
        <translation>Путь должен начинаться с «/». Путь «%1» не подходит.</translation>
    </message>
    <message>
        <source>Exclusions are ignored for partitions copied block by block. Switch block replication off for %1 to use them.</source>
        <translation>Для разделов, копируемых поблочно, исключения не действуют. Чтобы их использовать, отключите поблочное копирование %1.</translation>
    </message>
    <message>
        <source>The system disk must have 20 to 2,048 GiB.</source>
        <translation>Размер системного диска должен быть от 20 до 2048 ГиБ.</translation>
    </message>
    <message>
        <source>A data disk must have 1 to 32,768 GiB.</source>
        <translation>Размер диска данных должен быть от 1 до 32 768 ГиБ.</translation>
    </message>
    <message>
        <source>The system disk needs more than %2, the space in use. Enter at least %4.</source>
        <translation>Системному диску нужно больше занятого места (%2). Введите не менее %4.</translation>
    </message>
    <message>
        <source>Data disk %1 needs more than %2, the space in use. Enter at least %4.</source>
        <translation>Диску данных %1 нужно больше занятого места (%2). Введите не менее %4.</translation>
    </message>
    <message>
        <source>The partitions on %1 need %2, but the disk has %3. Reduce a partition, enlarge the disk or move a mount target.</source>
        <translation>Разделам на %1 нужно %2, а размер диска — %3. Уменьшите раздел, увеличьте диск или переместите точку монтирования.</translation>
    </message>
    <message numerus="yes">
        <source>%n data disk(s) would be migrated, at most 4 are possible. Clear “Migrate” for the others or move their mount targets.</source>
        <translation>
            <numerusform>К миграции выбран %n диск данных; максимум — 4. Снимите флажок «Переносить» у остальных или переместите их точки монтирования.</numerusform>
            <numerusform>К миграции выбрано %n диска данных; максимум — 4. Снимите флажок «Переносить» у остальных или переместите их точки монтирования.</numerusform>
            <numerusform>К миграции выбрано %n дисков данных; максимум — 4. Снимите флажок «Переносить» у остальных или переместите их точки монтирования.</numerusform>
        </translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. Data disk %1 has %3.</source>
        <translation>В образе ENS размер диска данных — не более 500 ГиБ. Размер диска данных %1 — %3.</translation>
    </message>
    <message>
        <source>%1 cannot be moved. Boot and system partitions stay on the system disk.</source>
        <translation>%1 нельзя переместить. Загрузочные и системные разделы остаются на системном диске.</translation>
    </message>
    <message>
        <source>%1 needs more than %2, the space in use.</source>
        <translation>Для %1 нужно больше занятого места (%2).</translation>
    </message>
    <message>
        <source>The server has %2 in use. An image may have at most 1 TiB after compression.</source>
        <translation>На сервере занято %2. Размер образа после сжатия — не более 1 ТиБ.</translation>
    </message>
    <message>
        <source>LVM cannot be used: the system disk has no boot partition.</source>
        <translation>LVM нельзя использовать: на системном диске нет загрузочного раздела.</translation>
    </message>
    <message>
        <source>LVM will have no effect: Debian with kernel %1 and XFS.</source>
        <translation>LVM не подействует: Debian с ядром %1 и XFS.</translation>
    </message>
    <message>
        <source>%1 is copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>%1 копируется по файлам: размер не кратен 4 МиБ при включённом LVM.</translation>
    </message>
    <message>
        <source>Data disk %1 has no mount target to migrate and is left out.</source>
        <translation>На диске данных %1 нет переносимых точек монтирования, он исключён.</translation>
    </message>
    <message>
        <source>The size of %1 cannot be changed while it is copied block by block. Switch to file copy first.</source>
        <translation>Размер %1 нельзя изменить при поблочном копировании. Сначала переключитесь на копирование по файлам.</translation>
    </message>
    <message>
        <source>The first disk of a plan, and only that one, must be the system disk of this server: %1.</source>
        <translation>Первым диском плана, и только первым, должен быть системный диск этого сервера: %1.</translation>
    </message>
    <message>
        <source>%1 stands in the plan more than once.</source>
        <translation>%1 встречается в плане несколько раз.</translation>
    </message>
    <message>
        <source>%1 cannot be left out. Boot and system partitions are always migrated.</source>
        <translation>%1 нельзя исключить. Загрузочные и системные разделы переносятся всегда.</translation>
    </message>
    <message>
        <source>This server has no disk or volume %1.</source>
        <translation>На этом сервере нет диска или тома %1.</translation>
    </message>
    <message>
        <source>Data disk %1 has %3. The cloud may round it up to 20 GiB.</source>
        <translation>Размер диска данных %1 — %3. Облако может округлить его до 20 ГиБ.</translation>
    </message>
    <message>
        <source>The source disk has %3. The size was set to %2, the nearest possible value.</source>
        <translation>Размер исходного диска — %3. Установлено ближайшее возможное значение: %2.</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %5, but the temporary image is created in %6. Choose a bucket in %6.</source>
        <translation>Бакет «%1» находится в %5, а временный образ создаётся в %6. Выберите бакет в %6.</translation>
    </message>
    <message>
        <source>vSwitch “%1” does not belong to VPC “%5”.</source>
        <translation>vSwitch «%1» не относится к VPC «%5».</translation>
    </message>
    <message>
        <source>Two tags have the key “%1”.</source>
        <translation>У двух тегов ключ «%1».</translation>
    </message>
    <message>
        <source>LVM cannot be used for disk %1: this server has no LVM programs. Install the package lvm2 on it, or leave LVM off.</source>
        <translation>LVM нельзя использовать для диска %1: на этом сервере нет программ LVM. Установите на нём пакет lvm2 или оставьте LVM выключенным.</translation>
    </message>
</context>
<context>
    <name>Prompt</name>
    <message>
        <source>Install the snapshot driver?</source>
        <translation>Установить драйвер снимков?</translation>
    </message>
    <message>
        <source>Install rsync?</source>
        <translation>Установить rsync?</translation>
    </message>
    <message>
        <source>Disable SELinux?</source>
        <translation>Отключить SELinux?</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>Не требуется: диски не используются.</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>Нужен для поблочного копирования работающего сервера.</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>Не требуется: тома копируются поблочно.</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>rsync копирует тома по файлам, но он не установлен.</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync установлен.</translation>
    </message>
    <message>
        <source>rsync is not installed, and no package manager was found that could install it.</source>
        <translation>rsync не установлен, и не найден менеджер пакетов, который мог бы его установить.</translation>
    </message>
    <message>
        <source>Nothing to do: labels are copied with the files, so SELinux can stay as it is.</source>
        <translation>Ничего делать не нужно: метки копируются вместе с файлами, SELinux можно не менять.</translation>
    </message>
    <message>
        <source>SELinux is in use. Labels are copied with the files, so it can stay as it is.</source>
        <translation>SELinux используется. Метки копируются вместе с файлами, его можно не менять.</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>SELinux не используется.</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>Да</translation>
    </message>
    <message>
        <source>No</source>
        <translation>Нет</translation>
    </message>
    <message>
        <source>Leave it enabled (recommended)</source>
        <translation>Оставить включённым (рекомендуется)</translation>
    </message>
    <message>
        <source>Permissive until the next start</source>
        <translation>Режим Permissive до следующего запуска</translation>
    </message>
    <message>
        <source>Disable it</source>
        <translation>Отключить</translation>
    </message>
    <message>
        <source>Needed for block replication.</source>
        <translation>Нужен для поблочного копирования.</translation>
    </message>
    <message>
        <source>Files are copied instead.</source>
        <translation>Вместо этого копируются файлы.</translation>
    </message>
    <message>
        <source>It is installed with the package manager of this server.</source>
        <translation>Будет установлен менеджером пакетов этого сервера.</translation>
    </message>
    <message>
        <source>Volumes that are copied file by file cannot be migrated.</source>
        <translation>Тома, копируемые по файлам, перенести нельзя.</translation>
    </message>
    <message>
        <source>Nothing changes. What the migration changes on the image is relabelled there.</source>
        <translation>Ничего не меняется. Метки изменённого при миграции обновляются в образе.</translation>
    </message>
    <message>
        <source>SELinux only logs until this server is started again; “setenforce 1” restores it at once.</source>
        <translation>SELinux только ведёт журнал до перезапуска этого сервера; команда «setenforce 1» сразу восстанавливает его.</translation>
    </message>
    <message>
        <source>SELinux is off from the next start on and only logs until then. The original of /etc/selinux/config is kept beside it as config.edgelift-orig; put it back and start the server again to restore SELinux.</source>
        <translation>SELinux отключится при следующем запуске, а до него только ведёт журнал. Исходный /etc/selinux/config сохраняется рядом как config.edgelift-orig; чтобы восстановить SELinux, верните его на место и перезапустите сервер.</translation>
    </message>
    <message>
        <source>The snapshot driver was tested on every disk.</source>
        <translation>Драйвер снимков проверен на каждом диске.</translation>
    </message>
</context>
<context>
    <name>Readiness</name>
    <message>
        <source>Operating system</source>
        <translation>Операционная система</translation>
    </message>
    <message>
        <source>Found %1.</source>
        <translation>Найдено: %1.</translation>
    </message>
    <message>
        <source>No root filesystem of a Linux system was found on %1.</source>
        <translation>На %1 не найдена корневая файловая система Linux.</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>Выберите диск, с которого загружается сервер.</translation>
    </message>
    <message>
        <source>Processor architecture</source>
        <translation>Архитектура процессора</translation>
    </message>
    <message>
        <source>The system is made for %1.</source>
        <translation>Система предназначена для %1.</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>Образом ENS может стать только сервер x86-64.</translation>
    </message>
    <message>
        <source>Neither /bin/sh nor another program tells what the system is made for.</source>
        <translation>Ни /bin/sh, ни другая программа не указывает, для какой архитектуры предназначена система.</translation>
    </message>
    <message>
        <source>Make sure that the server is an x86-64 system.</source>
        <translation>Убедитесь, что на сервере система x86-64.</translation>
    </message>
    <message>
        <source>Boot loader</source>
        <translation>Загрузчик</translation>
    </message>
    <message>
        <source>No boot loader was found on %1.</source>
        <translation>На %1 не найден загрузчик.</translation>
    </message>
    <message>
        <source>Install GRUB on the system disk, then check again.</source>
        <translation>Установите GRUB на системный диск и повторите проверку.</translation>
    </message>
    <message>
        <source>The server starts with %1, not with GRUB 2.</source>
        <translation>Сервер загружается через %1, а не через GRUB 2.</translation>
    </message>
    <message>
        <source>It is copied as it is. Test the image before you rely on it.</source>
        <translation>Копируется без изменений. Проверьте образ, прежде чем полагаться на него.</translation>
    </message>
    <message>
        <source>Firmware</source>
        <translation>Микропрограмма</translation>
    </message>
    <message>
        <source>The server starts by %1.</source>
        <translation>Способ загрузки сервера: %1.</translation>
    </message>
    <message>
        <source>Drivers for the cloud</source>
        <translation>Драйверы для облака</translation>
    </message>
    <message>
        <source>Kernel %1 has virtio drivers.</source>
        <translation>В ядре %1 есть драйверы virtio.</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>В загрузочных файлах ядра %1 нет драйверов virtio.</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>Пересоберите initramfs с virtio_blk, virtio_pci и virtio_net и повторите проверку.</translation>
    </message>
    <message>
        <source>The start files of the older kernel %1 have no virtio drivers.</source>
        <translation>В загрузочных файлах старого ядра %1 нет драйверов virtio.</translation>
    </message>
    <message>
        <source>Remove this kernel or rebuild its initramfs, so that it is not started by mistake.</source>
        <translation>Удалите это ядро или пересоберите его initramfs, чтобы оно не запустилось по ошибке.</translation>
    </message>
    <message>
        <source>Network driver for the cloud</source>
        <translation>Сетевой драйвер для облака</translation>
    </message>
    <message>
        <source>Kernel %1 has no virtio_net driver.</source>
        <translation>В ядре %1 нет драйвера virtio_net.</translation>
    </message>
    <message>
        <source>Install the kernel&apos;s complete modules, or the image will have no network.</source>
        <translation>Установите полный набор модулей ядра, иначе в образе не будет сети.</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>Ядро</translation>
    </message>
    <message>
        <source>No kernel was found below /boot.</source>
        <translation>В /boot не найдено ядро.</translation>
    </message>
    <message>
        <source>Make sure that the server&apos;s kernel has virtio drivers.</source>
        <translation>Убедитесь, что в ядре сервера есть драйверы virtio.</translation>
    </message>
    <message>
        <source>Mount table</source>
        <translation>Таблица монтирования</translation>
    </message>
    <message>
        <source>Every entry of /etc/fstab names a volume by something that stays.</source>
        <translation>Каждая запись /etc/fstab задаёт том постоянным идентификатором.</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2. Such names differ from machine to machine.</source>
        <translation>В /etc/fstab указано имя %1 для %2. Такие имена различаются на разных компьютерах.</translation>
    </message>
    <message>
        <source>Write UUID=… instead (blkid prints it).</source>
        <translation>Укажите UUID=… (его выводит blkid).</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2, which is on none of the disks.</source>
        <translation>В /etc/fstab указано имя %1 для %2, которого нет ни на одном диске.</translation>
    </message>
    <message>
        <source>Add the missing disk, or give the entry the option “nofail”; otherwise the image stops while starting.</source>
        <translation>Добавьте недостающий диск или задайте записи параметр «nofail»; иначе образ остановится при запуске.</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Диски</translation>
    </message>
    <message>
        <source>Number of disks within the limits: %1.</source>
        <translation>Число дисков в пределах ограничений: %1.</translation>
    </message>
    <message>
        <source>There are %1 data disks, an ENS image has at most %2.</source>
        <translation>Дисков данных: %1, а в образе ENS — не более %2.</translation>
    </message>
    <message>
        <source>Leave disks out in the plan.</source>
        <translation>Исключите диски в плане.</translation>
    </message>
    <message>
        <source>Data disk %1 has %2, an ENS image allows 500 GiB for each.</source>
        <translation>Размер диска данных %1 — %2, а в образе ENS — не более 500 ГиБ на диск.</translation>
    </message>
    <message>
        <source>Leave the disk out in the plan, or make it smaller.</source>
        <translation>Исключите диск в плане или уменьшите его.</translation>
    </message>
    <message>
        <source>SELinux</source>
        <translation>SELinux</translation>
    </message>
    <message>
        <source>SELinux is %1. Labels are copied with the files, so it can stay as it is.</source>
        <translation>Состояние SELinux: %1. Метки копируются вместе с файлами, его можно не менять.</translation>
    </message>
    <message>
        <source>Leave it enabled.</source>
        <translation>Оставьте включённым.</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>SELinux не используется.</translation>
    </message>
    <message>
        <source>cloud-init</source>
        <translation>cloud-init</translation>
    </message>
    <message>
        <source>cloud-init is installed.</source>
        <translation>cloud-init установлен.</translation>
    </message>
    <message>
        <source>cloud-init is not installed. The instance keeps the server&apos;s passwords, keys and network settings.</source>
        <translation>cloud-init не установлен. Пароли, ключи и настройки сети сервера сохранятся в экземпляре.</translation>
    </message>
    <message>
        <source>Snapshot driver</source>
        <translation>Драйвер снимков</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>Не требуется: диски не используются.</translation>
    </message>
    <message>
        <source>rsync</source>
        <translation>rsync</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>Не требуется: тома копируются поблочно.</translation>
    </message>
    <message>
        <source>Device that cannot be followed</source>
        <translation>Устройство, которое нельзя отслеживать</translation>
    </message>
    <message>
        <source>%1 uses %2, a multipath device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 использует %2, многопутевое устройство. Запись на него нельзя отслеживать, пока сервер работает.</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>Выведите устройство из использования и повторите проверку или выключите сервер и выполните миграцию образов его дисков.</translation>
    </message>
    <message>
        <source>%1 uses %2, which the kernel drives as an NVMe multipath disk. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 использует %2; ядро управляет им как многопутевым диском NVMe. Запись на него нельзя отслеживать, пока сервер работает.</translation>
    </message>
    <message>
        <source>If the disk has one path only, start the server with the kernel option nvme_core.multipath=N and check again; otherwise shut it down and migrate its disk images.</source>
        <translation>Если к диску ведёт только один путь, запустите сервер с параметром ядра nvme_core.multipath=N и повторите проверку; иначе выключите его и выполните миграцию образов его дисков.</translation>
    </message>
    <message>
        <source>%1 uses a disk that is there several times: %2.</source>
        <translation>%1 использует диск, который виден несколько раз: %2.</translation>
    </message>
    <message>
        <source>Leave one path to the disk, then check again.</source>
        <translation>Оставьте к диску один путь и повторите проверку.</translation>
    </message>
    <message>
        <source>%1 uses %2, a DRBD device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 использует %2, устройство DRBD. Запись на него нельзя отслеживать, пока сервер работает.</translation>
    </message>
    <message>
        <source>Unmount it, stop DRBD and check again, or shut the server down and migrate its disk images.</source>
        <translation>Размонтируйте его, остановите DRBD и повторите проверку или выключите сервер и выполните миграцию образов его дисков.</translation>
    </message>
    <message>
        <source>%1 uses %2, which other servers may write to as well.</source>
        <translation>%1 использует %2; туда могут писать и другие серверы.</translation>
    </message>
    <message>
        <source>Unmount it on this server, then check again. What servers share stays where it is.</source>
        <translation>Размонтируйте его на этом сервере и повторите проверку. Общие данные серверов остаются на своём месте.</translation>
    </message>
    <message>
        <source>%1 uses %2, persistent memory. What is written to it cannot be followed.</source>
        <translation>%1 использует %2, энергонезависимую память. Запись в неё нельзя отслеживать.</translation>
    </message>
    <message>
        <source>Move its files to a disk and unmount it, then check again.</source>
        <translation>Перенесите её файлы на диск, размонтируйте её и повторите проверку.</translation>
    </message>
    <message>
        <source>%1 uses %2 with DAX: programs write to it past everything that could follow them.</source>
        <translation>%1 использует %2 с DAX: программы пишут туда в обход всего, что могло бы их отслеживать.</translation>
    </message>
    <message>
        <source>Mount it without the option “dax”, then check again.</source>
        <translation>Смонтируйте без параметра «dax» и повторите проверку.</translation>
    </message>
    <message>
        <source>%1 uses %2, a disk in memory. Nothing of it would reach the image.</source>
        <translation>%1 использует %2, диск в памяти. Ничто с него не попало бы в образ.</translation>
    </message>
    <message>
        <source>%1 uses %2, a kind of device that is not known here. What is written to it cannot be followed.</source>
        <translation>%1 использует %2, устройство неизвестного здесь вида. Запись на него нельзя отслеживать.</translation>
    </message>
    <message>
        <source>System volume</source>
        <translation>Системный том</translation>
    </message>
    <message>
        <source>%1 lies on %2. The image could not start from that.</source>
        <translation>%1 находится на %2. Образ не смог бы с этого загрузиться.</translation>
    </message>
    <message>
        <source>Move it to a partition or to a linear logical volume, then check again.</source>
        <translation>Перенесите его в раздел или на линейный логический том и повторите проверку.</translation>
    </message>
    <message>
        <source>Storage in layers</source>
        <translation>Многослойное хранилище</translation>
    </message>
    <message>
        <source>%1 lies on %2. It is copied as it lies on the disks, with all of them or none.</source>
        <translation>%1 находится на %2. Копируется так, как лежит на дисках: со всеми дисками или ни с одним.</translation>
    </message>
    <message>
        <source>Volume that cannot be held still</source>
        <translation>Том, который нельзя заморозить</translation>
    </message>
    <message>
        <source>%1 (%2) is copied in a moment when nothing writes to it.</source>
        <translation>%1 (%2) копируется в момент, когда туда никто не пишет.</translation>
    </message>
    <message>
        <source>Avoid changes there during the final step.</source>
        <translation>Не вносите туда изменений во время завершающего шага.</translation>
    </message>
    <message>
        <source>Not on this server</source>
        <translation>Не на этом сервере</translation>
    </message>
    <message>
        <source>These are not on disks of this server and are not migrated: %1.</source>
        <translation>Это находится не на дисках этого сервера и не переносится: %1.</translation>
    </message>
    <message>
        <source>Make sure that the instance can reach what it needs of them.</source>
        <translation>Убедитесь, что экземпляр сможет получить доступ к тому, что ему из этого нужно.</translation>
    </message>
    <message>
        <source>Disk that cannot be understood</source>
        <translation>Диск, который не удалось распознать</translation>
    </message>
    <message>
        <source>%1 cannot be used: %2</source>
        <translation>%1 нельзя использовать: %2</translation>
    </message>
    <message>
        <source>Repair it, or leave the disk out in the plan.</source>
        <translation>Исправьте диск или исключите его из плана.</translation>
    </message>
    <message>
        <source>Identity of a disk</source>
        <translation>Опознание диска</translation>
    </message>
    <message>
        <source>Disk %1 has neither a serial number nor an id. It is recognized by its slot.</source>
        <translation>У диска %1 нет ни серийного номера, ни идентификатора. Он опознаётся по своему слоту.</translation>
    </message>
    <message>
        <source>Leave it in its slot until the migration is finished.</source>
        <translation>Оставьте его в этом слоте до завершения миграции.</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Память</translation>
    </message>
    <message>
        <source>%1 are free.</source>
        <translation>Свободно: %1.</translation>
    </message>
    <message>
        <source>Only %1 are free. What changes last is kept in memory in the final step.</source>
        <translation>Свободно только %1. Последние изменения на завершающем шаге хранятся в памяти.</translation>
    </message>
    <message>
        <source>Stop programs that are not needed during the migration.</source>
        <translation>Остановите программы, не нужные во время миграции.</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>Нужен для поблочного копирования работающего сервера.</translation>
    </message>
    <message>
        <source>You are asked before it is installed.</source>
        <translation>Перед установкой у вас спросят разрешения.</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>rsync установлен.</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>rsync копирует тома по файлам, но он не установлен.</translation>
    </message>
    <message>
        <source>It was tested on every disk: what is written while the server runs is noticed.</source>
        <translation>Он проверен на каждом диске: запись во время работы сервера обнаруживается.</translation>
    </message>
    <message>
        <source>They are added to the copy; the server itself is not changed.</source>
        <translation>Они добавляются в копию; сам сервер не изменяется.</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Часы</translation>
    </message>
    <message>
        <source>It agrees with the cloud&apos;s clock.</source>
        <translation>Они совпадают с часами облака.</translation>
    </message>
    <message>
        <source>It was not compared with the cloud&apos;s clock, because no answer told the time.</source>
        <translation>Они не сверены с часами облака, потому что ни в одном ответе не было времени.</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>Адреса облака</translation>
    </message>
    <message>
        <source>All of these answer: %1.</source>
        <translation>Все эти адреса отвечают: %1.</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>yes</source>
        <translation>да</translation>
    </message>
    <message>
        <source>no</source>
        <translation>нет</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>Образ ENS готов.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Состояние</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>Образ ENS</translation>
    </message>
    <message>
        <source>Image name</source>
        <translation>Имя образа</translation>
    </message>
    <message>
        <source>Image region</source>
        <translation>Регион образа</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Учётная запись</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>Создано</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Завершено</translation>
    </message>
    <message>
        <source>Source server</source>
        <translation>Исходный сервер</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Имя</translation>
    </message>
    <message>
        <source>Source id</source>
        <translation>ИД источника</translation>
    </message>
    <message>
        <source>Operating system</source>
        <translation>Операционная система</translation>
    </message>
    <message>
        <source>Boot mode</source>
        <translation>Режим загрузки</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Диск</translation>
    </message>
    <message>
        <source>What happened when</source>
        <translation>Ход миграции</translation>
    </message>
    <message>
        <source>Phase</source>
        <translation>Этап</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Начало</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>Секунды</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Данные</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Скопировано</translation>
    </message>
    <message>
        <source>Sent over the network</source>
        <translation>Передано по сети</translation>
    </message>
    <message>
        <source>Every block checked by its hash on arrival</source>
        <translation>Хеш каждого блока проверен при получении</translation>
    </message>
    <message>
        <source>Target read back and compared</source>
        <translation>Цель прочитана обратно и сверена</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>неизвестно</translation>
    </message>
    <message>
        <source>Resources made in the account</source>
        <translation>Ресурсы, созданные в учётной записи</translation>
    </message>
    <message>
        <source>Nothing temporary is left.</source>
        <translation>Временных ресурсов не осталось.</translation>
    </message>
    <message>
        <source>Some resources are kept for a retry and cost money until they are removed.</source>
        <translation>Часть ресурсов сохранена для повтора и оплачивается до удаления.</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Вид</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>ИД</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Регион</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>Создано</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>Удалено</translation>
    </message>
    <message>
        <source>Price per day</source>
        <translation>Цена в день</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>сохранено</translation>
    </message>
    <message>
        <source>How to create an instance</source>
        <translation>Как создать экземпляр</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Предупреждения</translation>
    </message>
    <message>
        <source>Migration report</source>
        <translation>Отчёт о миграции</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <extracomment>%1 is a number of milliseconds</extracomment>
        <translation>%1 мс</translation>
    </message>
    <message>
        <source>eBPF: a mark for each block in the kernel</source>
        <translation>eBPF: отметка для каждого блока в ядре</translation>
    </message>
    <message>
        <source>perf: a ring of events in the kernel</source>
        <translation>perf: кольцо событий в ядре</translation>
    </message>
    <message>
        <source>a known write was marked exactly where it went</source>
        <translation>контрольная запись отмечена точно в своём месте</translation>
    </message>
    <message>
        <source>a known write was seen</source>
        <translation>контрольная запись замечена</translation>
    </message>
    <message>
        <source>no place for a known write; the kernel&apos;s count of sectors agrees</source>
        <translation>нет места для контрольной записи; счётчик секторов ядра совпадает</translation>
    </message>
    <message>
        <source>none</source>
        <translation>нет</translation>
    </message>
    <message>
        <source>Changes were followed by</source>
        <translation>Способ отслеживания изменений</translation>
    </message>
    <message>
        <source>Trackers that could not be used</source>
        <translation>Способы отслеживания, которые не удалось использовать</translation>
    </message>
    <message>
        <source>Tracker tested on %1</source>
        <extracomment>%1 is a disk</extracomment>
        <translation>Отслеживание проверено на %1</translation>
    </message>
    <message>
        <source>Lost events</source>
        <translation>Потерянные события</translation>
    </message>
    <message>
        <source>Even one missed write would have been noticed</source>
        <translation>Была бы замечена даже одна пропущенная запись</translation>
    </message>
    <message>
        <source>What proves the copy of the running server</source>
        <translation>Чем подтверждается копия работающего сервера</translation>
    </message>
    <message>
        <source>Rounds while the server worked</source>
        <translation>Проходы во время работы сервера</translation>
    </message>
    <message>
        <source>Final moment: writing stood still for</source>
        <translation>Завершающий момент: запись была остановлена на</translation>
    </message>
    <message>
        <source>Read meanwhile</source>
        <translation>Прочитано за это время</translation>
    </message>
    <message>
        <source>Final moments, with those that were repeated</source>
        <translation>Завершающие моменты, включая повторные</translation>
    </message>
    <message>
        <source>Unchanged blocks read again before it, all equal</source>
        <translation>Неизменённые блоки, перечитанные до него, все совпали</translation>
    </message>
    <message>
        <source>Blocks read back from the target&apos;s disks, all equal</source>
        <translation>Блоки, прочитанные обратно с целевых дисков, все совпали</translation>
    </message>
    <message>
        <source>Signed off by both ends</source>
        <translation>Подтверждено обеими сторонами</translation>
    </message>
    <message>
        <source>round %1, check sum %2</source>
        <extracomment>%1 is a number, %2 a check sum</extracomment>
        <translation>проход %1, контрольная сумма %2</translation>
    </message>
    <message>
        <source>Problems of the administrator&apos;s hooks</source>
        <translation>Проблемы обработчиков администратора</translation>
    </message>
    <message>
        <source>Filesystem</source>
        <translation>Файловая система</translation>
    </message>
    <message>
        <source>Time to stop it, rehearsed</source>
        <translation>Время заморозки (репетиция)</translation>
    </message>
    <message>
        <source>Time to let it go on</source>
        <translation>Время разморозки</translation>
    </message>
    <message>
        <source>Not proved: that each program had stored all it knew (hooks before the final moment can see to that), and that no storage driver writes without telling the kernel&apos;s request layer.</source>
        <translation>Не доказано: что каждая программа сохранила все свои данные (об этом могут позаботиться обработчики перед завершающим моментом) и что ни один драйвер хранилища не пишет в обход уровня запросов ядра.</translation>
    </message>
    <message>
        <source>The copy was changed so that it starts, and can be reached, in the cloud. Each original lies beside the new file as *.edgelift-orig.</source>
        <translation>Копия изменена так, чтобы она запускалась и была доступна в облаке. Каждый исходный файл сохранён рядом с новым как *.edgelift-orig.</translation>
    </message>
    <message>
        <source>Nothing had to be changed: the server starts in the cloud as it is.</source>
        <translation>Изменять ничего не потребовалось: сервер запускается в облаке как есть.</translation>
    </message>
    <message>
        <source>The copy would not start in the cloud. Nothing was changed in it.</source>
        <translation>Копия не запустилась бы в облаке. В ней ничего не изменено.</translation>
    </message>
    <message>
        <source>The copy was not changed, because its filesystems could not be looked into.</source>
        <translation>Копия не изменена, так как не удалось проверить содержимое её файловых систем.</translation>
    </message>
    <message>
        <source>Made ready for the cloud</source>
        <translation>Подготовка для облака</translation>
    </message>
    <message>
        <source>Made anew: %1</source>
        <translation>Создано заново: %1</translation>
    </message>
    <message>
        <source>GRUB was put into the boot sector.</source>
        <translation>GRUB записан в загрузочный сектор.</translation>
    </message>
    <message>
        <source>Moved aside: %1</source>
        <translation>Отложено в сторону: %1</translation>
    </message>
    <message>
        <source>Changed: %1</source>
        <translation>Изменено: %1</translation>
    </message>
    <message>
        <source>Test boot</source>
        <translation>Пробная загрузка</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine. It shows a login prompt and answers on its network.</source>
        <translation>Образ запущен в виртуальной машине. Он показывает приглашение ко входу и отвечает в своей сети.</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine and did not come up completely.</source>
        <translation>Образ запущен в виртуальной машине, но загрузился не полностью.</translation>
    </message>
    <message>
        <source>Reached</source>
        <translation>Достигнутый этап</translation>
    </message>
    <message>
        <source>Login prompt</source>
        <translation>Приглашение ко входу</translation>
    </message>
    <message>
        <source>Address by DHCP</source>
        <translation>Адрес по DHCP</translation>
    </message>
    <message>
        <source>Answers on the network</source>
        <translation>Отвечает в сети</translation>
    </message>
    <message>
        <source>Trouble</source>
        <translation>Неполадка</translation>
    </message>
    <message>
        <source>Console log</source>
        <translation>Журнал консоли</translation>
    </message>
    <message>
        <source>What was copied block by block is as it was at one moment, in which nothing was written: as after a power cut. Programs find everything there that was stored for good by then.</source>
        <translation>То, что скопировано поблочно, находится в том состоянии, в котором было в один момент, когда ничего не записывалось: как после отключения питания. Программы найдут там всё, что к этому моменту было надёжно сохранено.</translation>
    </message>
    <message>
        <source>Files that were copied while the server worked</source>
        <translation>Файлы, скопированные во время работы сервера</translation>
    </message>
    <message>
        <source>Each file is as it was at some time during the last pass over its volume, and not all files are of one moment. A program that was writing then may find its files out of step with each other: stop such programs before the final point, or copy their volume block by block.</source>
        <translation>Каждый файл находится в том состоянии, в котором был в какое-то время последнего прохода по его тому, и не все файлы относятся к одному моменту. У программы, которая в это время вела запись, файлы могут оказаться несогласованными между собой: остановите такие программы перед фиксацией итогового состояния или копируйте их том поблочно.</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Том</translation>
    </message>
    <message>
        <source>Last pass began</source>
        <translation>Начало последнего прохода</translation>
    </message>
    <message>
        <source>It ended</source>
        <translation>Завершение</translation>
    </message>
    <message>
        <source>Passes</source>
        <translation>Проходы</translation>
    </message>
    <message>
        <source>Files changed before the last pass</source>
        <translation>Файлы, изменённые до последнего прохода</translation>
    </message>
    <message>
        <source>Vanished during it</source>
        <translation>Исчезло за время прохода</translation>
    </message>
</context>
<context>
    <name>ResourceKind</name>
    <message>
        <source>image export task</source>
        <translation>задача экспорта образа</translation>
    </message>
    <message>
        <source>temporary ECS image</source>
        <translation>временный образ ECS</translation>
    </message>
    <message>
        <source>snapshot</source>
        <translation>снимок</translation>
    </message>
    <message>
        <source>transit instance</source>
        <translation>транзитный экземпляр</translation>
    </message>
    <message>
        <source>disk of the transit instance</source>
        <translation>диск транзитного экземпляра</translation>
    </message>
    <message>
        <source>security group</source>
        <translation>группа безопасности</translation>
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
        <translation>объект в бакете</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>образ ENS</translation>
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
        <translation>Связь с транзитным экземпляром прервана. Копирование продолжится автоматически, когда она восстановится.</translation>
    </message>
    <message>
        <source>The address of this server is not known, so ports 8080 and 8703 of the transit instance are open to every address. Only this migration&apos;s key is accepted there.</source>
        <translation>Адрес этого сервера неизвестен, поэтому порты 8080 и 8703 транзитного экземпляра открыты для всех адресов. Принимается только ключ этой миграции.</translation>
    </message>
    <message>
        <source>Not removed: %1 %2. %3</source>
        <translation>Не удалено: %1 %2. %3</translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the source had another content when read again and were sent again. Test the source server&apos;s memory (RAM) and disk.</source>
        <translation>
            <numerusform>При повторном чтении изменился %n блок источника; он передан снова. Проверьте память (RAM) и диск исходного сервера.</numerusform>
            <numerusform>При повторном чтении изменились %n блока источника; они переданы снова. Проверьте память (RAM) и диск исходного сервера.</numerusform>
            <numerusform>При повторном чтении изменились %n блоков источника; они переданы снова. Проверьте память (RAM) и диск исходного сервера.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the target differed from what was sent and were sent again.</source>
        <translation>
            <numerusform>%n блок цели отличался от переданного и передан снова.</numerusform>
            <numerusform>%n блока цели отличались от переданных и переданы снова.</numerusform>
            <numerusform>%n блоков цели отличались от переданных и переданы снова.</numerusform>
        </translation>
    </message>
    <message>
        <source>The server changes %1 MB/s, and %2 MB/s can be sent: the copy does not catch up. Raise the limits, wait for a quiet hour, stop the services that write most, or allow a longer final moment.</source>
        <translation>Сервер изменяет %1 МБ/с, а передать можно %2 МБ/с: копирование не успевает. Увеличьте ограничения, дождитесь спокойного времени, остановите службы, которые пишут больше всего, или разрешите более долгий завершающий момент.</translation>
    </message>
    <message>
        <source>The agent ended in the final moment of the copy, while writing to %1 was stopped. Writing goes on since the agent was started again; look whether the programs that write there noticed.</source>
        <translation>Агент завершил работу в завершающий момент копирования, когда запись на %1 была остановлена. После повторного запуска агента запись возобновилась; проверьте, не повлияло ли это на программы, которые туда пишут.</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because no root filesystem of Linux was found. Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>Копия не адаптирована для облака, так как корневая файловая система Linux не найдена. Убедитесь, что на сервере есть драйверы virtio и он получает адрес по DHCP.</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because the transit instance could not mount %1 (%2). Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>Копия не адаптирована для облака, так как транзитный экземпляр не смог смонтировать %1 (%2). Убедитесь, что на сервере есть драйверы virtio и он получает адрес по DHCP.</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks. The copy compares everything instead, and in its final moment writing stops for about %1 seconds.</source>
        <translation>Ядро никому не позволяет отслеживать запись на диски. Вместо этого при копировании сравнивается всё, и в завершающий момент запись останавливается примерно на %1 с.</translation>
    </message>
    <message>
        <source>The clock of this server differs from the cloud&apos;s by %1 seconds. At 15 minutes the cloud refuses every request. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”.</source>
        <translation>Часы этого сервера расходятся с часами облака на %1 с. При расхождении в 15 минут облако отклоняет все запросы. Синхронизируйте часы, например командой «timedatectl set-ntp true» или «chronyc makestep».</translation>
    </message>
    <message>
        <source>The target disks have another layout now: transit instance %1 is removed with its disks, another one is made, and the copy begins anew.</source>
        <translation>У целевых дисков теперь другая разметка: транзитный экземпляр %1 удаляется вместе с дисками, создаётся другой, и копирование начинается заново.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::BootPanel</name>
    <message>
        <source>The image works: the server in it has booted, and all its files are as they were.</source>
        <translation>Образ работает: сервер в нём загрузился, и все его файлы остались прежними.</translation>
    </message>
    <message>
        <source>The machine is off. The image works: all files in it were as they were.</source>
        <translation>Машина выключена. Образ работает: все файлы в нём остались прежними.</translation>
    </message>
    <message>
        <source>The image boots in a virtual machine on this server. The image is not changed.</source>
        <translation>Образ загружается в виртуальной машине на этом сервере. Образ не изменяется.</translation>
    </message>
    <message>
        <source>The machine is off. It did not say what the server says when it has booted.</source>
        <translation>Машина выключена. Она не сообщила того, что сообщает загрузившийся сервер.</translation>
    </message>
    <message>
        <source>Stop the &amp;machine</source>
        <translation>Остановить &amp;машину</translation>
    </message>
    <message>
        <source>Boot it &amp;here</source>
        <translation>За&amp;грузить здесь</translation>
    </message>
    <message>
        <source>Console of the image that boots here</source>
        <translation>Консоль образа, который загружается здесь</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ButtonRow</name>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Далее</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Справка</translation>
    </message>
    <message>
        <source>&amp;Options</source>
        <extracomment>Opens a menu: language, size of text, low-bandwidth mode</extracomment>
        <translation>Параметр&amp;ы</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>Параметры</translation>
    </message>
    <message>
        <source>F10</source>
        <translation>F10</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Назад</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Закрыть</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksModel</name>
    <message>
        <source>Cloud account</source>
        <translation>Облачная учётная запись</translation>
    </message>
    <message>
        <source>Not looked at yet.</source>
        <translation>Ещё не проверено.</translation>
    </message>
    <message>
        <source>It is tested on the Connect page.</source>
        <translation>Проверяется на странице «Подключение».</translation>
    </message>
    <message>
        <source>The account answers.</source>
        <translation>Учётная запись отвечает.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What was found, and what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>OK</source>
        <extracomment>Result of a check</extracomment>
        <translation>ОК</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Примечание</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Предупреждение</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Проблема</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Результат</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Проверка</translation>
    </message>
    <message>
        <source>What was found, and what to do</source>
        <translation>Что обнаружено и что делать</translation>
    </message>
    <message>
        <source>Solution</source>
        <translation>Решение</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>Адреса облака</translation>
    </message>
    <message>
        <source>They are being asked…</source>
        <translation>Идёт опрос…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksPage</name>
    <message>
        <source>wait until the checks are done</source>
        <translation>дождитесь окончания проверок</translation>
    </message>
    <message>
        <source>let the server be read: choose Check again</source>
        <translation>разрешите чтение сервера: выберите «Проверить снова»</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Проверка…</translation>
    </message>
    <message numerus="yes">
        <source>%n OK</source>
        <translation>
            <numerusform>%n в порядке</numerusform>
            <numerusform>%n в порядке</numerusform>
            <numerusform>%n в порядке</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s)</source>
        <translation>
            <numerusform>%n предупреждение</numerusform>
            <numerusform>%n предупреждения</numerusform>
            <numerusform>%n предупреждений</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n проблема</numerusform>
            <numerusform>%n проблемы</numerusform>
            <numerusform>%n проблем</numerusform>
        </translation>
    </message>
    <message>
        <source>Check &amp;again (F5)</source>
        <translation>&amp;Проверить снова (F5)</translation>
    </message>
    <message>
        <source>Checks of this server</source>
        <translation>Проверки этого сервера</translation>
    </message>
    <message>
        <source>Is this server ready?</source>
        <translation>Готов ли этот сервер?</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>Проверки</translation>
    </message>
    <message>
        <source>Only a problem stops the migration; warnings are for you to weigh.</source>
        <translation>Миграцию останавливают только проблемы; предупреждения оцените сами.</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>По&amp;вторить</translation>
    </message>
    <message>
        <source>Fix…</source>
        <translation>Исправить…</translation>
    </message>
    <message>
        <source>Fix: %1</source>
        <translation>Исправить: %1</translation>
    </message>
    <message>
        <source>Each row says what was looked at, what was found and what to do about it. Problems must be solved before the migration can start; solve them on the server, then choose Check again. Where Edgelift can do it for you, the row has a Fix button: you are told what it does before anything changes.</source>
        <translation>В каждой строке указано, что проверено, что обнаружено и что делать. Проблемы нужно устранить до начала миграции: исправьте их на сервере и выберите «Проверить снова». Если Edgelift может сделать это за вас, в строке есть кнопка «Исправить»: вам сообщат, что она сделает, прежде чем что-либо изменится.</translation>
    </message>
    <message>
        <source>wait until the problem is solved</source>
        <translation>дождитесь устранения проблемы</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CleanUpBox</name>
    <message>
        <source>What the migration made in the cloud is being removed. You may close this window: it goes on.</source>
        <translation>Удаляется то, что миграция создала в облаке. Это окно можно закрыть: удаление продолжится.</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until they are removed:</source>
        <translation>Это ещё существует в облаке и оплачивается, пока не будет удалено:</translation>
    </message>
    <message>
        <source>Everything temporary was released: the transit instance, the temporary images and snapshots.</source>
        <translation>Всё временное освобождено: транзитный экземпляр, временные образы и снимки.</translation>
    </message>
    <message>
        <source>The last clean-up was not complete: %1 %2 [%3]</source>
        <extracomment>Why a clean-up failed: %1 to what it happened, %2 what to do, %3 a code such as EL-0212</extracomment>
        <translation>Последняя очистка выполнена не полностью: %1 %2 [%3]</translation>
    </message>
    <message>
        <source>Clean up? The job is deleted, the transit instance is released and the copied data is lost.</source>
        <translation>Выполнить очистку? Задание удаляется, транзитный экземпляр освобождается, скопированные данные теряются.</translation>
    </message>
    <message>
        <source>Clean up? Everything listed here but what is kept on purpose is removed from the cloud.</source>
        <translation>Выполнить очистку? Из облака удаляется всё перечисленное здесь, кроме сохранённого намеренно.</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>&amp;Оставить</translation>
    </message>
    <message>
        <source>Clean u&amp;p now</source>
        <translation>Очист&amp;ить сейчас</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>Очистка</translation>
    </message>
    <message>
        <source>Clean &amp;up…</source>
        <translation>О&amp;чистить…</translation>
    </message>
    <message>
        <source>How to do it by han&amp;d</source>
        <translation>Как сделать это вр&amp;учную</translation>
    </message>
    <message>
        <source>Sign in to the console, choose the region, and remove what is listed here from top to bottom: release the instance, delete images, snapshots, disks and the network, and the objects in the bucket. Look for it by its id.</source>
        <translation>Войдите в консоль, выберите регион и удалите перечисленное здесь сверху вниз: освободите экземпляр, удалите образы, снимки, диски и сеть, а также объекты в бакете. Ищите по идентификатору.</translation>
    </message>
    <message>
        <source>ECS console</source>
        <translation>Консоль ECS</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CodeMaker</name>
    <message>
        <source>Generating…</source>
        <translation>Генерация…</translation>
    </message>
    <message>
        <source>&amp;Name of the code:</source>
        <translation>Им&amp;я кода:</translation>
    </message>
    <message>
        <source>Optional</source>
        <translation>Необязательно</translation>
    </message>
    <message>
        <source>Servers it can import (1 to %1):</source>
        <translation>Сколько серверов можно импортировать (от 1 до %1):</translation>
    </message>
    <message>
        <source>Days it is valid (1 to %1):</source>
        <translation>Срок действия в днях (от 1 до %1):</translation>
    </message>
    <message>
        <source>&amp;Generate</source>
        <translation>Сгенерироват&amp;ь</translation>
    </message>
    <message>
        <source>Choose AccessKey pair above and enter the pair and, under Private network, the address of the service.</source>
        <translation>Выберите выше «Пара AccessKey» и введите пару, а в разделе «Частная сеть» — адрес службы.</translation>
    </message>
    <message>
        <source>The new activation code</source>
        <translation>Новый код активации</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>Коп&amp;ировать</translation>
    </message>
    <message>
        <source>Copy the activation code</source>
        <translation>Копировать код активации</translation>
    </message>
    <message>
        <source>&amp;Use it here</source>
        <translation>Испо&amp;льзовать здесь</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ConnectPage</name>
    <message>
        <source>Connect this server</source>
        <translation>Подключение этого сервера</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>Подключение</translation>
    </message>
    <message>
        <source>Enter the activation code or an AccessKey pair.</source>
        <translation>Введите код активации или пару AccessKey.</translation>
    </message>
    <message>
        <source>An activation code is made in the SMC console and lets this server register itself without an AccessKey. It may be pasted with spaces, line breaks or the complete command around it.

An AccessKey pair belongs to a user of your account; create one in the RAM console.

Neither is saved: after the program was closed, enter it again.</source>
        <translation>Код активации создаётся в консоли SMC и позволяет серверу зарегистрироваться без AccessKey. Его можно вставить с пробелами, переносами строк или вместе со всей командой.

Пара AccessKey принадлежит пользователю вашей учётной записи; создайте её в консоли RAM.

Ни то, ни другое не сохраняется: после закрытия программы введите данные снова.</translation>
    </message>
    <message>
        <source>Connected as %1.</source>
        <translation>Подключено как %1.</translation>
    </message>
    <message>
        <source>Contacting %1…</source>
        <translation>Соединение с %1…</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>&amp;Повторить</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>Про&amp;верить подключение</translation>
    </message>
    <message>
        <source>Generate a &amp;code</source>
        <translation>С&amp;генерировать код</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CredentialForm</name>
    <message>
        <source>Enter an address that begins with http:// or https://.</source>
        <translation>Введите адрес, начинающийся с http:// или https://.</translation>
    </message>
    <message>
        <source>Enter both the AccessKey ID and the AccessKey secret. [E-CON-05]</source>
        <translation>Введите и AccessKey ID, и секрет AccessKey. [E-CON-05]</translation>
    </message>
    <message>
        <source>Enter the activation code from the SMC console. [E-CON-01]</source>
        <translation>Введите код активации из консоли SMC. [E-CON-01]</translation>
    </message>
    <message>
        <source>The service rejected the activation code. Check it for missing characters, or generate a new one. [E-CON-02]</source>
        <translation>Служба отклонила код активации. Проверьте, все ли символы на месте, или создайте новый код. [E-CON-02]</translation>
    </message>
    <message>
        <source>The activation code expired on %1. Generate a new one. [E-CON-03]</source>
        <translation>Срок действия кода активации истёк %1. Создайте новый код. [E-CON-03]</translation>
    </message>
    <message numerus="yes">
        <source>The activation code has already imported %n server(s), which is its limit. Generate a new one. [E-CON-04]</source>
        <translation>
            <numerusform>С этим кодом активации уже импортирован %n сервер, лимит достигнут. Создайте новый код. [E-CON-04]</numerusform>
            <numerusform>С этим кодом активации уже импортировано %n сервера, лимит достигнут. Создайте новый код. [E-CON-04]</numerusform>
            <numerusform>С этим кодом активации уже импортировано %n серверов, лимит достигнут. Создайте новый код. [E-CON-04]</numerusform>
        </translation>
    </message>
    <message>
        <source>The AccessKey pair was refused: %1. Check the pair and its permissions. [E-CON-06]</source>
        <translation>Пара AccessKey отклонена: %1. Проверьте пару и её разрешения. [E-CON-06]</translation>
    </message>
    <message>
        <source>enter the activation code</source>
        <translation>введите код активации</translation>
    </message>
    <message>
        <source>enter the AccessKey ID and the AccessKey secret</source>
        <translation>введите AccessKey ID и секрет AccessKey</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>исправьте отмеченное</translation>
    </message>
    <message>
        <source>complete the activation code</source>
        <translation>введите код активации полностью</translation>
    </message>
    <message>
        <source>Acti&amp;vation code (recommended)</source>
        <translation>Код &amp;активации (рекомендуется)</translation>
    </message>
    <message>
        <source>Access&amp;Key pair</source>
        <translation>Па&amp;ра AccessKey</translation>
    </message>
    <message>
        <source>Activation &amp;code:</source>
        <translation>&amp;Код активации:</translation>
    </message>
    <message>
        <source>AccessKey &amp;ID:</source>
        <translation>AccessKey &amp;ID:</translation>
    </message>
    <message>
        <source>AccessKey &amp;secret:</source>
        <translation>Секр&amp;ет AccessKey:</translation>
    </message>
    <message>
        <source>&amp;Endpoint:</source>
        <translation>Конечная &amp;точка:</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>П&amp;оказать</translation>
    </message>
    <message>
        <source>Show the activation code</source>
        <translation>Показать код активации</translation>
    </message>
    <message>
        <source>Show the AccessKey secret</source>
        <translation>Показать секрет AccessKey</translation>
    </message>
    <message>
        <source>&amp;Private network</source>
        <translation>&amp;Частная сеть</translation>
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
        <translation>Команда: %1</translation>
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
        <translation>Приёмник принудительно завершён. Он снова запустится сам.</translation>
    </message>
    <message>
        <source>No receiver runs now. It runs while data is transferred.</source>
        <translation>Сейчас приёмник не работает. Он работает во время передачи данных.</translation>
    </message>
    <message>
        <source>Every instance type is sold out.</source>
        <translation>Все типы экземпляров распроданы.</translation>
    </message>
    <message>
        <source>Instance types are in stock again.</source>
        <translation>Типы экземпляров снова в наличии.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>An error: %1 what happened, %2 what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>The network is back.</source>
        <translation>Сеть снова работает.</translation>
    </message>
    <message numerus="yes">
        <source>The network is down for %n s more.</source>
        <translation>
            <numerusform>Сеть не будет работать ещё %n секунду.</numerusform>
            <numerusform>Сеть не будет работать ещё %n секунды.</numerusform>
            <numerusform>Сеть не будет работать ещё %n секунд.</numerusform>
        </translation>
    </message>
    <message>
        <source>Restock the instance types</source>
        <translation>Вернуть типы экземпляров в наличие</translation>
    </message>
    <message>
        <source>Sell out the instance types</source>
        <translation>Распродать типы экземпляров</translation>
    </message>
    <message>
        <source>Demonstration – no data leaves this server</source>
        <translation>Демонстрация — данные не покидают этот сервер</translation>
    </message>
    <message>
        <source>Link speed:</source>
        <translation>Скорость канала:</translation>
    </message>
    <message>
        <source>Speed of the simulated link</source>
        <translation>Скорость имитируемого канала</translation>
    </message>
    <message>
        <source>Make it fail</source>
        <translation>Вызвать сбой</translation>
    </message>
    <message numerus="yes">
        <source>Drop the network for %n s</source>
        <translation>
            <numerusform>Отключить сеть на %n секунду</numerusform>
            <numerusform>Отключить сеть на %n секунды</numerusform>
            <numerusform>Отключить сеть на %n секунд</numerusform>
        </translation>
    </message>
    <message>
        <source>Kill the receiver</source>
        <translation>Принудительно завершить приёмник</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DemoWorld</name>
    <message>
        <source>Building the sample server…</source>
        <translation>Подготовка примера сервера…</translation>
    </message>
    <message>
        <source>Starting a simulated cloud…</source>
        <translation>Запуск имитации облака…</translation>
    </message>
    <message>
        <source>Starting the agent…</source>
        <translation>Запуск агента…</translation>
    </message>
    <message>
        <source>Creating an activation code…</source>
        <translation>Создание кода активации…</translation>
    </message>
    <message>
        <source>The demonstration is ready. The activation code is in its field already.</source>
        <translation>Демонстрация готова. Код активации уже введён в своё поле.</translation>
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
        <translation>Сохранение диагностики</translation>
    </message>
    <message>
        <source>ZIP archives (*.zip)</source>
        <translation>Архивы ZIP (*.zip)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>Сохранено как %1.</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 the name of a file, %2 its size</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>These files will be saved, without secrets:
%1</source>
        <translation>Будут сохранены эти файлы, без секретов:
%1</translation>
    </message>
    <message>
        <source>Save these files…</source>
        <translation>Сохранить эти файлы…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskBar</name>
    <message>
        <source>Drop mount targets here</source>
        <translation>Перетащите сюда точки монтирования</translation>
    </message>
    <message>
        <source>+%1 too much</source>
        <extracomment>on a disk that is too small; %1 a size</extracomment>
        <translation>+%1 лишних</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskRows</name>
    <message>
        <source>System disk %1</source>
        <extracomment>%1: the name of a disk such as /dev/vda</extracomment>
        <translation>Системный диск %1</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <translation>Диск данных %1</translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation>Ход выполнения: %1</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of a disk: amount that is copied, amount in all</extracomment>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksBars</name>
    <message>
        <source>%1 used</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation>занято %1</translation>
    </message>
    <message>
        <source>Source disk %1, %2</source>
        <extracomment>%1 a disk of the server, %2 its size, for screen readers</extracomment>
        <translation>Исходный диск %1, %2</translation>
    </message>
    <message>
        <source>Source</source>
        <extracomment>heading: the disks of the server</extracomment>
        <translation>Источник</translation>
    </message>
    <message>
        <source>Destination</source>
        <extracomment>heading: the disks of the image</extracomment>
        <translation>Назначение</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksButtons</name>
    <message numerus="yes">
        <source>%n problem(s) to solve</source>
        <translation>
            <numerusform>Нужно решить %n проблему</numerusform>
            <numerusform>Нужно решить %n проблемы</numerusform>
            <numerusform>Нужно решить %n проблем</numerusform>
        </translation>
    </message>
    <message>
        <source>Fits: yes</source>
        <translation>Помещается: да</translation>
    </message>
    <message>
        <source>&amp;Automatic layout</source>
        <translation>&amp;Автоматическая разметка</translation>
    </message>
    <message>
        <source>Ad&amp;just</source>
        <translation>Нас&amp;троить</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Отменить</translation>
    </message>
    <message>
        <source>Red&amp;o</source>
        <translation>Повто&amp;рить</translation>
    </message>
    <message>
        <source>Reset to au&amp;tomatic</source>
        <translation>С&amp;бросить к автоматической</translation>
    </message>
    <message>
        <source>&amp;Fix automatically</source>
        <translation>Исправить авто&amp;матически</translation>
    </message>
    <message>
        <source>&amp;Rescan</source>
        <translation>Перес&amp;канировать</translation>
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
        <translation>«%1» не является размером. Введите число в ГиБ или с единицей, например 20 или 512 МиБ.</translation>
    </message>
    <message>
        <source>%1 picked up. Use Up and Down to choose a disk, Enter to drop, Esc to cancel.</source>
        <translation>%1: взято. Стрелками вверх и вниз выберите диск, Enter — опустить, Esc — отмена.</translation>
    </message>
    <message>
        <source>No disks found.</source>
        <translation>Диски не найдены.</translation>
    </message>
    <message>
        <source>Reading disks…</source>
        <translation>Чтение дисков…</translation>
    </message>
    <message>
        <source>let Edgelift read the disks of this server</source>
        <translation>разрешите Edgelift прочитать диски этого сервера</translation>
    </message>
    <message numerus="yes">
        <source>solve %n problem(s) of the layout</source>
        <translation>
            <numerusform>решите %n проблему разметки</numerusform>
            <numerusform>решите %n проблемы разметки</numerusform>
            <numerusform>решите %n проблем разметки</numerusform>
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
        <translation>Перетащите точку монтирования за ручку на другой диск или нажмите на ней Ctrl+X. F2 изменяет размер, пробел снимает флажок «Переносить».</translation>
    </message>
    <message>
        <source>What is left needs your decision: see the list below the table.</source>
        <translation>Остальное требует вашего решения: см. список под таблицей.</translation>
    </message>
    <message>
        <source>&amp;Show the layout</source>
        <translation>&amp;Показать разметку</translation>
    </message>
    <message>
        <source>Mount targets</source>
        <translation>Точки монтирования</translation>
    </message>
    <message>
        <source>The automatic layout makes the disks of the image like those of this server. Choose “Adjust” to change sizes, to move mount targets to other disks, to leave some out or to use LVM.

With the keyboard: Ctrl+X picks up a mount target, Up and Down choose a disk, Enter drops it, Esc cancels. Alt+1 to Alt+5 move it to a disk at once, Alt+Up and Alt+Down change the order. F2 changes a size, Space sets or clears Migrate, L sets or clears LVM on the row of a disk. Shift+F10 opens a menu with all of this. Ctrl+Z undoes.</source>
        <translation>Автоматическая разметка делает диски образа такими же, как на этом сервере. Выберите «Настроить», чтобы изменить размеры, переместить точки монтирования на другие диски, исключить некоторые или использовать LVM.

С клавиатуры: Ctrl+X берёт точку монтирования, стрелки вверх и вниз выбирают диск, Enter опускает её, Esc отменяет. Alt+1–Alt+5 сразу перемещают её на диск, Alt+Up и Alt+Down меняют порядок. F2 изменяет размер, пробел ставит или снимает «Переносить», L включает или отключает LVM в строке диска. Shift+F10 открывает меню со всем этим. Ctrl+Z отменяет действие.</translation>
    </message>
    <message>
        <source>Disks and mount targets</source>
        <translation>Диски и точки монтирования</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Диски</translation>
    </message>
    <message>
        <source>Choose what the disks of the image look like and what is migrated to them.</source>
        <translation>Выберите, как выглядят диски образа и что на них переносится.</translation>
    </message>
    <message>
        <source>Choose Adjust to change this layout.</source>
        <translation>Чтобы изменить эту разметку, выберите «Настроить».</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksTable</name>
    <message>
        <source>In use: %1; at least %2.</source>
        <extracomment>of a disk or mount target; %1 the space in use, %2 the smallest possible size</extracomment>
        <translation>Занято: %1; не менее %2.</translation>
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
        <translation>Миграция остановилась: %1 [%2]</translation>
    </message>
    <message>
        <source>E&amp;vidence</source>
        <translation>Данные об &amp;ошибке</translation>
    </message>
    <message>
        <source>Code: %1
Phase: %2
Time: %3
Detail: %4</source>
        <translation>Код: %1
Этап: %2
Время: %3
Подробности: %4</translation>
    </message>
    <message>
        <source>Re&amp;try</source>
        <translation>&amp;Повторить</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>Копи&amp;ровать</translation>
    </message>
    <message>
        <source>Save dia&amp;gnostics…</source>
        <translation>Сохранить д&amp;иагностику…</translation>
    </message>
    <message>
        <source>Cancel job and clean &amp;up…</source>
        <translation>Отменить задание и о&amp;чистить…</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until you retry or clean up:</source>
        <translation>Это ещё существует в облаке и оплачивается, пока вы не повторите попытку или не выполните очистку:</translation>
    </message>
    <message>
        <source>You retried at %1: it came to the same error again.</source>
        <translation>Вы повторили попытку в %1: возникла та же ошибка.</translation>
    </message>
    <message>
        <source>You retried at %1: it came to another error.</source>
        <translation>Вы повторили попытку в %1: возникла другая ошибка.</translation>
    </message>
    <message>
        <source>Start again &amp;with the same settings</source>
        <translation>Начать заново с &amp;теми же настройками</translation>
    </message>
    <message>
        <source>Copy what is said about this error</source>
        <translation>Копировать сведения об этой ошибке</translation>
    </message>
    <message>
        <source>Troubleshoot errors</source>
        <translation>Устранение ошибок</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ExcludesForm</name>
    <message>
        <source>Path to &amp;leave out:</source>
        <translation>Исключае&amp;мый путь:</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>До&amp;бавить</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Удалить</translation>
    </message>
    <message>
        <source>Paths that are left out</source>
        <translation>Исключённые пути</translation>
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
        <translation>Завершение</translation>
    </message>
    <message>
        <source>Finish and clean-up</source>
        <translation>Завершение и очистка</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>Образ ENS готов.</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>Очистка…</translation>
    </message>
    <message>
        <source>Not everything was released</source>
        <translation>Освобождено не всё</translation>
    </message>
    <message>
        <source>The migration was cancelled. There is no image.</source>
        <translation>Миграция отменена. Образа нет.</translation>
    </message>
    <message>
        <source>Folder of the image: %1</source>
        <translation>Папка образа: %1</translation>
    </message>
    <message>
        <source>Save report</source>
        <translation>Сохранение отчёта</translation>
    </message>
    <message>
        <source>Show in &amp;file manager</source>
        <translation>Показать в &amp;файловом менеджере</translation>
    </message>
    <message>
        <source>&amp;Save report…</source>
        <translation>Сохранить о&amp;тчёт…</translation>
    </message>
    <message>
        <source>Save settings</source>
        <translation>Сохранение настроек</translation>
    </message>
    <message>
        <source>Plan files (*.json)</source>
        <translation>Файлы планов (*.json)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <extracomment>%1 is the path of a file</extracomment>
        <translation>Сохранено как %1.</translation>
    </message>
    <message>
        <source>No file manager could be opened. The image is in the folder %1.</source>
        <translation>Не удалось открыть файловый менеджер. Образ находится в папке %1.</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Образ</translation>
    </message>
    <message>
        <source>Image ID</source>
        <translation>ID образа</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Регион</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Скопировано</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Передано</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Длительность</translation>
    </message>
    <message>
        <source>Next steps</source>
        <translation>Дальнейшие шаги</translation>
    </message>
    <message>
        <source>Or by this command, with your own values for TYPE, REGION and MBIT:</source>
        <extracomment>The capitals are in the command and stay as they are</extracomment>
        <translation>Или этой командой, указав свои значения TYPE, REGION и MBIT:</translation>
    </message>
    <message>
        <source>1. Open the ENS console and create an instance from this image.
2. Check application licences: the hardware changed.
3. Compare the new instance with this server before switching over.</source>
        <translation>1. Откройте консоль ENS и создайте экземпляр из этого образа.
2. Проверьте лицензии приложений: оборудование изменилось.
3. Перед переключением сравните новый экземпляр с этим сервером.</translation>
    </message>
    <message>
        <source>ENS console</source>
        <translation>Консоль ENS</translation>
    </message>
    <message>
        <source>Copy co&amp;mmand</source>
        <translation>&amp;Копировать команду</translation>
    </message>
    <message>
        <source>Save these settin&amp;gs…</source>
        <translation>Сохранить &amp;эти настройки…</translation>
    </message>
    <message>
        <source>To migrate another server with the same settings</source>
        <translation>Чтобы выполнить миграцию другого сервера с теми же настройками</translation>
    </message>
    <message>
        <source>The image is in your account; an ENS instance is created from it in the ENS console or with the command shown here. What the migration made on the way is removed; if something is left, it is listed with what it costs and can be cleaned up here. The report says what was done, when and with which settings; it holds no passwords and no keys.</source>
        <translation>Образ находится в вашей учётной записи; экземпляр ENS создаётся из него в консоли ENS или показанной здесь командой. Всё, что миграция создала по пути, удалено; если что-то осталось, оно перечислено здесь вместе со стоимостью и может быть удалено здесь. В отчёте указано, что, когда и с какими настройками было сделано; паролей и ключей в нём нет.</translation>
    </message>
    <message>
        <source>Reports (*.html *.json)</source>
        <translation>Отчёты (*.html *.json)</translation>
    </message>
    <message>
        <source>Test boot: the image is being started in a virtual machine on this server…</source>
        <translation>Пробная загрузка: образ запускается в виртуальной машине на этом сервере…</translation>
    </message>
    <message>
        <source>There was no test boot: %1</source>
        <translation>Пробной загрузки не было: %1</translation>
    </message>
    <message>
        <source>Test boot passed: after %1 the image had shown its login prompt and answered on its network as %2.</source>
        <extracomment>%1 a time such as “24 s”, %2 an IP address</extracomment>
        <translation>Пробная загрузка пройдена: через %1 образ уже показал приглашение ко входу и ответил в своей сети как %2.</translation>
    </message>
    <message>
        <source>the boot loader</source>
        <translation>загрузчик</translation>
    </message>
    <message>
        <source>the kernel</source>
        <translation>ядро</translation>
    </message>
    <message>
        <source>the root file system</source>
        <translation>корневая файловая система</translation>
    </message>
    <message>
        <source>the login prompt</source>
        <translation>приглашение ко входу</translation>
    </message>
    <message>
        <source>the network</source>
        <translation>сеть</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image showed nothing on its console.</source>
        <translation>Пробная загрузка: за %1 образ ничего не вывел на консоль.</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image did not come up. The last that was seen: %2. The report has what its console said.</source>
        <extracomment>%1 a time such as “24 s”, %2 such as “the kernel”</extracomment>
        <translation>Пробная загрузка: за %1 образ не загрузился. Последнее, что удалось увидеть: %2. Вывод его консоли есть в отчёте.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FixBox</name>
    <message>
        <source>Working: %1</source>
        <translation>Выполняется: %1</translation>
    </message>
    <message>
        <source>Command: %1</source>
        <translation>Команда: %1</translation>
    </message>
    <message>
        <source>&amp;Not now</source>
        <translation>Н&amp;е сейчас</translation>
    </message>
    <message>
        <source>&amp;Yes, do it</source>
        <translation>Да, вып&amp;олнить</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutGestures</name>
    <message>
        <source>Change &amp;size</source>
        <translation>Изменить &amp;размер</translation>
    </message>
    <message>
        <source>&amp;LVM</source>
        <translation>&amp;LVM</translation>
    </message>
    <message>
        <source>&amp;Migrate</source>
        <translation>&amp;Переносить</translation>
    </message>
    <message>
        <source>Mo&amp;ve to</source>
        <extracomment>a menu of disks</extracomment>
        <translation>Пере&amp;местить на</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>&amp;Выше</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>&amp;Ниже</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutModel</name>
    <message>
        <source>Mount target</source>
        <translation>Точка монтирования</translation>
    </message>
    <message>
        <source>Migrate</source>
        <translation>Переносить</translation>
    </message>
    <message>
        <source>Destination</source>
        <translation>Назначение</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Размер</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>Занято</translation>
    </message>
    <message>
        <source>Min.</source>
        <extracomment>the smallest possible size</extracomment>
        <translation>Мин.</translation>
    </message>
    <message>
        <source>Transfer method</source>
        <translation>Способ передачи</translation>
    </message>
    <message>
        <source>LVM</source>
        <translation>LVM</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Примечания</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 “System disk” or “Data disk 2”, %2 its name on the source such as vdb</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Block by block</source>
        <extracomment>how a volume is copied</extracomment>
        <translation>Поблочно</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>По файлам</translation>
    </message>
    <message>
        <source>%1, %2, %3 free</source>
        <extracomment>%1 a disk, %2 its size, %3 what is free on it, for screen readers</extracomment>
        <translation>%1, %2, свободно %3</translation>
    </message>
    <message>
        <source>%1, %2, not migrated</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1, %2, не переносится</translation>
    </message>
    <message>
        <source>%1, %2, cannot be moved</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1, %2, нельзя переместить</translation>
    </message>
    <message>
        <source>%1, %2, can be moved</source>
        <translation>%1, %2, можно переместить</translation>
    </message>
    <message>
        <source>Cannot be moved.</source>
        <translation>Нельзя переместить.</translation>
    </message>
    <message>
        <source>migrated</source>
        <translation>переносится</translation>
    </message>
    <message>
        <source>not migrated</source>
        <translation>не переносится</translation>
    </message>
    <message>
        <source>See below: %1</source>
        <extracomment>beside a disk or mount target; %1 codes of problems that are listed below the table</extracomment>
        <translation>См. ниже: %1</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>Not migrated</source>
        <translation>Не переносится</translation>
    </message>
    <message>
        <source>Same size and structure</source>
        <extracomment>why a volume is copied block by block</extracomment>
        <translation>Те же размер и структура</translation>
    </message>
    <message>
        <source>Its size changes</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>Размер изменяется</translation>
    </message>
    <message>
        <source>LVM, and no multiple of 4 MiB</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>LVM, размер не кратен 4 МиБ</translation>
    </message>
    <message>
        <source>As chosen</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>По вашему выбору</translation>
    </message>
    <message>
        <source>The server works meanwhile, so its files are not all of one moment.</source>
        <translation>Сервер тем временем работает, поэтому не все его файлы относятся к одному моменту.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutProblems</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>И ещё %n.</numerusform>
            <numerusform>И ещё %n.</numerusform>
            <numerusform>И ещё %n.</numerusform>
        </translation>
    </message>
    <message>
        <source>Must be solved</source>
        <extracomment>severity of a problem, for screen readers</extracomment>
        <translation>Требует решения</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Примечание</translation>
    </message>
    <message>
        <source>Problems of the layout</source>
        <translation>Проблемы разметки</translation>
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
        <translation>Открыть</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>Копировать адрес</translation>
    </message>
    <message>
        <source>Open: %1</source>
        <extracomment>For screen readers: %1 is what a web page is about</extracomment>
        <translation>Открыть: %1</translation>
    </message>
    <message>
        <source>Copy address: %1</source>
        <translation>Копировать адрес: %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LiveBox</name>
    <message>
        <source>The server goes on working. What it writes during this first pass is copied afterwards.</source>
        <translation>Сервер продолжает работать. То, что он запишет во время этого первого прохода, будет скопировано позже.</translation>
    </message>
    <message>
        <source>What was copied before is compared with the server, so that only differences are sent.</source>
        <translation>Скопированное ранее сравнивается с сервером, чтобы передать только различия.</translation>
    </message>
    <message>
        <source>Round %1: copying what the server wrote since. It writes %2, and %3 are being copied.</source>
        <extracomment>%1 a number, %2 and %3 speeds</extracomment>
        <translation>Проход %1: копируется то, что сервер записал с тех пор. Скорость записи — %2, скорость копирования — %3.</translation>
    </message>
    <message>
        <source>The copy follows the server: %1 are not copied yet. The final point would hold the server&apos;s disks for about %2 ms.</source>
        <extracomment>%1 a size, %2 milliseconds</extracomment>
        <translation>Копия следует за сервером: осталось скопировать %1. Для фиксации итогового состояния диски сервера будут остановлены примерно на %2 мс.</translation>
    </message>
    <message>
        <source>The final point is being taken. The server&apos;s disks stand still for a moment.</source>
        <translation>Фиксируется итоговое состояние. Диски сервера на мгновение остановлены.</translation>
    </message>
    <message>
        <source>The final point is taken, and the server works as before. The last changes are being copied.</source>
        <translation>Итоговое состояние зафиксировано, и сервер работает как прежде. Копируются последние изменения.</translation>
    </message>
    <message>
        <source>The copy is being read back and compared.</source>
        <translation>Копия читается обратно и сверяется.</translation>
    </message>
    <message>
        <source>The copy is complete and was compared.</source>
        <translation>Копирование завершено, копия сверена.</translation>
    </message>
    <message>
        <source>&amp;Take the final point now</source>
        <translation>За&amp;фиксировать итоговое состояние</translation>
    </message>
    <message>
        <source>Holds the server&apos;s disks for a moment; what is written later is not in the image.</source>
        <translation>Останавливает диски сервера на мгновение; записанное позже в образ не попадёт.</translation>
    </message>
    <message>
        <source>What is copied file by file is being copied for the first time. What changes meanwhile is copied again later.</source>
        <translation>То, что копируется по файлам, копируется впервые. То, что за это время изменится, будет скопировано повторно позже.</translation>
    </message>
    <message>
        <source>The final point is near. Files that changed since they were copied are being copied again.</source>
        <translation>Близится фиксация итогового состояния. Файлы, изменившиеся после копирования, копируются повторно.</translation>
    </message>
    <message>
        <source>All files are copied. Those that change from now on are copied again when the final point is taken.</source>
        <translation>Все файлы скопированы. Те, что изменятся с этого момента, будут скопированы повторно при фиксации итогового состояния.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MainWindow</name>
    <message>
        <source>Edgelift — %1</source>
        <extracomment>Title of the window: program — step or progress</extracomment>
        <translation>Edgelift — %1</translation>
    </message>
    <message>
        <source>Step %1 of %2 — %3</source>
        <extracomment>In a narrow window instead of the list of steps: %3 is the name of the step</extracomment>
        <translation>Шаг %1 из %2 — %3</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MessageBar</name>
    <message>
        <source>Copy</source>
        <translation>Копировать</translation>
    </message>
    <message>
        <source>Copy this message</source>
        <translation>Копировать это сообщение</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Закрыть это сообщение</translation>
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
        <translation>Миграция</translation>
    </message>
    <message>
        <source>You may close this window: the migration goes on, and starting Edgelift again shows it.</source>
        <translation>Это окно можно закрыть: миграция продолжится, и при следующем запуске Edgelift покажет её.</translation>
    </message>
    <message>
        <source>The numbers are of %1.</source>
        <translation>Данные на %1.</translation>
    </message>
    <message>
        <source>No data for %1 s. Check the network of this server, or choose Pause and go on later.</source>
        <translation>Нет данных уже %1 с. Проверьте сеть этого сервера или нажмите «Приостановить» и продолжите позже.</translation>
    </message>
    <message>
        <source>No data for %1 s. Waiting for the network.</source>
        <translation>Нет данных уже %1 с. Ожидание сети.</translation>
    </message>
    <message>
        <source>The transfer is slow. To speed it up, raise the bandwidth of this server and of the destination for a while.</source>
        <translation>Передача идёт медленно. Чтобы ускорить её, на время увеличьте пропускную способность этого сервера и назначения.</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>&amp;Возобновить</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Приостановить</translation>
    </message>
    <message>
        <source>Job ID</source>
        <translation>ИД задания</translation>
    </message>
    <message>
        <source>Job name</source>
        <translation>Имя задания</translation>
    </message>
    <message>
        <source>Job status</source>
        <translation>Состояние задания</translation>
    </message>
    <message>
        <source>Creation time</source>
        <translation>Время создания</translation>
    </message>
    <message>
        <source>Start time</source>
        <translation>Время начала</translation>
    </message>
    <message>
        <source>End time</source>
        <translation>Время окончания</translation>
    </message>
    <message>
        <source>Job progress</source>
        <translation>Ход задания</translation>
    </message>
    <message>
        <source>Target region</source>
        <translation>Целевой регион</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Теги</translation>
    </message>
    <message>
        <source>Remaining time (s)</source>
        <translation>Осталось времени (с)</translation>
    </message>
    <message>
        <source>&amp;Modify…</source>
        <translation>&amp;Изменить…</translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation>Подро&amp;бности</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Журнал</translation>
    </message>
    <message>
        <source>When this window is closed the demonstration ends, and its migration with it.</source>
        <translation>При закрытии этого окна демонстрация завершается, а с ней и её миграция.</translation>
    </message>
    <message>
        <source>You may close this window: the clean-up goes on.</source>
        <translation>Это окно можно закрыть: очистка продолжится.</translation>
    </message>
    <message>
        <source>The speed counts the data of the disks before it is compressed, so it can be higher than the speed of the network. The remaining time is shown once the speed is steady.

Pause keeps everything that was copied, and the transit instance, which keeps costing. Cancel removes both.

After an error nothing is lost: what was copied is kept, and Retry goes on from there.</source>
        <translation>Скорость показывает объём данных дисков до сжатия, поэтому она может быть выше скорости сети. Оставшееся время отображается, когда скорость станет стабильной.

При приостановке сохраняются все скопированные данные и транзитный экземпляр, который продолжает оплачиваться. При отмене удаляется и то и другое.

После ошибки ничего не теряется: скопированное сохраняется, и «Повторить» продолжает с того же места.</translation>
    </message>
    <message>
        <source>%1 — %2</source>
        <extracomment>In the window&apos;s title: how far the migration is, and the server&apos;s name</extracomment>
        <translation>%1 — %2</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused.</source>
        <extracomment>%1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>Пока миграция приостановлена, транзитный экземпляр продолжает оплачиваться.</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused: %1.</source>
        <translation>Пока миграция приостановлена, транзитный экземпляр продолжает оплачиваться: %1.</translation>
    </message>
    <message>
        <source>This server&apos;s own disk accesses are slow, so the migration reads at most %1 for now.</source>
        <translation>Собственный доступ этого сервера к дискам замедлен, поэтому сейчас миграция читает не более %1.</translation>
    </message>
    <message>
        <source>Cancel this migration? The job is deleted, the transit instance is released and the copied data is lost. What was used until now is still charged.</source>
        <translation>Отменить эту миграцию? Задание удаляется, транзитный экземпляр освобождается, скопированные данные теряются. Уже использованное всё равно оплачивается.</translation>
    </message>
    <message>
        <source>&amp;Keep migrating</source>
        <translation>&amp;Продолжить миграцию</translation>
    </message>
    <message>
        <source>Cancel migrati&amp;on</source>
        <translation>&amp;Отменить миграцию</translation>
    </message>
    <message>
        <source>Estimate migration time and test transfer speed</source>
        <translation>Оценка времени миграции и проверка скорости передачи</translation>
    </message>
    <message>
        <source>Cancel &amp;job…</source>
        <translation>Отменить зад&amp;ание…</translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation>&amp;Журнал</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>Копировать всё</translation>
    </message>
    <message>
        <source>Copy all details</source>
        <translation>Копировать все подробности</translation>
    </message>
    <message>
        <source>Transit instance ID</source>
        <translation>ID транзитного экземпляра</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance, nor change its billing method, during migration; it is released automatically afterwards.</source>
        <translation>Во время миграции не останавливайте, не запускайте, не перезапускайте и не освобождайте транзитный экземпляр и не меняйте способ его оплаты; затем он освобождается автоматически.</translation>
    </message>
    <message>
        <source>Default resource group</source>
        <extracomment>The transit instance&apos;s resource group: the account&apos;s own, because no other is asked for</extracomment>
        <translation>Группа ресурсов по умолчанию</translation>
    </message>
    <message>
        <source>Resource group</source>
        <translation>Группа ресурсов</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ModifyPanel</name>
    <message>
        <source>Unlimited</source>
        <translation>Без ограничений</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Выкл.</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>&amp;Применить</translation>
    </message>
    <message>
        <source>The time plan is in force now (%1): %2. The limit above counts outside of it.</source>
        <translation>Сейчас действует расписание (%1): %2. Указанное выше ограничение действует вне его.</translation>
    </message>
    <message>
        <source>Applied.</source>
        <translation>Применено.</translation>
    </message>
    <message>
        <source>Applied. The new limit takes effect within %1 s.</source>
        <translation>Применено. Новое ограничение вступит в силу в течение %1 с.</translation>
    </message>
    <message>
        <source>Applied. It takes effect when the migration goes on.</source>
        <translation>Применено. Вступит в силу, когда миграция продолжится.</translation>
    </message>
    <message>
        <source>&amp;Speed limit (Mbit/s):</source>
        <translation>Ограничение с&amp;корости (Мбит/с):</translation>
    </message>
    <message>
        <source>Compress&amp;ion:</source>
        <translation>Сжати&amp;е:</translation>
    </message>
    <message>
        <source>Veri&amp;fy the copied data by checksum</source>
        <translation>Проверять скопированные данные по контрольной су&amp;мме</translation>
    </message>
    <message>
        <source>Clos&amp;e</source>
        <translation>Закрыт&amp;ь</translation>
    </message>
    <message>
        <source>Lon&amp;gest hold (s):</source>
        <translation>Максима&amp;льная заморозка (с):</translation>
    </message>
    <message>
        <source>How many seconds this server may be kept from writing while the final point is taken.</source>
        <translation>На сколько секунд этому серверу можно запретить запись во время фиксации итогового состояния.</translation>
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
        <translation>В %1 нет VPC. Создайте её в консоли VPC и обновите список.</translation>
    </message>
    <message>
        <source>Optional: without it, a network is made for this migration and removed after it.</source>
        <translation>Необязательно: если не указать, для этой миграции создаётся сеть, которая затем удаляется.</translation>
    </message>
    <message>
        <source>&amp;Public network</source>
        <translation>П&amp;убличная сеть</translation>
    </message>
    <message>
        <source>&amp;VPC: this server is connected to it</source>
        <translation>&amp;VPC: этот сервер подключён к ней</translation>
    </message>
    <message>
        <source>VPC is recommended where it can be reached directly, by VPN gateway, Express Connect circuit or Smart Access Gateway: it is faster and steadier.</source>
        <translation>VPC рекомендуется, если она доступна напрямую, через VPN-шлюз, канал Express Connect или Smart Access Gateway: это быстрее и стабильнее.</translation>
    </message>
    <message>
        <source>VP&amp;C:</source>
        <translation>VP&amp;C:</translation>
    </message>
    <message>
        <source>v&amp;Switch:</source>
        <translation>v&amp;Switch:</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::OptionsMenu</name>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Язык</translation>
    </message>
    <message>
        <source>Lar&amp;ger text</source>
        <translation>У&amp;величить текст</translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation>У&amp;меньшить текст</translation>
    </message>
    <message>
        <source>&amp;Usual text size</source>
        <translation>&amp;Обычный размер текста</translation>
    </message>
    <message>
        <source>Low-&amp;bandwidth mode</source>
        <translation>Режим &amp;низкой пропускной способности</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PhaseStrip</name>
    <message>
        <source>%1: done</source>
        <translation>%1: готово</translation>
    </message>
    <message>
        <source>%1: failed</source>
        <translation>%1: ошибка</translation>
    </message>
    <message>
        <source>%1: now</source>
        <translation>%1: сейчас</translation>
    </message>
    <message>
        <source>%1: to come</source>
        <translation>%1: предстоит</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PlanFileBar</name>
    <message>
        <source>Plan files (*.json);;All files (*)</source>
        <translation>Файлы планов (*.json);;Все файлы (*)</translation>
    </message>
    <message>
        <source>The plan was saved as %1.</source>
        <translation>План сохранён как %1.</translation>
    </message>
    <message>
        <source>Use its &amp;settings, keep these disks</source>
        <translation>Взять &amp;настройки плана, оставить эти диски</translation>
    </message>
    <message>
        <source>The plan %1 was opened.</source>
        <translation>План %1 открыт.</translation>
    </message>
    <message>
        <source>&amp;Open plan…</source>
        <translation>&amp;Открыть план…</translation>
    </message>
    <message>
        <source>&amp;Save plan…</source>
        <translation>Сохранить п&amp;лан…</translation>
    </message>
    <message>
        <source>Problems of the plan file</source>
        <translation>Проблемы файла плана</translation>
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
        <translation>Подготовка и импорт</translation>
    </message>
    <message>
        <source>Prepare</source>
        <translation>Подготовка</translation>
    </message>
    <message>
        <source>Decide what may be changed on this server, then register it as a migration source.</source>
        <translation>Решите, что можно изменить на этом сервере, и зарегистрируйте его как источник миграции.</translation>
    </message>
    <message>
        <source>Nothing is changed on this server before you choose “Prepare and import”.

The import registers this server with the service that made the activation code. With an AccessKey pair there is nothing to register.</source>
        <translation>На этом сервере ничего не изменится, пока вы не выберете «Подготовить и импортировать».

При импорте сервер регистрируется в службе, создавшей код активации. С парой AccessKey регистрировать ничего не нужно.</translation>
    </message>
    <message>
        <source>wait until the import is finished</source>
        <translation>дождитесь окончания импорта</translation>
    </message>
    <message>
        <source>wait for the questions to this server</source>
        <translation>дождитесь вопросов об этом сервере</translation>
    </message>
    <message>
        <source>answer: %1</source>
        <translation>ответьте: %1</translation>
    </message>
    <message>
        <source>&amp;Prepare and import</source>
        <translation>&amp;Подготовить и импортировать</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>По&amp;вторить</translation>
    </message>
    <message>
        <source>Preparing this server…</source>
        <translation>Подготовка этого сервера…</translation>
    </message>
    <message>
        <source>Importing this server…</source>
        <translation>Импорт этого сервера…</translation>
    </message>
    <message>
        <source>The snapshot driver could not be installed: %1. Block replication is switched off for this migration. [W-PRE-01]</source>
        <translation>Не удалось установить драйвер снимков: %1. Поблочное копирование для этой миграции отключено. [W-PRE-01]</translation>
    </message>
    <message>
        <source>Import Source Server [%1] Successfully!</source>
        <extracomment>%1 is an id such as s-bp1abc; the words are those of the service</extracomment>
        <translation>Исходный сервер [%1] успешно импортирован</translation>
    </message>
    <message>
        <source>Migration source online</source>
        <translation>Источник миграции в сети</translation>
    </message>
    <message>
        <source>&amp;Exclude files and folders</source>
        <translation>&amp;Исключить файлы и папки</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ProgressPanel</name>
    <message>
        <source>No migration</source>
        <translation>Нет миграции</translation>
    </message>
    <message>
        <source>Creating the transit instance…</source>
        <translation>Создание транзитного экземпляра…</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>Подготовка</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>Синхронизация</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Приостановлено</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Ошибка</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Завершено</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>Очистка…</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Отменено</translation>
    </message>
    <message>
        <source>Reconnecting to the migration engine… (%1 s)</source>
        <translation>Повторное подключение к механизму миграции… (%1 с)</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of all disks: amount that is copied, amount in all</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>осталось %1</translation>
    </message>
    <message>
        <source>Remaining time: %1</source>
        <translation>Осталось времени: %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>For screen readers: %1 the name of a number, %2 the number</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 so far</source>
        <extracomment>A phase that is not over: %1 is how long it has been running</extracomment>
        <translation>%1 на данный момент</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Ход выполнения</translation>
    </message>
    <message>
        <source>Speed before compression</source>
        <translation>Скорость до сжатия</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Сеть</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Ограничение</translation>
    </message>
    <message>
        <source>Average</source>
        <translation>Средняя</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Передано</translation>
    </message>
    <message>
        <source>Saved by compression</source>
        <translation>Сэкономлено сжатием</translation>
    </message>
    <message>
        <source>Elapsed</source>
        <translation>Прошло</translation>
    </message>
    <message>
        <source>Interruptions</source>
        <translation>Прерывания</translation>
    </message>
    <message>
        <source>Data of the disks per second. Higher than the network&apos;s speed when compression helps.</source>
        <translation>Данные дисков в секунду. Выше скорости сети, если сжатие эффективно.</translation>
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
        <translation>%1 %2 в %3</translation>
    </message>
    <message>
        <source>kept on purpose</source>
        <translation>сохранено намеренно</translation>
    </message>
    <message>
        <source>price not known</source>
        <translation>цена неизвестна</translation>
    </message>
    <message>
        <source>free</source>
        <translation>бесплатно</translation>
    </message>
    <message>
        <source>%1 %2 a day</source>
        <extracomment>%1 a currency such as CNY, %2 an amount</extracomment>
        <translation>%1 %2 в день</translation>
    </message>
    <message>
        <source>Together at least %1</source>
        <extracomment>A sum of prices; %1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>Всего не менее %1</translation>
    </message>
    <message>
        <source>Together %1</source>
        <translation>Всего %1</translation>
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
        <translation>Удалить сохранённую настройку?</translation>
    </message>
    <message>
        <source>Discard the saved setup? The imported source %1 stays registered.</source>
        <translation>Удалить сохранённую настройку? Импортированный источник %1 останется зарегистрированным.</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Удалить</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>&amp;Оставить</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>&amp;Продолжить</translation>
    </message>
    <message>
        <source>&amp;Start over</source>
        <translation>&amp;Начать заново</translation>
    </message>
    <message>
        <source>Welcome back</source>
        <translation>С возвращением</translation>
    </message>
    <message>
        <source>Everything you chose was saved but the activation code and the AccessKey pair. Continue leads back to the step you were on; Start over forgets the choices and begins anew. Neither changes anything on this server or in the cloud.</source>
        <translation>Сохранено всё, что вы выбрали, кроме кода активации и пары AccessKey. «Продолжить» возвращает к шагу, на котором вы остановились; «Начать заново» сбрасывает выбранное и начинает сначала. Ни то ни другое ничего не меняет на этом сервере и в облаке.</translation>
    </message>
    <message>
        <source>Continue the setup from %1 at step “%2”?</source>
        <extracomment>%1 a date and time, %2 the name of a step such as “Settings”</extracomment>
        <translation>Продолжить настройку от %1 с шага «%2»?</translation>
    </message>
    <message>
        <source>The activation code or AccessKey pair was not saved and has to be entered again.</source>
        <translation>Код активации или пара AccessKey не сохранены, их нужно ввести снова.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ReviewPage</name>
    <message>
        <source>wait until the migration has started</source>
        <translation>дождитесь начала миграции</translation>
    </message>
    <message>
        <source>enter the activation code or an AccessKey pair again on the Connect page</source>
        <translation>снова введите код активации или пару AccessKey на странице «Подключение»</translation>
    </message>
    <message>
        <source>wait until the plan is checked</source>
        <translation>дождитесь проверки плана</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What is wrong, and what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>read the notice and choose “Got It”</source>
        <translation>прочитайте уведомление и нажмите «Понятно»</translation>
    </message>
    <message>
        <source>Speed limit: %1; compression: %2; checksum verification: %3</source>
        <translation>Ограничение скорости: %1; сжатие: %2; проверка контрольных сумм: %3</translation>
    </message>
    <message>
        <source>on</source>
        <translation>вкл.</translation>
    </message>
    <message>
        <source>off</source>
        <translation>выкл.</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Сервер</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Учётная запись</translation>
    </message>
    <message>
        <source>by activation code</source>
        <translation>по коду активации</translation>
    </message>
    <message>
        <source>by AccessKey pair</source>
        <translation>по паре AccessKey</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Образ</translation>
    </message>
    <message>
        <source>%1… in %2</source>
        <translation>%1… в %2</translation>
    </message>
    <message>
        <source>On the way</source>
        <translation>Временное хранение</translation>
    </message>
    <message>
        <source>bucket %1 in %2</source>
        <translation>бакет %1 в %2</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Сеть</translation>
    </message>
    <message>
        <source>Public network</source>
        <translation>Публичная сеть</translation>
    </message>
    <message>
        <source>VPC %1, vSwitch %2</source>
        <translation>VPC %1, vSwitch %2</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>Передача</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Диски</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Изменить</translation>
    </message>
    <message>
        <source>Change: %1</source>
        <translation>Изменить: %1</translation>
    </message>
    <message>
        <source>Choose Change beside a line to go back to its page; nothing is lost. Save the plan on the Settings page to use it with edgeliftctl.</source>
        <translation>Чтобы вернуться на страницу, выберите «Изменить» рядом со строкой; ничего не потеряется. Сохраните план на странице «Настройки», чтобы использовать его с edgeliftctl.</translation>
    </message>
    <message>
        <source>Costs: the transit instance, its disks and snapshots, and the bucket&apos;s storage and traffic are charged by the cloud while the migration runs; everything temporary is removed at the end. After an error they are kept for a retry and keep costing until you retry or cancel.</source>
        <translation>Расходы: во время миграции облако взимает плату за транзитный экземпляр, его диски и снимки, хранение и трафик бакета; всё временное в конце удаляется. После ошибки ресурсы сохраняются для повтора и оплачиваются, пока вы не повторите или не отмените миграцию.</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 and do not change its billing method during the migration. Leave the temporary image and the temporary objects in the bucket alone. The hardware changes: check licences after the migration.</source>
        <translation>Во время миграции не останавливайте, не запускайте, не перезапускайте и не освобождайте транзитный экземпляр %1 и не меняйте способ его оплаты. Не трогайте временный образ и временные объекты в бакете. Оборудование меняется: после миграции проверьте лицензии.</translation>
    </message>
    <message>
        <source>&amp;Got It</source>
        <translation>П&amp;онятно</translation>
    </message>
    <message>
        <source>Co&amp;py command</source>
        <translation>&amp;Копировать команду</translation>
    </message>
    <message>
        <source>The same migration as a command for edgeliftctl</source>
        <translation>Та же миграция в виде команды edgeliftctl</translation>
    </message>
    <message>
        <source>Review and start</source>
        <translation>Просмотр и запуск</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Просмотр</translation>
    </message>
    <message>
        <source>Starting creates a paid transit instance in your account.</source>
        <translation>При запуске в вашей учётной записи создаётся платный транзитный экземпляр.</translation>
    </message>
    <message>
        <source>&amp;Start migration</source>
        <translation>Начать &amp;миграцию</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsAdvanced</name>
    <message>
        <source>Reading from this server&apos;s disks: at most %1 MB/s</source>
        <translation>Чтение с дисков этого сервера: не более %1 МБ/с</translation>
    </message>
    <message>
        <source>Niceness: %1</source>
        <translation>Значение nice: %1</translation>
    </message>
    <message>
        <source>Does not stand back when this server&apos;s own disk accesses slow down</source>
        <translation>Не уступает, когда замедляется доступ сервера к собственным дискам</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 days and times, %2 a speed such as 100 Mbit/s</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Set by the plan file:</source>
        <translation>Задано файлом плана:</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>Авто</translation>
    </message>
    <message>
        <source>On</source>
        <translation>Вкл.</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Выкл.</translation>
    </message>
    <message>
        <source>&amp;Job name:</source>
        <translation>&amp;Имя задания:</translation>
    </message>
    <message>
        <source>&amp;Description:</source>
        <translation>&amp;Описание:</translation>
    </message>
    <message>
        <source>Speed &amp;limit (Mbit/s):</source>
        <translation>Ограничение &amp;скорости (Мбит/с):</translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation>Без ограничений</translation>
    </message>
    <message>
        <source>Com&amp;pression ratio (0 = none):</source>
        <translation>Степень с&amp;жатия (0 — без сжатия):</translation>
    </message>
    <message>
        <source>Compression ratio as a number</source>
        <translation>Степень сжатия числом</translation>
    </message>
    <message>
        <source>SSL-&amp;encrypted transmission:</source>
        <translation>&amp;Шифрование передачи SSL:</translation>
    </message>
    <message>
        <source>Licence t&amp;ype:</source>
        <translation>Тип &amp;лицензии:</translation>
    </message>
    <message>
        <source>Ta&amp;gs:</source>
        <translation>&amp;Теги:</translation>
    </message>
    <message>
        <source>&amp;Intermediate instance type:</source>
        <translation>Тип транзитного &amp;экземпляра:</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Автоматически</translation>
    </message>
    <message>
        <source>If the type you choose is out of stock, the job cannot be created. Leave it empty to have one chosen.</source>
        <translation>Если выбранный тип закончился, задание создать нельзя. Оставьте поле пустым, чтобы тип был выбран автоматически.</translation>
    </message>
    <message>
        <source>&amp;Report diagnostic logs</source>
        <translation>Отправлять журналы диа&amp;гностики</translation>
    </message>
    <message>
        <source>&amp;What is sent?</source>
        <translation>&amp;Что отправляется?</translation>
    </message>
    <message>
        <source>The log of this migration: phases, speeds, error codes, names of disks and cloud resources. No file contents, no file names, no codes, keys or passwords.</source>
        <translation>Журнал этой миграции: этапы, скорости, коды ошибок, имена дисков и облачных ресурсов. Без содержимого и имён файлов, кодов, ключей и паролей.</translation>
    </message>
    <message>
        <source>&amp;Modify disk partition</source>
        <translation>Изменить р&amp;азделы диска</translation>
    </message>
    <message>
        <source>Choose disks, sizes and order yourself on the next page.</source>
        <translation>Выберите диски, размеры и порядок самостоятельно на следующей странице.</translation>
    </message>
    <message>
        <source>&amp;Verify check sums</source>
        <translation>Про&amp;верять контрольные суммы</translation>
    </message>
    <message>
        <source>More certain, but slower.</source>
        <translation>Надёжнее, но медленнее.</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Теги</translation>
    </message>
    <message>
        <source>Wait for me before the &amp;final point</source>
        <translation>Ждать &amp;меня перед фиксацией итогового состояния</translation>
    </message>
    <message>
        <source>The copy follows the server until you say so on the Migration page. Otherwise the final point is taken as soon as it is short.</source>
        <translation>Копия следует за сервером, пока вы не дадите команду на странице «Миграция». Иначе итоговое состояние фиксируется, как только остановка станет достаточно короткой.</translation>
    </message>
    <message>
        <source>How long programs here may be kept from writing while the final point is taken. A server that writes much may need more.</source>
        <translation>На какое время программам здесь можно запретить запись во время фиксации итогового состояния. Серверу, который много пишет, может потребоваться больше.</translation>
    </message>
    <message>
        <source>Longest &amp;hold (s):</source>
        <translation>Ма&amp;ксимальная заморозка (с):</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>Настройки</translation>
    </message>
    <message>
        <source>The ENS image is kept in the image storage region. Before that a temporary image is made in the transit region and lies in the transit bucket, which must be in the same region.

“Save plan” writes all of this to a file that edgeliftctl uses as well.</source>
        <translation>Образ ENS хранится в регионе хранения образа. До этого временный образ создаётся в транзитном регионе и лежит в транзитном бакете, который должен быть в том же регионе.

Команда «Сохранить план» записывает всё это в файл, который использует и edgeliftctl.</translation>
    </message>
    <message>
        <source>choose a bucket</source>
        <translation>выберите бакет</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>исправьте отмеченное</translation>
    </message>
    <message>
        <source>China (Beijing)</source>
        <translation>Китай (Пекин)</translation>
    </message>
    <message>
        <source>Singapore</source>
        <translation>Сингапур</translation>
    </message>
    <message>
        <source>&amp;More configurations</source>
        <translation>&amp;Дополнительные настройки</translation>
    </message>
    <message numerus="yes">
        <source>&amp;More configurations (%n changed)</source>
        <translation>
            <numerusform>&amp;Дополнительные настройки (изменена %n)</numerusform>
            <numerusform>&amp;Дополнительные настройки (изменено %n)</numerusform>
            <numerusform>&amp;Дополнительные настройки (изменено %n)</numerusform>
        </translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Загрузка…</translation>
    </message>
    <message>
        <source>No bucket in %1. Create one in the OSS console, then refresh.</source>
        <translation>В %1 нет бакета. Создайте его в консоли OSS и обновите список.</translation>
    </message>
    <message>
        <source>The image is named %1.</source>
        <extracomment>%1 is the prefix with a time stamp behind it</extracomment>
        <translation>Имя образа: %1.</translation>
    </message>
    <message>
        <source>&amp;Image storage region:</source>
        <translation>&amp;Регион хранения образа:</translation>
    </message>
    <message>
        <source>Image &amp;name prefix:</source>
        <translation>&amp;Префикс имени образа:</translation>
    </message>
    <message>
        <source>&amp;Transit region:</source>
        <translation>&amp;Транзитный регион:</translation>
    </message>
    <message>
        <source>Transit &amp;bucket:</source>
        <translation>Транзитный &amp;бакет:</translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation>Об&amp;новить</translation>
    </message>
    <message>
        <source>Refresh buckets and networks</source>
        <translation>Обновить бакеты и сети</translation>
    </message>
    <message>
        <source>Network type:</source>
        <translation>Тип сети:</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::StepList</name>
    <message>
        <source>Steps</source>
        <translation>Шаги</translation>
    </message>
    <message>
        <source>%1, current step</source>
        <translation>%1, текущий шаг</translation>
    </message>
    <message>
        <source>%1, visited</source>
        <translation>%1, пройден</translation>
    </message>
    <message>
        <source>%1, later</source>
        <translation>%1, предстоит</translation>
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
        <translation>Скорость за последние 10 минут</translation>
    </message>
    <message>
        <source>No speed was measured yet.</source>
        <translation>Скорость ещё не измерена.</translation>
    </message>
    <message>
        <source>Disk speed now %1, network speed now %2, highest disk speed of the last 10 minutes %3.</source>
        <extracomment>Read by screen readers instead of the graph</extracomment>
        <translation>Скорость диска сейчас %1, скорость сети сейчас %2, наибольшая скорость диска за последние 10 минут %3.</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Диск</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Сеть</translation>
    </message>
    <message>
        <source>Top: %1</source>
        <extracomment>The upper edge of a graph of speeds; %1 is a speed</extracomment>
        <translation>Верх: %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsForm</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>И ещё %n.</numerusform>
            <numerusform>И ещё %n.</numerusform>
            <numerusform>И ещё %n.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>До&amp;бавить</translation>
    </message>
    <message>
        <source>Add a tag</source>
        <translation>Добавить тег</translation>
    </message>
    <message>
        <source>Remo&amp;ve</source>
        <translation>&amp;Удалить</translation>
    </message>
    <message>
        <source>Remove this tag</source>
        <translation>Удалить этот тег</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsModel</name>
    <message>
        <source>Key</source>
        <translation>Ключ</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Значение</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TargetRow</name>
    <message>
        <source>not migrated</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation>не переносится</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>свободно %1</translation>
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
        <translation>LVM на %1</translation>
    </message>
    <message>
        <source> GiB</source>
        <extracomment>the unit behind a number that is typed</extracomment>
        <translation> ГиБ</translation>
    </message>
    <message>
        <source>Size of %1 in GiB</source>
        <extracomment>%1 a disk, for screen readers</extracomment>
        <translation>Размер %1 в ГиБ</translation>
    </message>
    <message>
        <source>%1 to %2 are possible.</source>
        <translation>Возможно от %1 до %2.</translation>
    </message>
    <message>
        <source>min. %1</source>
        <extracomment>%1 the smallest possible size</extracomment>
        <translation>мин. %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ToDoList</name>
    <message>
        <source>To continue you need to:</source>
        <translation>Чтобы продолжить:</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <extracomment>Below a list of things to do</extracomment>
        <translation>
            <numerusform>и ещё %n</numerusform>
            <numerusform>и ещё %n</numerusform>
            <numerusform>и ещё %n</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::VolumeDelegate</name>
    <message>
        <source>%1 of %2</source>
        <extracomment>%1 a column such as “Size”, %2 the row&apos;s name, for screen readers</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Block by block</source>
        <translation>Поблочно</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>По файлам</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WaitLine</name>
    <message>
        <source>S&amp;top</source>
        <translation>Ост&amp;ановить</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WelcomePage</name>
    <message>
        <source>Edgelift copies the disks of a Linux server into the cloud and makes an image for Edge Node Service (ENS) of them. Nothing is changed or charged before you choose Start migration on the Review page.</source>
        <translation>Edgelift копирует диски сервера Linux в облако и создаёт из них образ для Edge Node Service (ENS). Пока вы не выберете «Начать миграцию» на странице «Просмотр», ничего не изменяется и не оплачивается.</translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation>&amp;Язык:</translation>
    </message>
    <message>
        <source>1. You choose what is migrated and where to.
2. Edgelift makes a temporary transit instance, copies the disks to it, makes an ECS image, exports it to an OSS bucket and imports it into ENS. Then it removes everything temporary.
3. You create the ENS instance from the finished image.</source>
        <translation>1. Вы выбираете, что и куда перенести.
2. Edgelift создаёт временный транзитный экземпляр, копирует на него диски, создаёт образ ECS, экспортирует его в бакет OSS и импортирует в ENS. Затем всё временное удаляется.
3. Вы создаёте экземпляр ENS из готового образа.</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Ограничения</translation>
    </message>
    <message>
        <source>Only Linux servers with x86 processors: physical servers, virtual machines, and servers of other clouds.</source>
        <translation>Только серверы Linux с процессорами x86: физические серверы, виртуальные машины и серверы других облаков.</translation>
    </message>
    <message>
        <source>At most %1 data disks, each at most %2.</source>
        <translation>Дисков данных — не более %1, каждый не более %2.</translation>
    </message>
    <message>
        <source>ENS images are imported in China (Beijing) and Singapore only.</source>
        <translation>Образы ENS импортируются только в Китае (Пекин) и Сингапуре.</translation>
    </message>
    <message>
        <source>The image may have at most %1 after compression, system disk and data disks together.</source>
        <translation>Размер образа после сжатия — не более %1 для системного диска и дисков данных вместе.</translation>
    </message>
    <message>
        <source>ECS, OSS and ENS must be activated in the account, and ECS must be allowed to write to OSS.</source>
        <translation>В учётной записи должны быть активированы ECS, OSS и ENS, а ECS должна иметь право записи в OSS.</translation>
    </message>
    <message>
        <source>Costs</source>
        <translation>Расходы</translation>
    </message>
    <message>
        <source>Edgelift is free. What is used on the way is charged by the cloud: one pay-as-you-go transit instance with its disks and snapshots.</source>
        <translation>Edgelift — бесплатная программа. Облако взимает плату за использованное в процессе: один транзитный экземпляр с оплатой по факту использования, его диски и снимки.</translation>
    </message>
    <message>
        <source>The temporary image in the OSS bucket costs storage, requests and outbound traffic.</source>
        <translation>Для временного образа в бакете OSS оплачиваются хранение, запросы и исходящий трафик.</translation>
    </message>
    <message>
        <source>Importing the ENS image and creating an ENS instance are charged by ENS.</source>
        <translation>Импорт образа ENS и создание экземпляра ENS оплачиваются в ENS.</translation>
    </message>
    <message>
        <source>After an error the transit instance is kept so that you can retry, and keeps costing until you retry or cancel.</source>
        <translation>После ошибки транзитный экземпляр сохраняется для повтора и оплачивается, пока вы не повторите или не отмените миграцию.</translation>
    </message>
    <message>
        <source>Consequences</source>
        <translation>Последствия</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 during the migration.</source>
        <translation>Во время миграции не останавливайте, не запускайте, не перезапускайте и не освобождайте транзитный экземпляр %1.</translation>
    </message>
    <message>
        <source>Leave the temporary ECS image and the temporary objects in the bucket alone; they are removed at the end.</source>
        <translation>Не трогайте временный образ ECS и временные объекты в бакете; в конце они удаляются.</translation>
    </message>
    <message>
        <source>The hardware changes: licences bound to it may become invalid. Check them after the migration.</source>
        <translation>Оборудование меняется: привязанные к нему лицензии могут стать недействительными. Проверьте их после миграции.</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Термины</translation>
    </message>
    <message>
        <source>ENS, Edge Node Service: servers in data centers near their users.</source>
        <translation>ENS, Edge Node Service: серверы в центрах обработки данных рядом с пользователями.</translation>
    </message>
    <message>
        <source>OSS, Object Storage Service: holds files in buckets.</source>
        <translation>OSS, Object Storage Service: хранит файлы в бакетах.</translation>
    </message>
    <message>
        <source>Transit instance: a temporary ECS instance that receives the disks.</source>
        <translation>Транзитный экземпляр: временный экземпляр ECS, принимающий диски.</translation>
    </message>
    <message>
        <source>Activation code: lets this server register itself without an AccessKey pair.</source>
        <translation>Код активации: позволяет серверу зарегистрироваться без пары AccessKey.</translation>
    </message>
    <message>
        <source>Move this server into an ENS image</source>
        <translation>Перенос этого сервера в образ ENS</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Начало</translation>
    </message>
    <message>
        <source>The server keeps running meanwhile. Nothing on it is changed before you agree to it.</source>
        <translation>Сервер тем временем продолжает работать. Без вашего согласия на нём ничего не изменяется.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::Wizard</name>
    <message>
        <source>&amp;Start the engine</source>
        <translation>&amp;Запустить механизм</translation>
    </message>
    <message>
        <source>Migration %1 continues in the background. Start “edgelift” again to watch it.</source>
        <translation>Миграция %1 продолжается в фоновом режиме. Запустите «edgelift» снова, чтобы следить за ней.</translation>
    </message>
    <message>
        <source>&amp;Ask for permission</source>
        <translation>Запросить &amp;разрешение</translation>
    </message>
    <message>
        <source>The settings of the last migration are here again, and what is left of it is being removed. Start when you are ready.</source>
        <translation>Настройки последней миграции восстановлены, а то, что от неё осталось, удаляется. Начните, когда будете готовы.</translation>
    </message>
    <message>
        <source>Migration %1 waits, and what it made in the cloud keeps costing. Start “edgelift” again to go on or to clean up.</source>
        <translation>Миграция %1 ожидает, а созданное ею в облаке продолжает оплачиваться. Снова запустите «edgelift», чтобы продолжить или выполнить очистку.</translation>
    </message>
</context>
</TS>
