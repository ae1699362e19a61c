#include "larder_storage.h"

#include <stdlib.h>

void larder_key_page_free(larder_key_page *page) {
    for (size_t i = 0; i < page->count; i++) {
        larder_bytes_free(&page->keys[i]);
    }
    if (page->count > 0) {
        free(page->keys);
    }
    larder_bytes_free(&page->next);
    memset(page, 0, sizeof *page);
}

void larder_item_page_free(larder_item_page *page) {
    for (size_t i = 0; i < page->count; i++) {
        larder_bytes_free(&page->items[i].key);
        larder_bytes_free(&page->items[i].value);
    }
    if (page->count > 0) {
        free(page->items);
    }
    larder_bytes_free(&page->next);
    memset(page, 0, sizeof *page);
}
