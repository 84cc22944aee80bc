<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ar_EG" sourcelanguage="en">
<context>
    <name>ActivationCode</name>
    <message>
        <source>“%1” (character %2)</source>
        <extracomment>%1 is one character of an activation code, %2 its place in the code</extracomment>
        <translation>«%1» (الحرف رقم %2)</translation>
    </message>
    <message>
        <source>a part is missing</source>
        <translation>جزء منه ناقص</translation>
    </message>
    <message>
        <source>the address in it is not valid</source>
        <translation>العنوان الوارد فيه غير صالح</translation>
    </message>
    <message>
        <source>it is longer than %1 characters</source>
        <translation>أطول من %1 حرفًا</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>فارغ</translation>
    </message>
    <message>
        <source>it does not begin with EL1</source>
        <translation>لا يبدأ بـ EL1</translation>
    </message>
    <message>
        <source>the end is missing</source>
        <translation>نهايته ناقصة</translation>
    </message>
    <message>
        <source>the check sum does not match</source>
        <translation>المجموع الاختباري غير مطابق</translation>
    </message>
</context>
<context>
    <name>ConversionNote</name>
    <message>
        <source>The service %2 of the old platform (%1) no longer starts. It is still installed.</source>
        <translation>لم تعد خدمة المنصة القديمة (%1) المسماة %2 تبدأ. ما زالت مثبّتة.</translation>
    </message>
    <message>
        <source>The system is built for %1; instances are x86_64.</source>
        <translation>النظام مبني لـ %1؛ والمثيلات من نوع x86_64.</translation>
    </message>
    <message>
        <source>No boot entry was found. Run the distribution&apos;s boot loader configuration on the source, then migrate again.</source>
        <translation>لم يُعثر على أي إدخال إقلاع. شغّل إعداد محمّل الإقلاع الخاص بالتوزيعة على المصدر، ثم أعد الترحيل.</translation>
    </message>
    <message>
        <source>The boot loader “%1” cannot be made to start on the target. Install GRUB 2 on the source, then migrate again.</source>
        <translation>لا يمكن جعل محمّل الإقلاع «%1» يبدأ على الهدف. ثبّت GRUB 2 على المصدر، ثم أعد الترحيل.</translation>
    </message>
    <message>
        <source>The encrypted volume %1 on %2 is not in the image; its line in /etc/crypttab is out of effect.</source>
        <translation>وحدة التخزين المشفّرة %1 على %2 ليست في الصورة؛ وسطرها في ‎/etc/crypttab غير نافذ.</translation>
    </message>
    <message>
        <source>The default kernel %1 has neither drivers for virtio disks built in nor an initramfs. Make one on the source, then migrate again.</source>
        <translation>لا تحتوي النواة الافتراضية %1 على برامج تشغيل مدمجة لأقراص virtio ولا على initramfs. أنشئ initramfs على المصدر، ثم أعد الترحيل.</translation>
    </message>
    <message>
        <source>The default kernel %1 has no drivers for virtio disks. Install a kernel that has them on the source, then migrate again.</source>
        <translation>لا تحتوي النواة الافتراضية %1 على برامج تشغيل لأقراص virtio. ثبّت على المصدر نواة تحتوي عليها، ثم أعد الترحيل.</translation>
    </message>
    <message>
        <source>%1 names %2, which is another disk or none on the new machine. Change it there.</source>
        <translation>يشير %1 إلى %2، وهو على الجهاز الجديد قرص آخر أو غير موجود. غيّره هناك.</translation>
    </message>
    <message>
        <source>A boot entry in %1 starts from %2, which is not this image&apos;s root filesystem. It was left as it is.</source>
        <translation>يبدأ إدخال إقلاع في %1 من %2، وهو ليس نظام ملفات الجذر لهذه الصورة. تُرك كما هو.</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but no EFI system partition with a loader was found.</source>
        <translation>يجب أن تُقلع الصورة عبر UEFI، لكن لم يُعثر على قسم نظام EFI فيه محمّل إقلاع.</translation>
    </message>
    <message>
        <source>%1 is not a plain file of usual size. It was left as it is.</source>
        <translation>ليس %1 ملفًا عاديًا بحجم معتاد. تُرك كما هو.</translation>
    </message>
    <message>
        <source>%1 starts with the system. Make sure that it lets you in at the new address.</source>
        <translation>يبدأ %1 مع النظام. تأكد من أنه يتيح لك الدخول على العنوان الجديد.</translation>
    </message>
    <message>
        <source>/etc/fstab is not a plain file of usual size. Mend it on the source, then migrate again.</source>
        <translation>ليس ‎/etc/fstab ملفًا عاديًا بحجم معتاد. أصلحه على المصدر، ثم أعد الترحيل.</translation>
    </message>
    <message>
        <source>/etc/fstab mounts %1 at %2, which the image does not have. The system would stop while starting.</source>
        <translation>يطلب ‎/etc/fstab تحميل %1 على %2، وهو غير موجود في الصورة. كان النظام سيتوقف أثناء البدء.</translation>
    </message>
    <message>
        <source>%1 has no room for the new kernel arguments. Shorten kernelopts there on the source, then migrate again.</source>
        <translation>لا متسع في %1 لوسائط النواة الجديدة. اختصر kernelopts هناك على المصدر، ثم أعد الترحيل.</translation>
    </message>
    <message>
        <source>The system starts by GRUB Legacy (0.97), which cannot find its root filesystem by UUID and is not supported. Change to GRUB 2 on the source, then migrate again.</source>
        <translation>يُقلع النظام عبر GRUB Legacy (0.97)، وهو لا يستطيع العثور على نظام ملفات الجذر عن طريق UUID وغير مدعوم. انتقل إلى GRUB 2 على المصدر، ثم أعد الترحيل.</translation>
    </message>
    <message>
        <source>The copy has a new machine-id but still the SSH host keys of its original. Make new ones with “ssh-keygen -A” after deleting the old ones.</source>
        <translation>للنسخة معرّف machine-id جديد، لكنها ما زالت تحمل مفاتيح مضيف SSH الخاصة بالأصل. احذف المفاتيح القديمة ثم أنشئ مفاتيح جديدة باستخدام «ssh-keygen -A».</translation>
    </message>
    <message>
        <source>Machine-id and SSH host keys were kept: the server moves. Do not run it beside its original.</source>
        <translation>احتُفظ بمعرّف machine-id ومفاتيح مضيف SSH: الخادم ينتقل. لا تشغّله إلى جانب الأصل.</translation>
    </message>
    <message>
        <source>A new initramfs for kernel %1 could not be made (%2). The old one was kept; this kernel may not start.</source>
        <translation>تعذّر إنشاء initramfs جديدة للنواة %1 (%2). احتُفظ بالقديمة؛ وقد لا تبدأ هذه النواة.</translation>
    </message>
    <message>
        <source>The system has no program to make a new initramfs. The old ones start on virtio disks and were kept.</source>
        <translation>لا يوجد في النظام برنامج لإنشاء initramfs جديدة. القديمة تبدأ على أقراص virtio واحتُفظ بها.</translation>
    </message>
    <message>
        <source>Kernel %1 has neither drivers for virtio disks built in nor an initramfs; it will not start.</source>
        <translation>لا تحتوي النواة %1 على برامج تشغيل مدمجة لأقراص virtio ولا على initramfs؛ ولن تبدأ.</translation>
    </message>
    <message>
        <source>The initramfs has no drivers for virtio disks, and the system has neither dracut, initramfs-tools nor mkinitrd. Install one of them on the source, then migrate again.</source>
        <translation>لا تحتوي initramfs على برامج تشغيل لأقراص virtio، ولا يوجد في النظام dracut ولا initramfs-tools ولا mkinitrd. ثبّت أحدها على المصدر، ثم أعد الترحيل.</translation>
    </message>
    <message>
        <source>A new initramfs for the default kernel %1 could not be made (%2). Make one with virtio_blk and virtio_pci on the source, then migrate again.</source>
        <translation>تعذّر إنشاء initramfs جديدة للنواة الافتراضية %1 (%2). أنشئ واحدة مع virtio_blk وvirtio_pci على المصدر، ثم أعد الترحيل.</translation>
    </message>
    <message>
        <source>A boot entry in %1 names %2, which is not in /boot.</source>
        <translation>يشير إدخال إقلاع في %1 إلى %2، وهو غير موجود في ‎/boot.</translation>
    </message>
    <message>
        <source>No kernel was found in /boot.</source>
        <translation>لم يُعثر على نواة في ‎/boot.</translation>
    </message>
    <message>
        <source>Kernel %1 has no drivers for virtio disks; it will not start. It is not the default.</source>
        <translation>لا تحتوي النواة %1 على برامج تشغيل لأقراص virtio؛ ولن تبدأ. وهي ليست الافتراضية.</translation>
    </message>
    <message>
        <source>The plan puts volumes on LVM, but the system has no LVM programs. Install lvm2 on the source or choose plain partitions.</source>
        <translation>تضع الخطة وحدات تخزين على LVM، لكن لا توجد في النظام برامج LVM. ثبّت lvm2 على المصدر أو اختر أقسامًا عادية.</translation>
    </message>
    <message>
        <source>%1 (%2) comes from another machine. The system now starts also when it cannot be had.</source>
        <translation>يأتي %1 (%2) من جهاز آخر. أصبح النظام يبدأ حتى عند تعذّر الوصول إليه.</translation>
    </message>
    <message>
        <source>%1 (%2) is not in the image; it is no longer mounted.</source>
        <translation>ليس %1 (%2) في الصورة؛ ولم يعد يُحمّل.</translation>
    </message>
    <message>
        <source>What %1 (%2) stands for in the image is not known. The system now starts also without it.</source>
        <translation>لا يُعرف ما يقابل %1 (%2) في الصورة. أصبح النظام يبدأ من دونه أيضًا.</translation>
    </message>
    <message>
        <source>The name server %1 is set by hand. Check that it answers from the new place.</source>
        <translation>خادم الأسماء %1 معيّن يدويًا. تحقق من أنه يستجيب من الموقع الجديد.</translation>
    </message>
    <message>
        <source>Several services manage the network: %1. Keep one of them.</source>
        <translation>تدير الشبكةَ عدة خدمات: ‏%1. أبقِ واحدة منها.</translation>
    </message>
    <message>
        <source>The way out leads over %1, a bond, bridge or VLAN. Its settings were left as they are; the image may not be reachable until you change them or let Edgelift replace them by plain DHCP.</source>
        <translation>يمر طريق الخروج عبر %1، وهو تجميع روابط (bond) أو جسر أو VLAN. تُركت إعداداته كما هي؛ وقد يتعذّر الوصول إلى الصورة حتى تغيّرها أو تسمح لـ Edgelift باستبدالها بإعداد DHCP عادي.</translation>
    </message>
    <message>
        <source>No network settings that Edgelift knows were found. The image may not be reachable.</source>
        <translation>لم يُعثر على إعدادات شبكة يعرفها Edgelift. قد يتعذّر الوصول إلى الصورة.</translation>
    </message>
    <message>
        <source>The network interface %1 is no longer started by itself: the new machine may not have it.</source>
        <translation>لم تعد واجهة الشبكة %1 تبدأ تلقائيًا: قد لا تكون موجودة في الجهاز الجديد.</translation>
    </message>
    <message>
        <source>%1 needs a processor of level %2. Choose an instance type that has it.</source>
        <translation>يحتاج %1 إلى معالج من المستوى %2. اختر نوع مثيل يتوفر فيه ذلك.</translation>
    </message>
    <message>
        <source>/etc/resolv.conf leads to %1, but systemd-resolved does not start with the system.</source>
        <translation>يؤدي ‎/etc/resolv.conf إلى %1، لكن systemd-resolved لا يبدأ مع النظام.</translation>
    </message>
    <message>
        <source>No boot entry names the image&apos;s root filesystem.</source>
        <translation>لا يشير أي إدخال إقلاع إلى نظام ملفات الجذر للصورة.</translation>
    </message>
    <message>
        <source>The plan has no volume for the root filesystem.</source>
        <translation>لا توجد في الخطة وحدة تخزين لنظام ملفات الجذر.</translation>
    </message>
    <message>
        <source>The routes in %1 belong to the old network and are out of effect.</source>
        <translation>المسارات في %1 تخص الشبكة القديمة وهي غير نافذة.</translation>
    </message>
    <message>
        <source>SELinux labels are restored when the image starts for the first time. That can take several minutes, and the system restarts once.</source>
        <translation>تُستعاد تسميات SELinux عند بدء الصورة لأول مرة. قد يستغرق ذلك عدة دقائق، ويُعاد تشغيل النظام مرة واحدة.</translation>
    </message>
    <message>
        <source>No SSH server starts with the system.</source>
        <translation>لا يبدأ أي خادم SSH مع النظام.</translation>
    </message>
    <message>
        <source>SSH is restricted by an address in %1: “%2”. Check that it lets you in at the new address.</source>
        <translation>الوصول عبر SSH مقيّد بعنوان في %1: «%2». تحقق من أنه يتيح لك الدخول على العنوان الجديد.</translation>
    </message>
    <message>
        <source>The swap area %2 is not in the image; it is no longer used.</source>
        <translation>مساحة التبديل %2 ليست في الصورة؛ ولم تعد مستخدمة.</translation>
    </message>
    <message>
        <source>The distribution “%1” is not one Edgelift was made for. What is common to all was done; test the image well.</source>
        <translation>التوزيعة «%1» ليست من التوزيعات التي صُمّم لها Edgelift. أُجري ما هو مشترك بينها جميعًا؛ اختبر الصورة جيدًا.</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but the EFI system partition has no loader for x86_64.</source>
        <translation>يجب أن تُقلع الصورة عبر UEFI، لكن لا يوجد في قسم نظام EFI محمّل إقلاع لـ x86_64.</translation>
    </message>
    <message>
        <source>The EFI system partition could not be looked into. If it has no EFI\BOOT\BOOTX64.EFI, the image does not start.</source>
        <translation>تعذّر فحص محتوى قسم نظام EFI. إذا لم يكن فيه EFI\BOOT\BOOTX64.EFI، فلن تُقلع الصورة.</translation>
    </message>
