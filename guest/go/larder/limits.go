package larder

// StoreLimits is what one call may carry, and how many readers and writers may be open. Every limit is inclusive.
type StoreLimits struct {
	// KeyBytes is for a key, a prefix or a position.
	KeyBytes uint32
	// ValueBytes is for a value.
	ValueBytes uint64
	// BatchItems is for what one commit, one page or one answer of many carries.
	BatchItems uint32
	// BatchBytes is for the same, in bytes; a single value alone may have ValueBytes.
	BatchBytes uint64
	// ChunkBytes is for one piece of a stream; a [Reader] and a [Writer] cut pieces by themselves.
	ChunkBytes uint32
	// OpenHandles is for the readers and writers that are open at once.
	OpenHandles uint32
}

// StoreUsage is what a store holds and what it may hold by its own quota. Counted are the bytes of each key and its value,
// and 64 bytes a key.
type StoreUsage struct {
	// Bytes is what the store holds, in bytes.
	Bytes uint64
	// Keys is how many keys it holds.
	Keys uint64
	// QuotaBytes is how many bytes it may hold.
	QuotaBytes uint64
	// QuotaKeys is how many keys it may hold.
	QuotaKeys uint64
}
