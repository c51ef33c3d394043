//! `yagura demo`: a folder to look round in. Three published stories of outages, retold, and a quarter of a year of made-up checks. Only ever in a folder of
//! its own: nothing of it gets among real data.
//!
//! Code map: [`past`] plays the checks through the same rules as real ones, on a clock that is moved; [`stories`] writes incidents and postmortems as
//! people would have.

mod past;
mod stories;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use probe::clock::{Clock, SystemClock};
use store::{StoreError, Writer};

use crate::boot::{self, StartError};
use crate::config::{self, ConfigErrors};
use crate::service::enrolment;

/// The configuration of the demo.
const CONFIG: &str = include_str!("../../../example/demo/demo.yaml");
/// How it is called in the folder.
const CONFIG_NAME: &str = "yagura.yaml";
/// The data folder in it.
const DATA_NAME: &str = "data";
/// Where it is made, within the folder: what is not whole yet cannot be taken for a demo, and does not stand in the way of the next try.
const MAKING_NAME: &str = ".being-made";
/// How long the database may take to finish.
const LAST_WRITE: Duration = Duration::from_secs(30);

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// The folder is not empty.
    #[error("{} is there and not empty; the demo is only made in a new folder, so that it never gets among real data: name another one", .0.display())]
    NotEmpty(PathBuf),
    /// The folder or a file cannot be made.
    #[error("{} cannot be written: {source}", .path.display())]
    Folder { path: PathBuf, source: io::Error },
    /// The configuration or a story that ships is wrong: a fault of ours.
    #[error("the demo that ships cannot be read: {0}")]
    Content(String),
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a folder with the demo; gives the paths of the configuration and of the data folder. Both are there when all of it is, the
/// configuration last.
pub(crate) async fn make(folder: &Path) -> Result<(PathBuf, PathBuf), DemoError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| DemoError::Folder { path, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let making = folder.join(MAKING_NAME);
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        if entry.map_err(failed(folder))?.file_name() != MAKING_NAME {
            return Err(DemoError::NotEmpty(folder.to_owned()));
        }
    }
    if making.exists() {
        // Of a try that was broken off.
        fs::remove_dir_all(&making).map_err(failed(&making))?;
    }
    fs::create_dir(&making).map_err(failed(&making))?;
    fill(&making).await?;
    let (file, data) = (folder.join(CONFIG_NAME), folder.join(DATA_NAME));
    fs::rename(making.join(DATA_NAME), &data).map_err(failed(&data))?;
    fs::rename(making.join(CONFIG_NAME), &file).map_err(failed(&file))?;
    fs::remove_dir(&making).map_err(failed(&making))?;
    Ok((file, data))
}

/// Writes configuration and data.
async fn fill(folder: &Path) -> Result<(), DemoError> {
    let (file, data) = (folder.join(CONFIG_NAME), folder.join(DATA_NAME));
    fs::write(&file, CONFIG).map_err(|source| DemoError::Folder { path: file.clone(), source })?;
    let loaded = config::load(&file, &|_| None)?;
    let _lock = boot::lock_folder(&data)?;
    let (store, connection) = boot::open_patiently(&data).await?;
    let (writer, handle) = Writer::new(connection);
    let writing = tokio::spawn(writer.run(LAST_WRITE));
    let now = SystemClock::default().now();
    let clock = Arc::new(past::MovedClock::at(now.minus(past::LENGTH)));
    let config = Arc::new(loaded.config);
    let beginning = enrolment::begin(Arc::clone(&config), &store, handle.clone(), Arc::clone(&clock) as Arc<dyn Clock>);
    let (monitoring, roster) = beginning.await?;
    past::play(&monitoring, &roster, &config, &clock, now).await?;
    stories::write(&store, &handle, &config, now).await?;
    handle.close();
    // What was answered is on disk; this is the rest of the checks.
    let _ = writing.await;
    Ok(())
}
