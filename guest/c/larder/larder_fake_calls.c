/* The calls of larder_storage.h and larder_shared.h. */
#include "larder_fake_workspace.h"

static larder_result change(larder_change change, larder_error *error) {
    larder_outcome outcome;
    larder_result result = fake_call(error);
    return result != LARDER_OK ? result : fake_commit(NULL, 0, &change, 1, &outcome, error);
}

/* The value, which stays the store's; NULL where there is none. */
static larder_result find(larder_address at, value **found, larder_error *error) {
    *found = NULL;
    larder_result result = fake_call(error);
    if (result == LARDER_OK) {
        result = fake_allow(error, LARDER_FAKE_READ, at.store, at.key);
    }
    if (result == LARDER_OK) {
        *found = fake_find(at.store, at.key);
    }
    return result;
}

static larder_result get(larder_address at, larder_bytes *bytes, bool *found, larder_error *error) {
    value *value;
    larder_result result = find(at, &value, error);
    *found = value != NULL;
    *bytes = (larder_bytes){NULL, 0};
    if (*found) {
        *bytes = fake_copy(larder_slice_of(value->bytes, value->size));
    }
    return result;
}

static larder_result exists(larder_address at, bool *exists, larder_error *error) {
    value *value;
    larder_result result = find(at, &value, error);
    *exists = value != NULL;
    return result;
}

static larder_result allow_listing(larder_address prefix, const larder_slice *after, larder_error *error) {
    larder_result result = fake_call(error);
    if (result == LARDER_OK) {
        result = fake_allow(error, LARDER_FAKE_READ, prefix.store, prefix.key);
    }
    if (result == LARDER_OK && after != NULL) {
        result = fake_check_key(error, *after);
    }
    return result;
}

/* How many rows from `first` on are a page, at least one if there is any, and whether more are left. */
static size_t page_of(larder_address prefix, size_t first, uint32_t most, bool with_values, bool *has_next) {
    const contents *held = &fake()->stores[prefix.store];
    const larder_limits *limits = &fake()->limits.call;
    uint32_t most_items = most < limits->batch_items ? most : limits->batch_items;
    uint64_t bytes = 0;
    size_t count = 0;
    *has_next = false;
    while (first + count < held->count) {
        const row *row = &held->rows[first + count];
        if (!fake_starts_with(larder_view(row->key), prefix.key)) {
            break;
        }
        bytes += row->key.size + (with_values ? row->value->size : 0);
        if (count > 0 && (count >= most_items || bytes > limits->batch_bytes)) {
            *has_next = true;
            break;
        }
        count++;
    }
    return count;
}

static larder_result keys(larder_address prefix, const larder_slice *after, uint32_t most, larder_key_page *page,
                          larder_error *error) {
    memset(page, 0, sizeof *page);
    larder_result result = allow_listing(prefix, after, error);
    if (result != LARDER_OK) {
        return result;
    }
    size_t first = fake_first(prefix.store, prefix.key, after);
    page->count = page_of(prefix, first, most, false, &page->has_next);
    page->keys = page->count > 0 ? fake_memory(NULL, page->count * sizeof *page->keys) : NULL;
    for (size_t i = 0; i < page->count; i++) {
        page->keys[i] = fake_copy(larder_view(fake()->stores[prefix.store].rows[first + i].key));
    }
    if (page->has_next) {
        page->next = fake_copy(larder_view(page->keys[page->count - 1]));
    }
    return LARDER_OK;
}

static larder_result items(larder_address prefix, const larder_slice *after, uint32_t most, larder_item_page *page,
                           larder_error *error) {
    memset(page, 0, sizeof *page);
    larder_result result = allow_listing(prefix, after, error);
    if (result != LARDER_OK) {
        return result;
    }
    size_t first = fake_first(prefix.store, prefix.key, after);
    page->count = page_of(prefix, first, most, true, &page->has_next);
    page->items = page->count > 0 ? fake_memory(NULL, page->count * sizeof *page->items) : NULL;
    for (size_t i = 0; i < page->count; i++) {
        const row *row = &fake()->stores[prefix.store].rows[first + i];
        page->items[i].key = fake_copy(larder_view(row->key));
        page->items[i].value = fake_copy(larder_slice_of(row->value->bytes, row->value->size));
    }
    if (page->has_next) {
        page->next = fake_copy(larder_view(page->items[page->count - 1].key));
    }
    return LARDER_OK;
}

