#include "larder_list.h"

/* Begun with the function that fetches a page, so that only the calls that are used are linked. */
static larder_list begin(larder_slice prefix) {
    larder_list list;
    memset(&list, 0, sizeof list);
    list.prefix = prefix;
    return list;
}

larder_list larder_list_keys(larder_slice prefix) {
    larder_list list = begin(prefix);
    list.fetch_keys = larder_keys;
    return list;
}

larder_list larder_list_items(larder_slice prefix) {
    larder_list list = begin(prefix);
    list.fetch_items = larder_items;
    return list;
}

larder_list larder_shared_list_keys(larder_slice prefix) {
    larder_list list = begin(prefix);
    list.fetch_keys = larder_shared_keys;
    return list;
}

larder_list larder_shared_list_items(larder_slice prefix) {
    larder_list list = begin(prefix);
    list.fetch_items = larder_shared_items;
    return list;
}

/* Replaces a used up page with the next one; false where there is none, or it cannot be had. */
static bool fetch(larder_list *list) {
    bool of_keys = list->fetch_keys != NULL;
    if (list->error.result != LARDER_OK) {
        return false;
    }
    if (list->begun && !(of_keys ? list->keys.has_next : list->items.has_next)) {
        return false;
    }
    larder_slice next = larder_view(of_keys ? list->keys.next : list->items.next);
    const larder_slice *after = list->begun ? &next : NULL;
    larder_key_page keys = {0};
    larder_item_page items = {0};
    if (of_keys) {
        list->fetch_keys(list->prefix, after, UINT32_MAX, &keys, &list->error);
    } else {
        list->fetch_items(list->prefix, after, UINT32_MAX, &items, &list->error);
    }
    larder_key_page_free(&list->keys);
    larder_item_page_free(&list->items);
    list->keys = keys;
    list->items = items;
    list->begun = true;
    list->position = 0;
    return list->error.result == LARDER_OK;
}

bool larder_list_next(larder_list *list, larder_slice *key, larder_slice *value) {
    larder_slice found_key = {0};
    larder_slice found_value = {"", 0};
    while (list->position == list->keys.count + list->items.count) {
        if (!fetch(list)) {
            return false;
        }
    }
    if (list->fetch_keys != NULL) {
        found_key = larder_view(list->keys.keys[list->position]);
    } else {
        found_key = larder_view(list->items.items[list->position].key);
        found_value = larder_view(list->items.items[list->position].value);
    }
    list->position++;
    *key = found_key;
    if (value != NULL) {
        *value = found_value;
    }
    return true;
}

larder_result larder_list_end(larder_list *list, larder_error *error) {
    larder_result result = list->error.result;
    if (error != NULL && result != LARDER_OK) {
        *error = list->error;
    }
    larder_key_page_free(&list->keys);
    larder_item_page_free(&list->items);
    memset(list, 0, sizeof *list);
    return result;
}
