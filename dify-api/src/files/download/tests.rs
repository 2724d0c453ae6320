//! What the headers of a file say, and what becomes of it on disk.

use super::file_name;

#[test]
fn the_file_name_is_read_in_all_its_forms() {
    for (header, want) in [
        ("attachment", None),
        ("attachment; filename=a.png", Some("a.png")),
        ("inline;filename=\"a b.png\"; size=3", Some("a b.png")),
        (r#"attachment; filename="a\"b;c.png""#, Some("a_b;c.png")),
        ("attachment; filename*=UTF-8''na%C3%AFve%20file.txt", Some("na\u{ef}ve file.txt")),
        ("attachment; filename=\"plain.txt\"; filename*=utf-8''%E4%BD%A0.txt", Some("\u{4f60}.txt")),
        ("attachment; filename*=UTF-8''%E4%BD%A0.txt; filename=plain.txt", Some("\u{4f60}.txt")),
        ("attachment; filename*=latin1''x; filename=plain.txt", Some("plain.txt")),
        ("attachment; FileName=a.png", Some("a.png")),
    ] {
        assert_eq!(file_name(header).as_deref(), want, "{header}");
    }
}

#[test]
fn a_server_does_not_choose_the_directory() {
    for (header, want) in [
        ("attachment; filename=../../etc/passwd", Some("passwd")),
        (r#"attachment; filename="C:\\a\\b.txt""#, Some("b.txt")),
        ("attachment; filename*=UTF-8''%2Fetc%2Fpasswd", Some("passwd")),
        ("attachment; filename=..", None),
        ("attachment; filename=\"a/\"", None),
        ("attachment; filename*=UTF-8''a%0Ab", None),
        ("attachment; filename*=UTF-8''a%E2%80%AEgnp.exe", Some("agnp.exe")),
        ("attachment; filename=\"NUL.txt\"", Some("_NUL.txt")),
    ] {
        assert_eq!(file_name(header).as_deref(), want, "{header}");
    }
}

#[cfg(feature = "app")]
mod saving;
