export { checkFooter } from './check-footer.js'
export type { Codec } from './codec.js'
export { type DataFile, dataFiles } from './data-files.js'
export { createdBy, encodeParquet, type EncodeOptions } from './encode-parquet.js'
export {
  type FileBytes,
  type Footer,
  type FooterColumn,
  type FooterValue,
  readFooter,
} from './read-footer.js'
