"""The plugin's own store in the workspace that it runs for.

Any string is a key, any bytes are a value. A missing key is an answer, not an error.
"""

from ._store import Store

_store = Store("storage")

set = _store.set
set_expiring = _store.set_expiring
get = _store.get
delete = _store.delete
exists = _store.exists
delete_prefix = _store.delete_prefix
keys = _store.keys
items = _store.items
keys_page = _store.keys_page
items_page = _store.items_page
usage = _store.usage
limits = _store.limits
