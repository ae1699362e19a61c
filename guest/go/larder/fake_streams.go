//go:build !wasip1

package larder

type fakeWriter struct {
	at       Address
	onlyIf   Expectation
	value    fakeValue
	reserved uint64
}

// reservedBytes is what unfinished writers have taken of a store.
func (f *Fake) reservedBytes(store int) (total uint64) {
	for _, writer := range f.writers {
		if storeOf(writer.at) == store {
			total += writer.reserved
		}
	}
	return total
}

func (f *Fake) newHandle() uint32 {
	within(ErrTooManyOpen, UnitHandles, uint64(f.Limits.OpenHandles), len(f.readers)+len(f.writers)+1)
	f.lastHandle++
	return f.lastHandle
}

func hostOpen(at Address) (reader uint32, found bool, err error) {
	reader, err = call(func(f *Fake) uint32 {
		value, handle := f.read(at), f.newHandle()
		if value == nil {
			return 0
		}
		f.readers[handle] = *value
		return handle
	})
	return reader, reader != 0, err
}

func hostCreate(at Address, options CreateOptions) (writer uint32, err error) {
	return call(func(f *Fake) uint32 {
		f.allow(true, at)
		handle, value := f.newHandle(), fakeValue{goneAt: neverGone}
		if options.ExpiresIn != 0 {
			value.goneAt = f.goneAt(toMilliseconds(options.ExpiresIn))
		}
		f.writers[handle] = &fakeWriter{at: at, onlyIf: options.OnlyIf, value: value}
		return handle
	})
}

func readerSize(reader uint32) uint64 { return uint64(len(fake.opened(reader).bytes)) }

func readerVersion(reader uint32) Version { return fake.opened(reader).version }

func (f *Fake) opened(reader uint32) fakeValue {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.readers[reader]
}

func readerRead(reader uint32, into []byte, offset uint64) (int, error) {
	return call(func(f *Fake) int {
		value, most := f.readers[reader].bytes, min(len(into), int(f.Limits.ChunkBytes))
		return copy(into[:most], value[min(offset, uint64(len(value))):])
	})
}

func writerWrite(writer uint32, bytes []byte) error {
	_, err := call(func(f *Fake) struct{} {
		w := f.writers[writer]
		value := fakeValue{bytes: append(w.value.bytes, bytes...), goneAt: w.value.goneAt}
		within(ErrBatchTooLarge, UnitBytes, uint64(f.Limits.ChunkBytes), len(bytes))
		within(ErrValueTooLarge, UnitBytes, f.Limits.ValueBytes, len(value.bytes))
		before := f.find(w.at)
		growth := cost(w.at.Key, &value) - cost(w.at.Key, before)
		// Beside what this writer itself has taken.
		delete(f.writers, writer)
		defer func() { f.writers[writer] = w }()
		f.checkRoom(storeOf(w.at), growth, 1-count(before), 0)
		w.value, w.reserved = value, uint64(max(growth, 0))
		return struct{}{}
	})
	return err
}

func writerFinish(writer uint32) (version Version, stored bool, err error) {
	defer fake.drop(writer)
	version, err = committingCall(func(f *Fake) Version {
		w := f.writers[writer]
		delete(f.writers, writer)
		if !f.holds(w.at, w.onlyIf) {
			return 0
		}
		f.lastVersion++
		w.value.version = f.lastVersion
		f.apply(map[Address]*fakeValue{w.at: &w.value})
		return f.lastVersion
	})
	return version, version != 0, err
}

func readerDrop(reader uint32) { fake.drop(reader) }

func writerDrop(writer uint32) { fake.drop(writer) }

func (f *Fake) drop(handle uint32) {
	f.lock.Lock()
	defer f.lock.Unlock()
	delete(f.readers, handle)
	delete(f.writers, handle)
}
