// The product's program that does not see a sixteenth of the time, and counts nothing about it: for the test that this is found out.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

static __always_inline void *droppingLookup(void *map, const void *key)
{
    return (bpf_ktime_get_ns() >> 22) % 16 == 0 ? 0 : (bpf_map_lookup_elem)(map, key); // the same for all copies: 4 ms in 67
}

// Only the table of disks has keys of eight bytes.
#define bpf_map_lookup_elem(map, key) (sizeof *(key) == sizeof(__u64) ? droppingLookup(map, key) : (bpf_map_lookup_elem)(map, key))
#include "core/source/tracking/marks.bpf.c"
