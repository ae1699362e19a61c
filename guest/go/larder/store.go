package larder

import "time"

// A Store keeps values under keys. There are two, [Private] and [Shared]. What a plugin does not use of them it does not
// import from its host.
type Store struct {
	calls storeCalls
}

// Private is the plugin's own store, which no other plugin sees. The functions of this package of the same names are its
// methods.
var Private = &Store{privateCalls}

// Shared is the store that the plugins of a workspace share. Without a grant from the host every call but Limits is
// [ErrAccessDenied]. A grant may be for reading alone, and it may be for a prefix: then a key or a listing outside of it, and
// Usage, are ErrAccessDenied; nothing is narrowed.
var Shared = &Store{sharedCalls}

// Set stores value at key, replacing what was there, its expiry included. When it returns, the value is durable.
//
// It fails with [ErrKeyTooLong], [ErrValueTooLarge] or [ErrQuotaExceeded] where a limit stands against it; with
// [ErrAccessDenied] or [ErrThrottled]; with [ErrUnavailable] or [ErrOutcomeUnknown] where the store fails.
func (s *Store) Set(key string, value []byte) error {
	if err := checkText(key); err != nil {
		return err
	}
	return s.calls.set(key, value)
}

// SetExpiring is as Set, but the value is gone so long from now, in whole milliseconds; zero, or less, is at once. From then
// on no call sees it, and nothing counts it.
func (s *Store) SetExpiring(key string, value []byte, expiresIn time.Duration) error {
	if err := checkText(key); err != nil {
		return err
	}
	return s.calls.setExpiring(key, value, toMilliseconds(expiresIn))
}

// Get gives the value at key, and whether there is one. The bytes are the caller's own.
//
// It fails with [ErrKeyTooLong], [ErrAccessDenied] or [ErrThrottled]; with [ErrDamaged] or [ErrUnavailable] where the store
// fails.
func (s *Store) Get(key string) (value []byte, found bool, err error) {
	if err := checkText(key); err != nil {
		return nil, false, err
	}
	return s.calls.get(key)
}

// Exists says whether key has a value. It fails with [ErrKeyTooLong], [ErrAccessDenied], [ErrThrottled] or [ErrUnavailable].
func (s *Store) Exists(key string) (bool, error) {
	if err := checkText(key); err != nil {
		return false, err
	}
	return s.calls.exists(key)
}

// Delete removes key and its value; it succeeds where there is none.
//
// It fails with [ErrKeyTooLong], [ErrAccessDenied] or [ErrThrottled]; with [ErrUnavailable] or [ErrOutcomeUnknown] where the
// store fails.
func (s *Store) Delete(key string) error {
	if err := checkText(key); err != nil {
		return err
	}
	return s.calls.delete(key)
}

// DeletePrefix removes every key that starts with prefix, all or none, and says how many there were. An empty prefix empties
// the store, however large it is.
//
// It fails with [ErrBatchTooLarge] where there are more keys than the host allows at once, with their count; otherwise as
// Delete.
func (s *Store) DeletePrefix(prefix string) (removed uint64, err error) {
	if err := checkText(prefix); err != nil {
		return 0, err
	}
	return s.calls.deletePrefix(prefix)
}

// Usage says what the store holds, and what it may hold by its own quota. It fails with [ErrAccessDenied], [ErrThrottled] or
// [ErrUnavailable].
func (s *Store) Usage() (StoreUsage, error) { return s.calls.usage() }

// Limits says what one call may carry.
func (s *Store) Limits() StoreLimits { return s.calls.limits() }
