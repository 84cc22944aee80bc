#include "mapcheck.h"

#include <algorithm>
#include <array>
#include <ext2fs/ext2fs.h>

using namespace edgelift;
using namespace edgelift::fuzz;

namespace {

const std::array<BaseImage, 4> &images()
{
    static const std::array<BaseImage, 4> all{
        BaseImage(4 << 20, "echo hello >$folder/file; mke2fs -q -F -b 1024 -t ext2 -N 64 -d $folder $image"),
        BaseImage(16 << 20, "mke2fs -q -F -b 1024 -t ext4 -O ^metadata_csum,^uninit_bg -J size=1 -N 64 -g 2048 $image"),
        BaseImage(16 << 20, "mke2fs -q -F -b 1024 -t ext4 -O 64bit,metadata_csum -J size=1 -N 64 -g 2048 $image"),
        BaseImage(32 << 20, "mke2fs -q -F -b 4096 -t ext4 -O 64bit,metadata_csum,meta_bg,^resize_inode -N 64 $image")};
    return all;
}

/// Checksums of the superblock and of the group descriptors behind it, as e2fsprogs reckons them (lib/ext2fs/csum.c).
void mendSums(PatchedImage &image)
{
    constexpr quint32 superAt = 1024;
    const Result<QByteArray> super = image.read(superAt, 1024);
    if (!super)
        return;
    const auto *raw = reinterpret_cast<const unsigned char *>(super->constData());
    const quint32 sum = qToLittleEndian(ext2fs_crc32c_le(~0U, raw, 1020));
    image.write(superAt + 1020, QByteArrayView(reinterpret_cast<const char *>(&sum), 4));
    const bool wide = qFromLittleEndian<quint32>(super->constData() + 0x60) & EXT4_FEATURE_INCOMPAT_64BIT;
    const quint32 seed = ext2fs_crc32c_le(~0U, raw + 0x68, 16);
    const quint64 block = 1024ULL << (qFromLittleEndian<quint32>(super->constData() + 0x18) & 7);
    const quint64 table = (qFromLittleEndian<quint32>(super->constData() + 0x14) + 1ULL) * block;
    const quint64 size = wide ? std::clamp<quint64>(qFromLittleEndian<quint16>(super->constData() + 0xfe), 64, 1024) : 32;
    for (quint32 group = 0; group < 16; ++group) {
        Result<QByteArray> descriptor = image.read(table + group * size, size);
        if (!descriptor)
            return;
        descriptor->replace(0x1e, 2, QByteArray(2, '\0'));
        const quint32 number = qToLittleEndian(group);
        quint32 crc = ext2fs_crc32c_le(seed, reinterpret_cast<const unsigned char *>(&number), 4);
        crc = ext2fs_crc32c_le(crc, reinterpret_cast<const unsigned char *>(descriptor->constData()), size);
        const quint16 low = qToLittleEndian(quint16(crc));
        image.write(table + group * size + 0x1e, QByteArrayView(reinterpret_cast<const char *>(&low), 2));
    }
}

}

FUZZ_TARGET(extmap)
{
    Reader reader(input);
    const Choice choice = choose(reader, images().size());
    PatchedImage image(images().at(choice.image));
    image.apply(reader);
    if (choice.mend && choice.image >= 2)
        mendSums(image);
    checkMap(extMap(image, {}), image.size());
}
