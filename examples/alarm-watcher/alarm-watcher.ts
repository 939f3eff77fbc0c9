// Publishes data files as another program finishes them, and prints each alarm episode once it is in the lake.
// Usage: node alarm-watcher.js [seconds]   (default: until Ctrl-C)
import { alarmEpisodes } from '@minilake/analytics'
import { openLake } from '@minilake/lake'
import { pump } from '@minilake/schema'

const [seconds] = process.argv.slice(2)
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
if (seconds !== undefined) setTimeout(() => stop.abort(), Number(seconds) * 1000)

const lake = await openLake({ tables: [pump] })
const printed = new Set<string>()

const { published } = await lake.watch({
  signal: stop.signal,
  onIngested: async () => {
    for await (const { start, end, peak } of lake.query(alarmEpisodes(pump))) {
      const alarm = `${start.toISOString()} to ${end?.toISOString() ?? 'now'}: ${peak.toFixed(1)} at most`
      if (printed.has(alarm)) continue
      printed.add(alarm)
      console.log(alarm)
    }
  },
  onFailure: (error) => console.error(String(error)),
})
console.log(`${published} files published, ${printed.size} alarms`)
await lake.close()