static larder_result delete_prefix(larder_address prefix, uint64_t *removed, larder_error *error) {
    *removed = 0;
    larder_result result = fake_call(error);
    if (result == LARDER_OK) {
        result = fake_allow(error, LARDER_FAKE_WRITE, prefix.store, prefix.key);
    }
    if (result != LARDER_OK) {
        return result;
    }
    const contents *held = &fake()->stores[prefix.store];
    size_t first = fake_first(prefix.store, prefix.key, NULL);
    size_t last = first;
    while (last < held->count && fake_starts_with(larder_view(held->rows[last].key), prefix.key)) {
        last++;
    }
    uint64_t most = prefix.key.size == 0 ? UINT64_MAX : fake()->limits.delete_prefix_keys;
    result = fake_within(error, LARDER_BATCH_TOO_LARGE, LARDER_ITEMS, most, last - first);
    if (result != LARDER_OK) {
        return result;
    }
    *removed = last - first;
    for (; last > first; last--) {
        larder_bytes key = fake_copy(larder_view(held->rows[last - 1].key));
        fake_put(prefix.store, larder_view(key), NULL);
        larder_bytes_free(&key);
    }
    return LARDER_OK;
}

static larder_result usage(larder_store store, larder_usage *usage, larder_error *error) {
    memset(usage, 0, sizeof *usage);
    larder_result result = fake_call(error);
    if (result == LARDER_OK) {
        result = fake_allow(error, LARDER_FAKE_READ, store, larder_text(""));
    }
    if (result == LARDER_OK) {
        const contents *held = &fake()->stores[store];
        *usage = (larder_usage){held->bytes, held->count, fake_quota_bytes(store), fake()->limits.store_keys};
    }
    return result;
}

/* Both stores have the same calls. */
#define CALLS(prefixed, store)                                                                                         \
    larder_result prefixed##set(larder_slice key, larder_slice value, larder_error *error) {                           \
        return change(larder_change_set(larder_at(store, key), value), error);                                         \
    }                                                                                                                  \
    larder_result prefixed##set_expiring(larder_slice key, larder_slice value, uint64_t in_ms, larder_error *error) {  \
        return change(larder_change_set_expiring(larder_at(store, key), value, in_ms), error);                         \
    }                                                                                                                  \
    larder_result prefixed##get(larder_slice key, larder_bytes *value, bool *found, larder_error *error) {             \
        return get(larder_at(store, key), value, found, error);                                                        \
    }                                                                                                                  \
    larder_result prefixed##delete(larder_slice key, larder_error *error) {                                            \
        return change(larder_change_delete(larder_at(store, key)), error);                                             \
    }                                                                                                                  \
    larder_result prefixed##exists(larder_slice key, bool *found, larder_error *error) {                               \
        return exists(larder_at(store, key), found, error);                                                            \
    }                                                                                                                  \
    larder_result prefixed##keys(larder_slice prefix, const larder_slice *after, uint32_t most, larder_key_page *page, \
                                 larder_error *error) {                                                                \
        return keys(larder_at(store, prefix), after, most, page, error);                                               \
    }                                                                                                                  \
    larder_result prefixed##items(larder_slice prefix, const larder_slice *after, uint32_t most,                       \
                                  larder_item_page *page, larder_error *error) {                                       \
        return items(larder_at(store, prefix), after, most, page, error);                                              \
    }                                                                                                                  \
    larder_result prefixed##delete_prefix(larder_slice prefix, uint64_t *removed, larder_error *error) {               \
        return delete_prefix(larder_at(store, prefix), removed, error);                                                \
    }                                                                                                                  \
    larder_result prefixed##get_usage(larder_usage *held, larder_error *error) { return usage(store, held, error); }   \
    larder_limits prefixed##get_limits(void) { return fake()->limits.call; }

CALLS(larder_, LARDER_PRIVATE)
CALLS(larder_shared_, LARDER_SHARED)
