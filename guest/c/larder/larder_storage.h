/*
 * The plugin's own store in the workspace that it runs for.
 *
 * Any UTF-8 is a key, the empty string and NULs included. A missing key is an answer, not an error. Besides the results named
 * at a call, any of them may be LARDER_THROTTLED, LARDER_DAMAGED, LARDER_UNAVAILABLE or LARDER_OTHER, and one that writes
 * LARDER_OUTCOME_UNKNOWN. `error` may be NULL; no other pointer may be unless it is said.
 */
#ifndef LARDER_STORAGE_H
#define LARDER_STORAGE_H

#include "larder_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Stores `value` at `key`, replacing what was there, its expiry included.
 * LARDER_KEY_TOO_LONG, LARDER_VALUE_TOO_LARGE, LARDER_QUOTA_EXCEEDED.
 */
larder_result larder_set(larder_slice key, larder_slice value, larder_error *error);

/* As `larder_set`, but the value is gone so many milliseconds from now; 0 is at once, past the end of time is never. */
larder_result larder_set_expiring(larder_slice key, larder_slice value, uint64_t expires_in_ms, larder_error *error);

/* The value at `key`, which the caller frees with `larder_bytes_free`; `found` says whether there is one. LARDER_KEY_TOO_LONG. */
larder_result larder_get(larder_slice key, larder_bytes *value, bool *found, larder_error *error);

/* Removes `key` and its value; succeeds where there is none. LARDER_KEY_TOO_LONG. */
larder_result larder_delete(larder_slice key, larder_error *error);

/* Whether `key` has a value. LARDER_KEY_TOO_LONG. */
larder_result larder_exists(larder_slice key, bool *exists, larder_error *error);

/*
 * Keys in byte order. `next` is what to pass as `after` for the page that follows, if `has_next`. A page holds at least one
 * key if any is left. The caller frees it with `larder_key_page_free`, the keys and `next` with it.
 */
typedef struct larder_key_page {
    larder_bytes *keys;
    size_t count;
    bool has_next;
    larder_bytes next;
} larder_key_page;

void larder_key_page_free(larder_key_page *page);

/*
 * At most `most` keys (cut to `batch_items` of the limits; 0 means 1) that start with `prefix` and come after `after`, which is
 * NULL for the first page. `larder_list` does page after page by itself. LARDER_KEY_TOO_LONG.
 */
larder_result larder_keys(larder_slice prefix, const larder_slice *after, uint32_t most, larder_key_page *page,
                          larder_error *error);

/* A key and its value. */
typedef struct larder_item {
    larder_bytes key;
    larder_bytes value;
} larder_item;

/*
 * As `larder_key_page`, with the values. A page ends early where it would pass `batch_bytes` of the limits, but holds at least
 * one item if any is left, however large. The caller frees it with `larder_item_page_free`, all that is in it with it.
 */
typedef struct larder_item_page {
    larder_item *items;
    size_t count;
    bool has_next;
    larder_bytes next;
} larder_item_page;

void larder_item_page_free(larder_item_page *page);

/* As `larder_keys`, with the values. LARDER_KEY_TOO_LONG. */
larder_result larder_items(larder_slice prefix, const larder_slice *after, uint32_t most, larder_item_page *page,
                           larder_error *error);

/*
 * Removes every key that starts with `prefix`, all or none, and says in `removed` how many there were. An empty prefix
 * empties the store, however large. LARDER_KEY_TOO_LONG; LARDER_BATCH_TOO_LARGE, with the count, where there are more than
 * the host removes at once.
 */
larder_result larder_delete_prefix(larder_slice prefix, uint64_t *removed, larder_error *error);

/* What the store holds and may hold. */
larder_result larder_get_usage(larder_usage *usage, larder_error *error);

/* What one call may carry. */
larder_limits larder_get_limits(void);

#ifdef __cplusplus
}
#endif

#endif
