//! The command line.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use domain::account::Role;
use domain::incident::work::EntryKind;
use domain::probe::observation::{Observation, Verdict};
use domain::probe::spec::{ActiveSpec, CheckSpec, ProbeSpec};
use probe::clock::{Clock, SystemClock};
use probe::{Prober, Resolver};
use tokio::signal::unix::{SignalKind, signal};

use crate::runbook_command::{self, RunbookCommand};
use crate::service::command::{Command as Asked, NoteAsked, Reply};
use crate::telemetry::LogFormat;
use crate::{backup, boot, commands, config, demo, doctor, telemetry};

/// A watchtower for services: checks from outside, a public uptime page, runbooks, in one program and one file.
#[derive(Debug, Parser)]
#[command(name = "yagura", version, arg_required_else_help = true)]
struct Cli {
    /// How the log on stderr looks.
    #[arg(long, value_enum, default_value_t, global = true, env = "YAGURA_LOG_FORMAT")]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch, and serve the public page.
    Serve(Serve),
    /// Read a configuration and tell all its mistakes at once; exit code 1 if there are any.
    Check(ConfigFile),
    /// Run one probe now and print what it saw, phase by phase; exit code 1 if it is not up.
    Probe {
        /// The probe's slug.
        slug: String,
        #[command(flatten)]
        file: ConfigFile,
    },
    /// People who may sign in at the desk.
    #[command(subcommand)]
    User(User),
    /// Write a row into an incident's timeline; prints the incident, the time as it was understood, and the kind.
    ///
    /// The server that runs on the data folder writes it, in the name of the user whose shell this is; so this is for the machine of the
    /// server. From any other machine send the row to the API: POST /api/v1/notes, with a key that has the scope `timeline:write`.
    Note(Note),
    /// Copy everything into one file, while the server runs or not.
    Backup {
        /// Where to. A file that is there is replaced once the new one is whole.
        to: PathBuf,
        #[command(flatten)]
        folder: DataFolder,
        #[command(flatten)]
        file: ConfigFile,
    },
    /// Make a data folder out of a backup.
    Restore {
        /// The backup.
        from: PathBuf,
        #[command(flatten)]
        folder: DataFolder,
    },
    /// Examine a data folder and say what is wrong with it; exit code 1 if something is.
    Doctor {
        #[command(flatten)]
        folder: DataFolder,
        /// The configuration file, to be examined too.
        #[arg(long, env = "YAGURA_CONFIG")]
        config: Option<PathBuf>,
    },
    /// Make a folder with a demo to look round in: three outages retold, and a quarter of a year of made-up checks.
    ///
    /// Only in a new folder, so that it never gets among real data.
    Demo {
        /// The folder; made by this command.
        #[arg(default_value = "yagura-demo")]
        folder: PathBuf,
    },
    /// The runbooks inside this program, and those in files.
    #[command(subcommand)]
    Runbook(RunbookCommand),
}

#[derive(Debug, Args)]
struct ConfigFile {
    /// The configuration file.
    #[arg(long, env = "YAGURA_CONFIG", default_value = "yagura.yaml")]
    config: PathBuf,
}

#[derive(Debug, Args)]
struct Serve {
    #[command(flatten)]
    file: ConfigFile,
    /// The folder of the database; made if it is not there.
    #[arg(long, env = "YAGURA_DATA", default_value = "data")]
    data: PathBuf,
    /// The address to listen on.
    #[arg(long, env = "YAGURA_LISTEN", default_value = "127.0.0.1:8600")]
    listen: SocketAddr,
}

#[derive(Debug, Args)]
struct DataFolder {
    /// The folder of the database.
    #[arg(long, env = "YAGURA_DATA", default_value = "data")]
    data: PathBuf,
}

#[derive(Debug, Args)]
struct Note {
    /// What was done or seen; `-` reads it from stdin.
    text: String,
    /// The incident's number, `42` or `INC-42`; left out: the only one that is open.
    #[arg(long, value_parser = incident_number)]
    incident: Option<i64>,
    /// `observation`, `action`, `decision`, `hypothesis`, `next_action`, `change`, `communication`, `context` or `note`.
    #[arg(long, default_value = "note", value_parser = entry_kind)]
    kind: EntryKind,
    /// When it was, in the incident's time zone: `22:36`, `-5m`, `昨日 23:10`, `2024-04-18 22:36 JST`; left out: now.
    #[arg(long, allow_hyphen_values = true)]
    at: Option<String>,
    #[command(flatten)]
    folder: DataFolder,
}

