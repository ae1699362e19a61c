use super::call::{Call, Id, Read, Tag, Write};
use super::graph::{Cycle, Graph, Why};

/// Why calls could not have run one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// One saw what no call has committed: its number, and what it saw.
    Uncommitted(Id, Tag),
    /// One wrote over what another one removed or wrote over, or saw something else that no order allows.
    Cycle(Cycle),
}

/// Looks for an order in which the calls could have run one after another and seen what they saw, each after those that
/// had ended when it began.
///
/// What it finds is wrong for certain. It may miss something where it cannot tell whether a key was not there yet or not
/// there any more.
///
/// # Errors
///
/// What stands against every order.
pub fn check(calls: &[Call]) -> Result<(), Wrong> {
    let mut graph = Graph::of(calls.len());
    time(calls, &mut graph);
    let mut absences = Vec::new();
    for (id, call) in calls.iter().enumerate() {
        for read in &call.reads {
            for (key, tag) in seen(read) {
                is_committed(calls, key, tag, id)?;
                graph.add(tag.call, id, Why::Saw(key.to_owned()));
                for (other, _) in writes_of(calls, key).filter(|(_, write)| write.over == Some(tag)) {
                    graph.add(id, other, Why::SawBefore(key.to_owned()));
                }
            }
            absences.extend(missed(calls, read).map(|absence| (id, absence)));
        }
    }
    // Each round may tell more of the absences apart.
    while settle(&mut absences, &mut graph) {}
    graph.cycle().map_or(Ok(()), |cycle| Err(Wrong::Cycle(cycle)))
}

/// A key that a read did not show: it was not there yet, or not any more.
struct Absence {
    key: String,
    creator: Id,
    remover: Option<Id>,
}

fn time(calls: &[Call], graph: &mut Graph) {
    for (first, before) in calls.iter().enumerate() {
        for (second, _) in calls.iter().enumerate().filter(|(_, call)| before.ended < call.began) {
            graph.add(first, second, Why::Ended);
        }
    }
}

fn seen(read: &Read) -> Vec<(&str, Tag)> {
    match read {
        Read::Key { key, seen } => seen.iter().map(|tag| (key.as_str(), *tag)).collect(),
        Read::Listing { seen, .. } => seen.iter().map(|(key, tag)| (key.as_str(), *tag)).collect(),
    }
}

fn writes(calls: &[Call]) -> impl Iterator<Item = (Id, &Write)> {
    let committed = calls.iter().enumerate().filter(|(_, call)| call.committed);
    committed.flat_map(|(id, call)| call.writes.iter().map(move |write| (id, write)))
}

fn writes_of<'a>(calls: &'a [Call], key: &'a str) -> impl Iterator<Item = (Id, &'a Write)> {
    writes(calls).filter(move |(_, write)| write.key == key)
}

/// Of what a call wrote to a key, others may see the last alone.
fn is_committed(calls: &[Call], key: &str, tag: Tag, reader: Id) -> Result<(), Wrong> {
    let committed = writes_of(calls, key).any(|(id, write)| id == tag.call && write.tag == Some(tag));
    if committed { Ok(()) } else { Err(Wrong::Uncommitted(reader, tag)) }
}

fn missed<'a>(calls: &'a [Call], read: &'a Read) -> impl Iterator<Item = Absence> + 'a {
    let created = writes(calls).filter(|(_, write)| write.over.is_none() && write.tag.is_some());
    let missed = created.filter(move |(_, write)| match read {
        Read::Key { key, seen } => write.key == *key && seen.is_none(),
        Read::Listing { prefix, seen } => write.key.starts_with(prefix) && !seen.contains_key(&write.key),
    });
    missed.map(|(creator, write)| {
        let remover = writes_of(calls, &write.key).find(|(_, write)| write.tag.is_none()).map(|(remover, _)| remover);
        Absence { key: write.key.clone(), creator, remover }
    })
}

/// Adds what is certain of the absences to the graph, and keeps the rest; whether there was anything certain.
fn settle(absences: &mut Vec<(Id, Absence)>, graph: &mut Graph) -> bool {
    let order = graph.order();
    let before = absences.len();
    absences.retain(|(reader, absence)| {
        let key = || absence.key.clone();
        match absence.remover {
            None => graph.add(*reader, absence.creator, Why::SawBefore(key())),
            Some(remover) if order.is_before(absence.creator, *reader) => graph.add(remover, *reader, Why::Saw(key())),
            Some(remover) if order.is_before(*reader, remover) => {
                graph.add(*reader, absence.creator, Why::SawBefore(key()));
            }
            Some(_) => return true,
        }
        false
    });
    absences.len() < before
}
