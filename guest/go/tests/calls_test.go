// Package tests has what the bindings and their fake promise.
package tests

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"guest/larder"
)

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func put(t *testing.T, key, value string) {
	t.Helper()
	ok(t, larder.Set(key, []byte(value)))
}

// have is what is there, or "none".
func have(t *testing.T, key string) string {
	t.Helper()
	value, found, err := larder.Get(key)
	ok(t, err)
	if !found {
		return "none"
	}
	return string(value)
}

// refused checks the kind of an error, and its text.
func refused(t *testing.T, err, kind error, text string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("got %v, want %v", err, kind)
	}
	equal(t, err.Error(), text)
}

func keys(t *testing.T, store *larder.Store, prefix string) string {
	t.Helper()
	var all []string
	for key, err := range store.Keys(prefix) {
		ok(t, err)
		all = append(all, key)
	}
	return fmt.Sprintf("%q", all)
}

func TestValuesAreKeptReplacedAndRemoved(t *testing.T) {
	larder.NewFake()
	equal(t, have(t, "k"), "none")
	put(t, "k", "one")
	put(t, "k", "two")
	put(t, "", "at the empty key")
	put(t, "empty", "")
	equal(t, have(t, "k"), "two")
	equal(t, have(t, ""), "at the empty key")
	equal(t, have(t, "empty"), "")
	value, _, _ := larder.Get("empty")
	if value == nil {
		t.Error("an empty value is nil")
	}
	for key, want := range map[string]bool{"empty": true, "none": false} {
		is, err := larder.Exists(key)
		ok(t, err)
		equal(t, is, want)
	}
	ok(t, larder.Delete("k"))
	ok(t, larder.Delete("k"))
	equal(t, have(t, "k"), "none")
}

func TestWhatIsGivenOutIsTheCallersOwn(t *testing.T) {
	larder.NewFake()
	mine := []byte("abc")
	ok(t, larder.Set("k", mine))
	mine[0] = 'x'
	value, _, err := larder.Get("k")
	ok(t, err)
	value[1] = 'x'
	equal(t, have(t, "k"), "abc")
}

func TestListingIsInByteOrderAndPageByPage(t *testing.T) {
	fake := larder.NewFake()
	for _, key := range []string{"b", "a/2", "a/10", "a/1", "A", "é", "a"} {
		put(t, key, "of "+key)
	}
	fake.Limits.BatchItems = 2
	equal(t, keys(t, larder.Private, ""), `["A" "a" "a/1" "a/10" "a/2" "b" "é"]`)
	equal(t, keys(t, larder.Private, "a/"), `["a/1" "a/10" "a/2"]`)
	equal(t, keys(t, larder.Private, "none"), `[]`)
	var items []string
	for item, err := range larder.Items("a/") {
		ok(t, err)
		items = append(items, item.Key+"="+string(item.Value))
	}
	equal(t, fmt.Sprint(items), "[a/1=of a/1 a/10=of a/10 a/2=of a/2]")
	for most, want := range map[uint32]int{0: 1, 1: 1, 2: 2, 3: 2} {
		page, err := larder.PageKeys("a/", nil, most)
		ok(t, err)
		equal(t, len(page.Keys), want)
		equal(t, *page.Next, page.Keys[want-1])
	}
	after := "a/10"
	page, err := larder.PageItems("a/", &after, 9)
	ok(t, err)
	equal(t, len(page.Items), 1)
	equal(t, page.Next, nil)
}

func TestAnIteratorStopsAtAnError(t *testing.T) {
	fake := larder.NewFake()
	fake.Limits.BatchItems = 1
	put(t, "a", "")
	put(t, "b", "")
	var met []string
	for key, err := range larder.Keys("") {
		met = append(met, fmt.Sprint(key, err))
		if err == nil {
			fake.FailNext(larder.ErrUnavailable)
		}
	}
	equal(t, fmt.Sprint(met), "[a<nil> the store is unavailable]")
}

