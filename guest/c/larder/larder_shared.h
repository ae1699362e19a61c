/*
 * The store that the plugins of a workspace share: the calls of larder_storage.h once more, with the same pointers to free and
 * the same results.
 *
 * Without a grant from the host every call but `larder_shared_get_limits` is LARDER_ACCESS_DENIED. A grant may be read-only,
 * and may be for a prefix alone: then a key or a listing outside it, and `larder_shared_get_usage`, are LARDER_ACCESS_DENIED,
 * never narrowed.
 */
#ifndef LARDER_SHARED_H
#define LARDER_SHARED_H

#include "larder_storage.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As `larder_set`. */
larder_result larder_shared_set(larder_slice key, larder_slice value, larder_error *error);

/* As `larder_set_expiring`. */
larder_result larder_shared_set_expiring(larder_slice key, larder_slice value, uint64_t expires_in_ms,
                                         larder_error *error);

/* As `larder_get`. */
larder_result larder_shared_get(larder_slice key, larder_bytes *value, bool *found, larder_error *error);

/* As `larder_delete`. */
larder_result larder_shared_delete(larder_slice key, larder_error *error);

/* As `larder_exists`. */
larder_result larder_shared_exists(larder_slice key, bool *exists, larder_error *error);

/* As `larder_keys`. */
larder_result larder_shared_keys(larder_slice prefix, const larder_slice *after, uint32_t most, larder_key_page *page,
                                 larder_error *error);

/* As `larder_items`. */
larder_result larder_shared_items(larder_slice prefix, const larder_slice *after, uint32_t most, larder_item_page *page,
                                  larder_error *error);

/* As `larder_delete_prefix`. */
larder_result larder_shared_delete_prefix(larder_slice prefix, uint64_t *removed, larder_error *error);

/* As `larder_get_usage`. */
larder_result larder_shared_get_usage(larder_usage *usage, larder_error *error);

/* As `larder_get_limits`; needs no grant. */
larder_limits larder_shared_get_limits(void);

#ifdef __cplusplus
}
#endif

#endif