/// A number as people write it.
fn incident_number(typed: &str) -> Result<i64, String> {
    let digits = match typed.split_at_checked(4) {
        Some((head, rest)) if head.eq_ignore_ascii_case("INC-") => rest,
        _ => typed,
    };
    let number = digits.parse::<i64>().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "expected a number like 42 or INC-42".to_owned())
}

fn entry_kind(name: &str) -> Result<EntryKind, String> {
    let found = EntryKind::from_name(&name.replace('-', "_")).filter(|kind| kind.is_human());
    found.ok_or_else(|| {
        let names: Vec<&str> = EntryKind::human().map(EntryKind::name).collect();
        format!("expected one of {}", names.join(", "))
    })
}

#[derive(Debug, Subcommand)]
enum User {
    /// Make an account and print a one-time link by which its owner chooses a password.
    Add {
        /// Their name.
        name: String,
        /// `owner`, `maintainer`, `responder` or `viewer`.
        #[arg(long, default_value = "owner", value_parser = role)]
        role: Role,
        #[command(flatten)]
        folder: DataFolder,
        #[command(flatten)]
        file: ConfigFile,
    },
    /// Print a new one-time link for somebody who cannot sign in any more.
    Link {
        /// Their name.
        name: String,
        #[command(flatten)]
        folder: DataFolder,
        #[command(flatten)]
        file: ConfigFile,
    },
}

