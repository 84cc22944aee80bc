<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="pt_BR" sourcelanguage="en">
<context>
    <name>ActivationCode</name>
    <message>
        <source>“%1” (character %2)</source>
        <extracomment>%1 is one character of an activation code, %2 its place in the code</extracomment>
        <translation>“%1” (caractere %2)</translation>
    </message>
    <message>
        <source>a part is missing</source>
        <translation>falta uma parte</translation>
    </message>
    <message>
        <source>the address in it is not valid</source>
        <translation>o endereço contido nele não é válido</translation>
    </message>
    <message>
        <source>it is longer than %1 characters</source>
        <translation>tem mais de %1 caracteres</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>está vazio</translation>
    </message>
    <message>
        <source>it does not begin with EL1</source>
        <translation>não começa com EL1</translation>
    </message>
    <message>
        <source>the end is missing</source>
        <translation>falta o final</translation>
    </message>
    <message>
        <source>the check sum does not match</source>
        <translation>a soma de verificação não confere</translation>
    </message>
</context>
<context>
    <name>ConversionNote</name>
    <message>
        <source>The service %2 of the old platform (%1) no longer starts. It is still installed.</source>
        <translation>O serviço %2 da plataforma antiga (%1) não é mais iniciado. Ele continua instalado.</translation>
    </message>
    <message>
        <source>The system is built for %1; instances are x86_64.</source>
        <translation>O sistema foi compilado para %1; as instâncias são x86_64.</translation>
    </message>
    <message>
        <source>No boot entry was found. Run the distribution&apos;s boot loader configuration on the source, then migrate again.</source>
        <translation>Nenhuma entrada de inicialização encontrada. Execute na origem a configuração do carregador de inicialização da distribuição e migre novamente.</translation>
    </message>
    <message>
        <source>The boot loader “%1” cannot be made to start on the target. Install GRUB 2 on the source, then migrate again.</source>
        <translation>Não é possível fazer o carregador de inicialização “%1” iniciar no destino. Instale o GRUB 2 na origem e migre novamente.</translation>
    </message>
    <message>
        <source>The encrypted volume %1 on %2 is not in the image; its line in /etc/crypttab is out of effect.</source>
        <translation>O volume criptografado %1 em %2 não está na imagem; a linha dele em /etc/crypttab fica sem efeito.</translation>
    </message>
    <message>
        <source>The default kernel %1 has neither drivers for virtio disks built in nor an initramfs. Make one on the source, then migrate again.</source>
        <translation>O kernel padrão %1 não tem drivers integrados para discos virtio nem initramfs. Crie um na origem e migre novamente.</translation>
    </message>
    <message>
        <source>The default kernel %1 has no drivers for virtio disks. Install a kernel that has them on the source, then migrate again.</source>
        <translation>O kernel padrão %1 não tem drivers para discos virtio. Instale na origem um kernel que os tenha e migre novamente.</translation>
    </message>
    <message>
        <source>%1 names %2, which is another disk or none on the new machine. Change it there.</source>
        <translation>%1 indica %2, que na nova máquina é outro disco ou nenhum. Altere isso nesse local.</translation>
    </message>
    <message>
        <source>A boot entry in %1 starts from %2, which is not this image&apos;s root filesystem. It was left as it is.</source>
        <translation>Uma entrada de inicialização em %1 inicia a partir de %2, que não é o sistema de arquivos raiz desta imagem. Ela foi deixada como estava.</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but no EFI system partition with a loader was found.</source>
        <translation>A imagem deve iniciar por UEFI, mas nenhuma partição do sistema EFI com um carregador foi encontrada.</translation>
    </message>
    <message>
        <source>%1 is not a plain file of usual size. It was left as it is.</source>
        <translation>%1 não é um arquivo comum de tamanho habitual. Foi deixado como estava.</translation>
    </message>
    <message>
        <source>%1 starts with the system. Make sure that it lets you in at the new address.</source>
        <translation>%1 inicia com o sistema. Certifique-se de que ele permite a sua entrada no novo endereço.</translation>
    </message>
    <message>
        <source>/etc/fstab is not a plain file of usual size. Mend it on the source, then migrate again.</source>
        <translation>/etc/fstab não é um arquivo comum de tamanho habitual. Corrija-o na origem e migre novamente.</translation>
    </message>
    <message>
        <source>/etc/fstab mounts %1 at %2, which the image does not have. The system would stop while starting.</source>
        <translation>/etc/fstab monta %1 em %2, mas a imagem não o contém. O sistema pararia durante a inicialização.</translation>
    </message>
    <message>
        <source>%1 has no room for the new kernel arguments. Shorten kernelopts there on the source, then migrate again.</source>
        <translation>%1 não tem espaço para os novos argumentos do kernel. Encurte kernelopts nesse local na origem e migre novamente.</translation>
    </message>
    <message>
        <source>The system starts by GRUB Legacy (0.97), which cannot find its root filesystem by UUID and is not supported. Change to GRUB 2 on the source, then migrate again.</source>
        <translation>O sistema inicia pelo GRUB Legacy (0.97), que não consegue encontrar o sistema de arquivos raiz por UUID e não é suportado. Mude para o GRUB 2 na origem e migre novamente.</translation>
    </message>
    <message>
        <source>The copy has a new machine-id but still the SSH host keys of its original. Make new ones with “ssh-keygen -A” after deleting the old ones.</source>
        <translation>A cópia tem um novo machine-id, mas ainda as chaves de host SSH do original. Exclua as antigas e crie novas com “ssh-keygen -A”.</translation>
    </message>
    <message>
        <source>Machine-id and SSH host keys were kept: the server moves. Do not run it beside its original.</source>
        <translation>O machine-id e as chaves de host SSH foram mantidos: o servidor muda de lugar. Não o execute ao lado do original.</translation>
    </message>
    <message>
        <source>A new initramfs for kernel %1 could not be made (%2). The old one was kept; this kernel may not start.</source>
        <translation>Não foi possível criar um novo initramfs para o kernel %1 (%2). O antigo foi mantido; este kernel pode não iniciar.</translation>
    </message>
    <message>
        <source>The system has no program to make a new initramfs. The old ones start on virtio disks and were kept.</source>
        <translation>O sistema não tem programa para criar um novo initramfs. Os antigos iniciam em discos virtio e foram mantidos.</translation>
    </message>
    <message>
        <source>Kernel %1 has neither drivers for virtio disks built in nor an initramfs; it will not start.</source>
        <translation>O kernel %1 não tem drivers integrados para discos virtio nem initramfs; ele não iniciará.</translation>
    </message>
    <message>
        <source>The initramfs has no drivers for virtio disks, and the system has neither dracut, initramfs-tools nor mkinitrd. Install one of them on the source, then migrate again.</source>
        <translation>O initramfs não tem drivers para discos virtio, e o sistema não tem dracut, initramfs-tools nem mkinitrd. Instale um deles na origem e migre novamente.</translation>
    </message>
    <message>
        <source>A new initramfs for the default kernel %1 could not be made (%2). Make one with virtio_blk and virtio_pci on the source, then migrate again.</source>
        <translation>Não foi possível criar um novo initramfs para o kernel padrão %1 (%2). Crie um com virtio_blk e virtio_pci na origem e migre novamente.</translation>
    </message>
    <message>
        <source>A boot entry in %1 names %2, which is not in /boot.</source>
        <translation>Uma entrada de inicialização em %1 indica %2, que não está em /boot.</translation>
    </message>
    <message>
        <source>No kernel was found in /boot.</source>
        <translation>Nenhum kernel foi encontrado em /boot.</translation>
    </message>
    <message>
        <source>Kernel %1 has no drivers for virtio disks; it will not start. It is not the default.</source>
        <translation>O kernel %1 não tem drivers para discos virtio; ele não iniciará. Ele não é o padrão.</translation>
    </message>
    <message>
        <source>The plan puts volumes on LVM, but the system has no LVM programs. Install lvm2 on the source or choose plain partitions.</source>
        <translation>O plano coloca volumes no LVM, mas o sistema não tem programas do LVM. Instale lvm2 na origem ou escolha partições simples.</translation>
    </message>
    <message>
        <source>%1 (%2) comes from another machine. The system now starts also when it cannot be had.</source>
        <translation>%1 (%2) vem de outra máquina. Agora o sistema inicia também quando não está disponível.</translation>
    </message>
    <message>
        <source>%1 (%2) is not in the image; it is no longer mounted.</source>
        <translation>%1 (%2) não está na imagem; não é mais montado.</translation>
    </message>
    <message>
        <source>What %1 (%2) stands for in the image is not known. The system now starts also without it.</source>
        <translation>Não se sabe a que %1 (%2) corresponde na imagem. Agora o sistema inicia também sem ele.</translation>
    </message>
    <message>
        <source>The name server %1 is set by hand. Check that it answers from the new place.</source>
        <translation>O servidor de nomes %1 foi definido manualmente. Verifique se ele responde a partir do novo local.</translation>
    </message>
    <message>
        <source>Several services manage the network: %1. Keep one of them.</source>
        <translation>Vários serviços gerenciam a rede: %1. Mantenha um deles.</translation>
    </message>
    <message>
        <source>The way out leads over %1, a bond, bridge or VLAN. Its settings were left as they are; the image may not be reachable until you change them or let Edgelift replace them by plain DHCP.</source>
        <translation>A saída passa por %1, um bond, uma bridge ou uma VLAN. As configurações foram deixadas como estavam; talvez a imagem não possa ser acessada até você alterá-las ou deixar o Edgelift substituí-las por DHCP simples.</translation>
    </message>
    <message>
        <source>No network settings that Edgelift knows were found. The image may not be reachable.</source>
        <translation>Nenhuma configuração de rede conhecida pelo Edgelift foi encontrada. Talvez a imagem não possa ser acessada.</translation>
    </message>
    <message>
        <source>The network interface %1 is no longer started by itself: the new machine may not have it.</source>
        <translation>A interface de rede %1 não é mais iniciada automaticamente: talvez a nova máquina não a tenha.</translation>
    </message>
    <message>
        <source>%1 needs a processor of level %2. Choose an instance type that has it.</source>
        <translation>%1 precisa de um processador de nível %2. Escolha um tipo de instância que o tenha.</translation>
    </message>
    <message>
        <source>/etc/resolv.conf leads to %1, but systemd-resolved does not start with the system.</source>
        <translation>/etc/resolv.conf leva a %1, mas o systemd-resolved não inicia com o sistema.</translation>
    </message>
    <message>
        <source>No boot entry names the image&apos;s root filesystem.</source>
        <translation>Nenhuma entrada de inicialização indica o sistema de arquivos raiz da imagem.</translation>
    </message>
    <message>
        <source>The plan has no volume for the root filesystem.</source>
        <translation>O plano não tem volume para o sistema de arquivos raiz.</translation>
    </message>
    <message>
        <source>The routes in %1 belong to the old network and are out of effect.</source>
        <translation>As rotas em %1 pertencem à rede antiga e ficam sem efeito.</translation>
    </message>
    <message>
        <source>SELinux labels are restored when the image starts for the first time. That can take several minutes, and the system restarts once.</source>
        <translation>Os rótulos do SELinux são restaurados quando a imagem inicia pela primeira vez. Isso pode levar vários minutos, e o sistema reinicia uma vez.</translation>
    </message>
    <message>
        <source>No SSH server starts with the system.</source>
        <translation>Nenhum servidor SSH inicia com o sistema.</translation>
    </message>
    <message>
        <source>SSH is restricted by an address in %1: “%2”. Check that it lets you in at the new address.</source>
        <translation>O SSH é restrito por um endereço em %1: “%2”. Verifique se ele permite a sua entrada no novo endereço.</translation>
    </message>
    <message>
        <source>The swap area %2 is not in the image; it is no longer used.</source>
        <translation>A área de swap %2 não está na imagem; não é mais usada.</translation>
    </message>
    <message>
        <source>The distribution “%1” is not one Edgelift was made for. What is common to all was done; test the image well.</source>
        <translation>A distribuição “%1” não é uma daquelas para as quais o Edgelift foi feito. O que é comum a todas foi feito; teste bem a imagem.</translation>
    </message>
    <message>
        <source>The image is to start by UEFI, but the EFI system partition has no loader for x86_64.</source>
        <translation>A imagem deve iniciar por UEFI, mas a partição do sistema EFI não tem carregador para x86_64.</translation>
    </message>
    <message>
        <source>The EFI system partition could not be looked into. If it has no EFI\BOOT\BOOTX64.EFI, the image does not start.</source>
        <translation>Não foi possível examinar o conteúdo da partição do sistema EFI. Se ela não tiver EFI\BOOT\BOOTX64.EFI, a imagem não iniciará.</translation>
    </message>
