package larder

import (
	"iter"
	"time"
)

// Set is [Store.Set] of [Private].
func Set(key string, value []byte) error { return Private.Set(key, value) }

// SetExpiring is [Store.SetExpiring] of [Private].
func SetExpiring(key string, value []byte, expiresIn time.Duration) error {
	return Private.SetExpiring(key, value, expiresIn)
}

// Get is [Store.Get] of [Private].
func Get(key string) (value []byte, found bool, err error) { return Private.Get(key) }

// Exists is [Store.Exists] of [Private].
func Exists(key string) (bool, error) { return Private.Exists(key) }

// Delete is [Store.Delete] of [Private].
func Delete(key string) error { return Private.Delete(key) }

// DeletePrefix is [Store.DeletePrefix] of [Private].
func DeletePrefix(prefix string) (removed uint64, err error) { return Private.DeletePrefix(prefix) }

// Keys is [Store.Keys] of [Private].
func Keys(prefix string) iter.Seq2[string, error] { return Private.Keys(prefix) }

// Items is [Store.Items] of [Private].
func Items(prefix string) iter.Seq2[Item, error] { return Private.Items(prefix) }

// PageKeys is [Store.PageKeys] of [Private].
func PageKeys(prefix string, after *string, most uint32) (KeyPage, error) {
	return Private.PageKeys(prefix, after, most)
}

// PageItems is [Store.PageItems] of [Private].
func PageItems(prefix string, after *string, most uint32) (ItemPage, error) {
	return Private.PageItems(prefix, after, most)
}

// Usage is [Store.Usage] of [Private].
func Usage() (StoreUsage, error) { return Private.Usage() }

// Limits is [Store.Limits] of [Private].
func Limits() StoreLimits { return Private.Limits() }
