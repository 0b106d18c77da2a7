//! The commands, run as an operator runs them.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::world::{Engine, Process, TestDatabase, bare, facementor, stderr, stdout};

#[tokio::test]
async fn check_config_names_every_mistake() {
    let database = TestDatabase::create(Engine::Sqlite).await;
    let fine = bare(database.folder()).arg("check-config").output().expect("runs");
    assert!(fine.status.success(), "{}", stderr(&fine));

    let file = database.folder().join("bad.toml");
    std::fs::write(&file, "[http]\npublic_url = 'nonsense'\n[database]\nurl = 'mysql://x'\n").expect("written");
    let bad = bare(database.folder()).args(["check-config", "--config"]).arg(&file).output().expect("runs");
    assert!(!bad.status.success());
    let text = stderr(&bad);
    assert!(text.contains("http.public_url") && text.contains("database.url"), "{text}");

    let cases = [
        ("FACEMENTOR_HTTP__LISTEN", "here", "http.listen"),
        ("FACEMENTOR_HTPP__LISTEN", "127.0.0.1:1", "htpp"),
        ("FACEMENTOR_DEMO", "perhaps", "demo"),
        ("FACEMENTOR_TLS__CERTIFICATE", "/nowhere.pem", "tls"),
        ("FACEMENTOR_CONFIG", "/nowhere.toml", "/nowhere.toml"),
    ];
    for (key, value, expected) in cases {
        let output = bare(database.folder()).arg("check-config").env(key, value).output().expect("runs");
        assert!(!output.status.success(), "{key}");
        assert!(stderr(&output).contains(expected), "{key}: {}", stderr(&output));
    }
}

#[tokio::test]
async fn the_environment_beats_the_file() {
    let database = TestDatabase::create(Engine::Sqlite).await;
    let file = database.folder().join("facementor.toml");
    std::fs::write(&file, "name = 'File'\n").expect("written");
    for (environment, expected) in [(None, "File"), (Some("Environment"), "Environment")] {
        let mut command = facementor(&database);
        command.env("FACEMENTOR_CONFIG", &file).envs(environment.map(|name| ("FACEMENTOR_NAME", name)));
        let process = Process::serve(command);
        assert_eq!(process.browser().get("/api/site").await.expect(200)["name"], expected);
    }
}

#[tokio::test]
async fn administrators_and_mentors_are_made_on_either_engine() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let database = TestDatabase::create(engine).await;
        let run = |arguments: &[&str]| facementor(&database).args(arguments).output().expect("runs");
        assert!(run(&["migrate"]).status.success());
        assert!(run(&["migrate"]).status.success(), "again changes nothing");

        let unknown = run(&["mentor", "approve", "ada@example.test"]);
        assert!(!unknown.status.success() && stderr(&unknown).contains("nobody has signed up"), "{unknown:?}");
        let nonsense = run(&["admin", "create", "nonsense"]);
        assert!(!nonsense.status.success() && stderr(&nonsense).contains("not an e-mail"), "{nonsense:?}");

        let created = run(&["admin", "create", "ada@example.test"]);
        assert!(created.status.success(), "{created:?}");
        let text = stdout(&created);
        let password = text.rsplit(": ").next().expect("a password").trim();
        assert!(run(&["admin", "create", "Ada@example.test"]).status.success(), "again changes nothing");
        assert!(run(&["mentor", "approve", "ada@example.test"]).status.success());

        let process = Process::serve(facementor(&database));
        let browser = process.browser();
        let body = json!({"email": "ada@example.test", "password": password});
        browser.post("/api/accounts/log-in", &body).await.expect(200);
        let me = browser.get("/api/me").await.expect(200);
        assert_eq!((&me["user"]["is_admin"], &me["user"]["mentor"]["status"]), (&json!(true), &json!("approved")));
    }
}

#[tokio::test]
async fn secrets_are_for_the_owner_alone() {
    let database = TestDatabase::create(Engine::Sqlite).await;
    let migrate = || facementor(&database).arg("migrate").output().expect("runs");
    assert!(migrate().status.success());
    let file = database.folder().join("secrets.json");
    let mode = || std::fs::metadata(&file).expect("made").permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("set");
    let exposed = migrate();
    assert!(!exposed.status.success() && stderr(&exposed).contains("chmod 600"), "{exposed:?}");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("set");
    std::fs::write(&file, "{}").expect("written");
    let damaged = migrate();
    assert!(!damaged.status.success() && stderr(&damaged).contains("damaged"), "{damaged:?}");
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_says_so() {
    let database = TestDatabase::create(Engine::Sqlite).await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let output = facementor(&database).arg("serve").env("FACEMENTOR_HTTP__LISTEN", &address).output().expect("runs");
    assert!(!output.status.success());
    assert!(stderr(&output).contains(&format!("cannot listen on {address}")), "{}", stderr(&output));
}

#[test]
fn the_document_can_be_printed_without_a_configuration() {
    let output = bare(&std::env::temp_dir()).arg("openapi").output().expect("runs");
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output), facementor::openapi());
}
