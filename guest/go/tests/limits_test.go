package tests

import (
	"errors"
	"strings"
	"testing"
	"time"

	"guest/larder"
)

func TestThoseOfAHostThatSaysNothingElse(t *testing.T) {
	larder.NewFake()
	equal(t, larder.Limits(), larder.StoreLimits{
		KeyBytes: 1024, ValueBytes: 67108864, BatchItems: 1000, BatchBytes: 4194304, ChunkBytes: 1048576, OpenHandles: 16,
	})
}

func TestTheLongestKeyAndTheLargestValue(t *testing.T) {
	larder.NewFake()
	longest := strings.Repeat("k", 1024)
	put(t, longest, "v")
	refused(t, larder.Set(longest+"k", nil), larder.ErrKeyTooLong,
		"the key is too long: 1025 bytes where 1024 are allowed")
	largest := make([]byte, 64<<20)
	ok(t, larder.Set("k", largest))
	err := larder.Set("k", append(largest, 0))
	refused(t, err, larder.ErrValueTooLarge, "the value is too large: 67108865 bytes where 67108864 are allowed")
	var limit *larder.LimitError
	if !errors.As(err, &limit) {
		t.Fatal("the error has no numbers")
	}
	equal(t, *limit, larder.LimitError{
		Kind: larder.ErrValueTooLarge, Limit: 67108864, Actual: 67108865, Unit: larder.UnitBytes,
	})
}

func TestBytesAndKeysOfAStore(t *testing.T) {
	fake := larder.NewFake()
	fake.Limits.StoreBytes, fake.Limits.StoreKeys = 200, 2
	put(t, "a", strings.Repeat("x", 35))
	put(t, "b", strings.Repeat("x", 35))
	usage, err := larder.Usage()
	ok(t, err)
	equal(t, usage, larder.StoreUsage{Bytes: 200, Keys: 2, QuotaBytes: 200, QuotaKeys: 2})
	refused(t, larder.Set("b", make([]byte, 36)), larder.ErrQuotaExceeded,
		"the store would be too full: 201 bytes where 200 are allowed")
	put(t, "a", "")
	put(t, "b", "")
	refused(t, larder.Set("c", nil), larder.ErrQuotaExceeded,
		"the store would be too full: 3 items where 2 are allowed")
	fake.Limits.StoreBytes, fake.Limits.StoreKeys = 10, 0
	put(t, "a", "")
	ok(t, larder.Delete("a"))
}

func TestBytesOfAWorkspaceAreForBothStores(t *testing.T) {
	fake := larder.NewFake()
	fake.Limits.WorkspaceBytes = 300
	fake.Grant = larder.Grant{Write: true}
	ok(t, larder.Shared.Set("s", make([]byte, 35)))
	ok(t, larder.Set("p", make([]byte, 135)))
	refused(t, larder.Set("p", make([]byte, 136)), larder.ErrQuotaExceeded,
		"the store would be too full: 201 bytes where 200 are allowed")
	outcome, err := larder.Commit(nil, []larder.Change{
		{At: larder.At("p"), Action: larder.Put{Value: make([]byte, 35)}},
		{At: larder.SharedAt("s"), Action: larder.Put{Value: make([]byte, 135)}},
	})
	ok(t, err)
	equal(t, outcome.Committed, true)
}

func TestItemsAndBytesOfABatch(t *testing.T) {
	fake := larder.NewFake()
	fake.Limits.BatchItems, fake.Limits.BatchBytes = 2, 10
	_, err := larder.GetEntries(larder.At("a"), larder.At("b"), larder.At("c"))
	refused(t, err, larder.ErrBatchTooLarge, "too much for one call: 3 items where 2 are allowed")
	change := func(key string, action larder.Action) larder.Change {
		return larder.Change{At: larder.At(key), Action: action}
	}
	_, err = larder.Commit([]larder.Check{{At: larder.At("a"), Expect: larder.Absent()}},
		[]larder.Change{change("b", larder.Remove{}), change("c", larder.Remove{})})
	refused(t, err, larder.ErrBatchTooLarge, "too much for one call: 3 items where 2 are allowed")
	_, err = larder.Commit(nil, []larder.Change{
		change("a", larder.Put{Value: []byte("12345678")}), change("c", larder.Add{By: 1}),
	})
	ok(t, err)
	_, err = larder.Commit(nil, []larder.Change{
		change("a", larder.Put{Value: []byte("123456789")}), change("b", larder.Remove{}),
	})
	refused(t, err, larder.ErrBatchTooLarge, "too much for one call: 11 bytes where 10 are allowed")
	// A single value may be as large as a value may be.
	_, err = larder.Commit(nil, []larder.Change{change("a", larder.Put{Value: make([]byte, 99)})})
	ok(t, err)
	_, err = larder.GetEntries(larder.At("a"))
	ok(t, err)
	_, err = larder.GetEntries(larder.At("a"), larder.At("b"))
	refused(t, err, larder.ErrBatchTooLarge, "too much for one call: 99 bytes where 10 are allowed")
	page, err := larder.PageItems("", nil, 9)
	ok(t, err)
	equal(t, len(page.Items), 1)
}

func TestErrorsSayWhatTheyAre(t *testing.T) {
	throttled := &larder.ThrottledError{After: 250 * time.Millisecond}
	refused(t, throttled, larder.ErrThrottled, "too many calls: try again in 250 ms")
	refused(t, &larder.ConflictError{Tries: 3}, larder.ErrConflict, "others changed what the commit checks, 3 times")
	handles := &larder.LimitError{Kind: larder.ErrTooManyOpen, Unit: larder.UnitHandles, Limit: 16, Actual: 17}
	refused(t, handles, larder.ErrTooManyOpen,
		"too many readers and writers are open: 17 handles where 16 are allowed")
	equal(t, (&larder.OtherError{Reason: "no"}).Error(), "no")
	equal(t, larder.ErrDamaged.Error(), "the stored value is damaged")
	equal(t, larder.ErrOutcomeUnknown.Error(), "the outcome of the write is unknown")
	equal(t, larder.ErrNotACounter.Error(), "the value is not a counter, or the sum leaves its range")
}
