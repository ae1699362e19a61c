#include "larder_types.h"

#include <stdlib.h>

/* What is of size 0 was never allocated. */
void larder_bytes_free(larder_bytes *bytes) {
    if (bytes->size > 0) {
        free(bytes->data);
    }
    bytes->data = NULL;
    bytes->size = 0;
}

/* How many bytes follow a first one, or -1 where no character begins with it; `least` is the least code point they may give. */
static int bytes_after(unsigned char first, uint32_t *point, uint32_t *least) {
    static const uint32_t LEAST[] = {0, 0x80, 0x800, 0x10000};
    int count = first < 0x80 ? 0 : first >> 5 == 0x06 ? 1 : first >> 4 == 0x0e ? 2 : first >> 3 == 0x1e ? 3 : -1;
    if (count >= 0) {
        *point = count == 0 ? first : first & (0x3fu >> count);
        *least = LEAST[count];
    }
    return count;
}

bool larder_is_utf8(larder_slice bytes) {
    size_t position = 0;
    while (position < bytes.size) {
        uint32_t point = 0;
        uint32_t least = 0;
        int after = bytes_after((unsigned char)bytes.data[position++], &point, &least);
        if (after < 0 || (size_t)after > bytes.size - position) {
            return false;
        }
        for (; after > 0; after--) {
            unsigned char next = (unsigned char)bytes.data[position++];
            if (next >> 6 != 0x02) {
                return false;
            }
            point = point << 6 | (next & 0x3fu);
        }
        if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
            return false;
        }
    }
    return true;
}