</context>
<context>
    <name>ErrorText</name>
    <message>
        <source>Something went wrong inside Edgelift</source>
        <translation>حدث خطأ داخلي في Edgelift</translation>
    </message>
    <message>
        <source>An internal check failed.</source>
        <translation>فشل فحص داخلي.</translation>
    </message>
    <message>
        <source>Save the diagnostics and report them with the code above.</source>
        <translation>احفظ بيانات التشخيص وأبلغ عنها مع الرمز أعلاه.</translation>
    </message>
    <message>
        <source>The command is not complete</source>
        <translation>الأمر غير مكتمل</translation>
    </message>
    <message>
        <source>%1</source>
        <translation>%1</translation>
    </message>
    <message>
        <source>Run the command with --help to see what it takes.</source>
        <translation>شغّل الأمر مع ‎--help لمعرفة ما يقبله.</translation>
    </message>
    <message>
        <source>Not permitted</source>
        <translation>غير مسموح به</translation>
    </message>
    <message>
        <source>%1 needs administrator rights.</source>
        <translation>يتطلب %1 صلاحيات المسؤول.</translation>
    </message>
    <message>
        <source>Run the command again as root, for example with sudo.</source>
        <translation>شغّل الأمر مرة أخرى بصلاحيات root، باستخدام sudo مثلًا.</translation>
    </message>
    <message>
        <source>A program is missing</source>
        <translation>برنامج غير موجود</translation>
    </message>
    <message>
        <source>The program %1 was not found.</source>
        <translation>لم يُعثر على البرنامج %1.</translation>
    </message>
    <message>
        <source>Install %1 and retry.</source>
        <translation>ثبّت %1 ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>A program failed</source>
        <translation>فشل أحد البرامج</translation>
    </message>
    <message>
        <source>%1 ended with an error.</source>
        <translation>انتهى %1 بخطأ.</translation>
    </message>
    <message>
        <source>Read the log for what it printed, mend the cause and retry.</source>
        <translation>اقرأ مخرجاته في السجل وعالج السبب ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>A program did not finish</source>
        <translation>لم يكتمل أحد البرامج</translation>
    </message>
    <message>
        <source>%1 took longer than it may.</source>
        <translation>تجاوز %1 الوقت المسموح به.</translation>
    </message>
    <message>
        <source>Check that the machine is not overloaded, then retry.</source>
        <translation>تأكد من أن الجهاز ليس محمّلًا فوق طاقته، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>There is no space left</source>
        <translation>لا توجد مساحة فارغة</translation>
    </message>
    <message>
        <source>No space is left in %1.</source>
        <translation>لم تعد هناك مساحة فارغة في %1.</translation>
    </message>
    <message>
        <source>Free some space there, then retry. What was done is kept.</source>
        <translation>وفّر بعض المساحة هناك ثم أعد المحاولة. ما أُنجز محفوظ.</translation>
    </message>
    <message>
        <source>A file could not be read</source>
        <translation>تعذّرت قراءة ملف</translation>
    </message>
    <message>
        <source>%1 could not be read.</source>
        <translation>تعذّرت قراءة %1.</translation>
    </message>
    <message>
        <source>Check that the file exists and may be read, then retry.</source>
        <translation>تأكد من وجود الملف ومن إمكانية قراءته، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>A file could not be written</source>
        <translation>تعذّرت كتابة ملف</translation>
    </message>
    <message>
        <source>%1 could not be written.</source>
        <translation>تعذّرت كتابة %1.</translation>
    </message>
    <message>
        <source>Check the folder&apos;s rights and free space, then retry.</source>
        <translation>تحقق من أذونات المجلد ومساحته الفارغة، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The migration journal is damaged</source>
        <translation>سجل الترحيل تالف</translation>
    </message>
    <message>
        <source>The journal %1 cannot be trusted.</source>
        <translation>لا يمكن الوثوق بالسجل %1.</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again; nothing on the source was changed.</source>
        <translation>ألغِ هذا الترحيل وابدأه من جديد؛ لم يتغيّر شيء على المصدر.</translation>
    </message>
    <message>
        <source>Saved state is damaged</source>
        <translation>الحالة المحفوظة تالفة</translation>
    </message>
    <message>
        <source>%1 cannot be trusted.</source>
        <translation>لا يمكن الوثوق بـ %1.</translation>
    </message>
    <message>
        <source>Move the file away and start again; nothing on the source was changed.</source>
        <translation>انقل الملف إلى مكان آخر وابدأ من جديد؛ لم يتغيّر شيء على المصدر.</translation>
    </message>
    <message>
        <source>The plan file cannot be read</source>
        <translation>تعذّرت قراءة ملف الخطة</translation>
    </message>
    <message>
        <source>%1 is not a plan file: %2.</source>
        <translation>‏%1 ليس ملف خطة: %2.</translation>
    </message>
    <message>
        <source>Make a new plan with “edgeliftctl plan new”, or mend the file at that place.</source>
        <translation>أنشئ خطة جديدة باستخدام «edgeliftctl plan new»، أو صحّح الملف في ذلك الموضع.</translation>
    </message>
    <message>
        <source>The plan has an unknown setting</source>
        <translation>في الخطة إعداد غير معروف</translation>
    </message>
    <message>
        <source>The plan has the unknown key “%1”.</source>
        <translation>في الخطة مفتاح غير معروف: «%1».</translation>
    </message>
    <message>
        <source>Did you mean “%2”? Correct the key or remove it.</source>
        <translation>هل تقصد «%2»؟ صحّح المفتاح أو أزله.</translation>
    </message>
    <message>
        <source>The plan was made by another version</source>
        <translation>أُنشئت الخطة بإصدار آخر</translation>
    </message>
    <message>
        <source>The plan has version %1; this program reads version %2.</source>
        <translation>إصدار الخطة هو %1، وهذا البرنامج يقرأ الإصدار %2.</translation>
    </message>
    <message>
        <source>Make a new plan with this program, or use the program that made the plan.</source>
        <translation>أنشئ خطة جديدة بهذا البرنامج، أو استخدم البرنامج الذي أنشأ الخطة.</translation>
    </message>
    <message>
        <source>The plan has an impossible value</source>
        <translation>في الخطة قيمة غير صالحة</translation>
    </message>
    <message>
        <source>%1 cannot be “%2”. Allowed: %3.</source>
        <translation>لا يمكن أن تكون قيمة %1 هي «%2». القيم المسموح بها: %3.</translation>
    </message>
    <message>
        <source>Change the value in the plan and validate it again.</source>
        <translation>غيّر القيمة في الخطة وتحقق من صحتها مرة أخرى.</translation>
    </message>
    <message>
        <source>The plan breaks a rule</source>
        <translation>الخطة تخالف إحدى القواعد</translation>
    </message>
    <message>
        <source>Change the plan as described and validate it again.</source>
        <translation>غيّر الخطة كما هو موضّح وتحقق من صحتها مرة أخرى.</translation>
    </message>
    <message>
        <source>The plan belongs to another server</source>
        <translation>الخطة تخص خادمًا آخر</translation>
    </message>
    <message>
        <source>The plan names %1, which this source does not have.</source>
        <translation>تذكر الخطة %1، وهو غير موجود في هذا المصدر.</translation>
    </message>
    <message>
        <source>Make a new plan for this source with “edgeliftctl plan new”.</source>
        <translation>أنشئ خطة جديدة لهذا المصدر باستخدام «edgeliftctl plan new».</translation>
    </message>
    <message>
        <source>This change of the disk layout is not available</source>
        <translation>هذا التغيير في تخطيط الأقراص غير متاح</translation>
    </message>
    <message>
        <source>A disk of the source could not be read</source>
        <translation>تعذّرت قراءة أحد أقراص المصدر</translation>
    </message>
    <message>
        <source>Reading %1 failed.</source>
        <translation>فشلت قراءة %1.</translation>
    </message>
    <message>
        <source>Check the disk&apos;s health and the file&apos;s rights, then retry. What was already sent is kept.</source>
        <translation>تحقق من سلامة القرص وأذونات الملف، ثم أعد المحاولة. ما أُرسل محفوظ.</translation>
    </message>
    <message>
        <source>A disk of the source was not found</source>
        <translation>لم يُعثر على أحد أقراص المصدر</translation>
    </message>
    <message>
        <source>%1 does not exist.</source>
        <translation>‏%1 غير موجود.</translation>
    </message>
    <message>
        <source>Check the path of the disk, then start again.</source>
        <translation>تحقق من مسار القرص، ثم ابدأ من جديد.</translation>
    </message>
    <message>
        <source>The disk is empty</source>
        <translation>القرص فارغ</translation>
    </message>
    <message>
        <source>%1 has no content.</source>
        <translation>لا يحتوي %1 على أي بيانات.</translation>
    </message>
    <message>
        <source>Choose the right disk image.</source>
        <translation>اختر صورة القرص الصحيحة.</translation>
    </message>
    <message>
        <source>The source changed during the migration</source>
        <translation>تغيّر المصدر أثناء الترحيل</translation>
    </message>
    <message>
        <source>%1 is no longer what it was when the migration began.</source>
        <translation>لم يعد %1 كما كان عند بدء الترحيل.</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk image, then start the migration again.</source>
        <translation>تأكد من عدم الكتابة على صورة القرص، ثم ابدأ الترحيل من جديد.</translation>
    </message>
    <message>
        <source>The disk image is in use</source>
        <translation>صورة القرص قيد الاستخدام</translation>
    </message>
    <message>
        <source>%1 is in use by another program.</source>
        <translation>يستخدم برنامج آخر %1 الآن.</translation>
    </message>
    <message>
        <source>Shut the virtual machine down or choose a copy of its disk, then retry.</source>
        <translation>أوقف تشغيل الجهاز الافتراضي أو اختر نسخة من قرصه، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The format of the disk image is not supported</source>
        <translation>تنسيق صورة القرص غير مدعوم</translation>
    </message>
    <message>
        <source>%1 has the format %2. Raw and qcow2 images can be read.</source>
        <translation>تنسيق %1 هو %2. يمكن قراءة الصور بتنسيق raw وqcow2.</translation>
    </message>
    <message>
        <source>Convert the image with “qemu-img convert -O qcow2” and start again.</source>
        <translation>حوّل الصورة باستخدام «qemu-img convert -O qcow2» وابدأ من جديد.</translation>
    </message>
    <message>
        <source>The partition table is damaged</source>
        <translation>جدول الأقسام تالف</translation>
    </message>
    <message>
        <source>The partition table of %1 cannot be used: %2.</source>
        <translation>لا يمكن استخدام جدول أقسام %1: ‏%2.</translation>
    </message>
    <message>
        <source>Repair the table (for example with “sgdisk --verify” or “sfdisk --verify”), then start again.</source>
        <translation>أصلح الجدول (باستخدام «sgdisk --verify» أو «sfdisk --verify» مثلًا)، ثم ابدأ من جديد.</translation>
    </message>
    <message>
        <source>The partition table refers to itself</source>
        <translation>جدول الأقسام يشير إلى نفسه</translation>
    </message>
    <message>
        <source>The extended partitions of %1 form a loop.</source>
        <translation>تشكّل الأقسام الممتدة في %1 حلقة.</translation>
    </message>
    <message>
        <source>Repair the partition table with “sfdisk”, then start again.</source>
        <translation>أصلح جدول الأقسام باستخدام «sfdisk»، ثم ابدأ من جديد.</translation>
    </message>
    <message>
        <source>This is not a Linux server</source>
        <translation>هذا ليس خادم Linux</translation>
    </message>
    <message>
        <source>No Linux system was found on %1.</source>
        <translation>لم يُعثر على نظام Linux في %1.</translation>
    </message>
    <message>
        <source>Only Linux servers can become ENS images. Choose the disk that holds the Linux system.</source>
        <translation>لا يمكن تحويل سوى خوادم Linux إلى صور ENS. اختر القرص الذي يحتوي على نظام Linux.</translation>
    </message>
    <message>
        <source>The processor architecture is not supported</source>
        <translation>معمارية المعالج غير مدعومة</translation>
    </message>
    <message>
        <source>The system on %1 is made for %2.</source>
        <translation>النظام الموجود في %1 مخصص لمعمارية %2.</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>لا يمكن تحويل سوى خوادم x86-64 إلى صور ENS.</translation>
    </message>
    <message>
        <source>Too many data disks</source>
        <translation>عدد أقراص البيانات كبير جدًا</translation>
    </message>
    <message>
        <source>%1 data disks would be migrated, at most 4 are possible.</source>
        <translation>عدد أقراص البيانات المطلوب ترحيلها %1، والحد الأقصى 4.</translation>
    </message>
    <message>
        <source>Leave out disks: set all volumes of a disk to “migrate”: false in the plan.</source>
        <translation>استبعد أقراصًا: عيّن &quot;migrate&quot;: false لكل وحدات تخزين القرص في الخطة.</translation>
    </message>
    <message>
        <source>A data disk is too large</source>
        <translation>قرص بيانات كبير جدًا</translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. %1 has %2.</source>
        <translation>الحد الأقصى لقرص البيانات في صورة ENS هو 500 GiB، وحجم %1 هو %2.</translation>
    </message>
    <message>
        <source>Leave the disk out, or make it smaller.</source>
        <translation>استبعد القرص أو صغّر حجمه.</translation>
    </message>
    <message>
        <source>The root filesystem was not found</source>
        <translation>لم يُعثر على نظام ملفات الجذر</translation>
    </message>
    <message>
        <source>No volume of %1 can be mounted as “/”.</source>
        <translation>لا يمكن تحميل أي وحدة تخزين من %1 على «/».</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>اختر القرص الذي يُقلع منه الخادم.</translation>
    </message>
    <message>
        <source>A filesystem is damaged</source>
        <translation>نظام ملفات تالف</translation>
    </message>
    <message>
        <source>The filesystem on %1 cannot be read: %2.</source>
        <translation>تعذّرت قراءة نظام الملفات في %1: ‏%2.</translation>
    </message>
    <message>
        <source>Check it with the filesystem&apos;s own repair program, then start again.</source>
        <translation>افحصه ببرنامج الإصلاح الخاص بنظام الملفات، ثم ابدأ من جديد.</translation>
    </message>
    <message>
        <source>A volume cannot be migrated</source>
        <translation>وحدة تخزين لا يمكن ترحيلها</translation>
    </message>
    <message>
        <source>%1 is of a kind that cannot be migrated: %2.</source>
        <translation>نوع %1 لا يمكن ترحيله: %2.</translation>
    </message>
    <message>
        <source>Leave the volume out, or change it on the source.</source>
        <translation>استبعد وحدة التخزين، أو غيّرها على المصدر.</translation>
    </message>
    <message>
        <source>No boot loader was found</source>
        <translation>لم يُعثر على محمّل إقلاع</translation>
    </message>
    <message>
        <source>%1 has no boot loader that the image could start with.</source>
        <translation>لا يوجد في %1 محمّل إقلاع يمكن أن تبدأ به الصورة.</translation>
    </message>
    <message>
        <source>Install GRUB on the source&apos;s system disk, then start again.</source>
        <translation>ثبّت GRUB على قرص النظام في المصدر، ثم ابدأ من جديد.</translation>
    </message>
    <message>
        <source>Drivers for the cloud are missing</source>
        <translation>برامج تشغيل السحابة غير موجودة</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>لا تحتوي ملفات إقلاع النواة %1 على برامج تشغيل virtio.</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>أعد بناء initramfs مع virtio_blk وvirtio_pci وvirtio_net، ثم أعد الفحص.</translation>
    </message>
    <message>
        <source>The source does not read the same twice</source>
        <translation>لا تعطي قراءة المصدر النتيجة نفسها مرتين</translation>
    </message>
    <message>
        <source>%2 blocks of %1 had another content each time they were read.</source>
        <translation>اختلف محتوى %2 من الكتل في %1 عند كل قراءة.</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk. Then test the source server&apos;s memory (RAM) and the disk&apos;s health, and start again.</source>
        <translation>تأكد من عدم الكتابة على القرص. ثم اختبر ذاكرة (RAM) الخادم المصدر وسلامة القرص، وابدأ من جديد.</translation>
    </message>
    <message>
        <source>The transit instance does not answer</source>
        <translation>مثيل العبور لا يستجيب</translation>
    </message>
    <message>
        <source>%1 cannot be reached on port %2.</source>
        <translation>لا يمكن الوصول إلى %1 عبر المنفذ %2.</translation>
    </message>
    <message>
        <source>Allow outgoing connections to ports 8080 and 8703, then retry. What was already sent is kept.</source>
        <translation>اسمح بالاتصالات الصادرة إلى المنفذين 8080 و8703، ثم أعد المحاولة. ما أُرسل محفوظ.</translation>
    </message>
    <message>
        <source>The receiver is of another version</source>
        <translation>المستقبِل من إصدار آخر</translation>
    </message>
    <message>
        <source>The receiver speaks protocol %1.</source>
        <translation>يستخدم المستقبِل البروتوكول %1.</translation>
    </message>
    <message>
        <source>Let the migration create a new transit instance (cancel and start again), or update this program.</source>
        <translation>دع الترحيل ينشئ مثيل عبور جديدًا (ألغِ وابدأ من جديد)، أو حدّث هذا البرنامج.</translation>
    </message>
    <message>
        <source>The data connection was disturbed</source>
        <translation>اضطرب اتصال البيانات</translation>
    </message>
    <message>
        <source>A message on the data connection could not be understood.</source>
        <translation>تعذّر فهم رسالة على اتصال البيانات.</translation>
    </message>
    <message>
        <source>Retry. What was already confirmed is kept.</source>
        <translation>أعد المحاولة. ما جرى تأكيده محفوظ.</translation>
    </message>
    <message>
        <source>The other side could not prove who it is</source>
        <translation>لم يتمكن الطرف الآخر من إثبات هويته</translation>
    </message>
    <message>
        <source>The computer at %1 does not hold the key of this migration.</source>
        <translation>الجهاز ذو العنوان %1 لا يملك مفتاح هذا الترحيل.</translation>
    </message>
    <message>
        <source>Check for a proxy that opens encrypted connections, then retry.</source>
        <translation>تحقق من وجود خادم وكيل (proxy) يفك تشفير الاتصالات، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The receiver holds another state</source>
        <translation>لدى المستقبِل حالة مختلفة</translation>
    </message>
    <message>
        <source>The receiver does not know this run of the migration.</source>
        <translation>المستقبِل لا يعرف هذا التشغيل من الترحيل.</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again.</source>
        <translation>ألغِ هذا الترحيل وابدأه من جديد.</translation>
    </message>
    <message>
        <source>Data was damaged on the way</source>
        <translation>تلفت بيانات أثناء النقل</translation>
    </message>
    <message>
        <source>A block of %1 arrived damaged.</source>
        <translation>وصلت كتلة من %1 تالفة.</translation>
    </message>
    <message>
        <source>Retry. The block is sent again; nothing damaged was written. If it happens again, test the source server&apos;s memory (RAM).</source>
        <translation>أعد المحاولة. ستُرسل الكتلة مجددًا؛ ولم يُكتب أي شيء تالف. إذا تكرر ذلك، فاختبر ذاكرة (RAM) الخادم المصدر.</translation>
    </message>
    <message>
        <source>A target disk was not found</source>
        <translation>لم يُعثر على أحد الأقراص الهدف</translation>
    </message>
    <message>
        <source>The disk with serial %1 is not attached to the transit instance.</source>
        <translation>القرص ذو الرقم التسلسلي %1 غير مرفق بمثيل العبور.</translation>
    </message>
    <message>
        <source>Retry; if it stays away, cancel the migration and start again.</source>
        <translation>أعد المحاولة؛ وإذا لم يظهر القرص، فألغِ الترحيل وابدأ من جديد.</translation>
    </message>
    <message>
        <source>A target disk is too small</source>
        <translation>أحد الأقراص الهدف صغير جدًا</translation>
    </message>
    <message>
        <source>The target disk %1 has %2, but %3 are needed.</source>
        <translation>حجم القرص الهدف %1 هو %2، والمطلوب %3.</translation>
    </message>
    <message>
        <source>Choose a larger disk in the plan and start again.</source>
        <translation>اختر قرصًا أكبر في الخطة وابدأ من جديد.</translation>
    </message>
    <message>
        <source>Writing the target disk failed</source>
        <translation>فشلت الكتابة على القرص الهدف</translation>
    </message>
    <message>
        <source>The target disk %1 could not be written.</source>
        <translation>تعذّرت الكتابة على القرص الهدف %1.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, cancel the migration and start again.</source>
        <translation>أعد المحاولة. إذا فشلت مجددًا، فألغِ الترحيل وابدأ من جديد.</translation>
    </message>
    <message>
        <source>Reading the target disk back failed</source>
        <translation>فشلت إعادة قراءة القرص الهدف</translation>
    </message>
    <message>
        <source>The target disk %1 could not be read back.</source>
        <translation>تعذّرت إعادة قراءة القرص الهدف %1.</translation>
    </message>
    <message>
        <source>The copy is not equal to the source</source>
        <translation>النسخة لا تطابق المصدر</translation>
    </message>
    <message>
        <source>%1 blocks of the target disk differ from what was sent, after a second copy as well.</source>
        <translation>يختلف %1 من كتل القرص الهدف عما أُرسل، حتى بعد نسخة ثانية.</translation>
    </message>
    <message>
        <source>Memory (RAM) or disk of the transit instance is faulty. Cancel the migration and start it again: it gets another one.</source>
        <translation>ذاكرة (RAM) مثيل العبور أو قرصه معيب. ألغِ الترحيل وابدأه من جديد: سيُستخدم مثيل آخر.</translation>
    </message>
    <message>
        <source>The connection to the transit instance was lost</source>
        <translation>فُقد الاتصال بمثيل العبور</translation>
    </message>
    <message>
        <source>The connection to %1 was lost.</source>
        <translation>فُقد الاتصال بـ %1.</translation>
    </message>
    <message>
        <source>Check the network, then retry. What was already sent is kept.</source>
        <translation>تحقق من الشبكة، ثم أعد المحاولة. ما أُرسل محفوظ.</translation>
    </message>
    <message>
        <source>No data passes to the transit instance</source>
        <translation>لا تصل بيانات إلى مثيل العبور</translation>
    </message>
    <message>
        <source>No data passed to %1 for %2 seconds.</source>
        <translation>لم تصل بيانات إلى %1 منذ %2 ثانية.</translation>
    </message>
    <message>
        <source>A write outside the target was refused</source>
        <translation>رُفضت كتابة خارج الهدف</translation>
    </message>
    <message>
        <source>The receiver refused a write outside disk %1.</source>
        <translation>رفض المستقبِل كتابة خارج القرص %1.</translation>
    </message>
    <message>
        <source>The partition table of the target could not be written</source>
        <translation>تعذّرت كتابة جدول أقسام الهدف</translation>
    </message>
    <message>
        <source>The partition table of target disk %1 could not be completed.</source>
        <translation>تعذّر إكمال جدول أقسام القرص الهدف %1.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, save the diagnostics and report them.</source>
        <translation>أعد المحاولة. إذا فشلت مجددًا، فاحفظ بيانات التشخيص وأبلغ عنها.</translation>
    </message>
    <message>
        <source>A target disk is in use</source>
        <translation>أحد الأقراص الهدف قيد الاستخدام</translation>
    </message>
    <message>
        <source>The target disk %1 is in use by the transit instance itself and was not touched.</source>
        <translation>القرص الهدف %1 يستخدمه مثيل العبور نفسه، ولم يُمسّ.</translation>
    </message>
    <message>
        <source>Retry. If it stays in use, cancel the migration and start again.</source>
        <translation>أعد المحاولة. إذا ظل قيد الاستخدام، فألغِ الترحيل وابدأ من جديد.</translation>
    </message>
    <message>
        <source>The cloud refused a request</source>
        <translation>رفضت السحابة طلبًا</translation>
    </message>
    <message>
        <source>%1 was refused: %2.</source>
        <translation>رُفض %1: ‏%2.</translation>
    </message>
    <message>
        <source>Read the cloud&apos;s reason, mend it in the console, then retry.</source>
        <translation>اقرأ السبب الذي ذكرته السحابة وعالجه في وحدة التحكم، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The cloud asks to slow down</source>
        <translation>تطلب السحابة إبطاء الطلبات</translation>
    </message>
    <message>
        <source>Too many %1 requests were made from this account.</source>
        <translation>أُرسل عدد كبير جدًا من طلبات %1 من هذا الحساب.</translation>
    </message>
    <message>
        <source>Nothing is lost. Wait a minute, then retry.</source>
        <translation>لم يُفقد شيء. انتظر دقيقة، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The cloud&apos;s answer was not understood</source>
        <translation>تعذّر فهم رد السحابة</translation>
    </message>
    <message>
        <source>The answer to %1 could not be understood.</source>
        <translation>تعذّر فهم الرد على %1.</translation>
    </message>
    <message>
        <source>Retry. If it happens again, check for a proxy that changes answers.</source>
        <translation>أعد المحاولة. إذا تكرر ذلك، فتحقق من وجود خادم وكيل (proxy) يغيّر الردود.</translation>
    </message>
    <message>
        <source>The cloud does not answer</source>
        <translation>السحابة لا تستجيب</translation>
    </message>
    <message>
        <source>No answer from %1.</source>
        <translation>لا رد من %1.</translation>
    </message>
    <message>
        <source>Check the network or the proxy, then retry.</source>
        <translation>تحقق من الشبكة أو الخادم الوكيل (proxy)، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The AccessKey pair was refused</source>
        <translation>رُفض زوج AccessKey</translation>
    </message>
    <message>
        <source>The cloud refused the AccessKey pair: %1.</source>
        <translation>رفضت السحابة زوج AccessKey: ‏%1.</translation>
    </message>
    <message>
        <source>Check the AccessKey ID and secret, then start again.</source>
        <translation>تحقق من AccessKey ID وAccessKey Secret، ثم ابدأ من جديد.</translation>
    </message>
    <message>
        <source>The temporary credentials expired</source>
        <translation>انتهت صلاحية بيانات الاعتماد المؤقتة</translation>
    </message>
    <message>
        <source>The temporary credentials for %1 are no longer valid.</source>
        <translation>لم تعد بيانات الاعتماد المؤقتة لـ %1 صالحة.</translation>
    </message>
    <message>
        <source>Retry. New credentials are fetched by themselves.</source>
        <translation>أعد المحاولة. تُجلب بيانات اعتماد جديدة تلقائيًا.</translation>
    </message>
    <message>
        <source>The account lacks a permission</source>
        <translation>ينقص الحسابَ إذنٌ</translation>
    </message>
    <message>
        <source>The account may not call %1: %2.</source>
        <translation>لا يُسمح للحساب باستدعاء %1: ‏%2.</translation>
    </message>
    <message>
        <source>Grant the permission in the RAM console, then retry.</source>
        <translation>امنح الإذن في وحدة تحكم RAM، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>This computer&apos;s clock is wrong</source>
        <translation>ساعة هذا الجهاز غير صحيحة</translation>
    </message>
    <message>
        <source>The clock differs from the cloud&apos;s by %1 seconds.</source>
        <translation>تختلف الساعة عن ساعة السحابة بمقدار %1 ثانية.</translation>
    </message>
    <message>
        <source>The bucket does not exist</source>
        <translation>الحاوية (Bucket) غير موجودة</translation>
    </message>
    <message>
        <source>There is no bucket “%1”.</source>
        <translation>لا توجد حاوية باسم «%1».</translation>
    </message>
    <message>
        <source>Create the bucket in %2, or choose another one in the plan.</source>
        <translation>أنشئ الحاوية في %2، أو اختر حاوية أخرى في الخطة.</translation>
    </message>
    <message>
        <source>The bucket is in another region</source>
        <translation>الحاوية في منطقة أخرى</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %2, but the temporary image is created in %3.</source>
        <translation>الحاوية «%1» في %2، لكن الصورة المؤقتة تُنشأ في %3.</translation>
    </message>
    <message>
        <source>Choose a bucket in %3.</source>
        <translation>اختر حاوية في %3.</translation>
    </message>
    <message>
        <source>The bucket cannot be used</source>
        <translation>لا يمكن استخدام الحاوية</translation>
    </message>
    <message>
        <source>Bucket “%1” cannot hold the temporary image: %2.</source>
        <translation>لا يمكن للحاوية «%1» استيعاب الصورة المؤقتة: %2.</translation>
    </message>
    <message>
        <source>Choose a bucket without server-side encryption, of the standard class.</source>
        <translation>اختر حاوية من الفئة القياسية وبلا تشفير من جهة الخادم.</translation>
    </message>
    <message>
        <source>The image name is in use</source>
        <translation>اسم الصورة مستخدم</translation>
    </message>
    <message>
        <source>There is already an image named “%1”.</source>
        <translation>توجد صورة باسم «%1» بالفعل.</translation>
    </message>
    <message>
        <source>Choose another name prefix in the plan.</source>
        <translation>اختر بادئة اسم أخرى في الخطة.</translation>
    </message>
    <message>
        <source>The instance type is out of stock</source>
        <translation>نوع المثيل غير متوفر</translation>
    </message>
    <message>
        <source>Instance type “%1” is out of stock in %2.</source>
        <translation>نوع المثيل «%1» غير متوفر في %2.</translation>
    </message>
    <message>
        <source>Choose another type, or leave the type empty so that one is chosen.</source>
        <translation>اختر نوعًا آخر، أو اترك النوع فارغًا ليُختار تلقائيًا.</translation>
    </message>
    <message>
        <source>A quota of the account is used up</source>
        <translation>استُنفدت حصة في الحساب</translation>
    </message>
    <message>
        <source>The quota for %1 is used up: %2.</source>
        <translation>استُنفدت حصة %1: ‏%2.</translation>
    </message>
    <message>
        <source>Delete what is no longer needed or raise the quota, then retry.</source>
        <translation>احذف ما لم يعد لازمًا أو ارفع الحصة، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The account&apos;s balance is too low</source>
        <translation>رصيد الحساب غير كافٍ</translation>
    </message>
    <message>
        <source>The account cannot buy the transit instance.</source>
        <translation>لا يستطيع الحساب شراء مثيل العبور.</translation>
    </message>
    <message>
        <source>Top up the account, then retry.</source>
        <translation>اشحن رصيد الحساب، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>A role is missing in the account</source>
        <translation>دور غير موجود في الحساب</translation>
    </message>
    <message>
        <source>The role %1 does not exist or may not be used.</source>
        <translation>الدور %1 غير موجود أو لا يجوز استخدامه.</translation>
    </message>
    <message>
        <source>Grant the role in the ECS console, then retry.</source>
        <translation>امنح الدور في وحدة تحكم ECS، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>A service is not activated</source>
        <translation>خدمة غير مفعّلة</translation>
    </message>
    <message>
        <source>%1 is not activated in this account.</source>
        <translation>خدمة %1 غير مفعّلة في هذا الحساب.</translation>
    </message>
    <message>
        <source>Activate it in the console, then retry.</source>
        <translation>فعّلها في وحدة التحكم، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The region is not supported</source>
        <translation>المنطقة غير مدعومة</translation>
    </message>
    <message>
        <source>%1 is not possible in %2.</source>
        <translation>‏%1 غير ممكن في %2.</translation>
    </message>
    <message>
        <source>Choose China (Beijing) or Singapore.</source>
        <translation>اختر الصين (بكين) أو سنغافورة.</translation>
    </message>
    <message>
        <source>The network was not found</source>
        <translation>لم يُعثر على الشبكة</translation>
    </message>
    <message>
        <source>%1 does not exist or does not fit.</source>
        <translation>‏%1 غير موجود أو غير مناسب.</translation>
    </message>
    <message>
        <source>Choose another VPC and vSwitch in the plan.</source>
        <translation>اختر VPC وvSwitch آخرين في الخطة.</translation>
    </message>
    <message>
        <source>The transit instance is gone</source>
        <translation>لم يعد مثيل العبور موجودًا</translation>
    </message>
    <message>
        <source>The transit instance %1 was released.</source>
        <translation>تم تحرير مثيل العبور %1.</translation>
    </message>
    <message>
        <source>This migration cannot continue. Start it again from the beginning.</source>
        <translation>لا يمكن متابعة هذا الترحيل. ابدأه من البداية.</translation>
    </message>
    <message>
        <source>The transit instance did not get ready</source>
        <translation>لم يصبح مثيل العبور جاهزًا</translation>
    </message>
    <message>
        <source>The transit instance %1 did not start its receiver.</source>
        <translation>لم يشغّل مثيل العبور %1 المستقبِل.</translation>
    </message>
    <message>
        <source>Retry; if it fails again, cancel the migration and start again.</source>
        <translation>أعد المحاولة؛ وإذا فشلت مجددًا، فألغِ الترحيل وابدأ من جديد.</translation>
    </message>
    <message>
        <source>A snapshot failed</source>
        <translation>فشل إنشاء لقطة</translation>
    </message>
    <message>
        <source>The snapshot of disk %1 failed.</source>
        <translation>فشل إنشاء لقطة القرص %1.</translation>
    </message>
    <message>
        <source>Retry.</source>
        <translation>أعد المحاولة.</translation>
    </message>
    <message>
        <source>The image could not be made</source>
        <translation>تعذّر إنشاء الصورة</translation>
    </message>
    <message>
        <source>Making the ECS image %1 failed: %2.</source>
        <translation>فشل إنشاء صورة ECS ‏%1: ‏%2.</translation>
    </message>
    <message>
        <source>Retry; if it fails again, read the cloud&apos;s reason in the log.</source>
        <translation>أعد المحاولة؛ وإذا فشلت مجددًا، فاقرأ السبب الذي ذكرته السحابة في السجل.</translation>
    </message>
    <message>
        <source>The image could not be exported</source>
        <translation>تعذّر تصدير الصورة</translation>
    </message>
    <message>
        <source>Exporting image %1 failed: %2.</source>
        <translation>فشل تصدير الصورة %1: ‏%2.</translation>
    </message>
    <message>
        <source>Check the bucket and the role for image export, then retry.</source>
        <translation>تحقق من الحاوية ومن دور تصدير الصور، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The image could not be imported</source>
        <translation>تعذّر استيراد الصورة</translation>
    </message>
    <message>
        <source>Importing the ENS image %1 failed: %2.</source>
        <translation>فشل استيراد صورة ENS ‏%1: ‏%2.</translation>
    </message>
    <message>
        <source>Retry; the exported files are kept in the bucket until then.</source>
        <translation>أعد المحاولة؛ تُحفظ الملفات المصدَّرة في الحاوية حتى ذلك الحين.</translation>
    </message>
    <message>
        <source>The cloud took too long</source>
        <translation>استغرقت السحابة وقتًا طويلًا</translation>
    </message>
    <message>
        <source>%1 did not finish in time.</source>
        <translation>لم يكتمل %1 في الوقت المحدد.</translation>
    </message>
    <message>
        <source>Retry; it continues where it stopped.</source>
        <translation>أعد المحاولة؛ وسيُستأنف من حيث توقف.</translation>
    </message>
    <message>
        <source>Something in the cloud is gone</source>
        <translation>مورد مفقود في السحابة</translation>
    </message>
    <message>
        <source>%1 no longer exists.</source>
        <translation>لم يعد %1 موجودًا.</translation>
    </message>
    <message>
        <source>It was probably deleted by hand. Cancel the migration and start again.</source>
        <translation>ربما حُذف يدويًا. ألغِ الترحيل وابدأ من جديد.</translation>
    </message>
    <message>
        <source>The receiver&apos;s bundle is missing</source>
        <translation>حزمة المستقبِل غير موجودة</translation>
    </message>
    <message>
        <source>The file %1 was not found.</source>
        <translation>لم يُعثر على الملف %1.</translation>
    </message>
    <message>
        <source>Reinstall Edgelift, or build the target “receiver_bundle”.</source>
        <translation>أعد تثبيت Edgelift، أو ابنِ الهدف «receiver_bundle».</translation>
    </message>
    <message>
        <source>The activation code has a typing error</source>
        <translation>في رمز التنشيط خطأ كتابي</translation>
    </message>
    <message>
        <source>The activation code is not complete or has a wrong character: %1.</source>
        <translation>رمز التنشيط غير مكتمل أو فيه حرف خاطئ: %1.</translation>
    </message>
    <message>
        <source>Copy the whole code again from where it was made.</source>
        <translation>انسخ الرمز كاملًا مرة أخرى من حيث أُنشئ.</translation>
    </message>
    <message>
        <source>The activation code was rejected</source>
        <translation>رُفض رمز التنشيط</translation>
    </message>
    <message>
        <source>The service does not know this activation code.</source>
        <translation>لا تعرف الخدمة رمز التنشيط هذا.</translation>
    </message>
    <message>
        <source>Check it for missing characters, or generate a new one.</source>
        <translation>تحقق من عدم نقص أحرف فيه، أو أنشئ رمزًا جديدًا.</translation>
    </message>
    <message>
        <source>The activation code expired</source>
        <translation>انتهت صلاحية رمز التنشيط</translation>
    </message>
    <message>
        <source>The activation code expired on %1.</source>
        <translation>انتهت صلاحية رمز التنشيط في %1.</translation>
    </message>
    <message>
        <source>Generate a new one.</source>
        <translation>أنشئ رمزًا جديدًا.</translation>
    </message>
    <message>
        <source>The activation code is used up</source>
        <translation>استُنفد رمز التنشيط</translation>
    </message>
    <message>
        <source>The activation code has already imported %1 servers, which is its limit.</source>
        <translation>استورد رمز التنشيط بالفعل %1 من الخوادم، وهذا هو حدّه.</translation>
    </message>
    <message>
        <source>The activation code was disabled</source>
        <translation>عُطّل رمز التنشيط</translation>
    </message>
    <message>
        <source>The activation code was switched off by its owner.</source>
        <translation>عطّل المالك رمز التنشيط.</translation>
    </message>
    <message>
        <source>Ask for a new one.</source>
        <translation>اطلب رمزًا جديدًا.</translation>
    </message>
    <message>
        <source>No activation code was given</source>
        <translation>لم يُقدَّم رمز تنشيط</translation>
    </message>
    <message>
        <source>Neither an activation code nor an AccessKey pair was given.</source>
        <translation>لم يُقدَّم رمز تنشيط ولا زوج AccessKey.</translation>
    </message>
    <message>
        <source>Give the code with --code-file or on standard input, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.</source>
        <translation>قدّم الرمز عبر ‎--code-file أو الإدخال القياسي، أو عيّن ALIBABA_CLOUD_ACCESS_KEY_ID وALIBABA_CLOUD_ACCESS_KEY_SECRET.</translation>
    </message>
    <message>
        <source>The agent does not answer</source>
        <translation>الوكيل لا يستجيب</translation>
    </message>
    <message>
        <source>No agent answers on %1.</source>
        <translation>لا يستجيب أي وكيل على %1.</translation>
    </message>
    <message>
        <source>Start it with “systemctl start edgelift-agent”, or run the command as root.</source>
        <translation>شغّله باستخدام «systemctl start edgelift-agent»، أو شغّل الأمر بصلاحيات root.</translation>
    </message>
    <message>
        <source>The agent is of another version</source>
        <translation>الوكيل من إصدار آخر</translation>
    </message>
    <message>
        <source>The agent speaks version %1 of its interface, this program version %2.</source>
        <translation>يستخدم الوكيل الإصدار %1 من واجهته، وهذا البرنامج الإصدار %2.</translation>
    </message>
    <message>
        <source>Install the same version of both.</source>
        <translation>ثبّت الإصدار نفسه من كليهما.</translation>
    </message>
    <message>
        <source>A migration is already running</source>
        <translation>هناك ترحيل قيد التشغيل</translation>
    </message>
    <message>
        <source>Migration %1 is still running.</source>
        <translation>الترحيل %1 ما زال قيد التشغيل.</translation>
    </message>
    <message>
        <source>Wait for its end or cancel it first.</source>
        <translation>انتظر انتهاءه أو ألغِه أولًا.</translation>
    </message>
    <message>
        <source>The migration was not found</source>
        <translation>لم يُعثر على الترحيل</translation>
    </message>
    <message>
        <source>There is no migration %1.</source>
        <translation>لا يوجد ترحيل %1.</translation>
    </message>
    <message>
        <source>List the migrations with “edgeliftctl status”.</source>
        <translation>اعرض عمليات الترحيل باستخدام «edgeliftctl status».</translation>
    </message>
    <message>
        <source>This is not possible now</source>
        <translation>هذا غير ممكن الآن</translation>
    </message>
    <message>
        <source>Migration %1 is %2.</source>
        <translation>حالة الترحيل %1: ‏%2.</translation>
    </message>
    <message>
        <source>Look at its state with “edgeliftctl status”.</source>
        <translation>اطّلع على حالته باستخدام «edgeliftctl status».</translation>
    </message>
    <message>
        <source>A request was not understood</source>
        <translation>تعذّر فهم طلب</translation>
    </message>
    <message>
        <source>Use the same version of all parts of Edgelift.</source>
        <translation>استخدم الإصدار نفسه من جميع أجزاء Edgelift.</translation>
    </message>
    <message>
        <source>Undo the changes to the disks, or leave size, place and method of each volume as they were in the new plan.</source>
        <translation>تراجع عن تغييرات الأقراص، أو اترك حجم كل وحدة تخزين ومكانها وطريقتها كما كانت في الخطة الجديدة.</translation>
    </message>
    <message>
        <source>Something wrote to the disks during the final moment</source>
        <translation>كُتب على الأقراص أثناء اللحظة الأخيرة</translation>
    </message>
    <message>
        <source>%1 was written to while the filesystems were held still, %2 times in a row.</source>
        <translation>كُتب على %1 بينما كانت أنظمة الملفات مجمّدة، %2 مرات متتالية.</translation>
    </message>
    <message>
        <source>Find the program that writes to the disk directly or that ends the hold (backup and snapshot tools do), stop it, and retry. What was copied is kept.</source>
        <translation>ابحث عن البرنامج الذي يكتب على القرص مباشرة أو ينهي التجميد (تفعل ذلك أدوات النسخ الاحتياطي واللقطات)، وأوقفه ثم أعد المحاولة. ما نُسخ محفوظ.</translation>
    </message>
    <message>
        <source>A part of a disk is always being written</source>
        <translation>يُكتب باستمرار على جزء من أحد الأقراص</translation>
    </message>
    <message>
        <source>An area of %1 that cannot be held still was written to during each of %2 tries to copy it.</source>
        <translation>كُتب على منطقة لا يمكن تجميدها في %1 أثناء كل محاولة من محاولات نسخها، وعددها %2.</translation>
    </message>
    <message>
        <source>Stop what writes to it (updates of the boot partition, programs that use a raw partition) for a minute, then retry.</source>
        <translation>أوقف ما يكتب عليها لمدة دقيقة (تحديثات قسم الإقلاع، والبرامج التي تستخدم قسمًا خامًا)، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>Changes on the disks were not seen completely</source>
        <translation>لم تُرصد التغييرات على الأقراص بالكامل</translation>
    </message>
    <message>
        <source>A change of %1 was missed.</source>
        <translation>فات رصد أحد تغييرات %1.</translation>
    </message>
    <message>
        <source>Retry: both sides are compared then, and only what differs is sent.</source>
        <translation>أعد المحاولة: يُقارن الجانبان عندئذٍ ولا يُرسل إلا ما يختلف.</translation>
    </message>
    <message>
        <source>The final moment would have been too long</source>
        <translation>كانت اللحظة الأخيرة ستطول أكثر من اللازم</translation>
    </message>
    <message>
        <source>The server had written %1 when its filesystems were held still; there is room for %2.</source>
        <translation>كان الخادم قد كتب %1 عند تجميد أنظمة ملفاته؛ والمتسع هو %2.</translation>
    </message>
    <message>
        <source>Raise the network limit, stop the services that write most, choose a quiet hour, or allow a longer hold; then retry.</source>
        <translation>ارفع حد الشبكة، أو أوقف الخدمات الأكثر كتابة، أو اختر وقتًا هادئًا، أو اسمح بتجميد أطول؛ ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>Changes cannot be tracked this way</source>
        <translation>لا يمكن تتبّع التغييرات بهذه الطريقة</translation>
    </message>
    <message>
        <source>The kernel of this server does not allow changes to be tracked with %1.</source>
        <translation>لا تسمح نواة هذا الخادم بتتبّع التغييرات باستخدام %1.</translation>
    </message>
    <message>
        <source>Nothing needs to be done: another way is used. The log has the kernel&apos;s reason.</source>
        <translation>لا يلزم فعل شيء: تُستخدم طريقة أخرى. سبب النواة موجود في السجل.</translation>
    </message>
    <message>
        <source>A filesystem could not be stopped</source>
        <translation>تعذّر تجميد نظام ملفات</translation>
    </message>
    <message>
        <source>Writing to %1 could not be stopped for a moment: %2.</source>
        <translation>تعذّر إيقاف الكتابة على %1 للحظة: ‏%2.</translation>
    </message>
    <message>
        <source>Everything goes on as before. Check the disk&apos;s health and the mount, then retry.</source>
        <translation>يستمر كل شيء كما كان. تحقق من سلامة القرص ومن التحميل، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>Writing went on too early</source>
        <translation>استؤنفت الكتابة قبل الأوان</translation>
    </message>
    <message>
        <source>The filesystems did not stand still long enough: %1.</source>
        <translation>لم تبقَ أنظمة الملفات مجمّدة مدة كافية: ‏%1.</translation>
    </message>
    <message>
        <source>What was read is not used. Retry, at a time when the server is less busy.</source>
        <translation>ما قُرئ لا يُستخدم. أعد المحاولة في وقت يكون فيه الخادم أقل انشغالًا.</translation>
    </message>
    <message>
        <source>A program of yours that runs around the stop failed</source>
        <translation>فشل برنامج خاص بك يُشغَّل حول التجميد</translation>
    </message>
    <message>
        <source>%1 failed: %2.</source>
        <translation>فشل %1: ‏%2.</translation>
    </message>
    <message>
        <source>Mend the program in /etc/edgelift/hooks.d, or remove it, then retry.</source>
        <translation>أصلح البرنامج في ‎/etc/edgelift/hooks.d أو أزله، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>A device cannot be followed while the server runs</source>
        <translation>لا يمكن تتبّع أحد الأجهزة أثناء عمل الخادم</translation>
    </message>
    <message>
        <source>%1 uses %2. What is written to it while the server runs would be lost.</source>
        <translation>يستخدم %1 الجهاز %2. ما يُكتب عليه أثناء عمل الخادم سيُفقد.</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>أخرجه من الاستخدام وأعد الفحص، أو أوقف تشغيل الخادم ورحّل صور أقراصه.</translation>
    </message>
    <message>
        <source>This part of the copy came too late</source>
        <translation>وصل هذا الجزء من النسخة متأخرًا</translation>
    </message>
    <message>
        <source>The receiver already takes a later round of the copy.</source>
        <translation>يستقبل المستقبِل بالفعل جولة لاحقة من النسخ.</translation>
    </message>
    <message>
        <source>Retry. Make sure that only one program migrates this server.</source>
        <translation>أعد المحاولة. تأكد من أن برنامجًا واحدًا فقط يرحّل هذا الخادم.</translation>
    </message>
    <message>
        <source>The copied server would not start in the cloud</source>
        <translation>لن يُقلع الخادم المنسوخ في السحابة</translation>
    </message>
    <message>
        <source>Do on the source server what is said there, then migrate again. Nothing was changed on it.</source>
        <translation>نفّذ على الخادم المصدر ما هو مذكور هناك، ثم أعد الترحيل. لم يُغيَّر فيه شيء.</translation>
    </message>
    <message>
        <source>A target disk could not be set up</source>
        <translation>تعذّر إعداد أحد الأقراص الهدف</translation>
    </message>
    <message>
        <source>Making %1 on the target disk with %2 failed.</source>
        <translation>فشل إنشاء %1 على القرص الهدف باستخدام %2.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, undo the change of this volume in the plan, or report it with the diagnostics.</source>
        <translation>أعد المحاولة. إذا فشلت مجددًا، فتراجع عن تغيير وحدة التخزين هذه في الخطة، أو أبلغ عن الخطأ مع بيانات التشخيص.</translation>
    </message>
    <message>
        <source>The disks cannot be changed as planned because of %1.</source>
        <translation>لا يمكن تغيير الأقراص كما هو مخطط بسبب %1.</translation>
    </message>
    <message>
        <source>A new filesystem is full</source>
        <translation>نظام ملفات جديد ممتلئ</translation>
    </message>
    <message>
        <source>The files of %1 do not fit into the size that the plan gives it.</source>
        <translation>لا تتسع ملفات %1 في الحجم الذي تمنحه الخطة.</translation>
    </message>
    <message>
        <source>Files could not be copied</source>
        <translation>تعذّر نسخ الملفات</translation>
    </message>
    <message>
        <source>Copying the files of %1 failed: %2.</source>
        <translation>فشل نسخ ملفات %1: %2.</translation>
    </message>
    <message>
        <source>Mend what is named, then retry. Files that were already copied are kept.</source>
        <translation>عالج ما ذُكر ثم أعد المحاولة. الملفات المنسوخة من قبل محفوظة.</translation>
    </message>
    <message>
        <source>The final moment would be too long</source>
        <translation>ستطول اللحظة الأخيرة أكثر من اللازم</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks, so the %1 in use would be read while the filesystems are held still: for about %2 seconds. %3 seconds are allowed.</source>
        <translation>لا تسمح النواة لأحد بتتبّع ما يُكتب على الأقراص، لذا ستُقرأ المساحة المستخدمة (%1) بينما أنظمة الملفات مجمّدة: لمدة %2 ثانية تقريبًا. المدة المسموح بها %3 ثانية.</translation>
    </message>
    <message>
        <source>Allow eBPF, perf events or block traces (perf_event_paranoid, lockdown, container settings), or allow a longer final moment (freezeSeconds in the plan, 60 at most), or shut the server down and migrate its disk images.</source>
        <translation>اسمح باستخدام eBPF أو أحداث perf أو تتبّع الكتل (perf_event_paranoid أو lockdown أو إعدادات الحاوية)، أو اسمح بلحظة أخيرة أطول (freezeSeconds في الخطة، 60 على الأكثر)، أو أوقف تشغيل الخادم ورحّل صور أقراصه.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is made out to another name.</source>
        <translation>الشهادة التي يقدّمها %1 صادرة باسم آخر.</translation>
    </message>
    <message>
        <source>Check the address. If a proxy or firewall opens encrypted connections, let it pass this one untouched. Then retry.</source>
        <translation>تحقق من العنوان. إذا كان خادم وكيل (proxy) أو جدار حماية يفك تشفير الاتصالات، فاجعله يمرّر هذا الاتصال كما هو. ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is not valid today.</source>
        <translation>الشهادة التي يقدّمها %1 ليست سارية اليوم.</translation>
    </message>
    <message>
        <source>Check the date of this server, then retry. If it is right, the other side needs a new certificate.</source>
        <translation>تحقق من تاريخ هذا الخادم، ثم أعد المحاولة. إذا كان صحيحًا، فالطرف الآخر يحتاج إلى شهادة جديدة.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows comes from an authority that this server does not know.</source>
        <translation>الشهادة التي يقدّمها %1 صادرة عن جهة إصدار شهادات لا يعرفها هذا الخادم.</translation>
    </message>
    <message>
        <source>If a proxy or firewall opens encrypted connections, let it pass this one untouched, or install its authority on this server. Then retry.</source>
        <translation>إذا كان خادم وكيل (proxy) أو جدار حماية يفك تشفير الاتصالات، فاجعله يمرّر هذا الاتصال كما هو، أو ثبّت شهادة جهة الإصدار الخاصة به على هذا الخادم. ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The name service of this server does not know %1.</source>
        <translation>خدمة الأسماء في هذا الخادم لا تعرف %1.</translation>
    </message>
    <message>
        <source>Check the address and the name servers in /etc/resolv.conf, then retry.</source>
        <translation>تحقق من العنوان ومن خوادم الأسماء في ‎/etc/resolv.conf، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>%1 refuses connections.</source>
        <translation>‏%1 يرفض الاتصالات.</translation>
    </message>
    <message>
        <source>Check the address and its port, and that no firewall refuses this connection, then retry.</source>
        <translation>تحقق من العنوان ومنفذه، ومن عدم وجود جدار حماية يرفض هذا الاتصال، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>%1 does not answer in time.</source>
        <translation>‏%1 لا يستجيب في الوقت المحدد.</translation>
    </message>
    <message>
        <source>Let the firewall pass connections to this address, or set a proxy, then retry.</source>
        <translation>اجعل جدار الحماية يمرّر الاتصالات إلى هذا العنوان، أو عيّن خادمًا وكيلًا (proxy)، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The connection to %1 is cut before an answer comes.</source>
        <translation>ينقطع الاتصال مع %1 قبل وصول رد.</translation>
    </message>
    <message>
        <source>Let the firewall or proxy that cuts it pass connections to this address, then retry.</source>
        <translation>اجعل جدار الحماية أو الخادم الوكيل (proxy) الذي يقطع الاتصال يمرّر الاتصالات إلى هذا العنوان، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>This server knows no way to %1.</source>
        <translation>لا يعرف هذا الخادم مسارًا إلى %1.</translation>
    </message>
    <message>
        <source>Check its network and its default gateway, then retry.</source>
        <translation>تحقق من شبكته ومن بوابته الافتراضية، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 asks for a login.</source>
        <translation>يطلب الخادم الوكيل (proxy) في الطريق إلى %1 تسجيل الدخول.</translation>
    </message>
    <message>
        <source>Set the agent&apos;s http_proxy and https_proxy to http://name:password@proxy:port and start it again, or let the proxy pass this address without a login.</source>
        <translation>عيّن http_proxy وhttps_proxy لخدمة الوكيل (agent) إلى http://name:password@proxy:port وشغّلها من جديد، أو اجعل الخادم الوكيل (proxy) يمرّر هذا العنوان دون تسجيل دخول.</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 makes no connection to it.</source>
        <translation>لا يُنشئ الخادم الوكيل (proxy) في الطريق إلى %1 اتصالًا به.</translation>
    </message>
    <message>
        <source>Check the proxy in the agent&apos;s http_proxy and https_proxy, and that it passes this address, then retry.</source>
        <translation>تحقق من الخادم الوكيل (proxy) المعيّن في http_proxy وhttps_proxy لخدمة الوكيل (agent)، ومن أنه يمرّر هذا العنوان، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>What is written to the disks cannot be followed</source>
        <translation>لا يمكن تتبّع ما يُكتب على الأقراص</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow it: eBPF, perf events and block traces were tried.</source>
        <translation>لا تسمح النواة لأحد بتتبّعه: جُرّب eBPF وأحداث perf وتتبّع الكتل.</translation>
    </message>
    <message>
        <source>Allow one of them (perf_event_paranoid, lockdown, container settings), then try again. Otherwise everything in use is compared while writing stops in the final moment, or shut the server down and migrate its disk images.</source>
        <translation>اسمح بإحدى هذه الوسائل (perf_event_paranoid أو lockdown أو إعدادات الحاوية)، ثم أعد المحاولة. وإلا فسيُقارن كل ما هو مستخدم أثناء توقف الكتابة في اللحظة الأخيرة، أو أوقف تشغيل الخادم ورحّل صور أقراصه.</translation>
    </message>
    <message>
        <source>Print the plan of this migration with “edgeliftctl plan show --job JOB --json”, give the volume more room in it, and go on with “edgeliftctl retry JOB --plan FILE”. The copy then begins anew.</source>
        <translation>اعرض خطة هذا الترحيل باستخدام «edgeliftctl plan show --job JOB --json»، وامنح وحدة التخزين فيها مساحة أكبر، ثم تابع باستخدام «edgeliftctl retry JOB --plan FILE». يبدأ النسخ عندئذٍ من جديد.</translation>
    </message>
    <message>
        <source>The cloud refuses every request from 15 minutes on. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”, then retry.</source>
        <translation>ترفض السحابة كل طلب عندما يبلغ الفرق 15 دقيقة أو أكثر. زامن الساعة، باستخدام «timedatectl set-ntp true» أو «chronyc makestep» مثلًا، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The plan differs in more than the layout</source>
        <translation>تختلف الخطة في ما هو أكثر من التخطيط</translation>
    </message>
    <message>
        <source>“%2” is not what migration %1 has begun with. It takes another layout of its disks, and nothing else.</source>
        <translation>تختلف قيمة «%2» عمّا بدأ به الترحيل %1. لا يقبل الترحيل سوى تخطيط آخر لأقراصه.</translation>
    </message>
    <message>
        <source>Take the plan that “edgeliftctl plan show --job %1 --json” prints and change only sizes and places under “disks”, or cancel the migration and start again.</source>
        <translation>استخدم الخطة التي يعرضها «edgeliftctl plan show --job %1 --json» ولا تغيّر سوى الأحجام والمواضع ضمن «disks»، أو ألغِ الترحيل وابدأ من جديد.</translation>
    </message>
    <message>
        <source>The layout cannot be changed any more</source>
        <translation>لم يعد من الممكن تغيير التخطيط</translation>
    </message>
    <message>
        <source>The copy of migration %1 is complete, and its image is being made.</source>
        <translation>اكتمل نسخ الترحيل %1، ويجري إنشاء صورته.</translation>
    </message>
    <message>
        <source>Go on without another plan, or cancel the migration and start again.</source>
        <translation>تابع دون خطة أخرى، أو ألغِ الترحيل وابدأ من جديد.</translation>
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
        <translation>غير محدود</translation>
    </message>
    <message>
        <source>%1 %</source>
        <extracomment>A share of a whole; %1 is a number such as 42</extracomment>
        <translation>%1٪</translation>
    </message>
    <message>
        <source>less than 1 min</source>
        <translation>أقل من دقيقة</translation>
    </message>
    <message>
        <source>more than 2 days</source>
        <translation>أكثر من يومين</translation>
    </message>
    <message>
        <source>about %1 min</source>
        <extracomment>Remaining time</extracomment>
        <translation>نحو %1 د</translation>
    </message>
    <message>
        <source>about %1 h</source>
        <translation>نحو %1 س</translation>
    </message>
    <message>
        <source>about %1 h %2 min</source>
        <translation>نحو %1 س %2 د</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 ث</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 د %2 ث</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 س %2 د</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <extracomment>%1 is a day, %2 a time of day</extracomment>
        <translation>%1، %2</translation>
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
        <translation>تحذير: %1</translation>
    </message>
    <message>
        <source>The ENS image %1 is ready.</source>
        <translation>صورة ENS ‏%1 جاهزة.</translation>
    </message>
    <message>
        <source>The migration engine does not answer. Reconnecting.</source>
        <translation>محرك الترحيل لا يستجيب. جارٍ إعادة الاتصال.</translation>
    </message>
    <message>
        <source>Connected to the migration engine again.</source>
        <translation>عاد الاتصال بمحرك الترحيل.</translation>
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
        <translation>قيد الانتظار</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>قيد التشغيل</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>متوقف مؤقتًا</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>خطأ</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>مكتمل</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>ملغى</translation>
    </message>
