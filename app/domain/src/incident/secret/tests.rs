//! What is taken for a secret, what is not, and that no text breaks the search.

use proptest::prelude::*;

use super::*;

/// Kinds and texts of what is found.
fn found(text: &str) -> Vec<(SecretKind, &str)> {
    find(text).into_iter().map(|secret| (secret.kind, &text[secret.range])).collect()
}

/// Random-looking letters, as many as wanted. Not written out, so that scanners of repositories do not find them here.
fn drawn(chars: usize) -> String {
    "q7Rk2mZx9Lw4Tb8Ns3Vd6Hf1Jc5Py0Ga".chars().cycle().take(chars).collect()
}

#[test]
fn private_keys_are_found_whole() {
    let key = format!("-----BEGIN OPENSSH {0}-----\n{1}\n-----END OPENSSH {0}-----", "PRIVATE KEY", drawn(64));
    assert_eq!(found(&format!("鍵はこれ\n{key}\n以上")), [(SecretKind::PrivateKey, key.as_str())]);
    let cut = format!("-----BEGIN {}-----\n{}", "PRIVATE KEY", drawn(20));
    assert_eq!(found(&cut), [(SecretKind::PrivateKey, cut.as_str())]);
    assert_eq!(found("-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----"), []);
}

#[test]
fn tokens_are_known_by_how_they_begin() {
    let cases = [
        (SecretKind::ServiceToken, format!("ghp_{}", drawn(36))),
        (SecretKind::ServiceToken, format!("github_pat_{}", drawn(40))),
        (SecretKind::ServiceToken, format!("glpat-{}", drawn(20))),
        (SecretKind::ServiceToken, format!("xoxb-{}", drawn(40))),
        (SecretKind::ServiceToken, format!("hvs.{}", drawn(30))),
        (SecretKind::YaguraKey, format!("ygr_{}", drawn(43))),
        (SecretKind::AwsKey, format!("AKIA{}", drawn(16).to_ascii_uppercase())),
        (SecretKind::PrivateKey, format!("AGE-SECRET-KEY-1{}", drawn(58).to_ascii_uppercase())),
        (SecretKind::PrivateKey, format!("LS0tLS1CRUdJTiBSU0EgUFJJ{}+{}==", drawn(30), drawn(9))),
        (SecretKind::Jwt, format!("eyJ{}.eyJ{}.{}", drawn(20), drawn(40), drawn(43))),
    ];
    for (kind, secret) in cases {
        assert_eq!(found(&secret), [(kind, secret.as_str())]);
        assert_eq!(found(&format!("貼ったのは「{secret}」です。")), [(kind, secret.as_str())]);
    }
    let path = format!("T0123/B0456/{}", drawn(24));
    assert_eq!(found(&format!("https://hooks.slack.com/services/{path}")), [(SecretKind::Webhook, path.as_str())]);
}

