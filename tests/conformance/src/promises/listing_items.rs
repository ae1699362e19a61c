//! Listing with values is as listing without.

use crate::bindings::storage;
use crate::bindings::types::{Item, ItemPage};
use crate::case::{Case, Checked, Stop};
use crate::check::{holds, same, same_bytes};
use crate::ground::Ground;
use crate::pattern::pattern;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("listing-items/each-key-has-its-value", |_| each_key_has_its_value()),
        Case::new("listing-items/by-prefix-and-position", |_| by_prefix_and_position()),
        Case::new("listing-items/none-means-one", |_| none_means_one()),
        Case::new("listing-items/no-next-on-a-full-last-page", |_| no_next_on_a_full_last_page()),
        Case::new("listing-items/pages-of-every-size-hold-everything-once", |_| pages_hold_everything_once()),
        Case::new("listing-items/position-survives-deletion", |_| position_survives_deletion()),
        Case::new("listing-items/a-page-keeps-within-the-bytes-of-a-batch", a_page_keeps_within_the_bytes_of_a_batch),
        Case::new("listing-items/a-value-larger-than-a-batch-is-a-page", a_value_larger_than_a_batch_is_a_page),
        Case::new("listing-items/more-than-a-page-allows", more_than_a_page_allows),
    ]
}

fn item(key: &str, value: &[u8]) -> Item {
    Item { key: key.to_owned(), value: value.to_vec() }
}

fn each_key_has_its_value() -> Checked {
    let items = [item("", b"of nothing"), item("a", b""), item("a/b", &[0, 255]), item("é", "ö".as_bytes())];
    for item in items.iter().rev() {
        storage::set(&item.key, &item.value)?;
    }
    same("all items", storage::items("", None, 10)?, ItemPage { items: items.to_vec(), next: None })
}

fn by_prefix_and_position() -> Checked {
    for key in ["a", "p", "p1", "p2", "p3", "P4", "q"] {
        storage::set(key, key.as_bytes())?;
    }
    let page = storage::items("p", Some("p1"), 10)?;
    same("after p1", page, ItemPage { items: vec![item("p2", b"p2"), item("p3", b"p3")], next: None })
}

fn none_means_one() -> Checked {
    storage::set("a", b"1")?;
    storage::set("b", b"2")?;
    same("the first", storage::items("", None, 0)?.items, vec![item("a", b"1")])
}

fn no_next_on_a_full_last_page() -> Checked {
    storage::set("a", b"1")?;
    storage::set("b", b"2")?;
    let all = vec![item("a", b"1"), item("b", b"2")];
    same("all", storage::items("", None, 2)?, ItemPage { items: all, next: None })
}

fn in_pages_of(most: u32) -> Result<Vec<Item>, Stop> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = storage::items("", after.as_deref(), most)?;
        holds("a page that is not the last has an item", !page.items.is_empty() || page.next.is_none())?;
        all.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}

fn pages_hold_everything_once() -> Checked {
    let items: Vec<Item> = (0..17_u8).map(|number| item(&format!("{number:02}"), &[number])).collect();
    for item in &items {
        storage::set(&item.key, &item.value)?;
    }
    for most in [1, 2, 5, 16] {
        same(&format!("pages of {most}"), in_pages_of(most)?, items.clone())?;
    }
    Ok(())
}

fn position_survives_deletion() -> Checked {
    for key in ["a", "b", "c"] {
        storage::set(key, key.as_bytes())?;
    }
    let first = storage::items("", None, 2)?;
    storage::delete("b")?;
    same("what follows", storage::items("", first.next.as_deref(), 9)?.items, vec![item("c", b"c")])
}

/// Five values of a third each: a page holds two or three of them, and the pages hold all.
fn a_page_keeps_within_the_bytes_of_a_batch(ground: &Ground) -> Checked {
    let limit = ground.reach("a batch", ground.limits.batch_bytes)?;
    let third = ground.value_of(limit as u64 / 3 - 64)?;
    ground.room(limit as u64 * 2)?;
    for number in 0..5 {
        storage::set(&format!("{number}"), &pattern(number, third))?;
    }
    let page = storage::items("", None, 10)?;
    let held: usize = page.items.iter().map(|item| item.key.len() + item.value.len()).sum();
    holds(format!("a page of {held} bytes keeps within {limit}"), held <= limit)?;
    holds("there is more", page.next.is_some())?;
    let all = in_pages_of(10)?;
    same("how many items", all.len(), 5)?;
    for (number, item) in all.iter().enumerate() {
        same_bytes(&item.key, &item.value, &pattern(number as u64, third))?;
    }
    Ok(())
}

fn a_value_larger_than_a_batch_is_a_page(ground: &Ground) -> Checked {
    let limit = ground.reach("a batch", ground.limits.batch_bytes)?;
    let large = pattern(1, ground.value_of(limit as u64 + 1)?);
    storage::set("a", b"small")?;
    storage::set("b", &large)?;
    storage::set("c", b"small")?;
    let alone = storage::items("b", None, 10)?;
    same("how many items begin with b", alone.items.len(), 1)?;
    same_bytes("b", &alone.items[0].value, &large)?;
    let all = in_pages_of(10)?;
    same("all keys", all.iter().map(|item| &*item.key).collect::<Vec<_>>(), vec!["a", "b", "c"])?;
    same_bytes("b", &all[1].value, &large)
}

fn more_than_a_page_allows(ground: &Ground) -> Checked {
    let limit = ground.limits.batch_items;
    let count = u64::from(limit).saturating_add(2);
    ground.room_for_keys(count + 1)?;
    ground.reach("items", count.saturating_mul(1024))?;
    let keys: Vec<String> = (0..count).map(|number| format!("{number:08}")).collect();
    super::write_all(ground, &keys)?;
    let page = storage::items("", None, u32::MAX)?;
    holds(format!("a page of {} items is within {limit}", page.items.len()), page.items.len() <= limit as usize)?;
    holds("there is more", page.next.is_some())?;
    same("how many are listed", in_pages_of(u32::MAX)?.len(), keys.len())
}
