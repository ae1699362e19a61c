#define LARDER_ABI_INTERFACE "shared"
#define LARDER_ABI_HOST(name) larder_abi_shared_##name
#define LARDER_ABI_CALL(name) larder_shared_##name

#include "larder_shared.h"

#include "larder_abi_store.h"
