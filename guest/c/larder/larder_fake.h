/*
 * A host for unit tests: two stores in memory, with the rules of the interface. Link it in place of larder_abi*.c, and what a
 * plugin does can be tested without a runtime.
 *
 * It has no disk, so nothing is durable, and nothing is damaged or unavailable unless `larder_fake_fail_next` says so. No call
 * is throttled, and each write is committed by itself. A key that is not UTF-8, or a reader or writer that is not open, ends
 * the test as it would trap the plugin. It is for one thread.
 */
#ifndef LARDER_FAKE_H
#define LARDER_FAKE_H

#include "larder.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the fake allows. Every limit is inclusive. */
typedef struct larder_fake_limits {
    /* What `larder_get_limits` says: 1,024 bytes, 64 MiB, 1,000 items, 4 MiB, 1 MiB, 16 handles. */
    larder_limits call;
    /* Bytes that the plugin's own store may hold: keys, values and 64 bytes a key. 100 MiB. */
    uint64_t store_bytes;
    /* Keys that either store may hold. 1,000,000. */
    uint64_t store_keys;
    /* Bytes that both stores together may hold, counted alike, and so the shared one alone. 1 GiB. */
    uint64_t workspace_bytes;
    /* Keys that one `larder_delete_prefix` may remove, unless it empties the store. 100,000. */
    uint64_t delete_prefix_keys;
} larder_fake_limits;

/* What the plugin may do with the shared store. */
typedef enum larder_fake_grant {
    LARDER_FAKE_NOTHING = 0,
    LARDER_FAKE_READ = 1,
    LARDER_FAKE_WRITE = 2
} larder_fake_grant;

/*
 * Begins anew, as each test should: two empty stores, the usual limits, no grant, nothing planned, no reader or writer open.
 * The memory of what was there is freed.
 */
void larder_fake_reset(void);

/* The limits that hold now: those of a host that says nothing else, until others are set. */
larder_fake_limits larder_fake_get_limits(void);

/* Sets what holds from now on. What is over a lowered quota stays, and may shrink. */
void larder_fake_set_limits(larder_fake_limits limits);

/* Grants the shared store from now on, for keys that start with `prefix`, of which a copy is kept. */
void larder_fake_grant_shared(larder_fake_grant grant, const char *prefix);

/* Moves the clock on. It stands still otherwise. */
void larder_fake_advance(uint64_t ms);

/*
 * Has the next call that can fail do so, and change nothing. Said twice, it is for the next two calls. A call is one to the
 * host: a listing makes one for each page, and `larder_writer_write` one for each chunk.
 */
void larder_fake_fail_next(larder_error error);

/* The same with an error of which the result is all that matters. */
void larder_fake_fail_next_with(larder_result result);

/* Does something just before the next commit, increment or finish of a writer, as another instance of the plugin would. */
void larder_fake_before_next_commit(void (*act)(void *context), void *context);

/* How many readers and writers are open: 0 at the end of a test, if the code under test closes what it opens. */
size_t larder_fake_open_handles(void);

#ifdef __cplusplus
}
#endif

#endif
