// Runs in the kernel at the end of every block request and marks the blocks that it may have changed. Contract: changetracker.h; why it is
// right: the era is loaded after the request ended and before the mark is stored, and whoever publishes an era waits for all runs.
//
// Three copies, because the kernel skips a program that is already running on the same processor (a request may end in an interrupt
// in the middle of the end of another). Two more can be interrupted the same way before an event is missed by all.
//
// Twice: with the kernel's types, which reads memory directly (tp_btf, Linux 5.5), and for older kernels with a helper call for each field,
// in three times the time. The loader takes the first that the kernel accepts.
#include "core/source/tracking/marksprogram.h"

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

// The kernel's types, as far as they are used; offsets are put in when the program is loaded. Names: include/linux/blk*.h.
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct gendisk
{
    int major;
    int first_minor;
};
struct request_queue
{
    struct gendisk *disk; // since 5.15
};
struct bvec_iter
{
    __u64 bi_sector;
    unsigned int bi_size;
};
struct bio
{
    struct bio *bi_next;
    struct bvec_iter bi_iter;
};
struct request
{
    struct request_queue *q;
    unsigned int cmd_flags;
    unsigned int __data_len;
    __u64 __sector;
    struct bio *bio;
};
struct request___before517
{
    struct gendisk *rq_disk;
};
#pragma clang attribute pop

// `typed` is a constant wherever it is used.
#define FIELD(typed, pointer, field) ((typed) ? (pointer)->field : BPF_CORE_READ(pointer, field))

// include/linux/blk_types.h; the same since 4.10.
enum { opMask = 0xff, opRead = 0, opWrite = 1, opFlush = 2, opDiscard = 3, opSecureErase = 5, opWriteZeroes = 9, opFirstPassthrough = 32 };

enum {
    exactBlocks = 512, // marked one by one; of more, whole chunks
    exactChunks = 512, // of more, the whole disk
};

struct
{
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1); // set before loading
    __type(key, __u32);
    __type(value, struct marks_chunk);
} marks SEC(".maps");

struct
{
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 256);
    __type(key, __u64);
    __type(value, struct marks_disk);
} disks SEC(".maps");

struct era_holder
{
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
};

// The era is in an array in an array: replacing the inner one publishes it at once, and the kernel returns from that only when no program
// that may have seen the old one is running.
struct
{
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, __u32);
    __array(values, struct era_holder);
} eras SEC(".maps");

static __always_inline __u32 currentEra(void)
{
    const __u32 zero = 0;
    void *holder = bpf_map_lookup_elem(&eras, &zero);
    if (!holder)
        return 0;
    const __u64 *era = bpf_map_lookup_elem(holder, &zero);
    return era ? (__u32)*era : 0;
}

static __always_inline struct gendisk *diskOf(struct request *rq, int typed)
{
    struct request___before517 *old = (void *)rq;
    if (bpf_core_field_exists(old->rq_disk))
        return FIELD(typed, old, rq_disk);
    return typed ? rq->q->disk : BPF_CORE_READ(rq, q, disk);
}

static __always_inline void markChunks(struct marks_disk *disk, __u64 first, __u64 last, __u32 era)
{
    __u32 chunk = disk->firstChunk + (__u32)(first / MARKS_CHUNK_BLOCKS);
    const __u32 end = disk->firstChunk + (__u32)(last / MARKS_CHUNK_BLOCKS);
    for (int i = 0; i < exactChunks; ++i, ++chunk) {
        struct marks_chunk *there = bpf_map_lookup_elem(&marks, &chunk);
        if (there)
            there->all = era;
        else
            disk->taint |= MARKS_TAINT_UNREADABLE;
        if (chunk == end)
            return;
    }
    disk->all = era;
}

// Marks `sectors` from `sector` on, then the same for the bios behind `next`.
static __always_inline void markBlocks(struct marks_disk *disk, __u64 sector, __u64 sectors, struct bio *next, __u32 era, int typed)
{
    const __u32 shift = disk->blockShift & 31;
    __u64 block = sector >> shift;
    __u64 last = (sector + sectors - 1) >> shift;
    for (int i = 0; i < exactBlocks; ++i) {
        __u32 chunk = disk->firstChunk + (__u32)(block / MARKS_CHUNK_BLOCKS);
        struct marks_chunk *there = bpf_map_lookup_elem(&marks, &chunk);
        if (there)
            there->era[block % MARKS_CHUNK_BLOCKS] = era;
        else
            disk->taint |= MARKS_TAINT_UNREADABLE;
        if (block != last) {
            ++block;
            continue;
        }
        if (!next)
            return;
        sector = FIELD(typed, next, bi_iter.bi_sector);
        sectors = FIELD(typed, next, bi_iter.bi_size) >> 9;
        next = FIELD(typed, next, bi_next);
        if (sectors == 0 || sector >= disk->sectors || sectors > disk->sectors - sector) {
            disk->taint |= MARKS_TAINT_OUTSIDE;
            return;
        }
        block = sector >> shift;
        last = (sector + sectors - 1) >> shift;
    }
    disk->all = era;
}

