/* A test is a program: what does not hold is said, and ends it. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>

#include "../larder/larder_fake.h"

#define CHECK(holds)                                                                                                   \
    do {                                                                                                               \
        if (!(holds)) {                                                                                                \
            fprintf(stderr, "%s:%d: this does not hold: %s\n", __FILE__, __LINE__, #holds);                            \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

/* The call fails like that. */
#define REFUSED(call, with)                                                                                            \
    do {                                                                                                               \
        larder_error error;                                                                                            \
        memset(&error, 0, sizeof error);                                                                               \
        CHECK((call) == (with));                                                                                       \
        CHECK(error.result == (with));                                                                                 \
    } while (0)

/* The same for a limit, with both numbers. */
#define EXCEEDED(call, with, of, allowed, asked)                                                                       \
    do {                                                                                                               \
        larder_error error;                                                                                            \
        memset(&error, 0, sizeof error);                                                                               \
        CHECK((call) == (with));                                                                                       \
        CHECK(error.result == (with) && error.unit == (of));                                                           \
        CHECK(error.limit == (allowed) && error.actual == (asked));                                                    \
    } while (0)

static inline larder_slice text(const char *text) { return larder_text(text); }

/* So many bytes, all the same, and at most one more than a value may have. */
static inline larder_slice zeros(size_t size) {
    static char bytes[64 * 1024 * 1024 + 1];
    return larder_slice_of(bytes, size);
}

static inline void set(const char *key, const char *value) {
    CHECK(larder_set(text(key), text(value), NULL) == LARDER_OK);
}

static inline bool holds(const char *key) {
    bool exists;
    CHECK(larder_exists(text(key), &exists, NULL) == LARDER_OK);
    return exists;
}

/* Whether that is the value at the key. */
static inline bool has(const char *key, const char *value) {
    larder_bytes bytes;
    bool found;
    CHECK(larder_get(text(key), &bytes, &found, NULL) == LARDER_OK);
    bool same = found && bytes.size == strlen(value) && memcmp(bytes.data, value, bytes.size) == 0;
    larder_bytes_free(&bytes);
    return same;
}

static inline larder_usage usage(void) {
    larder_usage usage;
    CHECK(larder_get_usage(&usage, NULL) == LARDER_OK);
    return usage;
}

static inline larder_version version_of(const char *key) {
    larder_entry entry;
    CHECK(larder_get_entry(larder_private(key), &entry, NULL) == LARDER_OK && entry.found);
    larder_version version = entry.version;
    larder_entry_free(&entry);
    return version;
}

/* Everything that a test may leave behind. */
static inline void begin(void) {
    CHECK(larder_fake_open_handles() == 0);
    larder_fake_reset();
}

#endif
