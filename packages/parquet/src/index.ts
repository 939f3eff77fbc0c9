export { checkFooter } from './footer/check-footer.js'
export type { Codec } from './file/codec.js'
export { type DataFile, dataFiles } from './data-files.js'
export { createdBy, encodeParquet, type EncodeOptions } from './encode-parquet.js'
export {
  type FileBytes,
  type Footer,
  type FooterColumn,
  type FooterValue,
  readFooter,
} from './footer/read-footer.js'
