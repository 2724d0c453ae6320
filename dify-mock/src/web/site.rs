//! `GET /site`: the page, and who visits it.

use serde_json::{Value, json};

use crate::http::call::{Call, Outcome};
use crate::http::key::Key;
use crate::http::reply::Reply;
use crate::service::info::looks;
use crate::state::World;

/// `GET /site`.
pub(crate) fn answer(call: &Call) -> Outcome {
    Ok(Reply::ok(call.world(|world| {
        let visitor = world.app(&call.key).visitor(call.user());
        page(world, &call.key, Some(&visitor))
    })))
}

/// The page of an application; a form is shown to nobody in particular.
pub(crate) fn page(world: &mut World, key: &Key, visitor: Option<&str>) -> Value {
    let mut looks = looks(world, key);
    if let Some(looks) = looks.as_object_mut() {
        let place = looks.keys().position(|name| name == "show_workflow_steps").unwrap_or_default();
        looks.shift_insert(place, "prompt_public".to_owned(), json!(false));
    }
    json!({
        "app_id": world.app(key).id,
        "mode": key.mode.name(),
        "end_user_id": visitor,
        "enable_site": true,
        "site": looks,
        "model_config": null,
        "plan": "basic",
        "can_replace_logo": false,
        "custom_config": null,
    })
}
