// The product's program as a kernel sees it that has no tracepoint with types: for the test that the other one is taken.
#define TYPED_TRACEPOINT "tp_btf/no_such_tracepoint"
#include "core/source/tracking/marks.bpf.c"
