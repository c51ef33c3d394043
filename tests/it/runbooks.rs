//! The operator's own runbooks: a folder that changes while Yagura runs.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use tests::eventually;
use tests::server::TestServer;

const LOOK: Duration = Duration::from_secs(2);

/// A runbook without mistakes.
pub(crate) fn text(slug: &str, language: &str, step: &str) -> String {
    format!(
        "---\nid: {slug}\ntitle: {{ ja: \"ディスクがいっぱい\", en: \"The disk is full\" }}\nlang: {language}\nalerts: [DiskFull]\n\
         components: []\nstyle: read-do\nneeds: [ssh]\nowner: ops\nreview_every: 90d\nvisibility: public\nestimated: 10m\n---\n\
         # {slug}\n\n## Meaning\n\nNothing can be written.\n\n## Impact\n\nWhat people type is lost.\n\n\
         ## Diagnosis\n\n- [ ] {step} <!-- s:look -->\n  ```sh\n  df -h\n  ```\n  ```expect\n  Less than 90 %.\n  ```\n\n\
         ## Mitigation\n\n- [ ] Delete old logs <!-- s:clear risk=low -->\n\n\
         ## Verification\n\n- [ ] There is room again <!-- s:check -->\n\n## Escalation\n\nCall whoever owns the machine.\n"
    )
}

fn config(folder: &Path) -> String {
    format!("site: {{name: Test}}\nrunbooks: {{folder: \"{}\", bundled: none}}\n", folder.display())
}

async fn versions(server: &TestServer) -> i64 {
    server.count("SELECT COUNT(*) FROM runbook_version").await
}

/// What everybody reads; nothing while it is no public runbook.
async fn read(server: &TestServer) -> Option<String> {
    let answer = server.get("/en/runbooks/disk-full.md").await;
    (answer.status == 200).then_some(answer.body)
}

/// Moves the clock until everybody reads this.
async fn shown(server: &TestServer, what: &str, expected: Option<&str>) {
    eventually(what, || async {
        server.clock.advance(LOOK);
        (read(server).await.as_deref() == expected).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_a_new_version_and_a_mistake_is_none() {
    let folder = TempDir::new().unwrap();
    let write = |text: &str| fs::write(folder.path().join("disk-full.en.md"), text).unwrap();
    let first = text("disk-full", "en", "Which disk is it?");
    write(&first);
    let mut server = TestServer::start(&config(folder.path())).await;
    assert_eq!(read(&server).await.as_deref(), Some(first.as_str()), "it was read at the start");

    let second = text("disk-full", "en", "Which disk is full?");
    write(&second);
    shown(&server, "the edit is taken up", Some(&second)).await;

    // Two steps with one id: nobody could tell their ticks apart.
    write(&text("disk-full", "en", "A third way to ask").replace("s:clear", "s:look"));
    for _ in 0..3 {
        server.while_time_passes(tokio::time::sleep(Duration::from_millis(100))).await;
        assert_eq!(read(&server).await.as_deref(), Some(second.as_str()));
    }
    assert_eq!(versions(&server).await, 2);
    assert_eq!(server.count("SELECT COUNT(*) FROM audit_log WHERE action = 'runbook.read'").await, 2);

    server.restart_after(Duration::from_secs(60)).await;
    assert_eq!(read(&server).await.as_deref(), Some(second.as_str()), "the mistake is still there, as is the version before it");

    write(&second.replace("visibility: public", "visibility: internal"));
    shown(&server, "it is for the desk alone", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_folder_in_the_configuration_is_read_without_a_restart() {
    let (one, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let texts = [text("disk-full", "en", "Here"), text("disk-full", "en", "There")];
    for (folder, text) in [&one, &other].into_iter().zip(&texts) {
        fs::write(folder.path().join("disk-full.en.md"), text).unwrap();
    }
    let server = TestServer::start(&config(one.path())).await;
    assert_eq!(read(&server).await.as_deref(), Some(texts[0].as_str()));
    server.write_config(&config(other.path()));
    shown(&server, "the other folder is read", Some(&texts[1])).await;
    server.write_config("site: {name: Test}\nrunbooks: {bundled: none}\n");
    shown(&server, "there is none any more", None).await;
    assert_eq!(versions(&server).await, 2, "versions stay");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_there_yet_keeps_nobody_from_watching() {
    let folder = TempDir::new().unwrap();
    let later = folder.path().join("later");
    let server = TestServer::start(&config(&later)).await;
    assert_eq!(read(&server).await, None);
    let first = text("disk-full", "en", "Which disk is it?");
    fs::create_dir(&later).unwrap();
    fs::write(later.join("disk-full.en.md"), &first).unwrap();
    shown(&server, "the folder is read once it is there", Some(&first)).await;
}