func TestAPrefixIsRemovedAtOnce(t *testing.T) {
	fake := larder.NewFake()
	fake.Limits.DeletePrefixKeys = 2
	for _, key := range []string{"a1", "a2", "b1", "b2", "b3"} {
		put(t, key, "")
	}
	_, err := larder.DeletePrefix("b")
	refused(t, err, larder.ErrBatchTooLarge, "too much for one call: 3 items where 2 are allowed")
	for _, want := range []uint64{2, 0} {
		removed, err := larder.DeletePrefix("a")
		ok(t, err)
		equal(t, removed, want)
	}
	removed, err := larder.DeletePrefix("")
	ok(t, err)
	equal(t, removed, 3)
}

func TestWhatHasExpiredIsNotThere(t *testing.T) {
	fake := larder.NewFake()
	ok(t, larder.SetExpiring("k", []byte("v"), 1500*time.Microsecond))
	entry, err := larder.GetEntry(larder.At("k"))
	ok(t, err)
	equal(t, entry.Expires, true)
	equal(t, entry.ExpiresIn, time.Millisecond)
	fake.Advance(time.Millisecond)
	equal(t, have(t, "k"), "none")
	usage, err := larder.Usage()
	ok(t, err)
	equal(t, usage, larder.StoreUsage{QuotaBytes: 104857600, QuotaKeys: 1000000})
	for _, at := range []time.Duration{0, -time.Second} {
		put(t, "k", "stays")
		ok(t, larder.SetExpiring("k", []byte("gone"), at))
		equal(t, have(t, "k"), "none")
	}
	ok(t, larder.SetExpiring("k", []byte("v"), time.Second))
	put(t, "k", "stays")
	fake.Advance(time.Hour)
	equal(t, have(t, "k"), "stays")
}

func TestTheSharedStoreNeedsAGrant(t *testing.T) {
	fake := larder.NewFake()
	denied := func(err error) {
		t.Helper()
		refused(t, err, larder.ErrAccessDenied, "the host does not allow this plugin that access")
	}
	denied(larder.Shared.Set("board/today", nil))
	fake.Grant = larder.Grant{Write: true, Prefix: "board/"}
	ok(t, larder.Shared.Set("board/today", []byte("soup")))
	equal(t, keys(t, larder.Shared, "board/"), `["board/today"]`)
	equal(t, keys(t, larder.Private, ""), `[]`)
	_, _, err := larder.Shared.Get("till")
	denied(err)
	_, err = larder.Shared.PageKeys("", nil, 9)
	denied(err)
	_, err = larder.Shared.Usage()
	denied(err)
	fake.Grant = larder.Grant{Read: true}
	_, err = larder.Shared.Usage()
	ok(t, err)
	denied(larder.Shared.Delete("board/today"))
	_, err = larder.Create(larder.SharedAt("board/today"))
	denied(err)
	_, found, err := larder.Open(larder.SharedAt("board/today"))
	ok(t, err)
	equal(t, found, true)
}

func TestAKeyThatIsNotTextIsRefused(t *testing.T) {
	larder.NewFake()
	bad := "\xff"
	errs := make([]error, 9)
	errs[0] = larder.Set(bad, nil)
	_, _, errs[1] = larder.Get(bad)
	_, errs[2] = larder.PageKeys("", &bad, 1)
	_, errs[3] = larder.DeletePrefix(bad)
	_, errs[4] = larder.GetEntries(larder.At(bad))
	_, errs[5] = larder.Commit(nil, []larder.Change{{At: larder.At(bad), Action: larder.Remove{}}})
	_, errs[6] = larder.Increment(larder.At(bad), 1)
	_, _, errs[7] = larder.Open(larder.At(bad))
	_, errs[8] = larder.Create(larder.At(bad))
	for _, err := range errs {
		refused(t, err, larder.ErrNotUTF8, "the key is not valid UTF-8")
	}
}
