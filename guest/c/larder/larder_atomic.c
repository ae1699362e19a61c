#include "larder_atomic.h"

void larder_entry_free(larder_entry *entry) {
    larder_bytes_free(&entry->value);
    memset(entry, 0, sizeof *entry);
}

static larder_check check(larder_address at, larder_expected expected, larder_version version) {
    larder_check check = {at, {expected, version}};
    return check;
}

larder_check larder_check_absent(larder_address at) { return check(at, LARDER_ABSENT, 0); }

larder_check larder_check_present(larder_address at) { return check(at, LARDER_PRESENT, 0); }

larder_check larder_check_version(larder_address at, larder_version version) {
    return check(at, LARDER_UNCHANGED, version);
}

larder_check larder_check_unchanged(larder_address at, const larder_entry *entry) {
    return entry->found ? larder_check_version(at, entry->version) : larder_check_absent(at);
}

larder_change larder_change_set(larder_address at, larder_slice value) {
    larder_change change = {at, {LARDER_SET, {.set = value}}};
    return change;
}

larder_change larder_change_set_expiring(larder_address at, larder_slice value, uint64_t expires_in_ms) {
    larder_change change = {at, {LARDER_SET_EXPIRING, {.set_expiring = {value, expires_in_ms}}}};
    return change;
}

larder_change larder_change_delete(larder_address at) {
    larder_change change = {at, {LARDER_DELETE, {.add = 0}}};
    return change;
}

larder_change larder_change_add(larder_address at, int64_t by) {
    larder_change change = {at, {LARDER_ADD, {.add = by}}};
    return change;
}

larder_result larder_set_if(larder_check check, larder_slice value, larder_outcome *outcome, larder_error *error) {
    larder_change change = larder_change_set(check.at, value);
    return larder_commit(&check, 1, &change, 1, outcome, error);
}

/* The number in eight bytes, whatever the machine's own order of bytes. */
static int64_t counter_of(const char *bytes) {
    uint64_t bits = 0;
    for (int i = 7; i >= 0; i--) {
        bits = bits << 8 | (unsigned char)bytes[i];
    }
    int64_t count;
    memcpy(&count, &bits, sizeof count);
    return count;
}

larder_result larder_get_counter(larder_address at, int64_t *count, larder_error *error) {
    larder_entry entry;
    *count = 0;
    larder_result result = larder_get_entry(at, &entry, error);
    if (result == LARDER_OK && entry.found) {
        if (entry.value.size == sizeof *count) {
            *count = counter_of(entry.value.data);
        } else {
            result = LARDER_NOT_A_COUNTER;
        }
    }
    larder_entry_free(&entry);
    if (result == LARDER_NOT_A_COUNTER && error != NULL) {
        memset(error, 0, sizeof *error);
        error->result = result;
    }
    return result;
}
