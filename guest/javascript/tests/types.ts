// What the types allow and refuse. Nothing runs it: `npm run types` compiles it.
import { atomic, type Entry, type Outcome } from "../larder/atomic.js";
import { fake } from "../larder/fake/fake.js";
import { shared } from "../larder/shared.js";
import { LarderError, storage, type Store, type Usage } from "../larder/storage.js";
import { streams } from "../larder/streams.js";

const bytes: Uint8Array | undefined = storage.get("k");
const text: string | undefined = storage.getText("k");
storage.set("k", "text");
storage.set("k", new Uint8Array(1), { expiresInMs: 1000 });
storage.set("k", new DataView(new ArrayBuffer(1)), { expiresInMs: 1000n });
storage.set("k", new ArrayBuffer(1));
// @ts-expect-error a number is no value
storage.set("k", 1);
// @ts-expect-error everything is not emptied by accident
storage.deletePrefix();
const removed: number = storage.deletePrefix("");
for (const key of storage.keys("a/")) key.toUpperCase();
for (const { key, value } of shared.items()) [key.length, value.length];
const { keys, next } = storage.keyPage("", { after: "a", most: 10 });
storage.itemPage("", { after: next }).items.length + keys.length;
const usage: Usage = storage.usage();
const stores: Store[] = [storage, shared];

const entry: Entry | undefined = atomic.get({ store: "shared", key: "k" });
// @ts-expect-error there is no such store
atomic.get({ store: "theirs", key: "k" });
const outcome: Outcome = atomic
  .commit()
  .check("a", "absent")
  .check("b", entry)
  .check("c", 5n)
  .set("a", "1", { expiresInMs: Infinity })
  .add("n", -1)
  .add("n", 1n)
  .delete("b")
  .send();
if (outcome.committed) {
  outcome.version satisfies bigint;
} else {
  outcome.failedCheck satisfies number;
}
// @ts-expect-error it may be a conflict
outcome.version;
atomic.increment("n") satisfies number;
atomic.increment("n", 2n) satisfies bigint;
atomic.counter("n") satisfies number;
atomic.counter("n", { bigint: true }) satisfies bigint;
atomic.retry(3, () => atomic.setIf("k", entry, "v")) satisfies bigint;
atomic.getMany(new Set(["a", "b"]))[0]?.version;

const reader = streams.open("k");
if (reader) {
  for (const chunk of reader) chunk.length + reader.size;
  reader.read(0, 10);
  using _ = reader;
}
using writer = streams.create("k", { onlyIf: entry, expiresInMs: 5 });
writer.write("text");
const version: bigint | undefined = writer.finish();

try {
  storage.set("k", "v");
} catch (error) {
  if (error instanceof LarderError && error.code === "throttled") error.afterMs satisfies number | undefined;
  // @ts-expect-error there is no such code
  if (error instanceof LarderError && error.code === "throtled") throw error;
}
fake.setLimits({ storeBytes: 1 });
fake.grantShared("read", "rates/");
fake.failNext("throttled", 250);
fake.failNext("quota-exceeded", { unit: "bytes", limit: 1, actual: 2 });
// @ts-expect-error how much is missing
fake.failNext("throttled");
fake.beforeNextCommit(() => storage.delete("k"));
[bytes, text, removed, usage, stores, version];
