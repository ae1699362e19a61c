package larder

func hostOpen(at Address) (reader uint32, found bool, err error) {
	answer := beginCall()
	defer endCall()
	rawOpen(storeOf(at), at.Key, answer.at)
	if err := answer.err(); err != nil || !answer.flag(8) {
		return 0, false, err
	}
	return answer.u32(12), true, nil
}

func hostCreate(at Address, options CreateOptions) (writer uint32, err error) {
	answer := beginCall()
	defer endCall()
	var isExpected, expectation uint32
	if options.OnlyIf.kind != expectNothing {
		isExpected, expectation = 1, uint32(options.OnlyIf.kind-expectAbsent)
	}
	var expires uint32
	if options.ExpiresIn != 0 {
		expires = 1
	}
	expiresInMs := toMilliseconds(options.ExpiresIn)
	version := uint64(options.OnlyIf.version)
	rawCreate(storeOf(at), at.Key, isExpected, expectation, version, expires, expiresInMs, answer.at)
	if err := answer.err(); err != nil {
		return 0, err
	}
	return answer.u32(8), nil
}

func readerRead(reader uint32, into []byte, offset uint64) (int, error) {
	answer := beginCall()
	defer endCall()
	rawRead(reader, offset, uint32(len(into)), answer.at)
	if err := answer.err(); err != nil {
		return 0, err
	}
	return answer.copyTo(into, 8), nil
}

func writerWrite(writer uint32, bytes []byte) error {
	answer := beginCall()
	defer endCall()
	at, length := bytesOf(bytes)
	rawWrite(writer, at, length, answer.at)
	return answer.err()
}

func writerFinish(writer uint32) (version Version, stored bool, err error) {
	answer := beginCall()
	defer endCall()
	rawFinish(writer, answer.at)
	if err := answer.err(); err != nil || !answer.flag(8) {
		return 0, false, err
	}
	return Version(answer.u64(16)), true, nil
}

//go:wasmimport larder:storage/streams@0.1.0 open
func rawOpen(store uint32, key string, result pointer)

//go:wasmimport larder:storage/streams@0.1.0 create
func rawCreate(store uint32, key string, isExpected, expectation uint32, version uint64, expires uint32,
	expiresInMs uint64, result pointer)

//go:wasmimport larder:storage/streams@0.1.0 [method]reader.size
func readerSize(reader uint32) uint64

//go:wasmimport larder:storage/streams@0.1.0 [method]reader.version
func rawVersion(reader uint32) uint64

func readerVersion(reader uint32) Version { return Version(rawVersion(reader)) }

//go:wasmimport larder:storage/streams@0.1.0 [method]reader.read
func rawRead(reader uint32, offset uint64, most uint32, result pointer)

//go:wasmimport larder:storage/streams@0.1.0 [resource-drop]reader
func readerDrop(reader uint32)

//go:wasmimport larder:storage/streams@0.1.0 [method]writer.write
func rawWrite(writer uint32, bytes pointer, count uint32, result pointer)

//go:wasmimport larder:storage/streams@0.1.0 [static]writer.finish
func rawFinish(writer uint32, result pointer)

//go:wasmimport larder:storage/streams@0.1.0 [resource-drop]writer
func writerDrop(writer uint32)
