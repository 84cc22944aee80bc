// The product's program, of which the last copy (it has the last word) is slow where it hurts most: between loading the era and storing the mark. For the test that shows
// why an era is published with a grace step.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

static const int copy = 1; // where the copy is not known: not the slow one

static long spin(__u32 i, void *context)
{
    (void)i;
    (void)context;
    return 0;
}

static __always_inline void *slowLookup(void *map, const void *key, int which)
{
    void *found = (bpf_map_lookup_elem)(map, key);
    if (found && which == 2 && (bpf_get_prandom_u32() & 7) == 0)
        bpf_loop(1 << 23, spin, 0, 0); // ten milliseconds or so
    return found;
}

// Only the table of disks has keys of eight bytes.
#define bpf_map_lookup_elem(map, key) (sizeof *(key) == sizeof(__u64) ? slowLookup(map, key, copy) : (bpf_map_lookup_elem)(map, key))
#include "core/source/tracking/marks.bpf.c"
