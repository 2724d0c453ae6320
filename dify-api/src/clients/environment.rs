//! Reading variables of the environment.

use crate::Error;
use std::env::VarError;

/// The value of a variable. Blank values count as unset.
pub(crate) fn variable(
    look: impl Fn(&str) -> Result<String, VarError>,
    name: &'static str,
) -> Result<Option<String>, Error> {
    match look(name) {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Error::config(format!("the environment variable {name} is not UTF-8"))),
    }
}