</context>
<context>
    <name>ErrorText</name>
    <message>
        <source>Something went wrong inside Edgelift</source>
        <translation>Ocorreu um erro interno no Edgelift</translation>
    </message>
    <message>
        <source>An internal check failed.</source>
        <translation>Uma verificação interna falhou.</translation>
    </message>
    <message>
        <source>Save the diagnostics and report them with the code above.</source>
        <translation>Salve o diagnóstico e informe-o com o código acima.</translation>
    </message>
    <message>
        <source>The command is not complete</source>
        <translation>O comando está incompleto</translation>
    </message>
    <message>
        <source>%1</source>
        <translation>%1</translation>
    </message>
    <message>
        <source>Run the command with --help to see what it takes.</source>
        <translation>Execute o comando com --help para ver o que ele aceita.</translation>
    </message>
    <message>
        <source>Not permitted</source>
        <translation>Não permitido</translation>
    </message>
    <message>
        <source>%1 needs administrator rights.</source>
        <translation>%1 requer direitos de administrador.</translation>
    </message>
    <message>
        <source>Run the command again as root, for example with sudo.</source>
        <translation>Execute o comando novamente como root, por exemplo com sudo.</translation>
    </message>
    <message>
        <source>A program is missing</source>
        <translation>Falta um programa</translation>
    </message>
    <message>
        <source>The program %1 was not found.</source>
        <translation>O programa %1 não foi encontrado.</translation>
    </message>
    <message>
        <source>Install %1 and retry.</source>
        <translation>Instale %1 e tente novamente.</translation>
    </message>
    <message>
        <source>A program failed</source>
        <translation>Um programa falhou</translation>
    </message>
    <message>
        <source>%1 ended with an error.</source>
        <translation>%1 terminou com erro.</translation>
    </message>
    <message>
        <source>Read the log for what it printed, mend the cause and retry.</source>
        <translation>Leia a saída no log, corrija a causa e tente novamente.</translation>
    </message>
    <message>
        <source>A program did not finish</source>
        <translation>Um programa não terminou</translation>
    </message>
    <message>
        <source>%1 took longer than it may.</source>
        <translation>%1 excedeu o tempo permitido.</translation>
    </message>
    <message>
        <source>Check that the machine is not overloaded, then retry.</source>
        <translation>Verifique se a máquina não está sobrecarregada e tente novamente.</translation>
    </message>
    <message>
        <source>There is no space left</source>
        <translation>Não há espaço livre</translation>
    </message>
    <message>
        <source>No space is left in %1.</source>
        <translation>Não há mais espaço livre em %1.</translation>
    </message>
    <message>
        <source>Free some space there, then retry. What was done is kept.</source>
        <translation>Libere espaço nesse local e tente novamente. O que já foi feito é mantido.</translation>
    </message>
    <message>
        <source>A file could not be read</source>
        <translation>Não foi possível ler um arquivo</translation>
    </message>
    <message>
        <source>%1 could not be read.</source>
        <translation>Não foi possível ler %1.</translation>
    </message>
    <message>
        <source>Check that the file exists and may be read, then retry.</source>
        <translation>Verifique se o arquivo existe e pode ser lido e tente novamente.</translation>
    </message>
    <message>
        <source>A file could not be written</source>
        <translation>Não foi possível gravar um arquivo</translation>
    </message>
    <message>
        <source>%1 could not be written.</source>
        <translation>Não foi possível gravar %1.</translation>
    </message>
    <message>
        <source>Check the folder&apos;s rights and free space, then retry.</source>
        <translation>Verifique as permissões e o espaço livre da pasta e tente novamente.</translation>
    </message>
    <message>
        <source>The migration journal is damaged</source>
        <translation>O diário da migração está danificado</translation>
    </message>
    <message>
        <source>The journal %1 cannot be trusted.</source>
        <translation>O diário %1 não é confiável.</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again; nothing on the source was changed.</source>
        <translation>Cancele esta migração e inicie-a novamente; nada foi alterado na origem.</translation>
    </message>
    <message>
        <source>Saved state is damaged</source>
        <translation>O estado salvo está danificado</translation>
    </message>
    <message>
        <source>%1 cannot be trusted.</source>
        <translation>%1 não é confiável.</translation>
    </message>
    <message>
        <source>Move the file away and start again; nothing on the source was changed.</source>
        <translation>Mova o arquivo para outro local e comece de novo; nada foi alterado na origem.</translation>
    </message>
    <message>
        <source>The plan file cannot be read</source>
        <translation>Não foi possível ler o arquivo do plano</translation>
    </message>
    <message>
        <source>%1 is not a plan file: %2.</source>
        <translation>%1 não é um arquivo de plano: %2.</translation>
    </message>
    <message>
        <source>Make a new plan with “edgeliftctl plan new”, or mend the file at that place.</source>
        <translation>Crie um novo plano com “edgeliftctl plan new” ou corrija o arquivo nesse ponto.</translation>
    </message>
    <message>
        <source>The plan has an unknown setting</source>
        <translation>O plano tem uma configuração desconhecida</translation>
    </message>
    <message>
        <source>The plan has the unknown key “%1”.</source>
        <translation>O plano tem a chave desconhecida “%1”.</translation>
    </message>
    <message>
        <source>Did you mean “%2”? Correct the key or remove it.</source>
        <translation>Você quis dizer “%2”? Corrija a chave ou remova-a.</translation>
    </message>
    <message>
        <source>The plan was made by another version</source>
        <translation>O plano foi criado por outra versão</translation>
    </message>
    <message>
        <source>The plan has version %1; this program reads version %2.</source>
        <translation>O plano tem a versão %1; este programa lê a versão %2.</translation>
    </message>
    <message>
        <source>Make a new plan with this program, or use the program that made the plan.</source>
        <translation>Crie um novo plano com este programa ou use o programa que criou o plano.</translation>
    </message>
    <message>
        <source>The plan has an impossible value</source>
        <translation>O plano tem um valor inválido</translation>
    </message>
    <message>
        <source>%1 cannot be “%2”. Allowed: %3.</source>
        <translation>%1 não pode ser “%2”. Permitido: %3.</translation>
    </message>
    <message>
        <source>Change the value in the plan and validate it again.</source>
        <translation>Altere o valor no plano e valide-o novamente.</translation>
    </message>
    <message>
        <source>The plan breaks a rule</source>
        <translation>O plano viola uma regra</translation>
    </message>
    <message>
        <source>Change the plan as described and validate it again.</source>
        <translation>Altere o plano conforme descrito e valide-o novamente.</translation>
    </message>
    <message>
        <source>The plan belongs to another server</source>
        <translation>O plano pertence a outro servidor</translation>
    </message>
    <message>
        <source>The plan names %1, which this source does not have.</source>
        <translation>O plano menciona %1, que não existe nesta origem.</translation>
    </message>
    <message>
        <source>Make a new plan for this source with “edgeliftctl plan new”.</source>
        <translation>Crie um novo plano para esta origem com “edgeliftctl plan new”.</translation>
    </message>
    <message>
        <source>This change of the disk layout is not available</source>
        <translation>Esta alteração do layout dos discos não está disponível</translation>
    </message>
    <message>
        <source>A disk of the source could not be read</source>
        <translation>Não foi possível ler um disco da origem</translation>
    </message>
    <message>
        <source>Reading %1 failed.</source>
        <translation>A leitura de %1 falhou.</translation>
    </message>
    <message>
        <source>Check the disk&apos;s health and the file&apos;s rights, then retry. What was already sent is kept.</source>
        <translation>Verifique a integridade do disco e as permissões do arquivo e tente novamente. O que já foi enviado é mantido.</translation>
    </message>
    <message>
        <source>A disk of the source was not found</source>
        <translation>Um disco da origem não foi encontrado</translation>
    </message>
    <message>
        <source>%1 does not exist.</source>
        <translation>%1 não existe.</translation>
    </message>
    <message>
        <source>Check the path of the disk, then start again.</source>
        <translation>Verifique o caminho do disco e comece de novo.</translation>
    </message>
    <message>
        <source>The disk is empty</source>
        <translation>O disco está vazio</translation>
    </message>
    <message>
        <source>%1 has no content.</source>
        <translation>%1 não tem conteúdo.</translation>
    </message>
    <message>
        <source>Choose the right disk image.</source>
        <translation>Escolha a imagem de disco correta.</translation>
    </message>
    <message>
        <source>The source changed during the migration</source>
        <translation>A origem mudou durante a migração</translation>
    </message>
    <message>
        <source>%1 is no longer what it was when the migration began.</source>
        <translation>%1 não está mais como no início da migração.</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk image, then start the migration again.</source>
        <translation>Certifique-se de que nada grave na imagem de disco e inicie a migração novamente.</translation>
    </message>
    <message>
        <source>The disk image is in use</source>
        <translation>A imagem de disco está em uso</translation>
    </message>
    <message>
        <source>%1 is in use by another program.</source>
        <translation>%1 está em uso por outro programa.</translation>
    </message>
    <message>
        <source>Shut the virtual machine down or choose a copy of its disk, then retry.</source>
        <translation>Desligue a máquina virtual ou escolha uma cópia do disco e tente novamente.</translation>
    </message>
    <message>
        <source>The format of the disk image is not supported</source>
        <translation>Formato de imagem de disco não suportado</translation>
    </message>
    <message>
        <source>%1 has the format %2. Raw and qcow2 images can be read.</source>
        <translation>%1 tem o formato %2. São lidas imagens raw e qcow2.</translation>
    </message>
    <message>
        <source>Convert the image with “qemu-img convert -O qcow2” and start again.</source>
        <translation>Converta a imagem com “qemu-img convert -O qcow2” e comece de novo.</translation>
    </message>
    <message>
        <source>The partition table is damaged</source>
        <translation>A tabela de partições está danificada</translation>
    </message>
    <message>
        <source>The partition table of %1 cannot be used: %2.</source>
        <translation>Não é possível usar a tabela de partições de %1: %2.</translation>
    </message>
    <message>
        <source>Repair the table (for example with “sgdisk --verify” or “sfdisk --verify”), then start again.</source>
        <translation>Repare a tabela (por exemplo, com “sgdisk --verify” ou “sfdisk --verify”) e comece de novo.</translation>
    </message>
    <message>
        <source>The partition table refers to itself</source>
        <translation>A tabela de partições aponta para si mesma</translation>
    </message>
    <message>
        <source>The extended partitions of %1 form a loop.</source>
        <translation>As partições estendidas de %1 formam um ciclo.</translation>
    </message>
    <message>
        <source>Repair the partition table with “sfdisk”, then start again.</source>
        <translation>Repare a tabela de partições com “sfdisk” e comece de novo.</translation>
    </message>
    <message>
        <source>This is not a Linux server</source>
        <translation>Este não é um servidor Linux</translation>
    </message>
    <message>
        <source>No Linux system was found on %1.</source>
        <translation>Nenhum sistema Linux foi encontrado em %1.</translation>
    </message>
    <message>
        <source>Only Linux servers can become ENS images. Choose the disk that holds the Linux system.</source>
        <translation>Só servidores Linux podem se tornar imagens do ENS. Escolha o disco que contém o sistema Linux.</translation>
    </message>
    <message>
        <source>The processor architecture is not supported</source>
        <translation>Arquitetura do processador não suportada</translation>
    </message>
    <message>
        <source>The system on %1 is made for %2.</source>
        <translation>O sistema em %1 foi feito para %2.</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>Só servidores x86-64 podem se tornar imagens do ENS.</translation>
    </message>
    <message>
        <source>Too many data disks</source>
        <translation>Discos de dados demais</translation>
    </message>
    <message>
        <source>%1 data disks would be migrated, at most 4 are possible.</source>
        <translation>Discos de dados a migrar: %1; o máximo é 4.</translation>
    </message>
    <message>
        <source>Leave out disks: set all volumes of a disk to “migrate”: false in the plan.</source>
        <translation>Exclua discos do plano: defina &quot;migrate&quot;: false em todos os volumes de um disco.</translation>
    </message>
    <message>
        <source>A data disk is too large</source>
        <translation>Um disco de dados é grande demais</translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. %1 has %2.</source>
        <translation>Uma imagem do ENS permite no máximo 500 GiB por disco de dados. %1 tem %2.</translation>
    </message>
    <message>
        <source>Leave the disk out, or make it smaller.</source>
        <translation>Deixe o disco de fora ou reduza-o.</translation>
    </message>
    <message>
        <source>The root filesystem was not found</source>
        <translation>O sistema de arquivos raiz não foi encontrado</translation>
    </message>
    <message>
        <source>No volume of %1 can be mounted as “/”.</source>
        <translation>Nenhum volume de %1 pode ser montado como “/”.</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>Escolha o disco pelo qual o servidor inicializa.</translation>
    </message>
    <message>
        <source>A filesystem is damaged</source>
        <translation>Um sistema de arquivos está danificado</translation>
    </message>
    <message>
        <source>The filesystem on %1 cannot be read: %2.</source>
        <translation>Não foi possível ler o sistema de arquivos em %1: %2.</translation>
    </message>
    <message>
        <source>Check it with the filesystem&apos;s own repair program, then start again.</source>
        <translation>Verifique-o com o programa de reparo desse sistema de arquivos e comece de novo.</translation>
    </message>
    <message>
        <source>A volume cannot be migrated</source>
        <translation>Não é possível migrar um volume</translation>
    </message>
    <message>
        <source>%1 is of a kind that cannot be migrated: %2.</source>
        <translation>%1 é de um tipo que não pode ser migrado: %2.</translation>
    </message>
    <message>
        <source>Leave the volume out, or change it on the source.</source>
        <translation>Deixe o volume de fora ou altere-o na origem.</translation>
    </message>
    <message>
        <source>No boot loader was found</source>
        <translation>Nenhum carregador de inicialização encontrado</translation>
    </message>
    <message>
        <source>%1 has no boot loader that the image could start with.</source>
        <translation>%1 não tem carregador de inicialização com o qual a imagem possa iniciar.</translation>
    </message>
    <message>
        <source>Install GRUB on the source&apos;s system disk, then start again.</source>
        <translation>Instale o GRUB no disco do sistema da origem e comece de novo.</translation>
    </message>
    <message>
        <source>Drivers for the cloud are missing</source>
        <translation>Faltam drivers para a nuvem</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>Os arquivos de inicialização do kernel %1 não têm drivers virtio.</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>Recrie o initramfs com virtio_blk, virtio_pci e virtio_net e verifique novamente.</translation>
    </message>
    <message>
        <source>The source does not read the same twice</source>
        <translation>A origem não é lida igual duas vezes</translation>
    </message>
    <message>
        <source>%2 blocks of %1 had another content each time they were read.</source>
        <translation>%2 blocos de %1 tinham conteúdo diferente a cada leitura.</translation>
    </message>
    <message>
        <source>Make sure that nothing writes to the disk. Then test the source server&apos;s memory (RAM) and the disk&apos;s health, and start again.</source>
        <translation>Certifique-se de que nada grave no disco. Depois teste a memória (RAM) do servidor de origem e a integridade do disco e comece de novo.</translation>
    </message>
    <message>
        <source>The transit instance does not answer</source>
        <translation>A instância de trânsito não responde</translation>
    </message>
    <message>
        <source>%1 cannot be reached on port %2.</source>
        <translation>Não é possível acessar %1 na porta %2.</translation>
    </message>
    <message>
        <source>Allow outgoing connections to ports 8080 and 8703, then retry. What was already sent is kept.</source>
        <translation>Permita conexões de saída para as portas 8080 e 8703 e tente novamente. O que já foi enviado é mantido.</translation>
    </message>
    <message>
        <source>The receiver is of another version</source>
        <translation>O receptor é de outra versão</translation>
    </message>
    <message>
        <source>The receiver speaks protocol %1.</source>
        <translation>O receptor usa o protocolo %1.</translation>
    </message>
    <message>
        <source>Let the migration create a new transit instance (cancel and start again), or update this program.</source>
        <translation>Deixe a migração criar uma nova instância de trânsito (cancele e comece de novo) ou atualize este programa.</translation>
    </message>
    <message>
        <source>The data connection was disturbed</source>
        <translation>A conexão de dados foi perturbada</translation>
    </message>
    <message>
        <source>A message on the data connection could not be understood.</source>
        <translation>Não foi possível interpretar uma mensagem na conexão de dados.</translation>
    </message>
    <message>
        <source>Retry. What was already confirmed is kept.</source>
        <translation>Tente novamente. O que já foi confirmado é mantido.</translation>
    </message>
    <message>
        <source>The other side could not prove who it is</source>
        <translation>O outro lado não comprovou sua identidade</translation>
    </message>
    <message>
        <source>The computer at %1 does not hold the key of this migration.</source>
        <translation>O computador em %1 não tem a chave desta migração.</translation>
    </message>
    <message>
        <source>Check for a proxy that opens encrypted connections, then retry.</source>
        <translation>Verifique se há um proxy que abre conexões criptografadas e tente novamente.</translation>
    </message>
    <message>
        <source>The receiver holds another state</source>
        <translation>O receptor tem outro estado</translation>
    </message>
    <message>
        <source>The receiver does not know this run of the migration.</source>
        <translation>O receptor não conhece esta execução da migração.</translation>
    </message>
    <message>
        <source>Cancel this migration and start it again.</source>
        <translation>Cancele esta migração e inicie-a novamente.</translation>
    </message>
    <message>
        <source>Data was damaged on the way</source>
        <translation>Dados foram danificados no caminho</translation>
    </message>
    <message>
        <source>A block of %1 arrived damaged.</source>
        <translation>Um bloco de %1 chegou danificado.</translation>
    </message>
    <message>
        <source>Retry. The block is sent again; nothing damaged was written. If it happens again, test the source server&apos;s memory (RAM).</source>
        <translation>Tente novamente. O bloco será reenviado; nada danificado foi gravado. Se o erro se repetir, teste a memória (RAM) do servidor de origem.</translation>
    </message>
    <message>
        <source>A target disk was not found</source>
        <translation>Um disco de destino não foi encontrado</translation>
    </message>
    <message>
        <source>The disk with serial %1 is not attached to the transit instance.</source>
        <translation>O disco com número de série %1 não está anexado à instância de trânsito.</translation>
    </message>
    <message>
        <source>Retry; if it stays away, cancel the migration and start again.</source>
        <translation>Tente novamente; se ele não aparecer, cancele a migração e comece de novo.</translation>
    </message>
    <message>
        <source>A target disk is too small</source>
        <translation>Um disco de destino é pequeno demais</translation>
    </message>
    <message>
        <source>The target disk %1 has %2, but %3 are needed.</source>
        <translation>O disco de destino %1 tem %2, mas são necessários %3.</translation>
    </message>
    <message>
        <source>Choose a larger disk in the plan and start again.</source>
        <translation>Escolha um disco maior no plano e comece de novo.</translation>
    </message>
    <message>
        <source>Writing the target disk failed</source>
        <translation>Falha ao gravar no disco de destino</translation>
    </message>
    <message>
        <source>The target disk %1 could not be written.</source>
        <translation>Não foi possível gravar no disco de destino %1.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, cancel the migration and start again.</source>
        <translation>Tente novamente. Se falhar de novo, cancele a migração e comece de novo.</translation>
    </message>
    <message>
        <source>Reading the target disk back failed</source>
        <translation>Falha na releitura do disco de destino</translation>
    </message>
    <message>
        <source>The target disk %1 could not be read back.</source>
        <translation>Não foi possível reler o disco de destino %1.</translation>
    </message>
    <message>
        <source>The copy is not equal to the source</source>
        <translation>A cópia não é igual à origem</translation>
    </message>
    <message>
        <source>%1 blocks of the target disk differ from what was sent, after a second copy as well.</source>
        <translation>%1 blocos do disco de destino diferem do que foi enviado, mesmo após uma segunda cópia.</translation>
    </message>
    <message>
        <source>Memory (RAM) or disk of the transit instance is faulty. Cancel the migration and start it again: it gets another one.</source>
        <translation>A memória (RAM) ou o disco da instância de trânsito tem defeito. Cancele a migração e inicie-a novamente: outra instância será usada.</translation>
    </message>
    <message>
        <source>The connection to the transit instance was lost</source>
        <translation>A conexão com a instância de trânsito foi perdida</translation>
    </message>
    <message>
        <source>The connection to %1 was lost.</source>
        <translation>A conexão com %1 foi perdida.</translation>
    </message>
    <message>
        <source>Check the network, then retry. What was already sent is kept.</source>
        <translation>Verifique a rede e tente novamente. O que já foi enviado é mantido.</translation>
    </message>
    <message>
        <source>No data passes to the transit instance</source>
        <translation>Nenhum dado chega à instância de trânsito</translation>
    </message>
    <message>
        <source>No data passed to %1 for %2 seconds.</source>
        <translation>Nenhum dado chegou a %1 por %2 segundos.</translation>
    </message>
    <message>
        <source>A write outside the target was refused</source>
        <translation>Uma gravação fora do destino foi recusada</translation>
    </message>
    <message>
        <source>The receiver refused a write outside disk %1.</source>
        <translation>O receptor recusou uma gravação fora do disco %1.</translation>
    </message>
    <message>
        <source>The partition table of the target could not be written</source>
        <translation>Não foi possível gravar a tabela de partições do destino</translation>
    </message>
    <message>
        <source>The partition table of target disk %1 could not be completed.</source>
        <translation>Não foi possível concluir a tabela de partições do disco de destino %1.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, save the diagnostics and report them.</source>
        <translation>Tente novamente. Se falhar de novo, salve o diagnóstico e informe-o.</translation>
    </message>
    <message>
        <source>A target disk is in use</source>
        <translation>Um disco de destino está em uso</translation>
    </message>
    <message>
        <source>The target disk %1 is in use by the transit instance itself and was not touched.</source>
        <translation>O disco de destino %1 está em uso pela própria instância de trânsito e não foi tocado.</translation>
    </message>
    <message>
        <source>Retry. If it stays in use, cancel the migration and start again.</source>
        <translation>Tente novamente. Se continuar em uso, cancele a migração e comece de novo.</translation>
    </message>
    <message>
        <source>The cloud refused a request</source>
        <translation>A nuvem recusou uma solicitação</translation>
    </message>
    <message>
        <source>%1 was refused: %2.</source>
        <translation>%1 foi recusado: %2.</translation>
    </message>
    <message>
        <source>Read the cloud&apos;s reason, mend it in the console, then retry.</source>
        <translation>Leia o motivo informado pela nuvem, corrija-o no console e tente novamente.</translation>
    </message>
    <message>
        <source>The cloud asks to slow down</source>
        <translation>A nuvem pede menos solicitações</translation>
    </message>
    <message>
        <source>Too many %1 requests were made from this account.</source>
        <translation>Esta conta fez solicitações %1 demais.</translation>
    </message>
    <message>
        <source>Nothing is lost. Wait a minute, then retry.</source>
        <translation>Nada foi perdido. Aguarde um minuto e tente novamente.</translation>
    </message>
    <message>
        <source>The cloud&apos;s answer was not understood</source>
        <translation>A resposta da nuvem não foi compreendida</translation>
    </message>
    <message>
        <source>The answer to %1 could not be understood.</source>
        <translation>Não foi possível interpretar a resposta a %1.</translation>
    </message>
    <message>
        <source>Retry. If it happens again, check for a proxy that changes answers.</source>
        <translation>Tente novamente. Se o erro se repetir, verifique se há um proxy que altera respostas.</translation>
    </message>
    <message>
        <source>The cloud does not answer</source>
        <translation>A nuvem não responde</translation>
    </message>
    <message>
        <source>No answer from %1.</source>
        <translation>Nenhuma resposta de %1.</translation>
    </message>
    <message>
        <source>Check the network or the proxy, then retry.</source>
        <translation>Verifique a rede ou o proxy e tente novamente.</translation>
    </message>
    <message>
        <source>The AccessKey pair was refused</source>
        <translation>O par de AccessKey foi recusado</translation>
    </message>
    <message>
        <source>The cloud refused the AccessKey pair: %1.</source>
        <translation>A nuvem recusou o par de AccessKey: %1.</translation>
    </message>
    <message>
        <source>Check the AccessKey ID and secret, then start again.</source>
        <translation>Verifique o AccessKey ID e o segredo e comece de novo.</translation>
    </message>
    <message>
        <source>The temporary credentials expired</source>
        <translation>As credenciais temporárias expiraram</translation>
    </message>
    <message>
        <source>The temporary credentials for %1 are no longer valid.</source>
        <translation>As credenciais temporárias para %1 não são mais válidas.</translation>
    </message>
    <message>
        <source>Retry. New credentials are fetched by themselves.</source>
        <translation>Tente novamente. As novas credenciais são obtidas automaticamente.</translation>
    </message>
    <message>
        <source>The account lacks a permission</source>
        <translation>Falta uma permissão à conta</translation>
    </message>
    <message>
        <source>The account may not call %1: %2.</source>
        <translation>A conta não pode chamar %1: %2.</translation>
    </message>
    <message>
        <source>Grant the permission in the RAM console, then retry.</source>
        <translation>Conceda a permissão no console do RAM e tente novamente.</translation>
    </message>
    <message>
        <source>This computer&apos;s clock is wrong</source>
        <translation>O relógio deste computador está errado</translation>
    </message>
    <message>
        <source>The clock differs from the cloud&apos;s by %1 seconds.</source>
        <translation>O relógio difere do relógio da nuvem em %1 segundos.</translation>
    </message>
    <message>
        <source>The bucket does not exist</source>
        <translation>O bucket não existe</translation>
    </message>
    <message>
        <source>There is no bucket “%1”.</source>
        <translation>Não há bucket “%1”.</translation>
    </message>
    <message>
        <source>Create the bucket in %2, or choose another one in the plan.</source>
        <translation>Crie o bucket em %2 ou escolha outro no plano.</translation>
    </message>
    <message>
        <source>The bucket is in another region</source>
        <translation>O bucket está em outra região</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %2, but the temporary image is created in %3.</source>
        <translation>O bucket “%1” está em %2, mas a imagem temporária é criada em %3.</translation>
    </message>
    <message>
        <source>Choose a bucket in %3.</source>
        <translation>Escolha um bucket em %3.</translation>
    </message>
    <message>
        <source>The bucket cannot be used</source>
        <translation>Não é possível usar o bucket</translation>
    </message>
    <message>
        <source>Bucket “%1” cannot hold the temporary image: %2.</source>
        <translation>O bucket “%1” não pode conter a imagem temporária: %2.</translation>
    </message>
    <message>
        <source>Choose a bucket without server-side encryption, of the standard class.</source>
        <translation>Escolha um bucket da classe padrão sem criptografia do lado do servidor.</translation>
    </message>
    <message>
        <source>The image name is in use</source>
        <translation>O nome da imagem está em uso</translation>
    </message>
    <message>
        <source>There is already an image named “%1”.</source>
        <translation>Já existe uma imagem com o nome “%1”.</translation>
    </message>
    <message>
        <source>Choose another name prefix in the plan.</source>
        <translation>Escolha outro prefixo de nome no plano.</translation>
    </message>
    <message>
        <source>The instance type is out of stock</source>
        <translation>O tipo de instância está esgotado</translation>
    </message>
    <message>
        <source>Instance type “%1” is out of stock in %2.</source>
        <translation>O tipo de instância “%1” está esgotado em %2.</translation>
    </message>
    <message>
        <source>Choose another type, or leave the type empty so that one is chosen.</source>
        <translation>Escolha outro tipo ou deixe o tipo em branco para a escolha automática.</translation>
    </message>
    <message>
        <source>A quota of the account is used up</source>
        <translation>Uma cota da conta está esgotada</translation>
    </message>
    <message>
        <source>The quota for %1 is used up: %2.</source>
        <translation>A cota de %1 está esgotada: %2.</translation>
    </message>
    <message>
        <source>Delete what is no longer needed or raise the quota, then retry.</source>
        <translation>Exclua o que não é mais necessário ou aumente a cota e tente novamente.</translation>
    </message>
    <message>
        <source>The account&apos;s balance is too low</source>
        <translation>O saldo da conta é insuficiente</translation>
    </message>
    <message>
        <source>The account cannot buy the transit instance.</source>
        <translation>A conta não pode comprar a instância de trânsito.</translation>
    </message>
    <message>
        <source>Top up the account, then retry.</source>
        <translation>Recarregue a conta e tente novamente.</translation>
    </message>
    <message>
        <source>A role is missing in the account</source>
        <translation>Falta uma função na conta</translation>
    </message>
    <message>
        <source>The role %1 does not exist or may not be used.</source>
        <translation>A função %1 não existe ou não pode ser usada.</translation>
    </message>
    <message>
        <source>Grant the role in the ECS console, then retry.</source>
        <translation>Conceda a função no console do ECS e tente novamente.</translation>
    </message>
    <message>
        <source>A service is not activated</source>
        <translation>Um serviço não está ativado</translation>
    </message>
    <message>
        <source>%1 is not activated in this account.</source>
        <translation>%1 não está ativado nesta conta.</translation>
    </message>
    <message>
        <source>Activate it in the console, then retry.</source>
        <translation>Ative-o no console e tente novamente.</translation>
    </message>
    <message>
        <source>The region is not supported</source>
        <translation>A região não é suportada</translation>
    </message>
    <message>
        <source>%1 is not possible in %2.</source>
        <translation>%1 não é possível em %2.</translation>
    </message>
    <message>
        <source>Choose China (Beijing) or Singapore.</source>
        <translation>Escolha China (Pequim) ou Singapura.</translation>
    </message>
    <message>
        <source>The network was not found</source>
        <translation>A rede não foi encontrada</translation>
    </message>
    <message>
        <source>%1 does not exist or does not fit.</source>
        <translation>%1 não existe ou não é adequado.</translation>
    </message>
    <message>
        <source>Choose another VPC and vSwitch in the plan.</source>
        <translation>Escolha outros VPC e vSwitch no plano.</translation>
    </message>
    <message>
        <source>The transit instance is gone</source>
        <translation>A instância de trânsito não existe mais</translation>
    </message>
    <message>
        <source>The transit instance %1 was released.</source>
        <translation>A instância de trânsito %1 foi liberada.</translation>
    </message>
    <message>
        <source>This migration cannot continue. Start it again from the beginning.</source>
        <translation>Esta migração não pode continuar. Inicie-a novamente do começo.</translation>
    </message>
    <message>
        <source>The transit instance did not get ready</source>
        <translation>A instância de trânsito não ficou pronta</translation>
    </message>
    <message>
        <source>The transit instance %1 did not start its receiver.</source>
        <translation>A instância de trânsito %1 não iniciou o receptor.</translation>
    </message>
    <message>
        <source>Retry; if it fails again, cancel the migration and start again.</source>
        <translation>Tente novamente; se falhar de novo, cancele a migração e comece de novo.</translation>
    </message>
    <message>
        <source>A snapshot failed</source>
        <translation>Um snapshot falhou</translation>
    </message>
    <message>
        <source>The snapshot of disk %1 failed.</source>
        <translation>O snapshot do disco %1 falhou.</translation>
    </message>
    <message>
        <source>Retry.</source>
        <translation>Tente novamente.</translation>
    </message>
    <message>
        <source>The image could not be made</source>
        <translation>Não foi possível criar a imagem</translation>
    </message>
    <message>
        <source>Making the ECS image %1 failed: %2.</source>
        <translation>Falha ao criar a imagem do ECS %1: %2.</translation>
    </message>
    <message>
        <source>Retry; if it fails again, read the cloud&apos;s reason in the log.</source>
        <translation>Tente novamente; se falhar de novo, leia no log o motivo informado pela nuvem.</translation>
    </message>
    <message>
        <source>The image could not be exported</source>
        <translation>Não foi possível exportar a imagem</translation>
    </message>
    <message>
        <source>Exporting image %1 failed: %2.</source>
        <translation>Falha ao exportar a imagem %1: %2.</translation>
    </message>
    <message>
        <source>Check the bucket and the role for image export, then retry.</source>
        <translation>Verifique o bucket e a função de exportação de imagens e tente novamente.</translation>
    </message>
    <message>
        <source>The image could not be imported</source>
        <translation>Não foi possível importar a imagem</translation>
    </message>
    <message>
        <source>Importing the ENS image %1 failed: %2.</source>
        <translation>Falha ao importar a imagem do ENS %1: %2.</translation>
    </message>
    <message>
        <source>Retry; the exported files are kept in the bucket until then.</source>
        <translation>Tente novamente; os arquivos exportados ficam no bucket até lá.</translation>
    </message>
    <message>
        <source>The cloud took too long</source>
        <translation>A nuvem demorou demais</translation>
    </message>
    <message>
        <source>%1 did not finish in time.</source>
        <translation>%1 não terminou a tempo.</translation>
    </message>
    <message>
        <source>Retry; it continues where it stopped.</source>
        <translation>Tente novamente; a operação continua de onde parou.</translation>
    </message>
    <message>
        <source>Something in the cloud is gone</source>
        <translation>Um recurso da nuvem não existe mais</translation>
    </message>
    <message>
        <source>%1 no longer exists.</source>
        <translation>%1 não existe mais.</translation>
    </message>
    <message>
        <source>It was probably deleted by hand. Cancel the migration and start again.</source>
        <translation>Provavelmente foi excluído manualmente. Cancele a migração e comece de novo.</translation>
    </message>
    <message>
        <source>The receiver&apos;s bundle is missing</source>
        <translation>Falta o pacote do receptor</translation>
    </message>
    <message>
        <source>The file %1 was not found.</source>
        <translation>O arquivo %1 não foi encontrado.</translation>
    </message>
    <message>
        <source>Reinstall Edgelift, or build the target “receiver_bundle”.</source>
        <translation>Reinstale o Edgelift ou compile o alvo “receiver_bundle”.</translation>
    </message>
    <message>
        <source>The activation code has a typing error</source>
        <translation>O código de ativação tem um erro de digitação</translation>
    </message>
    <message>
        <source>The activation code is not complete or has a wrong character: %1.</source>
        <translation>O código de ativação está incompleto ou tem um caractere errado: %1.</translation>
    </message>
    <message>
        <source>Copy the whole code again from where it was made.</source>
        <translation>Copie novamente o código inteiro de onde foi gerado.</translation>
    </message>
    <message>
        <source>The activation code was rejected</source>
        <translation>O código de ativação foi rejeitado</translation>
    </message>
    <message>
        <source>The service does not know this activation code.</source>
        <translation>O serviço não conhece este código de ativação.</translation>
    </message>
    <message>
        <source>Check it for missing characters, or generate a new one.</source>
        <translation>Verifique se faltam caracteres ou gere um novo código.</translation>
    </message>
    <message>
        <source>The activation code expired</source>
        <translation>O código de ativação expirou</translation>
    </message>
    <message>
        <source>The activation code expired on %1.</source>
        <translation>O código de ativação expirou em %1.</translation>
    </message>
    <message>
        <source>Generate a new one.</source>
        <translation>Gere um novo código.</translation>
    </message>
    <message>
        <source>The activation code is used up</source>
        <translation>O código de ativação está esgotado</translation>
    </message>
    <message>
        <source>The activation code has already imported %1 servers, which is its limit.</source>
        <translation>O código de ativação já importou %1 servidores, que é o limite.</translation>
    </message>
    <message>
        <source>The activation code was disabled</source>
        <translation>O código de ativação foi desativado</translation>
    </message>
    <message>
        <source>The activation code was switched off by its owner.</source>
        <translation>O proprietário desativou o código de ativação.</translation>
    </message>
    <message>
        <source>Ask for a new one.</source>
        <translation>Solicite um novo código.</translation>
    </message>
    <message>
        <source>No activation code was given</source>
        <translation>Nenhum código de ativação informado</translation>
    </message>
    <message>
        <source>Neither an activation code nor an AccessKey pair was given.</source>
        <translation>Não foi informado um código de ativação nem um par de AccessKey.</translation>
    </message>
    <message>
        <source>Give the code with --code-file or on standard input, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.</source>
        <translation>Informe o código com --code-file ou pela entrada padrão, ou defina ALIBABA_CLOUD_ACCESS_KEY_ID e ALIBABA_CLOUD_ACCESS_KEY_SECRET.</translation>
    </message>
    <message>
        <source>The agent does not answer</source>
        <translation>O agente não responde</translation>
    </message>
    <message>
        <source>No agent answers on %1.</source>
        <translation>Nenhum agente responde em %1.</translation>
    </message>
    <message>
        <source>Start it with “systemctl start edgelift-agent”, or run the command as root.</source>
        <translation>Inicie-o com “systemctl start edgelift-agent” ou execute o comando como root.</translation>
    </message>
    <message>
        <source>The agent is of another version</source>
        <translation>O agente é de outra versão</translation>
    </message>
    <message>
        <source>The agent speaks version %1 of its interface, this program version %2.</source>
        <translation>O agente usa a versão %1 da interface; este programa, a versão %2.</translation>
    </message>
    <message>
        <source>Install the same version of both.</source>
        <translation>Instale a mesma versão de ambos.</translation>
    </message>
    <message>
        <source>A migration is already running</source>
        <translation>Já há uma migração em execução</translation>
    </message>
    <message>
        <source>Migration %1 is still running.</source>
        <translation>A migração %1 ainda está em execução.</translation>
    </message>
    <message>
        <source>Wait for its end or cancel it first.</source>
        <translation>Aguarde o término ou cancele-a antes.</translation>
    </message>
    <message>
        <source>The migration was not found</source>
        <translation>A migração não foi encontrada</translation>
    </message>
    <message>
        <source>There is no migration %1.</source>
        <translation>Não há migração %1.</translation>
    </message>
    <message>
        <source>List the migrations with “edgeliftctl status”.</source>
        <translation>Liste as migrações com “edgeliftctl status”.</translation>
    </message>
    <message>
        <source>This is not possible now</source>
        <translation>Isto não é possível agora</translation>
    </message>
    <message>
        <source>Migration %1 is %2.</source>
        <translation>Estado da migração %1: %2.</translation>
    </message>
    <message>
        <source>Look at its state with “edgeliftctl status”.</source>
        <translation>Consulte o estado com “edgeliftctl status”.</translation>
    </message>
    <message>
        <source>A request was not understood</source>
        <translation>Uma solicitação não foi compreendida</translation>
    </message>
    <message>
        <source>Use the same version of all parts of Edgelift.</source>
        <translation>Use a mesma versão em todas as partes do Edgelift.</translation>
    </message>
    <message>
        <source>Undo the changes to the disks, or leave size, place and method of each volume as they were in the new plan.</source>
        <translation>Desfaça as alterações nos discos ou mantenha tamanho, local e método de cada volume como estavam no novo plano.</translation>
    </message>
    <message>
        <source>Something wrote to the disks during the final moment</source>
        <translation>Algo gravou nos discos durante o momento final</translation>
    </message>
    <message>
        <source>%1 was written to while the filesystems were held still, %2 times in a row.</source>
        <translation>Houve gravações em %1 enquanto os sistemas de arquivos estavam congelados, %2 vezes seguidas.</translation>
    </message>
    <message>
        <source>Find the program that writes to the disk directly or that ends the hold (backup and snapshot tools do), stop it, and retry. What was copied is kept.</source>
        <translation>Encontre o programa que grava diretamente no disco ou que encerra o congelamento (como fazem ferramentas de backup e de snapshot), pare-o e tente novamente. O que já foi copiado é mantido.</translation>
    </message>
    <message>
        <source>A part of a disk is always being written</source>
        <translation>Uma parte de um disco é gravada continuamente</translation>
    </message>
    <message>
        <source>An area of %1 that cannot be held still was written to during each of %2 tries to copy it.</source>
        <translation>Houve gravações em uma área de %1 que não pode ser congelada durante cada uma das %2 tentativas de copiá-la.</translation>
    </message>
    <message>
        <source>Stop what writes to it (updates of the boot partition, programs that use a raw partition) for a minute, then retry.</source>
        <translation>Pare por um minuto o que grava nela (atualizações da partição de inicialização, programas que usam uma partição bruta) e tente novamente.</translation>
    </message>
    <message>
        <source>Changes on the disks were not seen completely</source>
        <translation>As alterações nos discos não foram detectadas por completo</translation>
    </message>
    <message>
        <source>A change of %1 was missed.</source>
        <translation>Uma alteração de %1 não foi detectada.</translation>
    </message>
    <message>
        <source>Retry: both sides are compared then, and only what differs is sent.</source>
        <translation>Tente novamente: os dois lados serão comparados e só as diferenças serão enviadas.</translation>
    </message>
    <message>
        <source>The final moment would have been too long</source>
        <translation>O momento final teria sido longo demais</translation>
    </message>
    <message>
        <source>The server had written %1 when its filesystems were held still; there is room for %2.</source>
        <translation>O servidor havia gravado %1 quando os sistemas de arquivos foram congelados; há espaço para %2.</translation>
    </message>
    <message>
        <source>Raise the network limit, stop the services that write most, choose a quiet hour, or allow a longer hold; then retry.</source>
        <translation>Aumente o limite de rede, pare os serviços que mais gravam, escolha um horário tranquilo ou permita um congelamento mais longo e tente novamente.</translation>
    </message>
    <message>
        <source>Changes cannot be tracked this way</source>
        <translation>As alterações não podem ser acompanhadas dessa forma</translation>
    </message>
    <message>
        <source>The kernel of this server does not allow changes to be tracked with %1.</source>
        <translation>O kernel deste servidor não permite acompanhar alterações com %1.</translation>
    </message>
    <message>
        <source>Nothing needs to be done: another way is used. The log has the kernel&apos;s reason.</source>
        <translation>Nada precisa ser feito: outro método é usado. O motivo do kernel está no log.</translation>
    </message>
    <message>
        <source>A filesystem could not be stopped</source>
        <translation>Não foi possível congelar um sistema de arquivos</translation>
    </message>
    <message>
        <source>Writing to %1 could not be stopped for a moment: %2.</source>
        <translation>Não foi possível interromper por um momento a gravação em %1: %2.</translation>
    </message>
    <message>
        <source>Everything goes on as before. Check the disk&apos;s health and the mount, then retry.</source>
        <translation>Tudo continua como antes. Verifique a integridade do disco e a montagem e tente novamente.</translation>
    </message>
    <message>
        <source>Writing went on too early</source>
        <translation>A gravação foi retomada cedo demais</translation>
    </message>
    <message>
        <source>The filesystems did not stand still long enough: %1.</source>
        <translation>Os sistemas de arquivos não ficaram congelados por tempo suficiente: %1.</translation>
    </message>
    <message>
        <source>What was read is not used. Retry, at a time when the server is less busy.</source>
        <translation>O que foi lido não é usado. Tente novamente em um momento em que o servidor esteja menos ocupado.</translation>
    </message>
    <message>
        <source>A program of yours that runs around the stop failed</source>
        <translation>Um programa seu executado em torno da parada falhou</translation>
    </message>
    <message>
        <source>%1 failed: %2.</source>
        <translation>%1 falhou: %2.</translation>
    </message>
    <message>
        <source>Mend the program in /etc/edgelift/hooks.d, or remove it, then retry.</source>
        <translation>Corrija o programa em /etc/edgelift/hooks.d ou remova-o e tente novamente.</translation>
    </message>
    <message>
        <source>A device cannot be followed while the server runs</source>
        <translation>Não é possível acompanhar um dispositivo enquanto o servidor funciona</translation>
    </message>
    <message>
        <source>%1 uses %2. What is written to it while the server runs would be lost.</source>
        <translation>%1 usa %2. O que for gravado nele enquanto o servidor funciona seria perdido.</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>Deixe de usá-lo e verifique novamente, ou desligue o servidor e migre as imagens de disco dele.</translation>
    </message>
    <message>
        <source>This part of the copy came too late</source>
        <translation>Esta parte da cópia chegou tarde demais</translation>
    </message>
    <message>
        <source>The receiver already takes a later round of the copy.</source>
        <translation>O receptor já recebe uma rodada posterior da cópia.</translation>
    </message>
    <message>
        <source>Retry. Make sure that only one program migrates this server.</source>
        <translation>Tente novamente. Certifique-se de que só um programa migra este servidor.</translation>
    </message>
    <message>
        <source>The copied server would not start in the cloud</source>
        <translation>O servidor copiado não iniciaria na nuvem</translation>
    </message>
    <message>
        <source>Do on the source server what is said there, then migrate again. Nothing was changed on it.</source>
        <translation>Faça no servidor de origem o que está indicado ali e migre novamente. Nada foi alterado nele.</translation>
    </message>
    <message>
        <source>A target disk could not be set up</source>
        <translation>Não foi possível preparar um disco de destino</translation>
    </message>
    <message>
        <source>Making %1 on the target disk with %2 failed.</source>
        <translation>Falha ao criar %1 no disco de destino com %2.</translation>
    </message>
    <message>
        <source>Retry. If it fails again, undo the change of this volume in the plan, or report it with the diagnostics.</source>
        <translation>Tente novamente. Se falhar de novo, desfaça a alteração deste volume no plano ou informe o erro com o diagnóstico.</translation>
    </message>
    <message>
        <source>The disks cannot be changed as planned because of %1.</source>
        <translation>Os discos não podem ser alterados como planejado por causa de %1.</translation>
    </message>
    <message>
        <source>A new filesystem is full</source>
        <translation>Um novo sistema de arquivos está cheio</translation>
    </message>
    <message>
        <source>The files of %1 do not fit into the size that the plan gives it.</source>
        <translation>Os arquivos de %1 não cabem no tamanho que o plano lhe dá.</translation>
    </message>
    <message>
        <source>Files could not be copied</source>
        <translation>Não foi possível copiar arquivos</translation>
    </message>
    <message>
        <source>Copying the files of %1 failed: %2.</source>
        <translation>Falha ao copiar os arquivos de %1: %2.</translation>
    </message>
    <message>
        <source>Mend what is named, then retry. Files that were already copied are kept.</source>
        <translation>Corrija o que é indicado e tente novamente. Os arquivos já copiados são mantidos.</translation>
    </message>
    <message>
        <source>The final moment would be too long</source>
        <translation>O momento final seria longo demais</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks, so the %1 in use would be read while the filesystems are held still: for about %2 seconds. %3 seconds are allowed.</source>
        <translation>O kernel não permite acompanhar o que é gravado nos discos; por isso, os %1 em uso seriam lidos enquanto os sistemas de arquivos estivessem congelados: por cerca de %2 segundos. São permitidos %3 segundos.</translation>
    </message>
    <message>
        <source>Allow eBPF, perf events or block traces (perf_event_paranoid, lockdown, container settings), or allow a longer final moment (freezeSeconds in the plan, 60 at most), or shut the server down and migrate its disk images.</source>
        <translation>Permita eBPF, eventos perf ou rastreamentos de blocos (perf_event_paranoid, lockdown, configurações do contêiner), permita um momento final mais longo (freezeSeconds no plano, no máximo 60) ou desligue o servidor e migre as imagens de disco dele.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is made out to another name.</source>
        <translation>O certificado que %1 apresenta está em outro nome.</translation>
    </message>
    <message>
        <source>Check the address. If a proxy or firewall opens encrypted connections, let it pass this one untouched. Then retry.</source>
        <translation>Verifique o endereço. Se um proxy ou firewall abrir conexões criptografadas, faça-o deixar esta passar intacta. Depois, tente novamente.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows is not valid today.</source>
        <translation>O certificado que %1 apresenta não é válido hoje.</translation>
    </message>
    <message>
        <source>Check the date of this server, then retry. If it is right, the other side needs a new certificate.</source>
        <translation>Verifique a data deste servidor e tente novamente. Se ela estiver correta, o outro lado precisa de um novo certificado.</translation>
    </message>
    <message>
        <source>The certificate that %1 shows comes from an authority that this server does not know.</source>
        <translation>O certificado que %1 apresenta vem de uma autoridade que este servidor não conhece.</translation>
    </message>
    <message>
        <source>If a proxy or firewall opens encrypted connections, let it pass this one untouched, or install its authority on this server. Then retry.</source>
        <translation>Se um proxy ou firewall abrir conexões criptografadas, faça-o deixar esta passar intacta ou instale a autoridade dele neste servidor. Depois, tente novamente.</translation>
    </message>
    <message>
        <source>The name service of this server does not know %1.</source>
        <translation>O serviço de nomes deste servidor não conhece %1.</translation>
    </message>
    <message>
        <source>Check the address and the name servers in /etc/resolv.conf, then retry.</source>
        <translation>Verifique o endereço e os servidores de nomes em /etc/resolv.conf e tente novamente.</translation>
    </message>
    <message>
        <source>%1 refuses connections.</source>
        <translation>%1 recusa conexões.</translation>
    </message>
    <message>
        <source>Check the address and its port, and that no firewall refuses this connection, then retry.</source>
        <translation>Verifique o endereço e a porta e se nenhum firewall recusa esta conexão e tente novamente.</translation>
    </message>
    <message>
        <source>%1 does not answer in time.</source>
        <translation>%1 não responde a tempo.</translation>
    </message>
    <message>
        <source>Let the firewall pass connections to this address, or set a proxy, then retry.</source>
        <translation>Permita no firewall as conexões com este endereço ou configure um proxy e tente novamente.</translation>
    </message>
    <message>
        <source>The connection to %1 is cut before an answer comes.</source>
        <translation>A conexão com %1 é cortada antes que chegue uma resposta.</translation>
    </message>
    <message>
        <source>Let the firewall or proxy that cuts it pass connections to this address, then retry.</source>
        <translation>Permita as conexões com este endereço no firewall ou proxy que as corta e tente novamente.</translation>
    </message>
    <message>
        <source>This server knows no way to %1.</source>
        <translation>Este servidor não conhece nenhum caminho até %1.</translation>
    </message>
    <message>
        <source>Check its network and its default gateway, then retry.</source>
        <translation>Verifique a rede e o gateway padrão dele e tente novamente.</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 asks for a login.</source>
        <translation>O proxy no caminho até %1 pede login.</translation>
    </message>
    <message>
        <source>Set the agent&apos;s http_proxy and https_proxy to http://name:password@proxy:port and start it again, or let the proxy pass this address without a login.</source>
        <translation>Defina http_proxy e https_proxy do agente como http://name:password@proxy:port e inicie-o novamente, ou permita no proxy este endereço sem login.</translation>
    </message>
    <message>
        <source>The proxy on the way to %1 makes no connection to it.</source>
        <translation>O proxy no caminho até %1 não estabelece conexão com esse endereço.</translation>
    </message>
    <message>
        <source>Check the proxy in the agent&apos;s http_proxy and https_proxy, and that it passes this address, then retry.</source>
        <translation>Verifique o proxy em http_proxy e https_proxy do agente e se ele deixa passar este endereço e tente novamente.</translation>
    </message>
    <message>
        <source>What is written to the disks cannot be followed</source>
        <translation>Não é possível acompanhar o que é gravado nos discos</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow it: eBPF, perf events and block traces were tried.</source>
        <translation>O kernel não permite acompanhar isso: foram tentados eBPF, eventos perf e rastreamentos de blocos.</translation>
    </message>
    <message>
        <source>Allow one of them (perf_event_paranoid, lockdown, container settings), then try again. Otherwise everything in use is compared while writing stops in the final moment, or shut the server down and migrate its disk images.</source>
        <translation>Permita um deles (perf_event_paranoid, lockdown, configurações do contêiner) e tente novamente. Caso contrário, tudo o que está em uso é comparado enquanto a gravação para no momento final; ou desligue o servidor e migre as imagens de disco dele.</translation>
    </message>
    <message>
        <source>Print the plan of this migration with “edgeliftctl plan show --job JOB --json”, give the volume more room in it, and go on with “edgeliftctl retry JOB --plan FILE”. The copy then begins anew.</source>
        <translation>Mostre o plano desta migração com “edgeliftctl plan show --job JOB --json”, dê nele mais espaço ao volume e continue com “edgeliftctl retry JOB --plan FILE”. A cópia então recomeça do zero.</translation>
    </message>
    <message>
        <source>The cloud refuses every request from 15 minutes on. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”, then retry.</source>
        <translation>A partir de 15 minutos de diferença, a nuvem recusa todas as solicitações. Sincronize o relógio, por exemplo com “timedatectl set-ntp true” ou “chronyc makestep”, e tente novamente.</translation>
    </message>
    <message>
        <source>The plan differs in more than the layout</source>
        <translation>O plano difere em mais do que o layout</translation>
    </message>
    <message>
        <source>“%2” is not what migration %1 has begun with. It takes another layout of its disks, and nothing else.</source>
        <translation>“%2” difere do que havia no início da migração %1. Ela aceita outro layout dos discos e nada mais.</translation>
    </message>
    <message>
        <source>Take the plan that “edgeliftctl plan show --job %1 --json” prints and change only sizes and places under “disks”, or cancel the migration and start again.</source>
        <translation>Use o plano que “edgeliftctl plan show --job %1 --json” mostra e altere somente tamanhos e posições em “disks”, ou cancele a migração e comece de novo.</translation>
    </message>
    <message>
        <source>The layout cannot be changed any more</source>
        <translation>Não é mais possível alterar o layout</translation>
    </message>
    <message>
        <source>The copy of migration %1 is complete, and its image is being made.</source>
        <translation>A cópia da migração %1 está completa, e a imagem dela está sendo criada.</translation>
    </message>
    <message>
        <source>Go on without another plan, or cancel the migration and start again.</source>
        <translation>Continue sem outro plano, ou cancele a migração e comece de novo.</translation>
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
        <translation>Ilimitado</translation>
    </message>
    <message>
        <source>%1 %</source>
        <extracomment>A share of a whole; %1 is a number such as 42</extracomment>
        <translation>%1%</translation>
    </message>
    <message>
        <source>less than 1 min</source>
        <translation>menos de 1 min</translation>
    </message>
    <message>
        <source>more than 2 days</source>
        <translation>mais de 2 dias</translation>
    </message>
    <message>
        <source>about %1 min</source>
        <extracomment>Remaining time</extracomment>
        <translation>cerca de %1 min</translation>
    </message>
    <message>
        <source>about %1 h</source>
        <translation>cerca de %1 h</translation>
    </message>
    <message>
        <source>about %1 h %2 min</source>
        <translation>cerca de %1 h %2 min</translation>
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
        <translation>Aviso: %1</translation>
    </message>
    <message>
        <source>The ENS image %1 is ready.</source>
        <translation>A imagem do ENS %1 está pronta.</translation>
    </message>
    <message>
        <source>The migration engine does not answer. Reconnecting.</source>
        <translation>O mecanismo de migração não responde. Reconectando.</translation>
    </message>
    <message>
        <source>Connected to the migration engine again.</source>
        <translation>Conectado novamente ao mecanismo de migração.</translation>
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
        <translation>Aguardando</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Em execução</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausada</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Erro</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Concluída</translation>
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
        <translation>%1: %2 fica de fora</translation>
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
        <translation>Definido como o máximo, %1.</translation>
    </message>
    <message>
        <source>Set to the minimum, %1.</source>
        <translation>Definido como o mínimo, %1.</translation>
    </message>
