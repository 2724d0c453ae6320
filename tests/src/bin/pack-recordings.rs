//! Packs recordings of real servers into `tests/recordings`.
//!
//! ```text
//! cargo run -p dify-tests --bin pack-recordings -- ../shared/recordings
//! cargo run -p dify-tests --bin pack-recordings -- --add my-recordings
//! ```
//!
//! The first makes the archives of the areas that it finds anew. `--add` keeps what is packed, but for exchanges of the
//! same name.
//!
//! The folder has one folder per server (`dify-1.16.1`), below which every `.json` file is an exchange. Exchanges of routes
//! that the published documents do not describe stay out; so does a server's description of itself.

use std::{error::Error, fs, path::PathBuf};

use codegen::verify::Judge;
use dify_tests::{Recording, archive, corpus::judge_one, workspace};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let add = arguments.first().is_some_and(|first| first == "--add");
    if add {
        arguments.remove(0);
    }
    let [folder] = arguments.as_slice() else {
        return Err("usage: pack-recordings [--add] <folder of recordings, one folder per server>".into());
    };
    let folder = PathBuf::from(folder);
    let judge = Judge::new(workspace::published())?;
    let mut kept = if add { archive::recordings()? } else { Vec::new() };
    for server in fs::read_dir(&folder)? {
        let server = server?;
        for path in workspace::files(&server.path())? {
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let exchange: Value = serde_json::from_slice(&fs::read(&path)?)?;
            let file = path.strip_prefix(server.path())?.to_string_lossy().into_owned();
            if judge_one(&judge, &file, &exchange).documented {
                let server = server.file_name().to_string_lossy().into_owned();
                kept.retain(|old| old.server != server || old.file != file);
                kept.push(Recording { server, file, exchange });
            }
        }
    }
    let count = kept.len();
    archive::write(&archive::folder(), kept)?;
    let mut bytes = 0;
    for archive in workspace::files(&archive::folder())? {
        bytes += fs::metadata(archive)?.len();
    }
    println!("{count} exchanges, {bytes} bytes");
    Ok(())
}
