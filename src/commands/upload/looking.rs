//! Files are looked at before they are sent, or, in a dry run, instead of that.

use std::path::{Path, PathBuf};

use super::{UploadCommand, now_s};
use crate::commands::doing::{DoingOptions, Records};
use crate::commands::validate::{look_at, raw};
use crate::commands::{CommandError, count, print};
use crate::jobs::Pinned;
use crate::jobs::record::Record;
use crate::jobs::upload::{FileStamp, UploadEnd};
use crate::text::size;
use crate::validation::{BatchLimits, Use, lines};

/// Prints what would be sent, and sends none; what keeps a file from it is said.
pub(super) async fn dry_run(looking: &Looking<'_>, paths: &[PathBuf]) -> Result<u8, CommandError> {
    let DoingOptions { output, telling, .. } = looking.command.doing;
    let (mut records, mut all_sound) = (Records::new(output), true);
    for path in paths {
        let looked = looking.look(path).await;
        all_sound &= looked.is_ok();
        let trouble = match looked {
            Ok(stamp) if records.are_wanted() => {
                let file = Pinned::on_disk(path, Some(stamp.bytes));
                records.print_planned(&file, Some(path))
            }
            Err(why) if records.are_wanted() => {
                let end = UploadEnd::Failed(why).into();
                records.print(&Record::uploaded(&not_sent(path), path, &end, now_s()))
            }
            Ok(stamp) if output.is_none() => {
                print(&format!("{:>12}  {}\n", size(stamp.bytes), raw(path).printable()))?;
                None
            }
            Ok(_) | Err(_) => None,
        };
        if let Some(trouble) = trouble {
            telling.trouble(&trouble);
        }
    }
    Ok(u8::from(!all_sound || records.is_untold()))
}

/// Looks at files before they are sent.
pub(super) struct Looking<'a> {
    pub(super) command: &'a UploadCommand,
    pub(super) limits: &'static BatchLimits,
}

impl Looking<'_> {
    /// Which file it is, where it may be sent; else why not. What was found is said.
    pub(super) async fn look(&self, path: &Path) -> Result<FileStamp, String> {
        let telling = self.command.doing.telling;
        let used_for = Use::of_purpose(&self.command.purpose);
        let looked = look_at(path, self.limits, used_for).await;
        let (report, stamp) = looked.map_err(|why| why.to_string()).inspect_err(|why| {
            if self.command.doing.dry_run {
                telling.trouble(&format!("{}: {why}", raw(path).printable()));
            }
        })?;
        let is_sound = report.is_sound();
        for line in lines(raw(path), &report) {
            if is_sound { telling.note(&line) } else { telling.trouble(&line) }
        }
        match stamp {
            Some(stamp) if is_sound => Ok(stamp),
            _ => Err(format!("it has {}", count(report.findings.errors(), "error"))),
        }
    }
}

/// A file that was not sent, for what was found when it was looked at.
pub(super) fn not_sent(path: &Path) -> Pinned {
    Pinned::on_disk(path, std::fs::metadata(path).ok().map(|file| file.len()))
}
