/*
 * The calls of a store by the canonical ABI. `storage` and `shared` are of the same shape; so this is included once for each,
 * with LARDER_ABI_INTERFACE, the interface's name, LARDER_ABI_HOST(name), the host's function, and LARDER_ABI_CALL(name), the
 * one that plugins call. One function to a call lets the linker leave out of a plugin what it does not call, and with it the
 * import.
 */
#include "larder_abi.h"

#define IMPORT(name) LARDER_ABI_IMPORT(LARDER_ABI_INTERFACE, name)

IMPORT("set")
void LARDER_ABI_HOST(set)(const char *key, size_t key_size, const char *value, size_t value_size,
                          larder_abi_answer *answer);
IMPORT("set-expiring")
void LARDER_ABI_HOST(set_expiring)(const char *key, size_t key_size, const char *value, size_t value_size,
                                   uint64_t expires_in_ms, larder_abi_answer *answer);
IMPORT("get") void LARDER_ABI_HOST(get)(const char *key, size_t key_size, larder_abi_answer *answer);
IMPORT("delete") void LARDER_ABI_HOST(delete)(const char *key, size_t key_size, larder_abi_answer *answer);
IMPORT("exists") void LARDER_ABI_HOST(exists)(const char *key, size_t key_size, larder_abi_answer *answer);
IMPORT("keys")
void LARDER_ABI_HOST(keys)(const char *prefix, size_t prefix_size, uint32_t has_after, const char *after,
                           size_t after_size, uint32_t most, larder_abi_answer *answer);
IMPORT("items")
void LARDER_ABI_HOST(items)(const char *prefix, size_t prefix_size, uint32_t has_after, const char *after,
                            size_t after_size, uint32_t most, larder_abi_answer *answer);
IMPORT("delete-prefix")
void LARDER_ABI_HOST(delete_prefix)(const char *prefix, size_t prefix_size, larder_abi_answer *answer);
IMPORT("usage") void LARDER_ABI_HOST(usage)(larder_abi_answer *answer);
IMPORT("limits") void LARDER_ABI_HOST(limits)(larder_limits *limits);

larder_result LARDER_ABI_CALL(set)(larder_slice key, larder_slice value, larder_error *error) {
    larder_abi_answer answer;
    LARDER_ABI_HOST(set)(key.data, key.size, value.data, value.size, &answer);
    return larder_abi_result(&answer, error);
}

larder_result LARDER_ABI_CALL(set_expiring)(larder_slice key, larder_slice value, uint64_t expires_in_ms,
                                            larder_error *error) {
    larder_abi_answer answer;
    LARDER_ABI_HOST(set_expiring)(key.data, key.size, value.data, value.size, expires_in_ms, &answer);
    return larder_abi_result(&answer, error);
}

larder_result LARDER_ABI_CALL(get)(larder_slice key, larder_bytes *value, bool *found, larder_error *error) {
    larder_abi_answer answer;
    LARDER_ABI_HOST(get)(key.data, key.size, &answer);
    larder_result result = larder_abi_result(&answer, error);
    memset(value, 0, sizeof *value);
    *found = result == LARDER_OK && answer.with.value.found;
    if (*found) {
        *value = larder_abi_bytes(answer.with.value.bytes);
    }
    return result;
}

larder_result LARDER_ABI_CALL(delete)(larder_slice key, larder_error *error) {
    larder_abi_answer answer;
    LARDER_ABI_HOST(delete)(key.data, key.size, &answer);
    return larder_abi_result(&answer, error);
}

larder_result LARDER_ABI_CALL(exists)(larder_slice key, bool *exists, larder_error *error) {
    larder_abi_answer answer;
    LARDER_ABI_HOST(exists)(key.data, key.size, &answer);
    larder_result result = larder_abi_result(&answer, error);
    *exists = result == LARDER_OK && answer.with.exists;
    return result;
}

larder_result LARDER_ABI_CALL(keys)(larder_slice prefix, const larder_slice *after, uint32_t most,
                                    larder_key_page *page, larder_error *error) {
    larder_abi_answer answer;
    LARDER_ABI_HOST(keys)(prefix.data, prefix.size, after != NULL, after ? after->data : NULL, after ? after->size : 0,
                          most, &answer);
    return larder_abi_key_page(&answer, page, error);
}

larder_result LARDER_ABI_CALL(items)(larder_slice prefix, const larder_slice *after, uint32_t most,
                                     larder_item_page *page, larder_error *error) {
    larder_abi_answer answer;
    LARDER_ABI_HOST(items)(prefix.data, prefix.size, after != NULL, after ? after->data : NULL, after ? after->size : 0,
                           most, &answer);
    return larder_abi_item_page(&answer, page, error);
}

larder_result LARDER_ABI_CALL(delete_prefix)(larder_slice prefix, uint64_t *removed, larder_error *error) {
    larder_abi_answer answer;
    LARDER_ABI_HOST(delete_prefix)(prefix.data, prefix.size, &answer);
    larder_result result = larder_abi_result(&answer, error);
    *removed = result == LARDER_OK ? answer.with.removed : 0;
    return result;
}

larder_result LARDER_ABI_CALL(get_usage)(larder_usage *usage, larder_error *error) {
    larder_abi_answer answer;
    LARDER_ABI_HOST(usage)(&answer);
    larder_result result = larder_abi_result(&answer, error);
    memset(usage, 0, sizeof *usage);
    if (result == LARDER_OK) {
        *usage = answer.with.usage;
    }
    return result;
}

larder_limits LARDER_ABI_CALL(get_limits)(void) {
    larder_limits limits;
    LARDER_ABI_HOST(limits)(&limits);
    return limits;
}
