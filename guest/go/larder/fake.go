//go:build !wasip1

package larder

import (
	"math"
	"strings"
	"sync"
	"time"
)

// A Fake is a host for unit tests: two stores in memory, with the rules and the limits of the interface. It keeps nothing on
// a disk and throttles nobody. Its clock stands still. There is one at a time, for all of the process: a test begins with
// [NewFake], and does not run in parallel with another one that uses a store.
//
// What is exported of it is set between calls, not during one.
type Fake struct {
	// Limits are the limits and quotas.
	Limits FakeLimits
	// Grant is what the plugin may do with the shared store; nothing in the beginning.
	Grant Grant

	lock         sync.Mutex
	stores       [2]map[string]fakeValue
	heldBytes    [2]uint64
	now          uint64
	lastVersion  Version
	lastHandle   uint32
	readers      map[uint32]fakeValue
	writers      map[uint32]*fakeWriter
	failures     []error
	beforeCommit func()
}

// FakeLimits is what a [Fake] allows. Every limit is inclusive.
type FakeLimits struct {
	StoreLimits
	// StoreBytes is what the plugin's own store may hold: keys, values and 64 bytes a key. 100 MiB in the beginning.
	StoreBytes uint64
	// StoreKeys is how many keys either store may hold. 1,000,000 in the beginning.
	StoreKeys uint64
	// WorkspaceBytes is what both stores together may hold, counted alike. 1 GiB in the beginning.
	WorkspaceBytes uint64
	// DeletePrefixKeys is how many keys one DeletePrefix may remove, unless it empties the store. 100,000 in the beginning.
	DeletePrefixKeys uint64
}

// A Grant is what a plugin may do with the shared store.
type Grant struct {
	// Read allows to read it.
	Read bool
	// Write allows to read and write it.
	Write bool
	// Prefix bounds both to the keys that start so.
	Prefix string
}

const (
	mib       = 1 << 20
	neverGone = math.MaxUint64
	keyBytes  = 64 // what each key costs beyond its bytes and its value's
)

type fakeValue struct {
	bytes   []byte
	version Version
	goneAt  uint64
}

var fake = newFake()

func newFake() *Fake {
	return &Fake{
		Limits: FakeLimits{
			StoreLimits:      StoreLimits{1024, 64 * mib, 1000, 4 * mib, mib, 16},
			StoreBytes:       100 * mib,
			StoreKeys:        1_000_000,
			WorkspaceBytes:   1024 * mib,
			DeletePrefixKeys: 100_000,
		},
		stores:  [2]map[string]fakeValue{{}, {}},
		readers: map[uint32]fakeValue{},
		writers: map[uint32]*fakeWriter{},
	}
}

// NewFake begins anew: from now on every call goes to this one, whose stores are empty.
func NewFake() *Fake {
	fake = newFake()
	return fake
}

// Advance moves the clock on, in whole milliseconds.
func (f *Fake) Advance(by time.Duration) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.now += toMilliseconds(by)
	for store, values := range f.stores {
		for key, value := range values {
			if value.goneAt <= f.now {
				f.put(store, key, nil)
			}
		}
	}
}

// FailNext has the next call to the host that can fail do so, and change nothing. Said twice, it is for the next two calls.
// An iterator makes a call for each page, a writer one for each piece.
func (f *Fake) FailNext(err error) { f.failures = append(f.failures, err) }

// BeforeNextCommit does something just before the next [Commit], [Increment] or [Writer.Finish], as another plugin or another
// instance of this one would.
func (f *Fake) BeforeNextCommit(act func()) { f.beforeCommit = act }

// A refusal is how a rule ends a call, from however deep.
type refusal struct{ error }

// call makes a call that can fail, and has it fail where that was planned.
func call[T any](act func(f *Fake) T) (answer T, err error) {
	f := fake
	f.lock.Lock()
	defer f.lock.Unlock()
	if len(f.failures) > 0 {
		err, f.failures = f.failures[0], f.failures[1:]
		return answer, err
	}
	defer func() {
		switch reason := recover().(type) {
		case nil:
		case refusal:
			err = reason.error
		default:
			panic(reason)
		}
	}()
	return act(f), nil
}

// committingCall is call where something may be to be done before.
func committingCall[T any](act func(f *Fake) T) (answer T, err error) {
	if before := fake.beforeCommit; before != nil {
		fake.beforeCommit = nil
		before()
	}
	return call(act)
}

// allow checks a key or a prefix: whether the plugin may reach it, then its length.
func (f *Fake) allow(write bool, at Address) {
	if at.Shared && !f.Grant.allows(write, at.Key) {
		panic(refusal{ErrAccessDenied})
	}
	f.checkLength(at.Key)
}

func (f *Fake) checkLength(key string) {
	within(ErrKeyTooLong, UnitBytes, uint64(f.Limits.KeyBytes), len(key))
}

func (g Grant) allows(write bool, keyOrPrefix string) bool {
	return strings.HasPrefix(keyOrPrefix, g.Prefix) && (g.Write || g.Read && !write)
}

func within[N int | int64 | uint64](kind error, unit Unit, limit uint64, actual N) {
	if uint64(actual) > limit {
		panic(refusal{&LimitError{Kind: kind, Unit: unit, Limit: limit, Actual: uint64(actual)}})
	}
}

// put puts a value, or removes it where that is nil.
func (f *Fake) put(store int, key string, value *fakeValue) {
	if old, found := f.stores[store][key]; found {
		f.heldBytes[store] -= uint64(cost(key, &old))
		delete(f.stores[store], key)
	}
	if value != nil {
		f.heldBytes[store] += uint64(cost(key, value))
		f.stores[store][key] = *value
	}
}

func cost(key string, value *fakeValue) int64 {
	if value == nil {
		return 0
	}
	return int64(len(key)+len(value.bytes)) + keyBytes
}

// goneAt is when something is gone that lives so long.
func (f *Fake) goneAt(expiresInMs uint64) uint64 {
	return f.now + min(expiresInMs, neverGone-f.now)
}

func (f *Fake) find(at Address) *fakeValue {
	if value, found := f.stores[storeOf(at)][at.Key]; found {
		return &value
	}
	return nil
}

// A value that is given out, or kept, is nobody else's, and not nil.
func copied(value []byte) []byte { return append([]byte{}, value...) }

func storeOf(at Address) int {
	if at.Shared {
		return 1
	}
	return 0
}
