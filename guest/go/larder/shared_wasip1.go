package larder

var sharedCalls = storeCalls{
	rawSet:          sharedSet,
	rawSetExpiring:  sharedSetExpiring,
	rawGet:          sharedGet,
	rawExists:       sharedExists,
	rawDelete:       sharedDelete,
	rawDeletePrefix: sharedDeletePrefix,
	rawKeys:         sharedKeys,
	rawItems:        sharedItems,
	rawUsage:        sharedUsage,
	rawLimits:       sharedLimits,
}

//go:wasmimport larder:storage/shared@0.1.0 set
func sharedSet(key string, value pointer, valueBytes uint32, result pointer)

//go:wasmimport larder:storage/shared@0.1.0 set-expiring
func sharedSetExpiring(key string, value pointer, valueBytes uint32, expiresInMs uint64, result pointer)

//go:wasmimport larder:storage/shared@0.1.0 get
func sharedGet(key string, result pointer)

//go:wasmimport larder:storage/shared@0.1.0 exists
func sharedExists(key string, result pointer)

//go:wasmimport larder:storage/shared@0.1.0 delete
func sharedDelete(key string, result pointer)

//go:wasmimport larder:storage/shared@0.1.0 delete-prefix
func sharedDeletePrefix(prefix string, result pointer)

//go:wasmimport larder:storage/shared@0.1.0 keys
func sharedKeys(prefix string, isAfter uint32, after string, most uint32, result pointer)

//go:wasmimport larder:storage/shared@0.1.0 items
func sharedItems(prefix string, isAfter uint32, after string, most uint32, result pointer)

//go:wasmimport larder:storage/shared@0.1.0 usage
func sharedUsage(result pointer)

//go:wasmimport larder:storage/shared@0.1.0 limits
func sharedLimits(result pointer)
