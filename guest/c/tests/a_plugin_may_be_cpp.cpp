// The headers are C++ too, and link with the C files.
#include "check.h"

int main() {
    larder_error error;
    CHECK(larder_set(larder_text("k"), larder_text("from C++"), &error) == LARDER_OK);
    larder_change change = larder_change_add(larder_private("n"), 2);
    larder_outcome outcome;
    CHECK(larder_commit(nullptr, 0, &change, 1, &outcome, nullptr) == LARDER_OK && outcome.committed);
    CHECK(has("k", "from C++") && usage().keys == 2);
    larder_fake_reset();
    return 0;
}
