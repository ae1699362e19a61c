/* The calls of larder_atomic.h. */
#include "larder_fake_workspace.h"

#include <stdlib.h>

/* What a key of a commit will be: `value` is NULL where nothing is there. */
typedef struct staged {
    larder_address at;
    value *value;
} staged;

static larder_entry entry_of(larder_address at) {
    larder_entry entry = {0};
    value *found = fake_find(at.store, at.key);
    if (found != NULL) {
        entry.found = true;
        entry.value = fake_copy(larder_slice_of(found->bytes, found->size));
        entry.version = found->version;
        entry.expires = found->expires_at_ms != NEVER;
        entry.expires_in_ms = entry.expires ? found->expires_at_ms - fake()->now_ms : 0;
    }
    return entry;
}

larder_result larder_get_entry(larder_address at, larder_entry *entry, larder_error *error) {
    *entry = (larder_entry){0};
    larder_result result = fake_call(error);
    if (result == LARDER_OK) {
        result = fake_allow(error, LARDER_FAKE_READ, at.store, at.key);
    }
    if (result == LARDER_OK) {
        *entry = entry_of(at);
    }
    return result;
}

larder_result larder_get_many(const larder_address *at, size_t count, larder_entry *entries, larder_error *error) {
    const larder_limits *limits = &fake()->limits.call;
    uint64_t bytes = 0;
    larder_result result = fake_call(error);
    if (result == LARDER_OK) {
        result = fake_within(error, LARDER_BATCH_TOO_LARGE, LARDER_ITEMS, limits->batch_items, count);
    }
    for (size_t i = 0; i < count; i++) {
        entries[i] = (larder_entry){0};
        if (result == LARDER_OK) {
            result = fake_allow(error, LARDER_FAKE_READ, at[i].store, at[i].key);
        }
        if (result == LARDER_OK) {
            value *found = fake_find(at[i].store, at[i].key);
            bytes += found != NULL ? found->size : 0;
        }
    }
    if (result == LARDER_OK && count > 1) {
        result = fake_within(error, LARDER_BATCH_TOO_LARGE, LARDER_BYTES, limits->batch_bytes, bytes);
    }
    for (size_t i = 0; i < count && result == LARDER_OK; i++) {
        entries[i] = entry_of(at[i]);
    }
    return result;
}

bool fake_holds(larder_address at, larder_expectation expect) {
    value *found = fake_find(at.store, at.key);
    switch (expect.expected) {
    case LARDER_ABSENT: return found == NULL;
    case LARDER_PRESENT: return found != NULL;
    case LARDER_UNCHANGED: return found != NULL && found->version == expect.version;
    }
    abort();
}

/* Bytes of the value that comes with a change. */
static uint64_t carried(const larder_action *action) {
    switch (action->kind) {
    case LARDER_SET: return action->with.set.size;
    case LARDER_SET_EXPIRING: return action->with.set_expiring.value.size;
    default: return 0;
    }
}

/* The state of a key before the change with this number: what an earlier one made of it, or what the store holds. */
static value *before(const staged *made, size_t number, larder_address at) {
    for (; number > 0; number--) {
        const larder_address *other = &made[number - 1].at;
        if (other->store == at.store && other->key.size == at.key.size && fake_starts_with(other->key, at.key)) {
            return made[number - 1].value;
        }
    }
    return fake_find(at.store, at.key);
}

/* NULL where it is not a counter, or the sum leaves the range. */
static value *add(const value *old, int64_t by, larder_version version) {
    unsigned char bytes[8] = {0};
    uint64_t bits = 0;
    int64_t count;
    if (old != NULL && old->size != sizeof bytes) {
        return NULL;
    }
    if (old != NULL) {
        memcpy(bytes, old->bytes, sizeof bytes);
    }
    for (int i = 7; i >= 0; i--) {
        bits = bits << 8 | bytes[i];
    }
    memcpy(&count, &bits, sizeof count);
    if (by > 0 ? count > INT64_MAX - by : count < INT64_MIN - by) {
        return NULL;
    }
    bits += (uint64_t)by;
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(bits >> (8 * i));
    }
    return fake_value(larder_slice_of(bytes, sizeof bytes), version, old != NULL ? old->expires_at_ms : NEVER);
}

static larder_result stage(const larder_change *change, staged *made, size_t number, larder_version version,
                           larder_error *error) {
    const larder_action *action = &change->action;
    uint64_t expires_at_ms;
    value *value = NULL;
    switch (action->kind) {
    case LARDER_SET: value = fake_value(action->with.set, version, NEVER); break;
    case LARDER_SET_EXPIRING:
        expires_at_ms = fake_expiry(action->with.set_expiring.expires_in_ms);
        if (expires_at_ms > fake()->now_ms) {
            value = fake_value(action->with.set_expiring.value, version, expires_at_ms);
        }
        break;
    case LARDER_DELETE: break;
    case LARDER_ADD:
        value = add(before(made, number, change->at), action->with.add, version);
        if (value == NULL) {
            return fake_fail(error, LARDER_NOT_A_COUNTER);
        }
        break;
    }
    made[number] = (staged){change->at, value};
    return LARDER_OK;
}