</context>
<context>
    <name>LayoutLines</name>
    <message>
        <source>%1: %2 is left out</source>
        <extracomment>%1 &quot;Data disk 1&quot;, %2 the disk&apos;s name on the source</extracomment>
        <translation>%1: يُستبعد %2</translation>
    </message>
    <message>
        <source>%1: %2 → %3 (%4)</source>
        <extracomment>%1 &quot;Data disk 1&quot;, %2 the disk&apos;s name on the source, %3 its new size, %4 mount points</extracomment>
        <translation>%1: ‏%2 ← %3 (%4)</translation>
    </message>
    <message>
        <source>, </source>
        <translation>، </translation>
    </message>
</context>
<context>
    <name>NumberBox</name>
    <message>
        <source>Set to the maximum, %1.</source>
        <translation>ضُبطت القيمة على الحد الأقصى، %1.</translation>
    </message>
    <message>
        <source>Set to the minimum, %1.</source>
        <translation>ضُبطت القيمة على الحد الأدنى، %1.</translation>
    </message>
</context>
<context>
    <name>Phase</name>
    <message>
        <source>Connecting</source>
        <translation>الاتصال</translation>
    </message>
    <message>
        <source>Checking the account</source>
        <translation>فحص الحساب</translation>
    </message>
    <message>
        <source>Making the transit instance</source>
        <translation>إنشاء مثيل العبور</translation>
    </message>
    <message>
        <source>Copying the disks</source>
        <translation>نسخ الأقراص</translation>
    </message>
    <message>
        <source>Finishing the disks</source>
        <translation>إتمام الأقراص</translation>
    </message>
    <message>
        <source>Taking snapshots</source>
        <translation>إنشاء اللقطات</translation>
    </message>
    <message>
        <source>Making the ECS image</source>
        <translation>إنشاء صورة ECS</translation>
    </message>
    <message>
        <source>Exporting the image to the bucket</source>
        <translation>تصدير الصورة إلى الحاوية</translation>
    </message>
    <message>
        <source>Importing the image into ENS</source>
        <translation>استيراد الصورة إلى ENS</translation>
    </message>
    <message>
        <source>Cleaning up</source>
        <translation>التنظيف</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>تم</translation>
    </message>
</context>
<context>
    <name>PhaseStrip</name>
    <message>
        <source>Preparing</source>
        <translation>جارٍ الإعداد</translation>
    </message>
    <message>
        <source>Transit instance</source>
        <translation>مثيل العبور</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>جارٍ المزامنة</translation>
    </message>
    <message>
        <source>ECS image</source>
        <translation>صورة ECS</translation>
    </message>
    <message>
        <source>Upload to OSS</source>
        <translation>الرفع إلى OSS</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>صورة ENS</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>التنظيف</translation>
    </message>
