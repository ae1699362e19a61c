/* What is written in pieces of any size is read in pieces of any size; what is not finished never was. */
#include "check.h"

static const larder_create_options IF_ABSENT = {.conditional = true, .expect = {LARDER_ABSENT, 0}};

static larder_writer create(const char *key, const larder_create_options *options) {
    larder_writer writer;
    CHECK(larder_create(larder_private(key), options, &writer, NULL) == LARDER_OK);
    return writer;
}

static larder_reader open(const char *key) {
    larder_reader reader;
    bool found;
    CHECK(larder_open(larder_private(key), &reader, &found, NULL) == LARDER_OK && found);
    return reader;
}

static bool finish(larder_writer *writer) {
    bool stored;
    larder_version version;
    CHECK(larder_writer_finish(writer, &stored, &version, NULL) == LARDER_OK && stored == (version != 0));
    return stored;
}

static void pieces_of_any_size(void) {
    static unsigned char value[300001], read[300001];
    for (size_t i = 0; i < sizeof value; i++) {
        value[i] = (unsigned char)(i * 2654435761u >> 13);
    }
    const size_t pieces[] = {999, 65536, sizeof value};
    const uint32_t chunks[] = {1000, 65536, 1048576};
    for (size_t c = 0; c < 3; c++) {
        for (size_t p = 0; p < 3; p++) {
            begin();
            larder_fake_limits limits = larder_fake_get_limits();
            limits.call.chunk_bytes = chunks[c];
            larder_fake_set_limits(limits);
            larder_writer writer = create("k", NULL);
            for (size_t at = 0; at < sizeof value; at += pieces[p]) {
                size_t size = sizeof value - at < pieces[p] ? sizeof value - at : pieces[p];
                CHECK(larder_writer_write(&writer, larder_slice_of(value + at, size), NULL) == LARDER_OK);
            }
            CHECK(!holds("k") && usage().bytes == 0 && finish(&writer));
            larder_reader reader = open("k");
            size_t count;
            CHECK(larder_reader_size(&reader) == sizeof value && larder_reader_version(&reader) == version_of("k"));
            memset(read, 0, sizeof read);
            CHECK(larder_reader_fill(&reader, 0, read, sizeof read, &count, NULL) == LARDER_OK);
            CHECK(count == sizeof value && memcmp(read, value, count) == 0);
            CHECK(larder_reader_fill(&reader, 300000, read, 9, &count, NULL) == LARDER_OK && count == 1);
            CHECK(larder_reader_fill(&reader, UINT64_MAX, read, 9, &count, NULL) == LARDER_OK && count == 0);
            larder_bytes chunk;
            CHECK(larder_reader_read(&reader, 7, UINT32_MAX, &chunk, NULL) == LARDER_OK);
            CHECK(chunk.size == (chunks[c] < 300000 ? chunks[c] : 299994) &&
                  memcmp(chunk.data, value + 7, chunk.size) == 0);
            larder_bytes_free(&chunk);
            larder_reader_close(&reader);
        }
    }
}

static void a_reader_has_the_value_as_it_was(void) {
    begin();
    set("k", "before");
    larder_reader reader = open("k");
    set("k", "after");
    CHECK(larder_delete(text("k"), NULL) == LARDER_OK);
    char read[6];
    size_t count;
    CHECK(larder_reader_fill(&reader, 0, read, sizeof read, &count, NULL) == LARDER_OK);
    CHECK(count == 6 && memcmp(read, "before", 6) == 0);
    larder_reader_close(&reader);
    bool found;
    CHECK(larder_open(larder_private("k"), &reader, &found, NULL) == LARDER_OK && !found);
    larder_reader_close(&reader);
}

static void what_is_dropped_never_was(void) {
    begin();
    set("k", "before");
    larder_writer writer = create("k", NULL);
    CHECK(larder_writer_write(&writer, text("after"), NULL) == LARDER_OK);
    larder_writer_drop(&writer);
    CHECK(has("k", "before"));
    writer = create("empty", NULL);
    CHECK(finish(&writer) && has("empty", ""));
}

