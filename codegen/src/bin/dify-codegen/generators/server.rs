//! `dify-mock`, as the server that generated clients call.

use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running server; it ends with this value.
pub(super) struct Server {
    child: Child,
    /// Where its Service API is.
    pub(super) base: String,
    /// A key of it, of a chat application.
    pub(super) key: String,
}

impl Server {
    /// Builds and starts it, on a free port.
    pub(super) fn start(root: &Path) -> Result<Self, Box<dyn Error>> {
        let built = Command::new("cargo")
            .args(["build", "--quiet", "--workspace", "--bin", "dify-mock"])
            .current_dir(root)
            .status()?;
        if !built.success() {
            return Err("dify-mock could not be built".into());
        }
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
        let mut child = Command::new(target.join("debug/dify-mock"))
            .args(["--port", "0", "--pace", "0"])
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("dify-mock without an output")?;
        let mut server = Self { child, base: String::new(), key: String::new() };
        // The last lines that it writes before it is stopped.
        for line in BufReader::new(output).lines() {
            let line = line?;
            for word in line.split_whitespace() {
                match word.split_once('=') {
                    Some(("DIFY_BASE_URL", base)) => base.clone_into(&mut server.base),
                    Some(("DIFY_API_KEY", key)) => {
                        key.clone_into(&mut server.key);
                        return Ok(server);
                    }
                    _ => {}
                }
            }
        }
        Err("dify-mock did not write where it is".into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