</context>
<context>
    <name>PlanRules</name>
    <message>
        <source>System disk</source>
        <translation>قرص النظام</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <extracomment>%1 the number of a data disk</extracomment>
        <translation>قرص البيانات %1</translation>
    </message>
    <message>
        <source>Not migrated.</source>
        <translation>لن يُرحّل.</translation>
    </message>
    <message>
        <source>Copied block by block: same size and structure as on the source.</source>
        <translation>يُنسخ كتلة بكتلة: بالحجم والبنية نفسيهما كما في المصدر.</translation>
    </message>
    <message>
        <source>Copied file by file because its size changes from %1 to %2.</source>
        <extracomment>%1, %2 sizes</extracomment>
        <translation>يُنسخ ملفًا بملف لأن حجمه يتغيّر من %1 إلى %2.</translation>
    </message>
    <message>
        <source>Copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>يُنسخ ملفًا بملف لأن حجمه ليس من مضاعفات 4 MiB مع تفعيل LVM.</translation>
    </message>
    <message>
        <source>Copied file by file, as chosen.</source>
        <translation>يُنسخ ملفًا بملف، حسب الاختيار.</translation>
    </message>
    <message>
        <source>Does not fit: %1 missing</source>
        <extracomment>while a mount target is dragged over a disk; %1 a size</extracomment>
        <translation>لا يتسع: ينقص %1</translation>
    </message>
    <message>
        <source>Move here: %1 fits, %2 free</source>
        <extracomment>while a mount target is dragged over a disk; %1 its size, %2 what is free on the disk afterwards</extracomment>
        <translation>انقل إلى هنا: يتسع لـ %1، ويبقى %2</translation>
    </message>
    <message>
        <source>%1 moved to %2.</source>
        <extracomment>%1 a mount target, %2 a disk such as “Data disk 2”</extracomment>
        <translation>نُقل %1 إلى %2.</translation>
    </message>
    <message>
        <source>%1 changed from %2 to %3.</source>
        <extracomment>%1 a mount target or disk, %2 and %3 sizes</extracomment>
        <translation>تغيّر %1 من %2 إلى %3.</translation>
    </message>
    <message>
        <source>%1 is copied file by file.</source>
        <extracomment>%1 a mount target</extracomment>
        <translation>يُنسخ %1 ملفًا بملف.</translation>
    </message>
    <message>
        <source>%1 is migrated.</source>
        <translation>سيُرحّل %1.</translation>
    </message>
    <message>
        <source>LVM is switched off on %1.</source>
        <extracomment>%1 a disk such as “Data disk 2”</extracomment>
        <translation>عُطّل LVM على %1.</translation>
    </message>
    <message>
        <source>Choose where to keep the ENS image: cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>اختر مكان حفظ صورة ENS: ‏cn-beijing أو ap-southeast-1. «%1» غير ممكن.</translation>
    </message>
    <message>
        <source>The name must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”. “%1” does not.</source>
        <translation>يجب أن يتكون الاسم من 2 إلى 128 حرفًا، وأن يبدأ بحرف أبجدي، وألا يحتوي إلا على أحرف وأرقام و«:» و«_» و«-». الاسم «%1» لا يستوفي ذلك.</translation>
    </message>
    <message>
        <source>Choose a bucket. It holds the temporary image.</source>
        <translation>اختر حاوية لحفظ الصورة المؤقتة.</translation>
    </message>
    <message>
        <source>Choose a VPC and a vSwitch. Private transfer needs both.</source>
        <translation>اختر VPC وvSwitch؛ فالنقل عبر الشبكة الخاصة يتطلبهما معًا.</translation>
    </message>
    <message>
        <source>Enter a compression ratio from 0 to 10.</source>
        <translation>أدخل نسبة ضغط من 0 إلى 10.</translation>
    </message>
    <message numerus="yes">
        <source>A job can have at most 20 tags. Remove %n tag(s).</source>
        <translation>
            <numerusform>يمكن أن تحمل المهمة 20 وسمًا على الأكثر. لا يلزم حذف أي وسم.</numerusform>
            <numerusform>يمكن أن تحمل المهمة 20 وسمًا على الأكثر. احذف وسمًا واحدًا.</numerusform>
            <numerusform>يمكن أن تحمل المهمة 20 وسمًا على الأكثر. احذف وسمين.</numerusform>
            <numerusform>يمكن أن تحمل المهمة 20 وسمًا على الأكثر. احذف %n وسوم.</numerusform>
            <numerusform>يمكن أن تحمل المهمة 20 وسمًا على الأكثر. احذف %n وسمًا.</numerusform>
            <numerusform>يمكن أن تحمل المهمة 20 وسمًا على الأكثر. احذف %n وسم.</numerusform>
        </translation>
    </message>
    <message>
        <source>A tag key must have 1 to 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”. “%1” does not fit.</source>
        <translation>يجب أن يتكون مفتاح الوسم من 1 إلى 128 حرفًا وألا يبدأ بـ «aliyun» أو «acs:» أو «http://» أو «https://». المفتاح «%1» لا يستوفي ذلك.</translation>
    </message>
    <message>
        <source>The licence type “Alibaba Cloud” covers only Windows Server. For %1 choose BYOL if you have a licence.</source>
        <translation>نوع الترخيص «Alibaba Cloud» يشمل Windows Server فقط. لنظام %1 اختر BYOL إذا كان لديك ترخيص.</translation>
    </message>
    <message>
        <source>Enter a speed limit from 0 to 100,000 Mbit/s; 0 means unlimited.</source>
        <translation>أدخل حدًا للسرعة من 0 إلى 100,000 Mbit/s؛ 0 يعني بلا حد.</translation>
    </message>
    <message>
        <source>The description must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”.</source>
        <translation>يجب أن يتكون الوصف من 2 إلى 128 حرفًا، وأن يبدأ بحرف أبجدي، وألا يحتوي إلا على أحرف وأرقام و«:» و«_» و«-».</translation>
    </message>
    <message>
        <source>The value of tag “%1” must have at most 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”.</source>
        <translation>يجب ألا تتجاوز قيمة الوسم «%1» ‏128 حرفًا وألا تبدأ بـ «aliyun» أو «acs:» أو «http://» أو «https://».</translation>
    </message>
    <message>
        <source>“%1” cannot be the name of a bucket: those have 3 to 63 lower-case letters, digits and “-”.</source>
        <translation>لا يمكن أن يكون «%1» اسم حاوية: يتكون الاسم من 3 إلى 63 من الأحرف اللاتينية الصغيرة والأرقام و«-».</translation>
    </message>
    <message>
        <source>The temporary image can be made in cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>يمكن إنشاء الصورة المؤقتة في cn-beijing أو ap-southeast-1. «%1» غير ممكن.</translation>
    </message>
    <message>
        <source>Enter a disk-read limit from 0 to 100,000 MB/s; 0 means unlimited.</source>
        <translation>أدخل حدًا لقراءة القرص من 0 إلى 100,000 MB/s؛ 0 يعني بلا حد.</translation>
    </message>
    <message>
        <source>Enter a niceness from 0 to 19; 19 gives way to everything else.</source>
        <translation>أدخل قيمة niceness من 0 إلى 19؛ القيمة 19 تعطي الأولوية لكل ما عداها.</translation>
    </message>
    <message>
        <source>The time plan can have 32 windows, each with days, two different times and limits in their range. “%1” does not fit.</source>
        <translation>يمكن أن يضم الجدول الزمني 32 فترة، لكل منها أيام ووقتان مختلفان وحدود ضمن نطاقها. «%1» لا يستوفي ذلك.</translation>
    </message>
    <message>
        <source>Paths must start with “/”. “%1” does not.</source>
        <translation>يجب أن تبدأ المسارات بـ «/». المسار «%1» لا يبدأ بها.</translation>
    </message>
    <message>
        <source>Exclusions are ignored for partitions copied block by block. Switch block replication off for %1 to use them.</source>
        <translation>تُتجاهل الاستثناءات للأقسام المنسوخة كتلة بكتلة. لاستخدامها، أوقف النسخ بالكتل لـ %1.</translation>
    </message>
    <message>
        <source>The system disk must have 20 to 2,048 GiB.</source>
        <translation>يجب أن يكون حجم قرص النظام من 20 إلى 2,048 GiB.</translation>
    </message>
    <message>
        <source>A data disk must have 1 to 32,768 GiB.</source>
        <translation>يجب أن يكون حجم قرص البيانات من 1 إلى 32,768 GiB.</translation>
    </message>
    <message>
        <source>The system disk needs more than %2, the space in use. Enter at least %4.</source>
        <translation>يحتاج قرص النظام إلى أكثر من %2، وهي المساحة المستخدمة. أدخل %4 على الأقل.</translation>
    </message>
    <message>
        <source>Data disk %1 needs more than %2, the space in use. Enter at least %4.</source>
        <translation>يحتاج قرص البيانات %1 إلى أكثر من %2، وهي المساحة المستخدمة. أدخل %4 على الأقل.</translation>
    </message>
    <message>
        <source>The partitions on %1 need %2, but the disk has %3. Reduce a partition, enlarge the disk or move a mount target.</source>
        <translation>تحتاج الأقسام على %1 إلى %2، لكن حجم القرص %3. صغّر قسمًا أو كبّر القرص أو انقل نقطة تحميل.</translation>
    </message>
    <message numerus="yes">
        <source>%n data disk(s) would be migrated, at most 4 are possible. Clear “Migrate” for the others or move their mount targets.</source>
        <translation>
            <numerusform>لن يُرحّل أي قرص بيانات، والحد الأقصى 4. ألغِ تحديد «ترحيل» للأقراص الأخرى أو انقل نقاط تحميلها.</numerusform>
            <numerusform>سيُرحّل قرص بيانات واحد، والحد الأقصى 4. ألغِ تحديد «ترحيل» للأقراص الأخرى أو انقل نقاط تحميلها.</numerusform>
            <numerusform>سيُرحّل قرصا بيانات، والحد الأقصى 4. ألغِ تحديد «ترحيل» للأقراص الأخرى أو انقل نقاط تحميلها.</numerusform>
            <numerusform>ستُرحّل %n أقراص بيانات، والحد الأقصى 4. ألغِ تحديد «ترحيل» للأقراص الأخرى أو انقل نقاط تحميلها.</numerusform>
            <numerusform>سيُرحّل %n قرص بيانات، والحد الأقصى 4. ألغِ تحديد «ترحيل» للأقراص الأخرى أو انقل نقاط تحميلها.</numerusform>
            <numerusform>سيُرحّل %n قرص بيانات، والحد الأقصى 4. ألغِ تحديد «ترحيل» للأقراص الأخرى أو انقل نقاط تحميلها.</numerusform>
        </translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. Data disk %1 has %3.</source>
        <translation>الحد الأقصى لقرص البيانات في صورة ENS هو 500 GiB، وحجم قرص البيانات %1 هو %3.</translation>
    </message>
    <message>
        <source>%1 cannot be moved. Boot and system partitions stay on the system disk.</source>
        <translation>لا يمكن نقل %1. تبقى أقسام الإقلاع والنظام على قرص النظام.</translation>
    </message>
    <message>
        <source>%1 needs more than %2, the space in use.</source>
        <translation>يحتاج %1 إلى أكثر من %2، وهي المساحة المستخدمة.</translation>
    </message>
    <message>
        <source>The server has %2 in use. An image may have at most 1 TiB after compression.</source>
        <translation>المساحة المستخدمة في الخادم %2. الحد الأقصى للصورة بعد الضغط 1 TiB.</translation>
    </message>
    <message>
        <source>LVM cannot be used: the system disk has no boot partition.</source>
        <translation>لا يمكن استخدام LVM: لا يوجد قسم إقلاع على قرص النظام.</translation>
    </message>
    <message>
        <source>LVM will have no effect: Debian with kernel %1 and XFS.</source>
        <translation>لن يكون لـ LVM أي تأثير: Debian بالنواة %1 ونظام الملفات XFS.</translation>
    </message>
    <message>
        <source>%1 is copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>يُنسخ %1 ملفًا بملف لأن حجمه ليس من مضاعفات 4 MiB مع تفعيل LVM.</translation>
    </message>
    <message>
        <source>Data disk %1 has no mount target to migrate and is left out.</source>
        <translation>ليس لقرص البيانات %1 نقطة تحميل تُرحّل، لذا يُستبعد.</translation>
    </message>
    <message>
        <source>The size of %1 cannot be changed while it is copied block by block. Switch to file copy first.</source>
        <translation>لا يمكن تغيير حجم %1 وهو يُنسخ كتلة بكتلة. انتقل أولًا إلى نسخ الملفات.</translation>
    </message>
    <message>
        <source>The first disk of a plan, and only that one, must be the system disk of this server: %1.</source>
        <translation>يجب أن يكون القرص الأول في الخطة، وهو وحده، قرص نظام هذا الخادم: %1.</translation>
    </message>
    <message>
        <source>%1 stands in the plan more than once.</source>
        <translation>يرد %1 في الخطة أكثر من مرة.</translation>
    </message>
    <message>
        <source>%1 cannot be left out. Boot and system partitions are always migrated.</source>
        <translation>لا يمكن استبعاد %1. تُرحّل أقسام الإقلاع والنظام دائمًا.</translation>
    </message>
    <message>
        <source>This server has no disk or volume %1.</source>
        <translation>لا يوجد في هذا الخادم قرص أو وحدة تخزين %1.</translation>
    </message>
    <message>
        <source>Data disk %1 has %3. The cloud may round it up to 20 GiB.</source>
        <translation>حجم قرص البيانات %1 هو %3. قد تقرّبه السحابة إلى 20 GiB.</translation>
    </message>
    <message>
        <source>The source disk has %3. The size was set to %2, the nearest possible value.</source>
        <translation>حجم القرص المصدر %3. ضُبط الحجم على %2، وهي أقرب قيمة ممكنة.</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %5, but the temporary image is created in %6. Choose a bucket in %6.</source>
        <translation>الحاوية «%1» في %5، لكن الصورة المؤقتة تُنشأ في %6. اختر حاوية في %6.</translation>
    </message>
    <message>
        <source>vSwitch “%1” does not belong to VPC “%5”.</source>
        <translation>‏vSwitch «%1» لا ينتمي إلى VPC «%5».</translation>
    </message>
    <message>
        <source>Two tags have the key “%1”.</source>
        <translation>يحمل وسمان المفتاح «%1».</translation>
    </message>
    <message>
        <source>LVM cannot be used for disk %1: this server has no LVM programs. Install the package lvm2 on it, or leave LVM off.</source>
        <translation>لا يمكن استخدام LVM للقرص %1: لا توجد في هذا الخادم برامج LVM. ثبّت عليه الحزمة lvm2، أو اترك LVM معطّلًا.</translation>
    </message>
</context>
<context>
    <name>Prompt</name>
    <message>
        <source>Install the snapshot driver?</source>
        <translation>هل تريد تثبيت برنامج تشغيل اللقطات؟</translation>
    </message>
    <message>
        <source>Install rsync?</source>
        <translation>هل تريد تثبيت rsync؟</translation>
    </message>
    <message>
        <source>Disable SELinux?</source>
        <translation>هل تريد تعطيل SELinux؟</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>غير لازم: الأقراص ليست قيد الاستخدام.</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>يحتاج إليه الخادم قيد التشغيل للنسخ بالكتل.</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>غير لازم: تُنسخ وحدات التخزين كتلة بكتلة.</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>ينسخ rsync وحدات التخزين ملفًا بملف، وهو غير مثبّت.</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>‏rsync مثبّت.</translation>
    </message>
    <message>
        <source>rsync is not installed, and no package manager was found that could install it.</source>
        <translation>‏rsync غير مثبّت، ولم يُعثر على مدير حزم يمكنه تثبيته.</translation>
    </message>
    <message>
        <source>Nothing to do: labels are copied with the files, so SELinux can stay as it is.</source>
        <translation>لا حاجة إلى أي إجراء: تُنسخ التسميات مع الملفات، لذا يمكن أن يبقى SELinux كما هو.</translation>
    </message>
    <message>
        <source>SELinux is in use. Labels are copied with the files, so it can stay as it is.</source>
        <translation>‏SELinux قيد الاستخدام. تُنسخ التسميات مع الملفات، لذا يمكن أن يبقى كما هو.</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>‏SELinux غير مستخدم.</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>نعم</translation>
    </message>
    <message>
        <source>No</source>
        <translation>لا</translation>
    </message>
    <message>
        <source>Leave it enabled (recommended)</source>
        <translation>إبقاؤه مفعّلًا (موصى به)</translation>
    </message>
    <message>
        <source>Permissive until the next start</source>
        <translation>متساهل (Permissive) حتى التشغيل التالي</translation>
    </message>
    <message>
        <source>Disable it</source>
        <translation>تعطيله</translation>
    </message>
    <message>
        <source>Needed for block replication.</source>
        <translation>لازم للنسخ بالكتل.</translation>
    </message>
    <message>
        <source>Files are copied instead.</source>
        <translation>تُنسخ الملفات بدلًا من ذلك.</translation>
    </message>
    <message>
        <source>It is installed with the package manager of this server.</source>
        <translation>يُثبَّت بمدير الحزم في هذا الخادم.</translation>
    </message>
    <message>
        <source>Volumes that are copied file by file cannot be migrated.</source>
        <translation>لا يمكن ترحيل وحدات التخزين التي تُنسخ ملفًا بملف.</translation>
    </message>
    <message>
        <source>Nothing changes. What the migration changes on the image is relabelled there.</source>
        <translation>لا يتغيّر شيء. ما يغيّره الترحيل في الصورة تُعاد كتابة تسميات SELinux له هناك.</translation>
    </message>
    <message>
        <source>SELinux only logs until this server is started again; “setenforce 1” restores it at once.</source>
        <translation>يكتفي SELinux بالتسجيل حتى إعادة تشغيل هذا الخادم؛ ويعيده الأمر «setenforce 1» فورًا.</translation>
    </message>
    <message>
        <source>SELinux is off from the next start on and only logs until then. The original of /etc/selinux/config is kept beside it as config.edgelift-orig; put it back and start the server again to restore SELinux.</source>
        <translation>يتوقف SELinux بدءًا من التشغيل التالي ويكتفي بالتسجيل حتى ذلك الحين. يُحفظ أصل ‎/etc/selinux/config بجانبه باسم config.edgelift-orig؛ لاستعادة SELinux أعده إلى مكانه ثم أعد تشغيل الخادم.</translation>
    </message>
    <message>
        <source>The snapshot driver was tested on every disk.</source>
        <translation>اختُبر برنامج تشغيل اللقطات على كل قرص.</translation>
    </message>
