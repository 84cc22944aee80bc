#include "core/stream/maps/onmedium.h"
#include "core/stream/maps/volumemap.h"

#include <cstring>
#include <ext2fs/ext2fs.h>

namespace edgelift {

namespace {

/// libext2fs opens by name only; the view for the io manager is handed over beside it.
thread_local const BlockView *viewToOpen = nullptr; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

errcode_t openView(const char *, int, io_channel *channel);

errcode_t closeView(io_channel channel)
{
    if (--channel->refcount > 0)
        return 0;
    ext2fs_free_mem(&channel->name);
    ext2fs_free_mem(&channel);
    return 0;
}

errcode_t setBlockSize(io_channel channel, int size)
{
    channel->block_size = size;
    return 0;
}

/// `count` < 0 means bytes, by the interface's convention.
errcode_t readBlocks(io_channel channel, unsigned long long block, int count, void *data)
{
    const quint64 length = count < 0 ? quint64(-qint64(count)) : quint64(count) * quint64(channel->block_size);
    if (block > ~0ULL / quint64(channel->block_size))
        return EXT2_ET_SHORT_READ;
    const auto *view = static_cast<const BlockView *>(channel->private_data);
    const Result<QByteArray> bytes = view->read(block * quint64(channel->block_size), length);
    if (!bytes)
        return EXT2_ET_SHORT_READ;
    std::memcpy(data, bytes->constData(), length);
    return 0;
}

errcode_t readBlocks32(io_channel channel, unsigned long block, int count, void *data) { return readBlocks(channel, block, count, data); }
errcode_t refuse32(io_channel, unsigned long, int, const void *) { return EXT2_ET_RO_FILSYS; }
errcode_t refuse64(io_channel, unsigned long long, int, const void *) { return EXT2_ET_RO_FILSYS; }
errcode_t nothing(io_channel) { return 0; }

struct_io_manager makeManager()
{
    struct_io_manager manager{};
    manager.magic = EXT2_ET_MAGIC_IO_MANAGER;
    manager.name = "edgelift view";
    manager.open = openView;
    manager.close = closeView;
    manager.set_blksize = setBlockSize;
    manager.read_blk = readBlocks32;
    manager.write_blk = refuse32;
    manager.flush = nothing;
    manager.read_blk64 = readBlocks;
    manager.write_blk64 = refuse64;
    return manager;
}

io_manager viewManager()
{
    static struct_io_manager manager = makeManager(); // never changed; the library's type is not const
    return &manager;
}

errcode_t openView(const char *name, int, io_channel *channel)
{
    io_channel made = nullptr;
    if (const errcode_t failed = ext2fs_get_memzero(sizeof(struct struct_io_channel), &made))
        return failed;
    made->magic = EXT2_ET_MAGIC_IO_CHANNEL;
    made->manager = viewManager();
    made->block_size = 1024;
    made->refcount = 1;
    made->private_data = const_cast<BlockView *>(viewToOpen); // the C interface has no const; the manager only reads
    if (const errcode_t failed = ext2fs_get_mem(std::strlen(name) + 1, &made->name)) {
        ext2fs_free_mem(&made);
        return failed;
    }
    std::strcpy(made->name, name);
    *channel = made;
    return 0;
}

/// What must hold before the library allocates anything by the superblock's numbers. Empty: go on.
QString refusal(const QByteArray &super, quint64 viewSize)
{
    if (medium::little<quint16>(super, 0x38) != EXT2_SUPER_MAGIC)
        return QStringLiteral("no ext superblock");
    const quint32 incompatible = medium::little<quint32>(super, 0x60);
    const quint32 readOnlyCompatible = medium::little<quint32>(super, 0x64);
    const quint16 state = medium::little<quint16>(super, 0x3a);
    if ((incompatible & EXT3_FEATURE_INCOMPAT_RECOVER) || (readOnlyCompatible & EXT4_FEATURE_RO_COMPAT_ORPHAN_PRESENT))
        return QStringLiteral("its journal has to be replayed");
    if (!(state & EXT2_VALID_FS) || (state & EXT2_ERROR_FS))
        return QStringLiteral("not cleanly unmounted or marked as having errors");
    if (incompatible & EXT3_FEATURE_INCOMPAT_JOURNAL_DEV)
        return QStringLiteral("it is a journal device");
    if (readOnlyCompatible & EXT4_FEATURE_RO_COMPAT_BIGALLOC)
        return QStringLiteral("it allocates in clusters (bigalloc)");
    const quint32 shift = medium::little<quint32>(super, 0x18);
    const quint32 perGroup = medium::little<quint32>(super, 0x20);
    const bool clustersAreBlocks = medium::little<quint32>(super, 0x1c) == shift && medium::little<quint32>(super, 0x24) == perGroup;
    // The library takes a first block other than mke2fs's, and then writes beyond the end of its bitmap.
    const quint32 firstBlock = shift == 0 ? 1 : 0;
    if (shift > 6 || perGroup < 256 || perGroup > (8192U << shift) || perGroup % 8 != 0 || !clustersAreBlocks
        || medium::little<quint32>(super, 0x14) != firstBlock)
        return QStringLiteral("the superblock is not consistent");
    quint64 blocks = medium::little<quint32>(super, 0x04);
    if (incompatible & EXT4_FEATURE_INCOMPAT_64BIT)
        blocks |= quint64(medium::little<quint32>(super, 0x150)) << 32;
    if (blocks == 0 || blocks > viewSize >> (10 + shift))
        return QStringLiteral("the filesystem is larger than its volume");
    return {};
}

class Filesystem
{
public:
    Filesystem() = default;
    Filesystem(const Filesystem &) = delete;
    Filesystem &operator=(const Filesystem &) = delete;
    ~Filesystem()
    {
        if (m_fs)
            ext2fs_free(m_fs); // not ext2fs_close: that would write
    }
    errcode_t open(const BlockView &view)
    {
        viewToOpen = &view;
        const errcode_t failed = ext2fs_open2("view", nullptr, EXT2_FLAG_64BITS, 0, 0, viewManager(), &m_fs);
        viewToOpen = nullptr;
        return failed ? failed : ext2fs_read_block_bitmap(m_fs);
    }
    ext2_filsys get() const { return m_fs; }

private:
    ext2_filsys m_fs = nullptr;
};

/// Free blocks of the whole bitmap as byte ranges. False when it was stopped.
bool collectFree(ext2_filsys fs, RangeSet &freeBytes, const std::stop_token &stop)
{
    const blk64_t last = ext2fs_blocks_count(fs->super) - 1;
    for (blk64_t at = fs->super->s_first_data_block; at <= last;) {
        blk64_t first = 0;
        if (stop.stop_requested())
            return false;
        if (ext2fs_find_first_zero_block_bitmap2(fs->block_map, at, last, &first) != 0)
            return true;
        blk64_t next = last + 1;
        if (ext2fs_find_first_set_block_bitmap2(fs->block_map, first, last, &next) != 0)
            next = last + 1;
        freeBytes.add({first * fs->blocksize, (next - first) * fs->blocksize});
        at = next;
    }
    return true;
}

/// Every group's own count of free blocks must be what its bitmap says: one that differs was changed by something that died.
bool countsAgree(ext2_filsys fs, const RangeSet &freeBytes)
{
    auto range = freeBytes.begin();
    for (dgrp_t group = 0; group < fs->group_desc_count; ++group) {
        const quint64 start = ext2fs_group_first_block2(fs, group) * fs->blocksize;
        const quint64 end = (ext2fs_group_last_block2(fs, group) + 1) * fs->blocksize;
        quint64 found = 0;
        for (; range != freeBytes.end() && range->offset < end; ++range) {
            const quint64 from = std::max(start, range->offset);
            found += std::min(end, range->end()) - std::min(from, end);
            if (range->end() > end)
                break; // goes on in the next group
        }
        if (found / fs->blocksize != ext2fs_bg_free_blocks_count(fs, group))
            return false;
    }
    return freeBytes.total() / fs->blocksize == ext2fs_free_blocks_count(fs->super);
}

bool tablesAreInside(ext2_filsys fs)
{
    const blk64_t blocks = ext2fs_blocks_count(fs->super);
    for (dgrp_t group = 0; group < fs->group_desc_count; ++group) {
        const blk64_t inodes = ext2fs_inode_table_loc(fs, group);
        if (ext2fs_block_bitmap_loc(fs, group) >= blocks || ext2fs_inode_bitmap_loc(fs, group) >= blocks || inodes >= blocks
            || fs->inode_blocks_per_group > blocks - inodes)
            return false;
    }
    return true;
}

/// A group's own tables are used whatever a bitmap says; groups that were never written have no bitmap on the disk.
void keepTables(ext2_filsys fs, RangeSet &freeBytes)
{
    std::vector<ByteRange> tables;
    for (dgrp_t group = 0; group < fs->group_desc_count; ++group) {
        tables.push_back({ext2fs_block_bitmap_loc(fs, group) * fs->blocksize, fs->blocksize});
        tables.push_back({ext2fs_inode_bitmap_loc(fs, group) * fs->blocksize, fs->blocksize});
        tables.push_back({ext2fs_inode_table_loc(fs, group) * fs->blocksize, quint64(fs->inode_blocks_per_group) * fs->blocksize});
    }
    freeBytes.subtract(RangeSet::fromUnsorted(std::move(tables)));
}

}

VolumeMap extMap(const BlockView &view, const std::stop_token &stop)
{
    const Result<QByteArray> super = view.read(1024, 1024);
    if (!super)
        return VolumeMap::takeWhole(QStringLiteral("its superblock could not be read"));
    if (const QString refused = refusal(*super, view.size()); !refused.isEmpty())
        return VolumeMap::takeWhole(refused);
    Filesystem filesystem;
    if (const errcode_t failed = filesystem.open(view))
        return VolumeMap::takeWhole(QStringLiteral("libext2fs: error %1").arg(qlonglong(failed)));
    if (!tablesAreInside(filesystem.get()))
        return VolumeMap::takeWhole(QStringLiteral("the tables of a block group lie outside of the filesystem"));
    VolumeMap map;
    if (!collectFree(filesystem.get(), map.free, stop))
        return VolumeMap::takeWhole(QStringLiteral("stopped"));
    if (!countsAgree(filesystem.get(), map.free))
        return VolumeMap::takeWhole(QStringLiteral("its counts of free blocks disagree with its bitmaps"));
    keepTables(filesystem.get(), map.free);
    return map;
}

}
