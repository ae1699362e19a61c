/*
 * Several keys at once, in either store: read as of one moment, changed all or none.
 *
 * Besides the results named at a call, any of them may be LARDER_KEY_TOO_LONG, LARDER_ACCESS_DENIED, LARDER_THROTTLED,
 * LARDER_DAMAGED, LARDER_UNAVAILABLE or LARDER_OTHER, and one that writes LARDER_OUTCOME_UNKNOWN. `error` may be NULL; no other
 * pointer may be unless it is said.
 */
#ifndef LARDER_ATOMIC_H
#define LARDER_ATOMIC_H

#include "larder_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A value with its version, or that there is none. The caller frees it with `larder_entry_free`. `expires_in_ms` counts from
 * now, and says something only if `expires`.
 */
typedef struct larder_entry {
    bool found;
    larder_bytes value;
    larder_version version;
    bool expires;
    uint64_t expires_in_ms;
} larder_entry;

void larder_entry_free(larder_entry *entry);

/* The value at a key with its version and how long it has to live. */
larder_result larder_get_entry(larder_address at, larder_entry *entry, larder_error *error);

/*
 * The same for `count` keys as of one moment: `entries` is the caller's array of so many, each of which the caller frees.
 * LARDER_BATCH_TOO_LARGE where the keys, or the values found, are more than is allowed at once; a large value is read alone.
 */
larder_result larder_get_many(const larder_address *at, size_t count, larder_entry *entries, larder_error *error);

/* What must be true of a key for a commit to be made. */
typedef enum larder_expected { LARDER_ABSENT = 0, LARDER_PRESENT = 1, LARDER_UNCHANGED = 2 } larder_expected;

typedef struct larder_expectation {
    larder_expected expected;
    /* With LARDER_UNCHANGED. */
    larder_version version;
} larder_expectation;

typedef struct larder_check {
    larder_address at;
    larder_expectation expect;
} larder_check;

/* There is no value at the key. */
larder_check larder_check_absent(larder_address at);

/* There is a value at the key. */
larder_check larder_check_present(larder_address at);

/* The value at the key is the one that this write made. */
larder_check larder_check_version(larder_address at, larder_version version);

/* The key is as it was when `entry` was read: absent, or of the same version. */
larder_check larder_check_unchanged(larder_address at, const larder_entry *entry);

typedef enum larder_action_kind {
    LARDER_SET = 0,
    LARDER_SET_EXPIRING = 1,
    LARDER_DELETE = 2,
    LARDER_ADD = 3
} larder_action_kind;

typedef struct larder_expiring {
    larder_slice value;
    uint64_t expires_in_ms;
} larder_expiring;

typedef struct larder_action {
    larder_action_kind kind;
    union {
        larder_slice set;
        larder_expiring set_expiring;
        int64_t add;
    } with;
} larder_action;

typedef struct larder_change {
    larder_address at;
    larder_action action;
} larder_change;

/* Puts a value, which does not expire. */
larder_change larder_change_set(larder_address at, larder_slice value);

/* Puts a value that is gone so many milliseconds from now; 0 is at once, past the end of time is never. */
larder_change larder_change_set_expiring(larder_address at, larder_slice value, uint64_t expires_in_ms);

/* Removes the value, if there is one. */
larder_change larder_change_delete(larder_address at);

/* Adds to a counter. An absent key counts as zero; a counter that expires still does, at the same time. */
larder_change larder_change_add(larder_address at, int64_t by);

/* `version` is that of all the values written, if committed; `conflict` the number of the first check that failed, if not. */
typedef struct larder_outcome {
    bool committed;
    larder_version version;
    uint32_t conflict;
} larder_outcome;

/*
 * Makes every change if every check holds; otherwise none, which is an answer and not an error. Checks see the state before;
 * changes to one key apply in order. An array may be NULL where its count is 0. A commit of a single `set` may carry a value of
 * any allowed size, all others are bounded as a batch. LARDER_BATCH_TOO_LARGE, LARDER_VALUE_TOO_LARGE, LARDER_QUOTA_EXCEEDED,
 * LARDER_NOT_A_COUNTER.
 */
larder_result larder_commit(const larder_check *checks, size_t check_count, const larder_change *changes,
                            size_t change_count, larder_outcome *outcome, larder_error *error);

/* Stores `value` at the key of the check if that holds: a compare-and-set. As `larder_commit`. */
larder_result larder_set_if(larder_check check, larder_slice value, larder_outcome *outcome, larder_error *error);

/*
 * Adds to a counter and gives the sum; no count is ever lost, however many add at once. `sum` may be NULL.
 * LARDER_NOT_A_COUNTER, LARDER_QUOTA_EXCEEDED.
 */
larder_result larder_increment(larder_address at, int64_t by, int64_t *sum, larder_error *error);

/* What a counter has come to; zero where there is none. LARDER_NOT_A_COUNTER. */
larder_result larder_get_counter(larder_address at, int64_t *count, larder_error *error);

#ifdef __cplusplus
}
#endif

#endif
