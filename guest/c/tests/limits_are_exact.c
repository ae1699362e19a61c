/* Each limit allows what it says, and not one more; a refusal has both numbers. */
#include "check.h"

static larder_fake_limits limits;

static void with_usual_limits(void) {
    begin();
    limits = larder_fake_get_limits();
}

static larder_result set_zeros(const char *key, size_t size, larder_error *error) {
    return larder_set(text(key), zeros(size), error);
}

static void those_of_a_host_that_says_nothing_else(void) {
    with_usual_limits();
    larder_limits usual = larder_get_limits();
    CHECK(usual.key_bytes == 1024 && usual.value_bytes == 67108864);
    CHECK(usual.batch_items == 1000 && usual.batch_bytes == 4194304);
    CHECK(usual.chunk_bytes == 1048576 && usual.open_handles == 16);
    CHECK(usage().quota_bytes == 104857600 && usage().quota_keys == 1000000);
    larder_fake_grant_shared(LARDER_FAKE_READ, "");
    larder_usage shared;
    CHECK(larder_shared_get_usage(&shared, NULL) == LARDER_OK && shared.quota_bytes == 1073741824);
}

static void bytes_of_a_key(void) {
    with_usual_limits();
    limits.call.key_bytes = 4;
    larder_fake_set_limits(limits);
    larder_slice long_key = text("five!");
    larder_address at = larder_at(LARDER_PRIVATE, long_key);
    larder_bytes bytes;
    larder_entry entry;
    larder_key_page page;
    larder_item_page items;
    larder_reader reader;
    larder_writer writer;
    larder_check check = larder_check_absent(at);
    larder_outcome outcome;
    uint64_t removed;
    bool found;
    set("four", "v");
#define TOO_LONG(call) EXCEEDED(call, LARDER_KEY_TOO_LONG, LARDER_BYTES, 4, 5)
    TOO_LONG(larder_set(long_key, text(""), &error));
    TOO_LONG(larder_set_expiring(long_key, text(""), 0, &error));
    TOO_LONG(larder_get(long_key, &bytes, &found, &error));
    TOO_LONG(larder_delete(long_key, &error));
    TOO_LONG(larder_exists(long_key, &found, &error));
    TOO_LONG(larder_keys(long_key, NULL, 1, &page, &error));
    TOO_LONG(larder_keys(text(""), &long_key, 1, &page, &error));
    TOO_LONG(larder_items(long_key, NULL, 1, &items, &error));
    TOO_LONG(larder_items(text(""), &long_key, 1, &items, &error));
    TOO_LONG(larder_delete_prefix(long_key, &removed, &error));
    TOO_LONG(larder_get_entry(at, &entry, &error));
    TOO_LONG(larder_get_many(&at, 1, &entry, &error));
    TOO_LONG(larder_increment(at, 1, NULL, &error));
    TOO_LONG(larder_commit(&check, 1, NULL, 0, &outcome, &error));
    TOO_LONG(larder_set_if(check, text(""), &outcome, &error));
    TOO_LONG(larder_open(at, &reader, &found, &error));
    TOO_LONG(larder_create(at, NULL, &writer, &error));
#undef TOO_LONG
    CHECK(usage().keys == 1);
}

static void bytes_of_a_value(void) {
    with_usual_limits();
    CHECK(set_zeros("k", 67108864, NULL) == LARDER_OK);
    EXCEEDED(set_zeros("k", 67108865, &error), LARDER_VALUE_TOO_LARGE, LARDER_BYTES, 67108864, 67108865);
    larder_bytes bytes;
    bool found;
    CHECK(larder_get(text("k"), &bytes, &found, NULL) == LARDER_OK && bytes.size == 67108864);
    larder_bytes_free(&bytes);
}

static void bytes_and_keys_of_a_store(void) {
    with_usual_limits();
    limits.store_bytes = 200;
    limits.store_keys = 3;
    larder_fake_set_limits(limits);
    CHECK(set_zeros("a", 35, NULL) == LARDER_OK && set_zeros("b", 34, NULL) == LARDER_OK && usage().bytes == 199);
    EXCEEDED(set_zeros("c", 0, &error), LARDER_QUOTA_EXCEEDED, LARDER_BYTES, 200, 264);
    CHECK(set_zeros("b", 35, NULL) == LARDER_OK);
    EXCEEDED(set_zeros("b", 36, &error), LARDER_QUOTA_EXCEEDED, LARDER_BYTES, 200, 201);
    limits.store_bytes = 1000;
    larder_fake_set_limits(limits);
    CHECK(set_zeros("c", 0, NULL) == LARDER_OK);
    EXCEEDED(set_zeros("d", 0, &error), LARDER_QUOTA_EXCEEDED, LARDER_ITEMS, 3, 4);
    limits.store_bytes = 10;
    larder_fake_set_limits(limits);
    CHECK(set_zeros("a", 34, NULL) == LARDER_OK);
    EXCEEDED(set_zeros("a", 35, &error), LARDER_QUOTA_EXCEEDED, LARDER_BYTES, 10, 265);
}

