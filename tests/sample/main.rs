//! `sample FOLDER COMPONENTS STORY`: makes a folder with a configuration and a database as a real site has them, to be looked at and
//! photographed.

use std::path::Path;
use std::process::ExitCode;

use tests::sample::{self, CONFIG_NAME, DATA_NAME, Story};

const USAGE: &str = "usage: sample FOLDER COMPONENTS STORY
  FOLDER      is made; it must not be there, or be empty
  COMPONENTS  how many, from 1 to 3000
  STORY       all-up, one-down, mixed or unknown";
/// Most components: a page of more is larger than what Yagura renders.
const COMPONENTS_MAX: usize = 3_000;
/// Where it is to be served: its probes ask the server itself.
const LISTEN: &str = "127.0.0.1:8600";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let made = match arguments.as_slice() {
        [folder, components, story] => make(Path::new(folder), components, story).await,
        _ => Err(USAGE.to_owned()),
    };
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("sample: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn make(folder: &Path, components: &str, story: &str) -> Result<(), String> {
    let story: Story = story.parse()?;
    let components = components.parse::<usize>().ok().filter(|count| (1..=COMPONENTS_MAX).contains(count));
    let components = components.ok_or_else(|| format!("COMPONENTS is a number from 1 to {COMPONENTS_MAX}"))?;
    let failed = |error: std::io::Error| format!("cannot use the folder {}: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(failed)?;
    if std::fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(format!("the folder {} is not empty; name a new one", folder.display()));
    }
    let target = format!("http://{LISTEN}/healthz");
    sample::prepare(folder, &sample::config(components, story, &target), story).await;
    let (config, data) = (folder.join(CONFIG_NAME), folder.join(DATA_NAME));
    println!("The data ends now; serve it soon:\n");
    println!("  target/debug/yagura serve --config {} --data {} --listen {LISTEN}", config.display(), data.display());
    Ok(())
}
