//! Programs in which people talk: Slack (Block Kit; `prometheus/alertmanager:notify/slack`), Discord (`discord/discord-api-docs:resources/webhook`),
//! Microsoft Teams by a workflow (Adaptive Cards; `alertmanager:notify/msteamsv2`), Mattermost (`mattermost:webhooks/incoming`), Telegram
//! (`sendMessage`), Misskey (`misskey-dev/misskey:notes/create`).

use domain::alert::bell::Say;
use domain::incident::work::Severity;
use domain::text::Secret;
use serde_json::{Value, json};

use super::{Request, below};
use crate::Message;
use crate::text::{Unit, fit, fit_escaped, line, lines, markdown, slack as slack_escaped, uncalling};

/// The colour of a message, as a number of red, green and blue.
const fn color(message: &Message) -> u32 {
    match (message.say, message.severity) {
        (Say::Over, _) => 0x2e_a0_43,
        (Say::Acknowledged, _) => 0x1f_6f_eb,
        (_, Severity::Sev1) => 0xc4_12_2f,
        (_, Severity::Sev2) => 0xe2_71_1d,
        (_, Severity::Sev3) => 0xb9_87_00,
        (_, Severity::Sev4) => 0x6e_77_81,
    }
}

fn title(message: &Message) -> String {
    format!("{} {}", message.mark(), line(&message.title))
}

