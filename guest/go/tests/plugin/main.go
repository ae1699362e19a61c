//go:build wasip1

// Command plugin makes every call of the interface, in a host: what the fake cannot check is how strings, lists and variants
// cross to the host and back, and that the garbage collector leaves them alone meanwhile. It is built as the example notes
// is, and run with `larder run --shared write --quota 150MiB plugin.wasm`; it says "ok", or panics.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"guest/larder"
)

func main() {
	debug.SetGCPercent(1)
	for _, part := range []func(){values, listings, refusals, commits, counters, largeValues, streams, manyGoroutines} {
		_, err := larder.DeletePrefix("")
		ok(err)
		_, err = larder.Shared.DeletePrefix("")
		ok(err)
		part()
	}
	fmt.Println("ok")
}

func ok(err error) {
	if err != nil {
		panic(err)
	}
}

func equal[T comparable](got, want T) {
	if got != want {
		panic(fmt.Sprintf("got %v, want %v", got, want))
	}
}

func refused(err error, text string) {
	if err == nil {
		panic("not refused: " + text)
	}
	equal(err.Error(), text)
}

func values() {
	for _, store := range []*larder.Store{larder.Private, larder.Shared} {
		for _, key := range []string{"k", "", "é\x00/../", strings.Repeat("k", 1024)} {
			for _, value := range [][]byte{[]byte("v"), {}, nil, {0, 255, 0}, bytes.Repeat([]byte("x"), 100_000)} {
				ok(store.Set(key, value))
				got, found, err := store.Get(key)
				ok(err)
				equal(found, true)
				equal(string(got), string(value))
			}
			is, err := store.Exists(key)
			ok(err)
			equal(is, true)
			ok(store.Delete(key))
			_, found, err := store.Get(key)
			ok(err)
			equal(found, false)
		}
		ok(store.SetExpiring("k", []byte("v"), time.Hour))
		usage, err := store.Usage()
		ok(err)
		equal(usage.Bytes, 66)
		equal(usage.Keys, 1)
		equal(usage.QuotaKeys, 1_000_000)
		equal(store.Limits(), larder.StoreLimits{
			KeyBytes: 1024, ValueBytes: 64 << 20, BatchItems: 1000, BatchBytes: 4 << 20, ChunkBytes: 1 << 20, OpenHandles: 16,
		})
	}
	entry, err := larder.GetEntry(larder.SharedAt("k"))
	ok(err)
	equal(string(entry.Value), "v")
	equal(entry.Expires && entry.ExpiresIn > 59*time.Minute && entry.ExpiresIn <= time.Hour, true)
	ok(larder.SetExpiring("k", nil, 0))
	entry, err = larder.GetEntry(larder.At("k"))
	ok(err)
	equal(entry, nil)
	for i := range 20_000 {
		_, _, err := larder.Get(fmt.Sprint("none", i))
		ok(err)
	}
}

func listings() {
	const count = 2500
	for number := range count {
		if number%500 == 0 {
			changes := make([]larder.Change, 500)
			for i := range changes {
				at := larder.At(fmt.Sprintf("n/%04d", number+i))
				changes[i] = larder.Change{At: at, Action: larder.Put{Value: []byte(at.Key)}}
			}
			outcome, err := larder.Commit(nil, changes)
			ok(err)
			equal(outcome.Committed, true)
		}
	}
	met := 0
	for key, err := range larder.Keys("n/") {
		ok(err)
		equal(key, fmt.Sprintf("n/%04d", met))
		met++
	}
	equal(met, count)
	for item, err := range larder.Items("n/1") {
		ok(err)
		equal(string(item.Value), item.Key)
		met++
	}
	equal(met, count+1000)
	after := "n/0009"
	page, err := larder.PageItems("n/", &after, 2)
	ok(err)
	equal(page.Items[1].Key, "n/0011")
	equal(*page.Next, "n/0011")
	keys, err := larder.PageKeys("n/2499", nil, 0)
	ok(err)
	equal(len(keys.Keys), 1)
	equal(keys.Next, nil)
	none, err := larder.PageKeys("none", nil, 9)
	ok(err)
	equal(len(none.Keys), 0)
	removed, err := larder.DeletePrefix("n/")
	ok(err)
	equal(removed, count)
}