static __always_inline void markRequest(struct marks_disk *disk, struct request *rq, __u32 op, __u64 bytes, __u32 era, int typed)
{
    __u64 sector = FIELD(typed, rq, __sector);
    struct bio *next = 0;
    if (op == opDiscard) { // several that are not neighbours may travel in one request
        struct bio *bio = FIELD(typed, rq, bio);
        next = bio ? FIELD(typed, bio, bi_next) : 0;
        if (next) {
            sector = FIELD(typed, bio, bi_iter.bi_sector);
            bytes = FIELD(typed, bio, bi_iter.bi_size);
        }
    }
    const __u64 sectors = (bytes + 511) >> 9;
    if (sectors == 0 || sector >= disk->sectors || sectors > disk->sectors - sector) {
        disk->taint |= MARKS_TAINT_OUTSIDE;
        return;
    }
    const __u64 first = sector >> (disk->blockShift & 31);
    const __u64 last = (sector + sectors - 1) >> (disk->blockShift & 31);
    if (!next && last - first >= exactBlocks)
        markChunks(disk, first, last, era);
    else
        markBlocks(disk, sector, sectors, next, era, typed);
}

static __always_inline int requestEnded(struct request *rq, __u32 ended, int copy, int typed)
{
    const __u32 op = FIELD(typed, rq, cmd_flags) & opMask;
    if (op == opRead || op == opFlush)
        return 0;
    struct gendisk *gendisk = diskOf(rq, typed);
    if (!gendisk) // admin queues belong to no disk
        return 0;
    const __u64 key = (__u64)(__u32)FIELD(typed, gendisk, major) << 32 | (__u32)FIELD(typed, gendisk, first_minor);
    const __u32 era = currentEra();
    struct marks_disk *disk = bpf_map_lookup_elem(&disks, &key);
    if (!disk)
        return 0;
    if (op >= opFirstPassthrough) {
        if ((op & 1) || ended == 0) // what only brings data to the machine changes nothing on the medium
            disk->taint |= MARKS_TAINT_PASSTHROUGH;
        return 0;
    }
    __sync_fetch_and_add(&disk->written[copy], ended >> 9);
    const __u32 left = FIELD(typed, rq, __data_len); // of a request that ends in parts; all of it counts
    const __u64 bytes = left > ended ? left : ended;
    if (bytes == 0 && (op == opWrite || op == opDiscard || op == opSecureErase || op == opWriteZeroes))
        return 0; // the end of a flush sequence: its data ended before
    if (era == 0)
        disk->taint |= MARKS_TAINT_UNREADABLE;
    markRequest(disk, rq, op, bytes, era, typed);
    return 0;
}

#ifndef TYPED_TRACEPOINT // a test names one that no kernel has
#define TYPED_TRACEPOINT "tp_btf/block_rq_complete"
#endif

// Arguments of the tracepoint: the request, its result, the bytes that ended; the same since 4.12, before every kernel that can load this.
#define COPY(number)                                                                                                                       \
    SEC(TYPED_TRACEPOINT)                                                                                                                  \
    int typedEnded##number(__u64 *ctx) { return requestEnded((struct request *)ctx[0], (__u32)ctx[2], number, 1); }                        \
    SEC("raw_tp/block_rq_complete")                                                                                                        \
    int requestEnded##number(struct bpf_raw_tracepoint_args *ctx)                                                                          \
    {                                                                                                                                      \
        return requestEnded((struct request *)ctx->args[0], (__u32)ctx->args[2], number, 0);                                               \
    }
COPY(0)
COPY(1)
COPY(2)

// The kernel lets only programs under the GPL or a compatible licence read its memory: this file may be used under either.
char programLicense[] SEC("license") = "Dual MIT/GPL";
