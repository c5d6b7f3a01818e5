//! The copying half of a load: six files into six staged tables, several at once.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::{Bytes, BytesMut};
use futures_util::future::try_join_all;
use tokio::{
    sync::{mpsc, watch},
    task::spawn_blocking,
};

use super::load::LoadError;
use crate::{
    catalog::{
        checker::{FileLoader, Parents},
        copy,
        error::ReadError,
        format::ExportFile,
        id_set::IdSet,
        report::Report,
    },
    db::{parallel, session, staging},
    progress::{Progress, Stage},
};

/// Encoded rows that may wait for the database, in chunks of about a mebibyte, for each file.
const CHUNKS_IN_FLIGHT: usize = 4;
