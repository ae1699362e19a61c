package tests

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"guest/larder"
)

func entry(t *testing.T, key string) *larder.Entry {
	t.Helper()
	entry, err := larder.GetEntry(larder.At(key))
	ok(t, err)
	return entry
}

func TestACommitIsAllOrNothing(t *testing.T) {
	larder.NewFake()
	put(t, "a", "1")
	change := func(key string, action larder.Action) larder.Change {
		return larder.Change{At: larder.At(key), Action: action}
	}
	changes := []larder.Change{
		change("b", larder.Put{Value: []byte("2")}),
		change("c", larder.PutExpiring{Value: []byte("3"), ExpiresIn: time.Second}),
		change("n", larder.Add{By: 5}),
		change("n", larder.Add{By: -7}),
		change("a", larder.Remove{}),
	}
	checks := []larder.Check{
		{At: larder.At("a"), Expect: larder.Present()},
		{At: larder.At("b"), Expect: larder.Absent()},
		{At: larder.At("a"), Expect: larder.Unchanged(12345)},
	}
	outcome, err := larder.Commit(checks, changes)
	ok(t, err)
	equal(t, outcome, larder.Outcome{Conflict: 2})
	equal(t, keys(t, larder.Private, ""), `["a"]`)

	checks[2].Expect = larder.AsRead(entry(t, "a"))
	outcome, err = larder.Commit(checks, changes)
	ok(t, err)
	equal(t, outcome.Committed, true)
	equal(t, keys(t, larder.Private, ""), `["b" "c" "n"]`)
	for _, key := range []string{"b", "c", "n"} {
		equal(t, entry(t, key).Version, outcome.Version)
	}
	count, err := larder.Counter(larder.At("n"))
	ok(t, err)
	equal(t, count, -2)

	// One change that fails: none is made.
	_, err = larder.Commit(nil, []larder.Change{change("d", larder.Put{}), change("b", larder.Add{By: 1})})
	refused(t, err, larder.ErrNotACounter, larder.ErrNotACounter.Error())
	equal(t, have(t, "d"), "none")
}

func TestACheckOrChangeOfNothingIsRefused(t *testing.T) {
	larder.NewFake()
	_, err := larder.Commit([]larder.Check{{At: larder.At("k")}}, nil)
	equal(t, fmt.Sprint(err), "larder: a check expects nothing")
	for _, action := range []larder.Action{nil, &larder.Put{}} {
		_, err = larder.Commit(nil, []larder.Change{{At: larder.At("k"), Action: action}})
		equal(t, fmt.Sprint(err), "larder: a change has no action, or a pointer to one")
	}
}

func TestOnlyIfAbsentOrAsRead(t *testing.T) {
	larder.NewFake()
	for _, want := range []bool{true, false} {
		is, err := larder.SetIfAbsent(larder.At("owner"), []byte("ada"))
		ok(t, err)
		equal(t, is, want)
	}
	before := entry(t, "owner")
	put(t, "owner", "eve")
	outcome, err := larder.SetIf(larder.At("owner"), larder.AsRead(before), []byte("bob"))
	ok(t, err)
	equal(t, outcome.Committed, false)
	// What was removed and written again is not unchanged.
	before = entry(t, "owner")
	ok(t, larder.Delete("owner"))
	put(t, "owner", "eve")
	outcome, err = larder.SetIf(larder.At("owner"), larder.AsRead(before), []byte("bob"))
	ok(t, err)
	equal(t, outcome.Committed, false)
	equal(t, larder.AsRead(nil), larder.Absent())
}

func TestSeveralAreReadInTheOrderAsked(t *testing.T) {
	fake := larder.NewFake()
	fake.Grant = larder.Grant{Read: true, Write: true}
	put(t, "min", "3")
	ok(t, larder.Shared.Set("max", []byte("7")))
	entries, err := larder.GetEntries(larder.SharedAt("max"), larder.At("none"), larder.At("min"))
	ok(t, err)
	equal(t, string(entries[0].Value), "7")
	equal(t, entries[1], nil)
	equal(t, string(entries[2].Value), "3")
}

func TestCountersKeepTheirExpiryAndTheirRange(t *testing.T) {
	fake := larder.NewFake()
	at := larder.At("n")
	for _, by := range []int64{math.MaxInt64, math.MinInt64, 1, -3} {
		_, err := larder.Increment(at, by)
		ok(t, err)
	}
	count, err := larder.Counter(at)
	ok(t, err)
	equal(t, count, -3)
	_, err = larder.Increment(at, math.MinInt64)
	refused(t, err, larder.ErrNotACounter, larder.ErrNotACounter.Error())
	ok(t, larder.SetExpiring("n", make([]byte, 8), time.Second))
	_, err = larder.Increment(at, 1)
	ok(t, err)
	fake.Advance(time.Second)
	equal(t, have(t, "n"), "none")
}

func TestRetryReadsAgainAndGivesUp(t *testing.T) {
	fake := larder.NewFake()
	appendLine := func(line string) func() (larder.Outcome, error) {
		return func() (larder.Outcome, error) {
			before := entry(t, "log")
			var text []byte
			if before != nil {
				text = before.Value
			}
			return larder.SetIf(larder.At("log"), larder.AsRead(before), append(text, line...))
		}
	}
	fake.BeforeNextCommit(func() { put(t, "log", "theirs ") })
	version, err := larder.Retry(2, appendLine("mine"))
	ok(t, err)
	equal(t, have(t, "log"), "theirs mine")
	equal(t, version, entry(t, "log").Version)

	fake.BeforeNextCommit(func() { put(t, "log", "theirs ") })
	_, err = larder.Retry(0, appendLine("mine"))
	refused(t, err, larder.ErrConflict, "others changed what the commit checks, 1 times")
	failed := errors.New("mine")
	tries := 0
	_, err = larder.Retry(9, func() (larder.Outcome, error) { tries++; return larder.Outcome{}, failed })
	equal(t, err, failed)
	equal(t, tries, 1)
}
