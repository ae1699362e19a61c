/* The calls of larder_streams.h, but for those that are made of others. */
#include "larder_fake_workspace.h"

#include <stdio.h>
#include <stdlib.h>

/* Handles are numbered from 1; a number is used again when nobody has it. */
static handle *handle_of(uint32_t number, bool writing) {
    if (number == 0 || number > fake()->handle_count || !fake()->handles[number - 1].open ||
        fake()->handles[number - 1].writing != writing) {
        fprintf(stderr, "larder_fake: the %s is not open\n", writing ? "writer" : "reader");
        abort();
    }
    return &fake()->handles[number - 1];
}

static larder_result check_room(larder_error *error) {
    return fake_within(error, LARDER_TOO_MANY_OPEN, LARDER_HANDLES, fake()->limits.call.open_handles,
                       larder_fake_open_handles() + 1);
}

static uint32_t open_handle(handle opened) {
    size_t number = 0;
    while (number < fake()->handle_count && fake()->handles[number].open) {
        number++;
    }
    if (number == fake()->handle_count) {
        fake()->handles = fake_memory(fake()->handles, ++fake()->handle_count * sizeof opened);
    }
    fake()->handles[number] = opened;
    return (uint32_t)number + 1;
}

static void close_handle(handle *closed) {
    fake_release(closed->value);
    larder_bytes_free(&closed->key);
    *closed = (handle){0};
}

larder_result larder_open(larder_address at, larder_reader *reader, bool *found, larder_error *error) {
    *found = false;
    reader->handle = 0;
    larder_result result = fake_call(error);
    if (result == LARDER_OK) {
        result = fake_allow(error, LARDER_FAKE_READ, at.store, at.key);
    }
    if (result == LARDER_OK) {
        result = check_room(error);
    }
    value *value = result == LARDER_OK ? fake_find(at.store, at.key) : NULL;
    if (value != NULL) {
        *found = true;
        reader->handle = open_handle((handle){.open = true, .value = fake_share(value)});
    }
    return result;
}

uint64_t larder_reader_size(const larder_reader *reader) { return handle_of(reader->handle, false)->value->size; }

larder_version larder_reader_version(const larder_reader *reader) {
    return handle_of(reader->handle, false)->value->version;
}

larder_result larder_reader_read(const larder_reader *reader, uint64_t offset, uint32_t most, larder_bytes *bytes,
                                 larder_error *error) {
    const value *value = handle_of(reader->handle, false)->value;
    *bytes = (larder_bytes){NULL, 0};
    larder_result result = fake_call(error);
    if (result == LARDER_OK) {
        size_t start = offset < value->size ? (size_t)offset : value->size;
        size_t size = most < fake()->limits.call.chunk_bytes ? most : fake()->limits.call.chunk_bytes;
        size = size < value->size - start ? size : value->size - start;
        *bytes = fake_copy(larder_slice_of(value->bytes + start, size));
    }
    return result;
}

void larder_reader_close(larder_reader *reader) {
    if (reader->handle != 0) {
        close_handle(handle_of(reader->handle, false));
        reader->handle = 0;
    }
}

larder_result larder_create(larder_address at, const larder_create_options *options, larder_writer *writer,
                            larder_error *error) {
    *writer = (larder_writer){0};
    larder_result result = fake_call(error);
    if (result == LARDER_OK) {
        result = fake_allow(error, LARDER_FAKE_WRITE, at.store, at.key);
    }
    if (result == LARDER_OK) {
        result = check_room(error);
    }
    if (result != LARDER_OK) {
        return result;
    }
    bool expires = options != NULL && options->expires;
    uint64_t expires_at_ms = expires ? fake_expiry(options->expires_in_ms) : NEVER;
    handle opened = {.open = true, .writing = true, .store = at.store, .key = fake_copy(at.key)};
    opened.value = fake_value(larder_text(""), 0, expires_at_ms);
    opened.options = options != NULL ? *options : (larder_create_options){0};
    *writer = (larder_writer){open_handle(opened), fake()->limits.call.chunk_bytes};
    return LARDER_OK;
}

/* Keeps room free for the value that is being written, in place of what is at the key. */
static larder_result reserve(handle *writer, size_t size, larder_error *error) {
    larder_slice key = larder_view(writer->key);
    value *old = fake_find(writer->store, key);
    value grown = {.size = size};
    int64_t growth = (int64_t)fake_cost(key, &grown) - (int64_t)fake_cost(key, old);
    uint64_t reserved = writer->reserved;
    writer->reserved = 0;
    larder_result result = fake_check_quota(error, writer->store, growth, old == NULL, 0);
    writer->reserved = result != LARDER_OK ? reserved : growth > 0 ? (uint64_t)growth : 0;
    return result;
}

larder_result larder_writer_write_chunk(larder_writer *writer, larder_slice chunk, larder_error *error) {
    handle *written = handle_of(writer->handle, true);
    const larder_limits *limits = &fake()->limits.call;
    size_t size = written->value->size + chunk.size;
    larder_result result = fake_call(error);
    if (result == LARDER_OK) {
        result = fake_within(error, LARDER_BATCH_TOO_LARGE, LARDER_BYTES, limits->chunk_bytes, chunk.size);
    }
    if (result == LARDER_OK) {
        result = fake_within(error, LARDER_VALUE_TOO_LARGE, LARDER_BYTES, limits->value_bytes, size);
    }
    if (result == LARDER_OK) {
        result = reserve(written, size, error);
    }
    if (result == LARDER_OK && chunk.size > 0) {
        written->value->bytes = fake_memory(written->value->bytes, size);
        memcpy(written->value->bytes + written->value->size, chunk.data, chunk.size);
        written->value->size = size;
    }
    return result;
}

/* Puts the value in place of what is at the key, unless it has expired meanwhile. */
static larder_result put(handle *written, larder_error *error) {
    larder_slice key = larder_view(written->key);
    value *old = fake_find(written->store, key);
    bool expired = written->value->expires_at_ms != NEVER && written->value->expires_at_ms <= fake()->now_ms;
    value *made = expired ? NULL : written->value;
    int64_t growth = (int64_t)fake_cost(key, made) - (int64_t)fake_cost(key, old);
    written->reserved = 0;
    larder_result result = fake_check_quota(error, written->store, growth, (made != NULL) - (old != NULL), 0);
    if (result == LARDER_OK) {
        written->value->version = ++fake()->last_version;
        fake_put(written->store, key, made != NULL ? fake_share(made) : NULL);
    }
    return result;
}

larder_result larder_writer_finish(larder_writer *writer, bool *stored, larder_version *version, larder_error *error) {
    *stored = false;
    larder_result result = fake_committing_call(error);
    handle *written = handle_of(writer->handle, true);
    larder_address at = larder_at(written->store, larder_view(written->key));
    bool holds = !written->options.conditional || fake_holds(at, written->options.expect);
    if (result == LARDER_OK && holds) {
        result = put(written, error);
        *stored = result == LARDER_OK;
    }
    if (version != NULL) {
        *version = *stored ? written->value->version : 0;
    }
    close_handle(written);
    *writer = (larder_writer){0};
    return result;
}

void larder_writer_drop(larder_writer *writer) {
    if (writer->handle != 0) {
        close_handle(handle_of(writer->handle, true));
        *writer = (larder_writer){0};
    }
}