</context>
<context>
    <name>Phase</name>
    <message>
        <source>Connecting</source>
        <translation>Conectando</translation>
    </message>
    <message>
        <source>Checking the account</source>
        <translation>Verificando a conta</translation>
    </message>
    <message>
        <source>Making the transit instance</source>
        <translation>Criando a instância de trânsito</translation>
    </message>
    <message>
        <source>Copying the disks</source>
        <translation>Copiando os discos</translation>
    </message>
    <message>
        <source>Finishing the disks</source>
        <translation>Finalizando os discos</translation>
    </message>
    <message>
        <source>Taking snapshots</source>
        <translation>Criando snapshots</translation>
    </message>
    <message>
        <source>Making the ECS image</source>
        <translation>Criando a imagem do ECS</translation>
    </message>
    <message>
        <source>Exporting the image to the bucket</source>
        <translation>Exportando a imagem para o bucket</translation>
    </message>
    <message>
        <source>Importing the image into ENS</source>
        <translation>Importando a imagem para o ENS</translation>
    </message>
    <message>
        <source>Cleaning up</source>
        <translation>Limpando</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Concluído</translation>
    </message>
</context>
<context>
    <name>PhaseStrip</name>
    <message>
        <source>Preparing</source>
        <translation>Preparando</translation>
    </message>
    <message>
        <source>Transit instance</source>
        <translation>Instância de trânsito</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>Sincronizando</translation>
    </message>
    <message>
        <source>ECS image</source>
        <translation>Imagem do ECS</translation>
    </message>
    <message>
        <source>Upload to OSS</source>
        <translation>Upload para o OSS</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>imagem do ENS</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>Limpeza</translation>
    </message>
