/* The shared store is reached as far as is granted; what is outside is denied, never narrowed. */
#include "check.h"

static larder_result read_with(int call, const char *key) {
    larder_bytes bytes;
    larder_key_page page;
    larder_item_page items;
    larder_entry entry;
    larder_reader reader;
    larder_outcome outcome;
    larder_check check = larder_check_absent(larder_shared(key));
    larder_slice after = text("");
    bool found;
    switch (call) {
    case 0: return larder_shared_get(text(key), &bytes, &found, NULL);
    case 1: return larder_shared_exists(text(key), &found, NULL);
    case 2: return larder_shared_keys(text(key), NULL, 1, &page, NULL);
    case 3: return larder_shared_items(text(key), &after, 1, &items, NULL);
    case 4: return larder_get_entry(larder_shared(key), &entry, NULL);
    case 5: return larder_commit(&check, 1, NULL, 0, &outcome, NULL);
    default: return larder_open(larder_shared(key), &reader, &found, NULL);
    }
}

/* Each leaves the store empty. */
static larder_result write_with(int call, const char *key) {
    larder_change change = larder_change_delete(larder_shared(key));
    larder_outcome outcome;
    larder_writer writer;
    larder_result result;
    uint64_t removed;
    switch (call) {
    case 0: return larder_shared_set_expiring(text(key), text(""), 0, NULL);
    case 1: return larder_shared_delete(text(key), NULL);
    case 2: return larder_shared_delete_prefix(text(key), &removed, NULL);
    case 3: return larder_commit(NULL, 0, &change, 1, &outcome, NULL);
    case 4:
        result = larder_increment(larder_shared(key), 1, NULL, NULL);
        larder_shared_delete(text(key), NULL);
        return result;
    case 5:
        result = larder_shared_set(text(key), text(""), NULL);
        larder_shared_delete(text(key), NULL);
        return result;
    default:
        result = larder_create(larder_shared(key), NULL, &writer, NULL);
        larder_writer_drop(&writer);
        return result;
    }
}

static void each_call_is_denied_where_it_is_not_granted(void) {
    const struct {
        larder_fake_grant grant;
        const char *prefix;
        bool read_mine, write_mine, read_others, write_others;
    } grants[] = {
        {LARDER_FAKE_NOTHING, "", false, false, false, false},  {LARDER_FAKE_READ, "", true, false, true, false},
        {LARDER_FAKE_WRITE, "", true, true, true, true},        {LARDER_FAKE_READ, "mine/", true, false, false, false},
        {LARDER_FAKE_WRITE, "mine/", true, true, false, false},
    };
    for (size_t i = 0; i < sizeof grants / sizeof *grants; i++) {
        begin();
        larder_fake_grant_shared(grants[i].grant, grants[i].prefix);
        for (int call = 0; call < 7; call++) {
            CHECK((read_with(call, "mine/k") == LARDER_OK) == grants[i].read_mine);
            CHECK((read_with(call, "mine") == LARDER_OK) == grants[i].read_others);
            CHECK((write_with(call, "mine/k") == LARDER_OK) == grants[i].write_mine);
            CHECK((write_with(call, "mine") == LARDER_OK) == grants[i].write_others);
        }
        larder_usage usage;
        CHECK(larder_shared_get_usage(&usage, NULL) == (grants[i].read_others ? LARDER_OK : LARDER_ACCESS_DENIED));
        CHECK(larder_shared_get_limits().key_bytes == 1024);
    }
}

static void the_two_stores_are_two(void) {
    begin();
    larder_fake_grant_shared(LARDER_FAKE_WRITE, "");
    CHECK(larder_shared_set(text("k"), text("shared"), NULL) == LARDER_OK);
    set("k", "own");
    uint64_t removed;
    larder_slice key, value;
    CHECK(larder_delete_prefix(text(""), &removed, NULL) == LARDER_OK && removed == 1);
    larder_list list = larder_shared_list_items(text(""));
    CHECK(larder_list_next(&list, &key, &value) && strcmp(value.data, "shared") == 0);
    CHECK(larder_list_end(&list, NULL) == LARDER_OK);
    list = larder_shared_list_keys(text(""));
    CHECK(larder_list_next(&list, &key, &value) && strcmp(key.data, "k") == 0);
    CHECK(!larder_list_next(&list, &key, &value) && larder_list_end(&list, NULL) == LARDER_OK);
}

int main(void) {
    each_call_is_denied_where_it_is_not_granted();
    the_two_stores_are_two();
    begin();
    return 0;
}
