//! Packs recordings of real servers into `tests/recordings`.
//!
//! ```text
//! cargo run -p dify-tests --bin pack-recordings -- <folder> dify-1.13.0 dify-1.16.1 dify-main-20260815
//! cargo run -p dify-tests --bin pack-recordings -- --distinct <folder> dify-1.9.2
//! cargo run -p dify-tests --bin pack-recordings -- --add my-recordings
//! ```
//!
//! The first makes the archives of the named servers anew, or of all that it finds. `--distinct` packs only exchanges that
//! show an outcome, an event or a shape of a body which no earlier one of the server shows. `--add` keeps packed exchanges,
//! except those of the same name.
//!
//! The folder has one folder per server (`dify-1.16.1`), below which every `.json` file is an exchange, and where an
//! `index.json` names the release. Exchanges of routes that the published documents do not describe stay out; so does a
//! server's description of itself.

use std::{error::Error, fs, path::PathBuf};

use contract::{Corpus, Index, Judge, corpora};
use dify_tests::{Recording, archive, distinct::Distinct, workspace};

fn main() -> Result<(), Box<dyn Error>> {
    let (options, arguments): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|it| it.starts_with("--"));
    let unknown = options.iter().any(|option| !["--add", "--distinct"].contains(&option.as_str()));
    let Some((folder, wanted)) = arguments.split_first().filter(|_| !unknown) else {
        return Err(
            "usage: pack-recordings [--add] [--distinct] <folder of recordings, one folder per server> [SERVER]..."
                .into(),
        );
    };
    let [add, distinct] = ["--add", "--distinct"].map(|name| options.iter().any(|option| option == name));
    for corpus in corpora(&PathBuf::from(folder))? {
        let server = corpus.server();
        if wanted.is_empty() || wanted.contains(&server) {
            pack(corpus, &server, add, distinct)?;
        }
    }
    let mut bytes = 0;
    for archive in workspace::files(&archive::folder())? {
        bytes += fs::metadata(archive)?.len();
    }
    println!("{} exchanges, {bytes} bytes", archive::recordings()?.len());
    Ok(())
}

/// Packs the recordings of a server; with `add`, beside those that are packed and have other names.
fn pack(corpus: Corpus, server: &str, add: bool, distinct: bool) -> Result<(), Box<dyn Error>> {
    let packed = archive::folder().join(server);
    let release = corpus.release()?;
    let mut kept = match Corpus::read(&packed) {
        Ok(old) if add => old.recordings,
        _ => Vec::new(),
    };
    if !add && packed.is_dir() {
        fs::remove_dir_all(&packed)?;
    }
    let judge = Judge::carried(Some(&release))?;
    let mut seen = Distinct::default();
    for (file, exchange) in corpus.recordings {
        let verdict = judge.exchange(&file, &exchange);
        if verdict.documented && (!distinct || seen.is_new(&exchange, &verdict)) {
            kept.retain(|(old, _)| *old != file);
            kept.push((file, exchange));
        }
    }
    let recording = |(file, exchange)| Recording { server: server.to_owned(), file, exchange };
    archive::write(&archive::folder(), kept.into_iter().map(recording).collect())?;
    if add && packed.join("index.json").is_file() {
        return Ok(());
    }
    let index = corpus.index.unwrap_or_else(|| Index { release, grade: "recorded".into(), note: None });
    fs::write(packed.join("index.json"), serde_json::to_string(&index)? + "\n")?;
    Ok(())
}
