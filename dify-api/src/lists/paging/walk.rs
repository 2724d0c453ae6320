//! Where a list continues.

use super::CEILING;
use crate::lists::{Page, Paging};
use reqwest::Url;
use std::{
    collections::{HashSet, hash_map::RandomState},
    hash::{BuildHasher, Hash},
    mem,
};

/// The largest page that Dify gives of a list by cursor.
const LARGEST: usize = 100;

/// So many pages by number may repeat earlier ones in a row; a list that shifts meanwhile repeats one or two.
const REPEATED: u32 = 10;

/// The place of the next page.
#[derive(Clone)]
pub(super) enum Next {
    First,
    /// After or before the item of this id.
    From(String),
    /// So many pages after the first.
    Number(i64),
}

/// What decides where a walk continues.
#[derive(Default)]
pub(super) struct Walk {
    /// Items so far.
    seen: i64,
    /// Pages in a row that repeat earlier ones.
    repeated: u32,
    /// Cursors that were used, or pages by the ids of their items.
    met: Met,
    /// Continue from where the last second of a page begins.
    pub(super) overlapping: bool,
    /// Ask for the largest pages.
    pub(super) larger: bool,
}

/// Remembers by hash what was met: at least the last 10 000, at most twice as many.
#[derive(Default)]
pub(super) struct Met {
    hasher: RandomState,
    pub(super) recent: HashSet<u64>,
    pub(super) older: HashSet<u64>,
}

impl Met {
    /// Returns whether this is met for the first time.
    pub(super) fn first(&mut self, value: impl Hash) -> bool {
        let hash = self.hasher.hash_one(value);
        if self.recent.len() >= CEILING as usize {
            self.older = mem::take(&mut self.recent);
        }
        !self.older.contains(&hash) && self.recent.insert(hash)
    }
}

impl Walk {
    /// Returns what comes after this page, which was asked for by `asked`; nothing when it was the last.
    pub(super) fn following<P: Page>(&mut self, asked: Next, page: &P) -> Option<Next> {
        let items = page.items();
        self.seen += items.len() as i64;
        // Lists that were asked for larger pages than Dify gives deny that there is more: the total is right.
        let lacking = page.total().map(|total| self.seen < total);
        let more = match (page.more(), lacking) {
            (None, None) => true,
            (more, lacking) => more == Some(true) || lacking == Some(true),
        };
        if !more || items.is_empty() {
            return None;
        }
        match P::PAGING {
            Paging::After(_) => self.beyond::<P>(asked, items.len(), items.iter().rev()),
            Paging::Before(_) => self.beyond::<P>(asked, items.len(), items.iter()),
            Paging::Number(_) => {
                let ids: Option<Vec<&str>> = items.iter().map(P::id).collect();
                let repeats = ids.is_some_and(|ids| !self.met.first(ids));
                self.repeated = if repeats { self.repeated + 1 } else { 0 };
                let number = if let Next::Number(fetched) = asked { fetched.saturating_add(1) } else { 1 };
                (self.repeated < REPEATED).then_some(Next::Number(number))
            }
        }
    }

    /// Returns the place beyond a page of so many items, which come from its end.
    fn beyond<'p, P: Page>(
        &mut self,
        asked: Next,
        count: usize,
        mut items: impl Iterator<Item = &'p P::Item>,
    ) -> Option<Next>
    where
        P::Item: 'p,
    {
        let last = items.next()?;
        let mut place = last;
        if self.overlapping && P::tied(last, last) {
            match items.find(|item| !P::tied(item, last)) {
                Some(item) => place = item,
                None if !self.larger && count < LARGEST => {
                    self.larger = true;
                    return Some(asked);
                }
                None => {}
            }
        }
        let cursor = P::id(place)?;
        self.met.first(cursor).then(|| Next::From(cursor.to_owned()))
    }
}

impl Next {
    /// Asks for this place in a URL.
    pub(super) fn ask(&self, url: &mut Url, paging: Paging, larger: bool) {
        let (Paging::After(name) | Paging::Before(name) | Paging::Number(name)) = paging;
        if larger {
            set(url, "limit", &LARGEST.to_string());
        }
        match self {
            Self::First => {}
            Self::From(cursor) => set(url, name, cursor),
            Self::Number(pages) => {
                let first = url.query_pairs().find(|(known, _)| known == name);
                let first: i64 = first.and_then(|(_, value)| value.parse().ok()).unwrap_or(1);
                set(url, name, &first.saturating_add(*pages).to_string());
            }
        }
    }
}

/// Sets a parameter of the query.
fn set(url: &mut Url, name: &str, value: &str) {
    let others: Vec<_> = url.query_pairs().into_owned().filter(|(known, _)| known != name).collect();
    url.query_pairs_mut().clear().extend_pairs(others).append_pair(name, value);
}