#[test]
fn the_beginning_of_a_token_alone_is_none() {
    for text in [
        "ghp_",
        "ygr_abcd",
        "glpat-xxxxxxxxxxxxxxxxxxxxxxxx",
        "ghp_****",
        "AKIA",
        "eyJ.eyJ.x",
        "sk-a-long-name-of-some-branch-that-nobody-types-twice",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn passwords_in_addresses_are_found() {
    assert_eq!(found("postgres://app:s3cr3t-pw@db:5432/app に接続"), [(SecretKind::UrlPassword, "s3cr3t-pw")]);
    assert_eq!(found("redis://:hunter22@cache"), [(SecretKind::UrlPassword, "hunter22")]);
    for text in [
        "https://user@example.com/",
        "https://example.com:8443/@me",
        "postgres://app:${PW}@db",
        "postgres://app:***@db",
        "ssh://git@host:22/x",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn what_follows_a_word_for_secrets_is_found() {
    let cases = [
        ("password=hunter2", "hunter2"),
        ("DB_PASSWORD = 'correct horse'", "correct horse"),
        ("password: swordfish", "swordfish"),
        ("パスワード：hunter2 でした", "hunter2"),
        ("パスワードは hunter2 です", "hunter2"),
        ("新しいパスワード：「tigers」", "tigers"),
        ("{\"api_key\": \"a1b2c3d4\"}", "a1b2c3d4"),
        ("token: 9f8e7d6c5b4a", "9f8e7d6c5b4a"),
        ("https://example.com/?token=abcdef&x=1", "abcdef&x=1"),
        ("**Password:** hunter2", "hunter2"),
        ("CLIENT_SECRET=abcDEF123", "abcDEF123"),
        ("the password is hunter2.", "hunter2"),
    ];
    for (text, secret) in cases {
        assert_eq!(found(text), [(SecretKind::Assigned, secret)], "{text}");
    }
}

#[test]
fn what_follows_authorization_is_found() {
    let token = drawn(24);
    let cases = [
        format!("curl -H 'Authorization: Bearer {token}' https://example.com"),
        format!("authorization: basic {token}"),
        format!("\"Authorization\": \"Bearer {token}\""),
        format!("Bearer {token} を付けた"),
    ];
    for text in cases {
        assert_eq!(found(&text), [(SecretKind::Authorization, token.as_str())], "{text}");
    }
}

#[test]
fn what_stands_in_for_a_secret_is_none() {
    for value in [
        "<password>",
        "***",
        "$DB_PASSWORD",
        "${DB_PASSWORD}",
        "{{ password }}",
        "xxx",
        "xxxxxxxx",
        "…",
        "[redacted]",
        "%s",
        "\"\"",
        "password",
    ] {
        for text in [
            format!("password={value}"),
            format!("token: {value}"),
            format!("パスワード：{value}"),
            format!("Authorization: Bearer {value}"),
        ] {
            assert_eq!(found(&text), [], "{text}");
        }
    }
}

#[test]
fn ordinary_sentences_are_none() {
    let sentences = [
        "トークンを更新した",
        "トークン：更新済み",
        "トークンは 2024-04-18 に失効していた",
        "パスワードは変更済み",
        "パスワード: 22:36 に変更",
        "パスワードリセットのページが落ちていた",
        "適切な秘密鍵が手元に無いことに気付く",
        "Authorization ヘッダーが無く 401 になっていた",
        "password reset page was down",
        "password: changed",
        "The token is expired; we issued a new one at 22:36",
        "API key: revoked and rotated",
        "secret: pasokey-db-1 was missing in the namespace",
        "Secrets: 3, tokens: 500, max_tokens=4096",
        "Token::new panicked",
        "Basic authentication failed for 10.0.0.1:8080",
        "Bearer authentication was refused by the gateway",
        "PASSWORD_FILE=/run/secrets/db",
        "DB_PASSWORD=/run/secrets/db",
        "2024-04-18 22:36 JST インシデントを認知",
        "https://example.com/password/reset?from=mail",
        "kubectl get secret pasokey -o yaml",
    ];
    for text in sentences {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn one_secret_that_looks_like_two_is_one() {
    let token = format!("ghp_{}", drawn(36));
    assert_eq!(found(&format!("GITHUB_TOKEN={token}")), [(SecretKind::ServiceToken, token.as_str())]);
    assert_eq!(found(&format!("Authorization: Bearer {token}")), [(SecretKind::ServiceToken, token.as_str())]);
}

#[test]
fn hostile_texts_are_read_quickly() {
    for piece in [
        "password=",
        "-----BEGIN PRIVATE KEY-----",
        "://a:b@",
        "eyJaaaaaaaaaa.",
        "LS0tLS1CRUdJTiBQUklW+",
        "authorization:",
        "token: \"",
        " is ",
        "https://hooks.slack.com/services/",
    ] {
        find(&piece.repeat(100_000 / piece.len()));
    }
}

/// Pieces that secrets are made of, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "password",
            "=",
            ":",
            "：",
            " ",
            "は",
            "「",
            "」",
            "\"",
            "'",
            "-----BEGIN ",
            "PRIVATE KEY",
            "-----",
            "-----END ",
            "://",
            "@",
            "eyJabcdefgh1",
            ".",
            "ghp_",
            "Authorization: Bearer ",
            "bearer ",
            " is ",
            "\n",
            "トークン",
            "client-key-data",
            "LS0tLS1CRUdJTiBQUklW",
            "**",
        ])
        .prop_map(str::to_owned),
        "[a-zA-Z0-9]{1,40}",
        "\\PC{0,6}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_the_text_ranges_are_in_order_apart_and_on_characters(text in prop_oneof![any::<String>(), pieces()]) {
        let mut end = 0;
        for secret in find(&text) {
            prop_assert!(secret.range.start >= end);
            prop_assert!(secret.range.start < secret.range.end);
            prop_assert!(text.get(secret.range.clone()).is_some());
            end = secret.range.end;
        }
    }

    #[test]
    fn a_token_is_found_wherever_it_stands(before in "[ぁ-ん ]{0,12}", behind in "[ぁ-ん 。]{0,12}", token in "[a-z]{18}[0-9]{13}abcde") {
        let token = format!("ghp_{token}");
        let text = format!("{before}{token}{behind}");
        prop_assert!(find(&text).iter().any(|secret| text[secret.range.clone()].contains(&token)));
    }
}
