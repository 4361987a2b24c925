//! The pages of a column, decompressed and within bounds. What values are in them must never enter this file.
//!
//! The crate would decompress too, but it takes as much memory as a page says it needs, of which a damaged file says anything.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;
use std::io::Read;
use std::sync::Arc;

/// The largest page, decompressed, in bytes.
const MAX_PAGE: usize = 64 << 20;

/// The ways of compression that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Codec {
    None,
    Snappy,
    Zstd,
}

/// The pages of one column of one row group.
pub(super) struct Pages {
    raw: SerializedPageReader<Bytes>,
    codec: Codec,
    /// Whether the dictionary was seen.
    dictionary: bool,
    /// Values that no page has had yet.
    left: usize,
}

/// The word for a way of compression that is not read.
pub(super) fn unread(chunk: &ColumnChunkMetaData) -> Option<&'static str> {
    Some(match chunk.compression() {
        Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_) => return None,
        Compression::GZIP(_) => "gzip",
        Compression::LZO => "lzo",
        Compression::BROTLI(_) => "brotli",
        Compression::LZ4 | Compression::LZ4_RAW => "lz4",
    })
}

impl Pages {
    /// The pages that a file says it has; so many values are in them.
    pub(super) fn new(file: &Bytes, chunk: &ColumnChunkMetaData, values: usize) -> Result<Self> {
        let codec = match chunk.compression() {
            Compression::SNAPPY => Codec::Snappy,
            Compression::ZSTD(_) => Codec::Zstd,
            _ => Codec::None,
        };
        let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
        if start < 0 || chunk.compressed_size() < 0 {
            return Err(damaged("a column begins or ends before the file"));
        }
        let as_is = chunk.clone().into_builder().set_compression(Compression::UNCOMPRESSED).build()?;
        let raw = SerializedPageReader::new(Arc::new(file.clone()), &as_is, values, None)?;
        Ok(Self { raw, codec, dictionary: false, left: values })
    }

    fn page(&mut self, page: Page) -> Result<Page> {
        Ok(match page {
            Page::DictionaryPage { buf, num_values, encoding, is_sorted } => {
                if std::mem::replace(&mut self.dictionary, true) {
                    return Err(damaged("a column has two dictionaries"));
                }
                let buf = self.codec.plain(&buf)?;
                if num_values as usize > buf.len() {
                    return Err(damaged("a dictionary has more values than bytes"));
                }
                Page::DictionaryPage { buf, num_values, encoding, is_sorted }
            }
            Page::DataPage { buf, num_values, encoding, def_level_encoding, rep_level_encoding, .. } => {
                self.take(num_values, encoding)?;
                let buf = self.codec.plain(&buf)?;
                Page::DataPage { buf, num_values, encoding, def_level_encoding, rep_level_encoding, statistics: None }
            }
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                num_nulls,
                num_rows,
                def_levels_byte_len,
                rep_levels_byte_len,
                is_compressed,
                ..
            } => {
                self.take(num_values, encoding)?;
                let levels = def_levels_byte_len as usize + rep_levels_byte_len as usize;
                if levels > buf.len() || num_nulls > num_values {
                    return Err(damaged("a page has more nulls than values, or less than its levels"));
                }
                let mut whole = buf.slice(..levels).to_vec();
                let rest = buf.slice(levels..);
                // A page of nothing but nulls has nothing to decompress.
                let plain = if is_compressed && !rest.is_empty() { self.codec.plain(&rest)? } else { rest };
                whole.extend_from_slice(&plain);
                Page::DataPageV2 {
                    buf: whole.into(),
                    num_values,
                    encoding,
                    num_nulls,
                    num_rows,
                    def_levels_byte_len,
                    rep_levels_byte_len,
                    is_compressed: false,
                    statistics: None,
                }
            }
        })
    }

    /// Counts the values of a page.
    fn take(&mut self, values: u32, encoding: Encoding) -> Result<()> {
        match encoding {
            // Its values are made of those before them: a small page can stand for any amount of text.
            Encoding::DELTA_BYTE_ARRAY => return Err(damaged("the encoding DELTA_BYTE_ARRAY is not read")),
            // The decoder takes for granted that there is one.
            #[allow(deprecated, reason = "older programs write it")]
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY if !self.dictionary => {
                return Err(damaged("a page needs a dictionary, and there is none"));
            }
            _ => {}
        }
        let left = self.left.checked_sub(values as usize);
        self.left = left.ok_or_else(|| damaged("its pages have more values than there are rows"))?;
        Ok(())
    }
}

fn damaged(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

impl Codec {
    /// What compressed bytes stand for.
    fn plain(self, bytes: &Bytes) -> Result<Bytes> {
        match self {
            Self::None => Ok(bytes.clone()),
            Self::Snappy => {
                let external = |error: snap::Error| ParquetError::External(Box::new(error));
                let length = snap::raw::decompress_len(bytes).map_err(external)?;
                if length > MAX_PAGE {
                    return Err(too_large());
                }
                Ok(snap::raw::Decoder::new().decompress_vec(bytes).map_err(external)?.into())
            }
            Self::Zstd => {
                let mut decoder = ruzstd::decoding::FrameDecoder::new();
                decoder.set_max_window_size(MAX_PAGE as u64);
                let external = |error| ParquetError::External(Box::new(error));
                let stream = ruzstd::decoding::StreamingDecoder::new_with_decoder(&bytes[..], decoder);
                let mut plain = Vec::new();
                stream.map_err(external)?.take(MAX_PAGE as u64 + 1).read_to_end(&mut plain)?;
                if plain.len() > MAX_PAGE {
                    return Err(too_large());
                }
                Ok(plain.into())
            }
        }
    }
}

fn too_large() -> ParquetError {
    ParquetError::General(format!("a page is larger than {} MiB", MAX_PAGE >> 20))
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        match self.raw.get_next_page()? {
            Some(page) => self.page(page).map(Some),
            None => Ok(None),
        }
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.raw.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.raw.skip_next_page()
    }
}
