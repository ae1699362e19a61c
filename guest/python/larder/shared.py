"""The store that the plugins of a workspace share.

Without a grant from the host every call but `limits` raises `AccessDenied`. A grant may be read-only and may be for a prefix
alone: then a key or a listing outside it, and `usage`, are denied, never narrowed.
"""

from ._store import Store

_store = Store("shared")

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