func refusals() {
	refused(larder.Set(strings.Repeat("k", 1025), nil), "the key is too long: 1025 bytes where 1024 are allowed")
	refused(larder.Set("k", make([]byte, 64<<20+1)),
		"the value is too large: 67108865 bytes where 67108864 are allowed")
	_, err := larder.Commit(nil, make([]larder.Change, 1001))
	refused(err, "larder: a change has no action, or a pointer to one")
	changes := make([]larder.Change, 1001)
	for i := range changes {
		changes[i] = larder.Change{At: larder.At("k"), Action: larder.Remove{}}
	}
	_, err = larder.Commit(nil, changes)
	refused(err, "too much for one call: 1001 items where 1000 are allowed")
	_, err = larder.GetEntries(make([]larder.Address, 1001)...)
	refused(err, "too much for one call: 1001 items where 1000 are allowed")
	ok(larder.Set("large", make([]byte, 64<<20)))
	ok(larder.Set("larger", make([]byte, 64<<20)))
	err = larder.Set("largest", make([]byte, 64<<20))
	var limit *larder.LimitError
	equal(errors.As(err, &limit) && limit.Kind == larder.ErrQuotaExceeded && limit.Unit == larder.UnitBytes, true)
	equal(limit.Limit, 150<<20)
	equal(limit.Actual, 3*(64<<20+64)+uint64(len("largelargerlargest")))
	var readers []*larder.Reader
	for range 16 {
		reader, _, err := larder.Open(larder.At("large"))
		ok(err)
		readers = append(readers, reader)
	}
	_, err = larder.Create(larder.At("k"))
	refused(err, "too many readers and writers are open: 17 handles where 16 are allowed")
	for _, reader := range readers {
		ok(reader.Close())
	}
}

func commits() {
	ok(larder.Set("a", []byte("1")))
	before, err := larder.GetEntry(larder.At("a"))
	ok(err)
	checks := []larder.Check{
		{At: larder.At("a"), Expect: larder.AsRead(before)},
		{At: larder.SharedAt("b"), Expect: larder.Absent()},
		{At: larder.At("a"), Expect: larder.Present()},
	}
	changes := []larder.Change{
		{At: larder.SharedAt("b"), Action: larder.Put{Value: []byte("two")}},
		{At: larder.At("c"), Action: larder.PutExpiring{Value: []byte("three"), ExpiresIn: time.Minute}},
		{At: larder.At("n"), Action: larder.Add{By: -5}},
		{At: larder.At("empty"), Action: larder.Put{}},
		{At: larder.At("a"), Action: larder.Remove{}},
	}
	outcome, err := larder.Commit(checks, changes)
	ok(err)
	equal(outcome.Committed, true)
	again, err := larder.Commit(checks, changes)
	ok(err)
	equal(again, larder.Outcome{Conflict: 0})
	again, err = larder.Commit(checks[1:], changes)
	ok(err)
	equal(again, larder.Outcome{Conflict: 0})
	again, err = larder.Commit([]larder.Check{{At: larder.At("a"), Expect: larder.Absent()}, checks[1]}, nil)
	ok(err)
	equal(again, larder.Outcome{Conflict: 1})
	entries, err := larder.GetEntries(
		larder.At("a"), larder.SharedAt("b"), larder.At("c"), larder.At("n"), larder.At("empty"))
	ok(err)
	equal(entries[0], nil)
	equal(string(entries[1].Value), "two")
	equal(entries[1].Expires, false)
	equal(entries[2].Expires && entries[2].ExpiresIn > 50*time.Second, true)
	count, err := entries[3].Counter()
	ok(err)
	equal(count, -5)
	equal(len(entries[4].Value), 0)
	for _, entry := range entries[1:] {
		equal(entry.Version, outcome.Version)
	}
	none, err := larder.GetEntries()
	ok(err)
	equal(len(none), 0)
	version, err := larder.Retry(3, func() (larder.Outcome, error) {
		return larder.SetIf(larder.At("n"), larder.Unchanged(outcome.Version), bytes.Repeat([]byte("x"), 5<<20))
	})
	ok(err)
	equal(version != outcome.Version, true)
}

