use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::call::Id;
use super::order::Order;

/// Why one call comes before another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The second saw what the first wrote.
    Saw(String),
    /// The first saw what the second wrote over.
    SawBefore(String),
    /// The first had ended when the second began.
    Ended,
}

/// The calls with all that is known of their order.
#[derive(Debug, Default)]
pub struct Graph {
    calls: usize,
    edges: BTreeMap<(Id, Id), BTreeSet<Why>>,
}

/// Calls each of which must come before the next one, and the last before the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle(pub Vec<(Id, Why)>);

impl Graph {
    pub fn of(calls: usize) -> Self {
        Self { calls, edges: BTreeMap::new() }
    }

    pub fn add(&mut self, from: Id, to: Id, why: Why) {
        if from != to {
            self.edges.entry((from, to)).or_default().insert(why);
        }
    }

    pub fn order(&self) -> Order {
        Order::of(self.calls, self.edges.keys().copied())
    }

    /// One of the shortest cycles, if there is any.
    pub fn cycle(&self) -> Option<Cycle> {
        let order = self.order();
        let on_a_cycle = (0..self.calls).filter(|call| order.is_before(*call, *call));
        on_a_cycle.map(|call| self.shortest_cycle(call)).min_by_key(|cycle| cycle.0.len())
    }

    fn shortest_cycle(&self, start: Id) -> Cycle {
        let mut came_from: BTreeMap<Id, Id> = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(call) = queue.pop_front() {
            for (_, to) in self.edges.range((call, 0)..(call + 1, 0)).map(|(edge, _)| edge) {
                if *to == start {
                    return self.walk_back(start, call, &came_from);
                }
                if !came_from.contains_key(to) {
                    came_from.insert(*to, call);
                    queue.push_back(*to);
                }
            }
        }
        unreachable!("{start} is on a cycle")
    }

    fn walk_back(&self, start: Id, last: Id, came_from: &BTreeMap<Id, Id>) -> Cycle {
        let mut calls = vec![start, last];
        while calls[calls.len() - 1] != start {
            calls.push(came_from[&calls[calls.len() - 1]]);
        }
        calls.reverse();
        let why = |pair: &[Id]| self.edges[&(pair[0], pair[1])].first().cloned().unwrap();
        Cycle(calls.windows(2).map(|pair| (pair[0], why(pair))).collect())
    }
}
