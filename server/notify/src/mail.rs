//! E-mail, by SMTP. All mails about one alert are one conversation: they refer to the same identifier and keep the same subject. They say that a
//! program wrote them (RFC 3834), so that no absence note comes back.

use std::time::Duration;

use domain::alert::bell::Say;
use domain::text::Secret;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message as Mail};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::Message;
use crate::answer::Answer;
use crate::text::{Unit, fit, line};

/// Longest subject, in characters.
const SUBJECT_MAX: usize = 160;
/// Longest text, in characters.
const TEXT_MAX: usize = 20_000;

/// How the way to the server is kept secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protection {
    /// TLS after a first word in the clear, which must be offered (port 587).
    #[default]
    StartTls,
    /// TLS from the first byte on (port 465).
    Tls,
    /// None. For a server on the same machine.
    None,
}

/// A server that takes mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is kept secret.
    pub protection: Protection,
    /// Name and password.
    pub login: Option<(String, Secret)>,
    /// Certificates of an authority that is trusted beside the public ones, as PEM.
    pub ca_pem: Option<String>,
}

/// Where mail goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// From whom.
    pub from: Mailbox,
    /// To whom; at least one. Each sees the others.
    pub to: Vec<Mailbox>,
}

/// The host of an address, for identifiers.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let is_plain = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    if is_plain { host } else { "yagura.invalid" }
}

/// A mail that says it.
fn mail(addresses: &Addresses, message: &Message) -> Result<Mail, String> {
    let host = host(&message.url);
    let root = format!("<{}@{host}>", message.thread());
    let subject = fit(&line(&message.title), SUBJECT_MAX, Unit::Characters);
    // The first mail is no answer; all others are, and so stand with it.
    let re = if message.say == Say::Fires { "" } else { "Re: " };
    let header = |name: &'static str, value: &str| {
        let name = HeaderName::new_from_ascii_str(name);
        HeaderValue::new(name, value.to_owned())
    };
    let at = std::time::UNIX_EPOCH + Duration::from_millis(u64::try_from(message.at.as_ms()).unwrap_or_default());
    let mut builder = Mail::builder()
        .from(addresses.from.clone())
        .subject(format!("{re}{} {subject} [{}]", message.mark(), message.label()))
        .message_id(Some(format!("<{}@{host}>", message.key)))
        .references(root.clone())
        .date(at)
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "OOF, AutoReply, DR, RN, NRN"))
        .header(ContentType::TEXT_PLAIN);
    if message.say != Say::Fires {
        builder = builder.in_reply_to(root);
    }
    for to in &addresses.to {
        builder = builder.to(to.clone());
    }
    let text = fit(&message.plain(), TEXT_MAX, Unit::Characters);
    let body = format!("{}\n\n{}\n\n{}:\n{}\n", line(&message.title), text, line(&message.link), message.url);
    builder.body(body).map_err(|error| format!("no mail can be made of it: {error}"))
}

fn transport(server: &Server, timeout: Duration) -> Result<AsyncSmtpTransport<Tokio1Executor>, smtp::Error> {
    let parameters = || {
        let mut parameters = TlsParameters::builder(server.host.clone());
        if let Some(pem) = &server.ca_pem {
            parameters = parameters.add_root_certificate(Certificate::from_pem(pem.as_bytes())?);
        }
        parameters.build()
    };
    let tls = match server.protection {
        Protection::StartTls => Tls::Required(parameters()?),
        Protection::Tls => Tls::Wrapper(parameters()?),
        Protection::None => Tls::None,
    };
    let builder =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host).port(server.port).tls(tls).timeout(Some(timeout));
    let builder = match &server.login {
        Some((name, password)) => builder.credentials(Credentials::new(name.clone(), password.expose().to_owned())),
        None => builder,
    };
    Ok(builder.build())
}

/// What a server's refusal means: with 5 in front it will never take it.
fn refused(error: &smtp::Error) -> Answer {
    if error.is_permanent() { Answer::Refused(error.to_string()) } else { Answer::Later(None, error.to_string()) }
}

/// Sends a mail once.
pub(crate) async fn send(server: &Server, addresses: &Addresses, message: &Message, timeout: Duration) -> Answer {
    let mail = match mail(addresses, message) {
        Ok(mail) => mail,
        Err(why) => return Answer::Refused(why),
    };
    let transport = match transport(server, timeout) {
        Ok(transport) => transport,
        Err(error) => return Answer::Refused(error.to_string()),
    };
    // The library limits each of its steps; a server that answers each a little too late must not hold this up either.
    match tokio::time::timeout(timeout, transport.send(mail)).await {
        Ok(Ok(_)) => Answer::Taken,
        Ok(Err(error)) => refused(&error),
        Err(_) => Answer::Later(None, format!("the mail server did not take it within {} s", timeout.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use domain::incident::work::Severity;
    use domain::time::Timestamp;

    use super::*;

    fn written(say: Say, title: &str) -> String {
        let message = Message {
            key: "alert-7-mail-2".to_owned(),
            alert: Some(7),
            say,
            severity: Severity::Sev1,
            title: title.to_owned(),
            text: "2% left".to_owned(),
            facts: vec![("Since".to_owned(), "03:04".to_owned())],
            url: "https://status.example.org/desk/alerts/7".to_owned(),
            link: "Open".to_owned(),
            at: Timestamp::from_ms(1_790_000_000_000),
        };
        let addresses = Addresses {
            from: "Yagura <yagura@example.org>".parse().unwrap(),
            to: vec!["a@example.org".parse().unwrap(), "b@example.org".parse().unwrap()],
        };
        String::from_utf8(mail(&addresses, &message).unwrap().formatted()).unwrap()
    }

    #[test]
    fn all_mails_about_an_alert_are_one_conversation() {
        let (first, last) = (written(Say::Fires, "Disk"), written(Say::Over, "Disk"));
        for part in [
            "Message-ID: <alert-7-mail-2@status.example.org>",
            "References: <yagura-alert-7@status.example.org>",
            "Auto-Submitted: auto-generated",
            "To: a@example.org, b@example.org",
            "https://status.example.org/desk/alerts/7",
        ] {
            assert!(first.contains(part), "{part}: {first}");
        }
        assert!(!first.contains("In-Reply-To") && last.contains("In-Reply-To: <yagura-alert-7@status.example.org>"));
    }

    #[test]
    fn no_title_makes_another_header() {
        let mail = written(Say::Fires, "Disk\r\nBcc: evil@example.org\r\n\r\nhello");
        assert!(!mail.contains("\r\nBcc:"), "{mail}");
    }
}