</context>
<context>
    <name>PlanRules</name>
    <message>
        <source>System disk</source>
        <translation>Disco do sistema</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <extracomment>%1 the number of a data disk</extracomment>
        <translation>Disco de dados %1</translation>
    </message>
    <message>
        <source>Not migrated.</source>
        <translation>Não será migrado.</translation>
    </message>
    <message>
        <source>Copied block by block: same size and structure as on the source.</source>
        <translation>Copiado bloco a bloco: mesmo tamanho e estrutura da origem.</translation>
    </message>
    <message>
        <source>Copied file by file because its size changes from %1 to %2.</source>
        <extracomment>%1, %2 sizes</extracomment>
        <translation>Copiado arquivo a arquivo porque o tamanho muda de %1 para %2.</translation>
    </message>
    <message>
        <source>Copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>Copiado arquivo a arquivo porque o tamanho não é múltiplo de 4 MiB com o LVM ativado.</translation>
    </message>
    <message>
        <source>Copied file by file, as chosen.</source>
        <translation>Copiado arquivo a arquivo, conforme escolhido.</translation>
    </message>
    <message>
        <source>Does not fit: %1 missing</source>
        <extracomment>while a mount target is dragged over a disk; %1 a size</extracomment>
        <translation>Não cabe: faltam %1</translation>
    </message>
    <message>
        <source>Move here: %1 fits, %2 free</source>
        <extracomment>while a mount target is dragged over a disk; %1 its size, %2 what is free on the disk afterwards</extracomment>
        <translation>Mover para cá: %1 cabem, %2 livres</translation>
    </message>
    <message>
        <source>%1 moved to %2.</source>
        <extracomment>%1 a mount target, %2 a disk such as “Data disk 2”</extracomment>
        <translation>%1 movido para %2.</translation>
    </message>
    <message>
        <source>%1 changed from %2 to %3.</source>
        <extracomment>%1 a mount target or disk, %2 and %3 sizes</extracomment>
        <translation>%1 alterado de %2 para %3.</translation>
    </message>
    <message>
        <source>%1 is copied file by file.</source>
        <extracomment>%1 a mount target</extracomment>
        <translation>%1 é copiado arquivo a arquivo.</translation>
    </message>
    <message>
        <source>%1 is migrated.</source>
        <translation>%1 será migrado.</translation>
    </message>
    <message>
        <source>LVM is switched off on %1.</source>
        <extracomment>%1 a disk such as “Data disk 2”</extracomment>
        <translation>O LVM foi desativado em %1.</translation>
    </message>
    <message>
        <source>Choose where to keep the ENS image: cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>Escolha onde manter a imagem do ENS: cn-beijing ou ap-southeast-1. “%1” não é possível.</translation>
    </message>
    <message>
        <source>The name must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”. “%1” does not.</source>
        <translation>O nome deve ter de 2 a 128 caracteres, começar com uma letra e conter só letras, dígitos, “:”, “_” e “-”. “%1” não atende a isso.</translation>
    </message>
    <message>
        <source>Choose a bucket. It holds the temporary image.</source>
        <translation>Escolha um bucket para a imagem temporária.</translation>
    </message>
    <message>
        <source>Choose a VPC and a vSwitch. Private transfer needs both.</source>
        <translation>Escolha uma VPC e um vSwitch. A transferência privada exige ambos.</translation>
    </message>
    <message>
        <source>Enter a compression ratio from 0 to 10.</source>
        <translation>Digite uma taxa de compressão de 0 a 10.</translation>
    </message>
    <message numerus="yes">
        <source>A job can have at most 20 tags. Remove %n tag(s).</source>
        <translation>
            <numerusform>Uma tarefa pode ter no máximo 20 tags. Remova %n tag.</numerusform>
            <numerusform>Uma tarefa pode ter no máximo 20 tags. Remova %n tags.</numerusform>
        </translation>
    </message>
    <message>
        <source>A tag key must have 1 to 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”. “%1” does not fit.</source>
        <translation>Uma chave de tag deve ter de 1 a 128 caracteres e não começar com “aliyun”, “acs:”, “http://” ou “https://”. “%1” não atende a isso.</translation>
    </message>
    <message>
        <source>The licence type “Alibaba Cloud” covers only Windows Server. For %1 choose BYOL if you have a licence.</source>
        <translation>O tipo de licença “Alibaba Cloud” abrange apenas o Windows Server. Para %1, escolha BYOL se tiver uma licença.</translation>
    </message>
    <message>
        <source>Enter a speed limit from 0 to 100,000 Mbit/s; 0 means unlimited.</source>
        <translation>Digite um limite de velocidade de 0 a 100.000 Mbit/s; 0 significa ilimitado.</translation>
    </message>
    <message>
        <source>The description must have 2 to 128 characters, start with a letter and contain only letters, digits, “:”, “_” and “-”.</source>
        <translation>A descrição deve ter de 2 a 128 caracteres, começar com uma letra e conter só letras, dígitos, “:”, “_” e “-”.</translation>
    </message>
    <message>
        <source>The value of tag “%1” must have at most 128 characters and not start with “aliyun”, “acs:”, “http://” or “https://”.</source>
        <translation>O valor da tag “%1” deve ter no máximo 128 caracteres e não começar com “aliyun”, “acs:”, “http://” ou “https://”.</translation>
    </message>
    <message>
        <source>“%1” cannot be the name of a bucket: those have 3 to 63 lower-case letters, digits and “-”.</source>
        <translation>“%1” não pode ser nome de bucket: use de 3 a 63 letras minúsculas, dígitos e “-”.</translation>
    </message>
    <message>
        <source>The temporary image can be made in cn-beijing or ap-southeast-1. “%1” is not possible.</source>
        <translation>A imagem temporária pode ser criada em cn-beijing ou ap-southeast-1. “%1” não é possível.</translation>
    </message>
    <message>
        <source>Enter a disk-read limit from 0 to 100,000 MB/s; 0 means unlimited.</source>
        <translation>Digite um limite de leitura de disco de 0 a 100.000 MB/s; 0 significa ilimitado.</translation>
    </message>
    <message>
        <source>Enter a niceness from 0 to 19; 19 gives way to everything else.</source>
        <translation>Digite um valor nice de 0 a 19; com 19, todo o resto tem prioridade.</translation>
    </message>
    <message>
        <source>The time plan can have 32 windows, each with days, two different times and limits in their range. “%1” does not fit.</source>
        <translation>O agendamento pode ter 32 janelas, cada uma com dias, dois horários diferentes e limites dentro do intervalo. “%1” não atende a isso.</translation>
    </message>
    <message>
        <source>Paths must start with “/”. “%1” does not.</source>
        <translation>Os caminhos devem começar com “/”. “%1” não começa assim.</translation>
    </message>
    <message>
        <source>Exclusions are ignored for partitions copied block by block. Switch block replication off for %1 to use them.</source>
        <translation>As exclusões são ignoradas em partições copiadas bloco a bloco. Para usá-las, desative a replicação em blocos de %1.</translation>
    </message>
    <message>
        <source>The system disk must have 20 to 2,048 GiB.</source>
        <translation>O disco do sistema deve ter de 20 a 2.048 GiB.</translation>
    </message>
    <message>
        <source>A data disk must have 1 to 32,768 GiB.</source>
        <translation>Um disco de dados deve ter de 1 a 32.768 GiB.</translation>
    </message>
    <message>
        <source>The system disk needs more than %2, the space in use. Enter at least %4.</source>
        <translation>O disco do sistema precisa de mais que %2, o espaço em uso. Digite pelo menos %4.</translation>
    </message>
    <message>
        <source>Data disk %1 needs more than %2, the space in use. Enter at least %4.</source>
        <translation>O disco de dados %1 precisa de mais que %2, o espaço em uso. Digite pelo menos %4.</translation>
    </message>
    <message>
        <source>The partitions on %1 need %2, but the disk has %3. Reduce a partition, enlarge the disk or move a mount target.</source>
        <translation>As partições em %1 precisam de %2, mas o disco tem %3. Reduza uma partição, aumente o disco ou mova um ponto de montagem.</translation>
    </message>
    <message numerus="yes">
        <source>%n data disk(s) would be migrated, at most 4 are possible. Clear “Migrate” for the others or move their mount targets.</source>
        <translation>
            <numerusform>%n disco de dados seria migrado; o máximo é 4. Desmarque “Migrar” nos demais ou mova os pontos de montagem deles.</numerusform>
            <numerusform>%n discos de dados seriam migrados; o máximo é 4. Desmarque “Migrar” nos demais ou mova os pontos de montagem deles.</numerusform>
        </translation>
    </message>
    <message>
        <source>An ENS image allows at most 500 GiB for a data disk. Data disk %1 has %3.</source>
        <translation>Uma imagem do ENS permite no máximo 500 GiB por disco de dados. O disco de dados %1 tem %3.</translation>
    </message>
    <message>
        <source>%1 cannot be moved. Boot and system partitions stay on the system disk.</source>
        <translation>%1 não pode ser movido. As partições de inicialização e do sistema ficam no disco do sistema.</translation>
    </message>
    <message>
        <source>%1 needs more than %2, the space in use.</source>
        <translation>%1 precisa de mais que %2, o espaço em uso.</translation>
    </message>
    <message>
        <source>The server has %2 in use. An image may have at most 1 TiB after compression.</source>
        <translation>O servidor tem %2 em uso. Uma imagem pode ter no máximo 1 TiB após a compressão.</translation>
    </message>
    <message>
        <source>LVM cannot be used: the system disk has no boot partition.</source>
        <translation>Não é possível usar o LVM: o disco do sistema não tem partição de inicialização.</translation>
    </message>
    <message>
        <source>LVM will have no effect: Debian with kernel %1 and XFS.</source>
        <translation>O LVM não terá efeito: Debian com kernel %1 e XFS.</translation>
    </message>
    <message>
        <source>%1 is copied file by file because its size is not a multiple of 4 MiB while LVM is on.</source>
        <translation>%1 é copiado arquivo a arquivo porque o tamanho não é múltiplo de 4 MiB com o LVM ativado.</translation>
    </message>
    <message>
        <source>Data disk %1 has no mount target to migrate and is left out.</source>
        <translation>O disco de dados %1 não tem ponto de montagem a migrar e fica de fora.</translation>
    </message>
    <message>
        <source>The size of %1 cannot be changed while it is copied block by block. Switch to file copy first.</source>
        <translation>O tamanho de %1 não pode ser alterado na cópia bloco a bloco. Mude antes para a cópia de arquivos.</translation>
    </message>
    <message>
        <source>The first disk of a plan, and only that one, must be the system disk of this server: %1.</source>
        <translation>O primeiro disco de um plano, e só ele, deve ser o disco do sistema deste servidor: %1.</translation>
    </message>
    <message>
        <source>%1 stands in the plan more than once.</source>
        <translation>%1 aparece mais de uma vez no plano.</translation>
    </message>
    <message>
        <source>%1 cannot be left out. Boot and system partitions are always migrated.</source>
        <translation>%1 não pode ficar de fora. As partições de inicialização e do sistema são sempre migradas.</translation>
    </message>
    <message>
        <source>This server has no disk or volume %1.</source>
        <translation>Este servidor não tem disco nem volume %1.</translation>
    </message>
    <message>
        <source>Data disk %1 has %3. The cloud may round it up to 20 GiB.</source>
        <translation>O disco de dados %1 tem %3. A nuvem pode arredondá-lo para 20 GiB.</translation>
    </message>
    <message>
        <source>The source disk has %3. The size was set to %2, the nearest possible value.</source>
        <translation>O disco de origem tem %3. O tamanho foi definido como %2, o valor possível mais próximo.</translation>
    </message>
    <message>
        <source>Bucket “%1” is in %5, but the temporary image is created in %6. Choose a bucket in %6.</source>
        <translation>O bucket “%1” está em %5, mas a imagem temporária é criada em %6. Escolha um bucket em %6.</translation>
    </message>
    <message>
        <source>vSwitch “%1” does not belong to VPC “%5”.</source>
        <translation>O vSwitch “%1” não pertence à VPC “%5”.</translation>
    </message>
    <message>
        <source>Two tags have the key “%1”.</source>
        <translation>Duas tags têm a chave “%1”.</translation>
    </message>
    <message>
        <source>LVM cannot be used for disk %1: this server has no LVM programs. Install the package lvm2 on it, or leave LVM off.</source>
        <translation>Não é possível usar o LVM no disco %1: este servidor não tem programas do LVM. Instale nele o pacote lvm2 ou deixe o LVM desativado.</translation>
    </message>
</context>
<context>
    <name>Prompt</name>
    <message>
        <source>Install the snapshot driver?</source>
        <translation>Instalar o driver de snapshot?</translation>
    </message>
    <message>
        <source>Install rsync?</source>
        <translation>Instalar o rsync?</translation>
    </message>
    <message>
        <source>Disable SELinux?</source>
        <translation>Desativar o SELinux?</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>Não necessário: os discos não estão em uso.</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>Um servidor em execução precisa dele para a replicação em blocos.</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>Não necessário: os volumes são copiados bloco a bloco.</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>O rsync copia volumes arquivo a arquivo e não está instalado.</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>O rsync está instalado.</translation>
    </message>
    <message>
        <source>rsync is not installed, and no package manager was found that could install it.</source>
        <translation>O rsync não está instalado, e nenhum gerenciador de pacotes que possa instalá-lo foi encontrado.</translation>
    </message>
    <message>
        <source>Nothing to do: labels are copied with the files, so SELinux can stay as it is.</source>
        <translation>Nada a fazer: os rótulos são copiados com os arquivos, portanto o SELinux pode ficar como está.</translation>
    </message>
    <message>
        <source>SELinux is in use. Labels are copied with the files, so it can stay as it is.</source>
        <translation>O SELinux está em uso. Os rótulos são copiados com os arquivos, portanto ele pode ficar como está.</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>O SELinux não está em uso.</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>Sim</translation>
    </message>
    <message>
        <source>No</source>
        <translation>Não</translation>
    </message>
    <message>
        <source>Leave it enabled (recommended)</source>
        <translation>Manter ativado (recomendado)</translation>
    </message>
    <message>
        <source>Permissive until the next start</source>
        <translation>Permissivo até a próxima inicialização</translation>
    </message>
    <message>
        <source>Disable it</source>
        <translation>Desativar</translation>
    </message>
    <message>
        <source>Needed for block replication.</source>
        <translation>Necessário para a replicação em blocos.</translation>
    </message>
    <message>
        <source>Files are copied instead.</source>
        <translation>Em vez disso, os arquivos são copiados.</translation>
    </message>
    <message>
        <source>It is installed with the package manager of this server.</source>
        <translation>É instalado com o gerenciador de pacotes deste servidor.</translation>
    </message>
    <message>
        <source>Volumes that are copied file by file cannot be migrated.</source>
        <translation>Volumes copiados arquivo a arquivo não podem ser migrados.</translation>
    </message>
    <message>
        <source>Nothing changes. What the migration changes on the image is relabelled there.</source>
        <translation>Nada muda. O que a migração altera na imagem recebe novos rótulos lá.</translation>
    </message>
    <message>
        <source>SELinux only logs until this server is started again; “setenforce 1” restores it at once.</source>
        <translation>O SELinux apenas registra em log até este servidor ser reiniciado; “setenforce 1” o restaura imediatamente.</translation>
    </message>
    <message>
        <source>SELinux is off from the next start on and only logs until then. The original of /etc/selinux/config is kept beside it as config.edgelift-orig; put it back and start the server again to restore SELinux.</source>
        <translation>O SELinux fica desativado a partir da próxima inicialização e, até lá, apenas registra em log. O /etc/selinux/config original é mantido ao lado como config.edgelift-orig; para restaurar o SELinux, recoloque-o e reinicie o servidor.</translation>
    </message>
    <message>
        <source>The snapshot driver was tested on every disk.</source>
        <translation>O driver de snapshot foi testado em cada disco.</translation>
    </message>