</context>
<context>
    <name>Readiness</name>
    <message>
        <source>Operating system</source>
        <translation>نظام التشغيل</translation>
    </message>
    <message>
        <source>Found %1.</source>
        <translation>عُثر على %1.</translation>
    </message>
    <message>
        <source>No root filesystem of a Linux system was found on %1.</source>
        <translation>لم يُعثر في %1 على نظام ملفات جذر لنظام Linux.</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>اختر القرص الذي يُقلع منه الخادم.</translation>
    </message>
    <message>
        <source>Processor architecture</source>
        <translation>معمارية المعالج</translation>
    </message>
    <message>
        <source>The system is made for %1.</source>
        <translation>النظام مخصص لمعمارية %1.</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>لا يمكن تحويل سوى خوادم x86-64 إلى صور ENS.</translation>
    </message>
    <message>
        <source>Neither /bin/sh nor another program tells what the system is made for.</source>
        <translation>لا يبيّن ‎/bin/sh ولا أي برنامج آخر المعمارية المخصص لها النظام.</translation>
    </message>
    <message>
        <source>Make sure that the server is an x86-64 system.</source>
        <translation>تأكد من أن نظام الخادم x86-64.</translation>
    </message>
    <message>
        <source>Boot loader</source>
        <translation>محمّل الإقلاع</translation>
    </message>
    <message>
        <source>No boot loader was found on %1.</source>
        <translation>لم يُعثر على محمّل إقلاع في %1.</translation>
    </message>
    <message>
        <source>Install GRUB on the system disk, then check again.</source>
        <translation>ثبّت GRUB على قرص النظام، ثم أعد الفحص.</translation>
    </message>
    <message>
        <source>The server starts with %1, not with GRUB 2.</source>
        <translation>يُقلع الخادم باستخدام %1 وليس GRUB 2.</translation>
    </message>
    <message>
        <source>It is copied as it is. Test the image before you rely on it.</source>
        <translation>يُنسخ كما هو. اختبر الصورة قبل الاعتماد عليها.</translation>
    </message>
    <message>
        <source>Firmware</source>
        <translation>البرنامج الثابت</translation>
    </message>
    <message>
        <source>The server starts by %1.</source>
        <translation>يُقلع الخادم عبر %1.</translation>
    </message>
    <message>
        <source>Drivers for the cloud</source>
        <translation>برامج تشغيل السحابة</translation>
    </message>
    <message>
        <source>Kernel %1 has virtio drivers.</source>
        <translation>تحتوي النواة %1 على برامج تشغيل virtio.</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>لا تحتوي ملفات إقلاع النواة %1 على برامج تشغيل virtio.</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>أعد بناء initramfs مع virtio_blk وvirtio_pci وvirtio_net، ثم أعد الفحص.</translation>
    </message>
    <message>
        <source>The start files of the older kernel %1 have no virtio drivers.</source>
        <translation>لا تحتوي ملفات إقلاع النواة الأقدم %1 على برامج تشغيل virtio.</translation>
    </message>
    <message>
        <source>Remove this kernel or rebuild its initramfs, so that it is not started by mistake.</source>
        <translation>أزل هذه النواة أو أعد بناء initramfs لها، كي لا تُشغَّل خطأً.</translation>
    </message>
    <message>
        <source>Network driver for the cloud</source>
        <translation>برنامج تشغيل الشبكة للسحابة</translation>
    </message>
    <message>
        <source>Kernel %1 has no virtio_net driver.</source>
        <translation>لا يوجد في النواة %1 برنامج التشغيل virtio_net.</translation>
    </message>
    <message>
        <source>Install the kernel&apos;s complete modules, or the image will have no network.</source>
        <translation>ثبّت وحدات النواة كاملة، وإلا فستكون الصورة بلا شبكة.</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>النواة</translation>
    </message>
    <message>
        <source>No kernel was found below /boot.</source>
        <translation>لم يُعثر على نواة ضمن ‎/boot.</translation>
    </message>
    <message>
        <source>Make sure that the server&apos;s kernel has virtio drivers.</source>
        <translation>تأكد من أن نواة الخادم تحتوي على برامج تشغيل virtio.</translation>
    </message>
    <message>
        <source>Mount table</source>
        <translation>جدول التحميل</translation>
    </message>
    <message>
        <source>Every entry of /etc/fstab names a volume by something that stays.</source>
        <translation>يحدّد كل إدخال في ‎/etc/fstab وحدة التخزين بمعرّف ثابت.</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2. Such names differ from machine to machine.</source>
        <translation>يستخدم ‎/etc/fstab الاسم %1 لـ %2. تختلف هذه الأسماء من جهاز إلى آخر.</translation>
    </message>
    <message>
        <source>Write UUID=… instead (blkid prints it).</source>
        <translation>اكتب UUID=…‎ بدلًا منه (يعرضه blkid).</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2, which is on none of the disks.</source>
        <translation>يستخدم ‎/etc/fstab الاسم %1 لـ %2، وهو غير موجود على أي قرص.</translation>
    </message>
    <message>
        <source>Add the missing disk, or give the entry the option “nofail”; otherwise the image stops while starting.</source>
        <translation>أضف القرص الناقص، أو أعطِ الإدخال الخيار «nofail»؛ وإلا فستتوقف الصورة أثناء الإقلاع.</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>الأقراص</translation>
    </message>
    <message>
        <source>Number of disks within the limits: %1.</source>
        <translation>عدد الأقراص ضمن الحدود: %1.</translation>
    </message>
    <message>
        <source>There are %1 data disks, an ENS image has at most %2.</source>
        <translation>عدد أقراص البيانات %1، والحد الأقصى لصورة ENS هو %2.</translation>
    </message>
    <message>
        <source>Leave disks out in the plan.</source>
        <translation>استبعد أقراصًا في الخطة.</translation>
    </message>
    <message>
        <source>Data disk %1 has %2, an ENS image allows 500 GiB for each.</source>
        <translation>حجم قرص البيانات %1 هو %2، والحد الأقصى لكل قرص في صورة ENS هو 500 GiB.</translation>
    </message>
    <message>
        <source>Leave the disk out in the plan, or make it smaller.</source>
        <translation>استبعد القرص في الخطة أو صغّر حجمه.</translation>
    </message>
    <message>
        <source>SELinux</source>
        <translation>SELinux</translation>
    </message>
    <message>
        <source>SELinux is %1. Labels are copied with the files, so it can stay as it is.</source>
        <translation>حالة SELinux: ‏%1. تُنسخ التسميات مع الملفات، لذا يمكن أن يبقى كما هو.</translation>
    </message>
    <message>
        <source>Leave it enabled.</source>
        <translation>اتركه مفعّلًا.</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>‏SELinux غير مستخدم.</translation>
    </message>
    <message>
        <source>cloud-init</source>
        <translation>cloud-init</translation>
    </message>
    <message>
        <source>cloud-init is installed.</source>
        <translation>‏cloud-init مثبّت.</translation>
    </message>
    <message>
        <source>cloud-init is not installed. The instance keeps the server&apos;s passwords, keys and network settings.</source>
        <translation>‏cloud-init غير مثبّت. يحتفظ المثيل بكلمات مرور الخادم ومفاتيحه وإعدادات شبكته.</translation>
    </message>
    <message>
        <source>Snapshot driver</source>
        <translation>برنامج تشغيل اللقطات</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>غير لازم: الأقراص ليست قيد الاستخدام.</translation>
    </message>
    <message>
        <source>rsync</source>
        <translation>rsync</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>غير لازم: تُنسخ وحدات التخزين كتلة بكتلة.</translation>
    </message>
    <message>
        <source>Device that cannot be followed</source>
        <translation>جهاز لا يمكن تتبّعه</translation>
    </message>
    <message>
        <source>%1 uses %2, a multipath device. What is written to it cannot be followed while the server runs.</source>
        <translation>يستخدم %1 الجهاز %2 متعدد المسارات. لا يمكن تتبّع ما يُكتب عليه أثناء عمل الخادم.</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>أخرجه من الاستخدام وأعد الفحص، أو أوقف تشغيل الخادم ورحّل صور أقراصه.</translation>
    </message>
    <message>
        <source>%1 uses %2, which the kernel drives as an NVMe multipath disk. What is written to it cannot be followed while the server runs.</source>
        <translation>يستخدم %1 الجهاز %2 الذي تشغّله النواة كقرص NVMe متعدد المسارات. لا يمكن تتبّع ما يُكتب عليه أثناء عمل الخادم.</translation>
    </message>
    <message>
        <source>If the disk has one path only, start the server with the kernel option nvme_core.multipath=N and check again; otherwise shut it down and migrate its disk images.</source>
        <translation>إذا كان للقرص مسار واحد فقط، فابدأ الخادم بخيار النواة nvme_core.multipath=N وأعد الفحص؛ وإلا فأوقف تشغيله ورحّل صور أقراصه.</translation>
    </message>
    <message>
        <source>%1 uses a disk that is there several times: %2.</source>
        <translation>يستخدم %1 قرصًا موجودًا عدة مرات: ‏%2.</translation>
    </message>
    <message>
        <source>Leave one path to the disk, then check again.</source>
        <translation>أبقِ مسارًا واحدًا إلى القرص، ثم أعد الفحص.</translation>
    </message>
    <message>
        <source>%1 uses %2, a DRBD device. What is written to it cannot be followed while the server runs.</source>
        <translation>يستخدم %1 الجهاز %2، وهو جهاز DRBD. لا يمكن تتبّع ما يُكتب عليه أثناء عمل الخادم.</translation>
    </message>
    <message>
        <source>Unmount it, stop DRBD and check again, or shut the server down and migrate its disk images.</source>
        <translation>ألغِ تحميله وأوقف DRBD وأعد الفحص، أو أوقف تشغيل الخادم ورحّل صور أقراصه.</translation>
    </message>
    <message>
        <source>%1 uses %2, which other servers may write to as well.</source>
        <translation>يستخدم %1 الجهاز %2 الذي قد تكتب عليه خوادم أخرى أيضًا.</translation>
    </message>
    <message>
        <source>Unmount it on this server, then check again. What servers share stays where it is.</source>
        <translation>ألغِ تحميله على هذا الخادم، ثم أعد الفحص. ما تتشاركه الخوادم يبقى في مكانه.</translation>
    </message>
    <message>
        <source>%1 uses %2, persistent memory. What is written to it cannot be followed.</source>
        <translation>يستخدم %1 الجهاز %2، وهو ذاكرة دائمة. لا يمكن تتبّع ما يُكتب عليها.</translation>
    </message>
    <message>
        <source>Move its files to a disk and unmount it, then check again.</source>
        <translation>انقل ملفاتها إلى قرص وألغِ تحميلها، ثم أعد الفحص.</translation>
    </message>
    <message>
        <source>%1 uses %2 with DAX: programs write to it past everything that could follow them.</source>
        <translation>يستخدم %1 الجهاز %2 مع DAX: تكتب البرامج عليه متجاوزةً كل ما يمكنه تتبّعها.</translation>
    </message>
    <message>
        <source>Mount it without the option “dax”, then check again.</source>
        <translation>حمّله من دون الخيار «dax»، ثم أعد الفحص.</translation>
    </message>
    <message>
        <source>%1 uses %2, a disk in memory. Nothing of it would reach the image.</source>
        <translation>يستخدم %1 الجهاز %2، وهو قرص في الذاكرة. لن يصل منه شيء إلى الصورة.</translation>
    </message>
    <message>
        <source>%1 uses %2, a kind of device that is not known here. What is written to it cannot be followed.</source>
        <translation>يستخدم %1 الجهاز %2، وهو من نوع غير معروف هنا. لا يمكن تتبّع ما يُكتب عليه.</translation>
    </message>
    <message>
        <source>System volume</source>
        <translation>وحدة تخزين النظام</translation>
    </message>
    <message>
        <source>%1 lies on %2. The image could not start from that.</source>
        <translation>يقع %1 على %2. لا يمكن للصورة أن تُقلع من ذلك.</translation>
    </message>
    <message>
        <source>Move it to a partition or to a linear logical volume, then check again.</source>
        <translation>انقله إلى قسم أو إلى وحدة تخزين منطقية خطية، ثم أعد الفحص.</translation>
    </message>
    <message>
        <source>Storage in layers</source>
        <translation>تخزين متعدد الطبقات</translation>
    </message>
    <message>
        <source>%1 lies on %2. It is copied as it lies on the disks, with all of them or none.</source>
        <translation>يقع %1 على %2. يُنسخ كما هو على الأقراص، معها جميعًا أو لا يُنسخ.</translation>
    </message>
    <message>
        <source>Volume that cannot be held still</source>
        <translation>وحدة تخزين لا يمكن تجميدها</translation>
    </message>
    <message>
        <source>%1 (%2) is copied in a moment when nothing writes to it.</source>
        <translation>يُنسخ %1 (%2) في لحظة لا يكتب عليه فيها شيء.</translation>
    </message>
    <message>
        <source>Avoid changes there during the final step.</source>
        <translation>تجنّب إجراء تغييرات هناك أثناء الخطوة الأخيرة.</translation>
    </message>
    <message>
        <source>Not on this server</source>
        <translation>ليس على هذا الخادم</translation>
    </message>
    <message>
        <source>These are not on disks of this server and are not migrated: %1.</source>
        <translation>ما يلي ليس على أقراص هذا الخادم ولا يُرحّل: ‏%1.</translation>
    </message>
    <message>
        <source>Make sure that the instance can reach what it needs of them.</source>
        <translation>تأكد من أن المثيل يمكنه الوصول إلى ما يحتاج إليه منها.</translation>
    </message>
    <message>
        <source>Disk that cannot be understood</source>
        <translation>قرص يتعذّر فهمه</translation>
    </message>
    <message>
        <source>%1 cannot be used: %2</source>
        <translation>لا يمكن استخدام %1: ‏%2</translation>
    </message>
    <message>
        <source>Repair it, or leave the disk out in the plan.</source>
        <translation>أصلحه، أو استبعد القرص في الخطة.</translation>
    </message>
    <message>
        <source>Identity of a disk</source>
        <translation>هوية قرص</translation>
    </message>
    <message>
        <source>Disk %1 has neither a serial number nor an id. It is recognized by its slot.</source>
        <translation>ليس للقرص %1 رقم تسلسلي ولا معرّف. يُتعرّف عليه من فتحته.</translation>
    </message>
    <message>
        <source>Leave it in its slot until the migration is finished.</source>
        <translation>اتركه في فتحته حتى انتهاء الترحيل.</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>الذاكرة</translation>
    </message>
    <message>
        <source>%1 are free.</source>
        <translation>المتاح %1.</translation>
    </message>
    <message>
        <source>Only %1 are free. What changes last is kept in memory in the final step.</source>
        <translation>المتاح %1 فقط. ما يتغيّر أخيرًا يُحفظ في الذاكرة أثناء الخطوة الأخيرة.</translation>
    </message>
    <message>
        <source>Stop programs that are not needed during the migration.</source>
        <translation>أوقف البرامج غير اللازمة أثناء الترحيل.</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>يحتاج إليه الخادم قيد التشغيل للنسخ بالكتل.</translation>
    </message>
    <message>
        <source>You are asked before it is installed.</source>
        <translation>ستُسأل قبل تثبيته.</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>‏rsync مثبّت.</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>ينسخ rsync وحدات التخزين ملفًا بملف، وهو غير مثبّت.</translation>
    </message>
    <message>
        <source>It was tested on every disk: what is written while the server runs is noticed.</source>
        <translation>اختُبر على كل قرص: يُلاحَظ ما يُكتب أثناء عمل الخادم.</translation>
    </message>
    <message>
        <source>They are added to the copy; the server itself is not changed.</source>
        <translation>تُضاف إلى النسخة؛ ولا يتغيّر الخادم نفسه.</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>الساعة</translation>
    </message>
    <message>
        <source>It agrees with the cloud&apos;s clock.</source>
        <translation>تتطابق مع ساعة السحابة.</translation>
    </message>
    <message>
        <source>It was not compared with the cloud&apos;s clock, because no answer told the time.</source>
        <translation>لم تُقارن بساعة السحابة، لأن أي رد لم يتضمن الوقت.</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>عناوين السحابة</translation>
    </message>
    <message>
        <source>All of these answer: %1.</source>
        <translation>كل هذه العناوين تستجيب: ‏%1.</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>yes</source>
        <translation>نعم</translation>
    </message>
    <message>
        <source>no</source>
        <translation>لا</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>صورة ENS جاهزة.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>الحالة</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>صورة ENS</translation>
    </message>
    <message>
        <source>Image name</source>
        <translation>اسم الصورة</translation>
    </message>
    <message>
        <source>Image region</source>
        <translation>منطقة الصورة</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>الحساب</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>وقت الإنشاء</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>وقت الانتهاء</translation>
    </message>
    <message>
        <source>Source server</source>
        <translation>الخادم المصدر</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>الاسم</translation>
    </message>
    <message>
        <source>Source id</source>
        <translation>معرّف المصدر</translation>
    </message>
    <message>
        <source>Operating system</source>
        <translation>نظام التشغيل</translation>
    </message>
    <message>
        <source>Boot mode</source>
        <translation>وضع الإقلاع</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>القرص</translation>
    </message>
    <message>
        <source>What happened when</source>
        <translation>تسلسل الأحداث</translation>
    </message>
    <message>
        <source>Phase</source>
        <translation>المرحلة</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>وقت البدء</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>الثواني</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>البيانات</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>المنسوخ</translation>
    </message>
    <message>
        <source>Sent over the network</source>
        <translation>المرسَل عبر الشبكة</translation>
    </message>
    <message>
        <source>Every block checked by its hash on arrival</source>
        <translation>فُحصت كل كتلة عند الوصول بقيمة التجزئة (hash)</translation>
    </message>
    <message>
        <source>Target read back and compared</source>
        <translation>أُعيدت قراءة الهدف وقورن</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>غير معروف</translation>
    </message>
    <message>
        <source>Resources made in the account</source>
        <translation>الموارد المنشأة في الحساب</translation>
    </message>
    <message>
        <source>Nothing temporary is left.</source>
        <translation>لم يبقَ أي شيء مؤقت.</translation>
    </message>
    <message>
        <source>Some resources are kept for a retry and cost money until they are removed.</source>
        <translation>بعض الموارد محتفظ بها لإعادة المحاولة وتُحتسب تكلفتها حتى إزالتها.</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>النوع</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>المعرّف</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>المنطقة</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>أُنشئ</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>أُزيل</translation>
    </message>
    <message>
        <source>Price per day</source>
        <translation>السعر في اليوم</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>محتفظ به</translation>
    </message>
    <message>
        <source>How to create an instance</source>
        <translation>كيفية إنشاء مثيل</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>تحذيرات</translation>
    </message>
    <message>
        <source>Migration report</source>
        <translation>تقرير الترحيل</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <extracomment>%1 is a number of milliseconds</extracomment>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>eBPF: a mark for each block in the kernel</source>
        <translation>eBPF: علامة لكل كتلة في النواة</translation>
    </message>
    <message>
        <source>perf: a ring of events in the kernel</source>
        <translation>perf: حلقة أحداث في النواة</translation>
    </message>
    <message>
        <source>a known write was marked exactly where it went</source>
        <translation>وُضعت علامة على كتابة معروفة في موضعها بالضبط</translation>
    </message>
    <message>
        <source>a known write was seen</source>
        <translation>رُصدت كتابة معروفة</translation>
    </message>
    <message>
        <source>no place for a known write; the kernel&apos;s count of sectors agrees</source>
        <translation>لا مكان لكتابة معروفة؛ ويتطابق عدّ النواة للقطاعات</translation>
    </message>
    <message>
        <source>none</source>
        <translation>لا شيء</translation>
    </message>
    <message>
        <source>Changes were followed by</source>
        <translation>جرى تتبّع التغييرات بواسطة</translation>
    </message>
    <message>
        <source>Trackers that could not be used</source>
        <translation>أدوات التتبّع التي تعذّر استخدامها</translation>
    </message>
    <message>
        <source>Tracker tested on %1</source>
        <extracomment>%1 is a disk</extracomment>
        <translation>اختُبر التتبّع على %1</translation>
    </message>
    <message>
        <source>Lost events</source>
        <translation>الأحداث المفقودة</translation>
    </message>
    <message>
        <source>Even one missed write would have been noticed</source>
        <translation>كانت ستُلاحَظ حتى كتابة فائتة واحدة</translation>
    </message>
    <message>
        <source>What proves the copy of the running server</source>
        <translation>ما يثبت نسخة الخادم قيد التشغيل</translation>
    </message>
    <message>
        <source>Rounds while the server worked</source>
        <translation>الجولات أثناء عمل الخادم</translation>
    </message>
    <message>
        <source>Final moment: writing stood still for</source>
        <translation>اللحظة الأخيرة: مدة توقف الكتابة</translation>
    </message>
    <message>
        <source>Read meanwhile</source>
        <translation>المقروء خلال ذلك</translation>
    </message>
    <message>
        <source>Final moments, with those that were repeated</source>
        <translation>اللحظات الأخيرة، بما فيها المكررة</translation>
    </message>
    <message>
        <source>Unchanged blocks read again before it, all equal</source>
        <translation>كتل لم تتغيّر أُعيدت قراءتها قبل ذلك، وكلها متطابقة</translation>
    </message>
    <message>
        <source>Blocks read back from the target&apos;s disks, all equal</source>
        <translation>كتل أُعيدت قراءتها من الأقراص الهدف، وكلها متطابقة</translation>
    </message>
    <message>
        <source>Signed off by both ends</source>
        <translation>أكّده الطرفان</translation>
    </message>
    <message>
        <source>round %1, check sum %2</source>
        <extracomment>%1 is a number, %2 a check sum</extracomment>
        <translation>الجولة %1، المجموع الاختباري %2</translation>
    </message>
    <message>
        <source>Problems of the administrator&apos;s hooks</source>
        <translation>مشكلات برامج hooks الخاصة بالمسؤول</translation>
    </message>
    <message>
        <source>Filesystem</source>
        <translation>نظام الملفات</translation>
    </message>
    <message>
        <source>Time to stop it, rehearsed</source>
        <translation>وقت التجميد (تجربة مسبقة)</translation>
    </message>
    <message>
        <source>Time to let it go on</source>
        <translation>وقت الاستئناف</translation>
    </message>
    <message>
        <source>Not proved: that each program had stored all it knew (hooks before the final moment can see to that), and that no storage driver writes without telling the kernel&apos;s request layer.</source>
        <translation>لم يُثبت: أن كل برنامج قد حفظ كل ما لديه (يمكن لبرامج hooks التي تعمل قبل اللحظة الأخيرة ضمان ذلك)، وأن لا برنامج تشغيل تخزين يكتب دون إبلاغ طبقة الطلبات في النواة.</translation>
    </message>
    <message>
        <source>The copy was changed so that it starts, and can be reached, in the cloud. Each original lies beside the new file as *.edgelift-orig.</source>
        <translation>عُدّلت النسخة لكي تُقلع ويمكن الوصول إليها في السحابة. يوجد كل ملف أصلي إلى جانب الملف الجديد باسم ‎*.edgelift-orig.</translation>
    </message>
    <message>
        <source>Nothing had to be changed: the server starts in the cloud as it is.</source>
        <translation>لم يلزم تغيير شيء: يُقلع الخادم في السحابة كما هو.</translation>
    </message>
    <message>
        <source>The copy would not start in the cloud. Nothing was changed in it.</source>
        <translation>لن تُقلع النسخة في السحابة. لم يُغيَّر فيها شيء.</translation>
    </message>
    <message>
        <source>The copy was not changed, because its filesystems could not be looked into.</source>
        <translation>لم تُغيَّر النسخة، لأنه تعذّر فحص محتوى أنظمة ملفاتها.</translation>
    </message>
    <message>
        <source>Made ready for the cloud</source>
        <translation>التجهيز للسحابة</translation>
    </message>
    <message>
        <source>Made anew: %1</source>
        <translation>أُنشئ من جديد: %1</translation>
    </message>
    <message>
        <source>GRUB was put into the boot sector.</source>
        <translation>كُتب GRUB في قطاع الإقلاع.</translation>
    </message>
    <message>
        <source>Moved aside: %1</source>
        <translation>نُقل جانبًا: %1</translation>
    </message>
    <message>
        <source>Changed: %1</source>
        <translation>عُدّل: %1</translation>
    </message>
    <message>
        <source>Test boot</source>
        <translation>إقلاع تجريبي</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine. It shows a login prompt and answers on its network.</source>
        <translation>شُغّلت الصورة في جهاز افتراضي. وهي تعرض مطالبة تسجيل الدخول وتستجيب على شبكتها.</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine and did not come up completely.</source>
        <translation>شُغّلت الصورة في جهاز افتراضي، لكنها لم تُقلع بالكامل.</translation>
    </message>
    <message>
        <source>Reached</source>
        <translation>المرحلة التي بُلغت</translation>
    </message>
    <message>
        <source>Login prompt</source>
        <translation>مطالبة تسجيل الدخول</translation>
    </message>
    <message>
        <source>Address by DHCP</source>
        <translation>العنوان عبر DHCP</translation>
    </message>
    <message>
        <source>Answers on the network</source>
        <translation>الاستجابة على الشبكة</translation>
    </message>
    <message>
        <source>Trouble</source>
        <translation>المشكلة</translation>
    </message>
    <message>
        <source>Console log</source>
        <translation>سجل وحدة التحكم</translation>
    </message>
    <message>
        <source>What was copied block by block is as it was at one moment, in which nothing was written: as after a power cut. Programs find everything there that was stored for good by then.</source>
        <translation>ما نُسخ كتلة بكتلة هو كما كان في لحظة واحدة لم يُكتب فيها شيء: كما بعد انقطاع التيار الكهربائي. تجد البرامج فيه كل ما حُفظ بشكل دائم حتى تلك اللحظة.</translation>
    </message>
    <message>
        <source>Files that were copied while the server worked</source>
        <translation>الملفات التي نُسخت أثناء عمل الخادم</translation>
    </message>
    <message>
        <source>Each file is as it was at some time during the last pass over its volume, and not all files are of one moment. A program that was writing then may find its files out of step with each other: stop such programs before the final point, or copy their volume block by block.</source>
        <translation>كل ملف هو كما كان في وقت ما خلال الجولة الأخيرة على وحدة تخزينه، وليست كل الملفات من لحظة واحدة. قد يجد برنامج كان يكتب حينها أن ملفاته غير متسقة فيما بينها: أوقف مثل هذه البرامج قبل التقاط الحالة النهائية، أو انسخ وحدة تخزينها كتلة بكتلة.</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>وحدة التخزين</translation>
    </message>
    <message>
        <source>Last pass began</source>
        <translation>بداية الجولة الأخيرة</translation>
    </message>
    <message>
        <source>It ended</source>
        <translation>نهايتها</translation>
    </message>
    <message>
        <source>Passes</source>
        <translation>الجولات</translation>
    </message>
    <message>
        <source>Files changed before the last pass</source>
        <translation>الملفات التي تغيّرت قبل الجولة الأخيرة</translation>
    </message>
    <message>
        <source>Vanished during it</source>
        <translation>الملفات التي اختفت خلالها</translation>
    </message>
