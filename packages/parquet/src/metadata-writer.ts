import { ByteWriter } from 'hyparquet-writer'

/** hyparquet-writer's buffer, in which the whole numbers of Parquet's metadata that are small, as nearly all are, take no bigints. */
export class MetadataWriter extends ByteWriter {
  override appendZigZag(value: number | bigint): void {
    const number = Number(value)
    super.appendZigZag(Math.abs(number) < 2 ** 30 ? number : value)
  }
}
