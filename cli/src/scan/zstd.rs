//! Reads Zstandard: all frames of a stream, one after another (RFC 8878).

use std::io::{self, Cursor, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// What comes out of a Zstandard stream.
pub(crate) struct ZstdReader<R> {
    source: R,
    /// Refuses windows of more than 128 MiB.
    decoder: FrameDecoder,
    within_frame: bool,
}

impl<R: Read> ZstdReader<R> {
    pub(crate) fn new(source: R) -> Self {
        Self { source, decoder: FrameDecoder::new(), within_frame: false }
    }

    /// Begins the next frame; `false` at the end.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            let mut first = [0u8; 1];
            let (bytes, outcome) = super::budget::fill(&mut self.source, &mut first);
            outcome?;
            if bytes == 0 {
                return Ok(false);
            }
            match self.decoder.reset(Cursor::new(first).chain(&mut self.source)) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    io::copy(&mut (&mut self.source).take(length.into()), &mut io::sink())?;
                }
                Err(error) => return Err(damaged(&error)),
            }
        }
    }

    fn end_frame(&mut self) -> io::Result<()> {
        self.within_frame = false;
        match self.decoder.get_checksum_from_data() {
            Some(said) if self.decoder.get_calculated_checksum() != Some(said) => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "Zstandard: a checksum does not fit"))
            }
            _ => Ok(()),
        }
    }
}

impl<R: Read> Read for ZstdReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.within_frame {
                if !self.next_frame()? {
                    return Ok(0);
                }
                self.within_frame = true;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let block = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.source, block).map_err(|error| damaged(&error))?;
            }
            match self.decoder.read(buffer)? {
                0 => self.end_frame()?,
                bytes => return Ok(bytes),
            }
        }
    }
}

/// The decoder's own words repeat bytes of the stream.
fn damaged(error: &FrameDecoderError) -> io::Error {
    let text = match error {
        FrameDecoderError::WindowSizeTooBig { .. } => "Zstandard: its window is larger than 128 MiB",
        FrameDecoderError::DictNotProvided { .. } => "Zstandard: it needs a dictionary",
        _ => "Zstandard: it is damaged",
    };
    io::Error::new(io::ErrorKind::InvalidData, text)
}
