/* What the other headers share: bytes, addresses, results and errors. */
#ifndef LARDER_TYPES_H
#define LARDER_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Bytes that somebody else owns: a key, a prefix or a value that is handed to a call. They must stay as they are until the
 * call has returned, and no longer. `data` may be NULL where `size` is 0.
 */
typedef struct larder_slice {
    const char *data;
    size_t size;
} larder_slice;

/* A string that ends with a NUL, which is not counted. */
static inline larder_slice larder_text(const char *text) {
    larder_slice slice;
    slice.data = text;
    slice.size = strlen(text);
    return slice;
}

/* So many bytes, of which any may be NUL. */
static inline larder_slice larder_slice_of(const void *data, size_t size) {
    larder_slice slice;
    slice.data = (const char *)data;
    slice.size = size;
    return slice;
}

/*
 * Bytes that a call has given, which the caller owns and frees with `larder_bytes_free`. After them comes a NUL that is not
 * counted, so that text can be used as a string. `data` is NULL, and `size` 0, where the call failed or found nothing.
 */
typedef struct larder_bytes {
    char *data;
    size_t size;
} larder_bytes;

/* Frees the bytes and leaves none, so that doing it twice does no harm. */
void larder_bytes_free(larder_bytes *bytes);

/* The same bytes, to hand to a call; good for as long as they are not freed. */
static inline larder_slice larder_view(larder_bytes bytes) { return larder_slice_of(bytes.data, bytes.size); }

/*
 * Whether the bytes are UTF-8, as every key must be: a key that is not ends the plugin with a trap. The arguments of a
 * command are UTF-8 always.
 */
bool larder_is_utf8(larder_slice bytes);

/* Which of the two stores a plugin can reach: its own, or the one that its workspace shares. */
typedef enum larder_store { LARDER_PRIVATE = 0, LARDER_SHARED = 1 } larder_store;

/* A key in a store. */
typedef struct larder_address {
    larder_store store;
    larder_slice key;
} larder_address;

static inline larder_address larder_at(larder_store store, larder_slice key) {
    larder_address at;
    at.store = store;
    at.key = key;
    return at;
}

/* A key in the plugin's own store. */
static inline larder_address larder_private(const char *key) { return larder_at(LARDER_PRIVATE, larder_text(key)); }

/* A key in the shared store. */
static inline larder_address larder_shared(const char *key) { return larder_at(LARDER_SHARED, larder_text(key)); }

/*
 * Which write made a value. No two writes in a workspace ever share one, also after a delete, a restart or a restore.
 * Compare for equality only.
 */
typedef uint64_t larder_version;

/* How a call went. After any failure but LARDER_OUTCOME_UNKNOWN the store is as it was before the call. */
typedef enum larder_result {
    LARDER_OK = 0,
    /* The key, prefix or position has more bytes than a key may have. */
    LARDER_KEY_TOO_LONG,
    /* The value has more bytes than a value may have. */
    LARDER_VALUE_TOO_LARGE,
    /* The call carries, or its answer would carry, more items or bytes than is allowed at once. */
    LARDER_BATCH_TOO_LARGE,
    /* `limit` is the store's own quota, or what it holds and what is free in the workspace, whichever is less. */
    LARDER_QUOTA_EXCEEDED,
    /* Too many readers and writers are open. */
    LARDER_TOO_MANY_OPEN,
    /* The value is not eight bytes (little-endian, signed), or the sum leaves the range of `int64_t`. */
    LARDER_NOT_A_COUNTER,
    /* The host has not granted this plugin that access. */
    LARDER_ACCESS_DENIED,
    /* Too many calls; worth trying again after `retry_after_ms`. */
    LARDER_THROTTLED,
    /* The stored value is damaged; reading it would give wrong bytes. */
    LARDER_DAMAGED,
    /* The store cannot do this now; worth trying again. */
    LARDER_UNAVAILABLE,
    /* The write is wholly there or wholly not, and the store could not find out which; read to find out. */
    LARDER_OUTCOME_UNKNOWN,
    /* A reason that this version has no name for; its text is `reason`. */
    LARDER_OTHER
} larder_result;

/* What a limit counts. */
typedef enum larder_unit { LARDER_BYTES = 0, LARDER_ITEMS = 1, LARDER_HANDLES = 2 } larder_unit;

/* `reason` is cut to what has room here, after a whole character. */
#define LARDER_REASON_BYTES 256

/*
 * Why a call failed. Nothing in it needs freeing. Each call takes a pointer to one, or NULL, and fills it in only where it
 * fails; so one is enough for a whole function.
 */
typedef struct larder_error {
    larder_result result;
    /* What is allowed and what was asked for, with the first five failures; otherwise 0. */
    larder_unit unit;
    uint64_t limit;
    uint64_t actual;
    /* With LARDER_THROTTLED; otherwise 0. */
    uint32_t retry_after_ms;
    /* With LARDER_OTHER; otherwise empty. */
    char reason[LARDER_REASON_BYTES];
} larder_error;

/*
 * Writes the error's message in English, with a NUL at its end, into `buffer` of `size` bytes. As with `snprintf`, the answer
 * is the length of the whole message, of which there is less in the buffer where it is too small. LARDER_REASON_BYTES are
 * always enough.
 */
size_t larder_error_message(const larder_error *error, char *buffer, size_t size);

/* What one call may carry, and how many readers and writers may be open. */
typedef struct larder_limits {
    uint32_t key_bytes;
    uint64_t value_bytes;
    uint32_t batch_items;
    uint64_t batch_bytes;
    uint32_t chunk_bytes;
    uint32_t open_handles;
} larder_limits;

/* What a store holds now (keys and values, as counted against its quota) and what it may hold by its own quota. */
typedef struct larder_usage {
    uint64_t bytes;
    uint64_t keys;
    uint64_t quota_bytes;
    uint64_t quota_keys;
} larder_usage;

#ifdef __cplusplus
}
#endif

#endif
