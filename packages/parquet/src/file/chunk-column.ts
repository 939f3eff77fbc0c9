import type { writeColumn } from 'hyparquet-writer/src/column.js'

/** A column as hyparquet-writer's encoders take it. */
export type ChunkColumn = Parameters<typeof writeColumn>[0]['column']

/** What the footer and the page indexes say about a column chunk that was written. */
export type WrittenChunk = ReturnType<typeof writeColumn>
