// usage: node merge-rows.js LAKE ROWS FOLDER: merges 1,000 rows into a copy of a lake that holds ROWS; prints the seconds of the merge.
import { cpSync } from 'node:fs'
import { openLake } from '@minilake/lake'
import { batches, placeOf, readings } from './readings-lake.js'

const [from, rows, folder] = process.argv.slice(2)
cpSync(from, folder, { recursive: true })
const lake = await openLake(placeOf(folder))
const corrected = batches(1000, { stepSeconds: Math.floor(Number(rows) / 1000), bias: 1 })
const start = performance.now()
const { merged } = await lake.write(readings, corrected, { mode: 'merge' })
const seconds = (performance.now() - start) / 1000
await lake.close()
if (merged.replaced !== 1000) throw new Error(`expected 1000 replaced rows, got ${JSON.stringify(merged)}`)
console.log(JSON.stringify({ seconds }))
