/* What marks.bpf.c and ebpftracker.cpp share: the values of its maps. C, because clang compiles it for the kernel as well. */
#ifndef EDGELIFT_MARKSPROGRAM_H
#define EDGELIFT_MARKSPROGRAM_H

#include <linux/types.h>

#define MARKS_CHUNK_BLOCKS 1024 /* blocks in one element of the array; an array's elements are rounded up to 8 bytes */
#define MARKS_COPIES 3 /* of the program, see marks.bpf.c */

/* One element of `marks`. A block's mark is the largest of its own, its chunk's and its disk's. */
struct marks_chunk
{
    __u32 all; /* era in which all of it was marked at once; 0: never */
    __u32 unused;
    __u32 era[MARKS_CHUNK_BLOCKS];
};

/* Value of `disks`; the key is major << 32 | minor. */
struct marks_disk
{
    __u64 sectors; /* its size in 512-byte sectors */
    __u64 written[MARKS_COPIES]; /* sectors written or discarded, as each copy of the program saw them */
    __u32 firstChunk; /* in `marks`; its chunks follow one another */
    __u32 blockShift; /* sector >> blockShift is the block */
    __u32 all; /* era in which all blocks were marked at once */
    __u32 taint; /* a MARKS_TAINT_ reason: marks may be missing */
};

#define MARKS_TAINT_PASSTHROUGH 1U /* a command without a range */
#define MARKS_TAINT_OUTSIDE 2U /* a request beyond the end */
#define MARKS_TAINT_UNREADABLE 4U /* the request could not be understood */

#endif
