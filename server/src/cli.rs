//! The command line.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use domain::probe::observation::{Observation, Verdict};
use domain::probe::spec::{ActiveSpec, CheckSpec, ProbeSpec};
use domain::text::Language;
use probe::clock::{Clock, SystemClock};
use probe::{Prober, Resolver};
use tokio::signal::unix::{SignalKind, signal};

use crate::telemetry::LogFormat;
use crate::{boot, config, runbooks, telemetry};

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
    /// The runbooks inside this program.
    #[command(subcommand)]
    Runbook(Runbook),
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

#[derive(Debug, Subcommand)]
enum Runbook {
    /// List them.
    List,
    /// Print one, as Markdown.
    Show {
        /// Its slug.
        slug: String,
        /// `ja` or `en`.
        #[arg(long, default_value = "en", value_parser = language)]
        language: Language,
    },
}

fn language(tag: &str) -> Result<Language, String> {
    Language::from_tag(tag).ok_or_else(|| "expected ja or en".to_owned())
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start(cli.log_format);
    let outcome = match cli.command {
        Command::Serve(arguments) => with_runtime(serve(arguments)),
        Command::Check(file) => Ok(check(&file.config)),
        Command::Probe { slug, file } => with_runtime(probe_once(slug, file.config)),
        Command::Runbook(Runbook::List) => Ok(list_runbooks()),
        Command::Runbook(Runbook::Show { slug, language }) => show_runbook(&slug, language),
    };
    match outcome {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("yagura: {problem}");
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
        eprintln!("\n  Yagura: http://{}/   (Ctrl+C stops)\n", running.address);
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

fn check(path: &Path) -> ExitCode {
    match config::load(path, &environment) {
        Ok(loaded) => {
            let config = &loaded.config;
            println!("{}: good; {} components, {} probes", path.display(), config.components.len(), config.probes.len());
            ExitCode::SUCCESS
        }
        Err(errors) => {
            eprintln!("{errors}");
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
            println!("{slug} is a heartbeat: it is not run, it calls. Try it with");
            println!("  curl -fsS -m 10 --retry 5 http://ADDRESS/ping/TOKEN      (a UUID as token)");
            println!("  curl -fsS -m 10 --retry 5 http://ADDRESS/api/push/TOKEN  (any token)");
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
        eprintln!("the system's resolver settings cannot be read ({complaint}); asking 127.0.0.1");
    }
    let prober = Prober::new(spec, Arc::new(resolver)).map_err(|error| error.to_string())?;
    let observation = prober.run(SystemClock::default().now()).await;
    print_observation(&observation);
    Ok(if observation.verdict == Verdict::Up { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_observation(seen: &Observation) {
    let ms = |us: u64| format!("{:>9}.{:03} ms", us / 1000, us % 1000);
    println!("{}  at {}", seen.verdict.name().to_uppercase(), seen.at);
    if let Some(cause) = &seen.cause {
        println!("  {}: {}", cause.kind.name(), cause.detail);
    }
    let names = ["resolve", "connect", "TLS", "first byte", "transfer"];
    for (name, (_, us)) in names.iter().zip(seen.phases.labelled()) {
        println!("  {name:<12} {}", us.map_or_else(|| format!("{:>16}", "-"), ms));
    }
    println!("  {:<12} {}", "whole check", seen.duration_us.map_or_else(|| format!("{:>16}", "-"), ms));
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
            println!("  {name:<12} {fact}");
        }
    }
}

fn list_runbooks() -> ExitCode {
    for runbook in runbooks::all() {
        println!("{:<24} {}  {}", runbook.slug, runbook.language, runbook.title());
    }
    ExitCode::SUCCESS
}

fn show_runbook(slug: &str, language: Language) -> Result<ExitCode, String> {
    let found = runbooks::all().find(|runbook| runbook.slug == slug && runbook.language == language.tag());
    let runbook = found.ok_or_else(|| format!("no runbook is called `{slug}`; `yagura runbook list` shows them"))?;
    print!("{}", runbook.source);
    Ok(ExitCode::SUCCESS)
}