</context>
<context>
    <name>Readiness</name>
    <message>
        <source>Operating system</source>
        <translation>Sistema operacional</translation>
    </message>
    <message>
        <source>Found %1.</source>
        <translation>Encontrado: %1.</translation>
    </message>
    <message>
        <source>No root filesystem of a Linux system was found on %1.</source>
        <translation>Nenhum sistema de arquivos raiz de um sistema Linux foi encontrado em %1.</translation>
    </message>
    <message>
        <source>Choose the disk that the server starts from.</source>
        <translation>Escolha o disco pelo qual o servidor inicializa.</translation>
    </message>
    <message>
        <source>Processor architecture</source>
        <translation>Arquitetura do processador</translation>
    </message>
    <message>
        <source>The system is made for %1.</source>
        <translation>O sistema foi feito para %1.</translation>
    </message>
    <message>
        <source>Only x86-64 servers can become ENS images.</source>
        <translation>Só servidores x86-64 podem se tornar imagens do ENS.</translation>
    </message>
    <message>
        <source>Neither /bin/sh nor another program tells what the system is made for.</source>
        <translation>Nem /bin/sh nem outro programa indica para que o sistema foi feito.</translation>
    </message>
    <message>
        <source>Make sure that the server is an x86-64 system.</source>
        <translation>Certifique-se de que o servidor é um sistema x86-64.</translation>
    </message>
    <message>
        <source>Boot loader</source>
        <translation>Carregador de inicialização</translation>
    </message>
    <message>
        <source>No boot loader was found on %1.</source>
        <translation>Nenhum carregador de inicialização foi encontrado em %1.</translation>
    </message>
    <message>
        <source>Install GRUB on the system disk, then check again.</source>
        <translation>Instale o GRUB no disco do sistema e verifique novamente.</translation>
    </message>
    <message>
        <source>The server starts with %1, not with GRUB 2.</source>
        <translation>O servidor inicializa com %1, não com GRUB 2.</translation>
    </message>
    <message>
        <source>It is copied as it is. Test the image before you rely on it.</source>
        <translation>É copiado como está. Teste a imagem antes de depender dela.</translation>
    </message>
    <message>
        <source>Firmware</source>
        <translation>Firmware</translation>
    </message>
    <message>
        <source>The server starts by %1.</source>
        <translation>O servidor inicializa por %1.</translation>
    </message>
    <message>
        <source>Drivers for the cloud</source>
        <translation>Drivers para a nuvem</translation>
    </message>
    <message>
        <source>Kernel %1 has virtio drivers.</source>
        <translation>O kernel %1 tem drivers virtio.</translation>
    </message>
    <message>
        <source>The start files of kernel %1 have no virtio drivers.</source>
        <translation>Os arquivos de inicialização do kernel %1 não têm drivers virtio.</translation>
    </message>
    <message>
        <source>Rebuild the initramfs with virtio_blk, virtio_pci and virtio_net, then check again.</source>
        <translation>Recrie o initramfs com virtio_blk, virtio_pci e virtio_net e verifique novamente.</translation>
    </message>
    <message>
        <source>The start files of the older kernel %1 have no virtio drivers.</source>
        <translation>Os arquivos de inicialização do kernel antigo %1 não têm drivers virtio.</translation>
    </message>
    <message>
        <source>Remove this kernel or rebuild its initramfs, so that it is not started by mistake.</source>
        <translation>Remova este kernel ou recrie o initramfs dele, para que não seja iniciado por engano.</translation>
    </message>
    <message>
        <source>Network driver for the cloud</source>
        <translation>Driver de rede para a nuvem</translation>
    </message>
    <message>
        <source>Kernel %1 has no virtio_net driver.</source>
        <translation>O kernel %1 não tem o driver virtio_net.</translation>
    </message>
    <message>
        <source>Install the kernel&apos;s complete modules, or the image will have no network.</source>
        <translation>Instale todos os módulos do kernel; caso contrário, a imagem ficará sem rede.</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>Kernel</translation>
    </message>
    <message>
        <source>No kernel was found below /boot.</source>
        <translation>Nenhum kernel foi encontrado em /boot.</translation>
    </message>
    <message>
        <source>Make sure that the server&apos;s kernel has virtio drivers.</source>
        <translation>Certifique-se de que o kernel do servidor tem drivers virtio.</translation>
    </message>
    <message>
        <source>Mount table</source>
        <translation>Tabela de montagem</translation>
    </message>
    <message>
        <source>Every entry of /etc/fstab names a volume by something that stays.</source>
        <translation>Cada entrada de /etc/fstab indica um volume por um identificador fixo.</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2. Such names differ from machine to machine.</source>
        <translation>/etc/fstab indica %1 para %2. Esses nomes variam de uma máquina para outra.</translation>
    </message>
    <message>
        <source>Write UUID=… instead (blkid prints it).</source>
        <translation>Use UUID=… no lugar (blkid o mostra).</translation>
    </message>
    <message>
        <source>/etc/fstab names %1 for %2, which is on none of the disks.</source>
        <translation>/etc/fstab indica %1 para %2, que não está em nenhum dos discos.</translation>
    </message>
    <message>
        <source>Add the missing disk, or give the entry the option “nofail”; otherwise the image stops while starting.</source>
        <translation>Adicione o disco que falta ou dê à entrada a opção “nofail”; caso contrário, a imagem para durante a inicialização.</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Discos</translation>
    </message>
    <message>
        <source>Number of disks within the limits: %1.</source>
        <translation>Número de discos dentro dos limites: %1.</translation>
    </message>
    <message>
        <source>There are %1 data disks, an ENS image has at most %2.</source>
        <translation>Há %1 discos de dados; uma imagem do ENS tem no máximo %2.</translation>
    </message>
    <message>
        <source>Leave disks out in the plan.</source>
        <translation>Deixe discos de fora no plano.</translation>
    </message>
    <message>
        <source>Data disk %1 has %2, an ENS image allows 500 GiB for each.</source>
        <translation>O disco de dados %1 tem %2; uma imagem do ENS permite 500 GiB para cada um.</translation>
    </message>
    <message>
        <source>Leave the disk out in the plan, or make it smaller.</source>
        <translation>Deixe o disco de fora no plano ou reduza-o.</translation>
    </message>
    <message>
        <source>SELinux</source>
        <translation>SELinux</translation>
    </message>
    <message>
        <source>SELinux is %1. Labels are copied with the files, so it can stay as it is.</source>
        <translation>Estado do SELinux: %1. Os rótulos são copiados com os arquivos, portanto ele pode ficar como está.</translation>
    </message>
    <message>
        <source>Leave it enabled.</source>
        <translation>Mantenha-o ativado.</translation>
    </message>
    <message>
        <source>SELinux is not in use.</source>
        <translation>O SELinux não está em uso.</translation>
    </message>
    <message>
        <source>cloud-init</source>
        <translation>cloud-init</translation>
    </message>
    <message>
        <source>cloud-init is installed.</source>
        <translation>O cloud-init está instalado.</translation>
    </message>
    <message>
        <source>cloud-init is not installed. The instance keeps the server&apos;s passwords, keys and network settings.</source>
        <translation>O cloud-init não está instalado. A instância mantém as senhas, as chaves e as configurações de rede do servidor.</translation>
    </message>
    <message>
        <source>Snapshot driver</source>
        <translation>Driver de snapshot</translation>
    </message>
    <message>
        <source>Not needed: the disks are not in use.</source>
        <translation>Não necessário: os discos não estão em uso.</translation>
    </message>
    <message>
        <source>rsync</source>
        <translation>rsync</translation>
    </message>
    <message>
        <source>Not needed: volumes are copied block by block.</source>
        <translation>Não necessário: os volumes são copiados bloco a bloco.</translation>
    </message>
    <message>
        <source>Device that cannot be followed</source>
        <translation>Dispositivo que não pode ser acompanhado</translation>
    </message>
    <message>
        <source>%1 uses %2, a multipath device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 usa %2, um dispositivo multipath. O que é gravado nele não pode ser acompanhado enquanto o servidor funciona.</translation>
    </message>
    <message>
        <source>Take it out of use and check again, or shut the server down and migrate its disk images.</source>
        <translation>Deixe de usá-lo e verifique novamente, ou desligue o servidor e migre as imagens de disco dele.</translation>
    </message>
    <message>
        <source>%1 uses %2, which the kernel drives as an NVMe multipath disk. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 usa %2, que o kernel opera como disco NVMe multipath. O que é gravado nele não pode ser acompanhado enquanto o servidor funciona.</translation>
    </message>
    <message>
        <source>If the disk has one path only, start the server with the kernel option nvme_core.multipath=N and check again; otherwise shut it down and migrate its disk images.</source>
        <translation>Se o disco tiver só um caminho, inicie o servidor com a opção de kernel nvme_core.multipath=N e verifique novamente; caso contrário, desligue-o e migre as imagens de disco dele.</translation>
    </message>
    <message>
        <source>%1 uses a disk that is there several times: %2.</source>
        <translation>%1 usa um disco que aparece várias vezes: %2.</translation>
    </message>
    <message>
        <source>Leave one path to the disk, then check again.</source>
        <translation>Deixe um só caminho para o disco e verifique novamente.</translation>
    </message>
    <message>
        <source>%1 uses %2, a DRBD device. What is written to it cannot be followed while the server runs.</source>
        <translation>%1 usa %2, um dispositivo DRBD. O que é gravado nele não pode ser acompanhado enquanto o servidor funciona.</translation>
    </message>
    <message>
        <source>Unmount it, stop DRBD and check again, or shut the server down and migrate its disk images.</source>
        <translation>Desmonte-o, pare o DRBD e verifique novamente, ou desligue o servidor e migre as imagens de disco dele.</translation>
    </message>
    <message>
        <source>%1 uses %2, which other servers may write to as well.</source>
        <translation>%1 usa %2, em que outros servidores também podem gravar.</translation>
    </message>
    <message>
        <source>Unmount it on this server, then check again. What servers share stays where it is.</source>
        <translation>Desmonte-o neste servidor e verifique novamente. O que os servidores compartilham fica onde está.</translation>
    </message>
    <message>
        <source>%1 uses %2, persistent memory. What is written to it cannot be followed.</source>
        <translation>%1 usa %2, memória persistente. O que é gravado nela não pode ser acompanhado.</translation>
    </message>
    <message>
        <source>Move its files to a disk and unmount it, then check again.</source>
        <translation>Mova os arquivos para um disco, desmonte-a e verifique novamente.</translation>
    </message>
    <message>
        <source>%1 uses %2 with DAX: programs write to it past everything that could follow them.</source>
        <translation>%1 usa %2 com DAX: os programas gravam nele sem passar por nada que possa acompanhá-los.</translation>
    </message>
    <message>
        <source>Mount it without the option “dax”, then check again.</source>
        <translation>Monte-o sem a opção “dax” e verifique novamente.</translation>
    </message>
    <message>
        <source>%1 uses %2, a disk in memory. Nothing of it would reach the image.</source>
        <translation>%1 usa %2, um disco em memória. Nada dele chegaria à imagem.</translation>
    </message>
    <message>
        <source>%1 uses %2, a kind of device that is not known here. What is written to it cannot be followed.</source>
        <translation>%1 usa %2, um tipo de dispositivo desconhecido aqui. O que é gravado nele não pode ser acompanhado.</translation>
    </message>
    <message>
        <source>System volume</source>
        <translation>Volume do sistema</translation>
    </message>
    <message>
        <source>%1 lies on %2. The image could not start from that.</source>
        <translation>%1 está em %2. A imagem não poderia iniciar a partir dele.</translation>
    </message>
    <message>
        <source>Move it to a partition or to a linear logical volume, then check again.</source>
        <translation>Mova-o para uma partição ou um volume lógico linear e verifique novamente.</translation>
    </message>
    <message>
        <source>Storage in layers</source>
        <translation>Armazenamento em camadas</translation>
    </message>
    <message>
        <source>%1 lies on %2. It is copied as it lies on the disks, with all of them or none.</source>
        <translation>%1 está em %2. É copiado como está nos discos, com todos eles ou com nenhum.</translation>
    </message>
    <message>
        <source>Volume that cannot be held still</source>
        <translation>Volume que não pode ser congelado</translation>
    </message>
    <message>
        <source>%1 (%2) is copied in a moment when nothing writes to it.</source>
        <translation>%1 (%2) é copiado em um momento em que nada grava nele.</translation>
    </message>
    <message>
        <source>Avoid changes there during the final step.</source>
        <translation>Evite alterações nesse local durante a etapa final.</translation>
    </message>
    <message>
        <source>Not on this server</source>
        <translation>Fora deste servidor</translation>
    </message>
    <message>
        <source>These are not on disks of this server and are not migrated: %1.</source>
        <translation>Estes itens não estão em discos deste servidor e não são migrados: %1.</translation>
    </message>
    <message>
        <source>Make sure that the instance can reach what it needs of them.</source>
        <translation>Certifique-se de que a instância consegue acessar o que precisa deles.</translation>
    </message>
    <message>
        <source>Disk that cannot be understood</source>
        <translation>Disco que não pode ser interpretado</translation>
    </message>
    <message>
        <source>%1 cannot be used: %2</source>
        <translation>%1 não pode ser usado: %2</translation>
    </message>
    <message>
        <source>Repair it, or leave the disk out in the plan.</source>
        <translation>Repare-o ou deixe o disco de fora no plano.</translation>
    </message>
    <message>
        <source>Identity of a disk</source>
        <translation>Identidade de um disco</translation>
    </message>
    <message>
        <source>Disk %1 has neither a serial number nor an id. It is recognized by its slot.</source>
        <translation>O disco %1 não tem número de série nem ID. Ele é reconhecido pelo slot.</translation>
    </message>
    <message>
        <source>Leave it in its slot until the migration is finished.</source>
        <translation>Deixe-o no slot até a migração terminar.</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Memória</translation>
    </message>
    <message>
        <source>%1 are free.</source>
        <translation>%1 livres.</translation>
    </message>
    <message>
        <source>Only %1 are free. What changes last is kept in memory in the final step.</source>
        <translation>Só %1 livres. As últimas alterações são mantidas na memória na etapa final.</translation>
    </message>
    <message>
        <source>Stop programs that are not needed during the migration.</source>
        <translation>Pare os programas que não são necessários durante a migração.</translation>
    </message>
    <message>
        <source>A server that runs needs it for block replication.</source>
        <translation>Um servidor em execução precisa dele para a replicação em blocos.</translation>
    </message>
    <message>
        <source>You are asked before it is installed.</source>
        <translation>Você será consultado antes da instalação.</translation>
    </message>
    <message>
        <source>rsync is installed.</source>
        <translation>O rsync está instalado.</translation>
    </message>
    <message>
        <source>rsync copies volumes file by file, and it is not installed.</source>
        <translation>O rsync copia volumes arquivo a arquivo e não está instalado.</translation>
    </message>
    <message>
        <source>It was tested on every disk: what is written while the server runs is noticed.</source>
        <translation>Ele foi testado em cada disco: o que é gravado enquanto o servidor funciona é detectado.</translation>
    </message>
    <message>
        <source>They are added to the copy; the server itself is not changed.</source>
        <translation>Eles são adicionados à cópia; o servidor em si não é alterado.</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Relógio</translation>
    </message>
    <message>
        <source>It agrees with the cloud&apos;s clock.</source>
        <translation>Está de acordo com o relógio da nuvem.</translation>
    </message>
    <message>
        <source>It was not compared with the cloud&apos;s clock, because no answer told the time.</source>
        <translation>Não foi comparado com o relógio da nuvem, porque nenhuma resposta informou a hora.</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>Endereços da nuvem</translation>
    </message>
    <message>
        <source>All of these answer: %1.</source>
        <translation>Todos estes respondem: %1.</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>yes</source>
        <translation>sim</translation>
    </message>
    <message>
        <source>no</source>
        <translation>não</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>A imagem do ENS está pronta.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Estado</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>Imagem do ENS</translation>
    </message>
    <message>
        <source>Image name</source>
        <translation>Nome da imagem</translation>
    </message>
    <message>
        <source>Image region</source>
        <translation>Região da imagem</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Conta</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>Criado</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Encerrado</translation>
    </message>
    <message>
        <source>Source server</source>
        <translation>Servidor de origem</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nome</translation>
    </message>
    <message>
        <source>Source id</source>
        <translation>ID da origem</translation>
    </message>
    <message>
        <source>Operating system</source>
        <translation>Sistema operacional</translation>
    </message>
    <message>
        <source>Boot mode</source>
        <translation>Modo de inicialização</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Disco</translation>
    </message>
    <message>
        <source>What happened when</source>
        <translation>Cronologia</translation>
    </message>
    <message>
        <source>Phase</source>
        <translation>Fase</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Início</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>Segundos</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Dados</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copiado</translation>
    </message>
    <message>
        <source>Sent over the network</source>
        <translation>Enviado pela rede</translation>
    </message>
    <message>
        <source>Every block checked by its hash on arrival</source>
        <translation>Cada bloco conferido pelo hash na chegada</translation>
    </message>
    <message>
        <source>Target read back and compared</source>
        <translation>Destino relido e comparado</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>desconhecido</translation>
    </message>
    <message>
        <source>Resources made in the account</source>
        <translation>Recursos criados na conta</translation>
    </message>
    <message>
        <source>Nothing temporary is left.</source>
        <translation>Não resta nada temporário.</translation>
    </message>
    <message>
        <source>Some resources are kept for a retry and cost money until they are removed.</source>
        <translation>Alguns recursos são mantidos para uma nova tentativa e geram custos até serem removidos.</translation>
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
        <translation>Região</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>Criado</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>Removido</translation>
    </message>
    <message>
        <source>Price per day</source>
        <translation>Preço por dia</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>mantido</translation>
    </message>
    <message>
        <source>How to create an instance</source>
        <translation>Como criar uma instância</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Avisos</translation>
    </message>
    <message>
        <source>Migration report</source>
        <translation>Relatório da migração</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <extracomment>%1 is a number of milliseconds</extracomment>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>eBPF: a mark for each block in the kernel</source>
        <translation>eBPF: uma marca para cada bloco no kernel</translation>
    </message>
    <message>
        <source>perf: a ring of events in the kernel</source>
        <translation>perf: um anel de eventos no kernel</translation>
    </message>
    <message>
        <source>a known write was marked exactly where it went</source>
        <translation>uma gravação conhecida foi marcada exatamente onde ocorreu</translation>
    </message>
    <message>
        <source>a known write was seen</source>
        <translation>uma gravação conhecida foi detectada</translation>
    </message>
    <message>
        <source>no place for a known write; the kernel&apos;s count of sectors agrees</source>
        <translation>sem lugar para uma gravação conhecida; a contagem de setores do kernel confere</translation>
    </message>
    <message>
        <source>none</source>
        <translation>nenhum</translation>
    </message>
    <message>
        <source>Changes were followed by</source>
        <translation>Alterações acompanhadas por</translation>
    </message>
    <message>
        <source>Trackers that could not be used</source>
        <translation>Métodos de acompanhamento que não puderam ser usados</translation>
    </message>
    <message>
        <source>Tracker tested on %1</source>
        <extracomment>%1 is a disk</extracomment>
        <translation>Acompanhamento testado em %1</translation>
    </message>
    <message>
        <source>Lost events</source>
        <translation>Eventos perdidos</translation>
    </message>
    <message>
        <source>Even one missed write would have been noticed</source>
        <translation>Até mesmo uma única gravação perdida teria sido detectada</translation>
    </message>
    <message>
        <source>What proves the copy of the running server</source>
        <translation>O que comprova a cópia do servidor em execução</translation>
    </message>
    <message>
        <source>Rounds while the server worked</source>
        <translation>Rodadas enquanto o servidor funcionava</translation>
    </message>
    <message>
        <source>Final moment: writing stood still for</source>
        <translation>Momento final: a gravação ficou parada por</translation>
    </message>
    <message>
        <source>Read meanwhile</source>
        <translation>Lido nesse intervalo</translation>
    </message>
    <message>
        <source>Final moments, with those that were repeated</source>
        <translation>Momentos finais, incluindo os repetidos</translation>
    </message>
    <message>
        <source>Unchanged blocks read again before it, all equal</source>
        <translation>Blocos inalterados relidos antes, todos iguais</translation>
    </message>
    <message>
        <source>Blocks read back from the target&apos;s disks, all equal</source>
        <translation>Blocos relidos dos discos de destino, todos iguais</translation>
    </message>
    <message>
        <source>Signed off by both ends</source>
        <translation>Confirmado pelos dois lados</translation>
    </message>
    <message>
        <source>round %1, check sum %2</source>
        <extracomment>%1 is a number, %2 a check sum</extracomment>
        <translation>rodada %1, soma de verificação %2</translation>
    </message>
    <message>
        <source>Problems of the administrator&apos;s hooks</source>
        <translation>Problemas dos hooks do administrador</translation>
    </message>
    <message>
        <source>Filesystem</source>
        <translation>Sistema de arquivos</translation>
    </message>
    <message>
        <source>Time to stop it, rehearsed</source>
        <translation>Tempo para congelar, ensaiado</translation>
    </message>
    <message>
        <source>Time to let it go on</source>
        <translation>Tempo para retomar</translation>
    </message>
    <message>
        <source>Not proved: that each program had stored all it knew (hooks before the final moment can see to that), and that no storage driver writes without telling the kernel&apos;s request layer.</source>
        <translation>Não comprovado: que cada programa tivesse salvo tudo o que sabia (hooks antes do momento final podem cuidar disso) e que nenhum driver de armazenamento grave sem informar a camada de solicitações do kernel.</translation>
    </message>
    <message>
        <source>The copy was changed so that it starts, and can be reached, in the cloud. Each original lies beside the new file as *.edgelift-orig.</source>
        <translation>A cópia foi alterada para iniciar e poder ser acessada na nuvem. Cada original fica ao lado do novo arquivo como *.edgelift-orig.</translation>
    </message>
    <message>
        <source>Nothing had to be changed: the server starts in the cloud as it is.</source>
        <translation>Nada precisou ser alterado: o servidor inicia na nuvem como está.</translation>
    </message>
    <message>
        <source>The copy would not start in the cloud. Nothing was changed in it.</source>
        <translation>A cópia não iniciaria na nuvem. Nada foi alterado nela.</translation>
    </message>
    <message>
        <source>The copy was not changed, because its filesystems could not be looked into.</source>
        <translation>A cópia não foi alterada, porque não foi possível examinar o conteúdo dos seus sistemas de arquivos.</translation>
    </message>
    <message>
        <source>Made ready for the cloud</source>
        <translation>Preparação para a nuvem</translation>
    </message>
    <message>
        <source>Made anew: %1</source>
        <translation>Recriado: %1</translation>
    </message>
    <message>
        <source>GRUB was put into the boot sector.</source>
        <translation>O GRUB foi gravado no setor de inicialização.</translation>
    </message>
    <message>
        <source>Moved aside: %1</source>
        <translation>Movido para o lado: %1</translation>
    </message>
    <message>
        <source>Changed: %1</source>
        <translation>Alterado: %1</translation>
    </message>
    <message>
        <source>Test boot</source>
        <translation>Inicialização de teste</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine. It shows a login prompt and answers on its network.</source>
        <translation>A imagem foi iniciada em uma máquina virtual. Ela mostra um prompt de login e responde na sua rede.</translation>
    </message>
    <message>
        <source>The image was started in a virtual machine and did not come up completely.</source>
        <translation>A imagem foi iniciada em uma máquina virtual, mas não inicializou por completo.</translation>
    </message>
    <message>
        <source>Reached</source>
        <translation>Etapa alcançada</translation>
    </message>
    <message>
        <source>Login prompt</source>
        <translation>Prompt de login</translation>
    </message>
    <message>
        <source>Address by DHCP</source>
        <translation>Endereço por DHCP</translation>
    </message>
    <message>
        <source>Answers on the network</source>
        <translation>Responde na rede</translation>
    </message>
    <message>
        <source>Trouble</source>
        <translation>Problema</translation>
    </message>
    <message>
        <source>Console log</source>
        <translation>Log do console</translation>
    </message>
    <message>
        <source>What was copied block by block is as it was at one moment, in which nothing was written: as after a power cut. Programs find everything there that was stored for good by then.</source>
        <translation>O que foi copiado bloco a bloco está como estava em um único momento, em que nada era gravado: como após uma queda de energia. Os programas encontram ali tudo o que até então havia sido salvo de forma permanente.</translation>
    </message>
    <message>
        <source>Files that were copied while the server worked</source>
        <translation>Arquivos copiados enquanto o servidor funcionava</translation>
    </message>
    <message>
        <source>Each file is as it was at some time during the last pass over its volume, and not all files are of one moment. A program that was writing then may find its files out of step with each other: stop such programs before the final point, or copy their volume block by block.</source>
        <translation>Cada arquivo está como estava em algum momento da última passagem pelo seu volume, e nem todos os arquivos são do mesmo momento. Um programa que estivesse gravando nesse período pode encontrar seus arquivos incoerentes entre si: pare esses programas antes do estado final ou copie o volume deles bloco a bloco.</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Volume</translation>
    </message>
    <message>
        <source>Last pass began</source>
        <translation>Início da última passagem</translation>
    </message>
    <message>
        <source>It ended</source>
        <translation>Fim</translation>
    </message>
    <message>
        <source>Passes</source>
        <translation>Passagens</translation>
    </message>
    <message>
        <source>Files changed before the last pass</source>
        <translation>Arquivos alterados antes da última passagem</translation>
    </message>
    <message>
        <source>Vanished during it</source>
        <translation>Desaparecidos durante ela</translation>
    </message>
