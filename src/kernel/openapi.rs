//! What all routes say about themselves in the same way.

use std::collections::{BTreeMap, BTreeSet};

use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

use super::error::Problem;

const PROBLEM: &str = "Problem";

/// Every other answer is a [`Problem`]; [`name_problems`] says with which statuses.
pub struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([("default".to_owned(), problem())])
    }
}

/// Puts the statuses an operation can answer with in place of `default`: those that its description names beside their
/// codes, `(409)`, and those that follow from what it takes.
pub fn name_problems(document: &mut OpenApi) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let response = ResponseBuilder::new()
        .description("RFC 9457 problem; match on its `code`")
        .content("application/problem+json", content)
        .build();
    document.components.get_or_insert_default().responses.insert(PROBLEM.to_owned(), RefOr::T(response));
    for (path, item) in &mut document.paths.paths {
        let reads = item.get.iter_mut().map(|operation| (Method::Reads, operation));
        let writes = [&mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten();
        for (method, operation) in reads.chain(writes.map(|operation| (Method::Writes, operation))) {
            if operation.responses.responses.remove("default").is_some() {
                for status in statuses(path, method, operation) {
                    operation.responses.responses.entry(status).or_insert_with(problem);
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Reads,
    Writes,
}

fn statuses(path: &str, method: Method, operation: &Operation) -> BTreeSet<String> {
    let mut statuses: BTreeSet<String> = ["5XX".to_owned()].into();
    let mut add = |when: bool, all: &[&str]| statuses.extend(all.iter().filter(|_| when).map(|&one| one.to_owned()));
    let says = operation.description.as_deref().unwrap_or_default();
    let named = says.split('(').skip(1).filter_map(|rest| rest.get(..3));
    let named: Vec<&str> = named.filter(|text| text.starts_with('4') && text.parse::<u16>().is_ok()).collect();
    add(true, &named);
    add(says.contains("`rate_limited`"), &["429"]);
    add(says.contains("`not_found`") || path.contains('{'), &["404"]);
    add(says.contains("`unauthenticated`") || operation.security.is_some(), &["401"]);
    // Text in a path that is not UTF-8, a query that does not parse.
    add(operation.parameters.as_ref().is_some_and(|all| !all.is_empty()), &["400"]);
    // A page of another site.
    add(method == Method::Writes, &["403"]);
    if let Some(RefOr::T(body)) = &operation.request_body {
        add(true, &["400", "413"]);
        add(body.content.contains_key("application/json"), &["415", "422"]);
    }
    statuses
}

fn problem() -> RefOr<Response> {
    RefOr::Ref(Ref::from_response_name(PROBLEM))
}

/// The schema of [`Problem`], for the document's components.
pub fn problem_schemas() -> Vec<(String, RefOr<utoipa::openapi::schema::Schema>)> {
    let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
    Problem::schemas(&mut schemas);
    schemas
}
