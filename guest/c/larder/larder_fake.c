/* What a test decides, and what every call asks first. */
#include "larder_fake.h"

#include <stdio.h>
#include <stdlib.h>

#include "larder_fake_workspace.h"

#define MIB (1024u * 1024u)

static workspace *the_workspace;

static workspace *begin(void) {
    workspace *begun = fake_memory(NULL, sizeof *begun);
    memset(begun, 0, sizeof *begun);
    begun->limits.call = (larder_limits){1024, 64 * MIB, 1000, 4 * MIB, MIB, 16};
    begun->limits.store_bytes = 100 * MIB;
    begun->limits.store_keys = 1000000;
    begun->limits.workspace_bytes = 1024 * MIB;
    begun->limits.delete_prefix_keys = 100000;
    return begun;
}

workspace *fake(void) {
    if (the_workspace == NULL) {
        the_workspace = begin();
    }
    return the_workspace;
}

void larder_fake_reset(void) {
    workspace *old = fake();
    for (int store = LARDER_PRIVATE; store <= LARDER_SHARED; store++) {
        for (size_t i = 0; i < old->stores[store].count; i++) {
            larder_bytes_free(&old->stores[store].rows[i].key);
            fake_release(old->stores[store].rows[i].value);
        }
        free(old->stores[store].rows);
    }
    for (size_t i = 0; i < old->handle_count; i++) {
        fake_release(old->handles[i].value);
        larder_bytes_free(&old->handles[i].key);
    }
    free(old->handles);
    free(old->failures);
    larder_bytes_free(&old->grant_prefix);
    free(old);
    the_workspace = NULL;
}

larder_fake_limits larder_fake_get_limits(void) { return fake()->limits; }

void larder_fake_set_limits(larder_fake_limits limits) { fake()->limits = limits; }

void larder_fake_grant_shared(larder_fake_grant grant, const char *prefix) {
    fake()->grant = grant;
    larder_bytes_free(&fake()->grant_prefix);
    fake()->grant_prefix = fake_copy(larder_text(prefix));
}

void larder_fake_advance(uint64_t ms) {
    fake()->now_ms = ms > UINT64_MAX - fake()->now_ms ? UINT64_MAX : fake()->now_ms + ms;
}

void larder_fake_fail_next(larder_error error) {
    fake()->failures = fake_memory(fake()->failures, (fake()->failure_count + 1) * sizeof error);
    fake()->failures[fake()->failure_count++] = error;
}

void larder_fake_fail_next_with(larder_result result) { larder_fake_fail_next((larder_error){.result = result}); }

void larder_fake_before_next_commit(void (*act)(void *context), void *context) {
    fake()->before_commit = act;
    fake()->before_commit_context = context;
}

size_t larder_fake_open_handles(void) {
    size_t open = 0;
    for (size_t i = 0; i < fake()->handle_count; i++) {
        open += fake()->handles[i].open;
    }
    return open;
}

larder_result fake_fail(larder_error *error, larder_result result) {
    if (error != NULL) {
        *error = (larder_error){.result = result};
    }
    return result;
}

larder_result fake_within(larder_error *error, larder_result result, larder_unit unit, uint64_t limit,
                          uint64_t actual) {
    if (actual <= limit) {
        return LARDER_OK;
    }
    if (error != NULL) {
        *error = (larder_error){.result = result, .unit = unit, .limit = limit, .actual = actual};
    }
    return result;
}

static void remove_expired(larder_store store) {
    for (size_t i = fake()->stores[store].count; i > 0; i--) {
        row *row = &fake()->stores[store].rows[i - 1];
        if (row->value->expires_at_ms != NEVER && row->value->expires_at_ms <= fake()->now_ms) {
            larder_bytes key = fake_copy(larder_view(row->key));
            fake_put(store, larder_view(key), NULL);
            larder_bytes_free(&key);
        }
    }
}

larder_result fake_call(larder_error *error) {
    if (fake()->failure_count > 0) {
        larder_error failure = fake()->failures[0];
        fake()->failure_count--;
        memmove(&fake()->failures[0], &fake()->failures[1], fake()->failure_count * sizeof failure);
        if (error != NULL) {
            *error = failure;
        }
        return failure.result;
    }
    remove_expired(LARDER_PRIVATE);
    remove_expired(LARDER_SHARED);
    return LARDER_OK;
}

larder_result fake_committing_call(larder_error *error) {
    void (*before)(void *) = fake()->before_commit;
    if (before != NULL) {
        fake()->before_commit = NULL;
        before(fake()->before_commit_context);
    }
    return fake_call(error);
}

larder_result fake_check_key(larder_error *error, larder_slice key) {
    if (!larder_is_utf8(key)) {
        fputs("larder_fake: the key is not UTF-8\n", stderr);
        abort();
    }
    return fake_within(error, LARDER_KEY_TOO_LONG, LARDER_BYTES, fake()->limits.call.key_bytes, key.size);
}

larder_result fake_allow(larder_error *error, larder_fake_grant needed, larder_store store, larder_slice key) {
    bool granted = fake()->grant >= needed && fake_starts_with(key, larder_view(fake()->grant_prefix));
    if (store == LARDER_SHARED && !granted) {
        return fake_fail(error, LARDER_ACCESS_DENIED);
    }
    return fake_check_key(error, key);
}

uint64_t fake_expiry(uint64_t expires_in_ms) {
    return expires_in_ms > UINT64_MAX - fake()->now_ms ? NEVER : fake()->now_ms + expires_in_ms;
}

uint64_t fake_quota_bytes(larder_store store) {
    return store == LARDER_PRIVATE ? fake()->limits.store_bytes : fake()->limits.workspace_bytes;
}

static uint64_t reserved(larder_store store) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < fake()->handle_count; i++) {
        if (fake()->handles[i].open && fake()->handles[i].writing && fake()->handles[i].store == store) {
            bytes += fake()->handles[i].reserved;
        }
    }
    return bytes;
}

static uint64_t minus(uint64_t from, uint64_t bytes) { return bytes > from ? 0 : from - bytes; }

larder_result fake_check_quota(larder_error *error, larder_store store, int64_t bytes, int64_t keys,
                               int64_t other_bytes) {
    larder_store other_store = store == LARDER_PRIVATE ? LARDER_SHARED : LARDER_PRIVATE;
    uint64_t held = fake()->stores[store].bytes;
    if (bytes > 0) {
        uint64_t other = fake()->stores[other_store].bytes + (uint64_t)other_bytes;
        uint64_t all = held + other + reserved(store) + reserved(other_store);
        uint64_t with_free = held + minus(fake()->limits.workspace_bytes, all);
        uint64_t own = minus(fake_quota_bytes(store), reserved(store));
        uint64_t limit = own < with_free ? own : with_free;
        larder_result result = fake_within(error, LARDER_QUOTA_EXCEEDED, LARDER_BYTES, limit, held + (uint64_t)bytes);
        if (result != LARDER_OK) {
            return result;
        }
    }
    if (keys > 0) {
        uint64_t actual = fake()->stores[store].count + (uint64_t)keys;
        return fake_within(error, LARDER_QUOTA_EXCEEDED, LARDER_ITEMS, fake()->limits.store_keys, actual);
    }
    return LARDER_OK;
}
