import type { FileMetaData } from 'hyparquet'
import { ByteWriter, type Writer } from 'hyparquet-writer'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'

/** What a file's footer says, but for its own length. */
export type FooterContent = Omit<FileMetaData, 'metadata_length'>

/** Ends a file: writes its footer, the footer's length and PAR1. */
export function writeFooter(writer: Writer, content: FooterContent): void {
  const footer = footerBytes(content)
  if (content.row_groups.length === 0) typeEmptyRowGroups(footer, content)
  writer.appendBytes(footer)
  writeMagic(writer)
}

/** Writes the bytes that every Parquet file begins and ends with. */
export function writeMagic(writer: Writer): void {
  writer.appendBytes(new TextEncoder().encode('PAR1'))
}

function footerBytes(content: FooterContent): Uint8Array {
  const writer = new ByteWriter()
  writeMetadata(writer, { ...content, metadata_length: 0 })
  return writer.getBytes()
}

/**
 * Gives the empty list of row groups of a footer its element type, a struct, without which arrow-rs refuses the file. hyparquet-writer
 * takes the type from the first element, and writes 0 when there is none. The list's header, which has the type in its low four bits,
 * is the first byte in which the footer differs from one with a row group.
 */
function typeEmptyRowGroups(footer: Uint8Array, content: FooterContent): void {
  const group = { columns: [], total_byte_size: 0n, num_rows: 0n }
  const other = footerBytes({ ...content, row_groups: [group] })
  const header = footer.findIndex((byte, at) => byte !== other[at])
  footer[header] = (other[header] ?? 0) & 0x0f
}
