/** The statements for Trino, whose rows it makes itself: what differs between clients is not how Trino reads files. */
export function trinoStatements(rows) {
  const numbers = (count) => `TABLE(sequence(start => 0, stop => ${count - 1}, step => 1)) AS numbers(n)`
  const time = (unit) => `date_add('${unit}', n, TIMESTAMP '2026-01-01 00:00:00.000')`
  return {
    'SELECT 1': 'SELECT 1 AS one',
    'hourly average': `SELECT date_trunc('hour', ${time('second')}) AS hour, avg(sin(n / 5000E0)) AS p, avg(n / 7E0) AS s
      FROM ${numbers(rows)} GROUP BY 1 ORDER BY 1`,
    '1 M × 4 rows': `SELECT ${time('second')} AS event_timestamp, 110 + round(15 * sin(n / 5000E0), 2) AS pressure,
      round(n / 7000E0, 3) AS velocity, 1450 + round(50 * sin(n / 9000E0), 2) AS speed FROM ${numbers(1_000_000)}`,
  }
}
