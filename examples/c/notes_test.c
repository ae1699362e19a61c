/* Runs the commands without a runtime: the store is the double in larder/larder_fake.h. */
#include "notes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "larder/larder_fake.h"

#define CHECK(holds)                                                                                                   \
    do {                                                                                                               \
        if (!(holds)) {                                                                                                \
            fprintf(stderr, "%s:%d: this does not hold: %s\n", __FILE__, __LINE__, #holds);                            \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

/* Whether the file has this text and no more; closes it. */
static bool is(FILE *file, const char *expected) {
    char text[1024];
    rewind(file);
    size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    return size == strlen(expected) && memcmp(text, expected, size) == 0;
}

/* Whether a command prints this, on standard output if it succeeds and on standard error if not. */
static bool runs(const char *command, int status, const char *expected) {
    char words[128];
    char *argv[8] = {"notes"};
    int argc = 1;
    snprintf(words, sizeof words, "%s", command);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    FILE *input = tmpfile(), *output = tmpfile(), *errors = tmpfile();
    CHECK(input != NULL && output != NULL && errors != NULL);
    fputs("from standard input", input);
    rewind(input);
    bool same = notes(argc, argv, input, output, errors) == status;
    fclose(input);
    same &= is(output, status == EXIT_SUCCESS ? expected : "");
    same &= is(errors, status == EXIT_SUCCESS ? "" : expected);
    return same && larder_fake_open_handles() == 0;
}

static void keeps_and_lists_notes(void) {
    larder_fake_reset();
    CHECK(runs("put shop/1 milk", 0, ""));
    CHECK(runs("put shop/2", 0, ""));
    CHECK(runs("put todo sleep", 0, ""));
    CHECK(runs("get shop/1", 0, "milk"));
    CHECK(runs("get shop/2", 0, "from standard input"));
    CHECK(runs("list", 0, "shop/1\nshop/2\ntodo\n"));
    CHECK(runs("list shop/", 0, "shop/1\nshop/2\n"));
    CHECK(runs("rm todo", 0, ""));
    CHECK(runs("get todo", 1, "there is no note \"todo\"\n"));
    CHECK(runs("clear shop/", 0, "2 removed\n"));
    CHECK(runs("usage", 0, "0 notes, 0 of 104857600 bytes\n"));
}

static void forgets_what_was_put_for_a_time(void) {
    larder_fake_reset();
    CHECK(runs("put-for 60 code 1234", 0, ""));
    larder_fake_advance(59999);
    CHECK(runs("get code", 0, "1234"));
    larder_fake_advance(1);
    CHECK(runs("list", 0, ""));
}

static void says_why_there_is_no_room(void) {
    larder_fake_reset();
    larder_fake_limits limits = larder_fake_get_limits();
    limits.store_bytes = 70;
    larder_fake_set_limits(limits);
    CHECK(runs("put n much-too-long", 1, "the store would be too full: 78 bytes where 70 are allowed\n"));
    CHECK(runs("put n", 1, "the store would be too full: 84 bytes where 70 are allowed\n"));
    CHECK(runs("list", 0, ""));
}

static void says_what_the_store_says(void) {
    const char *commands[] = {"put n x", "put n", "put-for 1 n x", "get n", "list", "rm n", "clear n", "usage"};
    larder_fake_reset();
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        larder_fake_fail_next_with(LARDER_UNAVAILABLE);
        CHECK(runs(commands[i], 1, "the store is unavailable\n"));
    }
}

static void shows_how_it_is_used(void) {
    const char *commands[] = {"", "dance", "put", "get", "get a b", "put-for soon n x", "put-for -1 n x", "usage n"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        CHECK(!runs(commands[i], 0, ""));
        CHECK(runs(commands[i], 1, NOTES_HELP));
    }
}

int main(void) {
    keeps_and_lists_notes();
    forgets_what_was_put_for_a_time();
    says_why_there_is_no_room();
    says_what_the_store_says();
    shows_how_it_is_used();
    larder_fake_reset();
    puts("all notes are kept");
    return 0;
}
