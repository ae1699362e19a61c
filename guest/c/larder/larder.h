/*
 * Larder in C11 and C++: a store for a plugin, which its host keeps.
 *
 *     larder_error error;
 *     if (larder_set(larder_text("todo"), larder_text("buy figs"), &error) != LARDER_OK) {
 *         char message[LARDER_REASON_BYTES];
 *         larder_error_message(&error, message, sizeof message);
 *         fprintf(stderr, "%s\n", message);
 *     }
 *
 * A plugin is linked with all the other .c files of this folder but larder_fake*.c, its unit tests with all but
 * larder_abi*.c. Where there is no memory for what a call gives, it ends the plugin, as `abort` does.
 */
#ifndef LARDER_H
#define LARDER_H

#include "larder_atomic.h"
#include "larder_list.h"
#include "larder_shared.h"
#include "larder_storage.h"
#include "larder_streams.h"
#include "larder_types.h"

#endif
