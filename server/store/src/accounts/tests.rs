//! Accounts, and that what is good once is good once.

use super::*;
use crate::testing::{Database, at, open};

fn name(text: &str) -> UserName {
    text.parse().unwrap()
}

async fn read(database: &Database, text: &str) -> User {
    database.store.user_by_name(&name(text)).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_account_is_found_by_its_name_however_that_is_written() {
    let database = open().await;
    assert!(!database.store.has_users().await.unwrap());
    let key = database.user("Mika Sato", Role::Owner).await;
    let user = read(&database, "mika SATO").await;
    let expected = User {
        key,
        id: user.id,
        name: name("Mika Sato"),
        role: Role::Owner,
        password_hash: None,
        totp_secret: None,
        language: None,
        created_at: at(1),
        disabled_at: None,
        version: 1,
        passkeys: 0,
        recovery_codes_left: 0,
        last_seen_at: None,
    };
    assert_eq!(user, expected);
    assert_eq!(database.store.user(user.id).await.unwrap(), Some(expected));
    assert!(database.store.has_users().await.unwrap());
    assert_eq!(database.store.user(Uuid::nil()).await.unwrap(), None);
    let same = NewUser { id: Uuid::now_v7(), name: name("MIKA sato"), role: Role::Viewer, created_at: at(2) };
    assert!(database.write(move |t| Box::pin(async move { t.insert_user(&same).await })).await.is_err());
}

#[tokio::test]
async fn a_change_of_what_has_changed_meanwhile_is_refused() {
    let database = open().await;
    let key = database.user("mika", Role::Viewer).await;
    let change = |version: i64, role: Role| {
        let change = UserChange { name: name("Mika"), role, language: Some(Language::Ja), disabled_at: Some(at(5)) };
        database.write(move |t| Box::pin(async move { t.update_user(key, version, &change).await }))
    };
    assert!(change(1, Role::Maintainer).await.unwrap());
    assert!(!change(1, Role::Owner).await.unwrap());
    let user = read(&database, "mika").await;
    assert_eq!((user.role, user.version, user.name.as_str()), (Role::Maintainer, 2, "Mika"));
    assert_eq!((user.language, user.disabled_at), (Some(Language::Ja), Some(at(5))));
    assert!(change(2, Role::Owner).await.unwrap());
}

#[tokio::test]
async fn owners_count_who_can_sign_in() {
    let database = open().await;
    let key = database.user("mika", Role::Owner).await;
    database.user("ken", Role::Owner).await;
    database.user("yui", Role::Maintainer).await;
    let owners = || database.write(|t| Box::pin(async move { t.enabled_owners().await }));
    assert_eq!(owners().await.unwrap(), 0, "nobody has used their link yet");
    database
        .write(|t| {
            Box::pin(async move {
                for key in 1..=3 {
                    t.set_password(key, "$argon2id$x").await?;
                }
                Ok(())
            })
        })
        .await
        .unwrap();
    assert_eq!(owners().await.unwrap(), 2);
    let change = UserChange { name: name("mika"), role: Role::Owner, language: None, disabled_at: Some(at(5)) };
    database.write(move |t| Box::pin(async move { t.update_user(key, 1, &change).await })).await.unwrap();
    assert_eq!(owners().await.unwrap(), 1);
    assert_eq!(database.write(|t| Box::pin(async move { t.count_users().await })).await.unwrap(), 3);
}

#[tokio::test]
async fn accounts_are_listed_a_page_at_a_time_by_name() {
    let database = open().await;
    for name in ["ken", "Aoi", "佐藤", "Zoe", "mika"] {
        database.user(name, Role::Viewer).await;
    }
    let mut seen = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = database.store.users(after.as_deref(), 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.name.key());
        seen.extend(page.iter().map(|user| user.name.to_string()));
    }
    assert_eq!(seen, ["Aoi", "ken", "mika", "Zoe", "佐藤"]);
}

#[tokio::test]
async fn the_code_of_a_time_step_is_good_only_once() {
    let database = open().await;
    let key = database.user("mika", Role::Viewer).await;
    let step = |step: i64| database.write(move |t| Box::pin(async move { t.use_totp_step(key, step).await }));
    let set = |secret: Option<&'static [u8]>| database.write(move |t| Box::pin(async move { t.set_totp(key, secret).await }));
    assert!(!step(10).await.unwrap(), "without a second factor no code is good");
    set(Some(b"secret")).await.unwrap();
    assert!(step(10).await.unwrap());
    assert!(!step(10).await.unwrap());
    assert!(!step(9).await.unwrap(), "nor one from before it");
    assert!(step(11).await.unwrap());
    assert_eq!(read(&database, "mika").await.totp_secret, Some(TotpSecret(b"secret".to_vec())));
    set(Some(b"other")).await.unwrap();
    assert!(step(10).await.unwrap(), "a new secret begins anew");
    set(None).await.unwrap();
    assert_eq!(read(&database, "mika").await.totp_secret, None);
}

