use super::{TEA, after};

/// What the linter reports of a link from the list of cups to one cup.
fn link(members: &str) -> Vec<String> {
    let links = format!("        description: The cups.\n        links:\n          first:\n{members}");
    let found = after(&[(TEA, "        description: The cups.\n", &links)]);
    found.into_iter().filter_map(|finding| Some(finding.split_once(": ")?.1.to_owned())).collect()
}

#[test]
fn a_link_that_is_complete_is_accepted() {
    let complete =
        "            operationId: app_tea_pour_out\n            parameters: {cup_id: $response.body#/data/0/id}\n";
    assert_eq!(link(complete), Vec::<String>::new());
}

#[test]
fn a_link_names_an_operation_its_parameters_and_what_there_is() {
    let unknown = link("            operationId: app_tea_puor_out\n");
    assert_eq!(unknown, ["the link `first` leads to no operation of this API; did you mean `app_tea_pour_out`?"]);
    let missing = link(
        "            operationId: app_tea_pour_out\n            parameters: {cup: $response.body#/data/0/kettle}\n",
    );
    let expected = [
        "the link `first` has no value for `cup_id`; add it: `DELETE /cups/{cup_id}` requires it",
        "`$response.body#/data/0/kettle` names nothing of `GET /cups`; write `$request.path.…`, `$request.query.…`, \
         `$request.body#/…` or `$response.body#/…`",
        "`cup` is no parameter of `DELETE /cups/{cup_id}`; name one of its parameters",
    ];
    assert_eq!(missing, expected);
    let body = link("            operationId: app_tea_order\n            requestBody: {kettle: 1}\n");
    assert_eq!(body, ["the body of `POST /cups` has no member `kettle`; name one of its members"]);
}
