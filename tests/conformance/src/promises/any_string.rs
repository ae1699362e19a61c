//! Any string is a key, and different strings are different keys.

use crate::bindings::storage;
use crate::case::{Case, Checked};
use crate::check::same;
use crate::ground::Ground;

/// A name, the key that it is about, and keys that someone could take for the same or for something else.
type Row = (&'static str, &'static str, &'static [&'static str]);

const KEYS: &[Row] = &[
    ("empty", "", &[" ", "\0", "-"]),
    ("dot", ".", &["", "./", "..", "./."]),
    ("dot-dot", "..", &[".", "../", "..."]),
    ("dot-dot-slash", "../x", &["x", "/x", "..\\x", "../../x"]),
    ("dot-segments", "a/./b/../c", &["a/c", "a/b/c", "a/./c"]),
    ("absolute-path", "/etc/passwd", &["etc/passwd", "//etc/passwd", "/etc/passwd/"]),
    ("slash", "/", &["", "//", "\\"]),
    ("two-slashes", "a//b", &["a/b", "a///b", "a/", "a"]),
    ("trailing-slash", "a/", &["a", "a//", "/a"]),
    ("key-under-a-key", "a/b", &["a", "a/b/c", "ab"]),
    ("backslash", "a\\b", &["a/b", "a\\\\b", "ab"]),
    ("drive-letter", "C:\\x", &["c:\\x", "C:x", "C:/x"]),
    ("device-name", "CON", &["con", "CON.txt", "CON ", "NUL", "COM1"]),
    ("trailing-dot", "name.", &["name", "name..", "name. "]),
    ("leading-dot", ".name", &["name", "..name"]),
    ("leading-space", " key", &["key", "  key", "\tkey"]),
    ("trailing-space", "key ", &["key", "key  ", "key\u{a0}"]),
    ("nul", "\0", &["", "\0\0", "\\0", "␀"]),
    ("nul-inside", "a\0b", &["a", "ab", "a\0", "a\0c"]),
    ("line-ends", "a\nb", &["a\r\nb", "a\rb", "a b", "a\n", "a\\nb"]),
    ("control-characters", "\u{1}\u{7}\u{8}\u{1b}[31m\u{7f}", &["\u{1}", "\u{1b}[31m", "\u{7f}", "\u{85}"]),
    ("letter-case", "Key", &["key", "KEY", "kEY"]),
    ("letter-case-beyond-ascii", "ÄÖ", &["äö", "Äö", "AO"]),
    ("sharp-s", "straße", &["strasse", "STRASSE", "straẞe"]),
    ("dotless-i", "Iİıi", &["iiii", "IIII", "İIıi"]),
    ("two-normal-forms", "\u{e9}", &["e\u{301}", "e", "\u{301}"]),
    ("compatible-forms", "ﬁ２", &["fi2", "ﬁ2", "fi２"]),
    ("look-alikes", "аbc", &["abc", "аbс"]),
    ("invisible-characters", "a\u{200d}b", &["ab", "a\u{200b}b", "a\u{ad}b"]),
    ("byte-order-mark", "\u{feff}key", &["key", "\u{fffe}key"]),
    ("text-direction", "\u{202e}yek", &["yek", "key"]),
    ("four-byte-characters", "🧺🔑", &["🧺", "🔑🧺", "??"]),
    ("characters-around-the-surrogates", "\u{d7ff}\u{e000}", &["\u{d7ff}", "\u{e000}", "\u{fffd}\u{fffd}"]),
    ("last-character", "\u{10ffff}", &["\u{10fffe}", "\u{10ffff}\u{10ffff}", "\u{ffff}"]),
    ("wildcards", "%", &["_", "*", "?", "%%", "[a]"]),
    ("quotes", "'; DROP TABLE keys; --\"`", &["'", "''", "\"", "`"]),
    ("percent-encoding", "a%2Fb", &["a/b", "a%2fb", "a%252Fb"]),
    ("numbers", "1", &["01", "1.0", "+1", "0x1", "١"]),
    ("words-with-a-meaning", "__proto__", &["null", "undefined", "true", "NaN", "constructor"]),
    ("separators-of-stores", "p/other\0key", &["s/key", "p/other", "other:key", "default"]),
];

pub fn cases() -> Vec<Case> {
    let rows = KEYS.iter().map(|&(name, key, others)| {
        Case::new(format!("any-string-is-a-key/{name}"), move |_| is_a_key_of_its_own(key, others))
    });
    rows.chain([Case::new("any-string-is-a-key/as-long-as-allowed", as_long_as_allowed)]).collect()
}

/// Each of the strings has a value of its own, is listed as it is, and can be deleted without the others.
fn is_a_key_of_its_own(key: &str, others: &[&str]) -> Checked {
    let mut all: Vec<&str> = [&[key], others].concat();
    all.sort_unstable();
    for &key in &all {
        storage::set(key, &value_of(key))?;
    }
    for &key in &all {
        same(&format!("the value of {key:?}"), storage::get(key)?, Some(value_of(key)))?;
        same(&format!("whether {key:?} exists"), storage::exists(key)?, true)?;
    }
    same("all keys", storage::keys("", None, 100)?.keys, all.iter().map(|&key| key.to_owned()).collect())?;

    storage::delete(key)?;
    same(&format!("the value of {key:?}, deleted"), storage::get(key)?, None)?;
    same(&format!("whether {key:?} exists, deleted"), storage::exists(key)?, false)?;
    for &other in others {
        same(
            &format!("the value of {other:?} after {key:?} was deleted"),
            storage::get(other)?,
            Some(value_of(other)),
        )?;
    }
    Ok(())
}

fn value_of(key: &str) -> Vec<u8> {
    format!("the value of {key:?}").into_bytes()
}

/// Two keys of the largest size that differ in the last byte alone.
fn as_long_as_allowed(ground: &Ground) -> Checked {
    let begin = "k".repeat(ground.reach("a key", ground.limits.key_bytes.into())? - 1);
    let (one, two) = (format!("{begin}1"), format!("{begin}2"));
    storage::set(&one, b"1")?;
    storage::set(&two, b"2")?;
    same("one", storage::get(&one)?, Some(b"1".to_vec()))?;
    same("two", storage::get(&two)?, Some(b"2".to_vec()))?;
    same("all keys", storage::keys(&begin, None, 10)?.keys, vec![one, two])
}