</context>
<context>
    <name>ResourceKind</name>
    <message>
        <source>image export task</source>
        <translation>tarefa de exportação da imagem</translation>
    </message>
    <message>
        <source>temporary ECS image</source>
        <translation>imagem temporária do ECS</translation>
    </message>
    <message>
        <source>snapshot</source>
        <translation>snapshot</translation>
    </message>
    <message>
        <source>transit instance</source>
        <translation>instância de trânsito</translation>
    </message>
    <message>
        <source>disk of the transit instance</source>
        <translation>disco da instância de trânsito</translation>
    </message>
    <message>
        <source>security group</source>
        <translation>grupo de segurança</translation>
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
        <translation>objeto no bucket</translation>
    </message>
    <message>
        <source>ENS image</source>
        <translation>imagem do ENS</translation>
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
        <translation>A conexão com a instância de trânsito foi interrompida. A cópia continua sozinha quando ela voltar.</translation>
    </message>
    <message>
        <source>The address of this server is not known, so ports 8080 and 8703 of the transit instance are open to every address. Only this migration&apos;s key is accepted there.</source>
        <translation>O endereço deste servidor não é conhecido; por isso, as portas 8080 e 8703 da instância de trânsito estão abertas a todos os endereços. Só a chave desta migração é aceita nelas.</translation>
    </message>
    <message>
        <source>Not removed: %1 %2. %3</source>
        <translation>Não removido: %1 %2. %3</translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the source had another content when read again and were sent again. Test the source server&apos;s memory (RAM) and disk.</source>
        <translation>
            <numerusform>%n bloco da origem tinha outro conteúdo ao ser relido e foi reenviado. Teste a memória (RAM) e o disco do servidor de origem.</numerusform>
            <numerusform>%n blocos da origem tinham outro conteúdo ao serem relidos e foram reenviados. Teste a memória (RAM) e o disco do servidor de origem.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) of the target differed from what was sent and were sent again.</source>
        <translation>
            <numerusform>%n bloco do destino diferia do que foi enviado e foi reenviado.</numerusform>
            <numerusform>%n blocos do destino diferiam do que foi enviado e foram reenviados.</numerusform>
        </translation>
    </message>
    <message>
        <source>The server changes %1 MB/s, and %2 MB/s can be sent: the copy does not catch up. Raise the limits, wait for a quiet hour, stop the services that write most, or allow a longer final moment.</source>
        <translation>O servidor altera %1 MB/s, e %2 MB/s podem ser enviados: a cópia não alcança as alterações. Aumente os limites, aguarde um horário tranquilo, pare os serviços que mais gravam ou permita um momento final mais longo.</translation>
    </message>
    <message>
        <source>The agent ended in the final moment of the copy, while writing to %1 was stopped. Writing goes on since the agent was started again; look whether the programs that write there noticed.</source>
        <translation>O agente foi encerrado no momento final da cópia, enquanto a gravação em %1 estava parada. A gravação continua desde que o agente foi iniciado novamente; verifique se os programas que gravam nesse local foram afetados.</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because no root filesystem of Linux was found. Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>A cópia não foi adaptada à nuvem, porque nenhum sistema de arquivos raiz do Linux foi encontrado. Certifique-se de que o servidor tem drivers virtio e obtém seu endereço por DHCP.</translation>
    </message>
    <message>
        <source>The copy was not adapted to the cloud, because the transit instance could not mount %1 (%2). Make sure that the server has virtio drivers and gets its address by DHCP.</source>
        <translation>A cópia não foi adaptada à nuvem, porque a instância de trânsito não conseguiu montar %1 (%2). Certifique-se de que o servidor tem drivers virtio e obtém seu endereço por DHCP.</translation>
    </message>
    <message>
        <source>The kernel lets nobody follow what is written to the disks. The copy compares everything instead, and in its final moment writing stops for about %1 seconds.</source>
        <translation>O kernel não permite acompanhar o que é gravado nos discos. Em vez disso, a cópia compara tudo e, no seu momento final, a gravação para por cerca de %1 segundos.</translation>
    </message>
    <message>
        <source>The clock of this server differs from the cloud&apos;s by %1 seconds. At 15 minutes the cloud refuses every request. Synchronize the clock, for example with “timedatectl set-ntp true” or “chronyc makestep”.</source>
        <translation>O relógio deste servidor difere do relógio da nuvem em %1 segundos. Com 15 minutos, a nuvem recusa todas as solicitações. Sincronize o relógio, por exemplo com “timedatectl set-ntp true” ou “chronyc makestep”.</translation>
    </message>
    <message>
        <source>The target disks have another layout now: transit instance %1 is removed with its disks, another one is made, and the copy begins anew.</source>
        <translation>Os discos de destino têm agora outro layout: a instância de trânsito %1 é removida com seus discos, outra é criada e a cópia recomeça do zero.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::BootPanel</name>
    <message>
        <source>The image works: the server in it has booted, and all its files are as they were.</source>
        <translation>A imagem funciona: o servidor contido nela inicializou, e todos os arquivos estavam intactos.</translation>
    </message>
    <message>
        <source>The machine is off. The image works: all files in it were as they were.</source>
        <translation>A máquina está desligada. A imagem funciona: todos os arquivos nela estavam intactos.</translation>
    </message>
    <message>
        <source>The image boots in a virtual machine on this server. The image is not changed.</source>
        <translation>A imagem inicializa em uma máquina virtual neste servidor. A imagem não é alterada.</translation>
    </message>
    <message>
        <source>The machine is off. It did not say what the server says when it has booted.</source>
        <translation>A máquina está desligada. Ela não exibiu o que o servidor exibe depois de inicializar.</translation>
    </message>
    <message>
        <source>Stop the &amp;machine</source>
        <translation>Parar a má&amp;quina</translation>
    </message>
    <message>
        <source>Boot it &amp;here</source>
        <translation>&amp;Inicializar aqui</translation>
    </message>
    <message>
        <source>Console of the image that boots here</source>
        <translation>Console da imagem que inicializa aqui</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ButtonRow</name>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Avançar</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>A&amp;juda</translation>
    </message>
    <message>
        <source>&amp;Options</source>
        <extracomment>Opens a menu: language, size of text, low-bandwidth mode</extracomment>
        <translation>Opçõ&amp;es</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>Opções</translation>
    </message>
    <message>
        <source>F10</source>
        <translation>F10</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Voltar</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Fechar</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksModel</name>
    <message>
        <source>Cloud account</source>
        <translation>Conta na nuvem</translation>
    </message>
    <message>
        <source>Not looked at yet.</source>
        <translation>Ainda não verificado.</translation>
    </message>
    <message>
        <source>It is tested on the Connect page.</source>
        <translation>É testado na página Conectar.</translation>
    </message>
    <message>
        <source>The account answers.</source>
        <translation>A conta responde.</translation>
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
        <translation>Observação</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Aviso</translation>
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
        <translation>Verificação</translation>
    </message>
    <message>
        <source>What was found, and what to do</source>
        <translation>O que foi encontrado e o que fazer</translation>
    </message>
    <message>
        <source>Solution</source>
        <translation>Solução</translation>
    </message>
    <message>
        <source>Addresses of the cloud</source>
        <translation>Endereços da nuvem</translation>
    </message>
    <message>
        <source>They are being asked…</source>
        <translation>Estão sendo consultados…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ChecksPage</name>
    <message>
        <source>wait until the checks are done</source>
        <translation>aguardar o fim das verificações</translation>
    </message>
    <message>
        <source>let the server be read: choose Check again</source>
        <translation>permitir a leitura do servidor: escolha Verificar novamente</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Verificando…</translation>
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
            <numerusform>%n aviso</numerusform>
            <numerusform>%n avisos</numerusform>
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
        <translation>Verificar &amp;novamente (F5)</translation>
    </message>
    <message>
        <source>Checks of this server</source>
        <translation>Verificações deste servidor</translation>
    </message>
    <message>
        <source>Is this server ready?</source>
        <translation>Este servidor está pronto?</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>Verificações</translation>
    </message>
    <message>
        <source>Only a problem stops the migration; warnings are for you to weigh.</source>
        <translation>Só um problema impede a migração; os avisos ficam a seu critério.</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>&amp;Tentar novamente</translation>
    </message>
    <message>
        <source>Fix…</source>
        <translation>Corrigir…</translation>
    </message>
    <message>
        <source>Fix: %1</source>
        <translation>Corrigir: %1</translation>
    </message>
    <message>
        <source>Each row says what was looked at, what was found and what to do about it. Problems must be solved before the migration can start; solve them on the server, then choose Check again. Where Edgelift can do it for you, the row has a Fix button: you are told what it does before anything changes.</source>
        <translation>Cada linha diz o que foi verificado, o que foi encontrado e o que fazer. Os problemas devem ser resolvidos antes do início da migração; resolva-os no servidor e escolha Verificar novamente. Quando o Edgelift pode fazer isso por você, a linha tem um botão Corrigir: você é informado do que ele faz antes de qualquer alteração.</translation>
    </message>
    <message>
        <source>wait until the problem is solved</source>
        <translation>aguardar a solução do problema</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CleanUpBox</name>
    <message>
        <source>What the migration made in the cloud is being removed. You may close this window: it goes on.</source>
        <translation>O que a migração criou na nuvem está sendo removido. Você pode fechar esta janela: a limpeza continua.</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until they are removed:</source>
        <translation>Estes itens ainda existem na nuvem e continuam gerando custos até serem removidos:</translation>
    </message>
    <message>
        <source>Everything temporary was released: the transit instance, the temporary images and snapshots.</source>
        <translation>Tudo o que era temporário foi liberado: a instância de trânsito, as imagens e os snapshots temporários.</translation>
    </message>
    <message>
        <source>The last clean-up was not complete: %1 %2 [%3]</source>
        <extracomment>Why a clean-up failed: %1 to what it happened, %2 what to do, %3 a code such as EL-0212</extracomment>
        <translation>A última limpeza não foi concluída: %1 %2 [%3]</translation>
    </message>
    <message>
        <source>Clean up? The job is deleted, the transit instance is released and the copied data is lost.</source>
        <translation>Limpar? A tarefa é excluída, a instância de trânsito é liberada e os dados copiados são perdidos.</translation>
    </message>
    <message>
        <source>Clean up? Everything listed here but what is kept on purpose is removed from the cloud.</source>
        <translation>Limpar? Tudo o que está listado aqui, exceto o que é mantido de propósito, é removido da nuvem.</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>&amp;Manter</translation>
    </message>
    <message>
        <source>Clean u&amp;p now</source>
        <translation>&amp;Limpar agora</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>Limpeza</translation>
    </message>
    <message>
        <source>Clean &amp;up…</source>
        <translation>Lim&amp;par…</translation>
    </message>
    <message>
        <source>How to do it by han&amp;d</source>
        <translation>Como fazer man&amp;ualmente</translation>
    </message>
    <message>
        <source>Sign in to the console, choose the region, and remove what is listed here from top to bottom: release the instance, delete images, snapshots, disks and the network, and the objects in the bucket. Look for it by its id.</source>
        <translation>Entre no console, escolha a região e remova o que está listado aqui de cima para baixo: libere a instância e exclua as imagens, os snapshots, os discos e a rede, além dos objetos no bucket. Procure cada item pelo ID.</translation>
    </message>
    <message>
        <source>ECS console</source>
        <translation>Console do ECS</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CodeMaker</name>
    <message>
        <source>Generating…</source>
        <translation>Gerando…</translation>
    </message>
    <message>
        <source>&amp;Name of the code:</source>
        <translation>&amp;Nome do código:</translation>
    </message>
    <message>
        <source>Optional</source>
        <translation>Opcional</translation>
    </message>
    <message>
        <source>Servers it can import (1 to %1):</source>
        <translation>Servidores que ele pode importar (1 a %1):</translation>
    </message>
    <message>
        <source>Days it is valid (1 to %1):</source>
        <translation>Dias de validade (1 a %1):</translation>
    </message>
    <message>
        <source>&amp;Generate</source>
        <translation>&amp;Gerar</translation>
    </message>
    <message>
        <source>Choose AccessKey pair above and enter the pair and, under Private network, the address of the service.</source>
        <translation>Escolha Par de AccessKey acima e informe o par e, em Rede privada, o endereço do serviço.</translation>
    </message>
    <message>
        <source>The new activation code</source>
        <translation>O novo código de ativação</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>Copia&amp;r</translation>
    </message>
    <message>
        <source>Copy the activation code</source>
        <translation>Copiar o código de ativação</translation>
    </message>
    <message>
        <source>&amp;Use it here</source>
        <translation>&amp;Usar aqui</translation>
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
        <translation>Conectar</translation>
    </message>
    <message>
        <source>Enter the activation code or an AccessKey pair.</source>
        <translation>Informe o código de ativação ou um par de AccessKey.</translation>
    </message>
    <message>
        <source>An activation code is made in the SMC console and lets this server register itself without an AccessKey. It may be pasted with spaces, line breaks or the complete command around it.

An AccessKey pair belongs to a user of your account; create one in the RAM console.

Neither is saved: after the program was closed, enter it again.</source>
        <translation>Um código de ativação é gerado no console do SMC e permite que este servidor se registre sem um AccessKey. Ele pode ser colado com espaços, quebras de linha ou o comando completo em volta.

Um par de AccessKey pertence a um usuário da sua conta; crie um no console do RAM.

Nenhum dos dois é salvo: depois de fechar o programa, informe-o novamente.</translation>
    </message>
    <message>
        <source>Connected as %1.</source>
        <translation>Conectado como %1.</translation>
    </message>
    <message>
        <source>Contacting %1…</source>
        <translation>Contatando %1…</translation>
    </message>
    <message>
        <source>&amp;Retry</source>
        <translation>&amp;Tentar novamente</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>Testar c&amp;onexão</translation>
    </message>
    <message>
        <source>Generate a &amp;code</source>
        <translation>Gerar có&amp;digo</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::CredentialForm</name>
    <message>
        <source>Enter an address that begins with http:// or https://.</source>
        <translation>Digite um endereço que comece com http:// ou https://.</translation>
    </message>
    <message>
        <source>Enter both the AccessKey ID and the AccessKey secret. [E-CON-05]</source>
        <translation>Informe o AccessKey ID e o segredo do AccessKey. [E-CON-05]</translation>
    </message>
    <message>
        <source>Enter the activation code from the SMC console. [E-CON-01]</source>
        <translation>Informe o código de ativação do console do SMC. [E-CON-01]</translation>
    </message>
    <message>
        <source>The service rejected the activation code. Check it for missing characters, or generate a new one. [E-CON-02]</source>
        <translation>O serviço rejeitou o código de ativação. Verifique se faltam caracteres ou gere um novo. [E-CON-02]</translation>
    </message>
    <message>
        <source>The activation code expired on %1. Generate a new one. [E-CON-03]</source>
        <translation>O código de ativação expirou em %1. Gere um novo. [E-CON-03]</translation>
    </message>
    <message numerus="yes">
        <source>The activation code has already imported %n server(s), which is its limit. Generate a new one. [E-CON-04]</source>
        <translation>
            <numerusform>O código de ativação já importou %n servidor, que é o limite. Gere um novo. [E-CON-04]</numerusform>
            <numerusform>O código de ativação já importou %n servidores, que é o limite. Gere um novo. [E-CON-04]</numerusform>
        </translation>
    </message>
    <message>
        <source>The AccessKey pair was refused: %1. Check the pair and its permissions. [E-CON-06]</source>
        <translation>O par de AccessKey foi recusado: %1. Verifique o par e as permissões. [E-CON-06]</translation>
    </message>
    <message>
        <source>enter the activation code</source>
        <translation>informar o código de ativação</translation>
    </message>
    <message>
        <source>enter the AccessKey ID and the AccessKey secret</source>
        <translation>informar o AccessKey ID e o segredo do AccessKey</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>corrigir o que está marcado</translation>
    </message>
    <message>
        <source>complete the activation code</source>
        <translation>completar o código de ativação</translation>
    </message>
    <message>
        <source>Acti&amp;vation code (recommended)</source>
        <translation>Cód&amp;igo de ativação (recomendado)</translation>
    </message>
    <message>
        <source>Access&amp;Key pair</source>
        <translation>&amp;Par de AccessKey</translation>
    </message>
    <message>
        <source>Activation &amp;code:</source>
        <translation>&amp;Código de ativação:</translation>
    </message>
    <message>
        <source>AccessKey &amp;ID:</source>
        <translation>AccessKey I&amp;D:</translation>
    </message>
    <message>
        <source>AccessKey &amp;secret:</source>
        <translation>&amp;Segredo do AccessKey:</translation>
    </message>
    <message>
        <source>&amp;Endpoint:</source>
        <translation>&amp;Endpoint:</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>&amp;Mostrar</translation>
    </message>
    <message>
        <source>Show the activation code</source>
        <translation>Mostrar o código de ativação</translation>
    </message>
    <message>
        <source>Show the AccessKey secret</source>
        <translation>Mostrar o segredo do AccessKey</translation>
    </message>
    <message>
        <source>&amp;Private network</source>
        <translation>&amp;Rede privada</translation>
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
        <translation>O receptor foi encerrado à força. Ele reinicia automaticamente.</translation>
    </message>
    <message>
        <source>No receiver runs now. It runs while data is transferred.</source>
        <translation>Nenhum receptor está em execução agora. Ele funciona enquanto dados são transferidos.</translation>
    </message>
    <message>
        <source>Every instance type is sold out.</source>
        <translation>Todos os tipos de instância estão esgotados.</translation>
    </message>
    <message>
        <source>Instance types are in stock again.</source>
        <translation>Os tipos de instância estão disponíveis novamente.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>An error: %1 what happened, %2 what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>The network is back.</source>
        <translation>A rede voltou.</translation>
    </message>
    <message numerus="yes">
        <source>The network is down for %n s more.</source>
        <translation>
            <numerusform>A rede ficará fora do ar por mais %n s.</numerusform>
            <numerusform>A rede ficará fora do ar por mais %n s.</numerusform>
        </translation>
    </message>
    <message>
        <source>Restock the instance types</source>
        <translation>Repor os tipos de instância</translation>
    </message>
    <message>
        <source>Sell out the instance types</source>
        <translation>Esgotar os tipos de instância</translation>
    </message>
    <message>
        <source>Demonstration – no data leaves this server</source>
        <translation>Demonstração – nenhum dado sai deste servidor</translation>
    </message>
    <message>
        <source>Link speed:</source>
        <translation>Velocidade do link:</translation>
    </message>
    <message>
        <source>Speed of the simulated link</source>
        <translation>Velocidade do link simulado</translation>
    </message>
    <message>
        <source>Make it fail</source>
        <translation>Provocar uma falha</translation>
    </message>
    <message numerus="yes">
        <source>Drop the network for %n s</source>
        <translation>
            <numerusform>Derrubar a rede por %n s</numerusform>
            <numerusform>Derrubar a rede por %n s</numerusform>
        </translation>
    </message>
    <message>
        <source>Kill the receiver</source>
        <translation>Forçar o encerramento do receptor</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DemoWorld</name>
    <message>
        <source>Building the sample server…</source>
        <translation>Criando o servidor de exemplo…</translation>
    </message>
    <message>
        <source>Starting a simulated cloud…</source>
        <translation>Iniciando uma nuvem simulada…</translation>
    </message>
    <message>
        <source>Starting the agent…</source>
        <translation>Iniciando o agente…</translation>
    </message>
    <message>
        <source>Creating an activation code…</source>
        <translation>Criando um código de ativação…</translation>
    </message>
    <message>
        <source>The demonstration is ready. The activation code is in its field already.</source>
        <translation>A demonstração está pronta. O código de ativação já está no campo.</translation>
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
        <translation>Salvar diagnóstico</translation>
    </message>
    <message>
        <source>ZIP archives (*.zip)</source>
        <translation>Arquivos ZIP (*.zip)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>Salvo como %1.</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 the name of a file, %2 its size</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>These files will be saved, without secrets:
%1</source>
        <translation>Estes arquivos serão salvos, sem segredos:
%1</translation>
    </message>
    <message>
        <source>Save these files…</source>
        <translation>Salvar estes arquivos…</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskBar</name>
    <message>
        <source>Drop mount targets here</source>
        <translation>Solte pontos de montagem aqui</translation>
    </message>
    <message>
        <source>+%1 too much</source>
        <extracomment>on a disk that is too small; %1 a size</extracomment>
        <translation>+%1 em excesso</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DiskRows</name>
    <message>
        <source>System disk %1</source>
        <extracomment>%1: the name of a disk such as /dev/vda</extracomment>
        <translation>Disco do sistema %1</translation>
    </message>
    <message>
        <source>Data disk %1</source>
        <translation>Disco de dados %1</translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation>Progresso de %1</translation>
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
        <translation>%1 em uso</translation>
    </message>
    <message>
        <source>Source disk %1, %2</source>
        <extracomment>%1 a disk of the server, %2 its size, for screen readers</extracomment>
        <translation>Disco de origem %1, %2</translation>
    </message>
    <message>
        <source>Source</source>
        <extracomment>heading: the disks of the server</extracomment>
        <translation>Origem</translation>
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
            <numerusform>%n problema a resolver</numerusform>
            <numerusform>%n problemas a resolver</numerusform>
        </translation>
    </message>
    <message>
        <source>Fits: yes</source>
        <translation>Cabe: sim</translation>
    </message>
    <message>
        <source>&amp;Automatic layout</source>
        <translation>&amp;Layout automático</translation>
    </message>
    <message>
        <source>Ad&amp;just</source>
        <translation>Ajus&amp;tar</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Desfazer</translation>
    </message>
    <message>
        <source>Red&amp;o</source>
        <translation>&amp;Refazer</translation>
    </message>
    <message>
        <source>Reset to au&amp;tomatic</source>
        <translation>Voltar ao a&amp;utomático</translation>
    </message>
    <message>
        <source>&amp;Fix automatically</source>
        <translation>&amp;Corrigir automaticamente</translation>
    </message>
    <message>
        <source>&amp;Rescan</source>
        <translation>Reler disc&amp;os</translation>
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
        <translation>“%1” não é um tamanho. Digite um número, sozinho para GiB ou com unidade, como 20 ou 512 MiB.</translation>
    </message>
    <message>
        <source>%1 picked up. Use Up and Down to choose a disk, Enter to drop, Esc to cancel.</source>
        <translation>%1 selecionado. Use as setas para cima e para baixo para escolher um disco, Enter para soltar, Esc para cancelar.</translation>
    </message>
    <message>
        <source>No disks found.</source>
        <translation>Nenhum disco encontrado.</translation>
    </message>
    <message>
        <source>Reading disks…</source>
        <translation>Lendo os discos…</translation>
    </message>
    <message>
        <source>let Edgelift read the disks of this server</source>
        <translation>permitir que o Edgelift leia os discos deste servidor</translation>
    </message>
    <message numerus="yes">
        <source>solve %n problem(s) of the layout</source>
        <translation>
            <numerusform>resolver %n problema do layout</numerusform>
            <numerusform>resolver %n problemas do layout</numerusform>
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
        <translation>Arraste um ponto de montagem pela alça para outro disco ou pressione Ctrl+X sobre ele. F2 altera o tamanho, Espaço desmarca Migrar.</translation>
    </message>
    <message>
        <source>What is left needs your decision: see the list below the table.</source>
        <translation>O restante depende da sua decisão: veja a lista abaixo da tabela.</translation>
    </message>
    <message>
        <source>&amp;Show the layout</source>
        <translation>&amp;Mostrar o layout</translation>
    </message>
    <message>
        <source>Mount targets</source>
        <translation>Pontos de montagem</translation>
    </message>
    <message>
        <source>The automatic layout makes the disks of the image like those of this server. Choose “Adjust” to change sizes, to move mount targets to other disks, to leave some out or to use LVM.

With the keyboard: Ctrl+X picks up a mount target, Up and Down choose a disk, Enter drops it, Esc cancels. Alt+1 to Alt+5 move it to a disk at once, Alt+Up and Alt+Down change the order. F2 changes a size, Space sets or clears Migrate, L sets or clears LVM on the row of a disk. Shift+F10 opens a menu with all of this. Ctrl+Z undoes.</source>
        <translation>O layout automático deixa os discos da imagem como os deste servidor. Escolha “Ajustar” para alterar tamanhos, mover pontos de montagem para outros discos, deixar alguns de fora ou usar LVM.

Com o teclado: Ctrl+X pega um ponto de montagem, as setas para cima e para baixo escolhem um disco, Enter o solta, Esc cancela. Alt+1 a Alt+5 o movem diretamente para um disco, Alt+Up e Alt+Down mudam a ordem. F2 altera o tamanho, Espaço marca ou desmarca Migrar, L liga ou desliga o LVM na linha de um disco. Shift+F10 abre um menu com tudo isso. Ctrl+Z desfaz.</translation>
    </message>
    <message>
        <source>Disks and mount targets</source>
        <translation>Discos e pontos de montagem</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Discos</translation>
    </message>
    <message>
        <source>Choose what the disks of the image look like and what is migrated to them.</source>
        <translation>Escolha como são os discos da imagem e o que é migrado para eles.</translation>
    </message>
    <message>
        <source>Choose Adjust to change this layout.</source>
        <translation>Escolha Ajustar para alterar este layout.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::DisksTable</name>
    <message>
        <source>In use: %1; at least %2.</source>
        <extracomment>of a disk or mount target; %1 the space in use, %2 the smallest possible size</extracomment>
        <translation>Em uso: %1; no mínimo %2.</translation>
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
        <translation>A migração parou: %1 [%2]</translation>
    </message>
    <message>
        <source>E&amp;vidence</source>
        <translation>&amp;Evidências</translation>
    </message>
    <message>
        <source>Code: %1
Phase: %2
Time: %3
Detail: %4</source>
        <translation>Código: %1
Fase: %2
Hora: %3
Detalhe: %4</translation>
    </message>
    <message>
        <source>Re&amp;try</source>
        <translation>&amp;Tentar novamente</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>C&amp;opiar</translation>
    </message>
    <message>
        <source>Save dia&amp;gnostics…</source>
        <translation>&amp;Salvar diagnóstico…</translation>
    </message>
    <message>
        <source>Cancel job and clean &amp;up…</source>
        <translation>Cancelar tarefa e &amp;limpar…</translation>
    </message>
    <message>
        <source>These still exist in the cloud and keep costing until you retry or clean up:</source>
        <translation>Estes itens ainda existem na nuvem e continuam gerando custos até você tentar novamente ou limpar:</translation>
    </message>
    <message>
        <source>You retried at %1: it came to the same error again.</source>
        <translation>Você tentou novamente às %1: ocorreu o mesmo erro.</translation>
    </message>
    <message>
        <source>You retried at %1: it came to another error.</source>
        <translation>Você tentou novamente às %1: ocorreu outro erro.</translation>
    </message>
    <message>
        <source>Start again &amp;with the same settings</source>
        <translation>Começar de novo com as mesmas confi&amp;gurações</translation>
    </message>
    <message>
        <source>Copy what is said about this error</source>
        <translation>Copiar as informações sobre este erro</translation>
    </message>
    <message>
        <source>Troubleshoot errors</source>
        <translation>Solucionar erros</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ExcludesForm</name>
    <message>
        <source>Path to &amp;leave out:</source>
        <translation>&amp;Caminho a excluir:</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>Adici&amp;onar</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Remover</translation>
    </message>
    <message>
        <source>Paths that are left out</source>
        <translation>Caminhos excluídos</translation>
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
        <translation>Conclusão</translation>
    </message>
    <message>
        <source>Finish and clean-up</source>
        <translation>Conclusão e limpeza</translation>
    </message>
    <message>
        <source>The ENS image is ready.</source>
        <translation>A imagem do ENS está pronta.</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>Limpando…</translation>
    </message>
    <message>
        <source>Not everything was released</source>
        <translation>Nem tudo foi liberado</translation>
    </message>
    <message>
        <source>The migration was cancelled. There is no image.</source>
        <translation>A migração foi cancelada. Não há imagem.</translation>
    </message>
    <message>
        <source>Folder of the image: %1</source>
        <translation>Pasta da imagem: %1</translation>
    </message>
    <message>
        <source>Save report</source>
        <translation>Salvar relatório</translation>
    </message>
    <message>
        <source>Show in &amp;file manager</source>
        <translation>Mostrar no &amp;gerenciador de arquivos</translation>
    </message>
    <message>
        <source>&amp;Save report…</source>
        <translation>&amp;Salvar relatório…</translation>
    </message>
    <message>
        <source>Save settings</source>
        <translation>Salvar configurações</translation>
    </message>
    <message>
        <source>Plan files (*.json)</source>
        <translation>Arquivos de plano (*.json)</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <extracomment>%1 is the path of a file</extracomment>
        <translation>Salvo como %1.</translation>
    </message>
    <message>
        <source>No file manager could be opened. The image is in the folder %1.</source>
        <translation>Não foi possível abrir um gerenciador de arquivos. A imagem está na pasta %1.</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Imagem</translation>
    </message>
    <message>
        <source>Image ID</source>
        <translation>ID da imagem</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Região</translation>
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
        <translation>Duração</translation>
    </message>
    <message>
        <source>Next steps</source>
        <translation>Próximas etapas</translation>
    </message>
    <message>
        <source>Or by this command, with your own values for TYPE, REGION and MBIT:</source>
        <extracomment>The capitals are in the command and stay as they are</extracomment>
        <translation>Ou com este comando, com seus próprios valores para TYPE, REGION e MBIT:</translation>
    </message>
    <message>
        <source>1. Open the ENS console and create an instance from this image.
