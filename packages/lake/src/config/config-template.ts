import { settingNames, settings } from './settings.js'

const { profile, out } = settings
const { 'profiles.embedded.folder': folder } = settings

// Secrets do not belong in a file in git, so they come from the environment.
const stackSettings = settingNames
  .filter((name) => name.startsWith('profiles.stack.') && settings[name].default !== '')
  .map((name) => {
    const { default: value, meaning } = settings[name]
    const literal = /^(true|false|\d+)$/.test(value) ? value : `'${value}'`
    return `  //     ${name.slice('profiles.stack.'.length)}: ${literal}, // ${meaning}`
  })

/** The definition of a table as TypeScript. */
export interface TableText {
  /** The name of its constant. */
  name: string
  text: string
}

const sampleTable: TableText = {
  name: 'turbine',
  text: `const turbine = defineTable({
  // Lower-case letters, digits and underscores; in SQL it is hive.iot_dw.turbine.
  name: 'turbine',
  comment: 'one reading per turbine and minute',
  columns: {
    event_timestamp: { type: 'timestamp', comment: 'time of the reading, UTC' },
    turbine_id: { type: 'varchar', comment: 'plant code' },
    // nullable: a reading may lack it. highLimit: a reading above it is an alarm (minilake alarms --table turbine).
    power: { type: 'double', comment: 'active power, kW', nullable: true, highLimit: 3000 },
  },
  // One folder per UTC day, a column in SQL: WHERE event_date = '2026-01-31' reads that day's files only.
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  // The order of rows within a file, the most significant column first.
  sortedBy: ['turbine_id', 'event_timestamp'],
})`,
}

/** A `minilake.config.ts` with the definition of a table: every setting that has a default is a comment with it. */
export function configText({ name, text }: TableText = sampleTable): string {
  return `import { defineLake, defineTable } from '@minilake/schema'

// The tables and settings of the lake in this folder; options: https://www.npmjs.com/package/@minilake/schema
// minilake needs only this file; for checks in your editor: npm install --save-dev @minilake/schema

${text}

export default defineLake({
  // The lake's tables. For minilake generate and demo, add pump and pumpDaily from @minilake/schema;
  // pumpLabels and pumpDailyLabels are the tables of their simulated faults and alarms.
  tables: [${name}],

  // Settings with their defaults. An environment variable wins over this file, and a command-line option over both:
  // minilake config shows the settings in force, and where each comes from.
  // profile: '${profile.default}', // ${profile.meaning}
  // out: '${out.default}', // ${out.meaning}
  // profiles: {
  //   embedded: { folder: '${folder.default}' }, // ${folder.meaning}
  //   stack: {
${stackSettings.join('\n')}
  //   },
  // },
})
`
}
