//! Mail sent to real SMTP servers on this machine: with TLS from the first byte, after STARTTLS, and without; that are busy, that do not know us,
//! and that offer no TLS where it is asked for.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::sync::{Arc, Mutex};

use domain::alert::bell::Say;
use domain::incident::work::Severity;
use domain::text::Secret;
use domain::time::Timestamp;
use notify::Message;
use notify::answer::Answer;
use notify::channel::Channel;
use notify::mail::{Addresses, Protection, Server};
use notify::send::Sender;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// How a server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Takes,
    IsBusy,
    KnowsNobody,
    OffersNoTls,
}

/// What a server saw: who signed in, to whom, and what.
#[derive(Clone, Debug, Default)]
struct Seen {
    login: Option<String>,
    to: Vec<String>,
    mail: String,
    over_tls: bool,
}

struct Smtp {
    port: u16,
    authority: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// Talks until the end, or until the other side asks for TLS: true.
async fn talk(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    mood: Mood,
    over_tls: bool,
    all: &Mutex<Vec<Seen>>,
) -> std::io::Result<bool> {
    let mut seen = Seen { over_tls, ..Seen::default() };
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line).await? == 0 {
            return Ok(false);
        }
        let said = line.trim_end().to_owned();
        let answer = match said.split([' ', ':']).next().unwrap().to_ascii_uppercase().as_str() {
            "EHLO" if over_tls => "250-here\r\n250 AUTH PLAIN",
            "EHLO" if mood == Mood::OffersNoTls => "250 here",
            "EHLO" => "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN",
            "STARTTLS" => {
                reader.get_mut().write_all(b"220 go ahead\r\n").await?;
                return Ok(true);
            }
            "AUTH" if mood == Mood::KnowsNobody => "535 5.7.8 who are you",
            "AUTH" => {
                seen.login = said.rsplit(' ').next().map(str::to_owned);
                "235 ok"
            }
            "RCPT" if mood == Mood::IsBusy => "451 4.3.0 later",
            "RCPT" => {
                seen.to.push(said);
                "250 ok"
            }
            "DATA" => {
                reader.get_mut().write_all(b"354 go on\r\n").await?;
                let mut mail = Vec::new();
                while !mail.ends_with(b"\r\n.\r\n") {
                    mail.push(reader.read_u8().await?);
                }
                seen.mail = String::from_utf8(mail).unwrap();
                all.lock().unwrap().push(seen.clone());
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        reader.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

async fn serve(
    mut stream: TcpStream,
    (mood, is_tls): (Mood, bool),
    acceptor: TlsAcceptor,
    all: Arc<Mutex<Vec<Seen>>>,
) -> std::io::Result<()> {
    const HELLO: &[u8] = b"220 hello\r\n";
    if !is_tls {
        stream.write_all(HELLO).await?;
        if !talk(&mut stream, mood, false, &all).await? {
            return Ok(());
        }
    }
    let mut stream = acceptor.accept(stream).await?;
    if is_tls {
        stream.write_all(HELLO).await?;
    }
    talk(&mut stream, mood, true, &all).await.map(|_| ())
}

async fn server(mood: Mood, is_tls: bool) -> Smtp {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::<Mutex<Vec<Seen>>>::default();
    let all = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, (mood, is_tls), acceptor.clone(), Arc::clone(&all)));
        }
    });
    Smtp { port, authority: cert.pem(), seen }
}

async fn send(smtp: &Smtp, protection: Protection, ca_pem: Option<String>) -> Answer {
    let login = (protection != Protection::None).then(|| ("yagura".to_owned(), Secret::new("hidden".to_owned())));
    let server = Box::new(Server { host: "localhost".to_owned(), port: smtp.port, protection, login, ca_pem });
    let to = ["a@example.org", "b@example.org"].map(|address| address.parse().unwrap()).to_vec();
    let addresses = Addresses { from: "Yagura <yagura@example.org>".parse().unwrap(), to };
    let message = Message {
        key: "alert-7-mail-1".to_owned(),
        alert: Some(7),
        say: Say::Fires,
        severity: Severity::Sev1,
        title: "ディスク満杯".to_owned(),
        text: ".\r\na dot by itself must not end the mail".to_owned(),
        facts: Vec::new(),
        url: "https://status.example.org/desk/alerts/7".to_owned(),
        link: "Open".to_owned(),
        at: Timestamp::from_ms(1_790_000_000_000),
    };
    Sender::new().unwrap().send(&Channel::Mail { server, addresses }, &message, Timestamp::from_ms(1_790_000_001_000)).await
}

#[tokio::test]
async fn mail_arrives_over_tls_from_the_first_byte_or_after_starttls_or_on_the_same_machine_without() {
    for (protection, is_tls) in [(Protection::StartTls, false), (Protection::Tls, true), (Protection::None, false)] {
        let smtp = server(Mood::Takes, is_tls).await;
        assert_eq!(send(&smtp, protection, Some(smtp.authority.clone())).await, Answer::Taken, "{protection:?}");
        let seen = smtp.seen.lock().unwrap().remove(0);
        assert_eq!(seen.over_tls, protection != Protection::None);
        assert_eq!(seen.login.is_some(), protection != Protection::None, "the password goes over TLS only");
        assert!(seen.to.len() == 2 && seen.mail.contains("Message-ID: <alert-7-mail-1@status.example.org>"), "{seen:?}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_trusted_gets_neither_password_nor_mail() {
    for (mood, is_tls, authority) in [(Mood::OffersNoTls, false, true), (Mood::Takes, false, false), (Mood::Takes, true, false)] {
        let smtp = server(mood, is_tls).await;
        let protection = if is_tls { Protection::Tls } else { Protection::StartTls };
        let answer = send(&smtp, protection, authority.then(|| smtp.authority.clone())).await;
        assert!(!matches!(answer, Answer::Taken), "{mood:?}: {answer:?}");
        assert!(smtp.seen.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_busy_server_is_tried_again_and_one_that_does_not_know_us_is_not() {
    let busy = server(Mood::IsBusy, false).await;
    assert!(
        matches!(send(&busy, Protection::StartTls, Some(busy.authority.clone())).await, Answer::Later(None, why) if why.contains("later"))
    );
    let strange = server(Mood::KnowsNobody, false).await;
    let Answer::Refused(why) = send(&strange, Protection::StartTls, Some(strange.authority.clone())).await else { panic!() };
    assert!(why.contains("who are you") && !why.contains("hidden"), "{why}");
    let gone = Smtp { port: 1, authority: String::new(), seen: Arc::default() };
    assert!(matches!(send(&gone, Protection::None, None).await, Answer::Later(None, _)), "it may come back");
}