2. Check application licences: the hardware changed.
3. Compare the new instance with this server before switching over.</source>
        <translation>1. Abra o console do ENS e crie uma instância a partir desta imagem.
2. Verifique as licenças dos aplicativos: o hardware mudou.
3. Compare a nova instância com este servidor antes de fazer a troca.</translation>
    </message>
    <message>
        <source>ENS console</source>
        <translation>Console do ENS</translation>
    </message>
    <message>
        <source>Copy co&amp;mmand</source>
        <translation>Copiar coman&amp;do</translation>
    </message>
    <message>
        <source>Save these settin&amp;gs…</source>
        <translation>Salva&amp;r estas configurações…</translation>
    </message>
    <message>
        <source>To migrate another server with the same settings</source>
        <translation>Para migrar outro servidor com as mesmas configurações</translation>
    </message>
    <message>
        <source>The image is in your account; an ENS instance is created from it in the ENS console or with the command shown here. What the migration made on the way is removed; if something is left, it is listed with what it costs and can be cleaned up here. The report says what was done, when and with which settings; it holds no passwords and no keys.</source>
        <translation>A imagem está na sua conta; uma instância do ENS é criada a partir dela no console do ENS ou com o comando mostrado aqui. O que a migração criou no caminho é removido; se algo restar, será listado aqui com o seu custo e poderá ser limpo aqui. O relatório informa o que foi feito, quando e com quais configurações; ele não contém senhas nem chaves.</translation>
    </message>
    <message>
        <source>Reports (*.html *.json)</source>
        <translation>Relatórios (*.html *.json)</translation>
    </message>
    <message>
        <source>Test boot: the image is being started in a virtual machine on this server…</source>
        <translation>Inicialização de teste: a imagem está sendo iniciada em uma máquina virtual neste servidor…</translation>
    </message>
    <message>
        <source>There was no test boot: %1</source>
        <translation>Não houve inicialização de teste: %1</translation>
    </message>
    <message>
        <source>Test boot passed: after %1 the image had shown its login prompt and answered on its network as %2.</source>
        <extracomment>%1 a time such as “24 s”, %2 an IP address</extracomment>
        <translation>Inicialização de teste aprovada: após %1, a imagem havia mostrado seu prompt de login e respondido na sua rede como %2.</translation>
    </message>
    <message>
        <source>the boot loader</source>
        <translation>o carregador de inicialização</translation>
    </message>
    <message>
        <source>the kernel</source>
        <translation>o kernel</translation>
    </message>
    <message>
        <source>the root file system</source>
        <translation>o sistema de arquivos raiz</translation>
    </message>
    <message>
        <source>the login prompt</source>
        <translation>o prompt de login</translation>
    </message>
    <message>
        <source>the network</source>
        <translation>a rede</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image showed nothing on its console.</source>
        <translation>Inicialização de teste: em %1, a imagem não mostrou nada no console.</translation>
    </message>
    <message>
        <source>Test boot: in %1 the image did not come up. The last that was seen: %2. The report has what its console said.</source>
        <extracomment>%1 a time such as “24 s”, %2 such as “the kernel”</extracomment>
        <translation>Inicialização de teste: em %1, a imagem não terminou de inicializar. O último item visto: %2. O relatório contém o que o console mostrou.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::FixBox</name>
    <message>
        <source>Working: %1</source>
        <translation>Em andamento: %1</translation>
    </message>
    <message>
        <source>Command: %1</source>
        <translation>Comando: %1</translation>
    </message>
    <message>
        <source>&amp;Not now</source>
        <translation>A&amp;gora não</translation>
    </message>
    <message>
        <source>&amp;Yes, do it</source>
        <translation>&amp;Sim, fazer isso</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutGestures</name>
    <message>
        <source>Change &amp;size</source>
        <translation>Alterar &amp;tamanho</translation>
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
        <translation>Mo&amp;ver para</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>Mover para &amp;cima</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>Mover para &amp;baixo</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutModel</name>
    <message>
        <source>Mount target</source>
        <translation>Ponto de montagem</translation>
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
        <translation>Tamanho</translation>
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
        <translation>Método de transferência</translation>
    </message>
    <message>
        <source>LVM</source>
        <translation>LVM</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Observações</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>%1 “System disk” or “Data disk 2”, %2 its name on the source such as vdb</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Block by block</source>
        <extracomment>how a volume is copied</extracomment>
        <translation>Bloco a bloco</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>Arquivo a arquivo</translation>
    </message>
    <message>
        <source>%1, %2, %3 free</source>
        <extracomment>%1 a disk, %2 its size, %3 what is free on it, for screen readers</extracomment>
        <translation>%1, %2, %3 livres</translation>
    </message>
    <message>
        <source>%1, %2, not migrated</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1, %2, não migrado</translation>
    </message>
    <message>
        <source>%1, %2, cannot be moved</source>
        <extracomment>%1 a mount target, %2 its size, for screen readers</extracomment>
        <translation>%1, %2, não pode ser movido</translation>
    </message>
    <message>
        <source>%1, %2, can be moved</source>
        <translation>%1, %2, pode ser movido</translation>
    </message>
    <message>
        <source>Cannot be moved.</source>
        <translation>Não pode ser movido.</translation>
    </message>
    <message>
        <source>migrated</source>
        <translation>migrado</translation>
    </message>
    <message>
        <source>not migrated</source>
        <translation>não migrado</translation>
    </message>
    <message>
        <source>See below: %1</source>
        <extracomment>beside a disk or mount target; %1 codes of problems that are listed below the table</extracomment>
        <translation>Veja abaixo: %1</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>Not migrated</source>
        <translation>Não migrado</translation>
    </message>
    <message>
        <source>Same size and structure</source>
        <extracomment>why a volume is copied block by block</extracomment>
        <translation>Mesmo tamanho e estrutura</translation>
    </message>
    <message>
        <source>Its size changes</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>O tamanho muda</translation>
    </message>
    <message>
        <source>LVM, and no multiple of 4 MiB</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>LVM, e não é múltiplo de 4 MiB</translation>
    </message>
    <message>
        <source>As chosen</source>
        <extracomment>why a volume is copied file by file</extracomment>
        <translation>Conforme escolhido</translation>
    </message>
    <message>
        <source>The server works meanwhile, so its files are not all of one moment.</source>
        <translation>Enquanto isso, o servidor funciona; portanto, nem todos os seus arquivos são do mesmo momento.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LayoutProblems</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>E mais %n.</numerusform>
            <numerusform>E mais %n.</numerusform>
        </translation>
    </message>
    <message>
        <source>Must be solved</source>
        <extracomment>severity of a problem, for screen readers</extracomment>
        <translation>Precisa ser resolvido</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Observação</translation>
    </message>
    <message>
        <source>Problems of the layout</source>
        <translation>Problemas do layout</translation>
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
        <translation>Copiar endereço</translation>
    </message>
    <message>
        <source>Open: %1</source>
        <extracomment>For screen readers: %1 is what a web page is about</extracomment>
        <translation>Abrir: %1</translation>
    </message>
    <message>
        <source>Copy address: %1</source>
        <translation>Copiar endereço: %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::LiveBox</name>
    <message>
        <source>The server goes on working. What it writes during this first pass is copied afterwards.</source>
        <translation>O servidor continua funcionando. O que ele grava durante esta primeira passagem é copiado depois.</translation>
    </message>
    <message>
        <source>What was copied before is compared with the server, so that only differences are sent.</source>
        <translation>O que foi copiado antes é comparado com o servidor, para que só as diferenças sejam enviadas.</translation>
    </message>
    <message>
        <source>Round %1: copying what the server wrote since. It writes %2, and %3 are being copied.</source>
        <extracomment>%1 a number, %2 and %3 speeds</extracomment>
        <translation>Rodada %1: copiando o que o servidor gravou desde então. Ele grava %2, e %3 estão sendo copiados.</translation>
    </message>
    <message>
        <source>The copy follows the server: %1 are not copied yet. The final point would hold the server&apos;s disks for about %2 ms.</source>
        <extracomment>%1 a size, %2 milliseconds</extracomment>
        <translation>A cópia acompanha o servidor: %1 ainda não foram copiados. O estado final pararia os discos do servidor por cerca de %2 ms.</translation>
    </message>
    <message>
        <source>The final point is being taken. The server&apos;s disks stand still for a moment.</source>
        <translation>O estado final está sendo capturado. Os discos do servidor ficam parados por um momento.</translation>
    </message>
    <message>
        <source>The final point is taken, and the server works as before. The last changes are being copied.</source>
        <translation>O estado final foi capturado, e o servidor funciona como antes. As últimas alterações estão sendo copiadas.</translation>
    </message>
    <message>
        <source>The copy is being read back and compared.</source>
        <translation>A cópia está sendo relida e comparada.</translation>
    </message>
    <message>
        <source>The copy is complete and was compared.</source>
        <translation>A cópia está completa e foi comparada.</translation>
    </message>
    <message>
        <source>&amp;Take the final point now</source>
        <translation>Capturar o estado fi&amp;nal agora</translation>
    </message>
    <message>
        <source>Holds the server&apos;s disks for a moment; what is written later is not in the image.</source>
        <translation>Para os discos do servidor por um momento; o que for gravado depois não estará na imagem.</translation>
    </message>
    <message>
        <source>What is copied file by file is being copied for the first time. What changes meanwhile is copied again later.</source>
        <translation>O que é copiado arquivo a arquivo está sendo copiado pela primeira vez. O que mudar nesse intervalo será copiado novamente depois.</translation>
    </message>
    <message>
        <source>The final point is near. Files that changed since they were copied are being copied again.</source>
        <translation>O estado final está próximo. Os arquivos que mudaram desde que foram copiados estão sendo copiados novamente.</translation>
    </message>
    <message>
        <source>All files are copied. Those that change from now on are copied again when the final point is taken.</source>
        <translation>Todos os arquivos foram copiados. Os que mudarem a partir de agora serão copiados novamente quando o estado final for capturado.</translation>
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
        <translation>Etapa %1 de %2 — %3</translation>
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
        <translation>Copiar esta mensagem</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Fechar esta mensagem</translation>
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
        <translation>Migração</translation>
    </message>
    <message>
        <source>You may close this window: the migration goes on, and starting Edgelift again shows it.</source>
        <translation>Você pode fechar esta janela: a migração continua, e ao abrir o Edgelift novamente ela é exibida.</translation>
    </message>
    <message>
        <source>The numbers are of %1.</source>
        <translation>Os números são de %1.</translation>
    </message>
    <message>
        <source>No data for %1 s. Check the network of this server, or choose Pause and go on later.</source>
        <translation>Sem dados há %1 s. Verifique a rede deste servidor ou escolha Pausar e continue mais tarde.</translation>
    </message>
    <message>
        <source>No data for %1 s. Waiting for the network.</source>
        <translation>Sem dados há %1 s. Aguardando a rede.</translation>
    </message>
    <message>
        <source>The transfer is slow. To speed it up, raise the bandwidth of this server and of the destination for a while.</source>
        <translation>A transferência está lenta. Para acelerá-la, aumente temporariamente a largura de banda deste servidor e do destino.</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>&amp;Retomar</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Pausar</translation>
    </message>
    <message>
        <source>Job ID</source>
        <translation>ID da tarefa</translation>
    </message>
    <message>
        <source>Job name</source>
        <translation>Nome da tarefa</translation>
    </message>
    <message>
        <source>Job status</source>
        <translation>Status da tarefa</translation>
    </message>
    <message>
        <source>Creation time</source>
        <translation>Hora de criação</translation>
    </message>
    <message>
        <source>Start time</source>
        <translation>Hora de início</translation>
    </message>
    <message>
        <source>End time</source>
        <translation>Hora de término</translation>
    </message>
    <message>
        <source>Job progress</source>
        <translation>Progresso da tarefa</translation>
    </message>
    <message>
        <source>Target region</source>
        <translation>Região de destino</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Tags</translation>
    </message>
    <message>
        <source>Remaining time (s)</source>
        <translation>Tempo restante (s)</translation>
    </message>
    <message>
        <source>&amp;Modify…</source>
        <translation>&amp;Modificar…</translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation>&amp;Detalhes</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Log</translation>
    </message>
    <message>
        <source>When this window is closed the demonstration ends, and its migration with it.</source>
        <translation>Quando esta janela é fechada, a demonstração termina e, com ela, a migração.</translation>
    </message>
    <message>
        <source>You may close this window: the clean-up goes on.</source>
        <translation>Você pode fechar esta janela: a limpeza continua.</translation>
    </message>
    <message>
        <source>The speed counts the data of the disks before it is compressed, so it can be higher than the speed of the network. The remaining time is shown once the speed is steady.

Pause keeps everything that was copied, and the transit instance, which keeps costing. Cancel removes both.

After an error nothing is lost: what was copied is kept, and Retry goes on from there.</source>
        <translation>A velocidade conta os dados dos discos antes da compressão; por isso, pode ser maior que a velocidade da rede. O tempo restante é exibido quando a velocidade fica estável.

Pausar mantém tudo o que foi copiado e a instância de trânsito, que continua gerando custos. Cancelar tarefa remove ambos.

Após um erro, nada é perdido: o que foi copiado é mantido, e Tentar novamente continua desse ponto.</translation>
    </message>
    <message>
        <source>%1 — %2</source>
        <extracomment>In the window&apos;s title: how far the migration is, and the server&apos;s name</extracomment>
        <translation>%1 — %2</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused.</source>
        <extracomment>%1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>A instância de trânsito continua gerando custos enquanto a migração está pausada.</translation>
    </message>
    <message>
        <source>The transit instance keeps costing while the migration is paused: %1.</source>
        <translation>A instância de trânsito continua gerando custos enquanto a migração está pausada: %1.</translation>
    </message>
    <message>
        <source>This server&apos;s own disk accesses are slow, so the migration reads at most %1 for now.</source>
        <translation>Os acessos deste servidor aos próprios discos estão lentos; por isso, a migração lê no máximo %1 por enquanto.</translation>
    </message>
    <message>
        <source>Cancel this migration? The job is deleted, the transit instance is released and the copied data is lost. What was used until now is still charged.</source>
        <translation>Cancelar esta migração? A tarefa é excluída, a instância de trânsito é liberada e os dados copiados são perdidos. O que foi usado até agora ainda é cobrado.</translation>
    </message>
    <message>
        <source>&amp;Keep migrating</source>
        <translation>Continuar &amp;migrando</translation>
    </message>
    <message>
        <source>Cancel migrati&amp;on</source>
        <translation>C&amp;ancelar migração</translation>
    </message>
    <message>
        <source>Estimate migration time and test transfer speed</source>
        <translation>Estimar o tempo de migração e testar a velocidade de transferência</translation>
    </message>
    <message>
        <source>Cancel &amp;job…</source>
        <translation>Cancelar &amp;tarefa…</translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation>Lo&amp;g</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>Copiar tudo</translation>
    </message>
    <message>
        <source>Copy all details</source>
        <translation>Copiar todos os detalhes</translation>
    </message>
    <message>
        <source>Transit instance ID</source>
        <translation>ID da instância de trânsito</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance, nor change its billing method, during migration; it is released automatically afterwards.</source>
        <translation>Durante a migração, não pare, inicie, reinicie nem libere a instância de trânsito, nem altere o método de cobrança dela; ela é liberada automaticamente depois.</translation>
    </message>
    <message>
        <source>Default resource group</source>
        <extracomment>The transit instance&apos;s resource group: the account&apos;s own, because no other is asked for</extracomment>
        <translation>Grupo de recursos padrão</translation>
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
        <translation>Ilimitado</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Desativada</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>A&amp;plicar</translation>
    </message>
    <message>
        <source>The time plan is in force now (%1): %2. The limit above counts outside of it.</source>
        <translation>O agendamento está em vigor agora (%1): %2. O limite acima vale fora dele.</translation>
    </message>
    <message>
        <source>Applied.</source>
        <translation>Aplicado.</translation>
    </message>
    <message>
        <source>Applied. The new limit takes effect within %1 s.</source>
        <translation>Aplicado. O novo limite terá efeito em até %1 s.</translation>
    </message>
    <message>
        <source>Applied. It takes effect when the migration goes on.</source>
        <translation>Aplicado. Terá efeito quando a migração continuar.</translation>
    </message>
    <message>
        <source>&amp;Speed limit (Mbit/s):</source>
        <translation>&amp;Limite de velocidade (Mbit/s):</translation>
    </message>
    <message>
        <source>Compress&amp;ion:</source>
        <translation>&amp;Compressão:</translation>
    </message>
    <message>
        <source>Veri&amp;fy the copied data by checksum</source>
        <translation>Ver&amp;ificar os dados copiados por checksum</translation>
    </message>
    <message>
        <source>Clos&amp;e</source>
        <translation>Fec&amp;har</translation>
    </message>
    <message>
        <source>Lon&amp;gest hold (s):</source>
        <translation>Congelamento má&amp;ximo (s):</translation>
    </message>
    <message>
        <source>How many seconds this server may be kept from writing while the final point is taken.</source>
        <translation>Por quantos segundos este servidor pode ser impedido de gravar enquanto o estado final é capturado.</translation>
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
        <translation>Nenhuma VPC em %1. Crie uma no console da VPC e atualize.</translation>
    </message>
    <message>
        <source>Optional: without it, a network is made for this migration and removed after it.</source>
        <translation>Opcional: sem ela, uma rede é criada para esta migração e removida depois.</translation>
    </message>
    <message>
        <source>&amp;Public network</source>
        <translation>&amp;Rede pública</translation>
    </message>
    <message>
        <source>&amp;VPC: this server is connected to it</source>
        <translation>VPC: este servidor está conecta&amp;do a ela</translation>
    </message>
    <message>
        <source>VPC is recommended where it can be reached directly, by VPN gateway, Express Connect circuit or Smart Access Gateway: it is faster and steadier.</source>
        <translation>A VPC é recomendada quando pode ser acessada diretamente, por gateway VPN, circuito Express Connect ou Smart Access Gateway: é mais rápida e estável.</translation>
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
        <translation>&amp;Idioma</translation>
    </message>
    <message>
        <source>Lar&amp;ger text</source>
        <translation>Texto &amp;maior</translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation>Texto me&amp;nor</translation>
    </message>
    <message>
        <source>&amp;Usual text size</source>
        <translation>&amp;Tamanho normal do texto</translation>
    </message>
    <message>
        <source>Low-&amp;bandwidth mode</source>
        <translation>Modo de &amp;baixa largura de banda</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PhaseStrip</name>
    <message>
        <source>%1: done</source>
        <translation>%1: concluído</translation>
    </message>
    <message>
        <source>%1: failed</source>
        <translation>%1: falhou</translation>
    </message>
    <message>
        <source>%1: now</source>
        <translation>%1: agora</translation>
    </message>
    <message>
        <source>%1: to come</source>
        <translation>%1: pendente</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::PlanFileBar</name>
    <message>
        <source>Plan files (*.json);;All files (*)</source>
        <translation>Arquivos de plano (*.json);;Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>The plan was saved as %1.</source>
        <translation>O plano foi salvo como %1.</translation>
    </message>
    <message>
        <source>Use its &amp;settings, keep these disks</source>
        <translation>&amp;Usar as configurações do plano e manter estes discos</translation>
    </message>
    <message>
        <source>The plan %1 was opened.</source>
        <translation>O plano %1 foi aberto.</translation>
    </message>
    <message>
        <source>&amp;Open plan…</source>
        <translation>A&amp;brir plano…</translation>
    </message>
    <message>
        <source>&amp;Save plan…</source>
        <translation>&amp;Salvar plano…</translation>
    </message>
    <message>
        <source>Problems of the plan file</source>
        <translation>Problemas do arquivo de plano</translation>
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
        <translation>Preparar</translation>
    </message>
    <message>
        <source>Decide what may be changed on this server, then register it as a migration source.</source>
        <translation>Decida o que pode ser alterado neste servidor e registre-o como origem de migração.</translation>
    </message>
    <message>
        <source>Nothing is changed on this server before you choose “Prepare and import”.

The import registers this server with the service that made the activation code. With an AccessKey pair there is nothing to register.</source>
        <translation>Nada é alterado neste servidor antes de você escolher “Preparar e importar”.

