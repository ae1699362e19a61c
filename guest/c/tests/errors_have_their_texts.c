/* An error's message is what it is in every language. */
#include "check.h"

static void check_message(larder_error error, const char *expected) {
    char buffer[LARDER_REASON_BYTES];
    char little[8];
    CHECK(larder_error_message(&error, buffer, sizeof buffer) == strlen(expected));
    CHECK(strcmp(buffer, expected) == 0);
    CHECK(larder_error_message(&error, little, sizeof little) == strlen(expected));
    CHECK(strlen(little) == 7 && strncmp(little, expected, 7) == 0);
    CHECK(larder_error_message(&error, NULL, 0) == strlen(expected));
}

static larder_error excess(larder_result result, larder_unit unit, uint64_t limit, uint64_t actual) {
    larder_error error = {.result = result, .unit = unit, .limit = limit, .actual = actual};
    return error;
}

int main(void) {
    check_message(excess(LARDER_KEY_TOO_LONG, LARDER_BYTES, 1024, 1025),
                  "the key is too long: 1025 bytes where 1024 are allowed");
    check_message(excess(LARDER_VALUE_TOO_LARGE, LARDER_BYTES, 67108864, UINT64_MAX),
                  "the value is too large: 18446744073709551615 bytes where 67108864 are allowed");
    check_message(excess(LARDER_BATCH_TOO_LARGE, LARDER_ITEMS, 1000, 1001),
                  "too much for one call: 1001 items where 1000 are allowed");
    check_message(excess(LARDER_QUOTA_EXCEEDED, LARDER_ITEMS, 10, 11),
                  "the store would be too full: 11 items where 10 are allowed");
    check_message(excess(LARDER_TOO_MANY_OPEN, LARDER_HANDLES, 16, 17),
                  "too many readers and writers are open: 17 handles where 16 are allowed");
    check_message((larder_error){.result = LARDER_NOT_A_COUNTER},
                  "the value is not a counter, or the sum leaves its range");
    check_message((larder_error){.result = LARDER_ACCESS_DENIED}, "the host does not allow this plugin that access");
    check_message((larder_error){.result = LARDER_THROTTLED, .retry_after_ms = 250},
                  "too many calls: try again in 250 ms");
    check_message((larder_error){.result = LARDER_DAMAGED}, "the stored value is damaged");
    check_message((larder_error){.result = LARDER_UNAVAILABLE}, "the store is unavailable");
    check_message((larder_error){.result = LARDER_OUTCOME_UNKNOWN}, "the outcome of the write is unknown");
    check_message((larder_error){.result = LARDER_OTHER, .reason = "100% other"}, "100% other");
    return 0;
}