static void bytes_of_a_workspace_are_for_both_stores(void) {
    with_usual_limits();
    limits.workspace_bytes = 300;
    larder_fake_set_limits(limits);
    larder_fake_grant_shared(LARDER_FAKE_WRITE, "");
    CHECK(larder_shared_set(text("s"), zeros(35), NULL) == LARDER_OK);
    CHECK(set_zeros("p", 135, NULL) == LARDER_OK);
    EXCEEDED(set_zeros("p", 136, &error), LARDER_QUOTA_EXCEEDED, LARDER_BYTES, 200, 201);
    EXCEEDED(larder_shared_set(text("s"), zeros(36), &error), LARDER_QUOTA_EXCEEDED, LARDER_BYTES, 100, 101);
    larder_change swap[] = {larder_change_set(larder_private("p"), text("")),
                            larder_change_set(larder_shared("s"), zeros(170))};
    larder_outcome outcome;
    CHECK(larder_commit(NULL, 0, swap, 2, &outcome, NULL) == LARDER_OK && outcome.committed);
}

static void items_and_bytes_of_a_batch(void) {
    with_usual_limits();
    limits.call.batch_items = 3;
    limits.call.batch_bytes = 10;
    larder_fake_set_limits(limits);
    larder_address at[] = {larder_private("a"), larder_private("b"), larder_private("c"), larder_private("d")};
    larder_entry entries[4];
    CHECK(larder_get_many(at, 3, entries, NULL) == LARDER_OK && !entries[2].found);
    EXCEEDED(larder_get_many(at, 4, entries, &error), LARDER_BATCH_TOO_LARGE, LARDER_ITEMS, 3, 4);

    larder_check check = larder_check_absent(larder_private("c1"));
    larder_change changes[] = {larder_change_set(larder_private("s1"), text("four")),
                               larder_change_delete(larder_private("d1")), larder_change_delete(larder_private("d2"))};
    larder_outcome outcome;
    CHECK(larder_commit(&check, 1, changes, 2, &outcome, NULL) == LARDER_OK && outcome.committed);
    EXCEEDED(larder_commit(&check, 1, changes, 3, &outcome, &error), LARDER_BATCH_TOO_LARGE, LARDER_ITEMS, 3, 4);
    changes[0] = larder_change_set(larder_private("s1"), text("five!"));
    EXCEEDED(larder_commit(&check, 1, changes, 2, &outcome, &error), LARDER_BATCH_TOO_LARGE, LARDER_BYTES, 10, 11);

    /* A single value may be as large as a value may be. */
    CHECK(larder_set_if(larder_check_absent(at[0]), text("eleven bytes"), &outcome, NULL) == LARDER_OK);
    CHECK(larder_get_many(at, 1, entries, NULL) == LARDER_OK && entries[0].value.size == 12);
    larder_entry_free(&entries[0]);
    EXCEEDED(larder_get_many(at, 2, entries, &error), LARDER_BATCH_TOO_LARGE, LARDER_BYTES, 10, 12);
}

static void readers_and_writers_open_at_once(void) {
    with_usual_limits();
    limits.call.open_handles = 2;
    larder_fake_set_limits(limits);
    set("k", "v");
    larder_reader reader, another;
    larder_writer writer;
    bool found;
    CHECK(larder_open(larder_private("k"), &reader, &found, NULL) == LARDER_OK && found);
    CHECK(larder_create(larder_private("new"), NULL, &writer, NULL) == LARDER_OK);
    EXCEEDED(larder_open(larder_private("k"), &another, &found, &error), LARDER_TOO_MANY_OPEN, LARDER_HANDLES, 2, 3);
    CHECK(!found);
    larder_writer_drop(&writer);
    larder_writer_drop(&writer);
    CHECK(larder_open(larder_private("k"), &another, &found, NULL) == LARDER_OK && found);
    larder_reader_close(&another);
    larder_reader_close(&reader);
    larder_reader_close(&reader);
}

int main(void) {
    those_of_a_host_that_says_nothing_else();
    bytes_of_a_key();
    bytes_of_a_value();
    bytes_and_keys_of_a_store();
    bytes_of_a_workspace_are_for_both_stores();
    items_and_bytes_of_a_batch();
    readers_and_writers_open_at_once();
    begin();
    return 0;
}
