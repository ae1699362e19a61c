from .store import calls
from .types import Store

_calls = calls(Store.SHARED)

set = _calls.set
set_expiring = _calls.set_expiring
get = _calls.get
delete = _calls.delete
exists = _calls.exists
delete_prefix = _calls.delete_prefix
keys = _calls.keys
items = _calls.items
usage = _calls.usage
limits = _calls.limits
