//! Saving to disk.

use crate::{
    Download, Error, ErrorKind, Timeouts,
    tests::test_server::{Server, Step, answer, say},
    types::FilesPreviewQuery,
};
use futures_util::FutureExt as _;
use std::{fs, path::Path, time::Duration};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 8\r\n\r\n";

/// A download whose answer is sent by these steps.
async fn download(steps: Vec<Step>) -> Download {
    let server = Server::start(vec![steps]).await;
    let app = server.app(Timeouts::none());
    app.files().preview("f", &FilesPreviewQuery::new()).await.expect("a download")
}

async fn save(path: &Path) -> Result<u64, Error> {
    download(answer(200, "image/png", "new file")).await.save_to(path).await
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_file_is_replaced_by_a_whole_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.png");
    for _ in 0..2 {
        assert_eq!(save(&path).await.expect("saved"), 8);
        assert_eq!(fs::read_to_string(&path).expect("a file"), "new file");
    }
    assert_eq!(names(folder.path()), ["a.png"]);
}

// Guards a past bug: the bytes went to `….part`, whoever else used that name.
#[tokio::test]
async fn files_beside_the_target_are_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.png");
    fs::write(folder.path().join("a.png.part"), "the user's").expect("written");
    let whole = save(&path);
    let broken = download(vec![say(format!("{HEAD}half")), Step::Cut]).await.save_to(&path);
    let (whole, broken) = tokio::join!(whole, broken);
    assert_eq!(whole.expect("saved"), 8);
    assert!(matches!(broken.expect_err("broken").kind(), ErrorKind::Transport(_)));
    assert_eq!(fs::read_to_string(&path).expect("a file"), "new file");
    assert_eq!(fs::read_to_string(folder.path().join("a.png.part")).expect("a file"), "the user's");
    assert_eq!(names(folder.path()), ["a.png", "a.png.part"]);
}

#[tokio::test]
async fn concurrent_saves_do_not_mix() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.txt");
    let bodies: Vec<String> = (0..8).map(|number| number.to_string().repeat(9000)).collect();
    let mut saves = Vec::new();
    for body in &bodies {
        saves.push(download(answer(200, "text/plain", body)).await.save_to(&path));
    }
    let written = futures_util::future::join_all(saves).await;
    assert!(written.iter().all(|written| matches!(written, Ok(9000))), "{written:?}");
    assert!(bodies.contains(&fs::read_to_string(&path).expect("a file")));
    assert_eq!(names(folder.path()), ["a.txt"]);
}

// Guards a past bug: a dropped save left its `….part` behind.
#[tokio::test]
async fn a_dropped_save_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.png");
    let stalled = download(vec![say(format!("{HEAD}half")), Step::Wait(Duration::from_secs(3600))]).await;
    let mut save = Box::pin(stalled.save_to(&path));
    // Polled until its temporary file is there.
    while names(folder.path()).is_empty() {
        assert!((&mut save).now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    drop(save);
    // The thread pool may just have made the file, and takes it away then.
    settle(folder.path(), |left| left.is_empty()).await;
    assert_eq!(names(folder.path()), [""; 0]);
}

/// Waits until the thread pool has ended what it began.
async fn settle(folder: &Path, settled: impl Fn(&[String]) -> bool) {
    for _ in 0..10_000 {
        if settled(&names(folder)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_dropped_save_leaves_nothing_at_any_moment() {
    for polls in 1..12 {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.png");
        let mut save = Box::pin(download(answer(200, "image/png", "new file")).await.save_to(&path));
        for _ in 0..polls {
            if (&mut save).now_or_never().is_some() {
                break;
            }
            // The thread pool gets the time that it needs.
            tokio::task::spawn_blocking(|| ()).await.expect("done");
        }
        drop(save);
        // The thread pool ends what it has begun, which may be the renaming.
        let settled = |left: &[String]| left.is_empty() || left == ["a.png"];
        settle(folder.path(), settled).await;
        let left = names(folder.path());
        assert!(settled(&left), "{left:?} after {polls}");
        assert!(left.is_empty() || fs::read_to_string(&path).expect("a file") == "new file");
    }
}

#[tokio::test]
async fn a_target_that_cannot_be_written_is_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let locked = root.join("locked.png");
    fs::write(&locked, "old").expect("written");
    let mut permissions = fs::metadata(&locked).expect("metadata").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&locked, permissions).expect("read-only");
    for (path, fix) in [
        (root.to_owned(), "add the name of the file"),
        (root.join("new/"), "add the name of the file"),
        (root.join(".."), "add the name of the file"),
        (root.join("missing/a.png"), "does not exist: create it first"),
        (locked.join("a.png"), "is not a folder"),
        (locked.clone(), "make it writable"),
    ] {
        let error = save(&path).await.expect_err("refused");
        assert!(matches!(error.kind(), ErrorKind::File { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains(fix) && text.contains(&path.display().to_string()), "{text}");
    }
    assert_eq!(names(root), ["locked.png"]);
    assert_eq!(fs::read_to_string(&locked).expect("a file"), "old");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_is_replaced_and_not_followed() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().expect("a folder");
    let (root, victim) = (folder.path(), folder.path().join("victim"));
    fs::write(&victim, "precious").expect("written");
    for link in [root.join("link"), root.join("dangling")] {
        let target = if link.ends_with("link") { &victim } else { Path::new("nowhere") };
        symlink(target, &link).expect("a link");
        assert_eq!(save(&link).await.expect("saved"), 8);
        assert!(fs::symlink_metadata(&link).expect("metadata").is_file());
    }
    assert_eq!(fs::read_to_string(&victim).expect("a file"), "precious");
    symlink(root, root.join("folder")).expect("a link");
    for (path, why) in [(root.join("folder"), "a folder"), ("/dev/null".into(), "a device")] {
        let error = save(&path).await.expect_err("refused");
        assert!(error.to_string().contains(why), "{error}");
    }
    assert_eq!(names(root), ["dangling", "folder", "link", "victim"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_replaced_file_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("private.png");
    fs::write(&path, "old").expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("private");
    save(&path).await.expect("saved");
    assert_eq!(fs::metadata(&path).expect("metadata").permissions().mode() & 0o777, 0o600);
}
