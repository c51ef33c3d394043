//! What stands around the operations in the OpenAPI document: what the API is, how one shows who one is, and the subjects.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

use super::problem::{FieldProblem, ProblemDetails};

/// The version in every path. What is in it is only added to.
const VERSION: &str = "1";

/// The subjects, in the order in which one needs them.
const TAGS: [(&str, &str); 15] = [
    ("Now", "The state of everything."),
    ("Incidents", "What people work on, what Yagura suggests, and what the public is told."),
    ("Timelines", "What happened, row by row; markers, figures and files."),
    ("Runbooks", "Checklists: their texts, and what the linter says."),
    (
        "Alerts",
        "What rings, with the runbook for it and who looks after it. Alertmanager, Grafana and scripts report to /hooks/.",
    ),
    ("Runs", "Following a runbook: what was done, by whom, and what comes next."),
    ("Components", "What the public page shows."),
    ("Groups", "Headings of the public page."),
    ("Probes", "What is watched and how, what was seen, and pauses."),
    ("Maintenance", "Planned work, once or again and again."),
    ("People", "Who has an account here, and what they are."),
    ("API keys", "How programs show who they are."),
    ("Audit log", "Who did what."),
    ("Account", "Who asks, and one's own account. Only people have one."),
    ("Passkeys", "For browsers: signing in, showing who one is, adding a passkey."),
];

const ABOUT: &str = "Everything that can be done at the desk. Programs show an API key, browsers the cookie of a session. Errors are \
    problem+json (RFC 9457); lists come a page at a time; times are RFC 3339.";

/// The document without its operations.
pub(super) fn frame() -> OpenApi {
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("ygr_…")
        .description(Some("An API key, made at the desk under API keys. What it may do is said by its scopes."))
        .build();
    let about_session = "The cookie of somebody who signed in; `yagura` where the site is not reached by HTTPS.";
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description("__Host-yagura", about_session)));
    let components = ComponentsBuilder::new()
        .schema_from::<ProblemDetails>()
        .schema_from::<FieldProblem>()
        .security_scheme("key", SecurityScheme::Http(key))
        .security_scheme("session", session)
        .build();
    let no_scopes: [String; 0] = [];
    let either = ["key", "session"].map(|scheme| SecurityRequirement::new(scheme, no_scopes.clone()));
    let tags = TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build());
    OpenApiBuilder::new()
        .info(InfoBuilder::new().title("Yagura").version(VERSION).description(Some(ABOUT)).build())
        .components(Some(components))
        .security(Some(either))
        .tags(Some(tags))
        .build()
}

#[cfg(test)]
mod tests {
    use utoipa::{PartialSchema, ToSchema};

    use super::*;

    #[test]
    fn the_frame_says_how_one_shows_who_one_is() {
        let frame = serde_json::to_value(frame()).unwrap();
        assert_eq!(frame["components"]["securitySchemes"]["key"]["scheme"], "bearer");
        assert_eq!(frame["components"]["securitySchemes"]["session"]["in"], "cookie");
        assert_eq!(frame["security"], serde_json::json!([{"key": []}, {"session": []}]));
        assert_eq!(frame["tags"].as_array().unwrap().len(), TAGS.len());
    }

    #[test]
    fn a_problem_is_described_as_it_is_sent() {
        assert_eq!(ProblemDetails::name(), "Problem");
        let schema = serde_json::to_value(ProblemDetails::schema()).unwrap();
        assert_eq!(schema["properties"]["errors"]["items"]["$ref"], "#/components/schemas/FieldProblem");
        assert!(schema["properties"]["type"].is_object(), "{schema}");
    }
}
