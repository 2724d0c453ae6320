//! Lists that come in pages, walked to their end.

use crate::{Call, Error, ErrorKind, error::Context as Circumstances, transport::Exchange};
use futures_core::Stream;
use reqwest::Url;
use serde::de::DeserializeOwned;
use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    vec::IntoIter,
};

/// More than any list should have; reaching it is an error, so that no endless list goes unnoticed.
const CEILING: u32 = 10_000;

/// One page of a list. The generated pages implement it from `x-dify-paging` of the description.
pub trait Page: DeserializeOwned + Send {
    /// What is listed.
    type Item: Send;

    /// How the list goes on.
    const PAGING: Paging;

    /// What the page holds.
    fn into_items(self) -> Vec<Self::Item>;

    /// How many that are.
    fn count(&self) -> usize;

    /// Whether there is another page, where the answer says so.
    fn more(&self) -> Option<bool> {
        None
    }

    /// How many items the list has in all, where the answer says so.
    fn total(&self) -> Option<i64> {
        None
    }

    /// The item after which the next page begins, where pages go by items.
    fn cursor(&self) -> Option<&str> {
        None
    }
}

/// How a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Paging {
    /// The query parameter of this name takes the id of an item ([`Page::cursor`]).
    Cursor(&'static str),
    /// The query parameter of this name takes the number of the page; the first is 1.
    Number(&'static str),
}

impl<'a, P: Page + 'a> Call<'a, P> {
    /// The list page by page, from the place that the query names, or from the beginning.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::ConversationsListQuery;
    ///
    /// let query = ConversationsListQuery::new().user("user-1").limit(100);
    /// let mut pages = app.conversations().list(&query).pages();
    /// while let Some(page) = pages.next().await {
    ///     println!("{} conversations", page?.data.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn pages(self) -> Pages<'a, P> {
        let state = match self.into_exchange() {
            Some(exchange) => State::Ready { exchange: Box::new(exchange), next: Next::First },
            None => State::Begun,
        };
        Pages { state, fetched: 0, seen: 0, ceiling: CEILING }
    }

    /// The list item by item, fetching a page whenever the last one is used up.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::ConversationsListQuery;
    ///
    /// let query = ConversationsListQuery::new().user("user-1").limit(100);
    /// let mut conversations = app.conversations().list(&query).items();
    /// while let Some(conversation) = conversations.next().await {
    ///     println!("{}", conversation?.name);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn items(self) -> Items<'a, P> {
        Items { pages: self.pages(), items: Vec::new().into_iter() }
    }
}

/// The place of the next page.
#[derive(Clone)]
enum Next {
    First,
    After(String),
    /// So many pages after the first.
    Number(i64),
}

enum State<'a, P> {
    Ready {
        exchange: Box<Exchange<'a>>,
        next: Next,
    },
    Fetching {
        exchange: Box<Exchange<'a>>,
        next: Next,
        call: Call<'a, P>,
    },
    /// The call was awaited in part before it was turned into pages.
    Begun,
    Over,
}

/// The pages of a list; see [`Call::pages`].
///
/// It ends with the list: where the answer says that there is no more, where a page is empty, or where it would ask for
/// the same page again. An error ends it too. While others add and remove items, a list that goes by page numbers may
/// show an item twice or not at all.
#[must_use = "nothing is fetched before it is read"]
pub struct Pages<'a, P> {
    state: State<'a, P>,
    fetched: u32,
    seen: i64,
    ceiling: u32,
}

impl<'a, P: Page + 'a> Pages<'a, P> {
    /// How many pages may be fetched. 10 000 if it is not said. A list that has more is an error
    /// ([`ErrorKind::TooManyPages`]) after the last page that may be: it is never cut silently.
    pub fn ceiling(mut self, pages: u32) -> Self {
        self.ceiling = pages;
        self
    }

    /// The next page; `None` at the end of the list.
    ///
    /// The same as `StreamExt::next`. Nothing is lost when the future is dropped before it is done.
    pub async fn next(&mut self) -> Option<Result<P, Error>> {
        poll_fn(|cx| self.poll_page(cx)).await
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<P, Error>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Over) {
                State::Over => return Poll::Ready(None),
                State::Begun => {
                    let why = "the call was under way when its pages were asked for: call `pages` or `items` first";
                    return Poll::Ready(Some(Err(Error::outside(ErrorKind::InvalidRequest(why.to_owned())))));
                }
                State::Ready { exchange, .. } if self.fetched >= self.ceiling => {
                    let context = Circumstances::of(exchange.operation);
                    let kind = ErrorKind::TooManyPages { limit: self.ceiling };
                    return Poll::Ready(Some(Err(Error::new(kind, context))));
                }
                State::Ready { exchange, next } => {
                    let call = call(&exchange, next.clone(), P::PAGING);
                    self.state = State::Fetching { exchange, next, call };
                }
                State::Fetching { exchange, next, mut call } => match Pin::new(&mut call).poll(cx) {
                    Poll::Pending => {
                        self.state = State::Fetching { exchange, next, call };
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready(Ok(page)) => {
                        self.fetched += 1;
                        self.seen += page.count() as i64;
                        if let Some(next) = next.following(&page, self.seen) {
                            self.state = State::Ready { exchange, next };
                        }
                        return Poll::Ready(Some(Ok(page)));
                    }
                },
            }
        }
    }
}

