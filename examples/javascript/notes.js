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

/** Does what `words` say. `input` is pieces of bytes; `output` is called with text or bytes. */
export function runNotes(words, input, output) {
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

function putAll(name, input) {
  const writer = streams.create(name);
  try {
    for (const piece of input) {
      writer.write(piece);
    }
    writer.finish();
  } finally {
    writer.close();
  }
}

function putFor(seconds, name, text) {
  if (!/^\d+$/.test(seconds)) {
    throw new Error(`not a number of seconds: ${seconds}`);
  }
  storage.set(name, text, { expiresInMs: Number(seconds) * 1000 });
}

function print(name, output) {
  const note = streams.open(name);
  if (!note) {
    throw new Error(`there is no note ${JSON.stringify(name)}`);
  }
  for (const chunk of note) {
    output(chunk);
  }
}

function list(prefix, output) {
  for (const name of storage.keys(prefix)) {
    output(`${name}\n`);
  }
}

function printUsage(output) {
  const { keys, bytes, quotaBytes } = storage.usage();
  output(`${keys} notes, ${bytes} of ${quotaBytes} bytes\n`);
}
