//! Accounts as people live them: the first link, passwords, second factors, sessions, invitations, and what the log says of it.

use std::time::Duration;

use domain::account::Role;
use tests::server::{Answer, TestServer, one_component};
use tests::target::Target;
use tests::visitor::{PASSWORD, Visitor};

async fn server() -> TestServer {
    let target = Target::start().await;
    TestServer::start(&one_component(&target)).await
}

async fn sign_in(visitor: &mut Visitor<'_>, name: &str, password: &str) -> Answer {
    visitor.post("/desk/sign-in", &[("name", name), ("password", password), ("next", "/desk/components")]).await
}

/// The first code that an app with this secret shows at `now`.
fn code(secret: &str, now_s: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    totp.generate(u64::try_from(now_s).unwrap()).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_account_is_made_by_the_printed_link_once() {
    let mut server = server().await;
    let link = server.set_up_link();
    let mut visitor = Visitor::new(&server);
    assert!(visitor.get("/desk/sign-in").await.body.contains("Nobody has an account here yet"));
    assert!(visitor.get(&link).await.body.contains("first account"));
    for (fields, words) in [
        (&[("name", "mika"), ("password", "short"), ("password_again", "short")][..], "at least 12"),
        (&[("name", "mika"), ("password", PASSWORD), ("password_again", "other")], "differ"),
        (&[("name", " "), ("password", PASSWORD), ("password_again", PASSWORD)], "name"),
    ] {
        let answer = visitor.post(&link, fields).await;
        assert_eq!(answer.status, 422);
        assert!(answer.body.contains(words), "{words}: {}", answer.body);
        assert!(!answer.body.contains(PASSWORD), "no password comes back");
    }
    let answer = visitor.post(&link, &[("name", "mika"), ("password", PASSWORD), ("password_again", PASSWORD)]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/desk/?done=signed-up"));
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("; HttpOnly; SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");
    assert_eq!(visitor.get("/desk/").await.status, 200);
    assert_eq!(Visitor::new(&server).get(&link).await.status, 410, "a link is good once");
    server.restart_after(Duration::from_secs(1)).await;
    assert_eq!(server.count("SELECT COUNT(*) FROM link").await, 0, "no new link while somebody has an account");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_signs_in_with_a_password_and_nobody_learns_who_has_an_account() {
    let server = server().await;
    Visitor::owner(&server).await;
    let mut visitor = Visitor::new(&server);
    let checked = || server.metric("yagura_passwords_checked_total");
    let before = checked().await.unwrap();
    for (name, done) in [("mika", 1.0), ("miko", 2.0), ("\u{7}", 3.0)] {
        sign_in(&mut visitor, name, "wrong wrong wrong").await;
        assert_eq!(checked().await, Some(before + done), "as much work for {name:?} as for anybody");
    }
    let (wrong, nobody) =
        (sign_in(&mut visitor, "mika", "wrong wrong wrong").await, sign_in(&mut visitor, "miko", PASSWORD).await);
    assert_eq!((wrong.status, nobody.status), (422, 422));
    let words = |answer: &Answer| answer.body.replace("miko", "mika");
    assert_eq!(words(&wrong), words(&nobody), "the two answers are the same");
    let answer = sign_in(&mut visitor, "MIKA", PASSWORD).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/desk/components"));
    assert_eq!(visitor.get("/desk/").await.status, 200);
    for next in ["https://evil.example/", "//evil.example", "/en/"] {
        let answer =
            Visitor::new(&server).post("/desk/sign-in", &[("name", "mika"), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!(answer.header("location"), "/desk/", "{next}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_somebody_was_given_is_not_the_one_they_sign_in_with() {
    let server = server().await;
    let mut mika = Visitor::owner(&server).await;
    let mut victim = Visitor::new(&server);
    victim.cookie = Some("yagura=planted".to_owned());
    sign_in(&mut victim, "mika", PASSWORD).await;
    let fresh = victim.cookie.clone().unwrap();
    assert_ne!(fresh, "yagura=planted");
    let mut attacker = Visitor::new(&server);
    attacker.cookie = Some("yagura=planted".to_owned());
    assert_eq!(attacker.get("/desk/").await.status, 303);
    // Signing in again ends the session before.
    sign_in(&mut victim, "mika", PASSWORD).await;
    attacker.cookie = Some(fresh);
    assert_eq!(attacker.get("/desk/").await.status, 303);
    assert_eq!(mika.get("/desk/").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_for_the_account_and_says_for_how_long() {
    let server = server().await;
    Visitor::owner(&server).await;
    let mut guesser = Visitor::new(&server);
    let mut last = None;
    for _ in 0..15 {
        let answer = sign_in(&mut guesser, "mika", "wrong wrong wrong").await;
        if answer.status == 429 {
            last = Some(answer);
            break;
        }
        assert_eq!(answer.status, 422);
    }
    let refused = last.expect("somewhere it ends");
    assert!(refused.body.contains("value=\"mika\"") && refused.body.contains("Too many attempts"), "{}", refused.body);
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    // Also with the right password, and from the moment on that was said it works again.
    assert_eq!(sign_in(&mut guesser, "mika", PASSWORD).await.status, 429);
    server.clock.advance(Duration::from_secs(wait + 1));
    assert_eq!(sign_in(&mut guesser, "mika", PASSWORD).await.status, 303);
    tests::eventually("the first refusals are in the log", || async {
        (server.count("SELECT COUNT(*) FROM audit_log WHERE action = 'session.refused'").await == 5).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_set_up_used_once_per_code_and_recovered_from() {
    let server = server().await;
    let mut mika = Visitor::owner(&server).await;
    let page = mika.get("/desk/account/totp").await.body;
    let secret = page.split("otpauth://").nth(1).unwrap().split("secret=").nth(1).unwrap();
    let secret: String = secret.chars().take_while(char::is_ascii_alphanumeric).collect();
    let now_s = || server.now().as_ms() / 1000;
    assert_eq!(mika.post("/desk/account/totp", &[("code", "000000")]).await.status, 422);
    let made = mika.post("/desk/account/totp", &[("code", &code(&secret, now_s()))]).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let recovery: Vec<String> = made
        .body
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .filter(|word| word.len() == 19 && word.matches('-').count() == 3)
        .map(str::to_owned)
        .collect();
    assert_eq!(recovery.len(), 10, "{}", made.body);

    let mut phone = Visitor::new(&server);
    let answer = sign_in(&mut phone, "mika", PASSWORD).await;
    assert!(answer.header("location").starts_with("/desk/sign-in/code?"), "{}", answer.header("location"));
    assert_eq!(phone.get("/desk/").await.status, 303, "the password alone opens nothing");
    let used = phone.post("/desk/sign-in/code", &[("code", &code(&secret, now_s()))]).await;
    assert_eq!(used.status, 422, "the code that set it up is used up");
    server.clock.advance(Duration::from_secs(30));
    let good = code(&secret, now_s());
    assert_eq!(phone.post("/desk/sign-in/code", &[("code", &good)]).await.status, 303);
    assert_eq!(phone.get("/desk/").await.status, 200);

    let mut other = Visitor::new(&server);
    sign_in(&mut other, "mika", PASSWORD).await;
    assert_eq!(other.post("/desk/sign-in/code", &[("code", &good)]).await.status, 422, "no code is good twice");
    // One more attempt every five minutes.
    server.clock.advance(Duration::from_secs(300));
    assert_eq!(other.post("/desk/sign-in/code", &[("code", &recovery[0].to_uppercase())]).await.status, 303);
    server.clock.advance(Duration::from_secs(1500));
    let mut again = Visitor::new(&server);
    sign_in(&mut again, "mika", PASSWORD).await;
    assert_eq!(again.post("/desk/sign-in/code", &[("code", &recovery[0])]).await.status, 422, "nor a recovery code");
    for _ in 0..6 {
        again.post("/desk/sign-in/code", &[("code", "123456")]).await;
    }
    assert_eq!(again.post("/desk/sign-in/code", &[("code", &recovery[1])]).await.status, 429, "guessing codes is slowed down");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_matters_asks_once_more_who_one_is() {
    let server = server().await;
    let mut mika = Visitor::owner(&server).await;
    assert_eq!(mika.get("/desk/people").await.status, 200);
    server.clock.advance(Duration::from_secs(15 * 60 + 1));
    let answer = mika.get("/desk/people").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/desk/confirm?next=%2Fdesk%2Fpeople"));
    assert_eq!(mika.get("/desk/components").await.status, 200, "what does not matter is not asked for");
    let wrong = mika.post("/desk/confirm", &[("password", "wrong wrong wrong"), ("next", "/desk/people")]).await;
    assert_eq!(wrong.status, 422);
    let right = mika.post("/desk/confirm", &[("password", PASSWORD), ("next", "/desk/people")]).await;
    assert_eq!((right.status, right.header("location")), (303, "/desk/people"));
    assert_eq!(mika.get("/desk/people").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_invited_changed_disabled_and_there_is_always_an_owner() {
    let server = server().await;
    let mut mika = Visitor::owner(&server).await;
    let page = mika.post("/desk/people", &[("name", "ken"), ("role", "responder")]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let link = format!("/desk/set-up/{}", page.body.split("/desk/set-up/").nth(1).unwrap().chars().take(43).collect::<String>());
    assert_eq!(mika.post("/desk/people", &[("name", "KEN"), ("role", "viewer")]).await.status, 422, "the name is taken");

    let mut ken = Visitor::new(&server);
    assert!(ken.get(&link).await.body.contains("ken"));
    let guessable = [("password", "ken-ken-ken-1"), ("password_again", "ken-ken-ken-1")];
    assert_eq!(ken.post(&link, &guessable).await.status, 422, "his own name");
    let password = "another long password";
    assert_eq!(ken.post(&link, &[("password", password), ("password_again", password)]).await.status, 303);
    assert_eq!(ken.get("/desk/").await.status, 200);
    assert_eq!(ken.get("/desk/people").await.status, 403);

    let people = mika.get("/desk/people").await.body;
    let id_of = |name: &str| {
        let before = people.split(&format!(">{name}</a>")).find(|part| part.contains("/desk/people/")).unwrap();
        before.rsplit("/desk/people/").next().unwrap().chars().take(36).collect::<String>()
    };
    let (own, his) = (id_of("mika"), id_of("ken"));
    let page = mika.get(&format!("/desk/people/{his}")).await.body;
    let version = Visitor::field(&page, "version");
    let change = [("name", "ken"), ("role", "maintainer"), ("version", version.as_str())];
    assert_eq!(mika.post(&format!("/desk/people/{his}"), &change).await.status, 303);
    assert_eq!(ken.get("/desk/audit").await.status, 200, "at once, without signing in again");
    assert_eq!(mika.post(&format!("/desk/people/{his}"), &change).await.status, 422, "somebody changed it meanwhile");

    let last = mika.post(&format!("/desk/people/{own}/disable"), &[]).await;
    assert_eq!(last.header("location"), format!("/desk/people/{own}?refused=last-owner"));
    assert_eq!(mika.get("/desk/").await.status, 200);
    assert_eq!(mika.post(&format!("/desk/people/{his}/disable"), &[]).await.status, 303);
    assert_eq!(ken.get("/desk/").await.status, 303, "signed out at once");
    assert_eq!(sign_in(&mut ken, "ken", password).await.status, 422);
    let log = mika.get("/desk/audit").await.body;
    for words in ["Invited", "Signed up", "Disabled"] {
        assert!(log.contains(words), "{words}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended_one_by_one_and_all_at_once() {
    let server = server().await;
    let mut mika = Visitor::owner(&server).await;
    let mut phone = Visitor::new(&server);
    sign_in(&mut phone, "mika", PASSWORD).await;
    let mut tablet = phone.clone();
    tablet.cookie = None;
    sign_in(&mut tablet, "mika", PASSWORD).await;
    assert_eq!(server.count("SELECT COUNT(*) FROM session").await, 3);
    assert_eq!(mika.post("/desk/account/sign-out-others", &[]).await.status, 303);
    assert_eq!((phone.get("/desk/").await.status, mika.get("/desk/").await.status), (303, 200));
    sign_in(&mut phone, "mika", PASSWORD).await;
    let page = phone.get("/desk/account").await.body;
    let ends: Vec<&str> = page.split("/desk/account/sessions/").skip(1).filter_map(|rest| rest.get(..36)).collect();
    assert!(!ends.is_empty(), "{page}");
    for id in ends {
        phone.post(&format!("/desk/account/sessions/{id}/end"), &[]).await;
    }
    assert_eq!(mika.get("/desk/").await.status, 303);
    assert_eq!(server.count("SELECT COUNT(*) FROM session").await, 1);
    server.clock.advance(Duration::from_secs(15 * 86_400));
    assert_eq!(phone.get("/desk/").await.status, 303, "a session that nobody uses ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_needs_the_old_one_and_ends_what_was_open() {
    let server = server().await;
    let mut mika = Visitor::owner(&server).await;
    let mut phone = Visitor::new(&server);
    sign_in(&mut phone, "mika", PASSWORD).await;
    let new = "a quite different one";
    let fields = |current| [("current", current), ("password", new), ("password_again", new)];
    assert_eq!(mika.post("/desk/account/password", &fields("wrong wrong wrong")).await.status, 422);
    assert_eq!(mika.post("/desk/account/password", &fields(PASSWORD)).await.status, 303);
    assert_eq!((phone.get("/desk/").await.status, mika.get("/desk/").await.status), (303, 200));
    assert_eq!(sign_in(&mut phone, "mika", PASSWORD).await.status, 422);
    assert_eq!(sign_in(&mut phone, "mika", new).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_trusted_proxy_says_where_somebody_comes_from() {
    let target = Target::start().await;
    for (config, expected) in [("", "127.0.0.1"), ("trusted_proxies: [127.0.0.1]\n", "203.0.113.9")] {
        let server = TestServer::start(&format!("{config}{}", one_component(&target))).await;
        let mut visitor = Visitor::new(&server);
        let body = format!("name=mika&password={0}&password_again={0}", PASSWORD.replace(' ', "+"));
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("x-forwarded-for", "198.51.100.1, 203.0.113.9"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "evil.example"),
        ];
        let answer = visitor.send("POST", &server.set_up_link(), &headers, body.into_bytes()).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert!(!answer.header("set-cookie").contains("Secure"), "the scheme comes from site.url, whatever a header says");
        let page = visitor.get("/desk/account").await.body;
        assert!(page.contains(expected), "{expected}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_secure_where_the_site_is() {
    let target = Target::start().await;
    let config = one_component(&target).replace("site: {name", "site: {url: \"https://status.example.org\", name");
    let server = TestServer::start(&config).await;
    let mut mika = Visitor::owner(&server).await;
    assert!(mika.cookie.as_ref().unwrap().starts_with("__Host-yagura="));
    let answer = mika.post("/desk/sign-out", &[]).await;
    assert!(answer.header("set-cookie").contains("Secure") && answer.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(mika.cookie, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_cannot_be_changed_and_says_when_somebody_did_it_anyway() {
    let server = server().await;
    let mut mika = Visitor::owner(&server).await;
    Visitor::with_role(&server, Role::Viewer).await;
    mika.post("/desk/people", &[("name", "ken"), ("role", "viewer")]).await;
    let mut connection = server.database().await;
    for tampering in ["UPDATE audit_log SET actor_name = 'ken'", "DELETE FROM audit_log"] {
        let error = sqlx::query(sqlx::AssertSqlSafe(tampering)).execute(&mut connection).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}

fn at_address(target: &Target, address: &str) -> String {
    one_component(target).replace("site: {name", &format!("site: {{url: \"{address}\", name"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_that_a_neighbour_can_plant_is_nobodys_session() {
    let target = Target::start().await;
    let server = TestServer::start(&at_address(&target, "https://status.example.org")).await;
    let mut mika = Visitor::with_role(&server, Role::Maintainer).await;
    let cookie = mika.cookie.clone().unwrap();
    let plain = cookie.replace("__Host-", "");
    for (shown, desk, api) in [
        (cookie.clone(), 200, 200),
        (plain.clone(), 303, 401),
        (format!("{plain}x; {cookie}"), 200, 200),
        (format!("{plain}; __Host-yagura=x"), 303, 401),
    ] {
        mika.cookie = Some(shown.clone());
        assert_eq!((mika.get("/desk/").await.status, mika.get("/api/v1/me").await.status), (desk, api), "{shown}");
    }
    mika.cookie = Some(cookie);
    let gone = mika.post("/desk/sign-out", &[]).await;
    let taken: Vec<&str> = gone.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(taken.len() == 2 && taken[1] == "yagura=; Path=/; Max-Age=0", "what was left over goes too: {taken:?}");
}

async fn sent_from(server: &TestServer, origin: &str) -> u16 {
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("origin", origin)];
    server.send("POST", "/desk/language", &headers, b"language=en".to_vec()).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_of_the_site_is_good_at_once_and_the_old_one_no_longer() {
    let target = Target::start().await;
    let (old, new) = ("http://old.example", "http://new.example");
    let server = TestServer::start(&at_address(&target, old)).await;
    assert_eq!((sent_from(&server, old).await, sent_from(&server, new).await), (303, 403));
    server.write_config(&at_address(&target, new));
    tests::eventually("the new address is taken up", || async {
        server.clock.advance(Duration::from_secs(2));
        (sent_from(&server, new).await == 303).then_some(())
    })
    .await;
    assert_eq!(sent_from(&server, old).await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_shows_again_who_they_are_comes_back_to_the_form_and_is_told_to_repeat_it() {
    let server = server().await;
    let mut mika = Visitor::owner(&server).await;
    server.clock.advance(Duration::from_secs(15 * 60 + 1));
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    for (posted, page) in [
        ("/desk/people".to_owned(), "/desk/people".to_owned()),
        (format!("/desk/people/{id}"), format!("/desk/people/{id}")),
        (format!("/desk/people/{id}/disable"), format!("/desk/people/{id}")),
        ("/desk/keys".to_owned(), "/desk/keys".to_owned()),
        ("/desk/account/recovery-codes".to_owned(), "/desk/account".to_owned()),
    ] {
        let fields = [("name", "ken"), ("role", "viewer"), ("expires", "90d"), ("scopes", "read")];
        let answer = mika.post(&posted, &fields).await;
        let expected = format!("/desk/confirm?next={}&refused=confirm", page.replace('/', "%2F"));
        assert_eq!((answer.status, answer.header("location")), (303, expected.as_str()), "{posted}");
        let confirm = mika.get(answer.header("location")).await.body;
        assert!(confirm.contains("repeat this") && confirm.contains(&format!("value=\"{page}\"")), "{confirm}");
    }
    assert_eq!(server.count("SELECT COUNT(*) FROM user").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_in_words_of_its_own() {
    let server = server().await;
    let mut visitor = Visitor::new(&server);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let own = ("sec-fetch-site", "same-origin");
    for (headers, body, status, words) in [
        (&[form, own][..], vec![b'x'; 200_000], 413, "too large"),
        (&[("content-type", "application/json"), own], b"{}".to_vec(), 415, "could not be read"),
    ] {
        let answer = visitor.send("POST", "/desk/sign-in", headers, body).await;
        assert_eq!(answer.status, status);
        assert!(answer.body.contains(words) && !answer.body.contains("There is nothing here"), "{words}: {}", answer.body);
    }
    let answer = visitor.send("DELETE", "/desk/sign-in", &[own], Vec::new()).await;
    assert_eq!(answer.status, 405);
    assert!(answer.header("allow").contains("POST"), "{}", answer.header("allow"));
    // A place to go on to that cannot stand in a header.
    for next in ["/desk/sign-in\r\nset-cookie: a=b", "/desk/sign-in\\..", "/desk/sign-in?é"] {
        let answer = visitor.post("/desk/language", &[("language", "en"), ("next", next)]).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/desk/"), "{next:?}");
    }
}
