//! Programs from npm: the names and versions in `tools/node`, fetched once and kept in `target/node`.

use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest release of Node.js that the programs take: major, minor.
const OLDEST: (u32, u32) = (20, 19);

/// The folder of the programs, ready to run.
pub struct NodeJs {
    directory: PathBuf,
}

/// Whether there is a Node.js to run them with.
pub enum NodeTools {
    /// There is.
    Ready(NodeJs),
    /// There is none, or none that does; why, for people.
    Missing(String),
}

impl NodeJs {
    /// Looks for Node.js and fetches missing packages.
    ///
    /// # Errors
    /// When npm cannot fetch, or the file system refuses.
    pub fn tools(root: &Path) -> Result<NodeTools, Box<dyn Error>> {
        let told = match Command::new("node").arg("--version").output() {
            Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(NodeTools::Missing("node is not installed".to_owned()));
            }
            Err(error) => return Err(error.into()),
        };
        if version(&told).is_none_or(|version| version < OLDEST) {
            let (major, minor) = OLDEST;
            return Ok(NodeTools::Missing(format!("node is {told}, and {major}.{minor} is the oldest that does")));
        }
        let node = Self { directory: root.join("target/node") };
        node.fetch(&root.join("tools/node"))?;
        Ok(NodeTools::Ready(node))
    }

    /// Fetches by the lock file, unless the present packages were fetched by the same one.
    fn fetch(&self, pinned: &Path) -> Result<(), Box<dyn Error>> {
        fs::create_dir_all(&self.directory)?;
        for entry in fs::read_dir(pinned)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), self.directory.join(entry.file_name()))?;
            }
        }
        let lock = fs::read_to_string(pinned.join("package-lock.json"))?;
        let fetched = self.directory.join("fetched.json");
        if fs::read_to_string(&fetched).is_ok_and(|there| there == lock) {
            return Ok(());
        }
        println!("fetching the programs of tools/node (once)");
        let status = Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&self.directory)
            .status()?;
        if !status.success() {
            return Err("npm could not fetch the programs of tools/node: see its output above".into());
        }
        fs::write(fetched, lock)?;
        Ok(())
    }

    /// What a package brings.
    pub fn package(&self, path: &str) -> PathBuf {
        self.directory.join("node_modules").join(path)
    }

    /// A program of a package.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.package(".bin").join(name));
        command.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
        command
    }

    /// A script of `tools/node`.
    pub fn script(&self, name: &str) -> Command {
        let mut command = Command::new("node");
        command.arg(self.directory.join(name));
        command
    }
}

/// Major and minor of `node --version`.
fn version(told: &str) -> Option<(u32, u32)> {
    let mut numbers = told.strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("v20.19.4"), Some(OLDEST));
        assert!(version("v18.20.0") < Some(OLDEST) && version("v100.0.0") > Some(OLDEST));
        assert_eq!(version("command not found"), None);
    }
}