static void a_condition_is_looked_at_in_the_end(void) {
    begin();
    larder_writer first = create("k", &IF_ABSENT), second = create("k", &IF_ABSENT);
    CHECK(larder_writer_write(&first, text("first"), NULL) == LARDER_OK);
    CHECK(finish(&first) && !finish(&second) && has("k", "first"));
}

static void a_writer_is_gone_after_an_error_too(void) {
    begin();
    larder_writer writer = create("k", NULL);
    bool stored;
    larder_fake_fail_next_with(LARDER_UNAVAILABLE);
    REFUSED(larder_writer_finish(&writer, &stored, NULL, &error), LARDER_UNAVAILABLE);
    CHECK(!stored && writer.handle == 0 && larder_fake_open_handles() == 0 && !holds("k"));
}

static void a_refused_chunk_leaves_those_before_it(void) {
    begin();
    larder_fake_limits limits = larder_fake_get_limits();
    limits.call.value_bytes = 5;
    limits.call.chunk_bytes = 3;
    larder_fake_set_limits(limits);
    larder_writer writer = create("k", NULL);
    EXCEEDED(larder_writer_write_chunk(&writer, text("four"), &error), LARDER_BATCH_TOO_LARGE, LARDER_BYTES, 3, 4);
    EXCEEDED(larder_writer_write(&writer, text("123456"), &error), LARDER_VALUE_TOO_LARGE, LARDER_BYTES, 5, 6);
    CHECK(larder_writer_write(&writer, text("45"), NULL) == LARDER_OK);
    CHECK(finish(&writer) && has("k", "12345"));
}

static void bytes_of_an_unfinished_writer_are_kept_free(void) {
    begin();
    larder_fake_limits limits = larder_fake_get_limits();
    limits.store_bytes = 1000;
    larder_fake_set_limits(limits);
    larder_writer writer = create("w", NULL);
    CHECK(larder_writer_write(&writer, zeros(535), NULL) == LARDER_OK && usage().bytes == 0);
    EXCEEDED(larder_set(text("k"), zeros(336), &error), LARDER_QUOTA_EXCEEDED, LARDER_BYTES, 400, 401);
    CHECK(larder_writer_write(&writer, zeros(400), NULL) == LARDER_OK && finish(&writer) && usage().bytes == 1000);
    writer = create("w", NULL);
    CHECK(larder_writer_write(&writer, zeros(935), NULL) == LARDER_OK);
    EXCEEDED(larder_writer_write(&writer, text("x"), &error), LARDER_QUOTA_EXCEEDED, LARDER_BYTES, 1000, 1001);
    larder_writer_drop(&writer);
}

static void they_are_kept_free_in_the_workspace_too(void) {
    begin();
    larder_fake_grant_shared(LARDER_FAKE_WRITE, "");
    larder_fake_limits limits = larder_fake_get_limits();
    limits.workspace_bytes = 1000;
    larder_fake_set_limits(limits);
    larder_writer writer;
    bool stored;
    CHECK(larder_create(larder_shared("w"), NULL, &writer, NULL) == LARDER_OK);
    CHECK(larder_writer_write(&writer, zeros(535), NULL) == LARDER_OK);
    EXCEEDED(larder_set(text("k"), zeros(336), &error), LARDER_QUOTA_EXCEEDED, LARDER_BYTES, 400, 401);
    CHECK(larder_set(text("k"), zeros(335), NULL) == LARDER_OK);
    CHECK(larder_writer_finish(&writer, &stored, NULL, NULL) == LARDER_OK && stored);
}

int main(void) {
    pieces_of_any_size();
    a_reader_has_the_value_as_it_was();
    what_is_dropped_never_was();
    a_condition_is_looked_at_in_the_end();
    a_writer_is_gone_after_an_error_too();
    a_refused_chunk_leaves_those_before_it();
    bytes_of_an_unfinished_writer_are_kept_free();
    they_are_kept_free_in_the_workspace_too();
    begin();
    return 0;
}
