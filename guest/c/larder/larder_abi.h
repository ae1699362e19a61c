/*
 * How the interface's types lie in memory by the canonical ABI of the component model, and what is made of them. For the
 * larder_abi*.c files alone.
 */
#ifndef LARDER_ABI_H
#define LARDER_ABI_H

#include "larder_storage.h"
#include "larder_streams.h"

#define LARDER_ABI_IMPORT(interface, name)                                                                             \
    __attribute__((import_module("larder:storage/" interface "@0.1.0"), import_name(name))) extern

/* `variant error`. */
typedef struct larder_abi_error {
    uint8_t number;
    union {
        struct {
            uint8_t unit;
            uint64_t limit;
            uint64_t actual;
        } excess;
        uint32_t retry_after_ms;
        larder_bytes reason;
    } with;
} larder_abi_error;

/* `option<entry>`. */
typedef struct larder_abi_entry {
    uint8_t found;
    struct {
        larder_bytes value;
        uint64_t version;
        uint8_t expires;
        uint64_t expires_in_ms;
    } entry;
} larder_abi_entry;

/* `result<…, error>` of every call. */
typedef struct larder_abi_answer {
    uint8_t failed;
    union {
        larder_abi_error error;
        struct {
            uint8_t found;
            larder_bytes bytes;
        } value;
        uint8_t exists;
        struct {
            larder_bytes *keys;
            size_t count;
            uint8_t has_next;
            larder_bytes next;
        } key_page;
        struct {
            larder_item *items;
            size_t count;
            uint8_t has_next;
            larder_bytes next;
        } item_page;
        uint64_t removed;
        larder_usage usage;
        larder_abi_entry entry;
        struct {
            larder_abi_entry *entries;
            size_t count;
        } entries;
        struct {
            uint8_t conflict;
            union {
                uint64_t version;
                uint32_t conflict;
            } with;
        } outcome;
        int64_t sum;
        struct {
            uint8_t found;
            uint32_t handle;
        } reader;
        uint32_t writer;
        larder_bytes chunk;
        struct {
            uint8_t stored;
            uint64_t version;
        } finished;
    } with;
} larder_abi_answer;

/* How a call went, with the error where the caller wants it. */
larder_result larder_abi_result(larder_abi_answer *answer, larder_error *error);

/* Bytes that the host has put into this plugin's memory. */
larder_bytes larder_abi_bytes(larder_bytes bytes);

/* The same for a whole page. */
larder_result larder_abi_key_page(larder_abi_answer *answer, larder_key_page *page, larder_error *error);
larder_result larder_abi_item_page(larder_abi_answer *answer, larder_item_page *page, larder_error *error);

#endif
