/* A value is not seen from its time on, by no call; and it is counted no more. */
#include "check.h"

static larder_result set_for(const char *key, uint64_t ms) {
    return larder_set_expiring(text(key), text("v"), ms, NULL);
}

static larder_entry entry_of(const char *key) {
    larder_entry entry;
    CHECK(larder_get_entry(larder_private(key), &entry, NULL) == LARDER_OK);
    larder_bytes_free(&entry.value);
    return entry;
}

static void for_no_call(void) {
    begin();
    CHECK(set_for("goes", 1000) == LARDER_OK);
    larder_version version = version_of("goes");
    larder_fake_advance(999);
    CHECK(holds("goes") && entry_of("goes").expires && entry_of("goes").expires_in_ms == 1);
    larder_fake_advance(1);
    larder_outcome outcome;
    larder_check check = larder_check_version(larder_private("goes"), version);
    CHECK(!holds("goes") && !entry_of("goes").found && usage().bytes == 0);
    CHECK(larder_commit(&check, 1, NULL, 0, &outcome, NULL) == LARDER_OK && !outcome.committed);
    int64_t sum;
    CHECK(larder_increment(larder_private("goes"), 1, &sum, NULL) == LARDER_OK && sum == 1);
}

static void zero_is_at_once_and_past_the_end_of_time_is_never(void) {
    begin();
    set("k", "before");
    CHECK(set_for("k", 0) == LARDER_OK && !holds("k"));
    larder_fake_advance(1);
    CHECK(set_for("k", UINT64_MAX) == LARDER_OK && !entry_of("k").expires);
    larder_fake_advance(UINT64_MAX);
    CHECK(holds("k"));
}

static void set_clears_an_expiry_and_add_keeps_it(void) {
    begin();
    larder_change changes[] = {
        larder_change_set_expiring(larder_private("n"), larder_slice_of("\5\0\0\0\0\0\0\0", 8), 1000),
        larder_change_add(larder_private("n"), 1), larder_change_set_expiring(larder_private("k"), text(""), 1000)};
    larder_outcome outcome;
    int64_t sum;
    CHECK(larder_commit(NULL, 0, changes, 3, &outcome, NULL) == LARDER_OK && outcome.committed);
    CHECK(larder_increment(larder_private("n"), 1, &sum, NULL) == LARDER_OK && sum == 7);
    CHECK(entry_of("n").expires_in_ms == 1000);
    set("k", "");
    CHECK(!entry_of("k").expires);
    larder_fake_advance(1000);
    CHECK(holds("k") && !holds("n"));
}

static void a_stream_expires_from_when_it_was_created(void) {
    begin();
    larder_create_options options = {.expires = true, .expires_in_ms = 10};
    for (uint64_t later = 9; later <= 10; later++) {
        larder_writer writer;
        bool stored;
        CHECK(larder_create(larder_private("k"), &options, &writer, NULL) == LARDER_OK);
        larder_fake_advance(later);
        CHECK(larder_writer_finish(&writer, &stored, NULL, NULL) == LARDER_OK && stored);
        CHECK(holds("k") == (later == 9));
    }
}

int main(void) {
    for_no_call();
    zero_is_at_once_and_past_the_end_of_time_is_never();
    set_clears_an_expiry_and_add_keeps_it();
    a_stream_expires_from_when_it_was_created();
    begin();
    return 0;
}
