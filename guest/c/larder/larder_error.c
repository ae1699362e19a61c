#include "larder_types.h"

#include <inttypes.h>
#include <stdio.h>

static const char *unit_name(larder_unit unit) {
    switch (unit) {
    case LARDER_BYTES: return "bytes";
    case LARDER_ITEMS: return "items";
    case LARDER_HANDLES: return "handles";
    }
    return "";
}

static int excess(const larder_error *error, const char *what, char *buffer, size_t size) {
    return snprintf(buffer, size, "%s: %" PRIu64 " %s where %" PRIu64 " are allowed", what, error->actual,
                    unit_name(error->unit), error->limit);
}

static int message(const larder_error *error, char *buffer, size_t size) {
    switch (error->result) {
    case LARDER_OK: return snprintf(buffer, size, "no error");
    case LARDER_KEY_TOO_LONG: return excess(error, "the key is too long", buffer, size);
    case LARDER_VALUE_TOO_LARGE: return excess(error, "the value is too large", buffer, size);
    case LARDER_BATCH_TOO_LARGE: return excess(error, "too much for one call", buffer, size);
    case LARDER_QUOTA_EXCEEDED: return excess(error, "the store would be too full", buffer, size);
    case LARDER_TOO_MANY_OPEN: return excess(error, "too many readers and writers are open", buffer, size);
    case LARDER_NOT_A_COUNTER: return snprintf(buffer, size, "the value is not a counter, or the sum leaves its range");
    case LARDER_ACCESS_DENIED: return snprintf(buffer, size, "the host does not allow this plugin that access");
    case LARDER_THROTTLED:
        return snprintf(buffer, size, "too many calls: try again in %" PRIu32 " ms", error->retry_after_ms);
    case LARDER_DAMAGED: return snprintf(buffer, size, "the stored value is damaged");
    case LARDER_UNAVAILABLE: return snprintf(buffer, size, "the store is unavailable");
    case LARDER_OUTCOME_UNKNOWN: return snprintf(buffer, size, "the outcome of the write is unknown");
    case LARDER_OTHER: return snprintf(buffer, size, "%s", error->reason);
    }
    return snprintf(buffer, size, "an error without a name");
}

size_t larder_error_message(const larder_error *error, char *buffer, size_t size) {
    int length = message(error, buffer, size);
    return length < 0 ? 0 : (size_t)length;
}
