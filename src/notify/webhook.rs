//! Any webhook: a JSON document of ours, or of the owner's own shape.

use super::letter::Notification;
use super::{Letter, Service, given};
use crate::http::{Method, Request, Secret};
use serde_json::Value;

pub(super) const SERVICE: Service = Service {
    name: "webhook",
    about: "any address that takes JSON",
    needs: &["REBALANCE_WEBHOOK_URL"],
    takes: &["REBALANCE_WEBHOOK_TOKEN"],
    compose,
    request,
};

fn compose(letter: &Letter<'_>) -> Vec<Value> {
    let document = match letter.template {
        Some(template) => template.filled(letter),
        // A struct of texts becomes JSON whatever is in it.
        None => serde_json::to_value(Notification::of(letter)).unwrap_or_default(),
    };
    vec![document]
}

fn request(values: &[Option<String>], payload: &Value) -> Request {
    let request = Request::new(Method::Post, given(values, 0)).json(payload);
    match values.get(1).and_then(Option::as_ref) {
        Some(token) => request.secret_header("Authorization", "Bearer ", &Secret::new(token)),
        None => request,
    }
}
