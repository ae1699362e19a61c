#include "larder_abi.h"

#include <stdlib.h>

#define IMPORT(name) LARDER_ABI_IMPORT("atomic", name)

IMPORT("get") void larder_abi_atomic_get(uint32_t store, const char *key, size_t key_size, larder_abi_answer *answer);
IMPORT("get-many") void larder_abi_atomic_get_many(const larder_address *at, size_t count, larder_abi_answer *answer);
IMPORT("commit")
void larder_abi_atomic_commit(const larder_check *checks, size_t check_count, const larder_change *changes,
                              size_t change_count, larder_abi_answer *answer);
IMPORT("increment")
void larder_abi_atomic_increment(uint32_t store, const char *key, size_t key_size, int64_t by,
                                 larder_abi_answer *answer);

static larder_entry entry_of(const larder_abi_entry *given) {
    larder_entry entry;
    memset(&entry, 0, sizeof entry);
    if (given->found) {
        entry.found = true;
        entry.value = larder_abi_bytes(given->entry.value);
        entry.version = given->entry.version;
        entry.expires = given->entry.expires;
        entry.expires_in_ms = entry.expires ? given->entry.expires_in_ms : 0;
    }
    return entry;
}

larder_result larder_get_entry(larder_address at, larder_entry *entry, larder_error *error) {
    larder_abi_answer answer;
    larder_abi_atomic_get(at.store, at.key.data, at.key.size, &answer);
    larder_result result = larder_abi_result(&answer, error);
    memset(entry, 0, sizeof *entry);
    if (result == LARDER_OK) {
        *entry = entry_of(&answer.with.entry);
    }
    return result;
}

/* The host answers with as many entries as it was asked for. */
larder_result larder_get_many(const larder_address *at, size_t count, larder_entry *entries, larder_error *error) {
    larder_abi_answer answer;
    larder_abi_atomic_get_many(at, count, &answer);
    larder_result result = larder_abi_result(&answer, error);
    for (size_t i = 0; i < count; i++) {
        memset(&entries[i], 0, sizeof entries[i]);
    }
    if (result != LARDER_OK) {
        return result;
    }
    if (answer.with.entries.count != count) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        entries[i] = entry_of(&answer.with.entries.entries[i]);
    }
    if (count > 0) {
        free(answer.with.entries.entries);
    }
    return LARDER_OK;
}

larder_result larder_commit(const larder_check *checks, size_t check_count, const larder_change *changes,
                            size_t change_count, larder_outcome *outcome, larder_error *error) {
    larder_abi_answer answer;
    larder_abi_atomic_commit(checks, check_count, changes, change_count, &answer);
    larder_result result = larder_abi_result(&answer, error);
    memset(outcome, 0, sizeof *outcome);
    if (result == LARDER_OK && answer.with.outcome.conflict) {
        outcome->conflict = answer.with.outcome.with.conflict;
    } else if (result == LARDER_OK) {
        outcome->committed = true;
        outcome->version = answer.with.outcome.with.version;
    }
    return result;
}

larder_result larder_increment(larder_address at, int64_t by, int64_t *sum, larder_error *error) {
    larder_abi_answer answer;
    larder_abi_atomic_increment(at.store, at.key.data, at.key.size, by, &answer);
    larder_result result = larder_abi_result(&answer, error);
    if (sum != NULL) {
        *sum = result == LARDER_OK ? answer.with.sum : 0;
    }
    return result;
}
