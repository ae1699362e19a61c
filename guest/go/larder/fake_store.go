//go:build !wasip1

package larder

import (
	"slices"
	"strings"
)

// storeCalls are the calls of one store of the fake.
type storeCalls struct{ isShared bool }

var (
	privateCalls = storeCalls{isShared: false}
	sharedCalls  = storeCalls{isShared: true}
)

func (c storeCalls) at(key string) Address { return Address{Shared: c.isShared, Key: key} }

func (c storeCalls) set(key string, value []byte) error {
	return c.change(key, Put{value})
}

func (c storeCalls) setExpiring(key string, value []byte, expiresInMs uint64) error {
	return c.change(key, PutExpiring{value, fromMilliseconds(expiresInMs)})
}

func (c storeCalls) delete(key string) error { return c.change(key, Remove{}) }

func (c storeCalls) change(key string, action Action) error {
	_, err := call(func(f *Fake) Outcome { return f.commit(nil, []Change{{c.at(key), action}}) })
	return err
}

func (c storeCalls) get(key string) ([]byte, bool, error) {
	value, err := call(func(f *Fake) *fakeValue { return f.read(c.at(key)) })
	if value == nil {
		return nil, false, err
	}
	return copied(value.bytes), true, nil
}

func (c storeCalls) exists(key string) (bool, error) {
	return call(func(f *Fake) bool { return f.read(c.at(key)) != nil })
}

func (f *Fake) read(at Address) *fakeValue {
	f.allow(false, at)
	return f.find(at)
}

func (c storeCalls) deletePrefix(prefix string) (uint64, error) {
	return call(func(f *Fake) uint64 {
		f.allow(true, c.at(prefix))
		keys := f.listed(c.at(prefix), nil)
		if prefix != "" {
			within(ErrBatchTooLarge, UnitItems, f.Limits.DeletePrefixKeys, len(keys))
		}
		for _, key := range keys {
			f.put(storeOf(c.at(key)), key, nil)
		}
		return uint64(len(keys))
	})
}

func (c storeCalls) keys(prefix string, after *string, most uint32) (KeyPage, error) {
	return call(func(f *Fake) (page KeyPage) {
		var items []Item
		items, page.Next = f.page(c.at(prefix), after, most, false)
		for _, item := range items {
			page.Keys = append(page.Keys, item.Key)
		}
		return page
	})
}

func (c storeCalls) items(prefix string, after *string, most uint32) (ItemPage, error) {
	return call(func(f *Fake) (page ItemPage) {
		page.Items, page.Next = f.page(c.at(prefix), after, most, true)
		return page
	})
}

func (f *Fake) page(prefix Address, after *string, most uint32, values bool) (items []Item, next *string) {
	f.allow(false, prefix)
	if after != nil {
		f.checkLength(*after)
	}
	mostItems, total := int(min(most, f.Limits.BatchItems)), 0
	for i, key := range f.listed(prefix, after) {
		item := Item{Key: key}
		if values {
			item.Value = copied(f.find(Address{prefix.Shared, key}).bytes)
		}
		total += len(item.Key) + len(item.Value)
		if i > 0 && (i >= mostItems || uint64(total) > f.Limits.BatchBytes) {
			return items, &items[i-1].Key
		}
		items = append(items, item)
	}
	return items, nil
}

// listed gives the keys that start with a prefix and come after a position, in byte order.
func (f *Fake) listed(prefix Address, after *string) (keys []string) {
	for key := range f.stores[storeOf(prefix)] {
		if strings.HasPrefix(key, prefix.Key) && (after == nil || key > *after) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func (c storeCalls) usage() (StoreUsage, error) {
	return call(func(f *Fake) StoreUsage {
		f.allow(false, c.at(""))
		store := storeOf(c.at(""))
		keys := uint64(len(f.stores[store]))
		return StoreUsage{f.heldBytes[store], keys, f.quotaBytes(store), f.Limits.StoreKeys}
	})
}

func (c storeCalls) limits() StoreLimits { return hostLimits() }

func hostLimits() StoreLimits { return fake.Limits.StoreLimits }