func counters() {
	at := larder.SharedAt("n")
	for _, by := range []int64{math.MaxInt64, math.MinInt64, 1, -3} {
		_, err := larder.Increment(at, by)
		ok(err)
	}
	sum, err := larder.Counter(at)
	ok(err)
	equal(sum, -3)
	_, err = larder.Increment(at, math.MinInt64)
	refused(err, "the value is not a counter, or the sum leaves its range")
}

// As many as do not fit in 256 MiB if one of them is kept.
func largeValues() {
	value := make([]byte, 64<<20)
	for i := range 8 {
		value[len(value)-1] = byte(i)
		ok(larder.Set("large", value))
	}
	value = nil
	for range 8 {
		got, _, err := larder.Get("large")
		ok(err)
		equal(got[len(got)-1], 7)
		page, err := larder.PageItems("", nil, 9)
		ok(err)
		equal(len(page.Items[0].Value), len(got))
	}
}

func streams() {
	piece := bytes.Repeat([]byte("0123456789abcdef"), 1<<14)
	writer, err := larder.CreateWith(larder.At("s"), larder.CreateOptions{OnlyIf: larder.Absent(), ExpiresIn: time.Hour})
	ok(err)
	for range 40 {
		_, err := writer.Write(piece)
		ok(err)
	}
	_, err = io.Copy(writer, strings.NewReader("the end"))
	ok(err)
	version, stored, err := writer.Finish()
	ok(err)
	equal(stored, true)
	for _, expect := range []larder.Expectation{larder.Absent(), larder.Unchanged(version + 1)} {
		writer, err = larder.CreateWith(larder.At("s"), larder.CreateOptions{OnlyIf: expect})
		ok(err)
		_, stored, err = writer.Finish()
		ok(err)
		equal(stored, false)
	}
	_, found, err := larder.Open(larder.At("none"))
	ok(err)
	equal(found, false)
	reader, found, err := larder.Open(larder.At("s"))
	ok(err)
	equal(found, true)
	equal(reader.Version(), version)
	equal(reader.Size(), int64(40*len(piece)+7))
	ok(larder.Delete("s"))
	all, err := io.ReadAll(reader)
	ok(err)
	equal(string(all[:len(piece)]), string(piece))
	equal(string(all[40*len(piece):]), "the end")
	large := make([]byte, 3<<20)
	_, err = reader.ReadAt(large, 16)
	ok(err)
	equal(string(large[:16]), "0123456789abcdef")
	count, err := reader.ReadAt(large, reader.Size()-3)
	equal(count, 3)
	equal(err, io.EOF)
	ok(reader.Close())
	writer, err = larder.Create(larder.SharedAt("s"))
	ok(err)
	_, err = writer.Write(piece)
	ok(err)
	ok(writer.Close())
	is, err := larder.Shared.Exists("s")
	ok(err)
	equal(is, false)
}

// Calls of several goroutines do not mix, whatever is collected meanwhile.
func manyGoroutines() {
	var all sync.WaitGroup
	for number := range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			at := larder.At(fmt.Sprint("g", number))
			for round := range 50 {
				value := bytes.Repeat([]byte{byte('a' + number)}, 1000*(round+1))
				ok(larder.Set(at.Key, value))
				got, _, err := larder.Get(at.Key)
				ok(err)
				equal(string(got), string(value))
				page, err := larder.PageItems(at.Key, nil, 1)
				ok(err)
				equal(string(page.Items[0].Value), string(value))
				entries, err := larder.GetEntries(at, larder.At("none"), at)
				ok(err)
				equal(string(entries[2].Value), string(value))
			}
		}()
	}
	all.Wait()
}
