//! A file of gzip frames, each with whole rows: what a kill tears off is the last frame at most.
//! Must not give out a row of a frame that is not whole.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use tracing::warn;

/// Least bytes of rows that are worth a frame of their own.
pub(super) const FRAME_BYTES: usize = 256 * 1_024;
/// No frame that was written here is larger, decompressed.
const FRAME_MAX: u64 = 1 << 28;

/// Appends frames.
#[derive(Debug)]
pub(super) struct FrameWriter {
    file: File,
    /// Where the last whole frame ends.
    whole: u64,
}

impl FrameWriter {
    /// Makes a file that is not there yet.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        Ok(Self { file, whole: 0 })
    }

    /// Writes to a file that is open.
    #[cfg(test)]
    pub(super) const fn of(file: File) -> Self {
        Self { file, whole: 0 }
    }

    /// Whether nothing was written yet.
    pub(super) const fn is_empty(&self) -> bool {
        self.whole == 0
    }

    /// Writes one frame and gives its length; after an error the file is as it was before.
    pub(super) fn write(&mut self, rows: &[u8]) -> io::Result<u64> {
        let mut encoder = GzEncoder::new(Vec::with_capacity(rows.len() / 4), Compression::new(3));
        encoder.write_all(rows)?;
        let frame = encoder.finish()?;
        if let Err(error) = self.file.write_all(&frame) {
            // What a full disk took of it would hide all frames after it.
            self.file.set_len(self.whole)?;
            self.file.seek(SeekFrom::Start(self.whole))?;
            return Err(error);
        }
        let length = u64::try_from(frame.len()).unwrap_or(0);
        self.whole = self.whole.saturating_add(length);
        Ok(length)
    }
}

/// Reads the rows of whole frames, up to the first that is not.
pub(super) struct FrameReader {
    name: String,
    source: BufReader<File>,
    frame: Cursor<Vec<u8>>,
    is_over: bool,
}

impl FrameReader {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            name: path.display().to_string(),
            source: BufReader::with_capacity(1 << 17, File::open(path)?),
            frame: Cursor::default(),
            is_over: false,
        })
    }

    /// Whether there is no whole frame to begin with.
    pub(super) fn is_over(&mut self) -> io::Result<bool> {
        if self.frame.get_ref().is_empty() {
            self.next_frame()?;
        }
        Ok(self.is_over)
    }

    fn next_frame(&mut self) -> io::Result<()> {
        self.is_over = self.source.fill_buf()?.is_empty();
        if self.is_over {
            return Ok(());
        }
        let mut rows = std::mem::take(&mut self.frame).into_inner();
        rows.clear();
        let mut decoder = GzDecoder::new(&mut self.source).take(FRAME_MAX);
        if let Err(error) = decoder.read_to_end(&mut rows) {
            let (name, reason) = (&self.name, error.to_string());
            warn!(name, reason, "a recording is torn: it is read up to there");
            rows.clear();
            self.is_over = true;
        }
        self.frame = Cursor::new(rows);
        Ok(())
    }
}

impl Read for FrameReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.frame.read(buffer)?;
            if count > 0 || self.is_over || buffer.is_empty() {
                return Ok(count);
            }
            self.next_frame()?;
        }
    }
}