#[tokio::test]
async fn a_recovery_code_is_good_only_once_and_only_for_its_owner() {
    let database = open().await;
    let mika = database.user("mika", Role::Viewer).await;
    let ken = database.user("ken", Role::Viewer).await;
    let replace =
        |codes: [[u8; 32]; 2]| database.write(move |t| Box::pin(async move { t.replace_recovery_codes(mika, &codes).await }));
    let spend =
        |key: i64, code: u8| database.write(move |t| Box::pin(async move { t.use_recovery_code(key, &[code; 32], at(5)).await }));
    replace([[1; 32], [2; 32]]).await.unwrap();
    assert_eq!(read(&database, "mika").await.recovery_codes_left, 2);
    assert!(!spend(ken, 1).await.unwrap());
    assert!(spend(mika, 1).await.unwrap());
    assert!(!spend(mika, 1).await.unwrap());
    assert_eq!(read(&database, "mika").await.recovery_codes_left, 1);
    replace([[3; 32], [4; 32]]).await.unwrap();
    assert!(!spend(mika, 2).await.unwrap(), "the old ones went with the new");
    assert!(spend(mika, 4).await.unwrap());
}

#[tokio::test]
async fn a_passkey_is_found_by_its_credential_and_removed_by_its_owner() {
    let database = open().await;
    let mika = database.user("mika", Role::Viewer).await;
    let ken = database.user("ken", Role::Viewer).await;
    let passkey = Passkey {
        id: Uuid::from_u128(1),
        user_key: mika,
        name: "phone".to_owned(),
        credential_id: vec![1, 2, 3],
        credential: "{}".to_owned(),
        created_at: at(2),
        last_used_at: None,
    };
    let kept = passkey.clone();
    database.write(move |t| Box::pin(async move { t.insert_passkey(&kept).await })).await.unwrap();
    let again = Passkey { id: Uuid::from_u128(2), user_key: ken, ..passkey.clone() };
    assert!(database.write(move |t| Box::pin(async move { t.insert_passkey(&again).await })).await.is_err());
    assert_eq!(database.store.passkeys(mika).await.unwrap(), std::slice::from_ref(&passkey));
    assert!(database.store.passkeys(ken).await.unwrap().is_empty());
    let id = passkey.id;
    database.write(move |t| Box::pin(async move { t.used_passkey(id, "{\"n\":1}", at(9)).await })).await.unwrap();
    let (user, found) = database.store.passkey_by_credential(&[1, 2, 3]).await.unwrap().unwrap();
    assert_eq!((user.key, user.passkeys), (mika, 1));
    let renewed = Passkey { credential: "{\"n\":1}".to_owned(), last_used_at: Some(at(9)), ..passkey };
    assert_eq!(found, renewed);
    assert_eq!(database.store.passkey_by_credential(&[1, 2]).await.unwrap(), None);
    let delete = |key: i64| database.write(move |t| Box::pin(async move { t.delete_passkey(key, id).await }));
    assert_eq!(delete(ken).await.unwrap(), None);
    assert_eq!(delete(mika).await.unwrap(), Some(renewed));
    assert_eq!(delete(mika).await.unwrap(), None);
}

#[tokio::test]
async fn nothing_secret_of_an_account_is_printed() {
    let database = open().await;
    let key = database.user("mika", Role::Viewer).await;
    database
        .write(move |t| {
            Box::pin(async move {
                t.set_password(key, "$argon2id$hunter2").await?;
                t.set_totp(key, Some(&[77, 78])).await
            })
        })
        .await
        .unwrap();
    let user = read(&database, "mika").await;
    assert_eq!(user.password_hash.as_ref().unwrap().expose(), "$argon2id$hunter2");
    let printed = format!("{user:?}");
    assert!(!printed.contains("hunter2") && !printed.contains("77, 78"), "{printed}");
}

#[tokio::test]
async fn a_transaction_sees_what_it_has_done() {
    let database = open().await;
    let new = NewUser { id: Uuid::now_v7(), name: name("mika"), role: Role::Owner, created_at: at(1) };
    let seen = database.write(move |t| {
        Box::pin(async move {
            let before = t.has_users().await?;
            t.insert_user(&new).await?;
            let found = (t.user(new.id).await?, t.user_by_name(&new.name).await?);
            Ok((before, t.has_users().await?, found))
        })
    });
    let (before, after, (by_id, by_name)) = seen.await.unwrap();
    assert!(!before && after);
    assert!(by_id.is_some());
    assert_eq!(by_id, by_name);
}
