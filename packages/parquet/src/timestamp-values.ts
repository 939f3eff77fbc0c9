import { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack as deltaBinaryPackExactly } from 'hyparquet-writer/src/delta.js'
import { deltaBinaryPack, deltaCapacity } from './delta-encoding.js'
import type { EncodedValues, ValueEncoder } from './typed-column.js'

/** Encodes times as DELTA_BINARY_PACKED: regular readings take 0.06 bytes each. */
export function timestampValues(): ValueEncoder<BigInt64Array> {
  let page = new BigInt64Array(0)
  let count = 0
  let pages: EncodedValues[] = []
  let scratch = new Uint8Array(0)
  return {
    add(values) {
      if (count + values.length > page.length) page = enlarged(page, count + values.length)
      page.set(values, count)
      count += values.length
    },
    endPage() {
      if (scratch.length < deltaCapacity(count)) scratch = new Uint8Array(deltaCapacity(count))
      pages.push(encodePage(page.subarray(0, count), scratch))
      count = 0
    },
    finish() {
      const finished = { encoding: 'DELTA_BINARY_PACKED' as const, pages }
      pages = []
      return finished
    },
  }
}

function encodePage(times: BigInt64Array, scratch: Uint8Array): EncodedValues {
  const packed = times.length > 0 && deltaBinaryPack(times, scratch)
  if (packed) {
    const first = times[0] as bigint
    const statistics = {
      min_value: first + BigInt(packed.least),
      max_value: first + BigInt(packed.greatest),
    }
    return { values: scratch.slice(0, packed.byteLength), statistics }
  }
  const exact = new ByteWriter()
  deltaBinaryPackExactly(exact, times, 'INT64')
  return { values: exact.getBytes(), statistics: boundsOf(times) }
}

function boundsOf(times: BigInt64Array): EncodedValues['statistics'] {
  if (times.length === 0) return {}
  let [min_value, max_value] = [times[0] as bigint, times[0] as bigint]
  for (const time of times) {
    if (time < min_value) min_value = time
    if (time > max_value) max_value = time
  }
  return { min_value, max_value }
}

function enlarged(page: BigInt64Array, least: number): BigInt64Array<ArrayBuffer> {
  const larger = new BigInt64Array(Math.max(least, 2 * page.length, 1024))
  larger.set(page)
  return larger
}
