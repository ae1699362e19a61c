/*
 * Values too large to hold in memory.
 *
 * Besides the results named at a call, any of them may be LARDER_THROTTLED, LARDER_DAMAGED, LARDER_UNAVAILABLE or LARDER_OTHER.
 * `error` may be NULL; no other pointer may be unless it is said.
 */
#ifndef LARDER_STREAMS_H
#define LARDER_STREAMS_H

#include "larder_atomic.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A value as it was when opened, whatever happens to the key meanwhile. Whoever opens it closes it with `larder_reader_close`.
 * One that is all zeros is not open, and may be closed.
 */
typedef struct larder_reader {
    uint32_t handle;
} larder_reader;

/*
 * Opens the value at a key; `found` says whether there is one, and only then is there something to close.
 * LARDER_KEY_TOO_LONG, LARDER_ACCESS_DENIED, LARDER_TOO_MANY_OPEN.
 */
larder_result larder_open(larder_address at, larder_reader *reader, bool *found, larder_error *error);

/* How many bytes the value has. */
uint64_t larder_reader_size(const larder_reader *reader);

/* Which write made the value. */
larder_version larder_reader_version(const larder_reader *reader);

/*
 * The bytes from `offset` on: at most `most`, at most `chunk_bytes` of the limits, and none at the end. The caller frees them
 * with `larder_bytes_free`.
 */
larder_result larder_reader_read(const larder_reader *reader, uint64_t offset, uint32_t most, larder_bytes *bytes,
                                 larder_error *error);

/*
 * Fills the caller's buffer from `offset` on, in as many calls to the host as it takes; `read` is less than `size` only where
 * the value ends, or after an error.
 */
larder_result larder_reader_fill(const larder_reader *reader, uint64_t offset, void *buffer, size_t size, size_t *read,
                                 larder_error *error);

/* Closes the reader; one that is closed, or was never open, stays so. */
void larder_reader_close(larder_reader *reader);

/*
 * A value being written. Whoever creates it ends it with `larder_writer_finish`, or with `larder_writer_drop`, and then it
 * never was. One that is all zeros is ended, and may be dropped.
 */
typedef struct larder_writer {
    uint32_t handle;
    uint32_t chunk_bytes;
} larder_writer;

/* What a value that is written piece by piece begins with; all zeros is neither condition nor expiry. */
typedef struct larder_create_options {
    /* Whether `expect` must hold when the writer is finished. */
    bool conditional;
    larder_expectation expect;
    /* Whether the value is gone `expires_in_ms` after the writer was created. */
    bool expires;
    uint64_t expires_in_ms;
} larder_create_options;

/* Begins a value; `options` may be NULL. LARDER_KEY_TOO_LONG, LARDER_ACCESS_DENIED, LARDER_TOO_MANY_OPEN. */
larder_result larder_create(larder_address at, const larder_create_options *options, larder_writer *writer,
                            larder_error *error);

/*
 * Appends any number of bytes, a chunk at a time; each chunk is a call to the host, so gather small pieces first. After an
 * error the chunks before it stay appended. LARDER_VALUE_TOO_LARGE, LARDER_QUOTA_EXCEEDED.
 */
larder_result larder_writer_write(larder_writer *writer, larder_slice bytes, larder_error *error);

/* Appends at most `chunk_bytes` of the limits, all or none. As `larder_writer_write`; LARDER_BATCH_TOO_LARGE. */
larder_result larder_writer_write_chunk(larder_writer *writer, larder_slice chunk, larder_error *error);

/*
 * Makes the value visible and durable, if the condition holds: `stored` says whether it did, `version` (which may be NULL) what
 * was made. The writer is ended then, also after an error. LARDER_QUOTA_EXCEEDED, LARDER_ACCESS_DENIED, LARDER_OUTCOME_UNKNOWN.
 */
larder_result larder_writer_finish(larder_writer *writer, bool *stored, larder_version *version, larder_error *error);

/* Gives up what was written; a writer that is ended stays so. */
void larder_writer_drop(larder_writer *writer);

#ifdef __cplusplus
}
#endif

#endif
