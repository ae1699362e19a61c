/* All that starts with a prefix, in byte order, whatever the size of a page. */
#ifndef LARDER_LIST_H
#define LARDER_LIST_H

#include "larder_shared.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A listing under way. It asks for a page when the one before is used up. Whoever begins one ends it:
 *
 *     larder_list list = larder_list_keys(larder_text("shop/"));
 *     larder_slice key;
 *     while (larder_list_next(&list, &key, NULL)) {
 *         printf("%s\n", key.data);
 *     }
 *     larder_result result = larder_list_end(&list, &error);
 *
 * The prefix must stay as it is until then. The fields are the listing's own.
 */
typedef struct larder_list {
    larder_result (*fetch_keys)(larder_slice, const larder_slice *, uint32_t, larder_key_page *, larder_error *);
    larder_result (*fetch_items)(larder_slice, const larder_slice *, uint32_t, larder_item_page *, larder_error *);
    larder_slice prefix;
    larder_key_page keys;
    larder_item_page items;
    size_t position;
    bool begun;
    larder_error error;
} larder_list;

/* Begins to list the keys of the plugin's own store; calls nobody yet. */
larder_list larder_list_keys(larder_slice prefix);

/* The same with the values. */
larder_list larder_list_items(larder_slice prefix);

/* The same in the shared store. */
larder_list larder_shared_list_keys(larder_slice prefix);
larder_list larder_shared_list_items(larder_slice prefix);

/*
 * Goes to the next key, and gives it and its value; `value` may be NULL, and is empty where the list is one of keys. Both
 * belong to the list, have a NUL after them, and are good until the next call with it. False at the end, and where a page
 * could not be had: `larder_list_end` says which.
 */
bool larder_list_next(larder_list *list, larder_slice *key, larder_slice *value);

/* Ends the list, at its end or before, frees what it holds, and says whether every page that was asked for could be had. */
larder_result larder_list_end(larder_list *list, larder_error *error);

#ifdef __cplusplus
}
#endif

#endif