A importação registra este servidor no serviço que gerou o código de ativação. Com um par de AccessKey, não há nada a registrar.</translation>
    </message>
    <message>
        <source>wait until the import is finished</source>
        <translation>aguardar o fim da importação</translation>
    </message>
    <message>
        <source>wait for the questions to this server</source>
        <translation>aguardar as perguntas sobre este servidor</translation>
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
        <translation>&amp;Tentar novamente</translation>
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
        <translation>Não foi possível instalar o driver de snapshot: %1. A replicação em blocos foi desativada nesta migração. [W-PRE-01]</translation>
    </message>
    <message>
        <source>Import Source Server [%1] Successfully!</source>
        <extracomment>%1 is an id such as s-bp1abc; the words are those of the service</extracomment>
        <translation>Servidor de origem [%1] importado com sucesso</translation>
    </message>
    <message>
        <source>Migration source online</source>
        <translation>Origem de migração on-line</translation>
    </message>
    <message>
        <source>&amp;Exclude files and folders</source>
        <translation>&amp;Excluir arquivos e pastas da migração</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ProgressPanel</name>
    <message>
        <source>No migration</source>
        <translation>Nenhuma migração</translation>
    </message>
    <message>
        <source>Creating the transit instance…</source>
        <translation>Criando a instância de trânsito…</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>Preparando</translation>
    </message>
    <message>
        <source>Synchronizing</source>
        <translation>Sincronizando</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausada</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Erro</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Concluída</translation>
    </message>
    <message>
        <source>Cleaning up…</source>
        <translation>Limpando…</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Cancelada</translation>
    </message>
    <message>
        <source>Reconnecting to the migration engine… (%1 s)</source>
        <translation>Reconectando ao mecanismo de migração… (%1 s)</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <extracomment>Of all disks: amount that is copied, amount in all</extracomment>
        <translation>%1 de %2</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>restam %1</translation>
    </message>
    <message>
        <source>Remaining time: %1</source>
        <translation>Tempo restante: %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>For screen readers: %1 the name of a number, %2 the number</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 so far</source>
        <extracomment>A phase that is not over: %1 is how long it has been running</extracomment>
        <translation>%1 até agora</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Progresso</translation>
    </message>
    <message>
        <source>Speed before compression</source>
        <translation>Velocidade antes da compressão</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Rede</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Limite</translation>
    </message>
    <message>
        <source>Average</source>
        <translation>Média</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Enviado</translation>
    </message>
    <message>
        <source>Saved by compression</source>
        <translation>Economizado pela compressão</translation>
    </message>
    <message>
        <source>Elapsed</source>
        <translation>Tempo decorrido</translation>
    </message>
    <message>
        <source>Interruptions</source>
        <translation>Interrupções</translation>
    </message>
    <message>
        <source>Data of the disks per second. Higher than the network&apos;s speed when compression helps.</source>
        <translation>Dados dos discos por segundo. Maior que a velocidade da rede quando a compressão ajuda.</translation>
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
        <translation>%1 %2 em %3</translation>
    </message>
    <message>
        <source>kept on purpose</source>
        <translation>mantido de propósito</translation>
    </message>
    <message>
        <source>price not known</source>
        <translation>preço desconhecido</translation>
    </message>
    <message>
        <source>free</source>
        <translation>grátis</translation>
    </message>
    <message>
        <source>%1 %2 a day</source>
        <extracomment>%1 a currency such as CNY, %2 an amount</extracomment>
        <translation>%1 %2 por dia</translation>
    </message>
    <message>
        <source>Together at least %1</source>
        <extracomment>A sum of prices; %1 is such as &quot;CNY 12.50 a day&quot;</extracomment>
        <translation>No total, pelo menos %1</translation>
    </message>
    <message>
        <source>Together %1</source>
        <translation>No total, %1</translation>
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
        <translation>Descartar a configuração salva?</translation>
    </message>
    <message>
        <source>Discard the saved setup? The imported source %1 stays registered.</source>
        <translation>Descartar a configuração salva? A origem importada %1 permanece registrada.</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Descartar</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>&amp;Manter</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>&amp;Continuar</translation>
    </message>
    <message>
        <source>&amp;Start over</source>
        <translation>C&amp;omeçar de novo</translation>
    </message>
    <message>
        <source>Welcome back</source>
        <translation>Bem-vindo de volta</translation>
    </message>
    <message>
        <source>Everything you chose was saved but the activation code and the AccessKey pair. Continue leads back to the step you were on; Start over forgets the choices and begins anew. Neither changes anything on this server or in the cloud.</source>
        <translation>Tudo o que você escolheu foi salvo, exceto o código de ativação e o par de AccessKey. Continuar leva de volta à etapa em que você estava; Começar de novo descarta as escolhas e recomeça do zero. Nenhum dos dois altera nada neste servidor nem na nuvem.</translation>
    </message>
    <message>
        <source>Continue the setup from %1 at step “%2”?</source>
        <extracomment>%1 a date and time, %2 the name of a step such as “Settings”</extracomment>
        <translation>Continuar a configuração de %1 na etapa “%2”?</translation>
    </message>
    <message>
        <source>The activation code or AccessKey pair was not saved and has to be entered again.</source>
        <translation>O código de ativação ou o par de AccessKey não foi salvo e precisa ser informado novamente.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::ReviewPage</name>
    <message>
        <source>wait until the migration has started</source>
        <translation>aguardar o início da migração</translation>
    </message>
    <message>
        <source>enter the activation code or an AccessKey pair again on the Connect page</source>
        <translation>informar novamente o código de ativação ou um par de AccessKey na página Conectar</translation>
    </message>
    <message>
        <source>wait until the plan is checked</source>
        <translation>aguardar a verificação do plano</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>What is wrong, and what to do</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>read the notice and choose “Got It”</source>
        <translation>ler o aviso e escolher “Entendi”</translation>
    </message>
    <message>
        <source>Speed limit: %1; compression: %2; checksum verification: %3</source>
        <translation>Limite de velocidade: %1; compressão: %2; verificação de checksum: %3</translation>
    </message>
    <message>
        <source>on</source>
        <translation>ativada</translation>
    </message>
    <message>
        <source>off</source>
        <translation>desativada</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Servidor</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Conta</translation>
    </message>
    <message>
        <source>by activation code</source>
        <translation>por código de ativação</translation>
    </message>
    <message>
        <source>by AccessKey pair</source>
        <translation>por par de AccessKey</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Imagem</translation>
    </message>
    <message>
        <source>%1… in %2</source>
        <translation>%1… em %2</translation>
    </message>
    <message>
        <source>On the way</source>
        <translation>Armazenamento temporário</translation>
    </message>
    <message>
        <source>bucket %1 in %2</source>
        <translation>bucket %1 em %2</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Rede</translation>
    </message>
    <message>
        <source>Public network</source>
        <translation>Rede pública</translation>
    </message>
    <message>
        <source>VPC %1, vSwitch %2</source>
        <translation>VPC %1, vSwitch %2</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>Transferência</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>Discos</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Alterar</translation>
    </message>
    <message>
        <source>Change: %1</source>
        <translation>Alterar: %1</translation>
    </message>
    <message>
        <source>Choose Change beside a line to go back to its page; nothing is lost. Save the plan on the Settings page to use it with edgeliftctl.</source>
        <translation>Escolha Alterar ao lado de uma linha para voltar à página dela; nada se perde. Salve o plano na página Configurações para usá-lo com edgeliftctl.</translation>
    </message>
    <message>
        <source>Costs: the transit instance, its disks and snapshots, and the bucket&apos;s storage and traffic are charged by the cloud while the migration runs; everything temporary is removed at the end. After an error they are kept for a retry and keep costing until you retry or cancel.</source>
        <translation>Custos: a nuvem cobra pela instância de trânsito, seus discos e snapshots, e pelo armazenamento e tráfego do bucket durante a migração; tudo o que é temporário é removido no final. Após um erro, esses recursos são mantidos para uma nova tentativa e continuam gerando custos até você tentar novamente ou cancelar.</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 and do not change its billing method during the migration. Leave the temporary image and the temporary objects in the bucket alone. The hardware changes: check licences after the migration.</source>
        <translation>Não pare, inicie, reinicie nem libere a instância de trânsito %1 e não altere seu método de cobrança durante a migração. Não mexa na imagem temporária nem nos objetos temporários do bucket. O hardware muda: verifique as licenças após a migração.</translation>
    </message>
    <message>
        <source>&amp;Got It</source>
        <translation>&amp;Entendi</translation>
    </message>
    <message>
        <source>Co&amp;py command</source>
        <translation>Co&amp;piar comando</translation>
    </message>
    <message>
        <source>The same migration as a command for edgeliftctl</source>
        <translation>A mesma migração como comando para edgeliftctl</translation>
    </message>
    <message>
        <source>Review and start</source>
        <translation>Revisar e iniciar</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Revisão</translation>
    </message>
    <message>
        <source>Starting creates a paid transit instance in your account.</source>
        <translation>Ao iniciar, uma instância de trânsito paga é criada na sua conta.</translation>
    </message>
    <message>
        <source>&amp;Start migration</source>
        <translation>&amp;Iniciar migração</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsAdvanced</name>
    <message>
        <source>Reading from this server&apos;s disks: at most %1 MB/s</source>
        <translation>Leitura dos discos deste servidor: no máximo %1 MB/s</translation>
    </message>
    <message>
        <source>Niceness: %1</source>
        <translation>Valor nice: %1</translation>
    </message>
    <message>
        <source>Does not stand back when this server&apos;s own disk accesses slow down</source>
        <translation>Não cede quando os acessos deste servidor aos próprios discos ficam lentos</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 days and times, %2 a speed such as 100 Mbit/s</extracomment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Set by the plan file:</source>
        <translation>Definido pelo arquivo de plano:</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>Automático</translation>
    </message>
    <message>
        <source>On</source>
        <translation>Ativado</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Desativado</translation>
    </message>
    <message>
        <source>&amp;Job name:</source>
        <translation>&amp;Nome da tarefa:</translation>
    </message>
    <message>
        <source>&amp;Description:</source>
        <translation>&amp;Descrição:</translation>
    </message>
    <message>
        <source>Speed &amp;limit (Mbit/s):</source>
        <translation>&amp;Limite de velocidade (Mbit/s):</translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation>Ilimitado</translation>
    </message>
    <message>
        <source>Com&amp;pression ratio (0 = none):</source>
        <translation>Taxa de com&amp;pressão (0 = nenhuma):</translation>
    </message>
    <message>
        <source>Compression ratio as a number</source>
        <translation>Taxa de compressão como número</translation>
    </message>
    <message>
        <source>SSL-&amp;encrypted transmission:</source>
        <translation>Transmi&amp;ssão criptografada com SSL:</translation>
    </message>
    <message>
        <source>Licence t&amp;ype:</source>
        <translation>T&amp;ipo de licença:</translation>
    </message>
    <message>
        <source>Ta&amp;gs:</source>
        <translation>Ta&amp;gs:</translation>
    </message>
    <message>
        <source>&amp;Intermediate instance type:</source>
        <translation>Tipo da instância de &amp;trânsito:</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automático</translation>
    </message>
    <message>
        <source>If the type you choose is out of stock, the job cannot be created. Leave it empty to have one chosen.</source>
        <translation>Se o tipo escolhido estiver esgotado, não será possível criar a tarefa. Deixe em branco para a escolha automática.</translation>
    </message>
    <message>
        <source>&amp;Report diagnostic logs</source>
        <translation>&amp;Enviar logs de diagnóstico</translation>
    </message>
    <message>
        <source>&amp;What is sent?</source>
        <translation>O &amp;que é enviado?</translation>
    </message>
    <message>
        <source>The log of this migration: phases, speeds, error codes, names of disks and cloud resources. No file contents, no file names, no codes, keys or passwords.</source>
        <translation>O log desta migração: fases, velocidades, códigos de erro, nomes de discos e recursos da nuvem. Nenhum conteúdo ou nome de arquivo, nem códigos, chaves ou senhas.</translation>
    </message>
    <message>
        <source>&amp;Modify disk partition</source>
        <translation>M&amp;odificar partições do disco</translation>
    </message>
    <message>
        <source>Choose disks, sizes and order yourself on the next page.</source>
        <translation>Escolha você mesmo os discos, os tamanhos e a ordem na próxima página.</translation>
    </message>
    <message>
        <source>&amp;Verify check sums</source>
        <translation>Verificar c&amp;hecksums</translation>
    </message>
    <message>
        <source>More certain, but slower.</source>
        <translation>Mais seguro, porém mais lento.</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Tags</translation>
    </message>
    <message>
        <source>Wait for me before the &amp;final point</source>
        <translation>Aguardar minha &amp;confirmação antes do estado final</translation>
    </message>
    <message>
        <source>The copy follows the server until you say so on the Migration page. Otherwise the final point is taken as soon as it is short.</source>
        <translation>A cópia acompanha o servidor até você confirmar na página Migração. Caso contrário, o estado final é capturado assim que a pausa for curta.</translation>
    </message>
    <message>
        <source>How long programs here may be kept from writing while the final point is taken. A server that writes much may need more.</source>
        <translation>Por quanto tempo os programas daqui podem ser impedidos de gravar enquanto o estado final é capturado. Um servidor que grava muito pode precisar de mais.</translation>
    </message>
    <message>
        <source>Longest &amp;hold (s):</source>
        <translation>Congelamento má&amp;ximo (s):</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>Configurações</translation>
    </message>
    <message>
        <source>The ENS image is kept in the image storage region. Before that a temporary image is made in the transit region and lies in the transit bucket, which must be in the same region.

“Save plan” writes all of this to a file that edgeliftctl uses as well.</source>
        <translation>A imagem do ENS é mantida na região de armazenamento da imagem. Antes disso, uma imagem temporária é criada na região de trânsito e fica no bucket de trânsito, que deve estar na mesma região.

“Salvar plano” grava tudo isso em um arquivo que o edgeliftctl também usa.</translation>
    </message>
    <message>
        <source>choose a bucket</source>
        <translation>escolher um bucket</translation>
    </message>
    <message>
        <source>correct what is marked</source>
        <translation>corrigir o que está marcado</translation>
    </message>
    <message>
        <source>China (Beijing)</source>
        <translation>China (Pequim)</translation>
    </message>
    <message>
        <source>Singapore</source>
        <translation>Singapura</translation>
    </message>
    <message>
        <source>&amp;More configurations</source>
        <translation>&amp;Mais configurações</translation>
    </message>
    <message numerus="yes">
        <source>&amp;More configurations (%n changed)</source>
        <translation>
            <numerusform>&amp;Mais configurações (%n alterada)</numerusform>
            <numerusform>&amp;Mais configurações (%n alteradas)</numerusform>
        </translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Carregando…</translation>
    </message>
    <message>
        <source>No bucket in %1. Create one in the OSS console, then refresh.</source>
        <translation>Nenhum bucket em %1. Crie um no console do OSS e atualize.</translation>
    </message>
    <message>
        <source>The image is named %1.</source>
        <extracomment>%1 is the prefix with a time stamp behind it</extracomment>
        <translation>A imagem será chamada %1.</translation>
    </message>
    <message>
        <source>&amp;Image storage region:</source>
        <translation>&amp;Região de armazenamento da imagem:</translation>
    </message>
    <message>
        <source>Image &amp;name prefix:</source>
        <translation>Prefixo do &amp;nome da imagem:</translation>
    </message>
    <message>
        <source>&amp;Transit region:</source>
        <translation>Região de &amp;trânsito:</translation>
    </message>
    <message>
        <source>Transit &amp;bucket:</source>
        <translation>&amp;Bucket de trânsito:</translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation>At&amp;ualizar</translation>
    </message>
    <message>
        <source>Refresh buckets and networks</source>
        <translation>Atualizar buckets e redes</translation>
    </message>
    <message>
        <source>Network type:</source>
        <translation>Tipo de rede:</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::StepList</name>
    <message>
        <source>Steps</source>
        <translation>Etapas</translation>
    </message>
    <message>
        <source>%1, current step</source>
        <translation>%1, etapa atual</translation>
    </message>
    <message>
        <source>%1, visited</source>
        <translation>%1, visitada</translation>
    </message>
    <message>
        <source>%1, later</source>
        <translation>%1, posterior</translation>
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
        <translation>Velocidade dos últimos 10 minutos</translation>
    </message>
    <message>
        <source>No speed was measured yet.</source>
        <translation>Nenhuma velocidade medida ainda.</translation>
    </message>
    <message>
        <source>Disk speed now %1, network speed now %2, highest disk speed of the last 10 minutes %3.</source>
        <extracomment>Read by screen readers instead of the graph</extracomment>
        <translation>Velocidade atual do disco %1, velocidade atual da rede %2, maior velocidade do disco nos últimos 10 minutos %3.</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Disco</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Rede</translation>
    </message>
    <message>
        <source>Top: %1</source>
        <extracomment>The upper edge of a graph of speeds; %1 is a speed</extracomment>
        <translation>Topo: %1</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsForm</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>E mais %n.</numerusform>
            <numerusform>E mais %n.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>Adici&amp;onar</translation>
    </message>
    <message>
        <source>Add a tag</source>
        <translation>Adicionar uma tag</translation>
    </message>
    <message>
        <source>Remo&amp;ve</source>
        <translation>&amp;Remover</translation>
    </message>
    <message>
        <source>Remove this tag</source>
        <translation>Remover esta tag</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::TagsModel</name>
    <message>
        <source>Key</source>
        <translation>Chave</translation>
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
        <translation>não migrado</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>%1 livres</translation>
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
        <translation>LVM em %1</translation>
    </message>
    <message>
        <source> GiB</source>
        <extracomment>the unit behind a number that is typed</extracomment>
        <translation> GiB</translation>
    </message>
    <message>
        <source>Size of %1 in GiB</source>
        <extracomment>%1 a disk, for screen readers</extracomment>
        <translation>Tamanho de %1 em GiB</translation>
    </message>
    <message>
        <source>%1 to %2 are possible.</source>
        <translation>Possível: de %1 a %2.</translation>
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
        <translation>Para continuar, é preciso:</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <extracomment>Below a list of things to do</extracomment>
        <translation>
            <numerusform>e mais %n</numerusform>
            <numerusform>e mais %n</numerusform>
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
        <translation>Bloco a bloco</translation>
    </message>
    <message>
        <source>File by file</source>
        <translation>Arquivo a arquivo</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WaitLine</name>
    <message>
        <source>S&amp;top</source>
        <translation>Pa&amp;rar</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::WelcomePage</name>
    <message>
        <source>Edgelift copies the disks of a Linux server into the cloud and makes an image for Edge Node Service (ENS) of them. Nothing is changed or charged before you choose Start migration on the Review page.</source>
        <translation>O Edgelift copia os discos de um servidor Linux para a nuvem e cria com eles uma imagem para o Edge Node Service (ENS). Nada é alterado nem cobrado antes de você escolher Iniciar migração na página Revisão.</translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation>&amp;Idioma:</translation>
    </message>
    <message>
        <source>1. You choose what is migrated and where to.
2. Edgelift makes a temporary transit instance, copies the disks to it, makes an ECS image, exports it to an OSS bucket and imports it into ENS. Then it removes everything temporary.
3. You create the ENS instance from the finished image.</source>
        <translation>1. Você escolhe o que migrar e para onde.
2. O Edgelift cria uma instância de trânsito temporária, copia os discos para ela, cria uma imagem do ECS, exporta-a para um bucket do OSS e importa-a para o ENS. Depois remove tudo o que é temporário.
3. Você cria a instância do ENS com a imagem pronta.</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Limites</translation>
    </message>
    <message>
        <source>Only Linux servers with x86 processors: physical servers, virtual machines, and servers of other clouds.</source>
        <translation>Somente servidores Linux com processadores x86: servidores físicos, máquinas virtuais e servidores de outras nuvens.</translation>
    </message>
    <message>
        <source>At most %1 data disks, each at most %2.</source>
        <translation>No máximo %1 discos de dados, cada um com no máximo %2.</translation>
    </message>
    <message>
        <source>ENS images are imported in China (Beijing) and Singapore only.</source>
        <translation>Imagens do ENS são importadas somente na China (Pequim) e em Singapura.</translation>
    </message>
    <message>
        <source>The image may have at most %1 after compression, system disk and data disks together.</source>
        <translation>A imagem pode ter no máximo %1 após a compressão, somando disco do sistema e discos de dados.</translation>
    </message>
    <message>
        <source>ECS, OSS and ENS must be activated in the account, and ECS must be allowed to write to OSS.</source>
        <translation>ECS, OSS e ENS devem estar ativados na conta, e o ECS deve ter permissão para gravar no OSS.</translation>
    </message>
    <message>
        <source>Costs</source>
        <translation>Custos</translation>
    </message>
    <message>
        <source>Edgelift is free. What is used on the way is charged by the cloud: one pay-as-you-go transit instance with its disks and snapshots.</source>
        <translation>O Edgelift é gratuito. A nuvem cobra pelo que é usado no processo: uma instância de trânsito com pagamento conforme o uso, com seus discos e snapshots.</translation>
    </message>
    <message>
        <source>The temporary image in the OSS bucket costs storage, requests and outbound traffic.</source>
        <translation>A imagem temporária no bucket do OSS gera custos de armazenamento, solicitações e tráfego de saída.</translation>
    </message>
    <message>
        <source>Importing the ENS image and creating an ENS instance are charged by ENS.</source>
        <translation>A importação da imagem do ENS e a criação de uma instância do ENS são cobradas pelo ENS.</translation>
    </message>
    <message>
        <source>After an error the transit instance is kept so that you can retry, and keeps costing until you retry or cancel.</source>
        <translation>Após um erro, a instância de trânsito é mantida para uma nova tentativa e continua gerando custos até você tentar novamente ou cancelar.</translation>
    </message>
    <message>
        <source>Consequences</source>
        <translation>Consequências</translation>
    </message>
    <message>
        <source>Do not stop, start, restart or release the transit instance %1 during the migration.</source>
        <translation>Não pare, inicie, reinicie nem libere a instância de trânsito %1 durante a migração.</translation>
    </message>
    <message>
        <source>Leave the temporary ECS image and the temporary objects in the bucket alone; they are removed at the end.</source>
        <translation>Não mexa na imagem temporária do ECS nem nos objetos temporários do bucket; eles são removidos no final.</translation>
    </message>
    <message>
        <source>The hardware changes: licences bound to it may become invalid. Check them after the migration.</source>
        <translation>O hardware muda: licenças vinculadas a ele podem perder a validade. Verifique-as após a migração.</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Termos</translation>
    </message>
    <message>
        <source>ENS, Edge Node Service: servers in data centers near their users.</source>
        <translation>ENS, Edge Node Service: servidores em data centers próximos aos usuários.</translation>
    </message>
    <message>
        <source>OSS, Object Storage Service: holds files in buckets.</source>
        <translation>OSS, Object Storage Service: guarda arquivos em buckets.</translation>
    </message>
    <message>
        <source>Transit instance: a temporary ECS instance that receives the disks.</source>
        <translation>Instância de trânsito: uma instância temporária do ECS que recebe os discos.</translation>
    </message>
    <message>
        <source>Activation code: lets this server register itself without an AccessKey pair.</source>
        <translation>Código de ativação: permite que este servidor se registre sem um par de AccessKey.</translation>
    </message>
    <message>
        <source>Move this server into an ENS image</source>
        <translation>Mover este servidor para uma imagem do ENS</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Boas-vindas</translation>
    </message>
    <message>
        <source>The server keeps running meanwhile. Nothing on it is changed before you agree to it.</source>
        <translation>Enquanto isso, o servidor continua funcionando. Nada nele é alterado antes de você concordar.</translation>
    </message>
</context>
<context>
    <name>edgelift::wizard::Wizard</name>
    <message>
        <source>&amp;Start the engine</source>
        <translation>&amp;Iniciar o mecanismo</translation>
    </message>
    <message>
        <source>Migration %1 continues in the background. Start “edgelift” again to watch it.</source>
        <translation>A migração %1 continua em segundo plano. Inicie o “edgelift” novamente para acompanhá-la.</translation>
    </message>
    <message>
        <source>&amp;Ask for permission</source>
        <translation>Solicitar &amp;permissão</translation>
    </message>
    <message>
        <source>The settings of the last migration are here again, and what is left of it is being removed. Start when you are ready.</source>
        <translation>As configurações da última migração estão aqui novamente, e o que resta dela está sendo removido. Inicie quando estiver pronto.</translation>
    </message>
    <message>
        <source>Migration %1 waits, and what it made in the cloud keeps costing. Start “edgelift” again to go on or to clean up.</source>
        <translation>A migração %1 está em espera, e o que ela criou na nuvem continua gerando custos. Inicie “edgelift” novamente para continuar ou limpar.</translation>
    </message>
</context>
</TS>
