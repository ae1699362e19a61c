// Keeps notes: an example of a plugin. What it stores is there the next time it runs.
import { storage } from "./larder/storage.js";
import { streams } from "./larder/streams.js";

export const HELP = `\
usage: notes put NAME [TEXT]           keep TEXT, or standard input
       notes put-for SECONDS NAME TEXT keep TEXT for so long
       notes get NAME                  print a note
       notes list [PREFIX]             print the names of all notes, or of those that start so
       notes rm NAME                   remove a note
       notes clear PREFIX              remove all notes that start so
       notes usage                     print how much is kept`;

/** Takes text or bytes. */
export type Output = (value: string | Uint8Array) => void;

/** Does what `words` say. */
export function runNotes(words: string[], input: Iterable<Uint8Array>, output: Output): void {
  const [command, first = "", second = "", third = ""] = words;
  switch (`${command} ${words.length - 1}`) {
    case "put 2":
      return storage.set(first, second);
    case "put 1":
      return putAll(first, input);
    case "put-for 3":
      return putFor(first, second, third);
    case "get 1":
      return print(first, output);
    case "list 0":
    case "list 1":
      return list(first, output);
    case "rm 1":
      return storage.delete(first);
    case "clear 1":
      return output(`${storage.deletePrefix(first)} removed\n`);
    case "usage 0":
      return printUsage(output);
    default:
      throw new Error(HELP);
  }
}

function putAll(name: string, input: Iterable<Uint8Array>): void {
  using writer = streams.create(name);
  for (const piece of input) {
    writer.write(piece);
  }
  writer.finish();
}

function putFor(seconds: string, name: string, text: string): void {
  if (!/^\d+$/.test(seconds)) {
    throw new Error(`not a number of seconds: ${seconds}`);
  }
  storage.set(name, text, { expiresInMs: Number(seconds) * 1000 });
}

function print(name: string, output: Output): void {
  const note = streams.open(name);
  if (!note) {
    throw new Error(`there is no note ${JSON.stringify(name)}`);
  }
  for (const chunk of note) {
    output(chunk);
  }
}

function list(prefix: string, output: Output): void {
  for (const name of storage.keys(prefix)) {
    output(`${name}\n`);
  }
}

function printUsage(output: Output): void {
  const { keys, bytes, quotaBytes } = storage.usage();
  output(`${keys} notes, ${bytes} of ${quotaBytes} bytes\n`);
}
