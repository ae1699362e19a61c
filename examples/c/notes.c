#include "notes.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "larder/larder.h"

#define PIECE_BYTES (1024 * 1024)

const char NOTES_HELP[] =
    "usage: notes put NAME [TEXT]           keep TEXT, or standard input\n"
    "       notes put-for SECONDS NAME TEXT keep TEXT for so long\n"
    "       notes get NAME                  print a note\n"
    "       notes list [PREFIX]             print the names of all notes, or of those that start so\n"
    "       notes rm NAME                   remove a note\n"
    "       notes clear PREFIX              remove all notes that start so\n"
    "       notes usage                     print how much is kept\n";

/* Where a command reads and writes, and where the store says why it refused. */
typedef struct streams {
    FILE *input;
    FILE *output;
    FILE *errors;
    larder_error error;
} streams;

/* True if all went well; otherwise it says why not. */
static bool done(streams *with, larder_result result) {
    if (result == LARDER_OK) {
        return true;
    }
    char message[LARDER_REASON_BYTES];
    larder_error_message(&with->error, message, sizeof message);
    fprintf(with->errors, "%s\n", message);
    return false;
}

static bool put(streams *with, const char *name, const char *text) {
    return done(with, larder_set(larder_text(name), larder_text(text), &with->error));
}

/* Reads to the end; a buffer of one piece is all the memory that it takes. */
static bool copy_input(streams *with, larder_writer *writer) {
    char *piece = malloc(PIECE_BYTES);
    if (piece == NULL) {
        fputs("there is no memory for a piece of the note\n", with->errors);
        return false;
    }
    bool well = true;
    size_t size;
    while (well && (size = fread(piece, 1, PIECE_BYTES, with->input)) > 0) {
        well = done(with, larder_writer_write(writer, larder_slice_of(piece, size), &with->error));
    }
    free(piece);
    if (well && ferror(with->input)) {
        fputs("standard input cannot be read\n", with->errors);
        return false;
    }
    return well;
}

static bool put_input(streams *with, const char *name) {
    larder_writer writer;
    bool stored;
    if (!done(with, larder_create(larder_private(name), NULL, &writer, &with->error))) {
        return false;
    }
    bool well = copy_input(with, &writer) && done(with, larder_writer_finish(&writer, &stored, NULL, &with->error));
    larder_writer_drop(&writer);
    return well;
}

static bool put_for(streams *with, uint64_t seconds, const char *name, const char *text) {
    uint64_t ms = seconds > UINT64_MAX / 1000 ? UINT64_MAX : seconds * 1000;
    return done(with, larder_set_expiring(larder_text(name), larder_text(text), ms, &with->error));
}

static bool copy_output(streams *with, const larder_reader *reader) {
    uint64_t position = 0;
    while (position < larder_reader_size(reader)) {
        larder_bytes piece;
        if (!done(with, larder_reader_read(reader, position, PIECE_BYTES, &piece, &with->error))) {
            return false;
        }
        fwrite(piece.data, 1, piece.size, with->output);
        position += piece.size;
        larder_bytes_free(&piece);
    }
    return true;
}

static bool get(streams *with, const char *name) {
    larder_reader reader;
    bool found;
    if (!done(with, larder_open(larder_private(name), &reader, &found, &with->error))) {
        return false;
    }
    if (!found) {
        fprintf(with->errors, "there is no note \"%s\"\n", name);
        return false;
    }
    bool well = copy_output(with, &reader);
    larder_reader_close(&reader);
    return well;
}

static bool list(streams *with, const char *prefix) {
    larder_list names = larder_list_keys(larder_text(prefix));
    larder_slice name;
    while (larder_list_next(&names, &name, NULL)) {
        fwrite(name.data, 1, name.size, with->output);
        fputc('\n', with->output);
    }
    return done(with, larder_list_end(&names, &with->error));
}

static bool rm(streams *with, const char *name) { return done(with, larder_delete(larder_text(name), &with->error)); }

static bool clear(streams *with, const char *prefix) {
    uint64_t removed;
    if (!done(with, larder_delete_prefix(larder_text(prefix), &removed, &with->error))) {
        return false;
    }
    fprintf(with->output, "%" PRIu64 " removed\n", removed);
    return true;
}

static bool usage(streams *with) {
    larder_usage kept;
    if (!done(with, larder_get_usage(&kept, &with->error))) {
        return false;
    }
    fprintf(with->output, "%" PRIu64 " notes, %" PRIu64 " of %" PRIu64 " bytes\n", kept.keys, kept.bytes,
            kept.quota_bytes);
    return true;
}

/* A whole number of seconds, and nothing else. */
static bool parse_seconds(const char *word, uint64_t *seconds) {
    *seconds = 0;
    for (const char *digit = word; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || *seconds > (UINT64_MAX - 9) / 10) {
            return false;
        }
        *seconds = *seconds * 10 + (uint64_t)(*digit - '0');
    }
    return word[0] != '\0';
}

static bool run(int count, char **words, streams *with) {
    const char *command = count > 0 ? words[0] : "";
    uint64_t seconds;
    if (count == 3 && strcmp(command, "put") == 0) {
        return put(with, words[1], words[2]);
    }
    if (count == 2 && strcmp(command, "put") == 0) {
        return put_input(with, words[1]);
    }
    if (count == 4 && strcmp(command, "put-for") == 0 && parse_seconds(words[1], &seconds)) {
        return put_for(with, seconds, words[2], words[3]);
    }
    if (count == 2 && strcmp(command, "get") == 0) {
        return get(with, words[1]);
    }
    if ((count == 1 || count == 2) && strcmp(command, "list") == 0) {
        return list(with, count == 2 ? words[1] : "");
    }
    if (count == 2 && strcmp(command, "rm") == 0) {
        return rm(with, words[1]);
    }
    if (count == 2 && strcmp(command, "clear") == 0) {
        return clear(with, words[1]);
    }
    if (count == 1 && strcmp(command, "usage") == 0) {
        return usage(with);
    }
    fputs(NOTES_HELP, with->errors);
    return false;
}

int notes(int argc, char **argv, FILE *input, FILE *output, FILE *errors) {
    streams with = {.input = input, .output = output, .errors = errors};
    bool well = run(argc > 0 ? argc - 1 : 0, argv + 1, &with);
    if (fflush(output) != 0 || ferror(output)) {
        fputs("standard output cannot be written\n", errors);
        well = false;
    }
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
