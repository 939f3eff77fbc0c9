export {
  formatRows,
  type FormatRowsOptions,
  jsonText,
  type ResultFormat,
  resultFormats,
} from './format/format-rows.js'
export { type FileFormat, formatOfFile, type WritableResult, writeResult } from './format/write-result.js'
export { type TableColumn, tableText, textColumns, wrapText } from './format/table-text.js'
