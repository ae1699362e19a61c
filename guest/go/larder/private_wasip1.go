package larder

var privateCalls = storeCalls{
	rawSet:          privateSet,
	rawSetExpiring:  privateSetExpiring,
	rawGet:          privateGet,
	rawExists:       privateExists,
	rawDelete:       privateDelete,
	rawDeletePrefix: privateDeletePrefix,
	rawKeys:         privateKeys,
	rawItems:        privateItems,
	rawUsage:        privateUsage,
	rawLimits:       privateLimits,
}

//go:wasmimport larder:storage/storage@0.1.0 set
func privateSet(key string, value pointer, valueBytes uint32, result pointer)

//go:wasmimport larder:storage/storage@0.1.0 set-expiring
func privateSetExpiring(key string, value pointer, valueBytes uint32, expiresInMs uint64, result pointer)

//go:wasmimport larder:storage/storage@0.1.0 get
func privateGet(key string, result pointer)

//go:wasmimport larder:storage/storage@0.1.0 exists
func privateExists(key string, result pointer)

//go:wasmimport larder:storage/storage@0.1.0 delete
func privateDelete(key string, result pointer)

//go:wasmimport larder:storage/storage@0.1.0 delete-prefix
func privateDeletePrefix(prefix string, result pointer)

//go:wasmimport larder:storage/storage@0.1.0 keys
func privateKeys(prefix string, isAfter uint32, after string, most uint32, result pointer)

//go:wasmimport larder:storage/storage@0.1.0 items
func privateItems(prefix string, isAfter uint32, after string, most uint32, result pointer)

//go:wasmimport larder:storage/storage@0.1.0 usage
func privateUsage(result pointer)

//go:wasmimport larder:storage/storage@0.1.0 limits
func privateLimits(result pointer)

// As [Limits], without the other imports of the store.
func hostLimits() StoreLimits { return limitsOf(privateLimits) }
