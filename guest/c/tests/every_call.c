/*
 * Every call, with every kind of answer: natively against the double, and as a plugin (`make plugin`) against a host that
 * grants the shared store. The store must be empty.
 */
#include "check.h"

static bool is(larder_bytes bytes, const char *expected) {
    bool same = bytes.size == strlen(expected) && memcmp(bytes.data, expected, bytes.size + 1) == 0;
    larder_bytes_free(&bytes);
    return same;
}

static bool is_slice(larder_slice slice, const char *expected) {
    return slice.size == strlen(expected) && memcmp(slice.data, expected, slice.size + 1) == 0;
}

#define STORE(test, call)                                                                                              \
    static void test(void) {                                                                                           \
        larder_bytes value;                                                                                            \
        larder_usage held;                                                                                             \
        larder_key_page keys;                                                                                          \
        larder_item_page items;                                                                                        \
        larder_slice after = larder_text("b"), too_long = zeros(1025);                                                 \
        uint64_t removed;                                                                                              \
        bool found;                                                                                                    \
        CHECK(call##set(larder_text("a"), larder_text("one"), NULL) == LARDER_OK);                                     \
        CHECK(call##set(larder_slice_of("b\0", 2), larder_text(""), NULL) == LARDER_OK);                               \
        CHECK(call##set_expiring(larder_text("c"), larder_text("three"), 3600000, NULL) == LARDER_OK);                 \
        CHECK(call##set_expiring(larder_text("d"), larder_text("gone"), 0, NULL) == LARDER_OK);                        \
        CHECK(call##get(larder_text("a"), &value, &found, NULL) == LARDER_OK && found && is(value, "one"));            \
        CHECK(call##get(larder_slice_of("b\0", 2), &value, &found, NULL) == LARDER_OK && found && is(value, ""));      \
        CHECK(call##get(larder_text("b"), &value, &found, NULL) == LARDER_OK && !found && value.data == NULL);         \
        CHECK(call##exists(larder_text("c"), &found, NULL) == LARDER_OK && found);                                     \
        CHECK(call##exists(larder_text("d"), &found, NULL) == LARDER_OK && !found);                                    \
        CHECK(call##keys(larder_text(""), NULL, 2, &keys, NULL) == LARDER_OK);                                         \
        CHECK(keys.count == 2 && keys.has_next && keys.next.size == 2 && strcmp(keys.keys[0].data, "a") == 0);         \
        larder_key_page_free(&keys);                                                                                   \
        CHECK(call##keys(larder_text("x"), NULL, 2, &keys, NULL) == LARDER_OK && keys.count == 0 && !keys.has_next);   \
        larder_key_page_free(&keys);                                                                                   \
        CHECK(call##items(larder_text(""), &after, 9, &items, NULL) == LARDER_OK && items.count == 2);                 \
        CHECK(!items.has_next && items.items[0].value.size == 0 && strcmp(items.items[1].value.data, "three") == 0);   \
        larder_item_page_free(&items);                                                                                 \
        CHECK(call##get_usage(&held, NULL) == LARDER_OK && held.keys == 3 && held.bytes == 3 * 64 + 4 + 8);            \
        CHECK(held.quota_keys == 1000000 && held.quota_bytes >= 104857600);                                            \
        CHECK(call##get_limits().key_bytes == 1024 && call##get_limits().value_bytes == 67108864);                     \
        CHECK(call##get_limits().batch_items == 1000 && call##get_limits().batch_bytes == 4194304);                    \
        CHECK(call##get_limits().chunk_bytes == 1048576 && call##get_limits().open_handles == 16);                     \
        EXCEEDED(call##set(too_long, after, &error), LARDER_KEY_TOO_LONG, LARDER_BYTES, 1024, 1025);                   \
        EXCEEDED(call##get(too_long, &value, &found, &error), LARDER_KEY_TOO_LONG, LARDER_BYTES, 1024, 1025);          \
        EXCEEDED(call##set(after, zeros(67108865), &error), LARDER_VALUE_TOO_LARGE, LARDER_BYTES, 67108864, 67108865); \
        CHECK(call##delete(larder_text("a"), NULL) == LARDER_OK);                                                      \
        CHECK(call##delete_prefix(larder_text("b"), &removed, NULL) == LARDER_OK && removed == 1);                     \
        CHECK(call##delete_prefix(larder_text(""), &removed, NULL) == LARDER_OK && removed == 1);                      \
    }

STORE(storage, larder_)
STORE(shared, larder_shared_)

static void lists(void) {
    char name[16];
    for (int i = 0; i < 1500; i++) {
        snprintf(name, sizeof name, "n/%04d", i);
        CHECK(larder_set(larder_text(name), larder_text(name), NULL) == LARDER_OK);
    }
    for (int with_values = 0; with_values < 2; with_values++) {
        larder_list list = (with_values ? larder_list_items : larder_list_keys)(larder_text("n/"));
        larder_slice key, value;
        int count = 0;
        for (; larder_list_next(&list, &key, &value); count++) {
            snprintf(name, sizeof name, "n/%04d", count);
            CHECK(is_slice(key, name) && is_slice(value, with_values ? name : ""));
        }
        CHECK(larder_list_end(&list, NULL) == LARDER_OK && count == 1500);
    }
    larder_list list = larder_shared_list_items(larder_slice_of(zeros(1025).data, 1025));
    larder_slice key;
    CHECK(!larder_list_next(&list, &key, NULL));
    EXCEEDED(larder_list_end(&list, &error), LARDER_KEY_TOO_LONG, LARDER_BYTES, 1024, 1025);
    uint64_t removed;
    CHECK(larder_delete_prefix(larder_text(""), &removed, NULL) == LARDER_OK && removed == 1500);
}

static void atomic(void) {
    larder_address a = larder_private("a"), b = larder_shared("b"), n = larder_private("n"), e = larder_private("e");
    larder_check checks[] = {larder_check_absent(a), larder_check_absent(b)};
    larder_change changes[] = {larder_change_set(a, larder_text("one")), larder_change_set(b, larder_text("")),
                               larder_change_add(n, 5), larder_change_set_expiring(e, larder_text("soon"), 3600000),
                               larder_change_delete(larder_private("none"))};
    larder_outcome outcome;
    CHECK(larder_commit(checks, 2, changes, 5, &outcome, NULL) == LARDER_OK && outcome.committed);
    larder_version version = outcome.version;
    CHECK(larder_commit(checks, 2, changes, 5, &outcome, NULL) == LARDER_OK && !outcome.committed);
    CHECK(outcome.conflict == 0 && outcome.version == 0);
    checks[0] = larder_check_version(a, version);
    CHECK(larder_commit(checks, 2, NULL, 0, &outcome, NULL) == LARDER_OK && outcome.conflict == 1);
    CHECK(!outcome.committed);
    CHECK(larder_commit(NULL, 0, NULL, 0, &outcome, NULL) == LARDER_OK && outcome.committed);

    larder_address at[] = {a, b, larder_private("none"), e};
    larder_entry entries[4];
    CHECK(larder_get_many(at, 4, entries, NULL) == LARDER_OK);
    CHECK(entries[0].found && is(entries[0].value, "one") && entries[0].version == version && !entries[0].expires);
    CHECK(entries[1].found && is(entries[1].value, "") && entries[1].version == version);
    CHECK(!entries[2].found && entries[2].value.data == NULL);
    CHECK(entries[3].found && is(entries[3].value, "soon") && entries[3].expires);
    CHECK(entries[3].expires_in_ms > 3590000 && entries[3].expires_in_ms <= 3600000);
    CHECK(larder_get_many(NULL, 0, NULL, NULL) == LARDER_OK);

    larder_entry entry;
    CHECK(larder_get_entry(larder_private("none"), &entry, NULL) == LARDER_OK && !entry.found);
    CHECK(larder_get_entry(e, &entry, NULL) == LARDER_OK && entry.found && entry.expires);
    CHECK(entry.version == version && is(entry.value, "soon"));
    CHECK(larder_set_if(larder_check_present(a), larder_text("two"), &outcome, NULL) == LARDER_OK && outcome.committed);
    CHECK(outcome.version != version);

    int64_t sum;
    CHECK(larder_increment(n, -7, &sum, NULL) == LARDER_OK && sum == -2);
    CHECK(larder_get_counter(n, &sum, NULL) == LARDER_OK && sum == -2);
    REFUSED(larder_increment(a, 1, &sum, &error), LARDER_NOT_A_COUNTER);
    EXCEEDED(larder_increment(larder_at(LARDER_PRIVATE, zeros(1025)), 1, &sum, &error), LARDER_KEY_TOO_LONG,
             LARDER_BYTES, 1024, 1025);
    static larder_address many[1001];
    static larder_entry answers[1001];
    for (size_t i = 0; i < 1001; i++) {
        many[i] = a;
    }
    CHECK(larder_get_many(many, 1000, answers, NULL) == LARDER_OK);
    for (size_t i = 0; i < 1000; i++) {
        CHECK(is(answers[i].value, "two"));
    }
    EXCEEDED(larder_get_many(many, 1001, answers, &error), LARDER_BATCH_TOO_LARGE, LARDER_ITEMS, 1000, 1001);
}

static void streams(void) {
    static char buffer[3000000];
    larder_address at = larder_private("large");
    larder_create_options absent = {
        .conditional = true, .expect = {LARDER_ABSENT, 0}, .expires = true, .expires_in_ms = 3600000};
    larder_writer writer, other;
    larder_reader reader;
    larder_version version;
    larder_bytes chunk;
    larder_entry entry;
    size_t count;
    bool stored, found;
    for (size_t i = 0; i < sizeof buffer; i++) {
        buffer[i] = (char)(i * 2654435761u >> 13);
    }
    CHECK(larder_create(at, &absent, &writer, NULL) == LARDER_OK);
    CHECK(larder_create(at, &absent, &other, NULL) == LARDER_OK);
    CHECK(larder_writer_write(&writer, larder_slice_of(buffer, sizeof buffer), NULL) == LARDER_OK);
    EXCEEDED(larder_writer_write_chunk(&writer, larder_slice_of(buffer, 1048577), &error), LARDER_BATCH_TOO_LARGE,
             LARDER_BYTES, 1048576, 1048577);
    CHECK(larder_writer_finish(&writer, &stored, &version, NULL) == LARDER_OK && stored);
    CHECK(larder_writer_finish(&other, &stored, NULL, NULL) == LARDER_OK && !stored);
    larder_writer_drop(&writer);
    CHECK(larder_get_entry(at, &entry, NULL) == LARDER_OK && entry.version == version && entry.expires);
    larder_entry_free(&entry);

    CHECK(larder_open(at, &reader, &found, NULL) == LARDER_OK && found);
    CHECK(larder_reader_size(&reader) == sizeof buffer && larder_reader_version(&reader) == version);
    static char read[sizeof buffer + 1];
    CHECK(larder_reader_fill(&reader, 0, read, sizeof read, &count, NULL) == LARDER_OK && count == sizeof buffer);
    CHECK(memcmp(read, buffer, count) == 0);
    CHECK(larder_reader_read(&reader, 5, UINT32_MAX, &chunk, NULL) == LARDER_OK && chunk.size == 1048576);
    CHECK(memcmp(chunk.data, buffer + 5, chunk.size) == 0);
    larder_bytes_free(&chunk);
    CHECK(larder_reader_read(&reader, UINT64_MAX, 9, &chunk, NULL) == LARDER_OK && is(chunk, ""));
    larder_reader_close(&reader);

    CHECK(larder_create(at, NULL, &writer, NULL) == LARDER_OK);
    larder_writer_drop(&writer);
    CHECK(larder_open(larder_private("none"), &reader, &found, NULL) == LARDER_OK && !found);
    larder_reader open[17];
    for (int i = 0; i < 16; i++) {
        CHECK(larder_open(at, &open[i], &found, NULL) == LARDER_OK && found);
    }
    EXCEEDED(larder_open(at, &open[16], &found, &error), LARDER_TOO_MANY_OPEN, LARDER_HANDLES, 16, 17);
    EXCEEDED(larder_create(at, NULL, &writer, &error), LARDER_TOO_MANY_OPEN, LARDER_HANDLES, 16, 17);
    for (int i = 0; i < 17; i++) {
        larder_reader_close(&open[i]);
    }
}

/* Memory is given back: what would be 4 GiB otherwise. */
static void nothing_leaks(void) {
    CHECK(larder_set(larder_text("k"), zeros(1 << 20), NULL) == LARDER_OK);
    for (int i = 0; i < 1000; i++) {
        larder_bytes value;
        larder_item_page page;
        larder_entry entry;
        bool found;
        CHECK(larder_get(larder_text("k"), &value, &found, NULL) == LARDER_OK && value.size == 1 << 20);
        larder_bytes_free(&value);
        CHECK(larder_items(larder_text("k"), NULL, 9, &page, NULL) == LARDER_OK && page.count == 1);
        larder_item_page_free(&page);
        CHECK(larder_get_entry(larder_private("k"), &entry, NULL) == LARDER_OK && entry.found);
        larder_entry_free(&entry);
        larder_address at = larder_private("k");
        CHECK(larder_get_many(&at, 1, &entry, NULL) == LARDER_OK && entry.found);
        larder_entry_free(&entry);
    }
}

int main(void) {
#ifndef __wasm__
    larder_fake_grant_shared(LARDER_FAKE_WRITE, "");
#endif
    storage();
    shared();
    lists();
    atomic();
    streams();
    nothing_leaks();
#ifndef __wasm__
    begin();
#endif
    return 0;
}
