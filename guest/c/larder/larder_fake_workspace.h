/* What the larder_fake*.c files share: both stores, and what their host has decided. */
#ifndef LARDER_FAKE_WORKSPACE_H
#define LARDER_FAKE_WORKSPACE_H

#include "larder_fake.h"

#define NEVER UINT64_MAX

/* A value with what is known of it; freed when nobody refers to it. */
typedef struct value {
    char *bytes;
    size_t size;
    larder_version version;
    uint64_t expires_at_ms;
    unsigned references;
} value;

typedef struct row {
    larder_bytes key;
    value *value;
} row;

/* What one store holds, in byte order of its keys. */
typedef struct contents {
    row *rows;
    size_t count;
    uint64_t bytes;
} contents;

/* A reader has a value; a writer is one that has an address. */
typedef struct handle {
    bool open;
    bool writing;
    value *value;
    larder_store store;
    larder_bytes key;
    larder_create_options options;
    uint64_t reserved;
} handle;

typedef struct workspace {
    contents stores[2];
    larder_fake_limits limits;
    larder_fake_grant grant;
    larder_bytes grant_prefix;
    uint64_t now_ms;
    larder_version last_version;
    larder_error *failures;
    size_t failure_count;
    void (*before_commit)(void *context);
    void *before_commit_context;
    handle *handles;
    size_t handle_count;
} workspace;

/* The one there is. */
workspace *fake(void);

/* Memory, or the end of the test. */
void *fake_memory(void *old, size_t size);
larder_bytes fake_copy(larder_slice bytes);

value *fake_value(larder_slice bytes, larder_version version, uint64_t expires_at_ms);
value *fake_share(value *value);
void fake_release(value *value);

value *fake_find(larder_store store, larder_slice key);
/* Puts the value, which it takes over; NULL removes the key. */
void fake_put(larder_store store, larder_slice key, value *value);
/* The number of the first row that is in a listing, and whether a row is still in it. */
size_t fake_first(larder_store store, larder_slice prefix, const larder_slice *after);
bool fake_starts_with(larder_slice text, larder_slice prefix);
uint64_t fake_cost(larder_slice key, const value *value);

/* Begins a call: a planned failure, and the end of what has expired. Of one that commits, also what is to happen before. */
larder_result fake_call(larder_error *error);
larder_result fake_committing_call(larder_error *error);
larder_result fake_fail(larder_error *error, larder_result result);
larder_result fake_within(larder_error *error, larder_result result, larder_unit unit, uint64_t limit, uint64_t actual);
/* Whether a key, prefix or position is too long; and before that, whether the plugin may reach it. */
larder_result fake_check_key(larder_error *error, larder_slice key);
larder_result fake_allow(larder_error *error, larder_fake_grant needed, larder_store store, larder_slice key);
/* Whether a store may grow by so much, while the other one grows by so many bytes. */
larder_result fake_check_quota(larder_error *error, larder_store store, int64_t bytes, int64_t keys,
                               int64_t other_bytes);
uint64_t fake_quota_bytes(larder_store store);
uint64_t fake_expiry(uint64_t expires_in_ms);

/* Makes a commit of any size, which is what every write but a writer's comes to. */
larder_result fake_commit(const larder_check *checks, size_t check_count, const larder_change *changes,
                          size_t change_count, larder_outcome *outcome, larder_error *error);
bool fake_holds(larder_address at, larder_expectation expect);

#endif
