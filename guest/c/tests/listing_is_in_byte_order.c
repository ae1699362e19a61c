/* Keys are listed in byte order, by prefix, a page at a time. */
#include "check.h"

static const char *const KEYS[] = {"", "%", "A", "B/", "a", "a/", "a/1", "a/10", "a/2", "a0", "\xc3\xa9"};
static const size_t COUNT = sizeof KEYS / sizeof *KEYS;

static void fill(void) {
    begin();
    for (size_t i = COUNT; i > 0; i--) {
        set(KEYS[i - 1], KEYS[i - 1]);
    }
}

static bool starts_with(const char *key, const char *prefix) { return strncmp(key, prefix, strlen(prefix)) == 0; }

static void every_prefix_and_every_position(void) {
    fill();
    for (size_t p = 0; p < COUNT; p++) {
        for (size_t a = 0; a <= COUNT; a++) {
            larder_key_page page;
            larder_slice after = text(a < COUNT ? KEYS[a] : "");
            CHECK(larder_keys(text(KEYS[p]), a < COUNT ? &after : NULL, UINT32_MAX, &page, NULL) == LARDER_OK);
            size_t listed = 0;
            for (size_t i = 0; i < COUNT; i++) {
                if (starts_with(KEYS[i], KEYS[p]) && (a == COUNT || strcmp(KEYS[i], KEYS[a]) > 0)) {
                    CHECK(listed < page.count && strcmp(page.keys[listed].data, KEYS[i]) == 0);
                    listed++;
                }
            }
            CHECK(listed == page.count && !page.has_next && page.next.data == NULL);
            larder_key_page_free(&page);
        }
    }
}

static void pages_follow_each_other_whatever_their_size(void) {
    fill();
    for (uint32_t most = 1; most <= COUNT + 1; most++) {
        larder_fake_limits limits = larder_fake_get_limits();
        limits.call.batch_items = most;
        larder_fake_set_limits(limits);
        larder_slice key, value;
        size_t listed = 0;
        larder_list list = larder_list_keys(text(""));
        for (; larder_list_next(&list, &key, &value); listed++) {
            CHECK(key.size == strlen(KEYS[listed]) && strcmp(key.data, KEYS[listed]) == 0 && value.size == 0);
        }
        CHECK(larder_list_end(&list, NULL) == LARDER_OK && listed == COUNT);
        listed = 0;
        list = larder_list_items(text(""));
        for (; larder_list_next(&list, &key, &value); listed++) {
            CHECK(strcmp(key.data, KEYS[listed]) == 0 && strcmp(value.data, KEYS[listed]) == 0);
        }
        CHECK(larder_list_end(&list, NULL) == LARDER_OK && listed == COUNT);
    }
}

static void most_is_cut_and_zero_is_one(void) {
    fill();
    larder_key_page page;
    CHECK(larder_keys(text("a"), NULL, 0, &page, NULL) == LARDER_OK);
    CHECK(page.count == 1 && page.has_next && strcmp(page.next.data, "a") == 0);
    larder_key_page_free(&page);
    larder_item_page items;
    CHECK(larder_items(text("a"), NULL, 2, &items, NULL) == LARDER_OK);
    CHECK(items.count == 2 && items.has_next && strcmp(items.next.data, "a/") == 0);
    larder_item_page_free(&items);
}

static void a_page_is_bounded_in_bytes(void) {
    static const unsigned cases[][3] = {{0, 1, 1}, {3, 1, 1}, {4, 2, 1}, {6, 3, 1}, {13, 3, 1}, {14, 3, 2}, {21, 3, 3}};
    begin();
    set("k1", "value");
    set("k2", "value");
    set("k3", "value");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        larder_fake_limits limits = larder_fake_get_limits();
        limits.call.batch_bytes = cases[i][0];
        larder_fake_set_limits(limits);
        larder_key_page keys;
        larder_item_page items;
        CHECK(larder_keys(text(""), NULL, 9, &keys, NULL) == LARDER_OK && keys.count == cases[i][1]);
        CHECK(larder_items(text(""), NULL, 9, &items, NULL) == LARDER_OK && items.count == cases[i][2]);
        larder_key_page_free(&keys);
        larder_item_page_free(&items);
    }
}

static void an_error_ends_a_list(void) {
    fill();
    larder_slice key;
    larder_list list = larder_list_keys(text(""));
    larder_fake_fail_next_with(LARDER_UNAVAILABLE);
    CHECK(!larder_list_next(&list, &key, NULL) && !larder_list_next(&list, &key, NULL));
    REFUSED(larder_list_end(&list, &error), LARDER_UNAVAILABLE);
    list = larder_list_keys(text(""));
    CHECK(larder_list_next(&list, &key, NULL));
    CHECK(larder_list_end(&list, NULL) == LARDER_OK);
}

static void a_page_is_as_large_as_may_be(void) {
    fill();
    larder_slice key;
    larder_list list = larder_list_keys(text(""));
    CHECK(larder_list_next(&list, &key, NULL));
    larder_fake_fail_next_with(LARDER_UNAVAILABLE);
    size_t listed = 1;
    while (larder_list_next(&list, &key, NULL)) {
        listed++;
    }
    CHECK(larder_list_end(&list, NULL) == LARDER_OK && listed == COUNT);
}

static void removing_by_prefix_removes_nothing_else(void) {
    fill();
    uint64_t removed;
    CHECK(larder_delete_prefix(text("a/1"), &removed, NULL) == LARDER_OK && removed == 2);
    CHECK(usage().keys == COUNT - 2 && holds("a/2") && holds("a/") && !holds("a/10"));
    larder_fake_limits limits = larder_fake_get_limits();
    limits.delete_prefix_keys = 2;
    larder_fake_set_limits(limits);
    EXCEEDED(larder_delete_prefix(text("a"), &removed, &error), LARDER_BATCH_TOO_LARGE, LARDER_ITEMS, 2, 4);
    CHECK(removed == 0 && usage().keys == COUNT - 2);
    CHECK(larder_delete_prefix(text(""), &removed, NULL) == LARDER_OK && removed == COUNT - 2);
    CHECK(usage().bytes == 0);
}

int main(void) {
    every_prefix_and_every_position();
    pages_follow_each_other_whatever_their_size();
    most_is_cut_and_zero_is_one();
    a_page_is_bounded_in_bytes();
    an_error_ends_a_list();
    a_page_is_as_large_as_may_be();
    removing_by_prefix_removes_nothing_else();
    begin();
    return 0;
}