/* Whether there is room. Each change grows the store by what it makes more than the one to the same key before it. */
static larder_result check_growth(const staged *made, size_t count, larder_error *error) {
    int64_t bytes[2] = {0, 0};
    int64_t keys[2] = {0, 0};
    for (size_t i = 0; i < count; i++) {
        value *old = before(made, i, made[i].at);
        bytes[made[i].at.store] += (int64_t)fake_cost(made[i].at.key, made[i].value);
        bytes[made[i].at.store] -= (int64_t)fake_cost(made[i].at.key, old);
        keys[made[i].at.store] += (made[i].value != NULL) - (old != NULL);
    }
    larder_result result = fake_check_quota(error, LARDER_PRIVATE, bytes[0], keys[0], bytes[1]);
    return result != LARDER_OK ? result : fake_check_quota(error, LARDER_SHARED, bytes[1], keys[1], bytes[0]);
}

static larder_result make(const larder_change *changes, size_t count, larder_version version, larder_error *error) {
    staged *made = fake_memory(NULL, count * sizeof *made);
    larder_result result = LARDER_OK;
    size_t staged_count = 0;
    while (result == LARDER_OK && staged_count < count) {
        result = stage(&changes[staged_count], made, staged_count, version, error);
        staged_count += result == LARDER_OK;
    }
    if (result == LARDER_OK) {
        result = check_growth(made, count, error);
    }
    for (size_t i = 0; i < staged_count; i++) {
        if (result == LARDER_OK) {
            fake_put(made[i].at.store, made[i].at.key, made[i].value);
        } else {
            fake_release(made[i].value);
        }
    }
    free(made);
    return result;
}

larder_result fake_commit(const larder_check *checks, size_t check_count, const larder_change *changes,
                          size_t change_count, larder_outcome *outcome, larder_error *error) {
    larder_result result = LARDER_OK;
    *outcome = (larder_outcome){0};
    for (size_t i = 0; i < check_count && result == LARDER_OK; i++) {
        result = fake_allow(error, LARDER_FAKE_READ, checks[i].at.store, checks[i].at.key);
    }
    for (size_t i = 0; i < change_count && result == LARDER_OK; i++) {
        result = fake_allow(error, LARDER_FAKE_WRITE, changes[i].at.store, changes[i].at.key);
        if (result == LARDER_OK) {
            result = fake_within(error, LARDER_VALUE_TOO_LARGE, LARDER_BYTES, fake()->limits.call.value_bytes,
                                 carried(&changes[i].action));
        }
    }
    for (size_t i = 0; i < check_count && result == LARDER_OK; i++) {
        if (!fake_holds(checks[i].at, checks[i].expect)) {
            outcome->conflict = (uint32_t)i;
            return LARDER_OK;
        }
    }
    if (result == LARDER_OK) {
        result = make(changes, change_count, fake()->last_version + 1, error);
    }
    if (result == LARDER_OK) {
        *outcome = (larder_outcome){.committed = true, .version = ++fake()->last_version};
    }
    return result;
}

/* A single `set` may be of any size that is allowed. */
static larder_result check_batch(const larder_check *checks, size_t check_count, const larder_change *changes,
                                 size_t change_count, larder_error *error) {
    const larder_limits *limits = &fake()->limits.call;
    uint64_t bytes = 0;
    larder_result result =
        fake_within(error, LARDER_BATCH_TOO_LARGE, LARDER_ITEMS, limits->batch_items, check_count + change_count);
    if (result != LARDER_OK || (change_count == 1 && changes[0].action.kind <= LARDER_SET_EXPIRING)) {
        return result;
    }
    for (size_t i = 0; i < check_count; i++) {
        bytes += checks[i].at.key.size;
    }
    for (size_t i = 0; i < change_count; i++) {
        bytes += changes[i].at.key.size + carried(&changes[i].action);
    }
    return fake_within(error, LARDER_BATCH_TOO_LARGE, LARDER_BYTES, limits->batch_bytes, bytes);
}

larder_result larder_commit(const larder_check *checks, size_t check_count, const larder_change *changes,
                            size_t change_count, larder_outcome *outcome, larder_error *error) {
    *outcome = (larder_outcome){0};
    larder_result result = fake_committing_call(error);
    if (result == LARDER_OK) {
        result = check_batch(checks, check_count, changes, change_count, error);
    }
    return result != LARDER_OK ? result : fake_commit(checks, check_count, changes, change_count, outcome, error);
}

larder_result larder_increment(larder_address at, int64_t by, int64_t *sum, larder_error *error) {
    larder_change change = larder_change_add(at, by);
    larder_outcome outcome;
    int64_t count = 0;
    larder_result result = fake_committing_call(error);
    if (result == LARDER_OK) {
        result = fake_commit(NULL, 0, &change, 1, &outcome, error);
    }
    value *found = result == LARDER_OK ? fake_find(at.store, at.key) : NULL;
    for (int i = 7; found != NULL && i >= 0; i--) {
        count = (int64_t)((uint64_t)count << 8 | (unsigned char)found->bytes[i]);
    }
    if (sum != NULL) {
        *sum = count;
    }
    return result;
}
