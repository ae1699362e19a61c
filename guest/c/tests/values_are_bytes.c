/* Any bytes are a value, and any UTF-8 a key; what a call gives is the caller's. */
#include "check.h"

static void a_value_is_what_was_stored(void) {
    begin();
    larder_slice key = larder_slice_of("a\0b", 3);
    larder_slice value = larder_slice_of("\0\xff\n\0", 4);
    larder_bytes got;
    bool found;
    CHECK(larder_set(key, value, NULL) == LARDER_OK);
    CHECK(larder_get(key, &got, &found, NULL) == LARDER_OK && found);
    CHECK(got.size == 4 && memcmp(got.data, value.data, 4) == 0 && got.data[4] == '\0');
    larder_bytes_free(&got);
    larder_bytes_free(&got);
    CHECK(got.data == NULL && got.size == 0);
    CHECK(!holds("a"));
}

static void an_empty_value_is_not_a_missing_one(void) {
    begin();
    larder_bytes got;
    bool found;
    CHECK(larder_get(text("k"), &got, &found, NULL) == LARDER_OK);
    CHECK(!found && got.data == NULL);
    CHECK(larder_set(text(""), larder_slice_of(NULL, 0), NULL) == LARDER_OK);
    CHECK(larder_get(text(""), &got, &found, NULL) == LARDER_OK);
    CHECK(found && got.size == 0 && strcmp(got.data, "") == 0);
    larder_bytes_free(&got);
}

static void what_is_deleted_is_gone(void) {
    begin();
    set("k", "v");
    CHECK(larder_delete(text("k"), NULL) == LARDER_OK);
    CHECK(!holds("k"));
    CHECK(larder_delete(text("k"), NULL) == LARDER_OK);
    CHECK(usage().bytes == 0 && usage().keys == 0);
}

static void a_failed_call_gives_nothing(void) {
    begin();
    set("k", "v");
    larder_bytes got;
    bool found;
    larder_fake_fail_next_with(LARDER_DAMAGED);
    REFUSED(larder_get(text("k"), &got, &found, &error), LARDER_DAMAGED);
    CHECK(!found && got.data == NULL && got.size == 0);
    larder_fake_fail_next_with(LARDER_UNAVAILABLE);
    larder_fake_fail_next_with(LARDER_OUTCOME_UNKNOWN);
    CHECK(larder_set(text("k"), text("w"), NULL) == LARDER_UNAVAILABLE);
    CHECK(larder_set(text("k"), text("w"), NULL) == LARDER_OUTCOME_UNKNOWN);
    CHECK(has("k", "v"));
}

static void utf8_is_told_from_other_bytes(void) {
    const char *good[] = {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\xa7\xba", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"};
    const char *bad[] = {"\x80",
                         "\xc3",
                         "\xc3(",
                         "\xc0\xaf",
                         "\xe0\x80\xaf",
                         "\xed\xa0\x80",
                         "\xf0\x80\x80\x80",
                         "\xf4\x90\x80\x80",
                         "\xf8\x88\x80\x80\x80",
                         "a\xff",
                         "\xe2\x82"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK(larder_is_utf8(text(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(!larder_is_utf8(text(bad[i])));
    }
}

int main(void) {
    a_value_is_what_was_stored();
    an_empty_value_is_not_a_missing_one();
    what_is_deleted_is_gone();
    a_failed_call_gives_nothing();
    utf8_is_told_from_other_bytes();
    begin();
    return 0;
}
