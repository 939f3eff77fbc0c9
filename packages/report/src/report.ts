/** What a report shows. All times are UTC. */
export interface Report {
  table: string
  /** What a row of the table is. */
  comment?: string
  /** The folder or the URL of the bucket that the lake is in. */
  location: string
  /** What answered the queries, such as 'DuckDB'. */
  engine: string
  /** Rows in the report's range. */
  rows: bigint
  /** The first and the last reading in the range; null without readings, and for a table without times. */
  first: Date | null
  last: Date | null
  /** The length of the windows in the charts, such as '1h'. */
  every: string
  /** The numeric columns, each with a chart. */
  columns: ReportColumn[]
  /** The sources of the readings, such as pumps, with `columns[0]` in windows of `sourcesEvery`. Empty if the table does not tell them apart. */
  sources: ReportSource[]
  sourcesEvery: string
  /** Whether the table has more sources than `sources` lists. */
  hasMoreSources: boolean
  /** The alarms, ordered by start. */
  alarms: ReportAlarm[]
  /** How many alarms there are; `alarms` may list fewer. */
  alarmCount: number
  /** The files of the table, by day; one entry without a day for a table without partitions. */
  days: ReportDay[]
  /** The SQL that the report's numbers come from. */
  statements: { title: string; sql: string }[]
}

/** A numeric column in windows of time. */
export interface ReportColumn {
  name: string
  /** What the column means, with its unit. */
  comment?: string
  /** The limits of its alarm rules. */
  limits: number[]
  /** In order of time. Windows without a value may be absent. */
  windows: ReportWindow[]
}

/** The average, least and greatest value in a window; null without a value. */
export interface ReportWindow {
  start: Date
  avg: number | null
  min: number | null
  max: number | null
}

/** A source of readings, such as a pump. */
export interface ReportSource {
  name: string
  windows: ReportWindow[]
}

/** An alarm from its start to its end. */
export interface ReportAlarm {
  /** The name of its rule. */
  rule: string
  severity: string
  column: string
  /** The source's name; empty if the table does not tell sources apart. */
  source: string
  start: Date
  /** Null: still open. */
  end: Date | null
  /** The reading furthest beyond the limit. */
  peak: number
}

/** The data files of a day. */
export interface ReportDay {
  /** 'YYYY-MM-DD', or empty for files outside partitions. */
  day: string
  files: number
  bytes: number
}