</context>
<context>
    <name>ResourceKind</name>
    <message>
        <source>image export task</source>
        <translation>مهمة تصدير الصورة</translation>
    </message>
    <message>
        <source>temporary ECS image</source>
        <translation>صورة ECS مؤقتة</translation>
    </message>
    <message>
        <source>snapshot</source>
        <translation>لقطة</translation>
    </message>
    <message>
        <source>transit instance</source>
        <translation>مثيل العبور</translation>
    </message>
    <message>
        <source>disk of the transit instance</source>
        <translation>قرص مثيل العبور</translation>
    </message>
    <message>
        <source>security group</source>
        <translation>مجموعة أمان</translation>
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
        <translation>كائن في الحاوية</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>صورة ENS</translation>
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
        <translation>انقطع الاتصال بمثيل العبور. يستمر النسخ تلقائيًا عند عودته.</translation>
    </message>
    <message>
        <source>The address of this server is not known, so ports 8080 and 8703 of the transit instance are open to every address. Only this migration&apos;s key is accepted there.</source>
        <translation>عنوان هذا الخادم غير معروف، لذا فإن المنفذين 8080 و8703 في مثيل العبور مفتوحان لكل العناوين. لا يُقبل هناك سوى مفتاح هذا الترحيل.</translation>
    </message>
    <message>
        <source>Not removed: %1 %2. %3</source>
        <translation>لم تتم الإزالة: %1 %2. %3</translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the source had another content when read again and were sent again. Test the source server&apos;s memory (RAM) and disk.</source>
        <translation>
            <numerusform>لم يتغيّر محتوى أي كتلة في المصدر عند إعادة القراءة وأُعيد الإرسال. اختبر ذاكرة (RAM) الخادم المصدر وقرصه.</numerusform>
            <numerusform>تغيّر محتوى كتلة واحدة في المصدر عند إعادة القراءة وأُعيد الإرسال. اختبر ذاكرة (RAM) الخادم المصدر وقرصه.</numerusform>
            <numerusform>تغيّر محتوى كتلتين في المصدر عند إعادة القراءة وأُعيد الإرسال. اختبر ذاكرة (RAM) الخادم المصدر وقرصه.</numerusform>
            <numerusform>تغيّر محتوى %n كتل في المصدر عند إعادة القراءة وأُعيد الإرسال. اختبر ذاكرة (RAM) الخادم المصدر وقرصه.</numerusform>
            <numerusform>تغيّر محتوى %n كتلة في المصدر عند إعادة القراءة وأُعيد الإرسال. اختبر ذاكرة (RAM) الخادم المصدر وقرصه.</numerusform>
            <numerusform>تغيّر محتوى %n كتلة في المصدر عند إعادة القراءة وأُعيد الإرسال. اختبر ذاكرة (RAM) الخادم المصدر وقرصه.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the target differed from what was sent and were sent again.</source>
        <translation>
            <numerusform>لم تختلف أي كتلة في الهدف عما أُرسل.</numerusform>
            <numerusform>اختلفت كتلة واحدة في الهدف عما أُرسل وأُعيد إرسالها.</numerusform>
            <numerusform>اختلفت كتلتان في الهدف عما أُرسل وأُعيد إرسالهما.</numerusform>
            <numerusform>اختلفت %n كتل في الهدف عما أُرسل وأُعيد إرسالها.</numerusform>
            <numerusform>اختلفت %n كتلة في الهدف عما أُرسل وأُعيد إرسالها.</numerusform>
            <numerusform>اختلفت %n كتلة في الهدف عما أُرسل وأُعيد إرسالها.</numerusform>
        </translation>
    </message>
    <message>
        <source>The server changes %1 MB/s, and %2 MB/s can be sent: the copy does not catch up. Raise the limits, wait for a quiet hour, stop the services that write most, or allow a longer final moment.</source>
        <translation>يغيّر الخادم %1 MB/s، ويمكن إرسال %2 MB/s: النسخ لا يلحق بالتغييرات. ارفع الحدود، أو انتظر وقتًا هادئًا، أو أوقف الخدمات الأكثر كتابة، أو اسمح بلحظة أخيرة أطول.</translation>
    </message>
    <message>
        <source>The agent ended in the final moment of the copy, while writing to %1 was stopped. Writing goes on since the agent was started again; look whether the programs that write there noticed.</source>
        <translation>انتهى الوكيل في اللحظة الأخيرة من النسخ بينما كانت الكتابة على %1 متوقفة. استؤنفت الكتابة منذ تشغيل الوكيل مرة أخرى؛ تحقق مما إذا تأثرت البرامج التي تكتب هناك.</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because no root filesystem of Linux was found. Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>لم تُكيَّف النسخة مع السحابة، لأنه لم يُعثر على نظام ملفات جذر لـ Linux. تأكد من أن الخادم يحتوي على برامج تشغيل virtio ويحصل على عنوانه عبر DHCP.</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because the transit instance could not mount %1 (%2). Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>لم تُكيَّف النسخة مع السحابة، لأن مثيل العبور تعذّر عليه تحميل %1 (%2). تأكد من أن الخادم يحتوي على برامج تشغيل virtio ويحصل على عنوانه عبر DHCP.</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks. The copy compares everything instead, and in its final moment writing stops for about %1 seconds.</source>
        <translation>لا تسمح النواة لأحد بتتبّع ما يُكتب على الأقراص. يقارن النسخ كل شيء بدلًا من ذلك، وفي لحظته الأخيرة تتوقف الكتابة لمدة %1 ثانية تقريبًا.</translation>
    </message>
    <message>
        <source>The clock of this server differs from the cloud&apos;s by %1 seconds. At 15 minutes the cloud refuses every request. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”.</source>
        <translation>تختلف ساعة هذا الخادم عن ساعة السحابة بمقدار %1 ثانية. عند 15 دقيقة ترفض السحابة كل طلب. زامن الساعة، باستخدام «timedatectl set-ntp true» أو «chronyc makestep» مثلًا.</translation>
    </message>
    <message>
        <source>The target disks have another layout now: transit instance %1 is removed with its disks, another one is made, and the copy begins anew.</source>
        <translation>للأقراص الهدف الآن تخطيط آخر: يُزال مثيل العبور %1 مع أقراصه، ويُنشأ مثيل آخر، ويبدأ النسخ من جديد.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::BootPanel</name>
    <message>
        <source>The image works: the server in it has booted, and all its files are as they were.</source>
        <translation>الصورة تعمل: أقلع الخادم الذي فيها، وكل ملفاته كما كانت.</translation>
    </message>
    <message>
        <source>The machine is off. The image works: all files in it were as they were.</source>
        <translation>الجهاز متوقف. الصورة تعمل: كل الملفات التي فيها كما كانت.</translation>
    </message>
    <message>
        <source>The image boots in a virtual machine on this server. The image is not changed.</source>
        <translation>تُقلع الصورة في جهاز افتراضي على هذا الخادم. لا تتغيّر الصورة.</translation>
    </message>
    <message>
        <source>The machine is off. It did not say what the server says when it has booted.</source>
        <translation>الجهاز متوقف. لم يُظهر ما يُظهره الخادم عند اكتمال إقلاعه.</translation>
    </message>
    <message>
        <source>Stop the &amp;machine</source>
        <translation>إيقاف الجهاز (&amp;M)</translation>
    </message>
    <message>
        <source>Boot it &amp;here</source>
        <translation>الإقلاع هنا (&amp;H)</translation>
    </message>
    <message>
        <source>Console of the image that boots here</source>
        <translation>وحدة تحكم الصورة التي تُقلع هنا</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ButtonRow</name>
    <message>
        <source>&amp;Next</source>
        <translation>التالي (&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>مساعدة (&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Options</source>
        <extracomment>Opens a menu: language, size of text, low-bandwidth mode</extracomment>
        <translation>الخيارات (&amp;O)</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>الخيارات</translation>
    </message>
    <message>
        <source>F10</source>
        <translation>F10</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>رجوع (&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>إغلاق (&amp;C)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksModel</name>
    <message>
        <source>Cloud account</source>
        <translation>الحساب السحابي</translation>
    </message>
    <message>
        <source>Not looked at yet.</source>
        <translation>لم يُفحص بعد.</translation>
    </message>
    <message>
        <source>It is tested on the Connect page.</source>
        <translation>يُختبر في صفحة الاتصال.</translation>
    </message>
    <message>
        <source>The account answers.</source>
        <translation>الحساب يستجيب.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What was found, and what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>OK</source>
        <extracomment>Result of a check</extracomment>
        <translation>سليم</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>ملاحظة</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>تحذير</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>مشكلة</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>النتيجة</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>الفحص</translation>
    </message>
    <message>
        <source>What was found, and what to do</source>
        <translation>ما عُثر عليه وما يلزم فعله</translation>
    </message>
    <message>
        <source>Solution</source>
        <translation>الحل</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>عناوين السحابة</translation>
    </message>
    <message>
        <source>They are being asked…</source>
        <translation>جارٍ التحقق من استجابتها…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksPage</name>
    <message>
        <source>wait until the checks are done</source>
        <translation>الانتظار حتى تنتهي الفحوص</translation>
    </message>
    <message>
        <source>let the server be read: choose Check again</source>
        <translation>السماح بقراءة الخادم: اختر «إعادة الفحص»</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>جارٍ الفحص…</translation>
    </message>
    <message numerus="yes">
        <source>%n OK</source>
        <translation>
            <numerusform>%n سليم</numerusform>
            <numerusform>واحد سليم</numerusform>
            <numerusform>اثنان سليمان</numerusform>
            <numerusform>%n سليمة</numerusform>
            <numerusform>%n سليمًا</numerusform>
            <numerusform>%n سليم</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s)</source>
        <translation>
            <numerusform>لا تحذيرات</numerusform>
            <numerusform>تحذير واحد</numerusform>
            <numerusform>تحذيران</numerusform>
            <numerusform>%n تحذيرات</numerusform>
            <numerusform>%n تحذيرًا</numerusform>
            <numerusform>%n تحذير</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>لا مشكلات</numerusform>
            <numerusform>مشكلة واحدة</numerusform>
            <numerusform>مشكلتان</numerusform>
            <numerusform>%n مشكلات</numerusform>
            <numerusform>%n مشكلة</numerusform>
            <numerusform>%n مشكلة</numerusform>
        </translation>
    </message>
    <message>
        <source>Check &amp;again (F5)</source>
        <translation>إعادة الفحص (&amp;A) (F5)</translation>
    </message>
    <message>
        <source>Checks of this server</source>
        <translation>فحوص هذا الخادم</translation>
    </message>
    <message>
        <source>Is this server ready?</source>
        <translation>هل هذا الخادم جاهز؟</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>الفحوص</translation>
    </message>
    <message>
        <source>Only a problem stops the migration; warnings are for you to weigh.</source>
        <translation>المشكلات وحدها توقف الترحيل؛ أما التحذيرات فتقديرها لك.</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>إعادة المحاولة (&amp;T)</translation>
    </message>
    <message>
        <source>Fix…</source>
        <translation>إصلاح…</translation>
    </message>
    <message>
        <source>Fix: %1</source>
        <translation>إصلاح: %1</translation>
    </message>
    <message>
        <source>Each row says what was looked at, what was found and what to do about it. Problems must be solved before the migration can start; solve them on the server, then choose Check again. Where Edgelift can do it for you, the row has a Fix button: you are told what it does before anything changes.</source>
        <translation>يبيّن كل صف ما جرى فحصه وما عُثر عليه وما يلزم فعله. يجب حل المشكلات قبل بدء الترحيل؛ حلّها على الخادم، ثم اختر «إعادة الفحص». وحيثما يستطيع Edgelift فعل ذلك نيابة عنك، يظهر في الصف زر «إصلاح»: ستعرف ما يفعله قبل أن يتغيّر أي شيء.</translation>
    </message>
    <message>
        <source>wait until the problem is solved</source>
        <translation>الانتظار حتى تُحل المشكلة</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CleanUpBox</name>
    <message>
        <source>What the migration made in the cloud is being removed. You may close this window: it goes on.</source>
        <translation>جارٍ إزالة ما أنشأه الترحيل في السحابة. يمكنك إغلاق هذه النافذة: ستستمر الإزالة.</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until they are removed:</source>
        <translation>ما يلي ما زال موجودًا في السحابة وتستمر تكلفته حتى يُزال:</translation>
    </message>
    <message>
        <source>Everything temporary was released: the transit instance, the temporary images and snapshots.</source>
        <translation>حُرّر كل ما هو مؤقت: مثيل العبور والصور واللقطات المؤقتة.</translation>
    </message>
    <message>
        <source>The last clean-up was not complete: %1 %2 [%3]</source>
        <extracomment>Why a clean-up failed: %1 to what it happened, %2 what to do, %3 a code such as EL-0212</extracomment>
        <translation>لم يكتمل التنظيف الأخير: ‏%1 ‏%2 [%3]</translation>
    </message>
    <message>
        <source>Clean up? The job is deleted, the transit instance is released and the copied data is lost.</source>
        <translation>هل تريد التنظيف؟ تُحذف المهمة ويُحرّر مثيل العبور وتُفقد البيانات المنسوخة.</translation>
    </message>
    <message>
        <source>Clean up? Everything listed here but what is kept on purpose is removed from the cloud.</source>
        <translation>هل تريد التنظيف؟ يُزال من السحابة كل ما هو مذكور هنا باستثناء المحتفظ به عمدًا.</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>احتفاظ (&amp;K)</translation>
    </message>
    <message>
        <source>Clean u&amp;p now</source>
        <translation>التنظيف الآن (&amp;P)</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>التنظيف</translation>
    </message>
    <message>
        <source>Clean &amp;up…</source>
        <translation>تنظيف… (&amp;U)</translation>
    </message>
    <message>
        <source>How to do it by han&amp;d</source>
        <translation>كيفية تنفيذ ذلك يدويًا (&amp;D)</translation>
    </message>
    <message>
        <source>Sign in to the console, choose the region, and remove what is listed here from top to bottom: release the instance, delete images, snapshots, disks and the network, and the objects in the bucket. Look for it by its id.</source>
        <translation>سجّل الدخول إلى وحدة التحكم، واختر المنطقة، وأزل ما هو مذكور هنا من الأعلى إلى الأسفل: حرّر المثيل، واحذف الصور واللقطات والأقراص والشبكة، والكائنات في الحاوية. ابحث عنها بمعرّفها.</translation>
    </message>
    <message>
        <source>ECS console</source>
        <translation>وحدة تحكم ECS</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CodeMaker</name>
    <message>
        <source>Generating…</source>
        <translation>جارٍ الإنشاء…</translation>
    </message>
    <message>
        <source>&amp;Name of the code:</source>
        <translation>اسم الرمز (&amp;N):</translation>
    </message>
    <message>
        <source>Optional</source>
        <translation>اختياري</translation>
    </message>
    <message>
        <source>Servers it can import (1 to %1):</source>
        <translation>الخوادم التي يمكنه استيرادها (من 1 إلى %1):</translation>
    </message>
    <message>
        <source>Days it is valid (1 to %1):</source>
        <translation>أيام صلاحيته (من 1 إلى %1):</translation>
    </message>
    <message>
        <source>&amp;Generate</source>
        <translation>إنشاء (&amp;G)</translation>
    </message>
    <message>
        <source>Choose AccessKey pair above and enter the pair and, under Private network, the address of the service.</source>
        <translation>اختر «زوج AccessKey» أعلاه وأدخل الزوج، وأدخل عنوان الخدمة تحت «الشبكة الخاصة».</translation>
    </message>
    <message>
        <source>The new activation code</source>
        <translation>رمز التنشيط الجديد</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>نسخ (&amp;C)</translation>
    </message>
    <message>
        <source>Copy the activation code</source>
        <translation>نسخ رمز التنشيط</translation>
    </message>
    <message>
        <source>&amp;Use it here</source>
        <translation>استخدامه هنا (&amp;U)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ConnectPage</name>
    <message>
        <source>Connect this server</source>
        <translation>اتصال هذا الخادم</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>الاتصال</translation>
    </message>
    <message>
        <source>Enter the activation code or an AccessKey pair.</source>
        <translation>أدخل رمز التنشيط أو زوج AccessKey.</translation>
    </message>
    <message>
        <source>An activation code is made in the SMC console and lets this server register itself without an AccessKey. It may be pasted with spaces, line breaks or the complete command around it.

An AccessKey pair belongs to a user of your account; create one in the RAM console.

Neither is saved: after the program was closed, enter it again.</source>
        <translation>يُنشأ رمز التنشيط في وحدة تحكم SMC ويتيح لهذا الخادم تسجيل نفسه من دون AccessKey. يمكن لصقه مع مسافات أو فواصل أسطر أو الأمر الكامل المحيط به.

يعود زوج AccessKey إلى مستخدم في حسابك؛ أنشئه في وحدة تحكم RAM.

لا يُحفظ أي منهما: أدخله مرة أخرى بعد إغلاق البرنامج.</translation>
    </message>
    <message>
        <source>Connected as %1.</source>
        <translation>تم الاتصال باسم %1.</translation>
    </message>
    <message>
        <source>Contacting %1…</source>
        <translation>جارٍ الاتصال بـ %1…</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>إعادة المحاولة (&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>اختبار الاتصال (&amp;T)</translation>
    </message>
    <message>
        <source>Generate a &amp;code</source>
        <translation>إنشاء رمز (&amp;C)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CredentialForm</name>
    <message>
        <source>Enter an address that begins with http:// or https://.</source>
        <translation>أدخل عنوانًا يبدأ بـ http:// أو https://.</translation>
    </message>
    <message>
        <source>Enter both the AccessKey ID and the AccessKey secret. [E-CON-05]</source>
        <translation>أدخل AccessKey ID وAccessKey Secret معًا. [E-CON-05]</translation>
    </message>
    <message>
        <source>Enter the activation code from the SMC console. [E-CON-01]</source>
        <translation>أدخل رمز التنشيط من وحدة تحكم SMC. [E-CON-01]</translation>
    </message>
    <message>
        <source>The service rejected the activation code. Check it for missing characters, or generate a new one. [E-CON-02]</source>
        <translation>رفضت الخدمة رمز التنشيط. تحقق من عدم نقص أحرف فيه، أو أنشئ رمزًا جديدًا. [E-CON-02]</translation>
    </message>
    <message>
        <source>The activation code expired on %1. Generate a new one. [E-CON-03]</source>
        <translation>انتهت صلاحية رمز التنشيط في %1. أنشئ رمزًا جديدًا. [E-CON-03]</translation>
    </message>
    <message numerus="yes">
        <source>The activation code has already imported %n server(s), which is its limit. Generate a new one. [E-CON-04]</source>
        <translation>
            <numerusform>لم يستورد رمز التنشيط أي خادم، وقد بلغ حدّه. أنشئ رمزًا جديدًا. [E-CON-04]</numerusform>
            <numerusform>استورد رمز التنشيط خادمًا واحدًا، وهذا هو حدّه. أنشئ رمزًا جديدًا. [E-CON-04]</numerusform>
            <numerusform>استورد رمز التنشيط خادمين، وهذا هو حدّه. أنشئ رمزًا جديدًا. [E-CON-04]</numerusform>
            <numerusform>استورد رمز التنشيط %n خوادم، وهذا هو حدّه. أنشئ رمزًا جديدًا. [E-CON-04]</numerusform>
            <numerusform>استورد رمز التنشيط %n خادمًا، وهذا هو حدّه. أنشئ رمزًا جديدًا. [E-CON-04]</numerusform>
            <numerusform>استورد رمز التنشيط %n خادم، وهذا هو حدّه. أنشئ رمزًا جديدًا. [E-CON-04]</numerusform>
        </translation>
    </message>
    <message>
        <source>The AccessKey pair was refused: %1. Check the pair and its permissions. [E-CON-06]</source>
        <translation>رُفض زوج AccessKey: ‏%1. تحقق من الزوج وأذوناته. [E-CON-06]</translation>
    </message>
    <message>
        <source>enter the activation code</source>
        <translation>إدخال رمز التنشيط</translation>
    </message>
    <message>
        <source>enter the AccessKey ID and the AccessKey secret</source>
        <translation>إدخال AccessKey ID وAccessKey Secret</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>تصحيح ما هو مميَّز</translation>
    </message>
    <message>
        <source>complete the activation code</source>
        <translation>إكمال رمز التنشيط</translation>
    </message>
    <message>
        <source>Acti&amp;vation code (recommended)</source>
        <translation>رمز التنشيط (موصى به) (&amp;V)</translation>
    </message>
    <message>
        <source>Access&amp;Key pair</source>
        <translation>زوج AccessKey ‏(&amp;K)</translation>
    </message>
    <message>
        <source>Activation &amp;code:</source>
        <translation>رمز التنشيط (&amp;C):</translation>
    </message>
    <message>
        <source>AccessKey &amp;ID:</source>
        <translation>AccessKey ID ‏(&amp;I):</translation>
    </message>
    <message>
        <source>AccessKey &amp;secret:</source>
        <translation>AccessKey Secret ‏(&amp;S):</translation>
    </message>
    <message>
        <source>&amp;Endpoint:</source>
        <translation>نقطة النهاية (&amp;E):</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>إظهار (&amp;W)</translation>
    </message>
    <message>
        <source>Show the activation code</source>
        <translation>إظهار رمز التنشيط</translation>
    </message>
    <message>
        <source>Show the AccessKey secret</source>
        <translation>إظهار AccessKey Secret</translation>
    </message>
    <message>
        <source>&amp;Private network</source>
        <translation>الشبكة الخاصة (&amp;P)</translation>
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
        <translation>الأمر: %1</translation>
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
        <translation>أُنهي المستقبِل قسرًا. سيبدأ من جديد تلقائيًا.</translation>
    </message>
    <message>
        <source>No receiver runs now. It runs while data is transferred.</source>
        <translation>لا يعمل أي مستقبِل الآن. يعمل المستقبِل أثناء نقل البيانات.</translation>
    </message>
    <message>
        <source>Every instance type is sold out.</source>
        <translation>نفدت كل أنواع المثيلات.</translation>
    </message>
    <message>
        <source>Instance types are in stock again.</source>
        <translation>توفّرت أنواع المثيلات من جديد.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>An error: %1 what happened, %2 what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>The network is back.</source>
        <translation>عادت الشبكة.</translation>
    </message>
    <message numerus="yes">
        <source>The network is down for %n s more.</source>
        <translation>
            <numerusform>ستبقى الشبكة منقطعة %n ث أخرى.</numerusform>
            <numerusform>ستبقى الشبكة منقطعة %n ث أخرى.</numerusform>
            <numerusform>ستبقى الشبكة منقطعة %n ث أخرى.</numerusform>
            <numerusform>ستبقى الشبكة منقطعة %n ث أخرى.</numerusform>
            <numerusform>ستبقى الشبكة منقطعة %n ث أخرى.</numerusform>
            <numerusform>ستبقى الشبكة منقطعة %n ث أخرى.</numerusform>
        </translation>
    </message>
    <message>
        <source>Restock the instance types</source>
        <translation>إعادة توفير أنواع المثيلات</translation>
    </message>
    <message>
        <source>Sell out the instance types</source>
        <translation>استنفاد أنواع المثيلات</translation>
    </message>
    <message>
        <source>Demonstration – no data leaves this server</source>
        <translation>عرض توضيحي – لا تغادر أي بيانات هذا الخادم</translation>
    </message>
    <message>
        <source>Link speed:</source>
        <translation>سرعة الاتصال:</translation>
    </message>
    <message>
        <source>Speed of the simulated link</source>
        <translation>سرعة الاتصال المحاكى</translation>
    </message>
    <message>
        <source>Make it fail</source>
        <translation>افتعال عطل</translation>
    </message>
    <message numerus="yes">
        <source>Drop the network for %n s</source>
        <translation>
            <numerusform>قطع الشبكة لمدة %n ث</numerusform>
            <numerusform>قطع الشبكة لمدة %n ث</numerusform>
            <numerusform>قطع الشبكة لمدة %n ث</numerusform>
            <numerusform>قطع الشبكة لمدة %n ث</numerusform>
            <numerusform>قطع الشبكة لمدة %n ث</numerusform>
            <numerusform>قطع الشبكة لمدة %n ث</numerusform>
        </translation>
    </message>
    <message>
        <source>Kill the receiver</source>
        <translation>إنهاء المستقبِل قسرًا</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DemoWorld</name>
    <message>
        <source>Building the sample server…</source>
        <translation>جارٍ إعداد الخادم النموذجي…</translation>
    </message>
    <message>
        <source>Starting a simulated cloud…</source>
        <translation>جارٍ بدء سحابة محاكاة…</translation>
    </message>
    <message>
        <source>Starting the agent…</source>
        <translation>جارٍ بدء الوكيل…</translation>
    </message>
    <message>
        <source>Creating an activation code…</source>
        <translation>جارٍ إنشاء رمز تنشيط…</translation>
    </message>
    <message>
        <source>The demonstration is ready. The activation code is in its field already.</source>
        <translation>العرض التوضيحي جاهز. رمز التنشيط موجود في حقله بالفعل.</translation>
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
        <translation>حفظ بيانات التشخيص</translation>
    </message>
    <message>
        <source>ZIP archives (*.zip)</source>
        <translation>أرشيفات ZIP (*.zip)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>حُفظ باسم %1.</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 the name of a file, %2 its size</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>These files will be saved, without secrets:
%1</source>
        <translation>ستُحفظ هذه الملفات، بلا أسرار:
%1</translation>
    </message>
    <message>
        <source>Save these files…</source>
        <translation>حفظ هذه الملفات…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskBar</name>
    <message>
        <source>Drop mount targets here</source>
        <translation>أفلت نقاط التحميل هنا</translation>
    </message>
    <message>
        <source>+%1 too much</source>
        <extracomment>on a disk that is too small; %1 a size</extracomment>
        <translation>زيادة %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskRows</name>
    <message>
        <source>System disk %1</source>
        <extracomment>%1: the name of a disk such as /dev/vda</extracomment>
        <translation>قرص النظام %1</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <translation>قرص البيانات %1</translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation>تقدّم %1</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of a disk: amount that is copied, amount in all</extracomment>
        <translation>%1 لـ %2</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksBars</name>
    <message>
        <source>%1 used</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation>المستخدَم %1</translation>
    </message>
    <message>
        <source>Source disk %1, %2</source>
        <extracomment>%1 a disk of the server, %2 its size, for screen readers</extracomment>
        <translation>القرص المصدر %1، %2</translation>
    </message>
    <message>
        <source>Source</source>
        <extracomment>heading: the disks of the server</extracomment>
        <translation>المصدر</translation>
    </message>
    <message>
        <source>Destination</source>
        <extracomment>heading: the disks of the image</extracomment>
        <translation>الوجهة</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksButtons</name>
    <message numerus="yes">
        <source>%n problem(s) to solve</source>
        <translation>
            <numerusform>لا مشكلات للحل</numerusform>
            <numerusform>مشكلة واحدة للحل</numerusform>
            <numerusform>مشكلتان للحل</numerusform>
            <numerusform>%n مشكلات للحل</numerusform>
            <numerusform>%n مشكلة للحل</numerusform>
            <numerusform>%n مشكلة للحل</numerusform>
        </translation>
    </message>
    <message>
        <source>Fits: yes</source>
        <translation>يتسع: نعم</translation>
    </message>
    <message>
        <source>&amp;Automatic layout</source>
        <translation>التخطيط التلقائي (&amp;A)</translation>
    </message>
    <message>
        <source>Ad&amp;just</source>
        <translation>ضبط (&amp;J)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>تراجع (&amp;U)</translation>
    </message>
    <message>
        <source>Red&amp;o</source>
        <translation>إعادة (&amp;O)</translation>
    </message>
    <message>
        <source>Reset to au&amp;tomatic</source>
        <translation>العودة إلى التلقائي (&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Fix automatically</source>
        <translation>إصلاح تلقائي (&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Rescan</source>
        <translation>إعادة فحص الأقراص (&amp;R)</translation>
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
        <translation>«%1» ليس حجمًا. أدخل رقمًا وحده بوحدة GiB أو مع وحدة، مثل 20 أو 512 MiB.</translation>
    </message>
    <message>
        <source>%1 picked up. Use Up and Down to choose a disk, Enter to drop, Esc to cancel.</source>
        <translation>التُقط %1. استخدم السهمين لأعلى ولأسفل لاختيار قرص، وEnter للإفلات، وEsc للإلغاء.</translation>
    </message>
    <message>
        <source>No disks found.</source>
        <translation>لم يُعثر على أقراص.</translation>
    </message>
    <message>
        <source>Reading disks…</source>
        <translation>جارٍ قراءة الأقراص…</translation>
    </message>
    <message>
        <source>let Edgelift read the disks of this server</source>
        <translation>السماح لـ Edgelift بقراءة أقراص هذا الخادم</translation>
    </message>
    <message numerus="yes">
        <source>solve %n problem(s) of the layout</source>
        <translation>
            <numerusform>حل مشكلات التخطيط</numerusform>
            <numerusform>حل مشكلة واحدة في التخطيط</numerusform>
            <numerusform>حل مشكلتين في التخطيط</numerusform>
            <numerusform>حل %n مشكلات في التخطيط</numerusform>
            <numerusform>حل %n مشكلة في التخطيط</numerusform>
            <numerusform>حل %n مشكلة في التخطيط</numerusform>
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
        <translation>اسحب نقطة تحميل من مقبضها إلى قرص آخر، أو اضغط Ctrl+X عليها. يغيّر F2 الحجم، ويلغي مفتاح المسافة تحديد «ترحيل».</translation>
    </message>
    <message>
        <source>What is left needs your decision: see the list below the table.</source>
        <translation>ما تبقّى يحتاج إلى قرارك: راجع القائمة أسفل الجدول.</translation>
    </message>
    <message>
        <source>&amp;Show the layout</source>
        <translation>إظهار التخطيط (&amp;S)</translation>
    </message>
    <message>
        <source>Mount targets</source>
        <translation>نقاط التحميل</translation>
    </message>
    <message>
        <source>The automatic layout makes the disks of the image like those of this server. Choose “Adjust” to change sizes, to move mount targets to other disks, to leave some out or to use LVM.

With the keyboard: Ctrl+X picks up a mount target, Up and Down choose a disk, Enter drops it, Esc cancels. Alt+1 to Alt+5 move it to a disk at once, Alt+Up and Alt+Down change the order. F2 changes a size, Space sets or clears Migrate, L sets or clears LVM on the row of a disk. Shift+F10 opens a menu with all of this. Ctrl+Z undoes.</source>
        <translation>يجعل التخطيط التلقائي أقراص الصورة مثل أقراص هذا الخادم. اختر «ضبط» لتغيير الأحجام أو نقل نقاط التحميل إلى أقراص أخرى أو استبعاد بعضها أو استخدام LVM.

بلوحة المفاتيح: يلتقط Ctrl+X نقطة تحميل، ويختار السهمان لأعلى ولأسفل قرصًا، ويفلتها Enter، ويلغي Esc. تنقلها Alt+1 إلى Alt+5 إلى قرص مباشرة، وتغيّر Alt+Up وAlt+Down الترتيب. يغيّر F2 الحجم، ويحدد مفتاح المسافة «ترحيل» أو يلغي تحديده، ويفعّل L خيار LVM في صف القرص أو يعطّله. يفتح Shift+F10 قائمة بكل ذلك. ويتراجع Ctrl+Z.</translation>
    </message>
    <message>
        <source>Disks and mount targets</source>
        <translation>الأقراص ونقاط التحميل</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>الأقراص</translation>
    </message>
    <message>
        <source>Choose what the disks of the image look like and what is migrated to them.</source>
        <translation>اختر شكل أقراص الصورة وما يُرحّل إليها.</translation>
    </message>
    <message>
        <source>Choose Adjust to change this layout.</source>
        <translation>اختر «ضبط» لتغيير هذا التخطيط.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksTable</name>
    <message>
        <source>In use: %1; at least %2.</source>
        <extracomment>of a disk or mount target; %1 the space in use, %2 the smallest possible size</extracomment>
        <translation>المستخدم: ‏%1؛ الحد الأدنى %2.</translation>
    </message>
    <message>
        <source>LVM: %1.</source>
        <extracomment>%1 the name of a volume group or logical volume</extracomment>
        <translation>LVM: ‏%1.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ErrorPanel</name>
    <message>
        <source>The migration stopped: %1 [%2]</source>
        <extracomment>%1: what happened, %2: a code such as EL-0212</extracomment>
        <translation>توقف الترحيل: %1 [%2]</translation>
    </message>
    <message>
        <source>E&amp;vidence</source>
        <translation>الأدلة (&amp;V)</translation>
    </message>
    <message>
        <source>Code: %1
Phase: %2
Time: %3
Detail: %4</source>
        <translation>الرمز: %1
المرحلة: %2
الوقت: %3
التفاصيل: %4</translation>
    </message>
    <message>
        <source>Re&amp;try</source>
        <translation>إعادة المحاولة (&amp;T)</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>نسخ (&amp;Y)</translation>
    </message>
    <message>
        <source>Save dia&amp;gnostics…</source>
        <translation>حفظ بيانات التشخيص… (&amp;G)</translation>
    </message>
    <message>
        <source>Cancel job and clean &amp;up…</source>
        <translation>إلغاء المهمة والتنظيف… (&amp;U)</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until you retry or clean up:</source>
        <translation>ما يلي ما زال موجودًا في السحابة وتستمر تكلفته حتى تعيد المحاولة أو تنظّف:</translation>
    </message>
    <message>
        <source>You retried at %1: it came to the same error again.</source>
        <translation>أعدت المحاولة في %1: وقع الخطأ نفسه مجددًا.</translation>
    </message>
    <message>
        <source>You retried at %1: it came to another error.</source>
        <translation>أعدت المحاولة في %1: وقع خطأ آخر.</translation>
    </message>
    <message>
        <source>Start again &amp;with the same settings</source>
        <translation>البدء من جديد بالإعدادات نفسها (&amp;W)</translation>
    </message>
    <message>
        <source>Copy what is said about this error</source>
        <translation>نسخ ما يُذكر عن هذا الخطأ</translation>
    </message>
    <message>
        <source>Troubleshoot errors</source>
        <translation>استكشاف الأخطاء وإصلاحها</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ExcludesForm</name>
    <message>
        <source>Path to &amp;leave out:</source>
        <translation>المسار المستثنى (&amp;L):</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>إضافة (&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>إزالة (&amp;R)</translation>
    </message>
    <message>
        <source>Paths that are left out</source>
        <translation>المسارات المستثناة</translation>
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
        <translation>الإنهاء</translation>
    </message>
    <message>
        <source>Finish and clean-up</source>
        <translation>الإنهاء والتنظيف</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>صورة ENS جاهزة.</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>جارٍ التنظيف…</translation>
    </message>
    <message>
        <source>Not everything was released</source>
        <translation>لم تُحرَّر كل الموارد</translation>
    </message>
    <message>
        <source>The migration was cancelled. There is no image.</source>
        <translation>أُلغي الترحيل. لا توجد صورة.</translation>
    </message>
    <message>
        <source>Folder of the image: %1</source>
        <translation>مجلد الصورة: %1</translation>
    </message>
    <message>
        <source>Save report</source>
        <translation>حفظ التقرير</translation>
    </message>
    <message>
        <source>Show in &amp;file manager</source>
        <translation>إظهار في مدير الملفات (&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Save report…</source>
        <translation>حفظ التقرير… (&amp;S)</translation>
    </message>
    <message>
        <source>Save settings</source>
        <translation>حفظ الإعدادات</translation>
    </message>
    <message>
        <source>Plan files (*.json)</source>
        <translation>ملفات الخطط (*.json)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <extracomment>%1 is the path of a file</extracomment>
        <translation>حُفظ باسم %1.</translation>
    </message>
    <message>
        <source>No file manager could be opened. The image is in the folder %1.</source>
        <translation>تعذّر فتح أي مدير ملفات. الصورة في المجلد %1.</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>الصورة</translation>
    </message>
    <message>
        <source>Image ID</source>
        <translation>معرّف الصورة</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>المنطقة</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>المنسوخ</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>المُرسَل</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>المدة</translation>
    </message>
    <message>
        <source>Next steps</source>
        <translation>الخطوات التالية</translation>
    </message>
    <message>
        <source>Or by this command, with your own values for TYPE, REGION and MBIT:</source>
        <extracomment>The capitals are in the command and stay as they are</extracomment>
        <translation>أو بهذا الأمر، مع قيمك الخاصة بدلًا من TYPE وREGION وMBIT:</translation>
    </message>
    <message>
        <source>1. Open the ENS console and create an instance from this image.
2. Check application licences: the hardware changed.
3. Compare the new instance with this server before switching over.</source>
        <translation>1. افتح وحدة تحكم ENS وأنشئ مثيلًا من هذه الصورة.
2. تحقق من تراخيص التطبيقات: تغيّرت الأجهزة.
3. قارن المثيل الجديد بهذا الخادم قبل الانتقال إليه.</translation>
    </message>
    <message>
        <source>ENS console</source>
        <translation>وحدة تحكم ENS</translation>
    </message>
    <message>
        <source>Copy co&amp;mmand</source>
        <translation>نسخ الأمر (&amp;M)</translation>
    </message>
    <message>
        <source>Save these settin&amp;gs…</source>
        <translation>حفظ هذه الإعدادات… (&amp;G)</translation>
    </message>
    <message>
        <source>To migrate another server with the same settings</source>
        <translation>لترحيل خادم آخر بالإعدادات نفسها</translation>
    </message>
    <message>
        <source>The image is in your account; an ENS instance is created from it in the ENS console or with the command shown here. What the migration made on the way is removed; if something is left, it is listed with what it costs and can be cleaned up here. The report says what was done, when and with which settings; it holds no passwords and no keys.</source>
        <translation>الصورة موجودة في حسابك؛ ويُنشأ منها مثيل ENS في وحدة تحكم ENS أو بالأمر المعروض هنا. أُزيل ما أنشأه الترحيل في الطريق؛ وإن بقي شيء فهو مذكور هنا مع تكلفته ويمكن تنظيفه هنا. يذكر التقرير ما جرى ومتى وبأي إعدادات؛ ولا يحتوي على كلمات مرور أو مفاتيح.</translation>
    </message>
    <message>
        <source>Reports (*.html *.json)</source>
        <translation>التقارير (*.html *.json)</translation>
    </message>
    <message>
        <source>Test boot: the image is being started in a virtual machine on this server…</source>
        <translation>إقلاع تجريبي: جارٍ تشغيل الصورة في جهاز افتراضي على هذا الخادم…</translation>
    </message>
    <message>
        <source>There was no test boot: %1</source>
        <translation>لم يُجرَ إقلاع تجريبي: %1</translation>
    </message>
    <message>
        <source>Test boot passed: after %1 the image had shown its login prompt and answered on its network as %2.</source>
        <extracomment>%1 a time such as “24 s”, %2 an IP address</extracomment>
        <translation>نجح الإقلاع التجريبي: بعد %1 كانت الصورة قد عرضت مطالبة تسجيل الدخول واستجابت على شبكتها بالعنوان %2.</translation>
    </message>
    <message>
        <source>the boot loader</source>
        <translation>محمّل الإقلاع</translation>
    </message>
    <message>
        <source>the kernel</source>
        <translation>النواة</translation>
    </message>
    <message>
        <source>the root file system</source>
        <translation>نظام ملفات الجذر</translation>
    </message>
    <message>
        <source>the login prompt</source>
        <translation>مطالبة تسجيل الدخول</translation>
    </message>
    <message>
        <source>the network</source>
        <translation>الشبكة</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image showed nothing on its console.</source>
        <translation>إقلاع تجريبي: خلال %1 لم تعرض الصورة شيئًا على وحدة تحكمها.</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image did not come up. The last that was seen: %2. The report has what its console said.</source>
        <extracomment>%1 a time such as “24 s”, %2 such as “the kernel”</extracomment>
        <translation>إقلاع تجريبي: خلال %1 لم تُقلع الصورة بالكامل. آخر ما ظهر: %2. يتضمن التقرير مخرجات وحدة تحكمها.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FixBox</name>
    <message>
        <source>Working: %1</source>
        <translation>جارٍ العمل: %1</translation>
    </message>
    <message>
        <source>Command: %1</source>
        <translation>الأمر: %1</translation>
    </message>
    <message>
        <source>&amp;Not now</source>
        <translation>ليس الآن (&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Yes, do it</source>
        <translation>نعم، نفّذ (&amp;Y)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutGestures</name>
    <message>
        <source>Change &amp;size</source>
        <translation>تغيير الحجم (&amp;S)</translation>
    </message>
    <message>
        <source>&amp;LVM</source>
        <translation>LVM ‏(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Migrate</source>
        <translation>ترحيل (&amp;M)</translation>
    </message>
    <message>
        <source>Mo&amp;ve to</source>
        <extracomment>a menu of disks</extracomment>
        <translation>نقل إلى (&amp;V)</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>نقل لأعلى (&amp;U)</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>نقل لأسفل (&amp;D)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutModel</name>
    <message>
        <source>Mount target</source>
        <translation>نقطة التحميل</translation>
    </message>
    <message>
        <source>Migrate</source>
        <translation>ترحيل</translation>
    </message>
    <message>
        <source>Destination</source>
        <translation>الوجهة</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>الحجم</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>المستخدَم</translation>
    </message>
    <message>
        <source>Min.</source>
        <extracomment>the smallest possible size</extracomment>
        <translation>الأدنى</translation>
    </message>
    <message>
        <source>Transfer method</source>
        <translation>طريقة النقل</translation>
    </message>
    <message>
        <source>LVM</source>
        <translation>LVM</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>ملاحظات</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 “System disk” or “Data disk 2”, %2 its name on the source such as vdb</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Block by block</source>
        <extracomment>how a volume is copied</extracomment>
        <translation>كتلة بكتلة</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>ملفًا بملف</translation>
    </message>
    <message>
        <source>%1, %2, %3 free</source>
        <extracomment>%1 a disk, %2 its size, %3 what is free on it, for screen readers</extracomment>
        <translation>%1، %2، المتاح %3</translation>
    </message>
    <message>
        <source>%1, %2, not migrated</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1، %2، لن يُرحّل</translation>
    </message>
    <message>
        <source>%1, %2, cannot be moved</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1، %2، لا يمكن نقله</translation>
    </message>
    <message>
        <source>%1, %2, can be moved</source>
        <translation>%1، %2، يمكن نقله</translation>
    </message>
    <message>
        <source>Cannot be moved.</source>
        <translation>لا يمكن نقله.</translation>
    </message>
    <message>
        <source>migrated</source>
        <translation>سيُرحّل</translation>
    </message>
    <message>
        <source>not migrated</source>
        <translation>لن يُرحّل</translation>
    </message>
    <message>
        <source>See below: %1</source>
        <extracomment>beside a disk or mount target; %1 codes of problems that are listed below the table</extracomment>
        <translation>انظر أدناه: ‏%1</translation>
    </message>
    <message>
        <source>, </source>
        <translation>، </translation>
    </message>
    <message>
        <source>Not migrated</source>
        <translation>لا يُرحّل</translation>
    </message>
    <message>
        <source>Same size and structure</source>
        <extracomment>why a volume is copied block by block</extracomment>
        <translation>الحجم والبنية نفسهما</translation>
    </message>
    <message>
        <source>Its size changes</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>يتغيّر حجمه</translation>
    </message>
    <message>
        <source>LVM, and no multiple of 4 MiB</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>‏LVM، وليس من مضاعفات 4 MiB</translation>
    </message>
    <message>
        <source>As chosen</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>حسب الاختيار</translation>
    </message>
    <message>
        <source>The server works meanwhile, so its files are not all of one moment.</source>
        <translation>يواصل الخادم عمله أثناء ذلك، لذا ليست كل ملفاته من لحظة واحدة.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutProblems</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>ولا شيء آخر.</numerusform>
            <numerusform>وواحدة أخرى.</numerusform>
            <numerusform>واثنتان أخريان.</numerusform>
            <numerusform>و%n أخرى.</numerusform>
            <numerusform>و%n أخرى.</numerusform>
            <numerusform>و%n أخرى.</numerusform>
        </translation>
    </message>
    <message>
        <source>Must be solved</source>
        <extracomment>severity of a problem, for screen readers</extracomment>
        <translation>يجب حلّها</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>ملاحظة</translation>
    </message>
    <message>
        <source>Problems of the layout</source>
        <translation>مشكلات التخطيط</translation>
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
        <translation>فتح</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>نسخ العنوان</translation>
    </message>
    <message>
        <source>Open: %1</source>
        <extracomment>For screen readers: %1 is what a web page is about</extracomment>
        <translation>فتح: ‏%1</translation>
    </message>
    <message>
        <source>Copy address: %1</source>
        <translation>نسخ العنوان: ‏%1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LiveBox</name>
    <message>
        <source>The server goes on working. What it writes during this first pass is copied afterwards.</source>
        <translation>يواصل الخادم عمله. ما يكتبه خلال هذه الجولة الأولى يُنسخ بعدها.</translation>
    </message>
    <message>
        <source>What was copied before is compared with the server, so that only differences are sent.</source>
        <translation>يُقارن ما نُسخ سابقًا بالخادم، كي لا يُرسل إلا ما يختلف.</translation>
    </message>
    <message>
        <source>Round %1: copying what the server wrote since. It writes %2, and %3 are being copied.</source>
        <extracomment>%1 a number, %2 and %3 speeds</extracomment>
        <translation>الجولة %1: جارٍ نسخ ما كتبه الخادم منذ ذلك الحين. سرعة الكتابة %2، وسرعة النسخ %3.</translation>
    </message>
    <message>
        <source>The copy follows the server: %1 are not copied yet. The final point would hold the server&apos;s disks for about %2 ms.</source>
        <extracomment>%1 a size, %2 milliseconds</extracomment>
        <translation>تتابع النسخة الخادم: لم يُنسخ %1 بعد. سيوقف التقاط الحالة النهائية أقراص الخادم لمدة %2 ms تقريبًا.</translation>
    </message>
    <message>
        <source>The final point is being taken. The server&apos;s disks stand still for a moment.</source>
        <translation>جارٍ التقاط الحالة النهائية. تتوقف أقراص الخادم للحظة.</translation>
    </message>
    <message>
        <source>The final point is taken, and the server works as before. The last changes are being copied.</source>
        <translation>التُقطت الحالة النهائية، ويعمل الخادم كما كان. جارٍ نسخ التغييرات الأخيرة.</translation>
    </message>
    <message>
        <source>The copy is being read back and compared.</source>
        <translation>جارٍ إعادة قراءة النسخة ومقارنتها.</translation>
    </message>
    <message>
        <source>The copy is complete and was compared.</source>
        <translation>اكتملت النسخة وقورنت.</translation>
    </message>
    <message>
        <source>&amp;Take the final point now</source>
        <translation>التقاط الحالة النهائية الآن (&amp;T)</translation>
    </message>
    <message>
        <source>Holds the server&apos;s disks for a moment; what is written later is not in the image.</source>
        <translation>يوقف أقراص الخادم للحظة؛ وما يُكتب بعدها لن يكون في الصورة.</translation>
    </message>
    <message>
        <source>What is copied file by file is being copied for the first time. What changes meanwhile is copied again later.</source>
        <translation>يُنسخ للمرة الأولى ما يُنسخ ملفًا بملف. وما يتغيّر أثناء ذلك يُنسخ مرة أخرى لاحقًا.</translation>
    </message>
    <message>
        <source>The final point is near. Files that changed since they were copied are being copied again.</source>
        <translation>اقترب التقاط الحالة النهائية. جارٍ إعادة نسخ الملفات التي تغيّرت منذ نسخها.</translation>
    </message>
    <message>
        <source>All files are copied. Those that change from now on are copied again when the final point is taken.</source>
        <translation>نُسخت كل الملفات. ما يتغيّر منها من الآن فصاعدًا يُنسخ مرة أخرى عند التقاط الحالة النهائية.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MainWindow</name>
    <message>
        <source>Edgelift — %1</source>
        <extracomment>Title of the window: program — step or progress</extracomment>
        <translation>‏Edgelift — %1</translation>
    </message>
    <message>
        <source>Step %1 of %2 — %3</source>
        <extracomment>In a narrow window instead of the list of steps: %3 is the name of the step</extracomment>
        <translation>الخطوة %1 من %2 — %3</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::MessageBar</name>
    <message>
        <source>Copy</source>
        <translation>نسخ</translation>
    </message>
    <message>
        <source>Copy this message</source>
        <translation>نسخ هذه الرسالة</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>إغلاق هذه الرسالة</translation>
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
        <translation>الترحيل</translation>
    </message>
    <message>
        <source>You may close this window: the migration goes on, and starting Edgelift again shows it.</source>
        <translation>يمكنك إغلاق هذه النافذة: يستمر الترحيل، ويظهر عند تشغيل Edgelift مرة أخرى.</translation>
    </message>
    <message>
        <source>The numbers are of %1.</source>
        <translation>الأرقام تعود إلى %1.</translation>
    </message>
    <message>
        <source>No data for %1 s. Check the network of this server, or choose Pause and go on later.</source>
        <translation>لا بيانات منذ %1 ث. تحقق من شبكة هذا الخادم، أو اختر «إيقاف مؤقت» وتابع لاحقًا.</translation>
    </message>
    <message>
        <source>No data for %1 s. Waiting for the network.</source>
        <translation>لا بيانات منذ %1 ث. في انتظار الشبكة.</translation>
    </message>
    <message>
        <source>The transfer is slow. To speed it up, raise the bandwidth of this server and of the destination for a while.</source>
        <translation>النقل بطيء. لتسريعه، ارفع عرض النطاق الترددي لهذا الخادم وللوجهة مؤقتًا.</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>استئناف (&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>إيقاف مؤقت (&amp;P)</translation>
    </message>
    <message>
        <source>Job ID</source>
        <translation>معرّف المهمة</translation>
    </message>
    <message>
        <source>Job name</source>
        <translation>اسم المهمة</translation>
    </message>
    <message>
        <source>Job status</source>
        <translation>حالة المهمة</translation>
    </message>
    <message>
        <source>Creation time</source>
        <translation>وقت الإنشاء</translation>
    </message>
    <message>
        <source>Start time</source>
        <translation>وقت البدء</translation>
    </message>
    <message>
        <source>End time</source>
        <translation>وقت الانتهاء</translation>
    </message>
    <message>
        <source>Job progress</source>
        <translation>تقدّم المهمة</translation>
    </message>
    <message>
        <source>Target region</source>
        <translation>المنطقة الهدف</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>الوسوم</translation>
    </message>
    <message>
        <source>Remaining time (s)</source>
        <translation>الوقت المتبقي (ث)</translation>
    </message>
    <message>
        <source>&amp;Modify…</source>
        <translation>تعديل… (&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation>التفاصيل (&amp;D)</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>السجل</translation>
    </message>
    <message>
        <source>When this window is closed the demonstration ends, and its migration with it.</source>
        <translation>عند إغلاق هذه النافذة ينتهي العرض التوضيحي وينتهي معه ترحيله.</translation>
    </message>
    <message>
        <source>You may close this window: the clean-up goes on.</source>
        <translation>يمكنك إغلاق هذه النافذة: سيستمر التنظيف.</translation>
    </message>
    <message>
        <source>The speed counts the data of the disks before it is compressed, so it can be higher than the speed of the network. The remaining time is shown once the speed is steady.

Pause keeps everything that was copied, and the transit instance, which keeps costing. Cancel removes both.

After an error nothing is lost: what was copied is kept, and Retry goes on from there.</source>
        <translation>تُحتسب السرعة على بيانات الأقراص قبل ضغطها، لذا قد تكون أعلى من سرعة الشبكة. يظهر الوقت المتبقي عندما تستقر السرعة.

يُبقي الإيقاف المؤقت على كل ما نُسخ وعلى مثيل العبور الذي تستمر تكلفته. أما الإلغاء فيزيلهما معًا.

لا يُفقد شيء بعد حدوث خطأ: ما نُسخ محفوظ، وتتابع «إعادة المحاولة» من حيث توقف.</translation>
    </message>
    <message>
        <source>%1 — %2</source>
        <extracomment>In the window&apos;s title: how far the migration is, and the server&apos;s name</extracomment>
        <translation>%1 — %2</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused.</source>
        <extracomment>%1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>تستمر تكلفة مثيل العبور أثناء الإيقاف المؤقت للترحيل.</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused: %1.</source>
        <translation>تستمر تكلفة مثيل العبور أثناء الإيقاف المؤقت للترحيل: ‏%1.</translation>
    </message>
    <message>
        <source>This server&apos;s own disk accesses are slow, so the migration reads at most %1 for now.</source>
        <translation>وصول هذا الخادم إلى أقراصه بطيء، لذا يقرأ الترحيل الآن %1 على الأكثر.</translation>
    </message>
    <message>
        <source>Cancel this migration? The job is deleted, the transit instance is released and the copied data is lost. What was used until now is still charged.</source>
        <translation>هل تريد إلغاء هذا الترحيل؟ تُحذف المهمة ويُحرّر مثيل العبور وتُفقد البيانات المنسوخة. تظل رسوم ما استُخدم حتى الآن مستحقة.</translation>
    </message>
    <message>
        <source>&amp;Keep migrating</source>
        <translation>متابعة الترحيل (&amp;K)</translation>
    </message>
    <message>
        <source>Cancel migrati&amp;on</source>
        <translation>إلغاء الترحيل (&amp;O)</translation>
    </message>
    <message>
        <source>Estimate migration time and test transfer speed</source>
        <translation>تقدير وقت الترحيل واختبار سرعة النقل</translation>
    </message>
    <message>
        <source>Cancel &amp;job…</source>
        <translation>إلغاء المهمة… (&amp;J)</translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation>السجل (&amp;L)</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>نسخ الكل</translation>
    </message>
    <message>
        <source>Copy all details</source>
        <translation>نسخ كل التفاصيل</translation>
    </message>
    <message>
        <source>Transit instance ID</source>
        <translation>معرّف مثيل العبور</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance, nor change its billing method, during migration; it is released automatically afterwards.</source>
        <translation>لا توقف مثيل العبور ولا تشغّله ولا تُعد تشغيله ولا تحرّره ولا تغيّر طريقة فوترته أثناء الترحيل؛ فهو يُحرّر تلقائيًا بعد ذلك.</translation>
    </message>
    <message>
        <source>Default resource group</source>
        <extracomment>The transit instance&apos;s resource group: the account&apos;s own, because no other is asked for</extracomment>
        <translation>مجموعة الموارد الافتراضية</translation>
    </message>
    <message>
        <source>Resource group</source>
        <translation>مجموعة الموارد</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ModifyPanel</name>
    <message>
        <source>Unlimited</source>
        <translation>غير محدود</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>معطّل</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>تطبيق (&amp;A)</translation>
    </message>
    <message>
        <source>The time plan is in force now (%1): %2. The limit above counts outside of it.</source>
        <translation>الجدول الزمني سارٍ الآن (%1): ‏%2. يسري الحد أعلاه خارجه.</translation>
    </message>
    <message>
        <source>Applied.</source>
        <translation>تم التطبيق.</translation>
    </message>
    <message>
        <source>Applied. The new limit takes effect within %1 s.</source>
        <translation>تم التطبيق. يسري الحد الجديد خلال %1 ث.</translation>
    </message>
    <message>
        <source>Applied. It takes effect when the migration goes on.</source>
        <translation>تم التطبيق. يسري عند استئناف الترحيل.</translation>
    </message>
    <message>
        <source>&amp;Speed limit (Mbit/s):</source>
        <translation>حد السرعة (Mbit/s) ‏(&amp;S):</translation>
    </message>
    <message>
        <source>Compress&amp;ion:</source>
        <translation>الضغط (&amp;I):</translation>
    </message>
    <message>
        <source>Veri&amp;fy the copied data by checksum</source>
        <translation>التحقق من البيانات المنسوخة بالمجموع الاختباري (&amp;F)</translation>
    </message>
    <message>
        <source>Clos&amp;e</source>
        <translation>إغلاق (&amp;E)</translation>
    </message>
    <message>
        <source>Lon&amp;gest hold (s):</source>
        <translation>أطول تجميد (بالثواني) (&amp;G):</translation>
    </message>
    <message>
        <source>How many seconds this server may be kept from writing while the final point is taken.</source>
        <translation>عدد الثواني التي يجوز فيها منع هذا الخادم من الكتابة أثناء التقاط الحالة النهائية.</translation>
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
        <translation>لا يوجد VPC في %1. أنشئه في وحدة تحكم VPC، ثم حدّث القائمة.</translation>
    </message>
    <message>
        <source>Optional: without it, a network is made for this migration and removed after it.</source>
        <translation>اختياري: من دونها تُنشأ شبكة لهذا الترحيل وتُزال بعده.</translation>
    </message>
    <message>
        <source>&amp;Public network</source>
        <translation>الشبكة العامة (&amp;P)</translation>
    </message>
    <message>
        <source>&amp;VPC: this server is connected to it</source>
        <translation>‏VPC ‏(&amp;V): هذا الخادم متصل به</translation>
    </message>
    <message>
        <source>VPC is recommended where it can be reached directly, by VPN gateway, Express Connect circuit or Smart Access Gateway: it is faster and steadier.</source>
        <translation>يوصى بـ VPC حيث يمكن الوصول إليه مباشرة أو عبر VPN gateway أو دارة Express Connect أو Smart Access Gateway: فهو أسرع وأكثر استقرارًا.</translation>
    </message>
    <message>
        <source>VP&amp;C:</source>
        <translation>VPC ‏(&amp;C):</translation>
    </message>
    <message>
        <source>v&amp;Switch:</source>
        <translation>vSwitch ‏(&amp;S):</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::OptionsMenu</name>
    <message>
        <source>&amp;Language</source>
        <translation>اللغة (&amp;L)</translation>
    </message>
    <message>
        <source>Lar&amp;ger text</source>
        <translation>نص أكبر (&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation>نص أصغر (&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Usual text size</source>
        <translation>حجم النص المعتاد (&amp;U)</translation>
    </message>
    <message>
        <source>Low-&amp;bandwidth mode</source>
        <translation>وضع النطاق الترددي المنخفض (&amp;B)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PhaseStrip</name>
    <message>
        <source>%1: done</source>
        <translation>%1: تم</translation>
    </message>
    <message>
        <source>%1: failed</source>
        <translation>%1: فشل</translation>
    </message>
    <message>
        <source>%1: now</source>
        <translation>%1: الآن</translation>
    </message>
    <message>
        <source>%1: to come</source>
        <translation>%1: لاحقًا</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PlanFileBar</name>
    <message>
        <source>Plan files (*.json);;All files (*)</source>
        <translation>ملفات الخطط (*.json);;كل الملفات (*)</translation>
    </message>
    <message>
        <source>The plan was saved as %1.</source>
        <translation>حُفظت الخطة باسم %1.</translation>
    </message>
    <message>
        <source>Use its &amp;settings, keep these disks</source>
        <translation>استخدام إعداداتها مع الإبقاء على هذه الأقراص (&amp;E)</translation>
    </message>
    <message>
        <source>The plan %1 was opened.</source>
        <translation>فُتحت الخطة %1.</translation>
    </message>
    <message>
        <source>&amp;Open plan…</source>
        <translation>فتح خطة… (&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Save plan…</source>
        <translation>حفظ الخطة… (&amp;S)</translation>
    </message>
    <message>
        <source>Problems of the plan file</source>
        <translation>مشكلات ملف الخطة</translation>
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
        <translation>الإعداد والاستيراد</translation>
    </message>
    <message>
        <source>Prepare</source>
        <translation>الإعداد</translation>
    </message>
    <message>
        <source>Decide what may be changed on this server, then register it as a migration source.</source>
        <translation>حدّد ما يجوز تغييره على هذا الخادم، ثم سجّله كمصدر ترحيل.</translation>
    </message>
    <message>
        <source>Nothing is changed on this server before you choose “Prepare and import”.

The import registers this server with the service that made the activation code. With an AccessKey pair there is nothing to register.</source>
        <translation>لا يتغيّر شيء على هذا الخادم قبل أن تختار «الإعداد والاستيراد».

يسجّل الاستيراد هذا الخادم لدى الخدمة التي أنشأت رمز التنشيط. مع زوج AccessKey لا يلزم أي تسجيل.</translation>
    </message>
    <message>
        <source>wait until the import is finished</source>
        <translation>الانتظار حتى يكتمل الاستيراد</translation>
    </message>
    <message>
        <source>wait for the questions to this server</source>
        <translation>انتظار الأسئلة الخاصة بهذا الخادم</translation>
    </message>
    <message>
        <source>answer: %1</source>
        <translation>الإجابة عن: %1</translation>
    </message>
    <message>
        <source>&amp;Prepare and import</source>
        <translation>الإعداد والاستيراد (&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>إعادة المحاولة (&amp;T)</translation>
    </message>
    <message>
        <source>Preparing this server…</source>
        <translation>جارٍ إعداد هذا الخادم…</translation>
    </message>
    <message>
        <source>Importing this server…</source>
        <translation>جارٍ استيراد هذا الخادم…</translation>
    </message>
    <message>
        <source>The snapshot driver could not be installed: %1. Block replication is switched off for this migration. [W-PRE-01]</source>
        <translation>تعذّر تثبيت برنامج تشغيل اللقطات: %1. عُطّل النسخ بالكتل لهذا الترحيل. [W-PRE-01]</translation>
    </message>
    <message>
        <source>Import Source Server [%1] Successfully!</source>
        <extracomment>%1 is an id such as s-bp1abc; the words are those of the service</extracomment>
        <translation>تم استيراد الخادم المصدر [%1] بنجاح</translation>
    </message>
    <message>
        <source>Migration source online</source>
        <translation>مصدر الترحيل متصل</translation>
    </message>
    <message>
        <source>&amp;Exclude files and folders</source>
        <translation>استثناء ملفات ومجلدات (&amp;E)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ProgressPanel</name>
    <message>
        <source>No migration</source>
        <translation>لا يوجد ترحيل</translation>
    </message>
    <message>
        <source>Creating the transit instance…</source>
        <translation>جارٍ إنشاء مثيل العبور…</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>جارٍ الإعداد</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>جارٍ المزامنة</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>متوقف مؤقتًا</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>خطأ</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>مكتمل</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>جارٍ التنظيف…</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>ملغى</translation>
    </message>
    <message>
        <source>Reconnecting to the migration engine… (%1 s)</source>
        <translation>جارٍ إعادة الاتصال بمحرك الترحيل… (%1 ث)</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of all disks: amount that is copied, amount in all</extracomment>
        <translation>%1 لـ %2</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>بقي %1</translation>
    </message>
    <message>
        <source>Remaining time: %1</source>
        <translation>الوقت المتبقي: %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>For screen readers: %1 the name of a number, %2 the number</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 so far</source>
        <extracomment>A phase that is not over: %1 is how long it has been running</extracomment>
        <translation>‏%1 حتى الآن</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>التقدّم</translation>
    </message>
    <message>
        <source>Speed before compression</source>
        <translation>السرعة قبل الضغط</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>الشبكة</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>الحد</translation>
    </message>
    <message>
        <source>Average</source>
        <translation>المتوسط</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>المُرسَل</translation>
    </message>
    <message>
        <source>Saved by compression</source>
        <translation>ما وفّره الضغط</translation>
    </message>
    <message>
        <source>Elapsed</source>
        <translation>الوقت المنقضي</translation>
    </message>
    <message>
        <source>Interruptions</source>
        <translation>الانقطاعات</translation>
    </message>
    <message>
        <source>Data of the disks per second. Higher than the network&apos;s speed when compression helps.</source>
        <translation>بيانات الأقراص في الثانية. تكون أعلى من سرعة الشبكة عندما يفيد الضغط.</translation>
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
        <translation>‏%1 ‏%2 في %3</translation>
    </message>
    <message>
        <source>kept on purpose</source>
        <translation>محتفظ به عمدًا</translation>
    </message>
    <message>
        <source>price not known</source>
        <translation>السعر غير معروف</translation>
    </message>
    <message>
        <source>free</source>
        <translation>مجاني</translation>
    </message>
    <message>
        <source>%1 %2 a day</source>
        <extracomment>%1 a currency such as CNY, %2 an amount</extracomment>
        <translation>‏%1 ‏%2 في اليوم</translation>
    </message>
    <message>
        <source>Together at least %1</source>
        <extracomment>A sum of prices; %1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>المجموع %1 على الأقل</translation>
    </message>
    <message>
        <source>Together %1</source>
        <translation>المجموع %1</translation>
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
        <translation>هل تريد تجاهل الإعداد المحفوظ؟</translation>
    </message>
    <message>
        <source>Discard the saved setup? The imported source %1 stays registered.</source>
        <translation>هل تريد تجاهل الإعداد المحفوظ؟ يبقى المصدر المستورد %1 مسجلًا.</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>تجاهل (&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>احتفاظ (&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>متابعة (&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Start over</source>
        <translation>البدء من جديد (&amp;S)</translation>
    </message>
    <message>
        <source>Welcome back</source>
        <translation>مرحبًا بعودتك</translation>
    </message>
    <message>
        <source>Everything you chose was saved but the activation code and the AccessKey pair. Continue leads back to the step you were on; Start over forgets the choices and begins anew. Neither changes anything on this server or in the cloud.</source>
        <translation>حُفظ كل ما اخترته باستثناء رمز التنشيط وزوج AccessKey. يعيدك «متابعة» إلى الخطوة التي كنت فيها؛ أما «البدء من جديد» فيتجاهل الاختيارات ويبدأ من البداية. لا يغيّر أي منهما شيئًا على هذا الخادم أو في السحابة.</translation>
    </message>
    <message>
        <source>Continue the setup from %1 at step “%2”?</source>
        <extracomment>%1 a date and time, %2 the name of a step such as “Settings”</extracomment>
        <translation>هل تريد متابعة الإعداد الذي يعود إلى %1 من الخطوة «%2»؟</translation>
    </message>
    <message>
        <source>The activation code or AccessKey pair was not saved and has to be entered again.</source>
        <translation>لم يُحفظ رمز التنشيط أو زوج AccessKey ويجب إدخاله من جديد.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ReviewPage</name>
    <message>
        <source>wait until the migration has started</source>
        <translation>الانتظار حتى يبدأ الترحيل</translation>
    </message>
    <message>
        <source>enter the activation code or an AccessKey pair again on the Connect page</source>
        <translation>إدخال رمز التنشيط أو زوج AccessKey مرة أخرى في صفحة الاتصال</translation>
    </message>
    <message>
        <source>wait until the plan is checked</source>
        <translation>الانتظار حتى يكتمل فحص الخطة</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What is wrong, and what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>read the notice and choose “Got It”</source>
        <translation>قراءة التنبيه واختيار «فهمت»</translation>
    </message>
    <message>
        <source>Speed limit: %1; compression: %2; checksum verification: %3</source>
        <translation>حد السرعة: %1؛ الضغط: %2؛ التحقق من المجموع الاختباري: %3</translation>
    </message>
    <message>
        <source>on</source>
        <translation>مفعّل</translation>
    </message>
    <message>
        <source>off</source>
        <translation>معطّل</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>الخادم</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>الحساب</translation>
    </message>
    <message>
        <source>by activation code</source>
        <translation>برمز التنشيط</translation>
    </message>
    <message>
        <source>by AccessKey pair</source>
        <translation>بزوج AccessKey</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>الصورة</translation>
    </message>
    <message>
        <source>%1… in %2</source>
        <translation>%1… في %2</translation>
    </message>
    <message>
        <source>On the way</source>
        <translation>التخزين المؤقت</translation>
    </message>
    <message>
        <source>bucket %1 in %2</source>
        <translation>الحاوية %1 في %2</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>الشبكة</translation>
    </message>
    <message>
        <source>Public network</source>
        <translation>الشبكة العامة</translation>
    </message>
    <message>
        <source>VPC %1, vSwitch %2</source>
        <translation>VPC ‏%1، vSwitch ‏%2</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>النقل</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>الأقراص</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>تغيير</translation>
    </message>
    <message>
        <source>Change: %1</source>
        <translation>تغيير: %1</translation>
    </message>
    <message>
        <source>Choose Change beside a line to go back to its page; nothing is lost. Save the plan on the Settings page to use it with edgeliftctl.</source>
        <translation>اختر «تغيير» بجانب أي سطر للعودة إلى صفحته؛ لن يُفقد شيء. احفظ الخطة في صفحة الإعدادات لاستخدامها مع edgeliftctl.</translation>
    </message>
    <message>
        <source>Costs: the transit instance, its disks and snapshots, and the bucket&apos;s storage and traffic are charged by the cloud while the migration runs; everything temporary is removed at the end. After an error they are kept for a retry and keep costing until you retry or cancel.</source>
        <translation>التكاليف: تحتسب السحابة رسوم مثيل العبور وأقراصه ولقطاته وتخزين الحاوية وحركة بياناتها أثناء الترحيل؛ ويُزال كل ما هو مؤقت في النهاية. بعد حدوث خطأ يُحتفظ بها لإعادة المحاولة وتستمر تكلفتها حتى تعيد المحاولة أو تلغي.</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 and do not change its billing method during the migration. Leave the temporary image and the temporary objects in the bucket alone. The hardware changes: check licences after the migration.</source>
        <translation>لا توقف مثيل العبور %1 ولا تشغّله ولا تُعد تشغيله ولا تحرّره ولا تغيّر طريقة فوترته أثناء الترحيل. لا تمسّ الصورة المؤقتة والكائنات المؤقتة في الحاوية. يتغيّر العتاد: تحقق من التراخيص بعد الترحيل.</translation>
    </message>
    <message>
        <source>&amp;Got It</source>
        <translation>فهمت (&amp;G)</translation>
    </message>
    <message>
        <source>Co&amp;py command</source>
        <translation>نسخ الأمر (&amp;P)</translation>
    </message>
    <message>
        <source>The same migration as a command for edgeliftctl</source>
        <translation>الترحيل نفسه كأمر لـ edgeliftctl</translation>
    </message>
    <message>
        <source>Review and start</source>
        <translation>المراجعة والبدء</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>المراجعة</translation>
    </message>
    <message>
        <source>Starting creates a paid transit instance in your account.</source>
        <translation>يؤدي البدء إلى إنشاء مثيل عبور مدفوع في حسابك.</translation>
    </message>
    <message>
        <source>&amp;Start migration</source>
        <translation>بدء الترحيل (&amp;S)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsAdvanced</name>
    <message>
        <source>Reading from this server&apos;s disks: at most %1 MB/s</source>
        <translation>القراءة من أقراص هذا الخادم: %1 MB/s على الأكثر</translation>
    </message>
    <message>
        <source>Niceness: %1</source>
        <translation>قيمة niceness: ‏%1</translation>
    </message>
    <message>
        <source>Does not stand back when this server&apos;s own disk accesses slow down</source>
        <translation>لا يتنحّى عندما يبطؤ وصول هذا الخادم إلى أقراصه</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 days and times, %2 a speed such as 100 Mbit/s</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Set by the plan file:</source>
        <translation>مضبوط في ملف الخطة:</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>تلقائي</translation>
    </message>
    <message>
        <source>On</source>
        <translation>مفعّل</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>معطّل</translation>
    </message>
    <message>
        <source>&amp;Job name:</source>
        <translation>اسم المهمة (&amp;J):</translation>
    </message>
    <message>
        <source>&amp;Description:</source>
        <translation>الوصف (&amp;D):</translation>
    </message>
    <message>
        <source>Speed &amp;limit (Mbit/s):</source>
        <translation>حد السرعة (Mbit/s) ‏(&amp;L):</translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation>غير محدود</translation>
    </message>
    <message>
        <source>Com&amp;pression ratio (0 = none):</source>
        <translation>نسبة الضغط (0 = بلا ضغط) (&amp;P):</translation>
    </message>
    <message>
        <source>Compression ratio as a number</source>
        <translation>نسبة الضغط كرقم</translation>
    </message>
    <message>
        <source>SSL-&amp;encrypted transmission:</source>
        <translation>نقل مشفّر عبر SSL ‏(&amp;E):</translation>
    </message>
    <message>
        <source>Licence t&amp;ype:</source>
        <translation>نوع الترخيص (&amp;Y):</translation>
    </message>
    <message>
        <source>Ta&amp;gs:</source>
        <translation>الوسوم (&amp;G):</translation>
    </message>
    <message>
        <source>&amp;Intermediate instance type:</source>
        <translation>نوع مثيل العبور (&amp;I):</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>تلقائي</translation>
    </message>
    <message>
        <source>If the type you choose is out of stock, the job cannot be created. Leave it empty to have one chosen.</source>
        <translation>إذا كان النوع الذي تختاره غير متوفر، فلن يمكن إنشاء المهمة. اتركه فارغًا ليُختار تلقائيًا.</translation>
    </message>
    <message>
        <source>&amp;Report diagnostic logs</source>
        <translation>إرسال سجلات التشخيص (&amp;R)</translation>
    </message>
    <message>
        <source>&amp;What is sent?</source>
        <translation>ما الذي يُرسل؟ (&amp;W)</translation>
    </message>
    <message>
        <source>The log of this migration: phases, speeds, error codes, names of disks and cloud resources. No file contents, no file names, no codes, keys or passwords.</source>
        <translation>سجل هذا الترحيل: المراحل والسرعات ورموز الأخطاء وأسماء الأقراص وموارد السحابة. لا محتويات ملفات ولا أسماء ملفات ولا رموز أو مفاتيح أو كلمات مرور.</translation>
    </message>
    <message>
        <source>&amp;Modify disk partition</source>
        <translation>تعديل أقسام القرص (&amp;M)</translation>
    </message>
    <message>
        <source>Choose disks, sizes and order yourself on the next page.</source>
        <translation>اختر الأقراص والأحجام والترتيب بنفسك في الصفحة التالية.</translation>
    </message>
    <message>
        <source>&amp;Verify check sums</source>
        <translation>التحقق من المجاميع الاختبارية (&amp;V)</translation>
    </message>
    <message>
        <source>More certain, but slower.</source>
        <translation>أكثر موثوقية، لكنه أبطأ.</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>الوسوم</translation>
    </message>
    <message>
        <source>Wait for me before the &amp;final point</source>
        <translation>انتظاري قبل التقاط الحالة النهائية (&amp;F)</translation>
    </message>
    <message>
        <source>The copy follows the server until you say so on the Migration page. Otherwise the final point is taken as soon as it is short.</source>
        <translation>تتابع النسخة الخادم حتى تعطي الأمر في صفحة الترحيل. وإلا فتُلتقط الحالة النهائية حالما تصبح مدة التوقف قصيرة.</translation>
    </message>
    <message>
        <source>How long programs here may be kept from writing while the final point is taken. A server that writes much may need more.</source>
        <translation>المدة التي يجوز فيها منع البرامج هنا من الكتابة أثناء التقاط الحالة النهائية. قد يحتاج الخادم الذي يكتب كثيرًا إلى مدة أطول.</translation>
    </message>
    <message>
        <source>Longest &amp;hold (s):</source>
        <translation>أطول تجميد (بالثواني) (&amp;H):</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>الإعدادات</translation>
    </message>
    <message>
        <source>The ENS image is kept in the image storage region. Before that a temporary image is made in the transit region and lies in the transit bucket, which must be in the same region.

“Save plan” writes all of this to a file that edgeliftctl uses as well.</source>
        <translation>تُحفظ صورة ENS في منطقة تخزين الصورة. قبل ذلك تُنشأ صورة مؤقتة في منطقة العبور وتوضع في حاوية العبور، التي يجب أن تكون في المنطقة نفسها.

يكتب «حفظ الخطة» كل ذلك في ملف يستخدمه edgeliftctl أيضًا.</translation>
    </message>
    <message>
        <source>choose a bucket</source>
        <translation>اختيار حاوية</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>تصحيح ما هو مميَّز</translation>
    </message>
    <message>
        <source>China (Beijing)</source>
        <translation>الصين (بكين)</translation>
    </message>
    <message>
        <source>Singapore</source>
        <translation>سنغافورة</translation>
    </message>
    <message>
        <source>&amp;More configurations</source>
        <translation>مزيد من الإعدادات (&amp;M)</translation>
    </message>
    <message numerus="yes">
        <source>&amp;More configurations (%n changed)</source>
        <translation>
            <numerusform>مزيد من الإعدادات (&amp;M) (لا تغيير)</numerusform>
            <numerusform>مزيد من الإعدادات (&amp;M) (تغيّر واحد)</numerusform>
            <numerusform>مزيد من الإعدادات (&amp;M) (تغيّر اثنان)</numerusform>
            <numerusform>مزيد من الإعدادات (&amp;M) (تغيّرت %n)</numerusform>
            <numerusform>مزيد من الإعدادات (&amp;M) (تغيّر %n)</numerusform>
            <numerusform>مزيد من الإعدادات (&amp;M) (تغيّر %n)</numerusform>
        </translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>جارٍ التحميل…</translation>
    </message>
    <message>
        <source>No bucket in %1. Create one in the OSS console, then refresh.</source>
        <translation>لا توجد حاوية في %1. أنشئ حاوية في وحدة تحكم OSS، ثم حدّث القائمة.</translation>
    </message>
    <message>
        <source>The image is named %1.</source>
        <extracomment>%1 is the prefix with a time stamp behind it</extracomment>
        <translation>تُسمّى الصورة %1.</translation>
    </message>
    <message>
        <source>&amp;Image storage region:</source>
        <translation>منطقة تخزين الصورة (&amp;I):</translation>
    </message>
    <message>
        <source>Image &amp;name prefix:</source>
        <translation>بادئة اسم الصورة (&amp;N):</translation>
    </message>
    <message>
        <source>&amp;Transit region:</source>
        <translation>منطقة العبور (&amp;T):</translation>
    </message>
    <message>
        <source>Transit &amp;bucket:</source>
        <translation>حاوية العبور (&amp;B):</translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation>تحديث (&amp;R)</translation>
    </message>
    <message>
        <source>Refresh buckets and networks</source>
        <translation>تحديث الحاويات والشبكات</translation>
    </message>
    <message>
        <source>Network type:</source>
        <translation>نوع الشبكة:</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::StepList</name>
    <message>
        <source>Steps</source>
        <translation>الخطوات</translation>
    </message>
    <message>
        <source>%1, current step</source>
        <translation>%1، الخطوة الحالية</translation>
    </message>
    <message>
        <source>%1, visited</source>
        <translation>%1، تمت زيارتها</translation>
    </message>
    <message>
        <source>%1, later</source>
        <translation>%1، لاحقة</translation>
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
        <translation>السرعة في آخر 10 دقائق</translation>
    </message>
    <message>
        <source>No speed was measured yet.</source>
        <translation>لم تُقَس أي سرعة بعد.</translation>
    </message>
    <message>
        <source>Disk speed now %1, network speed now %2, highest disk speed of the last 10 minutes %3.</source>
        <extracomment>Read by screen readers instead of the graph</extracomment>
        <translation>سرعة القرص الآن %1، وسرعة الشبكة الآن %2، وأعلى سرعة للقرص في آخر 10 دقائق %3.</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>القرص</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>الشبكة</translation>
    </message>
    <message>
        <source>Top: %1</source>
        <extracomment>The upper edge of a graph of speeds; %1 is a speed</extracomment>
        <translation>الأعلى: %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsForm</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>ولا شيء آخر.</numerusform>
            <numerusform>وواحدة أخرى.</numerusform>
            <numerusform>واثنتان أخريان.</numerusform>
            <numerusform>و%n أخرى.</numerusform>
            <numerusform>و%n أخرى.</numerusform>
            <numerusform>و%n أخرى.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>إضافة (&amp;A)</translation>
    </message>
    <message>
        <source>Add a tag</source>
        <translation>إضافة وسم</translation>
    </message>
    <message>
        <source>Remo&amp;ve</source>
        <translation>إزالة (&amp;O)</translation>
    </message>
    <message>
        <source>Remove this tag</source>
        <translation>إزالة هذا الوسم</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsModel</name>
    <message>
        <source>Key</source>
        <translation>المفتاح</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>القيمة</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TargetRow</name>
    <message>
        <source>not migrated</source>
        <extracomment>%1 a size: on a disk</extracomment>
        <translation>لن يُرحّل</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>المتاح %1</translation>
    </message>
    <message>
        <source>LVM</source>
        <extracomment>%1 the name of a volume group such as vg1</extracomment>
        <translation>LVM</translation>
    </message>
    <message>
        <source>LVM %1</source>
        <translation>LVM ‏%1</translation>
    </message>
    <message>
        <source>LVM on %1</source>
        <extracomment>%1 a disk, for screen readers</extracomment>
        <translation>LVM على %1</translation>
    </message>
    <message>
        <source> GiB</source>
        <extracomment>the unit behind a number that is typed</extracomment>
        <translation> GiB</translation>
    </message>
    <message>
        <source>Size of %1 in GiB</source>
        <extracomment>%1 a disk, for screen readers</extracomment>
        <translation>حجم %1 بوحدة GiB</translation>
    </message>
    <message>
        <source>%1 to %2 are possible.</source>
        <translation>يمكن من %1 إلى %2.</translation>
    </message>
    <message>
        <source>min. %1</source>
        <extracomment>%1 the smallest possible size</extracomment>
        <translation>الأدنى %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ToDoList</name>
    <message>
        <source>To continue you need to:</source>
        <translation>للمتابعة يلزمك:</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <extracomment>Below a list of things to do</extracomment>
        <translation>
            <numerusform>ولا شيء آخر</numerusform>
            <numerusform>وواحد آخر</numerusform>
            <numerusform>واثنان آخران</numerusform>
            <numerusform>و%n أخرى</numerusform>
            <numerusform>و%n أخرى</numerusform>
            <numerusform>و%n أخرى</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::VolumeDelegate</name>
    <message>
        <source>%1 of %2</source>
        <extracomment>%1 a column such as “Size”, %2 the row&apos;s name, for screen readers</extracomment>
        <translation>%1 لـ %2</translation>
    </message>
    <message>
        <source>Block by block</source>
        <translation>كتلة بكتلة</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>ملفًا بملف</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WaitLine</name>
    <message>
        <source>S&amp;top</source>
        <translation>إيقاف (&amp;T)</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WelcomePage</name>
    <message>
        <source>Edgelift copies the disks of a Linux server into the cloud and makes an image for Edge Node Service (ENS) of them. Nothing is changed or charged before you choose Start migration on the Review page.</source>
        <translation>ينسخ Edgelift أقراص خادم Linux إلى السحابة ويُنشئ منها صورة لخدمة Edge Node Service ‏(ENS). لا يتغيّر شيء ولا تُحتسب رسوم قبل أن تختار «بدء الترحيل» في صفحة المراجعة.</translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation>اللغة (&amp;L):</translation>
    </message>
    <message>
        <source>1. You choose what is migrated and where to.
2. Edgelift makes a temporary transit instance, copies the disks to it, makes an ECS image, exports it to an OSS bucket and imports it into ENS. Then it removes everything temporary.
3. You create the ENS instance from the finished image.</source>
        <translation>1. تختار ما يُرحّل وإلى أين.
2. ينشئ Edgelift مثيل عبور مؤقتًا، وينسخ الأقراص إليه، وينشئ صورة ECS، ويصدّرها إلى حاوية OSS، ويستوردها إلى ENS. ثم يزيل كل ما هو مؤقت.
3. تنشئ مثيل ENS من الصورة الجاهزة.</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>الحدود</translation>
    </message>
    <message>
        <source>Only Linux servers with x86 processors: physical servers, virtual machines, and servers of other clouds.</source>
        <translation>خوادم Linux بمعالجات x86 فقط: خوادم فعلية وأجهزة افتراضية وخوادم سحابات أخرى.</translation>
    </message>
    <message>
        <source>At most %1 data disks, each at most %2.</source>
        <translation>%1 من أقراص البيانات على الأكثر، كل منها %2 على الأكثر.</translation>
    </message>
    <message>
        <source>ENS images are imported in China (Beijing) and Singapore only.</source>
        <translation>تُستورد صور ENS في الصين (بكين) وسنغافورة فقط.</translation>
    </message>
    <message>
        <source>The image may have at most %1 after compression, system disk and data disks together.</source>
        <translation>الحد الأقصى للصورة بعد الضغط %1، لقرص النظام وأقراص البيانات معًا.</translation>
    </message>
    <message>
        <source>ECS, OSS and ENS must be activated in the account, and ECS must be allowed to write to OSS.</source>
        <translation>يجب تفعيل ECS وOSS وENS في الحساب، والسماح لخدمة ECS بالكتابة إلى OSS.</translation>
    </message>
    <message>
        <source>Costs</source>
        <translation>التكاليف</translation>
    </message>
    <message>
        <source>Edgelift is free. What is used on the way is charged by the cloud: one pay-as-you-go transit instance with its disks and snapshots.</source>
        <translation>‏Edgelift مجاني. تحتسب السحابة رسوم ما يُستخدم أثناء ذلك: مثيل عبور واحد بالدفع حسب الاستخدام مع أقراصه ولقطاته.</translation>
    </message>
    <message>
        <source>The temporary image in the OSS bucket costs storage, requests and outbound traffic.</source>
        <translation>تترتب على الصورة المؤقتة في حاوية OSS تكاليف التخزين والطلبات وحركة البيانات الصادرة.</translation>
    </message>
    <message>
        <source>Importing the ENS image and creating an ENS instance are charged by ENS.</source>
        <translation>تحتسب ENS رسوم استيراد صورة ENS وإنشاء مثيل ENS.</translation>
    </message>
    <message>
        <source>After an error the transit instance is kept so that you can retry, and keeps costing until you retry or cancel.</source>
        <translation>بعد حدوث خطأ يُحتفظ بمثيل العبور لتتمكن من إعادة المحاولة، وتستمر تكلفته حتى تعيد المحاولة أو تلغي.</translation>
    </message>
    <message>
        <source>Consequences</source>
        <translation>العواقب</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 during the migration.</source>
        <translation>لا توقف مثيل العبور %1 ولا تشغّله ولا تُعد تشغيله ولا تحرّره أثناء الترحيل.</translation>
    </message>
    <message>
        <source>Leave the temporary ECS image and the temporary objects in the bucket alone; they are removed at the end.</source>
        <translation>لا تمسّ صورة ECS المؤقتة والكائنات المؤقتة في الحاوية؛ فهي تُزال في النهاية.</translation>
    </message>
    <message>
        <source>The hardware changes: licences bound to it may become invalid. Check them after the migration.</source>
        <translation>يتغيّر العتاد: قد تفقد التراخيص المرتبطة به صلاحيتها. تحقق منها بعد الترحيل.</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>مصطلحات</translation>
    </message>
    <message>
        <source>ENS, Edge Node Service: servers in data centers near their users.</source>
        <translation>‏ENS ‏(Edge Node Service): خوادم في مراكز بيانات قريبة من مستخدميها.</translation>
    </message>
    <message>
        <source>OSS, Object Storage Service: holds files in buckets.</source>
        <translation>‏OSS ‏(Object Storage Service): تحفظ الملفات في حاويات.</translation>
    </message>
    <message>
        <source>Transit instance: a temporary ECS instance that receives the disks.</source>
        <translation>مثيل العبور: مثيل ECS مؤقت يستقبل الأقراص.</translation>
    </message>
    <message>
        <source>Activation code: lets this server register itself without an AccessKey pair.</source>
        <translation>رمز التنشيط: يتيح لهذا الخادم تسجيل نفسه من دون زوج AccessKey.</translation>
    </message>
    <message>
        <source>Move this server into an ENS image</source>
        <translation>نقل هذا الخادم إلى صورة ENS</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>مرحبًا</translation>
    </message>
    <message>
        <source>The server keeps running meanwhile. Nothing on it is changed before you agree to it.</source>
        <translation>يستمر الخادم في العمل أثناء ذلك. لا يتغيّر فيه شيء قبل موافقتك.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::Wizard</name>
    <message>
        <source>&amp;Start the engine</source>
        <translation>تشغيل المحرك (&amp;S)</translation>
    </message>
    <message>
        <source>Migration %1 continues in the background. Start “edgelift” again to watch it.</source>
        <translation>يستمر الترحيل %1 في الخلفية. شغّل «edgelift» مرة أخرى لمتابعته.</translation>
    </message>
    <message>
        <source>&amp;Ask for permission</source>
        <translation>طلب الإذن (&amp;A)</translation>
    </message>
    <message>
        <source>The settings of the last migration are here again, and what is left of it is being removed. Start when you are ready.</source>
        <translation>إعدادات الترحيل الأخير موجودة هنا من جديد، وجارٍ إزالة ما تبقّى منه. ابدأ عندما تكون جاهزًا.</translation>
    </message>
    <message>
        <source>Migration %1 waits, and what it made in the cloud keeps costing. Start “edgelift” again to go on or to clean up.</source>
        <translation>الترحيل %1 في الانتظار، وتستمر تكلفة ما أنشأه في السحابة. شغّل «edgelift» مرة أخرى للمتابعة أو للتنظيف.</translation>
    </message>
</context>
</TS>
