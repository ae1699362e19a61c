package larder

// Records as the canonical ABI has them, in memory: an address is three words of four bytes, a check four of eight bytes, a
// change five of eight.
type (
	addressRecord [3]uint32
	checkRecord   [4]uint64
	changeRecord  [5]uint64
)

func hostEntry(at Address) (*Entry, error) {
	answer := beginCall()
	defer endCall()
	rawEntry(storeOf(at), at.Key, answer.at)
	if err := answer.err(); err != nil {
		return nil, err
	}
	return optionalEntry(answer, 8), nil
}

func hostEntries(at []Address) ([]*Entry, error) {
	answer := beginCall()
	defer endCall()
	addresses := make([]addressRecord, len(at))
	for i, at := range at {
		key := holdString(at.Key)
		addresses[i] = addressRecord{storeOf(at), uint32(key), uint32(key >> 32)}
	}
	start, count := recordsOf(addresses)
	rawEntries(start, count, answer.at)
	if err := answer.err(); err != nil {
		return nil, err
	}
	var entries []*Entry
	for _, entry := range answer.list(8, 40) {
		entries = append(entries, optionalEntry(entry, 0))
	}
	return entries, nil
}

func hostCommit(checks []Check, changes []Change) (Outcome, error) {
	answer := beginCall()
	defer endCall()
	checkRecords := make([]checkRecord, len(checks))
	for i, check := range checks {
		first, second := addressWords(check.At)
		tag := uint64(check.Expect.kind - expectAbsent)
		checkRecords[i] = checkRecord{first, second, tag, uint64(check.Expect.version)}
	}
	changeRecords := make([]changeRecord, len(changes))
	for i, change := range changes {
		first, second := addressWords(change.At)
		tag, payload, expiresInMs := actionWords(change.Action)
		changeRecords[i] = changeRecord{first, second, tag, payload, expiresInMs}
	}
	checksStart, checksCount := recordsOf(checkRecords)
	changesStart, changesCount := recordsOf(changeRecords)
	rawCommit(checksStart, checksCount, changesStart, changesCount, answer.at)
	if err := answer.err(); err != nil {
		return Outcome{}, err
	}
	if answer.flag(8) {
		return Outcome{Conflict: int(answer.u32(16))}, nil
	}
	return Outcome{Committed: true, Version: Version(answer.u64(16))}, nil
}

func hostIncrement(at Address, by int64) (int64, error) {
	answer := beginCall()
	defer endCall()
	rawIncrement(storeOf(at), at.Key, by, answer.at)
	if err := answer.err(); err != nil {
		return 0, err
	}
	return int64(answer.u64(8)), nil
}

func storeOf(at Address) uint32 {
	if at.Shared {
		return 1
	}
	return 0
}

// The store is a byte before the address of the key; its length is alone.
func addressWords(at Address) (first, second uint64) {
	key := holdString(at.Key)
	return uint64(storeOf(at)) | key<<32, key >> 32
}

func actionWords(action Action) (tag, payload, expiresInMs uint64) {
	switch action := action.(type) {
	case Put:
		return 0, holdBytes(action.Value), 0
	case PutExpiring:
		return 1, holdBytes(action.Value), toMilliseconds(action.ExpiresIn)
	case Remove:
		return 2, 0, 0
	case Add:
		return 3, uint64(action.By), 0
	}
	panic(errNoAction)
}

// optionalEntry is an option<entry>.
func optionalEntry(answer answer, offset uint32) *Entry {
	if !answer.flag(offset) {
		return nil
	}
	offset += 8
	entry := Entry{Value: answer.bytes(offset), Version: Version(answer.u64(offset + 8))}
	if answer.flag(offset + 16) {
		entry.Expires, entry.ExpiresIn = true, fromMilliseconds(answer.u64(offset+24))
	}
	return &entry
}

//go:wasmimport larder:storage/atomic@0.1.0 get
func rawEntry(store uint32, key string, result pointer)

//go:wasmimport larder:storage/atomic@0.1.0 get-many
func rawEntries(addresses pointer, count uint32, result pointer)

//go:wasmimport larder:storage/atomic@0.1.0 commit
func rawCommit(checks pointer, checksCount uint32, changes pointer, changesCount uint32, result pointer)

//go:wasmimport larder:storage/atomic@0.1.0 increment
func rawIncrement(store uint32, key string, by int64, result pointer)