/// Texts are plain where the program has a plain kind of text; elsewhere escaping `&`, `<` and `>` takes every call and link out of them.
pub(super) fn slack(url: &Secret, message: &Message) -> Request {
    const HEADER_MAX: usize = 150;
    const SECTION_MAX: usize = 2_900;
    const FIELD_MAX: usize = 1_900;
    const FIELDS_MAX: usize = 10;
    let fields = message.facts.iter().take(FIELDS_MAX).map(|(name, value)| {
        let both = format!("{}: {}", line(name), line(value));
        json!({ "type": "plain_text", "emoji": false, "text": fit_escaped(&both, FIELD_MAX, Unit::Characters, slack_escaped) })
    });
    let fields: Vec<Value> = fields.collect();
    let mut blocks = vec![json!({ "type": "header", "text": {
        "type": "plain_text", "emoji": true, "text": fit_escaped(&title(message), HEADER_MAX, Unit::Characters, slack_escaped) } })];
    let text = lines(&message.text);
    if !text.is_empty() {
        let text = fit_escaped(&text, SECTION_MAX, Unit::Characters, slack_escaped);
        blocks.push(json!({ "type": "section", "text": { "type": "mrkdwn", "verbatim": true, "text": text } }));
    }
    if !fields.is_empty() {
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    let link = format!("<{}|{}>", message.url, line(&message.link).chars().map(slack_escaped).collect::<String>());
    blocks.push(json!({ "type": "section", "text": { "type": "mrkdwn", "text": link } }));
    let short = fit_escaped(&title(message), SECTION_MAX, Unit::Characters, slack_escaped);
    Request::new(url.expose(), &json!({ "text": short, "unfurl_links": false, "unfurl_media": false, "blocks": blocks }))
}

/// With `wait`, or a message that is not kept would be answered as if it were. Mentions are allowed to nobody.
pub(super) fn discord(url: &Secret, message: &Message) -> Request {
    const TITLE_MAX: usize = 250;
    const TEXT_MAX: usize = 2_000;
    // Everything in an embed together has at most 6,000.
    const NAME_MAX: usize = 100;
    const VALUE_MAX: usize = 250;
    const FIELDS_MAX: usize = 8;
    let fields = message.facts.iter().filter(|(name, value)| !line(name).is_empty() && !line(value).is_empty()).take(FIELDS_MAX);
    let fields = fields.map(|(name, value)| {
        json!({ "name": fit(&line(name), NAME_MAX, Unit::Utf16),
                "value": fit_escaped(&line(value), VALUE_MAX, Unit::Utf16, markdown), "inline": true })
    });
    let embed = json!({
        "title": fit_escaped(&title(message), TITLE_MAX, Unit::Utf16, markdown), "url": message.url, "color": color(message),
        "description": fit_escaped(&lines(&message.text), TEXT_MAX, Unit::Utf16, markdown), "fields": fields.collect::<Vec<_>>(),
        "timestamp": message.at.to_string(), "footer": { "text": message.label() },
    });
    let parted = if url.expose().contains('?') { '&' } else { '?' };
    let body = json!({ "username": "Yagura", "allowed_mentions": { "parse": [] }, "embeds": [embed] });
    Request::new(format!("{}{parted}wait=true", url.expose()), &body)
}

/// What is larger than 28 kB fails later, where nobody sees it: everything together is kept far below. Texts from anywhere are text runs, in which
/// nothing means anything.
pub(super) fn teams(url: &Secret, message: &Message) -> Request {
    const TITLE_MAX: usize = 300;
    const TEXT_MAX: usize = 3_000;
    const NAME_MAX: usize = 100;
    const VALUE_MAX: usize = 300;
    const FACTS_MAX: usize = 10;
    let run = |text: String| json!({ "type": "TextRun", "text": text });
    let color = match (message.say, message.severity) {
        (Say::Over, _) => "Good",
        (Say::Acknowledged, _) => "Accent",
        (_, Severity::Sev1 | Severity::Sev2) => "Attention",
        _ => "Warning",
    };
    let heading = json!({ "type": "TextRun", "text": fit(&title(message), TITLE_MAX, Unit::Characters), "weight": "Bolder",
                          "size": "Medium", "color": color });
    let mut body = vec![json!({ "type": "RichTextBlock", "inlines": [heading] })];
    for paragraph in lines(&fit(&message.text, TEXT_MAX, Unit::Characters)).split('\n').filter(|line| !line.trim().is_empty()) {
        body.push(json!({ "type": "RichTextBlock", "inlines": [run(paragraph.to_owned())] }));
    }
    for (name, value) in message.facts.iter().take(FACTS_MAX) {
        let value = fit(&line(value), VALUE_MAX, Unit::Characters);
        body.push(json!({ "type": "RichTextBlock", "inlines": [{ "type": "TextRun", "text": format!("{}: ", fit(&line(name), NAME_MAX, Unit::Characters)), "isSubtle": true }, run(value)] }));
    }
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
        "msteams": { "width": "Full" }, "body": body,
        "actions": [{ "type": "Action.OpenUrl", "title": line(&message.link), "url": message.url }],
    });
    let attachment = json!({ "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card });
    Request::new(url.expose(), &json!({ "type": "message", "attachments": [attachment] }))
}

/// Longer texts are split into several posts. People are called from the text of an attachment, not from its title and fields.
pub(super) fn mattermost(url: &Secret, message: &Message) -> Request {
    const TEXT_MAX: usize = 4_000;
    const NAME_MAX: usize = 100;
    const VALUE_MAX: usize = 500;
    let escaped = |text: &str, max| fit_escaped(text, max, Unit::Characters, markdown);
    let fields = message
        .facts
        .iter()
        .map(|(name, value)| json!({ "title": fit(&line(name), NAME_MAX, Unit::Characters), "value": escaped(&line(value), VALUE_MAX), "short": true }));
    let attachment = json!({
        "fallback": fit(&title(message), VALUE_MAX, Unit::Characters), "color": format!("#{:06x}", color(message)),
        "title": escaped(&title(message), VALUE_MAX), "title_link": message.url, "text": escaped(&lines(&message.text), TEXT_MAX),
        "fields": fields.collect::<Vec<_>>(),
    });
    Request::new(url.expose(), &json!({ "username": "Yagura", "attachments": [attachment] }))
}

/// Without a parse mode nothing has to be escaped; names of people and tags are parted, or they would be found all the same.
pub(super) fn telegram(url: &str, token: &Secret, (chat, topic): (&str, Option<i64>), message: &Message) -> Request {
    const TEXT_MAX: usize = 3_500;
    let text = format!("{}\n{}", title(message), message.plain());
    let text = fit_escaped(text.trim(), TEXT_MAX, Unit::Utf16, uncalling);
    let chat = chat.parse::<i64>().map_or_else(|_| json!(chat), |number| json!(number));
    let mut body = json!({
        "chat_id": chat, "text": format!("{text}\n{}", message.url), "link_preview_options": { "is_disabled": true },
        "disable_notification": !message.is_urgent(),
    });
    if let (Some(topic), Some(fields)) = (topic, body.as_object_mut()) {
        fields.insert("message_thread_id".to_owned(), json!(topic));
    }
    Request::new(below(url, &format!("bot{}/sendMessage", token.expose())), &body)
}

/// Never public, never to other servers, and nothing in it calls anybody; between `plain` marks nothing means anything either.
pub(super) fn misskey(url: &str, token: &Secret, to: &[String], message: &Message) -> Request {
    const TEXT_MAX: usize = 2_500;
    let text = format!("{}\n{}", title(message), message.plain());
    let text = fit_escaped(text.trim(), TEXT_MAX, Unit::Characters, uncalling);
    let visibility = if to.is_empty() { "followers" } else { "specified" };
    let mut body = json!({
        "i": token.expose(), "visibility": visibility, "localOnly": true, "noExtractMentions": true, "noExtractHashtags": true,
        "noExtractEmojis": true, "text": format!("<plain>{text}</plain>\n{}", message.url),
    });
    if let (false, Some(fields)) = (to.is_empty(), body.as_object_mut()) {
        fields.insert("visibleUserIds".to_owned(), json!(to));
    }
    Request::new(below(url, "api/notes/create"), &body)
}
