#define LARDER_ABI_INTERFACE "storage"
#define LARDER_ABI_HOST(name) larder_abi_storage_##name
#define LARDER_ABI_CALL(name) larder_##name

#include "larder_storage.h"

#include "larder_abi_store.h"
