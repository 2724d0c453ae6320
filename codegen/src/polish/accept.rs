//! progenitor sends no `Accept` for anything but JSON. The transport compares the answer's media type with this header.

use crate::model::{Answer, Model};
use syn::visit_mut::VisitMut;
use syn::{ExprMethodCall, File, parse_quote};

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    super::for_each_builder(file, model, |function, operation| {
        let media = match &operation.answer {
            Answer::Json(_) | Answer::Empty => "application/json".to_owned(),
            Answer::Events(_) => "text/event-stream".to_owned(),
            // The server takes any type of file: nothing is to be listed beside `*/*`.
            Answer::Download(media) if media.iter().any(|m| m == "*/*") => "*/*".to_owned(),
            Answer::Download(media) => media.join(", "),
        };
        let mut accept = Accept { media, count: 0 };
        accept.visit_block_mut(&mut function.block);
        accept.count
    })
}

struct Accept {
    media: String,
    count: usize,
}

impl VisitMut for Accept {
    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        if call.method == "build" {
            let (request, media) = (&call.receiver, &self.media);
            call.receiver = parse_quote!(#request.accept(#media));
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::{progenitors, sample};

    #[test]
    fn each_request_says_what_it_takes() {
        let source = |json: &str, events: &str| {
            progenitors(&format!(
                "impl Client {{ fn app_chat_send(&self) {{ Ok(r{json}.build()?) }} fn app_chat_stream(&self) {{ Ok(r{events}.build()?) }} }}"
            ))
        };
        let mut file = source("", "");
        assert_eq!(apply(&mut file, &sample()), 2);
        let header = |media| format!(r#".accept("{media}")"#);
        assert_eq!(file, source(&header("application/json"), &header("text/event-stream")));
        assert_eq!(apply(&mut progenitors(""), &sample()), 0);
    }
}
