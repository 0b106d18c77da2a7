//! The API describes itself.

use std::path::Path;

use serde_json::Value;

use crate::world::{Engine, World};

#[tokio::test]
async fn the_document_is_served_and_names_every_answer() {
    let world = World::start(Engine::Sqlite).await;
    let document = world.browser().get("/api/openapi.json").await.expect(200);
    assert!(document["openapi"].as_str().expect("a version").starts_with("3."));
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            operations.push(operation["operationId"].as_str().expect("an id").to_owned());
            assert!(operation["responses"].as_object().is_some_and(|all| !all.is_empty()), "{method} {path}");
            assert!(operation["summary"].is_string(), "{method} {path} says what it is");
        }
    }
    let count = operations.len();
    operations.sort();
    operations.dedup();
    assert_eq!(operations.len(), count, "operation ids are unique");
    let missing = references(&document).into_iter().find(|name| document["components"]["schemas"][name].is_null());
    assert_eq!(missing, None, "every schema referred to is there");
}

/// The web's types are generated from the committed copy.
#[test]
fn the_committed_document_is_the_served_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/src/api/openapi.json");
    let committed = std::fs::read_to_string(&path).expect("web/src/api/openapi.json");
    assert!(
        committed == facementor::openapi(),
        "web/src/api/openapi.json is out of date: run `cargo run -- openapi > web/src/api/openapi.json` and `npm run api` in web/"
    );
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => {
            let own = map.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
            own.map(str::to_owned).into_iter().chain(map.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
