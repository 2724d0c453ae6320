//! Progress bars.

use std::sync::OnceLock;

use dify_api::Shown;
use indicatif::{ProgressBar, ProgressStyle};

use crate::sync::{Event, Outcome};

/// One bar for the files, then one for the indexing. Where there is no terminal, nothing is drawn.
#[derive(Default)]
pub struct Bars {
    files: OnceLock<ProgressBar>,
    indexing: OnceLock<ProgressBar>,
}

impl Bars {
    /// Shows what happened.
    pub fn show(&self, event: &Event<'_>) {
        match event {
            Event::Compared { files, documents } => {
                let bar = self.files.get_or_init(|| bar("files"));
                bar.set_length(*files as u64);
                bar.println(format!("{files} files here, {documents} documents there."));
            }
            Event::Finished { outcome: Outcome::Deleted, name } => {
                self.files.get_or_init(|| bar("files")).set_message(format!("deleted {}", Shown::new(name)));
            }
            Event::Finished { outcome, name } => {
                let bar = self.files.get_or_init(|| bar("files"));
                bar.inc(1);
                match outcome {
                    Outcome::Failed(reason) => {
                        bar.println(format!("{}: {}", Shown::new(name), Shown::new(&reason.to_string())))
                    }
                    _ => bar.set_message(Shown::new(name).to_string()),
                }
            }
            Event::Indexed { done, of } => {
                if let Some(files) = self.files.get() {
                    files.finish_and_clear();
                }
                let bar = self.indexing.get_or_init(|| bar("indexed"));
                bar.set_length(*of as u64);
                bar.set_position(*done as u64);
            }
        }
    }

    /// Takes the bars away.
    pub fn clear(&self) {
        for bar in [&self.files, &self.indexing].into_iter().filter_map(OnceLock::get) {
            bar.finish_and_clear();
        }
    }
}

fn bar(what: &str) -> ProgressBar {
    let template = "{bar:32} {pos}/{len} {prefix}  {eta}  {wide_msg}";
    // A template that cannot be read leaves the bar as the crate draws it.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::no_length().with_style(style).with_prefix(what.to_owned())
}
