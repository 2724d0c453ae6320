//! `GET /site`: the page, and who visits it.

use serde_json::{Value, json};

use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::handlers::service::info::looks;
use crate::state::World;
use crate::values::key::Key;

/// `GET /site`.
pub(crate) fn answer(call: &Call) -> Outcome {
    Ok(Reply::ok(call.world(|world| {
        let visitor = world.app(&call.key).end_user(call.user(), true);
        page(world, &call.key, Some(&visitor))
    })))
}

/// The page of an application; a form is shown to every visitor.
pub(crate) fn page(world: &mut World, key: &Key, visitor: Option<&str>) -> Value {
    let mut looks = looks(world, key);
    if let Some(looks) = looks.as_object_mut() {
        let place = looks.keys().position(|name| name == "show_workflow_steps").unwrap_or_default();
        looks.shift_insert(place, "prompt_public".to_owned(), json!(false));
    }
    json!({
        "app_id": world.app(key).id, "mode": key.mode.name(), "end_user_id": visitor, "enable_site": true,
        "site": looks, "model_config": null, "plan": "basic", "can_replace_logo": false, "custom_config": null,
    })
}
