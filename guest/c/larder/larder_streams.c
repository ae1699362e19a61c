#include "larder_streams.h"

larder_result larder_reader_fill(const larder_reader *reader, uint64_t offset, void *buffer, size_t size, size_t *read,
                                 larder_error *error) {
    *read = 0;
    while (*read < size) {
        size_t left = size - *read;
        larder_bytes chunk;
        larder_result result =
            larder_reader_read(reader, offset + *read, left < UINT32_MAX ? (uint32_t)left : UINT32_MAX, &chunk, error);
        if (result != LARDER_OK || chunk.size == 0) {
            return result;
        }
        memcpy((char *)buffer + *read, chunk.data, chunk.size);
        *read += chunk.size;
        larder_bytes_free(&chunk);
    }
    return LARDER_OK;
}

larder_result larder_writer_write(larder_writer *writer, larder_slice bytes, larder_error *error) {
    while (bytes.size > 0) {
        bool fits = writer->chunk_bytes == 0 || bytes.size <= writer->chunk_bytes;
        size_t size = fits ? bytes.size : writer->chunk_bytes;
        larder_result result = larder_writer_write_chunk(writer, larder_slice_of(bytes.data, size), error);
        if (result != LARDER_OK) {
            return result;
        }
        bytes = larder_slice_of(bytes.data + size, bytes.size - size);
    }
    return LARDER_OK;
}
