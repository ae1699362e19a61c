/* What a store holds, and how it is listed. */
#include "larder_fake_workspace.h"

#include <stdlib.h>

/* What every key costs beyond its bytes and its value's. */
static const uint64_t KEY_COST = 64;

void *fake_memory(void *old, size_t size) {
    void *memory = realloc(old, size > 0 ? size : 1);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

/* As the bindings have it: bytes of size 0 are not freed, so they are not allocated. */
larder_bytes fake_copy(larder_slice bytes) {
    static char empty[1];
    larder_bytes copy = {empty, bytes.size};
    if (bytes.size > 0) {
        copy.data = fake_memory(NULL, bytes.size + 1);
        memcpy(copy.data, bytes.data, bytes.size);
        copy.data[bytes.size] = '\0';
    }
    return copy;
}

value *fake_value(larder_slice bytes, larder_version version, uint64_t expires_at_ms) {
    value *made = fake_memory(NULL, sizeof *made);
    made->bytes = fake_memory(NULL, bytes.size);
    if (bytes.size > 0) {
        memcpy(made->bytes, bytes.data, bytes.size);
    }
    made->size = bytes.size;
    made->version = version;
    made->expires_at_ms = expires_at_ms;
    made->references = 1;
    return made;
}

value *fake_share(value *value) {
    value->references++;
    return value;
}

void fake_release(value *value) {
    if (value != NULL && --value->references == 0) {
        free(value->bytes);
        free(value);
    }
}

static int compare(larder_slice one, larder_slice other) {
    size_t common = one.size < other.size ? one.size : other.size;
    int order = common > 0 ? memcmp(one.data, other.data, common) : 0;
    return order != 0 ? order : (one.size > other.size) - (one.size < other.size);
}

/* How many keys come before this one, in binary search. */
static size_t rank(const contents *held, larder_slice key) {
    size_t low = 0;
    size_t high = held->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(larder_view(held->rows[middle].key), key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_at(const contents *held, size_t number, larder_slice key) {
    return number < held->count && compare(larder_view(held->rows[number].key), key) == 0;
}

value *fake_find(larder_store store, larder_slice key) {
    contents *held = &fake()->stores[store];
    size_t number = rank(held, key);
    return is_at(held, number, key) ? held->rows[number].value : NULL;
}

void fake_put(larder_store store, larder_slice key, value *value) {
    contents *held = &fake()->stores[store];
    size_t number = rank(held, key);
    bool was_there = is_at(held, number, key);
    held->bytes += fake_cost(key, value);
    if (was_there) {
        held->bytes -= fake_cost(key, held->rows[number].value);
        fake_release(held->rows[number].value);
        held->rows[number].value = value;
    }
    size_t after = held->count - number;
    if (was_there && value == NULL) {
        larder_bytes_free(&held->rows[number].key);
        memmove(&held->rows[number], &held->rows[number + 1], (after - 1) * sizeof(row));
        held->count--;
    }
    if (!was_there && value != NULL) {
        held->rows = fake_memory(held->rows, (held->count + 1) * sizeof(row));
        memmove(&held->rows[number + 1], &held->rows[number], after * sizeof(row));
        held->rows[number].key = fake_copy(key);
        held->rows[number].value = value;
        held->count++;
    }
}

size_t fake_first(larder_store store, larder_slice prefix, const larder_slice *after) {
    contents *held = &fake()->stores[store];
    if (after == NULL || compare(*after, prefix) < 0) {
        return rank(held, prefix);
    }
    size_t number = rank(held, *after);
    return is_at(held, number, *after) ? number + 1 : number;
}

bool fake_starts_with(larder_slice text, larder_slice prefix) {
    return text.size >= prefix.size && (prefix.size == 0 || memcmp(text.data, prefix.data, prefix.size) == 0);
}

uint64_t fake_cost(larder_slice key, const value *value) {
    return value == NULL ? 0 : key.size + value->size + KEY_COST;
}
