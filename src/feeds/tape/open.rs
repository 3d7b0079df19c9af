//! Opens a file and looks through its compression.
//! Must not trust the file's name: the first bytes say what it is.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const BUFFER: usize = 1 << 17;

/// The file's content, decompressed where it is gzip or zstd.
pub(super) fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    look_through(BufReader::with_capacity(BUFFER, file))
}

/// What is in `source`, decompressed where it is gzip or zstd.
pub(super) fn look_through(
    mut source: impl BufRead + Send + 'static,
) -> io::Result<Box<dyn Read + Send>> {
    let magic = source.fill_buf()?;
    if magic.starts_with(&GZIP) {
        Ok(Box::new(MultiGzDecoder::new(source)))
    } else if magic.starts_with(&ZSTD) || is_skippable(magic) {
        Ok(Box::new(ZstdFrames::new(source)))
    } else {
        Ok(Box::new(source))
    }
}

/// Zstd frames with the magic 0x184D2A50 to 0x184D2A5F hold notes for tools, not data.
fn is_skippable(magic: &[u8]) -> bool {
    matches!(magic, [first, 0x2a, 0x4d, 0x18, ..] if first & 0xf0 == 0x50)
}

/// Reads frame after frame: parallel compressors write many, the decoder's own reader knows one.
struct ZstdFrames<R: BufRead> {
    source: R,
    decoder: FrameDecoder,
    within: bool,
}

impl<R: BufRead> ZstdFrames<R> {
    fn new(source: R) -> Self {
        Self {
            source,
            decoder: FrameDecoder::new(),
            within: false,
        }
    }

    /// Begins the next frame of data; false at the end of the source.
    fn begin(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.init(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let notes = &mut (&mut self.source).take(u64::from(length));
                    io::copy(notes, &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::other(error.to_string())),
            }
        }
    }
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.within && !self.begin()? {
                return Ok(0);
            }
            self.within = true;
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder
                    .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|error| io::Error::other(error.to_string()))?;
            }
            let count = self.decoder.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            if self.decoder.get_checksum_from_data() != self.decoder.get_calculated_checksum()
                && self.decoder.get_checksum_from_data().is_some()
            {
                return Err(io::Error::other("its checksum does not match"));
            }
            self.within = false;
        }
    }
}
