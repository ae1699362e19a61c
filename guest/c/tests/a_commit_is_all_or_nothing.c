/* A commit makes every change if every check holds; otherwise none. */
#include "check.h"

static larder_address at(const char *key) { return larder_private(key); }

static int64_t counter(const char *key) {
    int64_t count;
    CHECK(larder_get_counter(at(key), &count, NULL) == LARDER_OK);
    return count;
}

static void the_first_check_that_does_not_hold_is_named(void) {
    begin();
    set("there", "");
    larder_version now = version_of("there");
    larder_entry none = {0};
    const struct {
        larder_check check;
        bool holds;
    } cases[] = {
        {larder_check_present(at("there")), true},           {larder_check_absent(at("there")), false},
        {larder_check_version(at("there"), now), true},      {larder_check_version(at("there"), now + 1), false},
        {larder_check_present(at("missing")), false},        {larder_check_absent(at("missing")), true},
        {larder_check_version(at("missing"), now), false},   {larder_check_unchanged(at("missing"), &none), true},
        {larder_check_unchanged(at("there"), &none), false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        larder_check checks[] = {larder_check_present(at("there")), cases[i].check, larder_check_absent(at("there"))};
        larder_change change = larder_change_set(at("written"), text(""));
        larder_outcome outcome;
        CHECK(larder_commit(checks, 3, &change, 1, &outcome, NULL) == LARDER_OK);
        CHECK(!outcome.committed && outcome.conflict == (cases[i].holds ? 2 : 1));
        CHECK(!holds("written"));
        CHECK(larder_commit(&cases[i].check, 1, NULL, 0, &outcome, NULL) == LARDER_OK);
        CHECK(outcome.committed == cases[i].holds);
    }
}

static void checks_see_the_state_before_and_changes_apply_in_order(void) {
    begin();
    larder_check check = larder_check_absent(at("k"));
    larder_change changes[] = {
        larder_change_set(at("k"), text("one")), larder_change_add(at("n"), 2),
        larder_change_add(at("n"), 3),           larder_change_set(at("k"), text("two")),
        larder_change_set(at("gone"), text("")), larder_change_delete(at("gone")),
    };
    larder_outcome outcome;
    CHECK(larder_commit(&check, 1, changes, 6, &outcome, NULL) == LARDER_OK && outcome.committed);
    CHECK(has("k", "two") && counter("n") == 5 && !holds("gone"));
    CHECK(version_of("k") == outcome.version && version_of("n") == outcome.version);
    CHECK(usage().keys == 2 && usage().bytes == 64 + 1 + 3 + 64 + 1 + 8);
}

static void a_change_that_is_refused_takes_the_others_with_it(void) {
    begin();
    set("text", "not a counter");
    larder_change changes[] = {larder_change_set(at("new"), text("")), larder_change_delete(at("text")),
                               larder_change_add(larder_shared("n"), 1)};
    larder_outcome outcome;
    REFUSED(larder_commit(NULL, 0, changes, 3, &outcome, &error), LARDER_ACCESS_DENIED);
    changes[2] = larder_change_add(at("n"), INT64_MAX);
    larder_change more[] = {changes[0], changes[1], changes[2], larder_change_add(at("n"), 1)};
    REFUSED(larder_commit(NULL, 0, more, 4, &outcome, &error), LARDER_NOT_A_COUNTER);
    CHECK(!outcome.committed && has("text", "not a counter") && usage().keys == 1);
}

static void a_counter_keeps_to_its_range(void) {
    begin();
    int64_t sum;
    CHECK(counter("n") == 0);
    CHECK(larder_increment(at("n"), INT64_MAX, &sum, NULL) == LARDER_OK && sum == INT64_MAX);
    REFUSED(larder_increment(at("n"), 1, &sum, &error), LARDER_NOT_A_COUNTER);
    CHECK(larder_increment(at("n"), INT64_MIN, &sum, NULL) == LARDER_OK && sum == -1);
    REFUSED(larder_increment(at("n"), INT64_MIN, NULL, &error), LARDER_NOT_A_COUNTER);
    CHECK(has("n", "\xff\xff\xff\xff\xff\xff\xff\xff") && counter("n") == -1);
    set("text", "seven..");
    REFUSED(larder_increment(at("text"), 0, &sum, &error), LARDER_NOT_A_COUNTER);
    REFUSED(larder_get_counter(at("text"), &sum, &error), LARDER_NOT_A_COUNTER);
    CHECK(sum == 0);
}

static void both_stores_are_changed_together(void) {
    begin();
    larder_fake_grant_shared(LARDER_FAKE_WRITE, "");
    set("k", "moved");
    larder_change changes[] = {larder_change_delete(at("k")), larder_change_set(larder_shared("k"), text("moved"))};
    larder_outcome outcome;
    CHECK(larder_commit(NULL, 0, changes, 2, &outcome, NULL) == LARDER_OK && outcome.committed);
    larder_address both[] = {at("k"), larder_shared("k")};
    larder_entry entries[2];
    CHECK(larder_get_many(both, 2, entries, NULL) == LARDER_OK);
    CHECK(!entries[0].found && entries[1].found && strcmp(entries[1].value.data, "moved") == 0);
    CHECK(entries[1].version == outcome.version && !entries[1].expires);
    larder_entry_free(&entries[0]);
    larder_entry_free(&entries[1]);
}

static void from_elsewhere(void *key) { set(key, "from elsewhere"); }

static void what_others_do_meanwhile_is_a_conflict(void) {
    begin();
    larder_entry before;
    larder_outcome outcome;
    CHECK(larder_get_entry(at("k"), &before, NULL) == LARDER_OK && !before.found);
    char key[] = "k";
    larder_fake_before_next_commit(from_elsewhere, key);
    larder_check unchanged = larder_check_unchanged(at("k"), &before);
    CHECK(larder_set_if(unchanged, text("mine"), &outcome, NULL) == LARDER_OK && !outcome.committed);
    CHECK(has("k", "from elsewhere"));
    CHECK(larder_get_entry(at("k"), &before, NULL) == LARDER_OK && before.found);
    unchanged = larder_check_unchanged(at("k"), &before);
    CHECK(larder_set_if(unchanged, text("mine"), &outcome, NULL) == LARDER_OK && outcome.committed);
    CHECK(has("k", "mine"));
    larder_entry_free(&before);
}

int main(void) {
    the_first_check_that_does_not_hold_is_named();
    checks_see_the_state_before_and_changes_apply_in_order();
    a_change_that_is_refused_takes_the_others_with_it();
    a_counter_keeps_to_its_range();
    both_stores_are_changed_together();
    what_others_do_meanwhile_is_a_conflict();
    begin();
    return 0;
}
