#include "larder_abi.h"

#include <assert.h>
#include <stdlib.h>

/* What is handed to the host as it lies in memory. */
static_assert(sizeof(larder_slice) == 8, "a list or string");
static_assert(sizeof(larder_address) == 12 && offsetof(larder_address, key) == 4, "record address");
static_assert(sizeof(larder_check) == 32 && offsetof(larder_check, expect) == 16, "record check");
static_assert(offsetof(larder_expectation, version) == 8, "variant expectation");
static_assert(sizeof(larder_change) == 40 && offsetof(larder_change, action) == 16, "record change");
static_assert(offsetof(larder_action, with) == 8, "variant action");
static_assert(offsetof(larder_expiring, expires_in_ms) == 8, "record expiring");

/* What the host puts there. */
static_assert(sizeof(larder_item) == 16, "record item");
static_assert(sizeof(larder_limits) == 40 && offsetof(larder_limits, open_handles) == 36, "record store-limits");
static_assert(sizeof(larder_abi_error) == 32 && offsetof(larder_abi_error, with) == 8, "variant error");
static_assert(sizeof(larder_abi_entry) == 40 && offsetof(larder_abi_entry, entry) == 8, "option<entry>");
static_assert(sizeof(larder_abi_answer) == 48 && offsetof(larder_abi_answer, with) == 8, "the largest result");

/* The one place of what has no bytes; it is never freed. Aligned as any list may have to be. */
static _Alignas(8) char empty[8];

/*
 * Where the host puts what it gives. The NUL after every piece is what makes a string of it. wit-bindgen's C generator defines
 * the same function, but weak, so that this one is taken.
 */
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t alignment,
                                                                size_t new_size) {
    (void)alignment;
    if (new_size == 0) {
        return empty;
    }
    char *memory = new_size < SIZE_MAX ? realloc(old_size > 0 ? old : NULL, new_size + 1) : NULL;
    if (memory == NULL) {
        abort();
    }
    memory[new_size] = '\0';
    return memory;
}

larder_bytes larder_abi_bytes(larder_bytes bytes) {
    if (bytes.size == 0) {
        bytes.data = empty;
    }
    return bytes;
}

/* As much of the text as has room, to the end of a character. */
static void copy_reason(char *reason, larder_bytes text) {
    size_t size = text.size;
    if (size > LARDER_REASON_BYTES - 1) {
        size = LARDER_REASON_BYTES - 1;
        while (size > 0 && ((unsigned char)text.data[size] & 0xc0) == 0x80) {
            size--;
        }
    }
    memcpy(reason, text.data, size);
    reason[size] = '\0';
}

larder_result larder_abi_result(larder_abi_answer *answer, larder_error *error) {
    if (!answer->failed) {
        return LARDER_OK;
    }
    larder_error met;
    memset(&met, 0, sizeof met);
    met.result = (larder_result)(LARDER_KEY_TOO_LONG + answer->with.error.number);
    switch (met.result) {
    case LARDER_KEY_TOO_LONG:
    case LARDER_VALUE_TOO_LARGE:
    case LARDER_BATCH_TOO_LARGE:
    case LARDER_QUOTA_EXCEEDED:
    case LARDER_TOO_MANY_OPEN:
        met.unit = (larder_unit)answer->with.error.with.excess.unit;
        met.limit = answer->with.error.with.excess.limit;
        met.actual = answer->with.error.with.excess.actual;
        break;
    case LARDER_THROTTLED: met.retry_after_ms = answer->with.error.with.retry_after_ms; break;
    case LARDER_OTHER: {
        larder_bytes reason = larder_abi_bytes(answer->with.error.with.reason);
        copy_reason(met.reason, reason);
        larder_bytes_free(&reason);
        break;
    }
    default: break;
    }
    if (error != NULL) {
        *error = met;
    }
    return met.result;
}

larder_result larder_abi_key_page(larder_abi_answer *answer, larder_key_page *page, larder_error *error) {
    memset(page, 0, sizeof *page);
    larder_result result = larder_abi_result(answer, error);
    if (result == LARDER_OK) {
        page->keys = answer->with.key_page.keys;
        page->count = answer->with.key_page.count;
        page->has_next = answer->with.key_page.has_next;
        for (size_t i = 0; i < page->count; i++) {
            page->keys[i] = larder_abi_bytes(page->keys[i]);
        }
        if (page->has_next) {
            page->next = larder_abi_bytes(answer->with.key_page.next);
        }
    }
    return result;
}

larder_result larder_abi_item_page(larder_abi_answer *answer, larder_item_page *page, larder_error *error) {
    memset(page, 0, sizeof *page);
    larder_result result = larder_abi_result(answer, error);
    if (result == LARDER_OK) {
        page->items = answer->with.item_page.items;
        page->count = answer->with.item_page.count;
        page->has_next = answer->with.item_page.has_next;
        for (size_t i = 0; i < page->count; i++) {
            page->items[i].key = larder_abi_bytes(page->items[i].key);
            page->items[i].value = larder_abi_bytes(page->items[i].value);
        }
        if (page->has_next) {
            page->next = larder_abi_bytes(answer->with.item_page.next);
        }
    }
    return result;
}