impl Next {
    /// What comes after this page and so many items; nothing, when it was the last.
    fn following<P: Page>(&self, page: &P, seen: i64) -> Option<Self> {
        // Lists that were asked for larger pages than Dify gives deny that there is more: the total knows better.
        let lacking = page.total().map(|total| seen < total);
        let more = match (page.more(), lacking) {
            (None, None) => true,
            (more, lacking) => more == Some(true) || lacking == Some(true),
        };
        if !more || page.count() == 0 {
            return None;
        }
        match P::PAGING {
            Paging::Cursor(_) => {
                let cursor = page.cursor()?;
                let unchanged = matches!(self, Self::After(last) if last == cursor);
                (!unchanged).then(|| Self::After(cursor.to_owned()))
            }
            Paging::Number(_) => Some(Self::Number(match self {
                Self::Number(fetched) => fetched + 1,
                _ => 1,
            })),
        }
    }

    /// Asks for this place in a URL.
    fn ask(&self, url: &mut Url, paging: Paging) {
        let (Paging::Cursor(name) | Paging::Number(name)) = paging;
        let value = match self {
            Self::First => return,
            Self::After(cursor) => cursor.clone(),
            Self::Number(pages) => {
                let first = url.query_pairs().find(|(known, _)| known == name);
                let first: i64 = first.and_then(|(_, value)| value.parse().ok()).unwrap_or(1);
                first.saturating_add(*pages).to_string()
            }
        };
        let others: Vec<_> = url.query_pairs().into_owned().filter(|(known, _)| known != name).collect();
        url.query_pairs_mut().clear().extend_pairs(others).append_pair(name, &value);
    }
}

fn call<'a, P: Page + 'a>(exchange: &Exchange<'a>, next: Next, paging: Paging) -> Call<'a, P> {
    let mut exchange = exchange.clone();
    exchange.build = exchange.build.changed(move |request| next.ask(request.url_mut(), paging));
    Call::json_of(exchange)
}

impl<'a, P: Page + 'a> Stream for Pages<'a, P> {
    type Item = Result<P, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(cx)
    }
}

/// The items of a list, whatever pages they come in; see [`Call::items`] and [`Pages`].
#[must_use = "nothing is fetched before it is read"]
pub struct Items<'a, P: Page> {
    pages: Pages<'a, P>,
    items: IntoIter<P::Item>,
}

impl<'a, P: Page + 'a> Items<'a, P> {
    /// How many pages may be fetched; see [`Pages::ceiling`].
    pub fn ceiling(mut self, pages: u32) -> Self {
        self.pages = self.pages.ceiling(pages);
        self
    }

    /// The next item; `None` at the end of the list.
    ///
    /// The same as `StreamExt::next`. Nothing is lost when the future is dropped before it is done.
    pub async fn next(&mut self) -> Option<Result<P::Item, Error>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// All items at once.
    ///
    /// # Errors
    /// The first that a page meets; what was fetched before it is dropped.
    pub async fn into_vec(mut self) -> Result<Vec<P::Item>, Error> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            items.push(item?);
        }
        Ok(items)
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<P::Item, Error>>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match std::task::ready!(self.pages.poll_page(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => self.items = page.into_items().into_iter(),
            }
        }
    }
}

impl<'a, P: Page + 'a> Stream for Items<'a, P>
where
    P::Item: Unpin,
{
    type Item = Result<P::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

impl<P> fmt::Debug for Pages<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let over = matches!(self.state, State::Over);
        f.debug_struct("Pages")
            .field("fetched", &self.fetched)
            .field("ceiling", &self.ceiling)
            .field("over", &over)
            .finish()
    }
}

impl<P: Page> fmt::Debug for Items<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).field("at_hand", &self.items.len()).finish()
    }
}

#[cfg(all(test, feature = "app"))]
mod tests;
