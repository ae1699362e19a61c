/* Stores 100 bytes, and gets them as often as the command line says. */
#include <stdlib.h>

#include "larder/larder.h"

int main(int argc, char **argv) {
    char value[100];
    long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    memset(value, 'v', sizeof value);
    if (larder_set(larder_text("k"), larder_slice_of(value, sizeof value), NULL) != LARDER_OK) {
        return EXIT_FAILURE;
    }
    for (long i = 0; i < count; i++) {
        larder_bytes got;
        bool found;
        if (larder_get(larder_text("k"), &got, &found, NULL) != LARDER_OK || !found || got.size != sizeof value) {
            return EXIT_FAILURE;
        }
        larder_bytes_free(&got);
    }
    return EXIT_SUCCESS;
}
