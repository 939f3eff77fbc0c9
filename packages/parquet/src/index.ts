export {
  type Batch,
  type Column,
  columnBuffer,
  type ColumnBuffers,
  type ColumnType,
  dataFileKey,
  defineTable,
  type Table,
} from '@minilake/schema'
export type { ArrayColumnData, ColumnData, TypedColumnData } from './columns/column-data.js'
export { rowsIdentity, type RowsIdentity } from './checks/rows-identity.js'
export { checkFooter } from './footer/check-footer.js'
export type { Codec } from './file/codec.js'
export { type DataFile, dataFiles } from './data-files.js'
export type { ColumnCounts } from './checks/column-checks.js'
export type { FileChecks } from './checks/file-checks.js'
export {
  createdBy,
  type EncodedChunks,
  type EncodedFile,
  encodeParquet,
  type EncodeOptions,
} from './encode-parquet.js'
export {
  type FileBytes,
  type Footer,
  type FooterColumn,
  type FooterValue,
  readFooter,
} from './footer/read-footer.js'
export { writeParquet, type WriteParquetOptions, type WrittenFile } from './write-parquet.js'