fn role(name: &str) -> Result<Role, String> {
    Role::from_name(name).ok_or_else(|| "expected owner, maintainer, responder or viewer".to_owned())
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // What the demo plays is a past that nobody has to hear of.
    let level = if matches!(cli.command, Command::Demo { .. }) { "error" } else { "info" };
    telemetry::start(cli.log_format, level);
    let outcome = match cli.command {
        Command::Serve(arguments) => with_runtime(serve(arguments)),
        Command::Check(file) => Ok(check(&file.config)),
        Command::Probe { slug, file } => with_runtime(probe_once(slug, file.config)),
        Command::Backup { to, folder, file } => with_runtime(back_up(to, folder, file)),
        Command::Restore { from, folder } => with_runtime(restore(from, folder)),
        Command::Doctor { folder, config } => with_runtime(examine(folder, config)),
        Command::User(user) => with_runtime(change_user(user)),
        Command::Note(note) => take_note(note),
        Command::Demo { folder } => with_runtime(make_demo(folder)),
        Command::Runbook(command) => runbook_command::run(command, &environment),
    };
    match outcome {
        Ok(code) => code,
        Err(problem) => {
            complain!("yagura: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn with_runtime(work: impl Future<Output = Result<ExitCode, String>>) -> Result<ExitCode, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(work)
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn make_demo(folder: PathBuf) -> Result<ExitCode, String> {
    complain!("Making the demo: a quarter of a year of checks and three incidents. It takes some seconds.");
    let (config, data) = demo::make(&folder).await.map_err(|error| error.to_string())?;
    say!("The demo is in {}. Look round:\n", folder.display());
    say!("  yagura serve --config {} --data {}", config.display(), data.display());
    say!("\nand open http://127.0.0.1:8600/. The desk is behind the link that it prints.");
    Ok(ExitCode::SUCCESS)
}

async fn serve(arguments: Serve) -> Result<ExitCode, String> {
    let watching = |kind| signal(kind).map_err(|error| format!("cannot wait for signals: {error}"));
    let (mut terminated, mut interrupted) = (watching(SignalKind::terminate())?, watching(SignalKind::interrupt())?);
    let options = boot::Options {
        config: arguments.file.config,
        data: arguments.data,
        listen: arguments.listen,
        environment: Arc::new(environment),
        clock: Arc::new(SystemClock::default()),
    };
    let started = tokio::select! {
        started = boot::start(options) => started,
        _ = terminated.recv() => return Ok(ExitCode::SUCCESS),
        _ = interrupted.recv() => return Ok(ExitCode::SUCCESS),
    };
    let mut running = started.map_err(|error| error.to_string())?;
    if std::io::stderr().is_terminal() {
        complain!("\n  Yagura: http://{}/   (Ctrl+C stops)\n", running.address);
    }
    if let Some(link) = &running.set_up_link {
        // Not by the log: whoever reads that later has no use for it, and it is for one pair of eyes.
        complain!("  Nobody has an account yet. Set up the first one here (good once, for three days):\n  {link}\n");
    }
    let code = tokio::select! {
        _ = terminated.recv() => ExitCode::SUCCESS,
        _ = interrupted.recv() => ExitCode::SUCCESS,
        () = running.ended() => ExitCode::FAILURE,
    };
    tokio::select! {
        () = running.stop() => Ok(code),
        // Asked twice: at once.
        _ = terminated.recv() => Ok(ExitCode::FAILURE),
        _ = interrupted.recv() => Ok(ExitCode::FAILURE),
    }
}

/// Does it by the running server, or by ourselves when none runs.
async fn change_user(user: User) -> Result<ExitCode, String> {
    let (asked, folder, file) = match user {
        User::Add { name, role, folder, file } => (Asked::AddUser { name, role }, folder, file),
        User::Link { name, folder, file } => (Asked::MakeLink { name }, folder, file),
    };
    let reply = commands::run(&folder.data, &asked).await?;
    match reply {
        Reply::Link { name, path, expires_at } => {
            say!("{name} chooses a password here; the link is good once, until {expires_at}:");
            say!("{}{path}", site_base(&file.config));
            Ok(ExitCode::SUCCESS)
        }
        Reply::Failed { message } => Err(message),
        Reply::BackedUp { .. } | Reply::Noted { .. } | Reply::Mistaken { .. } => Err(commands::OTHER_ANSWER.to_owned()),
    }
}

/// Has the running server write a row.
fn take_note(note: Note) -> Result<ExitCode, String> {
    let Note { text, incident, kind, at, folder } = note;
    let text = if text == "-" { commands::piped(std::io::stdin().lock())? } else { text };
    let asked = NoteAsked { text, incident, kind, at: at.unwrap_or_default() };
    with_runtime(async move {
        let (number, at) = commands::note(&folder.data, asked).await?;
        let at = at.map(|at| format!("{at} ")).unwrap_or_default();
        say!("INC-{number} {at}{}", kind.name());
        Ok(ExitCode::SUCCESS)
    })
}

async fn back_up(to: PathBuf, folder: DataFolder, file: ConfigFile) -> Result<ExitCode, String> {
    let to = std::path::absolute(&to).map_err(|error| format!("{} is no place for a file: {error}", to.display()))?;
    let bytes = commands::back_up(&folder.data, &file.config, &to).await?;
    say!("{}: {bytes} bytes", to.display());
    Ok(ExitCode::SUCCESS)
}

async fn restore(from: PathBuf, folder: DataFolder) -> Result<ExitCode, String> {
    let now = SystemClock::default().now();
    let restored = backup::restore(&from, &folder.data, &commands::caller(), now).await.map_err(|error| error.to_string())?;
    say!("{}: restored from the backup of {} (Yagura {})", folder.data.display(), restored.made_at, restored.version);
    say!("The configuration of that time is {}; compare it with yours.", restored.config.display());
    say!("Everybody is signed out, and one-time links are no longer good.");
    say!("Keys revoked, people disabled and recovery codes used since then are good again; look at them.");
    restored.warnings.iter().for_each(|warning| complain!("warning: {warning}"));
    Ok(ExitCode::SUCCESS)
}

async fn examine(folder: DataFolder, config: Option<PathBuf>) -> Result<ExitCode, String> {
    let now = SystemClock::default().now();
    let findings = doctor::doctor(&folder.data, config.as_deref(), &environment, now).await;
    for finding in &findings {
        say!("{:<8} {}", finding.severity.name(), finding.what);
        finding.advice.iter().for_each(|advice| say!("         → {advice}"));
    }
    let worst = findings.iter().map(|finding| finding.severity).max();
    Ok(if worst == Some(doctor::Severity::Bad) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Where people reach the site, as far as the configuration says.
fn site_base(config: &Path) -> String {
    let url = config::load(config, &environment).ok().and_then(|loaded| loaded.config.site.url);
    url.map_or_else(|| "http://127.0.0.1:8600".to_owned(), |url| url.as_str().trim_end_matches('/').to_owned())
}

fn check(path: &Path) -> ExitCode {
    match config::load(path, &environment) {
        Ok(loaded) => {
            let config = &loaded.config;
            say!("{}: good; {} components, {} probes", path.display(), config.components.len(), config.probes.len());
            ExitCode::SUCCESS
        }
        Err(errors) => {
            complain!("{errors}");
            ExitCode::FAILURE
        }
    }
}

async fn probe_once(slug: String, path: PathBuf) -> Result<ExitCode, String> {
    let loaded = config::load(&path, &environment).map_err(|errors| errors.to_string())?;
    let spec = loaded
        .config
        .probes
        .iter()
        .find(|probe| probe.slug.as_str() == slug)
        .ok_or_else(|| unknown_probe(&slug, &loaded.config.probes))?;
    match &spec.check {
        CheckSpec::Active(active) => run_active(active).await,
        CheckSpec::Heartbeat(_) => {
            say!("{slug} is a heartbeat: it is not run, it calls. Try it with");
            say!("  curl -fsS -m 10 --retry 5 http://ADDRESS/ping/TOKEN      (a UUID as token)");
            say!("  curl -fsS -m 10 --retry 5 http://ADDRESS/api/push/TOKEN  (any token)");
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn unknown_probe(slug: &str, probes: &[ProbeSpec]) -> String {
    let nearest = probes
        .iter()
        .map(|probe| probe.slug.as_str())
        .max_by(|a, b| strsim::jaro_winkler(slug, a).total_cmp(&strsim::jaro_winkler(slug, b)));
    let hint = nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
    format!("no probe is called `{slug}`{hint}")
}

async fn run_active(spec: &ActiveSpec) -> Result<ExitCode, String> {
    let (resolver, complaint) = Resolver::from_system_or_local().map_err(|error| error.to_string())?;
    if let Some(complaint) = complaint {
        complain!("the system's resolver settings cannot be read ({complaint}); asking 127.0.0.1");
    }
    let prober = Prober::new(spec, Arc::new(resolver)).map_err(|error| error.to_string())?;
    let observation = prober.run(SystemClock::default().now()).await;
    print_observation(&observation);
    Ok(if observation.verdict == Verdict::Up { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_observation(seen: &Observation) {
    let ms = |us: u64| format!("{:>9}.{:03} ms", us / 1000, us % 1000);
    say!("{}  at {}", seen.verdict.name().to_uppercase(), seen.at);
    if let Some(cause) = &seen.cause {
        say!("  {}: {}", cause.kind.name(), cause.detail);
    }
    let names = ["resolve", "connect", "TLS", "first byte", "transfer"];
    for (name, (_, us)) in names.iter().zip(seen.phases.labelled()) {
        say!("  {name:<12} {}", us.map_or_else(|| format!("{:>16}", "-"), ms));
    }
    say!("  {:<12} {}", "whole check", seen.duration_us.map_or_else(|| format!("{:>16}", "-"), ms));
    let facts = [
        ("address", seen.address.map(|address| address.to_string())),
        ("code", seen.code.map(|code| code.to_string())),
        ("HTTP version", seen.http_version.map(|version| format!("{}.{}", version / 10, version % 10))),
        ("body bytes", seen.body_bytes.map(|bytes| bytes.to_string())),
        ("redirects", (seen.redirects > 0).then(|| seen.redirects.to_string())),
        ("certificate", seen.certificate_expires_at.map(|at| format!("good until {at}"))),
    ];
    for (name, fact) in facts {
        if let Some(fact) = fact {
            say!("  {name:<12} {fact}");
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_note_is_read_as_one_types_it() {
        let line = ["yagura", "note", "-", "--incident", "inc-42", "--kind", "next-action", "--at", "-5m"];
        let Command::Note(note) = Cli::try_parse_from(line).unwrap().command else { panic!("this is a note") };
        let Note { text, incident, kind, at, .. } = note;
        assert_eq!((text.as_str(), incident, kind), ("-", Some(42), EntryKind::NextAction));
        assert_eq!(at.as_deref(), Some("-5m"));
    }

    #[test]
    fn nobody_writes_rows_of_yagura_or_into_a_number_that_cannot_be() {
        assert!(entry_kind("probe").unwrap_err().contains("observation, action"));
        assert!(["0", "-1", "INC-", "INC-x", "４２", ""].iter().all(|typed| incident_number(typed).is_err()));
        assert_eq!(incident_number("42"), Ok(42));
    }
}
