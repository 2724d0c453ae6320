//! Lists that come in pages, walked to their end.

use super::{Page, Paging};
use crate::{Call, Error, ErrorKind, error::Context as Circumstances, transport::exchange::Exchange};
use futures_core::Stream;
use std::{
    fmt,
    future::poll_fn,
    mem,
    pin::Pin,
    task::{Context, Poll},
    vec::IntoIter,
};

mod walk;

use walk::{Met, Next, Walk};

/// More than any list should have; reaching it is an error, so that no endless list goes unnoticed.
const CEILING: u32 = 10_000;

impl<P: Page> Call<P> {
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
    pub fn pages(self) -> Pages<P> {
        let state = match self.into_exchange() {
            Some(exchange) => WalkState::Ready { exchange, next: Next::First },
            None => WalkState::Begun,
        };
        Pages { state, fetched: 0, ceiling: CEILING, walk: Walk::default() }
    }

    /// The list item by item, fetching a page whenever the last one is used up.
    ///
    /// Items come in the order of the list: where a page has its oldest first and the next one is older, as with
    /// messages, the newest item comes first. Each item of a list by cursor comes once, and none is lost because it was
    /// stored in the same second as the last of a page: the next page begins where that second begins, and what
    /// repeats is dropped. Where all of a page is of one second, a page of 100 is asked for. Of more than 100 items of
    /// one second, the server gives no more than 100.
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
    pub fn items(self) -> Items<P> {
        let mut pages = self.pages();
        pages.walk.overlapping = true;
        Items { pages, items: Vec::new().into_iter(), met: Met::default() }
    }
}

enum WalkState<P> {
    Ready {
        exchange: Box<Exchange>,
        next: Next,
    },
    Fetching {
        exchange: Box<Exchange>,
        next: Next,
        call: Call<P>,
    },
    /// The call was awaited in part before it was turned into pages.
    Begun,
    Over,
}

/// The pages of a list; see [`Call::pages`].
///
/// It ends with the list: if the reply indicates no more pages, where a page is empty, or where the server leads
/// back to a place that was asked for before, directly or in a circle of up to 10 000 pages. A server that repeats itself
/// whatever number it is asked for ends it after ten repeated pages. An error ends it too.
///
/// Pages are the server's own. Where a list continues from an item, Dify skips items that were stored in the same second
/// as that item: [`Call::items`] finds them. Where a list goes by page numbers, it may show an item twice or not at all
/// while others add and remove items, or where Dify does not order the items of one second.
#[must_use = "nothing is fetched before it is read"]
pub struct Pages<P> {
    state: WalkState<P>,
    fetched: u32,
    ceiling: u32,
    walk: Walk,
}

impl<P: Page> Pages<P> {
    /// Sets how many pages may be fetched, 10 000 by default. A list that has more is an error
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
            match mem::replace(&mut self.state, WalkState::Over) {
                WalkState::Over => return Poll::Ready(None),
                WalkState::Begun => {
                    let why = "the call was under way when its pages were asked for: call `pages` or `items` first";
                    return Poll::Ready(Some(Err(Error::outside(ErrorKind::InvalidRequest(why.to_owned())))));
                }
                WalkState::Ready { exchange, .. } if self.fetched >= self.ceiling => {
                    let Exchange { operation, transport, .. } = *exchange;
                    let context = Circumstances::of(operation, transport.secrets());
                    let kind = ErrorKind::TooManyPages { limit: self.ceiling };
                    return Poll::Ready(Some(Err(Error::new(kind, context))));
                }
                WalkState::Ready { exchange, next } => {
                    let call = call(&exchange, &next, P::PAGING, self.walk.larger);
                    self.state = WalkState::Fetching { exchange, next, call };
                }
                WalkState::Fetching { exchange, next, mut call } => match Pin::new(&mut call).poll(cx) {
                    Poll::Pending => {
                        self.state = WalkState::Fetching { exchange, next, call };
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready(Ok(page)) => {
                        self.fetched += 1;
                        if let Some(next) = self.walk.following(next, &page) {
                            self.state = WalkState::Ready { exchange, next };
                        }
                        return Poll::Ready(Some(Ok(page)));
                    }
                },
            }
        }
    }
}

fn call<P: Page>(exchange: &Exchange, next: &Next, paging: Paging, larger: bool) -> Call<P> {
    let mut exchange = exchange.clone();
    if let Ok(request) = &mut exchange.request {
        next.ask(&mut request.url, paging, larger);
    }
    Call::json_of(exchange)
}

impl<P: Page> Stream for Pages<P> {
    type Item = Result<P, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(cx)
    }
}

/// The items of a list, whatever pages they come in; see [`Call::items`] and [`Pages`].
#[must_use = "nothing is fetched before it is read"]
pub struct Items<P: Page> {
    pages: Pages<P>,
    items: IntoIter<P::Item>,
    /// The ids of the items so far.
    met: Met,
}

impl<P: Page> Items<P> {
    /// Sets how many pages may be fetched; see [`Pages::ceiling`].
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

    /// The items of a page in the order of the list, without those that came before.
    fn unmet(&mut self, page: P) -> Vec<P::Item> {
        let mut items = page.into_items();
        if let Paging::Before(_) = P::PAGING {
            items.reverse();
        }
        if let Paging::After(_) | Paging::Before(_) = P::PAGING {
            items.retain(|item| P::id(item).is_none_or(|id| self.met.first(id)));
        }
        items
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<P::Item, Error>>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match std::task::ready!(self.pages.poll_page(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => self.items = self.unmet(page).into_iter(),
            }
        }
    }
}

impl<P: Page> Stream for Items<P>
where
    P::Item: Unpin,
{
    type Item = Result<P::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

impl<P> fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let over = matches!(self.state, WalkState::Over);
        f.debug_struct("Pages")
            .field("fetched", &self.fetched)
            .field("ceiling", &self.ceiling)
            .field("over", &over)
            .finish()
    }
}

impl<P: Page> fmt::Debug for Items<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).field("at_hand", &self.items.len()).finish()
    }
}

#[cfg(all(test, feature = "app"))]
mod tests;
