use super::{Decode, Fault, Kind, Read, Reader, Substitutions, decode};
use crate::RawJson;
use std::collections::BTreeMap;

mod oracle;

crate::open_enum! {
    /// A state.
    pub(super) enum State {
        /// On.
        On = "on",
    }
}
crate::values::decode::text!(State);

#[derive(Clone, Debug, PartialEq)]
struct Item {
    id: String,
    name: String,
    size: i64,
    share: f64,
    done: bool,
    tags: Vec<String>,
    labels: BTreeMap<String, String>,
    state: State,
    note: Option<String>,
    any: RawJson,
    outputs: RawJson,
    later: Vec<i64>,
    at: Option<i64>,
    text: Option<String>,
}

crate::values::decode::object! {
    Item {
        id: essential "id",
        name: required "name",
        size: required "size",
        share: required "share",
        done: required "done",
        tags: required "tags",
        labels: required "labels",
        state: required "state",
        note: required "note" null,
        any: required "any" null,
        outputs: required "outputs" null open,
        later: optional "later",
        at: optional "at" loose,
        text: optional "text" loose,
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Named {
    name: String,
    place: Option<String>,
}

crate::values::decode::object! {
    Named {
        name: essential "name",
        place: optional "place",
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Page {
    data: Vec<Item>,
    limit: i64,
}

crate::values::decode::object! {
    Page {
        data: essential "data",
        limit: required "limit",
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Kept {
    name: String,
    extra: serde_json::Map<String, serde_json::Value>,
}

crate::values::decode::object! {
    Kept {
        name: required "name",
    } extra extra
}

const WHOLE: &str = r#"{"id":"i","name":"n","size":3,"share":0.5,"done":true,"tags":["a"],"labels":{"k":"v"},
    "state":"on","note":"x","any":[1],"outputs":{"o":1},"later":[1,2],"at":4,"text":"t"}"#;

fn item(text: &str) -> Result<(Item, Substitutions), Fault> {
    decode(text)
}

/// The item without a member, or with it null.
fn changed(member: &str, null: bool) -> String {
    let mut value: serde_json::Value = serde_json::from_str(WHOLE).expect("JSON");
    let members = value.as_object_mut().expect("an object");
    match null {
        true => members.insert(member.to_owned(), serde_json::Value::Null),
        false => members.remove(member),
    };
    value.to_string()
}

fn cause<T: Decode + std::fmt::Debug>(text: &str) -> String {
    decode::<T>(text).expect_err(text).at_path(text.as_bytes())
}

#[test]
fn a_whole_object_decodes_without_substitutions() {
    let (whole, substitutions) = item(WHOLE).expect("an item");
    assert_eq!(substitutions, Substitutions::default());
    assert_eq!((whole.name.as_str(), whole.size, whole.share, whole.done), ("n", 3, 0.5, true));
    assert_eq!((whole.tags, whole.later, whole.at), (vec!["a".to_owned()], vec![1, 2], Some(4)));
    assert_eq!((whole.state, whole.outputs.as_str()), (State::On, r#"{"o":1}"#));
}

#[test]
fn a_required_member_that_is_missing_or_null_is_empty_and_counted() {
    let (whole, _) = item(WHOLE).expect("an item");
    for null in [false, true] {
        for (member, empty) in [
            ("name", Item { name: String::new(), ..whole.clone() }),
            ("size", Item { size: 0, ..whole.clone() }),
            ("share", Item { share: 0.0, ..whole.clone() }),
            ("done", Item { done: false, ..whole.clone() }),
            ("tags", Item { tags: Vec::new(), ..whole.clone() }),
            ("labels", Item { labels: BTreeMap::new(), ..whole.clone() }),
            ("state", Item { state: State::Other(String::new()), ..whole.clone() }),
        ] {
            let text = changed(member, null);
            let (read, substitutions) = item(&text).expect(member);
            assert_eq!(read, empty, "{member}");
            assert_eq!(substitutions.count, 1, "{member}");
            assert_eq!(substitutions.paths(text.as_bytes()).collect::<Vec<_>>(), [member]);
        }
    }
}

#[test]
fn null_that_is_a_value_is_no_substitution_and_its_absence_is_one() {
    for (member, missing) in [("note", 1), ("any", 1), ("outputs", 1), ("later", 0), ("at", 0), ("text", 0)] {
        let (read, substitutions) = item(&changed(member, true)).expect(member);
        assert_eq!(substitutions.count, 0, "{member}");
        let empty = match member {
            "note" => read.note.is_none(),
            "any" => read.any.is_null(),
            "outputs" => read.outputs.is_null(),
            "later" => read.later.is_empty(),
            "at" => read.at.is_none(),
            _ => read.text.is_none(),
        };
        assert!(empty, "{member}");
        assert_eq!(item(&changed(member, false)).expect(member).1.count, missing, "{member}");
    }
}

#[test]
fn an_open_object_that_is_missing_is_empty_and_null_stays_null() {
    let (read, substitutions) = item(&changed("outputs", false)).expect("an item");
    assert_eq!((read.outputs.as_str(), substitutions.count), ("{}", 1));
    let (read, substitutions) = item(&changed("outputs", true)).expect("an item");
    assert_eq!((read.outputs.as_str(), substitutions.count), ("null", 0));
}

#[test]
fn an_essential_member_that_is_missing_or_null_is_an_error() {
    for null in [false, true] {
        let text = changed("id", null);
        assert_eq!(cause::<Item>(&text), "missing member `id` at line 1 column 1");
        let page = format!(r#"{{"limit":1,"data":[{WHOLE},{text}]}}"#);
        assert!(
            cause::<Page>(&page).starts_with("`data[1]`: missing member `id` at line 2 column "),
            "{}",
            cause::<Page>(&page)
        );
    }
}

#[test]
fn an_object_without_its_required_members_is_an_error() {
    for text in ["{}", r#"{"code":"x","message":"m","status":400}"#, r#"{"name":null}"#] {
        assert!(cause::<Kept>(text).starts_with("an object without any of its required members"), "{text}");
    }
    assert!(decode::<Page>(r#"{"code":"x","message":"m","status":400}"#).is_err());
}

#[test]
fn substitutions_are_counted_all_and_listed_in_part() {
    let lacking = changed("name", false);
    let page = format!(r#"{{"data":[{}]}}"#, vec![lacking.as_str(); 100].join(","));
    let (read, substitutions) = decode::<Page>(&page).expect("a page");
    assert_eq!((read.data.len(), substitutions.count), (100, 101));
    let paths: Vec<_> = substitutions.paths(page.as_bytes()).collect();
    assert_eq!(paths.len(), Substitutions::LISTED);
    assert_eq!((paths[0].as_str(), paths[9].as_str()), ("data[0].name", "data[9].name"));
}

#[test]
fn another_kind_of_json_is_an_error_at_its_place() {
    for (text, path) in [
        (r#"{"data":[],"limit":"many"}"#, "limit"),
        (r#"{"data":[],"limit":"1"}"#, "limit"),
        (r#"{"data":[],"limit":1.5}"#, "limit"),
        (r#"{"data":[],"limit":9223372036854775808}"#, "limit"),
        (r#"{"limit":1,"data":[{"id":7}]}"#, "data[0].id"),
        (r#"{"limit":1,"data":[{"id":"a","size":[]}]}"#, "data[0].size"),
        (r#"{"limit":1,"data":[{"id":"a","tags":["x",null]}]}"#, "data[0].tags[1]"),
        (r#"{"limit":1,"data":[{"id":"a","labels":{"k":1}}]}"#, "data[0].labels.k"),
        (r#"{"limit":1,"data":[{"id":"a","share":1e999}]}"#, "data[0].share"),
        (r#"{"limit":1,"data":{}}"#, "data"),
        (r#"{"limit":1,"data":[null]}"#, "data[0]"),
        ("[]", "."),
        ("null", "."),
        ("\"text\"", "."),
        ("", "."),
        ("<html>", "."),
    ] {
        let fault = decode::<Page>(text).expect_err(text);
        assert_eq!(crate::values::json_path::at(text.as_bytes(), fault.at), path, "{text}: {fault}");
        assert!(!fault.to_string().contains("many"), "{fault}");
    }
    let text = r#"{"limit":"7"}"#;
    assert_eq!(cause::<Page>(text), "`limit`: expected a 64-bit integer, found a string at line 1 column 10");
}

// A past bug: Dify 1.7.2 sends the time at which a document was created as `1796008768.0`.
#[test]
fn an_integer_may_be_written_with_an_empty_fraction() {
    let (page, _) = decode::<Page>(r#"{"limit":7.0,"data":[]}"#).expect("an integer");
    assert_eq!(page.limit, 7);
    for text in [r#"{"limit":7.5,"data":[]}"#, r#"{"limit":1e300,"data":[]}"#] {
        decode::<Page>(text).expect_err(text);
    }
}

#[test]
fn members_in_any_order_unknown_and_repeated_ones_are_read() {
    let text = r#" { "new" : {"a":[1,{"b":null}]} , "limit":1, "limit":2,"l\u0069mit":3, "data" : [ ] } "#;
    let (page, substitutions) = decode::<Page>(text).expect("a page");
    assert_eq!((page.limit, page.data.len(), substitutions.count), (3, 0, 0));
}

#[test]
fn an_open_type_keeps_members_without_a_name() {
    let (kept, _) = decode::<Kept>(r#"{"a":[1],"name":"n","b":null}"#).expect("an object");
    assert_eq!(serde_json::Value::Object(kept.extra), serde_json::json!({"a": [1], "b": null}));
}

#[test]
fn a_number_as_text_is_read_where_some_release_sent_it() {
    let with = |value: &str| WHOLE.replace(r#""at":4"#, &format!(r#""at":{value}"#));
    for (value, at) in [
        ("\"12\"", 12),
        ("\"-7\"", -7),
        ("12", 12),
        ("1796008515.75", 1_796_008_515),
        ("\"Mon, 30 Nov 2026 03:23:45 -0000\"", 1_796_009_025),
        ("\"Mon, 30 Nov 2026 03:23:45 GMT\"", 1_796_009_025),
    ] {
        assert_eq!(item(&with(value)).expect(value).0.at, Some(at));
    }
    for value in
        ["\"\"", "\"1.5\"", "\"x\"", "\"+1\"", "\"01\"", "\"1 2\"", "\"inf\"", "[1]", "true", "1e30", "\"Mon, 30 Nov\""]
    {
        assert!(item(&with(value)).is_err(), "{value}");
    }
}

#[test]
fn a_null_in_a_map_is_left_out() {
    let read = |text: &str| decode::<std::collections::BTreeMap<String, i64>>(text).map(|(map, _)| map);
    assert_eq!(
        read(r#"{"a":null,"b": 2,"c":null}"#).expect("a map").into_iter().collect::<Vec<_>>(),
        [("b".into(), 2)]
    );
    assert!(read(r#"{"a":nul}"#).is_err() && read(r#"{"a":{}}"#).is_err());
    let (map, _) = decode::<std::collections::BTreeMap<String, Option<i64>>>(r#"{"a":null}"#).expect("a map");
    assert_eq!(map["a"], None);
}

#[test]
fn an_object_in_text_is_read_where_some_release_sent_it() {
    for (text, loose, read) in [
        (r#""{\"a\": 1.0}""#, true, r#"{"a": 1.0}"#),
        (r#""{\"a\": 1.0}""#, false, r#""{\"a\": 1.0}""#),
        (r#""{no JSON""#, true, r#""{no JSON""#),
        (r#""7""#, true, r#""7""#),
        (r#"{"a":"{}"}"#, true, r#"{"a":"{}"}"#),
    ] {
        let mut reader = Reader::new(text);
        reader.loose = loose;
        let mut json = crate::RawJson::default();
        json.read(&mut reader).expect("JSON");
        assert_eq!(json.as_str(), read);
    }
}

// Guards a past bug: Dify 1.14.0 to 1.14.2 repeat the question of a search as bare text, and every search failed.
#[test]
fn a_bare_text_is_the_only_required_member_where_some_release_sent_it() {
    let read = |text: &str, loose: bool| {
        let (mut reader, mut found) = (Reader::new(text), Named::blank());
        reader.loose = loose;
        found.read(&mut reader).ok().map(|()| found)
    };
    let named = || Named { name: "a".to_owned(), place: None };
    assert_eq!([read(r#""a""#, true), read(r#"{"name":"a"}"#, true)], [Some(named()), Some(named())]);
    assert_eq!([read(r#""a""#, false), read("1", true)], [None, None]);
    let mut reader = Reader::new(r#""a""#);
    reader.loose = true;
    assert!(Page::blank().read(&mut reader).is_err(), "two members are required");
}

#[test]
fn any_json_is_read_as_text_where_some_release_sent_it() {
    for (value, text) in
        [("\"a\"", "a"), ("42", "42"), ("1.50", "1.50"), ("[\"a\", 1]", "[\"a\", 1]"), ("{\"k\":[]}", "{\"k\":[]}")]
    {
        let read = item(&WHOLE.replace(r#""text":"t""#, &format!(r#""text":{value}"#))).expect(value).0;
        assert_eq!(read.text.as_deref(), Some(text));
    }
    assert!(item(&WHOLE.replace(r#""name":"n""#, r#""name":1"#)).is_err());
}

#[test]
fn an_unknown_value_is_kept() {
    let (read, substitutions) = item(&WHOLE.replace(r#""on""#, r#""n\u0065w""#)).expect("an item");
    assert_eq!((read.state, substitutions.count), (State::Other("new".to_owned()), 0));
}

#[test]
fn stored_answers_are_read_by_serde() {
    let whole: Item = serde_json::from_str(WHOLE).expect("an item");
    assert_eq!(whole, item(WHOLE).expect("an item").0);
    let tree: serde_json::Value = serde_json::from_str(WHOLE).expect("JSON");
    assert_eq!(serde_json::from_value::<Item>(tree).expect("an item"), whole);
    let error = serde_json::from_str::<Vec<Item>>(r#"[{"name":"n"}]"#).expect_err("no id");
    assert!(error.to_string().starts_with("missing member `id`"), "{error}");
}

#[test]
fn bytes_that_are_no_text_are_an_error_at_their_place() {
    let fault =
        super::decode_into(b"{\"limit\":1,\"data\":[{\"id\":\"\xff\"}]}", &mut Page::blank()).expect_err("no UTF-8");
    assert_eq!((fault.at, fault.to_string().as_str()), (26, "invalid UTF-8"));
}

#[test]
fn deep_nesting_is_skipped_without_recursion() {
    let deep = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
    let (page, _) = decode::<Page>(&format!(r#"{{"new":{deep},"data":[],"limit":1}}"#)).expect("a page");
    assert_eq!(page.limit, 1);
}

#[test]
fn broken_json_is_an_error_wherever_it_is() {
    for end in 0..WHOLE.len() {
        assert!(item(&WHOLE[..end]).is_err(), "{end}");
    }
    for text in [
        "{\"limit\":1 \"data\":[]}",
        "{\"limit\" 1}",
        "{,}",
        "{\"data\":[],}",
        "{\"data\":[1,]}",
        "{\"data\":[] x}",
        "{\"data\":[]} x",
        "{limit:1}",
        "{\"data\":[],\"limit\":01}",
        "{\"data\":[],\"limit\":- 1}",
        "{\"data\":[],\"limit\":nul}",
    ] {
        assert!(decode::<Page>(text).is_err(), "{text}");
    }
}
