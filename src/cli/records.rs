//! The log as plans look at it.

use super::account::holdings_path;
use super::{Fault, Global, Host};
use crate::disk::RealDisk;
use crate::log::{self, Log, LogError};
use std::path::PathBuf;

/// Where the log is: beside the holdings.
pub(super) fn path(global: &Global, host: &Host<'_>) -> PathBuf {
    log::path(&host.path(&holdings_path(global)))
}

/// Reads the log.
pub(super) fn read(global: &Global, host: &Host<'_>) -> Result<Log, Fault> {
    Log::read(&RealDisk, &path(global, host)).map_err(|error| fault(&error))
}

fn fault(error: &LogError) -> Fault {
    Fault::told(error.exit_code(), error, &error.remedy())
}
