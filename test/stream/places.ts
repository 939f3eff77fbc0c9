import { openLake, type OpenLakeOptions } from '@minilake/lake'
import { defineTable } from '@minilake/schema'

/** A table whose rows name the partition and the offset of their message. */
export const streamedTable = defineTable({
  name: 'readings',
  columns: {
    event_timestamp: { type: 'timestamp' },
    part: { type: 'integer' },
    place: { type: 'bigint' },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
})

/** Messages that name their places; days alternate, so that each batch has several files. */
export function placeMessages(part: number, from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => {
    const place = from + index
    return JSON.stringify({ event_timestamp: `2026-01-0${1 + (place % 3)}T00:00:00Z`, part, place })
  })
}

/** What the lake holds of each partition: rows, distinct places, the first and the last. */
export async function placesHeld(options: OpenLakeOptions): Promise<number[][]> {
  const lake = await openLake(options)
  try {
    const sql = `SELECT part, count(*) AS n, count(DISTINCT place) AS d, min(place) AS first, max(place) AS last FROM hive.iot_dw.readings GROUP BY part ORDER BY part`
    const rows: number[][] = []
    for await (const row of lake.query(sql)) rows.push(Object.values(row).map(Number))
    return rows
  } finally {
    await lake.close()
  }
}

/** What `placesHeld` returns if each of the first `count` places is there once. */
export function placesOnce(parts: number, count: number): number[][] {
  return Array.from({ length: parts }, (_, part) => [part, count, count, 0, count - 1])
}
