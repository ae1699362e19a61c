//go:build !wasip1

package larder

import "encoding/binary"

func hostCommit(checks []Check, changes []Change) (Outcome, error) {
	return committingCall(func(f *Fake) Outcome {
		bytes, isSinglePut := 0, false
		for _, check := range checks {
			bytes += len(check.At.Key)
		}
		for _, change := range changes {
			value, isPut := put(change.Action)
			bytes += len(change.At.Key) + len(value)
			isSinglePut = isPut && len(changes) == 1
		}
		within(ErrBatchTooLarge, UnitItems, uint64(f.Limits.BatchItems), len(checks)+len(changes))
		if !isSinglePut {
			within(ErrBatchTooLarge, UnitBytes, f.Limits.BatchBytes, bytes)
		}
		return f.commit(checks, changes)
	})
}

// put gives the value that an action puts.
func put(action Action) (value []byte, isPut bool) {
	switch action := action.(type) {
	case Put:
		return action.Value, true
	case PutExpiring:
		return action.Value, true
	}
	return nil, false
}

// commit is the same, whatever may be carried at once.
func (f *Fake) commit(checks []Check, changes []Change) Outcome {
	for _, check := range checks {
		f.allow(false, check.At)
	}
	for _, change := range changes {
		f.allow(true, change.At)
		value, _ := put(change.Action)
		within(ErrValueTooLarge, UnitBytes, f.Limits.ValueBytes, len(value))
	}
	for i, check := range checks {
		if !f.holds(check.At, check.Expect) {
			return Outcome{Conflict: i}
		}
	}
	f.lastVersion++
	after := map[Address]*fakeValue{}
	for _, change := range changes {
		before, isChanged := after[change.At]
		if !isChanged {
			before = f.find(change.At)
		}
		after[change.At] = f.changed(before, change.Action)
	}
	f.apply(after)
	return Outcome{Committed: true, Version: f.lastVersion}
}

func (f *Fake) holds(at Address, expect Expectation) bool {
	value := f.find(at)
	switch expect.kind {
	case expectAbsent:
		return value == nil
	case expectPresent:
		return value != nil
	case expectUnchanged:
		return value != nil && value.version == expect.version
	}
	return true
}

// changed gives what is there after an action, nil where that is nothing.
func (f *Fake) changed(before *fakeValue, action Action) *fakeValue {
	switch action := action.(type) {
	case Put:
		return &fakeValue{copied(action.Value), f.lastVersion, neverGone}
	case PutExpiring:
		goneAt := f.goneAt(toMilliseconds(action.ExpiresIn))
		return &fakeValue{copied(action.Value), f.lastVersion, goneAt}
	case Add:
		value := fakeValue{make([]byte, 8), f.lastVersion, neverGone}
		if before != nil {
			value.bytes, value.goneAt = before.bytes, before.goneAt
		}
		value.bytes = added(value.bytes, action.By)
		return &value
	}
	return nil
}

func added(to []byte, by int64) []byte {
	count, err := counter(to)
	sum := count + by
	if err != nil || by != 0 && (sum > count) != (by > 0) {
		panic(refusal{ErrNotACounter})
	}
	return binary.LittleEndian.AppendUint64(nil, uint64(sum))
}

// apply makes all changes, where there is room for them.
func (f *Fake) apply(after map[Address]*fakeValue) {
	var bytes, keys [2]int64
	for at, value := range after {
		if value != nil && value.goneAt <= f.now {
			value, after[at] = nil, nil
		}
		bytes[storeOf(at)] += cost(at.Key, value) - cost(at.Key, f.find(at))
		keys[storeOf(at)] += count(value) - count(f.find(at))
	}
	for store := range 2 {
		f.checkRoom(store, bytes[store], keys[store], bytes[1-store])
	}
	for at, value := range after {
		f.put(storeOf(at), at.Key, value)
	}
}

func count(value *fakeValue) int64 {
	if value == nil {
		return 0
	}
	return 1
}

// checkRoom checks that a store may grow so, while the other one grows by otherBytes. What is over its quota may shrink.
func (f *Fake) checkRoom(store int, bytes, keys, otherBytes int64) {
	if bytes > 0 {
		held, other := f.heldBytes[store], uint64(int64(f.heldBytes[1-store])+otherBytes)
		reserved := f.reservedBytes(store)
		taken := held + other + reserved + f.reservedBytes(1-store)
		free := f.Limits.WorkspaceBytes - min(f.Limits.WorkspaceBytes, taken)
		quota := f.quotaBytes(store) - min(f.quotaBytes(store), reserved)
		within(ErrQuotaExceeded, UnitBytes, min(quota, held+free), held+uint64(bytes))
	}
	if keys > 0 {
		within(ErrQuotaExceeded, UnitItems, f.Limits.StoreKeys, int64(len(f.stores[store]))+keys)
	}
}

func (f *Fake) quotaBytes(store int) uint64 {
	if store == 0 {
		return f.Limits.StoreBytes
	}
	return f.Limits.WorkspaceBytes
}

func hostIncrement(at Address, by int64) (int64, error) {
	return committingCall(func(f *Fake) int64 {
		f.commit(nil, []Change{{at, Add{by}}})
		sum, _ := counter(f.find(at).bytes)
		return sum
	})
}

func hostEntry(at Address) (*Entry, error) {
	return call(func(f *Fake) *Entry { return f.entry(f.read(at)) })
}

func hostEntries(at []Address) ([]*Entry, error) {
	return call(func(f *Fake) (entries []*Entry) {
		within(ErrBatchTooLarge, UnitItems, uint64(f.Limits.BatchItems), len(at))
		bytes := 0
		for _, at := range at {
			entry := f.entry(f.read(at))
			if entry != nil {
				bytes += len(entry.Value)
			}
			entries = append(entries, entry)
		}
		if len(at) > 1 {
			within(ErrBatchTooLarge, UnitBytes, f.Limits.BatchBytes, bytes)
		}
		return entries
	})
}

func (f *Fake) entry(value *fakeValue) *Entry {
	if value == nil {
		return nil
	}
	entry := Entry{Value: copied(value.bytes), Version: value.version}
	if value.goneAt != neverGone {
		entry.Expires, entry.ExpiresIn = true, fromMilliseconds(value.goneAt-f.now)
	}
	return &entry
}
