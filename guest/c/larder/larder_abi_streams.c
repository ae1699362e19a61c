#include "larder_abi.h"

#define IMPORT(name) LARDER_ABI_IMPORT("streams", name)

IMPORT("open")
void larder_abi_streams_open(uint32_t store, const char *key, size_t key_size, larder_abi_answer *answer);
IMPORT("create")
void larder_abi_streams_create(uint32_t store, const char *key, size_t key_size, uint32_t conditional,
                               uint32_t expected, larder_version version, uint32_t expires, uint64_t expires_in_ms,
                               larder_abi_answer *answer);
IMPORT("[method]reader.size") uint64_t larder_abi_reader_size(uint32_t reader);
IMPORT("[method]reader.version") larder_version larder_abi_reader_version(uint32_t reader);
IMPORT("[method]reader.read")
void larder_abi_reader_read(uint32_t reader, uint64_t offset, uint32_t most, larder_abi_answer *answer);
IMPORT("[resource-drop]reader") void larder_abi_reader_drop(uint32_t reader);
IMPORT("[method]writer.write")
void larder_abi_writer_write(uint32_t writer, const char *bytes, size_t size, larder_abi_answer *answer);
IMPORT("[static]writer.finish") void larder_abi_writer_finish(uint32_t writer, larder_abi_answer *answer);
IMPORT("[resource-drop]writer") void larder_abi_writer_drop(uint32_t writer);

larder_result larder_open(larder_address at, larder_reader *reader, bool *found, larder_error *error) {
    larder_abi_answer answer;
    larder_abi_streams_open(at.store, at.key.data, at.key.size, &answer);
    larder_result result = larder_abi_result(&answer, error);
    *found = result == LARDER_OK && answer.with.reader.found;
    reader->handle = *found ? answer.with.reader.handle : 0;
    return result;
}

uint64_t larder_reader_size(const larder_reader *reader) { return larder_abi_reader_size(reader->handle); }

larder_version larder_reader_version(const larder_reader *reader) { return larder_abi_reader_version(reader->handle); }

larder_result larder_reader_read(const larder_reader *reader, uint64_t offset, uint32_t most, larder_bytes *bytes,
                                 larder_error *error) {
    larder_abi_answer answer;
    larder_abi_reader_read(reader->handle, offset, most, &answer);
    larder_result result = larder_abi_result(&answer, error);
    memset(bytes, 0, sizeof *bytes);
    if (result == LARDER_OK) {
        *bytes = larder_abi_bytes(answer.with.chunk);
    }
    return result;
}

/* The component model gives nothing the handle 0. */
void larder_reader_close(larder_reader *reader) {
    if (reader->handle != 0) {
        larder_abi_reader_drop(reader->handle);
        reader->handle = 0;
    }
}

larder_result larder_create(larder_address at, const larder_create_options *options, larder_writer *writer,
                            larder_error *error) {
    larder_create_options none;
    memset(&none, 0, sizeof none);
    const larder_create_options *with = options != NULL ? options : &none;
    larder_abi_answer answer;
    larder_abi_streams_create(at.store, at.key.data, at.key.size, with->conditional,
                              with->conditional ? with->expect.expected : 0, with->expect.version, with->expires,
                              with->expires_in_ms, &answer);
    larder_result result = larder_abi_result(&answer, error);
    memset(writer, 0, sizeof *writer);
    if (result == LARDER_OK) {
        writer->handle = answer.with.writer;
        writer->chunk_bytes = larder_get_limits().chunk_bytes;
    }
    return result;
}

larder_result larder_writer_write_chunk(larder_writer *writer, larder_slice chunk, larder_error *error) {
    larder_abi_answer answer;
    larder_abi_writer_write(writer->handle, chunk.data, chunk.size, &answer);
    return larder_abi_result(&answer, error);
}

larder_result larder_writer_finish(larder_writer *writer, bool *stored, larder_version *version, larder_error *error) {
    larder_abi_answer answer;
    larder_abi_writer_finish(writer->handle, &answer);
    memset(writer, 0, sizeof *writer);
    larder_result result = larder_abi_result(&answer, error);
    *stored = result == LARDER_OK && answer.with.finished.stored;
    if (version != NULL) {
        *version = *stored ? answer.with.finished.version : 0;
    }
    return result;
}

void larder_writer_drop(larder_writer *writer) {
    if (writer->handle != 0) {
        larder_abi_writer_drop(writer->handle);
        memset(writer, 0, sizeof *writer);
    }
}
